/* SPDX-License-Identifier: MIT
 *
 * simd_neon.h - the SIMD vocabulary for AArch64 Advanced SIMD.
 *
 * simd_c.h says what each word means.  Run under an emulator so far, not on
 * a machine: bits are checked, speed is not.
 */
#ifndef ITO_KERN_SIMD_NEON_H
#define ITO_KERN_SIMD_NEON_H

#include <arm_neon.h>
#include <math.h>
#include <stdint.h>

#include "kern/kern.h"

#define SIMD_NAME   neon
#define SIMD_WIDTH  4
#define SIMD_DWIDTH 2
#define SIMD_QWIDTH 2
#define SIMD_QPACK  1
#define SIMD_REGS   32
#define REAL_FMA    fmaf
#define REAL_SQRT   sqrtf
#define REAL_ABS    fabsf

typedef float32x4_t vf;
typedef uint32x4_t vi;
typedef uint32x4_t vm; /* all bits of a lane set, or none */
typedef float64x2_t vd;
typedef uint64x2_t vq;

/* clang-format off */

/* --- reals: memory ----------------------------------------------------- */
static inline vf v_zero(void) { return vdupq_n_f32(0.0f); }
static inline vf v_set1(real a) { return vdupq_n_f32(a); }
static inline vf v_load(const real *p) { return vld1q_f32(p); }
static inline void v_store(real *p, vf a) { vst1q_f32(p, a); }
static inline vf v_load_n(const real *p, size_t n)
{
    float lane[SIMD_WIDTH] = { 0 };

    for (size_t j = 0; j < n; j++)
        lane[j] = p[j];
    return vld1q_f32(lane);
}
static inline void v_store_n(real *p, vf a, size_t n)
{
    float lane[SIMD_WIDTH];

    vst1q_f32(lane, a);
    for (size_t j = 0; j < n; j++)
        p[j] = lane[j];
}

/* --- reals: arithmetic ------------------------------------------------- */
static inline vf v_add(vf a, vf b) { return vaddq_f32(a, b); }
static inline vf v_sub(vf a, vf b) { return vsubq_f32(a, b); }
static inline vf v_mul(vf a, vf b) { return vmulq_f32(a, b); }
static inline vf v_div(vf a, vf b) { return vdivq_f32(a, b); }
static inline vf v_sqrt(vf a) { return vsqrtq_f32(a); }
static inline vf v_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
static inline vf v_fnma(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }
static inline vf v_floor(vf a) { return vrndmq_f32(a); }
static inline vf v_neg(vf a) { return vnegq_f32(a); }
static inline vf v_abs(vf a) { return vabsq_f32(a); }
static inline vf v_max(vf a, vf b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}
static inline vf v_min(vf a, vf b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b) { return vcltq_f32(a, b); }
static inline vm v_gt(vf a, vf b) { return vcgtq_f32(a, b); }
static inline vm v_eq(vf a, vf b) { return vceqq_f32(a, b); }
static inline vf v_sel(vm m, vf a, vf b) { return vbslq_f32(m, a, b); }
static inline bool v_any(vm m) { return vmaxvq_u32(m) != 0; }
static inline vm vi_negative(vi a)
{
    return vcltzq_s32(vreinterpretq_s32_u32(a));
}

/* --- 32-bit integers --------------------------------------------------- */
static inline vi vi_set1(uint32_t a) { return vdupq_n_u32(a); }
static inline void vi_store(uint32_t *p, vi a) { vst1q_u32(p, a); }
static inline vi vi_add(vi a, vi b) { return vaddq_u32(a, b); }
static inline vi vi_sub(vi a, vi b) { return vsubq_u32(a, b); }
static inline vi vi_and(vi a, vi b) { return vandq_u32(a, b); }
static inline vi vi_or(vi a, vi b) { return vorrq_u32(a, b); }
static inline vi vi_xor(vi a, vi b) { return veorq_u32(a, b); }
#define vi_shl(a, count) vshlq_n_u32(a, count)
#define vi_shr(a, count) vshrq_n_u32(a, count)
#define vi_sar(a, count) \
    vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_u32(a), count))
static inline vf v_from_i(vi a)
{
    return vcvtq_f32_s32(vreinterpretq_s32_u32(a));
}
static inline vf v_from_u(vi a) { return vcvtq_f32_u32(a); }
static inline vi v_bits(vf a) { return vreinterpretq_u32_f32(a); }
static inline vf v_float(vi a) { return vreinterpretq_f32_u32(a); }

/* --- doubles ----------------------------------------------------------- */
static inline vd vd_zero(void) { return vdupq_n_f64(0.0); }
static inline vd vd_load(const double *p) { return vld1q_f64(p); }
static inline vd vd_load_real(const real *p)
{
    return vcvt_f64_f32(vld1_f32(p));
}
static inline void vd_store(double *p, vd a) { vst1q_f64(p, a); }
static inline vd vd_add(vd a, vd b) { return vaddq_f64(a, b); }
static inline vd vd_mul(vd a, vd b) { return vmulq_f64(a, b); }

/* --- Philox ------------------------------------------------------------ */
static inline vq vq_set1(uint64_t a) { return vdupq_n_u64(a); }
static inline vq vq_set1_low(uint32_t a) { return vdupq_n_u64(a); }
static inline vq vq_iota(void)
{
    return vcombine_u64(vcreate_u64(0), vcreate_u64(1));
}
static inline vq vq_add(vq a, vq b) { return vaddq_u64(a, b); }
static inline vq vq_high(vq a) { return vshrq_n_u64(a, 32); }
static inline vq vq_mul32(vq a, vq b)
{
    return vmull_u32(vmovn_u64(a), vmovn_u64(b));
}
static inline vq vq_xor3(vq a, vq b, vq c)
{
    return veorq_u64(veorq_u64(a, b), c);
}
static inline void vq_pack(vq a, vq b, vi out[SIMD_QPACK])
{
    out[0] = vreinterpretq_u32_u64(vsliq_n_u64(a, b, 32));
}
/* clang-format on */

#endif /* ITO_KERN_SIMD_NEON_H */

/* SPDX-License-Identifier: MIT
 *
 * simd64_neon.h - the SIMD vocabulary for doubles, AArch64 Advanced SIMD.
 *
 * simd_c.h and simd64_c.h say what each word means.
 */
#ifndef ITO_KERN_SIMD64_NEON_H
#define ITO_KERN_SIMD64_NEON_H

#include <arm_neon.h>
#include <math.h>
#include <stdint.h>

#include "kern/kern.h"

#define SIMD_NAME   neon
#define SIMD_WIDTH  2
#define SIMD_QWIDTH 2
#define SIMD_QPACK  1
#define SIMD_REGS   32

#define real double

typedef float64x2_t vf;
typedef uint64x2_t vi;
typedef uint64x2_t vm; /* all bits of a lane set, or none */
typedef uint64x2_t vq;

/* clang-format off */

/* --- reals ------------------------------------------------------------- */
static inline vf v_zero(void) { return vdupq_n_f64(0.0); }
static inline vf v_set1(real a) { return vdupq_n_f64(a); }
static inline vf v_load(const real *p) { return vld1q_f64(p); }
static inline void v_store(real *p, vf a) { vst1q_f64(p, a); }
static inline vf v_load_n(const real *p, size_t n)
{
    real lane[SIMD_WIDTH] = { 0 };

    for (size_t j = 0; j < n; j++)
        lane[j] = p[j];
    return vld1q_f64(lane);
}
static inline void v_store_n(real *p, vf a, size_t n)
{
    real lane[SIMD_WIDTH];

    vst1q_f64(lane, a);
    for (size_t j = 0; j < n; j++)
        p[j] = lane[j];
}
static inline vf v_add(vf a, vf b) { return vaddq_f64(a, b); }
static inline vf v_sub(vf a, vf b) { return vsubq_f64(a, b); }
static inline vf v_mul(vf a, vf b) { return vmulq_f64(a, b); }
static inline vf v_div(vf a, vf b) { return vdivq_f64(a, b); }
static inline vf v_sqrt(vf a) { return vsqrtq_f64(a); }
static inline vf v_fma(vf a, vf b, vf c) { return vfmaq_f64(c, a, b); }
static inline vf v_fnma(vf a, vf b, vf c) { return vfmsq_f64(c, a, b); }
static inline vf v_floor(vf a) { return vrndmq_f64(a); }
static inline vf v_neg(vf a) { return vnegq_f64(a); }
static inline vf v_abs(vf a) { return vabsq_f64(a); }
static inline vf v_max(vf a, vf b)
{
    return vbslq_f64(vcgtq_f64(a, b), a, b);
}
static inline vf v_min(vf a, vf b)
{
    return vbslq_f64(vcltq_f64(a, b), a, b);
}

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b) { return vcltq_f64(a, b); }
static inline vm v_gt(vf a, vf b) { return vcgtq_f64(a, b); }
static inline vm v_eq(vf a, vf b) { return vceqq_f64(a, b); }
static inline vf v_sel(vm m, vf a, vf b) { return vbslq_f64(m, a, b); }
static inline bool v_any(vm m)
{
    return vmaxvq_u32(vreinterpretq_u32_u64(m)) != 0;
}
static inline vm vi_negative(vi a)
{
    return vcltzq_s64(vreinterpretq_s64_u64(a));
}

/* --- 64-bit integers --------------------------------------------------- */
static inline vi vi_set1(uint64_t a) { return vdupq_n_u64(a); }
static inline vi vi_add(vi a, vi b) { return vaddq_u64(a, b); }
static inline vi vi_sub(vi a, vi b) { return vsubq_u64(a, b); }
static inline vi vi_and(vi a, vi b) { return vandq_u64(a, b); }
static inline vi vi_or(vi a, vi b) { return vorrq_u64(a, b); }
static inline vi vi_xor(vi a, vi b) { return veorq_u64(a, b); }
#define vi_shl(a, count) vshlq_n_u64(a, count)
#define vi_shr(a, count) vshrq_n_u64(a, count)
static inline vi v_bits(vf a) { return vreinterpretq_u64_f64(a); }
static inline vf v_float(vi a) { return vreinterpretq_f64_u64(a); }

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
    out[0] = vsliq_n_u64(a, b, 32);
}
/* clang-format on */

#endif /* ITO_KERN_SIMD64_NEON_H */

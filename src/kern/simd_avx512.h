/* SPDX-License-Identifier: MIT
 *
 * simd_avx512.h - the SIMD vocabulary for AVX-512 (F, DQ, BW, VL).
 *
 * simd_c.h says what each word means.  Include inside the target region.
 */
#ifndef ITO_KERN_SIMD_AVX512_H
#define ITO_KERN_SIMD_AVX512_H

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#include "kern/kern.h"

#define SIMD_NAME   avx512
#define SIMD_WIDTH  16
#define SIMD_DWIDTH 8
#define SIMD_QWIDTH 8
#define SIMD_QPACK  1
#define SIMD_REGS   32
#define REAL_FMA    fmaf
#define REAL_SQRT   sqrtf
#define REAL_ABS    fabsf

typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vm;
typedef __m512d vd;
typedef __m512i vq;

/* clang-format off */

/* --- reals: memory ----------------------------------------------------- */
static inline __mmask16 v_first_(size_t n)
{
    return (__mmask16)((1u << n) - 1u);
}
static inline vf v_zero(void) { return _mm512_setzero_ps(); }
static inline vf v_set1(real a) { return _mm512_set1_ps(a); }
static inline vf v_load(const real *p) { return _mm512_loadu_ps(p); }
static inline void v_store(real *p, vf a) { _mm512_storeu_ps(p, a); }
static inline vf v_load_n(const real *p, size_t n)
{
    return _mm512_maskz_loadu_ps(v_first_(n), p);
}
static inline void v_store_n(real *p, vf a, size_t n)
{
    _mm512_mask_storeu_ps(p, v_first_(n), a);
}

/* --- reals: arithmetic ------------------------------------------------- */
static inline vf v_add(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf v_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf v_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf v_div(vf a, vf b) { return _mm512_div_ps(a, b); }
static inline vf v_sqrt(vf a) { return _mm512_sqrt_ps(a); }
static inline vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static inline vf v_fnma(vf a, vf b, vf c)
{
    return _mm512_fnmadd_ps(a, b, c);
}
static inline vf v_floor(vf a)
{
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
static inline vf v_neg(vf a)
{
    return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f));
}
static inline vf v_abs(vf a)
{
    return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a);
}
static inline vf v_max(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf v_min(vf a, vf b) { return _mm512_min_ps(a, b); }

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
static inline vm v_gt(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}
static inline vm v_eq(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
static inline vf v_sel(vm m, vf a, vf b)
{
    return _mm512_mask_blend_ps(m, b, a);
}
static inline bool v_any(vm m) { return m != 0; }
static inline vm vi_negative(vi a) { return _mm512_movepi32_mask(a); }

/* --- 32-bit integers --------------------------------------------------- */
static inline vi vi_set1(uint32_t a) { return _mm512_set1_epi32((int)a); }
static inline void vi_store(uint32_t *p, vi a) { _mm512_storeu_si512(p, a); }
static inline vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
static inline vi vi_sub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
static inline vi vi_and(vi a, vi b) { return _mm512_and_si512(a, b); }
static inline vi vi_or(vi a, vi b) { return _mm512_or_si512(a, b); }
static inline vi vi_xor(vi a, vi b) { return _mm512_xor_si512(a, b); }
#define vi_shl(a, count) _mm512_slli_epi32(a, count)
#define vi_shr(a, count) _mm512_srli_epi32(a, count)
#define vi_sar(a, count) _mm512_srai_epi32(a, count)
static inline vf v_from_i(vi a) { return _mm512_cvtepi32_ps(a); }
static inline vf v_from_u(vi a) { return _mm512_cvtepu32_ps(a); }
static inline vi v_bits(vf a) { return _mm512_castps_si512(a); }
static inline vf v_float(vi a) { return _mm512_castsi512_ps(a); }

/* --- doubles ----------------------------------------------------------- */
static inline vd vd_zero(void) { return _mm512_setzero_pd(); }
static inline vd vd_load(const double *p) { return _mm512_loadu_pd(p); }
static inline vd vd_load_real(const real *p)
{
    return _mm512_cvtps_pd(_mm256_loadu_ps(p));
}
static inline void vd_store(double *p, vd a) { _mm512_storeu_pd(p, a); }
static inline vd vd_add(vd a, vd b) { return _mm512_add_pd(a, b); }
static inline vd vd_mul(vd a, vd b) { return _mm512_mul_pd(a, b); }

/* --- Philox ------------------------------------------------------------ */
static inline vq vq_set1(uint64_t a)
{
    return _mm512_set1_epi64((long long)a);
}
static inline vq vq_set1_low(uint32_t a) { return _mm512_set1_epi32((int)a); }
static inline vq vq_iota(void)
{
    return _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
}
static inline vq vq_add(vq a, vq b) { return _mm512_add_epi64(a, b); }
static inline vq vq_high(vq a) { return _mm512_srli_epi64(a, 32); }
static inline vq vq_mul32(vq a, vq b) { return _mm512_mul_epu32(a, b); }
static inline vq vq_xor3(vq a, vq b, vq c)
{
    return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}
static inline void vq_pack(vq a, vq b, vi out[SIMD_QPACK])
{
    out[0] = _mm512_mask_blend_epi32(0xAAAA, a, _mm512_slli_epi64(b, 32));
}
/* clang-format on */

#endif /* ITO_KERN_SIMD_AVX512_H */

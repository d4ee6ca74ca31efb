/* SPDX-License-Identifier: MIT
 *
 * simd_avx2.h - the SIMD vocabulary for AVX2 with FMA.
 *
 * simd_c.h says what each word means.  Include inside the target region.
 */
#ifndef ITO_KERN_SIMD_AVX2_H
#define ITO_KERN_SIMD_AVX2_H

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#include "kern/kern.h"

#define SIMD_NAME   avx2
#define SIMD_WIDTH  8
#define SIMD_DWIDTH 4
#define SIMD_QWIDTH 4
#define SIMD_QPACK  1
#define SIMD_REGS   16
#define REAL_FMA    fmaf
#define REAL_SQRT   sqrtf
#define REAL_ABS    fabsf

typedef __m256 vf;
typedef __m256i vi;
typedef __m256 vm; /* the sign bit of a lane decides */
typedef __m256d vd;
typedef __m256i vq;

/* clang-format off */

/* --- reals: memory ----------------------------------------------------- */
static inline __m256i v_first_(size_t n)
{
    const __m256i lane = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);

    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane);
}
static inline vf v_zero(void) { return _mm256_setzero_ps(); }
static inline vf v_set1(real a) { return _mm256_set1_ps(a); }
static inline vf v_load(const real *p) { return _mm256_loadu_ps(p); }
static inline void v_store(real *p, vf a) { _mm256_storeu_ps(p, a); }
static inline vf v_load_n(const real *p, size_t n)
{
    return _mm256_maskload_ps(p, v_first_(n));
}
static inline void v_store_n(real *p, vf a, size_t n)
{
    _mm256_maskstore_ps(p, v_first_(n), a);
}

/* --- reals: arithmetic ------------------------------------------------- */
static inline vf v_add(vf a, vf b) { return _mm256_add_ps(a, b); }
static inline vf v_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static inline vf v_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static inline vf v_div(vf a, vf b) { return _mm256_div_ps(a, b); }
static inline vf v_sqrt(vf a) { return _mm256_sqrt_ps(a); }
static inline vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static inline vf v_fnma(vf a, vf b, vf c)
{
    return _mm256_fnmadd_ps(a, b, c);
}
static inline vf v_floor(vf a) { return _mm256_floor_ps(a); }
static inline vf v_neg(vf a)
{
    return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f));
}
static inline vf v_abs(vf a)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
static inline vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }
static inline vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
static inline vm v_gt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
static inline vm v_eq(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
static inline vf v_sel(vm m, vf a, vf b) { return _mm256_blendv_ps(b, a, m); }
static inline bool v_any(vm m) { return _mm256_movemask_ps(m) != 0; }
static inline vm vi_negative(vi a) { return _mm256_castsi256_ps(a); }

/* --- 32-bit integers --------------------------------------------------- */
static inline vi vi_set1(uint32_t a) { return _mm256_set1_epi32((int)a); }
static inline void vi_store(uint32_t *p, vi a)
{
    _mm256_storeu_si256((__m256i_u *)(void *)p, a);
}
static inline vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
static inline vi vi_sub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
static inline vi vi_and(vi a, vi b) { return _mm256_and_si256(a, b); }
static inline vi vi_or(vi a, vi b) { return _mm256_or_si256(a, b); }
static inline vi vi_xor(vi a, vi b) { return _mm256_xor_si256(a, b); }
#define vi_shl(a, count) _mm256_slli_epi32(a, count)
#define vi_shr(a, count) _mm256_srli_epi32(a, count)
#define vi_sar(a, count) _mm256_srai_epi32(a, count)
static inline vf v_from_i(vi a) { return _mm256_cvtepi32_ps(a); }
/*
 * AVX2 converts signed numbers alone.  The halves h, l of a word are put
 * into the mantissas of 2^39 + 2^16 h and 2^23 + l; subtracting 2^39 + 2^23
 * from the first is exact, and the one sum that follows rounds.
 */
static inline vf v_from_u(vi a)
{
    const vi low = _mm256_blend_epi16(a, _mm256_set1_epi32(0x4B000000), 0xAA);
    const vi high = _mm256_blend_epi16(
        _mm256_srli_epi32(a, 16), _mm256_set1_epi32(0x53000000), 0xAA);
    const vf part = _mm256_sub_ps(_mm256_castsi256_ps(high),
                                  _mm256_set1_ps(0x1.0001p39f));

    return _mm256_add_ps(part, _mm256_castsi256_ps(low));
}
static inline vi v_bits(vf a) { return _mm256_castps_si256(a); }
static inline vf v_float(vi a) { return _mm256_castsi256_ps(a); }

/* --- doubles ----------------------------------------------------------- */
static inline vd vd_zero(void) { return _mm256_setzero_pd(); }
static inline vd vd_load(const double *p) { return _mm256_loadu_pd(p); }
static inline vd vd_load_real(const real *p)
{
    return _mm256_cvtps_pd(_mm_loadu_ps(p));
}
static inline void vd_store(double *p, vd a) { _mm256_storeu_pd(p, a); }
static inline vd vd_add(vd a, vd b) { return _mm256_add_pd(a, b); }
static inline vd vd_mul(vd a, vd b) { return _mm256_mul_pd(a, b); }

/* --- Philox ------------------------------------------------------------ */
static inline vq vq_set1(uint64_t a)
{
    return _mm256_set1_epi64x((long long)a);
}
static inline vq vq_set1_low(uint32_t a) { return _mm256_set1_epi32((int)a); }
static inline vq vq_iota(void) { return _mm256_set_epi64x(3, 2, 1, 0); }
static inline vq vq_add(vq a, vq b) { return _mm256_add_epi64(a, b); }
static inline vq vq_high(vq a) { return _mm256_srli_epi64(a, 32); }
static inline vq vq_mul32(vq a, vq b) { return _mm256_mul_epu32(a, b); }
static inline vq vq_xor3(vq a, vq b, vq c)
{
    return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
}
static inline void vq_pack(vq a, vq b, vi out[SIMD_QPACK])
{
    out[0] = _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), 0xAA);
}
/* clang-format on */

#endif /* ITO_KERN_SIMD_AVX2_H */

/* SPDX-License-Identifier: MIT
 *
 * simd64_avx2.h - the SIMD vocabulary for doubles, AVX2 with FMA.
 *
 * simd_c.h and simd64_c.h say what each word means.  Include inside the
 * target region.
 */
#ifndef ITO_KERN_SIMD64_AVX2_H
#define ITO_KERN_SIMD64_AVX2_H

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#include "kern/kern.h"

#define SIMD_NAME   avx2
#define SIMD_WIDTH  4
#define SIMD_QWIDTH 4
#define SIMD_QPACK  1
#define SIMD_REGS   16

#define real double

typedef __m256d vf;
typedef __m256i vi;
typedef __m256d vm; /* the sign bit of a lane decides */
typedef __m256i vq;

/* clang-format off */

/* --- reals ------------------------------------------------------------- */
static inline __m256i v_first_(size_t n)
{
    const __m256i lane = _mm256_set_epi64x(3, 2, 1, 0);

    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)n), lane);
}
static inline vf v_zero(void) { return _mm256_setzero_pd(); }
static inline vf v_set1(real a) { return _mm256_set1_pd(a); }
static inline vf v_load(const real *p) { return _mm256_loadu_pd(p); }
static inline void v_store(real *p, vf a) { _mm256_storeu_pd(p, a); }
static inline vf v_load_n(const real *p, size_t n)
{
    return _mm256_maskload_pd(p, v_first_(n));
}
static inline void v_store_n(real *p, vf a, size_t n)
{
    _mm256_maskstore_pd(p, v_first_(n), a);
}
static inline vf v_add(vf a, vf b) { return _mm256_add_pd(a, b); }
static inline vf v_sub(vf a, vf b) { return _mm256_sub_pd(a, b); }
static inline vf v_mul(vf a, vf b) { return _mm256_mul_pd(a, b); }
static inline vf v_div(vf a, vf b) { return _mm256_div_pd(a, b); }
static inline vf v_sqrt(vf a) { return _mm256_sqrt_pd(a); }
static inline vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_pd(a, b, c); }
static inline vf v_fnma(vf a, vf b, vf c)
{
    return _mm256_fnmadd_pd(a, b, c);
}
static inline vf v_floor(vf a) { return _mm256_floor_pd(a); }
static inline vf v_neg(vf a)
{
    return _mm256_xor_pd(a, _mm256_set1_pd(-0.0));
}
static inline vf v_abs(vf a)
{
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}
static inline vf v_max(vf a, vf b) { return _mm256_max_pd(a, b); }
static inline vf v_min(vf a, vf b) { return _mm256_min_pd(a, b); }

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
static inline vm v_gt(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_GT_OQ); }
static inline vm v_eq(vf a, vf b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
static inline vf v_sel(vm m, vf a, vf b) { return _mm256_blendv_pd(b, a, m); }
static inline bool v_any(vm m) { return _mm256_movemask_pd(m) != 0; }
static inline vm vi_negative(vi a) { return _mm256_castsi256_pd(a); }

/* --- 64-bit integers --------------------------------------------------- */
static inline vi vi_set1(uint64_t a)
{
    return _mm256_set1_epi64x((long long)a);
}
static inline vi vi_add(vi a, vi b) { return _mm256_add_epi64(a, b); }
static inline vi vi_sub(vi a, vi b) { return _mm256_sub_epi64(a, b); }
static inline vi vi_and(vi a, vi b) { return _mm256_and_si256(a, b); }
static inline vi vi_or(vi a, vi b) { return _mm256_or_si256(a, b); }
static inline vi vi_xor(vi a, vi b) { return _mm256_xor_si256(a, b); }
#define vi_shl(a, count) _mm256_slli_epi64(a, count)
#define vi_shr(a, count) _mm256_srli_epi64(a, count)
static inline vi v_bits(vf a) { return _mm256_castpd_si256(a); }
static inline vf v_float(vi a) { return _mm256_castsi256_pd(a); }

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

#endif /* ITO_KERN_SIMD64_AVX2_H */

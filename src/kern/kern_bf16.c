/* SPDX-License-Identifier: MIT
 *
 * kern_bf16.c - products in bf16 by the instructions of AVX512_BF16; every
 * other kernel is that of AVX-512.
 */
#include "kern/kern.h"

#ifdef ITO_KERN_X86

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(                                   \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl," \
                          "avx512bf16,avx2,fma"))),             \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma")
#endif

#include "kern/simd_avx512.h"

#undef SIMD_NAME
#define SIMD_NAME  avx512_bf16
#define SIMD_PAIRS 1 /* gemm_pairs.h finds its words below */

/* What v_fma_pair of gemm_tile.h and the two words of gemm_pairs.h do. */
ITO_INLINE vf v_fma_pair(vf a, vf b, vf c)
{
    return _mm512_dpbf16_ps(c, (__m512bh)a, (__m512bh)b);
}

/* 16 numbers of each, a's in the lower half. */
ITO_INLINE vf pair_both(vf a, vf b)
{
    return (vf)_mm512_cvtne2ps_pbh(b, a);
}

ITO_INLINE vf v_pair_zip(vf a, vf b)
{
    const vi order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11,
                                      26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5,
                                      20, 4, 19, 3, 18, 2, 17, 1, 16, 0);

    return v_float(_mm512_permutexvar_epi16(order, v_bits(pair_both(a, b))));
}

static void pair_row(size_t k, const real *x, real *out)
{
    for (; k >= 2 * SIMD_WIDTH; k -= 2 * SIMD_WIDTH) {
        v_store(out, pair_both(v_load(x), v_load(x + SIMD_WIDTH)));
        x += 2 * SIMD_WIDTH;
        out += SIMD_WIDTH;
    }
    if (k > SIMD_WIDTH)
        v_store_n(
            out, pair_both(v_load(x), v_load_n(x + SIMD_WIDTH, k - SIMD_WIDTH)),
            (k + 1) / 2);
    else if (k > 0)
        v_store_n(out, pair_both(v_load_n(x, k), v_zero()), (k + 1) / 2);
}

static void vec_act(size_t n, ito_act act, const real *x, real *y)
{
    ito__kern_avx512.act(n, act, x, y);
}

static void vec_act_grad(size_t n, ito_act act, const real *x, real *y, real *d)
{
    ito__kern_avx512.act_grad(n, act, x, y, d);
}

/* after the vocabulary it is written in */
#include "kern/gemm_pairs.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif /* ITO_KERN_X86 */

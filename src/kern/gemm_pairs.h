/* SPDX-License-Identifier: MIT
 *
 * gemm_pairs.h - the matrix product of kern.h with operands rounded to bf16
 * (8 bits of precision, the range of float), sums in float.
 *
 * Two numbers of consecutive p make a word of 32 bits, the even one in the
 * lower half; a last one alone has a zero beside it.  The product is that of
 * gemm_tmpl.h over words instead of reals: the same blocks and tiles, both
 * operands always copied, being rounded on the way.
 *
 *     word (p, j) = bf16(b(2 p, j)) + 2^16 bf16(b(2 p + 1, j))
 *     c(i, j)     = one chain of fma over p = 1, 0, 3, 2, 5, 4, ...
 *
 * which is what the instruction vdpbf16ps does with a word (Intel, Software
 * Developer's Manual; checked against it on the CPUs that have it), so
 * that a table without it gives the same bits.  The one exception: the
 * instruction flushes sums below 2^-126 to zero.  Rounding is to nearest
 * even; numbers below 2^-126 become zero, NaN stays NaN.
 *
 * Products of at most PAIR_THIN columns are computed in float.
 */
#ifndef ITO_KERN_GEMM_PAIRS_H
#define ITO_KERN_GEMM_PAIRS_H

#include "kern/gemm_tmpl.h"

#define PAIR_THIN 8

/* Numbers of p that are turned at a time. */
#define PAIR_CHUNK 16

static inline size_t pair_steps(size_t k)
{
    return k / 2 + k % 2;
}

#ifndef SIMD_PAIRS

/* x rounded to bf16, in the upper half; the lower half is anything. */
ITO_INLINE vi pair_round(vf x)
{
    const vi u = v_bits(x);
    const vi even = vi_and(vi_shr(u, 16), vi_set1(1));
    const vi up = vi_add(u, vi_add(vi_set1(0x7fff), even));
    const vf zero = v_float(vi_and(u, vi_set1(0x80000000u)));
    const vf nan = v_float(vi_or(u, vi_set1(0x00400000u)));
    const vm tiny = v_lt(v_abs(x), v_set1(0x1p-126F));

    return v_bits(v_sel(v_eq(x, x), v_sel(tiny, zero, v_float(up)), nan));
}

/* Words of the numbers of a (even) and b (odd), lane by lane. */
ITO_INLINE vf v_pair_zip(vf a, vf b)
{
    return v_float(vi_or(vi_shr(pair_round(a), 16),
                         vi_and(pair_round(b), vi_set1(0xffff0000u))));
}

static inline uint32_t pair_half(real x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof(u));
    if (x != x)
        return u >> 16 | 0x40;
    if (REAL_ABS(x) < 0x1p-126F)
        return u >> 16 & 0x8000;
    return (u + 0x7fff + (u >> 16 & 1)) >> 16;
}

/* Words of k consecutive numbers. */
static void pair_row(size_t k, const real *x, real *out)
{
    for (size_t p = 0; p < k; p += 2) {
        const uint32_t odd = p + 1 < k ? pair_half(x[p + 1]) : 0;
        const uint32_t word = pair_half(x[p]) | odd << 16;

        memcpy(out++, &word, sizeof(word));
    }
}

#endif

/* Words of two rows of n numbers, the second of zeros where it is NULL. */
ITO_INLINE void pair_rows(size_t n, const real *even, const real *odd,
                          real *out)
{
    for (size_t j = 0; j < n; j += SIMD_WIDTH) {
        const size_t m = gemm_min(n - j, SIMD_WIDTH);

        if (m == SIMD_WIDTH && odd)
            v_store(out + j, v_pair_zip(v_load(even + j), v_load(odd + j)));
        else
            v_store(out + j, v_pair_zip(v_load_n(even + j, m),
                                        odd ? v_load_n(odd + j, m) : v_zero()));
    }
}

static void pair_panel_copied(size_t k, size_t n, const real *b, size_t b_row,
                              real *out)
{
    const size_t width = gemm_width(n);

    for (size_t p = 0; p < k; p += 2, b += 2 * b_row, out += width)
        pair_rows(n, b, p + 1 < k ? b + b_row : NULL, out);
}

/* One panel of words. */
static void pair_panel(size_t k, size_t n, const real *b, size_t b_row,
                       size_t b_col, real *out)
{
    real turned[PAIR_CHUNK * GEMM_NR];
    const size_t width = gemm_width(n);

    if (b_col == 1) {
        pair_panel_copied(k, n, b, b_row, out);
        return;
    }
    for (size_t p = 0; p < k; p += PAIR_CHUNK) {
        const size_t m = gemm_min(k - p, PAIR_CHUNK);

        gemm_panel(m, n, b + p * b_row, b_row, b_col, turned);
        pair_panel_copied(m, width, turned, width, out + p / 2 * width);
    }
}

static void pair_rows_copied(size_t k, size_t mr, const real *a, size_t a_row,
                             real *out)
{
    for (size_t i = 0; i < mr; i++)
        pair_row(k, a + i * a_row, out + i * (pair_steps(k) + GEMM_A_GAP));
}

static void pair_rows_turned(size_t k, size_t mr, const real *a, size_t a_row,
                             size_t a_col, real *out)
{
    real two[2][GEMM_A_WIDTH];

    for (size_t p = 0; p < k; p += 2, a += 2 * a_col, out += GEMM_A_WIDTH) {
        const size_t odd = p + 1 < k ? a_col : 0;

        if (a_row == 1) {
            pair_rows(mr, a, odd ? a + odd : NULL, out);
            continue;
        }
        for (size_t i = 0; i < mr; i++) {
            two[0][i] = a[i * a_row];
            two[1][i] = odd ? a[i * a_row + odd] : (real)0;
        }
        pair_rows(mr, two[0], two[1], out);
    }
}

static size_t pair_packed_b(size_t k, size_t n)
{
    return n <= PAIR_THIN ? packed_b(k, n) : pair_steps(k) * gemm_width(n);
}

static void pair_pack_b(size_t k, size_t n, const real *b, size_t b_row,
                        size_t b_col, real *out)
{
    if (n <= PAIR_THIN) {
        pack_b(k, n, b, b_row, b_col, out);
        return;
    }
    for (size_t j = 0; j < n; j += GEMM_NR)
        pair_panel(k, gemm_min(n - j, GEMM_NR), b + j * b_col, b_row, b_col,
                   out + j * pair_steps(k));
}

static size_t pair_gemm_work(size_t m, size_t n, size_t k)
{
    return gemm_work(m, n, n <= PAIR_THIN ? k : pair_steps(k));
}

static void pair_gemm(const ito_gemm *g)
{
    static const gemm_way pairs = { .step = 2,
                                    .tiles = pair_tiles,
                                    .panel = pair_panel,
                                    .rows_copied = pair_rows_copied,
                                    .rows_turned = pair_rows_turned };

    if (g->n <= PAIR_THIN)
        gemm(g);
    else if (g->m > 0)
        gemm_wide(g, &pairs);
}

#define PAIR_CAT_(a, b) a##b
#define PAIR_CAT(a, b)  PAIR_CAT_(a, b)

const ito_products PAIR_CAT(ito__bf16_, SIMD_NAME) = {
    .packed_b = pair_packed_b,
    .pack_b = pair_pack_b,
    .gemm_work = pair_gemm_work,
    .gemm = pair_gemm,
};

#endif /* ITO_KERN_GEMM_PAIRS_H */

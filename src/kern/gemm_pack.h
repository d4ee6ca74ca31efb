/* SPDX-License-Identifier: MIT
 *
 * gemm_pack.h - operands of the matrix product copied into the order in which
 * the tile reads them.
 *
 * A panel holds GEMM_NR columns of B (the last one fewer, rounded up to whole
 * registers and filled up with zeros), row after row:
 *
 *     element (p, j) of a panel of width w is at panel[p * w + j]
 *
 * Rows that are contiguous are copied; columns that are contiguous are
 * transposed in registers, SIMD_WIDTH rows and columns at a time.  A packed
 * operand is its panels one after the other, or, of at most GEMM_THIN
 * columns, its rows.
 *
 * Rows of A that one tile needs are copied to GEMM_A_GAP beyond their length
 * apart, so that they start in different sets of a cache, or, where A is not
 * stored by rows, step after step:
 *
 *     element (i, p) is at rows[p * GEMM_A_WIDTH + i]
 *
 * Included by gemm_tmpl.h.
 */
#ifndef ITO_KERN_GEMM_PACK_H
#define ITO_KERN_GEMM_PACK_H

#include "kern/gemm_tile.h"

/* Up to this many columns the rows of A are the lanes. */
#define GEMM_THIN (SIMD_WIDTH / 2)

#define GEMM_A_GAP   16
#define GEMM_A_WIDTH ((GEMM_MR + SIMD_WIDTH - 1) / SIMD_WIDTH * SIMD_WIDTH)

static inline size_t gemm_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The width of a panel that holds n columns. */
static inline size_t gemm_width(size_t n)
{
    return (n + SIMD_WIDTH - 1) / SIMD_WIDTH * SIMD_WIDTH;
}

#if SIMD_WIDTH == 16

/* Transpose 16 registers of 16: pairs, quadruples, then 128-bit quarters. */
GEMM_INLINE void gemm_transpose(vf r[16])
{
    vf t[16];

    GEMM_UNROLL
    for (size_t i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 16; i += 4) {
        const __m512d a = _mm512_castps_pd(t[i]);
        const __m512d b = _mm512_castps_pd(t[i + 1]);
        const __m512d c = _mm512_castps_pd(t[i + 2]);
        const __m512d d = _mm512_castps_pd(t[i + 3]);

        r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
        r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
        r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
        r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
        r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
        r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

#elif SIMD_WIDTH == 8

/* Transpose 8 registers of 8: pairs, quadruples, then halves. */
GEMM_INLINE void gemm_transpose(vf r[8])
{
    vf t[8];

    GEMM_UNROLL
    for (size_t i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
    GEMM_UNROLL
    for (size_t i = 0; i < 8; i++)
        r[i] = t[i];
}

#else

/* Transpose SIMD_WIDTH registers through memory. */
GEMM_INLINE void gemm_transpose(vf r[SIMD_WIDTH])
{
    real in[SIMD_WIDTH * SIMD_WIDTH], out[SIMD_WIDTH * SIMD_WIDTH];

    for (size_t i = 0; i < SIMD_WIDTH; i++)
        v_store(in + i * SIMD_WIDTH, r[i]);
    for (size_t i = 0; i < SIMD_WIDTH; i++)
        for (size_t j = 0; j < SIMD_WIDTH; j++)
            out[j * SIMD_WIDTH + i] = in[i * SIMD_WIDTH + j];
    for (size_t i = 0; i < SIMD_WIDTH; i++)
        r[i] = v_load(out + i * SIMD_WIDTH);
}

#endif

/* out(p, j) = b[p + j * b_col] for one whole block of registers. */
static void gemm_turn(const real *b, size_t b_col, real *out, size_t width)
{
    vf r[SIMD_WIDTH];

    GEMM_UNROLL
    for (size_t j = 0; j < SIMD_WIDTH; j++)
        r[j] = v_load(b + j * b_col);
    gemm_transpose(r);
    GEMM_UNROLL
    for (size_t p = 0; p < SIMD_WIDTH; p++)
        v_store(out + p * width, r[p]);
}

/* The same for k <= SIMD_WIDTH rows and n <= SIMD_WIDTH columns, the other
 * columns becoming zero. */
static void gemm_turn_edge(size_t k, size_t n, const real *b, size_t b_col,
                           real *out, size_t width)
{
    vf r[SIMD_WIDTH];

    GEMM_UNROLL
    for (size_t j = 0; j < SIMD_WIDTH; j++)
        r[j] = j < n ? v_load_n(b + j * b_col, k) : v_zero();
    gemm_transpose(r);
    GEMM_UNROLL
    for (size_t p = 0; p < SIMD_WIDTH; p++)
        if (p < k)
            v_store(out + p * width, r[p]);
}

/* A panel of k rows from columns that are contiguous (b_row = 1). */
static void gemm_panel_turned(size_t k, size_t n, const real *b, size_t b_col,
                              real *out)
{
    const size_t width = gemm_width(n);

    for (size_t j = 0; j < n; j += SIMD_WIDTH) {
        const size_t jn = gemm_min(n - j, SIMD_WIDTH);
        const real *from = b + j * b_col;
        size_t p = 0;

        if (jn == SIMD_WIDTH)
            for (; p + SIMD_WIDTH <= k; p += SIMD_WIDTH)
                gemm_turn(from + p, b_col, out + p * width + j, width);
        for (; p < k; p += SIMD_WIDTH)
            gemm_turn_edge(gemm_min(k - p, SIMD_WIDTH), jn, from + p, b_col,
                           out + p * width + j, width);
    }
}

/* A panel of k rows from rows that are contiguous (b_col = 1). */
static void gemm_panel_copied(size_t k, size_t n, const real *b, size_t b_row,
                              real *out)
{
    const size_t width = gemm_width(n), whole = n - n % SIMD_WIDTH;

    for (size_t p = 0; p < k; p++, b += b_row, out += width) {
        for (size_t j = 0; j < whole; j += SIMD_WIDTH)
            v_store(out + j, v_load(b + j));
        if (whole < n)
            v_store(out + whole, v_load_n(b + whole, n - whole));
    }
}

/* One panel: n <= GEMM_NR columns, k rows, any strides. */
static void gemm_panel(size_t k, size_t n, const real *b, size_t b_row,
                       size_t b_col, real *out)
{
    const size_t width = gemm_width(n);

    if (b_col == 1) {
        gemm_panel_copied(k, n, b, b_row, out);
        return;
    }
    if (b_row == 1) {
        gemm_panel_turned(k, n, b, b_col, out);
        return;
    }
    for (size_t p = 0; p < k; p++)
        for (size_t j = 0; j < width; j++)
            out[p * width + j] = j < n ? b[p * b_row + j * b_col] : (real)0;
}

/* Numbers of a packed k x n operand. */
static size_t packed_b(size_t k, size_t n)
{
    return n <= GEMM_THIN ? k * n : k * gemm_width(n);
}

/* Pack element (p, j) = b[p * b_row + j * b_col]. */
static void pack_b(size_t k, size_t n, const real *b, size_t b_row,
                   size_t b_col, real *out)
{
    if (n <= GEMM_THIN) {
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < n; j++)
                out[p * n + j] = b[p * b_row + j * b_col];
        return;
    }
    for (size_t j = 0; j < n; j += GEMM_NR)
        gemm_panel(k, gemm_min(n - j, GEMM_NR), b + j * b_col, b_row, b_col,
                   out + j * k);
}

/* mr rows of A that are contiguous. */
static void gemm_rows_copied(size_t k, size_t mr, const real *a, size_t a_row,
                             real *out)
{
    for (size_t i = 0; i < mr; i++)
        memcpy(out + i * (k + GEMM_A_GAP), a + i * a_row, k * sizeof(*a));
}

/* mr rows of A with any strides, by steps. */
static void gemm_rows_turned(size_t k, size_t mr, const real *a, size_t a_row,
                             size_t a_col, real *out)
{
    for (size_t p = 0; p < k; p++, a += a_col, out += GEMM_A_WIDTH) {
        if (a_row == 1)
            for (size_t i = 0; i < mr; i += SIMD_WIDTH)
                v_store(out + i, v_load_n(a + i, gemm_min(mr - i, SIMD_WIDTH)));
        else
            for (size_t i = 0; i < mr; i++)
                out[i] = a[i * a_row];
    }
}

#endif /* ITO_KERN_GEMM_PACK_H */

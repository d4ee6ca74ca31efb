/* SPDX-License-Identifier: MIT
 *
 * norm_tmpl.h - what normalisation is made of: sums of columns and their
 * products in double, rows of x scaled and shifted column by column, and rows
 * normalised by themselves.
 *
 * The product of two floats is exact in double, so that no fma shows.
 */
#ifndef ITO_KERN_NORM_TMPL_H
#define ITO_KERN_NORM_TMPL_H

#include "kern/learn_tmpl.h"

#define NORM_STRIP 4 /* registers of columns at once */

/* `strip` registers of columns; a constant where it is used. */
ITO_INLINE void norm_sums(const size_t strip, size_t rows, size_t cols,
                          const real *x, const real *y, double *sum,
                          double *dot)
{
    vd s[NORM_STRIP], d[NORM_STRIP];

    for (size_t r = 0; r < strip; r++) {
        s[r] = vd_load(sum + r * SIMD_DWIDTH);
        d[r] = vd_load(dot + r * SIMD_DWIDTH);
    }
    for (size_t i = 0; i < rows; i++, x += cols, y += cols)
        for (size_t r = 0; r < strip; r++) {
            const vd v = vd_load_real(y + r * SIMD_DWIDTH);
            const vd u = vd_load_real(x + r * SIMD_DWIDTH);

            s[r] = vd_add(s[r], v);
            d[r] = vd_add(d[r], vd_mul(u, v));
        }
    for (size_t r = 0; r < strip; r++) {
        vd_store(sum + r * SIMD_DWIDTH, s[r]);
        vd_store(dot + r * SIMD_DWIDTH, d[r]);
    }
}

static void vec_colsums(size_t rows, size_t cols, const real *x, const real *y,
                        double *sum, double *dot)
{
    size_t j = 0;

    for (; j + NORM_STRIP * SIMD_DWIDTH <= cols; j += NORM_STRIP * SIMD_DWIDTH)
        norm_sums(NORM_STRIP, rows, cols, x + j, y + j, sum + j, dot + j);
    for (; j + SIMD_DWIDTH <= cols; j += SIMD_DWIDTH)
        norm_sums(1, rows, cols, x + j, y + j, sum + j, dot + j);
    for (; j < cols; j++)
        for (size_t i = 0; i < rows; i++) {
            const double u = (double)x[i * cols + j];
            const double v = (double)y[i * cols + j];

            sum[j] += v;
            dot[j] += u * v;
        }
}

static void vec_affine(size_t rows, size_t cols, const real *x, const real *a,
                       const real *b, real *y)
{
    for (size_t i = 0; i < rows; i++, x += cols, y += cols) {
        size_t j = 0;

        for (; j + SIMD_WIDTH <= cols; j += SIMD_WIDTH)
            v_store(y + j, v_fma(v_load(a + j), v_load(x + j), v_load(b + j)));
        if (j < cols) {
            const size_t m = cols - j;
            const vf va = v_load_n(a + j, m), vx = v_load_n(x + j, m);

            v_store_n(y + j, v_fma(va, vx, v_load_n(b + j, m)), m);
        }
    }
}

static void vec_affine2(size_t rows, size_t cols, const real *x, const real *y,
                        const real *const by[3], bool add, real *z)
{
    const real *const p = by[0], *const q = by[1], *const r = by[2];

    for (size_t i = 0; i < rows; i++, x += cols, y += cols, z += cols) {
        size_t j = 0;

        for (; j + SIMD_WIDTH <= cols; j += SIMD_WIDTH) {
            const vf low = v_fma(v_load(q + j), v_load(y + j), v_load(r + j));
            const vf v = v_fma(v_load(p + j), v_load(x + j), low);

            v_store(z + j, add ? v_add(v_load(z + j), v) : v);
        }
        if (j < cols) {
            const size_t m = cols - j;
            const vf low = v_fma(v_load_n(q + j, m), v_load_n(y + j, m),
                                 v_load_n(r + j, m));
            const vf v = v_fma(v_load_n(p + j, m), v_load_n(x + j, m), low);

            v_store_n(z + j, add ? v_add(v_load_n(z + j, m), v) : v, m);
        }
    }
}

static void vec_rownorm(size_t rows, size_t cols, double eps, bool center,
                        const real *x, real *y, real *scale)
{
    for (size_t i = 0; i < rows; i++, x += cols, y += cols) {
        const double mean = center ? vec_sum(cols, x) / (double)cols : 0.0;
        const double square = vec_sumsq(cols, x) / (double)cols - mean * mean;
        const double var = square > 0.0 ? square : 0.0;
        const vf m = v_set1((real)mean);
        vf s;
        size_t j = 0;

        scale[i] = (real)(1.0 / sqrt(var + eps));
        s = v_set1(scale[i]);
        for (; j + SIMD_WIDTH <= cols; j += SIMD_WIDTH)
            v_store(y + j, v_mul(s, v_sub(v_load(x + j), m)));
        if (j < cols)
            v_store_n(y + j, v_mul(s, v_sub(v_load_n(x + j, cols - j), m)),
                      cols - j);
    }
}

static void vec_rownorm_grad(size_t rows, size_t cols, bool center,
                             const real *y, const real *scale, real *g)
{
    for (size_t i = 0; i < rows; i++, y += cols, g += cols) {
        const double mean = center ? vec_sum(cols, g) / (double)cols : 0.0;
        const real slope = vec_dot(cols, g, y) / (real)cols;
        const vf m = v_set1((real)mean), d = v_set1(slope);
        const vf s = v_set1(scale[i]);
        size_t j = 0;

        for (; j + SIMD_WIDTH <= cols; j += SIMD_WIDTH) {
            const vf v = v_fnma(d, v_load(y + j), v_sub(v_load(g + j), m));

            v_store(g + j, v_mul(s, v));
        }
        if (j < cols) {
            const size_t n = cols - j;
            const vf v =
                v_fnma(d, v_load_n(y + j, n), v_sub(v_load_n(g + j, n), m));

            v_store_n(g + j, v_mul(s, v), n);
        }
    }
}

#endif /* ITO_KERN_NORM_TMPL_H */

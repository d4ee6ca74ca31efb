/* SPDX-License-Identifier: MIT
 *
 * vec_tmpl.h - updates of vectors, for float and double.
 *
 * Element-wise kernels apply one operation sequence to body and tail.
 */
#ifndef ITO_KERN_VEC_TMPL_H
#define ITO_KERN_VEC_TMPL_H

#define VEC_ACCS  (ITO_LANES / SIMD_WIDTH) /* registers that hold the lanes */
#define VEC_TERMS 8                        /* of a linear combination at once */

_Static_assert(ITO_LANES % SIMD_WIDTH == 0, "lanes must fill registers");

static void vec_axpy(size_t n, real a, const real *x, real *y)
{
    const vf va = v_set1(a);
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
        v_store(y + i, v_fma(va, v_load(x + i), v_load(y + i)));
    if (i < n) {
        const size_t m = n - i;
        v_store_n(y + i, v_fma(va, v_load_n(x + i, m), v_load_n(y + i, m)), m);
    }
}

/* m is a constant up to VEC_TERMS: coefficients and pointers in registers. */
ITO_INLINE void vec_lincomb_of(size_t n, real *z, const real *x, const size_t m,
                               const real *a, const real *const *y)
{
    const real *row[VEC_TERMS];
    vf va[VEC_TERMS];
    size_t i = 0;

    for (size_t j = 0; j < m; j++) {
        va[j] = v_set1(a[j]);
        row[j] = y[j];
    }
    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {
        vf sum = v_load(x + i);
        for (size_t j = 0; j < m; j++)
            sum = v_fma(va[j], v_load(row[j] + i), sum);
        v_store(z + i, sum);
    }
    if (i < n) {
        vf sum = v_load_n(x + i, n - i);
        for (size_t j = 0; j < m; j++)
            sum = v_fma(va[j], v_load_n(row[j] + i, n - i), sum);
        v_store_n(z + i, sum, n - i);
    }
}

/* Any m. */
static void vec_lincomb_many(size_t n, real *z, const real *x, size_t m,
                             const real *a, const real *const *y)
{
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {
        vf sum = v_load(x + i);
        for (size_t j = 0; j < m; j++)
            sum = v_fma(v_set1(a[j]), v_load(y[j] + i), sum);
        v_store(z + i, sum);
    }
    if (i < n) {
        vf sum = v_load_n(x + i, n - i);
        for (size_t j = 0; j < m; j++)
            sum = v_fma(v_set1(a[j]), v_load_n(y[j] + i, n - i), sum);
        v_store_n(z + i, sum, n - i);
    }
}

static void vec_lincomb(size_t n, real *z, const real *x, size_t m,
                        const real *a, const real *const *y)
{
    switch (m) {
    case 1: vec_lincomb_of(n, z, x, 1, a, y); break;
    case 2: vec_lincomb_of(n, z, x, 2, a, y); break;
    case 3: vec_lincomb_of(n, z, x, 3, a, y); break;
    case 4: vec_lincomb_of(n, z, x, 4, a, y); break;
    case 5: vec_lincomb_of(n, z, x, 5, a, y); break;
    case 6: vec_lincomb_of(n, z, x, 6, a, y); break;
    case 7: vec_lincomb_of(n, z, x, 7, a, y); break;
    case 8: vec_lincomb_of(n, z, x, 8, a, y); break;
    default: vec_lincomb_many(n, z, x, m, a, y); break;
    }
}

/* z = op(x, y) over arrays. */
#define VEC_MAP2(name, op)                                                   \
    static void name(size_t n, const real *x, const real *y, real *z)        \
    {                                                                        \
        size_t i = 0;                                                        \
                                                                             \
        for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)                         \
            v_store(z + i, op(v_load(x + i), v_load(y + i)));                \
        if (i < n) {                                                         \
            const size_t m = n - i;                                          \
            v_store_n(z + i, op(v_load_n(x + i, m), v_load_n(y + i, m)), m); \
        }                                                                    \
    }

VEC_MAP2(vec_add, v_add)
VEC_MAP2(vec_sub, v_sub)
VEC_MAP2(vec_mul, v_mul)

static void vec_muladd(size_t n, const real *x, const real *y, real *z)
{
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
        v_store(z + i, v_fma(v_load(x + i), v_load(y + i), v_load(z + i)));
    if (i < n) {
        const size_t m = n - i;
        const vf vx = v_load_n(x + i, m), vy = v_load_n(y + i, m);
        v_store_n(z + i, v_fma(vx, vy, v_load_n(z + i, m)), m);
    }
}

static void vec_scale(size_t n, real a, const real *x, real *y)
{
    const vf va = v_set1(a);
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
        v_store(y + i, v_mul(va, v_load(x + i)));
    if (i < n)
        v_store_n(y + i, v_mul(va, v_load_n(x + i, n - i)), n - i);
}

/* Halve the lanes until one is left: 16 additions, then 8, 4, 2, 1. */
static real vec_tree(real lane[ITO_LANES])
{
    for (size_t half = ITO_LANES / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++)
            lane[j] += lane[j + half];
    return lane[0];
}

/* 0 x is NaN for an infinity or NaN, and a NaN stays in a sum. */
static bool vec_all_finite(size_t n, const real *x)
{
    real lane[ITO_LANES];
    vf acc[VEC_ACCS];
    size_t i = 0;

    for (size_t r = 0; r < VEC_ACCS; r++)
        acc[r] = v_zero();
    for (; i + ITO_LANES <= n; i += ITO_LANES)
        for (size_t r = 0; r < VEC_ACCS; r++)
            acc[r] = v_fma(v_load(x + i + r * SIMD_WIDTH), v_zero(), acc[r]);
    for (size_t r = 0; r < VEC_ACCS; r++)
        v_store(lane + r * SIMD_WIDTH, acc[r]);
    for (size_t j = 0; i < n; i++, j++)
        lane[j] += x[i] * R(0.0);
    return vec_tree(lane) == R(0.0);
}

#endif /* ITO_KERN_VEC_TMPL_H */

/* SPDX-License-Identifier: MIT
 *
 * softmax_tmpl.h - the softmax of rows, and its gradient.
 *
 * The largest number of a row is the same in any order; the sum of a row is
 * kept in ITO_LANES partial sums, as those of learn_tmpl.h.
 */
#ifndef ITO_KERN_SOFTMAX_TMPL_H
#define ITO_KERN_SOFTMAX_TMPL_H

ITO_INLINE real row_max(size_t n, const real *x)
{
    real lane[SIMD_WIDTH], most = x[0];
    size_t i = 0;

    if (n >= SIMD_WIDTH) {
        vf m = v_load(x);

        for (i = SIMD_WIDTH; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
            m = v_max(m, v_load(x + i));
        v_store(lane, m);
        for (size_t j = 0; j < SIMD_WIDTH; j++)
            most = lane[j] > most ? lane[j] : most;
    }
    for (; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

/* x = exp(scale (x - most)); returns the sum. */
ITO_INLINE real row_exp(size_t n, real most, real scale, real *x)
{
    const vf m = v_set1(most), s = v_set1(scale);
    real lane[ITO_LANES];
    vf acc[VEC_ACCS];
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
        v_store(x + i, math_exp(v_mul(s, v_sub(v_load(x + i), m))));
    if (i < n)
        v_store_n(x + i, math_exp(v_mul(s, v_sub(v_load_n(x + i, n - i), m))),
                  n - i);
    for (size_t r = 0; r < VEC_ACCS; r++)
        acc[r] = v_zero();
    for (i = 0; i + ITO_LANES <= n; i += ITO_LANES)
        for (size_t r = 0; r < VEC_ACCS; r++)
            acc[r] = v_add(acc[r], v_load(x + i + r * SIMD_WIDTH));
    for (size_t r = 0; r < VEC_ACCS; r++)
        v_store(lane + r * SIMD_WIDTH, acc[r]);
    for (size_t j = 0; i < n; i++, j++)
        lane[j] += x[i];
    return vec_tree(lane);
}

static void vec_softmax(size_t rows, size_t cols, real scale, real *x)
{
    for (size_t r = 0; r < rows; r++, x += cols) {
        const real sum = row_exp(cols, row_max(cols, x), scale, x);

        vec_scale(cols, R(1.0) / sum, x, x);
    }
}

static void vec_softmax_grad(size_t rows, size_t cols, real scale,
                             const real *p, real *dp)
{
    const vf s = v_set1(scale);

    for (size_t r = 0; r < rows; r++, p += cols, dp += cols) {
        const vf mean = v_set1(vec_dot(cols, p, dp));
        size_t i = 0;

        for (; i + SIMD_WIDTH <= cols; i += SIMD_WIDTH)
            v_store(dp + i, v_mul(v_mul(s, v_load(p + i)),
                                  v_sub(v_load(dp + i), mean)));
        if (i < cols) {
            const size_t m = cols - i;

            v_store_n(dp + i,
                      v_mul(v_mul(s, v_load_n(p + i, m)),
                            v_sub(v_load_n(dp + i, m), mean)),
                      m);
        }
    }
}

#endif /* ITO_KERN_SOFTMAX_TMPL_H */

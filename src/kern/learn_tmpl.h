/* SPDX-License-Identifier: MIT
 *
 * learn_tmpl.h - vector kernels that learning needs: moving averages,
 * reductions, Adam.
 *
 * Reductions keep ITO_LANES partial sums whatever the register width, element
 * i in lane i mod ITO_LANES, and add the lanes in one fixed tree, so that the
 * width never shows.
 */
#ifndef ITO_KERN_LEARN_TMPL_H
#define ITO_KERN_LEARN_TMPL_H

#include "kern/vec_tmpl.h"

#define VEC_DACCS (ITO_LANES / SIMD_DWIDTH) /* registers of lanes in double */
#define VEC_STRIP 4                         /* registers of colsum */

ITO_INLINE vf vec_lerp_(vf a, vf x, vf y)
{
    return v_fma(a, v_sub(x, y), y);
}

static void vec_lerp(size_t n, real a, const real *x, real *y)
{
    const vf va = v_set1(a);
    size_t i = 0;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)
        v_store(y + i, vec_lerp_(va, v_load(x + i), v_load(y + i)));
    if (i < n) {
        const size_t m = n - i;
        const vf vx = v_load_n(x + i, m), vy = v_load_n(y + i, m);
        v_store_n(y + i, vec_lerp_(va, vx, vy), m);
    }
}

static double vec_tree_d(double lane[ITO_LANES])
{
    for (size_t half = ITO_LANES / 2; half > 0; half /= 2)
        for (size_t j = 0; j < half; j++)
            lane[j] += lane[j + half];
    return lane[0];
}

static real vec_dot(size_t n, const real *x, const real *y)
{
    real lane[ITO_LANES];
    vf acc[VEC_ACCS];
    size_t i = 0, j = 0;

    for (size_t r = 0; r < VEC_ACCS; r++)
        acc[r] = v_zero();
    for (; i + ITO_LANES <= n; i += ITO_LANES)
        for (size_t r = 0; r < VEC_ACCS; r++)
            acc[r] = v_fma(v_load(x + i + r * SIMD_WIDTH),
                           v_load(y + i + r * SIMD_WIDTH), acc[r]);
    for (size_t r = 0; r < VEC_ACCS; r++)
        v_store(lane + r * SIMD_WIDTH, acc[r]);
    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH, j += SIMD_WIDTH)
        v_store(lane + j,
                v_fma(v_load(x + i), v_load(y + i), v_load(lane + j)));
    for (; i < n; i++, j++)
        lane[j] = REAL_FMA(x[i], y[i], lane[j]);
    return vec_tree(lane);
}

/* The square of a float is exact in double, so the sums of squares need no
 * fma to be the same everywhere. */
#define VEC_SUM(name, vec_term, term)                               \
    static double name(size_t n, const real *x)                     \
    {                                                               \
        double lane[ITO_LANES];                                     \
        vd acc[VEC_DACCS];                                          \
        size_t i = 0;                                               \
                                                                    \
        for (size_t r = 0; r < VEC_DACCS; r++)                      \
            acc[r] = vd_zero();                                     \
        for (; i + ITO_LANES <= n; i += ITO_LANES)                  \
            for (size_t r = 0; r < VEC_DACCS; r++) {                \
                const vd v = vd_load_real(x + i + r * SIMD_DWIDTH); \
                acc[r] = vd_add(acc[r], vec_term(v));               \
            }                                                       \
        for (size_t r = 0; r < VEC_DACCS; r++)                      \
            vd_store(lane + r * SIMD_DWIDTH, acc[r]);               \
        for (size_t j = 0; i < n; i++, j++)                         \
            lane[j] += term((double)x[i]);                          \
        return vec_tree_d(lane);                                    \
    }

#define VEC_SAME(v)     (v)
#define VEC_SQUARE_V(v) vd_mul(v, v)
#define VEC_SQUARE(v)   ((v) * (v))
VEC_SUM(vec_sum, VEC_SAME, VEC_SAME)
VEC_SUM(vec_sumsq, VEC_SQUARE_V, VEC_SQUARE)

static void vec_colsum(size_t rows, size_t cols, const real *x, size_t ld,
                       real *out)
{
    size_t j = 0;

    for (; j + VEC_STRIP * SIMD_WIDTH <= cols; j += VEC_STRIP * SIMD_WIDTH) {
        vf sum[VEC_STRIP];
        for (size_t r = 0; r < VEC_STRIP; r++)
            sum[r] = v_load(out + j + r * SIMD_WIDTH);
        for (size_t i = 0; i < rows; i++)
            for (size_t r = 0; r < VEC_STRIP; r++)
                sum[r] = v_add(sum[r], v_load(x + i * ld + j + r * SIMD_WIDTH));
        for (size_t r = 0; r < VEC_STRIP; r++)
            v_store(out + j + r * SIMD_WIDTH, sum[r]);
    }
    for (; j < cols; j += SIMD_WIDTH) {
        const size_t m = cols - j < SIMD_WIDTH ? cols - j : SIMD_WIDTH;
        vf sum = v_load_n(out + j, m);
        for (size_t i = 0; i < rows; i++)
            sum = v_add(sum, v_load_n(x + i * ld + j, m));
        v_store_n(out + j, sum, m);
    }
}

/* The constants of one Adam step, spread over lanes. */
typedef struct vec_adam_consts {
    vf beta1, rest1, beta2, rest2, rate, v_scale, eps, decay, g_scale;
} vec_adam_consts;

ITO_INLINE vf vec_adam_one(const vec_adam_consts *c, vf g, vf w, vf *m, vf *v)
{
    const vf gs = v_mul(c->g_scale, g);
    vf root;

    *m = v_fma(c->beta1, *m, v_mul(c->rest1, gs));
    *v = v_fma(c->beta2, *v, v_mul(c->rest2, v_mul(gs, gs)));
    root = v_add(v_sqrt(v_mul(c->v_scale, *v)), c->eps);
    return v_sub(v_mul(c->decay, w), v_div(v_mul(c->rate, *m), root));
}

/* Kingma and Ba, arXiv:1412.6980; the decay of Loshchilov and Hutter,
 * arXiv:1711.05101. */
static void vec_adam(size_t n, const ito_adam *s, const real *g, real *w,
                     real *m, real *v)
{
    const vec_adam_consts c = {
        .beta1 = v_set1(s->beta1),
        .rest1 = v_set1(R(1.0) - s->beta1),
        .beta2 = v_set1(s->beta2),
        .rest2 = v_set1(R(1.0) - s->beta2),
        .rate = v_set1(s->rate),
        .v_scale = v_set1(s->v_scale),
        .eps = v_set1(s->eps),
        .decay = v_set1(s->decay),
        .g_scale = v_set1(s->g_scale),
    };
    size_t i = 0;
    vf vm_, vv_;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {
        vm_ = v_load(m + i);
        vv_ = v_load(v + i);
        v_store(w + i,
                vec_adam_one(&c, v_load(g + i), v_load(w + i), &vm_, &vv_));
        v_store(m + i, vm_);
        v_store(v + i, vv_);
    }
    if (i < n) {
        const size_t k = n - i;
        vm_ = v_load_n(m + i, k);
        vv_ = v_load_n(v + i, k);
        v_store_n(w + i,
                  vec_adam_one(&c, v_load_n(g + i, k), v_load_n(w + i, k), &vm_,
                               &vv_),
                  k);
        v_store_n(m + i, vm_, k);
        v_store_n(v + i, vv_, k);
    }
}

#endif /* ITO_KERN_LEARN_TMPL_H */

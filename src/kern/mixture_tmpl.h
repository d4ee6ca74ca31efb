/* SPDX-License-Identifier: MIT
 *
 * mixture_tmpl.h - score and log density of a mixture of isotropic normals,
 * for float and double.
 *
 *     l_k = log2w_k + curve_k |x - m_k|^2      top = max l_k
 *     w_k = 2^(l_k - top)                      sum = sum w_k
 *     log p = top log 2 + log sum
 *     score = sum w_k inv_k (m_k - x) / sum
 *
 * MIXTURE_AHEAD modes at a time: what was summed before is multiplied by
 * 2^(old top - new top) once for each such group, so that an exponential a
 * mode is all that a few modes cost.  A term below -MIXTURE_LOW, where the
 * square overflows, counts as -MIXTURE_LOW.
 */
#ifndef ITO_KERN_MIXTURE_TMPL_H
#define ITO_KERN_MIXTURE_TMPL_H

#define MIXTURE_AHEAD 8 /* modes */
#define MIXTURE_LOW   1e37

/* What is summed for some vectors of particles, MIXTURE_VECTORS of them where
 * registers allow, and the particles themselves. */
#define MIXTURE_VECTORS (SIMD_REGS / 16)
typedef struct mixture_sums {
    vf top[MIXTURE_VECTORS], sum[MIXTURE_VECTORS];
    vf x[ITO_MIX_DIM][MIXTURE_VECTORS], score[ITO_MIX_DIM][MIXTURE_VECTORS];
} mixture_sums;

/* The terms of mode k; top is raised to them. */
ITO_INLINE void mixture_term(const MIXTURE *m, const size_t dim,
                             const size_t vs, size_t k, const mixture_sums *s,
                             vf *top, vf *l)
{
    const real *mean = m->means + k * dim;

    for (size_t v = 0; v < vs; v++) {
        vf d = v_sub(s->x[0][v], v_set1(mean[0])), square = v_mul(d, d);

        for (size_t c = 1; c < dim; c++) {
            d = v_sub(s->x[c][v], v_set1(mean[c]));
            square = v_fma(d, d, square);
        }
        l[v] = v_fma(square, v_set1(m->curve[k]), v_set1(m->log2w[k]));
        l[v] = v_max(V1(-MIXTURE_LOW), l[v]);
        top[v] = v_max(top[v], l[v]);
    }
}

/* Add mode k, whose terms are l, to the sums; even: all inv are one number,
 * which is left for the end. */
ITO_INLINE void mixture_mode(const MIXTURE *m, const size_t dim,
                             const size_t vs, const bool even, size_t k,
                             const vf *l, mixture_sums *s)
{
    const real *mean = m->means + k * dim;

    for (size_t v = 0; v < vs; v++) {
        const vf w = math_exp2_low(v_sub(l[v], s->top[v]));
        const vf wi = even ? w : v_mul(w, v_set1(m->inv[k]));

        s->sum[v] = v_add(s->sum[v], w);
        for (size_t c = 0; c < dim; c++) {
            const vf d = v_sub(v_set1(mean[c]), s->x[c][v]);

            s->score[c][v] = v_fma(wi, d, s->score[c][v]);
        }
    }
}

/* Let the largest term be `top`. */
ITO_INLINE void mixture_raise(const size_t dim, const size_t vs, const vf *top,
                              bool first, mixture_sums *s)
{
    for (size_t v = 0; v < vs; v++) {
        if (!first) {
            const vf f = math_exp2_low(v_sub(s->top[v], top[v]));

            s->sum[v] = v_mul(s->sum[v], f);
            for (size_t c = 0; c < dim; c++)
                s->score[c][v] = v_mul(s->score[c][v], f);
        }
        s->top[v] = top[v];
    }
}

ITO_INLINE void mixture_modes(const MIXTURE *m, const size_t dim,
                              const size_t vs, const bool even, mixture_sums *s)
{
    vf l[MIXTURE_AHEAD][MIXTURE_VECTORS], top[MIXTURE_VECTORS];

    for (size_t v = 0; v < vs; v++) {
        s->top[v] = V1(-MIXTURE_LOW);
        s->sum[v] = v_zero();
        for (size_t c = 0; c < dim; c++)
            s->score[c][v] = v_zero();
    }
    for (size_t k = 0; k < m->modes; k += MIXTURE_AHEAD) {
        const size_t left = m->modes - k;
        const size_t some = left < MIXTURE_AHEAD ? left : MIXTURE_AHEAD;

        for (size_t v = 0; v < vs; v++)
            top[v] = s->top[v];
        for (size_t j = 0; j < some; j++)
            mixture_term(m, dim, vs, k + j, s, top, l[j]);
        mixture_raise(dim, vs, top, k == 0, s);
        for (size_t j = 0; j < some; j++)
            mixture_mode(m, dim, vs, even, k + j, l[j], s);
    }
}

ITO_INLINE vf mixture_logp(const mixture_sums *s, size_t v)
{
    return v_fma(s->top[v], V1(0x1.62e42fefa39efp-1), math_log(s->sum[v]));
}

/* Whole vectors, then what is left; dim is a constant where that pays. */
ITO_INLINE void mixture_run(size_t n, const MIXTURE *m, const size_t dim,
                            const bool even, const real *const *x,
                            real *const *score, real *logp)
{
    const size_t step = MIXTURE_VECTORS * SIMD_WIDTH;
    const vf scale = v_set1(even ? m->scale * m->inv[0] : m->scale);
    mixture_sums s;
    size_t i = 0;

    for (; i + step <= n; i += step) {
        for (size_t c = 0; c < dim; c++)
            for (size_t v = 0; v < MIXTURE_VECTORS; v++)
                s.x[c][v] = v_load(x[c] + i + v * SIMD_WIDTH);
        mixture_modes(m, dim, MIXTURE_VECTORS, even, &s);
        for (size_t v = 0; v < MIXTURE_VECTORS; v++) {
            const size_t at = i + v * SIMD_WIDTH;
            const vf f = v_div(scale, s.sum[v]);

            if (logp)
                v_store(logp + at, mixture_logp(&s, v));
            for (size_t c = 0; score && c < dim; c++)
                v_store(score[c] + at, v_mul(s.score[c][v], f));
        }
    }
    for (; i < n; i += SIMD_WIDTH) {
        const size_t some = n - i < SIMD_WIDTH ? n - i : SIMD_WIDTH;
        vf f;

        for (size_t c = 0; c < dim; c++)
            s.x[c][0] = v_load_n(x[c] + i, some);
        mixture_modes(m, dim, 1, even, &s);
        f = v_div(scale, s.sum[0]);
        if (logp)
            v_store_n(logp + i, mixture_logp(&s, 0), some);
        for (size_t c = 0; score && c < dim; c++)
            v_store_n(score[c] + i, v_mul(s.score[c][0], f), some);
    }
}

/* One variance, the common case, saves a product a mode. */
ITO_INLINE void mixture_of(size_t n, const MIXTURE *m, const size_t dim,
                           const real *const *x, real *const *score, real *logp)
{
    bool even = m->modes > 0;

    for (size_t k = 1; k < m->modes; k++)
        even = even && m->inv[k] == m->inv[0];
    if (even)
        mixture_run(n, m, dim, true, x, score, logp);
    else
        mixture_run(n, m, dim, false, x, score, logp);
}

static void vec_mixture(size_t n, const MIXTURE *m, const real *const *x,
                        real *const *score, real *logp)
{
    switch (m->dim) {
    case 1: mixture_of(n, m, 1, x, score, logp); break;
    case 2: mixture_of(n, m, 2, x, score, logp); break;
    case 3: mixture_of(n, m, 3, x, score, logp); break;
    default: mixture_of(n, m, m->dim, x, score, logp); break;
    }
}

#endif /* ITO_KERN_MIXTURE_TMPL_H */

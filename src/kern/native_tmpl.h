/* SPDX-License-Identifier: MIT
 *
 * native_tmpl.h - named systems that are called most, for float and double:
 * their drifts, and whole steps of explicit Runge-Kutta methods whose stages
 * stay in registers and in the nearest cache.
 *
 * Every operation of a drift is rounded by itself, in the order of the
 * formula, so that the same loop in plain C gives the same bits; sums of
 * stages are by fma in the order given, as those of vec_lincomb.
 */
#ifndef ITO_KERN_NATIVE_TMPL_H
#define ITO_KERN_NATIVE_TMPL_H

#define NATIVE_DIM    3 /* most components */
#define NATIVE_PARAMS 4 /* most parameters */
/* Vectors of particles at once in a step, for the sake of latency; they divide
 * ITO_LANES, and the stages of them all fit on the stack. */
#define NATIVE_VECTORS (sizeof(vf) > 32 ? 2 : 4)

/* What is needed of a system, all constants. */
#define NATIVE_ALL(X)    \
    X(OU, 1, 2)          \
    X(SCALED, 1, 1)      \
    X(DOUBLE_WELL, 1, 1) \
    X(LINEAR, 2, 4)      \
    X(ROTATION, 2, 1)    \
    X(LORENZ, 3, 3)      \
    X(VAN_DER_POL, 2, 1) \
    X(LOTKA_VOLTERRA, 2, 4)

/* v[0] (v[1] - x) */
ITO_INLINE void native_OU(const vf *v, const vf *x, vf *f)
{
    f[0] = v_mul(v[0], v_sub(v[1], x[0]));
}

/* v[0] x */
ITO_INLINE void native_SCALED(const vf *v, const vf *x, vf *f)
{
    f[0] = v_mul(v[0], x[0]);
}

/* x - x x x */
ITO_INLINE void native_DOUBLE_WELL(const vf *v, const vf *x, vf *f)
{
    (void)v;
    f[0] = v_sub(x[0], v_mul(v_mul(x[0], x[0]), x[0]));
}

/* A x, A = (v[0], v[1]; v[2], v[3]) */
ITO_INLINE void native_LINEAR(const vf *v, const vf *x, vf *f)
{
    f[0] = v_add(v_mul(v[0], x[0]), v_mul(v[1], x[1]));
    f[1] = v_add(v_mul(v[2], x[0]), v_mul(v[3], x[1]));
}

/* -(v[0] y), v[0] x */
ITO_INLINE void native_ROTATION(const vf *v, const vf *x, vf *f)
{
    f[0] = v_neg(v_mul(v[0], x[1]));
    f[1] = v_mul(v[0], x[0]);
}

/* v[0] (y - x), x (v[1] - z) - y, x y - v[2] z */
ITO_INLINE void native_LORENZ(const vf *v, const vf *x, vf *f)
{
    f[0] = v_mul(v[0], v_sub(x[1], x[0]));
    f[1] = v_sub(v_mul(x[0], v_sub(v[1], x[2])), x[1]);
    f[2] = v_sub(v_mul(x[0], x[1]), v_mul(v[2], x[2]));
}

/* y, v[0] (1 - x x) y - x */
ITO_INLINE void native_VAN_DER_POL(const vf *v, const vf *x, vf *f)
{
    const vf a = v_mul(v[0], v_sub(V1(1.0), v_mul(x[0], x[0])));

    f[0] = x[1];
    f[1] = v_sub(v_mul(a, x[1]), x[0]);
}

/* x (v[0] - v[1] y), y (v[3] x - v[2]) */
ITO_INLINE void native_LOTKA_VOLTERRA(const vf *v, const vf *x, vf *f)
{
    f[0] = v_mul(x[0], v_sub(v[0], v_mul(v[1], x[1])));
    f[1] = v_mul(x[1], v_sub(v_mul(v[3], x[0]), v[2]));
}

/* A drift of constant name, at x. */
ITO_INLINE void native_at(const ito_native which, const vf *v, const vf *x,
                          vf *f)
{
    switch (which) {
#define X(name, dim, params) \
    case ITO_NATIVE_##name: native_##name(v, x, f); break;
        NATIVE_ALL(X)
#undef X
    }
}

ITO_INLINE void native_loop(const ito_native which, const size_t dim,
                            const vf *v, size_t n, const void *const *x,
                            void *const *out)
{
    for (size_t i = 0; i < n; i += SIMD_WIDTH) {
        vf at[NATIVE_DIM], f[NATIVE_DIM];

        for (size_t c = 0; c < dim; c++)
            at[c] = v_load((const real *)x[c] + i);
        native_at(which, v, at, f);
        for (size_t c = 0; c < dim; c++)
            v_store((real *)out[c] + i, f[c]);
    }
}

/* NATIVE_VECTORS vectors of particles through a whole step. */
ITO_INLINE void native_step(const ito_native which, const size_t dim,
                            const vf *v, const RK_STEP *rk,
                            const void *const *x, void *const *out, size_t at)
{
    vf k[ITO_RK_STAGES][NATIVE_DIM][NATIVE_VECTORS];

    for (size_t s = 0; s <= rk->stages; s++) {
        vf y[NATIVE_DIM][NATIVE_VECTORS];

        for (size_t c = 0; c < dim; c++)
            for (size_t u = 0; u < NATIVE_VECTORS; u++)
                y[c][u] = v_load((const real *)x[c] + at + u * SIMD_WIDTH);
        for (size_t j = 0; j < rk->used[s]; j++) {
            const vf a = v_set1(rk->a[s][j]);
            const size_t from = rk->from[s][j];

            for (size_t c = 0; c < dim; c++)
                for (size_t u = 0; u < NATIVE_VECTORS; u++)
                    y[c][u] = v_fma(a, k[from][c][u], y[c][u]);
        }
        for (size_t u = 0; s < rk->stages && u < NATIVE_VECTORS; u++) {
            vf in[NATIVE_DIM], f[NATIVE_DIM];

            for (size_t c = 0; c < dim; c++)
                in[c] = y[c][u];
            native_at(which, v, in, f);
            for (size_t c = 0; c < dim; c++)
                k[s][c][u] = f[c];
        }
        for (size_t c = 0; s == rk->stages && c < dim; c++)
            for (size_t u = 0; u < NATIVE_VECTORS; u++)
                v_store((real *)out[c] + at + u * SIMD_WIDTH, y[c][u]);
    }
}

ITO_INLINE void native_steps(const ito_native which, const size_t dim,
                             const vf *v, size_t n, const RK_STEP *rk,
                             const void *const *x, void *const *out)
{
    for (size_t i = 0; i < n; i += NATIVE_VECTORS * SIMD_WIDTH)
        native_step(which, dim, v, rk, x, out, i);
}

static void vec_native(ito_native which, const double *value, size_t n,
                       const void *const *x, void *const *out)
{
    vf v[NATIVE_PARAMS];

    switch (which) {
#define X(name, dim, params)                               \
    case ITO_NATIVE_##name:                                \
        for (size_t p = 0; p < (params); p++)              \
            v[p] = v_set1((real)value[p]);                 \
        native_loop(ITO_NATIVE_##name, dim, v, n, x, out); \
        break;
        NATIVE_ALL(X)
#undef X
    }
}

static void vec_native_rk(ito_native which, const double *value, size_t n,
                          const RK_STEP *rk, const void *const *x,
                          void *const *out)
{
    vf v[NATIVE_PARAMS];

    switch (which) {
#define X(name, dim, params)                                    \
    case ITO_NATIVE_##name:                                     \
        for (size_t p = 0; p < (params); p++)                   \
            v[p] = v_set1((real)value[p]);                      \
        native_steps(ITO_NATIVE_##name, dim, v, n, rk, x, out); \
        break;
        NATIVE_ALL(X)
#undef X
    }
}

#endif /* ITO_KERN_NATIVE_TMPL_H */

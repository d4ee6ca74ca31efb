/* SPDX-License-Identifier: MIT
 *
 * native_tmpl.h - drifts of named systems that are called most, for float and
 * double.
 *
 * Every operation is rounded by itself, in the order of the formula, so that
 * the same loop in plain C gives the same bits.
 */
#ifndef ITO_KERN_NATIVE_TMPL_H
#define ITO_KERN_NATIVE_TMPL_H

/* Parameter p of the system in all lanes; vector i of component c. */
#define NATIVE_V(p) v_set1((real)v[p])
#define NATIVE_X(c) v_load((const real *)x[c] + i)
#define NATIVE_EACH for (size_t i = 0; i < n; i += SIMD_WIDTH)

ITO_INLINE void native_put(void *out, size_t i, vf value)
{
    v_store((real *)out + i, value);
}

/* v[0] (v[1] - x) */
static void native_ou(const double *v, size_t n, const void *const *x,
                      void *const *out)
{
    const vf theta = NATIVE_V(0), mu = NATIVE_V(1);

    NATIVE_EACH
    native_put(out[0], i, v_mul(theta, v_sub(mu, NATIVE_X(0))));
}

/* v[0] x */
static void native_scaled(const double *v, size_t n, const void *const *x,
                          void *const *out)
{
    const vf a = NATIVE_V(0);

    NATIVE_EACH
    native_put(out[0], i, v_mul(a, NATIVE_X(0)));
}

/* x - x x x */
static void native_double_well(const double *v, size_t n, const void *const *x,
                               void *const *out)
{
    (void)v;
    NATIVE_EACH
    {
        const vf a = NATIVE_X(0);

        native_put(out[0], i, v_sub(a, v_mul(v_mul(a, a), a)));
    }
}

/* A x, A = (v[0], v[1]; v[2], v[3]) */
static void native_linear(const double *v, size_t n, const void *const *x,
                          void *const *out)
{
    const vf a = NATIVE_V(0), b = NATIVE_V(1), c = NATIVE_V(2), d = NATIVE_V(3);

    NATIVE_EACH
    {
        const vf p = NATIVE_X(0), q = NATIVE_X(1);

        native_put(out[0], i, v_add(v_mul(a, p), v_mul(b, q)));
        native_put(out[1], i, v_add(v_mul(c, p), v_mul(d, q)));
    }
}

/* -(v[0] y), v[0] x */
static void native_rotation(const double *v, size_t n, const void *const *x,
                            void *const *out)
{
    const vf omega = NATIVE_V(0);

    NATIVE_EACH
    {
        const vf p = NATIVE_X(0), q = NATIVE_X(1);

        native_put(out[0], i, v_neg(v_mul(omega, q)));
        native_put(out[1], i, v_mul(omega, p));
    }
}

/* v[0] (y - x), x (v[1] - z) - y, x y - v[2] z */
static void native_lorenz(const double *v, size_t n, const void *const *x,
                          void *const *out)
{
    const vf sigma = NATIVE_V(0), rho = NATIVE_V(1), beta = NATIVE_V(2);

    NATIVE_EACH
    {
        const vf p = NATIVE_X(0), q = NATIVE_X(1), r = NATIVE_X(2);

        native_put(out[0], i, v_mul(sigma, v_sub(q, p)));
        native_put(out[1], i, v_sub(v_mul(p, v_sub(rho, r)), q));
        native_put(out[2], i, v_sub(v_mul(p, q), v_mul(beta, r)));
    }
}

/* y, v[0] (1 - x x) y - x */
static void native_van_der_pol(const double *v, size_t n, const void *const *x,
                               void *const *out)
{
    const vf mu = NATIVE_V(0);

    NATIVE_EACH
    {
        const vf p = NATIVE_X(0), q = NATIVE_X(1);
        const vf a = v_mul(mu, v_sub(V1(1.0), v_mul(p, p)));

        native_put(out[0], i, q);
        native_put(out[1], i, v_sub(v_mul(a, q), p));
    }
}

/* x (v[0] - v[1] y), y (v[3] x - v[2]) */
static void native_lotka_volterra(const double *v, size_t n,
                                  const void *const *x, void *const *out)
{
    const vf a = NATIVE_V(0), b = NATIVE_V(1), c = NATIVE_V(2), d = NATIVE_V(3);

    NATIVE_EACH
    {
        const vf p = NATIVE_X(0), q = NATIVE_X(1);

        native_put(out[0], i, v_mul(p, v_sub(a, v_mul(b, q))));
        native_put(out[1], i, v_mul(q, v_sub(v_mul(d, p), c)));
    }
}

static void vec_native(ito_native which, const double *v, size_t n,
                       const void *const *x, void *const *out)
{
    switch (which) {
    case ITO_NATIVE_OU: native_ou(v, n, x, out); break;
    case ITO_NATIVE_SCALED: native_scaled(v, n, x, out); break;
    case ITO_NATIVE_DOUBLE_WELL: native_double_well(v, n, x, out); break;
    case ITO_NATIVE_LINEAR: native_linear(v, n, x, out); break;
    case ITO_NATIVE_ROTATION: native_rotation(v, n, x, out); break;
    case ITO_NATIVE_LORENZ: native_lorenz(v, n, x, out); break;
    case ITO_NATIVE_VAN_DER_POL: native_van_der_pol(v, n, x, out); break;
    case ITO_NATIVE_LOTKA_VOLTERRA: native_lotka_volterra(v, n, x, out); break;
    }
}

#endif /* ITO_KERN_NATIVE_TMPL_H */

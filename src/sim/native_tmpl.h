/* SPDX-License-Identifier: MIT
 *
 * native_tmpl.h - the loops of native.c for one number type.
 *
 * Before including: T is the type, NAME(x) gives its names.  v: parameters in
 * the order of the table; a tile has a multiple of 32 particles, and loops of
 * 32 are what a compiler makes into vectors without a remainder.
 */
#define EACH(i)                                          \
    for (size_t i##0 = 0; i##0 < tile->npad; i##0 += 32) \
        for (size_t i = i##0; i < i##0 + 32; i++)
#define IN(c)  ((const T *)tile->x[c])
#define OUT(c) ((T *)out[c])

static void NAME(gbm_drift)(const double *v, const ito_tile *tile,
                            void *const *out)
{
    const T alpha = (T)v[0];
    const T *restrict x = IN(0);
    T *restrict o = OUT(0);

    EACH(i)
    o[i] = alpha * x[i];
}

static void NAME(gbm_diffusion)(const double *v, const ito_tile *tile,
                                void *const *out)
{
    const T beta = (T)v[1];
    const T *restrict x = IN(0);
    T *restrict o = OUT(0);

    EACH(i)
    o[i] = beta * x[i];
}

static void NAME(double_well_drift)(const double *v, const ito_tile *tile,
                                    void *const *out)
{
    const T *restrict x = IN(0);
    T *restrict o = OUT(0);

    (void)v;
    EACH(i)
    o[i] = x[i] - x[i] * x[i] * x[i];
}

static void NAME(linear_drift)(const double *v, const ito_tile *tile,
                               void *const *out)
{
    const T a = (T)v[0], b = (T)v[1], c = (T)v[2], d = (T)v[3];
    const T *restrict x = IN(0), *restrict y = IN(1);
    T *restrict p = OUT(0), *restrict q = OUT(1);

    EACH(i)
    {
        p[i] = a * x[i] + b * y[i];
        q[i] = c * x[i] + d * y[i];
    }
}

static void NAME(rotation_drift)(const double *v, const ito_tile *tile,
                                 void *const *out)
{
    const T omega = (T)v[0];
    const T *restrict x = IN(0), *restrict y = IN(1);
    T *restrict p = OUT(0), *restrict q = OUT(1);

    EACH(i)
    {
        p[i] = -(omega * y[i]);
        q[i] = omega * x[i];
    }
}

static void NAME(lorenz_drift)(const double *v, const ito_tile *tile,
                               void *const *out)
{
    const T sigma = (T)v[0], rho = (T)v[1], beta = (T)v[2];
    const T *restrict x = IN(0), *restrict y = IN(1), *restrict z = IN(2);
    T *restrict p = OUT(0), *restrict q = OUT(1), *restrict r = OUT(2);

    EACH(i)
    {
        p[i] = sigma * (y[i] - x[i]);
        q[i] = x[i] * (rho - z[i]) - y[i];
        r[i] = x[i] * y[i] - beta * z[i];
    }
}

static void NAME(van_der_pol_drift)(const double *v, const ito_tile *tile,
                                    void *const *out)
{
    const T mu = (T)v[0];
    const T *restrict x = IN(0), *restrict y = IN(1);
    T *restrict p = OUT(0), *restrict q = OUT(1);

    EACH(i)
    {
        p[i] = y[i];
        q[i] = mu * ((T)1 - x[i] * x[i]) * y[i] - x[i];
    }
}

static void NAME(lotka_volterra_drift)(const double *v, const ito_tile *tile,
                                       void *const *out)
{
    const T a = (T)v[0], b = (T)v[1], c = (T)v[2], d = (T)v[3];
    const T *restrict x = IN(0), *restrict y = IN(1);
    T *restrict p = OUT(0), *restrict q = OUT(1);

    EACH(i)
    {
        p[i] = x[i] * (a - b * y[i]);
        q[i] = y[i] * (d * x[i] - c);
    }
}

#undef EACH
#undef IN
#undef OUT

/* SPDX-License-Identifier: MIT
 *
 * independent_tmpl.h - the loops of independent.c for one number type, T, with
 * names NAME(x); see native_tmpl.h.
 */
#define EACH(i)                                          \
    for (size_t i##0 = 0; i##0 < tile->npad; i##0 += 32) \
        for (size_t i = i##0; i < i##0 + 32; i++)
#define IN(c)  ((const T *)tile->x[c])
#define OUT(c) ((T *)out[c])

/* Independent components: v is theta, mu, sigma. */
static void NAME(ou_drift)(const double *v, const ito_tile *tile,
                           void *const *out)
{
    const T theta = (T)v[0], mu = (T)v[1];

    for (size_t c = 0; c < tile->dim; c++) {
        const T *restrict x = IN(c);
        T *restrict o = OUT(c);

        EACH(i)
        o[i] = theta * (mu - x[i]);
    }
}

/* The same value for all particles and components. */
static void NAME(fill)(const ito_tile *tile, size_t comps, double value,
                       void *const *out)
{
    const T given = (T)value;

    for (size_t c = 0; c < comps; c++) {
        T *restrict o = OUT(c);

        EACH(i)
        o[i] = given;
    }
}

/* sum_c theta / 2 (x_c - mu)^2 */
static void NAME(ou_potential)(const double *v, const ito_tile *tile,
                               void *const *out)
{
    const T half = (T)(0.5 * v[0]), mu = (T)v[1];
    T *restrict o = OUT(0);

    NAME(fill)(tile, 1, 0.0, out);
    for (size_t c = 0; c < tile->dim; c++) {
        const T *restrict x = IN(c);

        EACH(i)
        o[i] += half * ((x[i] - mu) * (x[i] - mu));
    }
}

#undef EACH
#undef IN
#undef OUT

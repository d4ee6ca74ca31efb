/* SPDX-License-Identifier: MIT
 *
 * sde_fields.h - fields with noise on which the solver is tested, and hooks
 * that give it noise.  Component-major, in double and in float.
 */
#ifndef SDE_FIELDS_H
#define SDE_FIELDS_H

#include "solve_fields.h"

/* A field in one dimension, as functions of t and x with parameters p. */
typedef struct scalar {
    double (*u)(const double *p, double t, double x);
    double (*g)(const double *p, double t, double x);
    double (*dg)(const double *p, double t, double x); /* g dg/dx */
    double p[4];
} scalar;

FIELD int scalar_map(double (*f)(const double *, double, double),
                     const double *p, const ito_tile *tile, void *const *out)
{
    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            if (tile->dtype == ITO_F64)
                ((double *)out[c])[i] =
                    f(p, tile->t, ((const double *)tile->x[c])[i]);
            else
                ((float *)out[c])[i] = (float)f(
                    p, tile->t, (double)((const float *)tile->x[c])[i]);
        }
    return 0;
}

FIELD int scalar_u(void *user, const ito_tile *tile, void *const *out)
{
    const scalar *s = user;

    return scalar_map(s->u, s->p, tile, out);
}

FIELD int scalar_g(void *user, const ito_tile *tile, void *const *out)
{
    const scalar *s = user;

    return scalar_map(s->g, s->p, tile, out);
}

FIELD int scalar_dg(void *user, const ito_tile *tile, void *const *out)
{
    const scalar *s = user;

    return scalar_map(s->dg, s->p, tile, out);
}

/* dX = -a X dt + s dW */
FIELD double ou_u(const double *p, double t, double x)
{
    (void)t;
    return -p[0] * x;
}

FIELD double ou_g(const double *p, double t, double x)
{
    (void)t;
    (void)x;
    return p[1];
}

/* dX = a X dt + b X dW */
FIELD double gbm_u(const double *p, double t, double x)
{
    (void)t;
    return p[0] * x;
}

FIELD double gbm_g(const double *p, double t, double x)
{
    (void)t;
    return p[1] * x;
}

FIELD double gbm_dg(const double *p, double t, double x)
{
    (void)t;
    return p[1] * p[1] * x;
}

/* dX = (b / sqrt(1 + t) - X / (2 (1 + t))) dt + a b / sqrt(1 + t) dW */
FIELD double addt_u(const double *p, double t, double x)
{
    return p[1] / sqrt(1.0 + t) - x / (2.0 * (1.0 + t));
}

FIELD double addt_g(const double *p, double t, double x)
{
    (void)x;
    return p[0] * p[1] / sqrt(1.0 + t);
}

/* dX = (X - X^3) dt + s dW */
FIELD double well_u(const double *p, double t, double x)
{
    (void)p;
    (void)t;
    return x - x * x * x;
}

FIELD ito_field scalar_field(scalar *s, ito_noise_kind kind,
                             ito_calculus calculus)
{
    const ito_field f = { .name = "scalar",
                          .dtypes = ITO_F32 | ITO_F64,
                          .flags =
                              ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT,
                          .dim = 1,
                          .noise = kind,
                          .noise_dim = kind == ITO_NOISE_SCALAR ? 1 : 0,
                          .calculus = calculus,
                          .drift = scalar_u,
                          .diffusion = kind ? scalar_g : NULL,
                          .diffusion_deriv = s->dg ? scalar_dg : NULL,
                          .user = s };

    return f;
}

/* Increments that a test chooses: W and H of each particle, in double, the
 * same in every component. */
typedef struct given {
    const double *W, *H;
    uint64_t id0;
} given;

FIELD int give(void *arg, const ito_tile *tile, void *const *W, void *const *H)
{
    const given *g = arg;

    for (size_t i = 0; i < tile->n; i++) {
        const size_t at = (size_t)(tile->id0 - g->id0) + i;

        ((double *)W[0])[i] = g->W[at];
        if (H)
            ((double *)H[0])[i] = g->H[at];
    }
    return 0;
}

/* One step of length h at t = 0 of a one-dimensional field in double. */
FIELD void step1(const ito_field *f, const char *name, double h, size_t n,
                 double *x, const double *W, const double *H)
{
    given g = { W, H, 0 };
    const ito_problem p = { .field = f,
                            .t1 = h,
                            .n = n,
                            .dtype = ITO_F64,
                            .increments = give,
                            .increments_arg = &g };
    const ito_solve_opts o = { .method = name, .steps = 1 };

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
}

#endif /* SDE_FIELDS_H */

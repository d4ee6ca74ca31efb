/* SPDX-License-Identifier: MIT
 *
 * solve_fields.h - the fields on which the solver is tested, and the context.
 */
#ifndef SOLVE_FIELDS_H
#define SOLVE_FIELDS_H

#include "check.h"

#include <ito/solve.h>

#define FIELD __attribute__((unused)) static

FIELD ito_ctx *ctx;

FIELD int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

FIELD int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* u = -theta x in any dimension and both types. */
FIELD int linear(void *user, const ito_tile *tile, void *const *out)
{
    const double theta = *(const double *)user;

    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            if (tile->dtype == ITO_F64)
                ((double *)out[c])[i] =
                    -theta * ((const double *)tile->x[c])[i];
            else
                ((float *)out[c])[i] =
                    (float)-theta * ((const float *)tile->x[c])[i];
        }
    return 0;
}

FIELD double one = 1.0;
FIELD const ito_field decay = { .name = "decay",
                                .dtypes = ITO_F32 | ITO_F64,
                                .flags = ITO_FIELD_REENTRANT |
                                         ITO_FIELD_ROW_INVARIANT,
                                .dim = 1,
                                .drift = linear,
                                .user = &one };

/* u = w (-y, x), in double. */
FIELD int rotate(void *user, const ito_tile *tile, void *const *out)
{
    const double w = *(const double *)user;
    const double *x = tile->x[0], *y = tile->x[1];
    double *dx = out[0], *dy = out[1];

    for (size_t i = 0; i < tile->npad; i++) {
        dx[i] = -w * y[i];
        dy[i] = w * x[i];
    }
    return 0;
}

FIELD double turn = 2.0;
FIELD const ito_field rotation = { .name = "rotation",
                                   .dtypes = ITO_F64,
                                   .flags = ITO_FIELD_REENTRANT,
                                   .dim = 2,
                                   .drift = rotate,
                                   .user = &turn };

/* A field in float that mixes components, depends on time and has both
 * layouts: u_c = sin-free polynomial of x and t. */
FIELD int mix_narrow(void *user, const ito_tile *tile, void *const *out)
{
    const float t = (float)tile->t;

    (void)user;
    for (size_t c = 0; c < tile->dim; c++) {
        const float *x = tile->x[c], *y = tile->x[(c + 1) % tile->dim];
        float *o = out[c];

        for (size_t i = 0; i < tile->npad; i++)
            o[i] = y[i] * (1.0f - t) - 0.3f * x[i] * x[i] * x[i];
    }
    return 0;
}

FIELD int mix_wide(void *user, const ito_tile *tile, void *const *out)
{
    const float t = (float)tile->t, *x = tile->x[0];
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++) {
            const float a = x[i * tile->dim + c];
            const float b = x[i * tile->dim + (c + 1) % tile->dim];

            o[i * tile->dim + c] = b * (1.0f - t) - 0.3f * a * a * a;
        }
    return 0;
}

FIELD const ito_field narrow = { .name = "narrow",
                                 .flags = ITO_FIELD_REENTRANT |
                                          ITO_FIELD_ROW_INVARIANT,
                                 .dim = 3,
                                 .drift = mix_narrow };
FIELD const ito_field wide = { .name = "wide",
                               .flags = ITO_FIELD_REENTRANT |
                                        ITO_FIELD_ROW_INVARIANT |
                                        ITO_FIELD_WIDE,
                               .dim = 3,
                               .drift = mix_wide };

#endif /* SOLVE_FIELDS_H */

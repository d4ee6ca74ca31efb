/* SPDX-License-Identifier: MIT
 *
 * density_fields.h - fields with known densities, for the tests of densities
 * on grids.  All are double; what user points to stands at each.
 */
#ifndef DENSITY_FIELDS_H
#define DENSITY_FIELDS_H

#include <ito/density.h>

#include "check.h"

static ito_ctx *ctx;

__attribute__((unused)) static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

__attribute__((unused)) static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static inline double *d_out(void *const *out, size_t c)
{
    return out[c];
}

static inline const double *d_in(const ito_tile *tile, size_t c)
{
    return tile->x[c];
}

/* Define a drift (or another part) of one component, x and t given. */
#define FIELD_1D(name, value)                                                 \
    __attribute__((unused)) static int name(void *user, const ito_tile *tile, \
                                            void *const *out)                 \
    {                                                                         \
        const double t = tile->t;                                             \
                                                                              \
        (void)user;                                                           \
        (void)t;                                                              \
        for (size_t i = 0; i < tile->npad; i++) {                             \
            const double x = d_in(tile, 0)[i];                                \
                                                                              \
            (void)x;                                                          \
            d_out(out, 0)[i] = (value);                                       \
        }                                                                     \
        return 0;                                                             \
    }

/* The same of two components. */
#define FIELD_2D(name, value0, value1)                                        \
    __attribute__((unused)) static int name(void *user, const ito_tile *tile, \
                                            void *const *out)                 \
    {                                                                         \
        (void)user;                                                           \
        for (size_t i = 0; i < tile->npad; i++) {                             \
            const double x = d_in(tile, 0)[i], y = d_in(tile, 1)[i];          \
                                                                              \
            (void)x;                                                          \
            (void)y;                                                          \
            d_out(out, 0)[i] = (value0);                                      \
            d_out(out, 1)[i] = (value1);                                      \
        }                                                                     \
        return 0;                                                             \
    }

/* user: D of each axis */
FIELD_1D(d_root, sqrt(2.0 * *(const double *)user))
FIELD_2D(d_roots, sqrt(2.0 * ((const double *)user)[0]),
         sqrt(2.0 * ((const double *)user)[1]))

FIELD_1D(d_still, 0.0)
FIELD_1D(d_pull, -x)
FIELD_1D(d_wells, x - x * x * x)
FIELD_1D(d_wells_energy, 0.25 * x * x * x * x - 0.5 * x * x)
FIELD_2D(d_rotate, -x - 2.0 * y, -y + 2.0 * x)
FIELD_2D(d_kramers, y, -x - y)
FIELD_2D(d_bowl, -x, -2.0 * y)
FIELD_2D(d_bowl_energy, 0.5 * x * x + y * y, 0.0 * x)

/* A field with constant noise. */
__attribute__((unused)) static ito_field d_field(size_t dim, ito_eval_fn drift,
                                                 double *D)
{
    return (ito_field){ .name = "test",
                        .dtypes = ITO_F64,
                        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_TIMELESS |
                                 ITO_FIELD_CONSTANT_NOISE |
                                 ITO_FIELD_ROW_INVARIANT,
                        .dim = dim,
                        .noise = ITO_NOISE_ADDITIVE,
                        .drift = drift,
                        .diffusion = dim == 1 ? d_root : d_roots,
                        .user = D };
}

/* A density on the interval or the square [lo, hi]. */
__attribute__((unused)) static ito_density *d_grid(const ito_field *field,
                                                   double lo, double hi,
                                                   size_t cells, ito_edge edge)
{
    const ito_density_axis axis = {
        .lo = lo, .hi = hi, .cells = cells, .lower = edge, .upper = edge
    };
    const ito_density_problem what = { .field = field, .axes = { axis, axis } };
    ito_density *d;

    CHECK_OK(ctx, ito_density_open(ctx, &what, &d));
    return d;
}

/* Mass of N(mean, std^2) between a and b, without cancellation. */
__attribute__((unused)) static double d_normal(double mean, double std,
                                               double a, double b)
{
    const double k = 1.0 / (std * sqrt(2.0));

    if (a > mean)
        return 0.5 * (erfc((a - mean) * k) - erfc((b - mean) * k));
    return 0.5 * (erfc((mean - b) * k) - erfc((mean - a) * k));
}

/* Start from a normal, or with std 0 from a point. */
__attribute__((unused)) static void d_start(ito_density *d, const double *mean,
                                            double std)
{
    const double stds[2] = { std, std };
    const ito_density_start start = { .mean = mean, .std = stds };

    CHECK_OK(ctx, ito_density_set(ctx, d, &start, NULL));
}

/* sum over cells of |mass - that of a product of normals| */
__attribute__((unused)) static double
d_l1(const ito_density *d, const double *mean, const double *var)
{
    const size_t nx = ito_density_cells(d, 0);
    double sum = 0.0;

    for (size_t k = 0; k < ito_density_cells(d, ITO_DENSITY_ALL); k++) {
        double p = 1.0;

        for (size_t c = 0; c < ito_density_dim(d); c++) {
            const size_t i = c == 0 ? k % nx : k / nx;
            const double x = ito_density_centre(d, c, i);
            const double half =
                ito_density_centre(d, c, 1) - ito_density_centre(d, c, 0);

            p *=
                d_normal(mean[c], sqrt(var[c]), x - 0.5 * half, x + 0.5 * half);
        }
        sum += fabs(ito_density_mass(d)[k] - p);
    }
    return sum;
}

/* sum over cells of |a - b| */
__attribute__((unused)) static double d_distance(const ito_density *a,
                                                 const ito_density *b)
{
    double sum = 0.0;

    for (size_t k = 0; k < ito_density_cells(a, ITO_DENSITY_ALL); k++)
        sum += fabs(ito_density_mass(a)[k] - ito_density_mass(b)[k]);
    return sum;
}

__attribute__((unused)) static ito_density_summary d_look(const ito_density *d)
{
    ito_density_summary s;

    ito_density_summarise(d, &s);
    return s;
}

#endif /* DENSITY_FIELDS_H */

/* SPDX-License-Identifier: MIT
 *
 * initial.c - what a density starts from.
 *
 * A normal start gives each cell its exact mass, a difference of normal
 * distribution functions, taken in the tail where it is small.  A point is
 * shared by the two nearest centres in proportion to their nearness, so its
 * mean is exact.  Both are products over the axes.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define MAX_IMAGES 1000.0 /* of a normal wrapped round a ring */
#define FAR        9.0    /* standard deviations beyond which is nothing */

/* Mass of a standard normal between a < b. */
static double between(double a, double b)
{
    if (a > 0.0)
        return ito__normal_cdf(-a) - ito__normal_cdf(-b);
    return ito__normal_cdf(b) - ito__normal_cdf(a);
}

/* Masses of one axis; returns their sum. */
static double axis_normal(const pde_axis *a, double mean, double std, double *m)
{
    const double span = a->hi - a->lo;
    const double reach = a->periodic ? ceil(FAR * std / span) : 0.0;
    const int images = (int)(reach < MAX_IMAGES ? reach : MAX_IMAGES);
    const double turns = a->periodic ? floor((mean - a->lo) / span) : 0.0;

    memset(m, 0, a->n * sizeof(*m));
    for (int k = -images; k <= images; k++)
        for (size_t i = 0; i < a->n; i++) {
            const double shift = (turns + (double)k) * span - mean;
            const double x = a->lo + (double)i * a->h + shift;

            m[i] += between(x / std, (x + a->h) / std);
        }
    return ito__pde_sum(a->n, m);
}

static double axis_point(const pde_axis *a, double x, double *m)
{
    const double at = (x - a->lo) / a->h - 0.5, n = (double)a->n;
    const double i = floor(at), share = at - i;
    const bool ring = a->periodic;

    memset(m, 0, a->n * sizeof(*m));
    if (!(x >= a->lo && x <= a->hi))
        return 0.0;
    if (i < 0.0) {
        m[0] += ring ? share : 1.0;
        m[a->n - 1] += ring ? 1.0 - share : 0.0;
    } else if (i >= n - 1.0) {
        m[a->n - 1] += ring ? 1.0 - share : 1.0;
        m[0] += ring ? share : 0.0;
    } else {
        m[(size_t)i] = 1.0 - share;
        m[(size_t)i + 1] = share;
    }
    return 1.0;
}

static ito_status check_normal(ito_ctx *ctx, const ito_density *d,
                               const ito_density_start *s)
{
    for (size_t c = 0; c < d->dim; c++) {
        const double std = s->std ? s->std[c] : 0.0;

        if (!isfinite(s->mean[c]) || !(std >= 0.0) || !isfinite(std))
            return ito__fail(ctx, ITO_EARG,
                             "density: a start with mean %g and standard "
                             "deviation %g is not possible",
                             s->mean[c], std);
    }
    return ITO_OK;
}

static ito_status product_start(ito_ctx *ctx, const ito_density *d,
                                const ito_density_start *s, double *m,
                                double *inside)
{
    const size_t nx = d->axis[0].n, ny = d->dim == 2 ? d->axis[1].n : 1;
    const ito_mark mark = ito__arena_mark(ctx);
    ito_status rc = check_normal(ctx, d, s);
    double *w;

    if (rc != ITO_OK)
        return rc;
    w = ito__arena_get(ctx, size_mul(size_add(nx, ny), sizeof(*w)));
    if (!w)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu cells",
                         nx);
    *inside = 1.0;
    w[nx] = 1.0;
    for (size_t c = 0; c < d->dim; c++) {
        const double std = s->std ? s->std[c] : 0.0;
        double *to = w + (c ? nx : 0);

        *inside *= std > 0.0 ? axis_normal(&d->axis[c], s->mean[c], std, to)
                             : axis_point(&d->axis[c], s->mean[c], to);
    }
    for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++)
            m[j * nx + i] = w[i] * w[nx + j];
    ito__arena_release(ctx, mark);
    return ITO_OK;
}

/* Log densities at all centres, row after row. */
static ito_status log_densities(ito_ctx *ctx, const ito_density *d,
                                const ito_density_start *s, double *logp)
{
    const size_t nx = d->axis[0].n;
    const ito_mark mark = ito__arena_mark(ctx);
    double *x = ito__arena_get(ctx, size_mul(nx * d->dim, sizeof(double)));
    ito_status rc = ITO_OK;

    if (!x)
        rc =
            ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu points", nx);
    for (size_t j = 0; rc == ITO_OK && j < d->axis[0].lines; j++) {
        for (size_t i = 0; i < nx; i++) {
            x[i * d->dim] = ito_density_centre(d, 0, i);
            if (d->dim == 2)
                x[i * 2 + 1] = ito_density_centre(d, 1, j);
        }
        if (s->dist) {
            rc = ito_dist_logp(ctx, s->dist, nx, x, logp + j * nx);
        } else {
            const int stop = s->logp(s->logp_arg, nx, x, logp + j * nx);

            if (stop != 0)
                rc = ito__fail(ctx, ITO_ECALLBACK,
                               "density: the log density of the start "
                               "returned %d",
                               stop);
        }
    }
    ito__arena_release(ctx, mark);
    return rc;
}

static ito_status logp_start(ito_ctx *ctx, const ito_density *d,
                             const ito_density_start *s, double *m)
{
    const size_t nx = d->axis[0].n;
    double top = -HUGE_VAL;
    ito_status rc = log_densities(ctx, d, s, m);

    assert(nx > 0);
    if (rc != ITO_OK)
        return rc;
    for (size_t k = 0; k < d->cells; k++) {
        if (isnan(m[k]) || m[k] == HUGE_VAL)
            return ito__fail(ctx, ITO_ENONFINITE,
                             "density: the log density of the start is %g in "
                             "cell (%zu, %zu)",
                             m[k], k % nx, k / nx);
        top = m[k] > top ? m[k] : top;
    }
    for (size_t k = 0; k < d->cells; k++)
        m[k] = top > -HUGE_VAL ? ito__exp(m[k] - top) : 0.0;
    return ITO_OK;
}

static ito_status mass_start(ito_ctx *ctx, const ito_density *d,
                             const double *mass, double *m)
{
    const size_t nx = d->axis[0].n;
    double top = 0.0;

    for (size_t k = 0; k < d->cells; k++) {
        if (!(mass[k] >= 0.0) || !isfinite(mass[k]))
            return ito__fail(ctx, ITO_EARG,
                             "density: the mass given for cell (%zu, %zu) is "
                             "%g",
                             k % nx, k / nx, mass[k]);
        top = mass[k] > top ? mass[k] : top;
    }
    for (size_t k = 0; k < d->cells; k++)
        m[k] = top > 0.0 ? mass[k] / top : 0.0;
    return ITO_OK;
}

static ito_status check_start(ito_ctx *ctx, const ito_density *d,
                              const ito_density_start *s)
{
    const int kinds = (s->mean != NULL) + (s->mass != NULL) +
                      (s->logp != NULL) + (s->dist != NULL) +
                      (s->stationary != 0);

    if (!d)
        return ito__fail(ctx, ITO_EARG, "density: there is no density");
    if (kinds > 1)
        return ito__fail(ctx, ITO_EARG,
                         "density: the start is given %d times; give one of "
                         "mean, mass, logp, dist and stationary",
                         kinds);
    if (s->std && !s->mean)
        return ito__fail(ctx, ITO_EARG,
                         "density: the start has a std and no mean");
    if (!isfinite(s->t))
        return ito__fail(ctx, ITO_EARG, "density: the start is at t = %g",
                         s->t);
    if (s->dist && ito_dist_dim(s->dist) != d->dim)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: the start has %zu components, the grid "
                         "%zu axes",
                         ito_dist_dim(s->dist), d->dim);
    return ITO_OK;
}

static ito_status fill(ito_ctx *ctx, ito_density *d, const ito_density_start *s,
                       double *m, double *inside)
{
    if (s->mean)
        return product_start(ctx, d, s, m, inside);
    if (s->logp || s->dist)
        return logp_start(ctx, d, s, m);
    if (s->mass)
        return mass_start(ctx, d, s->mass, m);
    if (s->stationary)
        return ito__pde_stationary(ctx, d, s->t, m);
    for (size_t k = 0; k < d->cells; k++)
        m[k] = 1.0;
    return ITO_OK;
}

ito_status ito_density_set(ito_ctx *ctx, ito_density *density,
                           const ito_density_start *start, double *inside)
{
    const ito_density_start none = { 0 };
    const ito_density_start *s = start ? start : &none;
    double part = 1.0, sum, *m;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_start(ctx, density, s)) != ITO_OK)
        return rc;
    m = ito__alloc(ctx, size_mul(density->cells, sizeof(*m)));
    if (!m)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu cells",
                         density->cells);
    rc = fill(ctx, density, s, m, &part);
    sum = rc == ITO_OK ? ito__pde_sum(density->cells, m) : 0.0;
    if (rc == ITO_OK && !(sum > 0.0))
        rc = ito__fail(ctx, ITO_ERANGE,
                       "density: the start has no mass on the grid");
    if (rc == ITO_OK) {
        for (size_t k = 0; k < density->cells; k++)
            density->mass[k] = m[k] / sum;
        density->t = s->t;
        density->age = 0;
        density->started = true;
        if (inside)
            *inside = part;
    }
    ito__free(ctx, m);
    return rc;
}

ito_status ito_density_stationary(ito_ctx *ctx, ito_density *density, double t)
{
    const ito_density_start start = { .t = t, .stationary = 1 };

    return ito_density_set(ctx, density, &start, NULL);
}

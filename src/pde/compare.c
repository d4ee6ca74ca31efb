/* SPDX-License-Identifier: MIT
 *
 * compare.c - particles against a density: Pearson's chi-squared test.
 *
 * The p-value is Q(k / 2, chi2 / 2), the regularised upper incomplete gamma
 * function, by its series below x = a + 1 and by the continued fraction above
 * (Abramowitz and Stegun 6.5.29, 6.5.31; Lentz's method for the fraction).
 * log Gamma is Stirling's series after the argument is raised above 15.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define MAX_TERMS    10000000
#define MIN_EXPECTED 10.0
#define CLEAN        1e-12 /* a negative mass of that size is rounding */
#define HALF_LOG_2PI 0.91893853320467274178

static double log_gamma(double a)
{
    double product = 1.0, r, sum;

    while (a < 15.0) {
        product *= a;
        a += 1.0;
    }
    r = 1.0 / (a * a);
    /* Bernoulli numbers; what is left out is below 1e-17 */
    sum = 1.0 / 156.0;
    sum = sum * r - 691.0 / 360360.0;
    sum = sum * r + 1.0 / 1188.0;
    sum = sum * r - 1.0 / 1680.0;
    sum = sum * r + 1.0 / 1260.0;
    sum = sum * r - 1.0 / 360.0;
    sum = sum * r + 1.0 / 12.0;
    return (a - 0.5) * ito__log(a) - a + HALF_LOG_2PI + sum / a -
           ito__log(product);
}

/* P(a, x) / front, x < a + 1 */
static double series(double a, double x)
{
    double term = 1.0 / a, sum = term;

    for (int k = 1; k < MAX_TERMS && term > sum * 1e-17; k++) {
        term *= x / (a + (double)k);
        sum += term;
    }
    return sum;
}

/* Q(a, x) / front, x >= a + 1 */
static double fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, h = d;

    for (int k = 1; k < MAX_TERMS; k++) {
        const double n = -(double)k * ((double)k - a);
        double step;

        b += 2.0;
        d = n * d + b;
        d = 1.0 / (fabs(d) < 1e-300 ? 1e-300 : d);
        c = b + n / c;
        c = fabs(c) < 1e-300 ? 1e-300 : c;
        step = d * c;
        h *= step;
        if (fabs(step - 1.0) < 1e-16)
            break;
    }
    return h;
}

double ito__gamma_q(double a, double x)
{
    double front, q;

    if (x <= 0.0)
        return 1.0;
    front = ito__exp(a * ito__log(x) - x - log_gamma(a));
    q = x < a + 1.0 ? 1.0 - front * series(a, x) : front * fraction(a, x);
    return q < 0.0 ? 0.0 : q > 1.0 ? 1.0 : q;
}

static double value_at(ito_dtype dtype, const void *rows, size_t i)
{
    return dtype == ITO_F64 ? ((const double *)rows)[i]
                            : (double)((const float *)rows)[i];
}

/* The cell of one row; SIZE_MAX outside. */
static size_t cell_of(const ito_density *d, const double *x)
{
    size_t cell = 0;

    for (size_t c = d->dim; c > 0; c--) {
        const pde_axis *a = &d->axis[c - 1];
        double i;

        if (!(x[c - 1] >= a->lo && x[c - 1] < a->hi))
            return SIZE_MAX;
        if (a->lower == ITO_EDGE_ABSORB && x[c - 1] <= a->lo)
            return SIZE_MAX; /* it rests where it left */
        i = floor((x[c - 1] - a->lo) / a->h);
        cell = cell * a->n + size_min((size_t)i, a->n - 1);
    }
    return cell;
}

ito_status ito_density_count(ito_ctx *ctx, const ito_density *density, size_t n,
                             ito_dtype dtype, const void *rows,
                             uint64_t *counts, uint64_t *outside)
{
    const ito_dtype type = dtype ? dtype : ITO_F32;

    if (!ctx)
        return ITO_EARG;
    if (!density || (n > 0 && !rows) || !counts || !outside)
        return ito__fail(ctx, ITO_EARG, "density: count: an argument is NULL");
    if (type != ITO_F32 && type != ITO_F64)
        return ito__fail(ctx, ITO_EARG, "density: count: no number type %d",
                         (int)dtype);
    for (size_t i = 0; i < n * density->dim; i++)
        if (!isfinite(value_at(type, rows, i)))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "density: count: row %zu is not finite",
                             i / density->dim);
    for (size_t i = 0; i < n; i++) {
        double x[2] = { 0.0, 0.0 };
        size_t cell;

        for (size_t c = 0; c < density->dim; c++)
            x[c] = value_at(type, rows, i * density->dim + c);
        cell = cell_of(density, x);
        if (cell == SIZE_MAX)
            ++*outside;
        else
            counts[cell]++;
    }
    return ITO_OK;
}

/* Bins of particles and what is expected there. */
typedef struct bins {
    size_t n;       /* those of the grid, and one for outside */
    double *mass;   /* n */
    uint64_t total; /* particles */
} bins;

static ito_status make_bins(ito_ctx *ctx, const ito_density *d,
                            const ito_density_counts *in, bins *b)
{
    const size_t group = in->group ? in->group : 1, nx = d->axis[0].n;
    const size_t across = nx / group;
    double sum = 0.0;

    memset(b->mass, 0, b->n * sizeof(*b->mass));
    for (size_t k = 0; k < d->cells; k++) {
        const size_t i = k % nx / group, j = k / nx / group;

        if (d->mass[k] < -CLEAN)
            return ito__fail(ctx, ITO_ERANGE,
                             "density: compare: the density is negative in "
                             "cell (%zu, %zu); advance it by \"be\", or take "
                             "more steps",
                             k % nx, k / nx);
        b->mass[j * across + i] += pde_max(d->mass[k], 0.0);
    }
    sum = ito__pde_sum(b->n - 1, b->mass);
    b->mass[b->n - 1] = pde_max(1.0 - sum, 0.0);
    b->total = in->outside;
    for (size_t k = 0; k + 1 < b->n; k++)
        b->total += in->cells[k];
    return ITO_OK;
}

static void add_bin(ito_density_fit *fit, double seen, double expected)
{
    const double gap = seen - expected;

    fit->chi2 += gap * gap / expected;
    fit->worst = pde_max(fit->worst, fabs(gap) / sqrt(expected));
    fit->bins++;
}

/* Pool and sum.  A pool is held back until the next is full, so that what is
 * left over in the end can join it. */
static void pool_bins(const bins *b, const ito_density_counts *in, double least,
                      ito_density_fit *fit)
{
    double seen = 0.0, expected = 0.0, held_seen = 0.0, held = -1.0;

    for (size_t k = 0; k < b->n; k++) {
        expected += b->mass[k] * (double)b->total;
        seen += (double)(k + 1 < b->n ? in->cells[k] : in->outside);
        if (expected < least)
            continue;
        if (held > 0.0)
            add_bin(fit, held_seen, held);
        held = expected;
        held_seen = seen;
        seen = expected = 0.0;
    }
    if (held > 0.0)
        add_bin(fit, held_seen + seen, held + expected);
}

static ito_status check_counts(ito_ctx *ctx, const ito_density *d,
                               const ito_density_counts *counts,
                               const ito_density_fit *out)
{
    const size_t group = counts && counts->group ? counts->group : 1;

    if (!d || !counts || !counts->cells || !out)
        return ito__fail(ctx, ITO_EARG,
                         "density: compare: an argument is NULL");
    if (!d->started)
        return ito__fail(ctx, ITO_EARG,
                         "density: it has no start; call ito_density_set");
    for (size_t c = 0; c < d->dim; c++)
        if (d->axis[c].n % group != 0)
            return ito__fail(ctx, ITO_EARG,
                             "density: compare: %zu cells cannot be cut into "
                             "bins of %zu",
                             d->axis[c].n, group);
    return ITO_OK;
}

ito_status ito_density_compare(ito_ctx *ctx, const ito_density *density,
                               const ito_density_counts *counts,
                               double min_expected, ito_density_fit *out)
{
    const double least = min_expected > 0.0 ? min_expected : MIN_EXPECTED;
    ito_density_fit fit = { 0 };
    size_t group;
    bins b = { 0 };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_counts(ctx, density, counts, out)) != ITO_OK)
        return rc;
    group = counts->group ? counts->group : 1;
    b.n = density->cells / (density->dim == 2 ? group * group : group) + 1;
    b.mass = ito__alloc(ctx, size_mul(b.n, sizeof(double)));
    if (!b.mass)
        return ito__fail(ctx, ITO_ENOMEM,
                         "density: compare: no memory for %zu bins", b.n);
    rc = make_bins(ctx, density, counts, &b);
    if (rc == ITO_OK)
        pool_bins(&b, counts, least, &fit);
    ito__free(ctx, b.mass);
    if (rc == ITO_OK && fit.bins < 2)
        rc = ito__fail(ctx, ITO_ERANGE,
                       "density: compare: of %g particles fewer than 2 bins "
                       "expect %g; take more particles",
                       (double)b.total, least);
    if (rc != ITO_OK)
        return rc;
    fit.n = b.total;
    fit.freedom = fit.bins - 1;
    fit.p = ito__gamma_q(0.5 * (double)fit.freedom, 0.5 * fit.chi2);
    *out = fit;
    return ITO_OK;
}

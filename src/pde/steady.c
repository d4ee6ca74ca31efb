/* SPDX-License-Identifier: MIT
 *
 * steady.c - the stationary density.
 *
 * One axis without a way round: no flux anywhere, so neighbours are in the
 * ratio right / left = e^w of their face, and log m is a sum of w.  A ring may
 * carry a flux: one cell is given mass 1 and the others follow from an
 * elimination without subtractions (see lines.c; here c is infinite).
 *
 * Two axes: exp(-U / D) where that is it.  Else steps in delta form
 *
 *     (I - tau G_x) (I - tau G_y) delta = tau G m,   m += delta
 *
 * (Douglas, Numer. Math. 4 (1962) 41), whose fixed point G m = 0 does not
 * depend on tau; tau runs through all scales of the grid, long to short, so
 * each part of the error meets a tau that damps it (Wachspress and Habetler,
 * J. SIAM 8 (1960) 403).
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define SCALES     8 /* values of tau in a cycle */
#define MAX_CYCLES 500
#define TOLERANCE  1e-14 /* of |G m| against what crosses faces */
#define STALLED    1e-11 /* the same, where rounding lets it fall no more */
#define CLEAN      1e-12 /* negative masses below it are rounding */

/* exp of log masses, the largest to 1. */
static void exponentiate(size_t n, double *m)
{
    double top = -HUGE_VAL;

    for (size_t k = 0; k < n; k++)
        top = m[k] > top ? m[k] : top;
    for (size_t k = 0; k < n; k++)
        m[k] = ito__exp(m[k] - top);
}

/* Whether exp(-U / D) is stationary: a potential, one constant D, no ring
 * (round which the potential may rise). */
static bool boltzmann(const ito_density *d)
{
    const bool level = d->is_given || d->field->noise == ITO_NOISE_ADDITIVE;

    for (size_t c = 0; c < d->dim; c++)
        if (d->axis[c].periodic || d->axis[c].d_max != d->axis[0].d_max)
            return false;
    return d->use_potential && level && d->axis[0].d_max > 0.0;
}

static ito_status by_potential(ito_ctx *ctx, const ito_density *d, double *m)
{
    const ito_rows_at at = { .t = d->rates_t, .dtype = ITO_F64 };
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
        rc = ito_field_eval(ctx, d->field, ITO_PART_POTENTIAL, &at, nx, x,
                            m + j * nx);
    }
    for (size_t k = 0; k < d->cells; k++)
        m[k] = -m[k] / d->axis[0].d_max;
    if (rc == ITO_OK)
        exponentiate(d->cells, m);
    ito__arena_release(ctx, mark);
    return rc;
}

/* Masses of a ring; w: slopes of its faces; work: 2 n values. */
static void ring(const pde_axis *a, const double *w, double *work, double *m)
{
    const size_t n = a->n;
    double sum = 0.0, top = 0.0, rest;
    double *inv = work, *up = work + n;
    size_t pin = 0;

    for (size_t i = 1; i < n; i++) {
        sum += w[i];
        if (sum > top) {
            top = sum;
            pin = i;
        }
    }
    /* cell (pin + 1 + k) mod n, its lower face of the same number */
#define CELL(k) ((pin + 1 + (k)) % n)
    rest = a->left[CELL(0)];
    for (size_t k = 0; k < n - 1; k++) {
        const size_t next = CELL(k + 1);
        double b =
            k == 0 ? a->right[CELL(0)] : a->right[CELL(k)] * m[CELL(k - 1)];

        if (k == n - 2)
            b += a->left[next]; /* from the pinned cell, on the far side */
        inv[k] = 1.0 / (rest + a->right[next]);
        up[k] = a->left[next] * inv[k];
        m[CELL(k)] = b * inv[k];
        rest = a->left[next] * (rest * inv[k]);
    }
    for (size_t k = n - 2; k > 0; k--)
        m[CELL(k - 1)] += up[k - 1] * m[CELL(k)];
    m[pin] = 1.0;
#undef CELL
}

static ito_status one_axis(ito_ctx *ctx, ito_density *d, double *m)
{
    const pde_axis *a = &d->axis[0];
    const ito_mark mark = ito__arena_mark(ctx);
    double *w = ito__arena_get(
        ctx, size_mul(size_add(size_mul(3, a->n), 1), sizeof(double)));
    ito_status rc;

    rc = w ? ito__pde_slopes(ctx, d, w)
           : ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu cells",
                       a->n);
    if (rc == ITO_OK && a->periodic) {
        ring(a, w, w + a->n + 1, m);
    } else if (rc == ITO_OK) {
        m[0] = 0.0;
        for (size_t i = 1; i < a->n; i++)
            m[i] = m[i - 1] + w[i];
        exponentiate(a->n, m);
    }
    ito__arena_release(ctx, mark);
    for (size_t k = 0; rc == ITO_OK && k < a->n; k++)
        if (!isfinite(m[k]))
            rc = ito__fail(ctx, ITO_ERANGE,
                           "density: the stationary density is beyond the "
                           "range of numbers in cell %zu; choose a smaller "
                           "grid",
                           k);
    return rc;
}

/* The longest time that the grid knows: of crossing it. */
static double longest(const ito_density *d)
{
    double most = 0.0;

    for (size_t c = 0; c < d->dim; c++) {
        const pde_axis *a = &d->axis[c];
        const double span = a->hi - a->lo;
        const double rate = a->a_mean / span + a->d_max / (span * span);

        most = rate > 0.0 && 1.0 / rate > most ? 1.0 / rate : most;
    }
    return most;
}

/* Sum of |x|. */
static double size_of(const ito_density *d, const double *x)
{
    double sum = 0.0;

    for (size_t k = 0; k < d->cells; k++)
        sum += fabs(x[k]);
    return sum;
}

/* Both implicit halves on u. */
static void both(ito_density *d, double tau, double *u)
{
    ito__pde_factor(d, 0, tau);
    ito__pde_solve(d, 0, u);
    ito__pde_factor(d, 1, tau);
    ito__pde_solve(d, 1, u);
}

/* One pass through the scales; returns |G m| before its last step. */
static double cycle(ito_density *d, double slow, double ratio, double *m,
                    double *g)
{
    double tau = slow, left = 0.0;

    for (int k = 0; k < SCALES; k++) {
        double sum;

        ito__pde_apply(d, m, g);
        left = size_of(d, g);
        for (size_t i = 0; i < d->cells; i++)
            g[i] *= tau;
        both(d, tau, g);
        for (size_t i = 0; i < d->cells; i++)
            m[i] += g[i];
        sum = ito__pde_sum(d->cells, m);
        for (size_t i = 0; i < d->cells; i++)
            m[i] /= sum;
        tau *= ratio;
    }
    return left;
}

/* Rounding leaves tiny negative masses where there is next to nothing. */
static ito_status clean(ito_ctx *ctx, const ito_density *d, double *m)
{
    double negative = 0.0;

    for (size_t k = 0; k < d->cells; k++)
        if (m[k] < 0.0) {
            negative -= m[k];
            m[k] = 0.0;
        }
    if (negative < CLEAN)
        return ITO_OK;
    return ito__fail(ctx, ITO_ESTEPS,
                     "density: the stationary density came out negative (mass "
                     "%.2g); advance to a late time instead",
                     negative);
}

static ito_status two_axes(ito_ctx *ctx, ito_density *d, double *m, double *g)
{
    const double fast = 1.0 / ito__pde_loss(d);
    double slow = longest(d), before = HUGE_VAL, tau = fast;

    for (size_t k = 0; k < d->cells; k++)
        m[k] = 1.0 / (double)d->cells;
    while (tau < slow) { /* a fair first guess */
        both(d, tau, m);
        tau *= 2.0;
    }
    for (int k = 0; k < MAX_CYCLES; k++) {
        const double ratio = ito__pow(fast / slow, 1.0 / (SCALES - 1));
        const double left =
            cycle(d, slow, ratio, m, g) / ito__pde_turnover(d, m);

        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "density: cancelled");
        if (left <= TOLERANCE || (left > 0.7 * before && left <= STALLED))
            return clean(ctx, d, m);
        if (!isfinite(left))
            break;
        if (left > 0.7 * before && slow > 4.0 * fast)
            slow *= 0.5;
        before = left;
    }
    return ito__fail(ctx, ITO_ESTEPS,
                     "density: the stationary density was not found in %d "
                     "cycles; advance to a late time instead",
                     MAX_CYCLES);
}

static ito_status check_unique(ito_ctx *ctx, const ito_density *d)
{
    double D = 0.0;
    bool stuck = false;

    for (size_t c = 0; c < d->dim; c++) {
        D = pde_max(D, d->axis[c].d_max);
        stuck |= d->axis[c].d_max <= 0.0 && d->axis[c].a_mean <= 0.0;
    }
    if (D > 0.0 && !stuck)
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT,
                     "density: there is no %s, so the stationary density is "
                     "not unique",
                     D > 0.0 ? "motion along one axis" : "diffusion");
}

ito_status ito__pde_stationary(ito_ctx *ctx, ito_density *d, double t,
                               double *m)
{
    ito_status rc;
    double *g;

    for (size_t c = 0; c < d->dim; c++)
        if (d->axis[c].lower == ITO_EDGE_ABSORB ||
            d->axis[c].upper == ITO_EDGE_ABSORB)
            return ito__fail(ctx, ITO_EUNFIT,
                             "density: an absorbing edge leaves nothing in "
                             "the end, so there is no stationary density");
    if ((rc = ito__pde_rates(ctx, d, t)) != ITO_OK)
        return rc;
    if ((rc = check_unique(ctx, d)) != ITO_OK)
        return rc;
    if (boltzmann(d))
        return by_potential(ctx, d, m);
    if (d->dim == 1)
        return one_axis(ctx, d, m);
    g = ito__alloc(ctx, size_mul(d->cells, sizeof(*g)));
    if (!g)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory for %zu cells",
                         d->cells);
    rc = two_axes(ctx, d, m, g);
    ito__free(ctx, g);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * evolve.c - moving a density in time.
 *
 * A step of time dt is taken with the rates at its middle.  Along one axis it
 * is one of the rules of lines.c; along two it is x dt / 2, y dt, x dt / 2
 * (Strang).  The first step after a start is two backward Euler steps of half
 * the size (Rannacher).
 */
#include <math.h>
#include <string.h>

#include "pde/grid.h"

#define MIN_STEPS 64
#define MAX_STEPS 1000000.0

static const ito_density_method methods[] = {
    [PDE_TR_BDF2] = { "tr-bdf2",
                      "trapezoidal rule and BDF2, order 2, stiffly stable "
                      "(Bank et al. 1985)",
                      2 },
    [PDE_CN] = { "cn", "Crank-Nicolson, order 2, damps nothing", 2 },
    [PDE_BE] = { "be", "backward Euler, order 1, never negative", 1 },
    [PDE_UNIFORM] = { "uniformisation",
                      "sum over the jumps of a Markov chain (Jensen 1953), "
                      "positive and exact in time, for small grids",
                      0 },
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

const ito_density_method *ito_density_method_at(size_t i)
{
    return i < METHODS ? &methods[i] : NULL;
}

/* One call of ito_density_advance. */
typedef struct journey {
    ito_ctx *ctx;
    ito_density *d;
    pde_step method;
    size_t steps, start_up;
    double t0, t1;
    double *buffer; /* of uniformisation: 2 x cells */
    ito_density_stats stats;
} journey;

static ito_status find_method(ito_ctx *ctx, const char *name, pde_step *out)
{
    *out = PDE_TR_BDF2;
    for (size_t i = 0; i < METHODS; i++)
        if (!name || strcmp(name, methods[i].name) == 0) {
            *out = (pde_step)i;
            return ITO_OK;
        }
    return ito__fail(ctx, ITO_EARG,
                     "density: unknown method \"%s\"; there are %s, %s, %s and "
                     "%s",
                     name, methods[0].name, methods[1].name, methods[2].name,
                     methods[3].name);
}

/* One cell at the mean drift a step. */
static size_t default_steps(const ito_density *d, double span)
{
    double steps = MIN_STEPS;

    for (size_t c = 0; c < d->dim; c++) {
        const double need = ceil(span * d->axis[c].a_mean / d->axis[c].h);

        steps = need > steps ? need : steps;
    }
    return (size_t)(steps < MAX_STEPS ? steps : MAX_STEPS);
}

/* After a step: the smallest density and the negative mass. */
static void note(journey *j)
{
    const ito_density *d = j->d;
    double min = HUGE_VAL, negative = 0.0;

    for (size_t b = 0; b < d->axis[0].blocks; b++) {
        min = d->blocks[b].min < min ? d->blocks[b].min : min;
        negative += d->blocks[b].negative;
    }
    min /= d->volume;
    if (min < j->stats.min_density)
        j->stats.min_density = min;
    if (negative > j->stats.negative_mass)
        j->stats.negative_mass = negative;
}

/* Time tau from t by one rule. */
static ito_status substep(journey *j, pde_step step, double t, double tau)
{
    ito_density *d = j->d;
    const double c = ito__pde_coefficient(step) * tau;
    ito_status rc = ito__pde_rates(j->ctx, d, t + 0.5 * tau);

    if (rc != ITO_OK)
        return rc;
    for (size_t a = 0; a < d->dim; a++) {
        const pde_axis *ax = &d->axis[a];
        const double stiff = ax->d_max * tau / (ax->h * ax->h);

        j->stats.stiffness = pde_max(j->stats.stiffness, stiff);
    }
    if (step == PDE_UNIFORM)
        return ito__pde_uniform(j->ctx, d, tau, j->buffer, &j->stats.solves);
    ito__pde_factor(d, 0, d->dim == 2 ? 0.5 * c : c);
    if (d->dim == 2) {
        ito__pde_factor(d, 1, c);
        ito__pde_lines(d, 0, step, false);
        ito__pde_lines(d, 1, step, false);
    }
    ito__pde_lines(d, 0, step, true);
    j->stats.solves +=
        (d->dim == 2 ? 3u : 1u) * (step == PDE_TR_BDF2 ? 2u : 1u);
    return ITO_OK;
}

/* Step k of the journey. */
static ito_status one_step(journey *j, size_t k)
{
    const double dt = (j->t1 - j->t0) / (double)j->steps;
    const double t = j->t0 + (double)k * dt;
    const bool rough = j->d->age < j->start_up &&
                       (j->method == PDE_TR_BDF2 || j->method == PDE_CN);
    ito_status rc;

    if (ito__cancelled(j->ctx))
        return ito__fail(j->ctx, ITO_ECANCELLED, "density: cancelled at t = %g",
                         t);
    if (!rough) {
        rc = substep(j, j->method, t, dt);
    } else {
        rc = substep(j, PDE_BE, t, 0.5 * dt);
        if (rc == ITO_OK) {
            note(j);
            rc = substep(j, PDE_BE, t + 0.5 * dt, 0.5 * dt);
        }
    }
    if (rc != ITO_OK)
        return rc;
    j->d->age++;
    j->d->t = k + 1 == j->steps ? j->t1 : j->t0 + (double)(k + 1) * dt;
    j->stats.steps++;
    if (j->method != PDE_UNIFORM)
        note(j);
    return ITO_OK;
}

static ito_status walk(journey *j, const ito_density_opts *opts)
{
    for (size_t k = 0; k < j->steps; k++) {
        ito_status rc = one_step(j, k);
        int stop = 0;

        if (rc != ITO_OK)
            return rc;
        if (opts->each)
            stop = opts->each(opts->each_arg, j->d);
        if (stop != 0)
            return ito__fail(j->ctx, ITO_ECALLBACK,
                             "density: the callback returned %d at t = %g",
                             stop, j->d->t);
    }
    return ITO_OK;
}

static ito_status check_call(ito_ctx *ctx, const ito_density *d, double t1)
{
    if (!d)
        return ito__fail(ctx, ITO_EARG, "density: there is no density");
    if (!d->started)
        return ito__fail(ctx, ITO_EARG,
                         "density: it has no start; call ito_density_set");
    if (!isfinite(t1) || t1 < d->t)
        return ito__fail(ctx, ITO_EARG,
                         "density: cannot go from t = %g to %g; a density "
                         "moves forward only",
                         d->t, t1);
    return ITO_OK;
}

/* What the whole grid looks like, where no step has noted it. */
static void note_state(journey *j)
{
    ito_density_summary now;

    ito_density_summarise(j->d, &now);
    j->stats.min_density = pde_min(j->stats.min_density, now.min);
    j->stats.negative_mass = pde_max(j->stats.negative_mass, now.negative_mass);
}

static ito_status travel(journey *j, const ito_density_opts *opts)
{
    const double span = j->t1 - j->t0;
    ito_status rc = ITO_OK;

    j->steps = opts->steps;
    if (j->steps == 0 && span > 0.0) {
        rc = ito__pde_rates(j->ctx, j->d, j->t0);
        j->steps = rc == ITO_OK ? default_steps(j->d, span) : 0;
    }
    if (rc != ITO_OK || span <= 0.0)
        return rc;
    if (j->method == PDE_UNIFORM) {
        if (opts->steps == 0 && ito__pde_timeless(j->d))
            j->steps = 1;
        j->buffer =
            ito__alloc(j->ctx, size_mul(2 * sizeof(double), j->d->cells));
        if (!j->buffer)
            return ito__fail(j->ctx, ITO_ENOMEM,
                             "density: no memory for %zu cells", j->d->cells);
    }
    rc = walk(j, opts);
    ito__free(j->ctx, j->buffer);
    return rc;
}

ito_status ito_density_advance(ito_ctx *ctx, ito_density *density, double t1,
                               const ito_density_opts *opts,
                               ito_density_stats *stats)
{
    const ito_density_opts none = { 0 };
    journey j = { .ctx = ctx, .d = density, .t1 = t1 };
    ito_status rc;

    if (stats)
        *stats = (ito_density_stats){ 0 };
    if (!ctx)
        return ITO_EARG;
    opts = opts ? opts : &none;
    if ((rc = check_call(ctx, density, t1)) != ITO_OK ||
        (rc = find_method(ctx, opts->method, &j.method)) != ITO_OK)
        return rc;
    j.t0 = density->t;
    j.stats.min_density = HUGE_VAL;
    j.start_up = opts->start_up < 0    ? 0
                 : opts->start_up == 0 ? 1
                                       : (size_t)opts->start_up;
    rc = travel(&j, opts);
    note_state(&j);
    if (rc == ITO_OK && !isfinite(ito__pde_sum(density->cells, density->mass)))
        rc = ito__fail(ctx, ITO_ENONFINITE,
                       "density: it is not finite at t = %g; take more steps",
                       density->t);
    if (stats)
        *stats = j.stats;
    return rc;
}

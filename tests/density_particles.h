/* SPDX-License-Identifier: MIT
 *
 * density_particles.h - particles of Euler-Maruyama against the density on a
 * grid: the same field, by both halves of the library.  Seeds are fixed; a
 * right pair is refused once in 10^4.
 */
#ifndef DENSITY_PARTICLES_H
#define DENSITY_PARTICLES_H

#include <ito/density.h>
#include <ito/ensemble.h>
#include <ito/system.h>

#include "check.h"

#define PARTICLES_P 1e-4

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* A case: frames moments spread over [0, t1], the histogram of `bins` bins
 * between lo and hi, the grid with `fine` cells a bin. */
typedef struct duel {
    const char *name, *drift, *diffusion, *energy;
    double temperature;
    double mean, std; /* of the start, normal */
    double t1, lo, hi;
    ito_edge edge;
    size_t frames, bins, fine;
    size_t particles, steps;
    ito_dtype dtype;
} duel;

static ito_system *duel_system(const duel *c)
{
    const ito_formulas f = { .drift = c->drift,
                             .diffusion = c->diffusion,
                             .energy = c->energy,
                             .temperature = c->temperature,
                             .calculus = ITO_CALCULUS_ITO };
    ito_system *system;

    if (c->name)
        CHECK_OK(ctx,
                 ito_system_open(ctx, c->name, ITO_CALCULUS_UNSET, &system));
    else
        CHECK_OK(ctx, ito_system_formula(ctx, &f, &system));
    return system;
}

/* Counts of all frames but the start, from lo to hi. */
static ito_ensemble *duel_particles(const duel *c, const ito_field *field)
{
    const ito_ensemble_opts opts = { .dim = 1,
                                     .frames = c->frames + 1,
                                     .bins = c->bins,
                                     .lo = &c->lo,
                                     .hi = &c->hi };
    ito_start start = {
        .ctx = ctx, .at = { .seed = 2024 }, .std = c->std, .mean = &c->mean
    };
    const ito_bounds bounds = {
        .lower = c->edge, .upper = c->edge, .lo = c->lo, .hi = c->hi
    };
    const ito_solve_opts how = { .method = "euler-maruyama",
                                 .steps = c->steps };
    ito_ensemble *stats;
    ito_sink sink = { .fn = ito_ensemble_frame, .every = c->steps / c->frames };
    ito_problem problem = { .field = field,
                            .t1 = c->t1,
                            .n = c->particles,
                            .dtype = c->dtype,
                            .init = ito_start_normal,
                            .init_arg = &start,
                            .sinks = &sink,
                            .sink_count = 1,
                            .seed = 2024,
                            .bounds =
                                c->edge != ITO_EDGE_OPEN ? &bounds : NULL };

    CHECK_OK(ctx, ito_ensemble_new(ctx, &opts, &stats));
    sink.arg = stats;
    CHECK_OK(ctx, ito_solve(ctx, &problem, NULL, &how, NULL));
    return stats;
}

/* Both ways, compared at every frame after the start. */
static void duel_run(const duel *c)
{
    ito_system *system = duel_system(c);
    const ito_field *field = ito_system_field(system);
    const ito_density_problem what = { .field = field,
                                       .axes = { { .lo = c->lo,
                                                   .hi = c->hi,
                                                   .cells = c->bins * c->fine,
                                                   .lower = c->edge,
                                                   .upper = c->edge } } };
    const ito_density_start start = { .mean = &c->mean, .std = &c->std };
    ito_ensemble *stats = duel_particles(c, field);
    uint64_t *counts = calloc(c->bins, sizeof(*counts));
    ito_density *d;

    CHECK(counts != NULL);
    CHECK_OK(ctx, ito_density_open(ctx, &what, &d));
    CHECK_OK(ctx, ito_density_set(ctx, d, &start, NULL));
    for (size_t f = 1; f <= c->frames; f++) {
        const double t = c->t1 * (double)f / (double)c->frames;
        uint64_t beyond[2];
        ito_density_counts in = { .cells = counts, .group = c->fine };
        ito_moments moments;
        ito_density_fit fit;

        CHECK_OK(ctx, ito_density_advance(ctx, d, t, NULL, NULL));
        CHECK_OK(ctx, ito_ensemble_histogram(ctx, stats, f, 0, counts, beyond));
        CHECK_OK(ctx, ito_ensemble_moments(ctx, stats, f, &moments));
        in.outside = beyond[0] + beyond[1];
        if (c->edge == ITO_EDGE_ABSORB) { /* they rest on the edges, and the
                                             lower one is in the first bin */
            counts[0] -= moments.absorbed - in.outside;
            in.outside = moments.absorbed;
        }
        CHECK_OK(ctx, ito_density_compare(ctx, d, &in, 20.0, &fit));
        print_message("%s at t = %g: chi2 %.1f of %zu, p = %.3g\n",
                      ito_system_spec(system), t, fit.chi2, fit.freedom, fit.p);
        CHECK(fit.n == c->particles);
        CHECK(fit.freedom > c->bins / 4);
        CHECK(fit.p > PARTICLES_P);
    }
    free(counts);
    ito_density_free(d);
    ito_ensemble_free(stats);
    ito_system_free(system);
}

/* What is compared; particles, steps and number type are the test's. */
static const duel duel_ou = { .name = "ou:theta=1,mu=0,sigma=1",
                              .mean = 1.5,
                              .std = 0.3,
                              .t1 = 1.0,
                              .lo = -6.0,
                              .hi = 6.0,
                              .frames = 4,
                              .bins = 120,
                              .fine = 8 };
static const duel duel_wells = { .energy = "x^4/4 - x^2/2",
                                 .temperature = 0.25,
                                 .mean = -1.0,
                                 .std = 0.2,
                                 .t1 = 4.0,
                                 .lo = -4.0,
                                 .hi = 4.0,
                                 .frames = 4,
                                 .bins = 100,
                                 .fine = 8 };
static const duel duel_formula = { .drift = "sin(2*x) - 0.5*x",
                                   .diffusion = "0.6 + 0.2*cos(x)",
                                   .mean = 0.3,
                                   .std = 0.4,
                                   .t1 = 2.0,
                                   .lo = -5.0,
                                   .hi = 5.0,
                                   .frames = 4,
                                   .bins = 100,
                                   .fine = 8 };
static const duel duel_exit = { .drift = "1 - x",
                                .diffusion = "0.8",
                                .mean = 0.0,
                                .std = 0.2,
                                .t1 = 1.0,
                                .lo = -1.0,
                                .hi = 1.0,
                                .edge = ITO_EDGE_ABSORB,
                                .frames = 4,
                                .bins = 40,
                                .fine = 16 };

#endif /* DENSITY_PARTICLES_H */

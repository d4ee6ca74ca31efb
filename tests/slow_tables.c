/* SPDX-License-Identifier: MIT
 *
 * slow_tables.c - the long tables of ito/check.h, and what takes the double
 * well long: mean first passage times and moments where wells are deep.
 */
#include <ito/check.h>

#include "check.h"

#include <ito/ensemble.h>
#include <ito/start.h>
#include <ito/system.h>
#include <stdbool.h>

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

static int say_failures(void *arg, const ito_check_row *r)
{
    (void)arg;
    if (!r->passed)
        print_message("%s %s %s: %.10g, expected %.10g within %g%s\n",
                      r->problem, r->method, r->quantity, r->value, r->expected,
                      r->tolerance, r->relative ? " of it" : "");
    return 0;
}

static void run_table(const char *table)
{
    const ito_check_opts opts = { .table = table };
    size_t failed = 1;

    CHECK_OK(ctx, ito_check_run(ctx, &opts, say_failures, NULL, &failed));
    CHECK(failed == 0);
}

TEST(strong_errors_are_those_of_the_table)
{
    run_table("strong");
}

TEST(exits_have_their_closed_forms)
{
    run_table("exit");
}

/* A run of the double well from -1, with an absorbing edge at b. */
typedef struct well {
    double D, b, t1, h;
    size_t n;
    const char *method;
} well;

static ito_ensemble *run_well(const well *w, bool open)
{
    const double at = -1.0;
    ito_start_rows start = { .rows = &at, .count = 1 };
    const ito_bounds edge = { .upper = ITO_EDGE_ABSORB, .hi = w->b };
    const ito_ensemble_opts eo = { .dim = 1, .frames = 1 };
    ito_ensemble *stats;
    ito_system *s;
    char spec[40];

    snprintf(spec, sizeof(spec), "double-well:D=%g", w->D);
    CHECK_OK(ctx, ito_system_open(ctx, spec, ITO_CALCULUS_UNSET, &s));
    CHECK_OK(ctx, ito_ensemble_new(ctx, &eo, &stats));
    {
        const ito_sink sink = { .fn = ito_ensemble_frame, .arg = stats };
        const ito_problem p = { .field = ito_system_field(s),
                                .t1 = w->t1,
                                .n = w->n,
                                .init = ito_start_at_rows,
                                .init_arg = &start,
                                .sinks = &sink,
                                .sink_count = 1,
                                .seed = 3,
                                .bounds = open ? NULL : &edge };
        const ito_solve_opts o = { .method = w->method,
                                   .steps = (size_t)(w->t1 / w->h) };

        CHECK_OK(ctx, ito_solve(ctx, &p, NULL, &o, NULL));
    }
    ito_system_free(s);
    return stats;
}

/* Until t1 all but exp(-lambda t1) < 1e-7 have left; the step costs about h. */
TEST(passage_times_of_the_double_well_are_those_of_the_quadrature)
{
    static const struct {
        well w;
        double mean;
    } rows[] = {
        { { 0.25, 1.0, 200.0, 0.01, 8000, "euler-maruyama" }, 14.277737 },
        { { 0.1, 0.0, 500.0, 0.01, 4000, "euler-maruyama" }, 30.821302 },
        { { 0.1, 1.0, 1000.0, 0.01, 4000, "euler-maruyama" }, 66.268626 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_ensemble *stats = run_well(&rows[i].w, false);
        ito_exits e;

        CHECK_OK(ctx, ito_ensemble_exits(ctx, stats, &e, NULL));
        CHECK(e.absorbed + 2 >= e.n);
        CHECK_NEAR(e.mean, rows[i].mean, 5.0 * e.mean_se + 0.01 * e.mean);
        ito_ensemble_free(stats);
    }
}

/* x^2 does not know in which well it is; a Metropolis test leaves no bias, and
 * <x^4> - <x^2> = D exactly. */
TEST(moments_of_the_double_well_are_those_of_the_quadrature)
{
    static const struct {
        double D, x2;
    } rows[] = { { 0.5, 0.8934649696 },
                 { 0.25, 0.8327454871 },
                 { 0.1, 0.8713629080 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const well w = { rows[i].D, 0.0, 40.0, 0.05, 200000, "mala" };
        ito_ensemble *stats = run_well(&w, true);
        ito_moments m;
        double x2, x4, mean, var, skew;

        CHECK_OK(ctx, ito_ensemble_moments(ctx, stats, 0, &m));
        mean = m.mean[0];
        var = m.cov[0];
        skew = m.skewness[0] * var * sqrt(var);
        x2 = var + mean * mean;
        x4 = m.kurtosis[0] * var * var + 4.0 * mean * skew +
             6.0 * mean * mean * var + mean * mean * mean * mean;
        /* deviations of x^2 and of x^4 - x^2 for D = .5, the largest */
        CHECK_STAT(x2, rows[i].x2, 0.772 / sqrt(200000.0), 5);
        CHECK_STAT(x4 - x2, rows[i].D, 1.376 / sqrt(200000.0), 5);
        ito_ensemble_free(stats);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(strong_errors_are_those_of_the_table),
        RUN(exits_have_their_closed_forms),
        RUN(passage_times_of_the_double_well_are_those_of_the_quadrature),
        RUN(moments_of_the_double_well_are_those_of_the_quadrature),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

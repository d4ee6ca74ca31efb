/* SPDX-License-Identifier: MIT
 *
 * test_ode.c - ODE methods: the order of every one, adaptive steps and
 * continuous output.  test_solve.c has the closed forms of the simple ones.
 */
#include "check.h"

#include <ito/solve.h>

#include "solve_fields.h"

/* A nonlinear field that depends on time, with a known solution:
 * x = sin(t) + c e^(-t^2), y = cos(t):  dx = cos t - 2 t (x - sin t) + (y -
 * cos t) x, dy = -sin t - (y - cos t)(1 + x^2). */
static int curve(void *user, const ito_tile *tile, void *const *out)
{
    const double *x = tile->x[0], *y = tile->x[1], t = tile->t;
    double *dx = out[0], *dy = out[1];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        dx[i] = cos(t) - 2 * t * (x[i] - sin(t)) + (y[i] - cos(t)) * x[i];
        dy[i] = -sin(t) - (y[i] - cos(t)) * (1 + x[i] * x[i]);
    }
    return 0;
}

static const ito_field curve_field = { .name = "curve",
                                       .dtypes = ITO_F64,
                                       .flags = ITO_FIELD_REENTRANT,
                                       .dim = 2,
                                       .drift = curve };

static double exact_x(double t)
{
    return sin(t) + 0.5 * exp(-t * t);
}

/* Error at t = 2 of `steps` fixed steps. */
static double error_of(const char *method, size_t steps, double theta)
{
    const ito_problem p = {
        .field = &curve_field, .t1 = 2.0, .n = 1, .dtype = ITO_F64
    };
    const ito_solve_opts o = { .method = method,
                               .steps = steps,
                               .theta = theta };
    double x[2] = { 0.5, 1.0 };

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
    return hypot(x[0] - exact_x(2.0), x[1] - cos(2.0));
}

TEST(every_method_has_its_order)
{
    for (size_t i = 0; ito_method_at(i); i++) {
        const ito_method *m = ito_method_at(i);
        const size_t steps = m->order >= 8 ? 12 : m->order >= 5 ? 40 : 200;
        double coarse, fine;

        if (ito_method_fits(ctx, m, &curve_field) != ITO_OK)
            continue;
        coarse = error_of(m->name, steps, 0.0);
        fine = error_of(m->name, 2 * steps, 0.0);
        if (strcmp(m->name, "theta") == 0) { /* 1/2 unless said */
            CHECK_NEAR(t_order(coarse, fine, 2.0), 2.0, 0.1);
            coarse = error_of(m->name, steps, 0.7);
            fine = error_of(m->name, 2 * steps, 0.7);
        }
        if (fabs(t_order(coarse, fine, 2.0) - (double)m->order) >
            (m->order >= 5 ? 0.4 : 0.1))
            check_fail(__FILE__, __LINE__, "%s: order %.3f, not %zu", m->name,
                       t_order(coarse, fine, 2.0), m->order);
    }
}

/* --- adaptive steps ---------------------------------------------------- */

static const char *const pairs[] = { "heun", "bs3", "dopri5", "tsit5",
                                     "dop853" };

static double adaptive_error(const char *method, double rtol, double t0,
                             double t1, ito_solve_stats *stats)
{
    const ito_problem p = {
        .field = &curve_field, .t0 = t0, .t1 = t1, .n = 1, .dtype = ITO_F64
    };
    const ito_solve_opts o = { .method = method, .rtol = rtol, .atol = rtol };
    double x[2] = { exact_x(t0), cos(t0) };

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, stats));
    CHECK(stats->t == t1);
    return hypot(x[0] - exact_x(t1), x[1] - cos(t1));
}

TEST(adaptive_errors_stay_near_the_tolerance_and_fall_with_it)
{
    for (size_t m = 0; m < COUNT(pairs); m++) {
        double last = HUGE_VAL;
        uint64_t steps = 0;

        for (double tol = 1e-3; tol > 1e-10; tol *= 0.1) {
            ito_solve_stats stats;
            double error;

            if (m == 0 && tol < 1e-7)
                break; /* too many steps of order 2 */
            error = adaptive_error(pairs[m], tol, 0.0, 2.0, &stats);
            if (!(error <= 10.0 * tol && error < last))
                check_fail(__FILE__, __LINE__, "%s: tol %g error %g after %g",
                           pairs[m], tol, error, last);
            CHECK(stats.accepted >= steps && stats.steps == stats.accepted);
            last = error;
            steps = stats.accepted;
        }
    }
}

TEST(adaptive_steps_run_backwards)
{
    for (size_t m = 0; m < COUNT(pairs); m++) {
        ito_solve_stats stats;
        const double tol = m == 0 ? 1e-5 : 1e-8;

        /* backwards the field drives apart, some tenfold */
        CHECK(adaptive_error(pairs[m], tol, 1.0, 0.2, &stats) < 100.0 * tol);
    }
}

/* Frames between the steps. */
#define POINTS 101

static double output_error(const char *method, double h, double *order)
{
    static double rows[POINTS][2];
    ito_store store = { .rows = rows, .n = 1 };
    const ito_sink sink = { .fn = ito_store_frame, .arg = &store, .every = 1 };
    const ito_problem p = { .field = &curve_field,
                            .t1 = 2.0,
                            .n = 1,
                            .dtype = ITO_F64,
                            .sinks = &sink,
                            .sink_count = 1 };
    const ito_solve_opts o = { .method = method,
                               .steps = POINTS - 1,
                               .atol = 1e9,
                               .h_start = h,
                               .h_max = h };
    ito_solve_stats stats;
    double x[2] = { 0.5, 1.0 }, most = 0.0;

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK_NEAR((double)stats.accepted, 2.0 / h, 1.5);
    for (size_t i = 0; i < POINTS; i++) {
        const double t = 2.0 * (double)i / (POINTS - 1);

        most = fmax(most, hypot(rows[i][0] - exact_x(t), rows[i][1] - cos(t)));
    }
    CHECK_SAME(rows[POINTS - 1], x, 2);
    *order = (double)stats.accepted;
    return most;
}

/* Steps of a fixed length with output between: its error falls with one
 * power more than its order, which is that of the method or one less. */
TEST(continuous_output_has_its_order)
{
    static const struct {
        const char *name;
        double h, order;
    } rows[] = { { "bs3", 0.05, 3.0 },
                 { "dopri5", 0.1, 4.5 },
                 { "tsit5", 0.1, 4.5 },
                 { "dop853", 0.25, 7.2 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        double n, m;
        const double coarse = output_error(rows[i].name, rows[i].h, &n);
        const double fine = output_error(rows[i].name, rows[i].h / 2, &m);

        if (t_order(coarse, fine, m / n) < rows[i].order - 0.25)
            check_fail(__FILE__, __LINE__, "%s: output of order %g (%g, %g)",
                       rows[i].name, t_order(coarse, fine, m / n), coarse,
                       fine);
    }
}

/* --- what can go wrong ------------------------------------------------- */

/* dx/dt = x^2: infinite at t = 1 / x. */
static int square(void *user, const ito_tile *tile, void *const *out)
{
    const double *x = tile->x[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++)
        ((double *)out[0])[i] = x[i] * x[i];
    return 0;
}

static const ito_field explosion = { .name = "explosion",
                                     .dtypes = ITO_F64,
                                     .flags = ITO_FIELD_REENTRANT,
                                     .dim = 1,
                                     .drift = square };

TEST(a_solution_that_ends_is_reported_where_it_ends)
{
    const ito_problem p = {
        .field = &explosion, .t1 = 2.0, .n = 100, .id0 = 7, .dtype = ITO_F64
    };
    ito_solve_opts o = { .rtol = 1e-6 };
    double x[100];
    ito_solve_stats stats;

    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = 0.1;
    x[42] = 1.0;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, &stats), ITO_ESTEPS,
                "particle 49 needs steps shorter");
    CHECK(ito_errinfo_get(ctx)->particle == 49);
    CHECK_NEAR(ito_errinfo_get(ctx)->t, 1.0, 1e-5);
    CHECK(stats.steps == 0);
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = i == 42 ? 1.0 : 0.1;
    o.bad = ITO_BAD_FREEZE;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK(stats.bad == 1 && isfinite(x[42]) && x[42] > 1e6);
    CHECK_NEAR(x[0], 0.125, 1e-5);
    o = (ito_solve_opts){ .rtol = 1e-12, .max_steps = 10 };
    x[42] = 0.1;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_ESTEPS, "10 steps");
    o = (ito_solve_opts){ .rtol = 1e-6, .bad = ITO_BAD_KEEP };
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EARG, "FREEZE");
    o = (ito_solve_opts){ .rtol = 1e-6, .method = "rk4" };
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EUNFIT,
                "fit: heun bs3");
    o = (ito_solve_opts){ .rtol = -1 };
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EARG, "rtol");
}

/* dx/dt = -sqrt(x), not defined below 0; x = (1 - t/2)^2 up to t = 2. */
static int drain(void *user, const ito_tile *tile, void *const *out)
{
    const double *x = tile->x[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++) {
        if (x[i] < 0.0)
            return 1;
        ((double *)out[0])[i] = -sqrt(x[i]);
    }
    return 0;
}

TEST(a_field_that_refuses_a_stage_makes_the_step_shorter)
{
    const ito_field f = {
        .name = "drain", .dtypes = ITO_F64, .dim = 1, .drift = drain
    };
    ito_problem p = { .field = &f, .t1 = 1.9, .n = 1, .dtype = ITO_F64 };
    const ito_solve_opts o = { .rtol = 1e-3, .h_start = 1.9 };
    ito_solve_stats stats;
    double x = 1.0;

    CHECK_OK(ctx, ito_solve(ctx, &p, &x, &o, &stats));
    CHECK(stats.rejected > 0);
    CHECK_NEAR(x, 0.05 * 0.05, 1e-3);
    x = -1.0;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_ECALLBACK,
                "field drain returned 1 at t = 0");
}

/* Groups choose their steps alone: what a group gets does not depend on the
 * others, on threads or kernels. */
TEST(a_group_alone_is_the_group_in_company)
{
    static double all[2 * 9000], part[2 * 4096];
    ito_problem p = {
        .field = &rotation, .t1 = 3.0, .n = 9000, .id0 = 100, .dtype = ITO_F64
    };
    const ito_solve_opts o = { .rtol = 1e-5 };

    for (size_t i = 0; i < COUNT(all); i++)
        all[i] = (double)(i % 1000) * (i < 9000 ? 1.0 : 1e-3);
    memcpy(part, all + 2 * 3996, sizeof(part));
    CHECK_OK(ctx, ito_solve(ctx, &p, all, &o, NULL));
    p.id0 = 4096;
    p.n = 4096;
    CHECK_OK(ctx, ito_solve(ctx, &p, part, &o, NULL));
    CHECK_SAME(part, all + 2 * 3996, COUNT(part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_method_has_its_order),
        RUN(adaptive_errors_stay_near_the_tolerance_and_fall_with_it),
        RUN(adaptive_steps_run_backwards),
        RUN(continuous_output_has_its_order),
        RUN(a_solution_that_ends_is_reported_where_it_ends),
        RUN(a_field_that_refuses_a_stage_makes_the_step_shorter),
        RUN(a_group_alone_is_the_group_in_company),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

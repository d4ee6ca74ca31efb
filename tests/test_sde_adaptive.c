/* SPDX-License-Identifier: MIT
 *
 * test_sde_adaptive.c - adaptive steps with noise, on the Brownian tree.
 */
#include "check.h"

#include <ito/brownian.h>
#include <ito/solve.h>

#include "sde_fields.h"

#define PATHS 2000

static double ends[PATHS], motion[PATHS];

static double gbm_end(double W)
{
    return 0.5 * exp((1.01 - 0.5 * 0.87 * 0.87) * 1.0 + 0.87 * W);
}

static double gbm_strat_end(double W)
{
    return 0.5 * exp(1.01 + 0.87 * W);
}

static void find_motion(void)
{
    const ito_brownian b = { .seed = 9, .dim = 1, .dtype = ITO_F64, .t1 = 1.0 };

    CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, PATHS, (ito_tree_node){ 0, 0 },
                                    motion, NULL));
}

static void solve_adaptive(const ito_field *f, const char *method, double rtol,
                           double x0, ito_solve_stats *stats)
{
    const ito_problem p = {
        .field = f, .t1 = 1.0, .n = PATHS, .dtype = ITO_F64, .seed = 9
    };
    const ito_solve_opts o = { .method = method, .rtol = rtol, .atol = rtol };

    for (size_t i = 0; i < PATHS; i++)
        ends[i] = x0;
    CHECK_OK(ctx, ito_solve(ctx, &p, ends, &o, stats));
}

/* The error on one path falls with the tolerance, to the exact solution of
 * that path: the increments of all step lengths are one motion. */
TEST(errors_fall_with_the_tolerance_on_every_path)
{
    static const struct {
        const char *name;
        int strat;
    } rows[] = { { "sriw1", 0 }, { "heun", 1 } };

    find_motion();
    for (size_t k = 0; k < COUNT(rows); k++) {
        scalar gbm = { gbm_u, gbm_g, gbm_dg, { 1.01, 0.87 } };
        const ito_field f = scalar_field(
            &gbm, ITO_NOISE_DIAGONAL,
            rows[k].strat ? ITO_CALCULUS_STRATONOVICH : ITO_CALCULUS_ITO);
        double last = HUGE_VAL;
        uint64_t steps = 0;

        for (double tol = 0.1; tol > (k ? 3e-3 : 3e-4); tol /= 10) {
            ito_solve_stats stats;
            double sum = 0.0;

            solve_adaptive(&f, rows[k].name, tol, 0.5, &stats);
            for (size_t i = 0; i < PATHS; i++) {
                const double want = rows[k].strat ? gbm_strat_end(motion[i])
                                                  : gbm_end(motion[i]);

                sum += pow((ends[i] - want) / (1.0 + want), 2);
            }
            sum = sqrt(sum / PATHS);
            if (!(sum < 3.0 * tol && sum < 0.5 * last))
                check_fail(__FILE__, __LINE__,
                           "%s: tol %g error %g after %g in %g steps",
                           rows[k].name, tol, sum, last,
                           (double)stats.accepted);
            CHECK(stats.accepted > steps);
            last = sum;
            steps = stats.accepted;
        }
    }
}

TEST(additive_methods_reach_the_solution_of_fine_fixed_steps)
{
    static const char *const names[] = { "shark", "sra1", "sriw1", "heun" };
    static double truth[PATHS];
    scalar well = { well_u, ou_g, NULL, { 0.0, 0.7 } };
    const ito_field f =
        scalar_field(&well, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const ito_problem p = {
        .field = &f, .t1 = 1.0, .n = PATHS, .dtype = ITO_F64, .seed = 9
    };
    const ito_solve_opts fine = { .method = "shark", .steps = 4096, .tree = 1 };

    for (size_t i = 0; i < PATHS; i++)
        truth[i] = 0.5;
    CHECK_OK(ctx, ito_solve(ctx, &p, truth, &fine, NULL));
    for (size_t k = 0; k < COUNT(names); k++) {
        double most = 0.0;
        ito_solve_stats stats;

        solve_adaptive(&f, names[k], 1e-3, 0.5, &stats);
        for (size_t i = 0; i < PATHS; i++)
            most = fmax(most, fabs(ends[i] - truth[i]));
        CHECK(most < 1e-2);
        CHECK(stats.t == 1.0 && stats.steps == stats.accepted);
    }
}

/* Steps adapt: a drift that is steep for a short while. */
static double pulse_u(const double *p, double t, double x)
{
    (void)p;
    return -x * (1.0 + 500.0 * exp(-1e4 * (t - 0.5) * (t - 0.5)));
}

TEST(steps_are_short_where_the_field_is_steep)
{
    scalar pulse = { pulse_u, ou_g, NULL, { 0.0, 0.1 } };
    const ito_field f =
        scalar_field(&pulse, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    ito_solve_stats stats;

    solve_adaptive(&f, "shark", 3e-3, 1.0, &stats);
    CHECK(stats.accepted > 40 && stats.accepted < 400);
    CHECK(stats.rejected > 3);
}

/* Frames at points of the grid; their times are dyadic. */
TEST(frames_lie_on_the_path)
{
    static double frames[9][PATHS];
    ito_store store = { .rows = frames, .n = PATHS };
    const ito_sink sink = { .fn = ito_store_frame, .arg = &store, .every = 1 };
    scalar flat = { ou_u, ou_g, NULL, { 0.0, 1.0 } };
    const ito_field f =
        scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const ito_problem p = { .field = &f,
                            .t1 = 1.0,
                            .n = PATHS,
                            .dtype = ITO_F64,
                            .seed = 9,
                            .sinks = &sink,
                            .sink_count = 1 };
    const ito_solve_opts o = { .rtol = 1e-3, .steps = 8 };
    const ito_brownian b = { .seed = 9, .dim = 1, .dtype = ITO_F64, .t1 = 1.0 };
    static double path[8][PATHS];

    memset(ends, 0, sizeof(ends));
    CHECK_OK(ctx, ito_solve(ctx, &p, ends, &o, NULL));
    CHECK_OK(ctx, ito_brownian_path(ctx, &b, 0, PATHS, 3, 1, path));
    for (size_t k = 0; k < 8; k++)
        for (size_t i = 0; i < PATHS; i++)
            CHECK_NEAR(frames[k + 1][i], path[k][i], 1e-13);
}

TEST(what_cannot_choose_steps_is_refused_with_the_reason)
{
    scalar gbm = { gbm_u, gbm_g, gbm_dg, { 1.0, 1.0 } };
    ito_field f = scalar_field(&gbm, ITO_NOISE_DIAGONAL, ITO_CALCULUS_ITO);
    given g = { motion, motion, 0 };
    ito_problem p = { .field = &f, .t1 = 1.0, .n = 1 };
    ito_solve_opts o = { .method = "euler-maruyama", .rtol = 1e-3 };
    static const double grid[] = { 0.0, 0.5, 1.0 };
    float x = 1.0f;

    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EUNFIT,
                "no estimate of its error to choose steps by");
    CHECK_HAS(ito_errmsg(ctx), "fit: sriw1");
    f.noise = ITO_NOISE_GENERAL;
    f.calculus = ITO_CALCULUS_STRATONOVICH;
    o.method = "heun";
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EUNFIT,
                "Levy areas");
    f.noise = ITO_NOISE_DIAGONAL;
    o.steps = 12;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EARG, "2^k");
    o.grid = grid;
    o.grid_count = 3;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EARG, "a grid of");
    o = (ito_solve_opts){ .rtol = 1e-3 };
    p.increments = give;
    p.increments_arg = &g;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EARG, "increments");
    p.increments = NULL;
    o.rtol = 1e-13;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_ESTEPS,
                "needs steps shorter than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(errors_fall_with_the_tolerance_on_every_path),
        RUN(additive_methods_reach_the_solution_of_fine_fixed_steps),
        RUN(steps_are_short_where_the_field_is_steep),
        RUN(frames_lie_on_the_path),
        RUN(what_cannot_choose_steps_is_refused_with_the_reason),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

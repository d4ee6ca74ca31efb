/* SPDX-License-Identifier: MIT
 *
 * test_bounds.c - edges of the space: folding, first passage with and without
 * the Brownian bridge, exit times.
 */
#include "check.h"

#include <ito/solve.h>

#include "kern/dmath.h"
#include "sde_fields.h"

#define MANY 50000

static double ends[MANY], exits[MANY];

static double drift_u(const double *p, double t, double x)
{
    (void)t;
    (void)x;
    return p[0];
}

/* Keep the exit times of the last frame. */
static int keep_exits(void *arg, const ito_frame *frame)
{
    (void)arg;
    if (frame->id0 + frame->n <= MANY && frame->exit_times)
        memcpy(exits + frame->id0, frame->exit_times,
               frame->n * sizeof(*exits));
    return 0;
}

/* Share of Brownian motions with drift mu from 0 that do not leave `b`. */
static double survive(ito_bounds b, double mu, double t1, size_t steps,
                      int no_bridge)
{
    scalar flat = { drift_u, ou_g, NULL, { mu, 1.0 } };
    const ito_field f =
        scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const ito_sink sink = { .fn = keep_exits };
    const ito_problem p = { .field = &f,
                            .t1 = t1,
                            .n = MANY,
                            .dtype = ITO_F64,
                            .seed = 21,
                            .bounds = &b,
                            .no_bridge = no_bridge,
                            .sinks = &sink,
                            .sink_count = 1 };
    const ito_solve_opts o = { .steps = steps };
    ito_solve_stats stats;
    size_t inside = 0;

    memset(ends, 0, sizeof(ends));
    CHECK_OK(ctx, ito_solve(ctx, &p, ends, &o, &stats));
    for (size_t i = 0; i < MANY; i++)
        inside += isfinite(exits[i]) ? 0 : 1;
    CHECK(stats.absorbed == MANY - inside);
    return (double)inside / MANY;
}

#define SHARE(got, want) \
    CHECK_STAT(got, want, sqrt((want) * (1.0 - (want)) / MANY), 5.0)

static const ito_bounds above = { ITO_EDGE_OPEN, ITO_EDGE_ABSORB, 0.0, 1.0 };
static const ito_bounds both = { ITO_EDGE_ABSORB, ITO_EDGE_ABSORB, -1.0, 1.0 };

TEST(first_passage_has_no_bias_with_the_bridge)
{
    SHARE(survive(above, 0.0, 1.0, 25, 0), 0.682689);
    SHARE(survive(above, 0.0, 1.0, 100, 0), 0.682689);
    SHARE(survive(above, 0.5, 1.0, 25, 0), 0.50986166);
    SHARE(survive(above, -0.5, 1.0, 25, 0), 0.81968818);
}

TEST(first_passage_watched_at_the_steps_has_the_known_bias)
{
    /* the published values have errors of their own, 1e-3 at most */
    const double se = sqrt(0.2 / MANY);

    CHECK_NEAR(survive(above, 0.0, 1.0, 25, 1), 0.7333, 5 * se + 5e-4);
    CHECK_NEAR(survive(above, 0.0, 1.0, 100, 1), 0.7115, 5 * se + 5e-4);
}

TEST(an_interval_is_left_at_the_known_rate)
{
    double mean = 0.0, se;

    /* both edges in one step are not exact: short steps */
    SHARE(survive(both, 0.0, 0.25, 25, 0), 0.90899948);
    SHARE(survive(both, 0.0, 1.0, 100, 0), 0.37077743);
    survive(both, 0.0, 8.0, 400, 0);
    for (size_t i = 0; i < MANY; i++) {
        CHECK(isfinite(exits[i]) ? fabs(fabs(ends[i]) - 1.0) == 0.0
                                 : fabs(ends[i]) < 1.0);
        mean += fmin(exits[i], 8.0) / MANY;
    }
    se = sqrt(2.0 / 3.0 / MANY); /* Var T = 2/3 */
    CHECK_STAT(mean, 1.0, se, 5.0);
}

/* --- exactly, without noise -------------------------------------------- */

/* dx/dt = 1, dy/dt = 2 */
static int slide(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++)
            ((double *)out[c])[i] = (double)(c + 1);
    return 0;
}

static ito_field sliding(size_t dim)
{
    const ito_field f = { .name = "slide",
                          .dtypes = ITO_F64,
                          .flags = ITO_FIELD_REENTRANT,
                          .dim = dim,
                          .drift = slide };

    return f;
}

TEST(a_particle_stays_where_it_left)
{
    const ito_field f = sliding(2);
    const ito_bounds b[2] = { { ITO_EDGE_OPEN, ITO_EDGE_ABSORB, 0, 0.55 },
                              { .lower = ITO_EDGE_OPEN } };
    const ito_sink sink = { .fn = keep_exits };
    ito_problem p = { .field = &f,
                      .t1 = 1.0,
                      .n = 3,
                      .dtype = ITO_F64,
                      .bounds = b,
                      .sinks = &sink,
                      .sink_count = 1 };
    ito_solve_opts o = { .method = "euler", .steps = 10 };
    ito_solve_stats stats;
    double x[6] = { 0, 0, -9, 0, 0.6, 0 }, y[6];

    memcpy(y, x, sizeof(x));
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK(x[0] == 0.55 && stats.absorbed == 2);
    CHECK_NEAR(x[1], 1.1, 1e-14);
    CHECK_NEAR(x[2], -8.0, 1e-14);
    CHECK_NEAR(x[3], 2.0, 1e-14);
    CHECK(x[4] == 0.6 && x[5] == 0.0); /* outside at the start */
    CHECK_NEAR(exits[0], 0.55, 1e-14);
    CHECK(isinf(exits[1]) && exits[2] == 0.0);
    /* stopping and going on */
    o.end = 7;
    CHECK_OK(ctx, ito_solve(ctx, &p, y, &o, &stats));
    CHECK(stats.absorbed == 2);
    o.begin = 7;
    o.end = 0;
    CHECK_OK(ctx, ito_solve(ctx, &p, y, &o, &stats));
    CHECK(stats.absorbed == 0);
    CHECK_SAME(x, y, 6);
    /* adaptive steps find the edge too */
    memcpy(y, (double[6]){ 0, 0, -9, 0, 0.6, 0 }, sizeof(y));
    o = (ito_solve_opts){ .rtol = 1e-6 };
    CHECK_OK(ctx, ito_solve(ctx, &p, y, &o, &stats));
    for (size_t i = 0; i < 6; i++)
        CHECK_NEAR(x[i], y[i], 1e-12);
    CHECK_NEAR(exits[0], 0.55, 1e-14);
}

TEST(periodic_and_reflecting_edges_fold)
{
    static const struct {
        ito_bounds b;
        double start, end;
    } rows[] = {
        { { ITO_EDGE_PERIODIC, ITO_EDGE_PERIODIC, -1, 1 }, 0.25, -0.75 },
        { { ITO_EDGE_PERIODIC, ITO_EDGE_PERIODIC, -1, 1 }, 10.25, -0.75 },
        { { ITO_EDGE_PERIODIC, ITO_EDGE_PERIODIC, 0, 0.375 }, 0.25, 0.125 },
        { { ITO_EDGE_OPEN, ITO_EDGE_REFLECT, 0, 1 }, 0.25, 0.75 },
        { { ITO_EDGE_REFLECT, ITO_EDGE_OPEN, 0, 0 }, -0.25, 1.25 },
        { { ITO_EDGE_REFLECT, ITO_EDGE_REFLECT, 0, 1 }, 0.25, 0.75 },
        { { ITO_EDGE_REFLECT, ITO_EDGE_REFLECT, 0, 0.125 }, 0.0625, 0.0625 },
        { { ITO_EDGE_REFLECT, ITO_EDGE_REFLECT, 0, 0.25 }, 40.125, 0.125 },
    };
    const ito_field f = sliding(1);

    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_problem p = { .field = &f,
                                .t1 = 1.0,
                                .n = 1,
                                .dtype = ITO_F64,
                                .bounds = &rows[i].b };
        double x = rows[i].start;

        CHECK_OK(ctx,
                 ito_solve(ctx, &p, &x,
                           &(ito_solve_opts){ .method = "euler", .steps = 1 },
                           NULL));
        CHECK_NEAR(x, rows[i].end, 1e-14);
    }
}

/* A ball without friction between two walls. */
static int coast(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    memcpy(out[0], tile->x[1], tile->npad * sizeof(double));
    memset(out[1], 0, tile->npad * sizeof(double));
    return 0;
}

TEST(velocities_turn_round_at_a_wall)
{
    static const ito_second_order free_ = { 0.0, 0.0 };
    static const ito_bounds b[2] = {
        { ITO_EDGE_REFLECT, ITO_EDGE_REFLECT, 0, 1 }, { .lower = ITO_EDGE_OPEN }
    };
    const ito_field f = { .name = "coast",
                          .dtypes = ITO_F64,
                          .dim = 2,
                          .drift = coast,
                          .second_order = &free_ };
    const ito_problem p = {
        .field = &f, .t1 = 1.5, .n = 1, .dtype = ITO_F64, .bounds = b
    };
    double x[2] = { 0.25, 1.0 };

    CHECK_OK(ctx, ito_solve(ctx, &p, x,
                            &(ito_solve_opts){ .method = "baoab", .steps = 15 },
                            NULL));
    CHECK_NEAR(x[0], 0.25, 1e-13);
    CHECK_NEAR(x[1], -1.0, 1e-15);
}

/* E |1/2 + W_1| by folding at 0. */
TEST(reflection_of_a_brownian_motion_is_exact_in_law)
{
    static const ito_bounds b = { ITO_EDGE_REFLECT, ITO_EDGE_OPEN, 0, 0 };
    scalar flat = { ou_u, ou_g, NULL, { 0.0, 1.0 } };
    const ito_field f =
        scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const ito_problem p = { .field = &f,
                            .t1 = 1.0,
                            .n = MANY,
                            .dtype = ITO_F64,
                            .seed = 2,
                            .bounds = &b };
    const double want = 0.89559311;
    double mean = 0.0;

    for (size_t i = 0; i < MANY; i++)
        ends[i] = 0.5;
    CHECK_OK(ctx,
             ito_solve(ctx, &p, ends, &(ito_solve_opts){ .steps = 20 }, NULL));
    for (size_t i = 0; i < MANY; i++) {
        CHECK(ends[i] >= 0.0);
        mean += ends[i] / MANY;
    }
    CHECK_STAT(mean, want, sqrt((1.25 - want * want) / MANY), 5.0);
}

/* Mean first passage of a double well from -1 to 0, D = 1/2, the motion
 * reflected far out: 2.521704. */
TEST(mean_first_passage_of_a_double_well_is_the_known_one)
{
    enum { N = 8000 };
    static const ito_bounds b = { ITO_EDGE_REFLECT, ITO_EDGE_ABSORB, -4, 0 };
    scalar well = { well_u, ou_g, NULL, { 0.0, 1.0 } };
    const ito_field f =
        scalar_field(&well, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const ito_sink sink = { .fn = keep_exits };
    const ito_problem p = { .field = &f,
                            .t1 = 30.0,
                            .n = N,
                            .dtype = ITO_F64,
                            .seed = 8,
                            .bounds = &b,
                            .sinks = &sink,
                            .sink_count = 1 };
    double mean = 0.0, square = 0.0;

    for (size_t i = 0; i < N; i++)
        ends[i] = -1.0;
    CHECK_OK(ctx, ito_solve(ctx, &p, ends, &(ito_solve_opts){ .steps = 1500 },
                            NULL));
    for (size_t i = 0; i < N; i++) {
        CHECK(isfinite(exits[i]));
        mean += exits[i] / N;
        square += exits[i] * exits[i] / N;
    }
    CHECK_STAT(mean, 2.521704, sqrt((square - mean * mean) / N), 5.0);
}

#define REFUSED(words) \
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_EARG, words)

TEST(bad_edges_are_refused)
{
    ito_bounds b = { ITO_EDGE_ABSORB, ITO_EDGE_ABSORB, 1, 0 };
    ito_field f = sliding(1);
    const ito_problem p = { .field = &f, .t1 = 1.0, .n = 1, .bounds = &b };
    double x = 0.5;

    REFUSED("less than the upper");
    b = (ito_bounds){ ITO_EDGE_PERIODIC, ITO_EDGE_OPEN, 0, 1 };
    REFUSED("both are or none");
    b = (ito_bounds){ ITO_EDGE_OPEN, ITO_EDGE_REFLECT, 0, (double)NAN };
    REFUSED("nan");
    b = (ito_bounds){ (ito_edge)9, ITO_EDGE_OPEN, 0, 1 };
    REFUSED("kind 9");
    f.flags |= ITO_FIELD_WIDE;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_EUNFIT, "rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(first_passage_has_no_bias_with_the_bridge),
        RUN(first_passage_watched_at_the_steps_has_the_known_bias),
        RUN(an_interval_is_left_at_the_known_rate),
        RUN(a_particle_stays_where_it_left),
        RUN(periodic_and_reflecting_edges_fold),
        RUN(velocities_turn_round_at_a_wall),
        RUN(reflection_of_a_brownian_motion_is_exact_in_law),
        RUN(mean_first_passage_of_a_double_well_is_the_known_one),
        RUN(bad_edges_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_solve.c - the solver against closed forms, its time grids, and the same
 * bits for any threads, tiles, kernels and layout.
 */
#include "check.h"

#include <ito/oracle.h>
#include <ito/solve.h>

#include "kern/dmath.h"
#include "solve_fields.h"

static const char *const methods[] = { "euler", "midpoint", "heun", "rk4" };

static const char *const all_methods[] = {
    "euler",
    "midpoint",
    "heun",
    "rk4",
    "bs3",
    "dopri5",
    "tsit5",
    "dop853",
    "euler-maruyama",
    "tamed-euler",
    "euler-heun",
    "milstein",
    "rkmil",
    "sea",
    "shark",
    "sra1",
    "sriw1",
    "platen",
    "platen-3",
    "implicit-euler",
    "trapezoid",
    "theta",
    "exponential",
    "baoab",
    "obabo",
    "aboba",
    "mala",
    "ula",
};

/* Solve for one double in place. */
static void solve1(const ito_field *f, double t0, double t1, size_t n,
                   double *x, const char *method, size_t steps)
{
    const ito_problem p = {
        .field = f, .t0 = t0, .t1 = t1, .n = n, .dtype = ITO_F64
    };
    const ito_solve_opts o = { .method = method, .steps = steps };

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
}

/* --- closed forms ---------------------------------------------------- */

TEST(linear_field_is_multiplied_by_the_exact_factor)
{
    static const double thetas[] = { 0.25, 1.0, 3.0 };

    for (size_t k = 0; k < COUNT(thetas); k++)
        for (size_t steps = 1; steps <= 80; steps = 2 * steps + 1) {
            double theta = thetas[k];
            ito_field f = decay;
            const double h = 1.0 / (double)steps, z = theta * h;
            const double factor[] = { 1.0 - z, 1.0 - z + z * z / 2,
                                      1.0 - z + z * z / 2,
                                      1.0 - z + z * z / 2 - z * z * z / 6 +
                                          z * z * z * z / 24 };

            f.user = &theta;
            for (size_t m = 0; m < COUNT(methods); m++) {
                double x = 1.5, want = 1.5;

                solve1(&f, 0.0, 1.0, 1, &x, methods[m], steps);
                for (size_t i = 0; i < steps; i++)
                    want *= factor[m];
                CHECK_NEAR(x, want, 1e-14);
            }
        }
}

TEST(linear_field_has_the_published_errors)
{
    static const struct {
        size_t method;
        size_t steps;
        double error;
        double digits;
    } rows[] = {
        { 0, 10, 1.9201e-2, 5e-7 },  { 0, 20, 9.3935e-3, 5e-8 },
        { 0, 40, 4.6470e-3, 5e-8 },  { 0, 80, 2.3113e-3, 5e-8 },
        { 2, 10, 6.6154e-4, 5e-9 },  { 2, 80, 9.6706e-6, 5e-11 },
        { 3, 10, 3.3324e-7, 5e-12 }, { 3, 80, 7.5633e-11, 5e-15 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        double x = 1.0;

        solve1(&decay, 0.0, 1.0, 1, &x, methods[rows[i].method], rows[i].steps);
        CHECK_NEAR(fabs(x - exp(-1.0)), rows[i].error, 1.1 * rows[i].digits);
    }
}

TEST(rotation_turns_and_euler_grows_by_the_known_factor)
{
    const double h = 0.01;
    double x[2] = { 1.0, 0.0 }, coarse, fine;

    solve1(&rotation, 0.0, 1.0, 1, x, "euler", 100);
    CHECK_NEAR(x[0] * x[0] + x[1] * x[1], pow(1.0 + turn * turn * h * h, 100.0),
               1e-12);
    memcpy(x, (double[]){ 1.0, 0.0 }, sizeof(x));
    solve1(&rotation, 0.0, 1.0, 1, x, "rk4", 20);
    coarse = hypot(x[0] - cos(turn), x[1] - sin(turn));
    memcpy(x, (double[]){ 1.0, 0.0 }, sizeof(x));
    solve1(&rotation, 0.0, 1.0, 1, x, "rk4", 40);
    fine = hypot(x[0] - cos(turn), x[1] - sin(turn));
    CHECK_NEAR(t_order(coarse, fine, 2.0), 4.0, 0.1);
    CHECK_NEAR(x[0], cos(turn), 1e-7);
}

TEST(flows_compose_and_run_backwards)
{
    double a[2] = { 0.3, -1.2 }, b[2] = { 0.3, -1.2 };

    solve1(&rotation, 0.0, 0.4, 1, a, "rk4", 200);
    solve1(&rotation, 0.4, 1.0, 1, a, "rk4", 300);
    solve1(&rotation, 0.0, 1.0, 1, b, "rk4", 500);
    CHECK_NEAR(a[0], b[0], 1e-10);
    CHECK_NEAR(a[1], b[1], 1e-10);
    solve1(&rotation, 1.0, 0.0, 1, b, "rk4", 500);
    CHECK_NEAR(b[0], 0.3, 1e-9);
    CHECK_NEAR(b[1], -1.2, 1e-9);
}

/* Jacobian determinant of the flow = exp(integral of div u) (Liouville). */
TEST(volume_changes_by_the_divergence)
{
    const double e = 1e-6;
    double theta = 0.7, x[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
    ito_field f = decay;
    double det;

    f.dim = 2;
    f.user = &theta;
    x[0] -= e;
    x[2] += e;
    x[5] -= e;
    x[7] += e;
    solve1(&f, 0.0, 1.0, 4, x, "rk4", 100);
    det = ((x[2] - x[0]) * (x[7] - x[5]) - (x[3] - x[1]) * (x[6] - x[4])) /
          (4.0 * e * e);
    CHECK_NEAR(det, exp(-2.0 * theta), 1e-8);
}

/* --- the exact one-dimensional flow ---------------------------------- */

#define QUANTILES 199

static double mixture_cdf(double x)
{
    return 0.3 * ito__normal_cdf((x + 2.0) / 0.5) +
           0.7 * ito__normal_cdf((x - 1.5) / 0.8);
}

/* In one dimension the flow is monotone, so it maps quantile to quantile. */
static double exact_map(double p)
{
    double lo = -20.0, hi = 20.0;

    for (int i = 0; i < 200; i++) {
        const double mid = 0.5 * (lo + hi);

        if (mixture_cdf(mid) < p)
            lo = mid;
        else
            hi = mid;
    }
    return 0.5 * (lo + hi);
}

static double mean_error(const ito_field *f, const char *method, size_t steps)
{
    double x[QUANTILES], sum = 0.0;

    for (size_t i = 0; i < QUANTILES; i++)
        x[i] = ito__normal_quantile((double)(i + 1) / (QUANTILES + 1));
    solve1(f, 0.0, 1.0, QUANTILES, x, method, steps);
    for (size_t i = 0; i < QUANTILES; i++)
        sum += fabs(x[i] - exact_map((double)(i + 1) / (QUANTILES + 1)));
    return sum / QUANTILES;
}

static void open_1d(ito_dist **dist, ito_oracle **oracle)
{
    static const double means[] = { -2.0, 1.5 }, stds[] = { 0.5, 0.8 };
    static const double weights[] = { 0.3, 0.7 };
    const ito_mixture m = {
        .modes = 2, .dim = 1, .means = means, .stds = stds, .weights = weights
    };

    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, *dist, NULL, oracle));
}

TEST(exact_flow_of_a_mixture_has_the_published_errors_and_orders)
{
    static const struct {
        double at10, at320, order, rel320;
    } rows[] = { { 1.562e-1, 5.005e-3, 1.0, 2e-3 },
                 { 3.851e-3, 4.291e-6, 1.99, 2e-3 },
                 { 5.393e-3, 5.126e-6, 2.0, 2e-3 },
                 { 6.653e-5, 7.15e-11, 4.0, 2e-2 } };
    ito_dist *dist;
    ito_oracle *o;

    open_1d(&dist, &o);
    for (size_t m = 0; m < COUNT(rows); m++) {
        const ito_field *f = ito_oracle_field(o);
        const double e160 = mean_error(f, methods[m], 160);
        const double e320 = mean_error(f, methods[m], 320);

        CHECK_REL(mean_error(f, methods[m], 10), rows[m].at10, 1e-3);
        CHECK_REL(e320, rows[m].at320, rows[m].rel320);
        CHECK_NEAR(t_order(e160, e320, 2.0), rows[m].order, 0.05);
    }
    ito_oracle_free(o);
    ito_dist_free(dist);
}

TEST(table_of_methods_is_complete)
{
    for (size_t i = 0; i < COUNT(all_methods); i++) {
        CHECK_STR(ito_method_at(i)->name, all_methods[i]);
        CHECK(ito_method_find(all_methods[i]) == ito_method_at(i));
        CHECK(ito_method_at(i)->text[0] && ito_method_at(i)->noise);
    }
    CHECK(!ito_method_at(COUNT(all_methods)));
    CHECK(!ito_method_find("dopri99"));
    CHECK(!ito_method_find(NULL));
}

/* --- grids and trajectories ------------------------------------------ */

#define PARTICLES 1000

static float start_rows[3 * PARTICLES];

static void fill_start(void)
{
    t_seed = 5;
    for (size_t i = 0; i < COUNT(start_rows); i++)
        start_rows[i] = t_uniform();
}

TEST(a_grid_is_the_composition_of_its_steps_bit_for_bit)
{
    static const double grid[] = { 0.0, 0.1, 0.15, 0.4, 0.41, 0.9, 1.0 };
    static float whole[3 * PARTICLES], parts[3 * PARTICLES];

    fill_start();
    for (size_t m = 0; m < COUNT(methods); m++) {
        const ito_problem p = { .field = &narrow, .n = PARTICLES };
        const ito_solve_opts o = { .method = methods[m],
                                   .grid = grid,
                                   .grid_count = COUNT(grid) };

        memcpy(whole, start_rows, sizeof(whole));
        memcpy(parts, start_rows, sizeof(parts));
        CHECK_OK(ctx, ito_solve(ctx, &p, whole, &o, NULL));
        for (size_t i = 0; i + 1 < COUNT(grid); i++) {
            const ito_problem step = { .field = &narrow,
                                       .t0 = grid[i],
                                       .t1 = grid[i + 1],
                                       .n = PARTICLES };
            const ito_solve_opts once = { .method = methods[m],
                                          .steps = 1,
                                          .step0 = i };

            CHECK_OK(ctx, ito_solve(ctx, &step, parts, &once, NULL));
        }
        CHECK_SAME(whole, parts, COUNT(whole));
    }
}

TEST(a_trajectory_starts_at_the_start_and_ends_at_the_end)
{
    static float frames[5][3 * PARTICLES], x[3 * PARTICLES];
    static float some[2][3 * PARTICLES];
    static const size_t points[] = { 0, 20 };
    ito_store all = { .rows = frames, .n = PARTICLES, .id0 = 7 };
    ito_store two = { .rows = some, .n = PARTICLES, .id0 = 7 };
    const ito_sink sinks[] = {
        { .fn = ito_store_frame, .arg = &all, .every = 20 },
        { .fn = ito_store_frame, .arg = &two, .at = points, .at_count = 2 },
    };
    const ito_problem p = { .field = &narrow,
                            .t1 = 1.0,
                            .n = PARTICLES,
                            .id0 = 7,
                            .sinks = sinks,
                            .sink_count = 2 };
    const ito_solve_opts o = { .steps = 70, .tile = 96 };
    ito_solve_stats stats;

    fill_start();
    CHECK(ito_sink_frames(&sinks[0], 70) == 5);
    CHECK(ito_sink_frames(&sinks[0], 60) == 4);
    CHECK(ito_sink_frames(&sinks[1], 70) == 2);
    CHECK(ito_sink_frames(&(ito_sink){ .fn = ito_store_frame }, 70) == 1);
    memcpy(x, start_rows, sizeof(x));
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK_SAME(frames[0], start_rows, COUNT(x));
    CHECK_SAME(frames[4], x, COUNT(x));
    CHECK_SAME(some[0], start_rows, COUNT(x));
    CHECK_SAME(some[1], frames[1], COUNT(x));
    CHECK(stats.steps == 70 && stats.evals == 140 && stats.step == 70);
    CHECK(stats.t == 1.0 && stats.tiles == 11);
}

/* Remembers the times it saw, of the first tile. */
static double seen[8];

static int see_time(void *arg, const ito_frame *frame)
{
    (void)arg;
    if (frame->id0 == 0)
        seen[frame->index] = frame->t;
    return 0;
}

TEST(the_ends_of_time_are_exact)
{
    const ito_sink sink = { .fn = see_time, .every = 1 };
    const ito_problem p = { .field = &decay,
                            .t0 = 0.1,
                            .t1 = 0.7,
                            .n = 1,
                            .sinks = &sink,
                            .sink_count = 1 };
    const ito_solve_opts o = { .steps = 7 };
    float x = 1.0f;

    CHECK_OK(ctx, ito_solve(ctx, &p, &x, &o, NULL));
    CHECK(seen[0] == 0.1 && seen[7] == 0.7);
    CHECK_NEAR(seen[3], 0.1 + 3 * 0.6 / 7, 1e-16);
}

TEST(no_particles_and_no_time_are_fine)
{
    const ito_problem none = { .field = &decay, .t1 = 1.0 };
    const ito_problem now = { .field = &decay, .t0 = 2, .t1 = 2, .n = 1 };
    const double grid[] = { 3.0 };
    const ito_solve_opts o = { .grid = grid, .grid_count = 1 };
    ito_solve_stats stats;
    float x = 1.25f;

    CHECK_OK(ctx, ito_solve(ctx, &none, NULL, NULL, &stats));
    CHECK(stats.steps == 100 && stats.tiles == 0);
    CHECK_OK(ctx, ito_solve(ctx, &now, &x, NULL, &stats));
    CHECK(x == 1.25f && stats.steps == 0 && stats.t == 2.0);
    CHECK_OK(ctx, ito_solve(ctx, &now, &x, &o, &stats));
    CHECK(x == 1.25f && stats.t == 3.0);
}

/* --- the same bits --------------------------------------------------- */

/* Noise from ito_start_normal through a field; frames and end in one array. */
#define MANY 777

static float bits_want[4][3 * MANY], bits_got[4][3 * MANY];

static void run_bits(ito_ctx *c, const ito_field *f, size_t tile,
                     float out[4][3 * MANY])
{
    ito_start start = { .ctx = c, .at = { .seed = 42 }, .std = 0.8 };
    ito_store store = { .rows = out, .n = MANY, .id0 = 13 };
    const ito_sink sink = { .fn = ito_store_frame, .arg = &store, .every = 17 };
    const ito_problem p = { .field = f,
                            .t1 = 1.0,
                            .n = MANY,
                            .id0 = 13,
                            .init = ito_start_normal,
                            .init_arg = &start,
                            .sinks = &sink,
                            .sink_count = 1 };
    const ito_solve_opts o = { .method = "rk4", .steps = 50, .tile = tile };

    CHECK_OK(c, ito_solve(c, &p, NULL, &o, NULL));
}

TEST(bits_do_not_depend_on_threads_tiles_kernels_or_layout)
{
    static const size_t threads[] = { 1, 2, 3, 7 };
    static const size_t tiles[] = { 0, 1, 31, 32, 33, 500, 4096 };
    int runs_here = 0;

    run_bits(ctx, &narrow, 0, bits_want);
    for (size_t k = 0; ito_cpu_at(k, &runs_here); k++)
        for (size_t i = 0; runs_here && i < COUNT(threads); i++) {
            const ito_ctx_opts o = { .threads = threads[i],
                                     .cpu = ito_cpu_at(k, NULL) };
            ito_ctx *c;

            CHECK(ito_open(&c, &o) == ITO_OK);
            for (size_t j = 0; j < COUNT(tiles); j++) {
                run_bits(c, &narrow, tiles[j], bits_got);
                CHECK_SAME(bits_got[0], bits_want[0], 4 * 3 * MANY);
                run_bits(c, &wide, tiles[j], bits_got);
                CHECK_SAME(bits_got[0], bits_want[0], 4 * 3 * MANY);
            }
            ito_close(c);
        }
}

/* The rows of ids 100 .. 131 alone are those of the whole run. */
TEST(a_range_of_ids_alone_gives_the_same_rows)
{
    static float all[3 * MANY], part[3 * 32];
    ito_start start = { .ctx = ctx, .at = { .seed = 3 } };
    ito_problem p = { .field = &narrow,
                      .t1 = 1.0,
                      .n = MANY,
                      .init = ito_start_normal,
                      .init_arg = &start };

    CHECK_OK(ctx, ito_solve(ctx, &p, all, NULL, NULL));
    p.id0 = 100;
    p.n = 32;
    CHECK_OK(ctx, ito_solve(ctx, &p, part, NULL, NULL));
    CHECK_SAME(part, all + 3 * 100, COUNT(part));
}

/* FNV-1a of fields that use + - * alone: the value every build must have. */
TEST(the_hash_of_a_run_is_the_known_one)
{
    static float x[3 * MANY];
    const ito_problem p = { .field = &wide, .t1 = 1.0, .n = MANY };
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const unsigned char *byte = (const unsigned char *)x;

    t_seed = 11;
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = t_uniform();
    CHECK_OK(ctx, ito_solve(ctx, &p, x, NULL, NULL));
    for (size_t i = 0; i < sizeof(x); i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    CHECK(hash == UINT64_C(0x7e153fb39ab5824b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(linear_field_is_multiplied_by_the_exact_factor),
        RUN(linear_field_has_the_published_errors),
        RUN(rotation_turns_and_euler_grows_by_the_known_factor),
        RUN(flows_compose_and_run_backwards),
        RUN(volume_changes_by_the_divergence),
        RUN(exact_flow_of_a_mixture_has_the_published_errors_and_orders),
        RUN(table_of_methods_is_complete),
        RUN(a_grid_is_the_composition_of_its_steps_bit_for_bit),
        RUN(a_trajectory_starts_at_the_start_and_ends_at_the_end),
        RUN(the_ends_of_time_are_exact),
        RUN(no_particles_and_no_time_are_fine),
        RUN(bits_do_not_depend_on_threads_tiles_kernels_or_layout),
        RUN(a_range_of_ids_alone_gives_the_same_rows),
        RUN(the_hash_of_a_run_is_the_known_one),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

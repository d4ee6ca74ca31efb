/* SPDX-License-Identifier: MIT
 *
 * test_solve.c - the solver against closed forms, and its promises: orders,
 * exact grids, the same bits for any threads, tiles and kernels, clear
 * errors, no allocation while stepping.
 */
#include "check.h"

#include <ito/oracle.h>
#include <ito/solve.h>

#include "kern/dmath.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static const char *const methods[] = { "euler", "midpoint", "heun", "rk4" };

/* --- fields ---------------------------------------------------------- */

/* u = -theta x in any dimension and both types. */
static int linear(void *user, const ito_tile *tile, void *const *out)
{
    const double theta = *(const double *)user;

    for (size_t c = 0; c < tile->dim; c++)
        for (size_t i = 0; i < tile->npad; i++) {
            if (tile->dtype == ITO_F64)
                ((double *)out[c])[i] =
                    -theta * ((const double *)tile->x[c])[i];
            else
                ((float *)out[c])[i] =
                    (float)-theta * ((const float *)tile->x[c])[i];
        }
    return 0;
}

static double one = 1.0;
static const ito_field decay = { .name = "decay",
                                 .dtypes = ITO_F32 | ITO_F64,
                                 .flags = ITO_FIELD_REENTRANT |
                                          ITO_FIELD_ROW_INVARIANT,
                                 .dim = 1,
                                 .drift = linear,
                                 .user = &one };

/* u = w (-y, x), in double. */
static int rotate(void *user, const ito_tile *tile, void *const *out)
{
    const double w = *(const double *)user;
    const double *x = tile->x[0], *y = tile->x[1];
    double *dx = out[0], *dy = out[1];

    for (size_t i = 0; i < tile->npad; i++) {
        dx[i] = -w * y[i];
        dy[i] = w * x[i];
    }
    return 0;
}

static double turn = 2.0;
static const ito_field rotation = { .name = "rotation",
                                    .dtypes = ITO_F64,
                                    .flags = ITO_FIELD_REENTRANT,
                                    .dim = 2,
                                    .drift = rotate,
                                    .user = &turn };

/* A field in float that mixes components, depends on time and has both
 * layouts: u_c = sin-free polynomial of x and t. */
static int mix_narrow(void *user, const ito_tile *tile, void *const *out)
{
    const float t = (float)tile->t;

    (void)user;
    for (size_t c = 0; c < tile->dim; c++) {
        const float *x = tile->x[c], *y = tile->x[(c + 1) % tile->dim];
        float *o = out[c];

        for (size_t i = 0; i < tile->npad; i++)
            o[i] = y[i] * (1.0f - t) - 0.3f * x[i] * x[i] * x[i];
    }
    return 0;
}

static int mix_wide(void *user, const ito_tile *tile, void *const *out)
{
    const float t = (float)tile->t, *x = tile->x[0];
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++) {
            const float a = x[i * tile->dim + c];
            const float b = x[i * tile->dim + (c + 1) % tile->dim];

            o[i * tile->dim + c] = b * (1.0f - t) - 0.3f * a * a * a;
        }
    return 0;
}

static const ito_field narrow = { .name = "narrow",
                                  .flags = ITO_FIELD_REENTRANT |
                                           ITO_FIELD_ROW_INVARIANT,
                                  .dim = 3,
                                  .drift = mix_narrow };
static const ito_field wide = { .name = "wide",
                                .flags = ITO_FIELD_REENTRANT |
                                         ITO_FIELD_ROW_INVARIANT |
                                         ITO_FIELD_WIDE,
                                .dim = 3,
                                .drift = mix_wide };

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
    for (size_t i = 0; i < COUNT(methods); i++) {
        CHECK_STR(ito_method_at(i)->name, methods[i]);
        CHECK(ito_method_find(methods[i]) == ito_method_at(i));
    }
    CHECK(!ito_method_at(COUNT(methods)));
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

/* --- number types ---------------------------------------------------- */

TEST(a_float_field_under_a_double_state_is_converted)
{
    static double x[3 * PARTICLES];
    static float y[3 * PARTICLES];
    ito_problem p = { .field = &narrow, .t1 = 1.0, .n = PARTICLES };

    fill_start();
    memcpy(y, start_rows, sizeof(y));
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)start_rows[i];
    CHECK_OK(ctx, ito_solve(ctx, &p, y, NULL, NULL));
    p.dtype = ITO_F64;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, NULL, NULL));
    for (size_t i = 0; i < COUNT(x); i++)
        CHECK_NEAR(x[i], y[i], 2e-5);
}

TEST(a_double_field_under_a_float_state_is_converted)
{
    const ito_problem p = { .field = &rotation, .t1 = 1.0, .n = 1 };
    float x[2] = { 1.0f, 0.0f };

    CHECK_OK(ctx,
             ito_solve(ctx, &p, x, &(ito_solve_opts){ .method = "rk4" }, NULL));
    CHECK_NEAR(x[0], cos(turn), 2e-6);
    CHECK_NEAR(x[1], sin(turn), 2e-6);
}

TEST(the_start_is_the_addressed_noise)
{
    static float noise[40 * 50], x[40 * 50];
    ito_start start = { .ctx = ctx, .at = { .seed = 9, .stream = 2 } };
    static const size_t dims[] = { 1, 3, 31, 32, 40 };

    for (size_t k = 0; k < COUNT(dims); k++)
        for (unsigned w = 0; w < 2; w++) {
            ito_field f = w ? wide : narrow;
            ito_problem p = { .field = &f,
                              .n = 50,
                              .id0 = 5,
                              .init = ito_start_normal,
                              .init_arg = &start };

            f.dim = dims[k];
            CHECK_OK(ctx,
                     ito_noise_normal(ctx, &start.at, 5, 50, dims[k], noise));
            CHECK_OK(ctx, ito_solve(ctx, &p, x, NULL, NULL));
            CHECK_SAME(x, noise, 50 * dims[k]);
        }
}

/* --- errors ---------------------------------------------------------- */

/* dx/dt = x^2 from x = 1 / c explodes at t = c. */
static int square(void *user, const ito_tile *tile, void *const *out)
{
    const float *x = tile->x[0];
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        o[i] = x[i] * x[i];
    return 0;
}

static const ito_field explosion = {
    .name = "explosion", .flags = ITO_FIELD_REENTRANT, .dim = 1, .drift = square
};

TEST(the_first_particle_to_explode_is_named_whatever_the_tiles)
{
    static const size_t tiles[] = { 1, 32, 33, 500, 4096 };
    static float x[2000];
    const ito_problem p = {
        .field = &explosion, .t1 = 4.0, .n = COUNT(x), .id0 = 100
    };
    int64_t step = -1;

    for (size_t k = 0; k < COUNT(tiles); k++) {
        const ito_solve_opts o = { .method = "euler",
                                   .steps = 400,
                                   .tile = tiles[k] };
        const ito_errinfo *at;

        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = 0.1f;
        x[1500] = 1.01f; /* later, though of a lower id than ... */
        x[1700] = 1.50f; /* ... the first, and */
        x[1800] = 1.50f; /* its equal */
        CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_ENONFINITE,
                    "more steps");
        at = ito_errinfo_get(ctx);
        CHECK(at->particle == 1800 && at->component == 0);
        CHECK(!isfinite(at->value));
        CHECK_NEAR(at->t, (double)(at->step + 1) * 0.01, 1e-12);
        CHECK(step < 0 || step == at->step);
        step = at->step;
    }
    CHECK(step > 60 && step < 90);
}

TEST(a_start_that_is_not_finite_is_refused)
{
    float x[3] = { 1.0f, NAN, 1.0f };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 3 };

    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, NULL, NULL), ITO_ENONFINITE,
                "particle 1, component 0 is NaN at the start");
}

/* Fails where told. */
static int moody(void *user, const ito_tile *tile, void *const *out)
{
    const int *answer = user;

    memset(out[0], 0, tile->npad * sizeof(float));
    return tile->step == 23 ? *answer : 0;
}

TEST(callbacks_that_stop_are_reported_with_time_and_step)
{
    static const int answers[] = { -5, 1 };
    ito_field f = { .name = "moody", .dim = 1, .drift = moody };
    float x = 1.0f;
    const ito_problem p = { .field = &f, .t1 = 1.0, .n = 1 };

    for (size_t i = 0; i < COUNT(answers); i++) {
        int answer = answers[i];

        f.user = &answer;
        CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK,
                    "moody");
        CHECK(ito_errinfo_get(ctx)->step == 23);
        CHECK_NEAR(ito_errinfo_get(ctx)->t, 0.23, 1e-12);
    }
}

static int stop_now(void *arg, const ito_frame *frame)
{
    (void)arg;
    return frame->step == 3;
}

static int no_start(void *arg, const ito_tile *tile, void *const *x)
{
    (void)arg;
    (void)tile;
    (void)x;
    return -1;
}

TEST(sinks_and_starts_can_stop_a_solve)
{
    const ito_sink sink = { .fn = stop_now, .every = 1 };
    ito_problem p = {
        .field = &decay, .t1 = 1.0, .n = 1, .sinks = &sink, .sink_count = 1
    };
    float x = 1.0f;

    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK, "sink");
    CHECK(ito_errinfo_get(ctx)->step == 3);
    p.init = no_start;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, NULL, NULL), ITO_ECALLBACK, "init");
}

TEST(bad_arguments_are_refused_with_a_reason)
{
    static const double up_down[] = { 0.0, 1.0, 0.5 };
    static const double twice[] = { 0.0, 0.0 };
    static const double nan_grid[] = { 0.0, (double)NAN };
    static const size_t falling[] = { 3, 2 }, beyond[] = { 101 };
    const ito_field empty = { .name = "empty", .dim = 1 };
    ito_field f = decay;
    ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    ito_solve_opts o = { 0 };
    ito_sink sink = { .fn = see_time };
    float x = 1.0f;

#define REFUSED(words) \
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EARG, words)
    CHECK(ito_solve(NULL, &p, &x, NULL, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_solve(ctx, NULL, &x, NULL, NULL), ITO_EARG,
                "no problem");
    CHECK_FAILS(ctx, ito_solve(ctx, &p, NULL, NULL, NULL), ITO_EARG,
                "initial states");
    p.field = NULL;
    REFUSED("no field");
    p.field = &empty;
    REFUSED("no drift");
    p.field = &f;
    f.dim = 0;
    REFUSED("dimension 0");
    f = decay;
    f.dtypes = 77;
    REFUSED("number types");
    f = decay;
    f.cond_dim = 2;
    REFUSED("conditions");
    f = decay;
    p.dtype = (ito_dtype)9;
    REFUSED("number type 9");
    p.dtype = ITO_F32;
    p.t1 = (double)INFINITY;
    REFUSED("time from");
    p.t1 = 1.0;
    o.method = "dopri99";
    REFUSED("rk4");
    o.method = NULL;
    o.grid = up_down;
    REFUSED("empty");
    o.grid_count = 3;
    REFUSED("must increase");
    o.grid = twice;
    o.grid_count = 2;
    REFUSED("must increase");
    o.grid = nan_grid;
    REFUSED("nan");
    o = (ito_solve_opts){ .steps = SIZE_MAX };
    REFUSED("last step");
    o = (ito_solve_opts){ .step0 = UINT64_MAX };
    REFUSED("last step");
    o = (ito_solve_opts){ 0 };
    p.sink_count = 1;
    REFUSED("NULL");
    p.sinks = &sink;
    sink.at = falling;
    sink.at_count = 2;
    REFUSED("points increase");
    sink.at = beyond;
    sink.at_count = 1;
    REFUSED("points increase");
    sink = (ito_sink){ 0 };
    REFUSED("no function");
    p.sink_count = 0;
    p.id0 = UINT64_MAX;
    REFUSED("wrap");
    p.id0 = 0;
    f.noise = ITO_NOISE_ADDITIVE;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, &x, &o, NULL), ITO_EUNFIT, "noise");
    CHECK(x == 1.0f);
}

/* --- cancelling and memory ------------------------------------------- */

static int asked;

static int cancel_at_10(void *arg)
{
    (void)arg;
    return ++asked >= 10;
}

TEST(cancelling_stops_within_a_few_steps)
{
    const ito_ctx_opts o = { .threads = 2, .cancel = cancel_at_10 };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    const ito_solve_opts many = { .steps = 4000000000 };
    ito_ctx *c;
    float x = 1.0f;

    asked = 0;
    CHECK(ito_open(&c, &o) == ITO_OK);
    CHECK_FAILS(c, ito_solve(c, &p, &x, &many, NULL), ITO_ECANCELLED,
                "cancelled");
    ito_close(c);
}

static size_t allocs, fail_at = SIZE_MAX;

static void *counting_alloc(void *arg, void *old, size_t bytes)
{
    (void)arg;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return allocs++ < fail_at ? realloc(old, bytes) : NULL;
}

TEST(nothing_is_allocated_while_stepping_and_running_out_is_clean)
{
    const ito_ctx_opts o = { .threads = 1, .alloc = counting_alloc };
    const ito_problem p = { .field = &decay, .t1 = 1.0, .n = 1 };
    ito_ctx *c;
    float x = 1.0f;
    size_t few;

    CHECK(ito_open(&c, &o) == ITO_OK);
    allocs = 0;
    CHECK_OK(c, ito_solve(c, &p, &x, &(ito_solve_opts){ .steps = 10 }, NULL));
    few = allocs;
    allocs = 0;
    CHECK_OK(c, ito_solve(c, &p, &x, &(ito_solve_opts){ .steps = 1000 }, NULL));
    CHECK(allocs == few && few > 0);
    for (fail_at = 0; fail_at < few; fail_at++) {
        allocs = 0;
        CHECK_FAILS(c, ito_solve(c, &p, &x, NULL, NULL), ITO_ENOMEM, "memory");
    }
    fail_at = SIZE_MAX;
    ito_close(c);
}

/* --- conditions, evaluation, checks ---------------------------------- */

/* u = cond: a constant speed for each particle. */
static int speed(void *user, const ito_tile *tile, void *const *out)
{
    float *o = out[0];

    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        o[i] = tile->cond[i * tile->cond_dim + 1];
    return 0;
}

TEST(each_particle_has_its_own_conditions)
{
    static float cond[2 * PARTICLES], x[PARTICLES];
    const ito_field f = { .name = "speed",
                          .flags = ITO_FIELD_REENTRANT,
                          .dim = 1,
                          .cond_dim = 2,
                          .drift = speed };
    const ito_problem p = {
        .field = &f, .t1 = 2.0, .n = PARTICLES, .cond = cond
    };

    for (size_t i = 0; i < PARTICLES; i++)
        cond[2 * i + 1] = (float)i;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &(ito_solve_opts){ .tile = 33 }, NULL));
    for (size_t i = 0; i < PARTICLES; i++)
        CHECK_NEAR(x[i], 2 * i, 1e-2);
}

TEST(a_field_can_be_evaluated_on_rows)
{
    static float x[3 * PARTICLES], u[3 * PARTICLES], v[3 * PARTICLES];
    static double times[PARTICLES];
    ito_rows_at at = { .t = 0.5 };

    fill_start();
    memcpy(x, start_rows, sizeof(x));
    CHECK_OK(ctx, ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, &at, PARTICLES,
                                 x, u));
    CHECK_OK(ctx,
             ito_field_eval(ctx, &wide, ITO_PART_DRIFT, &at, PARTICLES, x, v));
    CHECK_SAME(u, v, COUNT(u));
    CHECK_NEAR(u[0], x[1] * 0.5f - 0.3f * x[0] * x[0] * x[0], 1e-7);
    for (size_t i = 0; i < PARTICLES; i++)
        times[i] = (double)(i / 7) * 0.001;
    at.times = times;
    CHECK_OK(ctx, ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, &at, PARTICLES,
                                 x, u));
    for (size_t i = 0; i < PARTICLES; i++) {
        const float *r = x + 3 * i;

        CHECK_NEAR(u[3 * i + 2],
                   r[0] * (1.0f - (float)times[i]) - 0.3f * r[2] * r[2] * r[2],
                   1e-6);
    }
    CHECK_OK(ctx,
             ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 0, NULL, NULL));
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_SCORE, NULL, 1, x, u),
                ITO_EUNFIT, "no score");
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 1, x, NULL),
                ITO_EARG, "NULL");
    x[4] = NAN;
    CHECK_FAILS(ctx,
                ito_field_eval(ctx, &narrow, ITO_PART_DRIFT, NULL, 3, x, u),
                ITO_ENONFINITE, "row 1");
}

/* Fields with one fault each. */
static int adds_place(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = (float)i;
    return 0;
}

static int writes_beyond(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    memset(out[0], 0, (tile->npad + 1) * sizeof(float));
    return 0;
}

static int writes_nothing(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    (void)tile;
    (void)out;
    return 0;
}

static int changes_x(void *user, const ito_tile *tile, void *const *out)
{
    union {
        const void *in;
        float *out;
    } x = { tile->x[0] };

    (void)user;
    memset(out[0], 0, tile->npad * sizeof(float));
    x.out[0] += 1.0f;
    return 0;
}

static int gives_nan(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = sqrtf(((const float *)tile->x[0])[i]);
    return 0;
}

static int minus_one(void *user, const ito_tile *tile, void *const *out)
{
    const float sign = *(const float *)user;

    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = sign * ((const float *)tile->x[0])[i];
    return 0;
}

static int div_minus_one(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = -1.0f;
    return 0;
}

static int vjp_minus(void *user, const ito_tile *tile, const void *const *v,
                     void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->n; i++)
        ((float *)out[0])[i] = -((const float *)v[0])[i];
    return 0;
}

TEST(a_check_finds_each_kind_of_fault)
{
    static const struct {
        ito_eval_fn drift;
        ito_status status;
        const char *words;
    } rows[] = {
        { adds_place, ITO_EUNFIT, "other company" },
        { writes_beyond, ITO_EUNFIT, "outside its output" },
        { writes_nothing, ITO_EUNFIT, "does not write" },
        { changes_x, ITO_EUNFIT, "changes its input" },
        { gives_nan, ITO_ENONFINITE, "not finite" },
    };
    float sign = -1.0f;
    ito_field f = { .name = "faulty",
                    .flags = ITO_FIELD_ROW_INVARIANT,
                    .dim = 1,
                    .user = &sign };

    for (size_t i = 0; i < COUNT(rows); i++) {
        f.drift = rows[i].drift;
        CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), rows[i].status,
                    rows[i].words);
    }
    f.drift = minus_one;
    f.divergence = div_minus_one;
    f.vjp = vjp_minus;
    CHECK_OK(ctx, ito_field_check(ctx, &f, NULL));
    sign = 1.0f;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT, "divergence");
    f.divergence = NULL;
    CHECK_FAILS(ctx, ito_field_check(ctx, &f, NULL), ITO_EUNFIT, "vjp");
    CHECK_OK(ctx, ito_field_check(ctx, &narrow, NULL));
    CHECK_OK(ctx, ito_field_check(ctx, &wide, NULL));
    CHECK_OK(ctx, ito_field_check(ctx, &decay, NULL));
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
        RUN(a_float_field_under_a_double_state_is_converted),
        RUN(a_double_field_under_a_float_state_is_converted),
        RUN(the_start_is_the_addressed_noise),
        RUN(the_first_particle_to_explode_is_named_whatever_the_tiles),
        RUN(a_start_that_is_not_finite_is_refused),
        RUN(callbacks_that_stop_are_reported_with_time_and_step),
        RUN(sinks_and_starts_can_stop_a_solve),
        RUN(bad_arguments_are_refused_with_a_reason),
        RUN(cancelling_stops_within_a_few_steps),
        RUN(nothing_is_allocated_while_stepping_and_running_out_is_clean),
        RUN(each_particle_has_its_own_conditions),
        RUN(a_field_can_be_evaluated_on_rows),
        RUN(a_check_finds_each_kind_of_fault),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

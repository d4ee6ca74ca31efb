/* SPDX-License-Identifier: MIT
 *
 * test_sweep.c - quality against field calls: which points there are, that
 * their numbers are those of sampling and comparing one by one, that errors
 * fall at the order of the solver, and what is refused.
 */
#include <ito/plot.h>
#include <ito/sweep.h>
#include <ito/train.h>

#include "check.h"

#define N     256
#define SEEDS 3
#define REAL  1024
#define MOST  64

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

static ito_flow *open_flow(const char *name)
{
    ito_flow *flow;

    CHECK_OK(ctx, ito_flow_open(ctx, name, &flow));
    return flow;
}

/* Rows of the set that an oracle leads to, as points and as a table. */
static ito_table *real_rows(const ito_flow *flow, float *rows)
{
    const ito_noise at = { .seed = 99 };
    const size_t dim = ito_flow_dim(flow);
    double *v = malloc(REAL * dim * sizeof(*v));
    ito_column columns[2];
    ito_table *table;

    CHECK(v && dim <= 2);
    CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(ito_flow_oracle(flow)),
                                  &at, 0, REAL, rows));
    for (size_t c = 0; c < dim; c++) {
        for (size_t i = 0; i < REAL; i++)
            v[c * REAL + i] = (double)rows[i * dim + c];
        columns[c] = (ito_column){ .name = c ? "y" : "x",
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = v + c * REAL };
    }
    CHECK_OK(ctx, ito_table_build(ctx, REAL, dim, columns, &table));
    free(v);
    return table;
}

static ito_sigma *form(const ito_flow *flow, const char *text)
{
    ito_sigma *sigma;

    CHECK_OK(ctx, ito_sigma_parse(ctx, text, ito_flow_path(flow), &sigma));
    return sigma;
}

TEST(points_are_the_lines_under_the_budgets_that_are_enough)
{
    ito_flow *flow = open_flow("oracle:8gaussians");
    const ito_sweep_line lines[] = {
        { .method = "euler" },
        { .method = "rk4" },
        { .method = "heun", .grid = ITO_GRID_KARRAS },
        { .method = "dopri5", .adaptive = 1 },
        { .method = "midpoint" },
    };
    const size_t calls[] = { 3, 8 };
    const double rtol[] = { 1e-2, 1e-3, 1e-4 };
    const ito_sweep_opts o = { .lines = lines,
                               .line_count = 5,
                               .calls = calls,
                               .call_count = 2,
                               .rtol = rtol,
                               .rtol_count = 3 };
    ito_sweep_point p[MOST];
    size_t count;

    CHECK_OK(ctx, ito_sweep_plan(ctx, flow, &o, NULL, &count));
    CHECK(count == 2 + 1 + 1 + 3 + 2);
    CHECK_OK(ctx, ito_sweep_plan(ctx, flow, &o, p, &count));
    CHECK(p[0].steps == 3 && p[1].steps == 8 && p[1].calls == 8);
    CHECK(p[2].line == 1 && p[2].budget == 8 && p[2].steps == 2);
    CHECK(p[3].line == 2 && p[3].steps == 4);
    CHECK(p[6].line == 3 && p[6].budget == 0 && p[6].rtol == 1e-4);
    CHECK(p[8].line == 4 && p[8].calls == 8);
    ito_flow_free(flow);
}

/* Values of a sweep against the calls that a program would make. */
TEST(numbers_are_those_of_sampling_and_comparing_one_by_one)
{
    static float real[REAL * 2], x[N * 2];
    ito_flow *flow = open_flow("oracle:8gaussians@cosine");
    ito_table *data = real_rows(flow, real);
    ito_sigma *sigma = form(flow, "beta");
    const ito_sweep_line lines[] = {
        { .method = "midpoint", .grid = ITO_GRID_END },
        { .method = "euler-maruyama", .sigma = sigma, .last = ITO_LAST_MEAN },
    };
    const size_t calls[] = { 12 };
    const unsigned bits = 1u << ITO_METRIC_SLICED_W2 | 1u << ITO_METRIC_ENERGY;
    const ito_sweep_opts o = { .lines = lines,
                               .line_count = 2,
                               .calls = calls,
                               .call_count = 1,
                               .n = N,
                               .seeds = SEEDS,
                               .seed = 40,
                               .measures = bits,
                               .eval = { .raw = 1 } };
    static double values[2 * ITO_SWEEP_MEASURES * SEEDS];
    ito_sweep_point p[2];
    double grid[7];

    CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, p, values));
    CHECK_OK(ctx, ito_grid_fill(ctx, ITO_GRID_END, NULL, 6, grid));
    for (size_t l = 0; l < 2; l++) {
        double mean = 0.0, floor = 0.0;

        for (size_t k = 0; k < SEEDS; k++) {
            const ito_eval_opts how = { .raw = 1, .seed = 40 + k };
            const ito_points a = { real, REAL, 2 }, b = { x, N, 2 };
            ito_sample_opts s = { .seed = 40 + k };
            ito_eval e;

            s.solve.method = lines[l].method;
            s.solve.grid = l ? NULL : grid;
            s.solve.grid_count = 7;
            s.solve.steps = 12;
            s.sigma = l ? sigma : NULL;
            s.last = l ? ITO_LAST_MEAN : ITO_LAST_NOISE;
            CHECK_OK(ctx, ito_flow_sample_rows(ctx, flow, &s, N, x));
            CHECK_OK(ctx, ito_eval_points(ctx, &a, &b, &how, &e, NULL));
            for (size_t m = 0; m < 2; m++)
                CHECK_SAME(&values[(l * ITO_SWEEP_MEASURES + m) * SEEDS + k],
                           &e.metric[m].value, 1);
            mean += e.metric[ITO_METRIC_ENERGY].value / SEEDS;
            floor += e.metric[ITO_METRIC_ENERGY].floor / SEEDS;
        }
        CHECK_REL(p[l].score[ITO_METRIC_ENERGY].value, mean, 1e-12);
        CHECK_REL(p[l].score[ITO_METRIC_ENERGY].floor, floor, 1e-12);
        CHECK(p[l].score[ITO_METRIC_ENERGY].error > 0.0);
        CHECK(isnan(p[l].score[ITO_METRIC_KS].value));
        CHECK(isnan(p[l].score[ITO_SWEEP_ERROR].floor));
    }
    CHECK(p[0].steps == 6 && p[0].calls == 12);
    ito_sigma_free(sigma);
    ito_table_free(data);
    ito_flow_free(flow);
}

TEST(a_metric_alone_is_what_it_is_among_all)
{
    static float a[600 * 2], b[N * 2];
    const ito_points real = { a, 600, 2 }, fake = { b, N, 2 };
    ito_eval_opts how = { .seed = 3, .exact_rows = 60 };
    ito_eval all, one;

    for (size_t i = 0; i < 600 * 2; i++)
        a[i] = (float)t_normal();
    for (size_t i = 0; i < N * 2; i++)
        b[i] = (float)(1.1 * t_normal());
    CHECK_OK(ctx, ito_eval_points(ctx, &real, &fake, &how, &all, NULL));
    for (size_t m = 0; m < ITO_METRIC_COUNT; m++) {
        how.metrics = 1u << m;
        CHECK_OK(ctx, ito_eval_points(ctx, &real, &fake, &how, &one, NULL));
        CHECK_SAME(&one.metric[m].value, &all.metric[m].value, 1);
        CHECK_SAME(&one.metric[m].floor_sd, &all.metric[m].floor_sd, 1);
        CHECK(one.copies.near_distance == 0.0);
        if (m != ITO_METRIC_SLICED_W2)
            CHECK(one.metric[ITO_METRIC_SLICED_W2].value == 0.0);
    }
    how.metrics = 1u << ITO_METRIC_COUNT;
    CHECK_FAILS(ctx, ito_eval_points(ctx, &real, &fake, &how, &one, NULL),
                ITO_EARG, "no metric");
}

static double error_of(const char *flow_name, const char *method, size_t calls)
{
    static float real[REAL * 2];
    ito_flow *flow = open_flow(flow_name);
    ito_table *data = real_rows(flow, real);
    const ito_sweep_line line = { .method = method };
    const ito_sweep_opts o = { .lines = &line,
                               .line_count = 1,
                               .calls = &calls,
                               .call_count = 1,
                               .n = 4000,
                               .seeds = 2,
                               .measures = 1u << ITO_SWEEP_ERROR };
    ito_sweep_point p;

    CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, &p, NULL));
    CHECK(p.status == ITO_OK && isnan(p.score[ITO_METRIC_SLICED_W2].value));
    ito_table_free(data);
    ito_flow_free(flow);
    return p.score[ITO_SWEEP_ERROR].value;
}

/*
 * Data N(3, .5^2) on the linear path: x' = u = a(t) x + b(t), affine, so that
 * an Euler solution is A x_0 + B with A and B from a recurrence, the exact one
 * .5 x_0 + 3, and the mean square of their distance (A - .5)^2 + (B - 3)^2.
 */
TEST(the_error_of_euler_on_a_normal_is_the_closed_form)
{
    const double m = 3.0, s = 0.5, h = 1.0 / 10;
    double A = 1.0, B = 0.0;

    for (int i = 0; i < 10; i++) {
        const double t = i * h, beta = 1.0 - t;
        const double c = t * t * s * s + beta * beta;
        const double a = (t * s * s - beta) / c, b = m - a * t * m;

        A += h * a * A;
        B += h * (a * B + b);
    }
    CHECK_REL(error_of("oracle:gaussian:dim=1,mean=3,std=0.5", "euler", 10),
              hypot(A - s, B - m), 0.05);
}

TEST(errors_fall_at_the_order_of_the_solver)
{
    static const struct {
        const char *name;
        double order;
    } methods[] = {
        { "euler", 1.0 }, { "midpoint", 2.0 }, { "heun", 2.0 }, { "rk4", 4.0 }
    };

    for (size_t i = 0; i < 4; i++) {
        const char *const flow = "oracle:gmm:modes=3,scale=2,std=1";
        const double coarse = error_of(flow, methods[i].name, 32);
        const double fine = error_of(flow, methods[i].name, 64);

        CHECK_NEAR(log2(coarse / fine), methods[i].order, 0.4);
    }
}

TEST(adaptive_steps_spend_more_for_less_tolerance)
{
    static float real[REAL * 2];
    ito_flow *flow = open_flow("oracle:8gaussians");
    ito_table *data = real_rows(flow, real);
    const ito_sweep_line line = { .method = "dopri5", .adaptive = 1 };
    const double rtol[] = { 1e-2, 1e-5 };
    const ito_sweep_opts o = { .lines = &line,
                               .line_count = 1,
                               .rtol = rtol,
                               .rtol_count = 2,
                               .n = N,
                               .seeds = 2,
                               .measures = 1u << ITO_SWEEP_ERROR };
    ito_sweep_point p[2];

    CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL));
    CHECK(p[0].calls >= 7 && p[1].calls > p[0].calls);
    CHECK(p[1].steps > p[0].steps);
    CHECK(p[1].score[ITO_SWEEP_ERROR].value <
          0.1 * p[0].score[ITO_SWEEP_ERROR].value);
    ito_table_free(data);
    ito_flow_free(flow);
}

/* Three modes of weight 1/3 and std 1, far apart: true rows have shares within
 * a few sqrt(n) and spread 1; two steps of Euler leave the modes smeared. */
TEST(shares_and_spread_tell_of_the_modes)
{
    static float real[REAL * 2];
    ito_flow *flow = open_flow("oracle:gmm:modes=3,scale=20,std=1");
    ito_table *data = real_rows(flow, real);
    const ito_sweep_line line = { .method = "heun" };
    const size_t calls[] = { 6, 200 };
    const ito_sweep_opts o = { .lines = &line,
                               .line_count = 1,
                               .calls = calls,
                               .call_count = 2,
                               .n = REAL / SEEDS,
                               .seeds = SEEDS,
                               .measures = 1u << ITO_SWEEP_SHARES |
                                           1u << ITO_SWEEP_SPREAD };
    ito_sweep_point p[2];

    CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL));
    /* five standard errors of a share of 1/3 of 341 rows are .128 */
    CHECK(p[1].score[ITO_SWEEP_SHARES].value < 0.13);
    CHECK(p[1].score[ITO_SWEEP_SHARES].floor < 0.13);
    CHECK(p[1].score[ITO_SWEEP_SHARES].floor_error > 0.0);
    /* of the root of a mean of 2 x 341 squares: 1 / sqrt(4 x 341) = .027 */
    CHECK(p[1].score[ITO_SWEEP_SPREAD].value < 0.1);
    CHECK(p[1].score[ITO_SWEEP_SPREAD].floor < 0.1);
    CHECK(p[0].score[ITO_SWEEP_SPREAD].value > 0.2);
    ito_table_free(data);
    ito_flow_free(flow);
}

TEST(what_diverges_is_said_and_does_not_stop_the_others)
{
    static float real[REAL * 2];
    ito_flow *flow = open_flow("oracle:gaussian:dim=1,std=0.001");
    ito_table *data = real_rows(flow, real);
    ito_sigma *sigma = form(flow, "1e6");
    const ito_sweep_line lines[] = { { .sigma = sigma }, { .method = "rk4" } };
    const size_t calls = 40;
    const ito_sweep_opts o = { .lines = lines,
                               .line_count = 2,
                               .calls = &calls,
                               .call_count = 1,
                               .n = 16,
                               .seeds = 2 };
    ito_sweep_point p[2];

    CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL));
    CHECK(p[0].status == ITO_ENONFINITE);
    CHECK(isinf(p[0].score[ITO_METRIC_SLICED_W2].value));
    CHECK(p[1].status == ITO_OK);
    CHECK(isfinite(p[1].score[ITO_METRIC_SLICED_W2].value));
    ito_sigma_free(sigma);
    ito_table_free(data);
    ito_flow_free(flow);
}

TEST(bytes_do_not_depend_on_threads)
{
    static float real[REAL * 2];
    static double values[2][2 * ITO_SWEEP_MEASURES * 2];
    ito_ctx *const usual = ctx;

    for (size_t k = 0; k < 2; k++) {
        ito_flow *flow;
        ito_table *data;
        ito_sigma *sigma;

        CHECK(ito_open(&ctx, &(ito_ctx_opts){ .threads = k ? 3 : 1 }) ==
              ITO_OK);
        flow = open_flow("oracle:8gaussians");
        data = real_rows(flow, real);
        sigma = form(flow, "sqrt");
        {
            const ito_sweep_line lines[] = { { .method = "rk4" },
                                             { .sigma = sigma } };
            const size_t calls = 12;
            const ito_sweep_opts o = { .lines = lines,
                                       .line_count = 2,
                                       .calls = &calls,
                                       .call_count = 1,
                                       .n = N,
                                       .seeds = 2,
                                       .measures = 1u << ITO_METRIC_SLICED_W2 |
                                                   1u << ITO_METRIC_ENERGY |
                                                   1u << ITO_SWEEP_SHARES };
            ito_sweep_point p[2];

            CHECK_OK(ctx, ito_sweep_run(ctx, flow, data, &o, p, values[k]));
        }
        ito_sigma_free(sigma);
        ito_table_free(data);
        ito_flow_free(flow);
        ito_close(ctx);
        ctx = usual;
    }
    for (size_t p = 0; p < 2; p++)
        for (size_t m = 0; m < 2; m++)
            CHECK_SAME(values[0] + (p * ITO_SWEEP_MEASURES + m) * 2,
                       values[1] + (p * ITO_SWEEP_MEASURES + m) * 2, 2);
}

/* A network far from trained: what it says does not matter here. */
static ito_model *small_model(void)
{
    const ito_mlp net = { .width = 8, .depth = 1 };
    const ito_train_opts o = { .steps = 4, .batch = 64, .mlp = &net };
    ito_source *source;
    ito_trainer *trainer;
    ito_model *model;

    CHECK_OK(ctx, ito_source_open(ctx, "moons", NULL, &source));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &trainer));
    CHECK_OK(ctx, ito_trainer_run(ctx, trainer, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, trainer, &model));
    ito_trainer_free(trainer);
    ito_source_free(source);
    return model;
}

/* The model's score given as another field takes a run of its own. */
TEST(field_and_score_at_once_are_the_two_alone_to_the_bit)
{
    static float x[2][N * 2];
    ito_model *model = small_model();
    const ito_field *field = ito_model_field(model);
    ito_sigma *sigma;

    CHECK(field->drift_score != NULL);
    CHECK_OK(ctx, ito_sigma_parse(ctx, "1", NULL, &sigma));
    for (size_t k = 0; k < 2; k++) {
        const ito_extension_opts o = { .sigma = sigma,
                                       .score = k ? field : NULL };
        ito_origin origin = { .model = model, .at = { .seed = 1 } };
        ito_problem problem = { .t1 = 1.0,
                                .n = N,
                                .seed = 1,
                                .init = ito_model_start,
                                .init_arg = &origin };
        const ito_solve_opts how = { .steps = 300 };
        ito_extension *sde;

        CHECK_OK(ctx, ito_extension_open(ctx, field, &o, &sde));
        problem.field = ito_extension_field(sde);
        CHECK_OK(ctx, ito_solve(ctx, &problem, x[k], &how, NULL));
        ito_extension_free(sde);
    }
    CHECK_SAME(x[0], x[1], N * 2);
    ito_sigma_free(sigma);
    ito_model_free(model);
}

TEST(the_cost_of_samples_is_told)
{
    static float x[N * 2];
    ito_flow *flow = open_flow("oracle:8gaussians");
    ito_solve_stats stats;
    const ito_sample_opts o = { .solve = { .method = "rk4", .steps = 7 },
                                .stats = &stats };

    CHECK_OK(ctx, ito_flow_sample_rows(ctx, flow, &o, N, x));
    CHECK(stats.steps == 7 && stats.evals == 28);
    ito_flow_free(flow);
}

/* What docs/book/solvers.md found. */
TEST(what_is_left_open_is_as_many_steps_as_make_the_calls)
{
    ito_flow *flow = open_flow("oracle:8gaussians");
    ito_sigma *sigma = form(flow, "beta"), *zero = form(flow, "0");
    ito_sample_opts o = { .sigma = zero };
    const ito_schema *images;
    ito_source *source;

    ito_sample_defaults(NULL, &o);
    CHECK_STR(o.solve.method, "rk4");
    CHECK(o.solve.steps == 15);
    CHECK_OK(ctx, ito_source_open(ctx, "glyphs:n=4", NULL, &source));
    images = ito_source_schema(source);
    o = (ito_sample_opts){ .sigma = zero };
    ito_sample_defaults(images, &o);
    CHECK_STR(o.solve.method, "midpoint");
    CHECK(o.solve.steps == 10);
    o = (ito_sample_opts){ .solve.method = "euler" };
    ito_sample_defaults(images, &o);
    CHECK(o.solve.steps == 60);
    ito_source_free(source);
    o = (ito_sample_opts){ .solve.method = "euler" };
    ito_sample_defaults(NULL, &o);
    CHECK_STR(o.solve.method, "euler");
    CHECK(o.solve.steps == 60);
    o = (ito_sample_opts){ .sigma = sigma };
    ito_sample_defaults(NULL, &o);
    CHECK_STR(o.solve.method, "heun");
    CHECK(o.solve.steps == 100);
    o = (ito_sample_opts){ .solve.rtol = 1e-3 };
    ito_sample_defaults(NULL, &o);
    CHECK_STR(o.solve.method, "dopri5");
    CHECK(o.solve.steps == 1);
    o = (ito_sample_opts){ .solve = { .steps = 7, .method = "no-such" } };
    ito_sample_defaults(NULL, &o);
    CHECK(o.solve.steps == 7);
    ito_sigma_free(zero);
    ito_sigma_free(sigma);
    ito_flow_free(flow);
}

/* Points that diverged have no place; a picture of nothing is refused. */
TEST(a_picture_leaves_out_what_is_not_positive_and_finite)
{
    const double x[] = { 40.0, 10.0, 20.0 },
                 y[] = { 0.1, (double)INFINITY, 0.3 };
    const double none[] = { 0.0, (double)NAN, -1.0 }, e[] = { 0.01, 0.0, 0.5 };
    ito_series s[] = { { .label = "heun", .n = 3, .x = x, .y = y, .error = e },
                       { .label = "rk4", .n = 3, .x = x, .y = none } };
    ito_tradeoff t = { .series = s,
                       .count = 2,
                       .floor = 0.05,
                       .floor_error = 0.2,
                       .x_label = "calls",
                       .y_label = "distance" };
    ito_figure *figure;
    ito_status rc = ito_plot_sweep(ctx, &t, NULL, &figure);

    if (rc == ITO_EUNFIT)
        return; /* built without cairo */
    CHECK_OK(ctx, rc);
    ito_figure_free(figure);
    s[0].y = none;
    CHECK_FAILS(ctx, ito_plot_sweep(ctx, &t, NULL, &figure), ITO_EARG,
                "no positive values");
    t.count = 65;
    CHECK_FAILS(ctx, ito_plot_sweep(ctx, &t, NULL, &figure), ITO_EARG,
                "more than 64");
    CHECK_FAILS(ctx, ito_plot_sweep(ctx, NULL, NULL, &figure), ITO_EARG,
                "no lines");
    CHECK(figure == NULL);
}

static int stop_at_once(void *arg, size_t done, size_t total)
{
    *(size_t *)arg = total;
    return done == 2;
}

TEST(what_cannot_be_tried_is_refused)
{
    static float real[REAL * 2];
    ito_flow *flow = open_flow("oracle:moons");
    ito_flow *board = open_flow("oracle:checkerboard");
    ito_table *data = real_rows(flow, real);
    ito_sigma *sigma = form(flow, "1");
    ito_sweep_line line = { .method = "heun" };
    size_t calls = 10, count, total = 0;
    double rtol = 1e-3;
    ito_sweep_opts o = { .lines = &line,
                         .line_count = 1,
                         .calls = &calls,
                         .call_count = 1,
                         .n = N };
    ito_sweep_point p[MOST];

    line.method = "no-such";
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "no method 'no-such'");
    line = (ito_sweep_line){ .method = "rk4", .sigma = sigma };
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EUNFIT,
                "rk4");
    line = (ito_sweep_line){ .method = "heun", .last = ITO_LAST_FLOW };
    CHECK_FAILS(ctx, ito_sweep_fits(ctx, flow, &line), ITO_EUNFIT,
                "needs noise");
    line = (ito_sweep_line){ .method = "rk4", .adaptive = 1 };
    CHECK_FAILS(ctx, ito_sweep_fits(ctx, flow, &line), ITO_EUNFIT,
                "does not estimate");
    line = (ito_sweep_line){ .method = "dopri5", .adaptive = 1 };
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "no tolerances");
    o.rtol = &rtol;
    o.rtol_count = 1;
    rtol = 0.0;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "tolerance 0");
    line = (ito_sweep_line){ .method = "rk4" };
    o.rtol_count = 0;
    calls = 0;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "0 field calls");
    calls = 3;
    CHECK_FAILS(ctx, ito_sweep_plan(ctx, flow, &o, NULL, &count), ITO_EARG,
                "enough for one step");
    calls = 8;
    o.measures = 1u << ITO_SWEEP_SHARES;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, board, data, &o, p, NULL), ITO_EUNFIT,
                "mixture");
    o.measures = 1u << ITO_SWEEP_MEASURES;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "no such measure");
    o.measures = 0;
    o.line_count = 0;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_EARG,
                "no lines");
    o.line_count = 1;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, NULL, &o, p, NULL), ITO_EARG,
                "NULL");
    o.progress = stop_at_once;
    o.progress_arg = &total;
    CHECK_FAILS(ctx, ito_sweep_run(ctx, flow, data, &o, p, NULL), ITO_ECALLBACK,
                "after 2 of 5");
    CHECK(total == 5);
    CHECK(ito_sweep_measure_name(ITO_SWEEP_MEASURES) == NULL);
    CHECK_STR(ito_sweep_measure_name(ITO_SWEEP_SPREAD), "spread");
    ito_sigma_free(sigma);
    ito_table_free(data);
    ito_flow_free(board);
    ito_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(points_are_the_lines_under_the_budgets_that_are_enough),
        RUN(numbers_are_those_of_sampling_and_comparing_one_by_one),
        RUN(a_metric_alone_is_what_it_is_among_all),
        RUN(the_error_of_euler_on_a_normal_is_the_closed_form),
        RUN(errors_fall_at_the_order_of_the_solver),
        RUN(adaptive_steps_spend_more_for_less_tolerance),
        RUN(shares_and_spread_tell_of_the_modes),
        RUN(what_diverges_is_said_and_does_not_stop_the_others),
        RUN(bytes_do_not_depend_on_threads),
        RUN(field_and_score_at_once_are_the_two_alone_to_the_bit),
        RUN(the_cost_of_samples_is_told),
        RUN(what_is_left_open_is_as_many_steps_as_make_the_calls),
        RUN(a_picture_leaves_out_what_is_not_positive_and_finite),
        RUN(what_cannot_be_tried_is_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

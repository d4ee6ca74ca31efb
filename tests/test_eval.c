/* SPDX-License-Identifier: MIT
 *
 * test_eval.c - values beside floors: calibrated on fresh samples, alarmed by
 * wrong ones, the same bits however they are computed.
 */
#include <ito/metric.h>

#include "check.h"

#define COLS 4

static ito_ctx *ctx;

static ito_table *build(size_t rows, size_t cols, const ito_column *col)
{
    ito_table *t = NULL;

    CHECK_OK(ctx, ito_table_build(ctx, rows, cols, col, &t));
    return t;
}

/*
 * A table of COLS columns: x skewed, y its noisy copy, whole numbers, and a
 * text that depends on x.  `twist` 0 leaves it so; 1 draws y independently;
 * 2 moves x by a quarter of a standard deviation (of its logarithm).
 */
static ito_table *sample(size_t n, int twist)
{
    static const char *const level[] = { "high", "low", "middle" };
    double *x = malloc(3 * n * sizeof(*x)), *y, *w;
    uint32_t *k = malloc(n * sizeof(*k));
    ito_table *t;

    CHECK(x && k);
    y = x + n;
    w = y + n;
    for (size_t i = 0; i < n; i++) {
        const double e = t_normal() + (twist == 2 ? 0.25 : 0.0);
        const double g = twist == 1 ? t_normal() : e;

        x[i] = exp(e);
        y[i] = 1000.0 * (0.8 * g + 0.6 * t_normal());
        w[i] = floor(3.0 * t_open01() * t_open01());
        k[i] = e + 0.5 * t_normal() > 0.5 ? 0 : e < -0.5 ? 1 : 2;
    }
    t = build(n, COLS,
              (ito_column[]){ { .name = "x", .number = x },
                              { .name = "y", .number = y },
                              { .name = "w", .number = w },
                              { .name = "k",
                                .kind = ITO_COLUMN_TEXT,
                                .code = k,
                                .levels = level,
                                .level_count = 3 } });
    free(k);
    free(x);
    return t;
}

static ito_eval eval(const ito_table *data, const ito_table *fake,
                     const ito_eval_opts *opts, ito_eval_column *columns)
{
    ito_eval e;

    CHECK_OK(ctx, ito_eval_tables(ctx, data, fake, opts, &e, columns));
    return e;
}

/* Is the value within five sd of the floor? */
static int quiet(const ito_score *s)
{
    const double sd = hypot(s->floor_sd, s->value_sd);

    return fabs(s->value - s->floor) <= 5.0 * fmax(sd, 0.02 * s->floor);
}

TEST(fresh_rows_stay_at_the_floor)
{
    ito_table *data = sample(1600, 0), *fake = sample(800, 0);
    ito_eval_column col[COLS];
    const ito_eval e =
        eval(data, fake, &(ito_eval_opts){ .exact_rows = 200 }, col);

    CHECK(e.real_rows == 1600 && e.fake_rows == 800 && e.rows == 800);
    CHECK(e.exact_rows == 200 && e.cols == COLS && e.dim == 6);
    for (int k = 0; k < ITO_METRIC_COUNT; k++) {
        CHECK(e.metric[k].floor > 0.0 && e.metric[k].floor_sd > 0.0);
        CHECK(quiet(&e.metric[k]));
    }
    for (size_t j = 0; j < COLS; j++) {
        CHECK(quiet(&col[j].ks) && quiet(&col[j].w1));
        CHECK(col[j].outside <= 0.005);
    }
    CHECK_STR(col[1].name, "y");
    CHECK(col[3].kind == ITO_COLUMN_TEXT);
    CHECK(!e.copies.flagged);
    ito_table_free(fake);
    ito_table_free(data);
}

TEST(a_lost_dependence_is_seen_by_all_but_the_marginals)
{
    ito_table *data = sample(1600, 0), *fake = sample(800, 1);
    const ito_eval e =
        eval(data, fake, &(ito_eval_opts){ .exact_rows = 700 }, NULL);

    CHECK(quiet(&e.metric[ITO_METRIC_KS]));
    CHECK(quiet(&e.metric[ITO_METRIC_W1]));
    CHECK(!quiet(&e.metric[ITO_METRIC_SLICED_W2]));
    CHECK(!quiet(&e.metric[ITO_METRIC_ENERGY]));
    CHECK(!quiet(&e.metric[ITO_METRIC_CORRELATION]));
    CHECK(!quiet(&e.metric[ITO_METRIC_EXACT_W2]));
    ito_table_free(fake);
    ito_table_free(data);
}

TEST(a_shifted_column_is_named)
{
    ito_table *data = sample(2400, 0), *fake = sample(1200, 2);
    ito_eval_column col[COLS];
    const ito_eval e =
        eval(data, fake, &(ito_eval_opts){ .exact_rows = 100 }, col);

    CHECK(!quiet(&e.metric[ITO_METRIC_KS]));
    /* a shift by s in scores: W1 = s, KS = 2 Phi(s / 2) - 1 = 0.0995, each
     * to three standard errors */
    CHECK_NEAR(col[0].w1.value, 0.25, 0.12);
    CHECK_NEAR(col[0].ks.value, 0.0995, 0.06);
    CHECK_NEAR(col[1].w1.value, 0.20, 0.12);
    CHECK(quiet(&col[2].ks));
    ito_table_free(fake);
    ito_table_free(data);
}

/* Two independent samples of m rows: E|r - r'| of independent normals is
 * 2 / sqrt(pi m), and E KS is sqrt(pi / 2) log 2 sqrt(2 / m), less about
 * 0.37 / m for the steps. */
TEST(floors_have_the_height_that_theory_gives)
{
    enum { N = 2400, D = 6 };
    float *x = malloc(N * D * sizeof(*x));
    const ito_points p = { .x = x, .rows = N, .dim = D };
    const double m = N / 2.0, pi = 3.14159265358979324;
    ito_eval e;

    CHECK(x != NULL);
    for (size_t i = 0; i < N * D; i++)
        x[i] = (float)t_normal();
    CHECK_OK(ctx,
             ito_eval_points(ctx, &p, &p, &(ito_eval_opts){ .exact_rows = 50 },
                             &e, NULL));
    CHECK(e.rows == N / 2 && e.dim == D);
    /* 15 pairs, 5 draws that share rows: sd about 0.2 of one pair's */
    CHECK_REL(e.metric[ITO_METRIC_CORRELATION].floor, 2 / sqrt(pi * m), 0.3);
    CHECK_REL(e.metric[ITO_METRIC_KS].floor,
              sqrt(pi / 2) * log(2.0) * sqrt(2 / m), 0.2);
    CHECK(e.copies.copies == 1.0 && e.copies.flagged);
    free(x);
}

TEST(scores_do_not_see_units_or_increasing_maps)
{
    enum { N = 900, M = 400 };
    float *x = malloc((N + M) * 2 * sizeof(*x)), *y = x + 2 * N;
    const ito_points p = { .x = x, .rows = N, .dim = 2 };
    const ito_points q = { .x = y, .rows = M, .dim = 2 };
    const ito_eval_opts few = { .exact_rows = 60 };
    ito_eval a, b;

    CHECK(x != NULL);
    /* fake rows from the real ones' values, so that no interpolation and no
     * rounding of a map enters */
    for (size_t i = 0; i < 2 * N; i++)
        x[i] = (float)floor(500.0 * t_normal());
    for (size_t i = 0; i < 2 * M; i++)
        y[i] = x[2 * (t_rand() % N) + i % 2];
    CHECK_OK(ctx, ito_eval_points(ctx, &p, &q, &few, &a, NULL));
    for (size_t i = 0; i < 2 * (N + M); i++)
        x[i] = i % 2 ? 1e-20f * x[i] : x[i] * x[i] * x[i];
    CHECK_OK(ctx, ito_eval_points(ctx, &p, &q, &few, &b, NULL));
    for (int k = 0; k < ITO_METRIC_COUNT; k++)
        CHECK_SAME(&a.metric[k].value, &b.metric[k].value, 4);
    free(x);
}

TEST(scores_take_ties_to_the_middle_and_strangers_outside)
{
    /* real: half 0, half 1; scores -q and q with q = Phi^-1(3/4); a fake 0.5
     * scores 0, a fake 2 scores Phi^-1(7/8), a fake -1 its opposite */
    enum { N = 40, M = 20 };
    double real[N], fake[M];
    const ito_column a = { .name = "a", .number = real };
    const ito_column b = { .name = "a", .number = fake };
    const struct {
        double value, w1, outside;
    } rows[] = {
        { 0.5, 0.674489750196, 0.0 },
        /* half at distance 1.1503493804 - 0.6744897502, half + 0.67 */
        { 2.0, 1.150349380376, 1.0 },
        { -1.0, 1.150349380376, 1.0 },
    };
    ito_eval_column col;

    for (size_t i = 0; i < N; i++)
        real[i] = (double)(i % 2);
    for (size_t k = 0; k < COUNT(rows); k++) {
        ito_table *t, *f;

        for (size_t i = 0; i < M; i++)
            fake[i] = rows[k].value;
        t = build(N, 1, &a);
        f = build(M, 1, &b);
        eval(t, f, NULL, &col);
        /* m = 20 of 40 rows need not be half 0, half 1; for a value between
         * or beyond the two the W1 changes by that imbalance alone */
        CHECK_NEAR(col.w1.value, rows[k].w1, k == 0 ? 1e-6 : 0.3);
        CHECK_NEAR(col.outside, rows[k].outside, 0.0);
        ito_table_free(f);
        ito_table_free(t);
    }
}

TEST(texts_are_matched_by_level_not_by_code)
{
    enum { N = 400, M = 200 };
    static const char *const real_levels[] = { "a", "b", "c" };
    static const char *const fake_levels[] = { "b", "c", "z" };
    uint32_t real[N], fake[M];
    ito_column a = { .name = "t", .kind = ITO_COLUMN_TEXT, .code = real };
    ito_column b = { .name = "t", .kind = ITO_COLUMN_TEXT, .code = fake };
    ito_eval_column col;
    ito_table *t, *f;
    ito_eval e;

    a.levels = real_levels;
    b.levels = fake_levels;
    a.level_count = b.level_count = 3;
    for (size_t i = 0; i < N; i++)
        real[i] = 1; /* always b */
    for (size_t i = 0; i < M; i++)
        fake[i] = i % 4 == 0 ? 2 : 0; /* a quarter z, else b */
    t = build(N, 1, &a);
    f = build(M, 1, &b);
    e = eval(t, f, &(ito_eval_opts){ .exact_rows = 200 }, &col);
    CHECK(e.dim == 4);
    CHECK_NEAR(col.ks.value, 0.25, 1e-12);
    CHECK_NEAR(col.w1.value, 0.25, 1e-12);
    CHECK_NEAR(col.outside, 0.25, 1e-12);
    /* a quarter of the rows moves by sqrt 2 */
    CHECK_NEAR(e.metric[ITO_METRIC_EXACT_W2].value, sqrt(0.5), 1e-7);
    CHECK_NEAR(e.metric[ITO_METRIC_EXACT_W2].floor, 0.0, 0.0);
    CHECK_NEAR(e.metric[ITO_METRIC_CORRELATION].value, 0.0, 0.0);
    ito_table_free(f);
    ito_table_free(t);
}

/* Every number of a report, in one array. */
#define FIGURES (4 * ITO_METRIC_COUNT + 4 + 9 * COLS)

static void figures(const ito_eval *e, const ito_eval_column *col,
                    double out[FIGURES])
{
    memcpy(out, e->metric, sizeof(e->metric));
    out += 4 * ITO_METRIC_COUNT;
    *out++ = e->copies.near_distance;
    *out++ = e->copies.close;
    *out++ = e->copies.copies;
    *out++ = e->copies.real_copies;
    for (size_t j = 0; j < COLS; j++) {
        memcpy(out, &col[j].ks, sizeof(col[j].ks));
        memcpy(out + 4, &col[j].w1, sizeof(col[j].w1));
        out[8] = col[j].outside;
        out += 9;
    }
}

TEST(a_report_has_the_same_bits_for_any_threads_and_kernels)
{
    ito_table *data = sample(1100, 0), *fake = sample(500, 1);
    const ito_eval_opts opts = { .exact_rows = 90, .draws = 3, .seed = 5 };
    double want[FIGURES], got[FIGURES];
    ito_eval_column col[COLS];
    ito_eval e = eval(data, fake, &opts, col);
    const char *cpu;
    int runs;

    figures(&e, col, want);
    for (size_t i = 0; (cpu = ito_cpu_at(i, &runs)) != NULL; i++)
        for (size_t threads = 1; runs && threads <= 3; threads++) {
            const ito_ctx_opts how = { .threads = threads, .cpu = cpu };
            ito_ctx *other;

            CHECK(ito_open(&other, &how) == ITO_OK);
            CHECK_OK(other, ito_eval_tables(other, data, fake, &opts, &e, col));
            ito_close(other);
            figures(&e, col, got);
            CHECK_SAME(got, want, FIGURES);
        }
    ito_table_free(fake);
    ito_table_free(data);
}

TEST(columns_are_found_by_name_and_strangers_by_position)
{
    enum { N = 60 };
    double x[N], y[N];
    const ito_column xy[] = { { .name = "x", .number = x },
                              { .name = "y", .number = y } };
    const ito_column yx[] = { { .name = "y", .number = y },
                              { .name = "z", .number = x },
                              { .name = "x", .number = x } };
    const ito_column uv[] = { { .name = "u", .number = x },
                              { .name = "v", .number = y } };
    const ito_column yz[] = { { .name = "y", .number = y },
                              { .name = "z", .number = x } };
    ito_table *t, *by_name, *by_place, *lacking;
    ito_eval a, b, c;

    for (size_t i = 0; i < N; i++) {
        x[i] = t_normal();
        y[i] = 5.0 + t_normal();
    }
    t = build(N, 2, xy);
    by_name = build(N, 3, yx);
    by_place = build(N, 2, uv);
    lacking = build(N, 2, yz);
    a = eval(t, t, NULL, NULL);
    b = eval(t, by_name, NULL, NULL);
    c = eval(t, by_place, NULL, NULL);
    CHECK_SAME(&a.metric[0].value, &b.metric[0].value, 4);
    CHECK_SAME(&a.metric[0].value, &c.metric[0].value, 4);
    CHECK_FAILS(ctx, ito_eval_tables(ctx, t, lacking, NULL, &a, NULL), ITO_EARG,
                "no column 'x'");
    ito_table_free(lacking);
    ito_table_free(by_place);
    ito_table_free(by_name);
    ito_table_free(t);
}

TEST(what_cannot_be_compared_is_refused_in_words)
{
    enum { N = 50 };
    static const char *const levels[] = { "p", "q" };
    double x[N], huge[N], close[N];
    uint32_t code[N] = { 0 };
    const ito_column number = { .name = "x", .number = x };
    const ito_column large = { .name = "x", .number = huge };
    const ito_column tiny = { .name = "x", .number = close };
    const ito_column text = { .name = "x",
                              .kind = ITO_COLUMN_TEXT,
                              .code = code,
                              .levels = levels,
                              .level_count = 2 };
    const ito_eval_opts raw = { .raw = 1 }, one = { .draws = 1 };
    const ito_eval_opts wide = { .exact_rows = 20000 };
    ito_table *t, *l, *s, *k, *three;
    ito_eval e;

    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i;
        huge[i] = 1e308 * (i % 2 ? 1.0 : -1.0);
        close[i] = 1e-20 * (double)i;
    }
    t = build(N, 1, &number);
    l = build(N, 1, &large);
    s = build(N, 1, &tiny);
    k = build(N, 1, &text);
    three = build(3, 1, &number);
    CHECK_FAILS(ctx, ito_eval_tables(ctx, t, k, NULL, &e, NULL), ITO_EARG,
                "'x' holds numbers");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, three, t, NULL, &e, NULL), ITO_EARG,
                "3 real");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, l, t, &raw, &e, NULL), ITO_ERANGE,
                "normal scores");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, s, t, &raw, &e, NULL), ITO_ERANGE,
                "column 1 x");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, t, t, &one, &e, NULL), ITO_EARG,
                "draws");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, t, t, &wide, &e, NULL), ITO_EARG,
                "16384");
    CHECK_FAILS(ctx, ito_eval_tables(ctx, t, NULL, NULL, &e, NULL), ITO_EARG,
                "NULL");
    /* on scores the same numbers are fine, and nothing is NaN */
    CHECK_OK(ctx, ito_eval_tables(ctx, l, t, NULL, &e, NULL));
    for (int m = 0; m < ITO_METRIC_COUNT; m++)
        CHECK(isfinite(e.metric[m].value) && isfinite(e.metric[m].floor));
    CHECK_OK(ctx, ito_eval_tables(ctx, s, l, NULL, &e, NULL));
    ito_table_free(three);
    ito_table_free(k);
    ito_table_free(s);
    ito_table_free(l);
    ito_table_free(t);
}

TEST(a_constant_column_and_the_smallest_tables_work)
{
    double x[4] = { 3, 3, 3, 3 }, y[2] = { 3, 4 };
    const ito_column a = { .name = "x", .number = x };
    const ito_column b = { .name = "x", .number = y };
    ito_table *t = build(4, 1, &a), *f = build(2, 1, &b);
    ito_eval_column col;
    const ito_eval e = eval(t, f, NULL, &col);

    CHECK(e.rows == 2 && e.exact_rows == 2);
    CHECK_NEAR(e.metric[ITO_METRIC_SLICED_W2].floor, 0.0, 0.0);
    /* a value beyond a constant scores Phi^-1(3/4); half of the rows do */
    CHECK_NEAR(col.w1.value, 0.5 * 0.674489750196, 1e-6);
    CHECK_NEAR(col.ks.value, 0.5, 0.0);
    CHECK_NEAR(col.outside, 0.5, 0.0);
    ito_table_free(f);
    ito_table_free(t);
}

static int stop_after;

static int stop(void *arg)
{
    (void)arg;
    return stop_after-- <= 0;
}

/* An allocator that counts, and fails from call number fail_at on. */
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

TEST(cancelling_and_running_out_of_memory_are_clean)
{
    const ito_ctx_opts how = { .threads = 2,
                               .alloc = counting_alloc,
                               .cancel = stop };
    const ito_eval_opts opts = { .draws = 2, .exact_rows = 20 };
    ito_table *data = sample(200, 0), *fake = sample(90, 0);
    ito_status rc = ITO_ENOMEM;
    ito_ctx *other;
    ito_eval e;

    CHECK(ito_open(&other, &how) == ITO_OK);
    for (stop_after = 0; stop_after < 3;) {
        const int keep = stop_after;

        CHECK_FAILS(other, ito_eval_tables(other, data, fake, &opts, &e, NULL),
                    ITO_ECANCELLED, "stopped");
        stop_after = keep + 1;
    }
    stop_after = INT32_MAX;
    for (size_t n = 0; rc != ITO_OK && n < 1000; n++) {
        allocs = 0;
        fail_at = n;
        rc = ito_eval_tables(other, data, fake, &opts, &e, NULL);
        CHECK(rc == ITO_OK || rc == ITO_ENOMEM);
    }
    CHECK(rc == ITO_OK);
    fail_at = SIZE_MAX;
    ito_close(other);
    ito_table_free(fake);
    ito_table_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(fresh_rows_stay_at_the_floor),
        RUN(a_lost_dependence_is_seen_by_all_but_the_marginals),
        RUN(a_shifted_column_is_named),
        RUN(floors_have_the_height_that_theory_gives),
        RUN(scores_do_not_see_units_or_increasing_maps),
        RUN(scores_take_ties_to_the_middle_and_strangers_outside),
        RUN(texts_are_matched_by_level_not_by_code),
        RUN(a_report_has_the_same_bits_for_any_threads_and_kernels),
        RUN(columns_are_found_by_name_and_strangers_by_position),
        RUN(what_cannot_be_compared_is_refused_in_words),
        RUN(a_constant_column_and_the_smallest_tables_work),
        RUN(cancelling_and_running_out_of_memory_are_clean),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

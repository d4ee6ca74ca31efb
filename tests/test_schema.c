/* SPDX-License-Identifier: MIT
 *
 * Schemas: what a table becomes, and that it comes back.
 */
#include "check.h"

#include <ito/schema.h>

#include "data/schema.h"
#include "kern/dmath.h"

#define N 5000

static double x1[N], x2[N], x3[N];
static uint32_t codes1[N];
static float rows1[64 * N], rows2[64 * N];
static const ito_noise noise = { .seed = 7, .purpose = ITO_FOR_CODING };

static ito_ctx *opened(size_t threads)
{
    const ito_ctx_opts opts = { .threads = threads };
    ito_ctx *ctx = NULL;

    CHECK_OK(ctx, ito_open(&ctx, &opts));
    return ctx;
}

static ito_column number(const char *name, const double *x)
{
    const ito_column c = { .name = name,
                           .kind = ITO_COLUMN_NUMBER,
                           .number = x };

    return c;
}

static ito_column text(const char *name, const uint32_t *code,
                       const char *const *levels, size_t count)
{
    const ito_column c = { .name = name,
                           .kind = ITO_COLUMN_TEXT,
                           .code = code,
                           .levels = levels,
                           .level_count = count };

    return c;
}

static ito_table *table_of(ito_ctx *ctx, size_t n, size_t cols,
                           const ito_column *columns)
{
    ito_table *table = NULL;

    CHECK_OK(ctx, ito_table_build(ctx, n, cols, columns, &table));
    return table;
}

static ito_schema *schema_of(ito_ctx *ctx, const ito_table *table,
                             ito_scale scale)
{
    const ito_schema_opts opts = { .scale = scale };
    ito_schema *schema = NULL;

    CHECK_OK(ctx, ito_schema_fit(ctx, table, &opts, &schema));
    return schema;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The largest distance of the distributions of n and of m values. */
static double ks(size_t n, const double *a, size_t m, const double *b)
{
    double *p = malloc(n * sizeof(*p)), *q = malloc(m * sizeof(*q));
    double worst = 0.0;
    size_t i = 0, j = 0;

    CHECK(p && q);
    memcpy(p, a, n * sizeof(*p));
    memcpy(q, b, m * sizeof(*q));
    qsort(p, n, sizeof(*p), ascending);
    qsort(q, m, sizeof(*q), ascending);
    while (i < n && j < m) {
        const double v = fmin(p[i], q[j]);

        while (i < n && p[i] <= v)
            i++;
        while (j < m && q[j] <= v)
            j++;
        worst =
            fmax(worst, fabs((double)i / (double)n - (double)j / (double)m));
    }
    free(p);
    free(q);
    return worst;
}

/* Three columns: log-normal, zero-inflated counts, a class. */
static const char *const classes[] = { "blue", "green", "red" };

static ito_table *mixed_table(ito_ctx *ctx)
{
    ito_column c[3];

    t_seed = 11;
    for (size_t i = 0; i < N; i++) {
        const double u = t_open01();

        x1[i] = exp(t_normal());
        x2[i] = u < 0.4 ? 0.0 : floor(-300.0 * log(t_open01()));
        codes1[i] = u < 0.5 ? 0 : u < 0.99 ? 1 : 2;
    }
    c[0] = number("income", x1);
    c[1] = number("count", x2);
    c[2] = text("class", codes1, classes, 3);
    return table_of(ctx, N, 3, c);
}

TEST(a_mixed_table_comes_back)
{
    ito_ctx *ctx = opened(2);
    ito_table *table = mixed_table(ctx), *back;
    ito_schema *schema = schema_of(ctx, table, ITO_SCALE_DEFAULT);

    CHECK(ito_schema_cols(schema) == 3);
    CHECK(ito_schema_dim(schema) == 5);
    CHECK_STR(ito_schema_name(schema, 0), "income");
    CHECK_STR(ito_schema_name(schema, 2), "class");
    CHECK(ito_schema_name(schema, 3) == NULL);
    for (uint32_t step = 0; step < 20; step++) {
        ito_noise at = noise;

        at.step = step;
        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, rows1));
        CHECK_OK(ctx, ito_schema_decode(ctx, schema, N, rows1, &back));
        CHECK(ito_table_rows(back) == N && ito_table_cols(back) == 3);
        for (size_t i = 0; i < N; i++) {
            /* the slope of the map is at most (gap of values) / (1/n), and a
             * float has 24 bits of a score of at most 4 */
            CHECK_NEAR(ito_table_column(back, 0)->number[i], x1[i],
                       1e-3 * x1[i]);
            CHECK_NEAR(ito_table_column(back, 1)->number[i], x2[i], 0.0);
            CHECK(ito_table_column(back, 2)->code[i] == codes1[i]);
        }
        ito_table_free(back);
    }
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(the_coordinates_are_standard_normal)
{
    ito_ctx *ctx = opened(1);
    ito_table *table = mixed_table(ctx);
    ito_schema *schema = schema_of(ctx, table, ITO_SCALE_QUANTILE);

    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
    for (size_t c = 0; c < 2; c++) {
        static double u[N];
        double worst = 0.0;

        for (size_t i = 0; i < N; i++)
            u[i] = ito__normal_cdf((double)rows1[5 * i + c]);
        qsort(u, N, sizeof(*u), ascending);
        for (size_t i = 0; i < N; i++)
            worst = fmax(worst, fabs(u[i] - ((double)i + 0.5) / N));
        /* column 0 has one score a row: limits of rows, and knots; the zeros
         * of column 1, 40 %, are spread by noise: KS at p = 1e-4 is
         * 2.23 / sqrt(n) of their share */
        CHECK(worst < (c == 0 ? 0.0015 : 0.4 * 2.23 / sqrt(0.4 * N) + 0.001));
    }
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(normal_draws_become_the_data)
{
    ito_ctx *ctx = opened(2);
    ito_table *table = mixed_table(ctx), *back;
    ito_schema *schema = schema_of(ctx, table, ITO_SCALE_QUANTILE);
    const size_t many = 60000;
    size_t zeros = 0, zeros_back = 0;

    for (size_t i = 0; i < 5 * many; i++)
        rows1[i] = (float)t_normal();
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, many, rows1, &back));
    /* 2.23 / sqrt(many) = .0091 at p = 1e-4, and .001 for the knots */
    CHECK(ks(N, x1, many, ito_table_column(back, 0)->number) < 0.0101);
    CHECK(ks(N, x2, many, ito_table_column(back, 1)->number) < 0.0101);
    for (size_t i = 0; i < many; i++) {
        const double x = ito_table_column(back, 1)->number[i];

        CHECK_NEAR(x, floor(x), 0.0);
        zeros_back += x == 0.0;
    }
    for (size_t i = 0; i < N; i++)
        zeros += x2[i] == 0.0;
    CHECK_STAT((double)zeros_back / (double)many, (double)zeros / N,
               sqrt(0.24 / (double)many), 5.0);
    ito_table_free(back);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(any_finite_row_decodes_within_the_column)
{
    static const float z[] = { 0.0f, -0.0f, 40.0f, -40.0f, 3e38f, -3e38f };
    ito_ctx *ctx = opened(1);
    ito_table *table = mixed_table(ctx), *back;
    ito_schema *schema = schema_of(ctx, table, ITO_SCALE_QUANTILE);
    double low = x1[0], high = x1[0];

    for (size_t i = 0; i < N; i++) {
        low = fmin(low, x1[i]);
        high = fmax(high, x1[i]);
    }
    for (size_t i = 0; i < COUNT(z); i++)
        for (size_t c = 0; c < 5; c++)
            rows1[5 * i + c] = z[i];
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, COUNT(z), rows1, &back));
    for (size_t i = 0; i < COUNT(z); i++) {
        const double x = ito_table_column(back, 0)->number[i];

        CHECK(x >= low && x <= high);
    }
    CHECK_NEAR(ito_table_column(back, 0)->number[2], high, 0.0);
    CHECK_NEAR(ito_table_column(back, 0)->number[3], low, 0.0);
    ito_table_free(back);
    rows1[7] = NAN;
    CHECK_FAILS(ctx, ito_schema_decode(ctx, schema, 2, rows1, &back),
                ITO_ENONFINITE, "row 2 has nan as its coordinate 3");
    CHECK(back == NULL);
    CHECK(ito_errinfo_get(ctx)->particle == 1);
    CHECK(ito_errinfo_get(ctx)->component == 2);
    rows1[0] = INFINITY;
    CHECK_FAILS(ctx, ito_schema_decode(ctx, schema, 2, rows1, &back),
                ITO_ENONFINITE, "row 1 has inf as its coordinate 1");
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(constant_columns_take_no_coordinate_and_return)
{
    static const char *const levels[] = { "km", "mm", "um" };
    ito_ctx *ctx = opened(1);
    ito_column c[3];
    ito_table *table, *back;
    ito_schema *schema;

    for (size_t i = 0; i < N; i++) {
        x1[i] = 4.25;
        x2[i] = t_normal();
        codes1[i] = 1;
    }
    c[0] = number("k", x1);
    c[1] = number("x", x2);
    c[2] = text("unit", codes1, levels, 3);
    table = table_of(ctx, N, 3, c);
    for (int scale = ITO_SCALE_DEFAULT; scale <= ITO_SCALE_NONE; scale++) {
        schema = schema_of(ctx, table, (ito_scale)scale);
        CHECK(ito_schema_dim(schema) == 1);
        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
        CHECK_OK(ctx, ito_schema_decode(ctx, schema, 100, rows1, &back));
        CHECK(ito_table_cols(back) == 3);
        for (size_t i = 0; i < 100; i++) {
            const ito_column *unit = ito_table_column(back, 2);

            CHECK_NEAR(ito_table_column(back, 0)->number[i], 4.25, 0.0);
            CHECK_NEAR(ito_table_column(back, 1)->number[i], x2[i], 1e-3);
            CHECK_STR(unit->levels[unit->code[i]], "mm");
        }
        ito_table_free(back);
        ito_schema_free(schema);
    }
    ito_table_free(table);
    memcpy(x2, x1, sizeof(x2));
    table = table_of(ctx, N, 3, c);
    CHECK_FAILS(ctx, ito_schema_fit(ctx, table, NULL, &schema), ITO_EARG,
                "every column is constant");
    CHECK(schema == NULL);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(texts_are_one_coordinate_a_level)
{
    ito_ctx *ctx = opened(1);
    ito_table *table, *back;
    ito_schema *schema;
    ito_column c;
    double mean[3] = { 0 }, square[3] = { 0 };

    for (size_t i = 0; i < N; i++) /* shares .8, .195, .005 */
        codes1[i] = i % 200 == 0 ? 2 : i % 5 == 0 ? 1 : 0;
    c = text("class", codes1, classes, 3);
    table = table_of(ctx, N, 1, &c);
    schema = schema_of(ctx, table, ITO_SCALE_DEFAULT);
    CHECK(ito_schema_dim(schema) == 3);
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
    for (size_t i = 0; i < 3 * (size_t)N; i++) {
        mean[i % 3] += (double)rows1[i] / N;
        square[i % 3] += (double)rows1[i] * (double)rows1[i] / N;
    }
    for (size_t k = 0; k < 3; k++)
        CHECK_NEAR(mean[k], 0.0, 1e-6);
    CHECK_NEAR(square[0], 1.0, 1e-6);
    CHECK_NEAR(square[1], 1.0, 1e-6);
    CHECK_NEAR(square[2], 16.0 * 0.005 * 0.995, 1e-6); /* limited */
    for (size_t i = 0; i < 3 * (size_t)N; i++) /* argmax stands some noise */
        rows1[i] += 0.9f * t_uniform();
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, N, rows1, &back));
    CHECK_SAME(ito_table_column(back, 0)->code, codes1, N);
    CHECK(ito_table_column(back, 0)->level_count == 3);
    CHECK_STR(ito_table_column(back, 0)->levels[2], "red");
    ito_table_free(back);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(standardised_columns_have_mean_0_and_sd_1)
{
    ito_ctx *ctx = opened(1);
    ito_column c[2];
    ito_table *table, *back;
    ito_schema *schema;
    double mean = 0.0, square = 0.0;

    for (size_t i = 0; i < N; i++) {
        x1[i] = 1e6 + 10.0 * t_normal();
        x2[i] = (double)(i % 3); /* mean 1, variance 2/3 but for the end */
    }
    c[0] = number("a", x1);
    c[1] = number("b", x2);
    table = table_of(ctx, 3 * (N / 3), 2, c);
    schema = schema_of(ctx, table, ITO_SCALE_STANDARD);
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
    for (size_t i = 0; i < 3 * (N / 3); i++) {
        mean += (double)rows1[2 * i] / (3 * (N / 3));
        square += (double)rows1[2 * i] * (double)rows1[2 * i] / (3 * (N / 3));
        CHECK_NEAR(rows1[2 * i + 1], (x2[i] - 1.0) / sqrt(2.0 / 3.0), 1e-6);
    }
    CHECK_NEAR(mean, 0.0, 1e-6);
    CHECK_NEAR(square, 1.0, 1e-6);
    rows1[1] += 0.4f; /* integers are rounded to */
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, N - 2, rows1, &back));
    for (size_t i = 0; i < 3 * (N / 3); i++) {
        CHECK_NEAR(ito_table_column(back, 0)->number[i], x1[i], 1e-5);
        CHECK_NEAR(ito_table_column(back, 1)->number[i], x2[i], 0.0);
    }
    ito_table_free(back);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(unscaled_columns_are_left_alone)
{
    static const char *const names[] = { "x", "y" };
    ito_ctx *ctx = opened(1);
    ito_column c[2];
    ito_table *table, *back;
    ito_schema *schema;

    for (size_t i = 0; i < N; i++) {
        x1[i] = (double)(float)t_normal();
        x2[i] = floor(10.0 * t_normal()) / 10.0;
    }
    c[0] = number("x", x1);
    c[1] = number("y", x2);
    table = table_of(ctx, N, 2, c);
    schema = schema_of(ctx, table, ITO_SCALE_NONE);
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
    for (size_t i = 0; i < N; i++) {
        CHECK(rows1[2 * i] == (float)x1[i]);
        CHECK(rows1[2 * i + 1] == (float)x2[i]);
    }
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, N, rows1, &back));
    for (size_t i = 0; i < N; i++) /* in few digits, the same float */
        CHECK((float)ito_table_column(back, 0)->number[i] == (float)x1[i]);
    CHECK_SAME(ito_table_column(back, 1)->number, x2, N); /* one decimal */
    ito_table_free(back);
    ito_schema_free(schema);
    /* the same without a fit: rounded to what a float tells apart */
    CHECK_OK(ctx, ito__schema_plain(ctx, 2, names, &schema));
    CHECK(ito_schema_dim(schema) == 2);
    CHECK_STR(ito_schema_name(schema, 1), "y");
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows2));
    CHECK_SAME(rows1, rows2, 2 * N);
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, N, rows1, &back));
    for (size_t i = 0; i < N; i++)
        CHECK((float)ito_table_column(back, 1)->number[i] == (float)x2[i]);
    ito_table_free(back);
    ito_schema_free(schema);
    CHECK_OK(ctx, ito__schema_plain(ctx, 3, NULL, &schema));
    CHECK_STR(ito_schema_name(schema, 2), "c3");
    ito_schema_free(schema);
    CHECK_FAILS(ctx, ito__schema_plain(ctx, 0, NULL, &schema), ITO_EARG,
                "columns");
    ito_table_free(table);
    ito_close(ctx);
}

/* cols columns: every third continuous, the others of 2 and 17 values. */
static ito_table *wide_table(ito_ctx *ctx, size_t n, size_t cols)
{
    static double x[40][N];
    static char names[40][24];
    ito_column c[40];

    t_seed = 5;
    for (size_t j = 0; j < cols; j++) {
        for (size_t i = 0; i < n; i++)
            x[j][i] = j % 3 == 0   ? t_normal()
                      : j % 3 == 1 ? (double)(t_rand() % 17)
                                   : (double)(t_rand() & 1);
        snprintf(names[j], sizeof(names[j]), "v%zu", j);
        c[j] = number(names[j], x[j]);
    }
    return table_of(ctx, n, cols, c);
}

TEST(atoms_are_spread_by_the_noise_of_their_address)
{
    static const size_t widths[] = { 6, 40 }; /* both layouts of the noise */
    static float u[40 * N];
    ito_ctx *ctx = opened(2);

    for (size_t w = 0; w < COUNT(widths); w++) {
        const size_t cols = widths[w], n = 1000;
        ito_table *table = wide_table(ctx, n, cols);
        ito_schema *schema = schema_of(ctx, table, ITO_SCALE_QUANTILE);
        const ito_noise at = { .seed = UINT64_C(1) << 40,
                               .stream = 3,
                               .step = 9,
                               .purpose = ITO_FOR_CODING };

        CHECK(ito_schema_dim(schema) == cols);
        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, rows1));
        CHECK_OK(ctx, ito_noise_uniform(ctx, &at, 0, n, cols, u));
        for (size_t j = 2; j < cols; j += 3) {
            const double *x = ito_table_column(table, j)->number;
            double zeros = 0.0;

            for (size_t i = 0; i < n; i++)
                zeros += x[i] == 0.0;
            for (size_t i = 0; i < n; i++) {
                const double p = zeros / (double)n;
                const double v = (double)u[i * cols + j];
                const double want = x[i] == 0.0 ? p * v : p + (1.0 - p) * v;

                CHECK_NEAR(rows1[i * cols + j], ito__normal_quantile(want),
                           2e-6);
            }
        }
        ito_schema_free(schema);
        ito_table_free(table);
    }
    ito_close(ctx);
}

TEST(rows_drawn_one_by_one_are_the_encoded_ones)
{
    static const size_t widths[] = { 5, 31, 32, 40 };
    ito_ctx *ctx = opened(1), *other = opened(3);

    for (size_t w = 0; w < COUNT(widths); w++) {
        const size_t dim = widths[w], n = 2000;
        ito_table *table = wide_table(ctx, n, dim);
        ito_schema *schema = schema_of(ctx, table, ITO_SCALE_DEFAULT);
        ito_codes *codes;
        uint64_t index[64];
        float out[64 * 48];

        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
        CHECK_OK(other, ito_schema_encode(other, schema, table, &noise, rows2));
        CHECK_SAME(rows1, rows2, n * dim);
        CHECK_OK(ctx, ito__codes_new(ctx, schema, table, &codes));
        CHECK(ito__codes_rows(codes) == n);
        for (int trial = 0; trial < 20; trial++) {
            for (size_t i = 0; i < 64; i++)
                index[i] = t_rand() % n;
            ito__codes_rows_get(codes, &noise, 64, index, out, 48);
            for (size_t i = 0; i < 64; i++)
                CHECK_SAME(out + 48 * i, rows1 + dim * index[i], dim);
        }
        ito__codes_free(codes);
        ito_schema_free(schema);
        ito_table_free(table);
    }
    ito__codes_free(NULL);
    ito_close(other);
    ito_close(ctx);
}

TEST(columns_are_found_by_name)
{
    static const char *const more[] = { "blue", "green", "pink", "red" };
    ito_ctx *ctx = opened(1);
    ito_table *table = mixed_table(ctx), *other;
    ito_schema *schema = schema_of(ctx, table, ITO_SCALE_DEFAULT);
    ito_column c[4];

    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &noise, rows1));
    for (size_t i = 0; i < N; i++) /* as above, among the new levels */
        if (codes1[i] == 2)
            codes1[i] = 3;
    c[0] = text("class", codes1, more, 4);
    c[1] = number("extra", x3);
    c[2] = number("count", x2);
    c[3] = number("income", x1);
    other = table_of(ctx, N, 4, c);
    CHECK_OK(ctx, ito_schema_encode(ctx, schema, other, &noise, rows2));
    CHECK_SAME(rows1, rows2, 5 * N);
    ito_table_free(other);

    codes1[16] = 2;
    other = table_of(ctx, N, 4, c);
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, other, &noise, rows2),
                ITO_EARG, "column 'class', row 17: 'pink'");
    ito_table_free(other);
    other = table_of(ctx, N, 3, c);
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, other, &noise, rows2),
                ITO_EARG, "no column 'income'");
    ito_table_free(other);
    c[2] = text("count", codes1, more, 4);
    other = table_of(ctx, N, 4, c);
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, other, &noise, rows2),
                ITO_EARG, "column 'count' holds texts");
    ito_table_free(other);
    c[0] = number("class", x1);
    c[2] = number("count", x2);
    other = table_of(ctx, N, 4, c);
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, other, &noise, rows2),
                ITO_EARG, "column 'class' holds numbers");
    ito_table_free(other);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(the_number_of_levels_is_limited)
{
    static char name[101][24];
    const char *levels[101];
    ito_ctx *ctx = opened(1);
    ito_table *table;
    ito_schema *schema;
    ito_column c;

    for (size_t k = 0; k < 101; k++) {
        snprintf(name[k], sizeof(name[k]), "t%03zu", k);
        levels[k] = name[k];
    }
    for (size_t i = 0; i < N; i++)
        codes1[i] = (uint32_t)(i % 101);
    c = text("id", codes1, levels, 101);
    table = table_of(ctx, N, 1, &c);
    CHECK_FAILS(ctx, ito_schema_fit(ctx, table, NULL, &schema), ITO_ERANGE,
                "column 'id' has 101 different texts, the limit is 100; use "
                "--columns");
    ito_table_free(table);
    for (size_t i = 0; i < N; i++) /* levels that do not occur do not count */
        codes1[i] = (uint32_t)(i % 100) + 1;
    table = table_of(ctx, N, 1, &c);
    schema = schema_of(ctx, table, ITO_SCALE_DEFAULT);
    CHECK(ito_schema_dim(schema) == 100);
    ito_schema_free(schema);
    ito_table_free(table);
    ito_close(ctx);
}

TEST(bad_arguments_are_refused)
{
    ito_ctx *ctx = opened(1);
    ito_schema_opts opts = { .scale = (ito_scale)9 };
    ito_noise at = noise;
    ito_table *table = mixed_table(ctx), *small;
    ito_schema *schema = NULL;
    ito_table *back = NULL;
    ito_column c;

    CHECK(ito_schema_fit(NULL, table, NULL, &schema) == ITO_EARG);
    CHECK(ito_schema_fit(ctx, table, NULL, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_schema_fit(ctx, NULL, NULL, &schema), ITO_EARG,
                "table");
    CHECK_FAILS(ctx, ito_schema_fit(ctx, table, &opts, &schema), ITO_EARG,
                "no scale");
    x3[0] = 1.0;
    c = number("a", x3);
    small = table_of(ctx, 1, 1, &c);
    CHECK_FAILS(ctx, ito_schema_fit(ctx, small, NULL, &schema), ITO_EARG,
                "at least 2 rows");
    ito_table_free(small);
    x3[1] = 1e301;
    small = table_of(ctx, 2, 1, &c);
    CHECK_FAILS(ctx, ito_schema_fit(ctx, small, NULL, &schema), ITO_ERANGE,
                "column 'a'");
    ito_table_free(small);
    x3[1] = 1e200;
    small = table_of(ctx, 2, 1, &c);
    opts.scale = ITO_SCALE_STANDARD;
    CHECK_FAILS(ctx, ito_schema_fit(ctx, small, &opts, &schema), ITO_ERANGE,
                "column 'a'");
    schema = schema_of(ctx, small, ITO_SCALE_NONE);
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, small, &at, rows1),
                ITO_ERANGE, "column 'a', row 2: 1e+200");
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, small, NULL, rows1),
                ITO_EARG, "encode");
    CHECK(ito_schema_encode(NULL, schema, small, &at, rows1) == ITO_EARG);
    at.stream = 65536;
    CHECK_FAILS(ctx, ito_schema_encode(ctx, schema, small, &at, rows1),
                ITO_EARG, "stream");
    CHECK_FAILS(ctx, ito_schema_decode(ctx, schema, 0, rows1, &back), ITO_EARG,
                "decode");
    CHECK_FAILS(ctx, ito_schema_decode(ctx, NULL, 1, rows1, &back), ITO_EARG,
                "decode");
    CHECK(ito_schema_decode(ctx, schema, 1, rows1, NULL) == ITO_EARG);
    CHECK(ito_schema_dim(NULL) == 0 && ito_schema_cols(NULL) == 0);
    ito_schema_free(NULL);
    ito_schema_free(schema);
    ito_table_free(small);
    ito_table_free(table);
    ito_close(ctx);
}

/* An allocator whose allocation number `left` fails. */
static void *failing_alloc(void *arg, void *old, size_t bytes)
{
    long *left = arg;

    if (bytes == 0) {
        free(old);
        return NULL;
    }
    if ((*left)-- == 0)
        return NULL;
    return realloc(old, bytes);
}

static ito_status fit_encode_decode(ito_ctx *ctx, const ito_table *table)
{
    ito_schema *schema = NULL;
    ito_table *back = NULL;
    ito_status rc = ito_schema_fit(ctx, table, NULL, &schema);

    if (rc == ITO_OK)
        rc = ito_schema_encode(ctx, schema, table, &noise, rows1);
    if (rc == ITO_OK)
        rc = ito_schema_decode(ctx, schema, N, rows1, &back);
    ito_table_free(back);
    ito_schema_free(schema);
    return rc;
}

TEST(running_out_of_memory_is_an_error)
{
    ito_ctx *ctx = opened(1);
    ito_table *table = mixed_table(ctx);
    long left;
    const ito_ctx_opts opts = { .threads = 1,
                                .alloc = failing_alloc,
                                .alloc_arg = &left };
    ito_status rc = ITO_ENOMEM;

    for (long n = 0; rc != ITO_OK; n++) {
        ito_ctx *poor = NULL;

        CHECK(n < 1000);
        left = 1000000;
        CHECK_OK(poor, ito_open(&poor, &opts));
        left = n;
        rc = fit_encode_decode(poor, table);
        CHECK(rc == ITO_ENOMEM || (rc == ITO_OK && n > 20));
        left = 1000000;
        ito_close(poor);
    }
    ito_table_free(table);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_mixed_table_comes_back),
        RUN(the_coordinates_are_standard_normal),
        RUN(normal_draws_become_the_data),
        RUN(any_finite_row_decodes_within_the_column),
        RUN(constant_columns_take_no_coordinate_and_return),
        RUN(texts_are_one_coordinate_a_level),
        RUN(standardised_columns_have_mean_0_and_sd_1),
        RUN(unscaled_columns_are_left_alone),
        RUN(atoms_are_spread_by_the_noise_of_their_address),
        RUN(rows_drawn_one_by_one_are_the_encoded_ones),
        RUN(columns_are_found_by_name),
        RUN(the_number_of_levels_is_limited),
        RUN(bad_arguments_are_refused),
        RUN(running_out_of_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

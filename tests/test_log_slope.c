/* SPDX-License-Identifier: MIT
 *
 * test_log_slope.c - what takes a density over coordinates to the columns.
 */
#include <ito/schema.h>

#include "check.h"

#define N 3000

static ito_ctx *ctx;
static double a[N], b[N];

static int open_ctx(void **state)
{
    float z[2 * N];

    (void)state;
    if (ito_open(&ctx, NULL) != ITO_OK)
        return -1;
    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 3 }, 0, N, 2, z));
    for (size_t i = 0; i < N; i++) {
        a[i] = 5.0 + 3.0 * (double)z[2 * i];
        b[i] = exp((double)z[2 * i + 1]);
    }
    return 0;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_table *table_of(size_t n, const double *x, const double *y)
{
    const ito_column columns[] = {
        { .name = "a", .kind = ITO_COLUMN_NUMBER, .number = x },
        { .name = "b", .kind = ITO_COLUMN_NUMBER, .number = y },
    };
    ito_table *table;

    CHECK_OK(ctx, ito_table_build(ctx, n, y ? 2 : 1, columns, &table));
    return table;
}

static ito_schema *fitted(ito_scale scale, const double *x, const double *y)
{
    ito_table *table = table_of(N, x, y);
    ito_schema *schema;

    CHECK_OK(ctx,
             ito_schema_fit(ctx, table, &(ito_schema_opts){ .scale = scale },
                            &schema));
    ito_table_free(table);
    return schema;
}

static void encode(const ito_schema *schema, size_t n, const double *x,
                   const double *y, float *rows, double *slope)
{
    const ito_noise at = { .seed = 1, .purpose = ITO_FOR_CODING };
    ito_table *table = table_of(n, x, y);

    CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, rows));
    CHECK_OK(ctx, ito_schema_log_slope(ctx, schema, table, n, rows, slope));
    ito_table_free(table);
}

static double deviation(const double *x)
{
    double mean = 0.0, square = 0.0;

    for (size_t i = 0; i < N; i++)
        mean += x[i] / N;
    for (size_t i = 0; i < N; i++)
        square += (x[i] - mean) * (x[i] - mean) / N;
    return sqrt(square);
}

TEST(standard_scaling_divides_by_its_deviations)
{
    ito_schema *schema = fitted(ITO_SCALE_STANDARD, a, b);
    const double known = -log(deviation(a)) - log(deviation(b));
    float rows[2 * 50];
    double slope[50];

    encode(schema, 50, a, b, rows, slope);
    for (size_t i = 0; i < 50; i++)
        CHECK_NEAR(slope[i], known, 1e-3);
    for (size_t i = 1; i < 50; i++)
        CHECK(slope[i] == slope[0]);
    ito_schema_free(schema);
    schema = fitted(ITO_SCALE_NONE, a, b);
    encode(schema, 50, a, b, rows, slope);
    for (size_t i = 0; i < 50; i++)
        CHECK(slope[i] == 0.0);
    ito_schema_free(schema);
}

/* exp(-z^2 / 2 + slope) / sqrt(2 pi) is the density of the fitted column:
 * its integral between two values is the share of rows between them. */
TEST(a_normal_score_gives_the_density_of_the_column)
{
    enum { GRID = 400000 };
    ito_schema *schema = fitted(ITO_SCALE_QUANTILE, b, NULL);
    static double x[GRID], slope[GRID];
    static float z[GRID];
    double low = b[0], high = b[0], all = 0.0, below = 0.0, share = 0.0;
    const double cut = 1.3;

    for (size_t i = 0; i < N; i++) {
        low = fmin(low, b[i]);
        high = fmax(high, b[i]);
        share += b[i] < cut ? 1.0 / N : 0.0;
    }
    for (size_t i = 0; i < GRID; i++)
        x[i] = low + (high - low) * ((double)i + 0.5) / GRID;
    encode(schema, GRID, x, NULL, z, slope);
    for (size_t i = 0; i < GRID; i++) {
        const double p = exp(-0.5 * (double)z[i] * (double)z[i] + slope[i]) /
                         sqrt(2.0 * 3.14159265358979) * (high - low) / GRID;

        all += p;
        below += x[i] < cut ? p : 0.0;
    }
    CHECK_NEAR(all, 1.0, 2e-3);
    CHECK_NEAR(below, share, 3e-3);
    ito_schema_free(schema);
}

TEST(values_that_are_never_made_have_no_density)
{
    const double x[4] = { 1e6, 1.0, -3.0, 0.5 };
    ito_schema *schema = fitted(ITO_SCALE_QUANTILE, b, NULL);
    double slope[4];
    float z[4];

    encode(schema, 4, x, NULL, z, slope);
    CHECK(slope[0] == -HUGE_VAL && slope[2] == -HUGE_VAL);
    CHECK(slope[1] > -20.0 && slope[3] > -20.0);
    CHECK_OK(ctx, ito_schema_log_slope(ctx, schema, NULL, 4, z, slope));
    for (size_t i = 0; i < 4; i++)
        CHECK(slope[i] - slope[i] == 0.0);
    z[2] = INFINITY;
    CHECK_FAILS(ctx, ito_schema_log_slope(ctx, schema, NULL, 4, z, slope),
                ITO_ENONFINITE, "coordinate 0 of row 2");
    ito_schema_free(schema);
}

TEST(texts_and_shared_values_have_none)
{
    static double many[N];
    static uint32_t code[N];
    static const char *const levels[] = { "no", "yes" };
    const ito_column text = { .name = "answer",
                              .kind = ITO_COLUMN_TEXT,
                              .code = code,
                              .levels = levels,
                              .level_count = 2 };
    ito_schema *schema;
    ito_table *table;
    double slope;
    float z[2] = { 0.0F, 0.0F };

    for (size_t i = 0; i < N; i++) {
        many[i] = i % 3 ? b[i] : 0.75;
        code[i] = (uint32_t)(i % 2);
    }
    schema = fitted(ITO_SCALE_QUANTILE, many, NULL);
    CHECK_FAILS(ctx, ito_schema_log_slope(ctx, schema, NULL, 1, z, &slope),
                ITO_EUNFIT, "the value 0.75");
    ito_schema_free(schema);
    schema = fitted(ITO_SCALE_STANDARD, many, NULL);
    CHECK_OK(ctx, ito_schema_log_slope(ctx, schema, NULL, 1, z, &slope));
    ito_schema_free(schema);
    CHECK_OK(ctx, ito_table_build(ctx, N, 1, &text, &table));
    CHECK_OK(ctx, ito_schema_fit(ctx, table, NULL, &schema));
    CHECK_FAILS(ctx, ito_schema_log_slope(ctx, schema, NULL, 1, z, &slope),
                ITO_EUNFIT, "'answer' holds texts");
    ito_schema_free(schema);
    ito_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(standard_scaling_divides_by_its_deviations),
        RUN(a_normal_score_gives_the_density_of_the_column),
        RUN(values_that_are_never_made_have_no_density),
        RUN(texts_and_shared_values_have_none),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * Schemas on real tables: read, fitted, encoded, decoded.  The tables are in
 * the folder that ITO_DATA_DIR names; without it the tests are skipped.
 */
#include "check.h"

#include <ito/schema.h>

#define DRAWS 20000

static const ito_noise noise = { .seed = 1, .purpose = ITO_FOR_CODING };

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double *sorted(size_t n, const double *x)
{
    double *copy = malloc(n * sizeof(*copy));

    CHECK(copy != NULL);
    memcpy(copy, x, n * sizeof(*copy));
    qsort(copy, n, sizeof(*copy), ascending);
    return copy;
}

/* The largest distance of the distributions of n and of m sorted values. */
static double ks(size_t n, const double *p, size_t m, const double *q)
{
    double worst = 0.0;
    size_t i = 0, j = 0;

    while (i < n && j < m) {
        const double v = fmin(p[i], q[j]);

        while (i < n && p[i] <= v)
            i++;
        while (j < m && q[j] <= v)
            j++;
        worst =
            fmax(worst, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return worst;
}

/* How many of the sorted values are x. */
static size_t times_of(size_t n, const double *p, double x)
{
    size_t low = 0, high = n, end;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (p[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    for (end = low; end < n && p[end] == x; end++)
        continue;
    return end - low;
}

static void check_same_texts(const ito_column *a, const ito_column *b, size_t n)
{
    CHECK(b->kind == ITO_COLUMN_TEXT);
    for (size_t i = 0; i < n; i++)
        CHECK_STR(a->levels[a->code[i]], b->levels[b->code[i]]);
}

/* Atoms are exact; the others within 1e-4 of the range of the column, which
 * is what 24 bits of a score resolve where the data leave gaps. */
static void check_same_numbers(const ito_column *a, const ito_column *b,
                               size_t n)
{
    double *p = sorted(n, a->number);
    const double range = p[n - 1] - p[0];

    CHECK(b->kind == ITO_COLUMN_NUMBER);
    for (size_t i = 0; i < n; i++) {
        const double x = a->number[i], y = b->number[i];

        if (x != y && 200 * times_of(n, p, x) >= n && times_of(n, p, x) > 1)
            check_fail(__FILE__, __LINE__,
                       "%s, row %zu: the atom %.17g became "
                       "%.17g",
                       a->name, i, x, y);
        if (!(fabs(x - y) <= 1e-4 * range))
            check_fail(__FILE__, __LINE__, "%s, row %zu: %.17g became %.17g",
                       a->name, i, x, y);
    }
    free(p);
}

/* Encoded and decoded at several steps, the table is what it was. */
static void check_round_trip(ito_ctx *ctx, const ito_table *table,
                             const ito_schema *schema, float *rows)
{
    const size_t n = ito_table_rows(table);
    ito_table *back;

    for (uint32_t step = 0; step < 3; step++) {
        ito_noise at = noise;

        at.step = step;
        CHECK_OK(ctx, ito_schema_encode(ctx, schema, table, &at, rows));
        CHECK_OK(ctx, ito_schema_decode(ctx, schema, n, rows, &back));
        CHECK(ito_table_cols(back) == ito_table_cols(table));
        for (size_t j = 0; j < ito_table_cols(table); j++) {
            const ito_column *a = ito_table_column(table, j);
            const ito_column *b = ito_table_column(back, j);

            CHECK_STR(a->name, b->name);
            if (a->kind == ITO_COLUMN_TEXT)
                check_same_texts(a, b, n);
            else
                check_same_numbers(a, b, n);
        }
        ito_table_free(back);
    }
}

/* Standard normal rows decode to columns distributed as the data's: 2.23 /
 * sqrt(draws) = .0158 is KS at p = 1e-4; .001 is for the knots, and half a
 * row for what lies between rows. */
static void check_draws(ito_ctx *ctx, const ito_table *table,
                        const ito_schema *schema, float *rows)
{
    const size_t n = ito_table_rows(table), dim = ito_schema_dim(schema);
    const double limit = 2.23 / sqrt((double)DRAWS) + 0.001 + 0.5 / (double)n;
    ito_table *made;

    for (size_t i = 0; i < DRAWS * dim; i++)
        rows[i] = (float)t_normal();
    CHECK_OK(ctx, ito_schema_decode(ctx, schema, DRAWS, rows, &made));
    for (size_t j = 0; j < ito_table_cols(table); j++) {
        const ito_column *a = ito_table_column(table, j);
        double *p, *q, distance;

        if (a->kind == ITO_COLUMN_TEXT)
            continue;
        p = sorted(n, a->number);
        q = sorted(DRAWS, ito_table_column(made, j)->number);
        distance = ks(n, p, DRAWS, q);
        if (!(distance < limit))
            check_fail(__FILE__, __LINE__, "%s: KS %.4f, limit %.4f", a->name,
                       distance, limit);
        free(p);
        free(q);
    }
    ito_table_free(made);
}

static void check_file(ito_ctx *ctx, const char *name)
{
    static const char *const mixed[] = { "doors", "persons" }; /* "5more" */
    ito_table_opts opts = { .drop_missing = 1 };
    char path[1024];
    ito_table *table;
    ito_schema *schema;
    size_t n;
    float *rows;

    if (strcmp(name, "car.csv") == 0) {
        opts.categorical = mixed;
        opts.categorical_count = 2;
    }
    snprintf(path, sizeof(path), "%s/tabular/%s", t_data_dir(), name);
    CHECK_OK(ctx, ito_table_read(ctx, path, &opts, &table));
    CHECK_OK(ctx, ito_schema_fit(ctx, table, NULL, &schema));
    n = ito_table_rows(table);
    print_message("%s: %zu rows, %zu columns, %zu coordinates\n", name, n,
                  ito_table_cols(table), ito_schema_dim(schema));
    rows = malloc((n > DRAWS ? n : DRAWS) * ito_schema_dim(schema) *
                  sizeof(*rows));
    CHECK(rows != NULL);
    check_round_trip(ctx, table, schema, rows);
    check_draws(ctx, table, schema, rows);
    free(rows);
    ito_schema_free(schema);
    ito_table_free(table);
}

TEST(real_tables_come_back)
{
    static const char *const names[] = {
        "california.csv", "bean.csv",
        "digits.csv.gz",  "concrete_compression.csv",
        "car.csv",        "airfoil_self_noise.csv",
        "wine.csv",       "wine_quality_red.csv",
        "glass.csv",      "blood_transfusion.csv",
        "iris.csv",       "breast_cancer_diagnostic.csv",
        "congress.csv",   "connectionist_bench_vowel.csv",
        "diabetes.csv",   "climate_model_crashes.csv",
        "ecoli.csv",      "yacht_hydrodynamics.csv",
        "tictactoe.csv",  "ionosphere.csv",
        "parkinsons.csv", "wine_quality_white.csv",
        "yeast.csv",      "libras.csv",
    };
    ito_ctx *ctx = NULL;
    char path[1024];
    FILE *file;

    if (!t_data_dir()) {
        print_message("ITO_DATA_DIR is not set: skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/tabular/california.csv", t_data_dir());
    file = fopen(path, "rb");
    if (!file) {
        print_message("%s is absent: skipped\n", path);
        skip();
    }
    fclose(file);
    CHECK_OK(ctx, ito_open(&ctx, NULL));
    for (size_t i = 0; i < COUNT(names); i++)
        check_file(ctx, names[i]);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(real_tables_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

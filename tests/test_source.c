/* SPDX-License-Identifier: MIT
 *
 * test_source.c - training data: what DATA means, the split, the epochs.
 */
#include "flow/source.h"

#include "check.h"
#include "flow/data.h"

#define ROWS 57

static ito_ctx *ctx;

/* A table whose only column is the row's number plus a half: no atoms, and
 * not scaled, so that a drawn coordinate names its row. */
static ito_source *numbered(double valid)
{
    static double v[ROWS];
    const ito_column column = { .name = "i",
                                .kind = ITO_COLUMN_NUMBER,
                                .number = v };
    const ito_source_opts o = { .scale = ITO_SCALE_NONE,
                                .valid_fraction = valid,
                                .seed = 6 };
    ito_source *s;
    ito_table *table;

    for (size_t i = 0; i < ROWS; i++)
        v[i] = (double)i + 0.5;
    CHECK_OK(ctx, ito_table_build(ctx, ROWS, 1, &column, &table));
    CHECK_OK(ctx, ito_source_from_table(ctx, table, &o, &s));
    ito_table_free(table);
    return s;
}

static size_t row_of(float x)
{
    CHECK_NEAR(x - floorf(x), 0.5, 0.0);
    return (size_t)x;
}

TEST(an_epoch_shows_every_training_row_once_and_no_validation_row)
{
    ito_source *s = numbered(0.2);
    const uint64_t n = ito_source_rows(s), valid = ito_source_valid_rows(s);
    unsigned seen[3][ROWS] = { { 0 } };
    uint64_t index[16];
    float x[64];
    size_t differ = 0;

    CHECK(valid == 11 && n == ROWS - 11);
    /* batches of 16 through two epochs, in shards of 7 */
    for (uint64_t p = 0; p < 2 * n;) {
        const uint64_t batch = 16, begin = p % batch;
        const size_t take = (size_t)(begin + 7 <= batch ? 7 : batch - begin);
        const draw d = { .seed = 1,
                         .step = p / batch,
                         .batch = batch,
                         .begin = begin,
                         .n = take,
                         .index = index };

        ito__source_draw(s, &ito__kern_c, &d, x);
        for (size_t i = 0; i < take && p < 2 * n; i++, p++)
            seen[p / n][row_of(x[i])]++;
    }
    for (uint64_t i = 0; i < valid; i++) {
        const draw d = { .seed = 1, .begin = i, .n = 1, .index = index };

        ito__source_valid(s, &ito__kern_c, &d, x);
        seen[2][row_of(x[0])]++;
    }
    for (size_t i = 0; i < ROWS; i++) {
        CHECK(seen[0][i] == seen[1][i] && seen[0][i] <= 1);
        CHECK(seen[0][i] + seen[2][i] == 1);
        differ += seen[2][i];
    }
    CHECK(differ == valid);
    ito_source_free(s);
}

TEST(validation_can_be_left_out_and_never_takes_all)
{
    ito_source *none = numbered(-1.0), *most = numbered(0.999);

    CHECK(ito_source_valid_rows(none) == 0 && ito_source_rows(none) == ROWS);
    CHECK(ito_source_rows(most) >= 1);
    CHECK(ito_source_rows(most) + ito_source_valid_rows(most) == ROWS);
    ito_source_free(none);
    ito_source_free(most);
}

TEST(a_share_of_one_or_nan_is_refused)
{
    const ito_source_opts bad[] = { { .valid_fraction = 1.0 },
                                    { .valid_fraction = (double)NAN } };
    ito_source *s;

    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_FAILS(ctx, ito_source_open(ctx, "moons", &bad[i], &s), ITO_EARG,
                    "valid_fraction");
}

TEST(names_with_a_suffix_or_a_slash_are_files)
{
    CHECK(ito__is_file("a.csv"));
    CHECK(ito__is_file("dir/moons"));
    CHECK(ito__is_file("-"));
    CHECK(!ito__is_file("moons"));
    CHECK(!ito__is_file("gmm:modes=5,std=0.5"));
}

TEST(built_in_sets_are_drawn_afresh_unless_n_fixes_them)
{
    ito_source *s;
    ito_table *t;

    CHECK_OK(ctx, ito_source_open(ctx, "moons", NULL, &s));
    CHECK(ito_source_rows(s) == 0 && ito_source_dim(s) == 2);
    CHECK_STR(ito_schema_name(ito_source_schema(s), 1), "y");
    ito_source_free(s);
    CHECK_OK(ctx, ito_source_open(ctx, "moons:n=200", NULL, &s));
    CHECK(ito_source_rows(s) == 180 && ito_source_valid_rows(s) == 20);
    ito_source_free(s);
    CHECK_OK(ctx, ito_data_read(ctx, "gaussian:dim=3", NULL, 7, 1, &t));
    CHECK(ito_table_rows(t) == 7 && ito_table_cols(t) == 3);
    CHECK_STR(ito_table_column(t, 2)->name, "z");
    ito_table_free(t);
    CHECK(ito_source_open(ctx, "nosuch", NULL, &s) == ITO_EARG);
    CHECK(ito_source_open(ctx, "nosuch.csv", NULL, &s) == ITO_EIO);
}

TEST(the_hash_follows_names_and_values)
{
    ito_source *a = numbered(0.1), *b = numbered(0.1), *c;

    CHECK_OK(ctx, ito_source_open(ctx, "moons:n=57", NULL, &c));
    CHECK_STR(a->hash, b->hash);
    CHECK(strlen(a->hash) == 64);
    CHECK(strcmp(a->hash, c->hash) != 0);
    ito_source_free(a);
    ito_source_free(b);
    ito_source_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_epoch_shows_every_training_row_once_and_no_validation_row),
        RUN(validation_can_be_left_out_and_never_takes_all),
        RUN(a_share_of_one_or_nan_is_refused),
        RUN(names_with_a_suffix_or_a_slash_are_files),
        RUN(built_in_sets_are_drawn_afresh_unless_n_fixes_them),
        RUN(the_hash_follows_names_and_values),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

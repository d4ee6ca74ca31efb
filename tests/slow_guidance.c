/* SPDX-License-Identifier: MIT
 *
 * slow_guidance.c - guidance at length: the table of the course for exact
 * fields (B4, "CFG oracle D5"), and a trained network beside it.
 */
#include <ito/train.h>

#include "guided.h"

#define N 20000

static ito_ctx *ctx;
static float x[2 * N];

/* w; distance of the mean of class 0 from its mode; deviations. */
static const double table[][4] = {
    { 1.0, 0.000, 0.200, 0.199 }, { 1.5, 0.099, 0.162, 0.175 },
    { 2.0, 0.166, 0.143, 0.168 }, { 3.0, 0.268, 0.125, 0.158 },
    { 4.0, 0.344, 0.116, 0.150 }, { 5.0, 0.411, 0.110, 0.148 },
    { 7.5, 0.547, 0.100, 0.142 },
};

TEST(exact_fields_give_the_published_table)
{
    three d5;

    three_open(ctx, &d5);
    for (size_t i = 0; i < COUNT(table); i++) {
        double got[3];

        three_sample(ctx, &d5, table[i][0], 1000, N, x);
        three_measure(x, N, got);
        CHECK_NEAR(got[0], table[i][1], 0.008);
        CHECK_NEAR(got[1], table[i][2], 0.006);
        CHECK_NEAR(got[2], table[i][3], 0.006);
    }
    three_close(&d5);
}

/* The network of the course (M2): 256 x 2, a table of vectors for the labels,
 * a quarter of them hidden, 3000 steps of 250 rows.  Within .03 of the exact
 * fields at w = 1 and within .06 at w = 2. */
TEST(a_trained_network_is_guided_as_exact_fields_are)
{
    const ito_mlp mlp = {
        .width = 256, .depth = 2, .plain = 1, .conds = { .label_cols = 2 }
    };
    const ito_train_opts o = {
        .mlp = &mlp, .steps = 3000, .batch = 250, .drop = 0.25
    };
    const ito_source_opts so = { .label = "mode" };
    static const double limit[2] = { 0.03, 0.06 };
    ito_model_record r;
    ito_source *source;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_source_open(ctx, D5, &so, &source));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK_STAT(r.floor, 1.2754, 0.003, 4); /* course B3 */
    CHECK(r.excess < 0.06);
    print_message("floor %.4f, excess %.4f\n", r.floor, r.excess);
    for (size_t i = 0; i < 2; i++) {
        const double w = (double)(i + 1);
        const ito_sample_opts how = { .label = "0",
                                      .guide = w - 1.0,
                                      .solve = { .method = "euler",
                                                 .steps = 500 } };
        double got[3];

        CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &how, N, x));
        three_measure(x, N, got);
        print_message("w = %g: mean %.3f off, deviations %.3f, %.3f\n", w,
                      got[0], got[1], got[2]);
        CHECK_NEAR(got[0], table[2 * i][1], limit[i]);
        CHECK_NEAR(got[1], table[2 * i][2], limit[i]);
        CHECK_NEAR(got[2], table[2 * i][3], limit[i]);
    }
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(exact_fields_give_the_published_table),
        RUN(a_trained_network_is_guided_as_exact_fields_are),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

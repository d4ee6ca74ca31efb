/* SPDX-License-Identifier: MIT
 *
 * test_likelihood_model.c - log densities under trained models: given labels,
 * under guidance, of samples.
 */
#include <ito/likelihood.h>
#include <ito/train.h>
#include <stdbool.h>

#include "check.h"

#define THREE "gmm:modes=3,scale=2,std=0.2"
#define N     40

static ito_ctx *ctx;
static ito_model *model;
static ito_flow *flow;

static ito_model *trained(double drop)
{
    const ito_mlp mlp = { .width = 24, .depth = 2, .conds = { .labels = 0 } };
    const ito_train_opts o = {
        .mlp = &mlp, .steps = 150, .batch = 128, .drop = drop
    };
    const ito_source_opts so = { .label = "mode" };
    ito_source *source;
    ito_trainer *t;
    ito_model *m;

    CHECK_OK(ctx, ito_source_open(ctx, THREE, &so, &source));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    ito_trainer_free(t);
    ito_source_free(source);
    return m;
}

static int open_all(void **state)
{
    (void)state;
    if (ito_open(&ctx, NULL) != ITO_OK)
        return -1;
    model = trained(0.25);
    CHECK_OK(ctx, ito_flow_of_model(ctx, model, &flow));
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    ito_flow_free(flow);
    ito_model_free(model);
    ito_close(ctx);
    return 0;
}

/* N points about the three modes. */
static void points(double *x)
{
    float z[2 * N];

    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 5 }, 0, N, 2, z));
    for (size_t i = 0; i < 2 * N; i++)
        x[i] = 1.5 * (double)z[i];
}

static bool same_rows(const ito_logp_row *a, const ito_logp_row *b)
{
    for (size_t i = 0; i < N; i++)
        if (a[i].value != b[i].value || a[i].step_error != b[i].step_error)
            return false;
    return true;
}

TEST(a_label_is_the_same_by_name_and_by_the_rows_of_a_table)
{
    static const char *const levels[] = { "0", "1", "2" };
    const ito_sample_opts as = { .label = "2" };
    ito_logp_opts by_name = { .as = &as }, by_row = { .steps = 0 };
    ito_logp_row a[N], b[N], none[N];
    double x[2 * N], number[N];
    uint32_t code[N];
    float cond[N];
    ito_column column = { .name = "mode",
                          .kind = ITO_COLUMN_TEXT,
                          .code = code,
                          .levels = levels,
                          .level_count = 3 };
    ito_table *table;

    CHECK(ito_flow_field(flow)->cond_dim == 1);
    points(x);
    for (size_t i = 0; i < N; i++) {
        code[i] = 2;
        number[i] = 2.0;
    }
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &by_name, N, x, NULL, a));
    for (int as_number = 0; as_number < 2; as_number++) {
        if (as_number)
            column = (ito_column){ .name = "mode",
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = number };
        CHECK_OK(ctx, ito_table_build(ctx, N, 1, &column, &table));
        CHECK_OK(ctx, ito_model_conditions_of(ctx, model, table, cond));
        ito_table_free(table);
        by_row.cond = cond;
        CHECK_OK(ctx, ito_logp_rows(ctx, flow, &by_row, N, x, NULL, b));
        CHECK(same_rows(a, b));
    }
    by_row.cond = NULL;
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &by_row, N, x, NULL, none));
    CHECK(!same_rows(a, none));
    number[7] = 3.0;
    CHECK_OK(ctx, ito_table_build(ctx, N, 1, &column, &table));
    CHECK_FAILS(ctx, ito_model_conditions_of(ctx, model, table, cond), ITO_EARG,
                "row 8: its mode is 3");
    ito_table_free(table);
    column.name = "other";
    CHECK_OK(ctx, ito_table_build(ctx, N, 1, &column, &table));
    CHECK_OK(ctx, ito_model_conditions_of(ctx, model, table, cond));
    CHECK(cond[0] == 3.0F); /* none */
    ito_table_free(table);
}

/* Guided samples know the density that data have under the same guidance,
 * and are the samples of ito_model_sample_rows. */
TEST(samples_and_data_agree_under_labels_and_guidance)
{
    static const double guides[] = { 0.0, 1.5, -1.0 };

    for (size_t k = 0; k < sizeof(guides) / sizeof(guides[0]); k++) {
        const ito_sample_opts as = { .solve = { .method = "rk4", .steps = 300 },
                                     .seed = 9,
                                     .id0 = 100,
                                     .label = "all",
                                     .guide = guides[k] };
        const ito_logp_opts o = {
            .steps = 150, .seed = 9, .id0 = 100, .as = &as
        };
        ito_logp_row out[N], back[N];
        double x[2 * N], noise[2 * N];
        float drawn[2 * N];

        CHECK_OK(ctx, ito_logp_sample(ctx, flow, &o, N, x, out));
        CHECK_OK(ctx, ito_flow_sample_rows(ctx, flow, &as, N, drawn));
        CHECK_OK(ctx, ito_logp_rows(ctx, flow, &o, N, x, noise, back));
        for (size_t i = 0; i < N; i++) {
            CHECK(!out[i].flagged);
            CHECK_NEAR(back[i].value, out[i].value, 2e-4);
            CHECK_NEAR((double)drawn[2 * i], x[2 * i], 1e-4);
            CHECK_NEAR((double)drawn[2 * i + 1], x[2 * i + 1], 1e-4);
        }
    }
}

/* Many products at one point share what depends on the point alone. */
TEST(probes_estimate_what_the_exact_trace_is)
{
    const ito_logp_opts exact = { .steps = 16 },
                        o = { .steps = 16, .probes = 64 };
    ito_logp_row a[N], b[N];
    double x[2 * N];
    size_t covered = 0;

    points(x);
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &exact, N, x, NULL, a));
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &o, N, x, NULL, b));
    for (size_t i = 0; i < N; i++) {
        CHECK(fabs(b[i].value - a[i].value) < 5.0 * b[i].probe_error + 1e-4);
        covered += a[i].value >= b[i].lo && a[i].value <= b[i].hi;
    }
    CHECK(covered >= 33); /* of 40; fewer once in 1000 */
}

TEST(one_solve_gives_the_finer_value)
{
    const ito_logp_opts both = { .rtol = 1e-4 },
                        once = { .rtol = 1e-4, .once = 1 };
    ito_logp_row a[N], b[N];
    double x[2 * N];

    points(x);
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &both, N, x, NULL, a));
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, &once, N, x, NULL, b));
    for (size_t i = 0; i < N; i++)
        CHECK(a[i].value == b[i].value && b[i].step_error == 0.0 &&
              !b[i].flagged);
}

TEST(values_do_not_depend_on_threads)
{
    const ito_sample_opts as = { .label = "all", .guide = 1.0 };
    const ito_logp_opts o = { .as = &as }, probes = { .as = &as, .probes = 4 };
    double x[2 * N];

    points(x);
    for (size_t threads = 1; threads < 4; threads += 2) {
        static ito_logp_row first[2][N];
        ito_logp_row out[2][N];
        ito_ctx *other;
        ito_flow *again;

        CHECK(ito_open(&other, &(ito_ctx_opts){ .threads = threads }) ==
              ITO_OK);
        CHECK_OK(other, ito_flow_of_model(other, model, &again));
        CHECK_OK(other, ito_logp_rows(other, again, &o, N, x, NULL, out[0]));
        CHECK_OK(other,
                 ito_logp_rows(other, again, &probes, N, x, NULL, out[1]));
        if (threads == 1)
            memcpy(first, out, sizeof(first));
        CHECK(same_rows(first[0], out[0]) && same_rows(first[1], out[1]));
        CHECK(out[1][0].probe_error > 0.0 && out[1][0].lo == first[1][0].lo);
        ito_flow_free(again);
        ito_close(other);
    }
}

TEST(what_has_no_density_is_refused)
{
    const ito_sample_opts label = { .label = "5" }, guided = { .guide = 1.0 };
    const ito_logp_opts no_such = { .as = &label }, guide = { .as = &guided };
    ito_sample_opts noisy = { .label = "1" };
    const ito_logp_opts noise = { .as = &noisy };
    ito_model *strict = trained(-1.0);
    ito_sigma *sigma;
    ito_flow *other;
    double x[2] = { 0.0, 0.0 };
    ito_logp_row out;

    CHECK_FAILS(ctx, ito_logp_rows(ctx, flow, &no_such, 1, x, NULL, &out),
                ITO_EARG, "label '5'");
    CHECK_FAILS(ctx, ito_logp_rows(ctx, flow, &guide, 1, x, NULL, &out),
                ITO_EUNFIT, "nothing is given to guide by");
    CHECK_OK(ctx, ito_sigma_parse(ctx, "beta", ito_flow_path(flow), &sigma));
    noisy.sigma = sigma;
    CHECK_FAILS(ctx, ito_logp_sample(ctx, flow, &noise, 1, x, &out), ITO_EUNFIT,
                "sigma");
    ito_sigma_free(sigma);
    noisy = (ito_sample_opts){ .label = "1", .correct = 2 };
    CHECK_FAILS(ctx, ito_logp_sample(ctx, flow, &noise, 1, x, &out), ITO_EUNFIT,
                "Langevin steps");
    CHECK_OK(ctx, ito_flow_of_model(ctx, strict, &other));
    CHECK_FAILS(ctx, ito_logp_rows(ctx, other, NULL, 1, x, NULL, &out),
                ITO_EUNFIT, "a label on every row");
    ito_flow_free(other);
    ito_model_free(strict);
    CHECK_OK(ctx, ito_flow_open(ctx, "oracle:moons", &other));
    CHECK_FAILS(ctx, ito_logp_rows(ctx, other, &guide, 1, x, NULL, &out),
                ITO_EUNFIT, "oracle");
    ito_flow_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_label_is_the_same_by_name_and_by_the_rows_of_a_table),
        RUN(samples_and_data_agree_under_labels_and_guidance),
        RUN(probes_estimate_what_the_exact_trace_is),
        RUN(one_solve_gives_the_finer_value),
        RUN(values_do_not_depend_on_threads),
        RUN(what_has_no_density_is_refused),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}

/* SPDX-License-Identifier: MIT
 *
 * test_averages.c - several moving averages of the weights: what they are,
 * which one a model gets, and that files, stops and pictures keep them.
 */
#include <ito/train.h>

#include "check.h"

#define STEPS 20
#define N     16

static ito_ctx *ctx;
static ito_source *source;

static void open_data(double valid_fraction)
{
    const ito_source_opts o = { .valid_fraction = valid_fraction };

    CHECK_OK(ctx, ito_source_open(ctx, "moons:n=300", &o, &source));
}

static const double further[] = { 0.0, 0.5 };

static ito_train_opts options(double ema, size_t count)
{
    static const ito_mlp mlp = { .width = 16, .depth = 2 };

    return (ito_train_opts){ .mlp = &mlp,
                             .steps = STEPS,
                             .batch = 64,
                             .valid_every = 5,
                             .ema = ema,
                             .averages = further,
                             .average_count = count };
}

/* Train to the end, with a stop after `stop` steps unless that is 0. */
static ito_trainer *train(const ito_train_opts *o, size_t stop)
{
    ito_trainer *t;

    CHECK_OK(ctx, ito_trainer_new(ctx, source, o, &t));
    if (stop > 0) {
        CHECK_OK(ctx, ito_trainer_run(ctx, t, stop));
        CHECK_OK(ctx, ito_trainer_save(ctx, t, "averages.checkpoint"));
        ito_trainer_free(t);
        CHECK_OK(ctx, ito_trainer_new(ctx, source, o, &t));
        CHECK_OK(ctx, ito_trainer_resume(ctx, t, "averages.checkpoint"));
    }
    CHECK_OK(ctx, ito_trainer_run(ctx, t, STEPS));
    return t;
}

static ito_model *trained(const ito_train_opts *o, size_t stop)
{
    ito_trainer *t = train(o, stop);
    ito_model *m;

    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    ito_trainer_free(t);
    return m;
}

static void sample(const ito_model *m, float x[2 * N])
{
    const ito_sample_opts o = { .solve = { .method = "euler", .steps = 3 } };

    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &o, N, x));
}

/* Samples of every average in turn. */
static void sample_all(ito_model *m, float x[3 * 2 * N])
{
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(ctx, ito_model_average_use(ctx, m, i));
        sample(m, x + i * 2 * N);
    }
}

TEST(the_average_of_rate_0_is_the_weights_themselves)
{
    const ito_train_opts both = options(0.9, 2), bare = options(-1.0, 0);
    ito_model *a, *b;
    float x[3 * 2 * N], y[2 * N];
    ito_average info;

    open_data(-1.0);
    a = trained(&both, 0);
    b = trained(&bare, 0);
    CHECK(ito_model_average(a, 0, &info) == 0 && info.used);
    CHECK(info.rate == 0.9 && isnan(info.loss)); /* nothing was validated */
    sample_all(a, x);
    sample(b, y);
    CHECK_SAME(x + 2 * N, y, 2 * N);
    CHECK(memcmp(x, y, sizeof(y)) != 0);
    CHECK(memcmp(x + 4 * N, y, sizeof(y)) != 0);
    ito_model_free(a);
    ito_model_free(b);
    ito_source_free(source);
}

TEST(the_average_of_the_lowest_loss_is_used_and_recorded)
{
    const ito_train_opts o = options(0.99, 2);
    ito_model_record r;
    ito_average a, used = { 0 };
    ito_model *m;
    double least = (double)INFINITY, mean = 0.0;
    size_t count = 0, uses = 0;

    open_data(0.2);
    m = trained(&o, 0);
    for (; ito_model_average(m, count, &a) == 0; count++) {
        CHECK(a.loss > 0.0 && a.step > 0 && a.step <= STEPS);
        least = fmin(least, a.loss);
        used = a.used ? a : used;
        uses += a.used != 0;
    }
    CHECK(count == 3 && uses == 1);
    CHECK(used.loss == least);
    CHECK_OK(ctx, ito_model_record_get(ctx, m, &r));
    CHECK(r.kept_loss == used.loss && r.kept_step == used.step);
    for (size_t b = 0; b < 10; b++)
        mean += r.loss_at[b] / 10.0;
    CHECK_REL(mean, used.loss, 5e-3); /* 409 or 410 rows a piece */
    ito_model_free(m);
    ito_source_free(source);
}

TEST(a_stop_changes_no_average)
{
    const ito_train_opts o = options(0.9, 2);
    float x[3 * 2 * N], y[3 * 2 * N];
    ito_model *m;

    open_data(0.2);
    m = trained(&o, 0);
    sample_all(m, x);
    ito_model_free(m);
    m = trained(&o, 7);
    sample_all(m, y);
    CHECK_SAME(x, y, COUNT(x));
    ito_model_free(m);
    ito_source_free(source);
}

TEST(a_file_keeps_all_averages_and_which_is_used)
{
    const ito_train_opts o = options(0.9, 2);
    float x[3 * 2 * N], y[3 * 2 * N];
    ito_model *m, *again;
    ito_average a;

    open_data(0.2);
    m = trained(&o, 0);
    sample_all(m, x);
    CHECK_OK(ctx, ito_model_average_use(ctx, m, 1));
    CHECK_OK(ctx, ito_model_save(ctx, m, "averages.safetensors"));
    CHECK_OK(ctx, ito_model_load(ctx, "averages.safetensors", &again));
    CHECK_STR(ito_model_json(again), ito_model_json(m));
    CHECK(ito_model_average(again, 1, &a) == 0 && a.used);
    CHECK(ito_model_average(again, 3, &a) == -1);
    sample(again, y);
    CHECK_SAME(y, x + 2 * N, 2 * N);
    sample_all(again, y);
    CHECK_SAME(x, y, COUNT(x));
    CHECK_FAILS(ctx, ito_model_average_use(ctx, again, 3), ITO_EARG,
                "average 3 of 3");
    ito_model_free(m);
    ito_model_free(again);
    ito_source_free(source);
}

TEST(a_snapshot_is_the_average_as_it_is_now)
{
    const ito_train_opts o = options(0.9, 0);
    ito_trainer *t, *fresh;
    ito_model *now, *end;
    float x[2 * N], y[2 * N];

    open_data(-1.0);
    t = train(&o, 0);
    CHECK_OK(ctx, ito_trainer_snapshot(ctx, t, &now));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &end));
    sample(now, x);
    sample(end, y);
    CHECK_SAME(x, y, COUNT(x));
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &fresh));
    ito_model_free(now);
    CHECK_FAILS(ctx, ito_trainer_snapshot(ctx, fresh, &now), ITO_EARG,
                "no step was done");
    ito_trainer_free(fresh);
    ito_trainer_free(t);
    ito_model_free(end);
    ito_source_free(source);
}

TEST(rates_out_of_range_are_refused)
{
    static const double bad[] = { 1.0, -0.5, (double)NAN };
    ito_train_opts o = options(0.9, 1);
    ito_trainer *t;

    open_data(0.2);
    for (size_t i = 0; i < COUNT(bad); i++) {
        o.averages = &bad[i];
        CHECK_FAILS(ctx, ito_trainer_new(ctx, source, &o, &t), ITO_EARG,
                    "must be from 0 to below 1");
    }
    o = options(0.9, 4);
    CHECK_FAILS(ctx, ito_trainer_new(ctx, source, &o, &t), ITO_EARG,
                "at most 3 beside ema");
    o = options(-1.0, 1);
    CHECK(ito_trainer_new(ctx, source, &o, &t) == ITO_EARG);
    ito_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_average_of_rate_0_is_the_weights_themselves),
        RUN(the_average_of_the_lowest_loss_is_used_and_recorded),
        RUN(a_stop_changes_no_average),
        RUN(a_file_keeps_all_averages_and_which_is_used),
        RUN(a_snapshot_is_the_average_as_it_is_now),
        RUN(rates_out_of_range_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

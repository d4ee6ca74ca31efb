/* SPDX-License-Identifier: MIT
 *
 * test_dropout.c - dropout: its share, its mean, its addresses, and where it
 * does nothing.  Gradients and bits: double_layers.c, test_layers.c.
 */
#include <ito/layer.h>
#include <ito/noise.h>
#include <ito/train.h>

#include "check.h"
#include "ctx/ctx.h"

#define COLS 50 /* two groups of numbers, one not full */
#define ROWS 4000

static const ito_noise address = { .seed = 4,
                                   .step = 7,
                                   .purpose = ITO_FOR_DROPOUT };

typedef struct net {
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    float *work, *x;
} layer;

/* y = dropout(dropout(x)), or of one alone where q < 0. */
static layer net_open(double p, double q)
{
    const ito_ctx_opts o = { .threads = 1 };
    layer n;
    ito_node x;

    CHECK(ito_open(&n.ctx, &o) == ITO_OK);
    CHECK_OK(n.ctx, ito_graph_new(n.ctx, &n.g));
    CHECK_OK(n.ctx, ito_graph_input(n.ctx, n.g, ITO_INPUT_X, COLS, &x));
    CHECK_OK(n.ctx, ito_graph_dropout(n.ctx, n.g, x, p, &x));
    if (q >= 0.0)
        CHECK_OK(n.ctx, ito_graph_dropout(n.ctx, n.g, x, q, &x));
    CHECK_OK(n.ctx, ito_graph_finish(n.ctx, n.g, x));
    CHECK_OK(n.ctx, ito_graph_plan(n.ctx, n.g, ROWS, ITO_MODE_TRAIN, &n.plan));
    CHECK_OK(n.ctx, ito_weights_new(n.ctx, n.g, &n.w));
    n.work = aligned_alloc(64, (ito_plan_floats(n.plan) / 16 + 1) * 64);
    n.x = malloc(ROWS * COLS * sizeof(*n.x));
    CHECK(n.work && n.x);
    for (size_t i = 0; i < ROWS * COLS; i++)
        n.x[i] = 1.0F;
    ito_weights_pack(n.ctx, n.w, n.x);
    return n;
}

static void net_close(layer *n)
{
    free(n->work);
    free(n->x);
    ito_plan_free(n->plan);
    ito_weights_free(n->w);
    ito_graph_free(n->g);
    ito_close(n->ctx);
}

static const float *run(layer *n, const ito_noise *drop, uint64_t id0,
                        size_t rows)
{
    const ito_batch in = { .rows = rows, .x = n->x, .drop = drop, .id0 = id0 };

    return ito_plan_forward(n->plan, n->w, n->work, &in);
}

/* Four standard errors of a binomial share. */
TEST(the_share_that_is_dropped_is_p_and_the_mean_stays)
{
    const double p = 0.3, n = (double)ROWS * COLS;
    layer net = net_open(p, -1.0);
    const float *y = run(&net, &address, 0, ROWS);
    double dropped = 0.0, sum = 0.0;

    for (size_t i = 0; i < (size_t)ROWS * COLS; i++) {
        CHECK(y[i] == 0.0F || y[i] == (float)(1.0 / 0.7));
        dropped += y[i] == 0.0F;
        sum += (double)y[i];
    }
    CHECK_STAT(dropped / n, p, sqrt(p * (1.0 - p) / n), 4.0);
    CHECK_STAT(sum / n, 1.0, sqrt(p / (1.0 - p) / n), 4.0);
    net_close(&net);
}

/* Were both masks one, two dropouts of 1/2 would drop a half, not 3/4. */
TEST(two_dropouts_of_a_network_are_independent)
{
    const double n = (double)ROWS * COLS;
    layer net = net_open(0.5, 0.5);
    const float *y = run(&net, &address, 0, ROWS);
    double dropped = 0.0;

    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        dropped += y[i] == 0.0F;
    CHECK_STAT(dropped / n, 0.75, sqrt(0.1875 / n), 4.0);
    net_close(&net);
}

TEST(a_row_and_a_step_decide_what_is_dropped)
{
    layer net = net_open(0.5, -1.0);
    ito_noise next = address;
    float ten[10 * COLS];
    size_t same = 0;
    const float *y;

    memcpy(ten, run(&net, &address, 0, 10), sizeof(ten));
    CHECK_SAME(run(&net, &address, 7, 3), ten + 7 * COLS, 3 * COLS);
    next.step++;
    y = run(&net, &next, 0, 10);
    for (size_t i = 0; i < 10 * COLS; i++)
        same += y[i] == ten[i];
    CHECK(same > 180 && same < 320); /* 250 +- 6 standard errors */
    net_close(&net);
}

TEST(without_an_address_and_in_inference_nothing_is_dropped)
{
    layer net = net_open(0.5, 0.25);
    const ito_batch in = { .rows = 5, .x = net.x, .drop = &address };

    CHECK_SAME(run(&net, NULL, 0, 5), net.x, 5 * COLS);
    CHECK_SAME(ito_plan_infer(net.plan, net.w, net.work, &in), net.x, 5 * COLS);
    net_close(&net);
}

TEST(a_share_out_of_range_is_refused)
{
    const double bad[] = { -0.1, 1.0, 0.9999, (double)NAN };
    ito_ctx *ctx;
    ito_graph *g;
    ito_node x;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, COLS, &x));
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(ito_graph_dropout(ctx, g, x, bad[i], &x) == ITO_EARG);
    ito_graph_free(g);
    ito_close(ctx);
}

/* A perceptron of points of a plane with dropout, trained for 12 steps by
 * `threads`, stopped after `stop` of them; 8 samples of it. */
static void train(size_t threads, size_t stop, float out[16])
{
    const ito_ctx_opts co = { .threads = threads };
    const ito_sample_opts how = { .solve = { .method = "euler", .steps = 3 } };
    ito_train_opts o = { .steps = 12, .batch = 100, .shard = 16, .seed = 2 };
    ito_source *source;
    ito_trainer *t;
    ito_model *m;
    ito_graph *g;
    ito_ctx *ctx;
    ito_node x, at;

    CHECK(ito_open(&ctx, &co) == ITO_OK);
    CHECK_OK(ctx, ito_source_open(ctx, "moons:n=300", NULL, &source));
    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, 2, &x));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_T, 1, &at));
    CHECK_OK(ctx, ito_graph_concat(ctx, g, x, at, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, 40, ITO_ACT_SILU, &x));
    CHECK_OK(ctx, ito_graph_dropout(ctx, g, x, 0.3, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, 2, ITO_ACT_NONE, &x));
    CHECK_OK(ctx, ito_graph_finish(ctx, g, x));
    o.graph = g;
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, stop));
    CHECK_OK(ctx, ito_trainer_save(ctx, t, "dropout.checkpoint"));
    ito_trainer_free(t);
    CHECK_OK(ctx, ito_trainer_new(ctx, source, &o, &t));
    CHECK_OK(ctx, ito_trainer_resume(ctx, t, "dropout.checkpoint"));
    CHECK_OK(ctx, ito_trainer_run(ctx, t, SIZE_MAX));
    CHECK_OK(ctx, ito_trainer_finish(ctx, t, &m));
    CHECK_OK(ctx, ito_model_sample_rows(ctx, m, &how, 8, out));
    ito_model_free(m);
    ito_trainer_free(t);
    ito_graph_free(g);
    ito_source_free(source);
    ito_close(ctx);
}

TEST(threads_and_stops_do_not_show_in_what_is_dropped)
{
    float want[16], got[16];

    train(1, 12, want);
    train(3, 12, got);
    CHECK_SAME(got, want, 16);
    train(2, 5, got);
    CHECK_SAME(got, want, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_share_that_is_dropped_is_p_and_the_mean_stays),
        RUN(two_dropouts_of_a_network_are_independent),
        RUN(a_row_and_a_step_decide_what_is_dropped),
        RUN(without_an_address_and_in_inference_nothing_is_dropped),
        RUN(threads_and_stops_do_not_show_in_what_is_dropped),
        RUN(a_share_out_of_range_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

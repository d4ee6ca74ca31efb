/* SPDX-License-Identifier: MIT
 *
 * test_running.c - the running values of batch norm while a network trains:
 * they follow the data, no optimiser moves them, threads and kernels do not
 * show, and the finished model uses them.
 */
#include <ito/layer.h>
#include <ito/train.h>

#include "check.h"
#include "flow/trainer.h"
#include "nn/op.h"

#define BATCH 512
#define STEPS 200

/* Two numbers through batch norm, conditions on the time beside it. */
static ito_graph *build(ito_ctx *ctx)
{
    const ito_norm norm = { .kind = ITO_NORM_BATCH };
    ito_graph *g;
    ito_node x, t, h;

    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, 2, &x));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_T, 1, &t));
    CHECK_OK(ctx, ito_graph_norm(ctx, g, x, &norm, &h));
    CHECK_OK(ctx, ito_graph_concat(ctx, g, h, t, &h));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, h, 9, ITO_ACT_SILU, &h));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, h, 2, ITO_ACT_NONE, &h));
    CHECK_OK(ctx, ito_graph_finish(ctx, g, h));
    return g;
}

/* Norm: gamma 0 1, beta 2 3, mean 4 5, variance 6 7. */
static ito_trainer *train(size_t threads, const char *cpu, ito_ctx **ctx,
                          ito_source **source)
{
    const ito_ctx_opts co = { .threads = threads, .cpu = cpu };
    ito_train_opts o = {
        .steps = STEPS, .batch = BATCH, .seed = 4, .clip = 0.5
    };
    ito_trainer *t;
    ito_graph *g;

    CHECK(ito_open(ctx, &co) == ITO_OK);
    CHECK_OK(*ctx, ito_source_open(*ctx, "gaussian", NULL, source));
    g = build(*ctx);
    o.graph = g;
    CHECK_OK(*ctx, ito_trainer_new(*ctx, *source, &o, &t));
    CHECK(ito_graph_running(t->graph) == 4);
    CHECK_OK(*ctx, ito_trainer_run(*ctx, t, SIZE_MAX));
    ito_graph_free(g);
    return t;
}

static void end(ito_ctx *ctx, ito_source *source, ito_trainer *t)
{
    ito_trainer_free(t);
    ito_source_free(source);
    ito_close(ctx);
}

/* x_t = t z + (1 - t) e has mean 0 and variance 2/3 over all times when z and
 * e are standard normal; a running value averages some 19 batches. */
TEST(running_values_follow_the_data)
{
    ito_source *source;
    ito_ctx *ctx;
    ito_trainer *t = train(2, NULL, &ctx, &source);
    const double rows = 19.0 * BATCH;

    for (size_t j = 0; j < 2; j++) {
        CHECK_STAT(t->w[4 + j], 0.0, sqrt(2.0 / 3.0 / rows), 5);
        CHECK_STAT(t->w[6 + j], 2.0 / 3.0, 1.2 / sqrt(rows), 5);
        CHECK_NEAR(t->average[6 + j], 2.0 / 3.0, 0.1);
        CHECK(t->w[j] != 1.0F);
    }
    for (size_t i = 0; i < 8; i++)
        CHECK((t->m[i] == 0.0F) == (i >= 4) && (t->v[i] == 0.0F) == (i >= 4));
    end(ctx, source, t);
}

TEST(threads_and_kernels_do_not_show_in_running_values)
{
    static const char *const cpus[] = { "c", NULL };
    ito_source *source[2];
    ito_ctx *ctx[2];
    ito_trainer *t[2];

    for (size_t i = 0; i < 2; i++)
        t[i] = train(1 + 2 * i, cpus[i], &ctx[i], &source[i]);
    CHECK_SAME(t[1]->w, t[0]->w, t[0]->params);
    CHECK_SAME(t[1]->average, t[0]->average, t[0]->params);
    for (size_t i = 0; i < 2; i++)
        end(ctx[i], source[i], t[i]);
}

/* Pieces of one kind, however they are cut. */
TEST(pieces_are_what_is_learned_and_what_is_not)
{
    ito_ctx *ctx;
    ito_graph *g;
    bool running;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    g = build(ctx);
    CHECK(ito__graph_piece(g, 0, 99, &running) == 4 && !running);
    CHECK(ito__graph_piece(g, 1, 3, &running) == 3 && !running);
    CHECK(ito__graph_piece(g, 4, 99, &running) == 8 && running);
    CHECK(ito__graph_piece(g, 5, 7, &running) == 7 && running);
    CHECK(ito__graph_piece(g, 8, 20, &running) == 20 && !running);
    ito_graph_free(g);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(running_values_follow_the_data),
        RUN(threads_and_kernels_do_not_show_in_running_values),
        RUN(pieces_are_what_is_learned_and_what_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

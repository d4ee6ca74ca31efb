/* SPDX-License-Identifier: MIT
 *
 * test_unet.c - the U-Net: the table of parameters of the lab of 2025, its
 * work, its first output, rows that do not depend on each other, kernels that
 * do not show, refusals.
 */
#include <ito/net.h>

#include "check.h"
#include "ctx/ctx.h"
#include "nn/op.h"

static const ito_unet lab = {
    .h = 32, .w = 32, .c = 1, .labels = 11, .norm = ITO_NORM_BATCH
};

static ito_ctx *open_cpu(const char *cpu)
{
    const ito_ctx_opts o = { .threads = 1, .cpu = cpu };
    ito_ctx *ctx;

    if (ito_open(&ctx, &o) != ITO_OK) {
        ito_close(ctx);
        return NULL;
    }
    return ctx;
}

/* Parameters of all nodes but running values, in order of the nodes, up to
 * and with the k-th convolution. */
static size_t params_to_conv(const ito_graph *g, size_t k)
{
    size_t sum = 0;

    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];

        sum += n->params - (n->op->running ? n->op->running(n) : 0);
        if (strcmp(n->op->name, "conv") == 0 && k-- == 0)
            return sum;
    }
    return sum;
}

TEST(the_lab_network_has_1233325_parameters)
{
    ito_ctx *ctx = open_cpu(NULL);
    size_t norms = 0;
    ito_graph *g;
    ito_slice s;

    CHECK_OK(ctx, ito_unet_build(ctx, &lab, &g));
    CHECK(ito_graph_params(g) - ito_graph_running(g) == 1233325);
    CHECK(ito_graph_running(g) == 2624);
    /* time 20, label 440, start 320 + 64 */
    CHECK(params_to_conv(g, 0) == 20 + 440 + 320);
    CHECK(params_to_conv(g, 5) == 20 + 440 + 384 + 67552);
    CHECK(params_to_conv(g, 10) == 20 + 440 + 384 + 67552 + 239136);
    CHECK(params_to_conv(g, 14) == 20 + 440 + 384 + 67552 + 239136 + 618912);
    CHECK(params_to_conv(g, 24) == 1233325 - 289);
    for (size_t i = 0; ito_graph_slice(g, i, &s) == 0; i++)
        norms += strstr(s.name, ".var") != NULL;
    CHECK(norms == 21);
    /* in PyTorch each norm counts its batches too, in eight bytes */
    CHECK_NEAR((double)(4 * ito_graph_params(g) + 8 * norms) / (1024 * 1024),
               4.715, 5e-4);
    CHECK_REL(ito_graph_madds(g), 236.5e6, 5e-4);
    CHECK(ito_graph_output_cols(g) == 1024);
    ito_graph_free(g);
    ito_close(ctx);
}

TEST(stages_have_the_shapes_of_the_table)
{
    static const size_t sides[] = { 32, 32, 32, 32, 32, 16, 16, 16, 16,
                                    16, 8,  8,  8,  8,  8,  16, 16, 16,
                                    16, 16, 32, 32, 32, 32, 32, 32 };
    ito_ctx *ctx = open_cpu(NULL);
    size_t k = 0;
    ito_graph *g;

    CHECK_OK(ctx, ito_unet_build(ctx, &lab, &g));
    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];

        if (strcmp(n->op->name, "conv") != 0)
            continue;
        CHECK(k < COUNT(sides) && n->dims.h == sides[k]);
        CHECK(n->dims.c == 1024 / sides[k] || k == COUNT(sides) - 1);
        k++;
    }
    CHECK(k == COUNT(sides));
    ito_graph_free(g);
    ito_close(ctx);
}

static float *make(size_t n)
{
    float *p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = (float)t_normal();
    return p;
}

typedef struct net {
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    float *params, *work, *x, *t, *cond;
    size_t rows, cols;
} net;

static net net_open(const char *cpu, const ito_unet *unet, size_t rows)
{
    net n = { .ctx = open_cpu(cpu), .rows = rows };

    if (!n.ctx)
        return n;
    CHECK_OK(n.ctx, ito_unet_build(n.ctx, unet, &n.g));
    n.cols = ito_graph_output_cols(n.g);
    CHECK_OK(n.ctx, ito_graph_plan(n.ctx, n.g, rows, ITO_MODE_TRAIN, &n.plan));
    CHECK_OK(n.ctx, ito_weights_new(n.ctx, n.g, &n.w));
    n.params = make(ito_graph_params(n.g));
    ito_graph_init(n.ctx, n.g, ITO_INIT_UNIFORM, 1, n.params);
    ito_weights_pack(n.ctx, n.w, n.params);
    n.work = make(ito_plan_floats(n.plan));
    t_seed = 9; /* the tables want work areas of different sizes */
    n.x = make(rows * n.cols);
    n.t = make(rows);
    n.cond = make(rows);
    for (size_t r = 0; r < rows; r++) {
        n.t[r] = (float)r / (float)rows;
        n.cond[r] = (float)(r % 3);
    }
    return n;
}

static void net_close(net *n)
{
    free(n->params);
    free(n->work);
    free(n->x);
    free(n->t);
    free(n->cond);
    ito_plan_free(n->plan);
    ito_weights_free(n->w);
    ito_graph_free(n->g);
    ito_close(n->ctx);
}

TEST(the_first_output_is_finite_and_rows_stand_alone)
{
    net n = net_open(NULL, &lab, 3);
    const ito_batch in = { .rows = 3, .x = n.x, .t = n.t, .cond = n.cond };
    float *all = make(3 * n.cols);

    memcpy(all, ito_plan_infer(n.plan, n.w, n.work, &in),
           3 * n.cols * sizeof(*all));
    for (size_t i = 0; i < 3 * n.cols; i++)
        CHECK(isfinite(all[i]));
    for (size_t r = 0; r < 3; r++) {
        const ito_batch one = {
            .rows = 1, .x = n.x + r * n.cols, .t = n.t + r, .cond = n.cond + r
        };

        CHECK_SAME(ito_plan_infer(n.plan, n.w, n.work, &one), all + r * n.cols,
                   n.cols);
    }
    free(all);
    net_close(&n);
}

/* The output in training and all gradients, of a small network. */
TEST(kernels_do_not_show_in_a_unet)
{
    const ito_unet small = { .h = 8,
                             .w = 16,
                             .c = 2,
                             .channels = { 16, 24 },
                             .levels = 2,
                             .blocks = 1,
                             .embed = 6,
                             .labels = 3 };
    float *want = NULL;
    const char *name;
    int runs;

    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++) {
        net n = { 0 };
        size_t params, outs;
        float *got, *dy;
        ito_batch in;

        if (runs)
            n = net_open(name, &small, 2);
        if (!n.ctx)
            continue;
        params = ito_graph_params(n.g);
        outs = 2 * n.cols;
        got = make(outs + params);
        dy = make(outs);
        in = (ito_batch){ .rows = 2, .x = n.x, .t = n.t, .cond = n.cond };
        memcpy(got, ito_plan_forward(n.plan, n.w, n.work, &in),
               outs * sizeof(*got));
        ito_plan_backward(n.plan, n.w, n.work, &in, dy, got + outs, NULL);
        free(dy);
        if (!want) {
            want = got;
        } else {
            CHECK_SAME(got, want, outs + params);
            free(got);
        }
        net_close(&n);
    }
    free(want);
}

TEST(sizes_that_do_not_fit_are_refused)
{
    ito_ctx *ctx = open_cpu(NULL);
    ito_unet u = lab;
    ito_graph *g;

    u.h = 30;
    CHECK_FAILS(ctx, ito_unet_build(ctx, &u, &g), ITO_EARG,
                "multiples of 4, at most 4096; pad them");
    CHECK(g == NULL);
    u = lab;
    u.embed = 5;
    CHECK(ito_unet_build(ctx, &u, &g) == ITO_EARG);
    u = lab;
    u.levels = 9;
    CHECK(ito_unet_build(ctx, &u, &g) == ITO_EARG);
    u.levels = 2;
    CHECK(ito_unet_build(ctx, &u, &g) == ITO_EARG);
    u = lab;
    u.labels = 1;
    CHECK(ito_unet_build(ctx, &u, &g) == ITO_EARG);
    u = lab;
    u.c = 0;
    CHECK(ito_unet_build(ctx, &u, &g) == ITO_EARG);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_lab_network_has_1233325_parameters),
        RUN(stages_have_the_shapes_of_the_table),
        RUN(the_first_output_is_finite_and_rows_stand_alone),
        RUN(kernels_do_not_show_in_a_unet),
        RUN(sizes_that_do_not_fit_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * test_layers.c - the operations of images and tokens in the numbers that are
 * shipped: the same bits from every kernel table and for any companions, the
 * same network after a trip through a file, refusals.  Gradients are checked
 * by double_layers.c.
 */
#include <ito/noise.h>

#include "check.h"
#include "ctx/ctx.h"
#include "layer_nets.h"
#include "nn/graph_json.h"
#include "nn/op.h"

#define ROWS 7

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

typedef struct net {
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    float *params, *grad, *work, *x, *t, *cond, *dy, *dx;
    size_t dim, cond_dim, out;
} net;

static float *make(size_t n)
{
    float *p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = t_uniform();
    return p;
}

static net net_open(ito_ctx *ctx, const layer_net *from)
{
    net n = { .ctx = ctx, .g = from->build(ctx) };

    n.dim = ito_graph_input_cols(n.g, ITO_INPUT_X);
    n.cond_dim = ito_graph_input_cols(n.g, ITO_INPUT_COND);
    n.out = ito_graph_output_cols(n.g);
    CHECK_OK(ctx, ito_graph_plan(ctx, n.g, ROWS, ITO_MODE_TRAIN, &n.plan));
    CHECK_OK(ctx, ito_weights_new(ctx, n.g, &n.w));
    t_seed = 5;
    n.params = make(ito_graph_params(n.g));
    n.x = make(ROWS * n.dim);
    n.t = make(ROWS);
    n.cond = make(ROWS * n.cond_dim);
    n.dy = make(ROWS * n.out);
    n.grad = make(ito_graph_params(n.g));
    n.dx = make(ROWS * n.dim);
    n.work = make(ito_plan_floats(n.plan));
    ito_weights_pack(ctx, n.w, n.params);
    return n;
}

static void net_close(net *n)
{
    free(n->params);
    free(n->grad);
    free(n->work);
    free(n->x);
    free(n->t);
    free(n->cond);
    free(n->dy);
    free(n->dx);
    ito_plan_free(n->plan);
    ito_weights_free(n->w);
    ito_graph_free(n->g);
    ito_close(n->ctx);
}

/* Output, then gradients of x and of the parameters, of `rows` rows from
 * `first` on, one after the other in out. */
static void run(net *n, size_t first, size_t rows, float *out)
{
    const size_t params = ito_graph_params(n->g);
    const ito_noise drop = { .seed = 8, .purpose = ITO_FOR_DROPOUT };
    const ito_batch in = { .rows = rows,
                           .x = n->x + first * n->dim,
                           .t = n->t + first,
                           .cond = n->cond + first * n->cond_dim,
                           .drop = &drop,
                           .id0 = first };
    const float *y = ito_plan_forward(n->plan, n->w, n->work, &in);
    float *dy = make(rows * n->out);

    memcpy(out, y, rows * n->out * sizeof(*out));
    memcpy(dy, n->dy + first * n->out, rows * n->out * sizeof(*dy));
    ito_plan_backward(n->plan, n->w, n->work, &in, dy, n->grad, n->dx);
    free(dy);
    out += rows * n->out;
    memcpy(out, n->dx, rows * n->dim * sizeof(*out));
    memcpy(out + rows * n->dim, n->grad, params * sizeof(*out));
    for (size_t i = 0; i < rows * n->dim + params; i++)
        CHECK(isfinite(out[i]));
}

static size_t results(const net *n)
{
    return ROWS * (n->out + n->dim) + ito_graph_params(n->g);
}

TEST(kernels_do_not_show_in_layers)
{
    for (size_t k = 0; k < COUNT(layer_nets); k++) {
        net plain = net_open(open_cpu("c"), &layer_nets[k]);
        float *want = make(results(&plain));
        const char *name;
        int runs;

        run(&plain, 0, ROWS, want);
        for (size_t i = 1; (name = ito_cpu_at(i, &runs)) != NULL; i++) {
            ito_ctx *ctx = runs ? open_cpu(name) : NULL;
            float *got;
            net n;

            if (!ctx)
                continue;
            n = net_open(ctx, &layer_nets[k]);
            got = make(results(&n));
            run(&n, 0, ROWS, got);
            CHECK_SAME(got, want, results(&n));
            free(got);
            net_close(&n);
        }
        free(want);
        net_close(&plain);
    }
}

/* Inference gives the same bits as training without dropout, and a row alone
 * the same as among others; so does its gradient. */
TEST(rows_of_layers_do_not_depend_on_their_companions)
{
    for (size_t k = 0; k < COUNT(layer_nets); k++) {
        if (layer_nets[k].mixes)
            continue;
        net n = net_open(open_cpu(NULL), &layer_nets[k]);
        float *all = make(results(&n)), *one = make(results(&n));
        const float *dx = all + ROWS * n.out;
        const ito_batch in = {
            .rows = ROWS, .x = n.x, .t = n.t, .cond = n.cond
        };

        memcpy(one, ito_plan_forward(n.plan, n.w, n.work, &in),
               ROWS * n.out * sizeof(*one));
        CHECK_SAME(ito_plan_infer(n.plan, n.w, n.work, &in), one, ROWS * n.out);
        run(&n, 0, ROWS, all); /* with dropout */
        for (size_t r = 0; r < ROWS; r++) {
            run(&n, r, 1, one);
            CHECK_SAME(one, all + r * n.out, n.out);
            CHECK_SAME(one + n.out, dx + r * n.dim, n.dim);
        }
        free(all);
        free(one);
        net_close(&n);
    }
}

static char *text_of(ito_ctx *ctx, const ito_graph *g)
{
    json_writer w;

    json_begin(&w, ctx);
    ito__graph_to_json(g, &w);
    CHECK(json_end(&w) == ITO_OK);
    return w.text;
}

/* A single batch norm of 2 x 1 x 3, gamma = (2, -1, 0.5), beta = (1, 0, -3),
 * running means 0.5 and variances 4. */
static net batch_net(ito_mode mode)
{
    static const float params[12] = { 2.0F, -1.0F, 0.5F, 1.0F, 0.0F, -3.0F,
                                      0.5F, 0.5F,  0.5F, 4.0F, 4.0F, 4.0F };
    net n = { .ctx = open_cpu(NULL), .dim = 6, .out = 6 };
    maker m = make_graph(n.ctx);
    ito_node y = make_image(&m, 2, 1, 3);

    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_BATCH });
    n.g = make_end(&m, y);
    CHECK_OK(n.ctx, ito_graph_plan(n.ctx, n.g, ROWS, mode, &n.plan));
    CHECK_OK(n.ctx, ito_weights_new(n.ctx, n.g, &n.w));
    CHECK(ito_graph_params(n.g) == 12);
    n.params = make(12);
    memcpy(n.params, params, sizeof(params));
    n.grad = make(12);
    n.x = make(ROWS * 6);
    n.dy = make(ROWS * 6);
    n.dx = make(ROWS * 6);
    n.work = make(ito_plan_floats(n.plan));
    ito_weights_pack(n.ctx, n.w, n.params);
    return n;
}

TEST(batch_norm_takes_the_statistics_of_its_rows_in_training)
{
    net n = batch_net(ITO_MODE_TRAIN);
    const ito_batch in = { .rows = ROWS, .x = n.x };
    const float *y = ito_plan_forward(n.plan, n.w, n.work, &in);

    for (size_t c = 0; c < 3; c++) {
        double mean = 0.0, var = 0.0;

        for (size_t i = 0; i < 2 * ROWS; i++)
            mean += (double)n.x[3 * i + c] / (2.0 * ROWS);
        for (size_t i = 0; i < 2 * ROWS; i++)
            var += pow((double)n.x[3 * i + c] - mean, 2.0) / (2.0 * ROWS);
        for (size_t i = 0; i < 2 * ROWS; i++)
            CHECK_NEAR(y[3 * i + c],
                       (double)n.params[c] * ((double)n.x[3 * i + c] - mean) /
                               sqrt(var + 1e-5) +
                           (double)n.params[3 + c],
                       1e-5);
        if (c == 0)
            ito_plan_backward(n.plan, n.w, n.work, &in, n.dy, n.grad, n.dx);
        CHECK_NEAR(n.grad[6 + c], ROWS * mean, 1e-5);
        CHECK_NEAR(n.grad[9 + c], ROWS * var * 2.0 * ROWS / (2.0 * ROWS - 1.0),
                   1e-5);
    }
    net_close(&n);
}

/* Also backward of ITO_MODE_VJP, which is that of a linear map. */
TEST(batch_norm_takes_running_values_elsewhere)
{
    net n = batch_net(ITO_MODE_VJP);
    const ito_batch in = { .rows = ROWS, .x = n.x };
    const float *y = ito_plan_forward(n.plan, n.w, n.work, &in);
    const double s = 1.0 / sqrt(4.0 + 1e-5);
    float keep[ROWS * 6], dy[ROWS * 6];

    memcpy(keep, y, sizeof(keep));
    memcpy(dy, n.dy, sizeof(dy));
    ito_plan_backward(n.plan, n.w, n.work, &in, dy, NULL, n.dx);
    for (size_t i = 0; i < ROWS * 6; i++) {
        const double gamma = (double)n.params[i % 3];

        CHECK_NEAR(keep[i],
                   gamma * s * ((double)n.x[i] - 0.5) +
                       (double)n.params[3 + i % 3],
                   1e-6);
        CHECK_NEAR(n.dx[i], gamma * s * (double)n.dy[i], 1e-6);
    }
    CHECK_SAME(ito_plan_infer(n.plan, n.w, n.work, &in), keep, ROWS * 6);
    net_close(&n);
}

TEST(first_values_of_norms_are_one_and_zero)
{
    net n = batch_net(ITO_MODE_INFER);
    ito_slice s;

    ito_graph_init(n.ctx, n.g, ITO_INIT_UNIFORM, 3, n.params);
    for (size_t i = 0; i < 12; i++)
        CHECK(n.params[i] == (i < 3 || i >= 9 ? 1.0F : 0.0F));
    CHECK(ito_graph_slice(n.g, 3, &s) == 0);
    CHECK_STR(s.name, "norm0.var");
    CHECK(s.running && s.offset == 9);
    net_close(&n);
}

TEST(layers_survive_json)
{
    ito_ctx *ctx = open_cpu(NULL);

    for (size_t k = 0; k < COUNT(layer_nets); k++) {
        ito_graph *g = layer_nets[k].build(ctx), *again;
        char *text = text_of(ctx, g), *second;
        json_value *v;

        CHECK(ito__graph_format(g) == 3);
        CHECK_OK(ctx, json_parse(ctx, "graph", text, strlen(text), &v));
        CHECK_OK(ctx, ito__graph_from_json(ctx, v, &again));
        second = text_of(ctx, again);
        CHECK_STR(second, text);
        CHECK(ito_graph_params(g) == ito_graph_params(again));
        json_free(ctx, v);
        ito__free(ctx, text);
        ito__free(ctx, second);
        ito_graph_free(g);
        ito_graph_free(again);
    }
    ito_close(ctx);
}

/* An input of 18 columns, and a second node that claims what it is not. */
TEST(hostile_layers_are_refused)
{
    static const char *const bad[] = {
        "\"reshape\", \"cols\": 18, \"attr\": 0, \"shape\": [3, 3]",
        "\"reshape\", \"cols\": 18, \"attr\": 0, \"shape\": [3, 3, 3]",
        "\"reshape\", \"cols\": 18, \"attr\": 0, \"shape\": [0, 3, 6]",
        "\"reshape\", \"cols\": 18, \"attr\": 0, \"shape\": [9, 9999999, 1]",
        "\"act\", \"cols\": 18, \"attr\": 0, \"shape\": [9, 1, 2]",
        "\"conv\", \"cols\": 2, \"attr\": 3, \"more\": [3, 0, 0]",
        "\"conv\", \"cols\": 2, \"attr\": 3, \"more\": [1, 0]",
        "\"conv\", \"cols\": 2, \"attr\": 4, \"more\": [1, 0, 0]",
        "\"conv\", \"cols\": 16777216, \"attr\": 3, \"more\": [1, 0, 0]",
        "\"norm\", \"cols\": 18, \"attr\": 0, \"more\": [0, 0, 5]",
        "\"norm\", \"cols\": 18, \"attr\": 4, \"more\": [1, 0, 5]",
        "\"norm\", \"cols\": 18, \"attr\": 3, \"more\": [0, 0, 99]",
        "\"waves\", \"cols\": 18, \"attr\": 9",
        "\"sinusoids\", \"cols\": 18, \"attr\": 9, \"more\": [1, 0, 0]",
    };
    ito_ctx *ctx = open_cpu(NULL);

    for (size_t i = 0; i < COUNT(bad); i++) {
        json_value *v = NULL;
        ito_graph *g = NULL;
        char text[512];

        snprintf(text, sizeof(text),
                 "{\"nodes\": [{\"op\": \"input\", \"in\": [], \"cols\": 18, "
                 "\"act\": \"none\", \"attr\": 0}, {\"op\": %s, \"in\": [0], "
                 "\"act\": \"none\"}], \"output\": 1}",
                 bad[i]);
        CHECK_OK(ctx, json_parse(ctx, "graph", text, strlen(text), &v));
        CHECK(ito__graph_from_json(ctx, v, &g) == ITO_EFORMAT && !g);
        json_free(ctx, v);
    }
    ito_close(ctx);
}

TEST(shapes_that_do_not_fit_are_refused)
{
    ito_ctx *ctx = open_cpu(NULL);
    maker m = make_graph(ctx);
    const ito_node x = make_image(&m, 2, 3, 4);
    const ito_node v = make_vector(&m, 5);
    const size_t bad[3] = { 2, 3, 5 }, none[3] = { 2, 3, 0 };
    const size_t huge[3] = { SIZE_MAX / 2, SIZE_MAX / 2, 4 };
    const size_t turned[3] = { 3, 2, 4 };
    ito_node y, z;
    size_t shape[3];

    CHECK_FAILS(ctx, ito_graph_reshape(ctx, m.g, x, bad, &y), ITO_EARG,
                "24 columns do not make 2 x 3 x 5");
    CHECK(ito_graph_reshape(ctx, m.g, x, none, &y) == ITO_EARG);
    CHECK(ito_graph_reshape(ctx, m.g, x, huge, &y) == ITO_EARG);
    CHECK_OK(ctx, ito_graph_reshape(ctx, m.g, x, turned, &y));
    CHECK_OK(ctx, ito_graph_shape(ctx, m.g, y, shape));
    CHECK(shape[0] == 3 && shape[1] == 2 && shape[2] == 4);
    CHECK(ito_graph_shape(ctx, m.g, 99, shape) == ITO_EARG);
    CHECK_FAILS(ctx, ito_graph_add(ctx, m.g, x, y, &z), ITO_EARG,
                "2 x 3 x 4 and 3 x 2 x 4");
    CHECK(ito_graph_add(ctx, m.g, x, v, &z) == ITO_EARG);
    CHECK(ito_graph_mul(ctx, m.g, v, x, &z) == ITO_EARG);
    CHECK(ito_graph_concat(ctx, m.g, x, v, &z) == ITO_EARG);
    CHECK(ito_graph_scale_shift(ctx, m.g, x, v, &z) == ITO_EARG);
    CHECK(ito_graph_columns(ctx, m.g, x, 1, 4, &z) == ITO_EARG);
    CHECK_FAILS(ctx,
                ito_graph_norm(ctx, m.g, x, &(ito_norm){ .groups = 3 }, &z),
                ITO_EARG, "3 groups of 4 channels");
    CHECK(ito_graph_norm(ctx, m.g, x, &(ito_norm){ .kind = (ito_norm_kind)9 },
                         &z) == ITO_EARG);
    CHECK(ito_graph_norm(ctx, m.g, x, &(ito_norm){ .eps_digits = 99 }, &z) ==
          ITO_EARG);
    CHECK(ito_graph_conv(ctx, m.g, x, &(ito_conv){ .channels = 0 }, &z) ==
          ITO_EARG);
    CHECK(ito_graph_conv(ctx, m.g, x, &(ito_conv){ .channels = 4, .size = 5 },
                         &z) == ITO_EARG);
    CHECK_FAILS(ctx,
                ito_graph_conv(ctx, m.g, x,
                               &(ito_conv){ .channels = 4, .no_pad = 1 }, &z),
                ITO_EARG, "no smaller than the kernel");
    CHECK(ito_graph_conv(ctx, m.g, x, &(ito_conv){ .channels = SIZE_MAX / 4 },
                         &z) == ITO_EARG);
    ito_graph_free(m.g);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(kernels_do_not_show_in_layers),
        RUN(rows_of_layers_do_not_depend_on_their_companions),
        RUN(batch_norm_takes_the_statistics_of_its_rows_in_training),
        RUN(batch_norm_takes_running_values_elsewhere),
        RUN(first_values_of_norms_are_one_and_zero),
        RUN(layers_survive_json),
        RUN(hostile_layers_are_refused),
        RUN(shapes_that_do_not_fit_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

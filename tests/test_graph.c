/* SPDX-License-Identifier: MIT
 *
 * test_graph.c - graphs: gradients against central differences, in the
 * numbers that are shipped; double_graph.c does the same in double.
 */
#include <ito/net.h>

#include "check.h"
#include "ctx/ctx.h"
#include "nn/graph_json.h"
#include "nn/op.h"

#define ROWS 5

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

/* Everything that one network needs, on `rows` rows. */
typedef struct net {
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    float *params, *grad, *work, *x, *t, *cond, *c, *dy, *dx;
    size_t rows, dim, out;
} net;

static float *room(size_t n)
{
    float *p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    CHECK(p != NULL);
    return p;
}

static float *make(size_t n)
{
    float *p = room(n);

    for (size_t i = 0; i < n; i++)
        p[i] = (float)t_uniform() * 2.0F - 1.0F;
    return p;
}

/* Conditions whose first column is a label, below 4 or far out. */
static float *make_conds(size_t rows, size_t cols)
{
    float *p = make(rows * cols);

    for (size_t r = 0; r < rows && cols > 0; r++)
        p[r * cols] = r % 5 == 4 ? 1e9F : (float)(r % 5);
    return p;
}

static net net_open(ito_ctx *ctx, ito_graph *g, size_t rows, ito_mode mode)
{
    net n = { .ctx = ctx, .g = g, .rows = rows };

    n.dim = ito_graph_input_cols(g, ITO_INPUT_X);
    n.out = ito_graph_output_cols(g);
    CHECK(ito_graph_plan(ctx, g, rows, mode, &n.plan) == ITO_OK);
    CHECK(ito_weights_new(ctx, g, &n.w) == ITO_OK);
    n.params = make(ito_graph_params(g) + 1);
    n.grad = make(ito_graph_params(g) + 1);
    n.work = room(ito_plan_floats(n.plan));
    n.x = make(rows * n.dim);
    n.t = make(rows);
    n.cond = make_conds(rows, ito_graph_input_cols(g, ITO_INPUT_COND));
    n.c = make(rows * n.out);
    n.dy = make(rows * n.out);
    n.dx = make(rows * n.dim);
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
    free(n->c);
    free(n->dy);
    free(n->dx);
    ito_plan_free(n->plan);
    ito_weights_free(n->w);
    ito_graph_free(n->g);
}

/* The functional whose gradient is tested: sum of c y. */
static double value(net *n)
{
    const ito_batch in = {
        .rows = n->rows, .x = n->x, .t = n->t, .cond = n->cond
    };
    const float *y;
    double sum = 0.0;

    ito_weights_pack(n->ctx, n->w, n->params);
    y = ito_plan_forward(n->plan, n->w, n->work, &in);
    for (size_t i = 0; i < n->rows * n->out; i++)
        sum += (double)n->c[i] * (double)y[i];
    return sum;
}

/* (f(v + h) - f(v - h)) / 2 h at h and 2 h, extrapolated. */
static void check_slope(net *n, float *v, float got)
{
    const float h = 0.015625F, keep = *v;
    double slope[2], best;

    for (int i = 0; i < 2; i++) {
        const float step = h * (float)(i + 1);
        double up, down;

        *v = keep + step;
        up = value(n);
        *v = keep - step;
        down = value(n);
        *v = keep;
        slope[i] = (up - down) / (2.0 * (double)step);
    }
    best = (4.0 * slope[0] - slope[1]) / 3.0;
    CHECK_NEAR(got, best, 3e-3 * (1.0 + fabs(best)));
}

static void check_gradients(net *n)
{
    const ito_batch in = {
        .rows = n->rows, .x = n->x, .t = n->t, .cond = n->cond
    };
    const size_t params = ito_graph_params(n->g);

    (void)value(n);
    memcpy(n->dy, n->c, n->rows * n->out * sizeof(*n->dy));
    ito_plan_backward(n->plan, n->w, n->work, &in, n->dy, n->grad, n->dx);
    for (size_t i = 0; i < params; i += 1 + params / 97)
        check_slope(n, &n->params[i], n->grad[i]);
    for (size_t i = 0; i < n->rows * n->dim; i++)
        check_slope(n, &n->x[i], n->dx[i]);
}

/* Every operation, tensors used twice, a node that nothing depends on. */
static ito_graph *every_operation(ito_ctx *ctx)
{
    ito_graph *g;
    ito_node x, t, f, h, a, b, m, dead, cond, label;

    CHECK(ito_graph_new(ctx, &g) == ITO_OK);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_X, 3, &x) == ITO_OK);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_T, 1, &t) == ITO_OK);
    CHECK(ito_graph_fourier(ctx, g, t, 3, &f) == ITO_OK);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_COND, 3, &cond) == ITO_OK);
    CHECK(ito_graph_columns(ctx, g, cond, 0, 1, &label) == ITO_OK);
    CHECK(ito_graph_embed(ctx, g, label, 4, 5, &b) == ITO_OK);
    CHECK(ito_graph_concat(ctx, g, x, f, &h) == ITO_OK);
    CHECK(ito_graph_concat(ctx, g, h, b, &h) == ITO_OK);
    CHECK(ito_graph_columns(ctx, g, h, 1, 4, &a) == ITO_OK);
    CHECK(ito_graph_concat(ctx, g, h, a, &h) == ITO_OK);
    CHECK(ito_graph_columns(ctx, g, h, 2, 7, &h) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, h, 6, ITO_ACT_GELU, &a) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, h, 9, ITO_ACT_RELU, &dead) == ITO_OK);
    CHECK(ito_graph_act(ctx, g, a, ITO_ACT_TANH, &b) == ITO_OK);
    CHECK(ito_graph_mul(ctx, g, a, b, &m) == ITO_OK);
    CHECK(ito_graph_add(ctx, g, m, a, &m) == ITO_OK);
    CHECK(ito_graph_add(ctx, g, m, m, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, f, 12, ITO_ACT_NONE, &b) == ITO_OK);
    CHECK(ito_graph_scale_shift(ctx, g, m, b, &m) == ITO_OK);
    CHECK(ito_graph_concat(ctx, g, m, x, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, m, 14, ITO_ACT_TANH, &b) == ITO_OK);
    CHECK(ito_graph_act(ctx, g, m, ITO_ACT_TANH, &m) == ITO_OK);
    CHECK(ito_graph_potential(ctx, g, m, b, ITO_ACT_TANH, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, m, 4, ITO_ACT_SELU, &m) == ITO_OK);
    CHECK(ito_graph_finish(ctx, g, m) == ITO_OK);
    return g;
}

TEST(gradients_match_finite_differences)
{
    ito_ctx *ctx = open_cpu(NULL);
    net n = net_open(ctx, every_operation(ctx), ROWS, ITO_MODE_TRAIN);

    for (size_t k = 0; k < ito_graph_params(n.g); k++)
        n.params[k] *= 0.3F;
    check_gradients(&n);
    net_close(&n);
    ito_close(ctx);
}

TEST(perceptrons_have_right_gradients)
{
    static const ito_mlp shapes[] = {
        { .dim = 2, .width = 7, .depth = 1, .act = ITO_ACT_SILU },
        { .dim = 1, .width = 16, .depth = 4, .time_features = 2 },
        { .dim = 9, .width = 5, .depth = 6, .plain = 1 },
        { .dim = 40, .width = 33, .depth = 3, .act = ITO_ACT_TANH },
    };
    ito_ctx *ctx = open_cpu(NULL);

    for (size_t i = 0; i < COUNT(shapes); i++) {
        ito_graph *g;
        net n;

        CHECK(ito_mlp_build(ctx, &shapes[i], &g) == ITO_OK);
        n = net_open(ctx, g, ROWS, ITO_MODE_TRAIN);
        for (size_t k = 0; k < ito_graph_params(g); k++)
            n.params[k] *= 0.3F;
        check_gradients(&n);
        net_close(&n);
    }
    ito_close(ctx);
}

/* The loss of a network with conditions, and the energy of a potential. */
TEST(networks_with_conditions_have_right_gradients)
{
    const ito_conds conds = { .labels = 4, .label_cols = 3, .given = 2 };
    const ito_mlp mlp = { .dim = 2, .width = 9, .depth = 3, .conds = conds };
    const ito_potential pots[] = {
        { .dim = 2, .units = 7, .width = 6, .conds = conds },
        { .dim = 3, .units = 5, .width = 4, .act = ITO_ACT_TANH },
    };
    ito_ctx *ctx = open_cpu(NULL);
    ito_graph *g;
    net n;

    CHECK(ito_conds_cols(&conds) == 5);
    CHECK(ito_mlp_build(ctx, &mlp, &g) == ITO_OK);
    CHECK(ito_graph_input_cols(g, ITO_INPUT_COND) == 5);
    CHECK(!ito_graph_has_energy(g));
    n = net_open(ctx, g, ROWS, ITO_MODE_TRAIN);
    check_gradients(&n);
    net_close(&n);
    for (size_t i = 0; i < COUNT(pots); i++) {
        CHECK(ito_potential_build(ctx, &pots[i], &g) == ITO_OK);
        CHECK(ito_graph_has_energy(g));
        n = net_open(ctx, g, ROWS, ITO_MODE_TRAIN);
        check_gradients(&n);
        net_close(&n);
    }
    ito_close(ctx);
}

/* y = -grad E, for every activation that has an energy, and its Jacobian is
 * symmetric: v'Jw = w'Jv. */
TEST(a_potential_is_minus_the_gradient_of_its_energy)
{
    static const ito_act acts[] = { ITO_ACT_SILU, ITO_ACT_TANH, ITO_ACT_RELU };
    ito_ctx *ctx = open_cpu(NULL);

    for (size_t i = 0; i < COUNT(acts); i++) {
        const ito_potential p = { .dim = 3, .units = 20, .act = acts[i] };
        double up[ROWS], down[ROWS];
        float y[ROWS * 3], w[ROWS * 3], jw[ROWS * 3];
        ito_batch in = { .rows = ROWS };
        ito_graph *g;
        net n;

        CHECK(ito_potential_build(ctx, &p, &g) == ITO_OK);
        n = net_open(ctx, g, ROWS, ITO_MODE_VJP);
        in.x = n.x;
        in.t = n.t;
        memcpy(y, ito_plan_infer(n.plan, n.w, n.work, &in), sizeof(y));
        CHECK_SAME(ito_plan_forward(n.plan, n.w, n.work, &in), y, ROWS * 3);
        for (size_t r = 0; r < ROWS * 3; r++) {
            const float h = 0.0078125F, keep = n.x[r];

            n.x[r] = keep + h;
            ito_plan_energy(n.plan, n.w, n.work, &in, up);
            n.x[r] = keep - h;
            ito_plan_energy(n.plan, n.w, n.work, &in, down);
            n.x[r] = keep;
            CHECK_NEAR(y[r], -(up[r / 3] - down[r / 3]) / (2.0 * (double)h),
                       acts[i] == ITO_ACT_RELU ? 3e-2 : 1e-3);
        }
        for (size_t r = 0; r < ROWS * 3; r++)
            w[r] = y[ROWS * 3 - 1 - r];
        (void)ito_plan_forward(n.plan, n.w, n.work, &in);
        memcpy(n.dy, w, sizeof(w));
        ito_plan_backward(n.plan, n.w, n.work, &in, n.dy, NULL, jw);
        memcpy(n.dy, n.c, sizeof(w));
        ito_plan_backward(n.plan, n.w, n.work, &in, n.dy, NULL, n.dx);
        for (size_t r = 0; r < ROWS; r++) {
            double a = 0.0, b = 0.0;

            for (size_t c = 3 * r; c < 3 * r + 3; c++) {
                a += (double)n.c[c] * (double)jw[c];
                b += (double)w[c] * (double)n.dx[c];
            }
            CHECK_NEAR(a, b, 1e-4 * (1.0 + fabs(a)));
        }
        net_close(&n);
    }
    ito_close(ctx);
}

TEST(the_lab_network_has_12866_parameters)
{
    const ito_mlp lab = { .dim = 2, .width = 64, .depth = 4 };
    ito_ctx *ctx = open_cpu(NULL);
    ito_graph *g;
    ito_slice s;

    CHECK(ito_mlp_build(ctx, &lab, &g) == ITO_OK);
    CHECK(ito_graph_params(g) == 12866);
    CHECK_NEAR(ito_graph_madds(g), 3 * 64 + 3 * 64 * 64 + 64 * 2, 0);
    CHECK(ito_graph_slice(g, 1, &s) == 0);
    CHECK(strcmp(s.name, "linear0.bias") == 0 && s.offset == 192);
    CHECK(ito_graph_slice(g, 10, &s) == -1);
    ito_graph_free(g);
    ito_close(ctx);
}

/* A row's output and input gradient are the same whatever the other rows. */
TEST(rows_do_not_depend_on_their_companions)
{
    static const size_t sizes[] = { 70, 47, 24, 1 };
    ito_ctx *ctx = open_cpu(NULL);
    net n = net_open(ctx, every_operation(ctx), 70, ITO_MODE_VJP);
    float y[70 * 4], dx[70 * 3];

    for (size_t k = 0; k < COUNT(sizes); k++) {
        const size_t rows = sizes[k];
        const ito_batch in = {
            .rows = rows, .x = n.x, .t = n.t, .cond = n.cond
        };
        const float *got = ito_plan_forward(n.plan, n.w, n.work, &in);

        if (k == 0)
            memcpy(y, got, sizeof(y));
        CHECK_SAME(got, y, rows * 4);
        memcpy(n.dy, n.c, rows * 4 * sizeof(float));
        ito_plan_backward(n.plan, n.w, n.work, &in, n.dy, NULL, n.dx);
        if (k == 0)
            memcpy(dx, n.dx, sizeof(dx));
        CHECK_SAME(n.dx, dx, rows * 3);
    }
    for (size_t i = 0; i < 70; i++) {
        const ito_batch in = {
            .rows = 1, .x = n.x + 3 * i, .t = n.t + i, .cond = n.cond + 3 * i
        };

        CHECK_SAME(ito_plan_infer(n.plan, n.w, n.work, &in), y + 4 * i, 4);
    }
    net_close(&n);
    ito_close(ctx);
}

/* All kernel tables of this machine give the bits of the plain one. */
TEST(kernels_do_not_show_in_outputs_and_gradients)
{
    float y[2][ROWS * 4], *grad[2];
    const char *name;
    int runs;

    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++) {
        ito_ctx *ctx = runs ? open_cpu(name) : NULL;
        const size_t k = i > 0;
        ito_batch in = { .rows = ROWS };
        net n;

        if (!ctx)
            continue;
        t_seed = 77;
        n = net_open(ctx, every_operation(ctx), ROWS, ITO_MODE_TRAIN);
        in.x = n.x;
        in.t = n.t;
        in.cond = n.cond;
        memcpy(y[k], ito_plan_forward(n.plan, n.w, n.work, &in), sizeof(y[k]));
        memcpy(n.dy, n.c, ROWS * 4 * sizeof(float));
        grad[k] = make(ito_graph_params(n.g));
        ito_plan_backward(n.plan, n.w, n.work, &in, n.dy, grad[k], NULL);
        if (k) {
            CHECK_SAME(y[1], y[0], ROWS * 4);
            CHECK_SAME(grad[1], grad[0], ito_graph_params(n.g));
            free(grad[1]);
        }
        net_close(&n);
        ito_close(ctx);
    }
    free(grad[0]);
}

TEST(a_graph_survives_json)
{
    ito_ctx *ctx = open_cpu(NULL);
    ito_graph *g = every_operation(ctx), *again;
    json_value *v;
    json_writer w, w2;

    json_begin(&w, ctx);
    ito__graph_to_json(g, &w);
    CHECK(json_end(&w) == ITO_OK);
    CHECK(json_parse(ctx, "graph", w.text, w.bytes, &v) == ITO_OK);
    CHECK(ito__graph_from_json(ctx, v, &again) == ITO_OK);
    json_begin(&w2, ctx);
    ito__graph_to_json(again, &w2);
    CHECK(json_end(&w2) == ITO_OK);
    CHECK(strcmp(w.text, w2.text) == 0);
    CHECK(ito_graph_params(g) == ito_graph_params(again));
    json_free(ctx, v);
    ito__free(ctx, w.text);
    ito__free(ctx, w2.text);
    ito_graph_free(g);
    ito_graph_free(again);
    ito_close(ctx);
}

static ito_status from_text(ito_ctx *ctx, const char *text)
{
    json_value *v = NULL;
    ito_graph *g = NULL;
    ito_status rc = json_parse(ctx, "graph", text, strlen(text), &v);

    if (rc == ITO_OK)
        rc = ito__graph_from_json(ctx, v, &g);
    json_free(ctx, v);
    CHECK(rc == ITO_OK || g == NULL);
    ito_graph_free(g);
    return rc;
}

TEST(hostile_graphs_are_refused)
{
    static const char *const bad[] = {
        "{}",
        "{\"nodes\": [], \"output\": 0}",
        "{\"nodes\": [{\"op\": \"evil\", \"in\": [], \"cols\": 1, \"act\": "
        "\"none\", \"attr\": 0}], \"output\": 0}",
        "{\"nodes\": [{\"op\": \"add\", \"in\": [0, 0], \"cols\": 1, "
        "\"act\": \"none\", \"attr\": 0}], \"output\": 0}",
        "{\"nodes\": [{\"op\": \"input\", \"in\": [], \"cols\": 2, \"act\": "
        "\"none\", \"attr\": 7}], \"output\": 0}",
        "{\"nodes\": [{\"op\": \"input\", \"in\": [], \"cols\": 2, \"act\": "
        "\"none\", \"attr\": 0}], \"output\": 1}",
        "{\"nodes\": [{\"op\": \"input\", \"in\": [], \"cols\": 16777216, "
        "\"act\": \"none\", \"attr\": 0}, {\"op\": \"linear\", \"in\": [0], "
        "\"cols\": 16777216, \"act\": \"none\", \"attr\": 0}], \"output\": 1}",
    };
    ito_ctx *ctx = open_cpu(NULL);

    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(from_text(ctx, bad[i]) == ITO_EFORMAT);
    ito_close(ctx);
}

TEST(builders_refuse_what_does_not_fit)
{
    ito_ctx *ctx = open_cpu(NULL);
    ito_graph *g;
    ito_node x, y, z;
    ito_plan *plan;

    CHECK(ito_graph_new(ctx, &g) == ITO_OK);
    CHECK(ito_graph_plan(ctx, g, 8, ITO_MODE_INFER, &plan) == ITO_EARG);
    CHECK(ito_graph_linear(ctx, g, 0, 4, ITO_ACT_SILU, &y) == ITO_EARG);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_X, 0, &x) == ITO_EARG);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_T, 2, &x) == ITO_EARG);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_X, 2, &x) == ITO_OK);
    CHECK(ito_graph_input(ctx, g, ITO_INPUT_X, 2, &z) == ITO_EARG);
    CHECK(ito_graph_linear(ctx, g, x, 4, (ito_act)99, &y) == ITO_EARG);
    CHECK(ito_graph_linear(ctx, g, x, 4, ITO_ACT_SILU, &y) == ITO_OK);
    CHECK(ito_graph_add(ctx, g, x, y, &z) == ITO_EARG);
    CHECK(ito_graph_scale_shift(ctx, g, y, x, &z) == ITO_EARG);
    CHECK(ito_graph_fourier(ctx, g, x, 4, &z) == ITO_EARG);
    CHECK(ito_graph_columns(ctx, g, x, 1, 2, &z) == ITO_EARG);
    CHECK(ito_graph_columns(ctx, g, x, 0, 0, &z) == ITO_EARG);
    CHECK(ito_graph_columns(ctx, g, x, SIZE_MAX, 2, &z) == ITO_EARG);
    CHECK(ito_graph_embed(ctx, g, x, 3, 2, &z) == ITO_EARG);
    CHECK(ito_graph_columns(ctx, g, x, 1, 1, &z) == ITO_OK);
    CHECK(ito_graph_embed(ctx, g, z, 0, 2, &z) == ITO_EARG);
    CHECK(ito_graph_embed(ctx, g, z, 2, SIZE_MAX / 2, &z) == ITO_EARG);
    CHECK(ito_graph_potential(ctx, g, x, z, ITO_ACT_TANH, &z) == ITO_EARG);
    CHECK(ito_graph_potential(ctx, g, x, y, ITO_ACT_GELU, &z) == ITO_EARG);
    CHECK(ito_graph_finish(ctx, g, 7) == ITO_EARG);
    CHECK(ito_graph_finish(ctx, g, y) == ITO_OK);
    CHECK(ito_graph_act(ctx, g, y, ITO_ACT_SILU, &z) == ITO_EARG);
    CHECK(ito_graph_plan(ctx, g, 0, ITO_MODE_INFER, &plan) == ITO_EARG);
    ito_graph_free(g);
    ito_close(ctx);
}

TEST(first_weights_depend_on_the_seed_and_lie_in_their_range)
{
    const ito_mlp shape = { .dim = 3, .width = 32, .depth = 2 };
    ito_ctx *ctx = open_cpu(NULL);
    ito_graph *g;
    float *a, *b;
    size_t n;

    CHECK(ito_mlp_build(ctx, &shape, &g) == ITO_OK);
    n = ito_graph_params(g);
    a = make(n);
    b = make(n);
    ito_graph_init(ctx, g, ITO_INIT_UNIFORM, 1, a);
    ito_graph_init(ctx, g, ITO_INIT_UNIFORM, 1, b);
    CHECK_SAME(a, b, n);
    for (size_t i = 0; i < 5 * 32 - 32; i++)
        CHECK(fabsf(a[i]) <= 0.5F); /* fan-in 4 */
    ito_graph_init(ctx, g, ITO_INIT_HE, 2, b);
    CHECK(memcmp(a, b, n * sizeof(*a)) != 0);
    CHECK(b[4 * 32] == 0.0F); /* biases */
    free(a);
    free(b);
    ito_graph_free(g);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(gradients_match_finite_differences),
        RUN(perceptrons_have_right_gradients),
        RUN(networks_with_conditions_have_right_gradients),
        RUN(a_potential_is_minus_the_gradient_of_its_energy),
        RUN(the_lab_network_has_12866_parameters),
        RUN(rows_do_not_depend_on_their_companions),
        RUN(kernels_do_not_show_in_outputs_and_gradients),
        RUN(a_graph_survives_json),
        RUN(hostile_graphs_are_refused),
        RUN(builders_refuse_what_does_not_fit),
        RUN(first_weights_depend_on_the_seed_and_lie_in_their_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

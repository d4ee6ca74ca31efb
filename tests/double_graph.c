/* SPDX-License-Identifier: MIT
 *
 * double_graph.c - the networks a second time, in double.
 *
 * The sources of the networks and of the plain kernels are compiled here with
 * real = double (and the C library's exp), so that gradients can be compared
 * with central differences to nine digits: a wrong factor of 1e-6 would show,
 * which floats hide.  Names are the library's, so this program links nothing
 * of it but what is included here.
 */
#include "check.h"

/* The build defines ITO_REAL=double for the sources of this program. */
#include "kern/kern.h"
#include "nn/loss.h"
#include "nn/plan.h"

#define ROWS 4

static ito_ctx *ctx;

static double *make(size_t n)
{
    double *p = malloc((n + 1) * sizeof(*p));

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = (double)t_uniform() * 2.0 - 1.0;
    return p;
}

typedef struct net {
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    double *params, *work, *x, *t, *cond, *target, *weight;
} net;

/* Every operation, tensors used twice, all smooth activations. */
static ito_graph *every_operation(void)
{
    ito_graph *g;
    ito_node x, t, f, h, a, b, m, cond, label;

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
    CHECK(ito_graph_act(ctx, g, a, ITO_ACT_TANH, &b) == ITO_OK);
    CHECK(ito_graph_mul(ctx, g, a, b, &m) == ITO_OK);
    CHECK(ito_graph_add(ctx, g, m, a, &m) == ITO_OK);
    CHECK(ito_graph_add(ctx, g, m, m, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, f, 12, ITO_ACT_SILU, &b) == ITO_OK);
    CHECK(ito_graph_scale_shift(ctx, g, m, b, &m) == ITO_OK);
    CHECK(ito_graph_concat(ctx, g, m, x, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, m, 14, ITO_ACT_TANH, &b) == ITO_OK);
    CHECK(ito_graph_act(ctx, g, m, ITO_ACT_TANH, &m) == ITO_OK);
    CHECK(ito_graph_potential(ctx, g, m, b, ITO_ACT_TANH, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, m, 4, ITO_ACT_SELU, &m) == ITO_OK);
    CHECK(ito_graph_linear(ctx, g, m, 2, ITO_ACT_NONE, &m) == ITO_OK);
    CHECK(ito_graph_finish(ctx, g, m) == ITO_OK);
    return g;
}

/* 1/2 sum over rows of w |y - target|^2, and its gradient in y. */
static double loss(net *n, double *y)
{
    const run_input in = { .rows = ROWS, .in = { n->x, n->t, n->cond } };

    n->w->params = n->params;
    ito__weights_pack_nodes(n->w, 0, n->g->count);
    memcpy(y, ito__run_forward(n->plan, n->w, n->work, &in),
           ROWS * 2 * sizeof(*y));
    return 0.5 *
           ito__squared_error(ctx->kern, ROWS, 2, n->weight, n->target, 0.5, y);
}

static double loss_at(net *n, double *v, double value)
{
    const double keep = *v;
    double y[ROWS * 2], found;

    *v = value;
    found = loss(n, y);
    *v = keep;
    return found;
}

/* Differences of fourth order: what rounds off at h = 1e-4 is below 1e-9. */
static void check_slope(net *n, double *v, double got)
{
    const double h = 1e-4, at = *v;
    const double near = loss_at(n, v, at + h) - loss_at(n, v, at - h);
    const double far =
        loss_at(n, v, at + 2.0 * h) - loss_at(n, v, at - 2.0 * h);
    const double slope = (8.0 * near - far) / (12.0 * h);

    CHECK_NEAR(got, slope, 1e-8 * (1.0 + fabs(slope)));
}

TEST(gradients_of_the_loss_match_to_eight_digits)
{
    const run_input in = { .rows = ROWS };
    net n = { .g = every_operation() };
    run_input at = in;
    double *grad, dx[ROWS * 3], y[ROWS * 2];
    const size_t params = ito_graph_params(n.g);

    CHECK(ito_graph_plan(ctx, n.g, ROWS, ITO_MODE_TRAIN, &n.plan) == ITO_OK);
    CHECK(ito_weights_new(ctx, n.g, &n.w) == ITO_OK);
    n.params = make(params);
    n.x = make(ROWS * 3);
    n.t = make(ROWS);
    n.cond = make(ROWS * 3);
    for (size_t r = 0; r < ROWS; r++)
        n.cond[3 * r] = (double)(r % 3);
    n.target = make(ROWS * 2);
    n.weight = make(ROWS);
    n.work = make(ito_plan_floats(n.plan)); /* last: plans change their size */
    grad = make(params);
    at.in[0] = n.x;
    at.in[1] = n.t;
    at.in[2] = n.cond;
    (void)loss(&n, y);
    ito__run_backward(n.plan, n.w, n.work, &at, y, grad, dx);
    for (size_t i = 0; i < params; i++)
        check_slope(&n, &n.params[i], grad[i]);
    for (size_t i = 0; i < ROWS * 3; i++)
        check_slope(&n, &n.x[i], dx[i]);
    free(n.params);
    free(n.work);
    free(n.x);
    free(n.t);
    free(n.cond);
    free(n.target);
    free(n.weight);
    free(grad);
    ito_weights_free(n.w);
    ito_plan_free(n.plan);
    ito_graph_free(n.g);
}

/* Three steps by hand, to 50 digits: gradients 2, -1, 1/2 on w = 1 at a rate
 * of 0.01, without decay and with 0.1 (arXiv:1412.6980, algorithm 1;
 * arXiv:1711.05101, algorithm 2). */
TEST(adam_takes_the_steps_that_were_worked_out_by_hand)
{
    static const double g[3] = { 2.0, -1.0, 0.5 };
    static const double want[2][3] = {
        { 0.99000000004999999975, 0.98733662967024313578,
          0.98393233821389424718 },
        { 0.98900000004999999975, 0.98534762967019313578,
          0.98095799058417405404 },
    };

    for (size_t k = 0; k < 2; k++) {
        double w = 1.0, m = 0.0, v = 0.0, p1 = 1.0, p2 = 1.0;

        for (size_t i = 0; i < 3; i++) {
            ito_adam s = { .beta1 = 0.9,
                           .beta2 = 0.999,
                           .eps = 1e-8,
                           .decay = k ? 1.0 - 0.01 * 0.1 : 1.0,
                           .g_scale = 1.0 };

            p1 *= s.beta1;
            p2 *= s.beta2;
            s.rate = 0.01 / (1.0 - p1);
            s.v_scale = 1.0 / (1.0 - p2);
            ito__kern_c.adam(1, &s, &g[i], &w, &m, &v);
            CHECK_NEAR(w, want[k][i], 1e-12);
        }
        CHECK_NEAR(m, 0.122, 1e-12);
        CHECK_NEAR(v, 0.005241004, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(gradients_of_the_loss_match_to_eight_digits),
        RUN(adam_takes_the_steps_that_were_worked_out_by_hand),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 1, .cpu = "c" }) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

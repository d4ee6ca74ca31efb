/* SPDX-License-Identifier: MIT
 *
 * double_layers.c - gradients of the operations of images and tokens against
 * central differences, in double (see double_graph.c): every parameter and
 * every number of x, of every network of layer_nets.h.
 */
#include "check.h"

/* The build defines ITO_REAL=double for the sources of this program. */
#include "kern/kern.h"
#include "layer_nets.h"
#include "nn/plan.h"

#define ROWS 3

static ito_ctx *ctx;

typedef struct net {
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    size_t out;
    double *params, *work, *x, *t, *cond, *c, *dy;
} net;

static double *make(size_t n)
{
    double *p = malloc((n + 1) * sizeof(*p));

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = (double)t_uniform();
    return p;
}

/* Room in which nothing may be read before it is written. */
static double *make_room(size_t n)
{
    double *p = malloc(n * sizeof(*p));

    CHECK(p != NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = (double)NAN;
    return p;
}

static run_input input_of(const net *n)
{
    return (run_input){ .rows = ROWS,
                        .in = { n->x, n->t, n->cond },
                        .drop = { .key = { 8 }, .wide = true },
                        .drops = true };
}

/* The sum of c y. */
static double value(net *n)
{
    const run_input in = input_of(n);
    const double *y;
    double sum = 0.0;

    n->w->params = n->params;
    ito__weights_pack_nodes(n->w, 0, n->g->count);
    y = ito__run_forward(n->plan, n->w, n->work, &in);
    for (size_t i = 0; i < n->out; i++)
        sum += n->c[i] * y[i];
    return sum;
}

static double at(net *n, double *v, double x)
{
    const double keep = *v;
    double f;

    *v = x;
    f = value(n);
    *v = keep;
    return f;
}

/* The central difference of fourth order. */
static void check_slope(net *n, const char *name, double *v, double got)
{
    const double h = 2e-4, x = *v;
    const double near = at(n, v, x + h) - at(n, v, x - h);
    const double far = at(n, v, x + 2.0 * h) - at(n, v, x - 2.0 * h);
    const double slope = (8.0 * near - far) / (12.0 * h);

    if (!(fabs(got - slope) <= 1e-8 * (1.0 + fabs(slope))))
        check_fail(__FILE__, __LINE__, "%s: gradient %.12g, slope %.12g", name,
                   got, slope);
}

static net net_open(const layer_net *from)
{
    net n = { .g = from->build(ctx) };
    const size_t cond = ito_graph_input_cols(n.g, ITO_INPUT_COND);

    CHECK_OK(ctx, ito_graph_plan(ctx, n.g, ROWS, ITO_MODE_TRAIN, &n.plan));
    CHECK_OK(ctx, ito_weights_new(ctx, n.g, &n.w));
    n.out = ROWS * ito_graph_output_cols(n.g);
    n.params = make(ito_graph_params(n.g));
    for (size_t i = 0; i < ito_graph_params(n.g); i++)
        n.params[i] *= 0.3; /* or differences meet steep curves */
    n.work = make_room(ito_plan_floats(n.plan));
    n.x = make(ROWS * ito_graph_input_cols(n.g, ITO_INPUT_X));
    n.t = make(ROWS);
    n.cond = make(ROWS * cond);
    n.c = make(n.out);
    n.dy = make(n.out);
    return n;
}

static void net_close(net *n)
{
    free(n->params);
    free(n->work);
    free(n->x);
    free(n->t);
    free(n->cond);
    free(n->c);
    free(n->dy);
    ito_weights_free(n->w);
    ito_plan_free(n->plan);
    ito_graph_free(n->g);
}

/* Slices are in the order of the nodes, whose operations know them. */
static bool is_running(const ito_graph *g, size_t at)
{
    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];
        ito_slice s;

        for (size_t k = 0; n->op->slice && n->op->slice(n, k, &s) == 0; k++)
            if (at - (n->param + s.offset) < s.shape[0] * s.shape[1])
                return s.running != 0;
    }
    return false;
}

TEST(gradients_of_layers_match_to_eight_digits)
{
    for (size_t k = 0; k < COUNT(layer_nets); k++) {
        net n = net_open(&layer_nets[k]);
        const run_input in = input_of(&n);
        const size_t params = ito_graph_params(n.g);
        const size_t xs = ROWS * ito_graph_input_cols(n.g, ITO_INPUT_X);
        double *grad = make(params), *dx = make(xs);

        (void)value(&n);
        memcpy(n.dy, n.c, n.out * sizeof(*n.dy));
        ito__run_backward(n.plan, n.w, n.work, &in, n.dy, grad, dx);
        for (size_t i = 0; i < params; i += 1 + params / 400)
            if (!is_running(n.g, i))
                check_slope(&n, layer_nets[k].name, &n.params[i], grad[i]);
        for (size_t i = 0; i < xs; i += 1 + xs / 400)
            check_slope(&n, layer_nets[k].name, &n.x[i], dx[i]);
        free(grad);
        free(dx);
        net_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(gradients_of_layers_match_to_eight_digits),
    };
    int failed;

    if (ito_open(&ctx, &(ito_ctx_opts){ .threads = 1, .cpu = "c" }) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

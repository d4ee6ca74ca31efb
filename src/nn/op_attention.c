/* SPDX-License-Identifier: MIT
 *
 * op_attention.c - attention of the tokens of a row among each other (Vaswani
 * et al., arXiv:1706.03762).
 *
 * x holds q, k and v side by side, n tokens of 3 c channels; head h has the
 * channels h c/heads .. of each.  With s = 1 / sqrt(c / heads)
 *
 *     forward    P = softmax(s q k')    y = P v
 *     backward   dv = P' dy    dP = dy v'    dS = s P (dP - rowsum(P dP))
 *                dq = dS k     dk = dS' q
 *
 * P, n x n, is made head after head in cache and made again backward: it is
 * never kept.
 */
#include <ito/layer.h>
#include <math.h>

#include "nn/op.h"

static size_t tokens(const node *n)
{
    return places(&n->dims);
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];

    if (n->attr == 0 || x->c % 3 != 0 || (x->c / 3) % n->attr != 0)
        return ito__fail(ctx, ITO_EARG,
                         "graph: attention of %zu heads needs 3 x heads x size "
                         "channels (queries, keys, values), not %zu",
                         n->attr, x->c);
    n->dims = (dims){ x->h, x->w, x->c / 3 };
    return ITO_OK;
}

/* One head of one row. */
typedef struct head {
    size_t n, size; /* tokens, channels of a head */
    size_t ld, out; /* channels of x and y */
    real scale;
    const real *q, *k, *v;
    real *p;    /* n x n */
    real *work; /* of products */
} head;

static head head_of(const call *c, size_t row, size_t h)
{
    const size_t n = tokens(c->n), out = c->n->dims.c, size = out / c->n->attr;
    const real *x = c->x[0] + row * c->n->in_cols[0] + h * size;

    return (head){ .n = n,
                   .size = size,
                   .ld = 3 * out,
                   .out = out,
                   .scale = (real)(1.0 / sqrt((double)size)),
                   .q = x,
                   .k = x + out,
                   .v = x + 2 * out,
                   .p = c->work,
                   .work = c->work + 2 * n * n };
}

static void weigh(const call *c, const head *a)
{
    const ito_gemm scores = { .m = a->n,
                              .n = a->n,
                              .k = a->size,
                              .a = a->q,
                              .a_row = a->ld,
                              .a_col = 1,
                              .b = a->k,
                              .b_row = 1,
                              .b_col = a->ld,
                              .c = a->p,
                              .c_row = a->n,
                              .work = a->work };

    c->kern->gemm(&scores);
    c->kern->softmax(a->n, a->n, a->scale, a->p);
}

static void forward(const call *c)
{
    for (size_t r = 0; r < c->rows; r++)
        for (size_t h = 0; h < c->n->attr; h++) {
            const head a = head_of(c, r, h);
            const ito_gemm mix = { .m = a.n,
                                   .n = a.size,
                                   .k = a.n,
                                   .a = a.p,
                                   .a_row = a.n,
                                   .a_col = 1,
                                   .b = a.v,
                                   .b_row = a.ld,
                                   .b_col = 1,
                                   .c = c->y + r * c->n->cols + h * a.size,
                                   .c_row = a.out,
                                   .work = a.work };

            weigh(c, &a);
            c->kern->gemm(&mix);
        }
}

/* dP, n x n, behind P. */
static real *slope_of_weights(const call *c, const head *a, const real *dy)
{
    real *const dp = a->p + a->n * a->n;
    const ito_gemm g = { .m = a->n,
                         .n = a->n,
                         .k = a->size,
                         .a = dy,
                         .a_row = a->out,
                         .a_col = 1,
                         .b = a->v,
                         .b_row = 1,
                         .b_col = a->ld,
                         .c = dp,
                         .c_row = a->n,
                         .work = a->work };

    c->kern->gemm(&g);
    return dp;
}

/* to = m b or m' b, n x size: m is n x n, b has rows of b_row. */
static void give_product(const call *c, const head *a, const real *m, bool turn,
                         const real *b, size_t b_row, real *to)
{
    const ito_gemm g = { .m = a->n,
                         .n = a->size,
                         .k = a->n,
                         .a = m,
                         .a_row = turn ? 1 : a->n,
                         .a_col = turn ? a->n : 1,
                         .b = b,
                         .b_row = b_row,
                         .b_col = 1,
                         .c = to,
                         .c_row = a->ld,
                         .accumulate = c->dx_add[0],
                         .work = a->work };

    c->kern->gemm(&g);
}

static void backward(const call *c)
{
    for (size_t r = 0; c->dx[0] && r < c->rows; r++)
        for (size_t h = 0; h < c->n->attr; h++) {
            const head a = head_of(c, r, h);
            const real *dy = c->dy + r * c->n->cols + h * a.size;
            real *const dx = c->dx[0] + r * c->n->in_cols[0] + h * a.size;
            real *dp;

            weigh(c, &a);
            give_product(c, &a, a.p, true, dy, a.out, dx + 2 * a.out);
            dp = slope_of_weights(c, &a, dy);
            c->kern->softmax_grad(a.n, a.n, a.scale, a.p, dp);
            give_product(c, &a, dp, false, a.k, a.ld, dx);
            give_product(c, &a, dp, true, a.q, a.ld, dx + a.out);
        }
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    const size_t t = tokens(n), size = n->dims.c / n->attr;

    (void)rows;
    return size_add(
        size_mul(2, size_mul(t, t)),
        size_max(kern->gemm_work(t, t, size), kern->gemm_work(t, size, t)));
}

static double madds(const node *n)
{
    const double t = (double)tokens(n);

    return 2.0 * t * t * (double)n->dims.c;
}

const op ito__op_attention = {
    .name = "attention",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = forward,
    .forward = forward,
    .backward = backward,
    .reads = READS_X,
    .work = work,
    .madds = madds,
};

ito_status ito_graph_attention(ito_ctx *ctx, ito_graph *g, ito_node x,
                               size_t heads, ito_node *out)
{
    const node n = { .op = &ito__op_attention,
                     .in = { x, NO_NODE },
                     .attr = heads };

    return ito__graph_push(ctx, g, &n, out);
}

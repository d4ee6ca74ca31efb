/* SPDX-License-Identifier: MIT
 *
 * op_linear.c - the fully connected layer with bias and activation.
 *
 *     forward     z = x W + 1 b,  y = act(z),  saved = act'(z)
 *     backward   dz = dy * saved
 *                dW = x' dz     db = 1' dz     dx = dz W'
 *
 * x is rows x in, W in x out, y rows x out, ' is transposition, 1 a column
 * of ones; every place of an image and every token is a row.  The derivative
 * is taken in the forward pass, where exp is at hand already, so backward is
 * one multiplication.
 */
#include <string.h>

#include "nn/op.h"

static size_t weights(const node *n)
{
    return n->in_dims[0].c * n->dims.c;
}

static size_t rows_of(const call *c)
{
    return c->rows * places(&c->n->dims);
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];

    if (n->dims.c == 0 || n->dims.c > COLS_MAX || x->c > COLS_MAX / n->dims.c)
        return ito__fail(ctx, ITO_EARG,
                         "graph: linear %zu to %zu: at most 2^24 weights", x->c,
                         n->dims.c);
    n->dims = (dims){ x->h, x->w, n->dims.c };
    n->params = weights(n) + n->dims.c;
    n->saved = n->act == ITO_ACT_NONE ? 0 : ito__dims_cols(&n->dims);
    return ITO_OK;
}

static void run(const call *c, real *deriv)
{
    const size_t in = c->n->in_dims[0].c, out = c->n->dims.c;
    const ito_gemm g = {
        .m = rows_of(c),
        .n = out,
        .k = in,
        .a = c->x[0],
        .a_row = in,
        .a_col = 1,
        .b = c->packed,
        .packed = true,
        .c = c->y,
        .c_row = out,
        .bias = c->params + weights(c->n),
        .act = c->n->act,
        .deriv = deriv,
        .work = c->work,
    };

    c->kern->gemm(&g);
}

static void infer(const call *c)
{
    run(c, NULL);
}

static void forward(const call *c)
{
    run(c, c->n->act == ITO_ACT_NONE ? NULL : c->saved);
}

static void weight_gradient(const call *c)
{
    const size_t in = c->n->in_dims[0].c, out = c->n->dims.c;
    const ito_gemm g = {
        .m = in,
        .n = out,
        .k = rows_of(c),
        .a = c->x[0],
        .a_row = 1,
        .a_col = in,
        .b = c->dy,
        .b_row = out,
        .b_col = 1,
        .c = c->grad,
        .c_row = out,
        .work = c->work,
    };

    c->kern->gemm(&g);
    memset(c->grad + weights(c->n), 0, out * sizeof(*c->grad));
    c->kern->colsum(rows_of(c), out, c->dy, out, c->grad + weights(c->n));
}

static void backward(const call *c)
{
    const size_t in = c->n->in_dims[0].c, out = c->n->dims.c;
    const ito_gemm g = {
        .m = rows_of(c),
        .n = in,
        .k = out,
        .a = c->dy,
        .a_row = out,
        .a_col = 1,
        .b = c->packed + c->kern->packed_b(in, out),
        .packed = true,
        .c = c->dx[0],
        .c_row = in,
        .accumulate = c->dx_add[0],
        .work = c->work,
    };

    if (c->n->act != ITO_ACT_NONE)
        c->kern->mul(rows_of(c) * out, c->dy, c->saved, c->dy);
    if (c->grad)
        weight_gradient(c);
    if (c->dx[0])
        c->kern->gemm(&g);
}

/* W for the forward product, then its transpose for the backward one. */
static size_t packed_size(const ito_kern *kern, const node *n)
{
    const size_t in = n->in_dims[0].c, out = n->dims.c;

    return kern->packed_b(in, out) + kern->packed_b(out, in);
}

static void pack(const ito_kern *kern, const node *n, const real *params,
                 real *packed)
{
    const size_t in = n->in_dims[0].c, out = n->dims.c;

    kern->pack_b(in, out, params, out, 1, packed);
    kern->pack_b(out, in, params, 1, out, packed + kern->packed_b(in, out));
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    const size_t in = n->in_dims[0].c, out = n->dims.c;

    rows = size_mul(rows, places(&n->dims));
    return size_max(kern->gemm_work(rows, out, in),
                    size_max(kern->gemm_work(in, out, rows),
                             kern->gemm_work(rows, in, out)));
}

static double madds(const node *n)
{
    return (double)weights(n) * (double)places(&n->dims);
}

static int slice(const node *n, size_t i, ito_slice *s)
{
    const size_t in = n->in_dims[0].c;
    const ito_slice parts[2] = {
        { "weight", 0, { in, n->dims.c }, 2, in, ITO_START_RULE, 0 },
        { "bias", weights(n), { n->dims.c, 1 }, 1, in, ITO_START_RULE, 0 },
    };

    if (i >= 2)
        return -1;
    *s = parts[i];
    return 0;
}

static bool keeps(const node *n)
{
    return n->act == ITO_ACT_NONE;
}

const op ito__op_linear = {
    .name = "linear",
    .inputs = 1,
    .shape = shape,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .reads_for_grad = READS_X,
    .keeps = keeps,
    .packed_size = packed_size,
    .pack = pack,
    .work = work,
    .madds = madds,
    .slice = slice,
};

ito_status ito_graph_linear(ito_ctx *ctx, ito_graph *g, ito_node x, size_t cols,
                            ito_act act, ito_node *out)
{
    const node n = {
        .op = &ito__op_linear, .in = { x, NO_NODE }, .dims.c = cols, .act = act
    };

    if (!ito_act_name(act))
        return ito__fail(ctx, ITO_EARG, "graph: no activation %d", (int)act);
    return ito__graph_push(ctx, g, &n, out);
}

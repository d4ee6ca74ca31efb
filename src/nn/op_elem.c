/* SPDX-License-Identifier: MIT
 *
 * op_elem.c - element-wise operations: activation, sum, product, and
 * modulation by scale and shift.
 */
#include <string.h>

#include "nn/op.h"

void ito__op_give(const call *c, size_t i, const real *v)
{
    const size_t n = c->rows * c->n->in_cols[i];

    if (!c->dx[i])
        return;
    if (c->dx_add[i])
        c->kern->add(n, v, c->dx[i], c->dx[i]);
    else
        memcpy(c->dx[i], v, n * sizeof(*v));
}

/* ---- y = act(x) ---- */

static ito_status act_shape(ito_ctx *ctx, node *n)
{
    (void)ctx;
    n->cols = n->in_cols[0];
    n->saved = n->cols;
    return ITO_OK;
}

static void act_infer(const call *c)
{
    c->kern->act(c->rows * c->n->cols, c->n->act, c->x[0], c->y);
}

static void act_forward(const call *c)
{
    c->kern->act_grad(c->rows * c->n->cols, c->n->act, c->x[0], c->y, c->saved);
}

static void act_backward(const call *c)
{
    c->kern->mul(c->rows * c->n->cols, c->dy, c->saved, c->dy);
    ito__op_give(c, 0, c->dy);
}

const op ito__op_act = {
    .name = "act",
    .inputs = 1,
    .shape = act_shape,
    .infer = act_infer,
    .forward = act_forward,
    .backward = act_backward,
};

ito_status ito_graph_act(ito_ctx *ctx, ito_graph *g, ito_node x, ito_act act,
                         ito_node *out)
{
    const node n = { .op = &ito__op_act, .in = { x, NO_NODE }, .act = act };

    if (!ito_act_name(act))
        return ito__fail(ctx, ITO_EARG, "graph: no activation %d", (int)act);
    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = a + b ---- */

static ito_status same_cols(ito_ctx *ctx, node *n)
{
    if (n->in_cols[0] != n->in_cols[1])
        return ito__fail(ctx, ITO_EARG, "graph: %s of %zu and %zu columns",
                         n->op->name, n->in_cols[0], n->in_cols[1]);
    n->cols = n->in_cols[0];
    return ITO_OK;
}

static void add_forward(const call *c)
{
    c->kern->add(c->rows * c->n->cols, c->x[0], c->x[1], c->y);
}

static void add_backward(const call *c)
{
    ito__op_give(c, 0, c->dy);
    ito__op_give(c, 1, c->dy);
}

const op ito__op_add = {
    .name = "add",
    .inputs = 2,
    .shape = same_cols,
    .infer = add_forward,
    .forward = add_forward,
    .backward = add_backward,
};

ito_status ito_graph_add(ito_ctx *ctx, ito_graph *g, ito_node a, ito_node b,
                         ito_node *out)
{
    const node n = { .op = &ito__op_add, .in = { a, b } };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = a b ---- */

static void mul_forward(const call *c)
{
    c->kern->mul(c->rows * c->n->cols, c->x[0], c->x[1], c->y);
}

static void mul_backward(const call *c)
{
    const size_t n = c->rows * c->n->cols;

    for (size_t i = 0; i < 2; i++) {
        if (!c->dx[i])
            continue;
        c->kern->mul(n, c->dy, c->x[1 - i], c->work);
        ito__op_give(c, i, c->work);
    }
}

static size_t one_tensor(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    return size_mul(rows, n->cols);
}

const op ito__op_mul = {
    .name = "mul",
    .inputs = 2,
    .shape = same_cols,
    .infer = mul_forward,
    .forward = mul_forward,
    .backward = mul_backward,
    .work = one_tensor,
};

ito_status ito_graph_mul(ito_ctx *ctx, ito_graph *g, ito_node a, ito_node b,
                         ito_node *out)
{
    const node n = { .op = &ito__op_mul, .in = { a, b } };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = x (1 + scale) + shift ---- */

static ito_status scale_shift_shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[1] != 2 * n->in_cols[0])
        return ito__fail(ctx, ITO_EARG,
                         "graph: scale_shift of %zu columns needs %zu beside, "
                         "not %zu",
                         n->in_cols[0], 2 * n->in_cols[0], n->in_cols[1]);
    n->cols = n->in_cols[0];
    return ITO_OK;
}

static void scale_shift_forward(const call *c)
{
    const size_t d = c->n->cols;

    for (size_t r = 0; r < c->rows; r++) {
        const real *x = c->x[0] + r * d, *by = c->x[1] + 2 * r * d;
        real *y = c->y + r * d;

        c->kern->add(d, x, by + d, y);
        c->kern->muladd(d, x, by, y);
    }
}

static void scale_shift_backward(const call *c)
{
    const size_t d = c->n->cols;

    for (size_t r = 0; r < c->rows; r++) {
        const real *x = c->x[0] + r * d, *by = c->x[1] + 2 * r * d;
        const real *dy = c->dy + r * d;
        real *dx = c->work + r * d, *dby = c->work + c->rows * d + 2 * r * d;

        memcpy(dx, dy, d * sizeof(*dx));
        c->kern->muladd(d, dy, by, dx);
        c->kern->mul(d, dy, x, dby);
        memcpy(dby + d, dy, d * sizeof(*dby));
    }
    ito__op_give(c, 0, c->work);
    ito__op_give(c, 1, c->work + c->rows * d);
}

static size_t three_tensors(const ito_kern *kern, const node *n, size_t rows)
{
    return size_mul(3, one_tensor(kern, n, rows));
}

const op ito__op_scale_shift = {
    .name = "scale_shift",
    .inputs = 2,
    .shape = scale_shift_shape,
    .infer = scale_shift_forward,
    .forward = scale_shift_forward,
    .backward = scale_shift_backward,
    .work = three_tensors,
};

ito_status ito_graph_scale_shift(ito_ctx *ctx, ito_graph *g, ito_node x,
                                 ito_node by, ito_node *out)
{
    const node n = { .op = &ito__op_scale_shift, .in = { x, by } };

    return ito__graph_push(ctx, g, &n, out);
}

/* SPDX-License-Identifier: MIT
 *
 * op_elem.c - element-wise operations: activation, sum, product, and
 * modulation by scale and shift.
 *
 * The second operand may be one vector of channels, 1 x 1 x c, where the
 * first has many places: it meets every place, and its gradient is the sum
 * over the places in their order.
 */
#include <string.h>

#include "nn/op.h"

void ito__op_give(const call *c, size_t i, const real *v)
{
    const size_t n = c->rows * c->n->in_cols[i];

    if (!c->dx[i] || (c->dx[i] == v && !c->dx_add[i]))
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
    n->dims = n->in_dims[0];
    n->saved = n->in_cols[0];
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
    const size_t n = c->rows * c->n->cols;

    if (c->dx[0] && c->dx_add[0])
        c->kern->muladd(n, c->dy, c->saved, c->dx[0]);
    else if (c->dx[0])
        c->kern->mul(n, c->dy, c->saved, c->dx[0]);
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

/* ---- broadcasts ---- */

/* The second operand is one vector for many places. */
static bool broadcast(const node *n)
{
    return n->in_cols[1] < n->in_cols[0];
}

static ito_status fit_second(ito_ctx *ctx, node *n)
{
    const dims *a = &n->in_dims[0], *b = &n->in_dims[1];

    if (!same_dims(a, b) && (places(b) != 1 || a->c != b->c))
        return ito__fail(ctx, ITO_EARG,
                         "graph: %s of %zu x %zu x %zu and %zu x %zu x %zu: "
                         "equal shapes, or one vector as the second",
                         n->op->name, a->h, a->w, a->c, b->h, b->w, b->c);
    n->dims = *a;
    return ITO_OK;
}

/* db of a vector that met every place: of row r the sum over its places of
 * v, places x c. */
static void give_sum(const call *c, size_t r, const real *v)
{
    const size_t d = c->n->in_cols[1];
    real *db = c->dx[1] + r * d;

    if (!c->dx_add[1])
        memset(db, 0, d * sizeof(*db));
    c->kern->colsum(places(&c->n->dims), d, v, d, db);
}

/* ---- y = a + b ---- */

static void add_forward(const call *c)
{
    const size_t d = c->n->in_cols[1], n = places(&c->n->dims);

    if (!broadcast(c->n)) {
        c->kern->add(c->rows * d, c->x[0], c->x[1], c->y);
        return;
    }
    for (size_t r = 0; r < c->rows; r++)
        for (size_t p = r * n; p < (r + 1) * n; p++)
            c->kern->add(d, c->x[0] + p * d, c->x[1] + r * d, c->y + p * d);
}

static void add_backward(const call *c)
{
    ito__op_give(c, 0, c->dy);
    if (!broadcast(c->n)) {
        ito__op_give(c, 1, c->dy);
        return;
    }
    for (size_t r = 0; c->dx[1] && r < c->rows; r++)
        give_sum(c, r, c->dy + r * c->n->cols);
}

const op ito__op_add = {
    .name = "add",
    .inputs = 2,
    .shape = fit_second,
    .infer = add_forward,
    .forward = add_forward,
    .backward = add_backward,
    .passes = true,
};

ito_status ito_graph_add(ito_ctx *ctx, ito_graph *g, ito_node a, ito_node b,
                         ito_node *out)
{
    const node n = { .op = &ito__op_add, .in = { a, b } };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = a b ---- */

/* z = a b, b for every place of its row. */
static void mul_places(const call *c, const real *a, real *z)
{
    const size_t d = c->n->in_cols[1], n = places(&c->n->dims);
    const real *b = c->x[1];

    if (!broadcast(c->n)) {
        c->kern->mul(c->rows * d, a, b, z);
        return;
    }
    for (size_t r = 0; r < c->rows; r++)
        for (size_t p = r * n; p < (r + 1) * n; p++)
            c->kern->mul(d, a + p * d, b + r * d, z + p * d);
}

static void mul_forward(const call *c)
{
    mul_places(c, c->x[0], c->y);
}

static void mul_backward(const call *c)
{
    const size_t cols = c->n->cols;

    if (c->dx[0]) {
        mul_places(c, c->dy, c->work);
        ito__op_give(c, 0, c->work);
    }
    if (!c->dx[1])
        return;
    c->kern->mul(c->rows * cols, c->dy, c->x[0], c->work);
    if (!broadcast(c->n))
        ito__op_give(c, 1, c->work);
    for (size_t r = 0; broadcast(c->n) && r < c->rows; r++)
        give_sum(c, r, c->work + r * cols);
}

size_t ito__op_output(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    return size_mul(rows, n->cols);
}

const op ito__op_mul = {
    .name = "mul",
    .inputs = 2,
    .shape = fit_second,
    .infer = mul_forward,
    .forward = mul_forward,
    .backward = mul_backward,
    .reads = READS_BOTH,
    .work = ito__op_output,
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
    const dims *x = &n->in_dims[0], *by = &n->in_dims[1];
    const bool same = by->h == x->h && by->w == x->w;

    if (by->c != 2 * x->c || (!same && places(by) != 1))
        return ito__fail(ctx, ITO_EARG,
                         "graph: scale_shift of %zu columns needs %zu beside, "
                         "not %zu",
                         x->c, 2 * x->c, by->c);
    n->dims = *x;
    return ITO_OK;
}

/* How many places in turn share one scale and shift. */
static size_t sharing(const node *n)
{
    return places(&n->in_dims[0]) / places(&n->in_dims[1]);
}

static void scale_shift_forward(const call *c)
{
    const size_t d = c->n->dims.c, share = sharing(c->n);
    const size_t rows = c->rows * places(&c->n->dims);

    for (size_t p = 0; p < rows; p++) {
        const real *x = c->x[0] + p * d, *by = c->x[1] + p / share * 2 * d;
        real *y = c->y + p * d;

        c->kern->add(d, x, by + d, y);
        c->kern->muladd(d, x, by, y);
    }
}

/* The gradient of place p to dx and, in order of p, to that of its scale and
 * shift. */
static void scale_shift_place(const call *c, size_t p, real *dx, real *dby)
{
    const size_t d = c->n->dims.c, share = sharing(c->n);
    const real *x = c->x[0] + p * d, *by = c->x[1] + p / share * 2 * d;
    const real *dy = c->dy + p * d;

    memcpy(dx, dy, d * sizeof(*dx));
    c->kern->muladd(d, dy, by, dx);
    if (p % share == 0) {
        c->kern->mul(d, dy, x, dby);
        memcpy(dby + d, dy, d * sizeof(*dby));
    } else {
        c->kern->muladd(d, dy, x, dby);
        c->kern->add(d, dy, dby + d, dby + d);
    }
}

static void scale_shift_backward(const call *c)
{
    const size_t d = c->n->dims.c, share = sharing(c->n);
    const size_t rows = c->rows * places(&c->n->dims);
    real *dby = c->work + rows * d;

    for (size_t p = 0; p < rows; p++)
        scale_shift_place(c, p, c->work + p * d, dby + p / share * 2 * d);
    ito__op_give(c, 0, c->work);
    ito__op_give(c, 1, dby);
}

static size_t three_tensors(const ito_kern *kern, const node *n, size_t rows)
{
    return size_mul(3, ito__op_output(kern, n, rows));
}

const op ito__op_scale_shift = {
    .name = "scale_shift",
    .inputs = 2,
    .shape = scale_shift_shape,
    .infer = scale_shift_forward,
    .forward = scale_shift_forward,
    .backward = scale_shift_backward,
    .reads = READS_BOTH,
    .work = three_tensors,
};

ito_status ito_graph_scale_shift(ito_ctx *ctx, ito_graph *g, ito_node x,
                                 ito_node by, ito_node *out)
{
    const node n = { .op = &ito__op_scale_shift, .in = { x, by } };

    return ito__graph_push(ctx, g, &n, out);
}

/* SPDX-License-Identifier: MIT
 *
 * op_dropout.c - dropout (Srivastava et al., JMLR 15, 2014): in training each
 * number is 0 with probability p, else divided by 1 - p; elsewhere nothing
 * happens.
 *
 *     y = m x,  m = 0 where u < p, else 1 / (1 - p),  dx = m dy,  saved = m
 *
 * u is the uniform of (seed, step, row, number) under ITO_FOR_DROPOUT, where
 * the numbers of all dropouts of a graph are counted through; so nothing but
 * the row decides.  attr is 1000 p, more[0] the first group of 32 numbers.
 */
#include <ito/layer.h>
#include <math.h>
#include <string.h>

#include "nn/op.h"

#define PARTS      1000
#define GROUP      32
#define GROUPS_MAX ((size_t)1 << 21) /* of all dropouts of a graph */

static size_t groups_of(const node *n)
{
    return size_ceil_div(n->in_cols[0], GROUP);
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    if (n->attr >= PARTS)
        return ito__fail(ctx, ITO_EARG,
                         "graph: dropout of %zu / %d: must be below 1", n->attr,
                         PARTS);
    n->dims = n->in_dims[0];
    n->saved = groups_of(n) * GROUP;
    if (n->more[0] > GROUPS_MAX || groups_of(n) > GROUPS_MAX - n->more[0])
        return ito__fail(ctx, ITO_EARG,
                         "graph: dropout of more than %zu numbers in all",
                         GROUPS_MAX * GROUP);
    return ITO_OK;
}

static void infer(const call *c)
{
    memcpy(c->y, c->x[0], c->rows * c->n->cols * sizeof(*c->y));
}

/* The factors of row r. */
static void draw(const call *c, size_t r, real *m)
{
    const real p = (real)((double)c->n->attr / PARTS);
    const real keep = (real)(1.0 / (1.0 - (double)c->n->attr / PARTS));
    const uint64_t low =
        ((uint64_t)c->drop->ctr[1] << 32 | c->drop->ctr[0]) + r;
    ito_philox at = *c->drop;

    at.ctr[0] = (uint32_t)low;
    at.ctr[1] = (uint32_t)(low >> 32);
    at.ctr[3] += (uint32_t)(8 * c->n->more[0]);
    c->kern->uniforms(groups_of(c->n), &at, m);
    for (size_t i = 0; i < c->n->cols; i++)
        m[i] = m[i] < p ? (real)0 : keep;
}

static void forward(const call *c)
{
    const size_t cols = c->n->cols;

    if (!c->drop) {
        infer(c);
        return;
    }
    for (size_t r = 0; r < c->rows; r++) {
        real *m = c->saved + r * c->n->saved;

        draw(c, r, m);
        c->kern->mul(cols, c->x[0] + r * cols, m, c->y + r * cols);
    }
}

static void backward(const call *c)
{
    const size_t cols = c->n->cols;

    for (size_t r = 0; c->drop && r < c->rows; r++)
        c->kern->mul(cols, c->dy + r * cols, c->saved + r * c->n->saved,
                     c->dy + r * cols);
    ito__op_give(c, 0, c->dy);
}

const op ito__op_dropout = {
    .name = "dropout",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};

ito_status ito_graph_dropout(ito_ctx *ctx, ito_graph *g, ito_node x, double p,
                             ito_node *out)
{
    node n = { .op = &ito__op_dropout, .in = { x, NO_NODE } };

    if (!(p >= 0.0 && p < 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "graph: dropout %g: must be from 0 to below 1", p);
    n.attr = (size_t)(p * PARTS + 0.5);
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i].op == &ito__op_dropout)
            n.more[0] += groups_of(&g->nodes[i]);
    return ito__graph_push(ctx, g, &n, out);
}

/* SPDX-License-Identifier: MIT
 *
 * op_shape.c - the same numbers in another shape.
 */
#include <string.h>

#include "nn/op.h"

static ito_status reshape_shape(ito_ctx *ctx, node *n)
{
    if (ito__dims_cols(&n->dims) != n->in_cols[0])
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu columns do not make %zu x %zu x %zu",
                         n->in_cols[0], n->dims.h, n->dims.w, n->dims.c);
    return ITO_OK;
}

static void reshape_forward(const call *c)
{
    memcpy(c->y, c->x[0], c->rows * c->n->cols * sizeof(*c->y));
}

static void reshape_backward(const call *c)
{
    ito__op_give(c, 0, c->dy);
}

const op ito__op_reshape = {
    .name = "reshape",
    .inputs = 1,
    .format = 3,
    .shape = reshape_shape,
    .infer = reshape_forward,
    .forward = reshape_forward,
    .backward = reshape_backward,
};

ito_status ito_graph_reshape(ito_ctx *ctx, ito_graph *g, ito_node x,
                             const size_t shape[3], ito_node *out)
{
    const node n = { .op = &ito__op_reshape,
                     .in = { x, NO_NODE },
                     .dims = { shape[0], shape[1], shape[2] } };

    return ito__graph_push(ctx, g, &n, out);
}

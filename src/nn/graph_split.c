/* SPDX-License-Identifier: MIT
 *
 * graph_split.c - a graph cut before its last layer.
 */
#include "nn/graph_split.h"

#include "nn/op.h"

/* The first `count` nodes of a graph, of which `output` is the result. */
static ito_status copy(ito_ctx *ctx, const ito_graph *g, size_t count,
                       ito_node output, ito_graph **out)
{
    ito_status rc = ito_graph_new(ctx, out);
    ito_node same;

    for (size_t i = 0; rc == ITO_OK && i < count; i++) {
        const node *n = &g->nodes[i];

        if (n->op == &ito__op_input)
            rc = ito_graph_input(ctx, *out, (ito_input)n->attr, n->cols, &same);
        else
            rc = ito__graph_push(ctx, *out, n, &same);
    }
    return rc == ITO_OK ? ito_graph_finish(ctx, *out, output) : rc;
}

static ito_status build_head(ito_ctx *ctx, const node *last, ito_graph **out)
{
    ito_status rc = ito_graph_new(ctx, out);
    ito_node x;

    if (rc == ITO_OK)
        rc = ito_graph_input(ctx, *out, ITO_INPUT_X, last->in_cols[0], &x);
    if (rc == ITO_OK)
        rc = ito_graph_linear(ctx, *out, x, last->cols, ITO_ACT_NONE, &x);
    return rc == ITO_OK ? ito_graph_finish(ctx, *out, x) : rc;
}

ito_status ito__graph_split(ito_ctx *ctx, const ito_graph *g, graph_parts *out)
{
    const node *last = g->count > 0 ? &g->nodes[g->count - 1] : NULL;
    ito_status rc;

    *out = (graph_parts){ NULL, NULL, NULL };
    if (!last || g->output != g->count - 1 || last->op != &ito__op_linear ||
        last->act != ITO_ACT_NONE || places(&last->dims) != 1)
        return ito__fail(ctx, ITO_EUNFIT,
                         "graph: the last node is to be the output, a linear "
                         "layer of one vector without activation");
    rc = copy(ctx, g, g->count, g->output, &out->whole);
    if (rc == ITO_OK)
        rc = copy(ctx, g, g->count - 1, last->in[0], &out->trunk);
    if (rc == ITO_OK)
        rc = build_head(ctx, last, &out->head);
    return rc;
}

void ito__graph_parts_free(graph_parts *parts)
{
    ito_graph_free(parts->whole);
    ito_graph_free(parts->trunk);
    ito_graph_free(parts->head);
}

/* SPDX-License-Identifier: MIT
 *
 * graph.c - building a graph and asking about it.
 */
#include <stdio.h>
#include <string.h>

#include "nn/op.h"

/* Every operation, by name: what a model file may contain. */
static const op *const ops[] = {
    &ito__op_input,     &ito__op_linear,    &ito__op_act,
    &ito__op_add,       &ito__op_mul,       &ito__op_scale_shift,
    &ito__op_concat,    &ito__op_fourier,   &ito__op_columns,
    &ito__op_embed,     &ito__op_potential, &ito__op_reshape,
    &ito__op_upsample,  &ito__op_pool,      &ito__op_mean,
    &ito__op_attention, &ito__op_patches,   &ito__op_unpatch,
    &ito__op_positions, &ito__op_conv,      &ito__op_norm,
    &ito__op_waves,     &ito__op_sinusoids, &ito__op_dropout,
};

const op *ito__op_find(const char *name)
{
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
        if (strcmp(ops[i]->name, name) == 0)
            return ops[i];
    return NULL;
}

ito_status ito_graph_new(ito_ctx *ctx, ito_graph **out)
{
    ito_graph *g = ito__calloc(ctx, 1, sizeof(*g));

    *out = g;
    if (!g)
        return ito__fail(ctx, ITO_ENOMEM, "graph");
    g->ctx = ctx;
    g->output = NO_NODE;
    for (size_t i = 0; i < 3; i++)
        g->input[i] = NO_NODE;
    return ITO_OK;
}

void ito_graph_free(ito_graph *g)
{
    if (!g)
        return;
    ito__free(g->ctx, g->nodes);
    ito__free(g->ctx, g);
}

static ito_status grow(ito_ctx *ctx, ito_graph *g)
{
    const size_t capacity = g->capacity ? 2 * g->capacity : 16;
    node *nodes;

    if (g->count < g->capacity)
        return ITO_OK;
    if (g->count >= NODES_MAX)
        return ito__fail(ctx, ITO_EARG, "graph: at most %d nodes", NODES_MAX);
    nodes = ito__realloc(g->ctx, g->nodes, g->count * sizeof(*nodes),
                         capacity * sizeof(*nodes));
    if (!nodes)
        return ito__fail(ctx, ITO_ENOMEM, "graph of %zu nodes", capacity);
    g->nodes = nodes;
    g->capacity = capacity;
    return ITO_OK;
}

/* linear0, linear1, ...: the how-manieth of its kind. */
static void name_node(const ito_graph *g, node *n)
{
    size_t same = 0;

    for (size_t i = 0; i < g->count; i++)
        same += g->nodes[i].op == n->op;
    (void)snprintf(n->name, sizeof(n->name), "%.15s%zu", n->op->name, same);
}

size_t ito__dims_cols(const dims *d)
{
    return size_mul(size_mul(d->h, d->w), d->c);
}

ito_status ito__graph_push(ito_ctx *ctx, ito_graph *g, const node *proto,
                           ito_node *out)
{
    ito_status rc;
    node n = *proto;

    if (g->output != NO_NODE)
        return ito__fail(ctx, ITO_EARG, "graph: finished, %s cannot be added",
                         n.op->name);
    for (size_t i = 0; i < n.op->inputs; i++) {
        if (n.in[i] >= g->count)
            return ito__fail(ctx, ITO_EARG, "graph: %s: no node %zu among %zu",
                             n.op->name, n.in[i], g->count);
        n.in_cols[i] = g->nodes[n.in[i]].cols;
        n.in_dims[i] = g->nodes[n.in[i]].dims;
    }
    n.dims.h = n.dims.h ? n.dims.h : 1;
    n.dims.w = n.dims.w ? n.dims.w : 1;
    if ((rc = n.op->shape(ctx, &n)) != ITO_OK)
        return rc;
    n.cols = ito__dims_cols(&n.dims);
    if (n.cols == 0 || n.cols > COLS_MAX || n.params > SIZE_MAX / 64)
        return ito__fail(ctx, ITO_EARG, "graph: %s of %zu columns", n.op->name,
                         n.cols);
    if ((rc = grow(ctx, g)) != ITO_OK)
        return rc;
    name_node(g, &n);
    n.param = g->params;
    g->params += n.params;
    g->nodes[g->count] = n;
    *out = g->count++;
    return ITO_OK;
}

ito_status ito_graph_finish(ito_ctx *ctx, ito_graph *g, ito_node out)
{
    if (g->output != NO_NODE || out >= g->count)
        return ito__fail(ctx, ITO_EARG, "graph: node %zu cannot be the output",
                         out);
    g->output = out;
    return ITO_OK;
}

size_t ito_graph_input_cols(const ito_graph *g, ito_input which)
{
    const size_t i = (size_t)which < 3 ? g->input[which] : NO_NODE;

    return i == NO_NODE ? 0 : g->nodes[i].cols;
}

size_t ito_graph_output_cols(const ito_graph *g)
{
    return g->output == NO_NODE ? 0 : g->nodes[g->output].cols;
}

ito_status ito_graph_shape(ito_ctx *ctx, const ito_graph *g, ito_node x,
                           size_t shape[3])
{
    if (x >= g->count)
        return ito__fail(ctx, ITO_EARG, "graph: no node %zu among %zu", x,
                         g->count);
    shape[0] = g->nodes[x].dims.h;
    shape[1] = g->nodes[x].dims.w;
    shape[2] = g->nodes[x].dims.c;
    return ITO_OK;
}

ito_status ito_graph_start(ito_ctx *ctx, ito_graph *g, ito_node x,
                           ito_start_value value)
{
    if (x >= g->count || g->output != NO_NODE ||
        (unsigned)value > ITO_START_NORMAL)
        return ito__fail(ctx, ITO_EARG,
                         "graph: node %zu cannot start from value %d", x,
                         (int)value);
    g->nodes[x].start = value;
    return ITO_OK;
}

size_t ito_graph_params(const ito_graph *g)
{
    return g->params;
}

static size_t running_of(const node *n)
{
    return n->op->running ? n->op->running(n) : 0;
}

size_t ito_graph_running(const ito_graph *g)
{
    size_t sum = 0;

    for (size_t i = 0; i < g->count; i++)
        sum += running_of(&g->nodes[i]);
    return sum;
}

size_t ito__graph_piece(const ito_graph *g, size_t at, size_t end,
                        bool *running)
{
    *running = false;
    for (size_t i = 0; i < g->count; i++) {
        const node *n = &g->nodes[i];
        const size_t stop = n->param + n->params, first = stop - running_of(n);

        if (first == stop || stop <= at)
            continue;
        *running = first <= at;
        return size_min(end, *running ? stop : first);
    }
    return end;
}

double ito_graph_madds(const ito_graph *g)
{
    double sum = 0.0;

    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i].op->madds)
            sum += g->nodes[i].op->madds(&g->nodes[i]);
    return sum;
}

/* SPDX-License-Identifier: MIT
 *
 * potential.c - the gradient network of ito/net.h.
 */
#include <ito/net.h>

#include "ctx/ctx.h"
#include "nn/conds.h"

#define UNITS_MAX 65536
#define WIDTH_MAX 8192
#define DEPTH_MAX 256

/* [b a]: a perceptron of [t features conditions]. */
static ito_status beside(ito_ctx *ctx, ito_graph *g, const ito_potential *p,
                         ito_node *h)
{
    ito_node t, f;
    ito_status rc;

    if ((rc = ito_graph_input(ctx, g, ITO_INPUT_T, 1, &t)) != ITO_OK ||
        (rc = ito_graph_fourier(ctx, g, t, p->time_features, &f)) != ITO_OK ||
        (rc = ito_graph_concat(ctx, g, t, f, h)) != ITO_OK ||
        (rc = ito__conds_join(ctx, g, &p->conds, h)) != ITO_OK)
        return rc;
    for (size_t i = 0; rc == ITO_OK && i < p->depth; i++)
        rc = ito_graph_linear(ctx, g, *h, p->width, ITO_ACT_SILU, h);
    return rc != ITO_OK
               ? rc
               : ito_graph_linear(ctx, g, *h, 2 * p->units, ITO_ACT_NONE, h);
}

static ito_status build(ito_ctx *ctx, ito_graph *g, const ito_potential *p)
{
    ito_node x, by, y;
    ito_status rc;

    if ((rc = ito_graph_input(ctx, g, ITO_INPUT_X, p->dim, &x)) != ITO_OK ||
        (rc = beside(ctx, g, p, &by)) != ITO_OK ||
        (rc = ito_graph_potential(ctx, g, x, by, p->act, &y)) != ITO_OK)
        return rc;
    return ito_graph_finish(ctx, g, y);
}

ito_status ito_potential_build(ito_ctx *ctx, const ito_potential *potential,
                               ito_graph **out)
{
    ito_potential p = *potential;
    ito_status rc;

    *out = NULL;
    p.units = p.units ? p.units : 256;
    p.act = p.act ? p.act : ITO_ACT_RELU;
    p.width = p.width ? p.width : 64;
    p.depth = p.depth ? p.depth : 2;
    p.time_features = p.time_features ? p.time_features : 4;
    if (p.dim == 0 || p.units > UNITS_MAX || p.width > WIDTH_MAX ||
        p.depth > DEPTH_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "potential: dim %zu, units %zu (at most %d), width "
                         "%zu (at most %d), depth %zu (at most %d)",
                         p.dim, p.units, UNITS_MAX, p.width, WIDTH_MAX, p.depth,
                         DEPTH_MAX);
    if ((rc = ito_graph_new(ctx, out)) != ITO_OK)
        return rc;
    if ((rc = build(ctx, *out, &p)) != ITO_OK) {
        ito_graph_free(*out);
        *out = NULL;
    }
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * mlp.c - the multilayer perceptron of ito/net.h.
 */
#include <ito/net.h>

#include "ctx/ctx.h"
#include "nn/conds.h"

#define WIDTH_MAX 8192
#define DEPTH_MAX 256

/* [x t features conditions]: what the first layer reads. */
static ito_status inputs(ito_ctx *ctx, ito_graph *g, const ito_mlp *m,
                         ito_node *h)
{
    ito_node x, t, f;
    ito_status rc;

    if ((rc = ito_graph_input(ctx, g, ITO_INPUT_X, m->dim, &x)) != ITO_OK ||
        (rc = ito_graph_input(ctx, g, ITO_INPUT_T, 1, &t)) != ITO_OK ||
        (rc = ito_graph_concat(ctx, g, x, t, h)) != ITO_OK)
        return rc;
    if (m->time_features > 0) {
        rc = ito_graph_fourier(ctx, g, t, m->time_features, &f);
        if (rc == ITO_OK)
            rc = ito_graph_concat(ctx, g, *h, f, h);
    }
    return rc == ITO_OK ? ito__conds_join(ctx, g, &m->conds, h) : rc;
}

static ito_status hidden(ito_ctx *ctx, ito_graph *g, const ito_mlp *m,
                         ito_node *h)
{
    for (size_t i = 0; i < m->depth; i++) {
        const bool pair = !m->plain && i > 0 && i + 1 < m->depth;
        const ito_node from = *h;
        ito_status rc;

        rc = ito_graph_linear(ctx, g, *h, m->width, m->act, h);
        if (rc == ITO_OK && pair) {
            rc = ito_graph_linear(ctx, g, *h, m->width, m->act, h);
            if (rc == ITO_OK)
                rc = ito_graph_add(ctx, g, from, *h, h);
            i++;
        }
        if (rc != ITO_OK)
            return rc;
    }
    return ITO_OK;
}

static ito_status build(ito_ctx *ctx, ito_graph *g, const ito_mlp *m)
{
    ito_node h;
    ito_status rc;

    if ((rc = inputs(ctx, g, m, &h)) != ITO_OK ||
        (rc = hidden(ctx, g, m, &h)) != ITO_OK ||
        (rc = ito_graph_linear(ctx, g, h, m->dim, ITO_ACT_NONE, &h)) != ITO_OK)
        return rc;
    return ito_graph_finish(ctx, g, h);
}

ito_status ito_mlp_build(ito_ctx *ctx, const ito_mlp *mlp, ito_graph **out)
{
    ito_mlp m = *mlp;
    ito_status rc;

    *out = NULL;
    m.width = m.width ? m.width : 256;
    m.depth = m.depth ? m.depth : 4;
    m.act = m.act ? m.act : ITO_ACT_SILU;
    if (m.dim == 0 || m.width > WIDTH_MAX || m.depth > DEPTH_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "mlp: dim %zu, width %zu (at most %d), depth %zu (at "
                         "most %d)",
                         m.dim, m.width, WIDTH_MAX, m.depth, DEPTH_MAX);
    if ((rc = ito_graph_new(ctx, out)) != ITO_OK)
        return rc;
    if ((rc = build(ctx, *out, &m)) != ITO_OK) {
        ito_graph_free(*out);
        *out = NULL;
    }
    return rc;
}

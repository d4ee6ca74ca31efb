/* SPDX-License-Identifier: MIT
 *
 * conds.c - conditions as an input of a network.
 */
#include "nn/conds.h"

#include "ctx/ctx.h"

#define LABEL_COLS 8
#define CONDS_MAX  ((size_t)1 << 24)

size_t ito_conds_cols(const ito_conds *conds)
{
    return size_add(conds->labels > 0, size_mul(2, conds->given));
}

/* The label's column through its table. */
static ito_status join_label(ito_ctx *ctx, ito_graph *g, const ito_conds *c,
                             ito_node cond, ito_node *h)
{
    ito_node at = cond;
    ito_status rc = ITO_OK;

    if (c->given > 0)
        rc = ito_graph_columns(ctx, g, cond, 0, 1, &at);
    if (rc == ITO_OK)
        rc = ito_graph_embed(ctx, g, at, c->labels,
                             c->label_cols ? c->label_cols : LABEL_COLS, &at);
    return rc == ITO_OK ? ito_graph_concat(ctx, g, *h, at, h) : rc;
}

ito_status ito__conds_join(ito_ctx *ctx, ito_graph *g, const ito_conds *conds,
                           ito_node *h)
{
    const size_t cols = ito_conds_cols(conds);
    ito_node cond, at;
    ito_status rc;

    if (cols == 0)
        return ITO_OK;
    if (cols > CONDS_MAX || conds->labels == 1)
        return ito__fail(ctx, ITO_EARG,
                         "net: %zu labels (none is one of them), %zu values "
                         "given",
                         conds->labels, conds->given);
    rc = ito_graph_input(ctx, g, ITO_INPUT_COND, cols, &cond);
    if (rc == ITO_OK && conds->labels > 0)
        rc = join_label(ctx, g, conds, cond, h);
    at = cond;
    if (rc == ITO_OK && conds->labels > 0 && conds->given > 0)
        rc = ito_graph_columns(ctx, g, cond, 1, 2 * conds->given, &at);
    if (rc == ITO_OK && conds->given > 0)
        rc = ito_graph_concat(ctx, g, *h, at, h);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * op_embed.c - what conditions go through first: a choice among columns, and
 * a table of vectors looked up by an index.
 */
#include <string.h>

#include "nn/op.h"

/* ---- y = x[:, first .. first + cols - 1], of the channels ---- */

static ito_status columns_shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];

    if (n->dims.c == 0 || n->attr > x->c || n->dims.c > x->c - n->attr)
        return ito__fail(ctx, ITO_EARG,
                         "graph: columns %zu to %zu of %zu columns", n->attr,
                         n->attr + n->dims.c, x->c);
    n->dims = (dims){ x->h, x->w, n->dims.c };
    return ITO_OK;
}

static void columns_forward(const call *c)
{
    const size_t from = c->n->in_dims[0].c, to = c->n->dims.c;
    const size_t rows = c->rows * places(&c->n->dims);

    for (size_t r = 0; r < rows; r++)
        memcpy(c->y + r * to, c->x[0] + r * from + c->n->attr,
               to * sizeof(*c->y));
}

static void columns_backward(const call *c)
{
    const size_t from = c->n->in_dims[0].c, to = c->n->dims.c;
    const size_t rows = c->rows * places(&c->n->dims);

    if (!c->dx[0])
        return;
    if (!c->dx_add[0])
        memset(c->dx[0], 0, rows * from * sizeof(*c->dx[0]));
    for (size_t r = 0; r < rows; r++) {
        real *dx = c->dx[0] + r * from + c->n->attr;

        c->kern->add(to, c->dy + r * to, dx, dx);
    }
}

const op ito__op_columns = {
    .name = "columns",
    .format = 2,
    .inputs = 1,
    .shape = columns_shape,
    .infer = columns_forward,
    .forward = columns_forward,
    .backward = columns_backward,
};

ito_status ito_graph_columns(ito_ctx *ctx, ito_graph *g, ito_node x,
                             size_t first, size_t cols, ito_node *out)
{
    const node n = { .op = &ito__op_columns,
                     .in = { x, NO_NODE },
                     .dims.c = cols,
                     .attr = first };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = E[index], row r of the table E for index r ---- */

static ito_status embed_shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[0] != 1 || n->attr == 0 || n->attr > COLS_MAX ||
        n->dims.c == 0 || n->dims.c > COLS_MAX / n->attr)
        return ito__fail(ctx, ITO_EARG,
                         "graph: a table of %zu vectors of %zu for %zu "
                         "columns: at most 2^24 weights, one column of indices",
                         n->attr, n->dims.c, n->in_cols[0]);
    n->dims = (dims){ 1, 1, n->dims.c };
    n->params = n->attr * n->dims.c;
    return ITO_OK;
}

/* Whatever is no index is taken for the last one. */
static size_t embed_index(const call *c, size_t r)
{
    const real x = c->x[0][r];

    return x >= 0 && x < (real)c->n->attr ? (size_t)x : c->n->attr - 1;
}

static void embed_forward(const call *c)
{
    const size_t cols = c->n->cols;

    for (size_t r = 0; r < c->rows; r++)
        memcpy(c->y + r * cols, c->params + embed_index(c, r) * cols,
               cols * sizeof(*c->y));
}

/* Rows are added in their order; an index has no gradient. */
static void embed_backward(const call *c)
{
    const size_t cols = c->n->cols;

    if (c->dx[0] && !c->dx_add[0])
        memset(c->dx[0], 0, c->rows * sizeof(*c->dx[0]));
    if (!c->grad)
        return;
    memset(c->grad, 0, c->n->params * sizeof(*c->grad));
    for (size_t r = 0; r < c->rows; r++) {
        real *to = c->grad + embed_index(c, r) * cols;

        c->kern->add(cols, c->dy + r * cols, to, to);
    }
}

static int embed_slice(const node *n, size_t i, ito_slice *s)
{
    if (i > 0)
        return -1;
    *s = (ito_slice){
        "table", 0, { n->attr, n->cols }, 2, 1, ITO_START_RULE, 0
    };
    return 0;
}

const op ito__op_embed = {
    .name = "embed",
    .format = 2,
    .inputs = 1,
    .shape = embed_shape,
    .infer = embed_forward,
    .forward = embed_forward,
    .backward = embed_backward,
    .reads_for_grad = READS_X,
    .slice = embed_slice,
};

ito_status ito_graph_embed(ito_ctx *ctx, ito_graph *g, ito_node index,
                           size_t count, size_t cols, ito_node *out)
{
    const node n = { .op = &ito__op_embed,
                     .in = { index, NO_NODE },
                     .dims.c = cols,
                     .attr = count };

    return ito__graph_push(ctx, g, &n, out);
}

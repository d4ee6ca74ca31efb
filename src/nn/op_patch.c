/* SPDX-License-Identifier: MIT
 *
 * op_patch.c - images as tokens and back, and a vector for each place.
 *
 * Token (i, j) of an image cut into p x p squares holds the rows of its square
 * one after another, p c numbers each: the order in which a p x p convolution
 * with stride p would read them.
 */
#include <ito/layer.h>
#include <string.h>

#include "nn/op.h"

/* ---- tokens = patches(image), attr = p; image = unpatch(tokens) ---- */

static ito_status patch_shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];
    const size_t p = n->attr;

    if (p == 0 || x->h % p != 0 || x->w % p != 0)
        return ito__fail(ctx, ITO_EARG,
                         "graph: an image of %zu x %zu cannot be cut into "
                         "squares of %zu",
                         x->h, x->w, p);
    n->dims = (dims){ x->h / p * (x->w / p), 1, size_mul(x->c, p * p) };
    return ITO_OK;
}

/* more[0], more[1]: height and width of the image. */
static ito_status unpatch_shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];
    const size_t p = n->attr, h = n->more[0], w = n->more[1];

    if (p == 0 || p > 4096 || h % p != 0 || w % p != 0 ||
        places(x) != size_mul(h / p, w / p) || x->c % (p * p) != 0)
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu tokens of %zu channels do not make %zu x "
                         "%zu of squares of %zu",
                         places(x), x->c, h, w, p);
    n->dims = (dims){ h, w, x->c / (p * p) };
    return ITO_OK;
}

/* One row of an image to tokens, or back.  The rows of a square stand behind
 * one another in its token. */
static void cut(const dims *image, size_t p, const real *x, real *token)
{
    const size_t run = p * image->c, wide = image->w / p;

    for (size_t y = 0; y < image->h; y++)
        for (size_t j = 0; j < wide; j++)
            memcpy(token + ((y / p * wide + j) * p + y % p) * run,
                   x + (y * wide + j) * run, run * sizeof(*x));
}

static void paste(const dims *image, size_t p, const real *token, real *x)
{
    const size_t run = p * image->c, wide = image->w / p;

    for (size_t y = 0; y < image->h; y++)
        for (size_t j = 0; j < wide; j++)
            memcpy(x + (y * wide + j) * run,
                   token + ((y / p * wide + j) * p + y % p) * run,
                   run * sizeof(*x));
}

static void patch_forward(const call *c)
{
    for (size_t r = 0; r < c->rows; r++)
        cut(&c->n->in_dims[0], c->n->attr, c->x[0] + r * c->n->cols,
            c->y + r * c->n->cols);
}

static void patch_backward(const call *c)
{
    for (size_t r = 0; r < c->rows; r++)
        paste(&c->n->in_dims[0], c->n->attr, c->dy + r * c->n->cols,
              c->work + r * c->n->cols);
    ito__op_give(c, 0, c->work);
}

static void unpatch_forward(const call *c)
{
    for (size_t r = 0; r < c->rows; r++)
        paste(&c->n->dims, c->n->attr, c->x[0] + r * c->n->cols,
              c->y + r * c->n->cols);
}

static void unpatch_backward(const call *c)
{
    for (size_t r = 0; r < c->rows; r++)
        cut(&c->n->dims, c->n->attr, c->dy + r * c->n->cols,
            c->work + r * c->n->cols);
    ito__op_give(c, 0, c->work);
}

const op ito__op_patches = {
    .name = "patches",
    .inputs = 1,
    .format = 3,
    .shape = patch_shape,
    .infer = patch_forward,
    .forward = patch_forward,
    .backward = patch_backward,
    .work = ito__op_output,
};

const op ito__op_unpatch = {
    .name = "unpatch",
    .inputs = 1,
    .format = 3,
    .shape = unpatch_shape,
    .infer = unpatch_forward,
    .forward = unpatch_forward,
    .backward = unpatch_backward,
    .work = ito__op_output,
};

ito_status ito_graph_patches(ito_ctx *ctx, ito_graph *g, ito_node x, size_t p,
                             ito_node *out)
{
    const node n = { .op = &ito__op_patches, .in = { x, NO_NODE }, .attr = p };

    return ito__graph_push(ctx, g, &n, out);
}

ito_status ito_graph_unpatch(ito_ctx *ctx, ito_graph *g, ito_node x, size_t p,
                             const size_t size[2], ito_node *out)
{
    const node n = { .op = &ito__op_unpatch,
                     .in = { x, NO_NODE },
                     .attr = p,
                     .more = { size[0], size[1] } };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- y = x + table, a vector of parameters for each place ---- */

static ito_status place_shape(ito_ctx *ctx, node *n)
{
    (void)ctx;
    n->dims = n->in_dims[0];
    n->params = n->in_cols[0];
    return ITO_OK;
}

static void place_forward(const call *c)
{
    const size_t d = c->n->cols;

    for (size_t r = 0; r < c->rows; r++)
        c->kern->add(d, c->x[0] + r * d, c->params, c->y + r * d);
}

static void place_backward(const call *c)
{
    const size_t d = c->n->cols;

    if (c->grad) {
        memset(c->grad, 0, d * sizeof(*c->grad));
        c->kern->colsum(c->rows, d, c->dy, d, c->grad);
    }
    ito__op_give(c, 0, c->dy);
}

static int place_slice(const node *n, size_t i, ito_slice *s)
{
    if (i > 0)
        return -1;
    *s = (ito_slice){ "table", 0,         { places(&n->dims), n->dims.c },
                      2,       n->dims.c, ITO_START_RULE,
                      0 };
    return 0;
}

const op ito__op_positions = {
    .name = "positions",
    .inputs = 1,
    .format = 3,
    .shape = place_shape,
    .infer = place_forward,
    .forward = place_forward,
    .backward = place_backward,
    .slice = place_slice,
};

ito_status ito_graph_positions(ito_ctx *ctx, ito_graph *g, ito_node x,
                               ito_node *out)
{
    const node n = { .op = &ito__op_positions, .in = { x, NO_NODE } };

    return ito__graph_push(ctx, g, &n, out);
}

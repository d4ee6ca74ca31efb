/* SPDX-License-Identifier: MIT
 *
 * op_resample.c - images of twice and of half the size, and means over all
 * places.
 */
#include <ito/layer.h>
#include <string.h>

#include "nn/op.h"

static ito_status up_shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];

    if (n->attr > ITO_UPSAMPLE_BILINEAR)
        return ito__fail(ctx, ITO_EARG, "graph: no upsampling %zu", n->attr);
    n->dims = (dims){ size_mul(2, x->h), size_mul(2, x->w), x->c };
    return ITO_OK;
}

static ito_status pool_shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];

    if (n->attr > ITO_POOL_MAX)
        return ito__fail(ctx, ITO_EARG, "graph: no pooling %zu", n->attr);
    if (x->h % 2 != 0 || x->w % 2 != 0)
        return ito__fail(ctx, ITO_EARG,
                         "graph: pooling of %zu x %zu places needs even sizes",
                         x->h, x->w);
    n->dims = (dims){ x->h / 2, x->w / 2, x->c };
    return ITO_OK;
}

static ito_status mean_shape(ito_ctx *ctx, node *n)
{
    (void)ctx;
    n->dims = (dims){ 1, 1, n->in_dims[0].c };
    return ITO_OK;
}

/*
 * Where place o of the large image along an axis reads: a weighs from[0] and
 * 1 - a from[1].  The middle of place o lies at (o + 1/2) / 2 - 1/2 of the
 * small one, and edges go on as they end (half-pixel centres, PyTorch's
 * align_corners = false).
 */
typedef struct tap {
    size_t from[2];
    real a;
} tap;

static tap tap_at(const node *n, size_t o, size_t small)
{
    const size_t i = o / 2, odd = o % 2;
    const size_t low = odd || i == 0 ? i : i - 1;
    const size_t high = odd && i + 1 < small ? i + 1 : i;

    if (n->attr == ITO_UPSAMPLE_NEAREST)
        return (tap){ { i, i }, 1 };
    return (tap){ { low, high }, (real)(odd ? 0.75 : 0.25) };
}

/* The four weights and places that make place (i, j). */
static void taps_at(const node *n, size_t i, size_t j, size_t at[4],
                    real weight[4])
{
    const size_t w = n->in_dims[0].w;
    const tap y = tap_at(n, i, n->in_dims[0].h), x = tap_at(n, j, w);

    for (size_t k = 0; k < 4; k++) {
        at[k] = (y.from[k / 2] * w + x.from[k % 2]) * n->dims.c;
        weight[k] = (k / 2 ? 1 - y.a : y.a) * (k % 2 ? 1 - x.a : x.a);
    }
}

static void up_forward(const call *c)
{
    const dims *d = &c->n->dims;
    size_t at[4];
    real weight[4];

    for (size_t r = 0; r < c->rows; r++) {
        const real *x = c->x[0] + r * c->n->in_cols[0];
        real *y = c->y + r * c->n->cols;

        for (size_t o = 0; o < d->h * d->w; o++, y += d->c) {
            const real *from[3];

            taps_at(c->n, o / d->w, o % d->w, at, weight);
            for (size_t k = 0; k < 3; k++)
                from[k] = x + at[k + 1];
            c->kern->scale(d->c, weight[0], x + at[0], y);
            if (c->n->attr == ITO_UPSAMPLE_BILINEAR)
                c->kern->lincomb(d->c, y, y, 3, weight + 1, from);
        }
    }
}

static void up_backward(const call *c)
{
    const dims *d = &c->n->dims;
    const size_t taps = c->n->attr == ITO_UPSAMPLE_BILINEAR ? 4 : 1;
    size_t at[4];
    real weight[4];

    memset(c->work, 0, c->rows * c->n->in_cols[0] * sizeof(*c->work));
    for (size_t r = 0; r < c->rows; r++) {
        const real *dy = c->dy + r * c->n->cols;
        real *dx = c->work + r * c->n->in_cols[0];

        for (size_t o = 0; o < d->h * d->w; o++, dy += d->c) {
            taps_at(c->n, o / d->w, o % d->w, at, weight);
            for (size_t k = 0; k < taps; k++)
                c->kern->axpy(d->c, weight[k], dy, dx + at[k]);
        }
    }
    ito__op_give(c, 0, c->work);
}

/* Offset of the k-th of the four places under place o of the small image. */
static size_t under(const node *n, size_t o, size_t k)
{
    const size_t i = o / n->dims.w, j = o % n->dims.w;

    return ((2 * i + k / 2) * n->in_dims[0].w + 2 * j + k % 2) * n->dims.c;
}

static void max_of(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > y[i] ? x[i] : y[i];
}

static void pool_forward(const call *c)
{
    const dims *d = &c->n->dims;

    for (size_t r = 0; r < c->rows; r++) {
        const real *x = c->x[0] + r * c->n->in_cols[0];
        real *y = c->y + r * c->n->cols;

        for (size_t o = 0; o < d->h * d->w; o++, y += d->c) {
            memcpy(y, x + under(c->n, o, 0), d->c * sizeof(*y));
            for (size_t k = 1; k < 4; k++) {
                const real *from = x + under(c->n, o, k);

                if (c->n->attr == ITO_POOL_MAX)
                    max_of(d->c, from, y);
                else
                    c->kern->add(d->c, y, from, y);
            }
            if (c->n->attr == ITO_POOL_MEAN)
                c->kern->scale(d->c, (real)0.25, y, y);
        }
    }
}

/* The gradient goes to the first of the largest. */
static void give_max(const call *c, size_t o, const real *x, const real *dy,
                     real *dx)
{
    const size_t d = c->n->dims.c;
    size_t at[4];

    for (size_t k = 0; k < 4; k++)
        at[k] = under(c->n, o, k);
    for (size_t i = 0; i < d; i++) {
        size_t best = 0;

        for (size_t k = 1; k < 4; k++)
            if (x[at[k] + i] > x[at[best] + i])
                best = k;
        for (size_t k = 0; k < 4; k++)
            dx[at[k] + i] = k == best ? dy[i] : 0;
    }
}

static void pool_backward(const call *c)
{
    const dims *d = &c->n->dims;

    for (size_t r = 0; r < c->rows; r++) {
        const real *x = c->x[0] + r * c->n->in_cols[0];
        const real *dy = c->dy + r * c->n->cols;
        real *dx = c->work + r * c->n->in_cols[0];

        for (size_t o = 0; o < d->h * d->w; o++, dy += d->c) {
            if (c->n->attr == ITO_POOL_MAX)
                give_max(c, o, x, dy, dx);
            else
                for (size_t k = 0; k < 4; k++)
                    c->kern->scale(d->c, (real)0.25, dy,
                                   dx + under(c->n, o, k));
        }
    }
    ito__op_give(c, 0, c->work);
}

static void mean_forward(const call *c)
{
    const size_t d = c->n->dims.c, n = places(&c->n->in_dims[0]);

    memset(c->y, 0, c->rows * d * sizeof(*c->y));
    for (size_t r = 0; r < c->rows; r++)
        c->kern->colsum(n, d, c->x[0] + r * n * d, d, c->y + r * d);
    c->kern->scale(c->rows * d, (real)(1.0 / (double)n), c->y, c->y);
}

static void mean_backward(const call *c)
{
    const size_t d = c->n->dims.c, n = places(&c->n->in_dims[0]);

    for (size_t r = 0; r < c->rows; r++)
        for (size_t p = 0; p < n; p++)
            c->kern->scale(d, (real)(1.0 / (double)n), c->dy + r * d,
                           c->work + (r * n + p) * d);
    ito__op_give(c, 0, c->work);
}

static size_t input_tensor(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    return size_mul(rows, n->in_cols[0]);
}

const op ito__op_upsample = {
    .name = "upsample",
    .inputs = 1,
    .format = 3,
    .shape = up_shape,
    .infer = up_forward,
    .forward = up_forward,
    .backward = up_backward,
    .work = input_tensor,
};

const op ito__op_pool = {
    .name = "pool",
    .inputs = 1,
    .format = 3,
    .shape = pool_shape,
    .infer = pool_forward,
    .forward = pool_forward,
    .backward = pool_backward,
    .reads = READS_X,
    .work = input_tensor,
};

const op ito__op_mean = {
    .name = "mean",
    .inputs = 1,
    .format = 3,
    .shape = mean_shape,
    .infer = mean_forward,
    .forward = mean_forward,
    .backward = mean_backward,
    .work = input_tensor,
};

ito_status ito_graph_upsample(ito_ctx *ctx, ito_graph *g, ito_node x,
                              ito_upsample how, ito_node *out)
{
    const node n = { .op = &ito__op_upsample,
                     .in = { x, NO_NODE },
                     .attr = (size_t)how };

    return ito__graph_push(ctx, g, &n, out);
}

ito_status ito_graph_pool(ito_ctx *ctx, ito_graph *g, ito_node x,
                          ito_pooling how, ito_node *out)
{
    const node n = { .op = &ito__op_pool,
                     .in = { x, NO_NODE },
                     .attr = (size_t)how };

    return ito__graph_push(ctx, g, &n, out);
}

ito_status ito_graph_mean(ito_ctx *ctx, ito_graph *g, ito_node x, ito_node *out)
{
    const node n = { .op = &ito__op_mean, .in = { x, NO_NODE } };

    return ito__graph_push(ctx, g, &n, out);
}

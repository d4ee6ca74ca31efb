/* SPDX-License-Identifier: MIT
 *
 * op_sinusoids.c - the features of the time of transformers (Vaswani et al.,
 * arXiv:1706.03762, in the order of Peebles and Xie, arXiv:2212.09748):
 *
 *     y  = cos(w_j s t) ..  sin(w_j s t) ..,   w_j = 10000^(-j / k), j < k
 *     dt = s times the sum over j of w_j (y_cos dy_sin - y_sin dy_cos)
 *
 * attr is k, more[0] the scale s.  Products are rounded one by one, as PyTorch
 * rounds them: w_j s t may be a thousand, and then its last bit is seen.
 */
#include <ito/layer.h>

#include "nn/op.h"

#define LOG_10000 9.21034037197618273608
#define SCALE_MAX 100000 /* the largest angle of kern->sincos */

enum { SCALE };

static ito_status shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[0] != 1 || n->attr == 0 || n->attr > COLS_MAX / 2 ||
        n->more[SCALE] == 0 || n->more[SCALE] > SCALE_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu sinusoids of %zu times %zu columns: at "
                         "least one, of 1 to %d times one column",
                         n->attr, n->more[SCALE], n->in_cols[0], SCALE_MAX);
    n->dims = (dims){ 1, 1, 2 * n->attr };
    return ITO_OK;
}

static void frequencies(const call *c, real *w)
{
    const size_t k = c->n->attr;

    for (size_t j = 0; j < k; j++)
        w[j] = (real)-LOG_10000 * (real)j / (real)k;
    c->kern->exp(k, w, w);
}

static void forward(const call *c)
{
    const size_t k = c->n->attr;
    real *w = c->work, *angle = w + k;

    frequencies(c, w);
    for (size_t r = 0; r < c->rows; r++) {
        real *y = c->y + 2 * r * k;

        c->kern->scale(k, (real)c->n->more[SCALE] * c->x[0][r], w, angle);
        c->kern->sincos(k, angle, y + k, y);
    }
}

static void backward(const call *c)
{
    const size_t k = c->n->attr;
    const real scale = (real)c->n->more[SCALE];
    real *w = c->work;

    if (!c->dx[0])
        return;
    frequencies(c, w);
    for (size_t r = 0; r < c->rows; r++) {
        const real *y = c->y + 2 * r * k, *dy = c->dy + 2 * r * k;
        real sum = 0;

        for (size_t j = 0; j < k; j++)
            sum += w[j] * (y[j] * dy[k + j] - y[k + j] * dy[j]);
        sum *= scale;
        c->dx[0][r] = c->dx_add[0] ? c->dx[0][r] + sum : sum;
    }
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    (void)rows;
    return 2 * n->attr;
}

const op ito__op_sinusoids = {
    .name = "sinusoids",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = forward,
    .forward = forward,
    .backward = backward,
    .reads = READS_Y,
    .work = work,
};

ito_status ito_graph_sinusoids(ito_ctx *ctx, ito_graph *g, ito_node t,
                               size_t count, size_t scale, ito_node *out)
{
    const node n = { .op = &ito__op_sinusoids,
                     .in = { t, NO_NODE },
                     .attr = count,
                     .more = { scale } };

    return ito__graph_push(ctx, g, &n, out);
}

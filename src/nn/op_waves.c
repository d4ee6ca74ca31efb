/* SPDX-License-Identifier: MIT
 *
 * op_waves.c - learned Fourier features of the time (Tancik et al.,
 * arXiv:2006.10739, as in the lab of 2025):
 *
 *     y = sqrt(2) [sin(2 pi w_j t) ..  cos(2 pi w_j t) ..]
 *     dw_j = sum over rows of q t (y_cos dy_sin - y_sin dy_cos), q = 2 pi
 *     dt   = sum over j of q w_j (y_cos dy_sin - y_sin dy_cos)
 *
 * attr is the number of frequencies w_j, which start from N(0, 1).
 */
#include <ito/layer.h>
#include <string.h>

#include "nn/op.h"

#define TURN 6.28318530717958647692
#define ROOT 1.41421356237309504880

static ito_status shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[0] != 1 || n->attr == 0 || n->attr > COLS_MAX / 2)
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu waves of %zu columns: at least one of one "
                         "column",
                         n->attr, n->in_cols[0]);
    n->dims = (dims){ 1, 1, 2 * n->attr };
    n->params = n->attr;
    return ITO_OK;
}

static void forward(const call *c)
{
    const size_t k = c->n->attr;
    real *angle = c->work, *s = angle + k, *co = s + k;

    for (size_t r = 0; r < c->rows; r++) {
        real *y = c->y + 2 * r * k;

        c->kern->scale(k, (real)TURN * c->x[0][r], c->params, angle);
        c->kern->sincos(k, angle, s, co);
        c->kern->scale(k, (real)ROOT, s, y);
        c->kern->scale(k, (real)ROOT, co, y + k);
    }
}

static void backward(const call *c)
{
    const size_t k = c->n->attr;

    if (c->grad)
        memset(c->grad, 0, k * sizeof(*c->grad));
    for (size_t r = 0; r < c->rows; r++) {
        const real *y = c->y + 2 * r * k, *dy = c->dy + 2 * r * k;
        real sum = 0;

        for (size_t j = 0; j < k; j++) {
            const real v = (real)TURN * (y[k + j] * dy[j] - y[j] * dy[k + j]);

            sum += c->params[j] * v;
            if (c->grad)
                c->grad[j] += c->x[0][r] * v;
        }
        if (c->dx[0])
            c->dx[0][r] = c->dx_add[0] ? c->dx[0][r] + sum : sum;
    }
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    (void)rows;
    return 3 * n->attr;
}

static int slice(const node *n, size_t i, ito_slice *s)
{
    if (i > 0)
        return -1;
    *s = (ito_slice){ .name = "weight",
                      .shape = { n->attr, 1 },
                      .rank = 1,
                      .fan_in = 1,
                      .start = ITO_START_NORMAL };
    return 0;
}

const op ito__op_waves = {
    .name = "waves",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = forward,
    .forward = forward,
    .backward = backward,
    .reads = READS_Y,
    .reads_for_grad = READS_X,
    .work = work,
    .slice = slice,
};

ito_status ito_graph_waves(ito_ctx *ctx, ito_graph *g, ito_node t, size_t count,
                           ito_node *out)
{
    const node n = { .op = &ito__op_waves,
                     .in = { t, NO_NODE },
                     .attr = count };

    return ito__graph_push(ctx, g, &n, out);
}

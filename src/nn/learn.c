/* SPDX-License-Identifier: MIT
 *
 * learn.c - the loss of a classifier and the step of Adam, for programs that
 * train a graph by a loop of their own.
 */
#include <ito/learn.h>
#include <math.h>

#include "kern/dmath.h"
#include "nn/op.h"

/* One row: its loss, and its gradient times `scale` in place of y. */
static double row_loss(size_t n, size_t label, double scale, float *y)
{
    double most = (double)y[0], sum = 0.0, loss, inverse;

    for (size_t k = 1; k < n; k++)
        most = (double)y[k] > most ? (double)y[k] : most;
    loss = most - (double)y[label];
    for (size_t k = 0; k < n; k++) {
        const double e = ito__exp((double)y[k] - most);

        sum += e;
        y[k] = (float)e;
    }
    inverse = scale / sum;
    for (size_t k = 0; k < n; k++)
        y[k] = (float)((double)y[k] * inverse - (k == label ? scale : 0.0));
    return loss + ito__log(sum);
}

ito_status ito_cross_entropy(ito_ctx *ctx, size_t rows, size_t classes,
                             const size_t *label, float *y, double *loss)
{
    double sum = 0.0;

    if (rows == 0 || classes == 0)
        return ito__fail(ctx, ITO_EARG, "cross entropy: %zu rows, %zu classes",
                         rows, classes);
    for (size_t r = 0; r < rows; r++)
        if (label[r] >= classes)
            return ito__fail(ctx, ITO_EARG,
                             "cross entropy: label %zu of row %zu: below %zu",
                             label[r], r, classes);
    if (!ctx->kern->all_finite(rows * classes, y))
        return ito__fail(ctx, ITO_ENONFINITE,
                         "cross entropy: the network's output is not finite; "
                         "try a smaller learning rate");
    for (size_t r = 0; r < rows; r++)
        sum += row_loss(classes, label[r], 1.0 / (double)rows, y + r * classes);
    if (loss)
        *loss = sum / (double)rows;
    return ITO_OK;
}

static double or_default(double x, double value)
{
    return x == 0.0 ? value : x;
}

static ito_adam_opts complete(const ito_adam_opts *given)
{
    ito_adam_opts o = given ? *given : (ito_adam_opts){ 0 };

    o.rate = or_default(o.rate, 1e-3);
    o.beta1 = or_default(o.beta1, 0.9);
    o.beta2 = or_default(o.beta2, 0.999);
    o.eps = or_default(o.eps, 1e-8);
    o.momentum = or_default(o.momentum, 0.1);
    return o;
}

static ito_status check(ito_ctx *ctx, const ito_adam_opts *o, size_t rows)
{
    if (rows == 0)
        return ito__fail(ctx, ITO_EARG, "adam: a batch of no rows");
    if (!(o->rate > 0.0) || !(o->rate < 1e3) || !(o->beta1 > 0.0) ||
        !(o->beta1 < 1.0) || !(o->beta2 > 0.0) || !(o->beta2 < 1.0) ||
        !(o->eps > 0.0) || !(o->decay >= 0.0) || !(o->momentum > 0.0) ||
        !(o->momentum <= 1.0) || !(o->rate * o->decay < 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "adam: rate %g, decay rates %g and %g, eps %g, weight "
                         "decay %g, momentum %g: out of range",
                         o->rate, o->beta1, o->beta2, o->eps, o->decay,
                         o->momentum);
    return ITO_OK;
}

ito_status ito_adam_step(ito_ctx *ctx, const ito_graph *g,
                         const ito_adam_opts *opts, size_t rows, float *grad,
                         ito_adam_state *state)
{
    const ito_adam_opts o = complete(opts);
    const double k = (double)(state->step + 1);
    const ito_kern *kern = ctx->kern;
    const ito_status rc = check(ctx, &o, rows);
    ito_adam a;

    if (rc != ITO_OK)
        return rc;
    a = (ito_adam){ .beta1 = (float)o.beta1,
                    .beta2 = (float)o.beta2,
                    .rate = (float)(o.rate / (1.0 - ito__pow(o.beta1, k))),
                    .v_scale = (float)(1.0 / (1.0 - ito__pow(o.beta2, k))),
                    .eps = (float)o.eps,
                    .decay = (float)(1.0 - o.rate * o.decay),
                    .g_scale = 1.0F };
    for (size_t at = 0, end; at < g->params; at = end) {
        const size_t p = at;
        bool running;

        end = ito__graph_piece(g, p, g->params, &running);
        if (running) {
            kern->scale(end - p, 1.0F / (float)rows, grad + p, grad + p);
            kern->lerp(end - p, (float)o.momentum, grad + p, state->w + p);
        } else {
            kern->adam(end - p, &a, grad + p, state->w + p, state->m + p,
                       state->v + p);
        }
    }
    state->step++;
    return ITO_OK;
}

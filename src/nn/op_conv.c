/* SPDX-License-Identifier: MIT
 *
 * op_conv.c - convolution of images with bias and activation (kern.h has the
 * formula).
 *
 *     forward    z = x * W + b,  y = act(z),  saved = act'(z)
 *     backward  dz = dy saved
 *               dW = x' * dz     db = sum of dz over places     dx = dz * W'
 *
 * attr is the side of the kernel; more[] the stride, whether the border is
 * left out, whether Winograd's method is.  W is ky, kx, in, out in memory.
 */
#include <ito/layer.h>
#include <string.h>

#include "nn/op.h"

enum { STRIDE, NO_PAD, DIRECT };

static ito_conv_shape shape_of(const node *n)
{
    const dims *x = &n->in_dims[0];

    return (ito_conv_shape){ .h = x->h,
                             .w = x->w,
                             .in = x->c,
                             .out = n->dims.c,
                             .size = n->attr,
                             .stride = n->more[STRIDE],
                             .pad = n->more[NO_PAD] ? 0 : n->attr / 2,
                             .winograd = !n->more[DIRECT] };
}

static size_t weights(const node *n)
{
    return n->attr * n->attr * n->in_dims[0].c * n->dims.c;
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];
    const size_t side = n->attr, stride = n->more[STRIDE], out = n->dims.c;
    const size_t border = n->more[NO_PAD] ? 0 : 2 * (side / 2);

    if ((side != 1 && side != 3) || (stride != 1 && stride != 2) ||
        n->more[NO_PAD] > 1 || n->more[DIRECT] > 1)
        return ito__fail(ctx, ITO_EARG,
                         "graph: convolution %zu x %zu with stride %zu: sides "
                         "are 1 or 3, strides 1 or 2",
                         side, side, stride);
    if (x->h + border < side || x->w + border < side || out == 0 ||
        out > COLS_MAX / 9 || x->c > COLS_MAX / 9 / out)
        return ito__fail(ctx, ITO_EARG,
                         "graph: convolution of %zu x %zu x %zu to %zu "
                         "channels: at most 2^24 weights, images no smaller "
                         "than the kernel",
                         x->h, x->w, x->c, out);
    n->dims.h = (x->h + border - side) / stride + 1;
    n->dims.w = (x->w + border - side) / stride + 1;
    n->params = weights(n) + out;
    n->saved = n->act == ITO_ACT_NONE ? 0 : ito__dims_cols(&n->dims);
    return ITO_OK;
}

static ito_conv_run run_of(const call *c, const ito_conv_shape *s)
{
    return (ito_conv_run){ .s = s,
                           .rows = c->rows,
                           .packed = c->packed,
                           .x = c->x[0],
                           .y = c->y,
                           .bias = c->params + weights(c->n),
                           .act = c->n->act,
                           .work = c->work };
}

static void run(const call *c, real *deriv)
{
    const ito_conv_shape s = shape_of(c->n);
    ito_conv_run r = run_of(c, &s);

    r.deriv = deriv;
    c->kern->conv(&r);
}

/* The convolution with what is added to it. */
static void run_add(const call *conv, const call *add)
{
    const ito_conv_shape s = shape_of(conv->n);
    ito_conv_run r = run_of(conv, &s);

    r.y = add->y;
    r.beside = add->x[1];
    r.beside_vector = add->n->in_cols[1] < add->n->cols;
    conv->kern->conv(&r);
}

static bool is_plain(const node *conv, const node *add)
{
    (void)add;
    return conv->act == ITO_ACT_NONE;
}

const op_pair ito__conv_add = { .first = &ito__op_conv,
                                .second = &ito__op_add,
                                .fits = is_plain,
                                .infer = run_add,
                                .forward = run_add };

static void infer(const call *c)
{
    run(c, NULL);
}

static void forward(const call *c)
{
    run(c, c->n->act == ITO_ACT_NONE ? NULL : c->saved);
}

static void backward(const call *c)
{
    const ito_conv_shape s = shape_of(c->n);
    const size_t all = c->rows * places(&c->n->dims);
    const ito_conv_run r = { .s = &s,
                             .rows = c->rows,
                             .packed = c->packed,
                             .x = c->x[0],
                             .dz = c->dy,
                             .dx = c->dx[0],
                             .accumulate = c->dx_add[0],
                             .grad = c->grad,
                             .work = c->work };

    if (c->n->act != ITO_ACT_NONE)
        c->kern->mul(all * s.out, c->dy, c->saved, c->dy);
    if (c->grad) {
        real *bias = c->grad + weights(c->n);

        c->kern->conv_dw(&r);
        memset(bias, 0, s.out * sizeof(*bias));
        c->kern->colsum(all, s.out, c->dy, s.out, bias);
    }
    if (c->dx[0])
        c->kern->conv_dx(&r);
}

static size_t packed_size(const ito_kern *kern, const node *n)
{
    const ito_conv_shape s = shape_of(n);

    return kern->conv_packed(&s);
}

static void pack(const ito_kern *kern, const node *n, const real *params,
                 real *packed)
{
    const ito_conv_shape s = shape_of(n);

    kern->conv_pack(&s, params, packed);
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    const ito_conv_shape s = shape_of(n);

    (void)rows;
    return kern->conv_work(&s);
}

static double madds(const node *n)
{
    return (double)weights(n) * (double)places(&n->dims);
}

static int slice(const node *n, size_t i, ito_slice *s)
{
    const size_t in = n->attr * n->attr * n->in_dims[0].c, out = n->dims.c;
    const ito_slice parts[2] = {
        { "weight", 0, { in, out }, 2, in, ITO_START_RULE, 0 },
        { "bias", in * out, { out, 1 }, 1, in, ITO_START_RULE, 0 },
    };

    if (i >= 2)
        return -1;
    *s = parts[i];
    return 0;
}

static bool keeps(const node *n)
{
    return n->act == ITO_ACT_NONE;
}

const op ito__op_conv = {
    .name = "conv",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .reads_for_grad = READS_X,
    .packed_size = packed_size,
    .pack = pack,
    .work = work,
    .madds = madds,
    .slice = slice,
    .keeps = keeps,
};

ito_status ito_graph_conv(ito_ctx *ctx, ito_graph *g, ito_node x,
                          const ito_conv *conv, ito_node *out)
{
    const node n = { .op = &ito__op_conv,
                     .in = { x, NO_NODE },
                     .dims.c = conv->channels,
                     .act = conv->act,
                     .attr = conv->size ? conv->size : 3,
                     .more = { conv->stride ? conv->stride : 1,
                               conv->no_pad != 0, conv->direct != 0 } };

    if (!ito_act_name(conv->act))
        return ito__fail(ctx, ITO_EARG, "graph: no activation %d",
                         (int)conv->act);
    return ito__graph_push(ctx, g, &n, out);
}

/* SPDX-License-Identifier: MIT
 *
 * unet.c - the U-Net of ito/net.h (Ronneberger, Fischer, Brox,
 * arXiv:1505.04597, in the form of the lab of 2025).
 *
 *     start    conv 3x3 to c_0, norm, SiLU
 *     down i   `blocks` residual layers of c_i, conv 3x3 with stride 2 to
 *              c_i+1, whose output is also kept
 *     middle   `blocks` residual layers of the last c
 *     up i     + what down i kept, twice as large, conv 3x3 to c_i, `blocks`
 *              residual layers
 *     end      conv 3x3 to the channels of the image
 *
 * A residual layer adds time and label between two convolutions:
 *
 *     h = conv(norm(silu(x))) + A(time) + B(label)
 *     y = conv(norm(silu(h))) + x,   A, B: linear, SiLU, linear
 */
#include <ito/layer.h>
#include <ito/net.h>

#include "ctx/ctx.h"

#define CHANNELS_MAX 4096
#define BLOCKS_MAX   16
#define EMBED_MAX    4096

/* What is being built, and the vectors of time and label. */
typedef struct builder {
    ito_ctx *ctx;
    ito_graph *g;
    ito_unet net; /* defaults filled in */
    ito_node time, label;
} builder;

static ito_status conv(builder *b, ito_node *x, size_t channels, size_t stride)
{
    const ito_conv c = { .channels = channels,
                         .stride = stride,
                         .direct = b->net.direct };

    return ito_graph_conv(b->ctx, b->g, *x, &c, x);
}

static ito_status norm(builder *b, ito_node *x, size_t channels)
{
    ito_norm n = { .kind = b->net.norm };

    if (n.kind == ITO_NORM_GROUP)
        n.groups = channels % 8 == 0 ? 8 : 1;
    return ito_graph_norm(b->ctx, b->g, *x, &n, x);
}

/* *of = linear(silu(linear(*of))) */
static ito_status perceptron(builder *b, ito_node *of, size_t channels)
{
    ito_status rc =
        ito_graph_linear(b->ctx, b->g, *of, b->net.embed, ITO_ACT_SILU, of);

    if (rc == ITO_OK)
        rc = ito_graph_linear(b->ctx, b->g, *of, channels, ITO_ACT_NONE, of);
    return rc;
}

/* x += A(time) + B(label) at every place. */
static ito_status add_vectors(builder *b, ito_node *x, size_t channels)
{
    ito_node v = b->time, label = b->label;
    ito_status rc = perceptron(b, &v, channels);

    if (rc == ITO_OK && b->net.labels > 0) {
        rc = perceptron(b, &label, channels);
        if (rc == ITO_OK)
            rc = ito_graph_add(b->ctx, b->g, v, label, &v);
    }
    return rc == ITO_OK ? ito_graph_add(b->ctx, b->g, *x, v, x) : rc;
}

/* conv(norm(silu(x))) */
static ito_status half(builder *b, ito_node *x, size_t channels)
{
    ito_status rc = ito_graph_act(b->ctx, b->g, *x, ITO_ACT_SILU, x);

    if (rc == ITO_OK)
        rc = norm(b, x, channels);
    return rc == ITO_OK ? conv(b, x, channels, 1) : rc;
}

static ito_status residuals(builder *b, ito_node *x, size_t channels)
{
    for (size_t i = 0; i < b->net.blocks; i++) {
        ito_node h = *x;
        ito_status rc = half(b, &h, channels);

        if (rc == ITO_OK)
            rc = add_vectors(b, &h, channels);
        if (rc == ITO_OK)
            rc = half(b, &h, channels);
        if (rc == ITO_OK)
            rc = ito_graph_add(b->ctx, b->g, h, *x, x);
        if (rc != ITO_OK)
            return rc;
    }
    return ITO_OK;
}

/* The inputs: *x the image, and the vectors of time and label. */
static ito_status inputs(builder *b, ito_node *x)
{
    const ito_unet *n = &b->net;
    const size_t shape[3] = { n->h, n->w, n->c };
    ito_ctx *ctx = b->ctx;
    ito_status rc;

    if ((rc = ito_graph_input(ctx, b->g, ITO_INPUT_X, n->h * n->w * n->c, x)) !=
            ITO_OK ||
        (rc = ito_graph_reshape(ctx, b->g, *x, shape, x)) != ITO_OK ||
        (rc = ito_graph_input(ctx, b->g, ITO_INPUT_T, 1, &b->time)) != ITO_OK ||
        (rc = ito_graph_waves(ctx, b->g, b->time, n->embed / 2, &b->time)) !=
            ITO_OK ||
        n->labels == 0)
        return rc;
    rc = ito_graph_input(ctx, b->g, ITO_INPUT_COND, 1, &b->label);
    if (rc == ITO_OK)
        rc = ito_graph_embed(ctx, b->g, b->label, n->labels, n->embed,
                             &b->label);
    return rc == ITO_OK ? ito_graph_start(ctx, b->g, b->label, ITO_START_NORMAL)
                        : rc;
}

static ito_status start(builder *b, ito_node *x)
{
    const size_t c = b->net.channels[0];
    ito_status rc;

    if ((rc = conv(b, x, c, 1)) != ITO_OK || (rc = norm(b, x, c)) != ITO_OK)
        return rc;
    return ito_graph_act(b->ctx, b->g, *x, ITO_ACT_SILU, x);
}

static ito_status down(builder *b, ito_node *x, ito_node *kept)
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; rc == ITO_OK && i + 1 < b->net.levels; i++) {
        rc = residuals(b, x, b->net.channels[i]);
        if (rc == ITO_OK)
            rc = conv(b, x, b->net.channels[i + 1], 2);
        kept[i] = *x;
    }
    return rc;
}

static ito_status up(builder *b, ito_node *x, const ito_node *kept)
{
    ito_status rc = ITO_OK;

    for (size_t i = b->net.levels - 1; rc == ITO_OK && i-- > 0;) {
        rc = ito_graph_add(b->ctx, b->g, *x, kept[i], x);
        if (rc == ITO_OK)
            rc = ito_graph_upsample(b->ctx, b->g, *x, ITO_UPSAMPLE_BILINEAR, x);
        if (rc == ITO_OK)
            rc = conv(b, x, b->net.channels[i], 1);
        if (rc == ITO_OK)
            rc = residuals(b, x, b->net.channels[i]);
    }
    return rc;
}

static ito_status build(builder *b)
{
    const ito_unet *n = &b->net;
    const size_t flat[3] = { 1, 1, n->h * n->w * n->c };
    ito_node x, kept[ITO_UNET_LEVELS] = { 0 };
    ito_status rc;

    if ((rc = inputs(b, &x)) != ITO_OK || (rc = start(b, &x)) != ITO_OK ||
        (rc = down(b, &x, kept)) != ITO_OK ||
        (rc = residuals(b, &x, n->channels[n->levels - 1])) != ITO_OK ||
        (rc = up(b, &x, kept)) != ITO_OK ||
        (rc = conv(b, &x, n->c, 1)) != ITO_OK ||
        (rc = ito_graph_reshape(b->ctx, b->g, x, flat, &x)) != ITO_OK)
        return rc;
    return ito_graph_finish(b->ctx, b->g, x);
}

/* Defaults, and whether the sizes fit. */
static ito_status complete(ito_ctx *ctx, ito_unet *n)
{
    static const size_t lab[] = { 32, 64, 128 };
    size_t factor;

    if (n->levels == 0 && n->channels[0] == 0) {
        n->levels = 3;
        for (size_t i = 0; i < 3; i++)
            n->channels[i] = lab[i];
    }
    n->blocks = n->blocks ? n->blocks : 2;
    n->embed = n->embed ? n->embed : 40;
    if (n->levels == 0 || n->levels > ITO_UNET_LEVELS ||
        n->blocks > BLOCKS_MAX || n->embed % 2 != 0 || n->embed > EMBED_MAX ||
        n->labels == 1)
        return ito__fail(ctx, ITO_EARG,
                         "unet: %zu levels (1 to %d), %zu blocks (at most %d), "
                         "%zu columns of time and label (even, at most %d), "
                         "%zu labels (none is one of them)",
                         n->levels, ITO_UNET_LEVELS, n->blocks, BLOCKS_MAX,
                         n->embed, EMBED_MAX, n->labels);
    for (size_t i = 0; i < n->levels; i++)
        if (n->channels[i] == 0 || n->channels[i] > CHANNELS_MAX)
            return ito__fail(ctx, ITO_EARG,
                             "unet: level %zu of %zu channels (1 to %d)", i,
                             n->channels[i], CHANNELS_MAX);
    factor = (size_t)1 << (n->levels - 1);
    if (n->c == 0 || n->c > CHANNELS_MAX || n->h == 0 || n->w == 0 ||
        n->h > CHANNELS_MAX || n->w > CHANNELS_MAX || n->h % factor != 0 ||
        n->w % factor != 0)
        return ito__fail(ctx, ITO_EARG,
                         "unet: images of %zu x %zu x %zu: sides are multiples "
                         "of %zu, at most %d; pad them, or take fewer levels",
                         n->h, n->w, n->c, factor, CHANNELS_MAX);
    return ITO_OK;
}

ito_status ito_unet_build(ito_ctx *ctx, const ito_unet *unet, ito_graph **out)
{
    builder b = { .ctx = ctx, .net = *unet };
    ito_status rc;

    *out = NULL;
    if ((rc = complete(ctx, &b.net)) != ITO_OK ||
        (rc = ito_graph_new(ctx, &b.g)) != ITO_OK)
        return rc;
    if ((rc = build(&b)) != ITO_OK) {
        ito_graph_free(b.g);
        return rc;
    }
    *out = b.g;
    return ITO_OK;
}

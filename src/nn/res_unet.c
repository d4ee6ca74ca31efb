/* SPDX-License-Identifier: MIT
 *
 * res_unet.c - the residual U-Net of ito/net.h: the blocks of Dhariwal and
 * Nichol (arXiv:2105.05233), whose sizes change inside of them (BigGAN,
 * arXiv:1809.11096), cut to what two cores can do.
 *
 *     v        silu(W' silu(W [t waves(t)]) + table(label))
 *     start    conv 3x3 to c_0
 *     down i   blocks of c_i; their output is kept; a block to c_i+1 that
 *              makes it half as large
 *     middle   blocks of the last c, the first followed by attention, where
 *              there are not too many places for it
 *     up i     a block to c_i that makes it twice as large, + A kept,
 *              blocks of c_i
 *     end      conv(silu(norm(x)))
 *
 * A block leads by v with scale and shift (arXiv:1709.07871):
 *
 *     h = conv(half(silu(norm(x))))  or  twice(conv(silu(norm(x))))
 *     h = conv(dropout(silu(norm(h) (1 + s(v)) + m(v))))    from zero
 *     y = h + B x, made as large
 *
 * B is the identity where channels stay.  The skips A kept are added, and
 * what grows is convolved before: both are some times less work than the
 * concatenation and the large convolution of the papers.
 */
#include <ito/layer.h>
#include <ito/net.h>

#include "ctx/ctx.h"

#define CHANNELS_MAX 4096
#define BLOCKS_MAX   16
#define EMBED_MAX    4096
#define HEAD_COLS    32   /* channels of a head of attention */
#define PLACES_MAX   1024 /* of attention, whose work is their square */

typedef struct builder {
    ito_ctx *ctx;
    ito_graph *g;
    ito_res_unet net; /* defaults filled in */
    ito_node lead;    /* v */
} builder;

typedef enum resize { SAME, HALF, TWICE } resize;

static size_t channels_of(const builder *b, ito_node x)
{
    size_t shape[3] = { 0 };

    (void)ito_graph_shape(b->ctx, b->g, x, shape);
    return shape[2];
}

static ito_status conv(builder *b, ito_node *x, size_t channels)
{
    const ito_conv c = { .channels = channels };

    return ito_graph_conv(b->ctx, b->g, *x, &c, x);
}

static ito_status conv_from_zero(builder *b, ito_node *x, size_t channels)
{
    ito_status rc = conv(b, x, channels);

    return rc == ITO_OK ? ito_graph_start(b->ctx, b->g, *x, ITO_START_ZERO)
                        : rc;
}

static ito_status norm(builder *b, ito_node *x, int plain)
{
    const size_t channels = channels_of(b, *x);
    const ito_norm n = { .kind = ITO_NORM_GROUP,
                         .groups = channels % 8 == 0 ? 8 : 1,
                         .plain = plain };

    return ito_graph_norm(b->ctx, b->g, *x, &n, x);
}

static ito_status silu(builder *b, ito_node *x)
{
    return ito_graph_act(b->ctx, b->g, *x, ITO_ACT_SILU, x);
}

static ito_status change_size(builder *b, ito_node *x, resize how)
{
    if (how == HALF)
        return ito_graph_pool(b->ctx, b->g, *x, ITO_POOL_MEAN, x);
    if (how == TWICE)
        return ito_graph_upsample(b->ctx, b->g, *x, ITO_UPSAMPLE_NEAREST, x);
    return ITO_OK;
}

/* The first half of a block. */
static ito_status first(builder *b, ito_node *x, size_t channels, resize how)
{
    ito_status rc = norm(b, x, 0);

    if (rc == ITO_OK)
        rc = silu(b, x);
    if (rc == ITO_OK && how == HALF)
        rc = change_size(b, x, how);
    if (rc == ITO_OK)
        rc = conv(b, x, channels);
    return rc == ITO_OK && how == TWICE ? change_size(b, x, how) : rc;
}

/* The second half, led by v. */
static ito_status second(builder *b, ito_node *x, size_t channels)
{
    ito_node by;
    ito_status rc = ito_graph_linear(b->ctx, b->g, b->lead, 2 * channels,
                                     ITO_ACT_NONE, &by);

    if (rc == ITO_OK)
        rc = norm(b, x, 1);
    if (rc == ITO_OK)
        rc = ito_graph_scale_shift(b->ctx, b->g, *x, by, x);
    if (rc == ITO_OK)
        rc = silu(b, x);
    if (rc == ITO_OK && b->net.dropout != 0.0)
        rc = ito_graph_dropout(b->ctx, b->g, *x, b->net.dropout, x);
    return rc == ITO_OK ? conv_from_zero(b, x, channels) : rc;
}

/* What goes past the block: the thinner of the two sizes is mapped. */
static ito_status past(builder *b, ito_node *x, size_t channels, resize how)
{
    ito_status rc = how == HALF ? change_size(b, x, how) : ITO_OK;

    if (rc == ITO_OK && channels_of(b, *x) != channels)
        rc = ito_graph_linear(b->ctx, b->g, *x, channels, ITO_ACT_NONE, x);
    return rc == ITO_OK && how == TWICE ? change_size(b, x, how) : rc;
}

static ito_status block(builder *b, ito_node *x, size_t channels, resize how)
{
    ito_node h = *x;
    ito_status rc = first(b, &h, channels, how);

    if (rc == ITO_OK)
        rc = second(b, &h, channels);
    if (rc == ITO_OK)
        rc = past(b, x, channels, how);
    return rc == ITO_OK ? ito_graph_add(b->ctx, b->g, h, *x, x) : rc;
}

static ito_status attention(builder *b, ito_node *x)
{
    const size_t c = channels_of(b, *x);
    const size_t heads = c % HEAD_COLS == 0 ? c / HEAD_COLS : 1;
    ito_node h = *x;
    ito_status rc = norm(b, &h, 0);

    if (rc == ITO_OK)
        rc = ito_graph_linear(b->ctx, b->g, h, 3 * c, ITO_ACT_NONE, &h);
    if (rc == ITO_OK)
        rc = ito_graph_attention(b->ctx, b->g, h, heads, &h);
    if (rc == ITO_OK)
        rc = ito_graph_linear(b->ctx, b->g, h, c, ITO_ACT_NONE, &h);
    if (rc == ITO_OK)
        rc = ito_graph_start(b->ctx, b->g, h, ITO_START_ZERO);
    return rc == ITO_OK ? ito_graph_add(b->ctx, b->g, h, *x, x) : rc;
}

static ito_status blocks(builder *b, ito_node *x, size_t level)
{
    const size_t places = (b->net.h >> level) * (b->net.w >> level);
    const bool attend =
        level + 1 == b->net.levels && places > 1 && places <= PLACES_MAX;
    ito_status rc = ITO_OK;

    for (size_t i = 0; rc == ITO_OK && i < b->net.blocks[level]; i++) {
        rc = block(b, x, b->net.channels[level], SAME);
        if (rc == ITO_OK && i == 0 && attend)
            rc = attention(b, x);
    }
    return rc;
}

/* v, of time and label. */
static ito_status make_lead(builder *b)
{
    const size_t cols = b->net.embed;
    ito_node t, v = 0, label;
    ito_status rc = ito_graph_input(b->ctx, b->g, ITO_INPUT_T, 1, &t);

    if (rc == ITO_OK)
        rc = ito_graph_fourier(b->ctx, b->g, t, 16, &v);
    if (rc == ITO_OK)
        rc = ito_graph_concat(b->ctx, b->g, t, v, &v);
    if (rc == ITO_OK)
        rc = ito_graph_linear(b->ctx, b->g, v, cols, ITO_ACT_SILU, &v);
    if (rc == ITO_OK)
        rc = ito_graph_linear(b->ctx, b->g, v, cols, ITO_ACT_NONE, &v);
    if (rc == ITO_OK && b->net.labels > 0) {
        rc = ito_graph_input(b->ctx, b->g, ITO_INPUT_COND, 1, &label);
        if (rc == ITO_OK)
            rc = ito_graph_embed(b->ctx, b->g, label, b->net.labels, cols,
                                 &label);
        if (rc == ITO_OK)
            rc = ito_graph_start(b->ctx, b->g, label, ITO_START_NORMAL);
        if (rc == ITO_OK)
            rc = ito_graph_add(b->ctx, b->g, v, label, &v);
    }
    b->lead = v;
    return rc == ITO_OK ? silu(b, &b->lead) : rc;
}

/* Levels down and the middle. */
static ito_status down(builder *b, ito_node *x, ito_node *kept)
{
    ito_status rc = conv(b, x, b->net.channels[0]);

    for (size_t i = 0; rc == ITO_OK && i + 1 < b->net.levels; i++) {
        rc = blocks(b, x, i);
        kept[i] = *x;
        if (rc == ITO_OK)
            rc = block(b, x, b->net.channels[i + 1], HALF);
    }
    return rc == ITO_OK ? blocks(b, x, b->net.levels - 1) : rc;
}

static ito_status up(builder *b, ito_node *x, const ito_node *kept)
{
    ito_status rc = ITO_OK;

    for (size_t i = b->net.levels - 1; rc == ITO_OK && i-- > 0;) {
        const size_t c = b->net.channels[i];
        ito_node k = 0;

        rc = block(b, x, c, TWICE);
        if (rc == ITO_OK)
            rc = ito_graph_linear(b->ctx, b->g, kept[i], c, ITO_ACT_NONE, &k);
        if (rc == ITO_OK)
            rc = ito_graph_add(b->ctx, b->g, *x, k, x);
        if (rc == ITO_OK)
            rc = blocks(b, x, i);
    }
    return rc;
}

static ito_status ends(builder *b, ito_node *x)
{
    ito_status rc = norm(b, x, 0);

    if (rc == ITO_OK)
        rc = silu(b, x);
    return rc == ITO_OK ? conv_from_zero(b, x, b->net.c) : rc;
}

static ito_status build(builder *b)
{
    const ito_res_unet *n = &b->net;
    const size_t shape[3] = { n->h, n->w, n->c };
    const size_t flat[3] = { 1, 1, n->h * n->w * n->c };
    ito_node x, kept[ITO_UNET_LEVELS] = { 0 };
    ito_status rc;

    if ((rc = ito_graph_input(b->ctx, b->g, ITO_INPUT_X, flat[2], &x)) !=
            ITO_OK ||
        (rc = ito_graph_reshape(b->ctx, b->g, x, shape, &x)) != ITO_OK ||
        (rc = make_lead(b)) != ITO_OK || (rc = down(b, &x, kept)) != ITO_OK ||
        (rc = up(b, &x, kept)) != ITO_OK || (rc = ends(b, &x)) != ITO_OK ||
        (rc = ito_graph_reshape(b->ctx, b->g, x, flat, &x)) != ITO_OK)
        return rc;
    return ito_graph_finish(b->ctx, b->g, x);
}

static ito_status check_levels(ito_ctx *ctx, const ito_res_unet *n)
{
    if (n->levels == 0 || n->levels > ITO_UNET_LEVELS || n->embed > EMBED_MAX ||
        n->labels == 1)
        return ito__fail(ctx, ITO_EARG,
                         "unet: %zu levels (1 to %d), %zu columns of time and "
                         "label (at most %d), %zu labels (none is one of them)",
                         n->levels, ITO_UNET_LEVELS, n->embed, EMBED_MAX,
                         n->labels);
    for (size_t i = 0; i < n->levels; i++)
        if (n->channels[i] == 0 || n->channels[i] > CHANNELS_MAX ||
            n->blocks[i] > BLOCKS_MAX)
            return ito__fail(ctx, ITO_EARG,
                             "unet: level %zu of %zu channels (1 to %d) and "
                             "%zu blocks (at most %d)",
                             i, n->channels[i], CHANNELS_MAX, n->blocks[i],
                             BLOCKS_MAX);
    return ITO_OK;
}

/* As many as have channels and as the sizes can be halved for; the lowest has
 * the blocks of the last. */
static void choose_levels(ito_res_unet *n)
{
    size_t most = 1, factor = 2;

    n->levels = 1;
    while (most < ITO_UNET_LEVELS && n->channels[most] > 0)
        most++;
    for (; n->levels < most && n->h % factor == 0 && n->w % factor == 0;
         factor *= 2)
        n->levels++;
    n->blocks[n->levels - 1] = n->blocks[most - 1];
}

/* Defaults, and whether the sizes fit. */
static ito_status complete(ito_ctx *ctx, ito_res_unet *n)
{
    static const ito_res_unet usual = { .channels = { 32, 64, 128 },
                                        .blocks = { 0, 1, 2 } };
    const size_t most = CHANNELS_MAX;
    size_t factor;
    ito_status rc;

    if (n->channels[0] == 0)
        for (size_t i = 0; i < 3; i++) {
            n->channels[i] = usual.channels[i];
            n->blocks[i] = usual.blocks[i];
        }
    if (n->levels == 0)
        choose_levels(n);
    n->embed = n->embed ? n->embed : 128;
    if ((rc = check_levels(ctx, n)) != ITO_OK)
        return rc;
    factor = (size_t)1 << (n->levels - 1);
    if (n->c == 0 || n->c > most || n->h == 0 || n->w == 0 || n->h > most ||
        n->w > most || n->h % factor != 0 || n->w % factor != 0)
        return ito__fail(ctx, ITO_EARG,
                         "unet: images of %zu x %zu x %zu: sides are multiples "
                         "of %zu, at most %zu; pad them, or take fewer levels",
                         n->h, n->w, n->c, factor, most);
    return ITO_OK;
}

ito_status ito_res_unet_build(ito_ctx *ctx, const ito_res_unet *unet,
                              ito_graph **out)
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

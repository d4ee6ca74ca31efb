/* SPDX-License-Identifier: MIT
 *
 * layer_nets.h - small networks, one or more for every operation of images
 * and tokens, for test_layers.c (float) and double_layers.c (double).
 *
 * Every network takes x and, where it wants, t and conditions; what is
 * broadcast comes through a linear layer, so that its gradient reaches
 * parameters.
 */
#ifndef LAYER_NETS_H
#define LAYER_NETS_H

#include <ito/layer.h>
#include <ito/net.h>

#include "check.h"

typedef struct layer_net {
    const char *name;
    ito_graph *(*build)(ito_ctx *ctx);
    int mixes; /* rows depend on each other in training */
} layer_net;

/* A graph under construction: failures are reported with their text. */
typedef struct maker {
    ito_ctx *ctx;
    ito_graph *g;
} maker;

#define M_OK(m, call) CHECK_OK((m)->ctx, (call))

__attribute__((unused)) static maker make_graph(ito_ctx *ctx)
{
    maker m = { .ctx = ctx };

    M_OK(&m, ito_graph_new(ctx, &m.g));
    return m;
}

/* The input x as h x w x c. */
__attribute__((unused)) static ito_node make_image(maker *m, size_t h, size_t w,
                                                   size_t c)
{
    const size_t shape[3] = { h, w, c };
    ito_node x;

    M_OK(m, ito_graph_input(m->ctx, m->g, ITO_INPUT_X, h * w * c, &x));
    M_OK(m, ito_graph_reshape(m->ctx, m->g, x, shape, &x));
    return x;
}

/* A vector made of the time. */
__attribute__((unused)) static ito_node make_vector(maker *m, size_t cols)
{
    ito_node t;

    M_OK(m, ito_graph_input(m->ctx, m->g, ITO_INPUT_T, 1, &t));
    M_OK(m, ito_graph_linear(m->ctx, m->g, t, 3 * cols + 2, ITO_ACT_TANH, &t));
    M_OK(m, ito_graph_linear(m->ctx, m->g, t, cols, ITO_ACT_NONE, &t));
    return t;
}

__attribute__((unused)) static ito_graph *make_end(maker *m, ito_node y)
{
    M_OK(m, ito_graph_finish(m->ctx, m->g, y));
    return m->g;
}

/* Sums, products, modulation and parts, of an image and one vector. */
__attribute__((unused)) static ito_graph *net_places(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    ito_node x = make_image(&m, 2, 3, 4), v = make_vector(&m, 20), a, b, y;

    M_OK(&m, ito_graph_columns(ctx, m.g, v, 0, 4, &a));
    M_OK(&m, ito_graph_add(ctx, m.g, x, a, &y));
    M_OK(&m, ito_graph_columns(ctx, m.g, v, 3, 4, &b));
    M_OK(&m, ito_graph_mul(ctx, m.g, y, b, &y));
    M_OK(&m, ito_graph_mul(ctx, m.g, y, a, &y));
    M_OK(&m, ito_graph_columns(ctx, m.g, v, 8, 8, &b));
    M_OK(&m, ito_graph_scale_shift(ctx, m.g, y, b, &y));
    M_OK(&m, ito_graph_concat(ctx, m.g, y, x, &y));
    M_OK(&m, ito_graph_columns(ctx, m.g, y, 2, 5, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 8, ITO_ACT_TANH, &y));
    M_OK(&m, ito_graph_scale_shift(ctx, m.g, x, y, &y));
    M_OK(&m, ito_graph_act(ctx, m.g, y, ITO_ACT_SILU, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 3, ITO_ACT_NONE, &y));
    return make_end(&m, y);
}

__attribute__((unused)) static ito_node make_conv(maker *m, ito_node x,
                                                  ito_conv conv)
{
    ito_node y;

    M_OK(m, ito_graph_conv(m->ctx, m->g, x, &conv, &y));
    return y;
}

/* By Winograd's method, with sides that tiles do and do not divide. */
__attribute__((unused)) static ito_graph *net_winograd(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    const ito_node x = make_image(&m, 7, 8, 3);
    ito_node y = make_conv(&m, x, (ito_conv){ .channels = 16, .size = 1 });
    ito_node z;

    z = make_conv(&m, y, (ito_conv){ .channels = 19, .act = ITO_ACT_TANH });
    z = make_conv(&m, z, (ito_conv){ .channels = 16 });
    M_OK(&m, ito_graph_add(ctx, m.g, y, z, &z));
    M_OK(&m, ito_graph_concat(ctx, m.g, y, z, &z));
    z = make_conv(&m, z, (ito_conv){ .channels = 17, .act = ITO_ACT_SILU });
    return make_end(&m, z);
}

/* Directly: thin, wide, strides, without border. */
__attribute__((unused)) static ito_graph *net_direct(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    const ito_node x = make_image(&m, 9, 8, 2);
    ito_node y, z;

    y = make_conv(&m, x, (ito_conv){ .channels = 18, .act = ITO_ACT_SILU });
    y = make_conv(&m, y, (ito_conv){ .channels = 17, .direct = 1 });
    z = make_conv(&m, y, (ito_conv){ .channels = 3, .act = ITO_ACT_TANH });
    M_OK(&m, ito_graph_concat(ctx, m.g, x, z, &z));
    z = make_conv(&m, z, (ito_conv){ .channels = 5, .stride = 2 });
    y = make_conv(&m, y, (ito_conv){ .channels = 5, .size = 1, .stride = 2 });
    M_OK(&m, ito_graph_add(ctx, m.g, y, z, &z));
    z = make_conv(&m, z, (ito_conv){ .channels = 1, .no_pad = 1 });
    return make_end(&m, z);
}

/* Attention of tokens with places, cut from an image and put together. */
__attribute__((unused)) static ito_graph *net_tokens(ito_ctx *ctx)
{
    static const size_t size[2] = { 4, 6 };
    maker m = make_graph(ctx);
    ito_node x = make_image(&m, 4, 6, 2), y, z;

    M_OK(&m, ito_graph_patches(ctx, m.g, x, 2, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 6, ITO_ACT_NONE, &y));
    M_OK(&m, ito_graph_positions(ctx, m.g, y, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 18, ITO_ACT_NONE, &z));
    M_OK(&m, ito_graph_attention(ctx, m.g, z, 3, &z));
    M_OK(&m, ito_graph_add(ctx, m.g, y, z, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 8, ITO_ACT_TANH, &y));
    M_OK(&m, ito_graph_unpatch(ctx, m.g, y, 2, size, &y));
    return make_end(&m, y);
}

/* Larger, smaller, and the mean of all. */
__attribute__((unused)) static ito_graph *net_sizes(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    ito_node x = make_image(&m, 3, 2, 2), a, b, y;

    M_OK(&m, ito_graph_linear(ctx, m.g, x, 3, ITO_ACT_TANH, &x));
    M_OK(&m, ito_graph_upsample(ctx, m.g, x, ITO_UPSAMPLE_NEAREST, &a));
    M_OK(&m, ito_graph_upsample(ctx, m.g, x, ITO_UPSAMPLE_BILINEAR, &b));
    M_OK(&m, ito_graph_mul(ctx, m.g, a, b, &y));
    M_OK(&m, ito_graph_pool(ctx, m.g, y, ITO_POOL_MAX, &a));
    M_OK(&m, ito_graph_pool(ctx, m.g, b, ITO_POOL_MEAN, &b));
    M_OK(&m, ito_graph_mul(ctx, m.g, a, b, &y));
    M_OK(&m, ito_graph_mean(ctx, m.g, y, &a));
    M_OK(&m, ito_graph_mul(ctx, m.g, y, a, &y));
    return make_end(&m, y);
}

__attribute__((unused)) static ito_node make_norm(maker *m, ito_node x,
                                                  ito_norm norm)
{
    ito_node y;

    M_OK(m, ito_graph_norm(m->ctx, m->g, x, &norm, &y));
    return y;
}

/* Every norm but that of batches, with and without parameters. */
__attribute__((unused)) static ito_graph *net_norms(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    const ito_node x = make_image(&m, 3, 5, 12);
    ito_node y, z;

    y = make_norm(&m, x, (ito_norm){ .groups = 4 });
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 19, ITO_ACT_SILU, &y));
    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_LAYER });
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 9, ITO_ACT_TANH, &y));
    z = make_norm(&m, y, (ito_norm){ .plain = 1, .eps_digits = 3 });
    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_LAYER, .plain = 1 });
    M_OK(&m, ito_graph_add(ctx, m.g, y, z, &z));
    y = make_norm(&m, x, (ito_norm){ .kind = ITO_NORM_RMS });
    M_OK(&m, ito_graph_concat(ctx, m.g, y, z, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 4, ITO_ACT_TANH, &y));
    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_RMS, .plain = 1 });
    return make_end(&m, y);
}

/* Batch norm, whose rows do depend on each other in training. */
__attribute__((unused)) static ito_graph *net_batch(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    ito_node y = make_image(&m, 3, 2, 5);

    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_BATCH });
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 11, ITO_ACT_TANH, &y));
    y = make_norm(&m, y, (ito_norm){ .kind = ITO_NORM_BATCH, .plain = 1 });
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 3, ITO_ACT_TANH, &y));
    return make_end(&m, y);
}

/* Learned waves and fixed ones, of the time and of x. */
__attribute__((unused)) static ito_graph *net_waves(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    const ito_node x = make_image(&m, 1, 1, 6);
    ito_node s, t, y;

    M_OK(&m, ito_graph_columns(ctx, m.g, x, 2, 1, &s));
    M_OK(&m, ito_graph_waves(ctx, m.g, s, 3, &y));
    M_OK(&m, ito_graph_mul(ctx, m.g, x, y, &y));
    M_OK(&m, ito_graph_sinusoids(ctx, m.g, s, 3, 2, &s));
    M_OK(&m, ito_graph_mul(ctx, m.g, s, y, &y));
    M_OK(&m, ito_graph_input(ctx, m.g, ITO_INPUT_T, 1, &t));
    M_OK(&m, ito_graph_sinusoids(ctx, m.g, t, 3, 5, &s));
    M_OK(&m, ito_graph_add(ctx, m.g, s, y, &y));
    M_OK(&m, ito_graph_waves(ctx, m.g, t, 20, &t));
    M_OK(&m, ito_graph_linear(ctx, m.g, t, 6, ITO_ACT_TANH, &t));
    M_OK(&m, ito_graph_add(ctx, m.g, t, y, &y));
    return make_end(&m, y);
}

/* Two dropouts, whose numbers are counted through. */
__attribute__((unused)) static ito_graph *net_dropout(ito_ctx *ctx)
{
    maker m = make_graph(ctx);
    ito_node y = make_image(&m, 3, 4, 5);

    M_OK(&m, ito_graph_dropout(ctx, m.g, y, 0.25, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 7, ITO_ACT_TANH, &y));
    M_OK(&m, ito_graph_dropout(ctx, m.g, y, 0.5, &y));
    M_OK(&m, ito_graph_linear(ctx, m.g, y, 2, ITO_ACT_NONE, &y));
    return make_end(&m, y);
}

/* A whole residual U-Net: two levels, attention below. */
__attribute__((unused)) static ito_graph *net_res_unet(ito_ctx *ctx)
{
    const ito_res_unet u = { .h = 4,
                             .w = 4,
                             .c = 1,
                             .channels = { 4, 12 },
                             .blocks = { 0, 1 },
                             .levels = 2,
                             .embed = 3,
                             .labels = 3,
                             .dropout = 0.1 };
    ito_graph *g;

    CHECK_OK(ctx, ito_res_unet_build(ctx, &u, &g));
    return g;
}

/* A whole transformer: one block, four tokens. */
__attribute__((unused)) static ito_graph *net_dit(ito_ctx *ctx)
{
    const ito_dit d = { .h = 4,
                        .w = 4,
                        .c = 1,
                        .patch = 2,
                        .width = 8,
                        .depth = 1,
                        .heads = 2,
                        .time_features = 2 };
    ito_graph *g;

    CHECK_OK(ctx, ito_dit_build(ctx, &d, &g));
    return g;
}

/* That of the paper. */
__attribute__((unused)) static ito_graph *net_standard_dit(ito_ctx *ctx)
{
    const ito_dit d = { .h = 2,
                        .w = 4,
                        .c = 2,
                        .patch = 2,
                        .width = 6,
                        .depth = 1,
                        .heads = 2,
                        .time_features = 3,
                        .standard = 1,
                        .time_scale = 4 };
    ito_graph *g;

    CHECK_OK(ctx, ito_dit_build(ctx, &d, &g));
    return g;
}

/* clang-format off */
static const layer_net layer_nets[] = {
    { "places", net_places, 0 },
    { "tokens", net_tokens, 0 },
    { "sizes", net_sizes, 0 },
    { "winograd", net_winograd, 0 },
    { "direct", net_direct, 0 },
    { "norms", net_norms, 0 },
    { "batch", net_batch, 1 },
    { "waves", net_waves, 0 },
    { "dit", net_dit, 0 },
    { "dropout", net_dropout, 0 },
    { "res_unet", net_res_unet, 0 },
    { "standard dit", net_standard_dit, 0 },
};
/* clang-format on */

#endif /* LAYER_NETS_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/layer.h - operations of networks of images and tokens.
 *
 * As those of ito/graph.h: each adds a node, returns ITO_OK, ITO_EARG or
 * ITO_ENOMEM, and sets *out.
 */
#ifndef ITO_LAYER_H
#define ITO_LAYER_H

#include <ito/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A convolution; zero in a field but channels means the default. */
typedef struct ito_conv {
    size_t channels;   /**< of the output */
    size_t size;       /**< side of the kernel, 3 or 1; 0 = 3 */
    size_t stride;     /**< 1 or 2; 0 = 1 */
    ito_act act;       /**< activation; NONE by default */
    int no_pad;        /**< 3 x 3 without the border of zeros */
    int direct;        /**< plain rounding, not Winograd's F(4x4, 3x3), which
                            is four times less work and has errors of some
                            1e-6 of the root mean square */
    void *reserved[4]; /**< zero */
} ito_conv;

/**
 * Convolution of an image h x w x in, outside of which there are zeros:
 *
 *     y(i, j, o) = act(b(o) + sum over ky, kx, c of
 *          W(ky, kx, c, o) x(i stride + ky - pad, j stride + kx - pad, c))
 *
 * pad is 1 for 3 x 3 (0 with no_pad), 0 for 1 x 1.  Parameters conv<i>.weight,
 * (size size in) x out with ky, kx, in in this order, and conv<i>.bias.
 */
ITO_API ito_status ito_graph_conv(ito_ctx *ctx, ito_graph *g, ito_node x,
                                  const ito_conv *conv, ito_node *out);

/**
 * Learned Fourier features of the time: for a node of one column, 2 count
 * columns sqrt(2) sin(2 pi w_j t), then sqrt(2) cos(2 pi w_j t); the w_j are
 * waves<i>.weight and start from N(0, 1).
 */
ITO_API ito_status ito_graph_waves(ito_ctx *ctx, ito_graph *g, ito_node t,
                                   size_t count, ito_node *out);

/**
 * The features of the time of transformers (arXiv:1706.03762): for a node of
 * one column, 2 count columns cos(w_j s t), then sin(w_j s t), with w_j =
 * 10000^(-j / count), j = 0 .. count - 1, and s = scale, 1 to 100000.  Where
 * |s t| is beyond 100000 they are NaN.  There are no parameters.
 */
ITO_API ito_status ito_graph_sinusoids(ito_ctx *ctx, ito_graph *g, ito_node t,
                                       size_t count, size_t scale,
                                       ito_node *out);

/**
 * Dropout: where ito_batch.drop says so, each number of x is 0 with probability
 * p (from 0 to below 1, rounded to thousandths), else divided by 1 - p; y = x
 * elsewhere.
 */
ITO_API ito_status ito_graph_dropout(ito_ctx *ctx, ito_graph *g, ito_node x,
                                     double p, ito_node *out);

/** Over what a normalisation takes mean and variance. */
typedef enum ito_norm_kind {
    ITO_NORM_GROUP, /**< the channels of a group at all places of a row */
    ITO_NORM_LAYER, /**< the channels of one place: of one token */
    ITO_NORM_RMS,   /**< the same without the mean: x / sqrt(mean x^2 + eps) */
    ITO_NORM_BATCH  /**< one channel at all places of all rows of a call, in
                         training by ITO_MODE_TRAIN; else running values */
} ito_norm_kind;

/** A normalisation; zero in a field means the default. */
typedef struct ito_norm {
    ito_norm_kind kind;
    size_t groups; /**< of ITO_NORM_GROUP, a divisor of the channels; 0 = 1 */
    size_t eps_digits; /**< eps = 10^-eps_digits; 0 = 5 */
    int plain;         /**< without the parameters gamma and beta */
    void *reserved[4]; /**< zero */
} ito_norm;

/**
 * y = gamma (x - m) / sqrt(v + eps) + beta, v the mean of (x - m)^2; gamma and
 * beta are a number for every channel, norm<i>.weight and norm<i>.bias (RMS
 * has no bias).
 *
 * A batch norm has the slices norm<i>.mean and norm<i>.var besides, the
 * running values (ito_slice.running).  ito_plan_backward puts rows x m and
 * rows x v (v unbiased) of its call in the places of their gradients, for
 * whoever updates them.
 */
ITO_API ito_status ito_graph_norm(ito_ctx *ctx, ito_graph *g, ito_node x,
                                  const ito_norm *norm, ito_node *out);

/** How an image becomes twice as large. */
typedef enum ito_upsample {
    ITO_UPSAMPLE_NEAREST, /**< every place four times */
    ITO_UPSAMPLE_BILINEAR /**< half-pixel centres, edges go on as they end:
                               PyTorch's align_corners = false */
} ito_upsample;

/** y: 2h x 2w x c of x: h x w x c. */
ITO_API ito_status ito_graph_upsample(ito_ctx *ctx, ito_graph *g, ito_node x,
                                      ito_upsample how, ito_node *out);

/** How four places become one. */
typedef enum ito_pooling {
    ITO_POOL_MEAN, /**< their mean */
    ITO_POOL_MAX   /**< the largest, channel by channel; the gradient goes to
                        the first of equal ones */
} ito_pooling;

/** y: h/2 x w/2 x c of x: h x w x c, squares of 2 x 2 places; h and w even. */
ITO_API ito_status ito_graph_pool(ito_ctx *ctx, ito_graph *g, ito_node x,
                                  ito_pooling how, ito_node *out);

/** y = the mean over all places, a vector of the channels of x. */
ITO_API ito_status ito_graph_mean(ito_ctx *ctx, ito_graph *g, ito_node x,
                                  ito_node *out);

/**
 * Attention of the n places of x among each other (Vaswani et al.,
 * arXiv:1706.03762): x has 3 c channels, queries, keys and values side by
 * side, which a linear layer made; head h of each has the channels
 * h c/heads .. (h+1) c/heads - 1.  y has n places of c channels:
 *
 *     softmax(q k' / sqrt(c / heads)) v
 *
 * There are no parameters; a linear layer usually follows.
 */
ITO_API ito_status ito_graph_attention(ito_ctx *ctx, ito_graph *g, ito_node x,
                                       size_t heads, ito_node *out);

/**
 * Cut an image into squares of p x p places: h x w x c becomes (h/p)(w/p)
 * tokens of p p c channels, squares by rows, inside one its places by rows.  A
 * linear layer behind it is the p x p convolution with stride p.
 */
ITO_API ito_status ito_graph_patches(ito_ctx *ctx, ito_graph *g, ito_node x,
                                     size_t p, ito_node *out);

/** Put the squares together again, into an image of height size[0] and width
 *  size[1]. */
ITO_API ito_status ito_graph_unpatch(ito_ctx *ctx, ito_graph *g, ito_node x,
                                     size_t p, const size_t size[2],
                                     ito_node *out);

/** y = x + a vector of parameters for each place, positions<i>.table: what
 *  tells tokens where they are. */
ITO_API ito_status ito_graph_positions(ito_ctx *ctx, ito_graph *g, ito_node x,
                                       ito_node *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_LAYER_H */

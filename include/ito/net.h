/* SPDX-License-Identifier: MIT
 *
 * ito/net.h - ready-made networks: functions that build a graph.
 */
#ifndef ITO_NET_H
#define ITO_NET_H

#include <ito/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Conditions that a network is given, a row each of the columns
 *
 *     label                         if labels > 0
 *     value_1 .. value_given        if given > 0
 *     mask_1  .. mask_given
 *
 * A label is an index below `labels`, the last of which means "none"; it goes
 * through a learned table of label_cols columns.  mask_j = 1 says that value_j
 * is given; where it is 0 the value is 0.
 */
typedef struct ito_conds {
    size_t labels;     /**< labels, none included; 0 = there is no label */
    size_t label_cols; /**< columns of the table of labels; 0 = 8 */
    size_t given;      /**< values that may be given */
} ito_conds;

/** Columns of such a row. */
ITO_API size_t ito_conds_cols(const ito_conds *conds);

/**
 * A multilayer perceptron u(x, t): the state and its time side by side,
 * `depth` hidden layers of `width`, a linear output of dim columns.
 *
 *     h = [x t]  or  [x t cos(w_j t) sin(w_j t)]     (time_features > 0)
 *     h = act(h W + b)
 *     h = h + act(act(h W + b) W' + b')   layers 2 and 3, 4 and 5, ...
 *     u = h W + b
 *
 * A layer that is left over, or every one where `plain`, is h = act(h W + b).
 * The sums (He et al., arXiv:1512.03385) cost nothing and train better: on
 * the checkerboard, 64 x 4, the excess loss falls from .0146 to .0118.
 *
 * Zero in any field but dim means the default.
 */
typedef struct ito_mlp {
    size_t dim;           /**< columns of the state and of the output */
    size_t width;         /**< columns of a hidden layer; 0 = 256 */
    size_t depth;         /**< hidden layers; 0 = 4 */
    ito_act act;          /**< NONE = SiLU */
    size_t time_features; /**< Fourier features of the time, at most 16 */
    int plain;            /**< layer after layer, no sums */
    ito_conds conds;      /**< conditions, beside the time */
    void *reserved[2];    /**< zero */
} ito_mlp;

/**
 * Build the graph of a perceptron; it is finished.
 *
 * @return ITO_OK, ITO_EARG (sizes out of range) or ITO_ENOMEM
 */
ITO_API ito_status ito_mlp_build(ito_ctx *ctx, const ito_mlp *mlp,
                                 ito_graph **out);

/**
 * A network that is minus the gradient of an energy in x: one hidden layer
 * used forth and back (ito_graph_potential), whose b and a are a perceptron of
 * the time and the conditions.
 *
 *     y = -sum_k a_k(t) act(w_k.x + b_k(t)) w_k
 *
 * Zero in any field but dim means the default.
 */
typedef struct ito_potential {
    size_t dim;           /**< columns of the state and of the output */
    size_t units;         /**< K; 0 = 256 */
    ito_act act;          /**< NONE = RELU; or TANH, SILU, whose gradients are
                               smooth.  Excess loss on gmm after 600 steps:
                               .17, .21 (with ITO_INIT_HE), .51 */
    size_t width;         /**< columns of the perceptron of t; 0 = 64 */
    size_t depth;         /**< its hidden layers; 0 = 2 */
    size_t time_features; /**< Fourier features of the time; 0 = 4 */
    ito_conds conds;      /**< conditions, beside the time */
    void *reserved[4];    /**< zero */
} ito_potential;

/** Build the graph of a potential; else as ito_mlp_build. */
ITO_API ito_status ito_potential_build(ito_ctx *ctx,
                                       const ito_potential *potential,
                                       ito_graph **out);

/** Most levels of a U-Net. */
#define ITO_UNET_LEVELS 8

/**
 * A U-Net u(x, t, label) for images h x w x c (arXiv:1505.04597), in the form
 * of the lab of 2025: residual layers that add vectors of time and label,
 * convolutions of stride 2 down, bilinear doubling up, skips that are added.
 * src/nn/unet.c has the formulas.
 *
 * Zero in any field but h, w, c means the default.  With c = 1, labels = 11
 * and norm = ITO_NORM_BATCH it is the lab's network, of 1 233 325 parameters
 * and 2624 running values.
 */
typedef struct ito_unet {
    size_t h, w, c;                   /**< of the image; h and w are multiples
                                           of 2^(levels - 1) */
    size_t channels[ITO_UNET_LEVELS]; /**< of the levels; 0 = 32, 64, 128 */
    size_t levels;                    /**< how many; 0 = 3 */
    size_t blocks;                    /**< residual layers of a stage; 0 = 2 */
    size_t embed;  /**< columns of time and label, even; 0 = 40 */
    size_t labels; /**< labels, none included, the only condition; 0 = there
                        is no label */
    ito_norm_kind norm; /**< GROUP by default, of 8 groups where these divide
                             the channels, else of one */
    int direct;         /**< convolutions by ito_conv.direct */
    void *reserved[3];  /**< zero */
} ito_unet;

/** Build the graph of a U-Net; it is finished.
 *  @return ITO_OK, ITO_EARG (sizes out of range) or ITO_ENOMEM */
ITO_API ito_status ito_unet_build(ito_ctx *ctx, const ito_unet *unet,
                                  ito_graph **out);

/**
 * A U-Net of residual blocks, which is what images have by default: group
 * norm, attention at the lowest level, blocks that change size, time and label
 * as scale and shift of each block, and little work at full size
 * (src/nn/res_unet.c has the formulas).  Its output starts from zero.
 *
 * Zero in any field but h, w, c means the default.
 */
typedef struct ito_res_unet {
    size_t h, w, c;                   /**< of the image; h and w are multiples
                                           of 2^(levels - 1) */
    size_t channels[ITO_UNET_LEVELS]; /**< of the levels; 0 = 32, 64, 128 with
                                           0, 1, 2 blocks */
    size_t blocks[ITO_UNET_LEVELS];   /**< of each level on the way down, and
                                           up again, beside the two that change
                                           its size; here 0 is none */
    size_t levels;     /**< how many; 0 = as many as have channels and as the
                            sizes can be halved for, the lowest with the blocks
                            of the last */
    size_t embed;      /**< columns of time and label; 0 = 128 */
    size_t labels;     /**< as of ito_unet */
    double dropout;    /**< before the second convolution of every block */
    void *reserved[3]; /**< zero */
} ito_res_unet;

/** Build the graph of a residual U-Net; else as ito_unet_build. */
ITO_API ito_status ito_res_unet_build(ito_ctx *ctx, const ito_res_unet *unet,
                                      ito_graph **out);

/**
 * A transformer of images (Peebles and Xie, arXiv:2212.09748): squares of the
 * image are tokens, which layers of attention and of perceptrons change in
 * turns, each led by the time and the conditions through scales, shifts and
 * gates that start from zero (adaLN-Zero), so that at first every block is the
 * identity and the output is zero.
 *
 * Zero in any field but h, w, c means the default.
 */
typedef struct ito_dit {
    size_t h, w, c;       /**< of the image */
    size_t patch;         /**< side of a square, a divisor of h and w; 0 = 4 */
    size_t width;         /**< channels of a token; 0 = 256 */
    size_t depth;         /**< blocks; 0 = 6 */
    size_t heads;         /**< of attention, a divisor of width; 0 = 4 */
    size_t time_features; /**< Fourier features of the time; 0 = 16 */
    size_t labels;        /**< as of ito_unet; their table has width / 4
                               columns */
    int standard;         /**< the network of the paper to the letter, as
                               weights from elsewhere want it: sinusoids of the
                               time (time_features of 0 = 128), a table of
                               labels of width columns, added to them, eps
                               1e-6.  Else the time is given itself and by
                               ito_graph_fourier */
    size_t time_scale;    /**< of standard: sinusoids of time_scale t; 0 = 1 */
    double dropout;       /**< of what attention and the perceptron give */
    void *reserved[1];    /**< zero */
} ito_dit;

/**
 * Build the graph of a transformer; it is finished.
 *
 * @return ITO_OK, ITO_EARG (sizes out of range), ITO_EUNFIT (an image that
 *         cannot be cut) or ITO_ENOMEM
 */
ITO_API ito_status ito_dit_build(ito_ctx *ctx, const ito_dit *dit,
                                 ito_graph **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_NET_H */

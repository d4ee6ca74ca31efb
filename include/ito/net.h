/* SPDX-License-Identifier: MIT
 *
 * ito/net.h - ready-made networks: functions that build a graph.
 */
#ifndef ITO_NET_H
#define ITO_NET_H

#include <ito/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

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
    void *reserved[4];    /**< zero */
} ito_mlp;

/**
 * Build the graph of a perceptron; it is finished.
 *
 * @return ITO_OK, ITO_EARG (sizes out of range) or ITO_ENOMEM
 */
ITO_API ito_status ito_mlp_build(ito_ctx *ctx, const ito_mlp *mlp,
                                 ito_graph **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_NET_H */

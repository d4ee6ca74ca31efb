/* SPDX-License-Identifier: MIT
 *
 * ito/learn.h - what a program needs to train a graph by its own loop, beside
 * ito_plan_forward and ito_plan_backward: the loss of a classifier and the
 * step of Adam.  Generative models are trained by ito/train.h.
 */
#ifndef ITO_LEARN_H
#define ITO_LEARN_H

#include <ito/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The softmax cross-entropy of rows x classes numbers y,
 *
 *     mean over rows of log(sum over k of exp(y_k)) - y_label,
 *
 * in double; y is replaced by its gradient, (softmax(y) - [k = label]) / rows,
 * which is what ito_plan_backward takes.
 *
 * @param label  of each row, below classes
 * @param loss   may be NULL
 * @return ITO_OK, ITO_EARG (a label that is none, no rows or classes) or
 *         ITO_ENONFINITE (y is not finite); y is unchanged then
 */
ITO_API ito_status ito_cross_entropy(ito_ctx *ctx, size_t rows, size_t classes,
                                     const size_t *label, float *y,
                                     double *loss);

/** How Adam steps; zero in a field means the default. */
typedef struct ito_adam_opts {
    double rate;       /**< learning rate; 0 = 1e-3 */
    double beta1;      /**< decay of the first moment; 0 = 0.9 */
    double beta2;      /**< decay of the second; 0 = 0.999 */
    double eps;        /**< 0 = 1e-8 */
    double decay;      /**< weight decay (arXiv:1711.05101); 0 = none */
    double momentum;   /**< of running values; 0 = 0.1 */
    void *reserved[4]; /**< zero */
} ito_adam_opts;

/** Parameters being learned; the arrays have ito_graph_params(g) floats. */
typedef struct ito_adam_state {
    float *w;    /**< parameters */
    float *m;    /**< first moment, zero at first */
    float *v;    /**< second moment, zero at first */
    size_t step; /**< steps done */
} ito_adam_state;

/**
 * One step of Adam (arXiv:1412.6980).  grad, which is overwritten, is the
 * gradient of the mean loss of a batch of `rows` rows: of one
 * ito_plan_backward or the sum of several.  Running values
 * (ito_slice.running) move towards what the batch showed instead.
 *
 * @return ITO_OK or ITO_EARG (an option out of range, no rows)
 */
ITO_API ito_status ito_adam_step(ito_ctx *ctx, const ito_graph *g,
                                 const ito_adam_opts *opts, size_t rows,
                                 float *grad, ito_adam_state *state);

#ifdef __cplusplus
}
#endif
#endif /* ITO_LEARN_H */

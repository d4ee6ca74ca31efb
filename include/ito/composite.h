/* SPDX-License-Identifier: MIT
 *
 * ito/composite.h - fields made of fields: sum_k w_k(t) f_k(t, x, c_k).
 *
 * Guidance, autoguidance and the SDE extension of a flow are sums of fields
 * that exist already; a solver sees one field and never knows.
 *
 *     classifier-free guidance   (1 - w) f(none) + w f(conditions)
 *                                (Ho and Salimans, arXiv:2207.12598)
 *     in an interval of times    the same with w(t) = 1 outside
 *                                (Kynkaanniemi et al., arXiv:2404.07724)
 *     autoguidance               (1 - w) g(conditions) + w f(conditions), g a
 *                                weaker model (Karras et al.,
 *                                arXiv:2406.02507)
 *     SDE extension              u + sigma(t)^2 / 2 grad log p_t
 *     guidance by an energy      u - b(t) grad U
 *
 *     const ito_term terms[] = { { .field = f, .weight = 1 - w, .none = row },
 *                                { .field = f, .weight = w } };
 *
 *     rc = ito_composite_open(ctx, terms, 2, &guided);
 *     problem.field = ito_composite_field(guided);
 */
#ifndef ITO_COMPOSITE_H
#define ITO_COMPOSITE_H

#include <ito/field.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A weight that depends on time. */
typedef double (*ito_weight_fn)(void *arg, double t);

/** One part of a sum.  Zero in any field but `field` means the default. */
typedef struct ito_term {
    const ito_field *field;  /**< borrowed */
    int score;               /**< 1: its score instead of its drift */
    double weight;           /**< its weight, where there is no weight_fn */
    ito_weight_fn weight_fn; /**< its weight at t, called from any thread */
    void *weight_arg;        /**< first argument of weight_fn */
    const float *none;       /**< a row of cond_dim conditions that this part is
                                 given instead of the particles' own; copied */
    void *reserved[2];       /**< zero */
} ito_term;

/** A sum of fields; opaque, immutable. */
typedef struct ito_composite ito_composite;

/**
 * Make a sum.  The parts have one dimension, one layout (WIDE or not), no
 * noise of their own, and a number type in common; those that are given the
 * particles' conditions agree on how many these are.
 *
 * The field offers what all its parts offer: vjp and divergence where every
 * part is a drift that has one, the score where every part is a drift that
 * has one: the sum of the scores by the same weights, which is the score that
 * belongs to the sum where the weights add to 1 (as in guidance), and no more
 * than that.  A part whose weight is 0 at a time is not evaluated there, and a
 * sum of one part of weight 1 is that part bit for bit.
 *
 * @param terms  count parts, 1 to 8
 * @param out    receives the sum, to be freed by ito_composite_free before the
 *               context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (parts that do not fit together; the
 *         message says which) or ITO_ENOMEM
 */
ITO_API ito_status ito_composite_open(ito_ctx *ctx, const ito_term *terms,
                                      size_t count, ito_composite **out);

/** Free a sum; NULL is allowed. */
ITO_API void ito_composite_free(ito_composite *composite);

/** The sum as a field, valid as long as it. */
ITO_API const ito_field *ito_composite_field(const ito_composite *composite);

#ifdef __cplusplus
}
#endif
#endif /* ITO_COMPOSITE_H */

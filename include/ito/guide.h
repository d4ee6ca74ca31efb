/* SPDX-License-Identifier: MIT
 *
 * ito/guide.h - a flow led by an energy: samples of p(x) exp(-U(x)) from a
 * flow that was made for p.
 *
 * With data tilted to p exp(-w U) the field and the score along the path are
 *
 *     u - b_t w grad U_t        s - w grad U_t
 *     U_t(x) = -1/w log E[exp(-w U(z)) | x_t = x]      b_t = beta W / alpha
 *
 * (u = alphadot / alpha x + b_t s; ito/path.h has W).  Nobody knows U_t but in
 * closed cases; two stand-ins can be had:
 *
 *     posterior  U_t(x) = U(D(t, x)), D = E[z | x_t = x] the denoised point:
 *                grad U_t = J_D' grad U(D), one product of the flow's vjp
 *                (Chung et al., arXiv:2209.14687, posterior sampling; of
 *                flows Feng et al., arXiv:2502.02150)
 *     plain      grad U_t = grad U(t, x), for an energy that knows t: exact
 *                where it is the U_t above
 *
 * posterior leaves out the spread of z around D, so it is biased, whatever
 * the number of steps.  For data N(m, s^2), U = k (x - c)^2 / 2 and K = w k s^2
 * the flow ends, on any path from N(0, I), in
 *
 *     variance s^2 exp(-K)     mean m + (c - m) sqrt(2 K) F(sqrt(K / 2))
 *
 * with Dawson's F, where it should end in s^2 / (1 + K) and
 * m + (c - m) K / (1 + K): right to first order in K, and too strong beyond it
 * (K = 0.1, 1, 4: variance 0.905, 0.368, 0.018 of s^2 for 0.909, 0.5, 0.2; of
 * the way to c 0.097, 0.725, 1.28 for 0.091, 0.5, 0.8).
 *
 *     const ito_formulas f = { .energy = "4*(x-1)^2", .dim = 2,
 *                              .no_noise = 1 };
 *
 *     rc = ito_system_formula(ctx, &f, &system);
 *     opts.energy = ito_system_field(system);       (ito_guide_opts)
 *     rc = ito_guide_open(ctx, ito_flow_field(flow), &opts, &guide);
 *     problem.field = ito_guide_field(guide);
 *
 * ito_sample_opts takes the same energy.
 */
#ifndef ITO_GUIDE_H
#define ITO_GUIDE_H

#include <ito/field.h>
#include <ito/path.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where the energy is taken. */
typedef enum ito_guide_way {
    ITO_GUIDE_DEFAULT,   /**< posterior where the flow has a vjp, else plain */
    ITO_GUIDE_POSTERIOR, /**< at the denoised point, see above */
    ITO_GUIDE_PLAIN      /**< at x_t itself */
} ito_guide_way;

/** How to lead a flow.  Zero in any field means the default. */
typedef struct ito_guide_opts {
    const ito_field *energy; /**< its drift is -grad U, as that of a system
                                  made from an energy (ito/system.h); of the
                                  flow's dimension, without conditions, of any
                                  layout and number type; its noise is not
                                  looked at.  Borrowed */
    double strength;         /**< w, finite; 0 = 1 */
    ito_guide_way way;       /**< see there */
    const ito_path *path;    /**< of the flow, copied; NULL = the default */
    void *reserved[4];       /**< zero */
} ito_guide_opts;

/** A flow led by an energy; opaque, immutable. */
typedef struct ito_guide ito_guide;

/**
 * Lead a flow by an energy.  The flow starts from N(0, I), or N(0, beta(0)^2 I)
 * where the path starts beside noise.  Where 1 / alpha is infinite at t = 0 the
 * guidance is that of t = 1/256.
 *
 * The field offers the score where the flow does, as above, so that noise can
 * be added to it (ito/extension.h); with a stand-in the result then depends on
 * sigma.
 *
 * @param field  the flow, without noise; borrowed
 * @param out    receives it, to be freed by ito_guide_free before the context
 *               is closed; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (dimensions differ, a field with noise,
 *         posterior of a field without vjp) or ITO_ENOMEM
 */
ITO_API ito_status ito_guide_open(ito_ctx *ctx, const ito_field *field,
                                  const ito_guide_opts *opts, ito_guide **out);

/** Free it; NULL is allowed. */
ITO_API void ito_guide_free(ito_guide *guide);

/** The field, valid as long as it. */
ITO_API const ito_field *ito_guide_field(const ito_guide *guide);

/** 1 if the gradient of the energy was ever not finite where it was taken: why
 *  a solve failed. */
ITO_API int ito_guide_failed(const ito_guide *guide);

#ifdef __cplusplus
}
#endif
#endif /* ITO_GUIDE_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/residual.h - does a field move this density?
 *
 * For a density p_t and a field u that is said to move it, the residual of the
 * equation of continuity, or of Fokker and Planck,
 *
 *     r = dp/dt + div(p u) - 1/2 sum_ij d_i d_j ((sigma sigma')_ij p)
 *
 * vanishes everywhere.  This finds it at given points by central differences
 * of step h, so what is left of a right pair is O(h^2):
 *
 *     const ito_residual_problem pair = { .field = ito_oracle_field(oracle),
 *                                         .t = 0.5, .n = n, .x = points };
 *
 *     rc = ito_residual(ctx, &pair, NULL, &residual);
 *     ...residual.max is 2e-5...
 */
#ifndef ITO_RESIDUAL_H
#define ITO_RESIDUAL_H

#include <ito/field.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Log density at time t at n points x (n x dim) to logp.  Anything but 0
 *  stops with ITO_ECALLBACK. */
typedef int (*ito_logp_fn)(void *arg, double t, size_t n, const double *x,
                           double *logp);

/** A field, a density and points.  Zero in any field means the default. */
typedef struct ito_residual_problem {
    const ito_field *field; /**< moves the density; its diffusion counts, in
                                 its own calculus */
    ito_logp_fn logp;       /**< log density; NULL = the field's own */
    void *logp_arg;         /**< first argument of logp */
    double t;               /**< time */
    size_t n;               /**< points, at least 1 */
    const double *x;        /**< n x dim values */
    double sigma;           /**< check the SDE extension instead: drift u +
                                 sigma^2 / 2 score and noise of this size, for
                                 a field without noise that has a score */
    int no_score;           /**< 1: with sigma, but leave the score out: the
                                 residual must then be large */
    const float *cond;      /**< field->cond_dim conditions of all points */
    double h;               /**< step of the differences in x; 0 = 1e-3 */
    double dt;              /**< step of the differences in t; 0 = h */
    void *reserved[8];      /**< zero */
} ito_residual_problem;

/** What is left. */
typedef struct ito_residual_size {
    double max;   /**< largest |r| over the points, over `scale` */
    double rms;   /**< root mean square of r over the points, over `scale` */
    double scale; /**< largest |dp/dt| over the points, over the largest p
                         among them; 0: the density does not move, then max and
                         rms are over the largest |div(p u)| instead, and 0
                         where that vanishes too */
    size_t worst; /**< point of the largest |r| */
} ito_residual_size;

/**
 * Find the residual.
 *
 * @param residual  receives r at each point, in units of the largest p among
 *                  the points, n values; may be NULL
 * @param out       receives the sizes
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (no log density; no score; a
 *         Stratonovich diffusion that depends on the state without
 *         diffusion_deriv), ITO_ENONFINITE (a density or a field that is not
 *         finite around a point: the message says which), ITO_ECALLBACK or
 *         ITO_ENOMEM
 */
ITO_API ito_status ito_residual(ito_ctx *ctx,
                                const ito_residual_problem *problem,
                                double *residual, ito_residual_size *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_RESIDUAL_H */

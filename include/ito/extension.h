/* SPDX-License-Identifier: MIT
 *
 * ito/extension.h - noise added to a flow after training.
 *
 * A field u that carries p_0 to p_1 along densities p_t, together with their
 * score, gives a family of stochastic equations with the same densities, one
 * for each sigma(t) >= 0:
 *
 *     dX = [u(t, X) + sigma(t)^2 / 2 grad log p_t(X)] dt + sigma(t) dW
 *
 * (Song et al., arXiv:2011.13456; Albergo, Boffi and Vanden-Eijnden,
 * arXiv:2303.08797; for the choice of sigma Ma et al., arXiv:2401.08740).
 * sigma = 0 is the flow itself, bit for bit.  With an exact u and score the
 * result does not depend on sigma; with learned ones noise forgets errors of
 * the way and costs more steps.
 *
 *     rc = ito_sigma_parse(ctx, "beta", path, &sigma);
 *     opts.sigma = sigma;
 *     rc = ito_extension_open(ctx, ito_model_field(model), &opts, &sde);
 *     problem.field = ito_extension_field(sde);
 *
 * The noise is additive, so the Ito and the Stratonovich equation are one:
 * every stochastic method of ito/solve.h solves it, "heun" being the
 * stochastic Heun method of two evaluations.
 */
#ifndef ITO_EXTENSION_H
#define ITO_EXTENSION_H

#include <ito/field.h>
#include <ito/path.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- sigma(t) ---------------------------------------------------------- */

/** A form of sigma; opaque, immutable, usable through any context. */
typedef struct ito_sigma ito_sigma;

/** A form with a name, for lists. */
typedef struct ito_sigma_info {
    const char *name;    /**< "beta" */
    const char *formula; /**< what it stands for */
    const char *text;    /**< one line for people */
} ito_sigma_info;

/** The i-th name, or NULL past the end. */
ITO_API const ito_sigma_info *ito_sigma_name_at(size_t i);

/**
 * Read a form of sigma: a name, NAME:FACTOR, or a formula of ito/expr.h in t
 * and, of the path at t, alpha, beta and bw = beta W = beta (alphadot beta -
 * alpha betadot).
 *
 *     0    2    1.5*beta    2*sqrt(1-t)    beta:2    t > .2 && t < .8 ? 1 : 0
 *
 * @param path  copied; NULL = the default
 * @param out   receives the form, to be freed by ito_sigma_free before the
 *              context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG (a formula with an error; the message shows where)
 *         ITO_ERANGE (below 0 or not finite somewhere in [0, 1], of which 1025
 *         points are tried) or ITO_ENOMEM
 */
ITO_API ito_status ito_sigma_parse(ito_ctx *ctx, const char *text,
                                   const ito_path *path, ito_sigma **out);

/** Free a form; NULL is allowed. */
ITO_API void ito_sigma_free(ito_sigma *sigma);

/** sigma at t in [0, 1]; one thread at a time. */
ITO_API double ito_sigma_value(const ito_sigma *sigma, double t);

/** 1 if the form is the number 0. */
ITO_API int ito_sigma_is_zero(const ito_sigma *sigma);

/** Its formula, simplified (x1, x2, x3 are alpha, beta, bw); valid as long as
 *  sigma. */
ITO_API const char *ito_sigma_formula(const ito_sigma *sigma);

/* --- the equation ------------------------------------------------------ */

/** What the last step of a grid does. */
typedef enum ito_last_step {
    ITO_LAST_NOISE, /**< as all others */
    ITO_LAST_MEAN,  /**< sigma dW is left out: the mean of the step */
    ITO_LAST_FLOW   /**< the step of the flow; by Euler on the linear path it
                         ends on E[z | x_t], the denoised point */
} ito_last_step;

/** How to extend a field.  Zero in any field means the default. */
typedef struct ito_extension_opts {
    const ito_sigma *sigma; /**< borrowed; NULL = 0 */
    const ito_field *score; /**< a field whose score is taken, borrowed; NULL =
                                 the field's own.  A score network beside the
                                 flow */
    ito_last_step last;     /**< needs steps */
    size_t steps;           /**< steps of the grid, counted from step 0: number
                                 steps - 1 is the last.  Fixed steps alone */
    void *reserved[4];      /**< zero */
} ito_extension_opts;

/** An extended field; opaque, immutable. */
typedef struct ito_extension ito_extension;

/**
 * Extend a field.
 *
 * @param field  without noise; borrowed.  One that has no score (and none is
 *               given in opts) is extended by 0 alone
 * @param opts   options, or NULL
 * @param out    receives it, to be freed by ito_extension_free before the
 *               context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (no score; a score of another dimension,
 *         layout, number type or conditions; a field with noise) or ITO_ENOMEM
 */
ITO_API ito_status ito_extension_open(ito_ctx *ctx, const ito_field *field,
                                      const ito_extension_opts *opts,
                                      ito_extension **out);

/** Free it; NULL is allowed. */
ITO_API void ito_extension_free(ito_extension *extension);

/**
 * The field, valid as long as it: ADDITIVE noise with noise_dim 0, or, where
 * sigma is the number 0, no noise.  Where sigma(t) = 0 the score is not
 * evaluated.  At t = 1 it is as finite as the score it was given is: those of
 * models and of oracles are.
 */
ITO_API const ito_field *ito_extension_field(const ito_extension *extension);

/* --- stability --------------------------------------------------------- */

/** Where Euler-Maruyama steps over a grid are unstable. */
typedef struct ito_stability {
    size_t steps;    /**< steps of the grid */
    size_t unstable; /**< steps whose multiplier is below -1: they overshoot
                           further than they started */
    size_t first;    /**< the first of them; steps if there is none */
    double first_t;  /**< its time */
    double worst;    /**< largest size of a negative multiplier, or 0 */
    double worst_t;  /**< its time */
    double
        least_std; /**< the smallest std for which every step is stable: finer
                           structure of the data is blown up on the way (and
                           drawn in again where later steps are stable) */
} ito_stability;

/**
 * Try every step of a grid on data of standard deviation `std`: with C =
 * alpha^2 std^2 + beta^2, an Euler-Maruyama step multiplies the distance from
 * the mean by
 *
 *     1 + h (alpha alphadot std^2 + beta betadot - sigma^2 / 2) / C
 *
 * which for std = 0 is ito_sigma_multiplier, the conditional equation of a
 * single data point.
 *
 * @param path   NULL = that of sigma
 * @param grid   count + 1 increasing times in [0, 1], or NULL for equal steps
 * @param count  steps, at least 1
 * @return ITO_OK or ITO_EARG
 */
ITO_API ito_status ito_sigma_stability(ito_ctx *ctx, const ito_sigma *sigma,
                                       const ito_path *path, double std,
                                       const double *grid, size_t count,
                                       ito_stability *out);

/* --- time grids -------------------------------------------------------- */

/** How steps are spread over [0, 1]. */
typedef enum ito_grid_kind {
    ITO_GRID_UNIFORM, /**< t_i = i / n */
    ITO_GRID_END,     /**< t_i = 1 - (1 - i / n)^2: short steps near data */
    ITO_GRID_BOTH,    /**< t_i = sin^2(pi i / 2 n): short steps at both ends */
    ITO_GRID_KARRAS   /**< beta / alpha = sigma with sigma^(1/7) in equal steps
                           from 80 to 0.002 (Karras et al., arXiv:2206.00364,
                           equation 5), and t = 0 and 1 for its ends */
} ito_grid_kind;

/** The kind of that name ("uniform", "end", "both", "karras"), or -1. */
ITO_API int ito_grid_find(const char *name);

/**
 * Fill a grid of `steps` steps from 0 to 1.
 *
 * @param path   of ITO_GRID_KARRAS; NULL = the default
 * @param steps  at least 1; for KARRAS at least 3
 * @param grid   receives steps + 1 increasing times
 * @return ITO_OK, ITO_EARG or ITO_EUNFIT (a path whose ratio does not fall
 *         from 80 to 0.002 somewhere inside [0, 1])
 */
ITO_API ito_status ito_grid_fill(ito_ctx *ctx, ito_grid_kind kind,
                                 const ito_path *path, size_t steps,
                                 double *grid);

#ifdef __cplusplus
}
#endif
#endif /* ITO_EXTENSION_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/system.h - systems to simulate: named ones, and formulas.
 *
 *     ito_system *system;
 *
 *     rc = ito_system_open(ctx, "ou:theta=1,sigma=0.5", NULL, &system);
 *     ...ito_problem{ .field = ito_system_field(system), ... }
 *     ito_system_free(system);
 *
 * A system is a field with what a user wants to know beside it: a start, a
 * time span and a method that make sense, names of its components, and, where
 * it exists, its closed form.  ito_system_at lists the named ones with their
 * parameters and defaults.
 */
#ifndef ITO_SYSTEM_H
#define ITO_SYSTEM_H

#include <ito/expr.h>
#include <ito/field.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A system; opaque, immutable, usable through any context. */
typedef struct ito_system ito_system;

/** A named system, for lists. */
typedef struct ito_system_info {
    const char *name;     /**< as in ito_system_open */
    const char *params;   /**< its parameters with their defaults */
    const char *equation; /**< in the notation of ito/expr.h, for people */
    const char *text;     /**< one line for people, with the source */
    void *reserved[2];    /**< zero */
} ito_system_info;

/** The i-th named system, or NULL past the end. */
ITO_API const ito_system_info *ito_system_at(size_t i);

/**
 * Open a named system.
 *
 * @param spec      NAME or NAME:PARAMETER=VALUE,...; langevin hands what is not
 *                  its own on to its target, as in
 *                  "langevin:target=gmm,modes=3,scale=8,sigma=0.6"
 * @param calculus  how the equation is to be written: the drift is converted,
 *                  the process stays the same.  UNSET = as the system defines
 *                  it (ITO_CALCULUS_ITO unless its list entry says otherwise)
 * @param out       receives the system, to be freed by ito_system_free before
 *                  the context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG (unknown name: the message has the nearest;
 *         unknown or absurd parameter: it lists what there is), ITO_EUNFIT (no
 *         conversion exists) or ITO_ENOMEM
 */
ITO_API ito_status ito_system_open(ito_ctx *ctx, const char *spec,
                                   ito_calculus calculus, ito_system **out);

/** A system written as formulas.  Either drift or energy is given. */
typedef struct ito_formulas {
    const char *drift;     /**< "y; mu*(1-x^2)*y-x", one element a component */
    const char *energy;    /**< U: the drift is -grad U and the diffusion,
                                unless given, sqrt(2 temperature) */
    const char *diffusion; /**< one element: the same for all components, each
                                with noise of its own; d rows: the diagonal; d
                                x m: a matrix.  NULL: none */
    ito_calculus calculus; /**< of the diffusion as written; needed where it
                                depends on the state */
    double temperature;    /**< with energy; 0 = 1 */
    double gamma;          /**< > 0 with energy: second order, 2 d components
                                q and v, with this friction */
    int no_noise;          /**< with energy: gradient descent */
    const ito_param *params; /**< parameters of all texts */
    size_t param_count;      /**< how many */
    size_t dim;              /**< components; 0 = found from the texts */
    ito_calculus convert;    /**< the calculus to solve in; the drift is
                                converted.  UNSET = as written */
    void *reserved[4];       /**< zero */
} ito_formulas;

/**
 * Open a system from formulas.  The kind of noise is found from the formulas
 * (constant, additive, scalar, diagonal, commutative by symbolic derivatives,
 * general), so are divergence, jacobian, diffusion_deriv and rates.  A column
 * of zeros in a matrix is no noise: "x, 0; y, 0" is driven by one Brownian
 * motion.  Where drift and diffusion turn out to be linear, and constant in
 * time, mean and covariance are known (ITO_EXACT_MOMENTS).
 *
 * @return as ito_system_open; ITO_EUNFIT where a diffusion depends on the
 *         state and its calculus is not said: the message has the correction
 */
ITO_API ito_status ito_system_formula(ito_ctx *ctx, const ito_formulas *f,
                                      ito_system **out);

/** Free a system; NULL is allowed. */
ITO_API void ito_system_free(ito_system *system);

/** Its field; valid as long as the system. */
ITO_API const ito_field *ito_system_field(const ito_system *system);
/** Name with all parameters, which opens it again; "formula" for formulas. */
ITO_API const char *ito_system_spec(const ito_system *system);
/** Its equation for people, after conversion, one line a component, for
 *  example "dx = -theta*(x-mu) dt + sigma dW". */
ITO_API const char *ito_system_equation(const ito_system *system);
/** Name of component c: x, y, z, q, v, ... */
ITO_API const char *ito_system_component(const ito_system *system, size_t c);

/** What suits a system when the user says nothing. */
typedef struct ito_system_hints {
    const double *start; /**< dim values */
    double t1;           /**< end of the span, from 0 */
    size_t steps;        /**< fixed steps */
    const char *method;  /**< name of a method */
    const double *lo;    /**< dim lower limits of where it lives, for pictures
                              and grids */
    const double *hi;    /**< dim upper limits */
} ito_system_hints;

/** Hints; valid as long as the system. */
ITO_API const ito_system_hints *ito_system_hint(const ito_system *system);

/** The closed forms that a system may have; bits. */
enum {
    ITO_EXACT_MOMENTS = 1u, /**< mean and covariance at t */
    ITO_EXACT_PATH = 2u,    /**< X_t as a function of W_t (strong solution) */
    ITO_EXACT_DENSITY = 4u, /**< log density at t */
    ITO_EXACT_STATIONARY = 8u, /**< log of the stationary density */
    ITO_EXACT_FLOW = 16u       /**< the solution of the ODE */
};

/** Which closed forms there are: ITO_EXACT_... bits. */
ITO_API unsigned ito_system_exact(const ito_system *system);

/** Mean (dim) and covariance (dim x dim) at t of paths that start at x (dim).
 *  ITO_EUNFIT without that closed form; so all calls below. */
ITO_API ito_status ito_system_moments(ito_ctx *ctx, const ito_system *system,
                                      const double *x, double t, double *mean,
                                      double *cov);
/** The state at t of n paths from x (dim) whose Brownian motions have reached
 *  W (n x noise components; NULL for an ODE): n x dim values. */
ITO_API ito_status ito_system_path(ito_ctx *ctx, const ito_system *system,
                                   const double *x, double t, size_t n,
                                   const double *W, double *out);
/** Log density at t (INFINITY: stationary) at n points y (n x dim) of paths
 *  that start at x (dim; not read for stationary): n values.  Stationary
 *  densities may lack their constant where the text of the system says so. */
ITO_API ito_status ito_system_logp(ito_ctx *ctx, const ito_system *system,
                                   const double *x, double t, size_t n,
                                   const double *y, double *logp);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SYSTEM_H */

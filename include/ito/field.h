/* SPDX-License-Identifier: MIT
 *
 * ito/field.h - a field: what moves particles.
 *
 * A trained network, an exact oracle, a callback of the program and a formula
 * typed on the command line are all an ito_field; solvers, densities and
 * pictures see nothing else.  A field in ten lines:
 *
 *     static int drift(void *user, const ito_tile *tile, void *const *out)
 *     {
 *         const float *x = tile->x[0];
 *         float *y = out[0];
 *
 *         for (size_t i = 0; i < tile->npad; i++)
 *             y[i] = -x[i];
 *         return 0;
 *     }
 *     const ito_field decay = { .name = "decay", .dim = 1, .drift = drift,
 *                               .flags = ITO_FIELD_REENTRANT };
 *
 * Compile callbacks with -O3: GCC 12 does not vectorise such loops at -O2.
 *
 * Two layouts exist.  Small systems are component-major: x[c] points to npad
 * values of component c, so that loops run over particles.  Fields with
 * ITO_FIELD_WIDE (networks, images) are rows: x[0] points to n rows of dim
 * values.  Time runs from 0 (noise) to 1 (data) where a field belongs to a
 * generative model.
 */
#ifndef ITO_FIELD_H
#define ITO_FIELD_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A batch of particles with consecutive ids, at one time: what a field is
 * called on.  Everything in it is the library's and lasts for the call.
 */
typedef struct ito_tile {
    size_t n;        /**< live particles, at least 1 */
    size_t npad;     /**< n rounded up to 32; x and out may be read and written
                      that far and hold copies of the last particle.  n for
                      WIDE fields, which have no padding */
    size_t dim;      /**< components of a particle */
    unsigned flags;  /**< the field's, to tell the layout of x */
    ito_dtype dtype; /**< number type of x and out */
    const void *const *x; /**< x[c]: npad values of component c, on a 64-byte
                               boundary; WIDE: x[0]: n rows of dim values,
                               without gaps */
    uint64_t id0;         /**< id of particle 0; the ids are consecutive */
    double t;             /**< time of this evaluation */
    double h;             /**< step that is being taken; 0 outside a solve */
    uint64_t step;        /**< step of the solve, from 0 */
    size_t stage;         /**< stage of the method, from 0 */
    const float *cond;    /**< n rows of cond_dim values, or NULL */
    size_t cond_dim;      /**< conditions a particle has */
    void *scratch;        /**< scratch_bytes() bytes, 64-byte aligned, private
                               to the call; NULL when none were asked for */
    size_t thread;        /**< worker; chooses private caches, never results */
} ito_tile;

/**
 * Evaluate something on a tile.  out has the layout of x, and never overlaps
 * it.  Return 0 to go on, a positive number for "not here" (an adaptive
 * method takes a smaller step), a negative one to stop; the number is
 * reported with the time and the step.
 */
typedef int (*ito_eval_fn)(void *user, const ito_tile *tile, void *const *out);

/** As ito_eval_fn, with one more input laid out as x. */
typedef int (*ito_vjp_fn)(void *user, const ito_tile *tile,
                          const void *const *v, void *const *out);

/** As ito_eval_fn, with two results. */
typedef int (*ito_both_fn)(void *user, const ito_tile *tile, void *const *drift,
                           void *const *other);

/** Bytes of scratch that a tile of `rows` particles needs. */
typedef size_t (*ito_scratch_fn)(void *user, size_t rows);

/**
 * How the diffusion sigma of dX = u dt + sigma dW depends on the state, which
 * decides what methods fit (Kloeden and Platen, Numerical Solution of
 * Stochastic Differential Equations, chapter 10).  Its shape is a matter of
 * noise_dim: 0 means that component c has a Brownian motion of its own and
 * sigma is the diagonal, dim values a particle at out[c]; m > 0 means m
 * Brownian motions and a dim x m matrix, its element (c, j) at out[c m + j].
 */
typedef enum ito_noise_kind {
    ITO_NOISE_NONE,        /**< an ODE */
    ITO_NOISE_ADDITIVE,    /**< sigma(t): not of the state; either shape */
    ITO_NOISE_SCALAR,      /**< sigma(t, x), one Brownian motion: noise_dim 1 */
    ITO_NOISE_DIAGONAL,    /**< sigma_c(t, x_c): noise_dim 0.  Component c of
                             sigma depends on component c of x alone */
    ITO_NOISE_COMMUTATIVE, /**< matrix; L^j sigma_k = L^k sigma_j, where L^j =
                                sum_i sigma_ij d/dx_i; noise_dim 0 as well, for
                                a diagonal that depends on other components
                                and yet commutes */
    ITO_NOISE_GENERAL      /**< anything; either shape */
} ito_noise_kind;

/** Which integral a diffusion is meant in; must be said where sigma depends
 *  on the state.  The drift of the other calculus differs by
 *  1/2 sum_j L^j sigma_j: u_Stratonovich = u_Ito - that. */
typedef enum ito_calculus {
    ITO_CALCULUS_UNSET,
    ITO_CALCULUS_ITO,
    ITO_CALCULUS_STRATONOVICH
} ito_calculus;

/**
 * A field of second order, dq = v dt, dv = (F(q) - gamma v) dt +
 * sqrt(2 gamma T) dW: the first half of the components are positions q, the
 * second half velocities v of unit mass.  Splitting methods (BAOAB and its
 * like) take F as the second half of the drift at v = 0.
 */
typedef struct ito_second_order {
    double gamma;       /**< friction, at least 0 */
    double temperature; /**< T, at least 0 */
} ito_second_order;

/** Promises and wishes of a field, to be or-ed. */
enum {
    /** May be called by several threads at once; else one thread works. */
    ITO_FIELD_REENTRANT = 1u,
    /** Works on rows (see above). */
    ITO_FIELD_WIDE = 2u,
    /** Promises that a row of out depends on that row of x alone, bit for
     *  bit, whatever else is in the tile (ito_field_check tests it). */
    ITO_FIELD_ROW_INVARIANT = 4u,
    /** Does not depend on time. */
    ITO_FIELD_TIMELESS = 8u,
    /** sigma depends on nothing at all (ADDITIVE): it is evaluated once. */
    ITO_FIELD_CONSTANT_NOISE = 16u,
    /** Of a tile that vjp is given, never of a field: x, t, conditions and
     *  scratch are as the last call of vjp left them, so that what depends on
     *  these alone need not be found again. */
    ITO_FIELD_SAME_POINT = 32u
};

/**
 * A field u(t, x).  Zero the struct, then set what there is; name, dim and
 * drift are required.  It is immutable while in use, owns nothing, and may
 * be used through any context.
 */
typedef struct ito_field {
    const char *name;      /**< used in messages */
    unsigned dtypes;       /**< ITO_F32, ITO_F64 or both or-ed; 0 = ITO_F32.
                             States of another type are converted */
    unsigned flags;        /**< ITO_FIELD_... */
    size_t dim;            /**< components of a particle */
    size_t noise_dim;      /**< Brownian motions; 0 = one a component */
    ito_noise_kind noise;  /**< how sigma depends on the state */
    ito_calculus calculus; /**< of sigma */
    ito_eval_fn drift;     /**< u: dim components */
    ito_eval_fn diffusion; /**< sigma, shaped by noise_dim; NULL without
                                 noise.  WIDE: rows of dim values (noise_dim
                                 0), or of dim x noise_dim values */
    ito_eval_fn diffusion_deriv; /**< optional, L^j sigma_k.  Diagonal shape:
                                 out[c] = sigma_c d sigma_c / dx_c.  Matrix:
                                 component c of L^j sigma_k at
                                 out[(c m + k) m + j] */
    ito_eval_fn jacobian; /**< optional, du_c / dx_k at out[c dim + k]; what
                                 implicit methods use, else differences */
    const double *rates;  /**< optional, dim numbers: u_c = rates[c] x_c +
                                 the rest; exponential methods solve that part
                                 exactly */
    const ito_second_order *second_order; /**< optional, see there */
    ito_eval_fn divergence; /**< optional, out[0] = div u: 1 value a particle */
    ito_vjp_fn vjp;         /**< optional, sum_i v_i du_i/dx: dim components */
    ito_eval_fn score;      /**< optional, grad log p_t: dim components */
    ito_eval_fn log_density;      /**< optional, out[0] = log p_t: 1 value */
    ito_eval_fn potential;        /**< optional, out[0] = U with u = -grad U */
    ito_scratch_fn scratch_bytes; /**< NULL: no scratch */
    size_t tile_pref;             /**< particles a tile should have; 0 = any */
    size_t cond_dim;         /**< conditions it wants of a particle; 0 = none */
    void *user;              /**< first argument of every callback */
    ito_both_fn drift_score; /**< optional, drift and score at once where that
                                  costs less; bits as of the two alone */
    ito_both_fn drift_divergence; /**< the same of drift and divergence */
    void *reserved[8];            /**< zero */
} ito_field;

/** Which callback of a field ito_field_eval calls. */
typedef enum ito_part {
    ITO_PART_DRIFT,
    ITO_PART_DIVERGENCE,
    ITO_PART_SCORE,
    ITO_PART_LOG_DENSITY,
    ITO_PART_POTENTIAL,
    ITO_PART_DIFFUSION,       /**< dim values, or dim x noise_dim a particle */
    ITO_PART_DIFFUSION_DERIV, /**< dim, or dim x noise_dim x noise_dim */
    ITO_PART_JACOBIAN         /**< dim x dim */
} ito_part;

/** Where ito_field_eval evaluates.  Zero in any field means the default. */
typedef struct ito_rows_at {
    double t;            /**< time of all rows, unless `times` is given */
    const double *times; /**< one time a row, or NULL.  Rows of equal time in
                              a run share a tile, so order them by time */
    ito_dtype dtype;     /**< number type of x and out; 0 = ITO_F32 */
    uint64_t id0;        /**< id of row 0 */
    const float *cond;   /**< n rows of field->cond_dim conditions, or NULL */
    void *reserved[4];   /**< zero */
} ito_rows_at;

/**
 * Evaluate one part of a field on rows, in parallel.
 *
 * @param ctx    context
 * @param field  field; the part must be there
 * @param part   what to evaluate
 * @param at     time, number type, conditions
 * @param n      rows; 0 is allowed
 * @param x      n x dim values
 * @param out    receives, row after row, n x dim values (drift, score), n x the
 *               size said at the part, or n values
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (the field lacks the part),
 *         ITO_ECALLBACK, ITO_ECANCELLED, ITO_ENOMEM or ITO_ENONFINITE (a
 *         result is NaN; infinities pass, a log density may be -inf)
 */
ITO_API ito_status ito_field_eval(ito_ctx *ctx, const ito_field *field,
                                  ito_part part, const ito_rows_at *at,
                                  size_t n, const void *x, void *out);

/** The region in which ito_field_check tries a field. */
typedef struct ito_box {
    const double *lo;  /**< dim lower bounds; NULL = -1 */
    const double *hi;  /**< dim upper bounds; NULL = 1 */
    double t0, t1;     /**< span of time; both 0 = [0, 1] */
    uint64_t seed;     /**< of the points tried */
    void *reserved[4]; /**< zero */
} ito_box;

/**
 * Try a field on random tiles of sizes 1, 15, 16, 17, 31, ... and report the
 * first thing that is wrong: writing outside out or scratch, changing x,
 * results that are not finite or not written, a row that depends on its
 * companions or on its place (where ROW_INVARIANT is promised), divergence,
 * vjp or jacobian that disagree with central differences of the drift, a score
 * that disagrees with those of the log density, a diffusion_deriv with those
 * of the diffusion, additive noise that depends on the state, diagonal noise
 * that depends on other components, noise that does not commute as it is
 * said to.
 *
 * @return ITO_OK, ITO_EUNFIT (a broken promise; the message says which),
 *         ITO_ENONFINITE, ITO_ECALLBACK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_field_check(ito_ctx *ctx, const ito_field *field,
                                   const ito_box *box);

#ifdef __cplusplus
}
#endif
#endif /* ITO_FIELD_H */

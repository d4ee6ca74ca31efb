/* SPDX-License-Identifier: MIT
 *
 * ito/solve.h - move particles through a field.
 *
 * Sampling from a flow is one call:
 *
 *     const ito_problem flow = { .field = &u, .t0 = 0, .t1 = 1, .n = n };
 *
 *     rc = ito_solve(ctx, &flow, x, NULL, NULL);
 *
 * The particles are cut into tiles; a tile goes through all its steps before
 * the next one, and tiles run in parallel.  With fixed steps the result does
 * not depend, by a single bit, on the number of threads, the tile size or the
 * kernels in use, as long as the field's own rows do not.
 *
 * Methods are explicit Runge-Kutta methods (Hairer, Norsett and Wanner,
 * Solving Ordinary Differential Equations I, section II.1):
 *
 *     k_i = u(t + c_i h, x + h sum_j a_ij k_j),   x' = x + h sum_i b_i k_i
 */
#ifndef ITO_SOLVE_H
#define ITO_SOLVE_H

#include <ito/field.h>
#include <ito/noise.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A method, a row of the table behind ito_method_at. */
typedef struct ito_method {
    const char *name; /**< "euler", "midpoint", "heun", "rk4" */
    const char *text; /**< one line for people */
    size_t order;     /**< of the error at the end, in h */
    size_t evals;     /**< evaluations of the field a step */
} ito_method;

/** The i-th method, or NULL past the end. */
ITO_API const ito_method *ito_method_at(size_t i);

/** The method of that name, or NULL. */
ITO_API const ito_method *ito_method_find(const char *name);

/**
 * Fill a tile of initial states: x has the layout of tile->x, which is not
 * to be read; tile->scratch has room for n x dim values to work in.  Particle
 * i of the tile has id tile->id0 + i.  Returns as ito_eval_fn.  Called from
 * several threads at once if the field is REENTRANT.
 */
typedef int (*ito_init_fn)(void *arg, const ito_tile *tile, void *const *x);

/** A tile of particles at a moment of a solve, as a sink sees it. */
typedef struct ito_frame {
    size_t index;     /**< number of the frame, from 0, in the order of time */
    uint64_t step;    /**< steps taken before it, counted from opts.step0 */
    double t;         /**< time */
    uint64_t id0;     /**< id of row 0 */
    size_t n;         /**< rows */
    size_t dim;       /**< values a row */
    ito_dtype dtype;  /**< number type of rows */
    const void *rows; /**< n x dim values, all finite, valid for the call */
} ito_frame;

/**
 * Receive a frame.  Tiles arrive in no fixed order, from several threads at
 * once if the field is REENTRANT: store a row where its id and the frame's
 * index say.  Anything but 0 stops the solve with ITO_ECALLBACK.
 */
typedef int (*ito_sink_fn)(void *arg, const ito_frame *frame);

/** Who wants to see which moments.  Moments are counted as points of the time
 *  grid of this call: 0 is the start, `steps` the end. */
typedef struct ito_sink {
    ito_sink_fn fn;    /**< called once for each tile and chosen moment */
    void *arg;         /**< its first argument */
    size_t every;      /**< start, every so many steps, and always the end; 0 =
                         `at` instead */
    const size_t *at;  /**< chosen points, increasing; borrowed */
    size_t at_count;   /**< how many; with every = 0 and none: the end only */
    void *reserved[4]; /**< zero */
} ito_sink;

/**
 * Frames that `sink` receives in a solve of `steps` steps.
 */
ITO_API size_t ito_sink_frames(const ito_sink *sink, size_t steps);

/**
 * A ready-made sink: fn = ito_store_frame, arg = an ito_store.  Row of id i
 * in frame f goes to rows + ((f n) + i - id0) dim, in the state's type.
 */
typedef struct ito_store {
    void *rows;   /**< frames x n x dim values */
    size_t n;     /**< particles of the solve */
    uint64_t id0; /**< id of the first */
} ito_store;

/** See ito_store. */
ITO_API int ito_store_frame(void *store, const ito_frame *frame);

/**
 * A ready-made start: init = ito_start_normal, init_arg = an ito_start.
 * Component c of id i is mean[c] + std z, z the addressed standard normal of
 * ito_noise_normal; so a start can be made again exactly.
 */
typedef struct ito_start {
    const ito_ctx *ctx; /**< context of the solve (for its kernels) */
    ito_noise at;       /**< address; purpose 0 is ITO_FOR_INITIAL */
    double std;         /**< 0 = 1 */
    const double *mean; /**< dim values, or NULL for 0 */
} ito_start;

/** See ito_start. */
ITO_API int ito_start_normal(void *start, const ito_tile *tile, void *const *x);

/** An initial value problem.  Zero in any field means the default. */
typedef struct ito_problem {
    const ito_field *field; /**< what moves the particles */
    double t0;              /**< time of the initial states */
    double t1;              /**< time of the result; t1 < t0 runs backwards */
    size_t n;               /**< particles; 0 is allowed */
    ito_dtype dtype;        /**< number type of the state; 0 = ITO_F32 */
    uint64_t id0;           /**< id of the first particle */
    const float *cond;      /**< n rows of field->cond_dim conditions */
    ito_init_fn init;       /**< initial states; NULL: they are in x */
    void *init_arg;         /**< first argument of init */
    const ito_sink *sinks;  /**< who wants to see states on the way */
    size_t sink_count;      /**< how many */
    void *reserved[8];      /**< zero */
} ito_problem;

/** How to solve.  Zero in any field means the default. */
typedef struct ito_solve_opts {
    const char *method; /**< name of a method; NULL = "heun" */
    size_t steps;       /**< equal steps; 0 = 100 */
    const double *grid; /**< times instead of steps, strictly increasing or
                              decreasing; the problem's t0 and t1 are then not
                              read; borrowed */
    size_t grid_count;  /**< times in grid, at least 1; steps + 1 */
    uint64_t step0;     /**< number of the first step, to go on with a solve
                              that ended at that step */
    size_t tile;        /**< particles a tile; 0 = chosen; never shows in
                              the result */
    void *reserved[8];  /**< zero */
} ito_solve_opts;

/** What a solve came to. */
typedef struct ito_solve_stats {
    size_t steps;  /**< steps each particle took */
    size_t evals;  /**< evaluations of the field a particle */
    size_t tiles;  /**< tiles */
    double t;      /**< time reached by all particles */
    uint64_t step; /**< step reached: step0 + steps */
} ito_solve_stats;

/**
 * Solve dx/dt = u(t, x) for n particles.
 *
 * @param ctx      context; its threads share the tiles, its cancel callback
 *                 is asked every few steps
 * @param problem  field, times, particles
 * @param x        n x dim values of problem->dtype: initial states on entry
 *                 (not read when there is init), final states on return.  On
 *                 failure its content is not specified.  NULL: init must be
 *                 there and only the sinks receive anything
 * @param opts     options, or NULL
 * @param stats    receives the cost; may be NULL; zero on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (the field has noise), ITO_ENOMEM,
 *         ITO_ECALLBACK (a callback stopped it; the message has t and step),
 *         ITO_ENONFINITE (a state is NaN or infinite: the message names the
 *         lowest step at which that happened and there the lowest particle,
 *         whatever the tiles were) or ITO_ECANCELLED
 *
 * Memory: (stages + 3) states of a tile and the field's scratch for each
 * thread, taken before the first step; nothing is allocated while stepping.
 */
ITO_API ito_status ito_solve(ito_ctx *ctx, const ito_problem *problem, void *x,
                             const ito_solve_opts *opts,
                             ito_solve_stats *stats);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SOLVE_H */

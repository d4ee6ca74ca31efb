/* SPDX-License-Identifier: MIT
 *
 * ito/solve.h - move particles through a field, with noise or without.
 *
 * Sampling from a flow is one call:
 *
 *     const ito_problem flow = { .field = &u, .t0 = 0, .t1 = 1, .n = n };
 *
 *     rc = ito_solve(ctx, &flow, x, NULL, NULL);
 *
 * and so is an ensemble of paths of dX = u dt + sigma dW:
 *
 *     const ito_problem paths = { .field = &sde, .t1 = 1, .n = n, .seed = 7 };
 *     const ito_solve_opts how = { .method = "milstein", .steps = 512 };
 *
 *     rc = ito_solve(ctx, &paths, x, &how, NULL);
 *
 * The particles are cut into tiles; a tile goes through all its steps before
 * the next one, and tiles run in parallel.  With fixed steps the result does
 * not depend, by a single bit, on the number of threads, the tile size or the
 * kernels in use, as long as the field's own rows do not; with adaptive steps
 * it does not either, but the particles of a control group (4096 aligned ids,
 * 64 of a WIDE field) share their steps, so a group must not be split over
 * several calls, and stopping and going on gives other steps.
 *
 * The methods, their orders and what they fit are rows of one table
 * (ito_method_at); src/solve/ has a formula and a source for each.
 */
#ifndef ITO_SOLVE_H
#define ITO_SOLVE_H

#include <ito/field.h>
#include <ito/noise.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a method can do or needs, to be or-ed. */
enum {
    ITO_METHOD_ADAPTIVE = 1u, /**< estimates its error: takes rtol and atol */
    ITO_METHOD_DENSE = 2u,    /**< continuous output of its own between steps;
                                   other adaptive methods end a step at every
                                   point of the grid */
    ITO_METHOD_AREA = 4u,     /**< uses the space-time area of the noise */
    ITO_METHOD_IMPLICIT = 8u, /**< solves equations; dim <= 64, not WIDE */
    ITO_METHOD_DERIV = 16u,   /**< needs the field's diffusion_deriv */
    ITO_METHOD_RATES = 32u,   /**< needs the field's rates */
    ITO_METHOD_SECOND_ORDER = 64u, /**< needs the field's second_order */
    ITO_METHOD_LANGEVIN = 128u     /**< needs the field's potential and constant
                                    noise, equal in all components */
};

/** A method, a row of the table behind ito_method_at. */
typedef struct ito_method {
    const char *name;  /**< "euler", "dopri5", "milstein", ... */
    const char *text;  /**< one line for people, with its source */
    size_t order;      /**< of the error at the end, in h, without noise */
    size_t evals;      /**< evaluations of the drift a step */
    unsigned noise;    /**< kinds of noise it fits: bits 1u << ITO_NOISE_... */
    unsigned calculus; /**< calculi it solves where sigma depends on the
                             state, or-ed; 0: it fits no such noise */
    double strong;     /**< strong order for the widest kind it fits */
    double strong_additive; /**< strong order for additive noise */
    double weak;            /**< weak order */
    unsigned flags;         /**< ITO_METHOD_... */
    void *reserved[4];      /**< zero */
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
    const void *rows; /**< n x dim values, valid for the call; all finite but
                         for particles that ITO_BAD_KEEP kept */
    const double *exit_times; /**< n times at which a particle left through an
                         absorbing edge, +inf for those inside; NULL where no
                         edge absorbs */
    void *reserved[4];        /**< zero */
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

/**
 * Increments of the program's own in place of the addressed ones, to replay a
 * path: fill W[j] and, where H is not NULL, H[j] with npad values for Brownian
 * motion j (WIDE: W[0] with n rows) over step tile->step of length tile->h.
 * Types and return value as ito_eval_fn.
 */
typedef int (*ito_increment_fn)(void *arg, const ito_tile *tile, void *const *W,
                                void *const *H);

/** What happens at an edge of the space of one component. */
typedef enum ito_edge {
    ITO_EDGE_OPEN,     /**< nothing */
    ITO_EDGE_PERIODIC, /**< both edges: the space is a circle */
    ITO_EDGE_REFLECT,  /**< the state is folded back; of a second-order field
                            the velocity turns round */
    ITO_EDGE_ABSORB    /**< the particle stays where it left, for good: on the
                            edge, its other components on the line of the step.
                            One that starts there has left at the start */
} ito_edge;

/** The edges of one component. */
typedef struct ito_bounds {
    ito_edge lower, upper; /**< what they do */
    double lo, hi;         /**< where they are; not read where OPEN */
} ito_bounds;

/** What becomes of a particle whose state is no longer finite. */
typedef enum ito_bad {
    ITO_BAD_FAIL,   /**< the solve fails and names the first */
    ITO_BAD_FREEZE, /**< it keeps its last finite state; counted.  With
                         adaptive steps: one that needs a step below h_min */
    ITO_BAD_KEEP    /**< it goes on as NaN or infinity; counted.  Not with
                         adaptive steps */
} ito_bad;

/** An initial value problem.  Zero in any field means the default. */
typedef struct ito_problem {
    const ito_field *field;   /**< what moves the particles */
    double t0;                /**< time of the initial states */
    double t1;                /**< time of the result; t1 < t0 runs backwards
                                 (fields without noise) */
    size_t n;                 /**< particles; 0 is allowed */
    ito_dtype dtype;          /**< number type of the state; 0 = ITO_F32 */
    uint64_t id0;             /**< id of the first particle */
    const float *cond;        /**< n rows of field->cond_dim conditions */
    ito_init_fn init;         /**< initial states; NULL: they are in x */
    void *init_arg;           /**< first argument of init */
    const ito_sink *sinks;    /**< who wants to see states on the way */
    size_t sink_count;        /**< how many */
    uint64_t seed;            /**< of the noise: the motion of ito/brownian.h */
    uint32_t stream;          /**< sub-run of the noise */
    const ito_bounds *bounds; /**< dim edges, or NULL; not for WIDE fields */
    int no_bridge;            /**< 1: a particle leaves only if it is outside at
                                 the end of a step; else, where there is
                                 noise, it may have left in between, with the
                                 probability of the Brownian bridge */
    double *exit_times;       /**< where an edge absorbs: receives n times at
                                 which particles left, +inf for those inside; a
                                 call that goes on (opts.begin > 0) reads those
                                 of the call before; or NULL */
    ito_increment_fn increments; /**< replayed noise, or NULL */
    void *increments_arg;        /**< first argument of increments */
    void *reserved[8];           /**< zero */
} ito_problem;

/** How to solve.  Zero in any field means the default. */
typedef struct ito_solve_opts {
    const char *method; /**< name of a method; NULL = heun without noise,
                             euler-maruyama for Ito, euler-heun for
                             Stratonovich equations; with adaptive steps dopri5
                             without noise, shark with additive noise, sriw1
                             for Ito, heun for Stratonovich equations */
    size_t steps;       /**< equal steps; 0 = 100 (adaptive: 1) */
    const double *grid; /**< times instead of steps, strictly increasing or
                              decreasing; the problem's t0 and t1 are then not
                              read; borrowed */
    size_t grid_count;  /**< times in grid, at least 1; steps + 1 */
    uint64_t step0;     /**< number of the first step of the grid, for the
                              address of its noise */
    size_t begin;       /**< first point of the grid: x are the states there */
    size_t end;         /**< last point of the grid; 0 = its end.  To save and
                              go on, solve points 0 to k, then k to the end:
                              with fixed steps the bits are those of one call.
                              Adaptive steps begin anew in every call, so there
                              they agree within the tolerance */
    size_t tile;        /**< particles a tile; 0 = chosen; never shows in
                              the result */
    double rtol, atol;  /**< adaptive steps when rtol > 0 or atol > 0: the
                              largest over the particles of a control group of
                              rms_c(error_c / (atol + rtol |x_c|)) is at most
                              1 in a step.  atol 0 = rtol / 1000 */
    double h_min;       /**< smallest adaptive step; 0 = 1e-14 of the span,
                              with noise 2^-24 of it; below it the solve fails
                              (ITO_ESTEPS), or a particle is frozen */
    double h_max;       /**< largest adaptive step; 0 = the span */
    double h_start;     /**< first adaptive step; 0 = chosen */
    size_t max_steps;   /**< adaptive steps a control group may take, rejected
                              ones included; 0 = 1e6; beyond: ITO_ESTEPS */
    int tree;           /**< 1: noise from the Brownian tree over the span, so
                              that the path is the same for every 2^k equal
                              steps (no other number fits); adaptive steps with
                              noise always are, and have the length of the span
                              over a power of two */
    ito_bad bad;        /**< what becomes of states that are not finite */
    double theta;       /**< weight of the new point in theta methods, up to
                              1; 0 = what the method's name says (theta: 1/2) */
    void *reserved[8];  /**< zero */
} ito_solve_opts;

/** What a solve came to. */
typedef struct ito_solve_stats {
    size_t steps;  /**< steps each particle took; adaptive: accepted steps of
                        the control group that took most */
    size_t evals;  /**< evaluations of the drift; the most a tile took */
    size_t tiles;  /**< tiles */
    double t;      /**< time reached by all particles */
    uint64_t step; /**< step reached: step0 + the point of the grid */
    uint64_t accepted, rejected; /**< adaptive steps, over all groups */
    uint64_t absorbed;    /**< particles that left through an edge in this call;
                            those on an edge at the start count if begin is 0 */
    uint64_t bad;         /**< particles frozen or kept though not finite */
    double accepted_rate; /**< Metropolis methods: share of accepted moves */
    const char *method;   /**< name of the method that was used */
    void *reserved[3];    /**< zero */
} ito_solve_stats;

/**
 * Solve dX = u dt + sigma dW for n particles.
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
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (the method does not fit the field: the
 *         message says why and lists those that do; or the calculus of a
 *         diffusion that depends on the state is not said), ITO_ENOMEM,
 *         ITO_ECALLBACK (a callback stopped it; the message has t and step),
 *         ITO_ENONFINITE (a state is NaN or infinite: the message names the
 *         lowest step at which that happened and there the lowest particle,
 *         whatever the tiles were), ITO_ESTEPS (an adaptive step became too
 *         small, or there were too many; the equations of an implicit step were
 *         not solved) or ITO_ECANCELLED
 *
 * Memory: ito_solve_bytes; all of it is taken before the first step and
 * nothing is allocated while stepping.
 */
ITO_API ito_status ito_solve(ito_ctx *ctx, const ito_problem *problem, void *x,
                             const ito_solve_opts *opts,
                             ito_solve_stats *stats);

/** The memory that ito_solve will take for its workers, in bytes; arguments
 *  and errors as there. */
ITO_API ito_status ito_solve_bytes(ito_ctx *ctx, const ito_problem *problem,
                                   const ito_solve_opts *opts, size_t *bytes);

/**
 * Whether a method fits a field: ITO_OK, or ITO_EUNFIT with a message that
 * says why not and lists those that do.
 */
ITO_API ito_status ito_method_fits(ito_ctx *ctx, const ito_method *info,
                                   const ito_field *field);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SOLVE_H */

/* SPDX-License-Identifier: MIT
 *
 * run.h - one solve: what all its tiles share, and stepping one tile.
 */
#ifndef ITO_SOLVE_RUN_H
#define ITO_SOLVE_RUN_H

#include <ito/solve.h>
#include <stdatomic.h>

#include "rng/brownian.h"
#include "solve/quadrature.h"
#include "solve/stepper.h"

/* Particles that share adaptive steps, by id; rows of a WIDE field. */
#define GROUP      4096
#define GROUP_WIDE 64

/* How a tile can end. */
typedef enum run_end {
    RUN_DONE,
    RUN_STOPPED,   /* cancelled, or another tile failed before */
    RUN_NONFINITE, /* a state is NaN or infinite */
    RUN_FIELD,     /* the field returned `rc` */
    RUN_NOISE,     /* increments returned `rc` */
    RUN_INIT,      /* init returned `rc` */
    RUN_SINK,      /* a sink returned `rc` */
    RUN_NEWTON,    /* the equations of a step were not solved */
    RUN_UNEQUAL,   /* sigma is not equal in all components */
    RUN_SMALL,     /* an adaptive step became too small */
    RUN_MANY       /* there were too many of them */
} run_end;

/* What went wrong in a tile, and where.  The lowest (point, id) of all tiles
 * is reported; in adaptive runs point is 0, so it is the lowest id. */
typedef struct run_fault {
    run_end end;  /* RUN_DONE: nothing */
    size_t point; /* step whose result is bad, or point of the time grid */
    uint64_t id;  /* particle, or first particle of the tile */
    size_t component;
    double value;
    double t, h; /* of adaptive steps */
    int rc;
} run_fault;

/* Where the noise of a run comes from. */
typedef enum run_noise {
    NOISE_NONE,
    NOISE_STEPS,
    NOISE_TREE,
    NOISE_GIVEN
} run_noise;

/* A solve; constant while its tiles run, but for the atomics. */
typedef struct run {
    ito_ctx *ctx;
    const ito_problem *problem;
    const quadrature *quadrature; /* or NULL */
    const method *method;
    ito_solve_opts opts; /* defaults filled in */
    const double *grid;  /* NULL: equal steps */
    size_t steps;        /* of the whole grid */
    size_t begin, end;   /* points between which this call goes */
    uint64_t step0;
    double t0, t1, h;
    bool adaptive;
    run_noise noise;
    unsigned level;  /* of the tree, of a step of the grid */
    unsigned depth;  /* of the tree, the deepest */
    bool absorbs;    /* some edge absorbs */
    char *rows;      /* the caller's, or NULL */
    stepper stepper; /* what all have in common */
    tile_plan plan;
    struct run_worker *workers;
    /* Steps beyond this one need not be taken: another tile failed there.
     * In adaptive runs: ids. */
    atomic_uint_fast64_t limit;
    atomic_bool cancelled;
} run;

/* What can be taken back when steps are replayed. */
typedef struct run_mark {
    void **x;
    unsigned char *stopped; /* a byte a particle: RUN_ABSORBED, ... or 0 */
    double *exits;          /* time of absorption, +inf; NULL: no such edge */
    size_t stopped_count;
    uint64_t moves, accepted;
    size_t evals;
} run_mark;

enum { ROW_ABSORBED = 1, ROW_FROZEN = 2 };

#define QUADRATURE_STEPS 3

/* Integrands at the nodes of one step, see quadrature.c. */
typedef struct quadrature_step {
    double t, h;
    size_t count;   /* nodes */
    double *values; /* nodes x rows x integrals */
} quadrature_step;

/* The memory of one worker. */
typedef struct run_worker {
    tile_work work;
    stepper s;
    run_mark now;        /* x is s.x */
    run_mark good;       /* at the last check */
    void **held;         /* rows of particles that stopped */
    unsigned char *mask; /* a byte a particle */
    /* edges: when and by which edge a particle left in a step; sigma at its
     * start; its variance there */
    double *theta;
    unsigned *edge;
    void **sigma;
    double *variance;
    size_t earlier; /* particles of the tile that had left before the call */
    void *frame;    /* rows for a sink, where x is not rows */
    size_t *next;   /* frames that each sink had of this tile */
    brownian_tile motion;
    bool fuses; /* steps may draw their noise themselves */
    brownian_tree tree;
    void *tree_block;
    void **g; /* a value of each integrand, see quadrature.c */
    quadrature_step g_steps[QUADRATURE_STEPS]; /* the last ones of the tile */
    size_t g_taken;                            /* its steps so far */
    double *g_sum;                             /* their integrals */
    size_t tree_point; /* step whose node the tree is at; SIZE_MAX: none */
    /* sums over its tiles */
    size_t steps, evals;
    uint64_t taken, rejected, absorbed, bad, moves, accepted;
    run_fault fault; /* the lowest of this worker */
} run_worker;

/* Fill a run from a problem and options, checking both. */
ito_status ito__run_prepare(ito_ctx *ctx, run *r, const void *x,
                            const ito_solve_opts *o);
/* The text of a fault. */
ito_status ito__run_report(ito_ctx *ctx, const run *r, const run_fault *f);

/* Time at a point of the grid, and length of the step from it. */
double ito__run_time(const run *r, size_t point);
double ito__run_step(const run *r, size_t point);

void ito__run_carve(carver *c, const run *r, run_worker *w);

/* Solve for particles begin .. end - 1 of the problem. */
void ito__run_tile(run *r, run_worker *w, size_t thread, size_t begin,
                   size_t end);

/* --- replay.c ---------------------------------------------------------- */

/* Steps `from` to `to` of the grid without a look, and then one; false when
 * something went wrong, which is recorded. */
bool ito__run_steps(run *r, run_worker *w, size_t from, size_t to);
/* Record a fault at a point of the grid. */
void ito__run_fault_at(run *r, run_worker *w, size_t point, run_fault fault);
/* If the state at `point` has a bad value, record the lowest. */
bool ito__run_find_bad(run *r, run_worker *w, size_t point);
/* Whether it has none; padding that went bad alone is renewed. */
bool ito__run_state_ok(const run *r, const run_worker *w);

/* --- what adaptive runs share ------------------------------------------ */

/* Remember a fault if it is the lowest, and let no tile run beyond it. */
void ito__run_fault(run *r, run_worker *w, run_fault fault);
/* What a step that returned rc was stopped by. */
run_fault ito__run_why(const run_worker *w, int rc);
/* After a step: the new state becomes x; edges, and particles that stopped. */
int ito__run_finish(run *r, run_worker *w);
/* Give a state at `point` to the sinks that want it. */
bool ito__run_sinks(run *r, run_worker *w, size_t point, void *const *x);
/* The next point at which a sink wants to see the state; SIZE_MAX: none. */
size_t ito__run_wanted(const run *r, const run_worker *w);
/* Whether the tile should go on; asks the caller's program. */
bool ito__run_go_on(run *r, size_t thread, uint64_t at);
/* Stop the particles of mask where they are. */
void ito__run_stop(run_worker *w, int how);

/* drive.c: the increments of a step into s.W and s.H. */
void ito__noise_begin(const run *r, run_worker *w);
int ito__noise_step(const run *r, run_worker *w, size_t point);
void ito__noise_node(run_worker *w);

/* bounds.c */
ito_status ito__bounds_check(ito_ctx *ctx, const ito_problem *p, bool *absorbs);
/* Edges at the start of a call: fold, and stop what is outside. */
void ito__bounds_start(const run *r, run_worker *w);
/* After a step from s.z to s.x: the same, and what left in between.  Returns
 * what a callback returned. */
int ito__bounds_step(const run *r, run_worker *w);

/* adapt.c, adapt_tree.c: a tile with steps chosen by its error.  False: it
 * failed. */
bool ito__adapt(run *r, run_worker *w);
bool ito__adapt_tree(run *r, run_worker *w);
/* The error of the step just taken in units of the tolerance, the largest of
 * the particles that still move; *row is that particle. */
double ito__adapt_error(const run *r, run_worker *w, size_t *row);
/* Freeze the particles whose last error is not at most 1; false: none. */
bool ito__adapt_freeze(run_worker *w);

/* --- quadrature.c: nothing where the run has no integrals -------------- */

ito_status ito__quadrature_check(ito_ctx *ctx, const run *r);
void ito__quadrature_carve(carver *c, const run *r, run_worker *w);
/* At the start of a tile. */
void ito__quadrature_begin(const run *r, run_worker *w);
/* Integrands in the step just computed, after ito__step_dense; returns what
 * the integrand returned. */
int ito__quadrature_step(const run *r, run_worker *w);
/* The step is accepted. */
void ito__quadrature_accept(const run *r, run_worker *w);
/* At the end of a tile, to the caller's rows from `begin` on. */
void ito__quadrature_store(const run *r, run_worker *w, size_t begin);

/* Point of the time grid of frame f of a sink, counted from the start of the
 * call; SIZE_MAX past the last. */
size_t ito__sink_point(const ito_sink *sink, size_t steps, size_t f);

#endif /* ITO_SOLVE_RUN_H */

/* SPDX-License-Identifier: MIT
 *
 * run.h - one solve: what all its tiles share, and stepping one tile.
 */
#ifndef ITO_SOLVE_RUN_H
#define ITO_SOLVE_RUN_H

#include <ito/solve.h>
#include <stdatomic.h>

#include "solve/method.h"
#include "solve/tile.h"

/* How a tile can end.  The lowest (step, id) of all tiles is reported. */
typedef enum run_end {
    RUN_DONE,
    RUN_STOPPED,   /* cancelled, or another tile failed at a lower step */
    RUN_NONFINITE, /* a state is NaN or infinite */
    RUN_FIELD,     /* the field returned `rc` */
    RUN_INIT,      /* init returned `rc` */
    RUN_SINK       /* a sink returned `rc` */
} run_end;

/* What went wrong in a tile, and where. */
typedef struct run_fault {
    run_end end;  /* RUN_DONE: nothing */
    size_t point; /* step whose result is bad, or point of the time grid */
    uint64_t id;  /* particle, or first particle of the tile */
    size_t component;
    double value;
    int rc;
} run_fault;

/* A solve; constant while its tiles run, but for the two atomics. */
typedef struct run {
    ito_ctx *ctx;
    const ito_problem *problem;
    const ito_tableau *tab;
    const double *grid; /* NULL: equal steps */
    size_t steps;
    uint64_t step0;
    double t0, t1, h;
    char *rows; /* the caller's, or NULL */
    tile_plan plan;
    struct run_worker *workers;
    /* Steps beyond this one need not be taken: another tile failed there. */
    atomic_size_t limit;
    atomic_bool cancelled;
} run;

/* The memory of one worker. */
typedef struct run_worker {
    tile_work work;
    void **x;                 /* state */
    void **xs;                /* state at which a stage is evaluated */
    void **good;              /* state at the last check */
    void **k[ITO_STAGES_MAX]; /* stage derivatives */
    void *frame;              /* rows for a sink, where x is not rows */
    size_t *next;             /* frames that each sink had of this tile */
    run_fault fault;          /* the lowest of this worker */
} run_worker;

/* Time at a point of the grid, and length of the step from it. */
double ito__run_time(const run *r, size_t point);
double ito__run_step(const run *r, size_t point);

void ito__run_carve(carver *c, const run *r, run_worker *w);

/* Solve for particles begin .. end - 1 of the problem. */
void ito__run_tile(run *r, run_worker *w, size_t thread, size_t begin,
                   size_t end);

/* Point of the time grid of frame f of a sink; SIZE_MAX past the last. */
size_t ito__sink_point(const ito_sink *sink, size_t steps, size_t f);

#endif /* ITO_SOLVE_RUN_H */

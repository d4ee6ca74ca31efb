/* SPDX-License-Identifier: MIT
 *
 * simulate.h - one run of `ito simulate`: what its files share.
 */
#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H

#include <ito/ensemble.h>
#include <ito/system.h>

#include "cli/opt.h"

#define SIMULATE_TEXT 16384 /* bytes of a system in words */

/** The options of the command. */
typedef struct simulate_options {
    size_t count, steps, frames, every, keep, bins, tile, mem, stop;
    uint64_t first;
    double t, h, rtol, atol, theta;
    const char *start, *method, *out, *paths, *hist, *save, *resume, *plot;
    const char *animate, *numbers, *title;
    double dpi;
    opt_list bounds, limits, quantiles;
    int bad, tree, real, no_bridge, list_methods, check, kde;
} simulate_options;

extern simulate_options simulate_args;

/** States of some particles on the way: frames x keep x dim values. */
typedef struct kept_paths {
    double *values; /* frames x keep x dim */
    double *t;      /* frames */
    size_t frames, keep, dim;
    uint64_t id0;
} kept_paths;

/** A run: what is solved, and what is gathered.  Zero before simulation_make;
 *  free with simulation_free. */
typedef struct simulation {
    ito_system *system;
    const ito_field *field;
    const ito_system_hints *hint;
    ito_problem problem;
    ito_solve_opts how;
    ito_solve_stats done;
    ito_bounds *bounds;   /* dim, or NULL */
    struct start *start;  /* simulate_start.c */
    double *lo, *hi;      /* dim limits of histograms */
    ito_ensemble *stats;  /* moments, histograms */
    size_t frames, bins;  /* of stats */
    size_t *points;       /* frames points of the grid */
    int x_wanted;         /* whether states are kept */
    void *x;              /* end states, or NULL: only statistics */
    kept_paths kept;      /* keep = 0: none */
    ito_ensemble *moving; /* moments at many times, for pictures, or NULL */
    size_t *moving_at;    /* its points of the grid */
    size_t moving_count;
    ito_sink sinks[4];
} simulation;

/* simulate_setup.c: everything but the start from the options. */
ito_status simulation_make(ito_ctx *ctx, simulation *s);
void simulation_free(simulation *s);
/* Begin, or end, to show how far it is. */
void simulation_progress(const simulation *s, int begin);

/* simulate_start.c: --start as an init function and its argument. */
ito_status simulation_start(ito_ctx *ctx, simulation *s);
void start_free(struct start *start);

/* simulate_print.c: the statistics on standard output, as a table or JSON. */
ito_status simulation_print(ito_ctx *ctx, simulation *s);
/* The table of methods on standard output. */
void simulate_list_methods(void);

/* simulate_files.c: -o, --paths and --hist. */
ito_status simulation_write(ito_ctx *ctx, simulation *s);

/* simulate_pictures.c: --plot, --numbers and --animate.  The names are looked
 * at before anything runs: 0, or the exit code of a usage error; begin adds
 * what pictures want to know of all particles. */
int simulation_pictures_check(void);
ito_status simulation_pictures_begin(ito_ctx *ctx, simulation *s);
ito_status simulation_pictures(ito_ctx *ctx, simulation *s);

/* simulate_resume.c: --continue and --stop; --save, if given. */
ito_status simulation_resume(ito_ctx *ctx, simulation *s);
ito_status simulation_save(ito_ctx *ctx, const simulation *s);

#endif /* CLI_SIMULATE_H */

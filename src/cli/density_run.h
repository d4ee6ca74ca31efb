/* SPDX-License-Identifier: MIT
 *
 * density_run.h - one run of `ito density`: what its files share.
 */
#ifndef CLI_DENSITY_RUN_H
#define CLI_DENSITY_RUN_H

#include <ito/density.h>
#include <ito/system.h>

#include "cli/density_pictures.h"
#include "cli/opt.h"

/** The options of the command. */
typedef struct density_options {
    opt_list grid, boundary, times;
    const char *start, *method, *out, *compare;
    density_files files;
    double t;
    size_t steps, frames, mem;
    int stationary, rate, face_drift, list_methods;
} density_options;

extern density_options density_args;

/** A run: the equation, its grid, and the density at some moments.  Zero
 *  before density_make; free with density_free. */
typedef struct density_run {
    ito_system *system;
    const ito_field *field;
    const ito_system_hints *hint;
    ito_density_problem what;
    ito_density *p;
    ito_density_start start;
    double mean[2], std[2];       /* of the start */
    ito_dist *dist;               /* of the start, or NULL */
    double inside;                /* part of the start that is on the grid */
    size_t cells;                 /* of the grid */
    size_t frames;                /* moments, the start included */
    double *t;                    /* frames moments, increasing */
    double *values;               /* frames x cells densities, cells as in p */
    ito_density_summary *summary; /* frames */
    ito_density_stats done;       /* over all steps */
    const char *method;           /* name of the method */
    double rate;                  /* with --rate */
    ito_density_fit fit;          /* with --compare, of the last moment */
    density_film film;            /* for pictures */
} density_run;

/* density_setup.c: system, grid, start and moments from the options. */
ito_status density_make(ito_ctx *ctx, density_run *run);
void density_free(density_run *run);

/* density_print.c: the moments on standard output, as a table or JSON. */
void density_print(const density_run *run);
/* The file of -o: centres, and a column of densities a moment. */
ito_status density_write(ito_ctx *ctx, const density_run *run,
                         const char *path);
/* The table of methods on standard output. */
void density_list_methods(void);

#endif /* CLI_DENSITY_RUN_H */

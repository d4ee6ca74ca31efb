/* SPDX-License-Identifier: MIT
 *
 * sweep_lines.h - the lines of `ito sweep`: every solver with every form of
 * noise, time grid and last step that fit together.
 */
#ifndef CLI_SWEEP_LINES_H
#define CLI_SWEEP_LINES_H

#include <ito/sweep.h>

#include "cli/opt.h"

/** What was asked for. */
typedef struct sweep_choice {
    opt_list solvers, sigmas, grids, lasts;
    int adaptive; /* whether there are tolerances */
} sweep_choice;

/** The lines, with texts for people; all fields belong to sweep_lines.c. */
typedef struct sweep_lines {
    size_t count;
    ito_sweep_line *line;
    const char **solver, **sigma, **grid, **last; /* count texts each */
    char (*label)[96];                            /* count names */
    size_t sigma_count;
    ito_sigma **own; /* sigma_count forms */
} sweep_lines;

/** Make them; says which combinations do not fit and are left out.  Free with
 *  sweep_lines_free, also after a failure. */
ito_status sweep_lines_make(ito_ctx *ctx, const ito_flow *flow,
                            const sweep_choice *choice, sweep_lines *out);
void sweep_lines_free(sweep_lines *lines);

#endif /* CLI_SWEEP_LINES_H */

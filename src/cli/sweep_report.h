/* SPDX-License-Identifier: MIT
 *
 * sweep_report.h - what `ito sweep` found, as a table, a picture, JSON and
 * words.
 */
#ifndef CLI_SWEEP_REPORT_H
#define CLI_SWEEP_REPORT_H

#include "cli/sweep_lines.h"

/** A sweep that has run. */
typedef struct sweep_found {
    const sweep_lines *lines;
    const ito_sweep_opts *how;
    const size_t *measure; /* those asked for, in their order */
    size_t measures;
    size_t seeds, samples;
    ito_sweep_point *point;
    size_t points;
    double *values; /* of ito_sweep_run */
    const char *title;
} sweep_found;

/** One row for each point and measure; .csv, .tsv, `-`. */
ito_status sweep_write(ito_ctx *ctx, const sweep_found *found,
                       const char *path);

/** The first measure against field calls. */
ito_status sweep_draw(ito_ctx *ctx, const sweep_found *found, const char *path);

/** On standard output. */
void sweep_json(const sweep_found *found);

/** On standard error, a line for each budget: which line is best, and which
 *  are within two standard errors of the paired difference. */
void sweep_say(const sweep_found *found);

#endif /* CLI_SWEEP_REPORT_H */

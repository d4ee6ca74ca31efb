/* SPDX-License-Identifier: MIT
 *
 * simulate_known.h - what the pictures of a run show beside its paths.
 */
#ifndef CLI_SIMULATE_KNOWN_H
#define CLI_SIMULATE_KNOWN_H

#include <ito/plot_sim.h>

#include "cli/simulate.h"

#define KNOWN_GRID  200 /* cells of a density along an axis */
#define KNOWN_FIELD 60  /* cells of a field along an axis */
#define KNOWN_CURVE 200 /* points of an exact density */
#define KNOWN_ROWS  6   /* components that are drawn */

/** What is known about a run.  Zero but for ctx and s before known_find; free
 *  with known_free. */
typedef struct known {
    ito_ctx *ctx;
    simulation *s;
    const char **names; /* dim */
    double x[2], y[2];  /* dim 2: the window */
    double *ground;     /* dim 2: KNOWN_GRID^2 stationary density, or NULL */
    double *u, *v;      /* dim 2: KNOWN_FIELD^2 drift, where no ground */
    double *mean, *sd;  /* dim 1: exact moments at the kept times, or NULL */
    double *curve_x;    /* dim 1: exact density at the end, or NULL */
    double *curve_y;
    ito_bars bars[KNOWN_ROWS];     /* of all particles, at the end */
    double *height;                /* of the bars */
    size_t count;                  /* times of the moments of all particles */
    double *t, *all_mean, *all_sd; /* count; KNOWN_ROWS x count each */
} known;

/** The kept paths up to a frame, and one of their frames. */
ito_paths known_paths(const known *g, size_t frames);
ito_cloud known_frame(const known *g, size_t frame);

/** Limits of component c: those of the system, or of --limits, and beside what
 *  the kept particles need. */
ito_status known_window(const known *g, size_t c, double w[2]);

ito_status known_find(known *g);
void known_free(known *g);

#endif /* CLI_SIMULATE_KNOWN_H */

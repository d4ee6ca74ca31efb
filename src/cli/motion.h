/* SPDX-License-Identifier: MIT
 *
 * motion.h - what moves points, and points on their way: what the pictures of
 * `ito plot` and `ito report` are made from.
 */
#ifndef CLI_MOTION_H
#define CLI_MOTION_H

#include <ito/flow.h>
#include <ito/plot_sim.h>

/** What moves points: a model, or the exact field of a distribution. */
typedef struct mover {
    ito_flow *flow;
    const ito_model *model;   /* or NULL */
    const ito_oracle *oracle; /* or NULL */
    const ito_field *field;   /* under no conditions */
    char **names;             /* one a coordinate, or NULL */
    char title[64];           /* file name without folder and suffix */
} mover;

/** What a figure of something that moves is made of.  Zero in any field
 *  means the default. */
typedef struct motion {
    size_t n;           /* points; 0 = what suits the figure */
    size_t steps;       /* of the solver; 0 = 100, with sigma 250 */
    size_t grid;        /* arrows or cells along an axis */
    const char *solver; /* NULL = heun, with sigma euler-maruyama */
    const char *sigma;  /* noise on the way; NULL = none */
    uint64_t seed;
    const double *times; /* NULL = what suits the figure */
    size_t time_count;
    double limits[4]; /* of x and of y; all 0 = what is needed */
} motion;

/** States at chosen points of the solver's grid. */
typedef struct frames {
    size_t n, dim, count;
    size_t *at; /* points of the grid, increasing */
    double *t;  /* their times */
    float *x;   /* count x n x dim */
} frames;

#define FRAMES_MAX 16

/** Open a model file, or `oracle:NAME` of a built-in distribution. */
ito_status mover_open(ito_ctx *ctx, const char *spec, mover *out);
void mover_close(mover *m);

/** Points from noise to data, or from x (f->n rows, which are overwritten)
 *  along the drift. */
ito_status mover_solve(ito_ctx *ctx, const mover *m, const motion *how,
                       frames *f, float *x);

size_t motion_steps(const motion *how);

/** Room for `count` frames of n points; free with frames_free, always. */
ito_status frames_new(frames *f, size_t count, size_t n, size_t dim);
void frames_free(frames *f);

/** Frames at the points of the grid nearest to the times that are wanted:
 *  those of `how`, else the usual ones. */
ito_status frames_choose(frames *f, const motion *how, const double *usual,
                         size_t usual_count);

/** Frames along the whole way, at most `most` (as many as there is room). */
void frames_spread(frames *f, size_t most, size_t steps);

/** Frame k as points. */
ito_cloud frames_cloud(const frames *f, size_t k, const mover *m);

/** Widen w, limits of x and of y, so that it holds all frames; ends of 0 and 0
 *  count as nothing yet. */
ito_status frames_window(ito_ctx *ctx, const frames *f, double w[4]);

/** All frames as paths. */
ito_paths frames_paths(const frames *f, const mover *m);

#endif /* CLI_MOTION_H */

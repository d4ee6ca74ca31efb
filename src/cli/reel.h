/* SPDX-License-Identifier: MIT
 *
 * reel.h - what is kept of images on their way from noise to data.
 */
#ifndef CLI_REEL_H
#define CLI_REEL_H

#include <ito/figure.h>
#include <ito/image.h>
#include <ito/model.h>

#define REEL_TIMES 61

/** The first rows at some times of their way. */
typedef struct reel {
    size_t rows, times;
    size_t at[REEL_TIMES]; /* points of the grid */
    double t[REEL_TIMES];
    size_t row_step, time_step; /* images from one to the next */
    size_t dim;
    uint64_t id0;
    float *x;
} reel;

/* A reel of the first of n rows for a strip, time after time of a row, or for
 * a moving picture, row after row of a time.  *sink fills it on a solve with
 * the method and grid of *o, which has its defaults. */
ito_status reel_open_strip(reel *r, size_t dim, size_t n,
                           const ito_sample_opts *o, ito_sink *sink);
ito_status reel_open_moves(reel *r, size_t dim, size_t n,
                           const ito_sample_opts *o, ito_sink *sink);

/* The figure of a strip, once it is full. */
ito_status reel_strip(ito_ctx *ctx, const reel *r, const ito_model *model,
                      const ito_sample_opts *o, ito_figure **out);

void reel_close(reel *r);

#endif /* CLI_REEL_H */

/* SPDX-License-Identifier: MIT
 *
 * ensemble_parts.h - what gathered statistics are made of.
 *
 * One block of memory holds everything.  A frame has, for each component c,
 * the exact sums of d, d^2, d^3, d^4 with d = x_c - shift_c at 4 c + 0 .. 3,
 * then those of d_a d_b for a < b, row after row of the upper triangle.
 */
#ifndef ITO_SIM_ENSEMBLE_PARTS_H
#define ITO_SIM_ENSEMBLE_PARTS_H

#include <ito/ensemble.h>
#include <stdbool.h>

#include "base/exact_sum.h"
#include "ctx/ctx.h"
#include "os/thread.h"

#define ENSEMBLE_LOCKS  16
#define ENSEMBLE_POWERS 4

/* Counts of one frame. */
typedef struct frame_count {
    uint64_t n, bad, absorbed;
    double t;
    bool seen;
} frame_count;

/* Exit times by the last frame. */
typedef struct exit_count {
    uint64_t n, absorbed;
    exact_sum time, square;
    double min, max;
} exit_count;

struct ito_ensemble {
    ito_ctx *ctx; /* whose memory this is */
    size_t dim, frames, bins, pair[2], pair_bins, exit_bins;
    double exit_t0, exit_t1;
    size_t sums;         /* of a frame */
    double *lo, *hi;     /* dim; of the histograms */
    double *shift;       /* dim */
    exact_sum *sum;      /* frames x sums */
    frame_count *count;  /* frames */
    double *min, *max;   /* frames x dim */
    uint64_t *hist;      /* frames x dim x (bins + 2): below, bins, above */
    uint64_t *cells;     /* frames x pair_bins x pair_bins */
    uint64_t *exit_hist; /* exit_bins */
    exit_count *exits;
    double *result;               /* what ito_moments points to */
    size_t locks;                 /* that have been made */
    os_lock lock[ENSEMBLE_LOCKS]; /* of frame f: f mod ENSEMBLE_LOCKS */
};

/* Where the sum of d_a d_b, a < b, stands. */
static inline size_t ensemble_cross(const ito_ensemble *s, size_t a, size_t b)
{
    return ENSEMBLE_POWERS * s->dim + a * s->dim - a * (a + 1) / 2 + b - a - 1;
}

#endif /* ITO_SIM_ENSEMBLE_PARTS_H */

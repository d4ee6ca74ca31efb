/* SPDX-License-Identifier: MIT
 *
 * ito/start.h - ready-made starts of a simulation: where particles are at t0.
 *
 *     const double origin[2] = { 0.0, 0.0 };
 *     ito_start_rows from = { .rows = origin, .count = 1 };
 *     ...ito_problem{ .init = ito_start_at_rows, .init_arg = &from, ... }
 *
 * A particle's start is a function of its id alone, so 10^8 of them need no
 * array, and a part of a run starts as the whole would.  (ito_start_normal of
 * ito/solve.h draws from a normal.)
 */
#ifndef ITO_START_H
#define ITO_START_H

#include <ito/dist.h>
#include <ito/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Start on given rows: particle id starts at row id % count.  One row is one
 *  point for all. */
typedef struct ito_start_rows {
    const double *rows; /**< count x dim values, borrowed for the solve */
    size_t count;       /**< at least 1 */
} ito_start_rows;

/** init of a problem whose init_arg is an ito_start_rows. */
ITO_API int ito_start_at_rows(void *start, const ito_tile *tile,
                              void *const *x);

/** Start on draws of a built-in distribution with as many components as the
 *  field, which the caller checks. */
typedef struct ito_start_draws {
    const ito_ctx *ctx;   /**< context of the solve (for its kernels) */
    const ito_dist *dist; /**< the distribution */
    ito_noise at;         /**< address; purpose 0 is ITO_FOR_INITIAL */
} ito_start_draws;

/** init of a problem whose init_arg is an ito_start_draws. */
ITO_API int ito_start_at_draws(void *start, const ito_tile *tile,
                               void *const *x);

#ifdef __cplusplus
}
#endif
#endif /* ITO_START_H */

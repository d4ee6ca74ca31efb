/* SPDX-License-Identifier: MIT
 *
 * way.h - the probability path behind a mover: the data that it leads to, what
 * it starts from, and exact samples in between.
 */
#ifndef CLI_WAY_H
#define CLI_WAY_H

#include "cli/motion.h"

/** x_t = alpha z + beta e with z of `data` and e of `init`. */
typedef struct way {
    const mover *m;
    const ito_path *path;
    const ito_dist *data; /* never NULL after way_open */
    const ito_dist *init; /* NULL = N(0, I) */
    ito_dist *own_data, *own_init;
} way;

/** The way of an oracle, or of a model that was trained on a built-in set. */
ito_status way_open(ito_ctx *ctx, const mover *m, way *out);
void way_close(way *w);

/** The oracle of this way: that of the mover, or a new one in *own, which is
 *  to be freed. */
ito_status way_oracle(ito_ctx *ctx, const way *w, ito_oracle **own,
                      const ito_oracle **out);

/** Exact samples of p_t, or given z of p_t(x | z), at the times of f, into its
 *  rows. */
ito_status way_samples(ito_ctx *ctx, const way *w, const motion *how,
                       const float *z, frames *f);

/** Points that the conditional equation of z carries from p_init; without
 *  noise the solver is euler by default, which is exact on the linear path. */
ito_status way_solve(ito_ctx *ctx, const way *w, const motion *how,
                     const float *z, frames *f);

/** Points that the marginal SDE of how->sigma carries from p_init, with the
 *  score of another field. */
ito_status way_solve_score(ito_ctx *ctx, const way *w, const motion *how,
                           const ito_field *score, frames *f);

/** The centres of cells x cells cells over a window, limits of x and of y, row
 *  after row: cells x cells x 2 values. */
void window_centres(const double w[4], size_t cells, double *x);

/** The density of a distribution of the plane on cells over a window, limits
 *  of x and of y: cells x cells values. */
ito_status dist_raster(ito_ctx *ctx, const ito_dist *dist, const double w[4],
                       size_t cells, double *value);

#endif /* CLI_WAY_H */

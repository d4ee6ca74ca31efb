/* SPDX-License-Identifier: MIT
 *
 * pictures.h - figures of tables and of models, for `ito plot` and
 * `ito report`: what must be read or solved before something can be drawn.
 */
#ifndef CLI_PICTURES_H
#define CLI_PICTURES_H

#include <ito/model.h>
#include <ito/oracle.h>
#include <ito/plot_sim.h>
#include <ito/source.h>

/** What moves points: a model, or the exact field of a distribution. */
typedef struct mover {
    ito_model *model;   /* or NULL */
    ito_oracle *oracle; /* or NULL */
    const ito_field *field;
    char **names; /* one a coordinate, or NULL */
} mover;

/** What a figure of something that moves is made of.  Zero in any field
 *  means the default. */
typedef struct motion {
    size_t n;           /* points; 0 = 200 trajectories, 20 000 in a cloud */
    size_t steps;       /* of the solver; 0 = 100 */
    size_t grid;        /* arrows along an axis; 0 = 17 */
    const char *solver; /* NULL = heun */
    uint64_t seed;
    const double *times; /* NULL = what suits the figure */
    size_t time_count;
} motion;

/** Open a model file, or `oracle:NAME` of a built-in distribution. */
ito_status mover_open(ito_ctx *ctx, const char *spec, mover *out);
void mover_close(mover *m);

/** Trajectories from noise to data. */
ito_status picture_trajectories(ito_ctx *ctx, const mover *m, const motion *how,
                                const ito_plot_opts *opts, ito_figure **out);

/** The density of the points at chosen times, with the field as arrows over
 *  it where `with_arrows` (two coordinates only). */
ito_status picture_flow(ito_ctx *ctx, const mover *m, const motion *how,
                        int with_arrows, const ito_plot_opts *opts,
                        ito_figure **out);

/** A grid of lines that the flow carries from noise to data, at chosen times
 *  (two coordinates only); grid: lines along an axis, 0 = 17. */
ito_status picture_warp(ito_ctx *ctx, const mover *m, const motion *how,
                        const ito_plot_opts *opts, ito_figure **out);

/** Training and validation loss of a model. */
ito_status picture_loss(ito_ctx *ctx, const mover *m, const ito_plot_opts *opts,
                        ito_figure **out);

/** Two tables, the second may be NULL; columns are matched by name, texts are
 *  drawn as the numbers of their levels.  pairs: ito_plot_pairs. */
ito_status picture_tables(ito_ctx *ctx, const ito_table *data,
                          const ito_table *samples, int pairs,
                          const ito_plot_opts *opts, ito_figure **out);

#endif /* CLI_PICTURES_H */

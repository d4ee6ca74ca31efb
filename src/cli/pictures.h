/* SPDX-License-Identifier: MIT
 *
 * pictures.h - figures of tables and of models, for `ito plot` and
 * `ito report`: what must be read or solved before something can be drawn.
 */
#ifndef CLI_PICTURES_H
#define CLI_PICTURES_H

#include <ito/plot_views.h>
#include <ito/source.h>

#include "cli/motion.h"
#include "cli/opt.h"

/* --- pictures_flow.c ----------------------------------------------------- */

#define FLOWS_MAX 2 /* movers in one figure */

/** Arrows over a density. */
typedef struct arrow_kind {
    ito_part part; /* ITO_PART_DRIFT or ITO_PART_SCORE */
    double scale;  /* axis units of a vector of length 1; 0 = what suits */
} arrow_kind;

/** Trajectories from noise to data; n 0 = 200. */
ito_status picture_trajectories(ito_ctx *ctx, const mover *m, const motion *how,
                                const ito_plot_opts *opts, ito_figure **out);

/** The density of the points at chosen times, a row each of `count` movers,
 *  with arrows over it (two coordinates only) unless `arrows` is NULL; n 0 =
 *  20 000. */
ito_status picture_flow(ito_ctx *ctx, const mover *m, size_t count,
                        const motion *how, const arrow_kind *arrows,
                        const ito_plot_opts *opts, ito_figure **out);

/** A grid of lines that the flow carries from noise to data, at chosen times
 *  (two coordinates only); grid: lines along an axis, 0 = 17. */
ito_status picture_warp(ito_ctx *ctx, const mover *m, const motion *how,
                        const ito_plot_opts *opts, ito_figure **out);

/* --- pictures_tables.c --------------------------------------------------- */

/** Training and validation loss of a model. */
ito_status picture_loss(ito_ctx *ctx, const mover *m, const ito_plot_opts *opts,
                        ito_figure **out);

/** Two tables, the second may be NULL; columns are matched by name, texts are
 *  drawn as the numbers of their levels.  pairs: ito_plot_pairs. */
ito_status picture_tables(ito_ctx *ctx, const ito_table *data,
                          const ito_table *samples, int pairs,
                          const ito_plot_opts *opts, ito_figure **out);

/* --- pictures_path.c ----------------------------------------------------- */

/** Which path: that of one data point z, that of all data, or both. */
typedef enum path_of { OF_BOTH, OF_CONDITIONAL, OF_MARGINAL } path_of;

/** What a figure of a path shows. */
typedef struct path_view {
    path_of of;
    const double *z; /* the data point, or NULL: the first of the seed */
    const char
        *columns;       /* letters of "tsp": truth, solved, paths; NULL = all */
    size_t lines;       /* paths that are drawn; 0 = 30 */
    const mover *score; /* with noise: whose score is taken over all data; NULL
                            = that of the flow */
} path_view;

/** Samples of the path at chosen times, points solved to these times, and
 *  trajectories, side by side (two coordinates only); n 0 = 1000. */
ito_status picture_panels(ito_ctx *ctx, const mover *m, const motion *how,
                          const path_view *view, const ito_plot_opts *opts,
                          ito_figure **out);

/** Histograms of samples of the path and of points solved, a row each, at
 *  chosen times; n 0 = 20 000. */
ito_status picture_path(ito_ctx *ctx, const mover *m, const motion *how,
                        const path_view *view, const ito_plot_opts *opts,
                        ito_figure **out);

/* --- pictures_density.c -------------------------------------------------- */

/** Histograms of samples of built-in distributions above their exact
 *  densities, a column each; n 0 = 20 000, grid: cells, 0 = 200. */
ito_status picture_densities(ito_ctx *ctx, const char *const *name,
                             size_t count, const motion *how,
                             const ito_plot_opts *opts, ito_figure **out);

/** What is left of the continuity equation, or with how->sigma of the Fokker-
 *  Planck equation with the score and without it, at chosen times; grid: cells,
 *  0 = 64.  The density is that of the data the mover leads to. */
ito_status picture_residual(ito_ctx *ctx, const mover *m, const motion *how,
                            const ito_plot_opts *opts, ito_figure **out);

/* --- pictures_systems.c -------------------------------------------------- */

/** Systems that differ in one or two parameters. */
typedef struct family {
    const char *system;   /* a named system */
    const opt_list *set;  /* NAME=FORMULA in the parameters below */
    const opt_list *vary; /* NAME=V,V,...: rows; of two, rows and columns */
    const char *span;     /* end of the time, a formula; NULL = the system's */
    const char *clock; /* the time axis shows t times this formula, or NULL */
    double from[2];    /* starts, evenly from one to the other */
    int has_from;
} family;

/** Paths of one component over time, a panel each; n 0 = 10. */
ito_status picture_systems(ito_ctx *ctx, const family *family,
                           const motion *how, const ito_plot_opts *opts,
                           ito_figure **out);

/* --- pictures_images.c --------------------------------------------------- */

/** Images of a file or a built-in set, or samples of a model, on a grid with
 *  the names of labels; n 0 = 100. */
ito_status picture_images(ito_ctx *ctx, const char *name,
                          const ito_image_opts *reading, const motion *how,
                          const ito_plot_opts *opts, ito_figure **out);

#endif /* CLI_PICTURES_H */

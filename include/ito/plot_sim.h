/* SPDX-License-Identifier: MIT
 *
 * ito/plot_sim.h - the figures that a simulation asks for, ready-made.
 *
 *     ito_figure *figure;
 *     const ito_ensemble_view view = {
 *         .paths = { .n = n, .dim = 1, .frames = k, .t = t, .f64 = x },
 *         .band = 1,
 *     };
 *
 *     rc = ito_plot_ensemble(ctx, &view, NULL, &figure);
 *     rc = ito_figure_write(ctx, figure, "paths.png");
 *     rc = ito_figure_data(ctx, figure, "paths.csv");
 *     ito_figure_free(figure);
 *
 * Every call makes a figure from numbers that exist already; nothing is
 * simulated here.  Arrays are borrowed for the call.  A figure goes into a
 * file, a report (ito/report.h) or, with fixed limits, into an animation
 * (ito/animation.h).  Of ito_plot_opts every call uses title, width and dpi,
 * and what it names itself.
 */
#ifndef ITO_PLOT_SIM_H
#define ITO_PLOT_SIM_H

#include <ito/plot.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Mean and standard deviation over time. */
typedef struct ito_band {
    size_t n;           /**< instants; 0 = there is none */
    const double *t;    /**< n times, as those of the paths */
    const double *mean; /**< n means */
    const double *sd;   /**< n standard deviations, or NULL: no band */
} ito_band;

/** A function of one number. */
typedef struct ito_curve {
    size_t n;        /**< points; 0 = there is none */
    const double *x; /**< n arguments */
    const double *y; /**< n values */
} ito_curve;

/** One component of an ensemble over time, and where it ends. */
typedef struct ito_ensemble_view {
    ito_paths paths;    /**< all paths; some tens are drawn */
    size_t component;   /**< the column that is drawn */
    size_t total;       /**< paths that there were in all, for the legend; 0 =
                             those given */
    int no_hist;        /**< no histogram */
    int band;           /**< 1: mean and 2 standard deviations of the paths */
    ito_band stats;     /**< mean and deviation from elsewhere instead: of more
                              particles than there are paths */
    ito_band exact;     /**< the exact ones, dashed */
    ito_cloud terminal; /**< states at the end for the histogram, with as many
                              columns as the paths; n = 0: of the paths */
    ito_bars bars;      /**< the histogram itself, counted elsewhere */
    ito_curve density;  /**< exact density at the end */
    const char *title;  /**< of the panel, or NULL */
    double t_lo, t_hi;  /**< limits of time; both 0 = those of the paths */
    double lo, hi;      /**< limits of the component; both 0 = what the row
                             of panels needs */
    double density_top; /**< end of the axis of the histogram; 0 = likewise */
    void *reserved[4];  /**< zero */
} ito_ensemble_view;

/** Ensembles in rows and columns. */
typedef struct ito_ensemble_grid {
    size_t rows, cols;             /**< at most 16 rows, 8 columns */
    const ito_ensemble_view *view; /**< rows x cols, row after row */
    const char *t_label;           /**< of the time axes; NULL = t */
    void *reserved[4];             /**< zero */
} ito_ensemble_grid;

/**
 * Paths of one component over time, with the histogram of where they end at
 * the right, on the same axis.
 *
 * @param view  the ensemble
 * @param opts  paths: lines at most, 0 = 50; bins: bars of the histogram; or
 *              NULL
 * @param out   receives the figure; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE, ITO_ENOMEM or
 *         ITO_EUNFIT (built without cairo); so do all calls below
 */
ITO_API ito_status ito_plot_ensemble(ito_ctx *ctx,
                                     const ito_ensemble_view *view,
                                     const ito_plot_opts *opts,
                                     ito_figure **out);

/**
 * The same for several ensembles; the panels of a row share their limits, and
 * the histograms of a row theirs.
 */
ITO_API ito_status ito_plot_ensembles(ito_ctx *ctx,
                                      const ito_ensemble_grid *grid,
                                      const ito_plot_opts *opts,
                                      ito_figure **out);

/** What there is at one instant; any part may be missing. */
typedef struct ito_scene {
    double t;          /**< time */
    ito_cloud cloud;   /**< points, dim >= 2; n = 0 = none */
    ito_raster ground; /**< a density behind them; value NULL = none */
    const char *title; /**< NULL = the time */
    void *reserved[4]; /**< zero */
} ito_scene;

/** Scenes side by side. */
typedef struct ito_scenes {
    size_t count;             /**< 1 to 64 */
    const ito_scene *scene;   /**< count scenes */
    size_t cols;              /**< panels in a row; 0 = at most 4 */
    int contours;             /**< lines around 90, 60 and 30 per cent of the
                                   mass of each ground */
    int bar;                  /**< with a colour bar; then all grounds share
                                   their colours */
    double x_lo, x_hi;        /**< limits; both 0 = those of the grounds, or of
                                   the points */
    double y_lo, y_hi;        /**< the same along y */
    const char *const *names; /**< of the two columns; NULL = those of the
                                   first cloud */
    void *reserved[4];        /**< zero */
} ito_scenes;

/**
 * Frames of particles over a density, for example Langevin dynamics over its
 * target (give the same ground to every scene), or a density that changes, at
 * chosen times, with or without particles.  All panels share limits.  Grounds
 * are pale where points are drawn over them.
 *
 * @param opts  log: logarithmic colours; look: SCATTER and the default draw
 *              points as dots, DENSITY counts them where there is no ground
 */
ITO_API ito_status ito_plot_frames(ito_ctx *ctx, const ito_scenes *scenes,
                                   const ito_plot_opts *opts, ito_figure **out);

/** The plane of a field of two components. */
typedef struct ito_phase {
    ito_raster u;             /**< first component of the field */
    ito_raster v;             /**< second component, of the same shape */
    int arrows;               /**< 1: arrows of one length instead of
                                   streamlines */
    int nullclines;           /**< 1: the lines u = 0 and v = 0 */
    ito_paths paths;          /**< trajectories over the first two columns; n =
                                   0 = none */
    int heads;                /**< 1: a dot where trajectories end, not where
                                   they start: for a film */
    ito_cloud rest;           /**< points of rest, dim 2; n = 0 = none */
    const char *const *names; /**< of the two components; NULL = those of the
                                   paths, else x1, x2 */
    void *reserved[4];        /**< zero */
} ito_phase;

/**
 * A phase portrait: streamlines of the field (or arrows), nullclines,
 * trajectories with a dot where they start.  The limits are those of the
 * rasters.
 *
 * @param opts  paths: trajectories at most, 0 = 40
 */
ITO_API ito_status ito_plot_phase(ito_ctx *ctx, const ito_phase *phase,
                                  const ito_plot_opts *opts, ito_figure **out);

/** A density of one component at many instants. */
typedef struct ito_density_film {
    size_t frames;             /**< instants, at least 2 */
    const double *t;           /**< frames times, rising */
    size_t n;                  /**< cells, at most 1000 */
    double lo, hi;             /**< ends of the cells */
    const double *value;       /**< frames x n densities */
    const double *mean;        /**< frames means, or NULL */
    size_t quantile_count;     /**< lines of quantiles, at most 16 */
    const double *quantiles;   /**< quantile_count x frames, or NULL */
    const char *quantile_name; /**< in the legend; NULL = quantiles */
    const char *name;          /**< of the component; NULL = x */
    void *reserved[4];         /**< zero */
} ito_density_film;

/**
 * A density over time: time along x, the component along y, the density as
 * colour.  An instant fills the time up to half way to its neighbours.
 *
 * @param opts  log: logarithmic colours over four decades
 */
ITO_API ito_status ito_plot_density_time(ito_ctx *ctx,
                                         const ito_density_film *film,
                                         const ito_plot_opts *opts,
                                         ito_figure **out);

/** A grid of lines that a flow carries. */
typedef struct ito_warp {
    size_t nx, ny;            /**< nodes along either side */
    size_t step;              /**< nodes from one line to the next; 0 = 1 */
    size_t frames;            /**< instants, 1 to 16 */
    const double *t;          /**< frames times */
    const float *f32;         /**< frames x ny x nx x 2, or NULL */
    const double *f64;        /**< the same, used where f32 is NULL */
    const char *const *names; /**< of the two columns; NULL = x1, x2 */
    double x_lo, x_hi;        /**< limits; both 0 = what the nodes need */
    double y_lo, y_hi;        /**< the same along y */
    void *reserved[4];        /**< zero */
} ito_warp;

/**
 * A flow as a warped grid, one panel an instant.  The colour of a cell is that
 * of its first place, so that it can be followed.  All panels share limits.
 */
ITO_API ito_status ito_plot_warp(ito_ctx *ctx, const ito_warp *warp,
                                 const ito_plot_opts *opts, ito_figure **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PLOT_SIM_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/plot.h - the figures that a generative model asks for, ready-made.
 *
 *     ito_figure *figure;
 *     const ito_cloud real = { .n = n, .dim = 2, .f32 = x };
 *     const ito_cloud fake = { .n = m, .dim = 2, .f32 = y };
 *
 *     rc = ito_plot_samples(ctx, &real, &fake, NULL, &figure);
 *     rc = ito_figure_write(ctx, figure, "samples.pdf");
 *     ito_figure_free(figure);
 *
 * Every call makes a figure from numbers that exist already; nothing is
 * simulated here.  A figure may be written, put into a report (ito/report.h)
 * or both.  Where data and samples stand side by side they share limits,
 * cells and colours; limits follow the data (ito_plot_limits; pairs leave out
 * 0.5 per cent of the values at either end), and points outside are counted in
 * the panel.
 */
#ifndef ITO_PLOT_H
#define ITO_PLOT_H

#include <ito/figure.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How clouds of points are drawn. */
typedef enum ito_look {
    ITO_LOOK_DEFAULT, /**< density from 2000 points on, else dots */
    ITO_LOOK_DENSITY, /**< two-dimensional histogram */
    ITO_LOOK_SCATTER  /**< dots */
} ito_look;

/** Options of every call below.  Zero in any field means the default. */
typedef struct ito_plot_opts {
    const char *title;        /**< of the figure */
    const char *data_name;    /**< NULL = data */
    const char *samples_name; /**< NULL = samples */
    double width;             /**< in points; 0 = 504 */
    double dpi;               /**< of a PNG; 0 = 200 */
    ito_look look;            /**< see ito_look */
    int log;                  /**< logarithmic colours, or loss axis */
    size_t bins;              /**< cells along x; 0 = what suits n */
    size_t columns;           /**< pairs: columns at most; 0 = 8, limit 12;
                                   field: panels in a row; 0 = 4 */
    size_t paths;             /**< trajectories at most; 0 = 200, with
                                   one column 100 */
    void *reserved[4];        /**< zero */
} ito_plot_opts;

/** One instant of a flow: where the points are and what moves them. */
typedef struct ito_instant {
    double t;               /**< time */
    ito_cloud cloud;        /**< points at that time, dim >= 2; n = 0 = none */
    ito_cloud arrows;       /**< rows of x, y, u, v (dim 4); n = 0 = none */
    const char *title;      /**< of the panel; NULL = the time */
    const char *arrow_name; /**< length of an arrow in the key; NULL = |u| */
    double arrow_scale;     /**< length, in units of the axes, of a vector of
                                 length 1; 0 = what suits the panel */
    void *reserved[4];      /**< zero */
} ito_instant;

/** The losses of a training run; arrays are borrowed for the call. */
typedef struct ito_loss {
    size_t n;                 /**< training losses */
    const double *step;       /**< n steps */
    const double *train;      /**< n losses */
    size_t valid_n;           /**< validation losses; 0 = none */
    const double *valid_step; /**< valid_n steps */
    const double *valid;      /**< valid_n losses */
    int has_best;             /**< whether best_step is drawn */
    double best_step;         /**< step whose weights were kept */
} ito_loss;

/** A line of a picture of quality against cost; arrays are borrowed. */
typedef struct ito_series {
    const char *label;   /**< in the legend */
    size_t n;            /**< points */
    const double *x, *y; /**< n values each; one that is not positive and
                              finite is left out */
    const double *error; /**< half the length of an error bar; or NULL */
} ito_series;

/** Quality against cost; borrowed. */
typedef struct ito_tradeoff {
    const ito_series *series; /**< the lines */
    size_t count;             /**< at most 64 */
    double floor;             /**< drawn across; 0 = none */
    double floor_error;       /**< half the width of its band */
    const char *floor_label;  /**< NULL = not in the legend */
    const char *x_label, *y_label;
    void *reserved[4]; /**< zero */
} ito_tradeoff;

/**
 * Data beside samples over their first two columns; with one column, both
 * histograms in one panel.
 *
 * @param data     points, or NULL
 * @param samples  points with as many columns, or NULL; not both NULL
 * @param opts     options, or NULL
 * @param out      receives the figure; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE, ITO_ENOMEM or
 *         ITO_EUNFIT (built without cairo); so do all calls below
 */
ITO_API ito_status ito_plot_samples(ito_ctx *ctx, const ito_cloud *data,
                                    const ito_cloud *samples,
                                    const ito_plot_opts *opts,
                                    ito_figure **out);

/**
 * Every pair of the first columns: on the diagonal the histograms of both,
 * below it the density of the data under the contours of the samples (30, 60
 * and 90 per cent of their mass).
 *
 * @param data     points with at least two columns
 * @param samples  points with as many columns, or NULL
 */
ITO_API ito_status ito_plot_pairs(ito_ctx *ctx, const ito_cloud *data,
                                  const ito_cloud *samples,
                                  const ito_plot_opts *opts, ito_figure **out);

/**
 * Trajectories from noise to data, coloured by time, with dots where they
 * start and end.
 *
 * @param paths  one column (drawn over time) or more (the first two)
 * @param data   drawn pale behind the paths, or NULL
 */
ITO_API ito_status ito_plot_trajectories(ito_ctx *ctx, const ito_paths *paths,
                                         const ito_cloud *data,
                                         const ito_plot_opts *opts,
                                         ito_figure **out);

/**
 * A flow at chosen times, one panel each: the density of the points (smoothed
 * by two passes of a 1-2-1 filter), and over it the vector field as arrows.
 * Panels share limits; each has its own colours and its own scale of arrows,
 * which a key beside its title gives.  The longest 5 per cent of the arrows of
 * a panel are shortened to the length of the next; with arrow_scale, those of
 * more than 2.5 times their spacing to that length.
 *
 * @param instants  count instants, 1 to 16
 */
ITO_API ito_status ito_plot_field(ito_ctx *ctx, const ito_instant *instants,
                                  size_t count, const ito_plot_opts *opts,
                                  ito_figure **out);

/**
 * Training and validation loss over the steps.  The training losses of single
 * steps are drawn pale under their running mean.
 */
ITO_API ito_status ito_plot_loss(ito_ctx *ctx, const ito_loss *loss,
                                 const ito_plot_opts *opts, ito_figure **out);

/**
 * Quality against cost on logarithmic axes: the lines with error bars, over the
 * floor as a band.
 */
ITO_API ito_status ito_plot_sweep(ito_ctx *ctx, const ito_tradeoff *tradeoff,
                                  const ito_plot_opts *opts, ito_figure **out);

/**
 * The limits that the figures above use for a column: its 0.1 and 99.9 per
 * cent quantiles, moved outwards by 4 per cent of their distance, for whole
 * numbers by half a unit at least (where they agree: by 5 per cent of the
 * value, half a unit around 0).
 *
 * @param limits  receives the lower and the upper limit
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE or ITO_ENOMEM
 */
ITO_API ito_status ito_plot_limits(ito_ctx *ctx, const ito_cloud *points,
                                   size_t j, double limits[2]);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PLOT_H */

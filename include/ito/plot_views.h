/* SPDX-License-Identifier: MIT
 *
 * ito/plot_views.h - rows and columns of planes that are to be compared: one
 * window, one scale of colours.
 *
 *     const ito_view view[2] = { { .title = "exact", .cloud = exact },
 *                                { .title = "learned", .cloud = learned } };
 *     const ito_view_grid grid = { .rows = 1, .cols = 2, .view = view };
 *
 *     rc = ito_plot_views(ctx, &grid, NULL, &figure);
 *
 * Every call makes a figure from numbers that exist already; arrays are
 * borrowed for the call.
 */
#ifndef ITO_PLOT_VIEWS_H
#define ITO_PLOT_VIEWS_H

#include <ito/plot.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What one panel shows; any part may be missing. */
typedef struct ito_view {
    const char *title;  /**< above it, or NULL */
    const char *note;   /**< in its upper right corner, or NULL */
    ito_raster ground;  /**< values behind all else; value NULL = none */
    ito_raster outline; /**< a density: lines around 90, 60 and 30 per cent of
                             its mass; value NULL = none */
    ito_cloud cloud;    /**< points, dim >= 2: a density, or dots (opts->look);
                             n = 0 = none */
    const ito_instant *instants; /**< clouds drawn over each other as dots, a
                             colour a time; their arrows are not drawn */
    size_t instant_count;        /**< how many, at most 16 */
    ito_paths paths; /**< lines over the first two columns, coloured by time;
                             n = 0 = none */
    ito_cloud marks; /**< points that matter, as larger dots; n = 0 =
                                none */
    const char *mark_name; /**< in the legend, or NULL */
    void *reserved[4];     /**< zero */
} ito_view;

/** Views in rows and columns. */
typedef struct ito_view_grid {
    size_t rows, cols;        /**< 1 to 16 each */
    const ito_view *view;     /**< rows x cols, row after row */
    int share;                /**< grounds and densities of all panels have one
                                   scale of colours, with a bar */
    const char *bar_label;    /**< beside the bar; NULL = density */
    double top;               /**< value of the last colour of the grounds; 0 =
                                   what they need */
    double x_lo, x_hi;        /**< limits; both 0 = what grounds and clouds
                                   need */
    double y_lo, y_hi;        /**< the same along y */
    const char *const *names; /**< of the two columns; NULL = x1, x2 */
    const char *const *row_names; /**< on the left of each row, in place of the
                                       name of the second column; or NULL */
    void *reserved[4];            /**< zero */
} ito_view_grid;

/**
 * Views side by side.  All panels share limits; the clouds of instants that
 * have equal times have equal colours, which a legend names.
 *
 * @param opts  log: logarithmic colours; look and bins: of clouds; or NULL
 * @param out   receives the figure; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE, ITO_ENOMEM or
 *         ITO_EUNFIT (built without cairo)
 */
ITO_API ito_status ito_plot_views(ito_ctx *ctx, const ito_view_grid *grid,
                                  const ito_plot_opts *opts, ito_figure **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_PLOT_VIEWS_H */

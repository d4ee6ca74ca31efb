/* SPDX-License-Identifier: MIT
 *
 * recipe.h - what the ready-made figures share.
 */
#ifndef ITO_PLOT_RECIPE_H
#define ITO_PLOT_RECIPE_H

#include <ito/plot.h>

#include "plot/figure.h"

#define NAME_TEXT   64
#define DENSE_FROM  2000 /* points from which a cloud is drawn as a density */
#define EQUAL_RATIO 3.0  /* axes whose ranges differ by less are equal */

/* A recipe at work: the figure, and what has gone wrong with it so far.
 * Calls after a failure do nothing. */
typedef struct recipe {
    ito_ctx *ctx;
    ito_plot_opts o;
    const char *data_name, *samples_name;
    ito_figure *figure;
    ito_status rc;
} recipe;

/* The limits of two columns, as ito_plot_limits, and whether units of the
 * two axes should be equally long. */
typedef struct window {
    range x, y;
    bool equal;
} window;

/* Check ctx, out and opts; *out becomes NULL. */
ito_status ito__recipe_start(recipe *r, ito_ctx *ctx, const ito_plot_opts *opts,
                             ito_figure **out);

/* Make the figure, with the options' title, width and dpi. */
void ito__recipe_figure(recipe *r, size_t rows, size_t cols, bool legend);

/* Make a panel; NULL on failure. */
ito_panel *ito__recipe_panel(recipe *r, size_t row, size_t col,
                             const ito_panel_opts *opts);

/* Hand the figure over, or free it where something failed. */
ito_status ito__recipe_end(recipe *r, ito_figure **out);

/* The name of column j: as given, or x1, x2, ... with a lowered number. */
const char *ito__axis_name(const char *const *names, size_t j,
                           char text[NAME_TEXT]);

/* The window of the first two columns of a cloud. */
void ito__recipe_window(recipe *r, const ito_cloud *cloud, window *w);

/* The limits of column j: quantiles tail and 1 - tail, and a margin. */
ito_status ito__cloud_limits(ito_ctx *ctx, const ito_cloud *points, size_t j,
                             double tail, double limits[2]);

/* The bars over limits that both clouds share; whole numbers wide where the
 * data are whole numbers. */
ito_hist_opts ito__recipe_bars(recipe *r, const ito_cloud *cloud, size_t j,
                               range limits, size_t want);

/* The cells along x that suit the first two columns of a cloud, or the option
 * where that is given. */
size_t ito__recipe_cells(recipe *r, const ito_cloud *cloud, const window *w);

/* Say in a panel how many points lie outside its window, if any do. */
void ito__recipe_outside(recipe *r, ito_panel *panel, const ito_cloud *cloud,
                         const window *w);

/* A point of the grid of panels, filled row after row. */
typedef struct place {
    size_t row, col;
    bool bottom; /* nothing below */
    bool last;   /* nothing on the right */
} place;

/* The i-th of `count` panels in rows of `cols`. */
place ito__recipe_place(size_t i, size_t count, size_t cols);

/* "t = 0.5" */
void ito__time_text(double t, char text[NAME_TEXT]);

/* The range that holds both. */
range ito__range_join(range a, range b);

/* Every k-th of n points and the last, such that there are at most `most`;
 * returns how many, and the i-th of them. */
size_t ito__thin_count(size_t n, size_t most);
size_t ito__thin_at(size_t n, size_t most, size_t i);

/* What is left of paths: at most so many, at most so many instants, and
 * `columns` columns from `column` on. */
typedef struct thinning {
    size_t paths, frames, column, columns;
} thinning;

/* Thin paths, evenly from the first to the last; *out points into the block
 * that is returned, for ito__free.  NULL on failure. */
double *ito__recipe_thin(recipe *r, const ito_paths *all, const thinning *how,
                         ito_paths *out);

/* True when a cloud is drawn as a density. */
bool ito__recipe_dense(const recipe *r, const ito_cloud *cloud);

/* n in groups of three digits. */
void ito__count_text(size_t n, char text[NAME_TEXT]);

#endif /* ITO_PLOT_RECIPE_H */

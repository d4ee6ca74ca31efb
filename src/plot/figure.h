/* SPDX-License-Identifier: MIT
 *
 * figure.h - what a figure is made of, and the stages from calls to bytes.
 *
 *     figure.c, layers.c   calls of ito/figure.h fill the structures below
 *     prepare.c            limits, cells, colour ranges; no cairo up to here
 *     layout.c             ticks, margins and boxes, by the size of the texts
 *     draw_axes.c, draw_layers.c, render.c   ink
 */
#ifndef ITO_PLOT_FIGURE_H
#define ITO_PLOT_FIGURE_H

#include <ito/figure.h>

#include "plot/bins.h"
#include "plot/colour.h"
#include "plot/ticks.h"

#define GRID_MAX   16
#define LIMIT_MOST 1e102 /* values end at 1e100; a margin comes on top */

typedef enum layer_kind {
    LAYER_SCATTER,
    LAYER_DENSITY,
    LAYER_CONTOURS,
    LAYER_LINE,
    LAYER_HIST,
    LAYER_PATHS,
    LAYER_ARROWS,
    LAYER_LINES,
    LAYER_BAND,
    LAYER_MESH,
    LAYER_PICTURE
} layer_kind;

typedef struct layer layer;

/* One layer.  Numbers lie in one block at x; what a kind does not use is
 * NULL or 0. */
struct layer {
    layer *next;
    layer_kind kind;
    size_t n;      /* points; HIST: bars */
    size_t frames; /* PATHS: x and y are frames x n */
    double *x, *y; /* n each; HIST: x holds n + 1 edges, y n heights */
    double *u, *v; /* ARROWS; BAND: u holds the upper ends */
    double *t;     /* PATHS: frames times */
    size_t lines;  /* LINES: how many */
    size_t *start; /* LINES: the first point of each, and n */
    char *label;   /* or NULL */
    uint32_t colour;
    double size, alpha;
    bool dash, fill;
    bool turned;  /* HIST: values along y */
    bool varied;  /* LINES: quiet colours by turns */
    bool heads;   /* LINES: each with the head of an arrow */
    double scale; /* ARROWS: axis units of a vector of length 1 */
    /* DENSITY, and the colour bar of PATHS */
    ito_palette map;
    bool log, bar;
    size_t want_bins, smooth, share;
    double want_top;
    char *bar_label;
    bool given;    /* DENSITY, CONTOURS: the cells came from the caller; n = 2,
                      x and y are the corners */
    bins grid;     /* DENSITY, CONTOURS: made by prepare unless given */
    double *level; /* CONTOURS: level_count levels, else by their mass */
    size_t level_count;
    size_t mesh_nx, mesh_ny, mesh_step; /* MESH */
    uint32_t *dots; /* PICTURE: 0xRRGGBB, rows of dots_w, the top first; */
    size_t dots_w, dots_h;
    char *captions; /* ... texts, each ended by a zero byte, whose right ends
                          lie at x = 0 and y = level[k], k < level_count; then
                          those above, at x = u[k], k < lines */
    double depth;   /* DENSITY, PATHS: share of the map that is used */
    range colours;  /* values of the first and the last colour */
    bool capped;    /* there are values above the last colour */
};

struct ito_panel {
    ito_figure *figure;
    size_t row, col;
    char *title, *x_label, *y_label, *note; /* or NULL */
    range x_want, y_want;                   /* lo == hi: free */
    bool log_x, log_y, equal, bare, open, grid;
    int no_x, no_y;
    double aspect, gap;
    layer *first, **last;
    size_t layer_count;
    /* made by prepare */
    range x, y;
    /* made by layout */
    double box_x, box_y, box_w, box_h;
    ticks x_ticks, y_ticks, bar_ticks;
};

struct ito_figure {
    ito_ctx *ctx;
    size_t rows, cols;
    double width, want_height, dpi;
    char *title; /* or NULL */
    char *font;
    bool legend;
    double weight[GRID_MAX]; /* width of each column, the widest is 1 */
    ito_panel **panel;       /* rows x cols, NULL where there is none */
    bool ready;              /* prepared, and nothing was added since */
    /* made by layout */
    double height, head;   /* head: height of the strip with title and legend */
    double left[GRID_MAX]; /* margin of each column, labels included */
};

/* A new layer with a block of `numbers` numbers, not yet in the panel; NULL
 * with *rc on failure. */
layer *ito__layer_new(ito_ctx *ctx, const ito_panel *panel,
                      const ito_style *style, size_t numbers, ito_status *rc);

/* Put a layer into its panel where rc is ITO_OK, else free it. */
ito_status ito__layer_end(ito_ctx *ctx, ito_panel *panel, layer *l,
                          ito_status rc);
void ito__layer_free(ito_ctx *ctx, layer *l);

/* Fill the options of a density into a layer; ITO_EARG or ITO_ENOMEM. */
ito_status ito__layer_density(ito_ctx *ctx, const ito_panel *panel,
                              const ito_shade_opts *opts, layer *l);
ito_status ito__paths_check(ito_ctx *ctx, const ito_paths *paths);

/* A raster has a shape, a rectangle and values that can be drawn. */
ito_status ito__raster_check(ito_ctx *ctx, const ito_raster *raster);

/* The levels of a CONTOURS layer; returns how many there are. */
#define LEVELS_MAX 64
ito_status ito__layer_levels(ito_ctx *ctx, const layer *l,
                             double level[LEVELS_MAX], size_t *count);

/* The pieces of a line at one level, x y x y each, at most PIECES_MAX. */
#define PIECES_MAX 20000
size_t ito__layer_pieces(const layer *l, double level, double *pieces);

/* A number of a cloud, and whether there are any. */
double ito__cloud_at(const ito_cloud *cloud, size_t i, size_t j);
ito_status ito__cloud_check(ito_ctx *ctx, const char *place,
                            const ito_cloud *cloud);

/* Copy column j into n doubles; log: values must be positive. */
ito_status ito__cloud_column(ito_ctx *ctx, const ito_cloud *cloud, size_t j,
                             bool log, double *out);

/* A copy without control characters in which bytes that are not UTF-8 are
 * question marks.  The control codes of ticks.h stay where `markup`. */
char *ito__text_copy(ito_ctx *ctx, const char *s, bool markup);

/* The limits, cells and colour ranges of all panels. */
ito_status ito__figure_prepare(ito_ctx *ctx, ito_figure *figure);

/* The limits that the layers of a panel need. */
void ito__panel_limits(const ito_panel *panel, range *x, range *y);

/* Where v lies on an axis, from 0 (lo) to 1 (hi). */
double ito__axis_place(double v, range r, bool log);

/* The layer whose colour bar a panel shows, or NULL. */
const layer *ito__panel_bar(const ito_panel *panel);

/* The length in axis units of a vector of length 1 such that few of these
 * arrows touch; 0 when all vectors are 0. */
double ito__arrow_scale(const layer *arrows, double *longest);

#endif /* ITO_PLOT_FIGURE_H */

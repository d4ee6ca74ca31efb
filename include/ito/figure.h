/* SPDX-License-Identifier: MIT
 *
 * ito/figure.h - figures: a grid of panels, each with axes and layers.
 *
 *     ito_figure *figure;
 *     ito_panel *panel;
 *     const ito_cloud cloud = { .n = n, .dim = 2, .f32 = x };
 *
 *     rc = ito_figure_new(ctx, NULL, &figure);
 *     rc = ito_figure_panel(ctx, figure, 0, 0, NULL, &panel);
 *     rc = ito_panel_scatter(ctx, panel, &cloud, 0, 1, NULL);
 *     rc = ito_figure_write(ctx, figure, "cloud.png");
 *     ito_figure_free(figure);
 *
 * The ready-made figures of ito/plot.h are built from these calls.  Everything
 * is copied when it is handed over.  Lengths are points (1/72 inch).  One set
 * of calls gives the same bytes every time on one machine; another machine
 * may have another version of the font or of cairo.
 *
 * Drawing is cairo's.  In a build without cairo ito_figure_new, and so every
 * call, fails with ITO_EUNFIT.  cairo takes its own memory from malloc; the
 * rest comes from the context, which must outlive the figure; all calls on a
 * figure are given the context that made it.
 */
#ifndef ITO_FIGURE_H
#define ITO_FIGURE_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A figure; opaque. */
typedef struct ito_figure ito_figure;

/** A panel; opaque, belongs to its figure. */
typedef struct ito_panel ito_panel;

/**
 * Points to draw: n rows of dim numbers, row after row, in one of the two
 * arrays.  Values are finite and at most 1e100 in magnitude.
 */
typedef struct ito_cloud {
    size_t n;                 /**< points */
    size_t dim;               /**< numbers a point has */
    const float *f32;         /**< n x dim, or NULL */
    const double *f64;        /**< n x dim, used where f32 is NULL */
    const char *const *names; /**< dim names of the columns; NULL = x1, x2 */
} ito_cloud;

/**
 * Points that move: `frames` times n rows of dim numbers, frame after frame;
 * frame k is what they are at time t[k].
 */
typedef struct ito_paths {
    size_t n;                 /**< points */
    size_t dim;               /**< numbers a point has */
    size_t frames;            /**< instants, at least 2 */
    const double *t;          /**< frames times, increasing or decreasing */
    const float *f32;         /**< frames x n x dim, or NULL */
    const double *f64;        /**< the same, used where f32 is NULL */
    const char *const *names; /**< dim names of the columns; NULL = x1, x2 */
} ito_paths;

/** In place of the number of a column: the time of the frame. */
#define ITO_TIME ((size_t)-1)

/** A histogram that was counted elsewhere: bars of equal width. */
typedef struct ito_bars {
    size_t n;             /**< bars, at most 1000; 0 = there is none */
    double lo, hi;        /**< ends of the first and of the last */
    const double *height; /**< n heights, for example count / (all x width) */
} ito_bars;

/**
 * Values on the cells of a rectangle: ny rows of nx values, the row of the
 * smallest y first, each at the centre of its cell.  Values are finite and at
 * most 1e100 in magnitude.
 */
typedef struct ito_raster {
    size_t nx, ny;       /**< cells along x and y, 1 to 1000 each */
    double x_lo, x_hi;   /**< ends of the rectangle along x */
    double y_lo, y_hi;   /**< ends along y */
    const double *value; /**< ny x nx */
} ito_raster;

/**
 * A rectangle of nodes that a flow has moved: where the node of column i and
 * row j is now stands in row j * nx + i of one of the two arrays.
 */
typedef struct ito_mesh {
    size_t nx, ny;     /**< nodes along either side, at least 2 */
    size_t step;       /**< nodes from one line that is drawn to the next: more
                            nodes make smoother lines; 0 = 1 */
    const float *f32;  /**< ny x nx x 2, or NULL */
    const double *f64; /**< the same, used where f32 is NULL */
} ito_mesh;

/** Colour maps; lightness rises (VIRIDIS) or falls (the others) all along. */
typedef enum ito_palette {
    ITO_PALETTE_VIRIDIS, /**< dark violet, teal, yellow */
    ITO_PALETTE_BLUE,    /**< white to dark blue */
    ITO_PALETTE_ORANGE,  /**< white to dark orange */
    ITO_PALETTE_GREY     /**< white to dark grey */
} ito_palette;

/* Colours that differ for every kind of colour vision (Okabe and Ito 2008). */
#define ITO_COLOUR_BLUE   0x0072b2u
#define ITO_COLOUR_ORANGE 0xd55e00u
#define ITO_COLOUR_GREEN  0x009e73u
#define ITO_COLOUR_PINK   0xcc79a7u
#define ITO_COLOUR_SKY    0x56b4e9u
#define ITO_COLOUR_AMBER  0xe69f00u
#define ITO_COLOUR_GREY   0x5a5a5au
#define ITO_COLOUR_BLACK  0x010101u

/** How a figure is laid out.  Zero in any field means the default. */
typedef struct ito_figure_opts {
    size_t rows;       /**< rows of panels, at most 16; 0 = 1 */
    size_t cols;       /**< columns of panels, at most 16; 0 = 1 */
    double width;      /**< 0 = 504 (7 inches) */
    double height;     /**< 0 = what the panels need */
    double dpi;        /**< dots per inch of a PNG, 20 to 1200; 0 = 200 */
    const char *title; /**< above all panels, on the left */
    int legend;        /**< one legend above all panels instead of one each */
    const char *font;  /**< family; NULL = DejaVu Sans */
    const double *widths; /**< cols numbers, 0.05 to 20: how wide the panels of
                               a column are beside others; NULL = equal */
    void *reserved[4];    /**< zero */
} ito_figure_opts;

/** The axes of a panel.  Zero in any field means the default. */
typedef struct ito_panel_opts {
    const char *title;   /**< above, on the left */
    const char *x_label; /**< below */
    const char *y_label; /**< on the left */
    double x_min, x_max; /**< limits; both 0 = what the layers need */
    double y_min, y_max; /**< limits; both 0 = what the layers need */
    int log_x, log_y;    /**< logarithmic axis */
    int equal;           /**< one unit is as long on either axis */
    int no_x, no_y;      /**< 1: no numbers and no label at this axis; 2: no
                              ticks either */
    int bare;            /**< no axes at all */
    int open;            /**< no line at the top and on the right */
    int grid;            /**< pale lines at the ticks */
    double aspect;       /**< height / width where both are free; 0 = 0.7 */
    double gap;          /**< more room on the left, 0 to 100 */
    void *reserved[4];   /**< zero */
} ito_panel_opts;

/** How a layer looks.  Zero in any field means the default. */
typedef struct ito_style {
    const char *label; /**< in the legend; NULL = not there */
    uint32_t colour;   /**< 0xRRGGBB; 0 = the next of the list above */
    double size;       /**< diameter of a dot or width of a line */
    double alpha;      /**< opacity, 0 to 1; 0 = what suits n */
    int dash;          /**< broken line */
    int fill;          /**< histogram: filled, with no outline */
    void *reserved[4]; /**< zero */
} ito_style;

/** How a density is drawn.  Zero in any field means the default. */
typedef struct ito_shade_opts {
    size_t bins;           /**< cells along x, at most 1000; 0 = such that
                                one that holds points holds about 15, 20 to
                                160 */
    ito_palette map;       /**< colours */
    int log;               /**< colours follow the logarithm */
    int pale;              /**< the first 60 per cent of the map: for a ground
                                that others are drawn on */
    size_t smooth;         /**< passes of a 1-2-1 filter over the cells */
    size_t share;          /**< densities of a figure with the same number
                                here share their colour range; 0 = alone */
    double top;            /**< density of the last colour; 0 = the 99th
                                percentile of the cells that hold a point */
    int bar;               /**< with a colour bar */
    const char *bar_label; /**< beside the bar; NULL = density */
    void *reserved[4];     /**< zero */
} ito_shade_opts;

/** How a histogram counts.  Zero in any field means the default. */
typedef struct ito_hist_opts {
    size_t bins;       /**< bars, at most 1000; 0 = sqrt(n)/2, 10 to 60 */
    double lo, hi;     /**< range; both 0 = that of the values */
    int turned;        /**< values along y, bars to the right */
    void *reserved[4]; /**< zero */
} ito_hist_opts;

/** Kinds of picture file. */
typedef enum ito_picture {
    ITO_PICTURE_PNG,
    ITO_PICTURE_SVG,
    ITO_PICTURE_PDF
} ito_picture;

/**
 * Make a figure without panels.
 *
 * @param opts  layout, or NULL
 * @param out   receives the figure, to be freed by ito_figure_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EARG, ITO_ENOMEM or ITO_EUNFIT (built without cairo)
 */
ITO_API ito_status ito_figure_new(ito_ctx *ctx, const ito_figure_opts *opts,
                                  ito_figure **out);

/** Free a figure with its panels; NULL is allowed. */
ITO_API void ito_figure_free(ito_figure *figure);

/**
 * Make the panel of a row and a column, both from 0; places may stay empty.
 *
 * @param out  receives the panel, which lives as long as the figure
 * @return ITO_OK, ITO_EARG (no such place, taken, bad limits) or ITO_ENOMEM
 */
ITO_API ito_status ito_figure_panel(ito_ctx *ctx, ito_figure *figure,
                                    size_t row, size_t col,
                                    const ito_panel_opts *opts,
                                    ito_panel **out);

/**
 * Add a dot for every point.  In SVG and PDF more than 4000 dots become an
 * image of 300 dots an inch, so that files stay small.
 *
 * @param points  the points
 * @param jx, jy  columns that are drawn along x and y
 * @param style   size = diameter, 0 = what suits n; or NULL
 * @return ITO_OK, ITO_EARG (no points, no such column), ITO_ENONFINITE,
 *         ITO_ERANGE (beyond 1e100, or not positive on a logarithmic axis)
 *         or ITO_ENOMEM; so do all layers
 */
ITO_API ito_status ito_panel_scatter(ito_ctx *ctx, ito_panel *panel,
                                     const ito_cloud *points, size_t jx,
                                     size_t jy, const ito_style *style);

/**
 * Add the density of points: a histogram of the panel's rectangle, divided
 * by the number of all points and the area of a cell.  Cells along a column
 * of whole numbers are whole numbers wide, so that no stripes appear.  Axes
 * must be linear.
 */
ITO_API ito_status ito_panel_density(ito_ctx *ctx, ito_panel *panel,
                                     const ito_cloud *points, size_t jx,
                                     size_t jy, const ito_shade_opts *opts);

/**
 * Add the lines around the densest cells that hold 90, 60 and 30 per cent of
 * the points (highest density regions) of a smoothed histogram.  Axes must be
 * linear.
 */
ITO_API ito_status ito_panel_contours(ito_ctx *ctx, ito_panel *panel,
                                      const ito_cloud *points, size_t jx,
                                      size_t jy, const ito_style *style);

/** Add a line through the points in their order. */
ITO_API ito_status ito_panel_line(ito_ctx *ctx, ito_panel *panel,
                                  const ito_cloud *points, size_t jx, size_t jy,
                                  const ito_style *style);

/**
 * Add a histogram of column j as a density: the bars over all values have
 * area 1, those outside [lo, hi] are not drawn.
 */
ITO_API ito_status ito_panel_hist(ito_ctx *ctx, ito_panel *panel,
                                  const ito_cloud *points, size_t j,
                                  const ito_hist_opts *opts,
                                  const ito_style *style);

/**
 * Add bars that are given.
 *
 * @param turned  1: values along y, bars to the right
 */
ITO_API ito_status ito_panel_bars(ito_ctx *ctx, ito_panel *panel,
                                  const ito_bars *bars, int turned,
                                  const ito_style *style);

/**
 * Add the paths of points, coloured by time, over the first two columns, or,
 * where dim is 1, over time and the column.
 *
 * @param bar    whether a colour bar of t is drawn
 * @param style  size = width of the line; colour is not used; or NULL
 */
ITO_API ito_status ito_panel_paths(ito_ctx *ctx, ito_panel *panel,
                                   const ito_paths *paths, int bar,
                                   const ito_style *style);

/**
 * Add arrows centred on points.
 *
 * @param arrows  rows of four: x, y and the vector (u, v)
 * @param scale   length, in units of the axes, of a vector of length 1;
 *                0 = so that few arrows touch
 * @param style   size = width of the shaft; or NULL
 */
ITO_API ito_status ito_panel_arrows(ito_ctx *ctx, ito_panel *panel,
                                    const ito_cloud *arrows, double scale,
                                    const ito_style *style);

/**
 * Add a line for each of the points that move: column jy over column jx, or
 * over time where jx is ITO_TIME.
 *
 * @param style  colour 0 = quiet colours by turns; size = width of the lines;
 *               or NULL
 */
ITO_API ito_status ito_panel_traces(ito_ctx *ctx, ito_panel *panel,
                                    const ito_paths *paths, size_t jx,
                                    size_t jy, const ito_style *style);

/**
 * Add a filled band, mean and error for example.
 *
 * @param rows   rows of three: x, lower end, upper end
 * @param style  alpha 0 = 0.25; or NULL
 */
ITO_API ito_status ito_panel_band(ito_ctx *ctx, ito_panel *panel,
                                  const ito_cloud *rows,
                                  const ito_style *style);

/**
 * Add values that are given, such as a density, as colours from 0 (values
 * below it look like it) to opts->top: by default the largest value, or where
 * that is more than twice the level above which a tenth of the mass lies, 1.3
 * times that level.  Logarithmic colours span four decades.  Axes must be
 * linear.
 *
 * @param opts  bins is not used; or NULL
 */
ITO_API ito_status ito_panel_raster(ito_ctx *ctx, ito_panel *panel,
                                    const ito_raster *raster,
                                    const ito_shade_opts *opts);

/**
 * Add the lines where given values, interpolated between the centres of their
 * cells, have these levels.
 *
 * @param count   number of levels, at most 64; 0 = the three around the
 *                densest cells that hold 90, 60 and 30 per cent of a density
 * @param levels  count values; not used where count is 0
 */
ITO_API ito_status ito_panel_levels(ito_ctx *ctx, ito_panel *panel,
                                    const ito_raster *raster, size_t count,
                                    const double *levels,
                                    const ito_style *style);

/**
 * Add streamlines of a vector field, evenly spaced, each with the head of an
 * arrow (Jobard and Lefer, Creating Evenly-Spaced Streamlines of Arbitrary
 * Density, 1997).  Axes must be linear.
 *
 * @param u, v     the two components, of one shape
 * @param spacing  distance of the lines as a share of the rectangle, 0.01 to
 *                 0.5; 0 = 0.045
 */
ITO_API ito_status ito_panel_streams(ito_ctx *ctx, ito_panel *panel,
                                     const ito_raster *u, const ito_raster *v,
                                     double spacing, const ito_style *style);

/**
 * Add the lines of a mesh over its cells; the colour of a cell tells where it
 * was at the beginning, so that it can be followed from panel to panel.
 *
 * @param style  size = width of the lines; colour is not used; or NULL
 */
ITO_API ito_status ito_panel_mesh(ito_ctx *ctx, ito_panel *panel,
                                  const ito_mesh *mesh, const ito_style *style);

/** Dots of colour, and names of its rows and columns. */
typedef struct ito_dots {
    size_t width, height;       /**< 1 to 16384 dots */
    const unsigned char *rgb;   /**< height x width x 3, the top row first */
    size_t caption_count;       /**< names on the left */
    const char *const *caption; /**< caption_count texts */
    const double *caption_y;    /**< the middle of each, in dots from above */
    size_t head_count;          /**< names above */
    const char *const *head;    /**< head_count texts */
    const double *head_x; /**< the middle of each, in dots from the left */
    void *reserved[1];    /**< zero */
} ito_dots;

/**
 * Add a picture; a dot is one unit of both axes, the lower left corner of the
 * picture is (0, 0).  Captions end left of x = 0, heads stand above the
 * picture; the limits of the panel must leave room.  For a panel that is bare
 * and equal.
 *
 * @return ITO_OK, ITO_EARG (no dots) or ITO_ENOMEM
 */
ITO_API ito_status ito_panel_dots(ito_ctx *ctx, ito_panel *panel,
                                  const ito_dots *dots);

/** Add a small text in the upper right corner of a panel. */
ITO_API ito_status ito_panel_note(ito_ctx *ctx, ito_panel *panel,
                                  const char *text);

/**
 * Write a figure; the suffix of the path, .png, .svg or .pdf, tells the kind.
 * The file appears whole or not at all.
 *
 * @return ITO_OK, ITO_EARG (another suffix, no panel, too small for its
 *         labels), ITO_EIO, ITO_ENOMEM or ITO_EUNFIT
 */
ITO_API ito_status ito_figure_write(ito_ctx *ctx, ito_figure *figure,
                                    const char *path);

/**
 * Write the numbers behind a figure as CSV, packed where the name ends in
 * .gz, so that it can be drawn again elsewhere.  One row a mark, in the order
 * of drawing, with the columns
 *
 *     row, col, title  the panel, counted from 1, and what stands above it
 *     layer            counted from 1 in each panel
 *     kind, label      what it is, and its name in the legend; a picture has
 *                      the two corners alone
 *     item             number of the line, path, bar or point, from 1
 *     x, y, u, v       points, line, lines, mesh: x, y
 *                      paths:   x, y, u = time
 *                      arrows:  x, y and the vector (u, v)
 *                      band:    x, y = lower end, u = upper end
 *                      bars:    x and u = ends of the bar, y = height
 *                      cells:   x, y = centre, u = value
 *                      levels:  a piece of a line from (x, y) to (u, v)
 *
 * What a kind does not have is empty.  The file appears whole or not at all.
 *
 * @return ITO_OK, ITO_EARG (no panel), ITO_EIO, ITO_ENOMEM or ITO_EUNFIT (.gz
 *         without zlib)
 */
ITO_API ito_status ito_figure_data(ito_ctx *ctx, ito_figure *figure,
                                   const char *path);

/**
 * Draw a figure into memory.
 *
 * @param kind   what to make
 * @param data   receives the bytes, to be freed by ito_picture_free; NULL on
 *               failure
 * @param bytes  receives how many
 * @return as ito_figure_write
 */
ITO_API ito_status ito_figure_draw(ito_ctx *ctx, ito_figure *figure,
                                   ito_picture kind, unsigned char **data,
                                   size_t *bytes);

/** Free what ito_figure_draw made; NULL is allowed. */
ITO_API void ito_picture_free(ito_ctx *ctx, unsigned char *data);

#ifdef __cplusplus
}
#endif
#endif /* ITO_FIGURE_H */

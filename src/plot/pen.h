/* SPDX-License-Identifier: MIT
 *
 * pen.h - drawing with cairo: texts, lines, and what is shared by the files
 * that put down ink.  Included only where ITO_WITH_CAIRO.
 */
#ifndef ITO_PLOT_PEN_H
#define ITO_PLOT_PEN_H

#include <cairo.h>

#include "plot/buffer.h"
#include "plot/figure.h"

#define TICK_SIZE   7.5 /* sizes of texts */
#define LABEL_SIZE  8.5
#define LEGEND_SIZE 8.0
#define LEGEND_LINE 13.0 /* from a row of keys to the next */
#define TITLE_SIZE  9.0
#define HEAD_SIZE   11.0
#define TICK_LENGTH 3.0
#define THIN        0.6 /* width of axes */
#define HEADING_GAP 6.0 /* between a title and what is on its right */
#define BAR_GAP     6.0 /* between a panel and its colour bar */
#define BAR_WIDTH   7.0
#define PAPER_TEXT  640 /* bytes of a text with what is added to it */

#define INK  0x262626u
#define SOFT 0x5f5f5fu
#define PALE 0xebebebu

/* Where ink goes: a cairo context whose unit is the point. */
typedef struct pen {
    cairo_t *cr;
    const ito_figure *figure;
    double dots; /* device dots in a point; 0 = a vector format */
    bool ascii;  /* the font lacks the minus sign: a machine without fonts */
} pen;

/* Set colour and opacity; choose the font. */
void ito__pen_colour(const pen *p, uint32_t hex, double alpha);
void ito__pen_font(pen *p);

/* The width of a text, control codes of ticks.h included. */
double ito__text_width(const pen *p, const char *s, double size);

/* Show a text on the baseline y; align 0 starts at x, 1 ends there. */
void ito__text_show(const pen *p, double x, double y, const char *s,
                    double size, double align);

/* The same turned by 90 degrees, reading upwards, centred at y. */
void ito__text_turned(const pen *p, double x, double y, const char *s,
                      double size);

/* A copy of s in out (PAPER_TEXT bytes) that is at most `most` wide, cut with
 * an ellipsis where it must be. */
void ito__text_fit(const pen *p, const char *s, double size, double most,
                   char *out);

/* The label of an axis with the power of ten that its numbers leave out;
 * out has PAPER_TEXT bytes and is "" where there is nothing to write. */
void ito__axis_label(const char *label, int exponent, char *out);

/* A coordinate and a width of lines that are sharp on this device. */
double ito__pen_snap(const pen *p, double v);
double ito__pen_thin(const pen *p);

/* One line of a legend: a layer with a label, and where it comes from. */
typedef struct key {
    const ito_panel *panel;
    const layer *layer;
} key;

#define KEYS_MAX 32

/* The keys of one panel, or of all where panel is NULL; returns how many. */
size_t ito__legend_keys(const ito_figure *f, const ito_panel *panel,
                        key list[KEYS_MAX]);
double ito__legend_width(const pen *p, const key *list, size_t n);

/* How many of the keys fit into a row so wide, at least one; how many such
 * rows they all are. */
size_t ito__legend_row(const pen *p, const key *list, size_t n, double room);
size_t ito__legend_rows(const pen *p, const key *list, size_t n, double room);

/* Draw a legend that ends at x on the baseline y. */
void ito__legend_draw(const pen *p, const key *list, size_t n, double x,
                      double y);

/* Boxes and ticks of all panels, and the height of the figure. */
ito_status ito__figure_layout(ito_ctx *ctx, const pen *p, ito_figure *f);

/* The row of texts above a panel: whether the legend takes its own. */
bool ito__panel_two_rows(const pen *p, const ito_panel *panel);

/* Put down everything outside and inside the box of a panel. */
void ito__draw_below(const pen *p, const ito_panel *panel);
void ito__draw_above(const pen *p, const ito_panel *panel);
ito_status ito__draw_layers(ito_ctx *ctx, const pen *p, const ito_panel *panel);

/* Where values of a panel lie on the paper. */
double ito__paper_x(const ito_panel *panel, double v);
double ito__paper_y(const ito_panel *panel, double v);

/* An arrow from (x, y) by (dx, dy) points. */
void ito__draw_arrow(const pen *p, double x, double y, double dx, double dy);

/* Many lines, the area between two, and a mesh. */
void ito__draw_lines(const pen *p, const ito_panel *panel, const layer *l);
void ito__draw_band(const pen *p, const ito_panel *panel, const layer *l);
void ito__draw_mesh(const pen *p, const ito_panel *panel, const layer *l);

/* A figure as an image in CAIRO_FORMAT_RGB24, and an image as a PNG. */
ito_status ito__figure_image(ito_ctx *ctx, ito_figure *figure, double dpi,
                             cairo_surface_t **out);
ito_status ito__image_png(ito_ctx *ctx, cairo_surface_t *image, buffer *out);

/* What a layer looks like, where the style leaves it open. */
double ito__layer_size(const layer *l);
double ito__layer_alpha(const layer *l);

#endif /* ITO_PLOT_PEN_H */

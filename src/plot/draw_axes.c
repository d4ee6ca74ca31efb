/* SPDX-License-Identifier: MIT
 *
 * draw_axes.c - frames, ticks, labels, titles and colour bars.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <stdio.h>
#include <string.h>

#include "plot/pen.h"

#define MINOR_LENGTH 1.8
#define BAR_STEPS    128

static void line(const pen *p, double x, double y, double x2, double y2)
{
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, x2, y2);
}

void ito__draw_below(const pen *p, const ito_panel *panel)
{
    const double right = panel->box_x + panel->box_w;
    const double bottom = panel->box_y + panel->box_h;

    if (!panel->grid || panel->bare)
        return;
    ito__pen_colour(p, PALE, 1.0);
    cairo_set_line_width(p->cr, ito__pen_thin(p));
    for (size_t i = 0; i < panel->x_ticks.n; i++) {
        const double x =
            ito__pen_snap(p, ito__paper_x(panel, panel->x_ticks.at[i]));

        line(p, x, panel->box_y, x, bottom);
    }
    for (size_t i = 0; i < panel->y_ticks.n; i++) {
        const double y =
            ito__pen_snap(p, ito__paper_y(panel, panel->y_ticks.at[i]));

        line(p, panel->box_x, y, right, y);
    }
    cairo_stroke(p->cr);
}

static void frame(const pen *p, const ito_panel *panel)
{
    const double left = ito__pen_snap(p, panel->box_x);
    const double right = ito__pen_snap(p, panel->box_x + panel->box_w);
    const double top = ito__pen_snap(p, panel->box_y);
    const double bottom = ito__pen_snap(p, panel->box_y + panel->box_h);

    ito__pen_colour(p, INK, 1.0);
    cairo_set_line_width(p->cr, ito__pen_thin(p));
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_MITER);
    if (panel->open && panel->no_y > 1) {
        line(p, left, bottom, right, bottom);
    } else if (panel->open) {
        line(p, left, top, left, bottom);
        cairo_line_to(p->cr, right, bottom);
    } else {
        cairo_rectangle(p->cr, left, top, right - left, bottom - top);
    }
    cairo_stroke(p->cr);
}

static void x_axis(const pen *p, const ito_panel *panel)
{
    const double y = panel->box_y + panel->box_h;
    const ticks *t = &panel->x_ticks;
    char label[PAPER_TEXT], text[PAPER_TEXT];

    for (size_t i = 0; i < t->n && panel->no_x < 2; i++) {
        const double x = ito__pen_snap(p, ito__paper_x(panel, t->at[i]));

        if (!panel->no_x)
            ito__text_show(p, x, y + TICK_LENGTH + 1.5 + 0.8 * TICK_SIZE,
                           t->text[i], TICK_SIZE, 0.5);
        cairo_new_path(p->cr);
        line(p, x, y, x, y + TICK_LENGTH);
        cairo_stroke(p->cr);
    }
    for (size_t i = 0; i < t->minor_n && panel->no_x < 2; i++) {
        const double x = ito__pen_snap(p, ito__paper_x(panel, t->minor[i]));

        line(p, x, y, x, y + MINOR_LENGTH);
    }
    cairo_stroke(p->cr);
    ito__axis_label(panel->x_label, t->exponent, label);
    if (panel->no_x || !label[0])
        return;
    ito__text_fit(p, label, LABEL_SIZE, panel->box_w + 6.0, text);
    ito__text_show(p, panel->box_x + 0.5 * panel->box_w,
                   y + TICK_LENGTH + 1.5 + 0.8 * TICK_SIZE + 3.5 +
                       0.9 * LABEL_SIZE,
                   text, LABEL_SIZE, 0.5);
}

static void y_axis_labels(const pen *p, const ito_panel *panel)
{
    const double x = panel->box_x - TICK_LENGTH - 2.0;
    const ticks *t = &panel->y_ticks;

    for (size_t i = 0; i < t->n; i++) {
        ito__text_show(p, x, ito__paper_y(panel, t->at[i]) + 0.36 * TICK_SIZE,
                       t->text[i], TICK_SIZE, 1.0);
    }
}

static void y_axis(const pen *p, const ito_panel *panel)
{
    const double x = panel->box_x;
    const ticks *t = &panel->y_ticks;
    char label[PAPER_TEXT], text[PAPER_TEXT];

    for (size_t i = 0; i < t->n + t->minor_n && panel->no_y < 2; i++) {
        const double at = i < t->n ? t->at[i] : t->minor[i - t->n];
        const double y = ito__pen_snap(p, ito__paper_y(panel, at));

        line(p, x - (i < t->n ? TICK_LENGTH : MINOR_LENGTH), y, x, y);
    }
    cairo_stroke(p->cr);
    if (panel->no_y)
        return;
    y_axis_labels(p, panel);
    ito__axis_label(panel->y_label, t->exponent, label);
    if (!label[0])
        return;
    ito__text_fit(p, label, LABEL_SIZE, panel->box_h + 6.0, text);
    ito__text_turned(p, x - p->figure->left[panel->col] + 0.8 * LABEL_SIZE,
                     panel->box_y + 0.5 * panel->box_h, text, LABEL_SIZE);
}

/* Title on the left; note or legend on the right, the legend in a row of its
 * own where both do not fit. */
static void heading(const pen *p, const ito_panel *panel)
{
    const double right = panel->box_x + panel->box_w;
    const double y = panel->box_y - 4.5;
    const bool two = ito__panel_two_rows(p, panel);
    key list[KEYS_MAX];
    const size_t n = panel->figure->legend
                         ? 0
                         : ito__legend_keys(panel->figure, panel, list);
    double used =
        n > 0 && !two ? ito__legend_width(p, list, n) + HEADING_GAP : 0.0;
    char text[PAPER_TEXT];

    if (n > 0)
        ito__legend_draw(p, list, n, right, y);
    ito__pen_colour(p, SOFT, 1.0);
    if (panel->note && n > 0) {
        ito__text_show(p, right - 4.0, panel->box_y + 4.0 + TICK_SIZE,
                       panel->note, TICK_SIZE, 1.0);
    } else if (panel->note) {
        ito__text_show(p, right, y, panel->note, TICK_SIZE, 1.0);
        used = ito__text_width(p, panel->note, TICK_SIZE) + 8.0;
    }
    ito__pen_colour(p, INK, 1.0);
    if (!panel->title)
        return;
    ito__text_fit(p, panel->title, TITLE_SIZE, panel->box_w - used, text);
    ito__text_show(p, panel->box_x, two ? y - TITLE_SIZE - 4.5 : y, text,
                   TITLE_SIZE, 0.0);
}

static void bar_ticks(const pen *p, const ito_panel *panel, const layer *l,
                      double x)
{
    const ticks *t = &panel->bar_ticks;
    char label[PAPER_TEXT], text[PAPER_TEXT];
    double width = 0.0;

    ito__pen_colour(p, INK, 1.0);
    for (size_t i = 0; i < t->n; i++) {
        const double u = ito__axis_place(t->at[i], l->colours, l->log);
        const double y = panel->box_y + panel->box_h * (1.0 - u);
        const double w = ito__text_width(p, t->text[i], TICK_SIZE);

        ito__text_show(p, x + TICK_LENGTH + 2.0, y + 0.36 * TICK_SIZE,
                       t->text[i], TICK_SIZE, 0.0);
        cairo_new_path(p->cr);
        line(p, x, ito__pen_snap(p, y), x + TICK_LENGTH, ito__pen_snap(p, y));
        cairo_stroke(p->cr);
        width = w > width ? w : width;
    }
    ito__axis_label(l->bar_label, t->exponent, label);
    ito__text_fit(p, label, LABEL_SIZE, panel->box_h + 20.0, text);
    ito__text_turned(p, x + TICK_LENGTH + 2.0 + width + 4.0 + 0.8 * LABEL_SIZE,
                     panel->box_y + 0.5 * panel->box_h, text, LABEL_SIZE);
}

/* The bar; a point at its top says that there are values beyond. */
static void colour_bar(const pen *p, const ito_panel *panel, const layer *l)
{
    const double x = ito__pen_snap(p, panel->box_x + panel->box_w + BAR_GAP);
    const double top = ito__pen_snap(p, panel->box_y);
    const double h = ito__pen_snap(p, panel->box_y + panel->box_h) - top;
    cairo_pattern_t *shade = cairo_pattern_create_linear(x, top + h, x, top);

    for (int i = 0; i <= BAR_STEPS; i++) {
        const double u = (double)i / BAR_STEPS;
        const rgb c = ito__colour_map(l->map, u * l->depth);

        cairo_pattern_add_color_stop_rgb(shade, u, c.r, c.g, c.b);
    }
    cairo_rectangle(p->cr, x, top, BAR_WIDTH, h);
    cairo_set_source(p->cr, shade);
    cairo_fill(p->cr);
    cairo_pattern_destroy(shade);
    if (l->capped) {
        const rgb c = ito__colour_map(l->map, l->depth);

        line(p, x, top, x + 0.5 * BAR_WIDTH, top - 4.5);
        cairo_line_to(p->cr, x + BAR_WIDTH, top);
        cairo_set_source_rgb(p->cr, c.r, c.g, c.b);
        cairo_fill(p->cr);
    }
    ito__pen_colour(p, INK, 1.0);
    cairo_set_line_width(p->cr, ito__pen_thin(p));
    line(p, x, top, x, top + h);
    cairo_line_to(p->cr, x + BAR_WIDTH, top + h);
    cairo_line_to(p->cr, x + BAR_WIDTH, top);
    if (l->capped)
        cairo_line_to(p->cr, x + 0.5 * BAR_WIDTH, top - 4.5);
    cairo_close_path(p->cr);
    cairo_stroke(p->cr);
    bar_ticks(p, panel, l, x + BAR_WIDTH);
}

void ito__draw_above(const pen *p, const ito_panel *panel)
{
    const layer *bar = ito__panel_bar(panel);

    if (!panel->bare) {
        frame(p, panel);
        x_axis(p, panel);
        y_axis(p, panel);
    }
    heading(p, panel);
    if (bar)
        colour_bar(p, panel, bar);
}
#endif

/* SPDX-License-Identifier: MIT
 *
 * legend.c - legends: rows of keys, each a sign and a label.
 *
 * A label is shown once, however many layers carry it.  The key of arrows is
 * an arrow of true length, with the number that it stands for.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/pen.h"

#define SIGN    14.0 /* width of a sign */
#define TO_TEXT 4.0
#define TO_NEXT 12.0

static bool is_listed(const key *list, size_t n, const char *label)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].layer->label, label) == 0)
            return true;
    return false;
}

static size_t panel_keys(const ito_panel *panel, key list[KEYS_MAX], size_t n)
{
    for (const layer *l = panel->first; l; l = l->next)
        if (l->label && n < KEYS_MAX && !is_listed(list, n, l->label))
            list[n++] = (key){ panel, l };
    return n;
}

size_t ito__legend_keys(const ito_figure *f, const ito_panel *panel,
                        key list[KEYS_MAX])
{
    size_t n = 0;

    if (panel)
        return panel_keys(panel, list, 0);
    for (size_t i = 0; i < f->rows * f->cols; i++)
        if (f->panel[i])
            n = panel_keys(f->panel[i], list, n);
    return n;
}

/* Points of paper that a vector of length 1 takes. */
static double arrow_unit(const key *k)
{
    double longest;
    const double scale = k->layer->scale > 0.0
                             ? k->layer->scale
                             : ito__arrow_scale(k->layer, &longest);

    return scale * k->panel->box_w / (k->panel->x.hi - k->panel->x.lo);
}

/* The 1, 2 or 5 times a power of ten whose arrow suits a sign best. */
static double arrow_value(const key *k)
{
    const double unit = arrow_unit(k);
    ticks t;

    if (!(unit > 0.0))
        return 0.0;
    ito__ticks_linear(0.0, 1.6 * SIGN / unit, 2, &t);
    return t.n > 1 ? t.at[1] : SIGN / unit;
}

static void key_text(const key *k, char out[PAPER_TEXT])
{
    char number[TICK_TEXT];

    if (k->layer->kind != LAYER_ARROWS) {
        snprintf(out, PAPER_TEXT, "%s", k->layer->label);
        return;
    }
    ito__number_text(arrow_value(k), 2, number);
    snprintf(out, PAPER_TEXT, "%s = %s", k->layer->label, number);
}

static double sign_width(const key *k)
{
    if (k->layer->kind == LAYER_ARROWS)
        return arrow_value(k) * arrow_unit(k);
    return k->layer->kind == LAYER_SCATTER ? 5.0 : SIGN;
}

static double key_width(const pen *p, const key *k)
{
    char text[PAPER_TEXT];

    key_text(k, text);
    return sign_width(k) + TO_TEXT + ito__text_width(p, text, LEGEND_SIZE);
}

double ito__legend_width(const pen *p, const key *list, size_t n)
{
    double w = n > 0 ? TO_NEXT * (double)(n - 1) : 0.0;

    for (size_t i = 0; i < n; i++)
        w += key_width(p, &list[i]);
    return w;
}

size_t ito__legend_row(const pen *p, const key *list, size_t n, double room)
{
    size_t fit = n > 0 ? 1 : 0;

    while (fit < n && ito__legend_width(p, list, fit + 1) <= room)
        fit++;
    return fit;
}

size_t ito__legend_rows(const pen *p, const key *list, size_t n, double room)
{
    size_t rows = 0;

    for (size_t at = 0; at < n; rows++)
        at += ito__legend_row(p, list + at, n - at, room);
    return rows;
}

static void sign_line(const pen *p, const layer *l, double x, double y)
{
    const double dashes[] = { 3.0, 2.0 };

    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_dash(p->cr, dashes, l->dash ? 2 : 0, 0.0);
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, x + SIGN, y);
    cairo_stroke(p->cr);
    cairo_set_dash(p->cr, NULL, 0, 0.0);
}

static void sign(const pen *p, const key *k, double x, double y)
{
    const layer *l = k->layer;

    ito__pen_colour(p, l->colour, 1.0);
    switch (l->kind) {
    case LAYER_SCATTER:
        cairo_arc(p->cr, x + 2.5, y, 2.2, 0.0, 6.283185307179586);
        cairo_fill(p->cr);
        break;
    case LAYER_ARROWS:
        ito__draw_arrow(p, x, y, arrow_value(k) * arrow_unit(k), 0.0);
        break;
    case LAYER_HIST:
    case LAYER_DENSITY:
        if (l->kind == LAYER_HIST && !l->fill) {
            sign_line(p, l, x, y);
            break;
        }
        if (l->kind == LAYER_HIST)
            ito__pen_colour(p, l->colour, ito__layer_alpha(l));
        cairo_rectangle(p->cr, x, y - 3.0, SIGN, 6.0);
        cairo_fill(p->cr);
        break;
    case LAYER_BAND:
        ito__pen_colour(p, l->colour, ito__layer_alpha(l));
        cairo_rectangle(p->cr, x, y - 3.0, SIGN, 6.0);
        cairo_fill(p->cr);
        break;
    case LAYER_LINES:
        if (l->varied)
            ito__pen_colour(p, ito__colour_quiet(0), 1.0);
        sign_line(p, l, x, y);
        break;
    case LAYER_MESH:
    case LAYER_PICTURE:
    case LAYER_LINE:
    case LAYER_CONTOURS:
    case LAYER_PATHS: sign_line(p, l, x, y); break;
    }
}

void ito__legend_draw(const pen *p, const key *list, size_t n, double x,
                      double y)
{
    char text[PAPER_TEXT];

    x -= ito__legend_width(p, list, n);
    for (size_t i = 0; i < n; i++) {
        sign(p, &list[i], x, y - 0.34 * LEGEND_SIZE);
        key_text(&list[i], text);
        ito__pen_colour(p, INK, 1.0);
        ito__text_show(p, x + sign_width(&list[i]) + TO_TEXT, y, text,
                       LEGEND_SIZE, 0.0);
        x += key_width(p, &list[i]) + TO_NEXT;
    }
}
#endif

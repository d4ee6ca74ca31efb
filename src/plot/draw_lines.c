/* SPDX-License-Identifier: MIT
 *
 * draw_lines.c - layers of many lines, bands and meshes.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <math.h>

#include "plot/pen.h"

#define HEAD        4.0 /* length of the head of a streamline */
#define QUIET_ALPHA 0.85
#define CELL_ALPHA  0.9

/* The head of an arrow in the middle of points first to last - 1. */
static void head(const pen *p, const ito_panel *panel, const layer *l,
                 size_t first, size_t last)
{
    const size_t mid = first + (last - first) / 2;
    double x, y, dx, dy, len;

    if (last - first < 3)
        return;
    x = ito__paper_x(panel, l->x[mid]);
    y = ito__paper_y(panel, l->y[mid]);
    dx = x - ito__paper_x(panel, l->x[mid - 1]);
    dy = y - ito__paper_y(panel, l->y[mid - 1]);
    len = sqrt(dx * dx + dy * dy);
    if (!(len > 0.0))
        return;
    dx *= HEAD / len;
    dy *= HEAD / len;
    cairo_move_to(p->cr, x + 0.5 * dx, y + 0.5 * dy);
    cairo_line_to(p->cr, x - 0.5 * dx - 0.42 * dy, y - 0.5 * dy + 0.42 * dx);
    cairo_line_to(p->cr, x - 0.25 * dx, y - 0.25 * dy);
    cairo_line_to(p->cr, x - 0.5 * dx + 0.42 * dy, y - 0.5 * dy - 0.42 * dx);
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

void ito__draw_lines(const pen *p, const ito_panel *panel, const layer *l)
{
    const double dashes[] = { 3.0, 2.0 };
    const double quiet = l->alpha > 0.0 ? l->alpha : QUIET_ALPHA;

    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    cairo_set_line_width(p->cr, ito__layer_size(l));
    /* round joins cost most of the time and show on thick lines alone */
    cairo_set_line_join(p->cr, ito__layer_size(l) < 0.9
                                   ? CAIRO_LINE_JOIN_BEVEL
                                   : CAIRO_LINE_JOIN_ROUND);
    for (size_t k = 0; k < l->lines; k++) {
        const size_t first = l->start[k], last = l->start[k + 1];

        if (l->varied)
            ito__pen_colour(p, ito__colour_quiet(k), quiet);
        cairo_set_dash(p->cr, dashes, l->dash ? 2 : 0, 0.0);
        cairo_new_path(p->cr);
        for (size_t i = first; i < last; i++)
            cairo_line_to(p->cr, ito__paper_x(panel, l->x[i]),
                          ito__paper_y(panel, l->y[i]));
        cairo_stroke(p->cr);
        if (l->heads)
            head(p, panel, l, first, last);
    }
    cairo_set_dash(p->cr, NULL, 0, 0.0);
}

void ito__draw_band(const pen *p, const ito_panel *panel, const layer *l)
{
    cairo_new_path(p->cr);
    for (size_t i = 0; i < l->n; i++)
        cairo_line_to(p->cr, ito__paper_x(panel, l->x[i]),
                      ito__paper_y(panel, l->y[i]));
    for (size_t i = l->n; i-- > 0;)
        cairo_line_to(p->cr, ito__paper_x(panel, l->x[i]),
                      ito__paper_y(panel, l->u[i]));
    cairo_close_path(p->cr);
    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    cairo_fill(p->cr);
}

/* Go to node (i, j) of a mesh. */
static void node(const pen *p, const ito_panel *panel, const layer *l, size_t i,
                 size_t j)
{
    const size_t k = j * l->mesh_nx + i;

    cairo_line_to(p->cr, ito__paper_x(panel, l->x[k]),
                  ito__paper_y(panel, l->y[k]));
}

/* The outline of the cell whose first node is (i, j). */
static void outline(const pen *p, const ito_panel *panel, const layer *l,
                    size_t i, size_t j)
{
    const size_t i2 = size_min(i + l->mesh_step, l->mesh_nx - 1);
    const size_t j2 = size_min(j + l->mesh_step, l->mesh_ny - 1);

    cairo_new_path(p->cr);
    for (size_t k = i; k < i2; k++)
        node(p, panel, l, k, j);
    for (size_t k = j; k < j2; k++)
        node(p, panel, l, i2, k);
    for (size_t k = i2; k > i; k--)
        node(p, panel, l, k, j2);
    for (size_t k = j2; k > j; k--)
        node(p, panel, l, i, k);
    cairo_close_path(p->cr);
}

void ito__draw_mesh(const pen *p, const ito_panel *panel, const layer *l)
{
    const size_t nx = l->mesh_nx - 1, ny = l->mesh_ny - 1, step = l->mesh_step;
    const double alpha = l->alpha > 0.0 ? l->alpha : CELL_ALPHA;

    for (size_t j = 0; j < ny; j += step)
        for (size_t i = 0; i < nx; i += step) {
            const double half = 0.5 * (double)step;
            const rgb c = ito__colour_square(((double)i + half) / (double)nx,
                                             ((double)j + half) / (double)ny);

            outline(p, panel, l, i, j);
            cairo_set_source_rgba(p->cr, c.r, c.g, c.b, alpha);
            cairo_fill(p->cr);
        }
    ito__pen_colour(p, INK, 1.0);
    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t j = 0; j <= ny; j += step) {
        cairo_new_path(p->cr);
        for (size_t i = 0; i <= nx; i++)
            node(p, panel, l, i, j);
        cairo_stroke(p->cr);
    }
    for (size_t i = 0; i <= nx; i += step) {
        cairo_new_path(p->cr);
        for (size_t j = 0; j <= ny; j++)
            node(p, panel, l, i, j);
        cairo_stroke(p->cr);
    }
}
#endif

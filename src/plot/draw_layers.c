/* SPDX-License-Identifier: MIT
 *
 * draw_layers.c - the layers of a panel.
 *
 * Densities are images in every format.  In vector formats a layer of very
 * many marks becomes an image too, of RASTER_DPI, so that a file stays small
 * and opens quickly.
 */
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <math.h>
#include <string.h>

#include "plot/pen.h"

#define TURN         6.283185307179586
#define RASTER_DPI   300.0
#define VECTOR_MARKS 4000
#define DENSITY_SIDE 2000   /* dots of an image of cells at most, about */
#define PATH_STEPS   32     /* colours along a path */
#define LINE_POINTS  100000 /* of many lines: more become an image */

double ito__layer_size(const layer *l)
{
    const double n = (double)l->n;

    if (l->size > 0.0)
        return l->size;
    switch (l->kind) {
    case LAYER_SCATTER:
        return n < 180.0 ? 4.4 : n > 2500.0 ? 1.2 : 60.0 / sqrt(n);
    case LAYER_PATHS: return n > 150.0 ? 0.6 : 0.8;
    case LAYER_ARROWS: return 0.7;
    case LAYER_LINES: return l->lines > 150 ? 0.4 : 0.6;
    case LAYER_MESH: return 0.4;
    case LAYER_BAND:
    case LAYER_DENSITY:
    case LAYER_CONTOURS:
    case LAYER_HIST:
    case LAYER_PICTURE:
    case LAYER_LINE: break;
    }
    return 1.2;
}

double ito__layer_alpha(const layer *l)
{
    const double n = (double)l->n;
    const double thin = 25.0 / sqrt(n > 0.0 ? n : 1.0);

    if (l->alpha > 0.0)
        return l->alpha;
    if (l->kind == LAYER_SCATTER)
        return thin > 0.8 ? 0.8 : thin < 0.2 ? 0.2 : thin;
    if (l->kind == LAYER_PATHS)
        return 0.75;
    if (l->kind == LAYER_HIST && l->fill)
        return 0.4;
    return 1.0;
}

static ito_status draw_scatter(const pen *p, const ito_panel *panel,
                               const layer *l)
{
    const double r = 0.5 * ito__layer_size(l);

    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    for (size_t i = 0; i < l->n; i++) {
        const double x = ito__paper_x(panel, l->x[i]);
        const double y = ito__paper_y(panel, l->y[i]);

        if (x < panel->box_x - r || x > panel->box_x + panel->box_w + r ||
            y < panel->box_y - r || y > panel->box_y + panel->box_h + r)
            continue;
        cairo_arc(p->cr, x, y, r, 0.0, TURN);
        cairo_fill(p->cr);
    }
    return ITO_OK;
}

/* Where a density lies in its colour range. */
static double shade_of(const layer *l, double density)
{
    double u;

    if (l->log && !(density > l->colours.lo))
        return 0.0;
    u = ito__axis_place(density, l->colours, l->log);
    return u < 1.0 ? u : 1.0;
}

/* Fill a picture in which each cell is k x k dots, the top row first. */
static void fill_picture(const layer *l, size_t k, unsigned char *dots,
                         size_t stride)
{
    const bins *b = &l->grid;

    for (size_t iy = 0; iy < b->ny * k; iy++) {
        const double *cell = b->cell + (b->ny - 1 - iy / k) * b->nx;
        uint32_t *row = (uint32_t *)(void *)(dots + iy * stride);

        for (size_t ix = 0; ix < b->nx; ix++) {
            const uint32_t c =
                ito__colour_pixel(l->map, l->depth * shade_of(l, cell[ix]));

            for (size_t j = 0; j < k; j++)
                row[ix * k + j] = c;
        }
    }
}

/* A rectangle of the paper. */
typedef struct place {
    double x, y, w, h;
} place;

/* Paint a picture of w x h dots over a place. */
static void paint(const pen *p, const place *at, cairo_surface_t *picture,
                  double w, double h)
{
    cairo_save(p->cr);
    cairo_translate(p->cr, at->x, at->y);
    cairo_scale(p->cr, at->w / w, at->h / h);
    cairo_set_source_surface(p->cr, picture, 0.0, 0.0);
    if (p->dots > 0.0)
        cairo_pattern_set_extend(cairo_get_source(p->cr), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(p->cr),
                             p->dots > 0.0 ? CAIRO_FILTER_GOOD
                                           : CAIRO_FILTER_NEAREST);
    cairo_rectangle(p->cr, 0.0, 0.0, w, h);
    cairo_fill(p->cr);
    cairo_restore(p->cr);
}

static ito_status picture_failed(ito_ctx *ctx, cairo_surface_t *s)
{
    const cairo_status_t status = cairo_surface_status(s);

    cairo_surface_destroy(s);
    return ito__fail(ctx, ITO_ENOMEM, "plot: image: %s",
                     cairo_status_to_string(status));
}

static ito_status draw_density(ito_ctx *ctx, const pen *p,
                               const ito_panel *panel, const layer *l)
{
    const bins *b = &l->grid;
    const double dots = p->dots > 0.0 ? 2.0 * p->dots : RASTER_DPI / 72.0;
    const double fine = panel->box_w * dots / (double)b->nx;
    const size_t most = DENSITY_SIDE / size_max(b->nx, b->ny);
    const size_t k = fine < 1.0            ? 1
                     : fine < (double)most ? (size_t)fine + 1
                                           : size_max(most, 1);
    const double left = ito__paper_x(panel, b->xr.lo);
    const double top = ito__paper_y(panel, b->yr.hi);
    const place at = { left, top, ito__paper_x(panel, b->xr.hi) - left,
                       ito__paper_y(panel, b->yr.lo) - top };
    cairo_surface_t *s = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)(b->nx * k), (int)(b->ny * k));

    if (cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
        return picture_failed(ctx, s);
    cairo_surface_flush(s);
    fill_picture(l, k, cairo_image_surface_get_data(s),
                 (size_t)cairo_image_surface_get_stride(s));
    cairo_surface_mark_dirty(s);
    paint(p, &at, s, (double)(b->nx * k), (double)(b->ny * k));
    cairo_surface_destroy(s);
    return ITO_OK;
}

/* Names of rows, beside a picture, and of columns, above it. */
static void draw_captions(const pen *p, const ito_panel *panel, const layer *l)
{
    const char *text = l->captions;

    ito__pen_colour(p, INK, 1.0);
    for (size_t k = 0; k < l->level_count; k++) {
        ito__text_show(p, ito__paper_x(panel, 0.0) - 4.0,
                       ito__paper_y(panel, l->level[k]) + 0.35 * LABEL_SIZE,
                       text, LABEL_SIZE, 1.0);
        text += strlen(text) + 1;
    }
    for (size_t k = 0; k < l->lines; k++) {
        ito__text_show(p, ito__paper_x(panel, l->u[k]),
                       ito__paper_y(panel, l->y[1]) - 4.0, text, LABEL_SIZE,
                       0.5);
        text += strlen(text) + 1;
    }
}

/* Each dot of a picture as k x k dots of the paper, so that it stays sharp. */
static ito_status draw_picture(ito_ctx *ctx, const pen *p,
                               const ito_panel *panel, const layer *l)
{
    const double left = ito__paper_x(panel, l->x[0]);
    const double top = ito__paper_y(panel, l->y[1]);
    const place at = { left, top, ito__paper_x(panel, l->x[1]) - left,
                       ito__paper_y(panel, l->y[0]) - top };
    const double fine = p->dots * at.w / (double)l->dots_w;
    const size_t k =
        size_min(fine < 1.0 ? 1 : (size_t)fine + 1,
                 1 + DENSITY_SIDE / size_max(l->dots_w, l->dots_h));
    const size_t w = l->dots_w * k, h = l->dots_h * k;
    cairo_surface_t *s =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)w, (int)h);
    unsigned char *data;

    if (cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
        return picture_failed(ctx, s);
    cairo_surface_flush(s);
    data = cairo_image_surface_get_data(s);
    for (size_t y = 0; y < h; y++) {
        const size_t stride = (size_t)cairo_image_surface_get_stride(s);
        uint32_t *row = (uint32_t *)(void *)(data + y * stride);

        for (size_t x = 0; x < w; x++)
            row[x] = l->dots[(y / k) * l->dots_w + x / k];
    }
    cairo_surface_mark_dirty(s);
    paint(p, &at, s, (double)w, (double)h);
    cairo_surface_destroy(s);
    draw_captions(p, panel, l);
    return ITO_OK;
}

static ito_status draw_contours(ito_ctx *ctx, const pen *p,
                                const ito_panel *panel, const layer *l)
{
    double *seg = ito__alloc(ctx, PIECES_MAX * 4 * sizeof(*seg));
    double level[LEVELS_MAX];
    size_t count;
    ito_status rc;

    if (!seg)
        return ito__fail(ctx, ITO_ENOMEM, "plot: contours");
    rc = ito__layer_levels(ctx, l, level, &count);
    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        const size_t n = ito__layer_pieces(l, level[k], seg);

        for (size_t i = 0; i < n; i++) {
            const double *s = seg + 4 * i;

            cairo_move_to(p->cr, ito__paper_x(panel, s[0]),
                          ito__paper_y(panel, s[1]));
            cairo_line_to(p->cr, ito__paper_x(panel, s[2]),
                          ito__paper_y(panel, s[3]));
        }
        cairo_stroke(p->cr);
    }
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_BUTT);
    ito__free(ctx, seg);
    return rc;
}

static ito_status draw_line(const pen *p, const ito_panel *panel,
                            const layer *l)
{
    const double dashes[] = { 3.0, 2.0 };

    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(p->cr, dashes, l->dash ? 2 : 0, 0.0);
    for (size_t i = 0; i < l->n; i++)
        cairo_line_to(p->cr, ito__paper_x(panel, l->x[i]),
                      ito__paper_y(panel, l->y[i]));
    cairo_stroke(p->cr);
    cairo_set_dash(p->cr, NULL, 0, 0.0);
    return ITO_OK;
}

/* Go to a corner of a bar. */
static void corner(const pen *p, const ito_panel *panel, bool turned,
                   double value, double height)
{
    cairo_line_to(p->cr, ito__paper_x(panel, turned ? height : value),
                  ito__paper_y(panel, turned ? value : height));
}

static ito_status draw_hist(const pen *p, const ito_panel *panel,
                            const layer *l)
{
    corner(p, panel, l->turned, l->x[0], 0.0);
    for (size_t i = 0; i < l->n; i++) {
        corner(p, panel, l->turned, l->x[i], l->y[i]);
        corner(p, panel, l->turned, l->x[i + 1], l->y[i]);
    }
    corner(p, panel, l->turned, l->x[l->n], 0.0);
    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    if (l->fill) {
        cairo_fill(p->cr);
        return ITO_OK;
    }
    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_MITER);
    cairo_stroke(p->cr);
    return ITO_OK;
}

/* Segments first to last - 1 of all paths in one stroke. */
static void stroke_paths(const pen *p, const ito_panel *panel, const layer *l,
                         size_t first, size_t last)
{
    const double mid = 0.5 * (l->t[first] + l->t[last]);
    const double u = ito__axis_place(mid, l->colours, false);
    const rgb c = ito__colour_map(l->map, l->depth * u);

    for (size_t i = 0; i < l->n; i++) {
        cairo_new_sub_path(p->cr);
        for (size_t k = first; k <= last; k++)
            cairo_line_to(p->cr, ito__paper_x(panel, l->x[k * l->n + i]),
                          ito__paper_y(panel, l->y[k * l->n + i]));
    }
    cairo_set_source_rgba(p->cr, c.r, c.g, c.b, ito__layer_alpha(l));
    cairo_stroke(p->cr);
}

static ito_status draw_paths(const pen *p, const ito_panel *panel,
                             const layer *l)
{
    const size_t segments = l->frames - 1;
    const size_t steps = size_min(segments, PATH_STEPS);

    cairo_set_line_width(p->cr, ito__layer_size(l));
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    if (!(ito__layer_alpha(l) < 1.0)) /* no seams between colours */
        cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
    for (size_t c = 0; c < steps; c++)
        stroke_paths(p, panel, l, c * segments / steps,
                     (c + 1) * segments / steps);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_BUTT);
    return ITO_OK;
}

void ito__draw_arrow(const pen *p, double x, double y, double dx, double dy)
{
    const double len = sqrt(dx * dx + dy * dy);
    const double head = len < 9.0 ? 0.36 * len : 3.2;
    const double half = 0.4 * head;
    double ux, uy, bx, by;

    if (len < 0.6) {
        cairo_arc(p->cr, x, y, 0.45, 0.0, TURN);
        cairo_fill(p->cr);
        return;
    }
    ux = dx / len;
    uy = dy / len;
    bx = x + dx - head * ux;
    by = y + dy - head * uy;
    cairo_set_line_width(p->cr, len < 5.0 ? 0.4 : 0.6);
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, bx + 0.3 * head * ux, by + 0.3 * head * uy);
    cairo_stroke(p->cr);
    cairo_move_to(p->cr, x + dx, y + dy);
    cairo_line_to(p->cr, bx - half * uy, by + half * ux);
    cairo_line_to(p->cr, bx + half * uy, by - half * ux);
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

static ito_status draw_arrows(const pen *p, const ito_panel *panel,
                              const layer *l)
{
    double longest;
    const double scale =
        l->scale > 0.0 ? l->scale : ito__arrow_scale(l, &longest);
    const double sx = scale * panel->box_w / (panel->x.hi - panel->x.lo);
    const double sy = scale * panel->box_h / (panel->y.hi - panel->y.lo);

    ito__pen_colour(p, l->colour, ito__layer_alpha(l));
    for (size_t i = 0; i < l->n; i++) {
        const double dx = sx * l->u[i], dy = -sy * l->v[i];

        ito__draw_arrow(p, ito__paper_x(panel, l->x[i]) - 0.5 * dx,
                        ito__paper_y(panel, l->y[i]) - 0.5 * dy, dx, dy);
    }
    return ITO_OK;
}

static ito_status draw_one(ito_ctx *ctx, const pen *p, const ito_panel *panel,
                           const layer *l)
{
    switch (l->kind) {
    case LAYER_SCATTER: return draw_scatter(p, panel, l);
    case LAYER_DENSITY: return draw_density(ctx, p, panel, l);
    case LAYER_CONTOURS: return draw_contours(ctx, p, panel, l);
    case LAYER_LINE: return draw_line(p, panel, l);
    case LAYER_HIST: return draw_hist(p, panel, l);
    case LAYER_PATHS: return draw_paths(p, panel, l);
    case LAYER_ARROWS: return draw_arrows(p, panel, l);
    case LAYER_LINES: ito__draw_lines(p, panel, l); break;
    case LAYER_BAND: ito__draw_band(p, panel, l); break;
    case LAYER_MESH: ito__draw_mesh(p, panel, l); break;
    case LAYER_PICTURE: return draw_picture(ctx, p, panel, l);
    }
    return ITO_OK;
}

/* Draw a layer as an image that is put into a vector format. */
static ito_status draw_raster(ito_ctx *ctx, const pen *p,
                              const ito_panel *panel, const layer *l)
{
    const double dots = RASTER_DPI / 72.0;
    const double w = floor(panel->box_w * dots + 1.0);
    const double h = floor(panel->box_h * dots + 1.0);
    const place at = { panel->box_x, panel->box_y, panel->box_w, panel->box_h };
    cairo_surface_t *s =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)w, (int)h);
    pen inner = { .cr = cairo_create(s), .figure = p->figure, .dots = dots };
    ito_status rc;

    cairo_scale(inner.cr, w / panel->box_w, h / panel->box_h);
    cairo_translate(inner.cr, -panel->box_x, -panel->box_y);
    rc = draw_one(ctx, &inner, panel, l);
    if (rc == ITO_OK && cairo_status(inner.cr) != CAIRO_STATUS_SUCCESS)
        rc = ito__fail(ctx, ITO_ENOMEM, "plot: image: %s",
                       cairo_status_to_string(cairo_status(inner.cr)));
    cairo_destroy(inner.cr);
    if (rc == ITO_OK)
        paint(p, &at, s, w, h);
    cairo_surface_destroy(s);
    return rc;
}

static bool is_heavy(const pen *p, const layer *l)
{
    if (p->dots > 0.0)
        return false;
    if (l->kind == LAYER_LINES)
        return l->n > LINE_POINTS;
    return l->n > VECTOR_MARKS &&
           (l->kind == LAYER_SCATTER || l->kind == LAYER_PATHS ||
            l->kind == LAYER_ARROWS);
}

ito_status ito__draw_layers(ito_ctx *ctx, const pen *p, const ito_panel *panel)
{
    ito_status rc = ITO_OK;

    cairo_save(p->cr);
    cairo_rectangle(p->cr, panel->box_x, panel->box_y, panel->box_w,
                    panel->box_h);
    cairo_clip(p->cr);
    for (const layer *l = panel->first; l && rc == ITO_OK; l = l->next)
        rc = is_heavy(p, l) ? draw_raster(ctx, p, panel, l)
                            : draw_one(ctx, p, panel, l);
    cairo_restore(p->cr);
    return rc;
}
#endif

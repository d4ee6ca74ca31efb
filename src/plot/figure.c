/* SPDX-License-Identifier: MIT
 *
 * figure.c - making figures and panels, and taking them apart.
 */
#include "plot/figure.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

#define WIDTH     504.0
#define WIDTH_MAX 14400.0 /* the largest page of PDF 1.x */
#define DPI       200.0
#define ASPECT    0.7
#define TEXT_MAX  512
#define FONT      "DejaVu Sans"

char *ito__text_copy(ito_ctx *ctx, const char *s, bool markup)
{
    const size_t bytes = strlen(s);
    char *out = ito__alloc(ctx, size_add(bytes, 1));
    size_t used = 0;

    for (size_t i = 0; out && i < bytes && used < TEXT_MAX - 4;) {
        const size_t n = utf8_char(s + i, bytes - i);
        const unsigned char c = (unsigned char)s[i];

        if (n == 0)
            out[used++] = '?';
        else if (n > 1 || c >= ' ')
            memcpy(out + used, s + i, n), used += n;
        else if (markup && c <= (unsigned char)PLAIN_TEXT)
            out[used++] = s[i];
        else
            out[used++] = ' ';
        i += n > 0 ? n : 1;
    }
    if (out)
        out[used] = '\0';
    return out;
}

/* Copy a text that may be NULL; false when out of memory. */
static bool copy_text(ito_ctx *ctx, char **to, const char *s)
{
    *to = s && *s ? ito__text_copy(ctx, s, true) : NULL;
    return *to || !s || !*s;
}

static ito_status check_figure(ito_ctx *ctx, const ito_figure_opts *o)
{
    if (o->rows > GRID_MAX || o->cols > GRID_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "figure: %zu x %zu panels; at most %d x %d", o->rows,
                         o->cols, GRID_MAX, GRID_MAX);
    if (!(o->width >= 0.0 && o->width <= WIDTH_MAX) ||
        !(o->height >= 0.0 && o->height <= WIDTH_MAX))
        return ito__fail(ctx, ITO_EARG,
                         "figure: size %g x %g; give points, at most %g",
                         o->width, o->height, WIDTH_MAX);
    if (o->dpi != 0.0 && !(o->dpi >= 20.0 && o->dpi <= 1200.0))
        return ito__fail(ctx, ITO_EARG,
                         "figure: %g dots an inch; give 20 to 1200", o->dpi);
    for (size_t j = 0; o->widths && j < (o->cols ? o->cols : 1); j++)
        if (!(o->widths[j] >= 0.05 && o->widths[j] <= 20.0))
            return ito__fail(ctx, ITO_EARG,
                             "figure: column %zu is %g wide; give 0.05 to 20",
                             j + 1, o->widths[j]);
    return ITO_OK;
}

#if ITO_WITH_CAIRO
static ito_status check_cairo(ito_ctx *ctx)
{
    (void)ctx;
    return ITO_OK;
}
#else
static ito_status check_cairo(ito_ctx *ctx)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "figure: this build has no cairo; build with "
                     "ITO_WITH_CAIRO=ON to draw pictures");
}
#endif

/* The widths of the columns beside the widest. */
static void set_weights(ito_figure *f, const double *widths)
{
    double most = 0.0;

    for (size_t j = 0; j < f->cols; j++) {
        f->weight[j] = widths ? widths[j] : 1.0;
        most = f->weight[j] > most ? f->weight[j] : most;
    }
    for (size_t j = 0; j < f->cols; j++)
        f->weight[j] /= most;
}

ito_status ito_figure_new(ito_ctx *ctx, const ito_figure_opts *opts,
                          ito_figure **out)
{
    const ito_figure_opts o = opts ? *opts : (ito_figure_opts){ 0 };
    ito_figure *figure;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if ((rc = check_cairo(ctx)) != ITO_OK ||
        (rc = check_figure(ctx, &o)) != ITO_OK)
        return rc;
    figure = ito__calloc(ctx, 1, sizeof(*figure));
    if (!figure)
        return ito__fail(ctx, ITO_ENOMEM, "figure: no memory");
    figure->ctx = ctx;
    figure->rows = o.rows ? o.rows : 1;
    figure->cols = o.cols ? o.cols : 1;
    figure->width = o.width > 0.0 ? o.width : WIDTH;
    figure->want_height = o.height;
    figure->dpi = o.dpi > 0.0 ? o.dpi : DPI;
    figure->legend = o.legend != 0;
    set_weights(figure, o.widths);
    figure->panel =
        ito__calloc(ctx, figure->rows * figure->cols, sizeof(*figure->panel));
    if (!figure->panel || !copy_text(ctx, &figure->title, o.title) ||
        !copy_text(ctx, &figure->font, o.font ? o.font : FONT)) {
        ito_figure_free(figure);
        return ito__fail(ctx, ITO_ENOMEM, "figure: no memory");
    }
    *out = figure;
    return ITO_OK;
}

static void panel_free(ito_ctx *ctx, ito_panel *panel)
{
    layer *next;

    for (layer *l = panel->first; l; l = next) {
        next = l->next;
        ito__layer_free(ctx, l);
    }
    ito__free(ctx, panel->title);
    ito__free(ctx, panel->x_label);
    ito__free(ctx, panel->y_label);
    ito__free(ctx, panel->note);
    ito__free(ctx, panel);
}

void ito_figure_free(ito_figure *figure)
{
    ito_ctx *ctx;

    if (!figure)
        return;
    ctx = figure->ctx;
    for (size_t i = 0; figure->panel && i < figure->rows * figure->cols; i++)
        if (figure->panel[i])
            panel_free(ctx, figure->panel[i]);
    ito__free(ctx, figure->panel);
    ito__free(ctx, figure->title);
    ito__free(ctx, figure->font);
    ito__free(ctx, figure);
}

/* Both zero is free; else finite, in order, positive on a log axis. */
static ito_status check_limits(ito_ctx *ctx, char axis, double lo, double hi,
                               int log)
{
    if (lo == 0.0 && hi == 0.0)
        return ITO_OK;
    if (!(fabs(lo) <= LIMIT_MOST && fabs(hi) <= LIMIT_MOST &&
          ito__range_is_open((range){ lo, hi })))
        return ito__fail(ctx, ITO_EARG,
                         "panel: %c limits %g and %g; give the lower first "
                         "and leave more than rounding between",
                         axis, lo, hi);
    if (log && lo <= 0.0)
        return ito__fail(ctx, ITO_EARG,
                         "panel: %c starts at %g; a logarithmic axis is "
                         "positive",
                         axis, lo);
    return ITO_OK;
}

/* Fill a new panel; false when out of memory. */
static bool panel_init(ito_panel *p, const ito_panel_opts *o)
{
    ito_ctx *ctx = p->figure->ctx;

    p->last = &p->first;
    p->x_want = (range){ o->x_min, o->x_max };
    p->y_want = (range){ o->y_min, o->y_max };
    p->log_x = o->log_x != 0;
    p->log_y = o->log_y != 0;
    p->equal = o->equal != 0;
    p->no_x = o->bare ? 2 : o->no_x;
    p->no_y = o->bare ? 2 : o->no_y;
    p->bare = o->bare != 0;
    p->open = o->open != 0;
    p->grid = o->grid != 0;
    p->gap = o->gap;
    p->aspect = o->aspect > 0.0 ? o->aspect : ASPECT;
    return copy_text(ctx, &p->title, o->title) &&
           copy_text(ctx, &p->x_label, o->x_label) &&
           copy_text(ctx, &p->y_label, o->y_label);
}

ito_status ito_figure_panel(ito_ctx *ctx, ito_figure *figure, size_t row,
                            size_t col, const ito_panel_opts *opts,
                            ito_panel **out)
{
    const ito_panel_opts o = opts ? *opts : (ito_panel_opts){ 0 };
    ito_panel *panel, **place;
    ito_status rc;

    if (!ctx || !figure || !out)
        return ITO_EARG;
    *out = NULL;
    if (figure->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "figure: made by another context");
    if (row >= figure->rows || col >= figure->cols)
        return ito__fail(ctx, ITO_EARG,
                         "figure: no panel (%zu, %zu) in %zu x %zu", row, col,
                         figure->rows, figure->cols);
    place = &figure->panel[row * figure->cols + col];
    if (*place)
        return ito__fail(ctx, ITO_EARG, "figure: panel (%zu, %zu) is taken",
                         row, col);
    if (!(o.aspect >= 0.0 && o.aspect <= 10.0))
        return ito__fail(ctx, ITO_EARG, "panel: aspect %g; give 0 to 10",
                         o.aspect);
    if (!(o.gap >= 0.0 && o.gap <= 100.0))
        return ito__fail(ctx, ITO_EARG, "panel: gap %g; give 0 to 100", o.gap);
    if ((rc = check_limits(ctx, 'x', o.x_min, o.x_max, o.log_x)) != ITO_OK ||
        (rc = check_limits(ctx, 'y', o.y_min, o.y_max, o.log_y)) != ITO_OK)
        return rc;
    panel = ito__calloc(ctx, 1, sizeof(*panel));
    if (!panel)
        return ito__fail(ctx, ITO_ENOMEM, "panel: no memory");
    panel->figure = figure;
    panel->row = row;
    panel->col = col;
    if (!panel_init(panel, &o)) {
        panel_free(ctx, panel);
        return ito__fail(ctx, ITO_ENOMEM, "panel: no memory");
    }
    figure->ready = false;
    *out = *place = panel;
    return ITO_OK;
}

ito_status ito_panel_note(ito_ctx *ctx, ito_panel *panel, const char *text)
{
    char *copy;

    if (!ctx || !panel || !text)
        return ITO_EARG;
    if (panel->figure->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "panel: made by another context");
    if (!copy_text(ctx, &copy, text))
        return ito__fail(ctx, ITO_ENOMEM, "panel: no memory");
    ito__free(ctx, panel->note);
    panel->note = copy;
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * render.c - a figure as the bytes of a PNG, SVG or PDF, and as a file.
 *
 * Nothing that depends on the clock or on what was drawn before goes into a
 * file: the creation date of a PDF is fixed, cairo puts none into SVG and PNG,
 * and the names in an SVG are made the same every time (svg_ids.c).
 */
#include <ctype.h>
#include <string.h>

#include "os/file.h"
#include "plot/buffer.h"
#include "plot/figure.h"

#if ITO_WITH_CAIRO
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>

#include "plot/pen.h"
#include "plot/svg_ids.h"

#define PDF_DATE "2024-01-01T00:00:00+00:00"
#define SIDE_MAX 30000.0 /* dots; cairo's images end at 32767 */

static cairo_status_t sink(void *arg, const unsigned char *data,
                           unsigned int bytes)
{
    buffer *b = arg;

    ito__buffer_add(b, data, bytes);
    return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Sizes of texts are found on a surface of one dot. */
static ito_status find_layout(ito_ctx *ctx, ito_figure *f)
{
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    pen p = { .cr = cairo_create(s), .figure = f };
    ito_status rc;

    ito__pen_font(&p);
    rc = ito__figure_layout(ctx, &p, f);
    if (rc == ITO_OK && cairo_status(p.cr) != CAIRO_STATUS_SUCCESS)
        rc = ito__fail(ctx, ITO_ENOMEM, "figure: %s",
                       cairo_status_to_string(cairo_status(p.cr)));
    cairo_destroy(p.cr);
    cairo_surface_destroy(s);
    return rc;
}

static void head(const pen *p, const ito_figure *f)
{
    key list[KEYS_MAX] = { 0 };
    const size_t n = f->legend ? ito__legend_keys(f, NULL, list) : 0;
    const double right = f->width - 6.0, left = 6.0;
    const bool two = f->head > HEAD_SIZE + 10.0;
    char text[PAPER_TEXT];
    double room = right - left;
    size_t rows = ito__legend_rows(p, list, n, room);

    for (size_t at = 0; at < n; rows--) {
        const size_t row = ito__legend_row(p, list + at, n - at, room);
        const double up = (double)(rows - 1) * LEGEND_LINE;

        ito__legend_draw(p, list + at, row, right, f->head - 1.0 - up);
        at += row;
    }
    if (!f->title)
        return;
    if (n > 0 && !two)
        room -= ito__legend_width(p, list, n) + 12.0;
    ito__pen_colour(p, INK, 1.0);
    ito__text_fit(p, f->title, HEAD_SIZE, room, text);
    ito__text_show(p, left, HEAD_SIZE + 4.0, text, HEAD_SIZE, 0.0);
}

static ito_status draw_all(ito_ctx *ctx, const pen *p, const ito_figure *f)
{
    cairo_set_source_rgb(p->cr, 1.0, 1.0, 1.0);
    cairo_paint(p->cr);
    head(p, f);
    for (size_t i = 0; i < f->rows * f->cols; i++) {
        const ito_panel *panel = f->panel[i];
        ito_status rc;

        if (!panel)
            continue;
        ito__draw_below(p, panel);
        rc = ito__draw_layers(ctx, p, panel);
        if (rc != ITO_OK)
            return rc;
        ito__draw_above(p, panel);
    }
    return ITO_OK;
}

static cairo_surface_t *image_for(const ito_figure *f, double dots)
{
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                      (int)ceil(f->width * dots),
                                      (int)ceil(f->height * dots));
}

static cairo_surface_t *surface_for(const ito_figure *f, ito_picture kind,
                                    buffer *b)
{
    cairo_surface_t *s;

    switch (kind) {
    case ITO_PICTURE_SVG:
        s = cairo_svg_surface_create_for_stream(sink, b, f->width, f->height);
        cairo_svg_surface_restrict_to_version(s, CAIRO_SVG_VERSION_1_2);
        return s;
    case ITO_PICTURE_PDF:
        s = cairo_pdf_surface_create_for_stream(sink, b, f->width, f->height);
        cairo_pdf_surface_restrict_to_version(s, CAIRO_PDF_VERSION_1_5);
#if CAIRO_VERSION >= 11600 /* before, there were no dates */
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
                                       PDF_DATE);
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "ito");
#endif
        return s;
    case ITO_PICTURE_PNG: break;
    }
    return image_for(f, f->dpi / 72.0);
}

/* Draw on a surface of so many dots in a point, 0 where it has none. */
static ito_status draw_on(ito_ctx *ctx, const ito_figure *f, cairo_surface_t *s,
                          double dots)
{
    pen p = { .cr = cairo_create(s), .figure = f, .dots = dots };
    cairo_status_t status;
    ito_status rc;

    if (dots > 0.0)
        cairo_scale(p.cr, dots, dots);
    ito__pen_font(&p);
    rc = draw_all(ctx, &p, f);
    cairo_show_page(p.cr);
    status = cairo_status(p.cr);
    cairo_destroy(p.cr);
    if (rc == ITO_OK && status != CAIRO_STATUS_SUCCESS)
        rc = ito__fail(ctx, ITO_ENOMEM, "figure: %s",
                       cairo_status_to_string(status));
    return rc;
}

static ito_status draw_into(ito_ctx *ctx, const ito_figure *f, ito_picture kind,
                            buffer *b)
{
    const bool png = kind == ITO_PICTURE_PNG;
    cairo_surface_t *s = surface_for(f, kind, b);
    cairo_status_t status = CAIRO_STATUS_SUCCESS;
    ito_status rc = draw_on(ctx, f, s, png ? f->dpi / 72.0 : 0.0);

    if (png && rc == ITO_OK)
        status = cairo_surface_write_to_png_stream(s, sink, b);
    cairo_surface_finish(s);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(s);
    cairo_surface_destroy(s);
    if (rc == ITO_OK && (status != CAIRO_STATUS_SUCCESS || b->failed))
        rc = ito__fail(ctx, ITO_ENOMEM, "figure: %s",
                       cairo_status_to_string(status));
    return rc;
}

/* Everything that comes before ink. */
static ito_status make_ready(ito_ctx *ctx, ito_figure *f, double dpi)
{
    ito_status rc;

    if (f->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "figure: made by another context");
    if ((rc = ito__figure_prepare(ctx, f)) != ITO_OK ||
        (rc = find_layout(ctx, f)) != ITO_OK)
        return rc;
    if (!(f->width * dpi / 72.0 <= SIDE_MAX &&
          f->height * dpi / 72.0 <= SIDE_MAX))
        return ito__fail(ctx, ITO_EARG,
                         "figure: %g x %g points at %g dots an inch; a PNG "
                         "has at most %g dots a side",
                         f->width, f->height, dpi, SIDE_MAX);
    return ITO_OK;
}

ito_status ito__figure_image(ito_ctx *ctx, ito_figure *figure, double dpi,
                             cairo_surface_t **out)
{
    ito_status rc = make_ready(ctx, figure, dpi);
    cairo_surface_t *s;

    *out = NULL;
    if (rc != ITO_OK)
        return rc;
    s = image_for(figure, dpi / 72.0);
    rc = draw_on(ctx, figure, s, dpi / 72.0);
    cairo_surface_flush(s);
    if (rc == ITO_OK)
        *out = s;
    else
        cairo_surface_destroy(s);
    return rc;
}

ito_status ito__image_png(ito_ctx *ctx, cairo_surface_t *image, buffer *out)
{
    const cairo_status_t status =
        cairo_surface_write_to_png_stream(image, sink, out);

    if (status != CAIRO_STATUS_SUCCESS || out->failed)
        return ito__fail(ctx, ITO_ENOMEM, "figure: %s",
                         cairo_status_to_string(status));
    return ITO_OK;
}

/* Replace an SVG file by one whose names are the same every time. */
static ito_status same_names(ito_ctx *ctx, buffer *b)
{
    buffer out = { .ctx = ctx };

    ito__svg_renumber(b, &out);
    ito__buffer_free(b);
    *b = out;
    if (out.failed)
        return ito__fail(ctx, ITO_ENOMEM, "figure: no memory");
    return ITO_OK;
}

ito_status ito_figure_draw(ito_ctx *ctx, ito_figure *figure, ito_picture kind,
                           unsigned char **data, size_t *bytes)
{
    buffer b;
    ito_status rc;

    if (!ctx || !figure || !data || !bytes || (unsigned)kind > ITO_PICTURE_PDF)
        return ITO_EARG;
    *data = NULL;
    *bytes = 0;
    rc = make_ready(ctx, figure, kind == ITO_PICTURE_PNG ? figure->dpi : 0.0);
    if (rc != ITO_OK)
        return rc;
    b = (buffer){ .ctx = ctx };
    rc = draw_into(ctx, figure, kind, &b);
    if (rc == ITO_OK && kind == ITO_PICTURE_SVG)
        rc = same_names(ctx, &b);
    if (rc != ITO_OK) {
        ito__buffer_free(&b);
        return rc;
    }
    *data = b.data;
    *bytes = b.used;
    return ITO_OK;
}
#else
ito_status ito_figure_draw(ito_ctx *ctx, ito_figure *figure, ito_picture kind,
                           unsigned char **data, size_t *bytes)
{
    (void)figure;
    (void)kind;
    if (!ctx || !data || !bytes)
        return ITO_EARG;
    *data = NULL;
    *bytes = 0;
    return ito__fail(ctx, ITO_EUNFIT, "figure: this build has no cairo");
}
#endif

void ito_picture_free(ito_ctx *ctx, unsigned char *data)
{
    if (ctx)
        ito__free(ctx, data);
}

/* True when the path ends in this suffix, in small or capital letters. */
static bool has_suffix(const char *path, const char *suffix)
{
    const size_t n = strlen(path), m = strlen(suffix);

    if (n <= m)
        return false;
    for (size_t i = 0; i < m; i++)
        if (tolower((unsigned char)path[n - m + i]) != suffix[i])
            return false;
    return true;
}

ito_status ito_figure_write(ito_ctx *ctx, ito_figure *figure, const char *path)
{
    unsigned char *data;
    ito_picture kind;
    size_t bytes;
    ito_status rc;

    if (!ctx || !figure || !path)
        return ITO_EARG;
    if (has_suffix(path, ".png"))
        kind = ITO_PICTURE_PNG;
    else if (has_suffix(path, ".svg"))
        kind = ITO_PICTURE_SVG;
    else if (has_suffix(path, ".pdf"))
        kind = ITO_PICTURE_PDF;
    else
        return ito__fail(ctx, ITO_EARG,
                         "%s: unknown kind of picture; end the name in .png, "
                         ".svg or .pdf",
                         path);
    rc = ito_figure_draw(ctx, figure, kind, &data, &bytes);
    if (rc == ITO_OK)
        rc = ito__write_whole(ctx, path, data, bytes);
    ito_picture_free(ctx, data);
    return rc;
}

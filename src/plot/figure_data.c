/* SPDX-License-Identifier: MIT
 *
 * figure_data.c - the numbers behind a figure as CSV.
 *
 * Every layer keeps what it draws, so one function serves all figures.
 * Numbers have the fewest digits that read back as the same double.
 */
#include <string.h>

#include "base/number.h"
#include "data/stream.h"
#include "plot/buffer.h"
#include "plot/figure.h"

#define PIECE ((size_t)1 << 16) /* bytes handed on at once */

/* What is written, and the layer that the rows belong to. */
typedef struct writer {
    ito_ctx *ctx;
    stream *out;
    buffer text;
    buffer head; /* the cells that all rows of the layer start with */
} writer;

/* One cell in quotes, without the codes of raised and lowered text. */
static void put_text(buffer *b, const char *s)
{
    ito__buffer_text(b, "\"");
    for (; s && *s; s++) {
        if (*s == '"')
            ito__buffer_text(b, "\"");
        if ((unsigned char)*s > (unsigned char)PLAIN_TEXT)
            ito__buffer_add(b, s, 1);
    }
    ito__buffer_text(b, "\"");
}

static void put_count(buffer *b, size_t n)
{
    char text[NUM_TEXT_MAX];

    ito__buffer_add(b, text, num_format_u64(n, text));
    ito__buffer_text(b, ",");
}

static void flush(writer *w)
{
    stream_write(w->out, w->text.data, w->text.used);
    w->text.used = 0;
}

/* A row: the item, and as many numbers as there are. */
static void row(writer *w, size_t item, size_t n, const double *v)
{
    char text[NUM_TEXT_MAX];

    ito__buffer_add(&w->text, w->head.data, w->head.used);
    ito__buffer_add(&w->text, text, num_format_u64(item + 1, text));
    for (size_t k = 0; k < 4; k++) {
        ito__buffer_text(&w->text, ",");
        if (k < n)
            ito__buffer_add(&w->text, text, num_format(v[k], text));
    }
    ito__buffer_text(&w->text, "\n");
    if (w->text.used >= PIECE)
        flush(w);
}

static void start_layer(writer *w, const ito_panel *p, const layer *l,
                        size_t number)
{
    static const char *const kinds[] = {
        [LAYER_SCATTER] = "points",  [LAYER_DENSITY] = "cells",
        [LAYER_CONTOURS] = "levels", [LAYER_LINE] = "line",
        [LAYER_HIST] = "bars",       [LAYER_PATHS] = "paths",
        [LAYER_ARROWS] = "arrows",   [LAYER_LINES] = "lines",
        [LAYER_BAND] = "band",       [LAYER_MESH] = "mesh",
        [LAYER_PICTURE] = "picture"
    };
    buffer *b = &w->head;

    b->used = 0;
    put_count(b, p->row + 1);
    put_count(b, p->col + 1);
    put_text(b, p->title);
    ito__buffer_text(b, ",");
    put_count(b, number);
    ito__buffer_text(b, kinds[l->kind]);
    ito__buffer_text(b, ",");
    put_text(b, l->label);
    ito__buffer_text(b, ",");
}

static void put_cells(writer *w, const bins *b)
{
    const double dx = (b->xr.hi - b->xr.lo) / (double)b->nx;
    const double dy = (b->yr.hi - b->yr.lo) / (double)b->ny;

    for (size_t i = 0; i < b->nx * b->ny; i++) {
        const size_t ix = i % b->nx, iy = i / b->nx;
        const double v[3] = { b->xr.lo + ((double)ix + 0.5) * dx,
                              b->yr.lo + ((double)iy + 0.5) * dy, b->cell[i] };

        row(w, i, 3, v);
    }
}

static ito_status put_levels(writer *w, const layer *l)
{
    double *piece = ito__alloc(w->ctx, PIECES_MAX * 4 * sizeof(*piece));
    double level[LEVELS_MAX];
    size_t count, item = 0;
    ito_status rc;

    if (!piece)
        return ito__fail(w->ctx, ITO_ENOMEM, "plot: contours");
    rc = ito__layer_levels(w->ctx, l, level, &count);
    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        const size_t n = ito__layer_pieces(l, level[k], piece);

        for (size_t i = 0; i < n; i++)
            row(w, item++, 4, piece + 4 * i);
    }
    ito__free(w->ctx, piece);
    return rc;
}

static void put_lines(writer *w, const layer *l)
{
    for (size_t k = 0; k < l->lines; k++)
        for (size_t i = l->start[k]; i < l->start[k + 1]; i++)
            row(w, k, 2, (const double[]){ l->x[i], l->y[i] });
}

static void put_paths(writer *w, const layer *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->frames; k++)
            row(w, i, 3,
                (const double[]){ l->x[k * l->n + i], l->y[k * l->n + i],
                                  l->t[k] });
}

static ito_status put_layer(writer *w, const layer *l)
{
    switch (l->kind) {
    case LAYER_DENSITY: put_cells(w, &l->grid); break;
    case LAYER_CONTOURS: return put_levels(w, l);
    case LAYER_LINES: put_lines(w, l); break;
    case LAYER_PATHS: put_paths(w, l); break;
    case LAYER_HIST:
        for (size_t i = 0; i < l->n; i++)
            row(w, i, 3, (const double[]){ l->x[i], l->y[i], l->x[i + 1] });
        break;
    case LAYER_BAND:
        for (size_t i = 0; i < l->n; i++)
            row(w, i, 3, (const double[]){ l->x[i], l->y[i], l->u[i] });
        break;
    case LAYER_ARROWS:
        for (size_t i = 0; i < l->n; i++)
            row(w, i, 4,
                (const double[]){ l->x[i], l->y[i], l->u[i], l->v[i] });
        break;
    case LAYER_SCATTER:
    case LAYER_LINE:
    case LAYER_MESH:
    case LAYER_PICTURE:
        for (size_t i = 0; i < l->n; i++)
            row(w, i, 2, (const double[]){ l->x[i], l->y[i] });
        break;
    }
    return ITO_OK;
}

static ito_status put_figure(writer *w, const ito_figure *f)
{
    ito_status rc = ITO_OK;

    ito__buffer_text(&w->text, "row,col,title,layer,kind,label,item,x,y,u,v\n");
    for (size_t i = 0; i < f->rows * f->cols; i++) {
        const ito_panel *p = f->panel[i];
        size_t number = 0;

        for (const layer *l = p ? p->first : NULL; l && rc == ITO_OK;
             l = l->next) {
            start_layer(w, p, l, ++number);
            rc = put_layer(w, l);
        }
    }
    flush(w);
    if (rc == ITO_OK && (w->text.failed || w->head.failed))
        rc = ito__fail(w->ctx, ITO_ENOMEM, "figure: no memory");
    return rc;
}

ito_status ito_figure_data(ito_ctx *ctx, ito_figure *figure, const char *path)
{
    writer w = { .ctx = ctx, .text = { .ctx = ctx }, .head = { .ctx = ctx } };
    ito_status rc;

    if (!ctx || !figure || !path)
        return ITO_EARG;
    if (figure->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "figure: made by another context");
    if ((rc = ito__figure_prepare(ctx, figure)) != ITO_OK ||
        (rc = stream_begin(ctx, path, &w.out)) != ITO_OK)
        return rc;
    rc = stream_end(w.out, put_figure(&w, figure));
    ito__buffer_free(&w.text);
    ito__buffer_free(&w.head);
    return rc;
}

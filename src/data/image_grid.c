/* SPDX-License-Identifier: MIT
 *
 * image_grid.c - images as one picture: bytes of grey or colour, and a grid of
 * them, label by label.
 */
#include <math.h>
#include <string.h>

#include "data/image.h"

#define MOST     1024
#define SIDE     28 /* dots that a small image is enlarged to */
#define DOTS_MAX ((size_t)1 << 26)

/* Where images stand: image order[k] in row row[k], column col[k]. */
typedef struct grid {
    size_t count, rows, cols, scale;
    size_t *order, *row, *col;
} grid;

ito_status ito__image_picture(ito_ctx *ctx, const char *where,
                              const ito_images *set)
{
    if (set->format.channels == 1 || set->format.channels == 3)
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT,
                     "%s: images of %zu channels have no picture; write .npy",
                     where, set->format.channels);
}

void ito__image_bytes(const ito_images *set, size_t i, unsigned char *out)
{
    const ito_image_format *f = &set->format;
    const size_t values = image_values(f);

    for (size_t k = 0; k < values; k++) {
        const double v = image_value(set, i * values + k);

        out[k] =
            (unsigned char)floor(255.0 * (v - f->lo) / (f->hi - f->lo) + 0.5);
    }
}

/* The images in the order of their labels, at most `most` of each. */
static void choose_order(const ito_images *set, size_t most, grid *g,
                         size_t *labels)
{
    const size_t count = set->label.level_count;
    const size_t each =
        count == 0 || set->count <= most ? most : size_max(most / count, 1);

    g->count = 0;
    *labels = 0;
    for (size_t l = 0; l < size_max(count, 1) && g->count < most; l++) {
        size_t used = 0;

        for (size_t i = 0; i < set->count && used < each && g->count < most;
             i++)
            if (count == 0 || set->label.code[i] == l) {
                g->order[g->count] = i;
                g->row[g->count++] = *labels; /* its place among labels */
                used++;
            }
        *labels += used > 0;
    }
}

/* Rows and columns; every label begins a row. */
static void place(const ito_images *set, size_t columns, size_t labels, grid *g)
{
    size_t most = 0, run = 0, row = 0;

    for (size_t k = 0; k < g->count; k++) {
        run = k > 0 && g->row[k] == g->row[k - 1] ? run + 1 : 1;
        most = size_max(most, run);
    }
    if (columns == 0)
        columns = labels > 1 || set->label.level_count > 0
                      ? most
                      : (size_t)ceil(sqrt((double)g->count));
    g->cols = size_min(columns, most);
    run = 0;
    for (size_t k = 0, before = 0; k < g->count; k++) {
        const size_t label = g->row[k];

        if (k > 0 && (label != before || run == g->cols)) {
            row++;
            run = 0;
        }
        before = label;
        g->row[k] = row;
        g->col[k] = run++;
    }
    g->rows = row + 1;
}

/* Lay one image into the picture, each pixel scale x scale dots. */
static void put_image(const ito_images *set, const grid *g, size_t k,
                      const unsigned char *image, png_picture *out)
{
    const ito_image_format *f = &set->format;
    const size_t c = f->channels, s = g->scale;
    const size_t top = s + g->row[k] * (f->height + 1) * s;
    const size_t left = s + g->col[k] * (f->width + 1) * s;

    for (size_t y = 0; y < f->height * s; y++)
        for (size_t x = 0; x < f->width * s; x++)
            memcpy(out->byte + ((top + y) * out->width + left + x) * c,
                   image + ((y / s) * f->width + x / s) * c, c);
}

/* The picture of a grid; p->byte is for ito__free. */
static ito_status paint(ito_ctx *ctx, const char *path, const ito_images *set,
                        const grid *g, png_picture *p)
{
    const ito_image_format *f = &set->format;
    const ito_mark mark = ito__arena_mark(ctx);
    unsigned char *image = ito__arena_get(ctx, image_values(f));
    size_t dots;

    *p = (png_picture){ .channels = f->channels };
    p->height =
        size_mul(size_add(size_mul(g->rows, f->height + 1), 1), g->scale);
    p->width = size_mul(size_add(size_mul(g->cols, f->width + 1), 1), g->scale);
    dots = size_mul(p->height, p->width);
    if (dots > DOTS_MAX) {
        ito__arena_release(ctx, mark);
        return ito__fail(ctx, ITO_ERANGE,
                         "%s: a grid of %zu x %zu dots; at most %zu million: "
                         "take fewer images, or a folder",
                         path, p->height, p->width, DOTS_MAX >> 20);
    }
    p->byte = ito__alloc(ctx, dots * p->channels);
    if (p->byte && image) {
        memset(p->byte, 255, dots * p->channels);
        for (size_t k = 0; k < g->count; k++) {
            ito__image_bytes(set, g->order[k], image);
            put_image(set, g, k, image, p);
        }
    }
    ito__arena_release(ctx, mark);
    return p->byte && image ? ITO_OK
                            : ito__fail(ctx, ITO_ENOMEM, "%s: a grid", path);
}

static ito_status write_one(ito_ctx *ctx, const char *path,
                            const ito_images *set)
{
    png_picture p = { .height = set->format.height,
                      .width = set->format.width,
                      .channels = set->format.channels };
    ito_status rc;

    p.byte = ito__alloc(ctx, image_values(&set->format));
    if (!p.byte)
        return ito__fail(ctx, ITO_ENOMEM, "%s: an image", path);
    ito__image_bytes(set, 0, p.byte);
    rc = ito__png_write(ctx, path, &p);
    ito__free(ctx, p.byte);
    return rc;
}

/* The label of each row, where the row is its first. */
static ito_status name_rows(ito_ctx *ctx, const ito_images *set, const grid *g,
                            image_grid *out)
{
    size_t before = SIZE_MAX;

    out->label = ito__alloc(ctx, size_mul(g->rows, sizeof(*out->label)));
    if (!out->label)
        return ito__fail(ctx, ITO_ENOMEM, "a grid of %zu rows", g->rows);
    out->rows = g->rows;
    out->row_dots = (set->format.height + 1) * g->scale;
    for (size_t r = 0; r < g->rows; r++)
        out->label[r] = IMAGE_NO_LABEL;
    for (size_t k = 0; set->code && k < g->count; k++) {
        const size_t l = set->code[g->order[k]];

        if (l != before)
            out->label[g->row[k]] = l;
        before = l;
    }
    return ITO_OK;
}

ito_status ito__image_grid(ito_ctx *ctx, const char *where,
                           const ito_images *set, const ito_grid_opts *o,
                           image_grid *out)
{
    const size_t bytes = size_mul(set->count, sizeof(size_t));
    const size_t side = set->format.width;
    const ito_mark mark = ito__arena_mark(ctx);
    grid g = { .scale = o->scale ? o->scale : size_max(SIDE / side, 1) };
    size_t labels;
    ito_status rc;

    *out = (image_grid){ .rows = 0 };
    if ((rc = ito__image_picture(ctx, where, set)) != ITO_OK)
        return rc;
    g.order = ito__arena_get(ctx, bytes);
    g.row = ito__arena_get(ctx, bytes);
    g.col = ito__arena_get(ctx, bytes);
    if (!g.order || !g.row || !g.col) {
        rc = ito__fail(ctx, ITO_ENOMEM, "%s: a grid", where);
    } else {
        choose_order(set, o->most ? o->most : MOST, &g, &labels);
        place(set, o->columns, labels, &g);
        if (g.count < set->count)
            ito__say(ctx, "%s: shows %zu of %zu images", where, g.count,
                     set->count);
        rc = paint(ctx, where, set, &g, &out->picture);
        if (rc == ITO_OK)
            rc = name_rows(ctx, set, &g, out);
    }
    ito__arena_release(ctx, mark);
    return rc;
}

void ito__image_grid_free(ito_ctx *ctx, image_grid *g)
{
    ito__free(ctx, g->picture.byte);
    ito__free(ctx, g->label);
}

static ito_status write_grid(ito_ctx *ctx, const char *path,
                             const ito_images *set, const ito_grid_opts *o)
{
    image_grid g;
    ito_status rc = ito__image_grid(ctx, path, set, o, &g);

    if (rc == ITO_OK)
        rc = ito__png_write(ctx, path, &g.picture);
    ito__image_grid_free(ctx, &g);
    return rc;
}

ito_status ito_images_write_grid(ito_ctx *ctx, const char *path,
                                 const ito_images *images,
                                 const ito_grid_opts *opts)
{
    const ito_grid_opts none = { 0 };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!path || !images)
        return ito__fail(ctx, ITO_EARG, "grid: a NULL argument");
    if ((rc = ito__image_picture(ctx, path, images)) != ITO_OK)
        return rc;
    if (images->count == 1 && !opts)
        return write_one(ctx, path, images);
    return write_grid(ctx, path, images, opts ? opts : &none);
}

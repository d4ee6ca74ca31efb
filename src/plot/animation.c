/* SPDX-License-Identifier: MIT
 *
 * animation.c - figures in a row as an APNG, or as a film strip.
 *
 * An APNG is a PNG whose first image is frame 1, with three kinds of chunks
 * more (Portable Network Graphics, third edition, sections 11.3.6.1 to 3):
 *
 *     signature IHDR ... acTL  fcTL IDAT  fcTL fdAT  fcTL fdAT ...  IEND
 *
 * acTL tells the number of frames, fcTL the place and time of one, fdAT holds
 * what IDAT would.  cairo makes a PNG of each frame, cut to the rectangle that
 * differs from the frame before; its IDAT chunks become one.
 */
#include <ito/animation.h>
#include <math.h>
#include <string.h>

#include "data/stream.h"
#include "plot/figure.h"
#include "plot/png_chunk.h"

#if ITO_WITH_CAIRO
#include "plot/pen.h"

#define FPS         10.0
#define HOLD        1.0
#define HOLD_MAX    50.0
#define DPI         110.0
#define DOTS_MAX    100e6 /* of a film strip */
#define SIDE_MAX    30000 /* dots; cairo's images end at 32767 */
#define BYTES_MAX   ((size_t)1 << 30)
#define CONTROL     26        /* bytes in an fcTL */
#define MILLISECOND 1000      /* parts of a second in delays */
#define CELL        0xffffffu /* the bits of a dot that are its colour */

struct ito_animation {
    ito_ctx *ctx;
    double fps, hold, dpi;
    size_t loops, strip;
    size_t frames;
    int w, h;              /* dots of a frame */
    cairo_surface_t *last; /* the frame before; or the strip so far */
    buffer head;           /* the chunks before acTL */
    buffer rest;           /* those between IHDR and the first IDAT */
    buffer body;           /* the frames */
    size_t control;        /* where in the body the last fcTL starts */
    uint32_t sequence;     /* number of the next fcTL or fdAT */
};

/* A rectangle of dots. */
typedef struct box {
    int x, y, w, h;
} box;

static ito_status check_opts(ito_ctx *ctx, const ito_animation_opts *o)
{
    if (o->fps != 0.0 && !(o->fps >= 0.1 && o->fps <= 100.0))
        return ito__fail(ctx, ITO_EARG,
                         "animation: %g frames a second; give 0.1 to 100",
                         o->fps);
    if (o->dpi != 0.0 && !(o->dpi >= 20.0 && o->dpi <= 600.0))
        return ito__fail(ctx, ITO_EARG,
                         "animation: %g dots an inch; give 20 to 600", o->dpi);
    if (!(o->hold <= HOLD_MAX))
        return ito__fail(ctx, ITO_EARG,
                         "animation: the last frame stands %g seconds; at "
                         "most %g",
                         o->hold, HOLD_MAX);
    if (o->loops > INT32_MAX || o->strip > SIDE_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "animation: %zu loops, %zu frames in a row: too many",
                         o->loops, o->strip);
    return ITO_OK;
}

ito_status ito_animation_new(ito_ctx *ctx, const ito_animation_opts *opts,
                             ito_animation **out)
{
    const ito_animation_opts o = opts ? *opts : (ito_animation_opts){ 0 };
    ito_animation *a;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if ((rc = check_opts(ctx, &o)) != ITO_OK)
        return rc;
    a = ito__calloc(ctx, 1, sizeof(*a));
    if (!a)
        return ito__fail(ctx, ITO_ENOMEM, "animation: no memory");
    a->ctx = ctx;
    a->fps = o.fps > 0.0 ? o.fps : FPS;
    a->dpi = o.dpi > 0.0 ? o.dpi : DPI;
    a->hold = o.hold > 0.0 ? o.hold : o.hold < 0.0 ? 0.0 : HOLD;
    a->loops = o.loops;
    a->strip = o.strip;
    a->head.ctx = a->rest.ctx = a->body.ctx = ctx;
    *out = a;
    return ITO_OK;
}

void ito_animation_free(ito_animation *a)
{
    if (!a)
        return;
    if (a->last)
        cairo_surface_destroy(a->last);
    ito__buffer_free(&a->head);
    ito__buffer_free(&a->rest);
    ito__buffer_free(&a->body);
    ito__free(a->ctx, a);
}

size_t ito_animation_frames(const ito_animation *a)
{
    return a ? a->frames : 0;
}

/* --- dots ------------------------------------------------------------- */

static const uint32_t *row_of(cairo_surface_t *s, int y)
{
    const size_t stride = (size_t)cairo_image_surface_get_stride(s);
    const unsigned char *data = cairo_image_surface_get_data(s);

    return (const uint32_t *)(const void *)(data + (size_t)y * stride);
}

/* An empty image, which is a failure of its own where there is no memory. */
static ito_status new_image(ito_ctx *ctx, int w, int h, cairo_surface_t **out)
{
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);

    *out = s;
    if (cairo_surface_status(s) == CAIRO_STATUS_SUCCESS)
        return ITO_OK;
    cairo_surface_destroy(s);
    *out = NULL;
    return ito__fail(ctx, ITO_ENOMEM, "animation: an image of %d x %d dots", w,
                     h);
}

/* Copy a box of one image to (x, y) of another. */
static void copy_box(cairo_surface_t *from, const box *b, cairo_surface_t *to,
                     int x, int y)
{
    const size_t stride = (size_t)cairo_image_surface_get_stride(to);
    unsigned char *data = cairo_image_surface_get_data(to);

    cairo_surface_flush(to);
    for (int k = 0; k < b->h; k++)
        memcpy(data + (size_t)(y + k) * stride + 4 * (size_t)x,
               row_of(from, b->y + k) + b->x, 4 * (size_t)b->w);
    cairo_surface_mark_dirty(to);
}

/* The smallest box outside of which two images agree; one dot where they
 * agree everywhere. */
static box changes(const ito_animation *a, cairo_surface_t *now)
{
    int x_lo = a->w, x_hi = -1, y_lo = a->h, y_hi = -1;

    for (int y = 0; y < a->h; y++) {
        const uint32_t *p = row_of(a->last, y), *q = row_of(now, y);

        for (int x = 0; x < a->w; x++) {
            if (((p[x] ^ q[x]) & CELL) == 0)
                continue;
            x_lo = x < x_lo ? x : x_lo;
            x_hi = x > x_hi ? x : x_hi;
            y_lo = y < y_lo ? y : y_lo;
            y_hi = y;
        }
    }
    if (x_hi < 0)
        return (box){ 0, 0, 1, 1 };
    return (box){ x_lo, y_lo, x_hi - x_lo + 1, y_hi - y_lo + 1 };
}

/* --- frames ------------------------------------------------------------ */

static unsigned milliseconds(const ito_animation *a, bool last)
{
    const double one = 1.0 / a->fps + (last ? a->hold : 0.0);

    return (unsigned)(one * MILLISECOND + 0.5);
}

/* The data of an fcTL: nothing is disposed of, dots replace dots. */
static void control_of(const ito_animation *a, uint32_t sequence, const box *b,
                       unsigned delay, unsigned char out[CONTROL])
{
    (void)a;
    ito__png_put32(out, sequence);
    ito__png_put32(out + 4, (uint32_t)b->w);
    ito__png_put32(out + 8, (uint32_t)b->h);
    ito__png_put32(out + 12, (uint32_t)b->x);
    ito__png_put32(out + 16, (uint32_t)b->y);
    ito__png_put16(out + 20, delay);
    ito__png_put16(out + 22, MILLISECOND);
    out[24] = out[25] = 0;
}

/* Take a PNG apart: its image data into `data`, and for the first frame the
 * chunks before them into head and rest. */
static void take_apart(ito_animation *a, const buffer *png, buffer *data)
{
    size_t at = PNG_HEAD;
    png_chunk c;

    while (ito__png_next(png->data, png->used, &at, &c)) {
        if (strcmp(c.type, "IDAT") == 0)
            ito__buffer_add(data, c.data, c.bytes);
        else if (strcmp(c.type, "IHDR") == 0 && a->frames == 0)
            ito__png_add(&a->head, c.type, NULL, c.data, c.bytes);
        else if (strcmp(c.type, "IEND") != 0 && a->frames == 0)
            ito__png_add(&a->rest, c.type, NULL, c.data, c.bytes);
    }
}

/* Add the chunks of a frame to the body. */
static ito_status add_chunks(ito_animation *a, const buffer *png, const box *b)
{
    buffer data = { .ctx = a->ctx };
    unsigned char control[CONTROL];
    const size_t start = a->body.used;
    const bool first = a->frames == 0;
    uint32_t sequence = a->sequence;
    ito_status rc = ITO_OK;

    take_apart(a, png, &data);
    control_of(a, sequence++, b, milliseconds(a, false), control);
    ito__png_add(&a->body, "fcTL", NULL, control, CONTROL);
    if (first) {
        ito__png_add(&a->body, "IDAT", NULL, data.data, data.used);
    } else {
        ito__png_add(&a->body, "fdAT", &sequence, data.data, data.used);
        sequence++;
    }
    if (data.failed || a->head.failed || a->rest.failed || a->body.failed)
        rc = ito__fail(a->ctx, ITO_ENOMEM, "animation: no memory");
    else if (a->body.used > BYTES_MAX)
        rc = ito__fail(a->ctx, ITO_ERANGE,
                       "animation: %zu frames take more than 1 GB; give fewer "
                       "or smaller ones",
                       a->frames + 1);
    ito__buffer_free(&data);
    if (rc != ITO_OK) {
        a->body.used = start;
        a->body.failed = false;
        if (first) {
            ito__buffer_free(&a->head);
            ito__buffer_free(&a->rest);
        }
        return rc;
    }
    a->control = start;
    a->sequence = sequence;
    return ITO_OK;
}

/* The part of a frame that is new, as a PNG. */
static ito_status add_moving(ito_animation *a, cairo_surface_t *now)
{
    box b = { 0, 0, a->w, a->h };
    buffer png = { .ctx = a->ctx };
    cairo_surface_t *part;
    ito_status rc;

    if (a->last)
        b = changes(a, now);
    rc = new_image(a->ctx, b.w, b.h, &part);
    if (rc != ITO_OK)
        return rc;
    copy_box(now, &b, part, 0, 0);
    rc = ito__image_png(a->ctx, part, &png);
    cairo_surface_destroy(part);
    if (rc == ITO_OK)
        rc = add_chunks(a, &png, &b);
    ito__buffer_free(&png);
    if (rc != ITO_OK)
        return rc;
    if (a->last)
        cairo_surface_destroy(a->last);
    a->last = cairo_surface_reference(now);
    return ITO_OK;
}

/* Make the strip a row higher. */
static ito_status grow_strip(ito_animation *a)
{
    const size_t rows = a->frames / a->strip + 1;
    const double w = (double)a->w * (double)a->strip;
    const double h = (double)a->h * (double)rows;
    cairo_surface_t *taller;
    ito_status rc;

    if (w > SIDE_MAX || h > SIDE_MAX || w * h > DOTS_MAX)
        return ito__fail(a->ctx, ITO_ERANGE,
                         "animation: a film strip of %g x %g dots; at most %d "
                         "a side and %g in all: give fewer or smaller frames",
                         w, h, SIDE_MAX, DOTS_MAX);
    rc = new_image(a->ctx, (int)w, (int)h, &taller);
    if (rc != ITO_OK)
        return rc;
    memset(cairo_image_surface_get_data(taller), 0xff,
           (size_t)cairo_image_surface_get_stride(taller) * (size_t)h);
    if (a->last) {
        const box all = { 0, 0, (int)w, (int)h - a->h };

        copy_box(a->last, &all, taller, 0, 0);
        cairo_surface_destroy(a->last);
    }
    a->last = taller;
    return ITO_OK;
}

static ito_status add_to_strip(ito_animation *a, cairo_surface_t *now)
{
    const size_t col = a->frames % a->strip, row = a->frames / a->strip;
    const box all = { 0, 0, a->w, a->h };
    const ito_status rc = col == 0 ? grow_strip(a) : ITO_OK;

    if (rc == ITO_OK)
        copy_box(now, &all, a->last, a->w * (int)col, a->h * (int)row);
    return rc;
}

ito_status ito_animation_add(ito_ctx *ctx, ito_animation *animation,
                             ito_figure *figure)
{
    ito_animation *a = animation;
    cairo_surface_t *now;
    ito_status rc;
    int w, h;

    if (!ctx || !a || !figure)
        return ITO_EARG;
    if (a->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "animation: made by another context");
    rc = ito__figure_image(ctx, figure, a->dpi, &now);
    if (rc != ITO_OK)
        return rc;
    w = cairo_image_surface_get_width(now);
    h = cairo_image_surface_get_height(now);
    if (a->frames > 0 && (w != a->w || h != a->h)) {
        rc = ito__fail(ctx, ITO_EARG,
                       "animation: frame %zu has %d x %d dots, the first %d x "
                       "%d; give all figures the same size",
                       a->frames + 1, w, h, a->w, a->h);
    } else {
        a->w = w;
        a->h = h;
        rc = a->strip > 0 ? add_to_strip(a, now) : add_moving(a, now);
    }
    cairo_surface_destroy(now);
    a->frames += rc == ITO_OK;
    return rc;
}

/* --- files -------------------------------------------------------------- */

static ito_status write_strip(ito_animation *a, const char *path)
{
    const size_t cols = size_min(a->frames, a->strip);
    buffer png = { .ctx = a->ctx };
    cairo_surface_t *used = cairo_image_surface_create_for_data(
        cairo_image_surface_get_data(a->last), CAIRO_FORMAT_RGB24,
        a->w * (int)cols, cairo_image_surface_get_height(a->last),
        cairo_image_surface_get_stride(a->last));
    ito_status rc = ito__image_png(a->ctx, used, &png);

    cairo_surface_destroy(used);
    if (rc == ITO_OK)
        rc = ito__write_whole(a->ctx, path, png.data, png.used);
    ito__buffer_free(&png);
    return rc;
}

/* The last frame again, with its longer time. */
static void hold_last(const ito_animation *a, buffer *out)
{
    unsigned char control[CONTROL];

    memcpy(control, a->body.data + a->control + 8, CONTROL);
    ito__png_put16(control + 20, milliseconds(a, true));
    ito__png_add(out, "fcTL", NULL, control, CONTROL);
}

static ito_status write_moving(ito_animation *a, const char *path)
{
    const size_t behind = a->control + CONTROL + PNG_FRAME;
    buffer small = { .ctx = a->ctx };
    unsigned char count[8];
    stream *out;
    ito_status rc;
    size_t head;

    ito__png_put32(count, (uint32_t)a->frames);
    ito__png_put32(count + 4, (uint32_t)a->loops);
    ito__buffer_add(&small, PNG_SIGNATURE, PNG_HEAD);
    ito__buffer_add(&small, a->head.data, a->head.used);
    ito__png_add(&small, "acTL", NULL, count, sizeof(count));
    ito__buffer_add(&small, a->rest.data, a->rest.used);
    head = small.used;
    hold_last(a, &small);
    ito__png_add(&small, "IEND", NULL, NULL, 0);
    if (small.failed) {
        ito__buffer_free(&small);
        return ito__fail(a->ctx, ITO_ENOMEM, "animation: no memory");
    }
    rc = stream_begin(a->ctx, path, &out);
    if (rc == ITO_OK) {
        stream_write(out, small.data, head);
        stream_write(out, a->body.data, a->control);
        stream_write(out, small.data + head, CONTROL + PNG_FRAME);
        stream_write(out, a->body.data + behind, a->body.used - behind);
        stream_write(out, small.data + head + CONTROL + PNG_FRAME, PNG_FRAME);
        rc = stream_end(out, ITO_OK);
    }
    ito__buffer_free(&small);
    return rc;
}

ito_status ito_animation_write(ito_ctx *ctx, ito_animation *animation,
                               const char *path)
{
    if (!ctx || !animation || !path)
        return ITO_EARG;
    if (animation->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "animation: made by another context");
    if (!stream_has_suffix(path, ".png") && !stream_has_suffix(path, ".apng"))
        return ito__fail(ctx, ITO_EARG,
                         "%s: unknown kind of moving picture; end the name in "
                         ".png or .apng",
                         path);
    if (animation->frames == 0)
        return ito__fail(ctx, ITO_EARG, "animation: it has no frame");
    return animation->strip > 0 ? write_strip(animation, path)
                                : write_moving(animation, path);
}
#else
ito_status ito_animation_new(ito_ctx *ctx, const ito_animation_opts *opts,
                             ito_animation **out)
{
    (void)opts;
    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    return ito__fail(ctx, ITO_EUNFIT, "animation: this build has no cairo");
}

void ito_animation_free(ito_animation *animation)
{
    (void)animation;
}

size_t ito_animation_frames(const ito_animation *animation)
{
    (void)animation;
    return 0;
}

ito_status ito_animation_add(ito_ctx *ctx, ito_animation *animation,
                             ito_figure *figure)
{
    (void)animation;
    (void)figure;
    return ctx ? ito__fail(ctx, ITO_EUNFIT, "animation: no cairo") : ITO_EARG;
}

ito_status ito_animation_write(ito_ctx *ctx, ito_animation *animation,
                               const char *path)
{
    (void)animation;
    (void)path;
    return ctx ? ito__fail(ctx, ITO_EUNFIT, "animation: no cairo") : ITO_EARG;
}
#endif

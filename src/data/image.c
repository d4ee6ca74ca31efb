/* SPDX-License-Identifier: MIT
 *
 * image.c - sets of images as objects: making, freeing, asking; to and from
 * the coordinates of a model.
 *
 * x = (v - (lo + hi) / 2) / ((hi - lo) / 2), and back; of bytes this is
 * v / 127.5 - 1.  All in double, rounded once to float.
 */
#include "data/image.h"

#include <math.h>
#include <string.h>

#define VALUE_MAX 1e30
#define GRAIN     64

void ito__image_put(const ito_image_format *f, void *pixels, size_t k, double v)
{
    v = f->pixel == ITO_PIXEL_FLOAT ? v : floor(v + 0.5);
    v = v < f->lo ? f->lo : v > f->hi ? f->hi : v;
    if (f->pixel == ITO_PIXEL_BYTE)
        ((unsigned char *)pixels)[k] = (unsigned char)v;
    else
        ((float *)pixels)[k] = (float)v;
}

ito_status ito__image_check(ito_ctx *ctx, const char *where,
                            const ito_image_format *f, size_t n)
{
    size_t values;

    if (f->height == 0 || f->width == 0 || f->channels == 0 || n == 0)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: %zu images of %zu x %zu x %zu: there is nothing "
                         "in them",
                         where, n, f->height, f->width, f->channels);
    if (f->height > IMAGE_SIDE_MAX || f->width > IMAGE_SIDE_MAX ||
        f->channels > IMAGE_CHANNELS_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "%s: images of %zu x %zu pixels of %zu channels; at "
                         "most %d a side and %d",
                         where, f->height, f->width, f->channels,
                         IMAGE_SIDE_MAX, IMAGE_CHANNELS_MAX);
    values = size_mul(size_mul(f->height, f->width), f->channels);
    if (values > IMAGE_VALUES_MAX || size_mul(values, n) > IMAGE_TOTAL_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "%s: %zu images of %zu x %zu x %zu; at most %zu "
                         "million values an image and %zu in all",
                         where, n, f->height, f->width, f->channels,
                         IMAGE_VALUES_MAX >> 20, IMAGE_TOTAL_MAX >> 20);
    if ((unsigned)f->pixel > ITO_PIXEL_FLOAT || !(fabs(f->lo) <= VALUE_MAX) ||
        !(fabs(f->hi) <= VALUE_MAX) || !(f->lo < f->hi) ||
        (f->pixel == ITO_PIXEL_BYTE && (f->lo != 0.0 || f->hi != 255.0)))
        return ito__fail(ctx, ITO_EARG,
                         "%s: values from %g to %g: no range of images (bytes: "
                         "0 to 255)",
                         where, f->lo, f->hi);
    return ITO_OK;
}

ito_status ito__images_new(ito_ctx *ctx, const char *where,
                           const ito_image_format *f, size_t n,
                           ito_images **out)
{
    ito_images *s;
    ito_status rc;

    *out = NULL;
    if ((rc = ito__image_check(ctx, where, f, n)) != ITO_OK)
        return rc;
    s = ito__calloc(ctx, 1, sizeof(*s));
    if (s)
        s->pixels = ito__alloc(ctx, n * image_values(f) * image_item(f));
    if (!s || !s->pixels) {
        ito__free(ctx, s);
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu images of %zu x %zu x %zu",
                         where, n, f->height, f->width, f->channels);
    }
    s->ctx = ctx;
    s->format = *f;
    s->count = n;
    *out = s;
    return ITO_OK;
}

void ito_images_free(ito_images *images)
{
    if (!images)
        return;
    ito__free(images->ctx, images->pixels);
    ito__free(images->ctx, images->code);
    ito__free(images->ctx, images->levels);
    ito__free(images->ctx, images->name);
    ito__free(images->ctx, images);
}

size_t ito_images_count(const ito_images *images)
{
    return images ? images->count : 0;
}

const ito_image_format *ito_images_format_of(const ito_images *images)
{
    return &images->format;
}

const void *ito_images_pixels(const ito_images *images)
{
    return images->pixels;
}

const ito_image_labels *ito_images_labels(const ito_images *images)
{
    return &images->label;
}

/* ---- labels ---- */

ito_status ito__images_label_by(ito_ctx *ctx, ito_images *set, const char *name,
                                const level_set *levels, const uint32_t *code)
{
    const size_t count = levels_count(levels);
    const ito_mark mark = ito__arena_mark(ctx);
    uint32_t *rank = ito__arena_get(ctx, size_mul(count, sizeof(*rank)));
    ito_status rc = ITO_OK;

    assert(!set->code);
    set->code = ito__alloc(ctx, size_mul(set->count, sizeof(*set->code)));
    set->levels = ito__alloc(ctx, levels_bytes(levels));
    set->name = ito__strdup(ctx, name ? name : "label");
    if (!rank || !set->code || !set->levels || !set->name) {
        rc = ito__fail(ctx, ITO_ENOMEM, "labels of %zu images", set->count);
    } else if (count > IMAGE_LEVELS_MAX) {
        rc = ito__fail(ctx, ITO_ERANGE,
                       "%s: %zu different labels; there may be %d", set->name,
                       count, IMAGE_LEVELS_MAX);
    } else {
        levels_sorted(levels, set->levels, rank);
        for (size_t i = 0; i < set->count; i++)
            set->code[i] = rank[code[i]];
        set->label = (ito_image_labels){ .name = set->name,
                                         .code = set->code,
                                         .levels = set->levels,
                                         .level_count = count };
    }
    ito__arena_release(ctx, mark);
    return rc;
}

ito_status ito__images_label(ito_ctx *ctx, ito_images *set,
                             const ito_image_labels *labels)
{
    level_set *l;
    ito_status rc = ITO_OK;
    uint32_t code;

    if (!labels || labels->level_count == 0)
        return ITO_OK;
    if (!labels->code || !labels->levels)
        return ito__fail(ctx, ITO_EARG, "images: labels without codes");
    for (size_t i = 0; i < set->count; i++)
        if (labels->code[i] >= labels->level_count)
            return ito__fail(
                ctx, ITO_EARG, "images: label %lu of image %zu; there are %zu",
                (unsigned long)labels->code[i], i + 1, labels->level_count);
    if (!(l = levels_new(ctx)))
        return ito__fail(ctx, ITO_ENOMEM, "labels of images");
    for (size_t k = 0; rc == ITO_OK && k < labels->level_count; k++) {
        const char *text = labels->levels[k];

        if (!text || (k > 0 && strcmp(labels->levels[k - 1], text) >= 0))
            rc = ito__fail(ctx, ITO_EARG,
                           "images: levels of labels must be sorted texts");
        else if (!levels_code(l, text, strlen(text), &code))
            rc = ito__fail(ctx, ITO_ENOMEM, "labels of images");
    }
    if (rc == ITO_OK)
        rc = ito__images_label_by(ctx, set, labels->name, l, labels->code);
    levels_free(l);
    return rc;
}

/* ---- values ---- */

static ito_status check_finite(ito_ctx *ctx, const char *where, size_t values,
                               size_t n, const float *x)
{
    for (size_t i = 0; i < n; i++) {
        ito_errinfo at = ito__nowhere();
        size_t k = 0;

        if (ctx->kern->all_finite(values, x + i * values))
            continue;
        while (isfinite(x[i * values + k]))
            k++;
        at.particle = (int64_t)i;
        at.component = (int64_t)k;
        at.value = (double)x[i * values + k];
        return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                            "%s: image %zu has %g as its value %zu", where,
                            i + 1, at.value, k + 1);
    }
    return ITO_OK;
}

/* Floats that a program gave: finite, and within the range. */
static ito_status check_given(ito_ctx *ctx, const ito_image_format *f, size_t n,
                              const float *x)
{
    const ito_status rc = check_finite(ctx, "images", image_values(f), n, x);

    if (rc != ITO_OK)
        return rc;
    for (size_t k = 0; k < n * image_values(f); k++)
        if ((double)x[k] < f->lo || (double)x[k] > f->hi)
            return ito__fail(ctx, ITO_EARG,
                             "images: a value of %g; the range is %g to %g",
                             (double)x[k], f->lo, f->hi);
    return ITO_OK;
}

ito_status ito_images_build(ito_ctx *ctx, const ito_image_format *format,
                            size_t n, const void *pixels,
                            const ito_image_labels *labels, ito_images **out)
{
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!format || !pixels || n == 0)
        return ito__fail(ctx, ITO_EARG,
                         "images: a format, pixels and a number must be given");
    rc = ito__images_new(ctx, "images", format, n, out);
    if (rc == ITO_OK)
        memcpy((*out)->pixels, pixels,
               n * image_values(format) * image_item(format));
    if (rc == ITO_OK && format->pixel != ITO_PIXEL_BYTE)
        rc = check_given(ctx, format, n, pixels);
    if (rc == ITO_OK)
        rc = ito__images_label(ctx, *out, labels);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

ito_status ito__image_range(ito_ctx *ctx, const char *where,
                            const ito_image_opts *opts, size_t n,
                            const float *x, ito_image_format *f)
{
    const size_t values = image_values(f);
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    bool whole = true;
    ito_status rc;

    if ((rc = check_finite(ctx, where, values, n, x)) != ITO_OK)
        return rc;
    for (size_t k = 0; k < n * values; k++) {
        const double v = (double)x[k];

        lo = fmin(lo, v);
        hi = fmax(hi, v);
        whole = whole && v == floor(v);
    }
    f->pixel = whole ? ITO_PIXEL_WHOLE : ITO_PIXEL_FLOAT;
    if (opts->lo != 0.0 || opts->hi != 0.0) {
        if (lo < opts->lo || hi > opts->hi)
            return ito__fail(ctx, ITO_EARG,
                             "%s: values from %g to %g; the range that was "
                             "given is %g to %g",
                             where, lo, hi, opts->lo, opts->hi);
        f->lo = opts->lo;
        f->hi = opts->hi;
    } else if (lo >= -1.0 && hi <= 1.0) {
        f->lo = lo >= 0.0 ? 0.0 : -1.0;
        f->hi = 1.0;
    } else if (whole && lo >= 0.0 && hi <= 255.0 && hi > 127.0) {
        f->lo = 0.0;
        f->hi = 255.0;
    } else {
        f->lo = lo;
        f->hi = lo < hi ? hi : lo + 1.0;
    }
    return ITO_OK;
}

ito_status ito__images_from_array(ito_ctx *ctx, const char *where,
                                  const npy_array *a, const size_t shape[3],
                                  const ito_image_opts *opts, ito_images **out)
{
    const bool bytes = a->kind == 'u' && a->item_bytes == 1;
    ito_image_format f = { .height = shape[0],
                           .width = shape[1],
                           .channels = shape[2],
                           .pixel = bytes ? ITO_PIXEL_BYTE : ITO_PIXEL_FLOAT,
                           .lo = 0.0,
                           .hi = 255.0 };
    ito_status rc = ito__images_new(ctx, where, &f, a->rows, out);

    if (rc != ITO_OK)
        return rc;
    assert(a->cols == image_values(&f));
    for (size_t i = 0; i < a->rows; i++)
        for (size_t k = 0; k < a->cols; k++) {
            const double v = npy_get(a, i, k);

            if (bytes)
                ((unsigned char *)(*out)->pixels)[i * a->cols + k] =
                    (unsigned char)v;
            else
                ((float *)(*out)->pixels)[i * a->cols + k] = (float)v;
        }
    if (!bytes)
        rc = ito__image_range(ctx, where, opts, a->rows, (*out)->pixels,
                              &(*out)->format);
    if (rc == ITO_OK)
        rc = ito__image_check(ctx, where, &(*out)->format, a->rows);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- coordinates of a model ---- */

typedef struct job {
    const ito_images *set;
    size_t first;
    float *rows;       /* to ... */
    const float *from; /* ... or from */
} job;

static void to_rows(void *arg, size_t worker, size_t begin, size_t end)
{
    const job *j = arg;
    const ito_image_format *f = &j->set->format;
    const size_t values = image_values(f);
    const double mid = 0.5 * (f->lo + f->hi), half = 0.5 * (f->hi - f->lo);

    (void)worker;
    for (size_t k = begin * values; k < end * values; k++)
        j->rows[k] =
            (float)((image_value(j->set, j->first * values + k) - mid) / half);
}

static void from_rows(void *arg, size_t worker, size_t begin, size_t end)
{
    const job *j = arg;
    const ito_image_format *f = &j->set->format;
    const size_t values = image_values(f);
    const double mid = 0.5 * (f->lo + f->hi), half = 0.5 * (f->hi - f->lo);

    (void)worker;
    for (size_t k = begin * values; k < end * values; k++)
        ito__image_put(f, j->set->pixels, k, mid + half * (double)j->from[k]);
}

ito_status ito_images_rows(ito_ctx *ctx, const ito_images *images, size_t first,
                           size_t n, float *rows)
{
    job j = { .set = images, .first = first, .rows = rows };

    if (!ctx)
        return ITO_EARG;
    if (!images || !rows || first > images->count || n > images->count - first)
        return ito__fail(ctx, ITO_EARG,
                         "images: %zu from %zu on are not in the set", n,
                         first);
    ito__for(ctx, n, GRAIN, to_rows, &j);
    return ITO_OK;
}

ito_status ito_images_decode(ito_ctx *ctx, const ito_image_format *format,
                             size_t n, const float *rows,
                             const ito_image_labels *labels, ito_images **out)
{
    job j = { .from = rows };
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!format || !rows || n == 0)
        return ito__fail(ctx, ITO_EARG,
                         "decode: a format and at least one row must be given");
    rc = ito__images_new(ctx, "decode", format, n, out);
    if (rc == ITO_OK)
        rc = check_finite(ctx, "decode", image_values(format), n, rows);
    if (rc == ITO_OK)
        rc = ito__images_label(ctx, *out, labels);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
        return rc;
    }
    j.set = *out;
    ito__for(ctx, n, GRAIN, from_rows, &j);
    return ITO_OK;
}

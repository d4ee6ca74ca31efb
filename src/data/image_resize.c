/* SPDX-License-Identifier: MIT
 *
 * image_resize.c - images of another size: resampled, or with margins.
 *
 * Pixel i of an axis has its centre at i + 1/2.  New pixel i of n, from m:
 *
 *     box       the mean over [i m / n, (i + 1) m / n)
 *     bilinear  s = (i + 1/2) m / n - 1/2, between floor(s) and floor(s) + 1
 *               (as torch's interpolate, align_corners=False)
 *     lanczos   weights L((j + 1/2 - c) / k), c = (i + 1/2) m / n, k = max(1,
 *               m / n), L(x) = sinc(x) sinc(x / 3) for |x| < 3 (Duchon, Journal
 *               of Applied Meteorology 18, 1979), scaled to the sum 1
 *
 * Beyond the edge stands the pixel at the edge.  First along rows, then along
 * columns, in double; rounded once.
 */
#include <math.h>
#include <string.h>

#include "data/image.h"
#include "kern/dmath.h"

#define LOBES    3.0
#define PI       3.14159265358979323846
#define WORK_MAX ((size_t)1 << 28)
#define GRAIN    16

/* How one axis is resampled: pixel i is the sum over k < taps of weight[i taps
 * + k] times the pixel start[i] + k. */
typedef struct axis {
    size_t from, to, taps;
    size_t *start;
    double *weight;
} axis;

struct resampler {
    ito_image_format from, to;
    axis x, y;
};

static ito_filter choose(ito_filter filter, const axis *a)
{
    if (filter != ITO_FILTER_DEFAULT)
        return filter;
    return a->to <= a->from ? ITO_FILTER_BOX : ITO_FILTER_BILINEAR;
}

static size_t taps_of(ito_filter filter, const axis *a)
{
    const double ratio = (double)a->from / (double)a->to;

    if (filter == ITO_FILTER_BILINEAR)
        return 2;
    if (filter == ITO_FILTER_BOX)
        return (size_t)ceil(ratio) + 1;
    return (size_t)ceil(2.0 * LOBES * fmax(ratio, 1.0)) + 2;
}

static double lanczos(double x)
{
    if (fabs(x) >= LOBES)
        return 0.0;
    if (fabs(x) < 1e-9)
        return 1.0;
    return LOBES * ito__sin(PI * x) * ito__sin(PI * x / LOBES) /
           (PI * PI * x * x);
}

/* The weight of old pixel j, any integer, in new pixel i. */
static double weight_of(ito_filter filter, const axis *a, size_t i, double j)
{
    const double ratio = (double)a->from / (double)a->to;
    const double centre = ((double)i + 0.5) * ratio;

    switch (filter) {
    case ITO_FILTER_BOX:
        return fmax(fmin(j + 1.0, centre + 0.5 * ratio) -
                        fmax(j, centre - 0.5 * ratio),
                    0.0);
    case ITO_FILTER_BILINEAR: return fmax(1.0 - fabs(j + 0.5 - centre), 0.0);
    case ITO_FILTER_DEFAULT:
    case ITO_FILTER_LANCZOS: break;
    }
    return lanczos((j + 0.5 - centre) / fmax(ratio, 1.0));
}

/* The first old pixel, any integer, that may have a weight in new pixel i. */
static double first_of(ito_filter filter, const axis *a, size_t i)
{
    const double ratio = (double)a->from / (double)a->to;
    const double centre = ((double)i + 0.5) * ratio;

    if (filter == ITO_FILTER_BOX)
        return floor(centre - 0.5 * ratio);
    if (filter == ITO_FILTER_BILINEAR)
        return floor(centre - 0.5);
    return floor(centre - LOBES * fmax(ratio, 1.0));
}

static size_t clamp(double j, size_t n)
{
    return j < 0.0 ? 0 : size_min((size_t)j, n - 1);
}

static void fill_axis(ito_filter filter, axis *a)
{
    for (size_t i = 0; i < a->to; i++) {
        const double first = first_of(filter, a, i);
        double *w = a->weight + i * a->taps;
        double sum = 0.0;

        a->start[i] = size_min(clamp(first, a->from),
                               a->from > a->taps ? a->from - a->taps : 0);
        for (size_t k = 0; k < a->taps; k++) {
            const double j = first + (double)k;
            const double v = weight_of(filter, a, i, j);

            w[clamp(j, a->from) - a->start[i]] += v;
            sum += v;
        }
        for (size_t k = 0; k < a->taps; k++)
            w[k] /= sum;
    }
}

static bool make_axis(ito_ctx *ctx, size_t from, size_t to, ito_filter filter,
                      axis *a)
{
    *a = (axis){ .from = from, .to = to };
    filter = choose(filter, a);
    a->taps = taps_of(filter, a);
    a->start = ito__calloc(ctx, to, sizeof(*a->start));
    a->weight = ito__calloc(ctx, to, size_mul(a->taps, sizeof(*a->weight)));
    if (!a->start || !a->weight)
        return false;
    fill_axis(filter, a);
    return true;
}

void ito__resampler_free(ito_ctx *ctx, resampler *r)
{
    if (!r)
        return;
    ito__free(ctx, r->x.start);
    ito__free(ctx, r->x.weight);
    ito__free(ctx, r->y.start);
    ito__free(ctx, r->y.weight);
    ito__free(ctx, r);
}

ito_status ito__resampler_new(ito_ctx *ctx, const ito_image_format *from,
                              const ito_image_format *to, ito_filter filter,
                              resampler **out)
{
    resampler *r;

    *out = NULL;
    if ((unsigned)filter > ITO_FILTER_LANCZOS)
        return ito__fail(ctx, ITO_EARG, "resize: %d is no filter", (int)filter);
    if (size_mul(size_mul(from->height, to->width), from->channels) > WORK_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "resize: from %zu x %zu to %zu x %zu; go there in two "
                         "steps",
                         from->height, from->width, to->height, to->width);
    r = ito__calloc(ctx, 1, sizeof(*r));
    if (r && make_axis(ctx, from->width, to->width, filter, &r->x) &&
        make_axis(ctx, from->height, to->height, filter, &r->y)) {
        r->from = *from;
        r->to = *to;
        *out = r;
        return ITO_OK;
    }
    ito__resampler_free(ctx, r);
    return ito__fail(ctx, ITO_ENOMEM, "resize: to %zu x %zu", to->height,
                     to->width);
}

size_t ito__resampler_doubles(const resampler *r)
{
    return r->from.height * r->to.width * r->from.channels;
}

static double value_at(const ito_image_format *f, const void *p, size_t k)
{
    return f->pixel == ITO_PIXEL_BYTE ? (double)((const unsigned char *)p)[k]
                                      : (double)((const float *)p)[k];
}

/* Along rows, into work: from.height x to.width x channels. */
static void along_rows(const resampler *r, const void *from, double *work)
{
    const size_t c = r->from.channels, w = r->from.width;

    for (size_t y = 0; y < r->from.height; y++)
        for (size_t x = 0; x < r->x.to; x++)
            for (size_t k = 0; k < c; k++) {
                const double *weight = r->x.weight + x * r->x.taps;
                double sum = 0.0;

                for (size_t t = 0; t < size_min(r->x.taps, w); t++)
                    sum += weight[t] *
                           value_at(&r->from, from,
                                    (y * w + r->x.start[x] + t) * c + k);
                work[(y * r->x.to + x) * c + k] = sum;
            }
}

void ito__resample(const resampler *r, const void *from, void *to, double *work)
{
    const size_t row = r->x.to * r->from.channels;

    along_rows(r, from, work);
    for (size_t y = 0; y < r->y.to; y++)
        for (size_t k = 0; k < row; k++) {
            const double *weight = r->y.weight + y * r->y.taps;
            const double *column = work + r->y.start[y] * row + k;
            double sum = 0.0;

            for (size_t t = 0; t < size_min(r->y.taps, r->y.from); t++)
                sum += weight[t] * column[t * row];
            ito__image_put(&r->to, to, y * row + k, sum);
        }
}

/* ---- sets ---- */

typedef struct resize_job {
    const resampler *r;
    const ito_images *from;
    ito_images *to;
    double *work; /* a piece for each worker */
} resize_job;

static void resize_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const resize_job *j = arg;
    const size_t in = image_values(&j->from->format);
    const size_t out = image_values(&j->to->format);
    const size_t item = image_item(&j->from->format);

    for (size_t i = begin; i < end; i++)
        ito__resample(j->r, (const char *)j->from->pixels + i * in * item,
                      (char *)j->to->pixels + i * out * item,
                      j->work + worker * ito__resampler_doubles(j->r));
}

static ito_status resize_all(ito_ctx *ctx, resize_job *j, ito_filter filter)
{
    resampler *r = NULL;
    ito_status rc;

    rc = ito__resampler_new(ctx, &j->from->format, &j->to->format, filter, &r);
    if (rc != ITO_OK)
        return rc;
    j->r = r;
    j->work = ito__alloc(
        ctx, size_mul(size_mul(ctx->threads, ito__resampler_doubles(r)),
                      sizeof(*j->work)));
    if (j->work)
        ito__for(ctx, j->from->count, GRAIN, resize_chunk, j);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "resize: no memory");
    ito__free(ctx, j->work);
    ito__resampler_free(ctx, r);
    return rc;
}

ito_status ito_images_resize(ito_ctx *ctx, const ito_images *images,
                             size_t height, size_t width, ito_filter filter,
                             ito_images **out)
{
    resize_job j = { .from = images };
    ito_image_format f;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!images || height == 0 || width == 0)
        return ito__fail(ctx, ITO_EARG, "resize: images and a size from 1 on");
    f = images->format;
    f.height = height;
    f.width = width;
    rc = ito__images_new(ctx, "resize", &f, images->count, &j.to);
    if (rc == ITO_OK)
        rc = resize_all(ctx, &j, filter);
    if (rc == ITO_OK)
        rc = ito__images_label(ctx, j.to, &images->label);
    if (rc == ITO_OK)
        *out = j.to;
    else
        ito_images_free(j.to);
    return rc;
}

static void pad_image(const ito_images *from, size_t i, double value,
                      ito_images *to)
{
    const ito_image_format *a = &from->format, *b = &to->format;
    const size_t top = (b->height - a->height) / 2;
    const size_t left = (b->width - a->width) / 2, item = image_item(a);
    const size_t row = a->width * a->channels;

    for (size_t k = 0; k < image_values(b); k++)
        ito__image_put(b, to->pixels, i * image_values(b) + k, value);
    for (size_t y = 0; y < a->height; y++) {
        const size_t at =
            i * image_values(b) + ((top + y) * b->width + left) * b->channels;

        memcpy((char *)to->pixels + at * item,
               (const char *)from->pixels +
                   (i * image_values(a) + y * row) * item,
               row * item);
    }
}

ito_status ito_images_pad(ito_ctx *ctx, const ito_images *images, size_t height,
                          size_t width, double value, ito_images **out)
{
    ito_image_format f;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!images || height < images->format.height ||
        width < images->format.width)
        return ito__fail(ctx, ITO_EARG,
                         "pad: to %zu x %zu; images must not be larger", height,
                         width);
    f = images->format;
    if (!(value >= f.lo && value <= f.hi))
        return ito__fail(ctx, ITO_EARG,
                         "pad: %g is not among the values, %g to %g", value,
                         f.lo, f.hi);
    f.height = height;
    f.width = width;
    rc = ito__images_new(ctx, "pad", &f, images->count, out);
    for (size_t i = 0; rc == ITO_OK && i < images->count; i++)
        pad_image(images, i, value, *out);
    if (rc == ITO_OK)
        rc = ito__images_label(ctx, *out, &images->label);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

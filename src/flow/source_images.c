/* SPDX-License-Identifier: MIT
 *
 * source_images.c - images as training data: by name, and as rows that are
 * drawn, mirrored and moved.
 *
 * A drawn image of the address (seed, id = its place in the set, step = the
 * epoch, CODING) takes the words w of the Philox block of component 0: w0 & 1
 * mirrors it, w1 mod (2 s + 1) - s and w2 mod (2 s + 1) - s move it down and
 * right.
 */
#include <string.h>

#include "flow/data.h"
#include "flow/source.h"
#include "rng/noise.h"

#define ROWS_DEFAULT 1000
#define ROWS_MAX     10000000
#define SHADES       256

/* ---- by name ---- */

bool ito__dist_format(const ito_dist *dist, ito_image_format *out)
{
    size_t size[3];

    if (!ito_dist_image(dist, size))
        return false;
    *out = (ito_image_format){ .height = size[0],
                               .width = size[1],
                               .channels = size[2],
                               .pixel = ITO_PIXEL_BYTE,
                               .hi = 255.0 };
    return true;
}

ito_status ito_data_detect_images(ito_ctx *ctx, const char *data,
                                  const ito_image_opts *opts, int *yes)
{
    ito_dist *dist;
    size_t size[3];

    if (!ctx)
        return ITO_EARG;
    if (!data || !yes)
        return ito__fail(ctx, ITO_EARG, "data: a NULL argument");
    if (ito__is_file(data))
        return ito_images_detect(ctx, data, opts, yes);
    *yes = 0;
    if (ito_dist_open(ctx, data, &dist) == ITO_OK)
        *yes = ito_dist_image(dist, size);
    ito_dist_free(dist);
    return ITO_OK;
}

/* Rows of a built-in set as images, with their classes. */
static ito_status draw_set(ito_ctx *ctx, const ito_dist *dist, size_t rows,
                           uint64_t seed, ito_images **out)
{
    static const char *const digits[] = { "0", "1", "2", "3", "4",
                                          "5", "6", "7", "8", "9" };
    const ito_noise at = { .seed = seed, .purpose = ITO_FOR_ROWS };
    const size_t dim = ito_dist_dim(dist);
    ito_image_labels l = { .levels = digits,
                           .level_count = ito_dist_classes(dist) };
    uint32_t *code = ito__alloc(ctx, size_mul(rows, sizeof(*code)));
    float *x = ito__alloc(ctx, size_mul(rows, dim * sizeof(*x)));
    ito_image_format f;
    ito_status rc;

    assert(l.level_count <= sizeof(digits) / sizeof(digits[0]));
    l.code = code;
    if (!code || !x)
        rc = ito__fail(ctx, ITO_ENOMEM, "%zu rows of %s", rows,
                       ito_dist_name(dist));
    else if (!ito__dist_format(dist, &f))
        rc = ito__fail(ctx, ITO_EUNFIT, "%s: its rows are no images",
                       ito_dist_name(dist));
    else if ((rc = ito_dist_sample(ctx, dist, &at, 0, rows, x)) == ITO_OK &&
             (rc = ito_dist_labels(ctx, dist, &at, 0, rows, code)) == ITO_OK)
        rc = ito_images_decode(ctx, &f, rows, x, &l, out);
    ito__free(ctx, code);
    ito__free(ctx, x);
    return rc;
}

ito_status ito_data_images(ito_ctx *ctx, const char *data,
                           const ito_image_opts *opts, size_t rows,
                           uint64_t seed, ito_images **out)
{
    ito_dist *dist;
    ito_status rc;
    uint64_t n;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!data)
        return ito__fail(ctx, ITO_EARG, "data: a NULL argument");
    if (ito__is_file(data))
        return ito_images_read(ctx, data, opts, out);
    if ((rc = ito_dist_open(ctx, data, &dist)) != ITO_OK)
        return rc;
    n = rows ? rows : ito_dist_rows(dist);
    n = n ? n : ROWS_DEFAULT;
    if (n > ROWS_MAX)
        rc = ito__fail(ctx, ITO_ERANGE, "%s: %llu images; at most %d",
                       ito_dist_name(dist), (unsigned long long)n, ROWS_MAX);
    else
        rc = draw_set(ctx, dist, (size_t)n, seed, out);
    ito_dist_free(dist);
    return rc;
}

/* ---- as rows ---- */

/* Format, pixels and labels: what a model was trained on. */
static void hash_images(const ito_images *images, char hex[ITO_SHA256_HEX])
{
    const ito_image_format *f = ito_images_format_of(images);
    const ito_image_labels *l = ito_images_labels(images);
    const size_t n = ito_images_count(images);
    const uint64_t shape[4] = { n, f->height, f->width, f->channels };
    const size_t item = f->pixel == ITO_PIXEL_BYTE ? 1 : sizeof(float);
    unsigned char digest[ITO_SHA256_BYTES];
    ito_sha256 h;

    ito__sha256_begin(&h);
    ito__sha256_add(&h, shape, sizeof(shape));
    ito__sha256_add(&h, ito_images_pixels(images),
                    n * f->height * f->width * f->channels * item);
    for (size_t k = 0; k < l->level_count; k++)
        ito__sha256_add(&h, l->levels[k], strlen(l->levels[k]) + 1);
    if (l->level_count > 0)
        ito__sha256_add(&h, l->code, n * sizeof(*l->code));
    ito__sha256_end(&h, digest);
    ito__sha256_text(digest, hex);
}

static ito_status take_labels(ito_ctx *ctx, ito_source *s, const char *name)
{
    const ito_image_labels *l = ito_images_labels(s->images);
    const size_t n = ito_images_count(s->images);
    ito_status rc;

    if (l->level_count == 0)
        return ito__fail(ctx, ITO_EARG,
                         "label: the images have no labels; --labels FILE "
                         "names a file of them");
    if (strcmp(name, l->name) != 0 && strcmp(name, "label") != 0)
        return ito__fail(ctx, ITO_EARG,
                         "label: the labels of the images are called '%.60s', "
                         "not '%.60s'",
                         l->name, name);
    rc = ito__labels_new(ctx, l->name, l->levels, l->level_count, &s->label);
    if (rc != ITO_OK)
        return rc;
    s->label_code = ito__alloc(ctx, size_mul(n, sizeof(*s->label_code)));
    if (!s->label_code)
        return ito__fail(ctx, ITO_ENOMEM, "labels of %zu images", n);
    memcpy(s->label_code, l->code, n * sizeof(*s->label_code));
    return ITO_OK;
}

/* The coordinates of the 256 bytes, and the schema. */
static ito_status take_format(ito_ctx *ctx, ito_source *s,
                              const ito_source_opts *o)
{
    const ito_image_format *f = ito_images_format_of(s->images);
    const ito_image_format *like =
        o->like ? ito_schema_image(o->like->schema) : NULL;

    if (o->like && (!like || like->height != f->height ||
                    like->width != f->width || like->channels != f->channels))
        return ito__fail(ctx, ITO_EUNFIT,
                         "images of %zu x %zu x %zu are not of the kind that "
                         "the model has",
                         f->height, f->width, f->channels);
    if (o->shift > f->height / 2 || o->shift > f->width / 2)
        return ito__fail(ctx, ITO_EARG,
                         "shift %zu: images of %zu x %zu are moved by half a "
                         "side at most",
                         o->shift, f->height, f->width);
    s->flip = o->flip != 0;
    s->shift = o->shift;
    if (f->pixel == ITO_PIXEL_BYTE) {
        s->shade = ito__alloc(ctx, SHADES * sizeof(*s->shade));
        if (!s->shade)
            return ito__fail(ctx, ITO_ENOMEM, "images");
        for (int v = 0; v < SHADES; v++)
            s->shade[v] = (float)(((double)v - 127.5) / 127.5);
    }
    return ito__schema_image(ctx, like ? like : f, &s->schema);
}

ito_status ito__source_images(ito_ctx *ctx, ito_source *s, ito_images *images,
                              const ito_source_opts *o)
{
    ito_status rc;

    s->images = images;
    if ((rc = take_format(ctx, s, o)) != ITO_OK ||
        (o->label && (rc = take_labels(ctx, s, o->label)) != ITO_OK))
        return rc;
    s->seed = o->seed;
    ito__source_split(s, ito_images_count(images), o->valid_fraction);
    hash_images(images, s->hash);
    return ITO_OK;
}

/* Where pixel i comes from: moved by d, mirrored, the edge beyond the edge. */
static size_t from_where(size_t i, ptrdiff_t d, bool mirror, size_t n)
{
    ptrdiff_t k = (ptrdiff_t)i - d;

    k = k < 0 ? 0 : k >= (ptrdiff_t)n ? (ptrdiff_t)n - 1 : k;
    return mirror ? n - 1 - (size_t)k : (size_t)k;
}

/* Values first .. first + n - 1 of all images as coordinates. */
static void put_values(const ito_source *s, size_t first, size_t n, float *out)
{
    const ito_image_format *f = ito_images_format_of(s->images);
    const double mid = 0.5 * (f->lo + f->hi), half = 0.5 * (f->hi - f->lo);

    if (s->shade) {
        const unsigned char *v = ito_images_pixels(s->images);

        for (size_t k = 0; k < n; k++)
            out[k] = s->shade[v[first + k]];
    } else {
        const float *v = ito_images_pixels(s->images);

        for (size_t k = 0; k < n; k++)
            out[k] = (float)(((double)v[first + k] - mid) / half);
    }
}

/* One image, mirrored and moved. */
static void put_moved(const ito_source *s, const uint32_t word[4], size_t first,
                      float *out)
{
    const ito_image_format *f = ito_images_format_of(s->images);
    const size_t h = f->height, w = f->width, c = f->channels;
    const uint32_t span = (uint32_t)(2 * s->shift + 1);
    const ptrdiff_t down = (ptrdiff_t)(word[1] % span) - (ptrdiff_t)s->shift;
    const ptrdiff_t right = (ptrdiff_t)(word[2] % span) - (ptrdiff_t)s->shift;
    const bool mirror = s->flip && (word[0] & 1);

    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            const size_t from = from_where(y, down, false, h) * w +
                                from_where(x, right, mirror, w);

            put_values(s, first + from * c, c, out + (y * w + x) * c);
        }
}

void ito__source_images_get(const ito_source *s, const ito_noise *at, size_t n,
                            const uint64_t *index, float *out)
{
    const size_t dim = ito_schema_dim(s->schema);

    for (size_t i = 0; i < n; i++) {
        const size_t first = (size_t)index[i] * dim;
        uint32_t word[4];

        if (!at || (!s->flip && s->shift == 0)) {
            put_values(s, first, dim, out + i * dim);
            continue;
        }
        ito__philox_block(at, index[i], 0, word);
        put_moved(s, word, first, out + i * dim);
    }
}

/* SPDX-License-Identifier: MIT
 *
 * source.c - training data: opening a source and drawing from it.
 *
 * A table is shuffled once by a keyed bijection: position p of the shuffle is
 * row perm(p); the first `valid` positions validate, the others are trained
 * on.  Row i of step s stands at position s * batch + i of an endless
 * sequence of epochs, each a bijection of its own, so a batch may cross from
 * one epoch into the next and every row is seen equally often.
 */
#include "flow/source.h"

#include <string.h>

#include "base/sha256.h"
#include "flow/data.h"
#include "rng/noise.h"

#define VALID_FRACTION 0.1
#define VALID_MAX      10000
#define SPLIT_EPOCH    (((uint64_t)1 << 48) - 1) /* the shuffle that splits */
#define VALID_STREAM   1                         /* draws that no step makes */
#define CLASS_CHUNK    256

size_t ito_source_dim(const ito_source *source)
{
    return ito_schema_dim(source->schema);
}

uint64_t ito_source_rows(const ito_source *source)
{
    return source->rows;
}

uint64_t ito_source_valid_rows(const ito_source *source)
{
    return source->valid;
}

const ito_schema *ito_source_schema(const ito_source *source)
{
    return source->schema;
}

void ito_source_free(ito_source *source)
{
    if (!source)
        return;
    ito_schema_free(source->schema);
    ito_dist_free(source->dist);
    ito__codes_free(source->codes);
    ito_images_free(source->images);
    ito__free(source->ctx, source->shade);
    ito__labels_free(source->ctx, &source->label);
    ito__free(source->ctx, source->label_code);
    ito__free(source->ctx, source);
}

size_t ito_source_labels(const ito_source *source)
{
    return source->label.count;
}

const char *ito_source_label(const ito_source *source, size_t i)
{
    return i < source->label.count ? source->label.level[i] : NULL;
}

/* Names, kinds and values: what a model was trained on. */
static void hash_table(const ito_table *table, char hex[ITO_SHA256_HEX])
{
    const size_t rows = ito_table_rows(table);
    unsigned char digest[ITO_SHA256_BYTES];
    ito_sha256 h;

    ito__sha256_begin(&h);
    for (size_t j = 0; j < ito_table_cols(table); j++) {
        const ito_column *c = ito_table_column(table, j);

        ito__sha256_add(&h, c->name, strlen(c->name) + 1);
        for (size_t k = 0; k < c->level_count; k++)
            ito__sha256_add(&h, c->levels[k], strlen(c->levels[k]) + 1);
        if (c->kind == ITO_COLUMN_NUMBER)
            ito__sha256_add(&h, c->number, rows * sizeof(*c->number));
        else
            ito__sha256_add(&h, c->code, rows * sizeof(*c->code));
    }
    ito__sha256_end(&h, digest);
    ito__sha256_text(digest, hex);
}

void ito__source_split(ito_source *s, uint64_t total, double fraction)
{
    const double f = fraction == 0.0 ? VALID_FRACTION : fraction;

    s->valid = f < 0.0 ? 0 : (uint64_t)(f * (double)total);
    if (s->valid > VALID_MAX)
        s->valid = VALID_MAX;
    if (s->valid >= total)
        s->valid = total - 1;
    s->rows = total - s->valid;
}

/* The schema is fitted, or that of another source. */
static ito_status fill_codes(ito_ctx *ctx, ito_source *s,
                             const ito_table *table, const ito_source_opts *o)
{
    const ito_schema_opts scale = { .scale = o->scale };
    ito_status rc;

    if (o->like)
        rc = ito__schema_copy(ctx, o->like->schema, &s->schema);
    else
        rc = ito_schema_fit(ctx, table, &scale, &s->schema);
    if (rc == ITO_OK)
        rc = ito__codes_new(ctx, s->schema, table, &s->codes);
    return rc;
}

static ito_status no_images(ito_ctx *ctx, const char *what)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "flip, shift: the data are %s; images of a file can be "
                     "mirrored and moved",
                     what);
}

static ito_status fill_from_table(ito_ctx *ctx, ito_source *s,
                                  const ito_table *table,
                                  const ito_source_opts *o)
{
    ito_table *rest = NULL;
    ito_status rc = ITO_OK;

    if (ito_table_rows(table) == 0)
        return ito__fail(ctx, ITO_EARG, "data: there are no rows");
    if (o->flip || o->shift)
        return no_images(ctx, "a table");
    if (o->label)
        rc = ito__source_label(ctx, s, table, o->label, &rest);
    if (rc == ITO_OK)
        rc = fill_codes(ctx, s, rest ? rest : table, o);
    ito_table_free(rest);
    if (rc != ITO_OK)
        return rc;
    s->seed = o->seed;
    ito__source_split(s, ito_table_rows(table), o->valid_fraction);
    hash_table(table, s->hash);
    return ITO_OK;
}

static ito_status new_source(ito_ctx *ctx, ito_source **out)
{
    *out = ito__calloc(ctx, 1, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "training data");
    (*out)->ctx = ctx;
    return ITO_OK;
}

static ito_status checked_opts(ito_ctx *ctx, const ito_source_opts *opts,
                               ito_source_opts *o)
{
    *o = opts ? *opts : (ito_source_opts){ 0 };
    if (!(o->valid_fraction < 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "valid_fraction %g: must be below 1 (rows are needed "
                         "to train on)",
                         o->valid_fraction);
    return ITO_OK;
}

ito_status ito_source_from_table(ito_ctx *ctx, const ito_table *table,
                                 const ito_source_opts *opts, ito_source **out)
{
    ito_source_opts o;
    ito_status rc;

    *out = NULL;
    if ((rc = checked_opts(ctx, opts, &o)) != ITO_OK ||
        (rc = new_source(ctx, out)) != ITO_OK)
        return rc;
    rc = fill_from_table(ctx, *out, table, &o);
    if (rc != ITO_OK) {
        ito_source_free(*out);
        *out = NULL;
    }
    return rc;
}

/* A distribution that is drawn from afresh. */
static ito_status fill_from_dist(ito_ctx *ctx, ito_source *s)
{
    char names[ITO__NAMES_MAX][ITO__NAME_BYTES];
    const char *list[ITO__NAMES_MAX];
    const size_t dim = ito_dist_dim(s->dist);
    ito_image_format f;

    if (ito__dist_format(s->dist, &f))
        return ito__schema_image(ctx, &f, &s->schema);
    if (dim > ITO__NAMES_MAX)
        return ito__fail(ctx, ITO_ERANGE, "%s: dimension %zu, at most %d",
                         ito_dist_name(s->dist), dim, ITO__NAMES_MAX);
    ito__coordinate_names(dim, names, list);
    return ito__schema_plain(ctx, dim, list, &s->schema);
}

static ito_status open_dist(ito_ctx *ctx, const char *data,
                            const ito_source_opts *opts, ito_source **out)
{
    ito_status rc;

    if ((rc = new_source(ctx, out)) != ITO_OK)
        return rc;
    rc = ito_dist_open(ctx, data, &(*out)->dist);
    if (rc == ITO_OK && (opts->flip || opts->shift) &&
        ito_dist_rows((*out)->dist) == 0)
        rc = no_images(ctx, "drawn afresh");
    if (rc == ITO_OK && ito_dist_rows((*out)->dist) == 0)
        rc = fill_from_dist(ctx, *out);
    if (rc == ITO_OK && opts->label)
        rc = ito__source_classes(ctx, *out, opts->label);
    if (rc != ITO_OK || ito_dist_rows((*out)->dist) > 0) {
        ito_source_free(*out);
        *out = NULL;
    }
    return rc;
}

/* The column of labels is one of texts, even where it looks like numbers. */
static ito_status read_data(ito_ctx *ctx, const char *data,
                            const ito_source_opts *o, ito_table **out)
{
    const size_t count = o->table.categorical_count;
    const ito_mark m = ito__arena_mark(ctx);
    ito_table_opts t = o->table;
    const char **texts;
    ito_status rc;

    texts = ito__arena_get(ctx, (count + 1) * sizeof(*texts));
    if (!texts)
        return ito__fail(ctx, ITO_ENOMEM, "%s", data);
    for (size_t i = 0; i < count; i++)
        texts[i] = t.categorical[i];
    if (o->label) {
        texts[t.categorical_count++] = o->label;
        t.categorical = texts;
    }
    rc = ito_data_read(ctx, data, &t, 0, o->seed, out);
    ito__arena_release(ctx, m);
    return rc;
}

/* A source of images, which it then owns, also on failure. */
static ito_status own_images(ito_ctx *ctx, ito_images *images,
                             const ito_source_opts *o, ito_source **out)
{
    ito_status rc = new_source(ctx, out);

    if (rc != ITO_OK) {
        ito_images_free(images);
        return rc;
    }
    rc = ito__source_images(ctx, *out, images, o);
    if (rc != ITO_OK) {
        ito_source_free(*out);
        *out = NULL;
    }
    return rc;
}

ito_status ito_source_from_images(ito_ctx *ctx, const ito_images *images,
                                  const ito_source_opts *opts, ito_source **out)
{
    ito_images *copy = NULL;
    ito_source_opts o;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!images)
        return ito__fail(ctx, ITO_EARG, "data: there are no images");
    if ((rc = checked_opts(ctx, opts, &o)) != ITO_OK)
        return rc;
    rc = ito_images_build(ctx, ito_images_format_of(images),
                          ito_images_count(images), ito_images_pixels(images),
                          ito_images_labels(images), &copy);
    return rc == ITO_OK ? own_images(ctx, copy, &o, out) : rc;
}

ito_status ito_source_open(ito_ctx *ctx, const char *data,
                           const ito_source_opts *opts, ito_source **out)
{
    ito_images *set;
    ito_table *table;
    ito_source_opts o;
    ito_status rc;
    int images;

    *out = NULL;
    if ((rc = checked_opts(ctx, opts, &o)) != ITO_OK)
        return rc;
    if (!ito__is_file(data)) {
        rc = open_dist(ctx, data, &o, out);
        if (rc != ITO_OK || *out)
            return rc;
        if (o.scale == ITO_SCALE_DEFAULT)
            o.scale = ITO_SCALE_NONE; /* n= rows of a built-in set */
    }
    rc = ito_data_detect_images(ctx, data, o.image, &images);
    if (rc == ITO_OK && images) {
        rc = ito_data_images(ctx, data, o.image, 0, o.seed, &set);
        return rc == ITO_OK ? own_images(ctx, set, &o, out) : rc;
    }
    if (rc == ITO_OK)
        rc = read_data(ctx, data, &o, &table);
    if (rc != ITO_OK)
        return rc;
    rc = ito_source_from_table(ctx, table, &o, out);
    ito_table_free(table);
    return rc;
}

/* The table's row that stands at position p of an epoch. */
static uint64_t row_at(const ito_source *s, uint64_t seed, uint64_t epoch,
                       uint64_t p)
{
    const uint64_t q = ito__permute(seed, epoch, s->rows, p);

    return ito__permute(s->seed, SPLIT_EPOCH, s->rows + s->valid, s->valid + q);
}

/* Rows of a table or images.  What is drawn to train is spread, mirrored and
 * moved by `at`; what is not (`still`), is spread alone. */
static void fetch(const ito_source *s, const ito_noise *at, bool still,
                  size_t n, const uint64_t *index, float *out)
{
    if (s->images)
        ito__source_images_get(s, still ? NULL : at, n, index, out);
    else
        ito__codes_rows_get(s->codes, at, n, index, out,
                            ito_schema_dim(s->schema));
}

/* The rows of one shard may belong to two epochs: the noise that spreads
 * atoms is addressed by the epoch, so they are fetched in runs. */
static void draw_table(const ito_source *s, const draw *d, float *out)
{
    const size_t dim = ito_schema_dim(s->schema);
    const uint64_t first = d->step * d->batch + d->begin;

    for (size_t i = 0; i < d->n;) {
        const uint64_t epoch = (first + i) / s->rows;
        const uint64_t p = (first + i) % s->rows;
        const uint64_t left = s->rows - p;
        const size_t run = left < d->n - i ? (size_t)left : d->n - i;
        const ito_noise at = { .seed = d->seed,
                               .step = (uint32_t)epoch,
                               .purpose = ITO_FOR_CODING };

        for (size_t k = 0; k < run; k++) {
            d->index[k] = row_at(s, d->seed, epoch, p + k);
            if (d->label && s->label_code)
                d->label[i + k] = (float)s->label_code[d->index[k]];
        }
        fetch(s, &at, false, run, d->index, out + i * dim);
        i += run;
    }
}

/* Classes of rows of a distribution; the call cannot fail here and allocates
 * nothing, so that a worker may make it. */
static void draw_classes(const ito_source *s, const ito_noise *at,
                         const draw *d)
{
    uint32_t codes[CLASS_CHUNK];

    if (!d->label || s->label.count == 0)
        return;
    for (size_t i = 0; i < d->n; i += CLASS_CHUNK) {
        const size_t n = size_min(CLASS_CHUNK, d->n - i);

        (void)ito_dist_labels(s->ctx, s->dist, at, d->begin + i, n, codes);
        for (size_t k = 0; k < n; k++)
            d->label[i + k] = (float)codes[k];
    }
}

void ito__source_draw(const ito_source *source, const ito_kern *kern,
                      const draw *d, float *out)
{
    const ito_noise at = { .seed = d->seed,
                           .step = (uint32_t)d->step,
                           .purpose = ITO_FOR_ROWS };

    if (!source->dist) {
        draw_table(source, d, out);
        return;
    }
    ito__dist_rows(kern, source->dist, &at, d->begin, d->n, out,
                   ito_source_dim(source));
    draw_classes(source, &at, d);
}

void ito__source_valid(const ito_source *source, const ito_kern *kern,
                       const draw *d, float *out)
{
    const size_t dim = ito_source_dim(source);
    ito_noise at = { .seed = d->seed,
                     .stream = VALID_STREAM,
                     .purpose = ITO_FOR_ROWS };

    if (source->dist) {
        ito__dist_rows(kern, source->dist, &at, d->begin, d->n, out, dim);
        draw_classes(source, &at, d);
        return;
    }
    at.purpose = ITO_FOR_CODING;
    for (size_t i = 0; i < d->n; i++) {
        const uint64_t p = d->begin + i;

        d->index[0] =
            ito__permute(source->seed, SPLIT_EPOCH,
                         source->rows + source->valid, p % source->valid);
        at.step = (uint32_t)(p / source->valid);
        fetch(source, &at, true, 1, d->index, out + i * dim);
        if (d->label && source->label_code)
            d->label[i] = (float)source->label_code[d->index[0]];
    }
}

void ito__source_rows(const ito_source *s, size_t n, float *out)
{
    const size_t dim = ito_source_dim(s);
    const ito_noise at = { .seed = s->seed, .purpose = ITO_FOR_CODING };

    for (size_t i = 0; i < n; i++) {
        const uint64_t row =
            ito__permute(s->seed, SPLIT_EPOCH, s->rows + s->valid, i);

        fetch(s, &at, true, 1, &row, out + i * dim);
    }
}

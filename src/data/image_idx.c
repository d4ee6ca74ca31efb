/* SPDX-License-Identifier: MIT
 *
 * image_idx.c - IDX, the format of MNIST: two zero bytes, the type of an
 * element, the number of dimensions, the dimensions as 32-bit numbers, the
 * array; most significant bytes first (yann.lecun.com/exdb/mnist).
 */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "data/image.h"
#include "data/stream.h"
#include "os/folder.h"

#define NAME_ROOM 4096

bool ito__is_idx(const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;

    if (stream_has_suffix(path, ".idx") || stream_has_suffix(path, ".idx.gz"))
        return true;
    return strstr(name, "-idx") != NULL &&
           (stream_has_suffix(path, "byte") || stream_has_suffix(path, ".gz"));
}

static size_t get32(const unsigned char *p)
{
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

static void put32(unsigned char *p, size_t x)
{
    for (int k = 0; k < 4; k++)
        p[k] = (unsigned char)(x >> (24 - 8 * k));
}

/* The kind and size of an element of this type; false: there is none. */
static bool element(unsigned char type, npy_array *a)
{
    static const struct {
        unsigned char type;
        char kind;
        unsigned char bytes;
    } known[] = { { 0x08, 'u', 1 }, { 0x09, 'i', 1 }, { 0x0b, 'i', 2 },
                  { 0x0c, 'i', 4 }, { 0x0d, 'f', 4 }, { 0x0e, 'f', 8 } };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].type == type) {
            a->kind = known[i].kind;
            a->item_bytes = known[i].bytes;
            a->big_endian = true;
            return true;
        }
    return false;
}

/* Understand the bytes of a file. */
static ito_status open_idx(ito_ctx *ctx, const char *where, const char *bytes,
                           size_t size, npy_array *a)
{
    const unsigned char *const b = (const unsigned char *)bytes;
    size_t head, need;

    *a = (npy_array){ 0 };
    if (size < 4 || b[0] != 0 || b[1] != 0 || !element(b[2], a) || b[3] < 1 ||
        b[3] > NPY_RANK_MAX)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: IDX: not such a file: it begins with 0, 0, a "
                         "type of element and 1 to %d dimensions",
                         where, NPY_RANK_MAX);
    a->rank = b[3];
    head = 4 + 4 * a->rank;
    if (size < head)
        return ito__fail(ctx, ITO_EFORMAT, "%s: IDX: cut off in its header",
                         where);
    a->cols = 1;
    for (size_t k = 0; k < a->rank; k++) {
        a->shape[k] = get32(b + 4 + 4 * k);
        a->cols = k > 0 ? size_mul(a->cols, a->shape[k]) : 1;
    }
    a->rows = a->shape[0];
    a->col_step = a->item_bytes;
    a->row_step = size_mul(a->cols, a->item_bytes);
    a->data = b + head;
    need = size_mul(a->rows, a->row_step);
    if (need != size - head)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: IDX: %zu x %zu elements need %zu bytes, the file "
                         "has %zu",
                         where, a->rows, a->cols, need, size - head);
    return ITO_OK;
}

/* The name of the file of labels that belongs to one of images: "labels" for
 * the last "images" and idx1 for the last idx3 or idx4; else NAME-labels.
 * False where that does not fit. */
static bool label_name(const char *path, char out[NAME_ROOM])
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;
    const char *at = strstr(name, "images");
    char *number;

    if (strlen(path) + 16 > NAME_ROOM)
        return false;
    if (at) {
        (void)snprintf(out, NAME_ROOM, "%.*slabels%s", (int)(at - path), path,
                       at + 6);
        number = strstr(out + (at - path), "-idx");
        if (number && (number[4] == '3' || number[4] == '4'))
            number[4] = '1';
        return true;
    }
    at = strstr(name, ".idx");
    if (!at)
        at = name + strlen(name);
    (void)snprintf(out, NAME_ROOM, "%.*s-labels%s", (int)(at - path), path, at);
    return true;
}

/* ---- labels ---- */

static ito_status take_labels(ito_ctx *ctx, const char *where,
                              const npy_array *a, ito_images *set)
{
    const ito_mark mark = ito__arena_mark(ctx);
    double *number = ito__arena_get(ctx, size_mul(a->rows, sizeof(*number)));
    ito_status rc;

    if (!number)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu labels", where, a->rows);
    for (size_t i = 0; i < a->rows; i++)
        number[i] = npy_get(a, i, 0);
    rc = ito__images_label_numbers(ctx, where, NULL, number, set);
    ito__arena_release(ctx, mark);
    return rc;
}

ito_status ito__idx_read_labels(ito_ctx *ctx, const char *path, ito_images *set)
{
    npy_array a;
    ito_status rc;
    size_t bytes;
    char *data;

    if ((rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes)) != ITO_OK)
        return rc;
    rc = open_idx(ctx, path, data, bytes, &a);
    if (rc == ITO_OK && (a.rank != 1 || a.kind == 'f'))
        rc = ito__fail(ctx, ITO_EFORMAT,
                       "%s: IDX: labels are one dimension of whole numbers, "
                       "not %zu",
                       path, a.rank);
    if (rc == ITO_OK && a.rows != set->count)
        rc = ito__fail(ctx, ITO_EFORMAT, "%s: %zu labels; there are %zu images",
                       path, a.rows, set->count);
    if (rc == ITO_OK)
        rc = take_labels(ctx, path, &a, set);
    ito__free(ctx, data);
    return rc;
}

ito_status ito__idx_parse(ito_ctx *ctx, const char *where, const char *data,
                          size_t bytes, const ito_image_opts *opts,
                          ito_images **out)
{
    npy_array a;
    ito_status rc = open_idx(ctx, where, data, bytes, &a);
    size_t shape[3];

    *out = NULL;
    if (rc != ITO_OK)
        return rc;
    if (a.rank != 3 && a.rank != 4)
        return ito__fail(
            ctx, ITO_EUNFIT, "%s: IDX: %zu dimensions are no images%s", where,
            a.rank, a.rank == 1 ? "; labels are read with the images" : "");
    shape[0] = a.shape[1];
    shape[1] = a.shape[2];
    shape[2] = a.rank == 4 ? a.shape[3] : 1;
    return ito__images_from_array(ctx, where, &a, shape, opts, out);
}

ito_status ito__idx_read(ito_ctx *ctx, const char *path,
                         const ito_image_opts *opts, ito_images **out)
{
    char name[NAME_ROOM];
    size_t bytes;
    ito_status rc;
    char *data;

    *out = NULL;
    if ((rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes)) != ITO_OK)
        return rc;
    rc = ito__idx_parse(ctx, path, data, bytes, opts, out);
    ito__free(ctx, data);
    if (rc == ITO_OK && !opts->labels && label_name(path, name) &&
        os_exists(name))
        rc = ito__idx_read_labels(ctx, name, *out);
    if (rc != ITO_OK) {
        ito_images_free(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- writing ---- */

/* The element k of a set as bytes; returns how many. */
static size_t put_value(const ito_images *set, size_t k, unsigned char out[4])
{
    uint32_t bits;

    if (set->format.pixel == ITO_PIXEL_BYTE) {
        out[0] = ((const unsigned char *)set->pixels)[k];
        return 1;
    }
    memcpy(&bits, (const float *)set->pixels + k, sizeof(bits));
    put32(out, bits);
    return 4;
}

/* What a level is in a file of labels: its number where all are whole numbers
 * below 256, else its place. */
static ito_status label_bytes(ito_ctx *ctx, const char *path,
                              const ito_image_labels *l, unsigned char to[256])
{
    bool numbers = true;

    if (l->level_count > 256)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: %zu different labels; IDX is written with 256 "
                         "at most",
                         path, l->level_count);
    for (size_t k = 0; k < l->level_count; k++) {
        uint64_t v = 256;

        numbers = numbers &&
                  num_parse_u64(l->levels[k], strlen(l->levels[k]), &v) &&
                  v < 256;
        to[k] = (unsigned char)v;
    }
    for (size_t k = 0; !numbers && k < l->level_count; k++)
        to[k] = (unsigned char)k;
    return ITO_OK;
}

static ito_status write_labels(ito_ctx *ctx, const char *path,
                               const ito_images *set)
{
    unsigned char head[8] = { 0, 0, 0x08, 1 }, byte[256];
    char name[NAME_ROOM];
    stream *out;
    ito_status rc;

    if (set->label.level_count == 0)
        return ITO_OK;
    if (!label_name(path, name))
        return ito__fail(ctx, ITO_EARG, "%s: the name is too long", path);
    if ((rc = label_bytes(ctx, name, &set->label, byte)) != ITO_OK ||
        (rc = stream_begin(ctx, name, &out)) != ITO_OK)
        return rc;
    put32(head + 4, set->count);
    stream_write(out, head, sizeof(head));
    for (size_t i = 0; i < set->count; i++)
        stream_write(out, &byte[set->label.code[i]], 1);
    return stream_end(out, ITO_OK);
}

ito_status ito__idx_write(ito_ctx *ctx, const char *path, const ito_images *set)
{
    const ito_image_format *f = &set->format;
    const size_t values = image_values(f), rank = f->channels > 1 ? 4 : 3;
    unsigned char head[20] = { 0 }, item[4];
    stream *out;
    ito_status rc;

    head[2] = f->pixel == ITO_PIXEL_BYTE ? 0x08 : 0x0d;
    head[3] = (unsigned char)rank;
    put32(head + 4, set->count);
    put32(head + 8, f->height);
    put32(head + 12, f->width);
    put32(head + 16, f->channels);
    if ((rc = write_labels(ctx, path, set)) != ITO_OK ||
        (rc = stream_begin(ctx, path, &out)) != ITO_OK)
        return rc;
    stream_write(out, head, 4 + 4 * rank);
    for (size_t k = 0; k < set->count * values; k++) {
        const size_t n = put_value(set, k, item);

        stream_write(out, item, n);
    }
    return stream_end(out, ITO_OK);
}

/* SPDX-License-Identifier: MIT
 *
 * safetensors_write.c - writing files of named tensors.
 *
 * The header is put together with zeros for the checksum, header and data
 * are summed, and the digits are filled in.
 */
#include "data/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "data/json.h"
#include "data/st_sum.h"
#include "data/stream.h"

#define HEADER_ALIGN 8

/* Something to be written; data is NULL for a text. */
typedef struct entry {
    char *name;
    char *text;
    st_dtype dtype;
    size_t rank;
    size_t shape[ST_RANK_MAX];
    const void *data;
    size_t bytes;
    size_t order; /* of the call */
} entry;

struct st_writer {
    ito_ctx *ctx;
    entry *entry;
    size_t count, capacity;
    ito_status failed;
};

char *st_sum_find(char *header, size_t bytes)
{
    static const char key[] = "\"" ST_SUM_KEY "\":\"";
    const size_t n = sizeof(key) - 1, all = n + ST_SUM_DIGITS + 1;
    char *found = NULL;

    for (size_t i = 0; bytes >= all && i <= bytes - all; i++) {
        if (header[i] != '"' || memcmp(header + i, key, n) != 0 ||
            header[i + all - 1] != '"')
            continue;
        if (found)
            return NULL;
        found = header + i + n;
    }
    return found;
}

ito_status st_writer_new(ito_ctx *ctx, st_writer **out)
{
    *out = ito__calloc(ctx, 1, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "writer of tensors");
    (*out)->ctx = ctx;
    return ITO_OK;
}

void st_writer_free(st_writer *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->count; i++) {
        ito__free(w->ctx, w->entry[i].name);
        ito__free(w->ctx, w->entry[i].text);
    }
    ito__free(w->ctx, w->entry);
    ito__free(w->ctx, w);
}

/* A new entry, or NULL. */
static entry *add(st_writer *w, const char *name)
{
    entry *e;

    if (w->failed != ITO_OK)
        return NULL;
    if (w->count == w->capacity) {
        const size_t capacity = w->capacity ? 2 * w->capacity : 16;
        entry *const grown =
            ito__realloc(w->ctx, w->entry, w->count * sizeof(*grown),
                         size_mul(capacity, sizeof(*grown)));

        if (!grown) {
            w->failed = ITO_ENOMEM;
            return NULL;
        }
        w->entry = grown;
        w->capacity = capacity;
    }
    e = &w->entry[w->count];
    *e = (entry){ .order = w->count, .name = ito__strdup(w->ctx, name) };
    if (!e->name) {
        w->failed = ITO_ENOMEM;
        return NULL;
    }
    w->count++;
    return e;
}

void st_add(st_writer *w, const char *name, st_dtype dtype, size_t rank,
            const size_t *shape, const void *data)
{
    entry *const e = add(w, name);

    if (!e)
        return;
    if (rank > ST_RANK_MAX || !data || strcmp(name, "__metadata__") == 0) {
        w->failed = ITO_EARG;
        return;
    }
    e->dtype = dtype;
    e->rank = rank;
    e->data = data;
    e->bytes = st_dtype_bytes(dtype);
    for (size_t i = 0; i < rank; i++) {
        e->shape[i] = shape[i];
        e->bytes = size_mul(e->bytes, shape[i]);
    }
}

void st_meta(st_writer *w, const char *key, const char *text)
{
    entry *const e = add(w, key);

    if (!e)
        return;
    e->text = ito__strdup(w->ctx, text);
    if (!e->text)
        w->failed = ITO_ENOMEM;
    if (strcmp(key, ST_SUM_KEY) == 0)
        w->failed = ITO_EARG;
}

/* Texts in the order of their calls; tensors with larger elements first. */
static int by_place(const void *a, const void *b)
{
    const entry *const x = a, *const y = b;
    const size_t m = x->text ? 0 : st_dtype_bytes(x->dtype);
    const size_t n = y->text ? 0 : st_dtype_bytes(y->dtype);

    if (!x->text != !y->text)
        return x->text ? -1 : 1;
    if (x->text)
        return x->order < y->order ? -1 : 1;
    if (m != n)
        return m > n ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void put_tensor(json_writer *json, const entry *e, size_t begin)
{
    json_key(json, e->name);
    json_open(json, '{');
    json_key(json, "dtype");
    json_put_string(json, st_dtype_name(e->dtype));
    json_key(json, "shape");
    json_open(json, '[');
    for (size_t i = 0; i < e->rank; i++)
        json_put_u64(json, e->shape[i]);
    json_close(json, ']');
    json_key(json, "data_offsets");
    json_open(json, '[');
    json_put_u64(json, begin);
    json_put_u64(json, begin + e->bytes);
    json_close(json, ']');
    json_close(json, '}');
}

/* The header with zeros for the checksum; the entries are in order. */
static ito_status make_header(const st_writer *w, json_writer *json)
{
    char zeros[ST_SUM_DIGITS + 1];
    size_t i = 0, begin = 0;

    memset(zeros, '0', ST_SUM_DIGITS);
    zeros[ST_SUM_DIGITS] = '\0';
    json_begin(json, w->ctx);
    json_open(json, '{');
    json_key(json, "__metadata__");
    json_open(json, '{');
    for (; i < w->count && w->entry[i].text; i++) {
        json_key(json, w->entry[i].name);
        json_put_string(json, w->entry[i].text);
    }
    json_key(json, ST_SUM_KEY);
    json_put_string(json, zeros);
    json_close(json, '}');
    for (; i < w->count; i++) {
        if (w->entry[i].bytes > SIZE_MAX - begin)
            return ito__fail(w->ctx, ITO_EARG, "tensor %s: beyond all memory",
                             w->entry[i].name);
        put_tensor(json, &w->entry[i], begin);
        begin += w->entry[i].bytes;
    }
    json_close(json, '}');
    return json_end(json);
}

static int by_name(const void *a, const void *b)
{
    const entry *const *const x = a, *const *const y = b;

    if (!(*x)->text != !(*y)->text)
        return (*x)->text ? -1 : 1;
    return strcmp((*x)->name, (*y)->name);
}

/* Refuse a name that two texts or two tensors have. */
static ito_status check_names(const st_writer *w)
{
    const ito_mark mark = ito__arena_mark(w->ctx);
    const entry **const e =
        ito__arena_get(w->ctx, size_mul(w->count + 1, sizeof(*e)));
    ito_status rc = ITO_OK;

    if (!e)
        return ito__fail(w->ctx, ITO_ENOMEM, "writer of tensors");
    for (size_t i = 0; i < w->count; i++)
        e[i] = &w->entry[i];
    qsort(e, w->count, sizeof(*e), by_name);
    for (size_t i = 1; i < w->count && rc == ITO_OK; i++)
        if (!e[i - 1]->text == !e[i]->text &&
            strcmp(e[i - 1]->name, e[i]->name) == 0)
            rc = ito__fail(w->ctx, ITO_EARG, "the name %s occurs twice",
                           e[i]->name);
    ito__arena_release(w->ctx, mark);
    return rc;
}

/* Sum header and data and fill in the digits. */
static void put_sum(const st_writer *w, char *header, size_t bytes)
{
    char *const place = st_sum_find(header, bytes);
    unsigned char digest[ITO_SHA256_BYTES];
    char text[ITO_SHA256_HEX];
    ito_sha256 h;

    assert(place);
    ito__sha256_begin(&h);
    ito__sha256_add(&h, header, bytes);
    for (size_t i = 0; i < w->count; i++)
        if (!w->entry[i].text)
            ito__sha256_add(&h, w->entry[i].data, w->entry[i].bytes);
    ito__sha256_end(&h, digest);
    ito__sha256_text(digest, text);
    memcpy(place, text, ST_SUM_DIGITS);
}

static ito_status write_all(const st_writer *w, const char *path,
                            const json_writer *json)
{
    const size_t bytes = size_round_up(json->bytes, HEADER_ALIGN);
    unsigned char length[8];
    char *header;
    stream *out;
    ito_status rc;

    header = ito__alloc(w->ctx, bytes);
    if (!header)
        return ito__fail(w->ctx, ITO_ENOMEM, "%s: header", path);
    memset(header, ' ', bytes);
    memcpy(header, json->text, json->bytes);
    put_sum(w, header, bytes);
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)bytes >> (8 * i));
    rc = stream_begin(w->ctx, path, &out);
    if (rc == ITO_OK) {
        stream_write(out, length, sizeof(length));
        stream_write(out, header, bytes);
        for (size_t i = 0; i < w->count; i++)
            if (!w->entry[i].text)
                stream_write(out, w->entry[i].data, w->entry[i].bytes);
        rc = stream_end(out, ITO_OK);
    }
    ito__free(w->ctx, header);
    return rc;
}

ito_status st_write(st_writer *w, const char *path)
{
    json_writer json;
    ito_status rc;

    if (w->failed == ITO_ENOMEM)
        return ito__fail(w->ctx, ITO_ENOMEM, "%s: writer of tensors", path);
    if (w->failed != ITO_OK)
        return ito__fail(w->ctx, w->failed,
                         "%s: a tensor or text with a name, rank or data that "
                         "cannot be written",
                         path);
    if (stream_has_suffix(path, ".gz"))
        return ito__fail(w->ctx, ITO_EARG,
                         "%s: these files are not packed; leave .gz off", path);
    if ((rc = check_names(w)) != ITO_OK)
        return rc;
    if (w->count > 0)
        qsort(w->entry, w->count, sizeof(*w->entry), by_place);
    rc = make_header(w, &json);
    if (rc == ITO_OK && json.bytes > ST_HEADER_MAX - HEADER_ALIGN)
        rc = ito__fail(w->ctx, ITO_EARG, "%s: a header of more than 100 MB",
                       path);
    if (rc == ITO_OK)
        rc = write_all(w, path, &json);
    ito__free(w->ctx, json.text);
    return rc;
}

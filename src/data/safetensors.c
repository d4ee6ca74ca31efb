/* SPDX-License-Identifier: MIT
 *
 * safetensors.c - reading files of named tensors from hostile bytes.
 *
 * Nothing is allocated for the data before the header is known to agree with
 * itself and, where that is known, with the size of the file.
 */
#include "data/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/utf8.h"
#include "data/json.h"
#include "data/st_sum.h"
#include "data/stream.h"
#include "os/file.h"

/* Where bytes come from: a file, or memory. */
typedef struct source {
    os_in *in;
    const unsigned char *memory;
    size_t left; /* bytes to come; SIZE_MAX when that is not known */
} source;

/* Tensor i of the file: its place in the data. */
typedef struct place {
    size_t begin, end;
    st_tensor tensor;
    void *room; /* its data */
} place;

struct st_file {
    ito_ctx *ctx;
    const char *where; /* good while the file is being read */
    char *header;
    size_t header_bytes;
    json_value *root;
    const json_value *metadata;
    size_t data_bytes;
    place *tensor;  /* by begin */
    place **byname; /* the same, by name */
    size_t count;
    bool checked;
};

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
#define X(name, bytes) [ST_##name] = { #name, bytes },
    ST_DTYPE_MAP(X)
#undef X
};

const char *st_dtype_name(st_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t st_dtype_bytes(st_dtype dtype)
{
    return dtypes[dtype].bytes;
}

static ito_status no_memory(const st_file *st)
{
    return ito__fail(st->ctx, ITO_ENOMEM, "%s: reading", st->where);
}

static ito_status bad_file(const st_file *st, const char *what)
{
    ito_errinfo at = ito__at_file(st->where, 0, 0);

    at.row = at.column = -1;
    return ito__fail_at(st->ctx, ITO_EFORMAT, &at, "%s: %s", st->where, what);
}

static ito_status refuse(const st_file *st, ito_status status, const char *name,
                         const char *what)
{
    char shown[UTF8_SHOW_MAX + 4];

    return ito__fail(st->ctx, status, "%s: tensor %s: %s", st->where,
                     utf8_show(name, strlen(name), shown), what);
}

static ito_status bad_tensor(const st_file *st, const char *name,
                             const char *what)
{
    return refuse(st, ITO_EFORMAT, name, what);
}

/* Read exactly `bytes`; what there is less is a file cut off. */
static ito_status read_exactly(const st_file *st, source *from, void *out,
                               size_t bytes)
{
    size_t got = size_min(bytes, from->left);
    int error;

    if (from->in) {
        error = os_in_read(from->in, out, bytes, &got);
        if (error != 0)
            return stream_fail(st->ctx, st->where, "read", error);
    } else {
        if (got > 0)
            memcpy(out, from->memory, got);
        from->memory += got;
    }
    if (from->left != SIZE_MAX)
        from->left -= size_min(got, from->left);
    if (got < bytes)
        return bad_file(st, "cut off, or no safetensors file; use a copy "
                            "that is whole");
    return ITO_OK;
}

static ito_status read_header(st_file *st, source *from)
{
    unsigned char length[8] = { 0 };
    uint64_t n = 0;
    ito_status rc = read_exactly(st, from, length, sizeof(length));

    if (rc != ITO_OK)
        return rc;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | length[i];
    if (n < 2 || n > ST_HEADER_MAX)
        return bad_file(st, "not a safetensors file (its header would have "
                            "an impossible length)");
    if (n > from->left)
        return bad_file(st, "cut off, or no safetensors file; use a copy "
                            "that is whole");
    st->header_bytes = (size_t)n;
    st->header = ito__alloc(st->ctx, st->header_bytes);
    if (!st->header)
        return no_memory(st);
    rc = read_exactly(st, from, st->header, st->header_bytes);
    if (rc == ITO_OK && st->header[0] != '{')
        rc = bad_file(st, "not a safetensors file (no JSON header)");
    return rc;
}

static ito_status read_metadata(st_file *st, const json_value *v)
{
    if (v->kind != JSON_OBJECT)
        return bad_file(st, "__metadata__ is no object of texts");
    for (const json_value *m = v->child; m; m = m->next)
        if (m->kind != JSON_STRING)
            return bad_file(st, "__metadata__ is no object of texts");
    st->metadata = v;
    return ITO_OK;
}

static ito_status read_dtype(const st_file *st, const json_value *v,
                             st_tensor *t)
{
    const char *name;

    if (!json_string(json_get(v, "dtype"), &name))
        return bad_tensor(st, t->name, "no dtype");
    for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++)
        if (strcmp(name, dtypes[i].name) == 0) {
            t->dtype = (st_dtype)i;
            return ITO_OK;
        }
    return refuse(st, ITO_EUNFIT, t->name, "an unknown type of element");
}

/* The shape; t->bytes becomes what it needs. */
static ito_status read_shape(const st_file *st, const json_value *v,
                             st_tensor *t)
{
    const json_value *const shape = json_get(v, "shape");
    const json_value *d;

    if (!shape || shape->kind != JSON_ARRAY)
        return bad_tensor(st, t->name, "no shape");
    if (shape->count > ST_RANK_MAX)
        return refuse(st, ITO_EUNFIT, t->name, "more than 8 dimensions");
    t->rank = 0;
    t->bytes = dtypes[t->dtype].bytes;
    for (d = shape->child; d; d = d->next, t->rank++) {
        if (!json_size(d, SIZE_MAX, &t->shape[t->rank]))
            return bad_tensor(st, t->name, "a bad shape");
        t->bytes = size_mul(t->bytes, t->shape[t->rank]);
    }
    if (t->bytes == SIZE_MAX)
        return bad_tensor(st, t->name, "a shape beyond all memory");
    return ITO_OK;
}

static ito_status read_tensor(const st_file *st, const json_value *v, place *p)
{
    st_tensor *const t = &p->tensor;
    const json_value *const offsets = json_get(v, "data_offsets");
    ito_status rc;

    t->name = v->name;
    if (v->kind != JSON_OBJECT)
        return bad_tensor(st, t->name, "no object");
    if ((rc = read_dtype(st, v, t)) != ITO_OK ||
        (rc = read_shape(st, v, t)) != ITO_OK)
        return rc;
    if (!offsets || offsets->kind != JSON_ARRAY || offsets->count != 2 ||
        !json_size(offsets->child, SIZE_MAX, &p->begin) ||
        !json_size(offsets->child->next, SIZE_MAX, &p->end) ||
        p->begin > p->end)
        return bad_tensor(st, t->name, "bad data_offsets");
    if (p->end - p->begin != t->bytes)
        return bad_tensor(st, t->name, "data_offsets do not suit its shape");
    if (p->begin % dtypes[t->dtype].bytes != 0)
        return refuse(st, ITO_EUNFIT, t->name,
                      "data not aligned to its elements");
    return ITO_OK;
}

static int by_begin(const void *a, const void *b)
{
    const place *const x = a, *const y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return strcmp(x->tensor.name, y->tensor.name);
}

static int by_name(const void *a, const void *b)
{
    const place *const *const x = a, *const *const y = b;

    return strcmp((*x)->tensor.name, (*y)->tensor.name);
}

/* Put the tensors in order; they must tile the data. */
static ito_status order_tensors(st_file *st)
{
    qsort(st->tensor, st->count, sizeof(*st->tensor), by_begin);
    for (size_t i = 0; i < st->count; i++) {
        if (st->tensor[i].begin != st->data_bytes)
            return bad_tensor(st, st->tensor[i].tensor.name,
                              "its data overlap others or leave a gap");
        st->data_bytes = st->tensor[i].end;
        st->byname[i] = &st->tensor[i];
    }
    qsort(st->byname, st->count, sizeof(*st->byname), by_name);
    return ITO_OK;
}

static ito_status read_tensors(st_file *st)
{
    ito_status rc;

    rc =
        json_parse(st->ctx, st->where, st->header, st->header_bytes, &st->root);
    if (rc != ITO_OK)
        return rc;
    st->tensor = ito__calloc(st->ctx, st->root->count + 1, sizeof(*st->tensor));
    st->byname =
        ito__alloc(st->ctx, size_mul(st->root->count + 1, sizeof(*st->byname)));
    if (!st->tensor || !st->byname)
        return no_memory(st);
    for (const json_value *v = st->root->child; v; v = v->next) {
        if (strcmp(v->name, "__metadata__") == 0)
            rc = read_metadata(st, v);
        else
            rc = read_tensor(st, v, &st->tensor[st->count++]);
        if (rc != ITO_OK)
            return rc;
    }
    return order_tensors(st);
}

static ito_status read_data(st_file *st, source *from)
{
    size_t more = 0;
    char extra;

    if (from->left != SIZE_MAX && from->left < st->data_bytes)
        return bad_file(st, "cut off: data of some tensors are missing; use "
                            "a copy that is whole");
    for (size_t i = 0; i < st->count; i++) {
        place *p = &st->tensor[i];
        ito_status rc;

        p->room = ito__alloc(st->ctx, size_max(p->tensor.bytes, 1));
        if (!p->room)
            return no_memory(st);
        rc = read_exactly(st, from, p->room, p->tensor.bytes);
        if (rc != ITO_OK)
            return rc;
        p->tensor.data = p->room;
    }
    if (from->in)
        (void)os_in_read(from->in, &extra, 1, &more);
    else
        more = from->left;
    if (more > 0)
        return bad_file(st, "bytes behind the data of the last tensor");
    return ITO_OK;
}

/* Check the checksum if there is one. */
static ito_status check_sum(st_file *st)
{
    const char *const want = st_metadata(st, ST_SUM_KEY);
    unsigned char digest[ITO_SHA256_BYTES];
    char text[ITO_SHA256_HEX];
    ito_sha256 h;
    char *digits;

    if (!want)
        return ITO_OK;
    digits = st_sum_find(st->header, st->header_bytes);
    if (!digits || memcmp(digits, want, ST_SUM_DIGITS) != 0)
        return bad_file(st, "its checksum is not where ito writes it; the "
                            "file is damaged or was changed");
    memset(digits, '0', ST_SUM_DIGITS);
    ito__sha256_begin(&h);
    ito__sha256_add(&h, st->header, st->header_bytes);
    for (size_t i = 0; i < st->count; i++)
        ito__sha256_add(&h, st->tensor[i].room, st->tensor[i].tensor.bytes);
    ito__sha256_end(&h, digest);
    ito__sha256_text(digest, text);
    if (strcmp(text, want) != 0)
        return bad_file(st, "the checksum differs: the file is damaged or "
                            "was changed; use a copy that is whole");
    st->checked = true;
    return ITO_OK;
}

static bool is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 0;
}

static ito_status load(ito_ctx *ctx, const char *where, source *from,
                       st_file **out)
{
    st_file *const st = ito__calloc(ctx, 1, sizeof(*st));
    ito_status rc;

    if (!st)
        return ito__fail(ctx, ITO_ENOMEM, "%s: reading", where);
    st->ctx = ctx;
    st->where = where;
    if (is_big_endian())
        rc = ito__fail(ctx, ITO_EUNFIT,
                       "%s: this machine is big-endian; models are not", where);
    else if ((rc = read_header(st, from)) == ITO_OK &&
             (rc = read_tensors(st)) == ITO_OK &&
             (rc = read_data(st, from)) == ITO_OK)
        rc = check_sum(st);
    st->where = NULL;
    ito__free(ctx, st->header);
    st->header = NULL;
    if (rc != ITO_OK) {
        st_close(st);
        return rc;
    }
    *out = st;
    return ITO_OK;
}

ito_status st_open(ito_ctx *ctx, const char *path, st_file **out)
{
    source from = { 0 };
    ito_status rc;
    size_t hint;
    int error;

    *out = NULL;
    error = os_in_open(path, &from.in, &hint);
    if (error != 0)
        return stream_fail(ctx, path, "read", error);
    from.left = hint > 0 ? hint : SIZE_MAX;
    rc = load(ctx, path, &from, out);
    os_in_close(from.in);
    return rc;
}

ito_status st_parse(ito_ctx *ctx, const char *where, const void *data,
                    size_t bytes, st_file **out)
{
    source from = { .memory = data, .left = bytes };

    *out = NULL;
    return load(ctx, where, &from, out);
}

void st_close(st_file *st)
{
    if (!st)
        return;
    json_free(st->ctx, st->root);
    ito__free(st->ctx, st->header);
    for (size_t i = 0; st->tensor && i < st->count; i++)
        ito__free(st->ctx, st->tensor[i].room);
    ito__free(st->ctx, st->tensor);
    ito__free(st->ctx, st->byname);
    ito__free(st->ctx, st);
}

size_t st_count(const st_file *st)
{
    return st->count;
}

const st_tensor *st_at(const st_file *st, size_t i)
{
    return i < st->count ? &st->tensor[i].tensor : NULL;
}

static place *find_place(const st_file *st, const char *name)
{
    size_t low = 0, high = st->count;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(name, st->byname[mid]->tensor.name);

        if (order == 0)
            return st->byname[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const st_tensor *st_find(const st_file *st, const char *name)
{
    const place *p = find_place(st, name);

    return p ? &p->tensor : NULL;
}

void st_drop(st_file *st, const char *name)
{
    place *p = find_place(st, name);

    if (!p)
        return;
    ito__free(st->ctx, p->room);
    p->room = NULL;
    p->tensor.data = NULL;
}

const char *st_metadata(const st_file *st, const char *key)
{
    const json_value *const v = json_get(st->metadata, key);

    return v ? v->string : NULL;
}

bool st_checked(const st_file *st)
{
    return st->checked;
}

/* SPDX-License-Identifier: MIT
 *
 * npy.c - reading arrays in NumPy's format from hostile bytes.
 *
 * The header is a Python dictionary, of which only what NumPy itself writes
 * is understood: three known keys, strings in single or double quotes, True,
 * False and a tuple of integers.  Each element is put together from its
 * bytes, so the order and alignment of the file do not matter.
 */
#include "data/npy.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/stream.h"
#include "data/table.h"

#define HEADER_MAX ((size_t)1 << 20)
#define DESCR_MAX  16

/* The header while it is read. */
typedef struct header {
    const char *at, *end;
    char descr[DESCR_MAX];
    bool structured; /* descr is a list */
    int fortran;     /* -1 until it is known */
    size_t rank;     /* NPY_RANK_MAX + 1 until it is known */
    size_t shape[NPY_RANK_MAX];
} header;

static ito_status malformed(ito_ctx *ctx, const char *where, const char *what)
{
    return ito__fail(ctx, ITO_EFORMAT, "%s: NPY: %s", where, what);
}

static char peek(header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n'))
        h->at++;
    return h->at < h->end ? *h->at : '\0';
}

static bool accept(header *h, char c)
{
    if (peek(h) != c)
        return false;
    h->at++;
    return true;
}

/* A string without escapes; it is cut to `room`. */
static bool read_string(header *h, char *out, size_t room)
{
    const char quote = peek(h);
    size_t n = 0;

    if (quote != '\'' && quote != '"')
        return false;
    for (h->at++; h->at < h->end && *h->at != quote; h->at++) {
        if (*h->at == '\\')
            return false;
        if (n + 1 < room)
            out[n++] = *h->at;
    }
    out[n] = '\0';
    return h->at++ < h->end;
}

static bool read_bool(header *h, int *out)
{
    static const char *const words[] = { "False", "True" };

    (void)peek(h);
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(words[i]);

        if ((size_t)(h->end - h->at) >= n && memcmp(h->at, words[i], n) == 0) {
            h->at += n;
            *out = i;
            return true;
        }
    }
    return false;
}

/* (3, 4) or (3,) or (); a dimension may end in L, as Python 2 wrote it. */
static bool read_shape(header *h)
{
    h->rank = 0;
    if (!accept(h, '('))
        return false;
    while (!accept(h, ')')) {
        uint64_t x;
        size_t n = 0;

        (void)peek(h);
        while (h->at + n < h->end && h->at[n] >= '0' && h->at[n] <= '9')
            n++;
        if (!num_parse_u64(h->at, n, &x) || x >= SIZE_MAX ||
            h->rank == NPY_RANK_MAX)
            return false;
        h->at += n;
        h->shape[h->rank++] = (size_t)x;
        (void)accept(h, 'L');
        if (!accept(h, ',') && peek(h) != ')')
            return false;
    }
    return true;
}

static bool read_header(header *h)
{
    char key[24];

    h->fortran = -1;
    h->rank = NPY_RANK_MAX + 1;
    if (!accept(h, '{'))
        return false;
    while (!accept(h, '}')) {
        if (!read_string(h, key, sizeof(key)) || !accept(h, ':'))
            return false;
        if (strcmp(key, "descr") == 0 && h->descr[0] == '\0') {
            h->structured = peek(h) == '[';
            if (h->structured)
                return true; /* refused in any case */
            if (!read_string(h, h->descr, sizeof(h->descr)))
                return false;
        } else if (strcmp(key, "fortran_order") == 0 && h->fortran < 0) {
            if (!read_bool(h, &h->fortran))
                return false;
        } else if (strcmp(key, "shape") == 0 && h->rank > NPY_RANK_MAX) {
            if (!read_shape(h))
                return false;
        } else {
            return false;
        }
        if (!accept(h, ',') && peek(h) != '}')
            return false;
    }
    return peek(h) == '\0' && h->at == h->end && h->descr[0] != '\0' &&
           h->fortran >= 0 && h->rank <= NPY_RANK_MAX;
}

/* "<f8" and the like. */
static bool read_descr(const char *d, npy_array *a)
{
    static const char *const known[] = { "f4", "f8", "i1", "i2", "i4", "i8",
                                         "u1", "u2", "u4", "u8", "b1" };

    if (d[0] != '<' && d[0] != '>' && d[0] != '|' && d[0] != '=')
        return false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(d + 1, known[i]) == 0) {
            a->kind = d[1];
            a->item_bytes = (size_t)(d[2] - '0');
            a->big_endian = d[0] == '>';
            return d[0] == '<' || d[0] == '>' || a->item_bytes == 1;
        }
    return false;
}

/* What the array is, now that its header is understood. */
static ito_status fit(ito_ctx *ctx, const char *where, const header *h,
                      size_t rank_max, npy_array *a)
{
    if (h->structured || !read_descr(h->descr, a))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: NPY: elements '%s' are not read; save f4, f8, "
                         "integers or bool",
                         where, h->structured ? "structured" : h->descr);
    if (h->rank < 1 || h->rank > rank_max)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: NPY: %zu dimensions; reshape the array to rows "
                         "x columns%s",
                         where, h->rank,
                         rank_max > 2 ? " or images x height x width" : "");
    if (h->rank > 2 && h->fortran)
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: NPY: %zu dimensions in Fortran's order; save "
                         "the array by numpy.ascontiguousarray",
                         where, h->rank);
    a->rank = h->rank;
    a->rows = h->shape[0];
    a->cols = 1;
    for (size_t k = 0; k < h->rank; k++) {
        a->shape[k] = h->shape[k];
        a->cols = k > 0 ? size_mul(a->cols, h->shape[k]) : a->cols;
    }
    a->col_step = h->fortran ? size_mul(a->rows, a->item_bytes) : a->item_bytes;
    a->row_step = h->fortran ? a->item_bytes : size_mul(a->cols, a->item_bytes);
    return ITO_OK;
}

ito_status npy_open_rank(ito_ctx *ctx, const char *where, const char *bytes,
                         size_t size, size_t rank_max, npy_array *out)
{
    const unsigned char *const b = (const unsigned char *)bytes;
    header h = { 0 };
    size_t start, length, need;
    ito_status rc;

    *out = (npy_array){ 0 };
    if (size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return malformed(ctx, where, "not an array file of NumPy");
    if (b[6] < 1 || b[6] > 3)
        return ito__fail(ctx, ITO_EUNFIT, "%s: NPY: unknown version %u.%u",
                         where, b[6], b[7]);
    start = b[6] == 1 ? 10 : 12;
    length = b[8] | (size_t)b[9] << 8;
    if (b[6] > 1 && size >= 12)
        length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (length > HEADER_MAX || size < start || length > size - start)
        return malformed(ctx, where, "cut off, or a damaged header");
    h.at = bytes + start;
    h.end = h.at + length;
    if (!read_header(&h))
        return malformed(ctx, where, "a header that is not understood");
    if ((rc = fit(ctx, where, &h, rank_max, out)) != ITO_OK)
        return rc;
    if (out->rows == 0 || out->cols == 0)
        return malformed(ctx, where, "an array without elements");
    need = size_mul(size_mul(out->rows, out->cols), out->item_bytes);
    if (need != size - start - length)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: NPY: %zu x %zu elements need %zu bytes, the "
                         "file has %zu",
                         where, out->rows, out->cols, need,
                         size - start - length);
    out->data = b + start + length;
    return ITO_OK;
}

ito_status npy_open(ito_ctx *ctx, const char *where, const char *bytes,
                    size_t size, npy_array *out)
{
    return npy_open_rank(ctx, where, bytes, size, 2, out);
}

/* The bytes of an element as an unsigned number. */
static uint64_t load(const unsigned char *p, size_t n, bool big_endian)
{
    uint64_t x = 0;

    for (size_t i = 0; i < n; i++)
        x = x << 8 | p[big_endian ? i : n - 1 - i];
    return x;
}

double npy_get(const npy_array *a, size_t i, size_t j)
{
    const unsigned char *const p = a->data + i * a->row_step + j * a->col_step;
    const uint64_t x = load(p, a->item_bytes, a->big_endian);
    uint64_t sign;
    uint32_t half;
    double d;
    float f;

    assert(a->item_bytes >= 1 && a->item_bytes <= 8);
    sign = UINT64_C(1) << (8 * a->item_bytes - 1);

    switch (a->kind) {
    case 'b': return x != 0;
    case 'u': return (double)x;
    case 'i': return x & sign ? -(double)(sign - (x & (sign - 1))) : (double)x;
    default: break;
    }
    if (a->item_bytes == 4) {
        half = (uint32_t)x;
        memcpy(&f, &half, sizeof(f));
        return (double)f;
    }
    memcpy(&d, &x, sizeof(d));
    return d;
}

ito_status npy_read_rows(ito_ctx *ctx, const char *path, float **out,
                         size_t *rows, size_t *cols)
{
    npy_array a;
    ito_status rc;
    size_t bytes;
    char *data;
    float *x;

    *out = NULL;
    rc = stream_read(ctx, path, STREAM_LIMIT, &data, &bytes);
    if (rc != ITO_OK)
        return rc;
    rc = npy_open(ctx, path, data, bytes, &a);
    x = rc == ITO_OK
            ? ito__alloc(ctx, size_mul(size_mul(a.rows, a.cols), sizeof(*x)))
            : NULL;
    if (rc == ITO_OK && !x)
        rc = ito__fail(ctx, ITO_ENOMEM, "%s", path);
    for (size_t i = 0; rc == ITO_OK && i < a.rows; i++)
        for (size_t j = 0; j < a.cols && rc == ITO_OK; j++) {
            const float v = (float)npy_get(&a, i, j);

            x[i * a.cols + j] = v;
            if (!isfinite(v))
                rc = ito__fail(ctx, ITO_ENONFINITE,
                               "%s: row %zu, column %zu: not a finite float",
                               path, i + 1, j + 1);
        }
    ito__free(ctx, data);
    if (rc != ITO_OK) {
        ito__free(ctx, x);
        return rc;
    }
    *out = x;
    *rows = a.rows;
    *cols = a.cols;
    return ITO_OK;
}

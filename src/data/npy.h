/* SPDX-License-Identifier: MIT
 *
 * npy.h - arrays in NumPy's format, for other readers and writers of ours.
 *
 * numpy.lib.format: "\x93NUMPY", two version bytes, the length of the header
 * (2 bytes, from version 2 on 4), the header, a Python dictionary of 'descr',
 * 'fortran_order' and 'shape', and the raw array.
 */
#ifndef ITO_DATA_NPY_H
#define ITO_DATA_NPY_H

#include "ctx/ctx.h"
#include "data/stream.h"

#define NPY_RANK_MAX 8

/* An array of numbers in memory; its data belong to the bytes it came from. */
typedef struct npy_array {
    char kind; /* 'f', 'i', 'u' or 'b' */
    size_t item_bytes;
    bool big_endian;
    size_t rank, shape[NPY_RANK_MAX];
    size_t rows, cols;         /* the first dimension, all others */
    size_t row_step, col_step; /* bytes from one to the next */
    const unsigned char *data;
} npy_array;

/* Understand the bytes of a file: 1 or 2 dimensions, f4, f8, integers and
 * bool.  ITO_EFORMAT (no NPY, cut off) or ITO_EUNFIT (other arrays). */
ito_status npy_open(ito_ctx *ctx, const char *where, const char *bytes,
                    size_t size, npy_array *out);
/* The same of 1 to rank_max dimensions; in Fortran's order at most 2. */
ito_status npy_open_rank(ito_ctx *ctx, const char *where, const char *bytes,
                         size_t size, size_t rank_max, npy_array *out);

/* Element (i, j) as the nearest double. */
double npy_get(const npy_array *a, size_t i, size_t j);

/* Read a file of rows x cols numbers as floats, rounded to nearest, to be
 * freed by ito__free; no number may be NaN or infinite. */
ito_status npy_read_rows(ito_ctx *ctx, const char *path, float **out,
                         size_t *rows, size_t *cols);
/* Write the bytes of a header: "<f4" or the like, rank dimensions. */
void npy_put_header(stream *s, const char *descr, size_t rank,
                    const size_t *shape);
/* Write rows x cols floats as f4. */
ito_status npy_write_rows(ito_ctx *ctx, const char *path, const float *x,
                          size_t rows, size_t cols);

#endif /* ITO_DATA_NPY_H */

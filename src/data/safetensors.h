/* SPDX-License-Identifier: MIT
 *
 * safetensors.h - files of named tensors and texts.
 *
 * The format (github.com/huggingface/safetensors): eight bytes, the length of
 * the header, least significant first; the header, JSON, padded with blanks;
 * the data of all tensors, little-endian, without a gap. The header maps names
 * to {"dtype", "shape", "data_offsets"}, and "__metadata__" to texts by key.
 *
 * Files written here carry one more text, ito.sha256: the SHA-256 of header
 * and data, the 64 digits themselves taken as zeros.  A reader that finds it
 * checks it, so a damaged file is not mistaken for a whole one.
 *
 *     st_writer *w;
 *
 *     st_writer_new(ctx, &w);
 *     st_meta(w, "ito", json);
 *     st_add(w, "layer0.weight", ST_F32, 2, (size_t[]){ 64, 3 }, weights);
 *     rc = st_write(w, "model.safetensors");
 *     st_writer_free(w);
 */
#ifndef ITO_DATA_SAFETENSORS_H
#define ITO_DATA_SAFETENSORS_H

#include "ctx/ctx.h"

#define ST_RANK_MAX   8
#define ST_HEADER_MAX ((size_t)100000000) /* as in the reference reader */

/* Element types: name in the file, bytes. */
#define ST_DTYPE_MAP(X) \
    X(BOOL, 1)          \
    X(U8, 1)            \
    X(I8, 1)            \
    X(F8_E5M2, 1)       \
    X(F8_E4M3, 1)       \
    X(I16, 2)           \
    X(U16, 2)           \
    X(F16, 2)           \
    X(BF16, 2)          \
    X(I32, 4)           \
    X(U32, 4)           \
    X(F32, 4)           \
    X(I64, 8)           \
    X(U64, 8)           \
    X(F64, 8)

typedef enum st_dtype {
#define X(name, bytes) ST_##name,
    ST_DTYPE_MAP(X)
#undef X
} st_dtype;

/* The name of a type as in the file, and the bytes of an element. */
const char *st_dtype_name(st_dtype dtype);
size_t st_dtype_bytes(st_dtype dtype);

/* A tensor of a file; all of it belongs to the file. */
typedef struct st_tensor {
    const char *name;
    st_dtype dtype;
    size_t rank;
    size_t shape[ST_RANK_MAX];
    const void *data; /* aligned to its elements */
    size_t bytes;
} st_tensor;

/* A file in memory. */
typedef struct st_file st_file;

/*
 * Read and check all of a file.  ITO_EIO, ITO_EFORMAT (cut off, damaged, not
 * of this format), ITO_EUNFIT (more than 8 dimensions, an unknown type,
 * unaligned data, a big-endian machine) or ITO_ENOMEM.
 */
ito_status st_open(ito_ctx *ctx, const char *path, st_file **out);
/* The same of bytes in memory, which are copied. */
ito_status st_parse(ito_ctx *ctx, const char *where, const void *data,
                    size_t bytes, st_file **out);
void st_close(st_file *st); /* NULL is allowed */

/* Tensors in the order of their data; NULL past the last. */
size_t st_count(const st_file *st);
const st_tensor *st_at(const st_file *st, size_t i);
/* A tensor, or a text, by name; NULL when there is none. */
const st_tensor *st_find(const st_file *st, const char *name);
const char *st_metadata(const st_file *st, const char *key);
/* The data of a tensor are needed no more: its memory is given back, its data
 * become NULL. */
void st_drop(st_file *st, const char *name);
/* True when the file carried its checksum (which then was right). */
bool st_checked(const st_file *st);

/* A file being put together.  The first failure sticks until st_write. */
typedef struct st_writer st_writer;

ito_status st_writer_new(ito_ctx *ctx, st_writer **out);
void st_writer_free(st_writer *w); /* NULL is allowed */
/* Name and shape are copied; data is borrowed until st_write. */
void st_add(st_writer *w, const char *name, st_dtype dtype, size_t rank,
            const size_t *shape, const void *data);
void st_meta(st_writer *w, const char *key, const char *text);
/*
 * Write the file, whole or not at all.  Texts stand in the order of the
 * calls, tensors with larger elements first, then by name; equal calls give
 * equal bytes.  ITO_EIO, ITO_EARG (a name twice, NULL data), ITO_ENOMEM.
 */
ito_status st_write(st_writer *w, const char *path);

#endif /* ITO_DATA_SAFETENSORS_H */

/* SPDX-License-Identifier: MIT
 *
 * source.h - drawing rows of a source, and what a model records of it.
 */
#ifndef ITO_FLOW_SOURCE_H
#define ITO_FLOW_SOURCE_H

#include <ito/source.h>

#include "base/sha256.h"
#include "data/schema.h"
#include "dist/dist.h"
#include "flow/labels.h"

struct ito_source {
    ito_ctx *ctx;
    ito_schema *schema;
    ito_dist *dist;     /* drawn afresh from it, or NULL */
    ito_images *images; /* else images, ... */
    float *shade;       /* ... where of bytes, their 256 coordinates, ... */
    bool flip;          /* ... drawn mirrored ... */
    size_t shift;       /* ... and moved, */
    ito_codes *codes;   /* or the rows of a table, ... */
    uint64_t rows;      /* ... of which this many are trained on ... */
    uint64_t valid;     /* ... and this many validate */
    uint64_t seed;
    char hash[ITO_SHA256_HEX]; /* SHA-256 of the table, or "" */
    labels label;              /* of the rows; count 0: there are none */
    uint32_t *label_code;      /* of each row of the table */
};

/*
 * Rows of a batch: row i of step s, i = begin .. begin + n - 1 of `batch`,
 * into out[(i - begin) * dim], their labels, where there are some and `label`
 * is not NULL, into label[i - begin].  `index` is scratch of n numbers.
 * Callable from worker threads.
 */
typedef struct draw {
    uint64_t seed;  /* of the run */
    uint64_t step;  /* step of training */
    uint64_t batch; /* rows a step */
    uint64_t begin; /* first row of this shard */
    size_t n;
    uint64_t *index;
    float *label;
} draw;
void ito__source_draw(const ito_source *source, const ito_kern *kern,
                      const draw *d, float *out);

/* Row i of the validation set: fixed rows, repeated when there are fewer, or
 * fixed draws of a distribution. */
void ito__source_valid(const ito_source *source, const ito_kern *kern,
                       const draw *d, float *out);

/* Coordinates of the images index[0 .. n-1]; where `at` is not NULL, mirrored
 * and moved as the noise of that address says, id = index. */
void ito__source_images_get(const ito_source *s, const ito_noise *at, size_t n,
                            const uint64_t *index, float *out);
/* Take images, which `s` then owns, also on failure, as the rows of s. */
ito_status ito__source_images(ito_ctx *ctx, ito_source *s, ito_images *images,
                              const ito_source_opts *o);

/* Keep `fraction` (0: the default) of the rows for validation. */
void ito__source_split(ito_source *s, uint64_t total, double fraction);

/* Take the column `name` of a table as the labels of s; *rest is the table
 * without it, to be freed by ito_table_free. */
ito_status ito__source_label(ito_ctx *ctx, ito_source *s,
                             const ito_table *table, const char *name,
                             ito_table **rest);

/* Take the classes of a distribution as the labels of s, "0", "1", ..., with
 * zeroes before them where there are more than ten. */
ito_status ito__source_classes(ito_ctx *ctx, ito_source *s, const char *name);

/* The root of the mean square of the coordinates of the training rows, of at
 * most 65536 of them. */
ito_status ito__source_std(ito_ctx *ctx, const ito_source *s, double *out);

/* The first `n` rows of a table in the order of its shuffle, training and
 * validation rows alike; n at most all of them. */
void ito__source_rows(const ito_source *s, size_t n, float *out);

/* A copy of a schema. */
ito_status ito__schema_copy(ito_ctx *ctx, const ito_schema *from,
                            ito_schema **out);

#endif /* ITO_FLOW_SOURCE_H */

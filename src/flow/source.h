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

struct ito_source {
    ito_ctx *ctx;
    ito_schema *schema;
    ito_dist *dist;   /* drawn afresh from it, or NULL */
    ito_codes *codes; /* else the rows of a table, ... */
    uint64_t rows;    /* ... of which this many are trained on ... */
    uint64_t valid;   /* ... and this many validate */
    uint64_t seed;
    char hash[ITO_SHA256_HEX]; /* SHA-256 of the table, or "" */
};

/*
 * Rows of a batch: row i of step s, i = begin .. begin + n - 1 of `batch`,
 * into out[(i - begin) * dim].  `index` is scratch of n numbers.  Callable
 * from worker threads.
 */
typedef struct draw {
    uint64_t seed;  /* of the run */
    uint64_t step;  /* step of training */
    uint64_t batch; /* rows a step */
    uint64_t begin; /* first row of this shard */
    size_t n;
    uint64_t *index;
} draw;
void ito__source_draw(const ito_source *source, const ito_kern *kern,
                      const draw *d, float *out);

/* Row i of the validation set: fixed rows, repeated when there are fewer, or
 * fixed draws of a distribution. */
void ito__source_valid(const ito_source *source, const ito_kern *kern,
                       const draw *d, float *out);

#endif /* ITO_FLOW_SOURCE_H */

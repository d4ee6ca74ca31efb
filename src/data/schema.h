/* SPDX-License-Identifier: MIT
 *
 * schema.h - what the trainer and the model file use of a schema.
 */
#ifndef ITO_DATA_SCHEMA_H
#define ITO_DATA_SCHEMA_H

#include <ito/image.h>

#include "data/json.h"

/*
 * A table ready to be drawn from: for every row and coordinate either its
 * value, or the share of the distribution that its atom is spread over.
 */
typedef struct ito_codes ito_codes;

/* Prepare a table; freed by ito__codes_free (NULL allowed). */
ito_status ito__codes_new(ito_ctx *ctx, const ito_schema *schema,
                          const ito_table *table, ito_codes **out);
void ito__codes_free(ito_codes *codes);
size_t ito__codes_rows(const ito_codes *codes);

/*
 * out[i * ld + c]: coordinates of rows index[0 .. n-1], atoms spread by the
 * noise of `at` with id = index[i].  Callable from worker threads; equal to
 * ito_schema_encode bit for bit.
 */
void ito__codes_rows_get(const ito_codes *codes, const ito_noise *at, size_t n,
                         const uint64_t *index, float *out, size_t ld);

/* The schema as a JSON value of the model file, and back (checked: every
 * field is hostile). */
ito_status ito__schema_to_json(ito_ctx *ctx, const ito_schema *schema,
                               json_writer *w);
ito_status ito__schema_from_json(ito_ctx *ctx, const json_value *v,
                                 ito_schema **out);

/* A schema of d unscaled coordinates with the given names. */
ito_status ito__schema_plain(ito_ctx *ctx, size_t d, const char *const *names,
                             ito_schema **out);

/* A schema whose rows are images of a format that is sound. */
ito_status ito__schema_image(ito_ctx *ctx, const ito_image_format *format,
                             ito_schema **out);

#endif /* ITO_DATA_SCHEMA_H */

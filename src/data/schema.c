/* SPDX-License-Identifier: MIT
 *
 * schema.c - schemas as objects: making, freeing, asking, encoding.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/column.h"

ito_status ito__schema_new(ito_ctx *ctx, size_t cols, ito_schema **out)
{
    ito_schema *s = ito__calloc(ctx, 1, sizeof(*s));

    *out = NULL;
    if (s) {
        s->ctx = ctx;
        s->column = ito__calloc(ctx, cols, sizeof(*s->column));
    }
    if (!s || !s->column) {
        ito__free(ctx, s);
        return ito__fail(ctx, ITO_ENOMEM,
                         "no memory for a schema of %zu "
                         "columns",
                         cols);
    }
    s->cols = cols;
    for (size_t j = 0; j < cols; j++) {
        s->column[j].coding = CODING_PLAIN;
        s->column[j].decimals = DECIMALS_NONE;
    }
    *out = s;
    return ITO_OK;
}

void ito_schema_free(ito_schema *schema)
{
    if (!schema)
        return;
    for (size_t j = 0; j < schema->cols; j++) {
        schema_column *c = &schema->column[j];

        ito__free(schema->ctx, c->name);
        ito__free(schema->ctx, c->level);
        ito__free(schema->ctx, c->share);
        ito__quantile_free(schema->ctx, &c->map);
    }
    ito__free(schema->ctx, schema->column);
    ito__free(schema->ctx, schema);
}

ito_status ito__column_name(ito_ctx *ctx, schema_column *c, const char *name)
{
    c->name = ito__strdup(ctx, name);
    if (!c->name)
        return ito__fail(ctx, ITO_ENOMEM, "no memory for a column's name");
    return ITO_OK;
}

ito_status ito__column_levels(ito_ctx *ctx, schema_column *c, size_t count,
                              const char *const *levels, const double *share)
{
    size_t bytes = size_mul(count, sizeof(*c->level));
    char *text;

    for (size_t k = 0; k < count; k++)
        bytes = size_add(bytes, strlen(levels[k]) + 1);
    c->level = ito__alloc(ctx, bytes);
    c->share = ito__alloc(ctx, size_mul(count, sizeof(*c->share)));
    if (!c->level || !c->share)
        return ito__fail(ctx, ITO_ENOMEM, "no memory for %zu levels", count);
    text = (char *)(c->level + count);
    for (size_t k = 0; k < count; k++) {
        const size_t length = strlen(levels[k]) + 1;

        memcpy(text, levels[k], length);
        c->level[k] = text;
        c->share[k] = share[k];
        text += length;
    }
    c->level_count = count;
    return ITO_OK;
}

void ito__schema_place(ito_schema *schema)
{
    schema->dim = 0;
    for (size_t j = 0; j < schema->cols; j++) {
        schema_column *c = &schema->column[j];

        c->coord = schema->dim;
        c->width = c->coding == CODING_CONSTANT ? 0
                   : c->coding == CODING_LEVELS ? c->level_count
                                                : 1;
        schema->dim += c->width;
    }
}

double ito__level_factor(double share)
{
    const double s = 1.0 / sqrt(share * (1.0 - share));

    return s < 4.0 ? s : 4.0;
}

ito_status ito__schema_plain(ito_ctx *ctx, size_t d, const char *const *names,
                             ito_schema **out)
{
    char number[32];
    ito_status rc;

    *out = NULL;
    if (d == 0 || d > SCHEMA_COLS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "a schema has 1 to %d columns, not "
                         "%zu",
                         SCHEMA_COLS_MAX, d);
    rc = ito__schema_new(ctx, d, out);
    for (size_t j = 0; rc == ITO_OK && j < d; j++) {
        snprintf(number, sizeof(number), "c%zu", j + 1);
        rc = ito__column_name(ctx, &(*out)->column[j],
                              names ? names[j] : number);
    }
    if (rc != ITO_OK) {
        ito_schema_free(*out);
        *out = NULL;
        return rc;
    }
    ito__schema_place(*out);
    return ITO_OK;
}

ito_status ito__schema_image(ito_ctx *ctx, const ito_image_format *format,
                             ito_schema **out)
{
    ito_schema *s = ito__calloc(ctx, 1, sizeof(*s));

    *out = s;
    if (!s)
        return ito__fail(ctx, ITO_ENOMEM, "no memory for a schema");
    s->ctx = ctx;
    s->is_image = true;
    s->image = *format;
    s->dim = format->height * format->width * format->channels;
    return ITO_OK;
}

const ito_image_format *ito_schema_image(const ito_schema *schema)
{
    return schema && schema->is_image ? &schema->image : NULL;
}

size_t ito_schema_dim(const ito_schema *schema)
{
    return schema ? schema->dim : 0;
}

size_t ito_schema_cols(const ito_schema *schema)
{
    return schema ? schema->cols : 0;
}

const char *ito_schema_name(const ito_schema *schema, size_t j)
{
    return schema && j < schema->cols ? schema->column[j].name : NULL;
}

/* A parallel encode. */
typedef struct encode_job {
    const ito_codes *codes;
    const ito_noise *at;
    float *rows;
    size_t dim;
} encode_job;

static void encode_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const encode_job *job = arg;

    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const uint64_t index = i;

        ito__codes_rows_get(job->codes, job->at, 1, &index,
                            job->rows + i * job->dim, job->dim);
    }
}

ito_status ito_schema_encode(ito_ctx *ctx, const ito_schema *schema,
                             const ito_table *table, const ito_noise *at,
                             float *rows)
{
    encode_job job = { .at = at, .rows = rows };
    ito_codes *codes;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!schema || !table || !at || !rows)
        return ito__fail(ctx, ITO_EARG,
                         "encode: schema, table, at and rows "
                         "must be given");
    if (at->stream > 0xffff || at->purpose > 0xff)
        return ito__fail(ctx, ITO_EARG,
                         "encode: the noise has a stream above "
                         "65535 or a purpose above 255");
    rc = ito__codes_new(ctx, schema, table, &codes);
    if (rc != ITO_OK)
        return rc;
    job.codes = codes;
    job.dim = schema->dim;
    ito__for(ctx, ito__codes_rows(codes), 1024, encode_chunk, &job);
    ito__codes_free(codes);
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * decode.c - from the coordinates of a model back to a table.
 */
#include <math.h>
#include <string.h>

#include "data/column.h"
#include "data/decimal.h"
#include "kern/dmath.h"

#define DECODE_GRAIN 1024

/* A decode: columns of n cells, filled by rows. */
typedef struct decode_job {
    const ito_schema *schema;
    const float *rows;
    double **number; /* cols arrays of n, NULL for texts */
    uint32_t **code; /* cols arrays of n, NULL for numbers */
} decode_job;

/* The decimal number of the fewest places that is z as a float: 0.1, not
 * 0.10000000149011612, which is what the same float is as a double. */
static double shortest(float z)
{
    for (int k = 0; k <= DECIMALS_MAX; k++) {
        const double x = ito__decimals_round(k, (double)z);

        if ((float)x == z)
            return x;
    }
    return (double)z;
}

static double decode_number(const schema_column *c, float z)
{
    switch (c->coding) {
    case CODING_CONSTANT: return c->value;
    case CODING_QUANTILE:
        return ito__quantile_value(&c->map, ito__normal_cdf((double)z));
    case CODING_STANDARD:
        return ito__decimals_round(c->decimals, c->mean + c->sd * (double)z);
    case CODING_PLAIN:
    case CODING_LEVELS: break;
    }
    if (c->decimals == DECIMALS_NONE)
        return shortest(z);
    return ito__decimals_round(c->decimals, (double)z);
}

/* The level with the largest decoded coordinate, the first of equals. */
static uint32_t decode_level(const schema_column *c, const float *z)
{
    double best = -HUGE_VAL;
    uint32_t level = 0;

    for (size_t k = 0; k < c->width; k++) {
        const double p = c->share[k];
        const double y = (double)z[k] / ito__level_factor(p) + p;

        if (y > best) {
            best = y;
            level = (uint32_t)k;
        }
    }
    return level;
}

static void decode_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const decode_job *job = arg;
    const ito_schema *s = job->schema;

    (void)worker;
    for (size_t j = 0; j < s->cols; j++) {
        const schema_column *c = &s->column[j];
        const float *z = job->rows + c->coord;

        if (c->kind == ITO_COLUMN_TEXT)
            for (size_t i = begin; i < end; i++)
                job->code[j][i] = decode_level(c, z + i * s->dim);
        else if (c->width == 0)
            for (size_t i = begin; i < end; i++)
                job->number[j][i] = c->value;
        else
            for (size_t i = begin; i < end; i++)
                job->number[j][i] = decode_number(c, z[i * s->dim]);
    }
}

/* Refuse rows that are not finite, by their first bad coordinate. */
static ito_status check_rows(ito_ctx *ctx, size_t n, size_t dim,
                             const float *rows)
{
    for (size_t i = 0; i < n; i++) {
        ito_errinfo at;
        size_t c = 0;

        if (ctx->kern->all_finite(dim, rows + i * dim))
            continue;
        while (isfinite(rows[i * dim + c]))
            c++;
        at = ito__nowhere();
        at.particle = (int64_t)i;
        at.component = (int64_t)c;
        at.value = (double)rows[i * dim + c];
        return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                            "decode: row %zu has %g as its coordinate %zu",
                            i + 1, at.value, c + 1);
    }
    return ITO_OK;
}

/* Standardised columns may leave the range of double. */
static ito_status check_numbers(ito_ctx *ctx, const decode_job *job, size_t n)
{
    for (size_t j = 0; j < job->schema->cols; j++) {
        const schema_column *c = &job->schema->column[j];

        if (c->coding != CODING_STANDARD)
            continue;
        for (size_t i = 0; i < n; i++)
            if (!isfinite(job->number[j][i]))
                return ito__fail(ctx, ITO_ENONFINITE,
                                 "decode: row %zu of column '%.60s' is beyond "
                                 "the largest number",
                                 i + 1, c->name);
    }
    return ITO_OK;
}

/* Memory of the job's cells in the arena, and the columns that show it. */
static ito_status prepare(ito_ctx *ctx, decode_job *job, size_t n,
                          ito_column *columns)
{
    const ito_schema *s = job->schema;

    for (size_t j = 0; j < s->cols; j++) {
        const schema_column *c = &s->column[j];
        const bool text = c->kind == ITO_COLUMN_TEXT;

        columns[j] = (ito_column){ .name = c->name, .kind = c->kind };
        job->code[j] = NULL;
        job->number[j] = NULL;
        if (text)
            columns[j].code = job->code[j] =
                ito__arena_get(ctx, size_mul(n, sizeof(**job->code)));
        else
            columns[j].number = job->number[j] =
                ito__arena_get(ctx, size_mul(n, sizeof(**job->number)));
        if (!job->code[j] && !job->number[j])
            return ito__fail(ctx, ITO_ENOMEM,
                             "no memory to decode %zu rows "
                             "of %zu columns",
                             n, s->cols);
        if (text) {
            columns[j].levels = (const char *const *)c->level;
            columns[j].level_count = c->level_count;
        }
    }
    return ITO_OK;
}

/* Images as a table of their pixels. */
static ito_status decode_images(ito_ctx *ctx, const ito_image_format *format,
                                size_t n, const float *rows, ito_table **out)
{
    ito_images *images = NULL;
    ito_status rc = ito_images_decode(ctx, format, n, rows, NULL, &images);

    if (rc == ITO_OK)
        rc = ito_images_table(ctx, images, out);
    ito_images_free(images);
    return rc;
}

ito_status ito_schema_decode(ito_ctx *ctx, const ito_schema *schema, size_t n,
                             const float *rows, ito_table **out)
{
    decode_job job = { .schema = schema, .rows = rows };
    ito_column *columns;
    ito_mark mark;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!schema || !rows || n == 0)
        return ito__fail(ctx, ITO_EARG,
                         "decode: a schema and at least one "
                         "row must be given");
    if (schema->is_image)
        return decode_images(ctx, &schema->image, n, rows, out);
    rc = check_rows(ctx, n, schema->dim, rows);
    if (rc != ITO_OK)
        return rc;
    mark = ito__arena_mark(ctx);
    columns = ito__arena_get(ctx, size_mul(schema->cols, sizeof(*columns)));
    job.number =
        ito__arena_get(ctx, size_mul(schema->cols, sizeof(*job.number)));
    job.code = ito__arena_get(ctx, size_mul(schema->cols, sizeof(*job.code)));
    if (columns && job.number && job.code)
        rc = prepare(ctx, &job, n, columns);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "no memory to decode %zu columns",
                       schema->cols);
    if (rc == ITO_OK) {
        ito__for(ctx, n, DECODE_GRAIN, decode_chunk, &job);
        rc = check_numbers(ctx, &job, n);
    }
    if (rc == ITO_OK)
        rc = ito_table_build(ctx, n, schema->cols, columns, out);
    ito__arena_release(ctx, mark);
    return rc;
}

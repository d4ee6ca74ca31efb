/* SPDX-License-Identifier: MIT
 *
 * schema_fit.c - fitting a schema: what each column is and how it is coded.
 */
#include <math.h>
#include <string.h>

#include "data/column.h"

/* Mean and standard deviation (divisor n) in two passes, in order. */
static ito_status fit_standard(ito_ctx *ctx, schema_column *c, size_t rows,
                               const double *x)
{
    double sum = 0.0, square = 0.0;

    for (size_t i = 0; i < rows; i++)
        sum += x[i];
    c->mean = sum / (double)rows;
    for (size_t i = 0; i < rows; i++)
        square += (x[i] - c->mean) * (x[i] - c->mean);
    c->sd = sqrt(square / (double)rows);
    if (!isfinite(c->mean) || !isfinite(c->sd) || !(c->sd > 0.0))
        return ito__fail(ctx, ITO_ERANGE,
                         "column '%.60s': its values are too large or too "
                         "close together to standardise; scale them before",
                         c->name);
    return ITO_OK;
}

static ito_status fit_number(ito_ctx *ctx, schema_column *c, ito_scale scale,
                             size_t rows, const double *x)
{
    distinct d;
    ito_status rc = ito__distinct_new(ctx, rows, x, &d);

    if (rc != ITO_OK)
        goto done;
    c->decimals = ito__decimals_of(d.count, d.value);
    c->value = d.value[0];
    if (d.count == 1) {
        c->coding = CODING_CONSTANT;
    } else if (d.value[0] < -QUANTILE_VALUE_MAX ||
               d.value[d.count - 1] > QUANTILE_VALUE_MAX) {
        rc = ito__fail(ctx, ITO_ERANGE,
                       "column '%.60s': a value is above %g in size; scale the "
                       "column, or leave it out",
                       c->name, QUANTILE_VALUE_MAX);
    } else if (scale == ITO_SCALE_NONE) {
        c->coding = CODING_PLAIN;
    } else if (scale == ITO_SCALE_STANDARD) {
        c->coding = CODING_STANDARD;
        rc = fit_standard(ctx, c, rows, x);
    } else {
        c->coding = CODING_QUANTILE;
        rc = ito__quantile_fit(ctx, &d, &c->map);
    }
done:
    ito__distinct_free(ctx, &d);
    return rc;
}

/* Keep of a text column the levels that occur. */
static ito_status fit_text(ito_ctx *ctx, schema_column *c, size_t rows,
                           const ito_column *from)
{
    const size_t bytes = size_mul(from->level_count, sizeof(size_t));
    const ito_mark mark = ito__arena_mark(ctx);
    const char *text[SCHEMA_LEVELS_MAX];
    double share[SCHEMA_LEVELS_MAX];
    size_t *times = ito__arena_get(ctx, bytes);
    size_t used = 0;
    ito_status rc;

    if (!times)
        return ito__fail(ctx, ITO_ENOMEM, "no memory to count %zu levels",
                         from->level_count);
    memset(times, 0, bytes);
    for (size_t i = 0; i < rows; i++)
        times[from->code[i]]++;
    for (size_t k = 0; k < from->level_count; k++) {
        if (times[k] > 0 && used < SCHEMA_LEVELS_MAX) {
            text[used] = from->levels[k];
            share[used] = (double)times[k] / (double)rows;
        }
        used += times[k] > 0;
    }
    if (used > SCHEMA_LEVELS_MAX) {
        rc = ito__fail(ctx, ITO_ERANGE,
                       "column '%.60s' has %zu different texts, the limit is "
                       "%d; use --columns to leave it out",
                       c->name, used, SCHEMA_LEVELS_MAX);
    } else {
        c->coding = used == 1 ? CODING_CONSTANT : CODING_LEVELS;
        rc = ito__column_levels(ctx, c, used, text, share);
    }
    ito__arena_release(ctx, mark);
    return rc;
}

static ito_status fit_columns(ito_ctx *ctx, const ito_table *table,
                              ito_scale scale, ito_schema *s)
{
    const size_t rows = ito_table_rows(table);
    ito_status rc = ITO_OK;

    for (size_t j = 0; rc == ITO_OK && j < s->cols; j++) {
        const ito_column *from = ito_table_column(table, j);
        schema_column *c = &s->column[j];

        c->kind = from->kind;
        rc = ito__column_name(ctx, c, from->name);
        if (rc != ITO_OK)
            return rc;
        if (from->kind == ITO_COLUMN_TEXT)
            rc = fit_text(ctx, c, rows, from);
        else
            rc = fit_number(ctx, c, scale, rows, from->number);
    }
    if (rc != ITO_OK)
        return rc;
    ito__schema_place(s);
    if (s->dim == 0)
        return ito__fail(ctx, ITO_EARG,
                         "every column is constant: there is "
                         "nothing to model");
    return ITO_OK;
}

ito_status ito_schema_fit(ito_ctx *ctx, const ito_table *table,
                          const ito_schema_opts *opts, ito_schema **out)
{
    const ito_scale scale = opts ? opts->scale : ITO_SCALE_DEFAULT;
    size_t rows, cols;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!table)
        return ito__fail(ctx, ITO_EARG, "schema: a table must be given");
    if ((unsigned)scale > ITO_SCALE_NONE)
        return ito__fail(ctx, ITO_EARG, "schema: %d is no scale", (int)scale);
    rows = ito_table_rows(table);
    cols = ito_table_cols(table);
    if (rows < 2 || cols < 1 || cols > SCHEMA_COLS_MAX)
        return ito__fail(
            ctx, ITO_EARG,
            "a schema needs at least 2 rows and 1 to %d columns; the "
            "table has %zu and %zu",
            SCHEMA_COLS_MAX, rows, cols);
    rc = ito__schema_new(ctx, cols, out);
    if (rc == ITO_OK)
        rc = fit_columns(ctx, table, scale, *out);
    if (rc != ITO_OK) {
        ito_schema_free(*out);
        *out = NULL;
    }
    return rc;
}

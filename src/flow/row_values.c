/* SPDX-License-Identifier: MIT
 *
 * row_values.c - one row of a table of which some cells are known.
 *
 * It is coded as a table of one row; cells that are not known hold a filler,
 * and nobody looks at their coordinates.
 */
#include "flow/row_values.h"

#include <string.h>

#include "base/number.h"

void ito__row_values_clear(row_values *v)
{
    const size_t cols = v->schema->cols;

    ito__codes_free(v->codes);
    v->codes = NULL;
    memset(v->known, 0, cols * sizeof(*v->known));
    memset(v->number, 0, cols * sizeof(*v->number));
    memset(v->code, 0, cols * sizeof(*v->code));
    for (size_t j = 0; j < cols; j++)
        v->text[j] = NULL;
}

ito_status ito__row_values_begin(ito_ctx *ctx, const ito_schema *schema,
                                 row_values *v)
{
    const size_t cols = schema->cols;

    *v = (row_values){
        .schema = schema,
        .known = ito__arena_get(ctx, size_mul(cols, sizeof(*v->known))),
        .cell = ito__arena_get(ctx, size_mul(cols, sizeof(*v->cell))),
        .number = ito__arena_get(ctx, size_mul(cols, sizeof(*v->number))),
        .code = ito__arena_get(ctx, size_mul(cols, sizeof(*v->code))),
        .text = ito__arena_get(ctx, size_mul(cols, sizeof(*v->text))),
        .row = ito__arena_get(ctx, size_mul(schema->dim, sizeof(*v->row))),
    };
    if (!v->known || !v->cell || !v->number || !v->code || !v->text || !v->row)
        return ito__fail(ctx, ITO_ENOMEM, "a row of %zu columns", cols);
    ito__row_values_clear(v);
    return ITO_OK;
}

ito_status ito__row_values_set(ito_ctx *ctx, row_values *v, size_t j,
                               const char *value, const char *what)
{
    const schema_column *c = &v->schema->column[j];

    v->known[j] = true;
    if (c->kind == ITO_COLUMN_TEXT) {
        size_t l = 0;

        while (l < c->level_count && strcmp(c->level[l], value) != 0)
            l++;
        if (l == c->level_count)
            return ito__fail(ctx, ITO_EARG,
                             "%s: column '%.60s' never was '%.60s'", what,
                             c->name, value);
        v->text[j] = c->level[l];
        return ITO_OK;
    }
    if (!num_parse(value, strlen(value), &v->number[j]) ||
        !(v->number[j] - v->number[j] == 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "%s: '%.60s' of column '%.60s' is not a number", what,
                         value, c->name);
    return ITO_OK;
}

ito_status ito__row_values_ready(ito_ctx *ctx, row_values *v)
{
    ito_table *table;
    ito_status rc;

    for (size_t j = 0; j < v->schema->cols; j++) {
        const schema_column *c = &v->schema->column[j];

        v->cell[j] = (ito_column){ .name = c->name, .kind = c->kind };
        if (c->kind == ITO_COLUMN_NUMBER) {
            v->cell[j].number = &v->number[j];
            continue;
        }
        v->text[j] = v->text[j] ? v->text[j] : c->level[0];
        v->cell[j].code = &v->code[j];
        v->cell[j].levels = &v->text[j];
        v->cell[j].level_count = 1;
    }
    rc = ito_table_build(ctx, 1, v->schema->cols, v->cell, &table);
    if (rc == ITO_OK)
        rc = ito__codes_new(ctx, v->schema, table, &v->codes);
    ito_table_free(table);
    return rc;
}

void ito__row_values_code(row_values *v, uint64_t seed, uint64_t id)
{
    const ito_noise at = { .seed = seed,
                           .stream = (uint32_t)(id >> 32) & 0xffff,
                           .step = (uint32_t)id,
                           .purpose = ITO_FOR_CODING };
    const uint64_t zero = 0;

    ito__codes_rows_get(v->codes, &at, 1, &zero, v->row, v->schema->dim);
}

void ito__row_values_end(row_values *v)
{
    ito__codes_free(v->codes);
    v->codes = NULL;
}

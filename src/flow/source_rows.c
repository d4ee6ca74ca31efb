/* SPDX-License-Identifier: MIT
 *
 * source_rows.c - what is known of a source besides its draws: labels of a
 * table, the size of its coordinates, all its rows.
 */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "flow/source.h"
#include "rng/noise.h"

#define STD_ROWS  65536
#define STD_BLOCK 256

/* ---- labels ---- */

static const ito_column *find(const ito_table *table, const char *name)
{
    for (size_t j = 0; j < ito_table_cols(table); j++)
        if (strcmp(ito_table_column(table, j)->name, name) == 0)
            return ito_table_column(table, j);
    return NULL;
}

/* The table without one of its columns. */
static ito_status without(ito_ctx *ctx, const ito_table *table,
                          const ito_column *column, ito_table **rest)
{
    const size_t cols = ito_table_cols(table);
    ito_column *keep = ito__alloc(ctx, size_mul(cols, sizeof(*keep)));
    size_t count = 0;
    ito_status rc;

    if (!keep)
        return ito__fail(ctx, ITO_ENOMEM, "%zu columns", cols);
    for (size_t j = 0; j < cols; j++)
        if (ito_table_column(table, j) != column)
            keep[count++] = *ito_table_column(table, j);
    rc = ito_table_build(ctx, ito_table_rows(table), count, keep, rest);
    ito__free(ctx, keep);
    return rc;
}

ito_status ito__source_label(ito_ctx *ctx, ito_source *s,
                             const ito_table *table, const char *name,
                             ito_table **rest)
{
    const size_t rows = ito_table_rows(table);
    const ito_column *column = find(table, name);
    ito_status rc;

    *rest = NULL;
    if (!column)
        return ito__fail(ctx, ITO_EARG,
                         "label: the data have no column '%.60s'", name);
    if (column->kind != ITO_COLUMN_TEXT)
        return ito__fail(ctx, ITO_EARG,
                         "label: column '%.60s' holds numbers; read it as "
                         "texts (--categorical)",
                         name);
    if (ito_table_cols(table) < 2)
        return ito__fail(ctx, ITO_EARG,
                         "label: beside '%.60s' the data have no column", name);
    rc = ito__labels_new(ctx, name, column->levels, column->level_count,
                         &s->label);
    if (rc != ITO_OK)
        return rc;
    s->label_code = ito__alloc(ctx, size_mul(rows, sizeof(*s->label_code)));
    if (!s->label_code)
        return ito__fail(ctx, ITO_ENOMEM, "labels of %zu rows", rows);
    memcpy(s->label_code, column->code, rows * sizeof(*s->label_code));
    return without(ctx, table, column, rest);
}

/* k with `width` digits. */
static void digits(size_t k, size_t width, char *out)
{
    out[width] = '\0';
    for (size_t i = width; i-- > 0; k /= 10)
        out[i] = (char)('0' + k % 10);
}

ito_status ito__source_classes(ito_ctx *ctx, ito_source *s, const char *name)
{
    const size_t count = ito_dist_classes(s->dist);
    const ito_mark m = ito__arena_mark(ctx);
    const char **names;
    char(*text)[8];
    size_t width = 1;
    ito_status rc;

    if (count < 2 || count > LABELS_MAX)
        return ito__fail(ctx, ITO_EUNFIT,
                         "label: the rows of %s have no classes; give a table "
                         "with a column of labels",
                         ito_dist_name(s->dist));
    for (size_t j = 0; j < ito_schema_cols(s->schema); j++)
        if (strcmp(name, ito_schema_name(s->schema, j)) == 0)
            return ito__fail(ctx, ITO_EARG,
                             "label: '%.60s' is a coordinate of %s; call the "
                             "labels otherwise",
                             name, ito_dist_name(s->dist));
    for (size_t k = count - 1; k >= 10; k /= 10)
        width++;
    names = ito__arena_get(ctx, count * sizeof(*names));
    text = ito__arena_get(ctx, count * sizeof(*text));
    for (size_t k = 0; names && text && k < count; k++) {
        digits(k, width, text[k]);
        names[k] = text[k];
    }
    rc = names && text ? ito__labels_new(ctx, name, names, count, &s->label)
                       : ito__fail(ctx, ITO_ENOMEM, "%zu labels", count);
    ito__arena_release(ctx, m);
    return rc;
}

/* ---- rows ---- */

ito_status ito__source_std(ito_ctx *ctx, const ito_source *s, double *out)
{
    const size_t dim = ito_source_dim(s);
    const size_t rows =
        s->dist ? STD_ROWS : (size_t)(s->rows < STD_ROWS ? s->rows : STD_ROWS);
    const ito_mark m = ito__arena_mark(ctx);
    float *x = ito__arena_get(ctx, size_mul(STD_BLOCK * sizeof(*x), dim));
    uint64_t *index = ito__arena_get(ctx, STD_BLOCK * sizeof(*index));
    double sum = 0.0;

    if (!x || !index) {
        ito__arena_release(ctx, m);
        return ito__fail(ctx, ITO_ENOMEM, "%zu coordinates", dim);
    }
    for (size_t at = 0; at < rows; at += STD_BLOCK) {
        const draw d = { .seed = s->seed,
                         .batch = rows,
                         .begin = at,
                         .n = size_min(STD_BLOCK, rows - at),
                         .index = index };

        ito__source_draw(s, ctx->kern, &d, x);
        sum += ctx->kern->sumsq(d.n * dim, x);
    }
    ito__arena_release(ctx, m);
    *out = sqrt(sum / ((double)rows * (double)dim));
    return ITO_OK;
}

/* ---- schemas ---- */

ito_status ito__schema_copy(ito_ctx *ctx, const ito_schema *from,
                            ito_schema **out)
{
    json_value *v = NULL;
    json_writer w;
    ito_status rc;

    *out = NULL;
    json_begin(&w, ctx);
    rc = ito__schema_to_json(ctx, from, &w);
    if (rc == ITO_OK && (rc = json_end(&w)) != ITO_OK)
        rc = ito__fail(ctx, rc, "schema: description");
    if (rc == ITO_OK)
        rc = json_parse(ctx, "schema", w.text, w.bytes, &v);
    if (rc == ITO_OK)
        rc = ito__schema_from_json(ctx, v, out);
    json_free(ctx, v);
    ito__free(ctx, w.text);
    return rc;
}

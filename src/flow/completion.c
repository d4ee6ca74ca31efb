/* SPDX-License-Identifier: MIT
 *
 * completion.c - rows of which some cells are known.
 *
 * A table of texts, one row for all samples or one for each, says what is
 * known; an empty text is a cell to be drawn.
 */
#include "flow/completion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "flow/labels.h"
#include "flow/row_values.h"

/* Where the columns of the cells belong. */
typedef struct places {
    const ito_table *cells;
    const ito_schema *schema; /* or NULL */
    size_t *column;           /* of the schema; a coordinate without one */
    size_t cols, dim;
} places;

/* Row i's text in column k of the cells; NULL: not known. */
static const char *text_at(const ito_table *cells, size_t k, size_t i)
{
    const ito_column *c = ito_table_column(cells, k);
    const char *text = c->levels[c->code[ito_table_rows(cells) > 1 ? i : 0]];

    return text[0] != '\0' ? text : NULL;
}

/* Name of column or coordinate j; buffer is for names that are made. */
static const char *name_of(const places *p, size_t j, char buffer[24])
{
    if (p->schema)
        return ito_schema_name(p->schema, j);
    if (p->dim == 2)
        return j ? "y" : "x";
    snprintf(buffer, 24, "c%zu", j + 1);
    return buffer;
}

static ito_status no_column(ito_ctx *ctx, const places *p, const char *name)
{
    char list[256] = "", buffer[24];

    for (size_t j = 0; j < p->cols; j++)
        ito__names_add(list, sizeof(list), name_of(p, j, buffer));
    return ito__fail(ctx, ITO_EARG,
                     "inpaint: there is no column '%.60s'; the columns are %s",
                     name, list);
}

static ito_status find_places(ito_ctx *ctx, places *p)
{
    const size_t count = ito_table_cols(p->cells);
    char buffer[24];

    p->column = ito__arena_get(ctx, size_mul(count, sizeof(*p->column)));
    if (!p->column)
        return ito__fail(ctx, ITO_ENOMEM, "inpaint: %zu columns", count);
    for (size_t k = 0; k < count; k++) {
        const ito_column *c = ito_table_column(p->cells, k);
        size_t j = 0;

        if (c->kind != ITO_COLUMN_TEXT)
            return ito__fail(ctx, ITO_EARG,
                             "inpaint: column '%.60s' of the cells is not of "
                             "texts: read the table as texts",
                             c->name);
        while (j < p->cols && strcmp(name_of(p, j, buffer), c->name) != 0)
            j++;
        if (j == p->cols)
            return no_column(ctx, p, c->name);
        p->column[k] = j;
    }
    return ITO_OK;
}

/* ---- rows of a schema ---- */

/* A column that was always the same holds no other value. */
static ito_status check_constant(ito_ctx *ctx, const row_values *v, size_t j)
{
    const schema_column *c = &v->schema->column[j];

    if (c->coding != CODING_CONSTANT || c->kind != ITO_COLUMN_NUMBER ||
        v->number[j] == c->value)
        return ITO_OK;
    return ito__fail(ctx, ITO_EARG, "inpaint: column '%.60s' always was %.17g",
                     c->name, c->value);
}

/* What is known of row i of the cells. */
static ito_status read_row(ito_ctx *ctx, const places *p, size_t i,
                           row_values *v)
{
    size_t left = p->cols;

    ito__row_values_clear(v);
    for (size_t k = 0; k < ito_table_cols(p->cells); k++) {
        const char *text = text_at(p->cells, k, i);
        ito_status rc;

        if (!text)
            continue;
        rc = ito__row_values_set(ctx, v, p->column[k], text, "inpaint");
        if (rc == ITO_OK)
            rc = check_constant(ctx, v, p->column[k]);
        if (rc != ITO_OK)
            return rc;
    }
    for (size_t j = 0; j < p->cols; j++)
        left -= v->known[j] || p->schema->column[j].width == 0;
    if (left == 0)
        return ito__fail(ctx, ITO_EARG,
                         "inpaint: row %zu is known in all its columns: "
                         "nothing is left to draw",
                         i + 1);
    return ito__row_values_ready(ctx, v);
}

static ito_status known_rows(ito_ctx *ctx, const places *p,
                             const ito_sample_opts *o, size_t n, float *known)
{
    row_values v;
    ito_status rc = ito__row_values_begin(ctx, p->schema, &v);

    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        float *to = known + i * p->dim;

        if (i == 0 || ito_table_rows(p->cells) > 1)
            rc = read_row(ctx, p, i, &v);
        if (rc == ITO_OK)
            ito__row_values_code(&v, o->seed, o->id0 + i);
        for (size_t j = 0; rc == ITO_OK && j < p->cols; j++) {
            const schema_column *c = &p->schema->column[j];

            for (size_t w = c->coord; w < c->coord + c->width; w++)
                to[w] = v.known[j] ? v.row[w] : NAN;
        }
    }
    ito__row_values_end(&v);
    return rc;
}

/* ---- coordinates ---- */

static ito_status known_coordinates(ito_ctx *ctx, const places *p, size_t n,
                                    float *known)
{
    for (size_t i = 0; i < n; i++) {
        float *to = known + i * p->dim;
        size_t left = p->dim;

        for (size_t c = 0; c < p->dim; c++)
            to[c] = NAN;
        for (size_t k = 0; k < ito_table_cols(p->cells); k++) {
            const char *text = text_at(p->cells, k, i);
            double x;

            if (!text)
                continue;
            if (!num_parse(text, strlen(text), &x) || !isfinite((float)x))
                return ito__fail(ctx, ITO_EARG,
                                 "inpaint: '%.60s' of column '%.60s' is not a "
                                 "number",
                                 text, ito_table_column(p->cells, k)->name);
            left -= isnan(to[p->column[k]]) ? 1 : 0;
            to[p->column[k]] = (float)x;
        }
        if (left == 0)
            return ito__fail(ctx, ITO_EARG,
                             "inpaint: row %zu is known in all its columns: "
                             "nothing is left to draw",
                             i + 1);
    }
    return ITO_OK;
}

ito_status ito__completion_known(ito_ctx *ctx, const ito_schema *schema,
                                 const ito_sample_opts *o, size_t dim, size_t n,
                                 float *known)
{
    const ito_mark mark = ito__arena_mark(ctx);
    places p = { .cells = o->cells,
                 .schema = schema,
                 .cols = schema ? ito_schema_cols(schema) : dim,
                 .dim = dim };
    const size_t rows = ito_table_rows(o->cells);
    ito_status rc;

    if (rows != 1 && rows != n)
        return ito__fail(ctx, ITO_EARG,
                         "inpaint: %zu rows of cells for %zu samples: one for "
                         "each, or one for all",
                         rows, n);
    rc = find_places(ctx, &p);
    if (rc == ITO_OK)
        rc = schema ? known_rows(ctx, &p, o, n, known)
                    : known_coordinates(ctx, &p, n, known);
    ito__arena_release(ctx, mark);
    return rc;
}

/* ---- back in the table ---- */

/* Numbers of a column with those of the cells among them, in `number`. */
static void put_column(const ito_table *cells, const ito_column *c, size_t rows,
                       double *number)
{
    memcpy(number, c->number, rows * sizeof(*number));
    for (size_t k = 0; k < ito_table_cols(cells); k++) {
        if (strcmp(ito_table_column(cells, k)->name, c->name) != 0)
            continue;
        for (size_t i = 0; i < rows; i++) {
            const char *text = text_at(cells, k, i);

            if (text)
                (void)num_parse(text, strlen(text), &number[i]);
        }
    }
}

ito_status ito__completion_put(ito_ctx *ctx, const ito_sample_opts *o,
                               ito_table **table)
{
    const size_t rows = ito_table_rows(*table), cols = ito_table_cols(*table);
    const ito_mark mark = ito__arena_mark(ctx);
    ito_column *all = ito__arena_get(ctx, size_mul(cols, sizeof(*all)));
    double *number =
        ito__arena_get(ctx, size_mul(size_mul(rows, cols), sizeof(*number)));
    ito_table *with = NULL;
    ito_status rc;

    if (!all || !number) {
        rc = ito__fail(ctx, ITO_ENOMEM, "inpaint: %zu rows", rows);
    } else {
        for (size_t j = 0; j < cols; j++) {
            all[j] = *ito_table_column(*table, j);
            if (all[j].kind != ITO_COLUMN_NUMBER)
                continue;
            put_column(o->cells, &all[j], rows, number + j * rows);
            all[j].number = number + j * rows;
        }
        rc = ito_table_build(ctx, rows, cols, all, &with);
    }
    ito__arena_release(ctx, mark);
    ito_table_free(*table);
    *table = with;
    return rc;
}

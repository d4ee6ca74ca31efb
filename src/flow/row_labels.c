/* SPDX-License-Identifier: MIT
 *
 * row_labels.c - conditions of rows that exist: the label that each row of a
 * table has.
 *
 * A file of labels 0, 1, 2 may have been read as numbers; a number is then the
 * label whose text reads as it.
 */
#include <string.h>

#include "base/number.h"
#include "data/column.h"
#include "flow/model.h"

/* The label a number stands for, or the count of labels. */
static size_t label_of_number(const labels *l, double x)
{
    for (size_t i = 0; i < l->count; i++) {
        double value;

        if (num_parse(l->level[i], strlen(l->level[i]), &value) && value == x)
            return i;
    }
    return l->count;
}

static ito_status label_rows(ito_ctx *ctx, const labels *l,
                             const ito_column *column, size_t n, size_t cols,
                             float *rows)
{
    for (size_t i = 0; i < n; i++) {
        const char *text = column->kind == ITO_COLUMN_TEXT
                               ? column->levels[column->code[i]]
                               : NULL;
        const size_t is = text ? ito__labels_find(l, text)
                               : label_of_number(l, column->number[i]);

        if (is == l->count && text)
            return ito__fail(ctx, ITO_EARG,
                             "row %zu: its %.60s is '%.60s', which the model "
                             "was not trained with",
                             i + 1, l->column, text);
        if (is == l->count)
            return ito__fail(ctx, ITO_EARG,
                             "row %zu: its %.60s is %g, which the model was "
                             "not trained with",
                             i + 1, l->column, column->number[i]);
        rows[i * cols] = (float)is;
    }
    return ITO_OK;
}

ito_status ito_model_conditions_of(ito_ctx *ctx, const ito_model *m,
                                   const ito_table *table, float *rows)
{
    const size_t n = ito_table_rows(table),
                 cols = ito__conditions_cols(&m->cond);
    const labels *l = &m->cond.label;
    const ito_column *column;

    for (size_t i = 0; cols > 0 && i < n; i++)
        ito__conditions_none(&m->cond, rows + i * cols);
    column = l->count > 0 ? ito__column_named(table, 0, l->column) : NULL;
    return column ? label_rows(ctx, l, column, n, cols, rows) : ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * columns.c - a table being put together, to be written.
 */
#include "cli/columns.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

ito_status columns_new(columns *table, size_t rows, size_t cols)
{
    *table = (columns){ .rows = rows, .cols = cols };
    if (rows > SIZE_MAX / sizeof(double) / (cols + 1))
        return cmd_fail(ITO_ENOMEM, "a table of %zu x %zu numbers", rows, cols);
    table->column = calloc(cols + 1, sizeof(*table->column));
    table->values = calloc(rows * cols + 1, sizeof(*table->values));
    table->owned = calloc(2 * (cols + 1), sizeof(*table->owned));
    if (!table->column || !table->values || !table->owned)
        return cmd_fail(ITO_ENOMEM, "a table of %zu x %zu numbers", rows, cols);
    return ITO_OK;
}

double *columns_add(columns *table, const char *name)
{
    double *values = table->values + table->used * table->rows;

    table->column[table->used++] = (ito_column){ .name = name,
                                                 .kind = ITO_COLUMN_NUMBER,
                                                 .number = values };
    return values;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

ito_status columns_add_texts(columns *table, const char *name,
                             const char *const *text)
{
    const char **levels = calloc(table->rows + 1, sizeof(*levels));
    uint32_t *code = calloc(table->rows + 1, sizeof(*code));
    size_t count = 0;

    table->owned[2 * table->used] = (void *)levels;
    table->owned[2 * table->used + 1] = code;
    if (!levels || !code)
        return cmd_fail(ITO_ENOMEM, "a column of %zu texts", table->rows);
    if (table->rows > 0)
        memcpy(levels, text, table->rows * sizeof(*levels));
    qsort(levels, table->rows, sizeof(*levels), by_text);
    for (size_t i = 0; i < table->rows; i++)
        if (count == 0 || strcmp(levels[count - 1], levels[i]) != 0)
            levels[count++] = levels[i];
    for (size_t i = 0; i < table->rows; i++) {
        const char *const *at =
            bsearch(&text[i], levels, count, sizeof(*levels), by_text);

        code[i] = (uint32_t)(at - (const char *const *)levels);
    }
    table->column[table->used++] = (ito_column){ .name = name,
                                                 .kind = ITO_COLUMN_TEXT,
                                                 .code = code,
                                                 .levels = levels,
                                                 .level_count = count };
    return ITO_OK;
}

ito_status columns_write(ito_ctx *ctx, const columns *table, const char *path)
{
    ito_table *built = NULL;
    ito_status rc =
        ito_table_build(ctx, table->rows, table->used, table->column, &built);

    if (rc == ITO_OK)
        rc = ito_table_write(ctx, path, built);
    ito_table_free(built);
    return rc;
}

void columns_free(columns *table)
{
    for (size_t i = 0; table->owned && i < 2 * table->cols; i++)
        free(table->owned[i]);
    free(table->owned);
    free(table->column);
    free(table->values);
    *table = (columns){ 0 };
}

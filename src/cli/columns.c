/* SPDX-License-Identifier: MIT
 *
 * columns.c - a table of numbers being put together, to be written.
 */
#include "cli/columns.h"

#include <stdlib.h>

#include "cli/cmd.h"

ito_status columns_new(columns *table, size_t rows, size_t cols)
{
    *table = (columns){ .rows = rows, .cols = cols };
    if (rows > SIZE_MAX / sizeof(double) / (cols + 1))
        return cmd_fail(ITO_ENOMEM, "a table of %zu x %zu numbers", rows, cols);
    table->column = calloc(cols + 1, sizeof(*table->column));
    table->values = calloc(rows * cols + 1, sizeof(*table->values));
    if (!table->column || !table->values)
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
    free(table->column);
    free(table->values);
    *table = (columns){ 0 };
}

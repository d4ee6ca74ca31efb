/* SPDX-License-Identifier: MIT
 *
 * columns.h - a table being put together, to be written.
 *
 *     columns table;
 *
 *     rc = columns_new(&table, rows, 2);
 *     x = columns_add(&table, "x");        rows values, to be filled
 *     y = columns_add(&table, "y");
 *     rc = columns_write(ctx, &table, "points.csv");
 *     columns_free(&table);
 */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <ito/table.h>

/** All fields belong to columns.c. */
typedef struct columns {
    size_t rows, cols, used;
    ito_column *column;
    double *values;
    void **owned; /* two blocks for each column of texts, or NULL */
} columns;

/** Room for cols columns of rows numbers; free with columns_free, also after a
 *  failure. */
ito_status columns_new(columns *table, size_t rows, size_t cols);
/** The next column, zeroed; the name is borrowed until the table is written. */
double *columns_add(columns *table, const char *name);
/** A column of rows texts, which are borrowed until the table is written. */
ito_status columns_add_texts(columns *table, const char *name,
                             const char *const *text);
/** Write the columns that there are; the suffix tells the format. */
ito_status columns_write(ito_ctx *ctx, const columns *table, const char *path);
void columns_free(columns *table);

#endif /* CLI_COLUMNS_H */

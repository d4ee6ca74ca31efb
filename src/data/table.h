/* SPDX-License-Identifier: MIT
 *
 * table.h - what the readers and writers of tables share.
 */
#ifndef ITO_DATA_TABLE_H
#define ITO_DATA_TABLE_H

#include <ito/table.h>

#include "ctx/ctx.h"
#include "data/levels.h"

/* Everything a column points to is a block of the table. */
struct ito_table {
    ito_ctx *ctx;
    size_t rows, cols;
    ito_column *column;
    void **block;
    size_t block_count, block_room;
};

/* A table of empty columns, or NULL. */
ito_table *table_new(ito_ctx *ctx, size_t cols);
/* Memory that is freed with the table, or NULL. */
void *table_block(ito_table *table, size_t bytes);
/* A zero-terminated copy of a text in such memory, or NULL. */
const char *table_text(ito_table *table, const char *text, size_t bytes);
/* Give column j the sorted levels and bring its codes to them; false when
 * there is no memory. */
bool table_set_levels(ito_table *table, size_t j, const level_set *l,
                      uint32_t *code);

/* Which columns of a file are read, and how; arrays from the arena. */
typedef struct selection {
    size_t count;
    size_t *source; /* column of the file, from 0 */
    bool *forced;   /* texts even where they look like numbers */
} selection;

/*
 * Choose among the columns of `where` by the options (NULL: all).  ITO_EARG
 * for a name that no column has, ITO_EFORMAT for a name that two have.
 */
ito_status table_select(ito_ctx *ctx, const char *where, size_t cols,
                        const char *const *names, const ito_table_opts *opts,
                        selection *out);

/* The formats behind ito_table_read and ito_table_write; `where` is for
 * messages.  csv_parse takes delimiter 0 as "detect". */
ito_status csv_parse(ito_ctx *ctx, const char *where, const char *text,
                     size_t bytes, const ito_table_opts *opts, ito_table **out);
ito_status npy_parse(ito_ctx *ctx, const char *where, const char *data,
                     size_t bytes, const ito_table_opts *opts, ito_table **out);
ito_status csv_write(ito_ctx *ctx, const char *path, char delimiter,
                     const ito_table *table);
ito_status npy_write(ito_ctx *ctx, const char *path, const ito_table *table);

#endif /* ITO_DATA_TABLE_H */

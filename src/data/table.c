/* SPDX-License-Identifier: MIT
 *
 * table.c - tables in memory.
 */
#include "data/table.h"

#include <string.h>

#include "base/utf8.h"

ito_table *table_new(ito_ctx *ctx, size_t cols)
{
    ito_table *const table = ito__calloc(ctx, 1, sizeof(*table));

    if (!table)
        return NULL;
    table->ctx = ctx;
    table->cols = cols;
    table->column = ito__calloc(ctx, cols, sizeof(*table->column));
    if (table->column)
        return table;
    ito__free(ctx, table);
    return NULL;
}

void ito_table_free(ito_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->block_count; i++)
        ito__free(table->ctx, table->block[i]);
    ito__free(table->ctx, (void *)table->block);
    ito__free(table->ctx, table->column);
    ito__free(table->ctx, table);
}

void *table_block(ito_table *table, size_t bytes)
{
    void *p;

    if (table->block_count == table->block_room) {
        const size_t room = size_max(2 * table->block_room, 16);
        void **const grown = ito__realloc(table->ctx, (void *)table->block,
                                          table->block_count * sizeof(*grown),
                                          size_mul(room, sizeof(*grown)));

        if (!grown)
            return NULL;
        table->block = grown;
        table->block_room = room;
    }
    p = ito__alloc(table->ctx, bytes);
    if (p)
        table->block[table->block_count++] = p;
    return p;
}

const char *table_text(ito_table *table, const char *text, size_t bytes)
{
    char *const copy = table_block(table, size_add(bytes, 1));

    if (!copy)
        return NULL;
    if (bytes > 0)
        memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

bool table_set_levels(ito_table *table, size_t j, const level_set *l,
                      uint32_t *code)
{
    const size_t count = levels_count(l);
    void *const block = table_block(table, levels_bytes(l));
    uint32_t *const rank =
        ito__alloc(table->ctx, size_mul(count, sizeof(*rank)));

    if (!block || !rank) {
        ito__free(table->ctx, rank);
        return false;
    }
    levels_sorted(l, block, rank);
    for (size_t i = 0; i < table->rows; i++)
        code[i] = rank[code[i]];
    table->column[j].levels = block;
    table->column[j].level_count = count;
    ito__free(table->ctx, rank);
    return true;
}

size_t ito_table_rows(const ito_table *table)
{
    return table ? table->rows : 0;
}

size_t ito_table_cols(const ito_table *table)
{
    return table ? table->cols : 0;
}

const ito_column *ito_table_column(const ito_table *table, size_t j)
{
    return table && j < table->cols ? &table->column[j] : NULL;
}

/* A text that is copied into a table: UTF-8, or ITO_EARG. */
static ito_status copy_text(ito_table *table, const char *text,
                            const char **out)
{
    const size_t n = strlen(text);

    if (utf8_valid(text, n) != n)
        return ito__fail(table->ctx, ITO_EARG,
                         "ito_table_build: a text is no UTF-8");
    *out = table_text(table, text, n);
    return *out ? ITO_OK : ito__fail(table->ctx, ITO_ENOMEM, "table");
}

static ito_status bad_column(const ito_table *table, const ito_column *from,
                             const char *what)
{
    char shown[UTF8_SHOW_MAX + 4];

    return ito__fail(table->ctx, ITO_EARG, "ito_table_build: column '%s': %s",
                     utf8_show(from->name, strlen(from->name), shown), what);
}

static ito_status build_numbers(ito_table *table, const ito_column *from,
                                ito_column *to)
{
    double *x;

    if (table->rows > 0 && !from->number)
        return bad_column(table, from, "no numbers");
    for (size_t i = 0; i < table->rows; i++)
        if (from->number[i] - from->number[i] != 0.0)
            return bad_column(table, from, "a number is NaN or infinite");
    x = table_block(table, size_mul(table->rows, sizeof(*x)));
    if (!x)
        return ito__fail(table->ctx, ITO_ENOMEM, "table");
    if (table->rows > 0)
        memcpy(x, from->number, table->rows * sizeof(*x));
    to->number = x;
    return ITO_OK;
}

static ito_status build_texts(ito_table *table, const ito_column *from,
                              ito_column *to)
{
    const size_t count = from->level_count;
    const char **texts;
    uint32_t *code;
    ito_status rc;

    if ((table->rows > 0 && !from->code) || (count > 0 && !from->levels))
        return bad_column(table, from, "no codes or levels");
    code = table_block(table, size_mul(table->rows, sizeof(*code)));
    texts = table_block(table, size_mul(count, sizeof(*texts)));
    if (!code || !texts)
        return ito__fail(table->ctx, ITO_ENOMEM, "table");
    for (size_t i = 0; i < count; i++) {
        if (!from->levels[i] ||
            (i > 0 && strcmp(from->levels[i - 1], from->levels[i]) >= 0))
            return bad_column(table, from, "levels are not in order");
        if ((rc = copy_text(table, from->levels[i], &texts[i])) != ITO_OK)
            return rc;
    }
    for (size_t i = 0; i < table->rows; i++) {
        if (from->code[i] >= count)
            return bad_column(table, from, "a code is beyond the levels");
        code[i] = from->code[i];
    }
    to->code = code;
    to->levels = texts;
    to->level_count = count;
    return ITO_OK;
}

/* Copy all columns, then see that their names differ. */
static ito_status build(ito_table *table, const ito_column *columns)
{
    const char **const names =
        ito__arena_get(table->ctx, size_mul(table->cols, sizeof(*names)));
    selection all;
    ito_status rc;

    if (!names)
        return ito__fail(table->ctx, ITO_ENOMEM, "table");
    for (size_t j = 0; j < table->cols; j++) {
        const ito_column *const from = &columns[j];
        ito_column *const to = &table->column[j];

        if (!from->name || from->name[0] == '\0')
            return ito__fail(table->ctx, ITO_EARG,
                             "ito_table_build: column %zu has no name", j + 1);
        if ((rc = copy_text(table, from->name, &to->name)) != ITO_OK)
            return rc;
        names[j] = to->name;
        to->kind = from->kind;
        if (from->kind == ITO_COLUMN_NUMBER)
            rc = build_numbers(table, from, to);
        else if (from->kind == ITO_COLUMN_TEXT)
            rc = build_texts(table, from, to);
        else
            rc = bad_column(table, from, "unknown kind");
        if (rc != ITO_OK)
            return rc;
    }
    rc = table_select(table->ctx, "ito_table_build", table->cols, names, NULL,
                      &all);
    return rc == ITO_EFORMAT ? ITO_EARG : rc;
}

ito_status ito_table_build(ito_ctx *ctx, size_t rows, size_t cols,
                           const ito_column *columns, ito_table **out)
{
    ito_table *table;
    ito_status rc;
    ito_mark mark;

    if (out)
        *out = NULL;
    if (!ctx)
        return ITO_EARG;
    if (!columns || !out || cols == 0)
        return ito__fail(ctx, ITO_EARG, "ito_table_build: no columns");
    table = table_new(ctx, cols);
    if (!table)
        return ito__fail(ctx, ITO_ENOMEM, "table of %zu columns", cols);
    table->rows = rows;
    mark = ito__arena_mark(ctx);
    rc = build(table, columns);
    ito__arena_release(ctx, mark);
    if (rc != ITO_OK) {
        ito_table_free(table);
        return rc;
    }
    *out = table;
    return ITO_OK;
}

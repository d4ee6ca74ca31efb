/* SPDX-License-Identifier: MIT
 *
 * table_select.c - which columns of a file are read, by name.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "data/table.h"

#define LIST_MAX 300 /* bytes of a message that lists columns */

/* Names with their places, to be sorted. */
typedef struct named {
    const char *name;
    size_t place;
} named;

static int by_name(const void *a, const void *b)
{
    const named *const x = a, *const y = b;
    const int order = strcmp(x->name, y->name);

    if (order != 0)
        return order;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* The place of a name, or SIZE_MAX. */
static size_t find(const named *sorted, size_t n, const char *name)
{
    size_t low = 0, high = n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(name, sorted[mid].name);

        if (order == 0)
            return sorted[mid].place;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}

/* Refuse a column that is not there and list those that are. */
static ito_status unknown(ito_ctx *ctx, const char *where, const char *name,
                          size_t cols, const char *const *names)
{
    char list[LIST_MAX + 8], shown[UTF8_SHOW_MAX + 4];
    size_t used = 0;

    list[0] = '\0';
    for (size_t j = 0; j < cols; j++) {
        const size_t n = strlen(utf8_show(names[j], strlen(names[j]), shown));

        if (used + n + 2 > LIST_MAX) {
            memcpy(list + used, ", ...", 6);
            break;
        }
        if (j > 0) {
            memcpy(list + used, ", ", 2);
            used += 2;
        }
        memcpy(list + used, shown, n + 1);
        used += n;
    }
    return ito__fail(ctx, ITO_EARG, "%s: no column '%s'; there are: %s", where,
                     utf8_show(name, strlen(name), shown), list);
}

static ito_status check_names(ito_ctx *ctx, const char *where,
                              const named *sorted, size_t cols)
{
    char shown[UTF8_SHOW_MAX + 4];

    for (size_t j = 1; j < cols; j++) {
        const char *const name = sorted[j].name;

        if (strcmp(sorted[j - 1].name, name) == 0)
            return ito__fail(ctx, ITO_EFORMAT,
                             "%s: columns %zu and %zu are both named '%s'; "
                             "rename one",
                             where, sorted[j - 1].place + 1,
                             sorted[j].place + 1,
                             utf8_show(name, strlen(name), shown));
    }
    return ITO_OK;
}

/* Columns in the order of opts->columns, or all. */
static ito_status select_columns(ito_ctx *ctx, const char *where,
                                 const named *sorted, size_t cols,
                                 const char *const *names,
                                 const ito_table_opts *opts, selection *out)
{
    bool *const seen = ito__arena_get(ctx, cols);
    char shown[UTF8_SHOW_MAX + 4];

    if (!seen)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu columns", where, cols);
    memset(seen, 0, cols);
    out->count = opts->columns ? opts->column_count : cols;
    if (out->count == 0)
        return ito__fail(ctx, ITO_EARG, "%s: no column is chosen", where);
    if (out->count > cols)
        out->count = cols + 1; /* one of them is unknown or asked for twice */
    for (size_t i = 0; i < out->count; i++) {
        size_t j = i;

        if (opts->columns && !opts->columns[i])
            return ito__fail(ctx, ITO_EARG, "%s: a chosen name is NULL", where);
        if (opts->columns)
            j = find(sorted, cols, opts->columns[i]);
        if (j == SIZE_MAX)
            return unknown(ctx, where, opts->columns[i], cols, names);
        if (seen[j])
            return ito__fail(ctx, ITO_EARG,
                             "%s: column '%s' is asked for twice", where,
                             utf8_show(names[j], strlen(names[j]), shown));
        seen[j] = true;
        out->source[i] = j;
    }
    return ITO_OK;
}

/* The same order, and which are texts by wish. */
static ito_status force_columns(ito_ctx *ctx, const char *where,
                                const named *sorted, size_t cols,
                                const char *const *names,
                                const ito_table_opts *opts, selection *out)
{
    bool *const wish = ito__arena_get(ctx, cols);

    if (!wish)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu columns", where, cols);
    memset(wish, 0, cols);
    for (size_t i = 0; opts->categorical && i < opts->categorical_count; i++) {
        const char *const name = opts->categorical[i];
        const size_t j = name ? find(sorted, cols, name) : SIZE_MAX;

        if (!name)
            return ito__fail(ctx, ITO_EARG, "%s: a text column is NULL", where);
        if (j == SIZE_MAX)
            return unknown(ctx, where, name, cols, names);
        wish[j] = true;
    }
    for (size_t i = 0; i < out->count; i++)
        out->forced[i] = wish[out->source[i]];
    return ITO_OK;
}

ito_status table_select(ito_ctx *ctx, const char *where, size_t cols,
                        const char *const *names, const ito_table_opts *opts,
                        selection *out)
{
    const ito_table_opts all = { 0 };
    named *const sorted = ito__arena_get(ctx, size_mul(cols, sizeof(*sorted)));
    ito_status rc;

    if (!opts)
        opts = &all;
    out->source = ito__arena_get(ctx, size_mul(cols + 1, sizeof(size_t)));
    out->forced = ito__arena_get(ctx, cols + 1);
    if (!sorted || !out->source || !out->forced)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu columns", where, cols);
    for (size_t j = 0; j < cols; j++)
        sorted[j] = (named){ names[j], j };
    qsort(sorted, cols, sizeof(*sorted), by_name);
    if ((rc = check_names(ctx, where, sorted, cols)) != ITO_OK ||
        (rc = select_columns(ctx, where, sorted, cols, names, opts, out)) !=
            ITO_OK)
        return rc;
    return force_columns(ctx, where, sorted, cols, names, opts, out);
}

/* SPDX-License-Identifier: MIT
 *
 * npy_table.c - tables from and to NumPy's arrays.
 *
 * An array has no names: its columns are c1, c2, ...  A table is written as
 * rows of f4 when every number of it is a float, else of f8.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "data/npy.h"
#include "data/table.h"

#define HEADER_ALIGN 64
#define COLS_MAX     1000000

static ito_status no_memory(ito_ctx *ctx, const char *where)
{
    return ito__fail(ctx, ITO_ENOMEM, "%s: array", where);
}

/* c1, c2, ... in arena memory. */
static const char **make_names(ito_ctx *ctx, size_t cols)
{
    const char **const names =
        ito__arena_get(ctx, size_mul(cols, sizeof(*names)));
    char *text = ito__arena_get(ctx, size_mul(cols, NUM_TEXT_MAX + 1));

    for (size_t j = 0; names && text && j < cols; j++) {
        names[j] = text;
        *text++ = 'c';
        text += num_format_u64(j + 1, text) + 1;
    }
    return text ? names : NULL;
}

/* Refuse element (i, j). */
static ito_status bad_number(ito_ctx *ctx, const char *where, size_t i,
                             size_t j, double x)
{
    ito_errinfo at = ito__at_file(where, i + 1, j + 1);

    at.value = x;
    if (isnan(x))
        return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                            "%s: row %zu, column %zu: NaN, a missing value; "
                            "--drop-missing leaves such rows out",
                            where, i + 1, j + 1);
    return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                        "%s: row %zu, column %zu: infinite; correct or remove "
                        "the row",
                        where, i + 1, j + 1);
}

/* Keep the rows whose chosen elements are finite: their numbers into row[],
 * or an error when a row may not be dropped. */
static ito_status choose_rows(ito_ctx *ctx, const char *where,
                              const npy_array *a, const selection *chosen,
                              bool drop, size_t *row, size_t *rows)
{
    *rows = 0;
    for (size_t i = 0; i < a->rows; i++) {
        bool missing = false;

        for (size_t k = 0; k < chosen->count; k++) {
            const double x = npy_get(a, i, chosen->source[k]);

            if (isinf(x) || (isnan(x) && !drop))
                return bad_number(ctx, where, i, chosen->source[k], x);
            missing |= isnan(x);
        }
        if (!missing)
            row[(*rows)++] = i;
    }
    if (*rows == 0)
        return ito__fail(ctx, ITO_EFORMAT, "%s: every row has a NaN", where);
    return ITO_OK;
}

static ito_status fill_numbers(ito_table *table, size_t k, const npy_array *a,
                               size_t j, const size_t *row)
{
    double *const x = table_block(table, size_mul(table->rows, sizeof(*x)));

    if (!x)
        return no_memory(table->ctx, "NPY");
    for (size_t i = 0; i < table->rows; i++)
        x[i] = npy_get(a, row[i], j);
    table->column[k].kind = ITO_COLUMN_NUMBER;
    table->column[k].number = x;
    return ITO_OK;
}

/* The numbers of a column as texts. */
static ito_status fill_texts(ito_table *table, size_t k, const npy_array *a,
                             size_t j, const size_t *row)
{
    uint32_t *const code =
        table_block(table, size_mul(table->rows, sizeof(*code)));
    level_set *const l = levels_new(table->ctx);
    bool fine = code && l;
    char text[NUM_TEXT_MAX];

    for (size_t i = 0; fine && i < table->rows; i++) {
        const size_t n = num_format(npy_get(a, row[i], j), text);

        fine = levels_code(l, text, n, &code[i]);
    }
    table->column[k].kind = ITO_COLUMN_TEXT;
    table->column[k].code = code;
    fine = fine && table_set_levels(table, k, l, code);
    levels_free(l);
    return fine ? ITO_OK : no_memory(table->ctx, "NPY");
}

static ito_status fill(ito_table *table, const npy_array *a,
                       const selection *chosen, const char *const *names,
                       const size_t *row)
{
    ito_status rc = ITO_OK;

    for (size_t k = 0; k < chosen->count && rc == ITO_OK; k++) {
        const size_t j = chosen->source[k];

        table->column[k].name = table_text(table, names[j], strlen(names[j]));
        if (!table->column[k].name)
            return no_memory(table->ctx, "NPY");
        rc = (chosen->forced[k] ? fill_texts : fill_numbers)(table, k, a, j,
                                                             row);
    }
    return rc;
}

static ito_status parse(ito_ctx *ctx, const char *where, const npy_array *a,
                        const ito_table_opts *opts, ito_table **out)
{
    const char **const names = make_names(ctx, a->cols);
    size_t *const row = ito__arena_get(ctx, size_mul(a->rows, sizeof(*row)));
    selection chosen;
    ito_table *table;
    ito_status rc;
    size_t rows;

    if (!names || !row)
        return no_memory(ctx, where);
    rc = table_select(ctx, where, a->cols, names, opts, &chosen);
    if (rc != ITO_OK ||
        (rc = choose_rows(ctx, where, a, &chosen, opts && opts->drop_missing,
                          row, &rows)) != ITO_OK)
        return rc;
    table = table_new(ctx, chosen.count);
    if (!table)
        return no_memory(ctx, where);
    table->rows = rows;
    rc = fill(table, a, &chosen, names, row);
    if (rc == ITO_OK)
        *out = table;
    else
        ito_table_free(table);
    return rc;
}

ito_status npy_parse(ito_ctx *ctx, const char *where, const char *data,
                     size_t bytes, const ito_table_opts *opts, ito_table **out)
{
    const ito_mark mark = ito__arena_mark(ctx);
    npy_array a;
    ito_status rc;

    *out = NULL;
    if ((rc = npy_open(ctx, where, data, bytes, &a)) != ITO_OK)
        return rc;
    if (a.cols > COLS_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "%s: %zu columns; at most %d are "
                         "read",
                         where, a.cols, COLS_MAX);
    rc = parse(ctx, where, &a, opts, out);
    ito__arena_release(ctx, mark);
    return rc;
}

void npy_put_header(stream *s, const char *descr, size_t rank,
                    const size_t *shape)
{
    char text[4 * HEADER_ALIGN];
    size_t n, padded;

    memcpy(text, "\x93NUMPY\x01\x00\x00\x00", 10);
    n = 10 + (size_t)snprintf(text + 10, sizeof(text) - 10,
                              "{'descr': '%s', 'fortran_order': False, "
                              "'shape': (",
                              descr);
    for (size_t k = 0; k < rank; k++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%zu",
                              k ? ", " : "", shape[k]);
    n += (size_t)snprintf(text + n, sizeof(text) - n, "), }");
    padded = size_round_up(n + 1, HEADER_ALIGN);
    assert(rank > 1 && padded <= sizeof(text));
    memset(text + n, ' ', padded - n);
    text[padded - 1] = '\n';
    text[8] = (char)(padded - 10);
    text[9] = (char)((padded - 10) >> 8);
    stream_write(s, text, padded);
}

/* rows x cols of f4 or f8. */
static void put_header(stream *s, size_t item, size_t rows, size_t cols)
{
    npy_put_header(s, item == 4 ? "<f4" : "<f8", 2,
                   (const size_t[]){ rows, cols });
}

/* The bytes of x, least significant first. */
static void put_item(double x, size_t item, unsigned char *out)
{
    const float f = (float)x;
    uint64_t bits = 0;
    uint32_t half;

    if (item == 4) {
        memcpy(&half, &f, sizeof(half));
        bits = half;
    } else {
        memcpy(&bits, &x, sizeof(bits));
    }
    for (size_t i = 0; i < item; i++)
        out[i] = (unsigned char)(bits >> (8 * i));
}

/* Every number is a float. */
static bool all_floats(const ito_table *table)
{
    for (size_t j = 0; j < table->cols; j++)
        for (size_t i = 0; i < table->rows; i++) {
            const double x = table->column[j].number[i];

            if (fabs(x) > 3.4028234663852886e38 || (double)(float)x != x)
                return false;
        }
    return true;
}

ito_status npy_write(ito_ctx *ctx, const char *path, const ito_table *table)
{
    char shown[UTF8_SHOW_MAX + 4];
    unsigned char buffer[1024];
    size_t item, used = 0;
    stream *out;
    ito_status rc;

    for (size_t j = 0; j < table->cols; j++)
        if (table->column[j].kind != ITO_COLUMN_NUMBER)
            return ito__fail(ctx, ITO_EUNFIT,
                             "%s: column '%s' holds texts, which NPY "
                             "cannot; write .csv",
                             path,
                             utf8_show(table->column[j].name,
                                       strlen(table->column[j].name), shown));
    if ((rc = stream_begin(ctx, path, &out)) != ITO_OK)
        return rc;
    item = all_floats(table) ? 4 : 8;
    put_header(out, item, table->rows, table->cols);
    for (size_t i = 0; i < table->rows; i++)
        for (size_t j = 0; j < table->cols; j++) {
            put_item(table->column[j].number[i], item, buffer + used);
            used += item;
            if (used == sizeof(buffer)) {
                stream_write(out, buffer, used);
                used = 0;
            }
        }
    stream_write(out, buffer, used);
    return stream_end(out, ITO_OK);
}

ito_status npy_write_rows(ito_ctx *ctx, const char *path, const float *x,
                          size_t rows, size_t cols)
{
    unsigned char item[4];
    stream *out;
    const ito_status rc = stream_begin(ctx, path, &out);

    if (rc != ITO_OK)
        return rc;
    put_header(out, 4, rows, cols);
    for (size_t i = 0; i < rows * cols; i++) {
        put_item((double)x[i], 4, item);
        stream_write(out, item, sizeof(item));
    }
    return stream_end(out, ITO_OK);
}

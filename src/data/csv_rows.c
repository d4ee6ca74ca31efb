/* SPDX-License-Identifier: MIT
 *
 * csv_rows.c - cells to numbers and texts.
 *
 * What a column holds is decided by its first cell; every other must agree,
 * and the message about one that does not says how to go on.
 */
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "data/csv_reader.h"

#define CANCEL_ROWS 16384 /* rows between two looks at cancel */

/* What a message about a cell says of it. */
typedef struct shown {
    ito_errinfo at;
    char cell[UTF8_SHOW_MAX + 4];
    char name[UTF8_SHOW_MAX + 4];
} shown;

static shown show(const csv_reader *r, size_t k, const csv_cell *cell)
{
    const size_t j = r->chosen.source[k];
    const char *const name = r->names[j];
    shown s = { .at = ito__at_file(r->where, cell->line, j + 1) };

    utf8_show(cell->text, cell->bytes, s.cell);
    utf8_show(name, strlen(name), s.name);
    return s;
}

/* Say what is wrong with a cell of a column of numbers, or of an undecided
 * or text column where `cell` is missing or infinite. */
static ito_status bad_cell(const csv_reader *r, size_t k, const csv_cell *cell)
{
    const shown s = show(r, k, cell);
    const size_t column = r->chosen.source[k] + 1;

    if (csv_is_missing(cell))
        return ito__fail_at(r->ctx, ITO_ENONFINITE, &s.at,
                            "%s:%zu:%zu: column '%s' has a missing cell; "
                            "--drop-missing leaves such rows out",
                            r->where, cell->line, column, s.name);
    if (csv_is_numeric(cell))
        return ito__fail_at(r->ctx, ITO_ENONFINITE, &s.at,
                            "%s:%zu:%zu: column '%s' has '%s', which is not "
                            "finite; correct or remove the row",
                            r->where, cell->line, column, s.name, s.cell);
    return ito__fail_at(r->ctx, ITO_EFORMAT, &s.at,
                        "%s:%zu:%zu: text '%s' in column '%s' of numbers; "
                        "correct it, or take the column as texts: "
                        "--categorical %s",
                        r->where, cell->line, column, s.cell, s.name, s.name);
}

/* A number in a column of texts. */
static ito_status odd_number(const csv_reader *r, size_t k,
                             const csv_cell *cell)
{
    const shown s = show(r, k, cell);

    return ito__fail_at(r->ctx, ITO_EFORMAT, &s.at,
                        "%s:%zu:%zu: number '%s' in column '%s', whose cells "
                        "above are texts; correct them, or take all as "
                        "texts: --categorical %s",
                        r->where, cell->line, r->chosen.source[k] + 1, s.cell,
                        s.name, s.name);
}

/* Digits and a comma: 1,5 or 1,234.5. */
static bool has_comma_number(const csv_cell *cell)
{
    bool comma = false;

    for (size_t i = 0; i < cell->bytes; i++) {
        const char c = cell->text[i];

        comma |= c == ',' && i > 0;
        if (c != ',' && c != '.' && (c < '0' || c > '9') &&
            (i > 0 || (c != '-' && c != '+')))
            return false;
    }
    return comma;
}

static ito_status comma_number(const csv_reader *r, size_t k,
                               const csv_cell *cell)
{
    const shown s = show(r, k, cell);

    return ito__fail_at(r->ctx, ITO_EFORMAT, &s.at,
                        "%s:%zu:%zu: '%s' has a comma; write numbers with a "
                        "decimal point and without thousands separators, or "
                        "take the column as texts: --categorical %s",
                        r->where, cell->line, r->chosen.source[k] + 1, s.cell,
                        s.name);
}

/* Numbers in it are texts too. */
static bool takes_texts(const csv_reader *r, size_t k)
{
    return r->chosen.forced[k] || r->opts->as_texts;
}

/* Where the cells of a column are written. */
typedef struct sink {
    double *number; /* NULL for texts */
    uint32_t *code; /* NULL for numbers */
} sink;

/* Decide what chosen column k holds by its first cell. */
static ito_status decide(csv_reader *r, size_t k, const csv_cell *cell,
                         sink *to)
{
    ito_column *const c = &r->table->column[k];
    const size_t rows = r->records - r->header;

    *to = (sink){ NULL, NULL };
    if (csv_is_missing(cell) && !r->opts->as_texts)
        return bad_cell(r, k, cell);
    if (!takes_texts(r, k) && csv_is_numeric(cell)) {
        c->kind = ITO_COLUMN_NUMBER;
        to->number = table_block(r->table, size_mul(rows, sizeof(double)));
        c->number = to->number;
        return to->number ? ITO_OK : csv_no_memory(r);
    }
    c->kind = ITO_COLUMN_TEXT;
    r->levels[k] = levels_new(r->ctx);
    to->code = table_block(r->table, size_mul(rows, sizeof(uint32_t)));
    c->code = to->code;
    return to->code && r->levels[k] ? ITO_OK : csv_no_memory(r);
}

static ito_status store_number(const csv_reader *r, size_t k,
                               const csv_cell *cell, double *number)
{
    double x;

    if (num_parse(cell->text, cell->bytes, &x) && x - x == 0.0) {
        *number = x;
        return ITO_OK;
    }
    return has_comma_number(cell) ? comma_number(r, k, cell)
                                  : bad_cell(r, k, cell);
}

static ito_status store_text(csv_reader *r, size_t k, const csv_cell *cell,
                             uint32_t *code)
{
    const char *text;
    size_t bytes;

    if (csv_is_missing(cell) && !r->opts->as_texts)
        return bad_cell(r, k, cell);
    if (!takes_texts(r, k) && csv_is_numeric(cell))
        return odd_number(r, k, cell);
    if (!takes_texts(r, k) && has_comma_number(cell))
        return comma_number(r, k, cell);
    text = csv_cell_text(r, cell, &bytes);
    if (!text)
        return csv_no_memory(r);
    if (csv_is_missing(cell))
        bytes = 0;
    if (utf8_valid(text, bytes) != bytes)
        return csv_not_utf8(r, cell, r->chosen.source[k] + 1);
    if (!levels_code(r->levels[k], text, bytes, code))
        return csv_no_memory(r);
    return ITO_OK;
}

/* Read the record in r->cell as row number table->rows. */
static ito_status store_row(csv_reader *r, sink *to)
{
    const size_t row = r->table->rows;
    ito_status rc = ITO_OK;

    for (size_t k = 0; k < r->chosen.count && rc == ITO_OK; k++) {
        const csv_cell *const cell = &r->cell[r->chosen.source[k]];

        if (row == 0 && (rc = decide(r, k, cell, &to[k])) != ITO_OK)
            return rc;
        if (to[k].number)
            rc = store_number(r, k, cell, &to[k].number[row]);
        else
            rc = store_text(r, k, cell, &to[k].code[row]);
    }
    if (rc == ITO_OK)
        r->table->rows++;
    return rc;
}

static bool misses_any(const csv_reader *r)
{
    for (size_t k = 0; k < r->chosen.count; k++)
        if (csv_is_missing(&r->cell[r->chosen.source[k]]))
            return true;
    return false;
}

static ito_status read_rows(csv_reader *r, sink *to)
{
    csv_scan s = csv_start(r);
    ito_status rc;

    (void)csv_more(&s);
    for (size_t i = 0; i < r->records; i++) {
        csv_read_record(r, &s);
        (void)csv_more(&s);
        if (i == 0 && r->header)
            continue;
        if (i % CANCEL_ROWS == 0 && ito__cancelled(r->ctx))
            return ito__fail(r->ctx, ITO_ECANCELLED, "%s: reading stopped",
                             r->where);
        if (r->opts->drop_missing && misses_any(r))
            continue;
        if ((rc = store_row(r, to)) != ITO_OK)
            return rc;
    }
    if (r->table->rows == 0)
        return ito__fail(r->ctx, ITO_EFORMAT,
                         "%s: every row has a missing cell; choose columns "
                         "that are filled: --columns",
                         r->where);
    return ITO_OK;
}

ito_status csv_read_rows(csv_reader *r)
{
    sink *to = ito__arena_get(r->ctx, size_mul(r->chosen.count, sizeof(*to)));
    ito_status rc;

    r->levels = ito__calloc(r->ctx, r->chosen.count, sizeof(level_set *));
    r->table = table_new(r->ctx, r->chosen.count);
    if (!to || !r->levels || !r->table)
        return csv_no_memory(r);
    for (size_t k = 0; k < r->chosen.count; k++) {
        const char *const name = r->names[r->chosen.source[k]];

        r->table->column[k].name = table_text(r->table, name, strlen(name));
        if (!r->table->column[k].name)
            return csv_no_memory(r);
    }
    if ((rc = read_rows(r, to)) != ITO_OK)
        return rc;
    for (size_t k = 0; k < r->chosen.count; k++)
        if (r->levels[k] &&
            !table_set_levels(r->table, k, r->levels[k], to[k].code))
            return csv_no_memory(r);
    return ITO_OK;
}

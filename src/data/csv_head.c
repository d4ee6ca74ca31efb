/* SPDX-License-Identifier: MIT
 *
 * csv_head.c - the shape of a text table: its records, its header, the names
 * of its columns and which of them are read.
 */
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "data/csv_reader.h"

#define LOOK_ROWS 1000    /* rows read to tell whether there is a header */
#define COLS_MAX  1000000 /* columns */

static ito_status quote_fault(const csv_reader *r, csv_fault fault, size_t line,
                              size_t column)
{
    const ito_errinfo at = ito__at_file(r->where, line, column);

    if (fault == CSV_OPEN_QUOTE)
        return ito__fail_at(r->ctx, ITO_EFORMAT, &at,
                            "%s:%zu:%zu: a quote is opened here and never "
                            "closed",
                            r->where, line, column);
    return ito__fail_at(r->ctx, ITO_EFORMAT, &at,
                        "%s:%zu:%zu: text behind a closing quote; double the "
                        "quotes inside a quoted cell",
                        r->where, line, column);
}

static ito_status ragged(const csv_reader *r, size_t line, size_t found)
{
    ito_errinfo at = ito__at_file(r->where, line, 0);

    at.column = -1;
    return ito__fail_at(r->ctx, ITO_EFORMAT, &at,
                        "%s:%zu: expected %zu columns as above, found %zu; "
                        "put quotes around a cell that contains %s",
                        r->where, line, r->cols, found,
                        r->delimiter == ','    ? "a comma"
                        : r->delimiter == ';'  ? "a semicolon"
                        : r->delimiter == '\t' ? "a tab"
                                               : "the delimiter");
}

/* Count the records; each must have as many cells as the first. */
static ito_status count_records(csv_reader *r)
{
    csv_scan s = csv_start(r);
    csv_fault fault;
    csv_cell cell;

    r->cols = r->records = 0;
    while (csv_more(&s)) {
        size_t n = 0, line = s.line;
        bool last = false;

        while (!last) {
            fault = csv_next(&s, &cell, &last);
            if (fault != CSV_FINE)
                return quote_fault(r, fault, cell.line, n + 1);
            n++;
        }
        if (r->records++ == 0) {
            r->cols = n;
            s.keep_blank = n == 1; /* a blank line is a missing cell */
        } else if (n != r->cols) {
            return ragged(r, line, n);
        }
    }
    if (r->cols > COLS_MAX)
        return ito__fail(r->ctx, ITO_ERANGE,
                         "%s: %zu columns; at most %d are read", r->where,
                         r->cols, COLS_MAX);
    if (r->records == 0)
        return ito__fail(r->ctx, ITO_EFORMAT, "%s: the file is empty",
                         r->where);
    return ITO_OK;
}

/* What is known of a column when looking for a header. */
typedef struct look {
    csv_cell first;
    bool number, text; /* below the first line */
    bool again;        /* the first line's cell occurs again */
} look;

static void look_at(look *l, const csv_cell *cell)
{
    if (csv_is_missing(cell))
        return;
    if (csv_is_numeric(cell))
        l->number = true;
    else
        l->text = true;
    if (cell->bytes == l->first.bytes &&
        memcmp(cell->text, l->first.text, cell->bytes) == 0)
        l->again = true;
}

/* Two names of the first line are the same. */
static bool any_same(const look *l, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (l[i].first.bytes == l[j].first.bytes &&
                memcmp(l[i].first.text, l[j].first.text, l[i].first.bytes) == 0)
                return true;
    return false;
}

/*
 * A header, if no cell of the first line is a number and some column holds
 * numbers below it; or, in a table of texts alone (of at most 100 columns),
 * if the cells of the first line differ and none of them comes again.
 */
static ito_status detect_header(csv_reader *r)
{
    look *const l = ito__arena_get(r->ctx, size_mul(r->cols, sizeof(*l)));
    bool number = false, number_column = false, again = false;
    csv_scan s = csv_start(r);

    if (!l)
        return csv_no_memory(r);
    (void)csv_more(&s);
    csv_read_record(r, &s);
    for (size_t j = 0; j < r->cols; j++) {
        l[j] = (look){ .first = r->cell[j] };
        number |= csv_is_numeric(&r->cell[j]);
    }
    for (size_t i = 0; !number && i < LOOK_ROWS && csv_more(&s); i++) {
        csv_read_record(r, &s);
        for (size_t j = 0; j < r->cols; j++)
            look_at(&l[j], &r->cell[j]);
    }
    for (size_t j = 0; j < r->cols; j++) {
        number_column |= l[j].number && !l[j].text;
        again |= l[j].again || l[j].first.bytes == 0;
    }
    r->header =
        !number &&
        (number_column || (!again && r->cols <= 100 && !any_same(l, r->cols)));
    return ITO_OK;
}

/* Names from the cells of the first record, or c1, c2, ... */
static ito_status read_names(csv_reader *r)
{
    for (size_t j = 0; j < r->cols; j++) {
        const csv_cell *const cell = &r->cell[j];
        char made[NUM_TEXT_MAX + 1] = "c";
        const char *text = made;
        size_t bytes = 1 + num_format_u64(j + 1, made + 1);
        char *copy;

        if (r->header && cell->bytes > 0)
            text = csv_cell_text(r, cell, &bytes);
        copy = text ? ito__arena_get(r->ctx, bytes + 1) : NULL;
        if (!copy)
            return csv_no_memory(r);
        if (utf8_valid(text, bytes) != bytes)
            return csv_not_utf8(r, cell, j + 1);
        memcpy(copy, text, bytes);
        copy[bytes] = '\0';
        r->names[j] = copy;
    }
    return ITO_OK;
}

ito_status csv_prepare(csv_reader *r)
{
    csv_scan s;
    ito_status rc = count_records(r);

    if (rc != ITO_OK)
        return rc;
    r->cell = ito__arena_get(r->ctx, size_mul(r->cols, sizeof(*r->cell)));
    r->names = ito__arena_get(r->ctx, size_mul(r->cols, sizeof(*r->names)));
    if (!r->cell || !r->names)
        return csv_no_memory(r);
    r->header = r->opts->header == ITO_HEADER_YES;
    if (r->opts->header == ITO_HEADER_DETECT)
        rc = detect_header(r);
    if (rc != ITO_OK)
        return rc;
    s = csv_start(r);
    (void)csv_more(&s);
    csv_read_record(r, &s);
    if ((rc = read_names(r)) != ITO_OK ||
        (rc = table_select(r->ctx, r->where, r->cols, r->names, r->opts,
                           &r->chosen)) != ITO_OK)
        return rc;
    if (r->records == 1 && r->header)
        return ito__fail(r->ctx, ITO_EFORMAT,
                         "%s: a header and no rows below it", r->where);
    return ITO_OK;
}

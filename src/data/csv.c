/* SPDX-License-Identifier: MIT
 *
 * csv.c - text tables to columns: the entry and what its parts share.
 */
#include <string.h>

#include "base/number.h"
#include "data/csv_reader.h"

#define BOM "\xef\xbb\xbf" /* of UTF-8 */

csv_scan csv_start(const csv_reader *r)
{
    return (csv_scan){
        .at = r->text, .end = r->end, .line = 1, .delimiter = r->delimiter
    };
}

void csv_read_record(csv_reader *r, csv_scan *s)
{
    bool last;

    for (size_t j = 0; j < r->cols; j++)
        (void)csv_next(s, &r->cell[j], &last);
    s->keep_blank = r->cols == 1;
}

bool csv_is_numeric(const csv_cell *cell)
{
    double x;

    return num_parse(cell->text, cell->bytes, &x) ||
           (!cell->quoted && num_is_word(cell->text, cell->bytes));
}

bool csv_is_missing(const csv_cell *cell)
{
    const char *const t = cell->text;

    if (cell->bytes == 0)
        return true;
    if (cell->quoted)
        return false;
    if (cell->bytes == 2)
        return t[0] == 'N' && t[1] == 'A';
    return cell->bytes == 3 && (t[0] | 0x20) == 'n' && (t[1] | 0x20) == 'a' &&
           (t[2] | 0x20) == 'n';
}

const char *csv_cell_text(csv_reader *r, const csv_cell *cell, size_t *bytes)
{
    *bytes = cell->bytes;
    if (!cell->doubled)
        return cell->text;
    if (cell->bytes > r->scratch_bytes) {
        ito__free(r->ctx, r->scratch);
        r->scratch_bytes = 0;
        r->scratch = ito__alloc(r->ctx, cell->bytes);
        if (!r->scratch)
            return NULL;
        r->scratch_bytes = cell->bytes;
    }
    *bytes = csv_copy(cell, r->scratch);
    return r->scratch;
}

ito_status csv_no_memory(const csv_reader *r)
{
    return ito__fail(r->ctx, ITO_ENOMEM, "%s: table of %zu rows, %zu columns",
                     r->where, r->records, r->cols);
}

ito_status csv_not_utf8(const csv_reader *r, const csv_cell *cell,
                        size_t column)
{
    const ito_errinfo at = ito__at_file(r->where, cell->line, column);

    return ito__fail_at(r->ctx, ITO_EFORMAT, &at,
                        "%s:%zu:%zu: a text that is no UTF-8; convert the "
                        "file, for example: iconv -f LATIN1 -t UTF-8",
                        r->where, cell->line, column);
}

/* Refuse zero bytes: not a text file, or UTF-16. */
static ito_status check_bytes(const csv_reader *r, const char *text,
                              size_t bytes)
{
    const char *const zero = bytes ? memchr(text, '\0', bytes) : NULL;
    size_t line = 1;
    ito_errinfo at;

    if (!zero)
        return ITO_OK;
    for (const char *p = text; p < zero; p++)
        line += *p == '\n';
    at = ito__at_file(r->where, line, 0);
    at.column = -1;
    return ito__fail_at(r->ctx, ITO_EFORMAT, &at,
                        "%s:%zu: a zero byte: no text file, or UTF-16; save "
                        "the table as CSV in UTF-8",
                        r->where, line);
}

static ito_status check_options(ito_ctx *ctx, const ito_table_opts *opts)
{
    const char d = opts->delimiter;

    if ((int)opts->header < 0 || opts->header > ITO_HEADER_NO)
        return ito__fail(ctx, ITO_EARG, "header: unknown choice");
    if (d != '\0' && (strchr("\"\n\r .-+eE0123456789", d) || d < 0))
        return ito__fail(ctx, ITO_EARG,
                         "delimiter: must be one character that no number or "
                         "quote contains");
    return ITO_OK;
}

ito_status csv_parse(ito_ctx *ctx, const char *where, const char *text,
                     size_t bytes, const ito_table_opts *opts, ito_table **out)
{
    const ito_table_opts none = { 0 };
    csv_reader r = { .ctx = ctx, .where = where };
    const ito_mark mark = ito__arena_mark(ctx);
    ito_status rc;

    *out = NULL;
    r.opts = opts ? opts : &none;
    if ((rc = check_options(ctx, r.opts)) != ITO_OK ||
        (rc = check_bytes(&r, text, bytes)) != ITO_OK)
        return rc;
    r.text = text;
    if (bytes >= 3 && memcmp(text, BOM, 3) == 0)
        r.text += 3;
    r.end = text + bytes;
    while (r.end > r.text && (r.end[-1] == '\n' || r.end[-1] == '\r'))
        r.end--;
    r.delimiter = r.opts->delimiter
                      ? r.opts->delimiter
                      : csv_detect(r.text, (size_t)(r.end - r.text));
    if ((rc = csv_prepare(&r)) == ITO_OK)
        rc = csv_read_rows(&r);
    for (size_t k = 0; r.levels && k < r.chosen.count; k++)
        levels_free(r.levels[k]);
    ito__free(ctx, (void *)r.levels);
    ito__free(ctx, r.scratch);
    ito__arena_release(ctx, mark);
    if (rc != ITO_OK) {
        ito_table_free(r.table);
        return rc;
    }
    *out = r.table;
    return ITO_OK;
}

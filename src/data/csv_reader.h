/* SPDX-License-Identifier: MIT
 *
 * csv_reader.h - a text table being read: what csv.c, csv_head.c and
 * csv_rows.c share.
 *
 * The bytes are gone over twice: first to count the records and to see that
 * each has as many cells as the first, so that all columns can be allocated
 * at their size; then to read the cells.  A cell takes at least one byte of
 * the file, so memory is bounded by a small multiple of it.
 */
#ifndef ITO_DATA_CSV_READER_H
#define ITO_DATA_CSV_READER_H

#include "data/csv_scan.h"
#include "data/table.h"

typedef struct csv_reader {
    ito_ctx *ctx;
    const char *where;
    const char *text, *end;
    const ito_table_opts *opts;
    char delimiter;
    size_t cols;    /* of the file */
    size_t records; /* the header included */
    bool header;
    csv_cell *cell;     /* cols, of the current record */
    const char **names; /* cols */
    selection chosen;
    ito_table *table;
    level_set **levels; /* of chosen column k; NULL for numbers */
    char *scratch;      /* for cells with doubled quotes */
    size_t scratch_bytes;
} csv_reader;

/* csv_head.c: records, header, names and the choice of columns. */
ito_status csv_prepare(csv_reader *r);

/* csv_rows.c: the cells of the chosen columns. */
ito_status csv_read_rows(csv_reader *r);

/* csv.c: what both need. */
csv_scan csv_start(const csv_reader *r);
/* Read a record that was counted into r->cell. */
void csv_read_record(csv_reader *r, csv_scan *s);
/* A number, or, without quotes, a word for what is none (inf, nan). */
bool csv_is_numeric(const csv_cell *cell);
/* Empty, NA or NaN. */
bool csv_is_missing(const csv_cell *cell);
/* The text of a cell, doubled quotes made single; NULL without memory. */
const char *csv_cell_text(csv_reader *r, const csv_cell *cell, size_t *bytes);
ito_status csv_no_memory(const csv_reader *r);
ito_status csv_not_utf8(const csv_reader *r, const csv_cell *cell,
                        size_t column);

#endif /* ITO_DATA_CSV_READER_H */

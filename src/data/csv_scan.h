/* SPDX-License-Identifier: MIT
 *
 * csv_scan.h - cells of a text table, one after the other (RFC 4180, and what
 * people write besides it).
 *
 * A line ends in \n, \r\n or \r.  A cell whose first byte after blanks is a
 * quote ends at the next quote that is not doubled; newlines and delimiters
 * inside belong to it.  Blanks around a cell do not.
 */
#ifndef ITO_DATA_CSV_SCAN_H
#define ITO_DATA_CSV_SCAN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct csv_cell {
    const char *text; /* without quotes, doubled quotes still doubled */
    size_t bytes;
    size_t line; /* of the file, from 1, in which it starts */
    bool quoted;
    bool doubled; /* there are doubled quotes in it */
} csv_cell;

typedef struct csv_scan {
    const char *at, *end;
    size_t line;
    char delimiter;
    bool keep_blank; /* a blank line is a record with one empty cell */
} csv_scan;

typedef enum csv_fault {
    CSV_FINE,
    CSV_OPEN_QUOTE, /* the file ends inside quotes */
    CSV_AFTER_QUOTE /* something follows a closing quote */
} csv_fault;

/* False at the end of the text; skips blank lines before a record. */
bool csv_more(csv_scan *s);

/* The next cell; *last when it ends the record. */
csv_fault csv_next(csv_scan *s, csv_cell *cell, bool *last);

/* Copy the text of a cell with doubled quotes, which become single; returns
 * its bytes, fewer than cell->bytes. */
size_t csv_copy(const csv_cell *cell, char *out);

/* Choose among comma, semicolon and tab. */
char csv_detect(const char *text, size_t bytes);

#endif /* ITO_DATA_CSV_SCAN_H */

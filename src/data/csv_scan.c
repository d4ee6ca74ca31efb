/* SPDX-License-Identifier: MIT
 *
 * csv_scan.c - cells of a text table, and which delimiter parts them.
 */
#include "data/csv_scan.h"

#define LOOK_RECORDS 20 /* records that the choice of a delimiter reads */

static bool is_blank(char c, char delimiter)
{
    return c == ' ' || (c == '\t' && delimiter != '\t');
}

/* Step over the end of a line, which is at s->at. */
static void skip_newline(csv_scan *s)
{
    if (*s->at++ == '\r' && s->at < s->end && *s->at == '\n')
        s->at++;
    s->line++;
}

bool csv_more(csv_scan *s)
{
    while (!s->keep_blank && s->at < s->end) {
        const char *p = s->at;

        while (p < s->end && is_blank(*p, s->delimiter))
            p++;
        if (p < s->end && *p != '\n' && *p != '\r')
            break;
        s->at = p;
        if (p < s->end)
            skip_newline(s);
    }
    return s->at < s->end;
}

/* The inside of quotes; s->at is behind the opening one. */
static csv_fault scan_quoted(csv_scan *s, csv_cell *cell)
{
    cell->quoted = true;
    cell->text = s->at;
    while (s->at < s->end) {
        const char c = *s->at;

        if (c == '\n' || c == '\r') {
            skip_newline(s);
            continue;
        }
        s->at++;
        if (c != '"')
            continue;
        if (s->at == s->end || *s->at != '"') {
            cell->bytes = (size_t)(s->at - 1 - cell->text);
            while (s->at < s->end && is_blank(*s->at, s->delimiter))
                s->at++;
            return CSV_FINE;
        }
        cell->doubled = true;
        s->at++;
    }
    return CSV_OPEN_QUOTE;
}

static void scan_bare(csv_scan *s, csv_cell *cell)
{
    const char *p = s->at;
    const char delimiter = s->delimiter;

    while (p < s->end && *p != delimiter && *p != '\n' && *p != '\r')
        p++;
    cell->text = s->at;
    s->at = p;
    while (p > cell->text && is_blank(p[-1], delimiter))
        p--;
    cell->bytes = (size_t)(p - cell->text);
}

csv_fault csv_next(csv_scan *s, csv_cell *cell, bool *last)
{
    csv_fault fault = CSV_FINE;

    while (s->at < s->end && is_blank(*s->at, s->delimiter))
        s->at++;
    *cell = (csv_cell){ .line = s->line };
    if (s->at < s->end && *s->at == '"') {
        s->at++;
        fault = scan_quoted(s, cell);
    } else {
        scan_bare(s, cell);
    }
    *last = true;
    if (fault != CSV_FINE || s->at == s->end)
        return fault;
    if (*s->at == s->delimiter) {
        s->at++;
        *last = false;
        return CSV_FINE;
    }
    if (*s->at != '\n' && *s->at != '\r')
        return CSV_AFTER_QUOTE;
    skip_newline(s);
    return CSV_FINE;
}

size_t csv_copy(const csv_cell *cell, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < cell->bytes; i++) {
        out[n++] = cell->text[i];
        if (cell->text[i] == '"')
            i++;
    }
    return n;
}

/* Cells in the first record; *even when the next ones have as many. */
static size_t count_cells(const char *text, size_t bytes, char delimiter,
                          bool *even)
{
    csv_scan s = { .at = text, .end = text + bytes, .delimiter = delimiter };
    size_t first = 0;
    csv_cell cell;

    *even = true;
    for (int record = 0; record < LOOK_RECORDS && csv_more(&s); record++) {
        size_t n = 0;
        bool last = false;

        for (; !last; n++)
            if (csv_next(&s, &cell, &last) != CSV_FINE)
                *even = false;
        if (record == 0)
            first = n;
        if (!*even || n != first) {
            *even = false;
            break;
        }
    }
    return first;
}

char csv_detect(const char *text, size_t bytes)
{
    /* semicolons go before commas, which then are decimal commas */
    static const char by_rank[] = { ';', '\t', ',' };
    bool even;
    const size_t commas = count_cells(text, bytes, ',', &even);
    size_t most = 0;
    char best = ',';

    for (size_t i = 0; i < sizeof(by_rank); i++) {
        const size_t n = count_cells(text, bytes, by_rank[i], &even);

        if (even && n > 1 && !(by_rank[i] == '\t' && n == commas))
            return by_rank[i];
        if (n > most) {
            most = n;
            best = by_rank[i];
        }
    }
    return most > 1 ? best : ',';
}

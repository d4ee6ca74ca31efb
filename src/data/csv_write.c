/* SPDX-License-Identifier: MIT
 *
 * csv_write.c - columns to a text table.
 *
 * What ito reads back is what was written: texts that would lose their
 * blanks, be split, or be taken for a missing cell stand in quotes, and
 * numbers have the fewest digits that give the same double.
 */
#include <string.h>

#include "base/number.h"
#include "data/stream.h"
#include "data/table.h"

#define BUFFER 8192

typedef struct csv_writer {
    stream *out;
    char delimiter;
    size_t used;
    char buffer[BUFFER];
} csv_writer;

static void flush(csv_writer *w)
{
    stream_write(w->out, w->buffer, w->used);
    w->used = 0;
}

static void put(csv_writer *w, const char *text, size_t bytes)
{
    if (bytes > BUFFER - w->used)
        flush(w);
    if (bytes > BUFFER) {
        stream_write(w->out, text, bytes);
        return;
    }
    memcpy(w->buffer + w->used, text, bytes);
    w->used += bytes;
}

static bool needs_quotes(const char *text, size_t bytes, char delimiter)
{
    if (bytes == 0 || text[0] == ' ' || text[0] == '\t' ||
        text[bytes - 1] == ' ' || text[bytes - 1] == '\t')
        return true;
    if (strcmp(text, "NA") == 0 || num_is_word(text, bytes))
        return true;
    return strpbrk(text, "\"\r\n") || strchr(text, delimiter) ||
           memcmp(text, "\xef\xbb", size_min(bytes, 2)) == 0;
}

static void put_text(csv_writer *w, const char *text)
{
    const size_t bytes = strlen(text);

    if (!needs_quotes(text, bytes, w->delimiter)) {
        put(w, text, bytes);
        return;
    }
    put(w, "\"", 1);
    for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
        put(w, text, (size_t)(quote - text));
        put(w, "\"\"", 2);
    }
    put(w, text, strlen(text));
    put(w, "\"", 1);
}

static void put_row(csv_writer *w, const ito_table *table, size_t i)
{
    char text[NUM_TEXT_MAX];

    for (size_t j = 0; j < table->cols; j++) {
        const ito_column *const c = &table->column[j];

        if (j > 0)
            put(w, &w->delimiter, 1);
        if (c->kind == ITO_COLUMN_NUMBER)
            put(w, text, num_format(c->number[i], text));
        else
            put_text(w, c->levels[c->code[i]]);
    }
    put(w, "\n", 1);
}

ito_status csv_write(ito_ctx *ctx, const char *path, char delimiter,
                     const ito_table *table)
{
    csv_writer *const w = ito__alloc(ctx, sizeof(*w));
    ito_status rc;

    if (!w)
        return ito__fail(ctx, ITO_ENOMEM, "%s: writing", path);
    w->delimiter = delimiter;
    w->used = 0;
    rc = stream_begin(ctx, path, &w->out);
    if (rc == ITO_OK) {
        for (size_t j = 0; j < table->cols; j++) {
            if (j > 0)
                put(w, &delimiter, 1);
            put_text(w, table->column[j].name);
        }
        put(w, "\n", 1);
        for (size_t i = 0; i < table->rows; i++)
            put_row(w, table, i);
        flush(w);
        rc = stream_end(w->out, ITO_OK);
    }
    ito__free(ctx, w);
    return rc;
}

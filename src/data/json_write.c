/* SPDX-License-Identifier: MIT
 *
 * json_write.c - writing JSON into a growing buffer.
 */
#include "data/json.h"

#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

void json_begin(json_writer *w, ito_ctx *ctx)
{
    *w = (json_writer){ .ctx = ctx };
}

static void append(json_writer *w, const char *text, size_t bytes)
{
    const size_t need = size_add(w->bytes, size_add(bytes, 1));

    if (w->failed)
        return;
    if (need > w->capacity) {
        const size_t capacity = size_max(need, size_mul(w->capacity, 2));
        char *const grown =
            ito__realloc(w->ctx, w->text, w->bytes, size_max(capacity, 256));

        if (!grown) {
            w->failed = true;
            return;
        }
        w->text = grown;
        w->capacity = size_max(capacity, 256);
    }
    memcpy(w->text + w->bytes, text, bytes);
    w->bytes += bytes;
}

/* What stands before a value or a name. */
static void separate(json_writer *w)
{
    if (w->comma)
        append(w, ",", 1);
    w->comma = true;
}

void json_open(json_writer *w, char bracket)
{
    separate(w);
    append(w, &bracket, 1);
    w->comma = false;
}

void json_close(json_writer *w, char bracket)
{
    append(w, &bracket, 1);
    w->comma = true;
}

/* One character that cannot stand for itself. */
static void put_escape(json_writer *w, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    static const char hex[] = "0123456789abcdef";
    const char *const found = strchr(from, c);
    char text[6] = "\\u00";

    if (found) {
        text[1] = to[found - from];
        append(w, text, 2);
        return;
    }
    text[4] = hex[(unsigned char)c >> 4];
    text[5] = hex[(unsigned char)c & 15];
    append(w, text, 6);
}

static void put_quoted(json_writer *w, const char *s)
{
    const char *run = s; /* what stands for itself since here is not written */
    const char *const end = s + strlen(s);

    append(w, "\"", 1);
    while (s < end) {
        const size_t n = utf8_char(s, (size_t)(end - s));

        if (n > 0 && (unsigned char)*s >= 0x20 && *s != '"' && *s != '\\') {
            s += n;
            continue;
        }
        append(w, run, (size_t)(s - run));
        if (n == 0)
            append(w, "\xef\xbf\xbd", 3);
        else
            put_escape(w, *s);
        run = ++s;
    }
    append(w, run, (size_t)(s - run));
    append(w, "\"", 1);
}

void json_key(json_writer *w, const char *name)
{
    separate(w);
    put_quoted(w, name);
    append(w, ":", 1);
    w->comma = false;
}

void json_put_string(json_writer *w, const char *s)
{
    separate(w);
    put_quoted(w, s);
}

void json_put_number(json_writer *w, double x)
{
    char text[NUM_TEXT_MAX];

    separate(w);
    if (x - x != 0.0) {
        w->nonfinite = true;
        append(w, "null", 4);
        return;
    }
    append(w, text, num_format(x, text));
}

void json_put_u64(json_writer *w, uint64_t x)
{
    const bool quoted = x >= UINT64_C(1) << 53;
    char text[NUM_TEXT_MAX];

    separate(w);
    if (quoted)
        append(w, "\"", 1);
    append(w, text, num_format_u64(x, text));
    if (quoted)
        append(w, "\"", 1);
}

void json_put_bool(json_writer *w, bool b)
{
    separate(w);
    append(w, b ? "true" : "false", b ? 4 : 5);
}

void json_put_raw(json_writer *w, const char *text, size_t bytes)
{
    separate(w);
    append(w, text, bytes);
}

ito_status json_end(json_writer *w)
{
    append(w, "", 0);
    if (w->failed || w->nonfinite) {
        ito__free(w->ctx, w->text);
        w->text = NULL;
    }
    if (w->failed)
        return ito__fail(w->ctx, ITO_ENOMEM, "JSON text");
    if (w->nonfinite)
        return ito__fail(w->ctx, ITO_ENONFINITE,
                         "JSON text: a number is NaN or infinite");
    w->text[w->bytes] = '\0';
    return ITO_OK;
}

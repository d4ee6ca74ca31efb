/* SPDX-License-Identifier: MIT
 *
 * caret.c - errors that point at a character:
 *
 *     --drift: unknown name "sgima"; did you mean sigma?
 *       -theta*x + sgima
 *                  ^
 *
 * Columns count characters, not bytes.  Of a long text only the part around
 * the place is shown, with "..." where it was cut.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/node.h"

#define WINDOW 60 /* characters that are shown */
#define BEFORE 40 /* of them before the place, in a long text */

/* Bytes of the character at i; a broken one is one byte. */
static size_t char_at(const char *text, size_t bytes, size_t i)
{
    const size_t n = utf8_char(text + i, bytes - i);

    return n ? n : 1;
}

/* Characters in text[0 .. end-1]. */
static size_t characters(const char *text, size_t bytes, size_t end)
{
    size_t n = 0;

    for (size_t i = 0; i < end; i += char_at(text, bytes, i))
        n++;
    return n;
}

/* Copy a character as suits one line of a message; returns its bytes. */
static size_t show(const char *text, size_t bytes, size_t i, char *out)
{
    const size_t n = utf8_char(text + i, bytes - i);
    const unsigned char c = (unsigned char)text[i];

    if (n == 0 || c < 0x20 || c == 0x7f) {
        out[0] = n == 0 || c == 0x7f ? '?' : ' ';
        return 1;
    }
    memcpy(out, text + i, n);
    return n;
}

ito_status expr_fail(ito_ctx *ctx, const char *what, const char *text,
                     size_t bytes, size_t at, const char *format, ...)
{
    const size_t column = characters(text, bytes, at);
    const size_t all = characters(text, bytes, bytes);
    const size_t from = all > WINDOW && column > BEFORE ? column - BEFORE : 0;
    const size_t blanks = column - from + (from ? 3 : 0);
    ito_errinfo info = ito__nowhere();
    char words[128], line[4 * WINDOW + 8], message[ITO_ERRMSG_MAX];
    size_t len = 0, i = 0, k = 0;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    for (; i < bytes && k < from; k++)
        i += char_at(text, bytes, i);
    if (from > 0) {
        memcpy(line, "...", 3);
        len = 3;
    }
    for (k = 0; i < bytes && k < WINDOW; k++) {
        len += show(text, bytes, i, line + len);
        i += char_at(text, bytes, i);
    }
    if (i < bytes) {
        memcpy(line + len, "...", 3);
        len += 3;
    }
    line[len] = '\0';
    info.column = (int64_t)column + 1;
    (void)snprintf(message, sizeof(message), "%.60s: %s\n  %s\n  %*s^", what,
                   words, line, (int)blanks, "");
    return ito__fail_lines(ctx, ITO_EARG, &info, message);
}

/* SPDX-License-Identifier: MIT
 *
 * utf8.h - is this text UTF-8, and how does it look in a message?
 */
#ifndef ITO_BASE_UTF8_H
#define ITO_BASE_UTF8_H

#include <stddef.h>
#include <string.h>

/*
 * The bytes of the character at the start of text[0 .. bytes-1]: 1 to 4, or
 * 0 when they are no UTF-8 (RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF) or bytes is 0.
 */
static inline size_t utf8_char(const char *text, size_t bytes)
{
    const unsigned char *const s = (const unsigned char *)text;
    size_t n;

    if (bytes == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (bytes < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

/* How many bytes at the start of the text are UTF-8; `bytes` when all are. */
static inline size_t utf8_valid(const char *text, size_t bytes)
{
    size_t i = 0, n;

    while (i < bytes && (n = utf8_char(text + i, bytes - i)) != 0)
        i += n;
    return i;
}

#define UTF8_SHOW_MAX 60 /* bytes of a text in a message */

/* The beginning of a text as suits a message of one line: no control
 * characters, no half characters, "..." where it was cut. */
static inline const char *utf8_show(const char *text, size_t bytes,
                                    char out[UTF8_SHOW_MAX + 4])
{
    size_t n = 0;

    for (size_t i = 0; i < bytes;) {
        const size_t m = utf8_char(text + i, bytes - i);

        if (n + (m ? m : 1) > UTF8_SHOW_MAX) {
            memcpy(out + n, "...", 3);
            n += 3;
            break;
        }
        if (m == 0 || (unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            out[n++] = '?';
            i++;
            continue;
        }
        memcpy(out + n, text + i, m);
        n += m;
        i += m;
    }
    out[n] = '\0';
    return out;
}

#endif /* ITO_BASE_UTF8_H */

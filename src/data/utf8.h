/* SPDX-License-Identifier: MIT
 *
 * utf8.h - is this text UTF-8?
 */
#ifndef ITO_DATA_UTF8_H
#define ITO_DATA_UTF8_H

#include <stddef.h>

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

#endif /* ITO_DATA_UTF8_H */

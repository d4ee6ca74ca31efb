/* SPDX-License-Identifier: MIT
 *
 * word.c - how far apart two words are.
 */
#include "base/word.h"

#include "base/size.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

size_t ito__word_distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t row[3][WORD_MAX + 1];

    m = size_min(m, WORD_MAX);
    n = size_min(n, WORD_MAX);
    for (size_t j = 0; j <= n; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *const now = row[i % 3], *const last = row[(i - 1) % 3];
        const size_t *const before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = lower(a[i - 1]) != lower(b[j - 1]);

            now[j] = size_min(size_min(last[j], now[j - 1]) + 1,
                              last[j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = size_min(now[j], before[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

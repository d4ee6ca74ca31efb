/* SPDX-License-Identifier: MIT
 *
 * suffix.c - what a file name ends in.
 */
#include "cli/suffix.h"

#include <string.h>

int has_suffix(const char *path, const char *suffix)
{
    const size_t n = strlen(path), m = strlen(suffix);

    for (size_t i = 0; n > m && i < m; i++) {
        const char c = path[n - m + i];

        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != suffix[i])
            return 0;
    }
    return n > m;
}

int is_picture(const char *path)
{
    return has_suffix(path, ".png") || has_suffix(path, ".svg") ||
           has_suffix(path, ".pdf");
}

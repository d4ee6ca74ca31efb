/* SPDX-License-Identifier: MIT
 *
 * word.h - how far apart two words are, to suggest what was meant.
 */
#ifndef ITO_BASE_WORD_H
#define ITO_BASE_WORD_H

#include <stddef.h>

#define WORD_MAX 64 /* longer words are compared by their beginnings */

/* How many letters must change, come, go or swap with the next to make one
 * word of the other, large and small letters being the same (Damerau,
 * Communications of the ACM 7, 1964). */
size_t ito__word_distance(const char *a, size_t m, const char *b, size_t n);

#endif /* ITO_BASE_WORD_H */

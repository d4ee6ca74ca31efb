/* SPDX-License-Identifier: MIT
 *
 * levels.h - numbering the different texts of a column.
 *
 * A crit-bit tree (D. J. Bernstein; PATRICIA of Morrison, JACM 1968) rather
 * than a hash table: the work is proportional to the bytes that are looked
 * up, whoever made the file, and memory to the different texts.
 */
#ifndef ITO_DATA_LEVELS_H
#define ITO_DATA_LEVELS_H

#include "ctx/ctx.h"

typedef struct level_set level_set;

level_set *levels_new(ito_ctx *ctx); /* NULL when there is no memory */
void levels_free(level_set *l);      /* NULL is allowed */

/* The number of the text, in the order of first sight; a new one is copied.
 * No zero byte may be in it.  False when there is no memory. */
bool levels_code(level_set *l, const char *text, size_t bytes, uint32_t *code);

size_t levels_count(const level_set *l);

/* What levels_sorted needs. */
size_t levels_bytes(const level_set *l);

/*
 * Put the texts, sorted by strcmp, into `block` of levels_bytes(l) bytes:
 * pointers first, the texts behind them; rank[code] becomes the place of each
 * (levels_count(l) numbers).
 */
void levels_sorted(const level_set *l, void *block, uint32_t *rank);

#endif /* ITO_DATA_LEVELS_H */

/* SPDX-License-Identifier: MIT
 *
 * eval_print.h - scores and copies, in words and as JSON.
 */
#ifndef CLI_EVAL_PRINT_H
#define CLI_EVAL_PRINT_H

#include <ito/metric.h>

/* A table of distances beside their floors: its head, and a line of it.  The
 * floor of an unbiased one is 0 but for chance: it has no ratio. */
void print_score_head(void);
void print_score(const char *name, const ito_score *s, int unbiased);

/* The copy check of rows or images. */
void print_copies(const ito_copies *c, const char *rows);

/* "name": value and what follows. */
void json_pair(const char *name, double value, const char *end);

/* "name": {"value": .., "floor": .., ..} */
void json_score(const char *name, const ito_score *s, int unbiased);

/* "copies": {..} */
void json_copies(const ito_copies *c);

#endif /* CLI_EVAL_PRINT_H */

/* SPDX-License-Identifier: MIT
 *
 * distinct.h - the different values of a column and how often each occurs.
 */
#ifndef ITO_DATA_DISTINCT_H
#define ITO_DATA_DISTINCT_H

#include "ctx/ctx.h"

typedef struct distinct {
    size_t rows;   /* how many values there were */
    size_t count;  /* how many different ones */
    double *value; /* count values, ascending; -0 is counted as 0 */
    size_t *times; /* count numbers, adding up to rows */
} distinct;

/* Count the values of x[0 .. rows-1], which are finite; rows > 0.  The result
 * is freed by ito__distinct_free, after a failure too. */
ito_status ito__distinct_new(ito_ctx *ctx, size_t rows, const double *x,
                             distinct *out);
void ito__distinct_free(ito_ctx *ctx, distinct *d);

/* The place of x among the values; count when it is none of them. */
size_t ito__distinct_find(const distinct *d, double x);

#endif /* ITO_DATA_DISTINCT_H */

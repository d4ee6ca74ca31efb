/* SPDX-License-Identifier: MIT
 *
 * quantile.h - the distribution of a column as a piecewise linear map between
 * u in (0, 1) and values.
 *
 * A map is a list of at most QUANTILE_KNOTS knots (rank, x), both never
 * falling, from rank 0 to rank 2 n: ranks are counted in half rows of the n
 * rows of the fit, so they are whole numbers, and u = rank / (2 n).  Between
 * two knots the value is linear in u, so the values between are uniform.  Two
 * knots of equal x are an atom: a value that owns the u between them.  Two
 * knots of equal rank are a gap in which no value lies.
 *
 * Atoms are the values held by at least one row in 200 (and by two rows or
 * more), or, where a column holds at most 200 different values, each by ten
 * rows on average, all of them.  So a column of classes, counts or settings
 * gives back the values it had and no others, in the shares it had.
 *
 * Of what is not an atom each value owns the u of its rows and the values
 * nearer to it than to its neighbours; at an atom or at the end of the column
 * its part ends as far from it as on its other side.  Where there are more
 * such limits than knots, those are kept that come first in the cells of a
 * grid equal in u/2 + z/(2 z_max), z the normal score of u: half of the knots
 * serve the body, half the tails.
 */
#ifndef ITO_DATA_QUANTILE_H
#define ITO_DATA_QUANTILE_H

#include "ctx/ctx.h"
#include "data/decimal.h"
#include "data/distinct.h"

#define QUANTILE_KNOTS     1001
#define QUANTILE_ATOM      200   /* an atom has 1/200 of the rows */
#define QUANTILE_DISCRETE  10    /* rows a value, where all are atoms */
#define QUANTILE_VALUE_MAX 1e300 /* largest absolute value of a column */

typedef struct quantile_map {
    size_t rows;     /* n of the fit */
    size_t knots;    /* how many, at least 2 */
    double *rank;    /* half rows below each knot, 0 to 2 n */
    double *x;       /* values there; in the block of rank */
    double min, max; /* of the column; no value is made beyond */
    int decimals;    /* places of the column, or DECIMALS_NONE */
} quantile_map;

/* Fit a map to a column of at least two values within QUANTILE_VALUE_MAX. */
ito_status ito__quantile_fit(ito_ctx *ctx, const distinct *d,
                             quantile_map *out);

/* Memory for the knots; NULL fields and ENOMEM when there is none. */
ito_status ito__quantile_room(ito_ctx *ctx, quantile_map *q, size_t knots);
void ito__quantile_free(ito_ctx *ctx, quantile_map *q);

/* The value at u, rounded to the decimals of the column, in min .. max. */
double ito__quantile_value(const quantile_map *q, double u);

/* The u from *low to *high, 0 <= *low <= *high <= 1, whose value is x after
 * rounding; equal where it is a point, or where x lies in a gap. */
void ito__quantile_share(const quantile_map *q, double x, double *low,
                         double *high);

#endif /* ITO_DATA_QUANTILE_H */

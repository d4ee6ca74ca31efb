/* SPDX-License-Identifier: MIT
 *
 * decimal.h - the decimal places that the values of a column have.
 *
 * Files hold numbers as people wrote them: integers, prices with two places,
 * measurements with four.  A column whose values are all multiples of 10^-k,
 * k <= DECIMALS_MAX, has k decimals, and what is generated for it is rounded
 * to them.  The multiple d = x 10^k is exact, as d / 10^k is the double
 * nearest to the decimal number, which is what a reader of the text returns.
 */
#ifndef ITO_DATA_DECIMAL_H
#define ITO_DATA_DECIMAL_H

#include <stddef.h>

#define DECIMALS_MAX  9
#define DECIMALS_NONE (-1) /* more places, or too large to tell */

/* The smallest k that suits all of x[0 .. n-1], or DECIMALS_NONE. */
int ito__decimals_of(size_t n, const double *x);

/* x rounded to k decimals, halves upwards; x itself for DECIMALS_NONE. */
double ito__decimals_round(int k, double x);

/* The number that rounds to k decimals as x does and has the most of what
 * rounds so below it (side 1) or above it (side -1): the end of x's cell. */
double ito__decimals_edge(int k, double x, int side);

/* Half of a + b, and a + (a - b) / 2, exactly where a and b have k decimals
 * (k = DECIMALS_NONE: rounded). */
double ito__decimals_between(int k, double a, double b);
double ito__decimals_beyond(int k, double a, double b);

#endif /* ITO_DATA_DECIMAL_H */

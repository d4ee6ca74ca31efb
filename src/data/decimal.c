/* SPDX-License-Identifier: MIT
 *
 * decimal.c - counting decimal places and rounding to them.
 */
#include "data/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#define UNITS_MAX 4503599627370496.0 /* 2^52: halves of units are exact */

static const double power[DECIMALS_MAX + 1] = { 1.0, 1e1, 1e2, 1e3, 1e4,
                                                1e5, 1e6, 1e7, 1e8, 1e9 };

/* x in units of 10^-k, rounded; 0, never -0, for what rounds to nothing. */
static double units(int k, double x)
{
    assert(k >= 0 && k <= DECIMALS_MAX);
    return floor(x * power[k] + 0.5);
}

static bool fits(int k, double x)
{
    const double d = units(k, x);

    return fabs(d) < UNITS_MAX && d / power[k] == x;
}

int ito__decimals_of(size_t n, const double *x)
{
    int k = 0;

    for (size_t i = 0; i < n; i++) {
        while (!fits(k, x[i]))
            if (++k > DECIMALS_MAX)
                return DECIMALS_NONE;
    }
    for (size_t i = 0; i < n; i++) /* large ones may not fit the last k */
        if (!fits(k, x[i]))
            return DECIMALS_NONE;
    return k;
}

double ito__decimals_round(int k, double x)
{
    if (k < 0 || !(fabs(x) * power[k] < UNITS_MAX))
        return x;
    return units(k, x) / power[k];
}

double ito__decimals_edge(int k, double x, int side)
{
    if (k < 0 || !(fabs(x) * power[k] < UNITS_MAX))
        return x;
    return (2.0 * units(k, x) + side) / 2.0 / power[k];
}

double ito__decimals_between(int k, double a, double b)
{
    if (k < 0)
        return a / 2.0 + b / 2.0;
    return (units(k, a) + units(k, b)) / 2.0 / power[k];
}

double ito__decimals_beyond(int k, double a, double b)
{
    if (k < 0)
        return a + (a - b) / 2.0;
    return (3.0 * units(k, a) - units(k, b)) / 2.0 / power[k];
}

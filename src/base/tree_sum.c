/* SPDX-License-Identifier: MIT
 *
 * tree_sum.c - sums in an order that depends on the count alone.
 */
#include "base/tree_sum.h"

double ito__tree_sum(size_t n, double *x)
{
    for (size_t half = 1; half < n; half *= 2)
        for (size_t i = 0; i + half < n; i += 2 * half)
            x[i] += x[i + half];
    return n > 0 ? x[0] : 0.0;
}

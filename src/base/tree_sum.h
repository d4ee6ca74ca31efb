/* SPDX-License-Identifier: MIT
 *
 * tree_sum.h - sums in an order that depends on the count alone.
 */
#ifndef ITO_BASE_TREE_SUM_H
#define ITO_BASE_TREE_SUM_H

#include <stddef.h>

/*
 * The sum of x[0 .. n-1] over the perfect binary tree of indices, left child
 * plus right child, children that are missing at the end skipped; x is used
 * up.  The order is that of the gradient tree (nn/tree.h).
 */
double ito__tree_sum(size_t n, double *x);

#endif /* ITO_BASE_TREE_SUM_H */

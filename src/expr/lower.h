/* SPDX-License-Identifier: MIT
 *
 * lower.h - formulas in the operations that kernels have.
 */
#ifndef ITO_EXPR_LOWER_H
#define ITO_EXPR_LOWER_H

#include "expr/node.h"

/* Write the nodes of a formula in operations of kern/map.h alone; low[i] is
 * the node of `to` that does the work of node i. */
void expr_lower(pool *to, const ito_expr *expr, uint32_t *low);

#endif /* ITO_EXPR_LOWER_H */

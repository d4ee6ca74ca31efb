/* SPDX-License-Identifier: MIT
 *
 * conds.h - conditions as an input of a network.
 */
#ifndef ITO_NN_CONDS_H
#define ITO_NN_CONDS_H

#include <ito/net.h>

/* *h = [*h, vector of the label, values, masks]; nothing where there are no
 * conditions. */
ito_status ito__conds_join(ito_ctx *ctx, ito_graph *g, const ito_conds *conds,
                           ito_node *h);

#endif /* ITO_NN_CONDS_H */

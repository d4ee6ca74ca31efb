/* SPDX-License-Identifier: MIT
 *
 * completion.h - the cells of a table that are known, as coordinates, and back
 * in the rows that were drawn.
 */
#ifndef ITO_FLOW_COMPLETION_H
#define ITO_FLOW_COMPLETION_H

#include <ito/model.h>

#include "data/schema.h"

/* known: receives n x dim coordinates of o->cells, NaN where nothing is known.
 * schema NULL: columns x, y, or c1, c2, ..., are the coordinates. */
ito_status ito__completion_known(ito_ctx *ctx, const ito_schema *schema,
                                 const ito_sample_opts *o, size_t dim, size_t n,
                                 float *known);

/* Put the numbers that are known in place of those in *table, rows of a schema
 * that were drawn under o->cells. */
ito_status ito__completion_put(ito_ctx *ctx, const ito_sample_opts *o,
                               ito_table **table);

#endif /* ITO_FLOW_COMPLETION_H */

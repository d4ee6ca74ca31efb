/* SPDX-License-Identifier: MIT
 *
 * graph_json.h - a graph as JSON, in model files.
 */
#ifndef ITO_NN_GRAPH_JSON_H
#define ITO_NN_GRAPH_JSON_H

#include <ito/graph.h>

#include "data/json.h"

/* {"nodes": [{"op": .., "in": [..], "cols": .., "act": .., "attr": ..,
 *              "shape": [h, w, c], "more": [..]}, ..], "output": ..}
 * without shape where it is 1 x 1 x cols, without more where it is zeros. */
void ito__graph_to_json(const ito_graph *g, json_writer *w);

/* Build it again; every field is hostile.  ITO_EFORMAT, naming the node, if
 * it does not make a graph. */
ito_status ito__graph_from_json(ito_ctx *ctx, const json_value *v,
                                ito_graph **out);

/* The oldest format of model files (ito/model.h) that has all its
 * operations and shapes: 2 for columns, embed and potential, 3 for images. */
unsigned ito__graph_format(const ito_graph *g);

#endif /* ITO_NN_GRAPH_JSON_H */

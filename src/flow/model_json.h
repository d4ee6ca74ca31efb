/* SPDX-License-Identifier: MIT
 *
 * model_json.h - the JSON text of a model.
 *
 *     {"format": 1, "ito": "0.1.0", "noise_spec": 1, "kind": "flow",
 *      "predict": "velocity", "path": "linear", "graph": {..},
 *      "schema": {..}, "train": {..}}
 *
 * Format 2 adds, the last two where there are such:
 *
 *      "objective": {"loss": "flow", "lo": 0, "hi": 1, "data_std": 0.9}
 *      "from": "circles:.." or {"rows": 1000}, with a tensor from.rows
 *      "conditions": {"label": {"column": .., "levels": [..]}, "drop": 0.1,
 *                     "given": ["a", "b"]}
 */
#ifndef ITO_FLOW_MODEL_JSON_H
#define ITO_FLOW_MODEL_JSON_H

#include "flow/model.h"

/* Set m->json from the other members. */
ito_status ito__model_write_json(ito_ctx *ctx, ito_model *m);

/* Set graph, schema, path and train from a text; `where` is the file. */
ito_status ito__model_read_json(ito_ctx *ctx, const char *where,
                                const char *text, ito_model *m);

#endif /* ITO_FLOW_MODEL_JSON_H */

/* SPDX-License-Identifier: MIT
 *
 * model.h - what a model is made of.
 */
#ifndef ITO_FLOW_MODEL_H
#define ITO_FLOW_MODEL_H

#include <ito/model.h>
#include <ito/path.h>

#include "ctx/ctx.h"

/* Rows that go through the network at once: activations of a 256-wide net
 * stay in the second-level cache. */
#define ITO__MODEL_ROWS 128

struct ito_model {
    ito_ctx *ctx;
    ito_graph *graph;
    float *params;
    ito_weights *weights; /* params as the kernels read them */
    ito_plan *plan;
    ito_schema *schema;
    const ito_path *path;
    char *train; /* JSON text of the training record */
    char *json;  /* JSON text of everything */
    ito_loss_point *losses[2];
    size_t loss_count[2];
    ito_field field;
};

/* An empty model. */
ito_status ito__model_new(ito_ctx *ctx, ito_model **out);

/* Pack the weights and make the field of a model whose graph, params, schema
 * and path are set; writes json. */
ito_status ito__model_ready(ito_ctx *ctx, ito_model *model);

#endif /* ITO_FLOW_MODEL_H */

/* SPDX-License-Identifier: MIT
 *
 * model.h - what a model is made of.
 */
#ifndef ITO_FLOW_MODEL_H
#define ITO_FLOW_MODEL_H

#include <ito/dist.h>
#include <ito/model.h>

#include "ctx/ctx.h"
#include "flow/conditions.h"
#include "flow/objective.h"

/* Most rows that go through the network at once: activations of a 256-wide
 * net stay in the second-level cache.  Images go fewer at a time. */
#define ITO__MODEL_ROWS 128

/* A moving average; params is NULL of the one that the model uses, whose are
 * the model's. */
typedef struct kept_average {
    double rate, loss;
    size_t step;
    float *params;
} kept_average;

struct ito_model {
    ito_ctx *ctx;
    ito_graph *graph;
    float *params;
    ito_weights *weights; /* params as the kernels read them */
    size_t rows;          /* that go through the network at once */
    ito_plan *plan;       /* for outputs */
    ito_plan *vjp_plan;   /* for gradients of the input too */
    ito_schema *schema;
    objective obj;
    conditions cond;
    ito_dist *from;   /* what t = 0 is drawn from, where not N(0, I): ... */
    float *from_rows; /* ... or from_count rows of dim values */
    size_t from_count;
    char *train; /* JSON text of the training record */
    char *json;  /* JSON text of everything */
    ito_loss_point *losses[2];
    size_t loss_count[2];
    kept_average averages[ITO_AVERAGES_MAX];
    size_t average_count, average_used;
    ito_field field;
    ito_field bare; /* the same under no conditions */
};

/* An empty model. */
ito_status ito__model_new(ito_ctx *ctx, ito_model **out);

/* Pack the weights and make the field of a model whose graph, params, schema,
 * objective and conditions are set. */
ito_status ito__model_ready(ito_ctx *ctx, ito_model *model);

/* Most coordinates of a model whose field has a divergence: an exact trace,
 * one backward pass for each. */
#define ITO__TRACE_MAX 16

/* The field of a model whose weights are packed and whose plans are made. */
ito_field ito__model_field(ito_model *model);

#endif /* ITO_FLOW_MODEL_H */

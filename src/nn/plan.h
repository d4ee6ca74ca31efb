/* SPDX-License-Identifier: MIT
 *
 * plan.h - where the tensors of a run lie, and running in terms of `real`.
 */
#ifndef ITO_NN_PLAN_H
#define ITO_NN_PLAN_H

#include "nn/op.h"

/* What a plan says about a node; offsets in reals from the start of the work
 * area, NO_NODE where there is nothing. */
typedef struct place {
    size_t y, saved, dy;
    bool live;   /* the output depends on it */
    bool wanted; /* its gradient is needed */
    bool dx_add[NODE_INPUTS_MAX];
    const op_pair *pair; /* the node runs with another; else NULL */
    size_t first;        /* of the pair; NO_NODE for the first itself */
} place;

struct ito_plan {
    ito_ctx *ctx;
    const ito_graph *g;
    size_t rows_max;
    ito_mode mode;
    place *places;  /* one a node */
    size_t scratch; /* offset of the operations' scratch */
    size_t total;   /* reals in all */
};

/* ito_batch in reals. */
typedef struct run_input {
    size_t rows;
    const real *in[3]; /* by ito_input */
    ito_philox drop;   /* dropout of the first row, ... */
    bool drops;        /* ... where this is set */
} run_input;

const real *ito__run_infer(const ito_plan *plan, const ito_weights *w,
                           real *work, const run_input *in);
const real *ito__run_forward(const ito_plan *plan, const ito_weights *w,
                             real *work, const run_input *in);
void ito__run_backward(const ito_plan *plan, const ito_weights *w, real *work,
                       const run_input *in, real *dy, real *grad, real *dx);

#endif /* ITO_NN_PLAN_H */

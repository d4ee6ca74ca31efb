/* SPDX-License-Identifier: MIT
 *
 * graph_run.c - the public calls that run a graph, in floats.
 */
#include "nn/plan.h"
#include "rng/noise.h"

static run_input input_of(const ito_batch *in)
{
    run_input r = { .rows = in->rows, .in = { in->x, in->t, in->cond } };

    if (in->drop) {
        r.drop = ito__noise_row(in->drop, in->id0);
        r.drops = true;
    }
    return r;
}

void ito_weights_pack(ito_ctx *ctx, ito_weights *w, const float *params)
{
    (void)ctx;
    w->params = params;
    ito__weights_pack_nodes(w, 0, w->g->count);
}

const float *ito_plan_infer(const ito_plan *plan, const ito_weights *w,
                            float *work, const ito_batch *in)
{
    const run_input input = input_of(in);

    return ito__run_infer(plan, w, work, &input);
}

const float *ito_plan_forward(const ito_plan *plan, const ito_weights *w,
                              float *work, const ito_batch *in)
{
    const run_input input = input_of(in);

    return ito__run_forward(plan, w, work, &input);
}

void ito_plan_backward(const ito_plan *plan, const ito_weights *w, float *work,
                       const ito_batch *in, float *dy, float *grad, float *dx)
{
    const run_input input = input_of(in);

    ito__run_backward(plan, w, work, &input, dy, grad, dx);
}

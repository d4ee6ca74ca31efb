/* SPDX-License-Identifier: MIT
 *
 * train_graph.c - the network that is trained, and its learning rate.
 */
#include <math.h>

#include "flow/trainer.h"
#include "nn/op.h"

#define POTENTIAL_LR 0.02

/* Wider networks want smaller steps.  Measured on the checkerboard (64 wide:
 * the excess over the floor is .0216, .0146, .0130 for 2e-3, 5e-3, 1e-2) and
 * on tables (256 wide). */
static double default_lr(size_t width)
{
    return fmin(0.64 / (double)width, 0.02);
}

/* A copy of a graph, by adding its nodes again. */
static ito_status copy_graph(ito_ctx *ctx, const ito_graph *from,
                             ito_graph **out)
{
    ito_status rc;
    ito_node at;

    if ((rc = ito_graph_new(ctx, out)) != ITO_OK)
        return rc;
    for (size_t i = 0; rc == ITO_OK && i < from->count; i++) {
        const node *n = &from->nodes[i];

        rc = n->op == &ito__op_input
                 ? ito_graph_input(ctx, *out, (ito_input)n->attr, n->cols, &at)
                 : ito__graph_push(ctx, *out, n, &at);
    }
    return rc == ITO_OK ? ito_graph_finish(ctx, *out, from->output) : rc;
}

/* Chosen by measurement: points of a plane need less than tables. */
static ito_mlp default_mlp(size_t dim)
{
    return dim <= 3 ? (ito_mlp){ .width = 128, .depth = 4, .time_features = 4 }
                    : (ito_mlp){ .width = 256, .depth = 4, .time_features = 8 };
}

static ito_status make_mlp(ito_ctx *ctx, ito_trainer *t, const ito_mlp *given)
{
    ito_mlp mlp = given ? *given : default_mlp(t->dim);

    mlp.dim = t->dim;
    mlp.conds = ito__conditions_conds(&t->cond);
    mlp.conds.label_cols = given ? given->conds.label_cols : 0;
    mlp.width = mlp.width ? mlp.width : default_mlp(t->dim).width;
    t->o.lr = t->o.lr == 0.0 ? default_lr(mlp.width) : t->o.lr;
    return ito_mlp_build(ctx, &mlp, &t->graph);
}

static ito_status make_potential(ito_ctx *ctx, ito_trainer *t,
                                 const ito_potential *given)
{
    ito_potential p = *given;

    p.dim = t->dim;
    p.conds = ito__conditions_conds(&t->cond);
    p.conds.label_cols = given->conds.label_cols;
    t->o.lr = t->o.lr == 0.0 ? POTENTIAL_LR : t->o.lr;
    return ito_potential_build(ctx, &p, &t->graph);
}

ito_status ito__train_graph(ito_ctx *ctx, ito_trainer *t,
                            const ito_train_opts *o)
{
    const size_t cond = ito__conditions_cols(&t->cond);
    const ito_graph *g = o->graph;

    if (o->potential)
        return make_potential(ctx, t, o->potential);
    if (!g)
        return make_mlp(ctx, t, o->mlp);
    t->o.lr = t->o.lr == 0.0 ? 2e-3 : t->o.lr;
    if (ito_graph_input_cols(g, ITO_INPUT_X) != t->dim ||
        ito_graph_output_cols(g) != t->dim ||
        ito_graph_input_cols(g, ITO_INPUT_COND) != cond ||
        ito_graph_params(g) == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "train: the network takes %zu columns and %zu of "
                         "conditions and gives %zu; the data have %zu and %zu",
                         ito_graph_input_cols(g, ITO_INPUT_X),
                         ito_graph_input_cols(g, ITO_INPUT_COND),
                         ito_graph_output_cols(g), t->dim, cond);
    return copy_graph(ctx, g, &t->graph);
}

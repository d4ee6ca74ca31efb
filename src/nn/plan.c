/* SPDX-License-Identifier: MIT
 *
 * plan.c - laying out the work area of a run.
 *
 * Outputs live from their node to their last use (inference) or to the end
 * (training); gradients from the first use in the backward pass to the
 * backward pass of their node.  Tensors that do not live together share a
 * slot, so an MLP of any depth infers in two slots, which stay in cache.
 */
#include "nn/plan.h"

#include <string.h>

#define ALIGN_REALS 16

/* A piece of the work area; size grows to the largest tensor put there. */
typedef struct slot {
    size_t size, offset;
    bool taken;
} slot;

/* The work of planning; slot numbers stand in places[] until the end. */
typedef struct planner {
    ito_plan *plan;
    slot *slots;
    size_t slot_count;
    size_t *last_use; /* of every node's output */
} planner;

/* A free slot, the one that has to grow least. */
static size_t take_slot(planner *p, size_t size)
{
    size_t best = p->slot_count;

    for (size_t i = 0; i < p->slot_count; i++) {
        if (p->slots[i].taken)
            continue;
        if (best == p->slot_count || p->slots[i].size > p->slots[best].size)
            best = i;
    }
    if (best == p->slot_count)
        p->slots[p->slot_count++] = (slot){ 0 };
    p->slots[best].taken = true;
    p->slots[best].size = size_max(p->slots[best].size, size);
    return best;
}

static size_t tensor(const ito_plan *plan, size_t cols)
{
    return size_round_up(size_mul(plan->rows_max, cols), ALIGN_REALS);
}

/* live: the output depends on it.  wanted: something upstream of it (or it)
 * has a gradient that the mode gives. */
static void mark(ito_plan *plan)
{
    const ito_graph *g = plan->g;

    plan->places[g->output].live = true;
    for (size_t i = g->output + 1; i-- > 0;)
        for (size_t k = 0; plan->places[i].live && k < g->nodes[i].op->inputs;
             k++)
            plan->places[g->nodes[i].in[k]].live = true;
    for (size_t i = 0; i <= g->output; i++) {
        const node *n = &g->nodes[i];
        bool wanted = i == g->input[ITO_INPUT_X] ||
                      (plan->mode == ITO_MODE_TRAIN && n->params > 0);

        for (size_t k = 0; k < n->op->inputs; k++)
            wanted = wanted || plan->places[n->in[k]].wanted;
        plan->places[i].wanted = wanted && plan->mode != ITO_MODE_INFER;
    }
}

static void find_last_uses(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = 0; i <= g->output; i++) {
        p->last_use[i] = i;
        for (size_t k = 0;
             p->plan->places[i].live && k < g->nodes[i].op->inputs; k++)
            p->last_use[g->nodes[i].in[k]] = i;
    }
    p->last_use[g->output] = NO_NODE;
}

static void place_outputs(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = 0; i <= g->output; i++) {
        place *at = &p->plan->places[i];
        const node *n = &g->nodes[i];

        if (at->live && n->op->inputs > 0) {
            at->y = take_slot(p, tensor(p->plan, n->cols));
            if (p->plan->mode != ITO_MODE_INFER && n->saved > 0)
                at->saved = take_slot(p, tensor(p->plan, n->saved));
        }
        for (size_t j = 0; p->plan->mode == ITO_MODE_INFER && j <= i; j++)
            if (p->last_use[j] == i && p->plan->places[j].y != NO_NODE)
                p->slots[p->plan->places[j].y].taken = false;
    }
}

static void place_gradients(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = g->output + 1; i-- > 0;) {
        place *at = &p->plan->places[i];
        const node *n = &g->nodes[i];

        if (!at->live || !at->wanted)
            continue;
        for (size_t k = 0; k < n->op->inputs; k++) {
            place *from = &p->plan->places[n->in[k]];

            if (!from->wanted)
                continue;
            at->dx_add[k] = from->dy != NO_NODE;
            if (from->dy == NO_NODE)
                from->dy = take_slot(p, tensor(p->plan, n->in_cols[k]));
        }
        if (at->dy != NO_NODE)
            p->slots[at->dy].taken = false;
    }
}

static size_t scratch_size(const ito_plan *plan)
{
    size_t size = 0;

    for (size_t i = 0; i <= plan->g->output; i++) {
        const node *n = &plan->g->nodes[i];

        if (n->op->work)
            size =
                size_max(size, n->op->work(plan->ctx->kern, n, plan->rows_max));
    }
    return size_round_up(size, ALIGN_REALS);
}

/* Slot numbers become offsets. */
static void settle(planner *p)
{
    ito_plan *plan = p->plan;

    for (size_t i = 0; i < p->slot_count; i++) {
        p->slots[i].offset = plan->total;
        plan->total = size_add(plan->total, p->slots[i].size);
    }
    for (size_t i = 0; i <= plan->g->output; i++) {
        place *at = &plan->places[i];

        if (at->y != NO_NODE)
            at->y = p->slots[at->y].offset;
        if (at->saved != NO_NODE)
            at->saved = p->slots[at->saved].offset;
        if (at->dy != NO_NODE)
            at->dy = p->slots[at->dy].offset;
    }
    plan->scratch = plan->total;
    plan->total = size_add(plan->total, scratch_size(plan));
}

static ito_status lay_out(ito_ctx *ctx, ito_plan *plan)
{
    const size_t nodes = plan->g->output + 1;
    const ito_mark m = ito__arena_mark(ctx);
    planner p = { .plan = plan };

    plan->places = ito__alloc(ctx, size_mul(nodes, sizeof(*plan->places)));
    p.slots = ito__arena_get(ctx, 3 * nodes * sizeof(*p.slots));
    p.last_use = ito__arena_get(ctx, nodes * sizeof(*p.last_use));
    if (!plan->places || !p.slots || !p.last_use) {
        ito__arena_release(ctx, m);
        return ito__fail(ctx, ITO_ENOMEM, "plan of %zu nodes", nodes);
    }
    for (size_t i = 0; i < nodes; i++)
        plan->places[i] =
            (place){ .y = NO_NODE, .saved = NO_NODE, .dy = NO_NODE };
    mark(plan);
    find_last_uses(&p);
    place_outputs(&p);
    place_gradients(&p);
    settle(&p);
    ito__arena_release(ctx, m);
    return ITO_OK;
}

ito_status ito_graph_plan(ito_ctx *ctx, const ito_graph *g, size_t rows_max,
                          ito_mode mode, ito_plan **out)
{
    ito_status rc;
    ito_plan *plan;

    *out = NULL;
    if (g->output == NO_NODE || rows_max == 0)
        return ito__fail(ctx, ITO_EARG, "plan: graph %s, %zu rows",
                         g->output == NO_NODE ? "not finished" : "finished",
                         rows_max);
    plan = ito__calloc(ctx, 1, sizeof(*plan));
    if (!plan)
        return ito__fail(ctx, ITO_ENOMEM, "plan");
    plan->ctx = ctx;
    plan->g = g;
    plan->rows_max = rows_max;
    plan->mode = mode;
    rc = lay_out(ctx, plan);
    if (rc == ITO_OK && plan->total > SIZE_MAX / sizeof(real))
        rc =
            ito__fail(ctx, ITO_ENOMEM, "plan: %zu rows are too many", rows_max);
    if (rc != ITO_OK) {
        ito_plan_free(plan);
        return rc;
    }
    *out = plan;
    return ITO_OK;
}

size_t ito_plan_floats(const ito_plan *plan)
{
    return plan->total;
}

void ito_plan_free(ito_plan *plan)
{
    if (!plan)
        return;
    ito__free(plan->ctx, plan->places);
    ito__free(plan->ctx, plan);
}

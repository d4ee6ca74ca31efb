/* SPDX-License-Identifier: MIT
 *
 * plan.c - laying out the work area of a run.
 *
 * Outputs live from their node to their last use, or to the end where a
 * backward pass reads them again; gradients from the first use in the
 * backward pass to the backward pass of their node.  Tensors that do not live
 * together share a slot, so an MLP of any depth infers in two slots, which
 * stay in cache.
 *
 * A gradient that an operation hands on unchanged, as a sum does, stays in
 * its slot.  Two neighbours may run as one (op_pair).
 */
#include "nn/plan.h"

#include <string.h>

#define ALIGN_REALS 16

/* A piece of the work area; size grows to the largest tensor put there. */
typedef struct slot {
    size_t size, offset;
    unsigned holders;
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
        if (p->slots[i].holders > 0)
            continue;
        if (best == p->slot_count || p->slots[i].size > p->slots[best].size)
            best = i;
    }
    if (best == p->slot_count)
        p->slots[p->slot_count++] = (slot){ 0 };
    p->slots[best].holders = 1;
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

static const op_pair *const pairs[] = { &ito__act_norm, &ito__norm_act,
                                        &ito__conv_add };

/* How node f may run with node i, which comes later and alone reads it. */
static const op_pair *pair_of(const ito_plan *plan, size_t f, size_t i)
{
    const node *first = &plan->g->nodes[f], *second = &plan->g->nodes[i];

    for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
        const op_pair *pair = pairs[k];

        if (pair->first == first->op && pair->second == second->op &&
            (!pair->backward || f + 1 == i) &&
            (!pair->fits || pair->fits(first, second)))
            return pair;
    }
    return NULL;
}

/* uses: how many read the output of every node. */
static void find_pairs(ito_plan *plan, size_t *uses)
{
    const ito_graph *g = plan->g;

    for (size_t i = 0; i <= g->output; i++)
        uses[i] = i == g->output;
    for (size_t i = 0; i <= g->output; i++)
        for (size_t k = 0; plan->places[i].live && k < g->nodes[i].op->inputs;
             k++)
            uses[g->nodes[i].in[k]]++;
    for (size_t i = 0; i <= g->output; i++) {
        const size_t f = g->nodes[i].in[0];
        place *at = &plan->places[i];

        if (!at->live || g->nodes[i].op->inputs == 0 || uses[f] != 1 ||
            plan->places[f].pair)
            continue;
        at->pair = pair_of(plan, f, i);
        at->first = at->pair ? f : NO_NODE;
        plan->places[f].pair = at->pair;
    }
}

/* Node i reads its inputs, those of the first of a pair when the second runs.
 */
static void find_last_uses(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = 0; i <= g->output; i++) {
        const place *at = &p->plan->places[i];

        p->last_use[i] = i;
        for (size_t k = 0; at->live && k < g->nodes[i].op->inputs; k++)
            p->last_use[g->nodes[i].in[k]] = i;
        if (!at->pair || at->first == NO_NODE)
            continue;
        for (size_t k = 0; k < g->nodes[at->first].op->inputs; k++)
            p->last_use[g->nodes[at->first].in[k]] = i;
    }
    p->last_use[g->output] = NO_NODE;
}

/* What the backward pass reads again has no last use. */
static void keep_reread(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = 0; i <= g->output; i++) {
        const place *at = &p->plan->places[i];
        const node *n = &g->nodes[i];
        unsigned reads = n->op->reads_of ? n->op->reads_of(n) : n->op->reads;

        if (!at->live || !at->wanted)
            continue;
        if (p->plan->mode == ITO_MODE_TRAIN)
            reads |= n->op->reads_for_grad;
        for (size_t k = 0; k < n->op->inputs; k++)
            if ((reads & ((unsigned)READS_X << k)) != 0)
                p->last_use[n->in[k]] = NO_NODE;
        if ((reads & READS_Y) != 0)
            p->last_use[i] = NO_NODE;
    }
}

/* Whether the output of a node is kept: not that of the first of a pair. */
static bool is_stored(const ito_plan *plan, const place *at)
{
    return !at->pair || at->first != NO_NODE ||
           (at->pair->stored && plan->mode != ITO_MODE_INFER);
}

static void place_outputs(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = 0; i <= g->output; i++) {
        place *at = &p->plan->places[i];
        const node *n = &g->nodes[i];

        if (at->live && n->op->inputs > 0) {
            if (is_stored(p->plan, at))
                at->y = take_slot(p, tensor(p->plan, n->cols));
            if (p->plan->mode != ITO_MODE_INFER && n->saved > 0)
                at->saved = take_slot(p, tensor(p->plan, n->saved));
        }
        for (size_t j = 0; j <= i; j++)
            if (p->last_use[j] == i && p->plan->places[j].y != NO_NODE)
                p->slots[p->plan->places[j].y].holders--;
    }
}

/* Whether the gradient of node i's input k may stay in the slot of its own
 * gradient. */
static bool can_stay(const planner *p, size_t i, size_t k)
{
    const ito_graph *g = p->plan->g;
    const node *n = &g->nodes[i];
    const place *from = &p->plan->places[n->in[k]];

    return n->op->passes && n->in_cols[k] == n->cols && from->wanted &&
           from->dy == NO_NODE && g->nodes[n->in[k]].op->inputs > 0 &&
           p->plan->places[i].dy != NO_NODE;
}

/* Whether inputs a and b of node i can share its slot: the backward pass of a
 * is the next one, before anything is added for b, and leaves it as it was. */
static bool can_share(const planner *p, size_t i, size_t a, size_t b)
{
    const node *n = &p->plan->g->nodes[i], *next;

    if (n->in[a] + 1 != i || n->in[b] == n->in[a] || !can_stay(p, i, a) ||
        !can_stay(p, i, b))
        return false;
    next = &p->plan->g->nodes[n->in[a]];
    if (!next->op->keeps || !next->op->keeps(next))
        return false;
    for (size_t k = 0; k < next->op->inputs; k++)
        if (next->in[k] == n->in[b])
            return false;
    return true;
}

static void stay(planner *p, size_t i, size_t k)
{
    place *at = &p->plan->places[i];

    p->plan->places[p->plan->g->nodes[i].in[k]].dy = at->dy;
    p->slots[at->dy].holders++;
}

/* Slots for the gradients of the inputs of node i. */
static void place_inputs(planner *p, size_t i)
{
    const node *n = &p->plan->g->nodes[i];
    place *at = &p->plan->places[i];
    bool stays[NODE_INPUTS_MAX] = { can_stay(p, i, 0) };

    if (n->op->inputs == 2 && can_stay(p, i, 1))
        stays[1] = !stays[0] || can_share(p, i, 0, 1) || can_share(p, i, 1, 0);
    for (size_t k = 0; k < n->op->inputs; k++) {
        place *from = &p->plan->places[n->in[k]];

        if (!from->wanted)
            continue;
        at->dx_add[k] = from->dy != NO_NODE;
        if (from->dy == NO_NODE && stays[k])
            stay(p, i, k);
        else if (from->dy == NO_NODE)
            from->dy = take_slot(p, tensor(p->plan, n->in_cols[k]));
    }
}

static void place_gradients(planner *p)
{
    const ito_graph *g = p->plan->g;

    for (size_t i = g->output + 1; i-- > 0;) {
        const place *at = &p->plan->places[i];
        const bool pair = at->pair && at->pair->backward;

        if (!at->live || !at->wanted || (pair && at->first == NO_NODE))
            continue;
        place_inputs(p, pair ? at->first : i);
        if (at->dy != NO_NODE)
            p->slots[at->dy].holders--;
    }
}

/* Enough for products in either precision. */
static size_t scratch_size(const ito_plan *plan)
{
    const ito_kern *kern[2] = { plan->ctx->kern, &plan->ctx->bf16 };
    size_t size = 0;

    for (size_t i = 0; i <= plan->g->output; i++) {
        const node *n = &plan->g->nodes[i];

        for (size_t k = 0; n->op->work && k < 2; k++)
            size = size_max(size, n->op->work(kern[k], n, plan->rows_max));
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
        plan->places[i] = (place){
            .y = NO_NODE, .saved = NO_NODE, .dy = NO_NODE, .first = NO_NODE
        };
    mark(plan);
    find_pairs(plan, p.last_use);
    find_last_uses(&p);
    keep_reread(&p);
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

/* SPDX-License-Identifier: MIT
 *
 * execute.c - running a planned graph forward and backward.
 */
#include <assert.h>
#include <string.h>

#include "nn/plan.h"

static const real *output_of(const ito_plan *plan, real *work,
                             const run_input *in, size_t i)
{
    const node *n = &plan->g->nodes[i];

    if (n->op == &ito__op_input)
        return in->in[n->attr];
    return plan->places[i].y == NO_NODE ? NULL : work + plan->places[i].y;
}

/* What every pass of node i is given. */
static call make_call(const ito_plan *plan, const ito_weights *w, real *work,
                      const run_input *in, size_t i)
{
    const node *n = &plan->g->nodes[i];
    const place *at = &plan->places[i];
    call c = {
        .kern = w->kern,
        .n = n,
        .rows = in->rows,
        .params = w->params + n->param,
        .packed = w->packed + w->offset[i],
        .y = at->y == NO_NODE ? NULL : work + at->y,
        .saved = at->saved == NO_NODE ? NULL : work + at->saved,
        .work = work + plan->scratch,
        .train = plan->mode == ITO_MODE_TRAIN,
        .drop = in->drops ? &in->drop : NULL,
    };

    for (size_t k = 0; k < n->op->inputs; k++)
        c.x[k] = output_of(plan, work, in, n->in[k]);
    return c;
}

/* The first of the pair that node i is the second of; NO_NODE: it is alone. */
static size_t partner(const ito_plan *plan, size_t i)
{
    return plan->places[i].pair ? plan->places[i].first : NO_NODE;
}

/* Whether node i waits for the second of its pair. */
static bool waits(const ito_plan *plan, size_t i)
{
    return plan->places[i].pair && plan->places[i].first == NO_NODE;
}

const real *ito__run_infer(const ito_plan *plan, const ito_weights *w,
                           real *work, const run_input *in)
{
    assert(in->rows <= plan->rows_max);
    for (size_t i = 0; i <= plan->g->output; i++) {
        const size_t p = partner(plan, i);
        call c;

        if (!plan->places[i].live || waits(plan, i))
            continue;
        c = make_call(plan, w, work, in, i);
        if (p == NO_NODE) {
            c.n->op->infer(&c);
        } else {
            const call first = make_call(plan, w, work, in, p);

            plan->places[i].pair->infer(&first, &c);
        }
    }
    return output_of(plan, work, in, plan->g->output);
}

const real *ito__run_forward(const ito_plan *plan, const ito_weights *w,
                             real *work, const run_input *in)
{
    assert(in->rows <= plan->rows_max && plan->mode != ITO_MODE_INFER);
    for (size_t i = 0; i <= plan->g->output; i++) {
        const size_t p = partner(plan, i);
        call c;

        if (!plan->places[i].live || waits(plan, i))
            continue;
        c = make_call(plan, w, work, in, i);
        if (p == NO_NODE) {
            c.n->op->forward(&c);
        } else {
            const call first = make_call(plan, w, work, in, p);

            plan->places[i].pair->forward(&first, &c);
        }
    }
    return output_of(plan, work, in, plan->g->output);
}

/* Where the gradient of input k of node i goes, or NULL.  The caller's dx
 * takes that of the network's input x. */
static real *gradient_of(const ito_plan *plan, real *work, real *dx, size_t i,
                         size_t k)
{
    const size_t from = plan->g->nodes[i].in[k];
    const place *at = &plan->places[from];

    if (from == plan->g->input[ITO_INPUT_X])
        return dx;
    return at->wanted && at->dy != NO_NODE ? work + at->dy : NULL;
}

/* Parameters that the output does not depend on have gradient zero. */
static void clear_dead(const ito_plan *plan, real *grad)
{
    for (size_t i = 0; i < plan->g->count; i++) {
        const node *n = &plan->g->nodes[i];

        if (n->params > 0 && (i > plan->g->output || !plan->places[i].live))
            memset(grad + n->param, 0, n->params * sizeof(*grad));
    }
}

/* What a backward pass works with. */
typedef struct back {
    const ito_plan *plan;
    const ito_weights *w;
    real *work;
    const run_input *in;
    real *grad, *dx;
} back;

/* The call of a backward pass of node i from dy. */
static call back_call(const back *b, size_t i, real *dy)
{
    call c = make_call(b->plan, b->w, b->work, b->in, i);

    c.dy = dy;
    c.grad = b->grad && c.n->params > 0 ? b->grad + c.n->param : NULL;
    for (size_t k = 0; k < c.n->op->inputs; k++) {
        c.dx[k] = gradient_of(b->plan, b->work, b->dx, i, k);
        c.dx_add[k] = b->plan->places[i].dx_add[k];
    }
    return c;
}

void ito__run_backward(const ito_plan *plan, const ito_weights *w, real *work,
                       const run_input *in, real *dy, real *grad, real *dx)
{
    const ito_graph *g = plan->g;
    const back b = { plan, w, work, in, grad, dx };

    assert(in->rows <= plan->rows_max && plan->mode != ITO_MODE_INFER);
    assert(!grad || plan->mode == ITO_MODE_TRAIN);
    if (grad)
        clear_dead(plan, grad);
    if (dx && g->output == g->input[ITO_INPUT_X])
        memcpy(dx, dy, in->rows * g->nodes[g->output].cols * sizeof(*dx));
    for (size_t i = g->output + 1; i-- > 0;) {
        const place *at = &plan->places[i];
        const bool pair = at->pair && at->pair->backward;
        real *from;

        if (!at->live || !at->wanted || g->nodes[i].op->inputs == 0 ||
            (pair && waits(plan, i)))
            continue;
        from = i == g->output ? dy : work + at->dy;
        if (pair) {
            const call first = back_call(&b, at->first, from);
            const call second = back_call(&b, i, from);

            at->pair->backward(&first, &second);
        } else {
            const call c = back_call(&b, i, from);

            c.n->op->backward(&c);
        }
    }
}

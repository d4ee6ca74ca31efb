/* SPDX-License-Identifier: MIT
 *
 * quadrature.c - integrals over one step, see quadrature.h.
 *
 *     int g dt  =  h sum_j w_j g(t + c_j h, x(t + c_j h)) + O(h^7)
 *
 * with the nodes c_j and weights w_j of Gauss and Legendre, three of them.
 * Sums are in double, node by node and step by step.
 */
#include <string.h>

#include "solve/run.h"

#define NODES 3

/* (1 - sqrt(3/5)) / 2, 1/2, (1 + sqrt(3/5)) / 2 */
static const double nodes[NODES] = { 0.11270166537925831, 0.5,
                                     0.88729833462074169 };
static const double weights[NODES] = { 5.0 / 18, 8.0 / 18, 5.0 / 18 };

ito_status ito__quadrature_check(ito_ctx *ctx, const run *r)
{
    const bool dense = (r->method->info.flags & ITO_METHOD_DENSE) != 0;

    if (!r->quadrature || (r->adaptive && dense && !r->problem->bounds))
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT,
                     "solve: integrals along the way take adaptive steps of a "
                     "method with continuous output, and no edges, not %s",
                     r->method->info.name);
}

void ito__quadrature_carve(carver *c, const run *r, run_worker *w)
{
    size_t values;

    if (!r->quadrature)
        return;
    values = size_mul(r->plan.rows, r->quadrature->count);
    w->g = ito__block_carve(c, &r->plan, r->quadrature->count);
    w->g_step = ito__carve(c, size_mul(values, sizeof(*w->g_step)));
    w->g_sum = ito__carve(c, size_mul(values, sizeof(*w->g_sum)));
}

void ito__quadrature_begin(const run *r, run_worker *w)
{
    if (!r->quadrature)
        return;
    ito__block_point(&w->work, w->g, r->quadrature->count);
    memset(w->g_sum, 0,
           w->work.tile.n * r->quadrature->count * sizeof(*w->g_sum));
}

/* Add weight times g to the integrals over the step. */
static void add(const run *r, run_worker *w, double weight)
{
    const size_t count = r->quadrature->count;
    const state_ops *ops = r->plan.ops;

    for (size_t i = 0; i < w->s.shape.n; i++)
        for (size_t c = 0; c < count; c++) {
            const double g = r->plan.wide ? ops->get(w->g[0], i * count + c)
                                          : ops->get(w->g[c], i);

            w->g_step[i * count + c] += weight * g;
        }
}

int ito__quadrature_step(const run *r, run_worker *w)
{
    const quadrature *q = r->quadrature;
    stepper *s = &w->s;
    int rc = 0;

    memset(w->g_step, 0, s->shape.n * q->count * sizeof(*w->g_step));
    for (size_t j = 0; rc == 0 && j < NODES; j++) {
        ito__dense_at(s, nodes[j], s->y[0]);
        w->work.tile.t = s->t + nodes[j] * s->h;
        w->work.tile.stage = j;
        s->why = STEP_FIELD;
        rc = ito__tile_eval(&w->work, q->fn, s->y[0], w->g, q->count);
        if (rc == 0)
            add(r, w, s->h * weights[j]);
    }
    return rc;
}

void ito__quadrature_accept(const run *r, run_worker *w)
{
    const size_t count = r->quadrature ? r->quadrature->count : 0;

    for (size_t i = 0; i < w->s.shape.n; i++)
        for (size_t c = 0; !w->now.stopped[i] && c < count; c++)
            w->g_sum[i * count + c] += w->g_step[i * count + c];
}

void ito__quadrature_store(const run *r, const run_worker *w, size_t begin)
{
    const quadrature *q = r->quadrature;

    if (q)
        memcpy(q->sums + begin * q->count, w->g_sum,
               w->work.tile.n * q->count * sizeof(*q->sums));
}

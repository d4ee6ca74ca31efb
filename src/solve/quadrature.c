/* SPDX-License-Identifier: MIT
 *
 * quadrature.c - integrals step by step, see quadrature.h.
 *
 * Over a step the integrand is taken as the polynomial p through its values
 * at the nodes of the step, of the one before and of the one after:
 *
 *     int p dt  =  h sum_j w_j g(t_j, x(t_j)),   w_j = int_0^1 L_j(z) dz,
 *
 * L_j being the Lagrange polynomials of the nodes z_j = (t_j - t) / h.  The
 * w_j come from Gauss and Legendre's rule with four points, exact up to degree
 * 7, which eight nodes have at most.  So the integral over a step is known when
 * the next one is taken, and the last three are kept.  All is in double and in
 * one order.
 *
 * Nodes are at 1/4 and 3/4 of a step, evenly, as a polynomial between
 * neighbours on both sides wants them; the first and the last step, with
 * neighbours on one side, have the three of Gauss.
 */
#include <string.h>

#include "solve/run.h"

#define NODES  3 /* of a step, at most */
#define POINTS 4

static const double quarters[] = { 0.25, 0.75 };
/* (1 - sqrt(3/5)) / 2, 1/2, (1 + sqrt(3/5)) / 2 */
static const double three[NODES] = { 0.11270166537925831, 0.5,
                                     0.88729833462074169 };
/* Gauss and Legendre's rule on [0, 1] */
static const double points[POINTS] = { 0.06943184420297371, 0.33000947820757187,
                                       0.66999052179242813,
                                       0.93056815579702629 };
static const double weights[POINTS] = { 0.17392742256872693,
                                        0.32607257743127307,
                                        0.32607257743127307,
                                        0.17392742256872693 };

/* The values that a step is integrated from. */
typedef struct stencil {
    size_t count;
    double z[QUADRATURE_STEPS * NODES], weight[QUADRATURE_STEPS * NODES];
    const double *values[QUADRATURE_STEPS * NODES];
} stencil;

ito_status ito__quadrature_check(ito_ctx *ctx, const run *r)
{
    const bool dense = (r->method->info.flags & ITO_METHOD_DENSE) != 0;

    if (!r->quadrature)
        return ITO_OK;
    if (r->opts.bad == ITO_BAD_FREEZE)
        return ito__fail(ctx, ITO_EUNFIT,
                         "solve: a particle that was frozen on the way has no "
                         "integrals along it");
    if (r->adaptive && dense && !r->problem->bounds)
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT,
                     "solve: integrals along the way take adaptive steps of a "
                     "method with continuous output, and no edges, not %s",
                     r->method->info.name);
}

/* Integrals of the rows of a tile. */
static size_t values_of(const run *r)
{
    return size_mul(r->plan.rows, r->quadrature->count);
}

void ito__quadrature_carve(carver *c, const run *r, run_worker *w)
{
    size_t bytes;

    if (!r->quadrature)
        return;
    bytes = size_mul(values_of(r), sizeof(double));
    w->g = ito__block_carve(c, &r->plan, r->quadrature->count);
    for (size_t k = 0; k < QUADRATURE_STEPS; k++)
        w->g_steps[k].values = ito__carve(c, size_mul(NODES, bytes));
    w->g_sum = ito__carve(c, bytes);
}

void ito__quadrature_begin(const run *r, run_worker *w)
{
    if (!r->quadrature)
        return;
    ito__block_point(&w->work, w->g, r->quadrature->count);
    w->g_taken = 0;
    memset(w->g_sum, 0,
           w->work.tile.n * r->quadrature->count * sizeof(*w->g_sum));
}

static const double *nodes_of(const quadrature_step *step)
{
    return step->count == NODES ? three : quarters;
}

static size_t count_of(const quadrature_step *step)
{
    return step->count == NODES ? NODES : NODES - 1;
}

/* The integrands, as rows. */
static void keep(const run *r, const run_worker *w, double *values)
{
    const size_t count = r->quadrature->count;
    const state_ops *ops = r->plan.ops;

    for (size_t i = 0; i < w->s.shape.n; i++)
        for (size_t c = 0; c < count; c++)
            values[i * count + c] = r->plan.wide
                                        ? ops->get(w->g[0], i * count + c)
                                        : ops->get(w->g[c], i);
}

int ito__quadrature_step(const run *r, run_worker *w)
{
    const quadrature *q = r->quadrature;
    quadrature_step *step = &w->g_steps[w->g_taken % QUADRATURE_STEPS];
    stepper *s = &w->s;
    const bool last = s->t_end == ito__run_time(r, r->end);
    int rc = 0;

    step->t = s->t;
    step->h = s->h;
    step->count = w->g_taken == 0 || last ? NODES : NODES - 1;
    for (size_t j = 0; rc == 0 && j < count_of(step); j++) {
        const double theta = nodes_of(step)[j];

        ito__dense_at(s, theta, s->y[0]);
        w->work.tile.t = s->t + theta * s->h;
        w->work.tile.stage = j;
        s->why = STEP_FIELD;
        rc = ito__tile_eval(&w->work, q->fn, s->y[0], w->g, q->count);
        if (rc == 0)
            keep(r, w, step->values + j * values_of(r));
    }
    return rc;
}

/* The integrals over [0, 1] of the Lagrange polynomials. */
static void weigh(stencil *s)
{
    for (size_t j = 0; j < s->count; j++) {
        s->weight[j] = 0.0;
        for (size_t p = 0; p < POINTS; p++) {
            double value = weights[p];

            for (size_t m = 0; m < s->count; m++)
                if (m != j)
                    value *= (points[p] - s->z[m]) / (s->z[j] - s->z[m]);
            s->weight[j] += value;
        }
    }
}

/* Add the integrals over step k of the tile; its neighbours are taken. */
static void sum_step(const run *r, run_worker *w, size_t k)
{
    const quadrature_step *own = &w->g_steps[k % QUADRATURE_STEPS];
    const size_t values = w->s.shape.n * r->quadrature->count;
    stencil s = { 0 };

    for (size_t n = k > 0 ? k - 1 : 0; n <= k + 1 && n < w->g_taken; n++) {
        const quadrature_step *step = &w->g_steps[n % QUADRATURE_STEPS];

        for (size_t j = 0; j < count_of(step); j++, s.count++) {
            s.z[s.count] =
                (step->t - own->t + nodes_of(step)[j] * step->h) / own->h;
            s.values[s.count] = step->values + j * values_of(r);
        }
    }
    weigh(&s);
    for (size_t i = 0; i < values; i++) {
        double sum = 0.0;

        for (size_t j = 0; j < s.count; j++)
            sum += s.weight[j] * s.values[j][i];
        w->g_sum[i] += own->h * sum;
    }
}

void ito__quadrature_accept(const run *r, run_worker *w)
{
    if (!r->quadrature)
        return;
    w->g_taken++;
    if (w->g_taken > 1)
        sum_step(r, w, w->g_taken - 2);
}

void ito__quadrature_store(const run *r, run_worker *w, size_t begin)
{
    const quadrature *q = r->quadrature;

    if (!q)
        return;
    if (w->g_taken > 0)
        sum_step(r, w, w->g_taken - 1);
    memcpy(q->sums + begin * q->count, w->g_sum,
           w->work.tile.n * q->count * sizeof(*q->sums));
}

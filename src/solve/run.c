/* SPDX-License-Identifier: MIT
 *
 * run.c - taking one tile through all its steps.
 *
 * The state is checked for NaN and infinity every CHECK_EVERY steps, before
 * a sink sees it, and at the end.  On a hit the tile is replayed from the
 * last good state, one check a step, which finds the first bad step and so
 * makes the report independent of where the checks fell.
 */
#include "solve/run.h"

#include <math.h>
#include <string.h>

#define CHECK_EVERY 16

double ito__run_time(const run *r, size_t point)
{
    if (r->grid)
        return r->grid[point];
    return point == r->steps ? r->t1 : r->t0 + (double)point * r->h;
}

double ito__run_step(const run *r, size_t point)
{
    return r->grid ? r->grid[point + 1] - r->grid[point] : r->h;
}

size_t ito__sink_point(const ito_sink *sink, size_t steps, size_t f)
{
    if (sink->every > 0) {
        const size_t whole = steps / sink->every;

        if (f <= whole)
            return f * sink->every;
        return f == whole + 1 && steps % sink->every != 0 ? steps : SIZE_MAX;
    }
    if (sink->at_count > 0)
        return f < sink->at_count ? sink->at[f] : SIZE_MAX;
    return f == 0 ? steps : SIZE_MAX;
}

void ito__run_carve(carver *c, const run *r, run_worker *w)
{
    const tile_plan *plan = &r->plan;
    const size_t sinks = r->problem->sink_count;
    run_worker v = { 0 };

    ito__tile_carve(c, plan, &v.work);
    v.x = ito__state_carve(c, plan);
    v.xs = ito__state_carve(c, plan);
    v.good = ito__state_carve(c, plan);
    for (size_t i = 0; i < r->tab->info.evals; i++)
        v.k[i] = ito__state_carve(c, plan);
    if (sinks > 0) {
        v.next = ito__carve(c, size_mul(sinks, sizeof(*v.next)));
        if (!plan->wide)
            v.frame = ito__carve(c, size_mul(plan->values, plan->ops->bytes));
    }
    if (w)
        *w = v;
}

/* z = x + h sum over j of weight[j] k[j].  Zero weights are left out rather
 * than multiplied: a stage that is not used may hold an infinity. */
static void combine(const run *r, const run_worker *w, void *z, double h,
                    const double *weight)
{
    void *k[ITO_STAGES_MAX];
    double a[ITO_STAGES_MAX];
    size_t m = 0;

    for (size_t j = 0; j < r->tab->info.evals; j++) {
        if (weight[j] == 0.0)
            continue;
        k[m] = w->k[j][0];
        a[m++] = h * weight[j];
    }
    r->plan.ops->lincomb(r->ctx->kern, ito__tile_values(&w->work), z, w->x[0],
                         m, a, k);
}

/* Take step `i` in place.  Returns what the field returned. */
static int take_step(const run *r, run_worker *w, size_t i)
{
    const ito_tableau *tab = r->tab;
    const double t = ito__run_time(r, i), h = ito__run_step(r, i);
    ito_tile *tile = &w->work.tile;

    tile->h = h;
    tile->step = r->step0 + i;
    for (size_t s = 0; s < tab->info.evals; s++) {
        int rc;

        /* the end of a step is the grid's time, to the bit */
        tile->t =
            tab->c[s] == 1.0 ? ito__run_time(r, i + 1) : t + tab->c[s] * h;
        tile->stage = s;
        if (s > 0)
            combine(r, w, w->xs[0], h, tab->a[s]);
        rc = ito__tile_eval(&w->work, r->plan.field->drift, s ? w->xs : w->x,
                            w->k[s], tile->dim);
        if (rc != 0)
            return rc;
    }
    combine(r, w, w->x[0], h, tab->b);
    return 0;
}

static void copy_state(const run *r, const run_worker *w, void **to,
                       void **from)
{
    memcpy(to[0], from[0], ito__tile_values(&w->work) * r->plan.ops->bytes);
}

/* Remember a fault if it is the lowest, and let no tile run beyond it. */
static void set_fault(run *r, run_worker *w, run_fault fault)
{
    const run_fault *old = &w->fault;
    size_t limit = atomic_load(&r->limit);

    if (old->end == RUN_DONE || fault.point < old->point ||
        (fault.point == old->point && fault.id < old->id))
        w->fault = fault;
    while (fault.point < limit &&
           !atomic_compare_exchange_weak(&r->limit, &limit, fault.point))
        ;
}

static void set_stop(run *r, run_worker *w, run_end end, size_t point, int rc)
{
    set_fault(
        r, w,
        (run_fault){
            .end = end, .point = point, .id = w->work.tile.id0, .rc = rc });
}

/* If the state at `point` has a bad value, record the lowest. */
static bool find_bad(run *r, run_worker *w, size_t point)
{
    const ito_tile *tile = &w->work.tile;
    state_bad bad;

    if (!r->plan.ops->first_bad(tile->n, tile->dim, r->plan.wide,
                                (const void *const *)w->x, &bad))
        return false;
    set_fault(r, w,
              (run_fault){ .end = RUN_NONFINITE,
                           .point = point,
                           .id = tile->id0 + bad.row,
                           .component = bad.component,
                           .value = bad.value });
    return true;
}

/* Padding that a field did not write, and that went bad, is renewed. */
static bool state_ok(const run *r, const run_worker *w)
{
    const ito_tile *tile = &w->work.tile;
    const state_ops *ops = r->plan.ops;
    state_bad bad;

    if (ops->all_finite(r->ctx->kern, ito__tile_values(&w->work), w->x[0]))
        return true;
    if (ops->first_bad(tile->n, tile->dim, r->plan.wide,
                       (const void *const *)w->x, &bad))
        return false;
    if (!r->plan.wide)
        ops->pad(tile->n, tile->npad, tile->dim, w->x);
    return true;
}

/* Replay the steps `from` (where w->good was taken) to `to` and record what
 * goes wrong first; false when nothing does. */
static bool replay(run *r, run_worker *w, size_t from, size_t to)
{
    copy_state(r, w, w->x, w->good);
    for (size_t i = from; i < to; i++) {
        int rc = take_step(r, w, i);

        if (rc != 0) {
            set_stop(r, w, RUN_FIELD, i, rc);
            return true;
        }
        if (find_bad(r, w, i + 1))
            return true;
    }
    return false;
}

/* Give the state at `point` to the sinks that want it. */
static bool call_sinks(run *r, run_worker *w, size_t point)
{
    const ito_tile *tile = &w->work.tile;
    ito_frame frame = { .step = r->step0 + point,
                        .t = ito__run_time(r, point),
                        .id0 = tile->id0,
                        .n = tile->n,
                        .dim = tile->dim,
                        .dtype = r->plan.ops->dtype,
                        .rows = r->plan.wide ? w->x[0] : NULL };

    for (size_t s = 0; s < r->problem->sink_count; s++) {
        const ito_sink *sink = &r->problem->sinks[s];
        int rc;

        if (ito__sink_point(sink, r->steps, w->next[s]) != point)
            continue;
        if (!frame.rows) {
            ito__tile_store(&w->work, w->x, w->frame);
            frame.rows = w->frame;
        }
        frame.index = w->next[s]++;
        rc = sink->fn(sink->arg, &frame);
        if (rc != 0) {
            set_stop(r, w, RUN_SINK, point, rc);
            return false;
        }
    }
    return true;
}

/* The next point at which the state must be looked at. */
static size_t next_stop(const run *r, const run_worker *w, size_t point)
{
    size_t stop = size_min(point + CHECK_EVERY, r->steps);

    for (size_t s = 0; s < r->problem->sink_count; s++)
        stop = size_min(
            stop, ito__sink_point(&r->problem->sinks[s], r->steps, w->next[s]));
    return stop;
}

/* Whether the tile should go on from `point`; asks the caller's program. */
static bool go_on(run *r, size_t thread, size_t point)
{
    if (thread == 0 && ito__cancelled(r->ctx))
        atomic_store(&r->cancelled, true);
    return !atomic_load(&r->cancelled) && point <= atomic_load(&r->limit);
}

/* Steps `from` to `to` without a look; false when that went wrong. */
static bool take_steps(run *r, run_worker *w, size_t from, size_t to)
{
    copy_state(r, w, w->good, w->x);
    for (size_t i = from; i < to; i++) {
        int rc = take_step(r, w, i);

        if (rc == 0)
            continue;
        /* a state that had gone bad before explains the refusal better */
        if (!replay(r, w, from, i))
            set_stop(r, w, RUN_FIELD, i, rc);
        return false;
    }
    if (state_ok(r, w))
        return true;
    if (!replay(r, w, from, to)) /* a field that answers differently now */
        set_fault(r, w,
                  (run_fault){ .end = RUN_NONFINITE,
                               .point = to,
                               .id = w->work.tile.id0,
                               .value = (double)NAN });
    return false;
}

static bool start(run *r, run_worker *w, size_t begin)
{
    const ito_problem *p = r->problem;
    ito_tile *tile = &w->work.tile;
    int rc;

    if (!p->init) {
        ito__tile_load(&w->work,
                       r->rows + begin * tile->dim * r->plan.ops->bytes, w->x);
    } else {
        void *const scratch = tile->scratch;

        tile->dtype = r->plan.ops->dtype;
        tile->x = (const void *const *)w->x;
        tile->scratch = w->xs[0];
        rc = p->init(p->init_arg, tile, w->x);
        tile->scratch = scratch;
        if (rc != 0) {
            set_stop(r, w, RUN_INIT, 0, rc);
            return false;
        }
        if (!r->plan.wide)
            r->plan.ops->pad(tile->n, tile->npad, tile->dim, w->x);
    }
    if (!state_ok(r, w)) {
        find_bad(r, w, 0);
        return false;
    }
    return call_sinks(r, w, 0);
}

void ito__run_tile(run *r, run_worker *w, size_t thread, size_t begin,
                   size_t end)
{
    const ito_problem *p = r->problem;
    const size_t cond_dim = p->field->cond_dim;
    ito_tile *tile = &w->work.tile;
    size_t point = 0;

    ito__tile_begin(&w->work, end - begin, p->id0 + begin,
                    p->cond ? p->cond + begin * cond_dim : NULL);
    ito__state_point(&w->work, w->x);
    ito__state_point(&w->work, w->xs);
    ito__state_point(&w->work, w->good);
    for (size_t i = 0; i < r->tab->info.evals; i++)
        ito__state_point(&w->work, w->k[i]);
    for (size_t s = 0; s < p->sink_count; s++)
        w->next[s] = 0;
    tile->thread = thread;
    tile->t = ito__run_time(r, 0);
    tile->h = 0.0;
    tile->step = r->step0;
    tile->stage = 0;
    if (!go_on(r, thread, 0) || !start(r, w, begin))
        return;
    while (point < r->steps) {
        const size_t stop = next_stop(r, w, point);

        if (!go_on(r, thread, point) || !take_steps(r, w, point, stop))
            return;
        point = stop;
        if (!call_sinks(r, w, point))
            return;
    }
    if (r->rows)
        ito__tile_store(&w->work, w->x,
                        r->rows + begin * tile->dim * r->plan.ops->bytes);
}

/* SPDX-License-Identifier: MIT
 *
 * run.c - one tile of a solve from its start to its end: memory, the initial
 * states, sinks, counts.  The steps are in replay.c and adapt.c.
 */
#include "solve/run.h"

#include <math.h>
#include <string.h>

#define CHECK_EVERY 16 /* steps between looks for NaN, see replay.c */

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

/* --- memory ------------------------------------------------------------ */

static void carve_mark(carver *c, const run *r, run_mark *m)
{
    m->stopped = ito__carve(c, r->plan.rows);
    if (r->absorbs)
        m->exits = ito__carve(c, size_mul(r->plan.rows, sizeof(double)));
}

static void carve_noise(carver *c, const run *r, run_worker *w)
{
    const stepper *s = &r->stepper;

    w->motion = (brownian_tile){ .kern = r->ctx->kern,
                                 .seed = r->problem->seed,
                                 .stream = r->problem->stream,
                                 .dtype = r->plan.ops->dtype,
                                 .wide = r->plan.wide,
                                 .n = r->plan.rows,
                                 .dim = s->motions };
    if (r->noise == NOISE_TREE)
        w->tree_block = ito__carve(c, ito__tree_bytes(&w->motion, r->depth));
    if (s->noisy && r->absorbs)
        w->sigma = ito__block_carve(
            c, &r->plan, s->field->dim * (s->matrix ? s->motions : 1));
}

void ito__run_carve(carver *c, const run *r, run_worker *w)
{
    const tile_plan *plan = &r->plan;
    const size_t sinks = r->problem->sink_count;
    run_worker v = { .s = r->stepper };

    ito__tile_carve(c, plan, &v.work);
    ito__stepper_carve(c, plan, &v.s);
    carve_mark(c, r, &v.now);
    carve_mark(c, r, &v.good);
    v.good.x = ito__state_carve(c, plan);
    v.held = ito__state_carve(c, plan);
    v.mask = ito__carve(c, plan->rows);
    v.theta = ito__carve(c, size_mul(plan->rows, sizeof(double)));
    v.variance = ito__carve(c, size_mul(plan->rows, sizeof(double)));
    v.edge = ito__carve(c, size_mul(plan->rows, sizeof(unsigned)));
    carve_noise(c, r, &v);
    ito__quadrature_carve(c, r, &v);
    if (sinks > 0) {
        v.next = ito__carve(c, size_mul(sinks, sizeof(*v.next)));
        if (!plan->wide)
            v.frame = ito__carve(c, size_mul(plan->values, plan->ops->bytes));
    }
    if (!w)
        return;
    *w = v;
    w->s.work = &w->work;
}

/* --- sinks and the whole tile ------------------------------------------ */

bool ito__run_sinks(run *r, run_worker *w, size_t point, void *const *x)
{
    const ito_tile *tile = &w->work.tile;
    const size_t steps = r->end - r->begin;
    ito_frame frame = { .step = r->step0 + point,
                        .t = ito__run_time(r, point),
                        .id0 = tile->id0,
                        .n = tile->n,
                        .dim = tile->dim,
                        .dtype = r->plan.ops->dtype,
                        .rows = r->plan.wide ? x[0] : NULL,
                        .exit_times = w->now.exits };

    for (size_t s = 0; s < r->problem->sink_count; s++) {
        const ito_sink *sink = &r->problem->sinks[s];
        int rc;

        if (ito__sink_point(sink, steps, w->next[s]) != point - r->begin)
            continue;
        if (!frame.rows) {
            ito__tile_store(&w->work, x, w->frame);
            frame.rows = w->frame;
        }
        frame.index = w->next[s]++;
        rc = sink->fn(sink->arg, &frame);
        if (rc != 0) {
            ito__run_fault_at(
                r, w, point,
                (run_fault){ .end = RUN_SINK, .id = tile->id0, .rc = rc });
            return false;
        }
    }
    return true;
}

size_t ito__run_wanted(const run *r, const run_worker *w)
{
    const size_t steps = r->end - r->begin;
    size_t first = SIZE_MAX;

    for (size_t s = 0; s < r->problem->sink_count; s++)
        first = size_min(
            first, ito__sink_point(&r->problem->sinks[s], steps, w->next[s]));
    return size_add(first, r->begin);
}

bool ito__run_go_on(run *r, size_t thread, uint64_t at)
{
    if (thread == 0 && ito__cancelled(r->ctx))
        atomic_store(&r->cancelled, true);
    return !atomic_load(&r->cancelled) && at <= atomic_load(&r->limit);
}

/* The initial states of the tile. */
static bool load(run *r, run_worker *w, size_t begin)
{
    const ito_problem *p = r->problem;
    ito_tile *tile = &w->work.tile;
    void *const scratch = tile->scratch;
    int rc;

    if (!p->init) {
        ito__tile_load(
            &w->work, r->rows + begin * tile->dim * r->plan.ops->bytes, w->s.x);
        return true;
    }
    tile->dtype = r->plan.ops->dtype;
    tile->x = (const void *const *)w->s.x;
    tile->scratch = w->s.z[0];
    rc = p->init(p->init_arg, tile, w->s.x);
    tile->scratch = scratch;
    if (rc != 0) {
        ito__run_fault_at(
            r, w, r->begin,
            (run_fault){ .end = RUN_INIT, .id = tile->id0, .rc = rc });
        return false;
    }
    if (!r->plan.wide)
        r->plan.ops->pad(tile->n, tile->npad, tile->dim, w->s.x);
    return true;
}

static bool start(run *r, run_worker *w, size_t begin)
{
    if (!load(r, w, begin))
        return false;
    if (r->opts.bad != ITO_BAD_KEEP && !ito__run_state_ok(r, w)) {
        ito__run_find_bad(r, w, r->begin);
        return false;
    }
    if (r->problem->bounds)
        ito__bounds_start(r, w);
    return ito__run_sinks(r, w, r->begin, w->s.x);
}

static void begin_tile(run *r, run_worker *w, size_t thread, size_t begin,
                       size_t end)
{
    const ito_problem *p = r->problem;
    ito_tile *tile = &w->work.tile;

    ito__tile_begin(&w->work, end - begin, p->id0 + begin,
                    p->cond ? p->cond + begin * p->field->cond_dim : NULL);
    ito__stepper_begin(&w->s);
    ito__state_point(&w->work, w->good.x);
    ito__state_point(&w->work, w->held);
    ito__block_point(&w->work, w->sigma,
                     w->s.field->dim * (w->s.matrix ? w->s.motions : 1));
    ito__noise_begin(r, w);
    ito__quadrature_begin(r, w);
    memset(w->now.stopped, 0, tile->n);
    w->now.stopped_count = 0;
    w->earlier = 0;
    for (size_t i = 0; r->absorbs && i < tile->n; i++)
        w->now.exits[i] = (double)INFINITY;
    for (size_t s = 0; s < p->sink_count; s++)
        w->next[s] = 0;
    w->s.moves = w->s.accepted = 0;
    tile->thread = thread;
    tile->t = ito__run_time(r, r->begin);
    tile->h = 0.0;
    tile->step = r->step0 + r->begin;
    tile->stage = 0;
}

static bool take_grid(run *r, run_worker *w)
{
    size_t point = r->begin;

    while (point < r->end) {
        const size_t stop = size_min(size_min(point + CHECK_EVERY, r->end),
                                     ito__run_wanted(r, w));

        if (!ito__run_go_on(r, w->work.tile.thread, point) ||
            !ito__run_steps(r, w, point, stop))
            return false;
        point = stop;
        if (!ito__run_sinks(r, w, point, w->s.x))
            return false;
    }
    return true;
}

/* Add what the tile came to; particles are counted by why they stopped. */
static void count(const run *r, run_worker *w)
{
    const stepper *s = &w->s;
    const state_shape *shape = &s->shape;
    state_bad bad;

    for (size_t i = 0; w->now.stopped_count > 0 && i < shape->n; i++) {
        w->bad += w->now.stopped[i] == ROW_FROZEN;
        w->absorbed += w->now.stopped[i] == ROW_ABSORBED;
    }
    w->absorbed -= w->earlier;
    if (r->opts.bad == ITO_BAD_KEEP)
        for (size_t row = 0;
             row < shape->n && r->plan.ops->first_bad(
                                   shape, row, (const void *const *)s->x, &bad);
             row = bad.row + 1)
            w->bad++;
    w->evals = size_max(w->evals, s->evals);
    w->moves += s->moves;
    w->accepted += s->accepted;
}

void ito__run_tile(run *r, run_worker *w, size_t thread, size_t begin,
                   size_t end)
{
    const ito_tile *tile = &w->work.tile;
    bool done;

    begin_tile(r, w, thread, begin, end);
    if (!ito__run_go_on(r, thread, r->adaptive ? tile->id0 : r->begin) ||
        !start(r, w, begin))
        return;
    if (r->adaptive && w->s.noisy)
        done = ito__adapt_tree(r, w);
    else
        done = r->adaptive ? ito__adapt(r, w) : take_grid(r, w);
    if (!done)
        return;
    count(r, w);
    ito__quadrature_store(r, w, begin);
    if (r->absorbs && r->problem->exit_times)
        memcpy(r->problem->exit_times + begin, w->now.exits,
               tile->n * sizeof(*w->now.exits));
    if (r->rows)
        ito__tile_store(&w->work, w->s.x,
                        r->rows + begin * tile->dim * r->plan.ops->bytes);
}

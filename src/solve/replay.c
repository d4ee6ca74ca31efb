/* SPDX-License-Identifier: MIT
 *
 * replay.c - fixed steps, and going back to find what went wrong in them.
 *
 * The state is checked for NaN and infinity every few steps, before a sink
 * sees it, and at the end.  On a hit the tile is replayed from the last good
 * state, one check a step, which finds the first bad step and so makes the
 * report, or the freezing of a particle, independent of where the checks
 * fell.  Noise has addresses, so a replay meets the same.
 */
#include <math.h>
#include <string.h>

#include "solve/run.h"

/* --- steps ------------------------------------------------------------- */

void ito__run_stop(run_worker *w, int how)
{
    const state_shape *shape = &w->s.shape;

    for (size_t i = 0; i < shape->n; i++) {
        if (!w->mask[i] || w->now.stopped[i])
            continue;
        w->now.stopped[i] = (unsigned char)how;
        w->now.stopped_count++;
    }
    w->s.ops->copy_rows(shape, w->mask, w->s.x, w->held);
}

int ito__run_finish(run *r, run_worker *w)
{
    stepper *s = &w->s;
    void **old = s->x;

    s->x = s->z;
    s->z = old;
    if (s->keeps) {
        void **k = s->k[0];

        s->k[0] = s->k[s->k_next];
        s->k[s->k_next] = k;
    }
    s->k0_ready = s->keeps;
    s->u_ready = s->u_ready && s->keeps;
    s->keeps = false;
    if (w->now.stopped_count > 0)
        s->ops->copy_rows(&s->shape, w->now.stopped, w->held, s->x);
    return r->problem->bounds ? ito__bounds_step(r, w) : 0;
}

/* Take step `i` of the grid.  Returns what a callback returned. */
static int take_step(run *r, run_worker *w, size_t i)
{
    stepper *s = &w->s;
    ito_tile *tile = &w->work.tile;
    int rc = 0;

    s->t = ito__run_time(r, i);
    s->t_end = ito__run_time(r, i + 1);
    s->h = ito__run_step(r, i);
    tile->h = s->h;
    tile->step = r->step0 + i;
    if (s->noisy)
        rc = ito__noise_step(r, w, i);
    if (rc == 0)
        rc = s->method->step(s);
    return rc == 0 ? ito__run_finish(r, w) : rc;
}

static void copy_mark(const run *r, const run_worker *w, run_mark *to,
                      const run_mark *from)
{
    const size_t n = w->s.shape.n;
    void **const x = to->x;
    unsigned char *const stopped = to->stopped;
    double *const exits = to->exits;

    memcpy(stopped, from->stopped, n);
    if (r->absorbs)
        memcpy(exits, from->exits, n * sizeof(*exits));
    *to = *from;
    to->x = x;
    to->stopped = stopped;
    to->exits = exits;
}

static void remember(const run *r, run_worker *w)
{
    w->now.moves = w->s.moves;
    w->now.accepted = w->s.accepted;
    w->now.evals = w->s.evals;
    copy_mark(r, w, &w->good, &w->now);
    ito__copy(&w->s, w->good.x, w->s.x);
}

static void go_back(const run *r, run_worker *w)
{
    copy_mark(r, w, &w->now, &w->good);
    ito__copy(&w->s, w->s.x, w->good.x);
    w->s.moves = w->now.moves;
    w->s.accepted = w->now.accepted;
    w->s.evals = w->now.evals;
    w->s.k0_ready = w->s.u_ready = w->s.keeps = false;
}

/* --- faults ------------------------------------------------------------ */

void ito__run_fault(run *r, run_worker *w, run_fault fault)
{
    const run_fault *old = &w->fault;
    const uint64_t at = r->adaptive ? fault.id : fault.point;
    uint_fast64_t limit = atomic_load(&r->limit);

    if (r->adaptive)
        fault.point = 0;
    if (old->end == RUN_DONE || fault.point < old->point ||
        (fault.point == old->point && fault.id < old->id))
        w->fault = fault;
    while (at < limit && !atomic_compare_exchange_weak(&r->limit, &limit, at))
        ;
}

run_fault ito__run_why(const run_worker *w, int rc)
{
    static const run_end ends[] = { [STEP_FIELD] = RUN_FIELD,
                                    [STEP_NOISE] = RUN_NOISE,
                                    [STEP_NEWTON] = RUN_NEWTON,
                                    [STEP_UNEQUAL] = RUN_UNEQUAL };
    const stepper *s = &w->s;
    const size_t row = s->why == STEP_NEWTON ? s->row : 0;

    return (run_fault){ .end = ends[s->why],
                        .id = w->work.tile.id0 + row,
                        .t = s->t,
                        .h = s->h,
                        .rc = rc };
}

void ito__run_fault_at(run *r, run_worker *w, size_t point, run_fault fault)
{
    fault.point = point;
    fault.t = ito__run_time(r, point);
    if (point < r->steps)
        fault.h = ito__run_step(r, point);
    ito__run_fault(r, w, fault);
}

/* If the state at `point` has a bad value, record the lowest. */
bool ito__run_find_bad(run *r, run_worker *w, size_t point)
{
    state_bad bad;

    if (!r->plan.ops->first_bad(&w->s.shape, 0, (const void *const *)w->s.x,
                                &bad))
        return false;
    ito__run_fault_at(r, w, point,
                      (run_fault){ .end = RUN_NONFINITE,
                                   .id = w->work.tile.id0 + bad.row,
                                   .component = bad.component,
                                   .value = bad.value });
    return true;
}

/* Padding that a field did not write, and that went bad, is renewed. */
bool ito__run_state_ok(const run *r, const run_worker *w)
{
    const state_shape *shape = &w->s.shape;
    const state_ops *ops = r->plan.ops;
    state_bad bad;

    if (ops->all_finite(r->ctx->kern, w->s.values, w->s.x[0]))
        return true;
    if (ops->first_bad(shape, 0, (const void *const *)w->s.x, &bad))
        return false;
    if (!shape->wide)
        ops->pad(shape->n, shape->npad, shape->dim, w->s.x);
    return true;
}

/* Put particles that are not finite back to where they were before the step
 * and keep them there. */
static void freeze(run *r, run_worker *w)
{
    const state_shape *shape = &w->s.shape;
    state_bad bad;
    size_t row = 0;

    memset(w->mask, 0, shape->n);
    while (
        row < shape->n &&
        r->plan.ops->first_bad(shape, row, (const void *const *)w->s.x, &bad)) {
        w->mask[bad.row] = 1;
        row = bad.row + 1;
    }
    if (row == 0)
        return;
    r->plan.ops->copy_rows(shape, w->mask, w->s.z, w->s.x);
    ito__run_stop(w, ROW_FROZEN);
}

/* Replay the steps `from` (where w->good was taken) to `to`.  False when
 * something went wrong, which is recorded; particles that go bad do so, or
 * are frozen. */
static bool replay(run *r, run_worker *w, size_t from, size_t to)
{
    go_back(r, w);
    for (size_t i = from; i < to; i++) {
        const int rc = take_step(r, w, i);

        if (rc != 0) {
            ito__run_fault_at(r, w, i, ito__run_why(w, rc));
            return false;
        }
        if (r->opts.bad == ITO_BAD_FREEZE)
            freeze(r, w);
        else if (r->opts.bad == ITO_BAD_FAIL && ito__run_find_bad(r, w, i + 1))
            return false;
    }
    return true;
}

/* Steps `from` to `to` without a look; false when that went wrong. */
bool ito__run_steps(run *r, run_worker *w, size_t from, size_t to)
{
    remember(r, w);
    for (size_t i = from; i < to; i++) {
        const int rc = take_step(r, w, i);
        run_fault why;

        if (rc == 0)
            continue;
        /* a state that had gone bad before explains the refusal better, and
         * may have been frozen */
        if (r->opts.bad == ITO_BAD_FREEZE)
            return replay(r, w, from, to);
        why = ito__run_why(w, rc);
        if (replay(r, w, from, i))
            ito__run_fault_at(r, w, i, why);
        return false;
    }
    if (r->opts.bad == ITO_BAD_KEEP || ito__run_state_ok(r, w))
        return true;
    if (!replay(r, w, from, to))
        return false;
    if (r->opts.bad == ITO_BAD_FREEZE)
        return true;
    /* a field that answers differently now */
    ito__run_fault_at(r, w, to,
                      (run_fault){ .end = RUN_NONFINITE,
                                   .id = w->work.tile.id0,
                                   .value = (double)NAN });
    return false;
}

/* SPDX-License-Identifier: MIT
 *
 * solve.c - ito_solve: sharing out the tiles of a problem.
 *
 * With fixed steps a tile is any run of particles.  With adaptive steps it is
 * a control group, whose limits depend on ids alone.
 */
#include <ito/solve.h>
#include <string.h>

#include "solve/run.h"

static size_t group_of(const run *r)
{
    return r->plan.wide ? GROUP_WIDE : GROUP;
}

static void run_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    run *r = arg;

    ito__run_tile(r, &r->workers[worker], worker, begin, end);
}

/* Groups begin .. end - 1, counted from that of the first id. */
static void run_groups(void *arg, size_t worker, size_t begin, size_t end)
{
    run *r = arg;
    const ito_problem *p = r->problem;
    const size_t size = group_of(r), first = (size_t)(p->id0 % size);

    for (size_t g = begin; g < end; g++) {
        const size_t from = g == 0 ? 0 : g * size - first;
        const size_t to = size_min((g + 1) * size - first, p->n);

        ito__run_tile(r, &r->workers[worker], worker, from, to);
    }
}

static void run_all(ito_ctx *ctx, run *r, size_t threads)
{
    const size_t n = r->problem->n, rows = r->plan.rows;
    const size_t size = group_of(r);
    const size_t groups =
        size_ceil_div((size_t)(r->problem->id0 % size) + n, size);

    if (r->adaptive && threads > 1)
        ito__for(ctx, groups, 1, run_groups, r);
    else if (r->adaptive)
        run_groups(r, 0, 0, groups);
    else if (threads > 1)
        ito__for(ctx, n, rows, run_chunk, r);
    else
        for (size_t i = 0; i < n; i += size_min(rows, n - i))
            run_chunk(r, 0, i, i + size_min(rows, n - i));
}

/* The lowest fault of all workers, as a status. */
static ito_status find_fault(ito_ctx *ctx, const run *r, size_t threads)
{
    const run_fault *first = NULL;

    if (atomic_load(&r->cancelled))
        return ito__fail(ctx, ITO_ECANCELLED, "solve: cancelled");
    for (size_t w = 0; w < threads; w++) {
        const run_fault *f = &r->workers[w].fault;

        if (f->end != RUN_DONE &&
            (!first || f->point < first->point ||
             (f->point == first->point && f->id < first->id)))
            first = f;
    }
    return first ? ito__run_report(ctx, r, first) : ITO_OK;
}

static void fill_stats(const run *r, size_t threads, ito_solve_stats *stats)
{
    const size_t n = r->problem->n;
    uint64_t moves = 0, accepted = 0;

    *stats = (ito_solve_stats){ .steps = r->adaptive ? 0 : r->end - r->begin,
                                .t = ito__run_time(r, r->end),
                                .step = r->step0 + r->end };
    if (n == 0)
        return;
    stats->tiles = size_ceil_div(n, r->plan.rows);
    if (r->adaptive)
        stats->tiles = size_ceil_div(
            (size_t)(r->problem->id0 % group_of(r)) + n, group_of(r));
    for (size_t i = 0; i < threads; i++) {
        const run_worker *w = &r->workers[i];

        stats->steps = size_max(stats->steps, w->steps);
        stats->evals = size_max(stats->evals, w->evals);
        stats->accepted += w->taken;
        stats->rejected += w->rejected;
        stats->absorbed += w->absorbed;
        stats->bad += w->bad;
        moves += w->moves;
        accepted += w->accepted;
    }
    if (moves > 0)
        stats->accepted_rate = (double)accepted / (double)moves;
}

/* Place the workers in a block; with a NULL base only count. */
static size_t place(run *r, size_t threads, char *block)
{
    carver c = { .base = block };
    run_worker *workers =
        ito__carve(&c, size_mul(threads, sizeof(*r->workers)));

    for (size_t w = 0; w < threads; w++)
        ito__run_carve(&c, r, workers ? &workers[w] : NULL);
    r->workers = workers;
    return c.used;
}

/* Place the workers' memory in one block and run. */
static ito_status run_in_memory(ito_ctx *ctx, run *r, size_t threads,
                                ito_solve_stats *stats)
{
    char *block = ito__alloc(ctx, place(r, threads, NULL));
    ito_status rc;

    if (!block)
        return ito__fail(ctx, ITO_ENOMEM,
                         "solve: no memory for %zu tiles of "
                         "%zu particles of %zu values",
                         threads, r->plan.rows, r->plan.field->dim);
    place(r, threads, block);
    run_all(ctx, r, threads);
    rc = find_fault(ctx, r, threads);
    if (rc == ITO_OK)
        fill_stats(r, threads, stats);
    ito__free(ctx, block);
    return rc;
}

/* Everything up to memory: the run, and how many workers it has. */
static ito_status prepare(ito_ctx *ctx, run *r, const void *x,
                          const ito_solve_opts *o, size_t *threads)
{
    const size_t n = r->problem->n;
    ito_status rc = ito__run_prepare(ctx, r, x, o);
    size_t rows = o->tile;

    if (rc == ITO_OK)
        rc = ito__quadrature_check(ctx, r);
    if (rc != ITO_OK)
        return rc;
    atomic_init(&r->limit, UINT_FAST64_MAX);
    atomic_init(&r->cancelled, false);
    *threads = (r->plan.field->flags & ITO_FIELD_REENTRANT) ? ctx->threads : 1;
    if (n == 0)
        return ITO_OK;
    if (r->adaptive)
        rows = group_of(r);
    if (r->quadrature)
        r->plan.outs = size_max(r->plan.outs, r->quadrature->count);
    r->plan.states = ito__stepper_states(&r->stepper);
    return ito__tile_size(ctx, "solve", &r->plan, rows, n, *threads);
}

ito_status ito__solve_quadrature(ito_ctx *ctx, const ito_problem *problem,
                                 void *x, const ito_solve_opts *opts,
                                 ito_solve_stats *stats, const quadrature *q)
{
    const ito_solve_opts o = opts ? *opts : (ito_solve_opts){ 0 };
    run r = { .ctx = ctx,
              .problem = problem,
              .quadrature = q,
              .step0 = o.step0,
              .rows = x };
    ito_solve_stats got = { 0 };
    size_t threads;
    ito_status rc;

    if (stats)
        *stats = got;
    if (!ctx)
        return ITO_EARG;
    if (!problem)
        return ito__fail(ctx, ITO_EARG, "solve: there is no problem");
    if ((rc = prepare(ctx, &r, x, &o, &threads)) != ITO_OK)
        return rc;
    if (problem->n > 0)
        rc = run_in_memory(ctx, &r, threads, &got);
    else
        fill_stats(&r, 0, &got);
    got.method = r.stepper.method->info.name;
    if (rc == ITO_OK && stats)
        *stats = got;
    return rc;
}

ito_status ito_solve(ito_ctx *ctx, const ito_problem *problem, void *x,
                     const ito_solve_opts *opts, ito_solve_stats *stats)
{
    return ito__solve_quadrature(ctx, problem, x, opts, stats, NULL);
}

ito_status ito_solve_bytes(ito_ctx *ctx, const ito_problem *problem,
                           const ito_solve_opts *opts, size_t *bytes)
{
    const ito_solve_opts o = opts ? *opts : (ito_solve_opts){ 0 };
    run r = { .ctx = ctx, .problem = problem, .step0 = o.step0 };
    size_t threads;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!problem || !bytes)
        return ito__fail(ctx, ITO_EARG, "solve_bytes: %s is NULL",
                         problem ? "bytes" : "the problem");
    *bytes = 0;
    rc = prepare(ctx, &r, "", &o, &threads);
    if (rc == ITO_OK && problem->n > 0)
        *bytes = place(&r, threads, NULL);
    return rc;
}

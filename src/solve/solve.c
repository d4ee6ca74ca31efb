/* SPDX-License-Identifier: MIT
 *
 * solve.c - ito_solve: checking a problem, sharing out its tiles, reporting.
 */
#include <ito/solve.h>
#include <math.h>
#include <string.h>

#include "solve/run.h"

#define STEPS_DEFAULT  100
#define METHOD_DEFAULT "heun"
#define STEPS_MAX      UINT32_MAX /* noise is addressed by 32 bits of step */

size_t ito_sink_frames(const ito_sink *sink, size_t steps)
{
    if (!sink)
        return 0;
    if (sink->every > 0)
        return 1 + size_ceil_div(steps, sink->every);
    return sink->at_count > 0 ? sink->at_count : 1;
}

static ito_status check_sinks(ito_ctx *ctx, const ito_problem *p, size_t steps)
{
    if (p->sink_count > 0 && !p->sinks)
        return ito__fail(ctx, ITO_EARG, "solve: %zu sinks at NULL",
                         p->sink_count);
    for (size_t s = 0; s < p->sink_count; s++) {
        const ito_sink *sink = &p->sinks[s];

        if (!sink->fn)
            return ito__fail(ctx, ITO_EARG, "solve: sink %zu has no function",
                             s);
        if (sink->every > 0)
            continue;
        if (sink->at_count > 0 && !sink->at)
            return ito__fail(ctx, ITO_EARG,
                             "solve: sink %zu has %zu points at NULL", s,
                             sink->at_count);
        for (size_t f = 0; f < sink->at_count; f++)
            if (sink->at[f] > steps ||
                (f > 0 && sink->at[f] <= sink->at[f - 1]))
                return ito__fail(ctx, ITO_EARG,
                                 "solve: sink %zu wants point "
                                 "%zu; points increase up to %zu",
                                 s, sink->at[f], steps);
    }
    return ITO_OK;
}

static ito_status use_grid(ito_ctx *ctx, run *r, const ito_solve_opts *o)
{
    if (o->grid_count == 0)
        return ito__fail(ctx, ITO_EARG, "solve: the time grid is empty");
    for (size_t i = 0; i < o->grid_count; i++) {
        const double t = o->grid[i];
        const bool up = i > 1 && o->grid[1] > o->grid[0];

        if (!isfinite(t))
            return ito__fail(ctx, ITO_EARG, "solve: time %zu of the grid is %g",
                             i, t);
        if (i > 0 &&
            (t == o->grid[i - 1] || (i > 1 && up != (t > o->grid[i - 1]))))
            return ito__fail(ctx, ITO_EARG,
                             "solve: time %zu of the grid, %g, "
                             "follows %g; times must increase or decrease",
                             i, t, o->grid[i - 1]);
    }
    r->grid = o->grid;
    r->steps = o->grid_count - 1;
    r->t0 = o->grid[0];
    r->t1 = o->grid[r->steps];
    if (!isfinite(r->t1 - r->t0))
        return ito__fail(ctx, ITO_EARG, "solve: the grid spans %g to %g", r->t0,
                         r->t1);
    return ITO_OK;
}

static ito_status use_times(ito_ctx *ctx, run *r, const ito_solve_opts *o)
{
    const ito_problem *p = r->problem;

    if (!isfinite(p->t0) || !isfinite(p->t1) || !isfinite(p->t1 - p->t0))
        return ito__fail(ctx, ITO_EARG, "solve: time from %g to %g", p->t0,
                         p->t1);
    r->t0 = p->t0;
    r->t1 = p->t1;
    if (r->t0 == r->t1)
        return ITO_OK;
    r->steps = o->steps ? o->steps : STEPS_DEFAULT;
    r->h = (r->t1 - r->t0) / (double)r->steps;
    if (r->h == 0.0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: %zu steps from %g to %g are "
                         "steps of length 0",
                         r->steps, r->t0, r->t1);
    return ITO_OK;
}

static ito_status check_problem(ito_ctx *ctx, const run *r, const void *x)
{
    const ito_problem *p = r->problem;
    const ito_field *field = r->plan.field;

    if (!x && !p->init && p->n > 0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: no initial states: give x or init");
    if (field->cond_dim > 0 && !p->cond && p->n > 0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: field %s wants %zu conditions "
                         "a particle and there are none",
                         field->name, field->cond_dim);
    if (p->id0 > UINT64_MAX - p->n)
        return ito__fail(ctx, ITO_EARG, "solve: ids wrap around");
    if (field->noise != ITO_NOISE_NONE || field->noise_dim > 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "solve: field %s has noise and %s is "
                         "a method for fields without",
                         field->name, r->tab->info.name);
    if (r->steps > STEPS_MAX || r->step0 > STEPS_MAX - r->steps)
        return ito__fail(ctx, ITO_EARG,
                         "solve: %zu steps from step %llu; the "
                         "last step is 4294967295",
                         r->steps, (unsigned long long)r->step0);
    return check_sinks(ctx, p, r->steps);
}

/* List the methods in a message. */
static ito_status no_method(ito_ctx *ctx, const char *name)
{
    char list[256] = "";
    size_t used = 0;

    for (size_t i = 0; ito_method_at(i); i++) {
        const char *m = ito_method_at(i)->name;

        if (used + strlen(m) + 3 > sizeof(list))
            break;
        memcpy(list + used, " ", 2);
        memcpy(list + used + 1, m, strlen(m) + 1);
        used += strlen(m) + 1;
    }
    return ito__fail(ctx, ITO_EARG, "solve: no method \"%s\"; there are:%s",
                     name, list);
}

static ito_status prepare(ito_ctx *ctx, run *r, const void *x,
                          const ito_solve_opts *o)
{
    const ito_problem *p = r->problem;
    const char *method = o->method ? o->method : METHOD_DEFAULT;
    ito_status rc = ito__tile_plan(ctx, "solve", p->field, p->dtype, &r->plan);

    if (rc != ITO_OK)
        return rc;
    r->tab = ito__tableau_find(method);
    if (!r->tab)
        return no_method(ctx, method);
    rc = o->grid ? use_grid(ctx, r, o) : use_times(ctx, r, o);
    if (rc != ITO_OK)
        return rc;
    return check_problem(ctx, r, x);
}

/* "too long a step" in numbers: what to try instead. */
static ito_status fail_nonfinite(ito_ctx *ctx, const run *r, const run_fault *f,
                                 ito_errinfo *at)
{
    const char *value = isnan(f->value)  ? "NaN"
                        : f->value > 0.0 ? "+inf"
                                         : "-inf";

    if (f->point == 0)
        return ito__fail_at(ctx, ITO_ENONFINITE, at,
                            "solve: particle %llu, "
                            "component %zu is %s at the start",
                            (unsigned long long)f->id, f->component, value);
    return ito__fail_at(
        ctx, ITO_ENONFINITE, at,
        "solve: particle %llu, component %zu became "
        "%s in step %llu (t = %g, h = %g): the field is too steep for %s "
        "there; take more steps, for example %zu",
        (unsigned long long)f->id, f->component, value,
        (unsigned long long)at->step, at->t, ito__run_step(r, f->point - 1),
        r->tab->info.name, size_mul(4, r->steps));
}

static ito_status report(ito_ctx *ctx, const run *r, const run_fault *f)
{
    static const char *const who[] = {
        [RUN_FIELD] = "the field", [RUN_INIT] = "init", [RUN_SINK] = "a sink"
    };
    ito_errinfo at = ito__nowhere();

    at.particle = (int64_t)f->id;
    at.t = ito__run_time(r, f->point);
    /* a bad state is the result of the step before its point */
    at.step = (int64_t)(r->step0 + f->point);
    if (f->end == RUN_NONFINITE) {
        at.step -= f->point > 0;
        at.component = (int64_t)f->component;
        at.value = f->value;
        return fail_nonfinite(ctx, r, f, &at);
    }
    return ito__fail_at(ctx, ITO_ECALLBACK, &at,
                        "solve: %s %s returned %d at "
                        "t = %g, step %lld",
                        who[f->end],
                        f->end == RUN_FIELD && r->plan.field->name
                            ? r->plan.field->name
                            : "of the program",
                        f->rc, at.t, (long long)at.step);
}

static void run_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    run *r = arg;

    ito__run_tile(r, &r->workers[worker], worker, begin, end);
}

static ito_status run_all(ito_ctx *ctx, run *r, size_t threads)
{
    const size_t n = r->problem->n;
    const run_fault *first = NULL;

    if (threads > 1)
        ito__for(ctx, n, r->plan.rows, run_chunk, r);
    else
        for (size_t i = 0; i < n; i += size_min(r->plan.rows, n - i))
            run_chunk(r, 0, i, i + size_min(r->plan.rows, n - i));
    if (atomic_load(&r->cancelled))
        return ito__fail(ctx, ITO_ECANCELLED, "solve: cancelled");
    for (size_t w = 0; w < threads; w++) {
        const run_fault *f = &r->workers[w].fault;

        if (f->end != RUN_DONE &&
            (!first || f->point < first->point ||
             (f->point == first->point && f->id < first->id)))
            first = f;
    }
    return first ? report(ctx, r, first) : ITO_OK;
}

/* Place the workers' memory in one block and run. */
static ito_status run_in_memory(ito_ctx *ctx, run *r, size_t threads)
{
    carver c = { 0 };
    char *block;
    ito_status rc;

    ito__carve(&c, size_mul(threads, sizeof(*r->workers)));
    for (size_t w = 0; w < threads; w++)
        ito__run_carve(&c, r, NULL);
    block = ito__calloc(ctx, 1, c.used); /* padding must be numbers */
    if (!block)
        return ito__fail(ctx, ITO_ENOMEM,
                         "solve: no memory for %zu tiles of "
                         "%zu particles of %zu values",
                         threads, r->plan.rows, r->plan.field->dim);
    c = (carver){ .base = block };
    r->workers = ito__carve(&c, size_mul(threads, sizeof(*r->workers)));
    for (size_t w = 0; w < threads; w++)
        ito__run_carve(&c, r, &r->workers[w]);
    rc = run_all(ctx, r, threads);
    ito__free(ctx, block);
    return rc;
}

ito_status ito_solve(ito_ctx *ctx, const ito_problem *problem, void *x,
                     const ito_solve_opts *opts, ito_solve_stats *stats)
{
    const ito_solve_opts o = opts ? *opts : (ito_solve_opts){ 0 };
    run r = { .ctx = ctx, .problem = problem, .step0 = o.step0, .rows = x };
    size_t threads;
    ito_status rc;

    if (stats)
        *stats = (ito_solve_stats){ 0 };
    if (!ctx)
        return ITO_EARG;
    if (!problem)
        return ito__fail(ctx, ITO_EARG, "solve: there is no problem");
    if ((rc = prepare(ctx, &r, x, &o)) != ITO_OK)
        return rc;
    atomic_init(&r.limit, SIZE_MAX);
    atomic_init(&r.cancelled, false);
    threads = (r.plan.field->flags & ITO_FIELD_REENTRANT) ? ctx->threads : 1;
    if (problem->n > 0) {
        rc = ito__tile_size(ctx, "solve", &r.plan, o.tile, problem->n, threads);
        if (rc == ITO_OK)
            rc = run_in_memory(ctx, &r, threads);
        if (rc != ITO_OK)
            return rc;
    }
    if (stats)
        *stats = (ito_solve_stats){
            .steps = r.steps,
            .evals = r.steps * r.tab->info.evals,
            .tiles = problem->n ? size_ceil_div(problem->n, r.plan.rows) : 0,
            .t = r.t1,
            .step = r.step0 + r.steps,
        };
    return ITO_OK;
}

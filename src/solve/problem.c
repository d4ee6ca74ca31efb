/* SPDX-License-Identifier: MIT
 *
 * problem.c - checking a problem and its options, and filling in what they
 * leave open.
 */
#include <math.h>
#include <string.h>

#include "solve/run.h"

#define STEPS_DEFAULT     100
#define STEPS_MAX         UINT32_MAX /* noise is addressed by 32 bits of step */
#define IDS_MAX           (UINT64_C(1) << 45) /* and by 45 bits of id */
#define TRIES_DEFAULT     1000000
#define H_MIN_DEFAULT     1e-14 /* of the span */
#define TREE_DEPTH        24    /* adaptive steps, unless h_min says */
#define TOLERANCE_DEFAULT 1e-3  /* of atol, in rtol */

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

/* --- the time grid ----------------------------------------------------- */

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
    r->steps = o->steps ? o->steps : r->adaptive ? 1 : STEPS_DEFAULT;
    r->h = (r->t1 - r->t0) / (double)r->steps;
    if (r->h == 0.0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: %zu steps from %g to %g are "
                         "steps of length 0",
                         r->steps, r->t0, r->t1);
    return ITO_OK;
}

static ito_status use_points(ito_ctx *ctx, run *r, const ito_solve_opts *o)
{
    ito_status rc = o->grid ? use_grid(ctx, r, o) : use_times(ctx, r, o);

    if (rc != ITO_OK)
        return rc;
    r->begin = o->begin;
    r->end = o->end ? o->end : r->steps;
    if (r->begin > r->end || r->end > r->steps)
        return ito__fail(ctx, ITO_EARG,
                         "solve: from point %zu to point %zu of a grid of %zu "
                         "steps; points increase up to its end",
                         r->begin, r->end, r->steps);
    if (r->steps > STEPS_MAX || r->step0 > STEPS_MAX - r->steps)
        return ito__fail(ctx, ITO_EARG,
                         "solve: %zu steps from step %llu; the "
                         "last step is 4294967295",
                         r->steps, (unsigned long long)r->step0);
    return check_sinks(ctx, r->problem, r->end - r->begin);
}

/* --- options ----------------------------------------------------------- */

static bool negative(double x)
{
    return !(x >= 0.0) || isinf(x);
}

static ito_status use_opts(ito_ctx *ctx, run *r, const ito_solve_opts *o)
{
    if (negative(o->rtol) || negative(o->atol) || negative(o->h_min) ||
        negative(o->h_max) || negative(o->h_start))
        return ito__fail(ctx, ITO_EARG,
                         "solve: rtol %g, atol %g, h_min %g, h_max %g, h_start "
                         "%g; they are numbers from 0 on",
                         o->rtol, o->atol, o->h_min, o->h_max, o->h_start);
    if ((unsigned)o->bad > ITO_BAD_KEEP)
        return ito__fail(ctx, ITO_EARG, "solve: there is no ito_bad %d",
                         (int)o->bad);
    r->opts = *o;
    r->adaptive = o->rtol > 0.0 || o->atol > 0.0;
    if (r->adaptive && o->bad == ITO_BAD_KEEP)
        return ito__fail(ctx, ITO_EARG,
                         "solve: steps cannot be chosen for particles that are "
                         "not finite; take ITO_BAD_FREEZE, or fixed steps");
    if (r->opts.atol == 0.0)
        r->opts.atol = TOLERANCE_DEFAULT * o->rtol;
    if (o->max_steps == 0)
        r->opts.max_steps = TRIES_DEFAULT;
    return ITO_OK;
}

static void use_lengths(run *r)
{
    const double span = fabs(r->t1 - r->t0);

    if (r->opts.h_min == 0.0)
        r->opts.h_min = H_MIN_DEFAULT * span;
    if (r->opts.h_max == 0.0)
        r->opts.h_max = span;
}

static ito_status use_theta(ito_ctx *ctx, run *r, double theta)
{
    const double named = r->method->theta;

    if (theta != 0.0 && (named == 0.0 || !(theta > 0.0 && theta <= 1.0)))
        return ito__fail(ctx, ITO_EARG,
                         "solve: theta %g with method %s; theta methods "
                         "(theta, trapezoid, implicit-euler) take one above 0 "
                         "and up to 1",
                         theta, r->method->info.name);
    r->stepper.theta = theta != 0.0 ? theta : named;
    return ITO_OK;
}

/* List the methods in a message. */
static ito_status no_method(ito_ctx *ctx, const char *name)
{
    char list[400] = "";
    size_t used = 0;

    for (size_t i = 0; ito_method_at(i); i++) {
        const char *m = ito_method_at(i)->name;

        if (used + strlen(m) + 2 > sizeof(list))
            break;
        list[used] = ' ';
        memcpy(list + used + 1, m, strlen(m) + 1);
        used += strlen(m) + 1;
    }
    return ito__fail(ctx, ITO_EARG, "solve: no method \"%s\"; there are:%s",
                     name, list);
}

/* --- noise ------------------------------------------------------------- */

/* What every field with noise must have, whatever the method. */
static ito_status check_noise(ito_ctx *ctx, const ito_field *f)
{
    const char *name = f->name ? f->name : "without a name";
    const ito_second_order *p = f->second_order;
    const char *what = NULL;

    if (f->noise == ITO_NOISE_NONE && f->noise_dim > 0)
        what = "has Brownian motions but no kind of noise";
    else if (f->noise != ITO_NOISE_NONE && !f->diffusion)
        what = "has noise but no diffusion";
    else if (f->noise == ITO_NOISE_SCALAR && f->noise_dim != 1)
        what = "has scalar noise, and so noise_dim is 1";
    else if (f->noise == ITO_NOISE_DIAGONAL && f->noise_dim != 0)
        what = "has diagonal noise, and so noise_dim is 0";
    else if (p && (negative(p->gamma) || negative(p->temperature)))
        what = "has a friction or temperature below 0";
    if (what)
        return ito__fail(ctx, ITO_EARG, "solve: field %s %s", name, what);
    if ((f->flags & ITO_FIELD_WIDE) != 0 && f->noise_dim > 1)
        return ito__fail(ctx, ITO_EUNFIT,
                         "solve: field %s works on rows, which take a Brownian "
                         "motion a component or one in all, not %zu",
                         name, f->noise_dim);
    return ITO_OK;
}

/* Steps of the tree: 2^level of equal length. */
static ito_status use_tree(ito_ctx *ctx, run *r)
{
    const double span = r->t1 - r->t0, h_min = r->opts.h_min;

    while (r->level < ITO_TREE_LEVELS && (size_t)1 << r->level < r->steps)
        r->level++;
    if (r->grid || ((size_t)1 << r->level != r->steps && r->steps > 0))
        return ito__fail(ctx, ITO_EARG,
                         "solve: noise from the tree takes 2^k equal steps, "
                         "not %s%zu; adaptive steps with noise too",
                         r->grid ? "a grid of " : "", r->steps);
    r->depth = r->level;
    if (!r->adaptive)
        return ITO_OK;
    if (r->depth < TREE_DEPTH)
        r->depth = TREE_DEPTH;
    while (r->opts.h_min > H_MIN_DEFAULT * span && r->depth > r->level &&
           ldexp(span, -(int)r->depth) < h_min)
        r->depth--;
    while (r->opts.h_min > H_MIN_DEFAULT * span && r->depth < ITO_TREE_LEVELS &&
           ldexp(span, -(int)r->depth - 1) >= h_min)
        r->depth++;
    return ITO_OK;
}

static ito_status use_noise(ito_ctx *ctx, run *r)
{
    const ito_problem *p = r->problem;
    const bool tree = r->adaptive || r->opts.tree;

    ito__stepper_noise(&r->stepper);
    if (!r->stepper.noisy)
        return ITO_OK;
    if (r->t1 < r->t0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: time from %g back to %g; a field with noise "
                         "runs forward",
                         r->t0, r->t1);
    if (p->stream > 0xffff || p->id0 > IDS_MAX || p->n > IDS_MAX - p->id0)
        return ito__fail(ctx, ITO_EARG,
                         "solve: stream %lu, ids from %llu; with noise streams "
                         "end at 65535 and ids at 2^45",
                         (unsigned long)p->stream, (unsigned long long)p->id0);
    if (p->increments && r->adaptive)
        return ito__fail(ctx, ITO_EARG,
                         "solve: increments of the program's own go with fixed "
                         "steps");
    r->noise = p->increments ? NOISE_GIVEN : tree ? NOISE_TREE : NOISE_STEPS;
    return r->noise == NOISE_TREE ? use_tree(ctx, r) : ITO_OK;
}

/* --- all of it --------------------------------------------------------- */

static ito_status check_problem(ito_ctx *ctx, const run *r, const void *x)
{
    const ito_problem *p = r->problem;
    const ito_field *field = p->field;

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
    return check_noise(ctx, field);
}

/* The most components that a callback of the field is asked for. */
static size_t most_outs(const stepper *s)
{
    const size_t dim = s->field->dim, m = s->matrix ? s->motions : 1;
    const unsigned flags = s->method->info.flags;
    size_t outs = dim;

    if (s->noisy)
        outs = size_mul(dim, m);
    if (s->noisy && !s->additive && (flags & ITO_METHOD_DERIV) != 0)
        outs = size_mul(outs, m);
    if ((flags & ITO_METHOD_IMPLICIT) != 0)
        outs = size_max(outs, dim * dim);
    return outs;
}

ito_status ito__run_prepare(ito_ctx *ctx, run *r, const void *x,
                            const ito_solve_opts *o)
{
    const ito_problem *p = r->problem;
    ito_status rc = ito__tile_plan(ctx, "solve", p->field, p->dtype, &r->plan);
    const char *name;

    if (rc == ITO_OK)
        rc = use_opts(ctx, r, o);
    if (rc == ITO_OK)
        rc = check_problem(ctx, r, x);
    if (rc != ITO_OK)
        return rc;
    name = o->method ? o->method : ito__method_default(p->field, r->adaptive);
    r->method = ito__method_find(name);
    if (!r->method)
        return no_method(ctx, name);
    r->stepper.method = r->method;
    r->stepper.field = p->field;
    r->stepper.kern = ctx->kern;
    r->stepper.ops = r->plan.ops;
    r->stepper.want_error = r->adaptive;
    r->stepper.lenient = o->bad != ITO_BAD_FAIL;
    r->stepper.seed = p->seed;
    r->stepper.stream = p->stream;
    if ((rc = use_points(ctx, r, o)) != ITO_OK ||
        (rc = ito__method_fits(ctx, r->method, p->field, r->adaptive)) !=
            ITO_OK ||
        (rc = use_theta(ctx, r, o->theta)) != ITO_OK)
        return rc;
    use_lengths(r);
    rc = use_noise(ctx, r);
    if (rc == ITO_OK)
        rc = ito__bounds_check(ctx, p, &r->absorbs);
    r->plan.outs = most_outs(&r->stepper);
    return rc;
}

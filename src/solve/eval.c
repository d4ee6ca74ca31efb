/* SPDX-License-Identifier: MIT
 *
 * eval.c - ito_field_eval: one part of a field on rows.
 */
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "solve/tile.h"

#define NOWHERE SIZE_MAX

/* One call; constant while its tiles run, but for `worst`. */
typedef struct eval {
    ito_ctx *ctx;
    const ito_rows_at *at;
    ito_eval_fn fn;
    size_t outs; /* values a row of the result */
    size_t n;
    const char *x;
    char *out;
    tile_plan plan;
    const size_t *starts; /* first row of each tile, and n */
    struct eval_worker *workers;
    atomic_bool cancelled;
} eval;

typedef struct eval_worker {
    tile_work work;
    void **x, **out;
    void *rows; /* a result as rows, where it is components */
    size_t bad; /* lowest row that failed, or NOWHERE */
    size_t bad_component;
    int rc; /* what the field returned; 0: a result is NaN */
} eval_worker;

static const char *const part_names[] = {
    [ITO_PART_DRIFT] = "drift",
    [ITO_PART_DIVERGENCE] = "divergence",
    [ITO_PART_SCORE] = "score",
    [ITO_PART_LOG_DENSITY] = "log density",
    [ITO_PART_POTENTIAL] = "potential",
    [ITO_PART_DIFFUSION] = "diffusion",
    [ITO_PART_DIFFUSION_DERIV] = "diffusion_deriv",
    [ITO_PART_JACOBIAN] = "jacobian",
};

static ito_eval_fn find_part(const ito_field *field, ito_part part)
{
    switch (part) {
    case ITO_PART_DRIFT: return field->drift;
    case ITO_PART_DIVERGENCE: return field->divergence;
    case ITO_PART_SCORE: return field->score;
    case ITO_PART_LOG_DENSITY: return field->log_density;
    case ITO_PART_POTENTIAL: return field->potential;
    case ITO_PART_DIFFUSION: return field->diffusion;
    case ITO_PART_DIFFUSION_DERIV: return field->diffusion_deriv;
    case ITO_PART_JACOBIAN: return field->jacobian;
    }
    return NULL;
}

/* Values a row of a part; SIZE_MAX when that overflows. */
static size_t part_outs(const ito_field *field, ito_part part)
{
    const size_t dim = field->dim;
    const size_t m = field->noise_dim ? field->noise_dim : 1;

    switch (part) {
    case ITO_PART_DRIFT:
    case ITO_PART_SCORE: return dim;
    case ITO_PART_DIFFUSION: return size_mul(dim, m);
    case ITO_PART_DIFFUSION_DERIV: return size_mul(size_mul(dim, m), m);
    case ITO_PART_JACOBIAN: return size_mul(dim, dim);
    case ITO_PART_DIVERGENCE:
    case ITO_PART_LOG_DENSITY:
    case ITO_PART_POTENTIAL: return 1;
    }
    return 1;
}

static double time_of(const eval *e, size_t row)
{
    return e->at->times ? e->at->times[row] : e->at->t;
}

/* Cut the rows into tiles of one time; writes to starts unless it is NULL and
 * returns how many tiles there are. */
static size_t cut(const eval *e, size_t *starts)
{
    size_t tiles = 0, begin = 0;

    for (size_t i = 0; i < e->n; i++) {
        if (i > 0 && i - begin < e->plan.rows &&
            time_of(e, i) == time_of(e, begin))
            continue;
        if (starts)
            starts[tiles] = i;
        tiles++;
        begin = i;
    }
    if (starts)
        starts[tiles] = e->n;
    return tiles;
}

static void set_bad(eval_worker *w, size_t row, size_t component, int rc)
{
    if (row >= w->bad)
        return;
    w->bad = row;
    w->bad_component = component;
    w->rc = rc;
}

/* Copy results of rows `begin` on to the caller; NaN is not handed over. */
static void hand_over(const eval *e, eval_worker *w, size_t begin)
{
    const ito_tile *tile = &w->work.tile;
    const size_t bytes = e->plan.ops->bytes, count = tile->n * e->outs;
    char *out = e->out + begin * e->outs * bytes;

    if (e->plan.wide)
        memcpy(out, w->out[0], count * bytes);
    else
        e->plan.ops->unpack(tile->n, e->outs, (const void *const *)w->out, out);
    for (size_t i = 0; i < count; i++) {
        const double value = bytes == sizeof(float)
                                 ? (double)((const float *)(void *)out)[i]
                                 : ((const double *)(void *)out)[i];

        if (isnan(value)) {
            set_bad(w, begin + i / e->outs, i % e->outs, 0);
            return;
        }
    }
}

static void eval_tile(eval *e, size_t thread, size_t begin, size_t end)
{
    eval_worker *w = &e->workers[thread];
    const size_t dim = e->plan.field->dim;
    const float *cond = e->at->cond;
    int rc;

    ito__tile_begin(&w->work, end - begin, e->at->id0 + begin,
                    cond ? cond + begin * e->plan.field->cond_dim : NULL);
    ito__state_point(&w->work, w->x);
    ito__block_point(&w->work, w->out, e->plan.outs);
    ito__tile_load(&w->work, e->x + begin * dim * e->plan.ops->bytes, w->x);
    w->work.tile.t = time_of(e, begin);
    w->work.tile.thread = thread;
    rc = ito__tile_eval(&w->work, e->fn, w->x, w->out, e->outs);
    if (rc != 0)
        set_bad(w, begin, 0, rc);
    else
        hand_over(e, w, begin);
}

static void eval_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    eval *e = arg;

    for (size_t i = begin; i < end; i++) {
        if (worker == 0 && ito__cancelled(e->ctx))
            atomic_store(&e->cancelled, true);
        if (atomic_load(&e->cancelled))
            return;
        eval_tile(e, worker, e->starts[i], e->starts[i + 1]);
    }
}

static ito_status report(ito_ctx *ctx, const eval *e, size_t threads,
                         const char *what)
{
    const char *name = e->plan.field->name ? e->plan.field->name : "";
    const eval_worker *w = &e->workers[0];
    ito_errinfo at = ito__nowhere();

    for (size_t i = 1; i < threads; i++)
        if (e->workers[i].bad < w->bad)
            w = &e->workers[i];
    if (atomic_load(&e->cancelled))
        return ito__fail(ctx, ITO_ECANCELLED, "eval: cancelled");
    if (w->bad == NOWHERE)
        return ITO_OK;
    at.particle = (int64_t)(e->at->id0 + w->bad);
    at.t = time_of(e, w->bad);
    if (w->rc != 0)
        return ito__fail_at(ctx, ITO_ECALLBACK, &at,
                            "eval: the %s of field %s "
                            "returned %d at t = %g",
                            what, name, w->rc, at.t);
    at.component = (int64_t)w->bad_component;
    return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                        "eval: the %s of field %s is "
                        "NaN for row %zu, component %zu, at t = %g",
                        what, name, w->bad, w->bad_component, at.t);
}

static void carve_worker(carver *c, const tile_plan *plan, eval_worker *w)
{
    eval_worker v = { .bad = NOWHERE };

    ito__tile_carve(c, plan, &v.work);
    v.x = ito__state_carve(c, plan);
    v.out = ito__block_carve(c, plan, plan->outs);
    if (w)
        *w = v;
}

/* Place starts and workers; with a NULL base only count. */
static void place(carver *c, eval *e, size_t threads, size_t tiles)
{
    size_t *starts =
        ito__carve(c, size_mul(size_add(tiles, 1), sizeof(*starts)));
    eval_worker *w = ito__carve(c, size_mul(threads, sizeof(*w)));

    for (size_t i = 0; i < threads; i++)
        carve_worker(c, &e->plan, w ? &w[i] : NULL);
    if (starts)
        cut(e, starts);
    e->starts = starts;
    e->workers = w;
}

static ito_status check_args(ito_ctx *ctx, const eval *e, const char *what)
{
    const ito_field *field = e->plan.field;
    const char *name = field->name ? field->name : "";

    if (!e->fn)
        return ito__fail(ctx, ITO_EUNFIT, "eval: field %s has no %s", name,
                         what);
    if (e->n > 0 && (!e->x || !e->out))
        return ito__fail(ctx, ITO_EARG, "eval: %s is NULL", e->x ? "out" : "x");
    if (e->n > 0 && field->cond_dim > 0 && !e->at->cond)
        return ito__fail(ctx, ITO_EARG,
                         "eval: field %s wants %zu conditions a "
                         "row and there are none",
                         name, field->cond_dim);
    for (size_t i = 0; i < (e->at->times ? e->n : 1); i++)
        if (!isfinite(time_of(e, i)))
            return ito__fail(ctx, ITO_EARG, "eval: the time of row %zu is %g",
                             i, time_of(e, i));
    return ITO_OK;
}

ito_status ito_field_eval(ito_ctx *ctx, const ito_field *field, ito_part part,
                          const ito_rows_at *at, size_t n, const void *x,
                          void *out)
{
    const ito_rows_at zero = { 0 };
    eval e = { .ctx = ctx, .at = at ? at : &zero, .n = n, .x = x, .out = out };
    carver c = { 0 };
    size_t threads, tiles;
    char *block;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((int)part < ITO_PART_DRIFT || (int)part > ITO_PART_JACOBIAN)
        return ito__fail(ctx, ITO_EARG, "eval: there is no part %d", (int)part);
    rc = ito__tile_plan(ctx, "eval", field, e.at->dtype, &e.plan);
    if (rc != ITO_OK)
        return rc;
    e.fn = find_part(field, part);
    e.outs = part_outs(field, part);
    e.plan.outs = size_max(e.outs, field->dim);
    atomic_init(&e.cancelled, false);
    if ((rc = check_args(ctx, &e, part_names[part])) != ITO_OK || n == 0)
        return rc;
    threads = (field->flags & ITO_FIELD_REENTRANT) ? ctx->threads : 1;
    rc = ito__tile_size(ctx, "eval", &e.plan, 0, n, threads);
    if (rc != ITO_OK)
        return rc;
    tiles = cut(&e, NULL);
    place(&c, &e, threads, tiles);
    block = ito__alloc(ctx, c.used);
    if (!block)
        return ito__fail(ctx, ITO_ENOMEM,
                         "eval: no memory for tiles of %zu rows of %zu results",
                         e.plan.rows, e.outs);
    c = (carver){ .base = block };
    place(&c, &e, threads, tiles);
    if (threads > 1)
        ito__for(ctx, tiles, 1, eval_chunk, &e);
    else
        eval_chunk(&e, 0, 0, tiles);
    rc = report(ctx, &e, threads, part_names[part]);
    ito__free(ctx, block);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * trainer.c - preparing training, running it, making a model of it.
 */
#include "flow/trainer.h"

#include <math.h>
#include <string.h>

#include "flow/model.h"
#include "flow/ranks.h"

/* Ranges of shards for each thread: one that is held up leaves work to the
 * others. */
#define RANGES_EACH 4

/* ---- memory ---- */

static float *floats(ito_ctx *ctx, size_t n)
{
    return ito__calloc(ctx, n, sizeof(float));
}

/* What only some trainings need. */
static bool make_work_extra(ito_ctx *ctx, const ito_trainer *t, shard_work *s)
{
    const size_t rows = t->o.shard, cols = ito__conditions_cols(&t->cond);
    const size_t draws = ito__conditions_draws(&t->cond);
    bool ok = true;

    s->in = s->xt;
    if (ito__objective_scales(&t->obj))
        ok = (s->in = floats(ctx, size_mul(rows, t->dim))) != NULL;
    if (ito__objective_weighs(&t->obj))
        ok = ok && (s->weight = floats(ctx, rows)) != NULL;
    if (cols > 0) {
        s->cond = floats(ctx, size_mul(rows, cols));
        s->label = floats(ctx, rows);
        s->draws = floats(ctx, size_mul(rows, draws));
        ok = ok && s->cond && s->label && s->draws;
    }
    return ok;
}

static bool make_work(ito_ctx *ctx, ito_trainer *t, shard_work *s)
{
    const size_t rows = t->o.shard;
    const size_t cells = size_mul(rows, t->dim);

    s->index = ito__calloc(ctx, rows, sizeof(*s->index));
    s->t = floats(ctx, rows);
    s->z = floats(ctx, cells);
    s->e = floats(ctx, cells);
    s->xt = floats(ctx, cells);
    s->target = floats(ctx, cells);
    s->y = floats(ctx, cells);
    s->net = floats(ctx, ito_plan_floats(t->plan));
    return s->index && s->t && s->z && s->e && s->xt && s->target && s->y &&
           s->net && make_work_extra(ctx, t, s);
}

void ito__train_range(const ito_trainer *t, size_t r, size_t *lo, size_t *hi)
{
    const size_t mine = t->shard_hi - t->shard_lo;

    *lo = t->shard_lo + mine * r / t->range_count;
    *hi = t->shard_lo + mine * (r + 1) / t->range_count;
}

/* The nodes and buffers of one range of shards. */
static bool make_range(ito_ctx *ctx, const ito_trainer *t, tree_range *r)
{
    size_t lo, hi;

    ito__train_range(t, (size_t)(r - t->ranges), &lo, &hi);
    r->capacity = ito__tree_range_nodes(lo, hi);
    r->nodes = ito__calloc(ctx, r->capacity, sizeof(*r->nodes));
    for (size_t i = 0; r->nodes && i < r->capacity; i++)
        if (!(r->nodes[i].sum = floats(ctx, t->params)))
            return false;
    return r->nodes != NULL;
}

static bool make_vectors(ito_ctx *ctx, ito_trainer *t)
{
    float **all[] = { &t->w, &t->m, &t->v, &t->average, &t->best };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!(*all[i] = floats(ctx, t->params)))
            return false;
    for (size_t i = 0; i < t->more_count; i++)
        if (!(t->more[i] = floats(ctx, t->params)))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (!(t->curve[i] =
                  ito__calloc(ctx, t->curve_max, sizeof(*t->curve[i]))))
            return false;
    return true;
}

/* Room for what the ranks send to rank 0. */
static bool make_ranks(ito_ctx *ctx, ito_trainer *t)
{
    const size_t ranks = ctx->comm ? ctx->comm->size : 1;
    const size_t each = ito__tree_nodes_max(t->shards);

    t->node_max = size_mul(each, size_add(ranks, t->range_count));
    t->nodes = ito__calloc(ctx, t->node_max, sizeof(*t->nodes));
    t->merges = ito__calloc(ctx, t->node_max, sizeof(*t->merges));
    if (ctx->comm && ctx->comm->rank == 0)
        t->received =
            floats(ctx, size_mul(size_min(t->shards, ranks * each), t->params));
    return t->nodes && t->merges &&
           (!ctx->comm || ctx->comm->rank != 0 || t->received);
}

static bool make_arrays(ito_ctx *ctx, ito_trainer *t)
{
    const size_t valid_shards =
        size_ceil_div(size_max(ito__valid_rows(t), 1), t->o.shard);
    const size_t threads = ctx->threads;

    t->shard_loss = ito__calloc(ctx, size_max(t->shards, valid_shards),
                                sizeof(*t->shard_loss));
    t->chunk_sum = ito__calloc(ctx, t->params / ITO__PARAM_CHUNK + 1,
                               sizeof(*t->chunk_sum));
    t->work = ito__calloc(ctx, threads, sizeof(*t->work));
    t->ranges = ito__calloc(ctx, t->range_count, sizeof(*t->ranges));
    if (!t->shard_loss || !t->chunk_sum || !t->work || !t->ranges)
        return false;
    for (size_t i = 0; i < threads; i++)
        if (!make_work(ctx, t, &t->work[i]))
            return false;
    for (size_t i = 0; i < t->range_count; i++)
        if (!make_range(ctx, t, &t->ranges[i]))
            return false;
    return make_vectors(ctx, t) && make_ranks(ctx, t);
}

static void free_work(ito_ctx *ctx, shard_work *s)
{
    if (s->in != s->xt)
        ito__free(ctx, s->in);
    ito__free(ctx, s->index);
    ito__free(ctx, s->t);
    ito__free(ctx, s->z);
    ito__free(ctx, s->e);
    ito__free(ctx, s->xt);
    ito__free(ctx, s->target);
    ito__free(ctx, s->y);
    ito__free(ctx, s->net);
    ito__free(ctx, s->weight);
    ito__free(ctx, s->cond);
    ito__free(ctx, s->label);
    ito__free(ctx, s->draws);
}

static void free_range(ito_ctx *ctx, tree_range *r)
{
    for (size_t i = 0; r->nodes && i < r->capacity; i++)
        ito__free(ctx, r->nodes[i].sum);
    ito__free(ctx, r->nodes);
}

void ito_trainer_free(ito_trainer *t)
{
    ito_ctx *ctx = t ? t->ctx : NULL;

    if (!t)
        return;
    for (size_t i = 0; t->work && i < ctx->threads; i++)
        free_work(ctx, &t->work[i]);
    for (size_t i = 0; t->ranges && i < t->range_count; i++)
        free_range(ctx, &t->ranges[i]);
    ito__free(ctx, t->work);
    ito__free(ctx, t->ranges);
    ito__free(ctx, t->w);
    ito__free(ctx, t->m);
    ito__free(ctx, t->v);
    ito__free(ctx, t->average);
    ito__free(ctx, t->best);
    for (size_t i = 0; i < t->more_count; i++)
        ito__free(ctx, t->more[i]);
    ito__free(ctx, t->curve[0]);
    ito__free(ctx, t->curve[1]);
    ito__free(ctx, t->nodes);
    ito__free(ctx, t->merges);
    ito__free(ctx, t->received);
    ito__free(ctx, t->shard_loss);
    ito__free(ctx, t->chunk_sum);
    ito__free(ctx, t->record);
    ito_weights_free(t->packed);
    ito_plan_free(t->plan);
    ito_graph_free(t->graph);
    ito__conditions_free(ctx, &t->cond);
    ito__free(ctx, t);
}

/* ---- making and running ---- */

static size_t gcd(size_t a, size_t b)
{
    while (b != 0) {
        const size_t r = a % b;

        a = b;
        b = r;
    }
    return a;
}

/* The number coprime to n that is nearest above 0.618 n. */
static size_t golden_stride(size_t n)
{
    size_t g = (size_t)(0.6180339887498949 * (double)n) + 1;

    while (gcd(g, n) != 1)
        g++;
    return g;
}

static ito_status make_trainer(ito_ctx *ctx, ito_trainer *t)
{
    ito_status rc;

    t->params = ito_graph_params(t->graph);
    t->shards = size_ceil_div(t->o.batch, t->o.shard);
    t->stride = golden_stride(t->o.batch);
    ito__ranks_split(ctx, t->shards, &t->shard_lo, &t->shard_hi);
    t->range_count = size_max(size_min(size_mul(ctx->threads, RANGES_EACH),
                                       t->shard_hi - t->shard_lo),
                              1);
    t->curve_max = size_add(t->o.steps / t->o.valid_every, 2);
    if ((rc = ito_graph_plan(ctx, t->graph, t->o.shard, ITO_MODE_TRAIN,
                             &t->plan)) != ITO_OK ||
        (rc = ito_weights_new_in(ctx, t->graph, t->o.precision, &t->packed)) !=
            ITO_OK ||
        (rc = ito__train_record(ctx, t, &t->record)) != ITO_OK)
        return rc;
    if (!make_arrays(ctx, t))
        return ito__fail(ctx, ITO_ENOMEM,
                         "train: %zu parameters, %zu shards of %zu rows",
                         t->params, t->shards, t->o.shard);
    ito_graph_init(ctx, t->graph, t->o.init, t->o.seed, t->w);
    memcpy(t->average, t->w, t->params * sizeof(*t->w));
    for (size_t i = 0; i < t->more_count; i++)
        memcpy(t->more[i], t->w, t->params * sizeof(*t->w));
    ito_weights_pack(ctx, t->packed, t->w);
    return ITO_OK;
}

ito_status ito_trainer_new(ito_ctx *ctx, const ito_source *source,
                           const ito_train_opts *opts, ito_trainer **out)
{
    const ito_train_opts o = opts ? *opts : (ito_train_opts){ 0 };
    ito_status rc;
    ito_trainer *t;

    *out = NULL;
    t = ito__calloc(ctx, 1, sizeof(*t));
    if (!t)
        return ito__fail(ctx, ITO_ENOMEM, "train");
    t->ctx = ctx;
    t->source = source;
    t->dim = ito_source_dim(source);
    t->last_loss = t->valid_loss = (double)NAN;
    t->best_loss = (double)INFINITY;
    if ((rc = ito__train_options(ctx, t, &o)) == ITO_OK &&
        (rc = ito__train_graph(ctx, t, &o)) == ITO_OK &&
        (rc = ito__train_check(ctx, &t->o)) == ITO_OK)
        rc = make_trainer(ctx, t);
    if (rc != ITO_OK) {
        ito_trainer_free(t);
        return rc;
    }
    *out = t;
    return ITO_OK;
}

ito_status ito_trainer_run(ito_ctx *ctx, ito_trainer *t, size_t steps)
{
    const size_t end = size_min(size_add(t->step, steps), t->o.steps);

    while (t->step < end) {
        ito_status rc;

        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "train: stopped at step %zu",
                             t->step);
        if ((rc = ito__train_step(ctx, t)) != ITO_OK)
            return rc;
        if (t->step % t->o.valid_every == 0 || t->step == t->o.steps)
            ito__train_validate(ctx, t);
    }
    return ITO_OK;
}

void ito_trainer_progress(const ito_trainer *t, ito_progress *out)
{
    *out = (ito_progress){
        .step = t->step,
        .steps = t->o.steps,
        .loss = t->last_loss,
        .valid_loss = t->valid_loss,
        .best_loss = t->best_loss,
        .best_step = t->best_step,
        .shards = t->shards,
        .params = t->params,
        .t_lo = t->law.lo,
        .t_hi = t->law.hi,
    };
}

/* SPDX-License-Identifier: MIT
 *
 * step.c - one step of training.
 *
 *     shards     workers take contiguous ranges of the batch's shards
 *                forward and backward, merging gradients up the tree
 *     ranks      the subtrees of the other ranks come in
 *     merge      slices of the parameters: all subtrees into one, and the
 *                sum of squares for clipping
 *     update     slices: Adam, running values, moving average
 *     pack       layers: weights in kernel order for the next step
 *
 * Every parallel loop is cut by things that do not depend on the number of
 * workers, and every sum has one fixed tree.
 */
#include <math.h>
#include <string.h>

#include "base/tree_sum.h"
#include "flow/ranks.h"
#include "flow/trainer.h"
#include "kern/dmath.h"
#include "nn/loss.h"
#include "nn/op.h"

#define CHUNK           ITO__PARAM_CHUNK
#define DIVERGED_FACTOR 1e6  /* times the first loss */
#define MOMENTUM        0.1F /* of running values, as PyTorch has it */

#define PI 3.14159265358979323846

double ito__train_rate(const ito_trainer *t, size_t step)
{
    const double steps = (double)t->o.steps, warm = (double)t->o.warmup;

    if (step < t->o.warmup)
        return t->o.lr * (double)(step + 1) / warm;
    if (t->o.rate == ITO_RATE_CONSTANT || steps <= warm)
        return t->o.lr;
    return t->o.lr * 0.5 *
           (1.0 + ito__cos(PI * ((double)step - warm) / (steps - warm)));
}

/* The loss of a shard and, into `grad`, its share of the gradient. */
static double run_shard(const ito_trainer *t, const shard_work *s, size_t shard,
                        float *grad)
{
    const size_t begin = shard * t->o.shard;
    const size_t n = size_min(t->o.shard, t->o.batch - begin);
    const ito_noise drop = { .seed = t->o.seed,
                             .step = (uint32_t)t->step,
                             .purpose = ITO_FOR_DROPOUT };
    ito_batch in = ito__shard_batch(s, n);
    const double scale = 1.0 / ((double)t->o.batch * (double)t->dim);
    const float *y;
    double loss;

    in.drop = &drop;
    in.id0 = begin;
    ito__shard_fill(t, s, begin, n, false);
    y = ito_plan_forward(t->plan, t->packed, s->net, &in);
    memcpy(s->y, y, n * t->dim * sizeof(*y));
    loss = ito__squared_error(t->ctx->kern, n, t->dim, s->weight, s->target,
                              scale, s->y);
    ito_plan_backward(t->plan, t->packed, s->net, &in, s->y, grad, NULL);
    return loss;
}

/* Ranges begin .. end - 1 of this rank's shards. */
static void run_ranges(void *arg, size_t worker, size_t begin, size_t end)
{
    ito_trainer *t = arg;

    for (size_t r = begin; r < end; r++) {
        size_t lo, hi;

        ito__train_range(t, r, &lo, &hi);
        ito__tree_reset(&t->ranges[r]);
        for (size_t shard = lo; shard < hi; shard++) {
            t->shard_loss[shard] = run_shard(t, &t->work[worker], shard,
                                             ito__tree_leaf(&t->ranges[r]));
            ito__tree_push(t->ctx->kern, &t->ranges[r], shard, t->params);
        }
    }
}

/* The sum of squares of what is learned among at .. end - 1. */
static double square_of(const ito_trainer *t, size_t at, size_t end)
{
    double sum = 0.0;

    for (size_t stop; at < end; at = stop) {
        bool running;

        stop = ito__graph_piece(t->graph, at, end, &running);
        if (!running)
            sum += t->ctx->kern->sumsq(stop - at, t->total + at);
    }
    return sum;
}

static void merge_chunks(void *arg, size_t worker, size_t begin, size_t end)
{
    ito_trainer *t = arg;
    const ito_kern *kern = t->ctx->kern;

    (void)worker;
    for (size_t c = begin; c < end; c++) {
        const size_t at = c * CHUNK, n = size_min(CHUNK, t->params - at);

        for (size_t k = 0; k < t->merge_count; k++)
            kern->add(n, t->merges[k].to + at, t->merges[k].from + at,
                      t->merges[k].to + at);
        t->chunk_sum[c] = square_of(t, at, at + n);
    }
}

/* What the update needs to know. */
typedef struct update {
    ito_trainer *t;
    ito_adam adam;
    float forget; /* 1 - rate of the moving average, ... */
    float more_forget[ITO_AVERAGES_MAX - 1];
} update;

/* What is learned moves by Adam; running values towards those of the batch,
 * whose shards' values, each times its rows, were added up. */
static void update_pieces(const update *u, size_t at, size_t end)
{
    const ito_trainer *t = u->t;
    const ito_kern *kern = t->ctx->kern;

    for (size_t stop; at < end; at = stop) {
        float *g = t->total + at, *w = t->w + at;
        bool running;

        stop = ito__graph_piece(t->graph, at, end, &running);
        if (running) {
            kern->scale(stop - at, 1.0F / (float)t->o.batch, g, g);
            kern->lerp(stop - at, MOMENTUM, g, w);
        } else {
            kern->adam(stop - at, &u->adam, g, w, t->m + at, t->v + at);
        }
    }
}

static void update_chunks(void *arg, size_t worker, size_t begin, size_t end)
{
    const update *u = arg;
    const ito_trainer *t = u->t;
    const ito_kern *kern = t->ctx->kern;

    (void)worker;
    for (size_t c = begin; c < end; c++) {
        const size_t at = c * CHUNK, n = size_min(CHUNK, t->params - at);

        update_pieces(u, at, at + n);
        kern->lerp(n, u->forget, t->w + at, t->average + at);
        for (size_t i = 0; i < t->more_count; i++)
            kern->lerp(n, u->more_forget[i], t->w + at, t->more[i] + at);
    }
}

static void pack_nodes(void *arg, size_t worker, size_t begin, size_t end)
{
    ito_trainer *t = arg;

    (void)worker;
    ito__weights_pack_nodes(t->packed, begin, end);
}

/* How much of the weights of step k a moving average takes; it starts with
 * the mean of all. */
static float forget(double rate, double k)
{
    return rate > 0.0 ? (float)(1.0 - fmin(rate, k / (9.0 + k))) : 1.0F;
}

static update plan_update(ito_trainer *t, double norm)
{
    const double k = (double)(t->step + 1), lr = ito__train_rate(t, t->step);
    const double beta1 = 0.9, beta2 = 0.999;
    const double clip = t->o.clip;
    update u = {
        .t = t,
        .adam = { .beta1 = (float)beta1,
                  .beta2 = (float)beta2,
                  .rate = (float)(lr / (1.0 - ito__pow(beta1, k))),
                  .v_scale = (float)(1.0 / (1.0 - ito__pow(beta2, k))),
                  .eps = 1e-8F,
                  .decay = t->o.optimizer == ITO_OPTIMIZER_ADAMW
                               ? (float)(1.0 - lr * t->o.weight_decay)
                               : 1.0F,
                  .g_scale =
                      clip > 0.0 && norm > clip ? (float)(clip / norm) : 1.0F },
        .forget = forget(t->o.ema, k),
    };

    for (size_t i = 0; i < t->more_count; i++)
        u.more_forget[i] = forget(t->more_rate[i], k);
    return u;
}

static ito_status check_loss(ito_ctx *ctx, ito_trainer *t, double loss,
                             double norm)
{
    ito_errinfo at = ito__nowhere();

    if (t->step == 0)
        t->first_loss = loss;
    if (isfinite(loss) && isfinite(norm) &&
        loss <= DIVERGED_FACTOR * (t->first_loss + 1.0))
        return ITO_OK;
    at.step = (int64_t)t->step + 1;
    at.value = loss;
    return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                        "train: diverged at step %zu: loss %g, gradient norm "
                        "%g; try a learning rate below %g",
                        t->step + 1, loss, norm, t->o.lr);
}

/* Bring the subtrees of all ranges and ranks together and plan how they
 * merge; only rank 0 has all of them. */
static ito_status plan_merges(ito_ctx *ctx, ito_trainer *t)
{
    size_t count = 0;
    ito_status rc;

    for (size_t r = 0; r < t->range_count; r++)
        for (size_t k = 0; k < t->ranges[r].count; k++)
            t->nodes[count++] = t->ranges[r].nodes[k];
    t->total = t->ranges[0].nodes[0].sum;
    t->merge_count = 0;
    rc = ito__ranks_gather(ctx, t, &count);
    if (rc == ITO_OK && (!ctx->comm || ctx->comm->rank == 0)) {
        t->merge_count = ito__tree_merges(t->nodes, count, t->merges);
        t->total = t->nodes[0].sum;
    }
    return rc;
}

ito_status ito__train_step(ito_ctx *ctx, ito_trainer *t)
{
    const size_t chunks = size_ceil_div(t->params, CHUNK);
    double loss, norm;
    ito_status rc;
    update u;

    ito__for(ctx, t->range_count, 1, run_ranges, t);
    if ((rc = plan_merges(ctx, t)) != ITO_OK)
        return rc;
    ito__for(ctx, chunks, 1, merge_chunks, t);
    if ((rc = ito__ranks_share(ctx, t)) != ITO_OK)
        return rc;

    loss = ito__tree_sum(t->shards, t->shard_loss) / (double)t->o.batch;
    norm = sqrt(ito__tree_sum(chunks, t->chunk_sum));
    if ((rc = check_loss(ctx, t, loss, norm)) != ITO_OK)
        return rc;
    u = plan_update(t, norm);
    ito__for(ctx, chunks, 1, update_chunks, &u);
    ito__for(ctx, t->graph->count, 1, pack_nodes, t);

    t->step++;
    t->loss_sum += loss;
    t->loss_steps++;
    t->last_loss = t->loss_sum / (double)t->loss_steps;
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * validate.c - the loss of the averaged weights on fixed draws.
 *
 * Rows, times and noise are the same at every validation, so differences
 * between two validations are differences between weights.
 */
#include <math.h>
#include <string.h>

#include "base/tree_sum.h"
#include "flow/trainer.h"
#include "nn/loss.h"
#include "nn/op.h"

size_t ito__valid_rows(const ito_trainer *t)
{
    const uint64_t rows = ito_source_valid_rows(t->source);

    if (t->images && (t->source->dist || rows > 0))
        return ITO__VALID_IMAGES;
    if (t->source->dist)
        return ITO__VALID_DRAWS;
    return rows == 0 ? 0 : size_max((size_t)rows, ITO__VALID_REPEATS);
}

/* Weights that are measured, and the losses of shards and, unless NULL, of
 * rows, beside their times. */
typedef struct measure {
    const ito_trainer *t;
    const ito_weights *w;
    double *shard_loss, *row_loss, *row_t;
} measure;

static double rows_loss(const measure *m, const shard_work *s, size_t at,
                        size_t n)
{
    const ito_trainer *t = m->t;
    double sum = 0.0;

    if (!m->row_loss)
        return ito__squared_error(t->ctx->kern, n, t->dim, s->weight, s->target,
                                  0.0, s->y);
    for (size_t r = 0; r < n; r++) {
        m->row_t[at + r] = (double)s->t[r];
        m->row_loss[at + r] = ito__squared_error(
            t->ctx->kern, 1, t->dim, s->weight ? s->weight + r : NULL,
            s->target + r * t->dim, 0.0, s->y + r * t->dim);
        sum += m->row_loss[at + r];
    }
    return sum;
}

static void run_shards(void *arg, size_t worker, size_t begin, size_t end)
{
    const measure *m = arg;
    const ito_trainer *t = m->t;
    const shard_work *s = &t->work[worker];
    const size_t rows = ito__valid_rows(t);

    for (size_t shard = begin; shard < end; shard++) {
        const size_t at = shard * t->o.shard;
        const size_t n = size_min(t->o.shard, rows - at);
        const ito_batch in = ito__shard_batch(s, n);
        const float *y;

        ito__shard_fill(t, s, at, n, true);
        y = ito_plan_infer(t->plan, m->w, s->net, &in);
        memcpy(s->y, y, n * t->dim * sizeof(*y));
        m->shard_loss[shard] = rows_loss(m, s, at, n);
    }
}

static double mean_loss(ito_ctx *ctx, measure *m)
{
    const size_t rows = ito__valid_rows(m->t);
    const size_t shards = size_ceil_div(rows, m->t->o.shard);

    ito__for(ctx, shards, 1, run_shards, m);
    return ito__tree_sum(shards, m->shard_loss) / (double)rows;
}

static void pack_nodes(void *arg, size_t worker, size_t begin, size_t end)
{
    const ito_weights *w = arg;

    (void)worker;
    ito__weights_pack_nodes(w, begin, end);
}

static void pack(ito_ctx *ctx, const ito_trainer *t, const float *params)
{
    t->packed->params = params;
    ito__for(ctx, t->graph->count, 1, pack_nodes, t->packed);
}

double ito__valid_loss(ito_ctx *ctx, const ito_trainer *t, const float *params,
                       double *shard_loss)
{
    measure m = { .t = t, .w = t->packed, .shard_loss = shard_loss };
    double loss;

    if (ito__valid_rows(t) == 0)
        return (double)NAN;
    pack(ctx, t, params);
    loss = mean_loss(ctx, &m);
    pack(ctx, t, t->w);
    return loss;
}

/* Means of the rows of every piece. */
static void sort_by_time(const measure *m, size_t rows, double *at)
{
    const double lo = m->t->law.lo, width = m->t->law.hi - m->t->law.lo;
    size_t count[ITO__TIME_PIECES] = { 0 };

    for (size_t b = 0; b < ITO__TIME_PIECES; b++)
        at[b] = 0.0;
    for (size_t r = 0; r < rows; r++) {
        const double u = (m->row_t[r] - lo) / width * ITO__TIME_PIECES;
        const size_t b = u > 0.0 ? (size_t)u : 0;
        const size_t k = size_min(b, ITO__TIME_PIECES - 1);

        at[k] += m->row_loss[r];
        count[k]++;
    }
    for (size_t b = 0; b < ITO__TIME_PIECES; b++)
        at[b] = count[b] > 0 ? at[b] / (double)count[b] : (double)NAN;
}

ito_status ito__valid_loss_at(ito_ctx *ctx, const ito_trainer *t,
                              const ito_weights *w, double at[ITO__TIME_PIECES])
{
    const ito_mark mark = ito__arena_mark(ctx);
    const size_t rows = ito__valid_rows(t);
    measure m = { .t = t, .w = w };
    ito_status rc = ITO_OK;

    m.row_loss = ito__arena_get(ctx, (rows + 1) * sizeof(*m.row_loss));
    m.row_t = ito__arena_get(ctx, (rows + 1) * sizeof(*m.row_t));
    m.shard_loss = ito__arena_get(ctx, (rows + 1) * sizeof(*m.shard_loss));
    if (m.row_loss && m.row_t && m.shard_loss) {
        (void)mean_loss(ctx, &m);
        sort_by_time(&m, rows, at);
    } else {
        rc = ito__fail(ctx, ITO_ENOMEM, "losses of %zu rows", rows);
    }
    ito__arena_release(ctx, mark);
    return rc;
}

void ito__train_validate(ito_ctx *ctx, ito_trainer *t)
{
    const double loss = ito__valid_loss(ctx, t, t->average, t->shard_loss);
    const double step = (double)t->step;

    t->valid_loss = loss;
    if (ito__valid_rows(t) == 0 || loss < t->best_loss) {
        memcpy(t->best, t->average, t->params * sizeof(*t->best));
        t->best_loss = loss;
        t->best_step = t->step;
    }
    if (t->curve_count < t->curve_max) {
        t->curve[0][t->curve_count] = (ito_loss_point){ step, t->last_loss };
        t->curve[1][t->curve_count] = (ito_loss_point){ step, loss };
        t->curve_count++;
    }
    t->loss_sum = 0.0;
    t->loss_steps = 0;
}

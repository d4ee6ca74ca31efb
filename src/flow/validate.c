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

static void run_shards(void *arg, size_t worker, size_t begin, size_t end)
{
    ito_trainer *t = arg;
    const shard_work *s = &t->work[worker];
    const size_t rows = ito__valid_rows(t);

    for (size_t shard = begin; shard < end; shard++) {
        const size_t at = shard * t->o.shard;
        const size_t n = size_min(t->o.shard, rows - at);
        const ito_batch in = ito__shard_batch(s, n);
        const float *y;

        ito__shard_fill(t, s, at, n, true);
        y = ito_plan_infer(t->plan, t->packed_average, s->net, &in);
        memcpy(s->y, y, n * t->dim * sizeof(*y));
        t->shard_loss[shard] = ito__squared_error(
            t->ctx->kern, n, t->dim, s->weight, s->target, 0.0, s->y);
    }
}

static void pack_nodes(void *arg, size_t worker, size_t begin, size_t end)
{
    ito_trainer *t = arg;

    (void)worker;
    ito__weights_pack_nodes(t->packed_average, begin, end);
}

static double valid_loss(ito_ctx *ctx, ito_trainer *t)
{
    const size_t rows = ito__valid_rows(t);
    const size_t shards = size_ceil_div(rows, t->o.shard);

    if (rows == 0)
        return (double)NAN;
    ito__for(ctx, t->graph->count, 1, pack_nodes, t);
    ito__for(ctx, shards, 1, run_shards, t);
    return ito__tree_sum(shards, t->shard_loss) / (double)rows;
}

void ito__train_validate(ito_ctx *ctx, ito_trainer *t)
{
    const double loss = valid_loss(ctx, t);
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

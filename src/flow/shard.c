/* SPDX-License-Identifier: MIT
 *
 * shard.c - the rows of one shard: data, what they start from, times, points
 * of the path, conditions.
 */
#include "flow/trainer.h"
#include "rng/noise.h"

#define VALID_STREAM 1
#define FROM_SEED    0x9e3779b97f4a7c15u /* keys the shuffle of `from` */

/* Rows to start from, with a shuffle and an address of their own. */
static void fill_from(const ito_trainer *t, const shard_work *s,
                      const ito_noise *at, size_t begin, size_t n)
{
    const ito_source *from = t->o.from;
    const bool valid = at->stream == VALID_STREAM;
    const draw d = { .seed = t->o.seed ^ (valid ? ~FROM_SEED : FROM_SEED),
                     .step = valid ? 0 : t->step,
                     .batch = t->o.batch,
                     .begin = begin,
                     .n = n,
                     .index = s->index };

    if (!from)
        ito__normal_rows(t->ctx->kern, at, begin, n, t->dim, s->e, t->dim);
    else if (from->dist)
        ito__dist_rows(t->ctx->kern, from->dist, at, begin, n, s->e, t->dim);
    else
        ito__source_draw(from, t->ctx->kern, &d, s->e);
}

static void fill_conditions(const ito_trainer *t, const shard_work *s,
                            ito_noise at, size_t begin, size_t n)
{
    const size_t draws = ito__conditions_draws(&t->cond);
    const conditions_rows r = { .n = n,
                                .dim = t->dim,
                                .z = s->z,
                                .label = s->label,
                                .u = s->draws,
                                .out = s->cond };

    at.purpose = ITO_FOR_DROP;
    ito__uniform_rows(t->ctx->kern, &at, begin, n, draws, s->draws, draws);
    ito__conditions_fill(&t->cond, &r);
}

void ito__shard_fill(const ito_trainer *t, const shard_work *s, size_t begin,
                     size_t n, bool valid)
{
    const ito_kern *kern = t->ctx->kern;
    const time_batch batch = { .total = valid ? ito__valid_rows(t) : t->o.batch,
                               .stride = t->stride };
    const draw d = { .seed = t->o.seed,
                     .step = valid ? 0 : t->step,
                     .batch = t->o.batch,
                     .begin = begin,
                     .n = n,
                     .index = s->index,
                     .label = s->label };
    const objective_rows rows = { .n = n,
                                  .dim = t->dim,
                                  .t = s->t,
                                  .z = s->z,
                                  .e = s->e,
                                  .xt = s->xt,
                                  .in = s->in,
                                  .target = s->target,
                                  .weight = s->weight };
    ito_noise at = { .seed = t->o.seed,
                     .stream = valid ? VALID_STREAM : 0,
                     .step = (uint32_t)d.step,
                     .purpose = ITO_FOR_TIME };

    ito__time_rows(kern, &t->law, &at, &batch, begin, n, s->t);
    at.purpose = ITO_FOR_NOISE;
    fill_from(t, s, &at, begin, n);
    if (valid)
        ito__source_valid(t->source, kern, &d, s->z);
    else
        ito__source_draw(t->source, kern, &d, s->z);
    ito__objective_rows(&t->obj, &rows);
    if (s->cond)
        fill_conditions(t, s, at, begin, n);
}

ito_batch ito__shard_batch(const shard_work *s, size_t n)
{
    return (ito_batch){ .rows = n, .x = s->in, .t = s->t, .cond = s->cond };
}

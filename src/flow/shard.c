/* SPDX-License-Identifier: MIT
 *
 * shard.c - the rows of one shard: data, noise, time, point of the path.
 *
 * Times are stratified: the batch's B rows take one time from each of B equal
 * pieces of [0, 1], t_i = (i g mod B + u_i) / B, where g, coprime to B, spreads
 * them so that a shard sees all of [0, 1].  It costs nothing and lowers the
 * variance of the loss.
 */
#include "flow/trainer.h"
#include "path/path.h"
#include "rng/noise.h"

#define VALID_STREAM 1

static void fill_times(const ito_trainer *t, const ito_noise *at, size_t total,
                       size_t begin, size_t n, float *out)
{
    const size_t stride = t->stride % total ? t->stride % total : 1;
    const float width = (float)(1.0 / (double)total);
    size_t stratum = (size_t)((uint64_t)begin % total * stride % total);

    ito__uniform_comp(t->ctx->kern, at, begin, n, 0, out);
    for (size_t i = 0; i < n; i++) {
        out[i] = ((float)stratum + out[i]) * width;
        stratum += stride;
        stratum -= stratum >= total ? total : 0;
    }
}

void ito__shard_fill(const ito_trainer *t, const shard_work *s, size_t begin,
                     size_t n, bool valid)
{
    const ito_kern *kern = t->ctx->kern;
    const draw d = { .seed = t->o.seed,
                     .step = valid ? 0 : t->step,
                     .batch = t->o.batch,
                     .begin = begin,
                     .n = n,
                     .index = s->index };
    ito_noise at = { .seed = t->o.seed,
                     .stream = valid ? VALID_STREAM : 0,
                     .step = (uint32_t)d.step,
                     .purpose = ITO_FOR_TIME };

    fill_times(t, &at, valid ? ito__valid_rows(t) : t->o.batch, begin, n, s->t);
    at.purpose = ITO_FOR_NOISE;
    ito__normal_rows(kern, &at, begin, n, t->dim, s->e, t->dim);
    if (valid)
        ito__source_valid(t->source, kern, &d, s->z);
    else
        ito__source_draw(t->source, kern, &d, s->z);
    ito__path_rows(kern, t->path, n, t->dim, s->t, s->z, s->e, s->xt,
                   s->target);
}

/* SPDX-License-Identifier: MIT
 *
 * averages.c - which moving average of the weights a model gets.
 *
 * The first, of the rate ema, is validated all along and kept where it was
 * best.  The others are measured once, at the end, on the same draws: so that
 * the choice among rates costs one validation each.
 */
#include "flow/averages.h"

#include <math.h>
#include <string.h>

#include "flow/model_json.h"

static ito_status copy(ito_ctx *ctx, const ito_trainer *t, const float *from,
                       float **out)
{
    *out = ito__alloc(ctx, t->params * sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "model of %zu parameters", t->params);
    memcpy(*out, from, t->params * sizeof(**out));
    return ITO_OK;
}

/* The losses of the averages beside the first. */
static ito_status measure(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    const ito_mark mark = ito__arena_mark(ctx);
    const size_t shards =
        size_ceil_div(size_max(ito__valid_rows(t), 1), t->o.shard);
    double *loss = ito__arena_get(ctx, shards * sizeof(*loss));
    ito_status rc = ITO_OK;

    if (!loss)
        rc = ito__fail(ctx, ITO_ENOMEM, "averages");
    for (size_t i = 1; rc == ITO_OK && i < m->average_count; i++)
        m->averages[i].loss = ito__valid_loss(ctx, t, t->more[i - 1], loss);
    ito__arena_release(ctx, mark);
    return rc;
}

static void describe(const ito_trainer *t, ito_model *m)
{
    const double ema = fmax(t->o.ema, 0.0);

    m->average_count = 1 + t->more_count;
    m->averages[0] = (kept_average){ .rate = ema,
                                     .loss = t->best_loss,
                                     .step = t->best_step };
    if (t->best_step == 0 || !isfinite(t->best_loss))
        m->averages[0].loss = (double)NAN;
    for (size_t i = 0; i < t->more_count; i++)
        m->averages[i + 1] = (kept_average){ .rate = t->more_rate[i],
                                             .loss = (double)NAN,
                                             .step = t->step };
}

ito_status ito__averages_choose(ito_ctx *ctx, const ito_trainer *t,
                                ito_model *m)
{
    const float *first = t->best_step > 0 ? t->best : t->average;
    ito_status rc = ITO_OK;

    describe(t, m);
    if (m->average_count > 1 && ito__valid_rows(t) > 0)
        rc = measure(ctx, t, m);
    for (size_t i = 1; i < m->average_count; i++)
        if (m->averages[i].loss < m->averages[m->average_used].loss)
            m->average_used = i;
    for (size_t i = 0; rc == ITO_OK && i < m->average_count; i++)
        rc = copy(ctx, t, i == 0 ? first : t->more[i - 1],
                  i == m->average_used ? &m->params : &m->averages[i].params);
    return rc;
}

ito_status ito__averages_now(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    m->average_count = 1;
    m->averages[0] = (kept_average){ .rate = fmax(t->o.ema, 0.0),
                                     .loss = (double)NAN,
                                     .step = t->step };
    return copy(ctx, t, t->average, &m->params);
}

int ito_model_average(const ito_model *m, size_t i, ito_average *out)
{
    if (i >= m->average_count)
        return -1;
    *out = (ito_average){ .rate = m->averages[i].rate,
                          .step = m->averages[i].step,
                          .loss = m->averages[i].loss,
                          .used = i == m->average_used };
    return 0;
}

ito_status ito_model_average_use(ito_ctx *ctx, ito_model *m, size_t i)
{
    if (i >= m->average_count)
        return ito__fail(ctx, ITO_EARG, "model: average %zu of %zu", i,
                         m->average_count);
    if (i == m->average_used)
        return ITO_OK;
    m->averages[m->average_used].params = m->params;
    m->params = m->averages[i].params;
    m->averages[i].params = NULL;
    m->average_used = i;
    ito_weights_pack(ctx, m->weights, m->params);
    return ito__model_write_json(ctx, m);
}

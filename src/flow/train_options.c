/* SPDX-License-Identifier: MIT
 *
 * train_options.c - what the options of training mean: defaults, names,
 * limits.
 */
#include <math.h>
#include <string.h>

#include "flow/trainer.h"

#define STEPS_DEFAULT 8000
#define STEPS_IMAGES  5000
#define BATCH_DEFAULT 2048
#define BATCH_MIN     256
#define BATCH_IMAGES  128
#define SHARD_DEFAULT 128
#define SHARD_IMAGES  16
#define STEPS_MAX     UINT32_MAX
#define BATCH_MAX     ((size_t)1 << 24)
#define DROP_DEFAULT  0.1
#define AVERAGED      0.05 /* share of the steps, of images */

/* ---- numbers ---- */

/* An eighth of a table, from BATCH_MIN to BATCH_DEFAULT rows: small tables
 * train as well, many times faster, and see fewer epochs. */
static size_t default_batch(uint64_t rows)
{
    const size_t eighth = size_round_up((size_t)(rows / 8), SHARD_DEFAULT);

    if (rows == 0)
        return BATCH_DEFAULT;
    return size_max(size_min(eighth, BATCH_DEFAULT), BATCH_MIN);
}

/* The rate at which an average forgets in a share of the steps. */
static double rate_of(double share, size_t steps)
{
    return fmax(1.0 - 1.0 / (share * (double)steps), 0.0);
}

/* Sets the further averages: those asked for, or of images where nothing is
 * asked for some beside the first; `asked` is the options before defaults. */
static void fill_averages(ito_trainer *t, const ito_train_opts *asked)
{
    static const double shares[] = { 0.02, 0.15 };
    const bool usual = t->images && asked->ema == 0.0;

    t->more_count = size_min(asked->average_count, ITO_AVERAGES_MAX - 1);
    for (size_t i = 0; i < t->more_count; i++)
        t->more_rate[i] = asked->averages[i];
    if (asked->average_count > 0 || !usual)
        return;
    t->more_count = sizeof(shares) / sizeof(*shares);
    for (size_t i = 0; i < t->more_count; i++)
        t->more_rate[i] = rate_of(shares[i], t->o.steps);
}

static ito_status check_averages(ito_ctx *ctx, const ito_train_opts *o)
{
    if (o->average_count > ITO_AVERAGES_MAX - 1 ||
        (o->average_count > 0 && o->ema < 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "averages: %zu, at most %d beside ema, and none where "
                         "ema is negative",
                         o->average_count, ITO_AVERAGES_MAX - 1);
    for (size_t i = 0; i < o->average_count; i++)
        if (!(o->averages[i] >= 0.0 && o->averages[i] < 1.0))
            return ito__fail(ctx, ITO_EARG,
                             "averages: rate %g: must be from 0 to below 1",
                             o->averages[i]);
    return ITO_OK;
}

static void fill_defaults(ito_train_opts *o, uint64_t rows, bool images)
{
    const size_t batch = images ? BATCH_IMAGES : default_batch(rows);

    o->batch = o->batch ? o->batch : batch;
    if (o->epochs > 0)
        o->steps =
            (size_t)((double)o->epochs * (double)rows / (double)o->batch + 1.0);
    if (o->steps == 0)
        o->steps = images ? STEPS_IMAGES : STEPS_DEFAULT;
    if (o->shard == 0)
        o->shard = images ? SHARD_IMAGES : SHARD_DEFAULT;
    if (o->warmup == 0)
        o->warmup = size_min(size_max(o->steps / 50, 1), 500);
    o->rate = o->rate ? o->rate : ITO_RATE_COSINE;
    o->optimizer = o->optimizer ? o->optimizer : ITO_OPTIMIZER_ADAM;
    o->weight_decay = o->weight_decay == 0.0 ? 1e-4 : o->weight_decay;
    o->clip = o->clip == 0.0 ? 1.0 : o->clip;
    if (o->ema == 0.0)
        o->ema = images ? rate_of(AVERAGED, o->steps) : 0.999;
    o->valid_every =
        o->valid_every ? o->valid_every : size_max(o->steps / 50, 1);
}

ito_status ito__train_check(ito_ctx *ctx, const ito_train_opts *o)
{
    if (o->epochs > STEPS_MAX)
        return ito__fail(ctx, ITO_EARG, "epochs %zu: at most %u", o->epochs,
                         (unsigned)STEPS_MAX);
    if (o->steps > STEPS_MAX)
        return ito__fail(ctx, ITO_EARG, "steps %zu: at most %u", o->steps,
                         (unsigned)STEPS_MAX);
    if (o->batch > BATCH_MAX)
        return ito__fail(ctx, ITO_EARG, "batch %zu: at most %zu", o->batch,
                         BATCH_MAX);
    if (o->shard > 65536)
        return ito__fail(ctx, ITO_EARG, "shard %zu: at most 65536", o->shard);
    if (!(o->lr > 0.0) || !isfinite(o->lr))
        return ito__fail(ctx, ITO_EARG, "lr %g: must be above 0", o->lr);
    if (!(o->ema < 1.0))
        return ito__fail(ctx, ITO_EARG, "ema %g: must be below 1", o->ema);
    if (o->optimizer == ITO_OPTIMIZER_ADAMW &&
        !(o->weight_decay >= 0.0 && o->weight_decay * o->lr < 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "weight_decay %g: must be from 0 to 1 / lr",
                         o->weight_decay);
    if (isnan(o->clip))
        return ito__fail(ctx, ITO_EARG, "clip: not a number");
    if ((unsigned)o->rate > ITO_RATE_CONSTANT ||
        (unsigned)o->optimizer > ITO_OPTIMIZER_ADAMW ||
        (unsigned)o->init > ITO_INIT_HE ||
        (unsigned)o->precision > ITO_PRECISION_BF16)
        return ito__fail(ctx, ITO_EARG,
                         "unknown rate, optimizer, init or precision");
    return ITO_OK;
}

/* ---- what is learned ---- */

static ito_status find_quantity(ito_ctx *ctx, const char *what,
                                const char *name, quantity *out)
{
    const int q = ito__quantity_find(name);

    if (q < 0)
        return ito__fail(ctx, ITO_EARG,
                         "%s '%.40s': velocity (of a loss: flow), noise, data, "
                         "score, v or edm",
                         what, name);
    *out = (quantity)q;
    return ITO_OK;
}

/* Is what t = 0 is drawn from the standard normal? */
static ito_status check_from(ito_ctx *ctx, const ito_trainer *t,
                             const ito_source *from)
{
    if (ito_source_dim(from) != t->dim)
        return ito__fail(ctx, ITO_EUNFIT,
                         "from: %zu coordinates to start from, the data have "
                         "%zu",
                         ito_source_dim(from), t->dim);
    if (t->obj.predict == QUANTITY_SCORE || t->obj.loss == QUANTITY_SCORE ||
        t->obj.predict == QUANTITY_EDM || t->obj.loss == QUANTITY_EDM)
        return ito__fail(ctx, ITO_EUNFIT,
                         "from: what is not drawn from N(0, I) has no score "
                         "that is learned so, and edm is made for N(0, I); "
                         "take prediction and loss velocity");
    return ITO_OK;
}

static ito_status read_objective(ito_ctx *ctx, ito_trainer *t,
                                 const ito_train_opts *o)
{
    const bool potential = o->potential != NULL;
    const char *predict = o->predict  ? o->predict
                          : potential ? "edm"
                                      : "velocity";
    const char *loss = o->loss;
    ito_status rc;

    if (!loss && (potential || strcmp(predict, "score") == 0))
        loss = "noise";
    t->obj = ito__objective_plain(NULL);
    t->obj.normal = o->from == NULL;
    if ((rc = o->path ? ito_path_parse(ctx, o->path, &t->obj.path) : ITO_OK) !=
            ITO_OK ||
        (rc = find_quantity(ctx, "prediction", predict, &t->obj.predict)) !=
            ITO_OK ||
        (rc = find_quantity(ctx, "loss", loss ? loss : predict,
                            &t->obj.loss)) != ITO_OK ||
        (rc = o->from ? check_from(ctx, t, o->from) : ITO_OK) != ITO_OK)
        return rc;
    if (t->obj.predict == QUANTITY_EDM || t->obj.loss == QUANTITY_EDM) {
        t->obj.data_std = o->data_std;
        if (o->data_std == 0.0)
            rc = ito__source_std(ctx, t->source, &t->obj.data_std);
        if (rc == ITO_OK && !(t->obj.data_std > 1e-6 && t->obj.data_std < 1e6))
            rc = ito__fail(ctx, ITO_EARG,
                           "data_std %g: must be from 1e-6 to 1e6",
                           t->obj.data_std);
    }
    return rc == ITO_OK ? ito__objective_times(ctx, &t->obj, o->cut) : rc;
}

/* ---- conditions ---- */

static ito_status read_conditions(ito_ctx *ctx, ito_trainer *t,
                                  const ito_train_opts *o)
{
    const labels *l = &t->source->label;
    ito_status rc;

    rc = ito__conditions_new(ctx, t->source->schema, o->given, o->given_count,
                             &t->cond);
    if (rc != ITO_OK)
        return rc;
    if (l->count > 0)
        rc = ito__labels_new(ctx, l->column, (const char *const *)l->level,
                             l->count, &t->cond.label);
    if (!(o->drop < 1.0))
        return ito__fail(ctx, ITO_EARG, "drop %g: must be below 1", o->drop);
    if (o->drop != 0.0 && l->count == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "drop: there are no labels that could be dropped");
    t->cond.drop = o->drop == 0.0 ? DROP_DEFAULT : fmax(o->drop, 0.0);
    return rc;
}

ito_status ito__train_options(ito_ctx *ctx, ito_trainer *t,
                              const ito_train_opts *opts)
{
    const uint64_t rows = ito_source_rows(t->source);
    ito_status rc;

    t->o = *opts;
    t->o.mlp = NULL;
    t->o.graph = NULL;
    t->o.potential = NULL;
    t->o.unet = NULL;
    t->o.res_unet = NULL;
    t->o.dit = NULL;
    t->o.path = t->o.predict = t->o.loss = t->o.time_law = NULL;
    t->o.given = NULL;
    t->o.averages = NULL;
    if (opts->epochs > 0 && rows == 0)
        return ito__fail(ctx, ITO_EARG,
                         "epochs: rows that are drawn afresh have none; give "
                         "steps");
    if ((opts->mlp != NULL) + (opts->graph != NULL) +
            (opts->potential != NULL) + (opts->unet != NULL) +
            (opts->res_unet != NULL) + (opts->dit != NULL) >
        1)
        return ito__fail(ctx, ITO_EARG,
                         "train: give one of mlp, potential, unet, res_unet, "
                         "dit and graph");
    t->images = ito__train_images(t, opts);
    fill_defaults(&t->o, rows, t->images);
    if ((rc = check_averages(ctx, opts)) != ITO_OK)
        return rc;
    fill_averages(t, opts);
    if ((rc = read_objective(ctx, t, opts)) != ITO_OK ||
        (rc = ito__time_law(ctx, opts->time_law, &t->law)) != ITO_OK)
        return rc;
    t->law.lo = t->obj.lo;
    t->law.hi = t->obj.hi;
    return read_conditions(ctx, t, opts);
}

/* SPDX-License-Identifier: MIT
 *
 * finish.c - what training leaves: its record and the model.
 */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "flow/averages.h"
#include "flow/excess.h"
#include "flow/model_json.h"
#include "nn/graph_json.h"

/* Rows of a table that a model keeps to start from. */
#define FROM_ROWS_MAX 65536

static void put_number(json_writer *w, const char *name, double x)
{
    json_key(w, name);
    json_put_number(w, x);
}

/* NaN is null. */
static void put_numbers(json_writer *w, const char *name, size_t n,
                        const double *x)
{
    json_key(w, name);
    json_open(w, '[');
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            json_put_number(w, x[i]);
        else
            json_put_raw(w, "null", 4);
    json_close(w, ']');
}

static void put_count(json_writer *w, const char *name, uint64_t n)
{
    json_key(w, name);
    json_put_u64(w, n);
}

static void put_text(json_writer *w, const char *name, const char *text)
{
    json_key(w, name);
    json_put_string(w, text);
}

/* Which data: a built-in set by its name, a table by its hash. */
static void put_data(json_writer *w, const char *name, const ito_source *s)
{
    json_key(w, name);
    json_open(w, '{');
    if (s->dist)
        put_text(w, "set", ito_dist_spec(s->dist));
    else
        put_text(w, "sha256", s->hash);
    put_count(w, "dim", ito_source_dim(s));
    put_count(w, "rows", s->rows);
    put_count(w, "valid_rows", s->valid);
    put_count(w, "split_seed", s->seed);
    json_close(w, '}');
}

/* What differs from the default; a run by default has the record that it
 * always had. */
static void put_more(json_writer *w, const ito_trainer *t)
{
    const objective *o = &t->obj;
    char law[80];

    ito__time_law_text(&t->law, law, sizeof(law));
    if (!ito__objective_is_plain(o)) {
        put_text(w, "path", o->path.spec);
        put_text(w, "predict", ito__quantity_name(o->predict));
        put_text(w, "loss", ito__loss_name(o->loss));
        put_number(w, "t_lo", o->lo);
        put_number(w, "t_hi", o->hi);
        put_number(w, "data_std", o->data_std);
    }
    if (t->law.kind != TIME_STRATIFIED)
        put_text(w, "time_law", law);
    if (t->o.precision == ITO_PRECISION_BF16)
        put_text(w, "precision", "bf16");
    if (t->o.from)
        put_data(w, "from", t->o.from);
    if (t->cond.label.count > 0) {
        put_text(w, "label", t->cond.label.column);
        put_number(w, "drop", t->cond.drop);
    }
    if (t->cond.column_count > 0) {
        json_key(w, "given");
        json_open(w, '[');
        for (size_t k = 0; k < t->cond.column_count; k++)
            json_put_string(
                w, ito_schema_name(t->source->schema, t->cond.column[k]));
        json_close(w, ']');
    }
}

ito_status ito__train_record(ito_ctx *ctx, const ito_trainer *t, char **out)
{
    const ito_train_opts *o = &t->o;
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    put_data(&w, "data", t->source);
    put_text(&w, "init", o->init == ITO_INIT_HE ? "he" : "uniform");
    put_count(&w, "params", t->params);
    put_count(&w, "steps", o->steps);
    put_count(&w, "batch", o->batch);
    put_count(&w, "shard", o->shard);
    put_number(&w, "lr", o->lr);
    put_count(&w, "warmup", o->warmup);
    put_text(&w, "rate", o->rate == ITO_RATE_CONSTANT ? "constant" : "cosine");
    put_text(&w, "optimizer",
             o->optimizer == ITO_OPTIMIZER_ADAMW ? "adamw" : "adam");
    if (o->optimizer == ITO_OPTIMIZER_ADAMW)
        put_number(&w, "weight_decay", o->weight_decay);
    put_number(&w, "clip", o->clip);
    put_number(&w, "ema", o->ema);
    if (t->more_count > 0)
        put_numbers(&w, "averages", t->more_count, t->more_rate);
    put_count(&w, "valid_every", o->valid_every);
    put_count(&w, "seed", o->seed);
    put_more(&w, t);
    json_key(&w, "graph");
    ito__graph_to_json(t->graph, &w);
    json_close(&w, '}');
    if ((rc = json_end(&w)) != ITO_OK) {
        ito__free(ctx, w.text);
        return ito__fail(ctx, rc, "train: record of the options");
    }
    *out = w.text;
    return ITO_OK;
}

static void put_excess(json_writer *w, const excess *e)
{
    put_number(w, "floor", e->floor);
    put_number(w, "floor_se", e->floor_se);
    put_number(w, "excess", e->mean);
    put_numbers(w, "excess_at", EXCESS_BINS, e->at);
}

/* What is measured at the end. */
typedef struct measured {
    excess excess;
    double loss_at[ITO__TIME_PIECES];
    bool timed; /* loss_at is known */
} measured;

/* {"options": {..}, "steps_done": .., "kept_step": .., "kept_loss": ..,
 * "train_loss": .., "loss_at": [..], and what put_excess adds} */
static ito_status write_result(ito_ctx *ctx, const ito_trainer *t,
                               const ito_model *m, const measured *d,
                               char **out)
{
    const kept_average *used = &m->averages[m->average_used];
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "options");
    json_put_raw(&w, t->record, strlen(t->record));
    put_count(&w, "steps_done", t->step);
    put_count(&w, "kept_step", used->step);
    if (isfinite(used->loss))
        put_number(&w, "kept_loss", used->loss);
    put_number(&w, "train_loss", t->last_loss);
    if (d->timed)
        put_numbers(&w, "loss_at", ITO__TIME_PIECES, d->loss_at);
    if (d->excess.known)
        put_excess(&w, &d->excess);
    json_close(&w, '}');
    if ((rc = json_end(&w)) != ITO_OK) {
        ito__free(ctx, w.text);
        return ito__fail(ctx, rc, "train: record");
    }
    *out = w.text;
    return ITO_OK;
}

static ito_status copy_curve(ito_ctx *ctx, const ito_trainer *t, ito_model *m,
                             int which)
{
    const size_t bytes = t->curve_count * sizeof(*t->curve[which]);

    if (which == 1 && ito__valid_rows(t) == 0)
        return ITO_OK;
    m->losses[which] = ito__alloc(ctx, bytes);
    if (!m->losses[which])
        return ito__fail(ctx, ITO_ENOMEM, "model: loss curve");
    memcpy(m->losses[which], t->curve[which], bytes);
    m->loss_count[which] = t->curve_count;
    return ITO_OK;
}

/* The graph travels as JSON, so that what is saved is what is used. */
static ito_status copy_graph(ito_ctx *ctx, const ito_graph *from,
                             ito_graph **out)
{
    json_value *graph = NULL;
    json_writer g;
    ito_status rc;

    json_begin(&g, ctx);
    ito__graph_to_json(from, &g);
    rc = json_end(&g);
    if (rc != ITO_OK)
        rc = ito__fail(ctx, rc, "model: description");
    if (rc == ITO_OK)
        rc = json_parse(ctx, "graph", g.text, g.bytes, &graph);
    if (rc == ITO_OK)
        rc = ito__graph_from_json(ctx, graph, out);
    json_free(ctx, graph);
    ito__free(ctx, g.text);
    return rc;
}

static ito_status copy_conditions(ito_ctx *ctx, const conditions *from,
                                  ito_model *m)
{
    const size_t count = from->column_count;
    const labels *l = &from->label;
    const ito_mark mark = ito__arena_mark(ctx);
    const char **names;
    ito_status rc;

    names = ito__arena_get(ctx, (count + 1) * sizeof(*names));
    if (!names)
        return ito__fail(ctx, ITO_ENOMEM, "model: %zu given columns", count);
    for (size_t k = 0; k < count; k++)
        names[k] = ito_schema_name(m->schema, from->column[k]);
    rc = ito__conditions_new(ctx, m->schema, names, count, &m->cond);
    ito__arena_release(ctx, mark);
    m->cond.drop = from->drop;
    return rc == ITO_OK && l->count > 0
               ? ito__labels_new(ctx, l->column, (const char *const *)l->level,
                                 l->count, &m->cond.label)
               : rc;
}

/* What samples start from: a distribution by its name, a table by its rows,
 * at most FROM_ROWS_MAX of them. */
static ito_status copy_from(ito_ctx *ctx, const ito_source *from, ito_model *m)
{
    const size_t dim = ito_source_dim(from);
    const uint64_t rows = from->rows + from->valid;

    if (from->dist)
        return ito_dist_open(ctx, ito_dist_spec(from->dist), &m->from);
    m->from_count = rows < FROM_ROWS_MAX ? (size_t)rows : FROM_ROWS_MAX;
    m->from_rows = ito__alloc(
        ctx, size_mul(size_mul(m->from_count, dim), sizeof(*m->from_rows)));
    if (!m->from_rows)
        return ito__fail(ctx, ITO_ENOMEM, "model: %zu rows to start from",
                         m->from_count);
    ito__source_rows(from, m->from_count, m->from_rows);
    return ITO_OK;
}

static ito_status copy_parts(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    ito_status rc;

    m->obj = t->obj;
    if ((rc = copy_graph(ctx, t->graph, &m->graph)) != ITO_OK ||
        (rc = ito__schema_copy(ctx, t->source->schema, &m->schema)) != ITO_OK ||
        (rc = copy_conditions(ctx, &t->cond, m)) != ITO_OK)
        return rc;
    return t->o.from ? copy_from(ctx, t->o.from, m) : ITO_OK;
}

static ito_status measure(ito_ctx *ctx, const ito_trainer *t,
                          const ito_model *m, measured *out)
{
    ito_status rc;

    out->timed = ito__valid_rows(t) > 0;
    rc = out->timed ? ito__valid_loss_at(ctx, t, m->weights, out->loss_at)
                    : ITO_OK;
    return rc == ITO_OK ? ito__excess(ctx, t, m, &out->excess) : rc;
}

/* All but the training record; the weights are set. */
static ito_status fill_model(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    ito_status rc;

    if ((rc = copy_curve(ctx, t, m, 0)) != ITO_OK ||
        (rc = copy_curve(ctx, t, m, 1)) != ITO_OK ||
        (rc = copy_parts(ctx, t, m)) != ITO_OK)
        return rc;
    return ito__model_ready(ctx, m);
}

static ito_status finish(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    measured d = { .timed = false };
    ito_status rc;

    if ((rc = ito__averages_choose(ctx, t, m)) != ITO_OK ||
        (rc = fill_model(ctx, t, m)) != ITO_OK ||
        (rc = measure(ctx, t, m, &d)) != ITO_OK ||
        (rc = write_result(ctx, t, m, &d, &m->train)) != ITO_OK)
        return rc;
    return ito__model_write_json(ctx, m);
}

static ito_status snapshot(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    const measured d = { .timed = false };
    ito_status rc;

    if ((rc = ito__averages_now(ctx, t, m)) != ITO_OK ||
        (rc = fill_model(ctx, t, m)) != ITO_OK ||
        (rc = write_result(ctx, t, m, &d, &m->train)) != ITO_OK)
        return rc;
    return ito__model_write_json(ctx, m);
}

/* A model made by `make`. */
static ito_status make_model(ito_ctx *ctx, const ito_trainer *t,
                             ito_status (*make)(ito_ctx *, const ito_trainer *,
                                                ito_model *),
                             ito_model **out)
{
    ito_status rc;

    *out = NULL;
    if (t->step == 0)
        return ito__fail(ctx, ITO_EARG, "train: no step was done");
    if ((rc = ito__model_new(ctx, out)) != ITO_OK)
        return rc;
    if ((rc = make(ctx, t, *out)) != ITO_OK) {
        ito_model_free(*out);
        *out = NULL;
    }
    return rc;
}

ito_status ito_trainer_finish(ito_ctx *ctx, const ito_trainer *t,
                              ito_model **out)
{
    return make_model(ctx, t, finish, out);
}

ito_status ito_trainer_snapshot(ito_ctx *ctx, const ito_trainer *t,
                                ito_model **out)
{
    return make_model(ctx, t, snapshot, out);
}

/* SPDX-License-Identifier: MIT
 *
 * finish.c - what training leaves: its record and the model.
 */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "flow/model.h"
#include "flow/trainer.h"
#include "nn/graph_json.h"

static void put_number(json_writer *w, const char *name, double x)
{
    json_key(w, name);
    json_put_number(w, x);
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
static void put_data(json_writer *w, const ito_source *s)
{
    json_key(w, "data");
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

ito_status ito__train_record(ito_ctx *ctx, const ito_trainer *t, char **out)
{
    const ito_train_opts *o = &t->o;
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    put_data(&w, t->source);
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
    put_count(&w, "valid_every", o->valid_every);
    put_count(&w, "seed", o->seed);
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

/* {"options": {..}, "best_step": .., "best_loss": .., "steps_done": ..} */
static ito_status write_result(ito_ctx *ctx, const ito_trainer *t, char **out)
{
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "options");
    json_put_raw(&w, t->record, strlen(t->record));
    put_count(&w, "steps_done", t->step);
    put_count(&w, "kept_step", t->best_step);
    if (isfinite(t->best_loss))
        put_number(&w, "kept_loss", t->best_loss);
    put_number(&w, "train_loss", t->last_loss);
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

/* Graph and schema travel as JSON, so that what is saved is what is used. */
static ito_status copy_parts(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    json_value *graph = NULL, *schema = NULL;
    json_writer g, s;
    ito_status rc;

    json_begin(&g, ctx);
    json_begin(&s, ctx);
    ito__graph_to_json(t->graph, &g);
    rc = ito__schema_to_json(ctx, t->source->schema, &s);
    if (rc == ITO_OK && (json_end(&g) != ITO_OK || json_end(&s) != ITO_OK))
        rc = ito__fail(ctx, ITO_ENOMEM, "model: description");
    if (rc == ITO_OK)
        rc = json_parse(ctx, "graph", g.text, g.bytes, &graph);
    if (rc == ITO_OK)
        rc = json_parse(ctx, "schema", s.text, s.bytes, &schema);
    if (rc == ITO_OK)
        rc = ito__graph_from_json(ctx, graph, &m->graph);
    if (rc == ITO_OK)
        rc = ito__schema_from_json(ctx, schema, &m->schema);
    json_free(ctx, graph);
    json_free(ctx, schema);
    ito__free(ctx, g.text);
    ito__free(ctx, s.text);
    return rc;
}

static ito_status fill_model(ito_ctx *ctx, const ito_trainer *t, ito_model *m)
{
    const float *weights = t->best_step > 0 ? t->best : t->average;
    ito_status rc;

    m->path = t->path;
    m->params = ito__alloc(ctx, t->params * sizeof(*m->params));
    if (!m->params)
        return ito__fail(ctx, ITO_ENOMEM, "model of %zu parameters", t->params);
    memcpy(m->params, weights, t->params * sizeof(*m->params));
    if ((rc = write_result(ctx, t, &m->train)) != ITO_OK ||
        (rc = copy_curve(ctx, t, m, 0)) != ITO_OK ||
        (rc = copy_curve(ctx, t, m, 1)) != ITO_OK ||
        (rc = copy_parts(ctx, t, m)) != ITO_OK)
        return rc;
    return ito__model_ready(ctx, m);
}

ito_status ito_trainer_finish(ito_ctx *ctx, const ito_trainer *t,
                              ito_model **out)
{
    ito_status rc;

    *out = NULL;
    if (t->step == 0)
        return ito__fail(ctx, ITO_EARG, "train: no step was done");
    if ((rc = ito__model_new(ctx, out)) != ITO_OK)
        return rc;
    if ((rc = fill_model(ctx, t, *out)) != ITO_OK) {
        ito_model_free(*out);
        *out = NULL;
    }
    return rc;
}

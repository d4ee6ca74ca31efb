/* SPDX-License-Identifier: MIT
 *
 * model_json.c - the JSON text of a model.
 */
#include "flow/model_json.h"

#include <math.h>
#include <string.h>

#include "data/json.h"
#include "data/schema.h"
#include "nn/graph_json.h"

static bool has_conditions(const ito_model *m)
{
    return m->cond.label.count > 0 || m->cond.column_count > 0;
}

/* The oldest format that can say what the model is. */
static unsigned format_of(const ito_model *m)
{
    const bool plain = ito__objective_is_plain(&m->obj) && !has_conditions(m);
    const unsigned graph = ito__graph_format(m->graph);

    return plain || graph > 2 ? graph : 2;
}

static void put_objective(json_writer *w, const objective *o)
{
    json_key(w, "objective");
    json_open(w, '{');
    json_key(w, "loss");
    json_put_string(w, ito__loss_name(o->loss));
    json_key(w, "lo");
    json_put_number(w, o->lo);
    json_key(w, "hi");
    json_put_number(w, o->hi);
    json_key(w, "data_std");
    json_put_number(w, o->data_std);
    json_close(w, '}');
}

static void put_from(json_writer *w, const ito_model *m)
{
    json_key(w, "from");
    if (m->from) {
        json_put_string(w, ito_dist_spec(m->from));
        return;
    }
    json_open(w, '{');
    json_key(w, "rows");
    json_put_u64(w, m->from_count);
    json_close(w, '}');
}

static void put_conditions(json_writer *w, const ito_model *m)
{
    json_key(w, "conditions");
    json_open(w, '{');
    if (m->cond.label.count > 0) {
        json_key(w, "label");
        ito__labels_to_json(&m->cond.label, w);
        json_key(w, "drop");
        json_put_number(w, m->cond.drop);
    }
    json_key(w, "given");
    json_open(w, '[');
    for (size_t k = 0; k < m->cond.column_count; k++)
        json_put_string(w, ito_schema_name(m->schema, m->cond.column[k]));
    json_close(w, ']');
    json_close(w, '}');
}

/* What format 1 does not have. */
static void put_more(json_writer *w, const ito_model *m)
{
    put_objective(w, &m->obj);
    if (!m->obj.normal)
        put_from(w, m);
    if (has_conditions(m))
        put_conditions(w, m);
}

/* What further averages there are; their weights are tensors of the file. */
static void put_averages(json_writer *w, const ito_model *m)
{
    json_key(w, "averages");
    json_open(w, '{');
    json_key(w, "used");
    json_put_u64(w, m->average_used);
    json_key(w, "kept");
    json_open(w, '[');
    for (size_t i = 0; i < m->average_count; i++) {
        const kept_average *a = &m->averages[i];

        json_open(w, '{');
        json_key(w, "rate");
        json_put_number(w, a->rate);
        json_key(w, "step");
        json_put_u64(w, a->step);
        if (a->loss - a->loss == 0.0) {
            json_key(w, "loss");
            json_put_number(w, a->loss);
        }
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

ito_status ito__model_write_json(ito_ctx *ctx, ito_model *m)
{
    json_writer w;
    ito_status rc, schema;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "format");
    json_put_u64(&w, format_of(m));
    json_key(&w, "ito");
    json_put_string(&w, ITO_VERSION);
    json_key(&w, "noise_spec");
    json_put_u64(&w, ITO_NOISE_SPEC);
    json_key(&w, "kind");
    json_put_string(&w, "flow");
    json_key(&w, "predict");
    json_put_string(&w, ito__quantity_name(m->obj.predict));
    json_key(&w, "path");
    json_put_string(&w, m->obj.path.spec);
    if (format_of(m) > 1)
        put_more(&w, m);
    json_key(&w, "graph");
    ito__graph_to_json(m->graph, &w);
    json_key(&w, "schema");
    schema = ito__schema_to_json(ctx, m->schema, &w);
    if (m->average_count > 1)
        put_averages(&w, m);
    json_key(&w, "train");
    json_put_raw(&w, m->train, strlen(m->train));
    json_close(&w, '}');
    rc = json_end(&w);
    rc = schema != ITO_OK ? schema : rc;
    if (rc != ITO_OK) {
        ito__free(ctx, w.text);
        return ito__fail(ctx, rc, "model: description");
    }
    ito__free(ctx, m->json);
    m->json = w.text;
    return ITO_OK;
}

/* The training record is kept as the text that it was: a loaded model saves
 * to the same bytes. */
static ito_status keep_train(ito_ctx *ctx, const json_value *v, ito_model *m)
{
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_put_value(&w, v);
    if ((rc = json_end(&w)) != ITO_OK)
        return ito__fail(ctx, rc, "model: training record");
    m->train = w.text;
    return ITO_OK;
}

static ito_status check_versions(ito_ctx *ctx, const char *where,
                                 const json_value *root)
{
    size_t format;

    if (!json_size(json_get(root, "format"), SIZE_MAX / 2, &format))
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a model of ito", where);
    if (format > ITO_MODEL_FORMAT)
        return ito__fail(ctx, ITO_EVERSION,
                         "%s: model format %zu; this ito (%s) reads up to %d, "
                         "use a newer one",
                         where, format, ITO_VERSION, ITO_MODEL_FORMAT);
    return ITO_OK;
}

static ito_status malformed(ito_ctx *ctx, const char *where, const char *what)
{
    return ito__fail(ctx, ITO_EFORMAT, "%s: the %s of the model is malformed",
                     where, what);
}

static ito_status read_objective(ito_ctx *ctx, const char *where,
                                 const json_value *root, ito_model *m)
{
    const json_value *v = json_get(root, "objective");
    const char *path, *kind, *predict, *loss;
    int has, of;

    if (!json_string(json_get(root, "path"), &path) ||
        !json_string(json_get(root, "kind"), &kind) ||
        !json_string(json_get(root, "predict"), &predict))
        return malformed(ctx, where, "description");
    m->obj = ito__objective_plain(NULL);
    has = ito__quantity_find(predict);
    if (ito_path_parse(ctx, path, &m->obj.path) != ITO_OK ||
        strcmp(kind, "flow") != 0 || has < 0)
        return ito__fail(ctx, ITO_EVERSION,
                         "%s: a %.32s model of path %.32s predicting %.32s: "
                         "this ito (%s) does not know it",
                         where, kind, path, predict, ITO_VERSION);
    m->obj.predict = m->obj.loss = (quantity)has;
    if (!v)
        return has == QUANTITY_VELOCITY ? ITO_OK
                                        : malformed(ctx, where, "objective");
    if (!json_string(json_get(v, "loss"), &loss) ||
        (of = ito__quantity_find(loss)) < 0 ||
        !json_number(json_get(v, "lo"), &m->obj.lo) ||
        !json_number(json_get(v, "hi"), &m->obj.hi) ||
        !json_number(json_get(v, "data_std"), &m->obj.data_std) ||
        !(m->obj.lo >= 0.0 && m->obj.lo < m->obj.hi && m->obj.hi <= 1.0) ||
        !(m->obj.data_std >= 0.0 && m->obj.data_std < 1e6) ||
        (has == QUANTITY_EDM && !(m->obj.data_std > 1e-7)))
        return malformed(ctx, where, "objective");
    m->obj.loss = (quantity)of;
    return ITO_OK;
}

/* The rows themselves are a tensor of the file. */
static ito_status read_from(ito_ctx *ctx, const char *where,
                            const json_value *root, ito_model *m)
{
    const json_value *v = json_get(root, "from");
    const char *spec;

    if (!v)
        return ITO_OK;
    m->obj.normal = false;
    if (!json_string(v, &spec))
        return json_size(json_get(v, "rows"), SIZE_MAX / 2, &m->from_count) &&
                       m->from_count > 0
                   ? ITO_OK
                   : malformed(ctx, where, "start");
    if (ito_dist_open(ctx, spec, &m->from) != ITO_OK ||
        ito_dist_dim(m->from) != ito_schema_dim(m->schema))
        return malformed(ctx, where, "start");
    return ITO_OK;
}

static ito_status read_given(ito_ctx *ctx, const char *where,
                             const json_value *given, ito_model *m)
{
    const ito_mark mark = ito__arena_mark(ctx);
    const char **names;
    ito_status rc = ITO_OK;
    size_t n = 0;

    if (!given || given->kind != JSON_ARRAY)
        return malformed(ctx, where, "given columns");
    names = ito__arena_get(ctx, (given->count + 1) * sizeof(*names));
    if (!names)
        rc = ito__fail(ctx, ITO_ENOMEM, "%zu given columns", given->count);
    for (const json_value *v = given->child; rc == ITO_OK && v; v = v->next)
        if (!json_string(v, &names[n++]))
            rc = malformed(ctx, where, "given columns");
    if (rc == ITO_OK)
        rc = ito__conditions_new(ctx, m->schema, names, n, &m->cond);
    ito__arena_release(ctx, mark);
    return rc;
}

static ito_status read_conditions(ito_ctx *ctx, const char *where,
                                  const json_value *root, ito_model *m)
{
    const json_value *v = json_get(root, "conditions");
    const json_value *label = v ? json_get(v, "label") : NULL;
    ito_status rc;

    if (!v)
        return ITO_OK;
    rc = read_given(ctx, where, json_get(v, "given"), m);
    if (rc != ITO_OK || !label)
        return rc;
    if (!json_number(json_get(v, "drop"), &m->cond.drop) ||
        !(m->cond.drop >= 0.0 && m->cond.drop < 1.0))
        return malformed(ctx, where, "label");
    return ito__labels_from_json(ctx, label, &m->cond.label);
}

static ito_status read_averages(ito_ctx *ctx, const char *where,
                                const json_value *root, ito_model *m)
{
    const json_value *v = json_get(root, "averages");
    const json_value *kept = v ? json_get(v, "kept") : NULL;
    size_t n = 0;

    if (!v)
        return ITO_OK;
    if (!kept || kept->kind != JSON_ARRAY || kept->count > ITO_AVERAGES_MAX ||
        kept->count < 2 ||
        !json_size(json_get(v, "used"), kept->count - 1, &m->average_used))
        return malformed(ctx, where, "list of averages");
    for (const json_value *a = kept->child; a; a = a->next) {
        kept_average *k = &m->averages[n++];
        const json_value *loss = json_get(a, "loss");

        k->loss = (double)NAN;
        if (!json_number(json_get(a, "rate"), &k->rate) ||
            !json_size(json_get(a, "step"), SIZE_MAX / 2, &k->step) ||
            (loss && !json_number(loss, &k->loss)))
            return malformed(ctx, where, "list of averages");
    }
    m->average_count = n;
    return ITO_OK;
}

static ito_status read_parts(ito_ctx *ctx, const char *where,
                             const json_value *root, ito_model *m)
{
    const json_value *schema = json_get(root, "schema");
    const json_value *graph = json_get(root, "graph");
    const json_value *train = json_get(root, "train");
    ito_status rc;

    if (!schema || !graph || !train || train->kind != JSON_OBJECT)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the description of the model is incomplete",
                         where);
    if ((rc = read_objective(ctx, where, root, m)) != ITO_OK ||
        (rc = ito__graph_from_json(ctx, graph, &m->graph)) != ITO_OK ||
        (rc = ito__schema_from_json(ctx, schema, &m->schema)) != ITO_OK ||
        (rc = read_from(ctx, where, root, m)) != ITO_OK ||
        (rc = read_conditions(ctx, where, root, m)) != ITO_OK ||
        (rc = read_averages(ctx, where, root, m)) != ITO_OK)
        return rc;
    if (ito_graph_output_cols(m->graph) != ito_schema_dim(m->schema) ||
        ito_graph_input_cols(m->graph, ITO_INPUT_X) !=
            ito_schema_dim(m->schema) ||
        ito_graph_input_cols(m->graph, ITO_INPUT_COND) !=
            ito__conditions_cols(&m->cond))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the network does not fit the columns", where);
    return keep_train(ctx, train, m);
}

ito_status ito__model_read_json(ito_ctx *ctx, const char *where,
                                const char *text, ito_model *m)
{
    json_value *root;
    ito_status rc;

    rc = json_parse(ctx, where, text, strlen(text), &root);
    if (rc != ITO_OK)
        return rc;
    rc = check_versions(ctx, where, root);
    if (rc == ITO_OK)
        rc = read_parts(ctx, where, root, m);
    json_free(ctx, root);
    return rc;
}

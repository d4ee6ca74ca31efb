/* SPDX-License-Identifier: MIT
 *
 * model_json.c - the JSON text of a model.
 */
#include "flow/model_json.h"

#include <string.h>

#include "data/json.h"
#include "data/schema.h"
#include "nn/graph_json.h"

ito_status ito__model_write_json(ito_ctx *ctx, ito_model *m)
{
    json_writer w;
    ito_status rc, schema;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "format");
    json_put_u64(&w, ITO_MODEL_FORMAT);
    json_key(&w, "ito");
    json_put_string(&w, ITO_VERSION);
    json_key(&w, "noise_spec");
    json_put_u64(&w, ITO_NOISE_SPEC);
    json_key(&w, "kind");
    json_put_string(&w, "flow");
    json_key(&w, "predict");
    json_put_string(&w, "velocity");
    json_key(&w, "path");
    json_put_string(&w, m->path->name);
    json_key(&w, "graph");
    ito__graph_to_json(m->graph, &w);
    json_key(&w, "schema");
    schema = ito__schema_to_json(ctx, m->schema, &w);
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

static ito_status read_parts(ito_ctx *ctx, const char *where,
                             const json_value *root, ito_model *m)
{
    const json_value *schema = json_get(root, "schema");
    const json_value *graph = json_get(root, "graph");
    const json_value *train = json_get(root, "train");
    const char *path, *kind, *predict;
    ito_status rc;

    if (!schema || !graph || !train || train->kind != JSON_OBJECT ||
        !json_string(json_get(root, "path"), &path) ||
        !json_string(json_get(root, "kind"), &kind) ||
        !json_string(json_get(root, "predict"), &predict))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the description of the model is incomplete",
                         where);
    m->path = ito_path_find(path);
    if (!m->path || strcmp(kind, "flow") != 0 ||
        strcmp(predict, "velocity") != 0)
        return ito__fail(ctx, ITO_EVERSION,
                         "%s: a %.32s model of path %.32s predicting %.32s: "
                         "this ito (%s) does not know it",
                         where, kind, path, predict, ITO_VERSION);
    if ((rc = ito__graph_from_json(ctx, graph, &m->graph)) != ITO_OK ||
        (rc = ito__schema_from_json(ctx, schema, &m->schema)) != ITO_OK)
        return rc;
    if (ito_graph_output_cols(m->graph) != ito_schema_dim(m->schema) ||
        ito_graph_input_cols(m->graph, ITO_INPUT_X) !=
            ito_schema_dim(m->schema) ||
        ito_graph_input_cols(m->graph, ITO_INPUT_COND) != 0)
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

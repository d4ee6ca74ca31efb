/* SPDX-License-Identifier: MIT
 *
 * classifier_file.c - a classifier as a .safetensors file.
 *
 *     __metadata__ "ito.classifier"   {"format": 1, "ito": "0.1.0",
 *                                      "classes": {"column": .., "levels":
 *                                      [..]}, "graph": {..}, "schema": {..}}
 *     weights.NAME                    the parameters, a tensor a slice
 */
#include <string.h>

#include "data/json.h"
#include "data/schema.h"
#include "flow/classifier.h"
#include "flow/params_file.h"
#include "nn/graph_json.h"

#define KEY    "ito.classifier"
#define FORMAT 1

/* ---- writing ---- */

static ito_status describe(ito_ctx *ctx, const ito_classifier *c, char **out)
{
    json_writer w;
    ito_status rc, schema;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "format");
    json_put_u64(&w, FORMAT);
    json_key(&w, "ito");
    json_put_string(&w, ITO_VERSION);
    json_key(&w, "classes");
    ito__labels_to_json(&c->classes, &w);
    json_key(&w, "graph");
    ito__graph_to_json(c->graph.whole, &w);
    json_key(&w, "schema");
    schema = ito__schema_to_json(ctx, c->schema, &w);
    json_close(&w, '}');
    rc = json_end(&w);
    *out = w.text;
    rc = schema != ITO_OK ? schema : rc;
    return rc == ITO_OK ? rc : ito__fail(ctx, rc, "classifier: description");
}

ito_status ito_classifier_save(ito_ctx *ctx, const ito_classifier *c,
                               const char *path)
{
    char *json = NULL;
    st_writer *w;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!c || !path)
        return ito__fail(ctx, ITO_EARG, "classifier: a NULL argument");
    if ((rc = st_writer_new(ctx, &w)) != ITO_OK)
        return rc;
    rc = describe(ctx, c, &json);
    if (rc == ITO_OK) {
        st_meta(w, KEY, json);
        ito__params_put(w, "weights", c->graph.whole, c->params);
        rc = st_write(w, path);
    }
    ito__free(ctx, json);
    st_writer_free(w);
    return rc;
}

/* ---- reading ---- */

/* What a file holds, until it is made into a classifier. */
typedef struct content {
    ito_graph *graph;
    ito_schema *schema;
    labels classes;
} content;

static void content_free(ito_ctx *ctx, content *c)
{
    ito_graph_free(c->graph);
    ito_schema_free(c->schema);
    ito__labels_free(ctx, &c->classes);
}

static ito_status read_parts(ito_ctx *ctx, const char *path,
                             const json_value *root, content *c)
{
    const json_value *classes = json_get(root, "classes");
    const json_value *graph = json_get(root, "graph");
    const json_value *schema = json_get(root, "schema");
    size_t format;
    ito_status rc;

    if (!json_size(json_get(root, "format"), SIZE_MAX / 2, &format) ||
        !classes || !graph || !schema)
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the description of the classifier is incomplete",
                         path);
    if (format > FORMAT)
        return ito__fail(ctx, ITO_EVERSION,
                         "%s: classifier format %zu; this ito (%s) reads up to "
                         "%d, use a newer one",
                         path, format, ITO_VERSION, FORMAT);
    if ((rc = ito__graph_from_json(ctx, graph, &c->graph)) != ITO_OK ||
        (rc = ito__schema_from_json(ctx, schema, &c->schema)) != ITO_OK ||
        (rc = ito__labels_from_json(ctx, classes, &c->classes)) != ITO_OK)
        return rc;
    return ito_schema_image(c->schema)
               ? ITO_OK
               : ito__fail(ctx, ITO_EFORMAT, "%s: not a classifier of images",
                           path);
}

static ito_status read_content(ito_ctx *ctx, const char *path, const char *json,
                               content *c)
{
    json_value *root;
    ito_status rc = json_parse(ctx, path, json, strlen(json), &root);

    if (rc == ITO_OK)
        rc = read_parts(ctx, path, root, c);
    json_free(ctx, root);
    return rc;
}

static ito_status read_file(ito_ctx *ctx, const char *path, st_file *st,
                            ito_classifier **out)
{
    const char *json = st_metadata(st, KEY);
    content c = { 0 };
    float *params = NULL;
    ito_status rc;

    if (!json && (st_metadata(st, "ito") || st_metadata(st, "ito.checkpoint")))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: a model of ito train, not a classifier; "
                         "examples/classifier.c makes one",
                         path);
    if (!json)
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a classifier of ito", path);
    if (!st_checked(st))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the checksum is missing: the file was altered",
                         path);
    rc = read_content(ctx, path, json, &c);
    if (rc == ITO_OK)
        rc = ito__params_get(ctx, st, path, "weights", c.graph, &params);
    if (rc == ITO_OK) {
        const ito_image_labels classes = {
            .name = c.classes.column,
            .levels = (const char *const *)c.classes.level,
            .level_count = c.classes.count
        };

        rc = ito__classifier_make(ctx, path, c.graph, params,
                                  ito_schema_image(c.schema), &classes, out);
    } else {
        ito__free(ctx, params);
    }
    content_free(ctx, &c);
    return rc;
}

ito_status ito_classifier_load(ito_ctx *ctx, const char *path,
                               ito_classifier **out)
{
    st_file *st;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!path)
        return ito__fail(ctx, ITO_EARG, "classifier: a NULL argument");
    if ((rc = st_open(ctx, path, &st)) != ITO_OK)
        return rc;
    rc = read_file(ctx, path, st, out);
    st_close(st);
    return rc;
}

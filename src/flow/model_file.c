/* SPDX-License-Identifier: MIT
 *
 * model_file.c - a model as a .safetensors file.
 *
 *     __metadata__ "ito"    the JSON text of model_json.h
 *     weights.NAME          the parameters, a tensor a slice of the graph
 *     averageI.NAME         the same of average I, unless weights are that
 *     from.rows             rows x dim: what samples start from, where that is
 *                           rows of a table
 *     record.train_loss     points x 2: step, loss
 *     record.valid_loss     the same on the validation set
 */
#include <string.h>

#include "data/safetensors.h"
#include "flow/model.h"
#include "flow/model_json.h"
#include "flow/params_file.h"

static const char *const curve_names[2] = { "record.train_loss",
                                            "record.valid_loss" };
static const char *const set_names[ITO_AVERAGES_MAX] = { "average0", "average1",
                                                         "average2",
                                                         "average3" };

ito_status ito_model_save(ito_ctx *ctx, const ito_model *m, const char *path)
{
    const size_t from[2] = { m->from_count, m->field.dim };
    st_writer *w;
    ito_status rc;

    if ((rc = st_writer_new(ctx, &w)) != ITO_OK)
        return rc;
    st_meta(w, "ito", m->json);
    ito__params_put(w, "weights", m->graph, m->params);
    for (size_t i = 0; i < m->average_count; i++)
        if (m->averages[i].params)
            ito__params_put(w, set_names[i], m->graph, m->averages[i].params);
    if (m->from_rows)
        st_add(w, "from.rows", ST_F32, 2, from, m->from_rows);
    for (int k = 0; k < 2; k++) {
        const size_t shape[2] = { m->loss_count[k], 2 };

        if (m->loss_count[k] > 0)
            st_add(w, curve_names[k], ST_F64, 2, shape, m->losses[k]);
    }
    rc = st_write(w, path);
    st_writer_free(w);
    return rc;
}

static ito_status read_from(ito_ctx *ctx, const char *path, const st_file *st,
                            ito_model *m)
{
    const st_tensor *t = st_find(st, "from.rows");

    if (m->from_count == 0)
        return ITO_OK;
    if (!t || t->dtype != ST_F32 || t->rank != 2 ||
        t->shape[0] != m->from_count ||
        t->shape[1] != ito_schema_dim(m->schema))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: tensor from.rows is absent or of another shape",
                         path);
    if (!ctx->kern->all_finite(t->shape[0] * t->shape[1], t->data))
        return ito__fail(ctx, ITO_ENONFINITE,
                         "%s: tensor from.rows holds NaN or infinity", path);
    m->from_rows = ito__alloc(ctx, t->bytes);
    if (!m->from_rows)
        return ito__fail(ctx, ITO_ENOMEM, "%s: %zu rows", path, m->from_count);
    memcpy(m->from_rows, t->data, t->bytes);
    return ITO_OK;
}

static ito_status read_averages(ito_ctx *ctx, const char *path, st_file *st,
                                ito_model *m)
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; rc == ITO_OK && i < m->average_count; i++)
        if (i != m->average_used)
            rc = ito__params_get(ctx, st, path, set_names[i], m->graph,
                                 &m->averages[i].params);
    return rc;
}

static ito_status read_curve(ito_ctx *ctx, const char *path, const st_file *st,
                             ito_model *m, int k)
{
    const st_tensor *t = st_find(st, curve_names[k]);

    if (!t)
        return ITO_OK;
    if (t->dtype != ST_F64 || t->rank != 2 || t->shape[1] != 2)
        return ito__fail(ctx, ITO_EFORMAT, "%s: tensor %s is malformed", path,
                         curve_names[k]);
    m->losses[k] = ito__alloc(ctx, t->bytes);
    if (!m->losses[k])
        return ito__fail(ctx, ITO_ENOMEM, "%s: loss curve", path);
    memcpy(m->losses[k], t->data, t->bytes);
    m->loss_count[k] = t->shape[0];
    return ITO_OK;
}

static ito_status read_model(ito_ctx *ctx, const char *path, st_file *st,
                             ito_model *m)
{
    const char *json = st_metadata(st, "ito");
    ito_status rc;

    if (!json && st_metadata(st, "ito.checkpoint"))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: a checkpoint, not a model; go on with ito train "
                         "--resume",
                         path);
    if (!json && st_metadata(st, "ito.classifier"))
        return ito__fail(ctx, ITO_EUNFIT,
                         "%s: a classifier, not a model; it judges images: ito "
                         "eval --features",
                         path);
    if (!json)
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a model of ito", path);
    if (!st_checked(st))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the checksum is missing: the file was altered",
                         path);
    if ((rc = ito__model_read_json(ctx, path, json, m)) != ITO_OK ||
        (rc = ito__params_get(ctx, st, path, "weights", m->graph,
                              &m->params)) != ITO_OK ||
        (rc = read_averages(ctx, path, st, m)) != ITO_OK ||
        (rc = read_from(ctx, path, st, m)) != ITO_OK ||
        (rc = read_curve(ctx, path, st, m, 0)) != ITO_OK ||
        (rc = read_curve(ctx, path, st, m, 1)) != ITO_OK)
        return rc;
    if ((rc = ito__model_ready(ctx, m)) != ITO_OK)
        return rc;
    return ito__model_write_json(ctx, m);
}

ito_status ito_model_load(ito_ctx *ctx, const char *path, ito_model **out)
{
    st_file *st;
    ito_status rc;

    *out = NULL;
    if ((rc = st_open(ctx, path, &st)) != ITO_OK)
        return rc;
    if ((rc = ito__model_new(ctx, out)) == ITO_OK)
        rc = read_model(ctx, path, st, *out);
    st_close(st);
    if (rc != ITO_OK) {
        ito_model_free(*out);
        *out = NULL;
    }
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * model.c - making a model, and what it is made of.
 */
#include "flow/model.h"

#include "data/schema.h"
#include "flow/model_json.h"

ito_status ito__model_new(ito_ctx *ctx, ito_model **out)
{
    *out = ito__calloc(ctx, 1, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "model");
    (*out)->ctx = ctx;
    return ITO_OK;
}

ito_status ito__model_ready(ito_ctx *ctx, ito_model *m)
{
    ito_status rc;

    rc = ito_weights_new(ctx, m->graph, &m->weights);
    if (rc == ITO_OK)
        rc = ito_graph_plan(ctx, m->graph, ITO__MODEL_ROWS, ITO_MODE_INFER,
                            &m->plan);
    if (rc == ITO_OK)
        rc = ito_graph_plan(ctx, m->graph, ITO__MODEL_ROWS, ITO_MODE_VJP,
                            &m->vjp_plan);
    if (rc != ITO_OK)
        return rc;
    ito_weights_pack(ctx, m->weights, m->params);
    m->field = ito__model_field(m);
    m->bare = m->field;
    m->bare.cond_dim = 0;
    return ITO_OK;
}

void ito_model_free(ito_model *m)
{
    if (!m)
        return;
    ito_plan_free(m->plan);
    ito_plan_free(m->vjp_plan);
    ito_weights_free(m->weights);
    ito_graph_free(m->graph);
    ito_schema_free(m->schema);
    ito_dist_free(m->from);
    ito__conditions_free(m->ctx, &m->cond);
    ito__free(m->ctx, m->from_rows);
    ito__free(m->ctx, m->params);
    ito__free(m->ctx, m->train);
    ito__free(m->ctx, m->json);
    ito__free(m->ctx, m->losses[0]);
    ito__free(m->ctx, m->losses[1]);
    ito__free(m->ctx, m);
}

size_t ito_model_dim(const ito_model *model)
{
    return model->field.dim;
}

const ito_schema *ito_model_schema(const ito_model *model)
{
    return model->schema;
}

const ito_field *ito_model_field(const ito_model *model)
{
    return &model->field;
}

const ito_field *ito_model_unconditional(const ito_model *model)
{
    const bool blind = model->cond.label.count > 0 && model->cond.drop == 0.0;

    return blind ? NULL : &model->bare;
}

const ito_graph *ito_model_graph(const ito_model *model)
{
    return model->graph;
}

const char *ito_model_json(const ito_model *model)
{
    return model->json;
}

size_t ito_model_labels(const ito_model *model)
{
    return model->cond.label.count;
}

const char *ito_model_label(const ito_model *model, size_t i)
{
    return i < model->cond.label.count ? model->cond.label.level[i] : NULL;
}

const char *ito_model_label_column(const ito_model *model)
{
    return model->cond.label.column;
}

const char *ito_model_given(const ito_model *model, size_t i)
{
    return i < model->cond.column_count
               ? ito_schema_name(model->schema, model->cond.column[i])
               : NULL;
}

size_t ito_model_losses(const ito_model *model, int which,
                        const ito_loss_point **out)
{
    const int i = which ? 1 : 0;

    *out = model->losses[i];
    return model->loss_count[i];
}

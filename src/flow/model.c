/* SPDX-License-Identifier: MIT
 *
 * model.c - making a model, and what it is made of.
 */
#include "flow/model.h"

#include "data/schema.h"
#include "flow/model_json.h"
#include "nn/op.h"

#define WIDEST ((size_t)1 << 18) /* numbers of an output that stays in cache */

ito_status ito__model_new(ito_ctx *ctx, ito_model **out)
{
    *out = ito__calloc(ctx, 1, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "model");
    (*out)->ctx = ctx;
    return ITO_OK;
}

/* A power of two such that the widest output takes no more than WIDEST. */
static size_t good_rows(const ito_graph *g)
{
    size_t widest = 1, rows = ITO__MODEL_ROWS;

    for (size_t i = 0; i <= g->output; i++)
        widest = size_max(widest, g->nodes[i].cols);
    while (rows > 1 && widest > WIDEST / rows)
        rows /= 2;
    return rows;
}

ito_status ito__model_ready(ito_ctx *ctx, ito_model *m)
{
    ito_status rc;

    m->rows = good_rows(m->graph);
    rc = ito_weights_new(ctx, m->graph, &m->weights);
    if (rc == ITO_OK)
        rc = ito_graph_plan(ctx, m->graph, m->rows, ITO_MODE_INFER, &m->plan);
    if (rc == ITO_OK)
        rc = ito_graph_plan(ctx, m->graph, m->rows, ITO_MODE_VJP, &m->vjp_plan);
    if (rc != ITO_OK)
        return rc;
    ito_weights_pack(ctx, m->weights, m->params);
    m->field = ito__model_field(m);
    m->bare = m->field;
    m->bare.cond_dim = 0;
    return ITO_OK;
}

ito_status ito_model_precision(ito_ctx *ctx, ito_model *model,
                               ito_precision precision)
{
    ito_weights *w;
    ito_status rc = ito_weights_new_in(model->ctx, model->graph, precision, &w);

    if (rc != ITO_OK)
        return ctx == model->ctx
                   ? rc
                   : ito__fail(ctx, rc, "%s", ito_errmsg(model->ctx));
    ito_weights_pack(ctx, w, model->params);
    ito_weights_free(model->weights);
    model->weights = w;
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
    for (size_t i = 0; i < m->average_count; i++)
        ito__free(m->ctx, m->averages[i].params);
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

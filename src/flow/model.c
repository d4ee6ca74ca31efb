/* SPDX-License-Identifier: MIT
 *
 * model.c - a trained model as a field.
 *
 * The field takes tiles of any size and sends them through the network
 * ITO__MODEL_ROWS rows at a time; rows do not depend on their companions, so
 * the tile never shows.
 */
#include "flow/model.h"

#include <string.h>

#include "data/schema.h"
#include "flow/model_json.h"

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_model *m = user;

    (void)rows;
    return (ito_plan_floats(m->plan) + ITO__MODEL_ROWS) * sizeof(float);
}

/* u(x, t) on the rows of a tile. */
static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_model *m = user;
    const float *x = tile->x[0];
    float *t = tile->scratch, *work = t + ITO__MODEL_ROWS, *u = out[0];

    for (size_t i = 0; i < ITO__MODEL_ROWS; i++)
        t[i] = (float)tile->t;
    for (size_t i = 0; i < tile->n; i += ITO__MODEL_ROWS) {
        const size_t rows = size_min(ITO__MODEL_ROWS, tile->n - i);
        const ito_batch in = { .rows = rows, .x = x + i * tile->dim, .t = t };
        const float *y = ito_plan_infer(m->plan, m->weights, work, &in);

        memcpy(u + i * tile->dim, y, rows * tile->dim * sizeof(*u));
    }
    return 0;
}

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
        rc = ito__model_write_json(ctx, m);
    if (rc != ITO_OK)
        return rc;
    ito_weights_pack(ctx, m->weights, m->params);
    m->field = (ito_field){
        .name = "model",
        .dtypes = ITO_F32,
        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_WIDE | ITO_FIELD_ROW_INVARIANT,
        .dim = ito_schema_dim(m->schema),
        .drift = drift,
        .scratch_bytes = scratch_bytes,
        .tile_pref = ITO__MODEL_ROWS,
        .user = m,
    };
    return ITO_OK;
}

void ito_model_free(ito_model *m)
{
    if (!m)
        return;
    ito_plan_free(m->plan);
    ito_weights_free(m->weights);
    ito_graph_free(m->graph);
    ito_schema_free(m->schema);
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

const ito_graph *ito_model_graph(const ito_model *model)
{
    return model->graph;
}

const char *ito_model_json(const ito_model *model)
{
    return model->json;
}

size_t ito_model_losses(const ito_model *model, int which,
                        const ito_loss_point **out)
{
    const int i = which ? 1 : 0;

    *out = model->losses[i];
    return model->loss_count[i];
}

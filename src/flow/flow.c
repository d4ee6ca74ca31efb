/* SPDX-License-Identifier: MIT
 *
 * flow.c - a model or an oracle by name, and samples of it.
 */
#include "flow/flow.h"

#include <string.h>

#include "dist/dist.h"
#include "flow/data.h"
#include "flow/extended.h"
#include "flow/oracle_file.h"

#define ORACLE "oracle:"

static ito_status make(ito_ctx *ctx, ito_flow **out)
{
    *out = ito__calloc(ctx, 1, sizeof(**out));
    if (!*out)
        return ito__fail(ctx, ITO_ENOMEM, "flow: no memory");
    (*out)->ctx = ctx;
    return ITO_OK;
}

static void set_model(ito_flow *flow, const ito_model *model)
{
    flow->model = model;
    flow->field = &model->field;
    flow->path = &model->obj.path;
}

static void set_oracle(ito_flow *flow, const ito_oracle *oracle)
{
    flow->oracle = oracle;
    flow->field = ito_oracle_field(oracle);
    flow->path = ito_oracle_path(oracle);
}

static ito_status open_oracle(ito_ctx *ctx, const char *spec, ito_flow *flow)
{
    if (ito__is_file(spec))
        return ito__oracle_of_file(ctx, spec, &flow->own_rows,
                                   &flow->own_oracle);
    return ito_oracle_open(ctx, spec, &flow->own_oracle);
}

ito_status ito_flow_open(ito_ctx *ctx, const char *name, ito_flow **out)
{
    const size_t prefix = strlen(ORACLE);
    ito_flow *flow = NULL;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!name)
        return ito__fail(ctx, ITO_EARG, "flow: there is no name");
    rc = make(ctx, &flow);
    if (rc != ITO_OK)
        return rc;
    if (strncmp(name, ORACLE, prefix) == 0) {
        rc = open_oracle(ctx, name + prefix, flow);
        if (rc == ITO_OK)
            set_oracle(flow, flow->own_oracle);
    } else {
        rc = ito_model_load(ctx, name, &flow->own_model);
        if (rc == ITO_OK)
            set_model(flow, flow->own_model);
    }
    if (rc != ITO_OK) {
        ito_flow_free(flow);
        return rc;
    }
    *out = flow;
    return ITO_OK;
}

ito_status ito_flow_of_model(ito_ctx *ctx, const ito_model *model,
                             ito_flow **out)
{
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!model)
        return ito__fail(ctx, ITO_EARG, "flow: there is no model");
    rc = make(ctx, out);
    if (rc == ITO_OK)
        set_model(*out, model);
    return rc;
}

ito_status ito_flow_of_oracle(ito_ctx *ctx, const ito_oracle *oracle,
                              ito_flow **out)
{
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!oracle)
        return ito__fail(ctx, ITO_EARG, "flow: there is no oracle");
    rc = make(ctx, out);
    if (rc == ITO_OK)
        set_oracle(*out, oracle);
    return rc;
}

ito_status ito_flow_precision(ito_ctx *ctx, ito_flow *flow,
                              ito_precision precision)
{
    if (!flow->own_model)
        return ito__fail(ctx, ITO_EUNFIT,
                         "precision: of the network of a model file; an oracle "
                         "has none");
    return ito_model_precision(ctx, flow->own_model, precision);
}

void ito_flow_free(ito_flow *flow)
{
    if (!flow)
        return;
    ito_model_free(flow->own_model);
    ito_oracle_free(flow->own_oracle);
    ito__free(flow->ctx, flow->own_rows);
    ito__free(flow->ctx, flow);
}

const ito_model *ito_flow_model(const ito_flow *flow)
{
    return flow->model;
}

const ito_oracle *ito_flow_oracle(const ito_flow *flow)
{
    return flow->oracle;
}

const ito_field *ito_flow_field(const ito_flow *flow)
{
    return flow->field;
}

const ito_path *ito_flow_path(const ito_flow *flow)
{
    return flow->path;
}

size_t ito_flow_dim(const ito_flow *flow)
{
    return flow->field->dim;
}

/* ---- samples of an oracle ---- */

/* Rows of a distribution, laid out as the tile is; tile->scratch has room for
 * the rows in the number type of the state. */
static void put_rows(const ito_tile *tile, const float *rows, void *const *x)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;

    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++) {
            const size_t at = wide ? i * tile->dim + c : i;
            void *to = x[wide ? 0 : c];

            if (tile->dtype == ITO_F64)
                ((double *)to)[at] = (double)rows[i * tile->dim + c];
            else
                ((float *)to)[at] = rows[i * tile->dim + c];
        }
}

int ito__flow_start(void *arg, const ito_tile *tile, void *const *x)
{
    const flow_start *s = arg;
    const ito_dist *init = ito_oracle_init(s->flow->oracle);
    ito_start normal = { .ctx = s->flow->ctx,
                         .at = s->at,
                         .std = ito_path_coef(s->flow->path, 0.0).beta };

    if (!init)
        return ito_start_normal(&normal, tile, x);
    ito__dist_rows(s->flow->ctx->kern, init, &s->at, tile->id0, tile->n,
                   tile->scratch, tile->dim);
    put_rows(tile, tile->scratch, x);
    return 0;
}

static ito_status sample_oracle(ito_ctx *ctx, const ito_flow *flow,
                                const ito_sample_opts *o, size_t n, float *x)
{
    const sample_flow as = { .path = flow->path,
                             .normal = !ito_oracle_init(flow->oracle),
                             .std = ito_path_coef(flow->path, 0.0).beta };
    flow_start start = { .flow = flow, .at = { .seed = o->seed } };
    ito_problem problem = { .field = flow->field,
                            .t1 = 1.0,
                            .n = n,
                            .id0 = o->id0,
                            .init = ito__flow_start,
                            .init_arg = &start,
                            .sinks = o->sinks,
                            .sink_count = o->sink_count };

    if (o->label || o->given_count > 0 || o->guide != 0.0 || o->weak)
        return ito__fail(ctx, ITO_EUNFIT,
                         "oracle: it has no conditions: labels, given columns "
                         "and guidance are a model's");
    return ito__sample_solve(ctx, &as, o, &problem, x);
}

ito_status ito_flow_sample_rows(ito_ctx *ctx, const ito_flow *flow,
                                const ito_sample_opts *opts, size_t n, float *x)
{
    const ito_sample_opts none = { 0 };

    if (!ctx)
        return ITO_EARG;
    if (!flow)
        return ito__fail(ctx, ITO_EARG, "flow: a NULL argument");
    if (flow->model)
        return ito_model_sample_rows(ctx, flow->model, opts, n, x);
    return sample_oracle(ctx, flow, opts ? opts : &none, n, x);
}

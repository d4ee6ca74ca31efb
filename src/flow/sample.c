/* SPDX-License-Identifier: MIT
 *
 * sample.c - samples of a model.
 */
#include <ito/solve.h>
#include <string.h>

#include "data/schema.h"
#include "dist/dist.h"
#include "flow/completion.h"
#include "flow/extended.h"
#include "flow/guidance.h"
#include "flow/label_choice.h"
#include "flow/model.h"
#include "rng/noise.h"

/* ---- where samples start ---- */

/* Row floor(u n) of the rows that the model keeps, u of 46 bits. */
static void start_rows(const ito_model *m, const ito_noise *at, uint64_t id,
                       float *out)
{
    const size_t dim = m->field.dim;
    float u[2];
    double p;
    size_t row;

    ito__uniform_rows(m->ctx->kern, at, id, 1, 2, u, 2);
    p = ((double)u[0] - 0x1p-24) + (double)u[1] * 0x1p-23;
    row = (size_t)(p * (double)m->from_count);
    row = size_min(row, m->from_count - 1);
    memcpy(out, m->from_rows + row * dim, dim * sizeof(*out));
}

int ito_model_start(void *origin, const ito_tile *tile, void *const *x)
{
    const ito_origin *o = origin;
    const ito_model *m = o->model;
    ito_start normal = { .ctx = m->ctx, .at = o->at };
    float *out = x[0];

    if (m->obj.normal)
        return ito_start_normal(&normal, tile, x);
    if (tile->dtype != ITO_F32 || !(tile->flags & ITO_FIELD_WIDE))
        return -1; /* rows of floats, as the model's field has them */
    if (m->from) {
        ito__dist_rows(m->ctx->kern, m->from, &o->at, tile->id0, tile->n, out,
                       tile->dim);
        return 0;
    }
    for (size_t i = 0; i < tile->n; i++)
        start_rows(m, &o->at, tile->id0 + i, out + i * tile->dim);
    return 0;
}

/* ---- sampling ---- */

/* Columns that were given are as they were given. */
static void put_given(const ito_model *m, size_t n, const float *cond, float *x)
{
    const conditions *c = &m->cond;
    const size_t cols = ito__conditions_cols(c), first = c->label.count > 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < c->given; j++) {
            const float *row = cond + i * cols + first;

            if (row[c->given + j] == 1.0F)
                x[i * m->field.dim + c->coord[j]] = row[j];
        }
}

static ito_status solve(ito_ctx *ctx, const ito_model *m,
                        const ito_sample_opts *o, size_t n, const float *cond,
                        float *x)
{
    ito_origin origin = { .model = m, .at = { .seed = o->seed } };
    const sample_flow flow = { .path = &m->obj.path,
                               .schema = m->schema,
                               .normal = m->obj.normal,
                               .std = 1.0 };
    guidance g;
    ito_problem problem = {
        .t0 = 0.0,
        .t1 = 1.0,
        .n = n,
        .id0 = o->id0,
        .cond = cond,
        .init = ito_model_start,
        .init_arg = &origin,
        .sinks = o->sinks,
        .sink_count = o->sink_count,
    };
    ito_status rc;

    rc =
        ito__guidance_open(ctx, m, o, o->label != NULL, o->given_count > 0, &g);
    problem.field = g.field;
    if (rc == ITO_OK)
        rc = ito__sample_solve(ctx, &flow, o, &problem, x);
    ito__guidance_close(ctx, &g);
    return rc;
}

ito_status ito_model_sample_rows(ito_ctx *ctx, const ito_model *model,
                                 const ito_sample_opts *opts, size_t n,
                                 float *x)
{
    const size_t cols = model->field.cond_dim;
    ito_sample_opts o = opts ? *opts : (ito_sample_opts){ 0 };
    float *cond = NULL;
    ito_status rc = ITO_OK;

    if (cols == 0) { /* says what is wrong where conditions are given */
        rc = ito_model_conditions(ctx, model, &o, 0, NULL);
        return rc == ITO_OK ? solve(ctx, model, &o, n, NULL, x) : rc;
    }
    cond = ito__alloc(ctx, size_mul(size_mul(n + 1, cols), sizeof(*cond)));
    if (!cond)
        return ito__fail(ctx, ITO_ENOMEM, "conditions of %zu samples", n);
    rc = ito_model_conditions(ctx, model, &o, n, cond);
    if (rc == ITO_OK)
        rc = solve(ctx, model, &o, n, cond, x);
    if (rc == ITO_OK && x && o.given_count > 0)
        put_given(model, n, cond, x);
    ito__free(ctx, cond);
    return rc;
}

/* The table with one more column, the labels of its rows. */
static ito_status add_labels(ito_ctx *ctx, const ito_model *m,
                             const ito_sample_opts *o, ito_table **table)
{
    const size_t rows = ito_table_rows(*table), cols = ito_table_cols(*table);
    const labels *l = &m->cond.label;
    ito_column *all = ito__alloc(ctx, size_mul(cols + 1, sizeof(*all)));
    uint32_t *code = ito__alloc(ctx, size_mul(rows + 1, sizeof(*code)));
    const ito_mark mark = ito__arena_mark(ctx);
    ito_table *with = NULL;
    label_choice choice;
    ito_status rc;

    rc = ito__label_of(ctx, m, o->label, &choice);
    if (rc == ITO_OK && (!all || !code))
        rc = ito__fail(ctx, ITO_ENOMEM, "labels of %zu samples", rows);
    if (rc == ITO_OK) {
        for (size_t j = 0; j < cols; j++)
            all[j] = *ito_table_column(*table, j);
        for (size_t i = 0; i < rows; i++)
            code[i] = (uint32_t)ito__label_at(&choice, o->id0 + i);
        all[cols] = (ito_column){ .name = l->column,
                                  .kind = ITO_COLUMN_TEXT,
                                  .code = code,
                                  .levels = (const char *const *)l->level,
                                  .level_count = l->count };
        rc = ito_table_build(ctx, rows, cols + 1, all, &with);
    }
    ito__arena_release(ctx, mark);
    ito__free(ctx, all);
    ito__free(ctx, code);
    ito_table_free(*table);
    *table = with;
    return rc;
}

ito_status ito_model_decode(ito_ctx *ctx, const ito_model *model,
                            const ito_sample_opts *opts, size_t n,
                            const float *x, ito_table **out)
{
    ito_status rc;

    rc = ito_schema_decode(ctx, model->schema, n, x, out);
    if (rc == ITO_OK && opts && opts->cells)
        rc = ito__completion_put(ctx, opts, out);
    if (rc == ITO_OK && opts && opts->label)
        rc = add_labels(ctx, model, opts, out);
    return rc;
}

ito_status ito_model_sample(ito_ctx *ctx, const ito_model *model,
                            const ito_sample_opts *opts, size_t n,
                            ito_table **out)
{
    ito_status rc;
    float *x;

    *out = NULL;
    x = ito__alloc(ctx, size_mul(size_mul(n, model->field.dim), sizeof(*x)));
    if (!x)
        return ito__fail(ctx, ITO_ENOMEM, "%zu samples of %zu coordinates", n,
                         model->field.dim);
    rc = ito_model_sample_rows(ctx, model, opts, n, x);
    if (rc == ITO_OK)
        rc = ito_model_decode(ctx, model, opts, n, x, out);
    ito__free(ctx, x);
    return rc;
}

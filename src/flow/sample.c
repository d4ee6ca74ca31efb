/* SPDX-License-Identifier: MIT
 *
 * sample.c - samples of a model.
 */
#include <ito/solve.h>

#include "data/schema.h"
#include "flow/model.h"

#define STEPS_DEFAULT 50

ito_status ito_model_sample_rows(ito_ctx *ctx, const ito_model *model,
                                 const ito_sample_opts *opts, size_t n,
                                 float *x)
{
    ito_sample_opts o = opts ? *opts : (ito_sample_opts){ 0 };
    ito_start start = { .ctx = ctx,
                        .at = { .seed = o.seed, .purpose = ITO_FOR_INITIAL } };
    const ito_problem problem = {
        .field = &model->field,
        .t0 = 0.0,
        .t1 = 1.0,
        .n = n,
        .id0 = o.id0,
        .init = ito_start_normal,
        .init_arg = &start,
        .sinks = o.sinks,
        .sink_count = o.sink_count,
    };

    if (!o.solve.grid && o.solve.steps == 0)
        o.solve.steps = STEPS_DEFAULT;
    return ito_solve(ctx, &problem, x, &o.solve, NULL);
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
        rc = ito_schema_decode(ctx, model->schema, n, x, out);
    ito__free(ctx, x);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * given.c - conditions of samples: labels, columns by their values.
 *
 * A value is coded as the schema codes the column, on its own for each
 * sample: an atom is spread over its share by noise that is addressed by the
 * sample's id, as it was in training.
 */
#include <string.h>

#include "flow/label_choice.h"
#include "flow/model.h"
#include "flow/row_values.h"

static ito_status no_column(ito_ctx *ctx, const ito_model *m, const char *spec,
                            size_t bytes)
{
    char list[256] = "";

    for (size_t k = 0; k < m->cond.column_count; k++)
        ito__names_add(list, sizeof(list),
                       m->schema->column[m->cond.column[k]].name);
    if (m->cond.column_count == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "given: the model was trained without columns that "
                         "can be given (ito train --given); --inpaint takes "
                         "any column of any model");
    return ito__fail(ctx, ITO_EARG,
                     "given: '%.*s' is not among the columns that can be "
                     "given: %s",
                     bytes < 60 ? (int)bytes : 60, spec, list);
}

/* COLUMN=VALUE. */
static ito_status read_value(ito_ctx *ctx, const ito_model *m, const char *spec,
                             row_values *v)
{
    const char *sign = strchr(spec, '=');
    const size_t bytes = sign ? (size_t)(sign - spec) : 0;
    size_t k = 0;

    if (!sign)
        return ito__fail(ctx, ITO_EARG, "given: '%.60s': COLUMN=VALUE", spec);
    for (; k < m->cond.column_count; k++) {
        const char *name = m->schema->column[m->cond.column[k]].name;

        if (strlen(name) == bytes && memcmp(name, spec, bytes) == 0)
            break;
    }
    if (k == m->cond.column_count)
        return no_column(ctx, m, spec, bytes);
    return ito__row_values_set(ctx, v, m->cond.column[k], sign + 1, "given");
}

static void fill_given(const ito_model *m, row_values *v,
                       const ito_sample_opts *o, size_t n, float *out)
{
    const conditions *c = &m->cond;
    const size_t cols = ito__conditions_cols(c), first = c->label.count > 0;

    for (size_t i = 0; i < n; i++) {
        float *to = out + i * cols + first;

        ito__row_values_code(v, o->seed, o->id0 + i);
        for (size_t j = 0; j < c->given; j++) {
            if (!v->known[c->column[c->owner[j]]])
                continue;
            to[j] = v->row[c->coord[j]];
            to[c->given + j] = 1.0F;
        }
    }
}

static ito_status give(ito_ctx *ctx, const ito_model *m,
                       const ito_sample_opts *o, size_t n, float *out)
{
    row_values v;
    ito_status rc = ito__row_values_begin(ctx, m->schema, &v);

    for (size_t k = 0; rc == ITO_OK && k < o->given_count; k++)
        rc = read_value(ctx, m, o->given[k], &v);
    if (rc == ITO_OK)
        rc = ito__row_values_ready(ctx, &v);
    if (rc == ITO_OK)
        fill_given(m, &v, o, n, out);
    ito__row_values_end(&v);
    return rc;
}

ito_status ito_model_conditions(ito_ctx *ctx, const ito_model *m,
                                const ito_sample_opts *opts, size_t n,
                                float *rows)
{
    const ito_sample_opts o = opts ? *opts : (ito_sample_opts){ 0 };
    const size_t cols = ito__conditions_cols(&m->cond);
    const ito_mark mark = ito__arena_mark(ctx);
    label_choice label;
    ito_status rc;

    rc = ito__label_of(ctx, m, o.label, &label);
    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        ito__conditions_none(&m->cond, rows + i * cols);
        if (m->cond.label.count > 0)
            rows[i * cols] = (float)ito__label_at(&label, o.id0 + i);
    }
    if (rc == ITO_OK && o.given_count > 0)
        rc = give(ctx, m, &o, n, rows);
    ito__arena_release(ctx, mark);
    return rc;
}

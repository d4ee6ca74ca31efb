/* SPDX-License-Identifier: MIT
 *
 * given.c - conditions of samples: a label by its name, columns by their
 * values.
 *
 * A value is coded as the schema codes the column, on its own for each
 * sample: an atom is spread over its share by noise that is addressed by the
 * sample's id, as it was in training.
 */
#include <string.h>

#include "base/number.h"
#include "data/column.h"
#include "flow/model.h"

/* What of the schema's columns is given. */
typedef struct values {
    bool *given;      /* a column */
    ito_column *cell; /* its one row */
    double *number;
    uint32_t *code;
    const char **text;
} values;

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
                         "can be given (ito train --given)");
    return ito__fail(ctx, ITO_EARG,
                     "given: '%.*s' is not among the columns that can be "
                     "given: %s",
                     bytes < 60 ? (int)bytes : 60, spec, list);
}

/* COLUMN=VALUE. */
static ito_status read_value(ito_ctx *ctx, const ito_model *m, const char *spec,
                             values *v)
{
    const char *sign = strchr(spec, '=');
    const size_t bytes = sign ? (size_t)(sign - spec) : 0;
    const schema_column *c;
    size_t j = 0, k = 0;

    if (!sign)
        return ito__fail(ctx, ITO_EARG, "given: '%.60s': COLUMN=VALUE", spec);
    for (; k < m->cond.column_count; k++) {
        const char *name = m->schema->column[m->cond.column[k]].name;

        if (strlen(name) == bytes && memcmp(name, spec, bytes) == 0)
            break;
    }
    if (k == m->cond.column_count)
        return no_column(ctx, m, spec, bytes);
    j = m->cond.column[k];
    c = &m->schema->column[j];
    v->given[j] = true;
    if (c->kind == ITO_COLUMN_TEXT) {
        size_t l = 0;

        while (l < c->level_count && strcmp(c->level[l], sign + 1) != 0)
            l++;
        if (l == c->level_count)
            return ito__fail(ctx, ITO_EARG,
                             "given: column '%.60s' never was '%.60s'", c->name,
                             sign + 1);
        v->text[j] = c->level[l];
        return ITO_OK;
    }
    if (!num_parse(sign + 1, strlen(sign + 1), &v->number[j]) ||
        !(v->number[j] - v->number[j] == 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "given: '%.60s' of column '%.60s' is not a number",
                         sign + 1, c->name);
    return ITO_OK;
}

/* One row in which columns that are not given hold anything. */
static ito_status make_row(ito_ctx *ctx, const ito_model *m, values *v,
                           ito_codes **codes)
{
    ito_table *table;
    ito_status rc;

    for (size_t j = 0; j < m->schema->cols; j++) {
        const schema_column *c = &m->schema->column[j];

        v->cell[j] = (ito_column){ .name = c->name, .kind = c->kind };
        if (c->kind == ITO_COLUMN_NUMBER) {
            v->cell[j].number = &v->number[j];
            continue;
        }
        v->text[j] = v->text[j] ? v->text[j] : c->level[0];
        v->cell[j].code = &v->code[j];
        v->cell[j].levels = &v->text[j];
        v->cell[j].level_count = 1;
    }
    rc = ito_table_build(ctx, 1, m->schema->cols, v->cell, &table);
    if (rc == ITO_OK)
        rc = ito__codes_new(ctx, m->schema, table, codes);
    ito_table_free(table);
    return rc;
}

static void fill_given(const ito_model *m, const values *v,
                       const ito_codes *codes, const ito_sample_opts *o,
                       size_t n, float *row, float *out)
{
    const conditions *c = &m->cond;
    const size_t cols = ito__conditions_cols(c), first = c->label.count > 0;
    const uint64_t zero = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t id = o->id0 + i;
        const ito_noise at = { .seed = o->seed,
                               .stream = (uint32_t)(id >> 32) & 0xffff,
                               .step = (uint32_t)id,
                               .purpose = ITO_FOR_CODING };
        float *to = out + i * cols + first;

        ito__codes_rows_get(codes, &at, 1, &zero, row, m->schema->dim);
        for (size_t j = 0; j < c->given; j++) {
            if (!v->given[c->column[c->owner[j]]])
                continue;
            to[j] = row[c->coord[j]];
            to[c->given + j] = 1.0F;
        }
    }
}

static ito_status give(ito_ctx *ctx, const ito_model *m,
                       const ito_sample_opts *o, size_t n, float *out)
{
    const size_t cols = m->schema->cols;
    values v = { .given = ito__arena_get(ctx, cols * sizeof(*v.given)),
                 .cell = ito__arena_get(ctx, cols * sizeof(*v.cell)),
                 .number = ito__arena_get(ctx, cols * sizeof(*v.number)),
                 .code = ito__arena_get(ctx, cols * sizeof(*v.code)),
                 .text = ito__arena_get(ctx, cols * sizeof(*v.text)) };
    float *row = ito__arena_get(ctx, m->schema->dim * sizeof(*row));
    ito_codes *codes = NULL;
    ito_status rc = ITO_OK;

    if (!v.given || !v.cell || !v.number || !v.code || !v.text || !row)
        return ito__fail(ctx, ITO_ENOMEM, "given: %zu columns", cols);
    memset(v.given, 0, cols * sizeof(*v.given));
    memset(v.number, 0, cols * sizeof(*v.number));
    memset(v.code, 0, cols * sizeof(*v.code));
    memset(v.text, 0, cols * sizeof(*v.text));
    for (size_t k = 0; rc == ITO_OK && k < o->given_count; k++)
        rc = read_value(ctx, m, o->given[k], &v);
    if (rc == ITO_OK)
        rc = make_row(ctx, m, &v, &codes);
    if (rc == ITO_OK)
        fill_given(m, &v, codes, o, n, row, out);
    ito__codes_free(codes);
    return rc;
}

/* ---- labels ---- */

static ito_status no_label(ito_ctx *ctx, const labels *l, const char *name)
{
    char list[256] = "";

    if (l->count == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "label '%.40s': the model was trained without labels "
                         "(ito train --label)",
                         name);
    for (size_t i = 0; i < l->count; i++)
        ito__names_add(list, sizeof(list), l->level[i]);
    return ito__fail(ctx, ITO_EARG, "label '%.40s': the model knows %s; or all",
                     name, list);
}

ito_status ito__label_of(ito_ctx *ctx, const ito_model *m, const char *name,
                         label_choice *out)
{
    const labels *l = &m->cond.label;

    *out = (label_choice){ .first = l->count, .count = 1 };
    if (!name)
        return ITO_OK;
    out->first = ito__labels_find(l, name);
    if (out->first < l->count)
        return ITO_OK;
    if (l->count == 0 || strcmp(name, "all") != 0)
        return no_label(ctx, l, name);
    *out = (label_choice){ .first = 0, .count = l->count };
    return ITO_OK;
}

size_t ito__label_at(const label_choice *c, uint64_t id)
{
    return c->first + (size_t)(id % c->count);
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

    if ((rc = ito__label_of(ctx, m, o.label, &label)) != ITO_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        ito__conditions_none(&m->cond, rows + i * cols);
        if (m->cond.label.count > 0)
            rows[i * cols] = (float)ito__label_at(&label, o.id0 + i);
    }
    if (o.given_count > 0)
        rc = give(ctx, m, &o, n, rows);
    ito__arena_release(ctx, mark);
    return rc;
}

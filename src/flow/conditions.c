/* SPDX-License-Identifier: MIT
 *
 * conditions.c - the conditions of a model: a label, given columns.
 */
#include "flow/conditions.h"

#include <string.h>

#include "data/column.h"

static ito_status find_column(ito_ctx *ctx, const ito_schema *schema,
                              const char *name, const conditions *c, size_t *j)
{
    for (*j = 0; *j < schema->cols; (*j)++)
        if (strcmp(schema->column[*j].name, name) == 0)
            break;
    if (*j == schema->cols)
        return ito__fail(ctx, ITO_EARG,
                         "given: the data have no column '%.60s'", name);
    if (schema->column[*j].width == 0)
        return ito__fail(ctx, ITO_EARG,
                         "given: column '%.60s' is constant: leave it out",
                         name);
    for (size_t k = 0; k < c->column_count; k++)
        if (c->column[k] == *j)
            return ito__fail(ctx, ITO_EARG, "given: column '%.60s' twice",
                             name);
    return ITO_OK;
}

ito_status ito__conditions_new(ito_ctx *ctx, const ito_schema *schema,
                               const char *const *names, size_t count,
                               conditions *out)
{
    conditions c = { .drop = 0.0 };
    ito_status rc = ITO_OK;

    *out = c;
    if (count == 0)
        return ITO_OK;
    c.column = ito__calloc(ctx, count, sizeof(*c.column));
    c.coord = ito__calloc(ctx, schema->dim, sizeof(*c.coord));
    c.owner = ito__calloc(ctx, schema->dim, sizeof(*c.owner));
    if (!c.column || !c.coord || !c.owner)
        rc = ito__fail(ctx, ITO_ENOMEM, "%zu columns given", count);
    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        size_t j;

        rc = find_column(ctx, schema, names[k], &c, &j);
        for (size_t i = 0; rc == ITO_OK && i < schema->column[j].width; i++) {
            c.coord[c.given] = schema->column[j].coord + i;
            c.owner[c.given++] = k;
        }
        if (rc == ITO_OK)
            c.column[c.column_count++] = j;
    }
    if (rc != ITO_OK)
        ito__conditions_free(ctx, &c);
    *out = c;
    return rc;
}

void ito__conditions_free(ito_ctx *ctx, conditions *c)
{
    ito__labels_free(ctx, &c->label);
    ito__free(ctx, c->column);
    ito__free(ctx, c->coord);
    ito__free(ctx, c->owner);
    *c = (conditions){ .drop = 0.0 };
}

ito_conds ito__conditions_conds(const conditions *c)
{
    return (ito_conds){ .labels = c->label.count > 0 ? c->label.count + 1 : 0,
                        .given = c->given };
}

size_t ito__conditions_cols(const conditions *c)
{
    const ito_conds conds = ito__conditions_conds(c);

    return ito_conds_cols(&conds);
}

void ito__conditions_none(const conditions *c, float *row)
{
    memset(row, 0, ito__conditions_cols(c) * sizeof(*row));
    if (c->label.count > 0)
        row[0] = (float)c->label.count;
}

/* One to drop the label, one for how many columns a row keeps, one each. */
size_t ito__conditions_draws(const conditions *c)
{
    return c->column_count > 0 ? 2 + c->column_count : 1;
}

void ito__conditions_fill(const conditions *c, const conditions_rows *r)
{
    const size_t cols = ito__conditions_cols(c);
    const size_t draws = ito__conditions_draws(c);
    const size_t first = c->label.count > 0;
    const float drop = (float)c->drop;

    for (size_t i = 0; i < r->n; i++) {
        const float *u = r->u + i * draws, *z = r->z + i * r->dim;
        float *row = r->out + i * cols;

        ito__conditions_none(c, row);
        if (first > 0 && !(u[0] < drop))
            row[0] = r->label[i];
        for (size_t j = 0; j < c->given; j++) {
            if (!(u[2 + c->owner[j]] < u[1]))
                continue;
            row[first + j] = z[c->coord[j]];
            row[first + c->given + j] = 1.0F;
        }
    }
}

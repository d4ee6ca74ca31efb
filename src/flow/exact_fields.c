/* SPDX-License-Identifier: MIT
 *
 * exact_fields.c - the exact fields of a built-in set, for every label.
 *
 * A network that sees labels but for a share eta has the loss floor
 * (1 - eta) E_y floor(y) + eta floor(none): course.md B3 has 1.2754 for the
 * three modes with eta = .25, of .6283 with a label and 3.2165 without.
 */
#include <math.h>

#include "flow/excess.h"

ito_status ito__exact_new(ito_ctx *ctx, const ito_trainer *t, exact_fields *out)
{
    const ito_dist *init = t->o.from ? t->o.from->dist : NULL;
    const ito_path *path = &t->obj.path;
    const size_t classes = t->cond.label.count;
    ito_status rc;

    *out = (exact_fields){ .drop = t->cond.drop };
    if (classes > EXCESS_CLASSES || t->cond.column_count > 0)
        return ito__fail(ctx, ITO_EUNFIT, "exact field: under conditions");
    rc = ito_oracle_between(ctx, init, t->source->dist, path, &out->none);
    for (size_t k = 0; rc == ITO_OK && k < classes; k++) {
        rc = ito_dist_open_class(ctx, t->source->dist, (uint32_t)k,
                                 &out->dist[k]);
        if (rc == ITO_OK)
            rc = ito_oracle_between(ctx, init, out->dist[k], path,
                                    &out->label[k]);
        out->classes = k + 1;
    }
    return rc;
}

void ito__exact_free(exact_fields *e)
{
    ito_oracle_free(e->none);
    for (size_t k = 0; k < e->classes; k++) {
        ito_oracle_free(e->label[k]);
        ito_dist_free(e->dist[k]);
    }
}

static ito_status velocity(ito_ctx *ctx, const ito_oracle *oracle,
                           const double *t, size_t n, const double *x,
                           double *out)
{
    const ito_rows_at at = { .times = t, .dtype = ITO_F64 };

    return ito_field_eval(ctx, ito_oracle_field(oracle), ITO_PART_DRIFT, &at, n,
                          x, out);
}

/* Points of one label, brought together and put back. */
static ito_status one_label(ito_ctx *ctx, const exact_fields *e,
                            const exact_points *p, size_t k, double *out)
{
    const size_t dim = p->dim;
    double *t = ito__arena_get(ctx, p->n * sizeof(*t));
    double *x = ito__arena_get(ctx, p->n * dim * sizeof(*x));
    double *u = ito__arena_get(ctx, p->n * dim * sizeof(*u));
    size_t n = 0;
    ito_status rc;

    if (!t || !x || !u)
        return ito__fail(ctx, ITO_ENOMEM, "exact field at %zu points", p->n);
    for (size_t i = 0; i < p->n; i++) {
        if ((size_t)p->label[i] != k)
            continue;
        for (size_t c = 0; c < dim; c++)
            x[n * dim + c] = p->x[i * dim + c];
        t[n++] = p->t[i];
    }
    rc = velocity(ctx, e->label[k], t, n, x, u);
    for (size_t i = 0, at = 0; rc == ITO_OK && i < p->n; i++) {
        if ((size_t)p->label[i] != k)
            continue;
        for (size_t c = 0; c < dim; c++)
            out[i * dim + c] = u[at * dim + c];
        at++;
    }
    return rc;
}

ito_status ito__exact_velocity(ito_ctx *ctx, const exact_fields *e,
                               const exact_points *p, double *out)
{
    ito_status rc = ITO_OK;

    if (!p->label)
        return velocity(ctx, e->none, p->t, p->n, p->x, out);
    for (size_t k = 0; rc == ITO_OK && k < e->classes; k++) {
        const ito_mark mark = ito__arena_mark(ctx);

        rc = one_label(ctx, e, p, k, out);
        ito__arena_release(ctx, mark);
    }
    return rc;
}

/* Classes of the built-in sets are equally likely. */
ito_status ito__exact_floor(ito_ctx *ctx, const exact_fields *e,
                            const objective *o, size_t draws, ito_floor *out)
{
    const ito_floor_opts opts = { .t_lo = o->lo,
                                  .t_hi = o->hi,
                                  .draws = draws };
    const double seen =
        e->classes > 0 ? (1.0 - e->drop) / (double)e->classes : 0.0;
    const double hidden = e->classes > 0 ? e->drop : 1.0;
    double square = 0.0;
    ito_floor f;
    ito_status rc;

    *out = (ito_floor){ .value = 0.0 };
    if (o->loss == QUANTITY_EDM)
        return ito__fail(ctx, ITO_EUNFIT, "exact floor of edm");
    rc = ito_oracle_loss_floor(ctx, e->none, (ito_predict)o->loss, &opts, &f);
    if (rc != ITO_OK)
        return rc;
    out->value = hidden * f.value;
    square = hidden * hidden * f.error * f.error;
    for (size_t k = 0; rc == ITO_OK && k < e->classes; k++) {
        rc = ito_oracle_loss_floor(ctx, e->label[k], (ito_predict)o->loss,
                                   &opts, &f);
        out->value += seen * f.value;
        square += seen * seen * f.error * f.error;
    }
    out->error = sqrt(square);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * guidance.c - the field that samples of a model follow: its own, or
 * (1 - w(t)) f(none) + w(t) f(conditions), w = 1 outside the interval of times
 * (arXiv:2207.12598, 2404.07724), or the same with a weaker model in place of
 * no conditions (arXiv:2406.02507).
 */
#include "flow/guidance.h"

#include "flow/model.h"

static double strength(const guidance *g, double t)
{
    return t >= g->lo && t <= g->hi ? g->w : 1.0;
}

static double weight_with(void *arg, double t)
{
    return strength(arg, t);
}

static double weight_without(void *arg, double t)
{
    return 1.0 - strength(arg, t);
}

static ito_status check_guidance(ito_ctx *ctx, const ito_model *m,
                                 const ito_sample_opts *o, bool given)
{
    if (!(o->guide - o->guide == 0.0) || !(o->guide_lo >= 0.0) ||
        !(o->guide_hi <= 1.0) || !(o->guide_lo <= o->guide_hi))
        return ito__fail(ctx, ITO_EARG,
                         "guidance %g from t = %g to %g: a finite number, "
                         "times in [0, 1]",
                         o->guide + 1.0, o->guide_lo, o->guide_hi);
    if (o->weak) {
        if (o->weak->field.dim == m->field.dim &&
            o->weak->field.cond_dim == m->field.cond_dim)
            return ITO_OK;
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance: the weaker model has %zu coordinates and "
                         "%zu conditions, this one %zu and %zu",
                         o->weak->field.dim, o->weak->field.cond_dim,
                         m->field.dim, m->field.cond_dim);
    }
    if (m->field.cond_dim == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance: the model was trained without labels or "
                         "given columns, so there is nothing to guide by");
    if (!given)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance: nothing is given to guide by: choose a "
                         "label or give a column its value");
    return ITO_OK;
}

/* A model that never saw rows without a label does not know them. */
static ito_status check_none(ito_ctx *ctx, const ito_model *m,
                             const ito_sample_opts *o, bool label)
{
    const bool guided = o->guide != 0.0 && !o->weak;

    if (m->cond.label.count == 0 || m->cond.drop > 0.0 || (label && !guided))
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT,
                     "the model was trained with a label on every row: give "
                     "one, without guidance, or train with --drop");
}

ito_status ito__guidance_open(ito_ctx *ctx, const ito_model *m,
                              const ito_sample_opts *o, bool label, bool given,
                              guidance *g)
{
    ito_term terms[2] = { { .field = &m->field }, { .field = &m->field } };
    ito_status rc;

    *g = (guidance){ .w = 1.0, .field = &m->field };
    if ((rc = check_none(ctx, m, o, label)) != ITO_OK || o->guide == 0.0)
        return rc;
    if ((rc = check_guidance(ctx, m, o, label || given)) != ITO_OK)
        return rc;
    g->w = 1.0 + o->guide;
    g->lo = o->guide_lo;
    g->hi = o->guide_hi;
    if (g->lo == 0.0 && g->hi == 0.0)
        g->hi = 1.0;
    g->none =
        ito__alloc(ctx, size_mul(m->field.cond_dim + 1, sizeof(*g->none)));
    if (!g->none)
        return ito__fail(ctx, ITO_ENOMEM, "guidance");
    ito__conditions_none(&m->cond, g->none);
    if (o->weak)
        terms[0].field = &o->weak->field;
    else
        terms[0].none = g->none;
    for (size_t k = 0; k < 2; k++) {
        terms[k].weight_fn = k ? weight_with : weight_without;
        terms[k].weight_arg = g;
    }
    rc = ito_composite_open(ctx, terms, 2, &g->sum);
    if (rc == ITO_OK)
        g->field = ito_composite_field(g->sum);
    return rc;
}

void ito__guidance_close(ito_ctx *ctx, guidance *g)
{
    ito_composite_free(g->sum);
    ito__free(ctx, g->none);
}

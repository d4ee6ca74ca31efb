/* SPDX-License-Identifier: MIT
 *
 * system.c - opening a system and asking about it.
 */
#include <ito/system.h>
#include <math.h>
#include <string.h>

#include "sim/system_parts.h"

void ito_system_free(ito_system *system)
{
    ito_expr *all[12];
    ito_system *s = system;
    size_t n = 0;

    if (!s)
        return;
    all[n++] = s->drift;
    all[n++] = s->diffusion;
    all[n++] = s->deriv;
    all[n++] = s->jacobian;
    all[n++] = s->divergence;
    all[n++] = s->potential;
    all[n++] = s->mean;
    all[n++] = s->cov;
    all[n++] = s->path;
    all[n++] = s->flow;
    all[n++] = s->logp;
    all[n++] = s->stationary;
    while (n > 0)
        ito_expr_free(all[--n]);
    ito_dist_free(s->target);
    ito__free(s->ctx, s->spec);
    ito__free(s->ctx, s->equation);
    ito__free(s->ctx, s->names);
    ito__free(s->ctx, s->hint_values);
    ito__free(s->ctx, s->word);
    ito__free(s->ctx, s->rates);
    ito__free(s->ctx, s->affine);
    ito__free(s->ctx, s->langevin);
    ito__free(s->ctx, s);
}

/* A method that fits whatever the noise is. */
static const char *plain_method(const ito_field *f)
{
    if (f->noise == ITO_NOISE_NONE)
        return "rk4";
    if (f->second_order)
        return "baoab";
    return f->calculus == ITO_CALCULUS_STRATONOVICH ? "euler-heun"
                                                    : "euler-maruyama";
}

/* The start, and limits that show it: those of the table, or of formulas 0
 * and +-5. */
static ito_status set_hints(ito_ctx *ctx, ito_system *s)
{
    const system_kind *k = s->kind;
    const size_t dim = s->field.dim;
    double *v = ito__calloc(ctx, size_mul(3, dim), sizeof(*v));

    if (!v)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    s->hint_values = v;
    for (size_t c = 0; c < dim; c++) {
        v[c] = k ? k->start[c] : 0.0;
        v[dim + c] = k ? k->lo[c] : -5.0;
        v[2 * dim + c] = k ? k->hi[c] : 5.0;
    }
    s->hints =
        (ito_system_hints){ .start = v,
                            .t1 = k ? k->t1 : 1.0,
                            .steps = k ? k->steps : 100,
                            .method = k && k->method ? k->method
                                                     : plain_method(&s->field),
                            .lo = v + dim,
                            .hi = v + 2 * dim };
    return ITO_OK;
}

/* A formula that stands still at 0, where all would start, starts at 1. */
static ito_status move_start(ito_ctx *ctx, ito_system *s)
{
    const size_t dim = s->field.dim;
    const ito_rows_at at = { .dtype = ITO_F64 };
    double *u = ito__calloc(ctx, dim, sizeof(*u));
    bool still =
        s->field.noise == ITO_NOISE_NONE || s->field.noise > ITO_NOISE_ADDITIVE;
    ito_status rc;

    if (!u)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    rc = ito_field_eval(ctx, &s->field, ITO_PART_DRIFT, &at, 1, s->hint_values,
                        u);
    for (size_t c = 0; c < dim; c++)
        still = still && (rc == ITO_ENONFINITE || u[c] == 0.0);
    for (size_t c = 0; still && c < dim; c++)
        s->hint_values[c] = 1.0;
    ito__free(ctx, u);
    return rc == ITO_ENONFINITE ? ITO_OK : rc;
}

/* What follows once the field stands. */
static ito_status finish(ito_ctx *ctx, ito_system *s,
                         const ito_expr_opts *parse)
{
    ito_status rc = ito__system_names(ctx, s, s->kind ? s->kind->names : NULL);

    if (rc == ITO_OK)
        rc = ito__system_equation(ctx, s);
    if (rc == ITO_OK)
        rc = ito__system_exact(ctx, s, parse);
    if (rc == ITO_OK)
        rc = set_hints(ctx, s);
    return rc;
}

/* The value of the parameter of that name; 0 for NULL. */
static double find_value(const ito_system *s, const char *name)
{
    for (size_t i = 0; name && i < ito__system_params(s->kind); i++)
        if (strcmp(s->kind->params[i].name, name) == 0)
            return s->value[i];
    return 0.0;
}

static ito_status build_row(ito_ctx *ctx, ito_system *s, ito_calculus calculus)
{
    const system_kind *k = s->kind;
    ito_param params[SYSTEM_PARAMS];
    const size_t n = ito__system_params(k);
    const ito_formulas f = {
        .drift = k->drift,
        .energy = k->energy,
        .diffusion = k->diffusion,
        .calculus = k->calculus ? k->calculus : ITO_CALCULUS_ITO,
        .temperature = find_value(s, k->temperature),
        .gamma = find_value(s, k->gamma),
        .params = params,
        .param_count = n,
        .convert = calculus,
    };
    const ito_expr_opts parse = { .params = params, .param_count = n };
    ito_status rc;

    for (size_t i = 0; i < n; i++)
        params[i] = (ito_param){ k->params[i].name, s->value[i] };
    rc = ito__system_build(ctx, s, &f, k->deriv);
    return rc == ITO_OK ? finish(ctx, s, &parse) : rc;
}

/* Memory for a system. */
static ito_status start(ito_ctx *ctx, ito_system **s)
{
    *s = ito__calloc(ctx, 1, sizeof(**s));
    if (!*s)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    (*s)->ctx = ctx;
    (*s)->kern = ctx->kern;
    return ITO_OK;
}

static bool known_calculus(ito_calculus calculus)
{
    return (int)calculus >= ITO_CALCULUS_UNSET &&
           (int)calculus <= ITO_CALCULUS_STRATONOVICH;
}

ito_status ito_system_open(ito_ctx *ctx, const char *spec,
                           ito_calculus calculus, ito_system **out)
{
    ito_system *s = NULL;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!spec || !known_calculus(calculus))
        return ito__fail(ctx, ITO_EARG,
                         spec ? "system: there is no such "
                                "calculus"
                              : "system: the name is NULL");
    if ((rc = start(ctx, &s)) != ITO_OK)
        return rc;
    rc = ito__system_parse(ctx, spec, s);
    if (rc == ITO_OK && s->kind->build) {
        rc = s->kind->build(ctx, s);
        if (calculus && s->field.noise != ITO_NOISE_NONE)
            s->field.calculus = calculus; /* additive: all the same */
    } else if (rc == ITO_OK) {
        rc = build_row(ctx, s, calculus);
    }
    if (rc == ITO_OK)
        *out = s;
    else
        ito_system_free(s);
    return rc;
}

static ito_status check_params(ito_ctx *ctx, const ito_formulas *f)
{
    if (f->param_count > 0 && !f->params)
        return ito__fail(ctx, ITO_EARG, "formulas: params is NULL");
    if (!known_calculus(f->calculus) || !known_calculus(f->convert))
        return ito__fail(ctx, ITO_EARG, "formulas: there is no such calculus");
    return ITO_OK;
}

ito_status ito_system_formula(ito_ctx *ctx, const ito_formulas *f,
                              ito_system **out)
{
    ito_system *s = NULL;
    ito_expr_opts parse;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!f)
        return ito__fail(ctx, ITO_EARG, "formulas: there are none");
    if ((rc = check_params(ctx, f)) != ITO_OK ||
        (rc = start(ctx, &s)) != ITO_OK)
        return rc;
    parse =
        (ito_expr_opts){ .params = f->params, .param_count = f->param_count };
    rc = ito__system_build(ctx, s, f, NULL);
    if (rc == ITO_OK && !(s->spec = ito__strdup(ctx, "formula")))
        rc = ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    if (rc == ITO_OK)
        rc = finish(ctx, s, &parse);
    if (rc == ITO_OK)
        rc = move_start(ctx, s);
    if (rc == ITO_OK)
        *out = s;
    else
        ito_system_free(s);
    return rc;
}

const ito_field *ito_system_field(const ito_system *system)
{
    return &system->field;
}

const char *ito_system_spec(const ito_system *system)
{
    return system->spec;
}

const char *ito_system_equation(const ito_system *system)
{
    return system->equation;
}

const char *ito_system_component(const ito_system *system, size_t c)
{
    return c < system->field.dim ? system->names + c * SYSTEM_NAME : "";
}

const ito_system_hints *ito_system_hint(const ito_system *system)
{
    return &system->hints;
}

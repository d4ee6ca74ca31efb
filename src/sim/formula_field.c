/* SPDX-License-Identifier: MIT
 *
 * formula_field.c - the callbacks of a field whose formulas are known: each
 * evaluates one of them on a tile, or calls the kernel that takes its place.
 */
#include <string.h>

#include "expr/expr.h"
#include "sim/system_parts.h"

/* --- callbacks ------------------------------------------------------------ */

static int evaluate(const ito_system *s, const ito_expr *expr,
                    const ito_tile *tile, void *const *out)
{
    return ito__expr_tile(expr, s->kern, tile->dtype, tile->npad, tile->t,
                          tile->x, out, tile->scratch);
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->drift, tile, out);
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->diffusion, tile, out);
}

static int deriv(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->deriv, tile, out);
}

static int jacobian(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->jacobian, tile, out);
}

static int divergence(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->divergence, tile, out);
}

static int potential(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return evaluate(s, s->potential, tile, out);
}

static int call_kernel(const ito_system *s, const fast *which,
                       const ito_tile *tile, void *const *out)
{
    const ito_native drift_of = (ito_native)(which->which - 1);
    const double *v = s->value + which->first;

    if (tile->dtype == ITO_F64)
        s->kern->f64->native(drift_of, v, tile->npad, tile->x, out);
    else
        s->kern->native(drift_of, v, tile->npad, tile->x, out);
    return 0;
}

static int fast_drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return call_kernel(s, &s->kind->fast_drift, tile, out);
}

static int fast_diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;

    return call_kernel(s, &s->kind->fast_diffusion, tile, out);
}

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_system *s = user;

    (void)rows;
    return s->scratch;
}

/* --- callbacks of second order -------------------------------------------- */

static void fill(const ito_tile *tile, void *out, double value)
{
    for (size_t i = 0; i < tile->npad; i++) {
        if (tile->dtype == ITO_F64)
            ((double *)out)[i] = value;
        else
            ((float *)out)[i] = (float)value;
    }
}

/* out = v, and force -= gamma v. */
static void add_friction(const ito_tile *tile, double gamma, const void *v,
                         void *out, void *force)
{
    if (tile->dtype == ITO_F64) {
        const double *from = v;
        double *to = force;

        memcpy(out, v, tile->npad * sizeof(double));
        for (size_t i = 0; gamma > 0.0 && i < tile->npad; i++)
            to[i] -= gamma * from[i];
    } else {
        const float *from = v, g = (float)gamma;
        float *to = force;

        memcpy(out, v, tile->npad * sizeof(float));
        for (size_t i = 0; gamma > 0.0 && i < tile->npad; i++)
            to[i] -= g * from[i];
    }
}

static int second_drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const size_t half = tile->dim / 2;
    const int rc = evaluate(s, s->drift, tile, out + half);

    for (size_t c = 0; c < half; c++)
        add_friction(tile, s->second.gamma, tile->x[half + c], out[c],
                     out[half + c]);
    return rc;
}

static int second_diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const size_t half = tile->dim / 2;
    double sigma = 0.0;

    (void)ito_expr_number(s->diffusion, 0, &sigma);
    for (size_t c = 0; c < half; c++) {
        fill(tile, out[c], 0.0);
        fill(tile, out[half + c], sigma);
    }
    return 0;
}

/* (0, I; dF/dq, -gamma I) */
static int second_jacobian(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const size_t dim = tile->dim, half = dim / 2;
    void *force[SYSTEM_JACOBIAN * SYSTEM_JACOBIAN / 4];

    assert(dim <= SYSTEM_JACOBIAN);
    for (size_t c = 0; c < half; c++)
        for (size_t k = 0; k < half; k++) {
            fill(tile, out[c * dim + k], 0.0);
            fill(tile, out[c * dim + half + k], c == k ? 1.0 : 0.0);
            force[c * half + k] = out[(half + c) * dim + k];
            fill(tile, out[(half + c) * dim + half + k],
                 c == k ? -s->second.gamma : 0.0);
        }
    return evaluate(s, s->jacobian, tile, force);
}

static int second_divergence(void *user, const ito_tile *tile, void *const *out)
{
    const ito_system *s = user;
    const size_t half = tile->dim / 2;

    fill(tile, out[0], -s->second.gamma * (double)half);
    return 0;
}

/* --- the field --- */

static bool uses_time(const ito_expr *expr)
{
    const size_t n = expr ? ito_expr_rows(expr) * ito_expr_cols(expr) : 0;

    for (size_t e = 0; e < n; e++)
        if (ito_expr_uses(expr, e, ITO_EXPR_TIME))
            return true;
    return false;
}

static void set_flags(ito_system *s)
{
    ito_field *f = &s->field;
    const bool sigma_t = uses_time(s->diffusion);

    f->flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT;
    if (!uses_time(s->drift) && !sigma_t)
        f->flags |= ITO_FIELD_TIMELESS;
    if (f->noise == ITO_NOISE_ADDITIVE && !sigma_t)
        f->flags |= ITO_FIELD_CONSTANT_NOISE;
}

static void set_first_order(ito_system *s, bool converted)
{
    const system_kind *kind = s->kind;
    ito_field *f = &s->field;

    f->drift = drift;
    if (kind && kind->fast_drift.which && !converted) {
        f->drift = fast_drift;
        s->native = (native_field){
            .which = (ito_native)(kind->fast_drift.which - 1),
            .v = s->value + kind->fast_drift.first,
            .drift = fast_drift,
            .user = s,
        };
        f->reserved[0] = &s->native;
    }
    if (f->noise != ITO_NOISE_NONE)
        f->diffusion =
            kind && kind->fast_diffusion.which ? fast_diffusion : diffusion;
    if (s->deriv)
        f->diffusion_deriv = deriv;
    if (s->potential && !converted)
        f->potential = potential;
    if (s->divergence)
        f->divergence = divergence;
    if (s->jacobian)
        f->jacobian = jacobian;
}

static void set_second_order(ito_system *s)
{
    ito_field *f = &s->field;

    f->drift = second_drift;
    f->divergence = second_divergence;
    if (f->noise != ITO_NOISE_NONE)
        f->diffusion = second_diffusion;
    if (s->jacobian)
        f->jacobian = second_jacobian;
}

void ito__system_callbacks(ito_system *s, bool converted)
{
    ito_field *f = &s->field;
    const ito_expr *all[] = { s->drift,    s->diffusion,  s->deriv,
                              s->jacobian, s->divergence, s->potential };

    set_flags(s);
    if (f->second_order)
        set_second_order(s);
    else
        set_first_order(s, converted);
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (all[i])
            s->scratch = size_max(s->scratch, ito__expr_scratch(all[i]));
    f->scratch_bytes = s->scratch ? scratch_bytes : NULL;
}

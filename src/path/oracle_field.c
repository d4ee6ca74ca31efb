/* SPDX-License-Identifier: MIT
 *
 * oracle_field.c - an oracle as a field: tiles in either layout and number
 * type, evaluated in double.
 */
#include "path/oracle_field.h"

#include <string.h>

static double load(const ito_tile *tile, const void *const *x, size_t i,
                   size_t c)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const void *from = x[wide ? 0 : c];
    const size_t at = wide ? i * tile->dim + c : i;

    return tile->dtype == ITO_F64 ? ((const double *)from)[at]
                                  : (double)((const float *)from)[at];
}

/* Value c of `outs` of particle i. */
static void store(const ito_tile *tile, void *const *out, size_t outs, size_t i,
                  size_t c, double value)
{
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    void *to = out[wide ? 0 : c];
    const size_t at = wide ? i * outs + c : i;

    if (tile->dtype == ITO_F64)
        ((double *)to)[at] = value;
    else
        ((float *)to)[at] = (float)value;
}

/* scratch: group x dim of x, of the result, group log densities; then the
 * oracle's own. */
static size_t rows_doubles(const ito_oracle *o)
{
    return size_add(size_mul(2, size_mul(o->group, o->dim)), o->group);
}

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_oracle *o = user;

    (void)rows;
    return size_add(
        size_round_up(size_mul(rows_doubles(o), sizeof(double)), 64),
        ito__oracle_bytes(o));
}

static void *own_scratch(const ito_oracle *o, const ito_tile *tile)
{
    return (char *)tile->scratch +
           size_round_up(rows_doubles(o) * sizeof(double), 64);
}

static int evaluate(const ito_oracle *o, const ito_tile *tile, want what,
                    void *const *out)
{
    const size_t dim = o->dim, outs = what == WANT_LOGP ? 1 : dim;
    double *x = tile->scratch, *y = x + o->group * dim;
    double *logp = y + o->group * dim;
    oracle_at at;

    if (!(tile->t >= 0.0 && tile->t <= 1.0))
        return 1; /* the path ends there */
    ito__oracle_at(o, tile->t, what == WANT_FIELD ? USE_FIELD : USE_DENSITY,
                   own_scratch(o, tile), &at);
    for (size_t first = 0; first < tile->n; first += o->group) {
        const size_t n = size_min(o->group, tile->n - first);

        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < dim; c++)
                x[i * dim + c] = load(tile, tile->x, first + i, c);
        ito__oracle_eval(&at, what, n, x, logp, y);
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < outs; c++)
                store(tile, out, outs, first + i, c,
                      what == WANT_LOGP ? logp[i] : y[i * dim + c]);
    }
    return 0;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_FIELD, out);
}

static int score(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_SCORE, out);
}

static int log_density(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_LOGP, out);
}

static int posterior(void *user, const ito_tile *tile, void *const *out)
{
    return evaluate(user, tile, WANT_DATA, out);
}

/* Divergence where v is NULL, else v' du/dx.  scratch as above: x, then v or
 * the result. */
static int slopes(const ito_oracle *o, const ito_tile *tile,
                  const void *const *v, void *const *out)
{
    const size_t dim = o->dim;
    double *x = tile->scratch, *vj = x + o->group * dim, *vx;
    oracle_at at;

    if (!(tile->t >= 0.0 && tile->t <= 1.0))
        return 1;
    ito__oracle_at(o, tile->t, USE_SLOPES, own_scratch(o, tile), &at);
    vx = at.row + 3 * dim; /* the slope uses 3 dim of it */
    for (size_t i = 0; i < tile->n; i++) {
        double trace;

        for (size_t c = 0; c < dim; c++) {
            x[c] = load(tile, tile->x, i, c);
            if (v)
                vx[c] = load(tile, v, i, c);
        }
        trace = ito__oracle_slope(&at, x, v ? vx : NULL, v ? vj : NULL);
        if (!v)
            store(tile, out, 1, i, 0, trace);
        for (size_t c = 0; v && c < dim; c++)
            store(tile, out, dim, i, c, vj[c]);
    }
    return 0;
}

static int divergence(void *user, const ito_tile *tile, void *const *out)
{
    return slopes(user, tile, NULL, out);
}

static int vjp(void *user, const ito_tile *tile, const void *const *v,
               void *const *out)
{
    return slopes(user, tile, v, out);
}

void ito__oracle_make_field(ito_oracle *o, const char *name)
{
    const bool wide = o->base == &ito__base_points && o->dim > 16;

    o->field =
        (ito_field){ .name = name,
                     .dtypes = ITO_F32 | ITO_F64,
                     .flags = ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT |
                              (wide ? ITO_FIELD_WIDE : 0u),
                     .dim = o->dim,
                     .drift = drift,
                     .divergence = divergence,
                     .vjp = vjp,
                     .score = score,
                     .log_density = log_density,
                     .scratch_bytes = scratch_bytes,
                     .tile_pref = wide ? o->group : 0,
                     .user = o };
}

ito_status ito_oracle_posterior(ito_ctx *ctx, const ito_oracle *oracle,
                                const ito_rows_at *at, size_t n, const void *x,
                                void *out)
{
    ito_field field;

    if (!ctx)
        return ITO_EARG;
    if (!oracle)
        return ito__fail(ctx, ITO_EARG, "oracle: a NULL argument");
    field = oracle->field;
    field.drift = posterior;
    return ito_field_eval(ctx, &field, ITO_PART_DRIFT, at, n, x, out);
}

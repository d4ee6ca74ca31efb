/* SPDX-License-Identifier: MIT
 *
 * extension.c - a flow with noise of the same densities:
 *
 *     dX = [u + sigma(t)^2 / 2 grad log p_t] dt + sigma(t) dW
 *
 * Scratch of a tile: what a form of sigma needs; the pointers and values of one
 * score, as large as a state; what the fields ask for, one after the other.
 */
#include <ito/extension.h>

#include "ctx/ctx.h"
#include "flow/sigma.h"

#define LINE 64

struct ito_extension {
    ito_ctx *ctx;
    ito_field flow, score;
    bool at_once;           /* the flow gives its drift with its score */
    const ito_sigma *sigma; /* NULL: 0 */
    ito_last_step last;
    uint64_t last_step; /* its number; UINT64_MAX: none is special */
    ito_field field;
};

typedef struct layout {
    size_t pointers, values, parts, total;
} layout;

static size_t value_bytes(const ito_extension *e)
{
    return (e->field.dtypes & ITO_F64) ? sizeof(double) : sizeof(float);
}

static size_t bytes_of(const ito_field *f, size_t rows)
{
    return f->scratch_bytes ? f->scratch_bytes(f->user, rows) : 0;
}

static layout lay_out(const ito_extension *e, size_t rows)
{
    const size_t dim = e->field.dim;
    layout l;

    l.pointers = e->sigma ? ito__sigma_scratch(e->sigma) : 0;
    l.values = size_add(l.pointers,
                        size_round_up(size_mul(dim, sizeof(void *)), LINE));
    l.parts = size_add(
        l.values, size_round_up(size_mul(size_mul(size_round_up(rows, 32), dim),
                                         value_bytes(e)),
                                LINE));
    l.total = size_add(
        l.parts, size_max(bytes_of(&e->flow, rows), bytes_of(&e->score, rows)));
    return l;
}

static size_t scratch_bytes(void *user, size_t rows)
{
    return lay_out(user, rows).total;
}

/* sigma of the drift and of dW at a tile's time and step. */
static double sigma_at(const ito_extension *e, const ito_tile *tile, bool noise)
{
    if (tile->step == e->last_step && (noise || e->last == ITO_LAST_FLOW))
        return 0.0;
    return ito__sigma_value(e->sigma, tile->t, tile->scratch);
}

/* to += w from, over all values of a tile. */
static void add(const ito_extension *e, const ito_tile *tile, double w,
                void *const *from, void *const *to)
{
    const ito_kern *kern = e->ctx->kern;
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const size_t n = wide ? tile->n * tile->dim : tile->npad;

    for (size_t b = 0; b < (wide ? 1 : tile->dim); b++) {
        if (tile->dtype == ITO_F64)
            kern->f64->axpy(n, w, from[b], to[b]);
        else
            kern->axpy(n, (float)w, from[b], to[b]);
    }
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    const ito_extension *e = user;
    const layout l = lay_out(e, tile->n);
    const double sigma = e->sigma ? sigma_at(e, tile, false) : 0.0;
    const size_t step = tile->npad * value_bytes(e);
    void **piece = (void **)(void *)((char *)tile->scratch + l.pointers);
    ito_tile part = *tile;
    int rc;

    if (!(sigma >= 0.0 && sigma - sigma == 0.0))
        return -1;
    part.scratch = (char *)tile->scratch + l.parts;
    if (sigma == 0.0)
        return e->flow.drift(e->flow.user, &part, out);
    for (size_t c = 0; c < tile->dim; c++)
        piece[c] = (char *)tile->scratch + l.values + c * step;
    if (e->at_once)
        rc = e->flow.drift_score(e->flow.user, &part, out, piece);
    else
        rc = e->flow.drift(e->flow.user, &part, out);
    if (rc == 0 && !e->at_once)
        rc = e->score.score(e->score.user, &part, piece);
    if (rc == 0)
        add(e, tile, 0.5 * sigma * sigma, piece, out);
    return rc;
}

static int diffusion(void *user, const ito_tile *tile, void *const *out)
{
    const double sigma = sigma_at(user, tile, true);
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const size_t n = wide ? tile->n * tile->dim : tile->npad;

    for (size_t b = 0; b < (wide ? 1 : tile->dim); b++) {
        double *d = out[b];
        float *f = out[b];

        for (size_t i = 0; i < n; i++) {
            if (tile->dtype == ITO_F64)
                d[i] = sigma;
            else
                f[i] = (float)sigma;
        }
    }
    return 0;
}

/* ---- making ---- */

static ito_status check_score(ito_ctx *ctx, const ito_field *field,
                              const ito_field *score)
{
    const unsigned ours = field->dtypes ? field->dtypes : ITO_F32;
    const unsigned theirs = score->dtypes ? score->dtypes : ITO_F32;

    if (!score->score)
        return ito__fail(ctx, ITO_EUNFIT,
                         "extension: %s has no score, so noise cannot be "
                         "added to it: take sigma 0 or give a score",
                         score->name);
    if (score->dim != field->dim ||
        ((score->flags ^ field->flags) & ITO_FIELD_WIDE) != 0 ||
        (ours & theirs) == 0 ||
        (score->cond_dim != 0 && score->cond_dim != field->cond_dim))
        return ito__fail(ctx, ITO_EUNFIT,
                         "extension: the score (%s, %zu components, %zu "
                         "conditions) and the field (%s, %zu, %zu) are not of "
                         "one kind",
                         score->name, score->dim, score->cond_dim, field->name,
                         field->dim, field->cond_dim);
    return ITO_OK;
}

static ito_status check(ito_ctx *ctx, const ito_field *field,
                        const ito_extension_opts *o)
{
    if (!field || !field->drift)
        return ito__fail(ctx, ITO_EARG, "extension: there is no field");
    if (field->noise != ITO_NOISE_NONE)
        return ito__fail(ctx, ITO_EUNFIT, "extension: %s has noise already",
                         field->name);
    if ((unsigned)o->last > ITO_LAST_FLOW ||
        (o->last != ITO_LAST_NOISE && o->steps == 0))
        return ito__fail(ctx, ITO_EARG,
                         "extension: last step %d of %zu: no such kind, or the "
                         "number of steps is not given",
                         (int)o->last, o->steps);
    if (!o->sigma || ito_sigma_is_zero(o->sigma))
        return ITO_OK;
    return check_score(ctx, field, o->score ? o->score : field);
}

static void make_field(ito_extension *e)
{
    ito_field *f = &e->field;

    *f = (ito_field){ .name = e->flow.name,
                      .dtypes = e->flow.dtypes ? e->flow.dtypes : ITO_F32,
                      .flags = e->flow.flags & e->score.flags &
                               (ITO_FIELD_REENTRANT | ITO_FIELD_WIDE |
                                ITO_FIELD_ROW_INVARIANT),
                      .dim = e->flow.dim,
                      .drift = drift,
                      .scratch_bytes = scratch_bytes,
                      .tile_pref = e->flow.tile_pref,
                      .cond_dim = e->flow.cond_dim,
                      .user = e };
    f->dtypes &= e->score.dtypes ? e->score.dtypes : ITO_F32;
    if (!e->sigma)
        return;
    f->noise = ITO_NOISE_ADDITIVE;
    f->calculus = ITO_CALCULUS_ITO;
    f->diffusion = diffusion;
}

ito_status ito_extension_open(ito_ctx *ctx, const ito_field *field,
                              const ito_extension_opts *opts,
                              ito_extension **out)
{
    const ito_extension_opts o = opts ? *opts : (ito_extension_opts){ 0 };
    ito_extension *e;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = check(ctx, field, &o);
    if (rc != ITO_OK)
        return rc;
    e = ito__calloc(ctx, 1, sizeof(*e));
    if (!e)
        return ito__fail(ctx, ITO_ENOMEM, "extension: no memory");
    e->ctx = ctx;
    e->flow = *field;
    e->sigma = o.sigma && !ito_sigma_is_zero(o.sigma) ? o.sigma : NULL;
    e->score = e->sigma && o.score ? *o.score : *field;
    e->at_once = !o.score && field->drift_score;
    e->last = o.last;
    e->last_step =
        o.last == ITO_LAST_NOISE ? UINT64_MAX : (uint64_t)o.steps - 1;
    make_field(e);
    *out = e;
    return ITO_OK;
}

void ito_extension_free(ito_extension *extension)
{
    if (extension)
        ito__free(extension->ctx, extension);
}

const ito_field *ito_extension_field(const ito_extension *extension)
{
    return &extension->field;
}

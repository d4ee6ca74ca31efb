/* SPDX-License-Identifier: MIT
 *
 * composite.c - fields made of fields.
 *
 * The parts are evaluated one after another into one more tile, and added in
 * their order: out = w_1 f_1, then out += w_2 f_2 by fma, ...  Scratch:
 *
 *     one result           as large as a state of the tile
 *     conditions           a row a particle, for parts that are given none
 *     scratch of the parts the largest, one after another
 */
#include <ito/composite.h>
#include <string.h>

#include "ctx/ctx.h"

#define TERMS_MAX 8
#define LINE      64

typedef struct term {
    ito_field field; /* a copy */
    bool score;
    double weight;
    ito_weight_fn weight_fn;
    void *weight_arg;
    float *none; /* or NULL */
} term;

struct ito_composite {
    ito_ctx *ctx;
    size_t count;
    term terms[TERMS_MAX];
    size_t none_dim; /* most conditions of a row that stands for none */
    ito_field field;
};

/* What is asked of all parts. */
typedef enum asked { ASK_VALUE, ASK_SCORE, ASK_DIVERGENCE, ASK_VJP } asked;

/* ---- memory ---- */

static size_t value_bytes(const ito_composite *c)
{
    return (c->field.dtypes & ITO_F64) ? sizeof(double) : sizeof(float);
}

static size_t line_up(size_t bytes)
{
    return size_round_up(bytes, LINE);
}

/* Where the pieces of the scratch lie. */
typedef struct layout {
    size_t pointers, values, none, parts, total;
} layout;

static layout lay_out(const ito_composite *c, size_t rows)
{
    const size_t dim = c->field.dim;
    layout l = { .pointers = 0 };
    size_t most = 0;

    for (size_t k = 0; k < c->count; k++) {
        const ito_field *f = &c->terms[k].field;

        if (f->scratch_bytes)
            most = size_max(most, f->scratch_bytes(f->user, rows));
    }
    l.values = line_up(size_mul(dim, sizeof(void *)));
    l.none = size_add(l.values,
                      line_up(size_mul(size_mul(size_round_up(rows, 32), dim),
                                       value_bytes(c))));
    l.parts = size_add(
        l.none, line_up(size_mul(size_mul(rows, c->none_dim), sizeof(float))));
    l.total = size_add(l.parts, most);
    return l;
}

static size_t scratch_bytes(void *user, size_t rows)
{
    return lay_out(user, rows).total;
}

/* ---- evaluating ---- */

/* The tile of one part: its scratch, its conditions. */
static ito_tile tile_of(const term *t, const ito_tile *tile, const layout *l)
{
    char *base = tile->scratch;
    ito_tile part = *tile;
    float *none = (float *)(void *)(base + l->none);

    part.scratch = base + l->parts;
    part.flags = t->field.flags;
    part.cond_dim = t->field.cond_dim;
    if (t->field.cond_dim == 0)
        part.cond = NULL;
    if (!t->none)
        return part;
    for (size_t i = 0; i < tile->n; i++)
        memcpy(none + i * part.cond_dim, t->none,
               part.cond_dim * sizeof(*none));
    part.cond = none;
    return part;
}

static int call_part(const term *t, asked what, const ito_tile *tile,
                     const void *const *v, void *const *out)
{
    const ito_field *f = &t->field;

    switch (what) {
    case ASK_VJP: return f->vjp(f->user, tile, v, out);
    case ASK_DIVERGENCE: return f->divergence(f->user, tile, out);
    case ASK_SCORE: return f->score(f->user, tile, out);
    default:
        return t->score ? f->score(f->user, tile, out)
                        : f->drift(f->user, tile, out);
    }
}

/* to = w from, or to += w from, over `count` blocks of n values. */
static void add_part(const ito_composite *c, const ito_tile *tile, double w,
                     bool first, size_t count, void *const *from,
                     void *const *to)
{
    const ito_kern *kern = c->ctx->kern;
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;
    const size_t blocks = wide ? 1 : count;
    const size_t n = wide ? tile->n * count : tile->npad;

    for (size_t b = 0; b < blocks; b++) {
        if (tile->dtype == ITO_F64) {
            const double *x = from[b];
            double *y = to[b];

            if (first)
                kern->f64->scale(n, w, x, y);
            else
                kern->f64->axpy(n, w, x, y);
        } else if (first) {
            kern->scale(n, (float)w, from[b], to[b]);
        } else {
            kern->axpy(n, (float)w, from[b], to[b]);
        }
    }
}

static double weight_of(const term *t, double time)
{
    return t->weight_fn ? t->weight_fn(t->weight_arg, time) : t->weight;
}

/* Zero where nothing has a weight. */
static void clear(const ito_tile *tile, size_t count, void *const *out)
{
    const size_t bytes =
        tile->dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    const bool wide = (tile->flags & ITO_FIELD_WIDE) != 0;

    for (size_t b = 0; b < (wide ? 1 : count); b++)
        memset(out[b], 0, (wide ? tile->n * count : tile->npad) * bytes);
}

static int sum(const ito_composite *c, asked what, const ito_tile *tile,
               const void *const *v, void *const *out)
{
    const layout l = lay_out(c, tile->n);
    const size_t count = what == ASK_DIVERGENCE ? 1 : tile->dim;
    const size_t step = tile->npad * value_bytes(c);
    void **piece = tile->scratch;
    bool first = true;

    for (size_t b = 0; b < count; b++)
        piece[b] = (char *)tile->scratch + l.values + b * step;
    for (size_t k = 0; k < c->count; k++) {
        const double w = weight_of(&c->terms[k], tile->t);
        const ito_tile part = tile_of(&c->terms[k], tile, &l);
        const bool alone = first && w == 1.0;
        int rc;

        if (w == 0.0)
            continue;
        rc = call_part(&c->terms[k], what, &part, v, alone ? out : piece);
        if (rc != 0)
            return rc;
        if (!alone)
            add_part(c, tile, w, first, count, piece, out);
        first = false;
    }
    if (first)
        clear(tile, count, out);
    return 0;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    return sum(user, ASK_VALUE, tile, NULL, out);
}

static int score(void *user, const ito_tile *tile, void *const *out)
{
    return sum(user, ASK_SCORE, tile, NULL, out);
}

static int divergence(void *user, const ito_tile *tile, void *const *out)
{
    return sum(user, ASK_DIVERGENCE, tile, NULL, out);
}

static int vjp(void *user, const ito_tile *tile, const void *const *v,
               void *const *out)
{
    return sum(user, ASK_VJP, tile, v, out);
}

/* ---- making ---- */

static ito_status check_term(ito_ctx *ctx, const ito_term *t, size_t k,
                             const ito_field *first)
{
    const unsigned wide = t->field ? t->field->flags & ITO_FIELD_WIDE : 0;

    if (!t->field || !t->field->drift)
        return ito__fail(ctx, ITO_EARG, "sum: part %zu has no field", k);
    if (t->field->dim != first->dim)
        return ito__fail(ctx, ITO_EUNFIT,
                         "sum: part %zu has %zu components, the first %zu", k,
                         t->field->dim, first->dim);
    if (wide != (first->flags & ITO_FIELD_WIDE))
        return ito__fail(ctx, ITO_EUNFIT,
                         "sum: part %zu (%s) and the first (%s) are not of one "
                         "layout: one is rows, one components",
                         k, t->field->name, first->name);
    if (t->field->noise != ITO_NOISE_NONE)
        return ito__fail(ctx, ITO_EUNFIT, "sum: part %zu (%s) has noise", k,
                         t->field->name);
    if (t->score && !t->field->score)
        return ito__fail(ctx, ITO_EUNFIT, "sum: part %zu (%s) has no score", k,
                         t->field->name);
    if (!(t->weight - t->weight == 0.0))
        return ito__fail(ctx, ITO_EARG, "sum: the weight of part %zu is %g", k,
                         t->weight);
    return ITO_OK;
}

static ito_status add_term(ito_ctx *ctx, ito_composite *c, const ito_term *from)
{
    const size_t dim = from->field->cond_dim;
    term *t = &c->terms[c->count];

    *t = (term){ .field = *from->field,
                 .score = from->score != 0,
                 .weight = from->weight,
                 .weight_fn = from->weight_fn,
                 .weight_arg = from->weight_arg };
    if (from->none && dim > 0) {
        t->none = ito__alloc(ctx, size_mul(dim, sizeof(*t->none)));
        if (!t->none)
            return ito__fail(ctx, ITO_ENOMEM, "sum: %zu conditions", dim);
        memcpy(t->none, from->none, dim * sizeof(*t->none));
        c->none_dim = size_max(c->none_dim, dim);
    }
    c->count++;
    if (t->none || dim == 0)
        return ITO_OK;
    if (c->field.cond_dim != 0 && c->field.cond_dim != dim)
        return ito__fail(ctx, ITO_EUNFIT,
                         "sum: parts want %zu and %zu conditions",
                         c->field.cond_dim, dim);
    c->field.cond_dim = dim;
    return ITO_OK;
}

/* What all parts promise and offer. */
static ito_status finish(ito_ctx *ctx, ito_composite *c)
{
    unsigned types = ITO_F32 | ITO_F64, flags = ~0u;
    bool has[3] = { true, true, true };
    ito_field *f = &c->field;

    for (size_t k = 0; k < c->count; k++) {
        const ito_field *p = &c->terms[k].field;
        const bool plain = !c->terms[k].score;

        types &= p->dtypes ? p->dtypes : ITO_F32;
        flags &= c->terms[k].weight_fn
                     ? p->flags & ~(unsigned)ITO_FIELD_TIMELESS
                     : p->flags;
        has[0] = has[0] && plain && p->score;
        has[1] = has[1] && plain && p->divergence;
        has[2] = has[2] && plain && p->vjp;
        f->tile_pref = f->tile_pref == 0 ? p->tile_pref
                       : p->tile_pref == 0
                           ? f->tile_pref
                           : size_min(f->tile_pref, p->tile_pref);
    }
    if (types == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "sum: its parts have no number type in common");
    f->name = "sum";
    f->dtypes = types;
    f->flags = flags & (ITO_FIELD_REENTRANT | ITO_FIELD_WIDE |
                        ITO_FIELD_ROW_INVARIANT | ITO_FIELD_TIMELESS);
    f->dim = c->terms[0].field.dim;
    f->drift = drift;
    f->score = has[0] ? score : NULL;
    f->divergence = has[1] ? divergence : NULL;
    f->vjp = has[2] ? vjp : NULL;
    f->scratch_bytes = scratch_bytes;
    f->user = c;
    return ITO_OK;
}

ito_status ito_composite_open(ito_ctx *ctx, const ito_term *terms, size_t count,
                              ito_composite **out)
{
    ito_status rc = ITO_OK;
    ito_composite *c;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!terms || count == 0 || count > TERMS_MAX)
        return ito__fail(ctx, ITO_EARG, "sum: %zu parts: 1 to %d", count,
                         TERMS_MAX);
    c = ito__calloc(ctx, 1, sizeof(*c));
    if (!c)
        return ito__fail(ctx, ITO_ENOMEM, "sum of %zu fields", count);
    c->ctx = ctx;
    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        rc = check_term(ctx, &terms[k], k,
                        terms[0].field ? terms[0].field : &c->field);
        if (rc == ITO_OK)
            rc = add_term(ctx, c, &terms[k]);
    }
    if (rc == ITO_OK)
        rc = finish(ctx, c);
    if (rc != ITO_OK) {
        ito_composite_free(c);
        return rc;
    }
    *out = c;
    return ITO_OK;
}

void ito_composite_free(ito_composite *c)
{
    if (!c)
        return;
    for (size_t k = 0; k < c->count; k++)
        ito__free(c->ctx, c->terms[k].none);
    ito__free(c->ctx, c);
}

const ito_field *ito_composite_field(const ito_composite *c)
{
    return &c->field;
}

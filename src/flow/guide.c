/* SPDX-License-Identifier: MIT
 *
 * guide.c - a flow led by an energy (ito/guide.h):
 *
 *     u - w b_t g      s - w g      b_t = beta W / alpha
 *
 *     plain      g = grad U(t, x)
 *     posterior  g = J_D' grad U(D),  D = a x + b u,  J_D' v = a v + b J_u' v
 *
 * with a, b those of ito_convert from velocity to data.  Sums are in double
 * and rounded once.  Scratch of a tile: four states with their pointers, then
 * what the flow or the energy ask for:
 *
 *     POINT   where the energy is taken, in the energy's layout
 *     FORCE   -grad U there
 *     FROM    the same in the flow's layout: what its vjp starts from
 *     SLOPE   J_u' of that; before it u
 */
#include <ito/guide.h>
#include <math.h>
#include <stdatomic.h>

#include "ctx/ctx.h"
#include "flow/cells.h"
#include "path/path.h"

/* Nearest time to t = 0 at which 1 / alpha is used, where alpha(0) = 0. */
#define START_GAP (1.0 / 256.0)

enum { POINT, FORCE, FROM, SLOPE, STATES };

struct ito_guide {
    ito_ctx *ctx;
    ito_field flow, energy;
    ito_path path;
    double strength, lo; /* lo: the nearest time to noise */
    bool posterior;
    atomic_bool failed; /* the energy gave what is not finite */
    ito_field field;
};

/* One evaluation. */
typedef struct guiding {
    ito_guide *g;
    ito_tile flow, energy;
    cells state[STATES];
    double a, b, to_velocity; /* D = a x + b u; b_t */
} guiding;

static size_t bytes_of(const ito_field *f, size_t rows)
{
    return f->scratch_bytes ? f->scratch_bytes(f->user, rows) : 0;
}

static size_t states_bytes(const ito_guide *g, size_t rows)
{
    return size_mul(STATES, size_add(cells_pointers(g->flow.dim),
                                     cells_bytes(rows, g->flow.dim)));
}

static size_t scratch_bytes(void *user, size_t rows)
{
    const ito_guide *g = user;

    return size_add(
        states_bytes(g, rows),
        size_max(bytes_of(&g->flow, rows), bytes_of(&g->energy, rows)));
}

static guiding begin(ito_guide *g, const ito_tile *tile)
{
    const size_t dim = tile->dim, bytes = cells_bytes(tile->n, dim);
    const unsigned knows = g->energy.dtypes ? g->energy.dtypes : ITO_F32;
    char *pointers = tile->scratch;
    char *base = pointers + STATES * cells_pointers(dim);
    guiding k = { .g = g, .flow = *tile, .energy = *tile };
    double ab[2];
    ito_coef at;

    k.flow.t = fmax(tile->t, g->lo);
    k.flow.flags = g->flow.flags;
    k.energy.t = k.flow.t;
    k.energy.flags = g->energy.flags;
    k.energy.npad = (g->energy.flags & ITO_FIELD_WIDE) != 0
                        ? tile->n
                        : size_round_up(tile->n, 32);
    if ((knows & (unsigned)tile->dtype) == 0)
        k.energy.dtype = tile->dtype == ITO_F64 ? ITO_F32 : ITO_F64;
    k.energy.cond = NULL;
    k.energy.cond_dim = 0;
    for (size_t s = 0; s < STATES; s++)
        k.state[s] =
            cells_in(s < FROM ? &k.energy : &k.flow,
                     pointers + s * cells_pointers(dim), base + s * bytes);
    k.flow.scratch = k.energy.scratch = base + STATES * bytes;
    at = ito_path_coef(&g->path, k.flow.t);
    (void)ito__convert_ab(&at, ITO_PREDICT_VELOCITY, ITO_PREDICT_DATA, ab);
    k.a = ab[0];
    k.b = ab[1];
    k.to_velocity = at.beta_w / at.alpha;
    return k;
}

/* -grad U at POINT into FORCE; notes what is not finite. */
static int force(guiding *k)
{
    const size_t dim = k->flow.dim;
    int rc;

    k->energy.x = (const void *const *)k->state[POINT].at;
    rc = k->g->energy.drift(k->g->energy.user, &k->energy, k->state[FORCE].at);
    for (size_t i = 0; rc == 0 && i < k->energy.n; i++)
        for (size_t c = 0; c < dim; c++) {
            const double v = cells_get(&k->state[FORCE], i, c);

            if (!(v - v == 0.0))
                atomic_store(&k->g->failed, true);
        }
    return rc;
}

/* Where the energy is taken: x, or D of `u`. */
static void point(const guiding *k, const cells *u)
{
    const size_t last = k->flow.n - 1;

    for (size_t i = 0; i < k->energy.npad; i++)
        for (size_t c = 0; c < k->flow.dim; c++) {
            const size_t row = size_min(i, last);
            const double x = cells_x(&k->flow, row, c);

            cells_put(&k->state[POINT], i, c,
                      u ? k->a * x + k->b * cells_get(u, row, c) : x);
        }
}

/* out += w -g, w = strength, times b_t for the drift. */
static void add(const guiding *k, double w, void *const *out)
{
    const cells to = cells_of(&k->flow, out);
    const bool far = k->g->posterior;

    for (size_t i = 0; i < k->flow.npad; i++)
        for (size_t c = 0; c < k->flow.dim; c++) {
            const size_t row = size_min(i, k->flow.n - 1);
            double f = cells_get(&k->state[FORCE], row, c);

            if (far)
                f = k->a * f + k->b * cells_get(&k->state[SLOPE], row, c);
            cells_put(&to, i, c, cells_get(&to, i, c) + w * f);
        }
}

/* Add the guidance to what is in out: the drift there, if it is one. */
static int lead(guiding *k, bool score, double t, void *const *out)
{
    const ito_field *flow = &k->g->flow;
    cells u = cells_of(&k->flow, out);
    int rc = 0;

    if (!k->g->posterior) {
        point(k, NULL);
        rc = force(k);
    } else {
        if (score || k->flow.t != t) { /* u is not there yet */
            u = k->state[SLOPE];
            rc = flow->drift(flow->user, &k->flow, u.at);
        }
        if (rc == 0) {
            point(k, &u);
            rc = force(k);
        }
        for (size_t i = 0; i < k->flow.npad; i++)
            for (size_t c = 0; c < k->flow.dim; c++)
                cells_put(
                    &k->state[FROM], i, c,
                    cells_get(&k->state[FORCE], size_min(i, k->flow.n - 1), c));
        if (rc == 0)
            rc = flow->vjp(flow->user, &k->flow,
                           (const void *const *)k->state[FROM].at,
                           k->state[SLOPE].at);
    }
    if (rc == 0)
        add(k, k->g->strength * (score ? 1.0 : k->to_velocity), out);
    return rc;
}

static int drift(void *user, const ito_tile *tile, void *const *out)
{
    ito_guide *g = user;
    guiding k = begin(g, tile);
    ito_tile part = k.flow;
    int rc;

    part.t = tile->t;
    rc = g->flow.drift(g->flow.user, &part, out);
    return rc == 0 && k.to_velocity != 0.0 ? lead(&k, false, tile->t, out) : rc;
}

static int score(void *user, const ito_tile *tile, void *const *out)
{
    ito_guide *g = user;
    guiding k = begin(g, tile);
    ito_tile part = k.flow;
    int rc;

    part.t = tile->t;
    rc = g->flow.score(g->flow.user, &part, out);
    return rc == 0 ? lead(&k, true, tile->t, out) : rc;
}

/* ---- making ---- */

static ito_status check(ito_ctx *ctx, const ito_field *field,
                        const ito_guide_opts *o)
{
    if (!field || !field->drift || !o || !o->energy || !o->energy->drift)
        return ito__fail(ctx, ITO_EARG, "guidance by an energy: there is no %s",
                         !field || !field->drift ? "field" : "energy");
    if (!(o->strength - o->strength == 0.0) ||
        (unsigned)o->way > ITO_GUIDE_PLAIN)
        return ito__fail(ctx, ITO_EARG,
                         "guidance by an energy: strength %g in way %d: a "
                         "finite number, a way that there is",
                         o->strength, (int)o->way);
    if (field->noise != ITO_NOISE_NONE)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance by an energy: %s has noise: guide the flow, "
                         "then add noise",
                         field->name);
    if (o->energy->dim != field->dim)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance by an energy: it has %zu components, %s has "
                         "%zu",
                         o->energy->dim, field->name, field->dim);
    if (o->energy->cond_dim != 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance by an energy: %s wants conditions",
                         o->energy->name);
    if (o->way == ITO_GUIDE_POSTERIOR && !field->vjp)
        return ito__fail(ctx, ITO_EUNFIT,
                         "guidance by an energy: %s has no vector-Jacobian "
                         "product, so there is no slope of its denoised point; "
                         "take the plain way",
                         field->name);
    return ITO_OK;
}

static void make_field(ito_guide *g)
{
    const unsigned both = g->flow.flags & g->energy.flags;

    g->field = (ito_field){
        .name = g->flow.name,
        .dtypes = g->flow.dtypes ? g->flow.dtypes : ITO_F32,
        .flags = (g->flow.flags & ITO_FIELD_WIDE) |
                 (both & (ITO_FIELD_REENTRANT | ITO_FIELD_ROW_INVARIANT)),
        .dim = g->flow.dim,
        .drift = drift,
        .score = g->flow.score ? score : NULL,
        .scratch_bytes = scratch_bytes,
        .tile_pref = g->flow.tile_pref,
        .cond_dim = g->flow.cond_dim,
        .user = g,
    };
}

ito_status ito_guide_open(ito_ctx *ctx, const ito_field *field,
                          const ito_guide_opts *opts, ito_guide **out)
{
    ito_status rc;
    ito_guide *g;
    ito_coef at;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = check(ctx, field, opts);
    if (rc != ITO_OK)
        return rc;
    g = ito__calloc(ctx, 1, sizeof(*g));
    if (!g)
        return ito__fail(ctx, ITO_ENOMEM, "guidance by an energy");
    g->ctx = ctx;
    g->flow = *field;
    g->energy = *opts->energy;
    g->path = opts->path ? *opts->path : *ito_path_at(0);
    g->strength = opts->strength != 0.0 ? opts->strength : 1.0;
    g->posterior = field->vjp && opts->way != ITO_GUIDE_PLAIN;
    at = ito_path_coef(&g->path, 0.0);
    g->lo = at.alpha > 0.0 ? 0.0 : START_GAP;
    atomic_init(&g->failed, false);
    make_field(g);
    *out = g;
    return ITO_OK;
}

void ito_guide_free(ito_guide *guide)
{
    if (guide)
        ito__free(guide->ctx, guide);
}

const ito_field *ito_guide_field(const ito_guide *guide)
{
    return &guide->field;
}

int ito_guide_failed(const ito_guide *guide)
{
    return atomic_load(&guide->failed) ? 1 : 0;
}

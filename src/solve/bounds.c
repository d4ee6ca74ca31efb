/* SPDX-License-Identifier: MIT
 *
 * bounds.c - edges of the space: periodic, reflecting, absorbing.
 *
 * Reflection is by folding, which is exact in law for a Brownian motion and
 * of weak order 1/2 to 1 else (Gobet, Stoch. Proc. Appl. 87 (2000) 167).  A
 * particle that is beyond an absorbing edge b at the end of a step left where
 * the straight line crosses it.  One that is inside at both ends, at x and
 * x', was outside in between with the probability of the Brownian bridge,
 *
 *     p = exp(-2 (b - x) (b - x') / (s^2 h)),
 *
 * s^2 = sum_j sigma_j^2 at x, and leaves in the middle of the step if the
 * uniform of (id, step, 2 c + [upper]; ITO_FOR_BRIDGE) is below it (Mannella,
 * Phys. Lett. A 254 (1999) 257; Gobet, same place).
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "rng/noise.h"
#include "solve/run.h"

/* log of the least uniform, 2^-24, and a little less: below it none is */
#define LOG_NEVER (-16.7)

/* A pass over the particles for one absorbing edge. */
typedef struct edge_scan {
    const ito_bounds *b;
    double at;      /* where it is */
    double inside;  /* +1 for an upper edge, -1 for a lower one */
    unsigned which; /* 2 c + [upper] */
    size_t n;
    const double *variance; /* s^2 h a particle; NULL: no bridge */
    ito_noise noise;
    uint64_t id0;
    size_t comps; /* 2 dim: what decides the layout of the noise */
} edge_scan;

/* The uniform of ito/noise.h, of one id and component. */
static double uniform_at(const edge_scan *e, uint64_t id)
{
    const bool wide = e->comps >= ITO_LANES;
    const uint64_t lane = wide ? e->which : id; /* what a group runs over */
    const uint64_t r = lane & 31;
    const uint64_t g = 8 * (lane >> 5) + ((r & 15) >> 1);
    uint32_t word[4];

    ito__philox_block(&e->noise, wide ? id : g,
                      wide ? (uint32_t)g : (uint32_t)e->which, word);
    return ((double)(word[2 * (r >> 4) + (r & 1)] >> 9) + 0.5) * 0x1p-23;
}

/* Whether the bridge of particle i crossed; product = (b - x) (b - x'). */
static bool crossed(const edge_scan *e, size_t i, double product)
{
    const double log_p = -2.0 * product / e->variance[i];

    if (!(log_p > LOG_NEVER)) /* no noise: -inf or NaN */
        return false;
    return uniform_at(e, e->id0 + i) < ito__exp(log_p);
}

/* Where x stands after the other edge, if that reflects, turned it back. */
static double mirror(const edge_scan *e, double x)
{
    if (e->inside > 0.0 && e->b->lower == ITO_EDGE_REFLECT && x < e->b->lo)
        return 2.0 * e->b->lo - x;
    if (e->inside < 0.0 && e->b->upper == ITO_EDGE_REFLECT && x > e->b->hi)
        return 2.0 * e->b->hi - x;
    return x;
}

static double wrap(const ito_bounds *b, double x)
{
    const double length = b->hi - b->lo;

    if (x >= b->lo && x < b->hi)
        return x;
    x -= length * floor((x - b->lo) / length);
    return x >= b->lo && x < b->hi ? x : b->lo;
}

/* Both edges reflect. */
static double zigzag(const ito_bounds *b, double x, bool *turn)
{
    const double length = b->hi - b->lo;
    double y = x < b->lo ? 2.0 * b->lo - x : 2.0 * b->hi - x;

    *turn = true;
    if (y >= b->lo && y <= b->hi)
        return y;
    y = (x - b->lo) / length;
    y -= 2.0 * floor(0.5 * y);
    *turn = y > 1.0;
    y = b->lo + length * (*turn ? 2.0 - y : y);
    return y < b->lo ? b->lo : y > b->hi ? b->hi : y;
}

static double fold(const ito_bounds *b, double x, bool *turn)
{
    const bool lower = b->lower == ITO_EDGE_REFLECT && x < b->lo;
    const bool upper = b->upper == ITO_EDGE_REFLECT && x > b->hi;

    if (b->lower == ITO_EDGE_PERIODIC)
        return wrap(b, x);
    if (!lower && !upper)
        return x;
    if (b->lower == b->upper)
        return zigzag(b, x, turn);
    *turn = true;
    return lower ? 2.0 * b->lo - x : 2.0 * b->hi - x;
}

#define VALUE   float
#define NAME(f) f##_f32
#include "solve/bounds_tmpl.h"
#undef VALUE
#undef NAME

#define VALUE   double
#define NAME(f) f##_f64
#include "solve/bounds_tmpl.h"
#undef VALUE
#undef NAME

static ito_status check_one(ito_ctx *ctx, const ito_bounds *b, size_t c)
{
    const bool lower = b->lower != ITO_EDGE_OPEN;
    const bool upper = b->upper != ITO_EDGE_OPEN;

    if ((unsigned)b->lower > ITO_EDGE_ABSORB ||
        (unsigned)b->upper > ITO_EDGE_ABSORB)
        return ito__fail(ctx, ITO_EARG,
                         "solve: component %zu has edges of kind %d and %d; "
                         "see ito_edge for those there are",
                         c, (int)b->lower, (int)b->upper);
    if ((lower && !isfinite(b->lo)) || (upper && !isfinite(b->hi)) ||
        (lower && upper && !(b->lo < b->hi)))
        return ito__fail(ctx, ITO_EARG,
                         "solve: the edges of component %zu are at %g and %g; "
                         "the lower is less than the upper",
                         c, b->lo, b->hi);
    if ((b->lower == ITO_EDGE_PERIODIC) != (b->upper == ITO_EDGE_PERIODIC))
        return ito__fail(ctx, ITO_EARG,
                         "solve: one edge of component %zu is periodic; both "
                         "are or none",
                         c);
    return ITO_OK;
}

ito_status ito__bounds_check(ito_ctx *ctx, const ito_problem *p, bool *absorbs)
{
    ito_status rc = ITO_OK;

    *absorbs = false;
    if (!p->bounds)
        return ITO_OK;
    if ((p->field->flags & ITO_FIELD_WIDE) != 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "solve: field %s works on rows, which have no edges",
                         p->field->name ? p->field->name : "without a name");
    for (size_t c = 0; rc == ITO_OK && c < p->field->dim; c++) {
        *absorbs = *absorbs || p->bounds[c].lower == ITO_EDGE_ABSORB ||
                   p->bounds[c].upper == ITO_EDGE_ABSORB;
        rc = check_one(ctx, &p->bounds[c], c);
    }
    return rc;
}

static bool fold_all(const run *r, run_worker *w)
{
    const stepper *s = &w->s;
    const size_t dim = s->shape.dim, half = dim / 2;
    bool changed = false;

    for (size_t c = 0; c < dim; c++) {
        const ito_bounds *b = &r->problem->bounds[c];
        void *v = s->field->second_order && c < half ? s->x[c + half] : NULL;

        changed |= s->ops->dtype == ITO_F64
                       ? fold_f64(b, s->shape.npad, s->x[c], v)
                       : fold_f32(b, s->shape.npad, s->x[c], v);
    }
    return changed;
}

static void leave(const stepper *s, const edge_scan *e, const void *x,
                  const void *z, run_worker *w)
{
    if (s->ops->dtype == ITO_F64)
        leave_f64(e, x, z, w->theta, w->edge);
    else
        leave_f32(e, x, z, w->theta, w->edge);
}

static bool bridge(const run *r, const stepper *s)
{
    return s->noisy && s->field->diffusion && !r->problem->no_bridge;
}

/* s^2 h of component c, into the worker's room for it; NULL: no noise. */
static const double *variance(const run *r, const run_worker *w, size_t c)
{
    const stepper *s = &w->s;
    const size_t m = s->matrix ? s->motions : 1;
    double *out = w->variance;

    if (!bridge(r, s))
        return NULL;
    for (size_t i = 0; i < s->shape.n; i++) {
        double sum = 0.0;

        for (size_t j = 0; j < m; j++) {
            const double g = s->ops->get(w->sigma[c * m + j], i);

            sum += g * g;
        }
        out[i] = sum * s->h;
    }
    return out;
}

/* An edge as a state of the run has it: a particle that stands on it in
 * float is there also when the next call looks at it. */
static double on_edge(const stepper *s, double at)
{
    return s->ops->dtype == ITO_F64 ? at : (double)(float)at;
}

/* Look at both edges of component c. */
static void scan(const run *r, run_worker *w, size_t c, void *const *from,
                 void *const *to)
{
    const ito_bounds *b = &r->problem->bounds[c];
    const stepper *s = &w->s;
    edge_scan e = { .b = b,
                    .n = s->shape.n,
                    .id0 = w->work.tile.id0,
                    .comps = 2 * s->shape.dim,
                    .noise = { r->problem->seed, r->problem->stream,
                               (uint32_t)w->work.tile.step, ITO_FOR_BRIDGE } };

    if (b->lower != ITO_EDGE_ABSORB && b->upper != ITO_EDGE_ABSORB)
        return;
    e.variance = from == to ? NULL : variance(r, w, c);
    if (b->lower == ITO_EDGE_ABSORB) {
        e.at = on_edge(s, b->lo);
        e.inside = -1.0;
        e.which = (unsigned)(2 * c);
        leave(s, &e, from[c], to[c], w);
    }
    if (b->upper == ITO_EDGE_ABSORB) {
        e.at = on_edge(s, b->hi);
        e.inside = 1.0;
        e.which = (unsigned)(2 * c + 1);
        leave(s, &e, from[c], to[c], w);
    }
}

/* Stop who left: at the edge, and elsewhere on the line of the step. */
static void absorb(const run *r, run_worker *w, bool move)
{
    const stepper *s = &w->s;
    const unsigned *edge = w->edge;
    bool any = false;

    for (size_t i = 0; i < s->shape.n; i++) {
        const size_t at = edge[i] / 2;

        w->mask[i] = w->theta[i] <= 1.0 && !w->now.stopped[i];
        if (!w->mask[i])
            continue;
        any = true;
        w->now.exits[i] = s->t + (move ? w->theta[i] * s->h : 0.0);
        for (size_t c = 0; move && c < s->shape.dim; c++) {
            const ito_bounds *b = &r->problem->bounds[c];
            const double x = s->ops->get(s->z[c], i);
            const double z = s->ops->get(s->x[c], i);

            s->ops->set(s->x[c], i,
                        c != at        ? x + w->theta[i] * (z - x)
                        : edge[i] & 1u ? b->hi
                                       : b->lo);
        }
    }
    if (any)
        ito__run_stop(w, ROW_ABSORBED);
}

static void scan_all(const run *r, run_worker *w, void *const *from,
                     void *const *to, bool move)
{
    for (size_t i = 0; i < w->s.shape.n; i++)
        w->theta[i] = 2.0;
    for (size_t c = 0; c < w->s.shape.dim; c++)
        scan(r, w, c, from, to);
    absorb(r, w, move);
}

void ito__bounds_start(const run *r, run_worker *w)
{
    w->s.t = ito__run_time(r, r->begin);
    fold_all(r, w);
    if (!r->absorbs)
        return;
    scan_all(r, w, w->s.x, w->s.x, false);
    if (r->begin == 0)
        return;
    w->earlier = w->now.stopped_count; /* they left in an earlier call */
    if (r->problem->exit_times) {
        const ito_tile *tile = &w->work.tile;

        memcpy(w->now.exits,
               r->problem->exit_times + (tile->id0 - r->problem->id0),
               tile->n * sizeof(*w->now.exits));
    }
}

int ito__bounds_step(const run *r, run_worker *w)
{
    stepper *s = &w->s;
    const size_t before = w->now.stopped_count;
    bool changed;
    int rc = 0;

    if (r->absorbs && bridge(r, s))
        rc = ito__sigma_into(s, s->z, w->sigma);
    if (rc != 0)
        return rc;
    if (r->absorbs)
        scan_all(r, w, s->z, s->x, true);
    changed = fold_all(r, w);
    if (w->now.stopped_count > before) /* as folded */
        s->ops->copy_rows(&s->shape, w->now.stopped, s->x, w->held);
    if (changed)
        s->k0_ready = s->u_ready = false;
    return 0;
}

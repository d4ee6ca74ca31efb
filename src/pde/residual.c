/* SPDX-License-Identifier: MIT
 *
 * residual.c - the residual of the equations of continuity and of Fokker and
 * Planck by central differences.
 *
 * At a point x all densities are taken relative to p_t(x), q = exp(log p -
 * log p_t(x)), so that nothing underflows in many dimensions.  The points of
 * one stencil are, for d components,
 *
 *     0              x
 *     1 + 2 c + s    x -+ h e_c, s = 0, 1
 *     then           x -+ h e_i -+ h e_j, i < j, four each, where the noise is
 *                    a matrix (s_i + 2 s_j)
 *
 * Stratonovich equations are turned into Ito's by u + 1/2 sum_j L^j sigma_j.
 */
#include <ito/residual.h>
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"

#define STEP         1e-3
#define CHUNK_POINTS 8192 /* stencil points evaluated together */

typedef struct work {
    ito_ctx *ctx;
    const ito_residual_problem *p;
    size_t d, m;    /* components; Brownian motions of a matrix, or 0 */
    size_t stencil; /* points */
    size_t most;    /* centres of a chunk */
    double h, dt;
    bool noisy, corrected;
    double *x;       /* most x stencil x d */
    double *logp;    /* most x stencil */
    double *u;       /* most x stencil x d */
    double *noise;   /* most x stencil x d or d x m */
    double *extra;   /* score, or L^j sigma_k */
    double *later;   /* 2 x most */
    double *centres; /* most x d */
    float *cond;
    double *r, *rate, *flow, *top; /* n: residual, dp/dt and div(p u) over p,
                                      log p */
} work;

static bool varies(const ito_field *f)
{
    return f->noise != ITO_NOISE_NONE && f->noise != ITO_NOISE_ADDITIVE;
}

static const char *name_of(const ito_field *f)
{
    return f->name ? f->name : "";
}

static ito_status check_noise(ito_ctx *ctx, const ito_residual_problem *p)
{
    const ito_field *f = p->field;

    if (!isfinite(p->sigma) || p->sigma < 0.0)
        return ito__fail(ctx, ITO_EARG, "residual: sigma is %g", p->sigma);
    if (p->sigma > 0.0 && f->noise != ITO_NOISE_NONE)
        return ito__fail(ctx, ITO_EUNFIT,
                         "residual: field %s has noise of its own, so sigma "
                         "has no meaning",
                         name_of(f));
    if (p->sigma > 0.0 && !p->no_score && !f->score)
        return ito__fail(ctx, ITO_EUNFIT,
                         "residual: field %s has no score, which sigma needs",
                         name_of(f));
    if (f->noise == ITO_NOISE_NONE)
        return ITO_OK;
    if (!f->diffusion)
        return ito__fail(ctx, ITO_EARG,
                         "residual: field %s has noise and no diffusion",
                         name_of(f));
    if (varies(f) && f->calculus == ITO_CALCULUS_UNSET)
        return ito__fail(ctx, ITO_EUNFIT,
                         "residual: the calculus of field %s is not said",
                         name_of(f));
    if (varies(f) && f->calculus == ITO_CALCULUS_STRATONOVICH &&
        !f->diffusion_deriv)
        return ito__fail(ctx, ITO_EUNFIT,
                         "residual: the Stratonovich diffusion of field %s "
                         "has no derivative; write it in Ito's calculus",
                         name_of(f));
    return ITO_OK;
}

static ito_status check(ito_ctx *ctx, const ito_residual_problem *p,
                        const ito_residual_size *out)
{
    if (!p || !p->field || !out || !p->field->drift)
        return ito__fail(ctx, ITO_EARG, "residual: an argument is NULL");
    if (p->n == 0 || !p->x || p->field->dim == 0)
        return ito__fail(ctx, ITO_EARG, "residual: there are no points");
    if (!isfinite(p->t) || !isfinite(p->h) || p->h < 0.0 || !isfinite(p->dt) ||
        p->dt < 0.0)
        return ito__fail(ctx, ITO_EARG,
                         "residual: t = %g, h = %g, dt = %g is not possible",
                         p->t, p->h, p->dt);
    if (p->field->cond_dim > 0 && !p->cond)
        return ito__fail(ctx, ITO_EARG,
                         "residual: field %s wants %zu conditions",
                         name_of(p->field), p->field->cond_dim);
    if (!p->logp && !p->field->log_density)
        return ito__fail(ctx, ITO_EUNFIT,
                         "residual: field %s has no log density; give one",
                         name_of(p->field));
    for (size_t i = 0; i < p->n * p->field->dim; i++)
        if (!isfinite(p->x[i]))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "residual: point %zu is not finite",
                             i / p->field->dim);
    return check_noise(ctx, p);
}

static void plan(work *w)
{
    const ito_field *f = w->p->field;
    const size_t d = f->dim;

    w->d = d;
    w->h = w->p->h > 0.0 ? w->p->h : STEP;
    w->dt = w->p->dt > 0.0 ? w->p->dt : w->h;
    w->noisy = f->noise != ITO_NOISE_NONE;
    w->m = w->noisy ? f->noise_dim : 0;
    w->corrected =
        w->noisy && varies(f) && f->calculus == ITO_CALCULUS_STRATONOVICH;
    w->stencil = size_add(1, size_mul(2, d));
    if (w->m)
        w->stencil = size_add(w->stencil, size_mul(2 * d, d - 1));
    w->most = size_min(w->p->n, size_max(1, CHUNK_POINTS / w->stencil));
}

static double *doubles(work *w, size_t points, size_t each)
{
    return ito__arena_get(w->ctx,
                          size_mul(size_mul(points, each), sizeof(double)));
}

static bool allocate(work *w)
{
    const size_t points = size_mul(w->most, w->stencil), m = w->m ? w->m : 1;
    const size_t cond = w->p->field->cond_dim, n = w->p->n;
    const size_t deriv = w->m ? size_mul(w->d, size_mul(m, m)) : w->d;

    w->x = doubles(w, points, w->d);
    w->logp = doubles(w, points, 1);
    w->u = doubles(w, points, w->d);
    w->noise = doubles(w, points, size_mul(w->d, m));
    w->extra = doubles(w, points, deriv);
    w->later = doubles(w, w->most, 2);
    w->centres = doubles(w, w->most, w->d);
    w->r = doubles(w, n, 4);
    if (!w->x || !w->logp || !w->u || !w->noise || !w->extra || !w->later ||
        !w->centres || !w->r)
        return false;
    w->rate = w->r + n;
    w->flow = w->r + 2 * n;
    w->top = w->r + 3 * n;
    if (cond == 0)
        return true;
    w->cond = ito__arena_get(w->ctx, size_mul(points, cond * sizeof(float)));
    for (size_t i = 0; w->cond && i < points * cond; i++)
        w->cond[i] = w->p->cond[i % cond];
    return w->cond != NULL;
}

/* The stencil round one centre. */
static void place(const work *w, const double *centre, double *x)
{
    const size_t d = w->d;
    double *at = x + d;

    for (size_t k = 0; k < w->stencil; k++)
        memcpy(x + k * d, centre, d * sizeof(*x));
    for (size_t c = 0; c < d; c++)
        for (size_t s = 0; s < 2; s++, at += d)
            at[c] += s ? w->h : -w->h;
    for (size_t i = 0; w->m && i < d; i++)
        for (size_t j = i + 1; j < d; j++)
            for (size_t s = 0; s < 4; s++, at += d) {
                at[i] += s & 1 ? w->h : -w->h;
                at[j] += s & 2 ? w->h : -w->h;
            }
}

static ito_status part(work *w, ito_part what, size_t points, double *out)
{
    const ito_rows_at at = { .t = w->p->t, .dtype = ITO_F64, .cond = w->cond };

    return ito_field_eval(w->ctx, w->p->field, what, &at, points, w->x, out);
}

static ito_status log_density(work *w, double t, size_t points, const double *x,
                              double *out)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64, .cond = w->cond };
    int stop;

    if (!w->p->logp)
        return ito_field_eval(w->ctx, w->p->field, ITO_PART_LOG_DENSITY, &at,
                              points, x, out);
    stop = w->p->logp(w->p->logp_arg, t, points, x, out);
    if (stop != 0)
        return ito__fail(w->ctx, ITO_ECALLBACK,
                         "residual: the log density returned %d at t = %g",
                         stop, t);
    return ITO_OK;
}

/* Drift in Ito's form, with the score of an extension. */
static ito_status drift(work *w, size_t points)
{
    const double half = 0.5 * w->p->sigma * w->p->sigma;
    const size_t d = w->d, m = w->m;
    ito_status rc = part(w, ITO_PART_DRIFT, points, w->u);

    if (rc == ITO_OK && w->p->sigma > 0.0 && !w->p->no_score) {
        rc = part(w, ITO_PART_SCORE, points, w->extra);
        for (size_t i = 0; rc == ITO_OK && i < points * d; i++)
            w->u[i] += half * w->extra[i];
    }
    if (rc != ITO_OK || !w->corrected)
        return rc;
    rc = part(w, ITO_PART_DIFFUSION_DERIV, points, w->extra);
    for (size_t i = 0; rc == ITO_OK && i < points * d; i++) {
        double sum = m ? 0.0 : w->extra[i];

        for (size_t j = 0; j < m; j++)
            sum += w->extra[i * m * m + j * m + j];
        w->u[i] += 0.5 * sum;
    }
    return rc;
}

/* Element (i, j) of sigma sigma' at a point. */
static double spread(const work *w, size_t point, size_t i, size_t j)
{
    const size_t m = w->m ? w->m : 1;
    const double *s = w->noise + point * w->d * m;
    double sum = 0.0;

    if (!w->noisy)
        return i == j ? w->p->sigma * w->p->sigma : 0.0;
    if (w->m == 0)
        return i == j ? s[i] * s[i] : 0.0;
    for (size_t k = 0; k < m; k++)
        sum += s[i * m + k] * s[j * m + k];
    return sum;
}

/* 1/2 sum d_i d_j (A_ij q) of a stencil that begins at `first`. */
static double diffusion(const work *w, size_t first, const double *q)
{
    const double hh = w->h * w->h;
    double sum = 0.0;
    size_t k = 1;

    for (size_t c = 0; c < w->d; c++, k += 2)
        sum += (spread(w, first + k, c, c) * q[k] -
                2.0 * spread(w, first, c, c) * q[0] +
                spread(w, first + k + 1, c, c) * q[k + 1]) /
               hh;
    for (size_t i = 0; w->m && i < w->d; i++)
        for (size_t j = i + 1; j < w->d; j++, k += 4)
            sum += 2.0 *
                   (spread(w, first + k, i, j) * q[k] -
                    spread(w, first + k + 1, i, j) * q[k + 1] -
                    spread(w, first + k + 2, i, j) * q[k + 2] +
                    spread(w, first + k + 3, i, j) * q[k + 3]) /
                   (4.0 * hh);
    return 0.5 * sum;
}

/* Centre i of a chunk, point k of all. */
static void at_centre(work *w, size_t i, size_t k)
{
    const size_t first = i * w->stencil, d = w->d;
    double *q = w->logp + first;
    const double own = q[0];
    double flow = 0.0, move;

    for (size_t s = 0; s < w->stencil; s++)
        q[s] = ito__exp(q[s] - own);
    for (size_t c = 0; c < d; c++) {
        const double *u = w->u + (first + 1 + 2 * c) * d;

        flow += (u[d + c] * q[2 + 2 * c] - u[c] * q[1 + 2 * c]) / (2.0 * w->h);
    }
    move =
        (ito__exp(w->later[w->most + i] - own) - ito__exp(w->later[i] - own)) /
        (2.0 * w->dt);
    w->top[k] = own;
    w->rate[k] = move;
    w->flow[k] = flow;
    w->r[k] = move + flow;
    if (w->noisy || w->p->sigma > 0.0)
        w->r[k] -= diffusion(w, first, q);
}

/* count points from number `first` on */
static ito_status chunk(work *w, size_t first, size_t count)
{
    const size_t points = count * w->stencil, d = w->d;
    ito_status rc;

    memcpy(w->centres, w->p->x + first * d, count * d * sizeof(double));
    for (size_t i = 0; i < count; i++)
        place(w, w->centres + i * d, w->x + i * w->stencil * d);
    if ((rc = log_density(w, w->p->t, points, w->x, w->logp)) != ITO_OK ||
        (rc = log_density(w, w->p->t - w->dt, count, w->centres, w->later)) !=
            ITO_OK ||
        (rc = log_density(w, w->p->t + w->dt, count, w->centres,
                          w->later + w->most)) != ITO_OK ||
        (rc = drift(w, points)) != ITO_OK)
        return rc;
    if (w->noisy &&
        (rc = part(w, ITO_PART_DIFFUSION, points, w->noise)) != ITO_OK)
        return rc;
    for (size_t i = 0; i < count; i++) {
        const double own = w->logp[i * w->stencil];

        at_centre(w, i, first + i);
        if (isfinite(own) && isfinite(w->r[first + i]))
            continue;
        return ito__fail(w->ctx, ITO_ENONFINITE,
                         "residual: at point %zu, t = %g, the %s", first + i,
                         w->p->t,
                         isfinite(own) ? "density or the field is not finite"
                                       : "density vanishes; choose points "
                                         "that have some");
    }
    return ITO_OK;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Bring all to one unit, the largest density, and measure. */
static void measure(const work *w, double *residual, ito_residual_size *out)
{
    const size_t n = w->p->n;
    double top = -HUGE_VAL, flow = 0.0, squares = 0.0, unit;
    ito_residual_size s = { 0 };

    for (size_t k = 0; k < n; k++)
        top = w->top[k] > top ? w->top[k] : top;
    for (size_t k = 0; k < n; k++) {
        const double p = ito__exp(w->top[k] - top), r = w->r[k] * p;

        s.scale = larger(s.scale, fabs(w->rate[k]) * p);
        flow = larger(flow, fabs(w->flow[k]) * p);
        squares += r * r;
        if (fabs(r) > s.max) {
            s.max = fabs(r);
            s.worst = k;
        }
        if (residual)
            residual[k] = r;
    }
    unit = s.scale > 0.0 ? s.scale : flow;
    s.rms = sqrt(squares / (double)n);
    if (unit > 0.0) {
        s.max /= unit;
        s.rms /= unit;
    }
    *out = s;
}

ito_status ito_residual(ito_ctx *ctx, const ito_residual_problem *problem,
                        double *residual, ito_residual_size *out)
{
    work w = { .ctx = ctx, .p = problem };
    ito_mark mark;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check(ctx, problem, out)) != ITO_OK)
        return rc;
    plan(&w);
    mark = ito__arena_mark(ctx);
    if (!allocate(&w))
        rc = ito__fail(ctx, ITO_ENOMEM, "residual: no memory for %zu points",
                       problem->n);
    for (size_t k = 0; rc == ITO_OK && k < problem->n; k += w.most)
        rc = chunk(&w, k, size_min(w.most, problem->n - k));
    if (rc == ITO_OK)
        measure(&w, residual, out);
    ito__arena_release(ctx, mark);
    return rc;
}

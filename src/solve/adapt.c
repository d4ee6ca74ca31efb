/* SPDX-License-Identifier: MIT
 *
 * adapt.c - steps chosen by the estimated error, for ODEs.
 *
 * All particles of a control group take the same steps.  With e the largest
 * error of them in units of the tolerance (ito/solve.h, rtol), a step is
 * accepted if e <= 1, and the next is longer by
 *
 *     0.9 e^(-a) e_old^b,  a = 1/k - 3/4 b,  b = 0.2/k,   within [0.2, 10],
 *
 * k being the power of h in the estimate: the PI controller of Gustafsson,
 * ACM TOMS 17 (1991) 533, as in Hairer and Wanner, Solving Ordinary
 * Differential Equations II, section IV.2.  After a rejection there is no old
 * error and no growth.  The first step is that of section II.4 of part I.
 *
 * With integrals along the way every step is dear.  Then b = 0, which lags less
 * behind steps that grow; the first step aims at the tolerance itself, not at a
 * hundredth of it; and the last two are equal, so that none is tiny.
 *
 * Everything here is double and our own pow, so the steps are the same on all
 * machines.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "solve/run.h"

#define SAFETY  0.9
#define SHRINK  0.2
#define GROW    10.0
#define BETA    0.2    /* over k */
#define LEAST   1e-4   /* least old error, so that luck is not trusted */
#define RESTART 1024.0 /* growth of the step when a particle was frozen */
#define LAST    1.01   /* a step this much too short ends at its target */
#define AIM     0.01   /* error that the first step is to have, about */

/* Where an adaptive run stands. */
typedef struct control {
    double t, h;   /* h has the sign of the direction */
    double e_old;  /* 0: none */
    size_t tries;  /* accepted and rejected */
    size_t point;  /* of the grid, passed already */
    bool dense;    /* points of the grid are passed over */
    bool rejected; /* the last try was */
} control;

/* --- the error --------------------------------------------------------- */

/* Sums of squares of e over the particles into out. */
static void squares(const run *r, const run_worker *w, void *const *e,
                    void *const *z, double *out)
{
    const double tol[2] = { r->opts.atol, r->opts.rtol };

    memset(out, 0, w->s.shape.n * sizeof(*out));
    w->s.ops->error_rows(&w->s.shape, tol, e, w->s.x, z, out);
}

/* The largest rms of e over the particles that move; NaN counts as most. */
static double largest(const run_worker *w, const double *sum, size_t *row)
{
    double most = -1.0;

    *row = 0;
    for (size_t i = 0; i < w->s.shape.n; i++) {
        if (w->now.stopped[i] || sum[i] <= most)
            continue;
        most = sum[i];
        *row = i;
        if (isnan(most))
            return most;
    }
    return most < 0.0 ? 0.0 : sqrt(most / (double)w->s.shape.dim);
}

/* Two estimates e and f in one: e^2 / sqrt(e^2 + f^2 / 100). */
static void steady(const run *r, run_worker *w, double *sum)
{
    double *third = w->variance;

    squares(r, w, w->s.err3, w->s.z, third);
    for (size_t i = 0; i < w->s.shape.n; i++)
        if (sum[i] > 0.0)
            sum[i] *= sum[i] / (sum[i] + 0.01 * third[i]);
}

double ito__adapt_error(const run *r, run_worker *w, size_t *row)
{
    squares(r, w, w->s.err, w->s.z, w->theta);
    if (w->s.err3)
        steady(r, w, w->theta);
    return largest(w, w->theta, row);
}

bool ito__adapt_freeze(run_worker *w)
{
    const double most = (double)w->s.shape.dim;
    const size_t before = w->now.stopped_count;

    for (size_t i = 0; i < w->s.shape.n; i++)
        w->mask[i] = !(w->theta[i] <= most);
    ito__run_stop(w, ROW_FROZEN);
    return w->now.stopped_count > before;
}

/* --- the first step ---------------------------------------------------- */

static double size_of(const run *r, run_worker *w, void *const *e)
{
    size_t row;

    squares(r, w, e, w->s.x, w->theta);
    return largest(w, w->theta, &row);
}

/* Its length, or a negative number when the drift refuses the start. */
static double first_step(const run *r, run_worker *w, double direction)
{
    stepper *s = &w->s;
    const double k = (double)s->method->error_order;
    const double aim = r->quadrature ? 1.0 : AIM;
    double d0, d1, d2, h0, h1;

    if (r->opts.h_start > 0.0)
        return r->opts.h_start;
    d0 = size_of(r, w, s->x);
    d1 = size_of(r, w, s->k[0]);
    h0 = d0 > 1e-5 && d1 > 1e-5 ? 0.01 * (d0 / d1) : 1e-6 * r->opts.h_max;
    h0 = fmin(h0, r->opts.h_max);
    ito__lin1(s, s->y[0], s->x, direction * h0, s->k[0]);
    s->h = direction * h0;
    s->t_end = s->t + s->h;
    if (ito__drift(s, 1, 1.0, s->y[0], s->k[1]) != 0)
        return h0;
    s->ops->sub(s->kern, s->values, s->k[1][0], s->k[0][0], s->err[0]);
    d2 = size_of(r, w, s->err) / h0;
    d2 = d2 > d1 ? d2 : d1;
    h1 = d2 > 1e-15 ? ito__pow(aim / d2, 1.0 / k) : fmax(1e-6, h0 * 1e-3);
    return isfinite(h1) && h1 > 0.0 ? fmin(100.0 * h0, h1) : h0;
}

/* --- steps ------------------------------------------------------------- */

static void fail(run *r, run_worker *w, const control *c, run_end end,
                 size_t row)
{
    ito__run_fault(
        r, w,
        (run_fault){
            .end = end, .id = w->work.tile.id0 + row, .t = c->t, .h = c->h });
}

/* The time at which the step may end at the latest, and its point. */
static double target(const run *r, const control *c, size_t *point)
{
    *point = c->dense ? r->end : c->point + 1;
    return ito__run_time(r, *point);
}

/* Whether a sink wants a point before the end of the step. */
static bool wanted_inside(const run *r, const run_worker *w)
{
    const size_t point = ito__run_wanted(r, w);
    const double ahead = w->s.t_end - ito__run_time(r, size_min(point, r->end));

    return point < r->end && (w->s.h < 0.0 ? -ahead : ahead) > 0.0;
}

/* Show the sinks the points inside the step that was just computed, before
 * its state becomes x.  False: a sink stopped. */
static bool show_inside(run *r, run_worker *w)
{
    stepper *s = &w->s;

    while (wanted_inside(r, w)) {
        const size_t point = ito__run_wanted(r, w);
        const double t = ito__run_time(r, point);

        ito__dense_at(s, (t - s->t) / s->h, s->y[0]);
        if (!ito__run_sinks(r, w, point, s->y[0]))
            return false;
    }
    return true;
}

/* The step was too long: its error is e, or 0 when the field refused it.
 * False: it cannot be shorter. */
static bool shorten(run *r, run_worker *w, control *c, double e, size_t row)
{
    const double k = (double)w->s.method->error_order;
    const double factor =
        isfinite(e) ? fmax(SHRINK, SAFETY * ito__pow(e, -1.0 / k)) : SHRINK;

    c->h = w->s.h * (e > 0.0 || isnan(e) ? factor : 0.5);
    c->rejected = true;
    c->e_old = 0.0;
    w->rejected++;
    if (fabs(c->h) >= r->opts.h_min)
        return true;
    if (r->opts.bad == ITO_BAD_FREEZE && e != 0.0 && ito__adapt_freeze(w)) {
        c->h = w->s.h * RESTART;
        return true;
    }
    fail(r, w, c, RUN_SMALL, row);
    return false;
}

static void lengthen(const run *r, const run_worker *w, control *c, double e)
{
    const double k = (double)w->s.method->error_order;
    const double b = r->quadrature ? 0.0 : BETA / k, a = 1.0 / k - 0.75 * b;
    double factor = GROW;

    if (e > 0.0)
        factor = SAFETY * ito__pow(e, -a) *
                 (c->e_old > 0.0 ? ito__pow(c->e_old, b) : 1.0);
    factor = fmin(fmax(factor, SHRINK), c->rejected ? 1.0 : GROW);
    c->h = fmin(fabs(c->h) * factor, r->opts.h_max) * (c->h < 0.0 ? -1.0 : 1.0);
    c->e_old = fmax(e, LEAST);
    c->rejected = false;
}

/* The step is good: its state becomes x at the time reached. */
static bool accept(run *r, run_worker *w, control *c, size_t point, bool hits)
{
    int rc;

    w->taken++;
    c->t = w->s.t_end;
    ito__quadrature_accept(r, w);
    rc = ito__run_finish(r, w);
    if (rc != 0) {
        ito__run_fault(r, w, ito__run_why(w, rc));
        return false;
    }
    if (!hits)
        return true;
    c->point = point;
    return ito__run_wanted(r, w) != point ||
           ito__run_sinks(r, w, point, w->s.x);
}

/* Take the step to t_end; a drift that refuses a stage refuses the step. */
static int try_step(run *r, run_worker *w, const control *c, double *e,
                    size_t *row)
{
    int rc = w->s.method->step(&w->s);

    if (rc != 0)
        return rc;
    *e = ito__adapt_error(r, w, row);
    if (!(*e <= 1.0) || !c->dense)
        return 0;
    if (r->quadrature || wanted_inside(r, w))
        rc = ito__step_dense(&w->s);
    if (rc == 0 && r->quadrature)
        rc = ito__quadrature_step(r, w);
    return rc;
}

/* One try; false: the tile is over. */
static bool attempt(run *r, run_worker *w, control *c)
{
    stepper *s = &w->s;
    const double full = c->h;
    size_t point, row = 0;
    const double end = target(r, c, &point);
    const bool hits = fabs(c->h) * LAST >= fabs(end - c->t);
    double e = 0.0;
    int rc;

    s->t = c->t;
    s->t_end = hits ? end : c->t + c->h;
    if (r->quadrature && !hits && 2.0 * fabs(c->h) > fabs(end - c->t))
        s->t_end = c->t + 0.5 * (end - c->t);
    s->h = s->t_end - s->t;
    w->work.tile.h = s->h;
    w->work.tile.step = r->step0 + c->point;
    rc = try_step(r, w, c, &e, &row);
    if (rc < 0) {
        ito__run_fault(r, w, ito__run_why(w, rc));
        return false;
    }
    if (rc > 0 || !(e <= 1.0))
        return shorten(r, w, c, rc > 0 ? 0.0 : e, row);
    if (c->dense && !show_inside(r, w))
        return false;
    c->h = s->h;
    lengthen(r, w, c, e);
    if (hits && fabs(c->h) < fabs(full))
        c->h = full; /* the target was near, not the field steep */
    return accept(r, w, c, point, hits);
}

bool ito__adapt(run *r, run_worker *w)
{
    stepper *s = &w->s;
    const double span = ito__run_time(r, r->end) - ito__run_time(r, r->begin);
    const double direction = span < 0.0 ? -1.0 : 1.0;
    control c = { .t = ito__run_time(r, r->begin), .point = r->begin };
    uint64_t taken = w->taken;
    int rc;

    if (r->begin == r->end)
        return true;
    c.dense =
        (s->method->info.flags & ITO_METHOD_DENSE) != 0 && !r->problem->bounds;
    s->t = c.t;
    if ((rc = ito__drift0(s)) != 0) {
        ito__run_fault(r, w, ito__run_why(w, rc));
        return false;
    }
    c.h = direction * fmin(first_step(r, w, direction), r->opts.h_max);
    while (c.point < r->end) {
        if (!ito__run_go_on(r, w->work.tile.thread, w->work.tile.id0))
            return false;
        if (c.tries++ == r->opts.max_steps) {
            fail(r, w, &c, RUN_MANY, 0);
            return false;
        }
        if (!attempt(r, w, &c))
            return false;
    }
    taken = w->taken - taken;
    w->steps = size_max(w->steps, (size_t)taken);
    return true;
}

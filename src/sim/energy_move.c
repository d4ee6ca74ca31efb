/* SPDX-License-Identifier: MIT
 *
 * energy_move.c - one step of all replicas of a group: a Langevin move of
 * each at its own temperature, then swaps of neighbours.
 *
 * With G = -grad V = b F - r (x - start) / spread^2, F = -grad U,
 *
 *     y = x + eta G(x) + sqrt(2 eta) z
 *     log a = V(x) - V(y) + |z|^2 / 2 - |x - y - eta G(y)|^2 / (4 eta)
 *
 * (Roberts and Tweedie, Bernoulli 2 (1996) 341).  A proposal where energy or
 * gradient is not finite is not accepted.  Where steps are found in the
 * warm-up, every fourth is a sixteenth as long, for those places where the
 * energy bends so much that a step that suits the rest is hardly ever accepted
 * and a chain would stay for long.  Rungs j and j + 1 swap states with
 * probability min(1, exp((b_j - b_{j+1}) (U_j - U_{j+1}))), j even in even
 * steps and odd in odd ones (arXiv:1905.02939).
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "rng/noise.h"
#include "sim/energy_run.h"

#define NOBODY SIZE_MAX
#define EVERY  4            /* so many steps one is short ... */
#define SHORT  (1.0 / 16.0) /* ... by this factor */

/* --- rows of a tile ------------------------------------------------------- */

/* Where component c of row i is in the block of a state: at[0][i row + c
 * comp]. */
typedef struct layout {
    size_t row, comp;
} layout;

static layout layout_of(const energy_run *s, const energy_group *g)
{
    if (s->plan.wide)
        return (layout){ s->dim, 1 };
    return (layout){ 1, g->pad };
}

static double row_reference(const energy_run *s, const layout *l,
                            const double *x, size_t i)
{
    const double scale = 0.5 / (s->o.spread * s->o.spread);
    double sum = 0.0;

    for (size_t c = 0; c < s->dim; c++) {
        const double d = x[i * l->row + c * l->comp] - s->start[c];

        sum += d * d;
    }
    return scale * sum;
}

double ito__energy_reference(const energy_run *s, const energy_group *g,
                             size_t i)
{
    const layout l = layout_of(s, g);

    return row_reference(s, &l, g->x[0], i);
}

/* V of row i, of which U is known. */
static double row_v(const energy_run *s, const energy_rung *rung,
                    const layout *l, const double *x, double U, size_t i)
{
    const double v = rung->b * U;

    return rung->r > 0.0 ? v + rung->r * row_reference(s, l, x, i) : v;
}

/* Energies and forces of all rows at x. */
static int evaluate(const energy_run *s, energy_group *g, tile_work *w,
                    void *const *x, void *const *force, double *U)
{
    const double *out = g->out[0];
    int rc;

    if (!s->plan.wide)
        s->plan.ops->pad(w->tile.n, w->tile.npad, s->dim, x);
    rc = ito__tile_eval(w, s->force_fn, x, force, s->dim);
    if (rc == 0)
        rc = ito__tile_eval(w, s->energy_fn, x, g->out, 1);
    for (size_t i = 0; rc == 0 && i < g->rows; i++)
        U[i] = s->sign * out[i];
    return rc;
}

static void begin_tile(const energy_run *s, energy_group *g, tile_work *w,
                       uint32_t step)
{
    ito__tile_begin(w, g->rows, g->first, NULL);
    w->tile.t = s->t;
    w->tile.step = step;
    g->pad = w->tile.npad;
}

/* --- one move ------------------------------------------------------------- */

static void draw_normals(const energy_run *s, energy_group *g, uint32_t step,
                         uint32_t purpose)
{
    for (size_t j = 0; j < s->rungs; j++) {
        const ito_noise at = { s->o.seed, (uint32_t)j, step, purpose };

        ito__normal_rows64(s->ctx->kern, &at, g->first, g->count, s->dim,
                           g->z + j * g->count * s->dim, s->dim);
    }
}

static void draw_uniforms(const energy_run *s, energy_group *g, uint32_t step,
                          uint32_t purpose)
{
    for (size_t j = 0; j < s->rungs; j++) {
        const ito_noise at = { s->o.seed, (uint32_t)j, step, purpose };

        ito__uniform_rows64(s->ctx->kern, &at, g->first, g->count, 1,
                            g->u + j * g->count, 1);
    }
}

/* -grad V in one component. */
static double slope(const energy_run *s, const energy_rung *rung, double force,
                    double x, size_t c)
{
    const double v = rung->b * force;

    if (!(rung->r > 0.0))
        return v;
    return v - rung->r * (x - s->start[c]) / (s->o.spread * s->o.spread);
}

static void propose(const energy_run *s, energy_group *g, double part)
{
    const layout l = layout_of(s, g);
    const double *x = g->x[0], *force = g->force[0];
    double *y = g->y[0];

    for (size_t i = 0; i < g->rows; i++) {
        const energy_rung *rung = &s->rung[i / g->count];
        const double eta = part * g->eta[i], root = sqrt(2.0 * eta);

        for (size_t c = 0; c < s->dim; c++) {
            const size_t k = i * l.row + c * l.comp;

            y[k] = x[k] + eta * slope(s, rung, force[k], x[k], c) +
                   root * g->z[i * s->dim + c];
        }
    }
}

/* log a of row i; NaN where the proposal is not finite. */
static double log_ratio(const energy_run *s, const energy_group *g,
                        const layout *l, double part, size_t i)
{
    const double eta = part * g->eta[i];
    const energy_rung *rung = &s->rung[i / g->count];
    const double *x = g->x[0], *y = g->y[0], *force = g->force_y[0];
    double back = 0.0, there = 0.0;

    for (size_t c = 0; c < s->dim; c++) {
        const size_t k = i * l->row + c * l->comp;
        const double z = g->z[i * s->dim + c];
        const double d = x[k] - y[k] - eta * slope(s, rung, force[k], y[k], c);

        back += d * d;
        there += z * z;
    }
    if (!isfinite(back) || !isfinite(g->U_y[i]))
        return (double)NAN;
    return row_v(s, rung, l, x, g->U[i], i) -
           row_v(s, rung, l, y, g->U_y[i], i) + 0.5 * there -
           back / (4.0 * eta);
}

/* Exchange row a of one state with row b of another. */
static void exchange(const energy_run *s, const layout *l, double *p, size_t a,
                     double *q, size_t b)
{
    for (size_t c = 0; c < s->dim; c++) {
        double *at = p + a * l->row + c * l->comp;
        double *to = q + b * l->row + c * l->comp;
        const double keep = *at;

        *at = *to;
        *to = keep;
    }
}

static void decide(const energy_run *s, energy_group *g, uint32_t step,
                   double part)
{
    const layout l = layout_of(s, g);

    for (size_t i = 0; i < g->rows; i++) {
        const double log_a = log_ratio(s, g, &l, part, i);
        const bool finite = log_a == log_a;

        g->alpha[i] = finite ? ito__exp(fmin(log_a, 0.0)) : 0.0;
        if (part == 1.0)
            g->accept_sum[i] += g->alpha[i];
        if (s->exact ? finite && ito__log(g->u[i]) < log_a : finite) {
            exchange(s, &l, g->x[0], i, g->y[0], i);
            exchange(s, &l, g->force[0], i, g->force_y[0], i);
            g->U[i] = g->U_y[i];
        } else if (!s->exact && g->lost == NOBODY) {
            g->lost = g->first + i % g->count;
            g->when = step;
        }
    }
}

/* --- swaps ---------------------------------------------------------------- */

/* What the ends of the ladder are to a replica that has come there. */
static void visit(const energy_run *s, energy_group *g, size_t row)
{
    const size_t j = row / g->count;
    energy_trip *trip = &g->trip[row];

    if (j == 0) {
        g->trips += *trip == TRIP_BACK;
        *trip = TRIP_OUT;
    } else if (j == s->rungs - 1 && *trip == TRIP_OUT) {
        *trip = TRIP_BACK;
    }
}

static void swap_rows(const energy_run *s, energy_group *g, const layout *l,
                      size_t a, size_t b)
{
    const double U = g->U[a];
    const energy_trip trip = g->trip[a];

    exchange(s, l, g->x[0], a, g->x[0], b);
    exchange(s, l, g->force[0], a, g->force[0], b);
    g->U[a] = g->U[b];
    g->U[b] = U;
    g->trip[a] = g->trip[b];
    g->trip[b] = trip;
    visit(s, g, a);
    visit(s, g, b);
}

static void swap_neighbours(const energy_run *s, energy_group *g, uint32_t step)
{
    const layout l = layout_of(s, g);

    draw_uniforms(s, g, step, ITO_FOR_CHURN);
    for (size_t j = step & 1u; j + 1 < s->rungs; j += 2)
        for (size_t i = 0; i < g->count; i++) {
            const size_t a = j * g->count + i, b = a + g->count;
            const double log_a =
                (s->rung[j].b - s->rung[j + 1].b) * (g->U[a] - g->U[b]);

            g->swap_sum[a] += ito__exp(fmin(log_a, 0.0));
            g->swap_count[a] += 1.0;
            if (ito__log(g->u[a]) < log_a)
                swap_rows(s, g, &l, a, b);
        }
}

/* --- rounds --------------------------------------------------------------- */

static void store(const energy_run *s, const energy_group *g, uint32_t step)
{
    const layout l = layout_of(s, g);
    const size_t done = step + 1 - s->from;
    const double *x = g->x[0];

    if (done % s->o.thin != 0)
        return;
    for (size_t i = 0; i < g->count; i++) {
        const size_t row = (g->first + i) * s->o.draws + done / s->o.thin - 1;

        s->to->energy[row] = g->U[i];
        for (size_t c = 0; c < s->dim; c++)
            s->to->x[row * s->dim + c] = x[i * l.row + c * l.comp];
    }
}

static void move_group(energy_run *s, energy_group *g, tile_work *w)
{
    for (uint32_t step = s->step; step < s->until; step++) {
        const double part = ito__energy_short(s, step) ? SHORT : 1.0;

        begin_tile(s, g, w, step);
        draw_normals(s, g, step, ITO_FOR_DW);
        draw_uniforms(s, g, step, ITO_FOR_ACCEPT);
        propose(s, g, part);
        g->when = step;
        g->rc = evaluate(s, g, w, g->y, g->force_y, g->U_y);
        if (g->rc != 0)
            return;
        decide(s, g, step, part);
        if (g->lost != NOBODY)
            return;
        if (s->rungs > 1)
            swap_neighbours(s, g, step);
        if (s->keep)
            store(s, g, step);
    }
}

static void move_groups(void *arg, size_t worker, size_t begin, size_t end)
{
    energy_run *s = arg;

    s->work[worker].tile.thread = worker;
    for (size_t i = begin; i < end; i++)
        move_group(s, &s->group[i], &s->work[worker]);
}

static void start_group(energy_run *s, energy_group *g, tile_work *w)
{
    const layout l = layout_of(s, g);
    double *x = g->x[0], *force = g->force[0];

    begin_tile(s, g, w, 0);
    ito__state_point(w, g->x);
    ito__state_point(w, g->y);
    ito__state_point(w, g->force);
    ito__state_point(w, g->force_y);
    ito__state_point(w, g->out);
    draw_normals(s, g, s->starts, ITO_FOR_INITIAL);
    for (size_t i = 0; i < g->rows; i++)
        for (size_t c = 0; c < s->dim; c++)
            x[i * l.row + c * l.comp] =
                s->start[c] + s->o.spread * g->z[i * s->dim + c];
    g->when = 0;
    g->lost = NOBODY;
    g->rc = evaluate(s, g, w, g->x, g->force, g->U);
    for (size_t i = 0; g->rc == 0 && i < g->rows; i++) {
        bool finite = isfinite(g->U[i]);

        for (size_t c = 0; c < s->dim; c++)
            finite = finite && isfinite(force[i * l.row + c * l.comp]);
        if (!finite && g->lost == NOBODY)
            g->lost = g->first + i % g->count;
        g->trip[i] = i / g->count == 0 ? TRIP_OUT : TRIP_NEW;
    }
}

static void start_groups(void *arg, size_t worker, size_t begin, size_t end)
{
    energy_run *s = arg;

    s->work[worker].tile.thread = worker;
    for (size_t i = begin; i < end; i++)
        start_group(s, &s->group[i], &s->work[worker]);
}

/* The failure of the lowest step, then of the lowest chain. */
static ito_status report(const energy_run *s, bool moving)
{
    const energy_group *worst = NULL;
    ito_errinfo at = ito__nowhere();

    for (size_t i = 0; i < s->groups; i++) {
        const energy_group *g = &s->group[i];

        if ((g->rc != 0 || g->lost != NOBODY) &&
            (!worst || g->when < worst->when))
            worst = g;
    }
    if (!worst)
        return ITO_OK;
    at.step = worst->when;
    if (worst->rc != 0)
        return ito__fail_at(s->ctx, ITO_ECALLBACK, &at,
                            "energy: the field returned %d in step %lu",
                            worst->rc, (unsigned long)worst->when);
    at.particle = (int64_t)worst->lost;
    if (moving)
        return ito__fail_at(s->ctx, ITO_ENONFINITE, &at,
                            "energy: chain %zu ran away in step %lu: take a "
                            "smaller step, or mala, whose moves are tested",
                            worst->lost, (unsigned long)worst->when);
    return ito__fail_at(s->ctx, ITO_ENONFINITE, &at,
                        "energy: where chain %zu starts, energy or gradient "
                        "is not finite: change start or spread",
                        worst->lost);
}

static void run_groups(energy_run *s, ito_pool_fn fn)
{
    if (s->threads > 1)
        ito__for(s->ctx, s->groups, 1, fn, s);
    else
        fn(s, 0, 0, s->groups);
}

/* Each kind of move leaves the density as it is, so any order of them does. */
bool ito__energy_short(const energy_run *s, uint32_t step)
{
    return s->exact && !(s->o.step > 0.0) && step % EVERY == EVERY - 1;
}

ito_status ito__energy_round(energy_run *s, uint32_t until)
{
    if (ito__cancelled(s->ctx))
        return ito__fail(s->ctx, ITO_ECANCELLED, "energy: cancelled");
    s->until = until;
    for (uint32_t step = s->step; step < until; step++)
        s->counted += !ito__energy_short(s, step);
    run_groups(s, move_groups);
    s->evals += (uint64_t)(until - s->step) * s->chains * s->rungs;
    s->step = until;
    return report(s, true);
}

ito_status ito__energy_start(energy_run *s)
{
    run_groups(s, start_groups);
    s->starts++;
    s->evals += s->chains * s->rungs;
    return report(s, false);
}

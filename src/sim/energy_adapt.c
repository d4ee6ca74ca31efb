/* SPDX-License-Identifier: MIT
 *
 * energy_adapt.c - the warm-up: steps and temperatures.
 *
 * With a the probability that a move is accepted, the step eta is doubled or
 * halved until a crosses the aim, then
 *
 *     log eta += 3 (a - aim) / n^0.6,  n = 1, 2, ...
 *
 * (Robbins and Monro; Andrieu and Thoms, Statistics and Computing 18 (2008)
 * 343).  In the first half of the warm-up every replica does so alone: one
 * that starts far out, where the energy is so steep that the step of the
 * others throws it over the well, comes in by shorter ones and is not left
 * behind.  Then the chains of a rung share one step, and a is their mean.
 *
 * Temperatures begin geometric.  With r_j the mean rejection of swaps of j and
 * j + 1, the barrier L(log T) is the sum of the r below, linear between the
 * rungs, and the new temperatures are where it has equal parts (Syed et al.,
 * arXiv:1905.02939).
 */
#include <math.h>

#include "kern/dmath.h"
#include "sim/energy_run.h"

#define ETA_MIN  1e-200
#define ETA_MAX  1e200
#define GAIN     3.0
#define RESTART  4    /* where n goes on when chains pool or rungs move */
#define REJECTED 0.01 /* added to r, that no two temperatures may meet */

/* --- what was counted ----------------------------------------------------- */

static double mean_alpha(const energy_run *s, size_t j)
{
    double sum = 0.0;

    for (size_t k = 0; k < s->groups; k++) {
        const energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->count; i++)
            sum += g->alpha[j * g->count + i];
    }
    return sum / (double)s->chains;
}

double ito__energy_accepted(const energy_run *s, size_t j)
{
    const double moves = (double)s->counted * (double)s->chains;
    double sum = 0.0;

    for (size_t k = 0; k < s->groups; k++) {
        const energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->count; i++)
            sum += g->accept_sum[j * g->count + i];
    }
    return moves > 0.0 ? sum / moves : 0.0;
}

double ito__energy_swapped(const energy_run *s, size_t j)
{
    double sum = 0.0, count = 0.0;

    for (size_t k = 0; k < s->groups; k++) {
        const energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->count; i++) {
            sum += g->swap_sum[j * g->count + i];
            count += g->swap_count[j * g->count + i];
        }
    }
    return count > 0.0 ? sum / count : 0.0;
}

void ito__energy_reset(energy_run *s)
{
    for (size_t k = 0; k < s->groups; k++) {
        energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->rows; i++)
            g->accept_sum[i] = g->swap_sum[i] = g->swap_count[i] = 0.0;
        g->trips = 0;
    }
    s->counted = 0;
}

/* --- steps ---------------------------------------------------------------- */

double ito__energy_given(const energy_run *s, const energy_rung *rung)
{
    return 1.0 / (rung->b / s->o.step + rung->r / (s->o.spread * s->o.spread));
}

static void refine(const energy_run *s, energy_search *search, double a,
                   double *eta)
{
    const double aim = s->o.accept;

    if (search->way == SEARCH_BEGIN)
        search->way = a > aim ? SEARCH_UP : SEARCH_DOWN;
    else if (search->way != SEARCH_DONE &&
             (search->way == SEARCH_UP) != (a > aim))
        search->way = SEARCH_DONE;
    if (search->way == SEARCH_DONE)
        *eta *=
            ito__exp(GAIN * (a - aim) / ito__pow((double)++search->count, 0.6));
    else
        *eta *= search->way == SEARCH_UP ? 2.0 : 0.5;
    *eta = fmin(fmax(*eta, ETA_MIN), ETA_MAX);
}

void ito__energy_spread(const energy_run *s, size_t j)
{
    for (size_t k = 0; k < s->groups; k++)
        for (size_t i = 0; i < s->group[k].count; i++)
            s->group[k].eta[j * s->group[k].count + i] = s->rung[j].eta;
}

void ito__energy_adapt(energy_run *s, size_t j)
{
    refine(s, &s->search[j], mean_alpha(s, j), &s->rung[j].eta);
    ito__energy_spread(s, j);
}

/* Every replica alone. */
static void adapt_rows(const energy_run *s)
{
    for (size_t k = 0; k < s->groups; k++) {
        energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->rows; i++)
            refine(s, &g->search[i], g->alpha[i], &g->eta[i]);
    }
}

/* The steps of the rungs: geometric means of those of their replicas. */
static void pool_rows(energy_run *s)
{
    for (size_t j = 0; j < s->rungs; j++) {
        double sum = 0.0;

        for (size_t k = 0; k < s->groups; k++) {
            const energy_group *g = &s->group[k];

            for (size_t i = 0; i < g->count; i++)
                sum += ito__log(g->eta[j * g->count + i]);
        }
        s->rung[j].eta = ito__exp(sum / (double)s->chains);
        s->search[j] = (energy_search){ SEARCH_DONE, RESTART };
    }
}

/* --- temperatures --------------------------------------------------------- */

/* Geometric temperatures from T to the hottest. */
static void first_ladder(energy_run *s)
{
    const double ratio = s->o.hottest / s->T;

    for (size_t j = 0; j < s->rungs; j++) {
        energy_rung *rung = &s->rung[j];

        rung->b = 1.0 / s->T;
        if (j > 0)
            rung->b /= ito__pow(ratio, (double)j / (double)(s->rungs - 1));
        rung->r = 0.0;
        rung->eta = s->o.step > 0.0 ? ito__energy_given(s, rung)
                                    : 0.1 * s->o.spread * s->o.spread;
        ito__energy_spread(s, j);
    }
}

/* The point at `want` on the barrier of the ladder `old`: log b and log eta,
 * linear between rungs. */
static void place_rung(const energy_run *s, const double *barrier, double want,
                       energy_rung *out)
{
    const energy_rung *old = s->ladder;
    size_t j = 0;
    double part;

    while (j + 2 < s->rungs && barrier[j + 1] < want)
        j++;
    part = (want - barrier[j]) / (barrier[j + 1] - barrier[j]);
    out->b = old[j].b * ito__pow(old[j + 1].b / old[j].b, part);
    out->eta = old[j].eta * ito__pow(old[j + 1].eta / old[j].eta, part);
}

static void move_ladder(energy_run *s)
{
    const size_t last = s->rungs - 1;
    double *barrier = s->barrier;

    barrier[0] = 0.0;
    for (size_t j = 0; j < last; j++)
        barrier[j + 1] =
            barrier[j] + 1.0 - ito__energy_swapped(s, j) + REJECTED;
    for (size_t j = 0; j <= last; j++)
        s->ladder[j] = s->rung[j];
    for (size_t j = 1; j < last; j++) {
        place_rung(s, barrier, barrier[last] * (double)j / (double)last,
                   &s->rung[j]);
        ito__energy_spread(s, j);
    }
    for (size_t k = 0; k < s->groups; k++)
        for (size_t i = 0; i < s->group[k].rows; i++)
            s->group[k].search[i].count = RESTART;
}

/* Whether rungs move now: after 1/16, 1/8, 1/4, 1/2 and 3/4 of the steps. */
static bool ladder_time(const energy_run *s, uint32_t steps)
{
    return s->rungs > 2 && s->step > 8 &&
           (s->step == steps / 16 || s->step == steps / 8 ||
            s->step == steps / 4 || s->step == steps / 2 ||
            s->step == steps - steps / 4);
}

/* Adapt to what the last step was. */
static void adapt(energy_run *s, uint32_t steps)
{
    const bool given = s->o.step > 0.0, alone = s->step <= steps / 2;
    const bool full = !ito__energy_short(s, s->step - 1);

    if (!given && alone && full)
        adapt_rows(s);
    for (size_t j = 0; !given && !alone && full && j < s->rungs; j++)
        ito__energy_adapt(s, j);
    if (ladder_time(s, steps)) {
        if (!given && alone)
            pool_rows(s);
        move_ladder(s);
        ito__energy_reset(s);
    }
    if (given || s->step != steps / 2)
        return;
    pool_rows(s);
    for (size_t j = 0; j < s->rungs; j++)
        ito__energy_spread(s, j);
}

ito_status ito__energy_warmup(energy_run *s)
{
    const uint32_t steps = (uint32_t)s->o.warmup;
    ito_status rc;

    first_ladder(s);
    rc = ito__energy_start(s);
    while (rc == ITO_OK && s->step < steps) {
        rc = ito__energy_round(s, s->step + 1);
        adapt(s, steps);
    }
    return rc;
}

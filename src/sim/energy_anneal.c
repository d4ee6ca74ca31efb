/* SPDX-License-Identifier: MIT
 *
 * energy_anneal.c - annealed importance sampling (Neal, Statistics and
 * Computing 11 (2001) 125).
 *
 * Stage k has log f_k = r_k log N(x; start, spread^2 I) - b_k U(x), f_0 being
 * the normal itself, from which chains start.  Before it moves under stage k,
 * a chain at x gains
 *
 *     log w += log f_k(x) - log f_{k-1}(x)
 *
 * so that E w = integral of f_J, of exp(-U / T), whatever the steps are, as
 * long as they do not depend on the chains: they are found in a trial run
 * with noise of its own, and then frozen.
 */
#include <math.h>

#include "kern/dmath.h"
#include "sim/energy_run.h"

#define LOG_2PI 1.83787706640934548356

/* r and b of stage k, 1 .. J. */
static energy_rung stage(const energy_run *s, size_t k)
{
    const size_t all = s->o.temperatures;
    const bool direct = s->o.hottest == s->T || all == 1;
    const size_t first = direct ? all : (all + 1) / 2;
    const double cold = 1.0 / s->T, hot = 1.0 / s->o.hottest;
    energy_rung rung = { 0 };

    if (k <= first) {
        const double u = (double)k / (double)first;

        rung.b = (direct ? cold : hot) * u * u * u;
        rung.r = k == first ? 0.0 : 1.0 - u * u * u;
    } else if (k == all) {
        rung.b = cold;
    } else {
        rung.b = hot * ito__pow(cold / hot,
                                (double)(k - first) / (double)(all - first));
    }
    return rung;
}

static ito_status trial(energy_run *s, uint32_t each)
{
    ito_status rc = ito__energy_start(s);

    s->rung[0].eta = 0.1 * s->o.spread * s->o.spread;
    ito__energy_spread(s, 0);
    for (size_t k = 1; rc == ITO_OK && k <= s->o.temperatures; k++) {
        const energy_rung now = stage(s, k);

        s->rung[0].b = now.b;
        s->rung[0].r = now.r;
        if (s->search[0].way == SEARCH_DONE)
            s->search[0].count = 0;
        for (uint32_t i = 0; rc == ITO_OK && i < each; i++) {
            rc = ito__energy_round(s, s->step + 1);
            if (!ito__energy_short(s, s->step - 1))
                ito__energy_adapt(s, 0);
        }
        s->ladder[k - 1] = s->rung[0];
    }
    return rc;
}

/* The weights of all chains gain what stage `now` brings. */
static void weigh(const energy_run *s, const energy_rung *now,
                  const energy_rung *before, double *log_w)
{
    const double spread = s->o.spread;
    const double norm =
        0.5 * (double)s->dim * (LOG_2PI + 2.0 * ito__log(spread));

    for (size_t k = 0; k < s->groups; k++) {
        const energy_group *g = &s->group[k];

        for (size_t i = 0; i < g->count; i++) {
            const double q = -ito__energy_reference(s, g, i) - norm;

            log_w[g->first + i] +=
                (now->r - before->r) * q - (now->b - before->b) * g->U[i];
        }
    }
}

/* log Z, its error and the worth of the weights. */
static void sum_weights(size_t n, const double *log_w, ito_draws_info *info)
{
    double top = log_w[0], sum = 0.0, square = 0.0, spread = 0.0;

    for (size_t i = 1; i < n; i++)
        top = fmax(top, log_w[i]);
    for (size_t i = 0; i < n; i++) {
        const double w = ito__exp(log_w[i] - top);

        sum += w;
        square += w * w;
    }
    for (size_t i = 0; i < n; i++) {
        const double d = ito__exp(log_w[i] - top) - sum / (double)n;

        spread += d * d;
    }
    info->log_z = top + ito__log(sum / (double)n);
    info->log_z_se =
        n > 1 ? sqrt(spread / ((double)n * (double)(n - 1))) * (double)n / sum
              : HUGE_VAL;
    info->weight_ess = sum * sum / square;
}

ito_status ito__energy_anneal(energy_run *s, ito_draws *d)
{
    const size_t stages = s->o.temperatures;
    const uint32_t each = (uint32_t)size_ceil_div(s->o.warmup, stages);
    energy_rung before = { .b = 0.0, .r = 1.0 };
    ito_status rc = ITO_OK;

    if (!(s->o.step > 0.0))
        rc = trial(s, each);
    for (size_t k = 1; s->o.step > 0.0 && k <= stages; k++) {
        s->ladder[k - 1] = stage(s, k);
        s->ladder[k - 1].eta = ito__energy_given(s, &s->ladder[k - 1]);
    }
    if (rc == ITO_OK)
        rc = ito__energy_start(s);
    for (size_t k = 1; rc == ITO_OK && k <= stages; k++) {
        s->rung[0] = s->ladder[k - 1];
        ito__energy_spread(s, 0);
        weigh(s, &s->rung[0], &before, d->log_weight);
        before = s->rung[0];
        ito__energy_reset(s);
        rc = ito__energy_round(s, s->step + each);
        d->rungs[k - 1] = (ito_rung){ .temperature = 1.0 / before.b,
                                      .reference = before.r,
                                      .step = before.eta * before.b,
                                      .accept = ito__energy_accepted(s, 0) };
    }
    if (rc == ITO_OK)
        sum_weights(s->chains, d->log_weight, &d->info);
    return rc;
}

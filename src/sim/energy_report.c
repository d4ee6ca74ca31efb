/* SPDX-License-Identifier: MIT
 *
 * energy_report.c - what draws are worth: diagnostics of every component and
 * of the energy, weighted means of annealed chains, and what is doubtful, in
 * words.
 *
 * Of chains with weights w_i and means m_i of their draws, the mean is
 * sum w_i m_i / sum w_i, its standard error sqrt(sum w_i^2 (m_i - mean)^2) /
 * sum w_i (Owen, Monte Carlo theory, methods and examples, 2013, chapter 9).
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "kern/dmath.h"
#include "sim/energy_run.h"

#define WORDS       400 /* bytes of a warning */
#define WARNINGS    8   /* at most */
#define ACCEPT_LOW  0.2
#define ACCEPT_HIGH 0.95
#define MOVES_MIN   100.0 /* from which on acceptance means something */
#define SWAP_LOW    0.1

/* --- numbers -------------------------------------------------------------- */

/* Component c of draw j of chain i; c = dim: the energy. */
static double value(const ito_draws_info *info, size_t i, size_t j, size_t c)
{
    const size_t row = i * info->draws + j;

    return c < info->dim ? info->x[row * info->dim + c] : info->energy[row];
}

static double chain_mean(const ito_draws_info *info, size_t i, size_t c)
{
    double sum = 0.0;

    for (size_t j = 0; j < info->draws; j++)
        sum += value(info, i, j, c);
    return sum / (double)info->draws;
}

static void weigh(const ito_draws_info *info, size_t c, ito_chain_stats *out)
{
    double top = info->log_weight[0], all = 0.0, mean = 0.0;
    double square = 0.0, error = 0.0;

    for (size_t i = 1; i < info->chains; i++)
        top = fmax(top, info->log_weight[i]);
    for (size_t i = 0; i < info->chains; i++) {
        const double w = ito__exp(info->log_weight[i] - top);

        all += w;
        mean += w * chain_mean(info, i, c);
    }
    mean /= all;
    for (size_t i = 0; i < info->chains; i++) {
        const double w = ito__exp(info->log_weight[i] - top);
        const double d = w * (chain_mean(info, i, c) - mean);

        error += d * d;
        for (size_t j = 0; j < info->draws; j++) {
            const double e = value(info, i, j, c) - mean;

            square += w / (double)info->draws * e * e;
        }
    }
    out->mean = mean;
    out->sd = sqrt(square / all);
    out->mean_se = info->chains > 1 ? sqrt(error) / all : HUGE_VAL;
    out->ess_bulk = out->ess_tail = out->ess_mean = info->weight_ess;
}

static ito_status diagnose(ito_ctx *ctx, ito_draws *d)
{
    const ito_draws_info *info = &d->info;
    ito_status rc = ITO_OK;

    for (size_t c = 0; rc == ITO_OK && c <= info->dim; c++) {
        const bool last = c == info->dim;
        const ito_chains chains = { .chains = info->chains,
                                    .draws = info->draws,
                                    .x = last ? info->energy : info->x + c,
                                    .stride = last ? 1 : info->dim };

        rc = ito_chains_diagnose(ctx, &chains, &d->stats[c]);
        if (rc == ITO_OK && info->log_weight)
            weigh(info, c, &d->stats[c]);
    }
    return rc;
}

/* --- words ---------------------------------------------------------------- */

static ito_status warn(ito_draws *d, const char *format, ...) ITO_PRINTF(2, 3);

static ito_status warn(ito_draws *d, const char *format, ...)
{
    char words[WORDS];
    va_list args;
    char *copy;

    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    copy = ito__strdup(d->ctx, words);
    if (!copy)
        return ito__fail(d->ctx, ITO_ENOMEM, "energy: a warning");
    assert(d->info.warning_count < WARNINGS);
    d->warnings[d->info.warning_count] = copy;
    d->info.warnings = (const char *const *)d->warnings;
    d->info.warning_count++;
    return ITO_OK;
}

/* "y", of more than three components "x2", or "the energy", in 32 bytes. */
static const char *name_of(const ito_draws *d, size_t c, char *name)
{
    if (c == d->info.dim)
        snprintf(name, 32, "the energy");
    else if (d->info.dim <= 3)
        snprintf(name, 32, "%c", "xyz"[c]);
    else
        snprintf(name, 32, "x%zu", c + 1);
    return name;
}

static ito_status warn_of_mixing(const energy_run *s, ito_draws *d)
{
    const size_t all = d->info.dim + 1;
    const bool temper = s->o.sampler == ITO_SAMPLER_TEMPERING;
    size_t many = 0, few = 0, worst = 0, least = 0;
    char name[32];
    ito_status rc = ITO_OK;

    for (size_t c = 0; c < all; c++) {
        const ito_chain_stats *t = d->stats;

        many += t[c].rhat > ITO_RHAT_LIMIT;
        worst = t[c].rhat > t[worst].rhat ? c : worst;
        few += fmin(t[c].ess_bulk, t[c].ess_tail) < ITO_ESS_LIMIT;
        least = fmin(t[c].ess_bulk, t[c].ess_tail) <
                        fmin(t[least].ess_bulk, t[least].ess_tail)
                    ? c
                    : least;
    }
    if (d->info.draws < 4)
        return warn(d,
                    "chains of %zu draws: R-hat and effective sample sizes "
                    "want at least 4",
                    d->info.draws);
    if (d->info.chains == 1)
        rc = warn(d, "one chain: R-hat can only compare its halves; take 4");
    if (rc == ITO_OK && many > 0)
        rc = warn(d,
                  "R-hat is above %.2f in %zu of %zu, the worst %.3g of %s: "
                  "the chains have not mixed, and means may be wrong; take "
                  "more warm-up and draws%s",
                  ITO_RHAT_LIMIT, many, all, d->stats[worst].rhat,
                  name_of(d, worst, name), temper ? "" : ", or tempering");
    if (rc == ITO_OK && few > 0)
        rc = warn(d,
                  "the effective sample size is below %.0f in %zu of %zu, the "
                  "least %.0f of %s: take more draws",
                  ITO_ESS_LIMIT, few, all,
                  fmin(d->stats[least].ess_bulk, d->stats[least].ess_tail),
                  name_of(d, least, name));
    return rc;
}

static ito_status warn_of_moves(const energy_run *s, ito_draws *d)
{
    const double accept = d->info.accept;
    const double moves = (double)s->counted * (double)s->chains;

    if (moves < MOVES_MIN || (accept >= ACCEPT_LOW && accept <= ACCEPT_HIGH))
        return ITO_OK;
    return warn(d,
                "%.3g per cent of the moves are accepted: the step is too "
                "%s; take more warm-up or another step",
                100.0 * accept, accept < ACCEPT_LOW ? "long" : "short");
}

static ito_status warn_of_swaps(ito_draws *d)
{
    const ito_draws_info *info = &d->info;
    size_t worst = 0;

    for (size_t j = 0; j + 1 < info->rung_count; j++)
        if (info->rungs[j].swap < info->rungs[worst].swap)
            worst = j;
    if (info->rungs[worst].swap < SWAP_LOW)
        return warn(d,
                    "neighbours swap in %.2g per cent of the trials: take "
                    "more temperatures, or a lower hottest one",
                    100.0 * info->rungs[worst].swap);
    if (info->round_trips == 0)
        return warn(d, "no replica has gone from T to the hottest temperature "
                       "and back: take more draws");
    return ITO_OK;
}

ito_status ito__energy_report(const energy_run *s, ito_draws *d)
{
    ito_status rc = diagnose(s->ctx, d);

    d->warnings = ito__calloc(s->ctx, WARNINGS, sizeof(*d->warnings));
    if (!d->warnings)
        return ito__fail(s->ctx, ITO_ENOMEM, "energy: warnings");
    if (rc == ITO_OK)
        rc = warn_of_moves(s, d);
    if (rc == ITO_OK && !d->log_weight)
        rc = warn_of_mixing(s, d);
    if (rc == ITO_OK && s->rungs > 1)
        rc = warn_of_swaps(d);
    if (rc == ITO_OK && d->log_weight && d->info.weight_ess < ITO_ESS_LIMIT)
        rc = warn(d,
                  "the weights are worth %.3g of %zu chains: take more "
                  "stages, warm-up or chains",
                  d->info.weight_ess, d->info.chains);
    return rc;
}

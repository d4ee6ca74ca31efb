/* SPDX-License-Identifier: MIT
 *
 * chains.c - R-hat and effective sample sizes of Markov chains.
 *
 * Vehtari et al., arXiv:1903.08008.  Chains are split in halves, M of length N
 * in all (of an odd chain the middle draw is left out).  With W the mean of
 * the variances within, B / N the variance of the means,
 *
 *     var+ = (N - 1) / N W + B / N,       R-hat = sqrt(var+ / W)
 *     rho_t = 1 - (W - mean of the autocovariances at t) / var+
 *     ESS = M N / tau,  tau = -1 + 2 sum_t (rho_2t + rho_2t+1)
 *
 * the sum ending where a pair is no longer positive, pairs made to decrease
 * (Geyer, Statistical Science 7 (1992) 473); autocovariances have the divisor
 * N, as in the authors' code (R package posterior).  Ranks r of S values, ties
 * averaged, become z = Phi^-1((r - 3/8) / (S + 1/4)).  Sums go in order, so
 * results do not depend on threads.
 */
#include <ito/chains.h>
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "metric/measure.h"
#include "sim/autocov.h"

#define DRAWS_MIN 4

/* The values of one diagnosis, and room to work. */
typedef struct diagnosis {
    size_t chains, draws; /* as given */
    size_t halves, half;  /* after splitting: their number and length */
    size_t all;           /* chains x draws */
    size_t split;         /* halves x half */
    double *x;            /* all, by chains */
    double *sorted;       /* all, or split: in order */
    double *spare;        /* as long */
    double *y;            /* split: what is examined */
    double *acov;         /* half: mean autocovariances */
    double *spectrum;     /* of autocov.c */
} diagnosis;

/* --- one set of halves ---------------------------------------------------- */

/* Means and variances of the halves. */
typedef struct variances {
    double within;  /* mean of the variances, divisor half - 1 */
    double between; /* variance of the means, divisor halves - 1 */
} variances;

static double mean_of(size_t n, const double *x)
{
    double sum = 0.0; /* from the first: equal values have no variance */

    for (size_t i = 0; i < n; i++)
        sum += x[i] - x[0];
    return x[0] + sum / (double)n;
}

static double squares(size_t n, const double *x, double mean)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

static variances find_variances(const diagnosis *d, const double *y)
{
    const double n = (double)d->half, m = (double)d->halves;
    variances v = { 0 };
    double mean = 0.0, square = 0.0;

    for (size_t i = 0; i < d->halves; i++)
        mean += mean_of(d->half, y + i * d->half) / m;
    for (size_t i = 0; i < d->halves; i++) {
        const double *one = y + i * d->half, own = mean_of(d->half, one);

        v.within += squares(d->half, one, own) / ((n - 1.0) * m);
        square += (own - mean) * (own - mean);
    }
    v.between = d->halves > 1 ? square / (m - 1.0) : 0.0;
    return v;
}

static double rhat_of(const diagnosis *d, const double *y)
{
    const variances v = find_variances(d, y);
    const double n = (double)d->half;

    if (!(v.within > 0.0)) /* all equal: says nothing against the chains */
        return v.between > 0.0 ? HUGE_VAL : 0.0;
    return sqrt((n - 1.0) / n + v.between / v.within);
}

/* The sum of Geyer's initial monotone sequence of pairs of rho. */
static double geyer(const diagnosis *d, double within, double plus)
{
    const size_t n = d->half;
    double last = HUGE_VAL, sum = 0.0;

    for (size_t t = 0; t + 1 < n; t += 2) {
        const double even = t == 0 ? 1.0 : 1.0 - (within - d->acov[t]) / plus;
        const double odd = 1.0 - (within - d->acov[t + 1]) / plus;

        /* of the pair that ends the sequence the first counts half */
        if (t > 0 && (!(even + odd > 0.0) || t + 4 >= n))
            return sum + fmax(0.5 * even, 0.0);
        last = fmin(last, even + odd);
        sum += last;
    }
    return sum;
}

/* ESS of the halves at y; 0 where nothing varies. */
static double ess_of(diagnosis *d, const double *y)
{
    const variances v = find_variances(d, y);
    const double n = (double)d->half, size = (double)d->split;
    const double plus = (n - 1.0) / n * v.within + v.between;
    double tau;

    if (!(v.within > 0.0))
        return 0.0;
    ito__autocov(d->half, d->halves, y, d->spectrum, d->acov);
    tau = -1.0 + 2.0 * geyer(d, v.within, plus);
    return size / fmax(tau, 1.0 / ito__log10(size));
}

/* --- ranks ---------------------------------------------------------------- */

/* How many of the n sorted values are below v. */
static size_t count_below(size_t n, const double *sorted, double v)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;

        if (sorted[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* y becomes the normal scores of its ranks. */
static void normalise(diagnosis *d)
{
    const double size = (double)d->split;
    double *score = d->spare; /* of a value, where the first like it stands */

    memcpy(d->sorted, d->y, d->split * sizeof(*d->y));
    ito__sort_doubles(d->split, d->sorted, d->spare);
    for (size_t i = 0, end; i < d->split; i = end) {
        for (end = i + 1; end < d->split && d->sorted[end] == d->sorted[i];)
            end++;
        score[i] = ito__normal_quantile((0.5 * (double)(i + end + 1) - 0.375) /
                                        (size + 0.25));
    }
    for (size_t i = 0; i < d->split; i++)
        d->y[i] = score[count_below(d->split, d->sorted, d->y[i])];
}

/* Of n sorted values, linear between neighbours. */
static double quantile(size_t n, const double *sorted, double p)
{
    const double at = p * (double)(n - 1);
    const size_t i = size_min((size_t)at, n - 1), j = size_min(i + 1, n - 1);

    return sorted[i] + (at - (double)i) * (sorted[j] - sorted[i]);
}

/* --- splitting ------------------------------------------------------------ */

/* y = the halves of x. */
static void split_values(diagnosis *d)
{
    for (size_t i = 0; i < d->chains; i++) {
        const double *from = d->x + i * d->draws;
        double *to = d->y + 2 * i * d->half;

        memcpy(to, from, d->half * sizeof(*to));
        memcpy(to + d->half, from + d->draws - d->half, d->half * sizeof(*to));
    }
}

/* ESS of the indicator of being at most `limit`; +inf if all are. */
static double ess_below(diagnosis *d, double limit)
{
    size_t below = 0;

    split_values(d);
    for (size_t i = 0; i < d->split; i++) {
        below += d->y[i] <= limit;
        d->y[i] = d->y[i] <= limit ? 1.0 : 0.0;
    }
    return below == d->split ? HUGE_VAL : ess_of(d, d->y);
}

static void examine(diagnosis *d, ito_chain_stats *s)
{
    double middle;

    split_values(d);
    s->ess_mean = ess_of(d, d->y);
    if (s->ess_mean > 0.0)
        s->mean_se = s->sd / sqrt(s->ess_mean);
    normalise(d);
    s->rhat = rhat_of(d, d->y);
    s->ess_bulk = ess_of(d, d->y);
    split_values(d);
    memcpy(d->sorted, d->y, d->split * sizeof(*d->y));
    ito__sort_doubles(d->split, d->sorted, d->spare);
    middle = quantile(d->split, d->sorted, 0.5);
    for (size_t i = 0; i < d->split; i++)
        d->y[i] = fabs(d->y[i] - middle);
    normalise(d);
    s->rhat = fmax(s->rhat, rhat_of(d, d->y));
    s->ess_tail = fmin(ess_below(d, s->q05), ess_below(d, s->q95));
    if (s->ess_tail == HUGE_VAL) /* few values: the quantiles are the ends */
        s->ess_tail = s->ess_bulk;
}

/* --- the call ------------------------------------------------------------- */

static ito_status take_values(ito_ctx *ctx, const ito_chains *c, diagnosis *d)
{
    const size_t stride = c->stride ? c->stride : 1;
    const size_t step = c->chain_stride ? c->chain_stride : c->draws * stride;

    for (size_t i = 0; i < c->chains; i++)
        for (size_t j = 0; j < c->draws; j++) {
            const double v = c->x[i * step + j * stride];

            if (!isfinite(v))
                return ito__fail(ctx, ITO_ENONFINITE,
                                 "chains: draw %zu of chain %zu is %g", j, i,
                                 v);
            d->x[i * c->draws + j] = v;
        }
    return ITO_OK;
}

static ito_status make_room(ito_ctx *ctx, const ito_chains *c, diagnosis *d)
{
    const size_t all = size_mul(c->chains, c->draws);
    size_t doubles;
    double *block;

    d->chains = c->chains;
    d->draws = c->draws;
    d->all = all;
    d->halves = size_mul(2, c->chains);
    d->half = c->draws / 2;
    d->split = d->halves * d->half;
    doubles = size_add(size_mul(4, all),
                       size_add(d->half, ito__autocov_doubles(d->half)));
    block = ito__arena_get(ctx, size_mul(doubles, sizeof(*block)));
    if (!block)
        return ito__fail(ctx, ITO_ENOMEM, "chains: %zu draws of %zu chains",
                         c->draws, c->chains);
    d->x = block;
    d->sorted = d->x + all;
    d->spare = d->sorted + all;
    d->y = d->spare + all;
    d->acov = d->y + all;
    d->spectrum = d->acov + d->half;
    return ITO_OK;
}

static void describe(diagnosis *d, ito_chain_stats *s)
{
    *s = (ito_chain_stats){ .mean = mean_of(d->all, d->x),
                            .mean_se = HUGE_VAL,
                            .rhat = HUGE_VAL };
    if (d->all > 1)
        s->sd = sqrt(squares(d->all, d->x, s->mean) / (double)(d->all - 1));
    memcpy(d->sorted, d->x, d->all * sizeof(*d->x));
    ito__sort_doubles(d->all, d->sorted, d->spare);
    s->q05 = quantile(d->all, d->sorted, 0.05);
    s->median = quantile(d->all, d->sorted, 0.5);
    s->q95 = quantile(d->all, d->sorted, 0.95);
    if (d->all > 1 && d->sorted[0] == d->sorted[d->all - 1]) {
        s->mean = d->sorted[0]; /* without the rounding of a sum */
        s->mean_se = s->sd = 0.0;
        return;
    }
    if (d->draws >= DRAWS_MIN)
        examine(d, s);
}

ito_status ito_chains_diagnose(ito_ctx *ctx, const ito_chains *chains,
                               ito_chain_stats *out)
{
    diagnosis d = { 0 };
    ito_mark mark;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!chains || !out || !chains->x || chains->chains == 0 ||
        chains->draws == 0)
        return ito__fail(ctx, ITO_EARG, "chains: there are no draws");
    mark = ito__arena_mark(ctx);
    rc = make_room(ctx, chains, &d);
    if (rc == ITO_OK)
        rc = take_values(ctx, chains, &d);
    if (rc == ITO_OK)
        describe(&d, out);
    ito__arena_release(ctx, mark);
    return rc;
}

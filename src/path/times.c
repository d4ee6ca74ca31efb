/* SPDX-License-Identifier: MIT
 *
 * times.c - times of training: a uniform number u, stratified over the batch
 * if that is asked for, through the inverse distribution function of the law.
 *
 * Strata are shared out by t_i = F^-1((i g mod B + u_i) / B) with g coprime to
 * B near the golden section, so that any few consecutive rows see all of the
 * span (the trainer does the same in float for the uniform law).
 */
#include <ito/path.h>
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "path/params.h"
#include "rng/noise.h"

#define CHUNK    256
#define BINS_MAX 65536
#define LOG_2PI  1.83787706640934548356

static double lo_of(const ito_times *t)
{
    return t->lo;
}

static double hi_of(const ito_times *t)
{
    return t->lo == 0.0 && t->hi == 0.0 ? 1.0 : t->hi;
}

static double std_of(const ito_times *t)
{
    return t->std > 0.0 ? t->std : 1.0;
}

/* Distribution function of a logit-normal. */
static double logit_cdf(const ito_times *times, double t)
{
    if (t <= 0.0 || t >= 1.0)
        return t <= 0.0 ? 0.0 : 1.0;
    return ito__normal_cdf((ito__log(t) - ito__log1p(-t) - times->mean) /
                           std_of(times));
}

static ito_status check_times(ito_ctx *ctx, const ito_times *t)
{
    double sum = 0.0;

    if (!t)
        return ito__fail(ctx, ITO_EARG, "times: a NULL argument");
    if (!(lo_of(t) >= 0.0 && lo_of(t) < hi_of(t) && hi_of(t) <= 1.0))
        return ito__fail(ctx, ITO_EARG,
                         "times: from %g to %g; they must rise within [0, 1]",
                         lo_of(t), hi_of(t));
    if (t->law == ITO_TIMES_UNIFORM)
        return ITO_OK;
    if (t->law == ITO_TIMES_LOGIT_NORMAL) {
        if (!(fabs(t->mean) <= 20.0 && t->std >= 0.0 && std_of(t) >= 0.01 &&
              t->std <= 20.0))
            return ito__fail(ctx, ITO_EARG,
                             "times: a logit-normal of mean %g and std %g; the "
                             "limits are +-20 and 0.01 to 20",
                             t->mean, t->std);
        if (!(logit_cdf(t, hi_of(t)) - logit_cdf(t, lo_of(t)) > 1e-9))
            return ito__fail(ctx, ITO_EARG,
                             "times: a logit-normal of mean %g and std %g has "
                             "no mass in [%g, %g]",
                             t->mean, t->std, lo_of(t), hi_of(t));
        return ITO_OK;
    }
    if (t->law != ITO_TIMES_TABLE || !t->table || t->bins < 1 ||
        t->bins > BINS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "times: law %d with %zu bins; a table has 1 to %d",
                         (int)t->law, t->bins, BINS_MAX);
    for (size_t k = 0; k < t->bins; k++) {
        if (!(t->table[k] >= 0.0 && t->table[k] <= 1e100))
            return ito__fail(ctx, ITO_EARG, "times: bin %zu holds %g", k,
                             t->table[k]);
        sum += t->table[k];
    }
    if (!(sum > 0.0))
        return ito__fail(ctx, ITO_EARG, "times: all bins are 0");
    return ITO_OK;
}

static double sigmoid(double y)
{
    return y < 0.0 ? ito__exp(y) / (1.0 + ito__exp(y))
                   : 1.0 / (1.0 + ito__exp(-y));
}

/* What all rows share. */
typedef struct law {
    const ito_times *times;
    double lo, hi;
    double f_lo, f_hi; /* of a logit-normal at lo and hi */
    double total;      /* of a table */
} law;

static law law_of(const ito_times *times)
{
    law l = { .times = times, .lo = lo_of(times), .hi = hi_of(times) };

    if (times->law == ITO_TIMES_LOGIT_NORMAL) {
        l.f_lo = logit_cdf(times, l.lo);
        l.f_hi = logit_cdf(times, l.hi);
    }
    for (size_t k = 0; times->law == ITO_TIMES_TABLE && k < times->bins; k++)
        l.total += times->table[k];
    return l;
}

/* Where a share u of the table's mass lies below. */
static double table_time(const law *l, double u)
{
    const ito_times *t = l->times;
    double left = u * l->total;
    size_t k = 0, last = 0;

    for (; k < t->bins; k++) {
        if (t->table[k] <= 0.0)
            continue;
        last = k;
        if (left < t->table[k])
            break;
        left -= t->table[k];
    }
    if (k == t->bins) /* rounding at the very end */
        left = t->table[last];
    return l->lo + (l->hi - l->lo) * ((double)last + left / t->table[last]) /
                       (double)t->bins;
}

static double time_at(const law *l, double u)
{
    double t;

    if (l->times->law == ITO_TIMES_UNIFORM)
        t = l->lo + (l->hi - l->lo) * u;
    else if (l->times->law == ITO_TIMES_TABLE)
        t = table_time(l, u);
    else
        t = sigmoid(l->times->mean +
                    std_of(l->times) * ito__normal_quantile(
                                           l->f_lo + (l->f_hi - l->f_lo) * u));
    t = t > l->lo ? t : l->lo;
    t = t < l->hi ? t : l->hi;
    t = t > 0.0 ? t : 0x1p-60;
    return t < 1.0 ? t : 1.0 - 0x1p-53;
}

static size_t gcd(size_t a, size_t b)
{
    while (b != 0) {
        const size_t r = a % b;

        a = b;
        b = r;
    }
    return a;
}

/* The number coprime to n that is nearest above 0.618 n, below n. */
static size_t stride_of(size_t n)
{
    size_t g = (size_t)(0.6180339887498949 * (double)n) + 1;

    while (gcd(g, n) != 1)
        g++;
    return g % n;
}

ito_status ito_times_draw(ito_ctx *ctx, const ito_times *times,
                          const ito_noise *at, uint64_t id0, size_t n,
                          double *t)
{
    ito_noise address;
    size_t stride;
    law l;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_times(ctx, times)) != ITO_OK)
        return rc;
    if (!at || (n > 0 && !t) || times->strata > UINT32_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "times: a NULL argument, or %zu strata (at most "
                         "2^32 - 1)",
                         times->strata);
    if (at->stream >= 65536 || at->purpose >= 256 ||
        id0 > (UINT64_C(1) << 45) || n > (UINT64_C(1) << 45) - id0)
        return ito__fail(ctx, ITO_EARG, "times: an address out of range");
    address = *at;
    if (address.purpose == 0)
        address.purpose = ITO_FOR_TIME;
    l = law_of(times);
    stride = times->strata > 0 ? stride_of(times->strata) : 0;
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t count = size_min(CHUNK, n - i);
        float u[CHUNK];

        ito__uniform_comp(ctx->kern, &address, id0 + i, count, 0, u);
        for (size_t k = 0; k < count; k++) {
            const uint64_t b = times->strata;
            double v = (double)u[k];

            if (b > 0)
                v = ((double)((id0 + i + k) % b * stride % b) + v) / (double)b;
            t[i + k] = time_at(&l, v);
        }
    }
    return ITO_OK;
}

/* Density at t relative to 1 / (hi - lo). */
static double density(const law *l, double t)
{
    const ito_times *times = l->times;
    const double span = l->hi - l->lo;
    double k, y;

    if (times->law == ITO_TIMES_UNIFORM)
        return 1.0;
    if (times->law == ITO_TIMES_TABLE) {
        k = floor((t - l->lo) / span * (double)times->bins);
        k = k < (double)times->bins ? k : (double)times->bins - 1.0;
        return times->table[(size_t)k] * (double)times->bins / l->total;
    }
    if (t <= 0.0 || t >= 1.0)
        return 0.0;
    y = (ito__log(t) - ito__log1p(-t) - times->mean) / std_of(times);
    return span * ito__exp(-0.5 * (y * y + LOG_2PI)) /
           (std_of(times) * t * (1.0 - t) * (l->f_hi - l->f_lo));
}

ito_status ito_times_weight(ito_ctx *ctx, const ito_times *times, size_t n,
                            const double *t, double *weight)
{
    law l;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_times(ctx, times)) != ITO_OK)
        return rc;
    if (n > 0 && (!t || !weight))
        return ito__fail(ctx, ITO_EARG, "times: a NULL argument");
    l = law_of(times);
    for (size_t i = 0; i < n; i++) {
        double p = 0.0;

        if (t[i] >= l.lo && t[i] <= l.hi)
            p = density(&l, t[i]);
        weight[i] = p > 0.0 ? 1.0 / p : 0.0;
    }
    return ITO_OK;
}

static const char *law_at(const void *arg, size_t i)
{
    static const char *const laws[] = { "uniform", "logit-normal" };

    (void)arg;
    return i < sizeof(laws) / sizeof(laws[0]) ? laws[i] : NULL;
}

ito_status ito_times_parse(ito_ctx *ctx, const char *spec, ito_times *out)
{
    static const path_param param[] = { { "lo", 0.0, 0.0, 1.0 },
                                        { "hi", 1.0, 0.0, 1.0 },
                                        { "mean", 0.0, -20.0, 20.0 },
                                        { "std", 1.0, 0.01, 20.0 } };
    double value[4] = { 0.0, 1.0, 0.0, 1.0 };
    spec_piece name;
    ito_times times = { .law = ITO_TIMES_UNIFORM };
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    if (!spec)
        return ito__fail(ctx, ITO_EARG, "times: the name is NULL");
    name = ito__spec_name(spec);
    if (ito__spec_is(name, law_at(NULL, 1)))
        times.law = ITO_TIMES_LOGIT_NORMAL;
    else if (!ito__spec_is(name, law_at(NULL, 0)))
        return ito__spec_unknown(ctx, "times", "law", name, law_at, NULL);
    rc = ito__params_read(ctx, "times", spec + name.length, param,
                          times.law == ITO_TIMES_UNIFORM ? 2 : 4, value);
    times.lo = value[0];
    times.hi = value[1];
    if (times.law == ITO_TIMES_LOGIT_NORMAL) {
        times.mean = value[2];
        times.std = value[3];
    }
    if (rc != ITO_OK || (rc = check_times(ctx, &times)) != ITO_OK)
        return rc;
    *out = times;
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * ensemble_read.c - reading what ensemble.c has gathered.
 *
 * With a_k the mean of d^k, d = x - shift, the central moments are
 *
 *     c2 = a2 - a1^2,   c3 = a3 - 3 a1 a2 + 2 a1^3,
 *     c4 = a4 - 4 a1 a3 + 6 a1^2 a2 - 3 a1^4,
 *
 * the standard error of the mean is sqrt(c2 / (n - 1)), that of the variance
 * sqrt((c4 - c2^2 (n - 3) / (n - 1)) / n) (Kendall and Stuart, The Advanced
 * Theory of Statistics, volume 1, chapter 12).
 */
#include <math.h>
#include <string.h>

#include "sim/ensemble_parts.h"

static bool same_doubles(const double *a, const double *b, size_t n)
{
    return memcmp(a, b, n * sizeof(*a)) == 0;
}

static bool same_shape(const ito_ensemble *a, const ito_ensemble *b)
{
    return a->dim == b->dim && a->frames == b->frames && a->bins == b->bins &&
           a->pair[0] == b->pair[0] && a->pair[1] == b->pair[1] &&
           a->pair_bins == b->pair_bins && a->exit_bins == b->exit_bins &&
           same_doubles(&a->exit_t0, &b->exit_t0, 1) &&
           same_doubles(&a->exit_t1, &b->exit_t1, 1) &&
           same_doubles(a->lo, b->lo, a->dim) &&
           same_doubles(a->hi, b->hi, a->dim) &&
           same_doubles(a->shift, b->shift, a->dim);
}

static void merge_counts(uint64_t *to, const uint64_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

static void merge_frames(ito_ensemble *s, const ito_ensemble *o)
{
    for (size_t f = 0; f < s->frames; f++) {
        if (!o->count[f].seen)
            continue;
        s->count[f].n += o->count[f].n;
        s->count[f].bad += o->count[f].bad;
        s->count[f].absorbed += o->count[f].absorbed;
        s->count[f].t = o->count[f].t;
        s->count[f].seen = true;
    }
    for (size_t i = 0; i < s->frames * s->sums; i++)
        ito__exact_merge(&s->sum[i], &o->sum[i]);
    for (size_t i = 0; i < s->frames * s->dim; i++) {
        s->min[i] = o->min[i] < s->min[i] ? o->min[i] : s->min[i];
        s->max[i] = o->max[i] > s->max[i] ? o->max[i] : s->max[i];
    }
}

static void merge_exits(ito_ensemble *s, const ito_ensemble *o)
{
    exit_count *to = s->exits;
    const exit_count *from = o->exits;

    to->n += from->n;
    to->absorbed += from->absorbed;
    ito__exact_merge(&to->time, &from->time);
    ito__exact_merge(&to->square, &from->square);
    to->min = from->min < to->min ? from->min : to->min;
    to->max = from->max > to->max ? from->max : to->max;
    merge_counts(s->exit_hist, o->exit_hist, s->exit_bins);
}

ito_status ito_ensemble_merge(ito_ctx *ctx, ito_ensemble *stats,
                              const ito_ensemble *other)
{
    if (!ctx)
        return ITO_EARG;
    if (!stats || !other || stats == other)
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: merging needs two sets of statistics");
    if (!same_shape(stats, other))
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: only statistics made with equal options "
                         "can be merged");
    for (size_t f = 0; f < stats->frames; f++)
        if (stats->count[f].seen && other->count[f].seen &&
            stats->count[f].t != other->count[f].t)
            return ito__fail(ctx, ITO_EARG,
                             "ensemble: frame %zu was at t = %g here and at "
                             "t = %g there",
                             f, stats->count[f].t, other->count[f].t);
    merge_frames(stats, other);
    if (stats->bins > 0)
        merge_counts(stats->hist, other->hist,
                     stats->frames * stats->dim * (stats->bins + 2));
    merge_counts(stats->cells, other->cells,
                 stats->frames * stats->pair_bins * stats->pair_bins);
    merge_exits(stats, other);
    return ITO_OK;
}

static ito_status check_frame(ito_ctx *ctx, const ito_ensemble *stats,
                              size_t frame)
{
    if (!stats)
        return ito__fail(ctx, ITO_EARG, "ensemble: there are no statistics");
    if (frame >= stats->frames)
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: there is no frame %zu; the last is %zu",
                         frame, stats->frames - 1);
    if (!stats->count[frame].seen)
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: nothing was gathered in frame %zu", frame);
    return ITO_OK;
}

/* What is known of one component of a frame. */
typedef struct component {
    double mean, mean_se, var, var_se, skewness, kurtosis;
} component;

static component read_component(const ito_ensemble *s, size_t f, size_t c)
{
    const exact_sum *sum = s->sum + f * s->sums + ENSEMBLE_POWERS * c;
    const double n = (double)s->count[f].n;
    const double a1 = ito__exact_value(&sum[0]) / n;
    const double a2 = ito__exact_value(&sum[1]) / n;
    const double a3 = ito__exact_value(&sum[2]) / n;
    const double a4 = ito__exact_value(&sum[3]) / n;
    const double b = a2 - a1 * a1;
    const double c2 = b > 0.0 ? b : 0.0; /* rounding may leave -1e-17 */
    const double c3 = a3 - 3.0 * a1 * a2 + 2.0 * a1 * a1 * a1;
    const double c4 =
        a4 - 4.0 * a1 * a3 + 6.0 * a1 * a1 * a2 - 3.0 * (a1 * a1) * (a1 * a1);
    const double spread = c4 - c2 * c2 * (n - 3.0) / (n - 1.0);
    component out = { .mean = s->shift[c] + a1, .var = c2 };

    out.mean_se = sqrt(c2 / (n - 1.0)); /* NaN for one particle */
    out.var_se = sqrt((spread > 0.0 ? spread : 0.0) / n);
    out.skewness = c2 > 0.0 ? c3 / (c2 * sqrt(c2)) : (double)NAN;
    out.kurtosis = c2 > 0.0 ? c4 / (c2 * c2) : (double)NAN;
    if (n < 2.0)
        out.mean_se = out.var_se = HUGE_VAL;
    return out;
}

static double read_cov(const ito_ensemble *s, size_t f, size_t a, size_t b)
{
    const exact_sum *sum = s->sum + f * s->sums;
    const double n = (double)s->count[f].n;
    const double ma = ito__exact_value(&sum[ENSEMBLE_POWERS * a]) / n;
    const double mb = ito__exact_value(&sum[ENSEMBLE_POWERS * b]) / n;

    return ito__exact_value(&sum[ensemble_cross(s, a, b)]) / n - ma * mb;
}

ito_status ito_ensemble_moments(ito_ctx *ctx, ito_ensemble *stats, size_t frame,
                                ito_moments *out)
{
    ito_status rc;
    size_t dim;
    double *r;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "ensemble: out is NULL");
    if ((rc = check_frame(ctx, stats, frame)) != ITO_OK)
        return rc;
    if (stats->count[frame].n == 0)
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: no particle of frame %zu is finite", frame);
    dim = stats->dim;
    r = stats->result; /* cov, then mean, mean_se, var_se, skewness, kurtosis */
    for (size_t c = 0; c < dim; c++) {
        const component k = read_component(stats, frame, c);
        double *at = r + dim * dim + c;

        r[c * dim + c] = k.var;
        at[0] = k.mean;
        at[dim] = k.mean_se;
        at[2 * dim] = k.var_se;
        at[3 * dim] = k.skewness;
        at[4 * dim] = k.kurtosis;
        for (size_t b = c + 1; b < dim; b++)
            r[c * dim + b] = r[b * dim + c] = read_cov(stats, frame, c, b);
    }
    r += dim * dim;
    *out = (ito_moments){ .t = stats->count[frame].t,
                          .n = stats->count[frame].n,
                          .bad = stats->count[frame].bad,
                          .absorbed = stats->count[frame].absorbed,
                          .mean = r,
                          .mean_se = r + dim,
                          .cov = stats->result,
                          .var_se = r + 2 * dim,
                          .skewness = r + 3 * dim,
                          .kurtosis = r + 4 * dim,
                          .min = stats->min + frame * dim,
                          .max = stats->max + frame * dim };
    return ITO_OK;
}

/* The bins of component c, with those below and above, or NULL. */
static const uint64_t *find_hist(ito_ctx *ctx, const ito_ensemble *stats,
                                 size_t frame, size_t c)
{
    if (check_frame(ctx, stats, frame) != ITO_OK)
        return NULL;
    if (c >= stats->dim || stats->bins == 0) {
        (void)ito__fail(ctx, ITO_EARG,
                        "ensemble: there is no histogram of component %zu", c);
        return NULL;
    }
    return stats->hist + (frame * stats->dim + c) * (stats->bins + 2);
}

ito_status ito_ensemble_histogram(ito_ctx *ctx, const ito_ensemble *stats,
                                  size_t frame, size_t c, uint64_t *counts,
                                  uint64_t out[2])
{
    const uint64_t *hist;

    if (!ctx)
        return ITO_EARG;
    hist = find_hist(ctx, stats, frame, c);
    if (!hist)
        return ITO_EARG;
    if (!counts)
        return ito__fail(ctx, ITO_EARG, "ensemble: counts is NULL");
    memcpy(counts, hist + 1, stats->bins * sizeof(*counts));
    if (out) {
        out[0] = hist[0];
        out[1] = hist[stats->bins + 1];
    }
    return ITO_OK;
}

ito_status ito_ensemble_pair(ito_ctx *ctx, const ito_ensemble *stats,
                             size_t frame, uint64_t *counts)
{
    ito_status rc;
    size_t cells;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_frame(ctx, stats, frame)) != ITO_OK)
        return rc;
    if (stats->pair_bins == 0 || !counts)
        return ito__fail(ctx, ITO_EARG,
                         counts ? "ensemble: no histogram of a pair was asked "
                                  "for"
                                : "ensemble: counts is NULL");
    cells = stats->pair_bins * stats->pair_bins;
    memcpy(counts, stats->cells + frame * cells, cells * sizeof(*counts));
    return ITO_OK;
}

ito_status ito_ensemble_quantile(ito_ctx *ctx, const ito_ensemble *stats,
                                 size_t frame, size_t c, double p,
                                 double *value, double *error)
{
    const uint64_t *hist;
    double width, target, below;
    size_t bin = 1;

    if (!ctx)
        return ITO_EARG;
    if (!value || !(p >= 0.0 && p <= 1.0))
        return ito__fail(ctx, ITO_EARG,
                         value ? "ensemble: a quantile of %g; it must lie in "
                                 "[0, 1]"
                               : "ensemble: value is NULL",
                         p);
    hist = find_hist(ctx, stats, frame, c);
    if (!hist)
        return ITO_EARG;
    width = (stats->hi[c] - stats->lo[c]) / (double)stats->bins;
    target = p * (double)stats->count[frame].n;
    below = (double)hist[0];
    while (bin <= stats->bins && below + (double)hist[bin] < target)
        below += (double)hist[bin++];
    while (bin <= stats->bins && hist[bin] == 0)
        bin++; /* p = 0 is where the first particle is */
    if (target < (double)hist[0] || bin > stats->bins)
        return ito__fail(ctx, ITO_ERANGE,
                         "ensemble: quantile %g of component %zu lies outside "
                         "the histogram [%g, %g); give wider limits",
                         p, c, stats->lo[c], stats->hi[c]);
    *value = stats->lo[c] +
             width * ((double)(bin - 1) + (target - below) / (double)hist[bin]);
    if (error)
        *error = width;
    return ITO_OK;
}

ito_status ito_ensemble_exits(ito_ctx *ctx, const ito_ensemble *stats,
                              ito_exits *out, uint64_t *counts)
{
    const exit_count *exits;
    ito_status rc;
    double n, mean, var;

    if (!ctx)
        return ITO_EARG;
    if (!stats || !out)
        return ito__fail(ctx, ITO_EARG, "ensemble: a NULL argument");
    if ((rc = check_frame(ctx, stats, stats->frames - 1)) != ITO_OK)
        return rc;
    exits = stats->exits;
    n = (double)exits->absorbed;
    mean = ito__exact_value(&exits->time) / n; /* NaN for none */
    var = ito__exact_value(&exits->square) / n - mean * mean;
    *out = (ito_exits){ .n = exits->n,
                        .absorbed = exits->absorbed,
                        .mean = mean,
                        .mean_se = sqrt((var > 0.0 ? var : 0.0) / (n - 1.0)),
                        .min = exits->min,
                        .max = exits->max };
    if (exits->absorbed < 2)
        out->mean_se = exits->absorbed == 1 ? HUGE_VAL : (double)NAN;
    if (counts && stats->exit_bins > 0)
        memcpy(counts, stats->exit_hist, stats->exit_bins * sizeof(*counts));
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * quantile.c - looking up a quantile map in both directions.
 */
#include "data/quantile.h"

ito_status ito__quantile_room(ito_ctx *ctx, quantile_map *q, size_t knots)
{
    q->knots = knots;
    q->rank = ito__alloc(ctx, size_mul(knots, 2 * sizeof(*q->rank)));
    q->x = q->rank ? q->rank + knots : NULL;
    if (!q->rank)
        return ito__fail(ctx, ITO_ENOMEM, "no memory for %zu knots", knots);
    return ITO_OK;
}

void ito__quantile_free(ito_ctx *ctx, quantile_map *q)
{
    ito__free(ctx, q->rank);
    *q = (quantile_map){ 0 };
}

/* The number of a[0 .. n-1], ascending, that are below v, or at most v. */
static size_t count_below(size_t n, const double *a, double v, bool or_equal)
{
    size_t low = 0, high = n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (a[mid] < v || (or_equal && a[mid] == v))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

double ito__quantile_value(const quantile_map *q, double u)
{
    const double rank = u * (2.0 * (double)q->rows);
    const size_t j = count_below(q->knots, q->rank, rank, true);
    double x;

    if (j == 0) {
        x = q->x[0];
    } else if (j == q->knots || q->x[j] == q->x[j - 1]) {
        x = q->x[j - 1];
    } else {
        const double a = q->x[j - 1], b = q->x[j];
        const double t =
            (rank - q->rank[j - 1]) / (q->rank[j] - q->rank[j - 1]);

        x = clamp((1.0 - t) * a + t * b, a, b);
    }
    return clamp(ito__decimals_round(q->decimals, x), q->min, q->max);
}

/* The rank of x between knots j - 1 and j, whose values lie about it. */
static double rank_between(const quantile_map *q, size_t j, double x)
{
    const double t = (x - q->x[j - 1]) / (q->x[j] - q->x[j - 1]);

    return q->rank[j - 1] + t * (q->rank[j] - q->rank[j - 1]);
}

void ito__quantile_share(const quantile_map *q, double x, double *low,
                         double *high)
{
    const double rows2 = 2.0 * (double)q->rows;
    const double v = clamp(x, q->min, q->max);
    const double a = ito__decimals_edge(q->decimals, v, -1);
    const double b = ito__decimals_edge(q->decimals, v, 1);
    const size_t i = count_below(q->knots, q->x, a, false);
    const size_t j = count_below(q->knots, q->x, b, true);
    double from = rows2, to = rows2;

    /* the first u whose value is at least a, the last with at most b */
    if (i < q->knots)
        from = i == 0 ? 0.0 : rank_between(q, i, a);
    if (j < q->knots)
        to = j == 0 ? 0.0 : rank_between(q, j, b);
    *low = from / rows2;
    *high = to > from ? to / rows2 : *low;
}

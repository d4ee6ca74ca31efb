/* SPDX-License-Identifier: MIT
 *
 * nearest.c - the copy check: distances to the nearest real row.
 *
 * The real rows are asked for their nearest other row, the fake rows for their
 * nearest real row; both questions go to all real rows, so that for fresh rows
 * the two answers have nearly one distribution.
 */
#include <math.h>
#include <string.h>

#include "metric/nearest_search.h"

#define CLOSE_SHARE 0.05
#define QUANTILE    0.01
#define SIGMAS      3.0

/* Squared distances of s->count points of ask, chosen without replacement. */
static ito_status ask_all(ito_ctx *ctx, const nearest *s, uint32_t *row,
                          uint64_t seed, float *square)
{
    const unsigned set = s->self ? SET_COPY_REAL : SET_COPY_FAKE;
    nearest all = *s;

    for (size_t k = 0; k < s->count; k++)
        row[k] = (uint32_t)ito__pick(seed, set, 0, s->ask->n, k);
    all.row = row;
    return ito__nearest(ctx, &all, square);
}

static double share_below(size_t n, const float *x, float bound, bool equal)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += x[i] < bound || (equal && x[i] <= bound);
    return (double)count / (double)n;
}

static int too_many(double p, size_t n, double q, size_t m)
{
    const double error =
        sqrt(p * (1.0 - p) / (double)n + q * (1.0 - q) / (double)m);

    return p - q > SIGMAS * error;
}

static void conclude(size_t n, float *data, size_t m, const float *fake,
                     float *tmp, ito_copies *out)
{
    float bound;

    out->real_copies = share_below(n, data, 0.0f, true);
    ito__sort_floats(n, data, tmp);
    bound = data[(size_t)(QUANTILE * (double)(n - 1))];
    out->near_distance = (double)sqrtf(bound);
    out->close = share_below(m, fake, bound, false);
    out->copies = share_below(m, fake, 0.0f, true);
    out->flagged = out->close > CLOSE_SHARE ||
                   too_many(out->copies, m, out->real_copies, n);
}

ito_status ito__copies(ito_ctx *ctx, const cloud *data, const cloud *fake,
                       uint64_t seed, ito_copies *out)
{
    const size_t n = size_min(data->n, COPY_ROWS);
    const size_t m = size_min(fake->n, COPY_ROWS), most = size_max(n, m);
    const nearest among = {
        .ask = data, .data = data, .count = n, .self = true
    };
    const nearest to = { .ask = fake, .data = data, .count = m };
    ito_status rc;
    uint32_t *row = ito__alloc(ctx, most * sizeof(*row));
    float *square = ito__alloc(ctx, 3 * most * sizeof(*square));

    if (!row || !square) {
        rc = ito__fail(ctx, ITO_ENOMEM, "eval: copy check of %zu rows", most);
        goto done;
    }
    if ((rc = ask_all(ctx, &among, row, seed, square)) != ITO_OK ||
        (rc = ask_all(ctx, &to, row, seed, square + most)) != ITO_OK)
        goto done;
    conclude(n, square, m, square + most, square + 2 * most, out);
done:
    ito__free(ctx, square);
    ito__free(ctx, row);
    return rc;
}

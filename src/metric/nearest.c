/* SPDX-License-Identifier: MIT
 *
 * nearest.c - the copy check: distances to the nearest real row.
 *
 * Brute force over blocks that stay in cache: exact, and no slower than a
 * tree once there are more than a few columns.  The real rows are asked for
 * their nearest other row, the fake rows for their nearest real row; both
 * questions go to all real rows, so that for fresh rows the two answers have
 * nearly one distribution.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "metric/measure.h"

/* Questions that share one pass over the real rows. */
#define ROWS 16

/* Rows between two looks at the cancel callback. */
#define WAVE 2048

#define CLOSE_SHARE 0.05
#define QUANTILE    0.01
#define SIGMAS      3.0

typedef struct nearest {
    const cloud *ask, *data;
    const uint32_t *row; /* which rows of ask */
    bool self;           /* ask is data: a row is not its own neighbour */
    float *square;       /* squared distance of each */
} nearest;

static void nearest_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const nearest *s = arg;
    float d[CLOUD_LANES];

    (void)worker;
    for (size_t k = begin; k < end; k++)
        s->square[k] = FLT_MAX;
    for (size_t j = 0; j < s->data->n; j += CLOUD_LANES) {
        const size_t hi = size_min(CLOUD_LANES, s->data->n - j);

        for (size_t k = begin; k < end; k++) {
            const size_t i = s->row[k];
            float low = s->square[k];

            cloud_squares(s->ask, i, s->data, j, d);
            if (s->self && i >= j && i - j < CLOUD_LANES)
                d[i - j] = FLT_MAX;
            for (size_t l = 0; l < hi; l++)
                low = d[l] < low ? d[l] : low;
            s->square[k] = low;
        }
    }
}

/* Squared distances of `count` rows of ask, chosen without replacement. */
static ito_status ask_all(ito_ctx *ctx, const nearest *all, size_t count,
                          uint32_t *row, uint64_t seed)
{
    const unsigned set = all->self ? SET_COPY_REAL : SET_COPY_FAKE;

    for (size_t k = 0; k < count; k++)
        row[k] = (uint32_t)ito__pick(seed, set, 0, all->ask->n, k);
    for (size_t k = 0; k < count; k += WAVE) {
        nearest s = *all;

        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "eval: stopped");
        s.row = row + k;
        s.square = all->square + k;
        ito__for(ctx, size_min(WAVE, count - k), ROWS, nearest_chunk, &s);
    }
    return ITO_OK;
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
    nearest s = { .ask = data, .data = data, .self = true };
    ito_status rc;
    uint32_t *row = ito__alloc(ctx, most * sizeof(*row));
    float *square = ito__alloc(ctx, 3 * most * sizeof(*square));

    if (!row || !square) {
        rc = ito__fail(ctx, ITO_ENOMEM, "eval: copy check of %zu rows", most);
        goto done;
    }
    s.square = square;
    if ((rc = ask_all(ctx, &s, n, row, seed)) != ITO_OK)
        goto done;
    s = (nearest){ .ask = fake, .data = data, .square = square + most };
    if ((rc = ask_all(ctx, &s, m, row, seed)) != ITO_OK)
        goto done;
    conclude(n, square, m, square + most, square + 2 * most, out);
done:
    ito__free(ctx, square);
    ito__free(ctx, row);
    return rc;
}

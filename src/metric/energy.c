/* SPDX-License-Identifier: MIT
 *
 * energy.c - the energy distance.
 *
 *     D(A, B)^2 = 2 E|a - b| - E|a - a'| - E|b - b'|
 *
 * Szekely & Rizzo, Energy statistics, J. Stat. Plan. Inference 143 (2013).
 * With the means over all pairs, a point paired with itself included, D^2 is
 * a weighted L2 distance of the two empirical characteristic functions, so
 * it is never negative and vanishes only for equal samples.
 */
#include <math.h>

#include "metric/measure.h"

/* Rows of A that share one pass over B. */
#define ROWS 16

typedef struct energy {
    const cloud *a, *b;
    double *row; /* sum of distances of each row of a */
} energy;

/* Sum of sqrt(d[l]) over lo <= l < hi: eight partial sums, then a tree. */
static double sum_roots(const float d[CLOUD_LANES], size_t lo, size_t hi)
{
    double lane[8] = { 0 };

    for (size_t l = lo; l < hi; l++)
        lane[l & 7] += (double)sqrtf(d[l]);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* Rows begin to end - 1 of a against the rows of b that come after them, if
 * a and b are one cloud, else against all. */
static void energy_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const energy *s = arg;
    const cloud *a = s->a, *b = s->b;
    const bool self = a == b;
    float d[CLOUD_LANES];

    (void)worker;
    for (size_t i = begin; i < end; i++)
        s->row[i] = 0.0;
    for (size_t j = self ? begin - begin % CLOUD_LANES : 0; j < b->n;
         j += CLOUD_LANES) {
        const size_t hi = size_min(CLOUD_LANES, b->n - j);

        for (size_t i = begin; i < end; i++) {
            const size_t lo = self && i + 1 > j ? i + 1 - j : 0;

            if (lo >= hi)
                continue;
            cloud_squares(a, i, b, j, d);
            s->row[i] += sum_roots(d, lo, hi);
        }
    }
}

/* The mean of |a - b| over all pairs. */
static double mean_distance(ito_ctx *ctx, const cloud *a, const cloud *b,
                            double *row)
{
    energy s = { .a = a, .b = b, .row = row };
    double sum;

    ito__for(ctx, a->n, ROWS, energy_chunk, &s);
    sum = ito__tree_sum(a->n, row) * (a == b ? 2.0 : 1.0);
    return sum / ((double)a->n * (double)b->n);
}

ito_status ito__energy(ito_ctx *ctx, const cloud *a, const cloud *b,
                       double *out)
{
    cloud p = *a, q = *b;
    double *row, ab, aa, bb;

    p.n = size_min(p.n, ENERGY_ROWS);
    q.n = size_min(q.n, ENERGY_ROWS);
    row = ito__alloc(ctx, size_mul(size_max(p.n, q.n), sizeof(*row)));
    if (!row)
        return ito__fail(ctx, ITO_ENOMEM, "eval: energy distance");
    ab = mean_distance(ctx, &p, &q, row);
    aa = mean_distance(ctx, &p, &p, row);
    bb = mean_distance(ctx, &q, &q, row);
    ito__free(ctx, row);
    *out = sqrt(fmax(0.0, 2.0 * ab - aa - bb));
    return ITO_OK;
}

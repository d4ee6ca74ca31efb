/* SPDX-License-Identifier: MIT
 *
 * neighbours.c - precision, recall, density, coverage: which points lie in the
 * reach of which.
 *
 * Brute force over blocks that stay in cache, as in nearest.c.
 */
#include <float.h>
#include <ito/fidelity.h>
#include <string.h>

#include "metric/measure.h"

#define K_MAX 64
#define ROWS  16 /* questions that share one pass over the other sample */

/* The squared reach of each point of a sample. */
typedef struct reach {
    const cloud *c;
    size_t last;   /* k - 1 */
    float *square; /* k-th smallest distance to another point */
} reach;

/* Keep the smallest, low[0] .. low[last], in order. */
static void keep(size_t last, float *low, float d)
{
    size_t i = last;

    if (!(d < low[i]))
        return;
    for (; i > 0 && d < low[i - 1]; i--)
        low[i] = low[i - 1];
    low[i] = d;
}

static void reach_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const reach *s = arg;
    float low[ROWS][K_MAX], d[CLOUD_LANES];

    (void)worker;
    for (size_t i = begin; i < end; i++)
        for (size_t j = 0; j < K_MAX; j++)
            low[i - begin][j] = FLT_MAX;
    for (size_t j = 0; j < s->c->n; j += CLOUD_LANES) {
        const size_t hi = size_min(CLOUD_LANES, s->c->n - j);

        for (size_t i = begin; i < end; i++) {
            cloud_squares(s->c, i, s->c, j, d);
            for (size_t l = 0; l < hi; l++)
                if (j + l != i)
                    keep(s->last, low[i - begin], d[l]);
        }
    }
    for (size_t i = begin; i < end; i++)
        s->square[i] = low[i - begin][s->last];
}

/* For each point of `ask`: in how many reaches of `in` it lies, and whether
 * one of `in` lies in its own. */
typedef struct inside {
    const cloud *ask, *in;
    const float *in_square;  /* reach of each point of `in` */
    const float *ask_square; /* its own, or NULL */
    double *count, *covered; /* of each point asked */
} inside;

static void inside_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const inside *s = arg;
    float d[CLOUD_LANES];

    (void)worker;
    for (size_t i = begin; i < end; i++)
        s->count[i] = s->covered[i] = 0.0;
    for (size_t j = 0; j < s->in->n; j += CLOUD_LANES) {
        const size_t hi = size_min(CLOUD_LANES, s->in->n - j);

        for (size_t i = begin; i < end; i++) {
            cloud_squares(s->ask, i, s->in, j, d);
            for (size_t l = 0; l < hi; l++) {
                s->count[i] += d[l] < s->in_square[j + l] ? 1.0 : 0.0;
                if (s->ask_square && d[l] < s->ask_square[i])
                    s->covered[i] = 1.0;
            }
        }
    }
}

static double share_positive(size_t n, const double *count)
{
    size_t some = 0;

    for (size_t i = 0; i < n; i++)
        some += count[i] > 0.0;
    return (double)some / (double)n;
}

static double sum_of(size_t n, const double *x)
{
    double sum = 0.0; /* of whole numbers: exact in any order */

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void measure(ito_ctx *ctx, const cloud *data, const cloud *fake,
                    size_t k, float *square, double *count, ito_neighbours *out)
{
    const size_t n = data->n, m = fake->n, most = size_max(n, m);
    reach known = { data, k - 1, square };
    reach drawn = { fake, k - 1, square + n };
    inside s = { fake, data, square, NULL, count, count + most };

    ito__for(ctx, n, ROWS, reach_chunk, &known);
    ito__for(ctx, m, ROWS, reach_chunk, &drawn);
    ito__for(ctx, m, ROWS, inside_chunk, &s);
    out->precision = share_positive(m, count);
    out->density = sum_of(m, count) / ((double)k * (double)m);
    s = (inside){ data, fake, square + n, square, count, count + most };
    ito__for(ctx, n, ROWS, inside_chunk, &s);
    out->recall = share_positive(n, count);
    out->coverage = sum_of(n, count + most) / (double)n;
}

ito_status ito_neighbour_shares(ito_ctx *ctx, const ito_points *data,
                                const ito_points *fake, size_t k,
                                ito_neighbours *out)
{
    clouds s;
    ito_status rc;
    float *square;
    double *count;
    size_t most;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "neighbours: the result is NULL");
    rc = ito__check_samples(ctx, data, fake);
    if (rc == ITO_OK)
        rc = ito__clouds_make(ctx, data, fake, &s);
    if (rc != ITO_OK)
        return rc;
    most = size_max(s.a.n, s.b.n);
    if (k == 0 || k > K_MAX || k >= s.a.n || k >= s.b.n) {
        ito__clouds_free(ctx, &s);
        return ito__fail(ctx, ITO_EARG,
                         "neighbours: k = %zu; 1 to %d, below the %zu and %zu "
                         "rows",
                         k, K_MAX, data->rows, fake->rows);
    }
    square = ito__alloc(ctx, (s.a.n + s.b.n) * sizeof(*square));
    count = ito__alloc(ctx, 2 * most * sizeof(*count));
    if (square && count)
        measure(ctx, &s.a, &s.b, k, square, count, out);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "neighbours: %zu rows", most);
    ito__free(ctx, count);
    ito__free(ctx, square);
    ito__clouds_free(ctx, &s);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * correlation.c - how far apart two correlation matrices are.
 *
 *     mean over pairs (c, e) of coordinates of different columns of
 *     |r_A(c, e) - r_B(c, e)|,   r = Pearson's correlation.
 *
 * Coordinates are centred and brought to length 1 first, so that a
 * correlation is one dot product.  Two independent samples of m rows differ
 * by about 1.13 (1 - r^2) / sqrt(m) in the mean.
 */
#include <math.h>

#include "metric/measure.h"

/* With more coordinates than this, that many evenly spaced ones. */
#define COORDINATES 1024

typedef struct correlations {
    const ito_kern *kern;
    const cloud *a, *b;
    size_t count;
    float *za, *zb;      /* count unit vectors of a->n and b->n floats */
    size_t *coordinate;  /* count */
    size_t *column;      /* count */
    double *sum, *pairs; /* count */
} correlations;

/* z = (x - mean) / |x - mean|, or 0 where x is constant. */
static void unit(const ito_kern *kern, size_t n, const float *x, float *z)
{
    const double mean = kern->sum(n, x) / (double)n;
    double square;

    for (size_t i = 0; i < n; i++)
        z[i] = (float)((double)x[i] - mean);
    square = kern->sumsq(n, z);
    /* Below this the spread is rounding of the mean alone. */
    if (square <= 1e-13 * mean * mean * (double)n || square <= 0.0)
        kern->scale(n, 0.0f, z, z);
    else
        kern->scale(n, (float)(1.0 / sqrt(square)), z, z);
}

static void unit_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const correlations *s = arg;

    (void)worker;
    for (size_t k = begin; k < end; k++) {
        const size_t c = s->coordinate[k];

        unit(s->kern, s->a->n, s->a->x + c * s->a->ld, s->za + k * s->a->n);
        unit(s->kern, s->b->n, s->b->x + c * s->b->ld, s->zb + k * s->b->n);
    }
}

static void pair_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const correlations *s = arg;
    const size_t n = s->a->n, m = s->b->n;

    (void)worker;
    for (size_t k = begin; k < end; k++) {
        s->sum[k] = s->pairs[k] = 0.0;
        for (size_t e = k + 1; e < s->count; e++) {
            double ra, rb;

            if (s->column[e] == s->column[k])
                continue;
            ra = (double)s->kern->dot(n, s->za + k * n, s->za + e * n);
            rb = (double)s->kern->dot(m, s->zb + k * m, s->zb + e * m);
            s->sum[k] += fabs(ra - rb);
            s->pairs[k] += 1.0;
        }
    }
}

/* Choose the coordinates and note the column of each. */
static void choose(correlations *s)
{
    size_t j = 0;

    for (size_t k = 0; k < s->count; k++) {
        const size_t c = k * s->a->dim / s->count;

        while (c >= s->a->col[j].first + s->a->col[j].width)
            j++;
        s->coordinate[k] = c;
        s->column[k] = j;
    }
}

ito_status ito__correlation(ito_ctx *ctx, const cloud *a, const cloud *b,
                            double *out)
{
    const size_t count = size_min(a->dim, COORDINATES);
    correlations s = { .kern = ctx->kern, .a = a, .b = b, .count = count };
    double pairs;

    s.za = ito__alloc(
        ctx, size_mul(size_mul(count, size_add(a->n, b->n)), sizeof(*s.za)));
    s.coordinate = ito__alloc(ctx, 2 * count * sizeof(*s.coordinate));
    s.sum = ito__alloc(ctx, 2 * count * sizeof(*s.sum));
    if (s.za && s.coordinate && s.sum) {
        s.zb = s.za + count * a->n;
        s.column = s.coordinate + count;
        s.pairs = s.sum + count;
        choose(&s);
        ito__for(ctx, count, 1, unit_chunk, &s);
        ito__for(ctx, count, 1, pair_chunk, &s);
        pairs = ito__tree_sum(count, s.pairs);
        *out = ito__tree_sum(count, s.sum) / fmax(pairs, 1.0);
    }
    ito__free(ctx, s.sum);
    ito__free(ctx, s.coordinate);
    ito__free(ctx, s.za);
    if (!s.zb)
        return ito__fail(ctx, ITO_ENOMEM, "eval: correlations of %zu rows",
                         size_max(a->n, b->n));
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * marginal.c - distances of samples of the line, and of columns.
 *
 * Both samples are sorted.  The monotone coupling sends quantile to quantile
 * and is optimal for every convex cost (Villani, Topics in Optimal
 * Transportation, 2003, Theorem 2.18):
 *
 *     W_p^p = integral over u in (0, 1) of |F^-1(u) - G^-1(u)|^p.
 *
 * With n and m points a point of the first sample weighs m and one of the
 * second n, in units of 1 / (n m), so that the walk is exact integers.
 */
#include <math.h>

#include "metric/measure.h"

double ito__line_ks(size_t n, const float *a, size_t m, const float *b)
{
    size_t i = 0, j = 0;
    double sup = 0.0;

    while (i < n && j < m) {
        const float v = a[i] < b[j] ? a[i] : b[j];
        double gap;

        while (i < n && a[i] <= v)
            i++;
        while (j < m && b[j] <= v)
            j++;
        gap = fabs((double)i / (double)n - (double)j / (double)m);
        if (gap > sup)
            sup = gap;
    }
    return sup;
}

/* The sum of weight * |a - b|^p, p = 1 or 2, over the monotone coupling. */
static double couple(size_t n, const float *a, size_t m, const float *b, int p)
{
    size_t i = 0, j = 0, left_a = m, left_b = n;
    double sum = 0.0;

    while (i < n && j < m) {
        const size_t w = size_min(left_a, left_b);
        const double d = (double)a[i] - (double)b[j];

        sum += (double)w * (p == 2 ? d * d : fabs(d));
        left_a -= w;
        left_b -= w;
        if (left_a == 0) {
            i++;
            left_a = m;
        }
        if (left_b == 0) {
            j++;
            left_b = n;
        }
    }
    return sum / ((double)n * (double)m);
}

double ito__line_w1(size_t n, const float *a, size_t m, const float *b)
{
    return couple(n, a, m, b, 1);
}

double ito__line_w2_squared(size_t n, const float *a, size_t m, const float *b)
{
    return couple(n, a, m, b, 2);
}

/* One loop over columns: each worker sorts in its own 2 (n + m) floats. */
typedef struct marginals {
    const cloud *a, *b;
    double *ks, *w1;
    float *scratch;
    size_t stride;
} marginals;

/* 1/2 sum over levels of |share in a - share in b|. */
static double total_variation(const cloud *a, const cloud *b, const span *s)
{
    double sum = 0.0;

    for (size_t c = s->first; c < s->first + s->width; c++) {
        double p = 0.0, q = 0.0;

        for (size_t i = 0; i < a->n; i++)
            p += (double)a->x[c * a->ld + i];
        for (size_t i = 0; i < b->n; i++)
            q += (double)b->x[c * b->ld + i];
        sum += fabs(p / (double)a->n - q / (double)b->n);
    }
    return 0.5 * sum;
}

static void sorted_copy(const cloud *a, size_t c, float *out, float *tmp)
{
    const float *x = a->x + c * a->ld;

    for (size_t i = 0; i < a->n; i++)
        out[i] = x[i];
    ito__sort_floats(a->n, out, tmp);
}

static void marginal_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const marginals *s = arg;
    float *x = s->scratch + worker * s->stride, *y = x + s->a->n;
    float *tmp = y + s->b->n;

    for (size_t j = begin; j < end; j++) {
        const span *col = &s->a->col[j];

        if (col->kind == ITO_COLUMN_TEXT) {
            s->ks[j] = s->w1[j] = total_variation(s->a, s->b, col);
            continue;
        }
        sorted_copy(s->a, col->first, x, tmp);
        sorted_copy(s->b, col->first, y, tmp);
        s->ks[j] = ito__line_ks(s->a->n, x, s->b->n, y);
        s->w1[j] = ito__line_w1(s->a->n, x, s->b->n, y);
    }
}

ito_status ito__marginals(ito_ctx *ctx, const cloud *a, const cloud *b,
                          double *ks, double *w1)
{
    marginals s = { .a = a, .b = b, .ks = ks, .w1 = w1 };

    s.stride = size_add(size_add(a->n, b->n), size_max(a->n, b->n));
    s.scratch = ito__alloc(
        ctx, size_mul(size_mul(ctx->threads, s.stride), sizeof(float)));
    if (!s.scratch)
        return ito__fail(ctx, ITO_ENOMEM, "eval: sorting %zu and %zu rows",
                         a->n, b->n);
    ito__for(ctx, a->cols, 1, marginal_chunk, &s);
    ito__free(ctx, s.scratch);
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * nearest_search.c - distances to the nearest point, by brute force over
 * blocks that stay in cache: exact, and no slower than a tree once there are
 * more than a few columns.
 *
 * With many coordinates a matrix product finds the candidates,
 *
 *     |a - b|^2 = |a|^2 + |b|^2 - 2 a.b,
 *
 * and only those that its rounding leaves possible are measured by the sum of
 * squared differences; so the result is the smallest such sum, to the bit,
 * whatever the product's errors.  In units of 2^-24 S, S = |a|^2 + |b|^2, the
 * norms and twice the product err by dim each at most, the sum of a pair (at
 * most 2 S) by 2 dim + 4.
 */
#include "metric/nearest_search.h"

#include <float.h>
#include <string.h>

#define ROWS     16   /* questions that share one pass over the points */
#define WAVE     2048 /* questions between two looks at the cancel callback */
#define SCREENED 16   /* coordinates from which on products screen */
#define ASKED    64   /* questions of a product */
#define BLOCK    256  /* points of a product */
#define UNIT     6e-8f

/* One wave. */
typedef struct search {
    const ito_kern *kern;
    nearest s;
    float *square; /* of each question */
    float *norm;   /* |b|^2 of each point */
    float *work;   /* of each worker */
    size_t work_floats;
} search;

/* ---- few coordinates ---- */

static void plain_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const search *w = arg;
    const nearest *s = &w->s;
    float d[CLOUD_LANES];

    (void)worker;
    for (size_t k = begin; k < end; k++)
        w->square[k] = FLT_MAX;
    for (size_t j = 0; j < s->data->n; j += CLOUD_LANES) {
        const size_t hi = size_min(CLOUD_LANES, s->data->n - j);

        for (size_t k = begin; k < end; k++) {
            const size_t i = s->row[k];
            float low = w->square[k];

            cloud_squares(s->ask, i, s->data, j, d);
            if (s->self && i >= j && i - j < CLOUD_LANES)
                d[i - j] = FLT_MAX;
            for (size_t l = 0; l < hi; l++)
                low = d[l] < low ? d[l] : low;
            w->square[k] = low;
        }
    }
}

/* ---- many coordinates ---- */

/* The scratch of a worker. */
typedef struct scratch {
    float *a;    /* ASKED x dim: the questions */
    float *norm; /* ASKED: |a|^2 */
    float *dot;  /* ASKED x BLOCK */
    float *gemm; /* of the product */
} scratch;

static scratch carve(const search *w, size_t worker)
{
    const size_t dim = w->s.data->dim;
    scratch c = { .a = w->work + worker * w->work_floats };

    c.norm = c.a + ASKED * dim;
    c.dot = c.norm + ASKED;
    c.gemm = c.dot + ASKED * BLOCK;
    return c;
}

/* As cloud_squares has it. */
static float measured(const float *a, const cloud *data, size_t j)
{
    float d = 0.0f;

    for (size_t c = 0; c < data->dim; c++) {
        const float e = data->x[c * data->ld + j] - a[c];

        d += e * e;
    }
    return d;
}

/* The smallest of `low` and the distances of a question to points j .. j + n -
 * 1 but `self`; d holds the products. */
static float screen(const search *w, const float *a, float norm, size_t self,
                    size_t j, size_t n, float *d, float low)
{
    const cloud *data = w->s.data;
    const float slack = UNIT * (float)(4 * data->dim + 20);
    size_t first = 0;

    for (size_t l = 0; l < n; l++) {
        const float sum = norm + w->norm[j + l];

        d[l] = sum - 2.0f * d[l] - slack * sum; /* it is not below that */
    }
    if (self >= j && self - j < n)
        d[self - j] = FLT_MAX;
    for (size_t l = 1; l < n; l++)
        first = d[l] < d[first] ? l : first;
    if (d[first] < low) { /* the likely one first: it spares the others */
        const float square = measured(a, data, j + first);

        low = square < low ? square : low;
        d[first] = FLT_MAX;
    }
    for (size_t l = 0; l < n; l++)
        if (d[l] < low) {
            const float square = measured(a, data, j + l);

            low = square < low ? square : low;
        }
    return low;
}

static void screened_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const search *w = arg;
    const cloud *ask = w->s.ask, *data = w->s.data;
    const scratch c = carve(w, worker);
    const size_t dim = data->dim;

    for (size_t k = begin; k < end; k++) {
        float *a = c.a + (k - begin) * dim, sum = 0.0f;

        for (size_t i = 0; i < dim; i++) {
            a[i] = ask->x[i * ask->ld + w->s.row[k]];
            sum += a[i] * a[i];
        }
        c.norm[k - begin] = sum;
        w->square[k] = FLT_MAX;
    }
    for (size_t j = 0; j < data->n; j += BLOCK) {
        const size_t n = size_min(BLOCK, data->n - j);
        const ito_gemm g = { .m = end - begin,
                             .n = n,
                             .k = dim,
                             .a = c.a,
                             .a_row = dim,
                             .a_col = 1,
                             .b = data->x + j,
                             .b_row = data->ld,
                             .b_col = 1,
                             .c = c.dot,
                             .c_row = BLOCK,
                             .work = c.gemm };

        w->kern->gemm(&g);
        for (size_t k = begin; k < end; k++)
            w->square[k] = screen(w, c.a + (k - begin) * dim, c.norm[k - begin],
                                  w->s.self ? w->s.row[k] : SIZE_MAX, j, n,
                                  c.dot + (k - begin) * BLOCK, w->square[k]);
    }
}

static void norm_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const search *w = arg;
    const cloud *data = w->s.data;

    (void)worker;
    for (size_t j = begin; j < end; j++)
        w->norm[j] = 0.0f;
    for (size_t c = 0; c < data->dim; c++)
        for (size_t j = begin; j < end; j++) {
            const float v = data->x[c * data->ld + j];

            w->norm[j] += v * v;
        }
}

static ito_status prepare(ito_ctx *ctx, search *w)
{
    const size_t n = w->s.data->n, dim = w->s.data->dim;
    const size_t gemm = w->kern->gemm_work(ASKED, BLOCK, dim);

    w->work_floats =
        size_add(size_mul(ASKED, dim), size_add(ASKED * (BLOCK + 1), gemm));
    w->work_floats = size_add(w->work_floats, 15) / 16 * 16;
    w->work =
        ito__alloc(ctx, size_mul(size_mul(w->work_floats, ito_threads(ctx)),
                                 sizeof(*w->work)));
    w->norm = ito__alloc(ctx, size_mul(n, sizeof(*w->norm)));
    if (!w->work || !w->norm)
        return ito__fail(ctx, ITO_ENOMEM, "eval: the nearest of %zu points", n);
    ito__for(ctx, n, BLOCK, norm_chunk, w);
    return ITO_OK;
}

ito_status ito__nearest(ito_ctx *ctx, const nearest *s, float *square)
{
    const bool screened = s->data->dim >= SCREENED;
    search w = { .kern = ctx->kern, .s = *s };
    ito_status rc = screened ? prepare(ctx, &w) : ITO_OK;

    for (size_t k = 0; rc == ITO_OK && k < s->count; k += WAVE) {
        const size_t n = size_min(WAVE, s->count - k);

        w.s.row = s->row + k;
        w.square = square + k;
        if (ito__cancelled(ctx))
            rc = ito__fail(ctx, ITO_ECANCELLED, "eval: stopped");
        else if (screened)
            ito__for(ctx, n, ASKED, screened_chunk, &w);
        else
            ito__for(ctx, n, ROWS, plain_chunk, &w);
    }
    ito__free(ctx, w.norm);
    ito__free(ctx, w.work);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * kernel_distance.c - the maximum mean discrepancy with a cubic kernel.
 */
#include <ito/fidelity.h>
#include <math.h>

#include "metric/measure.h"

#define BLOCK 1000 /* rows of a block */

typedef struct block {
    const ito_kern *kern;
    const float *a, *b; /* n x dim, m x dim */
    size_t n, m, dim;
    bool self; /* a is b: leave out pairs of a row with itself */
    double *row;
} block;

static void block_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const block *s = arg;

    (void)worker;
    for (size_t i = begin; i < end; i++) {
        double sum = 0.0;

        for (size_t j = 0; j < s->m; j++) {
            const double dot = (double)s->kern->dot(s->dim, s->a + i * s->dim,
                                                    s->b + j * s->dim);
            const double k = dot / (double)s->dim + 1.0;

            if (!s->self || i != j)
                sum += k * k * k;
        }
        s->row[i] = sum;
    }
}

/* The mean of k over the pairs. */
static double mean_kernel(ito_ctx *ctx, const block *s)
{
    const double pairs = (double)s->n * (double)(s->self ? s->m - 1 : s->m);
    block all = *s;

    ito__for(ctx, s->n, 8, block_chunk, &all);
    return ito__tree_sum(s->n, s->row) / pairs;
}

/* Rows first .. first + n - 1 of a, first_b .. of b. */
static double discrepancy(ito_ctx *ctx, const float *a, size_t n,
                          const float *b, size_t m, size_t dim, double *row)
{
    const block aa = { ctx->kern, a, a, n, n, dim, true, row };
    const block bb = { ctx->kern, b, b, m, m, dim, true, row };
    const block ab = { ctx->kern, a, b, n, m, dim, false, row };

    return mean_kernel(ctx, &aa) + mean_kernel(ctx, &bb) -
           2.0 * mean_kernel(ctx, &ab);
}

static ito_status over_blocks(ito_ctx *ctx, const ito_points *a,
                              const ito_points *b, double *row,
                              ito_kernel_result *out)
{
    const size_t least = size_min(a->rows, b->rows);
    const size_t blocks = size_max(least / BLOCK, 1), dim = a->dim;
    double sum = 0.0, squares = 0.0;

    for (size_t k = 0; k < blocks; k++) {
        const size_t n = size_min(a->rows, BLOCK), m = size_min(b->rows, BLOCK);
        const double d = discrepancy(ctx, a->x + k * BLOCK * dim, n,
                                     b->x + k * BLOCK * dim, m, dim, row);

        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "kernel distance: stopped");
        sum += d;
        squares += d * d;
    }
    out->blocks = blocks;
    out->value = sum / (double)blocks;
    out->error = 0.0;
    if (blocks > 1)
        out->error = sqrt(fmax(squares - sum * out->value, 0.0) /
                          ((double)blocks * (double)(blocks - 1)));
    return ITO_OK;
}

ito_status ito_kernel_distance(ito_ctx *ctx, const ito_points *a,
                               const ito_points *b, ito_kernel_result *out)
{
    ito_status rc;
    double *row;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "kernel distance: the result is NULL");
    if ((rc = ito__check_samples(ctx, a, b)) != ITO_OK)
        return rc;
    row = ito__alloc(ctx, BLOCK * sizeof(*row));
    rc = row ? over_blocks(ctx, a, b, row, out)
             : ito__fail(ctx, ITO_ENOMEM, "kernel distance: no memory");
    ito__free(ctx, row);
    return rc;
}

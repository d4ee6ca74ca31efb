/* SPDX-License-Identifier: MIT
 *
 * exact.c - the exact 2-Wasserstein distance of samples of equal size.
 *
 *     W2(A, B)^2 = min over bijections p of 1/n sum |a_i - b_p(i)|^2
 *
 * One solve runs on one thread; several run side by side, as many as there
 * are threads, each with its own cost matrix of n x n floats.
 */
#include <math.h>

#include "metric/measure.h"

typedef struct exact {
    const cloud *a, *b;
    double *out;
    char *work;
    size_t stride; /* bytes a task */
} exact;

static size_t round_bytes(size_t bytes)
{
    return size_round_up(bytes, 64);
}

static void exact_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const exact *s = arg;

    (void)worker;
    for (size_t k = begin; k < end; k++) {
        const cloud *a = &s->a[k], *b = &s->b[k];
        const size_t n = a->n;
        char *work = s->work + k * s->stride;
        uint32_t *to = (uint32_t *)(void *)work;
        float *cost;
        float d[CLOUD_LANES];

        work += round_bytes(n * sizeof(*to));
        cost = (float *)(void *)work;
        work += round_bytes(n * n * sizeof(*cost));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j += CLOUD_LANES) {
                cloud_squares(a, i, b, j, d);
                for (size_t l = 0; l < CLOUD_LANES && j + l < n; l++)
                    cost[i * n + j + l] = d[l];
            }
        s->out[k] = sqrt(ito__assign(n, cost, to, work) / (double)n);
    }
}

ito_status ito__exact_w2(ito_ctx *ctx, size_t count, const cloud *a,
                         const cloud *b, double *out)
{
    const size_t n = a[0].n;
    const size_t wave = size_min(count, ctx->threads);
    exact s = { 0 };

    s.stride = size_add(round_bytes(size_mul(size_mul(n, n), sizeof(float))),
                        size_add(round_bytes(n * sizeof(uint32_t)),
                                 round_bytes(ito__assign_bytes(n))));
    s.work = ito__alloc(ctx, size_mul(wave, s.stride));
    if (!s.work)
        return ito__fail(ctx, ITO_ENOMEM,
                         "eval: exact_w2 of %zu rows; take fewer", n);
    for (size_t k = 0; k < count && !ito__cancelled(ctx); k += wave) {
        s.a = a + k;
        s.b = b + k;
        s.out = out + k;
        ito__for(ctx, size_min(wave, count - k), 1, exact_chunk, &s);
    }
    ito__free(ctx, s.work);
    if (ito__cancelled(ctx))
        return ito__fail(ctx, ITO_ECANCELLED, "eval: stopped");
    return ITO_OK;
}

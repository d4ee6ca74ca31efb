/* SPDX-License-Identifier: MIT
 *
 * candidates.c - where rows with known coordinates start.
 *
 * Which of several separate kinds of rows fits what is known is decided early
 * on the way, and badly there: regression on the known coordinates is linear.
 * So it is decided by samples: of `count` free ones each row takes one of the
 * NEAR / k nearest, k coordinates being known, by the distance in units of
 * standard deviations, as approximate Bayesian computation does (Beaumont,
 * Zhang and Balding, Genetics 162, 2002).  Noise is then put on it (Meng et
 * al., SDEdit, arXiv:2108.01073) and the rest of the way makes it fit.
 *
 * The candidates are the samples of ids from 2^44 on; the choice is the
 * uniform of (seed, id, CHURN, stream 2).
 */
#include "flow/candidates.h"

#include <math.h>
#include <string.h>

#include "rng/noise.h"

#define NEAR          256 /* with one known coordinate */
#define NEAR_LEAST    16
#define FIRST_ID      ((uint64_t)1 << 44)
#define STREAM_CHOICE 2

/* The free samples, and one over the variance of each coordinate. */
typedef struct pool {
    size_t count, dim;
    float *x;
    double *scale;
} pool;

static ito_status draw(ito_ctx *ctx, const inpaint *paint,
                       const ito_problem *problem, const ito_solve_opts *how,
                       pool *p)
{
    ito_solve_opts opts = *how;
    ito_problem free = { .field = &paint->flow,
                         .t0 = problem->t0,
                         .t1 = problem->t1,
                         .n = p->count,
                         .id0 = FIRST_ID,
                         .init = problem->init,
                         .init_arg = problem->init_arg };
    ito_status rc;

    if (problem->field->noise != ITO_NOISE_NONE)
        opts.method = "heun"; /* without noise it needs no more steps */
    rc = ito_solve(ctx, &free, p->x, &opts, NULL);
    for (size_t c = 0; rc == ITO_OK && c < p->dim; c++) {
        double sum = 0.0, square = 0.0;

        for (size_t k = 0; k < p->count; k++)
            sum += (double)p->x[k * p->dim + c];
        sum /= (double)p->count;
        for (size_t k = 0; k < p->count; k++) {
            const double d = (double)p->x[k * p->dim + c] - sum;

            square += d * d;
        }
        p->scale[c] = square > 0.0 ? (double)p->count / square : 0.0;
    }
    return rc;
}

/* The `most` candidates nearest to what is known; how many there are. */
static size_t nearest(const pool *p, const float *y, size_t most,
                      size_t near[NEAR])
{
    double best[NEAR];
    size_t have = 0;

    for (size_t k = 0; k < p->count; k++) {
        double d = 0.0;
        size_t at;

        for (size_t c = 0; c < p->dim; c++)
            if (!isnan(y[c])) {
                const double v = (double)y[c] - (double)p->x[k * p->dim + c];

                d += p->scale[c] * v * v;
            }
        if (have == most && !(d < best[most - 1]))
            continue;
        have += have < most;
        for (at = have - 1; at > 0 && d < best[at - 1]; at--) {
            best[at] = best[at - 1];
            near[at] = near[at - 1];
        }
        best[at] = d;
        near[at] = k;
    }
    return have;
}

static size_t count_known(const float *y, size_t dim)
{
    size_t known = 0;

    for (size_t c = 0; c < dim; c++)
        known += isnan(y[c]) ? 0 : 1;
    return known;
}

/* A row of which nothing is known takes any candidate. */
static void choose(ito_ctx *ctx, const pool *p, const inpaint *paint,
                   const ito_problem *problem, float *z)
{
    const size_t cols = paint->field.cond_dim, own = paint->flow.cond_dim;
    const ito_noise at = { .seed = problem->seed,
                           .stream = STREAM_CHOICE,
                           .purpose = ITO_FOR_CHURN };

    for (size_t i = 0; i < problem->n; i++) {
        const float *y = problem->cond + i * cols + own;
        const size_t any = count_known(y, p->dim);
        size_t near[NEAR] = { 0 }, have = p->count, k;
        float u = 0.0F;

        if (any)
            have = nearest(p, y, size_max(NEAR / any, NEAR_LEAST), near);
        ito__uniform_rows(ctx->kern, &at, problem->id0 + i, 1, 1, &u, 1);
        k = size_min((size_t)((double)u * (double)have), have - 1);
        memcpy(z + i * p->dim, p->x + (any ? near[k] : k) * p->dim,
               p->dim * sizeof(*z));
    }
}

ito_status ito__candidates(ito_ctx *ctx, const inpaint *paint,
                           const ito_problem *problem,
                           const ito_solve_opts *how, size_t count, float *z)
{
    const ito_mark mark = ito__arena_mark(ctx);
    pool p = { .count = count, .dim = paint->flow.dim };
    ito_status rc;

    p.x = ito__arena_get(ctx, size_mul(size_mul(count, p.dim), sizeof(*p.x)));
    p.scale = ito__arena_get(ctx, size_mul(p.dim, sizeof(*p.scale)));
    if (!p.x || !p.scale)
        return ito__fail(ctx, ITO_ENOMEM, "inpainting: %zu candidates", count);
    rc = draw(ctx, paint, problem, how, &p);
    if (rc == ITO_OK)
        choose(ctx, &p, paint, problem, z);
    ito__arena_release(ctx, mark);
    return rc;
}

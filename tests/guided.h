/* SPDX-License-Identifier: MIT
 *
 * guided.h - the three modes with labels of the course (D5): exact fields,
 * with and without the label, and samples of them under guidance.
 */
#ifndef GUIDED_H
#define GUIDED_H

#include <ito/composite.h>
#include <ito/oracle.h>
#include <ito/solve.h>

#include "check.h"

#define D5 "gmm:modes=3,scale=2,std=0.2"

/* The mixture, its first class, and the oracles of both. */
typedef struct three {
    ito_dist *all, *first;
    ito_oracle *none, *label;
} three;

static void three_open(ito_ctx *ctx, three *d)
{
    CHECK_OK(ctx, ito_dist_open(ctx, D5, &d->all));
    CHECK_OK(ctx, ito_dist_open_class(ctx, d->all, 0, &d->first));
    CHECK_OK(ctx, ito_oracle_of(ctx, d->all, NULL, &d->none));
    CHECK_OK(ctx, ito_oracle_of(ctx, d->first, NULL, &d->label));
}

static void three_close(three *d)
{
    ito_oracle_free(d->label);
    ito_oracle_free(d->none);
    ito_dist_free(d->first);
    ito_dist_free(d->all);
}

/* Mean and standard deviations of n points: distance of the mean from (2, 0),
 * deviation along the radius and across it. */
static void three_measure(const float *x, size_t n, double out[3])
{
    double m[2] = { 0 }, v[2] = { 0 };

    for (size_t i = 0; i < 2 * n; i++)
        m[i % 2] += (double)x[i] / (double)n;
    for (size_t i = 0; i < 2 * n; i++)
        v[i % 2] +=
            ((double)x[i] - m[i % 2]) * ((double)x[i] - m[i % 2]) / (double)n;
    out[0] = sqrt((m[0] - 2.0) * (m[0] - 2.0) + m[1] * m[1]);
    out[1] = sqrt(v[0]);
    out[2] = sqrt(v[1]);
}

/* n samples of the exact fields under guidance w, Euler. */
__attribute__((unused)) static void three_sample(ito_ctx *ctx, const three *d,
                                                 double w, size_t steps,
                                                 size_t n, float *x)
{
    const ito_term terms[] = {
        { .field = ito_oracle_field(d->none), .weight = 1.0 - w },
        { .field = ito_oracle_field(d->label), .weight = w },
    };
    const ito_solve_opts how = { .method = "euler", .steps = steps };
    ito_start start = { .ctx = ctx, .at = { .seed = 5 } };
    ito_problem problem = {
        .t1 = 1.0, .n = n, .init = ito_start_normal, .init_arg = &start
    };
    ito_composite *sum;

    CHECK_OK(ctx, ito_composite_open(ctx, terms, 2, &sum));
    problem.field = ito_composite_field(sum);
    CHECK_OK(ctx, ito_solve(ctx, &problem, x, &how, NULL));
    ito_composite_free(sum);
}

#endif /* GUIDED_H */

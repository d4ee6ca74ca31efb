/* SPDX-License-Identifier: MIT
 *
 * probe_cover.h - how often the 95 % interval of Hutchinson's probes holds the
 * exact log density, on normals of correlated coordinates.
 */
#ifndef PROBE_COVER_H
#define PROBE_COVER_H

#include <ito/likelihood.h>

#include "check.h"

#define WIDE_DIM 20

/* Covariances of WIDE_DIM coordinates, from weak to strong correlation. */
typedef void covariance(ito_ctx *ctx, double *cov);

static inline void neighbours(ito_ctx *ctx, double *cov)
{
    (void)ctx;
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++)
            cov[a * WIDE_DIM + b] = a == b                     ? 1.0
                                    : a + 1 == b || b + 1 == a ? 0.35
                                                               : 0.0;
}

static inline void all_alike(ito_ctx *ctx, double *cov)
{
    (void)ctx;
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++)
            cov[a * WIDE_DIM + b] = a == b ? 1.0 : 0.5;
}

/* G G' / columns + floor of the diagonal, G of normals. */
static inline void product(ito_ctx *ctx, double *cov, size_t columns,
                           double floor)
{
    float g[WIDE_DIM * 2 * WIDE_DIM];

    CHECK(columns <= 2 * WIDE_DIM);
    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 8 }, 0, WIDE_DIM,
                                   columns, g));
    for (size_t a = 0; a < WIDE_DIM; a++)
        for (size_t b = 0; b < WIDE_DIM; b++) {
            double sum = a == b ? floor : 0.0;

            for (size_t c = 0; c < columns; c++)
                sum += (double)g[a * columns + c] * (double)g[b * columns + c] /
                       (double)columns;
            cov[a * WIDE_DIM + b] = sum;
        }
}

static inline void random_strong(ito_ctx *ctx, double *cov)
{
    product(ctx, cov, WIDE_DIM + 4, 0.0);
}

static inline void two_factors(ito_ctx *ctx, double *cov)
{
    product(ctx, cov, 2, 0.4);
}

/* How many of n rows of N(0, cov) have their density in the interval. */
static inline size_t covered_rows(ito_ctx *ctx, covariance *fill,
                                  const ito_logp_opts *o, size_t n)
{
    double cov[WIDE_DIM * WIDE_DIM];
    double *x = malloc(n * WIDE_DIM * sizeof(*x));
    double *logp = malloc(n * sizeof(*logp));
    float *z = malloc(n * WIDE_DIM * sizeof(*z));
    ito_logp_row *out = malloc(n * sizeof(*out));
    ito_oracle *oracle;
    double steps = 0.0, probes = 0.0;
    size_t covered = 0;
    ito_dist *dist;
    ito_flow *flow;

    fill(ctx, cov);
    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, WIDE_DIM, NULL, cov, &dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, dist, NULL, &oracle));
    CHECK_OK(ctx, ito_flow_of_oracle(ctx, oracle, &flow));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 2 }, 0, n, z));
    for (size_t i = 0; i < n * WIDE_DIM; i++)
        x[i] = (double)z[i];
    CHECK_OK(ctx, ito_dist_logp(ctx, dist, n, x, logp));
    CHECK_OK(ctx, ito_logp_rows(ctx, flow, o, n, x, NULL, out));
    for (size_t i = 0; i < n; i++) {
        CHECK(out[i].probe_error > 0.0);
        steps += out[i].step_error;
        probes += out[i].probe_error;
        covered += logp[i] >= out[i].lo && logp[i] <= out[i].hi;
    }
    print_message("%zu of %zu rows, %g error of steps, %g of probes\n", covered,
                  n, steps / (double)n, probes / (double)n);
    CHECK(steps < 0.2 * probes); /* small beside what is tested */
    free(out);
    free(logp);
    free(z);
    free(x);
    ito_flow_free(flow);
    ito_oracle_free(oracle);
    ito_dist_free(dist);
    return covered;
}

#endif /* PROBE_COVER_H */

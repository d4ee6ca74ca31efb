/* SPDX-License-Identifier: MIT
 *
 * frechet.c - the distance of two samples taken for normal ones.
 */
#include <ito/fidelity.h>
#include <math.h>

#include "metric/eigen.h"
#include "metric/measure.h"

#define DIM_MAX 2048
#define LANES   8 /* partial sums of a product */

/* A sample's covariance, row by row. */
typedef struct moments {
    const cloud *c;
    double *mean, *cov;
} moments;

static double centred_sum(size_t n, const float *x, double p, const float *y,
                          double q)
{
    double lane[LANES] = { 0 };

    for (size_t i = 0; i < n; i += LANES) {
        const size_t most = size_min(LANES, n - i);

        for (size_t l = 0; l < most; l++)
            lane[l] += ((double)x[i + l] - p) * ((double)y[i + l] - q);
    }
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static void mean_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const moments *s = arg;
    const cloud *c = s->c;

    (void)worker;
    for (size_t k = begin; k < end; k++) {
        double sum = 0.0;

        for (size_t i = 0; i < c->n; i++)
            sum += (double)c->x[k * c->ld + i];
        s->mean[k] = sum / (double)c->n;
    }
}

static void cov_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const moments *s = arg;
    const cloud *c = s->c;

    (void)worker;
    for (size_t k = begin; k < end; k++)
        for (size_t e = 0; e < c->dim; e++)
            s->cov[k * c->dim + e] =
                centred_sum(c->n, c->x + k * c->ld, s->mean[k],
                            c->x + e * c->ld, s->mean[e]) /
                (double)(c->n - 1);
}

static void find_moments(ito_ctx *ctx, const cloud *c, double *mean,
                         double *cov)
{
    moments s = { c, mean, cov };

    ito__for(ctx, c->dim, 1, mean_chunk, &s);
    ito__for(ctx, c->dim, 1, cov_chunk, &s);
}

/* c = a b. */
typedef struct product {
    size_t n;
    const double *a, *b;
    double *c;
} product;

static void product_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const product *s = arg;
    const size_t n = s->n;

    (void)worker;
    for (size_t i = begin; i < end; i++) {
        double *const row = s->c + i * n;

        for (size_t j = 0; j < n; j++)
            row[j] = 0.0;
        for (size_t k = 0; k < n; k++) {
            const double x = s->a[i * n + k], *const b = s->b + k * n;

            for (size_t j = 0; j < n; j++)
                row[j] += x * b[j];
        }
    }
}

static void multiply(ito_ctx *ctx, size_t n, const double *a, const double *b,
                     double *c)
{
    product s = { n, a, b, c };

    ito__for(ctx, n, 1, product_chunk, &s);
}

/* root = a^1/2 of a symmetric matrix without negative eigenvalues but for
 * rounding; a is used up, v and w are scratch. */
static void square_root(ito_ctx *ctx, size_t n, double *a, double *v, double *w,
                        double *root)
{
    ito__eigen(n, a, v); /* a = v' diag v */
    for (size_t k = 0; k < n; k++) {
        const double s = sqrt(fmax(a[k * n + k], 0.0));

        for (size_t i = 0; i < n; i++)
            w[k * n + i] = s * v[k * n + i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = v[j * n + i];
    multiply(ctx, n, a, w, root);
}

/* tr (a^1/2 b a^1/2)^1/2; a is used up, work: 4 n^2 doubles. */
static double trace_of_root(ito_ctx *ctx, size_t n, double *a, const double *b,
                            double *work)
{
    double *const root = work, *const v = work + n * n;
    double *const w = work + 2 * n * n, *const m = work + 3 * n * n;
    double sum = 0.0;

    square_root(ctx, n, a, v, w, root);
    multiply(ctx, n, root, b, v);
    multiply(ctx, n, v, root, m);
    for (size_t i = 0; i < n; i++) /* rounding made it unsymmetric */
        for (size_t j = 0; j < i; j++)
            m[i * n + j] = m[j * n + i] = 0.5 * (m[i * n + j] + m[j * n + i]);
    ito__eigen(n, m, NULL);
    for (size_t k = 0; k < n; k++)
        sum += sqrt(fmax(m[k * n + k], 0.0));
    return sum;
}

static double frechet(ito_ctx *ctx, const cloud *a, const cloud *b,
                      double *work)
{
    const size_t n = a->dim;
    double *const ma = work, *const mb = ma + n, *const sa = mb + n;
    double *const sb = sa + n * n;
    double means = 0.0, traces = 0.0;

    find_moments(ctx, a, ma, sa);
    find_moments(ctx, b, mb, sb);
    for (size_t k = 0; k < n; k++) {
        means += (ma[k] - mb[k]) * (ma[k] - mb[k]);
        traces += sa[k * n + k] + sb[k * n + k];
    }
    return means +
           fmax(traces - 2.0 * trace_of_root(ctx, n, sa, sb, sb + n * n), 0.0);
}

ito_status ito_frechet_distance(ito_ctx *ctx, const ito_points *a,
                                const ito_points *b, double *out)
{
    const size_t n = a ? a->dim : 0;
    clouds s;
    ito_status rc;
    double *work;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "frechet: the result is NULL");
    if (n > DIM_MAX)
        return ito__fail(ctx, ITO_EARG, "frechet: %zu features, at most %d", n,
                         DIM_MAX);
    rc = ito__check_samples(ctx, a, b);
    if (rc == ITO_OK)
        rc = ito__clouds_make(ctx, a, b, &s);
    if (rc != ITO_OK)
        return rc;
    work = ito__alloc(ctx, (6 * n * n + 2 * n) * sizeof(*work));
    if (work)
        *out = frechet(ctx, &s.a, &s.b, work);
    else
        rc = ito__fail(ctx, ITO_ENOMEM, "frechet: %zu features", n);
    ito__free(ctx, work);
    ito__clouds_free(ctx, &s);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * distance.c - single distances of point sets, for programs.
 */
#include <math.h>
#include <string.h>

#include "metric/measure.h"

const char *ito_metric_name(ito_metric metric)
{
    static const char *const names[] = {
#define X(name, value, text) [value] = (text),
        ITO_METRIC_MAP(X)
#undef X
    };

    if ((unsigned)metric >= ITO_METRIC_COUNT)
        return NULL;
    return names[metric];
}

/* Mean over columns of KS or W1. */
static ito_status mean_marginal(ito_ctx *ctx, ito_metric metric,
                                const clouds *s, double *out)
{
    const size_t dim = s->a.dim;
    double *ks = ito__alloc(ctx, size_mul(dim, 2 * sizeof(*ks)));
    ito_status rc;

    if (!ks)
        return ito__fail(ctx, ITO_ENOMEM, "metric: %zu columns", dim);
    rc = ito__marginals(ctx, &s->a, &s->b, ks, ks + dim);
    if (rc == ITO_OK) {
        const double *x = metric == ITO_METRIC_KS ? ks : ks + dim;
        double sum = 0.0;

        for (size_t j = 0; j < dim; j++)
            sum += x[j];
        *out = sum / (double)dim;
    }
    ito__free(ctx, ks);
    return rc;
}

static ito_status one_distance(ito_ctx *ctx, ito_metric metric, const clouds *s,
                               double *out)
{
    switch (metric) {
    case ITO_METRIC_SLICED_W2: return ito__sliced_w2(ctx, &s->a, &s->b, out);
    case ITO_METRIC_ENERGY: return ito__energy(ctx, &s->a, &s->b, out);
    case ITO_METRIC_CORRELATION:
        return ito__correlation(ctx, &s->a, &s->b, out);
    case ITO_METRIC_EXACT_W2: return ito__exact_w2(ctx, 1, &s->a, &s->b, out);
    case ITO_METRIC_KS:
    case ITO_METRIC_W1: break;
    }
    return mean_marginal(ctx, metric, s, out);
}

ito_status ito_distance(ito_ctx *ctx, ito_metric metric, const ito_points *a,
                        const ito_points *b, double *out)
{
    ito_status rc;
    clouds s;

    if (!ctx)
        return ITO_EARG;
    if (!out || !ito_metric_name(metric))
        return ito__fail(ctx, ITO_EARG, "metric: no metric %d", (int)metric);
    if ((rc = ito__check_samples(ctx, a, b)) != ITO_OK)
        return rc;
    if (metric == ITO_METRIC_EXACT_W2 && a->rows != b->rows)
        return ito__fail(ctx, ITO_EARG,
                         "metric: exact_w2 of %zu and %zu points; give "
                         "samples of equal size",
                         a->rows, b->rows);
    if (metric == ITO_METRIC_EXACT_W2 && a->rows > ASSIGN_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "metric: exact_w2 of %zu points, at most %d", a->rows,
                         ASSIGN_MAX);
    if ((rc = ito__clouds_make(ctx, a, b, &s)) != ITO_OK)
        return rc;
    rc = one_distance(ctx, metric, &s, out);
    ito__clouds_free(ctx, &s);
    return rc;
}

ito_status ito_copy_check(ito_ctx *ctx, const ito_points *data,
                          const ito_points *fake, ito_copies *out)
{
    ito_status rc;
    clouds s;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "copy check: the result is NULL");
    rc = ito__check_points(ctx, data, fake, (float)COORDINATE_MAX);
    if (rc != ITO_OK)
        return rc;
    if (data->rows < 2)
        return ito__fail(ctx, ITO_EARG, "copy check: one real row, need 2");
    if ((rc = ito__clouds_make(ctx, data, fake, &s)) != ITO_OK)
        return rc;
    memset(out, 0, sizeof(*out));
    rc = ito__copies(ctx, &s.a, &s.b, 0, out);
    ito__clouds_free(ctx, &s);
    return rc;
}

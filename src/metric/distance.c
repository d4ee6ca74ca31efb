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

/* Every coordinate finite and at most `bound` in size. */
static ito_status check_values(ito_ctx *ctx, const ito_points *a, float bound)
{
    const size_t n = a->rows * a->dim;

    for (size_t i = 0; i < n; i++) {
        ito_errinfo at;

        if (fabsf(a->x[i]) <= bound && fabsf(a->x[i]) < INFINITY)
            continue;
        at = ito__nowhere();
        at.particle = (int64_t)(i / a->dim);
        at.component = (int64_t)(i % a->dim);
        at.value = (double)a->x[i];
        if (fabsf(a->x[i]) < INFINITY)
            return ito__fail_at(ctx, ITO_ERANGE, &at,
                                "metric: coordinate %zu of point %zu is %g, "
                                "beyond %g",
                                i % a->dim, i / a->dim, (double)a->x[i],
                                (double)bound);
        return ito__fail_at(ctx, ITO_ENONFINITE, &at,
                            "metric: coordinate %zu of point %zu is not "
                            "finite",
                            i % a->dim, i / a->dim);
    }
    return ITO_OK;
}

ito_status ito__check_points(ito_ctx *ctx, const ito_points *a,
                             const ito_points *b, float bound)
{
    ito_status rc;

    if (!a || !b || !a->x || !b->x)
        return ito__fail(ctx, ITO_EARG, "metric: no points given");
    if (a->dim == 0 || a->dim != b->dim || a->rows == 0 || b->rows == 0)
        return ito__fail(ctx, ITO_EARG,
                         "metric: %zu points of %zu coordinates and %zu of "
                         "%zu cannot be compared",
                         a->rows, a->dim, b->rows, b->dim);
    if (a->rows > UINT32_MAX || b->rows > UINT32_MAX)
        return ito__fail(ctx, ITO_EARG, "metric: more than 2^32 points");
    if ((rc = check_values(ctx, a, bound)) != ITO_OK)
        return rc;
    return check_values(ctx, b, bound);
}

/* Two sets of points as clouds, each coordinate a column. */
typedef struct both {
    cloud a, b;
    span *col;
    float *x;
} both;

static void transpose(const ito_points *from, cloud *to)
{
    for (size_t i = 0; i < from->rows; i++)
        for (size_t c = 0; c < from->dim; c++)
            to->x[c * to->ld + i] = from->x[i * from->dim + c];
}

static void both_free(ito_ctx *ctx, both *s)
{
    ito__free(ctx, s->x);
    ito__free(ctx, s->col);
}

static ito_status both_make(ito_ctx *ctx, const ito_points *a,
                            const ito_points *b, both *s)
{
    const size_t dim = a->dim, floats = ito__cloud_floats(a->rows, dim);

    s->col = ito__alloc(ctx, size_mul(dim, sizeof(*s->col)));
    s->x = ito__calloc(ctx, size_add(floats, ito__cloud_floats(b->rows, dim)),
                       sizeof(*s->x));
    if (!s->col || !s->x) {
        both_free(ctx, s);
        return ito__fail(ctx, ITO_ENOMEM, "metric: %zu and %zu points", a->rows,
                         b->rows);
    }
    for (size_t j = 0; j < dim; j++)
        s->col[j] = (span){ .first = j, .width = 1, .kind = ITO_COLUMN_NUMBER };
    s->a = ito__cloud_make(a->rows, dim, s->x);
    s->b = ito__cloud_make(b->rows, dim, s->x + floats);
    s->a.cols = s->b.cols = dim;
    s->a.col = s->b.col = s->col;
    transpose(a, &s->a);
    transpose(b, &s->b);
    return ITO_OK;
}

/* Mean over columns of KS or W1. */
static ito_status mean_marginal(ito_ctx *ctx, ito_metric metric, const both *s,
                                double *out)
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

static ito_status one_distance(ito_ctx *ctx, ito_metric metric, const both *s,
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
    both s = { 0 };

    if (!ctx)
        return ITO_EARG;
    if (!out || !ito_metric_name(metric))
        return ito__fail(ctx, ITO_EARG, "metric: no metric %d", (int)metric);
    rc = ito__check_points(ctx, a, b, (float)COORDINATE_MAX);
    if (rc != ITO_OK)
        return rc;
    if (a->rows < 2 || b->rows < 2)
        return ito__fail(ctx, ITO_EARG,
                         "metric: samples of %zu and %zu points, need 2",
                         a->rows, b->rows);
    if (metric == ITO_METRIC_EXACT_W2 && a->rows != b->rows)
        return ito__fail(ctx, ITO_EARG,
                         "metric: exact_w2 of %zu and %zu points; give "
                         "samples of equal size",
                         a->rows, b->rows);
    if (metric == ITO_METRIC_EXACT_W2 && a->rows > ASSIGN_MAX)
        return ito__fail(ctx, ITO_ERANGE,
                         "metric: exact_w2 of %zu points, at most %d", a->rows,
                         ASSIGN_MAX);
    if ((rc = both_make(ctx, a, b, &s)) != ITO_OK)
        return rc;
    rc = one_distance(ctx, metric, &s, out);
    both_free(ctx, &s);
    return rc;
}

ito_status ito_copy_check(ito_ctx *ctx, const ito_points *data,
                          const ito_points *fake, ito_copies *out)
{
    ito_status rc;
    both s = { 0 };

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "copy check: the result is NULL");
    rc = ito__check_points(ctx, data, fake, (float)COORDINATE_MAX);
    if (rc != ITO_OK)
        return rc;
    if (data->rows < 2)
        return ito__fail(ctx, ITO_EARG, "copy check: one real row, need 2");
    if ((rc = both_make(ctx, data, fake, &s)) != ITO_OK)
        return rc;
    memset(out, 0, sizeof(*out));
    rc = ito__copies(ctx, &s.a, &s.b, 0, out);
    both_free(ctx, &s);
    return rc;
}

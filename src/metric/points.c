/* SPDX-License-Identifier: MIT
 *
 * points.c - points as a caller gives them: checked, and made into clouds.
 */
#include <math.h>

#include "metric/measure.h"

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

ito_status ito__check_samples(ito_ctx *ctx, const ito_points *a,
                              const ito_points *b)
{
    const ito_status rc = ito__check_points(ctx, a, b, (float)COORDINATE_MAX);

    if (rc != ITO_OK)
        return rc;
    if (a->rows < 2 || b->rows < 2)
        return ito__fail(ctx, ITO_EARG,
                         "metric: samples of %zu and %zu points, need 2",
                         a->rows, b->rows);
    return ITO_OK;
}

static void transpose(const ito_points *from, cloud *to)
{
    for (size_t i = 0; i < from->rows; i++)
        for (size_t c = 0; c < from->dim; c++)
            to->x[c * to->ld + i] = from->x[i * from->dim + c];
}

void ito__clouds_free(ito_ctx *ctx, clouds *s)
{
    ito__free(ctx, s->x);
    ito__free(ctx, s->col);
}

ito_status ito__clouds_make(ito_ctx *ctx, const ito_points *a,
                            const ito_points *b, clouds *s)
{
    const size_t dim = a->dim, floats = ito__cloud_floats(a->rows, dim);

    s->col = ito__alloc(ctx, size_mul(dim, sizeof(*s->col)));
    s->x = ito__calloc(ctx, size_add(floats, ito__cloud_floats(b->rows, dim)),
                       sizeof(*s->x));
    if (!s->col || !s->x) {
        ito__clouds_free(ctx, s);
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

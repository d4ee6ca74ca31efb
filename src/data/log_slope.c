/* SPDX-License-Identifier: MIT
 *
 * log_slope.c - how fast coordinates change with the columns they stand for:
 * what takes a density over coordinates to one over columns.
 *
 *     standard   dz/dx = 1 / sd
 *     quantile   dz/dx = F'(x) / phi(z), as z = Phi^-1(F(x)): F' is the slope
 *                between two knots, phi the normal density
 *
 * An atom has a probability and no density, nor has a text.
 */
#include <math.h>

#include "data/column.h"
#include "kern/dmath.h"

#define LOG_2PI 1.83787706640934548356

/* log F' between the knots j - 1 and j; -inf in a gap. */
static double log_slope_at(const quantile_map *q, size_t j)
{
    const double share =
        (q->rank[j] - q->rank[j - 1]) / (2.0 * (double)q->rows);

    return ito__log(share) - ito__log(q->x[j] - q->x[j - 1]);
}

/* The last knot of the piece that holds v of ascending a: 1 to knots - 1. */
static size_t piece_of(size_t knots, const double *a, double v)
{
    size_t low = 1, high = knots - 1;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (a[mid] > v)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static double quantile_slope(const quantile_map *q, double z)
{
    const double rank = ito__normal_cdf(z) * (2.0 * (double)q->rows);

    return log_slope_at(q, piece_of(q->knots, q->rank, rank)) +
           0.5 * (LOG_2PI + z * z);
}

/* Does the fitted column have density at x? */
static bool has_density(const schema_column *c, double x)
{
    const quantile_map *q = &c->map;
    size_t j;

    if (c->coding != CODING_QUANTILE)
        return true;
    if (!(x >= q->min && x <= q->max))
        return false;
    j = piece_of(q->knots, q->x, x);
    return q->rank[j] > q->rank[j - 1];
}

static ito_status check_column(ito_ctx *ctx, const schema_column *c)
{
    if (c->coding == CODING_LEVELS)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: column '%.60s' holds texts, which have "
                         "probabilities and no density",
                         c->name);
    for (size_t j = 1; c->coding == CODING_QUANTILE && j < c->map.knots; j++)
        if (c->map.x[j] == c->map.x[j - 1])
            return ito__fail(ctx, ITO_EUNFIT,
                             "density: many rows of column '%.60s' have the "
                             "value %g, which has a probability and no "
                             "density; train with --scale standard, or take "
                             "the density of coordinates",
                             c->name, c->map.x[j]);
    return ITO_OK;
}

static void add_column(const schema_column *c, size_t n, size_t dim,
                       const float *rows, double *out)
{
    for (size_t i = 0; i < n; i++)
        if (c->coding == CODING_QUANTILE)
            out[i] += quantile_slope(&c->map, (double)rows[i * dim + c->coord]);
        else if (c->coding == CODING_STANDARD)
            out[i] -= ito__log(c->sd);
}

static ito_status mark_outside(ito_ctx *ctx, const schema_column *c,
                               const ito_table *table, double *out)
{
    const ito_column *from = ito__column_named(table, 0, c->name);

    if (!from || from->kind != ITO_COLUMN_NUMBER)
        return ito__fail(ctx, ITO_EARG,
                         "the table has no column of numbers '%.60s'", c->name);
    for (size_t i = 0; i < ito_table_rows(table); i++)
        if (!has_density(c, from->number[i]))
            out[i] = -HUGE_VAL;
    return ITO_OK;
}

ito_status ito_schema_log_slope(ito_ctx *ctx, const ito_schema *schema,
                                const ito_table *table, size_t n,
                                const float *rows, double *out)
{
    ito_status rc = ITO_OK;

    if (schema->is_image)
        return ito__fail(ctx, ITO_EUNFIT,
                         "density: the schema is one of images, whose values "
                         "are levels");
    if (n > 0 && (!rows || !out))
        return ito__fail(ctx, ITO_EARG, "density: a NULL argument");
    if (table && ito_table_rows(table) != n)
        return ito__fail(ctx, ITO_EARG,
                         "density: %zu rows of coordinates, %zu of the table",
                         n, ito_table_rows(table));
    for (size_t i = 0; i < n * schema->dim; i++)
        if (!(rows[i] - rows[i] == 0.0f))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "density: coordinate %zu of row %zu is not finite",
                             i % schema->dim, i / schema->dim);
    for (size_t i = 0; i < n; i++)
        out[i] = 0.0;
    for (size_t j = 0; rc == ITO_OK && j < schema->cols; j++) {
        const schema_column *c = &schema->column[j];

        if (c->coding == CODING_CONSTANT)
            continue;
        rc = check_column(ctx, c);
        if (rc == ITO_OK)
            add_column(c, n, schema->dim, rows, out);
        if (rc == ITO_OK && table)
            rc = mark_outside(ctx, c, table, out);
    }
    return rc;
}

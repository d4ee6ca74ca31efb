/* SPDX-License-Identifier: MIT
 *
 * versus.c - every metric beside its noise floor.
 *
 * Draw k takes m = min(fake rows, real rows / 2) rows three times: A and B,
 * disjoint, from the real sample and G from the fake one, by a keyed
 * bijection of the row numbers.  The value is the distance of G and A, the
 * floor that of B and A; so both share the noise of A and have the same bias
 * of a finite sample, and their ratio means something.
 */
#include <math.h>
#include <string.h>

#include "metric/coding.h"

#define DRAWS      5
#define DRAWS_MAX  1000
#define EXACT_ROWS 1000
#define ROWS_MIN   2

#define ALL_METRICS ((1u << ITO_METRIC_COUNT) - 1u)

/* What a column is given in each draw. */
enum { KS_VALUE, KS_FLOOR, W1_VALUE, W1_FLOOR, COLUMN_FIGURES };

typedef struct run {
    ito_ctx *ctx;
    const coded *pool;
    uint64_t seed;
    size_t m, exact, draws, cols;
    unsigned metrics; /* bits of what is wanted */
    bool marginals;   /* figures of columns are */
    cloud a, b, g;    /* the rows of the current draw */
    double *value;    /* ITO_METRIC_COUNT x draws */
    double *floor;    /* ITO_METRIC_COUNT x draws */
    double *column;   /* COLUMN_FIGURES x draws x cols */
} run;

static bool wanted(const run *r, ito_metric metric)
{
    return (r->metrics >> metric & 1u) != 0;
}

/* Copy rows first .. first + m - 1 of a draw's order. */
static void gather(const run *r, const cloud *from, unsigned set, size_t draw,
                   size_t first, cloud *to)
{
    for (size_t i = 0; i < r->m; i++) {
        const size_t at =
            (size_t)ito__pick(r->seed, set, draw, from->n, first + i);

        for (size_t c = 0; c < from->dim; c++)
            to->x[c * to->ld + i] = from->x[c * from->ld + at];
    }
}

/* A distance of two clouds. */
typedef ito_status (*distance_fn)(ito_ctx *ctx, const cloud *a, const cloud *b,
                                  double *out);

/* Those that the driver calls alike; the others come from marginals and from
 * the solver, which takes several problems at once. */
static const struct {
    ito_metric metric;
    distance_fn fn;
} simple[] = {
    { ITO_METRIC_SLICED_W2, ito__sliced_w2 },
    { ITO_METRIC_ENERGY, ito__energy },
    { ITO_METRIC_CORRELATION, ito__correlation },
};

#define SIMPLE_COUNT (sizeof(simple) / sizeof(simple[0]))

static double mean(size_t n, const double *x, size_t stride)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i * stride];
    return sum / (double)n;
}

static double deviation(size_t n, const double *x, size_t stride)
{
    const double m = mean(n, x, stride);
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i * stride] - m) * (x[i * stride] - m);
    return sqrt(sum / (double)(n - 1));
}

static ito_status exact_pair(run *r, size_t draw)
{
    cloud left[2] = { r->g, r->b }, right[2] = { r->a, r->a };
    double w2[2];
    ito_status rc;

    for (size_t k = 0; k < 2; k++)
        left[k].n = right[k].n = r->exact;
    rc = ito__exact_w2(r->ctx, 2, left, right, w2);
    if (rc == ITO_OK) {
        r->value[ITO_METRIC_EXACT_W2 * r->draws + draw] = w2[0];
        r->floor[ITO_METRIC_EXACT_W2 * r->draws + draw] = w2[1];
    }
    return rc;
}

static ito_status column_figures(run *r, size_t draw)
{
    const size_t plane = r->draws * r->cols;
    double *f = r->column + draw * r->cols;
    ito_status rc;

    rc = ito__marginals(r->ctx, &r->g, &r->a, f + KS_VALUE * plane,
                        f + W1_VALUE * plane);
    if (rc == ITO_OK)
        rc = ito__marginals(r->ctx, &r->b, &r->a, f + KS_FLOOR * plane,
                            f + W1_FLOOR * plane);
    if (rc != ITO_OK)
        return rc;
    r->value[ITO_METRIC_KS * r->draws + draw] =
        mean(r->cols, f + KS_VALUE * plane, 1);
    r->floor[ITO_METRIC_KS * r->draws + draw] =
        mean(r->cols, f + KS_FLOOR * plane, 1);
    r->value[ITO_METRIC_W1 * r->draws + draw] =
        mean(r->cols, f + W1_VALUE * plane, 1);
    r->floor[ITO_METRIC_W1 * r->draws + draw] =
        mean(r->cols, f + W1_FLOOR * plane, 1);
    return ITO_OK;
}

static ito_status one_draw(run *r, size_t draw)
{
    ito_status rc;

    gather(r, &r->pool->data, SET_REAL, draw, 0, &r->a);
    gather(r, &r->pool->data, SET_REAL, draw, r->m, &r->b);
    gather(r, &r->pool->fake, SET_FAKE, draw, 0, &r->g);
    for (size_t k = 0; k < SIMPLE_COUNT; k++) {
        const size_t at = (size_t)simple[k].metric * r->draws + draw;

        if (!wanted(r, simple[k].metric))
            continue;
        if (ito__cancelled(r->ctx))
            return ito__fail(r->ctx, ITO_ECANCELLED, "eval: stopped");
        rc = simple[k].fn(r->ctx, &r->g, &r->a, &r->value[at]);
        if (rc == ITO_OK)
            rc = simple[k].fn(r->ctx, &r->b, &r->a, &r->floor[at]);
        if (rc != ITO_OK)
            return rc;
    }
    rc = r->marginals ? column_figures(r, draw) : ITO_OK;
    if (rc == ITO_OK && wanted(r, ITO_METRIC_EXACT_W2))
        rc = exact_pair(r, draw);
    return rc;
}

static ito_score summary(size_t draws, const double *value, const double *floor,
                         size_t stride)
{
    return (ito_score){ .value = mean(draws, value, stride),
                        .value_sd = deviation(draws, value, stride),
                        .floor = mean(draws, floor, stride),
                        .floor_sd = deviation(draws, floor, stride) };
}

static void report(const run *r, const pairing *p, ito_eval *out,
                   ito_eval_column *columns)
{
    const size_t plane = r->draws * r->cols;

    for (size_t k = 0; k < ITO_METRIC_COUNT; k++)
        out->metric[k] = summary(r->draws, r->value + k * r->draws,
                                 r->floor + k * r->draws, 1);
    for (size_t j = 0; columns && j < r->cols; j++) {
        const double *f = r->column + j;

        columns[j] = (ito_eval_column){ .name = p->data[j].name,
                                        .kind = p->data[j].kind,
                                        .outside = r->pool->outside[j] };
        columns[j].ks = summary(r->draws, f + KS_VALUE * plane,
                                f + KS_FLOOR * plane, r->cols);
        columns[j].w1 = summary(r->draws, f + W1_VALUE * plane,
                                f + W1_FLOOR * plane, r->cols);
    }
}

/* Point the three clouds of a draw into one block of 3 x floats. */
static void carve(run *r, float *x, size_t floats)
{
    r->a = ito__cloud_make(r->m, r->pool->data.dim, x);
    r->a.cols = r->cols;
    r->a.col = r->pool->col;
    r->b = r->g = r->a;
    r->b.x = x + floats;
    r->g.x = x + 2 * floats;
}

static ito_status run_draws(run *r, const pairing *p, ito_eval *out,
                            ito_eval_column *columns)
{
    const size_t figures = 2 * ITO_METRIC_COUNT * r->draws;
    const size_t of_columns = size_mul(COLUMN_FIGURES * r->draws, r->cols);
    ito_status rc = ITO_OK;
    double *all =
        ito__calloc(r->ctx, size_add(figures, of_columns), sizeof(*all));

    if (!all)
        return ito__fail(r->ctx, ITO_ENOMEM, "eval: %zu draws of %zu columns",
                         r->draws, r->cols);
    r->value = all;
    r->floor = all + ITO_METRIC_COUNT * r->draws;
    r->column = all + figures;
    for (size_t k = 0; k < r->draws && rc == ITO_OK; k++)
        rc = one_draw(r, k);
    if (rc == ITO_OK)
        report(r, p, out, columns);
    ito__free(r->ctx, all);
    return rc;
}

static ito_status run_all(run *r, const pairing *p, ito_eval *out,
                          ito_eval_column *columns)
{
    const size_t floats = ito__cloud_floats(r->m, r->pool->data.dim);
    float *x = ito__calloc(r->ctx, size_mul(floats, 3), sizeof(*x));
    ito_status rc;

    if (!x)
        return ito__fail(r->ctx, ITO_ENOMEM, "eval: draws of %zu rows", r->m);
    carve(r, x, floats);
    rc = run_draws(r, p, out, columns);
    ito__free(r->ctx, x);
    return rc;
}

static ito_status check(ito_ctx *ctx, const pairing *p, const ito_eval_opts *o)
{
    if (p->cols == 0)
        return ito__fail(ctx, ITO_EARG, "eval: no column to compare");
    if (p->real_rows < 2 * ROWS_MIN || p->fake_rows < ROWS_MIN)
        return ito__fail(ctx, ITO_EARG,
                         "eval: %zu real and %zu fake rows; at least %d and "
                         "%d are needed",
                         p->real_rows, p->fake_rows, 2 * ROWS_MIN, ROWS_MIN);
    if (p->real_rows > UINT32_MAX || p->fake_rows > UINT32_MAX)
        return ito__fail(ctx, ITO_ERANGE, "eval: more than 2^32 rows");
    if (o->draws < 2 || o->draws > DRAWS_MAX)
        return ito__fail(ctx, ITO_EARG, "eval: %zu draws, need 2 to %d",
                         o->draws, DRAWS_MAX);
    if (o->metrics > ALL_METRICS)
        return ito__fail(ctx, ITO_EARG, "eval: no metric has bit %u",
                         o->metrics & ~ALL_METRICS);
    if (o->exact_rows > ASSIGN_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "eval: exact_w2 of %zu rows, at most %d",
                         o->exact_rows, ASSIGN_MAX);
    return ITO_OK;
}

/* Compare columns that are paired already. */
static ito_status eval_columns(ito_ctx *ctx, const pairing *pairs,
                               const ito_eval_opts *opts, ito_eval *out,
                               ito_eval_column *columns)
{
    ito_eval_opts o = opts ? *opts : (ito_eval_opts){ 0 };
    pairing p = *pairs;
    ito_status rc;
    coded pool;
    run r;

    o.draws = o.draws ? o.draws : DRAWS;
    o.exact_rows = o.exact_rows ? o.exact_rows : EXACT_ROWS;
    p.raw = o.raw != 0;
    memset(out, 0, sizeof(*out));
    if ((rc = check(ctx, &p, &o)) != ITO_OK)
        return rc;
    if ((rc = ito__code(ctx, &p, &pool)) != ITO_OK)
        goto done;
    out->real_rows = p.real_rows;
    out->fake_rows = p.fake_rows;
    out->rows = size_min(p.fake_rows, p.real_rows / 2);
    out->exact_rows = size_min(out->rows, o.exact_rows);
    out->cols = p.cols;
    out->dim = pool.data.dim;
    r = (run){ .ctx = ctx,
               .pool = &pool,
               .seed = o.seed,
               .m = out->rows,
               .exact = out->exact_rows,
               .draws = o.draws,
               .cols = p.cols,
               .metrics = o.metrics ? o.metrics : ALL_METRICS };
    r.marginals =
        columns || wanted(&r, ITO_METRIC_KS) || wanted(&r, ITO_METRIC_W1);
    rc = run_all(&r, &p, out, columns);
    if (rc == ITO_OK && o.metrics == 0)
        rc = ito__copies(ctx, &pool.data, &pool.fake, o.seed, &out->copies);
done:
    ito__coded_free(ctx, &pool);
    return rc;
}

/* The column of that name, or cols. */
static size_t find(const ito_table *t, const char *name)
{
    const size_t cols = ito_table_cols(t);

    for (size_t j = 0; j < cols; j++)
        if (strcmp(ito_table_column(t, j)->name, name) == 0)
            return j;
    return cols;
}

/* True when no column of `data` is named in `fake`. */
static bool strangers(const ito_table *data, const ito_table *fake)
{
    for (size_t j = 0; j < ito_table_cols(data); j++)
        if (find(fake, ito_table_column(data, j)->name) < ito_table_cols(fake))
            return false;
    return true;
}

static ito_status pair_columns(ito_ctx *ctx, const ito_table *data,
                               const ito_table *fake, ito_column *left,
                               ito_column *right)
{
    const size_t cols = ito_table_cols(data);
    const bool by_position =
        cols == ito_table_cols(fake) && strangers(data, fake);

    for (size_t j = 0; j < cols; j++) {
        const ito_column *r = ito_table_column(data, j);
        const size_t k = by_position ? j : find(fake, r->name);
        const ito_column *f = ito_table_column(fake, k);

        if (!f)
            return ito__fail(ctx, ITO_EARG,
                             "eval: the fake table has no column '%s'; name "
                             "the columns to compare",
                             r->name);
        if (f->kind != r->kind)
            return ito__fail(ctx, ITO_EARG,
                             "eval: column '%s' holds %s in the real table "
                             "and %s in the fake one",
                             r->name,
                             r->kind == ITO_COLUMN_TEXT ? "texts" : "numbers",
                             f->kind == ITO_COLUMN_TEXT ? "texts" : "numbers");
        left[j] = *r;
        right[j] = *f;
    }
    return ITO_OK;
}

ito_status ito_eval_tables(ito_ctx *ctx, const ito_table *data,
                           const ito_table *fake, const ito_eval_opts *opts,
                           ito_eval *out, ito_eval_column *columns)
{
    ito_column *both;
    pairing p = { 0 };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!data || !fake || !out)
        return ito__fail(ctx, ITO_EARG, "eval: a table or the result is NULL");
    p.cols = ito_table_cols(data);
    p.real_rows = ito_table_rows(data);
    p.fake_rows = ito_table_rows(fake);
    both = ito__alloc(ctx, size_add(size_mul(p.cols, 2 * sizeof(*both)), 1));
    if (!both)
        return ito__fail(ctx, ITO_ENOMEM, "eval: %zu columns", p.cols);
    p.data = both;
    p.fake = both + p.cols;
    rc = pair_columns(ctx, data, fake, both, both + p.cols);
    if (rc == ITO_OK)
        rc = eval_columns(ctx, &p, opts, out, columns);
    ito__free(ctx, both);
    return rc;
}

/* Points as columns of doubles. */
static void split(const ito_points *a, double *x, ito_column *col)
{
    for (size_t c = 0; c < a->dim; c++) {
        double *to = x + c * a->rows;

        for (size_t i = 0; i < a->rows; i++)
            to[i] = (double)a->x[i * a->dim + c];
        col[c] = (ito_column){ .kind = ITO_COLUMN_NUMBER, .number = to };
    }
}

ito_status ito_eval_points(ito_ctx *ctx, const ito_points *data,
                           const ito_points *fake, const ito_eval_opts *opts,
                           ito_eval *out, ito_eval_column *columns)
{
    ito_column *both;
    double *x;
    pairing p = { 0 };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!out)
        return ito__fail(ctx, ITO_EARG, "eval: the result is NULL");
    if ((rc = ito__check_points(ctx, data, fake, INFINITY)) != ITO_OK)
        return rc;
    p.cols = data->dim;
    p.real_rows = data->rows;
    p.fake_rows = fake->rows;
    both = ito__alloc(ctx, size_mul(p.cols, 2 * sizeof(*both)));
    x = ito__alloc(
        ctx, size_mul(size_mul(size_add(p.real_rows, p.fake_rows), p.cols),
                      sizeof(*x)));
    if (both && x) {
        split(data, x, both);
        split(fake, x + p.real_rows * p.cols, both + p.cols);
        p.data = both;
        p.fake = both + p.cols;
        rc = eval_columns(ctx, &p, opts, out, columns);
    } else {
        rc = ito__fail(ctx, ITO_ENOMEM, "eval: %zu rows", p.real_rows);
    }
    ito__free(ctx, x);
    ito__free(ctx, both);
    return rc;
}

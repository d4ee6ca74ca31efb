/* SPDX-License-Identifier: MIT
 *
 * coding.c - columns become coordinates: normal scores, raw numbers, 0/1.
 *
 * Normal scores.  With the distinct real values v_0 < v_1 < ... and
 *
 *     u_k = (#{x < v_k} + #{x = v_k} / 2) / n
 *
 * a value v_k scores Phi^-1(u_k); between two of them u is interpolated
 * linearly; below v_0 it is u_0 / 2, above the last 1 - (1 - u_last) / 2.
 * Raw numbers are moved so that the real range is centred on 0, which no
 * distance sees and which saves the bits that float would lose.
 */
#include "metric/coding.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kern/dmath.h"

#define RANGE_MIN 1e-15

/* The map of one column of numbers, in a worker's scratch. */
typedef struct score_map {
    size_t count;  /* distinct values */
    double *value; /* upwards */
    double *u;     /* mid-rank shares */
    float *z;      /* scores */
} score_map;

typedef struct coding {
    const pairing *p;
    coded *out;
    double *scratch; /* 3 n doubles and n floats a worker */
    size_t stride;
    ito_status *status;       /* of each column */
    const uint32_t *new_code; /* of fake levels, texts one after another */
    const size_t *new_first;  /* where those of a column start */
} coding;

/* Sorted values to distinct values with shares and scores. */
static void fit(score_map *map, size_t n)
{
    size_t count = 0;

    for (size_t i = 0, end; i < n; i = end, count++) {
        for (end = i + 1; end < n && map->value[end] == map->value[i]; end++)
            ;
        map->value[count] = map->value[i];
        map->u[count] = ((double)i + 0.5 * (double)(end - i)) / (double)n;
        map->z[count] = (float)ito__normal_quantile(map->u[count]);
    }
    map->count = count;
}

/* The first distinct value not below v, or count. */
static size_t lower_bound(const score_map *map, double v)
{
    size_t lo = 0, hi = map->count;

    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;

        if (map->value[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* How far v lies on the way from a to b, a < v < b, without overflow. */
static double fraction(double a, double b, double v)
{
    if (b - a <= DBL_MAX)
        return (v - a) / (b - a);
    return (0.5 * v - 0.5 * a) / (0.5 * b - 0.5 * a);
}

static float score(const score_map *map, double v)
{
    const size_t k = lower_bound(map, v);
    double u;

    if (k == map->count)
        u = 1.0 - 0.5 * (1.0 - map->u[k - 1]);
    else if (map->value[k] == v)
        return map->z[k];
    else if (k == 0)
        u = 0.5 * map->u[0];
    else
        u = map->u[k - 1] + fraction(map->value[k - 1], map->value[k], v) *
                                (map->u[k] - map->u[k - 1]);
    return (float)ito__normal_quantile(u);
}

static double share_outside(size_t n, const double *x, double low, double high)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += x[i] < low || x[i] > high;
    return (double)count / (double)n;
}

static void code_scores(const coding *s, size_t j, double *scratch)
{
    const pairing *p = s->p;
    const size_t n = p->real_rows, c = s->out->col[j].first;
    const double *data = p->data[j].number, *fake = p->fake[j].number;
    float *x = s->out->data.x + c * s->out->data.ld;
    float *y = s->out->fake.x + c * s->out->fake.ld;
    score_map map = { .value = scratch, .u = scratch + n };

    map.z = (float *)(void *)(scratch + 2 * n);
    memcpy(map.value, data, n * sizeof(*data));
    ito__sort_doubles(n, map.value, map.u);
    s->out->outside[j] =
        share_outside(p->fake_rows, fake, map.value[0], map.value[n - 1]);
    fit(&map, n);
    for (size_t i = 0; i < n; i++)
        x[i] = map.z[lower_bound(&map, data[i])];
    for (size_t i = 0; i < p->fake_rows; i++)
        y[i] = score(&map, fake[i]);
}

/* out = x - shift as floats; false if one of them is too large. */
static bool shift_column(size_t n, const double *x, double shift, float *out)
{
    bool good = true;

    for (size_t i = 0; i < n; i++) {
        const double v = x[i] - shift;

        good = good && fabs(v) <= COORDINATE_MAX;
        out[i] = good ? (float)v : 0.0f;
    }
    return good;
}

static void code_raw(const coding *s, size_t j)
{
    const pairing *p = s->p;
    const size_t c = s->out->col[j].first;
    const double *data = p->data[j].number, *fake = p->fake[j].number;
    double low = data[0], high = data[0], shift;

    for (size_t i = 1; i < p->real_rows; i++) {
        low = data[i] < low ? data[i] : low;
        high = data[i] > high ? data[i] : high;
    }
    shift = 0.5 * low + 0.5 * high;
    s->out->outside[j] = share_outside(p->fake_rows, fake, low, high);
    if ((low < high && high - low < RANGE_MIN) ||
        !shift_column(p->real_rows, data, shift,
                      s->out->data.x + c * s->out->data.ld) ||
        !shift_column(p->fake_rows, fake, shift,
                      s->out->fake.x + c * s->out->fake.ld))
        s->status[j] = ITO_ERANGE;
}

/* 1 where row i has level k, for each of the column's coordinates. */
static void one_hot(cloud *a, const span *col, const uint32_t *code,
                    const uint32_t *rename)
{
    for (size_t i = 0; i < a->n; i++) {
        const size_t k = rename ? rename[code[i]] : code[i];

        assert(k < col->width);
        a->x[(col->first + k) * a->ld + i] = 1.0f;
    }
}

static void code_texts(const coding *s, size_t j)
{
    const pairing *p = s->p;
    const span *col = &s->out->col[j];
    const uint32_t *rename = s->new_code + s->new_first[j];
    const size_t known = p->data[j].level_count;
    size_t count = 0;

    one_hot(&s->out->data, col, p->data[j].code, NULL);
    one_hot(&s->out->fake, col, p->fake[j].code, rename);
    for (size_t i = 0; i < p->fake_rows; i++)
        count += rename[p->fake[j].code[i]] >= known;
    s->out->outside[j] = (double)count / (double)p->fake_rows;
}

static void code_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const coding *s = arg;

    for (size_t j = begin; j < end; j++) {
        if (s->p->data[j].kind == ITO_COLUMN_TEXT)
            code_texts(s, j);
        else if (s->p->raw)
            code_raw(s, j);
        else
            code_scores(s, j, s->scratch + worker * s->stride);
    }
}

/* Which real level each fake level is; level_count where there is none.
 * Both lists are sorted.  True if some fake level is unknown. */
static bool match_levels(const ito_column *data, const ito_column *fake,
                         uint32_t *rename)
{
    bool unknown = false;

    for (size_t f = 0, r = 0; f < fake->level_count; f++) {
        int order = 1;

        while (r < data->level_count &&
               (order = strcmp(data->levels[r], fake->levels[f])) < 0)
            r++;
        if (r < data->level_count && order == 0) {
            rename[f] = (uint32_t)r;
        } else {
            rename[f] = (uint32_t)data->level_count;
            unknown = true;
        }
    }
    return unknown;
}

/* Lay out the coordinates; the number of them, or 0 with the error set. */
static size_t lay_out(ito_ctx *ctx, const pairing *p, span *col,
                      uint32_t *rename, size_t *first)
{
    size_t dim = 0, at = 0;

    for (size_t j = 0; j < p->cols; j++) {
        const ito_column *r = &p->data[j], *f = &p->fake[j];

        first[j] = at;
        col[j] = (span){ .first = dim, .width = 1, .kind = r->kind };
        if (r->kind == ITO_COLUMN_TEXT) {
            if (r->level_count > LEVELS_MAX || f->level_count > LEVELS_MAX) {
                ito__fail(ctx, ITO_ERANGE,
                          "eval: column '%s' has %zu different texts, at "
                          "most %d can be compared; leave it out",
                          r->name, size_max(r->level_count, f->level_count),
                          LEVELS_MAX);
                return 0;
            }
            col[j].width = r->level_count + match_levels(r, f, rename + at);
            at += f->level_count;
        }
        dim += col[j].width;
    }
    return dim;
}

static size_t fake_levels(const pairing *p)
{
    size_t sum = 1;

    for (size_t j = 0; j < p->cols; j++)
        if (p->fake[j].kind == ITO_COLUMN_TEXT)
            sum = size_add(sum, p->fake[j].level_count);
    return sum;
}

/* The clouds, all zero. */
static bool make_clouds(ito_ctx *ctx, const pairing *p, size_t dim, coded *out)
{
    const size_t data = ito__cloud_floats(p->real_rows, dim);
    const size_t fake = ito__cloud_floats(p->fake_rows, dim);

    out->memory = ito__calloc(ctx, size_add(data, fake), sizeof(float));
    if (!out->memory)
        return false;
    out->data = ito__cloud_make(p->real_rows, dim, out->memory);
    out->fake = ito__cloud_make(p->fake_rows, dim, out->memory + data);
    out->data.cols = out->fake.cols = p->cols;
    out->data.col = out->fake.col = out->col;
    return true;
}

static ito_status first_failure(ito_ctx *ctx, const coding *s)
{
    for (size_t j = 0; j < s->p->cols; j++) {
        const char *name = s->p->data[j].name;

        if (s->status[j] != ITO_OK)
            return ito__fail(ctx, s->status[j],
                             "eval: column %zu%s%s: numbers too large or too "
                             "close together to be compared raw; compare "
                             "normal scores",
                             j + 1, name ? " " : "", name ? name : "");
    }
    return ITO_OK;
}

static ito_status run_coding(ito_ctx *ctx, coding *s)
{
    const size_t n = s->p->raw ? 0 : s->p->real_rows;

    s->stride = size_add(size_mul(n, 3), 8);
    s->scratch = ito__alloc(
        ctx, size_mul(size_mul(ctx->threads, s->stride), sizeof(double)));
    if (!s->scratch)
        return ito__fail(ctx, ITO_ENOMEM, "eval: scores of %zu rows", n);
    ito__for(ctx, s->p->cols, 1, code_chunk, s);
    ito__free(ctx, s->scratch);
    return first_failure(ctx, s);
}

ito_status ito__code(ito_ctx *ctx, const pairing *p, coded *out)
{
    uint32_t *rename =
        ito__alloc(ctx, size_mul(fake_levels(p), sizeof(*rename)));
    size_t *first = ito__alloc(ctx, size_mul(p->cols, sizeof(*first)));
    ito_status *status = ito__calloc(ctx, p->cols, sizeof(*status));
    coding s = { .p = p, .out = out, .status = status };
    ito_status rc = ITO_ENOMEM;
    size_t dim;

    *out = (coded){ 0 };
    out->col = ito__alloc(ctx, size_mul(p->cols, sizeof(*out->col)));
    out->outside = ito__calloc(ctx, p->cols, sizeof(*out->outside));
    if (!rename || !first || !status || !out->col || !out->outside) {
        ito__fail(ctx, rc, "eval: %zu columns", p->cols);
        goto done;
    }
    dim = lay_out(ctx, p, out->col, rename, first);
    if (dim == 0) {
        rc = ITO_ERANGE;
        goto done;
    }
    if (!make_clouds(ctx, p, dim, out)) {
        ito__fail(ctx, rc, "eval: %zu and %zu rows of %zu coordinates",
                  p->real_rows, p->fake_rows, dim);
        goto done;
    }
    s.new_code = rename;
    s.new_first = first;
    rc = run_coding(ctx, &s);
done:
    ito__free(ctx, status);
    ito__free(ctx, first);
    ito__free(ctx, rename);
    return rc;
}

void ito__coded_free(ito_ctx *ctx, coded *c)
{
    ito__free(ctx, c->memory);
    ito__free(ctx, c->outside);
    ito__free(ctx, c->col);
    *c = (coded){ 0 };
}

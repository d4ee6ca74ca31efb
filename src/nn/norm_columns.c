/* SPDX-License-Identifier: MIT
 *
 * norm_columns.c - normalisation by batch and by group (op_norm.c): sums over
 * places, then over the channels of a group.
 *
 * An activation before or after the norm may go along, a chunk of places at a
 * time while they are in cache.
 */
#include <math.h>
#include <string.h>

#include "nn/norm.h"

/* Places that go through several passes while they are in cache: some 16 KiB.
 */
#define CHUNK 4096

/* A set of places whose statistics are shared, and what is known of it. */
typedef struct set {
    size_t rows, groups;      /* places, groups of channels */
    const real *x, *dy;       /* places x channels */
    real *mean, *scale;       /* m and s of every group */
    double *sum, *dot;        /* of every channel */
    real *by[3];              /* what every channel is multiplied by */
    real *room;               /* a chunk */
    const real *gamma, *beta; /* NULL for 1 and 0 */
} set;

/* The places of row r, or of all rows of batch norm. */
static set set_of(const call *c, size_t r)
{
    const node *n = c->n;
    const size_t k = n->dims.c, each = places(&n->dims);
    const bool all = is_batch(n);
    set s = { .rows = all ? c->rows * each : each,
              .groups = all ? k : n->more[GROUPS],
              .x = c->x[0] + r * n->cols,
              .dy = c->dy ? c->dy + r * n->cols : NULL,
              .sum = (double *)(void *)c->work,
              .gamma = has_gamma(n) ? c->params : NULL,
              .beta = has_beta(n) ? c->params + k : NULL };

    s.dot = s.sum + k;
    s.by[0] = (real *)(void *)(s.dot + k);
    s.by[1] = s.by[0] + k;
    s.by[2] = s.by[1] + k;
    s.room = s.by[2] + k + (all ? 2 * k : size_mul(2 * s.groups, c->rows));
    s.mean = (c->saved ? c->saved : s.by[2] + k) + (all ? 0 : r * n->saved);
    s.scale = s.mean + s.groups;
    return s;
}

static double gamma_of(const set *s, size_t j)
{
    return s->gamma ? (double)s->gamma[j] : 1.0;
}

/* How many of the places p .. rows - 1 go together. */
static size_t chunk_of(const call *c, size_t p, size_t rows)
{
    return size_min(size_max(CHUNK / c->n->dims.c, 1), rows - p);
}

/* n numbers from `at` on of an activation. */
static void act_part(const call *a, size_t at, size_t n, const real *x, real *y)
{
    if (a->saved)
        a->kern->act_grad(n, a->n->act, x, y, a->saved + at);
    else
        a->kern->act(n, a->n->act, x, y);
}

/* The activation before the norm, if there is one: n numbers from `at` on. */
static void act_before(const call *before, size_t at, size_t n)
{
    if (before)
        act_part(before, at, n, before->x[0] + at, before->y + at);
}

/* Mean and variance of a group from the sums of its channels. */
static void group_moments(const call *c, const set *s, size_t g, double *mean,
                          double *var)
{
    const size_t each = c->n->dims.c / s->groups;
    const double count = (double)(each * s->rows);
    double sum = 0.0, square = 0.0;

    for (size_t j = g * each; j < (g + 1) * each; j++) {
        sum += s->sum[j];
        square += s->dot[j];
    }
    *mean = sum / count;
    *var = square / count - *mean * *mean;
    *var = *var > 0.0 ? *var : 0.0;
}

/* What this shard saw of channel j. */
static void put_seen(const call *c, const set *s, size_t j, double mean,
                     double var)
{
    const size_t k = c->n->dims.c;
    const double n = (double)s->rows, rows = (double)c->rows;
    real *seen = c->saved + SAVED_SEEN * k;

    seen[j] = (real)(rows * mean);
    seen[k + j] = (real)(rows * var * (s->rows > 1 ? n / (n - 1.0) : 1.0));
}

/* Sums of x, which is the activation `before` where there is one, and m, s of
 * every group; `from` is where the set begins. */
static void columns_look(const call *c, const set *s, const call *before,
                         size_t from)
{
    const size_t k = c->n->dims.c;
    const double eps = epsilon(c->n);

    memset(s->sum, 0, 2 * k * sizeof(*s->sum));
    for (size_t p = 0, n; p < s->rows; p += n) {
        const real *x = s->x + p * k;

        n = chunk_of(c, p, s->rows);
        act_before(before, from + p * k, n * k);
        c->kern->colsums(n, k, x, x, s->sum, s->dot);
    }
    for (size_t g = 0; g < s->groups; g++) {
        double mean, var;

        group_moments(c, s, g, &mean, &var);
        s->mean[g] = (real)mean;
        s->scale[g] = (real)(1.0 / sqrt(var + eps));
        if (c->saved && is_batch(c->n))
            put_seen(c, s, g, mean, var);
    }
}

/* y = by[0] x + by[1], x the activation `before` and y going through `after`
 * where they are not NULL. */
static void columns_apply(const call *c, const set *s, const call *before,
                          const call *after, size_t from)
{
    const size_t k = c->n->dims.c, each = k / s->groups;
    real *out = (after ? after->y : c->y) + from;

    for (size_t j = 0; j < k; j++) {
        const double a = gamma_of(s, j) * (double)s->scale[j / each];

        s->by[0][j] = (real)a;
        s->by[1][j] = (real)((s->beta ? (double)s->beta[j] : 0.0) -
                             (double)s->mean[j / each] * a);
    }
    for (size_t p = 0, n; p < s->rows; p += n) {
        real *y = out + p * k;

        n = chunk_of(c, p, s->rows);
        act_before(before, from + p * k, n * k);
        c->kern->affine(n, k, s->x + p * k, s->by[0], s->by[1], y);
        if (after)
            act_part(after, from + p * k, n * k, y, y);
    }
}

/* Running mean and variance instead of those of the rows. */
static void set_running(const call *c, const set *s)
{
    const size_t k = c->n->dims.c;
    const real *mean = c->params + has_gamma(c->n) + has_beta(c->n);
    const double eps = epsilon(c->n);

    for (size_t j = 0; j < k; j++) {
        const double var = mean[k + j] > 0 ? (double)mean[k + j] : 0.0;

        s->mean[j] = mean[j];
        s->scale[j] = (real)(1.0 / sqrt(var + eps));
    }
}

/* dgamma and dbeta, added to what is there. */
static void columns_grad(const call *c, const set *s)
{
    const size_t k = c->n->dims.c, each = k / s->groups;

    for (size_t j = 0; c->grad && j < k; j++) {
        const double m = (double)s->mean[j / each];
        const double h =
            (double)s->scale[j / each] * (s->dot[j] - m * s->sum[j]);

        if (s->gamma)
            c->grad[j] = (real)((double)c->grad[j] + h);
        if (s->beta)
            c->grad[k + j] = (real)((double)c->grad[k + j] + s->sum[j]);
    }
}

/* by[]: dx = by[0] dy + by[1] x + by[2]. */
static void columns_slopes(const call *c, const set *s, size_t g)
{
    const size_t each = c->n->dims.c / s->groups;
    const double count = (double)(each * s->rows);
    const double m = (double)s->mean[g], scale = (double)s->scale[g];
    double first = 0.0, second = 0.0, q;

    for (size_t j = g * each; j < (g + 1) * each; j++) {
        first += gamma_of(s, j) * s->sum[j];
        second += gamma_of(s, j) * s->dot[j];
    }
    first /= count;
    second = scale * (second / count - m * first);
    q = -scale * scale * second;
    for (size_t j = g * each; j < (g + 1) * each; j++) {
        s->by[0][j] = (real)(scale * gamma_of(s, j));
        s->by[1][j] = (real)q;
        s->by[2][j] = (real)(-scale * first - m * q);
    }
}

/* dx of the norm, or of the activation before it. */
static void columns_dx(const call *c, const set *s, const call *before,
                       size_t from)
{
    const size_t k = c->n->dims.c;
    const call *to = before ? before : c;
    const real *const *by = (const real *const *)s->by;

    for (size_t p = 0, n; p < s->rows; p += n) {
        const real *dy = s->dy + p * k, *x = s->x + p * k;
        real *dx = to->dx[0] + from + p * k;

        n = chunk_of(c, p, s->rows);
        if (!before) {
            c->kern->affine2(n, k, dy, x, by, c->dx_add[0], dx);
            continue;
        }
        c->kern->affine2(n, k, dy, x, by, false, s->room);
        (before->dx_add[0] ? c->kern->muladd : c->kern->mul)(
            n * k, s->room, before->saved + from + p * k, dx);
    }
}

static void columns_backward(const call *c, size_t r, const call *before,
                             const call *after)
{
    const bool running = is_batch(c->n) && !c->train;
    const set s = set_of(c, r);
    const size_t k = c->n->dims.c, from = r * c->n->cols;

    memset(s.sum, 0, 2 * k * sizeof(*s.sum));
    for (size_t p = 0, n; p < s.rows; p += n) {
        real *dy = c->dy + from + p * k;

        n = chunk_of(c, p, s.rows);
        if (after)
            c->kern->mul(n * k, dy, after->saved + from + p * k, dy);
        c->kern->colsums(n, k, s.x + p * k, dy, s.sum, s.dot);
    }
    columns_grad(c, &s);
    if (!(before ? before : c)->dx[0])
        return;
    for (size_t g = 0; g < s.groups; g++)
        columns_slopes(c, &s, g);
    if (running)
        memset(s.by[1], 0, 2 * k * sizeof(*s.by[1]));
    columns_dx(c, &s, before, from);
}

void ito__norm_columns(const call *c, bool running, const call *before,
                       const call *after)
{
    const size_t sets = is_batch(c->n) ? 1 : c->rows;

    for (size_t r = 0; r < sets; r++) {
        const set s = set_of(c, r);

        if (running && is_batch(c->n)) {
            set_running(c, &s);
            columns_apply(c, &s, before, after, 0);
        } else {
            columns_look(c, &s, before, r * c->n->cols);
            columns_apply(c, &s, NULL, after, r * c->n->cols);
        }
    }
}

void ito__norm_columns_backward(const call *c, const call *before,
                                const call *after)
{
    const size_t sets = is_batch(c->n) ? 1 : c->rows, k = c->n->dims.c;

    if (c->grad)
        memset(c->grad, 0, c->n->params * sizeof(*c->grad));
    if (c->grad && c->train && is_batch(c->n))
        memcpy(c->grad + has_gamma(c->n) + has_beta(c->n),
               c->saved + SAVED_SEEN * k, 2 * k * sizeof(*c->grad));
    for (size_t r = 0; r < sets; r++)
        columns_backward(c, r, before, after);
}

/* Sums in double, three vectors of channels, mean and scale of every row, a
 * chunk. */
size_t ito__norm_columns_work(const node *n, size_t rows)
{
    const size_t k = n->dims.c;
    const size_t stats =
        is_batch(n) ? 2 * k : size_mul(2 * n->more[GROUPS], rows);

    return size_add(stats, 7 * k + size_max(CHUNK, k));
}

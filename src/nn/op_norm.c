/* SPDX-License-Identifier: MIT
 *
 * op_norm.c - normalisation: by batch (Ioffe, Szegedy, arXiv:1502.03167), by
 * group (Wu, He, arXiv:1803.08494), by layer (Ba, Kiros, Hinton,
 * arXiv:1607.06450), by the root mean square (Zhang, Sennrich,
 * arXiv:1910.07467).
 *
 *     h = (x - m) s,  s = 1 / sqrt(v + eps),  y = gamma h + beta
 *
 * m and v are mean and variance over a set of n numbers; with g = gamma dy
 *
 *     dx = s (g - mean(g) - h mean(g h))
 *     dgamma = sum of dy h,  dbeta = sum of dy
 *
 * The set of batch norm is one channel at all places of the rows of a call,
 * which in training is a shard (ghost batch normalisation, arXiv:1705.08741);
 * elsewhere running values take the place of m and v and dx = gamma s dy.  Of
 * group norm it is the channels of a group at all places of a row.  Both are
 * "columns": sums over places, then over the channels of a group.  Of layer
 * norm it is the channels of one place; RMS norm is the same with m = 0.
 *
 * The running values are parameters without gradient.  In the places of
 * their gradients a shard puts what it saw: rows m and rows v (v unbiased),
 * which add up over shards to the values of the whole batch.
 *
 * attr is the kind; more[] the number of groups, whether gamma and beta are
 * absent, and d of eps = 10^-d.
 */
#include <ito/layer.h>
#include <math.h>
#include <string.h>

#include "nn/op.h"

enum { GROUPS, PLAIN, DIGITS };

/* Of what is saved by batch norm, each for every channel: m and s, and what a
 * shard saw, rows m and rows v. */
enum { SAVED_SEEN = 2, SAVED_BATCH = 4 };

/* Places that go through several passes while they are in cache: some 16 KiB.
 */
#define CHUNK 4096

#define DIGITS_MAX 12

static bool is_batch(const node *n)
{
    return n->attr == ITO_NORM_BATCH;
}

static bool by_columns(const node *n)
{
    return n->attr == ITO_NORM_GROUP || is_batch(n);
}

static double epsilon(const node *n)
{
    double eps = 1.0;

    for (size_t i = 0; i < n->more[DIGITS]; i++)
        eps /= 10.0;
    return eps;
}

/* Parameters: gamma, beta (but of RMS norm), mean and variance (of batch). */
static size_t has_gamma(const node *n)
{
    return n->more[PLAIN] ? 0 : n->dims.c;
}

static size_t has_beta(const node *n)
{
    return n->attr == ITO_NORM_RMS ? 0 : has_gamma(n);
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    const dims *x = &n->in_dims[0];
    const size_t groups = n->more[GROUPS];

    if (n->attr > ITO_NORM_BATCH || n->more[PLAIN] > 1 ||
        n->more[DIGITS] == 0 || n->more[DIGITS] > DIGITS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "graph: no norm %zu with eps 1e-%zu (1 to %d)",
                         n->attr, n->more[DIGITS], DIGITS_MAX);
    if (n->attr == ITO_NORM_GROUP ? groups == 0 || x->c % groups != 0
                                  : groups != 0)
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu groups of %zu channels: of equal size, "
                         "for group norm alone",
                         groups, x->c);
    n->dims = *x;
    n->params = has_gamma(n) + has_beta(n) + (is_batch(n) ? 2 * x->c : 0);
    n->saved = (has_gamma(n) ? n->in_cols[0] : 0) + places(x);
    if (by_columns(n))
        n->saved = is_batch(n) ? SAVED_BATCH * x->c : 2 * groups;
    return ITO_OK;
}

/* ---- by columns ---- */

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

/* ---- by places ---- */

/* h is kept, but where it is y itself. */
static real *kept_h(const call *c)
{
    return has_gamma(c->n) ? c->saved : c->y;
}

static real *kept_scale(const call *c)
{
    return c->saved + (has_gamma(c->n) ? c->rows * c->n->cols : 0);
}

static void places_forward(const call *c, real *h, real *scale)
{
    const node *n = c->n;
    const size_t all = c->rows * places(&n->dims), k = n->dims.c;
    real *beta = c->work;

    c->kern->rownorm(all, k, epsilon(n), n->attr == ITO_NORM_LAYER, c->x[0], h,
                     scale);
    memset(beta, 0, k * sizeof(*beta));
    if (has_beta(n))
        memcpy(beta, c->params + k, k * sizeof(*beta));
    if (has_gamma(n))
        c->kern->affine(all, k, h, c->params, beta, c->y);
}

/* dgamma and dbeta by way of doubles. */
static void places_grad(const call *c, const real *h)
{
    const size_t all = c->rows * places(&c->n->dims), k = c->n->dims.c;
    double *sum = (double *)(void *)c->work, *dot = sum + k;

    memset(sum, 0, 2 * k * sizeof(*sum));
    c->kern->colsums(all, k, h, c->dy, sum, dot);
    for (size_t j = 0; j < k; j++) {
        c->grad[j] = (real)dot[j];
        if (has_beta(c->n))
            c->grad[k + j] = (real)sum[j];
    }
}

static void places_backward(const call *c)
{
    const node *n = c->n;
    const size_t all = c->rows * places(&n->dims), k = n->dims.c;
    const real *h = kept_h(c), *scale = kept_scale(c);
    real *zero = c->work;

    if (c->grad)
        places_grad(c, h);
    if (!c->dx[0])
        return;
    memset(zero, 0, k * sizeof(*zero));
    if (has_gamma(n))
        c->kern->affine(all, k, c->dy, c->params, zero, c->dy);
    c->kern->rownorm_grad(all, k, n->attr == ITO_NORM_LAYER, h, scale, c->dy);
    ito__op_give(c, 0, c->dy);
}

/* ---- the operation ---- */

/* Forward by columns, with the activations before and after, or NULL. */
static void run_columns(const call *c, bool running, const call *before,
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

static void back_columns(const call *c, const call *before, const call *after)
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

static void infer(const call *c)
{
    if (by_columns(c->n))
        run_columns(c, true, NULL, NULL);
    else
        places_forward(c, c->y, c->work + c->n->dims.c);
}

static void forward(const call *c)
{
    if (by_columns(c->n))
        run_columns(c, !c->train, NULL, NULL);
    else
        places_forward(c, kept_h(c), kept_scale(c));
}

static void backward(const call *c)
{
    if (by_columns(c->n))
        back_columns(c, NULL, NULL);
    else
        places_backward(c);
}

/* ---- with an activation ---- */

static bool second_by_columns(const node *act, const node *norm)
{
    (void)act;
    return by_columns(norm);
}

static bool first_by_columns(const node *norm, const node *act)
{
    (void)act;
    return by_columns(norm);
}

/* In inference the activation is kept nowhere: it passes through y. */
static void act_norm(const call *act, const call *norm, bool running)
{
    call before = *act, c = *norm;

    before.y = act->y ? act->y : norm->y;
    c.x[0] = before.y;
    run_columns(&c, running, &before, NULL);
}

static void act_norm_infer(const call *act, const call *norm)
{
    act_norm(act, norm, true);
}

static void act_norm_forward(const call *act, const call *norm)
{
    act_norm(act, norm, !norm->train);
}

static void act_norm_backward(const call *act, const call *norm)
{
    back_columns(norm, act, NULL);
}

static void norm_act_infer(const call *norm, const call *act)
{
    run_columns(norm, true, NULL, act);
}

static void norm_act_forward(const call *norm, const call *act)
{
    run_columns(norm, !norm->train, NULL, act);
}

static void norm_act_backward(const call *norm, const call *act)
{
    back_columns(norm, NULL, act);
}

const op_pair ito__act_norm = { .first = &ito__op_act,
                                .second = &ito__op_norm,
                                .stored = true,
                                .fits = second_by_columns,
                                .infer = act_norm_infer,
                                .forward = act_norm_forward,
                                .backward = act_norm_backward };

const op_pair ito__norm_act = { .first = &ito__op_norm,
                                .second = &ito__op_act,
                                .fits = first_by_columns,
                                .infer = norm_act_infer,
                                .forward = norm_act_forward,
                                .backward = norm_act_backward };

/* Sums in double, three vectors of channels, mean and scale of every row, a
 * chunk; or a vector of channels and a number for every place. */
static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    const size_t k = n->dims.c;
    const size_t stats =
        is_batch(n) ? 2 * k : size_mul(2 * n->more[GROUPS], rows);

    (void)kern;
    if (by_columns(n))
        return size_add(stats, 7 * k + size_max(CHUNK, k));
    return size_add(4 * k, size_mul(rows, places(&n->dims)));
}

static unsigned reads(const node *n, bool grad)
{
    (void)grad;
    if (by_columns(n))
        return READS_X;
    return has_gamma(n) ? 0U : READS_Y;
}

static int slice(const node *n, size_t i, ito_slice *s)
{
    const size_t k = n->dims.c;
    const bool plain = n->more[PLAIN] != 0;
    size_t count = 0;
    ito_slice parts[4];

    if (!plain)
        parts[count++] =
            (ito_slice){ .name = "weight", .start = ITO_START_ONE };
    if (has_beta(n))
        parts[count++] = (ito_slice){ .name = "bias", .start = ITO_START_ZERO };
    if (is_batch(n)) {
        parts[count++] = (ito_slice){ .name = "mean",
                                      .start = ITO_START_ZERO,
                                      .running = 1 };
        parts[count++] =
            (ito_slice){ .name = "var", .start = ITO_START_ONE, .running = 1 };
    }
    if (i >= count)
        return -1;
    *s = parts[i];
    s->offset = i * k;
    s->shape[0] = k;
    s->shape[1] = 1;
    s->rank = 1;
    s->fan_in = 1;
    return 0;
}

static size_t running(const node *n)
{
    return is_batch(n) ? 2 * n->dims.c : 0;
}

const op ito__op_norm = {
    .name = "norm",
    .inputs = 1,
    .format = 3,
    .shape = shape,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .reads = reads,
    .work = work,
    .slice = slice,
    .running = running,
};

ito_status ito_graph_norm(ito_ctx *ctx, ito_graph *g, ito_node x,
                          const ito_norm *norm, ito_node *out)
{
    const bool grouped = norm->kind == ITO_NORM_GROUP;
    const node n = {
        .op = &ito__op_norm,
        .in = { x, NO_NODE },
        .attr = (size_t)norm->kind,
        .more = { grouped && norm->groups == 0 ? 1 : norm->groups,
                  norm->plain != 0, norm->eps_digits ? norm->eps_digits : 5 },
    };

    return ito__graph_push(ctx, g, &n, out);
}

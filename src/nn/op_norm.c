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
 * attr is the kind, more[] as in norm.h.
 */
#include <string.h>

#include "nn/norm.h"

#define DIGITS_MAX 12

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
    if (!has_gamma(n))
        return; /* h is y */
    memset(beta, 0, k * sizeof(*beta));
    if (has_beta(n))
        memcpy(beta, c->params + k, k * sizeof(*beta));
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

static void infer(const call *c)
{
    if (by_columns(c->n))
        ito__norm_columns(c, true, NULL, NULL);
    else
        places_forward(c, c->y, c->work + c->n->dims.c);
}

static void forward(const call *c)
{
    if (by_columns(c->n))
        ito__norm_columns(c, !c->train, NULL, NULL);
    else
        places_forward(c, kept_h(c), kept_scale(c));
}

static void backward(const call *c)
{
    if (by_columns(c->n))
        ito__norm_columns_backward(c, NULL, NULL);
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
    ito__norm_columns(&c, running, &before, NULL);
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
    ito__norm_columns_backward(norm, act, NULL);
}

static void norm_act_infer(const call *norm, const call *act)
{
    ito__norm_columns(norm, true, NULL, act);
}

static void norm_act_forward(const call *norm, const call *act)
{
    ito__norm_columns(norm, !norm->train, NULL, act);
}

static void norm_act_backward(const call *norm, const call *act)
{
    ito__norm_columns_backward(norm, NULL, act);
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

/* A vector of channels and a number for every place. */
static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    if (by_columns(n))
        return ito__norm_columns_work(n, rows);
    return size_add(4 * n->dims.c, size_mul(rows, places(&n->dims)));
}

static unsigned reads_of(const node *n)
{
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
    .reads_of = reads_of,
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

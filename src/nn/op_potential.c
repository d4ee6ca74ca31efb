/* SPDX-License-Identifier: MIT
 *
 * op_potential.c - a layer that is minus the gradient of an energy.
 *
 *     E(x) = sum_k a_k S(z_k),   z = x W + b,   S' = act
 *     y    = -grad E = p W',     p_k = -a_k act(z_k)
 *
 * One hidden layer whose weights are used forth and back (a gradient network:
 * Chaudhari, Pranav, Moura, arXiv:2404.07361); b and a come from elsewhere,
 * so that the energy may depend on time and conditions, side by side in the
 * second input.  With q = dy W:
 *
 *     dz = -q a act'(z)   db = dz   da = -q act(z)
 *     dx = dz W'          dW = x' dz + dy' p
 *
 * The Jacobian -W diag(a act'(z)) W' is symmetric, as that of a gradient is.
 * x is rows x d, W d x units, a and b rows x units.
 */
#include <string.h>

#include "nn/op.h"

static size_t units(const node *n)
{
    return n->in_cols[1] / 2;
}

static bool has_energy(ito_act act)
{
    return act == ITO_ACT_NONE || act == ITO_ACT_SILU || act == ITO_ACT_RELU ||
           act == ITO_ACT_TANH;
}

static ito_status shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[1] % 2 != 0 || n->in_cols[0] > COLS_MAX / n->in_cols[1])
        return ito__fail(ctx, ITO_EARG,
                         "graph: potential of %zu columns with %zu beside: "
                         "these are b and a, of equal numbers, and there are "
                         "at most 2^24 weights",
                         n->in_cols[0], n->in_cols[1]);
    if (!has_energy(n->act))
        return ito__fail(ctx, ITO_EARG,
                         "graph: the integral of %s has no closed form; take "
                         "silu, tanh or relu",
                         ito_act_name(n->act) ? ito_act_name(n->act) : "that");
    n->dims = (dims){ 1, 1, n->in_cols[0] };
    n->params = n->in_cols[0] * units(n);
    n->saved = 2 * units(n);
    return ITO_OK;
}

/* h = act(x W + b); deriv may be NULL. */
static void hidden(const call *c, real *h, real *deriv, real *work)
{
    const size_t d = c->n->cols, k = units(c->n);
    const ito_gemm g = {
        .m = c->rows,
        .n = k,
        .k = d,
        .a = c->x[0],
        .a_row = d,
        .a_col = 1,
        .b = c->packed,
        .packed = true,
        .c = h,
        .c_row = k,
        .accumulate = true,
        .act = c->n->act,
        .deriv = deriv,
        .work = work,
    };

    for (size_t r = 0; r < c->rows; r++)
        memcpy(h + r * k, c->x[1] + 2 * r * k, k * sizeof(*h));
    c->kern->gemm(&g);
}

/* to = (add ? to : 0) + v W', v rows x units. */
static void times_transpose(const call *c, const real *v, real *to, bool add,
                            real *work)
{
    const size_t d = c->n->cols, k = units(c->n);
    const ito_gemm g = {
        .m = c->rows,
        .n = d,
        .k = k,
        .a = v,
        .a_row = k,
        .a_col = 1,
        .b = c->packed + c->kern->packed_b(d, k),
        .packed = true,
        .c = to,
        .c_row = d,
        .accumulate = add,
        .work = work,
    };

    c->kern->gemm(&g);
}

/* p = -a h; may be in place. */
static void weigh(const call *c, const real *h, real *p)
{
    const size_t k = units(c->n);

    for (size_t r = 0; r < c->rows; r++)
        c->kern->mul(k, c->x[1] + 2 * r * k + k, h + r * k, p + r * k);
    c->kern->scale(c->rows * k, -1, p, p);
}

static void infer(const call *c)
{
    real *h = c->work, *rest = h + c->rows * units(c->n);

    hidden(c, h, NULL, rest);
    weigh(c, h, h);
    times_transpose(c, h, c->y, false, rest);
}

static void forward(const call *c)
{
    const size_t cells = c->rows * units(c->n);
    real *p = c->work;

    hidden(c, c->saved, c->saved + cells, p);
    weigh(c, c->saved, p);
    times_transpose(c, p, c->y, false, p + cells);
}

/* dW (+)= left' right, left rows x d, right rows x units. */
static void outer(const call *c, const real *left, const real *right, bool add,
                  real *work)
{
    const size_t d = c->n->cols, k = units(c->n);
    const ito_gemm g = {
        .m = d,
        .n = k,
        .k = c->rows,
        .a = left,
        .a_row = 1,
        .a_col = d,
        .b = right,
        .b_row = k,
        .b_col = 1,
        .c = c->grad,
        .c_row = k,
        .accumulate = add,
        .work = work,
    };

    c->kern->gemm(&g);
}

/* q = dy W. */
static void times(const call *c, const real *dy, real *q, real *work)
{
    const size_t d = c->n->cols, k = units(c->n);
    const ito_gemm g = {
        .m = c->rows,
        .n = k,
        .k = d,
        .a = dy,
        .a_row = d,
        .a_col = 1,
        .b = c->packed,
        .packed = true,
        .c = q,
        .c_row = k,
        .work = work,
    };

    c->kern->gemm(&g);
}

/* work: p, q then dz, the gradient of [b a], and what a product needs. */
static void backward(const call *c)
{
    const size_t k = units(c->n), cells = c->rows * k;
    const real *h = c->saved, *deriv = h + cells;
    real *p = c->work, *dz = p + cells, *side = dz + cells,
         *rest = side + 2 * cells;

    times(c, c->dy, dz, rest);
    for (size_t r = 0; r < c->rows; r++) {
        const real *a = c->x[1] + 2 * r * k + k;
        real *da = side + 2 * r * k + k;

        c->kern->mul(k, dz + r * k, h + r * k, da);
        c->kern->scale(k, -1, da, da);
        c->kern->mul(k, dz + r * k, a, dz + r * k);
    }
    c->kern->mul(cells, dz, deriv, dz);
    c->kern->scale(cells, -1, dz, dz);
    for (size_t r = 0; r < c->rows; r++)
        memcpy(side + 2 * r * k, dz + r * k, k * sizeof(*side));
    ito__op_give(c, 1, side);
    if (c->grad) {
        weigh(c, h, p);
        outer(c, c->x[0], dz, false, rest);
        outer(c, c->dy, p, true, rest);
    }
    if (c->dx[0])
        times_transpose(c, dz, c->dx[0], c->dx_add[0], rest);
}

static size_t packed_size(const ito_kern *kern, const node *n)
{
    return kern->packed_b(n->cols, units(n)) +
           kern->packed_b(units(n), n->cols);
}

static void pack(const ito_kern *kern, const node *n, const real *params,
                 real *packed)
{
    const size_t d = n->cols, k = units(n);

    kern->pack_b(d, k, params, k, 1, packed);
    kern->pack_b(k, d, params, 1, k, packed + kern->packed_b(d, k));
}

static size_t work(const ito_kern *kern, const node *n, size_t rows)
{
    const size_t d = n->cols, k = units(n);
    const size_t product = size_max(
        kern->gemm_work(rows, k, d),
        size_max(kern->gemm_work(rows, d, k), kern->gemm_work(d, k, rows)));

    return size_add(size_mul(4 * k, rows), product);
}

static double madds(const node *n)
{
    return 2.0 * (double)(n->cols * units(n));
}

static int slice(const node *n, size_t i, ito_slice *s)
{
    if (i > 0)
        return -1;
    *s = (ito_slice){ "weight",       0, { n->cols, units(n) }, 2, 1,
                      ITO_START_RULE, 0 };
    return 0;
}

const op ito__op_potential = {
    .name = "potential",
    .format = 2,
    .inputs = 2,
    .shape = shape,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .reads = READS_BOTH,
    .packed_size = packed_size,
    .pack = pack,
    .work = work,
    .madds = madds,
    .slice = slice,
};

ito_status ito_graph_potential(ito_ctx *ctx, ito_graph *g, ito_node x,
                               ito_node by, ito_act act, ito_node *out)
{
    const node n = { .op = &ito__op_potential, .in = { x, by }, .act = act };

    return ito__graph_push(ctx, g, &n, out);
}

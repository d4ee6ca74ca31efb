/* SPDX-License-Identifier: MIT
 *
 * op_input.c - what a network is given and how it is joined: inputs,
 * concatenation, Fourier features of the time.
 */
#include <string.h>

#include "nn/op.h"

/* ---- inputs: the run points y at the caller's rows; nothing to do ---- */

static ito_status input_shape(ito_ctx *ctx, node *n)
{
    if (n->attr > ITO_INPUT_COND || (n->attr == ITO_INPUT_T && n->dims.c != 1))
        return ito__fail(ctx, ITO_EARG, "graph: input %zu of %zu columns",
                         n->attr, n->dims.c);
    return ITO_OK;
}

static void nothing(const call *c)
{
    (void)c;
}

const op ito__op_input = {
    .name = "input",
    .shape = input_shape,
    .infer = nothing,
    .forward = nothing,
    .backward = nothing,
};

ito_status ito_graph_input(ito_ctx *ctx, ito_graph *g, ito_input which,
                           size_t cols, ito_node *out)
{
    const node n = { .op = &ito__op_input,
                     .in = { NO_NODE, NO_NODE },
                     .dims.c = cols,
                     .attr = (size_t)which };
    ito_status rc;

    if ((size_t)which < 3 && g->input[which] != NO_NODE)
        return ito__fail(ctx, ITO_EARG, "graph: input %d is there already",
                         (int)which);
    if ((rc = ito__graph_push(ctx, g, &n, out)) == ITO_OK)
        g->input[which] = *out;
    return rc;
}

/* ---- y = [a b], channels side by side at every place ---- */

static ito_status concat_shape(ito_ctx *ctx, node *n)
{
    const dims *a = &n->in_dims[0], *b = &n->in_dims[1];

    if (a->h != b->h || a->w != b->w)
        return ito__fail(ctx, ITO_EARG,
                         "graph: concat of %zu x %zu and %zu x %zu places",
                         a->h, a->w, b->h, b->w);
    n->dims = (dims){ a->h, a->w, a->c + b->c };
    return ITO_OK;
}

/* Short rows, as every network of points has, are copied element by element:
 * a call of memcpy costs more than the copy. */
static void copy(real *to, const real *from, size_t n)
{
    if (n > 16) {
        memcpy(to, from, n * sizeof(*to));
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

static void concat_forward(const call *c)
{
    const size_t a = c->n->in_dims[0].c, b = c->n->in_dims[1].c;
    const size_t rows = c->rows * places(&c->n->dims);

    for (size_t r = 0; r < rows; r++) {
        copy(c->y + r * (a + b), c->x[0] + r * a, a);
        copy(c->y + r * (a + b) + a, c->x[1] + r * b, b);
    }
}

static void concat_backward(const call *c)
{
    const size_t rows = c->rows * places(&c->n->dims);
    size_t at = 0;

    for (size_t i = 0; i < 2; i++) {
        const size_t cols = c->n->in_dims[i].c;

        for (size_t r = 0; c->dx[i] && r < rows; r++) {
            const real *dy = c->dy + r * c->n->dims.c + at;
            real *dx = c->dx[i] + r * cols;

            if (c->dx_add[i])
                c->kern->add(cols, dy, dx, dx);
            else
                copy(dx, dy, cols);
        }
        at += cols;
    }
}

const op ito__op_concat = {
    .name = "concat",
    .inputs = 2,
    .shape = concat_shape,
    .infer = concat_forward,
    .forward = concat_forward,
    .backward = concat_backward,
};

ito_status ito_graph_concat(ito_ctx *ctx, ito_graph *g, ito_node a, ito_node b,
                            ito_node *out)
{
    const node n = { .op = &ito__op_concat, .in = { a, b } };

    return ito__graph_push(ctx, g, &n, out);
}

/* ---- cos(w_j t), sin(w_j t), w_j = pi 2^(j/2) ---- */

#define FOURIER_MAX 16

static ito_status fourier_shape(ito_ctx *ctx, node *n)
{
    if (n->in_cols[0] != 1 || n->attr == 0 || n->attr > FOURIER_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "graph: %zu Fourier features of %zu columns: 1 to %d "
                         "of one column",
                         n->attr, n->in_cols[0], FOURIER_MAX);
    n->dims = (dims){ 1, 1, 2 * n->attr };
    return ITO_OK;
}

static void frequencies(size_t count, real *w)
{
    const double pi = 3.14159265358979323846, root = 1.41421356237309504880;

    for (size_t j = 0; j < count; j++)
        w[j] = (real)(pi * (double)(1U << j / 2) * (j % 2 ? root : 1.0));
}

/* Rows go through sincos in blocks, all cosines before all sines. */
static void fourier_forward(const call *c)
{
    const size_t k = c->n->attr;
    real w[FOURIER_MAX], *angle = c->work, *s = angle + c->rows * k,
                         *co = s + c->rows * k;

    frequencies(k, w);
    for (size_t r = 0; r < c->rows; r++)
        for (size_t j = 0; j < k; j++)
            angle[r * k + j] = c->x[0][r] * w[j];
    c->kern->sincos(c->rows * k, angle, s, co);
    for (size_t r = 0; r < c->rows; r++) {
        copy(c->y + 2 * r * k, co + r * k, k);
        copy(c->y + 2 * r * k + k, s + r * k, k);
    }
}

/* dt = sum over j of w_j (cos dsin - sin dcos); y holds both. */
static void fourier_backward(const call *c)
{
    const size_t k = c->n->attr;
    real w[FOURIER_MAX];

    if (!c->dx[0])
        return;
    frequencies(k, w);
    for (size_t r = 0; r < c->rows; r++) {
        const real *y = c->y + 2 * r * k, *dy = c->dy + 2 * r * k;
        real sum = c->dx_add[0] ? c->dx[0][r] : 0;

        for (size_t j = 0; j < k; j++)
            sum += w[j] * (y[j] * dy[k + j] - y[k + j] * dy[j]);
        c->dx[0][r] = sum;
    }
}

static size_t fourier_work(const ito_kern *kern, const node *n, size_t rows)
{
    (void)kern;
    return size_mul(3 * n->attr, rows);
}

const op ito__op_fourier = {
    .name = "fourier",
    .inputs = 1,
    .shape = fourier_shape,
    .infer = fourier_forward,
    .forward = fourier_forward,
    .backward = fourier_backward,
    .reads = READS_Y,
    .work = fourier_work,
};

ito_status ito_graph_fourier(ito_ctx *ctx, ito_graph *g, ito_node t,
                             size_t count, ito_node *out)
{
    const node n = { .op = &ito__op_fourier,
                     .in = { t, NO_NODE },
                     .attr = count };

    return ito__graph_push(ctx, g, &n, out);
}

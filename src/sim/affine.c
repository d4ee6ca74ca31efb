/* SPDX-License-Identifier: MIT
 *
 * affine.c - exact mean and covariance of dX = (A x + b) dt +
 * sum_j (B_j x + c_j) dW_j.
 *
 * With m the mean, M = m m' and C the covariance,
 *
 *     dm/dt = A m + b
 *     dM/dt = A M + M A' + b m' + m b'
 *     dC/dt = A C + C A' + sum_j [B_j (M + C) B_j' + B_j m c_j' +
 *                                 c_j m' B_j' + c_j c_j']
 *
 * (Arnold, Stochastic Differential Equations, theorem 8.5.5), which is linear
 * in z = (1, m, M, C); M drops out where all B_j are 0.  C is carried by
 * itself, not as a difference of second moments, so it keeps its digits
 * however far the mean is from 0.  z(t) = exp(G t) z(0) by scaling and
 * squaring with Taylor's series (Moler and Van Loan, SIAM Review 45, 2003,
 * method 3).
 */
#include <math.h>
#include <string.h>

#include "sim/system_parts.h"

#define AFFINE_DIM 8   /* most components */
#define TAYLOR     20  /* terms; (1/2)^20 / 20! = 4e-25 */
#define SQUARES    200 /* doublings until a law must be stationary */

/* --- finding out ---------------------------------------------------------- */

/* All elements as numbers to out; false where one is none. */
static bool get_numbers(const ito_expr *expr, double *out)
{
    const size_t n = ito_expr_rows(expr) * ito_expr_cols(expr);

    for (size_t e = 0; e < n; e++)
        if (!ito_expr_number(expr, e, &out[e]) || !isfinite(out[e]))
            return false;
    return true;
}

static bool uses_time(const ito_expr *expr)
{
    for (size_t e = 0; e < ito_expr_rows(expr) * ito_expr_cols(expr); e++)
        if (ito_expr_uses(expr, e, ITO_EXPR_TIME))
            return true;
    return false;
}

static affine *make_affine(ito_ctx *ctx, size_t dim, size_t noises)
{
    const size_t square = dim * dim;
    const size_t head = size_round_up(sizeof(affine), 64);
    const size_t n = square + dim + noises * (square + dim);
    affine *a = ito__calloc(ctx, 1, size_add(head, n * sizeof(double)));

    if (!a)
        return NULL;
    a->dim = dim;
    a->noises = noises;
    a->A = (double *)(void *)((char *)a + head);
    a->b = a->A + square;
    a->B = a->b + dim;
    a->c = a->B + noises * square;
    a->additive = true;
    return a;
}

/* Values of a formula at x = 0, t = 0. */
static ito_status at_zero(ito_ctx *ctx, const ito_expr *expr, double *out)
{
    const double x[AFFINE_DIM] = { 0.0 };

    return ito_expr_eval(ctx, expr, 0.0, 1, x, out);
}

/* Second order: A = (0, I; H, -gamma I), b = (0, F(0)), noise on v. */
static ito_status read_second(ito_ctx *ctx, const ito_system *s,
                              const ito_expr *jacobian, affine *a, bool *fits)
{
    const size_t dim = a->dim, half = dim / 2;
    double h[AFFINE_DIM * AFFINE_DIM / 4] = { 0.0 }, sigma = 0.0;

    *fits = get_numbers(jacobian, h);
    if (!*fits)
        return ITO_OK;
    if (s->diffusion)
        (void)ito_expr_number(s->diffusion, 0, &sigma);
    for (size_t c = 0; c < half; c++) {
        a->A[c * dim + half + c] = 1.0;
        a->A[(half + c) * dim + half + c] = -s->second.gamma;
        for (size_t k = 0; k < half; k++)
            a->A[(half + c) * dim + k] = h[c * half + k];
        if (a->noises)
            a->c[c * dim + half + c] = sigma;
    }
    return at_zero(ctx, s->drift, a->b + half);
}

/* The columns of a diffusion, a diagonal or a matrix. */
static ito_status read_diffusion(ito_ctx *ctx, const ito_system *s, affine *a,
                                 bool *fits)
{
    const size_t dim = a->dim, m = s->field.noise_dim;
    double value[AFFINE_DIM * AFFINE_DIM] = { 0.0 };
    double slope[AFFINE_DIM] = { 0.0 };
    static const size_t all[AFFINE_DIM] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    ito_expr *grad = NULL;
    ito_status rc;

    *fits = !uses_time(s->diffusion) &&
            (m == 0 || dim * m <= sizeof(value) / sizeof(*value));
    if (!*fits)
        return ITO_OK;
    rc = at_zero(ctx, s->diffusion, value);
    if (rc == ITO_OK)
        rc = ito_expr_derive(ctx, s->diffusion, all, dim, &grad);
    for (size_t e = 0; rc == ITO_OK && *fits && e < dim * (m ? m : 1); e++) {
        const size_t c = m ? e / m : e, j = m ? e % m : e;

        a->c[j * dim + c] = value[e];
        for (size_t i = 0; i < dim && *fits; i++) {
            *fits = ito_expr_number(grad, e * dim + i, &slope[i]) &&
                    isfinite(slope[i]) && isfinite(value[e]);
            a->B[(j * dim + c) * dim + i] = *fits ? slope[i] : 0.0;
            a->additive = a->additive && slope[i] == 0.0;
        }
    }
    ito_expr_free(grad);
    return rc;
}

/* Stratonovich to Ito: A += 1/2 sum B_j B_j, b += 1/2 sum B_j c_j. */
static void add_correction(affine *a)
{
    const size_t dim = a->dim;

    for (size_t j = 0; j < a->noises; j++) {
        const double *B = a->B + j * dim * dim;

        for (size_t r = 0; r < dim; r++)
            for (size_t k = 0; k < dim; k++) {
                a->b[r] += 0.5 * B[r * dim + k] * a->c[j * dim + k];
                for (size_t i = 0; i < dim; i++)
                    a->A[r * dim + i] += 0.5 * B[r * dim + k] * B[k * dim + i];
            }
    }
}

static ito_status read_first(ito_ctx *ctx, const ito_system *s,
                             const ito_expr *jacobian, affine *a, bool *fits)
{
    ito_status rc;

    *fits = get_numbers(jacobian, a->A);
    if (!*fits)
        return ITO_OK;
    rc = at_zero(ctx, s->drift, a->b);
    for (size_t c = 0; c < a->dim; c++)
        *fits = *fits && isfinite(a->b[c]);
    if (rc != ITO_OK || !*fits || !s->diffusion)
        return rc;
    rc = read_diffusion(ctx, s, a, fits);
    if (rc == ITO_OK && *fits && !a->additive &&
        s->field.calculus == ITO_CALCULUS_STRATONOVICH)
        add_correction(a);
    return rc;
}

ito_status ito__system_affine(ito_ctx *ctx, ito_system *s,
                              const ito_expr *jacobian)
{
    const ito_field *f = &s->field;
    size_t noises = f->noise_dim ? f->noise_dim : f->dim;
    bool fits = false;
    ito_status rc;
    affine *a;

    if (f->dim > AFFINE_DIM || uses_time(s->drift))
        return ITO_OK;
    if (!s->diffusion)
        noises = 0;
    a = make_affine(ctx, f->dim, noises);
    if (!a)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory");
    rc = f->second_order ? read_second(ctx, s, jacobian, a, &fits)
                         : read_first(ctx, s, jacobian, a, &fits);
    if (rc == ITO_OK && fits)
        s->affine = a;
    else
        ito__free(ctx, a);
    return rc;
}

/* --- moments -------------------------------------------------------------- */

/* Where the parts of z begin. */
typedef struct parts {
    size_t m, M, C, size;
} parts;

static parts place(const affine *a)
{
    const size_t square = a->dim * a->dim;
    parts p = { .m = 1, .M = 1 + a->dim };

    p.C = p.M + (a->additive ? 0 : square);
    p.size = p.C + square;
    return p;
}

/* d(X)/dt = A X + X A' for a square part at `at`. */
static void add_lyapunov(const affine *a, size_t size, size_t at, double *g)
{
    const size_t n = a->dim;

    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++)
            for (size_t k = 0; k < n; k++) {
                g[(at + r * n + c) * size + at + k * n + c] += a->A[r * n + k];
                g[(at + r * n + c) * size + at + r * n + k] += a->A[c * n + k];
            }
}

/* One noise term of dC/dt. */
static void add_term(const affine *a, const parts *p, size_t j, double *g)
{
    const size_t n = a->dim;
    const double *B = a->B + j * n * n, *v = a->c + j * n;

    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) {
            double *row = g + (p->C + r * n + c) * p->size;

            row[0] += v[r] * v[c];
            for (size_t k = 0; !a->additive && k < n; k++) {
                row[p->m + k] += B[r * n + k] * v[c] + v[r] * B[c * n + k];
                for (size_t l = 0; l < n; l++) {
                    const double w = B[r * n + k] * B[c * n + l];

                    row[p->M + k * n + l] += w;
                    row[p->C + k * n + l] += w;
                }
            }
        }
}

/* G, times h: size x size. */
static void make_generator(const affine *a, const parts *p, double h, double *g)
{
    const size_t n = a->dim;

    memset(g, 0, p->size * p->size * sizeof(*g));
    for (size_t r = 0; r < n; r++) {
        g[(p->m + r) * p->size] = a->b[r];
        for (size_t k = 0; k < n; k++)
            g[(p->m + r) * p->size + p->m + k] = a->A[r * n + k];
    }
    add_lyapunov(a, p->size, p->C, g);
    if (!a->additive) {
        add_lyapunov(a, p->size, p->M, g);
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c < n; c++) {
                double *row = g + (p->M + r * n + c) * p->size;

                row[p->m + c] += a->b[r];
                row[p->m + r] += a->b[c];
            }
    }
    for (size_t j = 0; j < a->noises; j++)
        add_term(a, p, j, g);
    for (size_t i = 0; i < p->size * p->size; i++)
        g[i] *= h;
}

/* out = a b, n x n. */
static void multiply(size_t n, const double *a, const double *b, double *out)
{
    memset(out, 0, n * n * sizeof(*out));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const double v = a[i * n + k];

            for (size_t j = 0; v != 0.0 && j < n; j++)
                out[i * n + j] += v * b[k * n + j];
        }
}

/* The largest sum of sizes in a row. */
static double norm(size_t n, const double *a)
{
    double top = 0.0;

    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;

        for (size_t j = 0; j < n; j++)
            sum += fabs(a[i * n + j]);
        top = sum > top ? sum : top;
    }
    return top;
}

/* e = exp(g) for a norm of at most 1/2; work: n x n. */
static void taylor(size_t n, const double *g, double *e, double *work)
{
    memset(e, 0, n * n * sizeof(*e));
    for (size_t i = 0; i < n; i++)
        e[i * n + i] = 1.0;
    for (size_t k = TAYLOR; k >= 1; k--) { /* e = 1 + g e / k */
        multiply(n, g, e, work);
        for (size_t i = 0; i < n * n; i++)
            e[i] = work[i] / (double)k;
        for (size_t i = 0; i < n; i++)
            e[i * n + i] += 1.0;
    }
}

/* The law no longer depends on x nor changes: only column 0 of e is left. */
static bool is_settled(const parts *p, const double *e)
{
    double top = 0.0, rest = 0.0;

    for (size_t i = 1; i < p->size; i++) {
        top = fmax(top, fabs(e[i * p->size]));
        for (size_t j = 1; j < p->size; j++)
            rest = fmax(rest, fabs(e[i * p->size + j]));
    }
    return rest <= 1e-18 && isfinite(top);
}

/* e = exp(G t), or that for a t so large that it is settled. */
static ito_status exponential(ito_ctx *ctx, const affine *a, const parts *p,
                              double t, double *e, double *work)
{
    const size_t n = p->size;
    double *g = work + n * n;
    size_t squares = 0;
    int exponent;
    double size;

    make_generator(a, p, isfinite(t) ? t : 1.0, g);
    size = norm(n, g);
    if (!(size <= 1e30))
        return ito__fail(ctx, ITO_ERANGE,
                         "moments: the coefficients times t = %g are too large",
                         t);
    (void)frexp(size, &exponent); /* size < 2^exponent */
    if (exponent > -1)
        squares = (size_t)exponent + 1;
    for (size_t i = 0; i < n * n; i++)
        g[i] = ldexp(g[i], -(int)squares);
    taylor(n, g, e, work);
    if (!isfinite(t))
        squares = SQUARES;
    for (size_t k = 0; k < squares; k++) {
        if (!isfinite(t) && is_settled(p, e))
            return ITO_OK;
        multiply(n, e, e, work);
        memcpy(e, work, n * n * sizeof(*e));
    }
    if (!isfinite(t))
        return ito__fail(ctx, ITO_EUNFIT,
                         "moments: this system has no stationary law");
    return ITO_OK;
}

/* Component i of e z for z = (1, x, x x', 0). */
static double apply(const affine *a, const parts *p, const double *e, size_t i,
                    const double *x)
{
    const double *row = e + i * p->size;
    double sum = row[0];

    for (size_t k = 0; k < a->dim; k++) {
        sum += row[p->m + k] * x[k];
        for (size_t j = 0; !a->additive && j < a->dim; j++)
            sum += row[p->M + k * a->dim + j] * (x[k] * x[j]);
    }
    return sum;
}

ito_status ito__affine_moments(ito_ctx *ctx, const affine *a, const double *x,
                               double t, double *mean, double *cov)
{
    const parts p = place(a);
    const size_t n = a->dim;
    double *e =
        ito__alloc(ctx, size_mul(size_mul(p.size, p.size), 3 * sizeof(*e)));
    ito_status rc;

    if (!e)
        return ito__fail(ctx, ITO_ENOMEM, "moments: no memory");
    rc = exponential(ctx, a, &p, t, e, e + p.size * p.size);
    for (size_t c = 0; rc == ITO_OK && c < n; c++) {
        mean[c] = apply(a, &p, e, p.m + c, x);
        for (size_t k = 0; cov && k < n; k++) /* of equal parts, exactly even */
            cov[c * n + k] = 0.5 * (apply(a, &p, e, p.C + c * n + k, x) +
                                    apply(a, &p, e, p.C + k * n + c, x));
    }
    ito__free(ctx, e);
    return rc;
}

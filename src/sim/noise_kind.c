/* SPDX-License-Identifier: MIT
 *
 * noise_kind.c - how a diffusion depends on the state, from its formulas.
 *
 * With L^j = sum_i sigma_ij d/dx_i the kinds are told apart by derivatives:
 * none of the state, additive; one Brownian motion, scalar; component c of a
 * diagonal depends on x_c alone, diagonal; L^j sigma_k = L^k sigma_j,
 * commutative; else general (Kloeden and Platen, Numerical Solution of
 * Stochastic Differential Equations, sections 10.3 and 11.1).  Commutativity
 * is tried at random points: formulas that are equal need not be written in
 * the same way, and two that differ agree at 64 such points only if made to.
 *
 * The drift changes with the calculus by the sum over j of L^j sigma_j / 2,
 * of which component c of a diagonal is sigma_c d sigma_c / dx_c / 2.
 */
#include <math.h>
#include <string.h>

#include "sim/system_parts.h"

#define DERIV_MAX 4096 /* elements of L^j sigma_k that are made */
#define POINTS    64   /* where commutativity is tried */
#define TIMES     3

static bool uses_state(const ito_expr *expr)
{
    const size_t n = ito_expr_rows(expr) * ito_expr_cols(expr);

    for (size_t e = 0; e < n; e++)
        for (size_t c = 0; c < ito_expr_dim(expr); c++)
            if (ito_expr_uses(expr, e, c))
                return true;
    return false;
}

/* Component c of a diagonal depends on x_c alone. */
static bool is_diagonal(const ito_expr *sigma)
{
    const size_t dim = ito_expr_dim(sigma);

    for (size_t e = 0; e < dim; e++)
        for (size_t c = 0; c < dim; c++)
            if (c != e && ito_expr_uses(sigma, e, c))
                return false;
    return true;
}

/* d sigma_e / dx_c at (e, c). */
static ito_status gradient(ito_ctx *ctx, const ito_expr *sigma, ito_expr **out)
{
    const size_t dim = ito_expr_dim(sigma);
    size_t *all = ito__alloc(ctx, size_mul(dim, sizeof(*all)));
    ito_status rc;

    *out = NULL;
    if (!all)
        return ito__fail(ctx, ITO_ENOMEM, "diffusion: no memory");
    for (size_t c = 0; c < dim; c++)
        all[c] = c;
    rc = ito_expr_derive(ctx, sigma, all, dim, out);
    ito__free(ctx, all);
    return rc;
}

/* sigma_c d sigma_c / dx_c of a diagonal. */
static ito_status derive_diagonal(ito_ctx *ctx, ito_system *s,
                                  const ito_expr *grad,
                                  const ito_expr_opts *parse)
{
    const size_t dim = s->field.dim;
    text t = { .ctx = ctx };

    for (size_t c = 0; c < dim; c++)
        ito__text_add(&t, "%s(%s)*(%s)", c ? "; " : "",
                      ito_expr_text(s->diffusion, c),
                      ito_expr_text(grad, c * dim + c));
    return ito__text_parse(&t, parse, &s->deriv);
}

/* A formula's values at points of a box, of which half is positive, as square
 * roots and logarithms want it. */
static ito_status try_points(ito_ctx *ctx, const ito_expr *expr, double t,
                             double *x, double *out)
{
    uint64_t state = UINT64_C(0x853c49e6748fea9b);

    for (size_t i = 0; i < POINTS * ito_expr_dim(expr); i++) {
        double u;

        state = state * UINT64_C(6364136223846793005) +
                UINT64_C(1442695040888963407);
        u = (double)(state >> 11) * 0x1p-53; /* Knuth's generator, MMIX */
        x[i] = i < POINTS * ito_expr_dim(expr) / 2 ? 2.0 * u + 0x1p-20
                                                   : 4.0 * u - 2.0;
    }
    return ito_expr_eval(ctx, expr, t, POINTS, x, out);
}

/* At one point: L^j sigma_k = L^k sigma_j within rounding.  *tried is set
 * where all values are finite. */
static bool commutes_at(const double *value, size_t dim, size_t m, bool *tried)
{
    double size = 0.0, off = 0.0;

    for (size_t c = 0; c < dim; c++)
        for (size_t k = 0; k < m; k++)
            for (size_t j = 0; j < m; j++) {
                const double a = value[(c * m + k) * m + j];
                const double b = value[(c * m + j) * m + k];

                if (!isfinite(a) || !isfinite(b))
                    return true;
                size = fmax(size, fabs(a));
                off = fmax(off, fabs(a - b));
            }
    *tried = true;
    return off <= 1e-12 * size;
}

/* The elements of `lie` are L^j sigma_k, laid out as diffusion_deriv. */
static ito_status check_commutes(ito_ctx *ctx, const ito_expr *lie, size_t m,
                                 bool *commutes)
{
    static const double times[TIMES] = { 0.0, 0.37, 0.81 };
    const size_t dim = ito_expr_dim(lie), n = dim * m * m;
    double *x = ito__alloc(ctx, size_mul(POINTS * (dim + n), sizeof(*x)));
    bool tried = false, equal = true;
    ito_status rc = ITO_OK;

    if (!x)
        return ito__fail(ctx, ITO_ENOMEM, "diffusion: no memory");
    for (size_t i = 0; i < TIMES && rc == ITO_OK && equal; i++) {
        double *value = x + POINTS * dim;

        rc = try_points(ctx, lie, times[i], x, value);
        for (size_t p = 0; rc == ITO_OK && p < POINTS && equal; p++)
            equal = commutes_at(value + p * n, dim, m, &tried);
    }
    *commutes = equal && tried;
    ito__free(ctx, x);
    return rc;
}

/* A diagonal as a matrix, to see whether it commutes. */
static ito_status diagonal_commutes(ito_ctx *ctx, const ito_system *s,
                                    const ito_expr *grad,
                                    const ito_expr_opts *parse, bool *commutes)
{
    const size_t dim = s->field.dim;
    ito_expr *lie = NULL;
    text t = { .ctx = ctx };
    ito_status rc;

    /* component c of L^j sigma_k is 0 unless k = c */
    for (size_t c = 0; c < dim; c++)
        for (size_t k = 0; k < dim; k++)
            for (size_t j = 0; j < dim; j++) {
                ito__text_add(&t, "%s", j ? ", " : c + k ? "; " : "");
                if (k == c)
                    ito__text_add(&t, "(%s)*(%s)",
                                  ito_expr_text(s->diffusion, j),
                                  ito_expr_text(grad, c * dim + j));
                else
                    ito__text_add(&t, "0");
            }
    rc = ito__text_parse(&t, parse, &lie);
    if (rc == ITO_OK)
        rc = check_commutes(ctx, lie, dim, commutes);
    ito_expr_free(lie);
    return rc;
}

/* The derivatives of a diagonal and its kind. */
static ito_status study_diagonal(ito_ctx *ctx, ito_system *s,
                                 const ito_expr_opts *parse)
{
    const size_t dim = s->field.dim;
    const bool own = is_diagonal(s->diffusion);
    ito_expr *grad = NULL;
    bool commutes = false;
    ito_status rc;

    s->field.noise = own ? ITO_NOISE_DIAGONAL : ITO_NOISE_GENERAL;
    if (dim * dim > DERIV_MAX)
        return ITO_OK;
    rc = gradient(ctx, s->diffusion, &grad);
    if (rc == ITO_OK && !s->deriv)
        rc = derive_diagonal(ctx, s, grad, parse);
    if (rc == ITO_OK && !own && dim * dim * dim <= DERIV_MAX) {
        rc = diagonal_commutes(ctx, s, grad, parse, &commutes);
        if (commutes)
            s->field.noise = ITO_NOISE_COMMUTATIVE;
    }
    ito_expr_free(grad);
    return rc;
}

/* The same of a matrix with m columns. */
static ito_status study_matrix(ito_ctx *ctx, ito_system *s)
{
    const size_t dim = s->field.dim, m = s->field.noise_dim;
    ito_expr *grad = NULL;
    bool commutes = false;
    ito_status rc;

    s->field.noise = m == 1 ? ITO_NOISE_SCALAR : ITO_NOISE_GENERAL;
    if (size_mul(size_mul(dim, m), m) > DERIV_MAX)
        return ITO_OK;
    if (!s->deriv) {
        rc = gradient(ctx, s->diffusion, &grad);
        if (rc == ITO_OK) /* element ((c, k), j): sum_i d_i sigma_ck sigma_ij */
            rc = ito_expr_product(ctx, grad, s->diffusion, &s->deriv);
        ito_expr_free(grad);
        if (rc != ITO_OK)
            return rc;
    }
    if (m == 1)
        return ITO_OK;
    rc = check_commutes(ctx, s->deriv, m, &commutes);
    if (commutes)
        s->field.noise = ITO_NOISE_COMMUTATIVE;
    return rc;
}

/* How often element `at` of sum_j L^j sigma_j stands in component c; 0 when it
 * is not the first of its equals. */
static size_t count_equal(const ito_system *s, size_t c, size_t at)
{
    const size_t m = s->field.noise_dim;
    const char *own = ito_expr_text(s->deriv, (c * m + at) * m + at);
    size_t n = 0;

    for (size_t j = 0; j < m; j++) {
        const char *other = ito_expr_text(s->deriv, (c * m + j) * m + j);

        if (strcmp(own, other) != 0)
            continue;
        if (j < at)
            return 0;
        n++;
    }
    return n;
}

/* Component c of the sum over j of L^j sigma_j, as text. */
static void add_correction(text *t, const ito_system *s, size_t c)
{
    const size_t m = s->field.noise_dim;

    if (m == 0)
        ito__text_add(t, "%s", ito_expr_text(s->deriv, c));
    for (size_t j = 0; j < m; j++) {
        const char *term = ito_expr_text(s->deriv, (c * m + j) * m + j);
        const size_t times = count_equal(s, c, j);

        if (times > 1)
            ito__text_add(t, "%s%zu*(%s)", j ? "+" : "", times, term);
        else if (times == 1)
            ito__text_add(t, "%s(%s)", j ? "+" : "", term);
    }
}

/* The drift of the other calculus: u +- 1/2 sum_j L^j sigma_j. */
static ito_status convert_drift(ito_ctx *ctx, ito_system *s,
                                const ito_expr_opts *parse, bool to_ito)
{
    text t = { .ctx = ctx };
    ito_expr *out = NULL;
    ito_status rc;

    if (!s->deriv)
        return ito__fail(ctx, ITO_EUNFIT,
                         "system: the diffusion has too many elements to be "
                         "converted between Ito and Stratonovich; write the "
                         "drift in the calculus that you want to solve in");
    for (size_t c = 0; c < s->field.dim; c++) {
        ito__text_add(&t, "%s(%s)%s0.5*(", c ? "; " : "",
                      ito_expr_text(s->drift, c), to_ito ? "+" : "-");
        add_correction(&t, s, c);
        ito__text_add(&t, ")");
    }
    rc = ito__text_parse(&t, parse, &out);
    if (rc != ITO_OK)
        return rc;
    ito_expr_free(s->drift);
    s->drift = out;
    return ITO_OK;
}

/* The calculus is not said and matters: show what hangs on it. */
static ito_status unsaid(ito_ctx *ctx, const ito_system *s,
                         const ito_expr_opts *parse)
{
    text t = { .ctx = ctx };
    ito_expr *sum = NULL;
    ito_status rc;

    if (!s->deriv)
        return ito__fail(ctx, ITO_EUNFIT,
                         "diffusion: it depends on the state; say in which "
                         "calculus it is meant, Ito or Stratonovich");
    for (size_t c = 0; c < s->field.dim; c++) {
        ito__text_add(&t, "%s0.5*(", c ? "; " : "");
        add_correction(&t, s, c);
        ito__text_add(&t, ")");
    }
    rc = ito__text_parse(&t, parse, &sum);
    if (rc == ITO_OK)
        rc = ito__fail(ctx, ITO_EUNFIT,
                       "diffusion: it depends on the state; say in which "
                       "calculus it is meant, Ito or Stratonovich: read as "
                       "Stratonovich, its drift in the sense of Ito would be "
                       "u + c with c = %.200s%s",
                       ito_expr_text(sum, 0),
                       s->field.dim > 1 ? " in the first component" : "");
    ito_expr_free(sum);
    return rc;
}

ito_status ito__system_noise(ito_ctx *ctx, ito_system *s, const ito_formulas *f,
                             const char *deriv, const ito_expr_opts *parse)
{
    const ito_calculus written = f->calculus;
    ito_expr_opts how = *parse;
    ito_status rc = ITO_OK;

    how.what = "diffusion";
    if (!uses_state(s->diffusion)) {
        s->field.noise = ITO_NOISE_ADDITIVE;
        s->field.calculus = f->convert ? f->convert : written;
        if (s->field.calculus == ITO_CALCULUS_UNSET)
            s->field.calculus = ITO_CALCULUS_ITO;
        return ITO_OK;
    }
    if (deriv)
        rc = ito_expr_parse(ctx, deriv, &how, &s->deriv);
    if (rc == ITO_OK)
        rc = s->field.noise_dim == 0 ? study_diagonal(ctx, s, &how)
                                     : study_matrix(ctx, s);
    if (rc != ITO_OK)
        return rc;
    if (written == ITO_CALCULUS_UNSET)
        return unsaid(ctx, s, &how);
    s->field.calculus = written;
    if (f->convert == ITO_CALCULUS_UNSET || f->convert == written)
        return ITO_OK;
    s->field.calculus = f->convert;
    how.what = "drift";
    return convert_drift(ctx, s, &how, f->convert == ITO_CALCULUS_ITO);
}

/* SPDX-License-Identifier: MIT
 *
 * formulas.c - a field from formulas.
 *
 * Given are a drift, or an energy U with drift -grad U, and a diffusion.  All
 * else that a field may offer is found by symbolic derivatives: Jacobian,
 * divergence, rates, the kind of the noise and its derivatives (noise_kind.c).
 * With friction gamma > 0 an energy makes a field of second order,
 *
 *     dq = v dt,   dv = (-grad U(q) - gamma v) dt + sqrt(2 gamma T) dW,
 *
 * whose formulas are those of the force alone.  New formulas are put together
 * as text and parsed, so that there is one way from text to values.
 */
#include <math.h>
#include <string.h>

#include "sim/system_parts.h"

#define DIM_MAX     1024
#define DIVERGE_MAX 64 /* the same for a divergence */

/* --- reading -------------------------------------------------------------- */

/* A field being made. */
typedef struct making {
    ito_ctx *ctx;
    ito_system *s;
    const ito_formulas *f;
    ito_expr_opts parse; /* what names mean */
    bool second;
} making;

static ito_status check_request(ito_ctx *ctx, const ito_formulas *f)
{
    if (!f->drift == !f->energy)
        return ito__fail(ctx, ITO_EARG,
                         f->drift ? "formulas: a drift and an energy are "
                                    "given; give one"
                                  : "formulas: there is no drift and no "
                                    "energy");
    if (!f->energy && (f->temperature != 0.0 || f->gamma != 0.0 || f->no_noise))
        return ito__fail(ctx, ITO_EARG,
                         "formulas: temperature, gamma and no_noise belong to "
                         "an energy and a drift is given");
    if (!(f->temperature >= 0.0 && f->temperature <= 1e100) ||
        !(f->gamma >= 0.0 && f->gamma <= 1e100))
        return ito__fail(ctx, ITO_EARG,
                         "formulas: temperature %g, gamma %g; they must not be "
                         "negative",
                         f->temperature, f->gamma);
    if (f->gamma > 0.0 && f->diffusion)
        return ito__fail(ctx, ITO_EARG,
                         "formulas: with gamma the diffusion is sqrt(2 gamma "
                         "temperature) on the velocities; give no diffusion");
    if (f->no_noise && f->diffusion)
        return ito__fail(ctx, ITO_EARG,
                         "formulas: a diffusion is given and no_noise as well");
    if (f->dim > DIM_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "formulas: %zu components; there may be %d", f->dim,
                         DIM_MAX);
    return ITO_OK;
}

/* Elements that are numbers must be finite. */
static ito_status check_numbers(const making *k, const ito_expr *expr,
                                const char *what)
{
    const size_t n = ito_expr_rows(expr) * ito_expr_cols(expr);
    double value;

    for (size_t e = 0; e < n; e++)
        if (ito_expr_number(expr, e, &value) && !isfinite(value))
            return ito__fail(k->ctx, ITO_EARG, "%s: element %zu is %g", what,
                             e + 1, value);
    return ITO_OK;
}

/* Parse a text that was given.  It is parsed as it stands, for the sake of
 * messages, and then, where a parameter is 0, once more without that. */
static ito_status parse_given(making *k, const char *given, ito_expr **out)
{
    ito_status rc = ito_expr_parse(k->ctx, given, &k->parse, out);
    text t = { .ctx = k->ctx };
    ito_expr *bound = NULL;
    ito_expr_opts again;
    bool any = false;
    size_t cols;

    for (size_t i = 0; i < k->parse.param_count; i++)
        any = any || k->parse.params[i].value == 0.0;
    if (rc != ITO_OK || !any)
        return rc;
    cols = ito_expr_cols(*out);
    for (size_t e = 0; e < ito_expr_rows(*out) * cols; e++) {
        ito__text_add(&t, "%s", e == 0 ? "" : e % cols ? ", " : "; ");
        ito__text_bind(&t, ito_expr_text(*out, e), &k->parse);
    }
    again = k->parse;
    again.dim = ito_expr_dim(*out);
    again.infer_dim = 0;
    rc = ito__text_parse(&t, &again, &bound);
    ito_expr_free(*out);
    *out = bound;
    return rc;
}

static ito_status read_drift(making *k)
{
    ito_expr **drift_out = &k->s->drift;
    ito_status rc;
    size_t dim;

    k->parse.what = "drift";
    rc = parse_given(k, k->f->drift, drift_out);
    if (rc != ITO_OK)
        return rc;
    dim = ito_expr_dim(*drift_out);
    if (ito_expr_cols(*drift_out) > 1)
        return ito__fail(k->ctx, ITO_EARG,
                         "drift: \"%.200s\" has %zu elements in a row; write ; "
                         "between components",
                         k->f->drift, ito_expr_cols(*drift_out));
    if (ito_expr_rows(*drift_out) != dim)
        return ito__fail(k->ctx, ITO_EARG,
                         "drift: \"%.200s\" has %zu element%s and the state "
                         "has %zu component%s; write one element a component, "
                         "with ; between",
                         k->f->drift, ito_expr_rows(*drift_out),
                         ito_expr_rows(*drift_out) == 1 ? "" : "s", dim,
                         dim == 1 ? "" : "s");
    k->parse.dim = dim;
    k->parse.infer_dim = 0;
    return check_numbers(k, *drift_out, "drift");
}

/* Derivatives by all components. */
static ito_status derive(ito_ctx *ctx, const ito_expr *expr, ito_expr **out)
{
    const size_t dim = ito_expr_dim(expr);
    size_t *all = ito__alloc(ctx, size_mul(dim, sizeof(*all)));
    ito_status rc;

    *out = NULL;
    if (!all)
        return ito__fail(ctx, ITO_ENOMEM, "formulas: no memory");
    for (size_t c = 0; c < dim; c++)
        all[c] = c;
    rc = ito_expr_derive(ctx, expr, all, dim, out);
    ito__free(ctx, all);
    return rc;
}

/* The drift as minus the gradient of the energy, which becomes s->potential. */
static ito_status read_energy(making *k)
{
    ito_expr *gradient = NULL;
    text t = { .ctx = k->ctx };
    ito_status rc;
    size_t dim;

    k->parse.what = "energy";
    rc = parse_given(k, k->f->energy, &k->s->potential);
    if (rc != ITO_OK)
        return rc;
    if (ito_expr_rows(k->s->potential) * ito_expr_cols(k->s->potential) != 1)
        return ito__fail(k->ctx, ITO_EARG,
                         "energy: \"%.200s\" has several elements; an energy "
                         "is one formula of all components",
                         k->f->energy);
    dim = ito_expr_dim(k->s->potential);
    k->parse.dim = dim;
    k->parse.infer_dim = 0;
    rc = derive(k->ctx, k->s->potential, &gradient);
    for (size_t c = 0; rc == ITO_OK && c < dim; c++)
        ito__text_add(&t, "%s-(%s)", c ? "; " : "", ito_expr_text(gradient, c));
    if (rc == ITO_OK)
        rc = ito__text_parse(&t, &k->parse, &k->s->drift);
    ito_expr_free(gradient);
    return rc == ITO_OK ? check_numbers(k, k->s->drift, "energy") : rc;
}

/* The diffusion as text: given, or that of the temperature; NULL: none. */
static ito_status read_diffusion(making *k)
{
    const ito_formulas *f = k->f;
    const double temperature = f->temperature > 0.0 ? f->temperature : 1.0;
    text t = { .ctx = k->ctx };
    ito_status rc;

    k->parse.what = "diffusion";
    if (f->diffusion)
        rc = parse_given(k, f->diffusion, &k->s->diffusion);
    else if (f->energy && !f->no_noise) {
        ito__text_number(
            &t, sqrt(2.0 * temperature * (k->second ? f->gamma : 1.0)));
        rc = ito__text_parse(&t, &k->parse, &k->s->diffusion);
    } else
        return ITO_OK;
    return rc == ITO_OK ? check_numbers(k, k->s->diffusion, "diffusion") : rc;
}

static ito_status bad_shape(const making *k)
{
    const size_t dim = k->parse.dim;

    return ito__fail(
        k->ctx, ITO_EARG,
        "diffusion: \"%.120s\" is %zu x %zu and %s \"%.120s\" "
        "has %zu component%s; give one element, %zu elements with "
        "; between, or a matrix of %zu rows",
        k->f->diffusion ? k->f->diffusion : "", ito_expr_rows(k->s->diffusion),
        ito_expr_cols(k->s->diffusion), k->f->drift ? "drift" : "energy",
        k->f->drift ? k->f->drift : k->f->energy, dim, dim == 1 ? "" : "s", dim,
        dim);
}

static bool is_zero(const ito_expr *expr, size_t element)
{
    double value;

    return ito_expr_number(expr, element, &value) && value == 0.0;
}

/* What of a diffusion is not 0. */
typedef struct shape {
    size_t rows, cols;
    size_t used;   /* columns with an element */
    bool diagonal; /* square, and nothing beside the diagonal */
} shape;

static bool column_used(const ito_expr *sigma, const shape *is, size_t j)
{
    for (size_t c = 0; c < is->rows; c++)
        if (!is_zero(sigma, c * is->cols + j))
            return true;
    return false;
}

static shape find_shape(const ito_expr *sigma)
{
    shape is = { ito_expr_rows(sigma), ito_expr_cols(sigma), 0, true };

    is.diagonal = is.rows == is.cols;
    for (size_t j = 0; j < is.cols; j++)
        is.used += column_used(sigma, &is, j);
    for (size_t c = 0; c < is.rows; c++)
        for (size_t j = 0; j < is.cols; j++)
            if (c != j && !is_zero(sigma, c * is.cols + j))
                is.diagonal = false;
    return is;
}

/*
 * Bring the diffusion to the shape of the field: dim rows of one element (a
 * diagonal) or of m.  Columns of zeros and diagonal matrices are recognised,
 * as they make more methods fit; no noise at all makes an ODE.
 */
static ito_status shape_diffusion(making *k)
{
    const ito_expr *sigma = k->s->diffusion;
    const size_t dim = k->parse.dim;
    text t = { .ctx = k->ctx };
    ito_expr *out = NULL;
    ito_status rc;
    shape is;

    if (!sigma)
        return ITO_OK;
    is = find_shape(sigma);
    if (is.rows != dim && is.rows * is.cols != 1)
        return bad_shape(k);
    if (is.used == 0) {
        ito_expr_free(k->s->diffusion);
        k->s->diffusion = NULL;
        return ITO_OK;
    }
    if (is.rows == dim && is.cols == 1)
        return ITO_OK;
    for (size_t c = 0; c < dim; c++) {
        const char *row = c ? "; " : "";

        if (is.rows * is.cols == 1 || is.diagonal) {
            ito__text_add(&t, "%s%s", row,
                          ito_expr_text(sigma, is.diagonal && is.cols > 1
                                                   ? c * is.cols + c
                                                   : 0));
            continue;
        }
        for (size_t j = 0; j < is.cols; j++) {
            if (!column_used(sigma, &is, j))
                continue;
            ito__text_add(&t, "%s%s", row,
                          ito_expr_text(sigma, c * is.cols + j));
            row = ", ";
        }
    }
    k->s->field.noise_dim = is.rows * is.cols == 1 || is.diagonal ? 0 : is.used;
    rc = ito__text_parse(&t, &k->parse, &out);
    ito_expr_free(k->s->diffusion);
    k->s->diffusion = out;
    return rc;
}

/* --- what follows --------------------------------------------------------- */

/* u_c = rates[c] x_c + the rest, from the constant diagonal elements. */
static ito_status find_rates(const making *k, const ito_expr *j)
{
    const size_t dim = k->parse.dim;
    bool any = false;
    double *rates;

    if (k->second)
        return ITO_OK;
    rates = ito__calloc(k->ctx, dim, sizeof(*rates));
    if (!rates)
        return ito__fail(k->ctx, ITO_ENOMEM, "formulas: no memory");
    k->s->rates = rates;
    for (size_t c = 0; c < dim; c++) {
        if (!ito_expr_number(j, c * dim + c, &rates[c]))
            rates[c] = 0.0;
        any = any || rates[c] != 0.0;
    }
    if (any)
        k->s->field.rates = rates;
    return ITO_OK;
}

/* The divergence: the sum of the diagonal. */
static ito_status find_divergence(making *k, const ito_expr *j)
{
    const size_t dim = k->parse.dim;
    text t = { .ctx = k->ctx };

    if (k->second)
        return ITO_OK;
    for (size_t c = 0; c < dim; c++)
        ito__text_add(&t, "%s(%s)", c ? "+" : "",
                      ito_expr_text(j, c * dim + c));
    k->parse.what = "divergence";
    return ito__text_parse(&t, &k->parse, &k->s->divergence);
}

static ito_status find_derivatives(making *k)
{
    const size_t dim = k->parse.dim;
    ito_expr *j = NULL;
    ito_status rc;

    if (dim > DIVERGE_MAX)
        return ITO_OK;
    rc = derive(k->ctx, k->s->drift, &j);
    if (rc == ITO_OK)
        rc = find_rates(k, j);
    if (rc == ITO_OK)
        rc = find_divergence(k, j);
    if (rc == ITO_OK)
        rc = ito__system_affine(k->ctx, k->s, j);
    if (rc == ITO_OK && k->s->field.dim <= SYSTEM_JACOBIAN) {
        k->s->jacobian = j;
        return ITO_OK;
    }
    ito_expr_free(j);
    return rc;
}

/* The kind of noise and what depends on it. */
static ito_status finish_noise(making *k, const char *deriv_text,
                               bool *converted)
{
    ito_system *s = k->s;
    ito_field *f = &s->field;
    const ito_calculus written = k->f->calculus;
    ito_status rc;

    *converted = false;
    if (k->second) {
        f->noise = s->diffusion ? ITO_NOISE_ADDITIVE : ITO_NOISE_NONE;
        f->calculus = ITO_CALCULUS_ITO;
        return ITO_OK;
    }
    if (!s->diffusion) {
        f->noise = ITO_NOISE_NONE;
        return ITO_OK;
    }
    rc = ito__system_noise(k->ctx, s, k->f, deriv_text, &k->parse);
    *converted = f->noise > ITO_NOISE_ADDITIVE && f->calculus != written;
    return rc;
}

ito_status ito__system_build(ito_ctx *ctx, ito_system *s, const ito_formulas *f,
                             const char *deriv_text)
{
    making k = { .ctx = ctx, .s = s, .f = f, .second = f->gamma > 0.0 };
    ito_status rc = check_request(ctx, f);
    bool converted = false;

    k.parse = (ito_expr_opts){ .dim = f->dim,
                               .infer_dim = f->dim == 0,
                               .params = f->params,
                               .param_count = f->param_count };
    if (rc == ITO_OK)
        rc = f->drift ? read_drift(&k) : read_energy(&k);
    if (rc == ITO_OK)
        rc = read_diffusion(&k);
    if (rc == ITO_OK)
        rc = shape_diffusion(&k);
    if (rc != ITO_OK)
        return rc;
    s->field.name = s->kind ? s->kind->info.name : "formula";
    s->field.dtypes = ITO_F32 | ITO_F64;
    s->field.dim = k.second ? 2 * k.parse.dim : k.parse.dim;
    s->field.user = s;
    if (k.second) {
        const double t = f->temperature > 0.0 ? f->temperature : 1.0;

        s->second = (ito_second_order){ f->gamma, f->no_noise ? 0.0 : t };
        s->field.second_order = &s->second;
    }
    rc = finish_noise(&k, deriv_text, &converted);
    if (rc == ITO_OK)
        rc = find_derivatives(&k);
    if (rc != ITO_OK)
        return rc;
    ito__system_callbacks(s, converted);
    return ITO_OK;
}

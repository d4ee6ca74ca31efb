/* SPDX-License-Identifier: MIT
 *
 * closed_form.c - closed forms of systems: moments, strong solutions,
 * densities.
 *
 * They come from four places: formulas in the table of named systems; the
 * linear equations of affine.c, which hold for a formula of the user's as
 * well; independent.c for any number of independent components; the
 * density of a Gaussian whose moments are known.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "sim/system_parts.h"

#define CHUNK   256 /* rows evaluated at a time */
#define LOG_2PI 1.83787706640934548356

/* --- what there is -------------------------------------------------------- */

/* Parse one closed form with `dim` variables, if there is one. */
static ito_status parse_form(ito_ctx *ctx, const char *formula, size_t dim,
                             const ito_expr_opts *parse, ito_expr **out)
{
    ito_expr_opts how = *parse;

    how.dim = dim;
    how.infer_dim = 0;
    how.what = "closed form";
    return formula ? ito_expr_parse(ctx, formula, &how, out) : ITO_OK;
}

static unsigned find_bits(const ito_system *s)
{
    const bool ode = s->field.noise == ITO_NOISE_NONE;
    const bool additive = s->affine && s->affine->additive && !ode;
    unsigned bits = 0;

    if (s->affine || (s->mean && s->cov))
        bits |= ITO_EXACT_MOMENTS;
    if (s->path && !ode)
        bits |= ITO_EXACT_PATH;
    if (s->logp || additive || s->gaussian)
        bits |= ITO_EXACT_DENSITY;
    if (s->stationary || additive)
        bits |= ITO_EXACT_STATIONARY;
    if (ode && (s->flow || s->affine))
        bits |= ITO_EXACT_FLOW;
    return bits;
}

/* An additive affine system settles only if it is stable: try. */
static void check_stable(ito_ctx *ctx, ito_system *s)
{
    double mean[8], x[8] = { 0.0 };

    if (!s->affine || !s->affine->additive || s->stationary)
        return;
    if (ito__affine_moments(ctx, s->affine, x, HUGE_VAL, mean, NULL) != ITO_OK)
        s->exact &= ~(unsigned)ITO_EXACT_STATIONARY;
}

ito_status ito__system_exact(ito_ctx *ctx, ito_system *s,
                             const ito_expr_opts *parse)
{
    const system_kind *k = s->kind;
    const ito_field *f = &s->field;
    const size_t dim = f->dim;
    const size_t noises = f->noise_dim ? f->noise_dim : dim;
    const bool ode = f->noise == ITO_NOISE_NONE;
    ito_status rc = ITO_OK;

    if (k && !ode) {
        rc = parse_form(ctx, k->mean, dim, parse, &s->mean);
        if (rc == ITO_OK)
            rc = parse_form(ctx, k->cov, dim, parse, &s->cov);
        if (rc == ITO_OK)
            rc = parse_form(ctx, k->path, dim + noises, parse, &s->path);
        if (rc == ITO_OK)
            rc = parse_form(ctx, k->logp, 2 * dim, parse, &s->logp);
        if (rc == ITO_OK)
            rc = parse_form(ctx, k->stationary, dim, parse, &s->stationary);
        s->gaussian = k->gaussian;
    }
    if (rc == ITO_OK && k && ode)
        rc = parse_form(ctx, k->flow, dim, parse, &s->flow);
    if (rc != ITO_OK)
        return rc;
    s->exact = find_bits(s);
    check_stable(ctx, s);
    return ITO_OK;
}

unsigned ito_system_exact(const ito_system *system)
{
    return system ? system->exact : 0;
}

/* --- checks --------------------------------------------------------------- */

static ito_status lacks(ito_ctx *ctx, const ito_system *s, const char *what)
{
    return ito__fail(ctx, ITO_EUNFIT, "system %s: %s has no closed form here",
                     s->spec, what);
}

static ito_status check_start(ito_ctx *ctx, const ito_system *s,
                              const double *x, double t)
{
    if (!s || !x)
        return ito__fail(ctx, ITO_EARG, "closed form: %s is NULL",
                         s ? "the start" : "the system");
    if (!(t >= 0.0 && t <= 1e300))
        return ito__fail(ctx, ITO_EARG,
                         "closed form: t = %g; it must not be "
                         "negative",
                         t);
    for (size_t c = 0; c < s->field.dim; c++)
        if (!isfinite(x[c]))
            return ito__fail(ctx, ITO_EARG,
                             "closed form: component %zu of the start is %g", c,
                             x[c]);
    return ITO_OK;
}

/* No result may be NaN; infinite only where `infinite`. */
static ito_status check_values(ito_ctx *ctx, const ito_system *s, size_t n,
                               const double *out, bool infinite)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(out[i]) || (!infinite && isinf(out[i])))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "system %s: its closed form is %g in value %zu; "
                             "does the start lie where the system lives?",
                             s->spec, out[i], i);
    return ITO_OK;
}

/* A system of independent components with loops of its own. */
static bool is_independent(const ito_system *s)
{
    return s->kind && s->kind->build && !s->target;
}

/* --- moments -------------------------------------------------------------- */

/* Mean and covariance, which may be NULL; x and t are fine. */
static ito_status find_moments(ito_ctx *ctx, const ito_system *s,
                               const double *x, double t, double *mean,
                               double *cov)
{
    const size_t dim = s->field.dim;
    ito_status rc;

    if (is_independent(s)) {
        ito__independent_moments(s, x, t, mean, cov);
        rc = ITO_OK;
    } else if (s->mean && s->cov && isfinite(t)) {
        rc = ito_expr_eval(ctx, s->mean, t, 1, x, mean);
        if (rc == ITO_OK && cov)
            rc = ito_expr_eval(ctx, s->cov, t, 1, x, cov);
    } else if (s->affine) {
        rc = ito__affine_moments(ctx, s->affine, x, t, mean, cov);
    } else {
        return lacks(ctx, s, "the moments");
    }
    if (rc == ITO_OK)
        rc = check_values(ctx, s, dim, mean, false);
    if (rc == ITO_OK && cov)
        rc = check_values(ctx, s, dim * dim, cov, false);
    return rc;
}

ito_status ito_system_moments(ito_ctx *ctx, const ito_system *system,
                              const double *x, double t, double *mean,
                              double *cov)
{
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_start(ctx, system, x, t)) != ITO_OK)
        return rc;
    if (!mean || !cov)
        return ito__fail(ctx, ITO_EARG, "moments: mean or cov is NULL");
    if (!(system->exact & ITO_EXACT_MOMENTS))
        return lacks(ctx, system, "the moments");
    return find_moments(ctx, system, x, t, mean, cov);
}

/* --- paths ---------------------------------------------------------------- */

/*
 * A formula of `head` values that all rows share and `tail` of a row: n rows,
 * `outs` values each.
 */
typedef struct batch {
    const ito_expr *expr;
    double t;
    const double *head, *rows;
    size_t heads, tails, n;
} batch;

static ito_status eval_batch(ito_ctx *ctx, const batch *b, double *out)
{
    const size_t width = b->heads + b->tails;
    const size_t outs = ito_expr_rows(b->expr) * ito_expr_cols(b->expr);
    double *x = ito__alloc(ctx, size_mul(CHUNK * width, sizeof(*x)));
    ito_status rc = ITO_OK;

    if (!x)
        return ito__fail(ctx, ITO_ENOMEM, "closed form: no memory");
    for (size_t i = 0; i < CHUNK; i++)
        memcpy(x + i * width, b->head, b->heads * sizeof(*x));
    for (size_t i = 0; rc == ITO_OK && i < b->n; i += CHUNK) {
        const size_t rows = size_min(CHUNK, b->n - i);

        for (size_t r = 0; r < rows && b->tails > 0; r++)
            memcpy(x + r * width + b->heads, b->rows + (i + r) * b->tails,
                   b->tails * sizeof(*x));
        rc = ito_expr_eval(ctx, b->expr, b->t, rows, x, out + i * outs);
    }
    ito__free(ctx, x);
    return rc;
}

/* An ODE: one end point for all. */
static ito_status find_flow(ito_ctx *ctx, const ito_system *s, const double *x,
                            double t, size_t n, double *out)
{
    const size_t dim = s->field.dim;
    ito_status rc = ITO_OK;

    if (n == 0)
        return ITO_OK;
    rc = s->flow ? ito_expr_eval(ctx, s->flow, t, 1, x, out)
                 : find_moments(ctx, s, x, t, out, NULL);
    for (size_t i = 1; i < n; i++)
        memcpy(out + i * dim, out, dim * sizeof(*out));
    return rc;
}

ito_status ito_system_path(ito_ctx *ctx, const ito_system *system,
                           const double *x, double t, size_t n, const double *W,
                           double *out)
{
    const ito_system *s = system;
    size_t dim, noises;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_start(ctx, s, x, t)) != ITO_OK)
        return rc;
    dim = s->field.dim;
    noises = s->field.noise_dim ? s->field.noise_dim : dim;
    if (!(s->exact & (ITO_EXACT_PATH | ITO_EXACT_FLOW)))
        return lacks(ctx, s, "a path");
    if (n > 0 && (!out || (!W && (s->exact & ITO_EXACT_PATH))))
        return ito__fail(ctx, ITO_EARG, "path: %s is NULL", out ? "W" : "out");
    if (s->exact & ITO_EXACT_FLOW)
        rc = find_flow(ctx, s, x, t, n, out);
    else if (is_independent(s))
        ito__independent_path(s, x, n, W, out);
    else
        rc = eval_batch(ctx, &(batch){ s->path, t, x, W, dim, noises, n }, out);
    return rc == ITO_OK ? check_values(ctx, s, n * dim, out, false) : rc;
}

/* --- densities ------------------------------------------------------------ */

/* cov = L L', in place in the lower triangle; false: not positive. */
static bool cholesky(size_t n, double *a)
{
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c <= r; c++) {
            double sum = a[r * n + c];

            for (size_t k = 0; k < c; k++)
                sum -= a[r * n + k] * a[c * n + k];
            if (r == c && !(sum > 0.0))
                return false;
            a[r * n + c] = r == c ? sqrt(sum) : sum / a[c * n + c];
        }
    return true;
}

/* log N(y; mean, L L'); work: n values. */
static double gaussian_logp(size_t n, const double *mean, const double *L,
                            const double *y, double *work)
{
    double sum = -0.5 * (double)n * LOG_2PI;

    for (size_t r = 0; r < n; r++) {
        double v = y[r] - mean[r];

        for (size_t k = 0; k < r; k++)
            v -= L[r * n + k] * work[k];
        work[r] = v / L[r * n + r];
        sum -= 0.5 * work[r] * work[r] + ito__log(L[r * n + r]);
    }
    return sum;
}

static ito_status gaussian_density(ito_ctx *ctx, const ito_system *s,
                                   const double *x, double t, size_t n,
                                   const double *y, double *logp)
{
    const size_t dim = s->field.dim;
    double *mean = ito__calloc(ctx, size_mul(dim, dim + 3), sizeof(*mean));
    double *cov = mean + dim, *work;
    ito_status rc;

    if (!mean)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory");
    work = cov + dim * dim;
    rc = find_moments(ctx, s, x ? x : work + dim, t, mean, cov);
    if (rc == ITO_OK && !cholesky(dim, cov))
        rc = ito__fail(ctx, ITO_ERANGE,
                       "system %s: at t = %g its covariance is singular, so "
                       "there is no density",
                       s->spec, t);
    for (size_t i = 0; rc == ITO_OK && i < n; i++)
        logp[i] = gaussian_logp(dim, mean, cov, y + i * dim, work);
    ito__free(ctx, mean);
    return rc;
}

static ito_status stationary_density(ito_ctx *ctx, const ito_system *s,
                                     size_t n, const double *y, double *logp)
{
    if (s->target)
        return ito__langevin_stationary(ctx, s, n, y, logp);
    if (s->stationary)
        return ito_expr_eval(ctx, s->stationary, 0.0, n, y, logp);
    return gaussian_density(ctx, s, NULL, HUGE_VAL, n, y, logp);
}

ito_status ito_system_logp(ito_ctx *ctx, const ito_system *system,
                           const double *x, double t, size_t n, const double *y,
                           double *logp)
{
    const ito_system *s = system;
    const bool stationary = isinf(t) && t > 0.0;
    ito_status rc = ITO_OK;
    unsigned bit;

    if (!ctx)
        return ITO_EARG;
    if (!s || (n > 0 && (!y || !logp)))
        return ito__fail(ctx, ITO_EARG, "density: a NULL argument");
    if (!stationary)
        rc = check_start(ctx, s, x, t);
    if (rc != ITO_OK)
        return rc;
    bit = stationary ? ITO_EXACT_STATIONARY : ITO_EXACT_DENSITY;
    if (!(s->exact & bit))
        return lacks(ctx, s,
                     stationary ? "the stationary density" : "the density");
    for (size_t i = 0; i < n * s->field.dim; i++)
        if (!isfinite(y[i]))
            return ito__fail(ctx, ITO_EARG, "density: row %zu holds %g",
                             i / s->field.dim, y[i]);
    if (is_independent(s))
        rc = ito__independent_logp(ctx, s, x, t, n, y, logp);
    else if (stationary)
        rc = stationary_density(ctx, s, n, y, logp);
    else if (s->logp)
        rc = eval_batch(
            ctx, &(batch){ s->logp, t, x, y, s->field.dim, s->field.dim, n },
            logp);
    else
        rc = gaussian_density(ctx, s, x, t, n, y, logp);
    return rc == ITO_OK ? check_values(ctx, s, n, logp, true) : rc;
}

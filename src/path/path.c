/* SPDX-License-Identifier: MIT
 *
 * path.c - the table of paths: their coefficients without cancellation.
 *
 * 1 - t is exact where it is small, so beta and everything made of it keep
 * their relative accuracy up to the end.
 */
#include "path/path.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "kern/dmath.h"
#include "path/params.h"

#define PI_HALF 1.57079632679489661923
#define PARAMS  3

/* x_t = t z + (1 - t) e: straight lines at constant speed (Lipman et al.,
 * arXiv:2210.02747; Liu et al., arXiv:2209.03003). */
static ito_coef linear_at(const ito_path *path, double t)
{
    (void)path;
    return (ito_coef){ .alpha = t,
                       .beta = 1.0 - t,
                       .alphadot = 1.0,
                       .betadot = -1.0,
                       .beta_betadot = -(1.0 - t),
                       .w = 1.0,
                       .beta_w = 1.0 - t };
}

/* beta^2 = 1 - t (MIT 6.S184, lab 2). */
static ito_coef sqrt_at(const ito_path *path, double t)
{
    const double beta = sqrt(1.0 - t), beta_w = 1.0 - 0.5 * t;

    (void)path;
    return (ito_coef){ .alpha = t,
                       .beta = beta,
                       .alphadot = 1.0,
                       .betadot = beta > 0.0 ? -0.5 / beta : -HUGE_VAL,
                       .beta_betadot = -0.5,
                       .w = beta > 0.0 ? beta_w / beta : HUGE_VAL,
                       .beta_w = beta_w };
}

/* A quarter of a circle (Albergo and Vanden-Eijnden, arXiv:2209.15571); W is
 * the angular speed.  Sines of the nearer end, so that both ends are exact. */
static ito_coef cosine_at(const ito_path *path, double t)
{
    const double a = ito__sin(PI_HALF * t), b = ito__sin(PI_HALF * (1.0 - t));

    (void)path;
    return (ito_coef){ .alpha = t < 1.0 ? a : 1.0,
                       .beta = t > 0.0 ? b : 1.0,
                       .alphadot = PI_HALF * b,
                       .betadot = -PI_HALF * a,
                       .beta_betadot = -PI_HALF * a * b,
                       .w = PI_HALF,
                       .beta_w = PI_HALF * b };
}

/* The linear path under another clock: alpha = t^p. */
static ito_coef poly_at(const ito_path *path, double t)
{
    const double p = path->param[0];
    const double adot = p * ito__pow(t, p - 1.0);
    const double beta = t > 0.0 ? -ito__expm1(p * ito__log(t)) : 1.0;

    return (ito_coef){ .alpha = ito__pow(t, p),
                       .beta = beta,
                       .alphadot = adot,
                       .betadot = -adot,
                       .beta_betadot = -beta * adot,
                       .w = adot,
                       .beta_w = beta * adot };
}

/* alpha^2 + beta^2 = 1, hence beta W = alphadot. */
static ito_coef vp_at(const ito_path *path, double t)
{
    const double lo = path->param[0], hi = path->param[1], s = 1.0 - t;
    const double total = s * (lo + 0.5 * s * (hi - lo));
    const double alpha = ito__exp(-0.5 * total);
    const double beta = sqrt(-ito__expm1(-total));
    const double adot = 0.5 * alpha * (lo + s * (hi - lo));

    return (ito_coef){ .alpha = alpha,
                       .beta = beta,
                       .alphadot = adot,
                       .betadot = beta > 0.0 ? -alpha * adot / beta : -HUGE_VAL,
                       .beta_betadot = -alpha * adot,
                       .w = beta > 0.0 ? adot / beta : HUGE_VAL,
                       .beta_w = adot };
}

/* sigma(t) of Karras et al. and its derivative. */
static double karras(const ito_path *path, double t, double *dot)
{
    const double rho = path->param[2];
    const double a = ito__pow(path->param[1], 1.0 / rho);
    const double b = ito__pow(path->param[0], 1.0 / rho);
    const double base = a * (1.0 - t) + b * t;

    *dot = rho * (b - a) * ito__pow(base, rho - 1.0);
    return ito__pow(base, rho);
}

static ito_coef ve_at(const ito_path *path, double t)
{
    double dot;
    const double sigma = karras(path, t, &dot);

    return (ito_coef){ .alpha = 1.0,
                       .beta = sigma,
                       .alphadot = 0.0,
                       .betadot = dot,
                       .beta_betadot = sigma * dot,
                       .w = -dot,
                       .beta_w = -sigma * dot };
}

static ito_coef edm_at(const ito_path *path, double t)
{
    double dot;
    const double sigma = karras(path, t, &dot);
    const double n = 1.0 + sigma * sigma, alpha = 1.0 / sqrt(n);

    return (ito_coef){ .alpha = alpha,
                       .beta = sigma * alpha,
                       .alphadot = -sigma * dot * alpha / n,
                       .betadot = dot * alpha / n,
                       .beta_betadot = sigma * dot / (n * n),
                       .w = -dot / n,
                       .beta_w = -sigma * dot * alpha / n };
}

#define KARRAS                                                             \
    {                                                                      \
        { "sigma_min", 0.002, 0.0, 1.0 }, { "sigma_max", 80.0, 1.5, 1e4 }, \
        {                                                                  \
            "rho", 7.0, 1.0, 100.0                                         \
        }                                                                  \
    }

static const path_param param_of[][PARAMS] = {
    { { NULL, 0, 0, 0 } },
    { { NULL, 0, 0, 0 } },
    { { NULL, 0, 0, 0 } },
    { { "p", 2.0, 1.0, 16.0 } },
    { { "beta_min", 0.1, 1e-4, 1e3 }, { "beta_max", 20.0, 1e-4, 1e3 } },
    KARRAS,
    KARRAS,
};

static const ito_path paths[] = {
    { "linear", "alpha = t, beta = 1 - t", "", linear_at, { 0 }, "linear" },
    { "sqrt", "alpha = t, beta = sqrt(1 - t)", "", sqrt_at, { 0 }, "sqrt" },
    { "cosine",
      "alpha = sin(pi t / 2), beta = cos(pi t / 2)",
      "",
      cosine_at,
      { 0 },
      "cosine" },
    { "poly",
      "alpha = t^p, beta = 1 - t^p",
      "p=2",
      poly_at,
      { 2.0 },
      "poly:p=2" },
    { "vp",
      "alpha = e^(-B / 2), beta = sqrt(1 - e^-B), B = s beta_min + s^2 "
      "(beta_max - beta_min) / 2, s = 1 - t",
      "beta_min=0.1,beta_max=20",
      vp_at,
      { 0.1, 20.0 },
      "vp:beta_min=0.1,beta_max=20" },
    { "ve",
      "alpha = 1, beta = sigma, sigma^(1/rho) linear in t",
      "sigma_min=0.002,sigma_max=80,rho=7",
      ve_at,
      { 0.002, 80.0, 7.0 },
      "ve:sigma_min=0.002,sigma_max=80,rho=7" },
    { "edm",
      "alpha = 1 / sqrt(1 + sigma^2), beta = sigma alpha, sigma^(1/rho) linear "
      "in t",
      "sigma_min=0.002,sigma_max=80,rho=7",
      edm_at,
      { 0.002, 80.0, 7.0 },
      "edm:sigma_min=0.002,sigma_max=80,rho=7" },
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

const ito_path *ito_path_at(size_t i)
{
    return i < PATHS ? &paths[i] : NULL;
}

const ito_path *ito_path_find(const char *name)
{
    for (size_t i = 0; name && i < PATHS; i++)
        if (strcmp(paths[i].name, name) == 0)
            return &paths[i];
    return NULL;
}

/* NAME:parameters; the longest has 3 numbers of at most 24 characters, and
 * those that are not short are cut off by `room`. */
static bool write_spec(const path_param *param, size_t count, ito_path *path)
{
    const size_t room = sizeof(path->spec);
    size_t used = strlen(path->name);

    memcpy(path->spec, path->name, used + 1);
    for (size_t i = 0; i < count; i++) {
        char number[NUM_TEXT_MAX];
        const size_t digits = num_format(path->param[i], number);
        const size_t name = strlen(param[i].name);

        if (used + name + digits + 3 > room)
            return false;
        path->spec[used++] = i == 0 ? ':' : ',';
        memcpy(path->spec + used, param[i].name, name);
        used += name;
        path->spec[used++] = '=';
        memcpy(path->spec + used, number, digits + 1);
        used += digits;
    }
    return true;
}

static const char *name_at(const void *arg, size_t i)
{
    (void)arg;
    return i < PATHS ? paths[i].name : NULL;
}

ito_status ito_path_parse(ito_ctx *ctx, const char *spec, ito_path *out)
{
    char what[32];
    size_t i = 0, count = 0;
    spec_piece name;
    ito_path path;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    if (!spec)
        return ito__fail(ctx, ITO_EARG, "path: the name is NULL");
    name = ito__spec_name(spec);
    while (i < PATHS && !ito__spec_is(name, paths[i].name))
        i++;
    if (i == PATHS)
        return ito__spec_unknown(ctx, "path", "name", name, name_at, NULL);
    path = paths[i];
    (void)snprintf(what, sizeof(what), "path %s", path.name);
    while (count < PARAMS && param_of[i][count].name)
        count++;
    rc = ito__params_read(ctx, what, spec + name.length, param_of[i], count,
                          path.param);
    if (rc != ITO_OK)
        return rc;
    if (path.at == vp_at && path.param[1] < path.param[0])
        return ito__fail(ctx, ITO_EARG,
                         "path vp: beta_max=%g is below beta_min=%g",
                         path.param[1], path.param[0]);
    if (!write_spec(param_of[i], count, &path))
        return ito__fail(ctx, ITO_EARG, "%s: numbers of too many digits", what);
    *out = path;
    return ITO_OK;
}

ito_coef ito_path_coef(const ito_path *path, double t)
{
    return path->at(path, t);
}

ito_coef ito__coef_scaled(ito_coef coef, double s)
{
    coef.beta *= s;
    coef.betadot *= s;
    coef.beta_betadot *= s * s;
    coef.w *= s;
    coef.beta_w *= s * s;
    return coef;
}

/*
 * Products and sums are rounded one by one, in float, with coefficients that
 * were rounded once from double; plain C does that the same everywhere.  The
 * kernel table is not needed: rows are short (2 values) or memory-bound.
 */
/* NOLINTNEXTLINE(readability-function-size): arrays of one batch */
void ito__path_rows(const ito_kern *kern, const ito_path *path, size_t n,
                    size_t dim, const float *t, const float *z, const float *e,
                    float *xt, float *target)
{
    (void)kern;
    for (size_t i = 0; i < n; i++) {
        const ito_coef at = path->at(path, (double)t[i]);
        const float a = (float)at.alpha, b = (float)at.beta;
        const float adot = (float)at.alphadot, bdot = (float)at.betadot;

        for (size_t c = i * dim; c < (i + 1) * dim; c++) {
            const float zc = z[c], ec = e[c];

            target[c] = adot * zc + bdot * ec;
            xt[c] = a * zc + b * ec;
        }
    }
}

double ito_sigma_multiplier(const ito_path *path, double t, double h,
                            double sigma)
{
    const ito_coef at = path->at(path, t);
    const double square = at.beta * at.beta;

    if (square <= 0.0)
        return -HUGE_VAL;
    return 1.0 + h * (at.beta_betadot - 0.5 * sigma * sigma) / square;
}

double ito_sigma_limit(const ito_path *path, double t, double h)
{
    const ito_coef at = path->at(path, t);
    const double square = 4.0 * at.beta * at.beta / h + 2.0 * at.beta_betadot;

    return square > 0.0 ? sqrt(square) : 0.0;
}

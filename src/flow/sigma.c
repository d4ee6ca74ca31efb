/* SPDX-License-Identifier: MIT
 *
 * sigma.c - forms of the diffusion of an extended flow, and their stability.
 *
 * A text is parsed twice: as the user wrote it, with alpha, beta and bw as
 * numbers, so that an error shows its own place; then with these written as
 * the components x1, x2, x3 of a state, so that they can be given at any t.
 */
#include <ito/expr.h>
#include <ito/extension.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ctx/spec.h"
#include "expr/expr.h"
#include "flow/sigma.h"

#define LANES      32 /* values that a formula is evaluated for at once */
#define VARIABLES  3
#define TEXT_BYTES 1024
#define TRIES      1024

struct ito_sigma {
    ito_ctx *ctx;
    ito_path path;
    ito_expr *expr;
    bool zero;
    void *scratch; /* of ito_sigma_value */
};

static const ito_sigma_info names[] = {
    { "none", "0", "the flow itself" },
    { "constant", "1", "the same at all times" },
    { "beta", "beta", "as large as the noise that is left: always stable" },
    { "sqrt", "sqrt(1 - t)", "sigma^2 falls linearly" },
    { "sine", "sin(pi * t)", "none at either end" },
    { "cosine", "(1 + cos(pi * t)) / 2", "large near noise, none near data" },
    { "kl", "sqrt(2 * bw / (alpha + 0.02))",
      "tightest bound on the Kullback-Leibler divergence (arXiv:2401.08740), "
      "capped near t = 0" },
};

#define NAMES (sizeof(names) / sizeof(names[0]))

const ito_sigma_info *ito_sigma_name_at(size_t i)
{
    return i < NAMES ? &names[i] : NULL;
}

/* ---- reading ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* Copy a formula with its variables as x1, x2, x3; false if it is too long. */
static bool rename_variables(const char *text, char out[TEXT_BYTES])
{
    static const char *const from[VARIABLES] = { "alpha", "beta", "bw" };
    size_t n = 0;

    while (*text) {
        size_t length = 1, k = VARIABLES;

        if (is_word(*text)) {
            while (is_word(text[length]))
                length++;
            for (k = 0; k < VARIABLES; k++)
                if (strlen(from[k]) == length &&
                    memcmp(text, from[k], length) == 0)
                    break;
        }
        if (n + length + 3 > TEXT_BYTES)
            return false;
        if (k < VARIABLES) {
            out[n++] = 'x';
            out[n++] = (char)('1' + (char)k);
        } else {
            memcpy(out + n, text, length);
            n += length;
        }
        text += length;
    }
    out[n] = '\0';
    return true;
}

/* A name, or a name and a factor, as its formula; false if it is neither. */
static bool find_name(const char *text, char out[TEXT_BYTES])
{
    for (size_t i = 0; i < NAMES; i++) {
        const size_t n = strlen(names[i].name);

        if (strncmp(text, names[i].name, n) != 0)
            continue;
        if (text[n] == '\0')
            (void)snprintf(out, TEXT_BYTES, "%s", names[i].formula);
        else if (text[n] == ':' && strlen(text + n) < TEXT_BYTES / 2)
            (void)snprintf(out, TEXT_BYTES, "(%s) * (%s)", text + n + 1,
                           names[i].formula);
        else
            continue;
        return true;
    }
    return false;
}

/* Parse as a person wrote it, for its errors alone. */
static ito_status check_text(ito_ctx *ctx, const char *text)
{
    const ito_param params[VARIABLES] = { { "alpha", 0.5 },
                                          { "beta", 0.5 },
                                          { "bw", 0.5 } };
    const ito_expr_opts opts = { .params = params,
                                 .param_count = VARIABLES,
                                 .what = "sigma" };
    ito_expr *expr = NULL;
    ito_status rc;

    rc = ito_expr_parse(ctx, text, &opts, &expr);
    if (rc == ITO_OK && ito_expr_rows(expr) * ito_expr_cols(expr) != 1)
        rc = ito__fail(ctx, ITO_EARG,
                       "sigma: '%s' has %zu elements: one is wanted", text,
                       ito_expr_rows(expr) * ito_expr_cols(expr));
    ito_expr_free(expr);
    return rc;
}

static ito_status check_values(ito_ctx *ctx, const ito_sigma *s,
                               const char *text)
{
    for (size_t i = 0; i <= TRIES; i++) {
        const double t = (double)i / TRIES, v = ito_sigma_value(s, t);

        if (!(v >= 0.0) || !(v <= 1e6))
            return ito__fail(ctx, ITO_ERANGE,
                             "sigma: '%s' is %g at t = %g: it must be from 0 "
                             "to 1e6 at all t from 0 to 1",
                             text, v, t);
    }
    return ITO_OK;
}

static const char *form_at(const void *arg, size_t i)
{
    (void)arg;
    return i < NAMES ? names[i].name : NULL;
}

/* Does the text look like a name, alone or before a factor? */
static bool looks_named(const char *text)
{
    size_t n = 0;

    while (is_word(text[n]) && (text[n] > '9' || text[n] < '.'))
        n++;
    return n > 1 && (text[n] == '\0' || text[n] == ':');
}

static ito_status parse(ito_ctx *ctx, const char *text, ito_sigma *s)
{
    char formula[TEXT_BYTES], renamed[TEXT_BYTES];
    const ito_expr_opts opts = { .dim = VARIABLES, .what = "sigma" };
    const bool named = find_name(text, formula);
    double number;
    ito_status rc;

    rc = check_text(ctx, named ? formula : text);
    if (rc == ITO_EARG && !named && looks_named(text))
        return ito__spec_unknown(ctx, "sigma", "form", ito__spec_name(text),
                                 form_at, NULL);
    if (rc != ITO_OK)
        return rc;
    if (!rename_variables(named ? formula : text, renamed))
        return ito__fail(ctx, ITO_EARG, "sigma: the formula is longer than %d",
                         TEXT_BYTES - 3);
    rc = ito_expr_parse(ctx, renamed, &opts, &s->expr);
    if (rc != ITO_OK)
        return rc;
    s->scratch = ito__alloc(ctx, ito__sigma_scratch(s));
    if (!s->scratch)
        return ito__fail(ctx, ITO_ENOMEM, "sigma: no memory");
    s->zero = ito_expr_number(s->expr, 0, &number) && number == 0.0;
    return check_values(ctx, s, text);
}

ito_status ito_sigma_parse(ito_ctx *ctx, const char *text, const ito_path *path,
                           ito_sigma **out)
{
    ito_status rc;
    ito_sigma *s;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!text)
        return ito__fail(ctx, ITO_EARG, "sigma: there is no text");
    s = ito__calloc(ctx, 1, sizeof(*s));
    if (!s)
        return ito__fail(ctx, ITO_ENOMEM, "sigma: no memory");
    s->ctx = ctx;
    s->path = path ? *path : *ito_path_at(0);
    rc = parse(ctx, text, s);
    if (rc != ITO_OK) {
        ito_sigma_free(s);
        return rc;
    }
    *out = s;
    return ITO_OK;
}

void ito_sigma_free(ito_sigma *sigma)
{
    if (!sigma)
        return;
    ito_expr_free(sigma->expr);
    ito__free(sigma->ctx, sigma->scratch);
    ito__free(sigma->ctx, sigma);
}

/* ---- values ---- */

/* Scratch: variables and result, LANES of each; then the formula's own. */
#define OWN_BYTES ((VARIABLES + 1) * LANES * sizeof(double))

size_t ito__sigma_scratch(const ito_sigma *s)
{
    return size_round_up(size_add(OWN_BYTES, ito__expr_scratch(s->expr)), 64);
}

double ito__sigma_value(const ito_sigma *s, double t, void *scratch)
{
    const ito_coef k = ito_path_coef(&s->path, t);
    const double value[VARIABLES] = { k.alpha, k.beta, k.beta_w };
    double *x = scratch;
    const void *const in[VARIABLES] = { x, x + LANES, x + 2 * LANES };
    double *const y = x + VARIABLES * LANES;
    void *const out[1] = { y };

    for (size_t i = 0; i < VARIABLES * LANES; i++)
        x[i] = value[i / LANES];
    (void)ito__expr_tile(s->expr, s->ctx->kern, ITO_F64, LANES, t, in, out,
                         (char *)scratch + OWN_BYTES);
    return y[0];
}

double ito_sigma_value(const ito_sigma *s, double t)
{
    return ito__sigma_value(s, t, s->scratch);
}

int ito_sigma_is_zero(const ito_sigma *sigma)
{
    return sigma->zero;
}

const char *ito_sigma_formula(const ito_sigma *sigma)
{
    return ito_expr_text(sigma->expr, 0);
}

/* ---- stability ---- */

static double multiplier(const ito_path *path, double t, double h, double sigma,
                         double std)
{
    const ito_coef k = ito_path_coef(path, t);
    const double v = std * std, c = k.alpha * k.alpha * v + k.beta * k.beta;
    const double pull =
        k.alpha * k.alphadot * v + k.beta_betadot - 0.5 * sigma * sigma;

    return c > 0.0 ? 1.0 + h * pull / c : -HUGE_VAL;
}

/* A step is unstable where it overshoots: below -1.  Above 1 is the flow's own
 * spreading of wide data. */
#define OVERSHOOT (-1.0 - 1e-12)

/* Every step for one std; `out` may be NULL.  Returns whether all are
 * stable. */
static bool try_steps(const ito_sigma *s, const ito_path *path, double std,
                      const double *grid, size_t n, ito_stability *out)
{
    bool all = true;

    for (size_t i = 0; i < n && (all || out); i++) {
        const double t = grid ? grid[i] : (double)i / (double)n;
        const double end = grid ? grid[i + 1] : (double)(i + 1) / (double)n;
        const double m =
            multiplier(path, t, end - t, ito_sigma_value(s, t), std);

        if (out && -m > out->worst) {
            out->worst = -m;
            out->worst_t = t;
        }
        if (m >= OVERSHOOT)
            continue;
        all = false;
        if (out && out->unstable++ == 0) {
            out->first = i;
            out->first_t = t;
        }
    }
    return all;
}

/* On a scale of 2^(1/4); wider data are never less stable. */
static double least_std(const ito_sigma *s, const ito_path *path,
                        const double *grid, size_t n)
{
    double std = 1e-4;

    if (try_steps(s, path, 0.0, grid, n, NULL))
        return 0.0;
    while (std < 1e4 && !try_steps(s, path, std, grid, n, NULL))
        std *= 1.189207115002721;
    return std;
}

ito_status ito_sigma_stability(ito_ctx *ctx, const ito_sigma *sigma,
                               const ito_path *path, double std,
                               const double *grid, size_t count,
                               ito_stability *out)
{
    if (!ctx)
        return ITO_EARG;
    if (!sigma || !out || count == 0 || !(std >= 0.0) || !(std <= 1e100))
        return ito__fail(ctx, ITO_EARG,
                         "stability: %zu steps, data of std %g: a NULL "
                         "argument, no step or no such std",
                         count, std);
    for (size_t i = 0; grid && i <= count; i++)
        if (!(grid[i] >= 0.0 && grid[i] <= 1.0) ||
            (i > 0 && !(grid[i] > grid[i - 1])))
            return ito__fail(ctx, ITO_EARG,
                             "stability: time %zu of the grid is %g: times go "
                             "up from 0 to 1",
                             i, grid[i]);
    if (!path)
        path = &sigma->path;
    *out = (ito_stability){ .steps = count, .first = count };
    (void)try_steps(sigma, path, std, grid, count, out);
    out->least_std = least_std(sigma, path, grid, count);
    return ITO_OK;
}

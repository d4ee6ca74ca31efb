/* SPDX-License-Identifier: MIT
 *
 * expr_random.h - random formulas for the tests, and a context with formulas
 * parsed in one line.
 */
#ifndef EXPR_RANDOM_H
#define EXPR_RANDOM_H

#include <ito/expr.h>
#include <stdbool.h>

#include "check.h"

#define FORMULA_MAX 600

static const ito_param t_params[] = { { "theta", 1.5 },
                                      { "mu", -0.25 },
                                      { "s_1", 2.0 } };

/* Formulas in x, y, z, t and the parameters. */
__attribute__((unused)) static ito_expr *t_parse(ito_ctx *ctx, const char *text)
{
    const ito_expr_opts opts = { .dim = 3,
                                 .params = t_params,
                                 .param_count = COUNT(t_params) };
    ito_expr *expr;
    const ito_status rc = ito_expr_parse(ctx, text, &opts, &expr);

    if (rc != ITO_OK)
        check_fail(__FILE__, __LINE__, "%.300s: %s", text, ito_errmsg(ctx));
    return expr;
}

/* The value of the first element at one point. */
__attribute__((unused)) static double
t_at(ito_ctx *ctx, const ito_expr *expr, double t, double x, double y, double z)
{
    const double at[3] = { x, y, z };
    double out[64];

    CHECK(ito_expr_rows(expr) * ito_expr_cols(expr) <= COUNT(out));
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, t, 1, at, out));
    return out[0];
}

/* The value of a text at x = 0.3, y = -0.7, z = 1.25, t = 0.5. */
__attribute__((unused)) static double t_value(ito_ctx *ctx, const char *text)
{
    ito_expr *const expr = t_parse(ctx, text);
    const double value = t_at(ctx, expr, 0.5, 0.3, -0.7, 1.25);

    ito_expr_free(expr);
    return value;
}

/*
 * A random formula: parts are joined in parentheses until `joins` are made.
 * With `smooth` only functions that have derivatives everywhere on the real
 * line.
 */
__attribute__((unused)) static void t_formula(char out[FORMULA_MAX],
                                              unsigned joins, bool smooth)
{
    static const char *const leaves[] = { "x",  "y", "z",   "t",    "theta",
                                          "mu", "2", "0.5", "x",    "y",
                                          "3",  "1", "1.7", "1e-3", "pi",
                                          "0",  "x", "s_1", "(-2)", "y" };
    static const char *const smooths[] = {
        "sin(%s)",        "cos(%s)",        "tanh(%s)",
        "exp(-(%s)^2)",   "-(%s)",          "atan(%s)",
        "erf(%s)",        "(%s)^2",         "(%s)^3",
        "(%s)+(%s)",      "(%s)-(%s)",      "(%s)*(%s)",
        "(%s)+(%s)",      "(%s)*(%s)",      "(%s)/(2+cos(%s))",
        "sqrt(1+(%s)^2)", "log(2+sin(%s))", "hypot(%s, 1+(%s)^2)",
    };
    static const char *const others[] = {
        "abs(%s)",         "floor(%s)",       "(%s)/(%s)",   "(%s)^(%s)",
        "sign(%s)",        "min(%s, %s)",     "max(%s, %s)", "mod(%s, %s)",
        "step(%s)",        "(%s)<(%s)",       "(%s)>=(%s)",  "(%s)==(%s)",
        "(%s)&&(%s)",      "(%s)||(%s)",      "!(%s)",       "cbrt(%s)",
        "(%s) ? (%s) : x", "y ? (%s) : (%s)", "sqrt(%s)",    "log(%s)",
        "(%s)^0.5",        "(%s)^-2",         "(%s)^2.5",    "exp(%s)",
        "atan2(%s, %s)",   "(%s)!=(%s)",      "(%s)>(%s)",   "(%s)<=(%s)",
        "round(%s)",       "ceil(%s)",        "sinh(%s)",    "(%s)/4",
    };
    char part[4][FORMULA_MAX];

    for (size_t i = 0; i < 4; i++)
        snprintf(part[i], FORMULA_MAX, "%s", leaves[t_rand() % COUNT(leaves)]);
    for (unsigned k = 0; k < joins; k++) {
        const size_t to = t_rand() % 4, with = t_rand() % 4;
        const char *const form = smooth || t_rand() % 2
                                     ? smooths[t_rand() % COUNT(smooths)]
                                     : others[t_rand() % COUNT(others)];
        char joined[2 * FORMULA_MAX + 40];
        const char *second = strstr(form, "%s") + 2;
        int n = (int)(second - form - 2);

        n = snprintf(joined, sizeof(joined), "%.*s%s", n, form, part[to]);
        if (strstr(second, "%s"))
            snprintf(joined + n, sizeof(joined) - (size_t)n, "%.*s%s%s",
                     (int)(strstr(second, "%s") - second), second, part[with],
                     strstr(second, "%s") + 2);
        else
            snprintf(joined + n, sizeof(joined) - (size_t)n, "%s", second);
        if (strlen(joined) < FORMULA_MAX - 8)
            memcpy(part[to], joined, strlen(joined) + 1);
        if (t_rand() % 8 == 0)
            snprintf(part[with], FORMULA_MAX, "%s",
                     leaves[t_rand() % COUNT(leaves)]);
        memcpy(out, part[to], strlen(part[to]) + 1);
    }
}

/* Rows at which generated formulas are evaluated. */
#define ROWS 32

__attribute__((unused)) static void t_rows(double x[3 * ROWS])
{
    for (size_t i = 0; i < 3 * (size_t)ROWS; i++)
        x[i] = 2.0 * (double)t_uniform();
    x[0] = x[4] = 0.0;
    x[7] = -1.0;
}

__attribute__((unused)) static bool t_same_values(const double *a,
                                                  const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))))
            return false;
    return true;
}

#endif /* EXPR_RANDOM_H */

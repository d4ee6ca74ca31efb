/* SPDX-License-Identifier: MIT
 *
 * test_expr_derive.c - derivatives of formulas against central differences
 * and against what they are known to be; products and sums of formulas.
 */
#include "check.h"

#include <stdbool.h>

#include "expr_random.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, &(ito_ctx_opts){ .threads = 1 }) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_expr *derived(const ito_expr *expr, size_t variable)
{
    ito_expr *d;

    CHECK_OK(ctx, ito_expr_derive(ctx, expr, &variable, 1, &d));
    return d;
}

/* The first element at a point moved by h along a variable. */
static double moved(const ito_expr *expr, const double at[4], size_t variable,
                    double h)
{
    double p[4] = { at[0], at[1], at[2], at[3] };

    p[variable == ITO_EXPR_TIME ? 3 : variable] += h;
    return t_at(ctx, expr, p[3], p[0], p[1], p[2]);
}

/* Richardson's extrapolation of central differences: error O(h^6). */
static double difference(const ito_expr *expr, const double at[4],
                         size_t variable, double h)
{
    double d[3];

    for (int i = 0; i < 3; i++, h *= 0.5)
        d[i] = (moved(expr, at, variable, h) - moved(expr, at, variable, -h)) /
               (2.0 * h);
    d[0] = (4.0 * d[1] - d[0]) / 3.0;
    d[1] = (4.0 * d[2] - d[1]) / 3.0;
    return (16.0 * d[1] - d[0]) / 15.0;
}

static const char *const texts[] = {
    "x+2*y",
    "x-y",
    "x*y",
    "x/y",
    "y/x",
    "3/x",
    "-x",
    "sqrt(x)",
    "cbrt(x)",
    "exp(x*y)",
    "expm1(x)",
    "log(x)",
    "log1p(x)",
    "log2(x)",
    "log10(x)",
    "sin(x*y)",
    "cos(x)",
    "tan(x)",
    "asin(x/2)",
    "acos(x/2)",
    "atan(x*y)",
    "atan2(x, y)",
    "atan2(y, x)",
    "sinh(x)",
    "cosh(x)",
    "tanh(x*y)",
    "abs(x)",
    "abs(-x)",
    "sign(x)*x",
    "floor(x)*x",
    "ceil(x)*x",
    "round(x)+x",
    "step(x)*x^2",
    "min(x, y)",
    "max(x, y)",
    "min(y, x)^2",
    "max(x*x, y)",
    "mod(x, 0.4)",
    "mod(2, x)",
    "mod(x, y)",
    "erf(x*y)",
    "hypot(x, y)",
    "x^2",
    "x^3.5",
    "x^-1.5",
    "x^y",
    "2^x",
    "e^(x*y)",
    "pow(x, theta)",
    "x > y ? x^2 : y^3",
    "x < y ? x^2 : y^3",
    "(x < y)*x",
    "!x + x",
    "(x && y) + x",
    "x*t^2 + sin(t*x)",
    "t^x",
    "theta*x^2+mu",
    "((x+y)*(x-y))^2",
    "1/(1+exp(-x*y))",
    "sqrt(x)*sqrt(y)",
    "x/sqrt(x*y)",
    "(x^2+y^2)^-0.5",
    "exp(-(x-mu)^2/(2*s_1^2))/sqrt(2*pi*s_1^2)",
    "log(exp(x)+exp(y))",
    "sin(cos(tan(x*y)))",
    "x^2*exp(-x)*sin(3*y)",
};
TEST(every_function_has_its_derivative)
{

    static const double points[][4] = { { 0.7, 0.3, 0.1, 0.4 },
                                        { 0.31, 0.83, -0.5, 1.3 },
                                        { 1.12, 1.9, 2.0, 0.2 } };
    static const size_t variables[] = { 0, 1, ITO_EXPR_TIME };

    for (size_t k = 0; k < COUNT(texts); k++) {
        ito_expr *const expr = t_parse(ctx, texts[k]);

        for (size_t v = 0; v < COUNT(variables); v++) {
            ito_expr *const d = derived(expr, variables[v]);

            for (size_t i = 0; i < COUNT(points); i++) {
                const double *const p = points[i];
                const double is = t_at(ctx, d, p[3], p[0], p[1], p[2]);
                const double want =
                    difference(expr, p, variables[v], 1.0 / 512.0);

                if (!(fabs(is - want) <= 1e-8 * (1.0 + fabs(want))))
                    check_fail(__FILE__, __LINE__,
                               "%s by %zu is %s: %.12g, not %.12g at point %zu",
                               texts[k], v, ito_expr_text(d, 0), is, want, i);
            }
            ito_expr_free(d);
        }
        ito_expr_free(expr);
    }
}

TEST(derivatives_are_simplified)
{
    static const char *const rows[][2] = {
        { "x", "1" },
        { "y", "0" },
        { "5", "0" },
        { "theta", "0" },
        { "-theta*(x-mu)", "-theta" },
        { "x^2", "2*x" },
        { "x^2/2", "x" },
        { "x^4/4-x^2/2+y^2", "x^3-x" },
        { "x^3/3", "x^2" },
        { "x*x*x", "3*x^2" },
        { "theta*x^2", "2*theta*x" },
        { "mu*(1-x^2)*y-x", "-2*mu*x*y-1" },
        { "s_1*sqrt(x)", "0.5*s_1/sqrt(x)" },
        { "sqrt(x)", "0.5/sqrt(x)" },
        { "1/x", "-1/x^2" },
        { "exp(-x^2/2)", "-x*exp(-x^2/2)" },
        { "exp(2*x)", "2*exp(2*x)" },
        { "log(x)", "1/x" },
        { "log(x^2)", "2/x" },
        { "sin(x)", "cos(x)" },
        { "cos(x)", "-sin(x)" },
        { "sin(x)*cos(x)", "cos(x)^2-sin(x)^2" },
        { "tanh(x)", "1-tanh(x)^2" },
        { "abs(x)", "sign(x)" },
        { "floor(x)", "0" },
        { "x > 0 ? x : 0", "x > 0 ? 1 : 0" },
        { "y > 0 ? 1 : 2", "0" },
        { "x*y*z", "y*z" },
        { "3*x-x-2*x", "0" },
        { "x*exp(y)-exp(y)*x", "0" },
        { "(x+y)^2", "2*(x+y)" },
        { "x/y", "1/y" },
        { "t*x", "t" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_expr *const expr = t_parse(ctx, rows[i][0]);
        ito_expr *const d = derived(expr, 0);

        if (strcmp(ito_expr_text(d, 0), rows[i][1]) != 0)
            check_fail(__FILE__, __LINE__, "(%s)' is %s, not %s", rows[i][0],
                       ito_expr_text(d, 0), rows[i][1]);
        ito_expr_free(d);
        ito_expr_free(expr);
    }
}

/* Formulas that are smooth everywhere, derived by every variable; what is
 * printed parses to the same. */
TEST(random_formulas_have_their_derivatives)
{
    static const size_t variables[] = { 0, 1, 2, ITO_EXPR_TIME };
    char text[FORMULA_MAX];
    size_t looked_at = 0;

    t_seed = 21;
    for (int k = 0; k < 600; k++) {
        const double p[4] = { (double)t_uniform(), (double)t_uniform(),
                              (double)t_uniform(), (double)t_uniform() };
        ito_expr *expr, *all;
        double is[4];

        t_formula(text, 1 + t_rand() % 10, true);
        expr = t_parse(ctx, text);
        CHECK_OK(ctx, ito_expr_derive(ctx, expr, variables, 4, &all));
        CHECK(ito_expr_rows(all) == 1 && ito_expr_cols(all) == 4);
        CHECK_OK(ctx, ito_expr_eval(ctx, all, p[3], 1, p, is));
        for (size_t v = 0; v < 4; v++) {
            const double h = 1.0 / 256.0;
            const double a = difference(expr, p, variables[v], h);
            const double b = difference(expr, p, variables[v], 2.0 * h);
            ito_expr *again;

            again = t_parse(ctx, ito_expr_text(all, v));
            CHECK_STR(ito_expr_text(again, 0), ito_expr_text(all, v));
            CHECK(t_at(ctx, again, p[3], p[0], p[1], p[2]) == is[v]);
            ito_expr_free(again);
            /* where differences cannot tell, nothing is said */
            if (!(fabs(a - b) <= 1e-6 * (1.0 + fabs(a))))
                continue;
            looked_at++;
            if (!(fabs(is[v] - a) <= 1e-6 * (1.0 + fabs(a))))
                check_fail(__FILE__, __LINE__,
                           "%s by %zu is %s: %.12g, not "
                           "%.12g",
                           text, v, ito_expr_text(all, v), is[v], a);
        }
        ito_expr_free(all);
        ito_expr_free(expr);
    }
    CHECK(looked_at > 2000);
}

TEST(a_jacobian_has_a_row_an_element)
{
    static const size_t variables[] = { 0, 1, 2 };
    ito_expr *const expr = t_parse(ctx, "10*(y-x); x*(28-z)-y; x*y-8/3*z");
    ito_expr *j, *second;

    CHECK_OK(ctx, ito_expr_derive(ctx, expr, variables, 3, &j));
    CHECK(ito_expr_rows(j) == 3 && ito_expr_cols(j) == 3);
    CHECK_STR(ito_expr_text(j, 0), "-10");
    CHECK_STR(ito_expr_text(j, 1), "10");
    CHECK_STR(ito_expr_text(j, 2), "0");
    CHECK_STR(ito_expr_text(j, 3), "28-z");
    CHECK_STR(ito_expr_text(j, 4), "-1");
    CHECK_STR(ito_expr_text(j, 5), "-x");
    CHECK_STR(ito_expr_text(j, 6), "y");
    CHECK_STR(ito_expr_text(j, 7), "x");
    CHECK_STR(ito_expr_text(j, 8), "-2.6666666666666665");
    CHECK_OK(ctx, ito_expr_derive(ctx, j, variables, 3, &second));
    CHECK(ito_expr_rows(second) == 9 && ito_expr_cols(second) == 3);
    CHECK_STR(ito_expr_text(second, 3 * 3 + 2), "-1");
    ito_expr_free(second);
    ito_expr_free(j);
    ito_expr_free(expr);
}

TEST(products_and_sums_are_those_of_matrices)
{
    ito_expr *const a = t_parse(ctx, "x, 1; y, z"), *const b =
                                                        t_parse(ctx, "2; t");
    ito_expr *const root = t_parse(ctx, "theta*sqrt(x)");
    ito_expr *const d = derived(root, 0);
    ito_expr *out;

    CHECK_OK(ctx, ito_expr_product(ctx, a, b, &out));
    CHECK(ito_expr_rows(out) == 2 && ito_expr_cols(out) == 1);
    CHECK_STR(ito_expr_text(out, 0), "2*x+t");
    CHECK_STR(ito_expr_text(out, 1), "2*y+t*z");
    ito_expr_free(out);
    /* the correction of a square root diffusion */
    CHECK_OK(ctx, ito_expr_product(ctx, root, d, &out));
    CHECK_STR(ito_expr_text(out, 0), "0.5*theta^2");
    ito_expr_free(out);
    CHECK_OK(ctx, ito_expr_combine(ctx, 1.0, a, -1.0, a, &out));
    for (size_t e = 0; e < 4; e++)
        CHECK_STR(ito_expr_text(out, e), "0");
    ito_expr_free(out);
    CHECK_OK(ctx, ito_expr_combine(ctx, 1.0, a, -0.5, a, &out));
    CHECK_STR(ito_expr_text(out, 0), "0.5*x");
    CHECK_STR(ito_expr_text(out, 1), "0.5");
    ito_expr_free(out);
    CHECK_FAILS(ctx, ito_expr_product(ctx, b, b, &out), ITO_EARG,
                "2 x 1 times 2 x 1");
    CHECK_FAILS(ctx, ito_expr_combine(ctx, 1.0, a, 1.0, b, &out), ITO_EARG,
                "2 x 2 and 2 x 1");
    CHECK_FAILS(ctx, ito_expr_combine(ctx, (double)NAN, a, 1.0, a, &out),
                ITO_EARG, "finite");
    CHECK_FAILS(ctx, ito_expr_combine(ctx, 1.0, NULL, 1.0, a, &out), ITO_EARG,
                "two formulas");
    ito_expr_free(a);
    ito_expr_free(b);
    ito_expr_free(root);
    ito_expr_free(d);
}

TEST(formulas_of_different_names_do_not_mix)
{
    ito_expr *const a = t_parse(ctx, "x"), *b, *out;

    CHECK_OK(ctx, ito_expr_parse(ctx, "x", &(ito_expr_opts){ .dim = 3 }, &b));
    CHECK_FAILS(ctx, ito_expr_combine(ctx, 1.0, a, 1.0, b, &out), ITO_EARG,
                "differ in components or parameters");
    CHECK(out == NULL);
    ito_expr_free(a);
    ito_expr_free(b);
}

TEST(variables_are_checked)
{
    ito_expr *const a = t_parse(ctx, "x");
    const size_t bad = 3;
    ito_expr *out;

    CHECK_FAILS(ctx, ito_expr_derive(ctx, a, &bad, 1, &out), ITO_EARG,
                "variable 3, but the state has 3");
    CHECK_FAILS(ctx, ito_expr_derive(ctx, a, &bad, 0, &out), ITO_EARG,
                "at least one variable");
    CHECK_FAILS(ctx, ito_expr_derive(ctx, a, NULL, 1, &out), ITO_EARG,
                "at least one variable");
    CHECK_FAILS(ctx, ito_expr_derive(ctx, NULL, &bad, 1, &out), ITO_EARG,
                "at least one variable");
    ito_expr_free(a);
}

/* Derivatives of derivatives grow; they end in a result or an error, soon. */
TEST(high_derivatives_are_bounded)
{
    ito_expr *expr = t_parse(ctx, "sin(x*exp(y*sin(x*exp(y*cos(x+y)))))");
    const size_t variables[] = { 0, 1 };
    ito_status rc = ITO_OK;

    for (int k = 0; k < 9 && rc == ITO_OK; k++) {
        ito_expr *next;

        rc = ito_expr_derive(ctx, expr, variables, 2, &next);
        if (rc != ITO_OK)
            break;
        ito_expr_free(expr);
        expr = next;
    }
    if (rc != ITO_OK) {
        CHECK(rc == ITO_EARG);
        CHECK_HAS(ito_errmsg(ctx), "operations");
    }
    ito_expr_free(expr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_function_has_its_derivative),
        RUN(derivatives_are_simplified),
        RUN(random_formulas_have_their_derivatives),
        RUN(a_jacobian_has_a_row_an_element),
        RUN(products_and_sums_are_those_of_matrices),
        RUN(formulas_of_different_names_do_not_mix),
        RUN(variables_are_checked),
        RUN(high_derivatives_are_bounded),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_expr.c - formulas: what texts mean, what is said of wrong ones, how
 * they are simplified and printed.
 */
#include "check.h"

#include <locale.h>
#include <stdbool.h>

#include "counting.h"
#include "expr_random.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, &(ito_ctx_opts){ .threads = 2 }) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* --- meaning ------------------------------------------------------------- */

/* At x = 0.3, y = -0.7, z = 1.25, t = 0.5.  Not formatted: X * Y would be
 * taken for a declaration. */
#define X 0.3
#define Y (-0.7)
#define Z 1.25
#define T 0.5
/* clang-format off */
static const struct {
    const char *text;
    double value;
} meanings[] = {
    { "1+2*3", 7.0 },
    { "(1+2)*3", 9.0 },
    { "8/4/2", 1.0 },
    { "8-4-2", 2.0 },
    { "2^3^2", 512.0 },
    { "-2^2", -4.0 },
    { "(-2)^2", 4.0 },
    { "2^-1", 0.5 },
    { "2^-2^2", 0.0625 },
    { "-x^2", -(X * X) },
    { "--x", X },
    { "-+-x", X },
    { "x - -y", X + Y },
    { "x*-y", -(X * Y) },
    { "-x*y", -(X * Y) },
    { "x+y*z", X + Y * Z },
    { "x-y-z", X - Y - Z },
    { "x-(y-z)", X - (Y - Z) },
    { "x/y*z", X / Y * Z },
    { "x/(y*z)", X / (Y * Z) },
    { "2*x^2*y", 2.0 * (X * X) * Y },
    { "x<y", 0.0 },
    { "x>y", 1.0 },
    { "x<=x", 1.0 },
    { "x>=z", 0.0 },
    { "x+1<z+1", 1.0 },
    { "x==x && y!=z", 1.0 },
    { "x<y || z<x", 0.0 },
    { "1 || 0 && 0", 1.0 },
    { "!0", 1.0 },
    { "!x", 0.0 },
    { "!x+1", 1.0 },
    { "!(x<y)", 1.0 },
    { "x<y == z<x", 1.0 },
    { "x>0 ? y : z", Y },
    { "x<0 ? y : z", Z },
    { "x<0 ? 1 : y<0 ? 2 : 3", 2.0 },
    { "x>0 ? y<0 ? 5 : 6 : 7", 5.0 },
    { "x>0 ? 1 : 2 + 1", 1.0 },
    { "0 ? 1 : 2 + 1", 3.0 },
    { "t", T },
    { "2*t*x", 2.0 * T * X },
    { "theta*x+mu", 1.5 * X - 0.25 },
    { "s_1", 2.0 },
    { "pi", 3.14159265358979323846 },
    { "e", 2.71828182845904523536 },
    { ".5 + 1. + 1e-3 + 2E2", .5 + 1. + 1e-3 + 2E2 },
    { "min(x, y)", Y },
    { "max(x, y, z)", Z },
    { "min(4, 3, 2, 1, 5)", 1.0 },
    { "mod(-7, 3)", 2.0 },
    { "mod(7, -3)", -2.0 },
    { "step(y) + step(x) + step(0)", 1.0 },
    { "sign(y) + 10*sign(x) + sign(0)", 9.0 },
    { "floor(y) + 10*ceil(x) + 100*round(z)", 109.0 },
    { "round(0.5) + round(-0.5) + round(2.5)", 3.0 },
    { "abs(y)", 0.7 },
    { "pow(x, 2)", X * X },
    { "pow(-2, 3)", -8.0 },
    { "x^2", X * X },
    { "x^3", X * X * X },
    { "x^4", (X * X) * (X * X) },
    { "x^-1", 1.0 / X },
    { "x^-2", 1.0 / (X * X) },
    { "x^0", 1.0 },
    { " x\t+\ny\r", X + Y },
};
/* clang-format on */

TEST(operators_bind_as_the_manual_says)
{
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (t_value(ctx, meanings[i].text) != meanings[i].value)
            check_fail(__FILE__, __LINE__, "%s is %.17g, not %.17g",
                       meanings[i].text, t_value(ctx, meanings[i].text),
                       meanings[i].value);
    CHECK(t_value(ctx, "x^0.5") == sqrt(X));
    CHECK(t_value(ctx, "x^1.5") == X * sqrt(X));
    CHECK(t_value(ctx, "x^-0.5") == 1.0 / sqrt(X));
    CHECK(isnan(t_value(ctx, "log(y)")));
    CHECK(isnan(t_value(ctx, "y^0.3")));
    CHECK(isnan(t_value(ctx, "sqrt(y)")));
    CHECK(t_value(ctx, "1/(x-x)") == (double)INFINITY);
    CHECK(isnan(t_value(ctx, "min(log(y), 1) + 0*t")));
    CHECK(isnan(t_value(ctx, "max(1, log(y))")));
    CHECK(t_value(ctx, "log(y) < 0 || log(y) > 0") == 0.0);
    CHECK(t_value(ctx, "log(y) != log(y)") == 1.0);
    CHECK(t_value(ctx, "log(y) ? 1 : 2") == 1.0);
}

TEST(rows_and_columns_make_vectors_and_matrices)
{
    const double at[4] = { 1.0, 2.0, 3.0, 4.0 };
    ito_expr *expr = t_parse(ctx, "x, y; z, t; 1, x*y");
    double out[12];

    CHECK(ito_expr_rows(expr) == 3 && ito_expr_cols(expr) == 2);
    CHECK(ito_expr_dim(expr) == 3);
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, 7.0, 1, at, out));
    CHECK(out[0] == 1.0 && out[1] == 2.0 && out[2] == 3.0);
    CHECK(out[3] == 7.0 && out[4] == 1.0 && out[5] == 2.0);
    CHECK_STR(ito_expr_text(expr, 5), "x*y");
    CHECK_STR(ito_expr_text(expr, 6), "");
    ito_expr_free(expr);
    CHECK_OK(ctx,
             ito_expr_parse(ctx, "x1+x4", &(ito_expr_opts){ .dim = 4 }, &expr));
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 1, at, out));
    CHECK(out[0] == 5.0);
    CHECK_STR(ito_expr_text(expr, 0), "x1+x4");
    ito_expr_free(expr);
    ito_expr_free(NULL);
}

TEST(the_dimension_is_found_where_asked)
{
    const struct {
        const char *text;
        size_t dim;
    } rows[] = { { "x", 1 },       { "y", 2 }, { "x;y;x", 3 }, { "x7^2", 7 },
                 { "1;2;3;4", 4 }, { "t", 1 }, { "x1+z", 3 },  { "x, y", 2 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_expr *expr;

        CHECK_OK(ctx,
                 ito_expr_parse(ctx, rows[i].text,
                                &(ito_expr_opts){ .infer_dim = 1 }, &expr));
        CHECK(ito_expr_dim(expr) == rows[i].dim);
        ito_expr_free(expr);
    }
}

TEST(what_an_element_uses_is_known)
{
    ito_expr *expr = t_parse(ctx, "x*z; sin(t); theta^2; y-y; 0*x+2; t*y");
    double value = 0.0;

    CHECK(ito_expr_uses(expr, 0, 0) == 1 && ito_expr_uses(expr, 0, 1) == 0);
    CHECK(ito_expr_uses(expr, 0, 2) == 1 && ito_expr_uses(expr, 0, 3) == 0);
    CHECK(ito_expr_uses(expr, 0, ITO_EXPR_TIME) == 0);
    CHECK(ito_expr_uses(expr, 1, ITO_EXPR_TIME) == 1);
    CHECK(ito_expr_uses(expr, 1, 0) == 0 && ito_expr_uses(expr, 6, 0) == 0);
    CHECK(ito_expr_uses(expr, 5, ITO_EXPR_TIME) && ito_expr_uses(expr, 5, 1));
    CHECK(!ito_expr_number(expr, 0, &value));
    CHECK(!ito_expr_number(expr, 1, &value));
    CHECK(ito_expr_number(expr, 2, &value) && value == 2.25);
    CHECK(ito_expr_number(expr, 3, &value) && value == 0.0);
    CHECK(ito_expr_number(expr, 4, NULL));
    CHECK(ito_expr_number(expr, 4, &value) && value == 2.0);
    ito_expr_free(expr);
}

/* --- errors -------------------------------------------------------------- */

static const struct {
    const char *text;
    int column;
    const char *words;
} errors[] = {
    { "", 1, "the formula is empty" },
    { "  ", 3, "the formula is empty" },
    { "x +", 4, "a value is missing at the end" },
    { "x + ;", 5, "a value is missing before \";\"" },
    { "x * / y", 5, "a value is missing before \"/\"" },
    { "x ; ", 5, "a value is missing at the end" },
    { ", x", 1, "a value is missing before \",\"" },
    { "()", 2, "a value is missing before \")\"" },
    { "sin()", 5, "a value is missing before \")\"" },
    { "2 x", 3, "multiplication is written *" },
    { "2x", 2, "an operator is missing before \"x\"" },
    { "x y", 3, "an operator is missing before \"y\"" },
    { "(x)(y)", 4, "an operator is missing before \"(\"" },
    { "x (y)", 3, "an operator is missing before \"(\"" },
    { "x 2", 3, "an operator is missing before \"2\"" },
    { "x ! y", 3, "an operator is missing before \"!\"" },
    { "1.2.3", 4, "an operator is missing before \".3\"" },
    { "-theta*x + sgima", 12, "unknown name \"sgima\"" },
    { "thta*x", 1, "did you mean theta?" },
    { "sinn(x)", 1, "unknown function \"sinn\"; did you mean sin?" },
    { "Exp(x)", 1, "did you mean exp?" },
    { "foobarbaz", 1, "unknown name \"foobarbaz\"" },
    { "1 + x4", 5, "component \"x4\", but the state has 3" },
    { "x0", 1, "unknown name \"x0\"" },
    { "sin x", 4, "sin is a function: write sin(...)" },
    { "sin", 4, "sin is a function" },
    { "sin(x, y)", 1, "sin takes 1 argument, not 2" },
    { "1 + atan2(x)", 5, "atan2 takes 2 arguments, not 1" },
    { "min(x)", 1, "min takes at least 2 arguments, not 1" },
    { "(x", 1, "\"(\" is not closed" },
    { "1 + (x; y", 5, "\"(\" is not closed" },
    { "sin(x", 1, "\"(\" is not closed" },
    { "x)", 2, "\")\" without \"(\"" },
    { "(x, y)", 3, "\",\" inside parentheses" },
    { "x ? y", 3, "\"?\" without \":\"" },
    { "(x ? y)", 4, "\"?\" without \":\"" },
    { "x : y", 3, "\":\" without \"?\"" },
    { "(x ? y : z : t)", 12, "\":\" without \"?\"" },
    { "x ? y, z : 1", 3, "\"?\" without \":\"" },
    { "x < y < z", 7, "comparisons do not chain" },
    { "x == y != z", 8, "comparisons do not chain" },
    { "1; 2, 3", 8, "row 2 has 2 elements, row 1 has 1" },
    { "1, 2; 3; 4", 8, "row 2 has 1 element, row 1 has 2" },
    { "1e999", 1, "this number is too large" },
    { "x = 1", 3, "equality is written ==" },
    { "x ** 2", 3, "powers are written ^" },
    { "|x|", 1, "a magnitude abs(x)" },
    { "x & y", 3, "\"and\" is written &&" },
    { "[x]", 1, "only ( ) are used" },
    { "7 % 3", 3, "mod(x, y)" },
    { "x'", 2, "no quotes" },
    { "x # y", 3, "no meaning in formulas" },
    { "\xff", 1, "no UTF-8 character" },
    { "x + \xe2\x88\x92y", 5, "not the minus sign of the keyboard" },
    { "x\xc2\xb2", 2, "powers are written ^, here ^2" },
    { "\xcf\x80*x", 1, "write pi" },
    { "1 \xc3\x97 \xce\xb1", 3, "multiplication is written *" },
    { "x\n+\ny $", 7, "no meaning" },
};

TEST(errors_say_what_and_point_at_it)
{
    const ito_expr_opts opts = { .dim = 3,
                                 .params = (ito_param[]){ { "theta", 1.0 },
                                                          { "sigma", 2.0 } },
                                 .param_count = 2,
                                 .what = "--drift" };
    ito_expr *last;

    for (size_t i = 0; i < COUNT(errors); i++) {
        const char *message, *line, *caret;
        ito_expr *expr;

        CHECK_FAILS(ctx, ito_expr_parse(ctx, errors[i].text, &opts, &expr),
                    ITO_EARG, errors[i].words);
        CHECK(expr == NULL);
        message = ito_errmsg(ctx);
        if (ito_errinfo_get(ctx)->column != errors[i].column)
            check_fail(__FILE__, __LINE__, "column %d, not %d: %s",
                       (int)ito_errinfo_get(ctx)->column, errors[i].column,
                       message);
        CHECK(strncmp(message, "--drift: ", 9) == 0);
        line = strchr(message, '\n');
        caret = line ? strchr(line + 1, '\n') : NULL;
        CHECK(caret && strcmp(caret + strlen(caret) - 1, "^") == 0);
        /* the caret stands under its column, two blanks in */
        CHECK((int)strlen(caret + 1) == errors[i].column + 2);
        CHECK(strncmp(line, "\n  ", 3) == 0);
    }
    CHECK_FAILS(ctx, ito_expr_parse(ctx, "-theta*x + sgima", &opts, &last),
                ITO_EARG,
                "--drift: unknown name \"sgima\"; did you mean sigma?\n"
                "  -theta*x + sgima\n"
                "             ^");
}

TEST(a_caret_stands_under_characters_not_bytes)
{
    char text[400] = "";
    ito_expr *expr;

    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, "x + 1 + \xce\xb1\xce\xb2 + q",
                               &(ito_expr_opts){ .dim = 1 }, &expr),
                ITO_EARG, "\n  x + 1 + \xce\xb1\xce\xb2 + q\n          ^");
    /* only the part around the place of a long text is shown */
    for (int i = 0; i < 60; i++)
        memcpy(text + strlen(text), "x + ", 5);
    memcpy(text + strlen(text), "nope + x + x + x + x + x + x + x + x", 37);
    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, text, &(ito_expr_opts){ .dim = 1 }, &expr),
                ITO_EARG, "nope + x + x + x + x...\n");
    CHECK(ito_errinfo_get(ctx)->column == 241);
    CHECK_HAS(ito_errmsg(ctx), "\n  ...x + ");
    CHECK_HAS(ito_errmsg(ctx), "\n  "
                               "                                        "
                               "   ^");
}

TEST(names_of_the_state_follow_the_dimension)
{
    ito_expr *expr;

    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, "x", &(ito_expr_opts){ .dim = 0 }, &expr),
                ITO_EARG, "which may not be used here");
    CHECK_FAILS(
        ctx, ito_expr_parse(ctx, "x4+y", &(ito_expr_opts){ .dim = 4 }, &expr),
        ITO_EARG, "named x1 to x4");
    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, "1 + y + x4",
                               &(ito_expr_opts){ .infer_dim = 1 }, &expr),
                ITO_EARG, "x, y and z name at most 3 components");
    CHECK(ito_errinfo_get(ctx)->column == 5);
    CHECK_FAILS(
        ctx,
        ito_expr_parse(ctx, "x5000", &(ito_expr_opts){ .infer_dim = 1 }, &expr),
        ITO_EARG, "unknown name \"x5000\"");
    CHECK_OK(ctx, ito_expr_parse(ctx, "1 + t", NULL, &expr));
    CHECK(ito_expr_dim(expr) == 0);
    ito_expr_free(expr);
}

TEST(parameters_are_checked)
{
    static const struct {
        ito_param p[2];
        const char *words;
    } rows[] = {
        { { { "x", 1.0 }, { "a", 1.0 } }, "may not be called \"x\"" },
        { { { "x12", 1.0 }, { "a", 1.0 } }, "may not be called \"x12\"" },
        { { { "t", 1.0 }, { "a", 1.0 } }, "may not be called \"t\"" },
        { { { "e", 1.0 }, { "a", 1.0 } }, "may not be called \"e\"" },
        { { { "sin", 1.0 }, { "a", 1.0 } }, "may not be called \"sin\"" },
        { { { "a", 1.0 }, { "a", 2.0 } }, "a is given twice" },
        { { { "1a", 1.0 }, { "a", 2.0 } }, "\"1a\"" },
        { { { "a b", 1.0 }, { "a", 2.0 } }, "\"a b\"" },
        { { { "", 1.0 }, { "a", 2.0 } }, "letters" },
        { { { NULL, 1.0 }, { "a", 2.0 } }, "letters" },
        { { { "a", (double)NAN }, { "b", 2.0 } }, "a finite number" },
        { { { "b", 2.0 }, { "a", (double)INFINITY } }, "a finite number" },
    };
    ito_expr *expr;

    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_FAILS(ctx,
                    ito_expr_parse(ctx, "a",
                                   &(ito_expr_opts){ .params = rows[i].p,
                                                     .param_count = 2 },
                                   &expr),
                    ITO_EARG, rows[i].words);
    CHECK_FAILS(
        ctx,
        ito_expr_parse(ctx, "a", &(ito_expr_opts){ .param_count = 2 }, &expr),
        ITO_EARG, "parameters");
    CHECK_FAILS(ctx, ito_expr_parse(ctx, NULL, NULL, &expr), ITO_EARG,
                "no text");
    CHECK(ito_expr_parse(NULL, "1", NULL, &expr) == ITO_EARG);
    CHECK_FAILS(
        ctx, ito_expr_parse(ctx, "1", &(ito_expr_opts){ .dim = 5000 }, &expr),
        ITO_EARG, "at most 4096");
}

/* Long and deep texts end in a result or an error, soon. */
TEST(long_and_deep_texts_are_bounded)
{
    enum { BYTES = 70000 };
    char *const text = malloc(BYTES);
    ito_expr *expr;
    size_t n = 0;

    CHECK(text != NULL);
    memset(text, '(', 65000);
    text[65000] = '\0';
    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, text, &(ito_expr_opts){ .dim = 1 }, &expr),
                ITO_EARG, "nested too deeply");
    memset(text, '-', 65000);
    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, text, &(ito_expr_opts){ .dim = 1 }, &expr),
                ITO_EARG, "nested too deeply");
    memset(text, '1', BYTES - 1);
    text[BYTES - 1] = '\0';
    CHECK_FAILS(ctx,
                ito_expr_parse(ctx, text, &(ito_expr_opts){ .dim = 1 }, &expr),
                ITO_EARG, "at most 65536");
    /* 16384 terms, one operation each */
    for (n = 0; n < 65535; n += 4)
        memcpy(text + n, n % 8 ? "y+x+" : "x*t+", 4);
    text[65535] = '\0';
    CHECK_OK(ctx,
             ito_expr_parse(ctx, text, &(ito_expr_opts){ .dim = 2 }, &expr));
    CHECK_NEAR(t_at(ctx, expr, 0.5, 1.0, 2.0, 0.0),
               8192.0 * 0.5 + 8191.0 * 3.0 + 2.0, 4.0);
    ito_expr_free(expr);
    free(text);
}

/* --- simplification and printing ----------------------------------------- */

static const char *const simplified[][2] = {
    { "x+0", "x" },
    { "0+x", "x" },
    { "x-0", "x" },
    { "0-x", "-x" },
    { "x*1", "x" },
    { "1*x", "x" },
    { "x*0", "0" },
    { "0*log(x)", "0" },
    { "x/1", "x" },
    { "x/-1", "-x" },
    { "x^1", "x" },
    { "x^0", "1" },
    { "1^x", "1" },
    { "x-x", "0" },
    { "x+x", "2*x" },
    { "x*2", "2*x" },
    { "--x", "x" },
    { "-(x-y)", "y-x" },
    { "x+(-y)", "x-y" },
    { "x-(-y)", "x+y" },
    { "-x+y", "y-x" },
    { "-x*-y", "x*y" },
    { "-x*y", "-x*y" },
    { "x*(-y)", "-x*y" },
    { "-((x-y)*z)", "-((x-y)*z)" },
    { "-(x-y)*z", "(y-x)*z" },
    { "-x/y", "-x/y" },
    { "x/(-y)", "-x/y" },
    { "-(2*x)", "-2*x" },
    { "x+(-2)*y", "x-2*y" },
    { "x-(-2)", "x+2" },
    { "(-x)^2", "x^2" },
    { "(-x)^3", "-x^3" },
    { "2*3+1", "7" },
    { "sqrt(16)", "4" },
    { "1/0", "1/0" },
    { "e^x", "exp(x)" },
    { "1 ? x : y", "x" },
    { "0 ? x : y", "y" },
    { "x ? y : y", "y" },
    { "2*theta*x", "2*theta*x" },
    { "-theta*(x-mu)", "-theta*(x-mu)" },
    { "x+(y+z)", "x+(y+z)" },
    { "x*(y*z)", "x*(y*z)" },
    { "x/(y/z)", "x/(y/z)" },
    { "(x^y)^z", "(x^y)^z" },
    { "x^(y^z)", "x^y^z" },
    { "2^(-x)", "2^(-x)" },
    { "-x^2", "-x^2" },
    { "(x<y)==(y<z)", "x < y == y < z" },
    { "(x<y)<z", "(x < y) < z" },
    { "x ? y ? 1 : 2 : z ? 3 : 4", "x ? y ? 1 : 2 : z ? 3 : 4" },
    { "(x ? y : z)+1", "(x ? y : z)+1" },
    { "(x || y) && z", "(x || y) && z" },
    { "x || y && z", "x || y && z" },
    { "!(x && y)", "!(x && y)" },
    { "pow(x,y)", "x^y" },
    { "2*pi*x", "6.283185307179586*x" },
    { "pi*x", "pi*x" },
    { "1e-20*x", "1e-20*x" },
    { "min(x,y,z)", "min(min(x, y), z)" },
};

TEST(formulas_are_simplified_as_stated)
{
    for (size_t i = 0; i < COUNT(simplified); i++) {
        ito_expr *const expr = t_parse(ctx, simplified[i][0]);

        if (strcmp(ito_expr_text(expr, 0), simplified[i][1]) != 0)
            check_fail(__FILE__, __LINE__, "%s is printed as %s, not %s",
                       simplified[i][0], ito_expr_text(expr, 0),
                       simplified[i][1]);
        ito_expr_free(expr);
    }
}

TEST(a_printed_formula_parses_to_itself)
{
    char text[FORMULA_MAX];
    double x[3 * ROWS], a[ROWS], b[ROWS];

    t_seed = 11;
    t_rows(x);
    for (int k = 0; k < 4000; k++) {
        ito_expr *first, *second;

        t_formula(text, 1 + t_rand() % 14, false);
        first = t_parse(ctx, text);
        second = t_parse(ctx, ito_expr_text(first, 0));
        CHECK_STR(ito_expr_text(second, 0), ito_expr_text(first, 0));
        CHECK_OK(ctx, ito_expr_eval(ctx, first, 0.5, ROWS, x, a));
        CHECK_OK(ctx, ito_expr_eval(ctx, second, 0.5, ROWS, x, b));
        if (!t_same_values(a, b, ROWS))
            check_fail(__FILE__, __LINE__, "%s as %s", text,
                       ito_expr_text(first, 0));
        ito_expr_free(first);
        ito_expr_free(second);
    }
}

TEST(numbers_do_not_depend_on_the_locale)
{
    double value;

    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    value = t_value(ctx, "1.5*x + 2.25e0");
    (void)setlocale(LC_ALL, "C");
    CHECK(value == 1.5 * 0.3 + 2.25);
}

/* --- memory -------------------------------------------------------------- */

TEST(every_allocation_may_fail)
{
    size_t fails = 0;
    bool done = false;

    for (size_t n = 1; n < 400 && !done; n++) {
        counter c = { .fail_at = (size_t)-1 };
        ito_expr *expr = NULL, *d = NULL, *p = NULL;
        const size_t variables[] = { 0, 1, ITO_EXPR_TIME };
        const double at[2] = { 0.5, 0.25 };
        double out[8];
        ito_ctx *own;

        CHECK(ito_open(&own, &(ito_ctx_opts){ .threads = 1,
                                              .alloc = counting,
                                              .alloc_arg = &c }) == ITO_OK);
        c.calls = 0;
        c.fail_at = n;
        done = ito_expr_parse(own, "x*sin(y)+t; x^2.5",
                              &(ito_expr_opts){ .dim = 2 }, &expr) == ITO_OK &&
               ito_expr_derive(own, expr, variables, 3, &d) == ITO_OK &&
               ito_expr_combine(own, 2.0, d, 3.0, d, &p) == ITO_OK &&
               ito_expr_eval(own, expr, 0.0, 1, at, out) == ITO_OK;
        if (!done) {
            CHECK(ito_errinfo_get(own)->status == ITO_ENOMEM);
            fails++;
        }
        ito_expr_free(p);
        ito_expr_free(d);
        ito_expr_free(expr);
        ito_close(own);
        CHECK(c.out == 0);
    }
    CHECK(done && fails > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(operators_bind_as_the_manual_says),
        RUN(rows_and_columns_make_vectors_and_matrices),
        RUN(the_dimension_is_found_where_asked),
        RUN(what_an_element_uses_is_known),
        RUN(errors_say_what_and_point_at_it),
        RUN(a_caret_stands_under_characters_not_bytes),
        RUN(names_of_the_state_follow_the_dimension),
        RUN(parameters_are_checked),
        RUN(long_and_deep_texts_are_bounded),
        RUN(formulas_are_simplified_as_stated),
        RUN(a_printed_formula_parses_to_itself),
        RUN(numbers_do_not_depend_on_the_locale),
        RUN(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

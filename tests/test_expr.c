/* SPDX-License-Identifier: MIT
 *
 * test_expr.c - formulas: what texts mean, what is said of wrong ones, how
 * they are simplified and printed, and that evaluation gives the same bits
 * for every kernel table, tile and place in it.
 */
#include "check.h"

#include <float.h>
#include <locale.h>
#include <stdbool.h>

#include "counting.h"
#include "ctx/ctx.h"
#include "expr/expr.h"
#include "expr_random.h"

static ito_ctx *ctx;

static int open_ctx(void **state) {
  (void)state;
  return ito_open(&ctx, &(ito_ctx_opts){.threads = 2}) != ITO_OK;
}

static int close_ctx(void **state) {
  (void)state;
  ito_close(ctx);
  return 0;
}

/* --- meaning ------------------------------------------------------------- */

TEST(operators_bind_as_the_manual_says) {
  const double x = 0.3, y = -0.7, z = 1.25, t = 0.5;
  const struct {
    const char *text;
    double value;
  } rows[] = {
      {"1+2*3", 7.0},
      {"(1+2)*3", 9.0},
      {"8/4/2", 1.0},
      {"8-4-2", 2.0},
      {"2^3^2", 512.0},
      {"-2^2", -4.0},
      {"(-2)^2", 4.0},
      {"2^-1", 0.5},
      {"2^-2^2", 0.0625},
      {"-x^2", -(x * x)},
      {"--x", x},
      {"-+-x", x},
      {"x - -y", x + y},
      {"x*-y", -(x * y)},
      {"-x*y", -(x * y)},
      {"x+y*z", x + y * z},
      {"x-y-z", x - y - z},
      {"x-(y-z)", x - (y - z)},
      {"x/y*z", x / y * z},
      {"x/(y*z)", x / (y * z)},
      {"2*x^2*y", 2.0 * (x * x) * y},
      {"x<y", 0.0},
      {"x>y", 1.0},
      {"x<=x", 1.0},
      {"x>=z", 0.0},
      {"x+1<z+1", 1.0},
      {"x==x && y!=z", 1.0},
      {"x<y || z<x", 0.0},
      {"1 || 0 && 0", 1.0},
      {"!0", 1.0},
      {"!x", 0.0},
      {"!x+1", 1.0},
      {"!(x<y)", 1.0},
      {"x<y == z<x", 1.0},
      {"x>0 ? y : z", y},
      {"x<0 ? y : z", z},
      {"x<0 ? 1 : y<0 ? 2 : 3", 2.0},
      {"x>0 ? y<0 ? 5 : 6 : 7", 5.0},
      {"x>0 ? 1 : 2 + 1", 1.0},
      {"0 ? 1 : 2 + 1", 3.0},
      {"t", t},
      {"2*t*x", 2.0 * t * x},
      {"theta*x+mu", 1.5 * x - 0.25},
      {"s_1", 2.0},
      {"pi", 3.14159265358979323846},
      {"e", 2.71828182845904523536},
      {".5 + 1. + 1e-3 + 2E2", .5 + 1. + 1e-3 + 2E2},
      {"min(x, y)", y},
      {"max(x, y, z)", z},
      {"min(4, 3, 2, 1, 5)", 1.0},
      {"mod(-7, 3)", 2.0},
      {"mod(7, -3)", -2.0},
      {"step(y) + step(x) + step(0)", 1.0},
      {"sign(y) + 10*sign(x) + sign(0)", 9.0},
      {"floor(y) + 10*ceil(x) + 100*round(z)", 109.0},
      {"round(0.5) + round(-0.5) + round(2.5)", 3.0},
      {"abs(y)", 0.7},
      {"pow(x, 2)", x * x},
      {"pow(-2, 3)", -8.0},
      {"x^2", x * x},
      {"x^3", x * x * x},
      {"x^4", (x * x) * (x * x)},
      {"x^-1", 1.0 / x},
      {"x^-2", 1.0 / (x * x)},
      {"x^0.5", sqrt(x)},
      {"x^1.5", x * sqrt(x)},
      {"x^-0.5", 1.0 / sqrt(x)},
      {"x^0", 1.0},
      {" x\t+\ny\r", x + y},
  };

  for (size_t i = 0; i < COUNT(rows); i++)
    if (t_value(ctx, rows[i].text) != rows[i].value)
      check_fail(__FILE__, __LINE__, "%s is %.17g, not %.17g", rows[i].text,
                 t_value(ctx, rows[i].text), rows[i].value);
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

TEST(rows_and_columns_make_vectors_and_matrices) {
  const double at[4] = {1.0, 2.0, 3.0, 4.0};
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
           ito_expr_parse(ctx, "x1+x4", &(ito_expr_opts){.dim = 4}, &expr));
  CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 1, at, out));
  CHECK(out[0] == 5.0);
  CHECK_STR(ito_expr_text(expr, 0), "x1+x4");
  ito_expr_free(expr);
  ito_expr_free(NULL);
}

TEST(the_dimension_is_found_where_asked) {
  const struct {
    const char *text;
    size_t dim;
  } rows[] = {{"x", 1},       {"y", 2}, {"x;y;x", 3}, {"x7^2", 7},
              {"1;2;3;4", 4}, {"t", 1}, {"x1+z", 3},  {"x, y", 2}};

  for (size_t i = 0; i < COUNT(rows); i++) {
    ito_expr *expr;

    CHECK_OK(ctx, ito_expr_parse(ctx, rows[i].text,
                                 &(ito_expr_opts){.infer_dim = 1}, &expr));
    CHECK(ito_expr_dim(expr) == rows[i].dim);
    ito_expr_free(expr);
  }
}

TEST(what_an_element_uses_is_known) {
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

/* --- values of the functions ---------------------------------------------- */

static double ulps(double y, double want) {
  int e;

  if (y == want || (isnan(y) && isnan(want)))
    return 0.0;
  (void)frexp(want, &e);
  e = e - DBL_MANT_DIG < -1074 ? -1074 : e - DBL_MANT_DIG;
  return fabs(y - want) / ldexp(1.0, e);
}

typedef struct function_row {
  const char *text;
  double (*f)(double x);
  double a, b;
  double ulp;       /* in double */
  double rel, abs_; /* in float */
} function_row;

static const function_row functions[] = {
    {"sqrt(x)", sqrt, 0.0, 1e3, 0.0, 6e-8, 0.0},
    {"cbrt(x)", cbrt, -1e3, 1e3, 4.0, 6.1e-8, 0.0},
    {"exp(x)", exp, -20.0, 20.0, 3.0, 1.1e-7, 0.0},
    {"expm1(x)", expm1, -3.0, 3.0, 4.0, 6.1e-8, 0.0},
    {"log(x)", log, 1e-3, 1e3, 3.0, 1.4e-7, 0.0},
    {"log1p(x)", log1p, -0.99, 10.0, 4.0, 6.1e-8, 0.0},
    {"log2(x)", log2, 1e-3, 1e3, 4.0, 6.1e-8, 0.0},
    {"log10(x)", log10, 1e-3, 1e3, 4.0, 6.1e-8, 0.0},
    {"sin(x)", sin, -30.0, 30.0, 4.0, 0.0, 1.1e-7},
    {"cos(x)", cos, -30.0, 30.0, 4.0, 0.0, 1.1e-7},
    {"tan(x)", tan, -1.5, 1.5, 6.0, 4e-7, 0.0},
    {"asin(x)", asin, -1.0, 1.0, 5.0, 6.1e-8, 0.0},
    {"acos(x)", acos, -1.0, 1.0, 5.0, 6.1e-8, 0.0},
    {"atan(x)", atan, -10.0, 10.0, 5.0, 6.1e-8, 0.0},
    {"sinh(x)", sinh, -20.0, 20.0, 5.0, 6.1e-8, 0.0},
    {"cosh(x)", cosh, -20.0, 20.0, 5.0, 6.1e-8, 0.0},
    {"tanh(x)", tanh, -5.0, 5.0, 5.0, 2.1e-7, 0.0},
    {"erf(x)", erf, -4.0, 4.0, 5.0, 6.1e-8, 0.0},
    {"floor(x)", floor, -9.0, 9.0, 0.0, 0.0, 0.0},
    {"ceil(x)", ceil, -9.0, 9.0, 0.0, 0.0, 0.0},
    {"round(x)", round, -9.0, 9.0, 0.0, 0.0, 0.0},
    {"abs(x)", fabs, -9.0, 9.0, 0.0, 0.0, 0.0},
};

#define POINTS 4096

/* Formulas over one column in float or double, by the context's kernels. */
static void columns(const ito_expr *expr, const ito_kern *kern, ito_dtype dtype,
                    size_t n, const void *x, void *out) {
  const void *in[3] = {x, x, x};
  void *to[1] = {out};
  void *const scratch =
      ito__alloc(ctx, ito__expr_scratch(expr) + (ito__expr_scratch(expr) == 0));

  CHECK(scratch != NULL);
  CHECK(ito__expr_tile(expr, kern, dtype, n, 0.5, in, to, scratch) == 0);
  ito__free(ctx, scratch);
}

TEST(functions_have_the_stated_accuracy) {
  static _Alignas(64) double x[POINTS], y[POINTS];
  static _Alignas(64) float xf[POINTS], yf[POINTS];

  for (size_t k = 0; k < COUNT(functions); k++) {
    const function_row *const r = &functions[k];
    ito_expr *const expr = t_parse(ctx, r->text);
    double worst = 0.0;

    t_seed = k + 1;
    for (size_t i = 0; i < POINTS; i++) {
      xf[i] = (float)(r->a + (r->b - r->a) * t_open01());
      x[i] = (double)xf[i];
    }
    columns(expr, ctx->kern, ITO_F64, POINTS, x, y);
    columns(expr, ctx->kern, ITO_F32, POINTS, xf, yf);
    for (size_t i = 0; i < POINTS; i++) {
      const double want = r->f(x[i]);
      const double tol = r->abs_ > 0.0 ? r->abs_ : r->rel * fabs(want);

      worst = fmax(worst, ulps(y[i], want));
      if (!(fabs((double)yf[i] - want) <= tol))
        check_fail(__FILE__, __LINE__, "%s at %g in float: %.9g, %.9g", r->text,
                   x[i], (double)yf[i], want);
    }
    if (!(worst <= r->ulp))
      check_fail(__FILE__, __LINE__, "%s: %.2f units of the last place",
                 r->text, worst);
    ito_expr_free(expr);
  }
}

/* Functions of two arguments and general powers, against the C library in
 * double, in both number types. */
TEST(functions_of_two_arguments_are_accurate) {
  static const struct {
    const char *text;
    double (*f)(double x, double y);
  } rows[] = {{"atan2(x, y)", atan2},
              {"hypot(x, y)", hypot},
              {"(x*x)^y", NULL},
              {"x^1.75 + 0*y", NULL}};
  static _Alignas(64) double x[2][POINTS], y[POINTS];
  static _Alignas(64) float xf[2][POINTS], yf[POINTS];

  t_seed = 5;
  for (size_t i = 0; i < POINTS; i++)
    for (size_t c = 0; c < 2; c++) {
      xf[c][i] = 4.0f * t_uniform();
      x[c][i] = (double)xf[c][i];
    }
  for (size_t k = 0; k < COUNT(rows); k++) {
    ito_expr *const expr = t_parse(ctx, rows[k].text);
    void *const scratch = ito__alloc(ctx, ito__expr_scratch(expr) + 1);

    CHECK(scratch != NULL);
    (void)ito__expr_tile(expr, ctx->kern, ITO_F64, POINTS, 0.0,
                         (const void *[]){x[0], x[1], x[0]}, (void *[]){y},
                         scratch);
    (void)ito__expr_tile(expr, ctx->kern, ITO_F32, POINTS, 0.0,
                         (const void *[]){xf[0], xf[1], xf[0]}, (void *[]){yf},
                         scratch);
    for (size_t i = 0; i < POINTS; i++) {
      const double a = x[0][i], b = x[1][i];
      const double want = rows[k].f ? rows[k].f(a, b)
                          : k == 2  ? pow(a * a, b)
                                    : pow(a, 1.75);

      if (isnan(want)) {
        CHECK(isnan(y[i]) && isnan(yf[i]));
        continue;
      }
      CHECK_REL(y[i], want, k < 2 ? 1e-15 : 1e-14);
      CHECK_REL(yf[i], want, k == 2 ? 1e-6 : 6.1e-8);
    }
    ito__free(ctx, scratch);
    ito_expr_free(expr);
  }
}

/* Angles that the vector kernels refuse, among others that they do not. */
TEST(large_angles_and_quotients_are_right) {
  static _Alignas(64) float x[64], y[64];
  static _Alignas(64) double xd[64], yd[64];
  ito_expr *const s = t_parse(ctx, "sin(x)"), *const c = t_parse(ctx, "cos(x)");
  ito_expr *const m = t_parse(ctx, "mod(x, 2*pi)");

  for (int i = 0; i < 64; i++) {
    x[i] = i % 3 == 0 ? 1e7f * (float)(i + 1) : 0.1f * (float)i;
    x[i] = i % 6 == 3 ? -x[i] : x[i];
    xd[i] = (double)x[i] * (i % 5 == 0 ? 1e200 : 1.0);
  }
  x[7] = INFINITY;
  xd[7] = (double)NAN;
  columns(s, ctx->kern, ITO_F32, 64, x, y);
  columns(s, ctx->kern, ITO_F64, 64, xd, yd);
  for (int i = 0; i < 64; i++)
    if (i == 7) {
      CHECK(isnan(y[i]) && isnan(yd[i]));
    } else {
      CHECK_NEAR(y[i], sin((double)x[i]), 2e-7);
      CHECK_NEAR(yd[i], sin(xd[i]), 1e-15);
    }
  columns(c, ctx->kern, ITO_F32, 64, x, y);
  columns(m, ctx->kern, ITO_F64, 64, xd, yd);
  for (int i = 0; i < 64; i++)
    if (i == 7) {
      CHECK(isnan(y[i]) && isnan(yd[i]));
    } else {
      CHECK_NEAR(y[i], cos((double)x[i]), 2e-7);
      CHECK(yd[i] >= 0.0 && yd[i] <= 6.283185307179587);
      if (fabs(xd[i]) < 1e9)
        CHECK_NEAR(sin(yd[i]), sin(xd[i]), 1e-15 + fabs(xd[i]) * 1e-16);
    }
  ito_expr_free(s);
  ito_expr_free(c);
  ito_expr_free(m);
}

/* --- errors --------------------------------------------------------------- */

TEST(errors_say_what_and_point_at_it) {
  static const struct {
    const char *text;
    int column;
    const char *words;
  } rows[] = {
      {"", 1, "the formula is empty"},
      {"  ", 3, "the formula is empty"},
      {"x +", 4, "a value is missing at the end"},
      {"x + ;", 5, "a value is missing before \";\""},
      {"x * / y", 5, "a value is missing before \"/\""},
      {"x ; ", 5, "a value is missing at the end"},
      {", x", 1, "a value is missing before \",\""},
      {"()", 2, "a value is missing before \")\""},
      {"sin()", 5, "a value is missing before \")\""},
      {"2 x", 3, "multiplication is written *"},
      {"2x", 2, "an operator is missing before \"x\""},
      {"x y", 3, "an operator is missing before \"y\""},
      {"(x)(y)", 4, "an operator is missing before \"(\""},
      {"x (y)", 3, "an operator is missing before \"(\""},
      {"x 2", 3, "an operator is missing before \"2\""},
      {"x ! y", 3, "an operator is missing before \"!\""},
      {"1.2.3", 4, "an operator is missing before \".3\""},
      {"-theta*x + sgima", 12, "unknown name \"sgima\""},
      {"thta*x", 1, "did you mean theta?"},
      {"sinn(x)", 1, "unknown function \"sinn\"; did you mean sin?"},
      {"Exp(x)", 1, "did you mean exp?"},
      {"foobarbaz", 1, "unknown name \"foobarbaz\""},
      {"1 + x4", 5, "component \"x4\", but the state has 3"},
      {"x0", 1, "unknown name \"x0\""},
      {"sin x", 4, "sin is a function: write sin(...)"},
      {"sin", 4, "sin is a function"},
      {"sin(x, y)", 1, "sin takes 1 argument, not 2"},
      {"1 + atan2(x)", 5, "atan2 takes 2 arguments, not 1"},
      {"min(x)", 1, "min takes at least 2 arguments, not 1"},
      {"(x", 1, "\"(\" is not closed"},
      {"1 + (x; y", 5, "\"(\" is not closed"},
      {"sin(x", 1, "\"(\" is not closed"},
      {"x)", 2, "\")\" without \"(\""},
      {"(x, y)", 3, "\",\" inside parentheses"},
      {"x ? y", 3, "\"?\" without \":\""},
      {"(x ? y)", 4, "\"?\" without \":\""},
      {"x : y", 3, "\":\" without \"?\""},
      {"(x ? y : z : t)", 12, "\":\" without \"?\""},
      {"x ? y, z : 1", 3, "\"?\" without \":\""},
      {"x < y < z", 7, "comparisons do not chain"},
      {"x == y != z", 8, "comparisons do not chain"},
      {"1; 2, 3", 8, "row 2 has 2 elements, row 1 has 1"},
      {"1, 2; 3; 4", 8, "row 2 has 1 element, row 1 has 2"},
      {"1e999", 1, "this number is too large"},
      {"x = 1", 3, "equality is written =="},
      {"x ** 2", 3, "powers are written ^"},
      {"|x|", 1, "a magnitude abs(x)"},
      {"x & y", 3, "\"and\" is written &&"},
      {"[x]", 1, "only ( ) are used"},
      {"7 % 3", 3, "mod(x, y)"},
      {"x'", 2, "no quotes"},
      {"x # y", 3, "no meaning in formulas"},
      {"\xff", 1, "no UTF-8 character"},
      {"x + \xe2\x88\x92y", 5, "not the minus sign of the keyboard"},
      {"x\xc2\xb2", 2, "powers are written ^, here ^2"},
      {"\xcf\x80*x", 1, "write pi"},
      {"1 \xc3\x97 \xce\xb1", 3, "multiplication is written *"},
      {"x\n+\ny $", 7, "no meaning"},
  };
  const ito_expr_opts opts = {.dim = 3,
                              .params =
                                  (ito_param[]){{"theta", 1.0}, {"sigma", 2.0}},
                              .param_count = 2,
                              .what = "--drift"};
  ito_expr *last;

  for (size_t i = 0; i < COUNT(rows); i++) {
    const char *message, *line, *caret;
    ito_expr *expr;

    CHECK_FAILS(ctx, ito_expr_parse(ctx, rows[i].text, &opts, &expr), ITO_EARG,
                rows[i].words);
    CHECK(expr == NULL);
    message = ito_errmsg(ctx);
    if (ito_errinfo_get(ctx)->column != rows[i].column)
      check_fail(__FILE__, __LINE__, "column %d, not %d: %s",
                 (int)ito_errinfo_get(ctx)->column, rows[i].column, message);
    CHECK(strncmp(message, "--drift: ", 9) == 0);
    line = strchr(message, '\n');
    caret = line ? strchr(line + 1, '\n') : NULL;
    CHECK(caret && strcmp(caret + strlen(caret) - 1, "^") == 0);
    /* the caret stands under its column, two blanks in */
    CHECK((int)strlen(caret + 1) == rows[i].column + 2);
    CHECK(strncmp(line, "\n  ", 3) == 0);
  }
  CHECK_FAILS(ctx, ito_expr_parse(ctx, "-theta*x + sgima", &opts, &last),
              ITO_EARG,
              "--drift: unknown name \"sgima\"; did you mean sigma?\n"
              "  -theta*x + sgima\n"
              "             ^");
}

TEST(a_caret_stands_under_characters_not_bytes) {
  char text[400] = "";
  ito_expr *expr;

  CHECK_FAILS(ctx,
              ito_expr_parse(ctx, "x + 1 + \xce\xb1\xce\xb2 + q",
                             &(ito_expr_opts){.dim = 1}, &expr),
              ITO_EARG, "\n  x + 1 + \xce\xb1\xce\xb2 + q\n          ^");
  /* only the part around the place of a long text is shown */
  for (int i = 0; i < 60; i++)
    memcpy(text + strlen(text), "x + ", 5);
  memcpy(text + strlen(text), "nope + x + x + x + x + x + x + x + x", 37);
  CHECK_FAILS(ctx, ito_expr_parse(ctx, text, &(ito_expr_opts){.dim = 1}, &expr),
              ITO_EARG, "nope + x + x + x + x...\n");
  CHECK(ito_errinfo_get(ctx)->column == 241);
  CHECK_HAS(ito_errmsg(ctx), "\n  ...x + ");
  CHECK_HAS(ito_errmsg(ctx), "\n  "
                             "                                        "
                             "   ^");
}

TEST(names_of_the_state_follow_the_dimension) {
  ito_expr *expr;

  CHECK_FAILS(ctx, ito_expr_parse(ctx, "x", &(ito_expr_opts){.dim = 0}, &expr),
              ITO_EARG, "which may not be used here");
  CHECK_FAILS(ctx,
              ito_expr_parse(ctx, "x4+y", &(ito_expr_opts){.dim = 4}, &expr),
              ITO_EARG, "named x1 to x4");
  CHECK_FAILS(ctx,
              ito_expr_parse(ctx, "1 + y + x4",
                             &(ito_expr_opts){.infer_dim = 1}, &expr),
              ITO_EARG, "x, y and z name at most 3 components");
  CHECK(ito_errinfo_get(ctx)->column == 5);
  CHECK_FAILS(
      ctx,
      ito_expr_parse(ctx, "x5000", &(ito_expr_opts){.infer_dim = 1}, &expr),
      ITO_EARG, "unknown name \"x5000\"");
  CHECK_OK(ctx, ito_expr_parse(ctx, "1 + t", NULL, &expr));
  CHECK(ito_expr_dim(expr) == 0);
  ito_expr_free(expr);
}

TEST(parameters_are_checked) {
  static const struct {
    ito_param p[2];
    const char *words;
  } rows[] = {
      {{{"x", 1.0}, {"a", 1.0}}, "may not be called \"x\""},
      {{{"x12", 1.0}, {"a", 1.0}}, "may not be called \"x12\""},
      {{{"t", 1.0}, {"a", 1.0}}, "may not be called \"t\""},
      {{{"e", 1.0}, {"a", 1.0}}, "may not be called \"e\""},
      {{{"sin", 1.0}, {"a", 1.0}}, "may not be called \"sin\""},
      {{{"a", 1.0}, {"a", 2.0}}, "a is given twice"},
      {{{"1a", 1.0}, {"a", 2.0}}, "\"1a\""},
      {{{"a b", 1.0}, {"a", 2.0}}, "\"a b\""},
      {{{"", 1.0}, {"a", 2.0}}, "letters"},
      {{{NULL, 1.0}, {"a", 2.0}}, "letters"},
      {{{"a", (double)NAN}, {"b", 2.0}}, "a finite number"},
      {{{"b", 2.0}, {"a", (double)INFINITY}}, "a finite number"},
  };
  ito_expr *expr;

  for (size_t i = 0; i < COUNT(rows); i++)
    CHECK_FAILS(
        ctx,
        ito_expr_parse(ctx, "a",
                       &(ito_expr_opts){.params = rows[i].p, .param_count = 2},
                       &expr),
        ITO_EARG, rows[i].words);
  CHECK_FAILS(
      ctx, ito_expr_parse(ctx, "a", &(ito_expr_opts){.param_count = 2}, &expr),
      ITO_EARG, "parameters");
  CHECK_FAILS(ctx, ito_expr_parse(ctx, NULL, NULL, &expr), ITO_EARG, "no text");
  CHECK(ito_expr_parse(NULL, "1", NULL, &expr) == ITO_EARG);
  CHECK_FAILS(ctx,
              ito_expr_parse(ctx, "1", &(ito_expr_opts){.dim = 5000}, &expr),
              ITO_EARG, "at most 4096");
}

/* Long and deep texts end in a result or an error, soon. */
TEST(long_and_deep_texts_are_bounded) {
  enum { BYTES = 70000 };
  char *const text = malloc(BYTES);
  ito_expr *expr;
  size_t n = 0;

  CHECK(text != NULL);
  memset(text, '(', 65000);
  text[65000] = '\0';
  CHECK_FAILS(ctx, ito_expr_parse(ctx, text, &(ito_expr_opts){.dim = 1}, &expr),
              ITO_EARG, "nested too deeply");
  memset(text, '-', 65000);
  CHECK_FAILS(ctx, ito_expr_parse(ctx, text, &(ito_expr_opts){.dim = 1}, &expr),
              ITO_EARG, "nested too deeply");
  memset(text, '1', BYTES - 1);
  text[BYTES - 1] = '\0';
  CHECK_FAILS(ctx, ito_expr_parse(ctx, text, &(ito_expr_opts){.dim = 1}, &expr),
              ITO_EARG, "at most 65536");
  /* 16384 terms, one operation each */
  for (n = 0; n < 65535; n += 4)
    memcpy(text + n, n % 8 ? "y+x+" : "x*t+", 4);
  text[65535] = '\0';
  CHECK_OK(ctx, ito_expr_parse(ctx, text, &(ito_expr_opts){.dim = 2}, &expr));
  CHECK_NEAR(t_at(ctx, expr, 0.5, 1.0, 2.0, 0.0),
             8192.0 * 0.5 + 8191.0 * 3.0 + 2.0, 4.0);
  ito_expr_free(expr);
  free(text);
}

/* --- simplification and printing -------------------------------------------
 */

TEST(formulas_are_simplified_as_stated) {
  static const char *const rows[][2] = {
      {"x+0", "x"},
      {"0+x", "x"},
      {"x-0", "x"},
      {"0-x", "-x"},
      {"x*1", "x"},
      {"1*x", "x"},
      {"x*0", "0"},
      {"0*log(x)", "0"},
      {"x/1", "x"},
      {"x/-1", "-x"},
      {"x^1", "x"},
      {"x^0", "1"},
      {"1^x", "1"},
      {"x-x", "0"},
      {"x+x", "2*x"},
      {"x*2", "2*x"},
      {"--x", "x"},
      {"-(x-y)", "y-x"},
      {"x+(-y)", "x-y"},
      {"x-(-y)", "x+y"},
      {"-x+y", "y-x"},
      {"-x*-y", "x*y"},
      {"-x*y", "-x*y"},
      {"x*(-y)", "-x*y"},
      {"-((x-y)*z)", "-((x-y)*z)"},
      {"-(x-y)*z", "(y-x)*z"},
      {"-x/y", "-x/y"},
      {"x/(-y)", "-x/y"},
      {"-(2*x)", "-2*x"},
      {"x+(-2)*y", "x-2*y"},
      {"x-(-2)", "x+2"},
      {"(-x)^2", "x^2"},
      {"(-x)^3", "-x^3"},
      {"2*3+1", "7"},
      {"sqrt(16)", "4"},
      {"1/0", "1/0"},
      {"e^x", "exp(x)"},
      {"1 ? x : y", "x"},
      {"0 ? x : y", "y"},
      {"x ? y : y", "y"},
      {"2*theta*x", "2*theta*x"},
      {"-theta*(x-mu)", "-theta*(x-mu)"},
      {"x+(y+z)", "x+(y+z)"},
      {"x*(y*z)", "x*(y*z)"},
      {"x/(y/z)", "x/(y/z)"},
      {"(x^y)^z", "(x^y)^z"},
      {"x^(y^z)", "x^y^z"},
      {"2^(-x)", "2^(-x)"},
      {"-x^2", "-x^2"},
      {"(x<y)==(y<z)", "x < y == y < z"},
      {"(x<y)<z", "(x < y) < z"},
      {"x ? y ? 1 : 2 : z ? 3 : 4", "x ? y ? 1 : 2 : z ? 3 : 4"},
      {"(x ? y : z)+1", "(x ? y : z)+1"},
      {"(x || y) && z", "(x || y) && z"},
      {"x || y && z", "x || y && z"},
      {"!(x && y)", "!(x && y)"},
      {"pow(x,y)", "x^y"},
      {"2*pi*x", "6.283185307179586*x"},
      {"pi*x", "pi*x"},
      {"1e-20*x", "1e-20*x"},
      {"min(x,y,z)", "min(min(x, y), z)"},
  };

  for (size_t i = 0; i < COUNT(rows); i++) {
    ito_expr *const expr = t_parse(ctx, rows[i][0]);

    if (strcmp(ito_expr_text(expr, 0), rows[i][1]) != 0)
      check_fail(__FILE__, __LINE__, "%s is printed as %s, not %s", rows[i][0],
                 ito_expr_text(expr, 0), rows[i][1]);
    ito_expr_free(expr);
  }
}

/* Rows at which generated formulas are evaluated. */
#define ROWS 32

static void random_rows(double x[3 * ROWS]) {
  for (size_t i = 0; i < 3 * (size_t)ROWS; i++)
    x[i] = 2.0 * (double)t_uniform();
  x[0] = x[4] = 0.0;
  x[7] = -1.0;
}

static bool same_values(const double *a, const double *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))))
      return false;
  return true;
}

TEST(a_printed_formula_parses_to_itself) {
  char text[FORMULA_MAX];
  double x[3 * ROWS], a[ROWS], b[ROWS];

  t_seed = 11;
  random_rows(x);
  for (int k = 0; k < 4000; k++) {
    ito_expr *first, *second;

    t_formula(text, 1 + t_rand() % 14, false);
    first = t_parse(ctx, text);
    second = t_parse(ctx, ito_expr_text(first, 0));
    CHECK_STR(ito_expr_text(second, 0), ito_expr_text(first, 0));
    CHECK_OK(ctx, ito_expr_eval(ctx, first, 0.5, ROWS, x, a));
    CHECK_OK(ctx, ito_expr_eval(ctx, second, 0.5, ROWS, x, b));
    if (!same_values(a, b, ROWS))
      check_fail(__FILE__, __LINE__, "%s as %s", text, ito_expr_text(first, 0));
    ito_expr_free(first);
    ito_expr_free(second);
  }
}

TEST(numbers_do_not_depend_on_the_locale) {
  double value;

  (void)setlocale(LC_ALL, "de_DE.UTF-8");
  value = t_value(ctx, "1.5*x + 2.25e0");
  (void)setlocale(LC_ALL, "C");
  CHECK(value == 1.5 * 0.3 + 2.25);
}

/* --- evaluation ------------------------------------------------------------
 */

/* Elements of a formula over n particles, in one number type, into out. */
typedef struct tile_run {
  const ito_expr *expr;
  const ito_kern *kern;
  ito_dtype dtype;
  size_t n, from;
} tile_run;

#define TILE 512
#define ELEMENTS 4

static _Alignas(64) float state_f[3][TILE];
static _Alignas(64) double state_d[3][TILE];

static void run_tile(const tile_run *r, void *out, size_t size) {
  char *const bytes = out;
  const void *x[3];
  void *to[ELEMENTS];
  void *const scratch = ito__alloc(ctx, ito__expr_scratch(r->expr) + 1);

  CHECK(scratch != NULL);
  for (size_t c = 0; c < 3; c++)
    x[c] = r->dtype == ITO_F64 ? (const void *)(state_d[c] + r->from)
                               : (const void *)(state_f[c] + r->from);
  for (size_t e = 0; e < ELEMENTS; e++)
    to[e] = bytes + (e * TILE + r->from) * size;
  (void)ito__expr_tile(r->expr, r->kern, r->dtype, r->n, 0.25, x, to, scratch);
  ito__free(ctx, scratch);
}

/* The same formula in tiles of `n`, compared with the whole in plain C. */
static void compare(const char *text, const ito_expr *expr,
                    const ito_kern *kern, ito_dtype dtype, size_t n) {
  static _Alignas(64) double whole[ELEMENTS * TILE], parts[ELEMENTS * TILE];
  const size_t size = dtype == ITO_F64 ? sizeof(double) : sizeof(float);
  tile_run r = {expr, &ito__kern_c, dtype, TILE, 0};

  run_tile(&r, whole, size);
  r.kern = kern;
  for (r.from = 0; r.from < TILE; r.from += n) {
    r.n = n < TILE - r.from ? n : TILE - r.from;
    run_tile(&r, parts, size);
  }
  for (size_t i = 0; i < ELEMENTS * (size_t)TILE; i++) {
    const char *const a = (const char *)whole + i * size;
    const char *const b = (const char *)parts + i * size;
    float f, g;
    double d, h;

    if (memcmp(a, b, size) == 0)
      continue;
    memcpy(&f, a, sizeof(f));
    memcpy(&g, b, sizeof(g));
    memcpy(&d, a, size);
    memcpy(&h, b, size);
    if (dtype == ITO_F64 ? isnan(d) && isnan(h) : isnan(f) && isnan(g))
      continue;
    check_fail(__FILE__, __LINE__, "%s: %s, tiles of %zu, value %zu", text,
               kern->name, n, i);
  }
}

TEST(bits_depend_on_the_particle_alone) {
  char text[ELEMENTS][FORMULA_MAX], all[ELEMENTS * (FORMULA_MAX + 2)];
  const ito_kern *kern;
  bool runs;

  t_seed = 3;
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < TILE; i++) {
      state_f[c][i] = 3.0f * t_uniform();
      state_d[c][i] = (double)state_f[c][i] * (i % 50 ? 1.0 : 1e6);
      state_f[c][i] *= i % 50 ? 1.0f : 1e6f;
    }
  for (int k = 0; k < 150; k++) {
    ito_expr *expr;
    int len = 0;

    for (size_t e = 0; e < ELEMENTS; e++) {
      t_formula(text[e], 1 + t_rand() % 12, false);
      len += snprintf(all + len, sizeof(all) - (size_t)len, "%s%s",
                      e ? ";" : "", text[e]);
    }
    expr = t_parse(ctx, all);
    for (size_t i = 0; (kern = ito__kern_at(i, &runs)) != NULL; i++) {
      if (!runs)
        continue;
      compare(all, expr, kern, ITO_F32, 32);
      compare(all, expr, kern, ITO_F32, 288);
      compare(all, expr, kern, ITO_F64, 96);
      compare(all, expr, kern, ITO_F64, TILE);
    }
    ito_expr_free(expr);
  }
}

/* What is computed beside an element does not show in its bits. */
TEST(bits_of_an_element_do_not_depend_on_the_others) {
  char text[3][FORMULA_MAX], all[3 * (FORMULA_MAX + 2)];
  double x[3 * ROWS], together[3 * ROWS], alone[ROWS];

  t_seed = 4;
  random_rows(x);
  for (int k = 0; k < 300; k++) {
    ito_expr *expr;

    for (int e = 0; e < 3; e++)
      t_formula(text[e], 1 + t_rand() % 9, false);
    snprintf(all, sizeof(all), "%s,%s,%s", text[0], text[1], text[2]);
    expr = t_parse(ctx, all);
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.5, ROWS, x, together));
    ito_expr_free(expr);
    for (size_t e = 0; e < 3; e++) {
      expr = t_parse(ctx, text[e]);
      CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.5, ROWS, x, alone));
      for (size_t i = 0; i < ROWS; i++)
        CHECK(same_values(&alone[i], &together[3 * i + e], 1));
      ito_expr_free(expr);
    }
  }
}

/* A formula of + - * / gives the bits of the loop that a user would write. */
TEST(arithmetic_is_that_of_a_loop_in_c) {
  static _Alignas(64) float x[POINTS], y[POINTS];
  ito_expr *const a = t_parse(ctx, "-1.5*(x-0.25)");
  ito_expr *const b = t_parse(ctx, "x*x*x/3 - 0.5*x + 1/x");

  t_seed = 9;
  for (size_t i = 0; i < POINTS; i++)
    x[i] = 3.0f * t_uniform();
  columns(a, ctx->kern, ITO_F32, POINTS, x, y);
  for (size_t i = 0; i < POINTS; i++)
    CHECK(y[i] == -1.5f * (x[i] - 0.25f));
  columns(b, ctx->kern, ITO_F32, POINTS, x, y);
  for (size_t i = 0; i < POINTS; i++) {
    const float cube = x[i] * x[i] * x[i];
    const float third = cube / 3.0f, half = 0.5f * x[i];
    const float rest = third - half, last = 1.0f / x[i];

    CHECK(y[i] == rest + last);
  }
  ito_expr_free(a);
  ito_expr_free(b);
}

TEST(time_enters_each_call_anew) {
  ito_expr *const expr = t_parse(ctx, "x*sin(t)+t^2; t*theta; mu");
  const double at[3] = {0.3, 0.0, 0.0};
  double out[3];

  for (int i = -3; i < 4; i++) {
    const double t = 0.7 * i;

    CHECK_OK(ctx, ito_expr_eval(ctx, expr, t, 1, at, out));
    CHECK_NEAR(out[0], 0.3 * sin(t) + t * t, 1e-15);
    CHECK(out[1] == t * 1.5 && out[2] == -0.25);
  }
  ito_expr_free(expr);
}

TEST(rows_are_evaluated_alike_by_any_number_of_threads) {
  enum { N = 5003 };
  double *const x = malloc(3 * N * sizeof(*x));
  double *const a = malloc(2 * N * sizeof(*a));
  double *const b = malloc(2 * N * sizeof(*b));
  ito_expr *const expr = t_parse(ctx, "sin(x)*y + exp(-z^2), x/y");
  double one[2];

  CHECK(x && a && b);
  t_seed = 2;
  for (size_t i = 0; i < 3 * (size_t)N; i++)
    x[i] = (double)t_uniform();
  CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, N, x, a));
  for (size_t threads = 1; threads < 4; threads += 2) {
    ito_ctx *other;

    CHECK(ito_open(&other, &(ito_ctx_opts){.threads = threads}) == ITO_OK);
    CHECK_OK(other, ito_expr_eval(other, expr, 0.0, N, x, b));
    CHECK_SAME(a, b, 2 * N);
    ito_close(other);
  }
  for (size_t i = 0; i < N; i += 701) {
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 1, x + 3 * i, one));
    CHECK_SAME(one, a + 2 * i, 2);
  }
  CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 0, x, a));
  CHECK_FAILS(ctx, ito_expr_eval(ctx, NULL, 0.0, 1, x, a), ITO_EARG, "needed");
  CHECK_FAILS(ctx, ito_expr_eval(ctx, expr, 0.0, 1, NULL, a), ITO_EARG,
              "needed");
  ito_expr_free(expr);
  free(x);
  free(a);
  free(b);
}

/* --- memory ----------------------------------------------------------------
 */

TEST(every_allocation_may_fail) {
  size_t fails = 0;
  bool done = false;

  for (size_t n = 1; n < 400 && !done; n++) {
    counter c = {.fail_at = (size_t)-1};
    ito_expr *expr = NULL, *d = NULL, *p = NULL;
    const size_t variables[] = {0, 1, ITO_EXPR_TIME};
    const double at[2] = {0.5, 0.25};
    double out[8];
    ito_ctx *own;

    CHECK(ito_open(&own, &(ito_ctx_opts){.threads = 1,
                                         .alloc = counting,
                                         .alloc_arg = &c}) == ITO_OK);
    c.calls = 0;
    c.fail_at = n;
    done = ito_expr_parse(own, "x*sin(y)+t; x^2.5", &(ito_expr_opts){.dim = 2},
                          &expr) == ITO_OK &&
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

int main(void) {
  const struct CMUnitTest tests[] = {
      RUN(operators_bind_as_the_manual_says),
      RUN(rows_and_columns_make_vectors_and_matrices),
      RUN(the_dimension_is_found_where_asked),
      RUN(what_an_element_uses_is_known),
      RUN(functions_have_the_stated_accuracy),
      RUN(functions_of_two_arguments_are_accurate),
      RUN(large_angles_and_quotients_are_right),
      RUN(errors_say_what_and_point_at_it),
      RUN(a_caret_stands_under_characters_not_bytes),
      RUN(names_of_the_state_follow_the_dimension),
      RUN(parameters_are_checked),
      RUN(long_and_deep_texts_are_bounded),
      RUN(formulas_are_simplified_as_stated),
      RUN(a_printed_formula_parses_to_itself),
      RUN(numbers_do_not_depend_on_the_locale),
      RUN(bits_depend_on_the_particle_alone),
      RUN(bits_of_an_element_do_not_depend_on_the_others),
      RUN(arithmetic_is_that_of_a_loop_in_c),
      RUN(time_enters_each_call_anew),
      RUN(rows_are_evaluated_alike_by_any_number_of_threads),
      RUN(every_allocation_may_fail),
  };

  return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

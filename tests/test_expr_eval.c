/* SPDX-License-Identifier: MIT
 *
 * test_expr_eval.c - values of formulas: the accuracy of every function, and
 * the same bits for every kernel table, tile and place in it.
 */
#include "check.h"

#include <float.h>
#include <stdbool.h>

#include "ctx/ctx.h"
#include "expr/expr.h"
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

/* --- values of the functions --------------------------------------------- */

static double ulps(double y, double want)
{
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
    { "sqrt(x)", sqrt, 0.0, 1e3, 0.0, 6e-8, 0.0 },
    { "cbrt(x)", cbrt, -1e3, 1e3, 4.0, 6.1e-8, 0.0 },
    { "exp(x)", exp, -20.0, 20.0, 3.0, 1.1e-7, 0.0 },
    { "expm1(x)", expm1, -3.0, 3.0, 4.0, 6.1e-8, 0.0 },
    { "log(x)", log, 1e-3, 1e3, 3.0, 1.4e-7, 0.0 },
    { "log1p(x)", log1p, -0.99, 10.0, 4.0, 6.1e-8, 0.0 },
    { "log2(x)", log2, 1e-3, 1e3, 4.0, 6.1e-8, 0.0 },
    { "log10(x)", log10, 1e-3, 1e3, 4.0, 6.1e-8, 0.0 },
    { "sin(x)", sin, -30.0, 30.0, 4.0, 0.0, 1.1e-7 },
    { "cos(x)", cos, -30.0, 30.0, 4.0, 0.0, 1.1e-7 },
    { "tan(x)", tan, -1.5, 1.5, 6.0, 4e-7, 0.0 },
    { "asin(x)", asin, -1.0, 1.0, 5.0, 6.1e-8, 0.0 },
    { "acos(x)", acos, -1.0, 1.0, 5.0, 6.1e-8, 0.0 },
    { "atan(x)", atan, -10.0, 10.0, 5.0, 6.1e-8, 0.0 },
    { "sinh(x)", sinh, -20.0, 20.0, 5.0, 6.1e-8, 0.0 },
    { "cosh(x)", cosh, -20.0, 20.0, 5.0, 6.1e-8, 0.0 },
    { "tanh(x)", tanh, -5.0, 5.0, 5.0, 2.1e-7, 0.0 },
    { "erf(x)", erf, -4.0, 4.0, 5.0, 6.1e-8, 0.0 },
    { "floor(x)", floor, -9.0, 9.0, 0.0, 0.0, 0.0 },
    { "ceil(x)", ceil, -9.0, 9.0, 0.0, 0.0, 0.0 },
    { "round(x)", round, -9.0, 9.0, 0.0, 0.0, 0.0 },
    { "abs(x)", fabs, -9.0, 9.0, 0.0, 0.0, 0.0 },
};

#define POINTS 4096

/* Formulas over one column in float or double, by the context's kernels. */
static void columns(const ito_expr *expr, const ito_kern *kern, ito_dtype dtype,
                    size_t n, const void *x, void *out)
{
    const void *in[3] = { x, x, x };
    void *to[1] = { out };
    void *const scratch = ito__alloc(ctx, ito__expr_scratch(expr) +
                                              (ito__expr_scratch(expr) == 0));

    CHECK(scratch != NULL);
    CHECK(ito__expr_tile(expr, kern, dtype, n, 0.5, in, to, scratch) == 0);
    ito__free(ctx, scratch);
}

TEST(functions_have_the_stated_accuracy)
{
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
                check_fail(__FILE__, __LINE__, "%s at %g in float: %.9g, %.9g",
                           r->text, x[i], (double)yf[i], want);
        }
        if (!(worst <= r->ulp))
            check_fail(__FILE__, __LINE__, "%s: %.2f units of the last place",
                       r->text, worst);
        ito_expr_free(expr);
    }
}

/* Functions of two arguments and general powers, against the C library in
 * double, in both number types. */
TEST(functions_of_two_arguments_are_accurate)
{
    static const struct {
        const char *text;
        double (*f)(double x, double y);
    } rows[] = { { "atan2(x, y)", atan2 },
                 { "hypot(x, y)", hypot },
                 { "(x*x)^y", NULL },
                 { "x^1.75 + 0*y", NULL } };
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
                             (const void *[]){ x[0], x[1], x[0] },
                             (void *[]){ y }, scratch);
        (void)ito__expr_tile(expr, ctx->kern, ITO_F32, POINTS, 0.0,
                             (const void *[]){ xf[0], xf[1], xf[0] },
                             (void *[]){ yf }, scratch);
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
TEST(large_angles_and_quotients_are_right)
{
    static _Alignas(64) float x[64], y[64];
    static _Alignas(64) double xd[64], yd[64];
    ito_expr *const s = t_parse(ctx, "sin(x)"), *const c =
                                                    t_parse(ctx, "cos(x)");
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

/* --- evaluation ---------------------------------------------------------- */

/* Elements of a formula over n particles, in one number type, into out. */
typedef struct tile_run {
    const ito_expr *expr;
    const ito_kern *kern;
    ito_dtype dtype;
    size_t n, from;
} tile_run;

#define TILE     512
#define ELEMENTS 4

static _Alignas(64) float state_f[3][TILE];
static _Alignas(64) double state_d[3][TILE];

static void run_tile(const tile_run *r, void *out, size_t size)
{
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
    (void)ito__expr_tile(r->expr, r->kern, r->dtype, r->n, 0.25, x, to,
                         scratch);
    ito__free(ctx, scratch);
}

/* The same formula in tiles of `n`, compared with the whole in plain C. */
static void compare(const char *text, const ito_expr *expr,
                    const ito_kern *kern, ito_dtype dtype, size_t n)
{
    static _Alignas(64) double whole[ELEMENTS * TILE], parts[ELEMENTS * TILE];
    const size_t size = dtype == ITO_F64 ? sizeof(double) : sizeof(float);
    tile_run r = { expr, &ito__kern_c, dtype, TILE, 0 };

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

TEST(bits_depend_on_the_particle_alone)
{
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

/* FNV-1a over the bytes of a value, of a NaN only that it is one. */
static uint64_t hash(uint64_t h, const void *value, size_t size, bool is_nan)
{
    const unsigned char *const byte = value;

    for (size_t i = 0; i < size; i++)
        h = (h ^ (is_nan ? 0xffu : byte[i])) * UINT64_C(0x100000001b3);
    return h;
}

/* One hash for every kernel table, compiler and level of optimisation. */
TEST(bits_are_the_same_everywhere)
{
    static _Alignas(64) double d[ELEMENTS * TILE];
    static _Alignas(64) float f[ELEMENTS * TILE];
    char text[FORMULA_MAX], all[FORMULA_MAX + 32];
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    t_seed = 17;
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < TILE; i++) {
            state_f[c][i] = 3.0f * t_uniform();
            state_d[c][i] = (double)state_f[c][i];
        }
    for (int k = 0; k < 100; k++) {
        tile_run r = { NULL, ctx->kern, ITO_F32, TILE, 0 };
        ito_expr *expr;

        t_formula(text, 1 + t_rand() % 12, false);
        snprintf(all, sizeof(all), "%s; sinh(x); x^1.3; log10(y)", text);
        expr = t_parse(ctx, all);
        r.expr = expr;
        run_tile(&r, f, sizeof(*f));
        r.dtype = ITO_F64;
        run_tile(&r, d, sizeof(*d));
        for (size_t i = 0; i < ELEMENTS * (size_t)TILE; i++) {
            h = hash(h, &f[i], sizeof(f[i]), isnan(f[i]));
            h = hash(h, &d[i], sizeof(d[i]), isnan(d[i]));
        }
        ito_expr_free(expr);
    }
    if (h != UINT64_C(0x6dd4366e022d0bff))
        check_fail(__FILE__, __LINE__, "hash is %" PRIx64, h);
}

/* What is computed beside an element does not show in its bits. */
TEST(bits_of_an_element_do_not_depend_on_the_others)
{
    char text[3][FORMULA_MAX], all[3 * (FORMULA_MAX + 2)];
    double x[3 * ROWS], together[3 * ROWS], alone[ROWS];

    t_seed = 4;
    t_rows(x);
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
                CHECK(t_same_values(&alone[i], &together[3 * i + e], 1));
            ito_expr_free(expr);
        }
    }
}

/* A formula of + - * / gives the bits of the loop that a user would write. */
TEST(arithmetic_is_that_of_a_loop_in_c)
{
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

TEST(time_enters_each_call_anew)
{
    ito_expr *const expr = t_parse(ctx, "x*sin(t)+t^2; t*theta; mu");
    const double at[3] = { 0.3, 0.0, 0.0 };
    double out[3];

    for (int i = -3; i < 4; i++) {
        const double t = 0.7 * i;

        CHECK_OK(ctx, ito_expr_eval(ctx, expr, t, 1, at, out));
        CHECK_NEAR(out[0], 0.3 * sin(t) + t * t, 1e-15);
        CHECK(out[1] == t * 1.5 && out[2] == -0.25);
    }
    ito_expr_free(expr);
}

TEST(rows_are_evaluated_alike_by_any_number_of_threads)
{
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

        CHECK(ito_open(&other, &(ito_ctx_opts){ .threads = threads }) ==
              ITO_OK);
        CHECK_OK(other, ito_expr_eval(other, expr, 0.0, N, x, b));
        CHECK_SAME(a, b, 2 * N);
        ito_close(other);
    }
    for (size_t i = 0; i < N; i += 701) {
        CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 1, x + 3 * i, one));
        CHECK_SAME(one, a + 2 * i, 2);
    }
    CHECK_OK(ctx, ito_expr_eval(ctx, expr, 0.0, 0, x, a));
    CHECK_FAILS(ctx, ito_expr_eval(ctx, NULL, 0.0, 1, x, a), ITO_EARG,
                "needed");
    CHECK_FAILS(ctx, ito_expr_eval(ctx, expr, 0.0, 1, NULL, a), ITO_EARG,
                "needed");
    ito_expr_free(expr);
    free(x);
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(functions_have_the_stated_accuracy),
        RUN(functions_of_two_arguments_are_accurate),
        RUN(large_angles_and_quotients_are_right),
        RUN(bits_depend_on_the_particle_alone),
        RUN(bits_are_the_same_everywhere),
        RUN(bits_of_an_element_do_not_depend_on_the_others),
        RUN(arithmetic_is_that_of_a_loop_in_c),
        RUN(time_enters_each_call_anew),
        RUN(rows_are_evaluated_alike_by_any_number_of_threads),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_math.c - exp, log, tanh, sine, cosine and the activation functions of
 * the kernels against long double, and their extremes.
 *
 * Accuracy is measured on the best table; test_kern shows that all tables
 * give the same bits.
 */
#include "check.h"

#include "kern/kern.h"

typedef long double (*exact_fn)(long double x);
typedef void (*map_fn)(size_t n, const float *x, float *y);

/* The largest error on n floats from a to b, |error| / max(|y|, floor). */
static double worst(map_fn map, exact_fn exact, float a, float b,
                    double floor_y)
{
    enum { BATCH = 1000, BATCHES = 200 };
    static float x[BATCH], y[BATCH];
    double most = 0.0;

    for (size_t j = 0; j < BATCHES; j++) {
        for (size_t i = 0; i < BATCH; i++) {
            const double s = ((double)(j * BATCH + i) + t_open01()) /
                             (double)(BATCH * BATCHES);
            x[i] = (float)((double)a + ((double)b - (double)a) * s);
        }
        map(BATCH, x, y);
        for (size_t i = 0; i < BATCH; i++) {
            const long double want = exact((long double)x[i]);
            const double size = fmax((double)fabsl(want), floor_y);
            const double error = (double)fabsl((long double)y[i] - want) / size;
            if (!(error <= most))
                most = error;
        }
    }
    return most;
}

static void map_sin(size_t n, const float *x, float *y)
{
    static float c[1000];

    ito__kern_find(NULL)->sincos(n, x, y, c);
}

static void map_cos(size_t n, const float *x, float *y)
{
    static float s[1000];

    ito__kern_find(NULL)->sincos(n, x, s, y);
}

static void bounded(const char *name, double error, double bound)
{
    if (!(error <= bound))
        check_fail(__FILE__, __LINE__, "%s: error %.3g > %.3g", name, error,
                   bound);
    print_message("%-12s largest error %.2e\n", name, error);
}

TEST(elementary_functions_are_accurate)
{
    const ito_kern *const k = ito__kern_find(NULL);

    bounded("exp", worst(k->exp, expl, -86.9f, 88.72f, 0.0), 2e-7);
    bounded("exp near 0", worst(k->exp, expl, -1.0f, 1.0f, 0.0), 2e-7);
    bounded("log", worst(k->log, logl, 1e-3f, 3.0f, 0.0), 2e-7);
    bounded("log near 1", worst(k->log, logl, 0.9f, 1.1f, 0.0), 2e-7);
    bounded("log large", worst(k->log, logl, 1.0f, 3.4e38f, 0.0), 2e-7);
    bounded("log tiny", worst(k->log, logl, 1e-45f, 2e-38f, 0.0), 2e-7);
    bounded("tanh", worst(k->tanh, tanhl, -10.0f, 10.0f, 0.0), 2e-7);
    bounded("tanh near 0", worst(k->tanh, tanhl, -0.01f, 1.0f, 0.0), 2e-7);
    bounded("sin", worst(map_sin, sinl, -10.0f, 10.0f, 1.0), 2e-7);
    bounded("sin large", worst(map_sin, sinl, -1e5f, 1e5f, 1.0), 2e-7);
    bounded("cos", worst(map_cos, cosl, -10.0f, 10.0f, 1.0), 2e-7);
    bounded("cos large", worst(map_cos, cosl, -1e5f, 1e5f, 1.0), 2e-7);
}

static long double silu(long double x)
{
    return x / (1.0L + expl(-x));
}

static long double silu_d(long double x)
{
    const long double s = 1.0L / (1.0L + expl(-x));

    return s * (1.0L + x / (1.0L + expl(x)));
}

#define GELU_A 0.79788456080286535588L
static long double gelu(long double x)
{
    const long double w = 2.0L * GELU_A * (x + 0.044715L * x * x * x);

    return x / (1.0L + expl(-w));
}

static long double gelu_d(long double x)
{
    const long double w = 2.0L * GELU_A * (x + 0.044715L * x * x * x);
    const long double slope = 2.0L * GELU_A * (1.0L + 0.134145L * x * x);
    const long double s = 1.0L / (1.0L + expl(-w));

    return s * (1.0L + x / (1.0L + expl(w)) * slope);
}

static long double relu(long double x)
{
    return x > 0 ? x : 0;
}

static long double relu_d(long double x)
{
    return x > 0 ? 1 : 0;
}

static long double none(long double x)
{
    return x;
}

static long double none_d(long double x)
{
    (void)x;
    return 1;
}

static long double tanh_d(long double x)
{
    return 1.0L / (coshl(x) * coshl(x));
}

#define SELU_S 1.0507009873554805L
#define SELU_A 1.6732632423543772L
static long double selu(long double x)
{
    return x > 0 ? SELU_S * x : SELU_S * SELU_A * expm1l(x);
}

static long double selu_d(long double x)
{
    return x > 0 ? SELU_S : SELU_S * SELU_A * expl(x);
}

static ito_act tested;

static void map_act(size_t n, const float *x, float *y)
{
    ito__kern_find(NULL)->act(n, tested, x, y);
}

static void map_act_d(size_t n, const float *x, float *d)
{
    static float y[1000], again[1000];

    ito__kern_find(NULL)->act_grad(n, tested, x, y, d);
    ito__kern_find(NULL)->act(n, tested, x, again);
    CHECK_SAME(y, again, n); /* training and inference agree */
}

TEST(activations_and_derivatives_are_accurate)
{
    static const struct {
        const char *name;
        ito_act act;
        exact_fn y, d;
    } rows[] = {
        { "none", ITO_ACT_NONE, none, none_d },
        { "silu", ITO_ACT_SILU, silu, silu_d },
        { "gelu", ITO_ACT_GELU, gelu, gelu_d },
        { "relu", ITO_ACT_RELU, relu, relu_d },
        { "tanh", ITO_ACT_TANH, tanhl, tanh_d },
        { "selu", ITO_ACT_SELU, selu, selu_d },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        tested = rows[i].act;
        /* relative above this size, absolute below */
        bounded(rows[i].name, worst(map_act, rows[i].y, -12.0f, 12.0f, 0.2),
                3e-7);
        bounded("  slope", worst(map_act_d, rows[i].d, -12.0f, 12.0f, 0.5),
                3e-7);
        bounded("  large", worst(map_act, rows[i].y, -1e3f, 1e5f, 1.0), 3e-7);
    }
}

/* --- extremes ------------------------------------------------------------ */

static float one(map_fn map, float x)
{
    float y;

    map(1, &x, &y);
    return y;
}

TEST(extremes_are_as_stated)
{
    const ito_kern *k;
    bool runs;

    for (size_t t = 0; (k = ito__kern_at(t, &runs)) != NULL; t++) {
        if (!runs)
            continue;
        CHECK(one(k->exp, 88.73f) == INFINITY && one(k->exp, 1e30f) > 3e38f);
        CHECK(isfinite(one(k->exp, 88.72f)) && one(k->exp, -1e30f) == 0.0f);
        CHECK(one(k->exp, INFINITY) == INFINITY);
        CHECK(one(k->exp, -INFINITY) == 0.0f && one(k->exp, 0.0f) == 1.0f);
        CHECK(one(k->log, 0.0f) == -INFINITY && one(k->log, 1.0f) == 0.0f);
        CHECK(one(k->log, -0.0f) == -INFINITY);
        CHECK(one(k->log, INFINITY) == INFINITY);
        CHECK(isnan(one(k->log, -1e-45f)) && isnan(one(k->log, -INFINITY)));
        CHECK(one(k->tanh, INFINITY) == 1.0f);
        CHECK(one(k->tanh, -100.0f) == -1.0f && one(k->tanh, 1e-30f) > 0.0f);
        CHECK(isnan(one(k->exp, NAN)) && isnan(one(k->log, NAN)));
        CHECK(isnan(one(k->tanh, NAN)));
    }
}

TEST(activations_pass_nan_and_bear_any_finite_number)
{
    static const float big[] = { 1e5f, 1e19f, 1e30f, 3.4028235e38f };
    const ito_kern *const k = ito__kern_find(NULL);

    for (ito_act act = ITO_ACT_NONE; act <= ITO_ACT_SELU; act++) {
        float x = NAN, y, d;

        k->act(1, act, &x, &y);
        CHECK(isnan(y));
        for (size_t i = 0; i < 2 * COUNT(big); i++) {
            x = i & 1 ? -big[i / 2] : big[i / 2];
            k->act_grad(1, act, &x, &y, &d);
            CHECK(!isnan(y) && isfinite(d));
            CHECK(fabsf(d) <= 2.0f);
        }
    }
}

TEST(angles_too_large_are_nan)
{
    const float x[] = { 1e5f, 100001.0f, -1e30f, INFINITY, NAN };
    const ito_kern *k;
    bool runs;

    for (size_t t = 0; (k = ito__kern_at(t, &runs)) != NULL; t++) {
        float s[COUNT(x)], c[COUNT(x)];

        if (!runs)
            continue;
        k->sincos(COUNT(x), x, s, c);
        CHECK_NEAR(s[0], 0.035748797986550805, 1e-7);
        CHECK_NEAR(c[0], -0.99936080743821222, 1e-7);
        for (size_t i = 1; i < COUNT(x); i++)
            CHECK(isnan(s[i]) && isnan(c[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(elementary_functions_are_accurate),
        RUN(activations_and_derivatives_are_accurate),
        RUN(extremes_are_as_stated),
        RUN(activations_pass_nan_and_bear_any_finite_number),
        RUN(angles_too_large_are_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

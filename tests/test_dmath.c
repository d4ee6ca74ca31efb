/* SPDX-License-Identifier: MIT
 *
 * test_dmath.c - the elementary functions in double against the C library's
 * in long double, published values and their extremes; and a hash of their
 * bits, which must be the same on every machine and under every compiler.
 */
#include "check.h"

#include <float.h>
#include <stdbool.h>

#include "kern/dmath.h"

typedef double (*fn)(double x);
typedef long double (*exact_fn)(long double x);

/* The error of y in units of the last place of the true value. */
static double ulps(double y, long double want)
{
    int e;

    if (!isfinite((double)want))
        return y == (double)want ? 0.0 : (double)INFINITY;
    (void)frexpl(want, &e);
    e = e - DBL_MANT_DIG < -1074 ? -1074 : e - DBL_MANT_DIG;
    return (double)fabsl(ldexpl((long double)y - want, -e));
}

/* The largest error on random points between a and b, evenly spread or, if
 * both are positive and b > 100 a, evenly on a logarithmic scale. */
static double worst(fn f, exact_fn exact, double a, double b)
{
    const bool logarithmic = a > 0.0 && b > 100.0 * a;
    double most = 0.0;

    for (int i = 0; i < 40000; i++) {
        const double s = t_open01();
        const double x =
            logarithmic ? exp(log(a) + (log(b) - log(a)) * s) : a + (b - a) * s;
        const double error = ulps(f(x), exact((long double)x));

        if (!(error <= most))
            most = error;
    }
    return most;
}

static void bounded(const char *name, double error, double bound)
{
    if (!(error <= bound))
        check_fail(__FILE__, __LINE__, "%s: error %.3g > %.3g", name, error,
                   bound);
    print_message("%-14s largest error %.2e\n", name, error);
}

TEST(functions_are_within_4_ulp)
{
    static const struct {
        const char *name;
        fn f;
        exact_fn exact;
        double a, b;
    } rows[] = {
        { "exp", ito__exp, expl, -707.0, 709.7 },
        { "exp subnormal", ito__exp, expl, -745.1, -707.0 },
        { "exp near 0", ito__exp, expl, -1.0, 1.0 },
        { "expm1", ito__expm1, expm1l, -50.0, 100.0 },
        { "expm1 near 0", ito__expm1, expm1l, -1.5, 1.5 },
        { "expm1 tiny", ito__expm1, expm1l, 1e-300, 1.0 },
        { "log", ito__log, logl, DBL_MIN, DBL_MAX },
        { "log near 1", ito__log, logl, 0.5, 2.0 },
        { "log at 1", ito__log, logl, 1.0 - 1e-9, 1.0 + 1e-9 },
        { "log subnormal", ito__log, logl, 4.9e-324, 2.2e-308 },
        { "log1p", ito__log1p, log1pl, -0.9999, 3.0 },
        { "log1p tiny", ito__log1p, log1pl, 1e-300, 1e300 },
        { "sin", ito__sin, sinl, -10.0, 10.0 },
        { "sin large", ito__sin, sinl, -1e5, 1e5 },
        { "sin tiny", ito__sin, sinl, 1e-300, 1.0 },
        { "cos", ito__cos, cosl, -10.0, 10.0 },
        { "cos large", ito__cos, cosl, -1e5, 1e5 },
        { "tanh", ito__tanh, tanhl, -25.0, 25.0 },
        { "tanh tiny", ito__tanh, tanhl, 1e-300, 1.0 },
        { "log2", ito__log2, log2l, DBL_MIN, DBL_MAX },
        { "log2 near 1", ito__log2, log2l, 0.5, 2.0 },
        { "log2 subnormal", ito__log2, log2l, 4.9e-324, 2.2e-308 },
        { "log10", ito__log10, log10l, DBL_MIN, DBL_MAX },
        { "log10 near 1", ito__log10, log10l, 0.5, 2.0 },
        { "sin huge", ito__sin, sinl, 1e5, 1e18 },
        { "cos huge", ito__cos, cosl, 1e5, 1e18 },
        { "sin utmost", ito__sin, sinl, 1e18, DBL_MAX },
        { "tan", ito__tan, tanl, -10.0, 10.0 },
        { "tan large", ito__tan, tanl, -1e7, 1e7 },
        { "tan tiny", ito__tan, tanl, 1e-300, 1.0 },
        { "asin", ito__asin, asinl, -1.0, 1.0 },
        { "asin tiny", ito__asin, asinl, 1e-300, 1.0 },
        { "acos", ito__acos, acosl, -1.0, 1.0 },
        { "acos near 1", ito__acos, acosl, 1.0 - 1e-9, 1.0 },
        { "atan", ito__atan, atanl, -4.0, 4.0 },
        { "atan all", ito__atan, atanl, 1e-300, 1e300 },
        { "sinh", ito__sinh, sinhl, -30.0, 30.0 },
        { "sinh tiny", ito__sinh, sinhl, 1e-300, 1.0 },
        { "sinh large", ito__sinh, sinhl, 20.0, 710.4 },
        { "cosh", ito__cosh, coshl, -30.0, 30.0 },
        { "cosh large", ito__cosh, coshl, 20.0, 710.4 },
        { "cbrt", ito__cbrt, cbrtl, 4.9e-324, DBL_MAX },
        { "cbrt near 0", ito__cbrt, cbrtl, -10.0, 10.0 },
        { "erf", ito__erf, erfl, -7.0, 7.0 },
        { "erf tiny", ito__erf, erfl, 1e-300, 1.0 },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        bounded(rows[i].name,
                worst(rows[i].f, rows[i].exact, rows[i].a, rows[i].b), 4.0);
}

/* Near a multiple of pi / 2 the reduction has to bring 1e-11 or less out of
 * 1e5 with full precision. */
TEST(sine_is_accurate_at_its_zeros)
{
    for (int q = 1; q <= 63000; q += 7) {
        const double x = (double)q * 1.57079632679489661923;

        CHECK(ulps(ito__sin(x), sinl((long double)x)) <= 4.0 + 1e-3);
        CHECK(ulps(ito__cos(x), cosl((long double)x)) <= 4.0 + 1e-3);
    }
}

/* sinl itself is checked where the angle is far too large for its own
 * arithmetic: sin(2^1023) and cos(2^1023), sin(10^22) by mpmath. */
TEST(huge_angles_are_reduced_exactly)
{
    CHECK(ulps(ito__sin(1e22), -0.85220084976718880177L) <= 4.0);
    CHECK(ulps(ito__cos(1e22), 0.52321478539513894550L) <= 4.0);
    CHECK(ulps(ito__sin(0x1p1023), 0.56312777985088401345L) <= 4.0);
    CHECK(ulps(ito__cos(0x1p1023), -0.82636983461414799450L) <= 4.0);
    /* the double nearest to a multiple of pi/2 (Muller et al., Handbook of
     * Floating-Point Arithmetic, section 11.3) */
    CHECK(ulps(ito__cos(0x1.6ac5b262ca1ffp+849),
               -4.687165924254627611123e-19L) <= 4.0);
    for (int i = 0; i < 20000; i++) {
        const double x = exp(60.0 * t_open01()) * 1e5;

        CHECK_NEAR(ito__sin(-x), -ito__sin(x), 0.0);
        CHECK_NEAR(ito__sin(x) * ito__sin(x) + ito__cos(x) * ito__cos(x), 1.0,
                   1e-15);
    }
}

/* The angle of (x, y) in every octant, and where C says what it is. */
TEST(atan2_is_within_4_ulp)
{
    double most = 0.0;

    for (int i = 0; i < 100000; i++) {
        const double scale = exp(20.0 * t_open01());
        const double x = (t_open01() - 0.5) * scale, y = t_open01() - 0.5;

        most = fmax(most, ulps(ito__atan2(y, x),
                               atan2l((long double)y, (long double)x)));
        most = fmax(most, ulps(ito__atan2(x, y),
                               atan2l((long double)x, (long double)y)));
    }
    bounded("atan2", most, 4.0);
    for (int i = 0; i < 25; i++) {
        static const double at[] = { 0.0, -0.0, 1.0, -(double)INFINITY,
                                     (double)INFINITY };
        const double y = at[i / 5], x = at[i % 5];

        CHECK(ulps(ito__atan2(y, x), atan2l((long double)y, (long double)x)) <=
              1.0);
        CHECK(signbit(ito__atan2(y, x)) == signbit(y));
    }
}

TEST(hypot_and_mod_are_accurate)
{
    double most = 0.0;

    for (int i = 0; i < 100000; i++) {
        const double x = exp(1400.0 * (t_open01() - 0.5));
        const double y = x * exp(8.0 * (t_open01() - 0.5));
        const double u = (t_open01() - 0.5) * 1e6, v = t_open01() - 0.5;

        most = fmax(most, ulps(ito__hypot(x, y),
                               hypotl((long double)x, (long double)y)));
        /* floor in long double is exact unless u / v is next to a whole */
        if (fabs(u / v - floor(u / v + 0.5)) > 1e-6)
            CHECK_NEAR(ito__mod(u, v),
                       (double)((long double)u -
                                (long double)v *
                                    floorl((long double)u / (long double)v)),
                       2e-16);
    }
    bounded("hypot", most, 4.0);
    CHECK(ito__hypot(3.0, 4.0) == 5.0 && ito__hypot(0.0, 0.0) == 0.0);
    CHECK(ito__hypot(-1e308, 1e308) == 1e308 * 1.4142135623730951);
    CHECK(ito__mod(5.0, 3.0) == 2.0 && ito__mod(-5.0, 3.0) == 1.0);
    CHECK(ito__mod(5.0, -3.0) == -1.0 && ito__mod(-6.0, 3.0) == 0.0);
    CHECK(ito__mod(0.7, 0.1) == 0.7 - 6.0 * 0.1 ||
          fabs(ito__mod(0.7, 0.1) - 0.1) < 1e-15);
    CHECK(isnan(ito__mod(1.0, 0.0)) && ito__mod(-1e-30, 1.0) == 1.0);
}

TEST(logarithms_of_powers_are_whole)
{
    double ten = 1.0;

    for (int k = -1074; k < 1024; k++)
        CHECK(ito__log2(ldexp(1.0, k)) == k);
    for (int k = 0; k <= 22; k++, ten *= 10.0)
        if (ito__log10(ten) != k)
            check_fail(__FILE__, __LINE__, "log10(1e%d)", k);
}

TEST(power_of_a_negative_number_has_a_sign)
{
    CHECK(ito__power(-2.0, 3.0) == -8.0 && ito__power(-2.0, 4.0) == 16.0);
    CHECK(ito__power(-2.0, -3.0) == -0.125 && isnan(ito__power(-2.0, 0.5)));
    CHECK(ito__power(-2.0, 0.0) == 1.0 && ito__power(4.0, 0.5) == 2.0);
    CHECK(ito__power(-1.0, 1e300) == 1.0);
    CHECK(ito__power(-1.0, 9007199254740991.0) == -1.0);
    CHECK(signbit(ito__power(-0.0, 3.0)) && !signbit(ito__power(-0.0, 2.0)));
    CHECK(isnan(ito__power((double)NAN, 2.0)));
    CHECK(isnan(ito__power(-2.0, (double)NAN)));
}

TEST(power_is_within_1e_14)
{
    double most = 0.0;

    for (int i = 0; i < 100000; i++) {
        const double x = exp((t_open01() - 0.5) * (i & 1 ? 2.0 : 1400.0));
        const double y =
            (t_open01() - 0.5) * (i & 1 ? 1200.0 : 1400.0 / fabs(log(x)));
        const long double want = powl((long double)x, (long double)y);

        if (want < 1e-307L || want > 1e308L)
            continue;
        most = fmax(most,
                    (double)fabsl(((long double)ito__pow(x, y) - want) / want));
    }
    bounded("pow", most, 1e-14);
    CHECK(ito__pow(2.0, 10.0) == 1024.0);
}

/* erfcl takes x / sqrt 2 rounded to 64 bits: x^2 2^-64 relative is lost. */
static long double exact_cdf(long double x)
{
    return 0.5L * erfcl(-x * 0.70710678118654752440084436210485L);
}

TEST(normal_distribution_is_accurate_in_both_tails)
{
    double low = 0.0, high = 0.0;

    for (int i = 0; i <= 75000; i++) {
        const double x = -37.5 + 0.001 * i;
        const long double want = exact_cdf((long double)x);
        const double error =
            (double)fabsl(((long double)ito__normal_cdf(x) - want) / want);

        low = fmax(low, x < 0.0 ? error : 0.0);
        high = fmax(high, x < 0.0 ? 0.0 : error);
    }
    bounded("cdf below 0", low, 1e-13);
    bounded("cdf above 0", high, 1e-15);
    CHECK(ito__normal_cdf(0.0) == 0.5);
    /* Abramowitz and Stegun, tables 26.1 and 26.2 */
    CHECK_NEAR(ito__normal_cdf(1.0), 0.841344746068543, 1e-15);
    CHECK_NEAR(ito__normal_cdf(2.0), 0.977249868051821, 1e-15);
    CHECK_NEAR(-log10(ito__normal_cdf(-10.0)), 23.11805, 5e-6);
    CHECK_NEAR(-log10(ito__normal_cdf(-30.0)), 197.30921, 5e-6);
}

/* How far y is from the quantile: one Newton step in long double. */
static double quantile_error(double p, double y)
{
    const long double yl = (long double)(p < 0.5 ? y : -y);
    const long double tail = p < 0.5 ? (long double)p : 1.0L - (long double)p;
    const long double density =
        0.39894228040143267793994605993438L * expl(-0.5L * yl * yl);

    return (double)fabsl((exact_cdf(yl) - tail) / density);
}

TEST(normal_quantile_is_accurate)
{
    double most = 0.0;

    for (int i = 0; i < 50000; i++) {
        const double s = t_open01();
        const double p = i % 3 == 0   ? s
                         : i % 3 == 1 ? pow(1e-307, s)
                                      : 1.0 - pow(1e-15, s);

        most = fmax(most, quantile_error(p, ito__normal_quantile(p)));
    }
    bounded("quantile", most, 1e-13);
    CHECK(ito__normal_quantile(0.5) == 0.0);
    CHECK_NEAR(ito__normal_quantile(0.975), 1.9599639845400542, 1e-15);
    CHECK_NEAR(ito__normal_quantile(1e-9), -5.9978070150076869, 1e-14);
    CHECK(ito__normal_quantile(0.3) == -ito__normal_quantile(0.7) ||
          fabs(ito__normal_quantile(0.3) + ito__normal_quantile(0.7)) < 1e-15);
}

#define INF ((double)INFINITY)

TEST(extremes_are_as_stated)
{
    const double nan_ = (double)NAN;
    static const fn all[] = {
        ito__exp, ito__expm1, ito__log,        ito__log1p,          ito__sin,
        ito__cos, ito__tanh,  ito__normal_cdf, ito__normal_quantile
    };

    for (size_t i = 0; i < COUNT(all); i++)
        CHECK(isnan(all[i](nan_)));
    CHECK(ito__exp(INF) == INF && ito__exp(-INF) == 0.0);
    CHECK(ito__exp(709.79) == INF && ito__exp(-745.2) == 0.0);
    CHECK(ito__exp(0.0) == 1.0 && isfinite(ito__exp(709.78)));
    CHECK(ito__expm1(-INF) == -1.0 && ito__expm1(INF) == INF);
    CHECK(signbit(ito__expm1(-0.0)) && ito__expm1(0.0) == 0.0);
    CHECK(ito__log(0.0) == -INF && ito__log(INF) == INF);
    CHECK(isnan(ito__log(-1.0)) && ito__log(1.0) == 0.0);
    CHECK(ito__log1p(-1.0) == -INF && isnan(ito__log1p(-1.1)));
    CHECK(ito__log1p(INF) == INF && ito__log1p(0.0) == 0.0);
    CHECK(ito__sin(0.0) == 0.0 && ito__cos(0.0) == 1.0);
    CHECK(isnan(ito__sin(INF)) && isnan(ito__cos(-INF)));
    CHECK(ito__tanh(INF) == 1.0 && ito__tanh(-50.0) == -1.0);
    CHECK(ito__normal_cdf(INF) == 1.0 && ito__normal_cdf(-INF) == 0.0);
    CHECK(ito__normal_quantile(0.0) == -INF);
    CHECK(ito__normal_quantile(1.0) == INF);
    CHECK(isnan(ito__normal_quantile(-0.1)));
    CHECK(isnan(ito__normal_quantile(1.1)));
}

TEST(power_has_the_usual_extremes)
{
    CHECK(ito__pow(0.0, 2.0) == 0.0 && ito__pow(0.0, -2.0) == INF);
    CHECK(ito__pow(INF, 2.0) == INF && ito__pow(INF, -2.0) == 0.0);
    CHECK(ito__pow(1.0, INF) == 1.0 && ito__pow(5.0, 0.0) == 1.0);
    CHECK(ito__pow(1.1, INF) == INF && ito__pow(1.1, -INF) == 0.0);
    CHECK(ito__pow(0.9, INF) == 0.0 && ito__pow(0.9, -INF) == INF);
    CHECK(ito__pow(10.0, 400.0) == INF && ito__pow(10.0, -400.0) == 0.0);
    CHECK(isnan(ito__pow(-1.0, 2.0)) && isnan(ito__pow((double)NAN, 2.0)));
    CHECK_REL(ito__pow(4.9e-324, 0.5), 2.2227587494850775e-162, 1e-14);
}

/* FNV-1a over the bytes of the value, lowest first. */
static uint64_t hash(uint64_t h, double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    for (int i = 0; i < 8; i++)
        h = (h ^ (bits >> 8 * i & 0xff)) * UINT64_C(0x100000001b3);
    return h;
}

TEST(bits_are_the_same_everywhere)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    t_seed = 1;
    for (int i = 0; i < 20000; i++) {
        const double u = t_open01(), x = 40.0 * (u - 0.5);

        h = hash(h, ito__exp(x));
        h = hash(h, ito__expm1(0.1 * x));
        h = hash(h, ito__log(u));
        h = hash(h, ito__log1p(x * x));
        h = hash(h, ito__sin(100.0 * x));
        h = hash(h, ito__cos(100.0 * x));
        h = hash(h, ito__tanh(0.2 * x));
        h = hash(h, ito__pow(u, x));
        h = hash(h, ito__normal_cdf(x));
        h = hash(h, ito__normal_quantile(u));
    }
    if (h != UINT64_C(0x65bfecf8d5e681ce))
        check_fail(__FILE__, __LINE__, "hash is %" PRIx64, h);
}

TEST(bits_of_the_rest_are_the_same_everywhere)
{
    static const fn all[] = { ito__log2, ito__log10, ito__tan,  ito__asin,
                              ito__acos, ito__atan,  ito__sinh, ito__cosh,
                              ito__cbrt, ito__erf };
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    t_seed = 1;
    for (int i = 0; i < 10000; i++) {
        const double u = t_open01(), v = t_open01(), x = 40.0 * (v - 0.5);

        for (size_t k = 0; k < COUNT(all); k++)
            h = hash(h, all[k](u));
        h = hash(h, ito__sin(exp2(60.0) * u));
        h = hash(h, ito__cos(1e5 * x));
        h = hash(h, ito__atan2(u - 0.5, x));
        h = hash(h, ito__hypot(u, x));
        h = hash(h, ito__mod(x, u));
        h = hash(h, ito__power(floor(x), floor(9.0 * u)));
    }
    if (h != UINT64_C(0x3e408ad1ac70d2b4))
        check_fail(__FILE__, __LINE__, "hash is %" PRIx64, h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(functions_are_within_4_ulp),
        RUN(sine_is_accurate_at_its_zeros),
        RUN(huge_angles_are_reduced_exactly),
        RUN(atan2_is_within_4_ulp),
        RUN(hypot_and_mod_are_accurate),
        RUN(logarithms_of_powers_are_whole),
        RUN(power_of_a_negative_number_has_a_sign),
        RUN(power_is_within_1e_14),
        RUN(normal_distribution_is_accurate_in_both_tails),
        RUN(normal_quantile_is_accurate),
        RUN(extremes_are_as_stated),
        RUN(power_has_the_usual_extremes),
        RUN(bits_are_the_same_everywhere),
        RUN(bits_of_the_rest_are_the_same_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

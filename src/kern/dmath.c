/* SPDX-License-Identifier: MIT
 *
 * dmath.c - exp, log, tanh and powers in double, the same bits everywhere.
 *
 * Arguments are reduced as in Cody and Waite, "Software Manual for the
 * Elementary Functions" (1980), with constants split so that the first
 * products are exact; what remains is small enough for Taylor series, whose
 * remainders are stated beside them.  Sums are grouped so that the largest
 * term is added last.
 */
#include "kern/dmath.h"

#include <math.h>
#include <stdint.h>

#include "kern/dparts.h"

/* log 2 = HI + LO; HI has 32 bits, so k HI is exact for |k| < 2^21. */
#define LN2_HI 0x1.62e42feep-1
#define LN2_LO 0x1.a39ef35793c76p-33
#define LOG2_E 0x1.71547652b82fep+0

/* Where exp leaves the range of double. */
#define EXP_MAX 709.782712893384
#define EXP_MIN (-745.1332191019412)

/* x 2^k for |k| <= 2000, rounded once. */
static double scale(double x, int k)
{
    const int half = k / 2;

    return x * d_two_to(half) * d_two_to(k - half);
}

/* exp(r) - 1 for |r| <= 0.35: remainder r^14 / 14! < 5e-18. */
static double expm1_small(double r)
{
    double g = 1.0 / 6227020800.0;

    g = g * r + 1.0 / 479001600.0;
    g = g * r + 1.0 / 39916800.0;
    g = g * r + 1.0 / 3628800.0;
    g = g * r + 1.0 / 362880.0;
    g = g * r + 1.0 / 40320.0;
    g = g * r + 1.0 / 5040.0;
    g = g * r + 1.0 / 720.0;
    g = g * r + 1.0 / 120.0;
    g = g * r + 1.0 / 24.0;
    g = g * r + 1.0 / 6.0;
    g = g * r + 1.0 / 2.0;
    return r + r * r * g;
}

/* x = k log 2 + *r, k rounded to nearest. */
static int exp_reduce(double x, double *r)
{
    const double k = floor(x * LOG2_E + 0.5);

    *r = (x - k * LN2_HI) - k * LN2_LO;
    return (int)k;
}

double ito__exp(double x)
{
    double r;
    int k;

    if (x != x)
        return x;
    if (x > EXP_MAX)
        return (double)INFINITY;
    if (x < EXP_MIN)
        return 0.0;
    k = exp_reduce(x, &r);
    return scale(1.0 + expm1_small(r), k);
}

double ito__expm1(double x)
{
    double r, p;
    int k;

    if (fabs(x) < 0x1p-54)
        return x;
    if (!(x < 40.0)) /* the 1 is below half a unit of the last place */
        return ito__exp(x);
    if (x < -40.0)
        return -1.0;
    k = exp_reduce(x, &r);
    p = d_two_to(k);
    return p * expm1_small(r) + (p - 1.0);
}

/* A positive finite x as 2^e (1 + f), 1/2 <= (1 + f)^2 < 2; returns f, which
 * is exact. */
static double log_reduce(double x, int *e)
{
    uint64_t b;
    int k = 0;

    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    b = d_bits(x);
    k += (int)(b >> 52) - 1023;
    b = (b & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
    if (b > UINT64_C(0x3ff6a09e667f3bcd)) { /* sqrt 2 */
        b -= UINT64_C(0x0010000000000000);
        k++;
    }
    *e = k;
    return d_from_bits(b) - 1.0;
}

/* log((1 + s) / (1 - s)) / s - 2 with z = s^2 <= 0.0295: remainder 2 z^12 /
 * 25 < 4e-20. */
static double log_series(double z)
{
    double r = 2.0 / 23.0;

    r = r * z + 2.0 / 21.0;
    r = r * z + 2.0 / 19.0;
    r = r * z + 2.0 / 17.0;
    r = r * z + 2.0 / 15.0;
    r = r * z + 2.0 / 13.0;
    r = r * z + 2.0 / 11.0;
    r = r * z + 2.0 / 9.0;
    r = r * z + 2.0 / 7.0;
    r = r * z + 2.0 / 5.0;
    r = r * z + 2.0 / 3.0;
    return r * z;
}

double ito__log(double x)
{
    double f, s, half, r;
    int e;

    if (x != x || x == (double)INFINITY)
        return x;
    if (x <= 0.0)
        return x == 0.0 ? -(double)INFINITY : (double)NAN;
    f = log_reduce(x, &e);
    s = f / (2.0 + f);
    half = 0.5 * f * f;
    r = s * (half + log_series(s * s));
    return e * LN2_HI - ((half - (r + e * LN2_LO)) - f);
}

double ito__log1p(double x)
{
    double u, lost;

    if (x != x || x == (double)INFINITY || fabs(x) < 0x1p-54)
        return x;
    if (x <= -1.0)
        return ito__log(1.0 + x);
    u = 1.0 + x;
    lost = x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
    return ito__log(u) + lost / u;
}

double ito__tanh(double x)
{
    const double a = fabs(x);
    double e, y;

    if (x != x || a < 0x1p-28)
        return x;
    if (a > 22.0)
        return x < 0.0 ? -1.0 : 1.0;
    e = ito__expm1(2.0 * a);
    y = e / (e + 2.0);
    return x < 0.0 ? -y : y;
}

/* log x = *hi + *lo to about 2^-62 relative; x is positive and finite. */
static void log_double(double x, double *hi, double *lo)
{
    int e;
    const double f = log_reduce(x, &e);
    const double d = 2.0 + f, d_lost = f - (d - 2.0);
    const double s = f / d, z = s * s, k = e * LN2_HI, twice = 2.0 * s;
    double p, p_lost, s_lost, low;

    d_exact_product(s, d, &p, &p_lost);
    s_lost = (((f - p) - p_lost) - s * d_lost) / d;
    low = s * log_series(z) + 2.0 * s_lost + e * LN2_LO;
    *hi = k + twice;
    /* |k| is zero or larger than |twice| */
    low += k != 0.0 ? twice - (*hi - k) : 0.0;
    p = *hi + low;
    *lo = low - (p - *hi);
    *hi = p;
}

double ito__pow(double x, double y)
{
    double hi, lo, p, p_lost;

    if (x == 1.0 || y == 0.0)
        return 1.0;
    if (x != x || y != y || x < 0.0)
        return (double)NAN;
    if (x == 0.0 || x == (double)INFINITY)
        return (x == 0.0) == (y > 0.0) ? 0.0 : (double)INFINITY;
    if (fabs(y) > 1e22) /* far beyond the range for every x but 1 */
        y = y < 0.0 ? -1e22 : 1e22;
    log_double(x, &hi, &lo);
    d_exact_product(y, hi, &p, &p_lost);
    p_lost += y * lo;
    if (p > EXP_MAX + 1.0 || p < EXP_MIN - 1.0)
        return p > 0.0 ? (double)INFINITY : 0.0;
    {
        double r, q;
        const int k = exp_reduce(p, &r);

        q = expm1_small(r);
        return scale(1.0 + (q + p_lost * (1.0 + q)), k);
    }
}

/* SPDX-License-Identifier: MIT
 *
 * dmore.c - hyperbolic functions, roots, logarithms of other bases, powers of
 * any base and remainders in double, the same bits everywhere.
 *
 * All are made of the functions of dmath.c so that little is lost: sinh from
 * expm1, a cube root by Newton's iteration on a mantissa in [1, 8).
 */
#include <math.h>
#include <stdint.h>

#include "kern/dmath.h"
#include "kern/dparts.h"

double ito__sinh(double x)
{
    const double a = fabs(x);
    double e, y;

    if (x != x || a < 0x1p-28)
        return x;
    if (a < 22.0) {
        e = ito__expm1(a);
        y = 0.5 * (e + e / (e + 1.0));
    } else if (a < 709.0) {
        y = 0.5 * ito__exp(a);
    } else { /* exp alone would be out of range a little early */
        e = ito__exp(0.5 * a);
        y = 0.5 * e * e;
    }
    return x < 0.0 ? -y : y;
}

double ito__cosh(double x)
{
    const double a = fabs(x);
    double e;

    if (x != x)
        return x;
    if (a < 709.0) {
        e = ito__exp(a);
        return 0.5 * (e + 1.0 / e);
    }
    e = ito__exp(0.5 * a);
    return 0.5 * e * e;
}

/* The mantissa of a positive finite x in [1, 2); x = mantissa 2^(*e). */
static double mantissa(double x, int *e)
{
    uint64_t b;
    int k = 0;

    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    b = d_bits(x);
    *e = k + (int)(b >> 52) - 1023;
    return d_from_bits((b & UINT64_C(0x000fffffffffffff)) |
                       UINT64_C(0x3ff0000000000000));
}

double ito__cbrt(double x)
{
    const double a = fabs(x);
    double m, y;
    int e, third;

    if (!(a > 0.0 && a < (double)INFINITY))
        return x;
    m = mantissa(a, &e);
    third = (e + 1200) / 3 - 400;
    m *= d_two_to(e - 3 * third); /* 1 <= m < 8 */
    y = 0.55 + m * (0.4935 - 0.0432 * m) + 0.002 * m * m * m;
    for (int i = 0; i < 5; i++) /* from 5 % to the last bit */
        y -= (y - m / (y * y)) / 3.0;
    y *= d_two_to(third);
    return x < 0.0 ? -y : y;
}

/* log2 and log10 of powers of two and of ten are exact. */
#define LOG2_E     0x1.71547652b82fep+0
#define LOG10_E    0x1.bcb7b1526e50ep-2
#define LOG10_2_HI 0x1.34413508p-2 /* 32 bits */
#define LOG10_2_LO 0x1.f79fef311f12bp-34

/* Finite positive x as 2^(*e) times what is returned, in [0.7, 1.42). */
static double near_one(double x, int *e)
{
    double m = mantissa(x, e);

    if (m > 1.41421356) {
        m *= 0.5;
        ++*e;
    }
    return m;
}

double ito__log2(double x)
{
    double m;
    int e;

    if (!(x > 0.0 && x < (double)INFINITY))
        return ito__log(x);
    m = near_one(x, &e);
    return e + ito__log(m) * LOG2_E;
}

double ito__log10(double x)
{
    double m;
    int e;

    if (!(x > 0.0 && x < (double)INFINITY))
        return ito__log(x);
    m = near_one(x, &e);
    return e * LOG10_2_HI + (ito__log(m) * LOG10_E + e * LOG10_2_LO);
}

double ito__hypot(double x, double y)
{
    double a = fabs(x), b = fabs(y), scale = 1.0;

    if (x != x || y != y)
        return (double)NAN;
    if (a == (double)INFINITY || b == (double)INFINITY)
        return (double)INFINITY;
    if (a > 0x1p500 || b > 0x1p500)
        scale = 0x1p600;
    else if (a < 0x1p-450 && b < 0x1p-450)
        scale = 0x1p-600;
    a /= scale;
    b /= scale;
    return scale * sqrt(a * a + b * b);
}

double ito__mod(double x, double y)
{
    const double r = fmod(x, y);

    return r != 0.0 && (r < 0.0) != (y < 0.0) ? r + y : r;
}

double ito__power(double x, double y)
{
    const double a = fabs(x);
    const int whole = floor(y) == y, odd = whole && fmod(y, 2.0) != 0.0;

    if (y == 0.0)
        return 1.0;
    if (x < 0.0 && !whole)
        return (double)NAN;
    return odd && d_bits(x) >> 63 ? -ito__pow(a, y) : ito__pow(a, y);
}

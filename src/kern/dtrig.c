/* SPDX-License-Identifier: MIT
 *
 * dtrig.c - sine, cosine, tangent and their inverses in double, the same bits
 * everywhere.
 *
 * Angles up to 1e5 are reduced as in Cody and Waite, "Software Manual for the
 * Elementary Functions" (1980); beyond, the product with the digits of 2/pi
 * that matter is exact (Payne and Hanek, ACM SIGNUM Newsletter 18, 1983).
 * What remains is small enough for Taylor series, whose remainders are stated
 * beside them.
 */
#include <math.h>
#include <stdint.h>

#include "kern/dmath.h"
#include "kern/dparts.h"

/* pi / 2 in parts of 33 bits and a rest. */
#define PIO2_1 0x1.921fb544p+0
#define PIO2_2 0x1.0b4611a6p-34
#define PIO2_3 0x1.3198a2e0p-69
#define PIO2_4 0x1.b839a252049c1p-104

/* pi / 2 in two parts. */
#define PIO2_HI 0x1.921fb54442d18p+0
#define PIO2_LO 0x1.1a62633145c07p-54

/* x = q pi/2 + r[0] + r[1], |x| <= 1e5; returns q mod 4.  The products with
 * the first three parts are exact. */
static unsigned pi_reduce(double x, double r[2])
{
    const double k = floor(x * 0x1.45f306dc9c883p-1 + 0.5);
    const double a = x - k * PIO2_1, b = k * PIO2_2, c = k * PIO2_3;
    const double ab = a - b, ab_lost = (a - ab) - b;
    const double abc = ab - c, abc_lost = (ab - abc) - c;
    const double low = (ab_lost + abc_lost) - k * PIO2_4;

    r[0] = abc + low;
    r[1] = (abc - r[0]) + low;
    return (unsigned)(int)(k - 4.0 * floor(k / 4.0));
}

/* 64 zero bits, then the binary digits of 2 / pi. */
static const uint64_t two_over_pi[] = {
    0,
    UINT64_C(0xa2f9836e4e441529),
    UINT64_C(0xfc2757d1f534ddc0),
    UINT64_C(0xdb6295993c439041),
    UINT64_C(0xfe5163abdebbc561),
    UINT64_C(0xb7246e3a424dd2e0),
    UINT64_C(0x06492eea09d1921c),
    UINT64_C(0xfe1deb1cb129a73e),
    UINT64_C(0xe88235f52ebb4484),
    UINT64_C(0xe99c7026b45f7e41),
    UINT64_C(0x3991d639835339f4),
    UINT64_C(0x9c845f8bbdf9283b),
    UINT64_C(0x1ff897ffde05980f),
    UINT64_C(0xef2f118b5a0a6d1f),
    UINT64_C(0x6d367ecf27cb09b7),
    UINT64_C(0x4f463f669e5fea2d),
    UINT64_C(0x7527bac7ebe5f17b),
    UINT64_C(0x3d0739f78a5292ea),
    UINT64_C(0x6bfb5fb11f8d5d08),
    UINT64_C(0x56033046fc7b6bab),
    UINT64_C(0xf0cfbc209af4361d),
};

/* The 64 bits of two_over_pi from bit i. */
static uint64_t digits(int i)
{
    const int word = i / 64, bit = i % 64;

    if (bit == 0)
        return two_over_pi[word];
    return two_over_pi[word] << bit | two_over_pi[word + 1] >> (64 - bit);
}

/* *low, *high: a b + carry, for a < 2^53. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t carry, uint64_t *high)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32;
    const uint64_t b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t low = a0 * b0;
    const uint64_t mid = a1 * b0 + (low >> 32);
    const uint64_t mid2 = a0 * b1 + (mid & 0xffffffffu);
    const uint64_t sum = ((mid2 << 32) | (low & 0xffffffffu)) + carry;

    *high = a1 * b1 + (mid >> 32) + (mid2 >> 32) + (sum < carry);
    return sum;
}

/*
 * As pi_reduce for any x >= 1e5.  x = m 2^e: of the digits of 2/pi those with
 * 2^(e - place) >= 4 only add multiples of 4 quarter turns; the next 192 times
 * m, modulo 2^192, are the quarter turns with 190 binary places.
 */
static unsigned pi_reduce_large(double x, double r[2])
{
    const uint64_t b = d_bits(x);
    const uint64_t m =
        (b & UINT64_C(0xfffffffffffff)) | UINT64_C(0x10000000000000);
    const int from = 64 + (int)(b >> 52) - 1075 - 2; /* e - 2 digits in */
    uint64_t p[3], carry = 0;
    unsigned q, negative;
    int shift = 0;
    double hi, lo;

    p[0] = multiply(m, digits(from + 128), 0, &carry);
    p[1] = multiply(m, digits(from + 64), carry, &carry);
    p[2] = m * digits(from) + carry;
    q = (unsigned)(p[2] >> 62);
    negative = (unsigned)(p[2] >> 61) & 1u; /* beyond a half: from above */
    q += negative;
    p[2] = p[2] << 2 | p[1] >> 62;
    p[1] = p[1] << 2 | p[0] >> 62;
    p[0] <<= 2;
    if (negative) {
        p[0] = ~p[0]; /* less one in the last of 190 places */
        p[1] = ~p[1];
        p[2] = ~p[2];
    }
    while (!(p[2] >> 63) && shift < 120) {
        p[2] = p[2] << 1 | p[1] >> 63;
        p[1] = p[1] << 1 | p[0] >> 63;
        p[0] <<= 1;
        shift++;
    }
    hi = (double)(p[2] >> 11) * 0x1p-53;
    lo = (double)((p[2] << 53 | p[1] >> 11) >> 11) * 0x1p-106;
    d_exact_product(hi, PIO2_HI, &r[0], &r[1]);
    r[1] += hi * PIO2_LO + lo * PIO2_HI;
    hi = r[0] + r[1];
    lo = r[1] - (hi - r[0]);
    r[0] = hi * d_two_to(-shift) * (negative ? -1.0 : 1.0);
    r[1] = lo * d_two_to(-shift) * (negative ? -1.0 : 1.0);
    return q & 3u;
}

/* sin(y + t), |y| <= pi/4, t a rest: remainder y^19 / 19! < 9e-20. */
static double sin_small(double y, double t)
{
    const double z = y * y;
    double p = 1.0 / 355687428096000.0;

    p = p * z - 1.0 / 1307674368000.0;
    p = p * z + 1.0 / 6227020800.0;
    p = p * z - 1.0 / 39916800.0;
    p = p * z + 1.0 / 362880.0;
    p = p * z - 1.0 / 5040.0;
    p = p * z + 1.0 / 120.0;
    p = p * z - 1.0 / 6.0;
    return y + (z * y * p + (t - 0.5 * z * t));
}

/* cos(y + t): remainder y^18 / 18! < 3e-18. */
static double cos_small(double y, double t)
{
    const double z = y * y, half = 0.5 * z, w = 1.0 - half;
    double p = 1.0 / 20922789888000.0;

    p = p * z - 1.0 / 87178291200.0;
    p = p * z + 1.0 / 479001600.0;
    p = p * z - 1.0 / 3628800.0;
    p = p * z + 1.0 / 40320.0;
    p = p * z - 1.0 / 720.0;
    p = p * z + 1.0 / 24.0;
    return w + (((1.0 - w) - half) + (z * z * p - y * t));
}

/* The quarter turns in a finite x, and the rest of it. */
static unsigned reduce(double x, double r[2])
{
    unsigned q;

    if (fabs(x) <= 1e5)
        return pi_reduce(x, r);
    q = pi_reduce_large(fabs(x), r);
    if (x > 0.0)
        return q;
    r[0] = -r[0];
    r[1] = -r[1];
    return 0u - q;
}

/* sin(x + turn pi/2). */
static double sin_turned(double x, unsigned turn)
{
    double r[2], y;
    unsigned q;

    if (!(fabs(x) < (double)INFINITY))
        return (double)NAN;
    q = reduce(x, r) + turn;
    y = q & 1u ? cos_small(r[0], r[1]) : sin_small(r[0], r[1]);
    return q & 2u ? -y : y;
}

double ito__sin(double x)
{
    return fabs(x) < 0x1p-27 ? x : sin_turned(x, 0);
}

double ito__cos(double x)
{
    return sin_turned(x, 1);
}

double ito__tan(double x)
{
    double r[2], s, c;
    unsigned q;

    if (fabs(x) < 0x1p-27)
        return x;
    if (!(fabs(x) < (double)INFINITY))
        return (double)NAN;
    q = reduce(x, r);
    s = sin_small(r[0], r[1]);
    c = cos_small(r[0], r[1]);
    return q & 1u ? -c / s : s / c;
}

/* atan(k / 8) in two parts, k = 0..8. */
static const double atan_eighth[9][2] = {
    { 0.0, 0.0 },
    { 0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59 },
    { 0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57 },
    { 0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56 },
    { 0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56 },
    { 0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58 },
    { 0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56 },
    { 0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56 },
    { 0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55 },
};

/*
 * atan u = *hi + *lo for 0 <= u <= 1: atan(k/8) + atan((u - k/8) / (1 + u
 * k/8)), whose argument s is at most 1/16: remainder s^17 / 17 < 8e-22.
 */
static void atan_parts(double u, double *hi, double *lo)
{
    const double k = floor(8.0 * u + 0.5), c = 0.125 * k;
    const double s = (u - c) / (1.0 + u * c), z = s * s;
    double p = -1.0 / 15.0;

    p = p * z + 1.0 / 13.0;
    p = p * z - 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z - 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z - 1.0 / 3.0;
    p = s * z * p;
    if (k == 0.0) {
        *hi = s;
        *lo = p;
        return;
    }
    *hi = atan_eighth[(int)k][0];
    *lo = s + (p + atan_eighth[(int)k][1]);
}

/* The angle of (x, y), both at least 0, 0 <= y / x or x / y as given. */
static double angle(double u, int steep, int left)
{
    double hi, lo;

    atan_parts(u, &hi, &lo);
    if (steep) { /* pi/2 -+ atan u */
        hi = left ? -hi : hi;
        lo = left ? -lo : lo;
        return PIO2_HI - (hi - (PIO2_LO - lo));
    }
    if (left) /* pi - atan u */
        return 2.0 * PIO2_HI - (hi - (2.0 * PIO2_LO - lo));
    return hi + lo;
}

double ito__atan(double x)
{
    const double a = fabs(x);
    double y;

    if (x != x || a < 0x1p-28)
        return x;
    y = a > 1.0 ? angle(1.0 / a, 1, 0) : angle(a, 0, 0);
    return x < 0.0 ? -y : y;
}

/* The sign bit, also of a zero. */
static int is_negative(double x)
{
    return d_bits(x) >> 63 != 0;
}

double ito__atan2(double y, double x)
{
    double ax = fabs(x), ay = fabs(y), z;
    const int left = is_negative(x);

    if (x != x || y != y)
        return (double)NAN;
    if (ax == (double)INFINITY || ay == (double)INFINITY) {
        ax = ax == (double)INFINITY ? 1.0 : 0.0;
        ay = ay == (double)INFINITY ? 1.0 : 0.0;
    }
    if (ax == 0.0 && ay == 0.0)
        z = left ? 2.0 * PIO2_HI : 0.0;
    else if (ay > ax)
        z = angle(ax / ay, 1, left);
    else
        z = angle(ay / ax, 0, left);
    return is_negative(y) ? -z : z;
}

double ito__asin(double x)
{
    if (!(fabs(x) <= 1.0))
        return (double)NAN;
    return ito__atan2(x, sqrt((1.0 - x) * (1.0 + x)));
}

double ito__acos(double x)
{
    if (!(fabs(x) <= 1.0))
        return (double)NAN;
    return ito__atan2(sqrt((1.0 - x) * (1.0 + x)), x);
}

/* SPDX-License-Identifier: MIT
 *
 * trunc.c - normals restricted to an interval, however far out.
 *
 * With z uniform on [lo, hi] and x = alpha z + beta e, the posterior of
 * w = (alpha z - x) / beta is a standard normal restricted to [a, b] =
 * [(alpha lo - x) / beta, (alpha hi - x) / beta].  Its mass and mean are
 * differences of Phi and phi.  Far from 0 those underflow, so they are written
 * with Mills' ratio M = (1 - Phi) / phi and the exponent is kept apart; for
 * 0 <= a < b
 *
 *     mass = phi(a) [M(a) - r M(b)],   mean = (1 - r) / [M(a) - r M(b)],
 *     r = phi(b) / phi(a) = exp(-(b - a)(b + a) / 2)
 *
 * and mirrored for b <= 0.  Where the density hardly varies over the cell
 * (small alpha) these cancel; there Gauss-Legendre with 8 points is exact to
 * rounding.
 */
#include "path/trunc.h"

#include <assert.h>
#include <math.h>

#include "kern/dmath.h"

#define SQRT_2PI     2.50662827463100050242
#define SQRT_HALF_PI 1.25331413731550025121
#define SQRT_HALF    0.70710678118654752440
#define INV_SQRT_PI  0.56418958354775628695

/* exp(q s - p s^2 / 2), |s| <= half: 8 points leave 1e-16 up to these values of
 * |q| half and p half^2 / 2 (16th derivative times 1.1e-18). */
#define SMOOTH_Q 0.7
#define SMOOTH_P 0.05

/* Standard deviations from which on the normal is an exponential. */
#define FAR 1e5

static double poly(const double *c, int n, double x)
{
    double sum = c[0];

    for (int i = 1; i < n; i++)
        sum = sum * x + c[i];
    return sum;
}

/* exp(x^2) erfc(x) for x >= 0: W. J. Cody, Rational Chebyshev approximation
 * for the error function, Math. Comp. 23 (1969). */
static double erfcx(double x)
{
    static const double a[] = { 1.85777706184603153e-1, 3.16112374387056560e0,
                                1.13864154151050156e2, 3.77485237685302021e2,
                                3.20937758913846947e3 };
    static const double b[] = { 1.0, 2.36012909523441209e1,
                                2.44024637934444173e2, 1.28261652607737228e3,
                                2.84423683343917062e3 };
    static const double c[] = { 2.15311535474403846e-8, 5.64188496988670089e-1,
                                8.88314979438837594e0,  6.61191906371416295e1,
                                2.98635138197400131e2,  8.81952221241769090e2,
                                1.71204761263407058e3,  2.05107837782607147e3,
                                1.23033935479799725e3 };
    static const double d[] = { 1.0,
                                1.57449261107098347e1,
                                1.17693950891312499e2,
                                5.37181101862009858e2,
                                1.62138957456669019e3,
                                3.29079923573345963e3,
                                4.36261909014324716e3,
                                3.43936767414372164e3,
                                1.23033935480374942e3 };
    static const double p[] = {
        1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
        1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4
    };
    static const double q[] = { 1.0,
                                2.56852019228982242e0,
                                1.87295284992346725e0,
                                5.27905102951428412e-1,
                                6.05183413124413191e-2,
                                2.33520497626869185e-3 };
    double y;

    if (x <= 0.46875) {
        const double erf = x * poly(a, 5, x * x) / poly(b, 5, x * x);

        return ito__exp(x * x) * (1.0 - erf);
    }
    if (x <= 4.0)
        return poly(c, 9, x) / poly(d, 9, x);
    y = 1.0 / (x * x);
    return (INV_SQRT_PI - y * poly(p, 6, y) / poly(q, 6, y)) / x;
}

double ito__mills(double x)
{
    return SQRT_HALF_PI * erfcx(x * SQRT_HALF);
}

/* A standard normal restricted to [a, b]: its mass is mass exp(-shift) over
 * sqrt(2 pi); its mean; its mean less the end nearer to 0 (of which `from_b`
 * says that it is b). */
typedef struct restricted {
    double mass, shift, mean, excess;
    bool from_b;
} restricted;

/* 0 <= a < b = a + width with Mills' ratios ma and mb; the width is given as a
 * and b may be too large to show it. */
static restricted tail(double a, double b, double width, double ma, double mb)
{
    const double gap = 0.5 * width * (b + a);
    const double r = gap < 700.0 ? ito__exp(-gap) : 0.0;
    const double mass = ma - r * mb;
    restricted out = { .mass = mass,
                       .shift = 0.5 * a * a,
                       .mean = (1.0 - r) / mass };

    out.excess = out.mean - a;
    if (a > FAR) /* an exponential of rate a, to 1 / a^2 of its mean */
        out.excess = 1.0 / a - width * r / (1.0 - r);
    return out;
}

/* sqrt(2 pi) times the density, 0 far out. */
static double bell(double x)
{
    const double y = 0.5 * x * x;

    return y < 700.0 ? ito__exp(-y) : 0.0;
}

/* Any a < b that are not close together. */
static restricted interval(double a, double b, double width, const double m[2])
{
    double pa, pb;
    restricted out;

    if (a >= 0.0)
        return tail(a, b, width, m[0], m[1]);
    if (b <= 0.0) {
        out = tail(-b, -a, width, m[1], m[0]);
        out.mean = -out.mean;
        out.excess = -out.excess;
        out.from_b = true;
        return out;
    }
    pa = bell(a);
    pb = bell(b);
    out = (restricted){ .mass = SQRT_2PI - pa * m[0] - pb * m[1] };
    out.mean = (pa - pb) / out.mass;
    out.excess = out.mean - a;
    return out;
}

/* Gauss-Legendre points on [0, 1) and weights, the other half mirrored. */
static const double node[4] = { 0.18343464249564980, 0.52553240991632899,
                                0.79666647741362674, 0.96028985649753623 };
static const double weight[4] = { 0.36268378337836198, 0.31370664587788729,
                                  0.22238103445337447, 0.10122853629037626 };

trunc_at ito__trunc_at(double alpha, double beta, double width)
{
    const double half = 0.5 * width, slope = alpha / beta;
    trunc_at at = {
        .alpha = alpha, .beta = beta, .width = width, .slope = slope
    };

    assert(alpha >= 0.0 && beta > 0.0 && width > 0.0);
    at.flat = 0.5 * slope * slope * half * half <= SMOOTH_P;
    for (int i = 0; at.flat && i < 4; i++)
        at.bell[i] = bell(slope * half * node[i]);
    return at;
}

/*
 * The posterior density of z = mid + s, |s| <= half, relative to its value at
 * mid, where e = off: exp(q s - slope^2 s^2 / 2), q = slope off.
 */
static trunc_cell smooth(const trunc_at *at, double mid, double off)
{
    const double half = 0.5 * at->width, q = at->slope * off;
    double sum = 0.0, first = 0.0;
    trunc_cell cell;

    for (int i = 0; i < 4; i++) {
        const double s = half * node[i], w = weight[i] * at->bell[i];
        const double up = ito__exp(q * s), down = 1.0 / up;

        sum += w * (up + down);
        first += w * s * (up - down);
    }
    cell.mass = half * sum / (at->beta * SQRT_2PI);
    cell.shift = 0.5 * off * off;
    cell.z = mid + first / sum;
    cell.e = off - at->slope * (first / sum);
    return cell;
}

trunc_cell ito__trunc_cell(const trunc_at *at, double lo, double x,
                           double mills[2])
{
    const double hi = lo + at->width, mid = lo + 0.5 * at->width;
    const double off = (x - at->alpha * mid) / at->beta;
    const double a = (at->alpha * lo - x) / at->beta;
    const double b = (at->alpha * hi - x) / at->beta;
    trunc_cell cell;
    restricted w;

    if (at->flat && fabs(at->slope * off) * 0.5 * at->width <= SMOOTH_Q)
        return smooth(at, mid, off);
    if (mills[0] < 0.0)
        mills[0] = ito__mills(fabs(a));
    if (mills[1] < 0.0)
        mills[1] = ito__mills(fabs(b));
    w = interval(a, b, at->slope * at->width, mills);
    cell.mass = w.mass / (at->alpha * SQRT_2PI);
    cell.shift = w.shift;
    cell.e = -w.mean;
    cell.z = (w.from_b ? hi : lo) + w.excess / at->slope;
    /* rounding must not carry a mean out of its cell */
    cell.z = cell.z < lo ? lo : cell.z > hi ? hi : cell.z;
    return cell;
}

/* Variance of z on a flat cell, by the rule of `smooth`. */
static double smooth_variance(const trunc_at *at, double mid, double x,
                              const trunc_cell *cell)
{
    const double half = 0.5 * at->width;
    const double q = at->slope * (x - at->alpha * mid) / at->beta;
    double sum = 0.0, second = 0.0;

    for (int i = 0; i < 4; i++) {
        const double s = half * node[i], w = weight[i] * at->bell[i];
        const double up = ito__exp(q * s), down = 1.0 / up;
        const double du = mid + s - cell->z, dd = mid - s - cell->z;

        sum += w * (up + down);
        second += w * (up * du * du + down * dd * dd);
    }
    return second / sum;
}

#define PANELS 16

/*
 * Variance of w - a for a standard normal w restricted to [a, a + width], a >=
 * 0: density exp(-a y - y^2 / 2), cut off where that is e^-40, on 16 panels
 * over which it changes by at most e^-2.5 so that 8 points are exact.
 */
static double tail_variance(double a, double width)
{
    const double far = 80.0 / (sqrt(a * a + 80.0) + a);
    const double half = 0.5 * (width < far ? width : far) / PANELS;
    double sum = 0.0, first = 0.0, second = 0.0;

    for (int i = 0; i < 8 * PANELS; i++) {
        const double n = i % 8 < 4 ? node[i % 4] : -node[i % 4];
        const int panel = i / 8;
        const double y = half * (2.0 * panel + 1.0 + n);
        const double f = weight[i % 4] * ito__exp(-y * (a + 0.5 * y));

        sum += f;
        first += f * y;
        second += f * y * y;
    }
    first /= sum;
    return second / sum - first * first;
}

void ito__trunc_slope(const trunc_at *at, double lo, double x,
                      const trunc_cell *cell, double *jz, double *jq)
{
    const double mid = lo + 0.5 * at->width, square = at->beta * at->beta;
    const double off = (x - at->alpha * mid) / at->beta;
    const double a = (at->alpha * lo - x) / at->beta;
    const double b = (at->alpha * (lo + at->width) - x) / at->beta;
    double variance, defect; /* of e, and 1 less it */

    if (at->flat && fabs(at->slope * off) * 0.5 * at->width <= SMOOTH_Q) {
        variance = smooth_variance(at, mid, x, cell);
        *jz = at->alpha * variance / square;
        *jq = (1.0 - at->slope * at->slope * variance) / square;
        return;
    }
    if (a < 0.0 && b > 0.0) {
        const double pa = bell(a), pb = bell(b);
        const double mass = SQRT_2PI - pa * ito__mills(-a) - pb * ito__mills(b);

        defect = cell->e * cell->e;
        defect -= pa > 0.0 ? a * pa / mass : 0.0;
        defect += pb > 0.0 ? b * pb / mass : 0.0;
        variance = 1.0 - defect;
    } else {
        const double end = a >= 0.0 ? a : -b;

        variance = tail_variance(end, at->slope * at->width);
        defect = 1.0 - variance;
    }
    *jz = variance / at->alpha;
    *jq = defect / square;
}

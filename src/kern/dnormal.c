/* SPDX-License-Identifier: MIT
 *
 * dnormal.c - the standard normal distribution and its inverse in double, the
 * same bits everywhere.
 *
 * The distribution is by Cody's rational approximations: "Rational Chebyshev
 * approximations for the error function", Mathematics of Computation 23, 1969,
 * in the form of his ANORM (Algorithm 715, ACM TOMS 19, 1993); the inverse is
 * Wichura's Algorithm AS 241, Applied Statistics 37, 1988.  Coefficients are
 * listed from the highest power down.
 */
#include <math.h>

#include "kern/dmath.h"

#define ROOT_32 5.656854249492380195
#define ROOT_2  1.41421356237309504880

/* p[0] x^n + p[1] x^(n-1) + ... + p[n]. */
static double polynomial(const double *p, int n, double x)
{
    double y = p[0];

    for (int i = 1; i <= n; i++)
        y = y * x + p[i];
    return y;
}

/* (Phi(x) - 1/2) / x for z = x^2, |x| <= 0.675. */
static double cdf_slope(double z)
{
    static const double p[] = { 0.065682337918207449113, 2.2352520354606839287,
                                161.02823106855587881, 1067.6894854603709582,
                                18154.981253343561249 };
    static const double q[] = { 1.0, 47.20258190468824187,
                                976.09855173777669322, 10260.932208618978205,
                                45507.789335026729956 };

    return polynomial(p, 4, z) / polynomial(q, 4, z);
}

/* The density at y without 1/sqrt(2 pi): y^2 is split so that the rounding
 * of a large square does not show. */
static double bell(double y)
{
    const double near = floor(y * 16.0) / 16.0;

    return ito__exp(-0.5 * near * near) *
           ito__exp(-0.5 * (y - near) * (y + near));
}

/* The tail beyond y, 0.66 < y. */
static double cdf_tail(double y)
{
    static const double c[] = { 1.0765576773720192317e-8, .39894151208813466764,
                                8.8831497943883759412,    93.506656132177855979,
                                597.27027639480026226,    2494.5375852903726711,
                                6848.1904505362823326,    11602.651437647350124,
                                9842.7148383839780218 };
    static const double d[] = { 1.0,
                                22.266688044328115691,
                                235.38790178262499861,
                                1519.377599407554805,
                                6485.558298266760755,
                                18615.571640885098091,
                                34900.952721145977266,
                                38912.003286093271411,
                                19685.429676859990727 };
    static const double p[] = { .02307344176494017303,  .21589853405795699,
                                .1274011611602473639,   .022235277870649807,
                                .001421619193227893466, 2.9112874951168792e-5 };
    static const double q[] = { 1.0,
                                1.28426009614491121,
                                .468238212480865118,
                                .0659881378689285515,
                                .00378239633202758244,
                                7.29751555083966205e-5 };
    double z;

    if (y < ROOT_32)
        return bell(y) * (polynomial(c, 8, y) / polynomial(d, 8, y));
    z = 1.0 / (y * y);
    z *= polynomial(p, 5, z) / polynomial(q, 5, z);
    return bell(y) * ((0.39894228040143267794 - z) / y);
}

double ito__normal_cdf(double x)
{
    const double y = fabs(x);

    if (x != x)
        return x;
    if (y <= 0.67448975)
        return 0.5 + x * cdf_slope(x * x);
    if (y > 39.0)
        return x < 0.0 ? 0.0 : 1.0;
    return x < 0.0 ? cdf_tail(y) : 1.0 - cdf_tail(y);
}

/* erf x = 2 Phi(sqrt(2) x) - 1. */
double ito__erf(double x)
{
    const double a = fabs(x);
    double y;

    if (x != x)
        return x;
    if (a <= 0.4769)
        return x * (2.0 * ROOT_2 * cdf_slope(2.0 * x * x));
    y = a > 6.0 ? 1.0 : 1.0 - 2.0 * cdf_tail(ROOT_2 * a);
    return x < 0.0 ? -y : y;
}

/* Numerators and denominators of AS 241: |p - 1/2| <= 0.425, and the tails
 * for sqrt(-log p) up to 5 and beyond. */
static const double a_middle[] = {
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
    45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
    133.14166789178437745, 3.3871328727963666080
};
static const double b_middle[] = { 5226.4952788528545610, 28729.085735721942674,
                                   39307.895800092710610, 21213.794301586595867,
                                   5394.1960214247511077, 687.18700749205790830,
                                   42.313330701600911252, 1.0 };
static const double c_near[] = {
    7.74545014278341407640e-4, 0.0227238449892691845833,
    0.241780725177450611770,   1.27045825245236838258,
    3.64784832476320460504,    5.76949722146069140550,
    4.63033784615654529590,    1.42343711074968357734
};
static const double d_near[] = {
    1.05075007164441684324e-9, 5.47593808499534494600e-4,
    0.0151986665636164571966,  0.148103976427480074590,
    0.689767334985100004550,   1.67638483018380384940,
    2.05319162663775882187,    1.0
};
static const double e_far[] = {
    2.01033439929228813265e-7, 2.71155556874348757815e-5,
    0.00124266094738807843860, 0.0265321895265761230930,
    0.296560571828504891230,   1.78482653991729133580,
    5.46378491116411436990,    6.65790464350110377720
};
static const double f_far[] = {
    2.04426310338993978564e-15, 1.42151175831644588870e-7,
    1.84631831751005468180e-5,  7.86869131145613259100e-4,
    0.0148753612908506148525,   0.136929880922735805310,
    0.599832206555887937690,    1.0
};

double ito__normal_quantile(double p)
{
    const double q = p - 0.5;
    double r, y;

    if (!(p > 0.0 && p < 1.0)) {
        if (p == 0.0 || p == 1.0)
            return p == 0.0 ? -(double)INFINITY : (double)INFINITY;
        return (double)NAN;
    }
    if (fabs(q) <= 0.425) {
        r = 0.180625 - q * q;
        return q * (polynomial(a_middle, 7, r) / polynomial(b_middle, 7, r));
    }
    r = sqrt(-ito__log(q < 0.0 ? p : 1.0 - p));
    if (r <= 5.0)
        y = polynomial(c_near, 7, r - 1.6) / polynomial(d_near, 7, r - 1.6);
    else
        y = polynomial(e_far, 7, r - 5.0) / polynomial(f_far, 7, r - 5.0);
    return q < 0.0 ? -y : y;
}

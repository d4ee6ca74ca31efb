/* SPDX-License-Identifier: MIT
 *
 * probe_interval.c - what independent estimates say of their expectation.
 *
 * Hutchinson's estimates v'Av are skewed where few directions carry A: like a
 * chi-square of one degree where all coordinates are correlated alike.  With
 * T = (mean - expectation) / error and the sample skewness g of k estimates,
 *
 *     h(T) = T + a T^2 + a^2 T^3 / 3 + b,   a = g / (3 sqrt k),
 *                                           b = g / (6 sqrt k)
 *
 * is without skew to the order 1/sqrt k (P. Hall, On the removal of skewness
 * by transformation, J. R. Statist. Soc. B 54, 1992).  h is increasing, with
 *
 *     h^-1(y) = (cbrt(1 + 3 a (y - b)) - 1) / a,
 *
 * and the ends are h^-1 of Student's points: his own interval where g = 0.
 */
#include "flow/probe_interval.h"

#include <math.h>

#include "kern/dmath.h"

/* The two-sided 95 % point of Student's t: Cornish and Fisher's expansion
 * (Abramowitz and Stegun 26.7.5), to 1e-3 from 4 degrees on; a table below. */
static double student(size_t dof)
{
    static const double few[] = { 0.0, 12.706, 4.303, 3.182 };
    const double z = 1.95996398454005, v = (double)dof, z2 = z * z;
    double g1, g2, g3, g4;

    if (dof < sizeof(few) / sizeof(few[0]))
        return few[dof];
    g1 = z * (z2 + 1.0) / 4.0;
    g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    g4 = z *
         ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) /
         92160.0;
    return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

/* h^-1(y) for a skewness of g over the root of k. */
static double unskew(double y, double g)
{
    const double a = g / 3.0, b = g / 6.0;

    if (fabs(a) < 1e-6) /* where the quotient below loses its digits */
        return y - b - a * y * y;
    return (ito__cbrt(1.0 + 3.0 * a * (y - b)) - 1.0) / a;
}

probe_interval ito__probe_interval(const double *estimate, size_t count)
{
    const double k = (double)count;
    double mean = 0.0, square = 0.0, skew = 0.0, std;
    probe_interval r;

    for (size_t p = 0; p < count; p++)
        mean += estimate[p] / k;
    r = (probe_interval){ .mean = mean, .lo = mean, .hi = mean };
    for (size_t p = 0; p < count; p++)
        square += (estimate[p] - mean) * (estimate[p] - mean) / k;
    std = sqrt(square);
    if (count < 2 || !(std > 0.0))
        return r;
    for (size_t p = 0; count > 2 && p < count; p++) {
        const double from = (estimate[p] - mean) / std;

        skew += from * from * from / k;
    }
    if (count > 2) /* the usual correction for small samples, over sqrt k */
        skew *= sqrt(k - 1.0) / (k - 2.0);
    r.error = std / sqrt(k - 1.0);
    r.lo = mean - unskew(student(count - 1), skew) * r.error;
    r.hi = mean - unskew(-student(count - 1), skew) * r.error;
    return r;
}

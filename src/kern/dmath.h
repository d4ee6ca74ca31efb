/* SPDX-License-Identifier: MIT
 *
 * dmath.h - elementary functions in double, the same bits everywhere.
 *
 * Results that reach a file must not depend on the C library of the machine,
 * so schedules, the optimiser's bias correction and the coding of tables use
 * these.  Only + - * /, sqrt and bit operations are used; no fma, so that
 * plain C gives the same bits as anything else (-ffp-contract=off).  Errors
 * are within 4 ulp of the true value unless said.
 */
#ifndef ITO_KERN_DMATH_H
#define ITO_KERN_DMATH_H

double ito__exp(double x);
double ito__expm1(double x);
double ito__log(double x); /* NaN below zero, -inf at zero */
double ito__log1p(double x);
double ito__log2(double x);  /* exact for powers of two */
double ito__log10(double x); /* exact for powers of ten to 1e22 */
double ito__sin(double x);   /* any angle; NaN for an infinite one */
double ito__cos(double x);
double ito__tan(double x);
double ito__asin(double x);
double ito__acos(double x);
double ito__atan(double x);
double ito__atan2(double y, double x); /* as C's, signed zeros included */
double ito__sinh(double x);
double ito__cosh(double x);
double ito__tanh(double x);
double ito__cbrt(double x);
double ito__hypot(double x, double y);
double ito__erf(double x);
double ito__pow(double x, double y); /* x > 0; within 1e-14 relative */
/* Any x: NaN below zero unless y is whole. */
double ito__power(double x, double y);
/* x - y floor(x / y), rounded once: the sign is that of y. */
double ito__mod(double x, double y);
/* The standard normal distribution function and its inverse. */
double ito__normal_cdf(double x);      /* relative error 1e-13 in both tails */
double ito__normal_quantile(double p); /* 0 < p < 1; absolute error 1e-13 */

#endif /* ITO_KERN_DMATH_H */

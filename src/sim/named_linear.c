/* SPDX-License-Identifier: MIT
 *
 * named_linear.c - linear systems.  Their moments are known (affine.c), and
 * where the matrices commute so are their paths:
 *
 *     X_t = exp((A - 1/2 sum_j B_j^2) t + sum_j B_j W_j) X,
 *
 * (Kloeden and Platen, Numerical Solution of Stochastic Differential
 * Equations, section 4.8).  All matrices of commuting are a I + b (1 1'), with
 * eigenvectors (1, 1) and (1, -1); those of commuting-10 likewise, with the
 * mean over the components and the deviations from it.
 */
#include "sim/system_parts.h"

/* commuting: the exponents of (1, 1) and (1, -1); W is x3 .. x6. */
#define SUM4    "exp((a-1-2*b^2)*t+b*(x3+x4+x5+x6))"
#define DIFF4   "exp((a-3-2*b^2)*t+b*(x3+x4+x5+x6))"
#define COMM(s) "(x1+x2)/2*" SUM4 s "(x1-x2)/2*" DIFF4

/* commuting-10: ten equal columns; W is x5 .. x14. */
#define TEN(s)    s "," s "," s "," s "," s "," s "," s "," s "," s "," s
#define S10       "(x5+x6+x7+x8+x9+x10+x11+x12+x13+x14)"
#define MEAN4     "(x1+x2+x3+x4)/4"
#define ALL10     "exp((diag+3*off-5*(b+3*c)^2)*t+(b+3*c)*" S10 ")"
#define REST10    "exp((diag-off-5*(b-c)^2)*t+(b-c)*" S10 ")"
#define PATH10(x) MEAN4 "*" ALL10 "+(" x "-" MEAN4 ")*" REST10

const system_kind ito__systems_linear[] = {
    { .info = { "brownian",
                "sigma=1,dim=1",
                "dx = sigma dW",
                "Brownian motion, any number of components",
                { NULL } },
      .params = { { "sigma", "1", 0.0, 1e6, false },
                  { "dim", "1", 1.0, 1024.0, true } },
      .build = ito__build_brownian,
      .t1 = 5.0,
      .steps = 500 },
    { .info = { "ou",
                "theta=1,mu=0,sigma=1,dim=1",
                "dx = theta*(mu-x) dt + sigma dW",
                "Ornstein-Uhlenbeck, any number of components (Uhlenbeck and "
                "Ornstein 1930)",
                { NULL } },
      .params = { { "theta", "1", -1e6, 1e6, false },
                  { "mu", "0", -1e6, 1e6, false },
                  { "sigma", "1", 0.0, 1e6, false },
                  { "dim", "1", 1.0, 1024.0, true } },
      .build = ito__build_ou,
      .t1 = 5.0,
      .steps = 500 },
    { .info = { "gbm",
                "alpha=1.01,beta=0.87",
                "dx = alpha*x dt + beta*x dW",
                "geometric Brownian motion (Black and Scholes 1973)",
                { NULL } },
      .params = { { "alpha", "1.01", -1e3, 1e3, false },
                  { "beta", "0.87", 0.0, 1e3, false } },
      .drift = "alpha*x",
      .diffusion = "beta*x",
      .fast_drift = { 1 + ITO_NATIVE_SCALED, 0 },
      .fast_diffusion = { 1 + ITO_NATIVE_SCALED, 1 },
      .path = "x*exp((alpha-beta^2/2)*t+beta*y)",
      .flow = "x*exp(alpha*t)",
      .logp = "y/x>0 ? -(log(y/x)-(alpha-beta^2/2)*t)^2/(2*beta^2*t)-"
              "log(abs(y)*beta*sqrt(2*pi*t)) : log(0)",
      .start = { 0.5 },
      .lo = { 0.0 },
      .hi = { 6.0 },
      .t1 = 1.0,
      .steps = 512 },
    { .info = { "gbm-strat",
                "alpha=1.01,beta=0.87",
                "dx = alpha*x dt + beta*x o dW",
                "the same in the sense of Stratonovich",
                { NULL } },
      .params = { { "alpha", "1.01", -1e3, 1e3, false },
                  { "beta", "0.87", 0.0, 1e3, false } },
      .drift = "alpha*x",
      .diffusion = "beta*x",
      .calculus = ITO_CALCULUS_STRATONOVICH,
      .fast_drift = { 1 + ITO_NATIVE_SCALED, 0 },
      .fast_diffusion = { 1 + ITO_NATIVE_SCALED, 1 },
      .path = "x*exp(alpha*t+beta*y)",
      .flow = "x*exp(alpha*t)",
      .logp = "y/x>0 ? -(log(y/x)-alpha*t)^2/(2*beta^2*t)-"
              "log(abs(y)*beta*sqrt(2*pi*t)) : log(0)",
      .start = { 0.5 },
      .lo = { 0.0 },
      .hi = { 8.0 },
      .t1 = 1.0,
      .steps = 512 },
    { .info = { "linear",
                "a11=-1,a12=0,a21=0,a22=-1,sigma=0",
                "dx = a11*x+a12*y dt + sigma dW1, dy = a21*x+a22*y dt + sigma "
                "dW2",
                "any linear system in the plane",
                { NULL } },
      .params = { { "a11", "-1", -1e3, 1e3, false },
                  { "a12", "0", -1e3, 1e3, false },
                  { "a21", "0", -1e3, 1e3, false },
                  { "a22", "-1", -1e3, 1e3, false },
                  { "sigma", "0", 0.0, 1e3, false } },
      .drift = "a11*x+a12*y; a21*x+a22*y",
      .diffusion = "sigma",
      .fast_drift = { 1 + ITO_NATIVE_LINEAR, 0 },
      .start = { 1.0, 1.0 },
      .lo = { -2.0, -2.0 },
      .hi = { 2.0, 2.0 },
      .t1 = 2.0,
      .steps = 200 },
    { .info = { "rotation",
                "omega=1,noise=0",
                "dx = -omega*y dt, dy = omega*x dt",
                "rotation about the origin",
                { NULL } },
      .params = { { "omega", "1", -1e3, 1e3, false },
                  { "noise", "0", 0.0, 1e3, false } },
      .drift = "-omega*y; omega*x",
      .diffusion = "noise",
      .fast_drift = { 1 + ITO_NATIVE_ROTATION, 0 },
      .start = { 1.0, 0.0 },
      .lo = { -1.5, -1.5 },
      .hi = { 1.5, 1.5 },
      .t1 = 6.283185307179586,
      .steps = 200 },
    { .info = { "commuting",
                "a=1.01,b=0.87",
                "dx = (a-2)*x+y dt + b*x (dW1+dW2+dW3+dW4), dy = x+(a-2)*y dt "
                "+ b*y (dW1+dW2+dW3+dW4)",
                "four noises with commuting matrices (DifferentialEquations.jl "
                "problem library)",
                { NULL } },
      .params = { { "a", "1.01", -1e3, 1e3, false },
                  { "b", "0.87", 0.0, 1e3, false } },
      .drift = "(a-2)*x+y; x+(a-2)*y",
      .diffusion = "b*x,b*x,b*x,b*x; b*y,b*y,b*y,b*y",
      .path = COMM("+") ";" COMM("-"),
      .start = { 1.0, 0.5 },
      .lo = { 0.0, 0.0 },
      .hi = { 6.0, 6.0 },
      .t1 = 1.0,
      .steps = 512 },
    { .info = { "commuting-10",
                "diag=-1.5,off=0.05,b=0.2,c=0.01",
                "dx_i = diag*x_i+off*(the others) dt + (b*x_i+c*(the others)) "
                "(dW1+...+dW10)",
                "four components, ten noises (Roessler, SIAM J. Numer. Anal. "
                "48, 2010, equation 7.4)",
                { NULL } },
      .params = { { "diag", "-1.5", -1e3, 1e3, false },
                  { "off", "0.05", -1e3, 1e3, false },
                  { "b", "0.2", -1e3, 1e3, false },
                  { "c", "0.01", -1e3, 1e3, false } },
      .drift = "diag*x1+off*(x2+x3+x4); diag*x2+off*(x1+x3+x4); "
               "diag*x3+off*(x1+x2+x4); diag*x4+off*(x1+x2+x3)",
      .diffusion =
          TEN("b*x1+c*(x2+x3+x4)") ";" TEN("b*x2+c*(x1+x3+x4)") ";" TEN(
              "b*x3+c*(x1+x2+x4)") ";" TEN("b*x4+c*(x1+x2+x3)"),
      .path = PATH10("x1") ";" PATH10("x2") ";" PATH10("x3") ";" PATH10("x4"),
      .start = { 1.0, 1.0, 1.0, 1.0 },
      .hi = { 2.0, 2.0, 2.0, 2.0 },
      .t1 = 1.0,
      .steps = 512 },
    { .info = { "non-commuting",
                "",
                "dx = -273/512*x dt + x/4 dW1 + x/16 dW2, dy = "
                "-x/160+(sqrt(2)/8-785/512)*y dt + (1-2*sqrt(2))/4*x dW1 + "
                "(x/10+y/16) dW2",
                "linear weak test with general noise (Komori, BIT 47, 2007; "
                "with the sign of the last coefficient corrected)",
                { NULL } },
      .drift = "-273/512*x; -x/160+(sqrt(2)/8-785/512)*y",
      .diffusion = "x/4, x/16; (1-2*sqrt(2))/4*x, x/10+y/16",
      .start = { 1.0, 1.0 },
      .lo = { -1.0, -1.0 },
      .hi = { 2.0, 2.0 },
      .t1 = 3.0,
      .steps = 300 },
    { .info = { NULL, NULL, NULL, NULL, { NULL } } },
};

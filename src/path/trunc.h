/* SPDX-License-Identifier: MIT
 *
 * trunc.h - normals restricted to an interval, however far out.
 */
#ifndef ITO_PATH_TRUNC_H
#define ITO_PATH_TRUNC_H

#include <stdbool.h>

/* What all cells of one width share at one time. */
typedef struct trunc_at {
    double alpha, beta, width;
    double slope;   /* alpha / beta = -de / dz */
    double bell[4]; /* exp(-slope^2 s^2 / 2) at the Gauss-Legendre nodes s */
    bool flat;      /* slope allows Gauss-Legendre */
} trunc_at;

/* alpha >= 0, beta > 0, width > 0. */
trunc_at ito__trunc_at(double alpha, double beta, double width);

/* Posterior of a uniform z in [lo, lo + width] given x = alpha z + beta e. */
typedef struct trunc_cell {
    double mass, shift; /* mass exp(-shift) is the integral of
                           N(x; alpha z, beta^2) dz; mass is in range */
    double z;           /* mean of z */
    double e;           /* mean of e = (x - alpha z) / beta */
} trunc_cell;

/*
 * mills: Mills' ratio at the lower and upper edge, of |alpha z - x| / beta,
 * kept between cells that share an edge; negative while not known.
 */
trunc_cell ito__trunc_cell(const trunc_at *at, double lo, double x,
                           double mills[2]);

/* How a cell's means move with x: *jz = dz/dx = alpha Var z / beta^2 and *jq =
 * d(e / beta)/dx = (1 - Var e) / beta^2, without their cancellations. */
void ito__trunc_slope(const trunc_at *at, double lo, double x,
                      const trunc_cell *cell, double *jz, double *jq);

/* Mills' ratio (1 - Phi(x)) / phi(x) for x >= 0; relative error 1e-15. */
double ito__mills(double x);

#endif /* ITO_PATH_TRUNC_H */

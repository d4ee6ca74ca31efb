/* SPDX-License-Identifier: MIT
 *
 * trunc.h - normals restricted to an interval, in the logarithmic domain.
 */
#ifndef ITO_PATH_TRUNC_H
#define ITO_PATH_TRUNC_H

/* Posterior of a uniform z in [lo, hi] given x = alpha z + beta e. */
typedef struct trunc_cell {
    double log_mass; /* log of the integral of N(x; alpha z, beta^2) dz */
    double z;        /* mean of z */
    double e;        /* mean of e = (x - alpha z) / beta */
} trunc_cell;

/* alpha >= 0, beta > 0, lo < hi, all finite. */
trunc_cell ito__trunc_cell(double alpha, double beta, double lo, double hi,
                           double x);

/* Mills' ratio (1 - Phi(x)) / phi(x) for x >= 0; relative error 1e-15. */
double ito__mills(double x);

#endif /* ITO_PATH_TRUNC_H */

/* SPDX-License-Identifier: MIT
 *
 * dist.h - drawing rows of a distribution from worker threads, and what the
 * oracles must know of it.
 *
 * Each shape with a closed form can be seen through x = alpha z + beta e, e
 * of N(0, I), with z drawn from it: `..._at` makes what is the same for all x,
 * `..._moments` returns log p(x) and, where z and q are not NULL,
 *
 *     z = E[z | x]   q = E[e | x] / beta = -grad log p(x)
 *
 * which is finite for any finite x.  alpha = 1 and beta = 0 is the
 * distribution itself.  `..._slope` returns the trace of the Jacobian of
 * f = cz z + cq q and, where v is not NULL, vj = v' df/dx, with log p, z and q
 * as `..._moments` gave them; a sum over parts k of the mixture with
 * responsibilities r,
 *
 *     df/dx = sum_k r_k (df_k/dx + (f_k - f) (q - q_k)')
 *
 * so nothing is divided by beta.
 */
#ifndef ITO_DIST_DIST_H
#define ITO_DIST_DIST_H

#include <ito/dist.h>
#include <stdbool.h>

#include "kern/kern.h"

/*
 * out[i * ld + c], i < n, c < dim: the rows of ids id0 .. id0 + n - 1 under
 * address `at` (its purpose as given).  Allocates nothing.
 */
void ito__dist_rows(const ito_kern *kern, const ito_dist *dist,
                    const ito_noise *at, uint64_t id0, size_t n, float *out,
                    size_t ld);

/* --- mixtures of isotropic normals (modes.c) ----------------------------- */

/* Weights as logarithms that sum to 1. */
typedef struct ito_modes {
    size_t modes, dim;
    const double *means; /* modes x dim */
    const double *stds;
    const double *logw;
} ito_modes;

/* The distribution as a mixture (a gaussian is one of 1), or NULL. */
const ito_modes *ito__dist_modes(const ito_dist *dist);

/* Memory: 2 x modes doubles. */
typedef struct ito_modes_at {
    const ito_modes *modes;
    double alpha;
    double *inv;  /* 1 / C_k, C_k = alpha^2 s_k^2 + beta^2 */
    double *log0; /* log w_k - d/2 log(2 pi C_k) */
} ito_modes_at;

void ito__modes_at(const ito_modes *modes, double alpha, double beta,
                   double *memory, ito_modes_at *out);

/* Finite for any finite x, but for log p beyond 1e150. */
double ito__modes_moments(const ito_modes_at *at, const double *x, double *z,
                          double *q);

/* What `..._slope` is asked and told. */
typedef struct ito_slope {
    double cz, cq;       /* f = cz z + cq q */
    double logp;         /* at x */
    const double *z, *q; /* at x */
    const double *v;     /* or NULL */
    double *vj;          /* receives dim values where v is given */
} ito_slope;

double ito__modes_slope(const ito_modes_at *at, const double *x,
                        const ito_slope *s);

/* --- mixtures of any normals (full.c) ------------------------------------ */

typedef struct ito_full {
    const ito_modes *modes; /* means and weights; the stds do not apply */
    const double *covs;     /* modes x dim x dim, symmetric */
} ito_full;

/* The distribution as such a mixture, false if it is none. */
bool ito__dist_full(const ito_dist *dist, ito_full *full);

/* Memory: ito__full_doubles. */
typedef struct ito_full_at {
    const ito_full *full;
    double alpha;
    double *log0;   /* as above */
    double *tr_z;   /* trace of dz_k/dx, where slopes were asked for */
    double *tr_q;   /* trace of C_k^-1 */
    double *factor; /* modes x dim x dim, C_k = L L', lower triangles */
    double *work;   /* dim x dim, then 3 dim */
} ito_full_at;

size_t ito__full_doubles(const ito_full *full);
void ito__full_at(const ito_full *full, double alpha, double beta, bool slopes,
                  double *memory, ito_full_at *out);
double ito__full_moments(const ito_full_at *at, const double *x, double *z,
                         double *q);
double ito__full_slope(const ito_full_at *at, const double *x,
                       const ito_slope *s);

/* C = L L' for a symmetric C, in place (the upper triangle is left alone);
 * false where a pivot is not positive. */
bool ito__cholesky(size_t dim, double *c);

/* --- circles with isotropic normal noise (rings.c) ----------------------- */

#define ITO_RINGS_MAX 64

/* Equal weights on `count` circles around 0, noise of std s > 0. */
typedef struct ito_rings {
    size_t count;
    double radius[ITO_RINGS_MAX];
    double s;
} ito_rings;

/* The distribution as rings, false if it is none (or has no noise). */
bool ito__dist_rings(const ito_dist *dist, ito_rings *rings);

typedef struct ito_rings_at {
    const ito_rings *rings;
    double alpha, c; /* C = alpha^2 s^2 + beta^2 */
    double log0;     /* -log(2 pi C count) */
} ito_rings_at;

ito_rings_at ito__rings_at(const ito_rings *rings, double alpha, double beta);
double ito__rings_moments(const ito_rings_at *at, const double *x, double *z,
                          double *q);
double ito__rings_slope(const ito_rings_at *at, const double *x,
                        const ito_slope *s);

/* log(I0(k) exp(-k)) and I1(k) / (k I0(k)), for k >= 0. */
double ito__bessel_log(double k);
double ito__bessel_ratio(double k);

/* --- curves in the plane with isotropic normal noise (curve.c) ----------- */

/* Points of Gauss-Legendre panels along the curve, as close as half the noise:
 * a mixture whose parts stand for the integral over the curve. */
typedef struct ito_curve {
    const ito_kern64 *kern;
    size_t n;
    const double *px, *py, *logw; /* n values each; weights sum to 1 */
    double s;                     /* std of the noise */
} ito_curve;

/* The number of points for a distribution; 0 where there is no density, for
 * the reason that *why (may be NULL) receives. */
size_t ito__curve_points(const ito_dist *dist, const char **why);
/* Memory: 3 n doubles, kept by the curve. */
void ito__curve_fill(const ito_dist *dist, double *memory, ito_curve *out);

typedef struct ito_curve_at {
    const ito_curve *curve;
    double alpha, c, log0;
} ito_curve_at;

ito_curve_at ito__curve_at(const ito_curve *curve, double alpha, double beta);
double ito__curve_moments(const ito_curve_at *at, const double *x, double *z,
                          double *q);
double ito__curve_slope(const ito_curve_at *at, const double *x,
                        const ito_slope *s);

/* --- squares ------------------------------------------------------------- */

/* True for a checkerboard; *grid cells a side on [-*scale, *scale]^2. */
bool ito__dist_board(const ito_dist *dist, size_t *grid, double *scale);

#endif /* ITO_DIST_DIST_H */

/* SPDX-License-Identifier: MIT
 *
 * dist.h - drawing rows of a distribution from worker threads, and what the
 * oracles must know of it.
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

/* A mixture of isotropic normals, weights as logarithms that sum to 1. */
typedef struct ito_modes {
    size_t modes, dim;
    const double *means; /* modes x dim */
    const double *stds;
    const double *logw;
} ito_modes;

/* The distribution as a mixture (a gaussian is one of 1), or NULL. */
const ito_modes *ito__dist_modes(const ito_dist *dist);

/*
 * A mixture seen through x = alpha z + beta e, e of N(0, I); alpha = 1 and
 * beta = 0 is the mixture itself.  Memory: 2 x modes doubles.
 */
typedef struct ito_modes_at {
    const ito_modes *modes;
    double alpha;
    double *inv;  /* 1 / C_k, C_k = alpha^2 s_k^2 + beta^2 */
    double *log0; /* log w_k - d/2 log(2 pi C_k) */
} ito_modes_at;

void ito__modes_at(const ito_modes *modes, double alpha, double beta,
                   double *memory, ito_modes_at *out);

/*
 * At one x (dim values): returns log p(x) and, where z and q are not NULL,
 *
 *     z = E[z | x]   q = E[e | x] / beta = sum_k r_k (x - alpha m_k) / C_k
 *
 * with the score -q.  Finite for any finite x, but for log p beyond 1e150.
 */
double ito__modes_moments(const ito_modes_at *at, const double *x, double *z,
                          double *q);

/* True for a checkerboard; *grid cells a side on [-*scale, *scale]^2. */
bool ito__dist_board(const ito_dist *dist, size_t *grid, double *scale);

#endif /* ITO_DIST_DIST_H */

/* SPDX-License-Identifier: MIT
 *
 * path.h - points of a path and their targets, for whole batches.
 */
#ifndef ITO_PATH_PATH_H
#define ITO_PATH_PATH_H

#include <ito/path.h>
#include <stdbool.h>

#include "kern/kern.h"

/*
 * For row i < n, with the coefficients of its own time t[i]:
 *
 *     xt = alpha z + beta e,   target = alphadot z + betadot e
 *
 * z, e, xt, target: n x dim, without gaps; xt may be z or e, target may not.
 * May be called from worker threads.
 */
void ito__path_rows(const ito_kern *kern, const ito_path *path, size_t n,
                    size_t dim, const float *t, const float *z, const float *e,
                    float *xt, float *target);

/* The coefficients for noise of std s: x_t = alpha z + beta (s e). */
ito_coef ito__coef_scaled(ito_coef coef, double s);

/* out = ab[0] x + ab[1] in turns a prediction into another; false where that
 * is singular. */
bool ito__convert_ab(const ito_coef *at, ito_predict from, ito_predict to,
                     double ab[2]);

#endif /* ITO_PATH_PATH_H */

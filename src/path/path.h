/* SPDX-License-Identifier: MIT
 *
 * path.h - points of a path and their targets, for whole batches.
 */
#ifndef ITO_PATH_PATH_H
#define ITO_PATH_PATH_H

#include <ito/path.h>

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

#endif /* ITO_PATH_PATH_H */

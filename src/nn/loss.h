/* SPDX-License-Identifier: MIT
 *
 * loss.h - the weighted squared error of a shard.
 */
#ifndef ITO_NN_LOSS_H
#define ITO_NN_LOSS_H

#include "kern/kern.h"

/*
 * sum over rows of w_r |y_r - target_r|^2 in double, rows in order of the
 * reduction kernel; y is replaced by scale * 2 w_r (y_r - target_r), the
 * gradient if the loss is multiplied by `scale`.  weight may be NULL (all
 * 1).  y and target are rows x cols.
 */
double ito__squared_error(const ito_kern *kern, size_t rows, size_t cols,
                          const real *weight, const real *target, double scale,
                          real *y);

#endif /* ITO_NN_LOSS_H */

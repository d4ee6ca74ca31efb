/* SPDX-License-Identifier: MIT
 *
 * autocov.h - autocovariances at all lags at once.
 */
#ifndef ITO_SIM_AUTOCOV_H
#define ITO_SIM_AUTOCOV_H

#include <stddef.h>

/* Doubles of work that n values need; sticks at SIZE_MAX. */
size_t ito__autocov_doubles(size_t n);

/* out[t] += 1 / n sum_i (x_i - mean)(x_{i+t} - mean), t < n, n > 0. */
void ito__autocov_add(size_t n, const double *x, double mean, double *work,
                      double *out);

#endif /* ITO_SIM_AUTOCOV_H */

/* SPDX-License-Identifier: MIT
 *
 * autocov.h - autocovariances at all lags at once.
 */
#ifndef ITO_SIM_AUTOCOV_H
#define ITO_SIM_AUTOCOV_H

#include <stddef.h>

/* Doubles of work that rows of n values need; sticks at SIZE_MAX. */
size_t ito__autocov_doubles(size_t n);

/*
 * The mean over `rows` rows x of n > 0 values of
 *
 *     1 / n sum_i (x_i - mean of the row)(x_{i+t} - mean),  t < n.
 */
void ito__autocov(size_t n, size_t rows, const double *x, double *work,
                  double *out);

#endif /* ITO_SIM_AUTOCOV_H */

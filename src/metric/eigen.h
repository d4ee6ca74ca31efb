/* SPDX-License-Identifier: MIT
 *
 * eigen.h - eigenvalues of symmetric matrices.
 */
#ifndef ITO_METRIC_EIGEN_H
#define ITO_METRIC_EIGEN_H

#include <stddef.h>

/*
 * The eigenvalues of the symmetric n x n matrix a, which is overwritten: they
 * stand on its diagonal, in no order.  v, if given, receives the eigenvectors
 * as rows: row k belongs to a[k n + k].  Always ends.
 */
void ito__eigen(size_t n, double *a, double *v);

#endif /* ITO_METRIC_EIGEN_H */

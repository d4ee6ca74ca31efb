/* SPDX-License-Identifier: MIT
 *
 * eigen.c - Jacobi's method for symmetric matrices (Golub and Van Loan, Matrix
 * Computations, 4th ed., section 8.5): plane rotations that make one element
 * after the other zero, in sweeps over all of them.  Slower than going
 * through a tridiagonal matrix, but short, accurate for small eigenvalues, and
 * the same bits everywhere.
 */
#include "metric/eigen.h"

#include <math.h>
#include <string.h>

#define SWEEPS 60 /* some 6 to 12 are needed; convergence is quadratic */

/* x, y = c x - s y, s x + c y. */
static void rotate(size_t n, double c, double s, double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        const double p = x[i], q = y[i];

        x[i] = c * p - s * q;
        y[i] = s * p + c * q;
    }
}

/* Make a[p][q] zero.  Rows p and q are rotated, then the columns are made
 * their mirror image. */
static void annihilate(size_t n, double *a, double *v, size_t p, size_t q)
{
    double *const row_p = a + p * n, *const row_q = a + q * n;
    const double app = row_p[p], aqq = row_q[q], apq = row_p[q];
    const double tau = (aqq - app) / (2.0 * apq);
    const double t =
        (tau >= 0.0 ? 1.0 : -1.0) / (fabs(tau) + sqrt(1.0 + tau * tau));
    const double c = 1.0 / sqrt(1.0 + t * t), s = t * c;

    rotate(n, c, s, row_p, row_q);
    for (size_t i = 0; i < n; i++) {
        a[i * n + p] = row_p[i];
        a[i * n + q] = row_q[i];
    }
    row_p[p] = app - t * apq;
    row_q[q] = aqq + t * apq;
    row_p[q] = row_q[p] = 0.0;
    if (v)
        rotate(n, c, s, v + p * n, v + q * n);
}

/* Elements this small next to their diagonal are rounding. */
static int is_small(double off, double p, double q)
{
    return fabs(off) <= 0x1p-53 * sqrt(fabs(p)) * sqrt(fabs(q)) ||
           fabs(off) < 0x1p-1000;
}

void ito__eigen(size_t n, double *a, double *v)
{
    if (v) {
        memset(v, 0, n * n * sizeof(*v));
        for (size_t i = 0; i < n; i++)
            v[i * n + i] = 1.0;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        size_t rotations = 0;

        for (size_t p = 0; p + 1 < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                if (is_small(a[p * n + q], a[p * n + p], a[q * n + q]))
                    continue;
                annihilate(n, a, v, p, q);
                rotations++;
            }
        if (rotations == 0)
            return;
    }
}

/* SPDX-License-Identifier: MIT
 *
 * loss.c - the weighted squared error of a shard.
 */
#include "nn/loss.h"

double ito__squared_error(const ito_kern *kern, size_t rows, size_t cols,
                          const real *weight, const real *target, double scale,
                          real *y)
{
    double sum = 0.0;

    kern->sub(rows * cols, y, target, y);
    if (!weight) {
        sum = kern->sumsq(rows * cols, y);
        kern->scale(rows * cols, (real)(2.0 * scale), y, y);
        return sum;
    }
    for (size_t r = 0; r < rows; r++) {
        real *row = y + r * cols;
        const double w = (double)weight[r];

        sum += w * kern->sumsq(cols, row);
        kern->scale(cols, (real)(2.0 * scale * w), row, row);
    }
    return sum;
}

/* SPDX-License-Identifier: MIT
 *
 * kde.c - the density of particles by a kernel:
 *
 *     p(x) = 1/n sum_i N(x; x_i, diag(h1^2, h2^2)),
 *     h_c = 1/2 sd_c n^(-1/6)
 *
 * Half of Scott's bandwidth (Scott, Multivariate Density Estimation, 1992,
 * equation 6.42), which suits one mode, as most densities here have several.
 * The kernel ends at four bandwidths.
 */
#include "cli/kde.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define HALF  0.5
#define REACH 4.0
#define TWOPI 6.283185307179586

static double number(const ito_cloud *p, size_t i, size_t j)
{
    return p->f32 ? (double)p->f32[i * p->dim + j] : p->f64[i * p->dim + j];
}

/* Of column j; `least` where all points agree. */
static double bandwidth(const ito_cloud *p, size_t j, double least)
{
    const double n = (double)p->n;
    double mean = 0.0, squares = 0.0, h;

    for (size_t i = 0; i < p->n; i++)
        mean += number(p, i, j) / n;
    for (size_t i = 0; i < p->n; i++)
        squares += (number(p, i, j) - mean) * (number(p, i, j) - mean) / n;
    h = HALF * sqrt(squares) * pow(n, -1.0 / 6.0);
    return h > least ? h : least;
}

/* The kernel around x over one axis, into cells; the range that it reaches. */
static void spread(double x, double h, double lo, double cell, size_t cells,
                   double *k, size_t range[2])
{
    const double first = floor((x - REACH * h - lo) / cell);
    const double last = ceil((x + REACH * h - lo) / cell);

    range[0] = first > 0.0 ? (size_t)fmin(first, (double)cells) : 0;
    range[1] = last > 0.0 ? (size_t)fmin(last, (double)cells) : 0;
    for (size_t i = range[0]; i < range[1]; i++) {
        const double z = (lo + cell * ((double)i + 0.5) - x) / h;

        k[i] = exp(-0.5 * z * z) / (sqrt(TWOPI) * h);
    }
}

ito_status kde_raster(const ito_cloud *points, const double w[4], size_t cells,
                      double *value)
{
    const double dx = (w[1] - w[0]) / (double)cells;
    const double dy = (w[3] - w[2]) / (double)cells;
    const double hx = bandwidth(points, 0, dx), hy = bandwidth(points, 1, dy);
    double *const kx = calloc(2 * cells, sizeof(*kx));
    double *const ky = kx + cells;

    if (!kx)
        return cmd_fail(ITO_ENOMEM, "%zu cells", cells);
    memset(value, 0, cells * cells * sizeof(*value));
    for (size_t i = 0; i < points->n; i++) {
        size_t x[2], y[2];

        spread(number(points, i, 0), hx, w[0], dx, cells, kx, x);
        spread(number(points, i, 1), hy, w[2], dy, cells, ky, y);
        for (size_t b = y[0]; b < y[1]; b++)
            for (size_t a = x[0]; a < x[1]; a++)
                value[b * cells + a] += kx[a] * ky[b] / (double)points->n;
    }
    free(kx);
    return ITO_OK;
}

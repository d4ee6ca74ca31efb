/* SPDX-License-Identifier: MIT
 *
 * bins.h - counting points in the cells of a rectangle.
 */
#ifndef ITO_PLOT_BINS_H
#define ITO_PLOT_BINS_H

#include "ctx/ctx.h"

#define BINS_MAX 1000

typedef struct range {
    double lo, hi;
} range;

/* nx x ny cells over the rectangle xr x yr, row ny - 1 at the top;
 * cell[iy * nx + ix] is a density. */
typedef struct bins {
    size_t nx, ny;
    range xr, yr;
    double *cell;
    double single; /* the density of a cell with one point */
    size_t inside; /* points that fell into a cell */
} bins;

/* True when something can be drawn between lo and hi: they differ by more
 * than rounding. */
bool ito__range_is_open(range r);

/* r, or where that is closed, 5 per cent of the value more on either side (half
 * a unit around 0). */
range ito__range_open(range r);

/* True when all values are whole numbers below 10^9. */
bool ito__is_whole(const double *v, size_t n);

/* About `want` equal cells over r for these values: of a width that is a whole
 * number, between whole numbers, where the values are; *cells then reaches
 * beyond r. */
size_t ito__cells_for(const double *v, size_t n, range r, size_t want,
                      range *cells);

/* Cells along x (20 to 160) such that a cell that holds points holds about 15
 * of them, for square cells on the square that xr and yr are drawn as. */
ito_status ito__bins_suit(ito_ctx *ctx, size_t n, const double *x,
                          const double *y, const range r[2], size_t *out);

/* Bars that suit n values. */
size_t ito__hist_bins(size_t n);

/* The cell of v among n equal cells of r, or n outside; the upper limit
 * belongs to the last cell. */
size_t ito__bin_of(double v, range r, size_t n);

/*
 * Count n points; cell is allocated by the call, freed by ito__free.  The
 * densities are counts / (n times the area of a cell), so that they add up to
 * the share of the points that lie inside.
 */
ito_status ito__bins_fill(ito_ctx *ctx, bins *b, size_t n, const double *x,
                          const double *y);

/* Smooth with [1 2 1] / 4 along both axes, `passes` times; cells beyond the
 * edge count as their neighbours inside. */
ito_status ito__bins_smooth(ito_ctx *ctx, bins *b, size_t passes);

/* The q quantile of the cells that hold something; 0 if none does. */
ito_status ito__bins_quantile(ito_ctx *ctx, const bins *b, double q,
                              double *out);

/* For each share (falling shares first) the density d such that cells of
 * density >= d hold that share of what is inside. */
ito_status ito__bins_levels(ito_ctx *ctx, const bins *b, size_t count,
                            const double *share, double *level);

/*
 * The pieces of the line where the density, interpolated between the centres
 * of cells, is `level` (marching squares; a saddle is split by its mean).
 * seg receives x, y, x, y of each piece; returns how many pieces there are, of
 * which at most `max` are written.
 */
size_t ito__bins_contour(const bins *b, double level, size_t max, double *seg);

/* The q quantile of n > 0 numbers that are sorted. */
double ito__quantile_sorted(const double *v, size_t n, double q);

/* Sort numbers, smallest first. */
void ito__sort(double *v, size_t n);

#endif /* ITO_PLOT_BINS_H */

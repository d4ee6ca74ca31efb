/* SPDX-License-Identifier: MIT
 *
 * bins.c - counting points in the cells of a rectangle.
 *
 * The density of a cell is count / (n dx dy).  Highest density regions are
 * those of Hyndman (1996): cells sorted by density, taken until they hold the
 * share asked for.
 */
#include "plot/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HIST_ROOT   0.5 /* times sqrt(n) */
#define HIST_MIN    10
#define HIST_MAX    60
#define SUIT_POINTS 15.0 /* in a cell */
#define SUIT_MIN    20
#define SUIT_MAX    160
#define LEAST       1e-90 /* range: densities stay far from overflow */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void ito__sort(double *v, size_t n)
{
    if (n > 1)
        qsort(v, n, sizeof(*v), compare);
}

double ito__quantile_sorted(const double *v, size_t n, double q)
{
    const double p = q * (double)(n - 1);
    const size_t i = (size_t)p < n - 1 ? (size_t)p : n - 1;
    const double f = p - (double)i;

    return i + 1 < n ? v[i] + f * (v[i + 1] - v[i]) : v[i];
}

bool ito__range_is_open(range r)
{
    return r.hi - r.lo > 1e-12 * (fabs(r.lo) + fabs(r.hi)) &&
           r.hi - r.lo > LEAST;
}

range ito__range_open(range r)
{
    const double size = fabs(r.lo) > fabs(r.hi) ? fabs(r.lo) : fabs(r.hi);
    const double half = 0.05 * size > LEAST ? 0.05 * size : 0.5;

    return ito__range_is_open(r) ? r : (range){ r.lo - half, r.hi + half };
}

bool ito__is_whole(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i] != floor(v[i]) || !(fabs(v[i]) < 1e9))
            return false;
    return true;
}

size_t ito__cells_for(const double *v, size_t n, range r, size_t want,
                      range *cells)
{
    double width = (r.hi - r.lo) / (double)want, first, count;

    *cells = r;
    if (width < 1.0 / 3.0 || width > 1e6 || !ito__is_whole(v, n))
        return want;
    width = floor(width + 0.5) > 1.0 ? floor(width + 0.5) : 1.0;
    first = floor(r.lo + 0.5) - 0.5;
    count = -floor(-(r.hi - first) / width);
    if (!(count >= 1.0 && count <= BINS_MAX))
        return want;
    *cells = (range){ first, first + count * width };
    return (size_t)count;
}

size_t ito__hist_bins(size_t n)
{
    const size_t k = (size_t)(HIST_ROOT * sqrt((double)n));

    return size_max(HIST_MIN, size_min(k, HIST_MAX));
}

size_t ito__bin_of(double v, range r, size_t n)
{
    const double p = (v - r.lo) / (r.hi - r.lo) * (double)n;
    const size_t i = p >= 0.0 && p < (double)n ? (size_t)p : n;

    return v == r.hi ? n - 1 : i;
}

ito_status ito__bins_fill(ito_ctx *ctx, bins *b, size_t n, const double *x,
                          const double *y)
{
    const double area = (b->xr.hi - b->xr.lo) / (double)b->nx *
                        ((b->yr.hi - b->yr.lo) / (double)b->ny);

    b->cell = ito__calloc(ctx, size_mul(b->nx, b->ny), sizeof(*b->cell));
    if (!b->cell)
        return ito__fail(ctx, ITO_ENOMEM, "plot: %zu x %zu cells", b->nx,
                         b->ny);
    b->inside = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t ix = ito__bin_of(x[i], b->xr, b->nx);
        const size_t iy = ito__bin_of(y[i], b->yr, b->ny);

        if (ix == b->nx || iy == b->ny)
            continue;
        b->cell[iy * b->nx + ix] += 1.0;
        b->inside++;
    }
    b->single = n > 0 ? 1.0 / ((double)n * area) : 0.0;
    for (size_t i = 0; i < b->nx * b->ny; i++)
        b->cell[i] *= b->single;
    return ITO_OK;
}

ito_status ito__bins_suit(ito_ctx *ctx, size_t n, const double *x,
                          const double *y, const range r[2], size_t *out)
{
    const double root = sqrt((double)n / SUIT_POINTS);
    const size_t first = size_max(SUIT_MIN, size_min((size_t)root, SUIT_MAX));
    bins b = { .nx = first, .ny = first, .xr = r[0], .yr = r[1] };
    size_t used = 0;
    const ito_status rc = ito__bins_fill(ctx, &b, n, x, y);
    double share, want;

    if (rc != ITO_OK)
        return rc;
    for (size_t i = 0; i < first * first; i++)
        used += b.cell[i] > 0.0;
    ito__free(ctx, b.cell);
    share = (double)size_max(used, 1) / (double)(first * first);
    want = root / sqrt(share);
    *out = want < SUIT_MIN   ? SUIT_MIN
           : want > SUIT_MAX ? SUIT_MAX
                             : (size_t)want;
    return ITO_OK;
}

/* One pass along n cells that lie `stride` apart; line: n numbers. */
static void smooth_line(double *cell, size_t n, size_t stride, double *line)
{
    for (size_t i = 0; i < n; i++)
        line[i] = cell[i * stride];
    for (size_t i = 0; i < n; i++) {
        const double before = line[i > 0 ? i - 1 : 0];
        const double after = line[i + 1 < n ? i + 1 : i];

        cell[i * stride] = 0.25 * (before + after) + 0.5 * line[i];
    }
}

ito_status ito__bins_smooth(ito_ctx *ctx, bins *b, size_t passes)
{
    const size_t most = size_max(b->nx, b->ny);
    double *line = ito__alloc(ctx, size_mul(most, sizeof(*line)));

    if (!line)
        return ito__fail(ctx, ITO_ENOMEM, "plot: a line of %zu cells", most);
    for (size_t k = 0; k < passes; k++) {
        for (size_t iy = 0; iy < b->ny; iy++)
            smooth_line(b->cell + iy * b->nx, b->nx, 1, line);
        for (size_t ix = 0; ix < b->nx; ix++)
            smooth_line(b->cell + ix, b->ny, b->nx, line);
    }
    ito__free(ctx, line);
    return ITO_OK;
}

/* The cells that hold something, sorted; *out is freed by the caller. */
static ito_status sorted_cells(ito_ctx *ctx, const bins *b, double **out,
                               size_t *count)
{
    const size_t total = b->nx * b->ny;
    double *v = ito__alloc(ctx, size_mul(total, sizeof(*v)));
    size_t n = 0;

    *out = v;
    if (!v)
        return ito__fail(ctx, ITO_ENOMEM, "plot: %zu cells", total);
    for (size_t i = 0; i < total; i++)
        if (b->cell[i] > 0.0)
            v[n++] = b->cell[i];
    ito__sort(v, n);
    *count = n;
    return ITO_OK;
}

ito_status ito__bins_quantile(ito_ctx *ctx, const bins *b, double q,
                              double *out)
{
    double *v;
    size_t n;
    const ito_status rc = sorted_cells(ctx, b, &v, &n);

    if (rc == ITO_OK)
        *out = n > 0 ? ito__quantile_sorted(v, n, q) : 0.0;
    ito__free(ctx, v);
    return rc;
}

ito_status ito__bins_levels(ito_ctx *ctx, const bins *b, size_t count,
                            const double *share, double *level)
{
    double *v, total = 0.0;
    size_t n = 0;
    const ito_status rc = sorted_cells(ctx, b, &v, &n);

    for (size_t k = 0; k < count; k++)
        level[k] = 0.0;
    for (size_t i = 0; rc == ITO_OK && i < n; i++)
        total += v[i];
    for (size_t k = 0; rc == ITO_OK && n > 0 && k < count; k++) {
        double sum = 0.0;
        size_t i = n;

        while (i > 0 && sum < share[k] * total)
            sum += v[--i];
        level[k] = v[i < n ? i : n - 1];
    }
    ito__free(ctx, v);
    return rc;
}

/* Where the level lies between two corners, as a fraction. */
static double cut(double a, double b, double level)
{
    return (level - a) / (b - a);
}

/* Four corners of a square of neighbouring centres: lower left, lower right,
 * upper right, upper left, with where the line cuts each side. */
typedef struct square {
    double corner[4];
    double px[4], py[4]; /* cut of side k, from corner k to k + 1 */
} square;

static void cut_sides(square *s, double level)
{
    const double *c = s->corner;

    s->px[0] = cut(c[0], c[1], level);
    s->py[0] = 0.0;
    s->px[1] = 1.0;
    s->py[1] = cut(c[1], c[2], level);
    s->px[2] = 1.0 - cut(c[2], c[3], level);
    s->py[2] = 1.0;
    s->px[3] = 0.0;
    s->py[3] = 1.0 - cut(c[3], c[0], level);
}

/* The pairs of sides that the pieces in a square join; -1 ends. */
static const signed char *joined(const square *s, double level)
{
    /* bit k: corner k is inside */
    static const signed char pairs[16][5] = {
        { -1 },
        { 3, 0, -1 },
        { 0, 1, -1 },
        { 3, 1, -1 },
        { 1, 2, -1 },
        { 3, 2, 0, 1, -1 }, /* 0 and 2 inside, joined in the middle */
        { 0, 2, -1 },
        { 3, 2, -1 },
        { 2, 3, -1 },
        { 2, 0, -1 },
        { 0, 3, 1, 2, -1 }, /* 1 and 3 inside, joined in the middle */
        { 2, 1, -1 },
        { 1, 3, -1 },
        { 1, 0, -1 },
        { 0, 3, -1 },
        { -1 },
    };
    const double *c = s->corner;
    unsigned code = 0;

    for (unsigned k = 0; k < 4; k++)
        code |= c[k] >= level ? 1u << k : 0u;
    if ((code == 5 || code == 10) && 0.25 * (c[0] + c[1] + c[2] + c[3]) < level)
        code = 15 - code; /* apart in the middle: the other way round */
    return pairs[code];
}

size_t ito__bins_contour(const bins *b, double level, size_t max, double *seg)
{
    const double dx = (b->xr.hi - b->xr.lo) / (double)b->nx;
    const double dy = (b->yr.hi - b->yr.lo) / (double)b->ny;
    size_t n = 0;

    if (b->nx < 2 || b->ny < 2)
        return 0;
    for (size_t i = 0; i < (b->nx - 1) * (b->ny - 1); i++) {
        const size_t ix = i % (b->nx - 1), iy = i / (b->nx - 1);
        const double *low = b->cell + iy * b->nx + ix;
        const double *high = low + b->nx;
        square s = { .corner = { low[0], low[1], high[1], high[0] } };
        const signed char *pair = joined(&s, level);

        if (*pair >= 0)
            cut_sides(&s, level);
        for (; *pair >= 0; pair += 2, n++)
            for (size_t k = 0; k < 2 && n < max; k++) {
                const size_t side = (size_t)pair[k];

                seg[4 * n + 2 * k] =
                    b->xr.lo + ((double)ix + 0.5 + s.px[side]) * dx;
                seg[4 * n + 2 * k + 1] =
                    b->yr.lo + ((double)iy + 0.5 + s.py[side]) * dy;
            }
    }
    return n;
}

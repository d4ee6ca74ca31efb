/* SPDX-License-Identifier: MIT
 *
 * time_grid.c - how the steps of a sampler are spread over [0, 1].
 */
#include <ito/extension.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"

#define PI         3.14159265358979323846
#define RHO        7.0
#define SIGMA_LO   0.002
#define SIGMA_HI   80.0
#define BISECTIONS 60

static const char *const kinds[] = {
    [ITO_GRID_UNIFORM] = "uniform",
    [ITO_GRID_END] = "end",
    [ITO_GRID_BOTH] = "both",
    [ITO_GRID_KARRAS] = "karras",
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int ito_grid_find(const char *name)
{
    for (size_t i = 0; name && i < KINDS; i++)
        if (strcmp(kinds[i], name) == 0)
            return (int)i;
    return -1;
}

/* beta > sigma alpha: t lies before the time of that ratio. */
static bool before(const ito_path *path, double t, double sigma)
{
    const ito_coef k = ito_path_coef(path, t);

    return k.beta > sigma * k.alpha;
}

/* The time at which beta / alpha = sigma; the ratio falls on every path. */
static double time_of(const ito_path *path, double sigma)
{
    double lo = 0.0, hi = 1.0;

    for (size_t i = 0; i < BISECTIONS; i++) {
        const double mid = 0.5 * (lo + hi);

        if (before(path, mid, sigma))
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

/* 0, then the ratios from SIGMA_HI to SIGMA_LO, then 1. */
static void fill_karras(const ito_path *path, size_t steps, double *grid)
{
    const double a = ito__pow(SIGMA_HI, 1.0 / RHO);
    const double b = ito__pow(SIGMA_LO, 1.0 / RHO);

    for (size_t i = 1; i < steps; i++) {
        const double u =
            steps > 2 ? (double)(i - 1) / (double)(steps - 2) : 0.0;

        grid[i] = time_of(path, ito__pow(a + u * (b - a), RHO));
    }
}

static double spread(ito_grid_kind kind, double u)
{
    double s;

    switch (kind) {
    case ITO_GRID_END: return 1.0 - (1.0 - u) * (1.0 - u);
    case ITO_GRID_BOTH: s = ito__sin(0.5 * PI * u); return s * s;
    default: return u;
    }
}

ito_status ito_grid_fill(ito_ctx *ctx, ito_grid_kind kind, const ito_path *path,
                         size_t steps, double *grid)
{
    const size_t least = kind == ITO_GRID_KARRAS ? 3 : 1;

    if (!ctx)
        return ITO_EARG;
    if (!grid || (size_t)kind >= KINDS || steps < least)
        return ito__fail(ctx, ITO_EARG,
                         "grid: %zu steps: no such kind, or fewer than %zu",
                         steps, least);
    if (!path)
        path = ito_path_at(0);
    for (size_t i = 1; i < steps && kind != ITO_GRID_KARRAS; i++)
        grid[i] = spread(kind, (double)i / (double)steps);
    if (kind == ITO_GRID_KARRAS)
        fill_karras(path, steps, grid);
    grid[0] = 0.0;
    grid[steps] = 1.0;
    for (size_t i = 0; i < steps; i++)
        if (!(grid[i + 1] > grid[i]))
            return ito__fail(ctx, ITO_EUNFIT,
                             "grid: on the path %s the %s grid of %zu steps "
                             "does not go up at t = %g",
                             path->spec, kinds[kind], steps, grid[i]);
    return ITO_OK;
}

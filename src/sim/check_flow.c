/* SPDX-License-Identifier: MIT
 *
 * check_flow.c - generative models with a closed form: data N(2, 1/2^2), so
 * that every field below is exact and so is the map from noise to data.
 *
 *     flow matching   x_t = t z + (1 - t) e:         x -> m + s x
 *     VP              beta from .1 to 20, probability flow from 1 to 0:
 *                     x -> m + s (x - a m) / sqrt(a^2 s^2 + 1 - a^2)
 *     EDM             dx/dsigma = (x - D)/sigma, D = (s^2 x + sigma^2 m) /
 *                     (s^2 + sigma^2), sigma from 80 to 0:
 *                     x -> m + (x - m) s / sqrt(s^2 + 80^2)
 *
 * The EDM grid (Karras et al., arXiv:2206.00364, rho = 7, from 80 to .002, the
 * last step to 0 by Euler) shows an error of one place in a grid, which a
 * metric of samples does not.
 */
#include <math.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "sim/checks.h"

#define EDM_MAX   288
#define SIGMA_MAX 80.0
#define SIGMA_MIN 0.002

typedef struct flow_row {
    const char *problem, *drift;
    double from, t0, t1, to;
} flow_row;

static const flow_row maps[] = {
    { "flow matching", "2+(t/4-(1-t))/((1-t)^2+t^2/4)*(x-2*t)", 0.7, 0.0, 1.0,
      2.35 },
    { "vp",
      "-(0.1+19.9*t)/2*(x-(x-2*exp(-4.975*t^2-0.05*t))/"
      "(1-0.75*exp(-9.95*t^2-0.1*t)))",
      1.3, 1.0, 0.0, 2.6434388339 },
    { "edm", "t*(x-2)/(0.25+t^2)", 100.0, SIGMA_MAX, 0.0, 2.6124880375 },
};

static ito_status open_drift(check_run *run, const char *drift,
                             ito_system **out)
{
    const ito_formulas f = { .drift = drift };

    return ito_system_formula(run->ctx, &f, out);
}

static ito_status check_map(check_run *run, const flow_row *row)
{
    ito_system *system = NULL;
    double x = row->from;
    ito_status rc;

    if (!ito__check_wants(run, row->problem))
        return ITO_OK;
    rc = open_drift(run, row->drift, &system);
    if (rc == ITO_OK) {
        const ito_problem problem = { .field = ito_system_field(system),
                                      .t0 = row->t0,
                                      .t1 = row->t1,
                                      .n = 1,
                                      .dtype = ITO_F64 };
        const ito_solve_opts opts = { .method = "dop853",
                                      .rtol = 1e-12,
                                      .atol = 1e-13 };

        rc = ito_solve(run->ctx, &problem, &x, &opts, NULL);
    }
    if (rc == ITO_OK)
        rc = ito__check_near(run, (check_what){ row->problem, "dop853", "map" },
                             x, row->to, 2e-10);
    ito_system_free(system);
    return rc;
}

/* n steps: n points from sigma_max to sigma_min, then 0. */
static void edm_grid(unsigned n, double grid[EDM_MAX + 1])
{
    const double top = ito__pow(SIGMA_MAX, 1.0 / 7);
    const double bottom = ito__pow(SIGMA_MIN, 1.0 / 7);

    for (unsigned i = 0; i < n; i++)
        grid[i] = ito__pow(top + (double)i / (n - 1) * (bottom - top), 7.0);
    grid[0] = SIGMA_MAX;
    grid[n] = 0.0;
}

static ito_status edm_end(check_run *run, const ito_field *field,
                          const char *method, unsigned n, double *x)
{
    double grid[EDM_MAX + 1];
    const ito_problem problem = { .field = field, .n = 1, .dtype = ITO_F64 };
    ito_solve_opts opts = { .method = method, .grid = grid, .grid_count = n };
    ito_status rc;

    edm_grid(n, grid);
    *x = 100.0;
    if ((rc = ito_solve(run->ctx, &problem, x, &opts, NULL)) != ITO_OK)
        return rc;
    opts = (ito_solve_opts){ .method = "euler",
                             .grid = grid + n - 1,
                             .grid_count = 2 };
    return ito_solve(run->ctx, &problem, x, &opts, NULL);
}

static ito_status check_edm(check_run *run)
{
    static const struct {
        const char *method, *quantity;
        unsigned n;
        double error;
    } known[] = {
        { "heun", "error, n = 10", 10, .1345 },
        { "heun", "error, n = 18", 18, .03385 },
        { "heun", "error, n = 36", 36, 7.48e-3 },
        { "heun", "error, n = 72", 72, 1.758e-3 },
        { "heun", "error, n = 144", 144, 4.23e-4 },
        { "heun", "error, n = 288", 288, 1.006e-4 },
        { "euler", "error, n = 18", 18, -.0943 },
        { "euler", "error, n = 36", 36, -.0478 },
        { "euler", "error, n = 72", 72, -.0240 },
        { "euler", "error, n = 144", 144, -.0121 },
        { "euler", "error, n = 288", 288, -.0060 },
    };
    ito_system *system = NULL;
    ito_status rc;

    if (!ito__check_wants(run, "edm"))
        return ITO_OK;
    rc = open_drift(run, maps[2].drift, &system);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && rc == ITO_OK;
         i++) {
        double x;

        rc = edm_end(run, ito_system_field(system), known[i].method, known[i].n,
                     &x);
        if (rc == ITO_OK)
            rc = ito__check_rel(
                run, (check_what){ "edm", known[i].method, known[i].quantity },
                x - maps[2].to, known[i].error, 0.01);
    }
    ito_system_free(system);
    return rc;
}

ito_status ito__check_flow(check_run *run)
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]) && rc == ITO_OK; i++)
        rc = check_map(run, &maps[i]);
    return rc == ITO_OK ? check_edm(run) : rc;
}

/* SPDX-License-Identifier: MIT
 *
 * check_density.c - densities on grids: the Ornstein-Uhlenbeck process from
 * N(1.5, 0.3^2) to t = 1/2 (theta = D = 1, so exactly normal), the smallest
 * rate of decay of the double well x^4/4 - x^2/2, and a rotating
 * Ornstein-Uhlenbeck process in the plane.
 *
 * Errors are sums over the cells of |mass - exact mass|.  The expected ones
 * were measured with an independent program.
 */
#include <ito/density.h>
#include <math.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "sim/checks.h"

/* Mass of N(mean, variance) between the faces of a cell of width h. */
static double exact_mass(double centre, double h, double mean, double variance)
{
    const double s = sqrt(variance);

    return ito__normal_cdf((centre + h / 2 - mean) / s) -
           ito__normal_cdf((centre - h / 2 - mean) / s);
}

static ito_status open_ou(check_run *run, ito_system **system)
{
    return ito_system_open(run->ctx, "ou:theta=1,mu=0,sigma=1.4142135623730951",
                           ITO_CALCULUS_UNSET, system);
}

/* --- one axis ---------------------------------------------------------- */

#define OU_MEAN 0.9097959896
#define OU_VAR  0.6652297085

static ito_status evolve_ou(check_run *run, const ito_field *field,
                            size_t cells, ito_density **out)
{
    const ito_density_problem problem = {
        .field = field, .axes = { { .lo = -8, .hi = 8, .cells = cells } }
    };
    const double mean = 1.5, std = 0.3;
    const ito_density_start start = { .mean = &mean, .std = &std };
    const ito_density_opts opts = { .method = "uniformisation" };
    ito_status rc = ito_density_open(run->ctx, &problem, out);

    if (rc == ITO_OK)
        rc = ito_density_set(run->ctx, *out, &start, NULL);
    if (rc == ITO_OK)
        rc = ito_density_advance(run->ctx, *out, 0.5, &opts, NULL);
    return rc;
}

static double ou_error(const ito_density *p)
{
    const double *mass = ito_density_mass(p);
    const double h = ito_density_volume(p);
    double sum = 0.0;

    for (size_t i = 0; i < ito_density_cells(p, 0); i++)
        sum += fabs(mass[i] - exact_mass(ito_density_centre(p, 0, i), h,
                                         OU_MEAN, OU_VAR));
    return sum;
}

static ito_status check_ou(check_run *run)
{
    static const struct {
        const char *quantity;
        size_t cells;
        double error;
    } rows[] = { { "error, 64 cells", 64, 8.84e-3 },
                 { "error, 128 cells", 128, 2.21e-3 },
                 { "error, 256 cells", 256, 5.53e-4 },
                 { "error, 512 cells", 512, 1.38e-4 },
                 { "error, 1024 cells", 1024, 3.46e-5 } };
    ito_system *system = NULL;
    ito_status rc;

    if (!ito__check_wants(run, "ou"))
        return ITO_OK;
    rc = open_ou(run, &system);
    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]) && rc == ITO_OK;
         k++) {
        ito_density *p = NULL;

        rc = evolve_ou(run, ito_system_field(system), rows[k].cells, &p);
        if (rc == ITO_OK)
            rc = ito__check_rel(
                run, (check_what){ "ou", "chang-cooper", rows[k].quantity },
                ou_error(p), rows[k].error, 0.05);
        ito_density_free(p);
    }
    ito_system_free(system);
    return rc;
}

/* --- the rate of the double well --------------------------------------- */

static ito_status rate_of(check_run *run, const ito_field *field, size_t cells,
                          double *rate)
{
    const ito_density_problem problem = {
        .field = field, .axes = { { .lo = -4, .hi = 4, .cells = cells } }
    };
    ito_density *p = NULL;
    ito_status rc = ito_density_open(run->ctx, &problem, &p);

    if (rc == ITO_OK)
        rc = ito_density_rate(run->ctx, p, 0.0, rate);
    ito_density_free(p);
    return rc;
}

static ito_status check_rate(check_run *run)
{
    static const struct {
        const char *quantity;
        double d, rate;
        size_t cells;
        double error; /* relative, as published for this number of cells */
    } rows[] = {
        { "rate error, D = .5, 100 cells", .5, .42294461, 100, 2.3e-4 },
        { "rate error, D = .5, 800 cells", .5, .42294461, 800, 3.5e-6 },
        { "rate error, D = .25, 100 cells", .25, .18717051, 100, 5.1e-4 },
        { "rate error, D = .25, 800 cells", .25, .18717051, 800, 7.6e-6 },
        { "rate error, D = .1, 100 cells", .1, .03354539, 100, 3.4e-3 },
        { "rate error, D = .1, 800 cells", .1, .03354539, 800, 5.0e-5 },
    };
    ito_status rc = ITO_OK;

    if (!ito__check_wants(run, "double-well"))
        return ITO_OK;
    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]) && rc == ITO_OK;
         k++) {
        const ito_formulas f = { .energy = "x^4/4-x^2/2",
                                 .temperature = rows[k].d };
        ito_system *system = NULL;
        double rate = 0.0;

        rc = ito_system_formula(run->ctx, &f, &system);
        if (rc == ITO_OK)
            rc = rate_of(run, ito_system_field(system), rows[k].cells, &rate);
        if (rc == ITO_OK)
            rc = ito__check_near(
                run,
                (check_what){ "double-well", "chang-cooper", rows[k].quantity },
                fabs(rate / rows[k].rate - 1.0), rows[k].error,
                0.06 * rows[k].error + 2e-8);
        ito_system_free(system);
    }
    return rc;
}

/* --- two axes ---------------------------------------------------------- */

#define TURN_X   (-0.30618373)
#define TURN_Y   0.66902366
#define TURN_VAR 0.8984985375

static double turn_error(const ito_density *p)
{
    const size_t nx = ito_density_cells(p, 0), ny = ito_density_cells(p, 1);
    const double *mass = ito_density_mass(p);
    const double h = sqrt(ito_density_volume(p));
    double sum = 0.0;

    for (size_t j = 0; j < ny; j++) {
        const double y =
            exact_mass(ito_density_centre(p, 1, j), h, TURN_Y, TURN_VAR);

        for (size_t i = 0; i < nx; i++)
            sum += fabs(mass[i + j * nx] -
                        y * exact_mass(ito_density_centre(p, 0, i), h, TURN_X,
                                       TURN_VAR));
    }
    return sum;
}

static ito_status turn(check_run *run, const ito_field *field, size_t cells,
                       ito_density **out)
{
    const ito_density_problem problem = {
        .field = field,
        .axes = { { .lo = -6, .hi = 6, .cells = cells },
                  { .lo = -6, .hi = 6, .cells = cells } }
    };
    const double mean[2] = { 2.0, 0.0 }, std[2] = { 0.5, 0.5 };
    const ito_density_start start = { .mean = mean, .std = std };
    const ito_density_opts opts = { .steps = 2 * cells };
    ito_status rc = ito_density_open(run->ctx, &problem, out);

    if (rc == ITO_OK)
        rc = ito_density_set(run->ctx, *out, &start, NULL);
    if (rc == ITO_OK)
        rc = ito_density_advance(run->ctx, *out, 1.0, &opts, NULL);
    return rc;
}

static ito_status check_turn(check_run *run)
{
    static const struct {
        const char *quantity;
        size_t cells;
        double error;
    } rows[] = { { "error, 32 x 32 cells, 64 steps", 32, 4.65e-2 },
                 { "error, 64 x 64 cells, 128 steps", 64, 1.22e-2 },
                 { "error, 128 x 128 cells, 256 steps", 128, 3.07e-3 } };
    const ito_formulas f = { .drift = "-x-2*y; -y+2*x",
                             .diffusion = "sqrt(2)" };
    ito_system *system = NULL;
    ito_status rc;

    if (!ito__check_wants(run, "rotating ou"))
        return ITO_OK;
    rc = ito_system_formula(run->ctx, &f, &system);
    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]) && rc == ITO_OK;
         k++) {
        ito_density *p = NULL;

        rc = turn(run, ito_system_field(system), rows[k].cells, &p);
        if (rc == ITO_OK)
            rc = ito__check_rel(
                run, (check_what){ "rotating ou", "tr-bdf2", rows[k].quantity },
                turn_error(p), rows[k].error, 0.05);
        ito_density_free(p);
    }
    ito_system_free(system);
    return rc;
}

ito_status ito__check_density(check_run *run)
{
    ito_status rc = check_ou(run);

    if (rc == ITO_OK)
        rc = check_rate(run);
    return rc == ITO_OK ? check_turn(run) : rc;
}

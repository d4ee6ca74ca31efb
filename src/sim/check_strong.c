/* SPDX-License-Identifier: MIT
 *
 * check_strong.c - strong errors: the root mean square of X_h(1) - X(1) over
 * paths, with the same Brownian path (the tree of ito/brownian.h) for all step
 * lengths h = 2^-3 .. 2^-9, and the slope of log error over log h by least
 * squares.  Problems and their solutions: Rossler, SIAM J. Numer. Anal. 48,
 * 2010; Kloeden and Platen, chapter 4.
 *
 * The expected errors were measured with an independent program (40 000 paths,
 * double).  Errors of heavy-tailed problems (gbm, sinh) are known to 20 per
 * cent from so many paths, the others to 10.
 */
#include <ito/brownian.h>
#include <math.h>
#include <string.h>

#include "ctx/ctx.h"
#include "kern/dmath.h"
#include "sim/checks.h"

#define FIRST_LEVEL 3
#define LEVELS      7
#define REFERENCE   12 /* level of the reference where no solution is known */
#define SEED        2026

/* Errors at h = 2^-3, 2^-6, 2^-9; 0 is not looked at. */
typedef struct strong_row {
    const char *problem, *spec;
    double start;
    const char *method;
    ito_calculus calculus;
    double slope, error[3];
    double slope_within, error_within;
} strong_row;

#define ITO   ITO_CALCULUS_ITO
#define STRAT ITO_CALCULUS_STRATONOVICH
#define ANY   ITO_CALCULUS_UNSET
#define GBM   "gbm", "gbm:alpha=1.01,beta=0.87", .5
#define WAVE  "wave", "wave:a=0.1", 1.
#define CUBIC "cubic", "cubic", .5
#define SINH  "sinh", "sinh", 0.
#define TIME  "additive-t", "additive-t:alpha=0.1,beta=0.05", 1.
#define WELL  "double-well", "double-well:D=0.245", .5

/* clang-format off */
static const strong_row rows[] = {
    { GBM, "euler-maruyama", ITO, .554, { .464, .1355, .0468 }, .1, .2 },
    { GBM, "milstein", ITO, .953, { .311, .0473, .0060 }, .1, .2 },
    { GBM, "euler-heun", STRAT, .953, { .311, .0473, .0060 }, .1, .2 },
    { GBM, "rkmil", ITO, .933, { 0 }, .1, .2 },
    { GBM, "heun", STRAT, .985, { .168, .0224, .00279 }, .1, .2 },
    { GBM, "midpoint", STRAT, .985, { .168, .0224, .00279 }, .1, .2 },
    { GBM, "sriw1", ITO, 1.480, { .0538, 2.48e-3, 1.14e-4 }, .1, .2 },
    { WAVE, "euler-maruyama", ITO, .499,
      { 6.67e-4, 2.36e-4, 8.36e-5 }, .06, .1 },
    { WAVE, "milstein", ITO, .999, { 2.55e-5, 3.16e-6, 4.00e-7 }, .06, .1 },
    { WAVE, "rkmil", ITO, 1.002, { 2.95e-5, 3.62e-6, 4.55e-7 }, .06, .1 },
    { WAVE, "heun", STRAT, 1.000, { 1.70e-5, 2.11e-6, 2.67e-7 }, .06, .1 },
    { WAVE, "euler-heun", STRAT, 1.000,
      { 1.70e-5, 2.11e-6, 2.67e-7 }, .06, .1 },
    { WAVE, "midpoint", STRAT, .999, { 2.12e-5, 2.63e-6, 3.34e-7 }, .06, .1 },
    { WAVE, "sriw1", ITO, 1.503, { 6.84e-7, 2.97e-8, 1.32e-9 }, .06, .1 },
    { CUBIC, "euler-maruyama", ITO, .509,
      { 4.28e-2, 1.45e-2, 5.13e-3 }, .06, .1 },
    { CUBIC, "milstein", ITO, 1.001, { 8.76e-3, 1.09e-3, 1.365e-4 }, .06, .1 },
    { CUBIC, "rkmil", ITO, .995, { 9.86e-3, 1.25e-3, 1.575e-4 }, .06, .1 },
    { CUBIC, "heun", STRAT, 1.028, { 1.32e-2, 1.48e-3, 1.82e-4 }, .06, .1 },
    { CUBIC, "euler-heun", STRAT, 1.028,
      { 1.32e-2, 1.48e-3, 1.82e-4 }, .06, .1 },
    { CUBIC, "midpoint", STRAT, 1.034, { 6.42e-3, 7.02e-4, 8.57e-5 }, .06, .1 },
    { CUBIC, "sriw1", ITO, 1.515, { 2.96e-3, 1.23e-4, 5.38e-6 }, .06, .1 },
    { SINH, "euler-maruyama", ITO, .578, { 0 }, .1, .2 },
    { SINH, "milstein", ITO, .930, { 0 }, .1, .2 },
    { SINH, "heun", STRAT, .986, { .327, .0431, .0055 }, .1, .2 },
    { SINH, "sriw1", ITO, 1.479, { .158, 7.6e-3, 3.39e-4 }, .1, .2 },
    { TIME, "euler-maruyama", ANY, 1.011,
      { 1.62e-2, 1.93e-3, 2.40e-4 }, .06, .1 },
    { TIME, "sea", ANY, 1.011, { 1.62e-2, 1.93e-3, 2.40e-4 }, .06, .1 },
    { TIME, "heun", ANY, 2.007, { 0 }, .06, .1 },
    { TIME, "sra1", ANY, 1.999, { 1.18e-4, 1.86e-6, 2.90e-8 }, .06, .1 },
    { TIME, "shark", ANY, 2.220, { 0 }, .06, .1 },
    { WELL, "euler-maruyama", ANY, 1.027,
      { 4.75e-2, 5.30e-3, 6.50e-4 }, .06, .1 },
    { WELL, "heun", ANY, 1.012, { 2.76e-2, 3.28e-3, 4.04e-4 }, .06, .1 },
    { WELL, "sea", ANY, 1.026, { 2.61e-2, 2.89e-3, 3.58e-4 }, .06, .1 },
    { WELL, "sra1", ANY, 1.575, { 1.14e-2, 3.00e-4, 1.22e-5 }, .175, .2 },
    { WELL, "shark", ANY, 1.575, { 8.23e-3, 2.34e-4, 9.85e-6 }, .175, .2 },
};
/* clang-format on */

/* What the rows of one problem share. */
typedef struct strong_work {
    check_run *run;
    const strong_row *row;
    ito_system *system;
    double *truth; /* the solution at t = 1 of each path */
    double *x;
} strong_work;

static ito_status end_states(strong_work *s, const char *method, unsigned level,
                             double *x)
{
    const ito_problem problem = { .field = ito_system_field(s->system),
                                  .t1 = 1.0,
                                  .n = s->run->paths,
                                  .dtype = ITO_F64,
                                  .seed = SEED };
    const ito_solve_opts opts = { .method = method,
                                  .steps = (size_t)1 << level,
                                  .tree = 1 };

    for (size_t i = 0; i < s->run->paths; i++)
        x[i] = s->row->start;
    return ito_solve(s->run->ctx, &problem, x, &opts, NULL);
}

/* The solution on each path: from its W_1, or with very short steps. */
static ito_status find_truth(strong_work *s)
{
    const ito_brownian motion = {
        .seed = SEED, .dim = 1, .dtype = ITO_F64, .t1 = 1.0
    };
    ito_status rc;

    if (!(ito_system_exact(s->system) & ITO_EXACT_PATH))
        return end_states(s, "shark", REFERENCE, s->truth);
    rc = ito_brownian_node(s->run->ctx, &motion, 0, s->run->paths,
                           (ito_tree_node){ 0 }, s->x, NULL);
    if (rc != ITO_OK)
        return rc;
    return ito_system_path(s->run->ctx, s->system, &s->row->start, 1.0,
                           s->run->paths, s->x, s->truth);
}

static double rms(const double *x, const double *y, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sqrt(sum / (double)n);
}

/* Least squares slope of log2 error over level, turned to h. */
static double slope_of(const double error[LEVELS])
{
    double xy = 0.0, xx = 0.0;

    for (size_t k = 0; k < LEVELS; k++) {
        const double x = (double)k - (LEVELS - 1) / 2.0;

        xy -= x * ito__log(error[k]) / ito__log(2.0);
        xx += x * x;
    }
    return xy / xx;
}

static ito_status check_row(strong_work *s)
{
    static const char *const names[3] = { "error at h = 2^-3",
                                          "error at h = 2^-6",
                                          "error at h = 2^-9" };
    const strong_row *row = s->row;
    check_what what = { row->problem, row->method, "slope" };
    double error[LEVELS];
    ito_status rc = ITO_OK;

    for (unsigned k = 0; k < LEVELS && rc == ITO_OK; k++) {
        rc = end_states(s, row->method, FIRST_LEVEL + k, s->x);
        error[k] = rms(s->x, s->truth, s->run->paths);
    }
    if (rc == ITO_OK)
        rc = ito__check_near(s->run, what, slope_of(error), row->slope,
                             row->slope_within);
    for (size_t k = 0; k < 3 && rc == ITO_OK; k++) {
        what.quantity = names[k];
        if (row->error[k] > 0.0)
            rc = ito__check_rel(s->run, what, error[3 * k], row->error[k],
                                row->error_within);
    }
    return rc;
}

/* Open the system of a row, unless the row before had it. */
static ito_status change_system(strong_work *s, const strong_row *row)
{
    const bool same = s->row && strcmp(s->row->spec, row->spec) == 0;
    ito_status rc = ITO_OK;

    if (!same || s->row->calculus != row->calculus) {
        ito_system_free(s->system);
        rc = ito_system_open(s->run->ctx, row->spec, row->calculus, &s->system);
    }
    s->row = row;
    if (rc == ITO_OK && !same)
        rc = find_truth(s);
    return rc;
}

ito_status ito__check_strong(check_run *run)
{
    strong_work s = { .run = run };
    ito_status rc = ITO_OK;

    s.truth = ito__calloc(run->ctx, run->paths, 2 * sizeof(double));
    if (!s.truth)
        return ito__fail(run->ctx, ITO_ENOMEM, "check: %zu paths", run->paths);
    s.x = s.truth + run->paths;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == ITO_OK;
         i++) {
        if (!ito__check_wants(run, rows[i].problem))
            continue;
        rc = change_system(&s, &rows[i]);
        if (rc == ITO_OK)
            rc = check_row(&s);
    }
    ito_system_free(s.system);
    ito__free(run->ctx, s.truth);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * check_exit.c - first passage, reflection, stationary densities: numbers
 * with a closed form, within five standard errors and what the step costs.
 *
 * Survival of Brownian motion with drift below b until T:
 * Phi((b - m T)/sqrt T) - exp(2 m b) Phi((-b - m T)/sqrt T).  Watched at n
 * moments alone it seems to survive more often, as if the barrier stood .5826
 * sqrt(h) farther away (Broadie, Glasserman and Kou, Mathematical Finance 7,
 * 1997).  Mean first passage times of the double well U = x^4/4 - x^2/2: by
 * quadrature.
 */
#include <ito/ensemble.h>
#include <ito/start.h>
#include <math.h>

#include "ctx/ctx.h"
#include "sim/checks.h"

#define SEED 5

/* --- survival ---------------------------------------------------------- */

typedef struct exit_row {
    const char *problem, *quantity;
    const char *drift, *diffusion;
    double start;
    ito_bounds bounds;
    double t1;
    size_t steps, n;
    int no_bridge;
    double survival; /* expected share that stays, or */
    double passage;  /* expected mean time to leave, if above 0 */
    double bias;     /* what the step may cost */
} exit_row;

#define ABOVE(b)                            \
    {                                       \
        .upper = ITO_EDGE_ABSORB, .hi = (b) \
    }
#define BETWEEN(a, b)                                                  \
    {                                                                  \
        .lower = ITO_EDGE_ABSORB, .upper = ITO_EDGE_ABSORB, .lo = (a), \
        .hi = (b)                                                      \
    }

/* clang-format off */
static const exit_row rows[] = {
    { "brownian", "survival below 1, watched 25 times",
      "0", "1", 0, ABOVE(1), 1, 25, 1000000, 1, .7333, 0, .0007 },
    { "brownian", "survival below 1, watched 100 times",
      "0", "1", 0, ABOVE(1), 1, 100, 1000000, 1, .7115, 0, .0007 },
    { "brownian", "survival below 1, watched 400 times",
      "0", "1", 0, ABOVE(1), 1, 400, 1000000, 1, .6968, 0, .0007 },
    { "brownian", "survival below 1, bridge, 25 steps",
      "0", "1", 0, ABOVE(1), 1, 25, 1000000, 0, .68268949, 0, 0 },
    { "brownian", "survival below 1, bridge, 100 steps",
      "0", "1", 0, ABOVE(1), 1, 100, 1000000, 0, .68268949, 0, 0 },
    { "brownian", "survival below 1, drift 1/2, bridge",
      "0.5", "1", 0, ABOVE(1), 1, 25, 1000000, 0, .50986166, 0, 0 },
    { "brownian", "survival below 1, drift -1/2, bridge",
      "-0.5", "1", 0, ABOVE(1), 1, 25, 1000000, 0, .81968818, 0, 0 },
    { "brownian", "survival in (-1, 1) to 1/4",
      "0", "1", 0, BETWEEN(-1, 1), .25, 50, 1000000, 0, .90899948, 0, 0 },
    { "brownian", "survival in (-1, 1) to 1",
      "0", "1", 0, BETWEEN(-1, 1), 1, 200, 1000000, 0, .37077743, 0, 0 },
    { "brownian", "mean time to leave (-1, 1)",
      "0", "1", 0, BETWEEN(-1, 1), 14, 1400, 100000, 0, 0, 1, .003 },
    { "double-well", "mean time from -1 to 0, D = .5",
      "x-x^3", "1", -1, ABOVE(0), 50, 10000, 20000, 0, 0, 2.521704, .005 },
    { "double-well", "mean time from -1 to 1, D = .5",
      "x-x^3", "1", -1, ABOVE(1), 120, 24000, 20000, 0, 0, 6.697758, .01 },
    { "double-well", "mean time from -1 to 0, D = .25",
      "x-x^3", "sqrt(0.5)", -1, ABOVE(0), 110, 22000, 20000, 0, 0, 5.743437,
      .01 },
};
/* clang-format on */

static ito_status run_row(check_run *run, const exit_row *row,
                          const ito_field *field, ito_ensemble *stats)
{
    ito_start_rows start = { .rows = &row->start, .count = 1 };
    const ito_sink sink = { .fn = ito_ensemble_frame, .arg = stats };
    const ito_problem problem = { .field = field,
                                  .t1 = row->t1,
                                  .n = row->n,
                                  .init = ito_start_at_rows,
                                  .init_arg = &start,
                                  .sinks = &sink,
                                  .sink_count = 1,
                                  .seed = SEED,
                                  .bounds = &row->bounds,
                                  .no_bridge = row->no_bridge };
    const ito_solve_opts opts = { .method = "euler-maruyama",
                                  .steps = row->steps };

    return ito_solve(run->ctx, &problem, NULL, &opts, NULL);
}

static ito_status judge_row(check_run *run, const exit_row *row,
                            const ito_ensemble *stats)
{
    const check_what what = { row->problem, "euler-maruyama", row->quantity };
    const double n = (double)row->n, p = row->survival;
    ito_exits e;
    const ito_status rc = ito_ensemble_exits(run->ctx, stats, &e, NULL);

    if (rc != ITO_OK)
        return rc;
    if (row->passage > 0.0)
        return ito__check_near(run, what, e.mean, row->passage,
                               5 * e.mean_se + row->bias * row->passage);
    return ito__check_near(run, what, 1.0 - (double)e.absorbed / n, p,
                           5 * sqrt(p * (1 - p) / n) + row->bias);
}

static ito_status check_row(check_run *run, const exit_row *row)
{
    const ito_formulas f = { .drift = row->drift,
                             .diffusion = row->diffusion,
                             .dim = 1 };
    const ito_ensemble_opts o = { .dim = 1, .frames = 1 };
    ito_system *system = NULL;
    ito_ensemble *stats = NULL;
    ito_status rc = ito_system_formula(run->ctx, &f, &system);

    if (rc == ITO_OK)
        rc = ito_ensemble_new(run->ctx, &o, &stats);
    if (rc == ITO_OK)
        rc = run_row(run, row, ito_system_field(system), stats);
    if (rc == ITO_OK)
        rc = judge_row(run, row, stats);
    ito_ensemble_free(stats);
    ito_system_free(system);
    return rc;
}

/* --- moments of the end ------------------------------------------------ */

/* E |1/2 + W_1| by folding at 0: one step is exact in law. */
static ito_status check_reflection(check_run *run)
{
    enum { N = 1000000 };
    const double half = 0.5, mean = 0.89559311;
    const ito_bounds floor = { .lower = ITO_EDGE_REFLECT };
    const ito_ensemble_opts o = { .dim = 1, .frames = 1 };
    ito_start_rows start = { .rows = &half, .count = 1 };
    ito_system *system = NULL;
    ito_ensemble *stats = NULL;
    ito_moments m;
    ito_status rc =
        ito_system_open(run->ctx, "brownian", ITO_CALCULUS_UNSET, &system);

    if (rc == ITO_OK)
        rc = ito_ensemble_new(run->ctx, &o, &stats);
    if (rc == ITO_OK) {
        const ito_sink sink = { .fn = ito_ensemble_frame, .arg = stats };
        const ito_problem problem = { .field = ito_system_field(system),
                                      .t1 = 1.0,
                                      .n = N,
                                      .init = ito_start_at_rows,
                                      .init_arg = &start,
                                      .sinks = &sink,
                                      .sink_count = 1,
                                      .seed = SEED,
                                      .bounds = &floor };
        const ito_solve_opts opts = { .method = "euler-maruyama", .steps = 1 };

        rc = ito_solve(run->ctx, &problem, NULL, &opts, NULL);
    }
    if (rc == ITO_OK)
        rc = ito_ensemble_moments(run->ctx, stats, 0, &m);
    if (rc == ITO_OK)
        rc = ito__check_near(
            run, (check_what){ "brownian", "euler-maruyama", "E |1/2 + W(1)|" },
            m.mean[0], mean, 5 * m.mean_se[0]);
    ito_ensemble_free(stats);
    ito_system_free(system);
    return rc;
}

/* <x^2> and <x^4> - <x^2> = D of the double well, by MALA: no bias. */
static ito_status judge_well(check_run *run, size_t n, const double *x,
                             double square, double d)
{
    double s2 = 0.0, s4 = 0.0, s8 = 0.0;
    ito_status rc;

    for (size_t i = 0; i < n; i++) {
        const double q = x[i] * x[i];

        s2 += q;
        s4 += q * q - q;
        s8 += (q * q - q) * (q * q - q);
    }
    s2 /= (double)n;
    s4 /= (double)n;
    s8 /= (double)n;
    rc = ito__check_near(run,
                         (check_what){ "double-well", "mala", "<x^2>, D = .5" },
                         s2, square, 5 * sqrt((s4 + s2 - s2 * s2) / (double)n));
    if (rc != ITO_OK)
        return rc;
    return ito__check_near(
        run, (check_what){ "double-well", "mala", "<x^4> - <x^2>, D = .5" }, s4,
        d, 5 * sqrt((s8 - s4 * s4) / (double)n));
}

static ito_status check_well(check_run *run)
{
    enum { N = 100000 };
    const ito_formulas f = { .energy = "x^4/4-x^2/2", .temperature = 0.5 };
    double *x = ito__calloc(run->ctx, N, sizeof(*x));
    ito_system *system = NULL;
    ito_status rc;

    if (!x)
        return ito__fail(run->ctx, ITO_ENOMEM, "check: %d particles", N);
    for (size_t i = 0; i < N; i++)
        x[i] = i % 2 ? 1.0 : -1.0;
    rc = ito_system_formula(run->ctx, &f, &system);
    if (rc == ITO_OK) {
        const ito_problem problem = { .field = ito_system_field(system),
                                      .t1 = 30.0,
                                      .n = N,
                                      .dtype = ITO_F64,
                                      .seed = SEED };
        const ito_solve_opts opts = { .method = "mala", .steps = 300 };

        rc = ito_solve(run->ctx, &problem, x, &opts, NULL);
    }
    if (rc == ITO_OK)
        rc = judge_well(run, N, x, 0.8934649696, 0.5);
    ito_system_free(system);
    ito__free(run->ctx, x);
    return rc;
}

ito_status ito__check_exit(check_run *run)
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == ITO_OK; i++)
        if (ito__check_wants(run, rows[i].problem))
            rc = check_row(run, &rows[i]);
    if (rc == ITO_OK && ito__check_wants(run, "brownian"))
        rc = check_reflection(run);
    if (rc == ITO_OK && ito__check_wants(run, "double-well"))
        rc = check_well(run);
    return rc;
}

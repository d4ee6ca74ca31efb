/* SPDX-License-Identifier: MIT
 *
 * checks.c - the tables of checks, and running them.
 */
#include "sim/checks.h"

#include <math.h>
#include <string.h>

#include "ctx/ctx.h"

#define PATHS_DEFAULT 40000

typedef struct table {
    ito_check_table info;
    ito_status (*run)(check_run *run);
} table;

static const table tables[] = {
    { { "step", "one step on the Ornstein-Uhlenbeck process, exactly: the "
                "factors of x, W and H, and the stationary variance that "
                "follows" },
      ito__check_step },
    { { "moments", "exact moments of the schemes: geometric Brownian motion, "
                   "harmonic Langevin dynamics" },
      ito__check_moments },
    { { "strong", "root mean square errors at t = 1 on one Brownian path for "
                  "all step lengths, and their slope" },
      ito__check_strong },
    { { "exit", "first passage, reflection, stationary densities" },
      ito__check_exit },
    { { "flow", "generative models with a closed form: exact maps, errors of "
                "Euler and Heun on the EDM grid (Karras et al. 2022)" },
      ito__check_flow },
    { { "density", "densities on grids: errors of the Chang-Cooper scheme and "
                   "of the smallest rate of decay" },
      ito__check_density },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

const ito_check_table *ito_check_at(size_t i)
{
    return i < TABLES ? &tables[i].info : NULL;
}

bool ito__check_wants(const check_run *run, const char *problem)
{
    return !run->problem || strcmp(run->problem, problem) == 0;
}

static ito_status hand_over(check_run *run, ito_check_row *row)
{
    row->table = run->table;
    run->rows++;
    run->failed += !row->passed;
    if (run->fn && run->fn(run->arg, row) != 0)
        return ito__fail(run->ctx, ITO_ECALLBACK,
                         "check: stopped by the "
                         "program");
    return ITO_OK;
}

ito_status ito__check_near(check_run *run, check_what what, double value,
                           double expected, double tolerance)
{
    ito_check_row row = { .problem = what.problem,
                          .method = what.method,
                          .quantity = what.quantity,
                          .value = value,
                          .expected = expected,
                          .tolerance = tolerance,
                          .passed = fabs(value - expected) <= tolerance };

    return hand_over(run, &row);
}

ito_status ito__check_rel(check_run *run, check_what what, double value,
                          double expected, double fraction)
{
    ito_check_row row = { .problem = what.problem,
                          .method = what.method,
                          .quantity = what.quantity,
                          .value = value,
                          .expected = expected,
                          .tolerance = fraction,
                          .relative = 1,
                          .passed = fabs(value - expected) <=
                                    fraction * fabs(expected) };

    return hand_over(run, &row);
}

static ito_status no_table(ito_ctx *ctx, const char *name)
{
    char list[128] = "";
    size_t used = 0;

    for (size_t i = 0; i < TABLES; i++) {
        const size_t n = strlen(tables[i].info.name);

        list[used++] = ' ';
        memcpy(list + used, tables[i].info.name, n + 1);
        used += n;
    }
    return ito__fail(ctx, ITO_EARG, "check: no table \"%s\"; there are:%s",
                     name, list);
}

ito_status ito_check_run(ito_ctx *ctx, const ito_check_opts *opts,
                         ito_check_fn fn, void *arg, size_t *failed)
{
    const ito_check_opts o = opts ? *opts : (ito_check_opts){ 0 };
    check_run run = { .ctx = ctx,
                      .problem = o.problem,
                      .paths = o.paths ? o.paths : PATHS_DEFAULT,
                      .fn = fn,
                      .arg = arg };
    bool found = false;
    ito_status rc = ITO_OK;

    if (failed)
        *failed = 0;
    if (!ctx)
        return ITO_EARG;
    for (size_t i = 0; i < TABLES && rc == ITO_OK; i++) {
        run.table = tables[i].info.name;
        if (o.table && strcmp(o.table, run.table) != 0)
            continue;
        found = true;
        rc = tables[i].run(&run);
    }
    if (!found)
        return no_table(ctx, o.table);
    if (rc == ITO_OK && run.rows == 0)
        return ito__fail(ctx, ITO_EARG,
                         "check: no row about \"%s\"; leave the problem out "
                         "to see them all",
                         o.problem ? o.problem : "");
    if (failed)
        *failed = run.failed;
    return rc;
}

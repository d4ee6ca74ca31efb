/* SPDX-License-Identifier: MIT
 *
 * extended.c - samples of a flow, with noise or without.
 */
#include "flow/extended.h"

#include <ito/extension.h>

#include "ctx/ctx.h"

ito_status ito__sample_solve(ito_ctx *ctx, ito_problem *problem,
                             const ito_sample_opts *o, void *x)
{
    const bool noisy = o->sigma && !ito_sigma_is_zero(o->sigma);
    const bool adaptive = o->solve.rtol > 0.0 || o->solve.atol > 0.0;
    ito_extension_opts how = { .sigma = o->sigma, .last = o->last };
    ito_solve_opts solve = o->solve;
    ito_extension *sde = NULL;
    ito_status rc;

    if (!solve.grid && solve.steps == 0 && !adaptive)
        solve.steps = noisy ? ITO__STEPS_NOISE : ITO__STEPS_FLOW;
    problem->seed = o->seed;
    if (!noisy)
        return ito_solve(ctx, problem, x, &solve, NULL);
    if (adaptive && o->last != ITO_LAST_NOISE)
        return ito__fail(ctx, ITO_EARG,
                         "sample: a last step of its own needs fixed steps");
    how.steps = solve.grid ? solve.grid_count - 1 : solve.steps;
    rc = ito_extension_open(ctx, problem->field, &how, &sde);
    if (rc == ITO_OK) {
        problem->field = ito_extension_field(sde);
        rc = ito_solve(ctx, problem, x, &solve, NULL);
    }
    ito_extension_free(sde);
    return rc;
}

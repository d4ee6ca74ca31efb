/* SPDX-License-Identifier: MIT
 *
 * extended.c - samples of a flow, with noise or without.
 */
#include "flow/extended.h"

#include <ito/extension.h>
#include <ito/image.h>
#include <math.h>

#include "ctx/ctx.h"
#include "flow/cells.h"
#include "flow/steered.h"

/* What is done where nothing is said: a method, and steps as many as make so
 * many field calls.  By measurement (docs/book/solvers.md); where something is
 * done between the steps, or leads the flow, they are shorter. */
typedef struct usual {
    const char *method, *adaptive;
    size_t calls;
} usual;

static const usual plain[] = { { "rk4", "dopri5", 60 },
                               { "heun", "shark", 200 } };
static const usual steered[] = { { "heun", "dopri5", 100 },
                                 { "euler-maruyama", "shark", 250 } };
/* Of images (docs/book/images.md), where no method is named. */
static const usual images = { "midpoint", "dopri5", 20 };

static const usual *find_usual(const ito_schema *schema,
                               const ito_sample_opts *o)
{
    const bool noisy = o->sigma && !ito_sigma_is_zero(o->sigma);
    const bool led = o->energy || o->known || o->cells || o->correct > 0;

    if (!led && !noisy && !o->solve.method && schema &&
        ito_schema_image(schema))
        return &images;
    return (led ? steered : plain) + noisy;
}

void ito_sample_defaults(const ito_schema *schema, ito_sample_opts *o)
{
    const usual *use = find_usual(schema, o);
    const bool adaptive = o->solve.rtol > 0.0 || o->solve.atol > 0.0;
    const ito_method *method;

    if (!o->solve.method)
        o->solve.method = adaptive ? use->adaptive : use->method;
    if (o->solve.grid || o->solve.steps > 0)
        return;
    method = ito_method_find(o->solve.method);
    o->solve.steps =
        adaptive || !method ? 1 : size_max(1, use->calls / method->evals);
}

/* ---- noise that is given ---- */

typedef struct given_noise {
    const float *row; /* that of id0, then the others */
    uint64_t id0;
    double std;
} given_noise;

static int start_given(void *arg, const ito_tile *tile, void *const *x)
{
    const given_noise *g = arg;
    const float *row = g->row + (tile->id0 - g->id0) * tile->dim;
    const cells to = cells_of(tile, x);

    for (size_t i = 0; i < tile->n; i++)
        for (size_t c = 0; c < tile->dim; c++)
            cells_put(&to, i, c, g->std * (double)row[i * tile->dim + c]);
    return 0;
}

static ito_status give_noise(ito_ctx *ctx, const sample_flow *flow,
                             const ito_sample_opts *o, given_noise *g,
                             ito_problem *problem)
{
    const size_t values = problem->n * problem->field->dim;

    if (!flow->normal)
        return ito__fail(ctx, ITO_EUNFIT,
                         "noise that is given: the flow does not start from "
                         "N(0, I)");
    for (size_t k = 0; k < values; k++)
        if (!isfinite(o->noise[k]))
            return ito__fail(ctx, ITO_EARG,
                             "noise that is given: value %zu is not finite", k);
    *g =
        (given_noise){ .row = o->noise, .id0 = problem->id0, .std = flow->std };
    problem->init = start_given;
    problem->init_arg = g;
    return ITO_OK;
}

/* The led flow, with noise where that is asked for. */
static ito_status solve(ito_ctx *ctx, steering *s, ito_problem *problem,
                        const ito_solve_opts *opts, float *x)
{
    const ito_sample_opts *o = s->o;
    const bool noisy = o->sigma && !ito_sigma_is_zero(o->sigma);
    ito_extension_opts how = { .sigma = o->sigma, .last = o->last };
    ito_extension *sde = NULL;
    ito_status rc;

    if (!noisy)
        return ito__steering_solve(ctx, s, problem, opts, x);
    if ((opts->rtol > 0.0 || opts->atol > 0.0) && o->last != ITO_LAST_NOISE)
        return ito__fail(ctx, ITO_EARG,
                         "sample: a last step of its own needs fixed steps");
    how.steps = opts->grid ? opts->grid_count - 1 : opts->steps;
    rc = ito_extension_open(ctx, problem->field, &how, &sde);
    if (rc == ITO_OK) {
        problem->field = ito_extension_field(sde);
        rc = ito__steering_solve(ctx, s, problem, opts, x);
    }
    ito_extension_free(sde);
    return rc;
}

ito_status ito__sample_solve(ito_ctx *ctx, const sample_flow *flow,
                             const ito_sample_opts *o,
                             const ito_problem *problem, float *x)
{
    ito_sample_opts all = *o;
    ito_problem own = *problem;
    given_noise given;
    steering s;
    ito_status rc;

    ito_sample_defaults(flow->schema, &all);
    own.seed = o->seed;
    rc = o->noise ? give_noise(ctx, flow, o, &given, &own) : ITO_OK;
    if (rc != ITO_OK)
        return rc;
    rc = ito__steering_begin(ctx, flow, o, &own, &s);
    if (rc == ITO_OK)
        rc = solve(ctx, &s, &own, &all.solve, x);
    ito__steering_end(ctx, &s);
    return rc;
}

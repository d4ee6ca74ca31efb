/* SPDX-License-Identifier: MIT
 *
 * objective_times.c - which losses are finite on which times.
 *
 * Near an end, at the distance h, the loss of a network that gives 0 grows
 * like weight (a^2 + b^2) ~ h^-g.  Its integral over the times is finite where
 * g < 1: of the square-root schedule g = 1 for flow matching (course.md A2,
 * "Bugs and traps"), of the linear one g = 2 for the unweighted score.
 */
#include <math.h>

#include "flow/objective.h"
#include "kern/dmath.h"

#define NEAR    1e-6
#define FAR     1e-3
#define GROWS   0.9 /* g from which on the integral is taken as infinite */
#define CUT_MAX 0.5

static double size_at(const objective *o, double h, int end)
{
    const objective_at at = ito__objective_at(o, end ? 1.0 - h : h);

    return at.weight * (at.a * at.a + at.b * at.b);
}

static double growth(const objective *o, int end)
{
    const double near = size_at(o, NEAR, end), far = size_at(o, FAR, end);

    return ito__log(near / far) / ito__log(FAR / NEAR);
}

static bool is_velocity_like(quantity q)
{
    return q == QUANTITY_VELOCITY || q == QUANTITY_V || q == QUANTITY_EDM;
}

/* The loss of the score is infinite whatever is predicted: what even the exact
 * score leaves over grows as 1 / beta^2. */
static ito_status refuse(ito_ctx *ctx, const objective *o, int end)
{
    const quantity own =
        o->predict == QUANTITY_SCORE ? QUANTITY_NOISE : o->predict;
    const quantity fit = is_velocity_like(o->loss) ? o->loss : QUANTITY_EDM;

    if (o->loss == QUANTITY_SCORE)
        return ito__fail(
            ctx, ITO_EUNFIT,
            "train: the loss of the score, not weighted, is infinite at t = 1 "
            "on path %s; take loss noise, which weighs it, or leave out the "
            "times beyond 1 - cut by a cut of your own, as 0.01",
            o->path.name);
    return ito__fail(
        ctx, ITO_EUNFIT,
        "train: prediction %s does not fit loss %s: on path %s the loss is "
        "infinite at t = %d; take loss %s, or prediction %s, or a cut",
        ito__quantity_name(o->predict), ito__loss_name(o->loss), o->path.name,
        end, ito__loss_name(own), ito__quantity_name(fit));
}

ito_status ito__objective_times(ito_ctx *ctx, objective *o, double cut)
{
    const bool bad[2] = { !(growth(o, 0) < GROWS), !(growth(o, 1) < GROWS) };

    if (!(cut >= 0.0 && cut < CUT_MAX))
        return ito__fail(ctx, ITO_EARG, "cut %g: must be from 0 to below %g",
                         cut, CUT_MAX);
    for (int end = 0; end < 2 && cut == 0.0; end++)
        if (bad[end] &&
            !(is_velocity_like(o->predict) && is_velocity_like(o->loss)))
            return refuse(ctx, o, end);
    if (cut == 0.0 && (bad[0] || bad[1]))
        cut = ITO__CUT;
    o->lo = bad[0] ? cut : 0.0;
    o->hi = bad[1] || !bad[0] ? 1.0 - cut : 1.0;
    return ITO_OK;
}

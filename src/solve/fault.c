/* SPDX-License-Identifier: MIT
 *
 * fault.c - the words for a solve that failed: where, what, what to try.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "solve/run.h"

static const char *name_of(const run *r)
{
    return r->problem->field->name ? r->problem->field->name : "without a name";
}

/* Methods for steep drifts that fit the field, each after " or ". */
static void steep_methods(const run *r, char *text, size_t size)
{
    static const char *const names[] = { "tamed-euler", "implicit-euler" };
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const method *m = ito__method_find(names[i]);

        if (m == r->method || !ito__method_suits(m, r->problem->field))
            continue;
        used += (size_t)snprintf(text + used, size - used, " or %s", names[i]);
        if (used >= size)
            return;
    }
}

static ito_status nonfinite(ito_ctx *ctx, const run *r, const run_fault *f,
                            ito_errinfo *at)
{
    const char *value = isnan(f->value)  ? "NaN"
                        : f->value > 0.0 ? "+inf"
                                         : "-inf";
    char other[64];

    if (f->point == r->begin)
        return ito__fail_at(ctx, ITO_ENONFINITE, at,
                            "solve: particle %llu, "
                            "component %zu is %s at the start",
                            (unsigned long long)f->id, f->component, value);
    steep_methods(r, other, sizeof(other));
    return ito__fail_at(
        ctx, ITO_ENONFINITE, at,
        "solve: particle %llu, component %zu became "
        "%s in step %llu (t = %g, h = %g): the field is too steep for %s "
        "there; take more steps, for example %zu%s",
        (unsigned long long)f->id, f->component, value,
        (unsigned long long)at->step, at->t, ito__run_step(r, f->point - 1),
        r->method->info.name, size_mul(4, r->steps), other);
}

static ito_status adaptive(ito_ctx *ctx, const run *r, const run_fault *f,
                           const ito_errinfo *at)
{
    const double least =
        r->stepper.noisy ? ldexp(r->t1 - r->t0, -(int)r->depth) : r->opts.h_min;

    if (f->end == RUN_MANY)
        return ito__fail_at(
            ctx, ITO_ESTEPS, at,
            "solve: the particles from %llu on took %zu steps to t = %g (h = "
            "%g); raise max_steps or rtol, or take a method for steep fields",
            (unsigned long long)f->id, r->opts.max_steps, f->t, f->h);
    return ito__fail_at(
        ctx, ITO_ESTEPS, at,
        "solve: at t = %g particle %llu needs steps shorter than %g, the "
        "shortest there may be; its solution may end there, or rtol is below "
        "rounding: raise rtol, lower h_min, or freeze such particles",
        f->t, (unsigned long long)f->id, least);
}

static ito_status called_back(ito_ctx *ctx, const run *r, const run_fault *f,
                              const ito_errinfo *at)
{
    static const char *const who[] = { [RUN_FIELD] = "the field",
                                       [RUN_NOISE] = "increments",
                                       [RUN_INIT] = "init",
                                       [RUN_SINK] = "a sink" };

    return ito__fail_at(
        ctx, ITO_ECALLBACK, at, "solve: %s %s returned %d at t = %g, step %lld",
        who[f->end], f->end == RUN_FIELD ? name_of(r) : "of the program", f->rc,
        at->t, (long long)at->step);
}

ito_status ito__run_report(ito_ctx *ctx, const run *r, const run_fault *f)
{
    ito_errinfo at = ito__nowhere();

    at.particle = (int64_t)f->id;
    at.t = f->t;
    /* a bad state is the result of the step before its point */
    at.step = (int64_t)(r->step0 + f->point);
    switch (f->end) {
    case RUN_NONFINITE:
        at.step -= f->point > r->begin;
        at.component = (int64_t)f->component;
        at.value = f->value;
        return nonfinite(ctx, r, f, &at);
    case RUN_SMALL:
    case RUN_MANY: at.step = -1; return adaptive(ctx, r, f, &at);
    case RUN_NEWTON:
        return ito__fail_at(
            ctx, ITO_ESTEPS, &at,
            "solve: Newton's method did not solve the step of particle %llu "
            "(step %lld, t = %g, h = %g); take shorter steps, and check the "
            "jacobian of field %s if it has one",
            (unsigned long long)f->id, (long long)at.step, f->t, f->h,
            name_of(r));
    case RUN_UNEQUAL:
        return ito__fail_at(ctx, ITO_EUNFIT, &at,
                            "solve: %s needs noise that is equal in all "
                            "components, and not zero; that of field %s is "
                            "not",
                            r->method->info.name, name_of(r));
    case RUN_DONE:
    case RUN_STOPPED: return ITO_OK;
    case RUN_FIELD:
    case RUN_NOISE:
    case RUN_INIT:
    case RUN_SINK: return called_back(ctx, r, f, &at);
    }
    return ITO_OK;
}

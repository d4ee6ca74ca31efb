/* SPDX-License-Identifier: MIT
 *
 * simulate_resume.c - `ito simulate --save`, `--stop` and `--continue`.
 *
 * A run goes on only as what it was: the system in words, the method, the
 * seed, the particles and the grid must agree.  A longer span with steps of
 * the same length is the same grid, so a finished run can be extended.
 */
#include <ito/snapshot.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/system_options.h"

/* Append to a text; it is cut where it is full. */
static void add(char *text, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t bytes, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text + used, bytes - used, format, values);
    va_end(values);
}

/* What is simulated, in words: everything that decides the paths but for the
 * numbers that a snapshot has fields for. */
static void describe(const simulation *s, char *text, size_t bytes)
{
    text[0] = '\0';
    add(text, bytes, "%s; %s", ito_system_spec(s->system),
        ito_system_equation(s->system));
    for (size_t i = 0; !system_args.name && i < system_args.set.count; i++)
        add(text, bytes, "; %s", system_args.set.item[i]);
    add(text, bytes, "; theta=%.17g; T=%.17g; gamma=%.17g; calculus=%d",
        s->how.theta, system_args.temperature, system_args.gamma,
        (int)s->field->calculus);
    for (size_t i = 0; i < simulate_args.bounds.count; i++)
        add(text, bytes, "; %s", simulate_args.bounds.item[i]);
    if (s->problem.no_bridge)
        add(text, bytes, "; no bridge");
}

static size_t end_of(const simulation *s)
{
    return s->how.end ? s->how.end : s->how.steps;
}

ito_status simulation_save(ito_ctx *ctx, const simulation *s)
{
    char text[SIMULATE_TEXT];
    const ito_snapshot shot = {
        .system = text,
        .method = s->done.method,
        .n = s->problem.n,
        .dim = s->field->dim,
        .dtype = s->problem.dtype,
        .id0 = s->problem.id0,
        .seed = s->problem.seed,
        .t0 = s->problem.t0,
        .t1 = s->problem.t1,
        .steps = s->how.steps,
        .point = end_of(s),
        .tree = s->how.tree,
        .rtol = s->how.rtol,
        .atol = s->how.atol,
        .x = s->x,
        .exit_times = s->problem.exit_times,
    };

    if (!simulate_args.save)
        return ITO_OK;
    describe(s, text, sizeof(text));
    return ito_snapshot_write(ctx, simulate_args.save, &shot);
}

/* The first thing in which a run differs from the saved one, or NULL. */
static const char *difference(const simulation *s, const ito_snapshot *shot)
{
    const double mine = s->problem.t1 / (double)s->how.steps;
    const double theirs = shot->t1 / (double)shot->steps;
    char text[SIMULATE_TEXT];

    describe(s, text, sizeof(text));
    if (strcmp(text, shot->system) != 0)
        return "system";
    if (s->how.method && strcmp(s->how.method, shot->method) != 0)
        return "method";
    if (shot->n != s->problem.n)
        return "number of particles";
    if (shot->dim != s->field->dim)
        return "dimension";
    if (shot->dtype != s->problem.dtype)
        return "precision (--double)";
    if (shot->id0 != s->problem.id0)
        return "first particle";
    if (shot->seed != s->problem.seed)
        return "seed";
    if (shot->tree != s->how.tree)
        return "--tree";
    if (shot->rtol != s->how.rtol || shot->atol != s->how.atol)
        return "tolerance";
    if (mine != theirs || (shot->tree && shot->t1 != s->problem.t1))
        return "length of a step";
    return NULL;
}

static ito_status take_snapshot(simulation *s, const ito_snapshot *shot)
{
    const char *what = difference(s, shot);
    const size_t value = shot->dtype == ITO_F64 ? 8 : 4;

    if (what)
        return cmd_fail(ITO_EUNFIT,
                        "--continue %s: another %s; give the options of the "
                        "run that was saved",
                        simulate_args.resume, what);
    if (shot->point >= end_of(s))
        return cmd_fail(ITO_EARG,
                        "--continue %s: %zu of %zu steps are done; a longer "
                        "--time with more --steps goes on",
                        simulate_args.resume, shot->point, end_of(s));
    memcpy(s->x, shot->x, shot->n * shot->dim * value);
    if (s->problem.exit_times && shot->exit_times)
        memcpy(s->problem.exit_times, shot->exit_times,
               shot->n * sizeof(double));
    s->how.begin = shot->point;
    s->problem.init = NULL;
    return ITO_OK;
}

ito_status simulation_resume(ito_ctx *ctx, simulation *s)
{
    ito_snapshot *shot = NULL;
    ito_status rc;

    if (simulate_args.stop >= s->how.steps)
        return cmd_fail(ITO_EARG, "--stop %zu: there are %zu steps",
                        simulate_args.stop, s->how.steps);
    s->how.end = simulate_args.stop;
    if (!simulate_args.resume)
        return ITO_OK;
    rc = ito_snapshot_read(ctx, simulate_args.resume, &shot);
    if (rc == ITO_OK)
        rc = take_snapshot(s, shot);
    ito_snapshot_free(ctx, shot);
    return rc;
}

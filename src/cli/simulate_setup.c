/* SPDX-License-Identifier: MIT
 *
 * simulate_setup.c - a run of `ito simulate` from its options.
 */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/simulate.h"
#include "cli/system_options.h"
#include "cli/term.h"

#define COUNT_DEFAULT  10000
#define FRAMES_DEFAULT 5
#define BINS_DEFAULT   200

/* --- text of the form NAME:...:LO:HI ----------------------------------- */

/* The component of that name, or dim. */
static size_t find_component(const simulation *s, const char *name,
                             size_t bytes)
{
    const size_t dim = s->field->dim;

    for (size_t c = 0; c < dim; c++) {
        const char *known = ito_system_component(s->system, c);

        if (strlen(known) == bytes && memcmp(known, name, bytes) == 0)
            return c;
    }
    return dim;
}

/* The part of a text before the next colon; moves behind it. */
static size_t next_part(const char **text, const char **part)
{
    const size_t n = strcspn(*text, ":");

    *part = *text;
    *text += n + ((*text)[n] == ':');
    return n;
}

/* A number between colons; an empty one is left as it is and *given 0. */
static int read_part(const char **text, double *value, int *given)
{
    char number[64];
    const char *part;
    const size_t n = next_part(text, &part);

    *given = n > 0;
    if (n == 0)
        return 0;
    if (n >= sizeof(number))
        return -1;
    memcpy(number, part, n);
    number[n] = '\0';
    return opt_number(number, value);
}

static ito_status no_component(const simulation *s, const char *option,
                               const char *item)
{
    char list[256] = "";
    size_t used = 0;

    for (size_t c = 0; c < s->field->dim && used + 40 < sizeof(list); c++)
        used +=
            (size_t)snprintf(list + used, sizeof(list) - used, "%s%.30s",
                             c ? ", " : "", ito_system_component(s->system, c));
    return cmd_fail(ITO_EARG, "%s %.100s: no such component; there are %s",
                    option, item, list);
}

/* --- edges and limits -------------------------------------------------- */

/* NAME:KIND:LO:HI, where LO or HI may be empty. */
static ito_status read_bounds(simulation *s, const char *item)
{
    static const struct {
        const char *name;
        ito_edge edge;
    } kinds[] = { { "periodic", ITO_EDGE_PERIODIC },
                  { "reflect", ITO_EDGE_REFLECT },
                  { "absorb", ITO_EDGE_ABSORB } };
    const char *text = item, *part;
    size_t n = next_part(&text, &part);
    const size_t c = find_component(s, part, n);
    ito_edge edge = ITO_EDGE_OPEN;
    int lower, upper;

    if (c == s->field->dim)
        return no_component(s, "--bounds", item);
    n = next_part(&text, &part);
    for (size_t k = 0; k < 3; k++)
        if (strlen(kinds[k].name) == n && !memcmp(kinds[k].name, part, n))
            edge = kinds[k].edge;
    if (edge == ITO_EDGE_OPEN ||
        read_part(&text, &s->bounds[c].lo, &lower) != 0 ||
        read_part(&text, &s->bounds[c].hi, &upper) != 0 || *text)
        return cmd_fail(ITO_EARG,
                        "--bounds %.100s: write NAME:KIND:LO:HI with KIND one "
                        "of periodic, reflect, absorb; LO or HI may be empty",
                        item);
    s->bounds[c].lower = lower ? edge : ITO_EDGE_OPEN;
    s->bounds[c].upper = upper ? edge : ITO_EDGE_OPEN;
    return ITO_OK;
}

/* LO:HI for all components, or NAME:LO:HI. */
static ito_status read_limits(simulation *s, const char *item)
{
    const char *text = item, *part;
    size_t first = 0, last = s->field->dim, colons = 0;
    double lo = 0.0, hi = 0.0;
    int lower = 0, upper = 0;

    for (const char *c = item; *c; c++)
        colons += *c == ':';
    if (colons == 2) {
        const size_t n = next_part(&text, &part);

        first = find_component(s, part, n);
        last = first + 1;
        if (first == s->field->dim)
            return no_component(s, "--limits", item);
    }
    if (read_part(&text, &lo, &lower) != 0 ||
        read_part(&text, &hi, &upper) != 0 || *text || !lower || !upper ||
        !(lo < hi))
        return cmd_fail(ITO_EARG,
                        "--limits %.100s: write LO:HI or NAME:LO:HI, LO below "
                        "HI",
                        item);
    for (size_t c = first; c < last; c++) {
        s->lo[c] = lo;
        s->hi[c] = hi;
    }
    return ITO_OK;
}

static ito_status make_space(simulation *s)
{
    const size_t dim = s->field->dim;
    ito_status rc = ITO_OK;

    s->lo = calloc(dim, sizeof(*s->lo));
    s->hi = calloc(dim, sizeof(*s->hi));
    s->bounds = calloc(dim, sizeof(*s->bounds));
    if (!s->lo || !s->hi || !s->bounds)
        return cmd_fail(ITO_ENOMEM, "%zu components", dim);
    memcpy(s->lo, s->hint->lo, dim * sizeof(*s->lo));
    memcpy(s->hi, s->hint->hi, dim * sizeof(*s->hi));
    for (size_t i = 0; i < simulate_args.limits.count && rc == ITO_OK; i++)
        rc = read_limits(s, simulate_args.limits.item[i]);
    for (size_t i = 0; i < simulate_args.bounds.count && rc == ITO_OK; i++)
        rc = read_bounds(s, simulate_args.bounds.item[i]);
    if (simulate_args.bounds.count > 0)
        s->problem.bounds = s->bounds;
    return rc;
}

/* --- time -------------------------------------------------------------- */

/* Steps of length --h; the last one must end at t. */
static ito_status steps_of_h(double t, size_t *steps)
{
    const double h = simulate_args.h, n = t / h;

    if (!(fabs(n) < 4294967295.0) || fabs(n - rint(n)) > 1e-9 * fabs(n) ||
        rint(n) < 1.0)
        return cmd_fail(ITO_EARG,
                        "--h %g: a span of %g is not a whole number of such "
                        "steps below 2^32; choose --steps, or another --h",
                        h, t);
    *steps = (size_t)rint(n);
    return ITO_OK;
}

static ito_status make_times(simulation *s)
{
    const double t =
        opt_given(&simulate_args.t) ? simulate_args.t : s->hint->t1;
    const int adaptive = simulate_args.rtol > 0.0 || simulate_args.atol > 0.0;
    const double natural = ceil((double)s->hint->steps * fabs(t) / s->hint->t1);
    const int looks =
        simulate_args.paths || simulate_args.plot || simulate_args.animate;
    ito_status rc = ITO_OK;

    s->problem.t1 = t;
    s->how.method = simulate_args.method;
    s->how.rtol = simulate_args.rtol;
    s->how.atol = simulate_args.atol;
    s->how.theta = simulate_args.theta;
    s->how.tree = simulate_args.tree;
    s->how.tile = simulate_args.tile;
    s->how.bad = (ito_bad)simulate_args.bad;
    if (!s->how.method && !adaptive)
        s->how.method = s->hint->method;
    if (simulate_args.steps)
        s->how.steps = simulate_args.steps;
    else if (simulate_args.h > 0.0)
        rc = steps_of_h(fabs(t), &s->how.steps);
    else if (adaptive) /* points to look at; a power of 2 fits every method */
        s->how.steps = looks ? 256 : 8;
    else
        s->how.steps = natural < 1.0   ? 1
                       : natural > 1e9 ? 1000000000
                                       : (size_t)natural;
    return rc;
}

/* --- what is gathered -------------------------------------------------- */

/* Counts finished particles and shows them. */
typedef struct progress {
    term_bar bar;
    atomic_size_t done;
    atomic_flag busy;
} progress;

static progress shown = { .busy = ATOMIC_FLAG_INIT };

static int show_progress(void *arg, const ito_frame *frame)
{
    progress *p = arg;
    const size_t done = atomic_fetch_add(&p->done, frame->n) + frame->n;

    if (!atomic_flag_test_and_set(&p->busy)) {
        term_bar_update(&p->bar, done, NULL);
        atomic_flag_clear(&p->busy);
    }
    return 0;
}

void simulation_progress(const simulation *s, int begin)
{
    if (begin)
        term_bar_begin(&shown.bar, "simulating", 0, s->problem.n);
    else
        term_bar_end(&shown.bar, atomic_load(&shown.done), NULL);
}

/* Keeps the first particles' states; each row has a place of its own. */
static int keep_paths(void *arg, const ito_frame *frame)
{
    kept_paths *k = arg;

    for (size_t i = 0; i < frame->n; i++) {
        const uint64_t id = frame->id0 + i - k->id0;
        double *to;

        if (id >= k->keep)
            return 0;
        to = k->values + (frame->index * k->keep + (size_t)id) * k->dim;
        for (size_t c = 0; c < k->dim; c++) {
            const size_t at = i * k->dim + c;

            to[c] = frame->dtype == ITO_F64
                        ? ((const double *)frame->rows)[at]
                        : (double)((const float *)frame->rows)[at];
        }
        if (id == 0)
            k->t[frame->index] = frame->t;
    }
    return 0;
}

/* Steps of this call. */
static size_t steps_here(const simulation *s)
{
    return (s->how.end ? s->how.end : s->how.steps) - s->how.begin;
}

static ito_status make_paths(simulation *s)
{
    kept_paths *k = &s->kept;
    ito_sink *sink = &s->sinks[1];
    const size_t steps = steps_here(s);
    size_t every = simulate_args.every;

    *sink = (ito_sink){ .fn = show_progress, .arg = &shown };
    if (!simulate_args.paths && !simulate_args.plot && !simulate_args.animate)
        return ITO_OK;
    if (!every) /* enough for the eye */
        every = simulate_args.paths ? 1 : (steps + 499) / 500;
    *sink = (ito_sink){ .fn = keep_paths, .arg = k, .every = every };
    *k = (kept_paths){ .frames = ito_sink_frames(sink, steps),
                       .keep = simulate_args.keep,
                       .dim = s->field->dim,
                       .id0 = s->problem.id0 };
    if (!k->keep || k->keep > s->problem.n)
        k->keep = s->problem.n;
    if (k->keep > SIZE_MAX / sizeof(double) / k->dim / k->frames)
        return cmd_fail(ITO_ENOMEM, "paths of %zu particles", k->keep);
    k->values = calloc(k->frames * k->keep * k->dim, sizeof(double));
    k->t = calloc(k->frames, sizeof(double));
    if (!k->values || !k->t)
        return cmd_fail(ITO_ENOMEM,
                        "%zu states of %zu particles; keep fewer with --keep "
                        "or --every",
                        k->frames, k->keep);
    s->sinks[2] = (ito_sink){ .fn = show_progress, .arg = &shown };
    return ITO_OK;
}

static ito_status make_statistics(ito_ctx *ctx, simulation *s)
{
    const size_t steps = steps_here(s);
    size_t wanted =
        simulate_args.frames ? simulate_args.frames : FRAMES_DEFAULT;
    ito_ensemble_opts o = { .dim = s->field->dim,
                            .lo = s->lo,
                            .hi = s->hi,
                            .bins = simulate_args.bins,
                            .exit_bins = 0,
                            .exit_t1 = s->problem.t1,
                            .shift = s->hint->start };

    if (wanted > steps)
        wanted = steps;
    if (!o.bins && (simulate_args.hist || simulate_args.quantiles.count ||
                    simulate_args.plot))
        o.bins = BINS_DEFAULT;
    s->points = calloc(wanted + 1, sizeof(*s->points));
    if (!s->points)
        return cmd_fail(ITO_ENOMEM, "%zu frames", wanted);
    for (size_t f = 0; f <= wanted; f++)
        s->points[f] = (size_t)((double)f / (double)wanted * (double)steps);
    o.frames = s->frames = wanted + 1;
    s->bins = o.bins;
    s->sinks[0] = (ito_sink){ .fn = ito_ensemble_frame,
                              .at = s->points,
                              .at_count = s->frames };
    return ito_ensemble_new(ctx, &o, &s->stats);
}

/* The memory of everything that grows with the run, against --mem. */
static ito_status check_memory(ito_ctx *ctx, const simulation *s)
{
    const size_t value = s->problem.dtype == ITO_F64 ? 8 : 4;
    const double states =
        s->x_wanted
            ? (double)s->problem.n * (double)s->field->dim * (double)value
            : 0.0;
    const double frames =
        1.0 + (double)s->how.steps /
                  (simulate_args.every ? (double)simulate_args.every : 1.0);
    const double kept =
        simulate_args.paths
            ? frames * (double)simulate_args.keep * (double)s->field->dim * 8.0
            : 0.0;
    size_t work = 0;
    ito_status rc = ito_solve_bytes(ctx, &s->problem, &s->how, &work);

    if (rc != ITO_OK || !simulate_args.mem)
        return rc;
    if (states + kept + (double)work > (double)simulate_args.mem)
        return cmd_fail(ITO_ENOMEM,
                        "%.0f MiB are needed (states %.0f, paths %.0f, solver "
                        "%.0f) and --mem allows %.0f; without -o, --save and "
                        "--paths memory does not grow with the particles",
                        (states + kept + (double)work) / 1048576.0,
                        states / 1048576.0, kept / 1048576.0,
                        (double)work / 1048576.0,
                        (double)simulate_args.mem / 1048576.0);
    return ITO_OK;
}

static ito_status make_states(simulation *s)
{
    const size_t value = s->problem.dtype == ITO_F64 ? 8 : 4;

    if (!s->x_wanted)
        return ITO_OK;
    if (s->problem.n > SIZE_MAX / value / s->field->dim)
        return cmd_fail(ITO_ENOMEM, "states of %zu particles", s->problem.n);
    s->x = malloc(s->problem.n * s->field->dim * value);
    if (!s->x)
        return cmd_fail(ITO_ENOMEM,
                        "states of %zu particles; without -o and --save they "
                        "are not kept",
                        s->problem.n);
    if (!simulate_args.bounds.count)
        return ITO_OK;
    s->problem.exit_times = malloc((s->problem.n + 1) * sizeof(double));
    if (!s->problem.exit_times)
        return cmd_fail(ITO_ENOMEM, "exit times of %zu particles",
                        s->problem.n);
    return ITO_OK;
}

ito_status simulation_make(ito_ctx *ctx, simulation *s)
{
    ito_status rc;

    if ((rc = system_options_open(ctx, &s->system)) != ITO_OK)
        return rc;
    s->field = ito_system_field(s->system);
    s->hint = ito_system_hint(s->system);
    s->problem = (ito_problem){
        .field = s->field,
        .n = simulate_args.count ? simulate_args.count : COUNT_DEFAULT,
        .dtype = simulate_args.real ? ITO_F64 : ITO_F32,
        .id0 = simulate_args.first,
        .seed = common.seed,
        .no_bridge = simulate_args.no_bridge,
        .sinks = s->sinks,
    };
    s->x_wanted =
        simulate_args.out || simulate_args.save || simulate_args.resume;
    if ((rc = make_space(s)) != ITO_OK || (rc = make_times(s)) != ITO_OK ||
        (rc = simulation_start(ctx, s)) != ITO_OK ||
        (rc = check_memory(ctx, s)) != ITO_OK ||
        (rc = make_states(s)) != ITO_OK ||
        (rc = simulation_resume(ctx, s)) != ITO_OK ||
        (rc = make_statistics(ctx, s)) != ITO_OK ||
        (rc = make_paths(s)) != ITO_OK)
        return rc;
    s->sinks[0].arg = s->stats;
    s->problem.sink_count = s->kept.keep ? 3 : 2;
    return ITO_OK;
}

void simulation_free(simulation *s)
{
    ito_ensemble_free(s->stats);
    ito_ensemble_free(s->moving);
    free(s->moving_at);
    start_free(s->start);
    ito_system_free(s->system);
    free(s->bounds);
    free(s->lo);
    free(s->hi);
    free(s->points);
    free(s->x);
    free(s->problem.exit_times);
    free(s->kept.values);
    free(s->kept.t);
}

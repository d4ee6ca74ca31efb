/* SPDX-License-Identifier: MIT
 *
 * pictures_systems.c - paths of systems that differ in one or two parameters,
 * a panel each.
 */
#include <ito/start.h>
#include <ito/system.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"

#define PATHS       10
#define HIST_FROM   100 /* paths from which their ends are counted */
#define VALUES_MAX  8
#define NAME_BYTES  32
#define TITLE_BYTES 96
#define SPEC_BYTES  1024
#define FRAMES_MOST 500

/* A parameter that varies. */
typedef struct axis {
    char name[NAME_BYTES];
    double value[VALUES_MAX];
    size_t count; /* at least 1; of a parameter that does not exist 1 */
} axis;

/* One panel. */
typedef struct member {
    ito_system *system;
    double end;    /* of the time */
    double clock;  /* t times this is shown */
    double *start; /* n values */
    size_t *at;    /* points of the grid */
    double *t;     /* frames times, as shown */
    double *x;     /* frames x n */
    size_t frames;
    char title[TITLE_BYTES];
} member;

static int read_axis(const char *text, axis *a)
{
    const char *const equal = strchr(text, '=');
    const size_t name = equal ? (size_t)(equal - text) : 0;

    if (name == 0 || name >= NAME_BYTES)
        return -1;
    snprintf(a->name, NAME_BYTES, "%.*s", (int)name, text);
    a->count = opt_numbers(equal + 1, ',', a->value, VALUES_MAX);
    return a->count > 0 && a->count <= VALUES_MAX ? 0 : -1;
}

/* A formula in the parameters that vary. */
static ito_status evaluate(ito_ctx *ctx, const char *text, const char *what,
                           const ito_param *param, size_t count, double *out)
{
    const ito_expr_opts o = { .params = param,
                              .param_count = count,
                              .what = what };
    ito_expr *expr = NULL;
    ito_status rc = ito_expr_parse(ctx, text, &o, &expr);

    if (rc == ITO_OK)
        rc = ito_expr_eval(ctx, expr, 0.0, 1, NULL, out);
    ito_expr_free(expr);
    if (rc == ITO_OK && !isfinite(*out))
        return cmd_fail(ITO_EARG, "%s %.80s is %g", what, text, *out);
    return rc;
}

/* True when a system has a parameter of this name. */
static int has_parameter(const char *params, const char *name)
{
    const size_t n = strlen(name);

    for (const char *p = params; p && *p;) {
        if (strncmp(p, name, n) == 0 && p[n] == '=')
            return 1;
        p = strchr(p, ',');
        p = p ? p + 1 : NULL;
    }
    return 0;
}

static const char *parameters_of(const char *system)
{
    const size_t n = strcspn(system, ":");
    const ito_system_info *s;

    for (size_t i = 0; (s = ito_system_at(i)) != NULL; i++)
        if (strncmp(s->name, system, n) == 0 && s->name[n] == '\0')
            return s->params;
    return NULL;
}

/* Append ",name=value" to a spec. */
static void append(char spec[SPEC_BYTES], const char *name, size_t bytes,
                   double value)
{
    const size_t used = strlen(spec);

    snprintf(spec + used, SPEC_BYTES - used, "%c%.*s=%.17g",
             strchr(spec, ':') ? ',' : ':', (int)bytes, name, value);
}

/* The spec of a member: the system with what varies and what is set. */
static ito_status make_spec(ito_ctx *ctx, const family *f,
                            const ito_param *param, size_t count,
                            char spec[SPEC_BYTES])
{
    const char *const known = parameters_of(f->system);

    if (strlen(f->system) > SPEC_BYTES / 2 || f->set->count > VALUES_MAX)
        return cmd_fail(ITO_EARG, "%.40s...: too long", f->system);
    snprintf(spec, SPEC_BYTES, "%s", f->system);
    for (size_t i = 0; i < count; i++)
        if (has_parameter(known, param[i].name))
            append(spec, param[i].name, strlen(param[i].name), param[i].value);
    for (size_t i = 0; i < f->set->count; i++) {
        const char *const text = f->set->item[i];
        const char *const equal = strchr(text, '=');
        double value;
        ito_status rc;

        if (!equal || equal == text || equal - text >= NAME_BYTES)
            return cmd_fail(ITO_EARG, "--set %.80s: give NAME=FORMULA", text);
        rc = evaluate(ctx, equal + 1, "--set", param, count, &value);
        if (rc != ITO_OK)
            return rc;
        append(spec, text, (size_t)(equal - text), value);
    }
    return ITO_OK;
}

static void name_member(const ito_param *param, size_t count, member *m)
{
    size_t used = 0;

    for (size_t i = 0; i < count && used < TITLE_BYTES; i++)
        used += (size_t)snprintf(m->title + used, TITLE_BYTES - used,
                                 "%s%.31s = %.6g", i ? ", " : "", param[i].name,
                                 param[i].value);
}

static ito_status open_member(ito_ctx *ctx, const family *f,
                              const ito_param *param, size_t count, member *m)
{
    char spec[SPEC_BYTES];
    ito_status rc = make_spec(ctx, f, param, count, spec);

    if (rc == ITO_OK)
        rc = ito_system_open(ctx, spec, ITO_CALCULUS_UNSET, &m->system);
    if (rc != ITO_OK)
        return rc;
    if (ito_system_field(m->system)->dim != 1)
        return cmd_fail(ITO_EARG,
                        "%.40s has %zu components; families are drawn of "
                        "systems of one",
                        f->system, ito_system_field(m->system)->dim);
    m->end = ito_system_hint(m->system)->t1;
    m->clock = 1.0;
    if (f->span)
        rc = evaluate(ctx, f->span, "--span", param, count, &m->end);
    if (rc == ITO_OK && f->clock)
        rc = evaluate(ctx, f->clock, "--clock", param, count, &m->clock);
    if (rc == ITO_OK && !(m->end > 0.0 && m->clock > 0.0))
        return cmd_fail(ITO_EARG, "--span %g, --clock %g: both are above 0",
                        m->end, m->clock);
    name_member(param, count, m);
    return rc;
}

static ito_status solve_member(ito_ctx *ctx, const family *f, const motion *how,
                               member *m)
{
    const ito_system_hints *const hint = ito_system_hint(m->system);
    const size_t n = how->n ? how->n : PATHS;
    const size_t steps = how->steps ? how->steps : hint->steps;
    const size_t count = steps < FRAMES_MOST ? steps + 1 : FRAMES_MOST;
    ito_start_rows rows = { .count = n };
    ito_store store = { .n = n };
    ito_sink sink = { .fn = ito_store_frame, .arg = &store };
    const ito_problem problem = { .field = ito_system_field(m->system),
                                  .t1 = m->end,
                                  .n = n,
                                  .dtype = ITO_F64,
                                  .seed = how->seed,
                                  .init = ito_start_at_rows,
                                  .init_arg = &rows,
                                  .sinks = &sink,
                                  .sink_count = 1 };
    const ito_solve_opts o = { .method =
                                   how->solver ? how->solver : hint->method,
                               .steps = steps };

    m->frames = count;
    m->start = malloc(n * sizeof(*m->start));
    m->at = malloc(count * sizeof(*m->at));
    m->t = malloc(count * sizeof(*m->t));
    m->x = n < SIZE_MAX / sizeof(double) / count
               ? malloc(count * n * sizeof(*m->x))
               : NULL;
    if (!m->start || !m->at || !m->t || !m->x)
        return cmd_fail(ITO_ENOMEM, "%zu paths at %zu times", n, count);
    for (size_t i = 0; i < n; i++) {
        const double share = n > 1 ? (double)i / (double)(n - 1) : 0.5;

        m->start[i] = f->has_from
                          ? f->from[0] + share * (f->from[1] - f->from[0])
                          : hint->start[0];
    }
    for (size_t k = 0; k < count; k++) {
        m->at[k] = k * steps / (count - 1);
        m->t[k] = m->clock * m->end * (double)m->at[k] / (double)steps;
    }
    rows.rows = m->start;
    store.rows = m->x;
    sink.at = m->at;
    sink.at_count = count;
    return ito_solve(ctx, &problem, NULL, &o, NULL);
}

static void free_member(member *m)
{
    ito_system_free(m->system);
    free(m->start);
    free(m->at);
    free(m->t);
    free(m->x);
}

static ito_status draw_members(ito_ctx *ctx, const family *f, const motion *how,
                               const member *m, const size_t shape[2],
                               const ito_plot_opts *opts, ito_figure **out)
{
    ito_ensemble_view *const view =
        calloc(shape[0] * shape[1] + 1, sizeof(*view));
    char label[TITLE_BYTES];
    const ito_ensemble_grid grid = { .rows = shape[0],
                                     .cols = shape[1],
                                     .view = view,
                                     .t_label = f->clock ? label : NULL };
    const size_t n = how->n ? how->n : PATHS;
    ito_plot_opts o = *opts;
    ito_status rc;

    if (!view)
        return cmd_fail(ITO_ENOMEM, "%zu panels", shape[0] * shape[1]);
    snprintf(label, sizeof(label), "t * %.60s", f->clock ? f->clock : "");
    for (size_t i = 0; i < shape[0] * shape[1]; i++) {
        view[i].paths = (ito_paths){
            .n = n, .dim = 1, .frames = m[i].frames, .t = m[i].t, .f64 = m[i].x
        };
        view[i].no_hist = n < HIST_FROM;
        view[i].title = m[i].title;
    }
    rc = ito_plot_ensembles(ctx, &grid, &o, out);
    free(view);
    return rc;
}

/* The parameters that vary: of one, a row; of two, rows and columns. */
static ito_status read_axes(const family *f, axis a[2], size_t shape[2])
{
    if (f->vary->count < 1 || f->vary->count > 2)
        return cmd_fail(ITO_EARG, "give --vary NAME=VALUE,... once or twice");
    for (size_t i = 0; i < f->vary->count; i++)
        if (read_axis(f->vary->item[i], &a[i]) != 0)
            return cmd_fail(ITO_EARG,
                            "--vary %.80s: give NAME=VALUE,VALUE,..., at most "
                            "%d values",
                            f->vary->item[i], VALUES_MAX);
    shape[0] = f->vary->count > 1 ? a[0].count : 1;
    shape[1] = f->vary->count > 1 ? a[1].count : a[0].count;
    for (size_t i = 0; i < f->vary->count; i++) {
        const char *const known = parameters_of(f->system);

        if (known && f->set->count == 0 && !has_parameter(known, a[i].name))
            return cmd_fail(ITO_EARG,
                            "--vary %s: %.40s has no such parameter, and no "
                            "--set uses it",
                            a[i].name, f->system);
    }
    return ITO_OK;
}

ito_status picture_systems(ito_ctx *ctx, const family *f, const motion *how,
                           const ito_plot_opts *opts, ito_figure **out)
{
    size_t shape[2] = { 0, 0 }, panels;
    member *m = NULL;
    axis a[2];
    ito_status rc;

    memset(a, 0, sizeof(a));
    rc = read_axes(f, a, shape);
    panels = shape[0] * shape[1];
    if (rc == ITO_OK && !(m = calloc(panels + 1, sizeof(*m))))
        rc = cmd_fail(ITO_ENOMEM, "%zu panels", panels);
    for (size_t i = 0; m && i < panels && rc == ITO_OK; i++) {
        const size_t row = i / shape[1], col = i % shape[1];
        const int two = f->vary->count > 1;
        const ito_param param[2] = { { a[0].name, a[0].value[two ? row : col] },
                                     { a[1].name, a[1].value[two ? col : 0] } };

        rc = open_member(ctx, f, param, f->vary->count, &m[i]);
        if (rc == ITO_OK)
            rc = solve_member(ctx, f, how, &m[i]);
    }
    if (rc == ITO_OK && m)
        rc = draw_members(ctx, f, how, m, shape, opts, out);
    for (size_t i = 0; m && i < panels; i++)
        free_member(&m[i]);
    free(m);
    return rc;
}

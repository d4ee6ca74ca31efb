/* SPDX-License-Identifier: MIT
 *
 * sweep.c - quality of samples against field calls: which points there are,
 * and one after the other, seed by seed.
 *
 * Seeds are the outer loop: what all points of a seed share, the true rows and
 * the accurate solution, is made once.
 */
#include "flow/sweep.h"

#include <math.h>
#include <string.h>

#define SAMPLES 2000
#define SEEDS   5

/* The accurate solution: so many times the calls of the largest budget. */
#define REFERENCE_METHOD "rk4"
#define REFERENCE_TIMES  4
#define REFERENCE_CALLS  400 /* at least */

#define EVERY_METRIC ((1u << ITO_METRIC_COUNT) - 1u)

static const char *const own_names[] = { "error", "shares", "spread" };

const char *ito_sweep_measure_name(size_t measure)
{
    if (measure < ITO_METRIC_COUNT)
        return ito_metric_name((ito_metric)measure);
    return measure < ITO_SWEEP_MEASURES ? own_names[measure - ITO_METRIC_COUNT]
                                        : NULL;
}

/* ---- points ---- */

static const char *method_of(const ito_flow *flow, const ito_sweep_line *line)
{
    const ito_model *model = ito_flow_model(flow);
    ito_sample_opts o = { .solve = { .method = line->method,
                                     .rtol = line->adaptive ? 1.0 : 0.0 },
                          .sigma = line->sigma };

    ito_sample_defaults(model ? ito_model_schema(model) : NULL, &o);
    return o.solve.method;
}

static ito_status check_line(ito_ctx *ctx, const ito_sweep_line *line,
                             const ito_method *method)
{
    if (!method)
        return ito__fail(ctx, ITO_EARG, "sweep: there is no method '%.100s'",
                         line->method);
    if ((unsigned)line->grid > ITO_GRID_KARRAS ||
        (unsigned)line->last > ITO_LAST_FLOW)
        return ito__fail(ctx, ITO_EARG, "sweep: grid %d, last step %d",
                         (int)line->grid, (int)line->last);
    if (line->last != ITO_LAST_NOISE && (!line->sigma || line->adaptive))
        return ito__fail(ctx, ITO_EUNFIT,
                         "sweep: a last step of its own needs noise on the "
                         "way and fixed steps");
    if (!line->adaptive)
        return ITO_OK;
    if (!(method->flags & ITO_METHOD_ADAPTIVE))
        return ito__fail(ctx, ITO_EUNFIT,
                         "sweep: %s does not estimate its error, so it has no "
                         "adaptive steps",
                         method->name);
    if (line->grid != ITO_GRID_UNIFORM)
        return ito__fail(ctx, ITO_EUNFIT,
                         "sweep: adaptive steps have no time grid");
    return ITO_OK;
}

ito_status ito_sweep_fits(ito_ctx *ctx, const ito_flow *flow,
                          const ito_sweep_line *line)
{
    ito_extension *sde = NULL;
    const ito_method *method;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!flow || !line)
        return ito__fail(ctx, ITO_EARG, "sweep: a NULL argument");
    method = ito_method_find(method_of(flow, line));
    rc = check_line(ctx, line, method);
    if (rc == ITO_OK)
        rc = ito_extension_open(ctx, ito_flow_field(flow),
                                &(ito_extension_opts){ .sigma = line->sigma },
                                &sde);
    if (rc == ITO_OK)
        rc = ito_method_fits(ctx, method, ito_extension_field(sde));
    ito_extension_free(sde);
    return rc;
}

static ito_status check_opts(ito_ctx *ctx, const ito_sweep_opts *o)
{
    bool fixed = false, adaptive = false;

    if (!o || o->line_count == 0 || !o->lines)
        return ito__fail(ctx, ITO_EARG, "sweep: no lines to try");
    for (size_t l = 0; l < o->line_count; l++) {
        fixed |= !o->lines[l].adaptive;
        adaptive |= o->lines[l].adaptive != 0;
    }
    if ((fixed && o->call_count == 0) || (adaptive && o->rtol_count == 0))
        return ito__fail(ctx, ITO_EARG, "sweep: no %s to try",
                         fixed && o->call_count == 0 ? "numbers of field calls"
                                                     : "tolerances");
    for (size_t i = 0; i < o->call_count; i++)
        if (o->calls[i] == 0 || o->calls[i] > UINT32_MAX)
            return ito__fail(ctx, ITO_EARG,
                             "sweep: %zu field calls: 1 to 2^32 - 1",
                             o->calls[i]);
    for (size_t i = 0; i < o->rtol_count; i++)
        if (!(o->rtol[i] > 0.0 && o->rtol[i] <= 1.0))
            return ito__fail(ctx, ITO_EARG,
                             "sweep: tolerance %g: above 0, at most 1",
                             o->rtol[i]);
    if (o->measures >> ITO_SWEEP_MEASURES)
        return ito__fail(ctx, ITO_EARG, "sweep: no such measure");
    return ITO_OK;
}

/* Points of one line; those that are no steps at all are left out. */
static size_t line_points(const ito_flow *flow, const ito_sweep_opts *o,
                          size_t l, ito_sweep_point *points)
{
    const ito_sweep_line *line = &o->lines[l];
    const ito_method *method = ito_method_find(method_of(flow, line));
    const size_t least = line->grid == ITO_GRID_KARRAS ? 3 : 1;
    const size_t budgets = line->adaptive ? o->rtol_count : o->call_count;
    size_t count = 0;

    for (size_t i = 0; i < budgets; i++) {
        ito_sweep_point p = { .line = l };

        if (line->adaptive) {
            p.rtol = o->rtol[i];
        } else {
            p.budget = o->calls[i];
            p.steps = p.budget / method->evals;
            p.calls = p.steps * method->evals;
            if (p.steps < least)
                continue;
        }
        if (points)
            points[count] = p;
        count++;
    }
    return count;
}

ito_status ito_sweep_plan(ito_ctx *ctx, const ito_flow *flow,
                          const ito_sweep_opts *opts, ito_sweep_point *points,
                          size_t *count)
{
    size_t found = 0;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!flow || !count)
        return ito__fail(ctx, ITO_EARG, "sweep: a NULL argument");
    *count = 0;
    rc = check_opts(ctx, opts);
    for (size_t l = 0; rc == ITO_OK && l < opts->line_count; l++)
        rc = ito_sweep_fits(ctx, flow, &opts->lines[l]);
    if (rc != ITO_OK)
        return rc;
    for (size_t l = 0; l < opts->line_count; l++)
        found += line_points(flow, opts, l, points ? points + found : NULL);
    if (found == 0)
        return ito__fail(ctx, ITO_EARG,
                         "sweep: no budget is enough for one step");
    *count = found;
    return ITO_OK;
}

/* ---- running ---- */

typedef struct run {
    ito_ctx *ctx;
    const ito_flow *flow;
    const ito_table *data;
    ito_sweep_opts o;
    ito_sweep_point *points;
    size_t count;
    double *values; /* count x measures x seeds */
    double *floors; /* measures x seeds */
    float *x;       /* n x dim */
    float *exact;   /* the accurate solution of a seed, or NULL */
    double *grid;   /* of the point that runs */
    sweep_modes *modes;
    size_t done;
} run;

static double *value_at(const run *r, size_t p, size_t measure, size_t seed)
{
    return &r->values[(p * ITO_SWEEP_MEASURES + measure) * r->o.seeds + seed];
}

static bool wanted(const run *r, size_t measure)
{
    return (r->o.measures >> measure & 1u) != 0;
}

/* The samples of a point in r->x; what it cost. */
static ito_status sample(run *r, const ito_sweep_point *p, uint64_t seed,
                         ito_solve_stats *stats)
{
    const ito_sweep_line *line = &r->o.lines[p->line];
    ito_sample_opts s = { .solve = { .method = method_of(r->flow, line),
                                     .rtol = p->rtol,
                                     .steps = p->steps },
                          .seed = seed,
                          .sigma = line->sigma,
                          .last = line->last,
                          .stats = stats };
    ito_status rc = ITO_OK;

    if (line->adaptive)
        s.solve.steps = 0;
    if (line->grid != ITO_GRID_UNIFORM) {
        rc = ito_grid_fill(r->ctx, line->grid, ito_flow_path(r->flow), p->steps,
                           r->grid);
        s.solve.grid = r->grid;
        s.solve.grid_count = p->steps + 1;
    }
    if (rc == ITO_OK)
        rc = ito_flow_sample_rows(r->ctx, r->flow, &s, r->o.n, r->x);
    return rc;
}

static double rms_between(size_t n, const float *a, const float *b)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double d = (double)a[i] - (double)b[i];

        sum += d * d;
    }
    return sqrt(sum / (double)n);
}

/* The samples as a table with the columns of the data. */
static ito_status as_table(run *r, ito_table **out)
{
    const size_t dim = ito_flow_dim(r->flow), n = r->o.n;
    const ito_model *model = ito_flow_model(r->flow);
    ito_column *columns;
    double *v;
    ito_status rc;

    *out = NULL;
    if (model)
        return ito_model_decode(r->ctx, model, NULL, n, r->x, out);
    if (ito_table_cols(r->data) != dim)
        return ito__fail(r->ctx, ITO_EARG,
                         "sweep: the data have %zu columns, the flow %zu "
                         "coordinates",
                         ito_table_cols(r->data), dim);
    columns = ito__calloc(r->ctx, dim, sizeof(*columns));
    v = ito__alloc(r->ctx, size_mul(size_mul(n, dim), sizeof(*v)));
    rc = columns && v ? ITO_OK
                      : ito__fail(r->ctx, ITO_ENOMEM, "sweep: %zu rows", n);
    for (size_t c = 0; rc == ITO_OK && c < dim; c++) {
        for (size_t i = 0; i < n; i++)
            v[c * n + i] = (double)r->x[i * dim + c];
        columns[c] = (ito_column){ .name = ito_table_column(r->data, c)->name,
                                   .kind = ITO_COLUMN_NUMBER,
                                   .number = v + c * n };
    }
    if (rc == ITO_OK)
        rc = ito_table_build(r->ctx, n, dim, columns, out);
    ito__free(r->ctx, v);
    ito__free(r->ctx, columns);
    return rc;
}

/* Measures of the samples in r->x as those of point p. */
static ito_status measure(run *r, size_t p, size_t seed)
{
    const bool noisy = r->o.lines[r->points[p].line].sigma != NULL;
    const size_t values = r->o.n * ito_flow_dim(r->flow);
    ito_eval_opts how = r->o.eval;
    ito_table *fake = NULL;
    double modes[2];
    ito_eval e = { 0 };
    ito_status rc;

    how.seed = r->o.seed + seed;
    how.metrics = r->o.measures & EVERY_METRIC;
    if (r->exact && !noisy)
        *value_at(r, p, ITO_SWEEP_ERROR, seed) =
            rms_between(values, r->x, r->exact);
    rc = as_table(r, &fake);
    if (rc == ITO_OK && r->modes) {
        ito__sweep_modes(r->modes, fake, r->o.n, 0, modes);
        *value_at(r, p, ITO_SWEEP_SHARES, seed) = modes[0];
        *value_at(r, p, ITO_SWEEP_SPREAD, seed) = modes[1];
    }
    if (rc == ITO_OK && how.metrics != 0)
        rc = ito_eval_tables(r->ctx, r->data, fake, &how, &e, NULL);
    for (size_t m = 0; rc == ITO_OK && m < ITO_METRIC_COUNT; m++)
        if (wanted(r, m)) {
            *value_at(r, p, m, seed) = e.metric[m].value;
            r->floors[m * r->o.seeds + seed] = e.metric[m].floor;
        }
    ito_table_free(fake);
    return rc;
}

/* Failures that say something of the point alone. */
static bool diverged(ito_status rc)
{
    return rc == ITO_ENONFINITE || rc == ITO_ERANGE || rc == ITO_ESTEPS;
}

static ito_status tell(run *r)
{
    const size_t total = r->count * r->o.seeds;

    r->done++;
    if (!r->o.progress || r->o.progress(r->o.progress_arg, r->done, total) == 0)
        return ITO_OK;
    return ito__fail(r->ctx, ITO_ECALLBACK,
                     "sweep: stopped after %zu of %zu samples", r->done, total);
}

static ito_status run_point(run *r, size_t p, size_t seed)
{
    ito_sweep_point *point = &r->points[p];
    ito_solve_stats stats = { 0 };
    ito_status rc;

    if (point->status == ITO_OK) {
        rc = sample(r, point, r->o.seed + seed, &stats);
        if (rc == ITO_OK)
            rc = measure(r, p, seed);
        if (rc != ITO_OK && !diverged(rc))
            return rc;
        point->status = rc;
        if (seed == 0 && stats.evals > 0) {
            point->steps = stats.steps;
            point->calls = stats.evals;
        }
    }
    return tell(r);
}

/* Where all particles of a seed come from and should go. */
static ito_status reference(run *r, size_t seed)
{
    ito_sample_opts s = { .solve = { .method = REFERENCE_METHOD },
                          .seed = r->o.seed + seed };
    size_t calls = REFERENCE_CALLS;

    if (!r->exact)
        return ITO_OK;
    for (size_t i = 0; i < r->o.call_count; i++)
        calls = size_max(calls, REFERENCE_TIMES * r->o.calls[i]);
    s.solve.steps = calls / ito_method_find(REFERENCE_METHOD)->evals;
    return ito_flow_sample_rows(r->ctx, r->flow, &s, r->o.n, r->exact);
}

static ito_status run_seed(run *r, size_t seed)
{
    ito_status rc = reference(r, seed);
    double modes[2];

    if (rc == ITO_OK && r->modes) {
        ito__sweep_modes(r->modes, r->data, r->o.n, seed, modes);
        r->floors[ITO_SWEEP_SHARES * r->o.seeds + seed] = modes[0];
        r->floors[ITO_SWEEP_SPREAD * r->o.seeds + seed] = modes[1];
    }
    for (size_t p = 0; rc == ITO_OK && p < r->count; p++)
        rc = run_point(r, p, seed);
    return rc;
}

/* ---- results ---- */

static void mean_of(size_t n, const double *x, double *mean, double *error)
{
    double sum = 0.0, square = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (x[i] - *mean) * (x[i] - *mean);
    *error =
        n > 1 ? sqrt(square / ((double)n * ((double)n - 1.0))) : (double)NAN;
}

static void summarise(run *r)
{
    const size_t seeds = r->o.seeds;

    for (size_t p = 0; p < r->count; p++)
        for (size_t m = 0; m < ITO_SWEEP_MEASURES; m++) {
            ito_sweep_score *s = &r->points[p].score[m];
            double *v = value_at(r, p, m, 0);

            for (size_t k = 0; k < seeds; k++)
                if (!wanted(r, m))
                    v[k] = (double)NAN;
                else if (r->points[p].status != ITO_OK)
                    v[k] = (double)INFINITY;
            mean_of(seeds, v, &s->value, &s->error);
            if (isinf(s->value))
                s->error = (double)INFINITY;
            mean_of(seeds, r->floors + m * seeds, &s->floor, &s->floor_error);
        }
}

static ito_status take_memory(run *r)
{
    const size_t cells = size_mul(r->o.n, ito_flow_dim(r->flow));
    const size_t row = size_mul(ITO_SWEEP_MEASURES, r->o.seeds);
    size_t most = 1;

    for (size_t i = 0; i < r->o.call_count; i++)
        most = size_max(most, r->o.calls[i]);
    if (!r->values)
        r->values = ito__alloc(
            r->ctx, size_mul(size_mul(r->count, row), sizeof(*r->values)));
    r->floors = ito__alloc(r->ctx, size_mul(row, sizeof(*r->floors)));
    r->x = ito__alloc(r->ctx, size_mul(cells, sizeof(*r->x)));
    r->grid = ito__alloc(r->ctx, size_mul(most + 1, sizeof(*r->grid)));
    if (wanted(r, ITO_SWEEP_ERROR))
        r->exact = ito__alloc(r->ctx, size_mul(cells, sizeof(*r->exact)));
    if (!r->values || !r->floors || !r->x || !r->grid ||
        (wanted(r, ITO_SWEEP_ERROR) && !r->exact))
        return ito__fail(r->ctx, ITO_ENOMEM, "sweep: %zu points of %zu rows",
                         r->count, r->o.n);
    for (size_t i = 0; i < r->count * row; i++)
        r->values[i] = (double)NAN;
    for (size_t i = 0; i < row; i++)
        r->floors[i] = (double)NAN;
    return ITO_OK;
}

static ito_status run_all(run *r)
{
    ito_status rc = take_memory(r);

    if (rc == ITO_OK &&
        (wanted(r, ITO_SWEEP_SHARES) || wanted(r, ITO_SWEEP_SPREAD)))
        rc = ito__sweep_modes_new(r->ctx, r->flow, r->data, &r->modes);
    for (size_t k = 0; rc == ITO_OK && k < r->o.seeds; k++)
        rc = run_seed(r, k);
    if (rc == ITO_OK)
        summarise(r);
    return rc;
}

ito_status ito_sweep_run(ito_ctx *ctx, const ito_flow *flow,
                         const ito_table *data, const ito_sweep_opts *opts,
                         ito_sweep_point *points, double *values)
{
    run r = { .ctx = ctx,
              .flow = flow,
              .data = data,
              .points = points,
              .values = values };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!data || !points)
        return ito__fail(ctx, ITO_EARG, "sweep: a NULL argument");
    rc = ito_sweep_plan(ctx, flow, opts, points, &r.count);
    if (rc != ITO_OK)
        return rc;
    r.o = *opts;
    r.o.n = r.o.n ? r.o.n : SAMPLES;
    r.o.seeds = r.o.seeds ? r.o.seeds : SEEDS;
    r.o.measures = r.o.measures ? r.o.measures : 1u << ITO_METRIC_SLICED_W2;
    rc = run_all(&r);
    ito__sweep_modes_free(r.modes);
    if (!values)
        ito__free(ctx, r.values);
    ito__free(ctx, r.floors);
    ito__free(ctx, r.x);
    ito__free(ctx, r.exact);
    ito__free(ctx, r.grid);
    return rc;
}

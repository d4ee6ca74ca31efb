/* SPDX-License-Identifier: MIT
 *
 * motion.c - what moves points, and points on their way.
 */
#include "cli/motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define STEPS       100
#define STEPS_NOISY 250
#define NAME_BYTES  80

/* True when coordinates are the columns themselves: two rows come back as
 * they are. */
static int is_plain(ito_ctx *ctx, const ito_schema *schema, size_t dim)
{
    float *rows = calloc(2 * dim, sizeof(*rows));
    ito_table *table = NULL;
    int plain = rows != NULL;

    for (size_t i = 0; rows && i < 2 * dim; i++)
        rows[i] = i % 2 ? -0.296875f : 1.5f;
    if (plain && ito_schema_decode(ctx, schema, 2, rows, &table) != ITO_OK)
        plain = 0;
    for (size_t j = 0; plain && j < dim; j++) {
        const ito_column *const c = ito_table_column(table, j);

        plain = c->kind == ITO_COLUMN_NUMBER &&
                c->number[0] == (double)rows[j] &&
                c->number[1] == (double)rows[dim + j];
    }
    ito_table_free(table);
    free(rows);
    return plain;
}

/* Names of the coordinates, where each belongs to a column. */
static ito_status name_coordinates(ito_ctx *ctx, mover *m)
{
    const ito_schema *const schema = ito_model_schema(m->model);
    const size_t dim = m->field->dim;
    const char *behind;
    char *text;

    if (ito_schema_cols(schema) != dim)
        return ITO_OK;
    behind = is_plain(ctx, schema, dim) ? "" : " (score)";
    m->names = malloc(dim * sizeof(*m->names) + dim * NAME_BYTES);
    if (!m->names)
        return cmd_fail(ITO_ENOMEM, "names of %zu coordinates", dim);
    text = (char *)(m->names + dim);
    for (size_t j = 0; j < dim; j++, text += NAME_BYTES) {
        snprintf(text, NAME_BYTES, "%.64s%s", ito_schema_name(schema, j),
                 behind);
        m->names[j] = text;
    }
    return ITO_OK;
}

static void set_title(mover *m, const char *spec)
{
    const char *const slash = m->model ? strrchr(spec, '/') : NULL;
    char *dot;

    snprintf(m->title, sizeof(m->title), "%.63s", slash ? slash + 1 : spec);
    dot = m->model ? strrchr(m->title, '.') : NULL;
    if (dot && dot > m->title)
        *dot = '\0';
}

ito_status mover_open(ito_ctx *ctx, const char *spec, mover *out)
{
    ito_status rc;

    memset(out, 0, sizeof(*out));
    rc = ito_flow_open(ctx, spec, &out->flow);
    if (rc != ITO_OK)
        return rc;
    out->model = ito_flow_model(out->flow);
    out->oracle = ito_flow_oracle(out->flow);
    set_title(out, spec);
    out->field = ito_flow_field(out->flow);
    if (!out->model)
        return ITO_OK;
    out->field = ito_model_unconditional(out->model);
    if (!out->field)
        return cmd_fail(ITO_EUNFIT,
                        "%s: trained with a label on every row, so that there "
                        "is no field without one",
                        spec);
    return name_coordinates(ctx, out);
}

void mover_close(mover *m)
{
    ito_flow_free(m->flow);
    free(m->names);
    memset(m, 0, sizeof(*m));
}

size_t motion_steps(const motion *how)
{
    return how->steps ? how->steps : how->sigma ? STEPS_NOISY : STEPS;
}

ito_status mover_solve(ito_ctx *ctx, const mover *m, const motion *how,
                       frames *f, float *x)
{
    ito_store store = { .rows = f->x, .n = f->n };
    const ito_sink sink = {
        .fn = ito_store_frame, .arg = &store, .at = f->at, .at_count = f->count
    };
    const ito_solve_opts solve = { .method = how->solver,
                                   .steps = motion_steps(how) };
    const ito_problem problem = { .field = m->field,
                                  .t1 = 1.0,
                                  .n = f->n,
                                  .dtype = ITO_F32,
                                  .sinks = &sink,
                                  .sink_count = 1 };
    ito_sample_opts o = {
        .solve = solve, .seed = how->seed, .sinks = &sink, .sink_count = 1
    };
    ito_sigma *sigma = NULL;
    ito_status rc = ITO_OK;

    if (x)
        return ito_solve(ctx, &problem, x, &solve, NULL);
    if (how->sigma)
        rc = ito_sigma_parse(ctx, how->sigma, ito_flow_path(m->flow), &sigma);
    o.sigma = sigma;
    if (rc == ITO_OK)
        rc = ito_flow_sample_rows(ctx, m->flow, &o, f->n, NULL);
    ito_sigma_free(sigma);
    return rc;
}

/* --- frames -------------------------------------------------------------- */

void frames_free(frames *f)
{
    free(f->at);
    free(f->t);
    free(f->x);
    memset(f, 0, sizeof(*f));
}

ito_status frames_new(frames *f, size_t count, size_t n, size_t dim)
{
    *f = (frames){ .n = n, .dim = dim };
    if (n <= SIZE_MAX / sizeof(float) / dim / (count + 1)) {
        f->at = calloc(count, sizeof(*f->at));
        f->t = calloc(count, sizeof(*f->t));
        f->x = malloc(count * n * dim * sizeof(*f->x));
    }
    if (f->at && f->t && f->x)
        return ITO_OK;
    frames_free(f);
    return cmd_fail(ITO_ENOMEM, "%zu points at %zu times do not fit", n, count);
}

/* Add a point of the grid, unless it is the last one again. */
static void add_point(frames *f, size_t point, size_t steps)
{
    if (f->count > 0 && f->at[f->count - 1] == point)
        return;
    f->at[f->count] = point;
    f->t[f->count++] = (double)point / (double)steps;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

ito_status frames_choose(frames *f, const motion *how, const double *usual,
                         size_t usual_count)
{
    const size_t count = how->time_count ? how->time_count : usual_count;
    const size_t steps = motion_steps(how);
    double t[FRAMES_MAX];

    for (size_t k = 0; k < count; k++)
        t[k] = how->time_count ? how->times[k] : usual[k];
    qsort(t, count, sizeof(*t), compare);
    for (size_t k = 0; k < count; k++) {
        if (!(t[k] >= 0.0 && t[k] <= 1.0))
            return cmd_fail(ITO_EARG,
                            "time %g; times are 0 (noise) to 1 "
                            "(data)",
                            t[k]);
        add_point(f, (size_t)floor(t[k] * (double)steps + 0.5), steps);
    }
    return ITO_OK;
}

void frames_spread(frames *f, size_t most, size_t steps)
{
    const size_t count = steps < most ? steps + 1 : most;

    for (size_t k = 0; k < count; k++)
        add_point(f, k * steps / (count - 1), steps);
}

ito_status frames_window(ito_ctx *ctx, const frames *f, double w[4])
{
    const mover nameless = { .names = NULL };

    for (size_t k = 0; k < f->count; k++) {
        const ito_cloud cloud = frames_cloud(f, k, &nameless);

        for (size_t j = 0; j < 2; j++) {
            const int empty = !(w[2 * j] < w[2 * j + 1]);
            double limit[2];
            const ito_status rc = ito_plot_limits(ctx, &cloud, j, limit);

            if (rc != ITO_OK)
                return rc;
            w[2 * j] = empty ? limit[0] : fmin(w[2 * j], limit[0]);
            w[2 * j + 1] = empty ? limit[1] : fmax(w[2 * j + 1], limit[1]);
        }
    }
    return ITO_OK;
}

ito_cloud frames_cloud(const frames *f, size_t k, const mover *m)
{
    return (ito_cloud){ .n = f->n,
                        .dim = f->dim,
                        .f32 = f->x + k * f->n * f->dim,
                        .names = (const char *const *)m->names };
}

ito_paths frames_paths(const frames *f, const mover *m)
{
    return (ito_paths){ .n = f->n,
                        .dim = f->dim,
                        .frames = f->count,
                        .t = f->t,
                        .f32 = f->x,
                        .names = (const char *const *)m->names };
}

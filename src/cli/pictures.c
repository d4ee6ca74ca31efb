/* SPDX-License-Identifier: MIT
 *
 * pictures.c - figures of tables and of models: read or solve, then draw.
 */
#include "cli/pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define STEPS      100
#define PATHS      200
#define PATHS_LINE 100 /* of one coordinate, where they cross */
#define CLOUD      20000
#define GRID       17
#define FRAMES_MAX 16
#define NAME_BYTES 80
#define WARP_REACH 2.5f /* the grid of noise spans -2.5 to 2.5 */
#define WARP_FINE  8    /* nodes from line to line */
#define LINES_MAX  60
#define ORACLE     "oracle:"

/* --- what moves ---------------------------------------------------------- */

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

ito_status mover_open(ito_ctx *ctx, const char *spec, mover *out)
{
    ito_status rc;

    memset(out, 0, sizeof(*out));
    if (strncmp(spec, ORACLE, strlen(ORACLE)) == 0) {
        rc = ito_oracle_open(ctx, spec + strlen(ORACLE), &out->oracle);
        if (rc == ITO_OK)
            out->field = ito_oracle_field(out->oracle);
        return rc;
    }
    rc = ito_model_load(ctx, spec, &out->model);
    if (rc != ITO_OK)
        return rc;
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
    ito_model_free(m->model);
    ito_oracle_free(m->oracle);
    free(m->names);
    memset(m, 0, sizeof(*m));
}

/* --- solving ------------------------------------------------------------- */

/* States at chosen points of the solver's grid. */
typedef struct frames {
    size_t n, dim, count;
    size_t *at; /* points of the grid, increasing */
    double *t;  /* their times */
    float *x;   /* count x n x dim */
} frames;

static void frames_free(frames *f)
{
    free(f->at);
    free(f->t);
    free(f->x);
}

static size_t steps_of(const motion *how)
{
    return how->steps ? how->steps : STEPS;
}

/* Room for `count` frames of n points. */
static ito_status frames_new(frames *f, size_t count, size_t n, size_t dim)
{
    *f = (frames){ .n = n, .dim = dim };
    if (n > SIZE_MAX / sizeof(float) / dim / (count + 1)) {
        cmd_fail(ITO_ENOMEM, "%zu points do not fit", n);
        return ITO_ENOMEM;
    }
    f->at = calloc(count, sizeof(*f->at));
    f->t = calloc(count, sizeof(*f->t));
    f->x = malloc(count * n * dim * sizeof(*f->x));
    if (f->at && f->t && f->x)
        return ITO_OK;
    frames_free(f);
    *f = (frames){ .n = 0 };
    cmd_fail(ITO_ENOMEM, "%zu points at %zu times do not fit", n, count);
    return ITO_ENOMEM;
}

/* Add a point of the grid, unless it is the last one again. */
static void add_point(frames *f, size_t point, size_t steps)
{
    if (f->count > 0 && f->at[f->count - 1] == point)
        return;
    f->at[f->count] = point;
    f->t[f->count++] = (double)point / (double)steps;
}

/* Points from noise, or from x (f->n rows), to data. */
static ito_status solve(ito_ctx *ctx, const mover *m, const motion *how,
                        frames *f, float *x)
{
    ito_start start = { .ctx = ctx, .at = { .seed = how->seed } };
    ito_origin origin = { .model = m->model, .at = start.at };
    ito_store store = { .rows = f->x, .n = f->n };
    const ito_sink sink = {
        .fn = ito_store_frame, .arg = &store, .at = f->at, .at_count = f->count
    };
    const ito_solve_opts o = { .method = how->solver, .steps = steps_of(how) };
    ito_problem problem = { .field = m->field,
                            .t0 = 0.0,
                            .t1 = 1.0,
                            .n = f->n,
                            .dtype = ITO_F32,
                            .init = ito_start_normal,
                            .init_arg = &start,
                            .sinks = &sink,
                            .sink_count = 1 };

    if (m->model) {
        problem.init = ito_model_start;
        problem.init_arg = &origin;
    }
    if (x)
        problem.init = NULL;
    return ito_solve(ctx, &problem, x, &o, NULL);
}

/* --- figures of what moves ----------------------------------------------- */

ito_status picture_trajectories(ito_ctx *ctx, const mover *m, const motion *how,
                                const ito_plot_opts *opts, ito_figure **out)
{
    const size_t dim = m->field->dim, steps = steps_of(how);
    const size_t count = steps < 64 ? steps + 1 : 65;
    const size_t n = how->n ? how->n : dim > 1 ? PATHS : PATHS_LINE;
    ito_plot_opts o = *opts;
    frames f;
    ito_status rc = frames_new(&f, count, n, dim);

    for (size_t k = 0; rc == ITO_OK && k < count; k++)
        add_point(&f, k * steps / (count - 1), steps);
    if (rc == ITO_OK)
        rc = solve(ctx, m, how, &f, NULL);
    if (rc == ITO_OK) {
        const ito_paths paths = { .n = n,
                                  .dim = dim,
                                  .frames = f.count,
                                  .t = f.t,
                                  .f32 = f.x,
                                  .names = (const char *const *)m->names };

        o.paths = o.paths ? o.paths : n;
        rc = ito_plot_trajectories(ctx, &paths, NULL, &o, out);
    }
    frames_free(&f);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The points of the grid nearest to the times that are wanted. */
static ito_status choose_times(const motion *how, int arrows, frames *f)
{
    static const double still[] = { 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0 };
    static const double moving[] = { 0.0, 0.3, 0.6, 0.9 };
    const size_t count = how->time_count ? how->time_count : 4;
    const size_t steps = steps_of(how);
    double t[FRAMES_MAX];

    for (size_t k = 0; k < count; k++)
        t[k] = how->time_count ? how->times[k] : (arrows ? moving : still)[k];
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

/* Limits that hold all frames: lo and hi of x, then of y. */
static ito_status find_window(ito_ctx *ctx, const frames *f, double w[4])
{
    w[0] = w[2] = HUGE_VAL;
    w[1] = w[3] = -HUGE_VAL;
    for (size_t k = 0; k < f->count; k++) {
        const ito_cloud cloud = { .n = f->n,
                                  .dim = f->dim,
                                  .f32 = f->x + k * f->n * f->dim };

        for (size_t j = 0; j < 2; j++) {
            double limit[2];
            const ito_status rc = ito_plot_limits(ctx, &cloud, j, limit);

            if (rc != ITO_OK)
                return rc;
            w[2 * j] = fmin(w[2 * j], limit[0]);
            w[2 * j + 1] = fmax(w[2 * j + 1], limit[1]);
        }
    }
    return ITO_OK;
}

/* The arrows of a figure: along x, along y, and rows of x, y, u, v. */
typedef struct arrows {
    size_t nx, ny;
    double window[4];
    double *row;
} arrows;

/* As far apart along y as along x, where one unit is as long on either axis;
 * ito_plot_field says when. */
static void space_arrows(arrows *a, size_t grid)
{
    const double ratio =
        (a->window[3] - a->window[2]) / (a->window[1] - a->window[0]);

    a->nx = a->ny = grid;
    if (ratio > 1.0 / 3.0 && ratio < 3.0)
        a->ny = (size_t)floor((double)grid * ratio + 0.5);
    a->ny = a->ny > 1 ? a->ny : 1;
}

/* The field at time t: nx ny rows of x, y, u, v into `row`. */
static ito_status find_arrows(ito_ctx *ctx, const mover *m, double t,
                              const arrows *a, double *row)
{
    const size_t n = a->nx * a->ny;
    const double *w = a->window;
    const ito_rows_at at = { .t = t };
    float *x = malloc(4 * n * sizeof(*x)), *u;
    ito_status rc;

    if (!x)
        return cmd_fail(ITO_ENOMEM, "%zu arrows", n);
    u = x + 2 * n;
    for (size_t i = 0; i < n; i++) {
        const size_t ix = i % a->nx, iy = i / a->nx;
        const double px = ((double)ix + 0.5) / (double)a->nx;
        const double py = ((double)iy + 0.5) / (double)a->ny;

        x[2 * i] = (float)(w[0] + (w[1] - w[0]) * px);
        x[2 * i + 1] = (float)(w[2] + (w[3] - w[2]) * py);
    }
    rc = ito_field_eval(ctx, m->field, ITO_PART_DRIFT, &at, n, x, u);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < 2; j++) {
            row[4 * i + j] = (double)x[2 * i + j];
            row[4 * i + 2 + j] = (double)u[2 * i + j];
        }
    free(x);
    return rc;
}

/* All arrows of all frames, if any are wanted. */
static ito_status find_all_arrows(ito_ctx *ctx, const mover *m, const frames *f,
                                  size_t grid, arrows *a)
{
    ito_status rc = find_window(ctx, f, a->window);

    if (rc != ITO_OK)
        return rc;
    space_arrows(a, grid);
    a->row = malloc(f->count * a->nx * a->ny * 4 * sizeof(*a->row));
    if (!a->row)
        return cmd_fail(ITO_ENOMEM, "%zu arrows", a->nx * a->ny);
    for (size_t k = 0; k < f->count && rc == ITO_OK; k++)
        rc = find_arrows(ctx, m, f->t[k], a, a->row + k * 4 * a->nx * a->ny);
    return rc;
}

static ito_status draw_frames(ito_ctx *ctx, const mover *m, const frames *f,
                              const arrows *a, const ito_plot_opts *opts,
                              ito_figure **out)
{
    ito_instant at[FRAMES_MAX];

    memset(at, 0, sizeof(at));
    for (size_t k = 0; k < f->count; k++) {
        at[k].t = f->t[k];
        at[k].cloud = (ito_cloud){ .n = f->n,
                                   .dim = f->dim,
                                   .f32 = f->x + k * f->n * f->dim,
                                   .names = (const char *const *)m->names };
        if (a->row)
            at[k].arrows = (ito_cloud){ .n = a->nx * a->ny,
                                        .dim = 4,
                                        .f64 = a->row + k * 4 * a->nx * a->ny };
    }
    return ito_plot_field(ctx, at, f->count, opts, out);
}

ito_status picture_flow(ito_ctx *ctx, const mover *m, const motion *how,
                        int with_arrows, const ito_plot_opts *opts,
                        ito_figure **out)
{
    const size_t dim = m->field->dim, grid = how->grid ? how->grid : GRID;
    arrows a = { .row = NULL };
    frames f;
    ito_status rc;

    if (dim < 2 || (with_arrows && dim != 2) || grid > 500 ||
        how->time_count > FRAMES_MAX)
        return cmd_fail(ITO_EARG,
                        "a model of %zu coordinates, %zu arrows along x, %zu "
                        "times: fields have 2 coordinates (flows 2 or more), "
                        "at most 500 arrows along x and %d times",
                        dim, grid, how->time_count, FRAMES_MAX);
    rc = frames_new(&f, how->time_count ? how->time_count : 4,
                    how->n ? how->n : CLOUD, dim);
    if (rc == ITO_OK)
        rc = choose_times(how, with_arrows, &f);
    if (rc == ITO_OK)
        rc = solve(ctx, m, how, &f, NULL);
    if (rc == ITO_OK && with_arrows)
        rc = find_all_arrows(ctx, m, &f, grid, &a);
    if (rc == ITO_OK)
        rc = draw_frames(ctx, m, &f, &a, opts, out);
    free(a.row);
    frames_free(&f);
    return rc;
}

/* The nodes of a square grid over the noise, row after row. */
static float *make_nodes(size_t side)
{
    const float step = 2.0f * WARP_REACH / (float)(side - 1);
    float *x = malloc(2 * side * side * sizeof(*x));

    for (size_t k = 0; x && k < side * side; k++) {
        const size_t col = k % side, row = k / side;

        x[2 * k] = (float)col * step - WARP_REACH;
        x[2 * k + 1] = (float)row * step - WARP_REACH;
    }
    return x;
}

ito_status picture_warp(ito_ctx *ctx, const mover *m, const motion *how,
                        const ito_plot_opts *opts, ito_figure **out)
{
    const size_t lines = how->grid ? how->grid : GRID;
    const size_t side = (lines - 1) * WARP_FINE + 1;
    float *x = NULL;
    frames f;
    ito_status rc;

    if (m->field->dim != 2 || lines < 2 || lines > LINES_MAX ||
        how->time_count > FRAMES_MAX)
        return cmd_fail(ITO_EARG,
                        "a model of %zu coordinates, %zu lines, %zu times: a "
                        "warped grid has 2 coordinates, 2 to %d lines along an "
                        "axis and at most %d times",
                        m->field->dim, lines, how->time_count, LINES_MAX,
                        FRAMES_MAX);
    rc = frames_new(&f, how->time_count ? how->time_count : 4, side * side, 2);
    if (rc == ITO_OK)
        rc = choose_times(how, 0, &f);
    if (rc == ITO_OK && !(x = make_nodes(side)))
        rc = cmd_fail(ITO_ENOMEM, "%zu nodes", side * side);
    if (rc == ITO_OK)
        rc = solve(ctx, m, how, &f, x);
    if (rc == ITO_OK) {
        const ito_warp warp = { .nx = side,
                                .ny = side,
                                .step = WARP_FINE,
                                .frames = f.count,
                                .t = f.t,
                                .f32 = f.x,
                                .names = (const char *const *)m->names };

        rc = ito_plot_warp(ctx, &warp, opts, out);
    }
    free(x);
    frames_free(&f);
    return rc;
}

ito_status picture_loss(ito_ctx *ctx, const mover *m, const ito_plot_opts *opts,
                        ito_figure **out)
{
    const ito_loss_point *train = NULL, *valid = NULL;
    size_t n, k, best = 0;
    ito_loss loss;
    ito_status rc;
    double *v;

    if (!m->model)
        return cmd_fail(ITO_EARG, "an oracle was not trained; give a model");
    n = ito_model_losses(m->model, 0, &train);
    k = ito_model_losses(m->model, 1, &valid);
    v = malloc((2 * (n + k) + 1) * sizeof(*v));
    if (!v)
        return cmd_fail(ITO_ENOMEM, "%zu losses", n + k);
    for (size_t i = 0; i < n; i++) {
        v[i] = train[i].step;
        v[n + i] = train[i].loss;
    }
    for (size_t i = 0; i < k; i++) {
        v[2 * n + i] = valid[i].step;
        v[2 * n + k + i] = valid[i].loss;
        best = valid[i].loss < valid[best].loss ? i : best;
    }
    loss = (ito_loss){ .n = n,
                       .step = v,
                       .train = v + n,
                       .valid_n = k,
                       .valid_step = v + 2 * n,
                       .valid = v + 2 * n + k,
                       .has_best = k > 0,
                       .best_step = k > 0 ? valid[best].step : 0.0 };
    rc = ito_plot_loss(ctx, &loss, opts, out);
    free(v);
    return rc;
}

/* --- figures of tables --------------------------------------------------- */

/* A table as a cloud. */
typedef struct numbers {
    double *x;
    const char **names;
    ito_cloud cloud;
} numbers;

static void numbers_free(numbers *a)
{
    free(a->x);
    free(a->names);
}

static const ito_column *column_named(const ito_table *table, const char *name)
{
    for (size_t j = 0; j < ito_table_cols(table); j++)
        if (strcmp(ito_table_column(table, j)->name, name) == 0)
            return ito_table_column(table, j);
    return NULL;
}

/* The number of a text among the levels of the column `like`, or -1. */
static double level_number(const ito_column *like, const char *text)
{
    for (size_t i = 0; i < like->level_count; i++)
        if (strcmp(like->levels[i], text) == 0)
            return (double)i;
    return -1.0;
}

/* Column j of the cloud from c, whose texts get the numbers that they have in
 * `like`. */
static void fill_column(numbers *a, size_t j, const ito_column *c,
                        const ito_column *like)
{
    const size_t dim = a->cloud.dim;

    for (size_t i = 0; i < a->cloud.n; i++)
        a->x[i * dim + j] = c->kind == ITO_COLUMN_NUMBER
                                ? c->number[i]
                                : level_number(like, c->levels[c->code[i]]);
}

/* The columns of `data` in the rows of `table`. */
static ito_status to_numbers(const ito_table *table, const ito_table *data,
                             numbers *a)
{
    const size_t n = ito_table_rows(table), dim = ito_table_cols(data);

    if (dim > 0 && n <= SIZE_MAX / sizeof(double) / dim) {
        a->x = malloc((n * dim + 1) * sizeof(*a->x));
        a->names = calloc(dim, sizeof(*a->names));
    }
    if (!a->x || !a->names)
        return cmd_fail(ITO_ENOMEM, "%zu rows do not fit", n);
    a->cloud =
        (ito_cloud){ .n = n, .dim = dim, .f64 = a->x, .names = a->names };
    for (size_t j = 0; j < dim; j++) {
        const ito_column *const like = ito_table_column(data, j);
        const ito_column *const c = column_named(table, like->name);

        if (!c)
            return cmd_fail(ITO_EARG, "the samples have no column '%s'",
                            like->name);
        if (c->kind != like->kind)
            return cmd_fail(ITO_EARG,
                            "column '%s' holds numbers in one table and texts "
                            "in the other",
                            like->name);
        a->names[j] = like->name;
        fill_column(a, j, c, like);
    }
    return ITO_OK;
}

ito_status picture_tables(ito_ctx *ctx, const ito_table *data,
                          const ito_table *samples, int pairs,
                          const ito_plot_opts *opts, ito_figure **out)
{
    numbers a = { .x = NULL }, b = { .x = NULL };
    const ito_cloud *second = samples ? &b.cloud : NULL;
    ito_status rc = to_numbers(data, data, &a);

    if (rc == ITO_OK && samples)
        rc = to_numbers(samples, data, &b);
    if (rc == ITO_OK && pairs)
        rc = ito_plot_pairs(ctx, &a.cloud, second, opts, out);
    else if (rc == ITO_OK)
        rc = ito_plot_samples(ctx, &a.cloud, second, opts, out);
    numbers_free(&a);
    numbers_free(&b);
    return rc;
}

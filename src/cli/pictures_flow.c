/* SPDX-License-Identifier: MIT
 *
 * pictures_flow.c - figures of points that move from noise to data: where they
 * go, and what moves them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"

#define PATHS       200
#define PATHS_LINE  100 /* of one coordinate, where they cross */
#define PATH_FRAMES 65
#define CLOUD       20000
#define GRID        17
#define GRID_MOST   500
#define USUAL       4    /* times */
#define WARP_REACH  2.5f /* the grid of noise spans -2.5 to 2.5 */
#define WARP_FINE   8    /* nodes from line to line */
#define LINES_MAX   60
#define TITLE_BYTES 96
#define LONG_SHARE  0.95 /* of the arrows of the first row that are ... */
#define LONG_FACTOR 1.2  /* ... at most so many times their spacing long */

static const double still[USUAL] = { 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0 };
static const double moving[USUAL] = { 0.0, 0.3, 0.6, 0.9 };

ito_status picture_trajectories(ito_ctx *ctx, const mover *m, const motion *how,
                                const ito_plot_opts *opts, ito_figure **out)
{
    const size_t dim = m->field->dim, steps = motion_steps(how);
    const size_t n = how->n ? how->n : dim > 1 ? PATHS : PATHS_LINE;
    ito_plot_opts o = *opts;
    frames f;
    ito_status rc = frames_new(&f, PATH_FRAMES, n, dim);

    if (rc == ITO_OK) {
        frames_spread(&f, PATH_FRAMES, steps);
        rc = mover_solve(ctx, m, how, &f, NULL);
    }
    if (rc == ITO_OK) {
        const ito_paths paths = frames_paths(&f, m);

        o.paths = o.paths ? o.paths : n;
        rc = ito_plot_trajectories(ctx, &paths, NULL, &o, out);
    }
    frames_free(&f);
    return rc;
}

/* --- densities and arrows ------------------------------------------------ */

/* A row of the figure: one mover, its points and its arrows. */
typedef struct flow_row {
    const mover *m;
    frames f;
    double *arrow; /* count x nx ny rows of x, y, u, v; or NULL */
} flow_row;

/* All rows, and where their arrows are. */
typedef struct flow_figure {
    const motion *how;
    flow_row row[FLOWS_MAX];
    size_t rows;
    ito_part part;
    size_t nx, ny;
    double window[4];
    double scale; /* of arrows; 0 = what suits each panel */
} flow_figure;

/* As far apart along y as along x, where one unit is as long on either axis;
 * ito_plot_field says when. */
static void space_arrows(flow_figure *a)
{
    const size_t grid = a->how->grid ? a->how->grid : GRID;
    const double ratio =
        (a->window[3] - a->window[2]) / (a->window[1] - a->window[0]);

    a->nx = a->ny = grid;
    if (ratio > 1.0 / 3.0 && ratio < 3.0)
        a->ny = (size_t)floor((double)grid * ratio + 0.5);
    a->ny = a->ny > 1 ? a->ny : 1;
}

/* The field at time t: nx ny rows of x, y, u, v into `row`. */
static ito_status find_arrows(ito_ctx *ctx, const flow_figure *a,
                              const mover *m, double t, double *row)
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
    rc = ito_field_eval(ctx, m->field, a->part, &at, n, x, u);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < 2; j++) {
            row[4 * i + j] = (double)x[2 * i + j];
            row[4 * i + 2 + j] = (double)u[2 * i + j];
        }
    free(x);
    return rc;
}

/* All arrows of a row. */
static ito_status find_row(ito_ctx *ctx, const flow_figure *a, flow_row *row)
{
    const size_t each = 4 * a->nx * a->ny;
    ito_status rc = ITO_OK;

    row->arrow = malloc(row->f.count * each * sizeof(*row->arrow));
    if (!row->arrow)
        return cmd_fail(ITO_ENOMEM, "%zu arrows", a->nx * a->ny);
    for (size_t k = 0; k < row->f.count && rc == ITO_OK; k++)
        rc = find_arrows(ctx, a, row->m, row->f.t[k], row->arrow + k * each);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* A scale for arrows at time k that suits the first row, so that rows can be
 * compared; 0 where there is one row, or no memory. */
static double common_scale(const flow_figure *a, size_t k)
{
    const size_t n = a->nx * a->ny;
    const double spacing = (a->window[1] - a->window[0]) / (double)a->nx;
    const double *arrow = a->row[0].arrow;
    double *const len = a->rows > 1 ? malloc(n * sizeof(*len)) : NULL;
    double most;

    if (!len || !arrow) {
        free(len);
        return a->scale;
    }
    arrow += 4 * k * n;
    for (size_t i = 0; i < n; i++)
        len[i] = sqrt(arrow[4 * i + 2] * arrow[4 * i + 2] +
                      arrow[4 * i + 3] * arrow[4 * i + 3]);
    qsort(len, n, sizeof(*len), compare);
    most = len[(size_t)(LONG_SHARE * (double)(n - 1))];
    free(len);
    return a->scale > 0.0 ? a->scale
           : most > 0.0   ? LONG_FACTOR * spacing / most
                          : 0.0;
}

static ito_status draw_flow(ito_ctx *ctx, const flow_figure *a,
                            const ito_plot_opts *opts, ito_figure **out)
{
    const size_t count = a->row[0].f.count;
    char title[FLOWS_MAX * FRAMES_MAX][TITLE_BYTES];
    ito_instant at[FLOWS_MAX * FRAMES_MAX];
    ito_plot_opts o = *opts;

    memset(at, 0, sizeof(at));
    for (size_t i = 0; i < a->rows * count; i++) {
        const size_t k = i % count;
        const flow_row *const row = &a->row[i / count];

        at[i].t = row->f.t[k];
        at[i].cloud = frames_cloud(&row->f, k, row->m);
        snprintf(title[i], TITLE_BYTES, "%.48s, t = %.3g", row->m->title,
                 row->f.t[k]);
        at[i].title = a->rows > 1 ? title[i] : NULL;
        if (!row->arrow)
            continue;
        at[i].arrows = (ito_cloud){ .n = a->nx * a->ny,
                                    .dim = 4,
                                    .f64 = row->arrow + k * 4 * a->nx * a->ny };
        at[i].arrow_name = a->part == ITO_PART_SCORE ? "|s|" : NULL;
        at[i].arrow_scale = common_scale(a, k);
    }
    if (a->rows > 1)
        o.columns = count;
    return ito_plot_field(ctx, at, a->rows * count, &o, out);
}

static ito_status solve_row(ito_ctx *ctx, flow_figure *a, flow_row *row,
                            int with_arrows)
{
    const motion *const how = a->how;
    ito_status rc =
        frames_new(&row->f, how->time_count ? how->time_count : USUAL,
                   how->n ? how->n : CLOUD, row->m->field->dim);

    if (rc == ITO_OK)
        rc = frames_choose(&row->f, how, with_arrows ? moving : still, USUAL);
    if (rc == ITO_OK)
        rc = mover_solve(ctx, row->m, how, &row->f, NULL);
    if (rc == ITO_OK)
        rc = frames_window(ctx, &row->f, a->window);
    return rc;
}

static ito_status check_flow(const mover *m, const motion *how,
                             const arrow_kind *arrows)
{
    const size_t dim = m->field->dim;

    if (dim >= 2 && (!arrows || dim == 2) && how->grid <= GRID_MOST &&
        how->time_count <= FRAMES_MAX)
        return ITO_OK;
    return cmd_fail(ITO_EARG,
                    "a model of %zu coordinates, %zu arrows along x, %zu "
                    "times: fields have 2 coordinates (flows 2 or more), "
                    "at most %d arrows along x and %d times",
                    dim, how->grid ? how->grid : GRID, how->time_count,
                    GRID_MOST, FRAMES_MAX);
}

ito_status picture_flow(ito_ctx *ctx, const mover *m, size_t count,
                        const motion *how, const arrow_kind *arrows,
                        const ito_plot_opts *opts, ito_figure **out)
{
    flow_figure a = { .how = how, .rows = count };
    ito_status rc = ITO_OK;

    if (arrows) {
        a.part = arrows->part;
        a.scale = arrows->scale;
    }
    for (size_t i = 0; i < count && rc == ITO_OK; i++) {
        a.row[i].m = &m[i];
        rc = check_flow(&m[i], how, arrows);
        if (rc == ITO_OK)
            rc = solve_row(ctx, &a, &a.row[i], arrows != NULL);
    }
    if (rc == ITO_OK)
        space_arrows(&a);
    for (size_t i = 0; arrows && i < count && rc == ITO_OK; i++)
        rc = find_row(ctx, &a, &a.row[i]);
    if (rc == ITO_OK)
        rc = draw_flow(ctx, &a, opts, out);
    for (size_t i = 0; i < count; i++) {
        frames_free(&a.row[i].f);
        free(a.row[i].arrow);
    }
    return rc;
}

/* --- a warped grid ------------------------------------------------------- */

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
    rc = frames_new(&f, how->time_count ? how->time_count : USUAL, side * side,
                    2);
    if (rc == ITO_OK)
        rc = frames_choose(&f, how, still, USUAL);
    if (rc == ITO_OK && !(x = make_nodes(side)))
        rc = cmd_fail(ITO_ENOMEM, "%zu nodes", side * side);
    if (rc == ITO_OK)
        rc = mover_solve(ctx, m, how, &f, x);
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

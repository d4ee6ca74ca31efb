/* SPDX-License-Identifier: MIT
 *
 * pictures_path.c - figures of a probability path: exact samples of it beside
 * points that an ODE or SDE carries along, given one data point and over all.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"
#include "cli/way.h"

#define PANEL_POINTS 1000
#define CLOUD        20000
#define LINES        30
#define LINE_FRAMES  250
#define GROUND       150 /* cells of the density of the data */
#define ROWS_MAX     4
#define COLUMNS      "tsp"
#define TITLE_BYTES  80

static const double quarters[] = { 0.0, 0.25, 0.5, 0.75, 1.0 };
static const double thirds[] = { 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0 };

/* What is known of the path given z, or of the marginal one. */
typedef struct path_row {
    int given; /* z */
    frames truth, solved, lines;
    ito_instant truth_at[FRAMES_MAX], solved_at[FRAMES_MAX];
} path_row;

/* Both rows, and what they share. */
typedef struct path_figure {
    ito_ctx *ctx;
    const mover *m;
    const motion *how;
    const mover *score; /* or NULL */
    way way;
    float z[2];
    path_row row[2];
    size_t rows;
    double window[4];
    double *ground; /* GROUND x GROUND densities of the data, or NULL */
} path_figure;

/* Widen the window so that it holds the data. */
static ito_status hold_data(path_figure *p)
{
    const ito_noise at = { .seed = p->how->seed };
    frames all;
    ito_status rc = frames_new(&all, 1, PANEL_POINTS, 2);

    if (rc == ITO_OK)
        rc = ito_dist_sample(p->ctx, p->way.data, &at, 0, all.n, all.x);
    all.count = 1;
    if (rc == ITO_OK)
        rc = frames_window(p->ctx, &all, p->window);
    frames_free(&all);
    return rc;
}

static void figure_free(path_figure *p)
{
    for (size_t i = 0; i < 2; i++) {
        frames_free(&p->row[i].truth);
        frames_free(&p->row[i].solved);
        frames_free(&p->row[i].lines);
    }
    free(p->ground);
    way_close(&p->way);
}

static ito_status figure_open(path_figure *p, const path_view *view)
{
    const ito_noise at = { .seed = p->how->seed };
    ito_status rc = way_open(p->ctx, p->m, &p->way);

    if (rc == ITO_OK && p->how->time_count > FRAMES_MAX)
        return cmd_fail(ITO_EARG, "%zu times; at most %d", p->how->time_count,
                        FRAMES_MAX);
    if (rc == ITO_OK)
        rc = ito_dist_sample(p->ctx, p->way.data, &at, 0, 1, p->z);
    for (size_t j = 0; view->z && j < 2; j++)
        p->z[j] = (float)view->z[j];
    p->score = view->score;
    p->rows = view->of == OF_BOTH ? 2 : 1;
    p->row[0].given = view->of != OF_MARGINAL;
    return rc == ITO_OK ? hold_data(p) : rc;
}

static ito_status solve_row(path_figure *p, const path_row *row, frames *f)
{
    if (row->given)
        return way_solve(p->ctx, &p->way, p->how, p->z, f);
    if (p->score)
        return way_solve_score(p->ctx, &p->way, p->how, p->score->field, f);
    return mover_solve(p->ctx, p->m, p->how, f, NULL);
}

/* n points at the times, exact ones or solved ones. */
static ito_status fill_times(path_figure *p, path_row *row, int solved,
                             size_t n, size_t usual_count)
{
    const motion *const how = p->how;
    frames *const f = solved ? &row->solved : &row->truth;
    ito_instant *const at = solved ? row->solved_at : row->truth_at;
    ito_status rc =
        frames_new(f, how->time_count ? how->time_count : usual_count, n, 2);

    if (rc == ITO_OK)
        rc = frames_choose(f, how, usual_count == 5 ? quarters : thirds,
                           usual_count);
    if (rc == ITO_OK && solved)
        rc = solve_row(p, row, f);
    else if (rc == ITO_OK)
        rc = way_samples(p->ctx, &p->way, how, row->given ? p->z : NULL, f);
    for (size_t k = 0; rc == ITO_OK && k < f->count; k++)
        at[k] =
            (ito_instant){ .t = f->t[k], .cloud = frames_cloud(f, k, p->m) };
    if (rc == ITO_OK)
        rc = frames_window(p->ctx, f, p->window);
    return rc;
}

static ito_status fill_lines(path_figure *p, path_row *row, size_t lines)
{
    ito_status rc =
        frames_new(&row->lines, LINE_FRAMES, lines ? lines : LINES, 2);

    if (rc != ITO_OK)
        return rc;
    frames_spread(&row->lines, LINE_FRAMES, motion_steps(p->how));
    rc = solve_row(p, row, &row->lines);
    if (rc == ITO_OK)
        rc = frames_window(p->ctx, &row->lines, p->window);
    return rc;
}

/* The density of the data, where it has one. */
static ito_status fill_ground(path_figure *p)
{
    ito_status rc;

    p->ground = malloc(GROUND * GROUND * sizeof(*p->ground));
    if (!p->ground)
        return cmd_fail(ITO_ENOMEM, "%d x %d cells", GROUND, GROUND);
    rc = dist_raster(p->ctx, p->way.data, p->window, GROUND, p->ground);
    if (rc != ITO_EUNFIT)
        return rc;
    free(p->ground);
    p->ground = NULL;
    return ITO_OK;
}

static void use_limits(path_figure *p)
{
    const double *const w = p->how->limits;

    if (w[0] < w[1])
        memcpy(p->window, w, sizeof(p->window));
}

/* The data point that a row is given. */
static ito_cloud mark_of(const path_figure *p, const path_row *row)
{
    return (ito_cloud){ .n = row->given ? 1 : 0, .dim = 2, .f32 = p->z };
}

static ito_view_grid grid_of(const path_figure *p, size_t rows, size_t cols,
                             const ito_view *view, const char *const *names)
{
    return (ito_view_grid){ .rows = rows,
                            .cols = cols,
                            .view = view,
                            .x_lo = p->window[0],
                            .x_hi = p->window[1],
                            .y_lo = p->window[2],
                            .y_hi = p->window[3],
                            .names = (const char *const *)p->m->names,
                            .row_names = names };
}

/* "ODE" or "SDE, sigma = 2" */
static void name_equation(const path_figure *p, char text[TITLE_BYTES])
{
    snprintf(text, TITLE_BYTES, "%s%s%.40s", p->how->sigma ? "SDE" : "ODE",
             p->how->sigma ? ", sigma = " : "",
             p->how->sigma ? p->how->sigma : "");
}

static const char *name_row(const path_row *row)
{
    return row->given ? "given one z" : "marginal";
}

/* --- panels -------------------------------------------------------------- */

static ito_status fill_columns(path_figure *p, const path_view *view)
{
    const size_t n = p->how->n ? p->how->n : PANEL_POINTS;
    const char *const columns = view->columns ? view->columns : COLUMNS;
    ito_status rc = ITO_OK;

    for (size_t i = 0; i < p->rows && rc == ITO_OK; i++) {
        path_row *const row = &p->row[i];

        if (strchr(columns, 't'))
            rc = fill_times(p, row, 0, n, 4);
        if (rc == ITO_OK && strchr(columns, 's'))
            rc = fill_times(p, row, 1, n, 4);
        if (rc == ITO_OK && strchr(columns, 'p'))
            rc = fill_lines(p, row, view->lines);
    }
    use_limits(p);
    return rc == ITO_OK ? fill_ground(p) : rc;
}

static ito_status draw_panels(const path_figure *p, const char *columns,
                              const ito_plot_opts *opts, ito_figure **out)
{
    const size_t cols = strlen(columns);
    const double *const w = p->window;
    char equation[TITLE_BYTES], paths[TITLE_BYTES + 8];
    const char *names[2];
    ito_view view[2 * 3];
    const ito_view_grid grid = grid_of(p, p->rows, cols, view, names);

    name_equation(p, equation);
    snprintf(paths, sizeof(paths), "paths of the %.3s", equation);
    memset(view, 0, sizeof(view));
    for (size_t i = 0; i < p->rows * cols; i++) {
        const path_row *const row = &p->row[i / cols];
        const char what = columns[i % cols];
        ito_view *const v = &view[i];

        names[i / cols] =
            p->m->model && !row->given ? "marginal, learned" : name_row(row);
        if (p->ground)
            v->ground = (ito_raster){ GROUND, GROUND, w[0],     w[1],
                                      w[2],   w[3],   p->ground };
        if (what == 'p')
            v->paths = frames_paths(&row->lines, p->m);
        else
            v->instants = what == 't' ? row->truth_at : row->solved_at;
        v->marks = mark_of(p, row);
        v->mark_name = "z";
        v->instant_count = what == 't'   ? row->truth.count
                           : what == 's' ? row->solved.count
                                         : 0;
        if (i < cols)
            v->title = what == 't'   ? "exact samples"
                       : what == 's' ? equation
                                     : paths;
    }
    return ito_plot_views(p->ctx, &grid, opts, out);
}

ito_status picture_panels(ito_ctx *ctx, const mover *m, const motion *how,
                          const path_view *view, const ito_plot_opts *opts,
                          ito_figure **out)
{
    path_figure *const p = calloc(1, sizeof(*p));
    ito_status rc;

    if (!p)
        return cmd_fail(ITO_ENOMEM, "no memory for a figure");
    p->ctx = ctx;
    p->m = m;
    p->how = how;
    rc = figure_open(p, view);
    if (rc == ITO_OK)
        rc = fill_columns(p, view);
    if (rc == ITO_OK)
        rc = draw_panels(p, view->columns ? view->columns : COLUMNS, opts, out);
    figure_free(p);
    free(p);
    return rc;
}

/* --- histograms ---------------------------------------------------------- */

static ito_status draw_path(const path_figure *p, const char *columns,
                            const ito_plot_opts *opts, ito_figure **out)
{
    const size_t each = strlen(columns), rows = p->rows * each;
    const size_t cols =
        columns[0] == 't' ? p->row[0].truth.count : p->row[0].solved.count;
    char text[ROWS_MAX][2 * TITLE_BYTES], equation[TITLE_BYTES];
    char title[FRAMES_MAX][TITLE_BYTES];
    const char *names[ROWS_MAX];
    ito_view *const view = calloc(rows * cols + 1, sizeof(*view));
    const ito_view_grid grid = grid_of(p, rows, cols, view, names);
    ito_plot_opts o = *opts;
    ito_status rc;

    if (!view)
        return cmd_fail(ITO_ENOMEM, "%zu panels", rows * cols);
    o.look = o.look ? o.look : ITO_LOOK_DENSITY;
    name_equation(p, equation);
    for (size_t i = 0; i < rows * cols; i++) {
        const size_t line = i / cols, k = i % cols;
        const path_row *const row = &p->row[line / each];
        const int solved = columns[line % each] == 's';
        const ito_instant *const at = solved ? row->solved_at : row->truth_at;

        snprintf(text[line], sizeof(text[0]), "%s, %s",
                 solved && p->m->model && !row->given ? "learned"
                                                      : name_row(row),
                 solved ? equation : "exact");
        names[line] = text[line];
        snprintf(title[k], TITLE_BYTES, "t = %.3g", at[k].t);
        view[i].title = line == 0 ? title[k] : NULL;
        view[i].cloud = at[k].cloud;
        if (k + 1 == cols && at[k].t >= 1.0) /* all points are one cell */
            view[i].marks = mark_of(p, row);
    }
    rc = ito_plot_views(p->ctx, &grid, &o, out);
    free(view);
    return rc;
}

ito_status picture_path(ito_ctx *ctx, const mover *m, const motion *how,
                        const path_view *view, const ito_plot_opts *opts,
                        ito_figure **out)
{
    const char *const columns = view->columns ? view->columns : "ts";
    path_figure *const p = calloc(1, sizeof(*p));
    const size_t n = how->n ? how->n : CLOUD;
    ito_status rc;

    if (!p)
        return cmd_fail(ITO_ENOMEM, "no memory for a figure");
    p->ctx = ctx;
    p->m = m;
    p->how = how;
    rc = figure_open(p, view);
    for (size_t i = 0; i < p->rows && rc == ITO_OK; i++) {
        if (strchr(columns, 't'))
            rc = fill_times(p, &p->row[i], 0, n, 5);
        if (rc == ITO_OK && strchr(columns, 's'))
            rc = fill_times(p, &p->row[i], 1, n, 5);
    }
    use_limits(p);
    if (rc == ITO_OK)
        rc = draw_path(p, columns, opts, out);
    figure_free(p);
    free(p);
    return rc;
}

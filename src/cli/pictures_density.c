/* SPDX-License-Identifier: MIT
 *
 * pictures_density.c - figures of densities that are known: of built-in
 * distributions, and what is left of the equation that should move one.
 */
#include <ito/residual.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/pictures.h"
#include "cli/term.h"
#include "cli/way.h"

#define CLOUD         20000
#define CELLS         200
#define RESIDUAL_GRID 64
#define GRID_MOST     500
#define COLUMNS_MAX   8
#define TITLE_BYTES   80
#define NOTE_BYTES    64
#define MODEL_STEP    5e-3 /* of differences of a network in float */
#define TIME_STEP     1e-3

/* --- built-in distributions ---------------------------------------------- */

/* A column of the gallery. */
typedef struct column {
    ito_dist *dist;
    float *x;      /* n x 2 */
    double *value; /* cells x cells */
} column;

static ito_status column_open(ito_ctx *ctx, const char *name, size_t n,
                              const motion *how, size_t cells, column *c)
{
    const ito_noise at = { .seed = how->seed };
    ito_status rc = ito_dist_open(ctx, name, &c->dist);

    if (rc == ITO_OK && ito_dist_dim(c->dist) != 2)
        return cmd_fail(ITO_EARG,
                        "%s has %zu coordinates; densities are drawn "
                        "of 2",
                        name, ito_dist_dim(c->dist));
    if (rc != ITO_OK)
        return rc;
    c->x = malloc(2 * n * sizeof(*c->x));
    c->value = malloc(cells * cells * sizeof(*c->value));
    if (!c->x || !c->value)
        return cmd_fail(ITO_ENOMEM, "%zu points, %zu x %zu cells", n, cells,
                        cells);
    return ito_dist_sample(ctx, c->dist, &at, 0, n, c->x);
}

static void column_free(column *c)
{
    ito_dist_free(c->dist);
    free(c->x);
    free(c->value);
}

/* Limits that hold all columns, unless they are given. */
static ito_status find_limits(ito_ctx *ctx, const column *c, size_t count,
                              size_t n, const motion *how, double w[4])
{
    ito_status rc = ITO_OK;

    for (size_t i = 0; i < count && rc == ITO_OK; i++) {
        double t = 0.0;
        frames all = { .n = n, .dim = 2, .count = 1, .t = &t, .x = c[i].x };

        rc = frames_window(ctx, &all, w);
    }
    if (how->limits[0] < how->limits[1])
        memcpy(w, how->limits, 4 * sizeof(*w));
    return rc;
}

static ito_status draw_columns(ito_ctx *ctx, const column *c, size_t count,
                               size_t n, size_t cells, const double w[4],
                               const ito_plot_opts *opts, ito_figure **out)
{
    static const char *const rows[] = { "samples", "exact density" };
    ito_view view[2 * COLUMNS_MAX];
    const ito_view_grid grid = { .rows = 2,
                                 .cols = count,
                                 .view = view,
                                 .x_lo = w[0],
                                 .x_hi = w[1],
                                 .y_lo = w[2],
                                 .y_hi = w[3],
                                 .row_names = rows };
    ito_plot_opts o = *opts;

    memset(view, 0, sizeof(view));
    o.look = o.look ? o.look : ITO_LOOK_DENSITY;
    for (size_t i = 0; i < count; i++) {
        const ito_raster exact = { cells, cells, w[0],      w[1],
                                   w[2],  w[3],  c[i].value };

        view[i].title = ito_dist_name(c[i].dist);
        view[i].cloud = (ito_cloud){ .n = n, .dim = 2, .f32 = c[i].x };
        view[count + i].ground = exact;
        view[count + i].outline = exact;
    }
    return ito_plot_views(ctx, &grid, &o, out);
}

ito_status picture_densities(ito_ctx *ctx, const char *const *name,
                             size_t count, const motion *how,
                             const ito_plot_opts *opts, ito_figure **out)
{
    const size_t n = how->n ? how->n : CLOUD;
    const size_t cells = how->grid ? how->grid : CELLS;
    double w[4] = { 0.0, 0.0, 0.0, 0.0 };
    column c[COLUMNS_MAX];
    ito_status rc = ITO_OK;

    if (count > COLUMNS_MAX || cells > GRID_MOST || n > SIZE_MAX / 64)
        return cmd_fail(ITO_EARG,
                        "%zu distributions, %zu cells along x; at most %d and "
                        "%d",
                        count, cells, COLUMNS_MAX, GRID_MOST);
    memset(c, 0, sizeof(c));
    for (size_t i = 0; i < count && rc == ITO_OK; i++)
        rc = column_open(ctx, name[i], n, how, cells, &c[i]);
    if (rc == ITO_OK)
        rc = find_limits(ctx, c, count, n, how, w);
    for (size_t i = 0; i < count && rc == ITO_OK; i++)
        rc = dist_raster(ctx, c[i].dist, w, cells, c[i].value);
    if (rc == ITO_OK)
        rc = draw_columns(ctx, c, count, n, cells, w, opts, out);
    for (size_t i = 0; i < count; i++)
        column_free(&c[i]);
    return rc;
}

/* --- residuals ----------------------------------------------------------- */

/* What a residual is found for, at one time after the other. */
typedef struct residual_figure {
    ito_ctx *ctx;
    const mover *m;
    const motion *how;
    way way;
    ito_oracle *own;
    const ito_oracle *oracle;
    double window[4];
    ito_sigma *sigma; /* or NULL */
    size_t cells, rows;
    double *x;     /* cells x cells points */
    double *value; /* rows x times x cells x cells */
    char (*note)[NOTE_BYTES];
} residual_figure;

static const double inner[] = { 0.1, 0.5, 0.9 };

static size_t times_of(const motion *how)
{
    return how->time_count ? how->time_count : 3;
}

static double time_at(const motion *how, size_t k)
{
    return how->time_count ? how->times[k] : inner[k];
}

/* The log density of the oracle, for the field of a model. */
static int oracle_logp(void *arg, double t, size_t n, const double *x,
                       double *logp)
{
    const residual_figure *const p = arg;
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    return ito_field_eval(p->ctx, ito_oracle_field(p->oracle),
                          ITO_PART_LOG_DENSITY, &at, n, x, logp) == ITO_OK
               ? 0
               : -1;
}

/* The window of exact samples, and the centres of its cells. */
static ito_status place_points(residual_figure *p)
{
    const size_t count = times_of(p->how), n = p->cells;
    double *const w = p->window;
    frames f;
    ito_status rc = frames_new(&f, count, CLOUD, 2);

    for (size_t k = 0; rc == ITO_OK && k < count; k++) {
        f.at[k] = k;
        f.t[f.count++] = time_at(p->how, k);
    }
    if (rc == ITO_OK)
        rc = way_samples(p->ctx, &p->way, p->how, NULL, &f);
    if (rc == ITO_OK)
        rc = frames_window(p->ctx, &f, w);
    frames_free(&f);
    if (p->how->limits[0] < p->how->limits[1])
        memcpy(w, p->how->limits, sizeof(p->window));
    p->x = malloc(2 * n * n * sizeof(*p->x));
    p->value = malloc(p->rows * count * n * n * sizeof(*p->value));
    p->note = calloc(p->rows * count, sizeof(*p->note));
    if (!p->x || !p->value || !p->note)
        return cmd_fail(ITO_ENOMEM, "%zu x %zu cells", n, n);
    window_centres(w, n, p->x);
    return rc;
}

/* The residual at time k, with the score (row 0) or without it: its size over
 * the largest |dp/dt|. */
static ito_status find_residual(residual_figure *p, size_t row, size_t k)
{
    const size_t n = p->cells * p->cells, panel = row * times_of(p->how) + k;
    double *const value = p->value + panel * n;
    const ito_residual_problem problem = {
        .field = p->m->field,
        .logp = p->m->model ? oracle_logp : NULL,
        .logp_arg = p,
        .t = time_at(p->how, k),
        .n = n,
        .x = p->x,
        .sigma = p->sigma ? ito_sigma_value(p->sigma, time_at(p->how, k)) : 0.0,
        .no_score = row == 1,
        .h = p->m->model ? MODEL_STEP : 0.0,
        .dt = TIME_STEP,
    };
    ito_residual_size size;
    const ito_status rc = ito_residual(p->ctx, &problem, value, &size);

    for (size_t i = 0; rc == ITO_OK && i < n; i++)
        value[i] = size.scale > 0.0 ? fabs(value[i]) / size.scale : 0.0;
    if (rc != ITO_OK)
        return rc;
    snprintf(p->note[panel], NOTE_BYTES, "max %.0e, rms %.0e", size.max,
             size.rms);
    term_say("t = %g%s: residual at most %.3e, rms %.3e", time_at(p->how, k),
             p->rows == 1 ? ""
             : row == 0   ? ", with the score"
                          : ", without it",
             size.max, size.rms);
    return ITO_OK;
}

static ito_status draw_residual(const residual_figure *p,
                                const ito_plot_opts *opts, ito_figure **out)
{
    static const char *const rows[] = { "with the score", "without it" };
    const size_t cols = times_of(p->how), n = p->cells;
    const double *const w = p->window;
    char title[FRAMES_MAX][TITLE_BYTES];
    ito_view view[2 * FRAMES_MAX];
    const ito_view_grid grid = { .rows = p->rows,
                                 .cols = cols,
                                 .view = view,
                                 .share = 1,
                                 .bar_label = "|residual| / max |dp/dt|",
                                 .x_lo = w[0],
                                 .x_hi = w[1],
                                 .y_lo = w[2],
                                 .y_hi = w[3],
                                 .top = 1.0,
                                 .names = (const char *const *)p->m->names,
                                 .row_names = p->rows > 1 ? rows : NULL };
    ito_plot_opts o = *opts;

    memset(view, 0, sizeof(view));
    o.log = 1;
    for (size_t i = 0; i < p->rows * cols; i++) {
        snprintf(title[i % cols], TITLE_BYTES, "t = %.3g",
                 time_at(p->how, i % cols));
        view[i].title = title[i % cols];
        view[i].note = p->note[i];
        view[i].ground =
            (ito_raster){ n, n, w[0], w[1], w[2], w[3], p->value + i * n * n };
    }
    return ito_plot_views(p->ctx, &grid, &o, out);
}

static ito_status open_residual(residual_figure *p)
{
    ito_status rc = way_open(p->ctx, p->m, &p->way);

    if (rc == ITO_OK && (p->cells > GRID_MOST || times_of(p->how) > FRAMES_MAX))
        return cmd_fail(ITO_EARG,
                        "%zu cells along x, %zu times; at most %d "
                        "and %d",
                        p->cells, times_of(p->how), GRID_MOST, FRAMES_MAX);
    for (size_t k = 0; rc == ITO_OK && k < times_of(p->how); k++)
        if (!(time_at(p->how, k) >= TIME_STEP &&
              time_at(p->how, k) <= 1.0 - TIME_STEP))
            return cmd_fail(ITO_EARG,
                            "time %g: differences reach %g to either side; "
                            "give times from %g to %g",
                            time_at(p->how, k), TIME_STEP, TIME_STEP,
                            1.0 - TIME_STEP);
    if (rc == ITO_OK)
        rc = way_oracle(p->ctx, &p->way, &p->own, &p->oracle);
    if (rc == ITO_OK && p->how->sigma)
        rc = ito_sigma_parse(p->ctx, p->how->sigma, p->way.path, &p->sigma);
    p->rows = p->sigma && !ito_sigma_is_zero(p->sigma) ? 2 : 1;
    return rc;
}

ito_status picture_residual(ito_ctx *ctx, const mover *m, const motion *how,
                            const ito_plot_opts *opts, ito_figure **out)
{
    residual_figure p = { .ctx = ctx,
                          .m = m,
                          .how = how,
                          .cells = how->grid ? how->grid : RESIDUAL_GRID };
    ito_status rc = open_residual(&p);

    if (rc == ITO_OK)
        rc = place_points(&p);
    for (size_t row = 0; row < p.rows; row++)
        for (size_t k = 0; k < times_of(how) && rc == ITO_OK; k++)
            rc = find_residual(&p, row, k);
    if (rc == ITO_OK)
        rc = draw_residual(&p, opts, out);
    free(p.x);
    free(p.value);
    free(p.note);
    ito_sigma_free(p.sigma);
    ito_oracle_free(p.own);
    way_close(&p.way);
    return rc;
}

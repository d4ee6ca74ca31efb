/* SPDX-License-Identifier: MIT
 *
 * plot_ensemble.c - paths over time, with the histogram of their ends.
 *
 * A view takes two columns of the figure: the paths, and a narrow panel with
 * the histogram, turned so that it shares the axis of the component.  After
 * all panels are filled, those of a row are given the same limits.
 */
#include <ito/plot_sim.h>
#include <math.h>
#include <stdio.h>

#include "plot/recipe.h"

#define LINES       50
#define BARS_MIN    12
#define BARS_MAX    60
#define FRAMES_MOST 800 /* instants of a line that are drawn */
#define COLS_MOST   8
#define HIST_WIDTH  0.26
#define BAND_SDS    2.0
#define TAIL        0.001 /* of the ends that may lie outside the axis */
#define QUIET_BAR   0x4a7ba6u
#define INK         0x262626u

static ito_cloud all_states(const ito_paths *p)
{
    return (ito_cloud){
        .n = p->n * p->frames, .dim = p->dim, .f32 = p->f32, .f64 = p->f64
    };
}

/* The states at the end, as given or as the paths have them. */
static ito_cloud ends_of(const ito_ensemble_view *v)
{
    const ito_paths *p = &v->paths;
    const size_t skip = (p->frames - 1) * p->n * p->dim;

    if (v->terminal.n > 0)
        return v->terminal;
    return (ito_cloud){ .n = p->n,
                        .dim = p->dim,
                        .f32 = p->f32 ? p->f32 + skip : NULL,
                        .f64 = p->f64 ? p->f64 + skip : NULL };
}

static void check_band(recipe *r, const ito_band *b)
{
    if (r->rc == ITO_OK && b->n > 0 && (!b->t || !b->mean))
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: a band of %zu instants without times or "
                          "means",
                          b->n);
}

static void check_view(recipe *r, const ito_ensemble_view *v)
{
    const ito_paths *p = &v->paths;
    ito_cloud all;

    if (r->rc == ITO_OK)
        r->rc = ito__paths_check(r->ctx, p);
    if (r->rc != ITO_OK)
        return;
    all = all_states(p);
    r->rc = ito__cloud_check(r->ctx, "plot: paths", &all);
    if (r->rc == ITO_OK && v->component >= p->dim)
        r->rc =
            ito__fail(r->ctx, ITO_EARG, "plot: component %zu of paths with %zu",
                      v->component + 1, p->dim);
    if (r->rc == ITO_OK && v->terminal.n > 0)
        r->rc = ito__cloud_check(r->ctx, "plot: terminal", &v->terminal);
    if (r->rc == ITO_OK && v->terminal.n > 0 && v->terminal.dim != p->dim)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: paths have %zu columns, their ends %zu",
                          p->dim, v->terminal.dim);
    check_band(r, &v->stats);
    check_band(r, &v->exact);
    if (r->rc == ITO_OK && v->density.n > 0 && (!v->density.x || !v->density.y))
        r->rc = ito__fail(r->ctx, ITO_EARG, "plot: a density without values");
}

static void count_label(size_t n, size_t lines, char text[3 * NAME_TEXT])
{
    char few[NAME_TEXT], all[NAME_TEXT];

    ito__count_text(lines, few);
    ito__count_text(n, all);
    if (lines < n)
        snprintf(text, 3 * NAME_TEXT, "%s of %s paths", few, all);
    else
        snprintf(text, 3 * NAME_TEXT, n == 1 ? "%s path" : "%s paths", all);
}

/* The lines that are drawn: some of the paths at some of their instants.  A
 * label says so where it is not all of them, or where there is a legend. */
static void add_lines(recipe *r, ito_panel *panel, const ito_ensemble_view *v)
{
    const size_t most = r->o.paths > 0 ? r->o.paths : LINES;
    const size_t lines = size_min(v->paths.n, most);
    const size_t all = v->total > 0 ? v->total : v->paths.n;
    const bool others = v->band || v->stats.n + v->exact.n > 0;
    char label[3 * NAME_TEXT];
    const ito_style style = { .label = lines < all || others ? label : NULL,
                              .alpha = lines > 12 ? 0.7 : 0.9 };
    const thinning how = { .paths = most,
                           .frames = FRAMES_MOST,
                           .column = v->component,
                           .columns = 1 };
    ito_paths chosen;
    double *block = ito__recipe_thin(r, &v->paths, &how, &chosen);

    count_label(all, lines, label);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_traces(r->ctx, panel, &chosen, ITO_TIME, 0, &style);
    ito__free(r->ctx, block);
}

/* Add one line of a band: mean + k sd. */
static void add_curve(recipe *r, ito_panel *panel, const ito_band *b, double k,
                      const ito_style *style)
{
    double *rows = r->rc == ITO_OK
                       ? ito__alloc(r->ctx, size_mul(b->n, 2 * sizeof(*rows)))
                       : NULL;
    const ito_cloud line = { .n = b->n, .dim = 2, .f64 = rows };

    if (r->rc != ITO_OK)
        return;
    if (!rows) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu instants", b->n);
        return;
    }
    for (size_t i = 0; i < b->n; i++) {
        rows[2 * i] = b->t[i];
        rows[2 * i + 1] = b->mean[i] + (b->sd ? k * b->sd[i] : 0.0);
    }
    r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, style);
    ito__free(r->ctx, rows);
}

static void add_area(recipe *r, ito_panel *panel, const ito_band *b,
                     const ito_style *style)
{
    double *rows = ito__alloc(r->ctx, size_mul(b->n, 3 * sizeof(*rows)));
    const ito_cloud area = { .n = b->n, .dim = 3, .f64 = rows };

    if (!rows) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu instants", b->n);
        return;
    }
    for (size_t i = 0; i < b->n; i++) {
        rows[3 * i] = b->t[i];
        rows[3 * i + 1] = b->mean[i] - BAND_SDS * b->sd[i];
        rows[3 * i + 2] = b->mean[i] + BAND_SDS * b->sd[i];
    }
    r->rc = ito_panel_band(r->ctx, panel, &area, style);
    ito__free(r->ctx, rows);
}

/* The mean, and the ends of the band, which the paths would hide. */
static void add_stats(recipe *r, ito_panel *panel, const ito_band *b)
{
    const ito_style mean = { .label = b->sd ? "mean \xc2\xb1 2 sd" : "mean",
                             .colour = INK,
                             .size = 1.3 };
    const ito_style edge = { .colour = INK, .size = 0.7 };
    const ito_style area = { .colour = ITO_COLOUR_GREY, .alpha = 0.12 };

    if (r->rc == ITO_OK && b->sd)
        add_area(r, panel, b, &area);
    for (int k = -1; k <= 1 && b->sd; k += 2)
        add_curve(r, panel, b, (double)k * BAND_SDS, &edge);
    add_curve(r, panel, b, 0.0, &mean);
}

/* Mean and deviation of all paths in one frame. */
static void moments_of(const ito_ensemble_view *v, size_t frame, double *mean,
                       double *sd)
{
    const ito_paths *p = &v->paths;
    const ito_cloud all = all_states(p);
    double sum = 0.0, square = 0.0;

    for (size_t i = 0; i < p->n; i++)
        sum += ito__cloud_at(&all, frame * p->n + i, v->component);
    *mean = sum / (double)p->n;
    for (size_t i = 0; i < p->n; i++) {
        const double d =
            ito__cloud_at(&all, frame * p->n + i, v->component) - *mean;

        square += d * d;
    }
    *sd = sqrt(square / (double)p->n);
}

/* Mean and deviation of all paths at the instants that are drawn. */
static void add_own_stats(recipe *r, ito_panel *panel,
                          const ito_ensemble_view *v)
{
    const size_t frames = ito__thin_count(v->paths.frames, FRAMES_MOST);
    double *t = NULL;

    if (r->rc != ITO_OK)
        return;
    t = ito__alloc(r->ctx, size_mul(frames, 3 * sizeof(*t)));
    if (!t) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu instants", frames);
        return;
    }
    for (size_t k = 0; k < frames; k++) {
        const size_t from = ito__thin_at(v->paths.frames, FRAMES_MOST, k);

        t[k] = v->paths.t[from];
        moments_of(v, from, t + frames + k, t + 2 * frames + k);
    }
    add_stats(r, panel, &(ito_band){ frames, t, t + frames, t + 2 * frames });
    ito__free(r->ctx, t);
}

static void add_exact(recipe *r, ito_panel *panel, const ito_band *b)
{
    const ito_style mean = {
        .label = "exact", .colour = ITO_COLOUR_ORANGE, .size = 1.1, .dash = 1
    };
    const ito_style edge = { .colour = ITO_COLOUR_ORANGE,
                             .size = 0.8,
                             .dash = 1 };

    add_curve(r, panel, b, 0.0, &mean);
    for (int k = -1; k <= 1 && b->sd; k += 2)
        add_curve(r, panel, b, (double)k * BAND_SDS, &edge);
}

/* The panel of the paths. */
static void add_paths(recipe *r, const ito_ensemble_view *v,
                      const ito_panel_opts *o, const place *at)
{
    ito_panel *panel = ito__recipe_panel(r, at->row, at->col, o);

    if (panel)
        add_lines(r, panel, v);
    if (panel && v->stats.n > 0)
        add_stats(r, panel, &v->stats);
    else if (panel && v->band)
        add_own_stats(r, panel, v);
    if (panel && v->exact.n > 0)
        add_exact(r, panel, &v->exact);
}

/* The exact density, its argument along y. */
static void add_density(recipe *r, ito_panel *panel, const ito_curve *d)
{
    const ito_style style = { .colour = ITO_COLOUR_ORANGE, .size = 1.1 };
    double *rows = r->rc == ITO_OK
                       ? ito__alloc(r->ctx, size_mul(d->n, 2 * sizeof(*rows)))
                       : NULL;
    const ito_cloud line = { .n = d->n, .dim = 2, .f64 = rows };

    if (r->rc != ITO_OK)
        return;
    if (!rows) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu numbers", d->n);
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        rows[2 * i] = d->y[i];
        rows[2 * i + 1] = d->x[i];
    }
    r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, &style);
    ito__free(r->ctx, rows);
}

static size_t bars_for(const recipe *r, size_t n)
{
    const size_t root = (size_t)sqrt((double)n);

    return r->o.bins > 0 ? r->o.bins
                         : size_max(BARS_MIN, size_min(root, BARS_MAX));
}

/* The panel of the histogram; its limits are set with those of its row. */
static void add_hist(recipe *r, const ito_ensemble_view *v, const place *at,
                     range *need)
{
    /* else numbers would meet, or stand below one row and belong to another */
    const bool alone = r->figure->cols == 2 && r->figure->rows == 1;
    const ito_panel_opts o = { .x_label = "density",
                               .x_max = v->density_top,
                               .y_min = v->lo,
                               .y_max = v->hi,
                               .no_x = alone ? 0 : 2,
                               .gap = alone ? 3.0 : 0.0,
                               .no_y = 2,
                               .open = 1 };
    const ito_cloud ends = ends_of(v);
    const ito_hist_opts h = { .bins = bars_for(r, ends.n), .turned = 1 };
    const ito_style bars = { .colour = QUIET_BAR, .fill = 1, .alpha = 0.6 };
    ito_panel *panel = ito__recipe_panel(r, at->row, at->col + 1, &o);
    double limits[2] = { 0.0, 1.0 };

    if (r->rc == ITO_OK)
        r->rc = ito__cloud_limits(r->ctx, &ends, v->component, TAIL, limits);
    if (r->rc == ITO_OK && v->bars.n > 0)
        r->rc = ito_panel_bars(r->ctx, panel, &v->bars, 1, &bars);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_hist(r->ctx, panel, &ends, v->component, &h, &bars);
    if (r->rc == ITO_OK && v->density.n > 0)
        add_density(r, panel, &v->density);
    *need = (range){ limits[0], limits[1] };
}

/* Columns of the figure that a view takes. */
static size_t columns_of(const ito_ensemble_grid *g)
{
    for (size_t i = 0; i < g->rows * g->cols; i++)
        if (!g->view[i].no_hist)
            return 2;
    return 1;
}

/* Give the panels of a row the same limits, but for those that have some. */
static void share_row(ito_figure *f, size_t row, size_t each, range y)
{
    range hist = { 0.0, 0.0 };

    for (size_t c = 0; c < f->cols; c++) {
        const ito_panel *p = f->panel[row * f->cols + c];
        range need_x, need_y;

        if (!p)
            continue;
        ito__panel_limits(p, &need_x, &need_y);
        if (c % each == 0)
            y = ito__range_join(y, need_y);
        else
            hist = ito__range_join(hist, need_x);
    }
    for (size_t c = 0; c < f->cols; c++) {
        ito_panel *p = f->panel[row * f->cols + c];

        if (p && !(p->y_want.lo < p->y_want.hi))
            p->y_want = y;
        if (p && c % each != 0 && !(p->x_want.lo < p->x_want.hi) &&
            ito__range_is_open(hist))
            p->x_want = hist;
    }
}

static void add_view(recipe *r, const ito_ensemble_grid *g, const place *at,
                     range *row)
{
    const size_t each = columns_of(g);
    const ito_ensemble_view *v = &g->view[at->row * g->cols + at->col / each];
    char name[NAME_TEXT];
    const double *t = v->paths.t, t_end = t[v->paths.frames - 1];
    const bool falls = t_end < t[0], given = v->t_lo != 0.0 || v->t_hi != 0.0;
    const ito_panel_opts o = {
        .title = v->title,
        .x_label = g->t_label ? g->t_label : "t",
        .y_label = v->paths.dim == 1 && !v->paths.names
                       ? "x"
                       : ito__axis_name(v->paths.names, v->component, name),
        .x_min = given   ? v->t_lo
                 : falls ? t_end
                         : t[0],
        .x_max = given   ? v->t_hi
                 : falls ? t[0]
                         : t_end,
        .y_min = v->lo,
        .y_max = v->hi,
        .no_x = !at->bottom,
        .no_y = at->col > 0,
        .gap = at->col > 0 ? 6.0 : 0.0,
        .aspect = g->cols > 1   ? 0.85
                  : g->rows > 1 ? 0.4
                                : 0.62,
    };
    range need;

    add_paths(r, v, &o, at);
    if (r->rc == ITO_OK && !v->no_hist) {
        add_hist(r, v, at, &need);
        *row = ito__range_join(*row, need);
    }
}

static void make_figure(recipe *r, const ito_ensemble_grid *g)
{
    const size_t each = columns_of(g);
    double widths[2 * COLS_MOST];
    const ito_figure_opts o = { .rows = g->rows,
                                .cols = each * g->cols,
                                .width = r->o.width,
                                .dpi = r->o.dpi,
                                .title = r->o.title,
                                .legend = g->rows * g->cols > 1,
                                .widths = widths };

    for (size_t c = 0; c < each * g->cols; c++)
        widths[c] = c % each == 0 ? 1.0 : HIST_WIDTH;
    r->rc = ito_figure_new(r->ctx, &o, &r->figure);
}

ito_status ito_plot_ensembles(ito_ctx *ctx, const ito_ensemble_grid *grid,
                              const ito_plot_opts *opts, ito_figure **out)
{
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    if (!grid || !grid->view || grid->rows == 0 || grid->cols == 0 ||
        grid->rows > GRID_MAX || grid->cols > COLS_MOST)
        return ito__fail(ctx, ITO_EARG,
                         "plot: ensembles in 1 to %d rows and 1 to %d columns",
                         GRID_MAX, COLS_MOST);
    for (size_t i = 0; i < grid->rows * grid->cols; i++)
        check_view(&r, &grid->view[i]);
    if (r.rc == ITO_OK)
        make_figure(&r, grid);
    for (size_t i = 0; i < grid->rows && r.rc == ITO_OK; i++) {
        range y = { HUGE_VAL, -HUGE_VAL };

        for (size_t c = 0; c < grid->cols && r.rc == ITO_OK; c++) {
            const place at = { .row = i,
                               .col = columns_of(grid) * c,
                               .bottom = i + 1 == grid->rows };

            add_view(&r, grid, &at, &y);
        }
        if (r.rc == ITO_OK)
            share_row(r.figure, i, columns_of(grid), y);
    }
    return ito__recipe_end(&r, out);
}

ito_status ito_plot_ensemble(ito_ctx *ctx, const ito_ensemble_view *view,
                             const ito_plot_opts *opts, ito_figure **out)
{
    const ito_ensemble_grid one = { .rows = 1, .cols = 1, .view = view };
    ito_plot_opts o = opts ? *opts : (ito_plot_opts){ 0 };

    if (!(o.width > 0.0))
        o.width = 430.0;
    return ito_plot_ensembles(ctx, &one, &o, out);
}

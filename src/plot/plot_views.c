/* SPDX-License-Identifier: MIT
 *
 * plot_views.c - rows and columns of planes that are to be compared.
 */
#include <ito/plot_views.h>
#include <math.h>

#include "plot/colour.h"
#include "plot/recipe.h"

#define SHARE      1   /* the number of the colour range that is shared */
#define DEPTH      0.9 /* of the map of times, as ito_panel_paths */
#define PATH_WIDTH 0.6
#define ONE_WIDTH  320.0
#define KEY_WIDTH  62.0 /* of an instant in the legend */
#define MARK_SIZE  5.0
#define LINE_INK   0x303030u

static size_t count_of(const ito_view_grid *g)
{
    return g->rows * g->cols;
}

static void check_cloud(recipe *r, const ito_cloud *cloud, size_t view)
{
    if (r->rc == ITO_OK)
        r->rc = ito__cloud_check(r->ctx, "plot: view", cloud);
    if (r->rc == ITO_OK && cloud->dim < 2)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: view %zu: points have %zu columns; give 2 or "
                          "more",
                          view + 1, cloud->dim);
}

static void check_view(recipe *r, const ito_view *v, size_t i)
{
    if (v->instant_count > GRID_MAX || (v->instant_count > 0 && !v->instants))
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: view %zu has %zu instants; at most %d", i + 1,
                          v->instant_count, GRID_MAX);
    if (r->rc == ITO_OK && v->ground.value)
        r->rc = ito__raster_check(r->ctx, &v->ground);
    if (v->cloud.n > 0)
        check_cloud(r, &v->cloud, i);
    if (v->marks.n > 0)
        check_cloud(r, &v->marks, i);
    for (size_t k = 0; k < v->instant_count && r->rc == ITO_OK; k++) {
        check_cloud(r, &v->instants[k].cloud, i);
        if (r->rc == ITO_OK && !isfinite(v->instants[k].t))
            r->rc = ito__fail(r->ctx, ITO_ENONFINITE,
                              "plot: view %zu: instant %zu has the time %g",
                              i + 1, k + 1, v->instants[k].t);
    }
}

static void check(recipe *r, const ito_view_grid *g)
{
    if (!g || !g->view || g->rows == 0 || g->cols == 0 || g->rows > GRID_MAX ||
        g->cols > GRID_MAX) {
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: views in 1 to %d rows and columns", GRID_MAX);
        return;
    }
    for (size_t i = 0; i < count_of(g) && r->rc == ITO_OK; i++)
        check_view(r, &g->view[i], i);
}

static void join(recipe *r, const ito_cloud *cloud, window *all)
{
    window w;

    if (cloud->n == 0)
        return;
    ito__recipe_window(r, cloud, &w);
    all->x = ito__range_join(all->x, w.x);
    all->y = ito__range_join(all->y, w.y);
}

static void join_raster(const ito_raster *g, window *all)
{
    if (!g->value)
        return;
    all->x = ito__range_join(all->x, (range){ g->x_lo, g->x_hi });
    all->y = ito__range_join(all->y, (range){ g->y_lo, g->y_hi });
}

/* Limits as given, else those that hold all grounds and clouds. */
static window find_window(recipe *r, const ito_view_grid *g)
{
    const range none = { HUGE_VAL, -HUGE_VAL };
    window all = { none, none, false };

    for (size_t i = 0; i < count_of(g); i++) {
        const ito_view *const v = &g->view[i];
        const ito_cloud paths = { .n = v->paths.n * v->paths.frames,
                                  .dim = v->paths.dim,
                                  .f32 = v->paths.f32,
                                  .f64 = v->paths.f64 };

        join_raster(&v->ground, &all);
        join_raster(&v->outline, &all);
        join(r, &v->cloud, &all);
        join(r, &v->marks, &all);
        join(r, &paths, &all);
        for (size_t k = 0; k < v->instant_count; k++)
            join(r, &v->instants[k].cloud, &all);
    }
    if (all.x.lo > all.x.hi)
        all.x = all.y = (range){ 0.0, 1.0 };
    if (g->x_lo != 0.0 || g->x_hi != 0.0)
        all.x = (range){ g->x_lo, g->x_hi };
    if (g->y_lo != 0.0 || g->y_hi != 0.0)
        all.y = (range){ g->y_lo, g->y_hi };
    all.equal = all.y.hi - all.y.lo < EQUAL_RATIO * (all.x.hi - all.x.lo) &&
                all.x.hi - all.x.lo < EQUAL_RATIO * (all.y.hi - all.y.lo);
    return all;
}

static bool has_marks(const ito_view *v)
{
    return v->instant_count > 0 || v->paths.n > 0 || v->cloud.n > 0;
}

static void add_ground(recipe *r, ito_panel *panel, const ito_view_grid *g,
                       const ito_view *v, bool bar)
{
    const bool below = has_marks(v);
    const ito_shade_opts d = { .map = below ? ITO_PALETTE_GREY
                                            : ITO_PALETTE_VIRIDIS,
                               .log = r->o.log,
                               .pale = below,
                               .top = g->top,
                               .share = g->share ? SHARE : 0,
                               .bar = bar,
                               .bar_label = g->bar_label };
    const ito_style lines = { .colour = v->ground.value ? 0xffffffu : LINE_INK,
                              .size = 0.6,
                              .alpha = 0.8 };

    if (r->rc == ITO_OK && v->ground.value)
        r->rc = ito_panel_raster(r->ctx, panel, &v->ground, &d);
    if (r->rc == ITO_OK && v->outline.value)
        r->rc = ito_panel_levels(r->ctx, panel, &v->outline, 0, NULL, &lines);
}

static void add_cloud(recipe *r, ito_panel *panel, const ito_view_grid *g,
                      const ito_view *v, bool bar)
{
    const ito_shade_opts d = { .bins = r->o.bins,
                               .log = r->o.log,
                               .share = g->share ? SHARE : 0,
                               .bar = bar,
                               .bar_label = g->bar_label };
    const ito_style dots = { .colour = ITO_COLOUR_BLUE };

    if (r->rc == ITO_OK && ito__recipe_dense(r, &v->cloud))
        r->rc = ito_panel_density(r->ctx, panel, &v->cloud, 0, 1, &d);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_scatter(r->ctx, panel, &v->cloud, 0, 1, &dots);
}

/* Clouds over each other, later ones darker or lighter as the map goes. */
static void add_instants(recipe *r, ito_panel *panel, const ito_view *v,
                         bool named)
{
    const double t0 = v->instants[0].t;
    const double span = v->instants[v->instant_count - 1].t - t0;

    for (size_t k = 0; k < v->instant_count && r->rc == ITO_OK; k++) {
        const ito_instant *const at = &v->instants[k];
        const size_t n = at->cloud.n;
        const double u = span != 0.0 ? (at->t - t0) / span : 1.0;
        char label[NAME_TEXT];
        const ito_style dots = { .label = named ? label : NULL,
                                 .colour = ito__colour_pixel(
                                               ITO_PALETTE_VIRIDIS, DEPTH * u) &
                                           0xffffffu,
                                 .size = n < 300    ? 2.4
                                         : n < 3000 ? 1.5
                                                    : 1.0,
                                 .alpha = n < 300    ? 0.8
                                          : n < 3000 ? 0.55
                                                     : 0.3 };

        ito__time_text(at->t, label);
        r->rc = ito_panel_scatter(r->ctx, panel, &at->cloud, 0, 1, &dots);
    }
}

static void add_marks(recipe *r, ito_panel *panel, const ito_view *v,
                      bool named)
{
    const ito_style dots = { .label = named ? v->mark_name : NULL,
                             .colour = ITO_COLOUR_ORANGE,
                             .size = MARK_SIZE,
                             .alpha = 1.0 };

    if (r->rc == ITO_OK)
        r->rc = ito_panel_scatter(r->ctx, panel, &v->marks, 0, 1, &dots);
}

/* The width of a figure of one column: room for its legend. */
static double one_width(const ito_view *v)
{
    const double keys = KEY_WIDTH * (double)v->instant_count + KEY_WIDTH;

    return keys > ONE_WIDTH ? keys : ONE_WIDTH;
}

static void add_view(recipe *r, const ito_view_grid *g, size_t i,
                     const window *w, bool named)
{
    const ito_view *const v = &g->view[i];
    const size_t row = i / g->cols, col = i % g->cols;
    const bool bar = g->share && col + 1 == g->cols;
    char nx[NAME_TEXT], ny[NAME_TEXT];
    const ito_panel_opts o = { .title = v->title,
                               .x_label = ito__axis_name(g->names, 0, nx),
                               .y_label = g->row_names
                                              ? g->row_names[row]
                                              : ito__axis_name(g->names, 1, ny),
                               .x_min = w->x.lo,
                               .x_max = w->x.hi,
                               .y_min = w->y.lo,
                               .y_max = w->y.hi,
                               .equal = w->equal,
                               .no_x = row + 1 < g->rows,
                               .no_y = col > 0,
                               .aspect = 1.0 };
    const ito_style thin = { .size = PATH_WIDTH, .alpha = 0.8 };
    ito_panel *panel = ito__recipe_panel(r, row, col, &o);

    add_ground(r, panel, g, v, bar && v->ground.value);
    if (v->cloud.n > 0)
        add_cloud(r, panel, g, v, bar && !v->ground.value);
    if (r->rc == ITO_OK && v->paths.n > 0)
        r->rc = ito_panel_paths(r->ctx, panel, &v->paths, 0, &thin);
    if (v->instant_count > 0)
        add_instants(r, panel, v, named);
    if (v->marks.n > 0)
        add_marks(r, panel, v, named);
    if (r->rc == ITO_OK && v->note)
        r->rc = ito_panel_note(r->ctx, panel, v->note);
}

ito_status ito_plot_views(ito_ctx *ctx, const ito_view_grid *grid,
                          const ito_plot_opts *opts, ito_figure **out)
{
    bool named = false;
    window w;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, grid);
    if (r.rc != ITO_OK)
        return r.rc;
    w = find_window(&r, grid);
    if (!(r.o.width > 0.0) && grid->cols == 1)
        r.o.width = one_width(grid->view);
    ito__recipe_figure(&r, grid->rows, grid->cols, true);
    for (size_t i = 0; i < count_of(grid) && r.rc == ITO_OK; i++) {
        const bool first = !named && grid->view[i].instant_count > 0;

        add_view(&r, grid, i, &w, first);
        named = named || first;
    }
    return ito__recipe_end(&r, out);
}

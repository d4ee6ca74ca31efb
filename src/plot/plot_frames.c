/* SPDX-License-Identifier: MIT
 *
 * plot_frames.c - particles over a density, at chosen times.
 */
#include <ito/plot_sim.h>
#include <math.h>

#include "plot/recipe.h"

#define SCENES_MAX 64
#define PER_ROW    4
#define SHARE      1 /* the number of the colour range that grounds share */
#define LINE_BLUE  0x0a3f73u

static void check(recipe *r, const ito_scenes *s)
{
    if (!s || !s->scene || s->count == 0 || s->count > SCENES_MAX ||
        s->cols > GRID_MAX) {
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: 1 to %d scenes in rows of at most %d",
                          SCENES_MAX, GRID_MAX);
        return;
    }
    for (size_t i = 0; i < s->count && r->rc == ITO_OK; i++) {
        const ito_scene *a = &s->scene[i];

        if (!isfinite(a->t) || (a->cloud.n == 0 && !a->ground.value))
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: scene %zu has a time %g and nothing to "
                              "draw",
                              i + 1, a->t);
        if (r->rc == ITO_OK && a->cloud.n > 0)
            r->rc = ito__cloud_check(r->ctx, "plot: scene", &a->cloud);
        if (r->rc == ITO_OK && a->cloud.n > 0 && a->cloud.dim < 2)
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: scene %zu: points have %zu columns; give "
                              "2 or more",
                              i + 1, a->cloud.dim);
        if (r->rc == ITO_OK && a->ground.value)
            r->rc = ito__raster_check(r->ctx, &a->ground);
    }
}

/* Limits as given, else what all grounds need, else all points. */
static window find_window(recipe *r, const ito_scenes *s)
{
    const range none = { HUGE_VAL, -HUGE_VAL };
    window all = { none, none, false };

    for (size_t i = 0; i < s->count; i++) {
        const ito_raster *g = &s->scene[i].ground;

        if (!g->value)
            continue;
        all.x = ito__range_join(all.x, (range){ g->x_lo, g->x_hi });
        all.y = ito__range_join(all.y, (range){ g->y_lo, g->y_hi });
    }
    for (size_t i = 0; i < s->count && !s->scene[i].ground.value; i++) {
        window w;

        if (all.x.lo <= all.x.hi && i == 0)
            break;
        ito__recipe_window(r, &s->scene[i].cloud, &w);
        all.x = ito__range_join(all.x, w.x);
        all.y = ito__range_join(all.y, w.y);
    }
    if (s->x_lo != 0.0 || s->x_hi != 0.0)
        all.x = (range){ s->x_lo, s->x_hi };
    if (s->y_lo != 0.0 || s->y_hi != 0.0)
        all.y = (range){ s->y_lo, s->y_hi };
    all.equal = all.y.hi - all.y.lo < EQUAL_RATIO * (all.x.hi - all.x.lo) &&
                all.x.hi - all.x.lo < EQUAL_RATIO * (all.y.hi - all.y.lo);
    return all;
}

static void add_ground(recipe *r, ito_panel *panel, const ito_scenes *s,
                       const ito_scene *a, bool bar)
{
    const bool dots = a->cloud.n > 0;
    const ito_shade_opts d = { .map = dots ? ITO_PALETTE_BLUE
                                           : ITO_PALETTE_VIRIDIS,
                               .log = r->o.log,
                               .pale = dots,
                               .share = s->bar ? SHARE : 0,
                               .bar = bar };

    if (r->rc == ITO_OK)
        r->rc = ito_panel_raster(r->ctx, panel, &a->ground, &d);
}

/* The lines around a ground, above the points. */
static void add_contours(recipe *r, ito_panel *panel, const ito_scene *a)
{
    const bool dots = a->cloud.n > 0;
    const ito_style lines = { .colour = dots ? LINE_BLUE : 0xffffffu,
                              .size = 0.6,
                              .alpha = dots ? 1.0 : 0.8 };

    if (r->rc == ITO_OK)
        r->rc = ito_panel_levels(r->ctx, panel, &a->ground, 0, NULL, &lines);
}

static void add_points(recipe *r, ito_panel *panel, const ito_scene *a,
                       const window *w)
{
    const size_t n = a->cloud.n;
    const double large = r->figure->cols == 1 ? 1.6 : 1.0;
    const double size = n < 300 ? 2.6 : n < 3000 ? 1.6 : 1.0;
    const ito_style dots = { .colour = ITO_COLOUR_ORANGE,
                             .size = large * size,
                             .alpha = n < 300    ? 0.8
                                      : n < 3000 ? 0.5
                                                 : 0.3 };
    const ito_shade_opts d = { .bins = r->o.bins, .log = r->o.log };

    if (r->rc == ITO_OK && !a->ground.value && r->o.look == ITO_LOOK_DENSITY)
        r->rc = ito_panel_density(r->ctx, panel, &a->cloud, 0, 1, &d);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_scatter(r->ctx, panel, &a->cloud, 0, 1, &dots);
    ito__recipe_outside(r, panel, &a->cloud, w);
}

static void add_scene(recipe *r, const ito_scenes *s, size_t i, const window *w,
                      const place *p)
{
    const ito_scene *a = &s->scene[i];
    const char *const *names = s->names ? s->names : s->scene[0].cloud.names;
    char nx[NAME_TEXT], ny[NAME_TEXT], title[NAME_TEXT];
    const ito_panel_opts o = {
        .title = a->title ? a->title : title,
        .x_label = ito__axis_name(names, 0, nx),
        .y_label = ito__axis_name(names, 1, ny),
        .x_min = w->x.lo,
        .x_max = w->x.hi,
        .y_min = w->y.lo,
        .y_max = w->y.hi,
        .equal = w->equal,
        .no_x = !p->bottom,
        .no_y = p->col > 0,
        .aspect = 1.0,
    };
    ito_panel *panel;

    ito__time_text(a->t, title);
    panel = ito__recipe_panel(r, p->row, p->col, &o);
    if (a->ground.value)
        add_ground(r, panel, s, a, s->bar && p->last);
    if (a->cloud.n > 0)
        add_points(r, panel, a, w);
    if (a->ground.value && s->contours)
        add_contours(r, panel, a);
}

ito_status ito_plot_frames(ito_ctx *ctx, const ito_scenes *scenes,
                           const ito_plot_opts *opts, ito_figure **out)
{
    size_t cols;
    window w;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, scenes);
    if (r.rc != ITO_OK)
        return r.rc;
    cols = size_min(scenes->count, scenes->cols ? scenes->cols : PER_ROW);
    if (size_ceil_div(scenes->count, cols) > GRID_MAX)
        return ito__fail(ctx, ITO_EARG, "plot: %zu scenes in rows of %zu",
                         scenes->count, cols);
    w = find_window(&r, scenes);
    if (!(r.o.width > 0.0) && cols == 1)
        r.o.width = 300.0;
    ito__recipe_figure(&r, size_ceil_div(scenes->count, cols), cols, false);
    for (size_t i = 0; i < scenes->count && r.rc == ITO_OK; i++) {
        const place p = ito__recipe_place(i, scenes->count, cols);

        add_scene(&r, scenes, i, &w, &p);
    }
    return ito__recipe_end(&r, out);
}

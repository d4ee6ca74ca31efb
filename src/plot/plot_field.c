/* SPDX-License-Identifier: MIT
 *
 * plot_field.c - a flow at chosen times: density, and the vector field.
 *
 * All panels share limits, colours and the scale of arrows, which is that of
 * the longest arrows at most; so lengths may be compared between times.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/recipe.h"

#define PER_ROW      4
#define TIME_MOST    1e9
#define FIELD_BINS   64
#define FIELD_PASSES 2
#define LONG_SHARE   0.95 /* arrows that are not longer than their spacing */
#define LONG_FACTOR  1.2

static void check(recipe *r, const ito_instant *at, size_t count)
{
    if (!at || count == 0 || count > GRID_MAX)
        r->rc = ito__fail(r->ctx, ITO_EARG, "plot: %zu instants; give 1 to %d",
                          count, GRID_MAX);
    for (size_t i = 0; i < count && r->rc == ITO_OK; i++) {
        if (!(fabs(at[i].t) <= TIME_MOST) ||
            (at[i].cloud.n == 0 && at[i].arrows.n == 0))
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: instant %zu has a time %g and nothing "
                              "to draw",
                              i + 1, at[i].t);
        if (r->rc == ITO_OK && at[i].cloud.n > 0)
            r->rc = ito__cloud_check(r->ctx, "plot: cloud", &at[i].cloud);
        if (r->rc == ITO_OK && at[i].arrows.n > 0)
            r->rc = ito__cloud_check(r->ctx, "plot: arrows", &at[i].arrows);
        if (r->rc == ITO_OK && ((at[i].cloud.n > 0 && at[i].cloud.dim < 2) ||
                                (at[i].arrows.n > 0 && at[i].arrows.dim != 4)))
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: instant %zu: clouds have 2 columns or "
                              "more, arrows 4",
                              i + 1);
    }
}

static range join(range a, range b)
{
    return (range){ a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi };
}

/* The window that holds all clouds, and all arrows. */
static window join_windows(recipe *r, const ito_instant *at, size_t count)
{
    const range none = { HUGE_VAL, -HUGE_VAL };
    window all = { none, none, false };

    for (size_t i = 0; i < count; i++) {
        window w;

        if (at[i].cloud.n == 0)
            continue;
        ito__recipe_window(r, &at[i].cloud, &w);
        all.x = join(all.x, w.x);
        all.y = join(all.y, w.y);
    }
    for (size_t i = 0; i < count && all.x.lo > all.x.hi; i++) {
        ito__recipe_window(r, &at[i].arrows, &all);
    }
    all.equal = all.y.hi - all.y.lo < EQUAL_RATIO * (all.x.hi - all.x.lo) &&
                all.x.hi - all.x.lo < EQUAL_RATIO * (all.y.hi - all.y.lo);
    return all;
}

/* The LONG_SHARE quantile of the lengths of the arrows; at least tiny. */
static double long_arrow(recipe *r, const ito_cloud *a)
{
    double *len = ito__alloc(r->ctx, size_mul(a->n, sizeof(*len)));
    double out;

    if (!len) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu arrows", a->n);
        return 0.0;
    }
    for (size_t i = 0; i < a->n; i++) {
        const double u = ito__cloud_at(a, i, 2), v = ito__cloud_at(a, i, 3);

        len[i] = sqrt(u * u + v * v);
        if (!(len[i] <= 1e100) && r->rc == ITO_OK)
            r->rc = ito__fail(r->ctx, ITO_ENONFINITE,
                              "plot: arrow %zu is (%g, %g)", i + 1, u, v);
    }
    if (r->rc == ITO_OK)
        ito__sort(len, a->n);
    out = r->rc == ITO_OK ? ito__quantile_sorted(len, a->n, LONG_SHARE) : 0.0;
    ito__free(r->ctx, len);
    return out;
}

/* One scale for all: long arrows are as long as their spacing. */
static double common_scale(recipe *r, const ito_instant *at, size_t count,
                           const window *w)
{
    const double span = w->x.hi - w->x.lo;
    double scale = 0.0;

    for (size_t i = 0; i < count && r->rc == ITO_OK; i++) {
        const ito_cloud *a = &at[i].arrows;
        double len, s;

        if (a->n == 0)
            continue;
        len = long_arrow(r, a);
        s = len > 0.0 ? LONG_FACTOR * span / sqrt((double)a->n) / len : 0.0;
        if (s > 0.0 && (scale == 0.0 || s < scale))
            scale = s;
    }
    return scale;
}

/* One panel of the figure. */
typedef struct place {
    size_t row, col;
    bool bottom, last;
    double scale;
} place;

static void add_instant(recipe *r, const ito_instant *at, const window *w,
                        const place *p)
{
    const ito_cloud *named = at->cloud.n > 0 ? &at->cloud : &at->arrows;
    char nx[NAME_TEXT], ny[NAME_TEXT], number[TICK_TEXT], title[NAME_TEXT];
    const ito_panel_opts o = {
        .title = title,
        .x_label = ito__axis_name(named->names, 0, nx),
        .y_label = ito__axis_name(named->names, 1, ny),
        .x_min = w->x.lo,
        .x_max = w->x.hi,
        .y_min = w->y.lo,
        .y_max = w->y.hi,
        .equal = w->equal,
        .no_x = !p->bottom,
        .no_y = p->col > 0,
        .aspect = 1.0,
    };
    const bool arrows = at->arrows.n > 0;
    const ito_density_opts d = { .map = arrows ? ITO_MAP_BLUE : ITO_MAP_VIRIDIS,
                                 .bins = r->o.bins ? r->o.bins : FIELD_BINS,
                                 .smooth = FIELD_PASSES,
                                 .log = r->o.log,
                                 .share = 1,
                                 .bar = p->last };
    const ito_style dots = { .colour = ITO_COLOUR_BLUE };
    const ito_style ink = { .colour = ITO_COLOUR_BLACK,
                            .label = "arrow: |u|",
                            .alpha = 0.85 };
    ito_panel *panel;

    ito__number_text(at->t, 3, number);
    snprintf(title, sizeof(title), "t = %s", number);
    panel = ito__recipe_panel(r, p->row, p->col, &o);
    if (r->rc == ITO_OK && at->cloud.n > 0 && ito__recipe_dense(r, &at->cloud))
        r->rc = ito_panel_density(r->ctx, panel, &at->cloud, 0, 1, &d);
    else if (r->rc == ITO_OK && at->cloud.n > 0)
        r->rc = ito_panel_scatter(r->ctx, panel, &at->cloud, 0, 1, &dots);
    if (r->rc == ITO_OK && arrows)
        r->rc = ito_panel_arrows(r->ctx, panel, &at->arrows, p->scale, &ink);
}

ito_status ito_plot_field(ito_ctx *ctx, const ito_instant *instants,
                          size_t count, const ito_plot_opts *opts,
                          ito_figure **out)
{
    const size_t cols = count < PER_ROW ? count : PER_ROW;
    double scale = 0.0;
    window w;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, instants, count);
    if (r.rc != ITO_OK)
        return r.rc;
    w = join_windows(&r, instants, count);
    scale = common_scale(&r, instants, count, &w);
    ito__recipe_figure(&r, size_ceil_div(count, cols), cols, true);
    for (size_t i = 0; i < count && r.rc == ITO_OK; i++) {
        const place p = { .row = i / cols,
                          .col = i % cols,
                          .bottom = i + cols >= count,
                          .last = i % cols + 1 == cols,
                          .scale = scale };

        add_instant(&r, &instants[i], &w, &p);
    }
    return ito__recipe_end(&r, out);
}

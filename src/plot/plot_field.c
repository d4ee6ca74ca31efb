/* SPDX-License-Identifier: MIT
 *
 * plot_field.c - a flow at chosen times: density, and the vector field.
 *
 * All panels share limits; colours and the scale of arrows are those of each
 * panel, since densities and fields of different times differ by orders of
 * magnitude.  A key beside the title of a panel says how long its arrows are.
 */
#include <math.h>

#include "plot/recipe.h"

#define PER_ROW      4
#define TIME_MOST    1e9
#define FIELD_BINS   64
#define FIELD_PASSES 2
#define LONG_SHARE   0.95 /* of the arrows have their true length */
#define LONG_FACTOR  1.2  /* their length over their spacing */
#define GIVEN_FACTOR 2.5  /* at most, where the scale is given */
#define LENGTH_MOST  1e100

static void check(recipe *r, const ito_instant *at, size_t count)
{
    if (!at || count == 0 || count > GRID_MAX) {
        r->rc = ito__fail(r->ctx, ITO_EARG, "plot: %zu instants; give 1 to %d",
                          count, GRID_MAX);
        return;
    }
    for (size_t i = 0; i < count && r->rc == ITO_OK; i++) {
        if (!(fabs(at[i].t) <= TIME_MOST) || !(at[i].arrow_scale >= 0.0) ||
            (at[i].cloud.n == 0 && at[i].arrows.n == 0))
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: instant %zu has a time %g, arrows of "
                              "scale %g, or nothing to draw",
                              i + 1, at[i].t, at[i].arrow_scale);
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
        all.x = ito__range_join(all.x, w.x);
        all.y = ito__range_join(all.y, w.y);
    }
    for (size_t i = 0; i < count && all.x.lo > all.x.hi; i++) {
        ito__recipe_window(r, &at[i].arrows, &all);
    }
    all.equal = all.y.hi - all.y.lo < EQUAL_RATIO * (all.x.hi - all.x.lo) &&
                all.x.hi - all.x.lo < EQUAL_RATIO * (all.y.hi - all.y.lo);
    return all;
}

/* Lengths of arrows, sorted, into len. */
static void arrow_lengths(recipe *r, const ito_cloud *a, double *len)
{
    for (size_t i = 0; i < a->n; i++) {
        const double u = ito__cloud_at(a, i, 2), v = ito__cloud_at(a, i, 3);

        len[i] = sqrt(u * u + v * v);
        if (!(len[i] <= LENGTH_MOST) && r->rc == ITO_OK)
            r->rc = ito__fail(r->ctx, ITO_ENONFINITE,
                              "plot: arrow %zu is (%g, %g)", i + 1, u, v);
    }
    if (r->rc == ITO_OK)
        ito__sort(len, a->n);
}

/* Arrows with those that are longer than LONG_SHARE of them shortened to that
 * length, and the scale at which it is a little more than their spacing; with
 * a scale that is given, those that would span several others.  To be freed;
 * NULL on failure. */
static double *fit_arrows(recipe *r, const ito_cloud *a, const window *w,
                          double given, double *scale)
{
    const double sx = w->x.hi - w->x.lo, sy = w->y.hi - w->y.lo;
    const double spacing =
        w->equal ? sqrt(sx * (sy / (double)a->n)) : sx / sqrt((double)a->n);
    double *out = ito__alloc(r->ctx, size_mul(a->n, 5 * sizeof(*out)));
    double most;

    if (!out) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu arrows", a->n);
        return NULL;
    }
    arrow_lengths(r, a, out + 4 * a->n);
    if (r->rc != ITO_OK) {
        ito__free(r->ctx, out);
        return NULL;
    }
    most = ito__quantile_sorted(out + 4 * a->n, a->n, LONG_SHARE);
    if (given > 0.0)
        most = GIVEN_FACTOR * spacing / given;
    *scale = given > 0.0  ? given
             : most > 0.0 ? LONG_FACTOR * spacing / most
                          : 0.0;
    for (size_t i = 0; i < a->n; i++) {
        const double u = ito__cloud_at(a, i, 2), v = ito__cloud_at(a, i, 3);
        const double len = sqrt(u * u + v * v);
        const double cut = most > 0.0 && len > most ? most / len : 1.0;

        out[4 * i] = ito__cloud_at(a, i, 0);
        out[4 * i + 1] = ito__cloud_at(a, i, 1);
        out[4 * i + 2] = cut * u;
        out[4 * i + 3] = cut * v;
    }
    return out;
}

static void add_arrows(recipe *r, ito_panel *panel, const ito_instant *at,
                       const window *w)
{
    const ito_cloud *const a = &at->arrows;
    const ito_style ink = { .colour = ITO_COLOUR_BLACK,
                            .label = at->arrow_name ? at->arrow_name : "|u|",
                            .alpha = 0.85 };
    double scale, *rows = NULL;

    if (r->rc == ITO_OK)
        rows = fit_arrows(r, a, w, at->arrow_scale, &scale);
    if (rows) {
        const ito_cloud fit = { .n = a->n, .dim = 4, .f64 = rows };

        r->rc = ito_panel_arrows(r->ctx, panel, &fit, scale, &ink);
    }
    ito__free(r->ctx, rows);
}

static void add_instant(recipe *r, const ito_instant *at, const window *w,
                        const place *p)
{
    const ito_cloud *named = at->cloud.n > 0 ? &at->cloud : &at->arrows;
    char nx[NAME_TEXT], ny[NAME_TEXT], title[NAME_TEXT];
    const ito_panel_opts o = {
        .title = at->title ? at->title : title,
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
    const ito_shade_opts d = { .map = arrows ? ITO_PALETTE_BLUE
                                             : ITO_PALETTE_VIRIDIS,
                               .bins = r->o.bins ? r->o.bins : FIELD_BINS,
                               .smooth = FIELD_PASSES,
                               .pale = arrows,
                               .log = r->o.log };
    const ito_style dots = { .colour = ITO_COLOUR_BLUE };
    ito_panel *panel;

    ito__time_text(at->t, title);
    panel = ito__recipe_panel(r, p->row, p->col, &o);
    if (r->rc == ITO_OK && at->cloud.n > 0 && ito__recipe_dense(r, &at->cloud))
        r->rc = ito_panel_density(r->ctx, panel, &at->cloud, 0, 1, &d);
    else if (r->rc == ITO_OK && at->cloud.n > 0)
        r->rc = ito_panel_scatter(r->ctx, panel, &at->cloud, 0, 1, &dots);
    if (arrows)
        add_arrows(r, panel, at, w);
}

ito_status ito_plot_field(ito_ctx *ctx, const ito_instant *instants,
                          size_t count, const ito_plot_opts *opts,
                          ito_figure **out)
{
    size_t cols;
    window w;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, instants, count);
    if (r.rc != ITO_OK)
        return r.rc;
    cols = size_min(count, r.o.columns ? r.o.columns : PER_ROW);
    w = join_windows(&r, instants, count);
    ito__recipe_figure(&r, size_ceil_div(count, cols), cols, false);
    for (size_t i = 0; i < count && r.rc == ITO_OK; i++) {
        const place p = ito__recipe_place(i, count, cols);

        add_instant(&r, &instants[i], &w, &p);
    }
    return ito__recipe_end(&r, out);
}

/* SPDX-License-Identifier: MIT
 *
 * plot_warp.c - a flow as a warped grid.
 */
#include <ito/plot_sim.h>
#include <math.h>

#include "plot/recipe.h"

#define PER_ROW 4

static void check(recipe *r, const ito_warp *w)
{
    const size_t nodes = w ? size_mul(w->nx, w->ny) : 0;
    const ito_cloud all = { .n = w ? size_mul(nodes, w->frames) : 0,
                            .dim = 2,
                            .f32 = w ? w->f32 : NULL,
                            .f64 = w ? w->f64 : NULL };

    if (!w || w->frames == 0 || w->frames > GRID_MAX || !w->t || w->nx < 2 ||
        w->ny < 2) {
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: a warped grid needs 2 x 2 nodes or more at 1 "
                          "to %d instants",
                          GRID_MAX);
        return;
    }
    r->rc = ito__cloud_check(r->ctx, "plot: grid", &all);
    for (size_t k = 0; k < w->frames && r->rc == ITO_OK; k++)
        if (!isfinite(w->t[k]))
            r->rc =
                ito__fail(r->ctx, ITO_ENONFINITE,
                          "plot: instant %zu has the time %g", k + 1, w->t[k]);
}

/* Give all panels the limits that hold all of them, or those asked for. */
static void share_limits(ito_figure *f, const ito_warp *w)
{
    const range none = { HUGE_VAL, -HUGE_VAL };
    range x = none, y = none;
    bool equal;

    for (size_t i = 0; i < w->frames; i++) {
        range need_x, need_y;

        ito__panel_limits(f->panel[i], &need_x, &need_y);
        x = ito__range_join(x, need_x);
        y = ito__range_join(y, need_y);
    }
    if (w->x_lo != 0.0 || w->x_hi != 0.0)
        x = f->panel[0]->x_want;
    if (w->y_lo != 0.0 || w->y_hi != 0.0)
        y = f->panel[0]->y_want;
    equal = y.hi - y.lo < EQUAL_RATIO * (x.hi - x.lo) &&
            x.hi - x.lo < EQUAL_RATIO * (y.hi - y.lo);
    for (size_t i = 0; i < w->frames; i++) {
        f->panel[i]->x_want = x;
        f->panel[i]->y_want = y;
        f->panel[i]->equal = equal;
    }
}

static void add_frame(recipe *r, const ito_warp *w, size_t k, const place *at)
{
    const size_t skip = k * w->nx * w->ny * 2;
    const ito_mesh mesh = { .nx = w->nx,
                            .ny = w->ny,
                            .step = w->step,
                            .f32 = w->f32 ? w->f32 + skip : NULL,
                            .f64 = w->f64 ? w->f64 + skip : NULL };
    char nx[NAME_TEXT], ny[NAME_TEXT], title[NAME_TEXT];
    const ito_panel_opts o = { .title = title,
                               .x_label = ito__axis_name(w->names, 0, nx),
                               .y_label = ito__axis_name(w->names, 1, ny),
                               .x_min = w->x_lo,
                               .x_max = w->x_hi,
                               .y_min = w->y_lo,
                               .y_max = w->y_hi,
                               .no_x = !at->bottom,
                               .no_y = at->col > 0,
                               .aspect = 1.0 };
    ito_panel *panel;

    ito__time_text(w->t[k], title);
    panel = ito__recipe_panel(r, at->row, at->col, &o);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_mesh(r->ctx, panel, &mesh, NULL);
}

ito_status ito_plot_warp(ito_ctx *ctx, const ito_warp *warp,
                         const ito_plot_opts *opts, ito_figure **out)
{
    size_t cols;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, warp);
    if (r.rc != ITO_OK)
        return r.rc;
    cols = size_min(warp->frames, PER_ROW);
    if (!(r.o.width > 0.0) && cols == 1)
        r.o.width = 300.0;
    ito__recipe_figure(&r, size_ceil_div(warp->frames, cols), cols, false);
    for (size_t k = 0; k < warp->frames && r.rc == ITO_OK; k++) {
        const place at = ito__recipe_place(k, warp->frames, cols);

        add_frame(&r, warp, k, &at);
    }
    if (r.rc == ITO_OK)
        share_limits(r.figure, warp);
    return ito__recipe_end(&r, out);
}

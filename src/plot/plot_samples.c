/* SPDX-License-Identifier: MIT
 *
 * plot_samples.c - data beside samples.
 */
#include <stdio.h>

#include "plot/recipe.h"

#define ONE_WIDTH 320.0 /* of a figure of one plane */

/* One of the two clouds. */
static void add_cloud(recipe *r, size_t col, const ito_cloud *cloud,
                      const char *name, const window *w, size_t cells)
{
    char nx[NAME_TEXT], ny[NAME_TEXT], count[NAME_TEXT], title[160];
    const ito_panel_opts o = {
        .title = title,
        .x_label = ito__axis_name(cloud->names, 0, nx),
        .y_label = ito__axis_name(cloud->names, 1, ny),
        .x_min = w->x.lo,
        .x_max = w->x.hi,
        .y_min = w->y.lo,
        .y_max = w->y.hi,
        .equal = w->equal,
        .no_y = col > 0,
        .aspect = 0.9,
    };
    const bool dense = ito__recipe_dense(r, cloud);
    const ito_shade_opts d = {
        .bins = cells,
        .log = r->o.log,
        .share = 1,
        .bar = col + 1 == r->figure->cols,
    };
    const ito_style s = { .colour =
                              col > 0 ? ITO_COLOUR_ORANGE : ITO_COLOUR_BLUE };
    ito_panel *panel;

    ito__count_text(cloud->n, count);
    snprintf(title, sizeof(title), "%.80s (%s)", name, count);
    panel = ito__recipe_panel(r, 0, col, &o);
    if (r->rc == ITO_OK && dense)
        r->rc = ito_panel_density(r->ctx, panel, cloud, 0, 1, &d);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_scatter(r->ctx, panel, cloud, 0, 1, &s);
    ito__recipe_outside(r, panel, cloud, w);
}

static size_t fewest(const ito_cloud *a, const ito_cloud *b)
{
    return a && b ? size_min(a->n, b->n) : a ? a->n : b->n;
}

/* Both clouds as histograms of their only column. */
static void add_hists(recipe *r, const ito_cloud *data,
                      const ito_cloud *samples, const window *w)
{
    const ito_cloud *first = data ? data : samples;
    char name[NAME_TEXT];
    const ito_panel_opts o = { .x_label = ito__axis_name(first->names, 0, name),
                               .y_label = "density",
                               .x_min = w->x.lo,
                               .x_max = w->x.hi,
                               .open = 1,
                               .aspect = 0.5 };
    const size_t want =
        r->o.bins ? r->o.bins : ito__hist_bins(fewest(data, samples));
    const ito_hist_opts h = ito__recipe_bars(r, first, 0, w->x, want);
    const ito_style below = { .label = r->data_name,
                              .colour = ITO_COLOUR_BLUE,
                              .fill = 1 };
    const ito_style above = { .label = r->samples_name,
                              .colour = ITO_COLOUR_ORANGE };
    ito_panel *panel = ito__recipe_panel(r, 0, 0, &o);

    if (r->rc == ITO_OK && data)
        r->rc = ito_panel_hist(r->ctx, panel, data, 0, &h, &below);
    if (r->rc == ITO_OK && samples)
        r->rc = ito_panel_hist(r->ctx, panel, samples, 0, &h, &above);
    if (samples)
        ito__recipe_outside(r, panel, samples, w);
}

static void check_pair(recipe *r, const ito_cloud *a, const ito_cloud *b)
{
    if (r->rc == ITO_OK && a)
        r->rc = ito__cloud_check(r->ctx, "plot: data", a);
    if (r->rc == ITO_OK && (b || !a))
        r->rc = ito__cloud_check(r->ctx, "plot: samples", b);
    if (r->rc == ITO_OK && a && b && a->dim != b->dim)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: data have %zu columns, samples %zu", a->dim,
                          b->dim);
}

ito_status ito_plot_samples(ito_ctx *ctx, const ito_cloud *data,
                            const ito_cloud *samples, const ito_plot_opts *opts,
                            ito_figure **out)
{
    const ito_cloud *first = data ? data : samples;
    const bool both = data && samples;
    window w = { .equal = false };
    bool one_plane;
    size_t cells;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check_pair(&r, data, samples);
    if (r.rc != ITO_OK)
        return r.rc;
    one_plane = !both && first->dim > 1;
    if (one_plane && !(r.o.width > 0.0))
        r.o.width = ONE_WIDTH;
    ito__recipe_window(&r, first, &w);
    ito__recipe_figure(&r, 1, both && first->dim > 1 ? 2 : 1, false);
    if (first->dim == 1) {
        add_hists(&r, data, samples, &w);
        return ito__recipe_end(&r, out);
    }
    cells = ito__recipe_cells(&r, first, &w);
    if (r.rc == ITO_OK)
        add_cloud(&r, 0, first, data ? r.data_name : r.samples_name, &w, cells);
    if (r.rc == ITO_OK && both)
        add_cloud(&r, 1, samples, r.samples_name, &w, cells);
    return ito__recipe_end(&r, out);
}

/* SPDX-License-Identifier: MIT
 *
 * plot_pairs.c - every pair of columns: histograms on the diagonal, below it
 * the density of the data under the contours of the samples.
 */
#include <stdio.h>

#include "plot/recipe.h"

#define COLUMNS_DEFAULT 8
#define COLUMNS_MAX     12
#define PAIR_BINS       48
#define PAIR_TAIL       0.005
#define PAIR_WIDTH      504.0 /* up to PAIR_FEW columns */
#define PAIR_FEW        5
#define PAIR_MORE       60.0 /* each column beyond */

/* What all panels need. */
typedef struct pairs {
    recipe r;
    const ito_cloud *data, *samples; /* samples may be NULL */
    size_t cols;
    range limit[COLUMNS_MAX];
    char label[COLUMNS_MAX][NAME_TEXT]; /* names where none are given */
    const char *name[COLUMNS_MAX];
} pairs;

static ito_panel *pair_panel(pairs *p, size_t i, size_t j)
{
    const bool diagonal = i == j;
    const ito_panel_opts o = { .x_label = p->name[j],
                               .y_label = p->name[i],
                               .x_min = p->limit[j].lo,
                               .x_max = p->limit[j].hi,
                               .y_min = diagonal ? 0.0 : p->limit[i].lo,
                               .y_max = diagonal ? 0.0 : p->limit[i].hi,
                               .no_x = i + 1 < p->cols,
                               .no_y = diagonal ? 2 : j > 0,
                               .open = diagonal,
                               .aspect = 1.0 };

    return ito__recipe_panel(&p->r, i, j, &o);
}

static void add_diagonal(pairs *p, size_t j)
{
    const size_t n =
        p->samples ? size_min(p->data->n, p->samples->n) : p->data->n;
    const size_t want = size_min(ito__hist_bins(n), PAIR_BINS);
    const ito_hist_opts h =
        ito__recipe_bars(&p->r, p->data, j, p->limit[j], want);
    const ito_style below = { .colour = ITO_COLOUR_BLUE,
                              .label = p->r.data_name,
                              .fill = 1 };
    const ito_style above = { .colour = ITO_COLOUR_ORANGE,
                              .label = p->r.samples_name,
                              .size = 1.0 };
    ito_panel *panel = pair_panel(p, j, j);
    recipe *r = &p->r;

    if (r->rc == ITO_OK)
        r->rc = ito_panel_hist(r->ctx, panel, p->data, j, &h, &below);
    if (r->rc == ITO_OK && p->samples)
        r->rc = ito_panel_hist(r->ctx, panel, p->samples, j, &h, &above);
}

static void add_pair(pairs *p, size_t i, size_t j)
{
    const ito_shade_opts d = { .map = ITO_PALETTE_BLUE, .bins = PAIR_BINS };
    const ito_style dots = { .colour = ITO_COLOUR_BLUE };
    const ito_style lines = { .colour = ITO_COLOUR_ORANGE, .size = 0.9 };
    ito_panel *panel = pair_panel(p, i, j);
    recipe *r = &p->r;

    if (r->rc == ITO_OK && ito__recipe_dense(r, p->data))
        r->rc = ito_panel_density(r->ctx, panel, p->data, j, i, &d);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_scatter(r->ctx, panel, p->data, j, i, &dots);
    if (r->rc == ITO_OK && p->samples)
        r->rc = ito_panel_contours(r->ctx, panel, p->samples, j, i, &lines);
}

static void check(pairs *p)
{
    recipe *r = &p->r;

    r->rc = ito__cloud_check(r->ctx, "plot: data", p->data);
    if (r->rc == ITO_OK && p->samples)
        r->rc = ito__cloud_check(r->ctx, "plot: samples", p->samples);
    if (r->rc != ITO_OK)
        return;
    if (p->data->dim < 2 || r->o.columns > COLUMNS_MAX)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: pairs of %zu columns, at most %zu; give 2 "
                          "to %d",
                          p->data->dim, r->o.columns, COLUMNS_MAX);
    else if (p->samples && p->samples->dim != p->data->dim)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: data have %zu columns, samples %zu",
                          p->data->dim, p->samples->dim);
}

ito_status ito_plot_pairs(ito_ctx *ctx, const ito_cloud *data,
                          const ito_cloud *samples, const ito_plot_opts *opts,
                          ito_figure **out)
{
    pairs p = { .data = data, .samples = samples };

    if (ito__recipe_start(&p.r, ctx, opts, out) != ITO_OK)
        return p.r.rc;
    check(&p);
    if (p.r.rc != ITO_OK)
        return p.r.rc;
    p.cols =
        size_min(data->dim, p.r.o.columns ? p.r.o.columns : COLUMNS_DEFAULT);
    if (!(p.r.o.width > 0.0))
        p.r.o.width =
            PAIR_WIDTH +
            (p.cols > PAIR_FEW ? PAIR_MORE * (double)(p.cols - PAIR_FEW) : 0.0);
    for (size_t j = 0; j < p.cols && p.r.rc == ITO_OK; j++) {
        double limits[2] = { 0.0, 1.0 };

        p.r.rc = ito__cloud_limits(ctx, data, j, PAIR_TAIL, limits);
        p.limit[j] = (range){ limits[0], limits[1] };
        p.name[j] = ito__axis_name(data->names, j, p.label[j]);
    }
    ito__recipe_figure(&p.r, p.cols, p.cols, true);
    for (size_t i = 0; i < p.cols && p.r.rc == ITO_OK; i++) {
        for (size_t j = 0; j < i && p.r.rc == ITO_OK; j++)
            add_pair(&p, i, j);
        add_diagonal(&p, i);
    }
    return ito__recipe_end(&p.r, out);
}

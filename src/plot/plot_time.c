/* SPDX-License-Identifier: MIT
 *
 * plot_time.c - a density of one component over time, as a heat map.
 *
 * Instants need not be evenly spaced: the columns of the picture are, and each
 * shows the instant that is nearest.
 */
#include <ito/plot_sim.h>
#include <math.h>
#include <string.h>

#include "plot/recipe.h"

#define COLUMNS   600
#define QUANTILES 16

static void check(recipe *r, const ito_density_film *f)
{
    if (!f || f->frames < 2 || f->n == 0 || f->n > BINS_MAX || !f->t ||
        !f->value || f->quantile_count > QUANTILES ||
        (f->quantile_count > 0 && !f->quantiles)) {
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: a density over time needs 2 instants or more "
                          "of 1 to %d cells, at most %d quantiles",
                          BINS_MAX, QUANTILES);
        return;
    }
    for (size_t k = 0; k < f->frames && r->rc == ITO_OK; k++)
        if (!isfinite(f->t[k]) || (k > 0 && !(f->t[k] > f->t[k - 1])))
            r->rc = ito__fail(r->ctx, ITO_EARG,
                              "plot: instant %zu has the time %g; times rise",
                              k + 1, f->t[k]);
}

/* Columns of time: enough for the shortest distance of two instants. */
static size_t columns_for(const ito_density_film *f)
{
    const double span = f->t[f->frames - 1] - f->t[0];
    double least = span, want;

    for (size_t k = 1; k < f->frames; k++)
        least = f->t[k] - f->t[k - 1] < least ? f->t[k] - f->t[k - 1] : least;
    want = ceil(2.0 * span / least);
    return want < COLUMNS ? size_max((size_t)want, 2) : COLUMNS;
}

/* Column i of nx from the instant nearest to its middle; value: n x nx. */
static void fill_columns(const ito_density_film *f, size_t nx, double *value)
{
    const double t0 = f->t[0], span = f->t[f->frames - 1] - t0;
    size_t k = 0;

    for (size_t i = 0; i < nx; i++) {
        const double t = t0 + span * ((double)i + 0.5) / (double)nx;

        while (k + 1 < f->frames && t - f->t[k] > f->t[k + 1] - t)
            k++;
        for (size_t j = 0; j < f->n; j++)
            value[j * nx + i] = f->value[k * f->n + j];
    }
}

static void add_map(recipe *r, ito_panel *panel, const ito_density_film *f)
{
    const ito_shade_opts d = { .map = ITO_PALETTE_BLUE,
                               .log = r->o.log,
                               .bar = 1 };
    const size_t nx = columns_for(f);
    double *value = ito__alloc(r->ctx, nx * f->n * sizeof(*value));
    const ito_raster raster = { .nx = nx,
                                .ny = f->n,
                                .x_lo = f->t[0],
                                .x_hi = f->t[f->frames - 1],
                                .y_lo = f->lo,
                                .y_hi = f->hi,
                                .value = value };

    if (!value) {
        r->rc =
            ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu x %zu cells", nx, f->n);
        return;
    }
    fill_columns(f, nx, value);
    r->rc = ito_panel_raster(r->ctx, panel, &raster, &d);
    ito__free(r->ctx, value);
}

static void add_line(recipe *r, ito_panel *panel, const ito_density_film *f,
                     const double *y, const ito_style *style)
{
    double *rows = ito__alloc(r->ctx, size_mul(f->frames, 2 * sizeof(*rows)));
    const ito_cloud line = { .n = f->frames, .dim = 2, .f64 = rows };

    if (!rows) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu instants", f->frames);
        return;
    }
    for (size_t k = 0; k < f->frames; k++) {
        rows[2 * k] = f->t[k];
        rows[2 * k + 1] = y[k];
    }
    r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, style);
    ito__free(r->ctx, rows);
}

ito_status ito_plot_density_time(ito_ctx *ctx, const ito_density_film *film,
                                 const ito_plot_opts *opts, ito_figure **out)
{
    const ito_style mean = { .label = "mean",
                             .colour = ITO_COLOUR_ORANGE,
                             .size = 1.3 };
    const char *const name = film ? film->quantile_name : NULL;
    const ito_style quantile = { .label = name ? name : "quantiles",
                                 .colour = ITO_COLOUR_ORANGE,
                                 .size = 0.8,
                                 .dash = 1 };
    ito_panel_opts o = { .x_label = "t", .y_label = "x", .aspect = 0.55 };
    ito_panel *panel;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, film);
    if (r.rc != ITO_OK)
        return r.rc;
    if (!(r.o.width > 0.0))
        r.o.width = 430.0;
    if (film->name)
        o.y_label = film->name;
    o.x_min = film->t[0];
    o.x_max = film->t[film->frames - 1];
    o.y_min = film->lo;
    o.y_max = film->hi;
    ito__recipe_figure(&r, 1, 1, false);
    panel = ito__recipe_panel(&r, 0, 0, &o);
    if (r.rc == ITO_OK)
        add_map(&r, panel, film);
    for (size_t k = 0; k < film->quantile_count && r.rc == ITO_OK; k++)
        add_line(&r, panel, film, film->quantiles + k * film->frames,
                 &quantile);
    if (r.rc == ITO_OK && film->mean)
        add_line(&r, panel, film, film->mean, &mean);
    return ito__recipe_end(&r, out);
}

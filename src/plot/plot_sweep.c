/* SPDX-License-Identifier: MIT
 *
 * plot_sweep.c - quality against cost, a line for each way to pay, both axes
 * logarithmic, over the floor that no way can undercut.
 */
#include <math.h>

#include "plot/recipe.h"

#define LINES_MAX 64
#define LOW       0.3 /* of a value: the least lower end of its error bar */

static const uint32_t colours[] = {
    ITO_COLOUR_BLUE,  ITO_COLOUR_ORANGE, ITO_COLOUR_GREEN, ITO_COLOUR_PINK,
    ITO_COLOUR_AMBER, ITO_COLOUR_SKY,    ITO_COLOUR_BLACK,
};

#define COLOURS (sizeof(colours) / sizeof(colours[0]))

/* A point that has a place on logarithmic axes. */
static bool drawn(const ito_series *s, size_t i)
{
    return s->x[i] > 0.0 && s->y[i] > 0.0 && s->y[i] < 1e100;
}

static void check(recipe *r, const ito_tradeoff *t)
{
    size_t points = 0;

    if (!t || (t->count > 0 && !t->series) || t->count > LINES_MAX) {
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: no lines to draw, or more than %d", LINES_MAX);
        return;
    }
    for (size_t l = 0; l < t->count; l++)
        for (size_t i = 0; i < t->series[l].n; i++)
            points += drawn(&t->series[l], i);
    if (points == 0)
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: no positive values to draw on logarithmic "
                          "axes");
}

/* The points of a series that are drawn, in the order of x; *n of them. */
static double *places(recipe *r, const ito_series *s, size_t *n)
{
    double *xy = ito__alloc(r->ctx, size_mul(s->n + 1, 3 * sizeof(*xy)));

    *n = 0;
    if (!xy)
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu points", s->n);
    for (size_t i = 0; xy && i < s->n; i++) {
        size_t at = *n;

        if (!drawn(s, i))
            continue;
        for (; at > 0 && xy[3 * at - 3] > s->x[i]; at--)
            for (size_t c = 0; c < 3; c++)
                xy[3 * at + c] = xy[3 * at + c - 3];
        xy[3 * at] = s->x[i];
        xy[3 * at + 1] = s->y[i];
        xy[3 * at + 2] = s->error ? s->error[i] : 0.0;
        ++*n;
    }
    return xy;
}

static void add_bars(recipe *r, ito_panel *panel, const double *xye, size_t n,
                     const ito_style *style)
{
    for (size_t i = 0; r->rc == ITO_OK && i < n; i++) {
        const double *p = xye + 3 * i;
        const double ends[] = { p[0], fmax(p[1] - p[2], LOW * p[1]), p[0],
                                p[1] + p[2] };
        const ito_cloud bar = { .n = 2, .dim = 2, .f64 = ends };

        if (p[2] > 0.0 && p[2] < 1e100)
            r->rc = ito_panel_line(r->ctx, panel, &bar, 0, 1, style);
    }
}

static void add_series(recipe *r, ito_panel *panel, const ito_series *s,
                       size_t l)
{
    const uint32_t colour = colours[l % COLOURS];
    const ito_style line = {
        .label = s->label, .colour = colour, .size = 1.2, .dash = l >= COLOURS
    };
    const ito_style bar = { .colour = colour, .size = 0.7 };
    const ito_style dot = { .colour = colour, .size = 3.0, .alpha = 1.0 };
    size_t n;
    double *xye = places(r, s, &n);
    const ito_cloud cloud = { .n = n, .dim = 3, .f64 = xye };

    if (r->rc == ITO_OK && n > 1)
        r->rc = ito_panel_line(r->ctx, panel, &cloud, 0, 1, &line);
    add_bars(r, panel, xye, n, &bar);
    if (r->rc == ITO_OK && n > 0)
        r->rc = ito_panel_scatter(r->ctx, panel, &cloud, 0, 1,
                                  n > 1 ? &dot : &line);
    ito__free(r->ctx, xye);
}

/* What true rows score, from end to end. */
static void add_floor(recipe *r, ito_panel *panel, const ito_tradeoff *t,
                      range x)
{
    const double e = t->floor_error > 0.0 ? t->floor_error : 0.0;
    const double lo = fmax(t->floor - e, LOW * t->floor), hi = t->floor + e;
    const double rows[] = { x.lo, lo, hi, x.hi, lo, hi };
    const double ends[] = { x.lo, t->floor, x.hi, t->floor };
    const ito_cloud band = { .n = 2, .dim = 3, .f64 = rows };
    const ito_cloud line = { .n = 2, .dim = 2, .f64 = ends };
    const ito_style style = { .colour = ITO_COLOUR_GREY,
                              .size = 0.8,
                              .label = t->floor_label };

    if (r->rc != ITO_OK || !(t->floor > 0.0) || !(hi < 1e100))
        return;
    if (e > 0.0)
        r->rc = ito_panel_band(r->ctx, panel, &band,
                               &(ito_style){ .colour = ITO_COLOUR_GREY });
    if (r->rc == ITO_OK)
        r->rc = ito_panel_line(r->ctx, panel, &line, 0, 1, &style);
}

static range x_range(const ito_tradeoff *t)
{
    range x = { HUGE_VAL, 0.0 };

    for (size_t l = 0; l < t->count; l++)
        for (size_t i = 0; i < t->series[l].n; i++)
            if (drawn(&t->series[l], i)) {
                x.lo = fmin(x.lo, t->series[l].x[i]);
                x.hi = fmax(x.hi, t->series[l].x[i]);
            }
    return (range){ x.lo / 1.1, x.hi * 1.1 };
}

ito_status ito_plot_sweep(ito_ctx *ctx, const ito_tradeoff *tradeoff,
                          const ito_plot_opts *opts, ito_figure **out)
{
    ito_panel_opts o = {
        .open = 1, .grid = 1, .log_x = 1, .log_y = 1, .aspect = 0.7
    };
    ito_panel *panel;
    range x;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, tradeoff);
    if (r.rc != ITO_OK)
        return r.rc;
    if (!(r.o.width > 0.0))
        r.o.width = 400.0;
    x = x_range(tradeoff);
    o.x_label = tradeoff->x_label;
    o.y_label = tradeoff->y_label;
    o.x_min = x.lo;
    o.x_max = x.hi;
    ito__recipe_figure(&r, 1, 1, true);
    panel = ito__recipe_panel(&r, 0, 0, &o);
    add_floor(&r, panel, tradeoff, x);
    for (size_t l = 0; r.rc == ITO_OK && l < tradeoff->count; l++)
        add_series(&r, panel, &tradeoff->series[l], l);
    return ito__recipe_end(&r, out);
}

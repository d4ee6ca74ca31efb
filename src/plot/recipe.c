/* SPDX-License-Identifier: MIT
 *
 * recipe.c - what the ready-made figures share.
 */
#include "plot/recipe.h"

#include <math.h>
#include <stdio.h>

#define TAIL   0.001 /* of the points beyond each limit */
#define MARGIN 0.04  /* of the range between the quantiles */

ito_status ito__recipe_start(recipe *r, ito_ctx *ctx, const ito_plot_opts *opts,
                             ito_figure **out)
{
    *r = (recipe){ .ctx = ctx };
    if (!ctx || !out)
        return r->rc = ITO_EARG;
    *out = NULL;
    if (opts)
        r->o = *opts;
    r->data_name = r->o.data_name ? r->o.data_name : "data";
    r->samples_name = r->o.samples_name ? r->o.samples_name : "samples";
    if (r->o.look < ITO_LOOK_DEFAULT || r->o.look > ITO_LOOK_SCATTER)
        r->rc = ito__fail(ctx, ITO_EARG, "plot: no look %d", (int)r->o.look);
    return r->rc;
}

void ito__recipe_figure(recipe *r, size_t rows, size_t cols, bool legend)
{
    const ito_figure_opts o = { .rows = rows,
                                .cols = cols,
                                .width = r->o.width,
                                .dpi = r->o.dpi,
                                .title = r->o.title,
                                .legend = legend };

    if (r->rc == ITO_OK)
        r->rc = ito_figure_new(r->ctx, &o, &r->figure);
}

ito_panel *ito__recipe_panel(recipe *r, size_t row, size_t col,
                             const ito_panel_opts *opts)
{
    ito_panel *panel = NULL;

    if (r->rc == ITO_OK)
        r->rc = ito_figure_panel(r->ctx, r->figure, row, col, opts, &panel);
    return panel;
}

ito_status ito__recipe_end(recipe *r, ito_figure **out)
{
    if (r->rc == ITO_OK) {
        *out = r->figure;
        return ITO_OK;
    }
    ito_figure_free(r->figure);
    return r->rc;
}

const char *ito__axis_name(const char *const *names, size_t j,
                           char text[NAME_TEXT])
{
    if (names && names[j] && names[j][0])
        return names[j];
    snprintf(text, NAME_TEXT, "x%c%zu", LOWERED_TEXT, j + 1);
    return text;
}

void ito__count_text(size_t n, char text[NAME_TEXT])
{
    char digits[32];
    const int count = snprintf(digits, sizeof(digits), "%zu", n);
    size_t used = 0;

    for (int i = 0; i < count; i++) {
        text[used++] = digits[i];
        if (count > 4 && i + 1 < count && (count - i - 1) % 3 == 0)
            text[used++] = ' ';
    }
    text[used] = '\0';
}

/* Limits from values that are sorted. */
static range limits_of(const double *v, size_t n, double tail)
{
    const double lo = ito__quantile_sorted(v, n, tail);
    const double hi = ito__quantile_sorted(v, n, 1.0 - tail);
    double pad = MARGIN * (hi - lo);

    if (!ito__range_is_open((range){ lo, hi }))
        return ito__range_open((range){ lo, hi });
    if (pad < 0.5 && ito__is_whole(v, n))
        pad = 0.5;
    return (range){ lo - pad, hi + pad };
}

/* Column j as numbers, to be freed; NULL on failure. */
static double *column(recipe *r, const ito_cloud *points, size_t j)
{
    double *v;

    if (r->rc == ITO_OK)
        r->rc = ito__cloud_check(r->ctx, "plot", points);
    if (r->rc == ITO_OK && j >= points->dim)
        r->rc =
            ito__fail(r->ctx, ITO_EARG, "plot: column %zu of points with %zu",
                      j + 1, points->dim);
    if (r->rc != ITO_OK)
        return NULL;
    v = ito__alloc(r->ctx, size_mul(points->n, sizeof(*v)));
    if (!v)
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu numbers", points->n);
    else
        r->rc = ito__cloud_column(r->ctx, points, j, false, v);
    if (r->rc == ITO_OK)
        return v;
    ito__free(r->ctx, v);
    return NULL;
}

ito_status ito__cloud_limits(ito_ctx *ctx, const ito_cloud *points, size_t j,
                             double tail, double limits[2])
{
    recipe r = { .ctx = ctx };
    double *v = column(&r, points, j);
    range w;

    if (!v)
        return r.rc;
    ito__sort(v, points->n);
    w = limits_of(v, points->n, tail);
    limits[0] = w.lo;
    limits[1] = w.hi;
    ito__free(ctx, v);
    return ITO_OK;
}

ito_status ito_plot_limits(ito_ctx *ctx, const ito_cloud *points, size_t j,
                           double limits[2])
{
    if (!ctx || !limits)
        return ITO_EARG;
    return ito__cloud_limits(ctx, points, j, TAIL, limits);
}

ito_hist_opts ito__recipe_bars(recipe *r, const ito_cloud *cloud, size_t j,
                               range limits, size_t want)
{
    double *v = column(r, cloud, j);
    range cells = limits;
    size_t n = want;

    if (v)
        n = ito__cells_for(v, cloud->n, limits, want, &cells);
    ito__free(r->ctx, v);
    return (ito_hist_opts){ .bins = n, .lo = cells.lo, .hi = cells.hi };
}

void ito__recipe_window(recipe *r, const ito_cloud *cloud, window *w)
{
    double x[2] = { 0.0, 1.0 }, y[2] = { 0.0, 1.0 };

    if (r->rc == ITO_OK)
        r->rc = ito_plot_limits(r->ctx, cloud, 0, x);
    if (r->rc == ITO_OK && cloud->dim > 1)
        r->rc = ito_plot_limits(r->ctx, cloud, 1, y);
    w->x = (range){ x[0], x[1] };
    w->y = (range){ y[0], y[1] };
    w->equal = y[1] - y[0] < EQUAL_RATIO * (x[1] - x[0]) &&
               x[1] - x[0] < EQUAL_RATIO * (y[1] - y[0]);
}

size_t ito__recipe_cells(recipe *r, const ito_cloud *cloud, const window *w)
{
    const range ranges[2] = { w->x, w->y };
    double *x, *y;
    size_t cells = r->o.bins;

    if (cells > 0 || r->rc != ITO_OK)
        return cells;
    x = column(r, cloud, 0);
    y = column(r, cloud, 1);
    if (r->rc == ITO_OK)
        r->rc = ito__bins_suit(r->ctx, cloud->n, x, y, ranges, &cells);
    ito__free(r->ctx, x);
    ito__free(r->ctx, y);
    return cells;
}

static bool is_outside(const ito_cloud *cloud, size_t i, const window *w)
{
    const double x = ito__cloud_at(cloud, i, 0);
    const double y = cloud->dim > 1 ? ito__cloud_at(cloud, i, 1) : w->y.lo;

    return x < w->x.lo || x > w->x.hi || y < w->y.lo || y > w->y.hi;
}

void ito__recipe_outside(recipe *r, ito_panel *panel, const ito_cloud *cloud,
                         const window *w)
{
    char count[NAME_TEXT], text[2 * NAME_TEXT];
    size_t n = 0;

    if (r->rc != ITO_OK)
        return;
    for (size_t i = 0; i < cloud->n; i++)
        n += is_outside(cloud, i, w);
    if (n == 0)
        return;
    ito__count_text(n, count);
    snprintf(text, sizeof(text), "%s outside", count);
    r->rc = ito_panel_note(r->ctx, panel, text);
}

bool ito__recipe_dense(const recipe *r, const ito_cloud *cloud)
{
    return r->o.look == ITO_LOOK_DENSITY ||
           (r->o.look == ITO_LOOK_DEFAULT && cloud->n >= DENSE_FROM);
}

place ito__recipe_place(size_t i, size_t count, size_t cols)
{
    return (place){ .row = i / cols,
                    .col = i % cols,
                    .bottom = i + cols >= count,
                    .last = i % cols + 1 == cols || i + 1 == count };
}

void ito__time_text(double t, char text[NAME_TEXT])
{
    char number[TICK_TEXT];

    ito__number_text(t, 3, number);
    snprintf(text, NAME_TEXT, "t = %s", number);
}

range ito__range_join(range a, range b)
{
    return (range){ a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi };
}

/* Points from one that is kept to the next. */
static size_t thin_step(size_t n, size_t most)
{
    return n <= most || most < 2 ? 1 : size_ceil_div(n - 1, most - 1);
}

size_t ito__thin_count(size_t n, size_t most)
{
    const size_t step = thin_step(n, most);

    return n > 0 ? size_ceil_div(n - 1, step) + 1 : 0;
}

size_t ito__thin_at(size_t n, size_t most, size_t i)
{
    return size_min(i * thin_step(n, most), n - 1);
}

/* Which of n paths the i-th of `lines` is: the first, the last, and others
 * evenly between. */
static size_t spread(size_t i, size_t lines, size_t n)
{
    const double share = lines > 1 ? (double)i / (double)(lines - 1) : 0.0;

    return (size_t)(share * (double)(n - 1) + 0.5);
}

double *ito__recipe_thin(recipe *r, const ito_paths *all, const thinning *how,
                         ito_paths *out)
{
    const size_t lines = size_min(all->n, how->paths);
    const size_t frames = ito__thin_count(all->frames, how->frames);
    const size_t row = lines * how->columns;
    const ito_cloud states = { .n = all->n * all->frames,
                               .dim = all->dim,
                               .f32 = all->f32,
                               .f64 = all->f64 };
    double *t, *x;

    if (r->rc != ITO_OK)
        return NULL;
    t = ito__alloc(r->ctx,
                   size_mul(size_mul(frames, size_add(row, 1)), sizeof(*t)));
    if (!t) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: %zu paths", lines);
        return NULL;
    }
    x = t + frames;
    for (size_t k = 0; k < frames; k++) {
        const size_t from = ito__thin_at(all->frames, how->frames, k);

        t[k] = all->t[from];
        for (size_t i = 0; i < row; i++)
            x[k * row + i] = ito__cloud_at(
                &states,
                from * all->n + spread(i / how->columns, lines, all->n),
                how->column + i % how->columns);
    }
    *out = (ito_paths){
        .n = lines, .dim = how->columns, .frames = frames, .t = t, .f64 = x
    };
    return t;
}

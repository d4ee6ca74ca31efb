/* SPDX-License-Identifier: MIT
 *
 * layers.c - adding layers to a panel: check the numbers, copy them.
 *
 * All checks are made here, so that what follows need not fail: numbers are
 * finite, at most 1e100, and positive where the axis is logarithmic.
 */
#include <math.h>
#include <string.h>

#include "plot/figure.h"

#define VALUE_MOST 1e100
#define PALE_DEPTH 0.6
#define PATH_DEPTH 0.9 /* dark enough for white paper */

double ito__cloud_at(const ito_cloud *cloud, size_t i, size_t j)
{
    const size_t k = i * cloud->dim + j;

    return cloud->f32 ? (double)cloud->f32[k] : cloud->f64[k];
}

ito_status ito__cloud_check(ito_ctx *ctx, const char *place,
                            const ito_cloud *cloud)
{
    if (!cloud || cloud->n == 0 || cloud->dim == 0 ||
        (!cloud->f32 && !cloud->f64))
        return ito__fail(ctx, ITO_EARG, "%s: no points to draw", place);
    if (size_mul(size_mul(cloud->n, cloud->dim), sizeof(double)) == SIZE_MAX)
        return ito__fail(ctx, ITO_EARG, "%s: %zu x %zu numbers", place,
                         cloud->n, cloud->dim);
    return ITO_OK;
}

ito_status ito__cloud_column(ito_ctx *ctx, const ito_cloud *cloud, size_t j,
                             bool log, double *out)
{
    for (size_t i = 0; i < cloud->n; i++) {
        const double v = ito__cloud_at(cloud, i, j);

        if (!isfinite(v))
            return ito__fail(ctx, ITO_ENONFINITE,
                             "plot: point %zu: column %zu is %g", i + 1, j + 1,
                             v);
        if (!(fabs(v) <= VALUE_MOST))
            return ito__fail(ctx, ITO_ERANGE,
                             "plot: point %zu: column %zu is %g; at most %g "
                             "can be drawn",
                             i + 1, j + 1, v, VALUE_MOST);
        if (log && !(v * VALUE_MOST >= 1.0))
            return ito__fail(ctx, ITO_ERANGE,
                             "plot: point %zu: column %zu is %g; a "
                             "logarithmic axis starts at %g",
                             i + 1, j + 1, v, 1.0 / VALUE_MOST);
        out[i] = v;
    }
    return ITO_OK;
}

static ito_status check_add(ito_ctx *ctx, const ito_panel *panel,
                            const ito_style *style)
{
    if (panel->figure->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "panel: made by another context");
    if (style && (!(style->size >= 0.0 && style->size <= 1000.0) ||
                  !(style->alpha >= 0.0 && style->alpha <= 1.0)))
        return ito__fail(ctx, ITO_EARG,
                         "plot: size %g, alpha %g; sizes are 0 to 1000, "
                         "opacities 0 to 1",
                         style->size, style->alpha);
    return ITO_OK;
}

void ito__layer_free(ito_ctx *ctx, layer *l)
{
    ito__free(ctx, l->x);
    ito__free(ctx, l->start);
    ito__free(ctx, l->label);
    ito__free(ctx, l->bar_label);
    ito__free(ctx, l->grid.cell);
    ito__free(ctx, l->dots);
    ito__free(ctx, l->captions);
    ito__free(ctx, l);
}

layer *ito__layer_new(ito_ctx *ctx, const ito_panel *panel,
                      const ito_style *style, size_t numbers, ito_status *rc)
{
    const ito_style s = style ? *style : (ito_style){ 0 };
    layer *l;

    if ((*rc = check_add(ctx, panel, style)) != ITO_OK)
        return NULL;
    l = ito__calloc(ctx, 1, sizeof(*l));
    if (!l) {
        *rc = ito__fail(ctx, ITO_ENOMEM, "plot: no memory");
        return NULL;
    }
    l->colour =
        s.colour ? s.colour & 0xffffffu : ito__colour_next(panel->layer_count);
    l->size = s.size;
    l->alpha = s.alpha;
    l->dash = s.dash != 0;
    l->fill = s.fill != 0;
    l->x = ito__alloc(ctx, size_mul(numbers, sizeof(double)));
    if (s.label)
        l->label = ito__text_copy(ctx, s.label, true);
    if (!l->x || (s.label && !l->label)) {
        ito__layer_free(ctx, l);
        *rc = ito__fail(ctx, ITO_ENOMEM, "plot: %zu numbers", numbers);
        return NULL;
    }
    return l;
}

ito_status ito__layer_end(ito_ctx *ctx, ito_panel *panel, layer *l,
                          ito_status rc)
{
    if (rc != ITO_OK) {
        ito__layer_free(ctx, l);
        return rc;
    }
    *panel->last = l;
    panel->last = &l->next;
    panel->layer_count++;
    panel->figure->ready = false;
    return ITO_OK;
}

/* A layer of points (x, y), not yet in the panel; NULL with *rc on failure. */
static layer *add_xy(ito_ctx *ctx, ito_panel *panel, const ito_cloud *cloud,
                     const size_t j[2], const ito_style *style, ito_status *rc)
{
    layer *l;

    if ((*rc = ito__cloud_check(ctx, "plot", cloud)) != ITO_OK)
        return NULL;
    if (j[0] >= cloud->dim || j[1] >= cloud->dim) {
        *rc = ito__fail(ctx, ITO_EARG,
                        "plot: columns %zu and %zu of points with %zu",
                        j[0] + 1, j[1] + 1, cloud->dim);
        return NULL;
    }
    l = ito__layer_new(ctx, panel, style, size_mul(2, cloud->n), rc);
    if (!l)
        return NULL;
    l->n = cloud->n;
    l->y = l->x + l->n;
    *rc = ito__cloud_column(ctx, cloud, j[0], panel->log_x, l->x);
    if (*rc == ITO_OK)
        *rc = ito__cloud_column(ctx, cloud, j[1], panel->log_y, l->y);
    if (*rc == ITO_OK)
        return l;
    ito__layer_end(ctx, panel, l, *rc);
    return NULL;
}

ito_status ito_panel_scatter(ito_ctx *ctx, ito_panel *panel,
                             const ito_cloud *points, size_t jx, size_t jy,
                             const ito_style *style)
{
    const size_t j[2] = { jx, jy };
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    l = add_xy(ctx, panel, points, j, style, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_SCATTER;
    return ito__layer_end(ctx, panel, l, ITO_OK);
}

ito_status ito_panel_line(ito_ctx *ctx, ito_panel *panel,
                          const ito_cloud *points, size_t jx, size_t jy,
                          const ito_style *style)
{
    const size_t j[2] = { jx, jy };
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    l = add_xy(ctx, panel, points, j, style, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_LINE;
    return ito__layer_end(ctx, panel, l, ITO_OK);
}

static ito_status check_density(ito_ctx *ctx, const ito_panel *panel,
                                const ito_shade_opts *o)
{
    if (panel->log_x || panel->log_y)
        return ito__fail(ctx, ITO_EARG, "plot: a density needs linear axes");
    if (o->bins > BINS_MAX || o->smooth > 1000)
        return ito__fail(ctx, ITO_EARG,
                         "plot: %zu cells, %zu passes; at most %d of each",
                         o->bins, o->smooth, BINS_MAX);
    if ((unsigned)o->map > ITO_PALETTE_GREY)
        return ito__fail(ctx, ITO_EARG, "plot: no colour map %d", (int)o->map);
    if (!(o->top >= 0.0 && o->top <= VALUE_MOST))
        return ito__fail(ctx, ITO_EARG, "plot: density %g as last colour",
                         o->top);
    return ITO_OK;
}

ito_status ito__layer_density(ito_ctx *ctx, const ito_panel *panel,
                              const ito_shade_opts *o, layer *l)
{
    const ito_status rc = check_density(ctx, panel, o);

    if (rc != ITO_OK)
        return rc;
    l->map = o->map;
    l->log = o->log != 0;
    l->bar = o->bar != 0;
    l->depth = o->pale ? PALE_DEPTH : 1.0;
    l->smooth = o->smooth;
    l->share = o->share;
    l->want_top = o->top;
    l->bar_label =
        ito__text_copy(ctx, o->bar_label ? o->bar_label : "density", true);
    return l->bar_label ? ITO_OK
                        : ito__fail(ctx, ITO_ENOMEM, "plot: no memory");
}

ito_status ito_panel_density(ito_ctx *ctx, ito_panel *panel,
                             const ito_cloud *points, size_t jx, size_t jy,
                             const ito_shade_opts *opts)
{
    const ito_shade_opts o = opts ? *opts : (ito_shade_opts){ 0 };
    const size_t j[2] = { jx, jy };
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = check_density(ctx, panel, &o)) != ITO_OK)
        return rc;
    l = add_xy(ctx, panel, points, j, NULL, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_DENSITY;
    l->want_bins = o.bins;
    rc = ito__layer_density(ctx, panel, &o, l);
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito_panel_contours(ito_ctx *ctx, ito_panel *panel,
                              const ito_cloud *points, size_t jx, size_t jy,
                              const ito_style *style)
{
    const ito_shade_opts none = { 0 };
    const size_t j[2] = { jx, jy };
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = check_density(ctx, panel, &none)) != ITO_OK)
        return rc;
    l = add_xy(ctx, panel, points, j, style, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_CONTOURS;
    return ito__layer_end(ctx, panel, l, ITO_OK);
}

/* The range of values, widened where they agree. */
static range range_of(const double *v, size_t n)
{
    range r = { v[0], v[0] };

    for (size_t i = 1; i < n; i++) {
        r.lo = v[i] < r.lo ? v[i] : r.lo;
        r.hi = v[i] > r.hi ? v[i] : r.hi;
    }
    return ito__range_open(r);
}

/* Edges and heights of the bars of values; l->n bars. */
static void count_bars(layer *l, range r, const double *value, size_t n)
{
    const double width = (r.hi - r.lo) / (double)l->n;

    l->y = l->x + l->n + 1;
    for (size_t i = 0; i <= l->n; i++)
        l->x[i] = r.lo + (r.hi - r.lo) * (double)i / (double)l->n;
    memset(l->y, 0, l->n * sizeof(*l->y));
    for (size_t i = 0; i < n; i++) {
        const size_t k = ito__bin_of(value[i], r, l->n);

        if (k < l->n)
            l->y[k] += 1.0;
    }
    for (size_t i = 0; i < l->n; i++)
        l->y[i] /= (double)n * width;
}

static ito_status check_hist(ito_ctx *ctx, const ito_panel *panel,
                             const ito_cloud *points, size_t j,
                             const ito_hist_opts *o)
{
    const ito_status rc = ito__cloud_check(ctx, "plot", points);

    if (rc != ITO_OK)
        return rc;
    if (j >= points->dim)
        return ito__fail(ctx, ITO_EARG, "plot: column %zu of points with %zu",
                         j + 1, points->dim);
    if (panel->log_x || panel->log_y)
        return ito__fail(ctx, ITO_EARG, "plot: a histogram needs linear axes");
    if (o->bins > BINS_MAX || o->lo > o->hi ||
        !(fabs(o->lo) <= LIMIT_MOST && fabs(o->hi) <= LIMIT_MOST))
        return ito__fail(ctx, ITO_EARG,
                         "plot: %zu bars from %g to %g; at most %d, in order",
                         o->bins, o->lo, o->hi, BINS_MAX);
    return ITO_OK;
}

/* Fill the bars of a histogram from its values. */
static void make_bars(layer *l, const ito_hist_opts *o, const double *value,
                      size_t n)
{
    range r = { o->lo, o->hi };

    l->n = o->bins ? o->bins : ito__hist_bins(n);
    if (!(o->lo < o->hi))
        l->n = ito__cells_for(value, n, range_of(value, n), l->n, &r);
    count_bars(l, r, value, n);
}

ito_status ito_panel_hist(ito_ctx *ctx, ito_panel *panel,
                          const ito_cloud *points, size_t j,
                          const ito_hist_opts *opts, const ito_style *style)
{
    const ito_hist_opts o = opts ? *opts : (ito_hist_opts){ 0 };
    double *value;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = check_hist(ctx, panel, points, j, &o)) != ITO_OK)
        return rc;
    l = ito__layer_new(ctx, panel, style, 2 * BINS_MAX + 1, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_HIST;
    l->turned = o.turned != 0;
    value = ito__alloc(ctx, size_mul(points->n, sizeof(*value)));
    if (!value)
        return ito__layer_end(
            ctx, panel, l,
            ito__fail(ctx, ITO_ENOMEM, "plot: %zu numbers", points->n));
    rc = ito__cloud_column(ctx, points, j, false, value);
    if (rc == ITO_OK)
        make_bars(l, &o, value, points->n);
    ito__free(ctx, value);
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito_panel_bars(ito_ctx *ctx, ito_panel *panel, const ito_bars *bars,
                          int turned, const ito_style *style)
{
    ito_cloud heights;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if (!bars || bars->n == 0 || bars->n > BINS_MAX || !bars->height ||
        panel->log_x || panel->log_y ||
        !(fabs(bars->lo) <= VALUE_MOST && fabs(bars->hi) <= VALUE_MOST &&
          ito__range_is_open((range){ bars->lo, bars->hi })))
        return ito__fail(ctx, ITO_EARG,
                         "plot: 1 to %d bars have heights, ends in order and "
                         "linear axes",
                         BINS_MAX);
    l = ito__layer_new(ctx, panel, style, 2 * bars->n + 1, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_HIST;
    l->turned = turned != 0;
    l->n = bars->n;
    l->y = l->x + l->n + 1;
    for (size_t i = 0; i <= l->n; i++)
        l->x[i] = bars->lo + (bars->hi - bars->lo) * (double)i / (double)l->n;
    heights = (ito_cloud){ .n = bars->n, .dim = 1, .f64 = bars->height };
    rc = ito__cloud_column(ctx, &heights, 0, false, l->y);
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito__paths_check(ito_ctx *ctx, const ito_paths *p)
{
    if (!p || p->frames < 2 || !p->t || !(fabs(p->t[0]) <= VALUE_MOST) ||
        size_mul(p->frames, p->n) > SIZE_MAX / 64)
        return ito__fail(ctx, ITO_EARG,
                         "plot: paths need points at 2 instants or more");
    for (size_t k = 1; k < p->frames; k++)
        if (!(fabs(p->t[k]) <= VALUE_MOST) ||
            !((p->t[k] > p->t[k - 1]) == (p->t[1] > p->t[0])) ||
            p->t[k] == p->t[k - 1])
            return ito__fail(ctx, ITO_EARG,
                             "plot: paths: time %g after %g; times rise or "
                             "fall all along",
                             p->t[k], p->t[k - 1]);
    return ITO_OK;
}

ito_status ito_panel_paths(ito_ctx *ctx, ito_panel *panel,
                           const ito_paths *paths, int bar,
                           const ito_style *style)
{
    ito_cloud cloud;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = ito__paths_check(ctx, paths)) != ITO_OK)
        return rc;
    if (paths->dim == 1 && panel->log_x)
        return ito__fail(ctx, ITO_EARG, "plot: time needs a linear axis");
    cloud = (ito_cloud){ .n = paths->n * paths->frames,
                         .dim = paths->dim,
                         .f32 = paths->f32,
                         .f64 = paths->f64 };
    if ((rc = ito__cloud_check(ctx, "plot", &cloud)) != ITO_OK)
        return rc;
    l = ito__layer_new(ctx, panel, style,
                       size_add(size_mul(2, cloud.n), paths->frames), &rc);
    if (!l)
        return rc;
    l->kind = LAYER_PATHS;
    l->n = paths->n;
    l->frames = paths->frames;
    l->y = l->x + cloud.n;
    l->t = l->y + cloud.n;
    memcpy(l->t, paths->t, paths->frames * sizeof(*l->t));
    l->depth = PATH_DEPTH;
    l->bar = bar != 0;
    if (paths->dim > 1)
        rc = ito__cloud_column(ctx, &cloud, 0, panel->log_x, l->x);
    for (size_t i = 0; i < cloud.n && paths->dim == 1; i++)
        l->x[i] = l->t[i / l->n];
    if (rc == ITO_OK)
        rc = ito__cloud_column(ctx, &cloud, paths->dim > 1, panel->log_y, l->y);
    if (rc == ITO_OK && !(l->bar_label = ito__text_copy(ctx, "t", true)))
        rc = ito__fail(ctx, ITO_ENOMEM, "plot: no memory");
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito_panel_arrows(ito_ctx *ctx, ito_panel *panel,
                            const ito_cloud *arrows, double scale,
                            const ito_style *style)
{
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = ito__cloud_check(ctx, "plot", arrows)) != ITO_OK)
        return rc;
    if (arrows->dim != 4 || panel->log_x || panel->log_y ||
        !(scale >= 0.0 && scale <= VALUE_MOST))
        return ito__fail(ctx, ITO_EARG,
                         "plot: arrows have x, y, u, v (not %zu columns), "
                         "linear axes and a scale >= 0 (not %g)",
                         arrows->dim, scale);
    l = ito__layer_new(ctx, panel, style, size_mul(4, arrows->n), &rc);
    if (!l)
        return rc;
    l->kind = LAYER_ARROWS;
    l->n = arrows->n;
    l->scale = scale;
    l->y = l->x + l->n;
    l->u = l->y + l->n;
    l->v = l->u + l->n;
    for (size_t j = 0; j < 4 && rc == ITO_OK; j++)
        rc = ito__cloud_column(ctx, arrows, j, false, l->x + j * l->n);
    return ito__layer_end(ctx, panel, l, rc);
}

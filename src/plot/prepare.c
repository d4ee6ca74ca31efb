/* SPDX-License-Identifier: MIT
 *
 * prepare.c - what must be known of a whole figure before it can be drawn:
 * the limits of each panel, the cells of each density, and the colour ranges
 * that densities share.
 */
#include <math.h>

#include "kern/dmath.h"
#include "plot/figure.h"

#define COLOUR_QUANTILE 0.99
#define PEAK_SHARE      0.1 /* of the mass, where it is densest */
#define PEAK_FACTOR     2.0 /* a peak this much above that is cut off */
#define PEAK_ROOM       1.3
#define LOG_SPAN        1e4 /* of logarithmic colours of given values */
#define CONTOUR_MIN     20
#define CONTOUR_MAX     48
#define CONTOUR_ROOT    0.7
#define CONTOUR_PASSES  4

double ito__axis_place(double v, range r, bool log)
{
    if (log)
        return ito__log(v / r.lo) / ito__log(r.hi / r.lo);
    return (v - r.lo) / (r.hi - r.lo);
}

static void widen(range *r, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        r->lo = v[i] < r->lo ? v[i] : r->lo;
        r->hi = v[i] > r->hi ? v[i] : r->hi;
    }
}

/* A range in which something can be drawn, with a margin of `pad`. */
static range sane(range r, bool log, double pad)
{
    if (r.lo > r.hi)
        return log ? (range){ 0.1, 10.0 } : (range){ 0.0, 1.0 };
    if (log) {
        const double f =
            r.hi < r.lo * 1.001 ? 1.5 : ito__exp(pad * ito__log(r.hi / r.lo));

        return (range){ r.lo / f, r.hi * f };
    }
    if (!ito__range_is_open(r))
        return ito__range_open(r);
    pad *= r.hi - r.lo;
    return (range){ r.lo - pad, r.hi + pad };
}

/* What a layer needs of an axis, with its margin. */
typedef struct need {
    range x, y;
    double pad_x, pad_y;
} need;

/* Widen a need by one layer. */
static void add_need(need *a, const layer *l)
{
    const size_t n = l->n * (l->kind == LAYER_PATHS ? l->frames : 1);
    const bool cells = l->kind == LAYER_DENSITY || l->given;
    const bool line = l->kind == LAYER_LINE || l->kind == LAYER_BAND ||
                      l->kind == LAYER_LINES;

    if (l->kind == LAYER_HIST) {
        widen(l->turned ? &a->y : &a->x, l->x, n + 1);
        widen(l->turned ? &a->x : &a->y, l->y, n);
    } else {
        widen(&a->x, l->x, n);
        widen(&a->y, l->y, n);
    }
    if (l->kind == LAYER_BAND)
        widen(&a->y, l->u, n);
    if (!cells && !line)
        a->pad_x = 0.04;
    if (!cells)
        a->pad_y = 0.05;
}

void ito__panel_limits(const ito_panel *p, range *x, range *y)
{
    const range none = { HUGE_VAL, -HUGE_VAL };
    need a = { .x = none, .y = none };
    bool bars = false, turned = false;

    for (const layer *l = p->first; l; l = l->next) {
        add_need(&a, l);
        bars = bars || (l->kind == LAYER_HIST && !l->turned);
        turned = turned || (l->kind == LAYER_HIST && l->turned);
    }
    *x = sane(a.x, p->log_x, a.pad_x);
    *y = sane(a.y, p->log_y, a.pad_y);
    if (bars)
        y->lo = 0.0;
    if (turned)
        x->lo = 0.0;
}

/* The limits of a panel from the layers where they are not given. */
static void find_limits(ito_panel *p)
{
    ito__panel_limits(p, &p->x, &p->y);
    if (p->x_want.lo < p->x_want.hi)
        p->x = p->x_want;
    if (p->y_want.lo < p->y_want.hi)
        p->y = p->y_want;
}

static size_t contour_cells(size_t n)
{
    const size_t k = (size_t)(CONTOUR_ROOT * sqrt((double)n));

    return size_max(CONTOUR_MIN, size_min(k, CONTOUR_MAX));
}

/* Cells across for `along` cells along: square ones on equal axes. */
static size_t across(const ito_panel *p, size_t along)
{
    const double ratio = (p->y.hi - p->y.lo) / (p->x.hi - p->x.lo);
    const double n = floor((double)along * ratio + 0.5);

    if (!p->equal)
        return along;
    return n < 1.0 ? 1 : n > BINS_MAX ? BINS_MAX : (size_t)n;
}

static ito_status fill_cells(ito_ctx *ctx, const ito_panel *p, layer *l)
{
    const bool lines = l->kind == LAYER_CONTOURS;
    const range r[2] = { p->x, p->y };
    size_t want = lines ? contour_cells(l->n) : l->want_bins;
    ito_status rc = ITO_OK;

    if (want == 0)
        rc = ito__bins_suit(ctx, l->n, l->x, l->y, r, &want);
    if (rc != ITO_OK)
        return rc;

    ito__free(ctx, l->grid.cell);
    l->grid = (bins){ .cell = NULL };
    l->grid.nx = ito__cells_for(l->x, l->n, p->x, want, &l->grid.xr);
    l->grid.ny = ito__cells_for(l->y, l->n, p->y, across(p, want), &l->grid.yr);
    rc = ito__bins_fill(ctx, &l->grid, l->n, l->x, l->y);
    if (rc == ITO_OK && (lines || l->smooth > 0))
        rc =
            ito__bins_smooth(ctx, &l->grid, lines ? CONTOUR_PASSES : l->smooth);
    return rc;
}

/* The colour range of a density that was given.  A peak that stands far above
 * the cells that hold the first tenth of the mass is cut off: the start of a
 * density at a point would leave nothing of the rest. */
static ito_status given_colours(ito_ctx *ctx, layer *l)
{
    const double share = PEAK_SHARE;
    const bins *b = &l->grid;
    double level = 0.0, most = 0.0;
    const ito_status rc = ito__bins_levels(ctx, b, 1, &share, &level);

    if (rc != ITO_OK)
        return rc;
    for (size_t i = 0; i < b->nx * b->ny; i++)
        most = b->cell[i] > most ? b->cell[i] : most;
    l->colours.hi = most <= PEAK_FACTOR * level ? most : PEAK_ROOM * level;
    if (l->want_top > 0.0)
        l->colours.hi = l->want_top;
    if (!(l->colours.hi > 1e-280)) /* nothing inside */
        l->colours.hi = 1.0;
    l->colours.lo = l->log ? l->colours.hi / LOG_SPAN : 0.0;
    return ITO_OK;
}

/* The colour range of a density that shares it with none. */
static ito_status own_colours(ito_ctx *ctx, layer *l)
{
    const bins *b = &l->grid;
    const ito_status rc =
        ito__bins_quantile(ctx, b, COLOUR_QUANTILE, &l->colours.hi);

    if (rc != ITO_OK)
        return rc;
    if (l->want_top > 0.0)
        l->colours.hi = l->want_top;
    if (!(l->colours.hi > 0.0)) /* nothing inside */
        l->colours.hi = b->single > 0.0 ? b->single : 1.0;
    l->colours.lo = l->log ? 0.5 * b->single : 0.0;
    if (l->log && !(l->colours.lo < 0.5 * l->colours.hi))
        l->colours.lo = 0.1 * l->colours.hi;
    return ITO_OK;
}

/* The widest of the ranges of the densities with this share number. */
static range shared_colours(const ito_figure *f, size_t share)
{
    range r = { HUGE_VAL, 0.0 };

    for (size_t i = 0; i < f->rows * f->cols; i++)
        for (const layer *l = f->panel[i] ? f->panel[i]->first : NULL; l;
             l = l->next) {
            if (l->kind != LAYER_DENSITY || l->share != share)
                continue;
            r.lo = l->colours.lo < r.lo ? l->colours.lo : r.lo;
            r.hi = l->colours.hi > r.hi ? l->colours.hi : r.hi;
        }
    return r;
}

static bool exceeds(const bins *b, double top)
{
    for (size_t i = 0; i < b->nx * b->ny; i++)
        if (b->cell[i] > top)
            return true;
    return false;
}

/* Share colour ranges; two passes, so that the order does not matter: a
 * shared range is a fixed point of the maximum. */
static void share_colours(ito_figure *f)
{
    for (size_t i = 0; i < f->rows * f->cols; i++)
        for (layer *l = f->panel[i] ? f->panel[i]->first : NULL; l;
             l = l->next) {
            if (l->kind == LAYER_PATHS)
                l->colours = (range){ l->t[0], l->t[l->frames - 1] };
            if (l->kind == LAYER_PATHS && l->colours.lo > l->colours.hi)
                l->colours = (range){ l->t[l->frames - 1], l->t[0] };
            if (l->kind == LAYER_PATHS)
                l->colours = ito__range_open(l->colours);
            if (l->kind != LAYER_DENSITY)
                continue;
            if (l->share > 0)
                l->colours = shared_colours(f, l->share);
            l->capped = exceeds(&l->grid, l->colours.hi * (1.0 + 1e-9));
        }
}

ito_status ito__figure_prepare(ito_ctx *ctx, ito_figure *f)
{
    bool any = false;

    if (f->ready)
        return ITO_OK;
    for (size_t i = 0; i < f->rows * f->cols; i++) {
        ito_panel *p = f->panel[i];

        if (!p)
            continue;
        any = true;
        find_limits(p);
        for (layer *l = p->first; l; l = l->next) {
            ito_status rc = ITO_OK;

            if (!l->given &&
                (l->kind == LAYER_DENSITY || l->kind == LAYER_CONTOURS))
                rc = fill_cells(ctx, p, l);
            if (rc == ITO_OK && l->kind == LAYER_DENSITY)
                rc = l->given ? given_colours(ctx, l) : own_colours(ctx, l);
            if (rc != ITO_OK)
                return rc;
        }
    }
    if (!any)
        return ito__fail(ctx, ITO_EARG, "figure: it has no panel");
    share_colours(f);
    f->ready = true;
    return ITO_OK;
}

const layer *ito__panel_bar(const ito_panel *panel)
{
    for (const layer *l = panel->first; l; l = l->next)
        if (l->bar && !panel->bare)
            return l;
    return NULL;
}

double ito__arrow_scale(const layer *a, double *longest)
{
    range x = { a->x[0], a->x[0] }, y = { a->y[0], a->y[0] };
    double spacing;

    *longest = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        const double len = sqrt(a->u[i] * a->u[i] + a->v[i] * a->v[i]);

        *longest = len > *longest ? len : *longest;
    }
    widen(&x, a->x, a->n);
    widen(&y, a->y, a->n);
    spacing = x.hi - x.lo > y.hi - y.lo ? x.hi - x.lo : y.hi - y.lo;
    spacing /= a->n > 1 ? sqrt((double)a->n) : 1.0;
    if (!(*longest > 0.0))
        return 0.0;
    return (spacing > 0.0 ? spacing : 1.0) / *longest;
}

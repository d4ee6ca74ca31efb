/* SPDX-License-Identifier: MIT
 *
 * layers_raster.c - layers of values that are given on the cells of a
 * rectangle: their colours, and the lines where they have a level.
 */
#include <math.h>
#include <string.h>

#include "plot/figure.h"

#define VALUE_MOST   1e100
#define SHARES_COUNT 3 /* lines around a density where no levels are given */

ito_status ito__raster_check(ito_ctx *ctx, const ito_raster *r)
{
    if (!r || !r->value || r->nx == 0 || r->ny == 0 || r->nx > BINS_MAX ||
        r->ny > BINS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "plot: a raster needs values on 1 to %d cells along "
                         "either axis",
                         BINS_MAX);
    if (!(fabs(r->x_lo) <= VALUE_MOST && fabs(r->x_hi) <= VALUE_MOST &&
          fabs(r->y_lo) <= VALUE_MOST && fabs(r->y_hi) <= VALUE_MOST &&
          ito__range_is_open((range){ r->x_lo, r->x_hi }) &&
          ito__range_is_open((range){ r->y_lo, r->y_hi })))
        return ito__fail(ctx, ITO_EARG,
                         "plot: a raster from (%g, %g) to (%g, %g); give the "
                         "lower ends first",
                         r->x_lo, r->y_lo, r->x_hi, r->y_hi);
    for (size_t i = 0; i < r->nx * r->ny; i++)
        if (!(fabs(r->value[i]) <= VALUE_MOST))
            return ito__fail(
                ctx, isfinite(r->value[i]) ? ITO_ERANGE : ITO_ENONFINITE,
                "plot: raster: the value in column %zu of row "
                "%zu is %g",
                i % r->nx + 1, i / r->nx + 1, r->value[i]);
    return ITO_OK;
}

/* A layer of a raster with room for `more` numbers behind its corners, not
 * yet in the panel; NULL with *rc on failure. */
static layer *add_raster(ito_ctx *ctx, const ito_panel *panel,
                         const ito_raster *r, const ito_style *style,
                         size_t more, ito_status *rc)
{
    size_t cells;
    layer *l;

    if ((*rc = ito__raster_check(ctx, r)) != ITO_OK)
        return NULL;
    if (panel->log_x || panel->log_y) {
        *rc = ito__fail(ctx, ITO_EARG, "plot: a raster needs linear axes");
        return NULL;
    }
    l = ito__layer_new(ctx, panel, style, 4 + more, rc);
    if (!l)
        return NULL;
    cells = r->nx * r->ny;
    l->given = true;
    l->n = 2;
    l->y = l->x + 2;
    l->x[0] = r->x_lo;
    l->x[1] = r->x_hi;
    l->y[0] = r->y_lo;
    l->y[1] = r->y_hi;
    l->grid = (bins){ .nx = r->nx,
                      .ny = r->ny,
                      .xr = { r->x_lo, r->x_hi },
                      .yr = { r->y_lo, r->y_hi },
                      .cell = ito__alloc(ctx, cells * sizeof(double)) };
    if (!l->grid.cell) {
        ito__layer_free(ctx, l);
        *rc = ito__fail(ctx, ITO_ENOMEM, "plot: %zu x %zu cells", r->nx, r->ny);
        return NULL;
    }
    memcpy(l->grid.cell, r->value, cells * sizeof(double));
    return l;
}

ito_status ito_panel_raster(ito_ctx *ctx, ito_panel *panel,
                            const ito_raster *raster,
                            const ito_shade_opts *opts)
{
    const ito_shade_opts o = opts ? *opts : (ito_shade_opts){ 0 };
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    l = add_raster(ctx, panel, raster, NULL, 0, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_DENSITY;
    rc = ito__layer_density(ctx, panel, &o, l);
    if (rc == ITO_OK && l->smooth > 0)
        rc = ito__bins_smooth(ctx, &l->grid, l->smooth);
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito_panel_levels(ito_ctx *ctx, ito_panel *panel,
                            const ito_raster *raster, size_t count,
                            const double *levels, const ito_style *style)
{
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if (count > LEVELS_MAX || (count > 0 && !levels))
        return ito__fail(ctx, ITO_EARG, "plot: %zu levels; at most %d, given",
                         count, LEVELS_MAX);
    for (size_t k = 0; k < count; k++)
        if (!isfinite(levels[k]))
            return ito__fail(ctx, ITO_ENONFINITE, "plot: level %zu is %g",
                             k + 1, levels[k]);
    l = add_raster(ctx, panel, raster, style, count, &rc);
    if (!l)
        return rc;
    l->kind = LAYER_CONTOURS;
    l->level = l->y + 2;
    l->level_count = count;
    if (count > 0)
        memcpy(l->level, levels, count * sizeof(*levels));
    return ito__layer_end(ctx, panel, l, ITO_OK);
}

ito_status ito__layer_levels(ito_ctx *ctx, const layer *l,
                             double level[LEVELS_MAX], size_t *count)
{
    static const double share[SHARES_COUNT] = { 0.9, 0.6, 0.3 };
    ito_status rc;

    *count = l->level_count;
    if (*count > 0) {
        memcpy(level, l->level, *count * sizeof(*level));
        return ITO_OK;
    }
    rc = ito__bins_levels(ctx, &l->grid, SHARES_COUNT, share, level);
    for (size_t k = 0; rc == ITO_OK && k < SHARES_COUNT; k++)
        if (level[k] > 0.0)
            level[(*count)++] = level[k];
    return rc;
}

size_t ito__layer_pieces(const layer *l, double level, double *pieces)
{
    return size_min(PIECES_MAX,
                    ito__bins_contour(&l->grid, level, PIECES_MAX, pieces));
}

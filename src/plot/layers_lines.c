/* SPDX-License-Identifier: MIT
 *
 * layers_lines.c - layers of many lines: the paths of points, streamlines,
 * bands and meshes.
 */
#include <string.h>

#include "plot/figure.h"
#include "plot/streams.h"

#define BAND_ALPHA 0.25

static ito_status check_traces(ito_ctx *ctx, const ito_panel *panel,
                               const ito_paths *p, const size_t j[2])
{
    const ito_status rc = ito__paths_check(ctx, p);

    if (rc != ITO_OK)
        return rc;
    if ((j[0] >= p->dim && j[0] != ITO_TIME) || j[1] >= p->dim)
        return ito__fail(ctx, ITO_EARG,
                         "plot: columns %zu and %zu of paths with %zu",
                         j[0] + 1, j[1] + 1, p->dim);
    if (j[0] == ITO_TIME && panel->log_x)
        return ito__fail(ctx, ITO_EARG, "plot: time needs a linear axis");
    return ITO_OK;
}

/* From points by frame (k * n + i) to points by line (i * frames + k). */
static void by_line(const double *from, double *to, size_t n, size_t frames)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < frames; k++)
            to[i * frames + k] = from[k * n + i];
}

/* Fill one coordinate of traces; block has room for all points. */
static ito_status fill_trace(ito_ctx *ctx, const ito_paths *p, size_t j,
                             bool log, double *block, double *out)
{
    const ito_cloud cloud = {
        .n = p->n * p->frames, .dim = p->dim, .f32 = p->f32, .f64 = p->f64
    };
    ito_status rc;

    if (j == ITO_TIME) {
        for (size_t i = 0; i < cloud.n; i++)
            out[i] = p->t[i % p->frames];
        return ITO_OK;
    }
    rc = ito__cloud_column(ctx, &cloud, j, log, block);
    if (rc == ITO_OK)
        by_line(block, out, p->n, p->frames);
    return rc;
}

ito_status ito_panel_traces(ito_ctx *ctx, ito_panel *panel,
                            const ito_paths *paths, size_t jx, size_t jy,
                            const ito_style *style)
{
    const size_t j[2] = { jx, jy };
    ito_cloud all;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = check_traces(ctx, panel, paths, j)) != ITO_OK)
        return rc;
    all = (ito_cloud){ .n = size_mul(paths->n, paths->frames),
                       .dim = paths->dim,
                       .f32 = paths->f32,
                       .f64 = paths->f64 };
    if ((rc = ito__cloud_check(ctx, "plot: paths", &all)) != ITO_OK)
        return rc;
    l = ito__layer_new(ctx, panel, style, size_mul(3, all.n), &rc);
    if (!l)
        return rc;
    l->kind = LAYER_LINES;
    l->varied = !style || !style->colour;
    l->n = all.n;
    l->y = l->x + all.n;
    l->lines = paths->n;
    l->start = ito__alloc(ctx, size_mul(paths->n + 1, sizeof(*l->start)));
    if (!l->start)
        rc = ito__fail(ctx, ITO_ENOMEM, "plot: %zu lines", paths->n);
    for (size_t i = 0; rc == ITO_OK && i <= paths->n; i++)
        l->start[i] = i * paths->frames;
    if (rc == ITO_OK)
        rc = fill_trace(ctx, paths, jx, panel->log_x, l->y + all.n, l->x);
    if (rc == ITO_OK)
        rc = fill_trace(ctx, paths, jy, panel->log_y, l->y + all.n, l->y);
    return ito__layer_end(ctx, panel, l, rc);
}

ito_status ito_panel_band(ito_ctx *ctx, ito_panel *panel, const ito_cloud *rows,
                          const ito_style *style)
{
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = ito__cloud_check(ctx, "plot: band", rows)) != ITO_OK)
        return rc;
    if (rows->dim != 3)
        return ito__fail(ctx, ITO_EARG,
                         "plot: a band has x, lower and upper end, not %zu "
                         "columns",
                         rows->dim);
    l = ito__layer_new(ctx, panel, style, size_mul(3, rows->n), &rc);
    if (!l)
        return rc;
    l->kind = LAYER_BAND;
    l->n = rows->n;
    l->y = l->x + l->n;
    l->u = l->y + l->n;
    if (!(l->alpha > 0.0))
        l->alpha = BAND_ALPHA;
    for (size_t j = 0; j < 3 && rc == ITO_OK; j++)
        rc = ito__cloud_column(ctx, rows, j,
                               j == 0 ? panel->log_x : panel->log_y,
                               l->x + j * l->n);
    return ito__layer_end(ctx, panel, l, rc);
}

static ito_status check_streams(ito_ctx *ctx, const ito_panel *panel,
                                const ito_raster *u, const ito_raster *v,
                                double spacing)
{
    ito_status rc = ito__raster_check(ctx, u);

    if (rc == ITO_OK)
        rc = ito__raster_check(ctx, v);
    if (rc != ITO_OK)
        return rc;
    if (u->nx != v->nx || u->ny != v->ny || u->nx < 2 || u->ny < 2)
        return ito__fail(ctx, ITO_EARG,
                         "plot: streamlines of %zu x %zu and %zu x %zu values; "
                         "both components need the same shape, at least 2 x 2",
                         u->nx, u->ny, v->nx, v->ny);
    if (panel->log_x || panel->log_y ||
        (spacing != 0.0 && !(spacing >= 0.01 && spacing <= 0.5)))
        return ito__fail(ctx, ITO_EARG,
                         "plot: streamlines need linear axes and a spacing of "
                         "0.01 to 0.5, not %g",
                         spacing);
    return ITO_OK;
}

ito_status ito_panel_streams(ito_ctx *ctx, ito_panel *panel,
                             const ito_raster *u, const ito_raster *v,
                             double spacing, const ito_style *style)
{
    streams s;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if ((rc = check_streams(ctx, panel, u, v, spacing)) != ITO_OK ||
        (rc = ito__streams_find(ctx, u, v, spacing, &s)) != ITO_OK)
        return rc;
    l = ito__layer_new(ctx, panel, style, size_mul(2, s.n + 1), &rc);
    if (l) {
        l->kind = LAYER_LINES;
        l->heads = true;
        l->n = s.n;
        l->y = l->x + s.n;
        l->lines = s.lines;
        l->start = s.start;
        s.start = NULL;
        if (s.n > 0) {
            memcpy(l->x, s.x, s.n * sizeof(*l->x));
            memcpy(l->y, s.y, s.n * sizeof(*l->y));
        }
        rc = ito__layer_end(ctx, panel, l, ITO_OK);
    }
    ito__streams_free(ctx, &s);
    return rc;
}

ito_status ito_panel_mesh(ito_ctx *ctx, ito_panel *panel, const ito_mesh *mesh,
                          const ito_style *style)
{
    ito_cloud nodes;
    ito_status rc;
    layer *l;

    if (!ctx || !panel)
        return ITO_EARG;
    if (!mesh || mesh->nx < 2 || mesh->ny < 2 || mesh->step >= mesh->nx ||
        mesh->step >= mesh->ny)
        return ito__fail(ctx, ITO_EARG,
                         "plot: a mesh has 2 nodes or more along either side, "
                         "and more than there are from line to line");
    nodes = (ito_cloud){ .n = size_mul(mesh->nx, mesh->ny),
                         .dim = 2,
                         .f32 = mesh->f32,
                         .f64 = mesh->f64 };
    if ((rc = ito__cloud_check(ctx, "plot: mesh", &nodes)) != ITO_OK)
        return rc;
    l = ito__layer_new(ctx, panel, style, size_mul(2, nodes.n), &rc);
    if (!l)
        return rc;
    l->kind = LAYER_MESH;
    l->n = nodes.n;
    l->y = l->x + l->n;
    l->mesh_nx = mesh->nx;
    l->mesh_ny = mesh->ny;
    l->mesh_step = mesh->step ? mesh->step : 1;
    rc = ito__cloud_column(ctx, &nodes, 0, panel->log_x, l->x);
    if (rc == ITO_OK)
        rc = ito__cloud_column(ctx, &nodes, 1, panel->log_y, l->y);
    return ito__layer_end(ctx, panel, l, rc);
}

/* SPDX-License-Identifier: MIT
 *
 * plot_paths.c - trajectories from noise to data.
 */
#include <string.h>

#include "plot/recipe.h"

#define PATHS_DEFAULT 200
#define PATHS_LINE    100 /* in one dimension, where they cross */

/* The paths that are drawn: every (n / most)-th of all, as doubles, in a
 * block of frames x n x dim, dim 1 or 2. */
static ito_status choose(ito_ctx *ctx, const ito_paths *all, size_t most,
                         double **block, ito_paths *out)
{
    const size_t dim = size_min(all->dim, 2), n = size_min(all->n, most);
    const ito_cloud cloud = { .n = all->n * all->frames,
                              .dim = all->dim,
                              .f32 = all->f32,
                              .f64 = all->f64 };
    double *x = ito__alloc(
        ctx, size_mul(size_mul(size_mul(all->frames, n), dim), sizeof(*x)));

    *block = x;
    if (!x)
        return ito__fail(ctx, ITO_ENOMEM, "plot: %zu paths", n);
    for (size_t k = 0; k < all->frames; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < dim; j++)
                x[(k * n + i) * dim + j] =
                    ito__cloud_at(&cloud, k * all->n + i * (all->n / n), j);
    *out = (ito_paths){ .n = n,
                        .dim = dim,
                        .frames = all->frames,
                        .t = all->t,
                        .f64 = x,
                        .names = all->names };
    return ITO_OK;
}

/* Frame k as a cloud; in one dimension at its time. */
static void add_frame(recipe *r, ito_panel *panel, const ito_paths *p, size_t k,
                      const ito_style *style)
{
    const ito_cloud frame = { .n = p->n,
                              .dim = p->dim,
                              .f64 = p->f64 + k * p->n * p->dim };

    if (r->rc == ITO_OK && p->dim > 1)
        r->rc = ito_panel_scatter(r->ctx, panel, &frame, 0, 1, style);
}

static void add_all(recipe *r, const ito_paths *p, const ito_cloud *data,
                    const window *w)
{
    const bool plane = p->dim > 1;
    char nx[NAME_TEXT], ny[NAME_TEXT];
    const ito_panel_opts o = {
        .x_label = plane ? ito__axis_name(p->names, 0, nx) : "t",
        .y_label = ito__axis_name(p->names, plane, ny),
        .equal = plane && w->equal,
        .aspect = plane ? 0.9 : 0.5,
    };
    const double size = p->n > 400 ? 1.8 : 2.6;
    const ito_style noise = {
        .label = "noise", .colour = 0x8a8a8au, .size = size, .alpha = 0.9
    };
    const ito_style end = { .label = r->samples_name,
                            .colour = ITO_COLOUR_ORANGE,
                            .size = size + 0.4,
                            .alpha = 1.0 };
    const ito_style opaque = { .size = 0.5, .alpha = 1.0 };
    const ito_shade_opts d = { .map = ITO_PALETTE_GREY, .bins = r->o.bins };
    const bool rising = p->t[p->frames - 1] > p->t[0];
    ito_panel *panel = ito__recipe_panel(r, 0, 0, &o);

    if (r->rc == ITO_OK && data && plane)
        r->rc = ito_panel_density(r->ctx, panel, data, 0, 1, &d);
    if (r->rc == ITO_OK)
        r->rc = ito_panel_paths(r->ctx, panel, p, 1, plane ? NULL : &opaque);
    add_frame(r, panel, p, rising ? 0 : p->frames - 1, &noise);
    add_frame(r, panel, p, rising ? p->frames - 1 : 0, &end);
}

static ito_status check(ito_ctx *ctx, const ito_paths *p, const ito_cloud *data)
{
    if (!p || p->n == 0 || p->dim == 0 || p->frames < 2 || !p->t ||
        (!p->f32 && !p->f64))
        return ito__fail(ctx, ITO_EARG,
                         "plot: trajectories need points at 2 instants or "
                         "more");
    if (data && data->dim != p->dim)
        return ito__fail(ctx, ITO_EARG,
                         "plot: data have %zu columns, trajectories %zu",
                         data->dim, p->dim);
    return ITO_OK;
}

ito_status ito_plot_trajectories(ito_ctx *ctx, const ito_paths *paths,
                                 const ito_cloud *data,
                                 const ito_plot_opts *opts, ito_figure **out)
{
    double *block = NULL;
    window w = { .equal = false };
    ito_paths chosen;
    size_t most;
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    if ((r.rc = check(ctx, paths, data)) != ITO_OK)
        return r.rc;
    if (!(r.o.width > 0.0))
        r.o.width = paths->dim > 1 ? 340.0 : 430.0;
    chosen = *paths;
    most = paths->dim > 1 ? PATHS_DEFAULT : PATHS_LINE;
    if (r.o.paths > 0)
        most = r.o.paths;
    r.rc = choose(ctx, paths, most, &block, &chosen);
    if (r.rc == ITO_OK) {
        const ito_cloud all = { .n = chosen.n * chosen.frames,
                                .dim = chosen.dim,
                                .f64 = block };

        ito__recipe_window(&r, &all, &w);
        ito__recipe_figure(&r, 1, 1, false);
        add_all(&r, &chosen, data, &w);
    }
    ito__free(ctx, block);
    return ito__recipe_end(&r, out);
}

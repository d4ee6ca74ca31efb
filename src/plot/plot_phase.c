/* SPDX-License-Identifier: MIT
 *
 * plot_phase.c - phase portraits of fields of two components.
 */
#include <ito/plot_sim.h>
#include <math.h>
#include <stdio.h>

#include "plot/recipe.h"

#define TRAJECTORIES 40
#define FRAMES_MOST  4000
#define ARROWS       21   /* along an axis at most */
#define ARROW_SHARE  0.72 /* of their distance */
#define STREAM_GREY  0x9fb0c2u

static void check(recipe *r, const ito_phase *p)
{
    if (!p) {
        r->rc = ito__fail(r->ctx, ITO_EARG, "plot: no field");
        return;
    }
    r->rc = ito__raster_check(r->ctx, &p->u);
    if (r->rc == ITO_OK)
        r->rc = ito__raster_check(r->ctx, &p->v);
    if (r->rc == ITO_OK && (p->u.nx != p->v.nx || p->u.ny != p->v.ny ||
                            p->u.nx < 2 || p->u.ny < 2))
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: the components of a field need one shape, at "
                          "least 2 x 2, not %zu x %zu and %zu x %zu",
                          p->u.nx, p->u.ny, p->v.nx, p->v.ny);
    if (r->rc == ITO_OK && p->paths.n > 0)
        r->rc = ito__paths_check(r->ctx, &p->paths);
    if (r->rc == ITO_OK && p->paths.n > 0 &&
        (p->paths.dim < 2 || (!p->paths.f32 && !p->paths.f64)))
        r->rc = ito__fail(r->ctx, ITO_EARG,
                          "plot: trajectories have %zu columns; a plane needs "
                          "2",
                          p->paths.dim);
}

/* Fill rows of four with arrows of one length on the paper, one in every
 * sx x sy cells. */
static void fill_arrows(const ito_phase *p, size_t sx, size_t sy, double *to)
{
    const double wx = p->u.x_hi - p->u.x_lo, wy = p->u.y_hi - p->u.y_lo;
    const size_t nx = p->u.nx, ny = p->u.ny, cols = nx / sx, rows = ny / sy;

    for (size_t k = 0; k < cols * rows; k++) {
        const size_t i = k % cols * sx + sx / 2;
        const size_t j = k / cols * sy + sy / 2;
        const double u = p->u.value[j * nx + i] / wx;
        const double v = p->v.value[j * nx + i] / wy;
        const double most = fabs(u) > fabs(v) ? fabs(u) : fabs(v);
        const double a = most > 0.0 ? u / most : 0.0;
        const double b = most > 0.0 ? v / most : 0.0;
        const double len = sqrt(a * a + b * b);
        double *row = to + 4 * k;

        row[0] = p->u.x_lo + wx * ((double)i + 0.5) / (double)nx;
        row[1] = p->u.y_lo + wy * ((double)j + 0.5) / (double)ny;
        row[2] = len > 0.0 ? a / len * wx : 0.0;
        row[3] = len > 0.0 ? b / len * wy : 0.0;
    }
}

static void add_arrows(recipe *r, ito_panel *panel, const ito_phase *p)
{
    const ito_style style = { .colour = 0x7488a0u };
    const size_t sx = size_ceil_div(p->u.nx, ARROWS);
    const size_t sy = size_ceil_div(p->u.ny, ARROWS);
    const size_t cols = p->u.nx / sx, rows = p->u.ny / sy;
    double *to = ito__alloc(r->ctx, cols * rows * 4 * sizeof(*to));
    const ito_cloud arrows = { .n = cols * rows, .dim = 4, .f64 = to };

    if (!to) {
        r->rc = ito__fail(r->ctx, ITO_ENOMEM, "plot: arrows");
        return;
    }
    fill_arrows(p, sx, sy, to);
    r->rc =
        ito_panel_arrows(r->ctx, panel, &arrows,
                         ARROW_SHARE / (double)size_max(cols, rows), &style);
    ito__free(r->ctx, to);
}

/* More than a letter, with or without a lowered number. */
static bool is_word(const char *name)
{
    return name[0] && name[1] && name[1] != LOWERED_TEXT;
}

static void add_nullclines(recipe *r, ito_panel *panel, const ito_phase *p,
                           const char *const name[2])
{
    static const uint32_t colour[2] = { ITO_COLOUR_GREEN, ITO_COLOUR_PINK };
    const ito_raster *const part[2] = { &p->u, &p->v };
    const double zero = 0.0;

    for (size_t k = 0; k < 2 && r->rc == ITO_OK; k++) {
        char label[2 * NAME_TEXT];
        const ito_style style = { .label = label,
                                  .colour = colour[k],
                                  .size = 1.1 };

        snprintf(label, sizeof(label), "d%s%.60s%c/dt = 0",
                 is_word(name[k]) ? " " : "", name[k], PLAIN_TEXT);
        r->rc = ito_panel_levels(r->ctx, panel, part[k], 1, &zero, &style);
    }
}

/* Some of the trajectories, and the points where they start, or end. */
static void add_paths(recipe *r, ito_panel *panel, const ito_phase *p)
{
    const size_t most = r->o.paths > 0 ? r->o.paths : TRAJECTORIES;
    const thinning how = { .paths = most, .frames = FRAMES_MOST, .columns = 2 };
    const bool many = size_min(p->paths.n, most) > 12;
    const ito_style line = { .label = "trajectory",
                             .colour = ITO_COLOUR_ORANGE,
                             .size = many ? 0.7 : 1.1,
                             .alpha = many ? 0.8 : 1.0 };
    const ito_style dot = { .label = p->heads ? NULL : "start",
                            .colour = ITO_COLOUR_ORANGE,
                            .size = many ? 3.0 : 4.4,
                            .alpha = 1.0 };
    ito_paths chosen;
    double *block = ito__recipe_thin(r, &p->paths, &how, &chosen);

    if (r->rc == ITO_OK)
        r->rc = ito_panel_traces(r->ctx, panel, &chosen, 0, 1, &line);
    if (r->rc == ITO_OK) {
        const size_t skip = p->heads ? (chosen.frames - 1) * 2 * chosen.n : 0;
        const ito_cloud ends = { .n = chosen.n,
                                 .dim = 2,
                                 .f64 = chosen.f64 + skip };

        r->rc = ito_panel_scatter(r->ctx, panel, &ends, 0, 1, &dot);
    }
    ito__free(r->ctx, block);
}

static void add_all(recipe *r, const ito_phase *p)
{
    const double wx = p->u.x_hi - p->u.x_lo, wy = p->u.y_hi - p->u.y_lo;
    const char *const *names = p->names ? p->names : p->paths.names;
    char nx[NAME_TEXT], ny[NAME_TEXT];
    const char *const name[2] = { ito__axis_name(names, 0, nx),
                                  ito__axis_name(names, 1, ny) };
    const ito_panel_opts o = { .x_label = name[0],
                               .y_label = name[1],
                               .x_min = p->u.x_lo,
                               .x_max = p->u.x_hi,
                               .y_min = p->u.y_lo,
                               .y_max = p->u.y_hi,
                               .equal = wx < 1.5 * wy && wy < 1.5 * wx,
                               .aspect = 0.85 };
    const ito_style streams = { .colour = STREAM_GREY, .size = 0.6 };
    const ito_style rest = { .label = "at rest",
                             .colour = ITO_COLOUR_BLACK,
                             .size = 4.0,
                             .alpha = 1.0 };
    ito_panel *panel = ito__recipe_panel(r, 0, 0, &o);

    if (r->rc == ITO_OK && p->arrows)
        add_arrows(r, panel, p);
    else if (r->rc == ITO_OK)
        r->rc = ito_panel_streams(r->ctx, panel, &p->u, &p->v, 0.0, &streams);
    if (p->nullclines)
        add_nullclines(r, panel, p, name);
    if (r->rc == ITO_OK && p->paths.n > 0)
        add_paths(r, panel, p);
    if (r->rc == ITO_OK && p->rest.n > 0)
        r->rc = ito_panel_scatter(r->ctx, panel, &p->rest, 0, 1, &rest);
}

ito_status ito_plot_phase(ito_ctx *ctx, const ito_phase *phase,
                          const ito_plot_opts *opts, ito_figure **out)
{
    recipe r;

    if (ito__recipe_start(&r, ctx, opts, out) != ITO_OK)
        return r.rc;
    check(&r, phase);
    if (r.rc != ITO_OK)
        return r.rc;
    if (!(r.o.width > 0.0))
        r.o.width = 360.0;
    ito__recipe_figure(&r, 1, 1, false);
    if (r.rc == ITO_OK)
        add_all(&r, phase);
    return ito__recipe_end(&r, out);
}

/* SPDX-License-Identifier: MIT
 *
 * simulate_pictures.c - pictures of a run of `ito simulate`: --plot, --animate
 * and --numbers.
 *
 * What is drawn depends on what was simulated:
 *
 *     1 component            paths over time, histogram of the ends
 *     2, with a stationary   particles over that density, at four times
 *        density
 *     2, else, with no       phase portrait with trajectories
 *        noise or additive
 *     else                   paths over time, a row a component
 */
#include <ito/animation.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/kde.h"
#include "cli/simulate_known.h"
#include "cli/suffix.h"

#define STILLS    4   /* particles over a density */
#define MOVES     60  /* frames of a film */
#define FEW_PATHS 16  /* in a phase portrait */
#define FEW_NOISY 4   /* the same, of paths with noise */
#define MOMENTS   120 /* times at which mean and deviation are drawn */
#define KDE_GRID  120 /* cells of --kde along an axis */

int simulation_pictures_check(void)
{
    const char *const plot = simulate_args.plot;
    const char *const film = simulate_args.animate;

    if (plot && !is_picture(plot))
        return cmd_usage("--plot %.100s: end the name in .png, .svg or .pdf",
                         plot);
    if (film && !has_suffix(film, ".png") && !has_suffix(film, ".apng"))
        return cmd_usage("--animate %.100s: end the name in .png or .apng",
                         film);
    if (simulate_args.numbers && !plot)
        return cmd_usage("--numbers is about the picture of --plot");
    if (!plot && !film &&
        (simulate_args.title || simulate_args.dpi > 0.0 || simulate_args.kde))
        return cmd_usage("--title, --dpi and --kde are about pictures; give "
                         "--plot or --animate");
    return 0;
}

static ito_raster over_window(const known *g, size_t n, const double *value)
{
    return (ito_raster){ n, n, g->x[0], g->x[1], g->y[0], g->y[1], value };
}

/* How many of the moments of all particles belong to times up to t. */
static size_t count_until(const known *g, double t)
{
    size_t n = 0;

    while (n < g->count && fabs(g->t[n]) <= fabs(t) * (1.0 + 1e-12))
        n++;
    return n > 1 ? n : 0;
}

/* Paths over time, a row a component.  film: limits that do not move. */
static ito_status draw_paths(const known *g, size_t frames, int film,
                             ito_figure **out)
{
    const simulation *s = g->s;
    const kept_paths *k = &s->kept;
    const size_t rows = k->dim < KNOWN_ROWS ? k->dim : KNOWN_ROWS;
    const double t_end = k->t[k->frames - 1];
    const size_t moments = count_until(g, k->t[frames - 1]);
    ito_ensemble_view view[KNOWN_ROWS];
    const ito_ensemble_grid grid = { .rows = rows, .cols = 1, .view = view };
    const ito_plot_opts o = { .width = rows == 1 ? 430.0 : 0.0,
                              .title = simulate_args.title,
                              .dpi = simulate_args.dpi };
    ito_status rc = ITO_OK;

    memset(view, 0, sizeof(view));
    for (size_t c = 0; c < rows && rc == ITO_OK; c++) {
        ito_ensemble_view *const v = &view[c];
        double w[2];

        v->paths = known_paths(g, frames);
        v->component = c;
        v->total = k->keep > 1 ? s->problem.n : 1;
        v->no_hist = k->keep == 1;
        if (moments > 0)
            v->stats = (ito_band){ moments, g->t, g->all_mean + c * g->count,
                                   g->all_sd + c * g->count };
        if (c == 0 && g->mean)
            v->exact = (ito_band){ frames, k->t, g->mean, g->sd };
        if (!film) {
            v->bars = g->bars[c];
            if (c == 0 && g->curve_x)
                v->density = (ito_curve){ KNOWN_CURVE, g->curve_x, g->curve_y };
            continue;
        }
        rc = known_window(g, c, w);
        v->lo = w[0];
        v->hi = w[1];
        v->t_lo = fmin(0.0, t_end);
        v->t_hi = fmax(0.0, t_end);
        for (size_t i = 0; i < g->bars[c].n; i++)
            v->density_top = fmax(v->density_top, 2.0 * g->bars[c].height[i]);
    }
    return rc == ITO_OK ? ito_plot_ensembles(g->ctx, &grid, &o, out) : rc;
}

/* Particles over the stationary density in these frames; with --kde their own
 * density beside it, of several frames below. */
static ito_status draw_over_ground(const known *g, const size_t *frame,
                                   size_t count, ito_figure **out)
{
    const size_t all = simulate_args.kde ? 2 * count : count;
    const double w[4] = { g->x[0], g->x[1], g->y[0], g->y[1] };
    const ito_plot_opts o = { .title = simulate_args.title,
                              .dpi = simulate_args.dpi };
    ito_scene scene[2 * STILLS];
    const ito_scenes scenes = { .count = all,
                                .scene = scene,
                                .cols = count > 1 ? count : all,
                                .contours = 1,
                                .names = g->names };
    double *const kde = calloc(count * KDE_GRID * KDE_GRID, sizeof(*kde));
    ito_status rc = ITO_OK;

    if (!kde)
        return cmd_fail(ITO_ENOMEM, "%zu densities", count);
    memset(scene, 0, sizeof(scene));
    for (size_t i = 0; i < all && rc == ITO_OK; i++) {
        const ito_cloud cloud = known_frame(g, frame[i % count]);
        double *const own = kde + i % count * KDE_GRID * KDE_GRID;

        scene[i].t = g->s->kept.t[frame[i % count]];
        scene[i].ground = over_window(g, KNOWN_GRID, g->ground);
        if (i < count) {
            scene[i].cloud = cloud;
            continue;
        }
        rc = kde_raster(&cloud, w, KDE_GRID, own);
        scene[i].ground = over_window(g, KDE_GRID, own);
        scene[i].title = "kernel density";
    }
    if (rc == ITO_OK)
        rc = ito_plot_frames(g->ctx, &scenes, &o, out);
    free(kde);
    return rc;
}

static ito_status draw_phase(const known *g, size_t frames, int film,
                             ito_figure **out)
{
    const int ode = g->s->field->noise == ITO_NOISE_NONE;
    const ito_phase phase = { .u = over_window(g, KNOWN_FIELD, g->u),
                              .v = over_window(g, KNOWN_FIELD, g->v),
                              .nullclines = ode,
                              .paths = known_paths(g, frames),
                              .heads = film,
                              .names = g->names };
    const ito_plot_opts o = { .paths = ode ? FEW_PATHS : FEW_NOISY,
                              .title = simulate_args.title,
                              .dpi = simulate_args.dpi };

    return ito_plot_phase(g->ctx, &phase, &o, out);
}

/* The picture of everything up to a frame. */
static ito_status draw(const known *g, size_t frame, int film, ito_figure **out)
{
    const size_t last = g->s->kept.frames - 1;
    const size_t still[STILLS] = { 0, last / 3, 2 * last / 3, last };

    if (g->ground && film)
        return draw_over_ground(g, &frame, 1, out);
    if (g->ground)
        return draw_over_ground(g, still, STILLS, out);
    if (g->u)
        return draw_phase(g, frame + 1, film, out);
    return draw_paths(g, frame + 1, film, out);
}

static ito_status write_picture(const known *g)
{
    ito_figure *figure = NULL;
    ito_status rc = draw(g, g->s->kept.frames - 1, 0, &figure);

    if (rc == ITO_OK)
        rc = ito_figure_write(g->ctx, figure, simulate_args.plot);
    if (rc == ITO_OK && simulate_args.numbers)
        rc = ito_figure_data(g->ctx, figure, simulate_args.numbers);
    ito_figure_free(figure);
    return rc;
}

static ito_status write_film(const known *g)
{
    const size_t last = g->s->kept.frames - 1;
    const size_t moves = last < MOVES ? last : MOVES;
    const ito_animation_opts o = { .dpi = simulate_args.dpi };
    ito_animation *film = NULL;
    ito_status rc = ito_animation_new(g->ctx, &o, &film);

    for (size_t k = g->ground ? 0 : 1; k <= moves && rc == ITO_OK; k++) {
        ito_figure *figure = NULL;

        rc = draw(g, k * last / moves, 1, &figure);
        if (rc == ITO_OK)
            rc = ito_animation_add(g->ctx, film, figure);
        ito_figure_free(figure);
    }
    if (rc == ITO_OK)
        rc = ito_animation_write(g->ctx, film, simulate_args.animate);
    ito_animation_free(film);
    return rc;
}

ito_status simulation_pictures_begin(ito_ctx *ctx, simulation *s)
{
    const size_t steps = s->how.steps;
    const size_t n = steps < MOMENTS ? steps + 1 : MOMENTS + 1;
    const ito_ensemble_opts o = { .dim = s->field->dim,
                                  .frames = n,
                                  .shift = s->hint->start };
    ito_status rc;

    if ((!simulate_args.plot && !simulate_args.animate) ||
        (s->field->dim == 2 && s->field->noise <= ITO_NOISE_ADDITIVE) ||
        s->field->noise == ITO_NOISE_NONE)
        return ITO_OK;
    s->moving_at = calloc(n, sizeof(*s->moving_at));
    if (!s->moving_at)
        return cmd_fail(ITO_ENOMEM, "%zu moments", n);
    for (size_t f = 0; f < n; f++)
        s->moving_at[f] = (size_t)((double)f / (double)(n - 1) * (double)steps);
    s->moving_count = n;
    s->sinks[s->problem.sink_count++] = (ito_sink){ .fn = ito_ensemble_frame,
                                                    .at = s->moving_at,
                                                    .at_count = n };
    rc = ito_ensemble_new(ctx, &o, &s->moving);
    s->sinks[s->problem.sink_count - 1].arg = s->moving;
    return rc;
}

ito_status simulation_pictures(ito_ctx *ctx, simulation *s)
{
    known g = { .ctx = ctx, .s = s };
    ito_status rc;

    if (!simulate_args.plot && !simulate_args.animate)
        return ITO_OK;
    if (s->kept.frames < 2)
        return cmd_fail(ITO_EARG, "a picture needs states at two times; give "
                                  "more --steps or a smaller --every");
    rc = known_find(&g);
    if (rc == ITO_OK && simulate_args.kde && !g.ground)
        rc = cmd_fail(ITO_EARG, "--kde goes with particles over a stationary "
                                "density of two components, which this system "
                                "does not have");
    if (rc == ITO_OK && simulate_args.plot)
        rc = write_picture(&g);
    if (rc == ITO_OK && simulate_args.animate)
        rc = write_film(&g);
    known_free(&g);
    return rc;
}

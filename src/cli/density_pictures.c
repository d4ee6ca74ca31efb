/* SPDX-License-Identifier: MIT
 *
 * density_pictures.c - pictures of a density on its way, for `ito density`.
 */
#include "cli/density_pictures.h"

#include <ito/animation.h>
#include <ito/plot_sim.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/suffix.h"

#define FRAMES_MAX 200
#define CELLS_MAX  500 /* along an axis, that are drawn */
#define PLANE_MAX  256 /* the same of two axes */
#define VALUES_MAX 4000000
#define STILLS     4
#define MOVES      60

int density_files_check(const density_files *files)
{
    const char *const plot = files->plot, *const film = files->animate;

    if (plot && !is_picture(plot))
        return cmd_usage("--plot %.100s: end the name in .png, .svg or .pdf",
                         plot);
    if (film && !has_suffix(film, ".png") && !has_suffix(film, ".apng"))
        return cmd_usage("--animate %.100s: end the name in .png or .apng",
                         film);
    if (files->numbers && !plot)
        return cmd_usage("--numbers is about the picture of --plot");
    if (!plot && !film && (files->title || files->dpi > 0.0))
        return cmd_usage("--title and --dpi are about pictures; give --plot or "
                         "--animate");
    return 0;
}

/* --- keeping -------------------------------------------------------------- */

static ito_status begin(density_film *f, const ito_density *p)
{
    size_t each, most;

    f->dim = ito_density_dim(p);
    most = f->dim == 1 ? CELLS_MAX : PLANE_MAX;
    f->n[1] = f->group[1] = 1;
    for (size_t a = 0; a < f->dim; a++) {
        const size_t cells = ito_density_cells(p, a);
        const double first = ito_density_centre(p, a, 0);
        const double h = ito_density_centre(p, a, 1) - first;

        f->group[a] = (cells + most - 1) / most;
        f->n[a] = cells / f->group[a];
        f->lo[a] = first - 0.5 * h;
        f->hi[a] = f->lo[a] + h * (double)(f->n[a] * f->group[a]);
    }
    each = f->n[0] * f->n[1];
    f->most = VALUES_MAX / each < FRAMES_MAX ? VALUES_MAX / each : FRAMES_MAX;
    f->t = malloc((f->most + 1) * sizeof(*f->t));
    f->value = malloc((f->most + 1) * each * sizeof(*f->value));
    if (!f->t || !f->value)
        return cmd_fail(ITO_ENOMEM, "%zu densities of %zu cells", f->most,
                        each);
    return ITO_OK;
}

/* Add the cells of the grid up into ours. */
static void copy_cells(const density_film *f, const ito_density *p, double *to)
{
    const size_t nx = ito_density_cells(p, 0);
    const double *const mass = ito_density_mass(p);
    const double area =
        ito_density_volume(p) * (double)(f->group[0] * f->group[1]);

    memset(to, 0, f->n[0] * f->n[1] * sizeof(*to));
    for (size_t j = 0; j < f->n[1] * f->group[1]; j++)
        for (size_t i = 0; i < f->n[0] * f->group[0]; i++)
            to[j / f->group[1] * f->n[0] + i / f->group[0]] +=
                mass[j * nx + i] / area;
}

ito_status density_film_take(density_film *f, const ito_density *p)
{
    const double t = ito_density_time(p);
    const double due = f->most < 2
                           ? f->t0
                           : f->t0 + (f->t1 - f->t0) * (double)f->frames /
                                         (double)(f->most - 1);
    const double slack = 1e-9 * fabs(f->t1 - f->t0);
    size_t at = f->frames;
    ito_status rc;

    if (!f->value && (rc = begin(f, p)) != ITO_OK)
        return rc;
    if (at > 0 && t <= f->t[at - 1])
        return ITO_OK;
    if (at > 0 && t < due - slack && t < f->t1 - slack)
        return ITO_OK;
    if (at > f->most) /* the last one stays the last one */
        at = f->most;
    f->t[at] = t;
    copy_cells(f, p, f->value + at * f->n[0] * f->n[1]);
    f->frames = at + 1;
    return ITO_OK;
}

int density_film_each(void *film, const ito_density *density)
{
    return density_film_take(film, density) == ITO_OK ? 0 : -1;
}

void density_film_free(density_film *f)
{
    free(f->t);
    free(f->value);
    f->t = f->value = NULL;
    f->frames = 0;
}

/* --- drawing -------------------------------------------------------------- */

static const char *axis_name(const density_film *f, size_t a)
{
    return f->names[a] ? f->names[a] : a ? "y" : "x";
}

static const double *frame_of(const density_film *f, size_t k)
{
    return f->value + k * f->n[0] * f->n[1];
}

/* The p quantile of the mass of one axis that there is, linear in a cell. */
static double quantile(const density_film *f, const double *value, double p)
{
    const double h = (f->hi[0] - f->lo[0]) / (double)f->n[0];
    double all = 0.0, sum = 0.0;

    for (size_t i = 0; i < f->n[0]; i++)
        all += value[i];
    for (size_t i = 0; i < f->n[0]; i++) {
        if (value[i] > 0.0 && sum + value[i] >= p * all)
            return f->lo[0] + h * ((double)i + (p * all - sum) / value[i]);
        sum += value[i];
    }
    return f->hi[0];
}

static double mean(const density_film *f, const double *value)
{
    const double h = (f->hi[0] - f->lo[0]) / (double)f->n[0];
    double all = 0.0, sum = 0.0;

    for (size_t i = 0; i < f->n[0]; i++) {
        all += value[i];
        sum += value[i] * (f->lo[0] + h * ((double)i + 0.5));
    }
    return all > 0.0 ? sum / all : 0.5 * (f->lo[0] + f->hi[0]);
}

static ito_status draw_heat_map(ito_ctx *ctx, const density_film *f,
                                const ito_plot_opts *opts, ito_figure **out)
{
    double *const line = malloc(3 * f->frames * sizeof(*line));
    const ito_density_film film = { .frames = f->frames,
                                    .t = f->t,
                                    .n = f->n[0],
                                    .lo = f->lo[0],
                                    .hi = f->hi[0],
                                    .value = f->value,
                                    .mean = line,
                                    .quantile_count = 2,
                                    .quantiles = line ? line + f->frames : NULL,
                                    .quantile_name = "5 and 95 per cent",
                                    .name = axis_name(f, 0) };
    ito_status rc;

    if (!line)
        return cmd_fail(ITO_ENOMEM, "%zu quantiles", f->frames);
    for (size_t k = 0; k < f->frames; k++) {
        line[k] = mean(f, frame_of(f, k));
        line[f->frames + k] = quantile(f, frame_of(f, k), 0.05);
        line[2 * f->frames + k] = quantile(f, frame_of(f, k), 0.95);
    }
    rc = ito_plot_density_time(ctx, &film, opts, out);
    free(line);
    return rc;
}

/* The plane at these frames. */
static ito_status draw_planes(ito_ctx *ctx, const density_film *f,
                              const size_t *frame, size_t count,
                              const ito_plot_opts *opts, ito_figure **out)
{
    const char *const names[2] = { axis_name(f, 0), axis_name(f, 1) };
    ito_scene scene[STILLS];
    const ito_scenes scenes = {
        .count = count, .scene = scene, .contours = 1, .names = names
    };

    memset(scene, 0, sizeof(scene));
    for (size_t i = 0; i < count; i++) {
        scene[i].t = f->t[frame[i]];
        scene[i].title = f->frames > 1 ? NULL : ""; /* no time in it */
        scene[i].ground = (ito_raster){ f->n[0],
                                        f->n[1],
                                        f->lo[0],
                                        f->hi[0],
                                        f->lo[1],
                                        f->hi[1],
                                        frame_of(f, frame[i]) };
    }
    return ito_plot_frames(ctx, &scenes, opts, out);
}

/* The largest density of the second half of the film: a start at a point is
 * higher than everything after it. */
static double highest(const density_film *f)
{
    double top = 0.0;

    for (size_t k = f->frames / 2; k < f->frames; k++)
        for (size_t i = 0; i < f->n[0]; i++)
            top = fmax(top, frame_of(f, k)[i]);
    return top > 0.0 ? 1.3 * top : 1.0;
}

/* The density of one axis at one frame, over limits that do not move. */
static ito_status draw_curve(ito_ctx *ctx, const density_film *f, size_t k,
                             const ito_plot_opts *opts, ito_figure **out)
{
    const ito_figure_opts size = { .width = 400.0,
                                   .dpi = opts->dpi,
                                   .title = opts->title };
    const ito_panel_opts o = { .x_label = axis_name(f, 0),
                               .y_label = "density",
                               .x_min = f->lo[0],
                               .x_max = f->hi[0],
                               .y_max = highest(f),
                               .open = 1,
                               .aspect = 0.5 };
    const ito_bars bars = {
        .n = f->n[0], .lo = f->lo[0], .hi = f->hi[0], .height = frame_of(f, k)
    };
    const ito_style style = { .colour = ITO_COLOUR_BLUE, .fill = 1 };
    char text[64];
    ito_panel *panel;
    ito_status rc = ito_figure_new(ctx, &size, out);

    snprintf(text, sizeof(text), "t = %.3g", f->t[k]);
    if (rc == ITO_OK)
        rc = ito_figure_panel(ctx, *out, 0, 0, &o, &panel);
    if (rc == ITO_OK)
        rc = ito_panel_bars(ctx, panel, &bars, 0, &style);
    if (rc == ITO_OK && f->frames > 1)
        rc = ito_panel_note(ctx, panel, text);
    return rc;
}

static ito_status write_picture(ito_ctx *ctx, const density_film *f,
                                const density_files *files)
{
    const size_t last = f->frames - 1;
    const size_t still[STILLS] = { 0, last / 3, 2 * last / 3, last };
    const ito_plot_opts o = { .title = files->title, .dpi = files->dpi };
    ito_figure *figure = NULL;
    ito_status rc;

    if (f->dim == 1)
        rc = last > 0 ? draw_heat_map(ctx, f, &o, &figure)
                      : draw_curve(ctx, f, 0, &o, &figure);
    else
        rc = draw_planes(ctx, f, still, last > 0 ? STILLS : 1, &o, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, files->plot);
    if (rc == ITO_OK && files->numbers)
        rc = ito_figure_data(ctx, figure, files->numbers);
    ito_figure_free(figure);
    return rc;
}

static ito_status write_film(ito_ctx *ctx, const density_film *f,
                             const density_files *files)
{
    const size_t last = f->frames - 1, moves = last < MOVES ? last : MOVES;
    const ito_animation_opts how = { .dpi = files->dpi };
    const ito_plot_opts o = { .title = files->title };
    ito_animation *film = NULL;
    ito_status rc = ito_animation_new(ctx, &how, &film);

    for (size_t k = 0; k <= moves && rc == ITO_OK; k++) {
        const size_t at = moves > 0 ? k * last / moves : 0;
        ito_figure *figure = NULL;

        rc = f->dim == 1 ? draw_curve(ctx, f, at, &o, &figure)
                         : draw_planes(ctx, f, &at, 1, &o, &figure);
        if (rc == ITO_OK)
            rc = ito_animation_add(ctx, film, figure);
        ito_figure_free(figure);
    }
    if (rc == ITO_OK)
        rc = ito_animation_write(ctx, film, files->animate);
    ito_animation_free(film);
    return rc;
}

ito_status density_film_write(ito_ctx *ctx, const density_film *f,
                              const density_files *files)
{
    ito_status rc = ITO_OK;

    if (!files->plot && !files->animate)
        return ITO_OK;
    if (files->animate && f->frames < 2)
        return cmd_fail(ITO_EARG, "nothing moves: --animate needs time");
    if (files->plot)
        rc = write_picture(ctx, f, files);
    if (rc == ITO_OK && files->animate)
        rc = write_film(ctx, f, files);
    return rc;
}

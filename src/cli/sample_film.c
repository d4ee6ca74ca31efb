/* SPDX-License-Identifier: MIT
 *
 * sample_film.c - the way of images from noise to data, as a film strip and as
 * a moving picture.
 */
#include "cli/sample_film.h"

#include <ito/animation.h>
#include <ito/plot_images.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/reel.h"
#include "cli/suffix.h"

film_options film_args;

static reel strip, moves;

size_t sample_film_rows(void)
{
    return film_args.animate ? 100 : film_args.film ? 10 : 0;
}

int sample_film_check(void)
{
    const char *const film = film_args.film, *const moving = film_args.animate;

    if (film && !is_picture(film))
        return cmd_usage("--film %.100s: end the name in .png, .svg or .pdf",
                         film);
    if (moving && !has_suffix(moving, ".png") && !has_suffix(moving, ".apng"))
        return cmd_usage("--animate %.100s: end the name in .png or .apng",
                         moving);
    return 0;
}

ito_status sample_film_open(ito_ctx *ctx, const ito_flow *flow,
                            const ito_sample_opts *o, size_t n, ito_sink *sinks,
                            size_t *count)
{
    const ito_model *model = ito_flow_model(flow);
    const size_t dim = ito_flow_dim(flow);
    ito_status rc = ITO_OK;

    (void)ctx;
    *count = 0;
    if (!film_args.film && !film_args.animate)
        return ITO_OK;
    if (!model || !ito_schema_image(ito_model_schema(model)))
        return cmd_fail(ITO_EUNFIT,
                        "--film and --animate are of images; the way of points "
                        "is drawn by `ito plot trajectories` and `flow`");
    if (film_args.film)
        rc = reel_open_strip(&strip, dim, n, o, &sinks[(*count)++]);
    if (rc == ITO_OK && film_args.animate)
        rc = reel_open_moves(&moves, dim, n, o, &sinks[(*count)++]);
    return rc;
}

static ito_status write_strip(ito_ctx *ctx, const ito_model *model,
                              const ito_sample_opts *o)
{
    ito_figure *figure = NULL;
    ito_status rc = reel_strip(ctx, &strip, model, o, &figure);

    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, film_args.film);
    ito_figure_free(figure);
    return rc;
}

/* Image by image, with its time above it. */
static ito_status add_move(ito_ctx *ctx, const ito_model *model,
                           const ito_sample_opts *o, size_t k,
                           ito_animation *film)
{
    const float *x = moves.x + k * moves.rows * moves.dim;
    const ito_grid_opts grid = { .most = moves.rows };
    char title[32];
    const ito_plot_opts look = { .title = title };
    ito_images *images = NULL;
    ito_figure *figure = NULL;
    ito_status rc = ito_model_images(ctx, model, o, moves.rows, x, &images);

    snprintf(title, sizeof(title), "t = %.3f", moves.t[k]);
    if (rc == ITO_OK)
        rc = ito_plot_images(ctx, images, &grid, &look, &figure);
    if (rc == ITO_OK)
        rc = ito_animation_add(ctx, film, figure);
    ito_figure_free(figure);
    ito_images_free(images);
    return rc;
}

static ito_status write_moves(ito_ctx *ctx, const ito_model *model,
                              const ito_sample_opts *o)
{
    ito_animation *film = NULL;
    ito_status rc = ito_animation_new(ctx, NULL, &film);

    for (size_t k = 0; rc == ITO_OK && k < moves.times; k++)
        rc = add_move(ctx, model, o, k, film);
    if (rc == ITO_OK)
        rc = ito_animation_write(ctx, film, film_args.animate);
    ito_animation_free(film);
    return rc;
}

ito_status sample_film_write(ito_ctx *ctx, const ito_flow *flow,
                             const ito_sample_opts *o)
{
    const ito_model *model = ito_flow_model(flow);
    ito_status rc = ITO_OK;

    if (film_args.film)
        rc = write_strip(ctx, model, o);
    if (rc == ITO_OK && film_args.animate)
        rc = write_moves(ctx, model, o);
    return rc;
}

void sample_film_close(void)
{
    reel_close(&strip);
    reel_close(&moves);
}

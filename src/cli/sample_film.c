/* SPDX-License-Identifier: MIT
 *
 * sample_film.c - the way of images from noise to data, as a film strip and as
 * a moving picture.
 */
#include "cli/sample_film.h"

#include <ito/animation.h>
#include <ito/plot_images.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/suffix.h"

#define STRIP_ROWS  16 /* that a strip may have ... */
#define STRIP_MANY  10 /* ... and has where there are more images */
#define STRIP_TIMES 16
#define MOVE_ROWS   256
#define MOVE_TIMES  61

film_options film_args;

/* The first rows at some times. */
typedef struct reel {
    size_t rows, times;
    size_t at[MOVE_TIMES]; /* points of the grid */
    double t[MOVE_TIMES];
    size_t row_step, time_step; /* images from one to the next */
    size_t dim;
    uint64_t id0;
    float *x;
} reel;

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

/* Pieces of a strip: ten where that is even, else as many as are, else ten. */
static size_t strip_pieces(size_t steps)
{
    if (steps < STRIP_TIMES)
        return steps;
    for (size_t k = STRIP_TIMES - 1; steps % 10 != 0 && k > 6; k--)
        if (steps % k == 0)
            return k;
    return 10;
}

static int keep(void *arg, const ito_frame *frame)
{
    reel *r = arg;
    const float *from = frame->rows;

    for (size_t i = 0; i < frame->n; i++) {
        const uint64_t row = frame->id0 + i - r->id0;

        if (row < r->rows)
            memcpy(r->x + (row * r->row_step + frame->index * r->time_step) *
                              r->dim,
                   from + i * r->dim, r->dim * sizeof(*from));
    }
    return 0;
}

static ito_status load(reel *r, size_t pieces, const ito_sample_opts *o,
                       ito_sink *sink)
{
    const size_t steps =
        o->solve.grid ? o->solve.grid_count - 1 : o->solve.steps;

    r->times = pieces + 1;
    r->id0 = o->id0;
    for (size_t k = 0; k <= pieces; k++) {
        r->at[k] = k * steps / pieces;
        r->t[k] = o->solve.grid ? o->solve.grid[r->at[k]]
                                : (double)r->at[k] / (double)steps;
    }
    r->x = calloc(r->rows * r->times, r->dim * sizeof(*r->x));
    if (!r->x)
        return cmd_fail(ITO_ENOMEM, "%zu images at %zu times", r->rows,
                        r->times);
    *sink =
        (ito_sink){ .fn = keep, .arg = r, .at = r->at, .at_count = r->times };
    return ITO_OK;
}

ito_status sample_film_open(ito_ctx *ctx, const ito_flow *flow,
                            const ito_sample_opts *o, size_t n, ito_sink *sinks,
                            size_t *count)
{
    const ito_model *model = ito_flow_model(flow);
    const size_t steps =
        o->solve.grid ? o->solve.grid_count - 1 : o->solve.steps;
    ito_status rc = ITO_OK;

    (void)ctx;
    *count = 0;
    strip = (reel){ .rows = n <= STRIP_ROWS ? n : STRIP_MANY };
    moves = (reel){ .rows = n < MOVE_ROWS ? n : MOVE_ROWS };
    if (!film_args.film && !film_args.animate)
        return ITO_OK;
    if (!model || !ito_schema_image(ito_model_schema(model)))
        return cmd_fail(ITO_EUNFIT,
                        "--film and --animate are of images; the way of points "
                        "is drawn by `ito plot trajectories` and `flow`");
    strip.dim = moves.dim = ito_flow_dim(flow);
    if (film_args.film) {
        strip.row_step = strip_pieces(steps) + 1;
        strip.time_step = 1;
        rc = load(&strip, strip_pieces(steps), o, &sinks[(*count)++]);
    }
    if (rc == ITO_OK && film_args.animate) {
        moves.row_step = 1;
        moves.time_step = moves.rows;
        rc = load(&moves, steps < MOVE_TIMES ? steps : MOVE_TIMES - 1, o,
                  &sinks[(*count)++]);
    }
    return rc;
}

/* The images of the strip with the labels of their rows. */
static ito_status strip_images(ito_ctx *ctx, const ito_model *model,
                               const ito_sample_opts *o, ito_images **out)
{
    const size_t count = strip.rows * strip.times;
    uint32_t *code = calloc(count, sizeof(*code));
    ito_image_labels labels;
    ito_images *ends = NULL;
    ito_status rc = ITO_OK;

    if (!code)
        return cmd_fail(ITO_ENOMEM, "%zu images", count);
    rc = ito_model_images(ctx, model, o, strip.rows, strip.x, &ends);
    if (rc == ITO_OK) {
        labels = *ito_images_labels(ends);
        for (size_t k = 0; labels.code && k < count; k++)
            code[k] = labels.code[k / strip.times];
        labels.code = labels.code ? code : NULL;
        rc = ito_images_decode(ctx, ito_images_format_of(ends), count, strip.x,
                               &labels, out);
    }
    ito_images_free(ends);
    free(code);
    return rc;
}

static ito_status write_strip(ito_ctx *ctx, const ito_model *model,
                              const ito_sample_opts *o)
{
    ito_images *images = NULL;
    ito_figure *figure = NULL;
    ito_status rc = strip_images(ctx, model, o, &images);

    if (rc == ITO_OK)
        rc = ito_plot_film(ctx, images, strip.times, strip.t, NULL, &figure);
    if (rc == ITO_OK)
        rc = ito_figure_write(ctx, figure, film_args.film);
    ito_figure_free(figure);
    ito_images_free(images);
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
    free(strip.x);
    free(moves.x);
    strip.x = moves.x = NULL;
}

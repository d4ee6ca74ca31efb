/* SPDX-License-Identifier: MIT
 *
 * reel.c - what is kept of images on their way from noise to data.
 */
#include "cli/reel.h"

#include <ito/plot_images.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define STRIP_ROWS  16 /* that a strip may have ... */
#define STRIP_MANY  10 /* ... and has where there are more images */
#define STRIP_TIMES 16
#define MOVE_ROWS   256

static size_t steps_of(const ito_sample_opts *o)
{
    return o->solve.grid ? o->solve.grid_count - 1 : o->solve.steps;
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
    const size_t steps = steps_of(o);

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

ito_status reel_open_strip(reel *r, size_t dim, size_t n,
                           const ito_sample_opts *o, ito_sink *sink)
{
    const size_t pieces = strip_pieces(steps_of(o));

    *r = (reel){ .rows = n <= STRIP_ROWS ? n : STRIP_MANY,
                 .dim = dim,
                 .row_step = pieces + 1,
                 .time_step = 1 };
    return load(r, pieces, o, sink);
}

ito_status reel_open_moves(reel *r, size_t dim, size_t n,
                           const ito_sample_opts *o, ito_sink *sink)
{
    const size_t rows = n < MOVE_ROWS ? n : MOVE_ROWS, steps = steps_of(o);

    *r = (reel){ .rows = rows, .dim = dim, .row_step = 1, .time_step = rows };
    return load(r, steps < REEL_TIMES ? steps : REEL_TIMES - 1, o, sink);
}

/* The images of the strip with the labels of their rows. */
static ito_status strip_images(ito_ctx *ctx, const reel *r,
                               const ito_model *model, const ito_sample_opts *o,
                               ito_images **out)
{
    const size_t count = r->rows * r->times;
    uint32_t *code = calloc(count, sizeof(*code));
    ito_image_labels labels;
    ito_images *ends = NULL;
    ito_status rc = ITO_OK;

    if (!code)
        return cmd_fail(ITO_ENOMEM, "%zu images", count);
    rc = ito_model_images(ctx, model, o, r->rows, r->x, &ends);
    if (rc == ITO_OK) {
        labels = *ito_images_labels(ends);
        for (size_t k = 0; labels.code && k < count; k++)
            code[k] = labels.code[k / r->times];
        labels.code = labels.code ? code : NULL;
        rc = ito_images_decode(ctx, ito_images_format_of(ends), count, r->x,
                               &labels, out);
    }
    ito_images_free(ends);
    free(code);
    return rc;
}

ito_status reel_strip(ito_ctx *ctx, const reel *r, const ito_model *model,
                      const ito_sample_opts *o, ito_figure **out)
{
    ito_images *images = NULL;
    ito_status rc = strip_images(ctx, r, model, o, &images);

    if (rc == ITO_OK)
        rc = ito_plot_film(ctx, images, r->times, r->t, NULL, out);
    ito_images_free(images);
    return rc;
}

void reel_close(reel *r)
{
    free(r->x);
    r->x = NULL;
}

/* SPDX-License-Identifier: MIT
 *
 * pictures_images.c - `ito plot images`: data, or samples of a model, on a
 * grid.
 */
#include <ito/model.h>
#include <ito/plot_images.h>
#include <ito/source.h>

#include "cli/cmd.h"
#include "cli/draw_images.h"
#include "cli/image_options.h"
#include "cli/motion.h"
#include "cli/pictures.h"
#include "cli/suffix.h"

#define IMAGES 100 /* where nobody says */

static ito_status sample_images(ito_ctx *ctx, const char *name,
                                const motion *how, ito_images **out)
{
    const ito_sample_opts o = { .solve = { .method = how->solver,
                                           .steps = how->steps },
                                .seed = how->seed };
    ito_model *model = NULL;
    ito_status rc = ito_model_load(ctx, name, &model);

    if (rc == ITO_OK)
        rc = draw_model_images(ctx, model, &o, how->n ? how->n : IMAGES, out);
    ito_model_free(model);
    return rc;
}

ito_status picture_images(ito_ctx *ctx, const char *name,
                          const ito_image_opts *reading, const motion *how,
                          const ito_plot_opts *opts, ito_figure **out)
{
    const ito_grid_opts grid = { .most = how->n ? how->n : IMAGES };
    ito_images *images = NULL;
    ito_status rc;

    if (has_suffix(name, ".safetensors"))
        rc = sample_images(ctx, name, how, &images);
    else
        rc = ito_data_images(ctx, name, reading, how->n ? how->n : IMAGES,
                             how->seed, &images);
    if (rc == ITO_OK)
        rc = ito_plot_images(ctx, images, &grid, opts, out);
    ito_images_free(images);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * draw_images.h - images that a model draws.
 */
#ifndef CLI_DRAW_IMAGES_H
#define CLI_DRAW_IMAGES_H

#include <ito/model.h>

/* n samples of a model of images, each label in turn where it has some and *o
 * names none. */
ito_status draw_model_images(ito_ctx *ctx, const ito_model *model,
                             const ito_sample_opts *o, size_t n,
                             ito_images **out);

#endif /* CLI_DRAW_IMAGES_H */

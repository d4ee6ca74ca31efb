/* SPDX-License-Identifier: MIT
 *
 * eval_images.h - `ito eval` of images.
 */
#ifndef CLI_EVAL_IMAGES_H
#define CLI_EVAL_IMAGES_H

#include <ito/image.h>

/** What is compared, and by what. */
typedef struct eval_images_args {
    const char *data, *fake; /* REAL; a file, a built-in set or a model */
    const char *features;    /* a classifier, or NULL */
    const char *train;       /* images of the training, or NULL */
    size_t count;            /* images to draw of a model or a built-in set */
    size_t draws;
} eval_images_args;

/* Read, judge and print. */
ito_status eval_images(ito_ctx *ctx, const eval_images_args *args,
                       const ito_image_opts *how);

#endif /* CLI_EVAL_IMAGES_H */

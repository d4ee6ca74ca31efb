/* SPDX-License-Identifier: MIT
 *
 * sample_images.h - options of `ito sample` about images: between two samples,
 * pictures with holes, larger pictures; and labels with counts.
 */
#ifndef CLI_SAMPLE_IMAGES_H
#define CLI_SAMPLE_IMAGES_H

#include <ito/flow.h>

#include "cli/opt.h"

/** Values of BETWEEN_OPTIONS and KNOWN_IMAGE_OPTIONS. */
typedef struct sample_image_options {
    opt_list between;
    const char *keep, *hole, *mask, *upscale;
    size_t each;
} sample_image_options;

extern sample_image_options sample_image_args;

/* clang-format off */
#define EACH_OPTION                                                          \
    SIZE(0, "each", &sample_image_args.each,                                 \
         "draw so many rows of each label [-n rows in all]")
#define BETWEEN_OPTION                                                       \
    MANY(0, "between", "A,B", &sample_image_args.between,                    \
         "draw -n rows [10] from row A to row B: their noise is that on a "  \
         "quarter of a circle; repeated, a strip each")
#define KNOWN_IMAGE_OPTIONS                                                  \
    STRING(0, "keep", "X,Y,W,H", &sample_image_args.keep,                    \
           "of images --inpaint FILE: keep W x H pixels from column X, row Y"),\
    STRING(0, "hole", "X,Y,W,H", &sample_image_args.hole,                    \
           "keep all but these"),                                            \
    STRING(0, "mask", "FILE", &sample_image_args.mask,                       \
           "keep where this image is nearer to white than to black"),        \
    STRING(0, "upscale", "FILE", &sample_image_args.upscale,                 \
           "images whose blocks of pixels have these smaller images as means")
/* clang-format on */

/* Whether the options fit together, and with -n (counted) and --inpaint
 * (painted); 0, or the exit code of a usage error after saying it. */
int sample_images_check(const char *label, int counted, int painted);

/* Whether an image's part is to be kept: --inpaint is of images. */
int sample_images_masked(void);

/* How many rows are drawn; *count is what -n says if it does (counted). */
ito_status sample_images_count(ito_ctx *ctx, const ito_flow *flow,
                               const char *label, int counted, size_t *count);

/* Put noise or what is known (inpaint: the file, or NULL) into *o; *count
 * becomes the number of images where it is not counted.
 * sample_images_close is due also after a failure. */
ito_status sample_images_open(ito_ctx *ctx, const ito_flow *flow,
                              const char *inpaint, int counted,
                              ito_sample_opts *o, size_t *count);
void sample_images_close(void);

/* Write n images.  A grid has a strip of --between in a row; of pictures with
 * holes and of larger ones what was given above all that was made of it. */
ito_status sample_images_write(ito_ctx *ctx, const ito_model *model,
                               const ito_sample_opts *o, size_t n,
                               const float *x, const char *path);

#endif /* CLI_SAMPLE_IMAGES_H */

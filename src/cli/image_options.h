/* SPDX-License-Identifier: MIT
 *
 * image_options.h - options about images that several commands share.
 */
#ifndef CLI_IMAGE_OPTIONS_H
#define CLI_IMAGE_OPTIONS_H

#include <ito/image.h>

#include "cli/opt.h"

/** Values of IMAGE_OPTIONS. */
typedef struct image_options {
    const char *labels, *shape, *size, *pad, *range;
    int filter;
} image_options;

extern image_options image_args;

/* clang-format off */
#define IMAGE_OPTIONS                                                        \
    GROUP("reading images"),                                                 \
    STRING(0, "image", "HxW[xC]", &image_args.shape,                         \
           "rows of a table are images of this size, channels last"),        \
    STRING(0, "labels", "FILE", &image_args.labels,                          \
           "labels of the images: IDX, or a table [what belongs to them]"),  \
    STRING(0, "resize", "HxW", &image_args.size, "resample to this size"),   \
    CHOICE(0, "filter", "default|box|bilinear|lanczos", &image_args.filter,  \
           "how [box where it shrinks, else bilinear]"),                     \
    STRING(0, "pad", "HxW", &image_args.pad,                                 \
           "then add margins up to this size"),                              \
    STRING(0, "range", "LO:HI", &image_args.range,                           \
           "what black and white are, of values that are no bytes [by the "  \
           "values]")
/* clang-format on */

/*
 * The options as the library takes them; `table` and `label`, of images that
 * are rows of a table, are borrowed and may be NULL.  Returns 0, or the exit
 * code of a usage error after saying it.
 */
int image_read_opts(const ito_table_opts *table, const char *label,
                    ito_image_opts *out);

/* Whether a file name stands for images: .png, .idx, a folder. */
int is_images_name(const char *path);

/* Write the first `most` (0: all) images; .csv and `-` as a table. */
ito_status images_write_first(ito_ctx *ctx, const char *path,
                              const ito_images *images, size_t most);

/* What `ito info` says of images. */
void images_print(const char *name, const ito_images *images);

#endif /* CLI_IMAGE_OPTIONS_H */

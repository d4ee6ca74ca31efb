/* SPDX-License-Identifier: MIT
 *
 * ito/image.h - sets of images of one size, as files have them.
 *
 *     ito_images *set;
 *
 *     rc = ito_images_read(ctx, "train-images-idx3-ubyte.gz", NULL, &set);
 *     ... ito_images_count(set), ito_images_format_of(set)->height ...
 *     rc = ito_images_write_grid(ctx, "grid.png", set, NULL);
 *     ito_images_free(set);
 *
 * Read:
 *
 *     IDX, IDX.gz    any element of the format, 3 dimensions (n, h, w) or 4
 *                    (n, h, w, c); labels from the file of the same name with
 *                    "labels" for "images" (and idx1 for idx3), of a name
 *                    without "images" from NAME-labels, where that exists
 *     a folder       of PNG files, in the order of their names (by bytes); or
 *                    of folders of them, whose names are the labels.  A file
 *                    labels.csv in it, with columns file and label, gives the
 *                    labels of the first kind
 *     .png           one image
 *     .npy[.gz]      (n, h, w) or (n, h, w, c) of u1, f4, f8, integers or
 *                    bool; with opts->shape also tables of numbers
 *     .csv .tsv[.gz] with opts->shape: a row an image, its pixels by rows,
 *                    channels last; one column more holds labels
 *
 * PNG: grey and colour of any depth; 16 bits are rounded to 8, palettes are
 * looked up, what is transparent is laid over white.  Grey among coloured ones
 * become coloured.  Gamma and profiles are not applied.
 *
 * Limits: 65536 pixels a side, 64 channels, 2^26 values an image, 2^30 values
 * in all; a PNG is refused by its header, before memory is taken.
 *
 * In a model a pixel of value v is 2 (v - lo) / (hi - lo) - 1, pixels by rows,
 * channels last.
 */
#ifndef ITO_IMAGE_H
#define ITO_IMAGE_H

#include <ito/schema.h>
#include <ito/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Images of one size, with or without labels; opaque, immutable. */
typedef struct ito_images ito_images;

/** What values are. */
typedef enum ito_pixel {
    ITO_PIXEL_BYTE,  /**< unsigned char, 0 to 255 */
    ITO_PIXEL_WHOLE, /**< float, whole numbers */
    ITO_PIXEL_FLOAT  /**< float */
} ito_pixel;

/** What an image of a set is. */
typedef struct ito_image_format {
    size_t height, width; /**< pixels */
    size_t channels;      /**< 1 grey, 3 red, green, blue; others have no
                               picture */
    ito_pixel pixel;      /**< see ito_pixel */
    double lo, hi;        /**< values that are -1 and 1 in a model, black and
                               white in a picture; 0 and 255 of bytes */
} ito_image_format;

/** How an axis is resampled.  Weights sum to 1, beyond the edge stands the
 *  edge. */
typedef enum ito_filter {
    ITO_FILTER_DEFAULT,  /**< box where the axis shrinks, else bilinear */
    ITO_FILTER_BOX,      /**< the mean over what a new pixel covers */
    ITO_FILTER_BILINEAR, /**< between the two nearest centres (of pixels at
                              i + 1/2); skips pixels where it shrinks */
    ITO_FILTER_LANCZOS   /**< Lanczos, 3 lobes, as wide as the new pixel where
                              it shrinks */
} ito_filter;

/** How to read images.  Zero in any field means the default. */
typedef struct ito_image_opts {
    const char *labels;          /**< file of labels: IDX of one dimension, or
                                      a table with a column label or, of one
                                      column, that; for a folder a table of
                                      file, label.  NULL = as above; "" =
                                      none */
    size_t shape[3];             /**< height, width, channels (0 = 1) of the
                                      rows of a table */
    const char *label;           /**< of a table: the column of labels; NULL =
                                      label, else the last, if there is one
                                      column too many */
    const ito_table_opts *table; /**< how to read a table, or NULL */
    size_t height, width;        /**< resize to; both 0 = as they are */
    ito_filter filter;           /**< by which filter */
    size_t pad_height;           /**< then pad to at least that, with ... */
    size_t pad_width;            /**< ... equal margins, the larger behind */
    double lo, hi;               /**< range of values that are no bytes; both
                                      0 = 0 to 1 or -1 to 1 if all lie there;
                                      0 to 255 if they are whole, lie there and
                                      some are above 127; else from the
                                      smallest to the largest */
    void *reserved[4];           /**< zero */
} ito_image_opts;

/** Labels of images. */
typedef struct ito_image_labels {
    const char *name;          /**< what they are called; NULL = "label" */
    const uint32_t *code;      /**< of each image, below level_count */
    const char *const *levels; /**< level_count texts, sorted by strcmp */
    size_t level_count;        /**< at most 65536 */
} ito_image_labels;

/**
 * Whether a file is read as images when nobody says so: IDX, a folder, .png,
 * .npy of 3 or 4 dimensions; whatever opts->shape is given for.
 *
 * @param yes  receives 1 or 0
 * @return ITO_OK, or what reading a .npy returns
 */
ITO_API ito_status ito_images_detect(ito_ctx *ctx, const char *path,
                                     const ito_image_opts *opts, int *yes);

/**
 * Read images.
 *
 * @param path  file or folder; its name tells the format
 * @param opts  options, or NULL
 * @param out   receives the set, to be freed by ito_images_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT (truncated, malformed, labels of
 *         another number), ITO_EUNFIT (sizes that differ, a format that is not
 *         read or not built in), ITO_ENONFINITE, ITO_ERANGE (too large),
 *         ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_images_read(ito_ctx *ctx, const char *path,
                                   const ito_image_opts *opts,
                                   ito_images **out);

/**
 * Make a set of n images; everything is copied.
 *
 * @param pixels  n x height x width x channels unsigned chars (ITO_PIXEL_BYTE)
 *                or floats
 * @param labels  or NULL
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE or ITO_ENOMEM
 */
ITO_API ito_status ito_images_build(ito_ctx *ctx,
                                    const ito_image_format *format, size_t n,
                                    const void *pixels,
                                    const ito_image_labels *labels,
                                    ito_images **out);

/** Images of a set. */
ITO_API size_t ito_images_count(const ito_images *images);

/** What they are, valid as long as the set. */
ITO_API const ito_image_format *ito_images_format_of(const ito_images *images);

/** The values, count x height x width x channels; unsigned chars of
 *  ITO_PIXEL_BYTE, else floats. */
ITO_API const void *ito_images_pixels(const ito_images *images);

/** The labels; level_count 0 where there are none.  Valid as long as the
 *  set. */
ITO_API const ito_image_labels *ito_images_labels(const ito_images *images);

/** Free a set; NULL is allowed. */
ITO_API void ito_images_free(ito_images *images);

/** A copy of height x width, resampled axis by axis; bytes and whole numbers
 *  are rounded, values stay within [lo, hi].  @return ITO_OK, ITO_EARG,
 *  ITO_ERANGE or ITO_ENOMEM */
ITO_API ito_status ito_images_resize(ito_ctx *ctx, const ito_images *images,
                                     size_t height, size_t width,
                                     ito_filter filter, ito_images **out);

/** A copy with margins of `value`, height and width at least those of the
 *  images.  @return as ito_images_resize */
ITO_API ito_status ito_images_pad(ito_ctx *ctx, const ito_images *images,
                                  size_t height, size_t width, double value,
                                  ito_images **out);

/** Images first .. first + n - 1 in coordinates of a model: n x (height x
 *  width x channels) floats.  @return ITO_OK or ITO_EARG */
ITO_API ito_status ito_images_rows(ito_ctx *ctx, const ito_images *images,
                                   size_t first, size_t n, float *rows);

/**
 * Images from coordinates of a model, the inverse of ito_images_rows: cut to
 * [-1, 1], rounded where the pixels are whole.
 *
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE (with particle and component in
 *         ito_errinfo), ITO_ERANGE or ITO_ENOMEM
 */
ITO_API ito_status ito_images_decode(ito_ctx *ctx,
                                     const ito_image_format *format, size_t n,
                                     const float *rows,
                                     const ito_image_labels *labels,
                                     ito_images **out);

/** What the rows of a schema are images of, or NULL; valid as long as the
 *  schema.  Such a schema has no columns: ito_schema_cols is 0. */
ITO_API const ito_image_format *ito_schema_image(const ito_schema *schema);

/** A set as a table: columns p1, p2, ... and that of the labels. */
ITO_API ito_status ito_images_table(ito_ctx *ctx, const ito_images *images,
                                    ito_table **out);

/**
 * Write a set: .npy[.gz], .idx[.gz] or another name of IDX (labels go to the
 * file where ito_images_read finds them), .csv .tsv[.gz], a folder (a name
 * that ends in a slash, which must not exist or be empty) of PNG files and
 * labels.csv, or .png: one image as it is, several as a grid.  A file, and a
 * folder, appears whole or not at all.
 *
 * @return ITO_OK, ITO_EIO, ITO_EUNFIT (a name or a number of channels that
 *         does not fit) or ITO_ENOMEM
 */
ITO_API ito_status ito_images_write(ito_ctx *ctx, const char *path,
                                    const ito_images *images);

/** How to lay out a grid.  Zero in any field means the default. */
typedef struct ito_grid_opts {
    size_t columns;    /**< images in a row; 0 = those of the label that has
                            most, without labels the root of their number */
    size_t most;       /**< images at most; where there are more, of each label
                            as many; 0 = 1024 */
    size_t scale;      /**< dots a pixel; 0 = what makes an image 28 wide */
    void *reserved[3]; /**< zero */
} ito_grid_opts;

/**
 * Write a PNG of all images on a grid, label by label, each beginning a row,
 * one pixel between them.
 *
 * @return as ito_images_write; ITO_ERANGE (beyond 2^26 dots)
 */
ITO_API ito_status ito_images_write_grid(ito_ctx *ctx, const char *path,
                                         const ito_images *images,
                                         const ito_grid_opts *opts);

#ifdef __cplusplus
}
#endif
#endif /* ITO_IMAGE_H */

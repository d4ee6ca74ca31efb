/* SPDX-License-Identifier: MIT
 *
 * image.h - what the readers and writers of images share.
 */
#ifndef ITO_DATA_IMAGE_H
#define ITO_DATA_IMAGE_H

#include <ito/image.h>

#include "ctx/ctx.h"
#include "data/levels.h"
#include "data/npy.h"

#define IMAGE_SIDE_MAX     65536
#define IMAGE_CHANNELS_MAX 64
#define IMAGE_VALUES_MAX   ((size_t)1 << 26) /* of an image */
#define IMAGE_TOTAL_MAX    ((size_t)1 << 30) /* values of a set */
#define IMAGE_LEVELS_MAX   65536

struct ito_images {
    ito_ctx *ctx;
    ito_image_format format;
    size_t count;
    void *pixels; /* unsigned char or float */
    ito_image_labels label;
    uint32_t *code; /* what `label` points to: codes, ... */
    void *levels;   /* ... levels, ... */
    char *name;     /* ... and the name */
};

/* Values of an image. */
static inline size_t image_values(const ito_image_format *f)
{
    return f->height * f->width * f->channels;
}

/* Bytes of a value. */
static inline size_t image_item(const ito_image_format *f)
{
    return f->pixel == ITO_PIXEL_BYTE ? 1 : sizeof(float);
}

/* Value k of the pixels of a set. */
static inline double image_value(const ito_images *s, size_t k)
{
    return s->format.pixel == ITO_PIXEL_BYTE
               ? (double)((const unsigned char *)s->pixels)[k]
               : (double)((const float *)s->pixels)[k];
}

/* Put v as value k: rounded, halves up, where values are whole; within the
 * range. */
void ito__image_put(const ito_image_format *f, void *pixels, size_t k,
                    double v);

/* Check sides, channels and range of a format, and that n of it fit. */
ito_status ito__image_check(ito_ctx *ctx, const char *where,
                            const ito_image_format *f, size_t n);

/* A set of n images whose pixels are for the caller to fill. */
ito_status ito__images_new(ito_ctx *ctx, const char *where,
                           const ito_image_format *f, size_t n,
                           ito_images **out);

/* Give a set the labels of another, or none. */
ito_status ito__images_label(ito_ctx *ctx, ito_images *set,
                             const ito_image_labels *labels);

/* Give a set the labels of codes as `levels` numbered them. */
ito_status ito__images_label_by(ito_ctx *ctx, ito_images *set, const char *name,
                                const level_set *levels, const uint32_t *code);

/* Whole numbers as labels, with zeroes before them so that texts sort as the
 * numbers do. */
ito_status ito__images_label_numbers(ito_ctx *ctx, const char *where,
                                     const char *name, const double *number,
                                     ito_images *set);

/* The elements of an array, n rows of height x width x channels, as images of
 * bytes or floats; the range is that of the options. */
ito_status ito__images_from_array(ito_ctx *ctx, const char *where,
                                  const npy_array *a, const size_t shape[3],
                                  const ito_image_opts *opts, ito_images **out);

/* Set pixel kind and range of floats by their values and the options. */
ito_status ito__image_range(ito_ctx *ctx, const char *where,
                            const ito_image_opts *opts, size_t n,
                            const float *x, ito_image_format *f);

/* One image resampled: from's values to to's; both formats differ in height
 * and width alone.  `work` holds ito__resample_doubles numbers. */
typedef struct resampler resampler;
ito_status ito__resampler_new(ito_ctx *ctx, const ito_image_format *from,
                              const ito_image_format *to, ito_filter filter,
                              resampler **out);
void ito__resampler_free(ito_ctx *ctx, resampler *r);
size_t ito__resampler_doubles(const resampler *r);
void ito__resample(const resampler *r, const void *from, void *to,
                   double *work);

/* ---- formats ---- */

bool ito__is_idx(const char *path);
/* The bytes of a file; labels are not looked for. */
ito_status ito__idx_parse(ito_ctx *ctx, const char *where, const char *data,
                          size_t bytes, const ito_image_opts *opts,
                          ito_images **out);
ito_status ito__idx_read(ito_ctx *ctx, const char *path,
                         const ito_image_opts *opts, ito_images **out);
/* An IDX file of one dimension as labels of a set. */
ito_status ito__idx_read_labels(ito_ctx *ctx, const char *path,
                                ito_images *set);
ito_status ito__idx_write(ito_ctx *ctx, const char *path,
                          const ito_images *set);

ito_status ito__images_read_npy(ito_ctx *ctx, const char *path,
                                const ito_image_opts *opts, ito_images **out);
ito_status ito__images_write_npy(ito_ctx *ctx, const char *path,
                                 const ito_images *set);

/* The rows of a table as images, by opts->shape. */
ito_status ito__images_read_table(ito_ctx *ctx, const char *path,
                                  const ito_image_opts *opts, ito_images **out);

/* Labels of a set from a file of its own, a table or IDX.  Where `files` is
 * not NULL, it holds the names of the images' files, sorted, and a table has a
 * column of them. */
ito_status ito__images_read_labels(ito_ctx *ctx, const char *path,
                                   const char *const *files, ito_images *set);

/* The PNG files of a folder, or one file. */
ito_status ito__images_read_folder(ito_ctx *ctx, const char *path,
                                   const ito_image_opts *opts,
                                   ito_images **out);
ito_status ito__images_write_folder(ito_ctx *ctx, const char *path,
                                    const ito_images *set);

/* Image i of a set as bytes of grey or colour; ITO_EUNFIT for other numbers
 * of channels. */
ito_status ito__image_picture(ito_ctx *ctx, const char *where,
                              const ito_images *set);
void ito__image_bytes(const ito_images *set, size_t i, unsigned char *out);

/* ---- PNG (png.c) ---- */

typedef struct png_picture {
    size_t height, width, channels; /* 1 or 3 */
    unsigned char *byte;            /* for ito__free */
    bool blended;                   /* something was laid over white */
    bool lazy;                      /* written into an os_folder */
} png_picture;

/* Decode the bytes of a file. */
ito_status ito__png_read(ito_ctx *ctx, const char *where, const char *data,
                         size_t bytes, png_picture *out);
/* Encode height x width x channels bytes, 1 or 3 channels. */
ito_status ito__png_write(ito_ctx *ctx, const char *path,
                          const png_picture *picture);

/* ---- grids ---- */

#define IMAGE_NO_LABEL SIZE_MAX

/* A grid of images as a picture; row r of it begins at dot r * row_dots. */
typedef struct image_grid {
    png_picture picture;
    size_t rows, row_dots;
    size_t *label; /* of each row: the label that begins there, or
                      IMAGE_NO_LABEL */
} image_grid;

ito_status ito__image_grid(ito_ctx *ctx, const char *where,
                           const ito_images *set, const ito_grid_opts *o,
                           image_grid *out);
void ito__image_grid_free(ito_ctx *ctx, image_grid *grid); /* also empty */

#endif /* ITO_DATA_IMAGE_H */

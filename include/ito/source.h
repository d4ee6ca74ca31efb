/* SPDX-License-Identifier: MIT
 *
 * ito/source.h - where training data come from: a file, a table, images, a
 * built-in distribution.
 */
#ifndef ITO_SOURCE_H
#define ITO_SOURCE_H

#include <ito/dist.h>
#include <ito/image.h>
#include <ito/schema.h>
#include <ito/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Training data; opaque, immutable. */
typedef struct ito_source ito_source;

/** How to open a source.  Zero in any field means the default. */
typedef struct ito_source_opts {
    ito_table_opts table;   /**< how to read a file */
    ito_scale scale;        /**< what is done with columns of numbers; the
                                default is QUANTILE for files and tables,
                                NONE for built-in sets */
    double valid_fraction;  /**< rows kept for validation; 0 = 0.1, at most
                                10 000 rows; negative = none */
    uint64_t seed;          /**< chooses them, and the rows of `n=` sets */
    const char *label;      /**< column that holds the rows' labels: a condition
                                of the model, no column of it; NULL = none.  Of
                                a built-in set that is drawn afresh: what to
                                call the classes of ito_dist_labels */
    const ito_source *like; /**< a table is coded as that source, not by a
                                 schema of its own: for rows that a model is
                                 to start from */
    const ito_image_opts *image; /**< how to read images, or NULL */
    int flip;                    /**< images: half of the rows that are drawn
                                      are mirrored, left for right */
    size_t shift;                /**< images: rows that are drawn are moved by
                                      up to so many pixels along both axes, the
                                      edge staying behind; at most half a
                                      side */
    void *reserved[2];           /**< zero */
} ito_source_opts;

/**
 * Open a source by name.  A name with a suffix or a slash (or "-") is a file
 * that ito_images_read or ito_table_read takes (ito_images_detect says which),
 * any other a built-in set of ito/dist.h: drawn afresh at every step, unless
 * its n= parameter fixes the rows.  The labels of images are a column called
 * label, or as in their table.
 *
 * @return ITO_OK, or what ito_table_read, ito_images_read, ito_schema_fit or
 *         ito_dist_open return; ITO_EUNFIT (flip or shift of what are no
 *         images of a file)
 */
ITO_API ito_status ito_source_open(ito_ctx *ctx, const char *data,
                                   const ito_source_opts *opts,
                                   ito_source **out);

/** A source of the rows of a table, which is not kept. */
ITO_API ito_status ito_source_from_table(ito_ctx *ctx, const ito_table *table,
                                         const ito_source_opts *opts,
                                         ito_source **out);

/** A source of images, which are copied; opts->table and image are not
 *  used. */
ITO_API ito_status ito_source_from_images(ito_ctx *ctx,
                                          const ito_images *images,
                                          const ito_source_opts *opts,
                                          ito_source **out);

/** Coordinates a row has in the model. */
ITO_API size_t ito_source_dim(const ito_source *source);

/** Rows to train on; 0 when rows are drawn afresh. */
ITO_API uint64_t ito_source_rows(const ito_source *source);

/** Rows kept for validation; 0 when rows are drawn afresh. */
ITO_API uint64_t ito_source_valid_rows(const ito_source *source);

/** How columns become coordinates. */
ITO_API const ito_schema *ito_source_schema(const ito_source *source);

/** Different labels of the rows; 0 when there are none. */
ITO_API size_t ito_source_labels(const ito_source *source);

/** Label i, in the order of the indices; NULL past the last. */
ITO_API const char *ito_source_label(const ito_source *source, size_t i);

/** Free a source; NULL is allowed. */
ITO_API void ito_source_free(ito_source *source);

/**
 * Read DATA as a table whatever it is: a file, or `rows` rows of a built-in
 * set (0: its n=, else 10 000) with columns x, y, z or c1, c2, ...
 */
ITO_API ito_status ito_data_read(ito_ctx *ctx, const char *data,
                                 const ito_table_opts *opts, size_t rows,
                                 uint64_t seed, ito_table **out);

/** Whether DATA is read as images: ito_images_detect, or glyphs.  *yes is 1 or
 *  0; an unknown name is no image.  @return as ito_images_detect */
ITO_API ito_status ito_data_detect_images(ito_ctx *ctx, const char *data,
                                          const ito_image_opts *opts, int *yes);

/**
 * Read DATA as images: ito_images_read, or `rows` images of the set glyphs (0:
 * its n=, else 1000) with their labels.
 */
ITO_API ito_status ito_data_images(ito_ctx *ctx, const char *data,
                                   const ito_image_opts *opts, size_t rows,
                                   uint64_t seed, ito_images **out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SOURCE_H */

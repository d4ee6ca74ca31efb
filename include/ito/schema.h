/* SPDX-License-Identifier: MIT
 *
 * ito/schema.h - how the columns of a table become the coordinates of a
 * model, and back.
 *
 * Numbers go through their empirical distribution to normal scores (the
 * default), or are standardised, or left alone.  Texts become one coordinate
 * a level.  A schema is fitted on a table, stored in the model and decodes
 * samples into a table of the same kind.
 *
 * Quantile: z = Phi^-1(F(x)), F the empirical distribution of the column,
 * piecewise linear through at most 1001 knots (normal scores, van der Waerden
 * 1952).  A value held by at least one row in 200, and by two or more, is an
 * atom: it owns its share of F, is spread over it evenly by addressed noise
 * and comes back exactly; so are all values of a column that has at most 200,
 * each by ten rows on average.  Values beyond the fitted ones are taken for
 * the outermost, and none is made beyond them.
 *
 * Whatever the scale, a column whose numbers have k <= 9 decimals is rounded
 * to k of them when decoded: integers come back as integers.
 *
 * Text: level l of share p is the coordinate s ((text is l) - p) with
 * s = min(1 / sqrt(p (1 - p)), 4); the largest is decoded.
 */
#ifndef ITO_SCHEMA_H
#define ITO_SCHEMA_H

#include <ito/noise.h>
#include <ito/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A schema; opaque, immutable.  Free it before the context it was made with
 * is closed. */
typedef struct ito_schema ito_schema;

/** What is done with a column of numbers. */
typedef enum ito_scale {
    ITO_SCALE_DEFAULT,  /**< ITO_SCALE_QUANTILE */
    ITO_SCALE_QUANTILE, /**< normal scores through at most 1001 knots */
    ITO_SCALE_STANDARD, /**< (x - mean) / sd */
    ITO_SCALE_NONE      /**< x, as a float */
} ito_scale;

/** How to fit a schema.  Zero in any field means the default. */
typedef struct ito_schema_opts {
    ito_scale scale;   /**< see ito_scale */
    void *reserved[4]; /**< zero */
} ito_schema_opts;

/**
 * Fit a schema on a table.  Constant columns are remembered and take no
 * coordinate; a text column has at most 100 levels.
 *
 * @param opts  options, or NULL
 * @param out   receives the schema, to be freed by ito_schema_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EARG (no column, fewer than 2 rows, all constant, no
 *         such scale), ITO_ERANGE (too many levels, numbers above 1e300 or
 *         beyond what can be standardised) or ITO_ENOMEM
 */
ITO_API ito_status ito_schema_fit(ito_ctx *ctx, const ito_table *table,
                                  const ito_schema_opts *opts,
                                  ito_schema **out);

/** Coordinates a row has in the model. */
ITO_API size_t ito_schema_dim(const ito_schema *schema);

/** Columns of the table it stands for. */
ITO_API size_t ito_schema_cols(const ito_schema *schema);

/** Name of column j; NULL past the last. */
ITO_API const char *ito_schema_name(const ito_schema *schema, size_t j);

/**
 * Encode a table whose columns have the schema's names (any order, others
 * ignored) and kinds.
 *
 * @param at    address of the noise that spreads atoms over their share of
 *              the distribution: id is the row, component the column
 * @param rows  receives rows x dim floats
 * @return ITO_OK, ITO_EARG (a column is absent or of another kind, a level
 *         is unknown), ITO_ERANGE (an unscaled number does not fit a float),
 *         ITO_EUNFIT (a schema of images, ito/image.h) or ITO_ENOMEM
 */
ITO_API ito_status ito_schema_encode(ito_ctx *ctx, const ito_schema *schema,
                                     const ito_table *table,
                                     const ito_noise *at, float *rows);

/**
 * Decode n rows of dim floats into a table with the columns of the fitted
 * one: atoms exactly, integer columns as integers, texts by the largest
 * coordinate, constant columns as they were.  Of images, columns p1, p2, ...
 *
 * @param n     rows, at least one
 * @param rows  n x dim floats
 * @param out   receives the table, to be freed by ito_table_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE (with particle and component in
 *         ito_errinfo) or ITO_ENOMEM
 */
ITO_API ito_status ito_schema_decode(ito_ctx *ctx, const ito_schema *schema,
                                     size_t n, const float *rows,
                                     ito_table **out);

/**
 * How fast the coordinates change with the columns: log |det dz/dx|, which
 * added to a log density over coordinates gives that over the columns in their
 * own units, as if nothing had been rounded.
 *
 * @param table  the rows as they were before they were encoded, or NULL: where
 *               a value lies outside those that the schema was fitted on, or
 *               in a gap between them, which samples never reach, the row
 *               receives -inf
 * @param rows   n x dim coordinates
 * @param out    receives n values
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE or ITO_EUNFIT (a column of texts,
 *         or one with atoms, has probabilities and no density)
 */
ITO_API ito_status ito_schema_log_slope(ito_ctx *ctx, const ito_schema *schema,
                                        const ito_table *table, size_t n,
                                        const float *rows, double *out);

/** Free a schema; NULL is allowed. */
ITO_API void ito_schema_free(ito_schema *schema);

#ifdef __cplusplus
}
#endif
#endif /* ITO_SCHEMA_H */

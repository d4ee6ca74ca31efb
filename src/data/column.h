/* SPDX-License-Identifier: MIT
 *
 * column.h - the inside of a schema: how each column is coded.
 *
 * A column of numbers is constant (no coordinate) or has one coordinate z:
 *
 *     plain      x = z
 *     standard   x = mean + sd z
 *     quantile   x = Q(Phi(z)), Q the map of quantile.h, Phi the normal
 *                distribution function: z is the normal score of x
 *
 * each rounded to the decimals that the column had.  A column of texts has one
 * coordinate a level, of share p in the fit, which is
 *
 *     z = s ((text is level) - p),   s = min(1 / sqrt(p (1 - p)), 4),
 *
 * so coordinates have mean 0 and, for levels of 7 % or more, variance 1; the
 * limit keeps those of rare levels from being outliers that rule a loss.  The
 * level with the largest z / s + p is decoded, the first of equals.
 */
#ifndef ITO_DATA_COLUMN_H
#define ITO_DATA_COLUMN_H

#include <ito/image.h>

#include "data/quantile.h"
#include "data/schema.h"

#define SCHEMA_COLS_MAX   1048576
#define SCHEMA_LEVELS_MAX 100
#define SCHEMA_VERSION    2 /* 1 where it can say what the schema is */

typedef enum coding {
    CODING_CONSTANT,
    CODING_PLAIN,
    CODING_STANDARD,
    CODING_QUANTILE,
    CODING_LEVELS
} coding;

typedef struct schema_column {
    char *name;
    ito_column_kind kind;
    coding coding;
    size_t coord;       /* its first coordinate */
    size_t width;       /* its coordinates: 0, 1 or level_count */
    int decimals;       /* numbers: places, or DECIMALS_NONE */
    double value;       /* constant number */
    double mean, sd;    /* standard */
    quantile_map map;   /* quantile */
    size_t level_count; /* texts: how many, 1 for a constant */
    char **level;       /* texts, ascending; one block with their bytes */
    double *share;      /* texts: rows of the fit with that level / rows */
} schema_column;

struct ito_schema {
    ito_ctx *ctx; /* whose memory it is */
    size_t cols, dim;
    schema_column *column;
    bool is_image; /* cols is 0, rows are images of this: */
    ito_image_format image;
};

/* A schema of cols plain columns without names; freed by ito_schema_free. */
ito_status ito__schema_new(ito_ctx *ctx, size_t cols, ito_schema **out);

/* Copy a name, or the levels of a text column. */
ito_status ito__column_name(ito_ctx *ctx, schema_column *c, const char *name);
ito_status ito__column_levels(ito_ctx *ctx, schema_column *c, size_t count,
                              const char *const *levels, const double *share);

/* Give every column its place among the coordinates. */
void ito__schema_place(ito_schema *schema);

/* The table's column of that name, first looked for at place j, or NULL. */
const ito_column *ito__column_named(const ito_table *table, size_t j,
                                    const char *name);

/* The factor s of a level's coordinate. */
double ito__level_factor(double share);

#endif /* ITO_DATA_COLUMN_H */

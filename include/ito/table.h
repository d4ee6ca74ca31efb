/* SPDX-License-Identifier: MIT
 *
 * ito/table.h - tables of numbers and texts, as files have them.
 *
 *     ito_table *table;
 *
 *     rc = ito_table_read(ctx, "houses.csv", NULL, &table);
 *     ... ito_table_column(table, 0)->number[17] ...
 *     ito_table_free(table);
 *
 * Read and written: .csv, .tsv, .npy, each also with .gz where zlib is built
 * in; "-" is CSV on standard input or output.
 *
 * CSV: the delimiter is , ; or a tab; lines end in \n or \r\n; cells may be
 * quoted, and then hold delimiters, newlines and doubled quotes; blanks around
 * a cell and blank lines are no part of the table (in a table of one column a
 * blank line is a missing cell).  Texts are UTF-8.  NPY: 1 or 2 dimensions of
 * f4, f8, integers or bool, named c1, c2, ...; written as f4 when every number
 * is a float, else as f8.  At most 10^6 columns and 1 GB of data (unpacked)
 * are read.
 */
#ifndef ITO_TABLE_H
#define ITO_TABLE_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A table; opaque, immutable. */
typedef struct ito_table ito_table;

/** What a column holds. */
typedef enum ito_column_kind {
    ITO_COLUMN_NUMBER, /**< finite numbers */
    ITO_COLUMN_TEXT    /**< one of a list of texts, its levels */
} ito_column_kind;

/** One column; what does not belong to its kind is NULL or 0. */
typedef struct ito_column {
    const char *name;          /**< from the header, or "c1", "c2", ... */
    ito_column_kind kind;      /**< numbers or texts */
    const double *number;      /**< rows values */
    const uint32_t *code;      /**< rows indices into levels */
    const char *const *levels; /**< level_count texts, sorted by strcmp */
    size_t level_count;        /**< number of levels */
} ito_column;

/** Whether the first line names the columns. */
typedef enum ito_header {
    ITO_HEADER_DETECT, /**< a header, if no cell of the first line is a number
                            while some column holds numbers below; in a table
                            of texts alone, if the cells of the first line
                            differ and none comes again in its column */
    ITO_HEADER_YES,
    ITO_HEADER_NO
} ito_header;

/** How to read a table.  Zero in any field means the default. */
typedef struct ito_table_opts {
    ito_header header;              /**< see ito_header */
    char delimiter;                 /**< 0 = detect among , ; tab */
    int drop_missing;               /**< drop rows with an empty, NA or NaN
                                         cell instead of refusing the file */
    const char *const *columns;     /**< names of the columns to keep, in this
                                         order; NULL = all */
    size_t column_count;            /**< how many names */
    const char *const *categorical; /**< columns that are texts even where
                                         they look like numbers */
    size_t categorical_count;       /**< how many names */
    int as_texts;                   /**< every column is texts as they stand,
                                         and a missing cell is the text "";
                                         CSV alone */
    void *reserved[4];              /**< zero */
} ito_table_opts;

/**
 * Read a table from a file.
 *
 * A column in which every cell is a number holds numbers, one in which none
 * is holds texts; a mixture is an error that names the first odd cell.
 * Numbers are read the same in every locale.  A missing cell (empty, NA,
 * NaN) is refused with its row and column unless drop_missing; infinities
 * are always refused.
 *
 * @param ctx   context
 * @param path  file name; its suffix tells the format
 * @param opts  options, or NULL
 * @param out   receives the table, to be freed by ito_table_free; NULL on
 *              failure
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT, ITO_ENONFINITE (missing or infinite
 *         cell), ITO_EARG (unknown column), ITO_ERANGE (too large),
 *         ITO_EUNFIT (format not built in), ITO_ECANCELLED or ITO_ENOMEM;
 *         ito_errinfo_get tells row (the line of the file) and column
 */
ITO_API ito_status ito_table_read(ito_ctx *ctx, const char *path,
                                  const ito_table_opts *opts, ito_table **out);

/**
 * Make a table of `cols` columns of `rows` rows; everything is copied.
 * Levels must be sorted and unique, codes within them, names not empty.
 *
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_table_build(ito_ctx *ctx, size_t rows, size_t cols,
                                   const ito_column *columns, ito_table **out);

/**
 * Write a table; the suffix of `path` tells the format.  Numbers are written
 * with the fewest digits that read back as the same double.  The file appears
 * whole or not at all.  NPY takes tables of numbers only.
 *
 * @return ITO_OK, ITO_EIO, ITO_EUNFIT or ITO_ENOMEM
 */
ITO_API ito_status ito_table_write(ito_ctx *ctx, const char *path,
                                   const ito_table *table);

/** Number of rows. */
ITO_API size_t ito_table_rows(const ito_table *table);

/** Number of columns. */
ITO_API size_t ito_table_cols(const ito_table *table);

/** Column j, valid as long as the table; NULL past the last. */
ITO_API const ito_column *ito_table_column(const ito_table *table, size_t j);

/** Free a table, before its context is closed; NULL is allowed. */
ITO_API void ito_table_free(ito_table *table);

#ifdef __cplusplus
}
#endif
#endif /* ITO_TABLE_H */

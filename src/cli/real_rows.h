/* SPDX-License-Identifier: MIT
 *
 * real_rows.h - the rows that samples are compared with.
 */
#ifndef CLI_REAL_ROWS_H
#define CLI_REAL_ROWS_H

#include <ito/table.h>

/*
 * A file, or a built-in set: drawn afresh, two rows for each of the samples
 * and at least 10000, by a seed of its own; but with n=ROWS those rows of
 * --seed that training took.
 */
ito_status real_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     size_t samples, ito_table **out);

/* Read the samples, likewise, from a file or a built-in set. */
ito_status fake_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     ito_table **out);

#endif /* CLI_REAL_ROWS_H */

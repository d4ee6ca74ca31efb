/* SPDX-License-Identifier: MIT
 *
 * real_rows.h - rows to compare: real ones, and samples.
 */
#ifndef CLI_REAL_ROWS_H
#define CLI_REAL_ROWS_H

#include <ito/model.h>

/*
 * A file, or a built-in set: drawn afresh, two rows for each of the samples
 * and at least 10000, by a seed of its own; but with n=ROWS those rows of
 * --seed that training took.
 */
ito_status real_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     size_t samples, ito_table **out);

/* Is it the name of a model file? */
int is_model(const char *name);

/* Draw rows from a model file. */
ito_status model_rows(ito_ctx *ctx, const char *name, const ito_sample_opts *o,
                      size_t rows, ito_table **out);

/* Read the samples from a file or a built-in set, likewise, or draw 5000 from
 * a model. */
ito_status fake_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     ito_table **out);

#endif /* CLI_REAL_ROWS_H */

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

/* Built-in sets are drawn by seeds of their own: the samples may be those
 * that `ito data` draws from the same set with the same --seed.  Those of n=
 * rows have the seed itself. */
#define REAL_SEED 0x7265616cu
#define FAKE_SEED 0x66616b65u
uint64_t seed_for(const char *data, uint64_t own);

/* How many rows of a built-in set stand against so many samples; 0 for those
 * that it says itself. */
size_t rows_for(const char *data, size_t samples);

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

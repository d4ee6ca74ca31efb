/* SPDX-License-Identifier: MIT
 *
 * real_rows.c - the rows that samples are compared with.
 */
#include "cli/real_rows.h"

#include <ito/source.h>
#include <string.h>

#include "cli/opt.h"

/* Real rows of a built-in set for each sample, so that the draws may use
 * every sample. */
#define ROWS_EACH 2
#define ROWS_MIN  10000

/* Built-in sets are drawn by seeds of their own: the samples may be those
 * that `ito data` draws from the same set with the same --seed. */
#define REAL_SEED 0x7265616cu
#define FAKE_SEED 0x66616b65u

/* A set of n= rows is the one that training took. */
static int is_fixed(const char *data)
{
    const char *const parameters = strchr(data, ':');

    return parameters &&
           (strstr(parameters, ":n=") || strstr(parameters, ",n="));
}

static uint64_t seed_for(const char *data, uint64_t own)
{
    return is_fixed(data) ? common.seed : common.seed ^ own << 32;
}

ito_status real_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     size_t samples, ito_table **out)
{
    size_t rows =
        samples < ROWS_MIN / ROWS_EACH ? ROWS_MIN : ROWS_EACH * samples;

    if (is_fixed(data))
        rows = 0; /* n= says how many */
    return ito_data_read(ctx, data, how, rows, seed_for(data, REAL_SEED), out);
}

ito_status fake_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     ito_table **out)
{
    return ito_data_read(ctx, data, how, 0, seed_for(data, FAKE_SEED), out);
}

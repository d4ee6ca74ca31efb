/* SPDX-License-Identifier: MIT
 *
 * real_rows.c - rows to compare: real ones, and samples.
 */
#include "cli/real_rows.h"

#include <ito/source.h>
#include <string.h>

#include "cli/opt.h"
#include "cli/suffix.h"

/* Real rows of a built-in set for each sample, so that the draws may use
 * every sample. */
#define ROWS_EACH 2
#define ROWS_MIN  10000
#define FAKE_ROWS 5000 /* of a model */

/* A set of n= rows is the one that training took. */
static int is_fixed(const char *data)
{
    const char *const parameters = strchr(data, ':');

    return parameters &&
           (strstr(parameters, ":n=") || strstr(parameters, ",n="));
}

uint64_t seed_for(const char *data, uint64_t own)
{
    return is_fixed(data) ? common.seed : common.seed ^ own << 32;
}

size_t rows_for(const char *data, size_t samples)
{
    if (is_fixed(data))
        return 0; /* n= says how many */
    return samples < ROWS_MIN / ROWS_EACH ? ROWS_MIN : ROWS_EACH * samples;
}

ito_status real_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     size_t samples, ito_table **out)
{
    return ito_data_read(ctx, data, how, rows_for(data, samples),
                         seed_for(data, REAL_SEED), out);
}

int is_model(const char *name)
{
    return has_suffix(name, ".safetensors");
}

ito_status model_rows(ito_ctx *ctx, const char *name, const ito_sample_opts *o,
                      size_t rows, ito_table **out)
{
    ito_model *model = NULL;
    ito_status rc = ito_model_load(ctx, name, &model);

    if (rc == ITO_OK)
        rc = ito_model_sample(ctx, model, o, rows, out);
    ito_model_free(model);
    return rc;
}

ito_status fake_rows(ito_ctx *ctx, const char *data, const ito_table_opts *how,
                     ito_table **out)
{
    const ito_sample_opts o = { .seed = common.seed };

    if (is_model(data))
        return model_rows(ctx, data, &o, FAKE_ROWS, out);
    return ito_data_read(ctx, data, how, 0, seed_for(data, FAKE_SEED), out);
}

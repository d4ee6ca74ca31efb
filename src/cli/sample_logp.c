/* SPDX-License-Identifier: MIT
 *
 * sample_logp.c - samples that know their log density: `ito sample --logp`.
 */
#include "cli/sample_logp.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"

static void say_flagged(size_t flagged, size_t n, double worst)
{
    if (flagged > 0 && !common.quiet)
        fprintf(stderr,
                "ito sample: the log density of %zu of %zu rows has an error "
                "of steps above 0.01 nats, at worst %.2g; take more --steps\n",
                flagged, n, worst);
}

ito_status sample_logp_draw(ito_ctx *ctx, const ito_flow *flow,
                            const ito_sample_opts *as, size_t n, float *x,
                            double *logp)
{
    const ito_logp_opts o = { .method = as->solve.method,
                              .steps = as->solve.steps,
                              .rtol = as->solve.rtol,
                              .seed = as->seed,
                              .id0 = as->id0,
                              .as = as };
    const size_t dim = ito_flow_dim(flow);
    double *wide = calloc(n + 1, dim * sizeof(*wide));
    ito_logp_row *rows = calloc(n + 1, sizeof(*rows));
    size_t flagged = 0;
    double worst = 0.0;
    ito_status rc;

    if (!wide || !rows) {
        free(wide);
        free(rows);
        return cmd_fail(ITO_ENOMEM, "%zu rows", n);
    }
    rc = ito_logp_sample(ctx, flow, &o, n, wide, rows);
    for (size_t i = 0; rc == ITO_OK && i < n * dim; i++)
        x[i] = (float)wide[i];
    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        logp[i] = rows[i].value;
        logp[n + i] = rows[i].step_error + rows[i].probe_error;
        flagged += rows[i].flagged ? 1 : 0;
        if (rows[i].step_error > worst)
            worst = rows[i].step_error;
    }
    if (rc == ITO_OK)
        say_flagged(flagged, n, worst);
    free(wide);
    free(rows);
    return rc;
}

ito_status sample_logp_add(ito_ctx *ctx, const double *logp, ito_table **table)
{
    const size_t rows = ito_table_rows(*table), cols = ito_table_cols(*table);
    ito_column *all = calloc(cols + 2, sizeof(*all));
    ito_table *with = NULL;
    ito_status rc;

    if (!all) {
        rc = cmd_fail(ITO_ENOMEM, "%zu columns", cols + 2);
    } else {
        for (size_t j = 0; j < cols; j++)
            all[j] = *ito_table_column(*table, j);
        all[cols] = (ito_column){ .name = "logp",
                                  .kind = ITO_COLUMN_NUMBER,
                                  .number = logp };
        all[cols + 1] = (ito_column){ .name = "logp_error",
                                      .kind = ITO_COLUMN_NUMBER,
                                      .number = logp + rows };
        rc = ito_table_build(ctx, rows, cols + 2, all, &with);
    }
    free(all);
    ito_table_free(*table);
    *table = with;
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * simulate_files.c - the files that `ito simulate` writes: states at the end,
 * paths, histograms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/simulate.h"

static double state(const simulation *s, size_t i)
{
    return s->problem.dtype == ITO_F64 ? ((const double *)s->x)[i]
                                       : (double)((const float *)s->x)[i];
}

static ito_status write_states(ito_ctx *ctx, const simulation *s)
{
    const size_t n = s->problem.n, dim = s->field->dim;
    columns table;
    ito_status rc = columns_new(&table, n, dim);

    for (size_t c = 0; c < dim && rc == ITO_OK; c++) {
        double *to = columns_add(&table, ito_system_component(s->system, c));

        for (size_t i = 0; i < n; i++)
            to[i] = state(s, i * dim + c);
    }
    if (rc == ITO_OK)
        rc = columns_write(ctx, &table, simulate_args.out);
    columns_free(&table);
    return rc;
}

/* id, t and components, by id, then by time. */
static ito_status write_paths(ito_ctx *ctx, const simulation *s)
{
    const kept_paths *k = &s->kept;
    const size_t rows = k->keep * k->frames;
    columns table;
    ito_status rc = columns_new(&table, rows, k->dim + 2);

    if (rc == ITO_OK) {
        double *id = columns_add(&table, "id"), *t = columns_add(&table, "t");

        for (size_t r = 0; r < rows; r++) {
            const size_t particle = r / k->frames;

            id[r] = (double)(k->id0 + particle);
            t[r] = k->t[r % k->frames];
        }
    }
    for (size_t c = 0; c < k->dim && rc == ITO_OK; c++) {
        double *to = columns_add(&table, ito_system_component(s->system, c));

        for (size_t r = 0; r < rows; r++)
            to[r] =
                k->values[((r % k->frames) * k->keep + r / k->frames) * k->dim +
                          c];
    }
    if (rc == ITO_OK)
        rc = columns_write(ctx, &table, simulate_args.paths);
    columns_free(&table);
    return rc;
}

/* One bin of every frame and component a row: t, component, lo, hi, count,
 * density. */
static ito_status fill_histogram(ito_ctx *ctx, const simulation *s, size_t bins,
                                 uint64_t *counts, double *const col[6])
{
    const size_t dim = s->field->dim;
    ito_moments m;
    uint64_t out[2];
    ito_status rc;

    for (size_t r = 0; r < s->frames * dim * bins; r++) {
        const size_t b = r % bins, c = r / bins % dim, f = r / bins / dim;
        const double width = (s->hi[c] - s->lo[c]) / (double)bins;

        if (b == 0 &&
            ((rc = ito_ensemble_moments(ctx, s->stats, f, &m)) != ITO_OK ||
             (rc = ito_ensemble_histogram(ctx, s->stats, f, c, counts, out)) !=
                 ITO_OK))
            return rc;
        col[0][r] = m.t;
        col[1][r] = (double)(c + 1);
        col[2][r] = s->lo[c] + (double)b * width;
        col[3][r] = s->lo[c] + (double)(b + 1) * width;
        col[4][r] = (double)counts[b];
        col[5][r] = (double)counts[b] / (double)m.n / width;
    }
    return ITO_OK;
}

static ito_status write_histogram(ito_ctx *ctx, const simulation *s)
{
    static const char *const names[6] = { "t",  "component", "lo",
                                          "hi", "count",     "density" };
    const size_t bins = s->bins, rows = s->frames * s->field->dim * bins;
    uint64_t *counts = calloc(bins, sizeof(*counts));
    double *col[6];
    columns table;
    ito_status rc = columns_new(&table, rows, 6);

    if (rc == ITO_OK && !counts)
        rc = cmd_fail(ITO_ENOMEM, "%zu bins", bins);
    for (size_t j = 0; j < 6 && rc == ITO_OK; j++)
        col[j] = columns_add(&table, names[j]);
    if (rc == ITO_OK)
        rc = fill_histogram(ctx, s, bins, counts, col);
    if (rc == ITO_OK)
        rc = columns_write(ctx, &table, simulate_args.hist);
    columns_free(&table);
    free(counts);
    return rc;
}

ito_status simulation_write(ito_ctx *ctx, simulation *s)
{
    ito_status rc = ITO_OK;

    if (simulate_args.out)
        rc = write_states(ctx, s);
    if (rc == ITO_OK && simulate_args.paths)
        rc = write_paths(ctx, s);
    if (rc == ITO_OK && simulate_args.hist)
        rc = write_histogram(ctx, s);
    return rc;
}

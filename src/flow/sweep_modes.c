/* SPDX-License-Identifier: MIT
 *
 * sweep_modes.c - how many rows each mode of a mixture has, and how wide they
 * lie around it.
 *
 * A row belongs to the mode k for which log w_k - d log s_k - |x - m_k|^2 /
 * (2 s_k^2) is largest.
 */
#include <math.h>

#include "dist/dist.h"
#include "flow/sweep.h"
#include "kern/dmath.h"

struct sweep_modes {
    ito_ctx *ctx;
    ito_dist *own; /* the set of a model; NULL for an oracle */
    const ito_modes *modes;
    size_t *count; /* rows of each mode */
    double *log0;  /* log w_k - d log s_k */
};

static const ito_dist *dist_of(ito_ctx *ctx, const ito_flow *flow,
                               ito_dist **own)
{
    const ito_model *model = ito_flow_model(flow);
    ito_model_record record;

    if (!model)
        return ito_oracle_dist(ito_flow_oracle(flow));
    if (ito_model_record_get(ctx, model, &record) == ITO_OK && record.set[0] &&
        ito_dist_open(ctx, record.set, own) == ITO_OK)
        return *own;
    return NULL;
}

ito_status ito__sweep_modes_new(ito_ctx *ctx, const ito_flow *flow,
                                const ito_table *data, sweep_modes **out)
{
    sweep_modes *m = ito__calloc(ctx, 1, sizeof(*m));
    const ito_dist *dist;

    *out = m;
    if (!m)
        return ito__fail(ctx, ITO_ENOMEM, "sweep: no memory");
    m->ctx = ctx;
    dist = dist_of(ctx, flow, &m->own);
    m->modes = dist ? ito__dist_modes(dist) : NULL;
    if (!m->modes || m->modes->modes < 2 ||
        m->modes->dim > ito_table_cols(data))
        return ito__fail(ctx, ITO_EUNFIT,
                         "sweep: shares and spread are those of the modes of "
                         "a mixture, which the data are not known to be");
    for (size_t c = 0; c < m->modes->dim; c++)
        if (ito_table_column(data, c)->kind != ITO_COLUMN_NUMBER)
            return ito__fail(ctx, ITO_EUNFIT,
                             "sweep: column %s is no coordinate of a mixture",
                             ito_table_column(data, c)->name);
    m->count = ito__calloc(ctx, m->modes->modes, sizeof(*m->count));
    m->log0 = ito__calloc(ctx, m->modes->modes, sizeof(*m->log0));
    if (!m->count || !m->log0)
        return ito__fail(ctx, ITO_ENOMEM, "sweep: no memory");
    for (size_t k = 0; k < m->modes->modes; k++)
        m->log0[k] = m->modes->logw[k] -
                     (double)m->modes->dim * ito__log(m->modes->stds[k]);
    return ITO_OK;
}

void ito__sweep_modes_free(sweep_modes *m)
{
    if (!m)
        return;
    ito_dist_free(m->own);
    ito__free(m->ctx, m->count);
    ito__free(m->ctx, m->log0);
    ito__free(m->ctx, m);
}

/* |x - m_k|^2 / s_k^2 of row i. */
static double distance(const ito_modes *modes, const ito_table *table, size_t i,
                       size_t k)
{
    double sum = 0.0;

    for (size_t c = 0; c < modes->dim; c++) {
        const double d = ito_table_column(table, c)->number[i] -
                         modes->means[k * modes->dim + c];

        sum += d * d;
    }
    return sum / (modes->stds[k] * modes->stds[k]);
}

void ito__sweep_modes(sweep_modes *m, const ito_table *table, size_t n,
                      size_t part, double scores[2])
{
    const ito_modes *modes = m->modes;
    const size_t rows = ito_table_rows(table);
    double sum = 0.0;
    size_t from;

    n = size_min(n, rows);
    from = part % (rows / n) * n;
    for (size_t k = 0; k < modes->modes; k++)
        m->count[k] = 0;
    for (size_t i = 0; i < n; i++) {
        double least = 0.0, top = -(double)INFINITY;
        size_t best = 0;

        for (size_t k = 0; k < modes->modes; k++) {
            const double r2 = distance(modes, table, from + i, k);

            if (m->log0[k] - 0.5 * r2 > top) {
                top = m->log0[k] - 0.5 * r2;
                best = k;
                least = r2;
            }
        }
        m->count[best]++;
        sum += least;
    }
    scores[0] = 0.0;
    for (size_t k = 0; k < modes->modes; k++)
        scores[0] += 0.5 * fabs((double)m->count[k] / (double)n -
                                ito__exp(modes->logw[k]));
    scores[1] = fabs(sqrt(sum / ((double)n * (double)modes->dim)) - 1.0);
}

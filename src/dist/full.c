/* SPDX-License-Identifier: MIT
 *
 * full.c - mixtures of normals with any covariances, seen through
 * x = alpha z + beta e.
 *
 *     C_k = alpha^2 S_k + beta^2 I = L L',   y = L^-1 (x - alpha m_k)
 *     log N_k = -d/2 log(2 pi) - sum log L_ii - |y|^2 / 2
 *     q_k = C_k^-1 (x - alpha m_k) = L^-T y,   z_k = m_k + alpha S_k q_k
 *
 * and the averages of modes.c over them (Golub and Van Loan, Matrix
 * Computations, 4.2).  Factors are made once a time.
 */
#include <math.h>
#include <string.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define LOG_2PI 1.83787706640934548356

bool ito__cholesky(size_t dim, double *c)
{
    for (size_t j = 0; j < dim; j++) {
        double pivot = c[j * dim + j];

        for (size_t k = 0; k < j; k++)
            pivot -= c[j * dim + k] * c[j * dim + k];
        if (!(pivot > 0.0))
            return false;
        pivot = sqrt(pivot);
        c[j * dim + j] = pivot;
        for (size_t i = j + 1; i < dim; i++) {
            double sum = c[i * dim + j];

            for (size_t k = 0; k < j; k++)
                sum -= c[i * dim + k] * c[j * dim + k];
            c[i * dim + j] = sum / pivot;
        }
    }
    return true;
}

/* y = L^-1 y. */
static void solve_lower(size_t dim, const double *l, double *y)
{
    for (size_t i = 0; i < dim; i++) {
        double sum = y[i];

        for (size_t k = 0; k < i; k++)
            sum -= l[i * dim + k] * y[k];
        y[i] = sum / l[i * dim + i];
    }
}

/* y = L^-T y. */
static void solve_upper(size_t dim, const double *l, double *y)
{
    for (size_t i = dim; i-- > 0;) {
        const double v = y[i] / l[i * dim + i];

        y[i] = v;
        for (size_t k = 0; k < i; k++)
            y[k] -= l[i * dim + k] * v;
    }
}

/* out = S y for a symmetric S. */
static void times(size_t dim, const double *s, const double *y, double *out)
{
    for (size_t i = 0; i < dim; i++) {
        double sum = 0.0;

        for (size_t k = 0; k < dim; k++)
            sum += s[i * dim + k] * y[k];
        out[i] = sum;
    }
}

size_t ito__full_doubles(const ito_full *full)
{
    const size_t modes = full->modes->modes, dim = full->modes->dim;
    const size_t square = size_mul(dim, dim);

    return size_add(size_mul(modes, size_add(square, 3)),
                    size_add(square, 3 * dim));
}

/* Traces of C^-1 and of alpha S C^-1, a column of the inverse at a time. */
static void find_traces(const ito_full_at *at, size_t k)
{
    const size_t dim = at->full->modes->dim;
    const double *s = at->full->covs + k * dim * dim;
    const double *l = at->factor + k * dim * dim;
    double tr_q = 0.0, tr_z = 0.0;

    for (size_t j = 0; j < dim; j++) {
        double *column = at->work;

        memset(column, 0, dim * sizeof(*column));
        column[j] = 1.0;
        solve_lower(dim, l, column);
        solve_upper(dim, l, column);
        tr_q += column[j];
        for (size_t i = 0; i < dim; i++)
            tr_z += s[j * dim + i] * column[i];
    }
    at->tr_q[k] = tr_q;
    at->tr_z[k] = at->alpha * tr_z;
}

void ito__full_at(const ito_full *full, double alpha, double beta, bool slopes,
                  double *memory, ito_full_at *out)
{
    const size_t modes = full->modes->modes, dim = full->modes->dim;
    const size_t square = dim * dim;

    *out = (ito_full_at){ .full = full,
                          .alpha = alpha,
                          .log0 = memory,
                          .tr_z = memory + modes,
                          .tr_q = memory + 2 * modes,
                          .factor = memory + 3 * modes,
                          .work = memory + modes * (square + 3) };
    for (size_t k = 0; k < modes; k++) {
        double *l = out->factor + k * square;
        double log_root = 0.0;

        for (size_t i = 0; i < square; i++)
            l[i] = alpha * alpha * full->covs[k * square + i];
        for (size_t i = 0; i < dim; i++)
            l[i * dim + i] += beta * beta;
        /* cannot fail: the covariance itself has been factored before */
        (void)ito__cholesky(dim, l);
        for (size_t i = 0; i < dim; i++)
            log_root += ito__log(l[i * dim + i]);
        out->log0[k] =
            full->modes->logw[k] - 0.5 * (double)dim * LOG_2PI - log_root;
        if (slopes)
            find_traces(out, k);
    }
}

/* The k-th term under the logsumexp; leaves q_k in `q`. */
static double term_of(const ito_full_at *at, size_t k, const double *x,
                      double *q)
{
    const size_t dim = at->full->modes->dim;
    const double *mean = at->full->modes->means + k * dim;
    const double *l = at->factor + k * dim * dim;
    double sum = 0.0;

    for (size_t c = 0; c < dim; c++)
        q[c] = x[c] - at->alpha * mean[c];
    solve_lower(dim, l, q);
    for (size_t c = 0; c < dim; c++)
        sum += q[c] * q[c];
    solve_upper(dim, l, q);
    return at->log0[k] - 0.5 * sum;
}

/* z_k from q_k. */
static void data_of(const ito_full_at *at, size_t k, const double *q, double *z)
{
    const size_t dim = at->full->modes->dim;

    times(dim, at->full->covs + k * dim * dim, q, z);
    for (size_t c = 0; c < dim; c++)
        z[c] = at->full->modes->means[k * dim + c] + at->alpha * z[c];
}

double ito__full_moments(const ito_full_at *at, const double *x, double *z,
                         double *q)
{
    const size_t dim = at->full->modes->dim;
    double *qk = at->work, *zk = at->work + dim;
    double top = -HUGE_VAL, sum = 0.0;

    for (size_t k = 0; k < at->full->modes->modes; k++) {
        const double term = term_of(at, k, x, qk);
        const bool higher = k == 0 || term > top;
        const double f = !higher ? 1.0 : k == 0 ? 0.0 : ito__exp(top - term);
        double w = 1.0;

        if (!higher)
            w = top == -HUGE_VAL ? 0.0 : ito__exp(term - top);
        else
            top = term;
        sum = f * sum + w;
        if (!z)
            continue;
        data_of(at, k, qk, zk);
        for (size_t c = 0; c < dim; c++) {
            z[c] = (k == 0 ? 0.0 : f * z[c]) + w * zk[c];
            q[c] = (k == 0 ? 0.0 : f * q[c]) + w * qk[c];
        }
    }
    for (size_t c = 0; z && c < dim; c++) {
        z[c] /= sum;
        q[c] /= sum;
    }
    return top + ito__log(sum);
}

double ito__full_slope(const ito_full_at *at, const double *x,
                       const ito_slope *s)
{
    const size_t dim = at->full->modes->dim;
    double *qk = at->work, *zk = at->work + dim, *own = at->work + 2 * dim;
    double trace = 0.0;

    for (size_t c = 0; s->v && c < dim; c++)
        s->vj[c] = 0.0;
    for (size_t k = 0; k < at->full->modes->modes; k++) {
        const double term = term_of(at, k, x, qk);
        const double r =
            s->logp > -HUGE_VAL ? ito__exp(term - s->logp) : (double)(k == 0);
        double between = 0.0, along = 0.0;

        if (r == 0.0)
            continue;
        data_of(at, k, qk, zk);
        for (size_t c = 0; c < dim; c++) {
            const double f =
                s->cz * (zk[c] - s->z[c]) + s->cq * (qk[c] - s->q[c]);

            between += f * (s->q[c] - qk[c]);
            along += s->v ? f * s->v[c] : 0.0;
        }
        trace += r * (s->cz * at->tr_z[k] + s->cq * at->tr_q[k] + between);
        if (!s->v)
            continue;
        /* v' (cz alpha S C^-1 + cq C^-1): symmetric, as S and C commute */
        times(dim, at->full->covs + k * dim * dim, s->v, own);
        for (size_t c = 0; c < dim; c++)
            own[c] = s->cz * at->alpha * own[c] + s->cq * s->v[c];
        solve_lower(dim, at->factor + k * dim * dim, own);
        solve_upper(dim, at->factor + k * dim * dim, own);
        for (size_t c = 0; c < dim; c++)
            s->vj[c] += r * (own[c] + along * (s->q[c] - qk[c]));
    }
    return trace;
}

bool ito__dist_full(const ito_dist *dist, ito_full *full)
{
    if (!dist->covs)
        return false;
    *full = (ito_full){ .modes = &dist->modes, .covs = dist->covs };
    return true;
}

ito_status ito__dist_set_covs(ito_ctx *ctx, ito_dist *dist, const double *covs)
{
    const size_t modes = dist->modes.modes, dim = dist->dim;
    const size_t square = size_mul(dim, dim), count = size_mul(modes, square);

    dist->covs = ito__alloc(ctx, size_mul(2 * count, sizeof(double)));
    dist->factor = ito__alloc(ctx, size_mul(count, sizeof(float)));
    if (!dist->covs || !dist->factor)
        return ito__fail(ctx, ITO_ENOMEM,
                         "distribution %s: no memory for %zu covariances of "
                         "%zu x %zu",
                         dist->kind->info.name, modes, dim, dim);
    memcpy(dist->covs, covs, count * sizeof(double));
    memcpy(dist->covs + count, covs, count * sizeof(double));
    for (size_t k = 0; k < modes; k++) {
        double *l = dist->covs + count + k * square;

        if (!ito__cholesky(dim, l))
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: covariance %zu is not positive "
                             "definite",
                             dist->kind->info.name, k);
        for (size_t i = 0; i < square; i++)
            dist->factor[k * square + i] = (float)l[i];
    }
    return ITO_OK;
}

/* --- the density itself -------------------------------------------------- */

static size_t full_bytes(const ito_dist *dist)
{
    const ito_full full = { .modes = &dist->modes, .covs = dist->covs };

    return size_mul(ito__full_doubles(&full), sizeof(double));
}

static void full_prepare(const ito_dist *dist, void *memory)
{
    const ito_full full = { .modes = &dist->modes, .covs = dist->covs };
    ito_full_at at;

    ito__full_at(&full, 1.0, 0.0, false, memory, &at);
}

static double full_density(const ito_dist *dist, void *memory, const double *x,
                           double *score, double *work)
{
    const size_t modes = dist->modes.modes;
    const ito_full full = { .modes = &dist->modes, .covs = dist->covs };
    double *tables = memory;
    const ito_full_at at = { .full = &full,
                             .alpha = 1.0,
                             .log0 = tables,
                             .factor = tables + 3 * modes,
                             .work = work + dist->dim };
    const double logp = ito__full_moments(&at, x, score ? work : NULL, score);

    for (size_t c = 0; score && c < dist->dim; c++)
        score[c] = -score[c];
    return logp;
}

const dist_form ito__form_full = { .bytes = full_bytes,
                                   .prepare = full_prepare,
                                   .at = full_density };

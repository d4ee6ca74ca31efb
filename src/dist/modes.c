/* SPDX-License-Identifier: MIT
 *
 * modes.c - mixtures of isotropic normals, seen through x = alpha z + beta e.
 *
 *     log p = logsumexp_k [log w_k - d/2 log(2 pi C_k)
 *                          - |x - alpha m_k|^2 / (2 C_k)]
 *     E[z | x] = sum_k r_k (m_k + alpha s_k^2 q_k),
 *     E[e | x] / beta = sum_k r_k q_k,   q_k = (x - alpha m_k) / C_k
 *
 * r is the softmax of the terms under the logsumexp.  Terms, softmax and
 * averages are made in one pass over the modes that keeps the largest term
 * seen so far, so nothing overflows and a lone mode is exact.
 */
#include <math.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define LOG_2PI 1.83787706640934548356

void ito__modes_at(const ito_modes *modes, double alpha, double beta,
                   double *memory, ito_modes_at *out)
{
    const double half_dim = 0.5 * (double)modes->dim;

    out->modes = modes;
    out->alpha = alpha;
    out->inv = memory;
    out->log0 = memory + modes->modes;
    for (size_t k = 0; k < modes->modes; k++) {
        const double as = alpha * modes->stds[k];
        const double c = as * as + beta * beta;

        out->inv[k] = 1.0 / c;
        out->log0[k] = modes->logw[k] - half_dim * (LOG_2PI + ito__log(c));
    }
}

/* The k-th term under the logsumexp; -inf where the square overflows. */
static double log_term(const ito_modes_at *at, size_t k, const double *x)
{
    const size_t dim = at->modes->dim;
    const double *mean = at->modes->means + k * dim;
    double sum = 0.0;

    for (size_t c = 0; c < dim; c++) {
        const double d = x[c] - at->alpha * mean[c];

        sum += d * d;
    }
    return at->log0[k] - 0.5 * sum * at->inv[k];
}

/* z and q gain mode k with weight w, after what they hold is scaled by f. */
static void add_mode(const ito_modes_at *at, size_t k, double f, double w,
                     const double *x, double *z, double *q)
{
    const size_t dim = at->modes->dim;
    const double *mean = at->modes->means + k * dim;
    const double std = at->modes->stds[k], inv = at->inv[k];

    for (size_t c = 0; c < dim; c++) {
        const double r = (x[c] - at->alpha * mean[c]) * inv;

        q[c] = f * q[c] + w * r;
        z[c] = f * z[c] + w * (mean[c] + at->alpha * std * std * r);
    }
}

double ito__modes_moments(const ito_modes_at *at, const double *x, double *z,
                          double *q)
{
    const size_t dim = at->modes->dim;
    double top = log_term(at, 0, x), sum = 1.0;

    for (size_t c = 0; z && c < dim; c++)
        z[c] = q[c] = 0.0;
    if (z)
        add_mode(at, 0, 0.0, 1.0, x, z, q);
    for (size_t k = 1; k < at->modes->modes; k++) {
        const double term = log_term(at, k, x);
        double f = 1.0, w = 0.0; /* all terms -inf: the first mode stands */

        if (term > top) {
            f = ito__exp(top - term);
            w = 1.0;
            top = term;
        } else if (term == top) {
            w = top == -HUGE_VAL ? 0.0 : 1.0;
        } else {
            w = ito__exp(term - top);
        }
        sum = f * sum + w;
        if (z && (w > 0.0 || f < 1.0))
            add_mode(at, k, f, w, x, z, q);
    }
    for (size_t c = 0; z && c < dim; c++) {
        z[c] /= sum;
        q[c] /= sum;
    }
    return top + ito__log(sum);
}

/* The share of mode k given x, where log p is known. */
static double share(const ito_modes_at *at, size_t k, const double *x,
                    double logp)
{
    if (at->modes->modes == 1)
        return 1.0;
    return logp > -HUGE_VAL ? ito__exp(log_term(at, k, x) - logp)
                            : (double)(k == 0);
}

double ito__modes_slope(const ito_modes_at *at, const double *x,
                        const ito_slope *s)
{
    const size_t dim = at->modes->dim;
    double trace = 0.0;

    for (size_t c = 0; s->v && c < dim; c++)
        s->vj[c] = 0.0;
    for (size_t k = 0; k < at->modes->modes; k++) {
        const double *mean = at->modes->means + k * dim;
        const double std = at->modes->stds[k], inv = at->inv[k];
        const double gain = at->alpha * std * std;
        const double own = (s->cz * gain + s->cq) * inv; /* df_k/dx, times I */
        const double r = share(at, k, x, s->logp);
        double between = 0.0, along = 0.0;

        if (r == 0.0)
            continue;
        for (size_t c = 0; c < dim; c++) {
            const double q = (x[c] - at->alpha * mean[c]) * inv;
            const double f =
                s->cz * (mean[c] + gain * q - s->z[c]) + s->cq * (q - s->q[c]);

            between += f * (s->q[c] - q);
            along += s->v ? f * s->v[c] : 0.0;
        }
        trace += r * ((double)dim * own + between);
        for (size_t c = 0; s->v && c < dim; c++) {
            const double q = (x[c] - at->alpha * mean[c]) * inv;

            s->vj[c] += r * (own * s->v[c] + along * (s->q[c] - q));
        }
    }
    return trace;
}

/* --- the density itself -------------------------------------------------- */

static size_t modes_bytes(const ito_dist *dist)
{
    return size_mul(2 * dist->modes.modes, sizeof(double));
}

static void modes_prepare(const ito_dist *dist, void *memory)
{
    ito_modes_at at;

    ito__modes_at(&dist->modes, 1.0, 0.0, memory, &at);
}

static double modes_density(const ito_dist *dist, void *memory, const double *x,
                            double *score, double *work)
{
    double *tables = memory;
    const ito_modes_at at = { .modes = &dist->modes,
                              .alpha = 1.0,
                              .inv = tables,
                              .log0 = tables + dist->modes.modes };
    const double logp = ito__modes_moments(&at, x, score ? work : NULL, score);

    for (size_t c = 0; score && c < dist->dim; c++)
        score[c] = -score[c];
    return logp;
}

const dist_form ito__form_modes = { .bytes = modes_bytes,
                                    .prepare = modes_prepare,
                                    .at = modes_density };

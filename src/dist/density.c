/* SPDX-License-Identifier: MIT
 *
 * density.c - log density and score where they have a closed form.
 *
 *     mixture       log p = logsumexp_k [log w_k - d/2 log(2 pi C_k)
 *                                        - |x - alpha m_k|^2 / (2 C_k)]
 *                   grad log p = -sum_k r_k (x - alpha m_k) / C_k
 *     checkerboard  log p = -log(area of the cells) on them; no score, as the
 *                   density has steps
 *
 * r is the softmax of the terms under the logsumexp.  Terms, softmax and
 * averages are made in one pass over the modes that keeps the largest term
 * seen so far, so nothing overflows and a lone mode is exact.
 */
#include <ito/dist.h>
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

/* The log density of a checkerboard on its cells. */
static double board_logp(size_t grid, double scale)
{
    const size_t cells = (grid * grid + 1) / 2;
    const double width = 2.0 * scale / (double)grid;

    return -ito__log((double)cells * width * width);
}

/* Whether x, y lies on a cell; the cells are closed below, open above. */
static bool on_board(size_t grid, double scale, const double *x)
{
    const double width = 2.0 * scale / (double)grid;
    const double i = floor((x[0] + scale) / width);
    const double j = floor((x[1] + scale) / width);
    const double n = (double)grid;

    if (!(i >= 0.0 && i < n && j >= 0.0 && j < n))
        return false;
    return ((size_t)i + (size_t)j) % 2 == 0;
}

static ito_status check_args(ito_ctx *ctx, const ito_dist *dist, size_t n,
                             const double *x, const double *out)
{
    if (!dist || (n > 0 && (!x || !out)))
        return ito__fail(ctx, ITO_EARG, "density: a NULL argument");
    for (size_t i = 0; i < n * dist->dim; i++)
        if (!(fabs(x[i]) <= 1e100))
            return ito__fail(ctx, ITO_EARG,
                             "density: row %zu holds %g; the "
                             "limit is 1e100",
                             i / dist->dim, x[i]);
    return ITO_OK;
}

static ito_status no_form(ito_ctx *ctx, const ito_dist *dist, const char *what)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "distribution %s has no %s in closed "
                     "form; gaussian, gmm, gmm-random and 8gaussians have one",
                     dist->kind->info.name, what);
}

ito_status ito_dist_logp(ito_ctx *ctx, const ito_dist *dist, size_t n,
                         const double *x, double *logp)
{
    size_t grid = 0;
    double scale = 0.0, *memory;
    ito_modes_at at;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_args(ctx, dist, n, x, logp)) != ITO_OK)
        return rc;
    if (ito__dist_board(dist, &grid, &scale)) {
        for (size_t i = 0; i < n; i++)
            logp[i] = on_board(grid, scale, x + 2 * i) ? board_logp(grid, scale)
                                                       : -HUGE_VAL;
        return ITO_OK;
    }
    if (dist->modes.modes == 0)
        return no_form(ctx, dist, "log density");
    memory = ito__alloc(ctx, size_mul(2 * dist->modes.modes, sizeof(*memory)));
    if (!memory)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory");
    ito__modes_at(&dist->modes, 1.0, 0.0, memory, &at);
    for (size_t i = 0; i < n; i++)
        logp[i] = ito__modes_moments(&at, x + i * dist->dim, NULL, NULL);
    ito__free(ctx, memory);
    return ITO_OK;
}

ito_status ito_dist_score(ito_ctx *ctx, const ito_dist *dist, size_t n,
                          const double *x, double *score)
{
    double *memory, *z;
    ito_modes_at at;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_args(ctx, dist, n, x, score)) != ITO_OK)
        return rc;
    if (dist->modes.modes == 0)
        return no_form(ctx, dist, "score");
    memory = ito__alloc(
        ctx, size_mul(2 * dist->modes.modes + dist->dim, sizeof(*memory)));
    if (!memory)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory");
    z = memory + 2 * dist->modes.modes;
    ito__modes_at(&dist->modes, 1.0, 0.0, memory, &at);
    for (size_t i = 0; i < n; i++) {
        double *s = score + i * dist->dim;

        ito__modes_moments(&at, x + i * dist->dim, z, s);
        for (size_t c = 0; c < dist->dim; c++)
            s[c] = -s[c];
    }
    ito__free(ctx, memory);
    return ITO_OK;
}

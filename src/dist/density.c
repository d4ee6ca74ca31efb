/* SPDX-License-Identifier: MIT
 *
 * density.c - log density and score of rows; the formulas are in the files of
 * each shape (modes.c, full.c, rings.c, curve.c, laws.c).
 */
#include <ito/dist.h>
#include <math.h>

#include "dist/kinds.h"

#define GRAIN 64

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

static const dist_form *form_of(const ito_dist *dist)
{
    return dist->covs ? &ito__form_full : dist->kind->form;
}

static ito_status check_form(ito_ctx *ctx, const ito_dist *dist, bool score)
{
    const dist_form *form = form_of(dist);
    const char *what = score ? "score" : "log density";
    const char *why = form->lacks ? form->lacks(dist) : NULL;

    if (score && form->no_score)
        why = "its density has steps";
    if (!why)
        return ITO_OK;
    return ito__fail(ctx, ITO_EUNFIT, "distribution %s has no %s: %s",
                     dist->kind->info.name, what, why);
}

/* One call; constant but for what it writes. */
typedef struct density_call {
    const ito_dist *dist;
    const dist_form *form;
    void *memory; /* what all points share */
    double *work; /* 3 dim a worker */
    const double *x;
    double *logp, *score; /* one of them */
} density_call;

static void some_rows(void *arg, size_t worker, size_t begin, size_t end)
{
    const density_call *d = arg;
    const size_t dim = d->dist->dim;

    for (size_t i = begin; i < end; i++) {
        const double logp = d->form->at(d->dist, d->memory, d->x + i * dim,
                                        d->score ? d->score + i * dim : NULL,
                                        d->work + worker * 3 * dim);

        if (d->logp)
            d->logp[i] = logp;
    }
}

static ito_status all_rows(ito_ctx *ctx, const ito_dist *dist, size_t n,
                           const double *x, double *logp, double *score)
{
    density_call d = { .dist = dist, .x = x, .logp = logp, .score = score };
    size_t bytes;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_args(ctx, dist, n, x, logp ? logp : score)) != ITO_OK ||
        (rc = check_form(ctx, dist, score != NULL)) != ITO_OK || n == 0)
        return rc;
    d.form = form_of(dist);
    bytes = size_round_up(d.form->bytes(dist), 64);
    d.memory = ito__alloc(
        ctx, size_add(bytes, size_mul(size_mul(ctx->threads, 3 * dist->dim),
                                      sizeof(double))));
    if (!d.memory)
        return ito__fail(ctx, ITO_ENOMEM, "density: no memory");
    d.work = (double *)(void *)((char *)d.memory + bytes);
    d.form->prepare(dist, d.memory);
    ito__for(ctx, n, GRAIN, some_rows, &d);
    ito__free(ctx, d.memory);
    return ITO_OK;
}

ito_status ito_dist_logp(ito_ctx *ctx, const ito_dist *dist, size_t n,
                         const double *x, double *logp)
{
    if (ctx && n > 0 && !logp)
        return ito__fail(ctx, ITO_EARG, "density: a NULL argument");
    return all_rows(ctx, dist, n, x, logp, NULL);
}

ito_status ito_dist_score(ito_ctx *ctx, const ito_dist *dist, size_t n,
                          const double *x, double *score)
{
    if (ctx && n > 0 && !score)
        return ito__fail(ctx, ITO_EARG, "density: a NULL argument");
    return all_rows(ctx, dist, n, x, NULL, score);
}

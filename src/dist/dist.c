/* SPDX-License-Identifier: MIT
 *
 * dist.c - opening a distribution and drawing its rows.
 */
#include <ito/dist.h>
#include <math.h>
#include <string.h>

#include "dist/kinds.h"
#include "kern/dmath.h"

#define MODES_MAX   4096
#define DIM_MAX     4096
#define COV_DIM_MAX 512

ito_status ito__dist_new_modes(ito_ctx *ctx, ito_dist *dist, size_t modes,
                               size_t dim)
{
    const size_t doubles = modes * (dim + 2), floats = modes * (dim + 2);

    assert(modes <= MODES_MAX && dim <= DIM_MAX);
    dist->dim = dim;
    dist->table = ito__alloc(ctx, size_mul(doubles, sizeof(double)));
    dist->mean = ito__alloc(ctx, size_mul(floats, sizeof(float)));
    if (!dist->table || !dist->mean)
        return ito__fail(ctx, ITO_ENOMEM,
                         "distribution %s: no memory for %zu "
                         "modes of %zu values",
                         dist->kind->info.name, modes, dim);
    dist->std = dist->mean + modes * dim;
    dist->modes = (ito_modes){ .modes = modes,
                               .dim = dim,
                               .means = dist->table,
                               .stds = dist->table + modes * dim,
                               .logw = dist->table + modes * (dim + 1) };
    return ITO_OK;
}

double *ito__dist_means(ito_dist *dist)
{
    return dist->table;
}

double *ito__dist_stds(ito_dist *dist)
{
    return dist->table + dist->modes.modes * dist->modes.dim;
}

double *ito__dist_weights(ito_dist *dist)
{
    return dist->table + dist->modes.modes * (dist->modes.dim + 1);
}

void ito__dist_finish_modes(ito_dist *dist)
{
    const size_t modes = dist->modes.modes, dim = dist->modes.dim;
    double *w = ito__dist_weights(dist);
    float *cdf = dist->std + modes;
    double total = 0.0, sum = 0.0;
    bool equal = true;

    for (size_t k = 0; k < modes; k++) {
        total += w[k];
        equal = equal && w[k] == w[0];
    }
    for (size_t k = 0; k < modes; k++) {
        sum += w[k];
        cdf[k] = (float)(sum / total);
        w[k] = ito__log(w[k] / total);
        dist->std[k] = (float)dist->modes.stds[k];
    }
    for (size_t i = 0; i < modes * dim; i++)
        dist->mean[i] = (float)dist->table[i];
    dist->cdf = equal ? NULL : cdf;
}

/* Take ownership of a distribution that was made, or free it. */
static ito_status finish(ito_status rc, ito_dist *dist, ito_dist **out)
{
    if (rc != ITO_OK)
        ito_dist_free(dist);
    else
        *out = dist;
    return rc;
}

ito_status ito_dist_open(ito_ctx *ctx, const char *spec, ito_dist **out)
{
    ito_dist *dist;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!spec)
        return ito__fail(ctx, ITO_EARG, "distribution: the name is NULL");
    dist = ito__calloc(ctx, 1, sizeof(*dist));
    if (!dist)
        return ito__fail(ctx, ITO_ENOMEM, "distribution: no memory");
    dist->ctx = ctx;
    rc = ito__dist_parse(ctx, spec, dist);
    if (rc == ITO_OK) {
        dist->dim = 2;
        if (dist->kind->build)
            rc = dist->kind->build(ctx, dist);
    }
    return finish(rc, dist, out);
}

static bool in_range(const double *x, size_t n, bool positive)
{
    for (size_t i = 0; x && i < n; i++)
        if (!(fabs(x[i]) <= 1e30) || (positive && !(x[i] >= 1e-30)))
            return false;
    return true;
}

/* Covariances are finite and symmetric to rounding. */
static ito_status check_covs(ito_ctx *ctx, size_t modes, size_t dim,
                             const double *covs)
{
    if (dim > COV_DIM_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "mixture: covariances of %zu x %zu values; there may "
                         "be %d x %d",
                         dim, dim, COV_DIM_MAX, COV_DIM_MAX);
    if (!in_range(covs, modes * dim * dim, false))
        return ito__fail(ctx, ITO_EARG,
                         "mixture: covariances must lie within 1e30");
    for (size_t k = 0; k < modes; k++)
        for (size_t i = 0; i < dim; i++)
            for (size_t j = 0; j < i; j++) {
                const double *s = covs + k * dim * dim;
                const double a = s[i * dim + j], b = s[j * dim + i];

                if (fabs(a - b) > 1e-12 * (fabs(a) + fabs(b)))
                    return ito__fail(ctx, ITO_EARG,
                                     "mixture: covariance %zu is not "
                                     "symmetric: %g at (%zu, %zu), %g across",
                                     k, a, i, j, b);
            }
    return ITO_OK;
}

static ito_status check_mixture(ito_ctx *ctx, const ito_mixture *m)
{
    if (!m || !m->means)
        return ito__fail(ctx, ITO_EARG, "mixture: there are no means");
    if (m->modes < 1 || m->modes > MODES_MAX || m->dim < 1 || m->dim > DIM_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "mixture: %zu modes of %zu values; "
                         "there may be 1 to 4096 of 1 to 4096",
                         m->modes, m->dim);
    if (!in_range(m->means, m->modes * m->dim, false) ||
        !in_range(m->stds, m->modes, true) ||
        !in_range(m->weights, m->modes, true))
        return ito__fail(ctx, ITO_EARG,
                         "mixture: means, stds and weights must "
                         "lie within 1e30, the last two be at least 1e-30");
    if (m->covs && m->stds)
        return ito__fail(ctx, ITO_EARG,
                         "mixture: stds and covs exclude each other");
    if (m->covs)
        return check_covs(ctx, m->modes, m->dim, m->covs);
    return ITO_OK;
}

/* A distribution of a kind that is not in the list. */
static ito_status new_mixture(ito_ctx *ctx, const dist_kind *kind,
                              const ito_mixture *m, ito_dist **out)
{
    ito_dist *dist;
    ito_status rc;

    if ((rc = check_mixture(ctx, m)) != ITO_OK)
        return rc;
    dist = ito__calloc(ctx, 1, sizeof(*dist));
    if (!dist)
        return ito__fail(ctx, ITO_ENOMEM, "mixture: no memory");
    dist->ctx = ctx;
    dist->kind = kind;
    rc = ito__dist_new_modes(ctx, dist, m->modes, m->dim);
    if (rc == ITO_OK) {
        memcpy(ito__dist_means(dist), m->means,
               m->modes * m->dim * sizeof(double));
        for (size_t k = 0; k < m->modes; k++) {
            ito__dist_stds(dist)[k] = m->stds ? m->stds[k] : 1.0;
            ito__dist_weights(dist)[k] = m->weights ? m->weights[k] : 1.0;
        }
        ito__dist_finish_modes(dist);
    }
    if (rc == ITO_OK && m->covs)
        rc = ito__dist_set_covs(ctx, dist, m->covs);
    return finish(rc, dist, out);
}

ito_status ito_dist_open_mixture(ito_ctx *ctx, const ito_mixture *mixture,
                                 ito_dist **out)
{
    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    return new_mixture(ctx, &ito__dist_kind_mixture, mixture, out);
}

ito_status ito_dist_open_gaussian(ito_ctx *ctx, size_t dim, const double *mean,
                                  const double *cov, ito_dist **out)
{
    double *zeros = NULL;
    ito_mixture m = { .modes = 1, .dim = dim, .means = mean, .covs = cov };
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (dim < 1 || dim > COV_DIM_MAX || !cov)
        return ito__fail(ctx, ITO_EARG,
                         "gaussian: %zu dimensions, covariance %s; there may "
                         "be 1 to %d",
                         dim, cov ? "given" : "missing", COV_DIM_MAX);
    if (!mean) {
        zeros = ito__calloc(ctx, dim, sizeof(*zeros));
        if (!zeros)
            return ito__fail(ctx, ITO_ENOMEM, "gaussian: no memory");
        m.means = zeros;
    }
    rc = new_mixture(ctx, &ito__dist_kind_normal, &m, out);
    ito__free(ctx, zeros);
    return rc;
}

ito_status ito_dist_open_class(ito_ctx *ctx, const ito_dist *dist,
                               uint32_t label, ito_dist **out)
{
    ito_mixture m = { .modes = 1 };

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!dist || label >= ito_dist_classes(dist))
        return ito__fail(ctx, ITO_EARG, "class %lu of %s: there are %zu",
                         (unsigned long)label,
                         dist ? ito_dist_name(dist) : "nothing",
                         dist ? ito_dist_classes(dist) : 0);
    if (dist->modes.modes == 0)
        return ito__fail(ctx, ITO_EUNFIT,
                         "class %lu of %s: only the classes of mixtures are "
                         "distributions of their own",
                         (unsigned long)label, ito_dist_name(dist));
    m.dim = dist->dim;
    m.means = dist->modes.means + label * dist->dim;
    if (dist->covs)
        m.covs = dist->covs + label * dist->dim * dist->dim;
    else
        m.stds = dist->modes.stds + label;
    return new_mixture(ctx, &ito__dist_kind_mixture, &m, out);
}

void ito_dist_free(ito_dist *dist)
{
    if (!dist)
        return;
    ito__free(dist->ctx, dist->spec);
    ito__free(dist->ctx, dist->table);
    ito__free(dist->ctx, dist->mean);
    ito__free(dist->ctx, dist->covs);
    ito__free(dist->ctx, dist->factor);
    ito__free(dist->ctx, dist);
}

const char *ito_dist_name(const ito_dist *dist)
{
    return dist->kind->info.name;
}

const char *ito_dist_spec(const ito_dist *dist)
{
    return dist->spec ? dist->spec : dist->kind->info.name;
}

size_t ito_dist_dim(const ito_dist *dist)
{
    return dist->dim;
}

uint64_t ito_dist_rows(const ito_dist *dist)
{
    return dist->rows;
}

const ito_modes *ito__dist_modes(const ito_dist *dist)
{
    return dist->modes.modes > 0 && !dist->covs ? &dist->modes : NULL;
}

bool ito__dist_board(const ito_dist *dist, size_t *grid, double *scale)
{
    if (dist->kind->draw != ito__draw_board)
        return false;
    *grid = (size_t)dist->value[BOARD_GRID];
    *scale = dist->value[BOARD_SCALE];
    return true;
}

void ito__dist_rows(const ito_kern *kern, const ito_dist *dist,
                    const ito_noise *at, uint64_t id0, size_t n, float *out,
                    size_t ld)
{
    for (size_t i = 0; i < n; i += DIST_CHUNK) {
        const dist_draw d = { .kern = kern,
                              .dist = dist,
                              .at = at,
                              .id0 = id0 + i,
                              .n = size_min(DIST_CHUNK, n - i),
                              .out = out + i * ld,
                              .ld = ld };

        if (dist->covs)
            ito__draw_full(&d);
        else
            dist->kind->draw(&d);
    }
}

/* A public draw, shared out in chunks. */
typedef struct sample {
    const ito_kern *kern;
    const ito_dist *dist;
    ito_noise at;
    uint64_t id0;
    float *rows;
} sample;

static void sample_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const sample *s = arg;

    (void)worker;
    ito__dist_rows(s->kern, s->dist, &s->at, s->id0 + begin, end - begin,
                   s->rows + begin * s->dist->dim, s->dist->dim);
}

/* Check the arguments of a draw. */
static ito_status check_draw(ito_ctx *ctx, const ito_dist *dist,
                             const ito_noise *at, uint64_t id0, size_t n,
                             const void *out)
{
    if (!dist || !at || (n > 0 && !out))
        return ito__fail(ctx, ITO_EARG, "dist_sample: a NULL argument");
    if (at->stream >= 65536 || at->purpose >= 256 ||
        id0 > (UINT64_C(1) << 45) || n > (UINT64_C(1) << 45) - id0)
        return ito__fail(ctx, ITO_EARG,
                         "dist_sample: stream %lu, purpose %lu, "
                         "rows %llu to %llu; the limits are 65535, 255, 2^45",
                         (unsigned long)at->stream, (unsigned long)at->purpose,
                         (unsigned long long)id0, (unsigned long long)id0 + n);
    return ITO_OK;
}

ito_status ito_dist_sample(ito_ctx *ctx, const ito_dist *dist,
                           const ito_noise *at, uint64_t id0, size_t n,
                           float *rows)
{
    sample s = { .dist = dist, .id0 = id0, .rows = rows };
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_draw(ctx, dist, at, id0, n, rows)) != ITO_OK)
        return rc;
    s.kern = ctx->kern;
    s.at = *at;
    if (s.at.purpose == 0)
        s.at.purpose = ITO_FOR_ROWS;
    ito__for(ctx, n, 8 * DIST_CHUNK, sample_chunk, &s);
    return ITO_OK;
}

size_t ito_dist_classes(const ito_dist *dist)
{
    if (dist->kind->classes)
        return dist->kind->classes(dist);
    return dist->modes.modes > 0 ? dist->modes.modes : 1;
}

ito_status ito_dist_labels(ito_ctx *ctx, const ito_dist *dist,
                           const ito_noise *at, uint64_t id0, size_t n,
                           uint32_t *labels)
{
    ito_noise address;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if ((rc = check_draw(ctx, dist, at, id0, n, labels)) != ITO_OK)
        return rc;
    address = *at;
    if (address.purpose == 0)
        address.purpose = ITO_FOR_ROWS;
    for (size_t i = 0; i < n; i += DIST_CHUNK) {
        const dist_draw d = { .kern = ctx->kern,
                              .dist = dist,
                              .at = &address,
                              .id0 = id0 + i,
                              .n = size_min(DIST_CHUNK, n - i) };

        if (dist->kind->label && ito_dist_classes(dist) > 1)
            dist->kind->label(&d, labels + i);
        else
            memset(labels + i, 0, d.n * sizeof(*labels));
    }
    return ITO_OK;
}

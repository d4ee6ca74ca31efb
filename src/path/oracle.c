/* SPDX-License-Identifier: MIT
 *
 * oracle.c - opening oracles.
 */
#include <ito/oracle.h>
#include <math.h>
#include <string.h>

#include "path/oracle_field.h"

#define SPEC_MAX    512
#define DIM_MAX     1048576
#define GROUP       16 /* particles that share a pass over points */
#define SCRATCH_MAX (1u << 28)

/* What has no base. */
static ito_status unfit(ito_ctx *ctx, const ito_dist *dist)
{
    return ito__fail(ctx, ITO_EUNFIT,
                     "oracle: the field of %s has no closed form; gaussian, "
                     "gmm, gmm-random, gmm1d, 8gaussians, checkerboard and, "
                     "with noise, moons, circles, rings, spiral, swissroll and "
                     "scurve have one; n=ROWS makes a finite set of any",
                     ito_dist_name(dist));
}

static ito_status set_curve(ito_ctx *ctx, ito_oracle *o)
{
    const size_t n = ito__curve_points(o->dist, NULL);

    o->curve_memory = ito__alloc(ctx, size_mul(3 * n, sizeof(double)));
    if (!o->curve_memory)
        return ito__fail(ctx, ITO_ENOMEM, "oracle: no memory for %zu points",
                         n);
    ito__curve_fill(o->dist, o->curve_memory, &o->curve);
    o->base = &ito__base_curve;
    return ITO_OK;
}

/* The base of o->dist. */
static ito_status set_base(ito_ctx *ctx, ito_oracle *o)
{
    o->dim = ito_dist_dim(o->dist);
    o->modes = ito__dist_modes(o->dist);
    if (o->modes)
        o->base = &ito__base_modes;
    else if (ito__dist_full(o->dist, &o->full))
        o->base = &ito__base_full;
    else if (ito__dist_board(o->dist, &o->board.grid, &o->board.scale))
        o->base = &ito__base_board;
    else if (ito__dist_rings(o->dist, &o->rings))
        o->base = &ito__base_rings;
    else if (ito__curve_points(o->dist, NULL) > 0)
        return set_curve(ctx, o);
    else
        return unfit(ctx, o->dist);
    return ITO_OK;
}

/* p_init; a standard normal is N(0, I). */
static ito_status set_start(ito_ctx *ctx, ito_oracle *o)
{
    const ito_modes *m = o->init ? ito__dist_modes(o->init) : NULL;

    if (!o->init)
        return ITO_OK;
    if (ito_dist_dim(o->init) != o->dim)
        return ito__fail(ctx, ITO_EARG,
                         "oracle: p_init %s has %zu components, the data %zu",
                         ito_dist_name(o->init), ito_dist_dim(o->init), o->dim);
    if (!m)
        return ito__fail(ctx, ITO_EUNFIT,
                         "oracle: p_init %s is no mixture of isotropic normals",
                         ito_dist_name(o->init));
    for (size_t i = 0; i < m->modes * m->dim; i++)
        o->moved = o->moved || m->means[i] != 0.0;
    o->start = m;
    if (m->modes == 1 && !o->moved && m->stds[0] == 1.0)
        o->start = NULL;
    if (m->modes > 1)
        o->moved = true; /* parts are looked at one by one */
    return ITO_OK;
}

/* What is left once base and path are known. */
static ito_status complete(ito_ctx *ctx, ito_oracle *o)
{
    const bool alone = !o->start || (o->start->modes == 1 && !o->moved);

    o->group = o->base == &ito__base_points && alone ? GROUP : 1;
    if (ito__oracle_bytes(o) > SCRATCH_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "oracle: %zu MiB of work memory a thread, at most "
                         "%u; use fewer dimensions or modes",
                         ito__oracle_bytes(o) >> 20, SCRATCH_MAX >> 20);
    ito__oracle_make_field(o, o->dist ? ito_dist_name(o->dist) : "points");
    return ITO_OK;
}

/* Hand the oracle over, or free it. */
static ito_status finish(ito_status rc, ito_oracle *o, ito_oracle **out)
{
    if (rc == ITO_OK)
        *out = o;
    else
        ito_oracle_free(o);
    return rc;
}

static ito_status new_oracle(ito_ctx *ctx, const ito_path *path,
                             ito_oracle **out)
{
    ito_oracle *o = ito__calloc(ctx, 1, sizeof(*o));

    *out = o;
    if (!o)
        return ito__fail(ctx, ITO_ENOMEM, "oracle: no memory");
    o->ctx = ctx;
    o->path = path ? *path : *ito_path_at(0);
    return ITO_OK;
}

ito_status ito_oracle_between(ito_ctx *ctx, const ito_dist *init,
                              const ito_dist *data, const ito_path *path,
                              ito_oracle **out)
{
    ito_oracle *o;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!data)
        return ito__fail(ctx, ITO_EARG, "oracle: there is no distribution");
    if ((rc = new_oracle(ctx, path, &o)) != ITO_OK)
        return rc;
    o->dist = data;
    o->init = init;
    if ((rc = set_base(ctx, o)) == ITO_OK && (rc = set_start(ctx, o)) == ITO_OK)
        rc = complete(ctx, o);
    return finish(rc, o, out);
}

ito_status ito_oracle_of(ito_ctx *ctx, const ito_dist *dist,
                         const ito_path *path, ito_oracle **out)
{
    return ito_oracle_between(ctx, NULL, dist, path, out);
}

/* Base and dimension of points. */
static ito_status set_points(ito_ctx *ctx, ito_oracle *o, size_t n, size_t dim,
                             const float *x)
{
    if (n < 1 || dim < 1 || dim > DIM_MAX || !x || n > SIZE_MAX / dim)
        return ito__fail(ctx, ITO_EARG,
                         "oracle: %zu points of %zu values; there must be at "
                         "least one of 1 to %d",
                         x ? n : 0, dim, DIM_MAX);
    for (size_t i = 0; i < n * dim; i++)
        if (!(fabsf(x[i]) < HUGE_VALF))
            return ito__fail(ctx, ITO_EARG, "oracle: point %zu is not finite",
                             i / dim);
    o->dim = dim;
    o->points = (points){ .n = n, .dim = dim, .x = x };
    o->base = &ito__base_points;
    return ITO_OK;
}

ito_status ito_oracle_open_points(ito_ctx *ctx, size_t n, size_t dim,
                                  const float *x, const ito_path *path,
                                  ito_oracle **out)
{
    ito_oracle *o;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if ((rc = new_oracle(ctx, path, &o)) != ITO_OK)
        return rc;
    if ((rc = set_points(ctx, o, n, dim, x)) == ITO_OK)
        rc = complete(ctx, o);
    return finish(rc, o, out);
}

/* The rows of a distribution with n= as points. */
static ito_status draw_points(ito_ctx *ctx, ito_oracle *o)
{
    const uint64_t rows = ito_dist_rows(o->dist);
    const size_t dim = ito_dist_dim(o->dist);
    const size_t n = rows > SIZE_MAX ? SIZE_MAX : (size_t)rows;
    ito_status rc;

    o->own_rows = ito__alloc(ctx, size_mul(size_mul(n, dim), sizeof(float)));
    if (!o->own_rows)
        return ito__fail(ctx, ITO_ENOMEM,
                         "oracle: no memory for %zu rows of "
                         "%zu values",
                         n, dim);
    rc = ito_dist_sample(ctx, o->dist, &(ito_noise){ 0 }, 0, n, o->own_rows);
    return rc == ITO_OK ? set_points(ctx, o, n, dim, o->own_rows) : rc;
}

/* Cut DATA@PATH@INIT apart in place. */
static void cut(char *text, const char *part[3])
{
    for (size_t k = 0; k < 3; k++) {
        char *at = text ? strchr(text, '@') : NULL;

        part[k] = text ? text : "";
        text = NULL;
        if (!at)
            continue;
        if (k < 2)
            *at = '\0';
        text = at + 1;
    }
}

static ito_status fill_from(ito_ctx *ctx, const char *const part[3],
                            ito_oracle *o)
{
    ito_status rc;

    if (part[1][0] != '\0' &&
        (rc = ito_path_parse(ctx, part[1], &o->path)) != ITO_OK)
        return rc;
    if ((rc = ito_dist_open(ctx, part[0], &o->own[0])) != ITO_OK)
        return rc;
    o->dist = o->own[0];
    rc = ito_dist_rows(o->dist) > 0 ? draw_points(ctx, o) : set_base(ctx, o);
    if (rc != ITO_OK || part[2][0] == '\0')
        return rc;
    if ((rc = ito_dist_open(ctx, part[2], &o->own[1])) != ITO_OK)
        return rc;
    o->init = o->own[1];
    return set_start(ctx, o);
}

ito_status ito_oracle_open(ito_ctx *ctx, const char *spec, ito_oracle **out)
{
    char text[SPEC_MAX];
    const char *part[3];
    ito_oracle *o;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!spec || strlen(spec) >= sizeof(text))
        return ito__fail(ctx, ITO_EARG,
                         "oracle: the name is NULL or has more than %d "
                         "characters",
                         SPEC_MAX - 1);
    memcpy(text, spec, strlen(spec) + 1);
    cut(text, part);
    if ((rc = new_oracle(ctx, NULL, &o)) != ITO_OK)
        return rc;
    if ((rc = fill_from(ctx, part, o)) == ITO_OK)
        rc = complete(ctx, o);
    return finish(rc, o, out);
}

void ito_oracle_free(ito_oracle *oracle)
{
    if (!oracle)
        return;
    ito_dist_free(oracle->own[0]);
    ito_dist_free(oracle->own[1]);
    ito__free(oracle->ctx, oracle->own_rows);
    ito__free(oracle->ctx, oracle->curve_memory);
    ito__free(oracle->ctx, oracle);
}

const ito_field *ito_oracle_field(const ito_oracle *oracle)
{
    return &oracle->field;
}

const ito_dist *ito_oracle_dist(const ito_oracle *oracle)
{
    return oracle->dist;
}

const ito_dist *ito_oracle_init(const ito_oracle *oracle)
{
    return oracle->init;
}

const ito_path *ito_oracle_path(const ito_oracle *oracle)
{
    return &oracle->path;
}

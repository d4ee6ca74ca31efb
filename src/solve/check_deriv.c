/* SPDX-License-Identifier: MIT
 *
 * check_deriv.c - the derivatives that a field offers, and what it promises
 * about its noise, against central differences.
 */
#include <math.h>
#include <string.h>

#include "solve/field_check.h"

static const float *conditions(const check *k)
{
    return k->field->cond_dim ? k->cond : NULL;
}

/* Results at x with component c of every row moved by `by`. */
static ito_status moved(check *k, ito_eval_fn fn, size_t outs, size_t c,
                        const char *part, double by, char *result)
{
    const size_t dim = k->field->dim;

    memcpy(k->some, k->rows, CHECK_POINTS * dim * k->plan.ops->bytes);
    for (size_t i = 0; i < CHECK_POINTS; i++) {
        if (k->plan.ops->dtype == ITO_F64)
            ((double *)(void *)k->some)[i * dim + c] += by;
        else
            ((float *)(void *)k->some)[i * dim + c] += (float)by;
    }
    return ito__check_call(k, fn, outs, part, k->some, conditions(k),
                           CHECK_POINTS, result);
}

/* |got - want| within what central differences can show. */
static bool agrees(const check *k, double got, double want, double size)
{
    const double tol = k->plan.call->dtype == ITO_F64 ? 1e-5 : 2e-2;

    return fabs(got - want) <= tol * (1.0 + size);
}

/* up and down = fn with component c moved by h and by -h; h is a power of two,
 * so that moving is exact up to rounding. */
static ito_status difference(check *k, ito_eval_fn fn, size_t outs, size_t c,
                             const char *part, double *h)
{
    ito_status rc;

    *h = k->plan.call->dtype == ITO_F64 ? 0x1p-17 : 0x1p-7;
    rc = moved(k, fn, outs, c, part, *h, k->up);
    return rc == ITO_OK ? moved(k, fn, outs, c, part, -*h, k->down) : rc;
}

/* The central difference of result i. */
static double slope(const check *k, size_t i, double h)
{
    return (ito__check_value(k, k->up, i) - ito__check_value(k, k->down, i)) /
           (2.0 * h);
}

/* The divergence against differences of the drift, summed in `sums`. */
ito_status ito__check_divergence(check *k)
{
    const size_t dim = k->field->dim;
    double *sums = k->sums;
    ito_status rc = ITO_OK;

    memset(sums, 0, 2 * CHECK_POINTS * sizeof(*sums));
    for (size_t c = 0; rc == ITO_OK && c < dim; c++) {
        double h;

        rc = difference(k, k->field->drift, dim, c, "drift", &h);
        for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS; i++) {
            const double d = slope(k, i * dim + c, h);

            sums[i] += d;
            sums[CHECK_POINTS + i] += fabs(d);
        }
    }
    if (rc == ITO_OK)
        rc = ito__check_call(k, k->field->divergence, 1, "divergence", k->rows,
                             conditions(k), CHECK_POINTS, k->first);
    for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS; i++)
        if (!agrees(k, ito__check_value(k, k->first, i), sums[i],
                    sums[CHECK_POINTS + i]))
            return ito__check_broken(
                k, "disagrees with differences of the drift", "divergence");
    return rc;
}

/* vjp with v = 1, component by component: sum_i du_i/dx_c. */
ito_status ito__check_vjp(check *k)
{
    const size_t dim = k->field->dim, bytes = k->plan.ops->bytes;
    ito_status rc;
    int back;

    ito__tile_begin(&k->work, CHECK_POINTS, 0, conditions(k));
    ito__state_point(&k->work, k->x);
    ito__state_point(&k->work, k->y);
    ito__state_point(&k->work, k->v);
    for (size_t i = 0; i < ito__tile_values(&k->work); i++) {
        if (bytes == sizeof(double))
            ((double *)k->v[0])[i] = 1.0;
        else
            ((float *)k->v[0])[i] = 1.0f;
    }
    ito__tile_load(&k->work, k->rows, k->x);
    memcpy(k->y[0], k->x[0], ito__tile_values(&k->work) * bytes);
    ito__check_prepare(k);
    back = ito__tile_vjp(&k->work, k->x, k->v, k->out);
    if (back != 0)
        return ito__check_refused(k, "vjp", back);
    if ((rc = ito__check_look(k, dim, "vjp")) != ITO_OK)
        return rc;
    if (k->plan.wide)
        memcpy(k->first, k->out[0], CHECK_POINTS * dim * bytes);
    else
        k->plan.ops->unpack(CHECK_POINTS, dim, (const void *const *)k->out,
                            k->first);
    for (size_t c = 0; rc == ITO_OK && c < dim; c++) {
        double h;

        rc = difference(k, k->field->drift, dim, c, "drift", &h);
        for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS; i++) {
            double sum = 0.0, size = 0.0;

            for (size_t j = i * dim; j < (i + 1) * dim; j++) {
                const double d = slope(k, j, h);

                sum += d;
                size += fabs(d);
            }
            if (!agrees(k, ito__check_value(k, k->first, i * dim + c), sum,
                        size))
                return ito__check_broken(
                    k, "disagrees with differences of the drift", "vjp");
        }
    }
    return rc;
}

/* The score against differences of the log density. */
ito_status ito__check_score(check *k)
{
    const size_t dim = k->field->dim;
    ito_status rc = ito__check_call(k, k->field->score, dim, "score", k->rows,
                                    conditions(k), CHECK_POINTS, k->first);

    for (size_t c = 0; rc == ITO_OK && c < dim; c++) {
        double h;

        rc = difference(k, k->field->log_density, 1, c, "log density", &h);
        for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS; i++) {
            const double got = ito__check_value(k, k->first, i * dim + c);
            const double d = slope(k, i, h);

            if (!agrees(k, got, d,
                        fabs(d) + fabs(ito__check_value(k, k->up, i))))
                return ito__check_broken(
                    k,
                    "disagrees with differences of the log "
                    "density",
                    "score");
        }
    }
    return rc;
}

/* The Jacobian of the drift, column by column. */
ito_status ito__check_jacobian(check *k)
{
    const size_t dim = k->field->dim;
    ito_status rc =
        ito__check_call(k, k->field->jacobian, dim * dim, "jacobian", k->rows,
                        conditions(k), CHECK_POINTS, k->first);

    for (size_t c = 0; rc == ITO_OK && c < dim; c++) {
        double h;

        rc = difference(k, k->field->drift, dim, c, "drift", &h);
        for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS * dim; i++) {
            const double d = slope(k, i, h);

            if (!agrees(k, ito__check_value(k, k->first, i * dim + c), d,
                        fabs(d)))
                return ito__check_broken(
                    k, "disagrees with differences of the drift", "jacobian");
        }
    }
    return rc;
}

/* Whether moving component c left result i alone, bit for bit. */
static bool same(const check *k, size_t i)
{
    const size_t bytes = k->plan.ops->bytes;

    return memcmp(k->up + i * bytes, k->first + i * bytes, bytes) == 0 &&
           memcmp(k->down + i * bytes, k->first + i * bytes, bytes) == 0;
}

/* What sigma may not depend on, seen when component c moved. */
static ito_status check_kind(const check *k, size_t c)
{
    const size_t dim = k->field->dim, outs = ito__check_sigma(k->field);
    const size_t m = outs / dim;

    for (size_t i = 0; i < CHECK_POINTS * outs; i++) {
        if (k->field->noise == ITO_NOISE_ADDITIVE && !same(k, i))
            return ito__check_broken(
                k, "depends on the state, so the noise is not additive",
                "diffusion");
        if (k->field->noise == ITO_NOISE_DIAGONAL && i / m % dim != c &&
            !same(k, i))
            return ito__check_broken(k,
                                     "of a component depends on another "
                                     "component, so the noise is not diagonal",
                                     "diffusion");
    }
    return ITO_OK;
}

/* Add sigma_cj d sigma_rk / dx_c to sums: component r of L^j sigma_k. */
static void add_terms(check *k, size_t c, double h)
{
    const size_t dim = k->field->dim, outs = ito__check_sigma(k->field);
    const size_t m = outs / dim, count = k->sums_count;

    for (size_t i = 0; i < CHECK_POINTS; i++)
        for (size_t r = 0; r < dim; r++)
            for (size_t jk = 0; jk < m * m; jk++) {
                const size_t column = jk / m, j = jk % m;
                const double d = slope(k, i * outs + r * m + column, h);
                const double s =
                    ito__check_value(k, k->first, i * outs + c * m + j);
                const size_t at = i * count + r * m * m + jk;

                if (k->field->noise_dim == 0 && r != c)
                    continue; /* motion j moves component j alone */
                k->sums[at] += s * d;
                k->sums[CHECK_POINTS * count + at] += fabs(s * d);
            }
}

/* With a Brownian motion a component L^j sigma_k has component k alone, so
 * that noise commutes if sigma_c d sigma_r / dx_c = 0 for r != c. */
static bool apart(const check *k, size_t c, double h)
{
    const size_t dim = k->field->dim;

    for (size_t i = 0; i < CHECK_POINTS; i++)
        for (size_t r = 0; r < dim; r++) {
            const double s = ito__check_value(k, k->first, i * dim + c);
            const double d = slope(k, i * dim + r, h);

            if (r != c && !agrees(k, s * d, 0.0, 0.0))
                return false;
        }
    return true;
}

/* L^j sigma_k = L^k sigma_j */
static bool commutes(const check *k)
{
    const size_t m = k->field->noise_dim, count = k->sums_count;
    const double *sums = k->sums, *sizes = sums + CHECK_POINTS * count;

    for (size_t i = 0; i < CHECK_POINTS * count; i++) {
        const size_t column = i / m % m, j = i % m;
        const size_t other = i - column * m - j + j * m + column;

        if (!agrees(k, sums[i], sums[other], sizes[i] + sizes[other]))
            return false;
    }
    return true;
}

static ito_status check_commuting(check *k)
{
    if (k->field->noise != ITO_NOISE_COMMUTATIVE || k->field->noise_dim == 0 ||
        commutes(k))
        return ITO_OK;
    return ito__check_broken(k, "does not commute", "diffusion");
}

static ito_status check_sigma_deriv(check *k)
{
    const size_t count = k->sums_count;
    ito_status rc = ito__check_call(
        k, k->field->diffusion_deriv, ito__check_sigma_deriv(k->field),
        "diffusion_deriv", k->rows, conditions(k), CHECK_POINTS, k->first);

    for (size_t i = 0; rc == ITO_OK && i < CHECK_POINTS * count; i++)
        if (!agrees(k, ito__check_value(k, k->first, i), k->sums[i],
                    k->sums[CHECK_POINTS * count + i]))
            return ito__check_broken(
                k, "disagrees with differences of the diffusion",
                "diffusion_deriv");
    return rc;
}

ito_status ito__check_noise(check *k)
{
    const ito_field *f = k->field;
    const size_t outs = ito__check_sigma(f);
    const bool terms = f->noise > ITO_NOISE_ADDITIVE;
    ito_status rc = ito__check_call(k, f->diffusion, outs, "diffusion", k->rows,
                                    conditions(k), CHECK_POINTS, k->first);

    memset(k->sums, 0, 2 * CHECK_POINTS * k->sums_count * sizeof(*k->sums));
    for (size_t c = 0; rc == ITO_OK && c < f->dim; c++) {
        double h;

        rc = difference(k, f->diffusion, outs, c, "diffusion", &h);
        if (rc == ITO_OK)
            rc = check_kind(k, c);
        if (rc == ITO_OK && f->noise == ITO_NOISE_COMMUTATIVE &&
            f->noise_dim == 0 && !apart(k, c, h))
            rc = ito__check_broken(k, "does not commute", "diffusion");
        if (rc == ITO_OK && terms)
            add_terms(k, c, h);
    }
    if (rc == ITO_OK && terms)
        rc = check_commuting(k);
    return rc == ITO_OK && terms && f->diffusion_deriv ? check_sigma_deriv(k)
                                                       : rc;
}

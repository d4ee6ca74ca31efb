/* SPDX-License-Identifier: MIT
 *
 * product.c - the matrix of rates as a product, and uniformisation.
 *
 * With q at least the largest rate at which a cell loses mass, P = I + G / q
 * has no negative element and
 *
 *     exp(G t) = sum_k e^(-q t) (q t)^k / k! P^k
 *
 * (Jensen, Skand. Aktuarietidskr. 36 (1953) 87), a mean of vectors >= 0.  The
 * time is cut into pieces with q t <= 32, in which e^(-q t) is far from the
 * end of the range of double; the weights that are kept are divided by their
 * sum, so mass is kept to rounding.
 */
#include <math.h>
#include <string.h>

#include "kern/dmath.h"
#include "pde/grid.h"

#define PIECE     32.0
#define MAX_TERMS 1e8   /* products of one call */
#define TAIL      1e-18 /* weights below it are dropped */

/* Place of face f of a line of an axis. */
static size_t face_at(const pde_axis *a, size_t line, size_t f)
{
    return (line / a->lanes * (a->n + 1) + f) * a->lanes + line % a->lanes;
}

/* What the row of cells (., j) of the first axis gains: into out. */
static void row_along(const ito_density *d, size_t j, const double *u,
                      double *out)
{
    const pde_axis *a = &d->axis[0];
    const size_t n = a->n, s = a->lanes, base = face_at(a, j, 0);
    const double *r = a->right + base, *l = a->left + base;

    for (size_t i = 0; i < n; i++) {
        const double before = i > 0 ? u[i - 1] : a->periodic ? u[n - 1] : 0.0;
        const double behind = i + 1 < n ? u[i + 1] : a->periodic ? u[0] : 0.0;

        out[i] = r[i * s] * before + l[(i + 1) * s] * behind -
                 (l[i * s] + r[(i + 1) * s]) * u[i];
    }
}

/* What the row (., j) gains along the second axis, added to out. */
static void row_across(const ito_density *d, size_t j, const double *u,
                       double *out)
{
    const pde_axis *a = &d->axis[1];
    const size_t n = a->n, nx = d->axis[0].n;
    const size_t down = j > 0 ? j - 1 : n - 1, over = j + 1 < n ? j + 1 : 0;

    for (size_t i = 0; i < nx; i++) {
        const size_t f = face_at(a, i, j), g = face_at(a, i, j + 1);
        const double before = j > 0 || a->periodic ? u[down * nx + i] : 0.0;
        const double behind = j + 1 < n || a->periodic ? u[over * nx + i] : 0.0;

        out[i] += a->right[f] * before + a->left[g] * behind -
                  (a->left[f] + a->right[g]) * u[j * nx + i];
    }
}

typedef struct product {
    const ito_density *d;
    const double *u;
    double *out;
} product;

static void product_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const product *p = arg;
    const size_t nx = p->d->axis[0].n;

    (void)worker;
    for (size_t j = begin; j < end; j++) {
        row_along(p->d, j, p->u + j * nx, p->out + j * nx);
        if (p->d->dim == 2)
            row_across(p->d, j, p->u, p->out + j * nx);
    }
}

void ito__pde_apply(ito_density *d, const double *u, double *out)
{
    product p = { .d = d, .u = u, .out = out };
    const size_t rows = d->axis[0].lines;

    ito__for(d->ctx, rows, size_max(1, 4096 / d->axis[0].n), product_chunk, &p);
}

/* The rate at which cell k loses mass. */
static double loss_of(const ito_density *d, size_t k)
{
    const size_t nx = d->axis[0].n;
    double sum = 0.0;

    for (size_t c = 0; c < d->dim; c++) {
        const pde_axis *a = &d->axis[c];
        const size_t cell = c == 0 ? k % nx : k / nx;
        const size_t line = c == 0 ? k / nx : k % nx;

        sum += a->left[face_at(a, line, cell)] +
               a->right[face_at(a, line, cell + 1)];
    }
    return sum;
}

double ito__pde_loss(const ito_density *d)
{
    double most = 0.0;

    for (size_t k = 0; k < d->cells; k++)
        most = pde_max(most, loss_of(d, k));
    return most;
}

double ito__pde_turnover(const ito_density *d, const double *m)
{
    double sum = 0.0;

    for (size_t k = 0; k < d->cells; k++)
        sum += loss_of(d, k) * fabs(m[k]);
    return sum;
}

/* One piece: mass := exp(G tau) mass with q tau = x <= PIECE.  v, w: cells
 * values each. */
static size_t piece(ito_density *d, double x, double q, double *v, double *w)
{
    double weight = ito__exp(-x), sum = weight;
    size_t k = 0;

    memcpy(v, d->mass, d->cells * sizeof(*v));
    for (size_t i = 0; i < d->cells; i++)
        d->mass[i] *= weight;
    while ((double)k < x || weight > TAIL) {
        ito__pde_apply(d, v, w);
        k++;
        weight *= x / (double)k;
        sum += weight;
        for (size_t i = 0; i < d->cells; i++) {
            const double next = v[i] + w[i] / q;

            v[i] = next > 0.0 ? next : 0.0; /* rounding of 1 - rate / q */
            d->mass[i] += weight * v[i];
        }
    }
    for (size_t i = 0; i < d->cells; i++)
        d->mass[i] /= sum;
    return k;
}

ito_status ito__pde_uniform(ito_ctx *ctx, ito_density *d, double tau,
                            double *buffer, size_t *products)
{
    const double q = ito__pde_loss(d);
    size_t pieces;

    if (!(q * tau < MAX_TERMS))
        return ito__fail(ctx, ITO_ERANGE,
                         "density: uniformisation needs %.3g products over a "
                         "step of %g; use tr-bdf2 or a coarser grid",
                         q * tau, tau);
    if (q <= 0.0)
        return ITO_OK;
    pieces = (size_t)ceil(q * tau / PIECE);
    for (size_t k = 0; k < pieces; k++) {
        if (ito__cancelled(ctx))
            return ito__fail(ctx, ITO_ECANCELLED, "density: cancelled");
        *products +=
            piece(d, q * tau / (double)pieces, q, buffer, buffer + d->cells);
    }
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * milstein.c - strong order 1 with noise that commutes.
 *
 *     milstein  z = x + h u + sigma W + sum_jk (L^j sigma_k) I_jk
 *     rkmil     y_j = x + h u + sqrt(h) sigma_j
 *               z = x + h u + sigma W
 *                   + sum_jk (sigma_k(y_j) - sigma_k(x)) I_jk / sqrt(h)
 *
 * where, because L^j sigma_k = L^k sigma_j, the iterated integral may be
 * replaced by its symmetric part, I_jk = 1/2 (W_j W_k - h [j = k]) for an Ito
 * and 1/2 W_j W_k for a Stratonovich equation.  With one Brownian motion a
 * component the terms with j != k vanish and all products are element by
 * element.  Milstein, Theory Probab. Appl. 19 (1974) 557; Kloeden and Platen,
 * sections 10.3 and 11.1.  With additive noise both are Euler-Maruyama.
 */
#include "solve/stepper.h"

#include <math.h>

/* v[0] = scale (W_j W_k - h [j = k, Ito]), of `count` values. */
static void area(const stepper *s, size_t count, const void *Wj, const void *Wk,
                 bool same, double scale)
{
    s->ops->mul(s->kern, count, Wj, Wk, s->v[0][0]);
    s->ops->affine(count, scale, same && !s->stratonovich ? -scale * s->h : 0.0,
                   s->v[0][0], s->v[0][0]);
}

static int begin(stepper *s)
{
    const int rc = ito__drift0(s);

    return rc == 0 && s->noisy ? ito__sigma(s, 0, 0.0, s->x, 0) : rc;
}

/* z = x + h u + sigma W */
static void euler(stepper *s, void *const *z)
{
    ito__lin1(s, z, s->x, s->h, s->k[0]);
    if (s->noisy)
        ito__add_noise(s, z, s->g[0], s->W);
}

static void milstein_matrix(stepper *s)
{
    const size_t m = s->motions, npad = s->shape.npad;

    for (size_t k = 0; k < m; k++)
        for (size_t j = 0; j < m; j++) {
            area(s, npad, s->W[j], s->W[k], j == k, 0.5);
            for (size_t c = 0; c < s->shape.dim; c++)
                s->ops->muladd(s->kern, npad, s->deriv[(c * m + k) * m + j],
                               s->v[0][0], s->z[c]);
        }
}

int ito__step_milstein(stepper *s)
{
    int rc = begin(s);

    if (rc == 0 && s->noisy && !s->additive)
        rc = ito__sigma_deriv(s, 0, 0.0, s->x);
    if (rc != 0)
        return rc;
    euler(s, s->z);
    if (!s->noisy || s->additive)
        return 0;
    if (s->matrix) {
        milstein_matrix(s);
        return 0;
    }
    area(s, s->values, s->W[0], s->W[0], true, 0.5);
    s->ops->muladd(s->kern, s->values, s->deriv[0], s->v[0][0], s->z[0]);
    return 0;
}

/* Column j of sigma(t, x) moves y to y_j; what sigma gains there goes to z. */
static int rkmil_column(stepper *s, size_t j)
{
    const size_t m = s->motions, npad = s->shape.npad;
    const double root = sqrt(s->h);
    int rc;

    for (size_t c = 0; c < s->shape.dim; c++)
        s->ops->lincomb(s->kern, npad, s->y[1][c], s->y[0][c], 1, &root,
                        (void *const[1]){ s->g[0][c * m + j] });
    if ((rc = ito__sigma(s, j + 1, 0.0, s->y[1], 2)) != 0)
        return rc;
    s->ops->sub(s->kern, ito__sigma_values(s), s->g[2][0], s->g[0][0],
                s->g[2][0]);
    for (size_t k = 0; k < m; k++) {
        area(s, npad, s->W[j], s->W[k], j == k, 0.5 / root);
        for (size_t c = 0; c < s->shape.dim; c++)
            s->ops->muladd(s->kern, npad, s->g[2][c * m + k], s->v[0][0],
                           s->z[c]);
    }
    return 0;
}

int ito__step_rkmil(stepper *s)
{
    const double root = sqrt(s->h);
    int rc = begin(s);

    if (rc != 0)
        return rc;
    euler(s, s->z);
    if (!s->noisy || s->additive)
        return 0;
    ito__lin1(s, s->y[0], s->x, s->h, s->k[0]);
    if (s->matrix) {
        for (size_t j = 0; rc == 0 && j < s->motions; j++)
            rc = rkmil_column(s, j);
        return rc;
    }
    ito__lin1(s, s->y[0], s->y[0], root, s->g[0]);
    if ((rc = ito__sigma(s, 1, 0.0, s->y[0], 2)) != 0)
        return rc;
    s->ops->sub(s->kern, s->values, s->g[2][0], s->g[0][0], s->g[2][0]);
    area(s, s->values, s->W[0], s->W[0], true, 0.5 / root);
    s->ops->muladd(s->kern, s->values, s->g[2][0], s->v[0][0], s->z[0]);
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * platen.c - weak order 2 for Ito equations with one Brownian motion a
 * component or one in all; products are element by element.
 *
 *     U  = x + h u + sigma W,  U+- = x + h u +- sigma sqrt(h)
 *     z  = x + h/2 (u(t + h, U) + u)
 *          + W/4 (sigma(U+) + sigma(U-) + 2 sigma)
 *          + (W^2 - h) / (4 sqrt h) (sigma(U+) - sigma(U-))
 *
 * Platen; Kloeden and Platen, section 15.1.  platen has the Gaussian W of the
 * run; platen-3 has the three-point one, +-sqrt(3 h) with probability 1/6 each
 * and else 0, made from the same W: where |W| exceeds its quantile of 5/6.
 */
#include "solve/stepper.h"

#include <math.h>

#define QUANTILE 0.96742156610170103955 /* of the normal, at 5/6 */

/* The terms of sigma, with noise V; g[2], g[3] = sigma(U+), sigma(U-). */
static void add_sigmas(stepper *s, void *const *V)
{
    const double root = sqrt(s->h);
    const size_t n = s->values;
    void *const up = s->g[2][0], *const down = s->g[3][0];

    s->ops->add(s->kern, n, up, down, s->v[1][0]);
    ito__lin1(s, s->v[1], s->v[1], 2.0, s->g[0]);
    ito__noise_scale(s, s->v[2], 0.25, V);
    s->ops->muladd(s->kern, n, s->v[1][0], s->v[2][0], s->z[0]);
    s->ops->sub(s->kern, n, up, down, s->v[1][0]);
    s->ops->mul(s->kern, n, V[0], V[0], s->v[2][0]);
    s->ops->affine(n, 0.25 / root, -0.25 * root, s->v[2][0], s->v[2][0]);
    s->ops->muladd(s->kern, n, s->v[1][0], s->v[2][0], s->z[0]);
}

static int platen(stepper *s, void *const *V)
{
    const double h = s->h, root = s->noisy ? sqrt(s->h) : 0.0;
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, h, s->k[0]);
    if (s->noisy) {
        ito__lin1(s, s->y[1], s->y[0], root, s->g[0]);
        rc = ito__sigma(s, 1, 1.0, s->y[1], 2);
        ito__lin1(s, s->y[1], s->y[0], -root, s->g[0]);
        if (rc == 0)
            rc = ito__sigma(s, 2, 1.0, s->y[1], 3);
        ito__add_noise(s, s->y[0], s->g[0], V);
    }
    if (rc == 0)
        rc = ito__drift(s, 1, 1.0, s->y[0], s->k[1]);
    if (rc != 0)
        return rc;
    ito__lin2(s, s->z, s->x, h * 0.5, s->k[0], h * 0.5, s->k[1]);
    if (s->noisy)
        add_sigmas(s, V);
    return 0;
}

int ito__step_platen(stepper *s)
{
    return platen(s, s->W);
}

int ito__step_platen3(stepper *s)
{
    if (s->noisy)
        s->ops->three_point(s->noise_values, QUANTILE * sqrt(s->h),
                            sqrt(3.0 * s->h), s->W[0], s->v[0][0]);
    return platen(s, s->v[0]);
}

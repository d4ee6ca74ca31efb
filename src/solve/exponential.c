/* SPDX-License-Identifier: MIT
 *
 * exponential.c - drifts u_c = l_c x_c + the rest, additive noise.
 *
 *     z_c = x_c + h phi(l_c h) u_c + sqrt(psi(2 l_c h)) (sigma W)_c,
 *     phi(z) = psi(z) = (e^z - 1) / z
 *
 * which is e^(l h) x + h phi(l h) (u - l x) plus noise of the variance that
 * the linear part gives it in a step: exact, in law, for an Ornstein-Uhlenbeck
 * process with a Brownian motion a component, whatever the step.  Jentzen and
 * Kloeden, Proc. R. Soc. A 465 (2009) 649.
 */
#include "solve/stepper.h"

#include <math.h>

#include "kern/dmath.h"

static double phi(double z)
{
    return z == 0.0 ? 1.0 : ito__expm1(z) / z;
}

int ito__step_exponential(stepper *s)
{
    const size_t npad = s->shape.npad, m = s->matrix ? s->motions : 1;
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc != 0)
        return rc;
    for (size_t c = 0; c < s->shape.dim; c++) {
        const double z = s->field->rates[c] * s->h;
        const double a = s->h * phi(z);

        s->ops->lincomb(s->kern, npad, s->z[c], s->x[c], 1, &a,
                        (void *const[1]){ s->k[0][c] });
        for (size_t j = 0; s->noisy && j < m; j++)
            s->ops->scale(s->kern, npad, sqrt(phi(2.0 * z)), s->g[0][c * m + j],
                          s->gw[c * m + j]);
    }
    if (s->noisy)
        ito__add_noise(s, s->z, s->gw, s->W);
    return 0;
}

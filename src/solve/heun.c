/* SPDX-License-Identifier: MIT
 *
 * heun.c - two evaluations a step; with noise they solve the Stratonovich
 * equation.
 *
 *     heun        y = x + h u(t, x) + sigma(t, x) W
 *                 z = x + h/2 (u(t, x) + u(t + h, y))
 *                       + 1/2 (sigma(t, x) + sigma(t + h, y)) W
 *                 error = z - y
 *     midpoint    y = x + h/2 u(t, x) + 1/2 sigma(t, x) W
 *                 z = x + h u(t + h/2, y) + sigma(t + h/2, y) W
 *     euler-heun  y = x + sigma(t, x) W
 *                 z = x + h u(t, x) + 1/2 (sigma(t, x) + sigma(t + h, y)) W
 *
 * Without noise: Heun 1900 (explicit trapezoidal rule), Runge 1895 (explicit
 * midpoint rule) and Euler.  With it: Ruemelin, SIAM J. Numer. Anal. 19 (1982)
 * 604; strong order 1 where the noise commutes, 1/2 else.  The error estimate
 * of heun is its distance from the Euler predictor, so with noise that
 * depends on the state the tolerance asked for is proportional to the step.
 */
#include "solve/stepper.h"

/* gw = sigma(t, x) + sigma(t + c h, y), v = W / 2: the average at work. */
static int average(stepper *s, void *const *y)
{
    const int rc = ito__sigma(s, 1, 1.0, y, 1);

    if (rc != 0)
        return rc;
    s->ops->add(s->kern, ito__sigma_values(s), s->g[0][0], s->g[1][0],
                s->gw[0]);
    ito__noise_scale(s, s->v[0], 0.5, s->W);
    return 0;
}

int ito__step_heun(stepper *s)
{
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, s->h, s->k[0]);
    if (s->noisy)
        ito__add_noise(s, s->y[0], s->g[0], s->W);
    rc = ito__drift(s, 1, 1.0, s->y[0], s->k[1]);
    if (rc == 0 && s->noisy)
        rc = average(s, s->y[0]);
    if (rc != 0)
        return rc;
    ito__lin2(s, s->z, s->x, s->h * 0.5, s->k[0], s->h * 0.5, s->k[1]);
    if (s->noisy)
        ito__add_noise(s, s->z, s->gw, s->v[0]);
    if (s->want_error)
        s->ops->sub(s->kern, s->values, s->z[0], s->y[0][0], s->err[0]);
    return 0;
}

int ito__step_midpoint(stepper *s)
{
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, s->h * 0.5, s->k[0]);
    if (s->noisy) {
        ito__noise_scale(s, s->v[0], 0.5, s->W);
        ito__add_noise(s, s->y[0], s->g[0], s->v[0]);
    }
    rc = ito__drift(s, 1, 0.5, s->y[0], s->k[1]);
    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 1, 0.5, s->y[0], 1);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->z, s->x, s->h, s->k[1]);
    if (s->noisy)
        ito__add_noise(s, s->z, s->g[1], s->W);
    return 0;
}

int ito__step_euler_heun(stepper *s)
{
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy) {
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
        if (rc != 0)
            return rc;
        ito__copy(s, s->y[0], s->x);
        ito__add_noise(s, s->y[0], s->g[0], s->W);
        rc = average(s, s->y[0]);
    }
    if (rc != 0)
        return rc;
    ito__lin1(s, s->z, s->x, s->h, s->k[0]);
    if (s->noisy)
        ito__add_noise(s, s->z, s->gw, s->v[0]);
    return 0;
}

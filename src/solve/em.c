/* SPDX-License-Identifier: MIT
 *
 * em.c - one evaluation of drift and sigma a step.
 *
 *     euler, euler-maruyama, ula   z = x + h u + sigma W
 *     tamed-euler                  z = x + h u / (1 + h |u|) + sigma W
 *
 * Kloeden and Platen, Numerical Solution of Stochastic Differential Equations,
 * section 10.2; Hutzenthaler, Jentzen and Kloeden, Ann. Appl. Probab. 22
 * (2012) 1611: |u| is the Euclidean norm of the particle's drift, so that a
 * step never grows beyond 1 by its drift however steep that is.
 */
#include "solve/stepper.h"

#include <math.h>
#include <string.h>

static int drift_and_sigma(stepper *s)
{
    const int rc = ito__drift0(s);

    return rc == 0 && s->noisy ? ito__sigma(s, 0, 0.0, s->x, 0) : rc;
}

/* Whether constant sigma is one number a component, as it should be. */
static bool sigma_is_even(stepper *s)
{
    const size_t npad = s->shape.npad;

    if (!s->constant || s->g_seen)
        return s->constant && s->g_even;
    s->g_seen = s->g_even = true;
    for (size_t c = 0; c < s->shape.dim; c++) {
        const char *g = s->g[0][c];

        s->g_all[c] = s->ops->get(g, 0);
        s->g_even = s->g_even && memcmp(g, g + s->ops->bytes,
                                        (npad - 1) * s->ops->bytes) == 0;
    }
    return s->g_even;
}

/* The whole step in one pass; padding stays a copy of the last particle. */
static void draw_and_step(stepper *s)
{
    const state_shape *shape = &s->shape;
    const brownian_em em = { .x = s->x,
                             .f = s->k[0],
                             .g = sigma_is_even(s) ? NULL : s->g[0],
                             .g_all = s->g_all,
                             .z = s->z };

    ito__brownian_em(s->motion, s->noise_step, s->h, &em);
    s->ops->pad(shape->n, shape->npad, shape->dim, s->z);
}

int ito__step_em(stepper *s)
{
    const int rc = drift_and_sigma(s);

    if (rc != 0)
        return rc;
    if (s->draws) {
        draw_and_step(s);
        return 0;
    }
    ito__lin1(s, s->z, s->x, s->h, s->k[0]);
    if (s->noisy)
        ito__add_noise(s, s->z, s->g[0], s->W);
    return 0;
}

int ito__step_tamed(stepper *s)
{
    const int rc = drift_and_sigma(s);
    double *tame = s->rows[0];

    if (rc != 0)
        return rc;
    s->ops->row_norm(&s->shape, s->k[0], tame);
    for (size_t i = 0; i < s->shape.n; i++)
        tame[i] = 1.0 / (1.0 + fabs(s->h) * tame[i]);
    s->ops->scale_rows(&s->shape, tame, s->k[0], s->y[0]);
    ito__lin1(s, s->z, s->x, s->h, s->y[0]);
    if (s->noisy)
        ito__add_noise(s, s->z, s->g[0], s->W);
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * metropolis.c - MALA: Langevin steps with a Metropolis test, so that the
 * stationary density is exactly exp(-U / D), D = sigma^2 / 2, for every step.
 *
 *     y = x + h u(x) + sigma W,  u = -grad U
 *     log a = -(U(y) - U(x)) / D
 *             - (|x - y - h u(y)|^2 - |y - x - h u(x)|^2) / (2 sigma^2 h)
 *     z = y if log(uniform) < log a, else x
 *
 * Roberts and Tweedie, Bernoulli 2 (1996) 341.  |y - x - h u(x)|^2 is
 * sigma^2 |W|^2.  A proposal that is not finite is not accepted.
 */
#include "solve/stepper.h"

#include "kern/dmath.h"
#include "rng/noise.h"

#define CHUNK 256 /* uniforms made at once */

/* Energies of the states at x, as doubles. */
static int energies(stepper *s, size_t stage, double c, void *const *x,
                    double *out)
{
    ito_tile *tile = &s->work->tile;
    int rc;

    tile->t = c == 1.0 ? s->t_end : s->t;
    tile->stage = stage;
    s->why = STEP_FIELD;
    rc = ito__tile_eval(s->work, s->field->potential, x, s->y[1], 1);
    if (rc == 0)
        s->ops->to_f64(s->shape.n, s->y[1][0], out);
    return rc;
}

/* sigma, once it is seen to be one number. */
static int one_sigma(stepper *s, double *sigma)
{
    const size_t live = s->shape.wide ? s->values : s->shape.n;
    const size_t comps = s->shape.wide ? 1 : s->shape.dim;
    int rc = ito__sigma(s, 0, 0.0, s->x, 0);

    if (rc != 0)
        return rc;
    *sigma = s->ops->get(s->g[0][0], 0);
    for (size_t c = 0; c < comps; c++)
        for (size_t i = 0; i < live; i++)
            if (s->ops->get(s->g[0][c], i) != *sigma || *sigma == 0.0) {
                s->why = STEP_UNEQUAL;
                return 1;
            }
    return 0;
}

/* which[i] = whether particle i moves. */
static void decide(stepper *s, double sigma, const double *old,
                   const double *new, const double *back)
{
    const double D = 0.5 * sigma * sigma;
    const ito_noise at = { s->seed, s->stream, (uint32_t)s->work->tile.step,
                           ITO_FOR_ACCEPT };
    double *there = s->rows[1];
    float uniform[CHUNK];

    s->ops->row_dot(&s->shape, s->W, s->W, there);
    for (size_t i = 0; i < s->shape.n; i++) {
        const double moved = sigma * sigma * there[i];
        const double log_a = -(new[i] - old[i]) / D -
                             (back[i] - moved) / (2.0 * sigma * sigma * s->h);

        if (i % CHUNK == 0)
            ito__uniform_comp(s->kern, &at, s->work->tile.id0 + i,
                              size_min(CHUNK, s->shape.n - i), 0, uniform);
        s->which[i] = ito__log((double)uniform[i % CHUNK]) < log_a;
        s->accepted += s->which[i];
    }
    s->moves += s->shape.n;
}

int ito__step_mala(stepper *s)
{
    double *old = s->rows[0], *new = s->rows[2], *back = s->rows[3];
    double sigma = 0.0;
    int rc = ito__drift0(s);

    if (rc == 0)
        rc = one_sigma(s, &sigma);
    if (rc == 0 && !s->u_ready)
        rc = energies(s, 0, 0.0, s->x, old);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, s->h, s->k[0]);
    ito__add_noise(s, s->y[0], s->g[0], s->W);
    rc = ito__drift(s, 1, 1.0, s->y[0], s->k[1]);
    if (rc == 0)
        rc = energies(s, 1, 1.0, s->y[0], new);
    if (rc != 0)
        return rc;
    ito__lin2(s, s->y[1], s->x, -1.0, s->y[0], -s->h, s->k[1]);
    s->ops->row_dot(&s->shape, s->y[1], s->y[1], back);
    decide(s, sigma, old, new, back);
    ito__copy(s, s->z, s->x);
    s->ops->copy_rows(&s->shape, s->which, s->y[0], s->z);
    s->ops->copy_rows(&s->shape, s->which, s->k[1], s->k[0]);
    for (size_t i = 0; i < s->shape.n; i++)
        old[i] = s->which[i] ? new[i] : old[i];
    s->u_ready = true;
    s->k_next = 0;
    s->keeps = true;
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * srk.c - stochastic Runge-Kutta methods that use the space-time area H.
 *
 * W is the increment, H the area, I10 = int_0^h (W_s - W_0) ds = h (W/2 + H);
 * u is the drift, g sigma, g0 = g(t), g1 = g(t + h).
 *
 *     sea    y = x + g0 (W/2 + H)
 *            z = x + h u(t, y) + g0 W + (g1 - g0) (W/2 - H)
 *     shark  F1 = u(t, x + g0 H)
 *            F2 = u(t + 5/6 h, x + 5/6 h F1 + g0 (5/6 W + H))
 *            z = x + h (2/5 F1 + 3/5 F2) + g0 W + (g1 - g0) (W/2 - H)
 *            error = 3/5 h (F2 - F1)
 *     sra1   F1 = u(t, x),  y = x + 3/4 h F1 + 3/2 g1 I10/h
 *            z = x + h (1/3 F1 + 2/3 u(t + 3/4 h, y)) + g1 W
 *                + (g0 - g1) I10/h
 *            error = 2/3 h (F2 - F1)
 *
 * are for additive noise: Foster, dos Reis and Strange, SIAM J. Numer. Anal.
 * 62 (2024) (SEA, ShARK); Roessler, SIAM J. Numer. Anal. 48 (2010) 922 (SRA1,
 * SRIW1).  SRIW1 is for Ito equations with one Brownian motion a component or
 * one in all; products are element by element, and with x1 = (W^2 - h) /
 * (2 sqrt h), x2 = I10 / h, x3 = (W^3 - 3 h W) / (6 h):
 *
 *     F1 = u(t, x), G1 = g(t, x)
 *     F2 = u(t + 3/4 h, x + 3/4 h F1 + 3/2 x2 G1)
 *     G2 = g(t + h/4, x + h/4 F1 + sqrt(h)/2 G1)
 *     G3 = g(t + h, x + h F1 - sqrt(h) G1)
 *     G4 = g(t + h/4, x + h/4 F1 + sqrt(h) (-5 G1 + 3 G2 + 1/2 G3))
 *     z = x + h (1/3 F1 + 2/3 F2)
 *         + G1 (-W - x1 + 2 x2 - 2 x3) + G2 (4/3 W + 4/3 x1 - 4/3 x2 + 5/3 x3)
 *         + G3 (2/3 W - 1/3 x1 - 2/3 x2 - 2/3 x3) + G4 x3
 *     error = 2/3 h (F2 - F1) + (2 G1 - 4/3 G2 - 2/3 G3) x2
 *             + (-2 G1 + 5/3 G2 - 2/3 G3 + G4) x3,
 *
 * which is what z has beyond a method of order 1.
 */
#include "solve/stepper.h"

#include <math.h>

/* v[0] = W/2 + sign H */
static void half_and_area(const stepper *s, double sign)
{
    ito__noise_scale(s, s->v[0], 0.5, s->W);
    ito__noise_lin(s, s->v[0], s->v[0], sign, s->H);
}

/* z += (g[b] - g[a]) v[0]; nothing where sigma is constant. */
static void add_change(const stepper *s, size_t a, size_t b)
{
    if (s->constant)
        return;
    s->ops->sub(s->kern, ito__sigma_values(s), s->g[b][0], s->g[a][0],
                s->gw[0]);
    ito__add_noise(s, s->z, s->gw, s->v[0]);
}

/* g[0] = sigma(t), g[1] = sigma(t + h) */
static int both_sigmas(stepper *s)
{
    int rc = 0;

    if (s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 1.0, s->x, 1);
    return rc;
}

/* err = a h (k[1] - k[0]) */
static void drift_error(const stepper *s, double a)
{
    if (!s->want_error)
        return;
    s->ops->sub(s->kern, s->values, s->k[1][0], s->k[0][0], s->err[0]);
    s->ops->scale(s->kern, s->values, a * s->h, s->err[0], s->err[0]);
}

int ito__step_sea(stepper *s)
{
    int rc = both_sigmas(s);

    if (rc != 0)
        return rc;
    ito__copy(s, s->y[0], s->x);
    if (s->noisy) {
        half_and_area(s, 1.0);
        ito__add_noise(s, s->y[0], s->g[0], s->v[0]);
    }
    if ((rc = ito__drift(s, 0, 0.0, s->y[0], s->k[0])) != 0)
        return rc;
    ito__lin1(s, s->z, s->x, s->h, s->k[0]);
    if (s->noisy) {
        ito__add_noise(s, s->z, s->g[0], s->W);
        half_and_area(s, -1.0);
        add_change(s, 0, 1);
    }
    return 0;
}

int ito__step_shark(stepper *s)
{
    const double h = s->h;
    int rc = both_sigmas(s);

    if (rc != 0)
        return rc;
    ito__copy(s, s->y[0], s->x);
    if (s->noisy)
        ito__add_noise(s, s->y[0], s->g[0], s->H);
    if ((rc = ito__drift(s, 0, 0.0, s->y[0], s->k[0])) != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, h * (5.0 / 6), s->k[0]);
    if (s->noisy) {
        ito__noise_lin(s, s->v[0], s->H, 5.0 / 6, s->W);
        ito__add_noise(s, s->y[0], s->g[0], s->v[0]);
    }
    if ((rc = ito__drift(s, 1, 5.0 / 6, s->y[0], s->k[1])) != 0)
        return rc;
    ito__lin2(s, s->z, s->x, h * 0.4, s->k[0], h * 0.6, s->k[1]);
    if (s->noisy) {
        ito__add_noise(s, s->z, s->g[0], s->W);
        half_and_area(s, -1.0);
        add_change(s, 0, 1);
    }
    drift_error(s, 0.6);
    return 0;
}

int ito__step_sra1(stepper *s)
{
    const double h = s->h;
    int rc = ito__drift0(s);

    if (rc == 0)
        rc = both_sigmas(s);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, h * 0.75, s->k[0]);
    if (s->noisy) {
        half_and_area(s, 1.0);
        ito__noise_scale(s, s->v[1], 1.5, s->v[0]);
        ito__add_noise(s, s->y[0], s->g[1], s->v[1]);
    }
    if ((rc = ito__drift(s, 1, 0.75, s->y[0], s->k[1])) != 0)
        return rc;
    ito__lin2(s, s->z, s->x, h * (1.0 / 3), s->k[0], h * (2.0 / 3), s->k[1]);
    if (s->noisy) {
        ito__add_noise(s, s->z, s->g[1], s->W);
        add_change(s, 1, 0);
    }
    drift_error(s, 2.0 / 3);
    return 0;
}

/* v[0], v[1], v[2] = x1, x2, x3 */
static void iterated(const stepper *s)
{
    const double h = s->h;
    void *const x1 = s->v[0][0], *const x3 = s->v[2][0];
    const size_t n = s->noise_values;

    s->ops->mul(s->kern, n, s->W[0], s->W[0], x1);
    s->ops->affine(n, 1.0 / (6.0 * h), -0.5, x1, x3);
    s->ops->mul(s->kern, n, s->W[0], x3, x3);
    s->ops->affine(n, 0.5 / sqrt(h), -0.5 * sqrt(h), x1, x1);
    ito__noise_scale(s, s->v[1], 0.5, s->W);
    ito__noise_lin(s, s->v[1], s->v[1], 1.0, s->H);
}

/* to += G (a W + b x1 + c x2 + d x3) */
static void term(const stepper *s, void *const *to, void *const *g,
                 const double a[4])
{
    void *const from[3] = { s->v[0][0], s->v[1][0], s->v[2][0] };

    ito__noise_scale(s, s->v[3], a[0], s->W);
    s->ops->lincomb(s->kern, s->noise_values, s->v[3][0], s->v[3][0], 3, a + 1,
                    from);
    s->ops->muladd(s->kern, s->values, g[0], s->v[3][0], to[0]);
}

static int sriw1_sigmas(stepper *s)
{
    const double h = s->h, root = sqrt(s->h);
    void *const g[3] = { s->g[0][0], s->g[2][0], s->g[1][0] };
    int rc;

    ito__lin2(s, s->y[0], s->x, h * 0.25, s->k[0], root * 0.5, s->g[0]);
    if ((rc = ito__sigma(s, 1, 0.25, s->y[0], 2)) != 0)
        return rc;
    ito__lin2(s, s->y[0], s->x, h, s->k[0], -root, s->g[0]);
    if ((rc = ito__sigma(s, 2, 1.0, s->y[0], 1)) != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, h * 0.25, s->k[0]);
    s->ops->lincomb(s->kern, s->values, s->y[0][0], s->y[0][0], 3,
                    (double[3]){ -5.0 * root, 3.0 * root, 0.5 * root }, g);
    return ito__sigma(s, 3, 0.25, s->y[0], 3);
}

int ito__step_sriw1(stepper *s)
{
    static const double in[4][4] = {
        { -1.0, -1.0, 2.0, -2.0 },
        { 4.0 / 3, 4.0 / 3, -4.0 / 3, 5.0 / 3 },
        { 2.0 / 3, -1.0 / 3, -2.0 / 3, -2.0 / 3 },
        { 0.0, 0.0, 0.0, 1.0 },
    };
    /* G3 is in slot 1 and G2 in slot 2: those of additive noise at t + h are
     * kept for the next step */
    static const size_t slot[4] = { 0, 2, 1, 3 };
    const double h = s->h;
    int rc = ito__drift0(s);

    if (rc == 0 && s->noisy)
        rc = ito__sigma(s, 0, 0.0, s->x, 0);
    if (rc == 0 && s->noisy)
        rc = sriw1_sigmas(s);
    if (rc != 0)
        return rc;
    ito__lin1(s, s->y[0], s->x, h * 0.75, s->k[0]);
    if (s->noisy) {
        iterated(s);
        ito__noise_scale(s, s->v[3], 1.5, s->v[1]);
        ito__add_noise(s, s->y[0], s->g[0], s->v[3]);
    }
    if ((rc = ito__drift(s, 1, 0.75, s->y[0], s->k[1])) != 0)
        return rc;
    ito__lin2(s, s->z, s->x, h * (1.0 / 3), s->k[0], h * (2.0 / 3), s->k[1]);
    drift_error(s, 2.0 / 3);
    for (size_t i = 0; s->noisy && i < 4; i++) {
        void *const *g = s->g[slot[i]];

        term(s, s->z, g, in[i]);
        if (s->want_error)
            term(s, s->err, g, (double[4]){ 0.0, 0.0, in[i][2], in[i][3] });
    }
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * splitting.c - splitting methods for dq = v dt, dv = (F(q) - g v) dt +
 * sqrt(2 g T) dW.
 *
 *     A(h)  q += h v            B(h)  v += h F(q)
 *     O(h)  v = c v + sqrt(T (1 - c^2)) N,  c = e^(-g h)
 *
 *     baoab  B(h/2) A(h/2) O(h) A(h/2) B(h/2)
 *     aboba  A(h/2) B(h/2) O(h) B(h/2) A(h/2)
 *     obabo  O(h/2) B(h/2) A(h) B(h/2) O(h/2)
 *
 * Leimkuhler and Matthews, Appl. Math. Res. eXpress 2013; Bussi and
 * Parrinello, Phys. Rev. E 75 (2007) 056707 (OBABO).  N = W / sqrt(h), and the
 * two independent normals of obabo are (W +- sqrt(12) H) / sqrt(2 h).  F is
 * the second half of the drift at v = 0; that of the end of a step is that
 * of the start of the next.
 */
#include "solve/stepper.h"

#include <math.h>
#include <string.h>

#include "kern/dmath.h"

/* The half of a state that holds q, or v. */
static void *q_of(void *const *x)
{
    return x[0];
}

static void *v_of(const stepper *s, void *const *x)
{
    return x[s->shape.dim / 2];
}

static size_t half(const stepper *s)
{
    return s->values / 2;
}

/* k[slot] = drift at q of `at` with v = 0; its second half is F. */
static int force(stepper *s, size_t slot, double c, void *const *at)
{
    memcpy(s->y[0][0], at[0], half(s) * s->ops->bytes);
    memset(v_of(s, s->y[0]), 0, half(s) * s->ops->bytes);
    return ito__drift(s, slot, c, s->y[0], s->k[slot]);
}

static void A(const stepper *s, double h)
{
    s->ops->lincomb(s->kern, half(s), q_of(s->z), q_of(s->z), 1, &h,
                    (void *const[1]){ v_of(s, s->z) });
}

static void B(const stepper *s, double h, size_t slot)
{
    void *const v = v_of(s, s->z);

    s->ops->lincomb(s->kern, half(s), v, v, 1, &h,
                    (void *const[1]){ v_of(s, s->k[slot]) });
}

/* The friction and noise of a time h; the normal is w W + a H. */
static void O(const stepper *s, double h, double w, double a)
{
    const ito_second_order *p = s->field->second_order;
    const double c = ito__exp(-p->gamma * h);
    const double size = sqrt(p->temperature * (1.0 - c * c));
    const size_t first = s->matrix ? 0 : s->shape.dim / 2;
    void *const v = v_of(s, s->z);

    s->ops->scale(s->kern, half(s), c, v, v);
    if (!s->noisy)
        return;
    s->ops->lincomb(
        s->kern, half(s), v, v, a == 0.0 ? 1 : 2,
        (double[2]){ size * w, size * a },
        (void *const[2]){ s->W[first], a == 0.0 ? NULL : s->H[first] });
}

int ito__step_baoab(stepper *s)
{
    const double h = s->h, w = 1.0 / sqrt(fabs(h));
    int rc = s->k0_ready ? 0 : force(s, 0, 0.0, s->x);

    if (rc != 0)
        return rc;
    ito__copy(s, s->z, s->x);
    B(s, 0.5 * h, 0);
    A(s, 0.5 * h);
    O(s, h, w, 0.0);
    A(s, 0.5 * h);
    if ((rc = force(s, 1, 1.0, s->z)) != 0)
        return rc;
    B(s, 0.5 * h, 1);
    s->keeps = true;
    s->k_next = 1;
    return 0;
}

int ito__step_aboba(stepper *s)
{
    const double h = s->h, w = 1.0 / sqrt(fabs(h));
    int rc;

    ito__copy(s, s->z, s->x);
    A(s, 0.5 * h);
    if ((rc = force(s, 0, 0.5, s->z)) != 0)
        return rc;
    B(s, 0.5 * h, 0);
    O(s, h, w, 0.0);
    B(s, 0.5 * h, 0);
    A(s, 0.5 * h);
    return 0;
}

int ito__step_obabo(stepper *s)
{
    const double h = s->h, w = 1.0 / sqrt(2.0 * fabs(h));
    int rc = s->k0_ready ? 0 : force(s, 0, 0.0, s->x);

    if (rc != 0)
        return rc;
    ito__copy(s, s->z, s->x);
    O(s, 0.5 * h, w, w * sqrt(12.0));
    B(s, 0.5 * h, 0);
    A(s, h);
    if ((rc = force(s, 1, 1.0, s->z)) != 0)
        return rc;
    B(s, 0.5 * h, 1);
    O(s, 0.5 * h, w, -w * sqrt(12.0));
    s->keeps = true;
    s->k_next = 1;
    return 0;
}

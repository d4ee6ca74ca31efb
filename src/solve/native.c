/* SPDX-License-Identifier: MIT
 *
 * native.c - steps of explicit Runge-Kutta methods by one kernel.
 */
#include "solve/native.h"

#include "solve/stepper.h"

const native_field *ito__native(const stepper *s)
{
    const ito_field *f = s->field;
    const native_field *native = f->reserved[0];

    if (!native || (s->method->kind & METHOD_EXPLICIT) == 0 || s->want_error ||
        s->method->tab->stages > ITO_RK_STAGES)
        return NULL;
    return native->drift == f->drift && native->user == f->user ? native : NULL;
}

/* Row i of a tableau times h, zero weights left out. */
static size_t row(const stepper *s, size_t i, unsigned char *from, double *a)
{
    const ito_tableau *tab = s->method->tab;
    const double *weight = ito__tab_row(tab, i);
    size_t used = 0;

    for (size_t j = 0; j < i; j++) {
        if (weight[j] == 0.0)
            continue;
        from[used] = (unsigned char)j;
        a[used++] = s->h * weight[j];
    }
    return used;
}

static void step64(const stepper *s, const native_field *f)
{
    ito_rk64 rk = { .stages = s->method->tab->stages };

    for (size_t i = 0; i <= rk.stages; i++)
        rk.used[i] = row(s, i, rk.from[i], rk.a[i]);
    for (size_t c = 0; c < (f->each ? s->shape.dim : 1); c++)
        s->kern->f64->native_rk(f->which, f->v, s->shape.npad, &rk,
                                (const void *const *)s->x + c, s->z + c);
}

static void step32(const stepper *s, const native_field *f)
{
    ito_rk rk = { .stages = s->method->tab->stages };
    double a[ITO_RK_STAGES];

    for (size_t i = 0; i <= rk.stages; i++) {
        rk.used[i] = row(s, i, rk.from[i], a);
        for (size_t j = 0; j < rk.used[i]; j++)
            rk.a[i][j] = (float)a[j];
    }
    for (size_t c = 0; c < (f->each ? s->shape.dim : 1); c++)
        s->kern->native_rk(f->which, f->v, s->shape.npad, &rk,
                           (const void *const *)s->x + c, s->z + c);
}

void ito__native_step(stepper *s, const native_field *f)
{
    if (s->ops->dtype == ITO_F64)
        step64(s, f);
    else
        step32(s, f);
    s->evals += s->method->tab->stages;
}

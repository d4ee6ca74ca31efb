/* SPDX-License-Identifier: MIT
 *
 * stepper.c - what the steps of all methods share: memory, calls of the field,
 * sigma applied to noise.
 */
#include "solve/stepper.h"

#include "solve/native.h"

#include <string.h>

/* Components of a block shaped as W, and of one shaped as sigma. */
static size_t noise_comps(const stepper *s)
{
    return s->matrix ? s->motions : s->field->dim;
}

static size_t sigma_comps(const stepper *s)
{
    return s->field->dim * (s->matrix ? s->motions : 1);
}

void ito__stepper_noise(stepper *s)
{
    const ito_field *f = s->field;
    const bool bath = (s->method->info.flags & ITO_METHOD_SECOND_ORDER) != 0 &&
                      f->second_order;

    s->noisy = f->noise != ITO_NOISE_NONE;
    if (bath)
        s->noisy = f->second_order->gamma * f->second_order->temperature > 0.0;
    s->motions = f->noise_dim ? f->noise_dim : f->dim;
    s->matrix = f->noise_dim > 1;
    s->additive = f->noise == ITO_NOISE_ADDITIVE;
    s->constant = s->additive && (f->flags & ITO_FIELD_CONSTANT_NOISE) != 0;
    s->stratonovich = f->calculus == ITO_CALCULUS_STRATONOVICH;
    s->area = s->noisy && (s->method->info.flags & ITO_METHOD_AREA) != 0;
}

static void carve_sigma(carver *c, const tile_plan *plan, stepper *s)
{
    const method *m = s->method;
    const size_t comps = sigma_comps(s), noise = noise_comps(s);
    const bool deriv = (m->info.flags & ITO_METHOD_DERIV) != 0 && !s->additive;

    for (size_t i = 0; i < m->g; i++)
        s->g[i] =
            s->constant && i > 0 ? s->g[0] : ito__block_carve(c, plan, comps);
    if ((m->kind & METHOD_GW) != 0)
        s->gw = ito__block_carve(c, plan, comps);
    for (size_t i = 0; i < m->v; i++)
        s->v[i] = ito__block_carve(c, plan, noise);
    s->W = ito__block_carve(c, plan, noise);
    s->g_all = ito__carve(c, size_mul(comps, sizeof(*s->g_all)));
    if (s->area)
        s->H = ito__block_carve(c, plan, noise);
    if (deriv)
        s->deriv =
            ito__block_carve(c, plan, s->matrix ? comps * s->motions : comps);
}

/* Implicit methods work in double: z, b, f, the Jacobian, and one matrix. */
static void carve_implicit(carver *c, const tile_plan *plan, stepper *s)
{
    const size_t dim = s->field->dim;
    const size_t values = size_mul(plan->rows, dim * (dim + 3));

    s->jacobian = ito__block_carve(c, plan, dim * dim);
    s->big = ito__carve(
        c, size_mul(size_add(values, dim * (dim + 1)), sizeof(double)));
}

size_t ito__stepper_states(const stepper *s)
{
    const method *m = s->method;

    if (ito__native(s))
        return 2;
    return 2 + m->k + m->y + (s->noisy ? 1 + m->g + m->v : 0);
}

void ito__stepper_carve(carver *c, const tile_plan *plan, stepper *s)
{
    const method *m = s->method;

    s->x = ito__state_carve(c, plan);
    s->z = ito__state_carve(c, plan);
    for (size_t i = 0; i < m->k; i++)
        s->k[i] = ito__state_carve(c, plan);
    for (size_t i = 0; i < m->y; i++)
        s->y[i] = ito__state_carve(c, plan);
    for (size_t i = 0; i < m->rows; i++)
        s->rows[i] = ito__carve(c, size_mul(plan->rows, sizeof(double)));
    s->which = ito__carve(c, plan->rows);
    if (s->noisy)
        carve_sigma(c, plan, s);
    if ((m->info.flags & ITO_METHOD_IMPLICIT) != 0)
        carve_implicit(c, plan, s);
    if (s->want_error) {
        s->err = ito__state_carve(c, plan);
        if (m->tab && m->tab->e3)
            s->err3 = ito__state_carve(c, plan);
    }
}

void ito__stepper_begin(stepper *s)
{
    const tile_work *w = s->work;
    const size_t comps = s->noisy ? sigma_comps(s) : 0;

    s->shape = ito__tile_shape(w);
    s->values = ito__tile_values(w);
    s->noise_values = s->noisy ? w->tile.npad * noise_comps(s) : 0;
    ito__state_point(w, s->x);
    ito__state_point(w, s->z);
    for (size_t i = 0; i < ITO_STAGES_MAX; i++)
        ito__state_point(w, s->k[i]);
    for (size_t i = 0; i < METHOD_Y; i++)
        ito__state_point(w, s->y[i]);
    for (size_t i = 0; i < METHOD_G; i++)
        ito__block_point(w, s->g[i], comps);
    ito__block_point(w, s->gw, comps);
    for (size_t i = 0; i < METHOD_V; i++)
        ito__block_point(w, s->v[i], s->noisy ? noise_comps(s) : 0);
    ito__block_point(w, s->W, s->noisy ? noise_comps(s) : 0);
    ito__block_point(w, s->H, s->noisy ? noise_comps(s) : 0);
    ito__block_point(w, s->deriv, s->matrix ? comps * s->motions : comps);
    ito__block_point(w, s->jacobian, s->field->dim * s->field->dim);
    ito__state_point(w, s->err);
    ito__state_point(w, s->err3);
    s->g_seen = false;
    s->k0_ready = s->g_ready[0] = s->g_ready[1] = s->u_ready = false;
    s->keeps = false;
    s->evals = 0;
}

static double when(const stepper *s, double c)
{
    return c == 1.0 ? s->t_end : s->t + c * s->h;
}

static int call(stepper *s, ito_eval_fn fn, size_t stage, double c,
                void *const *x, void *const *out, size_t outs)
{
    ito_tile *tile = &s->work->tile;

    tile->t = when(s, c);
    tile->stage = stage;
    s->why = STEP_FIELD;
    return ito__tile_eval(s->work, fn, x, out, outs);
}

int ito__drift(stepper *s, size_t stage, double c, void *const *x,
               void *const *out)
{
    s->evals++;
    return call(s, s->field->drift, stage, c, x, out, s->field->dim);
}

int ito__drift0(stepper *s)
{
    int rc = 0;

    if (!s->k0_ready)
        rc = ito__drift(s, 0, 0.0, s->x, s->k[0]);
    s->k0_ready = rc == 0;
    return rc;
}

/* Whether slot i < 2 holds additive noise of time t. */
static bool holds(const stepper *s, size_t i, double t)
{
    return s->g_ready[i] && (s->constant || s->g_time[i] == t);
}

int ito__sigma(stepper *s, size_t stage, double c, void *const *x, size_t slot)
{
    const double t = when(s, c);
    int rc;

    if (s->constant && s->g_ready[0])
        return 0; /* all slots are one block */
    if (s->additive && slot < 2) {
        if (holds(s, slot, t))
            return 0;
        if (s->g[1] && holds(s, 1 - slot, t)) {
            void **g = s->g[0];
            const double old = s->g_time[slot];

            s->g[0] = s->g[1];
            s->g[1] = g;
            s->g_time[slot] = t;
            s->g_time[1 - slot] = old;
            s->g_ready[1 - slot] = s->g_ready[slot];
            s->g_ready[slot] = true;
            return 0;
        }
    }
    rc = call(s, s->field->diffusion, stage, c, x, s->g[slot], sigma_comps(s));
    if (s->additive && slot < 2) {
        s->g_ready[slot] = rc == 0;
        s->g_time[slot] = t;
    }
    return rc;
}

int ito__sigma_into(stepper *s, void *const *x, void *const *out)
{
    return call(s, s->field->diffusion, 0, 0.0, x, out, sigma_comps(s));
}

int ito__sigma_deriv(stepper *s, size_t stage, double c, void *const *x)
{
    const size_t comps = sigma_comps(s) * (s->matrix ? s->motions : 1);

    return call(s, s->field->diffusion_deriv, stage, c, x, s->deriv, comps);
}

void ito__copy(const stepper *s, void *const *z, void *const *x)
{
    memcpy(z[0], x[0], s->values * s->ops->bytes);
}

void ito__lin1(const stepper *s, void *const *z, void *const *x, double a,
               void *const *y)
{
    s->ops->lincomb(s->kern, s->values, z[0], x[0], 1, &a,
                    (void *const[1]){ y[0] });
}

void ito__lin2(const stepper *s, void *const *z, void *const *x, double a,
               void *const *y, double b, void *const *w)
{
    s->ops->lincomb(s->kern, s->values, z[0], x[0], 2, (double[2]){ a, b },
                    (void *const[2]){ y[0], w[0] });
}

void ito__noise_scale(const stepper *s, void *const *v, double a,
                      void *const *x)
{
    s->ops->scale(s->kern, s->noise_values, a, x[0], v[0]);
}

void ito__noise_lin(const stepper *s, void *const *v, void *const *x, double a,
                    void *const *y)
{
    s->ops->lincomb(s->kern, s->noise_values, v[0], x[0], 1, &a,
                    (void *const[1]){ y[0] });
}

size_t ito__sigma_values(const stepper *s)
{
    return s->work->tile.npad * sigma_comps(s);
}

void ito__add_noise(const stepper *s, void *const *z, void *const *g,
                    void *const *v)
{
    const size_t m = s->motions;

    if (!s->matrix) {
        s->ops->muladd(s->kern, s->values, g[0], v[0], z[0]);
        return;
    }
    for (size_t c = 0; c < s->shape.dim; c++)
        for (size_t j = 0; j < m; j++)
            s->ops->muladd(s->kern, s->shape.npad, g[c * m + j], v[j], z[c]);
}

/* SPDX-License-Identifier: MIT
 *
 * stepper.h - one step of one tile, as a method sees it.
 *
 * A method is a function that reads the state x at time t and writes the state
 * z at time t + h; the rest of a stepper is what it needs for that: the noise
 * of the step, blocks to work in, and calls of the field.  It changes nothing
 * of x, so that a step can be rejected and an edge can be found inside it.
 *
 * Noise has one of two shapes.  Where a particle has one Brownian motion or
 * one for each component, W, H and sigma are shaped as a state (a single
 * motion is copied to all components), and products are element by element.
 * Else `matrix` is set: W[j], j < m, and sigma at g[c m + j].
 */
#ifndef ITO_SOLVE_STEPPER_H
#define ITO_SOLVE_STEPPER_H

#include "rng/brownian.h"
#include "solve/method.h"
#include "solve/tile.h"

/* Who ended a step that failed. */
typedef enum step_why {
    STEP_FIELD,   /* the field returned the number */
    STEP_NOISE,   /* problem.increments returned it */
    STEP_NEWTON,  /* equations of row `row` were not solved */
    STEP_UNEQUAL, /* sigma is not equal in all components */
} step_why;

struct stepper {
    const method *method;
    const ito_field *field;
    const ito_kern *kern;
    const state_ops *ops;
    tile_work *work;
    double theta;    /* of theta methods */
    uint64_t seed;   /* of uniforms of Metropolis steps */
    uint32_t stream; /* of those too */
    /* the noise */
    bool noisy;        /* there is some */
    bool matrix;       /* shapes: see above */
    bool additive;     /* sigma does not depend on the state */
    bool constant;     /* nor on time */
    bool stratonovich; /* the equation is */
    bool area;         /* H is wanted */
    /* the run */
    bool want_error; /* err is to receive the estimated error of z */
    bool lenient;    /* a particle may become NaN: it will be seen to */
    /* what is known of the state */
    bool k0_ready;   /* k[0] is the drift at (t, x) */
    bool u_ready;    /* rows[0] are energies at x */
    bool g_ready[2]; /* of additive noise: g[i] is sigma(g_time[i]) */
    bool keeps;      /* set by a step: k[k_next] is the drift at (t_end, z), and
                   rows[0] are its energies if u_ready */
    /* failure */
    step_why why;
    size_t row;
    /* the tile */
    size_t motions; /* Brownian motions a particle */
    state_shape shape;
    size_t values; /* of a state, padding included */
    size_t noise_values;
    /* the step */
    double t, t_end, h;
    void **x; /* the state; not to be written */
    void **z; /* receives the new one */
    /* blocks; how many there are says the method */
    void **k[ITO_STAGES_MAX];
    void **y[METHOD_Y];
    void **g[METHOD_G]; /* sigma, see ito__sigma */
    void **gw;          /* shaped as sigma */
    void **v[METHOD_V]; /* shaped as W */
    void **W, **H;
    bool draws; /* the noise of this step is not in W: the method draws it */
    const brownian_tile *motion; /* and this is what it draws */
    uint64_t noise_step;
    double *g_all;       /* sigma, a number a component, if g_even */
    bool g_even, g_seen; /* constant noise: whether that is so; g_seen: known */
    void **deriv, **jacobian;
    void **err, **err3;
    double *rows[METHOD_ROWS]; /* a number a particle */
    double *big;               /* work memory of implicit methods */
    unsigned char *which;      /* a byte a particle */
    double g_time[2];
    size_t k_next;
    /* counts */
    size_t evals;             /* of the drift */
    uint64_t moves, accepted; /* Metropolis */
};

/* Place the blocks of a stepper whose method, field, shapes are known; and
 * point them for a tile that has begun. */
void ito__stepper_carve(carver *c, const tile_plan *plan, stepper *s);
void ito__stepper_begin(stepper *s);
/* States that a step touches, about. */
size_t ito__stepper_states(const stepper *s);
/* How the noise of a field is shaped; fills noisy ... motions. */
void ito__stepper_noise(stepper *s);

/* Evaluate at time t + c h (to the bit t_end for c = 1), into k. */
int ito__drift(stepper *s, size_t stage, double c, void *const *x,
               void *const *out);
/* k[0] = drift at (t, x), unless it is there. */
int ito__drift0(stepper *s);
/* g[slot] = sigma; additive noise only if slot 0 or 1 does not hold that time
 * already, so they are not to be written by a method. */
int ito__sigma(stepper *s, size_t stage, double c, void *const *x, size_t slot);
/* sigma at time t, into a block that is not a slot. */
int ito__sigma_into(stepper *s, void *const *x, void *const *out);
/* deriv = L^j sigma_k */
int ito__sigma_deriv(stepper *s, size_t stage, double c, void *const *x);

/* z = x, z = x + a y (+ b w) of states. */
void ito__copy(const stepper *s, void *const *z, void *const *x);
void ito__lin1(const stepper *s, void *const *z, void *const *x, double a,
               void *const *y);
void ito__lin2(const stepper *s, void *const *z, void *const *x, double a,
               void *const *y, double b, void *const *w);
/* v = a x (+ b y) of blocks shaped as W. */
void ito__noise_scale(const stepper *s, void *const *v, double a,
                      void *const *x);
void ito__noise_lin(const stepper *s, void *const *v, void *const *x, double a,
                    void *const *y);
/* z += g v: sigma applied to noise. */
void ito__add_noise(const stepper *s, void *const *z, void *const *g,
                    void *const *v);
/* What the field's drift is, if an explicit step can be one kernel; and that
 * step. */
const struct native_field *ito__native(const stepper *s);
void ito__native_step(stepper *s, const struct native_field *f);
/* Continuous output of an explicit step at t + theta h, after
 * ito__step_dense. */
void ito__dense_at(const stepper *s, double theta, void *const *out);
/* Values of sigma of the current tile. */
size_t ito__sigma_values(const stepper *s);

#endif /* ITO_SOLVE_STEPPER_H */

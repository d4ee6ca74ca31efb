/* SPDX-License-Identifier: MIT
 *
 * method.h - a row of the table of methods: what the public table shows, the
 * function that takes a step, and the memory it works in.
 */
#ifndef ITO_SOLVE_METHOD_H
#define ITO_SOLVE_METHOD_H

#include <ito/solve.h>
#include <stdbool.h>

#include "solve/tableau.h"

/* The most that a method may ask for, see struct stepper. */
#define METHOD_Y    2
#define METHOD_G    4
#define METHOD_V    4
#define METHOD_ROWS 4

/* The largest system of an implicit method. */
#define METHOD_IMPLICIT_DIM 64

typedef struct stepper stepper;

/* Take a step: 0, or what a callback returned (s->why tells whose). */
typedef int (*step_fn)(stepper *s);

/* What the public flags do not say. */
enum {
    METHOD_ELEMENTS = 1u, /* no matrices: noise shaped as the state */
    METHOD_NARROW = 2u,   /* not WIDE */
    METHOD_GW = 4u,       /* works in a block shaped as sigma */
    METHOD_EXPLICIT = 8u, /* an explicit Runge-Kutta method: tab is set */
    METHOD_DRAWS = 16u    /* draws the noise of a step itself if s->draws */
};

typedef struct method {
    ito_method info;
    step_fn step;
    unsigned kind;           /* METHOD_... */
    size_t k, y, g, v, rows; /* blocks of each sort */
    const ito_tableau *tab;  /* if METHOD_EXPLICIT */
    double theta;            /* of a theta method, else 0 */
    size_t error_order;      /* of the estimate, as a power of h */
} method;

/* The method of that name, or NULL. */
const method *ito__method_find(const char *name);
/* The row of a public method, or NULL. */
const method *ito__method_of(const ito_method *info);

/* Whether it fits: ITO_OK, or ITO_EUNFIT with a message that lists the
 * methods that do.  adaptive: with steps of its own choosing. */
ito_status ito__method_fits(ito_ctx *ctx, const method *m,
                            const ito_field *field, bool adaptive);
/* The same without a message. */
bool ito__method_suits(const method *m, const ito_field *field);
/* The method for a caller who named none. */
const char *ito__method_default(const ito_field *field, bool adaptive);

/* The steps; each file has the formulas of its family. */
int ito__step_explicit(stepper *s); /* explicit.c */
int ito__step_em(stepper *s);       /* em.c */
int ito__step_tamed(stepper *s);
int ito__step_heun(stepper *s); /* heun.c */
int ito__step_midpoint(stepper *s);
int ito__step_euler_heun(stepper *s);
int ito__step_milstein(stepper *s); /* milstein.c */
int ito__step_rkmil(stepper *s);
int ito__step_sea(stepper *s); /* srk.c */
int ito__step_shark(stepper *s);
int ito__step_sra1(stepper *s);
int ito__step_sriw1(stepper *s);
int ito__step_platen(stepper *s); /* platen.c */
int ito__step_platen3(stepper *s);
int ito__step_theta(stepper *s);       /* implicit.c */
int ito__step_exponential(stepper *s); /* exponential.c */
int ito__step_baoab(stepper *s);       /* splitting.c */
int ito__step_obabo(stepper *s);
int ito__step_aboba(stepper *s);
int ito__step_mala(stepper *s); /* metropolis.c */

/* Continue an explicit step: the stages of its continuous output. */
int ito__step_dense(stepper *s);

#endif /* ITO_SOLVE_METHOD_H */

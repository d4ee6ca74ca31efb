/* SPDX-License-Identifier: MIT
 *
 * system_parts.h - what a system is made of.
 *
 * A system is formulas: drift, diffusion and what follows from them by
 * symbolic derivatives (formulas.c).  A named system is a row of a table that
 * holds those formulas, its closed forms, again as formulas, and hints; where
 * any number of components asks for it, it is made in C (independent.c,
 * langevin.c).
 */
#ifndef ITO_SIM_SYSTEM_PARTS_H
#define ITO_SIM_SYSTEM_PARTS_H

#include <ito/dist.h>
#include <ito/system.h>
#include <stdbool.h>

#include "ctx/ctx.h"
#include "solve/native.h"

#define SYSTEM_PARAMS   8  /* most parameters of a named system */
#define SYSTEM_DIM      10 /* most components of a row of formulas */
#define SYSTEM_NAME     24 /* bytes of a component's name */
#define SYSTEM_JACOBIAN 16 /* components up to which a Jacobian is made */

/* A parameter: its default as text and the values it may have. */
typedef struct system_param {
    const char *name, *value;
    double min, max;
    bool whole; /* an integer */
} system_param;

/* A kernel in place of a formula (kern.h: native). */
typedef struct fast {
    int which; /* 1 + an ito_native; 0: the formula */
    int first; /* its v[0] is this parameter, and so on */
} fast;

/*
 * A named system.  Texts are in the notation of ito/expr.h; start and params
 * are their variables as said.  All but info and drift or energy or build may
 * be missing.
 */
typedef struct system_kind {
    ito_system_info info;
    system_param params[SYSTEM_PARAMS];
    /* Make the field; NULL: from the formulas below. */
    ito_status (*build)(ito_ctx *ctx, ito_system *s);
    const char *text_param; /* a parameter that is a word; see langevin.c */
    const char *drift, *energy, *diffusion;
    const char *deriv;       /* diffusion_deriv, where the symbolic one is 0/0
                                somewhere */
    ito_calculus calculus;   /* UNSET = Ito */
    bool gaussian;           /* mean and cov say it all */
    const char *temperature; /* the parameters of that meaning */
    const char *gamma;
    const char *names; /* of components, blanks between; NULL = x y z */
    fast fast_drift, fast_diffusion;
    /* closed forms */
    const char *mean, *cov; /* of t and the start */
    const char *path;       /* of t, the start and then W */
    const char *flow;       /* of t and the start, where no noise is left */
    const char *logp;       /* of t, the start and then the point */
    const char *stationary; /* of the point; may lack a constant */
    /* hints */
    double start[SYSTEM_DIM], lo[SYSTEM_DIM], hi[SYSTEM_DIM];
    double t1;
    size_t steps;
    const char *method; /* NULL: by the kind of noise */
} system_kind;

/*
 * dX = (A x + b) dt + sum_j (B_j x + c_j) dW_j, in the sense of Ito: what has
 * moments in closed form (affine.c).
 */
typedef struct affine {
    size_t dim, noises;
    double *A; /* dim x dim */
    double *b; /* dim */
    double *B; /* noises x dim x dim; not read if additive */
    double *c; /* noises x dim */
    bool additive;
} affine;

struct ito_system {
    ito_ctx *ctx;            /* whose memory this is */
    const ito_kern *kern;    /* its kernels; all give the same bits */
    const system_kind *kind; /* NULL: formulas */
    ito_field field;
    native_field native; /* if field.reserved[0] points here */
    char *spec, *equation;
    char *names; /* dim x SYSTEM_NAME */
    ito_system_hints hints;
    double *hint_values; /* start, lo, hi */
    unsigned exact;
    double value[SYSTEM_PARAMS];
    char *word; /* of text_param, with parameters that are not ours */
    /* formulas of the field; of second order: drift is the force and dim / 2
     * its components */
    ito_expr *drift, *diffusion, *deriv, *jacobian, *divergence, *potential;
    size_t scratch;
    ito_second_order second;
    double *rates;
    /* closed forms */
    ito_expr *mean, *cov, *path, *flow, *logp, *stationary;
    affine *affine;
    bool gaussian;
    /* of langevin */
    ito_dist *target;
    struct langevin *langevin;
};

/* The named systems, a family a table, each ending with an empty row. */
extern const system_kind ito__systems_linear[];
extern const system_kind ito__systems_strong[];
extern const system_kind ito__systems_physics[];
extern const system_kind ito__systems_models[];
/* The i-th of all, or NULL past the end (named.c). */
const system_kind *ito__system_kind_at(size_t i);
size_t ito__system_params(const system_kind *kind);

/* system_spec.c: NAME:PARAMETER=VALUE,... to kind, value, word and spec. */
ito_status ito__system_parse(ito_ctx *ctx, const char *spec, ito_system *s);

/* formulas.c: make field and names from formulas; deriv may be NULL. */
ito_status ito__system_build(ito_ctx *ctx, ito_system *s, const ito_formulas *f,
                             const char *deriv);
/* formula_field.c: flags and callbacks of the field; converted: the drift is no
 * longer the one that was written. */
void ito__system_callbacks(ito_system *s, bool converted);
/* noise_kind.c: kind, calculus, diffusion_deriv; then the drift in the calculus
 * asked for.  s->drift and s->diffusion are there, the latter dim rows of 1
 * or of m elements; parse: what names mean. */
ito_status ito__system_noise(ito_ctx *ctx, ito_system *s, const ito_formulas *f,
                             const char *deriv, const ito_expr_opts *parse);
/* affine.c: find out whether the system is affine; s->affine stays NULL if it
 * is not.  jacobian: of the drift (of the force, if of second order). */
ito_status ito__system_affine(ito_ctx *ctx, ito_system *s,
                              const ito_expr *jacobian);
/* Mean (dim) and covariance (dim x dim) at t, or at t = INFINITY. */
ito_status ito__affine_moments(ito_ctx *ctx, const affine *a, const double *x,
                               double t, double *mean, double *cov);
/* equation.c: s->names (given: blanks between, or NULL) and s->equation. */
ito_status ito__system_names(ito_ctx *ctx, ito_system *s, const char *given);
ito_status ito__system_equation(ito_ctx *ctx, ito_system *s);
/* closed_form.c: parse the closed forms of the kind and set s->exact. */
ito_status ito__system_exact(ito_ctx *ctx, ito_system *s,
                             const ito_expr_opts *parse);

/* independent.c: brownian and ou, and their closed forms. */
ito_status ito__build_brownian(ito_ctx *ctx, ito_system *s);
ito_status ito__build_ou(ito_ctx *ctx, ito_system *s);
void ito__independent_moments(const ito_system *s, const double *x, double t,
                              double *mean, double *cov);
void ito__independent_path(const ito_system *s, const double *x, size_t n,
                           const double *W, double *out);
/* t = INFINITY: stationary. */
ito_status ito__independent_logp(ito_ctx *ctx, const ito_system *s,
                                 const double *x, double t, size_t n,
                                 const double *y, double *logp);
/* langevin.c */
ito_status ito__build_langevin(ito_ctx *ctx, ito_system *s);
ito_status ito__langevin_stationary(ito_ctx *ctx, const ito_system *s, size_t n,
                                    const double *y, double *logp);
/* --- text that grows (equation.c) ----------------------------------------- */

typedef struct text {
    ito_ctx *ctx;
    char *at; /* closed by a zero, or NULL: nothing yet, or no memory */
    size_t used, room;
    bool failed;
} text;

void ito__text_add(text *t, const char *format, ...) ITO_PRINTF(2, 3);
/* A number that reads back as the same double. */
void ito__text_number(text *t, double value);
/* A formula in which parameters that are 0 are replaced by that number, so that
 * what is multiplied by them is seen to vanish. */
void ito__text_bind(text *t, const char *formula, const ito_expr_opts *parse);
/* Parse what was written, whether or not memory sufficed, and free it. */
ito_status ito__text_parse(text *t, const ito_expr_opts *parse, ito_expr **out);

#endif /* ITO_SIM_SYSTEM_PARTS_H */

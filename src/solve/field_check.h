/* SPDX-License-Identifier: MIT
 *
 * field_check.h - what the parts of ito_field_check share.
 */
#ifndef ITO_SOLVE_FIELD_CHECK_H
#define ITO_SOLVE_FIELD_CHECK_H

#include "solve/tile.h"

#define CHECK_POINTS 100 /* particles tried */

/* What is being checked, and memory for it. */
typedef struct check {
    ito_ctx *ctx;
    const ito_field *field;
    const char *name;
    tile_plan plan;
    tile_work work;
    void **x, **y, **v; /* input, its copy, cotangent */
    void **out;         /* pointers into guarded blocks */
    size_t blocks;      /* how many there are */
    char *guarded;      /* blocks of block_bytes, guards included */
    size_t block_bytes;
    char *scratch;      /* with its guards */
    char *rows, *first; /* points and their results as rows */
    char *again, *some; /* results of one tile, points of one tile */
    char *up, *down;    /* results at points moved by a little */
    double *sums;       /* what differences add up to, and of what size */
    size_t sums_count;  /* how many a point there is room for */
    float *cond, *cond_some;
} check;

/* The field is not what it promises. */
ito_status ito__check_broken(const check *k, const char *what,
                             const char *part);
/* A callback returned rc. */
ito_status ito__check_refused(const check *k, const char *part, int rc);
/* Fill outputs, scratch and their guards, and point the outputs; look at
 * everything that one call with `outs` results may not have touched. */
void ito__check_prepare(check *k);
ito_status ito__check_look(const check *k, size_t outs, const char *part);
/* Evaluate on n rows, with guards; results as rows to `result`. */
ito_status ito__check_call(check *k, ito_eval_fn fn, size_t outs,
                           const char *part, const char *rows,
                           const float *cond, size_t n, char *result);
/* Value i of rows in the type of the check. */
double ito__check_value(const check *k, const char *rows, size_t i);
/* Values a point of sigma, and of its derivative. */
size_t ito__check_sigma(const ito_field *field);
size_t ito__check_sigma_deriv(const ito_field *field);

/* The derivatives of a field against differences (check_deriv.c). */
ito_status ito__check_divergence(check *k);
ito_status ito__check_vjp(check *k);
ito_status ito__check_score(check *k);
ito_status ito__check_jacobian(check *k);
/* How sigma depends on the state, and diffusion_deriv. */
ito_status ito__check_noise(check *k);

#endif /* ITO_SOLVE_FIELD_CHECK_H */

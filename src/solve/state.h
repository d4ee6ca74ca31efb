/* SPDX-License-Identifier: MIT
 *
 * state.h - arithmetic on the state of one tile, in float and in double.
 *
 * A state is one block of values; at[c] points to component c (npad values)
 * of a component-major state, at[0] to the n rows of a WIDE one.  The
 * functions exist once for each number type, from state_tmpl.h.
 */
#ifndef ITO_SOLVE_STATE_H
#define ITO_SOLVE_STATE_H

#include <ito/field.h>
#include <stdbool.h>

#include "kern/kern.h"

/* A value that is not finite, where it was found. */
typedef struct state_bad {
    size_t row, component;
    double value;
} state_bad;

typedef struct state_ops {
    ito_dtype dtype;
    size_t bytes; /* of a value */
    /* Rows n x dim to components, padded with copies of the last row. */
    void (*pack)(size_t n, size_t npad, size_t dim, const void *rows,
                 void *const *at);
    void (*pad)(size_t n, size_t npad, size_t dim, void *const *at);
    void (*unpack)(size_t n, size_t dim, const void *const *at, void *rows);
    /* z = x + sum over j < m of a[j] y[j], in order of j. */
    void (*lincomb)(const ito_kern *kern, size_t count, void *z, const void *x,
                    size_t m, const double *a, void *const *y);
    bool (*all_finite)(const ito_kern *kern, size_t count, const void *x);
    /* The first value that is not finite, by row, then component: value
     * (i, c) is at[c][i], or at[0][i dim + c] if wide.  False: none. */
    bool (*first_bad)(size_t n, size_t dim, bool wide, const void *const *at,
                      state_bad *bad);
    /* To and from the other number type. */
    void (*to_f32)(size_t count, const void *x, float *y);
    void (*from_f32)(size_t count, const float *x, void *y);
    void (*to_f64)(size_t count, const void *x, double *y);
    void (*from_f64)(size_t count, const double *x, void *y);
} state_ops;

extern const state_ops ito__state_f32;
extern const state_ops ito__state_f64;

/* The functions for a number type; 0 is ITO_F32; NULL for anything else. */
const state_ops *ito__state_ops(ito_dtype dtype);

#endif /* ITO_SOLVE_STATE_H */

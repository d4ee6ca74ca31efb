/* SPDX-License-Identifier: MIT
 *
 * state.h - arithmetic on the state of one tile, in float and in double.
 *
 * A state is one block of values; at[c] points to component c (npad values)
 * of a component-major state, at[0] to the n rows of a WIDE one.  The
 * functions exist once for each number type: those of the first group go
 * through the kernel table, the others are in state_tmpl.h.  Either way every
 * value is made by one sequence of operations, whatever the tile.
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

/* How many rows, how long, and which layout. */
typedef struct state_shape {
    size_t n, npad, dim;
    bool wide;
} state_shape;

typedef struct state_ops {
    ito_dtype dtype;
    size_t bytes; /* of a value */

    /* --- by kernels, over whole blocks; z may be x or y --- */
    /* z = x + sum over j < m of a[j] y[j], by fma in order of j. */
    void (*lincomb)(const ito_kern *kern, size_t count, void *z, const void *x,
                    size_t m, const double *a, void *const *y);
    void (*add)(const ito_kern *kern, size_t count, const void *x,
                const void *y, void *z);
    void (*sub)(const ito_kern *kern, size_t count, const void *x,
                const void *y, void *z);
    void (*mul)(const ito_kern *kern, size_t count, const void *x,
                const void *y, void *z);
    /* z = x y + z, by fma. */
    void (*muladd)(const ito_kern *kern, size_t count, const void *x,
                   const void *y, void *z);
    void (*scale)(const ito_kern *kern, size_t count, double a, const void *x,
                  void *y);
    bool (*all_finite)(const ito_kern *kern, size_t count, const void *x);

    /* --- between rows and components --- */
    /* Rows n x dim to components, padded with copies of the last row. */
    void (*pack)(size_t n, size_t npad, size_t dim, const void *rows,
                 void *const *at);
    void (*pad)(size_t n, size_t npad, size_t dim, void *const *at);
    void (*unpack)(size_t n, size_t dim, const void *const *at, void *rows);
    /* One value a particle, at at[0], to all dim components. */
    void (*spread)(const state_shape *shape, void *const *at);
    /* To and from the other number type. */
    void (*to_f32)(size_t count, const void *x, float *y);
    void (*from_f32)(size_t count, const float *x, void *y);
    void (*to_f64)(size_t count, const void *x, double *y);
    void (*from_f64)(size_t count, const double *x, void *y);

    /* --- plain arithmetic --- */
    /* y = a x + b, each operation rounded. */
    void (*affine)(size_t count, double a, double b, const void *x, void *y);
    /* y = sign(x) root where |x| > limit, else 0. */
    void (*three_point)(size_t count, double limit, double root, const void *x,
                        void *y);
    /* z = x y, x being one number a particle. */
    void (*scale_rows)(const state_shape *shape, const double *x,
                       void *const *y, void *const *z);

    /* --- by particles, in double, components in order --- */
    /* The first value that is not finite, by row, then component; from row
     * `from` on.  False: none. */
    bool (*first_bad)(const state_shape *shape, size_t from,
                      const void *const *at, state_bad *bad);
    /* out[i] = sum_c x_ic y_ic */
    void (*row_dot)(const state_shape *shape, void *const *x, void *const *y,
                    double *out);
    /* out[i] = the Euclidean norm of row i, free of overflow. */
    void (*row_norm)(const state_shape *shape, void *const *x, double *out);
    /* to row i = from row i where which[i] != 0. */
    void (*copy_rows)(const state_shape *shape, const unsigned char *which,
                      void *const *from, void *const *to);
    /* out[i] += sum_c (e_ic / (tol[0] + tol[1] max(|x_ic|, |z_ic|)))^2, NaN
     * where x or z is not finite */
    void (*error_rows)(const state_shape *shape, const double tol[2],
                       void *const *e, void *const *x, void *const *z,
                       double *out);
    double (*get)(const void *x, size_t i);
    void (*set)(void *x, size_t i, double value);
} state_ops;

extern const state_ops ito__state_f32;
extern const state_ops ito__state_f64;

/* The functions for a number type; 0 is ITO_F32; NULL for anything else. */
const state_ops *ito__state_ops(ito_dtype dtype);

#endif /* ITO_SOLVE_STATE_H */

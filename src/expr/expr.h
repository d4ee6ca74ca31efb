/* SPDX-License-Identifier: MIT
 *
 * expr.h - what the rest of the library uses of formulas beside ito/expr.h:
 * evaluation over the columns of a tile, in float or double.
 *
 * A callback of a field is then
 *
 *     static int drift(void *user, const ito_tile *tile, void *const *out)
 *     {
 *         const my_system *s = user;
 *
 *         return ito__expr_tile(s->drift, s->kern, tile->dtype, tile->npad,
 *                               tile->t, tile->x, out, tile->scratch);
 *     }
 *
 * with ito__expr_scratch(s->drift, rows) bytes of scratch.  Nothing is
 * allocated; any number of threads may evaluate one formula, each with
 * scratch of its own.
 */
#ifndef ITO_EXPR_EXPR_H
#define ITO_EXPR_EXPR_H

#include <ito/expr.h>

#include "kern/kern.h"

/* Bytes of scratch, for tiles of any size and either number type. */
size_t ito__expr_scratch(const ito_expr *expr);

/*
 * Evaluate every element for npad particles at time t.
 *
 * npad must be a multiple of 32.  x[c] points to npad values of component c
 * of the state; only components that the formulas use are read.  out[e]
 * receives npad values of element e (row after row); outputs must not overlap
 * each other nor x.  scratch is on a 64-byte boundary; NULL is allowed where
 * ito__expr_scratch is 0.  dtype 0 means ITO_F32.  Returns 0.
 *
 * An element that is the same for all particles is computed once, in double,
 * and filled in.  Each value depends on its particle alone: not on npad, nor
 * on the place in the tile, nor on the kernel table.
 */
int ito__expr_tile(const ito_expr *expr, const ito_kern *kern, ito_dtype dtype,
                   size_t npad, double t, const void *const *x,
                   void *const *out, void *scratch);

#endif /* ITO_EXPR_EXPR_H */

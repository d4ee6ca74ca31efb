/* SPDX-License-Identifier: MIT
 *
 * native.h - fields whose drift is a kernel.
 *
 * A step of an explicit Runge-Kutta method for such a field is one pass over
 * the tile, with the stages in registers, and gives the same bits.  The
 * library's own fields say what they are in reserved[0]; callers leave that
 * zero.  Callbacks are compared as well, so that a changed copy of a field
 * does not claim what it no longer is.
 */
#ifndef ITO_SOLVE_NATIVE_H
#define ITO_SOLVE_NATIVE_H

#include <ito/field.h>
#include <stdbool.h>

#include "kern/kern.h"

typedef struct native_field {
    ito_native which;
    bool each;         /* one component, of which the field has any number */
    const double *v;   /* parameters, for as long as the field lives */
    ito_eval_fn drift; /* the field's */
    void *user;
} native_field;

#endif /* ITO_SOLVE_NATIVE_H */

/* SPDX-License-Identifier: MIT
 *
 * augment.h - a field beside the integral of its divergence.
 */
#ifndef ITO_FLOW_AUGMENT_H
#define ITO_FLOW_AUGMENT_H

#include <ito/field.h>

#include "ctx/ctx.h"

/* Most components of an exact trace made of unit vectors. */
#define ITO__UNITS_MAX 16

/* The state is x, then one integral (an exact trace) or one for each probe: for
 * fixed steps.  Where integrals are pure quadratures (solve/quadrature.h) the
 * state is x alone, moved by `plain`. */
typedef struct augment {
    ito_ctx *ctx;
    ito_field inner;
    size_t probes; /* 0: an exact trace */
    uint64_t seed;
    ito_field field;
    ito_field plain;
} augment;

/* What the integrals sum, div u or each v' J v: with the user pointer and the
 * scratch of `plain`. */
int ito__augment_rates(void *user, const ito_tile *tile, void *const *out);

/* Augment a field; ITO_EUNFIT where it cannot be.  probes 0: exact where that
 * can be had, else 16.  The fields borrow *out, which must not move. */
ito_status ito__augment(ito_ctx *ctx, const ito_field *field, size_t probes,
                        uint64_t seed, augment *out);

#endif /* ITO_FLOW_AUGMENT_H */

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

/* The state is x, then one integral (an exact trace) or one for each probe. */
typedef struct augment {
    ito_ctx *ctx;
    ito_field inner;
    size_t probes; /* 0: an exact trace */
    uint64_t seed;
    ito_field field;
} augment;

/* Augment a field; ITO_EUNFIT where it cannot be.  probes 0: exact where that
 * can be had, else 8.  The field borrows *out, which must not move. */
ito_status ito__augment(ito_ctx *ctx, const ito_field *field, size_t probes,
                        uint64_t seed, augment *out);

#endif /* ITO_FLOW_AUGMENT_H */

/* SPDX-License-Identifier: MIT
 *
 * inpaint.h - a flow in which some coordinates are known to end in values.
 */
#ifndef ITO_FLOW_INPAINT_H
#define ITO_FLOW_INPAINT_H

#include <ito/field.h>
#include <ito/path.h>

#include "ctx/ctx.h"

/* The field of a flow under what is known.  A particle's conditions are those
 * of the flow, then dim values it is to end in (NaN where nothing is known),
 * then dim values of noise e: a known coordinate goes along alpha y + beta e,
 * whatever the state holds there. */
typedef struct inpaint {
    ito_ctx *ctx;
    ito_field flow;
    ito_path path;
    double damp; /* see ito__inpaint */
    double lo;   /* nearest time to noise at which D is told */
    ito_field field;
} inpaint;

/* Make *out, which must not move.  damp: how well the flow knows J_D, in units
 * of that of N(0, I); 0 where it is exact.  ITO_EUNFIT for a field that has
 * noise or no vjp. */
ito_status ito__inpaint(ito_ctx *ctx, const ito_field *flow,
                        const ito_path *path, double damp, inpaint *out);

#endif /* ITO_FLOW_INPAINT_H */

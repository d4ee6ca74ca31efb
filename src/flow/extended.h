/* SPDX-License-Identifier: MIT
 *
 * extended.h - samples of a field as ito_sample_opts asks for them.
 */
#ifndef ITO_FLOW_EXTENDED_H
#define ITO_FLOW_EXTENDED_H

#include <ito/model.h>

/* Steps, where they are not given: of a flow, of a flow with noise. */
#define ITO__STEPS_FLOW  50
#define ITO__STEPS_NOISE 250

/*
 * Solve a problem whose field is a flow, with the noise, method and steps of
 * o; its seed becomes that of o.  x as for ito_solve.
 */
ito_status ito__sample_solve(ito_ctx *ctx, ito_problem *problem,
                             const ito_sample_opts *o, void *x);

#endif /* ITO_FLOW_EXTENDED_H */

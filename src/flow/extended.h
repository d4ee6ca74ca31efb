/* SPDX-License-Identifier: MIT
 *
 * extended.h - samples of a field as ito_sample_opts asks for them.
 */
#ifndef ITO_FLOW_EXTENDED_H
#define ITO_FLOW_EXTENDED_H

#include <ito/model.h>

/* What is done where nothing is said, by measurement (docs/book/solvers.md):
 * methods, and steps as many as make so many field calls. */
#define ITO__METHOD_FLOW  "heun"
#define ITO__METHOD_NOISE "euler-maruyama"
#define ITO__CALLS_FLOW   100
#define ITO__CALLS_NOISE  250

/*
 * Solve a problem whose field is a flow, with all that o asks for but labels,
 * given columns and guidance by them; its seed becomes that of o.  x as for
 * ito_solve.
 */
ito_status ito__sample_solve(ito_ctx *ctx, const sample_flow *flow,
                             const ito_sample_opts *o, ito_problem *problem,
                             float *x);

#endif /* ITO_FLOW_EXTENDED_H */

/* SPDX-License-Identifier: MIT
 *
 * extended.h - samples of a field as ito_sample_opts asks for them.
 */
#ifndef ITO_FLOW_EXTENDED_H
#define ITO_FLOW_EXTENDED_H

#include <ito/model.h>
#include <stdbool.h>

/* What is known of a flow beside its field. */
typedef struct sample_flow {
    const ito_path *path;
    const ito_schema *schema; /* of its coordinates, or NULL */
    bool normal;              /* it starts from N(0, std^2 I) */
    double std;
} sample_flow;

/*
 * Solve a problem whose field is a flow, with all that o asks for but labels,
 * given columns and guidance by them; its seed is that of o.  x as for
 * ito_solve.
 */
ito_status ito__sample_solve(ito_ctx *ctx, const sample_flow *flow,
                             const ito_sample_opts *o,
                             const ito_problem *problem, float *x);

#endif /* ITO_FLOW_EXTENDED_H */

/* SPDX-License-Identifier: MIT
 *
 * flow.h - what a flow is made of.
 */
#ifndef ITO_FLOW_FLOW_H
#define ITO_FLOW_FLOW_H

#include <ito/flow.h>

#include "flow/model.h"

struct ito_flow {
    ito_ctx *ctx;
    const ito_model *model;   /* or NULL */
    const ito_oracle *oracle; /* or NULL */
    ito_model *own_model;     /* those that the flow opened itself */
    ito_oracle *own_oracle;
    float *own_rows; /* that own_oracle looks at, or NULL */
    const ito_field *field;
    const ito_path *path;
};

/* init of a problem that starts at an oracle's p_init. */
typedef struct flow_start {
    const ito_flow *flow;
    ito_noise at;
} flow_start;

int ito__flow_start(void *arg, const ito_tile *tile, void *const *x);

#endif /* ITO_FLOW_FLOW_H */

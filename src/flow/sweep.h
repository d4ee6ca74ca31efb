/* SPDX-License-Identifier: MIT
 *
 * sweep.h - what a sweep measures of a mixture beside distances.
 */
#ifndef ITO_FLOW_SWEEP_H
#define ITO_FLOW_SWEEP_H

#include <ito/sweep.h>
#include <stdbool.h>

#include "ctx/ctx.h"

/* The mixture that a flow leads to, and work memory. */
typedef struct sweep_modes sweep_modes;

/* The mixture of an oracle, or of the set that a model was trained on;
 * ITO_EUNFIT where there is none.  `data` has its columns. */
ito_status ito__sweep_modes_new(ito_ctx *ctx, const ito_flow *flow,
                                const ito_table *data, sweep_modes **out);

/* Free it; NULL is allowed. */
void ito__sweep_modes_free(sweep_modes *m);

/* Shares and spread (ito/sweep.h) of n rows of a table, the part-th n of them
 * (again from the start where there are no more). */
void ito__sweep_modes(sweep_modes *m, const ito_table *table, size_t n,
                      size_t part, double scores[2]);

#endif /* ITO_FLOW_SWEEP_H */

/* SPDX-License-Identifier: MIT
 *
 * candidates.h - where rows with known coordinates start.
 */
#ifndef ITO_FLOW_CANDIDATES_H
#define ITO_FLOW_CANDIDATES_H

#include <ito/solve.h>

#include "flow/inpaint.h"

/*
 * Draw `count` samples of the flow by the steps of *how, and for each of the n
 * rows of conditions of *paint (as inpaint.h has them) choose one of those
 * whose known coordinates are nearest; z receives it: n x dim values.
 */
ito_status ito__candidates(ito_ctx *ctx, const inpaint *paint,
                           const ito_problem *problem,
                           const ito_solve_opts *how, size_t count, float *z);

#endif /* ITO_FLOW_CANDIDATES_H */

/* SPDX-License-Identifier: MIT
 *
 * nearest_search.h - distances to the nearest point.
 */
#ifndef ITO_METRIC_NEAREST_SEARCH_H
#define ITO_METRIC_NEAREST_SEARCH_H

#include "metric/measure.h"

/* Questions: which points of `ask`, to which points of `data`. */
typedef struct nearest {
    const cloud *ask, *data;
    const uint32_t *row; /* count numbers of points of ask */
    size_t count;
    bool self; /* ask is data: a point is not its own neighbour */
} nearest;

/* square[k]: the squared distance of row k to the nearest point.
 * ITO_ENOMEM, or ITO_ECANCELLED, said to be of an eval. */
ito_status ito__nearest(ito_ctx *ctx, const nearest *s, float *square);

#endif /* ITO_METRIC_NEAREST_SEARCH_H */

/* SPDX-License-Identifier: MIT
 *
 * coding.h - from columns of two tables to two clouds of points.
 */
#ifndef ITO_METRIC_CODING_H
#define ITO_METRIC_CODING_H

#include "metric/measure.h"

/* The most levels that a column of texts may have here. */
#define LEVELS_MAX 1000

/* What is compared: columns in pairs, a name may be NULL. */
typedef struct pairing {
    size_t cols, real_rows, fake_rows;
    const ito_column *data, *fake; /* cols each; kinds agree */
    bool raw;
} pairing;

/* The coordinates of both samples; the clouds borrow span and memory. */
typedef struct coded {
    cloud data, fake;
    span *col;       /* cols */
    double *outside; /* cols: share of fake cells that no real row covers */
    float *memory;
} coded;

/* Fill *out, to be freed by ito__coded_free also after a failure. */
ito_status ito__code(ito_ctx *ctx, const pairing *p, coded *out);
void ito__coded_free(ito_ctx *ctx, coded *c);

#endif /* ITO_METRIC_CODING_H */

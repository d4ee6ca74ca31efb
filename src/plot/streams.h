/* SPDX-License-Identifier: MIT
 *
 * streams.h - evenly spaced streamlines of a vector field on a rectangle.
 */
#ifndef ITO_PLOT_STREAMS_H
#define ITO_PLOT_STREAMS_H

#include "plot/figure.h"

/* Line k has the points start[k] to start[k + 1] - 1, in the direction of the
 * field. */
typedef struct streams {
    size_t n, lines;
    size_t *start; /* lines + 1 */
    double *x, *y; /* n each */
} streams;

/* u and v have one shape, at least 2 x 2; spacing as in ito_panel_streams. */
ito_status ito__streams_find(ito_ctx *ctx, const ito_raster *u,
                             const ito_raster *v, double spacing, streams *out);
void ito__streams_free(ito_ctx *ctx, streams *s);

#endif /* ITO_PLOT_STREAMS_H */

/* SPDX-License-Identifier: MIT
 *
 * inpaint.h - a flow in which some coordinates, or the means of blocks of
 * pixels, are known to end in values.
 */
#ifndef ITO_FLOW_INPAINT_H
#define ITO_FLOW_INPAINT_H

#include <ito/field.h>
#include <ito/path.h>

#include "ctx/ctx.h"

/* Blocks of pixels whose means are known: images of height x width x channels
 * coordinates, in blocks of rows x cols pixels; rows 0: there are none. */
typedef struct inpaint_blocks {
    size_t height, width, channels, rows, cols;
} inpaint_blocks;

/* The field of a flow under what is known.  A particle's conditions are those
 * of the flow, then dim values y it is to end in (NaN where nothing is known;
 * of blocks, each pixel has the mean of its block), then dim values of noise e
 * (of blocks, means too): what is known goes along alpha y + beta e, whatever
 * the state holds there. */
typedef struct inpaint {
    ito_ctx *ctx;
    ito_field flow;
    ito_path path;
    double damp; /* see ito__inpaint */
    double lo;   /* nearest time to noise at which D is told */
    size_t most; /* steps of conjugate gradients; as many as there may be */
    inpaint_blocks blocks;
    ito_field field;
} inpaint;

/* What is known of a row of dim values, in place: the others become 0, pixels
 * of a block their mean.  y: values the row is to end in. */
void ito__inpaint_known(const inpaint *p, const float *y, double *row);

/* How many numbers are known, at most `most`. */
size_t ito__inpaint_count(const inpaint *p, const float *y, size_t most);

/* Put a y + b e for what is known of a row; y is followed by e. */
void ito__inpaint_hold(const inpaint *p, const float *y, double a, double b,
                       double *row);

/* Make *out, which must not move; `blocks` may be NULL.  damp: how well the
 * flow knows J_D, in units of that of N(0, I); 0 where it is exact.  ITO_EUNFIT
 * for a field that has noise or no vjp. */
ito_status ito__inpaint(ito_ctx *ctx, const ito_field *flow,
                        const ito_path *path, const inpaint_blocks *blocks,
                        double damp, inpaint *out);

#endif /* ITO_FLOW_INPAINT_H */

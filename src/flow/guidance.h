/* SPDX-License-Identifier: MIT
 *
 * guidance.h - the field that samples of a model follow.
 */
#ifndef ITO_FLOW_GUIDANCE_H
#define ITO_FLOW_GUIDANCE_H

#include <ito/composite.h>
#include <ito/model.h>
#include <stdbool.h>

typedef struct guidance {
    const ito_field *field; /* what samples follow */
    double w, lo, hi;       /* the weight, at times from lo to hi */
    float *none;            /* a row of no conditions */
    ito_composite *sum;     /* where it is a sum */
} guidance;

/* The field by o's guidance, where each row has a label, or some column given;
 * it borrows *g, which must not move.  ITO_EUNFIT where there is nothing to
 * guide by.  Closed by
 * ito__guidance_close, also after a failure. */
ito_status ito__guidance_open(ito_ctx *ctx, const ito_model *m,
                              const ito_sample_opts *o, bool label, bool given,
                              guidance *g);
void ito__guidance_close(ito_ctx *ctx, guidance *g);

#endif /* ITO_FLOW_GUIDANCE_H */

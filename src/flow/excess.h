/* SPDX-License-Identifier: MIT
 *
 * excess.h - how far a trained field is from the exact one.
 *
 * The loss of training is made of two parts: what the exact field u* leaves
 * too, because x_t does not tell which data point it came from (the floor),
 * and E |u - u*|^2, the excess, which is what training can lower.  Where the
 * data are a built-in set whose field is known (ito/oracle.h), both are
 * measured on fixed draws: rows, times stratified over those trained on, noise.
 */
#ifndef ITO_FLOW_EXCESS_H
#define ITO_FLOW_EXCESS_H

#include "flow/model.h"
#include "flow/trainer.h"

#define EXCESS_BINS 10

typedef struct excess {
    bool known;
    double floor, floor_se; /* the loss of u*, in the loss trained on, over
                               uniform times, and its standard error */
    double mean;            /* E |u - u*|^2 over the times */
    double at[EXCESS_BINS]; /* the same in equal pieces of the times */
} excess;

/* Measure a model whose field is ready; known = false where there is no exact
 * field, or conditions. */
ito_status ito__excess(ito_ctx *ctx, const ito_trainer *t, const ito_model *m,
                       excess *out);

#endif /* ITO_FLOW_EXCESS_H */

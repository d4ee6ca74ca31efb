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

#include <ito/oracle.h>

#include "flow/model.h"
#include "flow/trainer.h"

#define EXCESS_BINS 10

/* The most labels whose exact fields are looked at one by one. */
#define EXCESS_CLASSES 64

typedef struct excess {
    bool known;
    double floor, floor_se; /* the loss of u*, in the loss trained on, over
                               uniform times, and its standard error */
    double mean;            /* E |u - u*|^2 over the times */
    double at[EXCESS_BINS]; /* the same in equal pieces of the times */
} excess;

/* The exact fields of a set: without a label and, where the model is given
 * labels, with each.  A class of a mixture is a normal. */
typedef struct exact_fields {
    ito_oracle *none;
    size_t classes; /* 0: there are no labels */
    double drop;    /* share of labels hidden in training */
    ito_dist *dist[EXCESS_CLASSES];
    ito_oracle *label[EXCESS_CLASSES];
} exact_fields;

/* ITO_EUNFIT where there is none.  Freed by ito__exact_free. */
ito_status ito__exact_new(ito_ctx *ctx, const ito_trainer *t,
                          exact_fields *out);
void ito__exact_free(exact_fields *e);

/* Points with a time and a label each (label NULL: none). */
typedef struct exact_points {
    size_t n, dim;
    const double *t, *x; /* n, n x dim */
    const float *label;
} exact_points;

/* The exact velocity at each, n x dim values. */
ito_status ito__exact_velocity(ito_ctx *ctx, const exact_fields *e,
                               const exact_points *p, double *out);

/* The floor of a loss on [lo, hi], by `draws` points; labels are hidden as in
 * training.  ITO_EUNFIT or ITO_ERANGE where it is not known so. */
ito_status ito__exact_floor(ito_ctx *ctx, const exact_fields *e,
                            const objective *o, size_t draws, ito_floor *out);

/* Measure a model whose field is ready; known = false where there is no exact
 * field, or columns may be given.  A model with labels is measured with the
 * labels shown. */
ito_status ito__excess(ito_ctx *ctx, const ito_trainer *t, const ito_model *m,
                       excess *out);

#endif /* ITO_FLOW_EXCESS_H */

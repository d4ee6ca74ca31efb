/* SPDX-License-Identifier: MIT
 *
 * conditions.h - the conditions of a model: a label, given columns.
 *
 * A row of conditions is [label][values][masks] (ito/net.h): the index of the
 * label, labels.count for none; the coordinates of the columns that may be
 * given, 0 where they are not; and 1 or 0 for each, whether it is.  A column
 * that may be given stays a column of the model too, so that whatever is not
 * given is drawn, together with the others.
 */
#ifndef ITO_FLOW_CONDITIONS_H
#define ITO_FLOW_CONDITIONS_H

#include <ito/net.h>
#include <ito/schema.h>

#include "flow/labels.h"
#include "kern/kern.h"

typedef struct conditions {
    labels label;
    double drop;         /* share of labels that training replaces by none */
    size_t column_count; /* columns that may be given */
    size_t *column;      /* their numbers in the schema */
    size_t given;        /* their coordinates, in order */
    size_t *coord;       /* which coordinate of a row each is */
    size_t *owner;       /* which of the columns it belongs to */
} conditions;

/* Conditions without labels, of columns given by name; the schema is not
 * kept.  ITO_EARG for a name that the schema does not have, or twice, or a
 * column that takes no coordinate.  Freed by ito__conditions_free, with the
 * label. */
ito_status ito__conditions_new(ito_ctx *ctx, const ito_schema *schema,
                               const char *const *names, size_t count,
                               conditions *out);
void ito__conditions_free(ito_ctx *ctx, conditions *c);

/* What a network must take, and the floats of a row. */
ito_conds ito__conditions_conds(const conditions *c);
size_t ito__conditions_cols(const conditions *c);

/* A row of no conditions. */
void ito__conditions_none(const conditions *c, float *row);

/* Uniforms that a row of training needs. */
size_t ito__conditions_draws(const conditions *c);

/*
 * Rows of training: labels dropped with probability `drop`, columns given or
 * not, all subsets possible: a row keeps each with a probability that is
 * uniform itself.
 *
 *     z      n x dim coordinates of the data
 *     label  n indices, where there are labels
 *     u      n x ito__conditions_draws uniforms
 */
typedef struct conditions_rows {
    size_t n, dim;
    const float *z, *label, *u;
    float *out; /* n x cols */
} conditions_rows;

void ito__conditions_fill(const conditions *c, const conditions_rows *r);

#endif /* ITO_FLOW_CONDITIONS_H */

/* SPDX-License-Identifier: MIT
 *
 * row_values.h - one row of a table of which some cells are known, in
 * coordinates of a model.
 */
#ifndef ITO_FLOW_ROW_VALUES_H
#define ITO_FLOW_ROW_VALUES_H

#include "ctx/ctx.h"
#include "data/column.h"

/* Its memory is the arena's, but for codes. */
typedef struct row_values {
    const ito_schema *schema;
    bool *known;      /* a column */
    ito_column *cell; /* its one row */
    double *number;
    uint32_t *code;
    const char **text;
    float *row; /* its coordinates, after ito__row_values_code */
    ito_codes *codes;
} row_values;

/* A row of which nothing is known; ito__row_values_end is due also after a
 * failure. */
ito_status ito__row_values_begin(ito_ctx *ctx, const ito_schema *schema,
                                 row_values *v);

/* Column j is known: a number, or one of its levels.  what: the option, for
 * messages. */
ito_status ito__row_values_set(ito_ctx *ctx, row_values *v, size_t j,
                               const char *value, const char *what);

/* No more columns follow. */
ito_status ito__row_values_ready(ito_ctx *ctx, row_values *v);

/* v->row becomes the row as the schema codes it for the sample of an id, an
 * atom spread by noise of that address; what is not known holds anything. */
void ito__row_values_code(row_values *v, uint64_t seed, uint64_t id);

/* Know nothing again. */
void ito__row_values_clear(row_values *v);

void ito__row_values_end(row_values *v);

#endif /* ITO_FLOW_ROW_VALUES_H */

/* SPDX-License-Identifier: MIT
 *
 * labels.h - the names of the labels that a model can be given.
 */
#ifndef ITO_FLOW_LABELS_H
#define ITO_FLOW_LABELS_H

#include "ctx/ctx.h"
#include "data/json.h"

#define LABELS_MAX 65536

/* A column of labels: its name and its levels, sorted by strcmp, in the order
 * of their indices.  One block of memory, at `level`. */
typedef struct labels {
    char *column;
    char **level;
    size_t count; /* 0: there are no labels */
} labels;

/* Copy names; everything in `out` is set.  Freed by ito__labels_free. */
ito_status ito__labels_new(ito_ctx *ctx, const char *column,
                           const char *const *levels, size_t count,
                           labels *out);
void ito__labels_free(ito_ctx *ctx, labels *l);

/* The index of a level, or `count` when there is none of that name. */
size_t ito__labels_find(const labels *l, const char *level);

/* {"column": .., "levels": [..]}, and back; every field is hostile. */
void ito__labels_to_json(const labels *l, json_writer *w);
ito_status ito__labels_from_json(ito_ctx *ctx, const json_value *v,
                                 labels *out);

/* Append ", name" to the list of names of a message; ", ..." when it is full.
 * The list starts empty. */
void ito__names_add(char *list, size_t bytes, const char *name);

#endif /* ITO_FLOW_LABELS_H */

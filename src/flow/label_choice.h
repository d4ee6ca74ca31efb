/* SPDX-License-Identifier: MIT
 *
 * label_choice.h - which label each sample of a model is given.
 */
#ifndef ITO_FLOW_LABEL_CHOICE_H
#define ITO_FLOW_LABEL_CHOICE_H

#include "flow/model.h"

/* Labels by id: of every `total` ids in a row, those below until[k] and from
 * until[k - 1] on have label code[k]; without them, id i has label first + i
 * mod total. */
typedef struct label_choice {
    size_t first;
    uint64_t total;
    size_t count; /* of code and until, in the context's arena */
    size_t *code;
    uint64_t *until;
} label_choice;

/* What a name (NULL: none), "all" or "NAME[:COUNT],..." chooses; valid until
 * the arena is released to a mark from before. */
ito_status ito__label_of(ito_ctx *ctx, const ito_model *m, const char *name,
                         label_choice *out);
size_t ito__label_at(const label_choice *c, uint64_t id);

#endif /* ITO_FLOW_LABEL_CHOICE_H */

/* SPDX-License-Identifier: MIT
 *
 * ranks.h - gradients across processes.
 *
 * Rank r holds the shards from S r / R to S (r + 1) / R.  Rank 0 receives the
 * subtrees of all, merges them in the order of the tree, and sends the total
 * back; only bytes travel, so any communicator gives the same sum.
 */
#ifndef ITO_FLOW_RANKS_H
#define ITO_FLOW_RANKS_H

#include "flow/trainer.h"

/* Rank 0: append the nodes of all ranks to t->nodes and fill in their
 * losses.  Others: send theirs.  Alone: nothing. */
ito_status ito__ranks_gather(ito_ctx *ctx, ito_trainer *t, size_t *count);

/* Give all ranks t->total, t->shard_loss and t->chunk_sum of rank 0. */
ito_status ito__ranks_share(ito_ctx *ctx, ito_trainer *t);

/* The shards of this rank. */
void ito__ranks_split(const ito_ctx *ctx, size_t shards, size_t *lo,
                      size_t *hi);

#endif /* ITO_FLOW_RANKS_H */

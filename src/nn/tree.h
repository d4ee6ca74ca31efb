/* SPDX-License-Identifier: MIT
 *
 * tree.h - sums over shards that do not depend on who computed them.
 *
 * Vectors meet only as nodes of the perfect binary tree over the global
 * shard index: node (level, index) is the sum of shards index * 2^level and
 * on, left child plus right child, children that are missing at the end
 * skipped.  A worker that goes through a contiguous range of shards in order
 * holds its maximal subtrees, at most 2 log2(shards) + 2 vectors.  The
 * subtrees of all workers and ranks then merge in the order of the tree.
 */
#ifndef ITO_NN_TREE_H
#define ITO_NN_TREE_H

#include "kern/kern.h"

/* A node that is held, and the buffer that holds it. */
typedef struct tree_node {
    unsigned level;
    size_t index;
    real *sum;
} tree_node;

/* The nodes of a contiguous range, in order. */
typedef struct tree_range {
    tree_node *nodes; /* the first `count` are held, the others are spare */
    size_t count, capacity;
} tree_range;

/* How many nodes a range of a tree of `shards` leaves can hold at once. */
size_t ito__tree_nodes_max(size_t shards);

/* How many buffers the range lo .. hi - 1 needs, the leaf that is being filled
 * among them; at least one. */
size_t ito__tree_range_nodes(size_t lo, size_t hi);

/* Forget what is held.  All nodes[].sum must point to buffers. */
void ito__tree_reset(tree_range *r);

/* The buffer of the next leaf; fill it, then push it. */
real *ito__tree_leaf(const tree_range *r);

/* Add the filled leaf of `shard` and merge what can be merged; vectors have n
 * reals.  Shards come in increasing order without gaps. */
void ito__tree_push(const ito_kern *kern, tree_range *r, size_t shard,
                    size_t n);

/* Merge what are siblings among `count` sorted nodes; returns how many are
 * left, the maximal subtrees of their range.  Vectors have n reals. */
size_t ito__tree_compact(const ito_kern *kern, tree_node *nodes, size_t count,
                         size_t n);

/* One merge: to += from. */
typedef struct tree_merge {
    real *to;
    const real *from;
} tree_merge;

/*
 * The merges, in order, that turn `count` nodes (sorted, covering all shards)
 * into one; returns how many (count - 1).  The total ends in nodes[0].sum.
 * nodes[] is used up.  Element-wise, so that slices may be merged in
 * parallel.
 */
size_t ito__tree_merges(tree_node *nodes, size_t count, tree_merge *merges);

#endif /* ITO_NN_TREE_H */

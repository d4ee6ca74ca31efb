/* SPDX-License-Identifier: MIT
 *
 * tree.c - sums over shards that do not depend on who computed them.
 */
#include "nn/tree.h"

#include <assert.h>

size_t ito__tree_nodes_max(size_t shards)
{
    size_t n = 2;

    for (size_t s = 1; s < shards; s *= 2)
        n += 2;
    return n + 1; /* and the leaf that is being filled */
}

/* How many maximal subtrees lo .. hi - 1 is made of. */
static size_t subtrees(size_t lo, size_t hi)
{
    size_t count = 0;

    for (size_t size; lo < hi; lo += size, count++) {
        size = 1;
        while (lo % (2 * size) == 0 && 2 * size <= hi - lo)
            size *= 2;
    }
    return count;
}

size_t ito__tree_range_nodes(size_t lo, size_t hi)
{
    size_t most = 1;

    for (size_t i = lo; i < hi; i++) {
        const size_t held = subtrees(lo, i) + 1;

        most = held > most ? held : most;
    }
    return most;
}

void ito__tree_reset(tree_range *r)
{
    r->count = 0;
}

real *ito__tree_leaf(const tree_range *r)
{
    assert(r->count < r->capacity);
    return r->nodes[r->count].sum;
}

static bool siblings(const tree_node *a, const tree_node *b)
{
    return a->level == b->level && a->index % 2 == 0 &&
           b->index == a->index + 1;
}

void ito__tree_push(const ito_kern *kern, tree_range *r, size_t shard, size_t n)
{
    r->nodes[r->count].level = 0;
    r->nodes[r->count].index = shard;
    r->count++;
    while (r->count > 1) {
        tree_node *left = &r->nodes[r->count - 2];
        const tree_node *right = left + 1;

        if (!siblings(left, right))
            break;
        kern->add(n, left->sum, right->sum, left->sum);
        left->level++;
        left->index /= 2;
        r->count--; /* the right buffer is the next spare one */
    }
}

/* Merge the two nodes on top of the stack. */
static tree_merge merge_top(tree_node *stack, size_t depth)
{
    tree_node *left = &stack[depth - 2];
    const tree_merge m = { left->sum, stack[depth - 1].sum };

    left->level++;
    left->index /= 2;
    return m;
}

size_t ito__tree_compact(const ito_kern *kern, tree_node *nodes, size_t count,
                         size_t n)
{
    size_t depth = 0;

    for (size_t i = 0; i < count; i++) {
        nodes[depth++] = nodes[i];
        while (depth > 1 && siblings(&nodes[depth - 2], &nodes[depth - 1])) {
            const tree_merge m = merge_top(nodes, depth);

            kern->add(n, m.to, m.from, m.to);
            depth--;
        }
    }
    return depth;
}

/*
 * A stack of the nodes seen so far; siblings merge at once.  What is left at
 * the end merges from the right: there the right one is short of leaves that
 * do not exist, which the tree skips.
 */
size_t ito__tree_merges(tree_node *nodes, size_t count, tree_merge *merges)
{
    size_t depth = 0, done = 0;

    for (size_t i = 0; i < count; i++) {
        nodes[depth++] = nodes[i];
        while (depth > 1 && siblings(&nodes[depth - 2], &nodes[depth - 1])) {
            merges[done++] = merge_top(nodes, depth);
            depth--;
        }
    }
    for (; depth > 1; depth--)
        merges[done++] = merge_top(nodes, depth);
    return done;
}

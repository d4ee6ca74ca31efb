/* SPDX-License-Identifier: MIT
 *
 * brownian.h - increments of Brownian motion for a tile of particles, for
 * the solver.
 *
 * ito/brownian.h says what they are.  All of this may be called from worker
 * threads: nothing allocates and nothing fails.  Numbers are made and combined
 * in the type of the tile, by its kernels, so their bits are the same in all
 * tables, and an increment is the same whatever tile it was made for.
 *
 * Stepping at one level of the tree:
 *
 *     ito__tree_init(&tree, &tile, span, level, block);
 *     do {
 *         ito__tree_down(&tree, level);
 *         ...the step of length tree.h by tree.W, tree.H...
 *     } while (ito__tree_next(&tree));
 *
 * Adaptive steps: the current node is the proposal; ito__tree_split replaces
 * it by its first half, ito__tree_next accepts it and moves on to the longest
 * node that starts where it ended.
 */
#ifndef ITO_RNG_BROWNIAN_H
#define ITO_RNG_BROWNIAN_H

#include <ito/brownian.h>
#include <stdbool.h>

#include "kern/kern.h"

/* Whose increments, and how they are stored: W[j] points to n values of
 * Brownian motion j or, if wide, W[0] to n rows of dim values. */
typedef struct brownian_tile {
    const ito_kern *kern;
    uint64_t seed;
    uint32_t stream;
    ito_dtype dtype; /* ITO_F32 or ITO_F64 */
    bool wide;
    uint64_t id0;
    size_t n;   /* particles; with padding where there is some */
    size_t dim; /* Brownian motions a particle has */
} brownian_tile;

/* The increments of a step of the fixed-step mode; step < 2^32, h is the
 * length of the step.  H may be NULL. */
void ito__brownian_step(const brownian_tile *b, uint64_t step, double h,
                        void *const *W, void *const *H);

/* A step of Euler and Maruyama on a tile: z[c] = x[c] + h f[c] + g[c] W[c],
 * by two fma, where component c has Brownian motion c.  g NULL: g[c] is the
 * number g_all[c]. */
typedef struct brownian_em {
    void *const *x, *const *f, *const *g;
    const double *g_all;
    void *const *z;
} brownian_em;

/* Whether ito__brownian_em can be used: its W are those of
 * ito__brownian_step, but are never stored. */
bool ito__brownian_fuses(const brownian_tile *b);
void ito__brownian_em(const brownian_tile *b, uint64_t step, double h,
                      const brownian_em *em);

/* A walk through the nodes of a tree, from left to right.  node, h, W and H
 * may be read; W and H hold until the next call. */
typedef struct brownian_tree {
    ito_tree_node node; /* the current node */
    double h;           /* its length */
    void *const *W;     /* its increments, as of ito__brownian_step */
    void *const *H;
    brownian_tile tile;
    double span;
    unsigned levels; /* the deepest level there is room for */
    unsigned slot;   /* which pair of arrays holds the current node */
    uint64_t waits;  /* bit k: the right half at level k is still to come */
    void **arrays;   /* W of slot 0, H of slot 0, W of slot 1, ... */
    void **normals;  /* two more states of work memory */
} brownian_tree;

/* Bytes of the block of a tree of `levels` levels (at most ITO_TREE_LEVELS)
 * for tiles of up to `most->n` particles; SIZE_MAX when that overflows. */
size_t ito__tree_bytes(const brownian_tile *most, unsigned levels);

/* Start at the root, all of the span (its length); block is on a 64-byte
 * boundary and may serve one tile after the other. */
void ito__tree_init(brownian_tree *tree, const brownian_tile *tile, double span,
                    unsigned levels, void *block);

/* From the current node, above level `levels`, to its first half. */
void ito__tree_split(brownian_tree *tree);

/* Split until the current node is at `level` or below. */
void ito__tree_down(brownian_tree *tree, unsigned level);

/* From the current node to the longest one that starts where it ends and was
 * not split yet; false at the end of the span, where nothing changes. */
bool ito__tree_next(brownian_tree *tree);

/* Go to any node, from wherever the walk is; its cost is that of `level`
 * splits.  What comes after it is as if the walk had come there by itself at
 * that level. */
void ito__tree_seek(brownian_tree *tree, ito_tree_node node);

#endif /* ITO_RNG_BROWNIAN_H */

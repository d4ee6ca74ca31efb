/* SPDX-License-Identifier: MIT
 *
 * ito/brownian.h - Brownian motion as an object.
 *
 * A Brownian motion of m components for each particle, over [t0, t1], as a
 * pure function of (seed, stream, id): its increments are looked up, in any
 * order, and never stored.  With W the increment over a step of length h and
 * H its space-time area,
 *
 *     H = 1/h int_0^h (W_s - s/h W_h) ds,   Var W = h, Var H = h / 12,
 *     int_0^h (W_s - W_0) ds = h (W / 2 + H),
 *
 * W and H being independent (Foster, Lyons and Oberhauser, SIAM J. Numer.
 * Anal. 58, 2020).  There are two modes.
 *
 *     steps   W = sqrt(h) N(step; ITO_FOR_DW), H = sqrt(h/12)
 *             N(step; ITO_FOR_AREA): the fastest.  Other step lengths are
 *             other paths
 *     tree    a dyadic tree over [t0, t1].  Node (level k, index i) is the
 *             interval [i, i + 1] (t1 - t0) / 2^k.  One path for all step
 *             lengths: what convergence in the strong sense, adaptive steps
 *             and multilevel Monte Carlo need
 *
 *     root    W = sqrt(T) Z, H = sqrt(T/12) Z'
 *     split   d = 3/2 H + sqrt(h)/4 Z1,   Wa = W/2 + d,   Wb = W/2 - d
 *             Ha = H/4 - sqrt(h)/8 Z1 + sqrt(h/48) Z2
 *             Hb = H/4 - sqrt(h)/8 Z1 - sqrt(h/48) Z2
 *
 * h being the length of the node that is split.  The normals of a node are
 * N(step = 2^k + i, component = 2 c and 2 c + 1; ITO_FOR_TREE), with step 0
 * for those of the root; 2 m components are what decides the layout of
 * ito/noise.h.  The bits are the same for all kernels.
 */
#ifndef ITO_BROWNIAN_H
#define ITO_BROWNIAN_H

#include <ito/ctx.h>
#include <ito/noise.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The deepest level of a tree. */
#define ITO_TREE_LEVELS 31

/** A Brownian motion.  Zero the struct, then set what there is. */
typedef struct ito_brownian {
    uint64_t seed;     /**< the run */
    uint32_t stream;   /**< sub-run, below 65536 */
    size_t dim;        /**< components a particle has, at least 1 */
    ito_dtype dtype;   /**< of the arrays below; 0 = ITO_F32.  The two number
                            types are two different motions */
    double t0, t1;     /**< span; t1 < t0 runs backwards */
    void *reserved[4]; /**< zero */
} ito_brownian;

/**
 * The increment of a step of the fixed-step mode.
 *
 * @param b     motion; its span is not read
 * @param id0   first particle
 * @param n     particles
 * @param step  number of the step, below 2^32
 * @param h     length of the step, finite; its size is what counts
 * @param W     receives n x dim values, row after row
 * @param H     receives n x dim values, or NULL
 * @return ITO_OK or ITO_EARG
 */
ITO_API ito_status ito_brownian_step(ito_ctx *ctx, const ito_brownian *b,
                                     uint64_t id0, size_t n, uint64_t step,
                                     double h, void *W, void *H);
/** A node of the tree: the interval [index, index + 1] / 2^level. */
typedef struct ito_tree_node {
    unsigned level; /**< 0 (all of the span) to ITO_TREE_LEVELS */
    uint64_t index; /**< below 2^level */
} ito_tree_node;

/**
 * The increment over a node of the tree; cost grows with its level.  Arrays
 * as ito_brownian_step.
 *
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_brownian_node(ito_ctx *ctx, const ito_brownian *b,
                                     uint64_t id0, size_t n, ito_tree_node node,
                                     void *W, void *H);

/**
 * The path at the end of `count` dyadic times: W(t0 + (t1 - t0) i / 2^level),
 * i = 1 .. 2^level, each n x dim values, one after the other, every `every`-th
 * time kept.
 *
 * @param paths  receives 2^level / every times n x dim values; every divides
 *               2^level
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_brownian_path(ito_ctx *ctx, const ito_brownian *b,
                                     uint64_t id0, size_t n, unsigned level,
                                     uint64_t every, void *paths);

/** An increment and its area, in one component. */
typedef struct ito_increment {
    double h; /**< length, not negative */
    double W; /**< increment */
    double H; /**< space-time area */
} ito_increment;

/** Two steps as one: W = Wa + Wb and the area of both. */
ITO_API ito_increment ito_increment_join(ito_increment a, ito_increment b);

/** A step cut at the fraction 0 < at < 1 by two standard normals: a sample of
 *  the two parts given the whole.  Other fractions count as 0 or 1. */
ITO_API void ito_increment_split(ito_increment whole, double at,
                                 const double z[2], ito_increment parts[2]);

#ifdef __cplusplus
}
#endif
#endif /* ITO_BROWNIAN_H */

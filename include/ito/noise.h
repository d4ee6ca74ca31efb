/* SPDX-License-Identifier: MIT
 *
 * ito/noise.h - random numbers with an address instead of a state.
 *
 * A number is a pure function of (seed, stream, id, step, component,
 * purpose) by Philox 4x32-10 (Salmon et al., SC 2011): the same for any
 * number of threads and ranks, any batch split, any instruction set.  So a
 * program, or a test, can make again exactly the noise of any run.
 *
 * Counter words, version ITO_NOISE_SPEC:
 *
 *     c0 = low 32 bits of g         c2 = step
 *     c1 = g >> 32 | stream << 16   c3 = component | purpose << 24
 *
 * below 32 components, where g = 8 (id >> 5) + b and the id's number is
 * taken from block b = (r & 15) >> 1, r = id & 31, with w = r & 1 and
 * half = r >> 4:
 *
 *     normal   sqrt(-2 log u) * (half ? cos : sin)(2 pi v),
 *              u = (word[w] + 1/2) / 2^32, v = word[2 + w] / 2^32
 *     uniform  ((word[2 half + w] >> 9) + 1/2) / 2^23, exact in float
 *
 * Numbers in double are others: a block serves two of them, with g = 8 (id >>
 * 4) + b, b = r & 7, r = id & 15, half = r >> 3, and a = word[0] + 2^32
 * word[1], c = word[2] + 2^32 word[3]:
 *
 *     normal   sqrt(-2 log u) * (half ? cos : sin)(2 pi v),
 *              u = ((a >> 12) + 1/2) / 2^52, v = (c >> 10) / 2^54
 *     uniform  (((half ? c : a) >> 12) + 1/2) / 2^52, exact in double
 *
 * From 32 components on id and component change places: c0, c1 hold the id
 * and the component field of c3 holds g = 8 (component >> 5) + b or, in
 * double, 8 (component >> 4) + b.  Normals end at 6.76 in float and at 8.57
 * in double: for studies of tails take double.
 */
#ifndef ITO_NOISE_H
#define ITO_NOISE_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the layout above; outputs record it. */
#define ITO_NOISE_SPEC 1

/** What numbers are for; equal addresses of two purposes are independent. */
typedef enum ito_purpose {
    ITO_FOR_INITIAL = 0,  /**< initial state of a particle */
    ITO_FOR_DW = 1,       /**< Brownian increment */
    ITO_FOR_AREA = 2,     /**< space-time area */
    ITO_FOR_TREE = 3,     /**< node of the Brownian tree */
    ITO_FOR_BRIDGE = 4,   /**< barrier crossing */
    ITO_FOR_CHURN = 5,    /**< resampling, churn */
    ITO_FOR_ACCEPT = 6,   /**< acceptance of a Metropolis step */
    ITO_FOR_WEIGHTS = 16, /**< initial weights */
    ITO_FOR_ROWS = 17,    /**< rows of a batch, built-in data */
    ITO_FOR_TIME = 18,    /**< training times */
    ITO_FOR_NOISE = 19,   /**< training noise */
    ITO_FOR_DROP = 20,    /**< label dropout */
    ITO_FOR_DROPOUT = 21, /**< dropout */
    ITO_FOR_PROBES = 22,  /**< trace probes */
    ITO_FOR_CODING = 23,  /**< spread of atoms when a table is encoded */
    ITO_FOR_METRICS = 24, /**< directions and subsamples of metrics */
    ITO_FOR_USER = 128    /**< 128 to 255 belong to the program */
} ito_purpose;

/** The part of an address that a whole array shares. */
typedef struct ito_noise {
    uint64_t seed;    /**< the run */
    uint32_t stream;  /**< sub-run, below 65536 */
    uint32_t step;    /**< step of a solve or of training */
    uint32_t purpose; /**< an ito_purpose, below 256 */
} ito_noise;

/**
 * Standard normals: out[i * dim + c] for i < n, c < dim, of particle id0 + i
 * and component c.
 *
 * @param ctx  context (its kernels are used; the bits are the same in all)
 * @param at   address
 * @param id0  first particle; id0 + n <= 2^45
 * @param n    particles
 * @param dim  components a particle has, below 2^24
 * @param out  n x dim floats, owned by the caller
 * @return ITO_OK, or ITO_EARG for an address out of range
 */
ITO_API ito_status ito_noise_normal(ito_ctx *ctx, const ito_noise *at,
                                    uint64_t id0, size_t n, size_t dim,
                                    float *out);

/** Uniforms in (0, 1), laid out as ito_noise_normal. */
ITO_API ito_status ito_noise_uniform(ito_ctx *ctx, const ito_noise *at,
                                     uint64_t id0, size_t n, size_t dim,
                                     float *out);

/** Standard normals in double: other numbers than those of ito_noise_normal
 *  (see the head of this file).  Arguments and errors as there. */
ITO_API ito_status ito_noise_normal64(ito_ctx *ctx, const ito_noise *at,
                                      uint64_t id0, size_t n, size_t dim,
                                      double *out);

/** Uniforms in (0, 1) in double, laid out as ito_noise_normal64. */
ITO_API ito_status ito_noise_uniform64(ito_ctx *ctx, const ito_noise *at,
                                       uint64_t id0, size_t n, size_t dim,
                                       double *out);

/**
 * Noise between that of two particles a and b, on a quarter of a circle: row k
 * is
 *
 *     cos(pi k / (2 (n - 1))) z_a + sin(pi k / (2 (n - 1))) z_b
 *
 * so that every row is standard normal, whatever the dimension, and the ends
 * are z_a and z_b to the bit: what ito_noise_normal gives.  (Shoemake's slerp,
 * SIGGRAPH 1985, at the angle that normals of many dimensions have.)
 *
 * @param id   a and b, which differ
 * @param n    rows, at least 2
 * @param out  receives n x dim floats
 * @return ITO_OK or ITO_EARG
 */
ITO_API ito_status ito_noise_between(ito_ctx *ctx, const ito_noise *at,
                                     const uint64_t id[2], size_t n, size_t dim,
                                     float *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_NOISE_H */

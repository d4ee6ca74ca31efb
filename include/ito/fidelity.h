/* SPDX-License-Identifier: MIT
 *
 * ito/fidelity.h - samples judged by the features of a network.
 *
 * Pixels are a poor space to compare pictures in: moving a digit by one pixel
 * is a long way there.  The last hidden layer of a classifier is a better
 * one.  These functions take features, a point an image, however they were
 * made; with points of a few coordinates they judge tables as well.
 *
 *     rc = ito_frechet_distance(ctx, &data, &fake, &distance);
 *     rc = ito_frechet_distance(ctx, &data, &held_out, &floor);
 *
 * As any distance of samples, each means something beside its floor alone:
 * the same number for real rows against other real rows, of as many rows.
 * The name FID belongs to one network and its preprocessing, and is not used.
 *
 * Everything here gives the same bits for any number of threads, kernel
 * table and compiler.
 */
#ifndef ITO_FIDELITY_H
#define ITO_FIDELITY_H

#include <ito/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The squared 2-Wasserstein distance of the normal distributions that have
 * the means m and covariances S (with n - 1) of two samples:
 *
 *     |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a^1/2 S_b S_a^1/2)^1/2)
 *
 * (Dowson and Landau, J. Multivariate Analysis 12 (1982) 450; Heusel et al.,
 * arXiv:1706.08500).  It falls with the number of rows: compare at equal
 * sizes.  S may be singular; then half the digits are good.
 *
 * @param a, b  samples of equal dim, 1 to 2048, at least 2 rows each
 * @param out   receives the distance, 0 or more
 * @return ITO_OK, ITO_EARG, ITO_ENONFINITE, ITO_ERANGE (a coordinate beyond
 *         1e15), ITO_ECANCELLED or ITO_ENOMEM
 */
ITO_API ito_status ito_frechet_distance(ito_ctx *ctx, const ito_points *a,
                                        const ito_points *b, double *out);

/** A kernel distance with its standard error. */
typedef struct ito_kernel_result {
    double value;  /**< mean over the blocks; below 0 by chance */
    double error;  /**< standard error of it; 0 with one block */
    size_t blocks; /**< how many */
} ito_kernel_result;

/**
 * The squared maximum mean discrepancy with k(x, y) = (x.y / dim + 1)^3, by
 * the unbiased estimate (Gretton et al., J. Machine Learning Research 13
 * (2012) 723, lemma 6; the kernel of Binkowski et al., arXiv:1801.01401), as
 * the mean over disjoint blocks of 1000 rows of each sample, in their order.
 * Unlike the Frechet distance its mean does not depend on the number of rows.
 *
 * @param a, b  samples of equal dim, at least 2 rows each
 * @return as ito_frechet_distance
 */
ITO_API ito_status ito_kernel_distance(ito_ctx *ctx, const ito_points *a,
                                       const ito_points *b,
                                       ito_kernel_result *out);

/** Quality and variety by nearest neighbours. */
typedef struct ito_neighbours {
    double precision; /**< share of fakes inside the reach of a real row */
    double recall;    /**< share of real rows inside the reach of a fake one */
    double density;   /**< real rows in whose reach a fake lies, over k; its
                           mean is near 1 where fake rows are real */
    double coverage;  /**< share of real rows with a fake in their reach */
} ito_neighbours;

/**
 * Precision and recall (Kynkaanniemi et al., arXiv:1904.06991), density and
 * coverage (Naeem et al., arXiv:2002.09797).  The reach of a row is the ball
 * around it up to its k-th nearest neighbour in its own sample.
 *
 * @param data  the real sample
 * @param fake  the sample in question, of the same dim
 * @param k     1 to 64, below both numbers of rows; 5 is usual
 * @return as ito_frechet_distance
 */
ITO_API ito_status ito_neighbour_shares(ito_ctx *ctx, const ito_points *data,
                                        const ito_points *fake, size_t k,
                                        ito_neighbours *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_FIDELITY_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/oracle.h - exact marginal fields, beside every learned one.
 *
 * For data with a closed form, noise N(0, I) and a path x_t = alpha z +
 * beta e, the marginal field, score and log density are known exactly:
 *
 *     u_t(x) = alphadot E[z | x_t = x] + betadot E[e | x_t = x]
 *     grad log p_t(x) = -E[e | x_t = x] / beta
 *
 * Mixture of N(m_k, s_k^2 I), with C_k = alpha^2 s_k^2 + beta^2 and r_k the
 * softmax of log w_k + log N(x; alpha m_k, C_k I):
 *
 *     E[z | x] = sum_k r_k (m_k + alpha s_k^2 (x - alpha m_k) / C_k)
 *     E[e | x] = sum_k r_k beta (x - alpha m_k) / C_k
 *
 * and so with any covariances.  Circles and rings: von Mises laws of the
 * angle.  Moons, spiral, swissroll, scurve: mixtures of the points of the
 * rule of ito/dist.h, to its accuracy.  Checkerboard: sums over the cells of
 * moments of truncated normals, in the logarithmic domain.  A finite set of
 * points: the softmax over all of them, so its field leads to the points
 * themselves.
 *
 * p_init may be any mixture of isotropic normals in place of N(0, I): x_t =
 * alpha z + beta y, and p_t is the mixture, over its parts, of the densities
 * with noise of their std at x - beta times their mean.
 *
 * All is finite for t in [0, 1] and any finite x, with two exceptions that lie
 * in the matter.  At t = 1 a checkerboard has no mass outside its cells, and
 * points no density at all: there log p = -inf, and field and score are the
 * limits along the way without the part that diverges (E[e | x] is taken as
 * 0).  Where betadot is infinite at t = 1 (sqrt, vp) a p_init with a mean other
 * than 0 makes the field infinite; it is then that of 1 - 2^-36.  Evaluated in
 * double whatever the state is.
 */
#ifndef ITO_ORACLE_H
#define ITO_ORACLE_H

#include <ito/dist.h>
#include <ito/field.h>
#include <ito/path.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An oracle; opaque, immutable, usable through any context. */
typedef struct ito_oracle ito_oracle;

/**
 * Open the oracle that a text names: DATA, DATA@PATH or DATA@PATH@INIT, for
 * example "gmm:modes=3", "checkerboard@cosine", "moons@vp:beta_max=10" or
 * "moons@linear@8gaussians".  An empty PATH is the default one.  n=ROWS in
 * DATA asks for the finite set of its rows 0 .. ROWS - 1 at seed 0.
 *
 * @param ctx   context
 * @param spec  DATA and INIT as for ito_dist_open, PATH as for ito_path_parse
 * @param out   receives the oracle, to be freed by ito_oracle_free before the
 *              context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (no closed form; the message lists
 *         what has one) or ITO_ENOMEM
 */
ITO_API ito_status ito_oracle_open(ito_ctx *ctx, const char *spec,
                                   ito_oracle **out);

/**
 * Open the oracle of a distribution, which must outlive it, on a path.
 *
 * @param path  copied; NULL = the default
 * @return as ito_oracle_open
 */
ITO_API ito_status ito_oracle_of(ito_ctx *ctx, const ito_dist *dist,
                                 const ito_path *path, ito_oracle **out);

/**
 * Open the oracle of the way from one distribution to another; both must
 * outlive it.
 *
 * @param init  a gaussian or a mixture without covariances, of the data's
 *              dimension; NULL = N(0, I)
 * @return as ito_oracle_open
 */
ITO_API ito_status ito_oracle_between(ito_ctx *ctx, const ito_dist *init,
                                      const ito_dist *data,
                                      const ito_path *path, ito_oracle **out);

/**
 * Open the oracle of a finite set of points.  An evaluation looks at each
 * point, n x dim values a particle; memory beyond x does not grow with n.
 *
 * @param n, dim  at least 1, dim at most 1 048 576
 * @param x       n x dim finite values, borrowed until the oracle is freed
 * @return as ito_oracle_open
 */
ITO_API ito_status ito_oracle_open_points(ito_ctx *ctx, size_t n, size_t dim,
                                          const float *x, const ito_path *path,
                                          ito_oracle **out);

/** Free an oracle; NULL is allowed. */
ITO_API void ito_oracle_free(ito_oracle *oracle);

/** Its field, with drift, divergence, vjp, score and log density, for float
 *  and double states; valid as long as the oracle. */
ITO_API const ito_field *ito_oracle_field(const ito_oracle *oracle);

/** The distribution that it leads to, NULL for points; valid as long as the
 *  oracle. */
ITO_API const ito_dist *ito_oracle_dist(const ito_oracle *oracle);

/** The distribution that it starts from, NULL for N(0, I); valid as long as
 *  the oracle. */
ITO_API const ito_dist *ito_oracle_init(const ito_oracle *oracle);

/** Its path; valid as long as the oracle. */
ITO_API const ito_path *ito_oracle_path(const ito_oracle *oracle);

/** The posterior mean E[z | x_t = x]: arguments and results as the drift in
 *  ito_field_eval. */
ITO_API ito_status ito_oracle_posterior(ito_ctx *ctx, const ito_oracle *oracle,
                                        const ito_rows_at *at, size_t n,
                                        const void *x, void *out);

/** How a loss floor is found.  Zero in any field means the default. */
typedef struct ito_floor_opts {
    double t_lo, t_hi; /**< times uniform in [t_lo, t_hi]; both 0 = [0, 1] */
    size_t draws;      /**< points drawn; 0 = 65536 */
    uint64_t seed;     /**< of the points */
    void *reserved[4]; /**< zero */
} ito_floor_opts;

/** A loss floor. */
typedef struct ito_floor {
    double value;
    double error; /**< its standard error; 0 where it was integrated */
} ito_floor;

/**
 * The loss that even the exact prediction has: E over t, z and noise of
 * |target - E[target | x_t]|^2, summed over components, with the target's
 * form of `what`: alphadot z + betadot y, z, y, alpha y - beta z, or -e / beta
 * (unweighted score matching; noise N(0, I) alone).  What a trained network's
 * loss lies above it is its excess, E |prediction - exact|^2.
 *
 * A lone normal from N(0, I) is integrated over t by Gauss-Legendre, to 1e-10
 * or so.  Else the conditional variance is exact and its mean over x_t and t is
 * by `draws` points with stratified times, in 32 independent parts from which
 * the error comes.
 *
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (points; score with another p_init),
 *         ITO_ERANGE (the floor is infinite: velocity on sqrt or vp, or score,
 *         up to t = 1; end before) or ITO_ENOMEM
 */
ITO_API ito_status ito_oracle_loss_floor(ito_ctx *ctx, const ito_oracle *oracle,
                                         ito_predict what,
                                         const ito_floor_opts *opts,
                                         ito_floor *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ORACLE_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/oracle.h - exact marginal fields, beside every learned one.
 *
 * For a target with a closed form, noise N(0, I) and a Gaussian path
 * x_t = alpha z + beta e, the marginal field, score and log density are known
 * exactly:
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
 * Checkerboard: sums over the cells of moments of truncated normals, in the
 * logarithmic domain.  All is finite for t in [0, 1] and any finite x, with
 * one exception that lies in the matter: at t = 1 the checkerboard has no
 * mass outside its cells; there log p = -inf, and field and score are the
 * limits along the way without the part that diverges (E[e | x] is taken as
 * 0).  Evaluated in double whatever the state is.
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
 * Open the oracle of a built-in distribution on the default path.
 *
 * @param ctx   context
 * @param spec  as for ito_dist_open: gaussian, gmm, gmm-random, 8gaussians or
 *              checkerboard
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
 * @param path  NULL = the default
 * @return as ito_oracle_open
 */
ITO_API ito_status ito_oracle_of(ito_ctx *ctx, const ito_dist *dist,
                                 const ito_path *path, ito_oracle **out);

/** Free an oracle; NULL is allowed. */
ITO_API void ito_oracle_free(ito_oracle *oracle);

/** Its field, with drift, score and log density, for float and double states;
 *  valid as long as the oracle. */
ITO_API const ito_field *ito_oracle_field(const ito_oracle *oracle);

/** The distribution that it leads to; valid as long as the oracle. */
ITO_API const ito_dist *ito_oracle_dist(const ito_oracle *oracle);

#ifdef __cplusplus
}
#endif
#endif /* ITO_ORACLE_H */

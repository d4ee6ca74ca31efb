/* SPDX-License-Identifier: MIT
 *
 * ito/chains.h - how far Markov chains are to be believed.
 *
 *     const ito_chains chains = { .chains = 4, .draws = 1000, .x = x };
 *     ito_chain_stats s;
 *
 *     rc = ito_chains_diagnose(ctx, &chains, &s);
 *     if (s.rhat > 1.01 || s.ess_bulk < 400)
 *         ...the chains do not agree, or are too short
 *
 * Rank-normalised split R-hat, bulk and tail effective sample size and the
 * Monte Carlo standard error of the mean: Vehtari, Gelman, Simpson, Carpenter
 * and Buerkner, Bayesian Analysis 16 (2021) 667, arXiv:1903.08008, whose
 * thresholds are the 1.01 and 400 above.
 */
#ifndef ITO_CHAINS_H
#define ITO_CHAINS_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** R-hat above this is a warning: chains have not mixed. */
#define ITO_RHAT_LIMIT 1.01
/** An effective sample size below this is a warning: R-hat and the errors are
 *  not reliable themselves. */
#define ITO_ESS_LIMIT 400.0

/** One quantity along several chains.  Value of draw j of chain i:
 *  x[i * chain_stride + j * stride]. */
typedef struct ito_chains {
    size_t chains;       /**< at least 1; R-hat wants several */
    size_t draws;        /**< of each chain, at least 1 */
    const double *x;     /**< finite values, borrowed for the call */
    size_t stride;       /**< between draws; 0 = 1 */
    size_t chain_stride; /**< between chains; 0 = draws * stride */
    void *reserved[4];   /**< zero */
} ito_chains;

/**
 * What the chains say of the quantity.  Never NaN.  What cannot be known is
 * said on the safe side: where chains have fewer than 4 draws, or none of them
 * moves, rhat and mean_se are +inf and the effective sizes 0 (but a quantity
 * that is one constant in all chains has mean_se 0).
 */
typedef struct ito_chain_stats {
    double mean;     /**< over all draws */
    double sd;       /**< standard deviation, divisor n - 1; 0 for one draw */
    double mean_se;  /**< Monte Carlo standard error of the mean,
                          sd / sqrt(ess_mean) */
    double rhat;     /**< the larger of the R-hats of ranks and of ranks of
                          distances from the median, chains split in halves */
    double ess_bulk; /**< effective sample size of the ranks: for means */
    double ess_tail; /**< the smaller of those of being below the 5 % and the
                          95 % quantile: for intervals */
    double ess_mean; /**< effective sample size of the values themselves */
    double q05, median, q95; /**< quantiles of all draws, interpolated */
    void *reserved[4];       /**< zero */
} ito_chain_stats;

/**
 * Diagnose chains of one quantity.
 *
 * @return ITO_OK, ITO_EARG, ITO_ENOMEM or ITO_ENONFINITE (a value is NaN or
 *         infinite: the message names chain and draw)
 */
ITO_API ito_status ito_chains_diagnose(ito_ctx *ctx, const ito_chains *chains,
                                       ito_chain_stats *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_CHAINS_H */

/* SPDX-License-Identifier: MIT
 *
 * sample_logp.h - samples that know their log density: `ito sample --logp`.
 */
#ifndef CLI_SAMPLE_LOGP_H
#define CLI_SAMPLE_LOGP_H

#include <ito/likelihood.h>

/* Draw n rows as `as` says, by the steps and method of its `solve`; x receives
 * n x dim values, logp n densities, then n errors.  Says how many are
 * flagged. */
ito_status sample_logp_draw(ito_ctx *ctx, const ito_flow *flow,
                            const ito_sample_opts *as, size_t n, float *x,
                            double *logp);

/* The table with the columns logp and logp_error; it is replaced, or freed and
 * set to NULL. */
ito_status sample_logp_add(ito_ctx *ctx, const double *logp, ito_table **table);

#endif /* CLI_SAMPLE_LOGP_H */

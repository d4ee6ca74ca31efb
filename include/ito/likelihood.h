/* SPDX-License-Identifier: MIT
 *
 * ito/likelihood.h - log densities under a flow, with their errors.
 *
 * Along a path of dx = u dt the log density changes by -div u (the
 * instantaneous change of variables, Chen et al., arXiv:1806.07366), so
 *
 *     log p_1(x_1) = log p_0(x_0) - int_0^1 div u(t, x_t) dt
 *
 * which one solve gives, backwards from data or forwards from noise.  Fixed
 * steps carry the pair (x, integral).  With rtol and a method of continuous
 * output (dopri5, tsit5, bs3, dop853) the steps follow from the error of x
 * alone, the worst of a control group, and the integral is a pure quadrature
 * (Hindmarsh et al., ACM TOMS 31 (2005) 363) along that output: of polynomials
 * through two points of each step, three of the first and the last, and those
 * of the steps beside it; at half the cost.  The divergence is the exact trace
 * of the Jacobian, or Hutchinson's estimate v' J v of it (Grathwohl et al.,
 * arXiv:1810.01367) by probes v of +-1 that are fixed along a trajectory: each
 * probe has its own integral, so the spread among them is known.
 *
 * The state is double; a network is evaluated in float.  Two errors are
 * reported beside each value:
 *
 *     step_error   |value by 2n steps - value by n steps|, beside the value
 *                  by 2n; with rtol that between rtol and 20 rtol, since rtol
 *                  itself bounds the error of x in a step, not of the value
 *     probe_error  standard error of the mean over probes; 0 for exact traces
 *
 * The interval of the probes is Student's t with Hall's correction for the
 * skewness of their estimates (J. R. Statist. Soc. B 54, 1992).  By simulation
 * on covariances from neighbours alone to one factor of all (17 to 100
 * coordinates), 16 probes and more cover in 93 to 96 % of rows, 8 probes in 91
 * to 95 %.
 *
 * Values are nats per row in coordinates of the flow: the data themselves for
 * built-in sets, the encoded rows of a table.  On a path that does not begin at
 * pure noise (vp, ve, edm: ito/path.h) p_0 is taken as N(0, beta(0)^2 I).
 */
#ifndef ITO_LIKELIHOOD_H
#define ITO_LIKELIHOOD_H

#include <ito/flow.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How to find likelihoods.  Zero in any field means the default. */
typedef struct ito_logp_opts {
    const char
        *method;       /**< a method without noise; "rk4", with rtol "dopri5" */
    size_t steps;      /**< n, where the value is by 2n; 0 = 32 */
    double rtol;       /**< adaptive steps instead, this their tolerance both
                             relative and absolute; then a row's value depends
                             on the rows of its control group (ito/solve.h) */
    size_t probes;     /**< of Hutchinson's estimate, 2 to 64; 0 = an exact
                             trace up to 16 components, else 16 probes */
    uint64_t seed;     /**< of the probes, and of the noise of samples */
    uint64_t id0;      /**< id of the first row */
    double limit;      /**< step_error above which a row is flagged; 0 = 0.01 */
    const float *cond; /**< n rows of the field's conditions, or NULL */
    const ito_sample_opts *as; /**< the samples whose density it is: their label
                             (unless there is `cond`) and their guidance; noise
                             and given columns are refused; NULL = of the
                             model */
    int once;          /**< 1: the finer solve alone, at about half the cost:
                             step_error is then 0 and says nothing, and a row
                             is flagged where its way was lost */
    void *reserved[4]; /**< zero */
} ito_logp_opts;

/** What is known of one row. */
typedef struct ito_logp_row {
    double value;       /**< log density in nats */
    double step_error;  /**< see above; +inf where the way was lost */
    double probe_error; /**< see above */
    double lo, hi;      /**< 95 % interval of the probes; without them the
                             value */
    int flagged;        /**< 1: step_error above the limit: take more steps */
} ito_logp_row;

/**
 * Log densities of data.
 *
 * @param x      n x dim values in coordinates of the flow, finite
 * @param noise  receives the n x dim values x_0 that the flow carries to x
 *               (the encoded rows), or NULL
 * @param out    receives n rows.  One whose way leaves the finite numbers has
 *               value -inf, step_error +inf, and is flagged
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (a field without divergence and vjp; a
 *         start without a density; conditions, guidance or noise under which
 *         there is none), ITO_ENOMEM or what ito_solve returns
 */
ITO_API ito_status ito_logp_rows(ito_ctx *ctx, const ito_flow *flow,
                                 const ito_logp_opts *opts, size_t n,
                                 const double *x, double *noise,
                                 ito_logp_row *out);

/**
 * Carry given noise to data, with the log densities there: decodes what
 * ito_logp_rows encoded.
 *
 * @param noise  n x dim values x_0
 * @param x      receives n x dim values x_1
 * @param out    as ito_logp_rows, of x_1
 */
ITO_API ito_status ito_logp_decode(ito_ctx *ctx, const ito_flow *flow,
                                   const ito_logp_opts *opts, size_t n,
                                   const double *noise, double *x,
                                   ito_logp_row *out);

/** Draw n samples with their log densities, from the noise that
 *  ito_flow_sample_rows starts from under this seed; else as
 *  ito_logp_decode. */
ITO_API ito_status ito_logp_sample(ito_ctx *ctx, const ito_flow *flow,
                                   const ito_logp_opts *opts, size_t n,
                                   double *x, ito_logp_row *out);

/** Bits per dimension of a value in nats: -value / (dim log 2). */
ITO_API double ito_logp_bits(double value, size_t dim);

#ifdef __cplusplus
}
#endif
#endif /* ITO_LIKELIHOOD_H */

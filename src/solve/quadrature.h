/* SPDX-License-Identifier: MIT
 *
 * quadrature.h - integrals along the trajectories of an adaptive solve.
 *
 * The integral of g(t, x_t) does not feed back into x, so it needs no stages
 * of its own ("pure quadrature", Hindmarsh et al., ACM TOMS 31 (2005) 363):
 * the steps follow from the error of x alone, and g is evaluated at points of
 * the continuous output: two in a step, three in the first and the last.  Over
 * a step the polynomial through its points and those of the steps on both
 * sides is integrated, which is exact for degree 4 in time and, away from the
 * ends, 5: the orders of dopri5's solution and one above.
 */
#ifndef ITO_SOLVE_QUADRATURE_H
#define ITO_SOLVE_QUADRATURE_H

#include <ito/solve.h>

/* What is integrated over the time of a problem, from t0 to t1. */
typedef struct quadrature {
    size_t count;   /* integrals a particle */
    ito_eval_fn fn; /* g: as a callback of the problem's field, its scratch and
                       user pointer included; `count` components */
    double *sums;   /* receives n x count values */
} quadrature;

/* As ito_solve, with integrals; q may be NULL.  ITO_EUNFIT unless the steps
 * are adaptive, of a method with continuous output, and there are no edges. */
ito_status ito__solve_quadrature(ito_ctx *ctx, const ito_problem *problem,
                                 void *x, const ito_solve_opts *opts,
                                 ito_solve_stats *stats, const quadrature *q);

#endif /* ITO_SOLVE_QUADRATURE_H */

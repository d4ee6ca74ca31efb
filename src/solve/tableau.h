/* SPDX-License-Identifier: MIT
 *
 * tableau.h - the coefficients of explicit Runge-Kutta methods.
 *
 *     k_s = u(t + c_s h, x + h sum_{j < s} a_sj k_j),  s = 0 .. stages - 1
 *     x'  = x + h sum_j a_(stages, j) k_j
 *
 * so the weights of the result are one more row of a.  A method with an error
 * estimate goes on with k_stages = u(t + h, x'), which is the first stage of
 * the next step, and estimates the error as h sum_j e_j k_j over stages + 1.
 * Continuous output is x(t + theta h) = x + h sum_j w_j(theta) k_j.
 */
#ifndef ITO_SOLVE_TABLEAU_H
#define ITO_SOLVE_TABLEAU_H

#include <stddef.h>

/* Stages of the largest method, those of its continuous output included. */
#define ITO_STAGES_MAX 16

typedef struct ito_tableau {
    size_t stages;    /* of the result */
    const double *c;  /* stages + 1 + dense */
    const double *a;  /* row s from a[s (s - 1) / 2] on: s numbers */
    const double *e;  /* stages + 1 weights of the error estimate, or NULL */
    const double *e3; /* a second estimate that steadies the first, or NULL */
    size_t dense;     /* stages that the continuous output adds */
    /* Weights of continuous output at theta, stages + 1 + dense. */
    void (*weights)(double theta, double *w);
} ito_tableau;

extern const ito_tableau ito__tab_rk4;
extern const ito_tableau ito__tab_bs3;
extern const ito_tableau ito__tab_dopri5;
extern const ito_tableau ito__tab_tsit5;
extern const ito_tableau ito__tab_dop853;

/* Row s of a. */
static inline const double *ito__tab_row(const ito_tableau *tab, size_t s)
{
    return s == 0 ? tab->a : tab->a + s * (s - 1) / 2;
}

#endif /* ITO_SOLVE_TABLEAU_H */

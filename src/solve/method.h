/* SPDX-License-Identifier: MIT
 *
 * method.h - the coefficients behind the methods of ito/solve.h.
 */
#ifndef ITO_SOLVE_METHOD_H
#define ITO_SOLVE_METHOD_H

#include <ito/solve.h>

#define ITO_STAGES_MAX 4

/* An explicit Runge-Kutta method; info is what the public table shows. */
typedef struct ito_tableau {
    ito_method info; /* evals is the number of stages */
    double c[ITO_STAGES_MAX];
    double a[ITO_STAGES_MAX][ITO_STAGES_MAX];
    double b[ITO_STAGES_MAX];
} ito_tableau;

/* The tableau of that name, or NULL. */
const ito_tableau *ito__tableau_find(const char *name);

#endif /* ITO_SOLVE_METHOD_H */

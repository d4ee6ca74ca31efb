/* SPDX-License-Identifier: MIT
 *
 * method.c - the table of methods.
 *
 *     c | A        k_i = u(t + c_i h,  x + h sum_j A_ij k_j)
 *     --+--        x' = x + h sum_i b_i k_i
 *       | b
 *
 * Adding a method is adding a row; the tests measure the order of every row,
 * so a mistyped coefficient cannot pass.  Coefficients: Hairer, Norsett and
 * Wanner, Solving Ordinary Differential Equations I, section II.1.
 */
#include "solve/method.h"

#include <string.h>

/* clang-format off */
static const ito_tableau tableaus[] = {
    { .info = { "euler", "one evaluation a step (Euler 1768)", 1, 1 },
      .b = { 1.0 } },
    { .info = { "midpoint", "explicit midpoint rule (Runge 1895)", 2, 2 },
      .c = { 0.0, 0.5 },
      .a = { { 0.0 }, { 0.5 } },
      .b = { 0.0, 1.0 } },
    { .info = { "heun", "explicit trapezoidal rule (Heun 1900)", 2, 2 },
      .c = { 0.0, 1.0 },
      .a = { { 0.0 }, { 1.0 } },
      .b = { 0.5, 0.5 } },
    { .info = { "rk4", "classical Runge-Kutta method (Kutta 1901)", 4, 4 },
      .c = { 0.0, 0.5, 0.5, 1.0 },
      .a = { { 0.0 }, { 0.5 }, { 0.0, 0.5 }, { 0.0, 0.0, 1.0 } },
      .b = { 1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6 } },
};
/* clang-format on */

#define METHODS (sizeof(tableaus) / sizeof(tableaus[0]))

const ito_method *ito_method_at(size_t i)
{
    return i < METHODS ? &tableaus[i].info : NULL;
}

const ito_tableau *ito__tableau_find(const char *name)
{
    for (size_t i = 0; name && i < METHODS; i++)
        if (strcmp(tableaus[i].info.name, name) == 0)
            return &tableaus[i];
    return NULL;
}

const ito_method *ito_method_find(const char *name)
{
    const ito_tableau *tab = ito__tableau_find(name);

    return tab ? &tab->info : NULL;
}

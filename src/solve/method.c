/* SPDX-License-Identifier: MIT
 *
 * method.c - the table of methods.
 *
 * Adding a method is adding a row here and, for a new family, a function in a
 * file of its own.  The tests measure the order of every row, so a mistyped
 * coefficient cannot pass.
 */
#include "solve/method.h"

#include <string.h>

/* Kinds of noise. */
#define NONE     (1u << ITO_NOISE_NONE)
#define ADDITIVE (1u << ITO_NOISE_ADDITIVE)
#define DIAGONAL (1u << ITO_NOISE_SCALAR | 1u << ITO_NOISE_DIAGONAL)
#define COMMUTES (DIAGONAL | 1u << ITO_NOISE_COMMUTATIVE)
#define ANY      (COMMUTES | 1u << ITO_NOISE_GENERAL)

#define ITO    ITO_CALCULUS_ITO
#define STRAT  ITO_CALCULUS_STRATONOVICH
#define EITHER (ITO_CALCULUS_ITO | ITO_CALCULUS_STRATONOVICH)
#define UNSET  ITO_CALCULUS_UNSET

#define ADAPTIVE ITO_METHOD_ADAPTIVE
#define DENSE    (ITO_METHOD_ADAPTIVE | ITO_METHOD_DENSE)
#define AREA     ITO_METHOD_AREA
#define IMPLICIT ITO_METHOD_IMPLICIT
#define BATH     ITO_METHOD_SECOND_ORDER

/* clang-format off */
static const method methods[] = {
    /* name, one line, order, evaluations, noise, calculus,
     * strong order, with additive noise, weak order, flags */
    { .info = { "euler", "one evaluation a step (Euler 1768)",
                1, 1, NONE, UNSET, 0, 0, 0, 0, { 0 } },
      .step = ito__step_em, .k = 1 },
    { .info = { "midpoint", "explicit midpoint rule (Runge 1895); with noise "
                "Stratonovich",
                2, 2, NONE | ADDITIVE | ANY, STRAT, 0.5, 1, 1, 0, { 0 } },
      .step = ito__step_midpoint, .k = 2, .y = 1, .g = 2, .v = 1 },
    { .info = { "heun", "explicit trapezoidal rule (Heun 1900); with noise "
                "Stratonovich (Ruemelin 1982)",
                2, 2, NONE | ADDITIVE | ANY, STRAT, 0.5, 1, 1, ADAPTIVE,
                { 0 } },
      .step = ito__step_heun, .kind = METHOD_GW, .k = 2, .y = 1, .g = 2,
      .v = 1, .error_order = 2 },
    { .info = { "rk4", "classical Runge-Kutta method (Kutta 1901)",
                4, 4, NONE, UNSET, 0, 0, 0, 0, { 0 } },
      .step = ito__step_explicit, .kind = METHOD_EXPLICIT, .k = 4, .y = 1,
      .tab = &ito__tab_rk4 },
    { .info = { "bs3", "pair of orders 3 and 2 (Bogacki, Shampine 1989)",
                3, 3, NONE, UNSET, 0, 0, 0, DENSE, { 0 } },
      .step = ito__step_explicit, .kind = METHOD_EXPLICIT, .k = 4, .y = 1,
      .tab = &ito__tab_bs3, .error_order = 3 },
    { .info = { "dopri5", "pair of orders 5 and 4 (Dormand, Prince 1980)",
                5, 6, NONE, UNSET, 0, 0, 0, DENSE, { 0 } },
      .step = ito__step_explicit, .kind = METHOD_EXPLICIT, .k = 7, .y = 1,
      .tab = &ito__tab_dopri5, .error_order = 5 },
    { .info = { "tsit5", "pair of orders 5 and 4 (Tsitouras 2011)",
                5, 6, NONE, UNSET, 0, 0, 0, DENSE, { 0 } },
      .step = ito__step_explicit, .kind = METHOD_EXPLICIT, .k = 7, .y = 1,
      .tab = &ito__tab_tsit5, .error_order = 5 },
    { .info = { "dop853", "order 8 with estimates of order 5 and 3 (Hairer, "
                "Norsett, Wanner 1993)",
                8, 12, NONE, UNSET, 0, 0, 0, DENSE, { 0 } },
      .step = ito__step_explicit, .kind = METHOD_EXPLICIT, .k = 16, .y = 1,
      .tab = &ito__tab_dop853, .error_order = 8 },
    { .info = { "euler-maruyama", "Euler's method with noise, Ito (Maruyama "
                "1955)",
                1, 1, NONE | ADDITIVE | ANY, ITO, 0.5, 1, 1, 0, { 0 } },
      .step = ito__step_em, .kind = METHOD_DRAWS, .k = 1, .g = 1 },
    { .info = { "tamed-euler", "Euler-Maruyama for steep drifts (Hutzenthaler, "
                "Jentzen, Kloeden 2012)",
                1, 1, NONE | ADDITIVE | ANY, ITO, 0.5, 1, 1, 0, { 0 } },
      .step = ito__step_tamed, .k = 1, .y = 1, .g = 1, .rows = 1 },
    { .info = { "euler-heun", "Euler's method with noise, Stratonovich",
                1, 1, NONE | ADDITIVE | ANY, STRAT, 0.5, 1, 1, 0, { 0 } },
      .step = ito__step_euler_heun, .kind = METHOD_GW, .k = 1, .y = 1, .g = 2,
      .v = 1 },
    { .info = { "milstein", "with the derivative of sigma (Milstein 1974)",
                1, 1, NONE | ADDITIVE | COMMUTES, EITHER, 1, 1, 1,
                ITO_METHOD_DERIV, { 0 } },
      .step = ito__step_milstein, .k = 1, .g = 1, .v = 1 },
    { .info = { "rkmil", "Milstein's method without derivatives (Kloeden, "
                "Platen 1992)",
                1, 1, NONE | ADDITIVE | COMMUTES, EITHER, 1, 1, 1, 0, { 0 } },
      .step = ito__step_rkmil, .k = 1, .y = 2, .g = 3, .v = 1 },
    { .info = { "sea", "shifted Euler, additive noise (Foster, dos Reis, "
                "Strange 2024)",
                1, 1, NONE | ADDITIVE, UNSET, 1, 1, 1, AREA, { 0 } },
      .step = ito__step_sea, .kind = METHOD_GW, .k = 1, .y = 1, .g = 2,
      .v = 1 },
    { .info = { "shark", "strong order 3/2, additive noise (Foster, dos Reis, "
                "Strange 2024)",
                2, 2, NONE | ADDITIVE, UNSET, 1.5, 1.5, 2, AREA | ADAPTIVE,
                { 0 } },
      .step = ito__step_shark, .kind = METHOD_GW, .k = 2, .y = 1, .g = 2,
      .v = 1, .error_order = 2 },
    { .info = { "sra1", "strong order 3/2, additive noise (Roessler 2010)",
                2, 2, NONE | ADDITIVE, UNSET, 1.5, 1.5, 2, AREA | ADAPTIVE,
                { 0 } },
      .step = ito__step_sra1, .kind = METHOD_GW, .k = 2, .y = 1, .g = 2,
      .v = 2, .error_order = 2 },
    { .info = { "sriw1", "strong order 3/2, Ito, diagonal noise (Roessler "
                "2010)",
                2, 2, NONE | ADDITIVE | DIAGONAL, ITO, 1.5, 1.5, 2,
                AREA | ADAPTIVE, { 0 } },
      .step = ito__step_sriw1, .kind = METHOD_ELEMENTS, .k = 2, .y = 1, .g = 4,
      .v = 4, .error_order = 2 },
    { .info = { "platen", "weak order 2, Ito, diagonal noise (Platen)",
                2, 2, NONE | ADDITIVE | DIAGONAL, ITO, 0.5, 1, 2, 0, { 0 } },
      .step = ito__step_platen, .kind = METHOD_ELEMENTS, .k = 2, .y = 2, .g = 4,
      .v = 3 },
    { .info = { "platen-3", "as platen, with three-point noise",
                2, 2, NONE | ADDITIVE | DIAGONAL, ITO, 0, 0, 2, 0, { 0 } },
      .step = ito__step_platen3, .kind = METHOD_ELEMENTS, .k = 2, .y = 2,
      .g = 4, .v = 3 },
    { .info = { "implicit-euler", "implicit in the drift (theta = 1)",
                1, 2, NONE | ADDITIVE | ANY, ITO, 0.5, 1, 1, IMPLICIT, { 0 } },
      .step = ito__step_theta, .kind = METHOD_NARROW, .k = 3, .y = 2, .g = 1,
      .rows = 2, .theta = 1.0 },
    { .info = { "trapezoid", "implicit in the drift (theta = 1/2)",
                2, 3, NONE | ADDITIVE | ANY, ITO, 0.5, 1, 1, IMPLICIT, { 0 } },
      .step = ito__step_theta, .kind = METHOD_NARROW, .k = 3, .y = 2, .g = 1,
      .rows = 2, .theta = 0.5 },
    { .info = { "theta", "implicit in the drift, theta by option (1/2)",
                1, 3, NONE | ADDITIVE | ANY, ITO, 0.5, 1, 1, IMPLICIT, { 0 } },
      .step = ito__step_theta, .kind = METHOD_NARROW, .k = 3, .y = 2, .g = 1,
      .rows = 2, .theta = 0.5 },
    { .info = { "exponential", "exact for the linear part of the drift "
                "(Jentzen, Kloeden 2009)",
                1, 1, NONE | ADDITIVE, UNSET, 1, 1, 1, ITO_METHOD_RATES,
                { 0 } },
      .step = ito__step_exponential, .kind = METHOD_NARROW | METHOD_GW, .k = 1,
      .g = 1 },
    { .info = { "baoab", "splitting for Langevin equations (Leimkuhler, "
                "Matthews 2013)",
                2, 1, NONE | ADDITIVE, UNSET, 1, 1, 2, BATH, { 0 } },
      .step = ito__step_baoab, .kind = METHOD_NARROW, .k = 2, .y = 1 },
    { .info = { "obabo", "splitting for Langevin equations (Bussi, Parrinello "
                "2007)",
                2, 1, NONE | ADDITIVE, UNSET, 1, 1, 2, BATH | AREA, { 0 } },
      .step = ito__step_obabo, .kind = METHOD_NARROW, .k = 2, .y = 1 },
    { .info = { "aboba", "splitting for Langevin equations (Leimkuhler, "
                "Matthews 2013)",
                2, 1, NONE | ADDITIVE, UNSET, 1, 1, 2, BATH, { 0 } },
      .step = ito__step_aboba, .kind = METHOD_NARROW, .k = 1, .y = 1 },
    { .info = { "mala", "Langevin steps with a Metropolis test (Roberts, "
                "Tweedie 1996)",
                1, 1, ADDITIVE, UNSET, 0, 0, 1, ITO_METHOD_LANGEVIN, { 0 } },
      .step = ito__step_mala, .kind = METHOD_ELEMENTS, .k = 2, .y = 2, .g = 1,
      .rows = 4 },
    { .info = { "ula", "Langevin steps without a test: Euler-Maruyama",
                1, 1, ADDITIVE, UNSET, 1, 1, 1, ITO_METHOD_LANGEVIN, { 0 } },
      .step = ito__step_em, .kind = METHOD_DRAWS | METHOD_ELEMENTS, .k = 1,
      .g = 1 },
};
/* clang-format on */

#define METHODS (sizeof(methods) / sizeof(methods[0]))

const ito_method *ito_method_at(size_t i)
{
    return i < METHODS ? &methods[i].info : NULL;
}

const method *ito__method_find(const char *name)
{
    for (size_t i = 0; name && i < METHODS; i++)
        if (strcmp(methods[i].info.name, name) == 0)
            return &methods[i];
    return NULL;
}

const method *ito__method_of(const ito_method *info)
{
    for (size_t i = 0; info && i < METHODS; i++)
        if (&methods[i].info == info)
            return &methods[i];
    return NULL;
}

const ito_method *ito_method_find(const char *name)
{
    const method *m = ito__method_find(name);

    return m ? &m->info : NULL;
}

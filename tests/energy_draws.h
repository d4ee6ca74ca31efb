/* SPDX-License-Identifier: MIT
 *
 * energy_draws.h - a context, energies as formulas and draws from them, for
 * the tests of ito_energy_sample.
 */
#ifndef ENERGY_DRAWS_H
#define ENERGY_DRAWS_H

#include <ito/energy.h>
#include <ito/system.h>

#include "check.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_system *formula(ito_ctx *in, const char *energy, double temperature)
{
    const ito_formulas f = { .energy = energy, .temperature = temperature };
    ito_system *s = NULL;

    CHECK_OK(in, ito_system_formula(in, &f, &s));
    return s;
}

static ito_draws *sampled(ito_ctx *in, const ito_field *field,
                          const ito_energy_opts *how)
{
    const ito_energy energy = { .field = field };
    ito_draws *d = NULL;

    CHECK_OK(in, ito_energy_sample(in, &energy, how, &d));
    return d;
}

static ito_draws *of_formula(const char *energy, double temperature,
                             const ito_energy_opts *how)
{
    ito_system *s = formula(ctx, energy, temperature);
    ito_draws *d = sampled(ctx, ito_system_field(s), how);

    ito_system_free(s);
    return d;
}

/* U = (x - m)' P (x - m) / 2, P the inverse of S = (2, .6; .6, .5). */
#define GAUSS "((x-1)^2*0.5 - 2*0.6*(x-1)*(y+2) + 2*(y+2)^2)/(2*(2*0.5-0.36))"

#endif /* ENERGY_DRAWS_H */

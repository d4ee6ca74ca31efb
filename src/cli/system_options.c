/* SPDX-License-Identifier: MIT
 *
 * system_options.c - what is simulated: a named system or formulas.
 */
#include "cli/system_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define PARAMS_MAX 64
#define SPEC_BYTES 4096

system_options system_args;

/* The options that belong to formulas alone. */
static const char *formula_option(void)
{
    if (system_args.drift)
        return "--drift";
    if (system_args.energy)
        return "--energy";
    if (system_args.diffusion)
        return "--diffusion";
    if (opt_given(&system_args.calculus))
        return "--calculus";
    if (system_args.temperature > 0.0)
        return "--temperature";
    if (system_args.gamma > 0.0)
        return "--gamma";
    if (system_args.no_noise)
        return "--no-noise";
    return system_args.dim ? "--dim" : NULL;
}

static int check_formulas(void)
{
    if (!system_args.drift && !system_args.energy)
        return cmd_usage("what is to be simulated? give a named system "
                         "(--list lists them), --drift or --energy");
    if (system_args.drift && system_args.energy)
        return cmd_usage("--drift and --energy: the energy is a drift "
                         "already; give one of them");
    if (system_args.energy)
        return 0;
    if (system_args.temperature > 0.0 || system_args.gamma > 0.0 ||
        system_args.no_noise)
        return cmd_usage("%s belongs to --energy",
                         system_args.no_noise      ? "--no-noise"
                         : system_args.gamma > 0.0 ? "--gamma"
                                                   : "--temperature");
    return 0;
}

int system_options_check(void)
{
    if (!system_args.name)
        return check_formulas();
    if (formula_option())
        return cmd_usage("%s belongs to formulas and '%.100s' is a named "
                         "system; give one of them",
                         formula_option(), system_args.name);
    return 0;
}

void system_options_list(void)
{
    const ito_system_info *s;

    for (size_t i = 0; (s = ito_system_at(i)); i++)
        printf("%s%s%s\n    %s\n    %s\n", s->name, *s->params ? ":" : "",
               s->params, s->equation, s->text);
}

/* NAME=VALUE in two parts; name has room for the item. */
static ito_status split(const char *item, char *name, double *value)
{
    const char *equals = strchr(item, '=');
    size_t n;

    if (!equals || equals == item)
        return cmd_fail(ITO_EARG, "--set %.100s: write NAME=VALUE", item);
    n = (size_t)(equals - item);
    memcpy(name, item, n);
    name[n] = '\0';
    if (opt_number(equals + 1, value) != 0)
        return cmd_fail(ITO_EARG, "--set %.100s: '%.60s' is not a number", item,
                        equals + 1);
    return ITO_OK;
}

static ito_calculus calculus(const int *option)
{
    if (!opt_given(option))
        return ITO_CALCULUS_UNSET;
    return *option ? ITO_CALCULUS_STRATONOVICH : ITO_CALCULUS_ITO;
}

/* NAME:A=1 and --set B=2 make NAME:A=1,B=2. */
static ito_status open_named(ito_ctx *ctx, ito_system **out)
{
    char spec[SPEC_BYTES];
    int n = snprintf(spec, sizeof(spec), "%s", system_args.name);

    for (size_t i = 0; i < system_args.set.count; i++) {
        const char joint = i > 0 || strchr(system_args.name, ':') ? ',' : ':';

        if (n < 0 || (size_t)n >= sizeof(spec))
            break;
        n += snprintf(spec + n, sizeof(spec) - (size_t)n, "%c%s", joint,
                      system_args.set.item[i]);
    }
    if (n < 0 || (size_t)n >= sizeof(spec))
        return cmd_fail(ITO_EARG,
                        "a system with its parameters has at most "
                        "%d characters",
                        SPEC_BYTES - 1);
    return ito_system_open(ctx, spec, calculus(&system_args.convert), out);
}

static ito_status open_formulas(ito_ctx *ctx, ito_system **out)
{
    ito_param params[PARAMS_MAX];
    char *names[PARAMS_MAX];
    const size_t n = system_args.set.count;
    ito_status rc = ITO_OK;
    size_t made = 0;

    if (n > PARAMS_MAX)
        return cmd_fail(ITO_EARG, "%zu parameters; formulas have at most %d", n,
                        PARAMS_MAX);
    while (made < n && rc == ITO_OK) {
        const char *item = system_args.set.item[made];

        names[made] = malloc(strlen(item) + 1);
        if (!names[made]) {
            rc = cmd_fail(ITO_ENOMEM, "%zu parameters", n);
            break;
        }
        params[made].name = names[made];
        rc = split(item, names[made], &params[made].value);
        made++;
    }
    if (rc == ITO_OK) {
        const ito_formulas f = {
            .drift = system_args.drift,
            .energy = system_args.energy,
            .diffusion = system_args.diffusion,
            .calculus = calculus(&system_args.calculus),
            .convert = calculus(&system_args.convert),
            .temperature = system_args.temperature,
            .gamma = system_args.gamma,
            .no_noise = system_args.no_noise,
            .params = params,
            .param_count = n,
            .dim = system_args.dim,
        };

        rc = ito_system_formula(ctx, &f, out);
    }
    while (made > 0)
        free(names[--made]);
    return rc;
}

ito_status system_options_open(ito_ctx *ctx, ito_system **out)
{
    return system_args.name ? open_named(ctx, out) : open_formulas(ctx, out);
}

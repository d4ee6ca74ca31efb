/* SPDX-License-Identifier: MIT
 *
 * system_options.h - what is simulated: a named system or formulas.  The same
 * options, with the same meaning, for `ito simulate` and `ito density`.
 */
#ifndef CLI_SYSTEM_OPTIONS_H
#define CLI_SYSTEM_OPTIONS_H

#include <ito/system.h>

#include "cli/opt.h"

/** Values of SYSTEM_OPTIONS. */
typedef struct system_options {
    const char *name, *drift, *diffusion, *energy;
    opt_list set;
    int calculus, convert; /* index into "ito|stratonovich" */
    double temperature, gamma;
    size_t dim;
    int list, no_noise;
} system_options;

extern system_options system_args;

/* clang-format off */
#define SYSTEM_OPTIONS                                                       \
    OPTARG("SYSTEM", &system_args.name,                                      \
           "named system, as in `ou:theta=2`; --list lists them"),           \
    FLAG(0, "list", &system_args.list,                                       \
         "list the named systems with their parameters"),                    \
    MANY(0, "set", "NAME=VALUE", &system_args.set,                           \
         "set a parameter of the system or of the formulas"),                \
    CHOICE(0, "convert", "ito|stratonovich", &system_args.convert,           \
           "solve the same process in this calculus: the drift changes by "  \
           "1/2 sum_j L^j sigma_j [as written]"),                            \
    GROUP("formulas instead of a named system"),                             \
    STRING(0, "drift", "U", &system_args.drift,                              \
           "drift in x, y, z (or x1 .. xd) and t, components separated by "  \
           "`;`, as in 'y; mu*(1-x^2)*y-x'"),                                \
    STRING(0, "energy", "U", &system_args.energy,                            \
           "energy whose Langevin dynamics is simulated: drift -grad U"),    \
    STRING(0, "diffusion", "S", &system_args.diffusion,                      \
           "diffusion: one for all, one a component (`;`), or a matrix "     \
           "(`,` in rows) [none; with --energy sqrt(2 T)]"),                 \
    CHOICE(0, "calculus", "ito|stratonovich", &system_args.calculus,         \
           "what a diffusion that depends on the state is meant in"),        \
    POSITIVE(0, "temperature", &system_args.temperature,                     \
             "T of --energy [1]"),                                           \
    POSITIVE(0, "gamma", &system_args.gamma,                                 \
             "friction: --energy with velocities, q and v"),                 \
    FLAG(0, "no-noise", &system_args.no_noise,                               \
         "--energy without noise: gradient descent"),                        \
    SIZE(0, "dim", &system_args.dim,                                         \
         "components of the state [found from the formulas]")
/* clang-format on */

/* Whether the options name one system; 0, or the exit code of a usage error
 * after saying it. */
int system_options_check(void);

/* Print the named systems on standard output. */
void system_options_list(void);

/* Open the system that the options name. */
ito_status system_options_open(ito_ctx *ctx, ito_system **out);

#endif /* CLI_SYSTEM_OPTIONS_H */

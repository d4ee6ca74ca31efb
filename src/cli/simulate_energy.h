/* SPDX-License-Identifier: MIT
 *
 * simulate_energy.h - `ito simulate --sampler`: draws from exp(-U / T).
 */
#ifndef CLI_SIMULATE_ENERGY_H
#define CLI_SIMULATE_ENERGY_H

#include <ito/energy.h>

#include "cli/opt.h"

/** Values of SAMPLER_OPTIONS. */
typedef struct sampler_options {
    int sampler; /* index into SAMPLERS */
    size_t warmup, draws, thin, temperatures;
    double hottest, spread;
} sampler_options;

extern sampler_options sampler_args;

#define SAMPLERS "mala|langevin|anneal|tempering"

/* clang-format off */
#define SAMPLER_OPTIONS                                                      \
    CHOICE(0, "sampler", SAMPLERS, &sampler_args.sampler,                    \
           "draw from exp(-U/T), U the energy of the system or of a trained "\
           "potential (--energy MODEL[@t]), and say what the draws are "     \
           "worth; -n are chains [4; anneal: 1000], --step-length fixes "    \
           "the step"),                                                      \
    SIZE(0, "warmup", &sampler_args.warmup,                                  \
         "steps before the first draw; anneal: on the way [1000]"),          \
    SIZE(0, "draws", &sampler_args.draws,                                    \
         "draws of each chain [1000; anneal: 1]"),                           \
    SIZE(0, "thin", &sampler_args.thin,                                      \
         "steps from one draw to the next [1]"),                             \
    SIZE(0, "temperatures", &sampler_args.temperatures,                      \
         "replicas of a chain in tempering [8], stages of anneal [100]"),    \
    POSITIVE(0, "hottest", &sampler_args.hottest,                            \
             "highest temperature [tempering: 50 T; anneal: T]"),            \
    POSITIVE(0, "spread", &sampler_args.spread,                              \
             "standard deviation of the starts about --start [1]")
/* clang-format on */

/* Whether --sampler is given and fits the other options: 1; 0: it is not
 * given; -1: a usage error, which was said. */
int sampler_check(void);

/* Sample, write -o and --plot, print. */
ito_status sampler_run(ito_ctx *ctx);

/** The name of a component. */
typedef char sampler_name[24];

/* Print draws and their diagnostics; nothing but warnings where -o is `-`. */
void sampler_print(const sampler_name *names, const ito_draws_info *d);

#endif /* CLI_SIMULATE_ENERGY_H */

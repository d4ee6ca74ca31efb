/* SPDX-License-Identifier: MIT
 *
 * sample_steer.h - options of `ito sample` that steer a flow after training: an
 * energy, cells that are known, Langevin steps.
 */
#ifndef CLI_SAMPLE_STEER_H
#define CLI_SAMPLE_STEER_H

#include <ito/flow.h>

#include "cli/opt.h"

/** Values of STEER_OPTIONS. */
typedef struct steer_options {
    const char *energy, *correct_step;
    opt_list inpaint;
    double strength;
    size_t passes, candidates, correct;
    int way;
} steer_options;

extern steer_options steer_args;

/* clang-format off */
#define STEER_OPTIONS                                                        \
    GROUP("steered after training"),                                         \
    STRING(0, "guide-energy", "U", &steer_args.energy,                       \
           "draw from p exp(-U) instead of p, as near as guidance comes: a " \
           "formula in x, y, z (or x1 .. xd), coordinates as --raw has "     \
           "them"),                                                          \
    DOUBLE(0, "guide-strength", &steer_args.strength, "w of w U [1]"),       \
    CHOICE(0, "guide-way", "default|posterior|plain", &steer_args.way,       \
           "U at the denoised point, or at x_t [posterior]"),                \
    MANY(0, "inpaint", "COLUMN=VALUE|FILE", &steer_args.inpaint,             \
         "draw the other columns given this value, which may be repeated; "  \
         "or complete each row of a CSV file with empty cells"),             \
    SIZE(0, "passes", &steer_args.passes,                                    \
         "of --inpaint over each step: more find the right share of what "   \
         "is possible, at that cost [4; of images and adaptive 1]"),         \
    SIZE(0, "candidates", &steer_args.candidates,                            \
         "of --inpaint: free samples among which a row finds one that fits, " \
         "to start beside it; 1: none [4096; of images 1]"),                 \
    SIZE(0, "correct", &steer_args.correct,                                  \
         "Langevin steps after each step [0]"),                              \
    STRING(0, "correct-step", "FORM", &steer_args.correct_step,              \
           "their noise, a form as of --sigma; up to 2*beta is stable "      \
           "[0.5*beta]")
/* clang-format on */

/* Whether the options fit together, and -n (counted) and --logp (logp) if they
 * are given; 0, or the exit code of a usage error after saying it. */
int sample_steer_check(int counted, int logp);

/* Put them into *o, and those of sample_images.h; the rows of a file become
 * *count, of images where that is not -n (counted).  sample_steer_close is due
 * also after a failure. */
ito_status sample_steer_open(ito_ctx *ctx, const ito_flow *flow,
                             ito_sample_opts *o, int counted, size_t *count);
void sample_steer_close(void);

#endif /* CLI_SAMPLE_STEER_H */

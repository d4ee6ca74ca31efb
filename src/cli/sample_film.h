/* SPDX-License-Identifier: MIT
 *
 * sample_film.h - the way of images from noise to data, as a film strip and as
 * a moving picture: `ito sample --film --animate`.
 */
#ifndef CLI_SAMPLE_FILM_H
#define CLI_SAMPLE_FILM_H

#include <ito/flow.h>

#include "cli/opt.h"

/** Values of FILM_OPTIONS. */
typedef struct film_options {
    const char *film, *animate;
} film_options;

extern film_options film_args;

/* clang-format off */
#define FILM_OPTIONS                                                         \
    STRING(0, "film", "FILE", &film_args.film,                               \
           "film strip of images, up to 16 or the first 10, a row each, on "  \
           "their way from noise: .png, .svg, .pdf"),                        \
    STRING(0, "animate", "FILE", &film_args.animate,                         \
           "the same of the first 256 as a moving picture: .png, .apng")
/* clang-format on */

/* Rows that are drawn where nobody says how many; 0 without these options. */
size_t sample_film_rows(void);

/* Whether the names of the files fit; 0, or the exit code of a usage error. */
int sample_film_check(void);

/* Get ready for n rows on the grid of *o; *count of *sinks, room for two, are
 * set.  sample_film_close is due also after a failure. */
ito_status sample_film_open(ito_ctx *ctx, const ito_flow *flow,
                            const ito_sample_opts *o, size_t n, ito_sink *sinks,
                            size_t *count);

/* Write what they have seen. */
ito_status sample_film_write(ito_ctx *ctx, const ito_flow *flow,
                             const ito_sample_opts *o);
void sample_film_close(void);

#endif /* CLI_SAMPLE_FILM_H */

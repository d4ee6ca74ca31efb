/* SPDX-License-Identifier: MIT
 *
 * spec.h - reading NAME:PARAMETER=VALUE,...: distributions, systems, paths.
 *
 * `what` says in messages whose parameters they are: "path vp".
 */
#ifndef ITO_CTX_SPEC_H
#define ITO_CTX_SPEC_H

#include "ctx/ctx.h"

/* A piece of a text; not terminated. */
typedef struct spec_piece {
    const char *at;
    size_t length;
} spec_piece;

/* Which numbers a parameter takes. */
typedef struct spec_range {
    double min, max;
    bool whole; /* integers alone */
} spec_range;

/* Takes one NAME=VALUE. */
typedef ito_status (*spec_fn)(void *arg, spec_piece name, spec_piece value);

/* The i-th word that could have been meant, or NULL past the last. */
typedef const char *(*spec_word_fn)(const void *arg, size_t i);

bool ito__spec_is(spec_piece p, const char *word);

/* The text up to the first colon. */
spec_piece ito__spec_name(const char *text);

/* Give fn each NAME=VALUE of text: all behind the name, "" or ":a=1,b=2". */
ito_status ito__spec_read(ito_ctx *ctx, const char *what, const char *text,
                          spec_fn fn, void *arg);

/* The number that a value is. */
ito_status ito__spec_number(ito_ctx *ctx, const char *what, const char *name,
                            spec_piece value, const spec_range *range,
                            double *out);

/* ITO_EARG: `word` is no `kind` ("name", "parameter"); the message lists those
 * there are, and the one that may have been meant. */
ito_status ito__spec_unknown(ito_ctx *ctx, const char *what, const char *kind,
                             spec_piece word, spec_word_fn word_at,
                             const void *arg);

/* ITO_EARG: a parameter came before. */
ito_status ito__spec_twice(ito_ctx *ctx, const char *what, spec_piece name);

#endif /* ITO_CTX_SPEC_H */

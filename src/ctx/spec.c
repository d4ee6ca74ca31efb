/* SPDX-License-Identifier: MIT
 *
 * spec.c - reading NAME:PARAMETER=VALUE,...
 */
#include "ctx/spec.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/word.h"

#define LIST_MAX  400 /* characters of a list in a message */
#define SHOWN_MAX 80  /* characters of the text in a message */
#define VALUE_MAX 40  /* characters of a value in a message */
#define FAR       4   /* letters that differ: another word was meant */

/* How much of a text a message shows. */
static int shown(size_t length, size_t most)
{
    return (int)size_min(length, most);
}

bool ito__spec_is(spec_piece p, const char *word)
{
    return strlen(word) == p.length && memcmp(p.at, word, p.length) == 0;
}

spec_piece ito__spec_name(const char *text)
{
    return (spec_piece){ text, strcspn(text, ":") };
}

ito_status ito__spec_read(ito_ctx *ctx, const char *what, const char *text,
                          spec_fn fn, void *arg)
{
    if (*text == '\0')
        return ITO_OK;
    if (text[1] == '\0')
        return ito__fail(ctx, ITO_EARG, "%s: no parameters after the colon",
                         what);
    for (;;) {
        const size_t length = strcspn(++text, ",");
        const char *equals = memchr(text, '=', length);
        spec_piece name, value;
        ito_status rc;

        if (length == 0 && *text == '\0')
            return ito__fail(ctx, ITO_EARG,
                             "%s: a parameter is missing after the last comma",
                             what);
        if (!equals)
            return ito__fail(ctx, ITO_EARG,
                             "%s: \"%.*s\" is not PARAMETER=VALUE", what,
                             shown(length, SHOWN_MAX), text);
        name = (spec_piece){ text, (size_t)(equals - text) };
        value = (spec_piece){ equals + 1, length - name.length - 1 };
        if ((rc = fn(arg, name, value)) != ITO_OK)
            return rc;
        text += length;
        if (*text == '\0')
            return ITO_OK;
    }
}

ito_status ito__spec_number(ito_ctx *ctx, const char *what, const char *name,
                            spec_piece value, const spec_range *range,
                            double *out)
{
    double v = 0.0;

    if (!num_parse(value.at, value.length, &v) || !(v >= range->min) ||
        !(v <= range->max) || (range->whole && v != floor(v)))
        return ito__fail(
            ctx, ITO_EARG, "%s: %s=%.*s; %s takes %s from %g to %g", what, name,
            shown(value.length, VALUE_MAX), value.at, name,
            range->whole ? "an integer" : "a number", range->min, range->max);
    *out = v;
    return ITO_OK;
}

ito_status ito__spec_unknown(ito_ctx *ctx, const char *what, const char *kind,
                             spec_piece word, spec_word_fn word_at,
                             const void *arg)
{
    char list[LIST_MAX] = "";
    const char *nearest = NULL;
    size_t used = 0, best = FAR;

    word.length = size_min(word.length, WORD_MAX);
    for (size_t i = 0; word_at(arg, i); i++) {
        const char *w = word_at(arg, i);
        const size_t length = strlen(w);
        const size_t d = ito__word_distance(word.at, word.length, w, length);

        if (d < best && d < length && 2 * d <= word.length + 1) {
            best = d;
            nearest = w;
        }
        if (used + length + 2 > sizeof(list))
            continue;
        list[used++] = ' ';
        memcpy(list + used, w, length + 1);
        used += length;
    }
    return ito__fail(ctx, ITO_EARG, "%s: no %s \"%.*s\"%s%s%s; %s%s", what,
                     kind, (int)word.length, word.at,
                     nearest ? ", did you mean " : "", nearest ? nearest : "",
                     nearest ? "?" : "", used ? "there are:" : "it takes none",
                     list);
}

ito_status ito__spec_twice(ito_ctx *ctx, const char *what, spec_piece name)
{
    return ito__fail(ctx, ITO_EARG, "%s: %.*s is given twice", what,
                     shown(name.length, VALUE_MAX), name.at);
}

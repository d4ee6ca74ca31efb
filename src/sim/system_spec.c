/* SPDX-License-Identifier: MIT
 *
 * system_spec.c - reading "ou:theta=1,sigma=0.5".
 *
 * A value keeps its text, so that ito_system_spec gives back what was read.
 * One parameter of a system may be a word, the name of a distribution; then
 * parameters that are not the system's own are handed on to that, as in
 * "langevin:target=gmm,modes=5,sigma=0.6".
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/word.h"
#include "sim/system_parts.h"

#define LIST_MAX  400 /* characters of a list in a message */
#define VALUE_MAX 40  /* characters of a value */

/* A piece of the text; not terminated. */
typedef struct piece {
    const char *at;
    size_t length;
} piece;

/* What has been read: the text of each parameter, the word, the rest. */
typedef struct parsed {
    piece value[SYSTEM_PARAMS], word;
    bool given[SYSTEM_PARAMS];
    text rest; /* ",name=value" of parameters that are not ours */
} parsed;

static bool is(piece p, const char *word)
{
    return strlen(word) == p.length && memcmp(p.at, word, p.length) == 0;
}

size_t ito__system_params(const system_kind *kind)
{
    size_t n = 0;

    while (n < SYSTEM_PARAMS && kind->params[n].name)
        n++;
    return n;
}

/* The i-th word that could have been meant, or NULL. */
static const char *word_at(const system_kind *kind, size_t i)
{
    if (!kind) {
        const system_kind *k = ito__system_kind_at(i);

        return k ? k->info.name : NULL;
    }
    if (i < ito__system_params(kind))
        return kind->params[i].name;
    return i == ito__system_params(kind) ? kind->text_param : NULL;
}

/* Unknown system (kind NULL) or unknown parameter: say what there is. */
static ito_status unknown(ito_ctx *ctx, const system_kind *kind, piece word)
{
    char list[LIST_MAX] = "";
    const char *nearest = NULL;
    size_t used = 0, best = 4;

    word.length = size_min(word.length, WORD_MAX);
    for (size_t i = 0; word_at(kind, i); i++) {
        const char *w = word_at(kind, i);
        const size_t length = strlen(w);
        const size_t d = ito__word_distance(word.at, word.length, w, length);

        if (d < best && d < length) {
            best = d;
            nearest = w;
        }
        if (used + length + 2 > sizeof(list))
            continue;
        list[used++] = ' ';
        memcpy(list + used, w, length + 1);
        used += length;
    }
    return ito__fail(ctx, ITO_EARG, "system%s%s: no %s \"%.*s\"%s%s%s; %s%s",
                     kind ? " " : "", kind ? kind->info.name : "",
                     kind ? "parameter" : "name", (int)word.length, word.at,
                     nearest ? ", did you mean \"" : "", nearest ? nearest : "",
                     nearest ? "\"?" : "",
                     used ? "there are:" : "it takes none", list);
}

static ito_status set_value(ito_ctx *ctx, const system_kind *kind,
                            const system_param *param, piece in, double *value)
{
    double v = 0.0;

    if (in.length > VALUE_MAX || !num_parse(in.at, in.length, &v) ||
        !(v >= param->min && v <= param->max) ||
        (param->whole && v != floor(v)))
        return ito__fail(
            ctx, ITO_EARG, "system %s: %s=%.*s; %s takes %s from %g to %g",
            kind->info.name, param->name, (int)size_min(in.length, VALUE_MAX),
            in.at, param->name, param->whole ? "an integer" : "a number",
            param->min, param->max);
    *value = v;
    return ITO_OK;
}

static ito_status twice(ito_ctx *ctx, const system_kind *kind, piece name)
{
    return ito__fail(ctx, ITO_EARG, "system %s: %.*s is given twice",
                     kind->info.name, (int)name.length, name.at);
}

/* One "name=value". */
static ito_status set_param(ito_ctx *ctx, ito_system *s, parsed *in, piece name,
                            piece value)
{
    const system_kind *kind = s->kind;

    if (kind->text_param && is(name, kind->text_param)) {
        if (in->word.at)
            return twice(ctx, kind, name);
        in->word = value;
        return ITO_OK;
    }
    for (size_t i = 0; i < ito__system_params(kind); i++) {
        if (!is(name, kind->params[i].name))
            continue;
        if (in->given[i])
            return twice(ctx, kind, name);
        in->given[i] = true;
        in->value[i] = value;
        return set_value(ctx, kind, &kind->params[i], value, &s->value[i]);
    }
    if (!kind->text_param)
        return unknown(ctx, kind, name);
    ito__text_add(&in->rest, "%s%.*s=%.*s", in->rest.used ? "," : "",
                  (int)name.length, name.at, (int)value.length, value.at);
    return ITO_OK;
}

static ito_status read_params(ito_ctx *ctx, const char *at, ito_system *s,
                              parsed *in)
{
    const char *name = s->kind->info.name;

    while (*at) {
        const size_t length = strcspn(at, ",");
        const char *equals = memchr(at, '=', length);
        ito_status rc;

        if (!equals)
            return ito__fail(ctx, ITO_EARG,
                             "system %s: \"%.*s\" is not PARAMETER=VALUE", name,
                             (int)size_min(length, 80), at);
        rc = set_param(
            ctx, s, in, (piece){ at, (size_t)(equals - at) },
            (piece){ equals + 1, length - 1 - (size_t)(equals - at) });
        if (rc != ITO_OK)
            return rc;
        at += length;
        if (*at == ',' && at[1] == '\0')
            return ito__fail(ctx, ITO_EARG,
                             "system %s: a parameter is missing after the last "
                             "comma",
                             name);
        at += *at == ',';
    }
    return ITO_OK;
}

/* NAME:own parameters, in the order of the table; build may add to it. */
static void write_spec(const ito_system *s, const parsed *in, text *t)
{
    const size_t n = ito__system_params(s->kind);

    ito__text_add(t, "%s", s->kind->info.name);
    for (size_t i = 0; i < n; i++)
        ito__text_add(t, "%c%s=%.*s", i ? ',' : ':', s->kind->params[i].name,
                      (int)in->value[i].length, in->value[i].at);
}

/* The word and what is to be handed on, as NAME or NAME:A=1,B=2. */
static void write_word(const system_kind *kind, const parsed *in, text *t)
{
    if (!kind->text_param)
        return;
    ito__text_add(t, "%.*s", (int)in->word.length, in->word.at);
    if (in->rest.used)
        ito__text_add(t, ":%s", in->rest.at);
    t->failed = t->failed || in->rest.failed;
}

static ito_status read_all(ito_ctx *ctx, const char *at, ito_system *s,
                           parsed *in)
{
    const system_kind *kind = s->kind;
    text spec = { .ctx = ctx }, word = { .ctx = ctx };
    ito_status rc;

    for (size_t i = 0; i < ito__system_params(kind); i++) {
        const char *value = kind->params[i].value;

        in->value[i] = (piece){ value, strlen(value) };
        rc = set_value(ctx, kind, &kind->params[i], in->value[i], &s->value[i]);
        if (rc != ITO_OK)
            return rc;
    }
    if ((rc = read_params(ctx, at, s, in)) != ITO_OK)
        return rc;
    if (kind->text_param && !in->word.at)
        in->word = (piece){ "gmm", 3 };
    write_spec(s, in, &spec);
    write_word(kind, in, &word);
    s->spec = spec.at;
    s->word = word.at;
    return spec.failed || word.failed
               ? ito__fail(ctx, ITO_ENOMEM, "system %s: no memory",
                           kind->info.name)
               : ITO_OK;
}

ito_status ito__system_parse(ito_ctx *ctx, const char *spec, ito_system *s)
{
    const piece name = { spec, strcspn(spec, ":") };
    parsed in = { .rest = { .ctx = ctx } };
    ito_status rc;

    for (size_t i = 0; ito__system_kind_at(i) && !s->kind; i++)
        if (is(name, ito__system_kind_at(i)->info.name))
            s->kind = ito__system_kind_at(i);
    if (!s->kind)
        return unknown(ctx, NULL, name);
    spec += name.length;
    if (*spec == ':' && spec[1] == '\0')
        return ito__fail(ctx, ITO_EARG,
                         "system %s: no parameters after the "
                         "colon",
                         s->kind->info.name);
    rc = read_all(ctx, spec + (*spec == ':'), s, &in);
    ito__free(ctx, in.rest.at);
    return rc;
}

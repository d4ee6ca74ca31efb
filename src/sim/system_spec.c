/* SPDX-License-Identifier: MIT
 *
 * system_spec.c - reading "ou:theta=1,sigma=0.5".
 *
 * A value keeps its text, so that ito_system_spec gives back what was read.
 * One parameter of a system may be a word, the name of a distribution; then
 * parameters that are not the system's own are handed on to that, as in
 * "langevin:target=gmm,modes=5,sigma=0.6".
 */
#include <stdio.h>
#include <string.h>

#include "ctx/spec.h"
#include "sim/system_parts.h"

/* A text being read: the parts of it that give each parameter, the word, the
 * rest. */
typedef struct reader {
    ito_ctx *ctx;
    ito_system *system;
    char what[40]; /* for messages */
    spec_piece value[SYSTEM_PARAMS], word;
    bool given[SYSTEM_PARAMS];
    text rest; /* ",name=value" of parameters that are not ours */
} reader;

size_t ito__system_params(const system_kind *kind)
{
    size_t n = 0;

    while (n < SYSTEM_PARAMS && kind->params[n].name)
        n++;
    return n;
}

static const char *kind_at(const void *arg, size_t i)
{
    (void)arg;
    return ito__system_kind_at(i) ? ito__system_kind_at(i)->info.name : NULL;
}

static const char *param_at(const void *arg, size_t i)
{
    const system_kind *kind = arg;

    if (i < ito__system_params(kind))
        return kind->params[i].name;
    return i == ito__system_params(kind) ? kind->text_param : NULL;
}

static ito_status set_value(reader *in, size_t i, spec_piece value)
{
    const system_param *param = &in->system->kind->params[i];
    const spec_range range = { param->min, param->max, param->whole };

    in->value[i] = value;
    return ito__spec_number(in->ctx, in->what, param->name, value, &range,
                            &in->system->value[i]);
}

/* One "name=value". */
static ito_status set_param(void *arg, spec_piece name, spec_piece value)
{
    reader *in = arg;
    const system_kind *kind = in->system->kind;

    if (kind->text_param && ito__spec_is(name, kind->text_param)) {
        if (in->word.at)
            return ito__spec_twice(in->ctx, in->what, name);
        in->word = value;
        return ITO_OK;
    }
    for (size_t i = 0; i < ito__system_params(kind); i++) {
        if (!ito__spec_is(name, kind->params[i].name))
            continue;
        if (in->given[i])
            return ito__spec_twice(in->ctx, in->what, name);
        in->given[i] = true;
        return set_value(in, i, value);
    }
    if (!kind->text_param)
        return ito__spec_unknown(in->ctx, in->what, "parameter", name, param_at,
                                 kind);
    ito__text_add(&in->rest, "%s%.*s=%.*s", in->rest.used ? "," : "",
                  (int)name.length, name.at, (int)value.length, value.at);
    return ITO_OK;
}

/* NAME:own parameters, in the order of the table; build may add to it. */
static void write_spec(const ito_system *s, const reader *in, text *t)
{
    const size_t n = ito__system_params(s->kind);

    ito__text_add(t, "%s", s->kind->info.name);
    for (size_t i = 0; i < n; i++)
        ito__text_add(t, "%c%s=%.*s", i ? ',' : ':', s->kind->params[i].name,
                      (int)in->value[i].length, in->value[i].at);
}

/* The word and what is to be handed on, as NAME or NAME:A=1,B=2. */
static void write_word(const system_kind *kind, const reader *in, text *t)
{
    if (!kind->text_param)
        return;
    ito__text_add(t, "%.*s", (int)in->word.length, in->word.at);
    if (in->rest.used)
        ito__text_add(t, ":%s", in->rest.at);
    t->failed = t->failed || in->rest.failed;
}

static ito_status read_all(reader *in, const char *at)
{
    ito_system *s = in->system;
    text spec = { .ctx = in->ctx }, word = { .ctx = in->ctx };
    ito_status rc;

    for (size_t i = 0; i < ito__system_params(s->kind); i++) {
        const char *value = s->kind->params[i].value;

        rc = set_value(in, i, (spec_piece){ value, strlen(value) });
        if (rc != ITO_OK)
            return rc;
    }
    rc = ito__spec_read(in->ctx, in->what, at, set_param, in);
    if (rc != ITO_OK)
        return rc;
    if (s->kind->text_param && !in->word.at)
        in->word = (spec_piece){ "gmm", 3 };
    write_spec(s, in, &spec);
    write_word(s->kind, in, &word);
    s->spec = spec.at;
    s->word = word.at;
    return spec.failed || word.failed
               ? ito__fail(in->ctx, ITO_ENOMEM, "%s: no memory", in->what)
               : ITO_OK;
}

ito_status ito__system_parse(ito_ctx *ctx, const char *spec, ito_system *s)
{
    const spec_piece name = ito__spec_name(spec);
    reader in = { .ctx = ctx, .system = s, .rest = { .ctx = ctx } };
    ito_status rc;

    for (size_t i = 0; ito__system_kind_at(i) && !s->kind; i++)
        if (ito__spec_is(name, ito__system_kind_at(i)->info.name))
            s->kind = ito__system_kind_at(i);
    if (!s->kind)
        return ito__spec_unknown(ctx, "system", "name", name, kind_at, NULL);
    (void)snprintf(in.what, sizeof(in.what), "system %s", s->kind->info.name);
    rc = read_all(&in, spec + name.length);
    ito__free(ctx, in.rest.at);
    return rc;
}

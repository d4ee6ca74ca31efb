/* SPDX-License-Identifier: MIT
 *
 * spec.c - reading "gmm:modes=5,scale=10,std=1".
 *
 * A value keeps its text, so that ito_dist_spec gives back what was read and
 * no number is ever printed.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/word.h"
#include "dist/kinds.h"

#define VALUE_MAX 24  /* characters of a value */
#define NAME_MAX_ 24  /* characters of a name that is compared */
#define LIST_MAX  256 /* characters of a list in a message */
#define SPEC_MAX  256 /* bytes of ito_dist_spec: what a model records */

/* A piece of the text; not terminated. */
typedef struct piece {
    const char *at;
    size_t length;
} piece;

/* What has been read: the text of each parameter and of n. */
typedef struct parsed {
    piece value[DIST_PARAMS];
    piece rows;
} parsed;

static bool is(piece p, const char *word)
{
    return strlen(word) == p.length && memcmp(p.at, word, p.length) == 0;
}

static size_t count_params(const dist_kind *kind)
{
    size_t n = 0;

    while (n < DIST_PARAMS && kind->params[n].name)
        n++;
    return n;
}

/* The i-th word that could have been meant, or NULL. */
static const char *word_at(const dist_kind *kind, size_t i)
{
    if (!kind)
        return ito__dist_kind_at(i) ? ito__dist_kind_at(i)->info.name : NULL;
    if (i < count_params(kind))
        return kind->params[i].name;
    return i == count_params(kind) ? "n" : NULL;
}

/* Unknown kind (kind NULL) or unknown parameter: say what there is. */
static ito_status unknown(ito_ctx *ctx, const dist_kind *kind, piece word)
{
    char list[LIST_MAX] = "";
    const char *nearest = NULL;
    size_t used = 0, best = 3;

    word.length = size_min(word.length, NAME_MAX_);
    for (size_t i = 0; word_at(kind, i); i++) {
        const char *w = word_at(kind, i);
        const size_t length = strlen(w);
        const size_t d = ito__word_distance(word.at, word.length, w, length);

        if (d < best) {
            best = d;
            nearest = w;
        }
        if (used + length + 2 > sizeof(list))
            continue;
        list[used++] = ' ';
        memcpy(list + used, w, length + 1);
        used += length;
    }
    return ito__fail(ctx, ITO_EARG, "%s%s: no %s \"%.*s\"%s%s%s; there are:%s",
                     kind ? "distribution " : "distribution",
                     kind ? kind->info.name : "", kind ? "parameter" : "name",
                     (int)word.length, word.at,
                     nearest ? ", did you mean \"" : "", nearest ? nearest : "",
                     nearest ? "\"?" : "", list);
}

static ito_status bad_value(ito_ctx *ctx, const dist_kind *kind,
                            const dist_param *param, piece value)
{
    return ito__fail(ctx, ITO_EARG,
                     "distribution %s: %s=%.*s; %s takes %s "
                     "from %g to %g",
                     kind->info.name, param->name,
                     (int)size_min(value.length, VALUE_MAX), value.at,
                     param->name, param->whole ? "an integer" : "a number",
                     param->min, param->max);
}

static ito_status set_value(ito_ctx *ctx, const dist_kind *kind,
                            const dist_param *param, piece text, double *value)
{
    double v = 0.0;

    if (!num_parse(text.at, text.length, &v) || v < param->min ||
        v > param->max || (param->whole && v != floor(v)))
        return bad_value(ctx, kind, param, text);
    *value = v;
    return ITO_OK;
}

/* A number, or numbers with colons between (a semicolon is the shell's) where
 * parameter i is a list. */
static ito_status set_list(ito_ctx *ctx, ito_dist *dist, size_t i, piece text)
{
    const dist_param *param = &dist->kind->params[i];
    size_t count = 0;

    if (param->list == 0)
        return set_value(ctx, dist->kind, param, text, &dist->value[i]);
    for (;;) {
        const char *colon = memchr(text.at, ':', text.length);
        const piece one = { text.at,
                            colon ? (size_t)(colon - text.at) : text.length };
        double *list = dist->list[param->list - 1];
        ito_status rc;

        if (count == DIST_NUMBERS)
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: %s has more than %d numbers",
                             dist->kind->info.name, param->name, DIST_NUMBERS);
        rc = set_value(ctx, dist->kind, param, one, &list[count++]);
        if (rc != ITO_OK)
            return rc;
        dist->value[i] = list[0];
        dist->numbers[param->list - 1] = count;
        if (!colon)
            return ITO_OK;
        text.length -= one.length + 1;
        text.at = colon + 1;
    }
}

/* One "name=value". */
static ito_status set_param(ito_ctx *ctx, ito_dist *dist, parsed *in,
                            piece name, piece value)
{
    static const dist_param rows = { "n", "0", 1.0, 1e12, true, NULL, 0 };
    const dist_kind *kind = dist->kind;
    double v = 0.0;

    if (is(name, "n")) {
        ito_status rc = set_value(ctx, kind, &rows, value, &v);

        if (rc != ITO_OK)
            return rc;
        if (in->rows.at)
            return ito__fail(ctx, ITO_EARG, "distribution %s: n is given twice",
                             kind->info.name);
        in->rows = value;
        dist->rows = (uint64_t)v;
        return ITO_OK;
    }
    for (size_t i = 0; i < count_params(kind); i++) {
        const char *alias = kind->params[i].alias;

        if (!is(name, kind->params[i].name) && !(alias && is(name, alias)))
            continue;
        if (dist->given[i])
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: %s is given "
                             "twice",
                             kind->info.name, kind->params[i].name);
        dist->given[i] = true;
        in->value[i] = value;
        return set_list(ctx, dist, i, value);
    }
    return unknown(ctx, kind, name);
}

static ito_status read_params(ito_ctx *ctx, const char *text, ito_dist *dist,
                              parsed *in)
{
    while (*text) {
        const size_t length = strcspn(text, ",");
        const char *equals = memchr(text, '=', length);
        ito_status rc;

        if (!equals)
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: \"%.*s\" is not "
                             "PARAMETER=VALUE",
                             dist->kind->info.name, (int)size_min(length, 80),
                             text);
        rc = set_param(
            ctx, dist, in, (piece){ text, (size_t)(equals - text) },
            (piece){ equals + 1, length - 1 - (size_t)(equals - text) });
        if (rc != ITO_OK)
            return rc;
        text += length;
        if (*text == ',' && text[1] == '\0')
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: a parameter is "
                             "missing after the last comma",
                             dist->kind->info.name);
        text += *text == ',';
    }
    return ITO_OK;
}

/* Text that grows; `full` once something did not fit. */
typedef struct growing {
    char text[SPEC_MAX];
    size_t used;
    bool full;
} growing;

static void append(growing *g, const char *text, size_t length)
{
    if (g->full || length >= SPEC_MAX - g->used) {
        g->full = true;
        return;
    }
    memcpy(g->text + g->used, text, length);
    g->used += length;
    g->text[g->used] = '\0';
}

/* Where a list says how many components there are, defaults do not show. */
static bool shows(const ito_dist *dist, const parsed *in, size_t i)
{
    for (size_t j = 0; j < count_params(dist->kind); j++) {
        const dist_param *param = &dist->kind->params[j];

        if (param->list > 0 && (dist->numbers[param->list - 1] > 1 ||
                                (!param->value && dist->given[j])))
            return dist->given[i];
    }
    return in->value[i].at != NULL;
}

/* NAME:all parameters, in the order of the table. */
static void write_spec(const ito_dist *dist, const parsed *in, growing *g)
{
    const dist_kind *kind = dist->kind;
    bool first = true;

    append(g, kind->info.name, strlen(kind->info.name));
    for (size_t i = 0; i < count_params(kind); i++) {
        if (!shows(dist, in, i))
            continue;
        append(g, first ? ":" : ",", 1);
        append(g, kind->params[i].name, strlen(kind->params[i].name));
        append(g, "=", 1);
        append(g, in->value[i].at, in->value[i].length);
        first = false;
    }
    if (in->rows.at) {
        append(g, first ? ":n=" : ",n=", 3);
        append(g, in->rows.at, in->rows.length);
    }
}

static ito_status set_defaults(ito_ctx *ctx, ito_dist *dist, parsed *in)
{
    for (size_t i = 0; i < count_params(dist->kind); i++) {
        const char *value = dist->kind->params[i].value;
        ito_status rc;

        if (!value)
            continue;
        in->value[i] = (piece){ value, strlen(value) };
        if ((rc = set_list(ctx, dist, i, in->value[i])) != ITO_OK)
            return rc;
    }
    return ITO_OK;
}

ito_status ito__dist_parse(ito_ctx *ctx, const char *text, ito_dist *dist)
{
    const piece name = { text, strcspn(text, ":") };
    growing spec = { .used = 0 };
    parsed in = { 0 };
    ito_status rc;

    for (size_t i = 0; ito__dist_kind_at(i) && !dist->kind; i++)
        if (is(name, ito__dist_kind_at(i)->info.name))
            dist->kind = ito__dist_kind_at(i);
    if (!dist->kind)
        return unknown(ctx, NULL, name);
    if ((rc = set_defaults(ctx, dist, &in)) != ITO_OK)
        return rc;
    text += name.length;
    if (*text == ':' && text[1] == '\0')
        return ito__fail(ctx, ITO_EARG,
                         "distribution %s: no parameters after "
                         "the colon",
                         dist->kind->info.name);
    rc = read_params(ctx, text + (*text == ':'), dist, &in);
    if (rc != ITO_OK)
        return rc;
    write_spec(dist, &in, &spec);
    if (spec.full)
        return ito__fail(ctx, ITO_EARG,
                         "distribution %s: more than %d characters; a program "
                         "can give a covariance by ito_dist_open_gaussian",
                         dist->kind->info.name, SPEC_MAX - 1);
    dist->spec = ito__strdup(ctx, spec.text);
    return dist->spec ? ITO_OK
                      : ito__fail(ctx, ITO_ENOMEM, "distribution %s: no memory",
                                  dist->kind->info.name);
}

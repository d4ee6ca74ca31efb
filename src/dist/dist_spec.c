/* SPDX-License-Identifier: MIT
 *
 * dist_spec.c - reading "gmm:modes=5,scale=10,std=1".
 *
 * A value keeps its text, so that ito_dist_spec gives back what was read and
 * no number is ever printed.
 */
#include <stdio.h>
#include <string.h>

#include "ctx/spec.h"
#include "dist/kinds.h"

#define SPEC_MAX 256 /* bytes of ito_dist_spec: what a model records */

/* A text being read: the parts of it that give each parameter and n. */
typedef struct reader {
    ito_ctx *ctx;
    ito_dist *dist;
    char what[40]; /* for messages */
    spec_piece value[DIST_PARAMS];
    spec_piece rows;
} reader;

static size_t count_params(const dist_kind *kind)
{
    size_t n = 0;

    while (n < DIST_PARAMS && kind->params[n].name)
        n++;
    return n;
}

static const char *kind_at(const void *arg, size_t i)
{
    (void)arg;
    return ito__dist_kind_at(i) ? ito__dist_kind_at(i)->info.name : NULL;
}

static const char *param_at(const void *arg, size_t i)
{
    const dist_kind *kind = arg;

    if (i < count_params(kind))
        return kind->params[i].name;
    return i == count_params(kind) ? "n" : NULL;
}

static ito_status set_value(const reader *in, const dist_param *param,
                            spec_piece text, double *value)
{
    const spec_range range = { param->min, param->max, param->whole };

    return ito__spec_number(in->ctx, in->what, param->name, text, &range,
                            value);
}

/* A number, or numbers with colons between (a semicolon is the shell's) where
 * parameter i is a list. */
static ito_status set_list(const reader *in, size_t i, spec_piece text)
{
    ito_dist *dist = in->dist;
    const dist_param *param = &dist->kind->params[i];
    size_t count = 0;

    if (param->list == 0)
        return set_value(in, param, text, &dist->value[i]);
    for (;;) {
        const char *colon = memchr(text.at, ':', text.length);
        const spec_piece one = { text.at, colon ? (size_t)(colon - text.at)
                                                : text.length };
        double *list = dist->list[param->list - 1];
        ito_status rc;

        if (count == DIST_NUMBERS)
            return ito__fail(in->ctx, ITO_EARG,
                             "%s: %s has more than %d numbers", in->what,
                             param->name, DIST_NUMBERS);
        rc = set_value(in, param, one, &list[count++]);
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

static ito_status set_rows(reader *in, spec_piece name, spec_piece value)
{
    static const dist_param rows = { "n", "0", 1.0, 1e12, true, NULL, 0 };
    double v = 0.0;
    ito_status rc;

    if (in->rows.at)
        return ito__spec_twice(in->ctx, in->what, name);
    rc = set_value(in, &rows, value, &v);
    in->rows = value;
    in->dist->rows = (uint64_t)v;
    return rc;
}

/* One "name=value". */
static ito_status set_param(void *arg, spec_piece name, spec_piece value)
{
    reader *in = arg;
    const dist_kind *kind = in->dist->kind;

    if (ito__spec_is(name, "n"))
        return set_rows(in, name, value);
    for (size_t i = 0; i < count_params(kind); i++) {
        const dist_param *param = &kind->params[i];

        if (!ito__spec_is(name, param->name) &&
            !(param->alias && ito__spec_is(name, param->alias)))
            continue;
        if (in->dist->given[i])
            return ito__spec_twice(in->ctx, in->what, name);
        in->dist->given[i] = true;
        in->value[i] = value;
        return set_list(in, i, value);
    }
    return ito__spec_unknown(in->ctx, in->what, "parameter", name, param_at,
                             kind);
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
static bool shows(const ito_dist *dist, const reader *in, size_t i)
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
static void write_spec(const ito_dist *dist, const reader *in, growing *g)
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

static ito_status set_defaults(reader *in)
{
    for (size_t i = 0; i < count_params(in->dist->kind); i++) {
        const char *value = in->dist->kind->params[i].value;
        ito_status rc;

        if (!value)
            continue;
        in->value[i] = (spec_piece){ value, strlen(value) };
        if ((rc = set_list(in, i, in->value[i])) != ITO_OK)
            return rc;
    }
    return ITO_OK;
}

ito_status ito__dist_parse(ito_ctx *ctx, const char *text, ito_dist *dist)
{
    const spec_piece name = ito__spec_name(text);
    growing spec = { .used = 0 };
    reader in = { .ctx = ctx, .dist = dist };
    ito_status rc;

    for (size_t i = 0; ito__dist_kind_at(i) && !dist->kind; i++)
        if (ito__spec_is(name, ito__dist_kind_at(i)->info.name))
            dist->kind = ito__dist_kind_at(i);
    if (!dist->kind)
        return ito__spec_unknown(ctx, "distribution", "name", name, kind_at,
                                 NULL);
    (void)snprintf(in.what, sizeof(in.what), "distribution %s",
                   dist->kind->info.name);
    rc = set_defaults(&in);
    if (rc == ITO_OK)
        rc = ito__spec_read(ctx, in.what, text + name.length, set_param, &in);
    if (rc != ITO_OK)
        return rc;
    write_spec(dist, &in, &spec);
    if (spec.full)
        return ito__fail(ctx, ITO_EARG,
                         "%s: more than %d characters; a program can give a "
                         "covariance by ito_dist_open_gaussian",
                         in.what, SPEC_MAX - 1);
    dist->spec = ito__strdup(ctx, spec.text);
    return dist->spec ? ITO_OK
                      : ito__fail(ctx, ITO_ENOMEM, "%s: no memory", in.what);
}

/* SPDX-License-Identifier: MIT
 *
 * spec.c - reading "gmm:modes=5,scale=10,std=1".
 *
 * A value keeps its text, so that ito_dist_spec gives back what was read and
 * no number is ever printed.
 */
#include <math.h>
#include <string.h>

#include "dist/kinds.h"

#define VALUE_MAX 24  /* characters of a value */
#define NAME_MAX_ 24  /* characters of a name that is compared */
#define LIST_MAX  256 /* characters of a list in a message */
#define SPEC_MAX  512

/* A piece of the text; not terminated. */
typedef struct piece {
    const char *at;
    size_t length;
} piece;

/* What has been read: the text of each parameter and of n. */
typedef struct parsed {
    piece value[DIST_PARAMS];
    bool given[DIST_PARAMS];
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

/* Edit distance (Levenshtein 1966) of two short words. */
static size_t distance(piece a, const char *b)
{
    size_t row[NAME_MAX_ + 1];
    const size_t m = size_min(strlen(b), NAME_MAX_);

    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 0; i < a.length; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < m; j++) {
            const size_t change = diagonal + (a.at[i] != b[j]);

            diagonal = row[j + 1];
            row[j + 1] = size_min(change, 1 + size_min(row[j], row[j + 1]));
        }
    }
    return row[m];
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
        const size_t d = distance(word, w), length = strlen(w);

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

/* Digits of a decimal number into a mantissa below 2^53 and an exponent. */
static size_t read_digits(piece p, size_t i, double *mantissa, int *exponent)
{
    bool point = false;
    size_t digits = 0;

    for (; i < p.length; i++) {
        const char ch = p.at[i];

        if (ch == '.' && !point) {
            point = true;
            continue;
        }
        if (ch < '0' || ch > '9')
            break;
        *mantissa = *mantissa * 10.0 + (double)(ch - '0');
        *exponent -= point;
        digits++;
    }
    return digits > 0 && digits <= 15 ? i : 0;
}

/*
 * A decimal number: at most 15 digits and an exponent within +-22, so that
 * one multiplication or division rounds it correctly (Clinger 1990), the
 * same in every locale.
 */
static bool read_number(piece p, double *value)
{
    const bool minus = p.length > 0 && p.at[0] == '-';
    double mantissa = 0.0, power = 1.0;
    int exponent = 0, e = 0, e_sign = 1;
    size_t i;

    if (p.length == 0 || p.length > VALUE_MAX)
        return false;
    i = read_digits(p, minus ? 1 : 0, &mantissa, &exponent);
    if (i == 0)
        return false;
    if (i < p.length && (p.at[i] == 'e' || p.at[i] == 'E')) {
        i++;
        if (i < p.length && (p.at[i] == '-' || p.at[i] == '+'))
            e_sign = p.at[i++] == '-' ? -1 : 1;
        if (i == p.length)
            return false;
        for (; i < p.length && p.at[i] >= '0' && p.at[i] <= '9' && e < 100; i++)
            e = 10 * e + (p.at[i] - '0');
    }
    exponent += e_sign * e;
    if (i != p.length || exponent < -22 || exponent > 22)
        return false;
    for (int j = 0; j < (exponent < 0 ? -exponent : exponent); j++)
        power *= 10.0;
    *value = exponent < 0 ? mantissa / power : mantissa * power;
    *value = minus ? -*value : *value;
    return true;
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

    if (!read_number(text, &v) || v < param->min || v > param->max ||
        (param->whole && v != floor(v)))
        return bad_value(ctx, kind, param, text);
    *value = v;
    return ITO_OK;
}

/* One "name=value". */
static ito_status set_param(ito_ctx *ctx, ito_dist *dist, parsed *in,
                            piece name, piece value)
{
    static const dist_param rows = { "n", "0", 1.0, 1e12, true, NULL };
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
        if (in->given[i])
            return ito__fail(ctx, ITO_EARG,
                             "distribution %s: %s is given "
                             "twice",
                             kind->info.name, kind->params[i].name);
        in->given[i] = true;
        in->value[i] = value;
        return set_value(ctx, kind, &kind->params[i], value, &dist->value[i]);
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

static void append(char *out, size_t *used, const char *text, size_t length)
{
    assert(text && *used + length < SPEC_MAX);
    memcpy(out + *used, text, length);
    *used += length;
    out[*used] = '\0';
}

/* NAME:all parameters, in the order of the table. */
static void write_spec(const dist_kind *kind, const parsed *in, char *out)
{
    const size_t n = count_params(kind);
    size_t used = 0;

    append(out, &used, kind->info.name, strlen(kind->info.name));
    for (size_t i = 0; i < n; i++) {
        append(out, &used, i ? "," : ":", 1);
        append(out, &used, kind->params[i].name, strlen(kind->params[i].name));
        append(out, &used, "=", 1);
        append(out, &used, in->value[i].at, in->value[i].length);
    }
    if (in->rows.at) {
        append(out, &used, n ? ",n=" : ":n=", 3);
        append(out, &used, in->rows.at, in->rows.length);
    }
}

ito_status ito__dist_parse(ito_ctx *ctx, const char *text, ito_dist *dist)
{
    const piece name = { text, strcspn(text, ":") };
    char spec[SPEC_MAX];
    parsed in = { 0 };
    ito_status rc;

    for (size_t i = 0; ito__dist_kind_at(i) && !dist->kind; i++)
        if (is(name, ito__dist_kind_at(i)->info.name))
            dist->kind = ito__dist_kind_at(i);
    if (!dist->kind)
        return unknown(ctx, NULL, name);
    for (size_t i = 0; i < count_params(dist->kind); i++) {
        const char *value = dist->kind->params[i].value;

        in.value[i] = (piece){ value, strlen(value) };
        rc = set_value(ctx, dist->kind, &dist->kind->params[i], in.value[i],
                       &dist->value[i]);
        if (rc != ITO_OK)
            return rc;
    }
    text += name.length;
    if (*text == ':' && text[1] == '\0')
        return ito__fail(ctx, ITO_EARG,
                         "distribution %s: no parameters after "
                         "the colon",
                         dist->kind->info.name);
    rc = read_params(ctx, text + (*text == ':'), dist, &in);
    if (rc != ITO_OK)
        return rc;
    write_spec(dist->kind, &in, spec);
    dist->spec = ito__strdup(ctx, spec);
    return dist->spec ? ITO_OK
                      : ito__fail(ctx, ITO_ENOMEM, "distribution %s: no memory",
                                  dist->kind->info.name);
}

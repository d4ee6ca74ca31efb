/* SPDX-License-Identifier: MIT
 *
 * opt.c - parsing a command line by a table (opt.h).
 *
 * One pass over argv.  Words that begin with a dash are options until `--`;
 * "-" alone is an argument (standard input or output).  What follows an
 * option that wants a value is the value, even where it begins with a dash,
 * so `--lo -3` needs no trick.
 */
#include "cli/opt.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define GIVEN_MAX    128 /* distinct options on one command line */
#define DISTANCE_MAX 32  /* longest word that spelling help looks at */

/* Where the parser stands. */
typedef struct parser {
    const opt *options;
    int argc;
    char **argv;
    int at;      /* next word */
    size_t args; /* arguments seen */
    int plain;   /* after "--" */
    char *error;
    size_t error_bytes;
} parser;

/* The variables of the options that were given, for opt_given. */
static const void *given[GIVEN_MAX];
static size_t given_count;

__attribute__((format(printf, 2, 3))) static int bad(const parser *p,
                                                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(p->error, p->error_bytes, format, args);
    va_end(args);
    return -1;
}

int opt_given(const void *value)
{
    for (size_t i = 0; i < given_count; i++)
        if (given[i] == value)
            return 1;
    return 0;
}

int opt_is_argument(const opt *o)
{
    return o->kind == OPT_ARG || o->kind == OPT_OPTARG ||
           o->kind == OPT_RESTARGS;
}

int opt_is_option(const opt *o)
{
    return o->kind != OPT_END && o->kind != OPT_GROUP && !opt_is_argument(o);
}

size_t opt_distance(const char *a, const char *b)
{
    const size_t na = strlen(a);
    const size_t nb = strlen(b);
    size_t row[DISTANCE_MAX + 1];

    if (na > DISTANCE_MAX || nb > DISTANCE_MAX)
        return 99;
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            const size_t swap = corner + (a[i - 1] != b[j - 1]);
            const size_t drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            corner = row[j];
            row[j] = swap < drop ? swap : drop;
        }
    }
    return row[nb];
}

/* The option nearest in spelling, or NULL when none is near. */
static const opt *nearest(const opt *options, const char *name)
{
    const opt *best = NULL;
    size_t best_distance = strlen(name) / 3 + 2;

    for (const opt *o = options; o->kind != OPT_END; o++) {
        size_t distance;

        if (!opt_is_option(o))
            continue;
        distance = opt_distance(name, o->name);
        if (distance < best_distance) {
            best = o;
            best_distance = distance;
        }
    }
    return best;
}

static const opt *by_letter(const opt *options, char letter)
{
    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_option(o) && o->letter == letter)
            return o;
    return NULL;
}

static const opt *by_name(const opt *options, const char *name, size_t bytes)
{
    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_option(o) && strlen(o->name) == bytes &&
            strncmp(o->name, name, bytes) == 0)
            return o;
    return NULL;
}

/* The i-th argument of the table, or NULL. */
static const opt *argument_at(const opt *options, size_t i)
{
    for (const opt *o = options; o->kind != OPT_END; o++)
        if (opt_is_argument(o) && (i-- == 0 || o->kind == OPT_RESTARGS))
            return o;
    return NULL;
}

/* Store a value; `shown` is the option as messages name it. */
static int store(parser *p, const opt *o, const char *shown, char *text)
{
    char why[256];

    if (given_count < GIVEN_MAX && !opt_given(o->value))
        given[given_count++] = o->value;
    if (opt_value(o, text, why, sizeof(why)) != 0)
        return bad(p, "%s: %s", shown, why);
    return 0;
}

static int parse_long(parser *p, char *word)
{
    char *const equals = strchr(word, '=');
    const size_t bytes =
        equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
    const opt *const o = by_name(p->options, word + 2, bytes);
    char shown[80];

    snprintf(shown, sizeof(shown), "%.*s", bytes < 70 ? (int)bytes + 2 : 72,
             word);
    if (!o) {
        const opt *const near = nearest(p->options, shown + 2);

        return near ? bad(p, "unknown option %s; did you mean --%s?", shown,
                          near->name)
                    : bad(p, "unknown option %s", shown);
    }
    if (o->kind == OPT_FLAG) {
        if (equals)
            return bad(p, "%s: takes no value", shown);
        return store(p, o, shown, NULL);
    }
    if (equals)
        return store(p, o, shown, equals + 1);
    if (p->at >= p->argc)
        return bad(p, "%s: needs a value (%s)", shown, o->meta);
    return store(p, o, shown, p->argv[p->at++]);
}

/* One word of short options: -q, -qj, -n5, -qn 5.  Returns 1 for -h. */
static int parse_short(parser *p, char *word)
{
    for (char *c = word + 1; *c; c++) {
        const opt *const o = by_letter(p->options, *c);
        char shown[] = { '-', *c, '\0' };

        if (!o && *c == 'h')
            return 1;
        if (!o)
            return bad(p, "unknown option %s", shown);
        if (o->kind != OPT_FLAG) {
            char *text = c[1] ? c + 1 : NULL;

            if (!text && p->at >= p->argc)
                return bad(p, "%s: needs a value (%s)", shown, o->meta);
            return store(p, o, shown, text ? text : p->argv[p->at++]);
        }
        if (store(p, o, shown, NULL) != 0)
            return -1;
    }
    return 0;
}

static int parse_word(parser *p, char *word)
{
    const opt *o;

    if (!p->plain && word[0] == '-' && word[1]) {
        if (strcmp(word, "--") == 0) {
            p->plain = 1;
            return 0;
        }
        if (strcmp(word, "--help") == 0)
            return 1;
        return word[1] == '-' ? parse_long(p, word) : parse_short(p, word);
    }
    o = argument_at(p->options, p->args);
    if (!o)
        return bad(p, "one argument too many: '%.200s'", word);
    if (!*word)
        return bad(p, "%s: is empty", o->name);
    p->args++;
    return store(p, o, o->name, word);
}

int opt_parse(const opt *options, int argc, char **argv, char *error,
              size_t error_bytes)
{
    parser p = { .options = options,
                 .argc = argc,
                 .argv = argv,
                 .at = 1,
                 .error_bytes = error_bytes };

    p.error = error;
    while (p.at < argc) {
        const int stop = parse_word(&p, argv[p.at++]);

        if (stop)
            return stop;
    }
    for (const opt *o = options; o->kind != OPT_END; o++)
        if (o->kind == OPT_ARG && !opt_given(o->value))
            return bad(&p, "%s is missing: %s", o->name, o->help);
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * opt.h - options of a command as a table.
 *
 *     static struct {
 *         const char *model, *out;
 *         size_t count;
 *     } args = { .out = "-", .count = 1000 };
 *
 *     static const opt options[] = {
 *         ARG("MODEL", &args.model, "trained model"),
 *         STRING('o', "out", "FILE", &args.out, "write here [-]"),
 *         SIZE('n', "count", &args.count, "points to draw [1000]"),
 *         COMMON_OPTIONS,
 *         END,
 *     };
 *
 * The table drives parsing, `--help`, the man page and the completion
 * scripts.  A value of the wrong type is a compile-time error.  Both
 * `--name value` and `--name=value` are read, `-n 5`, `-n5` and `-qn5` too;
 * `--` ends the options.  A default is what the variable holds before
 * parsing; say it in the help text, in brackets.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What an entry of the table is. */
typedef enum opt_kind {
    OPT_END,
    OPT_GROUP,    /* a heading in --help */
    OPT_FLAG,     /* int: 1 when given */
    OPT_STRING,   /* const char * */
    OPT_SIZE,     /* size_t, at least 1 */
    OPT_U64,      /* uint64_t, 0 allowed */
    OPT_DOUBLE,   /* double, any finite number */
    OPT_POSITIVE, /* double, finite and > 0 */
    OPT_TIME,     /* double, seconds: 90, 90s, 5m, 2h */
    OPT_BYTES,    /* size_t: 4096, 64K, 512M, 2G */
    OPT_CHOICE,   /* int: index into "first|second|third" */
    OPT_LIST,     /* opt_list: a,b,c; may be repeated; \, is a comma */
    OPT_MANY,     /* opt_list: one item each time it is given */
    OPT_ARG,      /* const char *, a required argument */
    OPT_OPTARG,   /* const char *, an argument that may be left out */
    OPT_RESTARGS  /* opt_list, all arguments that are left */
} opt_kind;

/** Several values; grown by the parser. */
typedef struct opt_list {
    const char **item;
    size_t count;
} opt_list;

/** One entry of the table. */
typedef struct opt {
    opt_kind kind;
    char letter;      /* short name or 0 */
    const char *name; /* long name, without dashes */
    const char *meta; /* what the value is called in --help */
    void *value;      /* where to store it */
    const char *help; /* one line, lower case, no full stop */
} opt;

/* clang-format off */
/* One macro per kind.  OF() makes a value of the wrong type a compile-time
 * error: both arms of ?: must agree. */
#define OF(type, p)              (1 ? (p) : (type *)0)
#define FLAG(c, name, p, h)      { OPT_FLAG, c, name, "", OF(int, p), h }
#define STRING(c, name, m, p, h) \
    { OPT_STRING, c, name, m, OF(const char *, p), h }
#define SIZE(c, name, p, h)      { OPT_SIZE, c, name, "N", OF(size_t, p), h }
#define U64(c, name, p, h)       { OPT_U64, c, name, "N", OF(uint64_t, p), h }
#define DOUBLE(c, name, p, h)    { OPT_DOUBLE, c, name, "X", OF(double, p), h }
#define POSITIVE(c, name, p, h) \
    { OPT_POSITIVE, c, name, "X", OF(double, p), h }
#define TIME(c, name, p, h)      { OPT_TIME, c, name, "TIME", OF(double, p), h }
#define BYTES(c, name, p, h) \
    { OPT_BYTES, c, name, "BYTES", OF(size_t, p), h }
#define CHOICE(c, name, m, p, h) { OPT_CHOICE, c, name, m, OF(int, p), h }
#define LIST(c, name, m, p, h)   { OPT_LIST, c, name, m, OF(opt_list, p), h }
#define MANY(c, name, m, p, h)   { OPT_MANY, c, name, m, OF(opt_list, p), h }
#define ARG(name, p, h) \
    { OPT_ARG, 0, name, "", OF(const char *, p), h }
#define OPTARG(name, p, h) \
    { OPT_OPTARG, 0, name, "", OF(const char *, p), h }
#define RESTARGS(name, p, h) \
    { OPT_RESTARGS, 0, name, "", OF(opt_list, p), h }
#define GROUP(title)             { OPT_GROUP, 0, title, "", 0, "" }
#define END                      { OPT_END, 0, 0, 0, 0, 0 }

/* What many commands share; the variables live in cmd.c.  Every command that
 * opens a context lists COMMON_OPTIONS; those that draw random numbers add
 * SEED_OPTION, those that print results add JSON_OPTION. */
#define SEED_OPTION \
    U64(0, "seed", &common.seed, "seed of all random numbers [0]")
#define JSON_OPTION \
    FLAG(0, "json", &common.json, "print the result as JSON")
#define COMMON_OPTIONS                                                       \
    GROUP("common options"),                                                 \
    SIZE(0, "threads", &common.threads, "threads [all usable cores]"),       \
    STRING(0, "cpu", "NAME", &common.cpu,                                    \
           "kernels: c, avx2, avx512, neon [best]"),                         \
    FLAG('q', "quiet", &common.quiet, "no words and no progress on stderr")
/* clang-format on */

/** Values of the options that many commands share. */
typedef struct opt_common {
    size_t threads; /* 0: not given */
    const char *cpu;
    uint64_t seed;
    int json;
    int quiet;
} opt_common;

extern opt_common common;

/*
 * Parse argv[1..] by the table.  Returns 0; 1 after --help was seen, in which
 * case nothing else was checked; or -1 for a usage error, described in
 * `error`.  List items and strings point into argv.
 */
int opt_parse(const opt *options, int argc, char **argv, char *error,
              size_t error_bytes);

/* True when the option whose variable this is was on the command line. */
int opt_given(const void *value);

/*
 * Store the text of a value in the variable of an option; 0, or -1 with what
 * is wrong with it in `error`, as in "'x' is not a whole number".
 */
int opt_value(const opt *o, char *text, char *error, size_t error_bytes);

/* The whole of a text as a finite decimal number; 0, or -1. */
int opt_number(const char *text, double *out);

/* Numbers with `joint` between them; how many, or 0 if the text holds
 * anything else.  At most `most` of them are stored. */
size_t opt_numbers(const char *text, char joint, double *out, size_t most);

/* Append to a list; -1 when out of memory. */
int opt_list_add(opt_list *list, const char *item);

/* The part of "a|b|c" that `i` counts, its length in *bytes; or NULL. */
const char *opt_choice_at(const char *choices, size_t i, size_t *bytes);

/* The edit distance of two words; 99 for words too long to be names. */
size_t opt_distance(const char *a, const char *b);

/* True when an entry is an option (not an argument, a heading or the end). */
int opt_is_option(const opt *o);

/* True when an entry is an argument. */
int opt_is_argument(const opt *o);

/* "MODEL [OUT] [FILE ...]" from the table, for synopses. */
void opt_print_arguments(const opt *options, FILE *out);

/* The arguments and options with their help texts, in columns. */
void opt_print_help(const opt *options, FILE *out);

#endif /* CLI_OPT_H */

/* SPDX-License-Identifier: MIT
 *
 * test_opt.c - options of the program: every kind of value, strictly read,
 * and every way of writing an option.  The sources are included, because the
 * program is no library.
 */
#include "cli/opt.c"
#include "cli/opt_value.c"

#include "check.h"

static struct {
    const char *model, *second, *out;
    opt_list columns, given, rest;
    size_t count, bytes;
    uint64_t seed;
    double x, rate, time;
    int choice, flag, other;
} args;

static const opt table[] = {
    ARG("MODEL", &args.model, "a model"),
    OPTARG("SECOND", &args.second, "another"),
    STRING('o', "out", "FILE", &args.out, "output"),
    GROUP("numbers"),
    SIZE('n', "count", &args.count, "count"),
    BYTES(0, "mem", &args.bytes, "memory"),
    U64(0, "seed", &args.seed, "seed"),
    DOUBLE('x', "shift", &args.x, "any number"),
    POSITIVE(0, "lr", &args.rate, "positive"),
    TIME(0, "time", &args.time, "time"),
    CHOICE(0, "method", "euler|heun|rk4", &args.choice, "method"),
    LIST(0, "columns", "A,B", &args.columns, "columns"),
    MANY(0, "given", "C=V", &args.given, "conditions"),
    FLAG('q', "quiet", &args.flag, "quiet"),
    FLAG('v', "verbose", &args.other, "verbose"),
    END,
};

static const opt rest_table[] = {
    ARG("FIRST", &args.model, "first"),
    RESTARGS("MORE", &args.rest, "the rest"),
    END,
};

static char error[256];

/* Parse a line of words parted by single blanks; "_" stands for an empty
 * word. */
static int parse(const opt *options, const char *line)
{
    static char text[512];
    char *word[32];
    int words = 0;

    free(args.columns.item);
    free(args.given.item);
    free(args.rest.item);
    memset(&args, 0, sizeof(args));
    given_count = 0;
    error[0] = '\0';
    snprintf(text, sizeof(text), "ito%s%s", *line ? " " : "", line);
    for (char *at = text; at; words++) {
        word[words] = at;
        at = strchr(at, ' ');
        if (at)
            *at++ = '\0';
        if (strcmp(word[words], "_") == 0)
            word[words][0] = '\0';
    }
    return opt_parse(options, words, word, error, sizeof(error));
}

static void accepts(const char *line)
{
    if (parse(table, line) != 0)
        check_fail(__FILE__, __LINE__, "%s: %s", line, error);
}

static void refuses(const char *line, const char *words)
{
    if (parse(table, line) >= 0)
        check_fail(__FILE__, __LINE__, "%s: accepted", line);
    CHECK_HAS(error, words);
}

TEST(options_are_read_in_every_form)
{
    accepts("m --count 5 -o a.csv");
    CHECK(args.count == 5);
    CHECK_STR(args.out, "a.csv");
    CHECK_STR(args.model, "m");
    CHECK(args.second == NULL);
    accepts("--count=7 m -oa.csv s");
    CHECK(args.count == 7);
    CHECK_STR(args.out, "a.csv");
    CHECK_STR(args.second, "s");
    accepts("-qvn9 m");
    CHECK(args.flag && args.other && args.count == 9);
    accepts("-q -- -m");
    CHECK_STR(args.model, "-m");
    accepts("- --out -");
    CHECK_STR(args.model, "-");
    CHECK_STR(args.out, "-");
    accepts("m --shift -3.5");
    CHECK(args.x == -3.5);
    accepts("m -x -3 --out=");
    CHECK(args.x == -3.0);
    CHECK_STR(args.out, "");
    accepts("m --count 1 --count 2");
    CHECK(args.count == 2);
    CHECK(opt_given(&args.count) && !opt_given(&args.seed));
}

TEST(help_stops_parsing)
{
    CHECK(parse(table, "--help") == 1);
    CHECK(parse(table, "-h") == 1);
    CHECK(parse(table, "m -qh") == 1);
    CHECK(parse(table, "m -- --help") == 0);
}

TEST(malformed_command_lines_are_refused_with_a_remedy)
{
    refuses("", "MODEL is missing: a model");
    refuses("m --cuont 5", "did you mean --count?");
    refuses("m --zzzzzzzzzzzzz 5", "unknown option --zzzzzzzzzzzzz");
    refuses("m --cuont=5", "unknown option --cuont; did you mean --count?");
    refuses("m -k", "unknown option -k");
    refuses("m --count", "--count: needs a value (N)");
    refuses("m -n", "-n: needs a value (N)");
    refuses("m --quiet=1", "--quiet: takes no value");
    refuses("m s t", "one argument too many: 't'");
    refuses("_", "MODEL: is empty");
    refuses("m --count _", "is not a whole number");
}

TEST(whole_numbers_are_digits_within_range)
{
    static const char *const bad[] = { "-1",  "+1",   "1.0", "1e+3",
                                       "1e",  "0x10", "1k",  "ten",
                                       "1_0", "nan",  "inf", "--1",
                                       "1,",  "1e-3", "e3",  "1.5e3" };
    char line[64];

    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(line, sizeof(line), "m --count %s", bad[i]);
        refuses(line, "is not a whole number");
        snprintf(line, sizeof(line), "m --seed %s", bad[i]);
        refuses(line, "is not a whole number");
    }
    refuses("m --count 0", "must be at least 1");
    accepts("m --seed 0");
    accepts("m --seed 18446744073709551615");
    CHECK(args.seed == UINT64_MAX);
    refuses("m --seed 18446744073709551616", "is too large");
    refuses("m --count 99999999999999999999", "is too large");
    refuses("m --seed 1e99", "is too large");
    refuses("m --seed 1e100", "is too large");
    refuses("m --seed 2e19", "is too large");
    refuses("m --count 0e3", "must be at least 1");
    accepts("m --count 0012");
    CHECK(args.count == 12);
    accepts("m --count 25e5");
    CHECK(args.count == 2500000);
}

TEST(real_numbers_are_finite_decimals)
{
    static const char *const bad[] = { "nan",  "inf",  "-inf", "0x1p3", "1e",
                                       "1e+",  ".",    "-",    "1,5",   "1e999",
                                       "1.5x", "1..5", "e5",   "+-1" };
    char line[64];

    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(line, sizeof(line), "m --shift=%s", bad[i]);
        refuses(line, "is not a number");
    }
    accepts("m --shift 1e-3");
    CHECK(args.x == 1e-3);
    accepts("m --shift .5");
    CHECK(args.x == 0.5);
    accepts("m --shift 5.");
    CHECK(args.x == 5.0);
    accepts("m --shift=+2E2");
    CHECK(args.x == 200.0);
    accepts("m --lr 1e6");
    CHECK(args.rate == 1e6);
    refuses("m --lr 0", "must be greater than 0");
    refuses("m --lr -1", "must be greater than 0");
    refuses("m --lr 1e-999", "must be greater than 0");
}

TEST(times_and_sizes_have_units)
{
    accepts("m --time 90");
    CHECK(args.time == 90.0);
    accepts("m --time 90s");
    CHECK(args.time == 90.0);
    accepts("m --time 1.5m");
    CHECK(args.time == 90.0);
    accepts("m --time 2h");
    CHECK(args.time == 7200.0);
    refuses("m --time 0", "is not a time");
    refuses("m --time -5m", "is not a time");
    refuses("m --time 5d", "is not a time");
    refuses("m --time 5mm", "is not a time");
    refuses("m --time m", "is not a time");
    refuses("m --time 1e300h", "is not a time");
    accepts("m --mem 4096");
    CHECK(args.bytes == 4096);
    accepts("m --mem 512M");
    CHECK(args.bytes == (size_t)512 << 20);
    accepts("m --mem 2G");
    CHECK(args.bytes == (size_t)2 << 30);
    refuses("m --mem 0", "is not a size");
    refuses("m --mem G", "is not a size");
    refuses("m --mem 1.5G", "is not a size");
    refuses("m --mem 99999999999T", "is not a size");
}

TEST(choices_are_listed_words)
{
    accepts("m --method rk4");
    CHECK(args.choice == 2);
    accepts("m --method euler");
    CHECK(args.choice == 0);
    refuses("m --method rk", "'rk' is none of euler|heun|rk4");
    refuses("m --method euler|heun", "is none of");
    refuses("m --method _", "is none of");
}

TEST(lists_are_split_at_commas)
{
    accepts("m --columns a,b,c");
    CHECK(args.columns.count == 3);
    CHECK_STR(args.columns.item[2], "c");
    accepts("m --columns a --columns b\\,c,d");
    CHECK(args.columns.count == 3);
    CHECK_STR(args.columns.item[1], "b,c");
    CHECK_STR(args.columns.item[2], "d");
    refuses("m --columns a,,b", "'a,,b' is no list");
    refuses("m --columns ,", "is no list");
    refuses("m --columns a,", "is no list");
    refuses("m --columns _", "is no list");
    accepts("m --given a=1,2 --given b=x");
    CHECK(args.given.count == 2);
    CHECK_STR(args.given.item[0], "a=1,2");
}

TEST(arguments_that_are_left_are_collected)
{
    CHECK(parse(rest_table, "a b c") == 0);
    CHECK_STR(args.model, "a");
    CHECK(args.rest.count == 2);
    CHECK_STR(args.rest.item[1], "c");
    CHECK(parse(rest_table, "a") == 0);
    CHECK(args.rest.count == 0);
}

TEST(the_edit_distance_is_levenshtein_s)
{
    CHECK(opt_distance("kitten", "sitting") == 3);
    CHECK(opt_distance("", "abc") == 3);
    CHECK(opt_distance("same", "same") == 0);
    CHECK(opt_distance("flaw", "lawn") == 2);
    CHECK(opt_distance("a word that is far too long to be an option", "a") ==
          99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(options_are_read_in_every_form),
        RUN(help_stops_parsing),
        RUN(malformed_command_lines_are_refused_with_a_remedy),
        RUN(whole_numbers_are_digits_within_range),
        RUN(real_numbers_are_finite_decimals),
        RUN(times_and_sizes_have_units),
        RUN(choices_are_listed_words),
        RUN(lists_are_split_at_commas),
        RUN(arguments_that_are_left_are_collected),
        RUN(the_edit_distance_is_levenshtein_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

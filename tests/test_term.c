/* SPDX-License-Identifier: MIT
 *
 * test_term.c - what the program prints: durations, JSON, progress.  The
 * source is included, because the program is no library.
 */
#include "cli/term.c"

#include "check.h"

opt_common common;

const char *cmd_name(void)
{
    return "test";
}

/* What `write` prints to a stream. */
static const char *printed(void (*write)(FILE *, const void *),
                           const void *value)
{
    static char text[256];
    FILE *const file = tmpfile();
    size_t n;

    CHECK(file != NULL);
    write(file, value);
    rewind(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void write_number(FILE *out, const void *value)
{
    double number;

    memcpy(&number, value, sizeof(number));
    term_json_number(out, number);
}

static void write_string(FILE *out, const void *value)
{
    term_json_string(out, value);
}

static void is_number(double value, const char *want)
{
    CHECK_STR(printed(write_number, &value), want);
}

TEST(json_numbers_read_back_and_are_short)
{
    is_number(0.1, "0.1");
    is_number(1.0, "1");
    is_number(-0.5, "-0.5");
    is_number(1.0 / 3.0, "0.3333333333333333");
    is_number(5e-324, "4.94065645841247e-324");
    is_number((double)NAN, "null");
    is_number((double)-INFINITY, "null");
    for (int i = 0; i < 1000; i++) {
        const double value = t_normal() * pow(10.0, (double)(t_rand() % 60));

        CHECK(strtod(printed(write_number, &value), NULL) == value);
    }
}

TEST(json_strings_are_escaped)
{
    CHECK_STR(printed(write_string, "plain"), "\"plain\"");
    CHECK_STR(printed(write_string, "a\"b\\c"), "\"a\\\"b\\\\c\"");
    CHECK_STR(printed(write_string, "a\nb\x01"), "\"a\\u000ab\\u0001\"");
    CHECK_STR(printed(write_string, "\xc3\xa9"), "\"\xc3\xa9\"");
}

TEST(durations_are_readable)
{
    static const struct {
        double seconds;
        const char *text;
    } rows[] = {
        { 0.04, "0.0 s" },
        { 3.24, "3.2 s" },
        { 59.9, "59.9 s" },
        { 59.96, "1 min 00 s" },
        { 245.2, "4 min 05 s" },
        { 3599.0, "59 min 59 s" },
        { 3599.9, "1 h 00 min" },
        { 7815.0, "2 h 10 min" },
        { 360000.0, "100 h 00 min" },
    };
    char text[32];

    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_STR(term_duration(rows[i].seconds, text, sizeof(text)),
                  rows[i].text);
    CHECK_STR(term_duration((double)NAN, text, sizeof(text)), "ages");
    CHECK_STR(term_duration((double)INFINITY, text, sizeof(text)), "ages");
}

TEST(a_line_of_progress_has_rate_and_time_left)
{
    const term_bar bar = {
        .what = "training", .first = 100, .total = 1000, .started = 0.0
    };
    char line[LINE_BYTES], long_detail[300];

    compose(&bar, 300, "loss 0.25", 10.0, 0, line);
    CHECK_STR(line, "training 300/1000  30%  loss 0.25  20/s  35.0 s left");
    compose(&bar, 1000, NULL, 90.0, 0, line);
    CHECK_STR(line, "training 1000/1000 100%  10/s  1 min 30 s");
    compose(&bar, 100, NULL, 0.0, 0, line);
    CHECK_STR(line, "training 100/1000  10%");
    compose(&bar, 550, NULL, 0.0, 1, line);
    CHECK_STR(line, "training [======>     ] 550/1000  55%");

    memset(long_detail, 'x', sizeof(long_detail));
    long_detail[sizeof(long_detail) - 1] = '\0';
    compose(&bar, 300, long_detail, 10.0, 1, line);
    CHECK(strlen(line) < LINE_BYTES);
}

TEST(work_of_no_steps_is_complete)
{
    const term_bar bar = { .what = "x" };
    char line[LINE_BYTES];

    compose(&bar, 0, NULL, 1.0, 0, line);
    CHECK_STR(line, "x 0/0 100%");
}

TEST(a_signal_is_remembered)
{
    CHECK(!term_interrupted(NULL));
    term_catch_signals();
    raise(SIGINT);
    CHECK(term_interrupted(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(json_numbers_read_back_and_are_short),
        RUN(json_strings_are_escaped),
        RUN(durations_are_readable),
        RUN(a_line_of_progress_has_rate_and_time_left),
        RUN(work_of_no_steps_is_complete),
        RUN(a_signal_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

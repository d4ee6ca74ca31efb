/* SPDX-License-Identifier: MIT
 *
 * Numbers as text: correctly rounded both ways, the same in every locale.
 *
 * The C library's strtod and printf, which are exact in glibc, are the
 * oracle in the C locale; the powers of ten are recomputed with integers.
 */
#include "check.h"

#include <float.h>
#include <locale.h>

#include "base/number.h"

static double from_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static uint64_t random64(void)
{
    const uint64_t high = t_rand();

    return high << 32 | t_rand();
}

static void same_as_strtod(const char *text)
{
    const double want = strtod(text, NULL);
    double got = -1.0;

    if (!num_parse(text, strlen(text), &got))
        check_fail(__FILE__, __LINE__, "\"%s\" is no number", text);
    if (bits_of(got) != bits_of(want))
        check_fail(__FILE__, __LINE__, "\"%s\": %.17g, not %.17g", text, got,
                   want);
}

/* Shortest: reads back, and no text of fewer digits does. */
static void formats_shortest(double x)
{
    char text[NUM_TEXT_MAX], fewer[64];
    const size_t n = num_format(x, text);
    size_t digits = 0;
    double back;

    CHECK(n == strlen(text) && n < NUM_TEXT_MAX);
    CHECK(num_parse(text, n, &back));
    CHECK_SAME(&back, &x, 1);
    back = strtod(text, NULL);
    CHECK_SAME(&back, &x, 1);
    for (const char *p = text; *p && *p != 'e'; p++)
        if ((*p >= '1' && *p <= '9') || (*p == '0' && digits > 0))
            digits++;
    for (const char *p = text + strcspn(text, "e");
         p-- > text && (*p == '0' || *p == '.');)
        if (*p == '0')
            digits--;
        else
            break;
    if (digits < 2)
        return;
    snprintf(fewer, sizeof(fewer), "%.*e", (int)digits - 2, x);
    if (strtod(fewer, NULL) == x)
        check_fail(__FILE__, __LINE__, "%s: %s is shorter", text, fewer);
    /* of those with as many digits it is the nearest */
    snprintf(fewer, sizeof(fewer), "%.*e", (int)digits - 1, x);
    if (strtod(fewer, NULL) == x && strtod(fewer, NULL) != back)
        check_fail(__FILE__, __LINE__, "%s: %s is nearer", text, fewer);
}

TEST(powers_of_ten_are_what_exact_integers_give)
{
    /* 10^q = 5^q 2^q: multiply or divide by 5 with 3200-bit numbers */
    enum { WORDS = 64 };

    for (int q = NUM_POW10_MIN; q <= NUM_POW10_MAX; q++) {
        uint32_t v[WORDS] = { 0 };
        uint64_t high = 0, low = 0;
        int top = WORDS * 32 - 1;

        v[q < 0 ? WORDS - 1 : 0] = q < 0 ? UINT32_C(1) << 31 : 1;
        for (int i = 0; i < (q < 0 ? -q : q); i++) {
            uint64_t carry = 0;

            for (int j = 0; q >= 0 && j < WORDS; j++) {
                carry += (uint64_t)v[j] * 5;
                v[j] = (uint32_t)carry;
                carry >>= 32;
            }
            for (int j = WORDS; q < 0 && j-- > 0;) {
                carry = carry << 32 | v[j];
                v[j] = (uint32_t)(carry / 5);
                carry %= 5;
            }
        }
        while (!(v[top / 32] >> (top % 32) & 1))
            top--;
        for (int i = 0; i < 128; i++, top--) {
            const uint64_t bit = top < 0 ? 0 : v[top / 32] >> (top % 32) & 1;

            high = high << 1 | low >> 63;
            low = low << 1 | bit;
        }
        CHECK(num_pow10[q - NUM_POW10_MIN][0] == high);
        CHECK(num_pow10[q - NUM_POW10_MIN][1] == low);
        CHECK(low != UINT64_MAX); /* number_write.c adds one */
    }
}

TEST(known_texts_read_as_known_numbers)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "+0.0",
        "1",
        "-1",
        "1.",
        ".5",
        "0.1",
        "1e5",
        "1E+5",
        "1e-5",
        "123456789012345678901234567890",
        "9007199254740993",
        "9007199254740992.99999",
        "9007199254740993.0000000000000000001",
        "2.2250738585072011e-308", /* hung PHP and Java */
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2.4703282292062327208e-324",
        "2.4703282292062328e-324",
        "2.47032822920623272088284396434110686182e-324",
        "1e-324",
        "3e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.797693134862315807e308",
        "1.7976931348623159e308",
        "1e309",
        "1e400",
        "1e-400",
        "1e99999999999999999999",
        "-1e-99999999999999999",
        "0e99999999",
        "6.0221409e+23",
        "8.41e21",
        "9.109e-31",
        "0.000000000000000000000000000000000000000000000000000000000001",
        "1000000000000000000000000000000000000000000000000000000000000",
        "7.2057594037927933e16",
        "72057594037927933",
        "5e-324",
        "1e23",
        "9.5e-7",
        "179769313486231580793e289",
        "3.14159265358979323846264338",
        "0.500000000000000166533453693773481063544750213623046875",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "1.1754943508222875e-38",
        "100000000000000016777215",
        "100000000000000016777216",
        "6.92949564460091538e15",
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        same_as_strtod(texts[i]);
}

TEST(what_is_no_number_is_refused)
{
    static const char *const texts[] = {
        "",      "-",        "+",    ".",          "e5",  "1e",
        "1e+",   "1.5.2",    "0x10", "inf",        "nan", "1,5",
        " 1",    "1 ",       "--1",  "+-1",        "1d5", "1_000",
        "1e5.5", "infinity", "-.e1", "\xc2\xa0 1",
    };
    double x;

    for (size_t i = 0; i < COUNT(texts); i++)
        if (num_parse(texts[i], strlen(texts[i]), &x))
            check_fail(__FILE__, __LINE__, "\"%s\" read as %g", texts[i], x);
    CHECK(num_scan("1.5e+x", 6, &x) == 3 && x == 1.5);
    CHECK(num_scan("12", 1, &x) == 1 && x == 1.0);
    CHECK(num_is_word("-Inf", 4) && num_is_word("NaN", 3));
    CHECK(num_is_word("Infinity", 8) && !num_is_word("info", 4));
    CHECK(!num_is_word("", 0) && !num_is_word("-", 1));
}

TEST(random_texts_read_as_strtod_reads_them)
{
    char text[64];

    t_seed = 11;
    for (int i = 0; i < 200000; i++) {
        const int digits = 1 + (int)(t_rand() % 25);
        int n = 0;

        for (int j = 0; j < digits; j++)
            text[n++] = (char)('0' + t_rand() % 10);
        if (t_rand() % 2)
            text[t_rand() % (uint32_t)n] = '.';
        snprintf(text + n, sizeof(text) - (size_t)n, "e%d",
                 (int)(t_rand() % 700) - 360);
        if (strcmp(text, ".") != 0 && (text[0] != '.' || text[1] != 'e'))
            same_as_strtod(text);
    }
}

/* The exact middle between x and its upper neighbour, in decimal. */
static void middle_text(double x, char *text, size_t bytes)
{
    /* long double has room for the middle; glibc prints it exactly */
    const long double m =
        ((long double)x + (long double)nextafter(x, DBL_MAX)) / 2;

    snprintf(text, bytes, "%.1100Lg", m);
}

TEST(middles_of_neighbours_round_to_even)
{
#if LDBL_MANT_DIG > DBL_MANT_DIG
    static char text[2400];

    t_seed = 12;
    for (int i = 0; i < 3000; i++) {
        double x = from_bits(random64() & (UINT64_MAX >> 1));
        size_t n;

        if (i < 200)
            x = from_bits(random64() >> (12 + i % 50)); /* subnormal */
        if (!isfinite(x) || x > 1e308)
            continue;
        middle_text(x, text, sizeof(text));
        same_as_strtod(text);
        n = strlen(text);
        if (strchr(text, 'e')) {
            char *const e = strchr(text, 'e');
            char tail[16];

            snprintf(tail, sizeof(tail), "%s", e);
            snprintf(e, 64, "0000000000000000001%s", tail);
        } else {
            snprintf(text + n, sizeof(text) - n, "%s0000001",
                     strchr(text, '.') ? "" : ".");
        }
        same_as_strtod(text);
    }
#endif
}

TEST(thousands_of_digits_are_all_read)
{
    static char text[20000];
    const size_t n = sizeof(text) - 8;
    double x;

    memset(text, '0', n);
    text[0] = '1';
    memcpy(text + n, "e-19991", 8);
    CHECK(num_parse(text, strlen(text), &x) && x == 1.0);
    /* the middle above 2^53, and the same with a 1 far behind the point */
    memcpy(text, "9007199254740993.0", 18);
    text[n] = '\0';
    CHECK(num_parse(text, n, &x) && x == 9007199254740992.0);
    text[n - 1] = '1';
    CHECK(num_parse(text, n, &x) && x == 9007199254740994.0);
    same_as_strtod(text);
}

TEST(known_numbers_write_as_known_texts)
{
    static const struct {
        double x;
        const char *text;
    } known[] = {
        { 0.0, "0" },
        { -0.0, "-0" },
        { 1.0, "1" },
        { -1.5, "-1.5" },
        { 0.1, "0.1" },
        { 100.0, "100" },
        { 1e16, "10000000000000000" },
        { 1e17, "1e17" },
        { 123456.789, "123456.789" },
        { 1e-5, "0.00001" },
        { 1.25e-6, "1.25e-6" },
        { 5e-324, "5e-324" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { DBL_MAX, "1.7976931348623157e308" },
        { 1.0 / 3, "0.3333333333333333" },
        { 9007199254740991.0, "9007199254740991" },
        { 2e-44, "2e-44" },
        { 1e23, "1e23" },
        { 9.5367431640625e-7, "9.5367431640625e-7" },
        { 4.35, "4.35" },
    };
    char text[NUM_TEXT_MAX];

    for (size_t i = 0; i < COUNT(known); i++) {
        num_format(known[i].x, text);
        CHECK_STR(text, known[i].text);
    }
    num_format((double)INFINITY, text);
    CHECK_STR(text, "inf");
    num_format(-(double)INFINITY, text);
    CHECK_STR(text, "-inf");
    num_format((double)NAN, text);
    CHECK_STR(text, "nan");
    CHECK(num_format_u64(UINT64_MAX, text) == 20);
    CHECK_STR(text, "18446744073709551615");
}

TEST(numbers_write_shortest_and_read_back)
{
    t_seed = 13;
    for (int i = 0; i < 100000; i++) {
        const double x = from_bits(random64());

        if (isfinite(x) && x != 0.0)
            formats_shortest(x);
        formats_shortest(((double)t_uniform() + 1.5) * 1000.0);
        formats_shortest((double)(random64() >> 11));
        formats_shortest((double)t_rand() / 1000.0 + 1e-9);
        formats_shortest(from_bits(1 + (random64() >> (12 + i % 50))));
    }
    for (int e = -1074; e <= 1023; e++) {
        formats_shortest(ldexp(1.0, e));
        formats_shortest(nextafter(ldexp(1.0, e), DBL_MAX));
        formats_shortest(nextafter(ldexp(1.0, e + (e == -1074)), 0.0));
    }
}

TEST(a_million_doubles_survive_the_trip)
{
    char text[NUM_TEXT_MAX];

    t_seed = 14;
    for (int i = 0; i < 1000000; i++) {
        const double x = from_bits(random64());
        double back;

        if (!isfinite(x))
            continue;
        CHECK(num_parse(text, num_format(x, text), &back));
        if (bits_of(x) != bits_of(back))
            CHECK_SAME(&back, &x, 1);
    }
}

TEST(a_locale_with_a_decimal_comma_changes_nothing)
{
    static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8",
                                           "fr_FR.UTF-8", "de_DE", "fr_FR" };
    char text[NUM_TEXT_MAX];
    size_t i = 0;
    double x;

    while (i < COUNT(locales) && !setlocale(LC_ALL, locales[i]))
        i++;
    num_format(1234.5, text);
    CHECK_STR(text, "1234.5");
    CHECK(num_parse("1234.5", 6, &x) && x == 1234.5);
    CHECK(!num_parse("1234,5", 6, &x));
    setlocale(LC_ALL, "C");
    if (i == COUNT(locales))
        print_message("no locale with a decimal comma here: C was used\n");
}

TEST(integers_are_read_up_to_their_limits)
{
    uint64_t u;
    int64_t i;

    CHECK(num_parse_u64("18446744073709551615", 20, &u) && u == UINT64_MAX);
    CHECK(!num_parse_u64("18446744073709551616", 20, &u));
    CHECK(!num_parse_u64("", 0, &u) && !num_parse_u64("-1", 2, &u));
    CHECK(!num_parse_u64("1.0", 3, &u) && !num_parse_u64("+1", 2, &u));
    CHECK(num_parse_u64("00012", 5, &u) && u == 12);
    CHECK(num_parse_i64("-9223372036854775808", 20, &i) && i == INT64_MIN);
    CHECK(num_parse_i64("9223372036854775807", 19, &i) && i == INT64_MAX);
    CHECK(!num_parse_i64("9223372036854775808", 19, &i));
    CHECK(!num_parse_i64("-9223372036854775809", 20, &i));
    CHECK(num_parse_i64("+7", 2, &i) && i == 7);
    CHECK(num_parse_i64("-0", 2, &i) && i == 0);
    CHECK(!num_parse_i64("-", 1, &i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(powers_of_ten_are_what_exact_integers_give),
        RUN(known_texts_read_as_known_numbers),
        RUN(what_is_no_number_is_refused),
        RUN(random_texts_read_as_strtod_reads_them),
        RUN(middles_of_neighbours_round_to_even),
        RUN(thousands_of_digits_are_all_read),
        RUN(known_numbers_write_as_known_texts),
        RUN(numbers_write_shortest_and_read_back),
        RUN(a_million_doubles_survive_the_trip),
        RUN(a_locale_with_a_decimal_comma_changes_nothing),
        RUN(integers_are_read_up_to_their_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * check.h - what the tests add to cmocka: numbers compared with a tolerance,
 * bits compared as bits, statistics with a stated confidence, and random
 * numbers that are the same on every machine.
 *
 *     TEST(a_sentence_that_is_true_when_the_test_passes)
 *     {
 *         CHECK_NEAR(sqrt(2.0), 1.41421356, 1e-8);
 *     }
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {
 *             RUN(a_sentence_that_is_true_when_the_test_passes),
 *         };
 *
 *         return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 *
 * A check that fails prints both values, the index and the seed, and ends
 * its test.  Checks are for the main thread: cmocka leaves by longjmp.
 */
#ifndef CHECK_H
#define CHECK_H

/* cmocka wants these four before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Define a test; list it with RUN in the array given to cmocka. */
#define TEST(name) static void name(void **state __attribute__((unused)))
#define RUN(name)  cmocka_unit_test(name)

/* The number of elements of an array. */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The condition holds. */
#define CHECK(cond)                                      \
    do {                                                 \
        if (!(cond))                                     \
            check_fail(__FILE__, __LINE__, "%s", #cond); \
    } while (0)

/* |a - b| <= tol; NaN never passes. */
#define CHECK_NEAR(a, b, tol)                                           \
    check_near((double)(a), (double)(b), (double)(tol), #a " near " #b, \
               __FILE__, __LINE__)

/* |a - b| <= rel * |b|; NaN never passes. */
#define CHECK_REL(a, b, rel)                                              \
    check_near((double)(a), (double)(b), (double)(rel)*fabs((double)(b)), \
               #a " near " #b, __FILE__, __LINE__)

/* The estimate lies within z standard errors of the truth.  z = 5 fails one
 * sound test in 1.7 million. */
#define CHECK_STAT(estimate, truth, se, z)                                    \
    check_near((double)(estimate), (double)(truth),                           \
               (double)(z) * (double)(se), #estimate " is " #truth, __FILE__, \
               __LINE__)

/* The n elements at p and q have the same bits. */
#define CHECK_SAME(p, q, n)                                            \
    check_same((p), (q), (size_t)(n), sizeof(*(p)), #p " same as " #q, \
               __FILE__, __LINE__)

/* Two strings are equal; neither is NULL. */
#define CHECK_STR(a, b) check_str((a), (b), #a " is " #b, __FILE__, __LINE__)

/* The text contains the part; neither is NULL. */
#define CHECK_HAS(text, part) \
    check_has((text), (part), #text " has " #part, __FILE__, __LINE__)

/* A call of the library succeeds; else its message is printed. */
#define CHECK_OK(ctx, call)                                            \
    do {                                                               \
        const int check_rc_ = (int)(call);                             \
        if (check_rc_ != 0)                                            \
            check_fail(__FILE__, __LINE__, "%s: status %d: %s", #call, \
                       check_rc_, ito_errmsg(ctx));                    \
    } while (0)

/* A call of the library fails with this status and says these words. */
#define CHECK_FAILS(ctx, call, status, words)                                  \
    do {                                                                       \
        const int check_rc_ = (int)(call);                                     \
        if (check_rc_ != (int)(status))                                        \
            check_fail(__FILE__, __LINE__, "%s: status %d, not %s: %s", #call, \
                       check_rc_, #status, ito_errmsg(ctx));                   \
        CHECK_HAS(ito_errmsg(ctx), words);                                     \
    } while (0)

/* The state of t_rand; a test that wants its own sequence sets it. */
static uint64_t t_seed = 1;

/* Print what is wrong and end the test. */
__attribute__((format(printf, 3, 4), noreturn, unused)) static void
check_fail(const char *file, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    print_error("%s:%d: %s [t_seed %" PRIu64 "]\n", file, line, text, t_seed);
    _fail(file, line);
    abort(); /* not reached: _fail leaves by longjmp */
}

__attribute__((unused)) static void check_near(double a, double b, double tol,
                                               const char *what,
                                               const char *file, int line)
{
    if (!(fabs(a - b) <= tol))
        check_fail(file, line, "%s: %.17g and %.17g differ by %.3g > %.3g",
                   what, a, b, fabs(a - b), tol);
}

/* Element i in hexadecimal, at most 16 bytes of it. */
__attribute__((unused)) static void check_hex(const void *p, size_t i,
                                              size_t size, char out[33])
{
    const unsigned char *const byte = (const unsigned char *)p + i * size;

    out[0] = '\0';
    for (size_t j = 0; j < size && j < 16; j++)
        snprintf(out + 2 * j, 3, "%02x", (unsigned)byte[j]);
}

__attribute__((unused)) static void check_same(const void *p, const void *q,
                                               size_t n, size_t size,
                                               const char *what,
                                               const char *file, int line)
{
    const unsigned char *const a = p;
    const unsigned char *const b = q;

    for (size_t i = 0; i < n; i++) {
        char left[33], right[33];

        if (memcmp(a + i * size, b + i * size, size) == 0)
            continue;
        check_hex(p, i, size, left);
        check_hex(q, i, size, right);
        if (size == sizeof(float)) {
            float x, y;

            memcpy(&x, a + i * size, sizeof(x));
            memcpy(&y, b + i * size, sizeof(y));
            check_fail(file, line, "%s: [%zu] of %zu: %s (%.9g) and %s (%.9g)",
                       what, i, n, left, (double)x, right, (double)y);
        }
        if (size == sizeof(double)) {
            double x, y;

            memcpy(&x, a + i * size, sizeof(x));
            memcpy(&y, b + i * size, sizeof(y));
            check_fail(file, line,
                       "%s: [%zu] of %zu: %s (%.17g) and %s (%.17g)", what, i,
                       n, left, x, right, y);
        }
        check_fail(file, line, "%s: [%zu] of %zu: %s and %s", what, i, n, left,
                   right);
    }
}

__attribute__((unused)) static void check_str(const char *a, const char *b,
                                              const char *what,
                                              const char *file, int line)
{
    if (!a || !b || strcmp(a, b) != 0)
        check_fail(file, line, "%s: \"%s\" and \"%s\"", what, a ? a : "(null)",
                   b ? b : "(null)");
}

__attribute__((unused)) static void check_has(const char *text,
                                              const char *part,
                                              const char *what,
                                              const char *file, int line)
{
    if (!text || !part || !strstr(text, part))
        check_fail(file, line, "%s: \"%s\" lacks \"%s\"", what,
                   text ? text : "(null)", part ? part : "(null)");
}

/* 32 random bits (SplitMix64, Steele, Lea and Flood 2014). */
__attribute__((unused)) static uint32_t t_rand(void)
{
    uint64_t z = t_seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

/* Uniform on [-1, 1). */
__attribute__((unused)) static float t_uniform(void)
{
    return (float)((double)(t_rand() >> 8) / 8388608.0 - 1.0);
}

/* Uniform on (0, 1), in double. */
__attribute__((unused)) static double t_open01(void)
{
    return ((double)t_rand() + 0.5) / 4294967296.0;
}

/* Standard normal, by Box and Muller. */
__attribute__((unused)) static double t_normal(void)
{
    const double r = sqrt(-2.0 * log(t_open01()));

    return r * cos(6.283185307179586 * t_open01());
}

/* The observed order of a method: errors at steps h and h / ratio. */
__attribute__((unused)) static double t_order(double coarse, double fine,
                                              double ratio)
{
    return log(coarse / fine) / log(ratio);
}

/*
 * The folder of real data, or NULL.  A test that needs it skips in words:
 *
 *     if (!t_data_dir()) {
 *         print_message("ITO_DATA_DIR is not set: skipped\n");
 *         skip();
 *     }
 */
__attribute__((unused)) static const char *t_data_dir(void)
{
    const char *const dir = getenv("ITO_DATA_DIR");

    return dir && dir[0] ? dir : NULL;
}

#endif /* CHECK_H */

/* SPDX-License-Identifier: MIT
 *
 * ticks.c - where an axis has its ticks and what is written there.
 *
 * A tick is an integer multiple k of a step s 10^p, s = 1, 2 or 5, and is
 * written by placing the decimal point in the integer k s.  So no label shows
 * rounding (0.30000000000000004), all labels of an axis have the same number
 * of decimals, and the locale never shows.
 */
#include "plot/ticks.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kern/dmath.h"

#define LN10  2.302585092994045684
#define MINUS "\xe2\x88\x92" /* U+2212 */
#define SLACK 1e-9           /* of a step: limits that are ticks keep them */

static double pow10_of(int e)
{
    double p = 1.0;

    for (int i = e < 0 ? -e : e; i > 0; i--)
        p *= 10.0; /* exact up to 22 */
    return e < 0 ? 1.0 / p : p;
}

/* The exponent of the decade that holds x > 0. */
static int decade_of(double x)
{
    int e = (int)floor(ito__log(x) / LN10);

    while (pow10_of(e) > x)
        e--;
    while (pow10_of(e + 1) <= x)
        e++;
    return e;
}

static double ceil_of(double x)
{
    return -floor(-x);
}

/* m 10^p in decimals, |m| < 10^18, -40 < p <= 9; room >= 4 bytes. */
static void decimal_text(int64_t m, int p, char *text, size_t room)
{
    char digit[48];
    size_t n = 0, out = 0;
    uint64_t rest = m < 0 ? (uint64_t)-m : (uint64_t)m;
    const size_t places = p < 0 ? (size_t)-p : 0;

    while (p-- > 0)
        rest *= 10;
    for (; (rest > 0 || n <= places) && n < sizeof(digit); rest /= 10)
        digit[n++] = (char)('0' + rest % 10);
    if (m < 0) {
        memcpy(text, MINUS, 3);
        out = 3;
    }
    while (n > 0 && out + 2 < room) {
        text[out++] = digit[--n];
        if (n == places && n > 0)
            text[out++] = '.';
    }
    text[out] = '\0';
}

/* The power of 1000 that is taken out of the labels of [lo, hi]. */
static int common_exponent(double lo, double hi)
{
    const double most = fabs(lo) > fabs(hi) ? fabs(lo) : fabs(hi);
    const int e = decade_of(most);

    if (e >= 5)
        return e / 3 * 3;
    return e <= -4 ? -((-e + 2) / 3 * 3) : 0;
}

/* A step s 10^p. */
typedef struct step {
    int s, p;
} step;

static step finer(step a)
{
    if (a.s == 1)
        return (step){ 5, a.p - 1 };
    return (step){ a.s == 5 ? 2 : 1, a.p };
}

static double step_size(step a)
{
    return a.p < 0 ? a.s / pow10_of(-a.p) : a.s * pow10_of(a.p);
}

/* The number of ticks in [lo, hi], and k of the first. */
static double count_ticks(double lo, double hi, step a, double *first)
{
    const double size = step_size(a);

    *first = ceil_of(lo / size - SLACK);
    return floor(hi / size + SLACK) - *first + 1.0;
}

static step choose_step(double lo, double hi, size_t want)
{
    const double raw = (hi - lo) / (double)want;
    step a = { 1, decade_of(raw) + 1 };
    double first;

    while (step_size(finer(a)) >= raw * (1.0 - SLACK))
        a = finer(a);
    while (count_ticks(lo, hi, a, &first) < 2.0)
        a = finer(a);
    return a;
}

void ito__ticks_linear(double lo, double hi, size_t want, ticks *out)
{
    double first, n;
    step a;

    *out = (ticks){ .n = 0 };
    assert(lo < hi && want >= 1 && want < TICKS_MAX);
    if (!(hi - lo > 0.0) || !(hi - lo < HUGE_VAL))
        return;
    a = choose_step(lo, hi, want);
    n = count_ticks(lo, hi, a, &first);
    out->exponent = common_exponent(lo, hi);
    if (!(fabs(first) < 1e15))
        return; /* too far from zero for the range: nothing is readable */
    for (size_t i = 0; i < TICKS_MAX && (double)i < n; i++) {
        const int64_t m = ((int64_t)first + (int64_t)i) * a.s;

        out->at[i] =
            a.p < 0 ? (double)m / pow10_of(-a.p) : (double)m * pow10_of(a.p);
        decimal_text(m, a.p - out->exponent, out->text[i], TICK_TEXT);
        out->n = i + 1;
    }
}

/* 10 with a raised exponent; room >= 8 bytes. */
static void power_text(int e, char *text, size_t room)
{
    if (e == 0 || e == 1) {
        memcpy(text, e == 0 ? "1" : "10", e == 0 ? 2 : 3);
        return;
    }
    text[0] = '1';
    text[1] = '0';
    text[2] = RAISED_TEXT;
    decimal_text(e, 0, text + 3, room - 3);
}

static void add_minor(ticks *out, double lo, double hi, double at)
{
    if (at >= lo && at <= hi && out->minor_n < MINORS_MAX)
        out->minor[out->minor_n++] = at;
}

static void decades(int first, int last, size_t want, ticks *out)
{
    const int stride = (last - first) / (int)want + 1;

    for (int e = first; e <= last && out->n < TICKS_MAX; e += stride) {
        out->at[out->n] = pow10_of(e);
        power_text(e, out->text[out->n++], TICK_TEXT);
    }
}

/* 1, 2 and 5 of every decade, with plain numbers. */
static void ones_twos_fives(double lo, double hi, ticks *out)
{
    static const int s[] = { 1, 2, 5 };

    for (int e = decade_of(lo); e <= decade_of(hi); e++)
        for (size_t i = 0; i < 3; i++) {
            const double at = step_size((step){ s[i], e });

            if (at < lo || at > hi || out->n == TICKS_MAX)
                continue;
            out->at[out->n] = at;
            decimal_text(s[i], e, out->text[out->n++], TICK_TEXT);
        }
}

void ito__ticks_log(double lo, double hi, size_t want, ticks *out)
{
    const int e_lo = decade_of(lo), e_hi = decade_of(hi);
    const int first = pow10_of(e_lo) < lo ? e_lo + 1 : e_lo;

    *out = (ticks){ 0 };
    if (e_hi > first)
        decades(first, e_hi, want, out);
    else if (e_lo > -5 && e_hi < 5)
        ones_twos_fives(lo, hi, out);
    if (out->n < (e_hi > first ? 2 : 3)) {
        ito__ticks_linear(lo, hi, want, out);
        return;
    }
    for (int e = e_lo; e <= e_hi && e_hi - e_lo < 7; e++)
        for (int k = 1; k <= 9; k++)
            add_minor(out, lo, hi, step_size((step){ k, e }));
}

/* Remove zeros behind the last digit of a fraction. */
static void trim_zeros(char *text)
{
    size_t n = strlen(text);

    if (!strchr(text, '.'))
        return;
    while (text[n - 1] == '0')
        n--;
    text[text[n - 1] == '.' ? n - 1 : n] = '\0';
}

void ito__number_text(double value, int digits, char text[TICK_TEXT])
{
    const double size = fabs(value);
    int e, p;

    if (!(size > 1e-99) || !(size < 1e99)) {
        memcpy(text, "0", 2);
        return;
    }
    e = decade_of(size);
    p = e - digits + 1;
    if (e >= -4 && e < 6) {
        const double unit = step_size((step){ 1, p > 0 ? 0 : p });

        decimal_text((int64_t)floor(value / unit + 0.5), p > 0 ? 0 : p, text,
                     TICK_TEXT);
        trim_zeros(text);
    } else {
        const double m = value / pow10_of(e) * pow10_of(digits - 1);
        size_t n;

        decimal_text((int64_t)floor(m + 0.5), 1 - digits, text, TICK_TEXT - 10);
        trim_zeros(text);
        n = strlen(text);
        memcpy(text + n, "\xc3\x97", 2); /* U+00D7 */
        power_text(e, text + n + 2, TICK_TEXT - n - 2);
    }
}

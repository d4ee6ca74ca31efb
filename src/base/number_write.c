/* SPDX-License-Identifier: MIT
 *
 * number_write.c - the shortest decimal text of a double.
 *
 * Raffaello Giulietti, "The Schubfach way to render doubles" (2020): for
 * v = c 2^q the candidates are the multiples of 10^k and 10^(k+1) beside v,
 * k = floor(log10 2^q); one of them lies in the interval that rounds to v,
 * and three products with a 126-bit power of ten, rounded to odd, tell which.
 */
#include "base/number.h"

#include <assert.h>
#include <string.h>

/* digits * 10^exponent */
typedef struct shortest {
    uint64_t digits;
    int exponent;
} shortest;

/* floor(a / 2^22) */
static int floor_22(int a)
{
    return a >= 0 ? a >> 22 : -((-a + (1 << 22) - 1) >> 22);
}

/* g * c / 2^128, its lowest bit set when anything was cut off. */
static uint64_t round_to_odd(const uint64_t g[2], uint64_t c)
{
    uint64_t high, low, carry;

    (void)num_mul(g[1], c, &carry);
    low = num_mul(g[0], c, &high);
    low += carry;
    high += low < carry;
    return high | (low > 1);
}

/* The power of ten, rounded up where it is not exact. */
static void power(int q, uint64_t g[2])
{
    assert(q >= NUM_POW10_MIN && q <= NUM_POW10_MAX);
    memcpy(g, num_pow10[q - NUM_POW10_MIN], 2 * sizeof(g[0]));
    g[1] += q < 0 || q > NUM_POW10_EXACT; /* no entry ends in all ones */
}

/* c 2^q, c > 0; `even` when its interval has a nearer lower end (c = 2^52). */
static shortest find(uint64_t c, int q, bool closer)
{
    const int k = floor_22(q * 1262611 - (closer ? 524031 : 0));
    const int h = q + num_log2_pow10(-k) + 1;
    const uint64_t odd = c & 1;
    uint64_t g[2], lower, upper, v, s;
    bool under, over;

    power(-k, g);
    lower = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
    v = round_to_odd(g, (4 * c) << h);
    upper = round_to_odd(g, (4 * c + 2) << h) - odd;
    s = v / 4;
    if (s >= 10) {
        const uint64_t t = s / 10;

        under = lower <= 40 * t;
        over = 40 * t + 40 <= upper;
        if (under != over)
            return (shortest){ t + over, k + 1 };
    }
    under = lower <= 4 * s;
    over = 4 * s + 4 <= upper;
    if (under != over)
        return (shortest){ s + over, k };
    over = v > 4 * s + 2 || (v == 4 * s + 2 && (s & 1));
    return (shortest){ s + over, k };
}

size_t num_format_u64(uint64_t x, char text[NUM_TEXT_MAX])
{
    char reversed[20];
    size_t n = 0;

    do {
        reversed[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    for (size_t i = 0; i < n; i++)
        text[i] = reversed[n - 1 - i];
    text[n] = '\0';
    return n;
}

/* n digits in plain notation; the value is 0.d1d2d3... * 10^point. */
static size_t put_plain(const char *digits, size_t n, int point, char *text)
{
    size_t len = 0;

    if (point <= 0) {
        text[len++] = '0';
        text[len++] = '.';
        for (; point < 0; point++)
            text[len++] = '0';
        memcpy(text + len, digits, n);
        return len + n;
    }
    for (size_t i = 0; i < n || i < (size_t)point; i++) {
        if (i == (size_t)point)
            text[len++] = '.';
        text[len++] = i < n ? digits[i] : '0';
    }
    return len;
}

static size_t put_scientific(const char *digits, size_t n, int point,
                             char *text)
{
    size_t len = 0;

    text[len++] = digits[0];
    if (n > 1) {
        text[len++] = '.';
        memcpy(text + len, digits + 1, n - 1);
        len += n - 1;
    }
    text[len++] = 'e';
    if (point < 1)
        text[len++] = '-';
    return len + num_format_u64((uint64_t)(point < 1 ? 1 - point : point - 1),
                                text + len);
}

/* The digits of x > 0 and where its point stands. */
static size_t find_digits(uint64_t bits, char digits[NUM_TEXT_MAX], int *point)
{
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int exponent = (int)(bits >> 52) & 0x7ff;
    shortest s;
    size_t n;

    if (exponent == 0)
        s = find(fraction, -1074, false);
    else
        s = find(fraction | UINT64_C(1) << 52, exponent - 1075,
                 fraction == 0 && exponent > 1);
    n = num_format_u64(s.digits, digits);
    *point = (int)n + s.exponent;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

/* Append a word and its closing zero; returns the length of both. */
static size_t put_word(const char *word, char *text, size_t len)
{
    memcpy(text + len, word, strlen(word) + 1);
    return len + strlen(word);
}

size_t num_format(double x, char text[NUM_TEXT_MAX])
{
    char digits[NUM_TEXT_MAX];
    uint64_t bits;
    size_t len = 0, n;
    int point;

    memcpy(&bits, &x, sizeof(bits));
    if (x != x)
        return put_word("nan", text, 0);
    if (bits >> 63)
        text[len++] = '-';
    bits &= ~(UINT64_C(1) << 63);
    if (bits == 0 || bits >> 52 == 0x7ff)
        return put_word(bits == 0 ? "0" : "inf", text, len);
    n = find_digits(bits, digits, &point);
    if (point > -5 && point <= 17)
        len += put_plain(digits, n, point, text + len);
    else
        len += put_scientific(digits, n, point, text + len);
    text[len] = '\0';
    return len;
}

/* SPDX-License-Identifier: MIT
 *
 * number.c - decimal text to double, correctly rounded.
 *
 * The text is w * 10^q with w an integer.  The first 19 digits of w times the
 * 128-bit power of ten give an interval that holds the true value and is
 * about 2^-63 of it wide (Lemire, "Number parsing at a gigabyte per second",
 * arXiv:2101.11408, with an interval instead of his proof).  When both its
 * ends round to the same double, that is the answer.  Else the value lies
 * beside the middle m + 1/2 of two neighbours, and integers of any size
 * decide: w 10^q against (2m + 1) 2^(k-1) (Clinger, PLDI 1990).
 */
#include "base/number.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Digits that can decide a rounding: the middle of two doubles has at most
 * 767.  Later ones matter only by not all being zero. */
#define DIGITS_MAX 800
/* Words of 32 bits: 5^1143 * 2 or 800 digits * 2^1075 fit. */
#define BIG_WORDS 128

/* What a text says: +- digits * 10^exponent. */
typedef struct decimal {
    bool negative;
    const char *digits; /* first significant digit; a point may lie between */
    size_t count;       /* significant digits, the trailing zeros included */
    uint64_t head;      /* the first 19 of them as a number */
    int64_t exponent;   /* of the last digit */
} decimal;

/* An unsigned integer, least significant word first. */
typedef struct big {
    size_t n;
    uint32_t word[BIG_WORDS];
} big;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* *b = *b * factor + add */
static void big_mul_add(big *b, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;

    for (size_t i = 0; i < b->n; i++) {
        carry += (uint64_t)b->word[i] * factor;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) {
        assert(b->n < BIG_WORDS);
        b->word[b->n++] = (uint32_t)carry;
    }
}

static void big_mul_pow5(big *b, int64_t n)
{
    for (; n >= 13; n -= 13)
        big_mul_add(b, 1220703125u, 0); /* 5^13 */
    for (; n > 0; n--)
        big_mul_add(b, 5, 0);
}

static void big_shift(big *b, int64_t bits)
{
    const size_t words = (size_t)bits / 32;

    if (bits % 32 != 0)
        big_mul_add(b, UINT32_C(1) << (bits % 32), 0);
    if (b->n == 0 || words == 0)
        return;
    assert(b->n + words <= BIG_WORDS);
    memmove(b->word + words, b->word, b->n * sizeof(b->word[0]));
    memset(b->word, 0, words * sizeof(b->word[0]));
    b->n += words;
}

static int big_compare(const big *a, const big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t i = a->n; i-- > 0;)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/*
 * Compare the value of d with m * 2^k, k < 0 or not.  Both sides become
 * integers: powers of 5 and 2 go to the side where they are positive.
 */
static int compare(const decimal *d, uint64_t m, int k)
{
    big a = { 0 }, b = { 0 };
    size_t used = 0;
    bool more = false;
    int64_t q, twos;

    for (const char *p = d->digits; used < d->count && used < DIGITS_MAX; p++)
        if (*p != '.') {
            big_mul_add(&a, 10, (uint32_t)(*p - '0'));
            used++;
        }
    /* the last digit of a text is never 0 here, so a cut one has more */
    more = used < d->count;
    q = d->exponent + (int64_t)(d->count - used);
    big_mul_add(&b, 1, (uint32_t)(m >> 32));
    big_shift(&b, 32);
    big_mul_add(&b, 1, (uint32_t)m);
    if (q >= 0)
        big_mul_pow5(&a, q);
    else
        big_mul_pow5(&b, -q);
    twos = q - k;
    if (twos >= 0)
        big_shift(&a, twos);
    else
        big_shift(&b, -twos);
    const int order = big_compare(&a, &b);

    return order == 0 && more ? 1 : order;
}

/* The 128 top bits of w * 10^q, w < 2^64 with its first bit set. */
static void product(uint64_t w, int q, uint64_t out[2])
{
    const uint64_t *const p = num_pow10[q - NUM_POW10_MIN];
    uint64_t high, carry;

    out[1] = num_mul(w, p[0], &high);
    (void)num_mul(w, p[1], &carry);
    out[1] += carry;
    out[0] = high + (out[1] < carry);
}

/* A double as m * 2^k with 2^52 <= m < 2^53, or k = -1074 and a smaller m. */
typedef struct binary {
    uint64_t m;
    int k;
} binary;

/*
 * Find m and k so that the value lies in [m, m + 1) 2^k.  The product has
 * 2^126 <= P < 2^128 and the value is in [P, P + 2) 2^e, or in [P, P + slack)
 * when digits were cut.  Returns -1, 0 or 1 when it is surely below, not
 * surely on one side of, or surely above the middle m + 1/2.
 */
static int locate(const decimal *d, binary *b)
{
    const int q =
        (int)(d->exponent + (d->count > 19 ? (int64_t)d->count - 19 : 0));
    uint64_t w = d->head, p[2], half, rest;
    int lead = 0, shift, e;

    while (!(w >> 63)) {
        w <<= 1;
        lead++;
    }
    product(w, q, p);
    /* value = P * 2^e */
    e = num_log2_pow10(q) - 127 + 64 - lead;
    shift = 128 - 53 - !(p[0] >> 63);
    if (e + shift < -1074)
        shift = -1074 - e;
    b->k = e + shift;
    if (shift > 128) { /* below a quarter of the least double */
        b->m = 0;
        return -1;
    }
    /* a unit of w is at most 2^65 units of P, a unit of the table 1 */
    assert(shift > 66);
    b->m = shift == 128 ? 0 : p[0] >> (shift - 64);
    rest = shift == 128 ? p[0] : p[0] & ((UINT64_C(1) << (shift - 64)) - 1);
    half = UINT64_C(1) << (shift - 65);
    /* compare rest:p[1] + slack with half:0, slack in units of the word */
    const uint64_t slack = d->count > 19 ? (UINT64_C(2) << lead) + 1 : 1;

    if (rest >= half && (rest > half || p[1] > 0))
        return 1;
    if (rest + slack < half)
        return -1;
    return 0;
}

/* The double nearest to d, without its sign. */
static double round_decimal(const decimal *d)
{
    const int64_t top = d->exponent + (int64_t)d->count; /* value < 10^top */
    binary b;
    int side;

    if (d->count == 0 || top < -323)
        return 0.0;
    if (top > 309)
        return (double)INFINITY;
    side = locate(d, &b);
    if (side == 0)
        side = compare(d, 2 * b.m + 1, b.k - 1);
    if (side > 0 || (side == 0 && (b.m & 1)))
        b.m++;
    if (b.m == UINT64_C(1) << 53) {
        b.m >>= 1;
        b.k++;
    }
    if (b.k > 971)
        return (double)INFINITY;
    return ldexp((double)b.m, b.k);
}

/*
 * Read digits and a point at text[i ...]; returns where they end.  *point
 * counts the digits after the point, *digits all of them.  Leading zeros are
 * no part of the decimal, trailing ones are taken off again.
 */
static size_t scan_digits(const char *text, size_t bytes, size_t i, decimal *d,
                          size_t *digits)
{
    bool point = false;
    size_t zeros = 0; /* at the end of what was read */

    for (; i < bytes && (is_digit(text[i]) || (text[i] == '.' && !point));
         i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        ++*digits;
        d->exponent -= point;
        if (text[i] == '0' && d->count == 0)
            continue;
        if (d->count == 0)
            d->digits = text + i;
        zeros = text[i] == '0' ? zeros + 1 : 0;
        if (++d->count <= 19)
            d->head = d->head * 10 + (uint64_t)(text[i] - '0');
    }
    for (; zeros > 0; zeros--) {
        if (d->count-- <= 19)
            d->head /= 10;
        d->exponent++;
    }
    return i;
}

/* Read an exponent at text[i ...]; returns where it ends, i if none. */
static size_t scan_exponent(const char *text, size_t bytes, size_t i,
                            int64_t *exponent)
{
    size_t j = i;
    bool negative = false;
    int64_t e = 0;

    if (j >= bytes || (text[j] != 'e' && text[j] != 'E'))
        return i;
    j++;
    if (j < bytes && (text[j] == '+' || text[j] == '-'))
        negative = text[j++] == '-';
    if (j >= bytes || !is_digit(text[j]))
        return i;
    for (; j < bytes && is_digit(text[j]); j++)
        if (e < INT64_C(1000000000000000))
            e = e * 10 + (text[j] - '0');
    *exponent += negative ? -e : e;
    return j;
}

size_t num_scan(const char *text, size_t bytes, double *out)
{
    decimal d = { 0 };
    size_t i = 0, digits = 0;
    double x;

    if (bytes > 0 && (text[0] == '+' || text[0] == '-')) {
        d.negative = text[0] == '-';
        i++;
    }
    i = scan_digits(text, bytes, i, &d, &digits);
    if (digits == 0)
        return 0;
    i = scan_exponent(text, bytes, i, &d.exponent);
    x = round_decimal(&d);
    *out = d.negative ? -x : x;
    return i;
}

bool num_parse(const char *text, size_t bytes, double *out)
{
    return bytes > 0 && num_scan(text, bytes, out) == bytes;
}

/* True when text, in any case, is the word (given in lower case). */
static bool is_word(const char *text, size_t bytes, const char *word)
{
    if (bytes != strlen(word))
        return false;
    for (size_t i = 0; i < bytes; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return true;
}

bool num_is_word(const char *text, size_t bytes)
{
    if (bytes > 0 && (text[0] == '+' || text[0] == '-')) {
        text++;
        bytes--;
    }
    return is_word(text, bytes, "inf") || is_word(text, bytes, "infinity") ||
           is_word(text, bytes, "nan");
}

bool num_parse_u64(const char *text, size_t bytes, uint64_t *out)
{
    uint64_t x = 0;

    if (bytes == 0)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        const uint64_t digit = (uint64_t)(text[i] - '0');

        if (!is_digit(text[i]) || x > (UINT64_MAX - digit) / 10)
            return false;
        x = x * 10 + digit;
    }
    *out = x;
    return true;
}

bool num_parse_i64(const char *text, size_t bytes, int64_t *out)
{
    const bool negative = bytes > 0 && text[0] == '-';
    const bool sign = bytes > 0 && (negative || text[0] == '+');
    uint64_t x;

    if (!num_parse_u64(text + sign, bytes - sign, &x) ||
        x > (uint64_t)INT64_MAX + negative)
        return false;
    if (negative)
        *out = x == 0 ? 0 : -(int64_t)(x - 1) - 1;
    else
        *out = (int64_t)x;
    return true;
}

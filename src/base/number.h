/* SPDX-License-Identifier: MIT
 *
 * number.h - decimal text to numbers and back, the same in every locale and
 * on every machine.
 *
 * Reading is correctly rounded (to nearest, ties to even) however many digits
 * the text has.  Writing gives the shortest text that reads back as the same
 * double, and of those the one nearest to it.
 */
#ifndef ITO_BASE_NUMBER_H
#define ITO_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any double as text, the closing zero included. */
#define NUM_TEXT_MAX 32

/*
 * Read the number at the start of text[0 .. bytes-1]:
 *
 *     [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits]
 *
 * Returns how many bytes it has, 0 when there is none.  No blanks, no words
 * such as inf, no hexadecimal.  Too large a number gives an infinity, too
 * small a one a signed zero.
 */
size_t num_scan(const char *text, size_t bytes, double *out);

/* True when all of text[0 .. bytes-1] is one number for num_scan. */
bool num_parse(const char *text, size_t bytes, double *out);

/* True for inf, infinity and nan in any case, with or without a sign. */
bool num_is_word(const char *text, size_t bytes);

/* All of the text is digits (a sign before them for i64) and in range. */
bool num_parse_u64(const char *text, size_t bytes, uint64_t *out);
bool num_parse_i64(const char *text, size_t bytes, int64_t *out);

/*
 * Write x and a closing zero; returns the length without it.  Plain notation
 * for 1e-5 <= |x| < 1e17, else as 1.5e-7; "-0" keeps its sign; "nan", "inf"
 * and "-inf" for the rest.
 */
size_t num_format(double x, char text[NUM_TEXT_MAX]);

/* Write x in decimal and a closing zero; returns the length without it. */
size_t num_format_u64(uint64_t x, char text[NUM_TEXT_MAX]);

/*
 * For number.c and number_write.c: the powers of ten 10^q, NUM_POW10_MIN <= q
 * <= NUM_POW10_MAX, as 128 bits (high word first) of which the first is 1:
 * num_pow10[q - NUM_POW10_MIN] = floor(10^q / 2^(floor(log2 10^q) - 127)),
 * exact for 0 <= q <= 55.
 */
#define NUM_POW10_MIN   (-342)
#define NUM_POW10_MAX   324
#define NUM_POW10_EXACT 55
extern const uint64_t num_pow10[NUM_POW10_MAX - NUM_POW10_MIN + 1][2];

/* floor(log2(10^q)) for |q| <= 400, checked for each. */
static inline int num_log2_pow10(int q)
{
    const int scaled = q * 1741647;

    return scaled >= 0 ? scaled >> 19 : -((-scaled + (1 << 19) - 1) >> 19);
}

/* The 128-bit product of a and b: its low word, its high word in *high. */
static inline uint64_t num_mul(uint64_t a, uint64_t b, uint64_t *high)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32;
    const uint64_t b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t low = a0 * b0;
    const uint64_t mid = a1 * b0 + (low >> 32);
    const uint64_t mid2 = a0 * b1 + (mid & 0xffffffffu);

    *high = a1 * b1 + (mid >> 32) + (mid2 >> 32);
    return (mid2 << 32) | (low & 0xffffffffu);
}

#endif /* ITO_BASE_NUMBER_H */

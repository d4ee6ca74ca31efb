/* SPDX-License-Identifier: MIT
 *
 * exact_sum.c - the accumulator, and slicing a batch of values.
 *
 * A double is m 2^(p - 1074) with an integer |m| < 2^53, p >= 0.  Shifted by
 * p mod 32, m covers three limbs of 32 bits.  A limb has 64 bits, a term adds
 * less than 2^34 to it, so carries need to be settled every 2^29 terms only.
 *
 * Batches: with |x| <= 2^E, the sum (x + c) - c, c = 1.5 2^(E - 40 + 52),
 * rounds x to a multiple of 2^(E - 40), and the rest is exact.  Of these
 * multiples 4096 can be added in double without rounding, in any order, so
 * loops of plain additions do (the splitting of Rump, Ogita and Oishi, SIAM
 * J. Sci. Comput. 31, 2008).  Three such slices take all bits of values down
 * to 2^(E - 67); what is left of smaller ones stays in the batch.
 */
#include "base/exact_sum.h"

#include <math.h>
#include <string.h>

#define LOW          UINT64_C(0xffffffff)
#define SETTLE_AFTER (UINT64_C(1) << 29)
#define SLICES       3
#define SLICE_BITS   40
#define LANES        8
#define LARGE        1e300 /* from here on slices could overflow */

/* Make limbs 0 .. last - 1 lie in [0, 2^32); the last keeps the sign. */
static void settle(int64_t limb[EXACT_LIMBS])
{
    int64_t carry = 0;

    for (size_t i = 0; i + 1 < EXACT_LIMBS; i++) {
        const int64_t v = limb[i] + carry;
        const int64_t low = (int64_t)((uint64_t)v & LOW);

        carry = (v - low) / INT64_C(4294967296); /* exact */
        limb[i] = low;
    }
    limb[EXACT_LIMBS - 1] += carry;
}

static void add_special(exact_sum *sum, double x)
{
    if (x != x)
        sum->nan++;
    else if (x > 0.0)
        sum->up++;
    else
        sum->down++;
}

void ito__exact_add(exact_sum *sum, double x)
{
    uint64_t bits, m, low, high;
    unsigned exponent, p;
    int64_t *limb;

    memcpy(&bits, &x, sizeof(bits));
    exponent = (unsigned)(bits >> 52) & 0x7ff;
    if (exponent == 0x7ff) {
        add_special(sum, x);
        return;
    }
    m = bits & ((UINT64_C(1) << 52) - 1);
    if (exponent > 0)
        m |= UINT64_C(1) << 52;
    p = exponent > 0 ? exponent - 1 : 0;
    limb = sum->limb + (p >> 5);
    low = (m & LOW) << (p & 31);
    high = (m >> 32) << (p & 31);
    if (bits >> 63) {
        limb[0] -= (int64_t)(low & LOW);
        limb[1] -= (int64_t)((low >> 32) + (high & LOW));
        limb[2] -= (int64_t)(high >> 32);
    } else {
        limb[0] += (int64_t)(low & LOW);
        limb[1] += (int64_t)((low >> 32) + (high & LOW));
        limb[2] += (int64_t)(high >> 32);
    }
    if (++sum->pending >= SETTLE_AFTER) {
        settle(sum->limb);
        sum->pending = 1;
    }
}

void ito__exact_merge(exact_sum *sum, const exact_sum *other)
{
    int64_t limb[EXACT_LIMBS];

    memcpy(limb, other->limb, sizeof(limb));
    settle(limb);
    settle(sum->limb);
    for (size_t i = 0; i < EXACT_LIMBS; i++)
        sum->limb[i] += limb[i];
    sum->pending = 2;
    sum->nan += other->nan;
    sum->up += other->up;
    sum->down += other->down;
}

/* Bit i of a settled, not negative number. */
static unsigned bit_at(const int64_t *limb, size_t i)
{
    return (unsigned)(limb[i >> 5] >> (i & 31)) & 1u;
}

/* Bits below bit i are not all zero. */
static int any_below(const int64_t *limb, size_t i)
{
    for (size_t j = 0; j < i >> 5; j++)
        if (limb[j] != 0)
            return 1;
    return ((uint64_t)limb[i >> 5] & ((UINT64_C(1) << (i & 31)) - 1)) != 0;
}

/* A settled, not negative number as a double. */
static double round_limbs(const int64_t *limb)
{
    size_t top = 32 * EXACT_LIMBS, low;
    uint64_t m = 0;

    while (top > 0 && limb[(top - 1) >> 5] == 0)
        top = ((top - 1) >> 5) << 5;
    while (top > 0 && !bit_at(limb, top - 1))
        top--;
    low = top > 53 ? top - 53 : 0; /* the mantissa is bits low .. top - 1 */
    for (size_t i = top; i > low; i--)
        m = 2 * m + bit_at(limb, i - 1);
    if (low > 0 && bit_at(limb, low - 1) &&
        ((m & 1) != 0 || any_below(limb, low - 1)))
        m++;
    return ldexp((double)m, (int)low - 1074);
}

double ito__exact_value(const exact_sum *sum)
{
    int64_t limb[EXACT_LIMBS];
    int minus;

    if (sum->nan > 0 || (sum->up > 0 && sum->down > 0))
        return (double)NAN;
    if (sum->up > 0 || sum->down > 0)
        return sum->up > 0 ? HUGE_VAL : -HUGE_VAL;
    memcpy(limb, sum->limb, sizeof(limb));
    settle(limb);
    minus = limb[EXACT_LIMBS - 1] < 0;
    if (minus) {
        for (size_t i = 0; i < EXACT_LIMBS; i++)
            limb[i] = -limb[i];
        settle(limb);
    }
    return minus ? -round_limbs(limb) : round_limbs(limb);
}

/* The largest size; NaN does not count. */
static double largest(size_t n, const double *x)
{
    double lane[LANES] = { 0.0 }, top = 0.0;

    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double a = fabs(x[i + l]);

            lane[l] = a > lane[l] ? a : lane[l];
        }
    for (size_t i = n - n % LANES; i < n; i++)
        top = fabs(x[i]) > top ? fabs(x[i]) : top;
    for (size_t l = 0; l < LANES; l++)
        top = lane[l] > top ? lane[l] : top;
    return top;
}

/* Round all values to multiples set by c, take these away and return their
 * sum; n is a multiple of LANES. */
static double slice(size_t n, double *x, double c)
{
    double lane[LANES] = { 0.0 }, sum = 0.0;

    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double part = (x[i + l] + c) - c;

            x[i + l] -= part;
            lane[l] += part;
        }
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l]; /* exact as well */
    return sum;
}

size_t ito__exact_reduce(size_t n, double *x)
{
    const size_t body = n - n % LANES;
    double sum[SLICES];
    size_t kept = 0;
    int exponent;
    double top;

    if (n < 2 * LANES)
        return n;
    top = largest(n, x);
    if (!(top <= LARGE))
        return n;
    (void)frexp(top, &exponent);
    for (int s = 0; s < SLICES; s++)
        sum[s] =
            slice(body, x, ldexp(1.5, exponent - (s + 1) * SLICE_BITS + 52));
    if (largest(body, x) > 0.0)
        for (size_t i = 0; i < body; i++)
            if (x[i] != 0.0)
                x[kept++] = x[i];
    for (size_t i = body; i < n; i++)
        x[kept++] = x[i];
    for (size_t s = 0; s < SLICES; s++)
        if (sum[s] != 0.0)
            x[kept++] = sum[s];
    return kept;
}

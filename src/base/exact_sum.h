/* SPDX-License-Identifier: MIT
 *
 * exact_sum.h - sums of doubles without any rounding.
 *
 * An accumulator is a fixed-point number as wide as the range of double, so
 * adding is exact and the order of the terms never shows (Kulisch, Computer
 * Arithmetic and Validity, 2008).  Zeroed memory is an accumulator of 0.
 */
#ifndef ITO_BASE_EXACT_SUM_H
#define ITO_BASE_EXACT_SUM_H

#include <stddef.h>
#include <stdint.h>

/* Limb i counts in units of 2^(32 i - 1074); 66 limbs reach the largest
 * double, two more the sum of 2^63 of them. */
#define EXACT_LIMBS 68

typedef struct exact_sum {
    int64_t limb[EXACT_LIMBS]; /* signed; carries are put off */
    uint64_t pending;          /* terms since carries were last settled */
    uint64_t nan, up, down;    /* terms that are NaN, +inf, -inf */
} exact_sum;

/* sum += x. */
void ito__exact_add(exact_sum *sum, double x);

/* sum += other. */
void ito__exact_merge(exact_sum *sum, const exact_sum *other);

/* The sum, rounded once to the nearest double (ties to even); NaN and
 * infinities as a sum of doubles would give them. */
double ito__exact_value(const exact_sum *sum);

/* Most values that ito__exact_reduce takes at once. */
#define EXACT_REDUCE_MAX 4096

/*
 * Replace x[0 .. n-1], n <= EXACT_REDUCE_MAX, by other values of exactly the
 * same sum; returns how many: as a rule three to six, at most n + 3, for which
 * x must have room.  Much faster than adding one by one.
 */
size_t ito__exact_reduce(size_t n, double *x);

#endif /* ITO_BASE_EXACT_SUM_H */

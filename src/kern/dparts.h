/* SPDX-License-Identifier: MIT
 *
 * dparts.h - what the files of dmath.h share: the bits of a double, exact
 * products.
 */
#ifndef ITO_KERN_DPARTS_H
#define ITO_KERN_DPARTS_H

#include <stdint.h>
#include <string.h>

static inline uint64_t d_bits(double x)
{
    uint64_t b;

    memcpy(&b, &x, sizeof(b));
    return b;
}

static inline double d_from_bits(uint64_t b)
{
    double x;

    memcpy(&x, &b, sizeof(x));
    return x;
}

/* 2^k for -1022 <= k <= 1023. */
static inline double d_two_to(int k)
{
    return d_from_bits((uint64_t)(k + 1023) << 52);
}

/* a b = *p + *lost exactly (Dekker 1971, Numerische Mathematik 18). */
static inline void d_exact_product(double a, double b, double *p, double *lost)
{
    const double ta = 134217729.0 * a, tb = 134217729.0 * b;
    const double ah = ta - (ta - a), al = a - ah;
    const double bh = tb - (tb - b), bl = b - bh;

    *p = a * b;
    *lost = ((ah * bh - *p) + ah * bl + al * bh) + al * bl;
}

#endif /* ITO_KERN_DPARTS_H */

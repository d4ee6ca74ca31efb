/* SPDX-License-Identifier: MIT
 *
 * cloud.c - point sets, sorting, and sums in a fixed order.
 *
 * Sorting is by radix on the bit patterns: a number with the sign clear gets
 * the sign bit set, any other is inverted, and then the order of the numbers
 * is that of the unsigned integers.  No comparison, no recursion, no memory
 * but the caller's.
 */
#include <string.h>

#include "metric/measure.h"
#include "rng/noise.h"

#define DIGITS 256

size_t ito__cloud_floats(size_t n, size_t dim)
{
    return size_mul(size_round_up(n, CLOUD_LANES), dim);
}

cloud ito__cloud_make(size_t n, size_t dim, float *x)
{
    return (cloud){
        .n = n, .dim = dim, .ld = size_round_up(n, CLOUD_LANES), .x = x
    };
}

uint64_t ito__pick(uint64_t seed, unsigned set, size_t draw, size_t n, size_t i)
{
    const uint64_t epoch =
        (uint64_t)ITO_FOR_METRICS << 40 | (uint64_t)set << 32 | draw;

    return ito__permute(seed, epoch, n, i);
}

/* Turn counts into places; false if all n keys share one digit. */
static bool places(size_t n, size_t count[DIGITS])
{
    size_t at = 0;

    for (size_t d = 0; d < DIGITS; d++) {
        const size_t c = count[d];

        if (c == n)
            return false;
        count[d] = at;
        at += c;
    }
    return true;
}

static inline uint32_t key32(float x)
{
    uint32_t k;

    memcpy(&k, &x, sizeof(k));
    return k >> 31 ? ~k : k | (uint32_t)1 << 31;
}

void ito__sort_floats(size_t n, float *x, float *tmp)
{
    size_t count[DIGITS];
    float *from = x, *to = tmp, *swap;

    for (unsigned shift = 0; shift < 32; shift += 8) {
        memset(count, 0, sizeof(count));
        for (size_t i = 0; i < n; i++)
            count[key32(from[i]) >> shift & (DIGITS - 1)]++;
        if (!places(n, count))
            continue;
        for (size_t i = 0; i < n; i++)
            to[count[key32(from[i]) >> shift & (DIGITS - 1)]++] = from[i];
        swap = from;
        from = to;
        to = swap;
    }
    if (from != x)
        memcpy(x, from, n * sizeof(*x));
}

static inline uint64_t key64(double x)
{
    uint64_t k;

    memcpy(&k, &x, sizeof(k));
    return k >> 63 ? ~k : k | (uint64_t)1 << 63;
}

void ito__sort_doubles(size_t n, double *x, double *tmp)
{
    size_t count[DIGITS];
    double *from = x, *to = tmp, *swap;

    for (unsigned shift = 0; shift < 64; shift += 8) {
        memset(count, 0, sizeof(count));
        for (size_t i = 0; i < n; i++)
            count[key64(from[i]) >> shift & (DIGITS - 1)]++;
        if (!places(n, count))
            continue;
        for (size_t i = 0; i < n; i++)
            to[count[key64(from[i]) >> shift & (DIGITS - 1)]++] = from[i];
        swap = from;
        from = to;
        to = swap;
    }
    if (from != x)
        memcpy(x, from, n * sizeof(*x));
}

/* SPDX-License-Identifier: MIT
 *
 * size.h - sizes that stick at SIZE_MAX instead of wrapping.
 *
 * Write the size of an array as size_mul(n, sizeof(*p)) and hand it to the
 * allocator, which refuses SIZE_MAX; no other check is needed.
 */
#ifndef ITO_BASE_SIZE_H
#define ITO_BASE_SIZE_H

#include <stddef.h>
#include <stdint.h>

static inline size_t size_mul(size_t a, size_t b)
{
    return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

static inline size_t size_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

static inline size_t size_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t size_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The number of pieces of size b that cover a; b > 0. */
static inline size_t size_ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

/* a rounded up to a multiple of b; sticks at SIZE_MAX. */
static inline size_t size_round_up(size_t a, size_t b)
{
    return size_mul(size_ceil_div(a, b), b);
}

#endif /* ITO_BASE_SIZE_H */

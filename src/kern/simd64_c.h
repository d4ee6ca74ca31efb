/* SPDX-License-Identifier: MIT
 *
 * simd64_c.h - the SIMD vocabulary of simd_c.h for doubles, in plain C.
 *
 * Here a real is a double, vi is 64-bit integers, and what a template of
 * doubles does not use is absent.  64-bit integers become doubles through
 * their bits alone: not every instruction set converts them.
 */
#ifndef ITO_KERN_SIMD64_C_H
#define ITO_KERN_SIMD64_C_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kern/kern.h"

#define SIMD_NAME   c
#define SIMD_WIDTH  1
#define SIMD_QWIDTH 1
#define SIMD_QPACK  1
#define SIMD_REGS   16

#define real double

typedef double vf;
typedef uint64_t vi;
typedef bool vm;
typedef uint64_t vq;

/* clang-format off */

/* --- reals ------------------------------------------------------------- */
static inline vf v_zero(void) { return 0; }
static inline vf v_set1(real a) { return a; }
static inline vf v_load(const real *p) { return *p; }
static inline void v_store(real *p, vf a) { *p = a; }
static inline vf v_load_n(const real *p, size_t n) { return n ? *p : 0; }
static inline void v_store_n(real *p, vf a, size_t n) { if (n) *p = a; }
static inline vf v_add(vf a, vf b) { return a + b; }
static inline vf v_sub(vf a, vf b) { return a - b; }
static inline vf v_mul(vf a, vf b) { return a * b; }
static inline vf v_div(vf a, vf b) { return a / b; }
static inline vf v_sqrt(vf a) { return sqrt(a); }
static inline vf v_fma(vf a, vf b, vf c) { return fma(a, b, c); }
static inline vf v_fnma(vf a, vf b, vf c) { return fma(-a, b, c); }
static inline vf v_neg(vf a) { return -a; }
static inline vf v_floor(vf a) { return floor(a); }
static inline vf v_abs(vf a) { return fabs(a); }
static inline vf v_max(vf a, vf b) { return a > b ? a : b; }
static inline vf v_min(vf a, vf b) { return a < b ? a : b; }

/* --- truth values ------------------------------------------------------ */
static inline vm v_lt(vf a, vf b) { return a < b; }
static inline vm v_gt(vf a, vf b) { return a > b; }
static inline vm v_eq(vf a, vf b) { return a == b; }
static inline vf v_sel(vm m, vf a, vf b) { return m ? a : b; }
static inline bool v_any(vm m) { return m; }
static inline vm vi_negative(vi a) { return a >> 63 != 0; }

/* --- 64-bit integers; shift counts are constants 1..63 ------------------ */
static inline vi vi_set1(uint64_t a) { return a; }
static inline vi vi_add(vi a, vi b) { return a + b; }
static inline vi vi_sub(vi a, vi b) { return a - b; }
static inline vi vi_and(vi a, vi b) { return a & b; }
static inline vi vi_or(vi a, vi b) { return a | b; }
static inline vi vi_xor(vi a, vi b) { return a ^ b; }
#define vi_shl(a, count) ((a) << (count))
#define vi_shr(a, count) ((a) >> (count)) /* zeros come in */
static inline vi v_bits(vf a)
{
    vi b;

    memcpy(&b, &a, sizeof(b));
    return b;
}
static inline vf v_float(vi a)
{
    vf f;

    memcpy(&f, &a, sizeof(f));
    return f;
}

/* --- Philox ------------------------------------------------------------ */
static inline vq vq_set1(uint64_t a) { return a; }
static inline vq vq_set1_low(uint32_t a) { return a; }
static inline vq vq_iota(void) { return 0; }
static inline vq vq_add(vq a, vq b) { return a + b; }
static inline vq vq_high(vq a) { return a >> 32; }
static inline vq vq_mul32(vq a, vq b)
{
    return (a & UINT32_MAX) * (b & UINT32_MAX);
}
static inline vq vq_xor3(vq a, vq b, vq c) { return a ^ b ^ c; }
/* The low words of a and b as one number, a's the lower half. */
static inline void vq_pack(vq a, vq b, vi out[SIMD_QPACK])
{
    out[0] = (a & UINT32_MAX) | b << 32;
}
/* clang-format on */

#endif /* ITO_KERN_SIMD64_C_H */

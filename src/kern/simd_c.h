/* SPDX-License-Identifier: MIT
 *
 * simd_c.h - the SIMD vocabulary in plain C, one number a "vector".
 *
 * This file is the meaning of the vocabulary: what each word does to one
 * lane.  simd_avx2.h, simd_avx512.h and simd_neon.h do the same to many
 * lanes and must give the same bits (of a NaN only that it is one).
 *
 *     vf  SIMD_WIDTH reals             vm  one truth value a lane of vf
 *     vi  SIMD_WIDTH 32-bit integers   vd  SIMD_DWIDTH doubles
 *     vq  SIMD_QWIDTH 64-bit integers, one Philox block a lane
 *
 * Beside this vocabulary the templates use fmaf and + - * / on single reals.
 * With ITO_REAL=double (tests alone) vf is a double, and what only float can
 * do (v_bits, v_float) is absent.
 */
#ifndef ITO_KERN_SIMD_C_H
#define ITO_KERN_SIMD_C_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kern/kern.h"

#define SIMD_NAME   c
#define SIMD_WIDTH  1
#define SIMD_DWIDTH 1
#define SIMD_QWIDTH 1
#define SIMD_REGS   16 /* architectural vector registers, for tile sizes */

typedef real vf;
typedef uint32_t vi;
typedef bool vm;
typedef double vd;
typedef uint64_t vq;

#ifdef ITO_REAL_IS_DOUBLE
#define REAL_FMA   fma
#define REAL_SQRT  sqrt
#define REAL_ABS   fabs
#define REAL_FLOOR floor
#else
#define REAL_FMA   fmaf
#define REAL_SQRT  sqrtf
#define REAL_ABS   fabsf
#define REAL_FLOOR floorf
#endif

/* clang-format off */

/* --- reals: memory ----------------------------------------------------- */
static inline vf v_zero(void) { return 0; }
static inline vf v_set1(real a) { return a; }
static inline vf v_load(const real *p) { return *p; }
static inline void v_store(real *p, vf a) { *p = a; }
/* The first n lanes, 0 <= n <= SIMD_WIDTH; the others are read as zero and
 * are not written.  Nothing past p + n is touched. */
static inline vf v_load_n(const real *p, size_t n) { return n ? *p : 0; }
static inline void v_store_n(real *p, vf a, size_t n) { if (n) *p = a; }

/* --- reals: arithmetic, rounded to nearest even ------------------------ */
static inline vf v_add(vf a, vf b) { return a + b; }
static inline vf v_sub(vf a, vf b) { return a - b; }
static inline vf v_mul(vf a, vf b) { return a * b; }
static inline vf v_div(vf a, vf b) { return a / b; }
static inline vf v_sqrt(vf a) { return REAL_SQRT(a); }
static inline vf v_fma(vf a, vf b, vf c) { return REAL_FMA(a, b, c); }
static inline vf v_fnma(vf a, vf b, vf c) { return REAL_FMA(-a, b, c); }
static inline vf v_neg(vf a) { return -a; } /* flips the sign bit */
static inline vf v_floor(vf a) { return REAL_FLOOR(a); }
static inline vf v_abs(vf a) { return REAL_ABS(a); }
/* The second operand when they do not compare: a NaN there stays. */
static inline vf v_max(vf a, vf b) { return a > b ? a : b; }
static inline vf v_min(vf a, vf b) { return a < b ? a : b; }

/* --- truth values: false when a NaN is compared ------------------------ */
static inline vm v_lt(vf a, vf b) { return a < b; }
static inline vm v_gt(vf a, vf b) { return a > b; }
static inline vm v_eq(vf a, vf b) { return a == b; }
static inline vf v_sel(vm m, vf a, vf b) { return m ? a : b; }
static inline bool v_any(vm m) { return m; } /* true in some lane */
/* True where the sign bit is set. */
static inline vm vi_negative(vi a) { return a >> 31 != 0; }

/* --- 32-bit integers, wrapping; shift counts are constants 1..31 -------- */
static inline vi vi_set1(uint32_t a) { return a; }
static inline void vi_store(uint32_t *p, vi a) { *p = a; }
static inline vi vi_add(vi a, vi b) { return a + b; }
static inline vi vi_sub(vi a, vi b) { return a - b; }
static inline vi vi_and(vi a, vi b) { return a & b; }
static inline vi vi_or(vi a, vi b) { return a | b; }
static inline vi vi_xor(vi a, vi b) { return a ^ b; }
#define vi_shl(a, count) ((vi)((a) << (count)))
#define vi_shr(a, count) ((vi)((a) >> (count))) /* zeros come in */
/* Copies of the sign bit come in. */
#define vi_sar(a, count) \
    ((vi)(((a) >> (count)) | ((a) >> 31 ? ~(UINT32_MAX >> (count)) : 0u)))
/* To real, rounded to nearest even: of a signed and of an unsigned number. */
static inline int32_t vi_signed_(vi a)
{
    int32_t s;

    memcpy(&s, &a, sizeof(s));
    return s;
}
static inline vf v_from_i(vi a) { return (real)vi_signed_(a); }
static inline vf v_from_u(vi a) { return (real)a; }

#ifndef ITO_REAL_IS_DOUBLE
/* The bits of a float, and the float of those bits. */
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
#endif

/* --- doubles, for sums ------------------------------------------------- */
static inline vd vd_zero(void) { return 0.0; }
static inline vd vd_load(const double *p) { return *p; }
static inline vd vd_load_real(const real *p) { return (double)*p; }
static inline void vd_store(double *p, vd a) { *p = a; }
static inline vd vd_add(vd a, vd b) { return a + b; }
static inline vd vd_mul(vd a, vd b) { return a * b; }

/* --- Philox: only the low 32 bits of a lane count, except in vq_add ------ */
static inline vq vq_set1(uint64_t a) { return a; }
/* a in the low 32 bits; the high ones are anything. */
static inline vq vq_set1_low(uint32_t a) { return a; }
/* 0, 1, ... SIMD_QWIDTH - 1 */
static inline vq vq_iota(void) { return 0; }
static inline vq vq_add(vq a, vq b) { return a + b; }
static inline vq vq_high(vq a) { return a >> 32; }
/* Low 32 bits of a times low 32 bits of b. */
static inline vq vq_mul32(vq a, vq b)
{
    return (a & UINT32_MAX) * (b & UINT32_MAX);
}
static inline vq vq_xor3(vq a, vq b, vq c) { return a ^ b ^ c; }
/* The low words of a and b side by side, a's first: SIMD_QPACK vectors. */
#define SIMD_QPACK (2 * SIMD_QWIDTH / SIMD_WIDTH)
static inline void vq_pack(vq a, vq b, vi out[SIMD_QPACK])
{
    out[0] = (uint32_t)a;
    out[1] = (uint32_t)b;
}
/* clang-format on */

#endif /* ITO_KERN_SIMD_C_H */

/* SPDX-License-Identifier: MIT
 *
 * kern64_avx512.c - the kernels in double, for AVX-512 (F, DQ, BW, VL).
 *
 * The instructions are allowed between the pragmas alone, so that the file
 * needs no compiler flags; headers of the system stay outside.
 */
#include "kern/kern.h"

#ifdef ITO_KERN_X86

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(                                               \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
#endif

#include "kern/simd64_avx512.h"

/* after the vocabulary it is written in */
#include "kern/kern64_tmpl.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif /* ITO_KERN_X86 */

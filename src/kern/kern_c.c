/* SPDX-License-Identifier: MIT
 *
 * kern_c.c - the kernels in plain C: the definition of every result, and the
 * last resort.
 */
#include "kern/simd_c.h"

/* after the vocabulary it is written in */
#include "kern/kern_tmpl.h"

/* SPDX-License-Identifier: MIT
 *
 * kern64_c.c - the kernels in double in plain C: the definition of every
 * result, and the last resort.
 */
#include "kern/simd64_c.h"

/* after the vocabulary it is written in */
#include "kern/kern64_tmpl.h"

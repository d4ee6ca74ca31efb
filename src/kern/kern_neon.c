/* SPDX-License-Identifier: MIT
 *
 * kern_neon.c - the kernels for AArch64, whose every CPU has them.
 */
#include "kern/kern.h"

#ifdef ITO_KERN_NEON

#include <string.h>

#include "kern/simd_neon.h"

/* after the vocabulary it is written in */
#include "kern/kern_tmpl.h"

#endif /* ITO_KERN_NEON */

/* SPDX-License-Identifier: MIT
 *
 * kern64_neon.c - the kernels in double, for AArch64, whose every CPU has them.
 */
#include "kern/kern.h"

#ifdef ITO_KERN_NEON

#include <string.h>

#include "kern/simd64_neon.h"

/* after the vocabulary it is written in */
#include "kern/kern64_tmpl.h"

#endif /* ITO_KERN_NEON */

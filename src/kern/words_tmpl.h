/* SPDX-License-Identifier: MIT
 *
 * words_tmpl.h - the words of Philox as they are.
 */
#ifndef ITO_KERN_WORDS_TMPL_H
#define ITO_KERN_WORDS_TMPL_H

#include "kern/philox_tmpl.h"

ITO_INLINE void philox_words(philox_run *run, const size_t groups,
                             uint32_t *out)
{
    vi u[PHILOX_AHEAD * PHILOX_VIS], v[PHILOX_AHEAD * PHILOX_VIS];

    philox_groups(run, groups, u, v);
    for (size_t g = 0; g < groups; g++)
        for (size_t i = 0; i < PHILOX_VIS; i++) {
            uint32_t *const at = out + g * PHILOX_NUMBERS + i * SIMD_WIDTH;
            vi_store(at, u[g * PHILOX_VIS + i]);
            vi_store(at + PHILOX_NUMBERS / 2, v[g * PHILOX_VIS + i]);
        }
}

PHILOX_KERNEL(vec_words, philox_words, uint32_t *)

#endif /* ITO_KERN_WORDS_TMPL_H */

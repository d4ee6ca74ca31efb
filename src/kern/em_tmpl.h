/* SPDX-License-Identifier: MIT
 *
 * em_tmpl.h - a step of Euler and Maruyama whose normals stay in registers.
 */
#ifndef ITO_KERN_EM_TMPL_H
#define ITO_KERN_EM_TMPL_H

#include "kern/philox_tmpl.h"

/* One vector of numbers, from number i of the run on. */
ITO_INLINE void em_one(const EM_STEP *s, size_t i, vf normal)
{
    const vf g = s->g ? v_load(s->g + i) : v_set1(s->g_all);
    const vf x = v_fma(v_set1(s->h), v_load(s->f + i), v_load(s->x + i));

    v_store(s->z + i, v_fma(g, v_mul(v_set1(s->scale), normal), x));
}

ITO_INLINE void em_groups(philox_run *run, const size_t groups, size_t at,
                          const EM_STEP *step)
{
    vi u[PHILOX_AHEAD * PHILOX_VIS], v[PHILOX_AHEAD * PHILOX_VIS];
    vf s, c;

    philox_groups(run, groups, u, v);
    for (size_t g = 0; g < groups; g++)
        for (size_t i = 0; i < PHILOX_VIS; i++) {
            const size_t k = at + g * PHILOX_NUMBERS + i * SIMD_WIDTH;

            philox_normal(u[g * PHILOX_VIS + i], v[g * PHILOX_VIS + i], &s, &c);
            em_one(step, k, s);
            em_one(step, k + PHILOX_NUMBERS / 2, c);
        }
}

static void vec_em(size_t groups, const ito_philox *p, const EM_STEP *step)
{
    philox_run run = philox_start(p);
    const EM_STEP s = *step;
    size_t g = 0;

    for (; g + PHILOX_AHEAD <= groups; g += PHILOX_AHEAD)
        em_groups(&run, PHILOX_AHEAD, g * PHILOX_NUMBERS, &s);
    for (; g < groups; g++)
        em_groups(&run, 1, g * PHILOX_NUMBERS, &s);
}

#endif /* ITO_KERN_EM_TMPL_H */

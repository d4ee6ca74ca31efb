/* SPDX-License-Identifier: MIT
 *
 * draw_tmpl.h - floats from random words, the parts of uniforms and normals.
 *
 * The error of a normal of radius R is below 4e-7 R + 2^-24 / R; the second
 * term is u near 1, where a float has 24 bits.  The largest is 6.76.
 */
#ifndef ITO_KERN_DRAW_TMPL_H
#define ITO_KERN_DRAW_TMPL_H

#include "kern/math_tmpl.h"

#ifdef ITO_REAL_IS_DOUBLE

ITO_INLINE void philox_normal(vi a, vi b, vf *s, vf *c)
{
    const double radius = sqrt(-2.0 * log(((double)a + 0.5) * 0x1p-32));
    const double angle = (double)b * (0x1p-31 * 3.14159265358979323846);

    *s = radius * sin(angle);
    *c = radius * cos(angle);
}

#else

/* u = (a + 1/2) / 2^32 rounded to float. */
ITO_INLINE vf draw_radial(vi a)
{
    return v_fma(v_from_u(a), V1(0x1p-32), V1(0x1p-33));
}

/* The angle 2 pi b / 2^32 as a quadrant (the two top bits) and the rest. */
ITO_INLINE vf draw_angle(vi b, vi *quadrant)
{
    const vi eighth = vi_set1(0x20000000u), rest = vi_set1(0x3fffffffu);
    const vi turned = vi_add(b, eighth);
    const vi offset = vi_sub(vi_and(turned, rest), eighth);

    *quadrant = turned;
    return v_mul(v_from_i(offset), V1(0x1.921fb6p-30));
}

#endif

/* (word >> 9 + 1/2) / 2^23: exact, so 0 and 1 are never reached. */
ITO_INLINE vf draw_uniform(vi a)
{
    return v_fma(v_from_i(vi_shr(a, 9)), V1(0x1p-23), V1(0x1p-24));
}

#endif /* ITO_KERN_DRAW_TMPL_H */

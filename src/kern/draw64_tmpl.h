/* SPDX-License-Identifier: MIT
 *
 * draw64_tmpl.h - doubles from random words, the parts of uniforms and
 * normals.
 *
 * 52 bits of a pair of words become the fraction of a number in [1, 2), from
 * which everything else is exact: integers of 64 bits cannot be converted
 * with the same rounding on every instruction set.  The largest normal is
 * 8.57.
 */
#ifndef ITO_KERN_DRAW64_TMPL_H
#define ITO_KERN_DRAW64_TMPL_H

#include "kern/math64_tmpl.h"

/* 1 + a / 2^52 for a < 2^52. */
ITO_INLINE vf draw_mantissa(vi a)
{
    return v_float(vi_or(a, vi_set1(UINT64_C(0x3ff0000000000000))));
}

/* (a >> 12 + 1/2) / 2^52: exact, so 0 and 1 are never reached. */
ITO_INLINE vf draw_uniform(vi a)
{
    return v_sub(draw_mantissa(vi_shr(a, 12)), V1(0x1.fffffffffffffp-1));
}

ITO_INLINE vf draw_radial(vi a)
{
    return draw_uniform(a);
}

/* The angle 2 pi (b >> 10) / 2^54 as a quadrant (the two top bits) and the
 * rest. */
ITO_INLINE vf draw_angle(vi b, vi *quadrant)
{
    const vi turned = vi_add(b, vi_set1(UINT64_C(0x2000000000000000)));
    const vf rest = draw_mantissa(vi_shr(vi_shl(turned, 2), 12));

    *quadrant = turned;
    return v_mul(v_sub(rest, V1(1.5)), V1(0x1.921fb54442d18p+0));
}

#endif /* ITO_KERN_DRAW64_TMPL_H */

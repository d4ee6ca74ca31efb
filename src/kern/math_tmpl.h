/* SPDX-License-Identifier: MIT
 *
 * math_tmpl.h - exp, log, tanh, sine and cosine in the SIMD vocabulary.
 *
 * Polynomials are minimax fits of our own (Lawson's algorithm, coefficients
 * rounded one after the other), evaluated by fma in one fixed order.  Largest
 * errors, measured by test_kern against long double:
 *
 *     exp     1.0e-7 relative; 0 below -86.9, inf above 88.72
 *     log     1.3e-7 relative, subnormal arguments included
 *     tanh    2.0e-7 relative
 *     sincos  1.0e-7 absolute for |x| <= 1e5, NaN beyond (an angle in float
 *             has lost its fraction of a turn there)
 *
 * NaN gives NaN.  In the double build of the tests the C library takes the
 * place of the polynomials.
 */
#ifndef ITO_KERN_MATH_TMPL_H
#define ITO_KERN_MATH_TMPL_H

#define R(number)  ((real)(number))
#define V1(number) v_set1(R(number))

/* Beyond this sincos gives NaN. */
#define MATH_ANGLE_MAX R(1e5)

#ifdef ITO_REAL_IS_DOUBLE

ITO_INLINE vf math_exp_parts(vf x, vf *half_scale)
{
    *half_scale = 0.5;
    return expm1(x);
}

ITO_INLINE vf math_exp(vf x)
{
    return exp(x);
}

ITO_INLINE vf math_exp2_low(vf x)
{
    return exp2(x);
}

ITO_INLINE vf math_log(vf x)
{
    return log(x);
}

ITO_INLINE void math_sincos(vf x, vf *s, vf *c)
{
    const bool ok = fabs(x) <= MATH_ANGLE_MAX;

    *s = ok ? sin(x) : (double)NAN;
    *c = ok ? cos(x) : (double)NAN;
}

#else

/*
 * exp(x) = 2 h (q + 1) and exp(x) - 1 = 2 (h q + h - 1/2), where h = 2^(k-1)
 * is *half_scale, q = exp(x - k log 2) - 1 is returned, k = round(x / log 2).
 *
 * k + 126 appears in the low bits of x / log 2 + 1.5 2^23 + 126 and moves
 * from there into the exponent of h, for k from -126 (h = 0) to 128.  The
 * bounds keep k there; the order of their operands keeps a NaN.
 */
ITO_INLINE vf math_exp_parts(vf x, vf *half_scale)
{
    const vf shift = V1(12583038.0);
    const vf xc = v_min(V1(88.8), v_max(V1(-87.4), x));
    const vf t = v_fma(xc, V1(0x1.715476p+0), shift);
    const vf k = v_sub(t, shift);
    const vf r0 = v_fnma(k, V1(0x1.62e430p-1), xc);
    const vf r = v_fnma(k, V1(-0x1.05c610p-29), r0);
    vf g;

    *half_scale = v_float(vi_shl(v_bits(t), 23));
    g = v_fma(V1(0x1.6d722ep-10), r, V1(0x1.122680p-7));
    g = v_fma(g, r, V1(0x1.5554c8p-5));
    g = v_fma(g, r, V1(0x1.5554b2p-3));
    g = v_fma(g, r, V1(0.5));
    return v_fma(g, v_mul(r, r), r);
}

/* 2^x for x <= 0, 0 below -126.5; error 5e-8 relative.  The exponent comes
 * from the low bits of x + 1.5 2^23 + 127, as in math_exp_parts. */
ITO_INLINE vf math_exp2_low(vf x)
{
    const vf shift = V1(12583039.0);
    const vf xc = v_max(V1(-127.0), x);
    const vf t = v_add(xc, shift);
    const vf f = v_sub(xc, v_sub(t, shift));
    vf g;

    g = v_fma(V1(0x1.41f41ep-13), f, V1(0x1.5f3a84p-10));
    g = v_fma(g, f, V1(0x1.3b2d52p-7));
    g = v_fma(g, f, V1(0x1.c6aef2p-5));
    g = v_fma(g, f, V1(0x1.ebfbdcp-3));
    g = v_fma(g, f, V1(0x1.62e430p-1));
    return v_mul(v_fma(g, f, V1(1.0)), v_float(vi_shl(v_bits(t), 23)));
}

/*
 * log x for normal positive x: x = 2^e (1 + f), 1/2 <= (1 + f)^2 < 2;
 * `extra` is added to e.
 */
ITO_INLINE vf math_log_normal(vf x, vf extra)
{
    const vi bits = v_bits(x);
    const vi e = vi_sar(vi_sub(bits, vi_set1(0x3f3504f3)), 23);
    const vf f = v_sub(v_float(vi_sub(bits, vi_shl(e, 23))), V1(1.0));
    const vf f2 = v_mul(f, f), f4 = v_mul(f2, f2);
    const vf q01 = v_fma(V1(-0x1.00022ap-2), f, V1(0x1.555554p-2));
    const vf q23 = v_fma(V1(-0x1.547162p-3), f, V1(0x1.99a026p-3));
    const vf q45 = v_fma(V1(-0x1.0d8c4cp-3), f, V1(0x1.22d748p-3));
    const vf q67 = v_fma(V1(-0x1.38c454p-4), f, V1(0x1.05722ep-3));
    const vf q = v_fma(f4, v_fma(f2, q67, q45), v_fma(f2, q23, q01));
    const vf l = v_fma(v_mul(f, f2), q, v_fma(f2, V1(-0.5), f));

    return v_fma(v_add(v_from_i(e), extra), V1(0x1.62e430p-1), l);
}

/* (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4, |r| <= pi/4. */
ITO_INLINE vf math_sin_part(vf r2)
{
    return v_fma(v_fma(V1(-0x1.9955b0p-13), r2, V1(0x1.11077cp-7)), r2,
                 V1(-0x1.555546p-3));
}

ITO_INLINE vf math_cos_part(vf r2)
{
    return v_fma(v_fma(V1(0x1.99e0eep-16), r2, V1(-0x1.6c0c1ap-10)), r2,
                 V1(0x1.55554ap-5));
}

/* What elem_tmpl.h needs to know of the number type: the smallest normal
 * number and a power of two that makes subnormal ones normal; the sign bit;
 * 2/pi, pi/2 in three parts, 1.5 2^23 and the way of a number's lowest two
 * bits to the top of a lane. */
#define MATH_NORMAL    0x1p-126
#define MATH_LIFT      0x1p23
#define MATH_LIFT_LOG2 23.0
#define MATH_SIGN      0x80000000u
#define MATH_TOP_TWO   30
#define MATH_TO_WHOLE  12582912.0
#define MATH_2_OVER_PI 0x1.45f306p-1
#define MATH_PIO2_A    0x1.921fb6p+0
#define MATH_PIO2_B    (-0x1.777a5cp-25)
#define MATH_PIO2_C    (-0x1.ee59dap-50)

#endif

/* Where 1 - tanh is no longer a normal number. */
#define MATH_TANH_MAX V1(43.0)

/* what is made of these */
#include "kern/elem_tmpl.h"

#endif /* ITO_KERN_MATH_TMPL_H */

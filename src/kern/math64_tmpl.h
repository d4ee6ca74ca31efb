/* SPDX-License-Identifier: MIT
 *
 * math64_tmpl.h - the parts of exp, log, sine and cosine in double.
 *
 * Minimax polynomials of our own (Remez' exchange, coefficients rounded one
 * after the other), evaluated by fma in one fixed order; reductions as in
 * Cody and Waite, "Software Manual for the Elementary Functions" (1980).  The
 * form of log is that of Sun's fdlibm (Ng, 1993).  Largest errors, in units
 * of the last place of the result, measured by test_kern64 against long
 * double:
 *
 *     exp     1.0, 1.5 below -707; 0 below -708.05, inf above 709.78
 *     log     1.0, subnormal arguments included
 *     tanh    3.0
 *     sincos  1.6 for |x| <= 1e5, NaN beyond
 *
 * NaN gives NaN.
 */
#ifndef ITO_KERN_MATH64_TMPL_H
#define ITO_KERN_MATH64_TMPL_H

#define R(number)  ((real)(number))
#define V1(number) v_set1(R(number))

/* Beyond this sincos gives NaN. */
#define MATH_ANGLE_MAX R(1e5)

/* As in math_tmpl.h; here k + 1022 appears in the low bits of x / log 2 + 1.5
 * 2^52 + 1022, for k from -1022 (h = 0) to 1024.  k times the first part of
 * log 2 is exact. */
ITO_INLINE vf math_exp_parts(vf x, vf *half_scale)
{
    const vf shift = V1(6755399441056766.0);
    const vf xc = v_min(V1(709.9), v_max(V1(-708.6), x));
    const vf t = v_fma(xc, V1(0x1.71547652b82fep+0), shift);
    const vf k = v_sub(t, shift);
    const vf r0 = v_fnma(k, V1(0x1.62e42fefa38p-1), xc);
    const vf r = v_fnma(k, V1(0x1.ef35793c76730p-45), r0);
    const vf r2 = v_mul(r, r), r4 = v_mul(r2, r2);
    const vf g01 = v_fma(V1(0x1.555555555555dp-3), r, V1(0.5));
    const vf g23 = v_fma(V1(0x1.111111110e3acp-7), r, V1(0x1.555555555556ep-5));
    const vf g45 =
        v_fma(V1(0x1.a01a01b6d0f40p-13), r, V1(0x1.6c16c16c08011p-10));
    const vf g67 =
        v_fma(V1(0x1.71dde7f9eb4bbp-19), r, V1(0x1.a01a01fc4ccb8p-16));
    const vf g89 =
        v_fma(V1(0x1.af79cf0efec29p-26), r, V1(0x1.27e40bf2a32e9p-22));
    const vf g8a = v_fma(V1(0x1.20d1ff6f723cfp-29), r2, g89);
    const vf g0 = v_fma(g23, r2, g01), g4 = v_fma(g67, r2, g45);

    *half_scale = v_float(vi_shl(v_bits(t), 52));
    return v_fma(v_fma(v_fma(g8a, r4, g4), r4, g0), r2, r);
}

/* As in math_tmpl.h: 0 below -1022.5; error 1 unit of the last place. */
ITO_INLINE vf math_exp2_low(vf x)
{
    const vf shift = V1(6755399441056767.0);
    const vf xc = v_max(V1(-1023.0), x);
    const vf t = v_add(xc, shift);
    const vf f = v_sub(xc, v_sub(t, shift));
    const vf f2 = v_mul(f, f), f4 = v_mul(f2, f2);
    const vf g01 = v_fma(V1(0x1.ebfbdff82c58fp-3), f, V1(0x1.62e42fefa39efp-1));
    const vf g23 = v_fma(V1(0x1.3b2ab6fba4e25p-7), f, V1(0x1.c6b08d704a0cep-5));
    const vf g45 =
        v_fma(V1(0x1.430912f8835ebp-13), f, V1(0x1.5d87fe78a29b8p-10));
    const vf g67 =
        v_fma(V1(0x1.62c021e30fd2fp-20), f, V1(0x1.ffcbfc7410ed1p-17));
    const vf g89 =
        v_fma(V1(0x1.e4d06d0f59c8cp-28), f, V1(0x1.b524dec7d10a2p-24));
    const vf gab =
        v_fma(V1(0x1.c2cadeb0d5b0ap-36), f, V1(0x1.e9ff4d2c29c60p-32));
    const vf g0 = v_fma(g23, f2, g01), g4 = v_fma(g67, f2, g45);
    const vf g8 = v_fma(gab, f2, g89);
    const vf g = v_fma(v_fma(g8, f4, g4), f4, g0);

    return v_mul(v_fma(g, f, V1(1.0)), v_float(vi_shl(v_bits(t), 52)));
}

/* As in math_tmpl.h.  With s = f / (2 + f), log(1 + f) = f - f^2/2 + s (f^2/2
 * + R(s^2)).  The exponent is read as the low bits of a number near 2^52. */
ITO_INLINE vf math_log_normal(vf x, vf extra)
{
    const vi one = vi_set1(UINT64_C(0x3ff0000000000000));
    const vi bits = v_bits(x);
    const vi moved = vi_add(bits, vi_set1(UINT64_C(0x00095f619980c433)));
    const vi e = vi_shr(moved, 52);
    const vf big = v_float(vi_or(e, vi_set1(UINT64_C(0x4330000000000000))));
    const vf k = v_add(v_sub(big, V1(4503599627371519.0)), extra);
    const vf m = v_float(vi_add(vi_sub(bits, vi_shl(e, 52)), one));
    const vf f = v_sub(m, V1(1.0));
    const vf s = v_div(f, v_add(V1(2.0), f));
    const vf z = v_mul(s, s), z2 = v_mul(z, z), z4 = v_mul(z2, z2);
    const vf half = v_mul(v_mul(V1(0.5), f), f);
    const vf q01 = v_fma(V1(0x1.999999997ff05p-2), z, V1(0x1.5555555555592p-1));
    const vf q23 = v_fma(V1(0x1.c71c521255980p-3), z, V1(0x1.24924941e331dp-2));
    const vf q45 = v_fma(V1(0x1.39a1dab1772c4p-3), z, V1(0x1.74663d692140dp-3));
    const vf q46 = v_fma(V1(0x1.2f04561ec4cb9p-3), z2, q45);
    const vf q = v_fma(q46, z4, v_fma(q23, z2, q01));
    const vf low = v_mul(k, V1(0x1.ef35793c76730p-45));
    const vf r = v_fma(s, v_fma(q, z, half), low);

    return v_fma(k, V1(0x1.62e42fefa38p-1), v_sub(f, v_sub(half, r)));
}

ITO_INLINE vf math_sin_part(vf r2)
{
    const vf r4 = v_mul(r2, r2);
    const vf a01 =
        v_fma(V1(0x1.111111110f8a5p-7), r2, V1(-0x1.5555555555549p-3));
    const vf a23 =
        v_fma(V1(0x1.71de357ae2b47p-19), r2, V1(-0x1.a01a019c15e5cp-13));
    const vf a45 =
        v_fma(V1(0x1.5d93951304207p-33), r2, V1(-0x1.ae5e686cb2f0ep-26));

    return v_fma(v_fma(a45, r4, a23), r4, a01);
}

ITO_INLINE vf math_cos_part(vf r2)
{
    const vf r4 = v_mul(r2, r2);
    const vf b01 =
        v_fma(V1(-0x1.6c16c16c1521ep-10), r2, V1(0x1.555555555554cp-5));
    const vf b23 =
        v_fma(V1(-0x1.27e4f8128f784p-22), r2, V1(0x1.a01a019cbf38ep-16));
    const vf b45 =
        v_fma(V1(-0x1.8fb11ce5f6135p-37), r2, V1(0x1.1ee9f13249087p-29));

    return v_fma(v_fma(b45, r4, b23), r4, b01);
}

/* See math_tmpl.h. */
#define MATH_NORMAL    0x1p-1022
#define MATH_LIFT      0x1p52
#define MATH_LIFT_LOG2 52.0
#define MATH_SIGN      UINT64_C(0x8000000000000000)
#define MATH_TOP_TWO   62
#define MATH_TO_WHOLE  6755399441055744.0
#define MATH_2_OVER_PI 0x1.45f306dc9c883p-1
#define MATH_PIO2_A    0x1.921fb54442d18p+0
#define MATH_PIO2_B    0x1.1a62633145c07p-54
#define MATH_PIO2_C    (-0x1.f1976b7ed8fbcp-110)

/* Where 1 - tanh is far below the last place. */
#define MATH_TANH_MAX V1(350.0)

/* what is made of these */
#include "kern/elem_tmpl.h"

#endif /* ITO_KERN_MATH64_TMPL_H */

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

ITO_INLINE vf math_exp(vf x)
{
    vf h;
    const vf q = math_exp_parts(x, &h), y = v_fma(h, q, h);

    return v_add(y, y);
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

ITO_INLINE vf math_log(vf x)
{
    const vm small = v_lt(x, V1(0x1p-126));
    const vf xs = v_sel(small, v_mul(x, V1(0x1p23)), x);
    const vf y = math_log_normal(xs, v_sel(small, V1(-23.0), v_zero()));
    const vf low = v_sel(v_eq(x, v_zero()), V1(-INFINITY), V1(NAN));

    return v_sel(v_gt(x, v_zero()), v_sel(v_lt(x, V1(INFINITY)), y, x), low);
}

/*
 * Sine and cosine of q pi/2 + r, |r| <= pi/4; the two top bits of `quadrant`
 * are q.
 */
ITO_INLINE void math_quadrant(vi quadrant, vf r, vf *s, vf *c)
{
    const vi sign = vi_set1(0x80000000u), next = vi_shl(quadrant, 1);
    const vm odd = vi_negative(next);
    const vf r2 = v_mul(r, r);
    const vf a = v_fma(v_fma(V1(-0x1.9955b0p-13), r2, V1(0x1.11077cp-7)), r2,
                       V1(-0x1.555546p-3));
    const vf b = v_fma(v_fma(V1(0x1.99e0eep-16), r2, V1(-0x1.6c0c1ap-10)), r2,
                       V1(0x1.55554ap-5));
    const vf sine = v_fma(a, v_mul(r2, r), r);
    const vf cosine = v_fma(b, v_mul(r2, r2), v_fma(r2, V1(-0.5), V1(1.0)));
    const vi s_sign = vi_and(quadrant, sign);
    const vi c_sign = vi_and(vi_xor(quadrant, next), sign);

    *s = v_float(vi_xor(v_bits(v_sel(odd, cosine, sine)), s_sign));
    *c = v_float(vi_xor(v_bits(v_sel(odd, sine, cosine)), c_sign));
}

/* pi/2 in three parts: Cody and Waite's reduction, here by fma. */
ITO_INLINE void math_sincos(vf x, vf *s, vf *c)
{
    const vf shift = V1(12582912.0);
    const vm out = v_gt(v_abs(x), v_set1(MATH_ANGLE_MAX));
    const vf xc = v_sel(out, V1(NAN), x);
    const vf t = v_fma(xc, V1(0x1.45f306p-1), shift);
    const vf k = v_sub(t, shift);
    const vf r0 = v_fnma(k, V1(0x1.921fb6p+0), xc);
    const vf r1 = v_fnma(k, V1(-0x1.777a5cp-25), r0);
    const vf r = v_fnma(k, V1(-0x1.ee59dap-50), r1);

    math_quadrant(vi_shl(v_bits(t), 30), r, s, c);
}

#endif

/*
 * tanh x = h / (h + 1) with h = (exp(2 |x|) - 1) / 2; *rest = 1 - |tanh x|.
 * The bound on |x| is where the rest is no longer a normal number.
 */
ITO_INLINE vf math_tanh_rest(vf x, vf *rest)
{
    const vf a = v_min(V1(43.0), v_abs(x));
    vf half, h, d, y;
    const vf q = math_exp_parts(v_add(a, a), &half);

    h = v_fma(half, q, v_sub(half, V1(0.5)));
    d = v_add(h, V1(1.0));
    *rest = v_div(V1(1.0), d);
    y = v_div(h, d);
    return v_sel(v_lt(x, v_zero()), v_neg(y), y);
}

ITO_INLINE vf math_tanh(vf x)
{
    vf rest;

    return math_tanh_rest(x, &rest);
}

/* y = op(x) over an array: the same on body and tail. */
#define MATH_MAP(name, op)                                       \
    static void name(size_t n, const real *x, real *y)           \
    {                                                            \
        size_t i = 0;                                            \
                                                                 \
        for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)             \
            v_store(y + i, op(v_load(x + i)));                   \
        if (i < n)                                               \
            v_store_n(y + i, op(v_load_n(x + i, n - i)), n - i); \
    }

MATH_MAP(vec_exp, math_exp)
MATH_MAP(vec_log, math_log)
MATH_MAP(vec_tanh, math_tanh)

static void vec_sincos(size_t n, const real *x, real *s, real *c)
{
    size_t i = 0;
    vf vs, vc;

    for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {
        math_sincos(v_load(x + i), &vs, &vc);
        v_store(s + i, vs);
        v_store(c + i, vc);
    }
    if (i < n) {
        math_sincos(v_load_n(x + i, n - i), &vs, &vc);
        v_store_n(s + i, vs, n - i);
        v_store_n(c + i, vc, n - i);
    }
}

#endif /* ITO_KERN_MATH_TMPL_H */

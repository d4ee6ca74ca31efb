/* SPDX-License-Identifier: MIT
 *
 * elem_tmpl.h - elementary functions made of the parts in math_tmpl.h (float)
 * or math64_tmpl.h (double), and the kernels that apply them to arrays.
 */
#ifndef ITO_KERN_ELEM_TMPL_H
#define ITO_KERN_ELEM_TMPL_H

#ifndef ITO_REAL_IS_DOUBLE

ITO_INLINE vf math_exp(vf x)
{
    vf h;
    const vf q = math_exp_parts(x, &h), y = v_fma(h, q, h);

    return v_add(y, y);
}

ITO_INLINE vf math_log(vf x)
{
    const vm small = v_lt(x, V1(MATH_NORMAL));
    const vf xs = v_sel(small, v_mul(x, V1(MATH_LIFT)), x);
    const vf lift = v_sel(small, V1(-MATH_LIFT_LOG2), v_zero());
    const vf y = math_log_normal(xs, lift);
    const vf low = v_sel(v_eq(x, v_zero()), V1(-INFINITY), V1(NAN));

    return v_sel(v_gt(x, v_zero()), v_sel(v_lt(x, V1(INFINITY)), y, x), low);
}

/*
 * Sine and cosine of q pi/2 + r, |r| <= pi/4; the two top bits of `quadrant`
 * are q.
 */
ITO_INLINE void math_quadrant(vi quadrant, vf r, vf *s, vf *c)
{
    const vi sign = vi_set1(MATH_SIGN), next = vi_shl(quadrant, 1);
    const vm odd = vi_negative(next);
    const vf r2 = v_mul(r, r);
    const vf a = math_sin_part(r2), b = math_cos_part(r2);
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
    const vf shift = V1(MATH_TO_WHOLE);
    const vm out = v_gt(v_abs(x), v_set1(MATH_ANGLE_MAX));
    const vf xc = v_sel(out, V1(NAN), x);
    const vf t = v_fma(xc, V1(MATH_2_OVER_PI), shift);
    const vf k = v_sub(t, shift);
    const vf r0 = v_fnma(k, V1(MATH_PIO2_A), xc);
    const vf r1 = v_fnma(k, V1(MATH_PIO2_B), r0);
    const vf r = v_fnma(k, V1(MATH_PIO2_C), r1);

    math_quadrant(vi_shl(v_bits(t), MATH_TOP_TWO), r, s, c);
}

#endif

/*
 * tanh x = h / (h + 1) with h = (exp(2 |x|) - 1) / 2; *rest = 1 - |tanh x|.
 */
ITO_INLINE vf math_tanh_rest(vf x, vf *rest)
{
    const vf a = v_min(MATH_TANH_MAX, v_abs(x));
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

#endif /* ITO_KERN_ELEM_TMPL_H */

/* SPDX-License-Identifier: MIT
 *
 * act_tmpl.h - activation functions and their derivatives (formulas in
 * ito/act.h), in the SIMD vocabulary.
 *
 * One function gives y and y' from one exponential; where only y is wanted
 * the compiler drops the rest, so both kernels give the same y.  Largest
 * errors, measured by test_kern against long double: of y 3e-7 relative, 6e-8
 * absolute where |y| < 0.2; of y' 3e-7 relative, 1.5e-7 absolute where |y'| <
 * 0.5.  NaN gives NaN in y, and an infinite x may.
 */
#ifndef ITO_KERN_ACT_TMPL_H
#define ITO_KERN_ACT_TMPL_H

#include "kern/math_tmpl.h"

ITO_INLINE vf act_none(vf x, vf *d)
{
    *d = V1(1.0);
    return x;
}

/*
 * s = 1 / (1 + exp(-x)); *rest = 1 - s = s exp(-x), without the loss of the
 * difference.  Where exp(-x) is infinite s is 0, and so is *rest: what is
 * made of it is multiplied by s.
 */
ITO_INLINE vf act_logistic(vf x, vf *rest)
{
    const vf e = math_exp(v_neg(x));
    const vf s = v_div(V1(1.0), v_add(V1(1.0), e));

    *rest = v_mul(s, v_min(V1(1e38), e));
    return s;
}

/* y = x s with s = 1 / (1 + exp(-x));  y' = s (1 + x (1 - s)). */
ITO_INLINE vf act_silu(vf x, vf *d)
{
    vf rest;
    const vf s = act_logistic(x, &rest);

    *d = v_mul(s, v_fma(x, rest, V1(1.0)));
    return v_mul(x, s);
}

/*
 * (1 + tanh(z)) / 2 = 1 / (1 + exp(-2 z)), so y = x s with s = 1 / (1 +
 * exp(-w)), w = 2 sqrt(2 / pi) (x + 0.044715 x^3);  y' = s (1 + x (1 - s) w').
 * Beyond |x| = 14, where s is 0 or 1, x is held in w and in y' so that a
 * large x does not become infinity times zero.
 */
ITO_INLINE vf act_gelu(vf x, vf *d)
{
    const vf b = V1(1.5957691216057308);
    const vf xc = v_min(V1(14.0), v_max(V1(-14.0), x));
    const vf x2 = v_mul(xc, xc);
    const vf w = v_mul(xc, v_fma(x2, V1(0.07135481627260025), b));
    const vf slope = v_fma(x2, V1(0.21406444881780076), b);
    vf rest;
    const vf s = act_logistic(w, &rest);

    *d = v_mul(s, v_fma(v_mul(xc, slope), rest, V1(1.0)));
    return v_mul(x, s);
}

/* y' = 0 at zero. */
ITO_INLINE vf act_relu(vf x, vf *d)
{
    *d = v_sel(v_gt(x, v_zero()), V1(1.0), v_zero());
    return v_max(v_zero(), x);
}

/* y' = 1 - y^2 = (1 - |y|) (1 + |y|). */
ITO_INLINE vf act_tanh(vf x, vf *d)
{
    vf rest;
    const vf y = math_tanh_rest(x, &rest);

    *d = v_mul(rest, v_sub(V1(2.0), rest));
    return y;
}

/* y' = s a at zero. */
ITO_INLINE vf act_selu(vf x, vf *d)
{
    const vf s = V1(1.0507009873554805), sa2 = V1(3.5161986816947532);
    const vm up = v_gt(x, v_zero());
    vf h;
    const vf q = math_exp_parts(v_min(v_zero(), x), &h);
    const vf low = v_mul(sa2, v_fma(h, q, v_sub(h, V1(0.5))));

    *d = v_sel(up, s, v_mul(sa2, v_fma(h, q, h)));
    return v_sel(up, v_mul(s, x), low);
}

#define ACT_LOOPS(name)                                                      \
    static void vec_##name(size_t n, const real *x, real *y)                 \
    {                                                                        \
        size_t i = 0;                                                        \
        vf d;                                                                \
                                                                             \
        for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH)                         \
            v_store(y + i, name(v_load(x + i), &d));                         \
        if (i < n)                                                           \
            v_store_n(y + i, name(v_load_n(x + i, n - i), &d), n - i);       \
    }                                                                        \
    static void vec_##name##_grad(size_t n, const real *x, real *y, real *d) \
    {                                                                        \
        size_t i = 0;                                                        \
        vf vd_;                                                              \
                                                                             \
        for (; i + SIMD_WIDTH <= n; i += SIMD_WIDTH) {                       \
            v_store(y + i, name(v_load(x + i), &vd_));                       \
            v_store(d + i, vd_);                                             \
        }                                                                    \
        if (i < n) {                                                         \
            v_store_n(y + i, name(v_load_n(x + i, n - i), &vd_), n - i);     \
            v_store_n(d + i, vd_, n - i);                                    \
        }                                                                    \
    }

ACT_LOOPS(act_none)
ACT_LOOPS(act_silu)
ACT_LOOPS(act_gelu)
ACT_LOOPS(act_relu)
ACT_LOOPS(act_tanh)
ACT_LOOPS(act_selu)

static void vec_act(size_t n, ito_act act, const real *x, real *y)
{
    switch (act) {
    case ITO_ACT_NONE: vec_act_none(n, x, y); break;
    case ITO_ACT_SILU: vec_act_silu(n, x, y); break;
    case ITO_ACT_GELU: vec_act_gelu(n, x, y); break;
    case ITO_ACT_RELU: vec_act_relu(n, x, y); break;
    case ITO_ACT_TANH: vec_act_tanh(n, x, y); break;
    case ITO_ACT_SELU: vec_act_selu(n, x, y); break;
    }
}

static void vec_act_grad(size_t n, ito_act act, const real *x, real *y, real *d)
{
    switch (act) {
    case ITO_ACT_NONE: vec_act_none_grad(n, x, y, d); break;
    case ITO_ACT_SILU: vec_act_silu_grad(n, x, y, d); break;
    case ITO_ACT_GELU: vec_act_gelu_grad(n, x, y, d); break;
    case ITO_ACT_RELU: vec_act_relu_grad(n, x, y, d); break;
    case ITO_ACT_TANH: vec_act_tanh_grad(n, x, y, d); break;
    case ITO_ACT_SELU: vec_act_selu_grad(n, x, y, d); break;
    }
}

#endif /* ITO_KERN_ACT_TMPL_H */

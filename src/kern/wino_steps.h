/* SPDX-License-Identifier: MIT
 *
 * wino_steps.h - the transforms of Winograd's convolution F(4x4, 3x3), one
 * register of channels at a time.
 *
 * Winograd 1980 in the form of Lavin and Gray, arXiv:1509.09308:
 *
 *     Y = A' [ (G g G') . (B' d B) ] A
 *
 * with d a 6 x 6 piece of the input, g a 3 x 3 kernel, Y the 4 x 4 piece of
 * the output, . the product element by element.  Each is applied first along
 * one side, then along the other, by the fixed sequences below, so that every
 * table gives the same bits.
 *
 * Included by conv_wino.h.
 */
#ifndef ITO_KERN_WINO_STEPS_H
#define ITO_KERN_WINO_STEPS_H

#define WINO_IN    6  /* side of a piece of the input */
#define WINO_OUT   4  /* side of a piece of the output */
#define WINO_SIDES 36 /* numbers of a transformed piece */

/* A statement for every p < side * side, unrolled. */
#if defined(__clang__)
#define WINO_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define WINO_UNROLL _Pragma("GCC unroll 36")
#else
#define WINO_UNROLL
#endif
#define WINO_ALL(side, statement)                              \
    do {                                                       \
        WINO_UNROLL                                            \
        for (size_t p = 0; p < (size_t)(side) * (side); p++) { \
            statement;                                         \
        }                                                      \
    } while (0)

/* o = B' d; neighbours in o are so apart, in d sd. */
ITO_INLINE void wino_in(vf *o, size_t so, const vf *d, size_t sd)
{
    const vf d1 = d[sd], d2 = d[2 * sd], d3 = d[3 * sd], d4 = d[4 * sd];
    const vf a = v_fnma(V1(4.0), d2, d4), b = v_fnma(V1(4.0), d1, d3);
    const vf e = v_sub(d4, d2), f = v_mul(V1(2.0), v_sub(d3, d1));

    o[0] = v_fma(V1(4.0), d[0], v_fnma(V1(5.0), d2, d4));
    o[so] = v_add(a, b);
    o[2 * so] = v_sub(a, b);
    o[3 * so] = v_add(e, f);
    o[4 * so] = v_sub(e, f);
    o[5 * so] = v_fma(V1(4.0), d1, v_fnma(V1(5.0), d3, d[5 * sd]));
}

/* o = A' m: six numbers to four. */
ITO_INLINE void wino_out(vf *o, size_t so, const vf *m, size_t sm)
{
    const vf a = v_add(m[sm], m[2 * sm]), b = v_sub(m[sm], m[2 * sm]);
    const vf e = v_add(m[3 * sm], m[4 * sm]), f = v_sub(m[3 * sm], m[4 * sm]);

    o[0] = v_add(m[0], v_add(a, e));
    o[so] = v_fma(V1(2.0), f, b);
    o[2 * so] = v_fma(V1(4.0), e, a);
    o[3 * so] = v_add(v_fma(V1(8.0), f, b), m[5 * sm]);
}

/* o = A y: four numbers to six. */
ITO_INLINE void wino_spread(vf *o, size_t so, const vf *y, size_t sy)
{
    const vf a = v_add(y[0], y[2 * sy]), b = v_add(y[sy], y[3 * sy]);
    const vf e = v_fma(V1(4.0), y[2 * sy], y[0]);
    const vf f = v_fma(V1(8.0), y[3 * sy], v_mul(V1(2.0), y[sy]));

    o[0] = y[0];
    o[so] = v_add(a, b);
    o[2 * so] = v_sub(a, b);
    o[3 * so] = v_add(e, f);
    o[4 * so] = v_sub(e, f);
    o[5 * so] = y[3 * sy];
}

/* o = G g: three numbers to six. */
ITO_INLINE void wino_kernel(vf *o, size_t so, const vf *g, size_t sg)
{
    const vf sum = v_add(g[0], g[2 * sg]), mid = g[sg];
    const vf far = v_fma(V1(4.0), g[2 * sg], g[0]);
    const vf s = V1(-1.0 / 6.0), t = V1(1.0 / 24.0);

    o[0] = v_mul(V1(0.25), g[0]);
    o[so] = v_mul(s, v_add(sum, mid));
    o[2 * so] = v_mul(s, v_sub(sum, mid));
    o[3 * so] = v_mul(t, v_fma(V1(2.0), mid, far));
    o[4 * so] = v_mul(t, v_fnma(V1(2.0), mid, far));
    o[5 * so] = g[2 * sg];
}

/* o = G' u: six numbers to three. */
ITO_INLINE void wino_gather(vf *o, size_t so, const vf *u, size_t su)
{
    const vf s = V1(-1.0 / 6.0), t = V1(1.0 / 24.0), half = V1(1.0 / 12.0);
    const vf a = v_add(u[su], u[2 * su]), b = v_sub(u[su], u[2 * su]);
    const vf e = v_add(u[3 * su], u[4 * su]), f = v_sub(u[3 * su], u[4 * su]);
    const vf side = v_mul(s, a);

    o[0] = v_fma(V1(0.25), u[0], v_fma(t, e, side));
    o[so] = v_fma(half, f, v_mul(s, b));
    o[2 * so] = v_fma(V1(1.0 / 6.0), e, v_add(side, u[5 * su]));
}

/* All numbers of a piece, `part` apart. */
ITO_INLINE void wino_store_all(real *to, size_t part, const vf v[WINO_SIDES])
{
    WINO_ALL(6, v_store(to + p * part, v[p]));
}

/* Along both sides: the rows of the piece, then its columns. */
ITO_INLINE void wino_in_2d(vf o[WINO_SIDES], const vf d[WINO_SIDES])
{
    vf t[WINO_SIDES];

    GEMM_UNROLL
    for (size_t i = 0; i < 6; i++)
        wino_in(t + 6 * i, 1, d + 6 * i, 1);
    GEMM_UNROLL
    for (size_t j = 0; j < 6; j++)
        wino_in(o + j, 6, t + j, 6);
}

ITO_INLINE void wino_out_2d(vf o[16], const vf m[WINO_SIDES])
{
    vf t[24];

    GEMM_UNROLL
    for (size_t j = 0; j < 6; j++)
        wino_out(t + j, 6, m + j, 6);
    GEMM_UNROLL
    for (size_t i = 0; i < 4; i++)
        wino_out(o + 4 * i, 1, t + 6 * i, 1);
}

ITO_INLINE void wino_spread_2d(vf o[WINO_SIDES], const vf y[16])
{
    vf t[24];

    GEMM_UNROLL
    for (size_t i = 0; i < 4; i++)
        wino_spread(t + 6 * i, 1, y + 4 * i, 1);
    GEMM_UNROLL
    for (size_t j = 0; j < 6; j++)
        wino_spread(o + j, 6, t + j, 6);
}

ITO_INLINE void wino_kernel_2d(vf o[WINO_SIDES], const vf g[9])
{
    vf t[18];

    GEMM_UNROLL
    for (size_t j = 0; j < 3; j++)
        wino_kernel(t + j, 3, g + j, 3);
    GEMM_UNROLL
    for (size_t i = 0; i < 6; i++)
        wino_kernel(o + 6 * i, 1, t + 3 * i, 1);
}

ITO_INLINE void wino_gather_2d(vf o[9], const vf u[WINO_SIDES])
{
    vf t[18];

    GEMM_UNROLL
    for (size_t j = 0; j < 6; j++)
        wino_gather(t + j, 6, u + j, 6);
    GEMM_UNROLL
    for (size_t i = 0; i < 3; i++)
        wino_gather(o + 3 * i, 1, t + 6 * i, 1);
}

#endif /* ITO_KERN_WINO_STEPS_H */

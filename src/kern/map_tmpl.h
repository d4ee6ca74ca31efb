/* SPDX-License-Identifier: MIT
 *
 * map_tmpl.h - the kernel `map`: the steps of a formula over a block.
 *
 * Written in the words that the vocabularies of float and double share.  In
 * float, functions that have no vector form of their own go by way of the
 * kernels in double, 32 numbers at a time, and are then right but for the
 * last rounding; in double they go one by one through dmath.h.
 */
#ifndef ITO_KERN_MAP_TMPL_H
#define ITO_KERN_MAP_TMPL_H

#include "kern/map.h"

/* z = value for every vector of the block; `value` is a function of i. */
#define MAP_LOOP(value)                            \
    do {                                           \
        for (size_t i = 0; i < n; i += SIMD_WIDTH) \
            v_store(z + i, (value));               \
    } while (0)

/* One operation of one operand, of two: arrays or numbers. */
#define MAP_ONE(NAME, f)            \
    case ITO_MAP_##NAME:            \
        MAP_LOOP(f(v_load(x + i))); \
        break
#define MAP_TWO(NAME, f)                               \
    case ITO_MAP_##NAME:                               \
        if (numbers & ITO_MAP_X_NUMBER)                \
            MAP_LOOP(f(first_x, v_load(y + i)));       \
        else if (numbers & ITO_MAP_Y_NUMBER)           \
            MAP_LOOP(f(v_load(x + i), first_y));       \
        else                                           \
            MAP_LOOP(f(v_load(x + i), v_load(y + i))); \
        break

ITO_INLINE vf map_truth(vm m)
{
    return v_sel(m, V1(1.0), v_zero());
}

ITO_INLINE vf map_not(vf x)
{
    return map_truth(v_eq(x, v_zero()));
}

ITO_INLINE vf map_sign(vf x)
{
    const vf low = v_sel(v_lt(x, v_zero()), V1(-1.0), x);

    return v_sel(v_gt(x, v_zero()), V1(1.0), low);
}

ITO_INLINE vf map_step(vf x)
{
    return map_truth(v_gt(x, v_zero()));
}

ITO_INLINE vf map_ceil(vf x)
{
    return v_neg(v_floor(v_neg(x)));
}

ITO_INLINE vf map_round(vf x)
{
    const vf a = v_abs(x), down = v_floor(a);
    const vm low = v_lt(v_sub(a, down), V1(0.5));
    const vf y = v_sel(low, down, v_add(down, V1(1.0)));

    return v_sel(v_lt(x, v_zero()), v_neg(y), y);
}

ITO_INLINE vf map_min(vf x, vf y)
{
    return v_sel(v_eq(x, x), v_min(x, y), x);
}

ITO_INLINE vf map_max(vf x, vf y)
{
    return v_sel(v_eq(x, x), v_max(x, y), x);
}

ITO_INLINE vf map_lt(vf x, vf y)
{
    return map_truth(v_lt(x, y));
}

ITO_INLINE vf map_eq(vf x, vf y)
{
    return map_truth(v_eq(x, y));
}

ITO_INLINE vf map_le(vf x, vf y)
{
    return v_sel(v_lt(x, y), V1(1.0), map_eq(x, y));
}

ITO_INLINE vf map_ne(vf x, vf y)
{
    return v_sel(v_eq(x, y), v_zero(), V1(1.0));
}

ITO_INLINE vf map_or(vf x, vf y)
{
    return v_sel(v_eq(x, v_zero()), map_ne(y, v_zero()), V1(1.0));
}

ITO_INLINE vf map_and(vf x, vf y)
{
    return v_sel(v_eq(x, v_zero()), v_zero(), map_ne(y, v_zero()));
}

ITO_INLINE vf map_select(vf x, vf y, vf w)
{
    return v_sel(v_eq(x, v_zero()), w, y);
}

ITO_INLINE vf map_sin(vf x)
{
    vf s, c;

    math_sincos(x, &s, &c);
    return s;
}

ITO_INLINE vf map_cos(vf x)
{
    vf s, c;

    math_sincos(x, &s, &c);
    return c;
}

ITO_INLINE vf map_tan(vf x)
{
    vf s, c;

    math_sincos(x, &s, &c);
    return v_div(s, c);
}

/* Angles beyond the reach of math_sincos again, one by one; rarely any. */
static void map_large_angles(ito_map_op op, size_t n, const real *x, real *z)
{
    const real most = MATH_ANGLE_MAX;
    double (*const f)(double) = ito__map_one(op);
    size_t i = 0;

    while (i < n && !v_any(v_gt(v_abs(v_load(x + i)), v_set1(most))))
        i += SIMD_WIDTH;
    for (; i < n; i++)
        if (x[i] > most || x[i] < -most)
            z[i] = (real)f((double)x[i]);
}

/* x - q y with q = floor(x / y) is exact by fma, or q is one too large and
 * the remainder has the wrong sign. */
ITO_INLINE vf map_mod(vf x, vf y, vm *easy)
{
    const vf q = v_floor(v_div(x, y)), r = v_fnma(q, y, x), up = v_add(r, y);
    const vf above = v_sel(v_lt(r, v_zero()), up, r);
    const vf below = v_sel(v_gt(r, v_zero()), up, r);

    *easy = v_lt(v_abs(q), V1(0x1p22));
    return v_sel(v_lt(y, v_zero()), below, above);
}

static void map_mods(size_t n, unsigned numbers, const real *x, const real *y,
                     real *z)
{
    const size_t dx = numbers & ITO_MAP_X_NUMBER ? 0 : 1;
    const size_t dy = numbers & ITO_MAP_Y_NUMBER ? 0 : 1;

    for (size_t i = 0; i < n; i += SIMD_WIDTH) {
        const vf a = numbers & ITO_MAP_X_NUMBER ? v_set1(*x) : v_load(x + i);
        const vf b = numbers & ITO_MAP_Y_NUMBER ? v_set1(*y) : v_load(y + i);
        real hard[SIMD_WIDTH];
        vm easy;

        v_store(z + i, map_mod(a, b, &easy));
        v_store(hard, v_sel(easy, v_zero(), V1(1.0)));
        if (!v_any(v_gt(v_load(hard), v_zero())))
            continue;
        for (size_t j = 0; j < SIMD_WIDTH; j++)
            if (hard[j] > 0)
                z[i + j] =
                    (real)ito__map_value(ITO_MAP_MOD, (double)x[(i + j) * dx],
                                         (double)y[(i + j) * dy], 0.0);
    }
}

static void map_one_by_one(const ito_map_step *step, size_t n, const real *x,
                           const real *y, real *z)
{
    const size_t dx = step->numbers & ITO_MAP_X_NUMBER ? 0 : 1;
    const size_t dy = step->numbers & ITO_MAP_Y_NUMBER ? 0 : 1;

    if (step->op < ITO_MAP_TWO) {
        double (*const f)(double) = ito__map_one((ito_map_op)step->op);

        for (size_t i = 0; i < n; i++)
            z[i] = (real)f((double)x[i]);
    } else {
        double (*const f)(double, double) = ito__map_two((ito_map_op)step->op);

        for (size_t i = 0; i < n; i++)
            z[i] = (real)f((double)x[i * dx], (double)y[i * dy]);
    }
}

#ifdef MAP_KERN64
/*
 * Functions of floats by the kernels in double.  Beside a rounding to float
 * their errors are some units of 2^-53 times the size of a logarithm; where
 * that would be lost against a small result, a series takes over.
 */
static void map_by_double_one(ito_map_op op, size_t n, const double *x,
                              double *z)
{
    switch (op) {
    case ITO_MAP_CBRT:
        for (size_t i = 0; i < n; i++)
            z[i] = fabs(x[i]);
        MAP_KERN64.log(n, z, z);
        for (size_t i = 0; i < n; i++)
            z[i] /= 3.0;
        MAP_KERN64.exp(n, z, z);
        for (size_t i = 0; i < n; i++)
            z[i] = x[i] < 0.0 ? -z[i] : x[i] == 0.0 ? x[i] : z[i];
        break;
    case ITO_MAP_EXPM1:
        MAP_KERN64.exp(n, x, z);
        for (size_t i = 0; i < n; i++)
            z[i] = fabs(x[i]) < 0x1p-20 ? x[i] + 0.5 * x[i] * x[i] : z[i] - 1.0;
        break;
    case ITO_MAP_LOG1P:
        for (size_t i = 0; i < n; i++)
            z[i] = 1.0 + x[i];
        MAP_KERN64.log(n, z, z);
        for (size_t i = 0; i < n; i++)
            z[i] = fabs(x[i]) < 0x1p-28 ? x[i] - 0.5 * x[i] * x[i] : z[i];
        break;
    case ITO_MAP_LOG2:
    case ITO_MAP_LOG10:
        MAP_KERN64.log(n, x, z);
        for (size_t i = 0; i < n; i++)
            z[i] *= op == ITO_MAP_LOG2 ? 0x1.71547652b82fep+0
                                       : 0x1.bcb7b1526e50ep-2;
        break;
    default: /* sinh, cosh */
        MAP_KERN64.exp(n, x, z);
        for (size_t i = 0; i < n; i++)
            if (op == ITO_MAP_COSH)
                z[i] = 0.5 * (z[i] + 1.0 / z[i]);
            else
                z[i] = fabs(x[i]) < 0x1p-10
                           ? x[i] + x[i] * x[i] * x[i] * (1.0 / 6.0)
                           : 0.5 * (z[i] - 1.0 / z[i]);
        break;
    }
}

static void map_by_double_two(ito_map_op op, size_t n, const double *x,
                              const double *y, double *z)
{
    if (op == ITO_MAP_HYPOT) {
        for (size_t i = 0; i < n; i++)
            z[i] = sqrt(x[i] * x[i] + y[i] * y[i]);
        return;
    }
    MAP_KERN64.log(n, x, z);
    for (size_t i = 0; i < n; i++)
        z[i] *= y[i];
    MAP_KERN64.exp(n, z, z);
    for (size_t i = 0; i < n; i++)
        if (!(x[i] > 0.0 && x[i] < (double)INFINITY &&
              fabs(y[i]) < (double)INFINITY))
            z[i] = ito__map_value(op, x[i], y[i], 0.0);
}

static void map_by_double(const ito_map_step *step, size_t n, const real *x,
                          const real *y, real *z)
{
    const size_t dx = step->numbers & ITO_MAP_X_NUMBER ? 0 : 1;
    const size_t dy = step->numbers & ITO_MAP_Y_NUMBER ? 0 : 1;
    double a[ITO_LANES], b[ITO_LANES], c[ITO_LANES];

    for (size_t i = 0; i < n; i += ITO_LANES) {
        for (size_t j = 0; j < ITO_LANES; j++)
            a[j] = (double)x[(i + j) * dx];
        if (step->op < ITO_MAP_TWO) {
            map_by_double_one((ito_map_op)step->op, ITO_LANES, a, c);
        } else {
            for (size_t j = 0; j < ITO_LANES; j++)
                b[j] = (double)y[(i + j) * dy];
            map_by_double_two((ito_map_op)step->op, ITO_LANES, a, b, c);
        }
        for (size_t j = 0; j < ITO_LANES; j++)
            z[i + j] = (real)c[j];
    }
}
#endif

/* Functions that have no vector form. */
static void map_rest(const ito_map_step *step, size_t n, const real *x,
                     const real *y, real *z)
{
#ifdef MAP_KERN64
    const bool alone = (step->op >= ITO_MAP_ASIN && step->op <= ITO_MAP_ERF) ||
                       step->op == ITO_MAP_ATAN2;

    if (!alone) {
        map_by_double(step, n, x, y, z);
        return;
    }
#endif
    map_one_by_one(step, n, x, y, z);
}

static void map_selects(size_t n, unsigned numbers, const real *x,
                        const real *y, const real *w, real *z)
{
    const vf first_y = v_set1(*y), first_w = v_set1(*w);

    switch (numbers) {
    case 0:
        MAP_LOOP(map_select(v_load(x + i), v_load(y + i), v_load(w + i)));
        break;
    case ITO_MAP_Y_NUMBER:
        MAP_LOOP(map_select(v_load(x + i), first_y, v_load(w + i)));
        break;
    case ITO_MAP_W_NUMBER:
        MAP_LOOP(map_select(v_load(x + i), v_load(y + i), first_w));
        break;
    default: MAP_LOOP(map_select(v_load(x + i), first_y, first_w)); break;
    }
}

static void map_one(const ito_map_step *step, size_t n, const real *x, real *z)
{
    switch ((ito_map_op)step->op) {
    case ITO_MAP_COPY:
        if (step->numbers) {
            const vf first = v_set1(*x);
            MAP_LOOP(first);
        } else {
            MAP_LOOP(v_load(x + i));
        }
        break;
        MAP_ONE(NEG, v_neg);
        MAP_ONE(NOT, map_not);
        MAP_ONE(ABS, v_abs);
        MAP_ONE(SIGN, map_sign);
        MAP_ONE(STEP, map_step);
        MAP_ONE(FLOOR, v_floor);
        MAP_ONE(CEIL, map_ceil);
        MAP_ONE(ROUND, map_round);
        MAP_ONE(SQRT, v_sqrt);
        MAP_ONE(EXP, math_exp);
        MAP_ONE(LOG, math_log);
        MAP_ONE(TANH, math_tanh);
        MAP_ONE(SIN, map_sin);
        MAP_ONE(COS, map_cos);
        MAP_ONE(TAN, map_tan);
    default: map_rest(step, n, x, x, z); break;
    }
    if (step->op >= ITO_MAP_SIN && step->op <= ITO_MAP_TAN)
        map_large_angles((ito_map_op)step->op, n, x, z);
}

static void map_two(const ito_map_step *step, size_t n, const real *x,
                    const real *y, real *z)
{
    const unsigned numbers = step->numbers;
    const vf first_x = v_set1(*x), first_y = v_set1(*y);

    switch ((ito_map_op)step->op) {
        MAP_TWO(ADD, v_add);
        MAP_TWO(SUB, v_sub);
        MAP_TWO(MUL, v_mul);
        MAP_TWO(DIV, v_div);
        MAP_TWO(MIN, map_min);
        MAP_TWO(MAX, map_max);
        MAP_TWO(LT, map_lt);
        MAP_TWO(LE, map_le);
        MAP_TWO(EQ, map_eq);
        MAP_TWO(NE, map_ne);
        MAP_TWO(AND, map_and);
        MAP_TWO(OR, map_or);
    case ITO_MAP_MOD: map_mods(n, numbers, x, y, z); break;
    default: map_rest(step, n, x, y, z); break;
    }
}

static void vec_map(size_t n, const ito_map_step *steps, size_t count,
                    const real *const *in, real *const *out)
{
    for (const ito_map_step *s = steps; s < steps + count; s++)
        if (s->op < ITO_MAP_TWO)
            map_one(s, n, in[s->x], out[s->z]);
        else if (s->op < ITO_MAP_SELECT)
            map_two(s, n, in[s->x], in[s->y], out[s->z]);
        else
            map_selects(n, s->numbers, in[s->x], in[s->y], in[s->w], out[s->z]);
}

#endif /* ITO_KERN_MAP_TMPL_H */

/* SPDX-License-Identifier: MIT
 *
 * map.c - the operations of map.h on single numbers.
 */
#include "kern/map.h"

#include <math.h>

#include "kern/dmath.h"

double (*ito__map_one(ito_map_op op))(double x)
{
    switch (op) {
    case ITO_MAP_EXP: return ito__exp;
    case ITO_MAP_LOG: return ito__log;
    case ITO_MAP_TANH: return ito__tanh;
    case ITO_MAP_SIN: return ito__sin;
    case ITO_MAP_COS: return ito__cos;
    case ITO_MAP_TAN: return ito__tan;
    case ITO_MAP_CBRT: return ito__cbrt;
    case ITO_MAP_EXPM1: return ito__expm1;
    case ITO_MAP_LOG1P: return ito__log1p;
    case ITO_MAP_LOG2: return ito__log2;
    case ITO_MAP_LOG10: return ito__log10;
    case ITO_MAP_ASIN: return ito__asin;
    case ITO_MAP_ACOS: return ito__acos;
    case ITO_MAP_ATAN: return ito__atan;
    case ITO_MAP_SINH: return ito__sinh;
    case ITO_MAP_COSH: return ito__cosh;
    case ITO_MAP_ERF: return ito__erf;
    default: return NULL;
    }
}

double (*ito__map_two(ito_map_op op))(double x, double y)
{
    switch (op) {
    case ITO_MAP_MOD: return ito__mod;
    case ITO_MAP_POW: return ito__power;
    case ITO_MAP_HYPOT: return ito__hypot;
    case ITO_MAP_ATAN2: return ito__atan2;
    default: return NULL;
    }
}

static double round_half_away(double x)
{
    const double a = fabs(x), down = floor(a);
    const double y = down + (a - down >= 0.5 ? 1.0 : 0.0);

    return x < 0.0 ? -y : y;
}

static double truth(int is_true)
{
    return is_true ? 1.0 : 0.0;
}

static double one(ito_map_op op, double x)
{
    double (*const f)(double) = ito__map_one(op);

    if (f)
        return f(x);
    switch (op) {
    case ITO_MAP_NEG: return -x;
    case ITO_MAP_NOT: return truth(x == 0.0);
    case ITO_MAP_ABS: return fabs(x);
    case ITO_MAP_SIGN: return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
    case ITO_MAP_STEP: return truth(x > 0.0);
    case ITO_MAP_FLOOR: return floor(x);
    case ITO_MAP_CEIL: return -floor(-x);
    case ITO_MAP_ROUND: return round_half_away(x);
    case ITO_MAP_SQRT: return sqrt(x);
    default: return x;
    }
}

static double two(ito_map_op op, double x, double y)
{
    double (*const f)(double, double) = ito__map_two(op);

    if (f)
        return f(x, y);
    switch (op) {
    case ITO_MAP_ADD: return x + y;
    case ITO_MAP_SUB: return x - y;
    case ITO_MAP_MUL: return x * y;
    case ITO_MAP_DIV: return x / y;
    case ITO_MAP_MIN: return x != x || x < y ? x : y;
    case ITO_MAP_MAX: return x != x || x > y ? x : y;
    case ITO_MAP_LT: return truth(x < y);
    case ITO_MAP_LE: return truth(x <= y);
    case ITO_MAP_EQ: return truth(x == y);
    case ITO_MAP_NE: return truth(x != y);
    case ITO_MAP_AND: return truth(x != 0.0 && y != 0.0);
    default: return truth(x != 0.0 || y != 0.0);
    }
}

double ito__map_value(ito_map_op op, double x, double y, double w)
{
    if (op == ITO_MAP_SELECT)
        return x != 0.0 ? y : w;
    return op < ITO_MAP_TWO ? one(op, x) : two(op, x, y);
}

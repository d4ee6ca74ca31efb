/* SPDX-License-Identifier: MIT
 *
 * lower.c - formulas in the operations that kernels have.
 *
 *     x^n, x^(n+1/2)  |n| <= 32: products in the order of the binary digits
 *                     of n, a square root, a division
 *     x / c           x * (1/c) where c is a power of two, which is exact
 *     -(u x), -(x/u)  (-u) x and x / (-u) where u is the same for all rows,
 *                     which costs nothing
 *     a > b, a >= b   b < a, b <= a
 *
 * What an element is computed by depends on its formula alone, so its bits do
 * not depend on what is computed beside it.
 */
#include "expr/lower.h"

#include <math.h>

static uint32_t lower_power(pool *to, uint32_t x, double y)
{
    const uint32_t one = expr_put_number(to, 1.0);
    uint32_t z = 0;
    unsigned whole;
    bool half, begun = false;

    if (!expr_power_is_short(y, &whole, &half))
        return expr_put(to, ITO_MAP_POW, x, expr_put_number(to, y), 0);
    for (unsigned bit = 32; bit > 0; bit /= 2) {
        if (begun)
            z = expr_put(to, ITO_MAP_MUL, z, z, 0);
        if (whole & bit)
            z = begun ? expr_put(to, ITO_MAP_MUL, z, x, 0) : x;
        begun = begun || whole & bit;
    }
    if (half) {
        const uint32_t root = expr_put(to, ITO_MAP_SQRT, x, 0, 0);

        z = begun ? expr_put(to, ITO_MAP_MUL, z, root, 0) : root;
    }
    return y < 0.0 ? expr_put(to, ITO_MAP_DIV, one, z, 0) : z;
}

static bool varies(const pool *to, uint32_t a)
{
    return to->node[a].uses & USES_STATE;
}

/* x / y */
static uint32_t lower_quotient(pool *to, uint32_t x, uint32_t y)
{
    const node *const n = &to->node[y];
    int exponent;

    if (n->op == OP_NUMBER && frexp(n->value, &exponent) == 0.5 &&
        exponent > -60 && exponent < 60)
        return expr_put(to, ITO_MAP_MUL, expr_put_number(to, 1.0 / n->value), x,
                        0);
    return expr_put(to, ITO_MAP_DIV, x, y, 0);
}

/* The value of a that is the same for all rows, with its sign turned. */
static uint32_t turned(pool *to, uint32_t a)
{
    const node n = to->node[a];

    if (n.op == OP_NUMBER)
        return expr_put_number(to, -n.value);
    return expr_put(to, ITO_MAP_NEG, a, 0, 0);
}

/* -x */
static uint32_t lower_sign(pool *to, uint32_t x)
{
    const node n = to->node[x];
    const uint32_t a = n.arg[0], b = n.arg[1];

    if ((n.op == ITO_MAP_MUL || n.op == ITO_MAP_DIV) &&
        varies(to, a) != varies(to, b)) {
        if (varies(to, b))
            return expr_put(to, n.op, turned(to, a), b, 0);
        return expr_put(to, n.op, a, turned(to, b), 0);
    }
    return expr_put(to, ITO_MAP_NEG, x, 0, 0);
}

void expr_lower(pool *to, const ito_expr *expr, uint32_t *low)
{
    for (size_t i = 0; i < expr->count && to->failed == ITO_OK; i++) {
        const node *const n = &expr->nodes[i];
        const uint32_t a = low[n->arg[0]], b = low[n->arg[1]];

        if (n->op == OP_NUMBER)
            low[i] = expr_put_number(to, n->value);
        else if (expr_arity(n->op) == 0)
            low[i] = expr_put_leaf(to, n->op, n->arg[0]);
        else if (n->op == ITO_MAP_NEG)
            low[i] = lower_sign(to, a);
        else if (n->op == ITO_MAP_DIV)
            low[i] = lower_quotient(to, a, b);
        else if (n->op == OP_GT || n->op == OP_GE)
            low[i] =
                expr_put(to, n->op == OP_GT ? ITO_MAP_LT : ITO_MAP_LE, b, a, 0);
        else if (n->op == ITO_MAP_POW && to->node[b].op == OP_NUMBER)
            low[i] = lower_power(to, a, to->node[b].value);
        else
            low[i] = expr_put(to, n->op, a, b, low[n->arg[2]]);
    }
}

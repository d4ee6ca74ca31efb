/* SPDX-License-Identifier: MIT
 *
 * derive.c - derivatives of formulas, by the rules of calculus from the first
 * node to the last.
 */
#include "expr/node.h"

#define LN2          0.693147180559945309417
#define LN10         2.30258509299404568402
#define TWO_SQRT_1PI 1.12837916709551257390 /* 2 / sqrt(pi) */

static uint32_t number(pool *p, double x)
{
    return expr_put_number(p, x);
}
static uint32_t mul(pool *p, uint32_t a, uint32_t b)
{
    return expr_make(p, ITO_MAP_MUL, a, b, 0);
}
static uint32_t dvd(pool *p, uint32_t a, uint32_t b)
{
    return expr_make(p, ITO_MAP_DIV, a, b, 0);
}
static uint32_t add(pool *p, uint32_t a, uint32_t b)
{
    return expr_make(p, ITO_MAP_ADD, a, b, 0);
}
static uint32_t sub(pool *p, uint32_t a, uint32_t b)
{
    return expr_make(p, ITO_MAP_SUB, a, b, 0);
}
static uint32_t square(pool *p, uint32_t a)
{
    return expr_make(p, ITO_MAP_POW, a, number(p, 2.0), 0);
}
static uint32_t one(pool *p, unsigned op, uint32_t a)
{
    return expr_make(p, op, a, 0, 0);
}

/* f'(a) for the node y = f(a) of one argument. */
static uint32_t slope(pool *p, uint32_t y, unsigned op, uint32_t a)
{
    const uint32_t unit = number(p, 1.0);

    switch (op) {
    case ITO_MAP_NEG: return number(p, -1.0);
    case ITO_MAP_ABS: return one(p, ITO_MAP_SIGN, a);
    case ITO_MAP_SQRT: return dvd(p, number(p, 0.5), y);
    case ITO_MAP_CBRT:
        return dvd(p, unit, mul(p, number(p, 3.0), square(p, y)));
    case ITO_MAP_EXP: return y;
    case ITO_MAP_EXPM1: return one(p, ITO_MAP_EXP, a);
    case ITO_MAP_LOG: return dvd(p, unit, a);
    case ITO_MAP_LOG1P: return dvd(p, unit, add(p, unit, a));
    case ITO_MAP_LOG2: return dvd(p, number(p, 1.0 / LN2), a);
    case ITO_MAP_LOG10: return dvd(p, number(p, 1.0 / LN10), a);
    case ITO_MAP_SIN: return one(p, ITO_MAP_COS, a);
    case ITO_MAP_COS: return expr_negate(p, one(p, ITO_MAP_SIN, a));
    case ITO_MAP_TAN: return add(p, unit, square(p, y));
    case ITO_MAP_ASIN:
        return dvd(p, unit, one(p, ITO_MAP_SQRT, sub(p, unit, square(p, a))));
    case ITO_MAP_ACOS:
        return dvd(p, number(p, -1.0),
                   one(p, ITO_MAP_SQRT, sub(p, unit, square(p, a))));
    case ITO_MAP_ATAN: return dvd(p, unit, add(p, unit, square(p, a)));
    case ITO_MAP_SINH: return one(p, ITO_MAP_COSH, a);
    case ITO_MAP_COSH: return one(p, ITO_MAP_SINH, a);
    case ITO_MAP_TANH: return sub(p, unit, square(p, y));
    case ITO_MAP_ERF:
        return mul(p, number(p, TWO_SQRT_1PI),
                   one(p, ITO_MAP_EXP, expr_negate(p, square(p, a))));
    default: return 0; /* steps: sign, floor, !, ... */
    }
}

/* (a / b)' */
static uint32_t quotient(pool *p, const node *n, uint32_t da, uint32_t db)
{
    const uint32_t a = n->arg[0], b = n->arg[1];

    if (db == 0)
        return dvd(p, da, b);
    return dvd(p, sub(p, mul(p, da, b), mul(p, a, db)), square(p, b));
}

/* (a^b)', without log a where the exponent is constant */
static uint32_t power(pool *p, uint32_t y, const node *n, uint32_t da,
                      uint32_t db)
{
    const uint32_t a = n->arg[0], b = n->arg[1];
    uint32_t d = 0;

    if (da != 0) {
        const uint32_t less = sub(p, b, number(p, 1.0));

        d = mul(p, mul(p, b, expr_make(p, ITO_MAP_POW, a, less, 0)), da);
    }
    if (db != 0)
        d = add(p, d, mul(p, mul(p, y, one(p, ITO_MAP_LOG, a)), db));
    return d;
}

/* The derivative of node y from those of its arguments (0: it is 0). */
static uint32_t derivative(pool *p, uint32_t y, const uint32_t *d)
{
    const node n = p->node[y];
    const uint32_t a = n.arg[0], b = n.arg[1];
    const uint32_t da = d[a], db = d[b];
    const unsigned arity = expr_arity(n.op);

    if (arity == 0 ||
        (da == 0 && (arity < 2 || db == 0) && (arity < 3 || d[n.arg[2]] == 0)))
        return 0;
    switch (n.op) {
    case ITO_MAP_ADD:
    case ITO_MAP_SUB: return expr_make(p, n.op, da, db, 0);
    case ITO_MAP_MUL: return add(p, mul(p, da, b), mul(p, a, db));
    case ITO_MAP_DIV: return quotient(p, &n, da, db);
    case ITO_MAP_POW: return power(p, y, &n, da, db);
    case ITO_MAP_MIN:
        return expr_make(p, ITO_MAP_SELECT, expr_make(p, ITO_MAP_LT, a, b, 0),
                         da, db);
    case ITO_MAP_MAX:
        return expr_make(p, ITO_MAP_SELECT, expr_make(p, OP_GT, a, b, 0), da,
                         db);
    case ITO_MAP_MOD:
        return sub(p, da, mul(p, one(p, ITO_MAP_FLOOR, dvd(p, a, b)), db));
    case ITO_MAP_HYPOT: return dvd(p, add(p, mul(p, a, da), mul(p, b, db)), y);
    case ITO_MAP_ATAN2:
        return dvd(p, sub(p, mul(p, da, b), mul(p, a, db)),
                   add(p, square(p, a), square(p, b)));
    case ITO_MAP_SELECT:
        return expr_make(p, ITO_MAP_SELECT, a, db, d[n.arg[2]]);
    default: return arity == 1 ? mul(p, slope(p, y, n.op, a), da) : 0;
    }
}

/* d[i] becomes the derivative of node i < count by one variable. */
static void derive(pool *p, size_t count, size_t variable, uint32_t *d)
{
    for (size_t i = 0; i < count && p->failed == ITO_OK; i++) {
        const node *const n = &p->node[i];
        const bool is_it = variable == ITO_EXPR_TIME
                               ? n->op == OP_TIME
                               : n->op == OP_STATE && n->arg[0] == variable;

        d[i] = is_it ? number(p, 1.0) : derivative(p, (uint32_t)i, d);
    }
}

static ito_status check(ito_ctx *ctx, const ito_expr *expr,
                        const size_t *variables, size_t count)
{
    if (!expr || !variables || count == 0)
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_derive: formulas and at least one variable "
                         "are needed");
    for (size_t i = 0; i < count; i++)
        if (variables[i] >= expr->dim && variables[i] != ITO_EXPR_TIME)
            return ito__fail(ctx, ITO_EARG,
                             "ito_expr_derive: variable %zu, but the state "
                             "has %zu components, from 0",
                             variables[i], expr->dim);
    if (size_mul(expr->elements, count) > EXPR_ELEMENTS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_derive: %zu x %zu derivatives, at most %u",
                         expr->elements, count, EXPR_ELEMENTS_MAX);
    return ITO_OK;
}

ito_status ito_expr_derive(ito_ctx *ctx, const ito_expr *expr,
                           const size_t *variables, size_t count,
                           ito_expr **out)
{
    uint32_t *map, *d, *element;
    ito_status rc;
    ito_mark mark;
    pool p;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = check(ctx, expr, variables, count);
    if (rc != ITO_OK)
        return rc;
    mark = ito__arena_mark(ctx);
    map = ito__arena_get(ctx, expr->count * sizeof(*map));
    d = ito__arena_get(ctx, (expr->count + 1) * sizeof(*d));
    element = ito__arena_get(ctx, expr->elements * count * sizeof(*element));
    if (!expr_pool_open(&p, ctx, true) || !map || !d || !element) {
        rc = ito__fail(ctx, ITO_ENOMEM, "derivatives of formulas");
        goto done;
    }
    expr_import(&p, expr, map);
    const size_t imported = p.count;

    for (size_t j = 0; j < count && p.failed == ITO_OK; j++) {
        derive(&p, imported, variables[j], d);
        for (size_t i = 0; i < expr->elements; i++)
            element[i * count + j] = d[map[expr->element[i]]];
    }
    rc = p.failed != ITO_OK ? expr_pool_failure(&p, "derivatives of a formula")
                            : expr_finish(ctx, &p,
                                          &(expr_shape){ .dim = expr->dim,
                                                         .rows = expr->elements,
                                                         .cols = count,
                                                         .element = element },
                                          expr->param, expr->params, out);
done:
    expr_pool_close(&p);
    ito__arena_release(ctx, mark);
    return rc;
}

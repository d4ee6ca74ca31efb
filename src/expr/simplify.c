/* SPDX-License-Identifier: MIT
 *
 * simplify.c - making nodes, simplified.
 *
 * These rules hold always.  They change no result, to the bit, but for the
 * sign of a zero:
 *
 *     numbers        an operation on numbers is done at once, in double,
 *                    unless the result is no finite number ("1/0" stays)
 *     0 and 1        x + 0, x - 0, x * 1, x / 1, x^1 are x; 0 - x is -x;
 *                    x^0 and 1^x are 1
 *     signs          move outwards: (-x) * y is -(x * y), x + (-y) is x - y,
 *                    -(x - y) is y - x; into a number: -(2 * x) is (-2) * x
 *     order          x * 2 is 2 * x; x + x is 2 * x
 *     e^x            is exp(x)
 *     choices        by a number, or between equals
 *
 * Two rules hold where x is finite and are applied everywhere: 0 * x and
 * x - x are 0, also where x would be infinite or NaN.
 */
#include <math.h>

#include "expr/node.h"

/* An operation on its way to a node: rules change it until `done` holds the
 * node, whose sign is turned at the end if `negative`. */
typedef struct form {
    unsigned op;
    uint32_t a, b, c;
    bool negative, ready;
    uint32_t done;
} form;

static void finish(form *f, uint32_t done)
{
    f->done = done;
    f->ready = true;
}

/* True when a is a negative number, or one times or divided by something. */
static bool is_negative(const pool *p, uint32_t a)
{
    const node *n = &p->node[a];

    if (n->op == ITO_MAP_NEG)
        return true;
    if (n->op == ITO_MAP_MUL || n->op == ITO_MAP_DIV)
        n = &p->node[n->arg[0]];
    return n->op == OP_NUMBER && n->value < 0.0;
}

/* -a for what is_negative is true of, and for other numbers and products. */
static uint32_t turn_sign(pool *p, uint32_t a)
{
    const node n = p->node[a];

    if (n.op == OP_NUMBER)
        return expr_put_number(p, -n.value);
    if (n.op == ITO_MAP_NEG)
        return n.arg[0];
    if ((n.op == ITO_MAP_MUL || n.op == ITO_MAP_DIV) &&
        expr_is_number(p, n.arg[0]))
        return expr_put(p, n.op, expr_put_number(p, -p->node[n.arg[0]].value),
                        n.arg[1], 0);
    return expr_put(p, ITO_MAP_NEG, a, 0, 0);
}

uint32_t expr_negate(pool *p, uint32_t a)
{
    const node n = p->node[a];

    if (n.op != ITO_MAP_SUB)
        return turn_sign(p, a);
    if (is_negative(p, n.arg[0]))
        return expr_put(p, ITO_MAP_ADD, n.arg[1], turn_sign(p, n.arg[0]), 0);
    return expr_put(p, ITO_MAP_SUB, n.arg[1], n.arg[0], 0);
}

static void step_add(pool *p, form *f)
{
    if (expr_is(p, f->a, 0.0)) {
        finish(f, f->b);
    } else if (expr_is(p, f->b, 0.0)) {
        finish(f, f->a);
    } else if (is_negative(p, f->b)) {
        f->op = ITO_MAP_SUB;
        f->b = expr_negate(p, f->b);
    } else if (p->node[f->a].op == ITO_MAP_NEG) {
        const uint32_t a = p->node[f->a].arg[0];

        f->op = ITO_MAP_SUB;
        f->a = f->b;
        f->b = a;
    } else if (p->gather) {
        finish(f, expr_gather_sum(p, f->a, f->b, false));
    } else if (f->a == f->b) {
        f->op = ITO_MAP_MUL;
        f->a = expr_put_number(p, 2.0);
    } else {
        finish(f, expr_put(p, ITO_MAP_ADD, f->a, f->b, 0));
    }
}

static void step_sub(pool *p, form *f)
{
    if (f->a == f->b) {
        finish(f, expr_put_number(p, 0.0));
    } else if (expr_is(p, f->b, 0.0)) {
        finish(f, f->a);
    } else if (expr_is(p, f->a, 0.0)) {
        finish(f, expr_negate(p, f->b));
    } else if (is_negative(p, f->b)) {
        f->op = ITO_MAP_ADD;
        f->b = expr_negate(p, f->b);
    } else if (p->gather) {
        finish(f, expr_gather_sum(p, f->a, f->b, true));
    } else {
        finish(f, expr_put(p, ITO_MAP_SUB, f->a, f->b, 0));
    }
}

/* Take a sign off *a, if it has one. */
static bool strip(const pool *p, form *f, uint32_t *a)
{
    if (p->node[*a].op != ITO_MAP_NEG)
        return false;
    *a = p->node[*a].arg[0];
    f->negative = !f->negative;
    return true;
}

static void step_mul(pool *p, form *f)
{
    if (expr_is(p, f->a, 0.0) || expr_is(p, f->b, 0.0)) {
        finish(f, expr_put_number(p, 0.0));
    } else if (expr_is(p, f->a, 1.0) || expr_is(p, f->a, -1.0)) {
        f->negative ^= expr_is(p, f->a, -1.0);
        finish(f, f->b);
    } else if (expr_is(p, f->b, 1.0) || expr_is(p, f->b, -1.0)) {
        f->negative ^= expr_is(p, f->b, -1.0);
        finish(f, f->a);
    } else if (!strip(p, f, &f->a) && !strip(p, f, &f->b)) {
        if (p->gather)
            finish(f, expr_gather_product(p, f->a, f->b, false));
        else if (expr_is_number(p, f->b) && !expr_is_number(p, f->a))
            finish(f, expr_put(p, ITO_MAP_MUL, f->b, f->a, 0));
        else
            finish(f, expr_put(p, ITO_MAP_MUL, f->a, f->b, 0));
    }
}

static void step_div(pool *p, form *f)
{
    if (expr_is(p, f->b, 1.0)) {
        finish(f, f->a);
    } else if (expr_is_number(p, f->b) && p->node[f->b].value < 0.0) {
        f->b = expr_negate(p, f->b);
        f->negative = !f->negative;
    } else if (!strip(p, f, &f->a) && !strip(p, f, &f->b)) {
        if (p->gather && !expr_is(p, f->b, 0.0))
            finish(f, expr_gather_product(p, f->a, f->b, true));
        else
            finish(f, expr_put(p, ITO_MAP_DIV, f->a, f->b, 0));
    }
}

static void step_pow(pool *p, form *f)
{
    const node base = p->node[f->a], power = p->node[f->b];

    if (expr_is(p, f->b, 0.0) || expr_is(p, f->a, 1.0)) {
        finish(f, expr_put_number(p, 1.0));
    } else if (expr_is(p, f->b, 1.0)) {
        finish(f, f->a);
    } else if (expr_is(p, f->a, EXPR_EULER)) {
        finish(f, expr_put(p, ITO_MAP_EXP, f->b, 0, 0));
    } else if (base.op == ITO_MAP_NEG && power.op == OP_NUMBER &&
               floor(power.value) == power.value) {
        f->a = base.arg[0];
        f->negative ^= fmod(power.value, 2.0) != 0.0;
    } else if (p->gather && base.op == ITO_MAP_SQRT && power.op == OP_NUMBER) {
        f->a = base.arg[0];
        f->b = expr_put_number(p, 0.5 * power.value);
    } else {
        finish(f, expr_put(p, ITO_MAP_POW, f->a, f->b, 0));
    }
}

static void step_select(pool *p, form *f)
{
    if (f->b == f->c)
        finish(f, f->b);
    else if (expr_is_number(p, f->a))
        finish(f, p->node[f->a].value != 0.0 ? f->b : f->c);
    else
        finish(f, expr_put(p, ITO_MAP_SELECT, f->a, f->b, f->c));
}

bool expr_power_is_short(double y, unsigned *whole, bool *half)
{
    const double a = fabs(y), down = floor(a);

    if (!(a <= 32.5) || (a != down && a != down + 0.5))
        return false;
    *whole = (unsigned)down;
    *half = a != down;
    return true;
}

/* x^y by the products that lower.c makes of it. */
static double power_value(double x, double y)
{
    double z = 1.0;
    unsigned whole;
    bool half;

    if (!expr_power_is_short(y, &whole, &half))
        return ito__map_value(ITO_MAP_POW, x, y, 0.0);
    for (unsigned bit = 32; bit > 0; bit /= 2) {
        z = z * z;
        if (whole & bit)
            z *= x;
    }
    if (half)
        z *= sqrt(x);
    return y < 0.0 ? 1.0 / z : z;
}

double expr_value(unsigned op, double a, double b, double c)
{
    switch (op) {
    case OP_GT: return ito__map_value(ITO_MAP_LT, b, a, 0.0);
    case OP_GE: return ito__map_value(ITO_MAP_LE, b, a, 0.0);
    case ITO_MAP_POW: return power_value(a, b);
    default: return ito__map_value((ito_map_op)op, a, b, c);
    }
}

uint32_t expr_make(pool *p, unsigned op, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t arg[3] = { a, b, c };
    form f = { .op = op, .a = a, .b = b, .c = c };
    bool numbers = true;
    double value;

    if (p->failed != ITO_OK)
        return 0;
    for (unsigned i = 0; i < 3 && i < expr_arity(op); i++)
        numbers = numbers && expr_is_number(p, arg[i]);
    if (numbers) {
        value = expr_value(op, p->node[a].value, p->node[b].value,
                           p->node[c].value);
        if (fabs(value) < (double)INFINITY)
            return expr_put_number(p, value);
    }
    while (!f.ready && p->failed == ITO_OK)
        switch (f.op) {
        case ITO_MAP_NEG: finish(&f, expr_negate(p, a)); break;
        case ITO_MAP_ADD: step_add(p, &f); break;
        case ITO_MAP_SUB: step_sub(p, &f); break;
        case ITO_MAP_MUL: step_mul(p, &f); break;
        case ITO_MAP_DIV: step_div(p, &f); break;
        case ITO_MAP_POW: step_pow(p, &f); break;
        case ITO_MAP_SELECT: step_select(p, &f); break;
        default: finish(&f, expr_put(p, op, a, b, c)); break;
        }
    return f.negative ? expr_negate(p, f.done) : f.done;
}

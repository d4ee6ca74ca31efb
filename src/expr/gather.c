/* SPDX-License-Identifier: MIT
 *
 * gather.c - products and sums of formulas, collected.
 *
 * A product is brought to the form c b_1^e_1 b_2^e_2 ..., with equal bases
 * b_i put together: x * x^2 is x^3, sqrt(x) / (2 * sqrt(x)) is 0.5.  A sum is
 * brought to the form c_1 m_1 + c_2 m_2 + ..., with equal products m_i put
 * together: 3 * x - x is 2 * x.  Bases are in the order in which they were
 * made, those that are the same for all rows first; terms in the order of the
 * text.  The result equals the original up to rounding wherever that is a
 * finite number; where it is not, a factor that cancels does not show.
 *
 * What has more parts than fit is left as it is.
 */
#include <math.h>

#include "expr/node.h"

#define FACTORS_MAX 32
#define TERMS_MAX   64

typedef struct factor {
    uint32_t base;
    double power;
} factor;

typedef struct product {
    double c, d; /* c / d in front */
    size_t count;
    factor f[FACTORS_MAX];
} product;

/* Multiply by base^power; false when there is no room. */
static bool add_factor(product *m, uint32_t base, double power)
{
    size_t i = 0;

    while (i < m->count && m->f[i].base != base)
        i++;
    if (i == m->count) {
        if (i == FACTORS_MAX)
            return false;
        m->f[m->count++] = (factor){ .base = base };
    }
    m->f[i].power += power;
    return true;
}

/* Multiply by a^power, taken apart; false when there is no room.  What is left
 * of a power of a number is no number (1 / 0, say) and stays in one piece. */
static bool take_apart(const pool *p, product *m, uint32_t a, double power)
{
    factor wait[FACTORS_MAX] = { { a, power } };
    size_t n = 1;

    while (n > 0) {
        const factor f = wait[--n];
        const node *const k = &p->node[f.base];
        const bool first = floor(f.power) == f.power;

        if (k->op == OP_NUMBER && fabs(f.power) == 1.0) {
            if (f.power > 0.0)
                m->c *= k->value;
            else
                m->d *= k->value;
        } else if (k->op == ITO_MAP_NEG && fabs(f.power) == 1.0) {
            m->c = -m->c;
            wait[n++] = (factor){ k->arg[0], f.power };
        } else if ((k->op == ITO_MAP_MUL || k->op == ITO_MAP_DIV) &&
                   fabs(f.power) == 1.0) {
            if (n + 2 > FACTORS_MAX)
                return false;
            wait[n++] = (factor){ k->arg[1],
                                  k->op == ITO_MAP_DIV ? -f.power : f.power };
            wait[n++] = (factor){ k->arg[0], f.power };
        } else if (k->op == ITO_MAP_POW && first &&
                   expr_is_number(p, k->arg[1]) &&
                   !expr_is_number(p, k->arg[0])) {
            if (!add_factor(m, k->arg[0], f.power * p->node[k->arg[1]].value))
                return false;
        } else if (k->op == ITO_MAP_SQRT && first &&
                   !expr_is_number(p, k->arg[0])) {
            if (!add_factor(m, k->arg[0], 0.5 * f.power))
                return false;
        } else if (!add_factor(m, f.base, f.power)) {
            return false;
        }
    }
    return true;
}

static bool is_finite(const product *m)
{
    return fabs(m->c) < (double)INFINITY && fabs(m->d) < (double)INFINITY &&
           fabs(m->c / m->d) < (double)INFINITY;
}

/*
 * Order the factors: those that are the same for all rows first, each part as
 * made.  The number in front becomes one where that loses nothing.
 */
static void settle(const pool *p, product *m)
{
    size_t kept = 0;
    int exponent;

    if (m->d < 0.0) {
        m->c = -m->c;
        m->d = -m->d;
    }
    if (fmod(m->c, m->d) == 0.0 || frexp(m->d, &exponent) == 0.5) {
        m->c /= m->d;
        m->d = 1.0;
    }
    for (size_t i = 0; i < m->count; i++)
        if (m->f[i].power != 0.0)
            m->f[kept++] = m->f[i];
    m->count = kept;
    for (size_t i = 1; i < m->count; i++) {
        const factor f = m->f[i];
        const bool late = p->node[f.base].uses & USES_STATE;
        size_t j = i;

        for (; j > 0; j--) {
            const factor g = m->f[j - 1];
            const bool g_late = p->node[g.base].uses & USES_STATE;

            if (g_late < late || (g_late == late && g.base < f.base))
                break;
            m->f[j] = g;
        }
        m->f[j] = f;
    }
}

static uint32_t power_of(pool *p, uint32_t base, double power)
{
    if (power == 1.0)
        return base;
    if (power == 0.5)
        return expr_put(p, ITO_MAP_SQRT, base, 0, 0);
    return expr_put(p, ITO_MAP_POW, base, expr_put_number(p, power), 0);
}

/* The node of the factors and the number in front. */
static uint32_t build(pool *p, const product *m)
{
    uint32_t over = 0, under = 0;
    bool has_over = fabs(m->c) != 1.0, has_under = m->d != 1.0;
    bool negative = m->c == -1.0;

    if (m->count == 0 || m->c == 0.0)
        return expr_put_number(p, m->c / m->d);
    if (has_over)
        over = expr_put_number(p, m->c);
    if (has_under)
        under = expr_put_number(p, m->d);
    for (size_t i = 0; i < m->count; i++) {
        const double e = m->f[i].power;
        const uint32_t f = power_of(p, m->f[i].base, fabs(e));

        if (e > 0.0) {
            over = has_over ? expr_put(p, ITO_MAP_MUL, over, f, 0) : f;
            has_over = true;
        } else {
            under = has_under ? expr_put(p, ITO_MAP_MUL, under, f, 0) : f;
            has_under = true;
        }
    }
    if (!has_over) {
        over = expr_put_number(p, m->c);
        negative = false;
    }
    if (has_under)
        over = expr_put(p, ITO_MAP_DIV, over, under, 0);
    return negative ? expr_negate(p, over) : over;
}

uint32_t expr_gather_product(pool *p, uint32_t a, uint32_t b, bool divide)
{
    product m = { .c = 1.0, .d = 1.0 };
    const double power = divide ? -1.0 : 1.0;

    if (!take_apart(p, &m, a, 1.0) || !take_apart(p, &m, b, power) ||
        !is_finite(&m)) {
        const bool turn = !divide && expr_is_number(p, b);

        return expr_put(p, divide ? ITO_MAP_DIV : ITO_MAP_MUL, turn ? b : a,
                        turn ? a : b, 0);
    }
    settle(p, &m);
    return build(p, &m);
}

/* c times a product without its number; `whole` is the term as it stood, as
 * long as no other has joined it. */
typedef struct term {
    uint32_t bare, whole;
    bool joined;
    double c;
} term;

typedef struct sum {
    size_t count;
    term t[TERMS_MAX];
} sum;

/* Add sign a; false when there is no room. */
static bool add_term(pool *p, sum *s, uint32_t a, double sign)
{
    product m = { .c = 1.0, .d = 1.0 };
    uint32_t bare = a;
    double c = sign;
    size_t i = 0;

    if (take_apart(p, &m, a, 1.0) && is_finite(&m)) {
        c = sign * (m.c / m.d);
        m.c = m.d = 1.0;
        settle(p, &m);
        bare = build(p, &m);
    }
    while (i < s->count && s->t[i].bare != bare)
        i++;
    if (i == s->count) {
        if (i == TERMS_MAX)
            return false;
        s->t[s->count++] =
            (term){ .bare = bare, .whole = sign < 0.0 ? expr_negate(p, a) : a };
    } else {
        s->t[i].joined = true;
    }
    s->t[i].c += c;
    return true;
}

/* Add sign a, taken apart; false when there is no room. */
static bool add_terms(pool *p, sum *s, uint32_t a, double sign)
{
    struct {
        uint32_t a;
        double sign;
    } wait[TERMS_MAX] = { { a, sign } };
    size_t n = 1;

    while (n > 0) {
        const uint32_t b = wait[--n].a;
        const node k = p->node[b];

        sign = wait[n].sign;
        if (k.op == ITO_MAP_ADD || k.op == ITO_MAP_SUB) {
            if (n + 2 > TERMS_MAX)
                return false;
            wait[n].a = k.arg[1];
            wait[n++].sign = k.op == ITO_MAP_SUB ? -sign : sign;
            wait[n].a = k.arg[0];
            wait[n++].sign = sign;
        } else if (k.op == ITO_MAP_NEG) {
            wait[n].a = k.arg[0];
            wait[n++].sign = -sign;
        } else if (!add_term(p, s, b, sign)) {
            return false;
        }
    }
    return true;
}

/* The node of a term, or of minus a term. */
static uint32_t term_node(pool *p, const term *t, bool minus)
{
    const double c = minus ? -t->c : t->c;
    product m = { .c = c, .d = 1.0 };

    if (!t->joined) {
        const uint32_t a = minus ? expr_negate(p, t->whole) : t->whole;

        if (p->node[a].op != ITO_MAP_NEG || c == -1.0)
            return a;
    }
    if (c == 1.0)
        return t->bare;
    if (!take_apart(p, &m, t->bare, 1.0) || !is_finite(&m))
        return expr_put(p, ITO_MAP_MUL, expr_put_number(p, c), t->bare, 0);
    settle(p, &m);
    return build(p, &m);
}

uint32_t expr_gather_sum(pool *p, uint32_t a, uint32_t b, bool subtract)
{
    sum s = { .count = 0 };
    uint32_t all = 0;
    size_t lead = 0;

    if (!add_terms(p, &s, a, 1.0) ||
        !add_terms(p, &s, b, subtract ? -1.0 : 1.0))
        return expr_put(p, subtract ? ITO_MAP_SUB : ITO_MAP_ADD, a, b, 0);
    /* a positive term leads, so that no sign is left over, or else the first
     * that has not vanished */
    while (lead < s.count && !(s.t[lead].c > 0.0))
        lead++;
    if (lead == s.count)
        for (lead = 0; lead < s.count && s.t[lead].c == 0.0;)
            lead++;
    if (lead == s.count)
        return expr_put_number(p, 0.0);
    all = term_node(p, &s.t[lead], false);
    for (size_t i = 0; i < s.count; i++)
        if (i != lead && s.t[i].c != 0.0) {
            const bool minus = s.t[i].c < 0.0;

            all = expr_put(p, minus ? ITO_MAP_SUB : ITO_MAP_ADD, all,
                           term_node(p, &s.t[i], minus), 0);
        }
    return all;
}

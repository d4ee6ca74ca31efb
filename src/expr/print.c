/* SPDX-License-Identifier: MIT
 *
 * print.c - formulas as text that parses to the same nodes.
 *
 * Parentheses stand where the tree would otherwise change: a sum is not
 * regrouped, because it would round differently.  What is still to be written
 * waits on a stack.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "expr/node.h"

#define TEXTS_MAX ((size_t)4 << 20) /* bytes of all texts of some formulas */
#define TOO_LONG  "..."

/* How tightly a text holds together. */
enum {
    HOLD_CHOICE = 1,
    HOLD_OR,
    HOLD_AND,
    HOLD_EQUAL,
    HOLD_COMPARE,
    HOLD_SUM,
    HOLD_PRODUCT,
    HOLD_SIGN,
    HOLD_POWER,
    HOLD_ALL
};

/* Something to write: a node, or words if there are any. */
typedef struct item {
    const char *words;
    uint32_t a;
    uint8_t hold;    /* parentheses below this */
    bool right_hand; /* parentheses before a sign too */
} item;

typedef struct printer {
    const ito_expr *expr;
    char *text;
    size_t len, room;
    item *wait;
    size_t waits;
} printer;

typedef struct infix {
    uint8_t op, hold, left, right;
    const char *words;
} infix;

static const infix infixes[] = {
    { ITO_MAP_OR, HOLD_OR, HOLD_OR, HOLD_AND, " || " },
    { ITO_MAP_AND, HOLD_AND, HOLD_AND, HOLD_EQUAL, " && " },
    { ITO_MAP_EQ, HOLD_EQUAL, HOLD_COMPARE, HOLD_COMPARE, " == " },
    { ITO_MAP_NE, HOLD_EQUAL, HOLD_COMPARE, HOLD_COMPARE, " != " },
    { ITO_MAP_LT, HOLD_COMPARE, HOLD_SUM, HOLD_SUM, " < " },
    { ITO_MAP_LE, HOLD_COMPARE, HOLD_SUM, HOLD_SUM, " <= " },
    { OP_GT, HOLD_COMPARE, HOLD_SUM, HOLD_SUM, " > " },
    { OP_GE, HOLD_COMPARE, HOLD_SUM, HOLD_SUM, " >= " },
    { ITO_MAP_ADD, HOLD_SUM, HOLD_SUM, HOLD_PRODUCT, "+" },
    { ITO_MAP_SUB, HOLD_SUM, HOLD_SUM, HOLD_PRODUCT, "-" },
    { ITO_MAP_MUL, HOLD_PRODUCT, HOLD_PRODUCT, HOLD_SIGN, "*" },
    { ITO_MAP_DIV, HOLD_PRODUCT, HOLD_PRODUCT, HOLD_SIGN, "/" },
    { ITO_MAP_POW, HOLD_POWER, HOLD_ALL, HOLD_POWER, "^" },
};

static const infix *find_infix(unsigned op)
{
    for (size_t i = 0; i < sizeof(infixes) / sizeof(infixes[0]); i++)
        if (infixes[i].op == op)
            return &infixes[i];
    return NULL;
}

/* True for a product that a sign may stand before without parentheses: not
 * one that begins with a number or a difference, which would take it in. */
static bool takes_sign(const node *nodes, const node *n)
{
    if (n->op != ITO_MAP_MUL && n->op != ITO_MAP_DIV)
        return false;
    while (n->op == ITO_MAP_MUL || n->op == ITO_MAP_DIV)
        n = &nodes[n->arg[0]];
    return n->op != ITO_MAP_SUB && n->op != OP_NUMBER;
}

static unsigned hold_of(const node *nodes, const node *n)
{
    const infix *const i = find_infix(n->op);

    if (i)
        return i->hold;
    switch (n->op) {
    case ITO_MAP_SELECT: return HOLD_CHOICE;
    case ITO_MAP_NOT: return HOLD_SIGN;
    case ITO_MAP_NEG:
        return takes_sign(nodes, &nodes[n->arg[0]]) ? HOLD_PRODUCT : HOLD_SIGN;
    case OP_NUMBER: return n->value < 0.0 ? HOLD_SIGN : HOLD_ALL;
    default: return HOLD_ALL;
    }
}

/* True when the text of n begins with a sign. */
static bool has_sign(const node *nodes, const node *n)
{
    while (find_infix(n->op) && n->op != ITO_MAP_POW)
        n = &nodes[n->arg[0]];
    return n->op == ITO_MAP_NEG || (n->op == OP_NUMBER && n->value < 0.0);
}

/* Append words; past the limit the text only grows longer than allowed. */
static void put(printer *p, const char *words)
{
    const size_t n = strlen(words);

    if (p->len + n > p->room) {
        p->len = p->room + 1;
        return;
    }
    memcpy(p->text + p->len, words, n);
    p->len += n;
}

static void later_words(printer *p, const char *words)
{
    p->wait[p->waits++] = (item){ .words = words };
}

static void later(printer *p, uint32_t a, unsigned hold, bool right_hand)
{
    p->wait[p->waits++] =
        (item){ .a = a, .hold = (uint8_t)hold, .right_hand = right_hand };
}

static void put_number(printer *p, double x)
{
    char text[NUM_TEXT_MAX];

    if (fabs(x) == EXPR_PI || fabs(x) == EXPR_EULER) {
        put(p, x < 0.0 ? "-" : "");
        put(p, fabs(x) == EXPR_PI ? "pi" : "e");
        return;
    }
    (void)num_format(x, text);
    put(p, text);
}

static void put_leaf(printer *p, const node *n)
{
    char text[NUM_TEXT_MAX + 1] = "x";

    switch (n->op) {
    case OP_NUMBER: put_number(p, n->value); break;
    case OP_PARAM: put(p, p->expr->param[n->arg[0]].name); break;
    case OP_TIME: put(p, "t"); break;
    default:
        if (p->expr->dim <= 3)
            text[0] = (char)('x' + n->arg[0]);
        else
            (void)num_format_u64((uint64_t)n->arg[0] + 1, text + 1);
        put(p, text);
        break;
    }
}

/* Write an item; its parts are put on the stack, the last first. */
static void print_item(printer *p, const item *it)
{
    const node *const nodes = p->expr->nodes, *const n = &nodes[it->a];
    const infix *const x = find_infix(n->op);
    const bool closed =
        hold_of(nodes, n) < it->hold || (it->right_hand && has_sign(nodes, n));

    if (closed) {
        put(p, "(");
        later_words(p, ")");
    }
    if (x) {
        later(p, n->arg[1], x->right, x->hold >= HOLD_SUM);
        later_words(p, x->words);
        later(p, n->arg[0], x->left, false);
    } else if (expr_arity(n->op) == 0) {
        put_leaf(p, n);
    } else if (n->op == ITO_MAP_SELECT) {
        later(p, n->arg[2], HOLD_CHOICE, false);
        later_words(p, " : ");
        later(p, n->arg[1], HOLD_CHOICE, false);
        later_words(p, " ? ");
        later(p, n->arg[0], HOLD_OR, false);
    } else if (n->op == ITO_MAP_NEG || n->op == ITO_MAP_NOT) {
        put(p, n->op == ITO_MAP_NEG ? "-" : "!");
        later(p, n->arg[0],
              n->op == ITO_MAP_NEG && takes_sign(nodes, &nodes[n->arg[0]])
                  ? HOLD_PRODUCT
                  : HOLD_SIGN,
              true);
    } else {
        put(p, expr_function_name(n->op));
        put(p, "(");
        later_words(p, ")");
        if (expr_arity(n->op) == 2) {
            later(p, n->arg[1], HOLD_CHOICE, false);
            later_words(p, ", ");
        }
        later(p, n->arg[0], HOLD_CHOICE, false);
    }
}

/* Write an element at the end of the text, or only that it is too long. */
static void print_element(printer *p, uint32_t a, size_t waits_max)
{
    const size_t start = p->len;

    p->room = start + EXPR_TEXT_MAX;
    p->waits = 0;
    later(p, a, HOLD_CHOICE, false);
    while (p->waits > 0 && p->len <= p->room && p->waits + 6 < waits_max) {
        const item it = p->wait[--p->waits];

        if (it.words)
            put(p, it.words);
        else
            print_item(p, &it);
    }
    if (p->waits > 0 || p->len > p->room) {
        p->len = start;
        put(p, TOO_LONG);
    }
    p->text[p->len++] = '\0';
}

ito_status expr_print(ito_expr *expr)
{
    ito_ctx *const ctx = expr->ctx;
    const ito_mark mark = ito__arena_mark(ctx);
    printer p = { .expr = expr };
    /* what waits is at most six items of each operation on the way down, and
     * a character or more of the text each */
    const size_t waits_max = size_min(6 * expr->count, EXPR_TEXT_MAX) + 16;
    size_t room = 256;
    ito_status rc = ITO_ENOMEM;

    expr->text_at = ito__alloc(ctx, expr->elements * sizeof(*expr->text_at));
    p.wait = ito__arena_get(ctx, waits_max * sizeof(*p.wait));
    /* one element's text at a time, with the closing zero */
    p.text = ito__arena_get(ctx, EXPR_TEXT_MAX + 8);
    expr->text = ito__alloc(ctx, room);
    if (!expr->text_at || !p.wait || !p.text || !expr->text)
        goto done;
    for (size_t e = 0, used = 0; e < expr->elements; e++) {
        p.len = 0;
        print_element(&p, expr->element[e], waits_max);
        if (used + p.len > TEXTS_MAX && p.len > sizeof(TOO_LONG)) {
            p.len = sizeof(TOO_LONG);
            memcpy(p.text, TOO_LONG, sizeof(TOO_LONG));
        }
        if (used + p.len > room) {
            const size_t more = 2 * (used + p.len);
            char *const text = ito__realloc(ctx, expr->text, used, more);
            if (!text)
                goto done;
            expr->text = text;
            room = more;
        }
        memcpy(expr->text + used, p.text, p.len);
        expr->text_at[e] = used;
        used += p.len;
    }
    rc = ITO_OK;
done:
    ito__arena_release(ctx, mark);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * nodes.c - nodes of formulas, each made once.
 */
#include <string.h>

#include "expr/node.h"

#define SLOTS_FIRST 256

bool expr_pool_open(pool *p, ito_ctx *ctx, bool gather)
{
    *p = (pool){ .ctx = ctx, .gather = gather };
    p->slots = SLOTS_FIRST;
    p->slot = ito__calloc(ctx, p->slots, sizeof(*p->slot));
    p->room = SLOTS_FIRST / 2;
    p->node = ito__calloc(ctx, p->room, sizeof(*p->node));
    if (!p->slot || !p->node) {
        expr_pool_close(p);
        p->failed = ITO_ENOMEM;
        return false;
    }
    (void)expr_put_number(p, 0.0);
    return true;
}

void expr_pool_close(pool *p)
{
    ito__free(p->ctx, p->slot);
    ito__free(p->ctx, p->node);
    p->slot = NULL;
    p->node = NULL;
}

unsigned expr_arity(unsigned op)
{
    if (op == OP_GT || op == OP_GE)
        return 2;
    if (op > ITO_MAP_SELECT)
        return 0;
    return op == ITO_MAP_SELECT ? 3 : op >= ITO_MAP_TWO ? 2 : 1;
}

static uint64_t value_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* SplitMix64's finisher over the parts (Steele, Lea and Flood 2014). */
static size_t hash(const node *n)
{
    uint64_t h = value_bits(n->value) ^ n->op;

    for (int i = 0; i < 3; i++) {
        h = (h + n->arg[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        h ^= h >> 27;
    }
    return (size_t)h;
}

static bool same(const node *a, const node *b)
{
    return a->op == b->op && a->arg[0] == b->arg[0] && a->arg[1] == b->arg[1] &&
           a->arg[2] == b->arg[2] &&
           value_bits(a->value) == value_bits(b->value);
}

/* The slot that holds the node, or the free one where it belongs. */
static uint32_t *find(const pool *p, const node *n)
{
    size_t i = hash(n) & (p->slots - 1);

    while (p->slot[i] != 0 && !same(&p->node[p->slot[i] - 1], n))
        i = (i + 1) & (p->slots - 1);
    return &p->slot[i];
}

/* Room for twice as many nodes; the table is at most half full. */
static bool grow(pool *p)
{
    uint32_t *const slot = ito__calloc(p->ctx, 2 * p->slots, sizeof(*slot));
    node *const nodes =
        slot ? ito__realloc(p->ctx, p->node, p->room * sizeof(*p->node),
                            2 * p->room * sizeof(*p->node))
             : NULL;

    if (!nodes) {
        ito__free(p->ctx, slot);
        return false;
    }
    ito__free(p->ctx, p->slot);
    p->slot = slot;
    p->node = nodes;
    p->slots *= 2;
    p->room *= 2;
    for (size_t i = 0; i < p->count; i++)
        *find(p, &p->node[i]) = (uint32_t)i + 1;
    return true;
}

static uint32_t put(pool *p, const node *n)
{
    uint32_t *slot;

    if (p->failed != ITO_OK)
        return 0;
    slot = find(p, n);
    if (*slot != 0)
        return *slot - 1;
    if (p->count >= EXPR_WORK_MAX) {
        p->failed = ITO_ERANGE;
        return 0;
    }
    if (p->count == p->room) {
        if (!grow(p)) {
            p->failed = ITO_ENOMEM;
            return 0;
        }
        slot = find(p, n);
    }
    p->node[p->count] = *n;
    *slot = (uint32_t)++p->count;
    return (uint32_t)p->count - 1;
}

uint32_t expr_put_number(pool *p, double value)
{
    /* there is one zero */
    return put(p, &(node){ .op = OP_NUMBER, .value = value + 0.0 });
}

uint32_t expr_put_leaf(pool *p, unsigned op, size_t index)
{
    return put(p, &(node){ .op = (uint8_t)op,
                           .uses = op == OP_STATE  ? USES_STATE
                                   : op == OP_TIME ? USES_TIME
                                                   : 0,
                           .arg = { (uint32_t)index } });
}

uint32_t expr_put(pool *p, unsigned op, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t arg[3] = { a, b, c };
    node n = { .op = (uint8_t)op };

    if (p->failed != ITO_OK)
        return 0;
    for (unsigned i = 0; i < 3 && i < expr_arity(op); i++) {
        n.arg[i] = arg[i];
        n.uses |= p->node[arg[i]].uses;
    }
    if (op == ITO_MAP_ADD || op == ITO_MAP_MUL) {
        const node turned = { .op = n.op, .uses = n.uses, .arg = { b, a } };
        const uint32_t known = *find(p, &turned);

        if (known != 0)
            return known - 1;
    }
    return put(p, &n);
}

void expr_import(pool *p, const ito_expr *expr, uint32_t *map)
{
    for (size_t i = 0; i < expr->count && p->failed == ITO_OK; i++) {
        const node *const n = &expr->nodes[i];

        if (n->op == OP_NUMBER)
            map[i] = expr_put_number(p, n->value);
        else if (expr_arity(n->op) == 0)
            map[i] = expr_put_leaf(p, n->op, n->arg[0]);
        else
            map[i] = expr_put(p, n->op, map[n->arg[0]], map[n->arg[1]],
                              map[n->arg[2]]);
    }
}

/* SPDX-License-Identifier: MIT
 *
 * compile.c - formulas to a program for the kernel `map`.
 *
 * What is the same for all rows is set apart: it is computed once a call, in
 * double, and enters the steps as numbers.  The other nodes become steps in
 * their order, which is that of a walk through the formulas (expr.c), so that
 * a value is used soon after it was made; temporary places are given out
 * anew once their last reader has run (linear scan; Poletto and Sarkar, ACM
 * TOPLAS 21, 1999).  The value of an element is written straight to its
 * output and read from there by whoever needs it.
 */
#include <string.h>

#include "expr/lower.h"
#include "expr/node.h"

#define NONE UINT32_MAX

/* What is known of the nodes of the lowered pool, one entry each. */
typedef struct compiler {
    ito_expr *expr;
    pool pool;
    program *g;
    uint32_t *root;    /* lowered node of each element */
    uint32_t *last;    /* the last node that reads it; 0: nobody */
    uint32_t *place;   /* where its value is */
    uint32_t *uniform; /* its index among the uniforms */
    uint32_t *output;  /* the first element that it is, NONE: no element */
    bool *live;
    uint32_t *spare; /* temporaries that are free */
    size_t spares;
} compiler;

static bool varies(const compiler *c, uint32_t a)
{
    return c->pool.node[a].uses & USES_STATE;
}

/* Find what the elements need, and who reads a value last. */
static void find_live(compiler *c)
{
    for (size_t e = 0; e < c->expr->elements; e++) {
        const uint32_t a = c->root[e];

        c->live[a] = true;
        if (c->output[a] == NONE)
            c->output[a] = (uint32_t)e;
    }
    for (size_t i = c->pool.count; i-- > 0;) {
        const node *const n = &c->pool.node[i];

        for (unsigned k = 0; c->live[i] && k < expr_arity(n->op); k++) {
            const uint32_t a = n->arg[k];

            c->live[a] = true;
            if (c->last[a] == 0)
                c->last[a] = (uint32_t)i;
        }
    }
}

/* Set apart what is the same for all rows; parameters become numbers. */
static void split_uniforms(compiler *c)
{
    const ito_expr *const expr = c->expr;
    program *const g = c->g;

    for (size_t i = 0; i < c->pool.count; i++) {
        const node n = c->pool.node[i];
        node *const u = &g->uniform[g->uniforms];
        double arg[3] = { 0.0 };

        if (!c->live[i] || n.uses & USES_STATE)
            continue;
        *u = n;
        for (unsigned k = 0; k < expr_arity(n.op); k++) {
            u->arg[k] = c->uniform[n.arg[k]];
            arg[k] = g->value[u->arg[k]];
        }
        if (n.op == OP_PARAM)
            *u =
                (node){ .op = OP_NUMBER, .value = expr->param[n.arg[0]].value };
        if (u->op == OP_NUMBER)
            g->value[g->uniforms] = u->value;
        else if (u->op == OP_TIME)
            g->value[g->uniforms] = 0.0;
        else
            g->value[g->uniforms] =
                ito__map_value((ito_map_op)u->op, arg[0], arg[1], arg[2]);
        g->timed = g->timed || u->op == OP_TIME;
        c->uniform[i] = (uint32_t)g->uniforms++;
    }
}

/* Give a uniform a place among the numbers, if it has none. */
static void need_number(compiler *c, uint32_t a)
{
    program *const g = c->g;

    if (c->place[a] != NONE)
        return;
    c->place[a] = (uint32_t)g->numbers;
    g->number[g->numbers++] = c->uniform[a];
}

/* Places: inputs, outputs, then numbers. */
static void lay_out(compiler *c)
{
    program *const g = c->g;
    const pool *const p = &c->pool;

    for (size_t i = 0; i < p->count; i++) {
        if (!c->live[i] || !varies(c, (uint32_t)i))
            continue;
        if (p->node[i].op == OP_STATE) {
            c->place[i] = (uint32_t)g->inputs;
            g->component[g->inputs++] = p->node[i].arg[0];
        }
        for (unsigned k = 0; k < expr_arity(p->node[i].op); k++)
            if (!varies(c, p->node[i].arg[k]))
                need_number(c, p->node[i].arg[k]);
    }
    for (size_t e = 0; e < c->expr->elements; e++)
        if (!varies(c, c->root[e]))
            need_number(c, c->root[e]);
    for (size_t i = 0; i < p->count; i++)
        if (c->place[i] != NONE && !varies(c, (uint32_t)i))
            c->place[i] += (uint32_t)(g->inputs + c->expr->elements);
    for (size_t k = 0; k < g->numbers; k++) {
        g->number_double[k] = g->value[g->number[k]];
        g->number_float[k] = (float)g->number_double[k];
    }
}

static uint32_t new_temp(compiler *c)
{
    program *const g = c->g;

    if (c->spares > 0)
        return c->spare[--c->spares];
    return (uint32_t)(g->inputs + c->expr->elements + g->numbers + g->temps++);
}

static bool is_temp(const compiler *c, uint32_t a)
{
    return varies(c, a) && c->output[a] == NONE &&
           c->pool.node[a].op != OP_STATE;
}

static ito_map_step *new_step(compiler *c, unsigned op)
{
    ito_map_step *const s = &c->g->steps[c->g->step_count++];

    *s = (ito_map_step){ .op = (uint16_t)op };
    return s;
}

/* A copy of one place, a number or not, to another. */
static void copy(compiler *c, uint32_t a, uint32_t to)
{
    ito_map_step *const s = new_step(c, ITO_MAP_COPY);

    s->numbers = varies(c, a) ? 0 : ITO_MAP_X_NUMBER;
    s->x = c->place[a];
    s->z = to;
}

/* The temporaries that node i was the last to read are free again. */
static void release(compiler *c, uint32_t i)
{
    const node *const n = &c->pool.node[i];

    for (unsigned k = 0; k < expr_arity(n->op); k++) {
        const uint32_t a = n->arg[k];

        if (is_temp(c, a) && c->last[a] == i) {
            c->spare[c->spares++] = c->place[a];
            c->last[a] = NONE; /* once, also when it is two operands */
        }
    }
}

/* The step of node i. */
static void emit(compiler *c, uint32_t i)
{
    const node *const n = &c->pool.node[i];
    const unsigned arity = expr_arity(n->op);
    uint32_t operand[3] = { 0 }, filled = NONE;
    unsigned numbers = 0;
    ito_map_step *s;

    for (unsigned k = 0; k < arity; k++) {
        operand[k] = c->place[n->arg[k]];
        numbers |= varies(c, n->arg[k]) ? 0 : 1u << k;
    }
    if (n->op == ITO_MAP_SELECT && numbers & ITO_MAP_X_NUMBER) {
        filled = new_temp(c);
        copy(c, n->arg[0], filled);
        operand[0] = filled;
        numbers &= ~(unsigned)ITO_MAP_X_NUMBER;
    }
    if (!ITO_MAP_REREADS(n->op))
        release(c, i);
    c->place[i] = c->output[i] != NONE ? (uint32_t)(c->g->inputs + c->output[i])
                                       : new_temp(c);
    release(c, i);
    if (filled != NONE)
        c->spare[c->spares++] = filled;
    s = new_step(c, n->op);
    s->numbers = (uint16_t)numbers;
    s->z = c->place[i];
    s->x = operand[0];
    s->y = arity > 1 ? operand[1] : operand[0];
    s->w = arity > 2 ? operand[2] : operand[0];
}

static void emit_all(compiler *c)
{
    const ito_expr *const expr = c->expr;

    for (size_t i = 0; i < c->pool.count; i++)
        if (c->live[i] && varies(c, (uint32_t)i) &&
            c->pool.node[i].op != OP_STATE)
            emit(c, (uint32_t)i);
    for (size_t e = 0; e < expr->elements; e++) {
        const uint32_t a = c->root[e];
        const uint32_t to = (uint32_t)(c->g->inputs + e);

        if (c->place[a] != to)
            copy(c, a, to);
    }
}

static void note_numbers(const compiler *c)
{
    for (size_t e = 0; e < c->expr->elements; e++) {
        const uint32_t a = c->root[e];

        c->expr->is_number[e] = c->pool.node[a].uses == 0;
        if (c->expr->is_number[e])
            c->expr->number[e] = c->g->value[c->uniform[a]];
    }
}

static uint32_t *filled_array(ito_ctx *ctx, size_t n, uint32_t value)
{
    uint32_t *const a = ito__arena_get(ctx, size_mul(n, sizeof(*a)));

    for (size_t i = 0; a && i < n; i++)
        a[i] = value;
    return a;
}

static bool get_memory(compiler *c)
{
    ito_ctx *const ctx = c->expr->ctx;
    program *const g = c->g;
    const size_t n = c->pool.count, elements = c->expr->elements;

    c->last = filled_array(ctx, n, 0);
    c->place = filled_array(ctx, n, NONE);
    c->uniform = filled_array(ctx, n, 0);
    c->output = filled_array(ctx, n, NONE);
    c->spare = filled_array(ctx, n + 1, 0);
    c->live = ito__arena_get(ctx, n * sizeof(*c->live));
    if (c->live)
        memset(c->live, 0, n * sizeof(*c->live));
    /* a choice may need one step more, an element a copy */
    g->steps = ito__alloc(ctx, (2 * n + elements) * sizeof(*g->steps));
    g->component = ito__alloc(ctx, n * sizeof(*g->component));
    g->uniform = ito__alloc(ctx, n * sizeof(*g->uniform));
    g->value = ito__alloc(ctx, n * sizeof(*g->value));
    g->number = ito__alloc(ctx, n * sizeof(*g->number));
    g->number_float = ito__alloc(ctx, n * sizeof(*g->number_float));
    g->number_double = ito__alloc(ctx, n * sizeof(*g->number_double));
    return c->last && c->place && c->uniform && c->output && c->spare &&
           c->live && g->steps && g->component && g->uniform && g->value &&
           g->number && g->number_float && g->number_double;
}

void expr_program_free(ito_ctx *ctx, program *g)
{
    ito__free(ctx, g->steps);
    ito__free(ctx, g->component);
    ito__free(ctx, g->uniform);
    ito__free(ctx, g->value);
    ito__free(ctx, g->number);
    ito__free(ctx, g->number_float);
    ito__free(ctx, g->number_double);
}

ito_status expr_compile(ito_expr *expr)
{
    ito_ctx *const ctx = expr->ctx;
    const ito_mark mark = ito__arena_mark(ctx);
    uint32_t *const low = filled_array(ctx, expr->count, 0);
    compiler c = { .expr = expr, .g = &expr->program };
    ito_status rc = ITO_ENOMEM;

    c.root = filled_array(ctx, expr->elements, 0);
    if (!expr_pool_open(&c.pool, ctx, false) || !low || !c.root)
        goto done;
    expr_lower(&c.pool, expr, low);
    rc = c.pool.failed;
    if (rc != ITO_OK)
        goto done;
    rc = ITO_ENOMEM;
    for (size_t e = 0; e < expr->elements; e++)
        c.root[e] = low[expr->element[e]];
    if (!get_memory(&c))
        goto done;
    find_live(&c);
    split_uniforms(&c);
    lay_out(&c);
    emit_all(&c);
    note_numbers(&c);
    rc = ITO_OK;
done:
    expr_pool_close(&c.pool);
    ito__arena_release(ctx, mark);
    return rc;
}

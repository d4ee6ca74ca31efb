/* SPDX-License-Identifier: MIT
 *
 * expr.c - formulas as the library hands them out: made from nodes, asked
 * about, combined, freed.
 */
#include <string.h>

#include "expr/node.h"

ito_status expr_pool_failure(const pool *p, const char *what)
{
    if (p->failed == ITO_ENOMEM)
        return ito__fail(p->ctx, ITO_ENOMEM, "%.60s", what);
    if (p->failed != ITO_OK)
        return ito__fail(p->ctx, ITO_EARG,
                         "%.60s: too long: more than %u operations on the "
                         "way",
                         what, EXPR_WORK_MAX);
    return ITO_OK;
}

/*
 * Copy the nodes that the elements use, in the order of a walk from each
 * element that comes to a node after its arguments.  map[i] is the new number
 * of node i, plus 1; stack has room for three entries a node.
 */
static void walk(ito_expr *expr, const pool *p, const uint32_t *element,
                 uint32_t *map, uint32_t *stack)
{
    for (size_t e = 0; e < expr->elements; e++) {
        size_t n = 0;

        stack[n++] = element[e];
        while (n > 0) {
            const uint32_t i = stack[n - 1];
            const node *const k = &p->node[i];
            const unsigned arity = expr_arity(k->op);
            const size_t before = n;
            node *fresh;

            for (unsigned a = arity; map[i] == 0 && a-- > 0;)
                if (map[k->arg[a]] == 0)
                    stack[n++] = k->arg[a];
            if (n > before)
                continue;
            n--;
            if (map[i] != 0)
                continue;
            fresh = &expr->nodes[expr->count++];
            *fresh = *k;
            for (unsigned a = 0; a < arity; a++)
                fresh->arg[a] = map[k->arg[a]] - 1;
            map[i] = (uint32_t)expr->count;
        }
        expr->element[e] = map[element[e]] - 1;
    }
}

static ito_status copy_nodes(ito_expr *expr, const pool *p,
                             const uint32_t *element)
{
    ito_ctx *const ctx = expr->ctx;
    const ito_mark mark = ito__arena_mark(ctx);
    uint32_t *const map = ito__arena_get(ctx, p->count * sizeof(*map));
    /* a node is pushed at most once for each of its at most three readers
     * on the way down */
    uint32_t *const stack =
        ito__arena_get(ctx, (3 * p->count + 1) * sizeof(*stack));

    expr->nodes = ito__alloc(ctx, p->count * sizeof(*expr->nodes));
    expr->element = ito__alloc(ctx, expr->elements * sizeof(*expr->element));
    if (!map || !stack || !expr->nodes || !expr->element) {
        ito__arena_release(ctx, mark);
        return ITO_ENOMEM;
    }
    memset(map, 0, p->count * sizeof(*map));
    walk(expr, p, element, map, stack);
    ito__arena_release(ctx, mark);
    return ITO_OK;
}

static ito_status copy_params(ito_expr *expr, const ito_param *params,
                              size_t count)
{
    size_t bytes = 1, at = 0;

    for (size_t i = 0; i < count; i++)
        bytes += strlen(params[i].name) + 1;
    expr->params = count;
    expr->names = ito__alloc(expr->ctx, bytes);
    expr->param = ito__alloc(expr->ctx, (count + 1) * sizeof(*expr->param));
    if (!expr->names || !expr->param)
        return ITO_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(params[i].name) + 1;

        memcpy(expr->names + at, params[i].name, n);
        expr->param[i] =
            (ito_param){ .name = expr->names + at, .value = params[i].value };
        at += n;
    }
    return ITO_OK;
}

static size_t use_bit(const ito_expr *expr, size_t element, size_t variable)
{
    return element * (expr->dim + 1) +
           (variable == ITO_EXPR_TIME ? expr->dim : variable);
}

/* Which elements use this leaf. */
static void note_uses(ito_expr *expr, size_t leaf, bool *uses)
{
    const node *const n = &expr->nodes[leaf];
    const size_t variable = n->op == OP_TIME ? ITO_EXPR_TIME : n->arg[0];

    for (size_t i = 0; i < expr->count; i++) {
        const node *const k = &expr->nodes[i];

        uses[i] = i == leaf;
        for (unsigned a = 0; a < expr_arity(k->op); a++)
            uses[i] = uses[i] || uses[k->arg[a]];
    }
    for (size_t e = 0; e < expr->elements; e++)
        if (uses[expr->element[e]]) {
            const size_t bit = use_bit(expr, e, variable);

            expr->uses[bit / 8] |= (uint8_t)(1u << bit % 8);
        }
}

static ito_status find_uses(ito_expr *expr)
{
    const size_t bytes = expr->elements * (expr->dim + 1) / 8 + 1;
    const ito_mark mark = ito__arena_mark(expr->ctx);
    bool *const uses = ito__arena_get(expr->ctx, expr->count * sizeof(*uses));

    expr->uses = ito__calloc(expr->ctx, bytes, 1);
    if (!uses || !expr->uses) {
        ito__arena_release(expr->ctx, mark);
        return ITO_ENOMEM;
    }
    for (size_t i = 0; i < expr->count; i++)
        if (expr->nodes[i].op == OP_TIME || expr->nodes[i].op == OP_STATE)
            note_uses(expr, i, uses);
    ito__arena_release(expr->ctx, mark);
    return ITO_OK;
}

ito_status expr_finish(ito_ctx *ctx, const pool *p, const expr_shape *shape,
                       const ito_param *params, size_t count, ito_expr **out)
{
    ito_expr *const expr = ito__calloc(ctx, 1, sizeof(*expr));
    const size_t elements = shape->rows * shape->cols;
    ito_status rc = ITO_ENOMEM;

    if (!expr)
        return ito__fail(ctx, ITO_ENOMEM, "a formula");
    expr->ctx = ctx;
    expr->dim = shape->dim;
    expr->rows = shape->rows;
    expr->cols = shape->cols;
    expr->elements = elements;
    expr->is_number = ito__calloc(ctx, elements, sizeof(*expr->is_number));
    expr->number = ito__calloc(ctx, elements, sizeof(*expr->number));
    if (expr->is_number && expr->number)
        rc = copy_nodes(expr, p, shape->element);
    if (rc == ITO_OK && expr->count > EXPR_NODES_MAX) {
        rc = ito__fail(ctx, ITO_EARG, "a formula of %zu operations, at most %u",
                       expr->count, EXPR_NODES_MAX);
        ito_expr_free(expr);
        return rc;
    }
    if (rc == ITO_OK)
        rc = copy_params(expr, params, count);
    if (rc == ITO_OK)
        rc = find_uses(expr);
    if (rc == ITO_OK)
        rc = expr_print(expr);
    if (rc == ITO_OK)
        rc = expr_compile(expr);
    if (rc != ITO_OK) {
        ito_expr_free(expr);
        return ito__fail(ctx, rc == ITO_ENOMEM ? rc : ITO_EARG,
                         rc == ITO_ENOMEM ? "a formula"
                                          : "a formula is too "
                                            "long");
    }
    *out = expr;
    return ITO_OK;
}

ito_status ito_expr_parse(ito_ctx *ctx, const char *text,
                          const ito_expr_opts *opts, ito_expr **out)
{
    const ito_expr_opts none = { 0 };
    parsed all;
    ito_status rc;
    pool p;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!opts)
        opts = &none;
    if (!expr_pool_open(&p, ctx, false))
        return ito__fail(ctx, ITO_ENOMEM, "a formula");
    rc = expr_parse(ctx, &p, text, opts, &all);
    if (rc == ITO_OK) {
        rc = expr_finish(ctx, &p,
                         &(expr_shape){ .dim = all.dim,
                                        .rows = all.rows,
                                        .cols = all.cols,
                                        .element = all.element },
                         opts->params, opts->param_count, out);
        ito__free(ctx, all.element);
    }
    expr_pool_close(&p);
    return rc;
}

void ito_expr_free(ito_expr *expr)
{
    ito_ctx *ctx;

    if (!expr)
        return;
    ctx = expr->ctx;
    expr_program_free(ctx, &expr->program);
    ito__free(ctx, expr->param);
    ito__free(ctx, expr->names);
    ito__free(ctx, expr->nodes);
    ito__free(ctx, expr->element);
    ito__free(ctx, expr->uses);
    ito__free(ctx, expr->text);
    ito__free(ctx, expr->text_at);
    ito__free(ctx, expr->is_number);
    ito__free(ctx, expr->number);
    ito__free(ctx, expr);
}

size_t ito_expr_dim(const ito_expr *expr)
{
    return expr ? expr->dim : 0;
}

size_t ito_expr_rows(const ito_expr *expr)
{
    return expr ? expr->rows : 0;
}

size_t ito_expr_cols(const ito_expr *expr)
{
    return expr ? expr->cols : 0;
}

int ito_expr_uses(const ito_expr *expr, size_t element, size_t variable)
{
    size_t bit;

    if (!expr || element >= expr->elements ||
        (variable >= expr->dim && variable != ITO_EXPR_TIME))
        return 0;
    bit = use_bit(expr, element, variable);
    return expr->uses[bit / 8] >> bit % 8 & 1;
}

int ito_expr_number(const ito_expr *expr, size_t element, double *value)
{
    if (!expr || element >= expr->elements || !expr->is_number[element])
        return 0;
    if (value)
        *value = expr->number[element];
    return 1;
}

const char *ito_expr_text(const ito_expr *expr, size_t element)
{
    if (!expr || element >= expr->elements)
        return "";
    return expr->text + expr->text_at[element];
}

/* --- combinations ------------------------------------------------------- */

static bool same_params(const ito_expr *a, const ito_expr *b)
{
    if (a->params != b->params || a->dim != b->dim)
        return false;
    for (size_t i = 0; i < a->params; i++)
        if (strcmp(a->param[i].name, b->param[i].name) != 0 ||
            !(a->param[i].value == b->param[i].value))
            return false;
    return true;
}

/* Two formulas in one pool. */
typedef struct pair {
    pool p;
    const ito_expr *a, *b;
    uint32_t *in_a, *in_b; /* node numbers in the pool */
    uint32_t *element;
} pair;

static ito_status pair_open(ito_ctx *ctx, pair *q, size_t elements)
{
    q->in_a = ito__arena_get(ctx, q->a->count * sizeof(*q->in_a));
    q->in_b = ito__arena_get(ctx, q->b->count * sizeof(*q->in_b));
    q->element = ito__arena_get(ctx, elements * sizeof(*q->element));
    if (!expr_pool_open(&q->p, ctx, true) || !q->in_a || !q->in_b ||
        !q->element) {
        expr_pool_close(&q->p);
        return ito__fail(ctx, ITO_ENOMEM, "a formula");
    }
    expr_import(&q->p, q->a, q->in_a);
    expr_import(&q->p, q->b, q->in_b);
    return ITO_OK;
}

/* Element e of a or b as a node of the pool. */
static uint32_t of_a(const pair *q, size_t e)
{
    return q->in_a[q->a->element[e]];
}

static uint32_t of_b(const pair *q, size_t e)
{
    return q->in_b[q->b->element[e]];
}

static ito_status pair_finish(ito_ctx *ctx, pair *q, size_t rows, size_t cols,
                              ito_expr **out)
{
    ito_status rc = expr_pool_failure(&q->p, "a combination of formulas");

    if (rc == ITO_OK)
        rc = expr_finish(ctx, &q->p,
                         &(expr_shape){ .dim = q->a->dim,
                                        .rows = rows,
                                        .cols = cols,
                                        .element = q->element },
                         q->a->param, q->a->params, out);
    expr_pool_close(&q->p);
    return rc;
}

static ito_status check_pair(ito_ctx *ctx, const char *what, const ito_expr *a,
                             const ito_expr *b)
{
    if (!a || !b)
        return ito__fail(ctx, ITO_EARG, "%s: two formulas are needed", what);
    if (!same_params(a, b))
        return ito__fail(ctx, ITO_EARG,
                         "%s: the formulas differ in components or parameters",
                         what);
    return ITO_OK;
}

ito_status ito_expr_product(ito_ctx *ctx, const ito_expr *a, const ito_expr *b,
                            ito_expr **out)
{
    pair q = { .a = a, .b = b };
    ito_status rc;
    ito_mark mark;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = check_pair(ctx, "ito_expr_product", a, b);
    if (rc != ITO_OK)
        return rc;
    if (a->cols != b->rows || a->rows * b->cols > EXPR_ELEMENTS_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_product: %zu x %zu times %zu x %zu", a->rows,
                         a->cols, b->rows, b->cols);
    mark = ito__arena_mark(ctx);
    rc = pair_open(ctx, &q, a->rows * b->cols);
    for (size_t e = 0; rc == ITO_OK && e < a->rows * b->cols; e++) {
        const size_t i = e / b->cols, j = e % b->cols;
        uint32_t sum = 0;

        for (size_t k = 0; k < a->cols; k++)
            sum = expr_make(&q.p, ITO_MAP_ADD, sum,
                            expr_make(&q.p, ITO_MAP_MUL,
                                      of_a(&q, i * a->cols + k),
                                      of_b(&q, k * b->cols + j), 0),
                            0);
        q.element[e] = sum;
    }
    if (rc == ITO_OK)
        rc = pair_finish(ctx, &q, a->rows, b->cols, out);
    ito__arena_release(ctx, mark);
    return rc;
}

ito_status ito_expr_combine(ito_ctx *ctx, double p, const ito_expr *a, double q,
                            const ito_expr *b, ito_expr **out)
{
    pair both = { .a = a, .b = b };
    ito_status rc;
    ito_mark mark;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    rc = check_pair(ctx, "ito_expr_combine", a, b);
    if (rc != ITO_OK)
        return rc;
    if (a->rows != b->rows || a->cols != b->cols)
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_combine: %zu x %zu and %zu x %zu", a->rows,
                         a->cols, b->rows, b->cols);
    if (!(p - p == 0.0) || !(q - q == 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_combine: factors %g and %g; finite numbers "
                         "are needed",
                         p, q);
    mark = ito__arena_mark(ctx);
    rc = pair_open(ctx, &both, a->elements);
    for (size_t e = 0; rc == ITO_OK && e < a->elements; e++) {
        const uint32_t u =
            expr_make(&both.p, ITO_MAP_MUL, expr_put_number(&both.p, p),
                      of_a(&both, e), 0);
        const uint32_t v =
            expr_make(&both.p, ITO_MAP_MUL, expr_put_number(&both.p, q),
                      of_b(&both, e), 0);

        both.element[e] = expr_make(&both.p, ITO_MAP_ADD, u, v, 0);
    }
    if (rc == ITO_OK)
        rc = pair_finish(ctx, &both, a->rows, a->cols, out);
    ito__arena_release(ctx, mark);
    return rc;
}

/* SPDX-License-Identifier: MIT
 *
 * parse.c - the text of formulas to nodes.
 *
 * Operator precedence with two stacks (Dijkstra 1961), so that no text makes
 * the program recur: operations wait on one stack until what follows binds
 * less tightly, values lie on the other.  From loose to tight:
 *
 *     ? :    ||    &&    == !=    < <= > >=    + -    * /    - + !    ^
 *
 * ? : and ^ go to the right, the others to the left; comparisons do not
 * chain.  Parentheses, functions and an open ? wait as barriers, which only
 * their other end removes.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "expr/lex.h"
#include "expr/node.h"

/* How tightly an operation binds; 0: a barrier. */
enum {
    BIND_BARRIER,
    BIND_CHOICE,
    BIND_OR,
    BIND_AND,
    BIND_EQUAL,
    BIND_COMPARE,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_SIGN,
    BIND_POWER
};

typedef enum waits { WAITS_OP, WAITS_PAREN, WAITS_CALL, WAITS_ELSE } waits;

/* An operation that waits for its last operand. */
typedef struct waiting {
    waits kind;
    uint8_t op, bind;
    uint32_t at; /* byte of the text */
    uint32_t arguments;
    const function_name *function;
} waiting;

typedef struct parser {
    ito_ctx *ctx;
    pool *p;
    const ito_expr_opts *opts;
    const char *what;
    lexer lex;
    waiting *wait;
    size_t waits;
    uint32_t *value;
    size_t values;
    uint32_t *element;
    size_t elements, room;
    size_t rows, cols, in_row;
    size_t dim;       /* that the text uses or opts say */
    size_t letter_at; /* where x, y or z was first used, SIZE_MAX: nowhere */
} parser;

#define FAIL(ps, at, ...)                                                   \
    expr_fail((ps)->ctx, (ps)->what, (ps)->lex.text, (ps)->lex.bytes, (at), \
              __VA_ARGS__)

/* Take the top operation off and put its value in place of its operands. */
static void reduce(parser *ps)
{
    const waiting *const w = &ps->wait[--ps->waits];
    const unsigned n = expr_arity(w->op);
    uint32_t arg[3] = { 0 };

    assert(w->kind == WAITS_OP && ps->values >= n);
    ps->values -= n;
    for (unsigned i = 0; i < n; i++)
        arg[i] = ps->value[ps->values + i];
    ps->value[ps->values++] = expr_make(ps->p, w->op, arg[0], arg[1], arg[2]);
}

/* Reduce what binds at least as tightly as `bind`. */
static void reduce_to(parser *ps, unsigned bind)
{
    while (ps->waits > 0 && ps->wait[ps->waits - 1].bind >= bind)
        reduce(ps);
}

static ito_status push(parser *ps, const waiting *w)
{
    if (ps->waits == EXPR_DEPTH_MAX)
        return FAIL(ps, w->at,
                    "nested too deeply: more than %u operations "
                    "wait for an operand",
                    EXPR_DEPTH_MAX);
    ps->wait[ps->waits++] = *w;
    return ITO_OK;
}

static ito_status push_op(parser *ps, unsigned op, unsigned bind, size_t at)
{
    return push(ps, &(waiting){ .kind = WAITS_OP,
                                .op = (uint8_t)op,
                                .bind = (uint8_t)bind,
                                .at = (uint32_t)at });
}

/* --- values ------------------------------------------------------------- */

static ito_status unknown(parser *ps, const token *k, bool call)
{
    const char *const near =
        expr_nearest(ps->opts, ps->lex.text + k->at, k->bytes);

    return FAIL(ps, k->at, "unknown %s \"%.*s\"%s%s%s",
                call ? "function" : "name", (int)size_min(k->bytes, 40),
                ps->lex.text + k->at, near ? "; did you mean " : "",
                near ? near : "", near ? "?" : "");
}

/* A component of the state. */
static ito_status put_state(parser *ps, const token *k, size_t component,
                            bool letter)
{
    const size_t dim = ps->opts->dim;

    if (!ps->opts->infer_dim && dim == 0)
        return FAIL(ps, k->at,
                    "\"%.*s\" is a component of the state, which "
                    "may not be used here",
                    (int)k->bytes, ps->lex.text + k->at);
    if (letter && ps->letter_at == SIZE_MAX)
        ps->letter_at = k->at;
    if (!ps->opts->infer_dim && letter && dim > 3)
        return FAIL(ps, k->at, "the %zu components are named x1 to x%zu", dim,
                    dim);
    if (!ps->opts->infer_dim && component >= dim)
        return FAIL(ps, k->at, "component \"%.*s\", but the state has %zu",
                    (int)k->bytes, ps->lex.text + k->at, dim);
    ps->dim = size_max(ps->dim, component + 1);
    ps->value[ps->values++] = expr_put_leaf(ps->p, OP_STATE, component);
    return ITO_OK;
}

static ito_status put_call(parser *ps, const token *k)
{
    const function_name *const f =
        expr_function(ps->lex.text + k->at, k->bytes);

    (void)lex_next(&ps->lex); /* the bracket, which the caller has seen */
    if (!f)
        return unknown(ps, k, true);
    return push(ps, &(waiting){ .kind = WAITS_CALL,
                                .at = (uint32_t)k->at,
                                .arguments = 1,
                                .function = f });
}

/* A name; *more: an operand is still to come. */
static ito_status put_name(parser *ps, const token *k, bool *more)
{
    const char *const name = ps->lex.text + k->at;
    const bool call = lex_peek(&ps->lex).kind == TOKEN_OPEN;
    size_t component;
    bool letter;

    for (size_t i = 0; i < ps->opts->param_count; i++)
        if (strlen(ps->opts->params[i].name) == k->bytes &&
            memcmp(ps->opts->params[i].name, name, k->bytes) == 0) {
            ps->value[ps->values++] = expr_put_leaf(ps->p, OP_PARAM, i);
            return ITO_OK;
        }
    component = expr_component(name, k->bytes, &letter);
    if (component != SIZE_MAX)
        return put_state(ps, k, component, letter);
    if (k->bytes == 1 && *name == 't') {
        ps->value[ps->values++] = expr_put_leaf(ps->p, OP_TIME, 0);
        return ITO_OK;
    }
    if ((k->bytes == 1 && *name == 'e') ||
        (k->bytes == 2 && memcmp(name, "pi", 2) == 0)) {
        ps->value[ps->values++] =
            expr_put_number(ps->p, *name == 'e' ? EXPR_EULER : EXPR_PI);
        return ITO_OK;
    }
    *more = call;
    if (call)
        return put_call(ps, k);
    if (expr_function(name, k->bytes))
        return FAIL(ps, k->at + k->bytes, "%.*s is a function: write %.*s(...)",
                    (int)k->bytes, name, (int)k->bytes, name);
    return unknown(ps, k, false);
}

/* One token where an operand must come; *more: it must still come. */
static ito_status take_operand(parser *ps, const token *k, bool *more)
{
    *more = false;
    switch (k->kind) {
    case TOKEN_NUMBER:
        if (!(k->number < (double)INFINITY))
            return FAIL(ps, k->at, "this number is too large");
        ps->value[ps->values++] = expr_put_number(ps->p, k->number);
        return ITO_OK;
    case TOKEN_NAME: return put_name(ps, k, more);
    case TOKEN_OPEN:
        *more = true;
        return push(ps,
                    &(waiting){ .kind = WAITS_PAREN, .at = (uint32_t)k->at });
    case TOKEN_OP:
        *more = true;
        if (k->op == ITO_MAP_ADD)
            return ITO_OK;
        if (k->op == ITO_MAP_SUB)
            return push_op(ps, ITO_MAP_NEG, BIND_SIGN, k->at);
        break;
    case TOKEN_NOT:
        *more = true;
        return push_op(ps, ITO_MAP_NOT, BIND_SIGN, k->at);
    case TOKEN_BAD: return FAIL(ps, k->at, "%s", k->advice);
    default: break;
    }
    if (k->kind == TOKEN_END)
        return FAIL(ps, k->at,
                    ps->lex.bytes == lex_blank(&ps->lex)
                        ? "the formula is empty"
                        : "a value is missing at the end");
    return FAIL(ps, k->at, "a value is missing before \"%.*s\"", (int)k->bytes,
                ps->lex.text + k->at);
}

/* --- what comes after a value ------------------------------------------- */

static unsigned binding(unsigned op)
{
    switch (op) {
    case ITO_MAP_OR: return BIND_OR;
    case ITO_MAP_AND: return BIND_AND;
    case ITO_MAP_EQ:
    case ITO_MAP_NE: return BIND_EQUAL;
    case ITO_MAP_LT:
    case ITO_MAP_LE:
    case OP_GT:
    case OP_GE: return BIND_COMPARE;
    case ITO_MAP_ADD:
    case ITO_MAP_SUB: return BIND_SUM;
    case ITO_MAP_MUL:
    case ITO_MAP_DIV: return BIND_PRODUCT;
    default: return BIND_POWER;
    }
}

static ito_status take_binary(parser *ps, const token *k)
{
    const unsigned bind = binding(k->op);

    /* ^ goes to the right: equals stay */
    reduce_to(ps,
              bind == BIND_EQUAL || bind == BIND_COMPARE || bind == BIND_POWER
                  ? bind + 1
                  : bind);
    if (bind != BIND_POWER && ps->waits > 0 &&
        ps->wait[ps->waits - 1].bind == bind)
        return FAIL(ps, k->at,
                    "comparisons do not chain: write a < b && b < "
                    "c, or parentheses");
    return push_op(ps, k->op, bind, k->at);
}

/* Reduce to the innermost barrier; an open ? is an error. */
static ito_status close_operations(parser *ps)
{
    reduce_to(ps, BIND_CHOICE);
    if (ps->waits > 0 && ps->wait[ps->waits - 1].kind == WAITS_ELSE)
        return FAIL(ps, ps->wait[ps->waits - 1].at,
                    "\"?\" without \":\": write a ? b : c");
    return ITO_OK;
}

static ito_status take_colon(parser *ps, const token *k)
{
    waiting *top;

    reduce_to(ps, BIND_CHOICE);
    top = ps->waits > 0 ? &ps->wait[ps->waits - 1] : NULL;
    if (!top || top->kind != WAITS_ELSE)
        return FAIL(ps, k->at, "\":\" without \"?\": write a ? b : c");
    *top = (waiting){ .kind = WAITS_OP,
                      .op = ITO_MAP_SELECT,
                      .bind = BIND_CHOICE,
                      .at = top->at };
    return ITO_OK;
}

static ito_status finish_call(parser *ps, const waiting *w)
{
    const function_name *const f = w->function;
    const uint32_t n = w->arguments;
    uint32_t *const arg = ps->value + ps->values - n;
    uint32_t y;

    if (n < f->arity || (n > f->arity && !f->more))
        return FAIL(ps, w->at, "%s takes %s%u argument%s, not %u", f->name,
                    f->more ? "at least " : "", (unsigned)f->arity,
                    f->arity == 1 ? "" : "s", n);
    y = expr_make(ps->p, f->op, arg[0], f->arity > 1 ? arg[1] : 0, 0);
    for (uint32_t i = 2; i < n; i++)
        y = expr_make(ps->p, f->op, y, arg[i], 0);
    ps->values -= n;
    ps->value[ps->values++] = y;
    return ITO_OK;
}

static ito_status take_close(parser *ps, const token *k)
{
    ito_status rc = close_operations(ps);
    waiting w;

    if (rc != ITO_OK)
        return rc;
    if (ps->waits == 0)
        return FAIL(ps, k->at, "\")\" without \"(\"");
    w = ps->wait[--ps->waits];
    return w.kind == WAITS_CALL ? finish_call(ps, &w) : ITO_OK;
}

/* The end of an element. */
static ito_status end_element(parser *ps)
{
    ito_status rc = close_operations(ps);

    if (rc != ITO_OK)
        return rc;
    if (ps->waits > 0)
        return FAIL(ps, ps->wait[ps->waits - 1].at, "\"(\" is not closed");
    assert(ps->values == 1);
    if (ps->elements == EXPR_ELEMENTS_MAX)
        return FAIL(ps, ps->lex.bytes, "more than %u elements",
                    EXPR_ELEMENTS_MAX);
    if (ps->elements == ps->room) {
        uint32_t *const more =
            ito__realloc(ps->ctx, ps->element, ps->room * sizeof(*more),
                         2 * ps->room * sizeof(*more));
        if (!more)
            return ito__fail(ps->ctx, ITO_ENOMEM, "%.60s", ps->what);
        ps->element = more;
        ps->room *= 2;
    }
    ps->element[ps->elements++] = ps->value[--ps->values];
    ps->in_row++;
    return ITO_OK;
}

static ito_status end_row(parser *ps, const token *k)
{
    ito_status rc = end_element(ps);

    if (rc != ITO_OK)
        return rc;
    if (ps->rows == 0)
        ps->cols = ps->in_row;
    if (ps->in_row != ps->cols)
        return FAIL(ps, k->at, "row %zu has %zu element%s, row 1 has %zu",
                    ps->rows + 1, ps->in_row, ps->in_row == 1 ? "" : "s",
                    ps->cols);
    ps->rows++;
    ps->in_row = 0;
    return ITO_OK;
}

static ito_status take_comma(parser *ps, const token *k)
{
    ito_status rc = close_operations(ps);

    if (rc != ITO_OK || ps->waits == 0)
        return rc != ITO_OK ? rc : end_element(ps);
    if (ps->wait[ps->waits - 1].kind == WAITS_PAREN)
        return FAIL(ps, k->at,
                    "\",\" inside parentheses that belong to no "
                    "function");
    if (ps->wait[ps->waits - 1].arguments++ >= EXPR_DEPTH_MAX)
        return FAIL(ps, k->at, "more than %u arguments", EXPR_DEPTH_MAX);
    return ITO_OK;
}

/* One token where an operator must come; *more: an operand follows it. */
static ito_status take_operator(parser *ps, const token *k, bool *more)
{
    *more = true;
    switch (k->kind) {
    case TOKEN_OP: return take_binary(ps, k);
    case TOKEN_COMMA: return take_comma(ps, k);
    case TOKEN_ROW: return end_row(ps, k);
    case TOKEN_COLON: return take_colon(ps, k);
    case TOKEN_CHOICE:
        reduce_to(ps, BIND_OR);
        return push(ps,
                    &(waiting){ .kind = WAITS_ELSE, .at = (uint32_t)k->at });
    case TOKEN_CLOSE: *more = false; return take_close(ps, k);
    case TOKEN_END: *more = false; return end_row(ps, k);
    case TOKEN_BAD: return FAIL(ps, k->at, "%s", k->advice);
    default: break;
    }
    return FAIL(ps, k->at,
                "an operator is missing before \"%.*s\"; "
                "multiplication is written *",
                (int)size_min(k->bytes, 40), ps->lex.text + k->at);
}

/* --- the whole text ----------------------------------------------------- */

static ito_status check_param(ito_ctx *ctx, const ito_expr_opts *opts,
                              const char *what, size_t i)
{
    const ito_param *const p = &opts->params[i];
    const size_t bytes = p->name ? strlen(p->name) : 0;

    if (bytes == 0 || bytes > EXPR_NAME_MAX ||
        lex_name(p->name, bytes) != bytes)
        return ito__fail(ctx, ITO_EARG,
                         "%.60s: parameter name \"%.40s\": 1 to %u letters, "
                         "digits and _ are allowed, not a digit first",
                         what, p->name ? p->name : "", EXPR_NAME_MAX);
    if (expr_is_reserved(p->name, bytes))
        return ito__fail(ctx, ITO_EARG,
                         "%.60s: a parameter may not be called \"%s\", which "
                         "means something else in formulas",
                         what, p->name);
    if (!(p->value - p->value == 0.0))
        return ito__fail(ctx, ITO_EARG,
                         "%.60s: parameter %s is %g; a finite number is needed",
                         what, p->name, p->value);
    for (size_t j = 0; j < i; j++)
        if (strcmp(opts->params[j].name, p->name) == 0)
            return ito__fail(ctx, ITO_EARG,
                             "%.60s: parameter %s is given twice", what,
                             p->name);
    return ITO_OK;
}

static ito_status check(ito_ctx *ctx, const char *text, const char *what,
                        const ito_expr_opts *opts)
{
    if (!text)
        return ito__fail(ctx, ITO_EARG, "%.60s: no text", what);
    if (opts->dim > EXPR_DIM_MAX)
        return ito__fail(ctx, ITO_EARG, "%.60s: %zu components, at most %u",
                         what, opts->dim, EXPR_DIM_MAX);
    if (opts->param_count > EXPR_PARAMS_MAX ||
        (opts->param_count > 0 && !opts->params))
        return ito__fail(ctx, ITO_EARG, "%.60s: %zu parameters, at most %u",
                         what, opts->param_count, EXPR_PARAMS_MAX);
    for (size_t i = 0; i < opts->param_count; i++) {
        const ito_status rc = check_param(ctx, opts, what, i);

        if (rc != ITO_OK)
            return rc;
    }
    if (strlen(text) > EXPR_TEXT_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "%.60s: the text has %zu bytes, at most %u", what,
                         strlen(text), EXPR_TEXT_MAX);
    return ITO_OK;
}

static ito_status run(parser *ps)
{
    bool operand = true;
    ito_status rc;
    token k;

    do {
        k = lex_next(&ps->lex);
        rc = operand ? take_operand(ps, &k, &operand)
                     : take_operator(ps, &k, &operand);
    } while (rc == ITO_OK && (operand || k.kind != TOKEN_END));
    if (rc != ITO_OK)
        return rc;
    if (ps->opts->infer_dim)
        ps->dim = size_max(ps->dim, ps->elements);
    if (ps->dim > 3 && ps->letter_at != SIZE_MAX)
        return FAIL(ps, ps->letter_at,
                    "x, y and z name at most 3 components; "
                    "of %zu the names are x1 to x%zu",
                    ps->dim, ps->dim);
    if (ps->dim > EXPR_DIM_MAX)
        return ito__fail(ps->ctx, ITO_EARG, "%.60s: %zu components, at most %u",
                         ps->what, ps->dim, EXPR_DIM_MAX);
    return expr_pool_failure(ps->p, ps->what);
}

ito_status expr_parse(ito_ctx *ctx, pool *p, const char *text,
                      const ito_expr_opts *opts, parsed *out)
{
    const char *const what = opts->what ? opts->what : "formula";
    ito_status rc = check(ctx, text, what, opts);
    parser ps = { .ctx = ctx,
                  .p = p,
                  .opts = opts,
                  .what = what,
                  .dim = opts->dim,
                  .room = 16,
                  .letter_at = SIZE_MAX };
    ito_mark mark;

    if (rc != ITO_OK)
        return rc;
    mark = ito__arena_mark(ctx);
    ps.lex = (lexer){ .text = text, .bytes = strlen(text) };
    ps.wait = ito__arena_get(ctx, EXPR_DEPTH_MAX * sizeof(*ps.wait));
    /* each waiting operation has at most two values, each call its
     * arguments, at most one of which is being read */
    ps.value = ito__arena_get(ctx, (ps.lex.bytes + 3) * sizeof(*ps.value));
    ps.element = ito__alloc(ctx, ps.room * sizeof(*ps.element));
    if (!ps.wait || !ps.value || !ps.element)
        rc = ito__fail(ctx, ITO_ENOMEM, "%.60s", what);
    else
        rc = run(&ps);
    ito__arena_release(ctx, mark);
    if (rc != ITO_OK) {
        ito__free(ctx, ps.element);
        return rc;
    }
    *out = (parsed){ .element = ps.element,
                     .elements = ps.elements,
                     .rows = ps.rows,
                     .cols = ps.cols,
                     .dim = ps.dim };
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * node.h - what the files of src/expr share: formulas as a graph.
 *
 * A formula is a directed graph without cycles, held in an array: a node is
 * an operation of kern/map.h on earlier nodes, or a leaf.  Equal nodes are
 * one node (hash consing), so that a common subexpression is found when it is
 * made, equality is equality of numbers, and every walk is a loop over the
 * array: nothing here recurs.
 *
 * Two ways of making nodes keep formulas small.  As a text is read, only
 * rewritings are made that leave every result as it is, to the bit (simplify.c
 * says which, and what is said of zeros and NaN).  Derivatives, products and
 * sums of formulas are moreover gathered: factors and terms are collected
 * (gather.c), which may round differently.
 */
#ifndef ITO_EXPR_NODE_H
#define ITO_EXPR_NODE_H

#include <ito/expr.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctx/ctx.h"
#include "kern/map.h"

/* Limits, named in messages. */
#define EXPR_TEXT_MAX     65536u     /* bytes of a text */
#define EXPR_NODES_MAX    65536u     /* nodes of finished formulas */
#define EXPR_WORK_MAX     (1u << 20) /* nodes on the way there */
#define EXPR_ELEMENTS_MAX 65536u
#define EXPR_DIM_MAX      4096u
#define EXPR_PARAMS_MAX   4096u
#define EXPR_DEPTH_MAX    1000u /* operations that wait for an operand */
#define EXPR_NAME_MAX     64u   /* bytes of a name */

#define EXPR_PI    3.14159265358979323846
#define EXPR_EULER 2.71828182845904523536

/* What a node is beside the operations of ito_map_op. */
enum {
    OP_GT = ITO_MAP_SELECT + 1,
    OP_GE,
    OP_NUMBER, /* value */
    OP_PARAM,  /* arg[0]: which */
    OP_TIME,
    OP_STATE /* arg[0]: component */
};

/* What a node depends on. */
enum { USES_STATE = 1, USES_TIME = 2 };

/* A node; arguments that an operation does not have are 0. */
typedef struct node {
    uint8_t op;
    uint8_t uses;
    uint32_t arg[3];
    double value;
} node;

/*
 * Nodes being made.  Node 0 is the number 0.  A call that fails leaves its
 * reason in `failed` and returns node 0, so that callers look once, at the
 * end.
 */
typedef struct pool {
    ito_ctx *ctx;
    node *node;
    size_t count, room;
    uint32_t *slot; /* hash table of node numbers + 1; a power of two */
    size_t slots;
    bool gather;
    ito_status failed; /* ITO_OK, ITO_ENOMEM or ITO_ERANGE: too many nodes */
} pool;

/* A program: what formulas are evaluated by (compile.c, evaluate.c). */
typedef struct program {
    ito_map_step *steps;
    size_t step_count;
    /* places: inputs, outputs (one an element), numbers, temporaries */
    size_t inputs, numbers, temps;
    uint32_t *component; /* of each input */
    /* What is the same for all rows, in double: nodes whose arguments are
     * earlier ones here; numbers are read off it. */
    node *uniform;
    size_t uniforms;
    double *value;       /* of each uniform, at t = 0 */
    uint32_t *number;    /* which uniform each number is */
    float *number_float; /* their values at t = 0 */
    double *number_double;
    bool timed; /* some uniform depends on t */
} program;

struct ito_expr {
    ito_ctx *ctx; /* where the memory is from */
    size_t dim, rows, cols, elements;
    ito_param *param;
    size_t params;
    char *names; /* of the parameters, each with its closing zero */
    node *nodes; /* each used by some element, after its arguments */
    size_t count;
    uint32_t *element; /* the node of each */
    uint8_t *uses;     /* elements x (dim + 1) bits; t comes last */
    char *text;
    size_t *text_at; /* of each element */
    bool *is_number; /* elements that depend on parameters alone */
    double *number;
    program program;
};

/* --- nodes.c ------------------------------------------------------------ */
bool expr_pool_open(pool *p, ito_ctx *ctx, bool gather);
void expr_pool_close(pool *p);
uint32_t expr_put_number(pool *p, double value);
uint32_t expr_put_leaf(pool *p, unsigned op, size_t index);
/* An operation as it is; the arguments of + and * in either order are one
 * node. */
uint32_t expr_put(pool *p, unsigned op, uint32_t a, uint32_t b, uint32_t c);
/* Copy the nodes of a formula into a pool; map has room for all. */
void expr_import(pool *p, const ito_expr *expr, uint32_t *map);
/* The arguments that an operation has: 0 to 3. */
unsigned expr_arity(unsigned op);

static inline bool expr_is_number(const pool *p, uint32_t a)
{
    return p->node[a].op == OP_NUMBER;
}
static inline bool expr_is(const pool *p, uint32_t a, double value)
{
    return expr_is_number(p, a) && p->node[a].value == value;
}

/* --- simplify.c --------------------------------------------------------- */
uint32_t expr_make(pool *p, unsigned op, uint32_t a, uint32_t b, uint32_t c);
/* -a, which is not always a node of its own. */
uint32_t expr_negate(pool *p, uint32_t a);
/* The value of an operation on numbers, powers as compiled. */
double expr_value(unsigned op, double a, double b, double c);
/* y is whole or a half, and small enough for x^y to be products, a root and
 * a division: *whole of |y|, *half whether it has a half. */
bool expr_power_is_short(double y, unsigned *whole, bool *half);

/* --- gather.c ----------------------------------------------------------- */
uint32_t expr_gather_product(pool *p, uint32_t a, uint32_t b, bool divide);
uint32_t expr_gather_sum(pool *p, uint32_t a, uint32_t b, bool subtract);

/* --- names.c ------------------------------------------------------------ */
typedef struct function_name {
    const char *name;
    uint8_t op;
    uint8_t arity;
    bool more; /* f(a, b, c) = f(f(a, b), c) */
} function_name;
/* By name of `bytes` characters, NULL when there is none; the i-th. */
const function_name *expr_function(const char *name, size_t bytes);
const function_name *expr_function_at(size_t i);
const char *expr_function_name(unsigned op);
/* The component x1 .. means, from 0; SIZE_MAX for other names and too large
 * ones; x, y, z give 0, 1, 2 with *letter true. */
size_t expr_component(const char *name, size_t bytes, bool *letter);
/* What a parameter may not be called. */
bool expr_is_reserved(const char *name, size_t bytes);
/* The known name nearest to this one, or NULL when none is near. */
const char *expr_nearest(const ito_expr_opts *opts, const char *name,
                         size_t bytes);

/* --- caret.c ------------------------------------------------------------ */
/* An error in a text: what is wrong, the text, a caret under byte `at`. */
ito_status expr_fail(ito_ctx *ctx, const char *what, const char *text,
                     size_t bytes, size_t at, const char *format, ...)
    ITO_PRINTF(6, 7);

/* --- parse.c ------------------------------------------------------------ */
/* What a text says: nodes of the elements, row after row, in memory of the
 * context that the caller frees. */
typedef struct parsed {
    uint32_t *element;
    size_t elements, rows, cols, dim;
} parsed;
ito_status expr_parse(ito_ctx *ctx, pool *p, const char *text,
                      const ito_expr_opts *opts, parsed *out);

/* --- print.c ------------------------------------------------------------ */
/* Make the texts of all elements. */
ito_status expr_print(ito_expr *expr);

/* --- compile.c ---------------------------------------------------------- */
ito_status expr_compile(ito_expr *expr);
void expr_program_free(ito_ctx *ctx, program *g);

/* --- expr.c ------------------------------------------------------------- */
/* Formulas from the nodes of a pool; parameters are copied. */
typedef struct expr_shape {
    size_t dim, rows, cols;
    const uint32_t *element;
} expr_shape;
ito_status expr_finish(ito_ctx *ctx, const pool *p, const expr_shape *shape,
                       const ito_param *params, size_t count, ito_expr **out);
ito_status expr_pool_failure(const pool *p, const char *what);

#endif /* ITO_EXPR_NODE_H */

/* SPDX-License-Identifier: MIT
 *
 * ito/expr.h - formulas: parsed, differentiated, evaluated over many rows.
 *
 *     const ito_expr_opts opts = { .dim = 2, .params = (ito_param[]){
 *                                      { "mu", 3.0 } }, .param_count = 1 };
 *     ito_expr *drift;
 *
 *     rc = ito_expr_parse(ctx, "y; mu*(1-x^2)*y-x", &opts, &drift);
 *
 * A text is rows of elements: `;` ends a row, `,` an element, so a vector is
 * "a; b; c" (one element a row) and a matrix "a, b; c, d".
 *
 *     numbers    1, .5, 1e-3, pi, e
 *     time       t
 *     state      x1 .. xd; x, y, z are x1, x2, x3 where dim <= 3
 *     parameters names given in opts
 *     operators  + - * / ^ (right associative, -x^2 = -(x^2)), ( ),
 *                comparisons < <= > >= == != (1 or 0), && || !, c ? a : b
 *     functions  sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos
 *                atan atan2 sinh cosh tanh abs sign floor ceil round min max
 *                pow mod step erf hypot
 *
 * From loose to tight: ? :, ||, &&, == !=, < <= > >=, + -, * /, signs and !,
 * ^.  Comparisons do not chain (a < b < c is an error).  min and max take any
 * number of arguments from two on.  Multiplication is written out: "2 x" is an
 * error whose message says so.  Comments do not exist.
 *
 * step(x) is 1 for x > 0, else 0; sign(0) = 0; log of a negative number is
 * NaN; x^y of a negative x is NaN unless y is whole; mod(x, y) is x - y
 * floor(x / y); round takes halves away from 0.  Whatever is not 0 is true, a
 * NaN too; comparisons with a NaN are false, but != is true; min and max of a
 * NaN are NaN.
 *
 * A text is simplified as it is read, by rules that change no result but for
 * the sign of a zero: operations on numbers are done at once, in double; x + 0,
 * 1 * x, x^1 are x; signs move outwards.  0 * x and x - x are 0 even where x
 * would not be finite.  Derivatives, products and combinations are simplified
 * further (factors and terms are collected), which may round differently, and
 * where something cancels they are defined at points where the original is not.
 *
 * Evaluation is bytecode over blocks of rows by the kernels of the context;
 * all kernels give the same bits, and those of an element depend on its
 * formula and its row alone.  Each operation is rounded by itself: + - * / and
 * sqrt are those of a loop in C, x^n for |n| <= 32 is a product in the order of
 * the binary digits of n, x^(n + 1/2) that times sqrt(x).  Functions are within
 * 5 units of the last place in double (tan 6; other powers 1e-14), in float
 * within 2e-7 (sin, cos absolutely, tan 4e-7).  Formulas over float states are
 * evaluated in float, over double states in double; what is the same for all
 * rows is computed once, in double.
 *
 * Limits: texts of 65536 bytes, formulas of 65536 operations and 65536
 * elements, 4096 components and parameters, names of 64 bytes, 1000 operations
 * that wait for an operand (nesting).
 */
#ifndef ITO_EXPR_H
#define ITO_EXPR_H

#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Parsed formulas; opaque, immutable, usable through any context. */
typedef struct ito_expr ito_expr;

/** A named number. */
typedef struct ito_param {
    const char *name; /**< letters, digits and _, not a digit first */
    double value;     /**< finite */
} ito_param;

/** What names mean.  Zero in any field means the default. */
typedef struct ito_expr_opts {
    size_t dim;              /**< components of the state; 0: the text may use
                                  no state, or see `infer_dim` */
    int infer_dim;           /**< 1: dim is the number of elements or the
                                  highest component used, whichever is more */
    const ito_param *params; /**< parameters; copied */
    size_t param_count;      /**< how many */
    const char *what;        /**< what the text is, for messages, for example
                                  "--drift"; NULL = "formula" */
    void *reserved[4];       /**< zero */
} ito_expr_opts;

/**
 * Parse a text.
 *
 * @param out  receives the formulas, to be freed by ito_expr_free before the
 *             context is closed; NULL on failure
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM.  The message of an error in the
 *         text has three lines: what is wrong (with the nearest known name
 *         for an unknown one), the text, and a caret under the character;
 *         ito_errinfo has the column, from 1
 */
ITO_API ito_status ito_expr_parse(ito_ctx *ctx, const char *text,
                                  const ito_expr_opts *opts, ito_expr **out);

/** Free formulas; NULL is allowed. */
ITO_API void ito_expr_free(ito_expr *expr);

/** Components of the state. */
ITO_API size_t ito_expr_dim(const ito_expr *expr);
/** Rows; elements are numbered row after row. */
ITO_API size_t ito_expr_rows(const ito_expr *expr);
/** Columns: elements of a row. */
ITO_API size_t ito_expr_cols(const ito_expr *expr);

/** The variable t, where one is asked for. */
#define ITO_EXPR_TIME ((size_t)-1)

/** What an element depends on: variable 0 .. dim - 1 is a component of the
 *  state, ITO_EXPR_TIME is t.  1 or 0. */
ITO_API int ito_expr_uses(const ito_expr *expr, size_t element,
                          size_t variable);

/** If an element is a number, give it in *value and return 1; else 0. */
ITO_API int ito_expr_number(const ito_expr *expr, size_t element,
                            double *value);

/** An element as text that parses to the same formula, simplified; valid as
 *  long as expr.  Never NULL: "" for an element that does not exist, "..." for
 *  one of more than 65536 bytes. */
ITO_API const char *ito_expr_text(const ito_expr *expr, size_t element);

/**
 * Derivatives of all elements by state variables and, if named, t: a matrix
 * with a row an element and a column a variable, simplified.  abs, floor,
 * comparisons and their like have the derivative they have almost everywhere.
 *
 * @param variables  count indices as in ito_expr_uses
 * @return ITO_OK, ITO_EARG (also where the result would be too long) or
 *         ITO_ENOMEM
 */
ITO_API ito_status ito_expr_derive(ito_ctx *ctx, const ito_expr *expr,
                                   const size_t *variables, size_t count,
                                   ito_expr **out);

/** The sum of the products of two matrices' elements over k, as a new matrix:
 *  out(i, j) = sum_k a(i, k) b(k, j); components and parameters of both must
 *  agree. */
ITO_API ito_status ito_expr_product(ito_ctx *ctx, const ito_expr *a,
                                    const ito_expr *b, ito_expr **out);

/** out = p a + q b element by element, of one shape. */
ITO_API ito_status ito_expr_combine(ito_ctx *ctx, double p, const ito_expr *a,
                                    double q, const ito_expr *b,
                                    ito_expr **out);

/**
 * Evaluate all elements for rows, in double, in parallel.
 *
 * @param t    time
 * @param n    rows
 * @param x    n x dim values
 * @param out  receives n x elements values; NaN and infinities are returned
 *             as they come
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_expr_eval(ito_ctx *ctx, const ito_expr *expr, double t,
                                 size_t n, const double *x, double *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_EXPR_H */

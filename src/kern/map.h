/* SPDX-License-Identifier: MIT
 *
 * map.h - short programs over arrays: what formulas are compiled to.
 *
 * A step applies one operation to all elements of its operands; the kernel
 * `map` of both tables (kern.h) runs a list of steps over blocks that stay in
 * the first cache.  Every operation is rounded by itself, so + - * / and sqrt
 * give the bits that a loop in C gives.  Truth is 1 and 0; whatever is not 0,
 * a NaN too, is true, and comparisons with a NaN are false (!= is true).
 */
#ifndef ITO_KERN_MAP_H
#define ITO_KERN_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef enum ito_map_op {
    /* of one operand, by vectors */
    ITO_MAP_COPY,
    ITO_MAP_NEG,
    ITO_MAP_NOT,
    ITO_MAP_ABS,
    ITO_MAP_SIGN, /* -1, 0, 1 */
    ITO_MAP_STEP, /* 1 above 0, else 0 */
    ITO_MAP_FLOOR,
    ITO_MAP_CEIL,
    ITO_MAP_ROUND, /* halves away from 0 */
    ITO_MAP_SQRT,
    ITO_MAP_EXP,
    ITO_MAP_LOG,
    ITO_MAP_TANH,
    ITO_MAP_SIN, /* large angles one by one by dmath.h */
    ITO_MAP_COS,
    ITO_MAP_TAN,
    /* of one operand; in double one by one by dmath.h */
    ITO_MAP_CBRT,
    ITO_MAP_EXPM1,
    ITO_MAP_LOG1P,
    ITO_MAP_LOG2,
    ITO_MAP_LOG10,
    ITO_MAP_SINH,
    ITO_MAP_COSH,
    /* of one operand, one by one by dmath.h */
    ITO_MAP_ASIN,
    ITO_MAP_ACOS,
    ITO_MAP_ATAN,
    ITO_MAP_ERF,
    /* of two operands, by vectors */
    ITO_MAP_ADD,
    ITO_MAP_SUB,
    ITO_MAP_MUL,
    ITO_MAP_DIV,
    ITO_MAP_MIN, /* NaN if either is */
    ITO_MAP_MAX,
    ITO_MAP_LT,
    ITO_MAP_LE,
    ITO_MAP_EQ,
    ITO_MAP_NE,
    ITO_MAP_AND,
    ITO_MAP_OR,
    ITO_MAP_MOD, /* x - y floor(x / y); large quotients one by one */
    /* of two operands; in double one by one by dmath.h */
    ITO_MAP_POW, /* ito__power */
    ITO_MAP_HYPOT,
    /* of two operands, one by one by dmath.h */
    ITO_MAP_ATAN2,
    /* x ? y : w */
    ITO_MAP_SELECT
} ito_map_op;

#define ITO_MAP_TWO ITO_MAP_ADD /* the first of two operands */

/* Which operands of a step are one number, not an array; not all of them,
 * but for ITO_MAP_COPY. */
enum { ITO_MAP_X_NUMBER = 1, ITO_MAP_Y_NUMBER = 2, ITO_MAP_W_NUMBER = 4 };

/*
 * One step, z = op(x, y, w); operands are numbers of places.  z may be the
 * place of an operand but for the operations of ITO_MAP_REREADS.
 */
typedef struct ito_map_step {
    uint16_t op;      /* ito_map_op */
    uint16_t numbers; /* ITO_MAP_X_NUMBER ... */
    uint32_t z, x, y, w;
} ito_map_step;

/* Operations that read their operands again after they wrote. */
#define ITO_MAP_REREADS(op)                                               \
    ((op) == ITO_MAP_SIN || (op) == ITO_MAP_COS || (op) == ITO_MAP_TAN || \
     (op) == ITO_MAP_MOD)

/* The meaning of each operation, in double: of one operand (y and w are not
 * read), two or three.  What the kernels compute differs from it by their
 * accuracy alone (math_tmpl.h, math64_tmpl.h). */
double ito__map_value(ito_map_op op, double x, double y, double w);

/* The function of dmath.h for an operation of one or of two operands, for
 * those done one by one; NULL for others. */
double (*ito__map_one(ito_map_op op))(double x);
double (*ito__map_two(ito_map_op op))(double x, double y);

#endif /* ITO_KERN_MAP_H */

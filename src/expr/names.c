/* SPDX-License-Identifier: MIT
 *
 * names.c - what the words of a formula mean, and which known word a wrong
 * one is near to.
 */
#include <string.h>

#include "base/word.h"
#include "expr/node.h"

static const function_name functions[] = {
    { "sqrt", ITO_MAP_SQRT, 1, false },   { "cbrt", ITO_MAP_CBRT, 1, false },
    { "exp", ITO_MAP_EXP, 1, false },     { "expm1", ITO_MAP_EXPM1, 1, false },
    { "log", ITO_MAP_LOG, 1, false },     { "log1p", ITO_MAP_LOG1P, 1, false },
    { "log2", ITO_MAP_LOG2, 1, false },   { "log10", ITO_MAP_LOG10, 1, false },
    { "sin", ITO_MAP_SIN, 1, false },     { "cos", ITO_MAP_COS, 1, false },
    { "tan", ITO_MAP_TAN, 1, false },     { "asin", ITO_MAP_ASIN, 1, false },
    { "acos", ITO_MAP_ACOS, 1, false },   { "atan", ITO_MAP_ATAN, 1, false },
    { "atan2", ITO_MAP_ATAN2, 2, false }, { "sinh", ITO_MAP_SINH, 1, false },
    { "cosh", ITO_MAP_COSH, 1, false },   { "tanh", ITO_MAP_TANH, 1, false },
    { "abs", ITO_MAP_ABS, 1, false },     { "sign", ITO_MAP_SIGN, 1, false },
    { "floor", ITO_MAP_FLOOR, 1, false }, { "ceil", ITO_MAP_CEIL, 1, false },
    { "round", ITO_MAP_ROUND, 1, false }, { "min", ITO_MAP_MIN, 2, true },
    { "max", ITO_MAP_MAX, 2, true },      { "pow", ITO_MAP_POW, 2, false },
    { "mod", ITO_MAP_MOD, 2, false },     { "step", ITO_MAP_STEP, 1, false },
    { "erf", ITO_MAP_ERF, 1, false },     { "hypot", ITO_MAP_HYPOT, 2, false },
};
#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static const char *const values[] = { "t", "pi", "e", "x", "y", "z" };
#define VALUES (sizeof(values) / sizeof(values[0]))

static bool equal(const char *word, const char *name, size_t bytes)
{
    return strlen(word) == bytes && memcmp(word, name, bytes) == 0;
}

const function_name *expr_function_at(size_t i)
{
    return i < FUNCTIONS ? &functions[i] : NULL;
}

const function_name *expr_function(const char *name, size_t bytes)
{
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (equal(functions[i].name, name, bytes))
            return &functions[i];
    return NULL;
}

const char *expr_function_name(unsigned op)
{
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (functions[i].op == op)
            return functions[i].name;
    return NULL;
}

size_t expr_component(const char *name, size_t bytes, bool *letter)
{
    size_t n = 0;

    *letter = bytes == 1 && name[0] >= 'x' && name[0] <= 'z';
    if (*letter)
        return (size_t)(name[0] - 'x');
    if (bytes < 2 || bytes > 5 || name[0] != 'x' || name[1] == '0')
        return SIZE_MAX;
    for (size_t i = 1; i < bytes; i++) {
        if (name[i] < '0' || name[i] > '9')
            return SIZE_MAX;
        n = n * 10 + (size_t)(name[i] - '0');
    }
    return n <= EXPR_DIM_MAX ? n - 1 : SIZE_MAX;
}

bool expr_is_reserved(const char *name, size_t bytes)
{
    bool letter;

    for (size_t i = 0; i < VALUES; i++)
        if (equal(values[i], name, bytes))
            return true;
    return expr_function(name, bytes) ||
           expr_component(name, bytes, &letter) != SIZE_MAX;
}

typedef struct nearest {
    const char *name, *best;
    size_t bytes, best_distance;
} nearest;

static void try_word(nearest *n, const char *word)
{
    const size_t bytes = strlen(word);
    const size_t d = bytes <= EXPR_NAME_MAX
                         ? ito__word_distance(n->name, n->bytes, word, bytes)
                         : n->best_distance;

    if (d < n->best_distance && d < bytes) {
        n->best_distance = d;
        n->best = word;
    }
}

const char *expr_nearest(const ito_expr_opts *opts, const char *name,
                         size_t bytes)
{
    nearest n = { name, NULL, bytes, bytes <= 2 ? 2 : bytes / 3 + 2 };

    if (bytes > EXPR_NAME_MAX)
        return NULL;
    for (size_t i = 0; i < opts->param_count; i++)
        try_word(&n, opts->params[i].name);
    for (size_t i = 0; i < FUNCTIONS; i++)
        try_word(&n, functions[i].name);
    if (bytes > 1)
        for (size_t i = 0; i < VALUES; i++)
            try_word(&n, values[i]);
    return n.best;
}

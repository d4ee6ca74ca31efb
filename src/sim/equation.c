/* SPDX-License-Identifier: MIT
 *
 * equation.c - systems in words: names of components and the equation, one
 * line a component, as in
 *
 *     dx = -theta*(x-mu) dt + sigma dW
 *
 * A diffusion in the sense of Stratonovich is written with "o dW".
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "sim/system_parts.h"

/* --- text that grows ------------------------------------------------------ */

/* Room for `bytes` more; false without memory. */
static bool make_room(text *t, size_t bytes)
{
    size_t room = t->room ? t->room : 128;
    char *at;

    while (room - t->used < bytes)
        room = size_mul(room, 2);
    at = ito__realloc(t->ctx, t->at, t->room, room);
    if (!at)
        return false;
    t->at = at;
    t->room = room;
    return true;
}

/* Write at the end; false where it did not fit, but now has room or failed. */
static bool ITO_PRINTF(2, 0) put(text *t, const char *format, va_list args)
{
    const size_t room = t->room - t->used;
    const int n = vsnprintf(room ? t->at + t->used : NULL, room, format, args);

    if (n >= 0 && (size_t)n < room) {
        t->used += (size_t)n;
        return true;
    }
    t->failed = n < 0 || !make_room(t, (size_t)n + 1);
    return false;
}

void ito__text_add(text *t, const char *format, ...)
{
    va_list args, again;
    bool done;

    if (t->failed)
        return;
    va_start(args, format);
    done = put(t, format, args);
    va_end(args);
    if (done || t->failed)
        return;
    va_start(again, format);
    (void)put(t, format, again);
    va_end(again);
}

void ito__text_number(text *t, double value)
{
    char digits[NUM_TEXT_MAX];

    num_format(value, digits);
    if (value < 0.0)
        ito__text_add(t, "(%s)", digits);
    else
        ito__text_add(t, "%s", digits);
}

ito_status ito__text_parse(text *t, const ito_expr_opts *parse, ito_expr **out)
{
    ito_status rc;

    *out = NULL;
    if (t->failed || !t->at)
        rc = ito__fail(t->ctx, ITO_ENOMEM, "%s: no memory for its text",
                       parse->what);
    else
        rc = ito_expr_parse(t->ctx, t->at, parse, out);
    ito__free(t->ctx, t->at);
    *t = (text){ .ctx = t->ctx };
    return rc;
}

/* --- names ---------------------------------------------------------------- */

/* The names that are given, else x y z, x1 ..., or q v, q1 ..., v1 ... */
ito_status ito__system_names(ito_ctx *ctx, ito_system *s, const char *given)
{
    const size_t dim = s->field.dim, half = dim / 2;
    const bool second = s->field.second_order != NULL;

    s->names = ito__calloc(ctx, dim, SYSTEM_NAME);
    if (!s->names)
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory for names");
    for (size_t c = 0; c < dim; c++) {
        char *name = s->names + c * SYSTEM_NAME;

        if (given) {
            const size_t n = strcspn(given, " ");

            snprintf(name, SYSTEM_NAME, "%.*s", (int)n, given);
            given += n + (given[n] == ' ');
        } else if (second) {
            const char letter = c < half ? 'q' : 'v';

            if (half == 1)
                snprintf(name, SYSTEM_NAME, "%c", letter);
            else
                snprintf(name, SYSTEM_NAME, "%c%zu", letter,
                         c < half ? c + 1 : c - half + 1);
        } else if (dim <= 3) {
            snprintf(name, SYSTEM_NAME, "%c", "xyz"[c]);
        } else {
            snprintf(name, SYSTEM_NAME, "x%zu", c + 1);
        }
    }
    return ITO_OK;
}

/* The component that a word of a formula of `dim` components names; dim for
 * none. */
static size_t component_of(const char *word, size_t n, size_t dim)
{
    size_t c = 0;

    if (n == 1 && dim <= 3 && word[0] >= 'x' && word[0] <= 'z')
        return size_min((size_t)(word[0] - 'x'), dim);
    if (n < 2 || n > 8 || word[0] != 'x')
        return dim;
    for (size_t i = 1; i < n; i++) {
        if (!isdigit((unsigned char)word[i]))
            return dim;
        c = 10 * c + (size_t)(word[i] - '0');
    }
    return c >= 1 && c <= dim ? c - 1 : dim;
}

/* The number or word at p, else one character. */
static size_t token_length(const char *p)
{
    size_t n = 0;

    if (isalpha((unsigned char)p[0]) || p[0] == '_') {
        while (isalnum((unsigned char)p[n]) || p[n] == '_')
            n++;
        return n;
    }
    while (isdigit((unsigned char)p[n]) || p[n] == '.')
        n++;
    if (n > 0 && (p[n] == 'e' || p[n] == 'E')) {
        n += p[n + 1] == '-' || p[n + 1] == '+' ? 2 : 1;
        while (isdigit((unsigned char)p[n]))
            n++;
    }
    return n ? n : 1;
}

/* A formula of `dim` components with the system's names for them. */
static void add_renamed(text *t, const ito_system *s, const char *formula,
                        size_t dim)
{
    while (*formula) {
        const size_t n = token_length(formula);
        const size_t c = component_of(formula, n, dim);

        if (c < dim)
            ito__text_add(t, "%s", s->names + c * SYSTEM_NAME);
        else
            ito__text_add(t, "%.*s", (int)n, formula);
        formula += n;
    }
}

/* True for the name of a parameter that is 0. */
static bool is_nothing(const char *word, size_t n, const ito_expr_opts *parse)
{
    for (size_t i = 0; i < parse->param_count; i++)
        if (strlen(parse->params[i].name) == n &&
            memcmp(parse->params[i].name, word, n) == 0)
            return parse->params[i].value == 0.0;
    return false;
}

void ito__text_bind(text *t, const char *formula, const ito_expr_opts *parse)
{
    while (*formula) {
        const size_t n = token_length(formula);

        if (is_nothing(formula, n, parse))
            ito__text_add(t, "0");
        else
            ito__text_add(t, "%.*s", (int)n, formula);
        formula += n;
    }
}

/* --- equations ------------------------------------------------------------ */

/* True for a sum, a comparison or a choice, which needs parentheses before a
 * factor. */
static bool is_sum(const char *formula)
{
    int depth = 0;

    for (const char *p = formula; *p; p += token_length(p)) {
        depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
        if (depth > 0 || !strchr("+-<>=!?&|", *p))
            continue;
        if (p > formula && !strchr("*/^", p[-1]))
            return true;
    }
    return false;
}

static void add_factor(text *t, const ito_system *s, const ito_expr *expr,
                       const char *formula)
{
    const bool sum = is_sum(formula);

    ito__text_add(t, "%s", sum ? "(" : "");
    add_renamed(t, s, formula, ito_expr_dim(expr));
    ito__text_add(t, "%s", sum ? ")" : "");
}

static bool is_number(const ito_expr *expr, size_t element, double number)
{
    double value;

    return ito_expr_number(expr, element, &value) && value == number;
}

/* dW2, or (dW1+dW2+...+dW9) of all columns j with the same element. */
static void add_motions(text *t, const ito_system *s, size_t c, size_t first)
{
    const size_t m = s->field.noise_dim;
    const char *own = ito_expr_text(s->diffusion, c * m + first);
    size_t count = 0, last = first;

    for (size_t j = first; j < m; j++)
        if (strcmp(ito_expr_text(s->diffusion, c * m + j), own) == 0) {
            last = j;
            count++;
        }
    if (count == 1) {
        ito__text_add(t, "dW%zu", first + 1);
    } else if (count > 2 && last - first + 1 == count) {
        ito__text_add(t, "(dW%zu+...+dW%zu)", first + 1, last + 1);
    } else {
        for (size_t j = first; j < m; j++)
            if (strcmp(ito_expr_text(s->diffusion, c * m + j), own) == 0)
                ito__text_add(t, "%sdW%zu", j == first ? "(" : "+", j + 1);
        ito__text_add(t, ")");
    }
}

/* An equal element stands in an earlier column. */
static bool said_before(const ito_system *s, size_t c, size_t j)
{
    const size_t m = s->field.noise_dim;
    const char *own = ito_expr_text(s->diffusion, c * m + j);

    for (size_t i = 0; i < j; i++)
        if (strcmp(ito_expr_text(s->diffusion, c * m + i), own) == 0)
            return true;
    return false;
}

/* "+ sigma dW2": column j of component c; *first: nothing stands before. */
static void add_noise(text *t, const ito_system *s, size_t c, size_t j,
                      bool *first)
{
    const ito_field *f = &s->field;
    const size_t m = f->noise_dim, element = m ? c * m + j : c;
    const bool circle = f->noise > ITO_NOISE_ADDITIVE &&
                        f->calculus == ITO_CALCULUS_STRATONOVICH;

    const char *formula = ito_expr_text(s->diffusion, element);
    const bool minus = !*first && formula[0] == '-' && !is_sum(formula);

    if (is_number(s->diffusion, element, 0.0) || (m && said_before(s, c, j)))
        return;
    ito__text_add(t, "%s", *first ? " " : minus ? " - " : " + ");
    *first = false;
    if (!is_number(s->diffusion, element, 1.0)) {
        add_factor(t, s, s->diffusion, formula + minus);
        ito__text_add(t, " ");
    }
    ito__text_add(t, "%s", circle ? "o " : "");
    if (m > 1)
        add_motions(t, s, c, j);
    else if (m == 1 || f->dim == 1)
        ito__text_add(t, "dW");
    else
        ito__text_add(t, "dW%zu", c + 1);
}

/* Component c of a system of first order. */
static void add_line(text *t, const ito_system *s, size_t c)
{
    const size_t m = s->field.noise_dim;
    bool first = true;

    ito__text_add(t, "d%s =", s->names + c * SYSTEM_NAME);
    if (!is_number(s->drift, c, 0.0)) {
        ito__text_add(t, " ");
        add_factor(t, s, s->drift, ito_expr_text(s->drift, c));
        ito__text_add(t, " dt");
        first = false;
    }
    for (size_t j = 0; s->diffusion && j < (m ? m : 1); j++)
        add_noise(t, s, c, j, &first);
    if (first)
        ito__text_add(t, " 0");
}

/* Component c of a system of second order: q' = v, then forces. */
static void add_second(text *t, const ito_system *s, size_t c)
{
    const size_t half = s->field.dim / 2;
    const char *name = s->names + c * SYSTEM_NAME;
    const double gamma = s->second.gamma;
    char digits[NUM_TEXT_MAX];

    if (c < half) {
        ito__text_add(t, "d%s = %s dt", name, name + half * SYSTEM_NAME);
        return;
    }
    ito__text_add(t, "d%s = (", name);
    add_renamed(t, s, ito_expr_text(s->drift, c - half), half);
    num_format(gamma, digits);
    if (gamma == 1.0)
        ito__text_add(t, " - %s", name);
    else if (gamma > 0.0)
        ito__text_add(t, " - %s*%s", digits, name);
    ito__text_add(t, ") dt");
    if (!s->diffusion)
        return;
    ito__text_add(t, " + ");
    add_factor(t, s, s->diffusion, ito_expr_text(s->diffusion, 0));
    ito__text_add(t, " dW");
    if (half > 1)
        ito__text_add(t, "%zu", c - half + 1);
}

ito_status ito__system_equation(ito_ctx *ctx, ito_system *s)
{
    text t = { .ctx = ctx };

    for (size_t c = 0; c < s->field.dim; c++) {
        if (c > 0)
            ito__text_add(&t, "\n");
        if (s->field.second_order)
            add_second(&t, s, c);
        else
            add_line(&t, s, c);
    }
    if (t.failed) {
        ito__free(ctx, t.at);
        return ito__fail(ctx, ITO_ENOMEM, "system: no memory for its equation");
    }
    s->equation = t.at;
    return ITO_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * fuzz_expr.c - any bytes as formulas; what is read is printed, read again
 * and must be the same, also in its values, and so must its derivatives.
 */
#include <ito/expr.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

const fuzz_seed fuzz_seeds[] = {
    FUZZ_SEED("y; mu*(1-x^2)*y-x"),
    FUZZ_SEED("-theta*(x-mu), sqrt(x)*2.5e-1; t^2, min(x,y,1)"),
    FUZZ_SEED("x<0 && !y ? exp(-x^2/2)/sqrt(2*pi) : hypot(x,y)^-1.5"),
    FUZZ_SEED("x1*sin(x2)+mod(x3,2*pi)-abs(tanh(log(e^t)))"),
    { NULL, 0 },
};

const fuzz_seed fuzz_words[] = {
    FUZZ_SEED("("),    FUZZ_SEED(")"),      FUZZ_SEED("^-"),
    FUZZ_SEED("^"),    FUZZ_SEED("-("),     FUZZ_SEED(";"),
    FUZZ_SEED(","),    FUZZ_SEED("?1:"),    FUZZ_SEED("1e308*"),
    FUZZ_SEED("x"),    FUZZ_SEED("theta"),  FUZZ_SEED("0*"),
    FUZZ_SEED("/0"),   FUZZ_SEED("x4096+"), FUZZ_SEED("<="),
    FUZZ_SEED("log("), FUZZ_SEED("((((("),  FUZZ_SEED("\xc3\xa9"),
    FUZZ_SEED("^2^2"), FUZZ_SEED("1e-320"), { NULL, 0 },
};

#define ROWS    3
#define DIM_MAX 64
#define MOST    256 /* elements that are compared */

static const ito_param params[] = { { "theta", 1.5 }, { "mu", -0.25 } };

/* Read element e of a formula again and compare all that can be seen. */
static void compare(ito_ctx *ctx, const ito_expr *expr, size_t e)
{
    const ito_expr_opts opts = { .dim = ito_expr_dim(expr),
                                 .params = params,
                                 .param_count = 2 };
    const char *const text = ito_expr_text(expr, e);
    const size_t elements = ito_expr_rows(expr) * ito_expr_cols(expr);
    static double x[ROWS * DIM_MAX], a[ROWS * MOST], b[ROWS];
    ito_expr *again;

    if (strcmp(text, "...") == 0)
        return;
    if (ito_expr_parse(ctx, text, &opts, &again) != ITO_OK) {
        /* what is printed may nest deeper than what was written */
        if (!strstr(ito_errmsg(ctx), "nested too deeply"))
            abort();
        return;
    }
    if (strcmp(ito_expr_text(again, 0), text) != 0)
        abort();
    for (size_t i = 0; i < ROWS * opts.dim; i++)
        x[i] = (double)(i % 7) * 0.75 - 1.5;
    if (ito_expr_eval(ctx, expr, 0.5, ROWS, x, a) != ITO_OK ||
        ito_expr_eval(ctx, again, 0.5, ROWS, x, b) != ITO_OK)
        abort();
    for (size_t i = 0; i < ROWS; i++) {
        const double u = a[i * elements + e], v = b[i];

        if (!(u == v || (u != u && v != v)))
            abort();
    }
    ito_expr_free(again);
}

static void compare_all(ito_ctx *ctx, const ito_expr *expr)
{
    const size_t elements = ito_expr_rows(expr) * ito_expr_cols(expr);

    if (elements > MOST || ito_expr_dim(expr) > DIM_MAX)
        return;
    for (size_t e = 0; e < elements && e < 8; e++)
        compare(ctx, expr, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t variables[] = { 0, ITO_EXPR_TIME };
    const ito_ctx_opts ctx_opts = { .threads = 1 };
    const ito_expr_opts opts = { .infer_dim = 1,
                                 .params = params,
                                 .param_count = 2 };
    char *const text = malloc(size + 1);
    ito_expr *expr, *d;
    ito_ctx *ctx;

    if (!text || ito_open(&ctx, &ctx_opts) != ITO_OK)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    if (ito_expr_parse(ctx, text, &opts, &expr) == ITO_OK) {
        compare_all(ctx, expr);
        if (ito_expr_dim(expr) > 0 &&
            ito_expr_derive(ctx, expr, variables, 2, &d) == ITO_OK) {
            compare_all(ctx, d);
            ito_expr_free(d);
        }
        ito_expr_free(expr);
    } else if (!strchr(ito_errmsg(ctx), '^')) {
        /* only errors of options have no caret */
        if (!strstr(ito_errmsg(ctx), "operations"))
            abort();
    }
    ito_close(ctx);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * evaluate.c - formulas over the columns of a tile, and over rows.
 *
 * A tile is taken in blocks so small that the temporaries of common formulas
 * stay in the first cache.  The block never shows: every step works on each
 * particle by itself.
 */
#include "base/size.h"
#include "expr/expr.h"
#include "expr/node.h"

#define BLOCK     ((size_t)256)     /* particles */
#define ROW_BYTES ((size_t)1 << 20) /* columns of one chunk of rows */

/* Bytes from the start of the scratch: pointers to read, pointers to write,
 * uniforms, numbers, temporaries. */
typedef struct layout {
    size_t to, values, numbers, temps, bytes;
} layout;

static layout lay_out(const ito_expr *expr)
{
    const program *const g = &expr->program;
    const size_t places = g->inputs + expr->elements + g->numbers + g->temps;
    layout l;

    l.to = size_round_up(places * sizeof(void *), 64);
    l.values = 2 * l.to;
    l.numbers = l.values + (g->timed ? g->uniforms * sizeof(double) : 0);
    l.temps = size_round_up(
        l.numbers + (g->timed ? g->numbers * sizeof(double) : 0), 64);
    l.bytes = l.temps + g->temps * BLOCK * sizeof(double);
    return l;
}

size_t ito__expr_scratch(const ito_expr *expr)
{
    return lay_out(expr).bytes;
}

/* The values at time t of what is the same for all rows. */
static void find_uniforms(const program *g, double t, double *value)
{
    for (size_t i = 0; i < g->uniforms; i++) {
        const node *const n = &g->uniform[i];

        if (!(n->uses & USES_TIME))
            value[i] = g->value[i];
        else if (n->op == OP_TIME)
            value[i] = t;
        else
            value[i] = ito__map_value((ito_map_op)n->op, value[n->arg[0]],
                                      value[n->arg[1]], value[n->arg[2]]);
    }
}

#define TILE_RUN     run_float
#define TILE_REAL    float
#define TILE_KERN    ito_kern
#define TILE_NUMBERS number_float
#include "expr/evaluate_tmpl.h"

#define TILE_RUN     run_double
#define TILE_REAL    double
#define TILE_KERN    ito_kern64
#define TILE_NUMBERS number_double
/* once more, for the other type */
#include "expr/evaluate_tmpl.h"

int ito__expr_tile(const ito_expr *expr, const ito_kern *kern, ito_dtype dtype,
                   size_t npad, double t, const void *const *x,
                   void *const *out, void *scratch)
{
    assert(npad % ITO_LANES == 0);
    if (dtype == ITO_F64)
        run_double(expr, kern->f64, npad, t, x, out, scratch);
    else
        run_float(expr, kern, npad, t, x, out, scratch);
    return 0;
}

/* --- rows --------------------------------------------------------------- */

typedef struct rows_job {
    const ito_expr *expr;
    const ito_kern *kern;
    double t;
    const double *x; /* n x dim */
    double *out;     /* n x elements */
    size_t block;    /* rows at a time, a multiple of ITO_LANES */
    char *memory;    /* of all workers */
    size_t pointers, columns, bytes; /* of one worker */
} rows_job;

/* Evaluate `count` rows through columns, the last padded by copies. */
static void evaluate(const rows_job *job, char *memory, const double *x,
                     double *out, size_t count)
{
    const ito_expr *const expr = job->expr;
    const size_t dim = expr->dim, elements = expr->elements;
    const size_t npad = size_round_up(count, ITO_LANES);
    void *const pointers = memory, *const columns = memory + job->pointers;
    const void **const in = pointers;
    void **const to = (void **)pointers + dim;
    double *const column = columns;

    for (size_t k = 0; k < dim; k++) {
        double *const c = column + k * job->block;

        for (size_t i = 0; i < npad; i++)
            c[i] = x[size_min(i, count - 1) * dim + k];
        in[k] = c;
    }
    for (size_t e = 0; e < elements; e++)
        to[e] = column + (dim + e) * job->block;
    (void)ito__expr_tile(expr, job->kern, ITO_F64, npad, job->t, in, to,
                         memory + job->pointers + job->columns);
    for (size_t e = 0; e < elements; e++)
        for (size_t i = 0; i < count; i++)
            out[i * elements + e] = column[(dim + e) * job->block + i];
}

static void evaluate_chunk(void *arg, size_t worker, size_t begin, size_t end)
{
    const rows_job *const job = arg;
    char *const memory = job->memory + worker * job->bytes;

    for (size_t i = begin; i < end; i += job->block)
        evaluate(job, memory, job->x + i * job->expr->dim,
                 job->out + i * job->expr->elements,
                 size_min(job->block, end - i));
}

ito_status ito_expr_eval(ito_ctx *ctx, const ito_expr *expr, double t, size_t n,
                         const double *x, double *out)
{
    rows_job job = { .expr = expr, .t = t, .x = x, .out = out };
    size_t columns;
    ito_mark mark;

    if (!ctx)
        return ITO_EARG;
    if (!expr || !out || (!x && expr->dim > 0))
        return ito__fail(ctx, ITO_EARG,
                         "ito_expr_eval: formulas, states and room for the "
                         "values are needed");
    if (n == 0)
        return ITO_OK;
    columns = expr->dim + expr->elements;
    job.kern = ctx->kern;
    job.block = ROW_BYTES / (columns * sizeof(double));
    job.block = size_max(size_min(job.block, BLOCK), ITO_LANES);
    job.block -= job.block % ITO_LANES;
    job.pointers = size_round_up(columns * sizeof(void *), 64);
    job.columns =
        size_round_up(size_mul(columns * sizeof(double), job.block), 64);
    job.bytes = size_round_up(
        size_add(job.pointers + job.columns, ito__expr_scratch(expr)), 64);
    mark = ito__arena_mark(ctx);
    job.memory = ito__arena_get(ctx, size_mul(job.bytes, ctx->threads));
    if (!job.memory) {
        ito__arena_release(ctx, mark);
        return ito__fail(ctx, ITO_ENOMEM, "evaluating formulas");
    }
    ito__for(ctx, n, 4 * BLOCK, evaluate_chunk, &job);
    ito__arena_release(ctx, mark);
    return ITO_OK;
}

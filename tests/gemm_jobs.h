/* SPDX-License-Identifier: MIT
 *
 * gemm_jobs.h - matrix products of every layout, start and epilogue, run by a
 * table of kernels and compared with their definition to the bit; nothing
 * beyond the matrices may change.
 */
#ifndef GEMM_JOBS_H
#define GEMM_JOBS_H

#include "check.h"

#include "kern/kern.h"

/* Numbers around every matrix that must not change; their bits are those of
 * no result, and as inputs they would turn it into NaN. */
#define GUARD 40

typedef struct matrix {
    size_t rows, cols, row, col; /* element (i, j) at p[i * row + j * col] */
    float *all, *p;
    size_t count; /* numbers in all */
} matrix;

typedef enum layout { ROWS, WIDE_ROWS, COLS, WIDE_COLS, SPREAD } layout;

typedef struct job {
    size_t m, n, k;
    layout a, b;
    bool packed, wide_c, bias, accumulate, deriv;
    ito_act act;
} job;

static float canary(size_t i)
{
    const uint32_t bits = 0x7fc0beefu ^ (uint32_t)(i & 0xff);
    float x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static matrix matrix_new(size_t rows, size_t cols, layout how)
{
    matrix a = { .rows = rows, .cols = cols, .row = 1, .col = 1 };

    switch (how) {
    case ROWS: a.row = cols; break;
    case WIDE_ROWS: a.row = cols + 3; break;
    case COLS: a.col = rows; break;
    case WIDE_COLS: a.col = rows + 5; break;
    case SPREAD:
        a.col = 2;
        a.row = 2 * cols + 1;
        break;
    }
    a.count = rows && cols ? (rows - 1) * a.row + (cols - 1) * a.col + 1 : 0;
    a.count += 2 * GUARD;
    a.all = malloc(a.count * sizeof(*a.all));
    CHECK(a.all != NULL);
    a.p = a.all + GUARD;
    for (size_t i = 0; i < a.count; i++)
        a.all[i] = canary(i);
    return a;
}

static matrix matrix_random(size_t rows, size_t cols, layout how)
{
    matrix a = matrix_new(rows, cols, how);

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            a.p[i * a.row + j * a.col] = t_uniform();
    return a;
}

static matrix matrix_copy(const matrix *from)
{
    matrix a = *from;

    a.all = malloc(a.count * sizeof(*a.all));
    CHECK(a.all != NULL);
    a.p = a.all + GUARD;
    memcpy(a.all, from->all, a.count * sizeof(*a.all));
    return a;
}

/* Run g, with B packed if asked, in scratch that must hold. */
static void run(const ito_kern *kern, ito_gemm *g, bool packed)
{
    const size_t work_count = kern->gemm_work(g->m, g->n, g->k);
    const size_t packed_count = kern->packed_b(g->k, g->n);
    float *const work = malloc((work_count + GUARD) * sizeof(*work));
    float *const b = malloc((packed_count + GUARD) * sizeof(*b));

    CHECK(work && b);
    for (size_t i = 0; i < work_count + GUARD; i++)
        work[i] = canary(i);
    for (size_t i = 0; i < packed_count + GUARD; i++)
        b[i] = canary(i);
    g->work = work;
    if (packed) {
        kern->pack_b(g->k, g->n, g->b, g->b_row, g->b_col, b);
        g->b = b;
        g->b_row = g->b_col = SIZE_MAX;
        g->packed = true;
    }
    kern->gemm(g);
    for (size_t i = 0; i < GUARD; i++) {
        const float want_work = canary(work_count + i);
        const float want_b = canary(packed_count + i);

        CHECK_SAME(work + work_count + i, &want_work, 1);
        CHECK_SAME(b + packed_count + i, &want_b, 1);
    }
    free(work);
    free(b);
}

/* What a product is. */
typedef void (*definition)(const ito_kern *kern, const ito_gemm *g);

/* One product by the table and by the definition. */
static void check_job(const ito_kern *kern, definition define, const job *w)
{
    matrix a = matrix_random(w->m, w->k, w->a);
    matrix b = matrix_random(w->k, w->n, w->b);
    matrix bias = matrix_random(1, w->n, ROWS);
    matrix c = matrix_random(w->m, w->n, w->wide_c ? WIDE_ROWS : ROWS);
    matrix d = matrix_copy(&c), c_want = matrix_copy(&c);
    matrix d_want = matrix_copy(&c);
    ito_gemm g = { .m = w->m,
                   .n = w->n,
                   .k = w->k,
                   .a = a.p,
                   .a_row = a.row,
                   .a_col = a.col,
                   .b = b.p,
                   .b_row = b.row,
                   .b_col = b.col,
                   .c = c_want.p,
                   .c_row = c.row,
                   .bias = w->bias ? bias.p : NULL,
                   .accumulate = w->accumulate,
                   .act = w->act,
                   .deriv = w->deriv ? d_want.p : NULL };

    define(kern, &g);
    g.c = c.p;
    g.deriv = w->deriv ? d.p : NULL;
    run(kern, &g, w->packed);
    CHECK_SAME(c.all, c_want.all, c.count);
    CHECK_SAME(d.all, d_want.all, d.count);
    free(a.all);
    free(b.all);
    free(bias.all);
    free(c.all);
    free(d.all);
    free(c_want.all);
    free(d_want.all);
}

static size_t below(size_t n)
{
    return t_rand() % n;
}

/* Layouts, start and epilogue at random. */
static job any_job(size_t m, size_t n, size_t k)
{
    const job w = { .m = m,
                    .n = n,
                    .k = k,
                    .a = (layout)below(5),
                    .b = (layout)below(5),
                    .packed = below(3) == 0,
                    .wide_c = below(2) == 0,
                    .bias = below(3) == 0,
                    .accumulate = below(2) == 0,
                    .deriv = below(3) == 0,
                    .act = (ito_act)below(6) };

    return w;
}

#endif /* GEMM_JOBS_H */

/* SPDX-License-Identifier: MIT
 *
 * test_gemm.c - the matrix product of every table against a chain of fma
 * written as three loops: every layout, start, epilogue and remainder must
 * give the same bits, and nothing beyond the matrices may change.
 */
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

/* The definition. */
static void naive(const ito_kern *kern, const ito_gemm *g)
{
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float *const c = g->c + i * g->c_row + j;
            float z = g->bias ? g->bias[j] : g->accumulate ? *c : 0.0f;

            for (size_t p = 0; p < g->k; p++)
                z = fmaf(g->a[i * g->a_row + p * g->a_col],
                         g->b[p * g->b_row + j * g->b_col], z);
            if (g->deriv)
                kern->act_grad(1, g->act, &z, c, g->deriv + i * g->c_row + j);
            else if (g->act != ITO_ACT_NONE)
                kern->act(1, g->act, &z, c);
            else
                *c = z;
        }
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

/* One product by the table and by the definition. */
static void check_job(const ito_kern *kern, const job *w)
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

    naive(kern, &g);
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

/* Do something for every table that this machine runs. */
static void each_table(void (*fn)(const ito_kern *kern))
{
    const ito_kern *kern;
    bool runs;

    for (size_t i = 0; (kern = ito__kern_at(i, &runs)) != NULL; i++)
        if (runs) {
            t_seed = 1;
            fn(kern);
        }
}

static void remainders(const ito_kern *kern)
{
    for (size_t m = 1; m <= 70; m++)
        for (size_t n = 1; n <= 70; n++) {
            const job w = any_job(m, n, 1 + below(40));

            check_job(kern, &w);
        }
    for (size_t k = 0; k <= 70; k++)
        for (size_t q = 0; q < 20; q++) {
            const job w = any_job(1 + below(40), 1 + below(40), k);

            check_job(kern, &w);
        }
}

TEST(every_remainder_is_the_chain_of_fma)
{
    each_table(remainders);
}

/* Every layout of A and B with every start, sizes that leave rests. */
static void layouts(const ito_kern *kern)
{
    static const size_t sizes[][3] = { { 29, 45, 37 }, { 31, 2, 150 },
                                       { 3, 70, 21 },  { 40, 64, 33 },
                                       { 64, 7, 16 },  { 15, 32, 3 } };

    for (size_t s = 0; s < COUNT(sizes); s++)
        for (unsigned q = 0; q < 5 * 5 * 16; q++) {
            const job w = { .m = sizes[s][0],
                            .n = sizes[s][1],
                            .k = sizes[s][2],
                            .a = (layout)(q % 5),
                            .b = (layout)(q / 5 % 5),
                            .packed = q / 25 & 1,
                            .bias = q / 25 & 2,
                            .accumulate = q / 25 & 4,
                            .wide_c = q / 25 & 8 };

            check_job(kern, &w);
        }
}

TEST(every_layout_and_start_is_the_chain_of_fma)
{
    each_table(layouts);
}

static void epilogues(const ito_kern *kern)
{
    for (unsigned act = 0; act < 6; act++)
        for (unsigned q = 0; q < 8; q++) {
            const job w = { .m = 33,
                            .n = q & 1 ? 50 : 3,
                            .k = 20,
                            .bias = q & 2,
                            .deriv = q & 4,
                            .wide_c = true,
                            .act = (ito_act)act };

            check_job(kern, &w);
        }
}

TEST(activations_and_derivatives_follow_the_chain)
{
    each_table(epilogues);
}

/* Sizes that are cut into blocks of p and of columns. */
static void blocks(const ito_kern *kern)
{
    static const size_t sizes[][3] = { { 30, 70, 385 },   { 17, 33, 1025 },
                                       { 45, 2, 2000 },   { 9, 3000, 129 },
                                       { 20, 1030, 400 }, { 5, 8, 300 },
                                       { 128, 64, 64 },   { 6, 460, 800 } };

    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t q = 0; q < 6; q++) {
            const job w = any_job(sizes[s][0], sizes[s][1], sizes[s][2]);

            check_job(kern, &w);
        }
    for (size_t q = 0; q < 20; q++) {
        const job w = any_job(1 + below(90), 1 + below(200), 1 + below(900));

        check_job(kern, &w);
    }
}

TEST(blocks_of_p_and_of_columns_do_not_show)
{
    each_table(blocks);
}

/* Rows of A that are a multiple of 4096 bytes apart, which gemm copies. */
static void page_strides(const ito_kern *kern)
{
    enum { M = 20, N = 70, K = 50, STRIDE = 1024 };

    float *const a = calloc(M * STRIDE, sizeof(*a));
    matrix b = matrix_random(K, N, ROWS);
    matrix c = matrix_new(M, N, ROWS), want = matrix_new(M, N, ROWS);

    CHECK(a != NULL);
    for (size_t i = 0; i < M * STRIDE; i++)
        a[i] = t_uniform();
    ito_gemm g = { .m = M,
                   .n = N,
                   .k = K,
                   .a = a,
                   .a_row = STRIDE,
                   .a_col = 1,
                   .b = b.p,
                   .b_row = N,
                   .b_col = 1,
                   .c = want.p,
                   .c_row = N };

    naive(kern, &g);
    g.c = c.p;
    run(kern, &g, false);
    CHECK_SAME(c.all, want.all, c.count);
    free(a);
    free(b.all);
    free(c.all);
    free(want.all);
}

TEST(rows_a_page_apart_give_the_same_bits)
{
    each_table(page_strides);
}

/* Nothing times anything is zero, the bias, or what was there. */
static void empty(const ito_kern *kern)
{
    float c[12], bias[3] = { 1.0f, 2.0f, 3.0f }, work[4096];
    const float zero[12] = { 0 };
    ito_gemm g = { .m = 4,
                   .n = 3,
                   .a = bias,
                   .a_row = 1,
                   .a_col = 1,
                   .b = bias,
                   .b_row = 1,
                   .b_col = 1,
                   .c = c,
                   .c_row = 3,
                   .work = work };

    CHECK(kern->gemm_work(4, 3, 0) <= COUNT(work));
    CHECK(kern->packed_b(0, 3) == 0);
    for (size_t i = 0; i < COUNT(c); i++)
        c[i] = 7.0f;
    g.m = 0;
    kern->gemm(&g);
    g.m = 4;
    g.n = 0;
    kern->gemm(&g);
    g.n = 3;
    g.accumulate = true;
    kern->gemm(&g);
    for (size_t i = 0; i < COUNT(c); i++)
        CHECK(c[i] == 7.0f);
    g.accumulate = false;
    g.bias = bias;
    kern->gemm(&g);
    for (size_t i = 0; i < COUNT(c); i++)
        CHECK(c[i] == bias[i % 3]);
    g.bias = NULL;
    kern->gemm(&g);
    CHECK_SAME(c, zero, COUNT(c));
}

TEST(empty_sums_are_the_start)
{
    each_table(empty);
}

/* A product whose value is known: sums of integers, exact in float. */
static void integers(const ito_kern *kern)
{
    enum { M = 37, N = 41, K = 60 };

    matrix a = matrix_new(M, K, COLS), b = matrix_new(K, N, COLS);
    matrix c = matrix_new(M, N, WIDE_ROWS);

    for (size_t i = 0; i < M; i++)
        for (size_t p = 0; p < K; p++)
            a.p[i * a.row + p * a.col] = (float)(i + p);
    for (size_t p = 0; p < K; p++)
        for (size_t j = 0; j < N; j++)
            b.p[p * b.row + j * b.col] = (float)(p * (j + 1));
    ito_gemm g = { .m = M,
                   .n = N,
                   .k = K,
                   .a = a.p,
                   .a_row = a.row,
                   .a_col = a.col,
                   .b = b.p,
                   .b_row = b.row,
                   .b_col = b.col,
                   .c = c.p,
                   .c_row = c.row };

    run(kern, &g, true);
    /* sum of (i + p) p (j + 1) = (j + 1) (i S1 + S2) */
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            const size_t s1 = K * (K - 1) / 2;
            const size_t s2 = (K - 1) * K * (2 * K - 1) / 6;

            CHECK(c.p[i * c.row + j] == (float)((j + 1) * (i * s1 + s2)));
        }
    free(a.all);
    free(b.all);
    free(c.all);
}

TEST(sums_of_integers_are_exact)
{
    each_table(integers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_remainder_is_the_chain_of_fma),
        RUN(every_layout_and_start_is_the_chain_of_fma),
        RUN(activations_and_derivatives_follow_the_chain),
        RUN(blocks_of_p_and_of_columns_do_not_show),
        RUN(rows_a_page_apart_give_the_same_bits),
        RUN(empty_sums_are_the_start),
        RUN(sums_of_integers_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

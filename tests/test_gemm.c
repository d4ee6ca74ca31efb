/* SPDX-License-Identifier: MIT
 *
 * test_gemm.c - the matrix product of every table against a chain of fma
 * written as three loops: every layout, start, epilogue and remainder must
 * give the same bits, and nothing beyond the matrices may change.
 */
#include "gemm_jobs.h"

/* The definition. */
static void chain_of_fma(const ito_kern *kern, const ito_gemm *g)
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

            check_job(kern, chain_of_fma, &w);
        }
    for (size_t k = 0; k <= 70; k++)
        for (size_t q = 0; q < 20; q++) {
            const job w = any_job(1 + below(40), 1 + below(40), k);

            check_job(kern, chain_of_fma, &w);
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

            check_job(kern, chain_of_fma, &w);
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

            check_job(kern, chain_of_fma, &w);
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

            check_job(kern, chain_of_fma, &w);
        }
    for (size_t q = 0; q < 20; q++) {
        const job w = any_job(1 + below(90), 1 + below(200), 1 + below(900));

        check_job(kern, chain_of_fma, &w);
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

    chain_of_fma(kern, &g);
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

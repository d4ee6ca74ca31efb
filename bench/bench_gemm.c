/* SPDX-License-Identifier: MIT
 *
 * bench_gemm.c - the speed of the matrix product on one thread.
 *
 *     bench_gemm [TABLE [CLASS]]      all classes of the best table
 *
 * For every class of shapes the geometric mean of GF/s (1e9 floating-point
 * operations a second, two for each multiply and add) and its share of the
 * peak of a loop of independent fma.  A figure is the best and the median of
 * samples of about 2 ms of processor time.  With a class (or the beginning of
 * its name) given, its shapes are listed too.
 *
 *     mlp.*    batch 256..4096, widths 64..512: forward with the weights as
 *              out x in (NT), the same with packed weights (pre), backward
 *              to the input (NN), backward to the weights (TN)
 *     shard.*  128 rows, as training calls it, weights packed beforehand
 *     thin.*   first and last layers: one side is 2 or 3
 *     dit.*    64..3136 tokens, hidden 384
 *     square   256..1024
 */
#include "kern/kern.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(ITO_KERN_X86)
#include <immintrin.h>
#endif

#define SAMPLE_S   2e-3
#define SAMPLE_MAX 21
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

/* NT: B is n x k in memory; TN: A is k x m; PRE: B packed beforehand; ACT:
 * packed, with bias, SiLU and its derivative. */
typedef enum form { NN, NT, TN, PRE, ACT } form;

typedef struct class
{
    const char *name;
    form how;
    const size_t (*shape)[3]; /* m, n, k */
    size_t count;
} class;

/* Processor time of this process: time in which others ran is not in it. */
static double now_s(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

static int by_value(const void *p, const void *q)
{
    const double *const a = p, *const b = q;

    return (*a > *b) - (*a < *b);
}

static float uniform(void)
{
    static uint32_t state = 1;

    state = state * 1664525u + 1013904223u;
    return (float)((double)(state >> 8) / 8388608.0 - 1.0);
}

/* n random floats from a 64-byte boundary on. */
static float *random_new(size_t n)
{
    const size_t bytes = (n * sizeof(float) + 127) / 64 * 64;
    float *const p = aligned_alloc(64, bytes);

    if (!p) {
        fprintf(stderr, "bench_gemm: out of memory\n");
        exit(1);
    }
    for (size_t i = 0; i < bytes / sizeof(float); i++)
        p[i] = uniform();
    return p;
}

#if defined(ITO_KERN_X86)

/* 12 chains of fma in registers, written out so that they stay there. */
#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

__attribute__((target("avx512f"))) static float chains_avx512(size_t n)
{
    const __m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-7f);
    __m512 s = _mm512_setzero_ps();

#define X(i) __m512 x##i = _mm512_set1_ps(1.0f + (float)(i));
    CHAINS(X)
#undef X
    while (n-- > 0) {
#define X(i) x##i = _mm512_fmadd_ps(x##i, a, b);
        CHAINS(X)
#undef X
    }
#define X(i) s = _mm512_add_ps(s, x##i);
    CHAINS(X)
#undef X
    return _mm512_reduce_add_ps(s);
}

__attribute__((target("avx2,fma"))) static float chains_avx2(size_t n)
{
    const __m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-7f);
    __m256 s = _mm256_setzero_ps();

#define X(i) __m256 x##i = _mm256_set1_ps(1.0f + (float)(i));
    CHAINS(X)
#undef X
    while (n-- > 0) {
#define X(i) x##i = _mm256_fmadd_ps(x##i, a, b);
        CHAINS(X)
#undef X
    }
#define X(i) s = _mm256_add_ps(s, x##i);
    CHAINS(X)
#undef X
    return _mm256_cvtss_f32(s);
}

#endif

/* Best GF/s of independent fma in the registers of a table; 0 if unknown. */
static double peak(const char *name)
{
    const size_t steps = 400000;
    double best = 0.0;

    (void)name;
    (void)steps;
#if defined(ITO_KERN_X86)
    static volatile float sink;
    const bool wide = strcmp(name, "avx512") == 0;

    if (!wide && strcmp(name, "avx2") != 0)
        return 0.0;
    for (int q = 0; q < 15; q++) {
        const double t = now_s();
        double rate;

        sink = wide ? chains_avx512(steps) : chains_avx2(steps);
        rate = (double)steps * 12.0 * (wide ? 32.0 : 16.0) / (now_s() - t);
        best = rate / 1e9 > best ? rate / 1e9 : best;
    }
    (void)sink;
#endif
    return best;
}

/* The problem of one shape, its arrays owned by the caller. */
static ito_gemm problem(const ito_kern *kern, form how, const size_t *shape,
                        float *array[7])
{
    const size_t m = shape[0], n = shape[1], k = shape[2];
    ito_gemm g = { .m = m, .n = n, .k = k, .c_row = n };

    array[0] = random_new(m * k);
    array[1] = random_new(k * n);
    array[2] = random_new(m * n);
    array[3] = random_new(kern->packed_b(k, n));
    array[4] = random_new(kern->gemm_work(m, n, k));
    array[5] = random_new(n);
    array[6] = random_new(m * n);
    g.a = array[0];
    g.a_row = how == TN ? 1 : k;
    g.a_col = how == TN ? m : 1;
    g.b = array[1];
    g.b_row = how == NT ? 1 : n;
    g.b_col = how == NT ? k : 1;
    g.c = array[2];
    g.work = array[4];
    if (how == PRE || how == ACT) {
        kern->pack_b(k, n, g.b, g.b_row, g.b_col, array[3]);
        g.b = array[3];
        g.packed = true;
    }
    if (how == ACT) {
        g.bias = array[5];
        g.act = ITO_ACT_SILU;
        g.deriv = array[6];
    }
    return g;
}

/* GF/s of one shape: best and median of samples. */
static void measure(const ito_kern *kern, form how, const size_t *shape,
                    double *best, double *median)
{
    const double flop =
        2.0 * (double)shape[0] * (double)shape[1] * (double)shape[2];
    double rate[SAMPLE_MAX], once;
    float *array[7];
    const ito_gemm g = problem(kern, how, shape, array);
    size_t calls;

    kern->gemm(&g);
    once = now_s();
    kern->gemm(&g);
    once = now_s() - once;
    calls = (size_t)(SAMPLE_S / (once > 1e-8 ? once : 1e-8)) + 1;
    for (size_t q = 0; q < SAMPLE_MAX; q++) {
        const double t = now_s();

        for (size_t i = 0; i < calls; i++)
            kern->gemm(&g);
        rate[q] = flop * (double)calls / (now_s() - t) / 1e9;
    }
    qsort(rate, SAMPLE_MAX, sizeof(rate[0]), by_value);
    *best = rate[SAMPLE_MAX - 1];
    *median = rate[SAMPLE_MAX / 2];
    for (size_t i = 0; i < COUNT(array); i++)
        free(array[i]);
}

static void run_class(const ito_kern *kern, const class *c, double top,
                      bool list)
{
    double best = 0.0, median = 0.0;

    for (size_t i = 0; i < c->count; i++) {
        double b, m;

        measure(kern, c->how, c->shape[i], &b, &m);
        best += log(b) / (double)c->count;
        median += log(m) / (double)c->count;
        if (list)
            printf("  %5zu x %4zu x %4zu  best %6.1f  median %6.1f GF/s\n",
                   c->shape[i][0], c->shape[i][1], c->shape[i][2], b, m);
    }
    best = exp(best);
    median = exp(median);
    printf("%-12s best %6.1f GF/s", c->name, best);
    if (top > 0.0)
        printf(" %5.1f %%", 100.0 * best / top);
    printf("   median %6.1f GF/s", median);
    if (top > 0.0)
        printf(" %5.1f %%", 100.0 * median / top);
    printf("\n");
    fflush(stdout);
}

/* clang-format off */
#define WIDTHS(b)                                                        \
    { b, 64, 64 },   { b, 64, 128 },  { b, 64, 256 },  { b, 64, 512 },   \
    { b, 128, 64 },  { b, 128, 128 }, { b, 128, 256 }, { b, 128, 512 },  \
    { b, 256, 64 },  { b, 256, 128 }, { b, 256, 256 }, { b, 256, 512 },  \
    { b, 512, 64 },  { b, 512, 128 }, { b, 512, 256 }, { b, 512, 512 }
#define WIDTHS_T(b)                                                      \
    { 64, 64, b },   { 64, 128, b },  { 64, 256, b },  { 64, 512, b },   \
    { 128, 64, b },  { 128, 128, b }, { 128, 256, b }, { 128, 512, b },  \
    { 256, 64, b },  { 256, 128, b }, { 256, 256, b }, { 256, 512, b },  \
    { 512, 64, b },  { 512, 128, b }, { 512, 256, b }, { 512, 512, b }
#define TOKENS(n, k) \
    { 64, n, k }, { 196, n, k }, { 784, n, k }, { 3136, n, k }
#define TOKENS_T(m, n) \
    { m, n, 64 }, { m, n, 196 }, { m, n, 784 }, { m, n, 3136 }

static const size_t mlp[][3] = { WIDTHS(256), WIDTHS(1024), WIDTHS(4096) };
static const size_t mlp_t[][3] = { WIDTHS_T(256), WIDTHS_T(1024),
                                   WIDTHS_T(4096) };
static const size_t shard[][3] = { { 128, 64, 64 }, { 128, 128, 128 },
                                   { 128, 256, 256 }, { 128, 512, 512 } };
static const size_t shard_t[][3] = { { 64, 64, 128 }, { 128, 128, 128 },
                                     { 256, 256, 128 }, { 512, 512, 128 } };
static const size_t first[][3] = { { 128, 256, 3 }, { 128, 64, 3 } };
static const size_t last[][3] = { { 128, 2, 256 }, { 128, 2, 64 } };
static const size_t last_x[][3] = { { 128, 256, 2 }, { 128, 64, 2 } };
static const size_t first_w[][3] = { { 3, 256, 128 }, { 3, 64, 128 } };
static const size_t last_w[][3] = { { 256, 2, 128 }, { 64, 2, 128 } };
static const size_t proj[][3] = { TOKENS(384, 384) };
static const size_t qkv[][3] = { TOKENS(1152, 384) };
static const size_t fc1[][3] = { TOKENS(1536, 384) };
static const size_t fc2[][3] = { TOKENS(384, 1536) };
static const size_t dit_x[][3] = { TOKENS(384, 384), TOKENS(384, 1152),
                                   TOKENS(384, 1536), TOKENS(1536, 384) };
static const size_t dit_w[][3] = { TOKENS_T(384, 384), TOKENS_T(384, 1152),
                                   TOKENS_T(384, 1536),
                                   TOKENS_T(1536, 384) };
static const size_t square[][3] = { { 256, 256, 256 }, { 512, 512, 512 },
                                    { 768, 768, 768 }, { 1024, 1024, 1024 } };
/* clang-format on */

static const class classes[] = {
    { "mlp.fwd", NT, mlp, COUNT(mlp) },
    { "mlp.pre", PRE, mlp, COUNT(mlp) },
    { "mlp.bwdx", NN, mlp, COUNT(mlp) },
    { "mlp.bwdw", TN, mlp_t, COUNT(mlp_t) },
    { "shard.pre", PRE, shard, COUNT(shard) },
    { "shard.act", ACT, shard, COUNT(shard) },
    { "shard.bwdw", TN, shard_t, COUNT(shard_t) },
    { "thin.first", PRE, first, COUNT(first) },
    { "thin.firstw", TN, first_w, COUNT(first_w) },
    { "thin.last", PRE, last, COUNT(last) },
    { "thin.lastx", PRE, last_x, COUNT(last_x) },
    { "thin.lastw", TN, last_w, COUNT(last_w) },
    { "dit.proj", NT, proj, COUNT(proj) },
    { "dit.qkv", NT, qkv, COUNT(qkv) },
    { "dit.fc1", NT, fc1, COUNT(fc1) },
    { "dit.fc2", NT, fc2, COUNT(fc2) },
    { "dit.bwdx", NN, dit_x, COUNT(dit_x) },
    { "dit.bwdw", TN, dit_w, COUNT(dit_w) },
    { "square", NN, square, COUNT(square) },
};

int main(int argc, char **argv)
{
    const ito_kern *const kern = ito__kern_find(argc > 1 ? argv[1] : NULL);
    const char *const only = argc > 2 ? argv[2] : NULL;
    double top, after;

    if (!kern) {
        fprintf(stderr, "bench_gemm: no table %s here\n", argv[1]);
        return 2;
    }
    top = peak(kern->name);
    printf("table %s, peak %.1f GF/s\n", kern->name, top);
    for (size_t i = 0; i < COUNT(classes); i++)
        if (!only || strncmp(only, classes[i].name, strlen(only)) == 0)
            run_class(kern, &classes[i], top, only != NULL);
    after = peak(kern->name);
    if (after > 0.0)
        printf("peak afterwards %.1f GF/s\n", after);
    return 0;
}

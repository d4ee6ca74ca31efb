/* SPDX-License-Identifier: MIT
 *
 * bench_kern.c - the speed of the vector kernels on one thread.
 *
 *     bench_kern [TABLE [KERNEL]]     all kernels of the best table
 *
 * Prints nanoseconds an element (for dot, sum and the like: an element of one
 * input; for the generators: a number made) on 4096 elements, which stay in
 * the first-level cache with three such arrays of floats or fewer.  A figure
 * is the median and the best of samples of about 1 ms.
 */
#include "kern/kern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N       4096
#define SAMPLES 31
#define SAMPLE  1e-3 /* seconds */

/* The gaps keep the arrays from starting a multiple of 4 KiB apart. */
#define GAP 80

static float x[N + GAP], y[N + GAP], z[N + GAP], w[N + GAP], v[N + GAP];
static double x64[N + GAP], y64[N + GAP], z64[N + GAP];
static uint32_t words[N];
static volatile double sink;

typedef struct job {
    const char *name;
    void (*run)(const ito_kern *k);
} job;

static void run_axpy(const ito_kern *k)
{
    k->axpy(N, 1e-6f, x, y);
}

static void run_lincomb3(const ito_kern *k)
{
    const float a[3] = { 0.25f, -0.5f, 0.25f };
    const float *const rows[3] = { x, v, x };

    k->lincomb(N, z, x, 3, a, rows);
}

static void run_muladd(const ito_kern *k)
{
    k->muladd(N, x, w, z);
}

static void run_lerp(const ito_kern *k)
{
    k->lerp(N, 0.001f, x, z);
}

static void run_dot(const ito_kern *k)
{
    sink = (double)k->dot(N, x, w);
}

static void run_sum(const ito_kern *k)
{
    sink = k->sum(N, x);
}

static void run_sumsq(const ito_kern *k)
{
    sink = k->sumsq(N, x);
}

static void run_all_finite(const ito_kern *k)
{
    sink = k->all_finite(N, x);
}

static void run_colsum(const ito_kern *k)
{
    memset(z, 0, 256 * sizeof(*z));
    k->colsum(N / 256, 256, x, 256, z);
}

static void run_exp(const ito_kern *k)
{
    k->exp(N, x, z);
}

static void run_log(const ito_kern *k)
{
    k->log(N, w, z);
}

static void run_tanh(const ito_kern *k)
{
    k->tanh(N, x, z);
}

static void run_sincos(const ito_kern *k)
{
    k->sincos(N, x, z, v);
}

static void run_adam(const ito_kern *k)
{
    const ito_adam s = { .beta1 = 0.9f,
                         .beta2 = 0.999f,
                         .rate = 1e-9f,
                         .v_scale = 1.0f,
                         .eps = 1e-8f,
                         .decay = 1.0f,
                         .g_scale = 1.0f };

    k->adam(N, &s, x, y, z, w);
}

#define ACTS(X) X(silu, SILU) X(gelu, GELU) X(relu, RELU) X(selu, SELU)
#define X(name, NAME)                                \
    static void run_##name(const ito_kern *k)        \
    {                                                \
        k->act(N, ITO_ACT_##NAME, x, z);             \
    }                                                \
    static void run_##name##_grad(const ito_kern *k) \
    {                                                \
        k->act_grad(N, ITO_ACT_##NAME, x, z, v);     \
    }
ACTS(X)
#undef X

static void run_tanh_grad(const ito_kern *k)
{
    k->act_grad(N, ITO_ACT_TANH, x, z, v);
}

static ito_philox counter(void)
{
    static uint32_t step;

    return (ito_philox){ .key = { 1, 2 }, .ctr = { 0, 0, step++, 0 } };
}

static void run_words(const ito_kern *k)
{
    const ito_philox p = counter();

    k->words(N / 32, &p, words);
}

static void run_uniforms(const ito_kern *k)
{
    const ito_philox p = counter();

    k->uniforms(N / 32, &p, z);
}

static void run_normals(const ito_kern *k)
{
    const ito_philox p = counter();

    k->normals(N / 32, &p, z);
}

static void run_exp64(const ito_kern *k)
{
    k->f64->exp(N, x64, z64);
}

static void run_log64(const ito_kern *k)
{
    k->f64->log(N, y64, z64);
}

static void run_tanh64(const ito_kern *k)
{
    k->f64->tanh(N, x64, z64);
}

static void run_sincos64(const ito_kern *k)
{
    static double c[N];

    k->f64->sincos(N, x64, z64, c);
}

static void run_uniforms64(const ito_kern *k)
{
    const ito_philox p = counter();

    k->f64->uniforms(N / 16, &p, z64);
}

static void run_normals64(const ito_kern *k)
{
    const ito_philox p = counter();

    k->f64->normals(N / 16, &p, z64);
}

static void run_em(const ito_kern *k)
{
    const ito_philox p = counter();
    const ito_em step = {
        .h = 1e-9f, .scale = 1e-9f, .g_all = 1.0f, .f = x, .x = z, .z = z
    };

    k->em(N / 32, &p, &step);
}

static void run_em64(const ito_kern *k)
{
    const ito_philox p = counter();
    const ito_em64 step = {
        .h = 1e-9, .scale = 1e-9, .g_all = 1.0, .f = x64, .x = z64, .z = z64
    };

    k->f64->em(N / 16, &p, &step);
}

/* Five modes in the plane; an element is a point. */
static void run_mixture(const ito_kern *k)
{
    static const float means[] = { -2, -1, 2, -1, 0, 2, -1, 3, 3, 1 };
    static const float inv[] = { 4, 4, 4, 4, 4 };
    static const float curve[] = { -3, -3, -3, -3, -3 };
    static const float log2w[] = { 0, 0, 0, 0, 0 };
    const ito_mix m = { 5, 2, means, inv, curve, log2w, 1.0f };

    k->mixture(N, &m, (const float *const[2]){ x, w },
               (float *const[2]){ y, z }, NULL);
}

static void run_mixture64(const ito_kern *k)
{
    static const double means[] = { -2, -1, 2, -1, 0, 2, -1, 3, 3, 1 };
    static const double inv[] = { 4, 4, 4, 4, 4 };
    static const double curve[] = { -3, -3, -3, -3, -3 };
    static const double log2w[] = { 0, 0, 0, 0, 0 };
    static double out[N];
    const ito_mix64 m = { 5, 2, means, inv, curve, log2w, 1.0 };

    k->f64->mixture(N, &m, (const double *const[2]){ x64, y64 },
                    (double *const[2]){ out, z64 }, NULL);
}

static const job jobs[] = {
    { "axpy", run_axpy },
    { "lincomb of 3", run_lincomb3 },
    { "muladd", run_muladd },
    { "lerp", run_lerp },
    { "dot", run_dot },
    { "sum", run_sum },
    { "sumsq", run_sumsq },
    { "all_finite", run_all_finite },
    { "colsum 256", run_colsum },
    { "exp", run_exp },
    { "log", run_log },
    { "tanh", run_tanh },
    { "sincos", run_sincos },
#define X(name, NAME) \
    { #name, run_##name }, { #name " grad", run_##name##_grad },
    ACTS(X)
#undef X
        { "tanh grad", run_tanh_grad },
    { "adam", run_adam },
    { "words", run_words },
    { "uniforms", run_uniforms },
    { "normals", run_normals },
    { "f64 exp", run_exp64 },
    { "f64 log", run_log64 },
    { "f64 tanh", run_tanh64 },
    { "f64 sincos", run_sincos64 },
    { "f64 uniforms", run_uniforms64 },
    { "f64 normals", run_normals64 },
    { "em", run_em },
    { "f64 em", run_em64 },
    { "mixture", run_mixture },
    { "f64 mixture", run_mixture64 },
};

static double now_s(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *p, const void *q)
{
    const double *const a = p, *const b = q;

    return (*a > *b) - (*a < *b);
}

/* Inputs that do not drift: x in [-6, 6], w positive. */
static void fill(void)
{
    uint32_t state = 1;

    for (size_t i = 0; i < N; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)((double)(state >> 8) / 8388608.0 - 1.0) * 6.0f;
        w[i] = x[i] * x[i] + 1e-3f;
        y[i] = z[i] = v[i] = 0.5f;
        x64[i] = (double)x[i];
        y64[i] = (double)w[i];
    }
}

static double sample(const job *j, const ito_kern *k, size_t runs)
{
    const double start = now_s();

    for (size_t i = 0; i < runs; i++)
        j->run(k);
    return now_s() - start;
}

static void measure(const job *j, const ito_kern *k)
{
    double ns[SAMPLES];
    size_t runs = 1;

    fill();
    while (sample(j, k, runs) < SAMPLE && runs < ((size_t)1 << 20))
        runs *= 2;
    for (size_t i = 0; i < SAMPLES; i++)
        ns[i] = sample(j, k, runs) / (double)runs / N * 1e9;
    qsort(ns, SAMPLES, sizeof(*ns), by_value);
    printf("%-14s %8.3f %8.3f\n", j->name, ns[SAMPLES / 2], ns[0]);
}

int main(int argc, char **argv)
{
    const ito_kern *const k = ito__kern_find(argc > 1 ? argv[1] : NULL);

    if (!k) {
        fprintf(stderr, "bench_kern: no table %s here\n", argv[1]);
        return 1;
    }
    printf("# table %s, %d elements, ns an element\n", k->name, N);
    printf("%-14s %8s %8s\n", "kernel", "median", "best");
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
        if (argc < 3 || strcmp(argv[2], jobs[i].name) == 0)
            measure(&jobs[i], k);
    return 0;
}

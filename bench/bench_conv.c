/* SPDX-License-Identifier: MIT
 *
 * bench_conv.c - the speed of the convolutions on one thread.
 *
 *     bench_conv [TABLE [ROWS]]      16 images a call, as a shard has
 *
 * For every shape effective GF/s (1e9 floating-point operations of the direct
 * form a second of processor time, two for each multiply and add): forward
 * with bias, SiLU and its derivative, forward alone, backward to x, backward
 * to the weights; then milliseconds of packing.  A figure is the best of the
 * samples of about 2 ms.
 */
#include "kern/kern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES  25
#define SAMPLE_S 2e-3
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef struct job {
    const char *name;
    ito_conv_shape s;
} job;

#define SAME(c, side, wino)                                         \
    {                                                               \
        .h = (side), .w = (side), .in = (c), .out = (c), .size = 3, \
        .stride = 1, .pad = 1, .winograd = (wino)                   \
    }

static const job jobs[] = {
    { "32 at 32x32", SAME(32, 32, true) },
    { "64 at 16x16", SAME(64, 16, true) },
    { "128 at 8x8", SAME(128, 8, true) },
    { "32 at 28x28", SAME(32, 28, true) },
    { "64 at 14x14", SAME(64, 14, true) },
    { "128 at 7x7", SAME(128, 7, true) },
    { "256 at 14x14", SAME(256, 14, true) },
    { "32 at 32x32 direct", SAME(32, 32, false) },
    { "64 at 16x16 direct", SAME(64, 16, false) },
    { "128 at 8x8 direct", SAME(128, 8, false) },
    { "1 to 32 at 32x32", { 32, 32, 1, 32, 3, 1, 1, true } },
    { "32 to 1 at 32x32", { 32, 32, 32, 1, 3, 1, 1, true } },
    { "128 to 64 at 16x16", { 16, 16, 128, 64, 3, 1, 1, true } },
    { "64 to 32 at 32x32", { 32, 32, 64, 32, 3, 1, 1, true } },
    { "32 to 64 stride 2", { 32, 32, 32, 64, 3, 2, 1, true } },
    { "64 to 128 stride 2", { 16, 16, 64, 128, 3, 2, 1, true } },
    { "64 to 64 1x1", { 16, 16, 64, 64, 1, 1, 0, true } },
};

static double now_s(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

static float *room(size_t n)
{
    static uint32_t state = 1;
    float *const p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    if (!p) {
        fprintf(stderr, "bench_conv: out of memory\n");
        exit(1);
    }
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        p[i] = (float)((double)(state >> 8) / 8388608.0 - 1.0);
    }
    return p;
}

typedef void (*pass)(const ito_conv_run *c);

/* Seconds of one call, best of the samples. */
static double best_s(pass run, const ito_conv_run *c)
{
    double start, best = 1e9;
    size_t calls = 1;

    run(c);
    start = now_s();
    run(c);
    while ((double)calls * (now_s() - start) < SAMPLE_S && calls < 1000)
        calls *= 2;
    for (size_t i = 0; i < SAMPLES; i++) {
        double took;

        start = now_s();
        for (size_t k = 0; k < calls; k++)
            run(c);
        took = (now_s() - start) / (double)calls;
        best = took < best ? took : best;
    }
    return best;
}

static void measure(const ito_kern *kern, const job *b, size_t rows)
{
    const ito_conv_shape *s = &b->s;
    const size_t oh = (s->h + 2 * s->pad - s->size) / s->stride + 1;
    const size_t ow = (s->w + 2 * s->pad - s->size) / s->stride + 1;
    const size_t xs = rows * s->h * s->w * s->in, ys = rows * oh * ow * s->out;
    const size_t each = s->size * s->size * s->in, weights = each * s->out;
    const double flops = 2.0 * (double)(rows * oh * ow * s->out) * (double)each;
    float *const x = room(xs), *const y = room(ys), *const deriv = room(ys);
    float *const w = room(weights), *const bias = room(s->out);
    float *const packed = room(kern->conv_packed(s)), *const dz = room(ys);
    ito_conv_run c = { .s = s,
                       .rows = rows,
                       .packed = packed,
                       .x = x,
                       .y = y,
                       .bias = bias,
                       .act = ITO_ACT_SILU,
                       .deriv = deriv,
                       .dz = dz,
                       .dx = room(xs),
                       .grad = room(weights),
                       .work = room(kern->conv_work(s)) };
    double start = now_s(), pack;

    for (int i = 0; i < 20; i++)
        kern->conv_pack(s, w, packed);
    pack = (now_s() - start) / 20.0;
    printf("%-20s %6.1f", b->name, flops / best_s(kern->conv, &c) * 1e-9);
    c.act = ITO_ACT_NONE;
    c.deriv = NULL;
    printf(" %6.1f", flops / best_s(kern->conv, &c) * 1e-9);
    printf(" %6.1f", flops / best_s(kern->conv_dx, &c) * 1e-9);
    printf(" %6.1f", flops / best_s(kern->conv_dw, &c) * 1e-9);
    printf(" %8.3f\n", pack * 1e3);
    free(x);
    free(y);
    free(deriv);
    free(w);
    free(bias);
    free(packed);
    free(dz);
    free(c.dx);
    free(c.grad);
    free(c.work);
}

int main(int argc, char **argv)
{
    const ito_kern *kern = ito__kern_find(argc > 1 ? argv[1] : NULL);
    const size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 16;

    if (!kern || rows == 0) {
        fprintf(stderr, "bench_conv: no table %s\n", argv[1]);
        return 2;
    }
    printf("%s, %zu images a call\n%-20s %6s %6s %6s %6s %8s\n", kern->name,
           rows, "", "silu'", "fwd", "dx", "dw", "pack ms");
    for (size_t i = 0; i < COUNT(jobs); i++)
        measure(kern, &jobs[i], rows);
    return 0;
}

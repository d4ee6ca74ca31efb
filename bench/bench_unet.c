/* SPDX-License-Identifier: MIT
 *
 * bench_unet.c - the U-Net of the lab of 2025 on one thread: images a second.
 *
 *     bench_unet [TABLE [ROWS]]      16 images, as a shard has
 *
 * Training is forward and backward of one shard; packing, which a step does
 * once, the optimiser and the other threads are not in it.  Processor time,
 * best of the samples.
 */
#include <ito/net.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES 9

static double now_s(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

static float *room(size_t n)
{
    static uint32_t state = 1;
    float *const p = aligned_alloc(64, (n * sizeof(*p) / 64 + 1) * 64);

    if (!p) {
        fprintf(stderr, "bench_unet: out of memory\n");
        exit(1);
    }
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        p[i] = (float)((double)(state >> 8) / 8388608.0 - 1.0);
    }
    return p;
}

typedef struct bench {
    ito_ctx *ctx;
    ito_graph *g;
    ito_plan *plan;
    ito_weights *w;
    float *params, *grad, *work, *x, *t, *cond, *dy;
    ito_batch in;
} bench;

static int bench_open(bench *b, const char *cpu, size_t rows)
{
    const ito_unet lab = {
        .h = 32, .w = 32, .c = 1, .labels = 11, .norm = ITO_NORM_BATCH
    };
    const ito_ctx_opts o = { .threads = 1, .cpu = cpu };

    if (ito_open(&b->ctx, &o) != ITO_OK ||
        ito_unet_build(b->ctx, &lab, &b->g) != ITO_OK ||
        ito_graph_plan(b->ctx, b->g, rows, ITO_MODE_TRAIN, &b->plan) !=
            ITO_OK ||
        ito_weights_new(b->ctx, b->g, &b->w) != ITO_OK)
        return 1;
    b->params = room(ito_graph_params(b->g));
    b->grad = room(ito_graph_params(b->g));
    b->work = room(ito_plan_floats(b->plan));
    b->x = room(rows * 1024);
    b->dy = room(rows * 1024);
    b->t = room(rows);
    b->cond = room(rows);
    for (size_t r = 0; r < rows; r++)
        b->cond[r] = (float)(r % 11);
    b->in = (ito_batch){ .rows = rows, .x = b->x, .t = b->t, .cond = b->cond };
    ito_graph_init(b->ctx, b->g, ITO_INIT_UNIFORM, 1, b->params);
    ito_weights_pack(b->ctx, b->w, b->params);
    return 0;
}

static void train(bench *b)
{
    (void)ito_plan_forward(b->plan, b->w, b->work, &b->in);
    ito_plan_backward(b->plan, b->w, b->work, &b->in, b->dy, b->grad, NULL);
}

static void infer(bench *b)
{
    (void)ito_plan_infer(b->plan, b->w, b->work, &b->in);
}

static void pack(bench *b)
{
    ito_weights_pack(b->ctx, b->w, b->params);
}

static double best_s(bench *b, void (*run)(bench *b))
{
    double best = 1e9;

    for (int i = 0; i < SAMPLES; i++) {
        const double start = now_s();

        run(b);
        if (now_s() - start < best)
            best = now_s() - start;
    }
    return best;
}

int main(int argc, char **argv)
{
    const size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 16;
    bench b = { 0 };
    double s;

    if (rows == 0 || bench_open(&b, argc > 1 ? argv[1] : NULL, rows)) {
        fprintf(stderr, "bench_unet: cannot start\n");
        return 2;
    }
    s = best_s(&b, train);
    printf("train  %7.1f images/s  %6.2f ms an image  %5.0f GF/s\n",
           (double)rows / s, 1e3 * s / (double)rows,
           6e-9 * ito_graph_madds(b.g) * (double)rows / s);
    s = best_s(&b, infer);
    printf("infer  %7.1f images/s  %6.2f ms an image  %5.0f GF/s\n",
           (double)rows / s, 1e3 * s / (double)rows,
           2e-9 * ito_graph_madds(b.g) * (double)rows / s);
    printf("pack   %6.2f ms\n", 1e3 * best_s(&b, pack));
    printf("memory %6.1f MB of work\n", 4e-6 * (double)ito_plan_floats(b.plan));
    return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * bench_mlp.c - training and sampling a small perceptron on moons.
 *
 *     bench_mlp [WIDTH [BATCH [THREADS [CPU]]]]
 *
 * The counterpart of bench/peers/mlp_moons.py: the network 3 -> width x 3 ->
 * 2 with SiLU, Adam, the linear path.  Prints training steps a second (the
 * median and best of 15 pieces) and points a second through 100 Euler steps.
 */
#include <ito/train.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PIECES 15

static double now(void)
{
    struct timespec t;

    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double train_rate(ito_ctx *ctx, ito_trainer *t, size_t piece,
                         double *best)
{
    double rate[PIECES];

    for (size_t i = 0; i < PIECES; i++) {
        const double from = now();

        if (ito_trainer_run(ctx, t, piece) != ITO_OK)
            exit(1);
        rate[i] = (double)piece / (now() - from);
    }
    qsort(rate, PIECES, sizeof(rate[0]), by_value);
    *best = rate[PIECES - 1];
    return rate[PIECES / 2];
}

static double sample_rate(ito_ctx *ctx, const ito_model *m, size_t n,
                          double *best)
{
    const ito_sample_opts o = { .solve = { .method = "euler", .steps = 100 } };
    float *x = malloc(n * 2 * sizeof(*x));
    double rate[5];

    if (!x)
        exit(1);
    for (size_t i = 0; i < 5; i++) {
        const double from = now();

        if (ito_model_sample_rows(ctx, m, &o, n, x) != ITO_OK)
            exit(1);
        rate[i] = (double)n / (now() - from);
    }
    free(x);
    qsort(rate, 5, sizeof(rate[0]), by_value);
    *best = rate[4];
    return rate[2];
}

static size_t argument(int argc, char **argv, int i, size_t otherwise)
{
    return argc > i ? (size_t)strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const size_t width = argument(argc, argv, 1, 256);
    const size_t batch = argument(argc, argv, 2, 2048);
    const ito_ctx_opts co = { .threads = argument(argc, argv, 3, 2),
                              .cpu = argc > 4 ? argv[4] : NULL };
    const ito_mlp mlp = { .width = width, .depth = 3, .plain = 1 };
    const ito_train_opts o = {
        .mlp = &mlp, .batch = batch, .steps = 10000000, .valid_every = 10000000
    };
    const double work = (double)width * (double)width * (double)batch;
    const size_t piece = (size_t)(5e9 / work) + 1;
    double best, rate;
    ito_source *source;
    ito_trainer *t;
    ito_model *m;
    ito_ctx *ctx;

    if (ito_open(&ctx, &co) != ITO_OK ||
        ito_source_open(ctx, "moons:scale=1", NULL, &source) != ITO_OK ||
        ito_trainer_new(ctx, source, &o, &t) != ITO_OK ||
        ito_trainer_run(ctx, t, 20) != ITO_OK) {
        fprintf(stderr, "bench_mlp: %s\n", ito_errmsg(ctx));
        return 1;
    }
    rate = train_rate(ctx, t, piece, &best);
    printf("{\"width\": %zu, \"batch\": %zu, \"threads\": %zu, \"cpu\": "
           "\"%s\", \"train_steps_per_s\": %.1f, \"train_best\": %.1f, ",
           width, batch, ito_threads(ctx), ito_cpu(ctx), rate, best);
    if (ito_trainer_finish(ctx, t, &m) != ITO_OK)
        return 1;
    rate = sample_rate(ctx, m, 4096, &best);
    printf("\"sample_points_per_s\": %.0f, \"sample_best\": %.0f}\n", rate,
           best);
    ito_model_free(m);
    ito_trainer_free(t);
    ito_source_free(source);
    ito_close(ctx);
    return 0;
}

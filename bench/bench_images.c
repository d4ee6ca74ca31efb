/* SPDX-License-Identifier: MIT
 *
 * bench_images.c - training and sampling networks of images: images a second.
 *
 *     bench_images unet|dit train [THREADS [PRECISION [PIECES]]]
 *     bench_images unet|dit model FILE
 *     bench_images unet|dit sample [THREADS [PRECISION [PIECES]]] FILE
 *
 * The counterpart of peers/torch_images.py.  unet: the lab's of 2025 with batch
 * norm on images of 32 x 32; sampling is 99 Euler steps with guidance 3.  dit:
 * 28 x 28, 49 tokens, 256 channels, 6 blocks, 4 heads; 50 Euler steps.
 * Batches of 64, labels, Adam.  A piece is two steps of training, of everything
 * that belongs to one, or 32 images through 4 of the steps.  Prints median and
 * best.  What is sampled is a model that `model` wrote after one step, so that
 * the memory of sampling is not that of training.
 */
#include <ito/train.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECES_MAX 99
#define STEPS      2
#define BATCH      64
#define IMAGES     32
#define TIMED      4

typedef struct job {
    const char *name, *data, *file;
    ito_train_opts train;
    double euler; /* steps of a whole run */
    double guide; /* strength - 1 */
} job;

static size_t threads;

/* Of one thread its processor time, which other work on the machine disturbs
 * less. */
static double now(void)
{
    struct timespec t;

    if (threads == 1)
        return (double)clock() / (double)CLOCKS_PER_SEC;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void say(double images, double *seconds, size_t pieces)
{
    qsort(seconds, pieces, sizeof(*seconds), by_value);
    printf("\"images_per_s\": %.2f, \"best\": %.2f}\n",
           images / seconds[pieces / 2], images / seconds[0]);
}

static int train(ito_ctx *ctx, ito_trainer *t, size_t pieces)
{
    double seconds[PIECES_MAX];

    for (size_t i = 0; i < pieces; i++) {
        const double from = now();

        if (ito_trainer_run(ctx, t, STEPS) != ITO_OK)
            return 1;
        seconds[i] = now() - from;
    }
    say((double)BATCH * STEPS, seconds, pieces);
    return 0;
}

static int sample(ito_ctx *ctx, const job *j, size_t pieces)
{
    const ito_sample_opts o = { .solve = { .method = "euler", .steps = TIMED },
                                .label = "all",
                                .guide = j->guide };
    double seconds[PIECES_MAX];
    float *x = NULL;
    ito_model *m;
    int rc = 1;

    if (ito_model_load(ctx, j->file, &m) != ITO_OK)
        return 1;
    if (ito_model_precision(ctx, m, j->train.precision) != ITO_OK)
        goto done;
    x = malloc(IMAGES * ito_model_dim(m) * sizeof(*x));
    for (size_t i = 0; x && i < pieces; i++) {
        const double from = now();

        if (ito_model_sample_rows(ctx, m, &o, IMAGES, x) != ITO_OK)
            goto done;
        seconds[i] = now() - from;
    }
    rc = !x;
    if (x)
        say(IMAGES * TIMED / j->euler, seconds, pieces);
done:
    free(x);
    ito_model_free(m);
    return rc;
}

static int save(ito_ctx *ctx, ito_trainer *t, const job *j)
{
    ito_model *m;
    int rc;

    if (ito_trainer_finish(ctx, t, &m) != ITO_OK)
        return 1;
    rc = ito_model_save(ctx, m, j->file) != ITO_OK;
    ito_model_free(m);
    return rc;
}

/* Train one step, and then measure or save. */
static int run_trainer(ito_ctx *ctx, const job *j, size_t pieces)
{
    const ito_source_opts so = { .label = "label" };
    ito_source *source = NULL;
    ito_trainer *t = NULL;
    int rc = 1;

    if (ito_source_open(ctx, j->data, &so, &source) == ITO_OK &&
        ito_trainer_new(ctx, source, &j->train, &t) == ITO_OK &&
        ito_trainer_run(ctx, t, 1) == ITO_OK)
        rc = j->file ? save(ctx, t, j) : train(ctx, t, pieces);
    ito_trainer_free(t);
    ito_source_free(source);
    return rc;
}

static int run(const job *j, const char *what, size_t pieces)
{
    const ito_ctx_opts co = { .threads = threads };
    ito_ctx *ctx;
    int rc = 1;

    if (ito_open(&ctx, &co) != ITO_OK)
        return 1;
    if (strcmp(what, "model") != 0)
        printf("{\"net\": \"%s\", \"what\": \"%s\", \"threads\": %zu, ",
               j->name, what, ito_threads(ctx));
    rc = strcmp(what, "sample") == 0 ? sample(ctx, j, pieces)
                                     : run_trainer(ctx, j, pieces);
    if (rc != 0)
        fprintf(stderr, "bench_images: %s\n", ito_errmsg(ctx));
    ito_close(ctx);
    return rc;
}

/* Whether `what` is one of the three; takes the file off the arguments. */
static int read_file(int *argc, char **argv, const char **file)
{
    const char *what = *argc > 2 ? argv[2] : "";

    *file = NULL;
    if (strcmp(what, "train") == 0)
        return 1;
    if (*argc < 4 ||
        (strcmp(what, "model") != 0 && strcmp(what, "sample") != 0))
        return 0;
    *file = argv[--*argc];
    return 1;
}

int main(int argc, char **argv)
{
    const ito_unet unet = { .norm = ITO_NORM_BATCH };
    const ito_dit dit = { .width = 256, .depth = 6, .heads = 4 };
    const int is_dit = argc > 1 && strcmp(argv[1], "dit") == 0;
    job j = { .name = is_dit ? "dit" : "unet",
              .data = is_dit ? "glyphs:n=1024" : "glyphs:n=1024,size=32",
              .train = { .unet = is_dit ? NULL : &unet,
                         .dit = is_dit ? &dit : NULL,
                         .batch = BATCH,
                         .ema = 0.999, /* one average; PyTorch's has none */
                         .steps = 1000000,
                         .valid_every = 1000000 },
              .euler = is_dit ? 50.0 : 99.0,
              .guide = is_dit ? 0.0 : 2.0 };
    const int known = read_file(&argc, argv, &j.file);
    const size_t pieces = argc > 5 ? strtoul(argv[5], NULL, 10) : 9;

    if (!known || pieces == 0 || pieces > PIECES_MAX) {
        fprintf(stderr, "bench_images unet|dit train|model|sample [THREADS "
                        "[PRECISION [PIECES]]] [FILE]\n");
        return 2;
    }
    if (argc > 4 && strcmp(argv[4], "bf16") == 0)
        j.train.precision = ITO_PRECISION_BF16;
    threads = argc > 3 ? strtoul(argv[3], NULL, 10) : 2;
    return run(&j, argv[2], pieces);
}

/* SPDX-License-Identifier: MIT
 *
 * classifier.c - a convolutional classifier of images, built from operations
 * and trained by a loop of the program's own.  The file that it writes judges
 * generated images:
 *
 *     cc classifier.c $(pkg-config --cflags --libs ito) -o classifier
 *     ./classifier train-images-idx3-ubyte.gz t10k-images-idx3-ubyte.gz \
 *         judge.safetensors
 *     ito eval t10k-images-idx3-ubyte.gz made.idx --features judge.safetensors
 *
 * TRAIN and TEST are images with labels, as ito/image.h reads them, or the
 * built-in set glyphs; then come the file to write, epochs (6), and by how
 * many pixels images are moved at random (2).  Without arguments it learns
 * glyphs of 8 x 8 pixels, and writes nothing.
 */
#include <ito/classifier.h>
#include <ito/layer.h>
#include <ito/learn.h>
#include <ito/noise.h>
#include <ito/source.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH    64
#define FEATURES 64   /* columns of the last hidden layer */
#define RATE     2e-3 /* of learning; it falls to 0 on a line */
#define SEED     1

/* A set of images in coordinates of a network. */
typedef struct set {
    ito_images *images;
    const ito_image_format *format;
    const ito_image_labels *label;
    size_t count, values; /* images, values of one */
    float *x;             /* count x values, from -1 to 1 */
} set;

/* A network being trained. */
typedef struct learner {
    ito_graph *graph;
    ito_plan *plan;
    ito_weights *weights;
    ito_adam_state adam;
    float *grad, *work;
    float *x;            /* BATCH x values */
    float *y;            /* BATCH x classes */
    size_t label[BATCH]; /* of a batch */
    float *chance;       /* count x 3 numbers from (0, 1) */
    uint32_t *order;     /* in which the images are seen */
} learner;

/* Everything ends here that went wrong. */
static void ok(ito_ctx *ctx, ito_status rc)
{
    if (rc == ITO_OK)
        return;
    fprintf(stderr, "classifier: %s\n", ito_errmsg(ctx));
    exit(1);
}

/* n zeroed items of memory, on a boundary that work memory asks for. */
static void *room(size_t n, size_t bytes)
{
    const size_t all = (n * bytes / 64 + 1) * 64;
    void *p = aligned_alloc(64, all);

    if (!p) {
        fprintf(stderr, "classifier: no memory for %zu bytes\n", all);
        exit(1);
    }
    return memset(p, 0, all);
}

static set read_set(ito_ctx *ctx, const char *name, size_t drawn, uint64_t seed)
{
    set s = { 0 };

    ok(ctx, ito_data_images(ctx, name, NULL, drawn, seed, &s.images));
    s.format = ito_images_format_of(s.images);
    s.label = ito_images_labels(s.images);
    s.count = ito_images_count(s.images);
    s.values = s.format->height * s.format->width * s.format->channels;
    s.x = room(s.count * s.values, sizeof(*s.x));
    ok(ctx, ito_images_rows(ctx, s.images, 0, s.count, s.x));
    if (s.label->level_count < 2) {
        fprintf(stderr, "classifier: %s: no labels to learn\n", name);
        exit(1);
    }
    return s;
}

/*
 * 3 x 3 convolutions of 16, 32, 48, ... channels, each halving the image, by
 * the largest of four places or, of an odd side, by a stride of 2; when 4 x 4
 * places are left, a layer of features and a linear one of the classes.
 */
static ito_graph *build(ito_ctx *ctx, const set *s)
{
    size_t shape[3] = { s->format->height, s->format->width,
                        s->format->channels };
    ito_conv conv = { .channels = 16, .act = ITO_ACT_RELU };
    ito_graph *g;
    ito_node x;

    ok(ctx, ito_graph_new(ctx, &g));
    ok(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, s->values, &x));
    ok(ctx, ito_graph_reshape(ctx, g, x, shape, &x));
    for (; shape[0] * shape[1] > 16; conv.channels += 16) {
        const int even = shape[0] % 2 == 0 && shape[1] % 2 == 0;

        conv.stride = even ? 1 : 2;
        ok(ctx, ito_graph_conv(ctx, g, x, &conv, &x));
        if (even)
            ok(ctx, ito_graph_pool(ctx, g, x, ITO_POOL_MAX, &x));
        ok(ctx, ito_graph_shape(ctx, g, x, shape));
    }
    shape[2] *= shape[0] * shape[1];
    shape[0] = shape[1] = 1;
    ok(ctx, ito_graph_reshape(ctx, g, x, shape, &x));
    ok(ctx, ito_graph_linear(ctx, g, x, FEATURES, ITO_ACT_RELU, &x));
    ok(ctx,
       ito_graph_linear(ctx, g, x, s->label->level_count, ITO_ACT_NONE, &x));
    ok(ctx, ito_graph_finish(ctx, g, x));
    return g;
}

static learner start(ito_ctx *ctx, const set *s)
{
    learner l = { .graph = build(ctx, s) };
    const size_t params = ito_graph_params(l.graph);

    ok(ctx, ito_graph_plan(ctx, l.graph, BATCH, ITO_MODE_TRAIN, &l.plan));
    ok(ctx, ito_weights_new(ctx, l.graph, &l.weights));
    l.adam.w = room(params, sizeof(float));
    l.adam.m = room(params, sizeof(float));
    l.adam.v = room(params, sizeof(float));
    l.grad = room(params, sizeof(float));
    l.work = room(ito_plan_floats(l.plan), sizeof(float));
    l.x = room(BATCH * s->values, sizeof(float));
    l.y = room(BATCH * s->label->level_count, sizeof(float));
    l.chance = room(s->count, 3 * sizeof(float));
    l.order = room(s->count, sizeof(*l.order));
    ito_graph_init(ctx, l.graph, ITO_INIT_HE, SEED, l.adam.w);
    return l;
}

static void stop(learner *l)
{
    free(l->adam.w);
    free(l->adam.m);
    free(l->adam.v);
    free(l->grad);
    free(l->work);
    free(l->x);
    free(l->y);
    free(l->chance);
    free(l->order);
    ito_weights_free(l->weights);
    ito_plan_free(l->plan);
    ito_graph_free(l->graph);
}

/* A whole number below n, of a number in (0, 1). */
static size_t below(size_t n, float chance)
{
    const size_t k = (size_t)((double)n * (double)chance);

    return k < n ? k : n - 1;
}

/* Another order and other moves for every epoch; numbers have addresses, so a
 * run can be made again. */
static void draw_order(ito_ctx *ctx, learner *l, size_t count, size_t epoch)
{
    const ito_noise at = { .seed = SEED,
                           .step = (uint32_t)epoch,
                           .purpose = ITO_FOR_USER };

    ok(ctx, ito_noise_uniform(ctx, &at, 0, count, 3, l->chance));
    for (size_t i = 0; i < count; i++)
        l->order[i] = (uint32_t)i;
    for (size_t i = count - 1; i > 0; i--) { /* Fisher and Yates */
        const size_t k = below(i + 1, l->chance[3 * i]);
        const uint32_t keep = l->order[i];

        l->order[i] = l->order[k];
        l->order[k] = keep;
    }
}

/* Row i - d, or the edge of n rows where that is outside. */
static size_t from_row(size_t i, size_t up, size_t down, size_t n)
{
    const size_t k = i + up < down ? 0 : i + up - down;

    return k < n ? k : n - 1;
}

/* An image moved down and right by `shift` - `move` pixels. */
static void put_moved(const ito_image_format *f, const float *from,
                      const size_t shift[2], size_t move, float *to)
{
    for (size_t y = 0; y < f->height; y++)
        for (size_t x = 0; x < f->width; x++) {
            const size_t row = from_row(y, move, shift[0], f->height);
            const size_t column = from_row(x, move, shift[1], f->width);

            memcpy(to, from + (row * f->width + column) * f->channels,
                   f->channels * sizeof(*to));
            to += f->channels;
        }
}

/* The images first .. first + n - 1 of the order. */
static void put_batch(const set *s, learner *l, size_t first, size_t n,
                      size_t move)
{
    for (size_t r = 0; r < n; r++) {
        const size_t i = l->order[first + r];
        const float *chance = l->chance + 3 * i;
        const size_t shift[2] = { below(2 * move + 1, chance[1]),
                                  below(2 * move + 1, chance[2]) };

        put_moved(s->format, s->x + i * s->values, shift, move,
                  l->x + r * s->values);
        l->label[r] = s->label->code[i];
    }
}

/* One step of Adam on n rows; returns their mean loss. */
static double step(ito_ctx *ctx, learner *l, size_t n, double rate)
{
    const size_t classes = ito_graph_output_cols(l->graph);
    const ito_batch in = { .rows = n, .x = l->x };
    const ito_adam_opts adam = { .rate = rate };
    double loss;

    ito_weights_pack(ctx, l->weights, l->adam.w);
    memcpy(l->y, ito_plan_forward(l->plan, l->weights, l->work, &in),
           n * classes * sizeof(*l->y));
    ok(ctx, ito_cross_entropy(ctx, n, classes, l->label, l->y, &loss));
    ito_plan_backward(l->plan, l->weights, l->work, &in, l->y, l->grad, NULL);
    ok(ctx, ito_adam_step(ctx, l->graph, &adam, n, l->grad, &l->adam));
    return loss;
}

/* All images once; returns the mean loss. */
static double run_epoch(ito_ctx *ctx, const set *s, learner *l, size_t epoch,
                        const size_t of[2])
{
    const double all = (double)(of[0] * s->count);
    double sum = 0.0;

    draw_order(ctx, l, s->count, epoch);
    for (size_t at = 0; at < s->count; at += BATCH) {
        const size_t n = s->count - at < BATCH ? s->count - at : BATCH;
        const double done = (double)(epoch * s->count + at) / all;

        put_batch(s, l, at, n, of[1]);
        sum += (double)n * step(ctx, l, n, RATE * (1.0 - done));
    }
    return sum / (double)s->count;
}

/* The share of a set of which the classifier says what it is called. */
static double accuracy(ito_ctx *ctx, const ito_classifier *c, const set *s)
{
    uint32_t *best = room(s->count, sizeof(*best));
    size_t right = 0;

    ok(ctx, ito_classifier_run(ctx, c, s->images, NULL, NULL, best));
    for (size_t i = 0; i < s->count; i++)
        right += strcmp(ito_classifier_class(c, best[i]),
                        s->label->levels[s->label->code[i]]) == 0;
    free(best);
    return (double)right / (double)s->count;
}

/* Train for of[0] epochs, images moved by up to of[1] pixels; returns the
 * accuracy on the test set. */
static double train(ito_ctx *ctx, const set *data, const set *test,
                    const size_t of[2], const char *out)
{
    learner l = start(ctx, data);
    double share = 0.0;

    printf("%zu images to learn, %zu to test, %zu parameters\n", data->count,
           test->count, ito_graph_params(l.graph));
    for (size_t epoch = 0; epoch < of[0]; epoch++) {
        const double loss = run_epoch(ctx, data, &l, epoch, of);
        ito_classifier *c;

        ok(ctx, ito_classifier_new(ctx, l.graph, l.adam.w, data->format,
                                   data->label, &c));
        share = accuracy(ctx, c, test);
        printf("epoch %zu: loss %.4f, accuracy on the test set %.2f %%\n",
               epoch + 1, loss, 100.0 * share);
        fflush(stdout);
        if (out && epoch + 1 == of[0])
            ok(ctx, ito_classifier_save(ctx, c, out));
        ito_classifier_free(c);
    }
    stop(&l);
    return share;
}

int main(int argc, char **argv)
{
    const int given = argc > 3;
    const size_t of[2] = { argc > 4 ? strtoul(argv[4], NULL, 10) : 6,
                           argc > 5 ? strtoul(argv[5], NULL, 10)
                           : given  ? 2
                                    : 0 };
    set data, test;
    double share;
    ito_status rc;
    ito_ctx *ctx;

    if (argc == 2 || argc == 3 || argc > 6) {
        fprintf(stderr, "use: classifier TRAIN TEST OUT [EPOCHS [MOVE]]\n");
        return 2;
    }
    rc = ito_open(&ctx, NULL);
    ok(ctx, rc);
    data = read_set(ctx, given ? argv[1] : "glyphs:size=8", 6000, SEED);
    test = read_set(ctx, given ? argv[2] : "glyphs:size=8", 1000, SEED + 1);
    share = train(ctx, &data, &test, of, given ? argv[3] : NULL);
    ito_images_free(data.images);
    ito_images_free(test.images);
    free(data.x);
    free(test.x);
    ito_close(ctx);
    return given || share > 0.95 ? 0 : 1;
}

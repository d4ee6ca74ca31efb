/* SPDX-License-Identifier: MIT
 *
 * test_judge.c - a classifier whose answers are worked out by hand: made,
 * saved, loaded, run; images judged by it and by pixels; the nearest of many
 * points of many coordinates against plain sums.
 */
#include <ito/judge.h>
#include <ito/layer.h>

#include "check.h"
#include "metric/nearest_search.h"

#define COUNT_ALL 400
#define SIDE      4

static ito_ctx *ctx;

static const char *const names[2] = { "07", "9" };
static const ito_image_format format = {
    .height = SIDE, .width = SIDE, .channels = 1, .hi = 255.0
};

/* x -> 4 features, the sums of columns of pixels, cut at 0 -> 2 scores, the
 * first feature and the last. */
static ito_graph *network(size_t cols, ito_act last)
{
    ito_graph *g;
    ito_node x;

    CHECK_OK(ctx, ito_graph_new(ctx, &g));
    CHECK_OK(ctx, ito_graph_input(ctx, g, ITO_INPUT_X, SIDE * SIDE, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, SIDE, ITO_ACT_RELU, &x));
    CHECK_OK(ctx, ito_graph_linear(ctx, g, x, cols, last, &x));
    CHECK_OK(ctx, ito_graph_finish(ctx, g, x));
    return g;
}

#define PARAMS ((size_t)(SIDE * SIDE * SIDE + SIDE + 2 * SIDE + 2))

static void weights(float *w)
{
    memset(w, 0, PARAMS * sizeof(*w));
    for (size_t i = 0; i < SIDE * SIDE; i++)
        w[i * SIDE + i % SIDE] = 1.0f;
    w += SIDE * SIDE * SIDE + SIDE;
    w[0] = 1.0f;                  /* score 0: feature 0 */
    w[2 * (SIDE - 1) + 1] = 1.0f; /* score 1: the last */
}

static ito_classifier *make(void)
{
    const ito_image_labels classes = { .levels = names, .level_count = 2 };
    ito_graph *g = network(2, ITO_ACT_NONE);
    ito_classifier *c;
    float w[PARAMS];

    CHECK(ito_graph_params(g) == PARAMS);
    weights(w);
    CHECK_OK(ctx, ito_classifier_new(ctx, g, w, &format, &classes, &c));
    ito_graph_free(g);
    return c;
}

/* Noise with one bright column: the first, or the last. `wrong` of the images
 * have the other label. */
static ito_images *draw(size_t n, size_t wrong, const char *const *levels)
{
    unsigned char *pixel = malloc(n * SIDE * SIDE);
    uint32_t *code = malloc(n * sizeof(*code));
    const ito_image_labels l = { .code = code,
                                 .levels = levels,
                                 .level_count = levels ? 2 : 0 };
    ito_images *out;

    CHECK(pixel && code);
    for (size_t i = 0; i < n; i++) {
        const size_t bright = i % 2 ? SIDE - 1 : 0;

        code[i] = (uint32_t)(i < wrong ? 1 - i % 2 : i % 2);
        for (size_t k = 0; k < SIDE * SIDE; k++)
            pixel[i * SIDE * SIDE + k] =
                (unsigned char)(k % SIDE == bright ? 200 + t_rand() % 56
                                                   : t_rand() % 100);
    }
    CHECK_OK(ctx, ito_images_build(ctx, &format, n, pixel, &l, &out));
    free(pixel);
    free(code);
    return out;
}

TEST(a_classifier_says_what_its_weights_say)
{
    ito_classifier *c = make(), *again;
    ito_images *set = draw(COUNT_ALL, 0, NULL);
    float *x = malloc(COUNT_ALL * SIDE * SIDE * sizeof(*x));
    float *f = malloc(2 * COUNT_ALL * SIDE * sizeof(*f));
    float *y = malloc(COUNT_ALL * 2 * sizeof(*y));
    uint32_t best[COUNT_ALL];

    CHECK(x && f && y);
    CHECK_OK(ctx, ito_images_rows(ctx, set, 0, COUNT_ALL, x));
    CHECK_OK(ctx, ito_classifier_run(ctx, c, set, f, y, best));
    for (size_t i = 0; i < COUNT_ALL; i++) {
        for (size_t k = 0; k < SIDE; k++) {
            double sum = 0.0;

            for (size_t p = 0; p < SIDE; p++)
                sum += (double)x[i * SIDE * SIDE + p * SIDE + k];
            CHECK_NEAR(f[i * SIDE + k], sum > 0.0 ? sum : 0.0, 1e-6);
        }
        CHECK(y[2 * i] == f[i * SIDE] &&
              y[2 * i + 1] == f[i * SIDE + SIDE - 1]);
        CHECK(best[i] == i % 2);
    }
    CHECK_OK(ctx, ito_classifier_save(ctx, c, "judge.safetensors"));
    CHECK_OK(ctx, ito_classifier_load(ctx, "judge.safetensors", &again));
    CHECK(ito_classifier_classes(again) == 2 &&
          ito_classifier_features(again) == SIDE);
    CHECK(strcmp(ito_classifier_class(again, 0), "07") == 0 &&
          !ito_classifier_class(again, 2));
    CHECK(ito_classifier_format(again)->width == SIDE &&
          ito_graph_params(ito_classifier_graph(again)) == PARAMS);
    CHECK_OK(ctx, ito_classifier_run(ctx, again, set, f + COUNT_ALL * SIDE,
                                     NULL, NULL));
    CHECK_SAME(f, f + COUNT_ALL * SIDE, COUNT_ALL * SIDE);
    free(x);
    free(f);
    free(y);
    ito_images_free(set);
    ito_classifier_free(again);
    ito_classifier_free(c);
}

TEST(what_is_no_classifier_is_refused)
{
    static const unsigned char pixel[2] = { 0, 9 };
    const ito_image_format other = {
        .height = 1, .width = 2, .channels = 1, .hi = 255.0
    };
    const ito_image_labels classes = { .levels = names, .level_count = 2 };
    ito_graph *three = network(3, ITO_ACT_NONE),
              *relu = network(2, ITO_ACT_RELU);
    ito_classifier *c = make(), *none;
    ito_images *small;
    uint32_t best[1];
    float w[2 * PARAMS] = { 0 };

    CHECK_FAILS(ctx,
                ito_classifier_new(ctx, three, w, &format, &classes, &none),
                ITO_EUNFIT, "3 columns, there are 2 classes");
    CHECK_FAILS(ctx, ito_classifier_new(ctx, relu, w, &format, &classes, &none),
                ITO_EUNFIT, "a linear layer");
    CHECK_FAILS(ctx, ito_classifier_new(ctx, relu, w, &other, &classes, &none),
                ITO_EUNFIT, "of the 2 values of an image");
    w[3] = NAN;
    CHECK_FAILS(ctx,
                ito_classifier_new(ctx, three, w, &format, &classes, &none),
                ITO_ENONFINITE, "a parameter");
    CHECK(!none);
    CHECK_OK(ctx, ito_images_build(ctx, &other, 1, pixel, NULL, &small));
    CHECK_FAILS(ctx, ito_classifier_run(ctx, c, small, NULL, NULL, best),
                ITO_EUNFIT, "images of 1 x 2 x 1");
    ito_images_free(small);
    ito_classifier_free(c);
    ito_graph_free(three);
    ito_graph_free(relu);
}

TEST(labels_are_counted_and_samples_of_one_law_are_near)
{
    static const char *const asked[2] = { "7", "9" };
    ito_classifier *c = make();
    ito_images *data = draw(COUNT_ALL, 0, names);
    ito_images *fake = draw(COUNT_ALL / 2, 30, asked);
    const ito_judge_opts how = { .classifier = c };
    ito_judge_class class[2];
    ito_judgement j;

    CHECK_OK(ctx, ito_judge_images(ctx, data, fake, &how, &j, class));
    CHECK(j.rows == COUNT_ALL / 2 && j.dim == SIDE && j.train_count == 0);
    CHECK(j.fake.asked == COUNT_ALL / 2 && j.fake.right == COUNT_ALL / 2 - 30);
    CHECK(j.real.asked == COUNT_ALL && j.real.right == COUNT_ALL);
    for (size_t k = 0; k < 2; k++) {
        CHECK(strcmp(class[k].name, names[k]) == 0);
        CHECK(class[k].fake_count == COUNT_ALL / 4 &&
              class[k].real_count == COUNT_ALL / 2);
        CHECK(class[k].fake.asked == COUNT_ALL / 4 &&
              class[k].fake.right == COUNT_ALL / 4 - 15);
    }
    CHECK(j.frechet.value < 4.0 * j.frechet.floor);
    CHECK(j.shares.precision > 0.8 && j.shares.coverage > 0.8);
    CHECK(!j.copies.flagged && j.copies.copies == 0.0);
    ito_images_free(data);
    ito_images_free(fake);
    ito_classifier_free(c);
}

/* The training images themselves: the floor of other images, and copies. */
TEST(copies_of_the_training_images_are_found)
{
    ito_images *data = draw(COUNT_ALL, 0, NULL);
    ito_images *train = draw(COUNT_ALL, 0, NULL);
    const ito_judge_opts how = { .train = train };
    ito_judgement j;

    CHECK_OK(ctx, ito_judge_images(ctx, data, train, &how, &j, NULL));
    CHECK(j.rows == COUNT_ALL && j.dim == SIDE * SIDE);
    CHECK(j.copies.flagged && j.copies.copies == 1.0);
    CHECK(j.fake.asked == 0);
    CHECK_OK(ctx, ito_judge_images(ctx, train, data, &how, &j, NULL));
    CHECK(!j.copies.flagged && j.copies.copies == 0.0);
    ito_images_free(data);
    ito_images_free(train);
}

TEST(images_that_cannot_be_judged_are_refused)
{
    static const char *const strange[2] = { "cat", "dog" };
    ito_classifier *c = make();
    ito_images *data = draw(COUNT_ALL, 0, NULL), *few = draw(6, 0, NULL);
    ito_images *pets = draw(COUNT_ALL, 0, strange), *large;
    const ito_judge_opts how = { .classifier = c };
    const ito_judge_opts bad = { .draws = 1 };
    ito_judgement j;

    CHECK_OK(ctx, ito_images_resize(ctx, data, 5, 5, 0, &large));
    CHECK_FAILS(ctx, ito_judge_images(ctx, data, large, &how, &j, NULL),
                ITO_EUNFIT, "4 x 4 x 1, fake ones of 5 x 5 x 1");
    CHECK_FAILS(ctx, ito_judge_images(ctx, data, pets, &how, &j, NULL),
                ITO_EUNFIT, "'cat' of the fake images is none of");
    CHECK_FAILS(ctx, ito_judge_images(ctx, few, data, &how, &j, NULL), ITO_EARG,
                "too few");
    CHECK_FAILS(ctx, ito_judge_images(ctx, data, data, &bad, &j, NULL),
                ITO_EARG, "1 draws");
    CHECK(ito_judge_images(ctx, NULL, data, &how, &j, NULL) == ITO_EARG);
    ito_images_free(large);
    ito_images_free(pets);
    ito_images_free(few);
    ito_images_free(data);
    ito_classifier_free(c);
}

#define POINTS 700
#define ASKS   90
#define WIDE   37

static float plain(const float *a, const float *b)
{
    float d = 0.0f;

    for (size_t c = 0; c < WIDE; c++) {
        const float e = b[c] - a[c];

        d += e * e;
    }
    return d;
}

/* Far from the origin, where products cancel; some points twice, some a
 * hair apart. */
TEST(the_nearest_of_many_coordinates_is_that_of_plain_sums)
{
    float *x = malloc(POINTS * WIDE * sizeof(*x));
    float square[ASKS], alone[ASKS];
    uint32_t row[ASKS];
    clouds s;

    CHECK(x);
    for (size_t i = 0; i < POINTS * WIDE; i++)
        x[i] = 100.0f + t_uniform();
    memcpy(x + 600 * WIDE, x, 20 * WIDE * sizeof(*x));
    for (size_t i = 0; i < 20 * WIDE; i++)
        x[640 * WIDE + i] = x[20 * WIDE + i] + 1e-4f * t_uniform();
    for (size_t k = 0; k < ASKS; k++)
        row[k] = (uint32_t)k;
    CHECK_OK(ctx, ito__clouds_make(ctx, &(ito_points){ x, POINTS, WIDE },
                                   &(ito_points){ x, ASKS, WIDE }, &s));
    CHECK_OK(ctx, ito__nearest(ctx,
                               &(nearest){ .ask = &s.a,
                                           .data = &s.a,
                                           .row = row,
                                           .count = ASKS,
                                           .self = true },
                               square));
    CHECK_OK(
        ctx,
        ito__nearest(
            ctx,
            &(nearest){ .ask = &s.b, .data = &s.a, .row = row, .count = ASKS },
            alone));
    for (size_t k = 0; k < ASKS; k++) {
        float low = HUGE_VALF;

        for (size_t i = 0; i < POINTS; i++) {
            const float d = plain(x + k * WIDE, x + i * WIDE);

            low = i != k && d < low ? d : low;
        }
        CHECK(square[k] == low && alone[k] == 0.0f);
    }
    ito__clouds_free(ctx, &s);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_classifier_says_what_its_weights_say),
        RUN(what_is_no_classifier_is_refused),
        RUN(labels_are_counted_and_samples_of_one_law_are_near),
        RUN(copies_of_the_training_images_are_found),
        RUN(images_that_cannot_be_judged_are_refused),
        RUN(the_nearest_of_many_coordinates_is_that_of_plain_sums),
    };
    int rc;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return rc;
}

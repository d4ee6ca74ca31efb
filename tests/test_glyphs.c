/* SPDX-License-Identifier: MIT
 *
 * Glyphs: images that are drawn, the same bytes everywhere; told apart by
 * their labels; values, ink and shapes.
 */
#include "check.h"

#include <ito/source.h>

static ito_ctx *ctx;

static ito_dist *open_dist(const char *spec)
{
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open(ctx, spec, &dist));
    return dist;
}

TEST(rows_are_functions_of_their_address_alone)
{
    enum { N = 300, DIM = 256 };
    static float want[N * DIM], got[N * DIM];
    static uint32_t label[N], part[10];
    const ito_noise at = { .seed = 99, .stream = 3, .step = 12 };
    ito_dist *dist = open_dist("glyphs:size=16");
    int runs_here = 0;

    CHECK(ito_dist_dim(dist) == DIM && ito_dist_classes(dist) == 10);
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 1000, N, want));
    CHECK_OK(ctx, ito_dist_labels(ctx, dist, &at, 1000, N, label));
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 1177, 10, got));
    CHECK_SAME(got, want + 177 * DIM, 10 * DIM);
    CHECK_OK(ctx, ito_dist_labels(ctx, dist, &at, 1177, 10, part));
    CHECK_SAME(part, label + 177, 10);
    for (size_t j = 0; ito_cpu_at(j, &runs_here); j++) {
        const ito_ctx_opts o = { .threads = 1 + j, .cpu = ito_cpu_at(j, NULL) };
        ito_ctx *c;

        if (!runs_here)
            continue;
        CHECK(ito_open(&c, &o) == ITO_OK);
        CHECK_OK(c, ito_dist_sample(c, dist, &at, 1000, N, got));
        CHECK_SAME(got, want, N * DIM);
        ito_close(c);
    }
    ito_dist_free(dist);
}

/* Every digit has its share (5 standard errors), some ink and some paper. */
TEST(digits_are_even_and_have_ink)
{
    enum { N = 5000 };
    size_t times[10] = { 0 };
    const ito_image_labels *l;
    const unsigned char *p;
    ito_images *set;

    CHECK_OK(ctx, ito_data_images(ctx, "glyphs", NULL, N, 7, &set));
    l = ito_images_labels(set);
    p = ito_images_pixels(set);
    CHECK(l->level_count == 10);
    CHECK_STR(l->levels[7], "7");
    for (size_t i = 0; i < N; i++) {
        double ink = 0.0, edge = 0.0;

        times[l->code[i]]++;
        for (size_t k = 0; k < 784; k++) {
            const double v = p[i * 784 + k] / 255.0;
            const size_t y = k / 28, x = k % 28;

            ink += v;
            edge += y == 0 || y == 27 || x == 0 || x == 27 ? v : 0.0;
        }
        CHECK(ink > 15.0 && ink < 300.0);
        CHECK(edge <= 0.15 * ink); /* the digit lies inside */
    }
    for (size_t k = 0; k < 10; k++)
        CHECK_STAT((double)times[k] / N, 0.1, sqrt(0.09 / N), 5.0);
    ito_images_free(set);
}

/* The image of a row is nearest to the mean of its own digit far more often
 * than one in ten: labels tell what is drawn. */
TEST(labels_tell_what_is_drawn)
{
    enum { N = 4000, TRY = 1000 };
    static double mean[10][784];
    size_t times[10] = { 0 }, right = 0;
    const ito_image_labels *l;
    const unsigned char *p;
    ito_images *set;

    CHECK_OK(ctx, ito_data_images(ctx, "glyphs:variety=0.5", NULL, N, 3, &set));
    l = ito_images_labels(set);
    p = ito_images_pixels(set);
    for (size_t i = TRY; i < N; i++) {
        times[l->code[i]]++;
        for (size_t k = 0; k < 784; k++)
            mean[l->code[i]][k] += p[i * 784 + k];
    }
    for (size_t i = 0; i < TRY; i++) {
        double best = HUGE_VAL;
        size_t nearest = 0;

        for (size_t c = 0; c < 10; c++) {
            double d = 0.0;

            for (size_t k = 0; k < 784; k++) {
                const double m = mean[c][k] / (double)times[c];

                d += (p[i * 784 + k] - m) * (p[i * 784 + k] - m);
            }
            nearest = d < best ? c : nearest;
            best = fmin(d, best);
        }
        right += nearest == l->code[i];
    }
    CHECK(right > TRY * 7 / 10);
    ito_images_free(set);
}

TEST(thickness_makes_more_ink_and_variety_none_makes_few_images)
{
    ito_images *thin, *thick, *same;
    double ink[2] = { 0.0, 0.0 };
    const unsigned char *p, *q;
    size_t kinds = 0;

    CHECK_OK(ctx,
             ito_data_images(ctx, "glyphs:thickness=0.5", NULL, 100, 1, &thin));
    CHECK_OK(ctx,
             ito_data_images(ctx, "glyphs:thickness=2", NULL, 100, 1, &thick));
    CHECK_OK(ctx,
             ito_data_images(ctx, "glyphs:variety=0", NULL, 300, 1, &same));
    p = ito_images_pixels(thin);
    q = ito_images_pixels(thick);
    for (size_t k = 0; k < 100 * 784; k++) {
        ink[0] += p[k];
        ink[1] += q[k];
    }
    CHECK(ink[1] > 2.0 * ink[0]);
    p = ito_images_pixels(same);
    for (size_t i = 0; i < 300; i++) {
        size_t j = 0;

        while (j < i && memcmp(p + i * 784, p + j * 784, 784) != 0)
            j++;
        kinds += j == i;
    }
    CHECK(kinds >= 20 && kinds <= 30); /* the shapes that there are */
    ito_images_free(thin);
    ito_images_free(thick);
    ito_images_free(same);
}

TEST(what_glyphs_are_not_is_said)
{
    ito_dist *dist = open_dist("glyphs:size=8");
    double x[64] = { 0 }, logp;
    size_t size[3];

    CHECK(ito_dist_image(dist, size) == 1);
    CHECK(size[0] == 8 && size[1] == 8 && size[2] == 1);
    CHECK_FAILS(ctx, ito_dist_logp(ctx, dist, 1, x, &logp), ITO_EUNFIT,
                "drawn");
    ito_dist_free(dist);
    CHECK_FAILS(ctx, ito_dist_open(ctx, "glyphs:size=7", &dist), ITO_EARG,
                "from 8 to 64");
    dist = open_dist("moons");
    CHECK(ito_dist_image(dist, size) == 0);
    ito_dist_free(dist);
}

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(rows_are_functions_of_their_address_alone),
        RUN(digits_are_even_and_have_ink),
        RUN(labels_tell_what_is_drawn),
        RUN(thickness_makes_more_ink_and_variety_none_makes_few_images),
        RUN(what_glyphs_are_not_is_said),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

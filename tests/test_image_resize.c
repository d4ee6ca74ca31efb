/* SPDX-License-Identifier: MIT
 *
 * Resizing and padding of images: published values, constants, identities.
 */
#include "check.h"

#include <ito/image.h>

static ito_ctx *ctx;

static const ito_filter filters[] = { ITO_FILTER_DEFAULT, ITO_FILTER_BOX,
                                      ITO_FILTER_BILINEAR, ITO_FILTER_LANCZOS };

static ito_images *make(size_t h, size_t w, size_t c, const float *v, double lo,
                        double hi)
{
    const ito_image_format f = { .height = h,
                                 .width = w,
                                 .channels = c,
                                 .pixel = ITO_PIXEL_FLOAT,
                                 .lo = lo,
                                 .hi = hi };
    ito_images *set;

    CHECK_OK(ctx, ito_images_build(ctx, &f, 1, v, NULL, &set));
    return set;
}

/* The image of 1 x n, resized to 1 x m by a filter, has these values. */
static void becomes(size_t n, const float *v, size_t m, const double *want,
                    ito_filter filter)
{
    ito_images *a = make(1, n, 1, v, 0.0, 16.0), *b;
    const float *x;

    CHECK_OK(ctx, ito_images_resize(ctx, a, 1, m, filter, &b));
    x = ito_images_pixels(b);
    for (size_t i = 0; i < m; i++)
        CHECK_NEAR(x[i], want[i], 1e-6);
    ito_images_free(a);
    ito_images_free(b);
}

/* Course B4: as torch's interpolate(scale_factor=2, mode="bilinear"). */
TEST(bilinear_doubles_a_row_as_published)
{
    static const float row[] = { 0, 1, 2, 3 };
    static const double want[] = { 0, .25, .75, 1.25, 1.75, 2.25, 2.75, 3 };

    becomes(4, row, 8, want, ITO_FILTER_BILINEAR);
    becomes(4, row, 8, want, ITO_FILTER_DEFAULT);
}

TEST(box_takes_means_of_what_is_covered)
{
    static const float row[] = { 1, 3, 5, 9, 0, 6 };

    becomes(6, row, 3, (const double[]){ 2, 7, 3 }, ITO_FILTER_BOX);
    becomes(6, row, 2, (const double[]){ 3, 5 }, ITO_FILTER_DEFAULT);
    becomes(6, row, 1, (const double[]){ 4 }, ITO_FILTER_BOX);
    /* 1.5 old pixels in a new one: (1 + 3/2) / 1.5, (3/2 + 5) / 1.5, ... */
    becomes(6, row, 4,
            (const double[]){ 2.5 / 1.5, 6.5 / 1.5, 9.0 / 1.5, 6.0 / 1.5 },
            ITO_FILTER_BOX);
}

/* Bilinear shrinking looks at two pixels: 3 to 2, s = 0.25 and 1.75. */
TEST(bilinear_shrinks_without_a_mean)
{
    becomes(3, (const float[]){ 0, 4, 8 }, 2, (const double[]){ 1, 7 },
            ITO_FILTER_BILINEAR);
}

/* Enlarging by 2 the old pixels stand at x = -2.25, -1.25, ... 2.75 from a new
 * one, or at minus these; weights L(x), made to sum to 1. */
TEST(lanczos_has_its_weights)
{
    static const float impulse[] = { 0, 0, 0, 0, 1, 0, 0, 0, 0 };
    double w[6], sum = 0.0;
    double want[18] = { 0 };

    for (int k = 0; k < 6; k++) {
        const double x = 3.14159265358979323846 * (k - 2.25);

        w[k] = 3.0 * sin(x) * sin(x / 3.0) / (x * x);
        sum += w[k];
    }
    /* of new pixel 9, centre 4.75, old pixel 4, centre 4.5, is at -0.25 */
    for (int k = 0; k < 6; k++) {
        want[9 - 2 * (k - 2)] = w[k] / sum;
        want[8 + 2 * (k - 2)] = w[k] / sum;
    }
    for (int i = 0; i < 18; i++)
        want[i] = want[i] < 0.0 ? 0.0 : want[i]; /* values stay in range */
    becomes(9, impulse, 18, want, ITO_FILTER_LANCZOS);
}

TEST(a_constant_image_stays_constant)
{
    static const size_t sizes[][2] = { { 1, 1 },   { 3, 17 }, { 28, 28 },
                                       { 32, 32 }, { 7, 64 }, { 56, 14 } };
    float v[28 * 28 * 3];

    for (size_t k = 0; k < COUNT(v); k++)
        v[k] = 0.7F;
    for (size_t f = 0; f < COUNT(filters); f++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
            ito_images *a = make(28, 28, 3, v, 0.0, 1.0), *b;
            const float *x;

            CHECK_OK(ctx, ito_images_resize(ctx, a, sizes[s][0], sizes[s][1],
                                            filters[f], &b));
            x = ito_images_pixels(b);
            for (size_t k = 0; k < sizes[s][0] * sizes[s][1] * 3; k++)
                CHECK_NEAR(x[k], 0.7F, 1e-7);
            ito_images_free(a);
            ito_images_free(b);
        }
}

/* Any two rows, columns and channels do not mix; bytes round halves up. */
TEST(axes_and_channels_are_apart)
{
    static const unsigned char v[] = { 0, 100, 10, 101, 20, 200, 30, 201 };
    const ito_image_format f = {
        .height = 2, .width = 2, .channels = 2, .hi = 255.0
    };
    ito_images *a, *b;

    CHECK_OK(ctx, ito_images_build(ctx, &f, 1, v, NULL, &a));
    CHECK_OK(ctx, ito_images_resize(ctx, a, 1, 2, ITO_FILTER_BOX, &b));
    CHECK_SAME((const unsigned char *)ito_images_pixels(b),
               ((const unsigned char[]){ 10, 150, 20, 151 }), 4);
    ito_images_free(b);
    CHECK_OK(ctx, ito_images_resize(ctx, a, 2, 1, ITO_FILTER_BOX, &b));
    CHECK_SAME((const unsigned char *)ito_images_pixels(b),
               ((const unsigned char[]){ 5, 101, 25, 201 }), 4);
    ito_images_free(b);
    for (size_t k = 0; k < COUNT(filters); k++) { /* to its own size */
        CHECK_OK(ctx, ito_images_resize(ctx, a, 2, 2, filters[k], &b));
        CHECK_SAME((const unsigned char *)ito_images_pixels(b), v, 8);
        ito_images_free(b);
    }
    ito_images_free(a);
}

TEST(resizing_gives_the_same_bytes_for_any_threads)
{
    enum { N = 100 };
    static unsigned char v[N * 63];
    const ito_image_format f = {
        .height = 7, .width = 9, .channels = 1, .hi = 255.0
    };
    ito_images *a, *want, *got;

    for (size_t k = 0; k < COUNT(v); k++)
        v[k] = (unsigned char)(k * k + k / 7);
    CHECK_OK(ctx, ito_images_build(ctx, &f, N, v, NULL, &a));
    CHECK_OK(ctx, ito_images_resize(ctx, a, 12, 5, ITO_FILTER_LANCZOS, &want));
    for (size_t threads = 1; threads <= 3; threads++) {
        ito_ctx *c;

        CHECK(ito_open(&c, &(ito_ctx_opts){ .threads = threads }) == ITO_OK);
        CHECK_OK(c, ito_images_resize(c, a, 12, 5, ITO_FILTER_LANCZOS, &got));
        CHECK_SAME((const unsigned char *)ito_images_pixels(got),
                   (const unsigned char *)ito_images_pixels(want), N * 60);
        ito_images_free(got);
        ito_close(c);
    }
    ito_images_free(want);
    ito_images_free(a);
}

TEST(padding_puts_margins_around)
{
    const float v[] = { 1, 2, 3, 4 };
    static const float want[] = { 0, 0, 0, 0, 0, 0, 1, 2, 0, 0,
                                  0, 3, 4, 0, 0, 0, 0, 0, 0, 0 };
    ito_images *a = make(2, 2, 1, v, 0.0, 16.0), *b;

    CHECK_OK(ctx, ito_images_pad(ctx, a, 4, 5, 0.0, &b));
    CHECK_SAME((const float *)ito_images_pixels(b), want, 20);
    ito_images_free(b);
    CHECK_FAILS(ctx, ito_images_pad(ctx, a, 1, 5, 0.0, &b), ITO_EARG,
                "must not be larger");
    CHECK_FAILS(ctx, ito_images_pad(ctx, a, 4, 5, 17.0, &b), ITO_EARG,
                "not among the values");
    CHECK_FAILS(ctx, ito_images_resize(ctx, a, 0, 5, ITO_FILTER_BOX, &b),
                ITO_EARG, "from 1 on");
    CHECK_FAILS(ctx, ito_images_resize(ctx, a, 1, 5, (ito_filter)9, &b),
                ITO_EARG, "no filter");
    CHECK_FAILS(ctx,
                ito_images_resize(ctx, a, 60000, 60000, ITO_FILTER_BOX, &b),
                ITO_ERANGE, "60000");
    ito_images_free(a);
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
        RUN(bilinear_doubles_a_row_as_published),
        RUN(box_takes_means_of_what_is_covered),
        RUN(bilinear_shrinks_without_a_mean),
        RUN(lanczos_has_its_weights),
        RUN(a_constant_image_stays_constant),
        RUN(axes_and_channels_are_apart),
        RUN(resizing_gives_the_same_bytes_for_any_threads),
        RUN(padding_puts_margins_around),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

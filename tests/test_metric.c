/* SPDX-License-Identifier: MIT
 *
 * test_metric.c - distances against closed forms and hand counts.
 *
 * Normal samples are quantile points Phi^-1((i + 1/2) / n) where a closed
 * form is to be met closely, random draws where noise is the subject.
 */
#include <ito/metric.h>

#include "check.h"
#include "kern/dmath.h"

static ito_ctx *ctx;

static double distance(ito_metric metric, size_t n, const float *a, size_t m,
                       const float *b, size_t dim)
{
    const ito_points p = { .x = a, .rows = n, .dim = dim };
    const ito_points q = { .x = b, .rows = m, .dim = dim };
    double d = HUGE_VAL;

    CHECK_OK(ctx, ito_distance(ctx, metric, &p, &q, &d));
    return d;
}

/* n floats of N(mean, sd^2), quantile by quantile. */
static float *quantiles(size_t n, double mean, double sd)
{
    float *x = malloc(n * sizeof(*x));

    CHECK(x != NULL);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(mean + sd * ito__normal_quantile(((double)i + 0.5) /
                                                        (double)n));
    return x;
}

static float *normals(size_t n)
{
    float *x = malloc(n * sizeof(*x));

    CHECK(x != NULL);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)t_normal();
    return x;
}

TEST(small_samples_of_the_line_are_as_counted_by_hand)
{
    const float a[] = { 3, 0, 2, 1 }, b[] = { 1, 2, 3, 4 };
    const float c[] = { 0, 1 }, d[] = { 1, 0, 1 }, e[] = { 5, 5, 5 };

    CHECK_NEAR(distance(ITO_METRIC_KS, 4, a, 4, b, 1), 0.25, 1e-15);
    CHECK_NEAR(distance(ITO_METRIC_W1, 4, a, 4, b, 1), 1.0, 1e-15);
    CHECK_NEAR(distance(ITO_METRIC_SLICED_W2, 4, a, 4, b, 1), 1.0, 1e-7);
    CHECK_NEAR(distance(ITO_METRIC_EXACT_W2, 4, a, 4, b, 1), 1.0, 1e-7);
    /* F is 1/2 and 1/3 on [0, 1) */
    CHECK_NEAR(distance(ITO_METRIC_KS, 2, c, 3, d, 1), 1.0 / 6, 1e-15);
    CHECK_NEAR(distance(ITO_METRIC_W1, 2, c, 3, d, 1), 1.0 / 6, 1e-15);
    CHECK_NEAR(distance(ITO_METRIC_SLICED_W2, 2, c, 3, d, 1), sqrt(1.0 / 6),
               1e-7);
    CHECK_NEAR(distance(ITO_METRIC_KS, 2, c, 3, e, 1), 1.0, 1e-15);
    CHECK_NEAR(distance(ITO_METRIC_W1, 2, c, 3, e, 1), 4.5, 1e-15);
    /* 2 * 4.5 - 1/2 - 0 */
    CHECK_NEAR(distance(ITO_METRIC_ENERGY, 2, c, 3, e, 1), sqrt(8.5), 1e-15);
    for (int k = 0; k < ITO_METRIC_COUNT; k++)
        CHECK_NEAR(distance((ito_metric)k, 4, a, 4, a, 1), 0.0, 0.0);
}

TEST(normals_of_the_line_are_as_far_apart_as_the_formulas_say)
{
    enum { N = 4000 };
    const double mu = 0.7, sd = 1.6;
    float *a = quantiles(N, 0, 1), *b = quantiles(N, mu, 1);
    float *c = quantiles(N, mu, sd);
    const double pi = 3.14159265358979324;
    /* b - a is N(mu, 2): E|b - a| = 2/sqrt(pi) e^(-mu^2/4)
     *                               + mu (1 - 2 Phi(-mu/sqrt 2)) */
    const double across = 2.0 / sqrt(pi) * exp(-mu * mu / 4.0) +
                          mu * (1.0 - 2.0 * ito__normal_cdf(-mu / sqrt(2.0)));
    const double within = 2.0 / sqrt(pi);

    CHECK_REL(distance(ITO_METRIC_ENERGY, N, a, N, b, 1),
              sqrt(2.0 * across - 2.0 * within), 1e-3);
    CHECK_REL(distance(ITO_METRIC_SLICED_W2, N, a, N, b, 1), mu, 1e-5);
    CHECK_REL(distance(ITO_METRIC_SLICED_W2, N, a, N, c, 1),
              sqrt(mu * mu + (sd - 1.0) * (sd - 1.0)), 1e-3);
    CHECK_REL(distance(ITO_METRIC_W1, N, a, N, b, 1), mu, 1e-5);
    CHECK_NEAR(distance(ITO_METRIC_KS, N, a, N, b, 1),
               1.0 - 2.0 * ito__normal_cdf(-0.5 * mu), 1.0 / N);
    free(c);
    free(b);
    free(a);
}

/* W2 of a sample and its shift by s is |s . theta| along theta, and the
 * squares over the axes add to |theta|^2 = 1. */
TEST(sliced_w2_of_shifts_sees_unit_directions)
{
    enum { N = 300 };
    const size_t dims[] = { 1, 2, 5, 31, 32, 40 };

    for (size_t k = 0; k < COUNT(dims); k++) {
        const size_t d = dims[k];
        float *a = normals(N * d), *b = malloc(N * d * sizeof(*b));
        double sum = 0.0;

        CHECK(b != NULL);
        for (size_t c = 0; c < d; c++) {
            double w;

            for (size_t i = 0; i < N * d; i++)
                b[i] = a[i] + (i % d == c ? 4.0f : 0.0f);
            w = distance(ITO_METRIC_SLICED_W2, N, a, N, b, d) / 4.0;
            sum += w * w;
        }
        CHECK_NEAR(sum, 1.0, 1e-5);
        free(b);
        free(a);
    }
}

/* SW2^2 of N(0, I) and N(s, v I) is |s|^2 / d + (sqrt v - 1)^2. */
TEST(sliced_w2_of_normals_is_the_closed_form)
{
    enum { N = 20000, D = 3 };
    const float shift[D] = { 1.0f, -2.0f, 0.5f }, sd = 1.5f;
    float *a = normals(N * D), *b = normals(N * D);
    double w, want = 0.0;

    for (size_t i = 0; i < N * D; i++)
        b[i] = sd * b[i] + shift[i % D];
    for (size_t c = 0; c < D; c++)
        want += (double)(shift[c] * shift[c]) / D;
    want += (double)((sd - 1.0f) * (sd - 1.0f));
    w = distance(ITO_METRIC_SLICED_W2, N, a, N, b, D);
    /* 256 directions: Var cos^2 = 4/45 in three dimensions, so the mean of
     * (s.theta)^2 has sd |s|^2 sqrt(4/45/256); sampling adds 2 % */
    CHECK_NEAR(w * w, want, 5 * 5.25 * sqrt(4.0 / 45 / 256) + 0.02 * want);
    free(b);
    free(a);
}

TEST(energy_of_two_points_is_their_distance)
{
    static float a[130 * 3], b[70 * 3];

    for (size_t i = 0; i < COUNT(a); i++)
        a[i] = 0.0f;
    for (size_t i = 0; i < COUNT(b); i++)
        b[i] = (float)(i % 3 + 1); /* (1, 2, 3) */
    CHECK_REL(distance(ITO_METRIC_ENERGY, 130, a, 70, b, 3),
              sqrt(2.0 * sqrt(14.0)), 1e-7);
}

/* Blocks, halves and leftovers of the pair sums against two plain loops. */
TEST(energy_agrees_with_plain_loops)
{
    enum { D = 3 };
    const size_t sizes[] = { 2, 15, 63, 64, 65, 129, 200 };

    for (size_t k = 0; k < COUNT(sizes); k++) {
        const size_t n = sizes[k], m = sizes[COUNT(sizes) - 1 - k];
        float *x = normals((n + m) * D);
        double sum[2][2] = { { 0 } };
        double want;

        for (size_t i = 0; i < n + m; i++)
            for (size_t j = 0; j < n + m; j++) {
                double square = 0.0;

                for (size_t c = 0; c < D; c++) {
                    const double e = (double)(x[i * D + c] - x[j * D + c]);

                    square += e * e;
                }
                sum[i >= n][j >= n] += sqrt(square);
            }
        want = 2.0 * sum[0][1] / (double)(n * m) - sum[0][0] / (double)(n * n) -
               sum[1][1] / (double)(m * m);
        CHECK_NEAR(distance(ITO_METRIC_ENERGY, n, x, m, x + n * D, D),
                   sqrt(want), 1e-5);
        free(x);
    }
}

TEST(correlation_difference_of_small_designs)
{
    /* orthogonal, equal, opposite, constant second coordinate */
    const float o[] = { 1, 1, 1, -1, -1, 1, -1, -1 };
    const float p[] = { 1, 1, 1, 1, -1, -1, -1, -1 };
    const float m[] = { 1, -1, 1, -1, -1, 1, -1, 1 };
    const float c[] = { 1, 7, 1, 7, -1, 7, -1, 7 };

    CHECK_NEAR(distance(ITO_METRIC_CORRELATION, 4, o, 4, p, 2), 1.0, 1e-6);
    CHECK_NEAR(distance(ITO_METRIC_CORRELATION, 4, p, 4, m, 2), 2.0, 1e-6);
    CHECK_NEAR(distance(ITO_METRIC_CORRELATION, 4, c, 4, m, 2), 1.0, 1e-6);
    CHECK_NEAR(distance(ITO_METRIC_CORRELATION, 4, c, 4, o, 2), 0.0, 1e-6);
    CHECK_NEAR(distance(ITO_METRIC_CORRELATION, 8, o, 4, o, 1), 0.0, 0.0);
}

TEST(exact_w2_ignores_order_and_sees_a_shift)
{
    enum { N = 150, D = 2 };
    float *a = normals(N * D), b[N * D];

    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < D; c++)
            b[i * D + c] = a[(i * 7 % N) * D + c];
    CHECK_NEAR(distance(ITO_METRIC_EXACT_W2, N, a, N, b, D), 0.0, 0.0);
    for (size_t i = 0; i < N; i++) {
        b[i * D] += 3.0f;
        b[i * D + 1] -= 4.0f;
    }
    /* a translation is optimal: W2 = |s| */
    CHECK_REL(distance(ITO_METRIC_EXACT_W2, N, a, N, b, D), 5.0, 1e-6);
    free(a);
}

/* In one dimension every way to compute W2 is the same number. */
TEST(exact_and_sliced_w2_agree_on_the_line)
{
    enum { N = 333 };
    float *a = normals(N), *b = normals(N);

    for (size_t i = 0; i < N; i++)
        b[i] = b[i] * b[i];
    CHECK_REL(distance(ITO_METRIC_EXACT_W2, N, a, N, b, 1),
              distance(ITO_METRIC_SLICED_W2, N, a, N, b, 1), 1e-5);
    free(b);
    free(a);
}

TEST(copies_are_found_and_fresh_rows_are_not_accused)
{
    enum { N = 3000, M = 1000, D = 3 };
    float *real = normals(N * D), *fake = normals(M * D);
    const ito_points r = { .x = real, .rows = N, .dim = D };
    const ito_points f = { .x = fake, .rows = M, .dim = D };
    ito_copies c;

    CHECK_OK(ctx, ito_copy_check(ctx, &r, &f, &c));
    CHECK(!c.flagged);
    CHECK_STAT(c.close, 0.01, sqrt(0.01 / M + 0.01 / N), 5);
    CHECK(c.copies == 0.0 && c.real_copies == 0.0);
    /* one copy is no evidence, within three standard errors of none */
    memcpy(fake, real, D * sizeof(*fake));
    CHECK_OK(ctx, ito_copy_check(ctx, &r, &f, &c));
    CHECK(!c.flagged);
    CHECK_NEAR(c.copies, 1.0 / M, 1e-12);
    /* one row in 25 copied exactly */
    for (size_t i = 0; i < M; i += 25)
        memcpy(fake + i * D, real + 2 * i * D, D * sizeof(*fake));
    CHECK_OK(ctx, ito_copy_check(ctx, &r, &f, &c));
    CHECK(c.flagged);
    CHECK_NEAR(c.copies, 0.04, 1e-12);
    /* all copied with a little noise */
    for (size_t i = 0; i < M * D; i++)
        fake[i] = real[i] + 1e-4f * t_uniform();
    CHECK_OK(ctx, ito_copy_check(ctx, &r, &f, &c));
    CHECK(c.flagged);
    CHECK(c.copies < 0.01 && c.close > 0.9);
    free(fake);
    free(real);
}

/* On a coarse lattice nearly every fresh row equals some real one, and the
 * real rows repeat each other as often. */
TEST(repeats_that_real_rows_have_too_are_no_copies)
{
    enum { N = 2000, M = 700 };
    static float real[N * 2], fake[M * 2];
    const ito_points r = { .x = real, .rows = N, .dim = 2 };
    const ito_points f = { .x = fake, .rows = M, .dim = 2 };
    ito_copies c;

    for (size_t i = 0; i < N * 2; i++)
        real[i] = (float)floor(4.0 * t_normal());
    for (size_t i = 0; i < M * 2; i++)
        fake[i] = (float)floor(4.0 * t_normal());
    CHECK_OK(ctx, ito_copy_check(ctx, &r, &f, &c));
    CHECK(c.real_copies > 0.5 && c.copies > 0.5);
    CHECK(!c.flagged);
}

TEST(the_nearest_row_is_found_in_every_block)
{
    const size_t sizes[] = { 2, 15, 63, 64, 65, 127, 128, 129 };

    for (size_t k = 0; k < COUNT(sizes); k++) {
        const size_t n = sizes[k];
        float *x = malloc(n * sizeof(*x));
        const ito_points r = { .x = x, .rows = n, .dim = 1 };
        ito_copies c;

        CHECK(x != NULL);
        /* gaps 1, 2, 3, ...: the smallest is the 1 % quantile */
        for (size_t i = 0; i < n; i++)
            x[n - 1 - i] = (float)(i * (i + 1) / 2);
        CHECK_OK(ctx, ito_copy_check(ctx, &r, &r, &c));
        CHECK_NEAR(c.near_distance, 1.0, 0.0);
        CHECK_NEAR(c.copies, 1.0, 0.0);
        CHECK_NEAR(c.real_copies, 0.0, 0.0);
        CHECK(c.flagged);
        free(x);
    }
}

TEST(bad_points_are_refused_in_words)
{
    float x[] = { 0, 1, 2, 3 }, y[] = { 0, 1, NAN, 3 };
    float z[] = { 0, 1, 2, 1e20f };
    const ito_points p = { .x = x, .rows = 4, .dim = 1 };
    const ito_points q = { .x = y, .rows = 4, .dim = 1 };
    const ito_points big = { .x = z, .rows = 4, .dim = 1 };
    const ito_points wide = { .x = x, .rows = 2, .dim = 2 };
    const ito_points one = { .x = x, .rows = 1, .dim = 1 };
    const ito_points three = { .x = x, .rows = 3, .dim = 1 };
    ito_copies c;
    double d;

    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_KS, &p, &q, &d),
                ITO_ENONFINITE, "point 2");
    CHECK(ito_errinfo_get(ctx)->particle == 2);
    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_KS, &big, &p, &d), ITO_ERANGE,
                "point 3");
    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_KS, &p, &wide, &d), ITO_EARG,
                "cannot be compared");
    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_KS, &one, &p, &d), ITO_EARG,
                "need 2");
    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_EXACT_W2, &three, &p, &d),
                ITO_EARG, "equal size");
    CHECK_FAILS(ctx, ito_distance(ctx, (ito_metric)77, &p, &p, &d), ITO_EARG,
                "77");
    CHECK_FAILS(ctx, ito_distance(ctx, ITO_METRIC_KS, &p, &p, NULL), ITO_EARG,
                "metric");
    CHECK_FAILS(ctx, ito_copy_check(ctx, &one, &p, &c), ITO_EARG, "need 2");
    CHECK_FAILS(ctx, ito_copy_check(ctx, &p, &q, &c), ITO_ENONFINITE, "finite");
    CHECK(ito_distance(NULL, ITO_METRIC_KS, &p, &p, &d) == ITO_EARG);
}

TEST(metrics_have_names)
{
    CHECK_STR(ito_metric_name(ITO_METRIC_SLICED_W2), "sliced_w2");
    CHECK_STR(ito_metric_name(ITO_METRIC_EXACT_W2), "exact_w2");
    CHECK(ito_metric_name((ito_metric)ITO_METRIC_COUNT) == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(small_samples_of_the_line_are_as_counted_by_hand),
        RUN(normals_of_the_line_are_as_far_apart_as_the_formulas_say),
        RUN(sliced_w2_of_shifts_sees_unit_directions),
        RUN(sliced_w2_of_normals_is_the_closed_form),
        RUN(energy_of_two_points_is_their_distance),
        RUN(energy_agrees_with_plain_loops),
        RUN(correlation_difference_of_small_designs),
        RUN(exact_w2_ignores_order_and_sees_a_shift),
        RUN(exact_and_sliced_w2_agree_on_the_line),
        RUN(copies_are_found_and_fresh_rows_are_not_accused),
        RUN(repeats_that_real_rows_have_too_are_no_copies),
        RUN(the_nearest_row_is_found_in_every_block),
        RUN(bad_points_are_refused_in_words),
        RUN(metrics_have_names),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

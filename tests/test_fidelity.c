/* SPDX-License-Identifier: MIT
 *
 * test_fidelity.c - distances of features against closed forms and hand
 * counts.
 */
#include <ito/fidelity.h>

#include "check.h"
#include "metric/eigen.h"

#define N   400
#define DIM 7

static ito_ctx *ctx;

static void normals(size_t n, double mean, double sd, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(mean + sd * t_normal());
}

static double frechet(size_t n, const float *a, size_t m, const float *b,
                      size_t dim)
{
    const ito_points p = { a, n, dim }, q = { b, m, dim };
    double d = HUGE_VAL;

    CHECK_OK(ctx, ito_frechet_distance(ctx, &p, &q, &d));
    return d;
}

/* The means and covariance of points of a plane. */
static void plane_moments(size_t n, const float *x, double m[2], double c[3])
{
    m[0] = m[1] = c[0] = c[1] = c[2] = 0.0;
    for (size_t i = 0; i < 2 * n; i++)
        m[i % 2] += (double)x[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double u = (double)x[2 * i] - m[0];
        const double v = (double)x[2 * i + 1] - m[1];

        c[0] += u * u / (double)(n - 1);
        c[1] += u * v / (double)(n - 1);
        c[2] += v * v / (double)(n - 1);
    }
}

/* Of 2 x 2 matrices tr M^1/2 = sqrt(tr M + 2 sqrt(det M)), M = A B. */
TEST(frechet_distance_of_a_plane_has_its_closed_form)
{
    float a[2 * N], b[2 * N];
    double ma[2], mb[2], s[3], r[3], trace, det, want;

    normals(COUNT(a), 0.0, 1.0, a);
    normals(COUNT(b), 0.5, 2.0, b);
    for (size_t i = 0; i < N; i++) {
        a[2 * i] += 0.8f * a[2 * i + 1];
        b[2 * i] -= 0.3f * b[2 * i + 1];
    }
    plane_moments(N, a, ma, s);
    plane_moments(N, b, mb, r);
    trace = s[0] * r[0] + 2.0 * s[1] * r[1] + s[2] * r[2];
    det = (s[0] * s[2] - s[1] * s[1]) * (r[0] * r[2] - r[1] * r[1]);
    want = (ma[0] - mb[0]) * (ma[0] - mb[0]) +
           (ma[1] - mb[1]) * (ma[1] - mb[1]) + s[0] + s[2] + r[0] + r[2] -
           2.0 * sqrt(trace + 2.0 * sqrt(det));
    CHECK_REL(frechet(N, a, N, b, 2), want, 1e-12);
    CHECK_NEAR(frechet(N, a, N, a, 2), 0.0, 1e-12);
}

/* b = s a + m: |m|^2 + (1 - s)^2 tr S.  For singular S an eigenvalue 0 is
 * rounding, and its root half as many digits. */
TEST(frechet_distance_of_a_scaled_copy_has_its_closed_form)
{
    static const size_t rows[] = { N, DIM, 3 };
    static float a[N * DIM], b[N * DIM];

    for (size_t k = 0; k < COUNT(rows); k++) {
        const size_t n = rows[k];
        double mean[DIM] = { 0 }, trace = 0.0, want = 0.0;

        for (size_t i = 0; i < n * DIM; i++) {
            a[i] = (float)(int)(64.0 * t_normal()) / 64.0f;
            b[i] = 2.0f * a[i] + (float)(i % DIM) / 4.0f; /* exact */
            mean[i % DIM] += (double)a[i] / (double)n;
        }
        for (size_t i = 0; i < n * DIM; i++)
            trace += pow((double)a[i] - mean[i % DIM], 2.0) / (double)(n - 1);
        for (size_t c = 0; c < DIM; c++)
            want += pow(mean[c] + (double)c / 4.0, 2.0);
        CHECK_REL(frechet(n, a, n, b, DIM), want + trace,
                  n > DIM ? 1e-9 : 1e-7);
    }
}

/* The matrix 2, -1 of second differences: 2 - 2 cos(k pi / (n + 1)). */
TEST(eigenvalues_of_second_differences_are_known)
{
    enum { SIZE = 30 };
    static double a[SIZE * SIZE], v[SIZE * SIZE], keep[SIZE * SIZE];

    for (size_t i = 0; i < SIZE; i++) {
        a[i * SIZE + i] = 2.0;
        if (i + 1 < SIZE)
            a[i * SIZE + i + 1] = a[(i + 1) * SIZE + i] = -1.0;
    }
    memcpy(keep, a, sizeof(keep));
    ito__eigen(SIZE, a, v);
    for (size_t k = 1; k <= SIZE; k++) {
        const double want =
            2.0 - 2.0 * cos((double)k * 3.14159265358979323846 / (SIZE + 1));
        double nearest = HUGE_VAL;

        for (size_t i = 0; i < SIZE; i++)
            nearest = fmin(nearest, fabs(a[i * SIZE + i] - want));
        CHECK_NEAR(nearest, 0.0, 1e-14);
    }
    for (size_t k = 0; k < SIZE; k++)
        for (size_t i = 0; i < SIZE; i++) {
            double av = 0.0;

            for (size_t j = 0; j < SIZE; j++)
                av += keep[i * SIZE + j] * v[k * SIZE + j];
            CHECK_NEAR(av, a[k * SIZE + k] * v[k * SIZE + i], 1e-13);
        }
}

/* On the line (x y + 1)^3 = 1 + 3 xy + 3 x^2 y^2 + x^3 y^3, so the squared
 * discrepancy is 3 d_1^2 + 3 d_2^2 + d_3^2, d_k the difference of the k-th
 * moments: N(0, 1) and N(1, 1) have 3 + 3 + 16. */
TEST(kernel_distance_has_the_mean_of_its_closed_form)
{
    enum { ROWS = 6000 };
    static float a[ROWS], b[ROWS];
    const ito_points p = { a, ROWS, 1 }, q = { b, ROWS, 1 };
    ito_kernel_result r;

    normals(ROWS, 0.0, 1.0, a);
    normals(ROWS, 1.0, 1.0, b);
    CHECK_OK(ctx, ito_kernel_distance(ctx, &p, &q, &r));
    CHECK(r.blocks == 6);
    CHECK(r.error > 0.1 && r.error < 3.0);
    CHECK_NEAR(r.value, 22.0, 4.0 * r.error);
    normals(ROWS, 0.0, 1.0, b);
    CHECK_OK(ctx, ito_kernel_distance(ctx, &p, &q, &r));
    CHECK_NEAR(r.value, 0.0, 4.0 * r.error);
}

TEST(kernel_distance_of_few_points_is_as_counted_by_hand)
{
    const float a[] = { 0, 1, 1, 0 }, b[] = { 2, 0, 0, 0, 0, 2 };
    const ito_points p = { a, 2, 2 }, q = { b, 3, 2 };
    ito_kernel_result r;

    /* k(a, a') = 1; k(b, b') = 1; k(a, b) = 1 1 8 8 1 1 */
    CHECK_OK(ctx, ito_kernel_distance(ctx, &p, &q, &r));
    CHECK_NEAR(r.value, 1.0 + 1.0 - 2.0 * 20.0 / 6.0, 1e-12);
    CHECK(r.blocks == 1 && r.error == 0.0);
}

TEST(shares_of_neighbours_are_as_counted_by_hand)
{
    const float a[] = { 0, 1, 2, 3 }, b[] = { 0.125f, 10 };
    const ito_points p = { a, 4, 1 }, q = { b, 2, 1 };
    ito_neighbours r;

    /* reach 1 of every real point, 9.875 of the fake ones */
    CHECK_OK(ctx, ito_neighbour_shares(ctx, &p, &q, 1, &r));
    CHECK_NEAR(r.precision, 0.5, 0.0);
    CHECK_NEAR(r.density, 1.0, 0.0);
    CHECK_NEAR(r.recall, 1.0, 0.0);
    CHECK_NEAR(r.coverage, 0.5, 0.0);
}

/* Two samples of one law: coverage is 1 - C(2n - k, n) / C(2n, n) for n of
 * each, near 1 - 2^-k (Naeem et al., section 4), and density is 1. */
TEST(shares_of_equal_laws_have_their_means)
{
    enum { ROWS = 3000 };
    static float a[2 * ROWS], b[2 * ROWS];
    const ito_points p = { a, ROWS, 2 }, q = { b, ROWS, 2 };
    ito_neighbours r;

    normals(COUNT(a), 0.0, 1.0, a);
    normals(COUNT(b), 0.0, 1.0, b);
    CHECK_OK(ctx, ito_neighbour_shares(ctx, &p, &q, 5, &r));
    CHECK_NEAR(r.coverage, 1.0 - 0.03125, 0.02);
    CHECK_NEAR(r.density, 1.0, 0.06);
    CHECK(r.precision > 0.9 && r.recall > 0.9);
}

TEST(results_do_not_depend_on_threads_or_kernels)
{
    static const char *const kernels[] = { "c", "avx2", "avx512" };
    static float a[N * DIM], b[N * DIM];
    const ito_points p = { a, N, DIM }, q = { b, N, DIM };
    double first = 0.0;
    ito_kernel_result kernel = { 0 };
    ito_neighbours shares = { 0 };
    int have = 0;

    normals(COUNT(a), 0.0, 1.0, a);
    normals(COUNT(b), 0.2, 1.1, b);
    for (size_t k = 0; k < COUNT(kernels); k++)
        for (size_t threads = 1; threads <= 3; threads++) {
            const ito_ctx_opts o = { .threads = threads, .cpu = kernels[k] };
            ito_kernel_result r;
            ito_neighbours s;
            ito_ctx *other;
            double d;

            if (ito_open(&other, &o) != ITO_OK)
                continue; /* not on this machine */
            CHECK_OK(other, ito_frechet_distance(other, &p, &q, &d));
            CHECK_OK(other, ito_kernel_distance(other, &p, &q, &r));
            CHECK_OK(other, ito_neighbour_shares(other, &p, &q, 5, &s));
            if (!have) {
                first = d;
                kernel = r;
                shares = s;
            }
            CHECK_SAME(&d, &first, 1);
            CHECK_SAME(&r.value, &kernel.value, 1);
            CHECK_SAME(&s.density, &shares.density, 1);
            have = 1;
            ito_close(other);
        }
    CHECK(have);
}

TEST(bad_samples_are_refused)
{
    float a[] = { 0, 1, 2, 3 };
    const ito_points p = { a, 4, 1 }, one = { a, 1, 1 }, wide = { a, 2, 2 };
    ito_neighbours s;
    ito_kernel_result r;
    double d;

    CHECK(ito_frechet_distance(ctx, &p, &wide, &d) == ITO_EARG);
    CHECK(ito_frechet_distance(ctx, &p, &one, &d) == ITO_EARG);
    CHECK(ito_frechet_distance(ctx, NULL, &p, &d) == ITO_EARG);
    CHECK(ito_kernel_distance(ctx, &p, NULL, &r) == ITO_EARG);
    CHECK(ito_neighbour_shares(ctx, &p, &p, 4, &s) == ITO_EARG);
    CHECK(ito_neighbour_shares(ctx, &p, &p, 0, &s) == ITO_EARG);
    a[2] = NAN;
    CHECK(ito_frechet_distance(ctx, &p, &p, &d) == ITO_ENONFINITE);
    CHECK(ito_kernel_distance(ctx, &p, &p, &r) == ITO_ENONFINITE);
    CHECK(ito_neighbour_shares(ctx, &p, &p, 1, &s) == ITO_ENONFINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(frechet_distance_of_a_plane_has_its_closed_form),
        RUN(frechet_distance_of_a_scaled_copy_has_its_closed_form),
        RUN(eigenvalues_of_second_differences_are_known),
        RUN(kernel_distance_has_the_mean_of_its_closed_form),
        RUN(kernel_distance_of_few_points_is_as_counted_by_hand),
        RUN(shares_of_neighbours_are_as_counted_by_hand),
        RUN(shares_of_equal_laws_have_their_means),
        RUN(results_do_not_depend_on_threads_or_kernels),
        RUN(bad_samples_are_refused),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

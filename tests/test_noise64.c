/* SPDX-License-Identifier: MIT
 *
 * test_noise64.c - addressed random numbers in double: the layout stated in
 * ito/noise.h, golden values, independence of how an array is cut, the
 * distribution of normals and uniforms.
 *
 * Statistics hold at five standard errors, or at a level of 1e-6 for the
 * Kolmogorov-Smirnov test; seeds are fixed.
 */
#include "check.h"

#include <stdbool.h>

#include "kern/dmath.h"
#include "rng/noise.h"

#define MANY ((size_t)1 << 20)

static ito_ctx *ctx;
static double big[MANY];

static const ito_noise home = { .seed = UINT64_C(0x0123456789abcdef),
                                .stream = 7,
                                .step = 3,
                                .purpose = ITO_FOR_DW };

static int open_ctx(void **state)
{
    const ito_ctx_opts opts = { .threads = 2 };

    (void)state;
    return ito_open(&ctx, &opts) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

/* --- the layout ---------------------------------------------------------- */

/* The two 64-bit words of component c of particle id; *half chooses. */
static void words_of(uint64_t id, size_t dim, size_t c, uint64_t ab[2],
                     size_t *half)
{
    const size_t r = dim < 32 ? (size_t)(id & 15) : c & 15;
    uint32_t w[4];

    if (dim < 32)
        ito__philox_block(&home, 8 * (id >> 4) + (r & 7), (uint32_t)c, w);
    else
        ito__philox_block(&home, id, (uint32_t)(8 * (c >> 4) + (r & 7)), w);
    ab[0] = (uint64_t)w[1] << 32 | w[0];
    ab[1] = (uint64_t)w[3] << 32 | w[2];
    *half = r >> 3;
}

static double normal_at(uint64_t id, size_t dim, size_t c)
{
    uint64_t ab[2];
    size_t half;
    double radius, angle;

    words_of(id, dim, c, ab, &half);
    radius = sqrt(-2.0 * log(((double)(ab[0] >> 12) + 0.5) * 0x1p-52));
    angle = 6.283185307179586 * ((double)(ab[1] >> 10) * 0x1p-54);
    return radius * (half ? cos(angle) : sin(angle));
}

static double uniform_at(uint64_t id, size_t dim, size_t c)
{
    uint64_t ab[2];
    size_t half;

    words_of(id, dim, c, ab, &half);
    return ((double)(ab[half] >> 12) + 0.5) * 0x1p-52;
}

static void check_layout(uint64_t id0, size_t n, size_t dim)
{
    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, id0, n, dim, big));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            CHECK_NEAR(big[i * dim + c], normal_at(id0 + i, dim, c), 1e-14);
    CHECK_OK(ctx, ito_noise_uniform64(ctx, &home, id0, n, dim, big));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            CHECK(big[i * dim + c] == uniform_at(id0 + i, dim, c));
}

TEST(the_layout_is_the_one_in_the_header)
{
    const uint64_t last = (UINT64_C(1) << 45) - 40;

    for (size_t dim = 1; dim <= 70; dim++) {
        check_layout(0, 40, dim);
        check_layout(1000 + dim, 37, dim);
    }
    check_layout(UINT64_C(0xfffffff0), 64, 2); /* ids beyond 32 bits */
    check_layout(UINT64_C(0xfffffff0), 64, 33);
    check_layout((UINT64_C(1) << 33) - 20, 40, 1); /* groups beyond 32 bits */
    check_layout(last, 40, 1);
    check_layout(last, 40, 32);
    check_layout(5, 2, 3000);
}

/* Any change here is a new ITO_NOISE_SPEC. */
static const struct {
    ito_noise at;
    uint64_t id;
    uint32_t dim, comp;
    uint64_t normal, uniform; /* bits of the double */
} golden[] = {
    { { 0, 0, 0, 0 },
      0,
      1,
      0,
      UINT64_C(0xbfd3dd84ff91e70f),
      UINT64_C(0x3fec2d38b1acc4fd) },
    { { 0, 0, 0, 0 },
      1,
      1,
      0,
      UINT64_C(0x3fd511d43e0f270c),
      UINT64_C(0x3fd72c8036fe3932) },
    { { 0, 0, 0, 0 },
      8,
      1,
      0,
      UINT64_C(0xbfd973628c131c06),
      UINT64_C(0x3fe3601b7b178af5) },
    { { 0, 0, 0, 0 },
      16,
      1,
      0,
      UINT64_C(0xbfe9b4267769ddba),
      UINT64_C(0x3fe411c07387f8d5) },
    { { 0, 0, 0, 0 },
      0,
      2,
      1,
      UINT64_C(0xbffb46a8e1b1a586),
      UINT64_C(0x3fb348e23f2dce78) },
    { { 0, 0, 0, 0 },
      0,
      32,
      0,
      UINT64_C(0xbfd3dd84ff91e70f),
      UINT64_C(0x3fec2d38b1acc4fd) },
    { { 0, 0, 0, 0 },
      3,
      64,
      45,
      UINT64_C(0x3fe798bb79a72ad8),
      UINT64_C(0x3fec8025cda5d201) },
    { { 1, 0, 0, 0 },
      0,
      1,
      0,
      UINT64_C(0xbfdd4dbc714217a3),
      UINT64_C(0x3feca141d79c7d01) },
    { { UINT64_C(1) << 32, 0, 0, 0 },
      0,
      1,
      0,
      UINT64_C(0xbfc5e2ef15fb2d4f),
      UINT64_C(0x3fef4fcb16dfbbc7) },
    { { 0, 1, 0, 0 },
      0,
      1,
      0,
      UINT64_C(0xbfd888d027333937),
      UINT64_C(0x3fedb7e8f61e93df) },
    { { 0, 0, 1, 0 },
      0,
      1,
      0,
      UINT64_C(0xbfa19374558d1efd),
      UINT64_C(0x3fee11add55088a3) },
    { { 0, 0, 0, 1 },
      0,
      1,
      0,
      UINT64_C(0xbff6673c5975021e),
      UINT64_C(0x3fc4ca36e9c88114) },
    { { 5, 65535, 4294967295u, 255 },
      UINT64_C(35184372088831),
      31,
      30,
      UINT64_C(0x3fbe43bc6663e9a8),
      UINT64_C(0x3fe8a67f391f71ad) },
};

TEST(golden_values)
{
    double row[64];

    for (size_t i = 0; i < COUNT(golden); i++) {
        uint64_t normal, uniform;

        CHECK_OK(ctx, ito_noise_normal64(ctx, &golden[i].at, golden[i].id, 1,
                                         golden[i].dim, row));
        memcpy(&normal, &row[golden[i].comp], sizeof(normal));
        CHECK_OK(ctx, ito_noise_uniform64(ctx, &golden[i].at, golden[i].id, 1,
                                          golden[i].dim, row));
        memcpy(&uniform, &row[golden[i].comp], sizeof(uniform));
        if (normal != golden[i].normal || uniform != golden[i].uniform)
            check_fail(__FILE__, __LINE__,
                       "row %zu: UINT64_C(0x%016" PRIx64 "), "
                       "UINT64_C(0x%016" PRIx64 ")",
                       i, normal, uniform);
    }
}

TEST(how_an_array_is_cut_does_not_show)
{
    enum { N = 700 };
    static double want[N * 40], got[N * 40];

    for (size_t dim = 1; dim <= 40; dim += dim < 3 ? 1 : 13) {
        ito__normal_rows64(ito__kern_find(NULL), &home, 17, N, dim, want, dim);
        for (size_t trial = 0; trial < 100; trial++) {
            const size_t at = t_rand() % N, n = t_rand() % (N - at);

            ito__normal_rows64(ito__kern_find(NULL), &home, 17 + at, n, dim,
                               got, dim);
            CHECK_SAME(got, want + at * dim, n * dim);
        }
    }
}

TEST(rows_components_and_spans_agree)
{
    enum { N = 100, DIM = 5, LONG = 3000 };
    static double rows[N * DIM], comp[N], row[LONG], span[LONG];
    static float row32[LONG], span32[LONG];
    const ito_kern *const k = ito__kern_find(NULL);

    ito__normal_rows64(k, &home, 50, N, DIM, rows, DIM);
    for (size_t c = 0; c < DIM; c++) {
        ito__normal_comp64(k, &home, 50, N, c, comp);
        for (size_t i = 0; i < N; i++)
            CHECK(rows[i * DIM + c] == comp[i]);
    }
    ito__uniform_rows64(k, &home, 50, N, DIM, rows, DIM);
    ito__uniform_comp64(k, &home, 50, N, 4, comp);
    for (size_t i = 0; i < N; i++)
        CHECK(rows[i * DIM + 4] == comp[i]);
    ito__normal_rows64(k, &home, 50, 1, LONG, row, LONG);
    ito__normal_span64(k, &home, 50, 96, 1111, span);
    CHECK_SAME(span, row + 96, 1111);
    ito__normal_rows(k, &home, 50, 1, LONG, row32, LONG);
    ito__normal_span(k, &home, 50, 96, 1111, span32);
    CHECK_SAME(span32, row32 + 96, 1111);
}

TEST(tables_and_threads_do_not_show)
{
    enum { N = 30011, DIM = 3 };
    static double want[N * DIM], got[N * DIM];
    const char *cpu;
    int runs;

    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, 5, N, DIM, want));
    for (size_t i = 0; (cpu = ito_cpu_at(i, &runs)) != NULL; i++)
        for (size_t threads = 1; runs && threads <= 7; threads += 3) {
            const ito_ctx_opts opts = { .cpu = cpu, .threads = threads };
            ito_ctx *other;

            CHECK(ito_open(&other, &opts) == ITO_OK);
            memset(got, 0, sizeof(got));
            CHECK_OK(other, ito_noise_normal64(other, &home, 5, N, DIM, got));
            CHECK_SAME(got, want, N * DIM);
            ito_close(other);
        }
}

/* --- distributions ------------------------------------------------------- */

static int by_value(const void *p, const void *q)
{
    const double *const a = p, *const b = q;

    return (*a > *b) - (*a < *b);
}

static double identity(double x)
{
    return x;
}

/* The largest distance of the distribution functions; sorts big. */
static double kolmogorov(double (*cdf)(double x))
{
    double most = 0.0;

    qsort(big, MANY, sizeof(*big), by_value);
    for (size_t i = 0; i < MANY; i++) {
        const double p = cdf(big[i]), n = (double)MANY;

        most = fmax(most, fmax(p - (double)i / n, (double)(i + 1) / n - p));
    }
    return most;
}

/* Critical value of the statistic times sqrt(N) at a level of 1e-6. */
#define CRITICAL 2.693

static void check_normals(size_t dim)
{
    const double n = (double)MANY;
    double m[5] = { 0 };
    size_t beyond4 = 0;

    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, 0, MANY / dim, dim, big));
    for (size_t i = 0; i < MANY; i++) {
        double power = 1.0;

        for (size_t k = 1; k < 5; k++)
            m[k] += (power *= big[i]) / n;
        beyond4 += fabs(big[i]) > 4.0;
    }
    CHECK_STAT(m[1], 0.0, sqrt(1.0 / n), 5);
    CHECK_STAT(m[2], 1.0, sqrt(2.0 / n), 5);
    CHECK_STAT(m[3], 0.0, sqrt(15.0 / n), 5);
    CHECK_STAT(m[4], 3.0, sqrt(96.0 / n), 5);
    CHECK_STAT((double)beyond4, 6.334248e-5 * n, sqrt(6.334e-5 * n), 5);
    CHECK(kolmogorov(ito__normal_cdf) < CRITICAL / sqrt(n));
}

TEST(normals_are_normal)
{
    check_normals(1);
    check_normals(16);
    check_normals(64);
}

TEST(uniforms_are_uniform_and_never_reach_their_ends)
{
    CHECK_OK(ctx, ito_noise_uniform64(ctx, &home, 0, MANY, 1, big));
    CHECK(kolmogorov(identity) < CRITICAL / sqrt((double)MANY));
    CHECK(big[0] > 0.0 && big[MANY - 1] < 1.0);
}

/* Sine and cosine of one block, and neighbours, are uncorrelated, and so are
 * their squares. */
TEST(neighbours_in_a_block_are_uncorrelated)
{
    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, 0, MANY, 1, big));
    for (size_t shift = 1; shift <= 16; shift++) {
        const double n = (double)(MANY - 16);
        double xy = 0.0, squares = 0.0;

        for (size_t i = 0; i < MANY - 16; i++) {
            const double u = big[i], v = big[i + shift];

            xy += u * v;
            squares += (u * u - 1.0) * (v * v - 1.0);
        }
        CHECK_STAT(xy / n, 0.0, sqrt(1.0 / n), 5);
        CHECK_STAT(squares / n, 0.0, sqrt(4.0 / n), 5);
    }
}

TEST(bad_addresses_are_refused)
{
    const uint64_t end = UINT64_C(1) << 45;
    ito_noise at = home;
    double x;

    CHECK_FAILS(ctx, ito_noise_normal64(ctx, NULL, 0, 1, 1, &x), ITO_EARG,
                "address");
    CHECK_FAILS(ctx, ito_noise_uniform64(ctx, &at, 0, 1, 1, NULL), ITO_EARG,
                "out");
    CHECK_FAILS(ctx, ito_noise_normal64(ctx, &at, end, 1, 1, &x), ITO_EARG,
                "2^45");
    CHECK_FAILS(ctx, ito_noise_normal64(ctx, &at, 0, 1, (size_t)1 << 24, &x),
                ITO_EARG, "components");
    at.stream = 65536;
    CHECK_FAILS(ctx, ito_noise_uniform64(ctx, &at, 0, 1, 1, &x), ITO_EARG,
                "stream 65536");
    CHECK(ito_noise_normal64(NULL, &home, 0, 1, 1, &x) == ITO_EARG);
    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, end - 1, 1, 1, &x));
    CHECK_OK(ctx, ito_noise_normal64(ctx, &home, 0, 0, 1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_layout_is_the_one_in_the_header),
        RUN(golden_values),
        RUN(how_an_array_is_cut_does_not_show),
        RUN(rows_components_and_spans_agree),
        RUN(tables_and_threads_do_not_show),
        RUN(normals_are_normal),
        RUN(uniforms_are_uniform_and_never_reach_their_ends),
        RUN(neighbours_in_a_block_are_uncorrelated),
        RUN(bad_addresses_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

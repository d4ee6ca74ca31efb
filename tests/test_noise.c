/* SPDX-License-Identifier: MIT
 *
 * test_noise.c - addressed random numbers: the layout stated in ito/noise.h,
 * golden values of each address field, independence of how an array is cut,
 * the distribution of normals and uniforms, and permutations.
 *
 * Statistics hold at five standard errors, or at a level of 1e-6 for the
 * Kolmogorov-Smirnov and chi-squared tests; seeds are fixed.
 */
#include "check.h"

#include <stdbool.h>

#include "kern/dmath.h"
#include "rng/noise.h"

#define MANY (1u << 20)

static ito_ctx *ctx;
static float big[MANY];

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

/* The block and the place in it of component c of particle id. */
static void place(const ito_noise *at, uint64_t id, size_t dim, size_t c,
                  uint32_t word[4], size_t *r)
{
    const size_t line = dim < 32 ? (size_t)(id & 31) : c & 31;
    const uint64_t b = (line & 15) >> 1;

    if (dim < 32)
        ito__philox_block(at, 8 * (id >> 5) + b, (uint32_t)c, word);
    else
        ito__philox_block(at, id, (uint32_t)(8 * (c >> 5) + b), word);
    *r = line;
}

static double normal_at(const ito_noise *at, uint64_t id, size_t dim, size_t c)
{
    uint32_t word[4];
    size_t r;
    double radius, angle;

    place(at, id, dim, c, word, &r);
    radius = sqrt(-2.0 * log(((double)word[r & 1] + 0.5) / 4294967296.0));
    angle = 6.283185307179586 * (double)word[2 + (r & 1)] / 4294967296.0;
    return radius * (r >> 4 ? cos(angle) : sin(angle));
}

static double uniform_at(const ito_noise *at, uint64_t id, size_t dim, size_t c)
{
    uint32_t word[4];
    size_t r;

    place(at, id, dim, c, word, &r);
    return ((double)(word[2 * (r >> 4) + (r & 1)] >> 9) + 0.5) / 8388608.0;
}

static void check_layout(uint64_t id0, size_t n, size_t dim)
{
    CHECK_OK(ctx, ito_noise_normal(ctx, &home, id0, n, dim, big));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            CHECK_NEAR(big[i * dim + c], normal_at(&home, id0 + i, dim, c),
                       2e-5);
    CHECK_OK(ctx, ito_noise_uniform(ctx, &home, id0, n, dim, big));
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++)
            CHECK((double)big[i * dim + c] ==
                  uniform_at(&home, id0 + i, dim, c));
}

TEST(the_layout_is_the_one_in_the_header)
{
    const uint64_t last = (UINT64_C(1) << 45) - 40;

    for (size_t dim = 1; dim <= 70; dim++) {
        check_layout(0, 40, dim);
        check_layout(1000 + dim, 37, dim);
    }
    check_layout(UINT64_C(0xffffffe0), 64, 2); /* ids beyond 32 bits */
    check_layout(UINT64_C(0xffffffe0), 64, 33);
    check_layout((UINT64_C(1) << 34) - 20, 40, 1); /* groups beyond 32 bits */
    check_layout(last, 40, 1);
    check_layout(last, 40, 32);
    check_layout(5, 2, 3000);
}

/* Any change here is a new ITO_NOISE_SPEC. */
TEST(golden_values_of_every_address_field)
{
    static const struct {
        ito_noise at;
        uint64_t id;
        uint32_t dim, comp;
        uint32_t normal, uniform; /* bits of the float */
    } rows[] = {
        { { 0, 0, 0, 0 }, 0, 1, 0, 0xbfaccddeu, 0x3ecc4fd2u },
        { { 0, 0, 0, 0 }, 1, 1, 0, 0xbe9eec27u, 0x3f6169c5u },
        { { 0, 0, 0, 0 }, 2, 1, 0, 0xbe640dd2u, 0x3f78e4cdu },
        { { 0, 0, 0, 0 }, 16, 1, 0, 0xbdf8de6bu, 0x3f3c57adu },
        { { 0, 0, 0, 0 }, 32, 1, 0, 0xbf1b5205u, 0x3e7f1aa4u },
        { { 0, 0, 0, 0 }, 0, 2, 1, 0xbe0d0a61u, 0x3e3739ccu },
        { { 0, 0, 0, 0 }, 0, 32, 0, 0xbfaccddeu, 0x3ecc4fd2u },
        { { 0, 0, 0, 0 }, 3, 64, 45, 0xbf95f429u, 0x3ea83ad6u },
        { { 1, 0, 0, 0 }, 0, 1, 0, 0xbe7d4508u, 0x3f63e807u },
        { { UINT64_C(1) << 32, 0, 0, 0 }, 0, 1, 0, 0x3dfc7f50u, 0x3f7dde3fu },
        { { 0, 1, 0, 0 }, 0, 1, 0, 0xbe854d4fu, 0x3f749effu },
        { { 0, 0, 1, 0 }, 0, 1, 0, 0x3ed51d2bu, 0x3f044515u },
        { { 0, 0, 0, 1 }, 0, 1, 0, 0x3f36c717u, 0x3f110223u },
        { { 5, 65535, 4294967295u, 255 },
          UINT64_C(35184372088831),
          31,
          30,
          0xbfe4ea9du,
          0x3eec2272u },
    };
    float row[64];

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t normal, uniform;

        CHECK_OK(ctx, ito_noise_normal(ctx, &rows[i].at, rows[i].id, 1,
                                       rows[i].dim, row));
        memcpy(&normal, &row[rows[i].comp], sizeof(normal));
        CHECK_OK(ctx, ito_noise_uniform(ctx, &rows[i].at, rows[i].id, 1,
                                        rows[i].dim, row));
        memcpy(&uniform, &row[rows[i].comp], sizeof(uniform));
        if (normal != rows[i].normal || uniform != rows[i].uniform)
            check_fail(__FILE__, __LINE__, "row %zu: 0x%08xu, 0x%08xu", i,
                       (unsigned)normal, (unsigned)uniform);
    }
}

/* --- independence of cuts, tables and threads ---------------------------- */

TEST(how_an_array_is_cut_does_not_show)
{
    enum { N = 700 };
    static float want[N * 40], got[N * 40];

    for (size_t dim = 1; dim <= 40; dim += dim < 3 ? 1 : 13) {
        ito__normal_rows(ito__kern_find(NULL), &home, 17, N, dim, want, dim);
        for (size_t trial = 0; trial < 100; trial++) {
            const size_t at = t_rand() % N, n = t_rand() % (N - at);

            ito__normal_rows(ito__kern_find(NULL), &home, 17 + at, n, dim, got,
                             dim);
            CHECK_SAME(got, want + at * dim, n * dim);
        }
    }
}

TEST(rows_and_components_agree_and_gaps_stay)
{
    enum { N = 100, DIM = 5, LD = 7 };
    float rows[N * LD], comp[N];
    const ito_kern *const k = ito__kern_find(NULL);

    for (size_t i = 0; i < N * LD; i++)
        rows[i] = 99.0f;
    ito__uniform_rows(k, &home, 50, N, DIM, rows, LD);
    for (size_t c = 0; c < DIM; c++) {
        ito__uniform_comp(k, &home, 50, N, c, comp);
        for (size_t i = 0; i < N; i++)
            CHECK(rows[i * LD + c] == comp[i]);
    }
    for (size_t i = 0; i < N; i++)
        CHECK(rows[i * LD + 5] == 99.0f && rows[i * LD + 6] == 99.0f);
    ito__normal_rows(k, &home, 50, N, DIM, rows, LD);
    ito__normal_comp(k, &home, 50, N, 4, comp);
    for (size_t i = 0; i < N; i++)
        CHECK(rows[i * LD + 4] == comp[i]);
}

TEST(tables_and_threads_do_not_show)
{
    enum { N = 30011, DIM = 3 };
    static float want[N * DIM], got[N * DIM];
    const char *cpu;
    int runs;

    CHECK_OK(ctx, ito_noise_normal(ctx, &home, 5, N, DIM, want));
    for (size_t i = 0; (cpu = ito_cpu_at(i, &runs)) != NULL; i++)
        for (size_t threads = 1; runs && threads <= 7; threads += 3) {
            const ito_ctx_opts opts = { .cpu = cpu, .threads = threads };
            ito_ctx *other;

            CHECK(ito_open(&other, &opts) == ITO_OK);
            memset(got, 0, sizeof(got));
            CHECK_OK(other, ito_noise_normal(other, &home, 5, N, DIM, got));
            CHECK_SAME(got, want, N * DIM);
            ito_close(other);
        }
}

/* --- distributions ------------------------------------------------------- */

static int by_value(const void *p, const void *q)
{
    const float *const a = p, *const b = q;

    return (*a > *b) - (*a < *b);
}

static double identity(double x)
{
    return x;
}

/* Kolmogorov and Smirnov's distance of the sorted `big` from a cdf. */
static double ks_distance(double (*cdf)(double x))
{
    double most = 0.0;

    qsort(big, MANY, sizeof(*big), by_value);
    for (size_t i = 0; i < MANY; i++) {
        const double f = cdf((double)big[i]);

        most = fmax(most, f - (double)i / MANY);
        most = fmax(most, (double)(i + 1) / MANY - f);
    }
    return most;
}

/* Chi-squared of `bins` equal bins of f(big), as a normal deviate (Wilson
 * and Hilferty 1931). */
static double chi2_deviate(double (*f)(double x), size_t bins)
{
    static size_t count[1024];
    const double want = (double)MANY / (double)bins, df = (double)bins - 1.0;
    double chi2 = 0.0;

    memset(count, 0, sizeof(count));
    for (size_t i = 0; i < MANY; i++)
        count[(size_t)(f((double)big[i]) * (double)bins)]++;
    for (size_t j = 0; j < bins; j++)
        chi2 += ((double)count[j] - want) * ((double)count[j] - want) / want;
    return (cbrt(chi2 / df) - (1.0 - 2.0 / (9.0 * df))) /
           sqrt(2.0 / (9.0 * df));
}

TEST(normals_have_the_moments_of_normals)
{
    double m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0;
    const double n = MANY;
    size_t tail = 0;

    CHECK_OK(ctx, ito_noise_normal(ctx, &home, 0, MANY / 2, 2, big));
    for (size_t i = 0; i < MANY; i++) {
        const double x = (double)big[i], x2 = x * x;

        m1 += x / n;
        m2 += x2 / n;
        m3 += x * x2 / n;
        m4 += x2 * x2 / n;
        tail += fabs(x) > 4.0;
    }
    CHECK_STAT(m1, 0.0, sqrt(1.0 / n), 5);
    CHECK_STAT(m2, 1.0, sqrt(2.0 / n), 5);
    CHECK_STAT(m3, 0.0, sqrt(15.0 / n), 5);
    CHECK_STAT(m4, 3.0, sqrt(96.0 / n), 5);
    /* P(|x| > 4) = 6.334e-5 */
    CHECK_STAT((double)tail, 6.334e-5 * n, sqrt(6.334e-5 * n), 5);
}

TEST(normals_pass_kolmogorov_and_smirnov)
{
    const size_t dims[] = { 1, 2, 64 };

    for (size_t i = 0; i < COUNT(dims); i++) {
        CHECK_OK(ctx, ito_noise_normal(ctx, &home, 32 * i, MANY / dims[i],
                                       dims[i], big));
        CHECK(fabs(chi2_deviate(ito__normal_cdf, 256)) < 4.9);
        CHECK(ks_distance(ito__normal_cdf) < 2.693 / sqrt((double)MANY));
    }
}

TEST(uniforms_are_uniform_and_never_reach_their_ends)
{
    double m1 = 0.0, m2 = 0.0;
    const double n = MANY;

    CHECK_OK(ctx, ito_noise_uniform(ctx, &home, 0, MANY, 1, big));
    for (size_t i = 0; i < MANY; i++) {
        CHECK(big[i] > 0.0f && big[i] < 1.0f);
        m1 += (double)big[i] / n;
        m2 += (double)big[i] * (double)big[i] / n;
    }
    CHECK_STAT(m1, 0.5, sqrt(1.0 / 12.0 / n), 5);
    CHECK_STAT(m2, 1.0 / 3.0, sqrt(4.0 / 45.0 / n), 5);
    CHECK(fabs(chi2_deviate(identity, 256)) < 4.9);
    CHECK(fabs(chi2_deviate(identity, 1024)) < 4.9);
    CHECK(ks_distance(identity) < 2.693 / sqrt(n));
}

/* Correlation of x and y, and of their squares, times sqrt(n). */
static void uncorrelated(const ito_noise *a, uint64_t id_a, const ito_noise *b,
                         uint64_t id_b)
{
    enum { N = 100000 };
    float *const x = big, *const y = big + N;
    double xy = 0.0, squares = 0.0;

    CHECK_OK(ctx, ito_noise_normal(ctx, a, id_a, N, 1, x));
    CHECK_OK(ctx, ito_noise_normal(ctx, b, id_b, N, 1, y));
    for (size_t i = 0; i < N; i++) {
        const double u = (double)x[i], v = (double)y[i];

        xy += u * v;
        squares += (u * u - 1.0) * (v * v - 1.0);
    }
    CHECK_STAT(xy / N, 0.0, sqrt(1.0 / N), 5);
    CHECK_STAT(squares / N, 0.0, sqrt(4.0 / N), 5);
}

TEST(addresses_that_differ_in_one_bit_are_uncorrelated)
{
    for (unsigned bit = 0; bit < 64; bit += 7) {
        ito_noise other = home;

        other.seed ^= UINT64_C(1) << bit;
        uncorrelated(&home, 0, &other, 0);
        if (bit >= 32)
            continue;
        other = home;
        other.step ^= 1u << bit;
        uncorrelated(&home, 0, &other, 0);
        other = home;
        other.stream ^= 1u << bit % 16;
        uncorrelated(&home, 0, &other, 0);
        other = home;
        other.purpose ^= 1u << bit % 8;
        uncorrelated(&home, 0, &other, 0);
    }
    for (uint64_t shift = 1; shift <= 64; shift *= 2)
        uncorrelated(&home, 0, &home, shift);
}

/* The sine and the cosine of a pair, and the two words of a block. */
TEST(neighbours_in_a_block_are_uncorrelated)
{
    for (size_t shift = 1; shift < 32; shift++) {
        double xy = 0.0, squares = 0.0;
        const double n = (double)(MANY - shift);

        if (shift == 1)
            CHECK_OK(ctx, ito_noise_normal(ctx, &home, 0, MANY, 1, big));
        for (size_t i = 0; i + shift < MANY; i++) {
            const double u = (double)big[i], v = (double)big[i + shift];

            xy += u * v;
            squares += (u * u - 1.0) * (v * v - 1.0);
        }
        CHECK_STAT(xy / n, 0.0, sqrt(1.0 / n), 5);
        CHECK_STAT(squares / n, 0.0, sqrt(4.0 / n), 5);
    }
}

/* --- the interface ------------------------------------------------------- */

TEST(bad_addresses_are_refused)
{
    const uint64_t end = UINT64_C(1) << 45;
    ito_noise at = home;
    float x;

    CHECK_FAILS(ctx, ito_noise_normal(ctx, NULL, 0, 1, 1, &x), ITO_EARG,
                "address");
    CHECK_FAILS(ctx, ito_noise_normal(ctx, &at, 0, 1, 1, NULL), ITO_EARG,
                "out");
    CHECK_FAILS(ctx, ito_noise_normal(ctx, &at, end, 1, 1, &x), ITO_EARG,
                "2^45");
    CHECK_FAILS(ctx, ito_noise_uniform(ctx, &at, end - 1, 2, 1, &x), ITO_EARG,
                "2^45");
    CHECK_FAILS(ctx, ito_noise_uniform(ctx, &at, UINT64_MAX, 1, 1, &x),
                ITO_EARG, "2^45");
    CHECK_FAILS(ctx, ito_noise_normal(ctx, &at, 0, 1, (size_t)1 << 24, &x),
                ITO_EARG, "components");
    at.stream = 65536;
    CHECK_FAILS(ctx, ito_noise_normal(ctx, &at, 0, 1, 1, &x), ITO_EARG,
                "stream 65536");
    at = home;
    at.purpose = 256;
    CHECK_FAILS(ctx, ito_noise_uniform(ctx, &at, 0, 1, 1, &x), ITO_EARG,
                "purpose 256");
    CHECK(ito_noise_normal(NULL, &home, 0, 1, 1, &x) == ITO_EARG);
    CHECK_OK(ctx, ito_noise_normal(ctx, &home, end - 1, 1, 1, &x));
    CHECK_OK(ctx, ito_noise_normal(ctx, &home, 0, 0, 1, NULL));
    CHECK_OK(ctx, ito_noise_uniform(ctx, &home, 0, 1, 0, NULL));
}

/* --- permutations -------------------------------------------------------- */

TEST(permutations_are_bijections)
{
    static unsigned char seen[MANY];

    for (uint64_t n = 1; n <= 600; n++) {
        memset(seen, 0, n);
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t j = ito__permute(n, n % 3, n, i);

            CHECK(j < n && !seen[j]);
            seen[j] = 1;
        }
    }
    memset(seen, 0, MANY);
    for (uint64_t i = 0; i < MANY - 1; i++) {
        const uint64_t j = ito__permute(1, 2, MANY - 1, i);

        CHECK(j < MANY - 1 && !seen[j]);
        seen[j] = 1;
    }
}

/* Above 2^32, 40 000 images of distinct elements differ and spread evenly. */
TEST(large_permutations_spread)
{
    const uint64_t n = (UINT64_C(1) << 62) + 12345;
    size_t count[16] = { 0 };

    for (uint64_t i = 0; i < 40000; i++) {
        const uint64_t j = ito__permute(3, 4, n, i * (n / 40000));

        CHECK(j < n);
        count[j / (n / 16 + 1)]++;
    }
    for (size_t b = 0; b < 16; b++)
        CHECK_STAT((double)count[b], 2500.0, sqrt(2500.0 * 15.0 / 16.0), 5);
}

/* Order number of a permutation of n <= 6 elements (Lehmer's code). */
static size_t order_of(uint64_t seed, uint64_t epoch, uint64_t n)
{
    size_t code = 0;

    for (uint64_t i = 0; i < n; i++) {
        size_t smaller = 0;

        for (uint64_t j = i + 1; j < n; j++)
            smaller += ito__permute(seed, epoch, n, j) <
                       ito__permute(seed, epoch, n, i);
        code = code * (size_t)(n - i) + smaller;
    }
    return code;
}

/* Chi-squared over all n! orders, at 5 standard errors. */
static void orders_are_equally_likely(uint64_t n, size_t orders)
{
    enum { TRIALS = 60000 };
    static size_t count[720];
    const double want = (double)TRIALS / (double)orders;
    const double df = (double)orders - 1.0;
    double chi2 = 0.0;

    memset(count, 0, sizeof(count));
    for (uint64_t s = 0; s < TRIALS; s++)
        count[order_of(s / 2, s % 2, n)]++;
    for (size_t j = 0; j < orders; j++)
        chi2 += ((double)count[j] - want) * ((double)count[j] - want) / want;
    CHECK_STAT(chi2, df, sqrt(2.0 * df), 5);
}

TEST(all_orders_of_a_few_elements_are_equally_likely)
{
    orders_are_equally_likely(2, 2);
    orders_are_equally_likely(3, 6);
    orders_are_equally_likely(4, 24);
    orders_are_equally_likely(5, 120);
    orders_are_equally_likely(6, 720);
}

/* Neighbours do not stay neighbours, epochs are not related, and an element
 * is as likely to stand anywhere. */
TEST(permutations_look_random)
{
    enum { N = 50000 };
    const double mean = (N - 1) / 2.0, var = ((double)N * N - 1.0) / 12.0;
    double next = 0.0, epochs = 0.0;
    size_t fixed = 0;

    for (uint64_t i = 0; i + 1 < N; i++) {
        const double a = (double)ito__permute(9, 0, N, i) - mean;
        const double b = (double)ito__permute(9, 0, N, i + 1) - mean;
        const double c = (double)ito__permute(9, 1, N, i) - mean;

        next += a * b / var / N;
        epochs += a * c / var / N;
        fixed += ito__permute(9, 0, N, i) == i;
    }
    CHECK_STAT(next, 0.0, sqrt(1.0 / N), 5);
    CHECK_STAT(epochs, 0.0, sqrt(1.0 / N), 5);
    CHECK(fixed <= 8); /* Poisson with mean 1: more once in a million */
    CHECK(ito__permute(1, 1, 1, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_layout_is_the_one_in_the_header),
        RUN(golden_values_of_every_address_field),
        RUN(how_an_array_is_cut_does_not_show),
        RUN(rows_and_components_agree_and_gaps_stay),
        RUN(tables_and_threads_do_not_show),
        RUN(normals_have_the_moments_of_normals),
        RUN(normals_pass_kolmogorov_and_smirnov),
        RUN(uniforms_are_uniform_and_never_reach_their_ends),
        RUN(addresses_that_differ_in_one_bit_are_uncorrelated),
        RUN(neighbours_in_a_block_are_uncorrelated),
        RUN(bad_addresses_are_refused),
        RUN(permutations_are_bijections),
        RUN(large_permutations_spread),
        RUN(all_orders_of_a_few_elements_are_equally_likely),
        RUN(permutations_look_random),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

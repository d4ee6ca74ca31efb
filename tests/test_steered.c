/* SPDX-License-Identifier: MIT
 *
 * test_steered.c - known coordinates and Langevin steps: against exact
 * conditionals of normal data and mixtures, and recursions of moments.
 */
#include <ito/flow.h>
#include <ito/noise.h>
#include <ito/oracle.h>
#include <ito/system.h>

#include "check.h"
#include "flow/inpaint.h"

static ito_ctx *ctx;

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

/* An exact flow to a distribution, which is freed with it. */
typedef struct exact {
    ito_dist *dist;
    ito_oracle *oracle;
    ito_flow *flow;
} exact;

static void make_flow(exact *e, const char *path)
{
    CHECK_OK(ctx, ito_oracle_of(ctx, e->dist, ito_path_find(path), &e->oracle));
    CHECK_OK(ctx, ito_flow_of_oracle(ctx, e->oracle, &e->flow));
}

static void drop(exact *e)
{
    ito_flow_free(e->flow);
    ito_oracle_free(e->oracle);
    ito_dist_free(e->dist);
}

/* ---- Langevin steps ---- */

#define M 1.5
#define S 0.4

static void normal_flow(exact *e, const char *path)
{
    const double mean = M, cov = S * S;

    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, 1, &mean, &cov, &e->dist));
    make_flow(e, path);
}

/* The distance of a step's slope from 0, and its shift, for u and the score of
 * N(M, S^2). */
static void affine(const char *path, double t, double u[2], double s[2])
{
    const ito_coef k = ito_path_coef(ito_path_find(path), t);
    const double c = k.alpha * k.alpha * S * S + k.beta * k.beta;

    u[1] = (k.alpha * k.alphadot * S * S + k.beta_betadot) / c;
    u[0] = k.alphadot * M - u[1] * k.alpha * M;
    s[1] = -1.0 / c;
    s[0] = k.alpha * M / c;
}

TEST(steps_and_langevin_steps_are_those_of_the_formula)
{
    const size_t n = 40, steps = 7, count = 3;
    ito_sample_opts o = { .solve = { .method = "euler", .steps = steps },
                          .seed = 9,
                          .correct = count };
    float x[40], z[40];
    double y[40];
    exact e;

    normal_flow(&e, "cosine");
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, x));
    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 9 }, 0, n, 1, z));
    for (size_t i = 0; i < n; i++)
        y[i] = (double)z[i];
    for (size_t k = 0; k < steps; k++) {
        const double h = 1.0 / (double)steps, t = h * (double)(k + 1);
        const double kick =
            0.5 * ito_path_coef(ito_path_find("cosine"), t).beta;
        double u[2], s[2];

        affine("cosine", h * (double)k, u, s);
        for (size_t i = 0; i < n; i++)
            y[i] += h * (u[0] + u[1] * y[i]);
        affine("cosine", t, u, s);
        for (size_t j = 0; j < count && k + 1 < steps; j++) {
            const ito_noise at = { .seed = 9,
                                   .stream = 1,
                                   .step = (uint32_t)(k * count + j),
                                   .purpose = ITO_FOR_DW };

            CHECK_OK(ctx, ito_noise_normal(ctx, &at, 0, n, 1, z));
            for (size_t i = 0; i < n; i++)
                y[i] += 0.5 * kick * kick * (s[0] + s[1] * y[i]) +
                        kick * (double)z[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR((double)x[i], y[i], 2e-6);
    drop(&e);
}

/* Variance after n Euler steps, each followed by count Langevin steps of noise
 * 0.5 beta: v' = A^2 v, then v' = (1 - k^2 / 2C)^2 v + k^2. */
static double variance(const char *path, size_t steps, size_t count)
{
    double v = 1.0;

    for (size_t i = 0; i < steps; i++) {
        const double h = 1.0 / (double)steps, t = h * (double)(i + 1);
        const double k =
            0.5 * ito_path_coef(ito_path_find(path), fmin(t, 1.0)).beta;
        double u[2], s[2], a;

        affine(path, h * (double)i, u, s);
        v *= (1.0 + h * u[1]) * (1.0 + h * u[1]);
        affine(path, fmin(t, 1.0), u, s);
        a = 1.0 + 0.5 * k * k * s[1];
        for (size_t j = 0; j < count; j++)
            v = a * a * v + k * k;
    }
    return v;
}

TEST(langevin_steps_bring_the_variance_of_few_steps_nearer)
{
    const size_t n = 40000, steps = 10;
    float *x = malloc(n * sizeof(*x));
    exact e;

    normal_flow(&e, "linear");
    for (size_t count = 0; count < 6; count += 5) {
        ito_sample_opts o = { .solve = { .method = "euler", .steps = steps },
                              .seed = 2,
                              .correct = count };
        const double want = variance("linear", steps, count);
        double mean = 0.0, v = 0.0;

        CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, x));
        for (size_t i = 0; i < n; i++)
            mean += (double)x[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            v += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
        CHECK_STAT(v, want, want * sqrt(2.0 / (double)n), 5.0);
        CHECK_STAT(mean, M, sqrt(want / (double)n), 5.0);
        print_message("%zu Langevin steps: variance %.4f of 0.16\n", count,
                      want);
    }
    CHECK(fabs(variance("linear", steps, 5) - 0.16) <
          0.6 * fabs(variance("linear", steps, 0) - 0.16));
    drop(&e);
    free(x);
}

TEST(what_has_no_score_is_not_corrected)
{
    ito_sample_opts o = { .correct = 1, .solve = { .rtol = 1e-3 } };
    float x[4];
    exact e;

    normal_flow(&e, "linear");
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, 4, x), ITO_EARG,
                "fixed steps");
    o = (ito_sample_opts){ .passes = 3 };
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, e.flow, &o, 4, x), ITO_EARG,
                "no coordinate is known");
    drop(&e);
}

/* ---- known coordinates ---- */

#define DIM 3

static const double mean3[DIM] = { 0.5, -1.0, 2.0 };
static const double cov3[DIM * DIM] = { 1.0, 0.6,  -0.3, 0.6, 0.8,
                                        0.1, -0.3, 0.1,  0.5 };

/* Mean and variance of coordinate 1 given 0 and 2, and weights of these. */
static void conditional(const double y[2], double *mean, double *var)
{
    const double a = cov3[0], b = cov3[2], d = cov3[8];
    const double c0 = cov3[3], c2 = cov3[5], det = a * d - b * b;
    const double w0 = (c0 * d - c2 * b) / det, w2 = (c2 * a - c0 * b) / det;

    *mean = mean3[1] + w0 * (y[0] - mean3[0]) + w2 * (y[1] - mean3[2]);
    *var = cov3[4] - w0 * c0 - w2 * c2;
}

TEST(the_field_of_normal_data_is_that_of_the_exact_conditional)
{
    const float known[2 * DIM] = { 1.25F, NAN, 1.5F, 0.3F, 7.0F, -0.8F };
    static const char *const paths[] = { "linear", "cosine", "vp", "edm" };
    const double y[2] = { 1.25, 1.5 };
    double mean, var;

    conditional(y, &mean, &var);
    for (size_t p = 0; p < COUNT(paths); p++)
        for (double t = 0.05; t < 1.0; t += 0.1) {
            const ito_rows_at at = { .t = t, .dtype = ITO_F64, .cond = known };
            const double x[DIM] = { 9.0, 0.7, -9.0 }; /* known: not read */
            double u[2][DIM], s[2][DIM];
            inpaint paint;
            exact e, c;

            CHECK_OK(ctx,
                     ito_dist_open_gaussian(ctx, DIM, mean3, cov3, &e.dist));
            CHECK_OK(ctx, ito_dist_open_gaussian(ctx, 1, &mean, &var, &c.dist));
            make_flow(&e, paths[p]);
            make_flow(&c, paths[p]);
            CHECK_OK(ctx,
                     ito__inpaint(ctx, ito_flow_field(e.flow),
                                  ito_flow_path(e.flow), NULL, 0.0, &paint));
            CHECK_OK(ctx, ito_field_eval(ctx, &paint.field, ITO_PART_DRIFT, &at,
                                         1, x, u[0]));
            CHECK_OK(ctx, ito_field_eval(ctx, &paint.field, ITO_PART_SCORE, &at,
                                         1, x, s[0]));
            CHECK_OK(ctx,
                     ito_field_eval(ctx, ito_flow_field(c.flow), ITO_PART_DRIFT,
                                    &(ito_rows_at){ .t = t, .dtype = ITO_F64 },
                                    1, x + 1, u[1]));
            CHECK_OK(ctx,
                     ito_field_eval(ctx, ito_flow_field(c.flow), ITO_PART_SCORE,
                                    &(ito_rows_at){ .t = t, .dtype = ITO_F64 },
                                    1, x + 1, s[1]));
            CHECK_NEAR(u[0][1], u[1][0], 1e-7 * (1.0 + fabs(u[1][0])));
            CHECK_NEAR(s[0][1], s[1][0], 1e-7 * (1.0 + fabs(s[1][0])));
            CHECK(s[0][0] == 0.0 && s[0][2] == 0.0);
            drop(&e);
            drop(&c);
        }
}

TEST(samples_of_normal_data_have_the_conditional_moments)
{
    const size_t n = 2500;
    static const char *const methods[] = { "heun", "euler-maruyama" };
    const double y[2] = { 1.25, 1.5 };
    float *known = malloc(n * DIM * sizeof(*known));
    float *x = malloc(n * DIM * sizeof(*x));
    ito_sigma *sigma;
    double want[2];
    exact e;

    conditional(y, &want[0], &want[1]);
    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, DIM, mean3, cov3, &e.dist));
    make_flow(&e, "linear");
    CHECK_OK(ctx, ito_sigma_parse(ctx, "beta", NULL, &sigma));
    for (size_t i = 0; i < n; i++) {
        known[i * DIM] = 1.25F;
        known[i * DIM + 1] = NAN;
        known[i * DIM + 2] = 1.5F;
    }
    for (size_t k = 0; k < 4; k++) {
        ito_sample_opts o = { .solve = { .method = methods[k % 2],
                                         .steps = k % 2 ? 200 : 40 },
                              .seed = 3,
                              .known = known,
                              .sigma = k % 2 ? sigma : NULL,
                              .correct = k == 2 ? 1 : 0,
                              .passes = k < 2 ? 1 : 2 };
        double m = 0.0, v = 0.0;

        CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, x));
        for (size_t i = 0; i < n; i++) {
            CHECK(x[i * DIM] == 1.25F && x[i * DIM + 2] == 1.5F);
            m += (double)x[i * DIM + 1] / (double)n;
        }
        for (size_t i = 0; i < n; i++)
            v += ((double)x[i * DIM + 1] - m) * ((double)x[i * DIM + 1] - m) /
                 (double)n;
        CHECK_STAT(m, want[0], sqrt(want[1] / (double)n), 5.0);
        CHECK_NEAR(v, want[1], want[1] * (5.0 * sqrt(2.0 / (double)n) + 0.02));
    }
    ito_sigma_free(sigma);
    drop(&e);
    free(known);
    free(x);
}

TEST(nothing_known_is_the_flow_bit_for_bit)
{
    const size_t n = 70;
    ito_sample_opts o = { .seed = 3,
                          .solve = { .method = "heun", .steps = 20 } };
    float known[2 * 70], a[2 * 70], b[2 * 70];
    exact e;

    CHECK_OK(ctx, ito_dist_open(ctx, "gmm:modes=5", &e.dist));
    make_flow(&e, "linear");
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, a));
    for (size_t i = 0; i < 2 * n; i++)
        known[i] = NAN;
    o.known = known;
    o.passes = 1;
    o.candidates = 1;
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, e.flow, &o, n, b));
    CHECK_SAME(a, b, 2 * n);
    drop(&e);
}

/* ---- mixtures ---- */

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

/* Wasserstein distance of two sorted columns. */
static double distance(const float *a, const float *b, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += fabs((double)a[i] - (double)b[i]);
    return sum / (double)n;
}

/*
 * Rows of a mixture whose x is near `at`, by rejection: their y are exact
 * samples of the conditional but for the width of the window.
 */
static void exact_column(const ito_dist *d, double at, size_t n, float *y)
{
    const size_t block = 1u << 16;
    float *rows = malloc(block * 2 * sizeof(*rows));
    size_t got = 0;

    for (uint64_t id = 0; got < n; id += block) {
        const ito_noise from = { .seed = 77 };

        CHECK_OK(ctx, ito_dist_sample(ctx, d, &from, id, block, rows));
        for (size_t i = 0; i < block && got < n; i++)
            if (fabs((double)rows[2 * i] - at) < 0.02)
                y[got++] = rows[2 * i + 1];
    }
    qsort(y, n, sizeof(*y), ascending);
    free(rows);
}

static double painted(const exact *e, double at, ito_sample_opts o, size_t n,
                      const float *want)
{
    float *known = malloc(n * 2 * sizeof(*known));
    float *x = malloc(n * 2 * sizeof(*x)), *y = malloc(n * sizeof(*y));
    double d;

    for (size_t i = 0; i < n; i++) {
        known[2 * i] = (float)at;
        known[2 * i + 1] = NAN;
    }
    o.seed = 1;
    o.known = known;
    o.solve.steps = 30;
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, e->flow, &o, n, x));
    for (size_t i = 0; i < n; i++)
        y[i] = x[2 * i + 1];
    qsort(y, n, sizeof(*y), ascending);
    d = distance(y, want, n);
    free(known);
    free(x);
    free(y);
    return d;
}

/* From noise in one pass, in 8, and as it is by default. */
TEST(passes_and_candidates_bring_the_conditional_of_a_mixture_nearer)
{
    static const double ats[3] = { 1.0, 2.9, -1.0 };
    const ito_sample_opts how[3] = { { .passes = 1, .candidates = 1 },
                                     { .passes = 8, .candidates = 1 },
                                     { .passes = 0 } };
    const size_t n = 600;
    float *want = malloc(n * sizeof(*want));
    double sum[3] = { 0 };
    exact e;

    CHECK_OK(ctx, ito_dist_open(ctx, "gmm:modes=5,scale=3,std=0.5", &e.dist));
    make_flow(&e, "linear");
    for (size_t k = 0; k < 3; k++) {
        exact_column(e.dist, ats[k], n, want);
        for (size_t p = 0; p < 3; p++)
            sum[p] += painted(&e, ats[k], how[p], n, want) / 3.0;
    }
    print_message("distance %.3f, %.3f, %.3f\n", sum[0], sum[1], sum[2]);
    CHECK(sum[1] < 0.8 * sum[0] && sum[2] < 0.5 * sum[0]);
    drop(&e);
    free(want);
}

/* ---- bits ---- */

TEST(rows_do_not_depend_on_threads_kernels_or_companions)
{
    static const char *const cpus[] = { "c", "avx2", "avx512" };
    const ito_formulas f = { .energy = "x^2+y", .no_noise = 1 };
    const size_t n = 150;
    float want[4][2 * 150], got[2 * 150], known[2 * 150];
    size_t runs = 0;

    for (size_t i = 0; i < 2 * n; i++)
        known[i] = i % 3 ? NAN : (float)i * 0.01F;
    for (size_t k = 0; k < 3; k++)
        for (size_t threads = 1; threads <= 3; threads++) {
            const ito_ctx_opts how = { .threads = threads, .cpu = cpus[k] };
            ito_flow *flow;
            ito_system *s;
            ito_ctx *c;

            if (ito_open(&c, &how) != ITO_OK)
                continue; /* not on this machine */
            CHECK_OK(c, ito_flow_open(c, "oracle:gmm:modes=3@cosine", &flow));
            CHECK_OK(c, ito_system_formula(c, &f, &s));
            for (size_t m = 0; m < 4; m++) {
                const size_t from = m == 3 ? 37 : 0; /* the tail alone */
                const ito_sample_opts o = {
                    .solve = { .steps = 12, .tile = 32 * threads },
                    .seed = 5,
                    .id0 = from,
                    .energy = m == 0 ? ito_system_field(s) : NULL,
                    .known = m >= 2 ? known + 2 * from : NULL,
                    .passes = m >= 2 ? 3 : 0,
                    .candidates = 100,
                    .correct = m == 1 ? 2 : 0,
                };
                const float *first = want[m == 3 ? 2 : m] + 2 * from;

                CHECK_OK(c, ito_flow_sample_rows(c, flow, &o, n - from,
                                                 runs ? got : want[m]));
                if (runs || m == 3)
                    CHECK_SAME(first, runs ? got : want[m], 2 * (n - from));
            }
            runs++;
            ito_system_free(s);
            ito_flow_free(flow);
            ito_close(c);
        }
    CHECK(runs >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(steps_and_langevin_steps_are_those_of_the_formula),
        RUN(langevin_steps_bring_the_variance_of_few_steps_nearer),
        RUN(what_has_no_score_is_not_corrected),
        RUN(the_field_of_normal_data_is_that_of_the_exact_conditional),
        RUN(samples_of_normal_data_have_the_conditional_moments),
        RUN(nothing_known_is_the_flow_bit_for_bit),
        RUN(passes_and_candidates_bring_the_conditional_of_a_mixture_nearer),
        RUN(rows_do_not_depend_on_threads_kernels_or_companions),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

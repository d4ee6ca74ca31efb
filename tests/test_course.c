/* SPDX-License-Identifier: MIT
 *
 * test_course.c - the simulations of the course (MIT 6.S184, lab 1) and what
 * is known of them: Brownian motion, Ornstein-Uhlenbeck processes, Langevin
 * dynamics.  Statistics are compared at five standard errors.
 */
#include "check.h"

#include <ito/ensemble.h>
#include <ito/solve.h>
#include <ito/start.h>
#include <ito/system.h>

#define PI 3.14159265358979323846

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) != ITO_OK;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_system *opened(const char *spec)
{
    ito_system *s = NULL;

    CHECK_OK(ctx, ito_system_open(ctx, spec, ITO_CALCULUS_UNSET, &s));
    return s;
}

/* A run of n particles from the rows at x, all states kept every `every`
 * steps: frames x n x dim values. */
typedef struct run {
    const char *spec, *method;
    double t1;
    size_t steps, n, every;
    uint64_t seed;
} run;

static size_t frames_of(const run *r)
{
    const ito_sink sink = { .every = r->every };

    return ito_sink_frames(&sink, r->steps);
}

/* x: count start rows; the result is to be freed. */
static double *kept(const run *r, size_t count, const double *x)
{
    ito_system *s = opened(r->spec);
    const size_t dim = ito_system_field(s)->dim;
    double *rows = malloc(frames_of(r) * r->n * dim * sizeof(*rows));
    ito_start_rows start = { .rows = x, .count = count };
    ito_store store = { .rows = rows, .n = r->n };
    const ito_sink sink = { .fn = ito_store_frame,
                            .arg = &store,
                            .every = r->every };
    const ito_problem p = { .field = ito_system_field(s),
                            .t1 = r->t1,
                            .n = r->n,
                            .dtype = ITO_F64,
                            .init = ito_start_at_rows,
                            .init_arg = &start,
                            .sinks = &sink,
                            .sink_count = 1,
                            .seed = r->seed };
    const ito_solve_opts o = { .method = r->method, .steps = r->steps };

    CHECK(rows != NULL);
    CHECK_OK(ctx, ito_solve(ctx, &p, NULL, &o, NULL));
    ito_system_free(s);
    return rows;
}

static double mean_of(size_t n, const double *x)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double cov_of(size_t n, const double *x, const double *y)
{
    const double a = mean_of(n, x), b = mean_of(n, y);
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i] - a) * (y[i] - b);
    return sum / (double)n;
}

/* --- Brownian motion --------------------------------------------------- */

TEST(brownian_motion_has_the_covariance_of_the_earlier_time)
{
    const double zero = 0.0;
    const run r = { .spec = "brownian",
                    .t1 = 5.0,
                    .steps = 500,
                    .n = 20000,
                    .every = 100,
                    .seed = 1 };
    double *x = kept(&r, 1, &zero);

    for (size_t s = 1; s < 6; s++)
        for (size_t t = s; t < 6; t++) {
            const double a = (double)s, b = (double)t;

            CHECK_STAT(cov_of(r.n, x + s * r.n, x + t * r.n), a,
                       sqrt((a * b + a * a) / (double)r.n), 5);
        }
    free(x);
}

TEST(increments_are_normal_and_their_kurtosis_is_3)
{
    const double zero = 0.0;
    const run r = { .spec = "brownian",
                    .t1 = 5.0,
                    .steps = 500,
                    .n = 400,
                    .every = 1,
                    .seed = 2 };
    const size_t n = r.steps * r.n;
    double *x = kept(&r, 1, &zero), m2 = 0, m3 = 0, m4 = 0, lag = 0, worst = 0;

    for (size_t i = 0; i < n; i++) {
        const double z = (x[i + r.n] - x[i]) / 0.1; /* sqrt(h) */

        m2 += z * z / (double)n;
        m3 += z * z * z / (double)n;
        m4 += z * z * z * z / (double)n;
        if (i + 2 * r.n < n + r.n)
            lag += z * (x[i + 2 * r.n] - x[i + r.n]) / 0.1 / (double)n;
    }
    CHECK_STAT(m2, 1.0, sqrt(2.0 / (double)n), 5);
    CHECK_STAT(m3, 0.0, sqrt(15.0 / (double)n), 5);
    CHECK_STAT(m4 / (m2 * m2), 3.0, sqrt(24.0 / (double)n), 5);
    CHECK_STAT(lag, 0.0, sqrt(1.0 / (double)n), 5);
    /* quadratic variation and length of every path */
    for (size_t i = 0; i < r.n; i++) {
        double square = 0.0;

        for (size_t k = 0; k < r.steps; k++) {
            const double d = x[(k + 1) * r.n + i] - x[k * r.n + i];

            square += d * d;
        }
        worst = fmax(worst, fabs(square - 5.0));
    }
    CHECK(worst < 5.0 * 5.0 * sqrt(2.0 / 500.0));
    free(x);
}

TEST(paths_grow_longer_with_finer_steps)
{
    static const struct {
        size_t steps, n;
        double length;
    } rows[] = { { 100, 500, 17.84 },
                 { 1000, 100, 56.42 },
                 { 10000, 10, 178.4 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const double zero = 0.0;
        const run r = { .spec = "brownian",
                        .t1 = 5.0,
                        .steps = rows[i].steps,
                        .n = rows[i].n,
                        .every = 1,
                        .seed = 3 };
        double *x = kept(&r, 1, &zero), length = 0.0;

        for (size_t k = 0; k < r.steps * r.n; k++)
            length += fabs(x[k + r.n] - x[k]) / (double)r.n;
        /* of one path sqrt(T (1 - 2/pi)) */
        CHECK_STAT(length, sqrt(2.0 * (double)r.steps * 5.0 / PI),
                   sqrt(5.0 * (1.0 - 2.0 / PI) / (double)r.n), 5);
        CHECK_NEAR(sqrt(2.0 * (double)r.steps * 5.0 / PI), rows[i].length,
                   0.05);
        free(x);
    }
}

TEST(a_path_scales_with_sigma)
{
    const double zero[2] = { 0.0, 0.0 };
    run r = { .spec = "brownian:sigma=1,dim=2",
              .t1 = 5.0,
              .steps = 499,
              .n = 5,
              .every = 1,
              .seed = 4 };
    double *one = kept(&r, 1, zero), *more;

    r.spec = "brownian:sigma=2.5,dim=2";
    more = kept(&r, 1, zero);
    for (size_t i = 0; i < 500 * 5 * 2; i++)
        CHECK_NEAR(more[i], 2.5 * one[i], 1e-12 * (1.0 + fabs(more[i])));
    free(one);
    free(more);
}

/* --- Ornstein-Uhlenbeck ------------------------------------------------ */

/* The law of Euler and Maruyama: mean q^n x, variance
 * sigma^2 h (1 - q^2n) / (1 - q^2), q = 1 - theta h. */
TEST(euler_maruyama_on_ou_has_its_own_law)
{
    static const struct {
        const char *spec;
        double sigma, var;
    } rows[] = {
        { "ou:theta=0.25,sigma=0.25", 0.25, 0.125308 },
        { "ou:theta=0.25,sigma=0.5", 0.5, 0.501232 },
        { "ou:theta=0.25,sigma=1", 1.0, 2.004929 },
    };
    const double x = 10.0, h = 20.0 / 999.0, q = 1.0 - 0.25 * h;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const run r = { .spec = rows[i].spec,
                        .t1 = 20.0,
                        .steps = 999,
                        .n = 10000,
                        .every = 999,
                        .seed = 5 };
        double *end = kept(&r, 1, &x);
        const double var = rows[i].sigma * rows[i].sigma * h *
                           (1.0 - pow(q, 1998)) / (1.0 - q * q);

        CHECK_NEAR(var, rows[i].var, 6e-7);
        CHECK_STAT(mean_of(r.n, end + r.n), 10.0 * pow(q, 999),
                   sqrt(var / (double)r.n), 5);
        CHECK_STAT(cov_of(r.n, end + r.n, end + r.n), var,
                   var * sqrt(2.0 / (double)r.n), 5);
        free(end);
    }
}

/* The exponential method is exact, so the law is that of the process. */
TEST(ou_has_its_covariance_in_time)
{
    const double x = 2.0, theta = 0.5, sigma = 0.8;
    const double D = sigma * sigma / (2.0 * theta);
    const run r = { .spec = "ou:theta=0.5,sigma=0.8",
                    .method = "exponential",
                    .t1 = 8.0,
                    .steps = 16,
                    .n = 40000,
                    .every = 4,
                    .seed = 6 };
    double *rows = kept(&r, 1, &x);

    for (size_t a = 1; a < 5; a++)
        for (size_t b = a; b < 5; b++) {
            const double s = 2.0 * (double)a, t = 2.0 * (double)b;
            const double c =
                D * (exp(-theta * (t - s)) - exp(-theta * (t + s)));
            const double vs = -D * expm1(-2 * theta * s);
            const double vt = -D * expm1(-2 * theta * t);

            CHECK_STAT(cov_of(r.n, rows + a * r.n, rows + b * r.n), c,
                       sqrt((vs * vt + c * c) / (double)r.n), 5);
            CHECK_STAT(mean_of(r.n, rows + b * r.n), x * exp(-theta * t),
                       sqrt(vt / (double)r.n), 5);
        }
    free(rows);
}

/* Time times sigma^2: the three columns of the figure are one. */
TEST(ou_depends_on_the_ratio_alone)
{
    static const double D[3] = { 0.25, 1.0, 4.0 };
    static const double sigma[3] = { 1.0, 2.0, 10.0 };
    double x[10];

    for (size_t i = 0; i < 10; i++)
        x[i] = -20.0 + 40.0 * (double)i / 9.0;
    for (size_t d = 0; d < 3; d++) {
        double *column[3];

        for (size_t k = 0; k < 3; k++) {
            const double s2 = sigma[k] * sigma[k];
            char spec[64];
            run r = { .spec = spec,
                      .t1 = 10.0 / s2,
                      .steps = 999,
                      .n = 10,
                      .every = 1,
                      .seed = 7 };

            snprintf(spec, sizeof(spec), "ou:theta=%.17g,sigma=%g",
                     s2 / (2.0 * D[d]), sigma[k]);
            column[k] = kept(&r, 10, x);
        }
        for (size_t k = 1; k < 3; k++)
            for (size_t i = 0; i < 1000 * 10; i++)
                CHECK_NEAR(column[k][i], column[0][i], 1e-11);
        for (size_t k = 0; k < 3; k++)
            free(column[k]);
    }
}

TEST(without_noise_euler_maruyama_is_euler_bit_for_bit)
{
    static const char *const specs[] = { "ou:sigma=0", "gbm:beta=0",
                                         "lotka-volterra", "lorenz" };
    const double x[3] = { 1.5, 0.5, 2.0 };

    for (size_t i = 0; i < COUNT(specs); i++) {
        run r = { .spec = specs[i],
                  .t1 = 0.5,
                  .steps = 200,
                  .n = 40,
                  .every = 50,
                  .seed = 8 };
        size_t count = 5 * 40;
        ito_system *s = opened(specs[i]);
        double *a, *b;

        count *= ito_system_field(s)->dim;
        ito_system_free(s);
        r.method = "euler";
        a = kept(&r, 1, x);
        r.method = "euler-maruyama";
        b = kept(&r, 1, x);
        CHECK_SAME(a, b, count);
        free(a);
        free(b);
    }
}

/* dX = S dW: Cov X_t = S S' t. */
TEST(a_matrix_of_noise_gives_its_covariance)
{
    const ito_formulas f = { .drift = "0; 0",
                             .diffusion = "1, 2, 0.5; 0, 1, -1" };
    const double want[4] = { 5.25, 1.5, 1.5, 2.0 }, t = 2.0;
    const size_t n = 50000;
    double *x = calloc(2 * n, sizeof(*x));
    ito_system *s = NULL;
    ito_ensemble *stats;
    ito_moments m;
    const ito_ensemble_opts eo = { .dim = 2, .frames = 1 };

    CHECK(x != NULL);
    CHECK_OK(ctx, ito_system_formula(ctx, &f, &s));
    CHECK_OK(ctx, ito_ensemble_new(ctx, &eo, &stats));
    {
        const ito_sink sink = { .fn = ito_ensemble_frame, .arg = stats };
        const ito_problem p = { .field = ito_system_field(s),
                                .t1 = t,
                                .n = n,
                                .dtype = ITO_F64,
                                .sinks = &sink,
                                .sink_count = 1,
                                .seed = 9 };

        CHECK_OK(ctx,
                 ito_solve(ctx, &p, x, &(ito_solve_opts){ .steps = 10 }, NULL));
    }
    CHECK_OK(ctx, ito_ensemble_moments(ctx, stats, 0, &m));
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 2; b++)
            CHECK_STAT(m.cov[2 * a + b], want[2 * a + b] * t,
                       t * sqrt((want[3 * a] * want[3 * b] +
                                 want[2 * a + b] * want[2 * a + b]) /
                                (double)n),
                       5);
    ito_ensemble_free(stats);
    ito_system_free(s);
    free(x);
}

/* --- Langevin dynamics ------------------------------------------------- */

/* Target N(m, s^2): Euler and Maruyama settle at the variance
 * s^2 / (1 - sigma^2 h / (4 s^2)); a Metropolis test takes that away. */
TEST(langevin_steps_have_a_bias_that_a_metropolis_test_removes)
{
    static const struct {
        const char *method;
        double var;
    } rows[] = { { "euler-maruyama", 2.25 / (1.0 - 4.0 * 0.5 / (4.0 * 2.25)) },
                 { "ula", 2.25 / (1.0 - 4.0 * 0.5 / (4.0 * 2.25)) },
                 { "mala", 2.25 } };
    const double m = 1.0;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const run r = { .spec = "langevin:target=gaussian,dim=1,mean=1,std=1.5,"
                                "sigma=2",
                        .method = rows[i].method,
                        .t1 = 30.0,
                        .steps = 60,
                        .n = 40000,
                        .every = 60,
                        .seed = 10 };
        double *x = kept(&r, 1, &m);

        CHECK_STAT(mean_of(r.n, x + r.n), 1.0, sqrt(rows[i].var / (double)r.n),
                   5);
        CHECK_STAT(cov_of(r.n, x + r.n, x + r.n), rows[i].var,
                   rows[i].var * sqrt(2.0 / (double)r.n), 5);
        free(x);
    }
}

#define LAB \
    "langevin:target=gmm-random,sigma=0.6,modes=5,scale=15,std=0.75,seed=3"

/* The lab's run from N(0, 20 I), which does not reach the target. */
TEST(langevin_climbs_the_density_of_the_lab)
{
    ito_system *s = opened(LAB);
    const size_t n = 1000;
    double *x = malloc(2 * n * sizeof(*x)), *logp = malloc(n * sizeof(*logp));
    const double std = sqrt(20.0);
    double before, after;

    CHECK(x && logp);
    t_seed = 11;
    for (size_t i = 0; i < 2 * n; i++)
        x[i] = std * t_normal();
    CHECK_OK(ctx, ito_system_logp(ctx, s, NULL, HUGE_VAL, n, x, logp));
    before = mean_of(n, logp);
    {
        const ito_problem p = { .field = ito_system_field(s),
                                .t1 = 5.0,
                                .n = n,
                                .dtype = ITO_F64,
                                .seed = 11 };

        CHECK_OK(ctx, ito_solve(ctx, &p, x, &(ito_solve_opts){ .steps = 999 },
                                NULL));
    }
    CHECK_OK(ctx, ito_system_logp(ctx, s, NULL, HUGE_VAL, n, x, logp));
    after = mean_of(n, logp);
    CHECK(after > before + 10.0);
    free(x);
    free(logp);
    ito_system_free(s);
}

/* Inside one mode it is an Ornstein-Uhlenbeck process: the mean relaxes by
 * exp(-sigma^2 t / (2 s^2)), and the spread becomes that of the mode. */
TEST(langevin_relaxes_inside_a_mode)
{
    const char *spec =
        "langevin:target=gmm,sigma=0.6,modes=5,scale=15,std=0.75";
    const double x[2] = { 15.6, 0.0 };
    run r = { .spec = spec,
              .t1 = 5.0,
              .steps = 1000,
              .n = 20000,
              .every = 1000,
              .seed = 12 };
    double *end = kept(&r, 1, x);
    double mean[2] = { 0.0 }, var[2] = { 0.0 };

    for (size_t i = 0; i < r.n; i++)
        mean[0] += (end[2 * (r.n + i)] - 15.0) / (double)r.n;
    CHECK_NEAR(exp(-0.36 * 5.0 / (2.0 * 0.5625)), 0.202, 5e-4);
    CHECK_STAT(mean[0], 0.6 * exp(-0.36 * 5.0 / (2.0 * 0.5625)),
               0.75 / sqrt((double)r.n), 5);
    free(end);
    r.t1 = 25.0;
    end = kept(&r, 1, x);
    mean[0] = 0.0;
    for (size_t i = 0; i < r.n; i++)
        for (size_t c = 0; c < 2; c++)
            mean[c] += end[2 * (r.n + i) + c] / (double)r.n;
    for (size_t i = 0; i < r.n; i++)
        for (size_t c = 0; c < 2; c++)
            var[c] += pow(end[2 * (r.n + i) + c] - mean[c], 2) / (double)r.n;
    for (size_t c = 0; c < 2; c++)
        CHECK_REL(sqrt(var[c]), 0.75, 0.02);
    free(end);
}

/* p = N(0, sigma^2 / (2 theta)): the same seed gives the same path. */
TEST(langevin_on_a_gaussian_takes_the_path_of_ou)
{
    const double x[2] = { 1.0, -2.0 };
    run r = { .spec = "langevin:target=gaussian,dim=2,std=2,sigma=2",
              .t1 = 5.0,
              .steps = 1000,
              .n = 50,
              .every = 1,
              .seed = 13 };
    double *a = kept(&r, 1, x), *b;

    r.spec = "ou:theta=0.5,sigma=2,dim=2";
    b = kept(&r, 1, x);
    for (size_t i = 0; i < 1001 * 50 * 2; i++)
        CHECK_NEAR(a[i], b[i], 1e-12);
    free(a);
    free(b);
}

/* Z drops out: a constant added to an energy changes nothing. */
TEST(an_energy_is_known_up_to_a_constant)
{
    static const char *const texts[] = { "x^4/4-x^2/2+y^2",
                                         "x^4/4-x^2/2+y^2+17" };
    double x[2][200];

    for (size_t k = 0; k < 2; k++) {
        ito_system *s = NULL;

        CHECK_OK(ctx, ito_system_formula(
                          ctx, &(ito_formulas){ .energy = texts[k] }, &s));
        for (size_t i = 0; i < 200; i++)
            x[k][i] = 0.5;
        {
            const ito_problem p = { .field = ito_system_field(s),
                                    .t1 = 1.0,
                                    .n = 100,
                                    .dtype = ITO_F64,
                                    .seed = 14 };

            CHECK_OK(ctx, ito_solve(ctx, &p, x[k], NULL, NULL));
        }
        ito_system_free(s);
    }
    CHECK_SAME(x[0], x[1], 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(brownian_motion_has_the_covariance_of_the_earlier_time),
        RUN(increments_are_normal_and_their_kurtosis_is_3),
        RUN(paths_grow_longer_with_finer_steps),
        RUN(a_path_scales_with_sigma),
        RUN(euler_maruyama_on_ou_has_its_own_law),
        RUN(ou_has_its_covariance_in_time),
        RUN(ou_depends_on_the_ratio_alone),
        RUN(without_noise_euler_maruyama_is_euler_bit_for_bit),
        RUN(a_matrix_of_noise_gives_its_covariance),
        RUN(langevin_steps_have_a_bias_that_a_metropolis_test_removes),
        RUN(langevin_climbs_the_density_of_the_lab),
        RUN(langevin_relaxes_inside_a_mode),
        RUN(langevin_on_a_gaussian_takes_the_path_of_ou),
        RUN(an_energy_is_known_up_to_a_constant),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

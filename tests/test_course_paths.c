/* SPDX-License-Identifier: MIT
 *
 * test_course_paths.c - conditional paths, fields and scores of MIT's course
 * 6.S184 (lab 2, lectures 2 and 3), and the marginal ones made of them, each
 * against its formula.
 *
 * A conditional field u_t(x | z) is the marginal field of data that are the
 * one point z: the oracle of a set of one row.
 */
#include "check.h"

#include <ito/oracle.h>
#include <ito/solve.h>

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

static const char *const names[] = { "linear", "sqrt", "cosine" };

static void eval(const ito_oracle *o, ito_part part, double t, size_t n,
                 const double *x, double *out)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx,
             ito_field_eval(ctx, ito_oracle_field(o), part, &at, n, x, out));
}

static ito_oracle *open_oracle(const char *data, const char *path)
{
    char spec[128];
    ito_oracle *o;

    snprintf(spec, sizeof(spec), "%s@%s", data, path);
    CHECK_OK(ctx, ito_oracle_open(ctx, spec, &o));
    return o;
}

/* --- L2.4: x_t = alpha z + beta e ---------------------------------------- */

/* Sums of x, y, x^2, y^2, x y over n rows, over n. */
static void sums(const float *rows, size_t n, double out[5])
{
    memset(out, 0, 5 * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
        const double v[5] = { x, y, x * x, y * y, x * y };

        for (int k = 0; k < 5; k++)
            out[k] += v[k] / (double)n;
    }
}

/* The mean of p_t is alpha E z and its covariance alpha^2 Cov z + beta^2 I,
 * whatever the data are; at 0 and 1 the rows are the noise and the data. */
TEST(l2_4_a_path_has_the_moments_of_its_ends)
{
    enum { N = 40000 };
    static float z[2 * N], e[2 * N], x[2 * N];
    /* mean and covariance (xx, yy, xy) of course table A0 */
    static const struct {
        const char *spec;
        double mean[2], cov[3];
    } sets[] = {
        { "gmm", { 0, 0 }, { 51, 51, 0 } },
        { "moons:scale=3.5", { 1.75, .875 }, { 9.2181, 3.0220, -2.3680 } },
        { "circles:scale=5", { 0, 0 }, { 7.875, 7.875, 0 } },
        { "checkerboard", { 0, 0 }, { 8.3333, 8.3333, 1.5625 } },
    };

    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 2 }, 0, N, 2, e));
    for (size_t k = 0; k < COUNT(sets) * COUNT(names); k++) {
        const size_t s = k % COUNT(sets);
        ito_along along = { .path = ito_path_find(names[k / COUNT(sets)]),
                            .dim = 2 };
        ito_dist *dist;

        CHECK_OK(ctx, ito_dist_open(ctx, sets[s].spec, &dist));
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 1 }, 0,
                                      N, z));
        ito_dist_free(dist);
        for (along.t = 0.0; along.t <= 1.0; along.t += 0.25) {
            const ito_coef c = ito_path_coef(along.path, along.t);
            const double a2 = c.alpha * c.alpha, b2 = c.beta * c.beta;
            double m[5], var[2];

            CHECK_OK(ctx, ito_path_points(ctx, &along, N, z, e, x));
            if (along.t == 0.0)
                CHECK_SAME(x, e, 2 * N);
            if (along.t == 1.0)
                CHECK_SAME(x, z, 2 * N);
            sums(x, N, m);
            for (int j = 0; j < 2; j++) {
                var[j] = a2 * sets[s].cov[j] + b2;
                CHECK_STAT(m[j], c.alpha * sets[s].mean[j], sqrt(var[j] / N),
                           5);
                /* no set here has a kurtosis above the normal's 3 */
                CHECK_STAT(m[2 + j] - m[j] * m[j], var[j],
                           var[j] * sqrt(2.0 / N) + 1e-4, 5);
            }
            CHECK_STAT(m[4] - m[0] * m[1], a2 * sets[s].cov[2],
                       sqrt(2.0 * var[0] * var[1] / N) + 1e-4, 5);
        }
    }
}

/* --- L2.5: the conditional field ------------------------------------------ */

/* d/dt (alpha z + beta e) = alphadot z + betadot e is u_t(x | z), which as a
 * function of x is (alphadot - betadot alpha / beta) z + betadot / beta x. */
TEST(l2_5_the_conditional_field_is_the_slope_of_the_path)
{
    const double z[2] = { 1.7, -0.4 }, e[2] = { -0.6, 1.1 };
    const float row[2] = { 1.7F, -0.4F };

    for (size_t p = 0; p < COUNT(names); p++) {
        const ito_path *path = ito_path_find(names[p]);
        ito_oracle *o;

        CHECK_OK(ctx, ito_oracle_open_points(ctx, 1, 2, row, path, &o));
        for (double t = 0.05; t < 0.99; t += 0.09) {
            const ito_coef c = ito_path_coef(path, t);
            double x[2], u[2], got[2];
            ito_along along = { .path = path,
                                .t = t,
                                .dim = 2,
                                .dtype = ITO_F64,
                                .from = ITO_PREDICT_DATA };

            CHECK_OK(ctx, ito_path_points(ctx, &along, 1, z, e, x));
            CHECK_OK(ctx, ito_path_targets(ctx, &along, 1, z, e, u));
            CHECK_OK(ctx, ito_convert(ctx, &along, 1, x, z, got));
            for (int j = 0; j < 2; j++) {
                const double f =
                    (c.alphadot - c.betadot * c.alpha / c.beta) * z[j] +
                    c.betadot / c.beta * x[j];

                CHECK_NEAR(u[j], c.alphadot * z[j] + c.betadot * e[j], 1e-14);
                CHECK_NEAR(got[j], u[j], 1e-12);
                CHECK_NEAR(f, u[j], 1e-12);
                x[j] = c.alpha * (double)row[j] + c.beta * e[j];
                u[j] = c.alphadot * (double)row[j] + c.betadot * e[j];
            }
            eval(o, ITO_PART_DRIFT, t, 1, x, got);
            for (int j = 0; j < 2; j++)
                CHECK_NEAR(got[j], u[j], 1e-12);
        }
        ito_oracle_free(o);
    }
}

/* The same as an equation: particles of N(0, I) lie at t as N(alpha z, beta^2
 * I), and on the linear path, whose lines are straight, Euler steps of any
 * number end on z. */
TEST(l2_5_its_flow_takes_noise_to_the_point)
{
    enum { N = 4000 };
    static double x[2 * N];
    const float z[2] = { 3.0F, -2.0F };
    static const double ts[] = { 0.25, 0.5, 0.75 };

    for (size_t k = 0; k < COUNT(names) * COUNT(ts); k++) {
        const double t = ts[k % COUNT(ts)];
        const ito_path *path = ito_path_find(names[k / COUNT(ts)]);
        const ito_coef c = ito_path_coef(path, t);
        ito_start start = { .ctx = ctx, .at = { .seed = 3 } };
        const ito_solve_opts how = { .method = "rk4", .steps = 100 };
        ito_problem p = { .t1 = t,
                          .n = N,
                          .dtype = ITO_F64,
                          .init = ito_start_normal,
                          .init_arg = &start };
        double m[2] = { 0 }, v[2] = { 0 };
        ito_oracle *o;

        CHECK_OK(ctx, ito_oracle_open_points(ctx, 1, 2, z, path, &o));
        p.field = ito_oracle_field(o);
        CHECK_OK(ctx, ito_solve(ctx, &p, x, &how, NULL));
        for (size_t i = 0; i < 2 * N; i++)
            m[i % 2] += x[i] / N;
        for (size_t i = 0; i < 2 * N; i++)
            v[i % 2] += (x[i] - m[i % 2]) * (x[i] - m[i % 2]) / N;
        for (int j = 0; j < 2; j++) {
            CHECK_STAT(m[j], c.alpha * (double)z[j], c.beta / sqrt(N), 5);
            CHECK_STAT(v[j], c.beta * c.beta, c.beta * c.beta * sqrt(2.0 / N),
                       5);
        }
        ito_oracle_free(o);
    }
    for (size_t steps = 1; steps < 1000; steps += 199) {
        const ito_solve_opts how = { .method = "euler", .steps = steps };
        ito_start start = { .ctx = ctx, .at = { .seed = 3 } };
        ito_problem p = { .t1 = 1.0,
                          .n = 50,
                          .dtype = ITO_F64,
                          .init = ito_start_normal,
                          .init_arg = &start };
        ito_oracle *o;

        CHECK_OK(ctx, ito_oracle_open_points(ctx, 1, 2, z, NULL, &o));
        p.field = ito_oracle_field(o);
        CHECK_OK(ctx, ito_solve(ctx, &p, x, &how, NULL));
        for (size_t i = 0; i < 100; i++)
            CHECK_NEAR(x[i], z[i % 2], 1e-12);
        ito_oracle_free(o);
    }
}

/* --- L2.7 and S21: scores ------------------------------------------------- */

/* (alpha z - x) / beta^2 is the slope of log N(x; alpha z, beta^2 I). */
TEST(l2_7_the_conditional_score_is_the_slope_of_a_normal)
{
    const float z[2] = { 3.0F, -2.0F };

    for (size_t p = 0; p < COUNT(names); p++)
        for (double t = 0.1; t < 0.95; t += 0.2) {
            const ito_path *path = ito_path_find(names[p]);
            const ito_coef c = ito_path_coef(path, t);
            const double x[2] = { 0.3, 0.8 }, h = 1e-5;
            double s[2], by_hand[2], r2 = 0.0, logp;
            ito_oracle *o;

            CHECK_OK(ctx, ito_oracle_open_points(ctx, 1, 2, z, path, &o));
            eval(o, ITO_PART_SCORE, t, 1, x, s);
            eval(o, ITO_PART_LOG_DENSITY, t, 1, x, &logp);
            for (int j = 0; j < 2; j++) {
                const double r = x[j] - c.alpha * (double)z[j];

                by_hand[j] = -r / (c.beta * c.beta);
                r2 += r * r;
                CHECK_NEAR(s[j], by_hand[j], 1e-12 * (1 + fabs(s[j])));
            }
            CHECK_NEAR(logp,
                       -r2 / (2 * c.beta * c.beta) -
                           log(2 * 3.14159265358979323846 * c.beta * c.beta),
                       1e-12 * (1 + fabs(logp)));
            for (int j = 0; j < 2; j++) {
                double up[2] = { x[0], x[1] }, down[2] = { x[0], x[1] }, l[2];

                up[j] += h;
                down[j] -= h;
                eval(o, ITO_PART_LOG_DENSITY, t, 1, up, &l[0]);
                eval(o, ITO_PART_LOG_DENSITY, t, 1, down, &l[1]);
                CHECK_NEAR((l[0] - l[1]) / (2 * h), s[j],
                           1e-7 * (1 + fabs(s[j])));
            }
            ito_oracle_free(o);
        }
}

/* Sums of weight w, and of w d and w^2 d^2 for four differences d. */
typedef struct averages {
    double mass, sum[4], square[4];
} averages;

/* Point z, weighed by p(x given z): its field and score less the marginal
 * ones. */
static void take(averages *a, const ito_coef *c, const double x[2],
                 const float *z, const double us[4])
{
    double e[2], w;

    for (size_t j = 0; j < 2; j++)
        e[j] = (x[j] - c->alpha * (double)z[j]) / c->beta;
    w = exp(-(e[0] * e[0] + e[1] * e[1]) / 2);
    a->mass += w;
    for (size_t q = 0; q < 4; q++) {
        const double one = q < 2
                               ? c->alphadot * (double)z[q] + c->betadot * e[q]
                               : -e[q - 2] / c->beta;
        const double d = one - us[q];

        a->sum[q] += w * d;
        a->square[q] += w * w * d * d;
    }
}

/* Marginal field and score are the averages of the conditional ones under
 * p(z | x), here self-normalised Monte Carlo with 5 standard errors. */
TEST(s21_marginals_are_posterior_averages)
{
    enum { N = 100000 };
    static float z[2 * N];
    const double t = 0.4, x[2] = { 1.0, 0.6 };

    for (size_t k = 0; k < COUNT(names); k++) {
        ito_oracle *o = open_oracle("gmm:scale=3", names[k]);
        const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
        averages a = { 0 };
        double us[4];

        CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(o),
                                      &(ito_noise){ .seed = 5 }, 0, N, z));
        eval(o, ITO_PART_DRIFT, t, 1, x, us);
        eval(o, ITO_PART_SCORE, t, 1, x, us + 2);
        for (size_t i = 0; i < N; i++)
            take(&a, &c, x, z + 2 * i, us);
        for (size_t q = 0; q < 4; q++)
            CHECK_STAT(a.sum[q] / a.mass, 0.0, sqrt(a.square[q]) / a.mass, 5);
        ito_oracle_free(o);
    }
}

/* --- N4 and L2.15: conversions of exact fields ---------------------------- */

/* For the exact u and s of five modes: s from u to 1e-12 by the formula of lab
 * 2, (alpha u - alphadot x) / (beta W), and u = a x + b s to 2e-15 of its
 * terms, a = alphadot / alpha, b = beta W / alpha; both by ito_convert too. */
TEST(l2_15_the_score_of_an_exact_field_is_the_exact_score)
{
    enum { N = 200 };
    static double x[2 * N], u[2 * N], s[2 * N], got[2 * N];

    for (size_t i = 0; i < 2 * N; i++)
        x[i] = 12.0 * (double)t_uniform();
    for (size_t k = 0; k < COUNT(names); k++) {
        ito_oracle *o = open_oracle("gmm", names[k]);

        for (double t = 0.05; t < 0.96; t += 0.15) {
            ito_along along = { .path = ito_oracle_path(o),
                                .t = t,
                                .dim = 2,
                                .dtype = ITO_F64,
                                .to = ITO_PREDICT_SCORE };
            const ito_coef c = ito_path_coef(along.path, t);

            eval(o, ITO_PART_DRIFT, t, N, x, u);
            eval(o, ITO_PART_SCORE, t, N, x, s);
            CHECK_OK(ctx, ito_convert(ctx, &along, N, x, u, got));
            for (size_t i = 0; i < 2 * N; i++) {
                const double a = c.alphadot / c.alpha * x[i];
                const double b = c.beta_w / c.alpha * s[i];
                const double lab =
                    (c.alpha * u[i] - c.alphadot * x[i]) / c.beta_w;
                const double size =
                    (fabs(c.alpha * u[i]) + fabs(c.alphadot * x[i])) / c.beta_w;

                CHECK_NEAR(got[i], s[i], 1e-12 * (1 + size));
                CHECK_NEAR(lab, s[i], 1e-12 * (1 + size));
                CHECK_NEAR(u[i], a + b, 2e-15 * (1 + fabs(a) + fabs(b)));
            }
            /* the lab's schedules: beta W = 1 - t / 2 on sqrt, 1 - t here */
            if (k == 0)
                CHECK_NEAR(c.w, 1.0, 1e-15);
            if (k == 1)
                CHECK_NEAR(c.beta_w, 1.0 - t / 2, 1e-15);
            if (k == 2)
                CHECK_NEAR(c.w, 1.57079632679489662, 1e-14);
        }
        ito_oracle_free(o);
    }
}

/* --- L2.18: the linear path from any p_init ------------------------------- */

/* u_t(x | z) = (z - x) / (1 - t) = z - y, whatever y is drawn from; its score
 * is tested in test_convert.c. */
TEST(l2_18_the_field_of_a_linear_path_is_data_minus_start)
{
    enum { N = 200 };
    static double z[2 * N], y[2 * N], x[2 * N], u[2 * N];
    static float rows[2 * N];
    ito_dist *ring;

    CHECK_OK(ctx, ito_dist_open(ctx, "circles", &ring));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, ring, &(ito_noise){ .seed = 4 }, 0, N, rows));
    ito_dist_free(ring);
    for (size_t i = 0; i < 2 * N; i++) {
        y[i] = (double)rows[i];
        z[i] = 5.0 * (double)t_uniform();
    }
    for (double t = 0.0; t < 0.95; t += 0.1) {
        const ito_along along = { .t = t, .dim = 2, .dtype = ITO_F64 };

        CHECK_OK(ctx, ito_path_points(ctx, &along, N, z, y, x));
        CHECK_OK(ctx, ito_path_targets(ctx, &along, N, z, y, u));
        for (size_t i = 0; i < 2 * N; i++) {
            CHECK_NEAR(u[i], z[i] - y[i], 1e-14);
            CHECK_NEAR((z[i] - x[i]) / (1.0 - t), u[i], 1e-12 / (1.0 - t));
        }
    }
}

/* --- the exact checkerboard ----------------------------------------------- */

/* Euler steps of the exact field fill the legal cells up to a share that the
 * course measured: .983, .991, .997, .999. */
TEST(b2_more_steps_leave_fewer_points_outside_the_checkerboard)
{
    enum { N = 1000 };
    static float x[2 * N];
    static const struct {
        size_t steps;
        double share;
    } rows[] = { { 50, .983 }, { 99, .991 }, { 200, .997 }, { 999, .999 } };
    ito_start start = { .ctx = ctx, .at = { .seed = 6 } };
    ito_oracle *o = open_oracle("checkerboard:grid=4,scale=5", "linear");
    const ito_problem p = { .field = ito_oracle_field(o),
                            .t1 = 1.0,
                            .n = N,
                            .init = ito_start_normal,
                            .init_arg = &start };

    for (size_t k = 0; k < COUNT(rows); k++) {
        const ito_solve_opts how = { .method = "euler",
                                     .steps = rows[k].steps };
        const double q = rows[k].share;
        double legal = 0.0;

        CHECK_OK(ctx, ito_solve(ctx, &p, x, &how, NULL));
        for (size_t i = 0; i < N; i++) {
            const double a = floor((double)x[2 * i] / 2.5);
            const double b = floor((double)x[2 * i + 1] / 2.5);

            if (fabs(a + 0.5) < 2 && fabs(b + 0.5) < 2 &&
                fmod(a + b + 8, 2) == 0)
                legal += 1.0 / N;
        }
        CHECK(legal >= q - 5 * sqrt(q * (1 - q) / N));
    }
    ito_oracle_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(l2_4_a_path_has_the_moments_of_its_ends),
        RUN(l2_5_the_conditional_field_is_the_slope_of_the_path),
        RUN(l2_5_its_flow_takes_noise_to_the_point),
        RUN(l2_7_the_conditional_score_is_the_slope_of_a_normal),
        RUN(s21_marginals_are_posterior_averages),
        RUN(l2_15_the_score_of_an_exact_field_is_the_exact_score),
        RUN(l2_18_the_field_of_a_linear_path_is_data_minus_start),
        RUN(b2_more_steps_leave_fewer_points_outside_the_checkerboard),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_extension.c - noise added to a flow: forms of sigma, the moments that
 * Euler-Maruyama steps must give, samples, stability, time grids.
 */
#include <ito/extension.h>
#include <ito/oracle.h>
#include <ito/solve.h>

#include "check.h"

#define D3 "gmm:modes=5,scale=10,std=1"

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

static double sigma_of(const char *text, const char *path, double t)
{
    ito_sigma *s;
    double v;

    CHECK_OK(ctx, ito_sigma_parse(ctx, text, ito_path_find(path), &s));
    v = ito_sigma_value(s, t);
    ito_sigma_free(s);
    return v;
}

TEST(forms_of_sigma_are_read)
{
    CHECK_NEAR(sigma_of("0", "linear", 0.3), 0.0, 0.0);
    CHECK_NEAR(sigma_of("2.5", "linear", 0.3), 2.5, 0.0);
    CHECK_NEAR(sigma_of("beta", "linear", 0.3), 0.7, 1e-15);
    CHECK_NEAR(sigma_of("beta:2", "sqrt", 0.36), 1.6, 1e-15);
    CHECK_NEAR(sigma_of("3*alpha*beta", "sqrt", 0.36), 3 * 0.36 * 0.8, 1e-14);
    CHECK_NEAR(sigma_of("2*sqrt(1-t)", "linear", 0.75), 1.0, 1e-15);
    CHECK_NEAR(sigma_of("sine", "linear", 0.5), 1.0, 1e-15);
    CHECK_NEAR(sigma_of("bw", "sqrt", 0.5), 0.75, 1e-15);
    CHECK_NEAR(sigma_of("t > .2 && t < .8 ? 1 : 0", "linear", 0.5), 1.0, 0.0);
    CHECK_NEAR(sigma_of("t > .2 && t < .8 ? 1 : 0", "linear", 0.9), 0.0, 0.0);
    for (size_t i = 0; ito_sigma_name_at(i); i++)
        for (size_t p = 0; ito_path_at(p); p++)
            CHECK(sigma_of(ito_sigma_name_at(i)->name, ito_path_at(p)->name,
                           0.5) >= 0.0);
}

TEST(what_is_no_sigma_is_refused)
{
    ito_sigma *s;

    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "betta", NULL, &s), ITO_EARG, "beta");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "constnt:2", NULL, &s), ITO_EARG,
                "no form \"constnt\", did you mean constant?");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "x", NULL, &s), ITO_EARG, "x");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "1; 2", NULL, &s), ITO_EARG,
                "2 elements");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "log(t)", NULL, &s), ITO_ERANGE,
                "t = 0");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "t - 0.5", NULL, &s), ITO_ERANGE,
                "t = 0");
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "1/beta", NULL, &s), ITO_ERANGE,
                "t = 1");
    CHECK(s == NULL);
    CHECK_FAILS(ctx, ito_sigma_parse(ctx, "", NULL, &s), ITO_EARG, "");
}

/* An exact flow with noise. */
typedef struct extended {
    ito_dist *dist;
    ito_oracle *oracle;
    ito_sigma *sigma;
    ito_extension *sde;
    const ito_field *field;
} extended;

static void extend(extended *e, ito_dist *dist, const char *path,
                   const char *form, ito_last_step last, size_t steps)
{
    ito_extension_opts o = { .last = last, .steps = steps };

    e->dist = dist;
    CHECK_OK(ctx, ito_oracle_of(ctx, dist, ito_path_find(path), &e->oracle));
    CHECK_OK(ctx, ito_sigma_parse(ctx, form, ito_path_find(path), &e->sigma));
    o.sigma = e->sigma;
    CHECK_OK(ctx,
             ito_extension_open(ctx, ito_oracle_field(e->oracle), &o, &e->sde));
    e->field = ito_extension_field(e->sde);
}

static void drop(extended *e)
{
    ito_extension_free(e->sde);
    ito_sigma_free(e->sigma);
    ito_oracle_free(e->oracle);
    ito_dist_free(e->dist);
}

static ito_dist *one_normal(double mean, double std)
{
    const double cov = std * std;
    ito_dist *d;

    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, 1, &mean, &cov, &d));
    return d;
}

/*
 * Data N(1.5, .4^2): the field is affine, so that the moments of n steps of
 * Euler-Maruyama are known: m' = A m + B, v' = A^2 v + h sigma^2.
 */
static void moments(const char *path, const char *form, size_t n, double out[2])
{
    const double x[2] = { 0.0, 1.0 }, h = 1.0 / (double)n;
    extended e;

    extend(&e, one_normal(1.5, 0.4), path, form, ITO_LAST_NOISE, 0);
    out[0] = 0.0;
    out[1] = 1.0;
    for (size_t i = 0; i < n; i++) {
        const ito_rows_at at = { .t = (double)i / (double)n, .dtype = ITO_F64 };
        double u[2], sigma[2] = { 0.0, 0.0 }, a;

        CHECK_OK(ctx,
                 ito_field_eval(ctx, e.field, ITO_PART_DRIFT, &at, 2, x, u));
        if (e.field->diffusion)
            CHECK_OK(ctx, ito_field_eval(ctx, e.field, ITO_PART_DIFFUSION, &at,
                                         2, x, sigma));
        a = 1.0 + h * (u[1] - u[0]);
        out[0] = a * out[0] + h * u[0];
        out[1] = a * a * out[1] + h * sigma[0] * sigma[0];
    }
    drop(&e);
}

TEST(s23_the_variance_of_euler_steps_is_that_of_the_course)
{
    static const char *const forms[4] = { "0", "1", "2", "beta" };
    static const char *const paths[2] = { "linear", "sqrt" };
    static const double v[2][4] = { { 0.154840, 0.160808, 0.169592, 0.156284 },
                                    { 0.161007, 0.164084, 0.172455,
                                      0.161887 } };

    for (size_t p = 0; p < 2; p++)
        for (size_t k = 0; k < 4; k++) {
            double m[2], fine[2], finer[2];

            moments(paths[p], forms[k], 100, m);
            CHECK_NEAR(m[1], v[p][k], 6e-7);
            if (p == 0)
                CHECK_NEAR(m[0], 1.5, 1e-13);
            moments(paths[p], forms[k], 400, fine);
            moments(paths[p], forms[k], 800, finer);
            CHECK_NEAR(log2((fine[1] - 0.16) / (finer[1] - 0.16)), 1.0, 0.1);
        }
}

TEST(sigma_0_is_the_flow_bit_for_bit)
{
    const size_t n = 70;
    const ito_solve_opts how = { .method = "heun", .steps = 20 };
    ito_start start = { .ctx = ctx, .at = { .seed = 3 } };
    ito_problem p = {
        .t1 = 1.0, .n = n, .init = ito_start_normal, .init_arg = &start
    };
    float a[2 * 70], b[2 * 70];
    ito_dist *dist;
    extended e;

    CHECK_OK(ctx, ito_dist_open(ctx, D3, &dist));
    for (size_t k = 0; k < 2; k++) { /* as a number, as a value */
        extend(&e, dist, "linear", k ? "0*t" : "none", ITO_LAST_NOISE, 0);
        CHECK((e.field->noise == ITO_NOISE_NONE) == (e.field->diffusion == 0));
        p.field = e.field;
        CHECK_OK(ctx, ito_solve(ctx, &p, a, &how, NULL));
        p.field = ito_oracle_field(e.oracle);
        CHECK_OK(ctx, ito_solve(ctx, &p, b, &how, NULL));
        CHECK_SAME(a, b, 2 * n);
        e.dist = NULL;
        drop(&e);
    }
    ito_dist_free(dist);
}

/* Share of each mode, spread within modes, share beyond 4 std. */
static void measure(const double *x, size_t n, double share[5], double *std,
                    double *far)
{
    double sum = 0.0;

    memset(share, 0, 5 * sizeof(*share));
    *far = 0.0;
    for (size_t i = 0; i < n; i++) {
        double best = HUGE_VAL;
        size_t mode = 0;

        for (size_t k = 0; k < 5; k++) {
            const double angle = 2.0 * 3.14159265358979323846 * (double)k / 5.0;
            const double dx = x[2 * i] - 10.0 * cos(angle);
            const double dy = x[2 * i + 1] - 10.0 * sin(angle);

            if (dx * dx + dy * dy < best) {
                best = dx * dx + dy * dy;
                mode = k;
            }
        }
        share[mode] += 1.0 / (double)n;
        sum += best;
        *far += best > 16.0 ? 1.0 / (double)n : 0.0;
    }
    *std = sqrt(sum / (2.0 * (double)n));
}

static void sample_d3(const char *form, const char *method, ito_last_step last,
                      double *std)
{
    const size_t n = 6000, steps = 300;
    const ito_solve_opts how = { .method = method, .steps = steps };
    ito_start start = { .ctx = ctx, .at = { .seed = 11 } };
    double *x = malloc(2 * n * sizeof(*x)), share[5], far;
    ito_problem p = { .t1 = 1.0,
                      .n = n,
                      .seed = 11,
                      .dtype = ITO_F64,
                      .init = ito_start_normal,
                      .init_arg = &start };
    ito_dist *dist;
    extended e;

    CHECK_OK(ctx, ito_dist_open(ctx, D3, &dist));
    extend(&e, dist, "linear", form, last, steps);
    p.field = e.field;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &how, NULL));
    measure(x, n, share, std, &far);
    for (size_t k = 0; k < 5; k++)
        CHECK_STAT(share[k], 0.2, sqrt(0.16 / (double)n), 5.0);
    CHECK(far <= 3.4e-4 + 5.0 * sqrt(3.4e-4 / (double)n));
    drop(&e);
    free(x);
}

TEST(s23_samples_do_not_depend_on_sigma)
{
    static const char *const forms[5] = { "0", "1", "2", "beta", "2*beta" };
    double std;

    for (size_t k = 0; k < 5; k++) {
        sample_d3(forms[k], k ? "euler-maruyama" : "euler", ITO_LAST_NOISE,
                  &std);
        CHECK_NEAR(std, 1.0, 0.02);
    }
    sample_d3("beta", "heun", ITO_LAST_NOISE, &std); /* stochastic Heun */
    CHECK_NEAR(std, 1.0, 0.02);
}

/* n steps of the normal with sigma = 2: with noise in the last step, without,
 * and with a last step of the flow. */
TEST(the_last_step_is_the_mean_or_the_flow_where_that_is_asked_for)
{
    const size_t steps = 10, n = 4;
    const ito_solve_opts how = { .method = "euler-maruyama", .steps = steps };
    double x[3][4], before[4], u[4], drift[4];
    const ito_rows_at at = { .t = 0.9, .dtype = ITO_F64 };
    extended e;

    for (size_t k = 0; k < 3; k++) {
        ito_start start = { .ctx = ctx, .at = { .seed = 5 } };
        ito_problem p = { .t1 = 1.0,
                          .n = n,
                          .seed = 5,
                          .dtype = ITO_F64,
                          .init = ito_start_normal,
                          .init_arg = &start };
        ito_solve_opts part = how;

        extend(&e, one_normal(1.5, 0.4), "linear", "2", (ito_last_step)k,
               steps);
        p.field = e.field;
        part.end = steps - 1;
        CHECK_OK(ctx, ito_solve(ctx, &p, before, &part, NULL));
        CHECK_OK(ctx, ito_solve(ctx, &p, x[k], &how, NULL));
        if (k == 1)
            CHECK_OK(ctx, ito_field_eval(ctx, e.field, ITO_PART_DRIFT, &at, n,
                                         before, drift));
        if (k == 2)
            CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(e.oracle),
                                         ITO_PART_DRIFT, &at, n, before, u));
        drop(&e);
    }
    for (size_t i = 0; i < n; i++) {
        CHECK_NEAR(x[1][i], before[i] + 0.1 * drift[i], 1e-14);
        CHECK_NEAR(x[2][i], before[i] + 0.1 * u[i], 1e-14);
        CHECK(fabs(x[0][i] - x[1][i]) > 1e-6);
    }
}

TEST(a_field_that_cannot_be_extended_is_refused)
{
    ito_extension_opts o = { 0 };
    ito_extension *sde;
    ito_sigma *s;
    ito_field bare;
    extended e;

    extend(&e, one_normal(0.0, 1.0), "linear", "1", ITO_LAST_NOISE, 0);
    bare = *ito_oracle_field(e.oracle);
    bare.score = NULL;
    CHECK_OK(ctx, ito_sigma_parse(ctx, "1", NULL, &s));
    o.sigma = s;
    CHECK_FAILS(ctx, ito_extension_open(ctx, &bare, &o, &sde), ITO_EUNFIT,
                "no score");
    o.score = ito_oracle_field(e.oracle); /* from elsewhere: that is allowed */
    CHECK_OK(ctx, ito_extension_open(ctx, &bare, &o, &sde));
    ito_extension_free(sde);
    CHECK_FAILS(ctx, ito_extension_open(ctx, e.field, &o, &sde), ITO_EUNFIT,
                "noise already");
    o.last = ITO_LAST_MEAN;
    CHECK_FAILS(ctx, ito_extension_open(ctx, &bare, &o, &sde), ITO_EARG,
                "last step");
    CHECK_OK(ctx, ito_field_check(ctx, e.field, NULL));
    ito_sigma_free(s);
    drop(&e);
}

static ito_stability stability(const char *form, const char *path, double std,
                               size_t n)
{
    ito_stability out;
    ito_sigma *s;

    CHECK_OK(ctx, ito_sigma_parse(ctx, form, ito_path_find(path), &s));
    CHECK_OK(ctx, ito_sigma_stability(ctx, s, NULL, std, NULL, n, &out));
    ito_sigma_free(s);
    return out;
}

TEST(l2_8_steps_are_stable_as_the_course_says)
{
    ito_stability s = stability("1", "linear", 0.0, 999);

    CHECK(s.unstable == 16);
    CHECK_NEAR(s.worst, 499.5, 1e-6);
    CHECK(s.least_std > 0.0 && s.least_std < 0.1);
    CHECK(stability("beta", "linear", 0.0, 999).unstable == 0);
    CHECK(stability("1.73", "sqrt", 0.0, 999).unstable == 0);
    s = stability("2.5", "sqrt", 0.0, 999);
    CHECK(s.unstable == 1 && s.first == 998);
    CHECK_NEAR(s.worst, 2.625, 1e-9);
    CHECK(stability("1", "linear", 0.4, 100).unstable == 0);
    CHECK(stability("1", "linear", s.least_std * 1.2, 999).unstable == 0);
}

TEST(grids_go_up_from_0_to_1)
{
    double grid[101];

    for (size_t k = 0; k < 4; k++)
        for (size_t n = 3; n <= 100; n += 97) {
            for (size_t p = 0; ito_path_at(p); p++) {
                const ito_status rc = ito_grid_fill(ctx, (ito_grid_kind)k,
                                                    ito_path_at(p), n, grid);

                if (rc != ITO_OK) { /* a path that never is at such ratios */
                    CHECK(rc == ITO_EUNFIT && k == ITO_GRID_KARRAS);
                    continue;
                }
                CHECK(grid[0] == 0.0 && grid[n] == 1.0);
                for (size_t i = 0; i < n; i++)
                    CHECK(grid[i + 1] > grid[i]);
            }
        }
    CHECK_OK(ctx, ito_grid_fill(ctx, ITO_GRID_KARRAS, NULL, 20, grid));
    CHECK_NEAR((1.0 - grid[1]) / grid[1], 80.0, 1e-9);
    CHECK_REL((1.0 - grid[19]) / grid[19], 0.002, 1e-9);
    CHECK(ito_grid_find("end") == ITO_GRID_END && ito_grid_find("no") < 0);
    CHECK_FAILS(ctx, ito_grid_fill(ctx, ITO_GRID_END, NULL, 0, grid), ITO_EARG,
                "0 steps");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(forms_of_sigma_are_read),
        RUN(what_is_no_sigma_is_refused),
        RUN(s23_the_variance_of_euler_steps_is_that_of_the_course),
        RUN(sigma_0_is_the_flow_bit_for_bit),
        RUN(s23_samples_do_not_depend_on_sigma),
        RUN(the_last_step_is_the_mean_or_the_flow_where_that_is_asked_for),
        RUN(a_field_that_cannot_be_extended_is_refused),
        RUN(l2_8_steps_are_stable_as_the_course_says),
        RUN(grids_go_up_from_0_to_1),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

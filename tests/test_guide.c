/* SPDX-License-Identifier: MIT
 *
 * test_guide.c - flows led by an energy, against closed forms of normal data
 * and weighted samples of mixtures.
 */
#include <ito/flow.h>
#include <ito/guide.h>
#include <ito/oracle.h>
#include <ito/solve.h>
#include <ito/system.h>

#include "check.h"

#define M 1.5
#define S 0.4
#define K 5.0
#define C 2.5

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

/* Data N(M, S^2) on a path, led by an energy. */
typedef struct led {
    ito_dist *dist;
    ito_oracle *oracle;
    ito_guide *guide;
    const ito_field *field;
} led;

static void lead(led *l, const char *path, const ito_field *energy,
                 ito_guide_way way)
{
    const double mean = M, cov = S * S;
    const ito_guide_opts how = { .energy = energy,
                                 .way = way,
                                 .path = ito_path_find(path) };

    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, 1, &mean, &cov, &l->dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, l->dist, ito_path_find(path), &l->oracle));
    CHECK_OK(ctx,
             ito_guide_open(ctx, ito_oracle_field(l->oracle), &how, &l->guide));
    l->field = ito_guide_field(l->guide);
}

static void drop(led *l)
{
    ito_guide_free(l->guide);
    ito_oracle_free(l->oracle);
    ito_dist_free(l->dist);
}

/* U = K (x - C)^2 / 2 as a system of a formula. */
static ito_system *parabola(void)
{
    const ito_formulas f = { .energy = "5*(x-2.5)^2/2", .no_noise = 1 };
    ito_system *s;

    CHECK_OK(ctx, ito_system_formula(ctx, &f, &s));
    return s;
}

/* -grad U_t of the exact intermediate energy: D is affine in x and z given x
 * has variance v, so U_t = K (D - C)^2 / (2 (1 + K v)). */
static int exact_force(void *user, const ito_tile *tile, void *const *out)
{
    const ito_coef k = ito_path_coef(user, tile->t);
    const double c = k.alpha * k.alpha * S * S + k.beta * k.beta;
    const double slope = k.alpha * S * S / c, v = S * S * k.beta * k.beta / c;
    const double *x = tile->x[0];
    double *to = out[0];

    for (size_t i = 0; i < tile->npad; i++) {
        const double d = M + slope * (x[i] - k.alpha * M);

        to[i] = -K * (d - C) * slope / (1.0 + K * v);
    }
    return 0;
}

/* Mean and variance at t = 1 of n Euler steps of an affine field from N(0, 1),
 * by recursion. */
static void moments(const ito_field *f, size_t n, double out[2])
{
    const double x[2] = { 0.0, 1.0 }, h = 1.0 / (double)n;

    out[0] = 0.0;
    out[1] = 1.0;
    for (size_t i = 0; i < n; i++) {
        const ito_rows_at at = { .t = (double)i / (double)n, .dtype = ITO_F64 };
        double u[2], a;

        CHECK_OK(ctx, ito_field_eval(ctx, f, ITO_PART_DRIFT, &at, 2, x, u));
        a = 1.0 + h * (u[1] - u[0]);
        out[0] = a * out[0] + h * u[0];
        out[1] = a * a * out[1];
    }
}

/* Richardson's extrapolation of the moments to n = infinity. */
static void limit(const ito_field *f, double out[2])
{
    double coarse[2], fine[2], finer[2];

    moments(f, 1000, coarse);
    moments(f, 2000, fine);
    moments(f, 4000, finer);
    for (size_t i = 0; i < 2; i++) {
        const double a = 2.0 * fine[i] - coarse[i];
        const double b = 2.0 * finer[i] - fine[i];

        out[i] = (4.0 * b - a) / 3.0;
    }
}

TEST(with_the_exact_intermediate_energy_the_target_is_exact)
{
    static const char *const paths[] = { "linear", "sqrt", "cosine" };

    for (size_t p = 0; p < COUNT(paths); p++) {
        ito_path path = *ito_path_find(paths[p]);
        const ito_field energy = { .name = "exact",
                                   .dtypes = ITO_F64,
                                   .flags = ITO_FIELD_REENTRANT,
                                   .dim = 1,
                                   .drift = exact_force,
                                   .user = &path };
        double m[2];
        led l;

        lead(&l, paths[p], &energy, ITO_GUIDE_PLAIN);
        limit(l.field, m);
        CHECK_NEAR(m[0], M + (C - M) * K * S * S / (1.0 + K * S * S), 2e-4);
        CHECK_NEAR(m[1], S * S / (1.0 + K * S * S), 1e-4);
        drop(&l);
    }
}

/* Dawson's integral by Simpson's rule. */
static double dawson(double x)
{
    const size_t n = 2000;
    double sum = 0.0;

    for (size_t i = 0; i <= n; i++) {
        const double y = x * (double)i / (double)n;

        sum += (i == 0 || i == n ? 1.0
                : i % 2          ? 4.0
                                 : 2.0) *
               exp(y * y - x * x);
    }
    return sum * x / (double)n / 3.0;
}

TEST(guidance_at_the_denoised_point_has_the_bias_that_is_documented)
{
    static const char *const paths[] = { "linear", "sqrt", "cosine" };
    const double k = K * S * S;
    ito_system *s = parabola();

    for (size_t p = 0; p < COUNT(paths); p++) {
        double m[2];
        led l;

        lead(&l, paths[p], ito_system_field(s), ITO_GUIDE_DEFAULT);
        limit(l.field, m);
        CHECK_NEAR(m[0], M + (C - M) * sqrt(2.0 * k) * dawson(sqrt(k / 2.0)),
                   2e-4);
        CHECK_NEAR(m[1], S * S * exp(-k), 1e-4);
        drop(&l);
    }
    ito_system_free(s);
}

TEST(field_and_score_are_those_of_the_formula)
{
    const double x[3] = { -1.0, 0.3, 2.0 };
    ito_system *s = parabola();

    for (double t = 0.1; t < 0.95; t += 0.2) {
        const ito_rows_at at = { .t = t, .dtype = ITO_F64 };
        const ito_path *path = ito_path_find("cosine");
        const ito_coef k = ito_path_coef(path, t);
        const double c = k.alpha * k.alpha * S * S + k.beta * k.beta;
        double u[3], v[3], d[3];
        led l;

        lead(&l, "cosine", ito_system_field(s), ITO_GUIDE_POSTERIOR);
        for (int part = 0; part < 2; part++) {
            const ito_part what = part ? ITO_PART_SCORE : ITO_PART_DRIFT;
            const double b = part ? 1.0 : k.beta_w / k.alpha;

            CHECK_OK(ctx, ito_field_eval(ctx, l.field, what, &at, 3, x, v));
            CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(l.oracle), what,
                                         &at, 3, x, u));
            for (size_t i = 0; i < 3; i++) {
                d[i] = M + k.alpha * S * S / c * (x[i] - k.alpha * M);
                CHECK_NEAR(v[i],
                           u[i] - b * K * (d[i] - C) * k.alpha * S * S / c,
                           1e-11);
            }
        }
        CHECK_OK(ctx, ito_field_check(ctx, l.field,
                                      &(ito_box){ .t0 = 0.05, .t1 = 1.0 }));
        CHECK(ito_guide_failed(l.guide) == 0);
        drop(&l);
    }
    ito_system_free(s);
}

TEST(at_both_ends_guidance_is_finite_on_every_path)
{
    const double x[2] = { -0.5, 3.0 };
    ito_system *s = parabola();

    for (size_t p = 0; ito_path_at(p); p++)
        for (int end = 0; end < 2; end++) {
            const ito_rows_at at = { .t = end, .dtype = ITO_F64 };
            double v[2];
            led l;

            lead(&l, ito_path_at(p)->name, ito_system_field(s),
                 ITO_GUIDE_DEFAULT);
            for (int part = 0; part < 2; part++) {
                CHECK_OK(ctx,
                         ito_field_eval(ctx, l.field,
                                        part ? ITO_PART_SCORE : ITO_PART_DRIFT,
                                        &at, 2, x, v));
                CHECK(isfinite(v[0]) && isfinite(v[1]));
            }
            drop(&l);
        }
    ito_system_free(s);
}

/* Share of rows with x > 0, and mean of y among these. */
static void right_side(const float *x, const double *weight, size_t n,
                       double out[2])
{
    double all = 0.0, right = 0.0, y = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1.0;

        all += w;
        right += x[2 * i] > 0.0F ? w : 0.0;
        y += x[2 * i] > 0.0F ? w * (double)x[2 * i + 1] : 0.0;
    }
    out[0] = right / all;
    out[1] = y / right;
}

/*
 * Two modes at (+-2, 0) of std .5 and U = 0.3 (x - y): the weighted samples
 * have e^(-0.6) / (e^0.6 + e^-0.6) = .231 of their mass on the right.
 */
TEST(the_modes_of_a_mixture_get_nearly_the_weights_they_should)
{
    const ito_formulas f = { .energy = "0.3*(x-y)", .no_noise = 1 };
    const double mean[4] = { -2, 0, 2, 0 }, std[2] = { 0.5, 0.5 };
    const ito_mixture mixture = {
        .modes = 2, .dim = 2, .means = mean, .stds = std
    };
    const size_t n = 8000;
    float *x = malloc(2 * n * sizeof(*x));
    double *weight = malloc(n * sizeof(*weight)), want[2], got[2], free_run[2];
    ito_sample_opts o = { .seed = 4 };
    ito_oracle *oracle;
    ito_system *s;
    ito_flow *flow;
    ito_dist *d;

    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &mixture, &d));
    CHECK_OK(ctx, ito_oracle_of(ctx, d, NULL, &oracle));
    CHECK_OK(ctx, ito_flow_of_oracle(ctx, oracle, &flow));
    CHECK_OK(ctx, ito_system_formula(ctx, &f, &s));
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, flow, &o, n, x));
    for (size_t i = 0; i < n; i++)
        weight[i] = exp(-0.3 * ((double)x[2 * i] - (double)x[2 * i + 1]));
    right_side(x, NULL, n, free_run);
    right_side(x, weight, n, want);
    CHECK_NEAR(want[0], 0.231, 0.02);
    o.energy = ito_system_field(s);
    CHECK_OK(ctx, ito_flow_sample_rows(ctx, flow, &o, n, x));
    right_side(x, NULL, n, got);
    print_message("right: free %.3f, weighted %.3f, guided %.3f\n", free_run[0],
                  want[0], got[0]);
    CHECK(got[0] < free_run[0] - 0.2);
    CHECK_NEAR(got[0], want[0], 0.05);
    CHECK_NEAR(got[1], 0.3 * 0.25, 0.05);
    ito_system_free(s);
    ito_flow_free(flow);
    ito_oracle_free(oracle);
    ito_dist_free(d);
    free(weight);
    free(x);
}

TEST(what_cannot_be_led_is_refused)
{
    const ito_formulas wide = { .energy = "x+y", .no_noise = 1 };
    ito_field bare = { 0 };
    ito_guide_opts o = { 0 };
    ito_system *s = parabola(), *two;
    ito_guide *g;
    led l;

    lead(&l, "linear", ito_system_field(s), ITO_GUIDE_DEFAULT);
    bare = *ito_oracle_field(l.oracle);
    CHECK_FAILS(ctx, ito_guide_open(ctx, &bare, &o, &g), ITO_EARG, "no energy");
    CHECK(!g);
    CHECK_OK(ctx, ito_system_formula(ctx, &wide, &two));
    o.energy = ito_system_field(two);
    CHECK_FAILS(ctx, ito_guide_open(ctx, &bare, &o, &g), ITO_EUNFIT,
                "2 components");
    o.energy = ito_system_field(s);
    o.strength = (double)NAN;
    CHECK_FAILS(ctx, ito_guide_open(ctx, &bare, &o, &g), ITO_EARG, "finite");
    o.strength = 0.0;
    bare.vjp = NULL;
    o.way = ITO_GUIDE_POSTERIOR;
    CHECK_FAILS(ctx, ito_guide_open(ctx, &bare, &o, &g), ITO_EUNFIT,
                "vector-Jacobian");
    o.way = ITO_GUIDE_DEFAULT;
    CHECK_OK(ctx, ito_guide_open(ctx, &bare, &o, &g));
    ito_guide_free(g);
    bare.noise = ITO_NOISE_ADDITIVE;
    CHECK_FAILS(ctx, ito_guide_open(ctx, &bare, &o, &g), ITO_EUNFIT, "noise");
    ito_system_free(two);
    ito_system_free(s);
    drop(&l);
}

TEST(an_energy_that_is_not_finite_is_named_with_row_and_time)
{
    const ito_formulas f = { .energy = "sqrt(x - y)", .no_noise = 1 };
    ito_sample_opts o = { .seed = 1 };
    ito_system *s;
    ito_flow *flow;
    float x[64];

    CHECK_OK(ctx, ito_flow_open(ctx, "oracle:gmm:modes=3", &flow));
    CHECK_OK(ctx, ito_system_formula(ctx, &f, &s));
    o.energy = ito_system_field(s);
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, flow, &o, 32, x), ITO_ENONFINITE,
                "not finite for row");
    ito_system_free(s);
    ito_flow_free(flow);
    CHECK_OK(ctx, ito_flow_open(ctx, "oracle:moons@linear@8gaussians", &flow));
    CHECK_FAILS(ctx, ito_flow_sample_rows(ctx, flow, &o, 32, x), ITO_EUNFIT,
                "start from");
    ito_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(with_the_exact_intermediate_energy_the_target_is_exact),
        RUN(guidance_at_the_denoised_point_has_the_bias_that_is_documented),
        RUN(field_and_score_are_those_of_the_formula),
        RUN(at_both_ends_guidance_is_finite_on_every_path),
        RUN(the_modes_of_a_mixture_get_nearly_the_weights_they_should),
        RUN(what_cannot_be_led_is_refused),
        RUN(an_energy_that_is_not_finite_is_named_with_row_and_time),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

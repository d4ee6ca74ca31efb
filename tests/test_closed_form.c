/* SPDX-License-Identifier: MIT
 *
 * test_closed_form.c - every closed form of a system is one: paths by Ito's
 * formula, densities by quadrature, stationary ones by the flux that
 * vanishes, moments against published numbers.
 */
#include "check.h"

#include <ito/system.h>

#include "call_field.h"

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

/*
 * X(t, W) solves the equation if dX/dW_j = sigma_j(X) and, by Ito's formula,
 * dX/dt + 1/2 sum_j d2X/dW_j^2 = u(X); without the second part in the sense of
 * Stratonovich.
 */
static void check_path(const char *spec, double t)
{
    ito_system *s = opened(spec);
    const ito_field *f = ito_system_field(s);
    const size_t dim = f->dim, m = noises_of(f);
    const double *x = ito_system_hint(s)->start, h = 1e-4;
    double W[16], X[16], u[16], sigma[CALL_OUTS], up[16], down[16], du[16];

    CHECK(ito_system_exact(s) & ITO_EXACT_PATH);
    for (size_t j = 0; j < m; j++)
        W[j] = 0.4 * (double)t_uniform();
    CHECK_OK(ctx, ito_system_path(ctx, s, x, t, 1, W, X));
    call_field(f, f->drift, dim, t, X, u);
    call_sigma(f, t, X, sigma);
    CHECK_OK(ctx, ito_system_path(ctx, s, x, t + h, 1, W, up));
    CHECK_OK(ctx, ito_system_path(ctx, s, x, t - h, 1, W, down));
    for (size_t c = 0; c < dim; c++)
        du[c] = (up[c] - down[c]) / (2.0 * h);
    for (size_t j = 0; j < m; j++) {
        const double w = W[j];

        W[j] = w + h;
        CHECK_OK(ctx, ito_system_path(ctx, s, x, t, 1, W, up));
        W[j] = w - h;
        CHECK_OK(ctx, ito_system_path(ctx, s, x, t, 1, W, down));
        W[j] = w;
        for (size_t c = 0; c < dim; c++) {
            CHECK_NEAR((up[c] - down[c]) / (2.0 * h), sigma[c * m + j],
                       1e-6 * (1.0 + fabs(sigma[c * m + j])));
            if (f->calculus == ITO_CALCULUS_ITO)
                du[c] += 0.5 * (up[c] - 2.0 * X[c] + down[c]) / (h * h);
        }
    }
    for (size_t c = 0; c < dim; c++)
        CHECK_NEAR(du[c], u[c], 1e-5 * (1.0 + fabs(u[c])));
    /* at the start */
    memset(W, 0, sizeof(W));
    CHECK_OK(ctx, ito_system_path(ctx, s, x, 0.0, 1, W, X));
    for (size_t c = 0; c < dim; c++)
        CHECK_NEAR(X[c], x[c], 1e-14 * (1.0 + fabs(x[c])));
    ito_system_free(s);
}

TEST(strong_solutions_solve_their_equations)
{
    static const char *const specs[] = {
        "gbm",
        "gbm-strat",
        "wave:a=0.7",
        "wave",
        "cubic",
        "sinh",
        "additive-t",
        "tocino",
        "commuting",
        "commuting-10",
        "brownian:sigma=2,dim=3",
    };

    for (size_t i = 0; i < COUNT(specs); i++)
        for (int trial = 0; trial < 5; trial++)
            check_path(specs[i], 0.2 + 0.3 * trial);
}

/* Moments and density against quadrature of path over W or of density over x
 * for one component. */
TEST(moments_are_those_of_the_path)
{
    static const char *const specs[] = {
        "gbm", "gbm-strat", "sinh", "additive-t", "tocino", "brownian"
    };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *s = opened(specs[i]);
        const double *x = ito_system_hint(s)->start, t = 0.7;
        double mean, cov, sum[3] = { 0.0 };

        CHECK_OK(ctx, ito_system_moments(ctx, s, x, t, &mean, &cov));
        for (int k = -1200; k <= 1200; k++) { /* trapezoid to 12 deviations */
            const double z = 0.01 * k, W = z * sqrt(t);
            const double p = 0.01 * exp(-0.5 * z * z) / sqrt(2.0 * PI);
            double X;

            CHECK_OK(ctx, ito_system_path(ctx, s, x, t, 1, &W, &X));
            sum[0] += p;
            sum[1] += p * X;
            sum[2] += p * X * X;
        }
        CHECK_NEAR(sum[0], 1.0, 1e-12);
        CHECK_NEAR(mean, sum[1], 1e-11 * (1.0 + fabs(mean)));
        CHECK_REL(cov, sum[2] - sum[1] * sum[1], 1e-9);
        ito_system_free(s);
    }
}

TEST(densities_have_their_moments)
{
    static const char *const specs[] = { "gbm", "gbm-strat", "additive-t",
                                         "brownian:sigma=0.5",
                                         "ou:theta=0.5,sigma=0.3,mu=0.2" };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *s = opened(specs[i]);
        const double *x = ito_system_hint(s)->start, t = 0.7;
        double mean, cov, lo, hi, sum[3] = { 0.0 };
        const int n = 20000;

        CHECK(ito_system_exact(s) & ITO_EXACT_DENSITY);
        CHECK_OK(ctx, ito_system_moments(ctx, s, x, t, &mean, &cov));
        lo = strncmp(specs[i], "gbm", 3) == 0 ? 0.0 : mean - 10 * sqrt(cov);
        hi = strncmp(specs[i], "gbm", 3) == 0 ? 400.0 : mean + 10 * sqrt(cov);
        for (int k = 0; k < n; k++) {
            const double y = lo + (hi - lo) * (k + 0.5) / n;
            double logp;

            CHECK_OK(ctx, ito_system_logp(ctx, s, x, t, 1, &y, &logp));
            sum[0] += exp(logp) * (hi - lo) / n;
            sum[1] += exp(logp) * y * (hi - lo) / n;
            sum[2] += exp(logp) * y * y * (hi - lo) / n;
        }
        CHECK_NEAR(sum[0], 1.0, 1e-6);
        CHECK_NEAR(sum[1], mean, 1e-6 * (1.0 + fabs(mean)));
        CHECK_REL(sum[2] - sum[1] * sum[1], cov, 1e-4);
        ito_system_free(s);
    }
}

/* In one dimension no probability flows: 2 u p = d(sigma^2 p)/dx. */
TEST(stationary_densities_stand_still)
{
    static const char *const specs[] = {
        "cir",
        "cir:kappa=2,theta=0.7,sigma=0.8",
        "double-well",
        "double-well:D=0.5",
        "logistic:sigma=0.5,k=2",
        "ou:theta=2,mu=1,sigma=0.5",
        "langevin:target=gaussian,dim=1,mean=0.5,std=2,temperature=0.7",
    };

    for (size_t i = 0; i < COUNT(specs); i++) {
        ito_system *s = opened(specs[i]);
        const ito_field *f = ito_system_field(s);
        const double h = 1e-5;

        CHECK(ito_system_exact(s) & ITO_EXACT_STATIONARY);
        for (int trial = 0; trial < 10; trial++) {
            double x, u, sigma, near[2], logp[2], up, down;

            point_in(s, &x);
            near[0] = x - h;
            near[1] = x + h;
            CHECK_OK(ctx,
                     ito_system_logp(ctx, s, NULL, HUGE_VAL, 2, near, logp));
            call_field(f, f->drift, 1, 0.0, &x, &u);
            call_sigma(f, 0.0, &x, &sigma);
            call_sigma(f, 0.0, &near[0], &down);
            call_sigma(f, 0.0, &near[1], &up);
            CHECK_NEAR(sigma * sigma * (logp[1] - logp[0]) / (2 * h) +
                           (up * up - down * down) / (2 * h),
                       2.0 * u, 1e-6 * (1.0 + fabs(u)));
        }
        ito_system_free(s);
    }
}

/* With inertia: -v p_q - F p_v + gamma (p + v p_v) + gamma T p_vv = 0. */
TEST(stationary_densities_with_inertia_stand_still)
{
    static const struct {
        const char *spec;
        double gamma, temperature;
    } rows[] = {
        { "underdamped-langevin:gamma=0.7,temperature=0.4,omega=1.3", 0.7,
          0.4 },
        { "underdamped-double-well:gamma=0.7,temperature=0.4", 0.7, 0.4 },
    };
    const double h = 1e-4;

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_system *s = opened(rows[i].spec);
        const ito_field *f = ito_system_field(s);
        const double g = rows[i].gamma, T = rows[i].temperature;

        CHECK(f->second_order->gamma == g);
        CHECK(f->second_order->temperature == T);
        for (int trial = 0; trial < 10; trial++) {
            double x[2], l[5], u[2], dq, dv, dvv, force;

            point_in(s, x);
            {
                const double y[10] = { x[0], x[1], x[0] + h, x[1], x[0] - h,
                                       x[1], x[0], x[1] + h, x[0], x[1] - h };

                CHECK_OK(ctx, ito_system_logp(ctx, s, NULL, HUGE_VAL, 5, y, l));
            }
            dq = (l[1] - l[2]) / (2 * h);
            dv = (l[3] - l[4]) / (2 * h);
            dvv = (l[3] - 2 * l[0] + l[4]) / (h * h);
            call_field(f, f->drift, 2, 0.0, x, u);
            CHECK(u[0] == x[1]);
            force = u[1] + g * x[1];
            CHECK_NEAR(-x[1] * dq - force * dv + g * (1 + x[1] * dv) +
                           g * T * (dvv + dv * dv),
                       0.0, 1e-5);
        }
        ito_system_free(s);
    }
}

/* Numbers of the shared tables, to the digits given there. */
TEST(moments_have_the_published_values)
{
    double mean[4], cov[16];
    ito_system *s = opened("cir");
    const double one = 1.0, both[2] = { 1.0, 1.0 }, q[2] = { 1.0, 0.0 };

    CHECK_OK(ctx, ito_system_moments(ctx, s, &one, 2.0, mean, cov));
    CHECK_NEAR(mean[0], 0.5676676416, 1e-10);
    CHECK_NEAR(cov[0], 0.0273537821, 1e-10);
    ito_system_free(s);

    s = opened("underdamped-langevin");
    CHECK_OK(ctx, ito_system_moments(ctx, s, q, 2.0, mean, cov));
    CHECK_NEAR(mean[0], 0.15057437, 1e-8);
    CHECK_NEAR(mean[1], -0.41927963, 1e-8);
    CHECK_NEAR(cov[0], 0.80153195, 1e-8);
    CHECK_NEAR(cov[1], 0.17579541, 1e-8);
    CHECK(cov[1] == cov[2]);
    CHECK_NEAR(cov[3], 0.75200207, 1e-8);
    CHECK_NEAR(cov[0] + mean[0] * mean[0], 0.8242045921468635, 1e-14);
    ito_system_free(s);

    s = opened("non-commuting");
    CHECK_OK(ctx, ito_system_moments(ctx, s, both, 3.0, mean, cov));
    CHECK_NEAR(cov[0] + mean[0] * mean[0], exp(-3.0), 1e-13);
    CHECK_NEAR(cov[1] + mean[0] * mean[1], -0.00248059, 1e-8);
    CHECK_NEAR(cov[3] + mean[1] * mean[1], 0.00663626, 1e-8);
    ito_system_free(s);

    s = opened("gbm:alpha=0.3,beta=0.4");
    CHECK_OK(ctx, ito_system_moments(ctx, s, both, 2.0, mean, cov));
    CHECK_REL(mean[0], exp(0.6), 1e-13);
    CHECK_REL(cov[0] + mean[0] * mean[0], exp(2.0 * (0.6 + 0.16)), 1e-13);
    ito_system_free(s);
}

TEST(affine_moments_are_those_of_the_closed_forms)
{
    static const double times[] = { 1e-6, 0.1, 1.0, 30.0 };
    ito_system *ou = opened("ou:theta=1.5,sigma=0.7"), *same;
    const ito_formulas f = { .drift = "-1.5*x", .diffusion = "0.7" };
    const double x = 2.0;

    CHECK_OK(ctx, ito_system_formula(ctx, &f, &same));
    CHECK(ito_system_exact(same) ==
          (ITO_EXACT_MOMENTS | ITO_EXACT_DENSITY | ITO_EXACT_STATIONARY));
    for (size_t i = 0; i < COUNT(times); i++) {
        double a[2], b[2];
        const double v =
            -0.49 * expm1(-3.0 * times[i]) / 3.0; /* sigma^2 .. / (2 theta) */

        CHECK_OK(ctx, ito_system_moments(ctx, ou, &x, times[i], a, a + 1));
        CHECK_OK(ctx, ito_system_moments(ctx, same, &x, times[i], b, b + 1));
        CHECK_REL(a[0], 2.0 * exp(-1.5 * times[i]), 1e-13);
        CHECK_REL(a[1], v, 1e-13);
        CHECK_REL(b[0], a[0], 1e-12);
        CHECK_REL(b[1], a[1], 1e-12);
    }
    {
        const double y = 0.3;
        double a, b;

        CHECK_OK(ctx, ito_system_logp(ctx, ou, NULL, HUGE_VAL, 1, &y, &a));
        CHECK_OK(ctx, ito_system_logp(ctx, same, NULL, HUGE_VAL, 1, &y, &b));
        CHECK_NEAR(a, -0.5 * log(2 * PI * 0.49 / 3) - 1.5 * 0.09 / 0.49, 1e-13);
        CHECK_NEAR(b, a, 1e-12);
    }
    ito_system_free(ou);
    ito_system_free(same);
}

TEST(flows_of_linear_systems_are_exact)
{
    ito_system *s = opened("rotation:omega=2"), *grow;
    const double x[2] = { 1.0, 2.0 };
    double out[4];

    CHECK(ito_system_exact(s) & ITO_EXACT_FLOW);
    CHECK(!(ito_system_exact(s) & ITO_EXACT_STATIONARY));
    CHECK_OK(ctx, ito_system_path(ctx, s, x, 0.7, 2, NULL, out));
    CHECK_NEAR(out[0], cos(1.4) - 2.0 * sin(1.4), 1e-14);
    CHECK_NEAR(out[1], sin(1.4) + 2.0 * cos(1.4), 1e-14);
    CHECK_SAME(out, out + 2, 2);
    ito_system_free(s);

    grow = opened("logistic:r=2,k=3");
    CHECK_OK(ctx, ito_system_path(ctx, grow, x, 0.5, 1, NULL, out));
    CHECK_NEAR(out[0], 3.0 * exp(1.0) / (3.0 + (exp(1.0) - 1.0)), 1e-14);
    ito_system_free(grow);
}

TEST(closed_forms_that_do_not_exist_are_refused)
{
    ito_system *s = opened("lorenz");
    const double x[3] = { 1.0, 1.0, 1.0 }, bad[1] = { (double)NAN };
    double mean[3], cov[9];

    CHECK(ito_system_exact(s) == 0);
    CHECK_FAILS(ctx, ito_system_moments(ctx, s, x, 1.0, mean, cov), ITO_EUNFIT,
                "no closed form");
    CHECK_FAILS(ctx, ito_system_path(ctx, s, x, 1.0, 1, x, mean), ITO_EUNFIT,
                "no closed form");
    CHECK_FAILS(ctx, ito_system_logp(ctx, s, x, 1.0, 1, x, mean), ITO_EUNFIT,
                "no closed form");
    ito_system_free(s);
    s = opened("gbm");
    CHECK_FAILS(ctx, ito_system_moments(ctx, s, x, -1.0, mean, cov), ITO_EARG,
                "negative");
    CHECK_FAILS(ctx, ito_system_moments(ctx, s, bad, 1.0, mean, cov), ITO_EARG,
                "start");
    CHECK_FAILS(ctx, ito_system_path(ctx, s, x, 1.0, 1, NULL, mean), ITO_EARG,
                "W is NULL");
    ito_system_free(s);
    s = opened("ou");
    CHECK_FAILS(ctx, ito_system_logp(ctx, s, x, 0.0, 1, x, mean), ITO_ERANGE,
                "no density");
    ito_system_free(s);
    ito_system_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(strong_solutions_solve_their_equations),
        RUN(moments_are_those_of_the_path),
        RUN(densities_have_their_moments),
        RUN(stationary_densities_stand_still),
        RUN(stationary_densities_with_inertia_stand_still),
        RUN(moments_have_the_published_values),
        RUN(affine_moments_are_those_of_the_closed_forms),
        RUN(flows_of_linear_systems_are_exact),
        RUN(closed_forms_that_do_not_exist_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

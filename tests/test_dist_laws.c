/* SPDX-License-Identifier: MIT
 *
 * test_dist_laws.c - log densities and scores of the built-in distributions,
 * and the samples of those that have closed distribution functions.
 */
#include "check.h"

#include <ito/dist.h>

#include "ctx/ctx.h"
#include "dist/dist.h"

#define N 200000

static ito_ctx *ctx;
static float rows[2 * N];

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

static ito_dist *open_dist(const char *spec)
{
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open(ctx, spec, &dist));
    return dist;
}

static double logp_at(const ito_dist *dist, const double *x)
{
    double logp;

    CHECK_OK(ctx, ito_dist_logp(ctx, dist, 1, x, &logp));
    return logp;
}

/* --- samples of single laws ----------------------------------------------- */

/* Quantiles of a law in one dimension: shares below them at 5 s.e. */
static void check_shares(const char *spec, size_t dim, const double *at,
                         const double *share, size_t count)
{
    ito_dist *dist = open_dist(spec);
    const size_t n = 2 * N / dim;

    CHECK(ito_dist_dim(dist) == dim);
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 23 }, 0, n,
                                  rows));
    for (size_t c = 0; c < dim; c++)
        for (size_t k = 0; k < count; k++) {
            double below = 0;

            for (size_t i = 0; i < n; i++)
                below += (double)rows[i * dim + c] < at[k];
            CHECK_STAT(below / (double)n, share[k],
                       sqrt(share[k] * (1 - share[k]) / (double)n), 5);
        }
    ito_dist_free(dist);
}

TEST(single_laws_have_their_distribution_functions)
{
    const double pi = 3.14159265358979323846;
    double at[3] = { -1, 0, 3 }, share[3];

    share[0] = exp(-2.0) / 2;
    share[1] = exp(-0.5 / 0.5) / 2;
    share[2] = 1 - exp(-5.0) / 2;
    at[0] = -0.5;
    check_shares("laplace:mean=0.5,scale=0.5", 1, at, share, 3);
    check_shares("uniform:dim=3,lo=-2,hi=6", 3, (double[]){ -1, 0, 4 },
                 (double[]){ 0.125, 0.25, 0.75 }, 3);
    /* Student with 1, 2 and 3 degrees: closed distribution functions; each
     * component of a row has the law of one dimension */
    for (size_t k = 0; k < 3; k++) {
        at[k] = 1.5 * (double)k - 1;
        share[k] = 0.5 + atan(at[k] / 2) / pi;
    }
    check_shares("student-t:dim=2,df=1,scale=2", 2, at, share, 3);
    for (size_t k = 0; k < 3; k++)
        share[k] = 0.5 + at[k] / (2 * sqrt(2 + at[k] * at[k]));
    check_shares("student-t:dim=1,df=2", 1, at, share, 3);
    for (size_t k = 0; k < 3; k++) {
        const double y = at[k] / sqrt(3.0);

        share[k] = 0.5 + (y / (1 + y * y) + atan(y)) / pi;
    }
    check_shares("student-t:dim=40,df=3", 40, at, share, 3);
    /* half a degree: P(|x| > a) falls as a^-1/2; the value is by quadrature of
     * the density */
    {
        double mass = 0;
        ito_dist *dist = open_dist("student-t:dim=1,df=0.5");

        for (int i = 0; i < 100000; i++) {
            const double x = ((double)i + 0.5) * 1e-4;
            double logp;

            CHECK_OK(ctx, ito_dist_logp(ctx, dist, 1, &x, &logp));
            mass += exp(logp) * 1e-4;
        }
        ito_dist_free(dist);
        check_shares("student-t:dim=1,df=0.5", 1, (double[]){ -10, 0, 10 },
                     (double[]){ 0.5 - mass, 0.5, 0.5 + mass }, 3);
    }
}

/* Neal's funnel: v normal, x e^(-v/2) standard normal and free of v. */
TEST(funnel_is_a_normal_under_a_normal)
{
    enum { DIM = 10, ROWS = 20000 };
    double v[2] = { 0, 0 }, y[2] = { 0, 0 }, cross = 0;
    ito_dist *dist = open_dist("funnel:dim=10,sigma=3");

    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 4 }, 0, ROWS,
                                  rows));
    for (size_t i = 0; i < ROWS; i++) {
        const double vi = (double)rows[i * DIM];

        v[0] += vi / ROWS;
        v[1] += vi * vi / ROWS;
        for (size_t c = 1; c < DIM; c++) {
            const double u = (double)rows[i * DIM + c] * exp(-vi / 2);

            y[0] += u / (ROWS * 9);
            y[1] += u * u / (ROWS * 9);
            cross += vi * u * u / (ROWS * 9);
        }
    }
    CHECK_STAT(v[0], 0, 3 / sqrt(ROWS), 5);
    CHECK_STAT(v[1], 9, 9 * sqrt(2.0 / ROWS), 5);
    CHECK_STAT(y[0], 0, 1 / sqrt(9.0 * ROWS), 5);
    CHECK_STAT(y[1], 1, sqrt(2.0 / (9.0 * ROWS)), 5);
    CHECK_STAT(cross, 0, 3 * sqrt((1 + 2.0 / 9) / ROWS), 5);
    ito_dist_free(dist);
}

/* --- densities ------------------------------------------------------------ */

/* In the plane: a box that holds all mass, and the step of the rule. */
static const struct {
    const char *spec;
    double box, step;
} dense[] = {
    { "gaussian:std=2", 16, 0.1 },
    { "gaussian:cov=4:-1.5:1,mean=1:-1", 16, 0.1 },
    { "gmm:scale=4", 16, 0.1 },
    { "gmm-random:scale=15,std=0.75", 16, 0.1 },
    { "8gaussians", 16, 0.1 },
    { "circles", 8, 0.1 },
    { "circles:factor=0,noise=0.1", 10, 0.1 },
    { "rings:rings=3,scale=3,noise=0.1", 6, 0.1 },
    { "moons", 10, 0.1 },
    { "spiral:noise=0.05", 7, 0.1 },
    { "swissroll:noise=0.05", 7, 0.1 },
    { "scurve:scale=3", 9, 0.1 },
};

/* The trapezoid rule is exact to rounding for smooth densities. */
TEST(densities_have_mass_one)
{
    for (size_t k = 0; k < COUNT(dense); k++) {
        static double x[2 * 400], logp[400];
        ito_dist *dist = open_dist(dense[k].spec);
        const double h = dense[k].step;
        const size_t side = (size_t)(2 * dense[k].box / h + 1.5);
        double mass = 0;

        CHECK(side <= 400);
        for (size_t i = 0; i < side; i++) {
            for (size_t j = 0; j < side; j++) {
                x[2 * j] = (double)i * h - dense[k].box;
                x[2 * j + 1] = (double)j * h - dense[k].box;
            }
            CHECK_OK(ctx, ito_dist_logp(ctx, dist, side, x, logp));
            for (size_t j = 0; j < side; j++)
                mass += exp(logp[j]) * h * h;
        }
        CHECK_NEAR(mass, 1.0, 1e-6);
        ito_dist_free(dist);
    }
}

/* In any dimension, at points where distributions have mass. */
static const char *const scored[] = { "gaussian:std=2",
                                      "gaussian:cov=4:-1.5:1,mean=1:-1",
                                      "gmm:scale=4",
                                      "gmm-random:scale=15,std=0.75",
                                      "8gaussians",
                                      "circles",
                                      "circles:factor=0,noise=0.1",
                                      "rings",
                                      "moons",
                                      "spiral:noise=.05",
                                      "swissroll:noise=.05",
                                      "scurve",
                                      "funnel:dim=4,sigma=1",
                                      "student-t:dim=3,df=4",
                                      "laplace:dim=2",
                                      "gmm1d",
                                      "gaussian:cov=2:.3:1:.2:-.1:3",
                                      "student-t:dim=1,df=.5,scale=2" };

TEST(scores_are_the_slopes_of_log_densities)
{
    for (size_t k = 0; k < COUNT(scored); k++) {
        ito_dist *dist = open_dist(scored[k]);
        const size_t dim = ito_dist_dim(dist);
        static double x[300 * 4], s[300 * 4];

        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 5 }, 0,
                                      300, rows));
        for (size_t i = 0; i < 300 * dim; i++)
            x[i] = (double)rows[i] + (i % 2 ? 0.0 : 0.3 * (double)t_uniform());
        CHECK_OK(ctx, ito_dist_score(ctx, dist, 300, x, s));
        for (size_t i = 0; i < 300; i++)
            for (size_t c = 0; c < dim; c++) {
                const double want = s[i * dim + c], h = 1e-5;
                double at[4], up, down;

                memcpy(at, x + i * dim, dim * sizeof(*at));
                if (fabs(at[c]) < h)
                    continue; /* the corner of a laplace */
                at[c] += h;
                up = logp_at(dist, at);
                at[c] -= 2 * h;
                down = logp_at(dist, at);
                CHECK_NEAR(want, (up - down) / (2 * h),
                           1e-6 * (1 + fabs(want)) + 1e-11 * fabs(up) / h);
            }
        ito_dist_free(dist);
    }
}

/* E[score] = 0 and E[x . score] = -d over the distribution's own samples:
 * draws and density belong together. */
TEST(scores_have_stein_moments_on_samples)
{
    enum { ROWS = 10000 };
    static double x[4 * ROWS], s[4 * ROWS];

    for (size_t k = 0; k < COUNT(scored); k++) {
        ito_dist *dist = open_dist(scored[k]);
        const size_t dim = ito_dist_dim(dist);
        double sum[3] = { 0, 0, 0 }, sq[3] = { 0, 0, 0 };
        const double want[3] = { 0, 0, -(double)dim };

        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 17 }, 0,
                                      ROWS, rows));
        for (size_t i = 0; i < ROWS * dim; i++)
            x[i] = (double)rows[i];
        CHECK_OK(ctx, ito_dist_score(ctx, dist, ROWS, x, s));
        for (size_t i = 0; i < ROWS; i++) {
            double v[3] = { s[i * dim], s[i * dim + dim - 1], 0 };

            for (size_t c = 0; c < dim; c++)
                v[2] += x[i * dim + c] * s[i * dim + c];
            for (int j = 0; j < 3; j++) {
                sum[j] += v[j] / ROWS;
                sq[j] += v[j] * v[j] / ROWS;
            }
        }
        for (int j = 0; j < 3; j++)
            CHECK_STAT(sum[j], want[j], sqrt((sq[j] - sum[j] * sum[j]) / ROWS),
                       5);
        ito_dist_free(dist);
    }
}

TEST(densities_are_finite_far_out_and_exact_where_known)
{
    ito_dist *dist;
    double x[4] = { 0 }, v[4];

    for (size_t k = 0; k < COUNT(scored); k++) {
        static const double far[] = { 1e3, -1e3, 1e8, -1e100 };

        dist = open_dist(scored[k]);
        for (size_t i = 0; i < COUNT(far); i++) {
            if (strncmp(scored[k], "funnel", 6) == 0 && fabs(far[i]) > 1e20)
                continue;
            for (size_t c = 0; c < 4; c++)
                x[c] = c % 2 ? -far[i] : far[i];
            CHECK_OK(ctx, ito_dist_score(ctx, dist, 1, x, v));
            for (size_t c = 0; c < ito_dist_dim(dist); c++)
                CHECK(isfinite(v[c]));
            v[0] = logp_at(dist, x);
            CHECK(!isnan(v[0]) && v[0] < 0);
        }
        for (size_t c = 0; c < 4; c++)
            x[c] = 0;
        CHECK(isfinite(logp_at(dist, x)));
        CHECK_OK(ctx, ito_dist_score(ctx, dist, 1, x, v));
        ito_dist_free(dist);
    }
    dist = open_dist("gmm");
    x[0] = 1e100;
    x[1] = -1e3;
    CHECK_NEAR(logp_at(dist, x) / -0.5e200, 1.0, 1e-12);
    CHECK_OK(ctx, ito_dist_score(ctx, dist, 1, x, v));
    CHECK_REL(v[0], -1e100, 1e-12);
    x[0] = (double)NAN;
    CHECK_FAILS(ctx, ito_dist_logp(ctx, dist, 1, x, v), ITO_EARG, "row 0");
    ito_dist_free(dist);

    dist = open_dist("gaussian:dim=1,std=0.5");
    CHECK_NEAR(logp_at(dist, (double[]){ 0.5 }),
               -0.5 - log(0.5) - 0.91893853320467274, 1e-15);
    ito_dist_free(dist);
    /* det 3.75, x' C^-1 x = (x^2 + 3 x y + 4 y^2) / 1.75 with C = 4, -1.5, 1 */
    dist = open_dist("gaussian:cov=4:-1.5:1");
    CHECK_NEAR(logp_at(dist, (double[]){ 1, 2 }),
               -1.83787706640934548 - 0.5 * log(1.75) - 0.5 * 23 / 1.75, 1e-14);
    ito_dist_free(dist);
    dist = open_dist("checkerboard");
    CHECK_NEAR(logp_at(dist, (double[]){ 0.1, 0.1 }), -log(50.0), 1e-15);
    CHECK(logp_at(dist, (double[]){ -0.1, 0.1 }) == -HUGE_VAL);
    CHECK(logp_at(dist, (double[]){ -6, 0.1 }) == -HUGE_VAL);
    ito_dist_free(dist);
    /* Gamma(5/2) / Gamma(1) = 3/4 sqrt(pi): nu = 2, d = 3 */
    dist = open_dist("student-t:dim=3,df=2,scale=2");
    CHECK_NEAR(logp_at(dist, (double[]){ 1, 2, -2 }),
               log(0.75) + 0.5 * log(3.14159265358979323846) -
                   1.5 * log(8 * 3.14159265358979323846) -
                   2.5 * log(1 + 9.0 / 8),
               1e-14);
    ito_dist_free(dist);
    dist = open_dist("student-t:dim=1,df=1000000");
    CHECK_NEAR(logp_at(dist, (double[]){ 1 }), -0.91893853320467274 - 0.5,
               1e-6);
    ito_dist_free(dist);
    dist = open_dist("laplace:dim=2,scale=2,mean=1");
    CHECK_NEAR(logp_at(dist, (double[]){ 2, -3 }), -log(16.0) - 2.5, 1e-15);
    ito_dist_free(dist);
    dist = open_dist("uniform:dim=2,lo=0,hi=3");
    CHECK_NEAR(logp_at(dist, (double[]){ 2, 0 }), -log(9.0), 1e-15);
    CHECK(logp_at(dist, (double[]){ 2, 3 }) == -HUGE_VAL);
    ito_dist_free(dist);
}

TEST(what_has_no_density_or_score_says_why)
{
    static const struct {
        const char *spec, *words;
        bool density;
    } none[] = {
        { "checkerboard", "no score: its density has steps", true },
        { "uniform:dim=2", "no score: its density has steps", true },
        { "moons:noise=0", "noise is 0", false },
        { "circles:noise=0", "noise is 0", false },
        { "spiral:noise=0.0001,turns=100", "too small beside the length",
          false },
    };

    for (size_t k = 0; k < COUNT(none); k++) {
        ito_dist *dist = open_dist(none[k].spec);
        const double x[2] = { 0, 0 };
        double v[2];

        CHECK_FAILS(ctx, ito_dist_score(ctx, dist, 1, x, v), ITO_EUNFIT,
                    none[k].words);
        if (!none[k].density)
            CHECK_FAILS(ctx, ito_dist_logp(ctx, dist, 1, x, v), ITO_EUNFIT,
                        none[k].words);
        ito_dist_free(dist);
    }
}

/* --- the parts ------------------------------------------------------------ */

/* Digits of 60-digit arithmetic. */
TEST(bessel_functions_are_accurate)
{
    static const double want[][3] = {
        { 0, 0, 0.5 },
        { 0.5, -0.43845028081451870028, 0.4849992251616038752 },
        { 3, -1.4146923781865790026, 0.26999509798550153095 },
        { 12, -2.1504975008971563, 0.079781783782936849247 },
        { 29.9, -2.613614689444904382, 0.03288069676474266595 },
        { 30, -2.615298566828064164, 0.032772985178844533938 },
        { 31, -2.6318325376335862664, 0.031733434581064444424 },
        { 100, -3.2202673100574163989, 0.0099498737300516872095 },
        { 700, -4.1943000015565505834, 0.0014275506554548944398 },
    };

    for (size_t i = 0; i < COUNT(want); i++) {
        CHECK_NEAR(ito__bessel_log(want[i][0]), want[i][1], 1e-14);
        CHECK_REL(ito__bessel_ratio(want[i][0]), want[i][2], 3e-15);
    }
    CHECK(isfinite(ito__bessel_log(1e200)));
}

/* The mean of N(x; c(a), s^2) over the angle, by Simpson's rule on n + 1
 * points, n even. */
static double by_angle(const double x[2], double s, double lo, double hi,
                       size_t n, void (*point)(double a, double c[2]))
{
    double top = -1e300, sum = 0;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i <= n; i++) {
            const double w = i == 0 || i == n ? 1 : i % 2 ? 4 : 2;
            double c[2], term;

            point(lo + (hi - lo) * (double)i / (double)n, c);
            term = -((x[0] - c[0]) * (x[0] - c[0]) +
                     (x[1] - c[1]) * (x[1] - c[1])) /
                   (2 * s * s);
            if (round == 0)
                top = fmax(top, term);
            else
                sum += w * exp(term - top);
        }
    return top + log(sum / (3.0 * (double)n)) -
           log(2 * 3.14159265358979323846 * s * s);
}

static void outer(double a, double c[2])
{
    c[0] = 3.5 * cos(a);
    c[1] = 3.5 * sin(a);
}

static void inner(double a, double c[2])
{
    c[0] = 3.5 * (1 - cos(a));
    c[1] = 3.5 * (0.5 - sin(a));
}

static double log_mean(double a, double b)
{
    return fmax(a, b) + log1p(exp(-fabs(a - b))) - log(2.0);
}

/* The rule on the curve against 100 000 points, which leave 1e-11. */
TEST(integrals_over_curves_are_exact_to_ten_digits)
{
    const double pi = 3.14159265358979323846;
    ito_dist *moons = open_dist("moons");
    ito_dist *rings = open_dist("rings:rings=1,scale=3.5,noise=0.05");

    for (int i = 0; i < 10; i++) {
        const double r = 3.5 + (i % 5 - 2) * 0.7, a = 0.62 * i;
        const double x[2] = { r * cos(a), r * sin(a) };

        CHECK_NEAR(logp_at(moons, x),
                   log_mean(by_angle(x, 0.175, 0, pi, 100000, outer),
                            by_angle(x, 0.175, 0, pi, 100000, inner)),
                   1e-9);
        CHECK_NEAR(logp_at(rings, x),
                   by_angle(x, 0.175, 0, 2 * pi, 20000, outer), 1e-11);
    }
    /* far out it is right to 1e-3 of itself */
    for (int i = 0; i < 4; i++) {
        const double a = 0.3 + 0.7 * i;
        const double x[2] = { 1e3 * cos(a), 1e3 * sin(a) };

        CHECK_REL(logp_at(moons, x),
                  log_mean(by_angle(x, 0.175, 0, pi, 100000, outer),
                           by_angle(x, 0.175, 0, pi, 100000, inner)),
                  1e-3);
    }
    ito_dist_free(moons);
    ito_dist_free(rings);
}

/* A mixture with covariances that are multiples of I is the plain one. */
TEST(mixtures_of_any_normals_contain_the_isotropic_ones)
{
    static const double means[] = { 0, 1, 4, -2 }, stds[] = { 1, 0.5 };
    static const double covs[] = { 1, 0, 0, 1, 0.25, 0, 0, 0.25 };
    static const double w[] = { 1, 3 };
    ito_mixture m = {
        .modes = 2, .dim = 2, .means = means, .weights = w, .stds = stds
    };
    ito_dist *plain, *full;
    static float a[400], b[400];

    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, &plain));
    m.covs = covs;
    CHECK_FAILS(ctx, ito_dist_open_mixture(ctx, &m, &full), ITO_EARG,
                "exclude");
    m.stds = NULL;
    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, &full));
    CHECK(ito__dist_modes(plain) && !ito__dist_modes(full));
    CHECK_OK(ctx, ito_dist_sample(ctx, plain, &(ito_noise){ 0 }, 0, 200, a));
    CHECK_OK(ctx, ito_dist_sample(ctx, full, &(ito_noise){ 0 }, 0, 200, b));
    CHECK_SAME(a, b, 400);
    for (size_t i = 0; i < 200; i++) {
        const double x[2] = { (double)a[2 * i], (double)a[2 * i + 1] };
        double s[2], t[2];

        CHECK_NEAR(logp_at(full, x), logp_at(plain, x), 1e-13);
        CHECK_OK(ctx, ito_dist_score(ctx, plain, 1, x, s));
        CHECK_OK(ctx, ito_dist_score(ctx, full, 1, x, t));
        CHECK_NEAR(s[0], t[0], 1e-12);
        CHECK_NEAR(s[1], t[1], 1e-12);
    }
    ito_dist_free(plain);
    ito_dist_free(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(single_laws_have_their_distribution_functions),
        RUN(funnel_is_a_normal_under_a_normal),
        RUN(densities_have_mass_one),
        RUN(scores_are_the_slopes_of_log_densities),
        RUN(scores_have_stein_moments_on_samples),
        RUN(densities_are_finite_far_out_and_exact_where_known),
        RUN(what_has_no_density_or_score_says_why),
        RUN(bessel_functions_are_accurate),
        RUN(integrals_over_curves_are_exact_to_ten_digits),
        RUN(mixtures_of_any_normals_contain_the_isotropic_ones),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_energy.c - draws from exp(-U / T): moments against closed forms within
 * their own standard errors, wells in their right shares, log Z, and what the
 * diagnostics see.
 */
#include "check.h"

#include <ito/oracle.h>

#include "dist/dist.h"
#include "energy_draws.h"

#define Z 5.0 /* standard errors: one sound check in 1.7 million fails */

/* Diagnosis of fn of every draw. */
static ito_chain_stats stats_of(const ito_draws *draws,
                                double (*fn)(const double *x))
{
    const ito_draws_info *d = ito_draws_get(draws);
    const size_t n = d->chains * d->draws;
    double *y = malloc(n * sizeof(*y));
    const ito_chains c = { .chains = d->chains, .draws = d->draws, .x = y };
    ito_chain_stats s;

    CHECK(y);
    for (size_t i = 0; i < n; i++)
        y[i] = fn(d->x + i * d->dim);
    CHECK_OK(ctx, ito_chains_diagnose(ctx, &c, &s));
    free(y);
    return s;
}

static double square0(const double *x)
{
    return x[0] * x[0];
}

static double product(const double *x)
{
    return x[0] * x[1];
}

static double right(const double *x)
{
    return x[0] > 0.0 ? 1.0 : 0.0;
}

#define CHECK_MEAN(s, truth) CHECK_STAT((s).mean, truth, (s).mean_se, Z)

/* The ratio of integrals of f w and of w, w = exp(-U(x) / T), on [-8, 8] by
 * Simpson's rule; f NULL: the integral of w. */
static double integral(double (*U)(double), double (*f)(double), double T)
{
    const size_t n = 20000;
    const double h = 16.0 / (double)n;
    double sum = 0.0, all = 0.0;

    for (size_t i = 0; i <= n; i++) {
        const double x = -8.0 + h * (double)i;
        const double c = i == 0 || i == n ? 1.0 : i % 2 ? 4.0 : 2.0;
        const double w = c * h / 3.0 * exp(-U(x) / T);

        all += w;
        sum += f ? f(x) * w : 0.0;
    }
    return f ? sum / all : all;
}

static double well(double x)
{
    return 0.25 * x * x * x * x - 0.5 * x * x + 0.1 * x;
}

#define WELL "x^4/4-x^2/2+0.1*x"

static double squared(double x)
{
    return x * x;
}

static double positive(double x)
{
    return x > 0.0 ? 1.0 : 0.0;
}

/* --- moments -------------------------------------------------------------- */

TEST(a_gaussian_has_its_moments)
{
    static const struct {
        ito_sampler sampler;
        double T;
    } rows[] = { { ITO_SAMPLER_MALA, 1.0 },
                 { ITO_SAMPLER_MALA, 3.0 },
                 { ITO_SAMPLER_TEMPERING, 1.0 } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_energy_opts how = { .sampler = rows[i].sampler,
                                      .draws = 8000,
                                      .hottest = i == 2 ? 10.0 : 0.0,
                                      .temperatures = i == 2 ? 4 : 0,
                                      .spread = 3.0,
                                      .seed = 20 + i };
        ito_draws *draws = of_formula(GAUSS, rows[i].T, &how);
        const ito_draws_info *d = ito_draws_get(draws);
        const double T = rows[i].T;

        CHECK(d->chains == 4 && d->draws == 8000 && d->dim == 2);
        CHECK_NEAR(d->temperature, T, 1e-12);
        CHECK_MEAN(d->stats[0], 1.0);
        CHECK_MEAN(d->stats[1], -2.0);
        CHECK_MEAN(stats_of(draws, square0), 1.0 + 2.0 * T);
        CHECK_MEAN(stats_of(draws, product), -2.0 + 0.6 * T);
        CHECK_MEAN(d->stats[2], T); /* d T / 2 */
        CHECK(d->stats[0].mean_se < 0.1 * sqrt(T));
        CHECK_NEAR(d->accept, 0.574, 0.1);
        if (i < 2)
            CHECK(d->rung_count == 1 && d->warning_count == 0);
        ito_draws_free(draws);
    }
}

/* Without the test the variance is s^2 / (1 - h / (2 s^2)). */
TEST(langevin_has_the_bias_of_its_step_and_mala_none)
{
    const double s2 = 2.25, h = 1.5;

    for (int exact = 0; exact < 2; exact++) {
        const ito_energy_opts how = { .sampler = exact ? ITO_SAMPLER_MALA
                                                       : ITO_SAMPLER_LANGEVIN,
                                      .warmup = 200,
                                      .draws = 10000,
                                      .step = h,
                                      .seed = 3 };
        ito_draws *draws = of_formula("x^2/4.5", 1.0, &how);
        const ito_draws_info *d = ito_draws_get(draws);
        const ito_chain_stats s = stats_of(draws, square0);

        CHECK_NEAR(d->step, h, 1e-12);
        CHECK_MEAN(s, exact ? s2 : s2 / (1.0 - h / (2.0 * s2)));
        CHECK(s.mean_se < 0.1);
        ito_draws_free(draws);
    }
}

TEST(a_double_well_has_its_shares_and_moments)
{
    static const ito_sampler samplers[] = { ITO_SAMPLER_MALA,
                                            ITO_SAMPLER_TEMPERING };

    for (size_t i = 0; i < COUNT(samplers); i++) {
        const ito_energy_opts how = { .sampler = samplers[i],
                                      .draws = 8000,
                                      .temperatures = i == 1 ? 5 : 0,
                                      .hottest = i == 1 ? 2.0 : 0.0,
                                      .spread = 1.5,
                                      .seed = 7 };
        ito_draws *draws = of_formula(WELL, 0.2, &how);
        const ito_draws_info *d = ito_draws_get(draws);

        CHECK_MEAN(stats_of(draws, square0), integral(well, squared, 0.2));
        CHECK_MEAN(stats_of(draws, right), integral(well, positive, 0.2));
        CHECK_MEAN(d->stats[1], integral(well, well, 0.2));
        CHECK(d->stats[0].rhat < (i == 1 ? 1.01 : 1.03));
        ito_draws_free(draws);
    }
}

/* x ~ N(0, 1), y | x ~ N(x^2, 1/4): at the ends the valley is a tenth as wide
 * as the step that suits its middle. */
TEST(a_banana_has_its_moments)
{
    static const ito_energy_opts how[] = {
        { .draws = 20000, .seed = 2 },
        { .sampler = ITO_SAMPLER_TEMPERING,
          .hottest = 10.0,
          .draws = 5000,
          .seed = 2 },
    };

    for (size_t i = 0; i < COUNT(how); i++) {
        ito_draws *draws = of_formula("x^2/2 + 2*(y-x^2)^2", 1.0, &how[i]);
        const ito_draws_info *d = ito_draws_get(draws);

        CHECK_MEAN(d->stats[0], 0.0);
        CHECK_MEAN(stats_of(draws, square0), 1.0);
        CHECK_MEAN(d->stats[1], 1.0);
        CHECK_MEAN(d->stats[2], 1.0);
        CHECK(d->stats[1].mean_se < (i == 0 ? 0.35 : 0.06));
        ito_draws_free(draws);
    }
}

/* U = x - log x where x > 0, and nothing elsewhere: Gamma(2, 1). */
TEST(proposals_outside_the_domain_are_not_accepted)
{
    const double start = 2.0;
    const ito_energy_opts how = {
        .chains = 8, .draws = 10000, .start = &start, .spread = 0.2, .seed = 5
    };
    ito_draws *draws = of_formula("x - log(x)", 1.0, &how);
    const ito_draws_info *d = ito_draws_get(draws);

    CHECK_MEAN(d->stats[0], 2.0);
    CHECK_MEAN(stats_of(draws, square0), 6.0);
    CHECK(d->stats[0].q05 > 0.0);
    ito_draws_free(draws);
}

/* A posterior as two callbacks: logistic regression of deaths at four doses
 * (Racine et al., Applied Statistics 35 (1986) 93), flat prior.  Means by
 * quadrature. */
static const double dose[] = { -0.86, -0.30, -0.05, 0.73 };
static const double died[] = { 0, 1, 3, 5 };

static int bioassay_energy(void *user, const ito_tile *tile, void *const *out)
{
    const double *a = tile->x[0], *b = tile->x[1];
    double *U = out[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        U[i] = 0.0;
        for (size_t k = 0; k < 4; k++) {
            const double s = a[i] + b[i] * dose[k];

            U[i] += 5.0 * (fmax(s, 0.0) + log1p(exp(-fabs(s)))) - died[k] * s;
        }
    }
    return 0;
}

static int bioassay_force(void *user, const ito_tile *tile, void *const *out)
{
    const double *a = tile->x[0], *b = tile->x[1];
    double *to_a = out[0], *to_b = out[1];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        to_a[i] = to_b[i] = 0.0;
        for (size_t k = 0; k < 4; k++) {
            const double p = 1.0 / (1.0 + exp(-a[i] - b[i] * dose[k]));

            to_a[i] += died[k] - 5.0 * p;
            to_b[i] += (died[k] - 5.0 * p) * dose[k];
        }
    }
    return 0;
}

TEST(callbacks_are_an_energy)
{
    const ito_field field = { .dtypes = ITO_F64, /* not REENTRANT */
                              .dim = 2,
                              .drift = bioassay_force,
                              .potential = bioassay_energy };
    const ito_energy_opts how = { .draws = 20000, .spread = 3.0, .seed = 1 };
    ito_draws *draws = sampled(ctx, &field, &how);
    const ito_draws_info *d = ito_draws_get(draws);

    CHECK(d->temperature == 1.0);
    CHECK_MEAN(d->stats[0], 1.31471);
    CHECK_MEAN(d->stats[1], 11.63553);
    CHECK_MEAN(d->stats[2], 7.00748);
    CHECK(d->stats[1].mean_se < 0.4);
    ito_draws_free(draws);
}

/* --- several modes -------------------------------------------------------- */

#define MODES 5
#define LAB   "target=gmm-random,modes=5,scale=15,std=0.75,seed=3"

static double lab_means[2 * MODES];
static size_t lab_mode;

static void read_lab(void)
{
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open(ctx,
                                "gmm-random:modes=5,scale=15,std=0.75,"
                                "seed=3",
                                &dist));
    memcpy(lab_means, ito__dist_modes(dist)->means, sizeof(lab_means));
    ito_dist_free(dist);
}

static double in_mode(const double *x)
{
    size_t best = 0;
    double least = HUGE_VAL;

    for (size_t k = 0; k < MODES; k++) {
        const double a = x[0] - lab_means[2 * k];
        const double b = x[1] - lab_means[2 * k + 1];

        if (a * a + b * b < least) {
            least = a * a + b * b;
            best = k;
        }
    }
    return best == lab_mode ? 1.0 : 0.0;
}

/* The share of each cell of nearest means, by draws of the mixture itself. */
static void exact_shares(double share[MODES])
{
    const size_t n = 400000;

    memset(share, 0, MODES * sizeof(*share));
    t_seed = 99;
    for (size_t i = 0; i < n; i++) {
        const size_t k = t_rand() % MODES;
        const double x[2] = { lab_means[2 * k] + 0.75 * t_normal(),
                              lab_means[2 * k + 1] + 0.75 * t_normal() };

        for (lab_mode = 0; lab_mode < MODES; lab_mode++)
            share[lab_mode] += in_mode(x) / (double)n;
    }
}

/* Modes 8 to 20 standard deviations apart: the course's picture. */
TEST(tempering_finds_the_weights_of_modes_and_mala_says_it_fails)
{
    const ito_energy_opts alone = {
        .chains = 8, .draws = 4000, .spread = 5.0, .seed = 2
    };
    const ito_energy_opts how = { .sampler = ITO_SAMPLER_TEMPERING,
                                  .chains = 8,
                                  .draws = 8000,
                                  .spread = 5.0,
                                  .seed = 4 };
    ito_system *s = NULL;
    const ito_draws_info *d;
    ito_draws *draws;
    double share[MODES];

    read_lab();
    exact_shares(share);
    CHECK_OK(ctx, ito_system_open(ctx, "langevin:sigma=1," LAB,
                                  ITO_CALCULUS_UNSET, &s));
    draws = sampled(ctx, ito_system_field(s), &alone);
    d = ito_draws_get(draws);
    CHECK_NEAR(d->temperature, 0.5, 1e-15); /* sigma^2 / 2 */
    CHECK(d->stats[0].rhat > 1.1 || d->stats[1].rhat > 1.1);
    CHECK(d->warning_count > 0);
    CHECK_HAS(d->warnings[0], "R-hat");
    ito_draws_free(draws);

    draws = sampled(ctx, ito_system_field(s), &how);
    d = ito_draws_get(draws);
    CHECK(d->stats[0].rhat < 1.02 && d->stats[1].rhat < 1.02);
    CHECK(d->round_trips > 100);
    for (lab_mode = 0; lab_mode < MODES; lab_mode++) {
        const ito_chain_stats m = stats_of(draws, in_mode);

        CHECK(m.mean_se < 0.02);
        CHECK_STAT(m.mean, share[lab_mode],
                   sqrt(m.mean_se * m.mean_se + 0.16 / 400000.0), Z);
    }
    for (size_t j = 0; j + 1 < d->rung_count; j++) {
        CHECK(d->rungs[j].temperature < d->rungs[j + 1].temperature);
        CHECK(d->rungs[j].swap > 0.25 && d->rungs[j].swap < 0.95);
        CHECK_NEAR(d->rungs[j].accept, 0.574, 0.15);
    }
    CHECK_NEAR(d->rungs[0].temperature, 0.5, 1e-12);
    CHECK_NEAR(d->rungs[d->rung_count - 1].temperature, 25.0, 1e-9);
    ito_draws_free(draws);
    ito_system_free(s);
}

/* The same target as a field with log density and score. */
TEST(a_log_density_with_its_score_is_an_energy)
{
    ito_oracle *oracle = NULL;
    ito_energy energy = { .t = 0.9 };
    const ito_energy_opts how = { .draws = 5000, .spread = 2.0, .seed = 6 };
    ito_draws *draws = NULL;
    const ito_draws_info *d;

    CHECK_OK(ctx, ito_oracle_open(ctx, "gaussian:mean=2,std=0.5", &oracle));
    energy.field = ito_oracle_field(oracle);
    CHECK_OK(ctx, ito_energy_sample(ctx, &energy, &how, &draws));
    d = ito_draws_get(draws);
    CHECK(d->temperature == 1.0);
    CHECK_MEAN(d->stats[0], 0.9 * 2.0);
    CHECK_MEAN(d->stats[1], 0.9 * 2.0);
    CHECK_NEAR(d->stats[0].sd, sqrt(0.81 * 0.25 + 0.01), 0.02);
    ito_draws_free(draws);
    ito_oracle_free(oracle);
}

/* --- swaps ---------------------------------------------------------------- */

/* With a step of nothing the replicas of a chain stay at three points and
 * only swaps move them: the share of time that the coldest holds point a is
 * the sum, over the orders with a first, of exp(-sum_j b_j U) / all. */
TEST(swaps_alone_have_the_stationary_law_of_the_orders)
{
    const size_t chains = 100;
    const ito_energy_opts how = { .sampler = ITO_SAMPLER_TEMPERING,
                                  .chains = chains,
                                  .temperatures = 3,
                                  .hottest = 6.0,
                                  .step = 1e-30,
                                  .draws = 2000,
                                  .seed = 12 };
    static const size_t orders[6][3] = {
        { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
        { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
    };
    ito_draws *draws = of_formula("2*x^2", 1.0, &how);
    const ito_draws_info *d = ito_draws_get(draws);
    double sum = 0.0, square = 0.0;

    for (size_t i = 0; i < chains; i++) {
        const double *u = d->energy + i * d->draws;
        double point[3] = { u[0] }, p[3] = { 0 }, all = 0.0, diff;
        size_t found = 1, count = 0;

        for (size_t j = 1; j < d->draws && found < 3; j++) {
            size_t k = 0;

            while (k < found && fabs(u[j] - point[k]) > 1e-9)
                k++;
            if (k == found)
                point[found++] = u[j];
        }
        if (found < 3) /* the third point was never coldest: hardly any */
            continue;
        for (size_t o = 0; o < 6; o++) {
            double e = 0.0;

            for (size_t j = 0; j < 3; j++)
                e += point[orders[o][j]] / d->rungs[j].temperature;
            p[orders[o][0]] += exp(-e);
            all += exp(-e);
        }
        for (size_t j = 0; j < d->draws; j++)
            count += fabs(u[j] - point[0]) <= 1e-9;
        diff = (double)count / (double)d->draws - p[0] / all;
        sum += diff;
        square += diff * diff;
    }
    CHECK(square / (double)chains < 0.03 * 0.03);
    CHECK_STAT(sum / (double)chains, 0.0, sqrt(square) / (double)chains, Z);
    ito_draws_free(draws);
}

/* --- annealing ------------------------------------------------------------ */

TEST(annealing_gives_the_integral)
{
    static const struct {
        const char *energy;
        double T, hottest;
        double log_z;
    } rows[] = {
        /* 2 pi T sqrt(det S), det S = .64 */
        { GAUSS, 1.0, 0.0, 1.8378770664093453 - 0.22314355131420976 },
        { GAUSS, 0.5, 4.0,
          1.8378770664093453 - 0.22314355131420976 - 0.6931471805599453 },
        { WELL, 0.2, 0.0, 0.0 },
        { WELL, 0.2, 2.0, 0.0 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_energy_opts how = { .sampler = ITO_SAMPLER_ANNEAL,
                                      .chains = 4000,
                                      .temperatures = 60,
                                      .warmup = 300,
                                      .hottest = rows[i].hottest,
                                      .spread = 2.0,
                                      .seed = 30 + i };
        ito_draws *draws = of_formula(rows[i].energy, rows[i].T, &how);
        const ito_draws_info *d = ito_draws_get(draws);
        const double exact =
            i < 2 ? rows[i].log_z : log(integral(well, NULL, 0.2));

        CHECK(d->draws == 1 && d->chains == 4000 && d->rung_count == 60);
        CHECK(d->log_z_se < 0.05);
        CHECK_STAT(d->log_z, exact, d->log_z_se, Z);
        CHECK(d->weight_ess > 400.0 && d->weight_ess <= 4000.0 + 1e-6);
        CHECK_NEAR(d->rungs[59].temperature, rows[i].T, 1e-12);
        CHECK(d->rungs[59].reference == 0.0);
        if (i < 2)
            CHECK_STAT(d->stats[0].mean, 1.0, d->stats[0].mean_se, Z);
        else
            CHECK_STAT(d->stats[1].mean, integral(well, well, 0.2),
                       d->stats[1].mean_se, Z);
        ito_draws_free(draws);
    }
}

/* Weights are right however bad the moves are: steps of nearly nothing leave
 * plain importance sampling from the normal. */
TEST(weights_are_right_though_chains_stand_still)
{
    const ito_energy_opts how = { .sampler = ITO_SAMPLER_ANNEAL,
                                  .chains = 20000,
                                  .temperatures = 7,
                                  .warmup = 7,
                                  .step = 1e-20,
                                  .spread = 1.5,
                                  .seed = 8 };
    ito_draws *draws = of_formula("x^2/2", 1.0, &how);
    const ito_draws_info *d = ito_draws_get(draws);

    for (size_t i = 0; i < 20; i++) {
        const double x = d->x[i];
        /* -U - log N(x; 0, 2.25) */
        const double w = -0.5 * x * x + 0.5 * x * x / 2.25 +
                         0.5 * log(2.0 * acos(-1.0) * 2.25);

        CHECK_NEAR(d->log_weight[i], w, 1e-8);
    }
    CHECK_STAT(d->log_z, 0.5 * log(2.0 * acos(-1.0)), d->log_z_se, Z);
    CHECK_STAT(d->stats[0].mean, 0.0, d->stats[0].mean_se, Z);
    CHECK_NEAR(d->stats[0].sd, 1.0, 0.03);
    ito_draws_free(draws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_gaussian_has_its_moments),
        RUN(langevin_has_the_bias_of_its_step_and_mala_none),
        RUN(a_double_well_has_its_shares_and_moments),
        RUN(a_banana_has_its_moments),
        RUN(proposals_outside_the_domain_are_not_accepted),
        RUN(callbacks_are_an_energy),
        RUN(tempering_finds_the_weights_of_modes_and_mala_says_it_fails),
        RUN(a_log_density_with_its_score_is_an_energy),
        RUN(swaps_alone_have_the_stationary_law_of_the_orders),
        RUN(annealing_gives_the_integral),
        RUN(weights_are_right_though_chains_stand_still),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

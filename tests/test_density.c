/* SPDX-License-Identifier: MIT
 *
 * test_density.c - densities on one axis against closed forms and against the
 * errors that the schemes are known to make.
 */
#include "density_fields.h"

/* OU, theta = D = 1, from N(1.5, 0.3^2) to t = 0.5 on [-8, 8]. */
static const double ou_start = 1.5, ou_mean = 0.9097959896,
                    ou_var = 0.6652297085;
static double one = 1.0;

static ito_density *ou_run(size_t cells, const char *method, size_t steps,
                           int start_up, ito_density_stats *stats)
{
    const ito_field ou = d_field(1, d_pull, &one);
    const ito_density_opts how = { .method = method,
                                   .steps = steps,
                                   .start_up = start_up };
    ito_density *d = d_grid(&ou, -8.0, 8.0, cells, ITO_EDGE_OPEN);

    d_start(d, &ou_start, 0.3);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 0.5, &how, stats));
    return d;
}

TEST(the_error_in_space_is_that_of_chang_and_cooper)
{
    const double want[] = { 8.84e-3, 2.21e-3, 5.53e-4, 1.38e-4, 3.46e-5 };
    double last = 0.0;

    for (size_t k = 0; k < COUNT(want); k++) {
        ito_density *d = ou_run((size_t)64 << k, "uniformisation", 0, 0, NULL);
        const double got = d_l1(d, &ou_mean, &ou_var);

        CHECK_REL(got, want[k], 0.05);
        if (k > 0)
            CHECK_NEAR(t_order(last, got, 2.0), 2.0, 0.02);
        CHECK(d_look(d).min >= 0.0);
        CHECK_NEAR(d_look(d).mass, 1.0, 1e-12);
        last = got;
        ito_density_free(d);
    }
}

TEST(the_moments_have_the_known_errors)
{
    const double mean[] = { 1.18e-3, 2.96e-4, 7.4e-5 };
    const double var[] = { 2.5e-4, 6.2e-5, 1.5e-5 };

    for (size_t k = 0; k < COUNT(mean); k++) {
        ito_density *d = ou_run((size_t)128 << k, "uniformisation", 0, 0, NULL);
        const ito_density_summary s = d_look(d);

        CHECK_REL(fabs(s.mean[0] - ou_mean), mean[k], 0.1);
        CHECK_REL(fabs(s.cov[0][0] - ou_var), var[k], 0.1);
        ito_density_free(d);
    }
}

TEST(the_errors_in_time_are_the_known_ones)
{
    static const struct {
        const char *method;
        double coarse, fine, order;
    } want[] = { { "be", 3.48e-2, 1.12e-3, 1.0 },
                 { "cn", 1.66e-3, 1.62e-6, 2.0 },
                 { "tr-bdf2", 8.3e-4, 7.9e-7, 2.0 } };
    ito_density *exact = ou_run(1024, "uniformisation", 0, 0, NULL);

    for (size_t k = 0; k < COUNT(want); k++) {
        ito_density_stats stats;
        ito_density *a = ou_run(1024, want[k].method, 8, -1, NULL);
        ito_density *b = ou_run(1024, want[k].method, 128, -1, NULL);
        ito_density *c = ou_run(1024, want[k].method, 256, -1, &stats);

        CHECK_REL(d_distance(a, exact), want[k].coarse, 0.05);
        CHECK_REL(d_distance(c, exact), want[k].fine, 0.05);
        CHECK_NEAR(t_order(d_distance(b, exact), d_distance(c, exact), 2.0),
                   want[k].order, 0.02);
        CHECK_NEAR(d_look(c).mass, 1.0, 9e-14);
        CHECK(stats.steps == 256 && stats.negative_mass <= 0.0);
        ito_density_free(a);
        ito_density_free(b);
        ito_density_free(c);
    }
    ito_density_free(exact);
}

/* From one full cell, D dt / h^2 = 41, to t = 0.5: smallest mass, error. */
static void from_delta(const char *method, int start_up, double *least,
                       double *error)
{
    const ito_field ou = d_field(1, d_pull, &one);
    const ito_density_opts how = { .method = method,
                                   .steps = 50,
                                   .start_up = start_up };
    const double var = 1.0 - exp(-1.0);
    ito_density *d = d_grid(&ou, -8.0, 8.0, 1024, ITO_EDGE_OPEN);
    const double x = ito_density_centre(d, 0, 608), mean = x * exp(-0.5);
    ito_density_stats stats;

    d_start(d, &x, 0.0);
    CHECK_NEAR(d_look(d).mean[0], x, 1e-15);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 0.5, &how, &stats));
    CHECK_REL(stats.stiffness, 41.0, 0.01);
    *least = stats.min_density * ito_density_volume(d);
    *error = d_l1(d, &mean, &var);
    if (*least < 0.0)
        CHECK(stats.negative_mass >= -*least);
    ito_density_free(d);
}

TEST(start_up_steps_take_away_the_negative_values)
{
    double least, error;

    from_delta("cn", -1, &least, &error);
    CHECK_REL(least, -0.78, 0.05);
    CHECK_REL(error, 0.33, 0.1);
    from_delta("tr-bdf2", -1, &least, &error);
    CHECK_REL(least, -0.026, 0.05);
    CHECK_REL(error, 3.2e-5, 0.1);
    from_delta("cn", 1, &least, &error);
    CHECK(least >= 0.0);
    CHECK_REL(error, 1.5e-4, 0.2);
    from_delta("tr-bdf2", 1, &least, &error);
    CHECK(least >= 0.0);
    CHECK_REL(error, 8.7e-5, 0.1);
    from_delta("tr-bdf2", 2, &least, &error);
    CHECK(least >= 0.0);
    CHECK_REL(error, 1.5e-4, 0.1);
    from_delta("be", 0, &least, &error);
    CHECK(least >= 0.0);
}

TEST(heat_spreads_at_order_two)
{
    const ito_field heat = d_field(1, d_still, &one);
    const ito_density_opts how = { .steps = 400, .start_up = -1 };
    const double mean = 0.0, var = 0.25 + 2.0 * 0.5;
    double last = 0.0;

    for (size_t n = 50; n <= 200; n *= 2) {
        ito_density *d = d_grid(&heat, -10.0, 10.0, n, ITO_EDGE_OPEN);
        double got;

        d_start(d, &mean, 0.5);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 0.5, &how, NULL));
        got = d_l1(d, &mean, &var);
        if (n > 50)
            CHECK_NEAR(t_order(last, got, 2.0), 2.0, 0.1);
        last = got;
        ito_density_free(d);
    }
    CHECK(last < 2e-3);
}

TEST(mass_is_kept_over_ten_thousand_steps)
{
    const ito_edge edges[] = { ITO_EDGE_OPEN, ITO_EDGE_PERIODIC };
    const char *const names[] = { "be", "cn", "tr-bdf2" };
    ito_field heat = d_field(1, d_still, &one);

    for (size_t e = 0; e < COUNT(edges); e++)
        for (size_t k = 0; k < COUNT(names); k++) {
            const ito_density_opts slow = { .method = names[k],
                                            .steps = 10000 };
            const ito_density_opts stiff = { .method = names[k], .steps = 400 };
            ito_density *d = d_grid(&heat, 0.0, 1.0, 100, edges[e]);
            const double x = 0.3;
            ito_density_stats s;

            d_start(d, &x, 0.0);
            CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &slow, &s));
            CHECK_NEAR(d_look(d).mass, 1.0, 1e-15 * 1e4 * (1.0 + s.stiffness));
            CHECK_OK(ctx, ito_density_advance(ctx, d, 401.0, &stiff, &s));
            CHECK_NEAR(d_look(d).mass, 1.0, 1e-15 * 400 * (1.0 + s.stiffness));
            ito_density_free(d);
        }
}

/* Double well with D on [lo, hi]. */
static ito_density *wells(const double *D, double limit, size_t cells,
                          int potential)
{
    static double held;
    ito_field f = d_field(1, d_wells, &held);
    static ito_field kept;

    held = *D;
    f.potential = potential ? d_wells_energy : NULL;
    kept = f;
    return d_grid(&kept, -limit, limit, cells, ITO_EDGE_OPEN);
}

static double boltzmann(double x, double D)
{
    return exp(-(0.25 * x * x * x * x - 0.5 * x * x) / D);
}

/* sum |mass - exp(-U / D) / Z| with the sum over centres */
static double from_boltzmann(const ito_density *d, double D)
{
    const size_t n = ito_density_cells(d, 0);
    double z = 0.0, sum = 0.0;

    for (size_t i = 0; i < n; i++)
        z += boltzmann(ito_density_centre(d, 0, i), D);
    for (size_t i = 0; i < n; i++)
        sum += fabs(ito_density_mass(d)[i] -
                    boltzmann(ito_density_centre(d, 0, i), D) / z);
    return sum;
}

TEST(the_rate_of_the_double_well_is_the_known_one)
{
    static const struct {
        double D, rate, error[4];
    } want[] = {
        { 0.5, 0.42294461, { 2.3e-4, 5.7e-5, 1.4e-5, 3.5e-6 } },
        { 0.25, 0.18717051, { 5.1e-4, 1.29e-4, 3.2e-5, 7.6e-6 } },
        { 0.1, 0.03354539, { 3.4e-3, 8.4e-4, 2.1e-4, 5.0e-5 } },
    };

    for (size_t k = 0; k < COUNT(want); k++)
        for (size_t i = 0; i < 4; i++) {
            ito_density *d = wells(&want[k].D, 4.0, (size_t)100 << i, 1);
            double rate;

            CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
            CHECK_REL(fabs(rate / want[k].rate - 1.0), want[k].error[i], 0.05);
            ito_density_free(d);
        }
}

TEST(a_rate_below_rounding_is_exact)
{
    /* D = 0.01: Kramers' law sqrt(2) / (2 pi) * 2 exp(-1 / (4 D)), 1 + O(D) */
    const double D = 0.01;
    ito_density *d = wells(&D, 2.0, 4000, 1);
    double rate;

    CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
    CHECK_REL(rate, sqrt(2.0) / 3.14159265358979 * exp(-25.0), 0.03);
    ito_density_free(d);
}

TEST(the_stationary_double_well_has_the_known_errors)
{
    static const struct {
        double D, error[3];
    } want[] = { { 0.5, { 5.6e-3, 1.39e-3, 3.5e-4 } },
                 { 0.1, { 1.7e-2, 4.1e-3, 1.0e-3 } } };

    for (size_t k = 0; k < COUNT(want); k++)
        for (size_t i = 0; i < 3; i++) {
            ito_density *d = wells(&want[k].D, 3.0, (size_t)32 << i, 0);

            CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
            CHECK_REL(from_boltzmann(d, want[k].D), want[k].error[i], 0.05);
            ito_density_free(d);
            d = wells(&want[k].D, 3.0, (size_t)32 << i, 1);
            CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
            CHECK_NEAR(from_boltzmann(d, want[k].D), 0.0, 1e-15);
            ito_density_free(d);
        }
}

TEST(the_equilibrium_stays_and_is_reached)
{
    const double Ds[] = { 0.5, 0.25, 0.1 }, x = -1.0;
    const ito_density_opts stay = { .steps = 100 };
    const ito_density_opts reach = { .method = "be", .steps = 100 };

    for (size_t k = 0; k < COUNT(Ds); k++) {
        ito_density *d = wells(&Ds[k], 3.0, 120, 1);
        ito_density_stats s;

        CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
        CHECK_OK(ctx, ito_density_advance(ctx, d, 10.0, &stay, &s));
        CHECK_NEAR(from_boltzmann(d, Ds[k]), 0.0,
                   1e-15 * 100 * (1.0 + s.stiffness));
        d_start(d, &x, 0.0);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 1e5, &reach, &s));
        CHECK_NEAR(from_boltzmann(d, Ds[k]), 0.0,
                   1e-15 * 100 * (1.0 + s.stiffness));
        ito_density_free(d);
    }
}

TEST(the_slowest_part_decays_at_the_rate)
{
    /* The mean of an odd start is made of odd parts; at late times of the
     * slowest.  Amplification of a step of z = rate dt: BE 1 / (1 + z). */
    const double D = 0.25, x = 1.0;
    const ito_density_opts how = { .method = "be", .steps = 100 };
    ito_density *d = wells(&D, 3.0, 120, 1);
    double rate, a, b;

    CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
    d_start(d, &x, 0.0);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 20.0, NULL, NULL));
    a = d_look(d).mean[0];
    CHECK_OK(ctx, ito_density_advance(ctx, d, 30.0, &how, NULL));
    b = d_look(d).mean[0];
    CHECK_REL(log(a / b), 100.0 * log(1.0 + 0.1 * rate), 1e-9);
    ito_density_free(d);
}

/* P(Brownian motion has not left (-1, 1) by t). */
static double survival(double t)
{
    const double pi = 3.14159265358979323846;
    double sum = 0.0;

    for (int k = 0; k < 40; k++) {
        const double m = 2.0 * k + 1.0;

        sum +=
            (k % 2 ? -4.0 : 4.0) / (m * pi) * exp(-m * m * pi * pi * t / 8.0);
    }
    return sum;
}

TEST(what_an_absorbing_interval_keeps_is_the_series)
{
    double half = 0.5, x = 0.0, rate, last = 0.0;
    const ito_field brown = d_field(1, d_still, &half);

    CHECK_NEAR(survival(0.25), 0.90899948, 1e-8);
    CHECK_NEAR(survival(1.0), 0.37077743, 1e-8);
    for (size_t n = 100; n <= 400; n *= 2) {
        const ito_density_opts how = { .steps = 2 * n };
        ito_density *d = d_grid(&brown, -1.0, 1.0, n, ITO_EDGE_ABSORB);
        double gap;

        d_start(d, &x, 0.0);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 0.25, &how, NULL));
        CHECK_NEAR(d_look(d).mass, survival(0.25), 3.0 / (double)(n * n));
        CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
        gap = fabs(d_look(d).mass - survival(1.0));
        if (n > 100)
            CHECK_NEAR(t_order(last, gap, 2.0), 2.0, 0.2);
        last = gap;
        CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
        CHECK_REL(rate, 9.8696044010893586 / 8.0, 1.0 / (double)(n * n));
        ito_density_free(d);
    }
    CHECK(last < 1e-5);
}

TEST(one_absorbing_edge_has_the_law_of_first_passage)
{
    /* Brownian motion below 1 up to T = 1: 2 Phi(1) - 1 */
    double half = 0.5, x = 0.0, rate;
    const ito_field brown = d_field(1, d_still, &half);
    ito_density_problem what = { .field = &brown,
                                 .axes = { { .lo = -8.0,
                                             .hi = 1.0,
                                             .cells = 900,
                                             .upper = ITO_EDGE_ABSORB } } };
    const ito_density_opts how = { .steps = 400 };
    ito_density *d;

    CHECK_OK(ctx, ito_density_open(ctx, &what, &d));
    d_start(d, &x, 0.0);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    CHECK_NEAR(d_look(d).mass, 0.6826894921, 2e-5);
    /* closed at -8: a quarter wave on 9, rate D (pi / 18)^2, either way */
    CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
    CHECK_REL(rate, 0.5 * pow(3.14159265358979 / 18.0, 2.0), 1e-5);
    ito_density_free(d);
    what.axes[0].upper = ITO_EDGE_OPEN;
    what.axes[0].lower = ITO_EDGE_ABSORB;
    CHECK_OK(ctx, ito_density_open(ctx, &what, &d));
    CHECK_OK(ctx, ito_density_rate(ctx, d, 0.0, &rate));
    CHECK_REL(rate, 0.5 * pow(3.14159265358979 / 18.0, 2.0), 1e-5);
    ito_density_free(d);
}

FIELD_1D(wind, 3.0)
FIELD_1D(tilted, 0.7 - sin(x))

TEST(a_ring_turns_and_forgets)
{
    /* dX = 3 dt + sqrt(2) dW on a circle: E exp(i X) turns by 3 t and shrinks
     * by exp(-t) */
    const double two_pi = 6.28318530717958647692;
    const ito_field f = d_field(1, wind, &one);
    const ito_density_opts how = { .steps = 200 };
    double last = 0.0;

    for (size_t n = 100; n <= 200; n *= 2) {
        ito_density *d = d_grid(&f, 0.0, two_pi, n, ITO_EDGE_PERIODIC);
        const double mean = 6.0;
        double re = 0.0, im = 0.0, error;

        d_start(d, &mean, 0.5);
        CHECK_NEAR(d_look(d).mass, 1.0, 1e-14);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 0.5, &how, NULL));
        for (size_t i = 0; i < n; i++) {
            re += ito_density_mass(d)[i] * cos(ito_density_centre(d, 0, i));
            im += ito_density_mass(d)[i] * sin(ito_density_centre(d, 0, i));
        }
        error = hypot(re - exp(-0.625) * cos(7.5), im - exp(-0.625) * sin(7.5));
        if (n > 100)
            CHECK_NEAR(t_order(last, error, 2.0), 2.0, 0.2);
        CHECK(error < 3e-3);
        last = error;
        ito_density_free(d);
    }
}

TEST(a_ring_with_a_flux_has_its_stationary_density)
{
    /* Long time from anywhere gives the same; a wind alone the uniform. */
    const ito_density_opts how = { .method = "be", .steps = 200 };
    const ito_field f = d_field(1, tilted, &one), g = d_field(1, wind, &one);
    const double x = 1.0;
    ito_density *a = d_grid(&f, -3.0, 3.2831853, 90, ITO_EDGE_PERIODIC);
    ito_density *b = d_grid(&f, -3.0, 3.2831853, 90, ITO_EDGE_PERIODIC);
    ito_density *c = d_grid(&g, 0.0, 1.0, 50, ITO_EDGE_PERIODIC);

    CHECK_OK(ctx, ito_density_stationary(ctx, a, 0.0));
    d_start(b, &x, 0.1);
    CHECK_OK(ctx, ito_density_advance(ctx, b, 200.0, &how, NULL));
    CHECK_NEAR(d_distance(a, b), 0.0, 1e-11);
    CHECK_OK(ctx, ito_density_stationary(ctx, c, 0.0));
    for (size_t i = 0; i < 50; i++)
        CHECK_REL(ito_density_mass(c)[i], 0.02, 1e-13);
    ito_density_free(a);
    ito_density_free(b);
    ito_density_free(c);
}

FIELD_1D(grow, 0.5 * x)
FIELD_1D(grow_noise, 0.3 * x)
FIELD_1D(cir, 0.5 - x)
FIELD_1D(cir_noise, 0.3 * sqrt(x))

static ito_field varied(ito_eval_fn drift, ito_eval_fn noise, ito_calculus how)
{
    return (ito_field){ .name = "varied",
                        .dtypes = ITO_F64,
                        .flags = ITO_FIELD_REENTRANT | ITO_FIELD_TIMELESS,
                        .dim = 1,
                        .noise = ITO_NOISE_DIAGONAL,
                        .calculus = how,
                        .drift = drift,
                        .diffusion = noise };
}

TEST(both_calculi_give_their_own_mean)
{
    /* gbm: E X_1 = exp(a) (Ito), exp(a + b^2 / 2) (Stratonovich); E X^2 in
     * Ito exp(2 a + b^2) */
    const ito_field f = varied(grow, grow_noise, ITO_CALCULUS_ITO);
    const ito_field g = varied(grow, grow_noise, ITO_CALCULUS_STRATONOVICH);
    const ito_density_opts how = { .steps = 400 };
    const double x = 1.0;
    ito_density *a = d_grid(&f, 0.0, 8.0, 1600, ITO_EDGE_OPEN);
    ito_density *b = d_grid(&g, 0.0, 8.0, 1600, ITO_EDGE_OPEN);

    d_start(a, &x, 0.0);
    d_start(b, &x, 0.0);
    CHECK_OK(ctx, ito_density_advance(ctx, a, 1.0, &how, NULL));
    CHECK_OK(ctx, ito_density_advance(ctx, b, 1.0, &how, NULL));
    CHECK_REL(d_look(a).mean[0], exp(0.5), 1e-4);
    CHECK_REL(d_look(b).mean[0], exp(0.545), 1e-4);
    CHECK_REL(d_look(a).cov[0][0], exp(1.09) - exp(1.0), 1e-3);
    ito_density_free(a);
    ito_density_free(b);
}

TEST(a_square_root_process_keeps_to_the_positive_side)
{
    /* CIR, kappa 1, theta 0.5, sigma 0.3, from 1 to t = 2 */
    const ito_field f = varied(cir, cir_noise, ITO_CALCULUS_ITO);
    const ito_density_opts how = { .steps = 200 };
    const double x = 1.0;
    ito_density *d = d_grid(&f, 0.0, 3.0, 1200, ITO_EDGE_OPEN);

    d_start(d, &x, 0.0);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 2.0, &how, NULL));
    CHECK_REL(d_look(d).mean[0], 0.5676676416, 1e-4);
    CHECK_REL(d_look(d).cov[0][0], 0.0273537821, 2e-3);
    ito_density_free(d);
}

FIELD_1D(breeze, cos(t))
FIELD_1D(rising_noise, sqrt(1.0 + 2.0 * t))

TEST(a_field_of_time_is_followed_at_order_two)
{
    /* dX = cos t dt + sqrt(1 + 2 t) dW: mean sin t, variance + t + t^2 */
    ito_field f = d_field(1, breeze, &one);
    const double mean = 0.0, var = 0.25 + 2.0, at = sin(1.0);
    double last = 0.0;

    f.flags = ITO_FIELD_REENTRANT;
    f.diffusion = rising_noise;
    for (size_t n = 10; n <= 40; n *= 2) {
        const ito_density_opts how = { .steps = n, .start_up = -1 };
        ito_density *d = d_grid(&f, -12.0, 12.0, 1200, ITO_EDGE_OPEN);
        double error;

        d_start(d, &mean, 0.5);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
        error = d_l1(d, &at, &var);
        if (n == 20)
            CHECK_NEAR(t_order(last, error, 2.0), 2.0, 0.3);
        CHECK(error < 2.0 / (double)(n * n));
        last = error;
        ito_density_free(d);
    }
}

TEST(a_drift_that_is_timeless_may_have_noise_that_is_not)
{
    ito_field f = d_field(1, d_still, &one);
    const double mean = 0.0, var = 0.25 + 2.0;
    const ito_density_opts how = { .steps = 40 };
    ito_density *d;

    f.flags = ITO_FIELD_REENTRANT | ITO_FIELD_TIMELESS;
    f.diffusion = rising_noise;
    d = d_grid(&f, -12.0, 12.0, 600, ITO_EDGE_OPEN);
    d_start(d, &mean, 0.5);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    CHECK(d_l1(d, &mean, &var) < 1e-3);
    ito_density_free(d);
}

TEST(without_noise_mass_is_carried_upwind)
{
    /* x' = -x carries N(2, 0.5^2) to N(2 / e, (0.5 / e)^2), at order 1 */
    ito_field f = d_field(1, d_pull, &one);
    const double start = 2.0, mean = 2.0 * exp(-1.0), var = 0.25 * exp(-2.0);
    double last = 0.0;

    f.noise = ITO_NOISE_NONE;
    for (size_t n = 1000; n <= 4000; n *= 2) {
        const ito_density_opts how = { .steps = 200 };
        ito_density *d = d_grid(&f, -1.0, 5.0, n, ITO_EDGE_OPEN);
        double error;

        d_start(d, &start, 0.5);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
        error = d_l1(d, &mean, &var);
        if (n > 1000)
            CHECK_NEAR(t_order(last, error, 2.0), 1.0, 0.1);
        last = error;
        ito_density_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_error_in_space_is_that_of_chang_and_cooper),
        RUN(the_moments_have_the_known_errors),
        RUN(the_errors_in_time_are_the_known_ones),
        RUN(start_up_steps_take_away_the_negative_values),
        RUN(heat_spreads_at_order_two),
        RUN(mass_is_kept_over_ten_thousand_steps),
        RUN(the_rate_of_the_double_well_is_the_known_one),
        RUN(a_rate_below_rounding_is_exact),
        RUN(the_stationary_double_well_has_the_known_errors),
        RUN(the_equilibrium_stays_and_is_reached),
        RUN(the_slowest_part_decays_at_the_rate),
        RUN(what_an_absorbing_interval_keeps_is_the_series),
        RUN(one_absorbing_edge_has_the_law_of_first_passage),
        RUN(a_ring_turns_and_forgets),
        RUN(a_ring_with_a_flux_has_its_stationary_density),
        RUN(both_calculi_give_their_own_mean),
        RUN(a_square_root_process_keeps_to_the_positive_side),
        RUN(a_field_of_time_is_followed_at_order_two),
        RUN(a_drift_that_is_timeless_may_have_noise_that_is_not),
        RUN(without_noise_mass_is_carried_upwind),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

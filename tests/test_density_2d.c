/* SPDX-License-Identifier: MIT
 *
 * test_density_2d.c - densities on two axes against closed forms; the same
 * bits for any number of threads; and the comparison with particles.
 */
#include "counting.h"
#include "density_fields.h"

#include "pde/grid.h"

static double ones[2] = { 1.0, 1.0 };

/* Rotating OU, omega = 2, D = 1, from N((2, 0), 0.25 I) to t = 1. */
static ito_density *turn(size_t cells, const char *method, int start_up,
                         ito_density_stats *stats)
{
    const ito_field f = d_field(2, d_rotate, ones);
    const ito_density_opts how = { .method = method,
                                   .steps = 2 * cells,
                                   .start_up = start_up };
    const double mean[] = { 2.0, 0.0 };
    ito_density *d = d_grid(&f, -6.0, 6.0, cells, ITO_EDGE_OPEN);

    d_start(d, mean, 0.5);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, stats));
    return d;
}

TEST(a_rotating_density_has_the_known_errors)
{
    static const struct {
        const char *method;
        double error[3];
    } want[] = { { "tr-bdf2", { 4.65e-2, 1.22e-2, 3.07e-3 } },
                 { "cn", { 4.65e-2, 1.22e-2, 3.07e-3 } },
                 { "be", { 6.5e-2, 2.2e-2, 8.3e-3 } } };
    const double mean[] = { -0.30618373, 0.66902366 };
    const double var[] = { 0.8984985375, 0.8984985375 };

    for (size_t k = 0; k < COUNT(want); k++)
        for (size_t i = 0; i < 3; i++) {
            ito_density_stats s;
            ito_density *d = turn((size_t)32 << i, want[k].method, -1, &s);

            CHECK_REL(d_l1(d, mean, var), want[k].error[i], 0.05);
            CHECK(s.min_density >= 0.0 && s.negative_mass <= 0.0);
            CHECK_NEAR(d_look(d).mass, 1.0, 1e-15 * 256 * (1.0 + s.stiffness));
            ito_density_free(d);
        }
}

TEST(splitting_agrees_with_uniformisation_at_order_two)
{
    const ito_field f = d_field(2, d_rotate, ones);
    const double mean[] = { 2.0, 0.0 };
    double last = 0.0;

    for (size_t steps = 25; steps <= 100; steps *= 2) {
        const ito_density_opts split = { .steps = steps, .start_up = -1 };
        const ito_density_opts exact = { .method = "uniformisation" };
        ito_density *a = d_grid(&f, -5.0, 5.0, 37, ITO_EDGE_OPEN);
        ito_density *b = d_grid(&f, -5.0, 5.0, 37, ITO_EDGE_OPEN);
        double gap;

        d_start(a, mean, 0.7);
        d_start(b, mean, 0.7);
        CHECK_OK(ctx, ito_density_advance(ctx, a, 0.5, &split, NULL));
        CHECK_OK(ctx, ito_density_advance(ctx, b, 0.5, &exact, NULL));
        gap = d_distance(a, b);
        if (steps > 25)
            CHECK_NEAR(t_order(last, gap, 2.0), 2.0, 0.1);
        CHECK(d_look(b).min >= 0.0);
        last = gap;
        ito_density_free(a);
        ito_density_free(b);
    }
    CHECK(last < 2e-4);
}

TEST(phase_space_has_its_moments_at_order_one)
{
    /* dq = v dt, dv = (-q - v) dt + sqrt 2 dW from (1, 0), std 0.1: mean and
     * covariance at t = 2 of a point, plus what becomes of the start */
    double D[] = { 0.0, 1.0 }, last = 0.0;
    const ito_field f = d_field(2, d_kramers, D);
    const double mean[] = { 1.0, 0.0 };
    /* exp(A 2), columns for q and v */
    const double r = sqrt(0.75), c = cos(2.0 * r), s = sin(2.0 * r) / r;
    const double e = exp(-1.0), qq = e * (c + 0.5 * s), qv = e * s;
    const double want = 0.80153195 + 0.01 * (qq * qq + qv * qv);

    for (size_t n = 64; n <= 256; n *= 2) {
        const ito_density_opts how = { .steps = 2 * n };
        ito_density *d = d_grid(&f, -6.0, 6.0, n, ITO_EDGE_OPEN);
        ito_density_summary m;
        double gap;

        d_start(d, mean, 0.1);
        CHECK_OK(ctx, ito_density_advance(ctx, d, 2.0, &how, NULL));
        m = d_look(d);
        CHECK_NEAR(m.mean[0], 0.15057437, 7.0 / (double)(n * n));
        CHECK_NEAR(m.mean[1], -0.41927963, 7.0 / (double)(n * n));
        CHECK_NEAR(m.cov[1][1], 0.752, 7.0 / (double)n);
        CHECK_NEAR(m.cov[0][1], 0.1758, 7.0 / (double)n);
        CHECK_NEAR(m.cov[0][1], m.cov[1][0], 0.0);
        gap = m.cov[0][0] - want;
        if (n > 64)
            CHECK_NEAR(t_order(last, gap, 2.0), 1.0, 0.15);
        last = gap;
        ito_density_free(d);
    }
}

TEST(a_bowl_has_its_boltzmann_density)
{
    ito_field f = d_field(2, d_bowl, ones);
    ito_density *a, *b;
    const ito_density_opts how = { .steps = 50 };

    f.potential = d_bowl_energy;
    a = d_grid(&f, -4.0, 5.0, 45, ITO_EDGE_OPEN);
    CHECK_OK(ctx, ito_density_stationary(ctx, a, 0.0));
    b = d_grid(&f, -4.0, 5.0, 45, ITO_EDGE_OPEN);
    CHECK_OK(ctx, ito_density_stationary(ctx, b, 0.0));
    CHECK_OK(ctx, ito_density_advance(ctx, b, 10.0, &how, NULL));
    CHECK_NEAR(d_distance(a, b), 0.0, 1e-12);
    for (size_t k = 1; k < 45 * 45; k++) {
        const size_t j = k - 1;
        const double u = 0.5 * pow(ito_density_centre(a, 0, k % 45), 2.0) +
                         pow(ito_density_centre(a, 1, k / 45), 2.0);
        const double v = 0.5 * pow(ito_density_centre(a, 0, j % 45), 2.0) +
                         pow(ito_density_centre(a, 1, j / 45), 2.0);

        CHECK_REL(ito_density_mass(a)[k] / ito_density_mass(a)[j], exp(v - u),
                  1e-13);
    }
    ito_density_free(a);
    ito_density_free(b);
}

TEST(the_stationary_density_of_a_rotation_is_found)
{
    /* N(0, 1) for any rotation; the grid's own is what late times give */
    const ito_field f = d_field(2, d_rotate, ones);
    const double zero[] = { 0.0, 0.0 }, unit[] = { 1.0, 1.0 };
    const ito_density_opts late = { .method = "uniformisation" };
    double last = 0.0;

    for (size_t n = 32; n <= 64; n *= 2) {
        ito_density *d = d_grid(&f, -6.0, 6.0, n, ITO_EDGE_OPEN);
        ito_density *e = d_grid(&f, -6.0, 6.0, n, ITO_EDGE_OPEN);
        double gap;

        CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
        gap = d_l1(d, zero, unit);
        if (n > 32)
            CHECK_NEAR(t_order(last, gap, 2.0), 2.0, 0.1);
        last = gap;
        if (n == 32) {
            CHECK_OK(ctx, ito_density_stationary(ctx, e, 0.0));
            CHECK_OK(ctx, ito_density_advance(ctx, e, 1.0, &late, NULL));
            CHECK_NEAR(d_distance(d, e), 0.0, 1e-11);
        }
        ito_density_free(d);
        ito_density_free(e);
    }
}

FIELD_2D(shear, sin(y), cos(x))

TEST(a_torus_keeps_mass_and_the_uniform_density)
{
    /* div of (sin y, cos x) is 0, so uniform stays */
    const ito_field f = d_field(2, shear, ones);
    const ito_density_opts how = { .steps = 50 };
    const double mean[] = { 0.1, 6.2 };
    ito_density *d =
        d_grid(&f, 0.0, 6.28318530717958647692, 40, ITO_EDGE_PERIODIC);
    double row[40], sum = 0.0;

    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    for (size_t k = 0; k < 1600; k++)
        CHECK_REL(ito_density_mass(d)[k], 1.0 / 1600.0, 1e-12);
    d_start(d, mean, 0.3);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    CHECK_NEAR(d_look(d).mass, 1.0, 1e-12);
    CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
    for (size_t k = 0; k < 1600; k++)
        CHECK_REL(ito_density_mass(d)[k], 1.0 / 1600.0, 1e-10);
    ito_density_marginal(d, 1, row);
    for (size_t k = 0; k < 40; k++)
        sum += row[k];
    CHECK_NEAR(sum, 1.0, 1e-12);
    ito_density_free(d);
}

/* dx = x y o dW_1, dy = x o dW_2 and other noise of one kind: diagonal */
FIELD_2D(crossed, 0.5 + 0.1 * y, 0.6 + 0.2 * sin(x))
FIELD_2D(nothing, 0.0 * x, 0.0 * y)

TEST(a_diffusion_of_the_other_component_needs_no_correction)
{
    /* sigma_c depends on the other component only: Ito and Stratonovich are
     * the same process */
    ito_field f = d_field(2, nothing, ones);
    const ito_density_opts how = { .steps = 20 };
    const double mean[] = { 0.3, -0.2 };
    ito_density *a, *b;

    f.noise = ITO_NOISE_GENERAL;
    f.flags = ITO_FIELD_REENTRANT | ITO_FIELD_TIMELESS;
    f.diffusion = crossed;
    f.calculus = ITO_CALCULUS_ITO;
    a = d_grid(&f, -4.0, 4.0, 40, ITO_EDGE_OPEN);
    d_start(a, mean, 0.4);
    CHECK_OK(ctx, ito_density_advance(ctx, a, 1.0, &how, NULL));
    f.calculus = ITO_CALCULUS_STRATONOVICH;
    b = d_grid(&f, -4.0, 4.0, 40, ITO_EDGE_OPEN);
    d_start(b, mean, 0.4);
    CHECK_OK(ctx, ito_density_advance(ctx, b, 1.0, &how, NULL));
    CHECK_SAME(ito_density_mass(a), ito_density_mass(b), 1600);
    CHECK_NEAR(d_look(a).mean[0], 0.3, 1e-3);
    ito_density_free(a);
    ito_density_free(b);
}

/* An orthogonal matrix that turns with the place: sigma sigma' = I */
static int frame(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        const double x = d_in(tile, 0)[i];

        d_out(out, 0)[i] = cos(x);
        d_out(out, 1)[i] = -sin(x);
        d_out(out, 2)[i] = sin(x);
        d_out(out, 3)[i] = cos(x);
    }
    return 0;
}

/* component c of L^j sigma_k = sum_i sigma_ij d sigma_ck / dx_i */
static int frame_deriv(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        const double x = d_in(tile, 0)[i], c = cos(x), s = sin(x);
        const double first[2] = { c, -s }; /* sigma_0j */
        const double slope[2][2] = { { -s, -c }, { c, -s } };

        for (size_t a = 0; a < 2; a++)
            for (size_t k = 0; k < 2; k++)
                for (size_t j = 0; j < 2; j++)
                    d_out(out, (a * 2 + k) * 2 + j)[i] = first[j] * slope[a][k];
    }
    return 0;
}

TEST(a_matrix_whose_square_is_diagonal_is_taken)
{
    /* Ito: Brownian motion.  Stratonovich: its drift is half the sum of
     * L^j sigma_j = (-s c + s c, c^2 + s^2) / 2 = (0, 1/2). */
    ito_field f = d_field(2, nothing, ones);
    const ito_density_opts how = { .steps = 100 };
    const double zero[] = { 0.0, 0.0 }, moved[] = { 0.0, 0.5 };
    const double var[] = { 1.25, 1.25 };
    ito_density *d;

    f.noise = ITO_NOISE_GENERAL;
    f.noise_dim = 2;
    f.flags = ITO_FIELD_REENTRANT | ITO_FIELD_TIMELESS;
    f.diffusion = frame;
    f.calculus = ITO_CALCULUS_ITO;
    d = d_grid(&f, -7.0, 7.0, 140, ITO_EDGE_OPEN);
    d_start(d, zero, 0.5);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    CHECK(d_l1(d, zero, var) < 2e-3);
    ito_density_free(d);
    f.calculus = ITO_CALCULUS_STRATONOVICH;
    CHECK_FAILS(ctx,
                ito_density_open(ctx,
                                 &(ito_density_problem){
                                     .field = &f,
                                     .axes = { { .hi = 1, .cells = 9 },
                                               { .hi = 1, .cells = 9 } } },
                                 &d),
                ITO_EUNFIT, "without derivatives");
    f.diffusion_deriv = frame_deriv;
    d = d_grid(&f, -7.0, 7.0, 140, ITO_EDGE_OPEN);
    d_start(d, zero, 0.5);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL));
    CHECK(d_l1(d, moved, var) < 2e-3);
    ito_density_free(d);
}

static int tied(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        d_out(out, 0)[i] = 1.0;
        d_out(out, 1)[i] = 0.0;
        d_out(out, 2)[i] = 0.5;
        d_out(out, 3)[i] = 1.0;
    }
    return 0;
}

TEST(correlated_noise_is_refused)
{
    ito_field f = d_field(2, nothing, ones);
    ito_density *d;

    f.noise_dim = 2;
    f.diffusion = tied;
    d = d_grid(&f, -1.0, 1.0, 10, ITO_EDGE_OPEN);
    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1.0, NULL, NULL), ITO_EUNFIT,
                "correlated");
    ito_density_free(d);
}

TEST(the_bits_do_not_depend_on_threads_or_kernels)
{
    const ito_field f = d_field(2, d_rotate, ones);
    const size_t threads[] = { 1, 2, 3, 7 };
    const double mean[] = { 2.0, 0.0 };
    ito_ctx *const outer = ctx;
    static double first[3][61 * 61];

    for (size_t k = 0; k < COUNT(threads); k++) {
        const ito_ctx_opts opts = { .threads = threads[k],
                                    .cpu = k % 2 ? "c" : NULL };
        const ito_density_opts how = { .steps = 10 };
        const ito_density_opts uni = { .method = "uniformisation" };
        ito_density *d;

        if (ito_open(&ctx, &opts) != ITO_OK)
            fail();
        d = d_grid(&f, -6.0, 6.0, 61, ITO_EDGE_OPEN);
        for (size_t run = 0; run < 3; run++) {
            d_start(d, mean, 0.5);
            if (run < 2)
                CHECK_OK(ctx, ito_density_advance(ctx, d, 0.1,
                                                  run ? &uni : &how, NULL));
            else
                CHECK_OK(ctx, ito_density_stationary(ctx, d, 0.0));
            if (k == 0)
                memcpy(first[run], ito_density_mass(d), sizeof(first[run]));
            CHECK_SAME(first[run], ito_density_mass(d), 61 * 61);
        }
        ito_density_free(d);
        ito_close(ctx);
    }
    ctx = outer;
}

TEST(running_out_of_memory_is_clean)
{
    const ito_field f = d_field(2, d_rotate, ones);
    const ito_density_problem p = { .field = &f,
                                    .axes = {
                                        { .lo = -3, .hi = 3, .cells = 20 },
                                        { .lo = -3, .hi = 3, .cells = 20 } } };
    const char *const names[] = { "tr-bdf2", "uniformisation" };
    ito_ctx *const outer = ctx;
    ito_status rc = ITO_ENOMEM;

    for (size_t k = 0; rc == ITO_ENOMEM && k < 1000; k++) {
        counter c = { .fail_at = SIZE_MAX };
        const ito_ctx_opts opts = { .alloc = counting, .alloc_arg = &c };
        const ito_density_opts how = { .method = names[k % 2], .steps = 2 };
        ito_density *d = NULL;
        uint64_t seen[400] = { 1, 2 };
        const ito_density_counts counts = { .cells = seen };
        ito_density_fit fit;

        CHECK(ito_open(&ctx, &opts) == ITO_OK);
        c.fail_at = c.calls + k / 2;
        rc = ito_density_open(ctx, &p, &d);
        rc = rc ? rc : ito_density_stationary(ctx, d, 0.0);
        rc = rc ? rc : ito_density_advance(ctx, d, 0.1, &how, NULL);
        rc = rc ? rc : ito_density_compare(ctx, d, &counts, 0.1, &fit);
        ito_density_free(d);
        ito_close(ctx);
        CHECK(c.out == 0);
        if (k < 2)
            CHECK(rc == ITO_ENOMEM);
    }
    ctx = outer;
    CHECK(rc == ITO_OK);
}

static int stop_now(void *arg)
{
    return ++*(int *)arg > 3;
}

TEST(a_density_can_be_cancelled_between_steps)
{
    const ito_field f = d_field(2, d_rotate, ones);
    const ito_density_opts how = { .steps = 100 };
    ito_ctx *const outer = ctx;
    int asked = 0;
    const ito_ctx_opts opts = { .cancel = stop_now, .cancel_arg = &asked };
    const double mean[] = { 2.0, 0.0 };
    ito_density *d;

    CHECK(ito_open(&ctx, &opts) == ITO_OK);
    d = d_grid(&f, -6.0, 6.0, 20, ITO_EDGE_OPEN);
    d_start(d, mean, 0.5);
    CHECK(ito_density_advance(ctx, d, 1.0, &how, NULL) == ITO_ECANCELLED);
    CHECK(ito_density_time(d) < 0.1);
    CHECK_NEAR(d_look(d).mass, 1.0, 1e-13);
    ito_density_free(d);
    ito_close(ctx);
    ctx = outer;
}

TEST(a_grid_too_large_says_what_fits)
{
    const ito_field f = d_field(2, d_rotate, ones);
    ito_density_problem p = { .field = &f,
                              .axes = { { .hi = 1, .cells = 100000 },
                                        { .hi = 1, .cells = 100000 } } };
    ito_density *d;
    size_t bytes;

    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_ERANGE,
                "100000 x 100000 cells need ");
    CHECK_HAS(ito_errmsg(ctx), "the largest square grid that fits has ");
    p.axes[0].cells = p.axes[1].cells = (size_t)1 << 45;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_ERANGE, "too large");
    p.axes[0].cells = p.axes[1].cells = 100;
    CHECK_OK(ctx, ito_density_bytes(ctx, &p, &bytes));
    CHECK(bytes < 100 * 100 * 150 + 1000000);
}

TEST(one_density_is_not_rotated_by_another_way_of_storing_it)
{
    /* unequal axes: masses of a product start are where they belong */
    const ito_field f = d_field(2, d_rotate, ones);
    const ito_density_problem p = { .field = &f,
                                    .axes = {
                                        { .lo = 0, .hi = 3, .cells = 3 },
                                        { .lo = 0, .hi = 5, .cells = 5 } } };
    const double at[] = { 2.5, 1.5 };
    double row[5];
    ito_density *d;

    CHECK_OK(ctx, ito_density_open(ctx, &p, &d));
    CHECK(ito_density_dim(d) == 2 && ito_density_cells(d, 0) == 3 &&
          ito_density_cells(d, 1) == 5 && ito_density_cells(d, 2) == 0);
    CHECK_NEAR(ito_density_volume(d), 1.0, 0.0);
    d_start(d, at, 0.0);
    CHECK_NEAR(ito_density_mass(d)[1 * 3 + 2], 1.0, 0.0);
    ito_density_marginal(d, 0, row);
    CHECK_NEAR(row[2], 1.0, 0.0);
    ito_density_marginal(d, 1, row);
    CHECK_NEAR(row[1], 1.0, 0.0);
    ito_density_free(d);
}

/* Q(a, x) for a whole number a: a sum of Poisson probabilities. */
static double poisson_tail(int a, double x)
{
    double term = exp(-x), sum = 0.0;

    for (int k = 0; k < a; k++) {
        sum += term;
        term *= x / (k + 1.0);
    }
    return sum;
}

TEST(the_incomplete_gamma_function_is_right)
{
    CHECK_REL(ito__gamma_q(0.5, 0.5), erfc(sqrt(0.5)), 1e-13);
    CHECK_REL(ito__gamma_q(0.5, 20.0), erfc(sqrt(20.0)), 1e-12);
    CHECK_REL(ito__gamma_q(0.5, 1e-3), erfc(sqrt(1e-3)), 1e-13);
    for (int a = 1; a < 200; a += 13)
        for (double x = 0.1; x < 400.0; x *= 1.7)
            CHECK_NEAR(ito__gamma_q(a, x), poisson_tail(a, x),
                       1e-12 * poisson_tail(a, x) + 1e-15);
    /* Wilson and Hilferty's approximation is good to 1e-5 there */
    CHECK_NEAR(ito__gamma_q(50000.0, 50000.0), 0.4994, 1e-3);
    CHECK_NEAR(ito__gamma_q(3.0, 0.0), 1.0, 0.0);
    CHECK_NEAR(ito__gamma_q(1.0, 1e6), 0.0, 0.0);
}

TEST(particles_of_the_density_pass_and_others_fail)
{
    enum { N = 200000 };
    double D[] = { 1.0 }, zero = 0.0;
    const ito_field f = d_field(1, d_pull, D);
    ito_density *d = d_grid(&f, -6.0, 6.0, 180, ITO_EDGE_OPEN);
    float *x = malloc(N * sizeof(*x));
    uint64_t cells[180], bins[60];
    ito_density_counts counts = { .cells = cells };
    ito_density_fit fit, pooled;

    t_seed = 42;
    for (size_t i = 0; i < N; i++)
        x[i] = (float)t_normal();
    d_start(d, &zero, 1.0);
    memset(cells, 0, sizeof(cells));
    CHECK_OK(ctx,
             ito_density_count(ctx, d, N, ITO_F32, x, cells, &counts.outside));
    CHECK(counts.outside == 0);
    CHECK_OK(ctx, ito_density_compare(ctx, d, &counts, 0.0, &fit));
    CHECK(fit.n == N && fit.freedom + 1 == fit.bins && fit.bins > 100);
    CHECK(fit.p > 1e-3 && fit.p < 0.999);
    CHECK(fit.worst < 5.0);
    memset(bins, 0, sizeof(bins));
    for (size_t i = 0; i < 180; i++)
        bins[i / 3] += cells[i];
    counts.cells = bins;
    counts.group = 3;
    CHECK_OK(ctx, ito_density_compare(ctx, d, &counts, 0.0, &pooled));
    CHECK(pooled.p > 1e-3 && pooled.bins <= 60);
    counts.cells = cells;
    counts.group = 0;
    zero = 0.02; /* off by a fiftieth of a standard deviation */
    d_start(d, &zero, 1.0);
    CHECK_OK(ctx, ito_density_compare(ctx, d, &counts, 0.0, &fit));
    CHECK(fit.p < 1e-4);
    counts.group = 7;
    CHECK_FAILS(ctx, ito_density_compare(ctx, d, &counts, 0.0, &fit), ITO_EARG,
                "bins of 7");
    counts.group = 0;
    CHECK_FAILS(ctx, ito_density_compare(ctx, d, &counts, 1e9, &fit),
                ITO_ERANGE, "fewer than 2");
    x[17] = NAN;
    CHECK_FAILS(
        ctx, ito_density_count(ctx, d, N, ITO_F32, x, cells, &counts.outside),
        ITO_ENONFINITE, "row 17");
    free(x);
    ito_density_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_rotating_density_has_the_known_errors),
        RUN(splitting_agrees_with_uniformisation_at_order_two),
        RUN(phase_space_has_its_moments_at_order_one),
        RUN(a_bowl_has_its_boltzmann_density),
        RUN(the_stationary_density_of_a_rotation_is_found),
        RUN(a_torus_keeps_mass_and_the_uniform_density),
        RUN(a_diffusion_of_the_other_component_needs_no_correction),
        RUN(a_matrix_whose_square_is_diagonal_is_taken),
        RUN(correlated_noise_is_refused),
        RUN(the_bits_do_not_depend_on_threads_or_kernels),
        RUN(running_out_of_memory_is_clean),
        RUN(a_density_can_be_cancelled_between_steps),
        RUN(a_grid_too_large_says_what_fits),
        RUN(one_density_is_not_rotated_by_another_way_of_storing_it),
        RUN(the_incomplete_gamma_function_is_right),
        RUN(particles_of_the_density_pass_and_others_fail),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_density_calls.c - starts of densities, how steps are chosen, and what
 * is refused with which words.
 */
#include "density_fields.h"

static double one = 1.0, ou_start = 1.5;

FIELD_1D(wind, 3.0)

static int log_normal(void *arg, size_t n, const double *x, double *logp)
{
    const double *std = arg;

    for (size_t i = 0; i < n; i++)
        logp[i] = 300.0 - 0.5 * x[i] * x[i] / (*std * *std);
    return *std > 0.0 ? 0 : 7;
}

TEST(every_start_gives_what_it_says)
{
    const ito_field ou = d_field(1, d_pull, &one);
    ito_density *d = d_grid(&ou, -4.0, 4.0, 80, ITO_EDGE_OPEN);
    double mean = 2.03, std = 0.5, inside, mass[80] = { 0.0 };
    ito_density_start s = { .mean = &mean };
    ito_dist *dist;

    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL)); /* uniform */
    CHECK_NEAR(ito_density_mass(d)[17], 1.0 / 80.0, 1e-16);
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, &inside)); /* point */
    CHECK_NEAR(d_look(d).mean[0], 2.03, 1e-14);
    CHECK_NEAR(inside, 1.0, 0.0);
    mean = 4.0; /* on the edge: the last cell */
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, NULL));
    CHECK_NEAR(ito_density_mass(d)[79], 1.0, 0.0);
    s.std = &std; /* half of it is beyond the edge */
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, &inside));
    CHECK_NEAR(inside, 0.5, 1e-14);
    s = (ito_density_start){ .logp = log_normal, .logp_arg = &std, .t = 3.0 };
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, NULL));
    CHECK_NEAR(d_look(d).cov[0][0], 0.25, 1e-12);
    CHECK_NEAR(ito_density_time(d), 3.0, 0.0);
    CHECK_OK(ctx, ito_dist_open(ctx, "gaussian:dim=1,mean=1,std=0.5", &dist));
    s = (ito_density_start){ .dist = dist };
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, NULL));
    CHECK_NEAR(d_look(d).mean[0], 1.0, 1e-7);
    ito_dist_free(dist);
    mass[3] = 1.0;
    mass[4] = 3.0;
    s = (ito_density_start){ .mass = mass };
    CHECK_OK(ctx, ito_density_set(ctx, d, &s, NULL));
    CHECK_NEAR(ito_density_mass(d)[4], 0.75, 1e-16);
    ito_density_marginal(d, 0, mass);
    CHECK_SAME(mass, ito_density_mass(d), 80);
    ito_density_free(d);
}

TEST(a_bad_start_is_refused_and_changes_nothing)
{
    const ito_field ou = d_field(1, d_pull, &one);
    ito_density *d = d_grid(&ou, -4.0, 4.0, 8, ITO_EDGE_OPEN);
    double mean = 50.0, std = -1.0, mass[8] = { 1, 1, -1, 0, 0, 0, 0, 0 };
    double before[8];
    ito_density_start s = { .mean = &mean };
    ito_dist *dist;

    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1.0, NULL, NULL), ITO_EARG,
                "no start");
    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    memcpy(before, ito_density_mass(d), sizeof(before));
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_ERANGE,
                "no mass on the grid");
    s.std = &std;
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_EARG, "-1");
    s.mean = NULL;
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_EARG, "no mean");
    s = (ito_density_start){ .mass = mass };
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_EARG, "(2, 0)");
    s.mean = &mean;
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_EARG, "2 times");
    std = -1.0;
    s = (ito_density_start){ .logp = log_normal, .logp_arg = &std };
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_ECALLBACK, "7");
    std = (double)NAN;
    CHECK(ito_density_set(ctx, d, &s, NULL) != ITO_OK);
    CHECK_OK(ctx, ito_dist_open(ctx, "moons", &dist));
    s = (ito_density_start){ .dist = dist };
    CHECK_FAILS(ctx, ito_density_set(ctx, d, &s, NULL), ITO_EUNFIT,
                "2 components");
    ito_dist_free(dist);
    CHECK_SAME(before, ito_density_mass(d), 8);
    ito_density_free(d);
}

FIELD_1D(pole, 1.0 / (x - 0.5))
FIELD_1D(minus, -0.5)

TEST(bad_problems_are_refused_in_words)
{
    ito_field f = d_field(1, d_pull, &one);
    ito_density_problem p = {
        .field = &f, .axes = { { .lo = 0.0, .hi = 1.0, .cells = 10 } }
    };
    const double below[] = { -1.0 };
    ito_density *d;
    size_t bytes;

    p.axes[0].hi = 0.0;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "is empty");
    p.axes[0].hi = (double)INFINITY;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "is empty");
    p.axes[0].hi = 1.0;
    p.axes[0].cells = 2;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "2 cells");
    p.axes[0].cells = 10;
    p.axes[0].lower = ITO_EDGE_PERIODIC;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "only one end");
    p.axes[0].lower = ITO_EDGE_OPEN;
    p.diffusivity = below;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "-1");
    p.diffusivity = NULL;
    p.axes[0].lo = 1e9;
    p.axes[0].hi = 1e9 + 1e-5;
    p.axes[0].cells = 1000;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EARG, "smaller than");
    p.axes[0].lo = 0.0;
    p.axes[0].hi = 1.0;
    p.axes[0].cells = (size_t)1 << 50;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_ERANGE,
                "too large for memory");
    p.axes[0].cells = 1000000000;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_ERANGE,
                "too large for memory");
    p.axes[0].cells = 1000;
    CHECK_OK(ctx, ito_density_bytes(ctx, &p, &bytes));
    p.mem_limit = bytes - 1;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_ERANGE,
                "the largest grid that fits has 99");
    p.mem_limit = bytes;
    CHECK_OK(ctx, ito_density_open(ctx, &p, &d));
    ito_density_free(d);
    f.dim = 3;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EUNFIT, "3 components");
    f.dim = 1;
    f.noise = ITO_NOISE_DIAGONAL;
    CHECK_FAILS(ctx, ito_density_open(ctx, &p, &d), ITO_EUNFIT,
                "Ito or Stratonovich");
    ito_density_free(NULL);
}

static int stop_at(void *arg, const ito_density *d)
{
    int *left = arg;

    (void)d;
    return --*left == 0 ? 5 : 0;
}

TEST(bad_equations_and_calls_are_refused_in_words)
{
    ito_field f = d_field(1, pole, &one);
    ito_density *d = d_grid(&f, 0.0, 1.0, 10, ITO_EDGE_OPEN);
    ito_density_opts how = { .method = "rk4" };
    double before[10], rate;
    int left = 3;

    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    memcpy(before, ito_density_mass(d), sizeof(before));
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1.0, NULL, NULL),
                ITO_ENONFINITE, "drift of field test is inf at x = 0.5");
    CHECK_SAME(before, ito_density_mass(d), 10);
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1.0, &how, NULL), ITO_EARG,
                "tr-bdf2, cn, be and uniformisation");
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, -1.0, NULL, NULL), ITO_EARG,
                "forward");
    ito_density_free(d);
    f = d_field(1, d_pull, &one);
    f.diffusion = minus;
    d = d_grid(&f, 0.0, 1.0, 10, ITO_EDGE_ABSORB);
    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1.0, NULL, NULL), ITO_ERANGE,
                "negative: -0.5");
    CHECK_FAILS(ctx, ito_density_stationary(ctx, d, 0.0), ITO_EUNFIT,
                "absorbing");
    ito_density_free(d);
    f = d_field(1, d_pull, &one);
    f.noise = ITO_NOISE_NONE;
    d = d_grid(&f, 0.0, 1.0, 10, ITO_EDGE_OPEN);
    CHECK_FAILS(ctx, ito_density_stationary(ctx, d, 0.0), ITO_EUNFIT,
                "not unique");
    CHECK_FAILS(ctx, ito_density_rate(ctx, d, 0.0, &rate), ITO_EUNFIT,
                "no diffusion");
    how = (ito_density_opts){ .steps = 9, .each = stop_at, .each_arg = &left };
    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 0.9, &how, NULL),
                ITO_ECALLBACK, "returned 5 at t = 0.3");
    CHECK_NEAR(ito_density_time(d), 0.3, 1e-15);
    how = (ito_density_opts){ .method = "uniformisation" };
    CHECK_FAILS(ctx, ito_density_advance(ctx, d, 1e9, &how, NULL), ITO_ERANGE,
                "products");
    ito_density_free(d);
}

TEST(steps_are_chosen_so_that_one_crosses_a_cell)
{
    const ito_field f = d_field(1, wind, &one);
    ito_density *d = d_grid(&f, 0.0, 1.0, 100, ITO_EDGE_PERIODIC);
    ito_density_stats stats;

    CHECK_OK(ctx, ito_density_set(ctx, d, NULL, NULL));
    CHECK_OK(ctx, ito_density_advance(ctx, d, 2.0, NULL, &stats));
    CHECK(stats.steps >= 599 && stats.steps <= 601);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 2.0, NULL, &stats));
    CHECK(stats.steps == 0);
    CHECK_OK(ctx, ito_density_advance(ctx, d, 2.001, NULL, &stats));
    CHECK(stats.steps == 64);
    ito_density_free(d);
}

TEST(advancing_in_two_calls_is_advancing_in_one)
{
    const ito_density_opts all = { .steps = 64 }, half = { .steps = 32 };
    const ito_field ou = d_field(1, d_pull, &one);
    ito_density *a = d_grid(&ou, -4.0, 4.0, 100, ITO_EDGE_OPEN);
    ito_density *b = d_grid(&ou, -4.0, 4.0, 100, ITO_EDGE_OPEN);

    d_start(a, &ou_start, 0.3);
    d_start(b, &ou_start, 0.3);
    CHECK_OK(ctx, ito_density_advance(ctx, a, 0.5, &all, NULL));
    CHECK_OK(ctx, ito_density_advance(ctx, b, 0.25, &half, NULL));
    CHECK_OK(ctx, ito_density_advance(ctx, b, 0.5, &half, NULL));
    CHECK_SAME(ito_density_mass(a), ito_density_mass(b), 100);
    ito_density_free(a);
    ito_density_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_start_gives_what_it_says),
        RUN(a_bad_start_is_refused_and_changes_nothing),
        RUN(bad_problems_are_refused_in_words),
        RUN(bad_equations_and_calls_are_refused_in_words),
        RUN(steps_are_chosen_so_that_one_crosses_a_cell),
        RUN(advancing_in_two_calls_is_advancing_in_one),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

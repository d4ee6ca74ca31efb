/* SPDX-License-Identifier: MIT
 *
 * test_sde.c - methods with noise on whole paths: strong orders on the
 * Brownian tree, laws, sigma = 0, shapes of noise, refusals.
 */
#include "check.h"

#include <ito/brownian.h>
#include <ito/solve.h>

#include "sde_fields.h"

#define PATHS 4000

static double ends[PATHS], motion[PATHS];

static void solve_paths(const ito_field *f, const char *method, size_t steps,
                        int tree, double x0, double *x)
{
    const ito_problem p = {
        .field = f, .t1 = 1.0, .n = PATHS, .dtype = ITO_F64, .seed = 5
    };
    const ito_solve_opts o = { .method = method, .steps = steps, .tree = tree };

    for (size_t i = 0; i < PATHS; i++)
        x[i] = x0;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
}

/* --- strong order ------------------------------------------------------ */

/* dX = -1/4 X (1 - X^2) dt + 1/2 (1 - X^2) dW, Ito; in Stratonovich form
 * without drift. */
static double cubic_u(const double *p, double t, double x)
{
    (void)t;
    return p[0] * x * (1 - x * x);
}

static double cubic_g(const double *p, double t, double x)
{
    (void)p;
    (void)t;
    return 0.5 * (1 - x * x);
}

static double cubic_dg(const double *p, double t, double x)
{
    (void)p;
    (void)t;
    return -0.5 * x * (1 - x * x);
}

static double cubic_end(double W)
{
    return (1.5 * exp(W) - 0.5) / (1.5 * exp(W) + 0.5);
}

/* RMS over the paths of x - want(W). */
static double rms(double (*want)(double W))
{
    double sum = 0.0;

    for (size_t i = 0; i < PATHS; i++)
        sum += pow(ends[i] - want(motion[i]), 2);
    return sqrt(sum / PATHS);
}

/* The path of the tree at its end, by the object itself. */
static void find_motion(void)
{
    const ito_brownian b = { .seed = 5, .dim = 1, .dtype = ITO_F64, .t1 = 1.0 };

    CHECK_OK(ctx, ito_brownian_node(ctx, &b, 0, PATHS, (ito_tree_node){ 0, 0 },
                                    motion, NULL));
}

/* simulation.md B.5: slope and errors at h = 2^-3 and 2^-6.  4000 paths of a
 * bounded solution: errors within 12 %, slopes within 0.1. */
TEST(strong_errors_on_the_cubic_system_are_the_published_ones)
{
    static const struct {
        const char *name;
        int strat;
        double slope, at3, at6;
    } rows[] = {
        { "euler-maruyama", 0, 0.509, 4.28e-2, 1.45e-2 },
        { "milstein", 0, 1.001, 8.76e-3, 1.09e-3 },
        { "rkmil", 0, 0.995, 9.86e-3, 1.25e-3 },
        { "sriw1", 0, 1.515, 2.96e-3, 1.23e-4 },
        { "heun", 1, 1.028, 1.32e-2, 1.48e-3 },
        { "euler-heun", 1, 1.028, 1.32e-2, 1.48e-3 },
        { "midpoint", 1, 1.034, 6.42e-3, 7.02e-4 },
        { "milstein", 1, 0.0, 0.0, 0.0 },
    };

    find_motion();
    for (size_t i = 0; i < COUNT(rows); i++) {
        scalar cubic = {
            cubic_u, cubic_g, cubic_dg, { rows[i].strat ? 0.0 : -0.25 }
        };
        const ito_field f = scalar_field(
            &cubic, ITO_NOISE_DIAGONAL,
            rows[i].strat ? ITO_CALCULUS_STRATONOVICH : ITO_CALCULUS_ITO);
        double at3, at6;

        solve_paths(&f, rows[i].name, 8, 1, 0.5, ends);
        at3 = rms(cubic_end);
        solve_paths(&f, rows[i].name, 64, 1, 0.5, ends);
        at6 = rms(cubic_end);
        if (rows[i].slope == 0.0) { /* not in the table, of order 1 */
            CHECK_NEAR(t_order(at3, at6, 8.0), 1.0, 0.1);
            continue;
        }
        CHECK_REL(at3, rows[i].at3, 0.12);
        CHECK_REL(at6, rows[i].at6, 0.12);
        CHECK_NEAR(t_order(at3, at6, 8.0), rows[i].slope, 0.1);
    }
}

TEST(strong_orders_with_additive_noise_are_the_known_ones)
{
    static const struct {
        const char *name;
        double slope, at3, at6;
    } rows[] = { { "euler-maruyama", 1.03, 4.75e-2, 5.30e-3 },
                 { "heun", 1.01, 2.76e-2, 3.28e-3 },
                 { "sea", 1.03, 2.61e-2, 2.89e-3 },
                 { "sra1", 1.63, 1.14e-2, 3.00e-4 },
                 { "shark", 1.60, 8.23e-3, 2.34e-4 } };
    static double truth[PATHS];
    scalar well = { well_u, ou_g, NULL, { 0.0, 0.7 } };
    const ito_field f =
        scalar_field(&well, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);

    solve_paths(&f, "shark", 1024, 1, 0.5, truth);
    for (size_t i = 0; i < COUNT(rows); i++) {
        double at[2];

        for (size_t k = 0; k < 2; k++) {
            double sum = 0.0;

            solve_paths(&f, rows[i].name, k ? 64 : 8, 1, 0.5, ends);
            for (size_t j = 0; j < PATHS; j++)
                sum += pow(ends[j] - truth[j], 2);
            at[k] = sqrt(sum / PATHS);
        }
        CHECK_REL(at[0], rows[i].at3, 0.15);
        CHECK_REL(at[1], rows[i].at6, 0.15);
        CHECK_NEAR(t_order(at[0], at[1], 8.0), rows[i].slope, 0.15);
    }
}

/* Noise that depends on time: sigma is taken at the right ends of a step. */
TEST(additive_noise_of_time_has_the_published_errors)
{
    static const struct {
        const char *name;
        double at3, at6;
    } rows[] = { { "euler-maruyama", 1.62e-2, 1.93e-3 },
                 { "sea", 1.62e-2, 1.93e-3 },
                 { "sra1", 1.18e-4, 1.86e-6 } };
    scalar addt = { addt_u, addt_g, NULL, { 0.1, 0.05 } };
    const ito_field f =
        scalar_field(&addt, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);

    find_motion();
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < 2; k++) {
            double sum = 0.0;

            solve_paths(&f, rows[i].name, k ? 64 : 8, 1, 1.0, ends);
            for (size_t j = 0; j < PATHS; j++)
                sum += pow(ends[j] - (1.0 + 0.05 * (1.0 + 0.1 * motion[j])) /
                                         sqrt(2.0),
                           2);
            CHECK_REL(sqrt(sum / PATHS), k ? rows[i].at6 : rows[i].at3, 0.1);
        }
}

/* --- the noise itself -------------------------------------------------- */

TEST(the_tree_gives_one_path_to_every_number_of_steps)
{
    scalar flat = { ou_u, ou_g, NULL, { 0.0, 1.0 } };
    const ito_field f =
        scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);

    find_motion();
    for (size_t steps = 1; steps <= 1024; steps *= 4) {
        solve_paths(&f, "euler-maruyama", steps, 1, 0.0, ends);
        for (size_t i = 0; i < PATHS; i++)
            CHECK_NEAR(ends[i], motion[i], 1e-13);
    }
}

TEST(steps_have_the_increments_of_the_object_whether_or_not_h_is_used)
{
    static const char *const names[] = { "euler-maruyama", "sra1", "shark",
                                         "sea" };
    static double W[PATHS], x[PATHS];
    const ito_brownian b = { .seed = 5, .dim = 1, .dtype = ITO_F64 };
    scalar flat = { ou_u, ou_g, NULL, { 0.0, 1.0 } };
    const ito_field f =
        scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);

    for (int tree = 0; tree < 2; tree++)
        for (size_t k = 0; k < COUNT(names); k++) {
            memset(x, 0, sizeof(x));
            solve_paths(&f, names[k], 16, tree, 0.0, ends);
            for (size_t i = 0; i < 16 && tree == 0; i++) {
                CHECK_OK(ctx, ito_brownian_step(ctx, &b, 0, PATHS, i, 1.0 / 16,
                                                W, NULL));
                for (size_t j = 0; j < PATHS; j++)
                    x[j] = fma(1.0, W[j], x[j]);
            }
            if (tree == 1 && k == 0)
                memcpy(motion, ends, sizeof(motion));
            CHECK_SAME(ends, tree ? motion : x, PATHS);
        }
}

/* --- sigma = 0 --------------------------------------------------------- */

static double zero_g(const double *p, double t, double x)
{
    (void)p;
    (void)t;
    (void)x;
    return 0.0;
}

TEST(sigma_zero_gives_the_bits_of_the_ode)
{
    static const char *const pairs[][2] = {
        { "euler-maruyama", "euler" },
        { "euler-heun", "euler" },
        { "milstein", "euler" },
        { "rkmil", "euler" },
        { "heun", "heun" },
        { "midpoint", "midpoint" },
        { "tamed-euler", "tamed-euler" },
        { "implicit-euler", "implicit-euler" },
        { "trapezoid", "trapezoid" },
        { "sra1", "sra1" },
        { "shark", "shark" },
        { "sea", "euler" },
        { "sriw1", "sra1" },
        { "platen", "heun" },
        { "exponential", "exponential" },
    };
    static const double rates[1] = { -0.5 };
    static double x[PATHS], y[PATHS];

    for (size_t i = 0; i < COUNT(pairs); i++) {
        const ito_method *m = ito_method_find(pairs[i][0]);
        const int many = (m->noise & 1u << ITO_NOISE_DIAGONAL) != 0;
        const int strat = many && !(m->calculus & ITO_CALCULUS_ITO);
        scalar s = { well_u, zero_g, zero_g, { 0.0 } };
        ito_field f =
            scalar_field(&s, many ? ITO_NOISE_DIAGONAL : ITO_NOISE_ADDITIVE,
                         strat ? ITO_CALCULUS_STRATONOVICH : ITO_CALCULUS_ITO);
        ito_field ode = scalar_field(&s, ITO_NOISE_NONE, ITO_CALCULUS_UNSET);

        f.rates = ode.rates = rates;
        solve_paths(&f, pairs[i][0], 32, 0, 0.4, x);
        solve_paths(&ode, pairs[i][1], 32, 0, 0.4, y);
        CHECK_SAME(x, y, PATHS);
    }
}

/* --- laws -------------------------------------------------------------- */

static void moments(const double *x, size_t n, double *mean, double *var)
{
    *mean = *var = 0.0;
    for (size_t i = 0; i < n; i++)
        *mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        *var += (x[i] - *mean) * (x[i] - *mean) / (double)(n - 1);
}

/* Euler-Maruyama on Ornstein-Uhlenbeck is Gaussian with known moments. */
TEST(euler_maruyama_has_its_own_moments_in_both_types)
{
    enum { N = 100000, STEPS = 50 };
    static double x[N];
    static float y[N];
    scalar ou = { ou_u, ou_g, NULL, { 1.0, 0.5 } };
    const ito_field f =
        scalar_field(&ou, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    const double h = 2.0 / STEPS, q = 1 - h;
    const double var = 0.25 * h * (1 - pow(q, 2.0 * STEPS)) / (1 - q * q);
    const ito_solve_opts o = { .method = "euler-maruyama", .steps = STEPS };
    ito_problem p = { .field = &f, .t1 = 2.0, .n = N, .seed = 11 };

    for (size_t i = 0; i < N; i++) {
        x[i] = 1.5;
        y[i] = 1.5f;
    }
    CHECK_OK(ctx, ito_solve(ctx, &p, y, &o, NULL));
    p.dtype = ITO_F64;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
    for (int type = 0; type < 2; type++) {
        double mean, got;

        for (size_t i = 0; type == 1 && i < N; i++)
            x[i] = (double)y[i];
        moments(x, N, &mean, &got);
        CHECK_STAT(mean, 1.5 * pow(q, STEPS), sqrt(var / N), 5.0);
        CHECK_STAT(got, var, var * sqrt(2.0 / N), 5.0);
    }
}

/* dX = S dW has covariance S S' t. */
static int pull(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < 2; c++)
        memset(out[c], 0, tile->npad * sizeof(float));
    return 0;
}

static int three(void *user, const ito_tile *tile, void *const *out)
{
    static const float S[6] = { 1.0f, -0.5f, 0.25f, 0.0f, 2.0f, 1.0f };

    (void)user;
    for (size_t c = 0; c < 6; c++)
        for (size_t i = 0; i < tile->npad; i++)
            ((float *)out[c])[i] = S[c];
    return 0;
}

TEST(a_matrix_gives_its_covariance)
{
    enum { N = 100000 };
    static float x[N][2];
    static const double want[3] = { 1.3125, -0.75, 5.0 };
    const ito_field f = { .name = "three",
                          .flags = ITO_FIELD_REENTRANT,
                          .dim = 2,
                          .noise_dim = 3,
                          .noise = ITO_NOISE_ADDITIVE,
                          .drift = pull,
                          .diffusion = three };
    const ito_problem p = { .field = &f, .t1 = 2.0, .n = N, .seed = 3 };
    double got[3] = { 0 };

    memset(x, 0, sizeof(x));
    CHECK_OK(ctx,
             ito_solve(ctx, &p, x, &(ito_solve_opts){ .steps = 10 }, NULL));
    for (size_t i = 0; i < N; i++) {
        got[0] += (double)(x[i][0] * x[i][0]) / N;
        got[1] += (double)(x[i][0] * x[i][1]) / N;
        got[2] += (double)(x[i][1] * x[i][1]) / N;
    }
    CHECK_STAT(got[0], 2 * want[0], 2 * want[0] * sqrt(2.0 / N), 5.0);
    CHECK_STAT(got[1], 2 * want[1],
               2 * sqrt((want[0] * want[2] + want[1] * want[1]) / N), 5.0);
    CHECK_STAT(got[2], 2 * want[2], 2 * want[2] * sqrt(2.0 / N), 5.0);
}

/* Langevin on a double well, U = x^4/4 - x^2/2, D = 1/4: MALA has the exact
 * second and fourth moments even at steps where Euler-Maruyama is far off. */
static int well_U(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        const double x = ((const double *)tile->x[0])[i];

        ((double *)out[0])[i] = x * x * x * x / 4 - x * x / 2;
    }
    return 0;
}

TEST(mala_has_no_bias)
{
    enum { N = 20000 };
    static double x[N];
    const double second = 0.8327454871;
    scalar well = { well_u, ou_g, NULL, { 0.0, 0.70710678118654752 } };
    ito_field f = scalar_field(&well, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    ito_problem p = {
        .field = &f, .t1 = 60.0, .n = N, .dtype = ITO_F64, .seed = 4
    };
    ito_solve_opts o = { .method = "mala", .steps = 150 };
    ito_solve_stats stats;
    double m2 = 0, m4 = 0, s2 = 0, s4 = 0;

    f.dtypes = ITO_F64;
    f.potential = well_U;
    f.flags |= ITO_FIELD_CONSTANT_NOISE;
    for (size_t i = 0; i < N; i++)
        x[i] = i % 2 ? 1.0 : -1.0;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    for (size_t i = 0; i < N; i++) {
        const double y = x[i] * x[i];

        m2 += y / N;
        s2 += y * y / N;
        m4 += y * y / N;
        s4 += y * y * y * y / N;
    }
    CHECK_STAT(m2, second, sqrt((s2 - m2 * m2) / N), 5.0);
    CHECK_STAT(m4, second + 0.25, sqrt((s4 - m4 * m4) / N), 5.0);
    CHECK(stats.accepted_rate > 0.5 && stats.accepted_rate < 0.95);
    CHECK(stats.evals == 151); /* one a step, and that of the start */
    o.method = "ula";
    o.steps = 300; /* ula leaves the well at h = 0.4 */
    for (size_t i = 0; i < N; i++)
        x[i] = i % 2 ? 1.0 : -1.0;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    m2 = 0.0;
    for (size_t i = 0; i < N; i++)
        m2 += x[i] * x[i] / N;
    CHECK(fabs(m2 - second) > 0.02 && stats.accepted_rate == 0.0);
    f.noise_dim = 0;
    f.flags &= ~(unsigned)ITO_FIELD_CONSTANT_NOISE;
    o.method = "mala";
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_EUNFIT,
                "constant noise");
}

/* --- refusals ---------------------------------------------------------- */

#define REFUSED(name, status, words)                                       \
    CHECK_FAILS(                                                           \
        ctx,                                                               \
        ito_solve(ctx, &p, &x, &(ito_solve_opts){ .method = name }, NULL), \
        status, words)

TEST(what_does_not_fit_is_refused_with_what_does)
{
    scalar gbm = { gbm_u, gbm_g, NULL, { 1.0, 1.0 } };
    ito_field f = scalar_field(&gbm, ITO_NOISE_DIAGONAL, ITO_CALCULUS_UNSET);
    ito_problem p = { .field = &f, .t1 = 1.0, .n = 1 };
    float x = 1.0f;

    REFUSED(NULL, ITO_EUNFIT, "u_Ito - 1/2 sum_j L^j sigma_j");
    f.calculus = ITO_CALCULUS_ITO;
    REFUSED("heun", ITO_EUNFIT, "solves Stratonovich equations");
    REFUSED("dopri5", ITO_EUNFIT, "without noise (field scalar, diagonal");
    REFUSED("sra1", ITO_EUNFIT, "fit: euler-maruyama tamed-euler rkmil sriw1");
    REFUSED("milstein", ITO_EUNFIT, "diffusion_deriv");
    f.calculus = ITO_CALCULUS_STRATONOVICH;
    REFUSED("euler-maruyama", ITO_EUNFIT, "fit: midpoint heun euler-heun");
    f.noise = ITO_NOISE_GENERAL;
    f.noise_dim = 2;
    REFUSED("rkmil", ITO_EUNFIT, "fit such noise (field scalar, general");
    f.calculus = ITO_CALCULUS_ITO;
    REFUSED("platen", ITO_EUNFIT, "general noise");
    f = scalar_field(&gbm, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    REFUSED("exponential", ITO_EUNFIT, "rates");
    REFUSED("baoab", ITO_EUNFIT, "second order");
    REFUSED("mala", ITO_EUNFIT, "potential");
    REFUSED("rk4", ITO_EUNFIT, "without noise");
    f.noise_dim = 3;
    REFUSED("sriw1", ITO_EUNFIT, "one Brownian motion a component");
    f.noise_dim = 0;
    f.noise = ITO_NOISE_NONE;
    REFUSED("ula", ITO_EUNFIT, "fit: euler midpoint heun rk4 bs3");
    f.noise = (ito_noise_kind)17;
    REFUSED(NULL, ITO_EARG, "kind of noise 17");
    f.noise = ITO_NOISE_SCALAR;
    f.calculus = ITO_CALCULUS_ITO;
    REFUSED(NULL, ITO_EARG, "noise_dim is 1");
    f.noise = ITO_NOISE_DIAGONAL;
    f.noise_dim = 1;
    REFUSED(NULL, ITO_EARG, "noise_dim is 0");
    f.noise_dim = 0;
    p.t0 = 2.0;
    REFUSED(NULL, ITO_EARG, "runs forward");
    p.t0 = 0.0;
    p.stream = 70000;
    REFUSED(NULL, ITO_EARG, "65535");
    p.stream = 0;
    CHECK_FAILS(ctx,
                ito_solve(ctx, &p, &x,
                          &(ito_solve_opts){ .steps = 12, .tree = 1 }, NULL),
                ITO_EARG, "2^k equal steps, not 12");
    CHECK_FAILS(ctx,
                ito_solve(ctx, &p, &x,
                          &(ito_solve_opts){ .theta = 0.5, .steps = 2 }, NULL),
                ITO_EARG, "theta");
    CHECK_FAILS(ctx,
                ito_solve(ctx, &p, &x,
                          &(ito_solve_opts){ .begin = 3, .steps = 2 }, NULL),
                ITO_EARG, "from point 3");
    CHECK(ito_method_fits(NULL, NULL, NULL) == ITO_EARG);
    CHECK_FAILS(ctx, ito_method_fits(ctx, NULL, &f), ITO_EARG, "method");
    CHECK(x == 1.0f);
}

/* --- blowing up -------------------------------------------------------- */

TEST(euler_maruyama_on_a_steep_field_fails_loudly)
{
    enum { N = 1000 };
    static double x[N];
    scalar well = { well_u, ou_g, NULL, { 0.0, 0.01 } };
    const ito_field f =
        scalar_field(&well, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    ito_problem p = { .field = &f,
                      .t1 = 50.0,
                      .n = N,
                      .id0 = 48000,
                      .dtype = ITO_F64,
                      .seed = 1 };
    ito_solve_opts o = { .method = "euler-maruyama", .steps = 500 };
    static const char *const calm[] = { "tamed-euler", "implicit-euler" };
    ito_solve_stats stats;

    for (size_t i = 0; i < N; i++)
        x[i] = i == 121 ? 100.0 : 0.9;
    CHECK_FAILS(ctx, ito_solve(ctx, &p, x, &o, NULL), ITO_ENONFINITE,
                "particle 48121, component 0 became");
    CHECK_HAS(ito_errmsg(ctx), "h = 0.1");
    CHECK_HAS(ito_errmsg(ctx), "tamed-euler or implicit-euler");
    CHECK(ito_errinfo_get(ctx)->particle == 48121);
    CHECK(ito_errinfo_get(ctx)->step < 7);
    CHECK(!isfinite(ito_errinfo_get(ctx)->value));
    for (size_t k = 0; k < COUNT(calm); k++) {
        for (size_t i = 0; i < N; i++)
            x[i] = i == 121 ? 100.0 : 0.9;
        o.method = calm[k];
        CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
        CHECK_NEAR(x[121], 1.0, 0.1);
    }
    for (size_t i = 0; i < N; i++)
        x[i] = i == 121 ? 100.0 : 0.9;
    o.method = "euler-maruyama";
    o.bad = ITO_BAD_FREEZE;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK(stats.bad == 1 && isfinite(x[121]) && fabs(x[121]) > 1e9);
    CHECK_NEAR(x[122], 1.0, 0.1);
    for (size_t i = 0; i < N; i++)
        x[i] = i == 121 ? 100.0 : 0.9;
    o.bad = ITO_BAD_KEEP;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, &stats));
    CHECK(stats.bad == 1 && !isfinite(x[121]));
    CHECK_NEAR(x[122], 1.0, 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(strong_errors_on_the_cubic_system_are_the_published_ones),
        RUN(strong_orders_with_additive_noise_are_the_known_ones),
        RUN(additive_noise_of_time_has_the_published_errors),
        RUN(the_tree_gives_one_path_to_every_number_of_steps),
        RUN(steps_have_the_increments_of_the_object_whether_or_not_h_is_used),
        RUN(sigma_zero_gives_the_bits_of_the_ode),
        RUN(euler_maruyama_has_its_own_moments_in_both_types),
        RUN(a_matrix_gives_its_covariance),
        RUN(mala_has_no_bias),
        RUN(what_does_not_fit_is_refused_with_what_does),
        RUN(euler_maruyama_on_a_steep_field_fails_loudly),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * test_sde_step.c - steps with noise that the test chooses: every constant of
 * every method, to the last bits and without statistics.
 */
#include "check.h"

#include <ito/solve.h>

#include "sde_fields.h"

static const double unit_x[3] = { 1.0, 0.0, 0.0 };
static const double unit_W[3] = { 0.0, 1.0, 0.0 };
static const double unit_H[3] = { 0.0, 0.0, 1.0 };

/* On dX = -X dt + dW a step of h = z is R x + c_W W + c_H H. */
static void ou_row(const char *name, double z, double row[3])
{
    static const double rates[1] = { -1.0 };
    scalar ou = { ou_u, ou_g, NULL, { 1.0, 1.0 } };
    ito_field f = scalar_field(&ou, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);

    f.rates = rates;
    memcpy(row, unit_x, 3 * sizeof(*row));
    step1(&f, name, z, 3, row, unit_W, unit_H);
}

TEST(a_step_on_ornstein_uhlenbeck_has_the_published_constants)
{
    static const double hs[] = { 0.5, 0.1, 0.03125 };

    for (size_t k = 0; k < COUNT(hs); k++) {
        const double z = hs[k], two = 1.0 - z + z * z / 2;
        const struct {
            const char *name;
            double R, W, H;
        } rows[] = {
            { "euler-maruyama", 1 - z, 1, 0 },
            { "milstein", 1 - z, 1, 0 },
            { "rkmil", 1 - z, 1, 0 },
            { "euler-heun", 1 - z, 1, 0 },
            { "heun", two, 1 - z / 2, 0 },
            { "midpoint", two, 1 - z / 2, 0 },
            { "platen", two, 1 - z / 2, 0 },
            { "sea", 1 - z, 1 - z / 2, -z },
            { "sra1", two, 1 - z / 2, -z },
            { "sriw1", two, 1 - z / 2, -z },
            { "shark", two, 1 - z / 2, -z * (1 - z / 2) },
            { "implicit-euler", 1 / (1 + z), 1 / (1 + z), 0 },
            { "trapezoid", (1 - z / 2) / (1 + z / 2), 1 / (1 + z / 2), 0 },
            { "exponential", exp(-z), sqrt(-expm1(-2 * z) / (2 * z)), 0 },
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            double row[3];

            ou_row(rows[i].name, z, row);
            CHECK_NEAR(row[0], rows[i].R, 2e-15);
            CHECK_NEAR(row[1], rows[i].W, 2e-15);
            CHECK_NEAR(row[2], rows[i].H, 2e-15);
        }
    }
}

/* z = a h, stationary variance over s^2 / (2 a), from the constants of one
 * step: 2 z (c_W^2 + c_H^2 / 12) / (1 - R^2). */
TEST(stationary_variance_of_each_method_is_the_known_one)
{
    static const double zs[] = { 0.05, 0.3, 0.9 };

    for (size_t k = 0; k < COUNT(zs); k++) {
        const double z = zs[k], q = z * z - 2 * z + 4, p = z * z - 3 * z + 3;
        const struct {
            const char *name;
            double ratio;
        } rows[] = {
            { "euler-maruyama", 1 / (1 - z / 2) },
            { "heun", 2 * (2 - z) / q },
            { "sea", 2 * p / (3 * (2 - z)) },
            { "sra1", 8 * p / (3 * (2 - z) * q) },
            { "shark", (2 - z) * (z * z + 12) / (6 * q) },
            { "implicit-euler", 2 / (2 + z) },
            { "trapezoid", 1.0 },
            { "exponential", 1.0 },
        };

        for (size_t i = 0; i < COUNT(rows); i++) {
            double row[3];

            ou_row(rows[i].name, z, row);
            CHECK_NEAR(2 * z * (row[1] * row[1] + row[2] * row[2] / 12) /
                           (1 - row[0] * row[0]),
                       rows[i].ratio, 4e-15);
        }
    }
}

/* --- identities -------------------------------------------------------- */

static const double some_W[4] = { 0.3, -1.2, 0.0, 0.71 };
static const double some_H[4] = { 0.1, -0.05, 0.2, -0.3 };

/* On dX = s dW every method adds s W. */
TEST(without_drift_every_method_adds_the_noise)
{
    static const double rates[1] = { 0.0 };
    scalar flat = { ou_u, ou_g, NULL, { 0.0, 0.7 } };
    ito_field f = scalar_field(&flat, ITO_NOISE_ADDITIVE, ITO_CALCULUS_UNSET);
    size_t fit = 0;

    f.rates = rates;
    for (size_t i = 0; ito_method_at(i); i++) {
        const ito_method *m = ito_method_at(i);
        double x[4] = { 1.0, 2.0, -0.5, 0.25 };
        const double start[4] = { 1.0, 2.0, -0.5, 0.25 };

        if (ito_method_fits(ctx, m, &f) != ITO_OK ||
            strcmp(m->name, "platen-3") == 0)
            continue;
        fit++;
        step1(&f, m->name, 0.25, 4, x, some_W, some_H);
        for (size_t j = 0; j < 4; j++)
            CHECK_NEAR(x[j], start[j] + 0.7 * some_W[j], 1e-15);
    }
    CHECK(fit == 16);
}

static void gbm_steps(const char *a, const char *b, double drift,
                      ito_calculus calculus)
{
    scalar gbm = { gbm_u, gbm_g, gbm_dg, { drift, 0.87 } };
    const ito_field f = scalar_field(&gbm, ITO_NOISE_DIAGONAL, calculus);
    double x[4] = { 0.5, 1.0, 2.0, -1.0 }, y[4] = { 0.5, 1.0, 2.0, -1.0 };

    step1(&f, a, 0.1, 4, x, some_W, some_H);
    step1(&f, b, 0.1, 4, y, some_W, some_H);
    for (size_t j = 0; j < 4; j++)
        CHECK_NEAR(x[j], y[j], 1e-15);
}

TEST(methods_that_are_one_on_geometric_brownian_motion_agree)
{
    gbm_steps("euler-heun", "milstein", 1.01, ITO_CALCULUS_STRATONOVICH);
    gbm_steps("rkmil", "milstein", 0.0, ITO_CALCULUS_ITO);
    gbm_steps("rkmil", "milstein", 0.0, ITO_CALCULUS_STRATONOVICH);
}

TEST(a_theta_method_of_theta_near_zero_is_euler_maruyama)
{
    scalar gbm = { gbm_u, gbm_g, gbm_dg, { 1.01, 0.87 } };
    const ito_field f =
        scalar_field(&gbm, ITO_NOISE_DIAGONAL, ITO_CALCULUS_ITO);
    given g = { some_W, some_H, 0 };
    const ito_problem p = { .field = &f,
                            .t1 = 0.1,
                            .n = 4,
                            .dtype = ITO_F64,
                            .increments = give,
                            .increments_arg = &g };
    const ito_solve_opts o = { .method = "theta", .steps = 1, .theta = 1e-300 };
    double x[4] = { 0.5, 1.0, 2.0, -1.0 }, y[4] = { 0.5, 1.0, 2.0, -1.0 };

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
    step1(&f, "euler-maruyama", 0.1, 4, y, some_W, some_H);
    CHECK_SAME(x, y, 4);
}

/* Milstein's factor on geometric Brownian motion, both calculi. */
TEST(milstein_has_its_factor)
{
    const double a = 1.01, b = 0.87, h = 0.1;

    for (int strat = 0; strat < 2; strat++) {
        scalar gbm = { gbm_u, gbm_g, gbm_dg, { a, b } };
        const ito_field f =
            scalar_field(&gbm, ITO_NOISE_DIAGONAL,
                         strat ? ITO_CALCULUS_STRATONOVICH : ITO_CALCULUS_ITO);
        double x[4] = { 1.0, 1.0, 1.0, 1.0 };

        step1(&f, "milstein", h, 4, x, some_W, some_H);
        for (size_t j = 0; j < 4; j++) {
            const double W = some_W[j];

            CHECK_NEAR(x[j],
                       1 + a * h + b * W +
                           0.5 * b * b * (W * W - (strat ? 0.0 : h)),
                       1e-15);
        }
    }
}

/* Second moment of Platen's method with three-point noise, by enumeration:
 * its error at T = 1 on a gbm with a = 1.5, b = .5 is known. */
TEST(platen_with_three_points_has_the_published_weak_errors)
{
    static const double known[] = { 1.977, 0.5998, 0.1646, 0.0430, 0.01099 };
    scalar gbm = { gbm_u, gbm_g, gbm_dg, { 1.5, 0.5 } };
    const ito_field f =
        scalar_field(&gbm, ITO_NOISE_DIAGONAL, ITO_CALCULUS_ITO);
    const double truth = exp(2 * 1.5 + 0.25);
    size_t n = 4;

    for (size_t k = 0; k < COUNT(known); k++, n *= 2) {
        const double h = 1.0 / (double)n, far = sqrt(3.0 * h);
        /* the first two are beyond the quantile of 5/6, the third is not */
        const double W[3] = { 0.97 * sqrt(h), -9.0, 0.96 * sqrt(h) };
        double x[3] = { 1.0, 1.0, 1.0 }, y[3] = { 1.0, 1.0, 1.0 };
        const double points[3] = { far, -far, 0.0 };
        double square;

        step1(&f, "platen-3", h, 3, x, W, W);
        step1(&f, "platen", h, 3, y, points, W);
        for (size_t j = 0; j < 3; j++)
            CHECK_NEAR(x[j], y[j], 1e-15);
        square = (x[0] * x[0] + x[1] * x[1]) / 6 + x[2] * x[2] * 2 / 3;
        CHECK_REL(fabs(pow(square, (double)n) - truth), known[k], 2e-3);
    }
}

/* --- a step written again, on a field that has everything -------------- */

static double odd_u(const double *p, double t, double x)
{
    return sin(x) + p[0] * t;
}

static double odd_g(const double *p, double t, double x)
{
    return p[1] * sqrt(1 + x * x) * (1 + t);
}

static const double odd[2] = { 0.7, 0.4 };

static double u_(double t, double x)
{
    return odd_u(odd, t, x);
}

static double g_(double t, double x)
{
    return odd_g(odd, t, x);
}

static double sriw1_again(double x, double h, double W, double H)
{
    const double r = sqrt(h), I10 = h * (W / 2 + H);
    const double x1 = (W * W - h) / (2 * r), x2 = I10 / h;
    const double x3 = (W * W * W - 3 * h * W) / (6 * h);
    const double F1 = u_(0, x), G1 = g_(0, x);
    const double F2 = u_(0.75 * h, x + 0.75 * h * F1 + 1.5 * x2 * G1);
    const double G2 = g_(h / 4, x + h / 4 * F1 + r / 2 * G1);
    const double G3 = g_(h, x + h * F1 - r * G1);
    const double G4 =
        g_(h / 4, x + h / 4 * F1 + r * (-5 * G1 + 3 * G2 + G3 / 2));

    return x + h * (F1 / 3 + 2 * F2 / 3) + G1 * (-W - x1 + 2 * x2 - 2 * x3) +
           G2 * (4 * W + 4 * x1 - 4 * x2 + 5 * x3) / 3 +
           G3 * (2 * W - x1 - 2 * x2 - 2 * x3) / 3 + G4 * x3;
}

static double platen_again(double x, double h, double W, double H)
{
    const double r = sqrt(h), f = u_(0, x), g = g_(0, x);
    const double U = x + h * f + g * W;
    const double up = g_(h, x + h * f + g * r), down = g_(h, x + h * f - g * r);

    (void)H;
    return x + h / 2 * (u_(h, U) + f) + W / 4 * (up + down + 2 * g) +
           (W * W - h) / (4 * r) * (up - down);
}

static double rkmil_again(double x, double h, double W, double H)
{
    const double r = sqrt(h), f = u_(0, x), g = g_(0, x);

    (void)H;
    return x + h * f + g * W +
           (g_(0, x + h * f + g * r) - g) * (W * W - h) / (2 * r);
}

static double tamed_again(double x, double h, double W, double H)
{
    (void)H;
    return x + h * u_(0, x) / (1 + h * fabs(u_(0, x))) + g_(0, x) * W;
}

TEST(steps_agree_with_their_formulas_on_a_nonlinear_field)
{
    static const struct {
        const char *name;
        double (*again)(double x, double h, double W, double H);
    } rows[] = { { "sriw1", sriw1_again },
                 { "platen", platen_again },
                 { "rkmil", rkmil_again },
                 { "tamed-euler", tamed_again } };
    scalar both = { odd_u, odd_g, NULL, { 0.7, 0.4 } };

    for (size_t i = 0; i < COUNT(rows); i++)
        for (int kind = 0; kind < 2; kind++) {
            const ito_field f = scalar_field(
                &both, kind ? ITO_NOISE_SCALAR : ITO_NOISE_DIAGONAL,
                ITO_CALCULUS_ITO);
            double x[4] = { 0.5, 1.0, 2.0, -1.0 };
            const double start[4] = { 0.5, 1.0, 2.0, -1.0 };

            step1(&f, rows[i].name, 0.3, 4, x, some_W, some_H);
            for (size_t j = 0; j < 4; j++)
                CHECK_NEAR(x[j],
                           rows[i].again(start[j], 0.3, some_W[j], some_H[j]),
                           2e-15);
        }
}

/* --- harmonic Langevin ------------------------------------------------- */

/* dq = v dt, dv = (-q - v) dt + sqrt(2 T) dW, T = 1 */
static int spring(void *user, const ito_tile *tile, void *const *out)
{
    const double *q = tile->x[0], *v = tile->x[1];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        ((double *)out[0])[i] = v[i];
        ((double *)out[1])[i] = -q[i] - v[i];
    }
    return 0;
}

static int spring_noise(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        ((double *)out[0])[i] = 0.0;
        ((double *)out[1])[i] = sqrt(2.0);
    }
    return 0;
}

static const ito_second_order bath = { 1.0, 1.0 };
static const ito_field langevin = { .name = "spring",
                                    .dtypes = ITO_F64,
                                    .dim = 2,
                                    .noise = ITO_NOISE_ADDITIVE,
                                    .drift = spring,
                                    .diffusion = spring_noise,
                                    .second_order = &bath };

/* W and H of the velocity alone: particle 2 has W = 1, particle 3 H = 1. */
static int give_velocity(void *arg, const ito_tile *tile, void *const *W,
                         void *const *H)
{
    (void)arg;
    memset(W[0], 0, tile->npad * sizeof(double));
    memset(W[1], 0, tile->npad * sizeof(double));
    ((double *)W[1])[2] = 1.0;
    if (H) {
        memset(H[0], 0, tile->npad * sizeof(double));
        memset(H[1], 0, tile->npad * sizeof(double));
        ((double *)H[1])[3] = 1.0;
    }
    return 0;
}

/* A step is (q, v)' = M (q, v) + c_W W + c_H H: columns of M, c_W, c_H. */
static void spring_step(const char *name, double h, double columns[4][2])
{
    const ito_problem p = { .field = &langevin,
                            .t1 = h,
                            .n = 4,
                            .dtype = ITO_F64,
                            .increments = give_velocity };
    const ito_solve_opts o = { .method = name, .steps = 1 };

    memset(columns, 0, 8 * sizeof(double));
    columns[0][0] = columns[1][1] = 1.0;
    CHECK_OK(ctx, ito_solve(ctx, &p, columns, &o, NULL));
}

/* cov = (qq, qv, vv) after a step. */
static void spring_moments(double columns[4][2], double h, double cov[3])
{
    const double a = columns[0][0], c = columns[0][1];
    const double b = columns[1][0], d = columns[1][1];
    const double *W = columns[2], *H = columns[3];
    const double qq = cov[0], qv = cov[1], vv = cov[2];

    cov[0] = a * a * qq + 2 * a * b * qv + b * b * vv + h * W[0] * W[0] +
             h / 12 * H[0] * H[0];
    cov[1] = a * c * qq + (a * d + b * c) * qv + b * d * vv + h * W[0] * W[1] +
             h / 12 * H[0] * H[1];
    cov[2] = c * c * qq + 2 * c * d * qv + d * d * vv + h * W[1] * W[1] +
             h / 12 * H[1] * H[1];
}

TEST(splittings_have_their_stationary_moments)
{
    const double h = 0.4, w = 1 - h * h / 4;
    const double em = (1 - h) * (4 - 2 * h + h * h);
    const struct {
        const char *name;
        double qq, vv;
    } rows[] = { { "baoab", 1.0, w },
                 { "aboba", 1.0, 1 / w },
                 { "obabo", 1 / w, 1.0 },
                 { "euler-maruyama", 2 * (2 - h + h * h) / em, 4 / em } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        double columns[4][2], cov[3] = { 0, 0, 0 };

        spring_step(rows[i].name, h, columns);
        for (size_t k = 0; k < 2000; k++)
            spring_moments(columns, h, cov);
        CHECK_NEAR(cov[0], rows[i].qq, 1e-13);
        CHECK_NEAR(cov[2], rows[i].vv, 1e-13);
    }
}

TEST(splittings_have_the_published_errors_at_finite_times)
{
    static const double splitting[] = { 4.015e-4, 9.684e-5, 2.399e-5, 5.984e-6,
                                        1.495e-6 };
    static const double em[] = { 0.2143, 0.0933, 0.0436, 0.0210, 0.01034 };
    static const char *const names[] = { "baoab", "aboba", "euler-maruyama" };

    for (size_t i = 0; i < COUNT(names); i++) {
        size_t n = 8;

        for (size_t k = 0; k < COUNT(em); k++, n *= 2) {
            double columns[4][2], cov[3] = { 1, 0, 0 }; /* of q = 1, v = 0 */
            const double h = 2.0 / (double)n;

            spring_step(names[i], h, columns);
            for (size_t j = 0; j < n; j++)
                spring_moments(columns, h, cov);
            CHECK_REL(fabs(cov[0] - 0.8242045921468635),
                      i < 2 ? splitting[k] : em[k], 5e-3);
        }
    }
}

/* --- matrices ---------------------------------------------------------- */

/* dX = S dW, S = ((1, 2, 3), (4, 5, 6)). */
static int no_drift(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < tile->dim; c++)
        memset(out[c], 0, tile->npad * sizeof(double));
    return 0;
}

static int six(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t c = 0; c < 6; c++)
        for (size_t i = 0; i < tile->npad; i++)
            ((double *)out[c])[i] = (double)(c + 1);
    return 0;
}

static int give_units(void *arg, const ito_tile *tile, void *const *W,
                      void *const *H)
{
    (void)arg;
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < tile->n; i++) {
            ((double *)W[j])[i] = i == j ? 1.0 : 0.0;
            if (H)
                ((double *)H[j])[i] = 0.25;
        }
    return 0;
}

TEST(a_matrix_is_applied_column_by_column)
{
    const ito_field f = { .name = "six",
                          .dtypes = ITO_F64,
                          .dim = 2,
                          .noise_dim = 3,
                          .noise = ITO_NOISE_ADDITIVE,
                          .drift = no_drift,
                          .diffusion = six };
    const ito_problem p = { .field = &f,
                            .t1 = 0.5,
                            .n = 3,
                            .dtype = ITO_F64,
                            .increments = give_units };
    size_t fit = 0;

    for (size_t i = 0; ito_method_at(i); i++) {
        const ito_solve_opts o = { .method = ito_method_at(i)->name,
                                   .steps = 1 };
        double x[6] = { 0 };

        if (ito_method_fits(ctx, ito_method_at(i), &f) != ITO_OK)
            continue;
        fit++;
        CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
        for (size_t j = 0; j < 3; j++) {
            CHECK_NEAR(x[2 * j], (double)(j + 1), 1e-15);
            CHECK_NEAR(x[2 * j + 1], (double)(j + 4), 1e-15);
        }
    }
    CHECK(fit == 13);
}

/* dX = sum_k s_k X dW_k with two motions: they commute, and Milstein's step
 * is 1 + S + (S^2 - |s|^2 h) / 2 with S = sum s_k W_k; rkmil's is the same
 * as sigma is linear. */
static int two_g(void *user, const ito_tile *tile, void *const *out)
{
    const double *x = tile->x[0];

    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        ((double *)out[0])[i] = 0.3 * x[i];
        ((double *)out[1])[i] = -0.7 * x[i];
    }
    return 0;
}

static int two_dg(void *user, const ito_tile *tile, void *const *out)
{
    static const double s[2] = { 0.3, -0.7 };
    const double *x = tile->x[0];

    (void)user;
    for (size_t k = 0; k < 2; k++)
        for (size_t j = 0; j < 2; j++)
            for (size_t i = 0; i < tile->npad; i++)
                ((double *)out[2 * k + j])[i] = s[j] * s[k] * x[i];
    return 0;
}

static int give_two(void *arg, const ito_tile *tile, void *const *W,
                    void *const *H)
{
    (void)arg;
    (void)H;
    for (size_t i = 0; i < tile->n; i++) {
        ((double *)W[0])[i] = 0.5 + (double)i;
        ((double *)W[1])[i] = 0.25 - (double)i;
    }
    return 0;
}

TEST(noise_that_commutes_has_its_second_order_terms)
{
    const ito_calculus both[] = { ITO_CALCULUS_ITO, ITO_CALCULUS_STRATONOVICH };
    static const char *const names[] = { "milstein", "rkmil" };

    for (size_t k = 0; k < 4; k++) {
        const ito_field f = { .name = "two",
                              .dtypes = ITO_F64,
                              .dim = 1,
                              .noise_dim = 2,
                              .noise = ITO_NOISE_COMMUTATIVE,
                              .calculus = both[k % 2],
                              .drift = no_drift,
                              .diffusion = two_g,
                              .diffusion_deriv = two_dg };
        const ito_problem p = { .field = &f,
                                .t1 = 0.25,
                                .n = 3,
                                .dtype = ITO_F64,
                                .increments = give_two };
        const ito_solve_opts o = { .method = names[k / 2], .steps = 1 };
        double x[3] = { 1.0, 1.0, 1.0 };

        CHECK_OK(ctx, ito_solve(ctx, &p, x, &o, NULL));
        for (size_t i = 0; i < 3; i++) {
            const double S = 0.3 * (0.5 + (double)i) - 0.7 * (0.25 - (double)i);
            const double h = k % 2 ? 0.0 : 0.25 * (0.09 + 0.49);

            CHECK_NEAR(x[i], 1 + S + (S * S - h) / 2, 2e-15);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_step_on_ornstein_uhlenbeck_has_the_published_constants),
        RUN(stationary_variance_of_each_method_is_the_known_one),
        RUN(without_drift_every_method_adds_the_noise),
        RUN(methods_that_are_one_on_geometric_brownian_motion_agree),
        RUN(a_theta_method_of_theta_near_zero_is_euler_maruyama),
        RUN(milstein_has_its_factor),
        RUN(platen_with_three_points_has_the_published_weak_errors),
        RUN(steps_agree_with_their_formulas_on_a_nonlinear_field),
        RUN(splittings_have_their_stationary_moments),
        RUN(splittings_have_the_published_errors_at_finite_times),
        RUN(a_matrix_is_applied_column_by_column),
        RUN(noise_that_commutes_has_its_second_order_terms),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

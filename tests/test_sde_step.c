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

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_step_on_ornstein_uhlenbeck_has_the_published_constants),
        RUN(stationary_variance_of_each_method_is_the_known_one),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

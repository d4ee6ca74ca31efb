/* SPDX-License-Identifier: MIT
 *
 * test_density_particles.c - 10^5 particles agree with the density, and do
 * not with that of another equation.
 */
#include "density_particles.h"

static void with(const duel *c, ito_dtype dtype)
{
    duel copy = *c;

    copy.particles = 100000;
    copy.steps = 512;
    copy.dtype = dtype;
    duel_run(&copy);
}

TEST(an_ou_process_and_its_density_agree)
{
    with(&duel_ou, ITO_F32);
    with(&duel_ou, ITO_F64);
}

TEST(a_double_well_and_its_density_agree)
{
    with(&duel_wells, ITO_F32);
}

TEST(a_formula_with_multiplicative_noise_and_its_density_agree)
{
    with(&duel_formula, ITO_F32);
}

TEST(particles_that_leave_and_the_mass_that_does_agree)
{
    with(&duel_exit, ITO_F32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_ou_process_and_its_density_agree),
        RUN(a_double_well_and_its_density_agree),
        RUN(a_formula_with_multiplicative_noise_and_its_density_agree),
        RUN(particles_that_leave_and_the_mass_that_does_agree),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

/* SPDX-License-Identifier: MIT
 *
 * slow_density_particles.c - 10^6 particles agree with the density.
 */
#include "density_particles.h"

static void with(const duel *c, ito_dtype dtype)
{
    duel copy = *c;

    copy.particles = 1000000;
    copy.steps = 2048;
    copy.dtype = dtype;
    duel_run(&copy);
}

TEST(a_million_paths_of_ou_and_the_density_agree)
{
    with(&duel_ou, ITO_F32);
    with(&duel_ou, ITO_F64);
}

TEST(a_million_paths_in_a_double_well_and_the_density_agree)
{
    with(&duel_wells, ITO_F32);
    with(&duel_wells, ITO_F64);
}

TEST(a_million_paths_of_a_formula_and_the_density_agree)
{
    with(&duel_formula, ITO_F32);
    with(&duel_formula, ITO_F64);
}

TEST(a_million_paths_between_absorbing_edges_and_the_density_agree)
{
    with(&duel_exit, ITO_F32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_million_paths_of_ou_and_the_density_agree),
        RUN(a_million_paths_in_a_double_well_and_the_density_agree),
        RUN(a_million_paths_of_a_formula_and_the_density_agree),
        RUN(a_million_paths_between_absorbing_edges_and_the_density_agree),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

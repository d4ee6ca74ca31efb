/* SPDX-License-Identifier: MIT
 *
 * test_tables.c - the checks of ito/check.h that take a moment; the long ones
 * are in slow_tables.c.
 */
#include <ito/check.h>
#include <stdio.h>

#include "check.h"

static int say_failures(void *arg, const ito_check_row *r)
{
    (void)arg;
    if (!r->passed)
        print_message("%s %s %s: %.10g, expected %.10g within %g%s\n",
                      r->problem, r->method, r->quantity, r->value, r->expected,
                      r->tolerance, r->relative ? " of it" : "");
    return 0;
}

static void run_table(const char *table, const char *problem, size_t paths)
{
    const ito_check_opts opts = { .table = table,
                                  .problem = problem,
                                  .paths = paths };
    ito_ctx *ctx;
    size_t failed = 1;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK(ito_check_run(ctx, &opts, say_failures, NULL, &failed) == ITO_OK);
    CHECK(failed == 0);
    ito_close(ctx);
}

TEST(a_step_has_the_factors_of_its_scheme)
{
    run_table("step", NULL, 0);
}

TEST(moments_of_the_schemes_are_exact)
{
    run_table("moments", NULL, 0);
}

TEST(generative_models_with_closed_form_end_where_they_must)
{
    run_table("flow", NULL, 0);
}

/* With 4000 paths the errors are known to some 3 per cent (heavy tails: 10),
 * so the limits of the table still hold; all 40 000 are in slow_tables.c. */
TEST(strong_errors_are_those_of_the_table)
{
    run_table("strong", NULL, 4000);
}

TEST(densities_on_grids_have_the_errors_of_the_table)
{
    run_table("density", NULL, 0);
}

TEST(unknown_tables_and_problems_are_named)
{
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK(ito_check_run(ctx, &(ito_check_opts){ .table = "strnog" }, NULL, NULL,
                        NULL) == ITO_EARG);
    CHECK(strstr(ito_errmsg(ctx), "strong") != NULL);
    CHECK(ito_check_run(ctx,
                        &(ito_check_opts){ .table = "step", .problem = "cir" },
                        NULL, NULL, NULL) == ITO_EARG);
    ito_close(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_step_has_the_factors_of_its_scheme),
        RUN(moments_of_the_schemes_are_exact),
        RUN(generative_models_with_closed_form_end_where_they_must),
        RUN(strong_errors_are_those_of_the_table),
        RUN(densities_on_grids_have_the_errors_of_the_table),
        RUN(unknown_tables_and_problems_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * test_oracle_file.c - the exact field of the rows of a file.
 */
#include <ito/flow.h>

#include "check.h"

static ito_ctx *ctx;

static const float rows[] = { -1.5f, 0.25f, 2.0f, 1.0f, 0.5f, -3.0f };

static void write_file(const char *name)
{
    FILE *const file = fopen(name, "w");

    CHECK(file != NULL);
    fputs("a,b\n", file);
    for (size_t i = 0; i < COUNT(rows); i += 2)
        fprintf(file, "%g,%g\n", (double)rows[i], (double)rows[i + 1]);
    fclose(file);
}

/* u and log p of a flow at a few points. */
static void evaluate(const ito_field *field, double t, double u[8],
                     double logp[4])
{
    static const double x[] = { 0.0, 0.0, 1.0, -1.0, -2.5, 0.5, 30.0, 30.0 };
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx, ito_field_eval(ctx, field, ITO_PART_DRIFT, &at, 4, x, u));
    CHECK_OK(ctx,
             ito_field_eval(ctx, field, ITO_PART_LOG_DENSITY, &at, 4, x, logp));
}

/* The same numbers as the oracle of the points, whatever their order. */
TEST(the_oracle_of_a_file_is_that_of_its_rows)
{
    static const struct {
        const char *name, *path;
    } cases[] = {
        { "oracle:three.csv", "linear" },
        { "oracle:three.csv@", "linear" },
        { "oracle:./three.csv@cosine", "cosine" },
        { "oracle:th@ree.csv", "linear" },
        { "oracle:th@ree.csv@poly:p=2.5", "poly:p=2.5" },
    };

    write_file("three.csv");
    write_file("th@ree.csv");
    for (size_t k = 0; k < COUNT(cases); k++) {
        double u[8], v[8], p[4], q[4];
        ito_oracle *oracle;
        ito_path path;
        ito_flow *flow;

        CHECK_OK(ctx, ito_flow_open(ctx, cases[k].name, &flow));
        CHECK(ito_flow_dim(flow) == 2 && !ito_flow_model(flow));
        CHECK_OK(ctx, ito_path_parse(ctx, cases[k].path, &path));
        CHECK_OK(ctx, ito_oracle_open_points(ctx, 3, 2, rows, &path, &oracle));
        for (double t = 0.125; t < 1.0; t += 0.25) {
            evaluate(ito_flow_field(flow), t, u, p);
            evaluate(ito_oracle_field(oracle), t, v, q);
            for (size_t i = 0; i < COUNT(u); i++)
                CHECK_NEAR(u[i], v[i], 1e-12 * (1.0 + fabs(v[i])));
            for (size_t i = 0; i < COUNT(p); i++)
                CHECK_REL(p[i], q[i], 1e-12);
        }
        ito_oracle_free(oracle);
        ito_flow_free(flow);
    }
    remove("three.csv");
    remove("th@ree.csv");
}

TEST(files_that_cannot_be_read_are_named)
{
    ito_flow *flow;

    CHECK(ito_flow_open(ctx, "oracle:absent.csv", &flow) == ITO_EIO);
    CHECK(!flow && strstr(ito_errmsg(ctx), "absent.csv") != NULL);
    write_file("three.csv");
    CHECK(ito_flow_open(ctx, "oracle:three.csv@bent", &flow) == ITO_EARG);
    CHECK(!flow && strstr(ito_errmsg(ctx), "bent") != NULL);
    remove("three.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_oracle_of_a_file_is_that_of_its_rows),
        RUN(files_that_cannot_be_read_are_named),
    };
    int failed;

    if (ito_open(&ctx, NULL) != ITO_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    ito_close(ctx);
    return failed;
}

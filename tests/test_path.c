/* SPDX-License-Identifier: MIT
 *
 * test_path.c - the table of paths, and points and targets of batches.
 */
#include "check.h"

#include "path/path.h"

TEST(paths_start_at_noise_and_end_at_data)
{
    for (size_t i = 0; ito_path_at(i); i++) {
        const ito_path *path = ito_path_at(i);
        const ito_coef a = path->at(0.0), b = path->at(1.0);
        double before = -1.0;

        CHECK(ito_path_find(path->name) == path);
        CHECK(a.alpha == 0.0 && a.beta == 1.0);
        CHECK(b.alpha == 1.0 && b.beta == 0.0);
        for (int k = 1; k < 1000; k++) {
            const double t = k * 1e-3, h = 1e-5;
            const ito_coef c = path->at(t), up = path->at(t + h),
                           down = path->at(t - h);

            CHECK_NEAR(c.alphadot, (up.alpha - down.alpha) / (2 * h), 1e-6);
            CHECK_NEAR(c.betadot, (up.beta - down.beta) / (2 * h), 1e-6);
            CHECK(c.alphadot * c.beta - c.alpha * c.betadot > 0.0);
            CHECK(c.alpha > before);
            before = c.alpha;
        }
    }
    CHECK_STR(ito_path_at(0)->name, "linear");
    CHECK(!ito_path_find("bent"));
    CHECK(!ito_path_find(NULL));
}

/* Rows of any dimension: x_t and target by the formula, in float. */
TEST(rows_follow_the_formula_and_may_overwrite_their_input)
{
    static float z[60], e[60], t[60], xt[60], target[60];
    static const size_t dims[] = { 1, 2, 3, 17, 60 };
    const ito_path *linear = ito_path_find("linear");

    for (size_t k = 0; k < COUNT(dims); k++) {
        const size_t dim = dims[k], n = 60 / dim;

        for (size_t i = 0; i < 60; i++) {
            z[i] = t_uniform();
            e[i] = t_uniform();
            t[i] = (float)t_open01();
        }
        t[0] = 0.0f;
        t[n - 1] = n > 1 ? 1.0f : 0.0f;
        ito__path_rows(NULL, linear, n, dim, t, z, e, xt, target);
        for (size_t i = 0; i < n * dim; i++) {
            const double s = (double)t[i / dim];

            CHECK_NEAR(xt[i], s * (double)z[i] + (1.0 - s) * (double)e[i],
                       2e-7);
            CHECK(target[i] == z[i] - e[i]);
        }
        CHECK_SAME(xt, e, dim); /* t = 0 is the noise, to the bit */
        if (n > 1)
            CHECK_SAME(xt + (n - 1) * dim, z + (n - 1) * dim, dim);
        ito__path_rows(NULL, linear, n, dim, t, z, e, z, target);
        CHECK_SAME(z, xt, n * dim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(paths_start_at_noise_and_end_at_data),
        RUN(rows_follow_the_formula_and_may_overwrite_their_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

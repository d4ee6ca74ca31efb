/* SPDX-License-Identifier: MIT
 *
 * test_path.c - the table of paths, points and targets of batches, and what
 * noise on the way does to a step.
 */
#include "check.h"

#include "path/path.h"

static ito_ctx *ctx;

static int open_ctx(void **state)
{
    (void)state;
    return ito_open(&ctx, NULL) == ITO_OK ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    ito_close(ctx);
    return 0;
}

static ito_path parsed(const char *spec)
{
    ito_path path;

    CHECK_OK(ctx, ito_path_parse(ctx, spec, &path));
    return path;
}

/* Derivatives against differences, and what ties the coefficients together. */
static void check_inside(const ito_path *path, double t)
{
    const double h = 1e-5 * (1 - t) + 1e-7;
    const ito_coef c = ito_path_coef(path, t), up = ito_path_coef(path, t + h),
                   down = ito_path_coef(path, t - h);
    const double scale = 1 + fabs(c.betadot) + fabs(c.alphadot);

    CHECK_NEAR(c.alphadot, (up.alpha - down.alpha) / (2 * h), 1e-6 * scale);
    CHECK_NEAR(c.betadot, (up.beta - down.beta) / (2 * h), 1e-6 * scale);
    CHECK_REL(c.beta_betadot, c.beta * c.betadot, 1e-13);
    CHECK_REL(c.w, c.alphadot * c.beta - c.alpha * c.betadot, 1e-13);
    CHECK_REL(c.beta_w, c.beta * c.w, 1e-13);
    CHECK(c.w > 0.0 && c.beta > 0.0);
}

TEST(paths_have_their_derivatives_and_rise)
{
    static const char *const more[] = { "poly:p=1", "poly:p=3.5",
                                        "vp:beta_min=1,beta_max=1",
                                        "ve:sigma_min=0,rho=3",
                                        "edm:sigma_max=10" };

    for (size_t i = 0; ito_path_at(i) || i < 7 + COUNT(more); i++) {
        const ito_path path = i < 7 ? *ito_path_at(i) : parsed(more[i - 7]);
        double before = -1.0;

        for (int k = 1; k < 1000; k++) {
            const double t = k * 1e-3;
            const ito_coef c = ito_path_coef(&path, t);

            check_inside(&path, t);
            /* what falls is the noise relative to the data */
            CHECK(c.alpha / c.beta > before);
            before = c.alpha / c.beta;
        }
    }
    CHECK(!ito_path_at(7));
}

/* To the bit where the path says so; else what the header promises. */
TEST(paths_start_at_noise_and_end_at_data)
{
    static const char *const exact[] = { "linear", "sqrt", "cosine", "poly",
                                         "poly:p=1" };
    ito_coef c;
    ito_path path;

    for (size_t i = 0; i < COUNT(exact); i++) {
        path = parsed(exact[i]);
        c = ito_path_coef(&path, 0.0);
        CHECK(c.alpha == 0.0 && c.beta == 1.0);
        c = ito_path_coef(&path, 1.0);
        CHECK(c.alpha == 1.0 && c.beta == 0.0);
        CHECK(isfinite(c.beta_betadot) && isfinite(c.beta_w));
    }
    c = ito_path_coef(ito_path_find("vp"), 0.0);
    CHECK_NEAR(c.alpha, exp(-5.025), 1e-15);
    CHECK_NEAR(c.beta, sqrt(1 - exp(-10.05)), 1e-15);
    c = ito_path_coef(ito_path_find("vp"), 1.0);
    CHECK(c.alpha == 1.0 && c.beta == 0.0 && c.betadot == -HUGE_VAL);
    CHECK_NEAR(c.beta_betadot, -0.05, 1e-15);
    CHECK_NEAR(c.beta_w, 0.05, 1e-15);
    c = ito_path_coef(ito_path_find("ve"), 0.0);
    CHECK(c.alpha == 1.0);
    CHECK_REL(c.beta, 80.0, 1e-13);
    c = ito_path_coef(ito_path_find("ve"), 1.0);
    CHECK_REL(c.beta, 0.002, 1e-13);
    path = parsed("edm:sigma_min=0");
    c = ito_path_coef(&path, 1.0);
    CHECK(c.alpha == 1.0 && c.beta == 0.0);
    c = ito_path_coef(&path, 0.0);
    CHECK_NEAR(c.alpha * c.alpha + c.beta * c.beta, 1.0, 1e-15);
    CHECK_REL(c.alpha, 1 / sqrt(6401.0), 1e-13);
    /* close to the end beta keeps its digits */
    c = ito_path_coef(ito_path_find("linear"), 1 - 0x1p-40);
    CHECK(c.beta == 0x1p-40);
    c = ito_path_coef(ito_path_find("cosine"), 1 - 0x1p-40);
    CHECK_REL(c.beta, 1.57079632679489661923 * 0x1p-40, 1e-15);
    c = ito_path_coef(ito_path_find("vp"), 1 - 0x1p-40);
    CHECK_REL(c.beta, sqrt(0.1 * 0x1p-40), 1e-10);
    c = ito_path_coef(ito_path_find("poly"), 1 - 0x1p-40);
    CHECK_REL(c.beta, 0x1p-39, 1e-11);
}

TEST(paths_are_found_by_name_and_read_from_text)
{
    static const struct {
        const char *spec, *words;
    } bad[] = {
        { "bent", "there are: linear" },
        { "", "there are: linear" },
        { "a-name-that-is-far-too-long-to-be-a-path", "there are:" },
        { "linear:p=1", "no parameter \"p\"; it takes none" },
        { "vp:beta=1", "there are: beta_min beta_max" },
        { "vp:beta_max=-1", "takes a number from" },
        { "vp:beta_max=1x", "takes a number from" },
        { "vp:beta_min=5,beta_max=2", "below" },
        { "vp:", "no parameters after the colon" },
        { "vp:beta_min=1,", "after the last comma" },
        { "poly:p=0.5", "from 1 to 16" },
        { "ve:sigma_max=nan", "takes a number" },
    };
    ito_path path;

    for (size_t i = 0; ito_path_at(i); i++) {
        const ito_path *row = ito_path_at(i);
        char spec[128];

        CHECK(ito_path_find(row->name) == row);
        CHECK(row->text[0] != '\0');
        snprintf(spec, sizeof(spec), "%s%s%s", row->name,
                 row->params[0] ? ":" : "", row->params);
        path = parsed(spec);
        CHECK_STR(path.spec, spec);
        CHECK_STR(row->spec, spec);
        CHECK_SAME(path.param, row->param, 3);
        path = parsed(row->name);
        CHECK_STR(path.spec, spec);
    }
    CHECK_STR(ito_path_at(0)->name, "linear");
    CHECK(!ito_path_find("bent") && !ito_path_find("vp:beta_max=2"));
    CHECK(!ito_path_find(NULL));
    path = parsed("vp:beta_max=.25e2");
    CHECK_STR(path.spec, "vp:beta_min=0.1,beta_max=25");
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_FAILS(ctx, ito_path_parse(ctx, bad[i].spec, &path), ITO_EARG,
                    bad[i].words);
    CHECK_FAILS(ctx, ito_path_parse(ctx, NULL, &path), ITO_EARG, "NULL");
    CHECK(ito_path_parse(NULL, "vp", &path) == ITO_EARG);
}

/* Course L2.8: the forms k steps before the end, and the limit. */
TEST(steps_of_the_conditional_sde_have_their_multipliers)
{
    const ito_path *root = ito_path_find("sqrt");
    const ito_path *linear = ito_path_find("linear");
    const double h = 1.0 / 999;
    int unstable = 0;
    double worst = 0;

    for (int k = 1; k <= 5; k++) {
        const double t = 1 - k * h, s = 2.5;

        CHECK_REL(ito_sigma_multiplier(root, t, h, s),
                  1 - (1 + s * s) / (2 * k), 1e-11);
        CHECK_REL(ito_sigma_multiplier(linear, t, h, s),
                  1 - 1.0 / k - s * s / (2 * k * k * h), 1e-11);
        CHECK_REL(ito_sigma_limit(root, t, h), sqrt(4 * k - 1), 1e-11);
        CHECK_NEAR(
            ito_sigma_multiplier(linear, t, h, ito_sigma_limit(linear, t, h)),
            -1.0, 1e-12);
        /* sigma_t = beta_t is stable everywhere */
        CHECK(fabs(ito_sigma_multiplier(linear, t, h, k * h)) <= 1.0);
    }
    CHECK_NEAR(fabs(ito_sigma_multiplier(root, 1 - h, h, 2.5)), 2.62, 0.006);
    for (int k = 1; k < 999; k++) {
        const double m = fabs(ito_sigma_multiplier(linear, 1 - k * h, h, 1));

        unstable += m > 1;
        worst = fmax(worst, m);
    }
    CHECK(unstable == 16 - 1 || unstable == 16);
    CHECK_NEAR(worst, 499.5, 0.6);
    CHECK(ito_sigma_multiplier(linear, 1, h, 1) == -HUGE_VAL);
    CHECK(ito_sigma_limit(linear, 1, h) == 0.0);
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
        RUN(paths_have_their_derivatives_and_rise),
        RUN(paths_start_at_noise_and_end_at_data),
        RUN(paths_are_found_by_name_and_read_from_text),
        RUN(steps_of_the_conditional_sde_have_their_multipliers),
        RUN(rows_follow_the_formula_and_may_overwrite_their_input),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

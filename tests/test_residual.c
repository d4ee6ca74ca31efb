/* SPDX-License-Identifier: MIT
 *
 * test_residual.c - the residuals of continuity and Fokker-Planck of exact
 * fields vanish at order two, and those of wrong fields do not.
 */
#include <ito/oracle.h>
#include <ito/residual.h>

#include "density_fields.h"

enum { POINTS = 2000 };

static const char *const paths[] = { "linear", "sqrt", "cosine" };

/* POINTS draws of p_t = law of alpha z + beta e. */
static void draw(const ito_dist *dist, const ito_path *path, double t,
                 double *x)
{
    const ito_noise at = { .seed = 5 };
    const ito_coef c = ito_path_coef(path, t);
    const size_t dim = ito_dist_dim(dist);
    float *rows = malloc(POINTS * dim * sizeof(*rows));

    CHECK(rows != NULL);
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 0, POINTS, rows));
    t_seed = 11;
    for (size_t i = 0; i < POINTS * dim; i++)
        x[i] = c.alpha * (double)rows[i] + c.beta * t_normal();
    free(rows);
}

/* The residuals of five modes on a circle of radius 10, for each path at
 * t = 0.1, 0.5, 0.9, handed to look. */
static void each_path(const ito_residual_problem *what,
                      void (*look)(const ito_residual_size *, double h))
{
    double *x = malloc(POINTS * 2 * sizeof(*x));
    ito_dist *dist;

    CHECK(x != NULL);
    CHECK_OK(ctx, ito_dist_open(ctx, "gmm", &dist));
    for (size_t k = 0; k < COUNT(paths); k++) {
        const ito_path *path = ito_path_find(paths[k]);
        ito_oracle *oracle;

        CHECK_OK(ctx, ito_oracle_of(ctx, dist, path, &oracle));
        for (double t = 0.1; t < 1.0; t += 0.4) {
            ito_residual_problem p = *what;
            ito_residual_size size;

            draw(dist, path, t, x);
            p.field = ito_oracle_field(oracle);
            p.t = t;
            p.n = POINTS;
            p.x = x;
            CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
            CHECK(size.rms <= size.max && size.worst < POINTS);
            look(&size, p.h);
        }
        ito_oracle_free(oracle);
    }
    ito_dist_free(dist);
    free(x);
}

/* Published: 2e-5 to 8e-5 at h = 1e-3, and 100 times less at 1e-4. */
static void is_small(const ito_residual_size *s, double h)
{
    CHECK(s->max > 0.0 && s->max < 2e-4 * (h / 1e-3) * (h / 1e-3));
}

static void is_large(const ito_residual_size *s, double h)
{
    (void)h;
    CHECK(s->max > 1e-2);
}

TEST(exact_fields_satisfy_the_continuity_equation)
{
    each_path(&(ito_residual_problem){ .h = 1e-3 }, is_small);
    each_path(&(ito_residual_problem){ .h = 1e-4 }, is_small);
}

TEST(their_extensions_satisfy_fokker_and_planck)
{
    each_path(&(ito_residual_problem){ .h = 1e-3, .sigma = 1.0 }, is_small);
    each_path(&(ito_residual_problem){ .h = 1e-3, .sigma = 2.5 }, is_small);
}

TEST(without_the_score_the_residual_is_large)
{
    /* published: 0.019 to 0.67 */
    each_path(&(ito_residual_problem){ .h = 1e-3, .sigma = 1.0, .no_score = 1 },
              is_large);
}

/* log N(x; 0, user[0] + user[1] t) in one dimension */
static int spreading(void *arg, double t, size_t n, const double *x,
                     double *logp)
{
    const double *v = arg, var = v[0] + v[1] * t;

    for (size_t i = 0; i < n; i++)
        logp[i] = -0.5 * (x[i] * x[i] / var + log(var));
    return var > 0.0 ? 0 : 3;
}

TEST(heat_spreads_a_normal)
{
    double D = 0.7, law[] = { 0.5, 1.4 };
    const double x[] = { -2.0, -1.0, -0.1, 0.0, 0.3, 0.9, 1.7 };
    const ito_field heat = d_field(1, d_still, &D);
    ito_residual_problem p = { .field = &heat,
                               .logp = spreading,
                               .logp_arg = law,
                               .t = 0.4,
                               .n = COUNT(x),
                               .x = x };
    ito_residual_size size;
    double r[COUNT(x)];

    CHECK_OK(ctx, ito_residual(ctx, &p, r, &size));
    CHECK(size.max < 1e-5);
    for (size_t i = 0; i < COUNT(x); i++)
        CHECK(fabs(r[i]) <= size.max * size.scale * (1.0 + 1e-12));
    law[1] = 1.0; /* not how fast it spreads */
    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max > 0.1);
}

/* gbm dX = a X dt + b X dW: log X is normal.  In Ito's calculus with mean
 * (a - b^2 / 2) t, in Stratonovich's a t; a = 0.5, b = 0.3, from exp N(0, 1) */
FIELD_1D(grow, 0.5 * x)
FIELD_1D(grow_noise, 0.3 * x)
FIELD_1D(grow_deriv, 0.09 * x)

static int log_law(void *arg, double t, size_t n, const double *x, double *logp)
{
    const double mean = *(const double *)arg * t, var = 1.0 + 0.09 * t;

    for (size_t i = 0; i < n; i++) {
        const double y = log(x[i]) - mean;

        logp[i] = -log(x[i]) - 0.5 * (y * y / var + log(var));
    }
    return 0;
}

TEST(multiplicative_noise_counts_in_its_calculus)
{
    double speed = 0.5 - 0.045;
    const double x[] = { 0.3, 0.5, 0.8, 1.0, 1.5, 2.5 };
    ito_field f = { .name = "gbm",
                    .dtypes = ITO_F64,
                    .dim = 1,
                    .noise = ITO_NOISE_DIAGONAL,
                    .calculus = ITO_CALCULUS_ITO,
                    .drift = grow,
                    .diffusion = grow_noise };
    ito_residual_problem p = { .field = &f,
                               .logp = log_law,
                               .logp_arg = &speed,
                               .t = 0.5,
                               .n = COUNT(x),
                               .x = x };
    ito_residual_size size;

    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max < 1e-4);
    speed = 0.5;
    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max > 1e-2);
    f.calculus = ITO_CALCULUS_STRATONOVICH;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EUNFIT,
                "no derivative");
    f.diffusion_deriv = grow_deriv;
    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max < 1e-4);
}

/* S = [[1, 0], [0.5, 1]], S S' = [[1, 0.5], [0.5, 1.25]]: from 0 at t = 0 the
 * density at t is N(0, S S' t), det = t^2 */
static int tied(void *user, const ito_tile *tile, void *const *out)
{
    (void)user;
    for (size_t i = 0; i < tile->npad; i++) {
        d_out(out, 0)[i] = 1.0;
        d_out(out, 1)[i] = 0.0;
        d_out(out, 2)[i] = 0.5;
        d_out(out, 3)[i] = 1.0;
    }
    return 0;
}

FIELD_2D(nothing, 0.0 * x, 0.0 * y)

static int tied_law(void *arg, double t, size_t n, const double *x,
                    double *logp)
{
    const double off = *(const double *)arg;

    for (size_t i = 0; i < n; i++) {
        const double a = x[2 * i], b = x[2 * i + 1];

        logp[i] =
            -0.5 * (1.25 * a * a - 2.0 * off * a * b + b * b) / t - log(t);
    }
    return 0;
}

TEST(correlated_noise_counts_too)
{
    double off = 0.5;
    const double x[] = { 0.2, 0.7, -1.0, 0.3, 1.5, 1.0, 0.0, 0.0, -0.7, -0.9 };
    ito_field f = { .name = "tied",
                    .dtypes = ITO_F64,
                    .dim = 2,
                    .noise_dim = 2,
                    .noise = ITO_NOISE_ADDITIVE,
                    .drift = nothing,
                    .diffusion = tied };
    const ito_residual_problem p = { .field = &f,
                                     .logp = tied_law,
                                     .logp_arg = &off,
                                     .t = 1.0,
                                     .n = COUNT(x) / 2,
                                     .x = x };
    ito_residual_size size;

    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max < 1e-5);
    off = -0.5;
    CHECK_OK(ctx, ito_residual(ctx, &p, NULL, &size));
    CHECK(size.max > 1e-2);
}

TEST(bad_residual_problems_are_refused_in_words)
{
    double D = 0.7, law[] = { -5.0, 0.0 }, x[] = { 1.0 };
    ito_field f = d_field(1, d_still, &D);
    ito_residual_problem p = { .field = &f, .t = 0.5, .n = 1, .x = x };
    ito_residual_size size;

    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EUNFIT,
                "no log density");
    p.logp = spreading;
    p.logp_arg = law;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_ECALLBACK,
                "returned 3");
    law[0] = 1.0;
    p.sigma = 1.0;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EUNFIT,
                "noise of its own");
    f.noise = ITO_NOISE_NONE;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EUNFIT,
                "no score");
    p.sigma = 0.0;
    p.h = -1.0;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EARG, "h = -1");
    p.h = 0.0;
    x[0] = (double)NAN;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_ENONFINITE,
                "point 0");
    p.n = 0;
    CHECK_FAILS(ctx, ito_residual(ctx, &p, NULL, &size), ITO_EARG, "no points");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(exact_fields_satisfy_the_continuity_equation),
        RUN(their_extensions_satisfy_fokker_and_planck),
        RUN(without_the_score_the_residual_is_large),
        RUN(heat_spreads_a_normal),
        RUN(multiplicative_noise_counts_in_its_calculus),
        RUN(correlated_noise_counts_too),
        RUN(bad_residual_problems_are_refused_in_words),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

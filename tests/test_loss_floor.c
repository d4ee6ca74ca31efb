/* SPDX-License-Identifier: MIT
 *
 * test_loss_floor.c - the loss that the exact prediction has, against closed
 * forms, published numbers and draws.
 */
#include "check.h"

#include <ito/oracle.h>

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

static ito_oracle *open_oracle(const char *spec)
{
    ito_oracle *o;

    CHECK_OK(ctx, ito_oracle_open(ctx, spec, &o));
    return o;
}

static void eval(const ito_oracle *o, ito_part part, double t, const double *x,
                 double *out)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx,
             ito_field_eval(ctx, ito_oracle_field(o), part, &at, 1, x, out));
}

static ito_floor floor_of(const char *spec, ito_predict what, double t_hi,
                          size_t draws)
{
    const ito_floor_opts opts = { .t_hi = t_hi, .draws = draws, .seed = 1 };
    ito_oracle *o = open_oracle(spec);
    ito_floor f;

    CHECK_OK(ctx, ito_oracle_loss_floor(ctx, o, what, &opts, &f));
    ito_oracle_free(o);
    return f;
}

/* Closed forms of course B3: N(m, s^2 I_d) on the linear path has the floor
 * d s pi / 2 of velocity; noise d/2 and data d/2 at s = 1. */
TEST(floors_of_normals_are_integrals)
{
    const double pi = 3.14159265358979323846;
    ito_floor f = floor_of("gaussian:std=.7", ITO_PREDICT_VELOCITY, 1, 0);

    CHECK_NEAR(f.value, 2 * .7 * pi / 2, 1e-10);
    CHECK(f.error == 0);
    f = floor_of("gaussian:dim=5,mean=3,std=.01", ITO_PREDICT_VELOCITY, 1, 0);
    CHECK_NEAR(f.value, 5 * .01 * pi / 2, 1e-9);
    CHECK_NEAR(floor_of("gaussian", ITO_PREDICT_NOISE, 1, 0).value, 1, 1e-12);
    CHECK_NEAR(floor_of("gaussian", ITO_PREDICT_DATA, 1, 0).value, 1, 1e-12);
    /* v on a circle is the velocity by pi/2: the same loss but for that */
    CHECK_NEAR(
        floor_of("gaussian:std=.5@cosine", ITO_PREDICT_V, 1, 0).value,
        floor_of("gaussian:std=.5@cosine", ITO_PREDICT_VELOCITY, 1, 0).value /
            (pi * pi / 4),
        1e-11);
    /* eigenvalues 5 and 1: the sum of the floors of 1-D normals */
    f = floor_of("gaussian:cov=3:2:3", ITO_PREDICT_VELOCITY, 1, 0);
    CHECK_NEAR(f.value, (sqrt(5.0) + 1) * pi / 2, 1e-10);
    /* unweighted scores, cut: d s^2 t^2 / ((1-t)^2 C) integrated by hand for
     * s = 1 would diverge; at t <= .5 it is the quadrature below */
    {
        double sum = 0;

        for (int i = 0; i < 100000; i++) {
            const double t = .5 * (i + .5) / 100000, b = (1 - t) * (1 - t);

            sum += 2 * t * t / (b * (t * t + b)) / 100000;
        }
        CHECK_NEAR(floor_of("gaussian", ITO_PREDICT_SCORE, .5, 0).value, sum,
                   1e-9);
    }
}

/* Numbers of course B3; their errors where they are stated, else half a unit
 * of the last digit. */
TEST(floors_of_the_lab_sets_are_the_published_ones)
{
    static const struct {
        const char *spec;
        ito_predict what;
        double t_hi, want, error;
    } rows[] = {
        { "gmm", ITO_PREDICT_VELOCITY, 1, 18.19, .012 },
        { "gmm", ITO_PREDICT_DATA, 1, 13.50, .02 },
        { "gmm", ITO_PREDICT_NOISE, 1, 1.194, .0005 },
        { "checkerboard", ITO_PREDICT_VELOCITY, 1, 8.444, .005 },
        { "checkerboard", ITO_PREDICT_DATA, 1, 4.606, .003 },
        { "checkerboard", ITO_PREDICT_NOISE, 1, 1.238, .0005 },
        { "checkerboard:grid=3", ITO_PREDICT_VELOCITY, 1, 8.994, .005 },
        { "gmm:modes=3,scale=2,std=.2", ITO_PREDICT_VELOCITY, 1, 3.2165,
          .0005 },
        { "gmm@sqrt", ITO_PREDICT_VELOCITY, .999, 20.36, .03 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_floor f =
            floor_of(rows[i].spec, rows[i].what, rows[i].t_hi, 1 << 15);

        CHECK(f.error > 0 && f.error < 0.01 * f.value);
        CHECK_STAT(f.value, rows[i].want, hypot(f.error, rows[i].error), 4);
    }
    /* one mode of the three */
    CHECK_NEAR(floor_of("gaussian:std=.2", ITO_PREDICT_VELOCITY, 1, 0).value,
               .6283, 5e-5);
}

/* The exact prediction's loss itself, drawn: E|target - u|^2. */
TEST(floors_are_the_losses_of_the_exact_prediction)
{
    static const char *const specs[] = { "moons", "rings:rings=2",
                                         "gmm:scale=4@cosine@8gaussians",
                                         "checkerboard@vp" };
    enum { N = 5000 };

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);
        const double hi = 0.9;
        ito_floor_opts opts = { .t_hi = hi, .draws = 1 << 12 };
        double sum = 0, sq = 0;
        ito_floor f;

        CHECK_OK(ctx, ito_oracle_loss_floor(ctx, o, ITO_PREDICT_VELOCITY, &opts,
                                            &f));
        for (size_t i = 0; i < N; i++) {
            const double t = hi * ((double)i + t_open01()) / N;
            const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
            double x[2], u[2], loss = 0;
            float z[2], y[2];

            CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(o),
                                          &(ito_noise){ .seed = 8 }, i, 1, z));
            if (ito_oracle_init(o))
                CHECK_OK(ctx,
                         ito_dist_sample(ctx, ito_oracle_init(o),
                                         &(ito_noise){ .seed = 9 }, i, 1, y));
            else
                CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 9 },
                                               i, 1, 2, y));
            for (int j = 0; j < 2; j++)
                x[j] = c.alpha * (double)z[j] + c.beta * (double)y[j];
            eval(o, ITO_PART_DRIFT, t, x, u);
            for (int j = 0; j < 2; j++) {
                const double d =
                    c.alphadot * (double)z[j] + c.betadot * (double)y[j] - u[j];

                loss += d * d;
            }
            sum += loss / N;
            sq += loss * loss / N;
        }
        CHECK_STAT(sum, f.value, hypot(f.error, sqrt((sq - sum * sum) / N)), 5);
        ito_oracle_free(o);
    }
}

TEST(floors_that_do_not_exist_are_refused)
{
    ito_oracle *o = open_oracle("gmm@sqrt");
    ito_floor_opts opts = { 0 };
    ito_floor f;

    CHECK_FAILS(ctx,
                ito_oracle_loss_floor(ctx, o, ITO_PREDICT_VELOCITY, NULL, &f),
                ITO_ERANGE, "infinite up to t = 1 on path sqrt");
    CHECK_OK(ctx, ito_oracle_loss_floor(ctx, o, ITO_PREDICT_NOISE, NULL, &f));
    CHECK_FAILS(ctx, ito_oracle_loss_floor(ctx, o, ITO_PREDICT_SCORE, NULL, &f),
                ITO_ERANGE, "infinite");
    opts.t_lo = 0.5;
    CHECK_FAILS(ctx,
                ito_oracle_loss_floor(ctx, o, ITO_PREDICT_NOISE, &opts, &f),
                ITO_EARG, "must rise");
    CHECK_FAILS(ctx, ito_oracle_loss_floor(ctx, o, (ito_predict)7, NULL, &f),
                ITO_EARG, "no prediction");
    ito_oracle_free(o);
    o = open_oracle("gmm:n=5");
    CHECK_FAILS(ctx, ito_oracle_loss_floor(ctx, o, ITO_PREDICT_DATA, NULL, &f),
                ITO_EUNFIT, "finite set");
    ito_oracle_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(floors_of_normals_are_integrals),
        RUN(floors_of_the_lab_sets_are_the_published_ones),
        RUN(floors_are_the_losses_of_the_exact_prediction),
        RUN(floors_that_do_not_exist_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

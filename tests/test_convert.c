/* SPDX-License-Identifier: MIT
 *
 * test_convert.c - predictions into each other, points and targets along a
 * path, scores from any p_init, and the times of training.
 */
#include "check.h"

#include <ito/path.h>

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

static const ito_predict all[] = { ITO_PREDICT_VELOCITY, ITO_PREDICT_SCORE,
                                   ITO_PREDICT_NOISE, ITO_PREDICT_DATA,
                                   ITO_PREDICT_V };

/* The prediction `what` of a point made of z and e. */
static double truth(const ito_coef *c, ito_predict what, double z, double e)
{
    switch (what) {
    case ITO_PREDICT_VELOCITY: return c->alphadot * z + c->betadot * e;
    case ITO_PREDICT_SCORE: return -e / c->beta;
    case ITO_PREDICT_NOISE: return e;
    case ITO_PREDICT_DATA: return z;
    case ITO_PREDICT_V: return c->alpha * e - c->beta * z;
    }
    return (double)NAN;
}

/* Every pair on every path gives the definition, to rounding in proportion to
 * the terms; and there and back again. */
TEST(every_prediction_gives_every_other)
{
    static const double ts[] = { 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6 };
    const double z = 0.7, e = -1.3;

    for (size_t p = 0; ito_path_at(p); p++)
        for (size_t k = 0; k < COUNT(ts); k++) {
            const ito_path *path = ito_path_at(p);
            const ito_coef c = ito_path_coef(path, ts[k]);
            const double x = c.alpha * z + c.beta * e;

            for (size_t i = 0; i < COUNT(all); i++)
                for (size_t j = 0; j < COUNT(all); j++) {
                    ito_along a = { .path = path,
                                    .t = ts[k],
                                    .dim = 1,
                                    .dtype = ITO_F64,
                                    .from = all[i],
                                    .to = all[j] };
                    const double in = truth(&c, all[i], z, e);
                    const double want = truth(&c, all[j], z, e);
                    double ab[2], back[2], out, again, size;

                    CHECK_OK(ctx, ito_convert_at(ctx, &a, ab));
                    CHECK_OK(ctx, ito_convert(ctx, &a, 1, &x, &in, &out));
                    size = fabs(ab[0] * x) + fabs(ab[1] * in);
                    CHECK_NEAR(out, want, 3e-15 * size + 1e-15 * fabs(want));
                    a.from = all[j];
                    a.to = all[i];
                    CHECK_OK(ctx, ito_convert_at(ctx, &a, back));
                    CHECK_OK(ctx, ito_convert(ctx, &a, 1, &x, &out, &again));
                    /* rounding of `out`, seen through the way back */
                    CHECK_NEAR(again, in,
                               1e-10 * (fabs(in) + 1) +
                                   4e-15 * fabs(back[1]) * size);
                }
        }
}

/* Round trips from what tells most: 1e-10 up to 1 - 1e-6, and at t = 0. */
TEST(round_trips_keep_ten_digits)
{
    static const struct {
        ito_predict a, b;
        double lo; /* from where on */
    } trips[] = {
        { ITO_PREDICT_DATA, ITO_PREDICT_VELOCITY, 0 },
        { ITO_PREDICT_DATA, ITO_PREDICT_V, 0 },
        { ITO_PREDICT_V, ITO_PREDICT_DATA, 0 },
        { ITO_PREDICT_NOISE, ITO_PREDICT_SCORE, 0 },
        { ITO_PREDICT_SCORE, ITO_PREDICT_NOISE, 0 },
        { ITO_PREDICT_VELOCITY, ITO_PREDICT_V, 0 },
        { ITO_PREDICT_NOISE, ITO_PREDICT_DATA, 1e-3 },
        { ITO_PREDICT_SCORE, ITO_PREDICT_DATA, 1e-3 },
        { ITO_PREDICT_NOISE, ITO_PREDICT_VELOCITY, 1e-3 },
        { ITO_PREDICT_SCORE, ITO_PREDICT_VELOCITY, 1e-3 },
    };
    static const char *const names[] = { "linear", "sqrt", "cosine" };
    const double ts[] = { 0, 1e-9, 1e-3, 0.3, 0.99, 1 - 1e-6 };

    for (size_t p = 0; p < COUNT(names); p++)
        for (size_t k = 0; k < COUNT(ts); k++)
            for (size_t i = 0; i < COUNT(trips); i++) {
                ito_along a = { .path = ito_path_find(names[p]),
                                .t = ts[k],
                                .dim = 1,
                                .dtype = ITO_F64,
                                .from = trips[i].a,
                                .to = trips[i].b };
                const ito_coef c = ito_path_coef(a.path, ts[k]);
                const double x = c.alpha * 0.7 - c.beta * 1.3;
                const double in = truth(&c, trips[i].a, 0.7, -1.3);
                double out, again;

                if (ts[k] < trips[i].lo)
                    continue;
                CHECK_OK(ctx, ito_convert(ctx, &a, 1, &x, &in, &out));
                a.from = trips[i].b;
                a.to = trips[i].a;
                CHECK_OK(ctx, ito_convert(ctx, &a, 1, &x, &out, &again));
                /* data and velocity amplify by W / beta on the way there */
                CHECK_NEAR(again, in, 1e-10 * (1 + fabs(in)));
            }
}

/* At the ends: exactly what the header says is singular. */
TEST(conversions_are_refused_where_they_say_nothing)
{
    static const struct {
        const char *path;
        double t;
        const char *from_to; /* pairs that are singular: u s e z v */
    } cases[] = {
        { "linear", 0, "su sz sv eu ez ev" },
        { "linear", 1, "us zu zs ze zv vs es" },
        { "sqrt", 0, "su sz sv eu ez ev" },
        { "sqrt", 1, "zu zs ze zv vu vs es eu" },
        { "vp", 1, "zu zs ze zv vu vs es eu" },
        { "cosine", 1, "us zu zs ze zv vs es" },
        { "poly", 0, "us ue uz uv su sz sv eu ez ev" },
        { "ve:sigma_min=0", 1, "us ue uz uv zu zs ze zv vs es" },
        { "vp", 0, "" },
        { "edm", 1, "" },
    };
    static const char letters[] = "useZv";

    for (size_t k = 0; k < COUNT(cases); k++) {
        ito_path path;

        CHECK_OK(ctx, ito_path_parse(ctx, cases[k].path, &path));
        for (size_t i = 0; i < COUNT(all); i++)
            for (size_t j = 0; j < COUNT(all); j++) {
                const ito_along a = { .path = &path,
                                      .t = cases[k].t,
                                      .dim = 1,
                                      .from = all[i],
                                      .to = all[j] };
                const char pair[3] = { i == 3 ? 'z' : letters[i],
                                       j == 3 ? 'z' : letters[j], 0 };
                const int bad = i != j && strstr(cases[k].from_to, pair);
                double ab[2];

                if (bad)
                    CHECK_FAILS(ctx, ito_convert_at(ctx, &a, ab), ITO_ERANGE,
                                "do not tell");
                else
                    CHECK_OK(ctx, ito_convert_at(ctx, &a, ab));
            }
    }
    {
        /* the limits that exist: s = u_1 - x times 2 on sqrt (L2.15) */
        const ito_along a = { .path = ito_path_find("sqrt"),
                              .t = 1,
                              .dim = 2,
                              .from = ITO_PREDICT_VELOCITY,
                              .to = ITO_PREDICT_SCORE };
        const float x[2] = { 1, 2 }, u[2] = { 1.5f, 0 };
        float s[2];

        CHECK_OK(ctx, ito_convert(ctx, &a, 1, x, u, s));
        CHECK(s[0] == 1.0f && s[1] == -4.0f);
    }
}

/* Rows with a time each, in both types, in place; noise of another std. */
TEST(rows_convert_at_their_own_times)
{
    enum { N = 40, DIM = 3 };
    static double t[N], z[N * DIM], e[N * DIM], x[N * DIM], u[N * DIM];
    static double out[N * DIM];
    static float zf[N * DIM], ef[N * DIM], xf[N * DIM], uf[N * DIM];
    ito_along a = { .path = ito_path_find("cosine"),
                    .times = t,
                    .dim = DIM,
                    .dtype = ITO_F64,
                    .noise_std = 2.5,
                    .from = ITO_PREDICT_VELOCITY,
                    .to = ITO_PREDICT_DATA };

    for (size_t i = 0; i < N * DIM; i++) {
        t[i / DIM] = (double)(i / DIM) / (N - 1);
        z[i] = (double)(zf[i] = t_uniform());
        e[i] = (double)(ef[i] = t_uniform());
    }
    CHECK_OK(ctx, ito_path_points(ctx, &a, N, z, e, x));
    CHECK_OK(ctx, ito_path_targets(ctx, &a, N, z, e, u));
    CHECK_NEAR(x[0], 2.5 * e[0], 1e-15);
    CHECK_SAME(x + (N - 1) * DIM, z + (N - 1) * DIM, DIM);
    CHECK_OK(ctx, ito_convert(ctx, &a, N, x, u, out));
    for (size_t i = 0; i < N * DIM; i++)
        CHECK_NEAR(out[i], z[i], 1e-14);
    CHECK_OK(ctx, ito_convert(ctx, &a, N, x, u, u));
    CHECK_SAME(u, out, N * DIM);
    a.dtype = ITO_F32;
    CHECK_OK(ctx, ito_path_points(ctx, &a, N, zf, ef, xf));
    CHECK_OK(ctx, ito_path_targets(ctx, &a, N, zf, ef, uf));
    CHECK_OK(ctx, ito_convert(ctx, &a, N, xf, uf, xf));
    for (size_t i = 0; i < N * DIM; i++)
        CHECK_NEAR(xf[i], z[i], 1e-6);
    /* without a std the ends are the rows to the bit */
    a.noise_std = 0;
    CHECK_OK(ctx, ito_path_points(ctx, &a, N, zf, ef, xf));
    CHECK_SAME(xf, ef, DIM);
}

/* u_t(x | z) moves x along alpha z + beta e; its score is that of the normal;
 * with a normal p_init both ways to the score agree. */
TEST(conditional_fields_and_scores_are_conversions_of_the_data)
{
    ito_dist *init, *mix;
    const double z[2] = { 1.5, -0.5 }, e[2] = { 0.3, -2 };
    double x[2], u[2], want[2], s[2], other[2];
    const double *xz[2] = { x, z };

    CHECK_OK(ctx, ito_dist_open(ctx, "gaussian:mean=1,std=2", &init));
    CHECK_OK(ctx, ito_dist_open(ctx, "gmm:scale=3", &mix));
    for (size_t p = 0; ito_path_at(p); p++) {
        ito_along a = { .path = ito_path_at(p),
                        .t = 0.4,
                        .dim = 2,
                        .dtype = ITO_F64,
                        .from = ITO_PREDICT_DATA };
        const ito_coef c = ito_path_coef(a.path, 0.4);
        double up, down, at[2];
        const double *az[2] = { at, z };

        CHECK_OK(ctx, ito_path_points(ctx, &a, 1, z, e, x));
        CHECK_OK(ctx, ito_path_targets(ctx, &a, 1, z, e, want));
        CHECK_OK(ctx, ito_convert(ctx, &a, 1, x, z, u));
        a.to = ITO_PREDICT_SCORE;
        CHECK_OK(ctx, ito_convert(ctx, &a, 1, x, z, s));
        for (int k = 0; k < 2; k++) {
            CHECK_NEAR(u[k], want[k], 1e-12 * (1 + fabs(want[k])));
            CHECK_NEAR(s[k], (c.alpha * z[k] - x[k]) / (c.beta * c.beta),
                       1e-12 * (1 + fabs(s[k])));
        }
        /* noise of N(1, 4 I) */
        CHECK_OK(ctx, ito_path_score_from(ctx, &a, init, 1, xz, other));
        for (int k = 0; k < 2; k++)
            CHECK_NEAR(other[k],
                       (c.alpha * z[k] + c.beta - x[k]) / (4 * c.beta * c.beta),
                       1e-12 * (1 + fabs(other[k])));
        /* a mixture: the gradient of log p_init((x - alpha z) / beta) */
        CHECK_OK(ctx, ito_path_score_from(ctx, &a, mix, 1, xz, other));
        for (int k = 0; k < 2; k++) {
            const double h = 1e-5 * c.beta;

            memcpy(at, x, sizeof(at));
            at[k] += h;
            for (int j = 0; j < 2; j++)
                want[j] = (at[j] - c.alpha * z[j]) / c.beta;
            CHECK_OK(ctx, ito_dist_logp(ctx, mix, 1, want, &up));
            at[k] -= 2 * h;
            for (int j = 0; j < 2; j++)
                want[j] = (at[j] - c.alpha * z[j]) / c.beta;
            CHECK_OK(ctx, ito_dist_logp(ctx, mix, 1, want, &down));
            CHECK_NEAR(other[k], (up - down) / (2 * h),
                       1e-6 * (1 + fabs(other[k])));
        }
        (void)az;
    }
    {
        ito_along a = { .t = 1, .dim = 2, .dtype = ITO_F64 };

        CHECK_FAILS(ctx, ito_path_score_from(ctx, &a, mix, 1, xz, other),
                    ITO_ERANGE, "no score");
        a.dim = 3;
        CHECK_FAILS(ctx, ito_path_score_from(ctx, &a, mix, 1, xz, other),
                    ITO_EARG, "components");
    }
    ito_dist_free(init);
    ito_dist_free(mix);
}

TEST(bad_rows_are_refused)
{
    ito_along a = { .dim = 2, .t = 1.5 };
    float x[2] = { 0, 0 };

    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, x, x), ITO_EARG, "t = 1.5");
    a.t = (double)NAN;
    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, x, x), ITO_EARG, "runs from");
    a.t = 0.5;
    a.to = (ito_predict)9;
    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, x, x), ITO_EARG,
                "no prediction");
    a.to = ITO_PREDICT_V;
    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, NULL, x), ITO_EARG, "NULL");
    a.noise_std = -1;
    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, x, x), ITO_EARG, "noise_std");
    a.noise_std = 0;
    a.dim = 0;
    CHECK_FAILS(ctx, ito_convert(ctx, &a, 1, x, x, x), ITO_EARG, "0 values");
    a.dim = 2;
    CHECK_OK(ctx, ito_convert(ctx, &a, 0, NULL, NULL, NULL));
    a.path = ito_path_find("sqrt");
    a.t = 1;
    CHECK_FAILS(ctx, ito_path_targets(ctx, &a, 1, x, x, x), ITO_ERANGE,
                "infinite at t = 1");
}

/* --- times ---------------------------------------------------------------- */

#define TIMES 40000
static double times[TIMES], weights[TIMES];

/* Kolmogorov-Smirnov distance to the distribution function. */
static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double distance(double (*cdf)(double t))
{
    double worst = 0;

    qsort(times, TIMES, sizeof(*times), rising);
    for (size_t i = 0; i < TIMES; i++) {
        const double f = cdf(times[i]);

        worst = fmax(worst, fabs(f - (double)i / TIMES));
        worst = fmax(worst, fabs(f - (double)(i + 1) / TIMES));
    }
    return worst;
}

static double uniform_cdf(double t)
{
    return (t - 0.1) / 0.7;
}

static double logit_cdf(double t)
{
    return 0.5 * erfc(-(log(t / (1 - t)) - 0.5) / 0.8 / sqrt(2));
}

static double table_cdf(double t)
{
    return t < 0.25 ? 0.8 * t : t < 0.5 ? 0.2 : 0.2 + 1.6 * (t - 0.5);
}

static void draw_times(const ito_times *law)
{
    CHECK_OK(ctx, ito_times_draw(ctx, law, &(ito_noise){ .seed = 3 }, 0, TIMES,
                                 times));
}

TEST(times_follow_their_laws)
{
    const double table[4] = { 1, 0, 2, 2 };
    ito_times law;

    CHECK_OK(ctx, ito_times_parse(ctx, "uniform:lo=0.1,hi=0.8", &law));
    draw_times(&law);
    CHECK(distance(uniform_cdf) < 1.95 / sqrt(TIMES));
    CHECK_OK(ctx, ito_times_parse(ctx, "logit-normal:mean=0.5,std=0.8", &law));
    draw_times(&law);
    CHECK(distance(logit_cdf) < 1.95 / sqrt(TIMES));
    law = (ito_times){ .law = ITO_TIMES_TABLE, .table = table, .bins = 4 };
    draw_times(&law);
    CHECK(distance(table_cdf) < 1.95 / sqrt(TIMES));
    /* stratified: one in each part of equal mass */
    law.strata = TIMES;
    draw_times(&law);
    CHECK(distance(table_cdf) <= 1.0001 / TIMES);
    law = (ito_times){
        .law = ITO_TIMES_LOGIT_NORMAL, .mean = 0.5, .std = 0.8, .strata = TIMES
    };
    draw_times(&law);
    CHECK(distance(logit_cdf) <= 1.0001 / TIMES);
}

/* A row's time depends on its address alone, and neighbours lie apart. */
TEST(times_are_functions_of_their_address)
{
    const ito_times law = { .strata = 100 };
    double some[50];

    draw_times(&law);
    CHECK_OK(ctx, ito_times_draw(ctx, &law, &(ito_noise){ .seed = 3 }, 777, 50,
                                 some));
    CHECK_SAME(some, times + 777, 50);
    for (size_t i = 0; i + 1 < TIMES; i++)
        CHECK(fabs(times[i] - times[i + 1]) > 0.2);
}

/* E[w(t) g(t)] over drawn times is the integral of g: 1 and cos t. */
TEST(weights_make_any_law_uniform)
{
    const double table[3] = { 1, 4, 2 };
    const ito_times laws[] = {
        { .lo = 0.2, .hi = 0.9 },
        { .law = ITO_TIMES_TABLE,
          .table = table,
          .bins = 3,
          .lo = 0.2,
          .hi = 0.9 },
        { .law = ITO_TIMES_LOGIT_NORMAL, .std = 1.5, .lo = 0.2, .hi = 0.9 },
    };

    for (size_t k = 0; k < COUNT(laws); k++) {
        double sum[2] = { 0, 0 }, sq[2] = { 0, 0 };

        draw_times(&laws[k]);
        CHECK_OK(ctx, ito_times_weight(ctx, &laws[k], TIMES, times, weights));
        for (size_t i = 0; i < TIMES; i++) {
            const double g[2] = { weights[i], weights[i] * cos(times[i]) };

            CHECK(times[i] >= 0.2 && times[i] <= 0.9);
            for (int j = 0; j < 2; j++) {
                sum[j] += g[j] / TIMES;
                sq[j] += g[j] * g[j] / TIMES;
            }
        }
        CHECK_STAT(sum[0], 1.0, sqrt((sq[0] - 1 + 1e-12) / TIMES), 5);
        CHECK_STAT(sum[1], (sin(0.9) - sin(0.2)) / 0.7,
                   sqrt((sq[1] - sum[1] * sum[1]) / TIMES), 5);
    }
}

TEST(bad_laws_of_times_are_refused)
{
    static const struct {
        const char *spec, *words;
    } bad[] = { { "normal", "there are: uniform" },
                { "uniform:mean=1", "there are: lo hi" },
                { "uniform:lo=0.5,hi=0.5", "must rise" },
                { "logit-normal:std=0", "0.01 to 20" },
                { "logit-normal:mean=20,std=0.01,hi=0.5", "no mass" } };
    const double zeros[2] = { 0, 0 };
    ito_times law;

    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_FAILS(ctx, ito_times_parse(ctx, bad[i].spec, &law), ITO_EARG,
                    bad[i].words);
    law = (ito_times){ .law = ITO_TIMES_TABLE, .table = zeros, .bins = 2 };
    CHECK_FAILS(ctx, ito_times_draw(ctx, &law, &(ito_noise){ 0 }, 0, 1, times),
                ITO_EARG, "all bins");
    law = (ito_times){ 0 };
    CHECK_FAILS(ctx, ito_times_draw(ctx, &law, NULL, 0, 1, times), ITO_EARG,
                "NULL");
    CHECK_FAILS(ctx,
                ito_times_draw(ctx, &law, &(ito_noise){ .stream = 1u << 20 }, 0,
                               1, times),
                ITO_EARG, "address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_prediction_gives_every_other),
        RUN(round_trips_keep_ten_digits),
        RUN(conversions_are_refused_where_they_say_nothing),
        RUN(rows_convert_at_their_own_times),
        RUN(conditional_fields_and_scores_are_conversions_of_the_data),
        RUN(bad_rows_are_refused),
        RUN(times_follow_their_laws),
        RUN(times_are_functions_of_their_address),
        RUN(weights_make_any_law_uniform),
        RUN(bad_laws_of_times_are_refused),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

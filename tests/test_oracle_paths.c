/* SPDX-License-Identifier: MIT
 *
 * test_oracle_paths.c - oracles on every path, from any mixture and of finite
 * sets, and their slopes.
 */
#include "check.h"

#include <ito/oracle.h>

#include "counting.h"

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

static double logp(const ito_oracle *o, double t, const double *x)
{
    double v;

    eval(o, ITO_PART_LOG_DENSITY, t, x, &v);
    return v;
}

static void data_mean(const ito_oracle *o, double t, const double *x, double *z)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx, ito_oracle_posterior(ctx, o, &at, 1, x, z));
}

/* The digits of course.md B2. */
TEST(schedules_have_the_golden_digits)
{
    static const struct {
        const char *spec;
        double t, logp, d[2], u[2], s[2];
    } rows[] = {
        { "gmm@sqrt",
          .25,
          -3.332132338023,
          { 3.2751456931216, 9.1773037101408 },
          { 3.1543366419752, 9.3735209951643 },
          { -0.2416181022928, 0.3924345700469 } },
        { "gmm@sqrt",
          .5,
          -8.418450072972,
          { 0, 0 },
          { 3.0922704665641, 9.5075872444484 },
          { 0.7281803110427, 3.6717248296323 } },
        { "gmm@cosine",
          .5,
          -15.312071613343,
          { 0, 0 },
          { 3.4337534797189, 10.5615574383772 },
          { 1.1859953586251, 4.7236962922668 } },
    };
    const double x[2] = { 1, 2 };

    for (size_t i = 0; i < COUNT(rows); i++) {
        ito_oracle *o = open_oracle(rows[i].spec);
        double u[2], s[2], d[2];

        CHECK_NEAR(logp(o, rows[i].t, x), rows[i].logp, 1e-12);
        eval(o, ITO_PART_DRIFT, rows[i].t, x, u);
        eval(o, ITO_PART_SCORE, rows[i].t, x, s);
        data_mean(o, rows[i].t, x, d);
        for (int c = 0; c < 2; c++) {
            CHECK_NEAR(u[c], rows[i].u[c], 1e-12);
            CHECK_NEAR(s[c], rows[i].s[c], 1e-12);
            if (rows[i].d[0] != 0)
                CHECK_NEAR(d[c], rows[i].d[c], 1e-12);
        }
        ito_oracle_free(o);
    }
}

/* --- identities on every way --------------------------------------------- */

static const char *const bases[] = {
    "gmm:scale=4",  "gaussian:mean=1:-1,cov=4:1:2",
    "circles",      "rings:rings=3,scale=4,noise=0.1",
    "moons",        "scurve:scale=3",
    "checkerboard", "moons:n=40",
    "gmm1d",        "gaussian:cov=4:1:2:0:.5:3",
};

static const char *const inits[] = { "", "gaussian:std=2",
                                     "gaussian:mean=1.5,std=0.8",
                                     "8gaussians:scale=3" };

/* Oracle number k of all bases on all paths from all p_init that fit; false
 * past the end. */
static int find_oracle(size_t k, ito_oracle **out)
{
    size_t paths = 0, base, init;
    char spec[128], start[64];

    while (ito_path_at(paths))
        paths++;
    base = k / COUNT(inits) / paths;
    init = k % COUNT(inits);
    if (base >= COUNT(bases))
        return 0;
    /* eight parts of p_init in the plane alone, of long sums on one path */
    if (init == 3 && (base >= 8 || ((base == 4 || base == 5) && k % 5)))
        init = 2;
    snprintf(start, sizeof(start), "%s", inits[init]);
    if (base >= 8 && init > 0)
        snprintf(start, sizeof(start), "%s,dim=%d", inits[init],
                 base == 8 ? 1 : 3);
    snprintf(spec, sizeof(spec), "%s@%s@%s", bases[base],
             ito_path_at(k / COUNT(inits) % paths)->name, start);
    *out = open_oracle(spec);
    return 1;
}

/* A point with mass at time t: alpha z + beta y. */
static void draw_point(const ito_oracle *o, double t, uint64_t id, double *x)
{
    const size_t dim = ito_oracle_field(o)->dim;
    const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
    float z[5], y[5];

    CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(o),
                                  &(ito_noise){ .seed = 8 }, id, 1, z));
    if (ito_oracle_init(o))
        CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_init(o),
                                      &(ito_noise){ .seed = 9 }, id, 1, y));
    else
        CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 9 }, id, 1,
                                       dim, y));
    for (size_t k = 0; k < dim; k++)
        x[k] = c.alpha * (double)z[k] + c.beta * (double)y[k];
}

/* alpha E[z | x] = x + beta^2 s for N(0, I); d log p/dx = s; and, at a point,
 * d log p/dt + u . s + div u = 0, the continuity equation. */
static void check_point(const ito_oracle *o, double t, const double *x)
{
    const size_t dim = ito_oracle_field(o)->dim;
    const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
    const double ht = 1e-6 * (1 - t);
    double s[5], u[5], z[5], div, sum, size, rate;

    eval(o, ITO_PART_SCORE, t, x, s);
    eval(o, ITO_PART_DRIFT, t, x, u);
    eval(o, ITO_PART_DIVERGENCE, t, x, &div);
    data_mean(o, t, x, z);
    sum = div;
    size = 1 + fabs(div);
    for (size_t k = 0; k < dim; k++) {
        const double h = 1e-5 * fmin(c.beta, 1);
        double at[5], up, down;

        sum += u[k] * s[k];
        size += fabs(u[k] * s[k]);
        if (!ito_oracle_init(o))
            CHECK_NEAR(c.alpha * z[k], x[k] + c.beta * c.beta * s[k],
                       1e-12 * (1 + fabs(x[k]) + c.beta * c.beta));
        memcpy(at, x, sizeof(at));
        at[k] += h;
        up = logp(o, t, at);
        at[k] -= 2 * h;
        down = logp(o, t, at);
        CHECK_NEAR(s[k], (up - down) / (2 * h),
                   2e-6 * (1 + fabs(s[k]) + 1 / c.beta) +
                       1e-14 * (1 + fabs(up)) / h);
    }
    rate = (logp(o, t + ht, x) - logp(o, t - ht, x)) / (2 * ht);
    CHECK_NEAR(rate, -sum,
               1e-5 * size + 1e-14 * (1 + fabs(logp(o, t, x))) / ht);
}

TEST(field_score_and_density_satisfy_the_continuity_equation)
{
    static const double ts[] = { 0.05, 0.4, 0.8, 0.95 };
    ito_oracle *o;

    for (size_t k = 0; find_oracle(k, &o); k++) {
        for (size_t i = 0; i < COUNT(ts); i++) {
            double x[5] = { 0 };

            draw_point(o, ts[i], k * 100 + i, x);
            check_point(o, ts[i], x);
        }
        ito_oracle_free(o);
    }
}

/* Divergence and v' du/dx against differences of the drift. */
TEST(slopes_are_those_of_the_drift)
{
    ito_oracle *o;

    for (size_t k = 0; find_oracle(k, &o); k++) {
        const size_t dim = ito_oracle_field(o)->dim;
        const double t = 0.55, h = 1e-5;
        double x[5] = { 0 }, div, sum = 0, size = 1;

        draw_point(o, t, k, x);
        eval(o, ITO_PART_DIVERGENCE, t, x, &div);
        for (size_t c = 0; c < dim; c++) {
            double a[5], b[5], ua[5], ub[5];

            memcpy(a, x, sizeof(a));
            memcpy(b, x, sizeof(b));
            a[c] += h;
            b[c] -= h;
            eval(o, ITO_PART_DRIFT, t, a, ua);
            eval(o, ITO_PART_DRIFT, t, b, ub);
            sum += (ua[c] - ub[c]) / (2 * h);
            size += fabs(ua[c] - ub[c]) / (2 * h) + fabs(ua[c]) * 1e-3;
        }
        CHECK_NEAR(div, sum, 1e-5 * size);
        {
            double lo[5], hi[5];
            ito_box box = { .lo = lo, .hi = hi, .t0 = 0.1, .t1 = 0.6 };

            for (size_t c = 0; c < dim; c++) {
                lo[c] = x[c] - 0.5;
                hi[c] = x[c] + 0.5;
            }
            /* slow: on the cosine path from N(0, 4 I) alone */
            if (k % 28 == 9)
                CHECK_OK(ctx, ito_field_check(ctx, ito_oracle_field(o), &box));
        }
        ito_oracle_free(o);
    }
}

TEST(everything_is_finite_on_every_path)
{
    static const double ts[] = {
        0, 1e-300, 1e-12, 0.5, 1 - 1e-9, 1 - 1e-16, 1
    };
    static const double xs[] = { 0, 2.5, -40, 1e8, -1e150, 1e300 };
    ito_oracle *o;

    for (size_t k = 0; find_oracle(k, &o); k++) {
        for (size_t i = 0; i < COUNT(ts); i++)
            for (size_t j = 0; j < COUNT(xs); j++) {
                const double x[5] = { xs[j], xs[(j * 5 + 1) % COUNT(xs)],
                                      xs[j] };
                double v[5] = { 0 };

                eval(o, ITO_PART_DRIFT, ts[i], x, v);
                CHECK(isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]));
                eval(o, ITO_PART_SCORE, ts[i], x, v);
                CHECK(isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]));
                v[0] = logp(o, ts[i], x);
                CHECK(!isnan(v[0]) && v[0] < HUGE_VAL);
                if (fabs(xs[j]) > 1e9)
                    continue;
                eval(o, ITO_PART_DIVERGENCE, ts[i], x, v);
                CHECK(isfinite(v[0]));
            }
        ito_oracle_free(o);
    }
}

/* p_0 is p_init and p_1 the data, where the path meets its ends. */
TEST(ends_are_p_init_and_the_data)
{
    static const char *const specs[] = {
        "gmm@linear@8gaussians", "moons@sqrt@gmm:modes=3,scale=4",
        "circles@cosine@gaussian:mean=2,std=.5", "scurve@poly@8gaussians",
        "gaussian:cov=4:1:2@sqrt@gaussian:std=3"
    };

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);

        for (size_t i = 0; i < 20; i++) {
            const double x[2] = { 4 * (double)t_uniform(),
                                  4 * (double)t_uniform() };
            double want, s[2], v[2];

            CHECK_OK(ctx, ito_dist_logp(ctx, ito_oracle_init(o), 1, x, &want));
            CHECK_NEAR(logp(o, 0, x), want, 1e-12 * (1 + fabs(want)));
            CHECK_OK(ctx, ito_dist_score(ctx, ito_oracle_init(o), 1, x, v));
            eval(o, ITO_PART_SCORE, 0, x, s);
            CHECK_NEAR(s[0], v[0], 1e-11 * (1 + fabs(v[0])));
            CHECK_OK(ctx, ito_dist_logp(ctx, ito_oracle_dist(o), 1, x, &want));
            CHECK_NEAR(logp(o, 1, x), want, 1e-11 * (1 + fabs(want)));
        }
        ito_oracle_free(o);
    }
    /* beta = sqrt(1 - t): u_1 = x + score_data / 2 */
    {
        ito_oracle *o = open_oracle("gmm:scale=3@sqrt");
        const double x[2] = { 1, 0.5 };
        double u[2], s[2];

        eval(o, ITO_PART_DRIFT, 1, x, u);
        CHECK_OK(ctx, ito_dist_score(ctx, ito_oracle_dist(o), 1, x, s));
        CHECK_NEAR(u[0], x[0] + s[0] / 2, 1e-13);
        CHECK_NEAR(u[1], x[1] + s[1] / 2, 1e-13);
        ito_oracle_free(o);
    }
}

/* Mixture to mixture: x_t is a mixture of all pairs. */
TEST(mixtures_lead_to_mixtures_through_their_pairs)
{
    static const double zm[] = { -2, 1.5 }, zs[] = { 0.5, 0.8 };
    static const double zw[] = { 0.3, 0.7 };
    static const double ym[] = { 3, 0, -1 }, ys[] = { 1, 0.4, 1 };
    static const double yw[] = { 1, 2, 1 };
    const ito_mixture data = {
        .modes = 2, .dim = 1, .means = zm, .stds = zs, .weights = zw
    };
    const ito_mixture init = {
        .modes = 3, .dim = 1, .means = ym, .stds = ys, .weights = yw
    };
    ito_dist *z, *y;
    ito_oracle *o;

    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &data, &z));
    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &init, &y));
    CHECK_OK(ctx, ito_oracle_between(ctx, y, z, ito_path_find("cosine"), &o));
    CHECK(ito_oracle_init(o) == y && ito_oracle_dist(o) == z);
    for (int i = 0; i < 50; i++) {
        const double t = t_open01(), x = 4 * (double)t_uniform();
        const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
        double p = 0, u = 0, s = 0, d = 0, got;

        for (int k = 0; k < 2; k++)
            for (int j = 0; j < 3; j++) {
                const double m = c.alpha * zm[k] + c.beta * ym[j];
                const double v = c.alpha * c.alpha * zs[k] * zs[k] +
                                 c.beta * c.beta * ys[j] * ys[j];
                const double w = zw[k] * yw[j] / 4 *
                                 exp(-(x - m) * (x - m) / (2 * v)) /
                                 sqrt(6.283185307179586 * v);
                const double ez = zm[k] + c.alpha * zs[k] * zs[k] * (x - m) / v;
                const double ey = ym[j] + c.beta * ys[j] * ys[j] * (x - m) / v;

                p += w;
                s -= w * (x - m) / v;
                d += w * ez;
                u += w * (c.alphadot * ez + c.betadot * ey);
            }
        CHECK_NEAR(logp(o, t, &x), log(p), 1e-13 * (1 + fabs(log(p))));
        eval(o, ITO_PART_SCORE, t, &x, &got);
        CHECK_NEAR(got, s / p, 1e-12 * (1 + fabs(got)));
        eval(o, ITO_PART_DRIFT, t, &x, &got);
        CHECK_NEAR(got, u / p, 1e-12 * (1 + fabs(got)));
        data_mean(o, t, &x, &got);
        CHECK_NEAR(got, d / p, 1e-12);
    }
    ito_oracle_free(o);
    ito_dist_free(z);
    ito_dist_free(y);
}

/* A normal of covariance S: u = alphadot m + (alpha alphadot S + beta betadot)
 * C^-1 (x - alpha m), in the plane by hand. */
TEST(normals_of_any_covariance_have_their_field)
{
    ito_oracle *o = open_oracle("gaussian:mean=1:-2,cov=4:1:2@cosine");

    for (int i = 0; i < 20; i++) {
        const double t = (double)i / 19;
        const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
        const double b2 = c.beta * c.beta, a2 = c.alpha * c.alpha;
        const double C[3] = { 4 * a2 + b2, a2, 2 * a2 + b2 };
        const double det = C[0] * C[2] - C[1] * C[1];
        const double x[2] = { 3 * (double)t_uniform(),
                              3 * (double)t_uniform() };
        const double r[2] = { x[0] - c.alpha, x[1] + 2 * c.alpha };
        const double q[2] = { (C[2] * r[0] - C[1] * r[1]) / det,
                              (C[0] * r[1] - C[1] * r[0]) / det };
        const double g = c.alpha * c.alphadot, bb = c.beta_betadot;
        double u[2], div;

        CHECK_NEAR(logp(o, t, x),
                   -log(6.283185307179586) - 0.5 * log(det) -
                       0.5 * (r[0] * q[0] + r[1] * q[1]),
                   1e-13 * (1 + r[0] * q[0] + r[1] * q[1]));
        eval(o, ITO_PART_DRIFT, t, x, u);
        CHECK_NEAR(u[0], c.alphadot + g * (4 * q[0] + q[1]) + bb * q[0], 1e-13);
        CHECK_NEAR(u[1], -2 * c.alphadot + g * (q[0] + 2 * q[1]) + bb * q[1],
                   1e-13);
        eval(o, ITO_PART_DIVERGENCE, t, x, &div);
        CHECK_NEAR(div,
                   ((g * 4 + bb) * C[2] - g * C[1]) / det +
                       ((g * 2 + bb) * C[0] - g * C[1]) / det,
                   1e-12);
    }
    ito_oracle_free(o);
}

/* Circles at a time: the mean over 4000 angles, which is exact. */
TEST(rings_agree_with_a_sum_over_angles)
{
    ito_oracle *o = open_oracle("circles@vp");

    for (int i = 0; i < 30; i++) {
        const double t = 0.2 + 0.8 * t_open01();
        const ito_coef c = ito_path_coef(ito_oracle_path(o), t);
        const double v = c.alpha * c.alpha * 0.0625 + c.beta * c.beta;
        double x[2] = { 0, 0 }, p = 0, d[2] = { 0, 0 }, got[2];

        draw_point(o, t, (uint64_t)i, x);
        for (int k = 0; k < 8000; k++) {
            const double r = k % 2 ? 2.5 : 5, a = 6.283185307179586 * k / 8000;
            const double m[2] = { r * cos(a), r * sin(a) };
            const double e[2] = { x[0] - c.alpha * m[0],
                                  x[1] - c.alpha * m[1] };
            const double w = exp(-(e[0] * e[0] + e[1] * e[1]) / (2 * v));

            p += w;
            for (int j = 0; j < 2; j++)
                d[j] += w * (m[j] + c.alpha * 0.0625 * e[j] / v);
        }
        CHECK_NEAR(logp(o, t, x), log(p / 8000 / (6.283185307179586 * v)),
                   1e-11);
        data_mean(o, t, x, got);
        CHECK_NEAR(got[0], d[0] / p, 1e-11);
        CHECK_NEAR(got[1], d[1] / p, 1e-11);
    }
    ito_oracle_free(o);
}

/* --- finite sets --------------------------------------------------------- */

/* The plain sums, in high and low dimension, one particle or many, in both
 * types, however many threads. */
TEST(points_are_the_softmax_over_all_of_them)
{
    enum { N = 300, ROWS = 37, MOST = 30 };
    static float z[N * MOST], xf[ROWS * MOST], uf[ROWS * MOST];
    static double x[ROWS * MOST], u[ROWS * MOST], one[MOST];
    static const size_t dims[] = { 1, 2, 7, MOST };
    static const double ts[] = { 0, 0.3, 0.7, 0.99, 1 };

    for (size_t i = 0; i < COUNT(z); i++)
        z[i] = 3 * t_uniform();
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)(xf[i] = 3 * t_uniform());
    for (size_t k = 0; k < COUNT(dims) * COUNT(ts); k++) {
        const size_t dim = dims[k % COUNT(dims)];
        const double t = ts[k / COUNT(dims)];
        const ito_rows_at at = { .t = t, .dtype = ITO_F64 };
        ito_oracle *o;

        CHECK_OK(ctx, ito_oracle_open_points(ctx, N, dim, z, NULL, &o));
        CHECK(!ito_oracle_dist(o));
        CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(o), ITO_PART_DRIFT,
                                     &at, ROWS, x, u));
        CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(o), ITO_PART_DRIFT,
                                     &(ito_rows_at){ .t = t }, ROWS, xf, uf));
        for (size_t i = 0; i < ROWS; i++) {
            double top = HUGE_VAL, mass = 0, mean[MOST] = { 0 };

            for (int round = 0; round < 2; round++)
                for (size_t j = 0; j < N; j++) {
                    double d = 0, w;

                    for (size_t c = 0; c < dim; c++) {
                        const double e =
                            x[i * dim + c] - t * (double)z[j * dim + c];

                        d += e * e;
                    }
                    if (round == 0)
                        top = fmin(top, d);
                    w = t < 1 ? exp(-(d - top) / (2 * (1 - t) * (1 - t)))
                              : (double)(d == top);
                    for (size_t c = 0; round == 1 && c < dim; c++)
                        mean[c] += w * (double)z[j * dim + c];
                    mass += round == 1 ? w : 0;
                }
            eval(o, ITO_PART_DRIFT, t, x + i * dim, one);
            CHECK_SAME(one, u + i * dim, dim);
            for (size_t c = 0; c < dim; c++) {
                const double m = mean[c] / mass;
                const double want =
                    t < 1 ? m - (x[i * dim + c] - t * m) / (1 - t) : m;

                CHECK_NEAR(u[i * dim + c], want, 1e-11 * (1 + fabs(want)));
                CHECK(uf[i * dim + c] == (float)u[i * dim + c]);
            }
        }
        ito_oracle_free(o);
    }
}

/* The exact field of a finite set leads to its points (it memorises). */
TEST(n_rows_of_a_set_are_its_points)
{
    ito_oracle *o = open_oracle("moons:n=50");
    ito_dist *dist;
    float z[100];
    double best = HUGE_VAL, d[2];
    const double x[2] = { 0.9, 0.8 };

    CHECK_OK(ctx, ito_dist_open(ctx, "moons", &dist));
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ 0 }, 0, 50, z));
    data_mean(o, 1.0, x, d);
    for (size_t i = 0; i < 50; i++)
        best = fmin(
            best, hypot((double)z[2 * i] - d[0], (double)z[2 * i + 1] - d[1]));
    CHECK(best == 0.0);
    ito_dist_free(dist);
    ito_oracle_free(o);
}

/* --- laws ---------------------------------------------------------------- */

/* sum_y p_t(y | x) u(x | y) = u(x), and the scores' difference is the gradient
 * of log p_t(y | x) (course B4). */
TEST(classes_average_to_the_whole)
{
    ito_dist *dist, *one[3];
    ito_oracle *o, *part[3];
    const double t = 0.6, x[2] = { 0.4, 0.3 };
    double u[2], mean[2] = { 0, 0 }, total = 0;

    CHECK_OK(ctx, ito_dist_open(ctx, "gmm:modes=3,scale=2,std=.2", &dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, dist, NULL, &o));
    eval(o, ITO_PART_DRIFT, t, x, u);
    for (uint32_t k = 0; k < 3; k++) {
        double r, v[2];

        CHECK_OK(ctx, ito_dist_open_class(ctx, dist, k, &one[k]));
        CHECK_OK(ctx, ito_oracle_of(ctx, one[k], NULL, &part[k]));
        r = exp(logp(part[k], t, x) - logp(o, t, x)) / 3;
        eval(part[k], ITO_PART_DRIFT, t, x, v);
        mean[0] += r * v[0];
        mean[1] += r * v[1];
        total += r;
    }
    CHECK_NEAR(total, 1.0, 1e-13);
    CHECK_NEAR(mean[0], u[0], 1e-12);
    CHECK_NEAR(mean[1], u[1], 1e-12);
    for (int k = 0; k < 3; k++) {
        ito_oracle_free(part[k]);
        ito_dist_free(one[k]);
    }
    ito_oracle_free(o);
    ito_dist_free(dist);
}

/* S23 without sampling: data N(1.5, .4^2), Euler-Maruyama on u + sigma^2/2 s,
 * which are linear in x, so mean and variance follow a recursion.  Any sigma_t
 * leads to variance .16 at order 1; the digits are those of course.md. */
TEST(any_sigma_leads_to_the_data)
{
    static const struct {
        const char *path;
        double sigma; /* negative: beta_t */
        double want;  /* at 100 steps */
    } rows[] = {
        { "linear", 0, .154840 }, { "linear", 1, .160808 },
        { "linear", 2, .169592 }, { "linear", -1, .156284 },
        { "sqrt", 0, .161007 },   { "sqrt", 1, .164084 },
        { "sqrt", 2, .172455 },   { "sqrt", -1, .161887 },
    };

    for (size_t k = 0; k < COUNT(rows); k++) {
        char spec[64];
        double error[3];
        ito_oracle *o;

        snprintf(spec, sizeof(spec), "gaussian:dim=1,mean=1.5,std=.4@%s",
                 rows[k].path);
        o = open_oracle(spec);
        for (int level = 0; level < 3; level++) {
            const int n = 100 << level;
            const double h = 1.0 / n, zero = 0, unit = 1;
            double m = 0, v = 1;

            for (int i = 0; i < n; i++) {
                const double t = i * h;
                const double sigma =
                    rows[k].sigma < 0
                        ? ito_path_coef(ito_oracle_path(o), t).beta
                        : rows[k].sigma;
                double u0, u1, s0, s1, a, b;

                eval(o, ITO_PART_DRIFT, t, &zero, &u0);
                eval(o, ITO_PART_DRIFT, t, &unit, &u1);
                eval(o, ITO_PART_SCORE, t, &zero, &s0);
                eval(o, ITO_PART_SCORE, t, &unit, &s1);
                a = 1 + h * (u1 - u0 + sigma * sigma / 2 * (s1 - s0));
                b = h * (u0 + sigma * sigma / 2 * s0);
                m = a * m + b;
                v = a * a * v + h * sigma * sigma;
            }
            CHECK_NEAR(m, 1.5, 1e-12);
            if (level == 0)
                CHECK_NEAR(v, rows[k].want, 6e-7);
            error[level] = fabs(v - .16);
        }
        CHECK_NEAR(t_order(error[1], error[2], 2), 1.0, 0.2);
        ito_oracle_free(o);
    }
}

/* --- names --------------------------------------------------------------- */

TEST(names_that_do_not_fit_are_refused)
{
    static const struct {
        const char *spec;
        ito_status status;
        const char *words;
    } bad[] = {
        { "gmm@bent", ITO_EARG, "path: no name \"bent\"" },
        { "gmm@vp:beta=1", ITO_EARG, "path vp" },
        { "gmm@linear@moon", ITO_EARG, "moons" },
        { "gmm@linear@moons", ITO_EUNFIT, "no mixture" },
        { "gmm@@gaussian:cov=2:1:2", ITO_EUNFIT, "no mixture" },
        { "gmm@@gaussian:dim=3", ITO_EARG, "has 3 components, the data 2" },
        { "gmm@@gaussian@x", ITO_EARG, "" },
        { "student-t", ITO_EUNFIT, "no closed form" },
        { "moons:noise=0", ITO_EUNFIT, "with noise" },
        { "@sqrt", ITO_EARG, "there are: gaussian" },
    };
    const float nan_point[2] = { 0, (float)NAN };
    ito_oracle *o;

    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_FAILS(ctx, ito_oracle_open(ctx, bad[i].spec, &o), bad[i].status,
                    bad[i].words);
        CHECK(!o);
    }
    CHECK_FAILS(ctx, ito_oracle_open(ctx, NULL, &o), ITO_EARG, "NULL");
    CHECK_FAILS(ctx, ito_oracle_open_points(ctx, 0, 2, nan_point, NULL, &o),
                ITO_EARG, "at least one");
    CHECK_FAILS(ctx, ito_oracle_open_points(ctx, 1, 2, nan_point, NULL, &o),
                ITO_EARG, "point 0 is not finite");
    o = open_oracle("gmm@vp:beta_max=5@gaussian");
    CHECK_STR(ito_oracle_path(o)->spec, "vp:beta_min=0.1,beta_max=5");
    CHECK_STR(ito_dist_name(ito_oracle_init(o)), "gaussian");
    ito_oracle_free(o);
    o = open_oracle("gmm@@");
    CHECK(!ito_oracle_init(o));
    ito_oracle_free(o);
    o = open_oracle("student-t:n=20");
    ito_oracle_free(o);
}

/* Each allocation in turn fails: nothing is left, nothing is handed out. */
TEST(running_out_of_memory_leaves_nothing_behind)
{
    static const char *const specs[] = { "moons@vp@8gaussians", "gmm:n=9",
                                         "gaussian:cov=2:0:2" };
    counter count = { .fail_at = SIZE_MAX };
    const ito_ctx_opts opts = { .threads = 1,
                                .alloc = counting,
                                .alloc_arg = &count };
    ito_oracle *o;
    ito_ctx *c;
    long before;

    CHECK(ito_open(&c, &opts) == ITO_OK);
    before = count.out;
    for (size_t k = 0; k < COUNT(specs); k++)
        for (size_t fail = 0;; fail++) {
            ito_status rc;

            count.calls = 0;
            count.fail_at = fail;
            rc = ito_oracle_open(c, specs[k], &o);
            count.fail_at = SIZE_MAX;
            if (rc == ITO_OK) {
                CHECK(fail >= 4);
                ito_oracle_free(o);
                CHECK(count.out == before);
                break;
            }
            CHECK(rc == ITO_ENOMEM && !o && count.out == before);
        }
    ito_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(schedules_have_the_golden_digits),
        RUN(field_score_and_density_satisfy_the_continuity_equation),
        RUN(slopes_are_those_of_the_drift),
        RUN(everything_is_finite_on_every_path),
        RUN(ends_are_p_init_and_the_data),
        RUN(mixtures_lead_to_mixtures_through_their_pairs),
        RUN(normals_of_any_covariance_have_their_field),
        RUN(rings_agree_with_a_sum_over_angles),
        RUN(points_are_the_softmax_over_all_of_them),
        RUN(n_rows_of_a_set_are_its_points),
        RUN(classes_average_to_the_whole),
        RUN(any_sigma_leads_to_the_data),
        RUN(names_that_do_not_fit_are_refused),
        RUN(running_out_of_memory_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

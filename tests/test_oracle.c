/* SPDX-License-Identifier: MIT
 *
 * test_oracle.c - exact fields against published digits, quadrature, finite
 * differences and the identities that tie them together.
 */
#include "check.h"

#include <ito/oracle.h>
#include <ito/solve.h>

#include "kern/dmath.h"
#include "path/trunc.h"

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

/* One part of a field at one point, in double. */
static void eval(const ito_field *f, ito_part part, double t, const double *x,
                 double *out)
{
    const ito_rows_at at = { .t = t, .dtype = ITO_F64 };

    CHECK_OK(ctx, ito_field_eval(ctx, f, part, &at, 1, x, out));
}

/* E[z | x] = beta u - betadot x over W; W = 1 on the linear path. */
static void denoised(const ito_field *f, double t, const double x[2],
                     double d[2])
{
    double u[2];

    eval(f, ITO_PART_DRIFT, t, x, u);
    for (int c = 0; c < 2; c++)
        d[c] = (1.0 - t) * u[c] + x[c];
}

static void check_pair(const double got[2], const double want[2], double tol)
{
    CHECK_NEAR(got[0], want[0], tol);
    CHECK_NEAR(got[1], want[1], tol);
}

/* The digits that course.md prints; the 17 here were computed with 40 by
 * mpmath.  They agree but for the last digit of the score at t = .9. */
TEST(mixture_has_the_golden_digits)
{
    static const struct {
        double t, logp, d[2], u[2], s[2];
    } rows[] = {
        { .25,
          -3.1243307827851426,
          { 3.2234584832555074, 9.2906710391829321 },
          { 2.9646113110073432, 9.7208947189105761 },
          { -0.34512956299755228, 0.57363157297019202 } },
        { .5,
          -10.642862021850968,
          { 2.5451039090696094, 6.7552564239139775 },
          { 3.0902078181392189, 9.510512847827955 },
          { 1.0902078181392189, 5.510512847827955 } },
        { .9,
          -31.419386446351746,
          { 1.1352461168136047, 2.3111042575380376 },
          { 1.3524611681360474, 3.1110425753803758 },
          { 2.172150513224427, 7.9993831784233819 } },
    };
    const double x[2] = { 1.0, 2.0 };
    ito_oracle *o;

    CHECK_OK(ctx, ito_oracle_open(ctx, "gmm:modes=5,scale=10,std=1", &o));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_field *f = ito_oracle_field(o);
        double v[2];

        eval(f, ITO_PART_LOG_DENSITY, rows[i].t, x, v);
        CHECK_NEAR(v[0], rows[i].logp, 2e-14);
        denoised(f, rows[i].t, x, v);
        check_pair(v, rows[i].d, 1e-14);
        eval(f, ITO_PART_DRIFT, rows[i].t, x, v);
        check_pair(v, rows[i].u, 1e-14);
        eval(f, ITO_PART_SCORE, rows[i].t, x, v);
        check_pair(v, rows[i].s, 1e-14);
    }
    ito_oracle_free(o);
}

TEST(checkerboard_has_the_golden_digits)
{
    static const struct {
        double t, logp, d[2], u[2], s[2];
    } rows[] = {
        { .25,
          -3.983538148561426,
          { 2.6550701671636168, 3.5830353057705441 },
          { 2.2067602228848223, 2.1107137410273922 },
          { -0.59774659237172589, -1.9630954196575359 } },
        { .5,
          -3.7289988379013049,
          { 2.6913597057827588, 3.5880653086645069 },
          { 3.3827194115655176, 3.1761306173290138 },
          { 1.3827194115655176, -0.8238693826709862 } },
        { .9,
          -3.7075309995983535,
          { 1.1111111111111111, 2.220262463834787 },
          { 1.1111111111111111, 2.2026246383478703 },
          { 7.6465191871852818e-22, -0.17637825486916735 } },
    };
    const double x[2] = { 1.0, 2.0 };
    ito_oracle *o;

    CHECK_OK(ctx, ito_oracle_open(ctx, "checkerboard:grid=4,scale=5", &o));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ito_field *f = ito_oracle_field(o);
        double v[2];

        eval(f, ITO_PART_LOG_DENSITY, rows[i].t, x, v);
        CHECK_NEAR(v[0], rows[i].logp, 1e-14);
        denoised(f, rows[i].t, x, v);
        check_pair(v, rows[i].d, 1e-14);
        eval(f, ITO_PART_DRIFT, rows[i].t, x, v);
        check_pair(v, rows[i].u, 1e-14);
        eval(f, ITO_PART_SCORE, rows[i].t, x, v);
        check_pair(v, rows[i].s, 5e-14);
    }
    ito_oracle_free(o);
}

/* --- the parts of the checkerboard ------------------------------------ */

/* Posterior of z on [lo, hi] by the midpoint rule on n points. */
static trunc_cell brute(double a, double b, double lo, double hi, double x,
                        size_t n)
{
    trunc_cell cell = { 0 };
    double mass = 0, top = HUGE_VAL;

    /* relative to the largest value, which is where alpha z is next to x */
    for (size_t i = 0; i < n; i++) {
        const double z = lo + (hi - lo) * ((double)i + 0.5) / (double)n;
        const double e = (x - a * z) / b;

        top = fmin(top, e * e / 2);
    }
    for (size_t i = 0; i < n; i++) {
        const double z = lo + (hi - lo) * ((double)i + 0.5) / (double)n;
        const double e = (x - a * z) / b, w = exp(top - e * e / 2);

        mass += w;
        cell.z += w * z;
        cell.e += w * e;
    }
    cell.z /= mass;
    cell.e /= mass;
    cell.mass = mass * (hi - lo) / (double)n / b / 2.50662827463100050242;
    cell.shift = top;
    return cell;
}

static double log_mass(const trunc_cell *cell)
{
    return log(cell->mass) - cell->shift;
}

/* The cell [lo, lo + 2.5] at time t of the linear path. */
static trunc_cell cell_of(double t, double lo, double x)
{
    const trunc_at at = ito__trunc_at(t, 1 - t, 2.5);
    double mills[2] = { -1, -1 };

    return ito__trunc_cell(&at, lo, x, mills);
}

TEST(truncated_normals_agree_with_quadrature)
{
    static const double ts[] = {
        0, 1e-8, 1e-3, 0.05, 0.2, 0.3, 0.5, 0.8, 0.95
    };
    static const double xs[] = { -40, -6, -2.5, -0.3, 0, 1, 2.4, 5, 13, 100 };

    for (size_t i = 0; i < COUNT(ts); i++)
        for (size_t j = 0; j < COUNT(xs); j++)
            for (int k = 0; k < 4; k++) {
                const double lo = -5 + 2.5 * k, a = ts[i], b = 1 - ts[i];
                const trunc_cell got = cell_of(a, lo, xs[j]);
                const trunc_cell want = brute(a, b, lo, lo + 2.5, xs[j], 20000);
                const double size = fabs(log_mass(&want)) + 1;

                if (a / b * fabs(got.e) * 2.5 / 20000 > 0.003)
                    continue; /* too steep for the rule */
                CHECK_NEAR(log_mass(&got), log_mass(&want), 1e-6 * size);
                CHECK_NEAR(got.z, want.z, 1e-6);
                CHECK_NEAR(got.e, want.e, 1e-6 * (1 + fabs(want.e)));
            }
}

/* The two ways of computing a cell meet without a step. */
TEST(truncated_normals_have_no_seam)
{
    for (int i = 0; i < 4000; i++) {
        const double t = 0.05 + 0.0001 * i, x = 0.7;
        const trunc_cell a = cell_of(t, 0, x);
        const trunc_cell b = cell_of(t + 1e-9, 0, x);

        CHECK_NEAR(a.z, b.z, 1e-8);
        CHECK_NEAR(a.e, b.e, 2e-8);
        CHECK_NEAR(log_mass(&a), log_mass(&b), 2e-8);
    }
}

/* Digits of mpmath. */
TEST(mills_ratio_is_accurate)
{
    static const double rows[][2] = {
        { 0.0, 1.2533141373155003 },      { 0.3, 1.00183740099215574 },
        { 0.6629, 0.792187863982415731 }, { 1.0, 0.655679542418798472 },
        { 2.5, 0.354265111329793667 },    { 5.7, 0.170473760745927858 },
        { 30.0, 0.0332964190724972134 },  { 1e8, 9.9999999999999990e-9 },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_REL(ito__mills(rows[i][0]), rows[i][1], 1e-15);
}

/* --- identities ------------------------------------------------------- */

static const char *const specs[] = { "gmm",
                                     "gmm-random",
                                     "8gaussians",
                                     "gaussian:mean=2,std=0.5",
                                     "checkerboard",
                                     "checkerboard:grid=3",
                                     "checkerboard:grid=1",
                                     "gaussian:mean=1:-1,cov=4:1:2",
                                     "circles",
                                     "rings:rings=3,scale=4,noise=0.1",
                                     "moons",
                                     "scurve:scale=3" };

static ito_oracle *open_oracle(const char *spec)
{
    ito_oracle *o;

    CHECK_OK(ctx, ito_oracle_open(ctx, spec, &o));
    return o;
}

/* Tweedie: t E[z | x] = x + (1 - t)^2 score, and score = grad log p. */
TEST(field_score_and_density_belong_together)
{
    static const double ts[] = { 0.0, 0.1, 0.5, 0.9, 0.99 };

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);
        const ito_field *f = ito_oracle_field(o);

        for (size_t i = 0; i < 40 * COUNT(ts); i++) {
            const double t = ts[i % COUNT(ts)], h = 1e-5;
            const double x[2] = { 6 * (double)t_uniform(),
                                  6 * (double)t_uniform() };
            double d[2], s[2];

            denoised(f, t, x, d);
            eval(f, ITO_PART_SCORE, t, x, s);
            for (int c = 0; c < 2; c++) {
                double up[2] = { x[0], x[1] }, down[2] = { x[0], x[1] };
                double lu, ld;

                CHECK_NEAR(t * d[c], x[c] + (1 - t) * (1 - t) * s[c],
                           1e-12 * (1 + fabs(s[c])));
                up[c] += h;
                down[c] -= h;
                eval(f, ITO_PART_LOG_DENSITY, t, up, &lu);
                eval(f, ITO_PART_LOG_DENSITY, t, down, &ld);
                CHECK_NEAR(s[c], (lu - ld) / (2 * h),
                           1e-5 * (1 + fabs(s[c])) + 1e-9 * fabs(lu));
            }
        }
        ito_oracle_free(o);
    }
}

/* dp/dt + div(p u) = 0 by central differences, relative to max |dp/dt|. */
static double continuity_residual(const ito_field *f, double t, double h)
{
    double worst = 0, largest = 0;

    t_seed = 77;
    for (int i = 0; i < 500; i++) {
        const double x[2] = { 8 * t * (double)t_uniform() + t_normal() / 2,
                              8 * t * (double)t_uniform() + t_normal() / 2 };
        double up, down, dpdt, div = 0;

        eval(f, ITO_PART_LOG_DENSITY, t + h, x, &up);
        eval(f, ITO_PART_LOG_DENSITY, t - h, x, &down);
        dpdt = (exp(up) - exp(down)) / (2 * h);
        for (int c = 0; c < 2; c++) {
            double a[2] = { x[0], x[1] }, b[2] = { x[0], x[1] };
            double ua[2], ub[2];

            a[c] += h;
            b[c] -= h;
            eval(f, ITO_PART_LOG_DENSITY, t, a, &up);
            eval(f, ITO_PART_LOG_DENSITY, t, b, &down);
            eval(f, ITO_PART_DRIFT, t, a, ua);
            eval(f, ITO_PART_DRIFT, t, b, ub);
            div += (exp(up) * ua[c] - exp(down) * ub[c]) / (2 * h);
        }
        worst = fmax(worst, fabs(dpdt + div));
        largest = fmax(largest, fabs(dpdt));
    }
    return worst / largest;
}

TEST(field_and_density_satisfy_the_continuity_equation)
{
    static const double ts[] = { 0.1, 0.5, 0.9 };

    for (size_t k = 0; k < COUNT(specs); k += 4) {
        ito_oracle *o = open_oracle(specs[k]);
        const ito_field *f = ito_oracle_field(o);

        for (size_t i = 0; i < COUNT(ts); i++) {
            const double coarse = continuity_residual(f, ts[i], 1e-3);
            const double fine = continuity_residual(f, ts[i], 1e-4);

            CHECK(coarse < 1e-2 && fine < 1e-4);
            CHECK(fine < coarse / 50); /* order 2 */
        }
        ito_oracle_free(o);
    }
}

/* u_0 = E z - x and u_1 = x; score -x at 0. */
TEST(both_ends_are_regular)
{
    const double x[2] = { 0.7, 0.4 };
    double v[2];

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);
        const ito_field *f = ito_oracle_field(o);

        eval(f, ITO_PART_DRIFT, 1.0, x, v);
        check_pair(v, x, 1e-12);
        eval(f, ITO_PART_SCORE, 0.0, x, v);
        check_pair(v, (double[]){ -x[0], -x[1] }, 1e-14);
        eval(f, ITO_PART_LOG_DENSITY, 0.0, x, v);
        CHECK_NEAR(v[0], -1.83787706640934548 - (0.49 + 0.16) / 2, 1e-13);
        ito_oracle_free(o);
    }
    {
        ito_oracle *o = open_oracle("gaussian:mean=2,std=0.5");

        eval(ito_oracle_field(o), ITO_PART_DRIFT, 0.0, x, v);
        check_pair(v, (double[]){ 2 - x[0], 2 - x[1] }, 1e-14);
        ito_oracle_free(o);
        /* off the board at the end: the nearest point, no mass */
        o = open_oracle("checkerboard");
        eval(ito_oracle_field(o), ITO_PART_DRIFT, 1.0, (double[]){ -0.5, 0.75 },
             v);
        check_pair(v, (double[]){ 0.0, 0.75 }, 1e-15);
        eval(ito_oracle_field(o), ITO_PART_LOG_DENSITY, 1.0,
             (double[]){ -0.5, 0.75 }, v);
        CHECK(v[0] == -HUGE_VAL);
        eval(ito_oracle_field(o), ITO_PART_LOG_DENSITY, 1.0,
             (double[]){ 0.5, 0.75 }, v);
        CHECK_NEAR(v[0], -log(50.0), 1e-15);
        ito_oracle_free(o);
    }
}

TEST(nothing_is_nan_far_out_or_close_to_the_ends)
{
    static const double ts[] = {
        0, 1e-300, 1e-12, 0.5, 1 - 1e-9, 1 - 1e-16, 1
    };
    static const double xs[] = {
        0, 2.5, -5, 40, -1e3, 1e8, 1e30, -1e150, 1e300
    };

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);
        const ito_field *f = ito_oracle_field(o);

        for (size_t i = 0; i < COUNT(ts); i++)
            for (size_t j = 0; j < COUNT(xs) * COUNT(xs); j++) {
                const double x[2] = { xs[j % COUNT(xs)], xs[j / COUNT(xs)] };
                double v[2];

                eval(f, ITO_PART_DRIFT, ts[i], x, v);
                CHECK(isfinite(v[0]) && isfinite(v[1]));
                eval(f, ITO_PART_SCORE, ts[i], x, v);
                CHECK(isfinite(v[0]) && isfinite(v[1]));
                eval(f, ITO_PART_LOG_DENSITY, ts[i], x, v);
                CHECK(!isnan(v[0]) && v[0] < HUGE_VAL);
            }
        ito_oracle_free(o);
    }
}

/* The marginal field is the average of the conditional ones under
 * p(z | x) (S21), by self-normalised Monte Carlo. */
TEST(field_is_the_posterior_average_of_conditional_fields)
{
    enum { N = 100000 };
    static float z[2 * N];
    const double t = 0.4, x[2] = { 1.0, 0.6 };

    for (size_t k = 0; k < COUNT(specs); k += 2) {
        ito_oracle *o = open_oracle(specs[k]);
        double u[2], w_sum = 0, sum[2] = { 0, 0 }, var[2] = { 0, 0 };

        CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(o),
                                      &(ito_noise){ .seed = 5 }, 0, N, z));
        eval(ito_oracle_field(o), ITO_PART_DRIFT, t, x, u);
        for (size_t i = 0; i < 2 * N; i += 2) {
            const double e[2] = { (x[0] - t * (double)z[i]) / (1 - t),
                                  (x[1] - t * (double)z[i + 1]) / (1 - t) };
            const double w = exp(-(e[0] * e[0] + e[1] * e[1]) / 2);

            w_sum += w;
            for (size_t c = 0; c < 2; c++) {
                const double d = (double)z[i + c] - e[c] - u[c];

                sum[c] += w * d;
                var[c] += w * w * d * d;
            }
        }
        for (int c = 0; c < 2; c++)
            CHECK_STAT(sum[c] / w_sum, 0.0, sqrt(var[c]) / w_sum, 5);
        ito_oracle_free(o);
    }
}

/* --- through the solver ----------------------------------------------- */

/* Gaussian data N(2, .5^2): x = m + s noise exactly (simulation.md B.7). */
TEST(gaussian_flow_has_its_exact_map)
{
    ito_oracle *o = open_oracle("gaussian:dim=1,mean=2,std=0.5");
    const ito_problem p = {
        .field = ito_oracle_field(o), .t1 = 1, .n = 1, .dtype = ITO_F64
    };
    double x = 0.7;

    CHECK_OK(ctx, ito_solve(ctx, &p, &x,
                            &(ito_solve_opts){ .method = "rk4", .steps = 200 },
                            NULL));
    CHECK_NEAR(x, 2.35, 1e-8);
    ito_oracle_free(o);
}

/* The share of plane points on the cells of checkerboard:grid=4,scale=5. */
static double legal_share(const float *x, size_t n)
{
    size_t legal = 0;

    for (size_t i = 0; i < n; i++) {
        const double a = floor((double)x[2 * i] / 2.5);
        const double b = floor((double)x[2 * i + 1] / 2.5);

        legal +=
            fabs(a + 0.5) < 2 && fabs(b + 0.5) < 2 && fmod(a + b + 8, 2) == 0;
    }
    return (double)legal / (double)n;
}

/* The last Euler step lands on E[z | x], so the exact field with 50, 99 and 200
 * steps fills at least the .983, .991 and .997 of legal cells that the course
 * quotes; stopped before it, at t = 1 - 1/n, the particles lie as true samples
 * of p_t do. */
TEST(exact_checkerboard_field_fills_the_legal_cells)
{
    enum { N = 4000 };
    static float x[2 * N], z[2 * N], e[2 * N];
    ito_oracle *o = open_oracle("checkerboard");
    ito_start start = { .ctx = ctx, .at = { .seed = 1 } };
    ito_problem p = { .field = ito_oracle_field(o),
                      .t1 = 1,
                      .n = N,
                      .init = ito_start_normal,
                      .init_arg = &start };
    ito_solve_opts opts = { .method = "euler", .steps = 50 };
    double want, got;

    CHECK_OK(ctx, ito_solve(ctx, &p, x, &opts, NULL));
    CHECK(legal_share(x, N) > .983);
    opts.steps = 99;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &opts, NULL));
    CHECK(legal_share(x, N) > .991);
    p.t1 = 0.98;
    opts.steps = 98;
    CHECK_OK(ctx, ito_solve(ctx, &p, x, &opts, NULL));
    CHECK_OK(ctx, ito_dist_sample(ctx, ito_oracle_dist(o),
                                  &(ito_noise){ .seed = 2 }, 0, N, z));
    CHECK_OK(ctx, ito_noise_normal(ctx, &(ito_noise){ .seed = 3 }, 0, N, 2, e));
    for (size_t i = 0; i < 2 * N; i++)
        z[i] = 0.98f * z[i] + 0.02f * e[i];
    want = legal_share(z, N);
    got = legal_share(x, N);
    CHECK_STAT(got, want, sqrt(2 * want * (1 - want) / N), 5);
    ito_oracle_free(o);
}

/* Float states see the rounded double field; the promises hold. */
TEST(oracles_pass_the_check_of_fields)
{
    const double lo[2] = { -4, -4 }, hi[2] = { 4, 4 };
    /* later its differences are too coarse for the edges of a checkerboard */
    const ito_box box = { .lo = lo, .hi = hi, .t1 = 0.6 };

    for (size_t k = 0; k < COUNT(specs); k++) {
        ito_oracle *o = open_oracle(specs[k]);
        const double x[2] = { 1.0, 2.0 };
        const float xf[2] = { 1.0f, 2.0f };
        double u[2];
        float v[2];

        CHECK_OK(ctx, ito_field_check(ctx, ito_oracle_field(o), &box));
        eval(ito_oracle_field(o), ITO_PART_DRIFT, 0.5, x, u);
        CHECK_OK(ctx, ito_field_eval(ctx, ito_oracle_field(o), ITO_PART_DRIFT,
                                     &(ito_rows_at){ .t = 0.5 }, 1, xf, v));
        CHECK(v[0] == (float)u[0] && v[1] == (float)u[1]);
        ito_oracle_free(o);
    }
}

TEST(oracles_refuse_what_they_cannot_know)
{
    const ito_path *linear = ito_path_find("linear");
    ito_dist *dist;
    ito_oracle *o;
    float x[2] = { 0, 0 };

    CHECK_FAILS(ctx, ito_oracle_open(ctx, "uniform", &o), ITO_EUNFIT,
                "no closed form");
    CHECK(!o);
    CHECK_FAILS(ctx, ito_oracle_open(ctx, "moon", &o), ITO_EARG, "moons");
    CHECK_FAILS(ctx, ito_oracle_of(ctx, NULL, NULL, &o), ITO_EARG,
                "no distribution");
    CHECK(ito_oracle_open(NULL, "gmm", &o) == ITO_EARG);
    CHECK_OK(ctx, ito_dist_open(ctx, "gmm", &dist));
    CHECK_OK(ctx, ito_oracle_of(ctx, dist, linear, &o));
    CHECK(ito_oracle_dist(o) == dist);
    /* the path ends at 1 */
    CHECK_FAILS(ctx,
                ito_solve(ctx,
                          &(ito_problem){
                              .field = ito_oracle_field(o), .t1 = 1.5, .n = 1 },
                          x, NULL, NULL),
                ITO_ECALLBACK, "gmm");
    ito_oracle_free(o);
    ito_oracle_free(NULL);
    ito_dist_free(dist);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(mixture_has_the_golden_digits),
        RUN(checkerboard_has_the_golden_digits),
        RUN(truncated_normals_agree_with_quadrature),
        RUN(truncated_normals_have_no_seam),
        RUN(mills_ratio_is_accurate),
        RUN(field_score_and_density_belong_together),
        RUN(field_and_density_satisfy_the_continuity_equation),
        RUN(both_ends_are_regular),
        RUN(nothing_is_nan_far_out_or_close_to_the_ends),
        RUN(field_is_the_posterior_average_of_conditional_fields),
        RUN(gaussian_flow_has_its_exact_map),
        RUN(exact_checkerboard_field_fills_the_legal_cells),
        RUN(oracles_pass_the_check_of_fields),
        RUN(oracles_refuse_what_they_cannot_know),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}

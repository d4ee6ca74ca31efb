/* SPDX-License-Identifier: MIT
 *
 * test_dist.c - built-in distributions: moments, shapes,
 * labels, names.  Statistics are at 5 standard errors of fixed seeds.
 */
#include "check.h"

#include <ito/dist.h>

#include "ctx/ctx.h"
#include "dist/dist.h"

#define N 200000

static ito_ctx *ctx;
static float rows[2 * N];

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

static ito_dist *open_dist(const char *spec)
{
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open(ctx, spec, &dist));
    return dist;
}

/* N rows of a plane distribution into `rows`. */
static void draw(const char *spec)
{
    ito_dist *dist = open_dist(spec);

    CHECK(ito_dist_dim(dist) == 2);
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 17 }, 0, N,
                                  rows));
    ito_dist_free(dist);
}

/* Means and covariances of the drawn rows, with generous kurtosis. */
static void check_moments(const double mean[2], const double cov[3])
{
    double s[2] = { 0, 0 }, ss[3] = { 0, 0, 0 }, q[3] = { 0, 0, 0 };

    for (size_t i = 0; i < N; i++) {
        const double x = (double)rows[2 * i] - mean[0];
        const double y = (double)rows[2 * i + 1] - mean[1];
        const double v[3] = { x * x, x * y, y * y };

        s[0] += x;
        s[1] += y;
        for (int k = 0; k < 3; k++) {
            ss[k] += v[k];
            q[k] += v[k] * v[k];
        }
    }
    CHECK_STAT(s[0] / N, 0.0, sqrt(ss[0] / N / N), 5);
    CHECK_STAT(s[1] / N, 0.0, sqrt(ss[2] / N / N), 5);
    for (int k = 0; k < 3; k++) {
        const double m = ss[k] / N, var = q[k] / N - m * m;

        CHECK_STAT(m, cov[k], sqrt(var / N) + 1e-4 / sqrt(N), 5);
    }
}

/* --- shapes ---------------------------------------------------------- */

TEST(gaussian_has_its_moments_in_any_dimension)
{
    static const size_t dims[] = { 1, 2, 31, 32, 100 };

    draw("gaussian:mean=1.5,std=2");
    check_moments((double[]){ 1.5, 1.5 }, (double[]){ 4, 0, 4 });
    for (size_t k = 0; k < COUNT(dims); k++) {
        const size_t count = N / dims[k] * dims[k];
        double sum = 0, sq = 0;
        char spec[64];
        ito_dist *dist;

        snprintf(spec, sizeof(spec), "gaussian:dim=%zu,mean=-1,std=0.5",
                 dims[k]);
        dist = open_dist(spec);
        CHECK(ito_dist_dim(dist) == dims[k]);
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 4 }, 0,
                                      N / dims[k], rows));
        for (size_t i = 0; i < count; i++) {
            sum += (double)rows[i] + 1.0;
            sq += ((double)rows[i] + 1.0) * ((double)rows[i] + 1.0);
        }
        CHECK_STAT(sum / (double)count, 0.0, 0.5 / sqrt((double)count), 5);
        CHECK_STAT(sq / (double)count, 0.25, 0.25 * sqrt(2.0 / (double)count),
                   5);
        ito_dist_free(dist);
    }
}

/* Weights, means and standard deviations mode by mode, rows given to the
 * nearest of `modes` means. */
static void check_modes(size_t modes, const double (*mean)[2], double std)
{
    for (size_t k = 0; k < modes; k++) {
        double n = 0, s[2] = { 0, 0 }, sq = 0;
        const double p = 1.0 / (double)modes;

        for (size_t i = 0; i < N; i++) {
            double best = 1e300, d[2] = { 0, 0 };
            size_t nearest = 0;

            for (size_t j = 0; j < modes; j++) {
                const double dx = (double)rows[2 * i] - mean[j][0];
                const double dy = (double)rows[2 * i + 1] - mean[j][1];

                if (dx * dx + dy * dy >= best)
                    continue;
                best = dx * dx + dy * dy;
                nearest = j;
                d[0] = dx;
                d[1] = dy;
            }
            if (nearest != k)
                continue;
            n += 1;
            s[0] += d[0];
            s[1] += d[1];
            sq += best;
        }
        CHECK_STAT(n / N, p, sqrt(p * (1 - p) / N), 5);
        CHECK_STAT(s[0] / n, 0.0, std / sqrt(n), 5);
        CHECK_STAT(s[1] / n, 0.0, std / sqrt(n), 5);
        CHECK_STAT(sq / (2 * n), std * std, std * std / sqrt(n), 5);
    }
}

TEST(gmm_has_five_equal_modes_on_its_circle)
{
    double mean[8][2], sq = 0;

    for (int k = 0; k < 5; k++) {
        mean[k][0] = 10 * cos(k * 6.283185307179586 / 5);
        mean[k][1] = 10 * sin(k * 6.283185307179586 / 5);
    }
    draw("gmm");
    check_modes(5, (const double(*)[2])mean, 1.0);
    for (size_t i = 0; i < 2 * N; i++)
        sq += (double)rows[i] * (double)rows[i];
    /* E|z|^2 = scale^2 + 2 std^2; its variance is 4 scale^2 std^2 + 4 std^4 */
    CHECK_STAT(sq / N, 102.0, sqrt(404.0 / N), 5);
    draw("gmm:modes=5,scale=10,std=1,offset=3");
    for (int k = 0; k < 5; k++)
        mean[k][0] += 3;
    check_modes(5, (const double(*)[2])mean, 1.0);
    for (int k = 0; k < 8; k++) {
        mean[k][0] = 5 * cos(k * 6.283185307179586 / 8);
        mean[k][1] = 5 * sin(k * 6.283185307179586 / 8);
    }
    draw("8gaussians:std=0.3");
    check_modes(8, (const double(*)[2])mean, 0.3);
}

/* The course's means for torch seed 3 at scale 15. */
TEST(gmm_random_has_the_means_of_torch)
{
    static const double mean[5][2] = { { -7.436047, -5.916460 },
                                       { -3.212363, -7.095677 },
                                       { -0.425785, -6.598255 },
                                       { 4.077988, 3.655491 },
                                       { 1.416318, 5.817850 } };
    static const double raw[10] = { 0.0042635202, 0.1055693626, 0.2858424783,
                                    0.0269548297, 0.4716143608, 0.0601162910,
                                    0.7718658447, 0.7436993718, 0.5944212079,
                                    0.8878566623 };
    ito_dist *dist = open_dist("gmm-random:std=0.75,scale=15,seed=3");
    const ito_modes *modes = ito__dist_modes(dist);

    for (size_t i = 0; i < 10; i++) {
        CHECK_NEAR(modes->means[i], mean[i / 2][i % 2], 1e-6);
        CHECK_NEAR(modes->means[i] / 15.0 + 0.5, raw[i], 1e-9);
    }
    ito_dist_free(dist);
    draw("gmm-random:std=0.05,scale=15,seed=3");
    check_modes(5, mean, 0.05);
    dist = open_dist("gmm-random:modes=312,seed=4294967295");
    CHECK(ito__dist_modes(dist)->modes == 312);
    ito_dist_free(dist);
}

TEST(moons_have_the_published_moments)
{
    draw("moons:scale=3.5,noise=0.05");
    check_moments((double[]){ 1.75, 0.875 },
                  (double[]){ 9.2181, -2.3680, 3.0220 });
    draw("moons:scale=1,noise=0");
    for (size_t i = 0; i < N; i++) {
        const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
        const double outer = fabs(x * x + y * y - 1) + (y < 0);
        const double inner =
            fabs((1 - x) * (1 - x) + (0.5 - y) * (0.5 - y) - 1) + (y > 0.5);

        CHECK(outer < 1e-6 || inner < 1e-6);
    }
}

TEST(circles_and_rings_have_their_radii)
{
    double sq = 0, n = 0;

    draw("circles:scale=5,factor=0.5,noise=0.05");
    check_moments((double[]){ 0, 0 }, (double[]){ 7.875, 0, 7.875 });
    for (size_t i = 0; i < N; i++) {
        const double r = hypot((double)rows[2 * i], (double)rows[2 * i + 1]);
        const double d = r > 3.75 ? r - 5.0 : r - 2.5;

        sq += d * d;
        n += r > 3.75;
    }
    CHECK_STAT(n / N, 0.5, sqrt(0.25 / N), 5);
    /* radial deviation .25, and s^2 / 2R outwards in the mean: 1 % */
    CHECK_NEAR(sqrt(sq / N), 0.25, 0.0025);
    draw("rings:rings=3,scale=6,noise=0");
    for (size_t i = 0; i < N; i++) {
        const double r =
            hypot((double)rows[2 * i], (double)rows[2 * i + 1]) / 2.0;

        CHECK_NEAR(r, floor(r + 0.5), 1e-6);
        CHECK(r > 0.5 && r < 3.5);
    }
}

/* Legal cells exactly, evenly (chi^2 at 5 sigma), and uniform inside. */
static void check_board(const char *spec, size_t grid, double scale)
{
    static double cell[64 * 64];
    const double width = 2 * scale / (double)grid;
    const double cells = (double)((grid * grid + 1) / 2);
    double chi = 0, in[2] = { 0, 0 };

    draw(spec);
    memset(cell, 0, sizeof(cell));
    for (size_t i = 0; i < N; i++) {
        const double x = ((double)rows[2 * i] + scale) / width;
        const double y = ((double)rows[2 * i + 1] + scale) / width;
        const size_t row = (size_t)x, col = (size_t)y;

        CHECK(x > 0 && y > 0 && row < grid && col < grid);
        CHECK((row + col) % 2 == 0);
        cell[row * grid + col] += 1;
        in[0] += x - (double)row - 0.5;
        in[1] += y - (double)col - 0.5;
    }
    for (size_t k = 0; k < grid * grid; k++) {
        const double d = cell[k] - N / cells;

        if ((k / grid + k % grid) % 2 == 0)
            chi += d * d / (N / cells);
        else
            CHECK(cell[k] == 0);
    }
    CHECK(fabs(chi - (cells - 1)) <= 5 * sqrt(2 * cells));
    CHECK_STAT(in[0] / N, 0.0, sqrt(1.0 / 12 / N), 5);
    CHECK_STAT(in[1] / N, 0.0, sqrt(1.0 / 12 / N), 5);
}

TEST(checkerboard_fills_its_cells_and_nothing_else)
{
    check_board("checkerboard:grid=3,scale=5", 3, 5);
    check_moments((double[]){ 0, 0 }, (double[]){ 9.815, 0, 9.815 });
    check_board("checkerboard:grid=64,scale=100", 64, 100);
    check_board("checkerboard:g=1,scale=2", 1, 2);
    check_board("checkerboard", 4, 5);
    check_moments((double[]){ 0, 0 }, (double[]){ 8.3333, 1.5625, 8.3333 });
}

TEST(curves_lie_on_their_formulas)
{
    const double pi = 3.14159265358979323846;

    draw("spiral:turns=1.5,scale=1,noise=0");
    for (size_t i = 0; i < N; i++) {
        const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
        const double r = hypot(x, y), b = 3 * pi * r;

        CHECK(fabs(fabs(x * cos(b) + y * sin(b)) - r) < 2e-5);
    }
    draw("swissroll:scale=1,noise=0");
    for (size_t i = 0; i < N; i++) {
        const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
        const double a = 4.5 * pi * hypot(x, y);

        CHECK(a > 1.499 * pi && a < 4.501 * pi);
        CHECK_NEAR(x * cos(a) + y * sin(a), hypot(x, y), 1e-5);
    }
    draw("scurve:scale=1,noise=0");
    for (size_t i = 0; i < N; i++) {
        const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
        const double c = 1.0 - fabs(y);

        CHECK_NEAR(x * x + c * c, 1.0, 1e-5);
    }
}

TEST(normals_of_any_covariance_have_their_moments)
{
    static const double mean[3] = { 1, -2, 0.5 };
    static const double cov[9] = { 4, 1, -0.5, 1, 2, 0.3, -0.5, 0.3, 1 };
    static const double bad[4] = { 1, 0.5, 0.4, 1 };
    static float x[3 * 60000];
    enum { ROWS = 60000 };
    ito_dist *dist, *plain;
    double s[3] = { 0 }, ss[9] = { 0 };

    draw("gaussian:mean=1:-2,cov=20:3:5");
    check_moments((double[]){ 1, -2 }, (double[]){ 20, 3, 5 });
    CHECK_OK(ctx, ito_dist_open_gaussian(ctx, 3, mean, cov, &dist));
    CHECK_STR(ito_dist_name(dist), "normal");
    CHECK(!ito__dist_modes(dist));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 6 }, 0, ROWS, x));
    for (size_t i = 0; i < ROWS; i++)
        for (size_t a = 0; a < 3; a++) {
            s[a] += ((double)x[3 * i + a] - mean[a]) / ROWS;
            for (size_t b = 0; b < 3; b++)
                ss[3 * a + b] += ((double)x[3 * i + a] - mean[a]) *
                                 ((double)x[3 * i + b] - mean[b]) / ROWS;
        }
    for (size_t a = 0; a < 3; a++) {
        CHECK_STAT(s[a], 0.0, sqrt(cov[4 * a] / ROWS), 5);
        for (size_t b = 0; b < 3; b++)
            CHECK_STAT(ss[3 * a + b], cov[3 * a + b],
                       sqrt((cov[4 * a] * cov[4 * b] +
                             cov[3 * a + b] * cov[3 * a + b]) /
                            ROWS),
                       5);
    }
    ito_dist_free(dist);
    /* a diagonal one draws what std draws */
    dist = open_dist("gaussian:cov=4:0:4");
    plain = open_dist("gaussian:std=2");
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ 0 }, 0, 500, x));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, plain, &(ito_noise){ 0 }, 0, 500, x + 1000));
    CHECK_SAME(x, x + 1000, 1000);
    ito_dist_free(dist);
    ito_dist_free(plain);
    CHECK_FAILS(ctx, ito_dist_open_gaussian(ctx, 2, NULL, bad, &dist), ITO_EARG,
                "not symmetric");
    CHECK_FAILS(ctx, ito_dist_open_gaussian(ctx, 2, NULL, NULL, &dist),
                ITO_EARG, "missing");
    CHECK_FAILS(ctx, ito_dist_open_gaussian(ctx, 513, NULL, bad, &dist),
                ITO_EARG, "1 to 512");
    CHECK(!dist);
}

/* The label of a row is where it lies. */
TEST(labels_say_which_class_a_row_was_drawn_from)
{
    static uint32_t label[N];
    static const struct {
        const char *spec;
        size_t classes;
    } sets[] = { { "gmm:modes=3,scale=2,std=.2", 3 },
                 { "moons:noise=0", 2 },
                 { "circles", 2 },
                 { "rings:rings=3,scale=3", 3 },
                 { "spiral:noise=0", 2 },
                 { "checkerboard", 8 },
                 { "swissroll", 1 },
                 { "gaussian", 1 } };
    const double pi = 3.14159265358979323846;

    for (size_t k = 0; k < COUNT(sets); k++) {
        ito_dist *dist = open_dist(sets[k].spec);

        CHECK(ito_dist_classes(dist) == sets[k].classes);
        draw(sets[k].spec);
        CHECK_OK(ctx, ito_dist_labels(ctx, dist, &(ito_noise){ .seed = 17 }, 0,
                                      N, label));
        for (size_t i = 0; i < N; i++) {
            const double x = (double)rows[2 * i], y = (double)rows[2 * i + 1];
            const double r = hypot(x, y);

            CHECK(label[i] < sets[k].classes);
            if (k == 0) {
                const double a = 2 * pi * label[i] / 3;

                CHECK(hypot(x - 2 * cos(a), y - 2 * sin(a)) < 1.5);
            } else if (k == 1) {
                CHECK((fabs(r - 3.5) < 1e-5) == (label[i] == 0) ||
                      fabs(y - 0.875) > 0.8);
            } else if (k == 2) {
                CHECK((r > 3.75) == (label[i] == 0));
            } else if (k == 3) {
                CHECK_NEAR(r, label[i] + 1, 0.5);
            } else if (k == 4) {
                const double b = 3 * pi * r / 5;

                CHECK((x * cos(b) + y * sin(b) > 0) == (label[i] == 0));
            } else if (k == 5) {
                const size_t cell =
                    (size_t)(x / 2.5 + 2) * 4 + (size_t)(y / 2.5 + 2);

                CHECK(label[i] == cell / 2);
            }
        }
        ito_dist_free(dist);
    }
    {
        ito_dist *dist = open_dist("gmm:modes=3,scale=2,std=.2"), *one;

        CHECK_OK(ctx, ito_dist_open_class(ctx, dist, 1, &one));
        CHECK_NEAR(ito__dist_modes(one)->means[1], sqrt(3.0), 1e-15);
        CHECK(ito__dist_modes(one)->stds[0] == 0.2);
        ito_dist_free(one);
        CHECK_FAILS(ctx, ito_dist_open_class(ctx, dist, 3, &one), ITO_EARG,
                    "there are 3");
        ito_dist_free(dist);
        dist = open_dist("moons");
        CHECK_FAILS(ctx, ito_dist_open_class(ctx, dist, 1, &one), ITO_EUNFIT,
                    "mixtures");
        ito_dist_free(dist);
    }
}

/* --- the same bits --------------------------------------------------- */

TEST(rows_are_functions_of_their_address_alone)
{
    static float want[3000 * 2], got[3000 * 2];
    const ito_noise at = { .seed = 99, .stream = 3, .step = 12 };
    int runs_here = 0;

    for (size_t k = 0; ito_dist_at(k); k++) {
        ito_dist *dist = open_dist(ito_dist_at(k)->name);
        const size_t dim = ito_dist_dim(dist);

        if (dim > 2) { /* glyphs: tests/test_glyphs.c */
            ito_dist_free(dist);
            continue;
        }
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 1000, 3000, want));
        /* a range from the middle, at an odd place */
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 1777, 333, got));
        CHECK_SAME(got, want + dim * 777, dim * 333);
        for (size_t j = 0; ito_cpu_at(j, &runs_here); j++) {
            const ito_ctx_opts o = { .threads = 1 + j,
                                     .cpu = ito_cpu_at(j, NULL) };
            ito_ctx *c;

            if (!runs_here)
                continue;
            CHECK(ito_open(&c, &o) == ITO_OK);
            CHECK_OK(c, ito_dist_sample(c, dist, &at, 1000, 3000, got));
            CHECK_SAME(got, want, dim * 3000);
            ito_close(c);
        }
        ito_dist_free(dist);
    }
}

TEST(rows_can_be_drawn_into_a_wider_array)
{
    static float wide[150 * 5], want[150 * 2];
    const ito_noise at = { .seed = 1, .purpose = ITO_FOR_ROWS };
    ito_dist *dist = open_dist("moons");

    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 0, 150, want));
    for (size_t i = 0; i < COUNT(wide); i++)
        wide[i] = 7.0f;
    ito__dist_rows(ctx->kern, dist, &at, 0, 150, wide, 5);
    for (size_t i = 0; i < 150; i++) {
        CHECK_SAME(wide + 5 * i, want + 2 * i, 2);
        CHECK(wide[5 * i + 2] == 7.0f && wide[5 * i + 4] == 7.0f);
    }
    ito_dist_free(dist);
}

/* --- given by a program --------------------------------------------- */

/* Weights that do not sum to 1 give the density of those that do. */
TEST(mixtures_normalise_their_weights)
{
    static const double means[] = { 0, 4 }, stds[] = { 1, 0.5 };
    static const double w1[] = { 0.25, 0.75 }, w7[] = { 1.75, 5.25 };
    ito_mixture m = {
        .modes = 2, .dim = 1, .means = means, .stds = stds, .weights = w1
    };
    const double x[] = { -1, 0.5, 3, 4, 9 };
    double a[5], b[5], n = 0;
    ito_dist *dist;

    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, &dist));
    CHECK_OK(ctx, ito_dist_logp(ctx, dist, 5, x, a));
    CHECK_OK(ctx,
             ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 8 }, 0, N, rows));
    for (size_t i = 0; i < N; i++)
        n += rows[i] > 2.5f;
    /* 0.25 (1 - Phi(2.5)) + 0.75 Phi(3) */
    CHECK_STAT(n / N, 0.25 * 0.0062096653 + 0.75 * 0.9986501020, sqrt(0.19 / N),
               5);
    ito_dist_free(dist);
    m.weights = w7;
    CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, &dist));
    CHECK_OK(ctx, ito_dist_logp(ctx, dist, 5, x, b));
    for (size_t i = 0; i < 5; i++)
        CHECK_NEAR(a[i], b[i], 1e-15 * fabs(a[i]));
    CHECK_STR(ito_dist_name(dist), "mixture");
    ito_dist_free(dist);
    /* the middle of two far modes is a tie, and many dimensions work */
    {
        static double far[2 * 50];

        for (size_t c = 0; c < 50; c++)
            far[50 + c] = 20;
        m = (ito_mixture){ .modes = 2, .dim = 50, .means = far };
        CHECK_OK(ctx, ito_dist_open_mixture(ctx, &m, &dist));
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ .seed = 8 }, 5,
                                      4000, rows));
        n = 0;
        for (size_t i = 0; i < 4000; i++) {
            double sum = 0, high = rows[50 * i] > 10.0f;

            for (size_t c = 0; c < 50; c++)
                sum += (double)rows[50 * i + c];
            CHECK(fabs(sum / 50 - 20 * high) < 1.0);
            n += high;
        }
        CHECK_STAT(n / 4000, 0.5, sqrt(0.25 / 4000), 5);
        ito_dist_free(dist);
    }
}

/* --- names ----------------------------------------------------------- */

TEST(every_name_opens_and_its_spec_opens_the_same_again)
{
    static float a[100 * 784], b[100 * 784];

    for (size_t i = 0; ito_dist_at(i); i++) {
        const ito_dist_info *info = ito_dist_at(i);
        ito_dist *dist = open_dist(info->name), *again;
        char spec[256];

        snprintf(spec, sizeof(spec), "%s%s%s", info->name,
                 info->params[0] ? ":" : "", info->params);
        CHECK_STR(ito_dist_spec(dist), spec);
        CHECK_STR(ito_dist_name(dist), info->name);
        CHECK(info->text[0] != '\0' && ito_dist_rows(dist) == 0);
        again = open_dist(spec);
        CHECK_OK(ctx, ito_dist_sample(ctx, dist, &(ito_noise){ 0 }, 0, 100, a));
        CHECK_OK(ctx,
                 ito_dist_sample(ctx, again, &(ito_noise){ 0 }, 0, 100, b));
        CHECK_SAME(a, b, 100 * ito_dist_dim(dist));
        ito_dist_free(dist);
        ito_dist_free(again);
    }
}

/* Lists make the dimension, and the spec leaves out what they replace. */
TEST(lists_of_a_gaussian_say_how_many_components_it_has)
{
    static const struct {
        const char *spec, *kept;
        size_t dim;
    } rows_[] = {
        { "gaussian:mean=1:2:3", "gaussian:mean=1:2:3", 3 },
        { "gaussian:cov=4", "gaussian:cov=4", 1 },
        { "gaussian:cov=20:0:20", "gaussian:cov=20:0:20", 2 },
        { "gaussian:cov=2:1:3,mean=-1:.5,n=9",
          "gaussian:mean=-1:.5,cov=2:1:3,n=9", 2 },
        { "gaussian:dim=2,mean=7,cov=2:1:3", "gaussian:dim=2,mean=7,cov=2:1:3",
          2 },
        { "gaussian:mean=3", "gaussian:dim=2,mean=3,std=1", 2 },
        { "gaussian:mean=3:4,std=2", "gaussian:mean=3:4,std=2", 2 },
    };

    for (size_t i = 0; i < COUNT(rows_); i++) {
        ito_dist *dist = open_dist(rows_[i].spec), *again;

        CHECK_STR(ito_dist_spec(dist), rows_[i].kept);
        CHECK(ito_dist_dim(dist) == rows_[i].dim);
        again = open_dist(rows_[i].kept);
        CHECK_STR(ito_dist_spec(again), rows_[i].kept);
        ito_dist_free(dist);
        ito_dist_free(again);
    }
}

TEST(parameters_are_read_and_kept_as_text)
{
    ito_dist *dist = open_dist("gmm:std=1.25e-1,n=500,modes=7");

    CHECK_STR(ito_dist_spec(dist),
              "gmm:modes=7,scale=10,std=1.25e-1,offset=0,n=500");
    CHECK(ito_dist_rows(dist) == 500);
    CHECK(ito__dist_modes(dist)->modes == 7);
    CHECK(ito__dist_modes(dist)->stds[6] == 0.125);
    ito_dist_free(dist);
    dist = open_dist("gaussian:mean=-.5,std=1E+2");
    CHECK(ito__dist_modes(dist)->means[1] == -0.5);
    CHECK(ito__dist_modes(dist)->stds[0] == 100.0);
    ito_dist_free(dist);
    ito_dist_free(NULL);
}

TEST(bad_names_and_parameters_are_refused_with_what_exists)
{
    static const struct {
        const char *spec, *words;
    } rows_[] = {
        { "checkerbord", "did you mean checkerboard" },
        { "gm", "did you mean gmm" },
        { "", "there are: gaussian" },
        { "a-name-that-is-not-there-and-goes-on-for-long", "there are:" },
        { "gmm:mode=5", "did you mean modes" },
        { "gmm:", "no parameters after the colon" },
        { "gmm:modes", "PARAMETER=VALUE" },
        { "gmm:modes=5,", "missing after the last comma" },
        { "gmm:modes=5,,std=1", "PARAMETER=VALUE" },
        { "gmm:modes=5,modes=6", "twice" },
        { "gmm:n=5,n=6", "twice" },
        { "gmm:modes=0", "an integer from 1 to 4096" },
        { "gmm:modes=2.5", "an integer" },
        { "gmm:modes=99999", "from 1 to 4096" },
        { "gmm:std=0", "std takes a number" },
        { "gmm:std=nan", "std takes a number" },
        { "gmm:std=inf", "std takes a number" },
        { "gmm:std=1e999", "std takes a number" },
        { "gmm:std=", "std takes a number" },
        { "gmm:std=1x", "std takes a number" },
        { "gmm:std=--1", "std takes a number" },
        { "gmm:std=1e", "std takes a number" },
        { "gmm:std=1,5", "PARAMETER=VALUE" },
        { "gmm:std=0x10", "std takes a number" },
        { "gmm:std=.", "std takes a number" },
        { "gmm:std=1.2.3", "std takes a number" },
        { "gmm:std=11111111111111111111111111111", "std takes a number" },
        { "gmm:n=0", "n takes an integer" },
        { "checkerboard:grid=65", "from 1 to 64" },
        { "gaussian:cov=1:2", "1, 3, 6, 10" },
        { "gaussian:cov=1:0:1,std=2", "exclude each other" },
        { "gaussian:dim=3,cov=1:0:1", "do not fit" },
        { "gaussian:mean=1:2:3,cov=1:0:1", "do not fit" },
        { "gaussian:cov=1:2:1", "not positive definite" },
        { "gaussian:cov=1::1", "cov takes a number" },
        { "gaussian:cov=1:0:1:", "cov takes a number" },
        { "gaussian:mean=1:2:3:4:5:6:7:8:9:0:1:2:3:4:5:6:7:8:9:0:1:2:3:4:5:6"
          ":7:8:9:0:1:2:3:4:5:6:7",
          "more than 36 numbers" },
        { "gaussian:mean="
          "1.00000000000000:1.00000000000000:1.00000000000000:1.00000000000000:"
          "1.00000000000000:1.00000000000000:1.00000000000000:1.00000000000000:"
          "1.00000000000000:1.00000000000000:1.00000000000000:1.00000000000000:"
          "1.00000000000000:1.00000000000000:1.00000000000000:1.00000000000000",
          "more than 255 characters" },
        { "uniform:lo=1,hi=1", "not below" },
        { "funnel:dim=1", "from 2 to 4096" },
        { "student-t:df=0", "df takes a number" },
    };
    ito_dist *dist;

    for (size_t i = 0; i < COUNT(rows_); i++) {
        CHECK_FAILS(ctx, ito_dist_open(ctx, rows_[i].spec, &dist), ITO_EARG,
                    rows_[i].words);
        CHECK(!dist);
    }
    CHECK_FAILS(ctx, ito_dist_open(ctx, NULL, &dist), ITO_EARG, "NULL");
    CHECK(ito_dist_open(NULL, "gmm", &dist) == ITO_EARG);
    CHECK_FAILS(ctx, ito_dist_open_mixture(ctx, NULL, &dist), ITO_EARG,
                "means");
}

TEST(addresses_out_of_range_are_refused)
{
    ito_dist *dist = open_dist("moons");
    ito_noise at = { .stream = 65536 };

    CHECK_FAILS(ctx, ito_dist_sample(ctx, dist, &at, 0, 1, rows), ITO_EARG,
                "stream 65536");
    at = (ito_noise){ .purpose = 256 };
    CHECK_FAILS(ctx, ito_dist_sample(ctx, dist, &at, 0, 1, rows), ITO_EARG,
                "purpose 256");
    at = (ito_noise){ 0 };
    CHECK_FAILS(ctx,
                ito_dist_sample(ctx, dist, &at, UINT64_C(1) << 45, 1, rows),
                ITO_EARG, "2^45");
    CHECK_FAILS(ctx, ito_dist_sample(ctx, dist, &at, 0, 1, NULL), ITO_EARG,
                "NULL");
    CHECK_OK(ctx, ito_dist_sample(ctx, dist, &at, 0, 0, NULL));
    ito_dist_free(dist);
}

/* Running out of memory at any point leaves nothing behind. */
static size_t allocs, fail_at = SIZE_MAX, live;

static void *counting_alloc(void *arg, void *old, size_t bytes)
{
    (void)arg;
    if (bytes == 0) {
        live -= old != NULL;
        free(old);
        return NULL;
    }
    if (allocs++ >= fail_at)
        return NULL;
    live += old == NULL;
    return realloc(old, bytes);
}

TEST(running_out_of_memory_leaves_nothing_behind)
{
    const ito_ctx_opts o = { .threads = 1, .alloc = counting_alloc };
    ito_dist *dist;
    ito_ctx *c;
    size_t before;

    CHECK(ito_open(&c, &o) == ITO_OK);
    before = live;
    for (fail_at = 0; fail_at < 4; fail_at++) {
        allocs = 0;
        CHECK(ito_dist_open(c, "gmm", &dist) == ITO_ENOMEM);
        CHECK(!dist && live == before);
    }
    fail_at = SIZE_MAX;
    CHECK_OK(c, ito_dist_open(c, "gmm", &dist));
    ito_dist_free(dist);
    CHECK(live == before);
    ito_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(gaussian_has_its_moments_in_any_dimension),
        RUN(gmm_has_five_equal_modes_on_its_circle),
        RUN(gmm_random_has_the_means_of_torch),
        RUN(moons_have_the_published_moments),
        RUN(circles_and_rings_have_their_radii),
        RUN(checkerboard_fills_its_cells_and_nothing_else),
        RUN(curves_lie_on_their_formulas),
        RUN(normals_of_any_covariance_have_their_moments),
        RUN(labels_say_which_class_a_row_was_drawn_from),
        RUN(rows_are_functions_of_their_address_alone),
        RUN(rows_can_be_drawn_into_a_wider_array),
        RUN(mixtures_normalise_their_weights),
        RUN(every_name_opens_and_its_spec_opens_the_same_again),
        RUN(lists_of_a_gaussian_say_how_many_components_it_has),
        RUN(parameters_are_read_and_kept_as_text),
        RUN(bad_names_and_parameters_are_refused_with_what_exists),
        RUN(addresses_out_of_range_are_refused),
        RUN(running_out_of_memory_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
